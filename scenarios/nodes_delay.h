/* SPDX-License-Identifier: MIT */
/* nodes_delay.h - frames that wait until their time to be sent comes: a bounded queue with all its
 * memory from the start. What finds no room is counted, and notes tell of it. */
#ifndef CANSIM_SCENARIOS_NODES_DELAY_H
#define CANSIM_SCENARIOS_NODES_DELAY_H

#include "simcore/sim.h"

struct cs_delayed {
    int64_t at_ps;
    uint64_t order;
    struct cs_frame frame;
};

struct cs_delay_line {
    struct cs_sim *sim;
    struct cs_timer timer;
    struct cs_delayed *item; /* a heap, the next one first */
    unsigned n, size;
    uint64_t order;
    uint64_t lost; /* since it had room for half of them */
    bool full;     /* so it did not since then, and a note told of the first that was lost */
    /* Who sends a frame whose time has come, and who tells people. */
    void (*due)(void *ctx, const struct cs_frame *frame);
    void (*note)(void *ctx, const char *text);
    void *ctx;
    const char *what; /* for notes: "replies", "frames to can1"; must outlive it */
};

/* Room for `size` frames; the other members are set by the owner. 0 or -1 without memory. */
int cs_delay_open(struct cs_delay_line *line, struct cs_sim *sim, unsigned size);
/* Give the memory back; the sim may be gone. */
void cs_delay_close(struct cs_delay_line *line);

/* Frames of one instant keep their order. Returns whether there was room. */
bool cs_delay_put(struct cs_delay_line *line, const struct cs_frame *frame, int64_t at_ps);
/* Forget all that wait. */
void cs_delay_clear(struct cs_delay_line *line);

#endif
