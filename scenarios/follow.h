/* SPDX-License-Identifier: MIT */
/* follow.h - what decoders know of the buses, as tables: all decoders that have pages, and need no
 * settings, follow all buses of a sim for their state alone, whoever runs it. */
#ifndef CANSIM_SCENARIOS_FOLLOW_H
#define CANSIM_SCENARIOS_FOLLOW_H

#include "scenarios/scenario.h"

struct cansim_decoder; /* plugins/cansim_plugin.h */
struct cansim_page;    /* the same */
struct cansim_table;   /* the same */
struct cs_plugins;     /* plugins/plugins.h */
struct cs_tree;        /* plugins/tree.h */

struct cs_follow; /* opaque */

struct cs_page_info {
    const struct cansim_page *page;
    const struct cansim_decoder *of;
    const char *decoder; /* its name */
    unsigned bus_index;
    const char *bus;
    bool can_ask; /* the decoder has an actor */
};

/* `eds`: as in struct cs_live_config; copied. NULL with `error`. */
struct cs_follow *cs_follow_create(struct cs_sim *sim, const struct cs_plugin_files *plugins,
                                   const char *const *eds, unsigned n_eds, struct cs_error *error);
/* The same, which observes nothing: who has it tells it of events. */
struct cs_follow *cs_follow_create_driven(struct cs_sim *sim, const struct cs_plugin_files *plugins,
                                          const char *const *eds, unsigned n_eds,
                                          struct cs_error *error);
void cs_follow_event(struct cs_follow *follow, const struct cs_event *event);
/* Before the sim goes. NULL is nothing. */
void cs_follow_destroy(struct cs_follow *follow);

const struct cs_plugins *cs_follow_plugins(const struct cs_follow *follow);
/* Pages of each decoder for each bus. */
unsigned cs_follow_pages(const struct cs_follow *follow);
void cs_follow_page(const struct cs_follow *follow, unsigned page, struct cs_page_info *info);
/* The rows of one of its tables now; `row` as in struct cansim_table. */
void cs_follow_rows(struct cs_follow *follow, unsigned page, const struct cansim_table *table,
                    uint64_t row, struct cs_tree *tree);
/* Its actor's name; NULL: it has none. */
const char *cs_follow_actor(const struct cansim_decoder *decoder);

#endif
