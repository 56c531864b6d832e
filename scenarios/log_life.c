/* SPDX-License-Identifier: MIT */
/* Invariant: a line is told before what comes after it: whoever tells one calls life_tell_pending()
 * first. */
#include "scenarios/log_life.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/life_internal.h"

static void block_line(const struct life_teller *t, int64_t at_ps, const struct life_text *text)
{
    life_block_line(t->state, t->index, at_ps, text);
}

/* 123#11 from "ecu" (2nd try): */
static void say_attempt(struct life_text *text, const struct life_teller *t,
                        const struct cs_event *event)
{
    if (event->frame != NULL)
        life_say_frame(text, event->frame);
    life_say(text, " from ");
    life_say_node(text, t->of, event->node);
    life_say(text, " (");
    life_say_try(text, event->attempt);
    life_say(text, "): ");
}

/* ---- attempts ----------------------------------------------------------------------------- */

/* Nobody sends any more what the block is about. */
static bool is_stale(const struct life_bus *bus)
{
    return bus->over || (bus->head && life_set_is_empty(&bus->sending));
}

static void on_tx_start(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    life_tell_pending(t);
    if (t->bus->open && is_stale(t->bus))
        life_block_close(t->state, t->index);
    life_block_open(t->state, t->index, event->at_ps);
    bool together = event->at_ps - t->bus->start_ps < 2 * cs_bus_bit_ps(t->of);
    say_attempt(&text, t, event);
    life_say(&text, "start of frame%s",
             !t->bus->head ? ""
             : together    ? " as well"
                           : ", for it does not hear the other");
    if (event->at_ps > event->queued_ps) {
        life_say(&text, ", ");
        life_say_time(&text, event->at_ps - event->queued_ps);
        life_say(&text, " after it was queued");
    }
    life_say(&text, ".");
    life_set_add(&t->bus->sending, event->node);
    life_set_remove(&t->bus->heard, event->node);
    block_line(t, event->at_ps, &text);
}

static void on_arb_lost(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    life_tell_pending(t);
    life_set_remove(&t->bus->sending, event->node);
    say_attempt(&text, t, event);
    life_say(&text, "lost arbitration at ");
    life_say_place(&text, event);
    if (event->peer == CS_NO_NODE) {
        life_say(&text, " to a dominant bit that no node sent.");
    } else {
        life_say(&text, " to ");
        life_say_node(&text, t->of, event->peer);
        life_say(&text, ".");
    }
    life_line(t->state, t->index, event->at_ps, &text);
}

static void on_frame(const struct life_teller *t, const struct cs_event *event)
{
    life_tell_pending(t);
    if (t->bus->valid)
        life_block_close(t->state, t->index);
    life_block_open(t->state, t->index, event->at_ps);
    t->bus->valid = true;
    t->bus->done = *event;
    if (event->frame != NULL)
        t->bus->frame = *event->frame;
    life_block_over(t->state, t->index, event->at_ps);
}

static void on_sent(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    life_set_remove(&t->bus->sending, event->node);
    if (event->attempt > 0 && (!t->bus->valid || t->bus->done.node == event->node))
        return;
    life_tell_pending(t);
    if (event->frame != NULL)
        life_say_frame(&text, event->frame);
    life_say(&text, " from ");
    life_say_node(&text, t->of, event->node);
    life_say(&text, event->attempt > 0 ? " counts as sent, too: the bits were the same."
                                       : " was confirmed as sent and was never on the wire.");
    life_line(t->state, t->index, event->at_ps, &text);
}

/* On a bus that is split: a frame beside the one that the block is about. */
static bool is_apart(const struct life_bus *bus, int from)
{
    return bus->open && from != CS_NO_NODE && life_set_has(&bus->sending, from) &&
           (life_set_count(&bus->sending) > 1 || (bus->valid && bus->done.node != from));
}

