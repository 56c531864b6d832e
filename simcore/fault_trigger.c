/* SPDX-License-Identifier: MIT */
/* fault_trigger.c - which frames and moments fire a fault. What is decided for a frame is decided
 * at its SOF, from what both engines know there; a match counts when the frame has won arbitration,
 * or when the fault hits it before. */
#include "simcore/fault_internal.h"

/* ---- frames ------------------------------------------------------------------------------- */

static bool matches(const struct cs_armed *f, int node, const struct cs_frame *frame)
{
    const struct cs_fault_trigger *t = &f->spec.trigger;
    bool ext = frame->flags & CS_FRAME_EXT;

    if (t->have_id && (((frame->id ^ t->id) & t->id_mask) != 0 || (t->ext != 2 && t->ext != ext))) {
        return false;
    }
    if (t->have_data && frame->len < t->data_len) {
        return false;
    }
    for (unsigned i = 0; t->have_data && i < t->data_len; i++) {
        if ((frame->data[i] ^ t->data[i]) & t->data_mask[i]) {
            return false;
        }
    }
    return f->from == CS_NO_NODE || (node == f->from) != (t->direction == CS_FAULT_RX);
}

static bool lucky(struct cs_armed *f)
{
    if (f->spec.trigger.probability_ppm >= 1000000) {
        return true;
    }
    if (!f->drawn) {
        f->drawn = true;
        f->luck = cs_rng_below(&f->rng, 1000000) < f->spec.trigger.probability_ppm;
    }
    return f->luck;
}

/* Would this frame, as the next match, fire the fault? */
static bool is_due(struct cs_armed *f, const struct cs_node *node, const struct cs_frame *frame)
{
    const struct cs_fault_trigger *t = &f->spec.trigger;
    const struct cs_node *watched = cs_bus_node(node->bus, f->state_node);
    uint64_t number = f->matched + 1;

    return f->stage == FAULT_READY && !cs_fault_spent(f) && matches(f, node->index, frame) &&
           number >= t->nth && (number - t->nth) % t->every == 0 &&
           (f->state_node == CS_NO_NODE || (watched && watched->state == t->state)) && lucky(f);
}

static void count_match(struct cs_armed *f)
{
    f->matched++;
    f->drawn = false;
}

static const struct cs_frame *frame_of(const struct cs_node *node)
{
    return &node->queue.slots[node->slot].frame;
}

static bool is_ghost(const struct cs_armed *f)
{
    return f->spec.kind == CS_FAULT_SPOOF || f->spec.kind == CS_FAULT_JANUS ||
           f->spec.kind == CS_FAULT_ATTACK_SPOOF;
}

static bool is_form(const struct cs_armed *f)
{
    return f->spec.kind == CS_FAULT_WRONG_CRC || f->spec.kind == CS_FAULT_WRONG_DLC ||
           f->spec.kind == CS_FAULT_WRONG_FORM;
}

static bool is_queue(const struct cs_armed *f)
{
    return f->spec.kind == CS_FAULT_DELAY || f->spec.kind == CS_FAULT_LOSE;
}

/* Fires where the frame has won arbitration. */
static bool fires_when_won(const struct cs_armed *f)
{
    enum cs_fault_class class = cs_armed_class(f);
    return ((class == CS_FAULT_LASTING || class == CS_FAULT_INSTANT) && f->spec.trigger.frame) ||
           f->spec.kind == CS_FAULT_OVERLOAD;
}

/* Waits for frames on the wire, so that they count. */
static bool counts_frames(const struct cs_armed *f)
{
    return cs_armed_class(f) == CS_FAULT_ON_WIRE || is_form(f) || fires_when_won(f);
}

/* ---- arbitration is won ------------------------------------------------------------------- */

/* Does this frame, whose arbitration is over at `won_ps`, count for the fault? */
static bool counts(const struct cs_armed *f, int node, const struct cs_frame *frame, int64_t won_ps)
{
    return (!is_form(f) || f->node == node) && f->stage == FAULT_READY && counts_frames(f) &&
           f->ready_ps <= won_ps && matches(f, node, frame);
}

/* The frame that the frame engine began is over, or something came between: has it `won`? */
static void settle_winner(struct cs_bus *bus, bool has_won)
{
    struct cs_faults *faults = bus->faults;
    struct cs_fault_walk walk;
    struct cs_armed *f;

    if (!faults || faults->winner == CS_NO_NODE) {
        return;
    }
    int winner = faults->winner;
    faults->winner = CS_NO_NODE;
    cs_fault_walk(&walk, bus);
    while (has_won && (f = cs_fault_next(&walk)) != NULL) {
        if (counts(f, winner, &faults->won_frame, faults->won_ps)) {
            count_match(f);
        }
    }
}

