/* SPDX-License-Identifier: MIT */
/* lss_master.h - the master of the layer setting services (CiA 305), one job at a time: switching,
 * inquiring, configuring, and finding slaves that have no node-ID (fastscan).
 * No I/O of its own: frames and time are pushed in, frames leave by send(). */
#ifndef CANSIM_PLUGINS_CANOPEN_LSS_MASTER_H
#define CANSIM_PLUGINS_CANOPEN_LSS_MASTER_H

#include "plugins/cansim_plugin.h"

#define CO_LSS_TO_SLAVE  0x7E5
#define CO_LSS_TO_MASTER 0x7E4
#define CO_LSS_NO_NODE   255 /* the node-ID of a slave that has none */

enum co_lss_job {
    CO_LSS_SWITCH_GLOBAL,    /* arg: 0 waiting, 1 configuration; nobody answers */
    CO_LSS_SWITCH_SELECTIVE, /* address */
    CO_LSS_NODE_ID,          /* arg: 1..127, 255 */
    CO_LSS_BIT_TIMING,       /* arg: row of table 0, 0..9 */
    CO_LSS_ACTIVATE,         /* arg: delay in ms, 0..65535; nobody answers */
    CO_LSS_STORE,
    CO_LSS_INQUIRE,  /* vendor, product, revision, serial, node-ID */
    CO_LSS_IDENTIFY, /* is there a slave without node-ID? */
    CO_LSS_FASTSCAN, /* one slave without node-ID; it is in configuration state then */
};

enum co_lss_outcome {
    CO_LSS_DONE,
    CO_LSS_NOBODY,  /* no answer */
    CO_LSS_REFUSED, /* error code and specific code */
    CO_LSS_LOST,    /* the slave that a fastscan followed stopped answering */
    CO_LSS_CANCELLED,
};

struct co_lss_result {
    enum co_lss_job job;
    enum co_lss_outcome outcome;
    uint8_t error, specific;
    uint32_t address[4]; /* vendor, product, revision, serial */
    uint8_t node_id;     /* of INQUIRE; 0: the slave does not tell it, which it may */
};

struct co_lss_request {
    enum co_lss_job job;
    uint32_t arg;
    uint32_t address[4];
    void (*done)(void *ctx, const struct co_lss_result *result); /* once; may begin the next */
    void *ctx;
};

struct co_lss_master {
    /* The owner's. 0 or -errno; what is not sent is lost. */
    int (*send)(void *ctx, const struct cansim_frame *frame);
    void *ctx;
    int64_t timeout_ps; /* for an answer; a fastscan always waits that long */

    /* Its own. */
    bool busy;
    struct co_lss_request now;
    struct co_lss_result result;
    int64_t timeout_at;
    unsigned step; /* of INQUIRE and FASTSCAN: which of the four numbers */
    unsigned bit;  /* of FASTSCAN: that is tried, 32: the number is to be confirmed */
    bool answered; /* somebody did since the last request */
};

void co_lss_master_init(struct co_lss_master *lss,
                        int (*send)(void *ctx, const struct cansim_frame *frame), void *ctx,
                        int64_t timeout_ps);
/* 0 or -EBUSY. done() may be called before return. */
int co_lss_master_start(struct co_lss_master *lss, const struct co_lss_request *request,
                        int64_t at_ps);
void co_lss_master_cancel(struct co_lss_master *lss);
bool co_lss_master_frame(struct co_lss_master *lss, const struct cansim_frame *frame,
                         int64_t at_ps);
int64_t co_lss_master_next(const struct co_lss_master *lss);
void co_lss_master_time(struct co_lss_master *lss, int64_t at_ps);

/* The row of CiA 305's table 0 for a bit rate in bit/s, or -EINVAL. */
int co_lss_bit_timing(uint32_t bitrate_bps);

#endif
