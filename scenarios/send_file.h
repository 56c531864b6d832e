/* SPDX-License-Identifier: MIT */
/* send_file.h - a list of frames to send, as a file: periodic nodes as a scenario has them, so that
 * they can be pasted into one, and a scenario's periodic nodes can be read. */
#ifndef CANSIM_SCENARIOS_SEND_FILE_H
#define CANSIM_SCENARIOS_SEND_FILE_H

#include "scenarios/error.h"
#include "scenarios/senders.h"

#define CS_SEND_NAME_MAX 32
#define CS_SEND_KEY_MAX  8

struct cs_send_item {
    char name[CS_SEND_NAME_MAX];
    char key[CS_SEND_KEY_MAX]; /* that sends it, "" none */
    bool on;                   /* periodic: it is to be sent */
    struct cs_send send;
};

struct cs_send_bus {
    const char *name;
    uint32_t bitrate_bps, data_bitrate_bps; /* data: 0 for classic */
};

/* At most CS_SENDERS items. Nodes of other types are passed over. Returns how many; -1 with
 * `error`: "FILE:LINE:COLUMN: /PLACE: ...", status 2. */
int cs_send_file_read(const char *path, const struct cs_send_bus *buses, unsigned n_buses,
                      struct cs_send_item items[CS_SENDERS], struct cs_error *error);
/* `whole`: a scenario of its own, with the buses. What is there is replaced at once. 0, or -1 with
 * `error`. */
int cs_send_file_write(const char *path, bool whole, const struct cs_send_bus *buses,
                       unsigned n_buses, const struct cs_send_item *items, unsigned n,
                       struct cs_error *error);

#endif
