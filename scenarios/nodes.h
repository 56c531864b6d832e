/* SPDX-License-Identifier: MIT */
/* nodes.h - the simulated nodes of a scenario at work. Each is an ordinary controller, driven by
 * timers of the sim; nothing is allocated once all have joined, but by plugins that begin anew. */
#ifndef CANSIM_SCENARIOS_NODES_H
#define CANSIM_SCENARIOS_NODES_H

#include "scenarios/scenario.h"

struct cs_nodes; /* opaque */
struct cs_live_said;

#define CS_VIA_SCENARIO "scenario" /* the way in of its nodes */

/* Something odd about a node, one sentence with its place. */
typedef void cs_nodes_say_fn(void *ctx, const char *text);

/* Prepare; nobody joins yet. `scenario` must outlive it. `say` may be NULL; it is called before
 * this returns as well. NULL with `error`. */
struct cs_nodes *cs_nodes_create(struct cs_sim *sim, const struct cs_scenario *scenario,
                                 cs_nodes_say_fn *say, void *say_ctx, struct cs_error *error);
/* After the sim's last run; all controllers must have been told (cs_sim_destroy() does). */
void cs_nodes_destroy(struct cs_nodes *nodes);

/* Who hears, in one sentence with its place, of an action that cannot be done when its time comes,
 * such as a fault of a node that is not there. */
void cs_nodes_on_failure(struct cs_nodes *nodes, void (*failed)(void *ctx, const char *text),
                         void *ctx);

/* Who plugs a device (its index in the scenario) in or pulls it out when the timeline says so. */
void cs_nodes_on_plug(struct cs_nodes *nodes,
                      void (*plug)(void *ctx, unsigned device, bool plugged), void *ctx);

/* Who starts, stops and signals programs when the timeline says so; without one nothing happens. */
void cs_nodes_on_program(struct cs_nodes *nodes,
                         void (*program)(void *ctx, const struct cs_action *action), void *ctx);

/* Who lets bus time stand still when the timeline asks for it, for a reason (NULL: none is given).
 * It is noted in any case, before. */
void cs_nodes_on_pause(struct cs_nodes *nodes, void (*pause)(void *ctx, const char *text),
                       void *ctx);

/* Do an action now. */
void cs_nodes_do(struct cs_nodes *nodes, const struct cs_action *action);
/* Who hears of an action before cs_nodes_do() does it. */
void cs_nodes_on_do(struct cs_nodes *nodes,
                    void (*doing)(void *ctx, const struct cs_action *action), void *ctx);
/* Whether what is done to the buses at this moment is done by an action. */
bool cs_nodes_acting(const struct cs_nodes *nodes);

/* Of a replay of what was recorded, by index into the scenario's nodes: frames that are over, and
 * those of them that were not at their recorded time. False: another node. */
bool cs_nodes_replay_late(const struct cs_nodes *nodes, unsigned index, uint64_t *late,
                          uint64_t *frames);

/* Of a gateway: the frames that were to pass to the bus of its first (0) or second controller, and
 * those of them that found no way. False: another node. */
bool cs_nodes_gateway_lost(const struct cs_nodes *nodes, unsigned index, unsigned side,
                           unsigned *bus, uint64_t *lost, uint64_t *frames);

/* Does the timeline wait for what a decoder says? It is told with cs_nodes_said(). */
bool cs_nodes_want_decoder(const struct cs_nodes *nodes);
void cs_nodes_said(struct cs_nodes *nodes, const struct cs_live_said *said);

/* All that are not absent join, and the timeline starts. 0 or -1 with `error`. */
int cs_nodes_start(struct cs_nodes *nodes, struct cs_error *error);

/* What came so far of an action, by index into the scenario's actions; of those in a group the
 * group's alone. */
struct cs_action_seen {
    int64_t done;    /* how often */
    int fault;       /* id of the last fault that it armed, 0: none */
    bool over;       /* it will not come again */
    int64_t next_ps; /* CS_NEVER: nobody knows, or never */
};
void cs_nodes_seen(const struct cs_nodes *nodes, unsigned action, struct cs_action_seen *seen);
/* The value of a variable, by index into the scenario's. */
int64_t cs_nodes_variable(const struct cs_nodes *nodes, unsigned variable);

/* By index into the scenario's nodes; they may be called while the sim runs. Joining twice or
 * leaving twice is nothing. Returns 0 or -errno. */
int cs_nodes_attach(struct cs_nodes *nodes, unsigned node);
int cs_nodes_detach(struct cs_nodes *nodes, unsigned node);
/* Like cs_nodes_attach(), but it is as it was at the start of the run: what it has kept while it
 * was off the bus (random numbers, a plugin's memory) is gone. Where it is on the bus nothing
 * happens. */
int cs_nodes_start_node(struct cs_nodes *nodes, unsigned node);

#endif
