/* SPDX-License-Identifier: MIT */
/* Invariant: what several nodes do alike (acknowledge, see the same error) is pending until another
 * line of that bus comes, and is then told as one. */
#include "scenarios/log_life.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/life_internal.h"

enum flag { FLAG_ACTIVE, FLAG_PASSIVE, FLAG_NONE };

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

/* ---- what was pending --------------------------------------------------------------------- */

static enum flag flag_of(const struct cs_event *event)
{
    if ((event->mode & CS_MODE_LISTEN_ONLY) != 0)
        return FLAG_NONE;
    return event->state != CS_STATE_ERROR_ACTIVE || (event->mode & CS_MODE_RESTRICTED) != 0
               ? FLAG_PASSIVE
               : FLAG_ACTIVE;
}

static void say_cause(struct life_text *text, const struct cs_event *event, bool many)
{
    static const char *const causes[CS_ERROR_COUNT] = {
        [CS_ERROR_STUFF] = ": six equal bits in a row",
        [CS_ERROR_CRC] = ": the bits received give another CRC",
        [CS_ERROR_FORM] = ": dominant where the format says recessive",
        [CS_ERROR_ACK] = ": nobody acknowledged",
    };
    static const char *const levels[] = {"dominant", "recessive"};

    if (event->error == CS_ERROR_BIT)
        life_say(text, ": %s sent %s and read %s", many ? "they" : "it", levels[event->level == 0],
                 levels[event->level != 0]);
    else if (event->error < CS_ERROR_COUNT && causes[event->error] != NULL)
        life_say(text, "%s", causes[event->error]);
}

static void say_flag(struct life_text *text, enum flag flag, bool many, bool first)
{
    static const char *const flags[][2] = {
        [FLAG_ACTIVE] = {"an active error flag, six dominant bits", "active error flags"},
        [FLAG_PASSIVE] = {"a passive error flag, six recessive bits", "passive error flags"},
        [FLAG_NONE] = {"no error flag, as it only listens", "no error flags, as they only listen"},
    };
    static const char *const verbs[][2] = {{"sends", "send"}, {"joins with", "join with"}};

    life_say(text, ". %s %s %s.", many ? "They" : "It", verbs[!first && flag != FLAG_NONE][many],
             flags[flag][many]);
}

static void tell_errors(const struct life_teller *t)
{
    struct life_bus *bus = t->bus;
    const struct cs_event *event = &bus->error;
    struct life_set others = bus->who;
    struct life_text text = {.used = 0};
    bool first = bus->errors++ == 0;

    life_set_remove(&others, event->node);
    bool many = !life_set_is_empty(&others);
    life_say(&text, "%s", life_error_words((enum cs_error_kind)event->error));
    text.text[0] = (char)toupper((unsigned char)text.text[0]);
    life_say(&text, " at ");
    life_say_place(&text, event);
    life_say(&text, ", seen %sby %s%s ", first ? "first " : "",
             event->tx ? "transmitter" : "receiver", many ? "s" : "");
    life_say_nodes(&text, t->of, &bus->who);
    say_cause(&text, event, many);
    say_flag(&text, (enum flag)bus->flag, many, first);
    block_line(t, bus->who_ps, &text);
}

static void tell_acks(const struct life_teller *t)
{
    struct life_text text = {.used = 0};

    life_say(&text, "Acknowledged by ");
    life_say_nodes(&text, t->of, &t->bus->who);
    life_say(&text, ".");
    block_line(t, t->bus->who_ps, &text);
}

void life_tell_pending(const struct life_teller *t)
{
    uint8_t pending = t->bus->pending;

    t->bus->pending = LIFE_NOTHING;
    if (pending == LIFE_ACKS)
        tell_acks(t);
    else if (pending == LIFE_ERRORS)
        tell_errors(t);
}

static void pend(const struct life_teller *t, enum life_pending pending,
                 const struct cs_event *event)
{
    life_tell_pending(t);
    life_block_open(t->state, t->index, event->at_ps);
    t->bus->pending = (uint8_t)pending;
    t->bus->who_ps = event->at_ps;
    memset(&t->bus->who, 0, sizeof(t->bus->who));
    life_set_add(&t->bus->who, event->node);
}

static void on_acked(const struct life_teller *t, const struct cs_event *event)
{
    if (t->bus->pending == LIFE_ACKS)
        life_set_add(&t->bus->who, event->node);
    else
        pend(t, LIFE_ACKS, event);
}

static bool same_error(const struct cs_event *a, const struct cs_event *b)
{
    return a->error == b->error && a->field == b->field && a->index == b->index &&
           a->bit == b->bit && a->stuff == b->stuff && a->tx == b->tx && a->level == b->level;
}

static void on_error(const struct life_teller *t, const struct cs_event *event)
{
    struct life_bus *bus = t->bus;
    enum flag flag = flag_of(event);

    if (bus->over)
        life_block_close(t->state, t->index);
    if (flag == FLAG_ACTIVE && !bus->flag_active) {
        bus->flag_active = true;
        bus->error_bit = event->bit;
    }
    if (bus->pending == LIFE_ERRORS && bus->flag == flag && same_error(&bus->error, event)) {
        life_set_add(&bus->who, event->node);
        return;
    }
    pend(t, LIFE_ERRORS, event);
    bus->error = *event;
    bus->flag = (uint8_t)flag;
}

/* ---- attempts ----------------------------------------------------------------------------- */

