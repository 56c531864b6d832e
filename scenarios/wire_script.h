/* SPDX-License-Identifier: MIT */
/* wire_script.h - one controller on a scripted wire: what a tester drives onto its RX, and what its
 * TX must show meanwhile, to the 10 ns. The structure of ISO 16845-1:2016, where each elementary
 * test is a list of operations; the file's form is in cansim-wire(1). */
#ifndef CANSIM_SCENARIOS_WIRE_SCRIPT_H
#define CANSIM_SCENARIOS_WIRE_SCRIPT_H

#include <stdbool.h>

#include "scenarios/error.h"
#include "scenarios/out.h"
#include "simcore/frame.h"

#define CS_SCRIPT_CYCLE_PS INT64_C(10000) /* a cycle of the controller's clock: 100 MHz */

/* The limits of one script. */
#define CS_SCRIPT_MAX_ELEMS  100000u
#define CS_SCRIPT_MAX_OPS    10000u                /* of one element */
#define CS_SCRIPT_MAX_BITS   2000000u              /* of one element, each way */
#define CS_SCRIPT_MAX_CYCLES UINT64_C(2000000000)  /* of one element, each way: 20 s */
#define CS_SCRIPT_ALL_CYCLES UINT64_C(20000000000) /* of all elements: 200 s */
#define CS_SCRIPT_MAX_BIT    1000000u              /* cycles in one bit */
#define CS_SCRIPT_NAME_MAX   64

/* One bit of a sequence. */
struct cs_script_bit {
    uint32_t cycles;
    uint8_t level;
    char kind;    /* a letter for the field, see cs_script_kind_name() */
    char *values; /* the level in each cycle ('0', '1'), NULL: `level` in all */
};

struct cs_script_wave {
    struct cs_script_bit *bits;
    unsigned n_bits;
    uint64_t cycles;
};

enum cs_script_op_kind {
    CS_SCRIPT_BIT_TIMING,
    CS_SCRIPT_CAN_VERSION,
    CS_SCRIPT_SSP,
    CS_SCRIPT_PROTOCOL_EXCEPTION,
    CS_SCRIPT_RESTRICTED,
    CS_SCRIPT_ONE_SHOT,
    CS_SCRIPT_DISABLE,
    CS_SCRIPT_ENABLE,
    CS_SCRIPT_SET_STATE,
    CS_SCRIPT_SET_REC,
    CS_SCRIPT_SET_TEC,
    CS_SCRIPT_WAIT_ERROR_ACTIVE,
    CS_SCRIPT_POLL_STATE,
    CS_SCRIPT_REINTEGRATE,
    CS_SCRIPT_IUT_SEND,
    CS_SCRIPT_LT,
    CS_SCRIPT_RUN,
    CS_SCRIPT_DRIVER_START,
    CS_SCRIPT_DRIVER_WAIT,
    CS_SCRIPT_MONITOR_START,
    CS_SCRIPT_MONITOR_WAIT,
    CS_SCRIPT_CHECK_MONITOR,
    CS_SCRIPT_CHECK_RX_FRAME,
    CS_SCRIPT_CHECK_NO_RX_FRAME,
    CS_SCRIPT_CHECK_REC_DELTA,
    CS_SCRIPT_CHECK_TEC_DELTA,
    CS_SCRIPT_TX_TO_RX_FEEDBACK,
    CS_SCRIPT_MONITOR_TRIGGER,
    CS_SCRIPT_DRIVER_WAITS,
    CS_SCRIPT_ASSERT,
    CS_SCRIPT_OP_COUNT
};

/* brp, prop_seg, phase_seg1, phase_seg2 and sjw, in that order. */
struct cs_script_timing {
    uint16_t nominal[5], data[5];
};

struct cs_script_op {
    enum cs_script_op_kind kind;
    int value;                                 /* "v", "state" (enum cs_node_state), SSP's "type" */
    unsigned offset;                           /* SSP, in cycles */
    bool driver, monitor;                      /* RUN */
    struct cs_script_timing timing;            /* BIT_TIMING */
    struct cs_frame frame;                     /* IUT_SEND, CHECK_RX_FRAME */
    struct cs_script_wave drive_rx, expect_tx; /* LT */
};

struct cs_script_ops {
    struct cs_script_op *ops;
    unsigned n_ops;
};

struct cs_script_elem {
    char variant[CS_SCRIPT_NAME_MAX];
    unsigned number;
    struct cs_script_ops ops;
};

struct cs_script {
    char name[CS_SCRIPT_NAME_MAX]; /* "test" */
    struct cs_script_ops setup;
    struct cs_script_elem *elems;
    unsigned n_elems;
};

/* Read a file, plain or gzipped ("-": standard input). Returns NULL with `error`: one sentence with
 * the place, a JSON pointer. Free with cs_script_free(). */
struct cs_script *cs_script_read(const char *path, struct cs_error *error);
/* The same of bytes; text[len] is a NUL. `name` is what sentences call it. */
struct cs_script *cs_script_parse(const char *name, const char *text, size_t len,
                                  struct cs_error *error);
void cs_script_free(struct cs_script *script);

const char *cs_script_op_name(enum cs_script_op_kind kind);
/* "SOF", "ACK slot" … of a letter in `kind`; NULL for one that is none. */
const char *cs_script_kind_name(char kind);

/* How an element went. */
struct cs_script_result {
    bool failed;
    char text[512]; /* what differs */
};

struct cs_script_player; /* opaque: a script under way */

/* NULL: no memory. The script must outlive it. */
struct cs_script_player *cs_script_player_create(const struct cs_script *script);
void cs_script_player_destroy(struct cs_script_player *player);
/* Run the element `index`. Elements share one controller, which was set up once; after one that
 * failed the next begins with a fresh one. */
void cs_script_play(struct cs_script_player *player, unsigned index,
                    struct cs_script_result *result);
/* The waves at which the element that was played last failed; nothing where no wave was wrong. */
void cs_script_show(const struct cs_script_player *player, struct cs_out *out);

#endif
