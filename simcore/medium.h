/* SPDX-License-Identifier: MIT */
/* medium.h - the wire between the controllers: who drives it, in which segments it lies, how long
 * edges take, what disturbs it. For simcore's own files.
 *
 * The segments are stars: what a node drives (wire_out) takes its transceiver's delay and its cable
 * to the middle, and from there on those of each other node. The node hears itself at its own end
 * of the cable, after its transceiver's delay there and back. Pulses act on all that see them at
 * once, however far away they are. Levels change in cs_medium_settle() alone, once for
 * each instant, after everything of this instant has been sampled. */
#ifndef CANSIM_SIMCORE_MEDIUM_H
#define CANSIM_SIMCORE_MEDIUM_H

#include "simcore/levers.h"

#define CS_LINE_EDGES 512 /* under way on one node's cable in one direction */

struct cs_bus;
struct cs_node;

/* Edges under way on a cable. */
struct cs_line {
    struct {
        int64_t at_ps;
        uint8_t level;
    } edge[CS_LINE_EDGES];
    uint16_t head, n;
};

struct cs_segment {
    uint16_t n_dominant; /* drivers whose dominant level has arrived */
    uint8_t base;        /* without what forces it */
    uint8_t level;       /* on the wire */
    int16_t sender;      /* node that has won arbitration here, or CS_NO_NODE */
    int64_t told_ps;     /* start of the frame that was told last as valid, or -1 */
};

struct cs_pulse {
    int64_t start_ps, end_ps;
    struct cs_node_set seen_by;
    uint64_t order;
    int owner;
    uint8_t kind; /* enum cs_pulse_kind */
    bool whole;   /* the whole bus */
};

struct cs_medium {
    struct cs_segment segment[CS_SEGMENTS];
    uint16_t force[3]; /* pulses on the whole bus, by kind */
    uint8_t driven;    /* by a tester: level */
    bool shorted;
    bool dirty;        /* a driver has changed */
    bool moved;        /* forces, segments or wiring have changed: look at all nodes */
    unsigned n_cut;    /* nodes in another segment than 0 */
    unsigned n_remote; /* nodes with a delay or a cable */
    unsigned n_edges;  /* under way on all cables */
    int64_t ring_ps, half_ps;
    struct cs_pulse *waiting; /* heap by (start_ps, order), NULL until the first pulse */
    struct cs_pulse *acting;
    unsigned n_waiting, n_acting;
    uint64_t next_order;
    uint64_t n_lost; /* pulses and edges for which there was no room */
};

void cs_medium_init(struct cs_medium *medium);
void cs_medium_fini(struct cs_medium *medium);
/* The node drives this level from now on. */
void cs_medium_drive(struct cs_node *node, unsigned level);
/* Let all of this instant's changes arrive; calls cs_engine_edge() for each node that sees one. */
void cs_medium_settle(struct cs_bus *bus);
/* When something changes by itself: an edge arrives, a pulse begins or ends. */
int64_t cs_medium_next_ps(const struct cs_bus *bus);
int64_t cs_medium_next_pulse_ps(const struct cs_bus *bus);
/* All is recessive, and nothing is under way or acts. */
bool cs_medium_is_quiet(const struct cs_bus *bus);
/* A node joins or leaves the wire; its delay or segment changes: what it drives stays. */
void cs_medium_plug(struct cs_node *node);
void cs_medium_unplug(struct cs_node *node);
/* The node is no more: whoever gets its index sees none of its pulses. */
void cs_medium_forget(struct cs_node *node);

#endif
