/* SPDX-License-Identifier: MIT */
/* shot.c - from rows to bits. First who was there (lanes), then the bits of the frame that went
 * furthest, then what follows it, last the levels: dominant where anybody drives so. */
#include "tui/shot.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/explain.h"

#define FLAG_BITS         6
#define DELIM_BITS        8
#define INTERMISSION_BITS 3
#define SUSPEND_BITS      8
#define PASSIVE_LIMIT     128
#define BUS_OFF_LIMIT     256
#define NO_BIT            (-1)

/* ---- lanes ----------------------------------------------------------------------------------- */

static struct cs_lane *find_lane(struct cs_shot *shot, int node)
{
    for (unsigned i = 0; i < shot->n_lanes; i++)
        if (shot->lane[i].node == node)
            return &shot->lane[i];
    return NULL;
}

static struct cs_lane *get_lane(struct cs_shot *shot, int node, const char *name)
{
    struct cs_lane *lane = find_lane(shot, node);

    if (lane)
        return lane;
    if (shot->n_lanes == CS_SHOT_LANES) {
        shot->n_more++;
        return NULL;
    }
    lane = &shot->lane[shot->n_lanes++];
    *lane = (struct cs_lane){.node = (int16_t)node,
                             .tx = -1,
                             .lost = NO_BIT,
                             .error = NO_BIT,
                             .flag = NO_BIT,
                             .overload = NO_BIT};
    snprintf(lane->name, sizeof lane->name, "%.23s", name);
    return lane;
}

static struct cs_lane *add_tx(struct cs_shot *shot, int node, const char *name,
                              const struct cs_shot_tx *from)
{
    struct cs_lane *lane = get_lane(shot, node, name);
    struct cs_shot_tx *tx = &shot->tx[shot->n_tx];

    if (!lane || lane->tx >= 0 || shot->n_tx == CS_SHOT_TX)
        return lane;
    *tx = *from;
    if (cs_wire_encode(&tx->frame, &tx->wire) == 0)
        lane->tx = (int16_t)shot->n_tx++;
    return lane;
}

static struct cs_lane *tx_of_row(const struct cs_tui *tui, struct cs_shot *shot,
                                 const struct cs_row *row)
{
    struct cs_shot_tx tx = {
        .queued_ps = row->queued_ps, .attempt = row->attempt, .lost = row->lost};

    cs_row_sent(row, &tx.frame);
    return add_tx(shot, row->node, cs_tui_who(tui, row->who), &tx);
}

static void add_error(const struct cs_tui *tui, struct cs_shot *shot, const struct cs_row *row)
{
    struct cs_lane *lane = row->sent ? tx_of_row(tui, shot, row)
                                     : get_lane(shot, row->node, cs_tui_who(tui, row->who));

    if (!lane)
        return;
    lane->tec = row->tec;
    lane->rec = row->rec;
    lane->counted = true;
    if (lane->error >= 0 || row->error == CS_ERROR_OTHER || row->field >= CS_FIELD_INTERMISSION)
        return;
    lane->error = row->bit;
    lane->error_kind = row->error;
    lane->error_field = row->field;
    lane->error_index = row->index;
    lane->error_stuff = row->stuff;
    lane->error_level = row->level;
    lane->passive = row->state != CS_STATE_ERROR_ACTIVE; /* as it was before the error counted */
    lane->suspends = row->tx && row->tec >= PASSIVE_LIMIT && row->tec < BUS_OFF_LIMIT;
    lane->listens = row->mode & CS_MODE_LISTEN_ONLY;
    if (!lane->listens)
        lane->flag = row->bit + 1;
}

