/* SPDX-License-Identifier: MIT */
/* log_vcd.h - waveforms as a value change dump (IEEE 1364-2005, clause 18), for GTKWave, PulseView
 * and sigrok-cli. Each bus is a scope with its `wire` (0 dominant, 1 recessive), each node a scope
 * in it. Scopes cannot be added to a file once it has begun: the nodes that are attached at the
 * first change have their own, and CS_VCD_SPARES a bus wait for those who join later, with their
 * names in the variable `name`. Who finds none left is named in a comment. */
#ifndef CANSIM_SCENARIOS_LOG_VCD_H
#define CANSIM_SCENARIOS_LOG_VCD_H

#include "scenarios/log.h"
#include "simcore/probe.h"

#define CS_VCD_SPARES 8

struct cs_vcd_state;

struct cs_vcd {
    struct cs_log log; /* first: the same writer */
    struct cs_vcd_state *state;
};

/* log.sim and log.out are open: take the memory, become the sim's probe, observe it. All buses must
 * be there. Returns 0, -ENOMEM or -ENOSPC (observers). */
int cs_log_vcd_start(struct cs_vcd *vcd);
/* Complete the file, let go of the sim, give the memory back; before cs_out_close(). Does nothing
 * where it was not started. */
void cs_log_vcd_end(struct cs_vcd *vcd);

/* The observer and the probe themselves, for tests. ctx: struct cs_vcd. */
void cs_log_vcd(void *ctx, const struct cs_event *event);
void cs_log_vcd_probe(void *ctx, const struct cs_probe_event *event);

#endif
