/* SPDX-License-Identifier: MIT */
/* wire_decode.c - bits to frame.
 * Invariant: a dynamic stuff bit is taken when the bit after it is asked for, so that none is
 * looked for where the fixed stuff bits of an FD frame begin. */
#include "simcore/wire.h"

#include <string.h>

#define EOF_BITS 7

struct decoder {
    const uint8_t *bits;
    size_t n_bits;
    unsigned at;        /* next bit */
    unsigned run, last; /* equal bits so far, their level */
    unsigned n_stuff;
    unsigned crc15;
    enum cs_wire_fault fault;
};

/* The bit taken last is wrong. */
static void spoil(struct decoder *d, enum cs_wire_fault fault)
{
    if (d->fault == CS_WIRE_OK) {
        d->fault = fault;
        d->at--;
    }
}

static unsigned take_raw(struct decoder *d)
{
    if (d->fault != CS_WIRE_OK) {
        return 1;
    }
    if (d->at >= d->n_bits) {
        d->fault = CS_WIRE_SHORT;
        return 1;
    }
    unsigned level = d->bits[d->at++] & 1u;
    d->run = level == d->last ? d->run + 1 : 1;
    d->last = level;
    return level;
}

static void take_stuff_bit(struct decoder *d)
{
    unsigned before = d->last;

    if (take_raw(d) == before) {
        spoil(d, CS_WIRE_STUFF_ERROR);
    }
    d->n_stuff++;
}

static uint32_t take_field(struct decoder *d, unsigned bits)
{
    uint32_t value = 0;

    while (bits-- > 0 && d->fault == CS_WIRE_OK) {
        if (d->run == 5) {
            take_stuff_bit(d);
        }
        unsigned level = take_raw(d);
        d->crc15 = cs_crc15_step(d->crc15, level);
        value = value << 1 | level;
    }
    return value;
}

static void expect_recessive(struct decoder *d)
{
    if (!take_raw(d)) {
        spoil(d, CS_WIRE_FORM_ERROR);
    }
}

/* FDF was recessive: res to DLC. */
static void take_fd_control(struct decoder *d, struct cs_frame *frame)
{
    frame->flags |= CS_FRAME_FD;
    if (take_field(d, 1)) {
        spoil(d, CS_WIRE_UNSUPPORTED);
    }
    frame->flags |= take_field(d, 1) ? CS_FRAME_BRS : 0;
    frame->flags |= take_field(d, 1) ? CS_FRAME_ESI : 0;
    frame->dlc = (uint8_t)take_field(d, 4);
    frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, true);
}

/* SOF to DLC. */
static void take_header(struct decoder *d, struct cs_frame *frame)
{
    if (take_field(d, 1)) {
        spoil(d, CS_WIRE_FORM_ERROR);
    }
    frame->id = take_field(d, 11);
    unsigned rtr = take_field(d, 1);
    if (take_field(d, 1)) {
        frame->flags |= CS_FRAME_EXT;
        frame->id = frame->id << 18 | take_field(d, 18);
        rtr = take_field(d, 1);
    }
    if (take_field(d, 1)) { /* a receiver of an FD frame takes its RRS either way */
        take_fd_control(d, frame);
        return;
    }
    if (frame->flags & CS_FRAME_EXT) {
        take_field(d, 1);
    }
    frame->flags |= rtr ? CS_FRAME_RTR : 0;
    frame->dlc = (uint8_t)take_field(d, 4);
    frame->len = rtr ? 0 : (uint8_t)cs_frame_dlc_to_len(frame->dlc, false);
}

static void take_crc15(struct decoder *d)
{
    unsigned crc = d->crc15;

    if (take_field(d, 15) != crc && d->fault == CS_WIRE_OK) {
        d->fault = CS_WIRE_CRC_ERROR;
    }
    if (d->fault == CS_WIRE_OK && d->run == 5) {
        take_stuff_bit(d);
    }
}

static uint32_t fd_crc_step(uint32_t crc, unsigned bit, unsigned crc_bits)
{
    return crc_bits == 17 ? cs_crc17_step(crc, bit) : cs_crc21_step(crc, bit);
}

/* Over what came so far, and the stuff count. */
static uint32_t fd_crc(const struct decoder *d, unsigned crc_bits, bool non_iso)
{
    unsigned count = cs_wire_stuff_count(d->n_stuff);
    uint32_t crc = non_iso ? 0 : 1u << (crc_bits - 1);

    for (unsigned i = 0; i < d->at; i++) {
        crc = fd_crc_step(crc, d->bits[i] & 1u, crc_bits);
    }
    for (unsigned bit = 4; bit-- > 0 && !non_iso;) {
        crc = fd_crc_step(crc, count >> bit & 1u, crc_bits);
    }
    return crc;
}

/* A fixed stuff bit before the first bit and after every fourth. */
static uint32_t take_fixed(struct decoder *d, unsigned bits)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < bits; i++) {
        if (i % 4 == 0) {
            unsigned before = d->last;
            if (take_raw(d) == before) {
                spoil(d, CS_WIRE_FORM_ERROR);
            }
        }
        value = value << 1 | take_raw(d);
    }
    return value;
}

static void take_fd_crc(struct decoder *d, const struct cs_frame *frame, bool non_iso)
{
    unsigned crc_bits = frame->len <= 16 ? 17 : 21;

    if (d->fault != CS_WIRE_OK) {
        return;
    }
    uint32_t due = fd_crc(d, crc_bits, non_iso);
    if (!non_iso) {
        due |= cs_wire_stuff_count(d->n_stuff) << crc_bits;
    }
    if (take_fixed(d, crc_bits + (non_iso ? 0 : 4)) != due && d->fault == CS_WIRE_OK) {
        d->fault = CS_WIRE_CRC_ERROR;
    }
}

enum cs_wire_fault cs_wire_decode_as(const uint8_t *bits, size_t n_bits, bool non_iso,
                                     struct cs_frame *frame, unsigned *at)
{
    struct decoder d = {.bits = bits, .n_bits = n_bits, .last = 2};
    bool unacknowledged = false;

    memset(frame, 0, sizeof(*frame));
    take_header(&d, frame);
    for (unsigned i = 0; i < frame->len && d.fault == CS_WIRE_OK; i++) {
        frame->data[i] = (uint8_t)take_field(&d, 8);
    }
    if (frame->flags & CS_FRAME_FD) {
        take_fd_crc(&d, frame, non_iso);
    } else {
        take_crc15(&d);
    }
    expect_recessive(&d);
    unacknowledged = take_raw(&d) != 0;
    for (unsigned i = 0; i < 1 + EOF_BITS; i++) {
        expect_recessive(&d);
    }
    *at = d.at;
    return d.fault == CS_WIRE_OK && unacknowledged ? CS_WIRE_ACK_ERROR : d.fault;
}

enum cs_wire_fault cs_wire_decode(const uint8_t *bits, size_t n_bits, struct cs_frame *frame,
                                  unsigned *at)
{
    return cs_wire_decode_as(bits, n_bits, false, frame, at);
}
