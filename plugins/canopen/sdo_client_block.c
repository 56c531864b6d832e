/* SPDX-License-Identifier: MIT */
/* sdo_client_block.c - block transfers (CiA 301, 7.2.4.2.9 to 7.2.4.2.14). A segment counts only
 * when all before it in its block did; the rest of the block is sent again. */
#include "plugins/canopen/sdo_client_int.h"
#include "plugins/canopen/sdo_watch.h"
#include "plugins/canopen/types.h"

#define MAX_STALLS 8 /* blocks in a row without a segment that counted: never ends otherwise */

void sdo_block_start(struct co_sdo_client *client, int64_t at_ps)
{
    const struct co_sdo_request *request = &client->now.request;

    client->seq = 0;
    client->last = false;
    if (request->write) {
        sdo_request(client, 0xC6, (uint32_t)request->len, at_ps);
        sdo_wait(client, SDO_BDOWN_INIT, at_ps);
    } else {
        sdo_request(client, 0xA4, client->setup.block_size, at_ps);
        sdo_wait(client, SDO_BUP_INIT, at_ps);
    }
}

/* ---- upload ---------------------------------------------------------------------------------- */

void sdo_bup_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if ((data[0] & 0xE0) == 0x40) { /* it would rather not: a small value, or an old server */
        sdo_up_init(client, data, at_ps);
        return;
    }
    if (!sdo_same_object(client, data))
        return;
    if ((data[0] & 0xE1) != 0xC0) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    client->crc = (data[0] & 0x04) != 0;
    client->have_size = (data[0] & 0x02) != 0;
    client->size = (size_t)co_get_le(data + 4, 4);
    if (client->have_size && client->size > CO_SDO_CLIENT_MAX) {
        sdo_abort(client, CO_SDO_ABORT_MEMORY, at_ps);
        return;
    }
    client->block_size = client->setup.block_size;
    sdo_send(client, (const uint8_t[8]){0xA3}, at_ps);
    sdo_wait(client, SDO_BUP_DATA, at_ps);
}

static void confirm_block(struct co_sdo_client *client, int64_t at_ps)
{
    if (client->seq == 0 && ++client->stalls > MAX_STALLS) {
        sdo_abort(client, CO_SDO_ABORT_SEQUENCE, at_ps);
        return;
    }
    if (client->seq != 0)
        client->stalls = 0;
    sdo_send(client, (const uint8_t[8]){0xA2, client->seq, client->setup.block_size}, at_ps);
    sdo_wait(client, client->last ? SDO_BUP_END : SDO_BUP_DATA, at_ps);
    if (!client->last)
        client->seq = 0;
}

void sdo_bup_data(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    uint8_t seq = data[0] & 0x7F;
    bool is_last = (data[0] & 0x80) != 0;

    if (seq == 0 || seq > client->block_size) {
        sdo_abort(client, CO_SDO_ABORT_SEQUENCE, at_ps);
        return;
    }
    client->timeout_at = at_ps + client->setup.timeout_ps;
    if (seq == client->seq + 1) {
        if (!sdo_append(client, data + 1, 7, at_ps))
            return;
        client->seq = seq;
        client->last = is_last;
    } else {
        client->resent++;
    }
    if (is_last || seq == client->block_size)
        confirm_block(client, at_ps);
}

void sdo_bup_end(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    size_t unused = data[0] >> 2 & 7;

    if ((data[0] & 0xE3) != 0xC1) {
        /* The confirmation was lost, and the block comes again: its last one asks for it. */
        if (data[0] & 0x80)
            confirm_block(client, at_ps);
        return;
    }
    if (unused > client->value_len) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    client->value_len -= unused;
    if (client->have_size && client->value_len != client->size) {
        sdo_abort(client, CO_SDO_ABORT_LENGTH, at_ps);
        return;
    }
    if (client->crc && co_sdo_crc(0, client->value, client->value_len) != co_get_le(data + 1, 2)) {
        sdo_abort(client, CO_SDO_ABORT_CRC, at_ps);
        return;
    }
    sdo_send(client, (const uint8_t[8]){0xA1}, at_ps);
    sdo_finish(client, 0, false, at_ps);
}

