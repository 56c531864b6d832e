/* SPDX-License-Identifier: MIT */
/* bitclock.h - when one controller samples and when its bits begin: its own clock, hard
 * synchronization and resynchronization. ISO 11898-1:2015, 11.3. Times are computed, not counted
 * in quanta; the phase error of an edge is measured in whole quanta, as hardware does.
 * For simcore's own files. */
#ifndef CANSIM_SIMCORE_BITCLOCK_H
#define CANSIM_SIMCORE_BITCLOCK_H

#include "simcore/timing.h"

struct cs_rate {
    uint64_t bit_q32, sample_q32, tq_q32; /* in 2^-32 ps */
    uint16_t sjw;
};

/* An instant with its fraction of a picosecond. */
struct cs_instant {
    int64_t ps;
    uint32_t frac;
};

struct cs_bitclock {
    struct cs_rate rate[2];   /* nominal, data */
    struct cs_instant start;  /* of the present bit */
    struct cs_instant sample; /* its sample point */
    struct cs_instant end;
    int64_t react_ps; /* an edge ended the bit, what follows is decided now; 0: at the end */
    uint8_t now_rate; /* of the present bit; after its sample point of phase_seg2 */
    uint8_t level;    /* latest sample */
    bool sampled;     /* the present bit's sample point is over */
    bool synced;      /* an edge was used since the latest sample */
};

enum cs_sync {
    CS_SYNC_NONE,
    CS_SYNC_MOVED, /* sample point or end moved */
    CS_SYNC_ENDS,  /* the present bit, sampled, ends now: the edge is the next one's beginning */
    CS_SYNC_RESTARTED, /* the present bit, not yet sampled, begins anew */
};

static inline struct cs_instant cs_instant_add(struct cs_instant at, uint64_t q32)
{
    uint64_t frac = (q32 & 0xFFFFFFFFu) + at.frac;
    return (struct cs_instant){at.ps + (int64_t)(q32 >> 32) + (int64_t)(frac >> 32),
                               (uint32_t)frac};
}

void cs_bitclock_set(struct cs_bitclock *clock, const struct cs_timing *timing);

/* The next bit begins at `start`. */
static inline void cs_bitclock_begin(struct cs_bitclock *clock, struct cs_instant start,
                                     unsigned rate)
{
    const struct cs_rate *r = &clock->rate[rate];

    clock->start = start;
    clock->now_rate = (uint8_t)rate;
    clock->sample = cs_instant_add(start, r->sample_q32);
    clock->end = cs_instant_add(start, r->bit_q32);
    clock->react_ps = 0;
    clock->sampled = false;
}

/* The sample point has come, the level was `level`. */
static inline void cs_bitclock_sampled(struct cs_bitclock *clock, unsigned level)
{
    clock->sampled = true;
    clock->synced = false;
    clock->level = (uint8_t)level;
}
/* From the sample point that has just been taken on, the other rate applies. */
void cs_bitclock_switch(struct cs_bitclock *clock);
/* An edge to dominant is seen at now_ps. `late_edges`: those after the beginning of the bit count
 * (a controller that drives dominant itself ignores them). */
enum cs_sync cs_bitclock_edge(struct cs_bitclock *clock, int64_t now_ps, bool hard,
                              bool late_edges);
/* at + n bits of that rate. */
struct cs_instant cs_bitclock_add(const struct cs_bitclock *clock, struct cs_instant at, unsigned n,
                                  unsigned rate);

#endif
