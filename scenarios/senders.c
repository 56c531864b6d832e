/* SPDX-License-Identifier: MIT */
/* See senders.h. A frame's cookie is its slot plus one. */
#include "scenarios/senders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/counter.h"

struct sender {
    struct cs_senders *all;
    bool there;
    struct cs_send send;
    struct cs_timer period, burst;
    int64_t base_ps, done; /* periods since then */
    unsigned left;         /* frames of bursts under way */
    int64_t value, step;   /* of the counter */
    struct cs_sent sent;
};

struct cs_senders {
    struct cs_sim *sim;
    int (*submit)(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie);
    void *ctx;
    struct sender sender[CS_SENDERS];
};

static int wrong(char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return -EINVAL;
}

int cs_send_check(const struct cs_send *send, char *why, size_t why_size)
{
    const struct cs_counter *c = &send->counter;

    if (cs_frame_check(&send->frame) != 0)
        return wrong(why, why_size, "the frame is none");
    if (send->period_ps != 0 &&
        (send->period_ps < CS_SEND_PERIOD_MIN || send->period_ps > CS_SEND_PERIOD_MAX))
        return wrong(why, why_size, "the period must be 100us..1h");
    if (send->burst < 1 || send->burst > CS_SEND_BURST_MAX)
        return wrong(why, why_size, "a burst must have 1..1000 frames");
    if (send->gap_ps < 0 || send->gap_ps > CS_SEND_PERIOD_MAX)
        return wrong(why, why_size, "the gap must be 0s..1h");
    if (send->period_ps != 0 && send->burst > 1 &&
        send->gap_ps > (send->period_ps - 1) / (int64_t)(send->burst - 1))
        return wrong(why, why_size, "the burst must be over before the next period");
    if (send->counts && c->byte + (c->bits + 7) / 8 > send->frame.len) {
        snprintf(why, why_size,
                 "the counter of %" PRId64 " bits at byte %" PRId64
                 " must be within the data, got %u byte%s",
                 c->bits, c->byte, send->frame.len, send->frame.len == 1 ? "" : "s");
        return -EINVAL;
    }
    return 0;
}

static bool counts_alike(const struct cs_send *a, const struct cs_send *b)
{
    const struct cs_counter *c = &a->counter, *d = &b->counter;

    return a->counts == b->counts && c->byte == d->byte && c->bits == d->bits && c->low == d->low &&
           c->high == d->high && c->step == d->step && c->first == d->first &&
           c->bounce == d->bounce;
}

bool cs_send_equal(const struct cs_send *a, const struct cs_send *b)
{
    return a->bus == b->bus && cs_frame_equal(&a->frame, &b->frame) &&
           a->period_ps == b->period_ps && a->burst == b->burst && a->gap_ps == b->gap_ps &&
           counts_alike(a, b);
}

/* ---- sending --------------------------------------------------------------------------------- */

static int send_one(struct sender *s)
{
    struct cs_frame frame = s->send.frame;
    const uint64_t cookie = (uint64_t)(s - s->all->sender) + 1;

    if (s->send.counts) {
        cs_counter_put(&frame, &s->send.counter, s->value);
        cs_counter_advance(&s->send.counter, &s->value, &s->step);
    }
    int ret = s->all->submit(s->all->ctx, s->send.bus, &frame, cookie);
    if (ret == 0) {
        s->sent.queued++;
        s->sent.last = CS_SENT_QUEUED;
    } else {
        s->sent.refused++;
        s->sent.last = CS_SENT_REFUSED;
        s->sent.error = ret;
    }
    return ret;
}

/* As many as there are to send now; the rest follows. Returns what came of the first. */
static int go_on(struct sender *s)
{
    int first = 0;

    for (bool begun = false; s->left > 0; begun = true) {
        int ret = send_one(s);
        first = begun ? first : ret;
        if (--s->left > 0 && s->send.gap_ps > 0) {
            cs_timer_start(s->all->sim, &s->burst, cs_sim_now_ps(s->all->sim) + s->send.gap_ps);
            break;
        }
    }
    return first;
}

static int begin_burst(struct sender *s)
{
    const bool busy = s->left > 0;

    if (s->left <= CS_SEND_BURST_MAX)
        s->left += s->send.burst;
    return busy ? 0 : go_on(s);
}