bool sdo_bup_again(struct co_sdo_client *client, int64_t at_ps)
{
    /* The end of a block was lost: what came of it is confirmed, so that the rest comes again.
     * Where nothing came, once. */
    if (client->phase != SDO_BUP_DATA || (client->seq == 0 && client->stalls > 0))
        return false;
    confirm_block(client, at_ps);
    return true;
}

/* ---- download -------------------------------------------------------------------------------- */

static bool take_block_size(struct co_sdo_client *client, uint8_t size, int64_t at_ps)
{
    if (size < 1 || size > 127) {
        sdo_abort(client, CO_SDO_ABORT_BLOCK_SIZE, at_ps);
        return false;
    }
    client->block_size = size;
    return true;
}

static void next_block(struct co_sdo_client *client, int64_t at_ps)
{
    client->seq = 0;
    client->last = false;
    sdo_wait(client, SDO_BDOWN_DATA, at_ps);
    sdo_bdown_pump(client, at_ps);
}

void sdo_bdown_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if (!sdo_same_object(client, data))
        return;
    if ((data[0] & 0xE3) != 0xA0) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    client->crc = (data[0] & 0x04) != 0;
    if (take_block_size(client, data[4], at_ps))
        next_block(client, at_ps);
}

void sdo_bdown_pump(struct co_sdo_client *client, int64_t at_ps)
{
    const struct co_sdo_request *request = &client->now.request;

    while (client->seq < client->block_size && !client->last && !client->out_waits &&
           client->flying < client->setup.in_flight) {
        size_t from = client->offset + 7u * client->seq;
        size_t left = request->len - from;
        size_t n = left < 7 ? left : 7;
        uint8_t bytes[8] = {0};

        client->last = left <= 7;
        client->seq++;
        bytes[0] = (uint8_t)(client->seq | (client->last ? 0x80 : 0));
        memcpy(bytes + 1, request->data + from, n);
        client->timeout_at = at_ps + client->setup.timeout_ps;
        sdo_send(client, bytes, at_ps);
    }
    if ((client->seq == client->block_size || client->last) && !client->out_waits)
        sdo_wait(client, SDO_BDOWN_ACK, at_ps);
}

static void end_download(struct co_sdo_client *client, int64_t at_ps)
{
    const struct co_sdo_request *request = &client->now.request;
    size_t tail = request->len == 0 ? 0 : (request->len - 1) % 7 + 1;
    uint8_t bytes[8] = {0};

    bytes[0] = (uint8_t)(0xC1 | (7 - tail) << 2);
    if (client->crc)
        co_put_le(bytes + 1, 2, co_sdo_crc(0, request->data, request->len));
    sdo_send(client, bytes, at_ps);
    sdo_wait(client, SDO_BDOWN_END, at_ps);
}

void sdo_bdown_ack(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    size_t done = 7u * data[1];

    if ((data[0] & 0xE3) != 0xA2) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    if (data[1] > client->seq) {
        sdo_abort(client, CO_SDO_ABORT_SEQUENCE, at_ps);
        return;
    }
    client->resent += (unsigned)(client->seq - data[1]);
    client->stalls = data[1] == 0 ? (uint8_t)(client->stalls + 1) : 0;
    if (client->stalls > MAX_STALLS) {
        sdo_abort(client, CO_SDO_ABORT_SEQUENCE, at_ps);
        return;
    }
    if (!take_block_size(client, data[2], at_ps))
        return;
    if (client->last && data[1] == client->seq) {
        client->offset = client->now.request.len;
        end_download(client, at_ps);
        return;
    }
    client->offset += done;
    client->out_waits = false; /* what the queue did not take is not asked for any more */
    next_block(client, at_ps);
}

void sdo_bdown_end(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if ((data[0] & 0xE3) != 0xA1)
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
    else
        sdo_finish(client, 0, false, at_ps);
}
