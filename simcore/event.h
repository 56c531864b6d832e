/* SPDX-License-Identifier: MIT */
/* event.h - the one ordered stream of everything that happens on the buses.
 * Every observer (logs, statistics, TUI, link) reads this and nothing else. Events come in the
 * order of at_ps; those of one instant come in the order of `seq`, which is the same on every run.
 */
#ifndef CANSIM_SIMCORE_EVENT_H
#define CANSIM_SIMCORE_EVENT_H

#include "simcore/frame.h"

#define CS_NO_NODE (-1)

enum cs_event_kind {
    CS_EV_ATTACH,   /* node joined: state, tec, rec, mode */
    CS_EV_DETACH,   /* node left */
    CS_EV_CONFIG,   /* mode, bit rate or filters of a node changed */
    CS_EV_QUEUED,   /* node queued a frame: frame, cookie */
    CS_EV_REFUSED,  /* node could not queue a frame (queue full, bus-off): frame, cookie, result */
    CS_EV_TX_START, /* node drives SOF: frame, cookie, attempt */
    CS_EV_ARB_LOST, /* node lost arbitration: frame, cookie, attempt, bit, field, index, peer */
    CS_EV_FRAME, /* frame valid on the bus; at_ps = end of EOF, node = transmitter, start_ps, n_bits
                  */
    CS_EV_SENT,  /* the transmitter's confirmation: frame, cookie, attempt, lost, start_ps */
    CS_EV_DROPPED,     /* a queued frame was given up: frame, cookie, attempt, result */
    CS_EV_ERROR,       /* node detected an error: error, field, index, bit, tx; tec, rec after it */
    CS_EV_ERROR_FRAME, /* end of an error delimiter on the bus: start_ps = SOF or first bit, n_bits
                        */
    CS_EV_OVERLOAD,    /* node begins an overload flag: field, index of the bit that asked for it */
    CS_EV_COUNTERS,    /* node's TEC or REC changed: tec, rec */
    CS_EV_STATE,       /* node's error state changed: state, tec, rec */
    CS_EV_LOST,        /* an outside client could not take what was meant for it: count in n_bits */
    CS_EV_NOTE,        /* text of a scenario or a person: text */
    CS_EV_FAULT, /* a fault was armed, fired, ended or cleared: fault, stage, text = its form */
    /* Only with cs_sim_set_detail(); these two do not take a number of the sequence. */
    CS_EV_ACKED,    /* node drove the ACK slot dominant: peer = transmitter, start_ps */
    CS_EV_RECEIVED, /* frame valid for the receiver `node`: frame, peer, start_ps */
    CS_EV_KIND_COUNT
};

/* ISO 11898-1:2015, 12.1.4. */
enum cs_node_state {
    CS_STATE_ERROR_ACTIVE,
    CS_STATE_ERROR_PASSIVE,
    CS_STATE_BUS_OFF,
    CS_STATE_INTEGRATING, /* waits for 11 recessive bits after joining; counters as error active */
    CS_STATE_COUNT
};

/* ISO 11898-1:2015, 10.11. */
enum cs_error_kind {
    CS_ERROR_NONE,
    CS_ERROR_BIT,
    CS_ERROR_STUFF,
    CS_ERROR_CRC,
    CS_ERROR_FORM,
    CS_ERROR_ACK,
    CS_ERROR_OTHER, /* dominant bits after an error flag; told while they count something */
    CS_ERROR_COUNT
};

enum cs_tx_result {
    CS_TX_OK,
    CS_TX_FAILED_ARB,   /* one-shot: lost arbitration */
    CS_TX_FAILED_ERROR, /* one-shot: an error, no ACK among them */
    CS_TX_ABORTED,      /* cs_bus_abort() */
    CS_TX_BUS_OFF,      /* the node went or is bus-off */
    CS_TX_DETACHED,     /* the node left with frames queued */
    CS_TX_QUEUE_FULL,   /* refused */
    CS_TX_READ_ONLY,    /* refused: listen-only */
    CS_TX_LOST,         /* a fault lost the frame in the queue */
    CS_TX_RESET,        /* the controller was reset */
    CS_TX_RESULT_COUNT
};

struct cs_event {
    int64_t at_ps; /* picoseconds since the buses started */
    uint64_t seq;  /* 0, 1, 2 … over all buses */
    uint16_t kind; /* enum cs_event_kind */
    uint16_t bus;  /* index */
    int16_t node;  /* index on that bus, or CS_NO_NODE */
    uint16_t tec;  /* 0..256+: as counted, bus-off from 256 */
    uint16_t rec;  /* 0..255 */
    uint16_t n_bits;
    uint16_t bit;      /* position on the wire from SOF (0), as transmitted, stuff bits counted */
    uint8_t state;     /* enum cs_node_state */
    uint8_t error;     /* enum cs_error_kind */
    uint8_t field;     /* enum cs_field (wire.h) in which the error was seen */
    uint8_t result;    /* enum cs_tx_result */
    bool tx;           /* error seen as transmitter */
    bool stuff;        /* ERROR, ARB_LOST: the bit was a stuff bit (that after `index`) */
    uint8_t stage;     /* FAULT: enum cs_fault_stage (fault.h) */
    uint8_t level;     /* ERROR: level that was sampled */
    uint16_t index;    /* ERROR, ARB_LOST: bit within `field`, from 0, stuff bits not counted */
    int16_t peer;      /* ARB_LOST: a node that drove the dominant bit, or CS_NO_NODE */
    int32_t fault;     /* FAULT: its id */
    uint8_t mode;      /* enum cs_mode (bus.h) */
    uint16_t attempt;  /* 1 = first */
    uint16_t lost;     /* times this frame lost arbitration so far */
    uint64_t cookie;   /* what cs_bus_submit() was given */
    int64_t start_ps;  /* start of SOF of the frame at hand */
    int64_t queued_ps; /* when the frame at hand was queued */
    const struct cs_frame *frame; /* NULL, or valid until the observer returns */
    const char *text;             /* likewise */
};

/* Observers may call anything of the bus that only queues (submit, abort, timers), never run it. */
typedef void cs_observer_fn(void *ctx, const struct cs_event *event);

#pragma GCC visibility push(default) /* libcansim-client exports these */

/* Lower-case names as in the events file: "frame", "arb_lost", "error_passive", "stuff", "aborted".
 */
const char *cs_event_name(enum cs_event_kind kind);
const char *cs_state_name(enum cs_node_state state);
const char *cs_error_name(enum cs_error_kind error);
const char *cs_tx_result_name(enum cs_tx_result result);

#pragma GCC visibility pop

#endif
