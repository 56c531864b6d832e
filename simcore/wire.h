/* SPDX-License-Identifier: MIT */
/* wire.h - a frame as the sequence of bits that a transmitter puts on the bus.
 * Bit 0 is SOF, the last bit is the last of EOF; 0 is dominant, 1 recessive.
 * ISO 11898-1:2015, 10.4 (frame formats) and 10.5 (bit stuffing). */
#ifndef CANSIM_SIMCORE_WIRE_H
#define CANSIM_SIMCORE_WIRE_H

#include "simcore/frame.h"

#define CS_WIRE_MAX_BITS  832 /* an FD frame of 64 bytes needs fewer, whatever it holds */
#define CS_WIRE_WORDS     (CS_WIRE_MAX_BITS / 64)
#define CS_WIRE_MAX_SPANS 32

/* Fields in the order of the SJA1000's ECC where it has one of the name. */
enum cs_field {
    CS_FIELD_IDLE,
    CS_FIELD_SOF,
    CS_FIELD_ID,  /* base identifier, ID.28 to ID.18 */
    CS_FIELD_SRR, /* SRR of an extended frame */
    CS_FIELD_IDE,
    CS_FIELD_ID_EXT, /* ID.17 to ID.0 */
    CS_FIELD_RTR,    /* RTR; RRS of an FD frame */
    CS_FIELD_R1,
    CS_FIELD_FDF,
    CS_FIELD_R0, /* r0; res of an FD frame */
    CS_FIELD_BRS,
    CS_FIELD_ESI,
    CS_FIELD_DLC,
    CS_FIELD_DATA,
    CS_FIELD_STUFF_COUNT,
    CS_FIELD_CRC,
    CS_FIELD_CRC_DELIM,
    CS_FIELD_ACK,
    CS_FIELD_ACK_DELIM,
    CS_FIELD_EOF,
    CS_FIELD_INTERMISSION,
    CS_FIELD_SUSPEND,
    CS_FIELD_ERROR_FLAG,
    CS_FIELD_ERROR_DELIM,
    CS_FIELD_OVERLOAD_FLAG,
    CS_FIELD_OVERLOAD_DELIM,
    CS_FIELD_COUNT
};

/* Name in lower case: "sof", "id", "crc_delim" … */
const char *cs_field_name(enum cs_field field);

/* A run of bits of one field, stuff bits that follow them included. */
struct cs_wire_span {
    uint8_t field;  /* enum cs_field */
    uint16_t first; /* index on the wire */
    uint16_t count; /* bits on the wire, >= 1 */
};

struct cs_wire {
    uint16_t n_bits;      /* SOF to the last bit of EOF, stuff bits included */
    uint16_t n_unstuffed; /* the same without stuff bits */
    uint16_t n_stuff;
    uint16_t arb_bits;  /* bits from SOF to the end of the arbitration field, stuffed */
    uint16_t crc_delim; /* index of the CRC delimiter; ACK slot, delimiter and EOF follow */
    uint16_t ack_slot;
    uint16_t brs;        /* index of a recessive BRS bit, 0 none: from its sample point to that of
                            crc_delim        the data bit rate applies */
    uint16_t fixed;      /* index of the first fixed stuff bit, 0 none: stuff bits from here on are
                            fixed ones */
    uint8_t stuff_count; /* FD: the field as sent, Gray code and parity */
    uint8_t crc_bits;    /* 15, 17 or 21 */
    uint32_t crc;        /* the field as sent */
    uint8_t n_spans;
    struct cs_wire_span spans[CS_WIRE_MAX_SPANS];
    /* Bit i at word i / 64, bit i % 64; ACK slot recessive. Bits from n_bits on are 0 up to the end
     * of their word, the words behind it are not written. */
    uint64_t level[CS_WIRE_WORDS];
    uint64_t stuff[CS_WIRE_WORDS]; /* 1 = stuff bit */
};

static inline unsigned cs_wire_level(const struct cs_wire *wire, unsigned i)
{
    return (unsigned)(wire->level[i / 64] >> (i % 64)) & 1u;
}

static inline bool cs_wire_is_stuff(const struct cs_wire *wire, unsigned i)
{
    return (wire->stuff[i / 64] >> (i % 64)) & 1u;
}

/* Encode. The ACK slot is left recessive, as the transmitter sends it.
 * Returns 0 or -EINVAL (cs_frame_check fails). */
int cs_wire_encode(const struct cs_frame *frame, struct cs_wire *wire);

