/* SPDX-License-Identifier: MIT */
/* sja1000_fifo.c - messages as bytes: the receive FIFO and the transmit buffer (6.3.7, 6.4.13,
 * 6.4.14). Invariant: the bytes from rbsa on, `used` of them, are `count` whole messages of the
 * present CAN mode, from whose heads their lengths are read again; nothing else writes there. */
#include <string.h>

#include "qemu-link/sja1000_internal.h"

#define INFO_FF  0x80u
#define INFO_RTR 0x40u
#define INFO_DLC 0x0Fu
/* The RTR bit behind an identifier. */
#define SFF_RTR 0x10u
#define EFF_RTR 0x04u

static unsigned data_len(bool rtr, unsigned dlc)
{
    return rtr ? 0 : cs_frame_dlc_to_len(dlc, false);
}

/* Returns the number of bytes. */
static unsigned encode_basic(const struct cs_frame *frame, uint8_t *bytes)
{
    bytes[0] = (uint8_t)(frame->id >> 3);
    bytes[1] = (uint8_t)(frame->id << 5 | (frame->flags & CS_FRAME_RTR ? SFF_RTR : 0) | frame->dlc);
    memcpy(bytes + 2, frame->data, frame->len);
    return 2u + frame->len;
}

static unsigned encode_pelican(const struct cs_frame *frame, uint8_t *bytes)
{
    const bool ext = frame->flags & CS_FRAME_EXT, rtr = frame->flags & CS_FRAME_RTR;
    const unsigned head = ext ? 5 : 3;

    bytes[0] = (uint8_t)((ext ? INFO_FF : 0) | (rtr ? INFO_RTR : 0) | frame->dlc);
    if (ext) {
        const uint32_t id = frame->id << 3 | (rtr ? EFF_RTR : 0);

        bytes[1] = (uint8_t)(id >> 24);
        bytes[2] = (uint8_t)(id >> 16);
        bytes[3] = (uint8_t)(id >> 8);
        bytes[4] = (uint8_t)id;
    } else {
        bytes[1] = (uint8_t)(frame->id >> 3);
        bytes[2] = (uint8_t)(frame->id << 5 | (rtr ? SFF_RTR : 0));
    }
    memcpy(bytes + head, frame->data, frame->len);
    return head + frame->len;
}

static unsigned encode(const struct cs_sja1000 *chip, const struct cs_frame *frame, uint8_t *bytes)
{
    return cs_sja_is_pelican(chip) ? encode_pelican(frame, bytes) : encode_basic(frame, bytes);
}

static void copy_behind(struct cs_sja1000 *chip, const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        chip->ram[(chip->rbsa + chip->used + i) % FIFO_BYTES] = bytes[i];
}

/* The pointers meet where the first message was; the RAM stays as it is. */
void cs_sja_fifo_clear(struct cs_sja1000 *chip)
{
    chip->used = chip->count = 0;
}

void cs_sja_fifo_put(struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    uint8_t bytes[MESSAGE_BYTES];

    if (!cs_sja_accepts(chip, frame))
        return;
    const unsigned n = encode(chip, frame, bytes);
    if (n > FIFO_BYTES - chip->used) {
        chip->overruns++;
        if (!chip->dos) {
            chip->dos = true;
            cs_sja_raise(chip, IR_DOI);
        }
        return;
    }
    copy_behind(chip, bytes, n);
    chip->used = (uint8_t)(chip->used + n);
    if (chip->count++ == 0)
        cs_sja_raise(chip, IR_RI);
    cs_sja_update_irq(chip);
}

/* What is sent is written behind the last message as well, as far as there is room, and is not
 * counted (note 5 of table 11). */
void cs_sja_fifo_shadow(struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    uint8_t bytes[MESSAGE_BYTES];
    const unsigned n = encode(chip, frame, bytes);

    if (n <= FIFO_BYTES - chip->used)
        copy_behind(chip, bytes, n);
}

static unsigned first_len(const struct cs_sja1000 *chip)
{
    const uint8_t info = chip->ram[chip->rbsa];
    const uint8_t next = chip->ram[(chip->rbsa + 1u) % FIFO_BYTES];

    if (!cs_sja_is_pelican(chip))
        return 2 + data_len(next & SFF_RTR, next & INFO_DLC);
    return (info & INFO_FF ? 5u : 3u) + data_len(info & INFO_RTR, info & INFO_DLC);
}

void cs_sja_fifo_release(struct cs_sja1000 *chip)
{
    if (chip->count == 0)
        return;
    const unsigned n = first_len(chip);
    chip->rbsa = (uint8_t)((chip->rbsa + n) % FIFO_BYTES);
    chip->used = (uint8_t)(chip->used - n);
    chip->count--;
    if (chip->count && !cs_sja_is_pelican(chip))
        cs_sja_raise(chip, IR_RI);
    cs_sja_update_irq(chip);
}

static void decode_basic(const uint8_t *bytes, struct cs_frame *frame)
{
    frame->id = (uint32_t)(bytes[0] << 3 | bytes[1] >> 5);
    frame->flags = bytes[1] & SFF_RTR ? CS_FRAME_RTR : 0;
    frame->dlc = bytes[1] & INFO_DLC;
}

/* Returns where the data begins. The RTR bit is that of the frame information. */
static unsigned decode_pelican(const uint8_t *bytes, struct cs_frame *frame)
{
    frame->flags = bytes[0] & INFO_RTR ? CS_FRAME_RTR : 0;
    frame->dlc = bytes[0] & INFO_DLC;
    if (!(bytes[0] & INFO_FF)) {
        frame->id = (uint32_t)(bytes[1] << 3 | bytes[2] >> 5);
        return 3;
    }
    frame->flags |= CS_FRAME_EXT;
    frame->id = (uint32_t)(bytes[1] << 21 | bytes[2] << 13 | bytes[3] << 5 | bytes[4] >> 3);
    return 5;
}

void cs_sja_tx_frame(const struct cs_sja1000 *chip, struct cs_frame *frame)
{
    const uint8_t *bytes = chip->ram + TX_BUFFER;
    unsigned head = 2;

    *frame = (struct cs_frame){0};
    if (cs_sja_is_pelican(chip))
        head = decode_pelican(bytes, frame);
    else
        decode_basic(bytes, frame);
    frame->len = (uint8_t)data_len(frame->flags & CS_FRAME_RTR, frame->dlc);
    memcpy(frame->data, bytes + head, frame->len);
}
