/* SPDX-License-Identifier: MIT */
/* sdo_client.c - queue, expedited and segmented transfers. The invariant: while a request runs,
 * timeout_at is set; done() is called when the phase is SDO_IDLE again. */
#include <errno.h>
#include <stdlib.h>

#include "plugins/canopen/sdo_client_int.h"
#include "plugins/canopen/types.h"

#define RETRY_PS INT64_C(1000000000) /* after a full queue, where nobody says that it is not */

/* ---- life ------------------------------------------------------------------------------------ */

struct co_sdo_client *co_sdo_client_create(const struct co_sdo_client_setup *setup)
{
    struct co_sdo_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return NULL;
    client->setup = *setup;
    client->timeout_at = CANSIM_NEVER;
    client->retry_at = CANSIM_NEVER;
    return client;
}

void co_sdo_client_destroy(struct co_sdo_client *client)
{
    if (client == NULL)
        return;
    client->in_done = true;
    co_sdo_client_cancel(client);
    free(client->value);
    free(client);
}

bool co_sdo_client_busy(const struct co_sdo_client *client)
{
    return client->phase != SDO_IDLE || client->n_queued != 0;
}

unsigned co_sdo_client_waiting(const struct co_sdo_client *client)
{
    return client->n_queued;
}

/* ---- frames out ------------------------------------------------------------------------------ */

static void try_send(struct co_sdo_client *client, int64_t at_ps)
{
    int ret = client->setup.send(client->setup.ctx, &client->out);

    client->out_waits = ret == -ENOSPC;
    client->retry_at = client->out_waits ? at_ps + RETRY_PS : CANSIM_NEVER;
    if (ret == 0)
        client->flying++;
}

void sdo_send(struct co_sdo_client *client, const uint8_t bytes[8], int64_t at_ps)
{
    memset(&client->out, 0, sizeof(client->out));
    client->out.size = sizeof(client->out);
    client->out.id = client->setup.request_id;
    client->out.dlc = 8;
    client->out.len = 8;
    memcpy(client->out.data, bytes, 8);
    try_send(client, at_ps);
}

void sdo_request(struct co_sdo_client *client, uint8_t command, uint32_t rest, int64_t at_ps)
{
    uint8_t bytes[8];

    bytes[0] = command;
    co_put_le(bytes + 1, 2, client->now.request.index);
    bytes[3] = client->now.request.sub;
    co_put_le(bytes + 4, 4, rest);
    sdo_send(client, bytes, at_ps);
}