uint64_t cs_fault_matched(const struct cs_armed *f)
{
    const struct cs_faults *faults = f->faults;
    bool more = faults->winner != CS_NO_NODE && faults->bus->sim->now_ps >= faults->won_ps &&
                counts(f, faults->winner, &faults->won_frame, faults->won_ps);

    return f->matched + more;
}

/* Nothing fires in the frame engine: cs_faults_frame() has seen to that. */
void cs_fault_note_winner(struct cs_bus *bus)
{
    struct cs_faults *faults = bus->faults;
    const struct cs_node *node = bus->winner;
    struct cs_instant sof = {bus->sof_ps, 0};

    if (faults->winner == CS_NO_NODE && node->slot != CS_TXSLOT_NONE) {
        faults->winner = node->index;
        faults->won_ps = cs_wire_instant(&node->wire, &node->clock, sof, node->wire.arb_bits).ps;
        faults->won_frame = *frame_of(node);
    }
}

void cs_fault_count_early(struct cs_armed *f, const struct cs_node *node, int64_t bit_ps)
{
    if (node->mac.state != MAC_TRANSMIT || node->mac.pos >= node->wire.arb_bits) {
        return;
    }
    if (f->early_ps <= node->start_ps) {
        count_match(f);
    }
    f->early_ps = node->bus->sim->now_ps + bit_ps;
}

static void won(struct cs_armed *f, struct cs_node *node)
{
    if (f->early_ps <= node->start_ps) {
        count_match(f);
    }
    if (!cs_set_has(&f->target, node->index)) {
        return;
    }
    if (is_form(f)) {
        cs_fault_fired(f);
    } else if (f->spec.kind == CS_FAULT_OVERLOAD) {
        cs_node_request_overload(cs_armed_node(f), f->spec.bits);
        cs_fault_fired(f);
    } else if (fires_when_won(f)) {
        cs_fault_soon(f, node->bus->sim->now_ps);
    }
}

void cs_faults_won(struct cs_node *node)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;

    if (node->bus->phase == PHASE_FRAME) {
        cs_fault_note_winner(node->bus);
        return;
    }
    if (node->bus->faults->winner == node->index) {
        node->bus->faults->winner = CS_NO_NODE;
    }
    cs_fault_walk(&walk, node->bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (counts(f, node->index, frame_of(node), node->bus->sim->now_ps)) {
            won(f, node);
        }
    }
}

/* ---- at the SOF --------------------------------------------------------------------------- */

static bool start_ghost(struct cs_armed *f)
{
    if (f->ghost || cs_fault_ghost_start(f)) {
        return false;
    }
    cs_fault_fired(f);
    return true;
}

static bool attack_joins(struct cs_armed *f, struct cs_node *const *contenders, unsigned n)
{
    return f->spec.kind == CS_FAULT_ATTACK_JANUS && f->stage == FAULT_READY && !f->ghost &&
           f->soon.heap_pos && cs_fault_ghost_wins(f, contenders, n) && start_ghost(f);
}

static bool judge(struct cs_armed *f, struct cs_node *const *contenders, unsigned n)
{
    bool any = false;

    if (f->faults->bus->phase != PHASE_BITS) {
        f->target = (struct cs_node_set){{0}};
    }
    for (unsigned i = 0; i < n; i++) {
        const struct cs_node *node = contenders[i];
        cs_set_drop(&f->target, node->index);
        if (!is_due(f, node, frame_of(node)) ||
            (f->spec.kind == CS_FAULT_ATTACK_SPOOF && node->state != CS_STATE_ERROR_PASSIVE)) {
            continue;
        }
        if (is_ghost(f)) {
            return start_ghost(f);
        }
        cs_set_put(&f->target, node->index);
        any = true;
    }
    return any;
}

bool cs_faults_frame(struct cs_bus *bus, struct cs_node *const *contenders, unsigned n)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;
    bool watch = false;

    settle_winner(bus, bus->faults && bus->sim->now_ps > bus->faults->won_ps);
    cs_fault_walk(&walk, bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (f->spec.kind == CS_FAULT_ATTACK_JANUS) {
            watch |= attack_joins(f, contenders, n);
        } else if (counts_frames(f) && !is_form(f)) {
            watch |= judge(f, contenders, n);
        }
    }
    return watch;
}