static void on_received(const struct life_teller *t, const struct cs_event *event)
{
    struct life_bus *bus = t->bus;
    struct life_text text = {.used = 0};

    if (event->frame == NULL)
        return;
    if (event->peer != CS_NO_NODE)
        life_set_add(&bus->heard, event->peer);
    if (bus->open && life_set_is_empty(&bus->received)) {
        bus->rx_frame = *event->frame;
        bus->rx_from = event->peer;
    }
    if (bus->open && cs_frame_equal(&bus->rx_frame, event->frame)) {
        life_set_add(&bus->received, event->node);
        bus->received_ps = event->at_ps;
        if (life_set_is_empty(&bus->sending)) /* nobody will tell of a frame */
            life_block_over(t->state, t->index, event->at_ps);
        return;
    }
    life_tell_pending(t);
    life_say_node(&text, t->of, event->node);
    bool apart = is_apart(bus, event->peer);
    life_say(&text, apart       ? " received "
                    : bus->open ? " received something else: "
                                : " received only now: ");
    life_say_frame(&text, event->frame);
    if (apart) {
        life_say(&text, " from ");
        life_say_node(&text, t->of, event->peer);
    }
    life_say(&text, ".");
    if (bus->open)
        block_line(t, event->at_ps, &text);
    else
        life_line(t->state, t->index, event->at_ps, &text);
}

static void on_error_frame(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};
    int rest = event->n_bits - t->bus->error_bit - 1; /* flags and delimiter */

    life_tell_pending(t);
    life_block_open(t->state, t->index, event->at_ps);
    life_say(&text, "The error frame is over");
    if (t->bus->flag_active && rest >= 6 + 8 && rest <= 12 + 8)
        life_say(&text,
                 ": the error flags together made %d dominant bits, then came 8 bits of delimiter",
                 rest - 8);
    life_say(&text, ".");
    block_line(t, event->at_ps, &text);
    life_block_over(t->state, t->index, event->at_ps);
}

/* ---- the end of a block ------------------------------------------------------------------- */

static void sum_up_latency(const struct life_teller *t)
{
    const struct cs_event *done = &t->bus->done;
    struct life_text text = {.used = 0};

    life_say(&text, "From queue to done ");
    life_say_time(&text, done->at_ps - done->queued_ps);
    if (done->start_ps > done->queued_ps) {
        life_say(&text, ": ");
        life_say_time(&text, done->start_ps - done->queued_ps);
        life_say(&text, " until the %sstart, ", done->attempt > 1 ? "last " : "");
        life_say_time(&text, done->at_ps - done->start_ps);
        life_say(&text, " on the wire");
    }
    if (done->attempt > 1)
        life_say(&text, "; %u tries", done->attempt);
    if (done->lost > 0)
        life_say(&text, ", arbitration lost %u time%s", done->lost, done->lost == 1 ? "" : "s");
    life_say(&text, ".");
    block_line(t, done->at_ps, &text);
}

static void sum_up_valid(const struct life_teller *t)
{
    const struct cs_event *done = &t->bus->done;
    bool nobody = life_set_is_empty(&t->bus->received);
    bool told = nobody && life_set_has(&t->bus->heard, done->node);
    struct life_text text = {.used = 0};

    life_say(&text, "Valid: ");
    life_say_frame(&text, &t->bus->frame);
    life_say(&text, " from ");
    life_say_node(&text, t->of, done->node);
    life_say(&text, ", %u bits in ", done->n_bits);
    life_say_time(&text, done->at_ps - done->start_ps);
    if (t->state->hears)
        life_say(&text, told ? "" : nobody ? ". Nobody received it" : ". Received by ");
    if (t->state->hears)
        life_say_nodes(&text, t->of, &t->bus->received);
    if (!nobody && !cs_frame_equal(&t->bus->rx_frame, &t->bus->frame)) {
        life_say(&text, " as ");
        life_say_frame(&text, &t->bus->rx_frame);
    }
    life_say(&text, ".");
    block_line(t, done->at_ps, &text);
    sum_up_latency(t);
}

static int64_t latest_ps(const struct life_bus *bus)
{
    return bus->told_ps > bus->received_ps ? bus->told_ps : bus->received_ps;
}

