/* SPDX-License-Identifier: MIT */
/* signal.h - values in the data of frames that move by themselves: where they are, how they are
 * scaled, and what comes next. Whole numbers all the way: the same on every machine. */
#ifndef CANSIM_SCENARIOS_SIGNAL_H
#define CANSIM_SCENARIOS_SIGNAL_H

#include "scenarios/decimal.h"
#include "simcore/frame.h"
#include "simcore/rng.h"

#define CS_SIGNAL_VALUES 4096 /* in "values" */

enum cs_signal_source {
    CS_SIGNAL_VALUES_OF, /* "value" and "values" */
    CS_SIGNAL_RAMP,
    CS_SIGNAL_SINE,
    CS_SIGNAL_SQUARE,
    CS_SIGNAL_RANDOM,
    CS_SIGNAL_NONE,
};

struct cs_signal_ramp {
    cs_decimal from, to;
    cs_decimal step; /* > 0, whichever way it goes */
    bool bounce;     /* turn at the ends instead of starting over */
};

struct cs_signal_wave {
    cs_decimal min, max;
    int64_t period_ps, period_frames; /* one of them, the other 0 */
    int64_t duty_ppm;                 /* square: how long it is at max, where it begins */
    cs_int128 raw_min, raw_max;       /* min and max as they are sent: raw_min <= raw_max */
};

struct cs_signal {
    const char *name;      /* NULL: none */
    int64_t start, length; /* bits; as in a DBC: the bit 8 * byte + n, n 0 the lowest of a byte */
    int order;             /* 0: start is the lowest bit (Intel), 1: the highest one (Motorola) */
    bool is_signed;
    cs_decimal factor, offset; /* what it means = what is sent * factor + offset */
    int source;                /* enum cs_signal_source */
    cs_decimal *values;        /* owned */
    unsigned n_values;
    struct cs_signal_ramp ramp;
    struct cs_signal_wave wave;
};

/* Where a sender is in it. */
struct cs_signal_state {
    int64_t n; /* how often it was sent */
    cs_decimal at;
    bool down; /* ramp: on its way back */
};

/* What is sent for a value, the nearest one. 0, or -1 where that does not fit its bits. */
int cs_signal_raw(const struct cs_signal *signal, cs_decimal value, cs_int128 *raw);

void cs_signal_start(const struct cs_signal *signal, struct cs_signal_state *state);
/* What is sent next, in the signal's bits; `since_ps` is the time since the sender joined. */
uint64_t cs_signal_next(const struct cs_signal *signal, struct cs_signal_state *state,
                        int64_t since_ps, struct cs_rng *rng);

/* Put that into the data, which reach that far. */
void cs_signal_put(const struct cs_signal *signal, uint64_t raw, struct cs_frame *frame);
/* The signal's i-th bit, 0 the lowest: its number in the data, as `start`. Beyond the end of
 * 64 bytes it goes on counting. */
unsigned cs_signal_bit(const struct cs_signal *signal, unsigned i);

/* Sine of a part of a round, in 2^32ths: -2^30..2^30. */
int64_t cs_signal_sine(uint32_t phase);

#endif