/* How a transmitter that differs from the rule encodes; all 0 is the rule. */
struct cs_wire_form {
    bool non_iso;   /* FD as before ISO 11898-1:2015: no stuff count, CRC starts with 0 */
    bool esi;       /* FD: send ESI recessive, whatever the frame says (error passive) */
    bool wrong_dlc; /* send `dlc` in place of the frame's, data unchanged, CRC over what is sent */
    uint8_t dlc;
    uint32_t crc_xor; /* into the CRC field, stuffed after that */
    bool wrong_form;  /* invert the bit `index` of `field` (CS_FIELD_CRC_DELIM to CS_FIELD_EOF) */
    uint8_t field;
    uint16_t index;
};
int cs_wire_encode_as(const struct cs_frame *frame, const struct cs_wire_form *form,
                      struct cs_wire *wire);

/* Which field the bit `i` (0..n_bits-1) belongs to; *index, where not NULL, becomes the position
 * within the field, counted without stuff bits (a stuff bit has that of the bit before it). */
enum cs_field cs_wire_field_at(const struct cs_wire *wire, unsigned i, unsigned *index);

enum cs_wire_fault {
    CS_WIRE_OK,
    CS_WIRE_SHORT,       /* the bits end before the frame does */
    CS_WIRE_STUFF_ERROR, /* six equal bits where stuffing applies */
    CS_WIRE_CRC_ERROR,   /* CRC or stuff count */
    CS_WIRE_FORM_ERROR,  /* SOF recessive, a fixed stuff bit wrong, a delimiter or EOF dominant */
    CS_WIRE_ACK_ERROR,   /* ACK slot recessive */
    CS_WIRE_UNSUPPORTED  /* res recessive after FDF recessive: protocol exception */
};

/* Decode `n_bits` levels of `bits` (0 or 1 a byte, from SOF on) into a frame. *at becomes the
 * index of the offending bit, or the number of bits that the frame took. An ACK error does not
 * spoil the frame; every other fault leaves it undefined. */
enum cs_wire_fault cs_wire_decode(const uint8_t *bits, size_t n_bits, struct cs_frame *frame,
                                  unsigned *at);
/* The same; FD frames are as before ISO 11898-1:2015 where `non_iso`. */
enum cs_wire_fault cs_wire_decode_as(const uint8_t *bits, size_t n_bits, bool non_iso,
                                     struct cs_frame *frame, unsigned *at);

/* One more bit into a CRC-15. */
static inline uint16_t cs_crc15_step(unsigned crc, unsigned bit)
{
    unsigned out = (crc >> 14 ^ bit) & 1u;
    return (uint16_t)((crc << 1 & 0x7FFFu) ^ (out ? 0x4599u : 0));
}

/* FD frames: CRC-17 up to 16 data bytes, CRC-21 above. Every bit from SOF to the end of the stuff
 * count goes in, dynamic stuff bits too, fixed ones not; non-ISO frames start with 0.
 * ISO 11898-1:2015, 10.4.2.6. */
#define CS_CRC17_START 0x10000u
#define CS_CRC21_START 0x100000u

static inline uint32_t cs_crc17_step(uint32_t crc, unsigned bit)
{
    unsigned out = (crc >> 16 ^ bit) & 1u;
    return (crc << 1 & 0x1FFFFu) ^ (out ? 0x1685Bu : 0);
}

static inline uint32_t cs_crc21_step(uint32_t crc, unsigned bit)
{
    unsigned out = (crc >> 20 ^ bit) & 1u;
    return (crc << 1 & 0x1FFFFFu) ^ (out ? 0x102899u : 0);
}

/* The 4-bit stuff count field for a number of dynamic stuff bits: the number modulo 8 in Gray code,
 * then a bit of even parity. Neither a fixed stuff bit nor what it stands in place of is counted.
 * ISO 11898-1:2015, 10.4.2.6. */
static inline unsigned cs_wire_stuff_count(unsigned n_dynamic)
{
    unsigned n = n_dynamic & 7u, gray = n ^ n >> 1;
    return gray << 1 | ((gray ^ gray >> 1 ^ gray >> 2) & 1u);
}

/* CRC-15 over `n_bits` levels (0 or 1 a byte), SOF to the last data bit, unstuffed.
 * ISO 11898-1:2015, 10.4.2.6: x15+x14+x10+x8+x7+x4+x3+1, start value 0. */
uint16_t cs_crc15(const uint8_t *bits, size_t n_bits);

#endif