void sdo_wait(struct co_sdo_client *client, enum sdo_phase phase, int64_t at_ps)
{
    client->phase = phase;
    client->timeout_at = at_ps + client->setup.timeout_ps;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static void start(struct co_sdo_client *client, int64_t at_ps)
{
    const struct co_sdo_request *request = &client->now.request;

    if (request->block) {
        sdo_block_start(client, at_ps);
    } else if (!request->write) {
        sdo_request(client, 0x40, 0, at_ps);
        sdo_wait(client, SDO_UP_INIT, at_ps);
    } else if (request->len >= 1 && request->len <= 4) {
        sdo_request(client, (uint8_t)(0x23 | (4 - request->len) << 2),
                    (uint32_t)co_get_le(request->data, request->len), at_ps);
        client->chunk = request->len;
        sdo_wait(client, SDO_DOWN_INIT, at_ps);
    } else {
        sdo_request(client, 0x21, (uint32_t)request->len, at_ps);
        client->chunk = 0;
        sdo_wait(client, SDO_DOWN_INIT, at_ps);
    }
}

static void start_next(struct co_sdo_client *client, int64_t at_ps)
{
    if (client->in_done || client->phase != SDO_IDLE || client->n_queued == 0)
        return;
    client->now = client->queue[client->head];
    client->head = (client->head + 1) % CO_SDO_CLIENT_QUEUE;
    client->n_queued--;
    client->offset = 0;
    client->chunk = 0;
    client->toggle = false;
    client->have_size = false;
    client->size = 0;
    client->value_len = 0;
    client->stalls = 0;
    client->resent = 0;
    start(client, at_ps);
}

static void tell(struct sdo_queued *queued, struct co_sdo_result *result)
{
    result->index = queued->request.index;
    result->sub = queued->request.sub;
    result->write = queued->request.write;
    if (result->write) {
        result->data = queued->copy;
        result->len = queued->request.len;
    }
    if (queued->request.done != NULL)
        queued->request.done(queued->request.ctx, result);
    free(queued->copy);
    queued->copy = NULL;
}

void sdo_finish(struct co_sdo_client *client, uint32_t code, bool by_server, int64_t at_ps)
{
    struct sdo_queued over = client->now;
    struct co_sdo_result result = {.abort_code = code,
                                   .by_server = by_server,
                                   .block = over.request.block,
                                   .data = client->value,
                                   .len = client->value_len,
                                   .resent = client->resent};

    client->phase = SDO_IDLE;
    client->timeout_at = CANSIM_NEVER;
    client->now.copy = NULL;
    client->in_done = true;
    tell(&over, &result);
    client->in_done = false;
    start_next(client, at_ps);
}

void sdo_abort(struct co_sdo_client *client, uint32_t code, int64_t at_ps)
{
    sdo_request(client, 0x80, code, at_ps);
    sdo_finish(client, code, false, at_ps);
}

int co_sdo_client_submit(struct co_sdo_client *client, const struct co_sdo_request *request,
                         int64_t at_ps)
{
    struct sdo_queued *slot;
    uint8_t *copy = NULL;

    if (client->n_queued == CO_SDO_CLIENT_QUEUE)
        return -ENOSPC;
    if (request->write && request->len > CO_SDO_CLIENT_MAX)
        return -EMSGSIZE;
    if (request->write) {
        copy = malloc(request->len + 1);
        if (copy == NULL)
            return -ENOMEM;
        if (request->len != 0)
            memcpy(copy, request->data, request->len);
    }
    slot = &client->queue[(client->head + client->n_queued) % CO_SDO_CLIENT_QUEUE];
    slot->request = *request;
    slot->request.data = copy;
    slot->copy = copy;
    client->n_queued++;
    start_next(client, at_ps);
    return 0;
}

void co_sdo_client_cancel(struct co_sdo_client *client)
{
    bool was_in_done = client->in_done;
    struct co_sdo_result result = {.cancelled = true, .abort_code = CO_SDO_ABORT_GENERAL};
    unsigned n = client->n_queued; /* what a callback submits stays */

    client->in_done = true;
    client->out_waits = false;
    client->flying = 0; /* whoever leaves the bus may be told of no end */
    client->retry_at = CANSIM_NEVER;
    client->timeout_at = CANSIM_NEVER;
    if (client->phase != SDO_IDLE) {
        client->phase = SDO_IDLE;
        tell(&client->now, &result);
    }
    while (n-- > 0) {
        struct sdo_queued over = client->queue[client->head];
        client->head = (client->head + 1) % CO_SDO_CLIENT_QUEUE;
        client->n_queued--;
        memset(&result, 0, sizeof(result));
        result.cancelled = true;
        result.abort_code = CO_SDO_ABORT_GENERAL;
        tell(&over, &result);
    }
    client->in_done = was_in_done;
}

/* ---- what the server says -------------------------------------------------------------------- */

bool sdo_same_object(const struct co_sdo_client *client, const uint8_t *data)
{
    return co_get_le(data + 1, 2) == client->now.request.index &&
           data[3] == client->now.request.sub;
}

bool sdo_append(struct co_sdo_client *client, const uint8_t *bytes, size_t len, int64_t at_ps)
{
    if (len == 0)
        return true;
    if (client->value_len + len > CO_SDO_CLIENT_MAX) {
        sdo_abort(client, CO_SDO_ABORT_MEMORY, at_ps);
        return false;
    }
    if (client->value_len + len > client->value_room) {
        size_t room = client->value_room == 0 ? 256 : 2 * client->value_room;
        uint8_t *more = realloc(client->value, room);
        if (more == NULL) {
            sdo_abort(client, CO_SDO_ABORT_MEMORY, at_ps);
            return false;
        }
        client->value = more;
        client->value_room = room;
    }
    memcpy(client->value + client->value_len, bytes, len);
    client->value_len += len;
    return true;
}

void sdo_up_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if (!sdo_same_object(client, data))
        return; /* late: the answer to a request that was given up */
    if ((data[0] & 0xE0) != 0x40) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    client->now.request.block = false;
    if (data[0] & 0x02) {
        size_t len = data[0] & 0x01 ? 4 - (size_t)(data[0] >> 2 & 3) : 4;
        if (sdo_append(client, data + 4, len, at_ps))
            sdo_finish(client, 0, false, at_ps);
        return;
    }
    client->have_size = (data[0] & 0x01) != 0;
    client->size = (size_t)co_get_le(data + 4, 4);
    if (client->have_size && client->size > CO_SDO_CLIENT_MAX) {
        sdo_abort(client, CO_SDO_ABORT_MEMORY, at_ps);
        return;
    }
    client->toggle = false;
    sdo_send(client, (const uint8_t[8]){0x60}, at_ps);
    sdo_wait(client, SDO_UP_SEG, at_ps);
}

static void up_seg(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if ((data[0] & 0xE0) != 0x00) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    if (((data[0] & 0x10) != 0) != client->toggle) {
        sdo_abort(client, CO_SDO_ABORT_TOGGLE, at_ps);
        return;
    }
    if (!sdo_append(client, data + 1, 7 - (size_t)(data[0] >> 1 & 7), at_ps))
        return;
    if ((client->have_size && client->value_len > client->size) ||
        ((data[0] & 0x01) && client->have_size && client->value_len != client->size)) {
        sdo_abort(client, CO_SDO_ABORT_LENGTH, at_ps);
        return;
    }
    if (data[0] & 0x01) {
        sdo_finish(client, 0, false, at_ps);
        return;
    }
    client->toggle = !client->toggle;
    sdo_send(client, (const uint8_t[8]){client->toggle ? 0x70 : 0x60}, at_ps);
    sdo_wait(client, SDO_UP_SEG, at_ps);
}

