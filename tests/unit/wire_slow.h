/* SPDX-License-Identifier: MIT */
/* wire_slow.h - frame to bits as the standard puts it: bit by bit, every rule by its own words and
 * nothing shared with simcore/wire_encode.c. For tests that hold the fast encoder against it. */
#ifndef CANSIM_TESTS_WIRE_SLOW_H
#define CANSIM_TESTS_WIRE_SLOW_H

#include <string.h>

#include "simcore/rng.h"
#include "simcore/wire.h"

struct slow_bit {
    uint8_t level;
    uint8_t field;
    uint16_t index; /* in the field */
    char kind;      /* 'n', 'd' dynamic stuff bit, 'f' fixed stuff bit */
};

struct slow {
    struct slow_bit bits[CS_WIRE_MAX_BITS];
    unsigned n;
    unsigned n_dynamic;
    unsigned crc_bits;
    uint32_t crc;
    unsigned stuff_count;
};

/* x15+x14+x10+x8+x7+x4+x3+1; x17+x16+x14+x13+x11+x6+x4+x3+x+1; x21+x20+x13+x11+x7+x4+x3+1 */
static const uint8_t slow_crc15[] = {15, 14, 10, 8, 7, 4, 3, 0};
static const uint8_t slow_crc17[] = {17, 16, 14, 13, 11, 6, 4, 3, 1, 0};
static const uint8_t slow_crc21[] = {21, 20, 13, 11, 7, 4, 3, 0};

static inline uint32_t slow_polynomial(unsigned width)
{
    const uint8_t *powers = width == 15 ? slow_crc15 : width == 17 ? slow_crc17 : slow_crc21;
    uint32_t value = 0;
    do {
        value |= 1u << *powers;
    } while (*powers++ != 0);
    return value;
}

static inline void slow_crc_bit(struct slow *s, unsigned level)
{
    unsigned top = s->crc >> (s->crc_bits - 1) & 1u;
    s->crc <<= 1;
    if (top != level) {
        s->crc ^= slow_polynomial(s->crc_bits);
    }
    s->crc &= (1u << s->crc_bits) - 1u;
}

static inline bool slow_five_equal(const struct slow *s)
{
    for (unsigned i = 1; i < 5; i++) {
        if (s->n < 5 || s->bits[s->n - 1 - i].level != s->bits[s->n - 1].level) {
            return false;
        }
    }
    return true;
}

static inline void slow_add(struct slow *s, unsigned level, unsigned field, unsigned index,
                            char kind)
{
    s->bits[s->n++] = (struct slow_bit){(uint8_t)level, (uint8_t)field, (uint16_t)index, kind};
}

/* A stuff bit is of the field and has the index of the bit before it. */
static inline void slow_add_stuff(struct slow *s, char kind)
{
    const struct slow_bit *last = &s->bits[s->n - 1];
    slow_add(s, !last->level, last->field, last->index, kind);
}

/* A field of which the stuffing is dynamic. The stuff bit due comes before the next bit. */
static inline void slow_field(struct slow *s, unsigned field, const uint8_t *levels, unsigned n,
                              bool fd)
{
    for (unsigned i = 0; i < n; i++) {
        if (slow_five_equal(s)) {
            slow_add_stuff(s, 'd');
            s->n_dynamic++;
            if (fd) {
                slow_crc_bit(s, s->bits[s->n - 1].level);
            }
        }
        slow_add(s, levels[i], field, i, 'n');
        if (field != CS_FIELD_CRC) {
            slow_crc_bit(s, levels[i]);
        }
    }
}

static inline void slow_number(struct slow *s, unsigned field, uint32_t value, unsigned n, bool fd)
{
    uint8_t levels[32];
    for (unsigned i = 0; i < n; i++) {
        levels[i] = value >> (n - 1 - i) & 1u;
    }
    slow_field(s, field, levels, n, fd);
}

static inline void slow_header(struct slow *s, const struct cs_frame *f,
                               const struct cs_wire_form *form)
{
    bool fd = f->flags & CS_FRAME_FD, ext = f->flags & CS_FRAME_EXT;
    bool rtr = f->flags & CS_FRAME_RTR;

    slow_number(s, CS_FIELD_SOF, 0, 1, fd);
    slow_number(s, CS_FIELD_ID, ext ? f->id >> 18 : f->id, 11, fd);
    if (ext) {
        slow_number(s, CS_FIELD_SRR, 1, 1, fd);
        slow_number(s, CS_FIELD_IDE, 1, 1, fd);
        slow_number(s, CS_FIELD_ID_EXT, f->id & 0x3FFFF, 18, fd);
        slow_number(s, CS_FIELD_RTR, rtr, 1, fd);
    } else {
        slow_number(s, CS_FIELD_RTR, rtr, 1, fd);
        slow_number(s, CS_FIELD_IDE, 0, 1, fd);
    }
    if (fd) {
        slow_number(s, CS_FIELD_FDF, 1, 1, fd);
        slow_number(s, CS_FIELD_R0, 0, 1, fd);
        slow_number(s, CS_FIELD_BRS, f->flags & CS_FRAME_BRS ? 1 : 0, 1, fd);
        slow_number(s, CS_FIELD_ESI, f->flags & CS_FRAME_ESI || form->esi ? 1 : 0, 1, fd);
    } else {
        if (ext) {
            slow_number(s, CS_FIELD_R1, 0, 1, fd);
        }
        slow_number(s, CS_FIELD_R0, 0, 1, fd);
    }
    slow_number(s, CS_FIELD_DLC, form->wrong_dlc ? form->dlc : f->dlc, 4, fd);
}

