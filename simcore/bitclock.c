/* SPDX-License-Identifier: MIT */
/* bitclock.c - sample points and synchronization of one controller.
 * Invariant: an edge moves the present bit only if the latest sample was recessive and no other
 * edge was used since then. */
#include "simcore/bitclock.h"

static void set_rate(struct cs_rate *rate, const struct cs_bit_timing *timing, int32_t drift_ppb)
{
    struct cs_bit_clock clock;

    cs_bit_timing_clock(timing, drift_ppb, &clock);
    rate->bit_q32 = clock.bit_q32;
    rate->tq_q32 = clock.bit_q32 / clock.n_tq;
    /* Quotient and rest apart: the product would not fit. */
    rate->sample_q32 =
        rate->tq_q32 * clock.sample + clock.bit_q32 % clock.n_tq * clock.sample / clock.n_tq;
    rate->sjw = clock.sjw;
}

void cs_bitclock_set(struct cs_bitclock *clock, const struct cs_timing *timing)
{
    bool two = cs_bit_timing_bitrate(&timing->data) > 0;

    set_rate(&clock->rate[0], &timing->nominal, timing->drift_ppb);
    set_rate(&clock->rate[1], two ? &timing->data : &timing->nominal, timing->drift_ppb);
}

void cs_bitclock_switch(struct cs_bitclock *clock)
{
    const struct cs_rate *r = &clock->rate[clock->now_rate ^ 1u];

    clock->now_rate ^= 1u;
    clock->end = cs_instant_add(clock->sample, r->bit_q32 - r->sample_q32);
}

static enum cs_sync late_edge(struct cs_bitclock *clock, int64_t now_ps, bool hard)
{
    const struct cs_rate *rate = &clock->rate[clock->now_rate];

    if (hard) {
        cs_bitclock_begin(clock, (struct cs_instant){now_ps, 0}, clock->now_rate);
        return CS_SYNC_RESTARTED;
    }
    uint64_t quanta = ((uint64_t)(now_ps - clock->start.ps) << 32) / rate->tq_q32;
    quanta = quanta < rate->sjw ? quanta : rate->sjw;
    if (quanta > 0) {
        clock->sample = cs_instant_add(clock->sample, quanta * rate->tq_q32);
        clock->end = cs_instant_add(clock->end, quanta * rate->tq_q32);
    }
    return quanta ? CS_SYNC_MOVED : CS_SYNC_NONE;
}

static enum cs_sync early_edge(struct cs_bitclock *clock, int64_t now_ps, bool hard)
{
    const struct cs_rate *rate = &clock->rate[clock->now_rate];
    uint64_t most = rate->sjw * rate->tq_q32;
    struct cs_instant reach = cs_instant_add((struct cs_instant){now_ps, 0}, most);

    if (hard || reach.ps >= clock->end.ps) {
        clock->end = (struct cs_instant){now_ps, 0};
        return CS_SYNC_ENDS;
    }
    uint64_t left = ((uint64_t)(clock->end.ps - now_ps) << 32) + clock->end.frac - most;
    clock->end = cs_instant_add((struct cs_instant){now_ps, 0}, left);
    return CS_SYNC_MOVED;
}

enum cs_sync cs_bitclock_edge(struct cs_bitclock *clock, int64_t now_ps, bool hard, bool late_edges)
{
    if (clock->synced || !clock->level) {
        return CS_SYNC_NONE;
    }
    if (clock->sampled) {
        clock->synced = true;
        return early_edge(clock, now_ps, hard);
    }
    if (!late_edges || now_ps < clock->start.ps) {
        return CS_SYNC_NONE;
    }
    clock->synced = true;
    return late_edge(clock, now_ps, hard);
}

struct cs_instant cs_bitclock_add(const struct cs_bitclock *clock, struct cs_instant at, unsigned n,
                                  unsigned rate)
{
    uint64_t q32 = clock->rate[rate].bit_q32;
    uint64_t frac = (q32 & 0xFFFFFFFFu) * n;

    at.ps += (int64_t)(q32 >> 32) * n;
    return cs_instant_add(at, frac);
}
