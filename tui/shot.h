/* SPDX-License-Identifier: MIT */
/* shot.h - one attempt on the wire, bit by bit: what each node drove, which level that made.
 * Made from the trace's rows, of an attempt long over as well: the bits of a frame are known from
 * the frame, who lost arbitration at which bit, who saw an error where and who acknowledged are
 * known from the rows. Bit times are those of the bus's own timing. */
#ifndef CANSIM_TUI_SHOT_H
#define CANSIM_TUI_SHOT_H

#include "simcore/wire.h"
#include "tui/tui.h"

#define CS_SHOT_BITS  1100
#define CS_SHOT_WORDS (CS_SHOT_BITS / 64 + 1)
#define CS_SHOT_LANES 32
#define CS_SHOT_TX    CS_AIR_SENDERS

struct cs_shot_bit {
    int64_t at_ps; /* since SOF */
    uint16_t index;
    uint8_t field; /* enum cs_field */
    uint8_t level;
    bool stuff;
    char rate; /* cs_explain_rate() */
};

/* What one node did. */
struct cs_lane {
    char name[24];
    int16_t node;
    int16_t tx;       /* its frame in `tx`, -1: it received */
    int lost;         /* bit at which it lost arbitration, -1 */
    int error;        /* bit at which it saw an error, -1 */
    int flag;         /* first bit of its error flag, -1 */
    int overload;     /* of its overload flag, -1 */
    uint32_t lost_to; /* name of who drove that bit */
    uint8_t error_kind, error_level, error_field;
    uint16_t error_index;
    bool error_stuff;
    bool passive; /* the flag is recessive */
    bool acks, listens, counted;
    bool suspends;     /* it is error passive then, and has sent */
    uint16_t tec, rec; /* after it, where `counted` */
    uint64_t measured[CS_SHOT_WORDS], low[CS_SHOT_WORDS]; /* bits of which its level is known */
};

struct cs_shot_tx {
    struct cs_frame frame;
    struct cs_wire wire;
    int64_t queued_ps;
    uint16_t attempt, lost;
};

struct cs_shot {
    uint64_t row; /* at which it ends in the trace; UINT64_MAX: it is still on the wire */
    uint16_t bus;
    int64_t start_ps, end_ps, bit_ps;
    bool valid, failed;  /* else it is still on the wire */
    unsigned frame_bits; /* of the frame, up to an error */
    unsigned n_bits;     /* with all that follows */
    int ack_slot;        /* -1: it did not come to that */
    bool acks_known;
    unsigned measured;        /* bits whose level is not only expected */
    unsigned n_lanes, n_more; /* the frame's transmitter first */
    unsigned n_tx;
    unsigned sample_permille, data_sample_permille;
    struct cs_lane lane[CS_SHOT_LANES];
    struct cs_shot_tx tx[CS_SHOT_TX];
    struct cs_shot_bit bit[CS_SHOT_BITS + 1]; /* one more: where the last one ends */
};

enum cs_drive {
    CS_DRIVE_NONE, /* it listens */
    CS_DRIVE_RECESSIVE,
    CS_DRIVE_DOMINANT,
    CS_DRIVE_LOST, /* recessive, and overwritten: it drops out */
    CS_DRIVE_ACK,
    CS_DRIVE_FLAG,    /* dominant, of an error or overload flag */
    CS_DRIVE_PASSIVE, /* recessive, of a passive flag */
};

/* The attempt to which a row belongs. False: to none, or its rows made room for others. */
bool cs_shot_take(const struct cs_tui *tui, uint64_t number, struct cs_shot *shot);
/* What is on the wire of a bus now. False: nothing. */
bool cs_shot_take_air(const struct cs_tui *tui, unsigned bus, struct cs_shot *shot);

/* Replace what is expected by what was measured, where it was. */
void cs_shot_measure(const struct cs_tui *tui, struct cs_shot *shot);
enum cs_drive cs_shot_drive(const struct cs_shot *shot, const struct cs_lane *lane, unsigned bit);

/* ---- rows ------------------------------------------------------------------------------------ */

/* When the next attempt on a bus began after that time, -1: none is known. */
int64_t cs_attempt_after(const struct cs_tui *tui, unsigned bus, int64_t after_ps);
/* When the attempt began to which a row belongs, -1: to none. */
int64_t cs_attempt_start(const struct cs_tui *tui, uint64_t number);
/* Rows of a bus that are about one attempt: from the first on, until false. `number` goes on. */
struct cs_attempt_rows {
    uint64_t number, end;
    int64_t start_ps;
    uint16_t bus;
    bool over; /* the row that ends it has come */
};
void cs_attempt_rows(const struct cs_tui *tui, unsigned bus, int64_t start_ps,
                     struct cs_attempt_rows *rows);
const struct cs_row *cs_attempt_next(const struct cs_tui *tui, struct cs_attempt_rows *rows);

#endif