static inline void slow_fixed(struct slow *s, const struct cs_wire_form *form)
{
    /* number of stuff bits modulo 8: Gray code and parity, as in the standard's table */
    static const uint8_t counts[8] = {0x0, 0x3, 0x6, 0x5, 0xC, 0xF, 0xA, 0x9};
    unsigned n = 0;

    if (!form->non_iso) {
        s->stuff_count = counts[s->n_dynamic % 8];
        for (unsigned i = 0; i < 4; i++, n++) {
            if (n % 4 == 0) {
                slow_add_stuff(s, 'f');
            }
            unsigned level = s->stuff_count >> (3 - i) & 1u;
            slow_add(s, level, CS_FIELD_STUFF_COUNT, i, 'n');
            slow_crc_bit(s, level);
        }
    }
    s->crc ^= form->crc_xor;
    for (unsigned i = 0; i < s->crc_bits; i++, n++) {
        if (n % 4 == 0) {
            slow_add_stuff(s, 'f');
        }
        slow_add(s, s->crc >> (s->crc_bits - 1 - i) & 1u, CS_FIELD_CRC, i, 'n');
    }
}

static inline void slow_encode(struct slow *s, const struct cs_frame *f,
                               const struct cs_wire_form *form)
{
    bool fd = f->flags & CS_FRAME_FD;
    uint8_t data[CS_FRAME_MAX_DATA * 8];

    s->n = s->n_dynamic = s->stuff_count = 0;
    s->crc_bits = !fd ? 15 : f->len <= 16 ? 17 : 21;
    s->crc = fd && !form->non_iso ? 1u << (s->crc_bits - 1) : 0;
    slow_header(s, f, form);
    for (unsigned i = 0; i < f->len * 8u; i++) {
        data[i] = (uint8_t)((unsigned)f->data[i / 8] >> (7 - i % 8) & 1u);
    }
    slow_field(s, CS_FIELD_DATA, data, f->len * 8u, fd);
    if (fd) {
        slow_fixed(s, form);
    } else {
        s->crc ^= form->crc_xor;
        slow_number(s, CS_FIELD_CRC, s->crc, 15, false);
        if (slow_five_equal(s)) {
            slow_add_stuff(s, 'd');
            s->n_dynamic++;
        }
    }
    slow_add(s, 1, CS_FIELD_CRC_DELIM, 0, 'n');
    slow_add(s, 1, CS_FIELD_ACK, 0, 'n');
    slow_add(s, 1, CS_FIELD_ACK_DELIM, 0, 'n');
    for (unsigned i = 0; i < 7; i++) {
        slow_add(s, 1, CS_FIELD_EOF, i, 'n');
    }
}

/* Any frame: half of them of long runs, so that stuff bits are many. */
static inline void random_frame(struct cs_rng *rng, struct cs_frame *frame, bool fd)
{
    static const uint8_t runs[] = {0x00, 0xFF, 0x1F, 0xF8, 0x0F, 0x3C, 0xE0, 0x07};
    uint64_t dice = cs_rng_next(rng);
    bool pattern = dice >> 8 & 1;

    memset(frame, 0, sizeof(*frame));
    frame->flags = dice & 1 ? CS_FRAME_EXT : 0;
    if (fd) {
        frame->flags |= CS_FRAME_FD;
        frame->flags |= (uint8_t)(dice & 2 ? CS_FRAME_BRS : 0);
        frame->flags |= (uint8_t)(dice & 4 ? CS_FRAME_ESI : 0);
    } else if ((dice >> 1 & 7) == 0) {
        frame->flags |= CS_FRAME_RTR;
    }
    frame->id = (uint32_t)(dice >> 16);
    if (dice & 0x10) {
        frame->id &= (uint32_t)(dice >> 20) & (uint32_t)(dice >> 24); /* many zeros */
    }
    frame->id &= frame->flags & CS_FRAME_EXT ? CS_ID_MAX_EXT : CS_ID_MAX_BASE;
    frame->dlc = (uint8_t)(dice >> 60);
    frame->len = frame->flags & CS_FRAME_RTR ? 0 : (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    for (unsigned i = 0; i < frame->len; i += 8) {
        uint64_t word = cs_rng_next(rng);
        for (unsigned k = 0; k < 8 && i + k < frame->len; k++) {
            frame->data[i + k] = (uint8_t)(pattern ? runs[word >> 8 * k & 7] : word >> 8 * k);
        }
    }
}

#endif
