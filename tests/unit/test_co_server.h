/* SPDX-License-Identifier: MIT */
/* test_co_server.h - a small SDO server for tests of clients, written apart from the product's: one
 * frame in, some frames out; it can lose segments and refuse block transfers. */
#ifndef CANSIM_TESTS_UNIT_TEST_CO_SERVER_H
#define CANSIM_TESTS_UNIT_TEST_CO_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "plugins/canopen/sdo_watch.h"
#include "plugins/canopen/types.h"

#define SERVER_OBJECTS 64
#define SERVER_VALUE   4096

struct server_object {
    uint16_t index;
    uint8_t sub;
    size_t len;
    uint8_t value[SERVER_VALUE];
};

struct server {
    struct server_object objects[SERVER_OBJECTS];
    unsigned n;
    bool no_block, mute;
    unsigned most;       /* objects that writing makes it have; 0: as many as there is room for */
    unsigned lose_every; /* each so many-th segment of a block is lost, once; 0: none */
    uint8_t block_size;  /* that it asks for in downloads */
    void (*send)(void *ctx, const uint8_t bytes[8]);
    void *ctx;

    enum { IDLE, UP, DOWN, BUP, BUP_END, BDOWN, BDOWN_END } phase;
    struct server_object *object;
    size_t at, expected;
    bool toggle;
    uint8_t seq, blksize, sent;
    unsigned segments, lost;
    uint8_t written[SERVER_VALUE + 1024];
};

static inline struct server_object *server_find(struct server *s, unsigned index, unsigned sub)
{
    for (unsigned i = 0; i < s->n; i++) {
        if (s->objects[i].index == index && s->objects[i].sub == sub)
            return &s->objects[i];
    }
    return NULL;
}

static inline void server_set(struct server *s, unsigned index, unsigned sub, const void *value,
                              size_t len)
{
    struct server_object *object = server_find(s, index, sub);

    if (object == NULL)
        object = &s->objects[s->n++];
    object->index = (uint16_t)index;
    object->sub = (uint8_t)sub;
    object->len = len;
    memcpy(object->value, value, len);
}

static inline void server_set_u32(struct server *s, unsigned index, unsigned sub, uint32_t value,
                                  size_t len)
{
    uint8_t bytes[4];

    co_put_le(bytes, 4, value);
    server_set(s, index, sub, bytes, len);
}

static inline void server_abort(struct server *s, const uint8_t *in, uint32_t code)
{
    uint8_t out[8] = {0x80, in[1], in[2], in[3]};

    co_put_le(out + 4, 4, code);
    s->phase = IDLE;
    s->send(s->ctx, out);
}

static inline bool server_loses(struct server *s)
{
    s->segments++;
    if (s->lose_every == 0 || s->segments % s->lose_every != 0)
        return false;
    s->lost++;
    return true;
}

static inline void server_send_block(struct server *s)
{
    s->sent = 0;
    for (size_t at = s->at; s->sent < s->blksize && (at < s->object->len || s->sent == 0);
         at += 7) {
        uint8_t out[8] = {0};
        size_t left = s->object->len - at;
        s->sent++;
        out[0] = (uint8_t)(s->sent | (left <= 7 ? 0x80 : 0));
        memcpy(out + 1, s->object->value + at, left < 7 ? left : 7);
        if (!server_loses(s))
            s->send(s->ctx, out);
    }
}

static inline void server_initiate(struct server *s, const uint8_t *in)
{
    uint8_t out[8] = {0, in[1], in[2], in[3]};

    s->at = 0;
    s->toggle = false;
    if ((in[0] & 0xE0) == 0x40 || (in[0] & 0xE3) == 0xA0) {
        if (s->object->len >= 1 && s->object->len <= 4 && in[0] == 0x40) {
            out[0] = (uint8_t)(0x43 | (4 - s->object->len) << 2);
            memcpy(out + 4, s->object->value, s->object->len);
            s->send(s->ctx, out);
            return;
        }
        s->phase = in[0] == 0x40 ? UP : BUP;
        s->blksize = in[4];
        out[0] = s->phase == UP ? 0x41 : 0xC6;
        co_put_le(out + 4, 4, s->object->len);
    } else if ((in[0] & 0xE0) == 0x20) {
        if (in[0] & 2) {
            s->object->len = (size_t)(4 - (in[0] >> 2 & 3));
            memcpy(s->object->value, in + 4, s->object->len);
        } else {
            s->phase = DOWN;
        }
        out[0] = 0x60;
    } else {
        s->phase = BDOWN;
        s->seq = 0;
        s->blksize = s->block_size;
        s->expected = (size_t)co_get_le(in + 4, 4);
        out[0] = 0xA4;
        out[4] = s->blksize;
    }
    s->send(s->ctx, out);
}