static void sum_up_received(const struct life_teller *t)
{
    const struct life_bus *bus = t->bus;
    struct life_text text = {.used = 0};

    if (life_set_is_empty(&bus->received))
        return;
    life_say_frame(&text, &bus->rx_frame);
    life_say(&text, " was received by ");
    life_say_nodes(&text, t->of, &bus->received);
    if (life_set_is_empty(&bus->sending))
        life_say(&text, ", and no node has sent it");
    else if (bus->rx_from == CS_NO_NODE || life_set_has(&bus->failed, bus->rx_from))
        life_say(&text, ", who receive it twice when its sender repeats it");
    life_say(&text, ".");
    block_line(t, latest_ps(bus), &text);
}

static void sum_up_failed(const struct life_teller *t)
{
    struct life_text text = {.used = 0};
    struct life_set again = t->bus->failed;

    sum_up_received(t);
    for (unsigned i = 0; i < sizeof(again.word) / sizeof(again.word[0]); i++)
        again.word[i] &= t->bus->sending.word[i];
    if (life_set_is_empty(&again))
        return;
    life_say_nodes(&text, t->of, &again);
    life_say(&text, " will try again.");
    block_line(t, latest_ps(t->bus), &text);
}

/* "ecu" TEC 0 -> 8, "b" REC 0 -> 1 */
static void sum_up_counters(const struct life_teller *t, int64_t at_ps)
{
    struct life_text text = {.used = 0};
    unsigned told = 0, more = 0;

    life_say(&text, "Counters: ");
    for (int i = 0; i < CS_BUS_MAX_NODES; i++) {
        struct life_node *node = &t->bus->node[i];
        bool tec = node->tec != node->told_tec, rec = node->rec != node->told_rec;
        if (!life_set_has(&t->bus->counted, i) || (!tec && !rec))
            continue;
        if (told++ >= LIFE_NAMES) {
            more++;
        } else {
            life_say(&text, "%s", told > 1 ? ", " : "");
            life_say_node(&text, t->of, i);
            if (tec)
                life_say(&text, " TEC %u -> %u", node->told_tec, node->tec);
            if (rec)
                life_say(&text, "%s REC %u -> %u", tec ? "," : "", node->told_rec, node->rec);
        }
        node->told_tec = node->tec;
        node->told_rec = node->rec;
    }
    if (more > 0)
        life_say(&text, " and those of %u other nodes", more);
    life_say(&text, ".");
    if (told > 0)
        block_line(t, at_ps, &text);
}

void life_sum_up(struct cs_life_state *state, unsigned index)
{
    struct life_bus *bus = &state->bus[index];
    struct life_teller t = {state, bus, cs_sim_bus(state->life->log.sim, index), index};

    life_tell_pending(&t);
    if (bus->valid)
        sum_up_valid(&t);
    else if (bus->over)
        sum_up_failed(&t);
    else
        sum_up_received(&t);
    sum_up_counters(&t, latest_ps(bus));
}

/* ---- the observer ------------------------------------------------------------------------- */

static life_handler *const handlers[CS_EV_KIND_COUNT] = {
    [CS_EV_ATTACH] = life_on_attach,
    [CS_EV_DETACH] = life_on_detach,
    [CS_EV_CONFIG] = life_on_config,
    [CS_EV_QUEUED] = life_on_queued,
    [CS_EV_REFUSED] = life_on_refused,
    [CS_EV_TX_START] = on_tx_start,
    [CS_EV_ARB_LOST] = on_arb_lost,
    [CS_EV_FRAME] = on_frame,
    [CS_EV_SENT] = on_sent,
    [CS_EV_DROPPED] = life_on_dropped,
    [CS_EV_ERROR] = life_on_error,
    [CS_EV_ERROR_FRAME] = on_error_frame,
    [CS_EV_OVERLOAD] = life_on_overload,
    [CS_EV_COUNTERS] = life_on_counters,
    [CS_EV_STATE] = life_on_state,
    [CS_EV_LOST] = life_on_lost,
    [CS_EV_NOTE] = life_on_note,
    [CS_EV_FAULT] = life_on_fault,
    [CS_EV_ACKED] = life_on_acked,
    [CS_EV_RECEIVED] = on_received,
};

