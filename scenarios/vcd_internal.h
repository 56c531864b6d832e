/* SPDX-License-Identifier: MIT */
/* vcd_internal.h - the parts of the waveform log: what changes (log_vcd.c) and how it is written
 * (vcd_write.c). Nobody else includes it. */
#ifndef CANSIM_SCENARIOS_VCD_INTERNAL_H
#define CANSIM_SCENARIOS_VCD_INTERNAL_H

#include "scenarios/log_vcd.h"
#include "simcore/wire.h"

#define VCD_SCOPES    (1 + CS_BUS_MAX_NODES + CS_VCD_SPARES) /* of a bus; the first is its own */
#define VCD_ABSENT    CS_STATE_COUNT                         /* in VAR_STATE: nobody is there */
#define VCD_UNTOUCHED (-1)
#define VCD_LAST      (-2)

enum vcd_var {
    VAR_WIRE, /* of the bus; all others are a node's */
    VAR_TX,
    VAR_RX,
    VAR_SAMPLE, /* an event: counts them */
    VAR_STATE,
    VAR_FIELD,
    VAR_INDEX,
    VAR_STUFF,
    VAR_TRANSMITTER,
    VAR_DATA_PHASE,
    VAR_TEC,
    VAR_REC,
    VAR_NAME, /* of a spare scope: counts its owners */
    VAR_COUNT
};

struct vcd_scope {
    char owner[CS_NAME_MAX]; /* node's name, "": nobody's yet */
    bool bus, spare, used;
    bool resting;        /* in an intermission that no probe tells of */
    uint32_t first_code; /* of its first variable */
    int32_t next;        /* place of the next that was touched, VCD_LAST or VCD_UNTOUCHED */
    uint32_t value[VAR_COUNT], written[VAR_COUNT];
};

struct vcd_bus {
    unsigned n_scopes;
    int64_t idle_ps;                     /* end of that intermission, CS_NEVER: there is none */
    uint16_t scope_of[CS_BUS_MAX_NODES]; /* by node; 0: none */
    struct vcd_scope scope[VCD_SCOPES];
};

struct cs_vcd_state {
    struct cs_vcd *vcd;
    bool begun; /* the header is written */
    int64_t at_ps, written_ps;
    int32_t first_touched, last_touched; /* places: bus * VCD_SCOPES + scope */
    unsigned n_buses;
    struct vcd_bus bus[]; /* n_buses */
};

static inline struct vcd_scope *vcd_scope_at(struct cs_vcd_state *state, int32_t place)
{
    return &state->bus[place / VCD_SCOPES].scope[place % VCD_SCOPES];
}

/* Whether a scope has the variable. */
bool vcd_has(const struct vcd_scope *scope, unsigned var);
/* Give the nodes of this moment their scopes, write the header and all values. */
void vcd_begin(struct cs_vcd_state *state);
/* One line; it is then what the file says. */
void vcd_put_value(struct cs_vcd_state *state, struct vcd_scope *scope, enum vcd_var var);
/* A comment: this node has no scope. */
void vcd_put_left_out(struct cs_vcd_state *state, const char *name);

#endif