static inline void server_stored(struct server *s, size_t len)
{
    s->object->len = len;
    memcpy(s->object->value, s->written, len);
    s->phase = IDLE;
}

static inline void server_block_segment(struct server *s, const uint8_t *in)
{
    uint8_t seq = in[0] & 0x7F;
    bool last = (in[0] & 0x80) != 0;

    if (server_loses(s) && !last && seq != s->blksize)
        return;
    if (seq == s->seq + 1) {
        memcpy(s->written + s->at, in + 1, 7);
        s->at += 7;
        s->seq = seq;
    }
    if (last || seq == s->blksize) {
        const uint8_t out[8] = {0xA2, s->seq, s->block_size};
        if (last && seq == s->seq)
            s->phase = BDOWN_END;
        s->seq = 0;
        s->send(s->ctx, out);
    }
}

static inline void server_go_on(struct server *s, const uint8_t *in)
{
    uint8_t out[8] = {0};
    size_t n;

    switch (s->phase) {
    case UP:
        n = s->object->len - s->at < 7 ? s->object->len - s->at : 7;
        out[0] = (uint8_t)((in[0] & 0x10) | (7 - n) << 1 | (s->at + n == s->object->len));
        memcpy(out + 1, s->object->value + s->at, n);
        s->at += n;
        s->send(s->ctx, out);
        if (out[0] & 1)
            s->phase = IDLE;
        break;
    case DOWN:
        n = 7 - (size_t)(in[0] >> 1 & 7);
        memcpy(s->written + s->at, in + 1, n);
        s->at += n;
        out[0] = (uint8_t)(0x20 | (in[0] & 0x10));
        if (in[0] & 1)
            server_stored(s, s->at);
        s->send(s->ctx, out);
        break;
    case BUP:
        if (in[0] == 0xA3) {
            server_send_block(s);
            break;
        }
        s->at += 7u * in[1];
        s->blksize = in[2];
        if (s->at < s->object->len) {
            server_send_block(s);
            break;
        }
        out[0] = (uint8_t)(0xC1 | (s->at - s->object->len) << 2);
        co_put_le(out + 1, 2, co_sdo_crc(0, s->object->value, s->object->len));
        s->phase = BUP_END;
        s->send(s->ctx, out);
        break;
    case BDOWN:
        server_block_segment(s, in);
        break;
    case BDOWN_END:
        n = s->at - (in[0] >> 2 & 7);
        if (n != s->expected || co_sdo_crc(0, s->written, n) != co_get_le(in + 1, 2)) {
            server_abort(s, (const uint8_t[4]){0}, 0x05040004);
            break;
        }
        server_stored(s, n);
        out[0] = 0xA1;
        s->send(s->ctx, out);
        break;
    default:
        s->phase = IDLE;
        break;
    }
}

static inline void server_frame(struct server *s, const uint8_t in[8])
{
    if (s->mute)
        return;
    if (in[0] == 0x80) {
        s->phase = IDLE;
    } else if (s->phase != IDLE) {
        server_go_on(s, in);
    } else {
        s->object = server_find(s, (unsigned)co_get_le(in + 1, 2), in[3]);
        if (s->object == NULL && s->n < (s->most != 0 ? s->most : SERVER_OBJECTS) &&
            ((in[0] & 0xE0) == 0x20 || (in[0] & 0xE1) == 0xC0)) {
            server_set(s, (unsigned)co_get_le(in + 1, 2), in[3], "", 0);
            s->object = &s->objects[s->n - 1];
        }
        if (s->no_block && in[0] >= 0xA0)
            server_abort(s, in, 0x05040001);
        else if (s->object == NULL)
            server_abort(s, in, 0x06020000);
        else
            server_initiate(s, in);
    }
}

#endif