/* Kinds that are about a node, and mean nothing without one. */
static const uint32_t of_nodes = UINT32_MAX & ~(1u << CS_EV_ERROR_FRAME | 1u << CS_EV_LOST |
                                                1u << CS_EV_NOTE | 1u << CS_EV_FAULT);

void cs_log_life(void *ctx, const struct cs_event *event)
{
    struct cs_life *life = ctx;
    struct cs_life_state *state = life->state;

    if (event->bus >= state->n_buses || event->kind >= CS_EV_KIND_COUNT ||
        handlers[event->kind] == NULL)
        return;
    if ((of_nodes >> event->kind & 1u) != 0 && (event->node < 0 || event->node >= CS_BUS_MAX_NODES))
        return;
    const struct life_teller t = {state, &state->bus[event->bus],
                                  cs_sim_bus(life->log.sim, event->bus), event->bus};
    state->at_ps = event->at_ps;
    life_settle(state, event->at_ps);
    handlers[event->kind](&t, event);
    life_settle(state, event->at_ps);
}

void cs_log_life_knows(struct cs_life *life, const struct cs_event *was)
{
    struct life_node *node = &life->state->bus[was->bus].node[was->node];

    *node = (struct life_node){.warned = was->tec >= LIFE_WARNING || was->rec >= LIFE_WARNING,
                               .state = was->state,
                               .tec = was->tec,
                               .rec = was->rec,
                               .told_tec = was->tec,
                               .told_rec = was->rec,
                               .since_ps = was->at_ps};
}

void cs_log_life_hears(struct cs_life *life)
{
    life->state->hears = true;
}

/* Who is there already was not told. */
static void look_around(struct cs_life *life)
{
    struct cs_node_status status;

    for (unsigned b = 0; b < life->state->n_buses; b++) {
        const struct cs_bus *bus = cs_sim_bus(life->log.sim, b);
        for (int i = 0; i < cs_bus_node_limit(bus); i++) {
            if (cs_bus_node_status(bus, i, &status) != 0)
                continue;
            cs_log_life_knows(life, &(struct cs_event){.at_ps = cs_sim_now_ps(life->log.sim),
                                                       .bus = (uint16_t)b,
                                                       .node = (int16_t)i,
                                                       .state = (uint8_t)status.state,
                                                       .tec = status.tec,
                                                       .rec = status.rec});
        }
    }
}

int cs_log_life_begin(struct cs_life *life)
{
    unsigned n = cs_sim_bus_count(life->log.sim);
    struct cs_life_state *state = calloc(1, sizeof(*state) + n * sizeof(state->bus[0]));

    if (state == NULL)
        return -ENOMEM;
    state->life = life;
    state->n_buses = n;
    state->at_ps = cs_sim_now_ps(life->log.sim);
    life_timer_init(state);
    life->state = state;
    return 0;
}

int cs_log_life_start(struct cs_life *life)
{
    int ret = cs_log_life_begin(life);

    if (ret != 0)
        return ret;
    life->state->observes = life->state->hears = true;
    look_around(life);
    ret = cs_sim_observe(life->log.sim, cs_log_life, life);
    if (ret != 0) {
        free(life->state);
        life->state = NULL;
        return ret;
    }
    cs_sim_set_detail(life->log.sim, true);
    return 0;
}

void cs_log_life_end(struct cs_life *life)
{
    struct cs_life_state *state = life->state;

    if (state == NULL)
        return;
    if (state->observes) {
        cs_sim_unobserve(life->log.sim, cs_log_life, life);
        cs_sim_set_detail(life->log.sim, false);
    }
    life_settle(state, CS_NEVER);
    for (unsigned i = 0; i < state->n_buses; i++) {
        const struct life_teller t = {state, &state->bus[i], cs_sim_bus(life->log.sim, i), i};
        life_tell_pending(&t);
        life_block_close(state, i);
    }
    life_timer_stop(state);
    free(state);
    life->state = NULL;
}