static void send_segment(struct co_sdo_client *client, int64_t at_ps)
{
    size_t left = client->now.request.len - client->offset;
    uint8_t bytes[8] = {0};

    client->chunk = left < 7 ? left : 7;
    bytes[0] = (uint8_t)((client->toggle ? 0x10 : 0) | (7 - client->chunk) << 1 |
                         (client->chunk == left ? 1 : 0));
    memcpy(bytes + 1, client->now.request.data + client->offset, client->chunk);
    sdo_send(client, bytes, at_ps);
    sdo_wait(client, SDO_DOWN_SEG, at_ps);
}

static void down_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if (!sdo_same_object(client, data))
        return;
    if ((data[0] & 0xE0) != 0x60) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
    } else if (client->chunk != 0) {
        sdo_finish(client, 0, false, at_ps);
    } else {
        client->toggle = false;
        send_segment(client, at_ps);
    }
}

static void down_seg(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    if ((data[0] & 0xE0) != 0x20) {
        sdo_abort(client, CO_SDO_ABORT_COMMAND, at_ps);
        return;
    }
    if (((data[0] & 0x10) != 0) != client->toggle) {
        sdo_abort(client, CO_SDO_ABORT_TOGGLE, at_ps);
        return;
    }
    client->offset += client->chunk;
    if (client->offset == client->now.request.len) {
        sdo_finish(client, 0, false, at_ps);
        return;
    }
    client->toggle = !client->toggle;
    send_segment(client, at_ps);
}

/* Codes by which servers without block transfer refuse it. */
static bool knows_no_block(uint32_t code)
{
    return code == CO_SDO_ABORT_COMMAND || code == CO_SDO_ABORT_GENERAL;
}

static void aborted(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps)
{
    static const uint8_t nothing[3];
    uint32_t code = (uint32_t)co_get_le(data + 4, 4);

    if (!sdo_same_object(client, data) && memcmp(data + 1, nothing, 3) != 0)
        return;
    if ((client->phase == SDO_BUP_INIT || client->phase == SDO_BDOWN_INIT) &&
        knows_no_block(code)) {
        client->now.request.block = false;
        start(client, at_ps);
        return;
    }
    /* A server that aborts with code 0 has not done it either. */
    sdo_finish(client, code != 0 ? code : CO_SDO_ABORT_GENERAL, true, at_ps);
}

bool co_sdo_client_frame(struct co_sdo_client *client, const struct cansim_frame *frame,
                         int64_t at_ps)
{
    static void (*const answers[SDO_N_PHASES])(struct co_sdo_client *, const uint8_t *, int64_t) = {
        [SDO_UP_INIT] = sdo_up_init,      [SDO_UP_SEG] = up_seg,
        [SDO_DOWN_INIT] = down_init,      [SDO_DOWN_SEG] = down_seg,
        [SDO_BUP_INIT] = sdo_bup_init,    [SDO_BUP_DATA] = sdo_bup_data,
        [SDO_BUP_END] = sdo_bup_end,      [SDO_BDOWN_INIT] = sdo_bdown_init,
        [SDO_BDOWN_DATA] = sdo_bdown_ack, [SDO_BDOWN_ACK] = sdo_bdown_ack,
        [SDO_BDOWN_END] = sdo_bdown_end,
    };

    if (frame->id != client->setup.response_id || frame->len != 8 ||
        (frame->flags & (CANSIM_FRAME_EXT | CANSIM_FRAME_RTR | CANSIM_FRAME_FD)) != 0)
        return false;
    if (client->phase == SDO_IDLE)
        return true;
    /* A block's segment never has number 0: this is no segment. */
    if (frame->data[0] == 0x80)
        aborted(client, frame->data, at_ps);
    else
        answers[client->phase](client, frame->data, at_ps);
    return true;
}

/* ---- time ------------------------------------------------------------------------------------ */

static void go_on(struct co_sdo_client *client, int64_t at_ps)
{
    if (client->out_waits)
        try_send(client, at_ps);
    if (!client->out_waits && client->phase == SDO_BDOWN_DATA)
        sdo_bdown_pump(client, at_ps);
}

void co_sdo_client_sent(struct co_sdo_client *client, int64_t at_ps)
{
    if (client->flying > 0)
        client->flying--;
    go_on(client, at_ps);
}

int64_t co_sdo_client_next(const struct co_sdo_client *client)
{
    return client->timeout_at < client->retry_at ? client->timeout_at : client->retry_at;
}

void co_sdo_client_time(struct co_sdo_client *client, int64_t at_ps)
{
    if (at_ps >= client->retry_at) {
        client->retry_at = CANSIM_NEVER;
        go_on(client, at_ps);
    }
    if (at_ps < client->timeout_at)
        return;
    if (!sdo_bup_again(client, at_ps))
        sdo_abort(client, CO_SDO_ABORT_TIMEOUT, at_ps);
}
