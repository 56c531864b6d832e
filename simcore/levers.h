/* SPDX-License-Identifier: MIT */
/* levers.h - where faults take hold of a bus, and where the engines ask the faults. For simcore's
 * own files only. The levers are engine_bit.c's and bus.c's, the hooks are fault*.c's. */
#ifndef CANSIM_SIMCORE_LEVERS_H
#define CANSIM_SIMCORE_LEVERS_H

#include "simcore/bus.h"
#include "simcore/wire.h"

struct cs_node;
struct cs_txslot;

/* ---- levers ------------------------------------------------------------------------------- */

struct cs_node_set {
    uint64_t word[CS_BUS_MAX_NODES / 64];
};

enum cs_pulse_kind { CS_PULSE_FLIP, CS_PULSE_DOMINANT, CS_PULSE_RECESSIVE };

#define CS_PULSES_MAX 1024 /* waiting or under way on one bus */

/* From start_ps (now or later) to end_ps the level is inverted or forced: on the wire, or (seen_by
 * not NULL, copied) only as these nodes see it. Where several act at once: forced dominant beats
 * forced recessive beats inversion. `owner` groups pulses for cs_bus_drop_pulses(). Returns 0 or
 * -ENOSPC. A pulse that is under way makes the engines compute bits. */
int cs_bus_pulse(struct cs_bus *bus, int64_t start_ps, int64_t end_ps, enum cs_pulse_kind kind,
                 const struct cs_node_set *seen_by, int owner);
/* Forget those that wait, end those that act. */
void cs_bus_drop_pulses(struct cs_bus *bus, int owner);

enum cs_stuck { CS_STUCK_NO, CS_STUCK_DOMINANT, CS_STUCK_RECESSIVE };
void cs_node_set_stuck(struct cs_node *node, enum cs_stuck stuck);
void cs_node_set_no_ack(struct cs_node *node, bool no_ack);
/* Nodes of one segment hear each other; 0 is the bus itself. Segments 1..CS_SEGMENTS-1 are parts
 * that are cut off. CS_SEGMENT_ALONE: hears only itself. */
#define CS_SEGMENTS      8
#define CS_SEGMENT_ALONE 255
void cs_node_set_segment(struct cs_node *node, unsigned segment);
/* At once, not at the next quiet moment: the timing with which the node goes on from its next bit.
 */
void cs_node_set_timing_now(struct cs_node *node, const struct cs_timing *timing);
void cs_node_set_cable_now(struct cs_node *node, int64_t cable_ps);
void cs_bus_set_short(struct cs_bus *bus, bool dominant);
/* After each edge to recessive the wire (or what `seen_by` see of it) is dominant again from
 * half_ps to 2 half_ps, 3 to 4 … until ring_ps are over; 0 ends it. */
void cs_bus_set_ringing(struct cs_bus *bus, int64_t ring_ps, int64_t half_ps);
/* Send so many overload frames (0..2) after the frame at hand or the next one. */
void cs_node_request_overload(struct cs_node *node, unsigned n);
/* cs_bus_reset() at once. */
void cs_node_reset_now(struct cs_node *node);

/* ---- hooks: all are cheap where nothing is armed (bus->n_faults == 0) ----------------------- */

/* A frame is queued (cs_bus_submit): 0 as usual; CS_FAULT_LOSE: -1, it is confirmed as CS_TX_LOST;
 * else the time before which it may not be sent goes into *not_before_ps. */
int cs_faults_submit(struct cs_node *node, const struct cs_frame *frame, int64_t *not_before_ps);
/* An attempt begins: how the transmitter encodes. Returns false where the rule applies. */
bool cs_faults_form(struct cs_node *node, const struct cs_frame *frame, struct cs_wire_form *form);
/* After TX_START of each contender, at the SOF: which faults that are bound to frames will act on
 * this one is decided here. Returns true where cs_faults_bit() has to be asked during this frame,
 * so that it is computed bit by bit. (What a timer does through a lever needs no such announcement:
 * a lever that is moved in the midst of a frame makes the bus go on bit by bit from there.) Called
 * once per SOF, by both engines, with all contenders. */
bool cs_faults_frame(struct cs_bus *bus, struct cs_node *const *contenders, unsigned n);
/* During such a frame and what follows it until all are idle: the node begins a bit (cs_mac_field()
 * tells which); it is `end_ps` - now long. */
void cs_faults_bit(struct cs_node *node, int64_t end_ps);
/* The transmitter has won arbitration (first bit after it; the frame engine: at the SOF, for the
 * winner): this frame counts as a match. */
void cs_faults_won(struct cs_node *node);
/* Every event of the bus, before the observers. */
void cs_faults_event(struct cs_bus *bus, const struct cs_event *event);
/* A node leaves: its faults end. The bus ends. */
void cs_faults_node_gone(struct cs_node *node);
void cs_faults_fini(struct cs_bus *bus);

#endif
