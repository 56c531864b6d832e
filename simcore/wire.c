/* SPDX-License-Identifier: MIT */
/* wire.c - frame to bits: fields, CRC-15 and stuff bits in one pass.
 * Invariant: the CRC sees the unstuffed bits from SOF to the last data bit, the stuffing those
 * from SOF to the last CRC bit; the stuff bit itself starts the next run. */
#include "simcore/wire.h"

#include <errno.h>
#include <string.h>

#define EOF_BITS 7

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

/* ---- encode ------------------------------------------------------------------------------- */

struct encoder {
    struct cs_wire *wire;
    unsigned crc;
    unsigned n;    /* bits on the wire so far */
    unsigned run;  /* equal bits at the end */
    unsigned last; /* their level */
};

static void put_raw(struct encoder *e, unsigned level)
{
    e->wire->level[e->n / 64] |= (uint64_t)level << (e->n % 64);
    e->n++;
}

static void put_stuffed(struct encoder *e, unsigned level)
{
    put_raw(e, level);
    e->run = level == e->last ? e->run + 1 : 1;
    e->last = level;
    if (e->run == 5) {
        e->wire->stuff[e->n / 64] |= UINT64_C(1) << (e->n % 64);
        e->wire->n_stuff++;
        e->last = !level;
        e->run = 1;
        put_raw(e, e->last);
    }
}

static void open_span(struct encoder *e, enum cs_field field)
{
    struct cs_wire_span *span = &e->wire->spans[e->wire->n_spans++];
    span->field = (uint8_t)field;
    span->first = (uint16_t)e->n;
}

static void close_span(struct encoder *e)
{
    struct cs_wire_span *span = &e->wire->spans[e->wire->n_spans - 1];
    span->count = (uint16_t)(e->n - span->first);
}

/* The low `bits` bits of `value`, most significant first, stuffed and in the CRC. */
static void put_field(struct encoder *e, enum cs_field field, uint32_t value, unsigned bits)
{
    open_span(e, field);
    while (bits-- > 0) {
        unsigned level = value >> bits & 1u;
        e->crc = cs_crc15_step(e->crc, level);
        put_stuffed(e, level);
    }
    close_span(e);
}

static void put_data(struct encoder *e, const struct cs_frame *frame)
{
    if (frame->len == 0) {
        return;
    }
    open_span(e, CS_FIELD_DATA);
    for (unsigned i = 0; i < frame->len; i++) {
        for (unsigned bit = 8; bit-- > 0;) {
            unsigned level = (unsigned)frame->data[i] >> bit & 1u;
            e->crc = cs_crc15_step(e->crc, level);
            put_stuffed(e, level);
        }
    }
    close_span(e);
}

static void put_crc(struct encoder *e)
{
    e->wire->crc = e->crc;
    open_span(e, CS_FIELD_CRC);
    for (unsigned bit = 15; bit-- > 0;) {
        put_stuffed(e, e->wire->crc >> bit & 1u);
    }
    close_span(e);
}

static void put_fixed(struct encoder *e, enum cs_field field, unsigned bits)
{
    open_span(e, field);
    while (bits-- > 0) {
        put_raw(e, 1);
    }
    close_span(e);
}

static void put_arbitration(struct encoder *e, const struct cs_frame *frame)
{
    unsigned rtr = frame->flags & CS_FRAME_RTR ? 1 : 0;

    put_field(e, CS_FIELD_SOF, 0, 1);
    if (frame->flags & CS_FRAME_EXT) {
        put_field(e, CS_FIELD_ID, frame->id >> 18, 11);
        put_field(e, CS_FIELD_SRR, 1, 1);
        put_field(e, CS_FIELD_IDE, 1, 1);
        put_field(e, CS_FIELD_ID_EXT, frame->id & 0x3FFFF, 18);
        put_field(e, CS_FIELD_RTR, rtr, 1);
    } else {
        put_field(e, CS_FIELD_ID, frame->id, 11);
        put_field(e, CS_FIELD_RTR, rtr, 1);
        /* IDE is part of the control field here, yet decides against an extended frame. */
        put_field(e, CS_FIELD_IDE, 0, 1);
    }
    e->wire->arb_bits = (uint16_t)e->n;
}

int cs_wire_encode(const struct cs_frame *frame, struct cs_wire *wire)
{
    struct encoder e = {.wire = wire, .last = 2};

    if (cs_frame_check(frame)) {
        return -EINVAL;
    }
    if (frame->flags & CS_FRAME_FD) {
        return -EOPNOTSUPP;
    }
    memset(wire, 0, sizeof(*wire));
    put_arbitration(&e, frame);
    if (frame->flags & CS_FRAME_EXT) {
        put_field(&e, CS_FIELD_R1, 0, 1);
    }
    put_field(&e, CS_FIELD_R0, 0, 1);
    put_field(&e, CS_FIELD_DLC, frame->dlc, 4);
    put_data(&e, frame);
    put_crc(&e);
    wire->crc_delim = (uint16_t)e.n;
    put_fixed(&e, CS_FIELD_CRC_DELIM, 1);
    wire->ack_slot = (uint16_t)e.n;
    put_fixed(&e, CS_FIELD_ACK, 1);
    put_fixed(&e, CS_FIELD_ACK_DELIM, 1);
    put_fixed(&e, CS_FIELD_EOF, EOF_BITS);
    wire->n_bits = (uint16_t)e.n;
    wire->n_unstuffed = (uint16_t)(e.n - wire->n_stuff);
    return 0;
}

