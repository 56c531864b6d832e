/* SPDX-License-Identifier: MIT */
/* monitor_client.h - the watching end of the link, for the terminal interface: one connection
 * without a controller, its messages as they are (proto_msg.h). Nothing but opening waits. */
#ifndef CANSIM_QEMU_LINK_MONITOR_CLIENT_H
#define CANSIM_QEMU_LINK_MONITOR_CLIENT_H

#include "qemu-link/proto_msg.h"

struct cs_monitor; /* opaque */

/* Connect and be let watch. `kinds`: of events, a bit for each enum cs_event_kind; frames come with
 * who acknowledged and received them, where the host is not older than 1.3. Returns NULL
 * with a sentence in `why`: a host older than 1.2 is told apart from none. */
struct cs_monitor *cs_monitor_open(const char *address, const char *name, uint64_t kinds,
                                   int timeout_ms, char *why, size_t why_size);
void cs_monitor_close(struct cs_monitor *monitor); /* NULL is nothing */

int cs_monitor_fd(const struct cs_monitor *monitor);
bool cs_monitor_wants_write(const struct cs_monitor *monitor);
/* What the host answered first: control, text (why not), features, at_ps. */
const struct cs_proto_msg *cs_monitor_welcome(const struct cs_monitor *monitor);

/* From here on cs_monitor_next() may read so many times 64 KiB; what is left then makes the
 * descriptor readable again. */
void cs_monitor_turn(struct cs_monitor *monitor, unsigned reads);
/* The next message, valid until the next call; NULL: none now, or the connection is over. */
const struct cs_proto_msg *cs_monitor_next(struct cs_monitor *monitor);
/* Why it is over; NULL: it is not. */
const char *cs_monitor_gone(const struct cs_monitor *monitor);
/* It is over, but the host said that it begins anew at the same address. */
bool cs_monitor_comes_back(const struct cs_monitor *monitor);
/* To be filled in and put; type and the rest are 0. */
struct cs_proto_msg *cs_monitor_begin(struct cs_monitor *monitor, uint16_t type);
/* Queue it and write what the socket takes. 0, -EAGAIN (the host does not read) or -ENETDOWN. */
int cs_monitor_put(struct cs_monitor *monitor);
void cs_monitor_flush(struct cs_monitor *monitor);
/* Wait for something to read, at most so long. */
void cs_monitor_wait(struct cs_monitor *monitor, int timeout_ms);

#endif
