/* SPDX-License-Identifier: MIT */
/* log_life.h - the life of each frame as text for people: queued, started, lost arbitration where
 * and to whom, errors and who joined the flag, acknowledged, received, how long it took; besides
 * changes of state with their reason, and faults. An observer with a writer of its own.
 * What concerns one attempt on the wire is one block, written when the attempt is over; blocks come
 * in the order of their ends, the lines of a block and of a bus in the order of time. */
#ifndef CANSIM_SCENARIOS_LOG_LIFE_H
#define CANSIM_SCENARIOS_LOG_LIFE_H

#include "scenarios/log.h"

struct cs_life_state; /* what is open on the buses; its size does not depend on the run */

struct cs_life {
    struct cs_log log; /* first: the same writer */
    struct cs_life_state *state;
};

/* log.sim and log.out are open: take the memory, ask the sim for detail, observe it. All buses
 * must be there. Returns 0, -ENOMEM or -ENOSPC (observers). */
int cs_log_life_start(struct cs_life *life);
/* The same for events that somebody has kept: take the memory, observe nothing. Then
 * cs_log_life_knows() for the nodes that were there, cs_log_life() for the events, and
 * cs_log_life_end(). Who received a frame is not told, unless cs_log_life_hears(). Returns 0 or
 * -ENOMEM. */
int cs_log_life_begin(struct cs_life *life);
/* CS_EV_RECEIVED is among the events. */
void cs_log_life_hears(struct cs_life *life);
/* Such a node, as it was before the first event: of `was` state, tec, rec; `at_ps`: in that state
 * since. */
void cs_log_life_knows(struct cs_life *life, const struct cs_event *was);
/* Tell what is still open, observe no longer, give the memory back; before cs_out_close(). Does
 * nothing where it was not started. */
void cs_log_life_end(struct cs_life *life);

/* The observer itself, for tests. ctx: struct cs_life. */
void cs_log_life(void *ctx, const struct cs_event *event);

#endif
