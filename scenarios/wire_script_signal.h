/* SPDX-License-Identifier: MIT */
/* wire_script_signal.h - levels over time: what a tester drives, expects and sees. */
#ifndef CANSIM_SCENARIOS_WIRE_SCRIPT_SIGNAL_H
#define CANSIM_SCENARIOS_WIRE_SCRIPT_SIGNAL_H

#include "scenarios/wire_script.h"

struct cs_signal_edge {
    int64_t at_ps;
    uint8_t level;
};

/* A level that changes; edges in the order of time. */
struct cs_signal {
    struct cs_signal_edge *edges;
    unsigned n, size;
    bool lost; /* no memory for an edge */
};

/* Forget all edges but the level: the last becomes the first, at `at_ps`. */
void cs_signal_restart(struct cs_signal *signal, int64_t at_ps);
void cs_signal_fini(struct cs_signal *signal);
/* From at_ps on the level is `level`; nothing where it is that already. */
void cs_signal_add(struct cs_signal *signal, int64_t at_ps, unsigned level);
/* The level at an instant (an edge there included); 1 before the first edge. */
unsigned cs_signal_at(const struct cs_signal *signal, int64_t at_ps);

/* Several sequences that follow one another. */
struct cs_signal_track {
    const struct cs_script_wave **waves;
    unsigned n, size;
};

void cs_track_fini(struct cs_signal_track *track);
int cs_track_add(struct cs_signal_track *track, const struct cs_script_wave *wave); /* or -1 */
int64_t cs_track_length_ps(const struct cs_signal_track *track);
/* Its edges from start_ps on, after what the signal holds. */
void cs_track_edges(const struct cs_signal_track *track, int64_t start_ps,
                    struct cs_signal *signal);

/* Where a signal differs from what is expected. */
struct cs_signal_difference {
    int64_t offset_ps; /* since the beginning of the track */
    unsigned bit;      /* counted over all its sequences, from 0 */
    unsigned level;    /* expected */
    const struct cs_script_bit *what;
    int64_t into_ps; /* since the beginning of the bit */
};

/* Compare from start_ps on to the end of the track. Edges may be up to slack_ps early or late: a
 * controller decides in whole time quanta. Returns true where they differ. */
bool cs_track_differs(const struct cs_signal_track *expected, const struct cs_signal *seen,
                      int64_t start_ps, int64_t slack_ps, struct cs_signal_difference *difference);

/* Rows of kinds, driven, expected and seen levels, a column a bit of `expected`. */
void cs_track_show(const struct cs_signal_track *expected, const struct cs_signal *driven,
                   const struct cs_signal *seen, int64_t start_ps,
                   const struct cs_signal_difference *difference, struct cs_out *out);

#endif
