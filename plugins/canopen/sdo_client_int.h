/* SPDX-License-Identifier: MIT */
/* sdo_client_int.h - what sdo_client.c and sdo_client_block.c share. */
#ifndef CANSIM_PLUGINS_CANOPEN_SDO_CLIENT_INT_H
#define CANSIM_PLUGINS_CANOPEN_SDO_CLIENT_INT_H

#include "plugins/canopen/sdo_client.h"

enum sdo_phase {
    SDO_IDLE,
    SDO_UP_INIT, /* asked for a value */
    SDO_UP_SEG,  /* asked for a segment */
    SDO_DOWN_INIT,
    SDO_DOWN_SEG,
    SDO_BUP_INIT, /* asked for a block upload */
    SDO_BUP_DATA, /* segments come */
    SDO_BUP_END,  /* the last one is confirmed, its size and CRC are to come */
    SDO_BDOWN_INIT,
    SDO_BDOWN_DATA, /* segments go */
    SDO_BDOWN_ACK,  /* all of the block are on their way */
    SDO_BDOWN_END,
    SDO_N_PHASES
};

struct sdo_queued {
    struct co_sdo_request request; /* data is our copy */
    uint8_t *copy;
};

struct co_sdo_client {
    struct co_sdo_client_setup setup;
    enum sdo_phase phase;
    struct sdo_queued now;
    struct sdo_queued queue[CO_SDO_CLIENT_QUEUE];
    unsigned head, n_queued;
    bool in_done; /* a callback runs: nothing is started */
    int64_t timeout_at, retry_at;

    struct cansim_frame out; /* the frame that found the queue full */
    bool out_waits;
    unsigned flying;

    bool toggle;
    size_t offset; /* of a download: bytes confirmed or sent; of segments: before this one */
    size_t chunk;  /* bytes in the segment that waits for its answer */
    bool have_size;
    size_t size; /* as the server said */

    uint8_t *value; /* of an upload */
    size_t value_len, value_room;

    bool crc;           /* both sides want it */
    uint8_t block_size; /* segments in this block */
    uint8_t seq;        /* of a download: sent; of an upload: received in order */
    bool last;          /* the last segment of all was sent or received */
    uint8_t stalls;     /* blocks in a row that brought nothing */
    unsigned resent;
};

void sdo_send(struct co_sdo_client *client, const uint8_t bytes[8], int64_t at_ps);
void sdo_request(struct co_sdo_client *client, uint8_t command, uint32_t rest, int64_t at_ps);
void sdo_abort(struct co_sdo_client *client, uint32_t code, int64_t at_ps);
void sdo_finish(struct co_sdo_client *client, uint32_t code, bool by_server, int64_t at_ps);
void sdo_wait(struct co_sdo_client *client, enum sdo_phase phase, int64_t at_ps);
bool sdo_same_object(const struct co_sdo_client *client, const uint8_t *data);
bool sdo_append(struct co_sdo_client *client, const uint8_t *bytes, size_t len, int64_t at_ps);
/* A plain answer to a request for a value; also to one for a block upload. */
void sdo_up_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);

void sdo_block_start(struct co_sdo_client *client, int64_t at_ps);
void sdo_bup_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bup_data(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bup_end(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bdown_init(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bdown_ack(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bdown_end(struct co_sdo_client *client, const uint8_t *data, int64_t at_ps);
void sdo_bdown_pump(struct co_sdo_client *client, int64_t at_ps);
/* Nothing came in time: true where the server is asked once more. */
bool sdo_bup_again(struct co_sdo_client *client, int64_t at_ps);

#endif