static void on_burst(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    go_on(ctx);
}

static void schedule(struct sender *s)
{
    if (s->done > (CS_TIME_END - s->base_ps) / s->send.period_ps)
        return; /* beyond the end of time */
    cs_timer_start(s->all->sim, &s->period, s->base_ps + s->done * s->send.period_ps);
}

static void on_period(void *ctx, struct cs_timer *timer)
{
    struct sender *s = ctx;

    (void)timer;
    begin_burst(s);
    s->done++;
    schedule(s);
}

/* ---- slots ----------------------------------------------------------------------------------- */

struct cs_senders *cs_senders_create(struct cs_sim *sim,
                                     int (*submit)(void *ctx, unsigned bus,
                                                   const struct cs_frame *frame, uint64_t cookie),
                                     void *ctx)
{
    struct cs_senders *senders = calloc(1, sizeof(*senders));

    if (senders == NULL)
        return NULL;
    senders->sim = sim;
    senders->submit = submit;
    senders->ctx = ctx;
    for (unsigned i = 0; i < CS_SENDERS; i++) {
        struct sender *s = &senders->sender[i];
        s->all = senders;
        s->period.fn = on_period;
        s->burst.fn = on_burst;
        s->period.ctx = s->burst.ctx = s;
    }
    return senders;
}

void cs_senders_destroy(struct cs_senders *senders)
{
    free(senders);
}

static void stop(struct sender *s)
{
    cs_timer_stop(s->all->sim, &s->period);
    cs_timer_stop(s->all->sim, &s->burst);
    s->left = 0;
    s->sent.running = false;
}

static void forget(struct sender *s)
{
    stop(s);
    if (s->there) {
        cs_timer_release(s->all->sim, &s->period);
        cs_timer_release(s->all->sim, &s->burst);
    }
    s->there = false;
}

/* A counter that is new begins anew; else it goes on. */
static void take(struct sender *s, const struct cs_send *send)
{
    const bool same = s->there && counts_alike(&s->send, send);

    s->send = *send;
    if (!same) {
        s->value = send->counter.first;
        s->step = send->counter.step;
    }
}

int cs_senders_set(struct cs_senders *senders, unsigned slot, const struct cs_send *send, bool run)
{
    struct sender *s = slot < CS_SENDERS ? &senders->sender[slot] : NULL;
    char why[160];

    if (s == NULL || (send != NULL && cs_send_check(send, why, sizeof(why)) != 0) ||
        (send != NULL && send->bus >= cs_sim_bus_count(senders->sim)))
        return -EINVAL;
    if (send == NULL) {
        forget(s);
        return 0;
    }
    if (!s->there) {
        if (cs_timer_reserve(senders->sim, &s->period) != 0 ||
            cs_timer_reserve(senders->sim, &s->burst) != 0)
            return -ENOMEM;
        s->sent = (struct cs_sent){.sent_ps = -1};
    }
    const bool stays = s->there && run && s->sent.running && s->send.period_ps == send->period_ps;
    take(s, send);
    s->there = true;
    if (stays)
        return 0;
    stop(s);
    if (!run || send->period_ps == 0)
        return 0;
    s->sent.running = true;
    s->base_ps = cs_sim_now_ps(senders->sim);
    s->done = 0;
    schedule(s);
    return 0;
}

int cs_senders_now(struct cs_senders *senders, unsigned slot)
{
    if (slot >= CS_SENDERS || !senders->sender[slot].there)
        return -EINVAL;
    return begin_burst(&senders->sender[slot]);
}

bool cs_senders_look(const struct cs_senders *senders, unsigned slot, struct cs_sent *sent)
{
    if (slot >= CS_SENDERS || !senders->sender[slot].there)
        return false;
    *sent = senders->sender[slot].sent;
    return true;
}

void cs_senders_over(struct cs_senders *senders, const struct cs_tx_done *done)
{
    if (done->cookie < 1 || done->cookie > CS_SENDERS)
        return;
    struct cs_sent *sent = &senders->sender[done->cookie - 1].sent;
    sent->last = CS_SENT_OVER;
    sent->result = done->result;
    if (done->result == CS_TX_OK) {
        sent->sent++;
        sent->sent_ps = done->at_ps;
    } else {
        sent->failed++;
    }
}