static void add_row(const struct cs_tui *tui, struct cs_shot *shot, const struct cs_row *row)
{
    struct cs_lane *lane;

    if (row->kind == CS_EV_ARB_LOST) {
        lane = tx_of_row(tui, shot, row);
        if (lane) {
            lane->lost = row->bit;
            lane->lost_to = row->peer;
        }
    } else if (row->kind == CS_EV_ERROR) {
        add_error(tui, shot, row);
    } else if (row->kind == CS_EV_OVERLOAD) {
        lane = get_lane(shot, row->node, cs_tui_who(tui, row->who));
        if (lane && lane->overload < 0) /* a time for now */
            lane->overload = (int)((row->at_ps - shot->start_ps) / CS_PS_PER_NS);
    } else if (row->kind == CS_EV_FRAME) {
        lane = tx_of_row(tui, shot, row);
        if (lane) {
            lane->tec = row->tec > 0 ? (uint16_t)(row->tec - 1) : 0;
            lane->rec = row->rec;
            lane->counted = row->attempt > 0; /* else it is of a log */
            lane->suspends = lane->tec >= PASSIVE_LIMIT || lane->rec >= PASSIVE_LIMIT;
        }
        shot->valid = true;
        shot->end_ps = row->at_ps;
    } else if (row->kind == CS_EV_ERROR_FRAME) {
        shot->failed = true;
        shot->end_ps = row->at_ps;
    }
}

static void add_acks(const struct cs_tui *tui, struct cs_shot *shot, const struct cs_node_set *acks)
{
    char name[16];

    shot->acks_known = acks != NULL;
    for (unsigned i = 0; acks && i < CS_BUS_MAX_NODES; i++) {
        if (!cs_node_set_has(acks, i))
            continue;
        snprintf(name, sizeof name, "node %u", i);
        struct cs_lane *lane = get_lane(shot, (int)i, name);
        if (lane)
            lane->acks = true;
    }
    /* Who is there now, with names. */
    for (unsigned i = 0; i < tui->n_nodes; i++) {
        const struct cs_tui_node *node = &tui->nodes[i];
        if (node->bus != shot->bus)
            continue;
        struct cs_lane *lane = get_lane(shot, node->index, node->status.name);
        if (lane && lane->acks)
            snprintf(lane->name, sizeof lane->name, "%.23s", node->status.name);
        if (lane && node->status.mode & CS_MODE_LISTEN_ONLY)
            lane->listens = true;
    }
}

static void swap_lanes(struct cs_shot *shot, unsigned a, unsigned b)
{
    struct cs_lane lane = shot->lane[a];

    shot->lane[a] = shot->lane[b];
    shot->lane[b] = lane;
}

/* How far it came: who sends to the end first, then losers, the last ones first; receivers by
 * node. */
static long rank(const struct cs_lane *lane)
{
    if (lane->tx < 0)
        return 100000 + lane->node;
    return lane->lost < 0 ? lane->node - 1000 : 50000 - lane->lost;
}

static void order_lanes(struct cs_shot *shot)
{
    for (unsigned i = 1; i < shot->n_lanes; i++)
        for (unsigned j = i; j > 0 && rank(&shot->lane[j]) < rank(&shot->lane[j - 1]); j--)
            swap_lanes(shot, j, j - 1);
}

/* ---- bits ------------------------------------------------------------------------------------ */

static void append(struct cs_shot *shot, enum cs_field field, unsigned index, int64_t len_ps)
{
    struct cs_shot_bit *bit = &shot->bit[shot->n_bits];

    if (shot->n_bits >= CS_SHOT_BITS)
        return;
    bit->field = (uint8_t)field;
    bit->index = (uint16_t)index;
    bit->stuff = false;
    bit->rate = 'N';
    bit->level = 1;
    shot->n_bits++;
    bit[1].at_ps = bit->at_ps + len_ps;
}

static void append_run(struct cs_shot *shot, enum cs_field field, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        append(shot, field, i, shot->bit_ps);
}

static int64_t bit_len(const struct cs_explain_times *times, char rate)
{
    switch (rate) {
    case 'D':
        return times->data_bit_ps;
    case 'B':
        return times->brs_ps[0] + times->brs_ps[1];
    case 'C':
        return times->crc_delim_ps[0] + times->crc_delim_ps[1];
    default:
        return times->nominal_bit_ps;
    }
}

