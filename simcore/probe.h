/* SPDX-License-Identifier: MIT */
/* probe.h - waveforms: every edge, sample point and field, for VCD files and wire views.
 * While a bus has a probe each of its frames is computed bit by bit; what the event stream tells
 * stays the same. */
#ifndef CANSIM_SIMCORE_PROBE_H
#define CANSIM_SIMCORE_PROBE_H

#include "simcore/sim.h"

enum cs_probe_kind {
    CS_PROBE_WIRE,   /* level of the bus (segment 0), node CS_NO_NODE: level */
    CS_PROBE_TX,     /* node drives: level */
    CS_PROBE_RX,     /* node sees another level than before: level */
    CS_PROBE_SAMPLE, /* node samples: level */
    CS_PROBE_FIELD,  /* node begins a bit: field, index, stuff, transmitter, data_phase */
};

struct cs_probe_event {
    int64_t at_ps;
    uint16_t bus;
    int16_t node;
    uint8_t kind; /* enum cs_probe_kind */
    uint8_t level;
    uint8_t field; /* enum cs_field */
    uint16_t index;
    bool stuff, transmitter, data_phase;
};

/* Probe events come in the order of time; those of one instant in a defined order. */
typedef void cs_probe_fn(void *ctx, const struct cs_probe_event *event);

/* Functions for the whole sim, at most CS_SIM_PROBES: 0 or -ENOSPC. One that is called must not
 * remove any. */
#define CS_SIM_PROBES 4
int cs_sim_add_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx);
void cs_sim_remove_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx); /* or it is none */
/* One that replaces the last that was set so; NULL removes it. */
void cs_sim_set_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx);

/* A tester's hand on the wire, for scripts and fault injection: drive a bus to `level` (0 dominant,
 * 1 lets go) from now on. Called between cs_sim_run_until() calls or from a timer. */
void cs_bus_drive(struct cs_bus *bus, unsigned level);
/* A controller's RX is exactly what the tester drives, its own TX does not get there. */
int cs_bus_set_loop(struct cs_bus *bus, int node, bool own_tx_reaches_rx);

#endif
