/* SPDX-License-Identifier: MIT */
/* sdo_watch.h - one SDO channel seen from outside: follows expedited, segmented and block transfers
 * (CiA 301, 7.2.4) of a client and a server from their frames alone, puts values together, and says
 * what is against the protocol. It never assumes to have seen the beginning: what it meets in the
 * midst of a transfer is decoded as far as that goes and marked so. */
#ifndef CANSIM_PLUGINS_CANOPEN_SDO_WATCH_H
#define CANSIM_PLUGINS_CANOPEN_SDO_WATCH_H

#include "plugins/canopen/dict.h"

struct co_sdo_watch; /* opaque */

#define CO_SDO_KEEP 65536 /* bytes of one value that are kept; what is beyond is counted alone */

enum co_sdo_outcome {
    CO_SDO_GOES_ON,
    CO_SDO_DONE, /* the value is complete and confirmed */
    CO_SDO_ABORTED,
    /* Given up: the protocol was broken beyond repair; or another transfer began, which the rest of
     * `told` is about. */
    CO_SDO_BROKEN,
};

/* What a frame brought about. */
struct co_sdo_told {
    enum co_sdo_outcome outcome;
    bool upload; /* the client reads */
    bool block;
    bool have_object; /* index and sub are known */
    uint16_t index;
    uint8_t sub;
    const uint8_t *value; /* DONE: valid until the next call; NULL where the start was not seen */
    size_t value_len, kept_len; /* in all, and what `value` holds */
    uint32_t abort_code;
    bool by_client;         /* who aborted */
    uint64_t first_frame;   /* the request that began it, 0: not seen */
    uint64_t request_frame; /* the last frame of the other side, 0 */
    int64_t began_ps;
};

/* What it asks of its owner: the names and types of the server's objects. */
struct co_sdo_names {
    void *ctx;
    const struct co_dict *(*dict)(void *ctx); /* may give NULL */
    unsigned (*profile)(void *ctx);           /* 401, 402 ... or 0 */
    /* What stands in an object when its value is known, such as words for 6041h: text or NULL. */
    const char *(*meaning)(void *ctx, unsigned index, unsigned sub, const uint8_t *value,
                           size_t len);
};

/* `node_id` is the server's. NULL: no memory. Takes little until a long value comes; what that
 * needs is kept for the next. */
struct co_sdo_watch *co_sdo_watch_create(unsigned node_id, const struct co_sdo_names *names);
void co_sdo_watch_destroy(struct co_sdo_watch *watch);

/* A frame of the channel: `response` from the server. Emits fields, summary, links and events
 * (canopen.sdo.read, canopen.sdo.write, canopen.sdo.abort, canopen.sdo.error) where sink is given;
 * fills in `told`. */
void co_sdo_watch_frame(struct co_sdo_watch *watch, bool response, const struct cansim_frame *frame,
                        struct cansim_sink *sink, struct co_sdo_told *told);
/* Its present conversation as fields, for the network model; nothing while idle. */
void co_sdo_watch_model(const struct co_sdo_watch *watch, int64_t at_ps, struct cansim_sink *sink);

/* The same as numbers; false while idle. */
struct co_sdo_now {
    bool upload, block, have_size;
    uint16_t index;
    uint8_t sub;
    uint32_t size, len;
    int64_t began_ps;
};
bool co_sdo_watch_now(const struct co_sdo_watch *watch, struct co_sdo_now *now);

/* The CRC of block transfers: CRC-16-CCITT, polynomial 1021h, start 0. CiA 301, 7.2.4.3.16. */
uint16_t co_sdo_crc(uint16_t crc, const uint8_t *bytes, size_t len);

#endif