static void frame_bits(const struct cs_tui *tui, struct cs_shot *shot, const struct cs_wire *wire,
                       unsigned n)
{
    struct cs_timing timing = tui->bus[shot->bus].timing;
    struct cs_explain_times times;
    unsigned index;

    if (!timing.nominal.bitrate_bps) /* nobody has told it */
        cs_bit_timing_fill(&timing.nominal, 500000, CS_SAMPLE_DFLT, 0);
    if (!timing.data.bitrate_bps) /* one rate for both */
        timing.data = timing.nominal;
    cs_explain_times(wire, &timing, &times);
    for (unsigned i = 0; i < n; i++) {
        enum cs_field field = cs_wire_field_at(wire, i, &index);
        char rate = cs_explain_rate(wire, i);
        append(shot, field, index, bit_len(&times, rate));
        shot->bit[i].stuff = cs_wire_is_stuff(wire, i);
        shot->bit[i].rate = rate;
    }
    if (wire->ack_slot < n)
        shot->ack_slot = wire->ack_slot;
}

/* A CRC error waits with its flag until the ACK delimiter is over. */
static unsigned error_end(struct cs_shot *shot, const struct cs_wire *wire)
{
    unsigned end = wire ? wire->n_bits : CS_SHOT_BITS / 2;
    bool any = wire != NULL;

    for (unsigned i = 0; i < shot->n_lanes; i++) {
        struct cs_lane *lane = &shot->lane[i];
        if (lane->flag < 0)
            continue;
        if (lane->error_kind == CS_ERROR_CRC && wire && lane->flag < wire->ack_slot + 2)
            lane->flag = wire->ack_slot + 2;
        any = true;
        if ((unsigned)lane->flag < end)
            end = (unsigned)lane->flag;
    }
    return any ? end : 0;
}

/* Flags, delimiter: as long as the error frame was. */
static void error_bits(struct cs_shot *shot)
{
    const int64_t since = shot->end_ps - shot->start_ps - shot->bit[shot->n_bits].at_ps;
    int n = (int)((since + shot->bit_ps / 2) / shot->bit_ps);

    if (n > CS_SHOT_BITS - (int)shot->n_bits)
        n = CS_SHOT_BITS - (int)shot->n_bits;
    if (shot->failed && n >= DELIM_BITS) {
        append_run(shot, CS_FIELD_ERROR_FLAG, (unsigned)n - DELIM_BITS);
        append_run(shot, CS_FIELD_ERROR_DELIM, DELIM_BITS);
    } else if (n > 0) {
        append_run(shot, CS_FIELD_ERROR_FLAG, (unsigned)n);
    }
}

static void overload_bits(struct cs_shot *shot)
{
    int first = NO_BIT;

    for (unsigned i = 0; i < shot->n_lanes; i++) {
        struct cs_lane *lane = &shot->lane[i];
        unsigned at = 0;
        if (lane->overload < 0)
            continue;
        while (at < shot->n_bits &&
               shot->bit[at].at_ps + shot->bit_ps / 2 < (int64_t)lane->overload * CS_PS_PER_NS)
            at++;
        lane->overload = (int)at;
        if (first < 0 || lane->overload < first)
            first = lane->overload;
    }
    if (first < 0)
        return;
    shot->n_bits = (unsigned)first;
    append_run(shot, CS_FIELD_OVERLOAD_FLAG, FLAG_BITS);
    append_run(shot, CS_FIELD_OVERLOAD_DELIM, DELIM_BITS);
    append_run(shot, CS_FIELD_INTERMISSION, INTERMISSION_BITS);
}

static enum cs_drive expected(const struct cs_shot *shot, const struct cs_lane *lane, unsigned bit)
{
    const int at = (int)bit;

