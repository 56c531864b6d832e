/* SPDX-License-Identifier: MIT */
/* dev_sdo_block.c - block transfers of the SDO server, CiA 301, 7.2.4.3.8 to 7.2.4.3.16. Segments
 * of an upload go one by one, the next when the one before went out: the queue is not flooded. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"
#include "plugins/canopen/sdo_watch.h"

enum {
    DOWN_SEGMENTS = DEV_SDO_BLOCK,
    DOWN_END,
    UP_START,
    UP_SEGMENTS, /* being sent */
    UP_ACK,      /* all of the sub-block are sent */
    UP_END,
};

#define BLOCK_SIZE 127

/* ---- download -------------------------------------------------------------------------------- */

static void begin_download(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0xA4, d[1], d[2], d[3], BLOCK_SIZE};
    uint32_t code = dev_sdo_open(dev, d, true);

    s->state = DEV_SDO_IDLE;
    s->have_size = (d[0] & 2) != 0;
    s->size = s->have_size ? (uint32_t)co_get_le(d + 4, 4) : 0;
    s->crc = (d[0] & 4) != 0;
    if (code == 0 && s->size > CO_OD_MAX_VALUE)
        code = 0x05040005;
    if (code != 0) {
        dev_sdo_abort(dev, code);
        return;
    }
    s->state = DOWN_SEGMENTS;
    s->block_size = BLOCK_SIZE;
    s->seq = 0;
    s->last = false;
    dev_sdo_busy(dev);
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

static void acknowledge(struct co_device *dev)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0xA2, s->seq, BLOCK_SIZE};

    s->seq = 0;
    s->block_size = BLOCK_SIZE;
    if (s->last)
        s->state = DOWN_END;
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

static void download_segment(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    unsigned seq = d[0] & 0x7F;
    bool last = (d[0] & 0x80) != 0;

    dev_sdo_busy(dev);
    if (dev->behave.lose > 0) {
        dev->behave.lose--;
    } else if (seq == s->seq + 1u) {
        if (s->len + 7 > CO_OD_MAX_VALUE + 6) {
            dev_sdo_abort(dev, 0x05040005);
            return;
        }
        size_t n = s->len + 7 <= CO_OD_MAX_VALUE ? 7 : CO_OD_MAX_VALUE - s->len;
        memcpy(s->buffer + s->len, d + 1, n);
        s->len += 7;
        s->seq = (uint8_t)seq;
        s->last = last;
    }
    /* What comes after a lost segment is not taken; the client hears at the sub-block's end. */
    if (last || seq >= s->block_size)
        acknowledge(dev);
}

static void end_download(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0xA1};
    unsigned unused = d[0] >> 2 & 7;
    uint32_t code = 0;

    s->len = s->len > unused ? s->len - unused : 0;
    if (s->len > CO_OD_MAX_VALUE)
        code = 0x05040005;
    else if (s->crc && co_sdo_crc(0, s->buffer, s->len) != co_get_le(d + 1, 2))
        code = 0x05040004;
    if (code == 0)
        code = dev_sdo_write(dev);
    if (code != 0) {
        dev_sdo_abort(dev, code);
        return;
    }
    dev_sdo_reset(dev);
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

/* ---- upload ---------------------------------------------------------------------------------- */

static void begin_upload(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0xC6, d[1], d[2], d[3]};
    uint32_t code = dev_sdo_open(dev, d, false);

    s->state = DEV_SDO_IDLE;
    s->crc = (d[0] & 4) != 0;
    s->block_size = d[4];
    if (code == 0 && (d[4] < 1 || d[4] > 127))
        code = 0x05040002;
    if (code == 0)
        code = dev_sdo_read(dev);
    if (code != 0) {
        dev_sdo_abort(dev, code);
        return;
    }
    co_put_le(answer + 4, 4, s->len);
    s->state = UP_START;
    s->sent_from = 0;
    dev_sdo_busy(dev);
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

static void send_segment(struct co_device *dev)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t d[8] = {0};
    uint32_t at = s->sent_from + 7u * s->seq;
    uint32_t n = s->len - at < 7 ? s->len - at : 7;
    bool last = at + n == s->len;

    s->seq++;
    d[0] = (uint8_t)(s->seq | (last ? 0x80 : 0));
    memcpy(d + 1, s->buffer + at, n);
    s->last = last;
    s->state = last || s->seq == s->block_size ? UP_ACK : UP_SEGMENTS;
    dev_sdo_busy(dev);
    dev_sdo_answer(dev, d, DEV_C_BLOCK);
}

void dev_sdo_block_sent(struct co_device *dev)
{
    if (dev->sdo.state == UP_SEGMENTS)
        send_segment(dev);
}

static void start_sub_block(struct co_device *dev)
{
    dev->sdo.seq = 0;
    send_segment(dev);
}

static void acknowledged(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0};

    if (d[1] > s->seq) {
        dev_sdo_abort(dev, 0x05040003);
        return;
    }
    if (d[1] == s->seq && s->last) {
        unsigned rest = s->len % 7;
        uint16_t crc = s->crc ? co_sdo_crc(0, s->buffer, s->len) : 0;
        if (dev->behave.crcs > 0) {
            dev->behave.crcs--;
            crc ^= 1;
        }
        answer[0] = (uint8_t)(0xC1 | (s->len == 0 ? 7 : rest == 0 ? 0 : 7 - rest) << 2);
        co_put_le(answer + 1, 2, crc);
        s->state = UP_END;
        dev_sdo_busy(dev);
        dev_sdo_answer(dev, answer, DEV_C_OTHER);
        return;
    }
    if (d[2] < 1 || d[2] > 127) {
        dev_sdo_abort(dev, 0x05040002);
        return;
    }
    s->sent_from += 7u * d[1];
    s->block_size = d[2];
    start_sub_block(dev);
}

/* ---- by state -------------------------------------------------------------------------------- */

static bool under_way(struct co_device *dev, const uint8_t *d)
{
    switch (dev->sdo.state) {
    case DOWN_SEGMENTS:
        if (d[0] == 0x80)
            return false;
        download_segment(dev, d);
        return true;
    case DOWN_END:
        if ((d[0] & 0xE3) != 0xC1)
            return false;
        end_download(dev, d);
        return true;
    case UP_START:
        if (d[0] != 0xA3)
            return false;
        start_sub_block(dev);
        return true;
    case UP_SEGMENTS:
    case UP_ACK:
        if (d[0] != 0xA2)
            return false;
        acknowledged(dev, d);
        return true;
    case UP_END:
        if (d[0] != 0xA1)
            return false;
        dev_sdo_reset(dev);
        return true;
    default:
        return false;
    }
}

bool dev_sdo_block(struct co_device *dev, const uint8_t *d)
{
    if (under_way(dev, d))
        return true;
    if ((d[0] & 0xE1) == 0xC0) {
        begin_download(dev, d);
        return true;
    }
    if ((d[0] & 0xE3) == 0xA0) {
        begin_upload(dev, d);
        return true;
    }
    return false;
}