enum cs_field cs_wire_field_at(const struct cs_wire *wire, unsigned i, unsigned *index)
{
    const struct cs_wire_span *span = wire->spans;

    while (span < &wire->spans[wire->n_spans - 1] && i >= (unsigned)span->first + span->count) {
        span++;
    }
    if (index) {
        *index = 0;
        for (unsigned bit = span->first + 1u; bit <= i; bit++) {
            *index += !cs_wire_is_stuff(wire, bit);
        }
    }
    return (enum cs_field)span->field;
}

/* ---- decode ------------------------------------------------------------------------------- */

struct decoder {
    const uint8_t *bits;
    size_t n_bits;
    unsigned at;
    unsigned run, last, crc;
    enum cs_wire_fault fault;
};

static unsigned take_raw(struct decoder *d)
{
    if (d->fault != CS_WIRE_OK) {
        return 1;
    }
    if (d->at >= d->n_bits) {
        d->fault = CS_WIRE_SHORT;
        return 1;
    }
    return d->bits[d->at++] & 1u;
}

static unsigned take_stuffed(struct decoder *d)
{
    unsigned level = take_raw(d);

    d->run = level == d->last ? d->run + 1 : 1;
    d->last = level;
    if (d->run == 5) {
        unsigned stuff = take_raw(d);
        if (d->fault == CS_WIRE_OK && stuff == level) {
            d->fault = CS_WIRE_STUFF_ERROR;
            d->at--;
        }
        d->last = !level;
        d->run = 1;
    }
    return level;
}

static uint32_t take_field(struct decoder *d, unsigned bits)
{
    uint32_t value = 0;

    while (bits-- > 0) {
        unsigned level = take_stuffed(d);
        d->crc = cs_crc15_step(d->crc, level);
        value = value << 1 | level;
    }
    return value;
}

static void expect_raw(struct decoder *d, unsigned level, enum cs_wire_fault otherwise)
{
    unsigned got = take_raw(d);
    if (d->fault == CS_WIRE_OK && got != level) {
        d->fault = otherwise;
        d->at--;
    }
}

/* SOF to DLC. */
static void take_header(struct decoder *d, struct cs_frame *frame)
{
    if (take_field(d, 1) != 0 && d->fault == CS_WIRE_OK) {
        d->fault = CS_WIRE_FORM_ERROR;
        d->at = 0;
        return;
    }
    frame->id = take_field(d, 11);
    unsigned rtr = take_field(d, 1);
    if (take_field(d, 1)) {
        frame->flags |= CS_FRAME_EXT;
        frame->id = frame->id << 18 | take_field(d, 18);
        rtr = take_field(d, 1);
        if (take_field(d, 1) && d->fault == CS_WIRE_OK) {
            d->fault = CS_WIRE_UNSUPPORTED;
        }
        take_field(d, 1);
    } else if (take_field(d, 1) && d->fault == CS_WIRE_OK) {
        d->fault = CS_WIRE_UNSUPPORTED;
    }
    frame->flags |= rtr ? CS_FRAME_RTR : 0;
    frame->dlc = (uint8_t)take_field(d, 4);
    frame->len = rtr ? 0 : (uint8_t)cs_frame_dlc_to_len(frame->dlc, false);
}

enum cs_wire_fault cs_wire_decode(const uint8_t *bits, size_t n_bits, struct cs_frame *frame,
                                  unsigned *at)
{
    struct decoder d = {.bits = bits, .n_bits = n_bits, .last = 2};
    bool unacknowledged = false;

    memset(frame, 0, sizeof(*frame));
    take_header(&d, frame);
    for (unsigned i = 0; i < frame->len && d.fault == CS_WIRE_OK; i++) {
        frame->data[i] = (uint8_t)take_field(&d, 8);
    }
    unsigned crc = d.crc;
    unsigned got = take_field(&d, 15);
    if (d.fault == CS_WIRE_OK && got != crc) {
        d.fault = CS_WIRE_CRC_ERROR;
    }
    expect_raw(&d, 1, CS_WIRE_FORM_ERROR);
    unacknowledged = take_raw(&d) != 0;
    for (unsigned i = 0; i < 1 + EOF_BITS; i++) {
        expect_raw(&d, 1, CS_WIRE_FORM_ERROR);
    }
    *at = d.at;
    return d.fault == CS_WIRE_OK && unacknowledged ? CS_WIRE_ACK_ERROR : d.fault;
}
