/* SPDX-License-Identifier: MIT */
/* wire.c - the fields of a frame and where they lie on the wire. */
#include "simcore/wire.h"

static const char *const field_names[CS_FIELD_COUNT] = {
    [CS_FIELD_IDLE] = "idle",
    [CS_FIELD_SOF] = "sof",
    [CS_FIELD_ID] = "id",
    [CS_FIELD_SRR] = "srr",
    [CS_FIELD_IDE] = "ide",
    [CS_FIELD_ID_EXT] = "id_ext",
    [CS_FIELD_RTR] = "rtr",
    [CS_FIELD_R1] = "r1",
    [CS_FIELD_FDF] = "fdf",
    [CS_FIELD_R0] = "r0",
    [CS_FIELD_BRS] = "brs",
    [CS_FIELD_ESI] = "esi",
    [CS_FIELD_DLC] = "dlc",
    [CS_FIELD_DATA] = "data",
    [CS_FIELD_STUFF_COUNT] = "stuff_count",
    [CS_FIELD_CRC] = "crc",
    [CS_FIELD_CRC_DELIM] = "crc_delim",
    [CS_FIELD_ACK] = "ack",
    [CS_FIELD_ACK_DELIM] = "ack_delim",
    [CS_FIELD_EOF] = "eof",
    [CS_FIELD_INTERMISSION] = "intermission",
    [CS_FIELD_SUSPEND] = "suspend",
    [CS_FIELD_ERROR_FLAG] = "error_flag",
    [CS_FIELD_ERROR_DELIM] = "error_delim",
    [CS_FIELD_OVERLOAD_FLAG] = "overload_flag",
    [CS_FIELD_OVERLOAD_DELIM] = "overload_delim",
};

const char *cs_field_name(enum cs_field field)
{
    return field < CS_FIELD_COUNT ? field_names[field] : "unknown";
}

uint16_t cs_crc15(const uint8_t *bits, size_t n_bits)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < n_bits; i++) {
        crc = cs_crc15_step(crc, bits[i] & 1u);
    }
    return crc;
}

/* Stuff bits behind `first` up to `last`. */
static inline unsigned count_stuff(const struct cs_wire *wire, unsigned first, unsigned last)
{
    uint64_t bits = wire->stuff[first / 64] & ~UINT64_C(1) << first % 64;
    unsigned n = 0;

    for (unsigned word = first / 64; word < last / 64; bits = wire->stuff[++word]) {
        for (; bits; bits &= bits - 1) {
            n++;
        }
    }
    /* There are few of them in a word. */
    for (bits &= UINT64_MAX >> (63 - last % 64); bits; bits &= bits - 1) {
        n++;
    }
    return n;
}

enum cs_field cs_wire_field_at(const struct cs_wire *wire, unsigned i, unsigned *index)
{
    const struct cs_wire_span *span = wire->spans;

    while (span < &wire->spans[wire->n_spans - 1] && i >= (unsigned)span->first + span->count) {
        span++;
    }
    if (index) {
        *index = i - span->first - count_stuff(wire, span->first, i);
    }
    return (enum cs_field)span->field;
}
