/* SPDX-License-Identifier: MIT */
/* sim.h - several buses, their timers and their one clock.
 * Time is picoseconds since the start, 0..CS_TIME_END (106 days), and moves only in
 * cs_sim_run_until(). At one instant: first what ends (frames, arbitration, state changes; by bus
 * index), then timers (in the order they were started), then what starts (SOF; by bus index). */
#ifndef CANSIM_SIMCORE_SIM_H
#define CANSIM_SIMCORE_SIM_H

#include "simcore/bus.h"

#define CS_SIM_MAX_BUSES     16
#define CS_SIM_MAX_OBSERVERS 16
#define CS_NEVER             INT64_MAX

#define CS_PS_PER_NS INT64_C(1000)
#define CS_PS_PER_US INT64_C(1000000)
#define CS_PS_PER_MS INT64_C(1000000000)
#define CS_PS_PER_S  INT64_C(1000000000000)

/* The last instant: an hour before the integers end, so that no sum of now and a delay overflows.
 */
#define CS_TIME_END (INT64_MAX - 3600 * CS_PS_PER_S)

struct cs_sim; /* opaque */

struct cs_bus_config {
    const char *name;          /* 1..15 bytes (an interface name): letters, digits, '_', '-', '.' */
    uint32_t bitrate_bps;      /* CS_BITRATE_MIN..CS_BITRATE_MAX */
    bool fd;                   /* controllers know CAN FD unless they say otherwise */
    uint32_t data_bitrate_bps; /* with fd: bitrate_bps..CS_DATA_BITRATE_MAX, or 0: none */
    const struct cs_timing *timing; /* NULL, or in place of both bit rates; copied */
};

struct cs_sim *cs_sim_create(uint64_t seed); /* NULL: no memory */
void cs_sim_destroy(struct cs_sim *sim); /* controllers get `detached`; frames are not confirmed */

/* Returns the index, -EINVAL, -EEXIST (name taken), -ENOSPC or -ENOMEM. */
int cs_sim_add_bus(struct cs_sim *sim, const struct cs_bus_config *config);
unsigned cs_sim_bus_count(const struct cs_sim *sim);
struct cs_bus *cs_sim_bus(struct cs_sim *sim, unsigned index); /* NULL beyond the count */
struct cs_bus *cs_sim_find_bus(struct cs_sim *sim, const char *name);
struct cs_sim *cs_bus_sim(struct cs_bus *bus);

int64_t cs_sim_now_ps(const struct cs_sim *sim);
/* The next instant at which anything happens by itself, CS_NEVER where nothing will. */
int64_t cs_sim_next_ps(const struct cs_sim *sim);
/* Do all that happens up to and including `until_ps` (CS_TIME_END at most), then let it be that
 * time. */
void cs_sim_run_until(struct cs_sim *sim, int64_t until_ps);

/* From within: what happens at this instant still does, then cs_sim_run_until() returns and it is
 * that time; the next one goes on. */
void cs_sim_stop(struct cs_sim *sim);

/* Timers live in their owner's struct; zero-initialise. Restarting a running one moves it. */
struct cs_timer {
    int64_t at_ps;
    uint64_t order;
    int heap_pos;  /* 1-based; 0 = not running */
    bool reserved; /* cs_timer_reserve() */
    void (*fn)(void *ctx, struct cs_timer *timer);
    void *ctx;
};
/* at_ps below now means now. Returns 0 or -ENOMEM (the heap grows only with the number of timers).
 */
int cs_timer_start(struct cs_sim *sim, struct cs_timer *timer, int64_t at_ps);
void cs_timer_stop(struct cs_sim *sim, struct cs_timer *timer);
/* Take the memory for a timer now: starting it never fails afterwards. Returns 0 or -ENOMEM.
 * cs_timer_release() stops it and gives the memory back. */
int cs_timer_reserve(struct cs_sim *sim, struct cs_timer *timer);
void cs_timer_release(struct cs_sim *sim, struct cs_timer *timer);

/* Timers that run now. */
unsigned cs_sim_timers(const struct cs_sim *sim);

/* Observers run in the order they were added, for every event. Returns 0 or -ENOSPC. */
int cs_sim_observe(struct cs_sim *sim, cs_observer_fn *fn, void *ctx);
void cs_sim_unobserve(struct cs_sim *sim, cs_observer_fn *fn, void *ctx);

/* Put an event of one's own into the stream (CS_EV_NOTE, CS_EV_LOST); at_ps and seq are filled in.
 */
void cs_sim_publish(struct cs_sim *sim, const struct cs_event *event);

/* Also tell CS_EV_ACKED and CS_EV_RECEIVED, until all who wanted it want it no more. */
void cs_sim_set_detail(struct cs_sim *sim, bool on);
bool cs_sim_has_detail(const struct cs_sim *sim);

uint64_t cs_sim_seed(const struct cs_sim *sim);

#endif