    if (lane->flag >= 0 && at >= lane->flag)
        if (at < lane->flag + FLAG_BITS)
            return lane->passive ? CS_DRIVE_PASSIVE : CS_DRIVE_FLAG;
    if (lane->overload >= 0 && at >= lane->overload && at < lane->overload + FLAG_BITS)
        return CS_DRIVE_FLAG;
    if (lane->tx >= 0 && bit < shot->frame_bits && (lane->flag < 0 || at < lane->flag)) {
        const struct cs_wire *wire = &shot->tx[lane->tx].wire;
        if (at == lane->lost)
            return CS_DRIVE_LOST;
        if (bit < wire->n_bits && (lane->lost < 0 || at < lane->lost))
            return cs_wire_level(wire, bit) ? CS_DRIVE_RECESSIVE : CS_DRIVE_DOMINANT;
    }
    if (lane->acks && at == shot->ack_slot)
        return CS_DRIVE_ACK;
    return CS_DRIVE_NONE;
}

static bool pulls(enum cs_drive drive)
{
    return drive == CS_DRIVE_DOMINANT || drive == CS_DRIVE_ACK || drive == CS_DRIVE_FLAG;
}

enum cs_drive cs_shot_drive(const struct cs_shot *shot, const struct cs_lane *lane, unsigned bit)
{
    const enum cs_drive drive = expected(shot, lane, bit);
    const uint64_t mask = UINT64_C(1) << (bit % 64);

    if (bit >= CS_SHOT_BITS || !(lane->measured[bit / 64] & mask))
        return drive;
    if (!(lane->low[bit / 64] & mask))
        return !pulls(drive) ? drive : lane->tx >= 0 ? CS_DRIVE_RECESSIVE : CS_DRIVE_NONE;
    if (pulls(drive))
        return drive;
    if ((int)bit == shot->ack_slot && lane->tx < 0)
        return CS_DRIVE_ACK;
    return shot->bit[bit].field >= CS_FIELD_ERROR_FLAG ? CS_DRIVE_FLAG : CS_DRIVE_DOMINANT;
}

static void set_levels(struct cs_shot *shot)
{
    for (unsigned b = 0; b < shot->n_bits; b++) {
        bool dominant = (int)b == shot->ack_slot && shot->valid && !shot->acks_known;
        for (unsigned i = 0; i < shot->n_lanes; i++)
            dominant |= pulls(cs_shot_drive(shot, &shot->lane[i], b));
        shot->bit[b].level = !dominant;
    }
    /* What was sampled at the errors is known, whoever made it so. */
    for (unsigned i = 0; i < shot->n_lanes; i++) {
        const struct cs_lane *lane = &shot->lane[i];
        if (lane->error >= 0 && lane->error < (int)shot->frame_bits)
            shot->bit[lane->error].level = lane->error_level;
    }
}

/* Its transmitter is error passive: it waits longer, unless somebody else begins.
 * ISO 11898-1:2015, 10.4.6.4. */
static void suspend_bits(const struct cs_tui *tui, struct cs_shot *shot)
{
    const int64_t next_ps = cs_attempt_after(tui, shot->bus, shot->end_ps);

    for (unsigned i = 0; i < SUSPEND_BITS; i++) {
        if (next_ps >= 0 &&
            next_ps < shot->start_ps + shot->bit[shot->n_bits].at_ps + shot->bit_ps / 2)
            return;
        append(shot, CS_FIELD_SUSPEND, i, shot->bit_ps);
    }
}