bool cs_faults_form(struct cs_node *node, const struct cs_frame *frame, struct cs_wire_form *form)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;
    bool any = false;

    cs_fault_walk(&walk, node->bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (!is_form(f) || f->node != node->index) {
            continue;
        }
        cs_set_drop(&f->target, node->index);
        if (!is_due(f, node, frame)) {
            continue;
        }
        cs_set_put(&f->target, node->index);
        any = true;
        if (f->spec.kind == CS_FAULT_WRONG_CRC) {
            form->crc_xor ^= f->spec.mask;
        } else if (f->spec.kind == CS_FAULT_WRONG_DLC) {
            form->wrong_dlc = true;
            form->dlc = (uint8_t)f->spec.value;
        } else {
            form->wrong_form = true;
            form->field = f->spec.field;
            form->index = f->spec.index;
        }
    }
    return any;
}

/* ---- the queue ---------------------------------------------------------------------------- */

int cs_faults_submit(struct cs_node *node, const struct cs_frame *frame, int64_t *not_before_ps)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;
    int result = 0;

    cs_fault_walk(&walk, node->bus);
    while (result == 0 && (f = cs_fault_next(&walk)) != NULL) {
        if (!is_queue(f) || f->node != node->index || f->stage != FAULT_READY ||
            !matches(f, node->index, frame)) {
            continue;
        }
        bool due = is_due(f, node, frame);
        count_match(f);
        if (!due) {
            continue;
        }
        if (f->spec.kind == CS_FAULT_LOSE) {
            result = -1;
        } else {
            int64_t until = node->bus->sim->now_ps + f->spec.delay_ps;
            *not_before_ps = until > *not_before_ps ? until : *not_before_ps;
        }
        cs_fault_fired(f);
    }
    return result;
}

/* ---- events ------------------------------------------------------------------------------- */

static void state_changed(struct cs_armed *f, const struct cs_event *event)
{
    const struct cs_fault_trigger *t = &f->spec.trigger;
    enum cs_fault_class class = cs_armed_class(f);
    bool lasting = class == CS_FAULT_LASTING || class == CS_FAULT_INSTANT;

    if (lasting && f->stage == FAULT_READY && !t->frame && event->node == f->state_node &&
        event->state == t->state && !f->soon.heap_pos && !f->ghost) {
        cs_fault_soon(f, cs_armed_bus(f)->sim->now_ps);
    }
    if (f->spec.kind == CS_FAULT_ATTACK_BUS_OFF && event->state == CS_STATE_BUS_OFF &&
        cs_set_has(&f->victims, event->node)) {
        cs_fault_end_soon(f, cs_armed_bus(f)->sim->now_ps);
    }
}

static void babbler(struct cs_armed *f, const struct cs_event *event)
{
    bool over = event->kind == CS_EV_SENT || event->kind == CS_EV_DROPPED;

    if (over && event->cookie == CS_FAULT_COOKIE(f->id)) {
        f->queued = false;
    }
    if (!f->queued && (over || event->kind == CS_EV_STATE || event->kind == CS_EV_CONFIG)) {
        cs_fault_soon(f, cs_armed_bus(f)->sim->now_ps);
    }
}

/* The frame engine's winner has come to an end, or an error: was it after its arbitration? */
static void winner_event(struct cs_bus *bus, const struct cs_event *event)
{
    const struct cs_node *node = cs_bus_node(bus, event->node);

    if (event->kind == CS_EV_FRAME) {
        settle_winner(bus, true);
    } else if (event->kind == CS_EV_ARB_LOST) {
        settle_winner(bus, false);
    } else if (event->kind == CS_EV_ERROR && node) {
        settle_winner(bus, event->bit >= node->wire.arb_bits);
    } else if (event->kind == CS_EV_DROPPED && node && node->slot == CS_TXSLOT_NONE) {
        /* That on the wire, none of those in its queue. */
        settle_winner(bus, bus->sim->now_ps > bus->faults->won_ps);
    }
}

void cs_faults_event(struct cs_bus *bus, const struct cs_event *event)
{
    static const uint32_t kinds = 1u << CS_EV_STATE | 1u << CS_EV_SENT | 1u << CS_EV_DROPPED |
                                  1u << CS_EV_ERROR | 1u << CS_EV_CONFIG | 1u << CS_EV_FRAME |
                                  1u << CS_EV_ARB_LOST;
    struct cs_fault_walk walk;
    struct cs_armed *f;

    if (!(kinds >> event->kind & 1u) || !bus->faults) {
        return;
    }
    if (bus->faults->winner == event->node) {
        winner_event(bus, event);
    }
    cs_fault_walk(&walk, bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (event->kind == CS_EV_STATE) {
            state_changed(f, event);
        }
        if (event->kind == CS_EV_ERROR && f->ghost && event->state == CS_STATE_ERROR_ACTIVE) {
            cs_fault_ghost_stop(f);
            cs_fault_soon(f, cs_armed_bus(f)->sim->now_ps);
        }
        if (f->spec.kind == CS_FAULT_BABBLE && f->stage == FAULT_ACTS && event->node == f->node) {
            babbler(f, event);
        }
    }
}
