/* SPDX-License-Identifier: MIT */
/* nodes_internal.h - what the generators and the timeline share; nobody else includes it. */
#ifndef CANSIM_SCENARIOS_NODES_INTERNAL_H
#define CANSIM_SCENARIOS_NODES_INTERNAL_H

#include "scenarios/nodes.h"
#include "simcore/rng.h"

struct cs_moment;
struct cs_nodes_node;
struct cs_node_plugin;
struct cs_responder;
struct cs_gateway;

/* One message of a periodic node. Its n-th instant is base + offset + n * period, plus a jitter
 * of its own: nothing adds up. */
struct cs_sender {
    struct cs_timer timer;
    struct cs_nodes_node *node;
    const struct cs_message *message;
    int64_t base_ps;
    int64_t done;     /* periods since it joined */
    int64_t burst_ps; /* when this period's burst began */
    int64_t in_burst; /* how often it was sent since then */
    unsigned next;    /* frame of a sequence */
    int64_t value[CS_SCENARIO_MAX_COUNTERS];
    int64_t step[CS_SCENARIO_MAX_COUNTERS];
    struct cs_signal_state *signals; /* message->n_signals; owned */
};

struct cs_nodes_node {
    struct cs_nodes *all;
    const struct cs_scenario_node *def;
    struct cs_bus *bus;
    int index;             /* on the bus, CS_NO_NODE */
    bool leaving;          /* detach asked for, not over */
    bool rejoin;           /* attach asked for meanwhile */
    bool anew;             /* and as at the start of the run */
    bool begun;            /* it has been on the bus */
    struct cs_timer timer; /* random, replay: next frame; or rejoining */
    struct cs_sender *senders;
    struct cs_rng rng;
    int unplugged[2]; /* ids of the faults that keep its controllers off their buses, 0 */
    uint64_t cookie;  /* frames submitted */
    int64_t base_ps;  /* when it joined, or when the loop of a replay began */
    int64_t done;     /* frames of a random node, loops of a replay */
    size_t position;  /* in a replay: of the frame that is queued next */
    int64_t ends_ps;  /* when that is to end */
    struct cs_frame next;
    struct cs_node_plugin *plugin;  /* NULL: of a type of our own */
    struct cs_responder *responder; /* NULL: another type */
    struct cs_gateway *gateway;     /* likewise */
    struct cs_replay_watch *watch;  /* NULL: nobody asks when its frames were sent */
    bool reacts;                    /* actions with a turn: */
    unsigned next_reaction;         /* where to look for the next one */
    uint32_t turns;                 /* of its controller */
};

/* What came of an action of the scenario so far. */
struct cs_nodes_past {
    int64_t done;
    int fault;                /* id of the last one that it armed, 0 */
    struct cs_moment *moment; /* NULL: it comes at its time */
};

struct cs_nodes {
    struct cs_sim *sim;
    const struct cs_scenario *scenario;
    struct cs_nodes_node *node; /* scenario->n_nodes */
    struct cs_timer start, timeline;
    unsigned next_action, next_late, next_amid;
    struct cs_nodes_past *past; /* of each of the scenario's actions */
    struct cs_moment *moments;  /* actions with conditions (nodes_when.c) */
    unsigned n_moments;
    int64_t variables[CS_VARIABLES];
    struct cs_rng draws; /* of "choose" */
    int acting;          /* what is done to the buses now is done by us */
    void (*failed)(void *ctx, const char *text);
    void *failed_ctx;
    void (*doing)(void *ctx, const struct cs_action *action);
    void *doing_ctx;
    void (*plug)(void *ctx, unsigned device, bool plugged);
    void *plug_ctx;
    void (*program)(void *ctx, const struct cs_action *action);
    void *program_ctx;
    void (*pause)(void *ctx, const char *text);
    void *pause_ctx;
    cs_nodes_say_fn *say;
    void *say_ctx;
    bool over; /* the sim is gone */
};

int cs_nodes_submit(struct cs_nodes_node *node, const struct cs_frame *frame);
void cs_nodes_on_detached(void *ctx); /* of a controller; ctx: the node */
/* A note in the event stream; nothing where it is on no bus. */
void cs_nodes_note(struct cs_nodes_node *node, const char *text);
/* The same of one of its controllers: `index` on that bus, CS_NO_NODE is nothing. */
void cs_nodes_note_at(struct cs_nodes *nodes, unsigned bus, int index, const char *text);
int cs_nodes_no_memory(struct cs_error *error); /* returns -1 */

/* What it needs for all its life: 0, or -1 with `error`; it is closed in any case. */
int cs_nodes_periodic_open(struct cs_nodes_node *node, struct cs_error *error);
void cs_nodes_periodic_close(struct cs_nodes_node *node);

/* A node joined: start its timers; it leaves: stop them. */
void cs_nodes_periodic_start(struct cs_nodes_node *node);
void cs_nodes_periodic_stop(struct cs_nodes_node *node);
void cs_nodes_random_start(struct cs_nodes_node *node);
void cs_nodes_random_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done);
/* How long a frame takes on the wire, SOF to EOF, in the node's own timing; 0 where it cannot be
 * encoded. */