static void make_bits(const struct cs_tui *tui, struct cs_shot *shot)
{
    const struct cs_lane *main = shot->n_lanes ? &shot->lane[0] : NULL;
    const struct cs_wire *wire = main && main->tx >= 0 ? &shot->tx[main->tx].wire : NULL;
    unsigned n = wire ? wire->n_bits : 0;

    if (!shot->valid)
        n = error_end(shot, wire);
    shot->bit[0].at_ps = 0;
    if (wire)
        frame_bits(tui, shot, wire, n);
    else
        append_run(shot, CS_FIELD_IDLE, n); /* nobody sent what was taken for a frame */
    shot->frame_bits = n;
    if (!shot->valid && (shot->failed || (wire && n < wire->n_bits)))
        error_bits(shot);
    if (shot->valid || shot->failed)
        append_run(shot, CS_FIELD_INTERMISSION, INTERMISSION_BITS);
    overload_bits(shot);
    if ((shot->valid || shot->failed) && main && main->suspends)
        suspend_bits(tui, shot);
    while (shot->n_bits > 0 &&
           shot->start_ps + shot->bit[shot->n_bits - 1].at_ps >= tui->info.now_ps)
        shot->n_bits--; /* it is still to come */
    set_levels(shot);
    cs_shot_measure(tui, shot);
}

/* ---- taking it ------------------------------------------------------------------------------- */

static void add_air(const struct cs_tui *tui, struct cs_shot *shot)
{
    const struct cs_air_bus *air = &tui->air->bus[shot->bus];
    struct cs_node_set none = {{0}};

    if (!shot->valid && !shot->failed && air->on && air->start_ps == shot->start_ps) {
        for (unsigned i = 0; i < air->n; i++) {
            const struct cs_air_sender *s = &air->sender[i];
            add_tx(shot, s->node, cs_tui_who(tui, s->who),
                   &(struct cs_shot_tx){.frame = s->frame,
                                        .queued_ps = s->queued_ps,
                                        .attempt = s->attempt,
                                        .lost = s->lost});
        }
        add_acks(tui, shot, air->deaf ? NULL : &air->acks);
        shot->row = UINT64_MAX;
    } else if (!shot->valid) {
        add_acks(tui, shot, &none);
    }
}

static bool take(const struct cs_tui *tui, unsigned bus, int64_t start_ps, struct cs_shot *shot)
{
    const struct cs_timing *timing = &tui->bus[bus].timing;
    struct cs_attempt_rows rows;
    const struct cs_row *row;

    shot->n_lanes = shot->n_tx = shot->n_bits = shot->n_more = 0;
    shot->bus = (uint16_t)bus;
    shot->start_ps = start_ps;
    shot->end_ps = tui->info.now_ps;
    shot->bit_ps = CS_PS_PER_S / (timing->nominal.bitrate_bps ? timing->nominal.bitrate_bps : 1);
    shot->valid = shot->failed = shot->acks_known = false;
    shot->ack_slot = NO_BIT;
    shot->sample_permille = cs_bit_timing_sample_permille(&timing->nominal);
    shot->data_sample_permille =
        timing->data.bitrate_bps ? cs_bit_timing_sample_permille(&timing->data) : 0;
    cs_attempt_rows(tui, bus, start_ps, &rows);
    while ((row = cs_attempt_next(tui, &rows)) != NULL) {
        add_row(tui, shot, row);
        if (row->kind != CS_EV_OVERLOAD)
            shot->row = rows.number - 1;
        if (row->kind == CS_EV_FRAME)
            add_acks(tui, shot, cs_air_set(tui->air, row->acks));
    }
    add_air(tui, shot);
    order_lanes(shot);
    make_bits(tui, shot);
    return shot->n_bits > 0;
}

bool cs_shot_take(const struct cs_tui *tui, uint64_t number, struct cs_shot *shot)
{
    const int64_t start_ps = cs_attempt_start(tui, number);

    shot->row = number;
    return start_ps >= 0 && take(tui, cs_tui_ring_get(&tui->ring, number)->bus, start_ps, shot);
}

bool cs_shot_take_air(const struct cs_tui *tui, unsigned bus, struct cs_shot *shot)
{
    shot->row = UINT64_MAX;
    return bus < tui->n_buses && tui->air->bus[bus].on &&
           take(tui, bus, tui->air->bus[bus].start_ps, shot);
}