static void on_tx_start(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    if (t->bus->over)
        life_block_close(t->state, t->index);
    life_block_open(t->state, t->index, event->at_ps);
    life_tell_pending(t);
    say_attempt(&text, t, event);
    life_say(&text, "start of frame%s", t->bus->head ? " as well" : "");
    if (event->at_ps > event->queued_ps) {
        life_say(&text, ", ");
        life_say_time(&text, event->at_ps - event->queued_ps);
        life_say(&text, " after it was queued");
    }
    life_say(&text, ".");
    life_set_add(&t->bus->sending, event->node);
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
    if (t->bus->valid)
        life_block_close(t->state, t->index);
    life_block_open(t->state, t->index, event->at_ps);
    life_tell_pending(t);
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

static void on_received(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    if (t->bus->open) {
        life_set_add(&t->bus->received, event->node);
        return;
    }
    life_say_node(&text, t->of, event->node);
    life_say(&text, " received ");
    if (event->frame != NULL)
        life_say_frame(&text, event->frame);
    life_say(&text, " only now.");
    life_line(t->state, t->index, event->at_ps, &text);
}

static void on_error_frame(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};
    int rest = event->n_bits - t->bus->error_bit - 1; /* flags and delimiter */

    life_block_open(t->state, t->index, event->at_ps);
    life_tell_pending(t);
    life_say(&text, "The error frame is over");
    if (t->bus->flag_active && rest >= 6 + 8 && rest <= 12 + 8)
        life_say(&text,
                 ": the error flags together made %d dominant bits, then came 8 bits of delimiter",
                 rest - 8);
    life_say(&text, ".");
    block_line(t, event->at_ps, &text);
    t->bus->error_frame_ps = event->at_ps;
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
    struct life_text text = {.used = 0};

    life_say(&text, "Valid: ");
    life_say_frame(&text, &t->bus->frame);
    life_say(&text, " from ");
    life_say_node(&text, t->of, done->node);
    life_say(&text, ", %u bits in ", done->n_bits);
    life_say_time(&text, done->at_ps - done->start_ps);
    life_say(&text, nobody ? ". Nobody received it" : ". Received by ");
    life_say_nodes(&text, t->of, &t->bus->received);
    life_say(&text, ".");
    block_line(t, done->at_ps, &text);
    sum_up_latency(t);
}

static void sum_up_failed(const struct life_teller *t)
{
    struct life_text text = {.used = 0};

    if (!life_set_is_empty(&t->bus->received)) {
        life_say(&text, "Received by ");
        life_say_nodes(&text, t->of, &t->bus->received);
        life_say(&text, ", for whom it was valid: who repeats it makes them receive it twice.");
        block_line(t, t->bus->error_frame_ps, &text);
    }
    text.used = 0;
    if (!life_set_is_empty(&t->bus->sending)) {
        life_say_nodes(&text, t->of, &t->bus->sending);
        life_say(&text, " will try again.");
        block_line(t, t->bus->error_frame_ps, &text);
    }
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
    sum_up_counters(&t, bus->valid  ? bus->done.at_ps
                        : bus->over ? bus->error_frame_ps
                                    : state->at_ps);
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
    [CS_EV_ERROR] = on_error,
    [CS_EV_ERROR_FRAME] = on_error_frame,
    [CS_EV_COUNTERS] = life_on_counters,
    [CS_EV_STATE] = life_on_state,
    [CS_EV_LOST] = life_on_lost,
    [CS_EV_NOTE] = life_on_note,
    [CS_EV_FAULT] = life_on_fault,
    [CS_EV_ACKED] = on_acked,
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

/* Who is there already was not told. */
static void look_around(struct cs_life_state *state)
{
    struct cs_node_status status;

    for (unsigned b = 0; b < state->n_buses; b++) {
        const struct cs_bus *bus = cs_sim_bus(state->life->log.sim, b);
        for (int i = 0; i < cs_bus_node_limit(bus); i++) {
            struct life_node *node = &state->bus[b].node[i];
            if (cs_bus_node_status(bus, i, &status) != 0)
                continue;
            *node = (struct life_node){.warned =
                                           status.tec >= LIFE_WARNING || status.rec >= LIFE_WARNING,
                                       .state = (uint8_t)status.state,
                                       .tec = status.tec,
                                       .rec = status.rec,
                                       .told_tec = status.tec,
                                       .told_rec = status.rec,
                                       .since_ps = cs_sim_now_ps(state->life->log.sim)};
        }
    }
}

int cs_log_life_start(struct cs_life *life)
{
    unsigned n = cs_sim_bus_count(life->log.sim);
    struct cs_life_state *state = calloc(1, sizeof(*state) + n * sizeof(state->bus[0]));

    if (state == NULL)
        return -ENOMEM;
    state->life = life;
    state->n_buses = n;
    state->at_ps = cs_sim_now_ps(life->log.sim);
    life_timer_init(state);
    look_around(state);
    life->state = state;
    int ret = cs_sim_observe(life->log.sim, cs_log_life, life);
    if (ret != 0) {
        free(state);
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
    cs_sim_unobserve(life->log.sim, cs_log_life, life);
    cs_sim_set_detail(life->log.sim, false);
    life_settle(state, CS_NEVER);
    for (unsigned i = 0; i < state->n_buses; i++)
        life_block_close(state, i);
    life_timer_stop(state);
    free(state);
    life->state = NULL;
}
