/* SPDX-License-Identifier: MIT */
/* client_internal.h - what the files of the client library share. */
#ifndef CANSIM_QEMU_LINK_CLIENT_INTERNAL_H
#define CANSIM_QEMU_LINK_CLIENT_INTERNAL_H

#include "qemu-link/cansim_client.h"
#include "qemu-link/proto_address.h"
#include "qemu-link/proto_msg.h"
#include "qemu-link/proto_ring.h"

#define CS_CLIENT_TIMEOUT_MS    5000
#define CS_CLIENT_IN_BYTES      65536
#define CS_CLIENT_CONTROL_BYTES 16384 /* of the output: room for all but SEND */
#define CS_CLIENT_SEND_BYTES    88    /* the longest SEND */
#define CS_CLIENT_READS         1     /* of CS_CLIENT_IN_BYTES, in one call */

struct cs_client {
    int fd;
    struct cs_ring out;
    uint8_t *in;
    size_t in_head, in_tail;
    unsigned reads; /* that this call may still make: a host that never stops must not keep it */
    bool broken;    /* no more bytes either way; `closed_text` says why */
    bool closed;    /* CS_CLIENT_CLOSED was handed out */
    bool have_one;  /* `one` waits for cs_client_next() */
    struct cs_client_event one;
    unsigned credits, granted;
    struct cs_proto_msg welcome;
    struct cs_proto_msg msg;     /* the last one read */
    struct cs_proto_msg request; /* scratch of the senders */
    char closed_text[CS_PROTO_TEXT_MAX];
};

/* One try to write what waits. A broken connection is found by the next read. */
void cs_client_flush(struct cs_client *client);
/* Encode and queue; control messages leave the room of SENDs alone. Returns 0 or -EAGAIN. */
int cs_client_put(struct cs_client *client, const struct cs_proto_msg *msg);
/* Next message of the host into client->msg: 1, 0 none now, -errno with closed_text filled in.
 * Reads client->reads times at the most; what is left then makes the descriptor readable again. */
int cs_client_read_msg(struct cs_client *client);

/* The message client->msg as an event. */
void cs_client_to_event(const struct cs_client *client, struct cs_client_event *event);

/* client_join.c: one connection, before it joins. Each returns 0 or -errno with a sentence. */
int cs_client_open(struct cs_client **client, const char *address, int64_t deadline_ms, char *why,
                   size_t why_size);
void cs_client_destroy(struct cs_client *client);
/* Wait for the next message; it is then in client->msg. */
int cs_client_await(struct cs_client *client, int64_t deadline_ms, char *why, size_t why_size);
/* The host's answer to what has been put; it must be of the type `expected`. */
int cs_client_await_answer(struct cs_client *client, uint16_t expected, int64_t deadline_ms,
                           char *why, size_t why_size);
/* A request that begins with our version. */
void cs_client_begin(struct cs_proto_msg *msg, uint16_t type);

/* Whether cs_client_next() has something. */
bool cs_client_ready(struct cs_client *client);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t cs_client_now_ms(void);
/* A connected, non-blocking descriptor, or -errno with a sentence. */
int cs_client_dial(const struct cs_proto_address *address, int64_t deadline_ms, char *why,
                   size_t why_size);

#endif