int64_t cs_nodes_wire_ps(const struct cs_nodes_node *node, const struct cs_frame *frame);
/* When the frame after this one may be queued: at once, or where a fault lost this one in the queue
 * after the time that it would have taken on the wire. */
int64_t cs_nodes_after(const struct cs_nodes_node *node, const struct cs_tx_done *done);

/* replay (nodes_replay.c) */
int cs_nodes_replay_open(struct cs_nodes_node *node, struct cs_error *error);
void cs_nodes_replay_close(struct cs_nodes_node *node);
void cs_nodes_replay_start(struct cs_nodes_node *node);
void cs_nodes_replay_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done);

/* responder (nodes_responder.c) */
int cs_nodes_responder_open(struct cs_nodes_node *node, struct cs_error *error);
void cs_nodes_responder_close(struct cs_nodes_node *node);
void cs_nodes_responder_start(struct cs_nodes_node *node);
void cs_nodes_responder_stop(struct cs_nodes_node *node);
extern const struct cs_controller_ops cs_nodes_responder_ops;

/* gateway (nodes_gateway.c) */
int cs_nodes_gateway_open(struct cs_nodes_node *node, struct cs_error *error);
void cs_nodes_gateway_close(struct cs_nodes_node *node);
void cs_nodes_gateway_start(struct cs_nodes_node *node);
void cs_nodes_gateway_stop(struct cs_nodes_node *node);
/* Its second controller joins, as the first one did: 0 or -errno; leaves. */
int cs_nodes_gateway_join(struct cs_nodes_node *node, const struct cs_controller_config *first);
void cs_nodes_gateway_leave(struct cs_nodes_node *node);
/* That controller; false where there is none. */
bool cs_nodes_gateway_port(const struct cs_nodes_node *node, struct cs_bus **bus, int *index);

/* A controller of a node: of a gateway there is a second one. */
struct cs_nodes_port {
    struct cs_bus *bus;
    int index;
    unsigned which; /* 0, 1 */
};
/* Those of the action's node that it is about, as far as they are on their buses: that on its
 * "bus", else all of them or the first alone. Returns how many. */
unsigned cs_nodes_ports(struct cs_nodes *nodes, const struct cs_action *action, bool all,
                        struct cs_nodes_port ports[2]);
extern const struct cs_controller_ops cs_nodes_gateway_ops;

/* Of a type that a plugin has (node_plugin.c). An instance is made with the nodes and lives as long
 * as they do, or until it is renewed: what it knows survives when it leaves the bus. */
int cs_node_plugin_open(struct cs_nodes_node *node, struct cs_error *error);
void cs_node_plugin_close(struct cs_nodes_node *node);
void cs_node_plugin_attached(struct cs_nodes_node *node);
void cs_node_plugin_detached(struct cs_nodes_node *node);
void cs_node_plugin_stop(struct cs_nodes_node *node); /* its timer */
/* Another instance in its place; not while it is on the bus. 0 or -1 with `error`. */
int cs_node_plugin_renew(struct cs_nodes_node *node, struct cs_error *error);
/* 0 or -1 with one sentence. */
int cs_node_plugin_command(struct cs_nodes_node *node, const char *text, char *why,
                           size_t why_size);
extern const struct cs_controller_ops cs_node_plugin_ops;

/* A nominal bit rate in place of a controller's, with the default sample point. 0 or -errno. */
int cs_nodes_set_bitrate(struct cs_bus *bus, int index, uint32_t bitrate_bps);

/* Faults that are there from the start: called before the nodes start timers of their own, so that
 * nothing is sent without them, and done when the clock starts, so that outside clients are there.
 */
void cs_timeline_faults(struct cs_nodes *nodes);
void cs_timeline_start(struct cs_nodes *nodes);

/* Actions from outside (nodes_outside.c): those before the clock starts are done by this. */
void cs_outside_start(struct cs_nodes *nodes);
extern const struct cs_controller_ops cs_outside_ops; /* of a node that reacts */

/* An action of the scenario's array; NULL: it is within a group, or from elsewhere. */
struct cs_nodes_past *cs_nodes_past_of(struct cs_nodes *nodes, const struct cs_action *action);

/* One action. */
void cs_nodes_act(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_abort(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_remove(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_freeze(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_set_filters(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_lost(struct cs_nodes *nodes, const struct cs_action *action);

/* Actions with conditions: prepare (0, or -1 no memory), look at what happens (0 or -errno), begin.
 */
int cs_whens_prepare(struct cs_nodes *nodes);
int cs_whens_observe(struct cs_nodes *nodes);
void cs_whens_start(struct cs_nodes *nodes);
bool cs_when_holds(const struct cs_nodes *nodes, const struct cs_when *when);
void cs_act_set(struct cs_nodes *nodes, const struct cs_action *action);
void cs_act_group(struct cs_nodes *nodes, const struct cs_action *action);

#endif
