/* SPDX-License-Identifier: MIT */
/* explain.h - a frame's bits on the wire, for people and for programs. */
#ifndef CANSIM_SCENARIOS_EXPLAIN_H
#define CANSIM_SCENARIOS_EXPLAIN_H

#include "scenarios/out.h"
#include "simcore/timing.h"
#include "simcore/wire.h"

struct cs_explain_bus {
    struct cs_timing timing; /* both bit rates; the second is of use in FD frames with BRS */
    bool non_iso;            /* FD as before ISO 11898-1:2015 */
};

/* One JSON object on one line; the manual page lists its keys. Returns 0 or -EINVAL, as
 * cs_wire_encode(). */
int cs_explain_json(struct cs_out *out, const struct cs_frame *frame,
                    const struct cs_explain_bus *bus);

/* Fields as a table, the wire with its stuff bits marked, bit rates, lengths and times; at most 80
 * columns. */
int cs_explain_text(struct cs_out *out, const struct cs_frame *frame,
                    const struct cs_explain_bus *bus, bool color);

/* ---- what both forms show */

/* How long the parts of a frame are. From the sample point of a recessive BRS bit to that of the
 * CRC delimiter the data bit rate applies: both bits have a share of each rate. */
struct cs_explain_times {
    int64_t nominal_bit_ps, data_bit_ps;
    unsigned nominal_bits, data_bits;   /* whole ones, without those two */
    int64_t brs_ps[2], crc_delim_ps[2]; /* the nominal share, that of the data bit rate */
    int64_t frame_ps;
};

void cs_explain_times(const struct cs_wire *wire, const struct cs_timing *timing,
                      struct cs_explain_times *times);

/* 'N' nominal, 'D' data bit rate, 'B' BRS and 'C' CRC delimiter where the rate changes. */
char cs_explain_rate(const struct cs_wire *wire, unsigned i);

/* What is shown is the frame as acknowledged by a receiver: the ACK slot, which the transmitter
 * sends recessive, is dominant. */
static inline unsigned cs_explain_level(const struct cs_wire *wire, unsigned i)
{
    return i == wire->ack_slot ? 0 : cs_wire_level(wire, i);
}

/* The bits of a span without stuff bits, as a number (the last 64). */
uint64_t cs_explain_value(const struct cs_wire *wire, const struct cs_wire_span *span);

static inline bool cs_explain_is_fixed(const struct cs_wire *wire, unsigned i)
{
    return cs_wire_is_stuff(wire, i) && wire->fixed > 0 && i >= wire->fixed;
}

#endif
