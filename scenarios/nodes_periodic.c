/* SPDX-License-Identifier: MIT */
/* Messages that are sent again and again, and what moves in them. The n-th instant is computed from
 * the base, and the ends of bursts never move the next period: nothing adds up. */
#include <stdlib.h>

#include "scenarios/counter.h"
#include "scenarios/nodes_internal.h"

void cs_counter_put(struct cs_frame *frame, const struct cs_counter *c, int64_t value)
{
    uint64_t left = (uint64_t)value;
    int64_t byte = c->byte;

    if (c->bits <= 8) {
        unsigned mask = (1u << c->bits) - 1;
        frame->data[byte] = (uint8_t)((frame->data[byte] & ~mask) | ((unsigned)value & mask));
        return;
    }
    for (int64_t bits = c->bits; bits > 0; bits -= 8, byte++) {
        unsigned mask = bits >= 8 ? 0xFFu : (1u << bits) - 1;
        frame->data[byte] = (uint8_t)((frame->data[byte] & ~mask) | ((unsigned)left & mask));
        left >>= 8;
    }
}

void cs_counter_advance(const struct cs_counter *c, int64_t *value, int64_t *step)
{
    int64_t span = c->high - c->low + 1, next = *value + *step;

    if (next >= c->low && next <= c->high) {
        *value = next;
        return;
    }
    if (!c->bounce) {
        int64_t over = (next - c->low) % span;
        *value = c->low + (over < 0 ? over + span : over);
        return;
    }
    *step = -*step;
    next = *value + *step;
    if (next < c->low)
        next = c->low;
    *value = next > c->high ? c->high : next;
}

/* The next period, or nothing where all is sent. */
static void schedule(struct cs_sender *s)
{
    const struct cs_message *m = s->message;

    if (m->count > 0 && s->done >= m->count)
        return;
    int64_t at = s->base_ps + m->offset_ps;
    if (s->done > (CS_NEVER - at) / m->period_ps - 1)
        return; /* beyond the end of time */
    at += s->done * m->period_ps;
    if (m->jitter_ps > 0)
        at += cs_rng_range(&s->node->rng, 0, m->jitter_ps);
    s->burst_ps = at;
    s->in_burst = 0;
    cs_timer_start(s->node->all->sim, &s->timer, at);
}

/* The frame, or all of them, once, with all that moves. */
static void send_once(struct cs_sender *s)
{
    const struct cs_message *m = s->message;
    int64_t since = cs_sim_now_ps(s->node->all->sim) - s->base_ps;
    unsigned first = m->sequence ? s->next : 0, end = m->sequence ? s->next + 1 : m->frames.n;
    uint64_t raw[CS_SCENARIO_SIGNALS];

    for (unsigned i = 0; i < m->n_signals; i++)
        raw[i] = cs_signal_next(&m->signals[i], &s->signals[i], since, &s->node->rng);
    for (unsigned f = first; f < end; f++) {
        struct cs_frame frame = m->frames.frame[f];
        for (unsigned c = 0; c < m->n_counters; c++)
            cs_counter_put(&frame, &m->counters[c], s->value[c]);
        for (unsigned i = 0; i < m->n_signals; i++)
            cs_signal_put(&m->signals[i], raw[i], &frame);
        for (unsigned c = 0; c < m->n_checksums; c++)
            cs_checksum_put(&m->checksums[c], &frame);
        cs_nodes_submit(s->node, &frame);
    }
    for (unsigned c = 0; c < m->n_counters; c++)
        cs_counter_advance(&m->counters[c], &s->value[c], &s->step[c]);
    if (++s->next >= m->frames.n)
        s->next = 0;
}

static void on_period(void *ctx, struct cs_timer *timer)
{
    struct cs_sender *s = ctx;
    const struct cs_message *m = s->message;

    do {
        send_once(s);
        s->in_burst++;
    } while (m->burst_gap_ps == 0 && s->in_burst < m->burst);
    if (s->in_burst < m->burst) {
        cs_timer_start(s->node->all->sim, timer, s->burst_ps + s->in_burst * m->burst_gap_ps);
        return;
    }
    s->done++;
    schedule(s);
}

static void start(struct cs_sender *s)
{
    const struct cs_message *m = s->message;

    s->timer.fn = on_period;
    s->timer.ctx = s;
    s->base_ps = s->node->base_ps;
    s->done = 0;
    s->next = 0;
    for (unsigned c = 0; c < m->n_counters; c++) {
        s->value[c] = m->counters[c].first;
        s->step[c] = m->counters[c].step;
    }
    for (unsigned i = 0; i < m->n_signals; i++)
        cs_signal_start(&m->signals[i], &s->signals[i]);
    schedule(s);
}

void cs_nodes_periodic_start(struct cs_nodes_node *node)
{
    for (unsigned i = 0; i < node->def->n_messages; i++)
        start(&node->senders[i]);
}

void cs_nodes_periodic_stop(struct cs_nodes_node *node)
{
    for (unsigned i = 0; i < node->def->n_messages; i++)
        cs_timer_stop(node->all->sim, &node->senders[i].timer);
}

int cs_nodes_periodic_open(struct cs_nodes_node *node, struct cs_error *error)
{
    const struct cs_scenario_node *def = node->def;

    node->senders = calloc((size_t)def->n_messages + 1, sizeof(*node->senders));
    if (node->senders == NULL)
        return cs_nodes_no_memory(error);
    for (unsigned m = 0; m < def->n_messages; m++) {
        struct cs_sender *s = &node->senders[m];
        s->node = node;
        s->message = &def->messages[m];
        s->signals = calloc((size_t)s->message->n_signals + 1, sizeof(*s->signals));
        if (s->signals == NULL)
            return cs_nodes_no_memory(error);
    }
    return 0;
}

void cs_nodes_periodic_close(struct cs_nodes_node *node)
{
    for (unsigned m = 0; node->senders != NULL && m < node->def->n_messages; m++)
        free(node->senders[m].signals);
    free(node->senders);
}
