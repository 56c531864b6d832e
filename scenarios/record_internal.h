/* SPDX-License-Identifier: MIT */
/* record_internal.h - what a recording is made of; nobody else includes it. */
#ifndef CANSIM_SCENARIOS_RECORD_INTERNAL_H
#define CANSIM_SCENARIOS_RECORD_INTERNAL_H

#include "scenarios/record.h"
#include "simcore/tap.h"

/* Text that grows; after a failure (no memory) it stays as it was. */
struct cs_record_text {
    char *text;
    size_t len, room;
    bool failed;
};

void cs_record_printf(struct cs_record_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes: a value, in which "${" is no constant. */
void cs_record_quote(struct cs_record_text *text, const char *string);
/* The same as the name of a member, which is taken as it stands. */
void cs_record_name(struct cs_record_text *text, const char *string);

/* JSON of one value each. */
void cs_record_mode(struct cs_record_text *text, unsigned mode);
void cs_record_timing(struct cs_record_text *text, const struct cs_timing *timing);
void cs_record_filters(struct cs_record_text *text, const struct cs_filter *filters, unsigned n);
void cs_record_cookie(struct cs_record_text *text, uint64_t cookie);
/* An action as it stands in its file, but that programs and devices, which no recording has, are
 * left alone. NULL: nothing is left of it, or no memory; else the caller's. */
cJSON *cs_record_action(const struct cs_action *action);
/* A node for a controller: an object. */
void cs_record_node(struct cs_record_text *text, const struct cs_bus *bus,
                    const struct cs_controller_config *config);

/* One line of the timeline, "{...}" and a NUL. */
struct cs_record_entry {
    int64_t at_ps;
    size_t at; /* in the text */
};

/* A controller of somebody who is not of the scenario, or several, one after the other, that were
 * set up alike. */
struct cs_record_client {
    char name[CS_NAME_MAX]; /* in the scenario that is written */
    unsigned bus;
    int node;  /* which it is or was last */
    char *def; /* its definition */
};

struct cs_record {
    struct cs_record_config config;
    struct cs_record_entry *entries;
    unsigned n, room;
    struct cs_record_text text;
    struct cs_record_client *clients;
    unsigned n_clients;
    int16_t who[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES]; /* client + 1, 0: of the scenario */
    int64_t last_ps;                                 /* of the call from outside before */
    uint64_t last_instant;
    unsigned round;
    uint64_t lost;
    int64_t lost_ps;
};

#endif
