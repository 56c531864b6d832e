/* SPDX-License-Identifier: MIT */
/* sdo_client.h - the client of one SDO channel: expedited, segmented and block transfers (CiA 301,
 * 7.2.4), one after the other from a queue.
 * No I/O of its own: frames and time are pushed in, frames leave by send(). Memory is taken when a
 * request is queued and where a value outgrows what earlier ones needed, never for a frame. All
 * that a server says is hostile: what does not fit is answered by an abort. */
#ifndef CANSIM_PLUGINS_CANOPEN_SDO_CLIENT_H
#define CANSIM_PLUGINS_CANOPEN_SDO_CLIENT_H

#include "plugins/cansim_plugin.h"

#define CO_SDO_CLIENT_QUEUE 64
#define CO_SDO_CLIENT_MAX   (16u << 20) /* bytes of one value; more is aborted, 0504 0005h */

enum co_sdo_abort {
    CO_SDO_ABORT_TOGGLE = 0x05030000,
    CO_SDO_ABORT_TIMEOUT = 0x05040000,
    CO_SDO_ABORT_COMMAND = 0x05040001,
    CO_SDO_ABORT_BLOCK_SIZE = 0x05040002,
    CO_SDO_ABORT_SEQUENCE = 0x05040003,
    CO_SDO_ABORT_CRC = 0x05040004,
    CO_SDO_ABORT_MEMORY = 0x05040005,
    CO_SDO_ABORT_LENGTH = 0x06070010,
    CO_SDO_ABORT_GENERAL = 0x08000000,
};

struct co_sdo_client; /* opaque */

struct co_sdo_client_setup {
    uint16_t request_id, response_id; /* CAN identifiers, such as 605h and 585h */
    int64_t timeout_ps;               /* for an answer */
    uint8_t block_size;               /* segments per block of an upload, 1..127 */
    uint8_t in_flight;                /* frames given to send() that are not over yet, 1..127 */
    void *ctx;
    /* 0, -ENOSPC (tried again later) or another -errno (the frame is lost). For each frame that
     * was taken co_sdo_client_sent() must follow. */
    int (*send)(void *ctx, const struct cansim_frame *frame);
};

struct co_sdo_result {
    uint16_t index;
    uint8_t sub;
    bool write;
    bool block;          /* the transfer was a block transfer to the end */
    bool cancelled;      /* by co_sdo_client_cancel(): no frame told so */
    bool by_server;      /* who aborted */
    uint32_t abort_code; /* 0: the transfer is complete */
    const uint8_t *data; /* valid during the call */
    size_t len;
    unsigned resent; /* segments of block transfers that had to go again */
};

struct co_sdo_request {
    uint16_t index;
    uint8_t sub;
    bool write;
    bool block;          /* falls back to segments where the server knows no block transfer */
    const uint8_t *data; /* of a write; copied */
    size_t len;
    /* Called once, from frame(), time(), cancel() or destroy(); may submit, nothing else. */
    void (*done)(void *ctx, const struct co_sdo_result *result);
    void *ctx;
};

struct co_sdo_client *co_sdo_client_create(const struct co_sdo_client_setup *setup);
void co_sdo_client_destroy(struct co_sdo_client *client); /* cancels what is left */

/* 0, -ENOSPC (queue full), -EMSGSIZE or -ENOMEM: done() will not be called. May send. */
int co_sdo_client_submit(struct co_sdo_client *client, const struct co_sdo_request *request,
                         int64_t at_ps);
/* Give up all requests, without a frame. */
void co_sdo_client_cancel(struct co_sdo_client *client);
bool co_sdo_client_busy(const struct co_sdo_client *client);
unsigned co_sdo_client_waiting(const struct co_sdo_client *client); /* behind the present one */

/* A frame of the server (any other is left alone). True: it was of this channel. */
bool co_sdo_client_frame(struct co_sdo_client *client, const struct cansim_frame *frame,
                         int64_t at_ps);
/* A frame that send() took is over, sent or given up. */
void co_sdo_client_sent(struct co_sdo_client *client, int64_t at_ps);
int64_t co_sdo_client_next(const struct co_sdo_client *client); /* when time() is due */
void co_sdo_client_time(struct co_sdo_client *client, int64_t at_ps);

#endif
