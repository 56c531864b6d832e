/* SPDX-License-Identifier: MIT */
/* choose.h - a query (query.h) asked of one stream of frames or events in order: what it needs of
 * those before, and of decoders, is remembered here. */
#ifndef CANSIM_SCENARIOS_CHOOSE_H
#define CANSIM_SCENARIOS_CHOOSE_H

#include "scenarios/error.h"
#include "scenarios/query.h"

struct cs_chooser; /* opaque */
struct cs_plugins;
struct cs_sim;
struct cs_event;
struct cs_live_said;
struct cs_decode_said;
struct cansim_log_frame;

/* `plugins`: cs_choose_log() decodes where the query asks for what frames mean; they stay. NULL
 * with `error`. */
struct cs_chooser *cs_choose_create(const char *text, const struct cs_plugins *plugins,
                                    struct cs_error *error);
void cs_choose_free(struct cs_chooser *filter); /* NULL is nothing */
/* Does it ask for what a decoder says? */
bool cs_choose_asks_said(const struct cs_chooser *filter);

/* Each is to be told of everything, in order, whether it passes or not. NULL as filter: all pass.
 */
bool cs_choose_log(struct cs_chooser *filter, const struct cansim_log_frame *log);
bool cs_choose_decoded(struct cs_chooser *filter, const struct cs_decode_said *said);
/* What the decoder says of a frame, within its listener; then the event of the sim. */
void cs_choose_hear(struct cs_chooser *filter, const struct cs_live_said *said);
bool cs_choose_event(struct cs_chooser *filter, struct cs_sim *sim, const struct cs_event *event);
/* What time alone told. */
bool cs_choose_said(struct cs_chooser *filter, struct cs_sim *sim, const struct cs_live_said *said);
/* Something else; since_ps is filled in here where it has a frame. */
bool cs_choose_item(struct cs_chooser *filter, struct cs_query_item *item);

/* When something was last met, by key, in bounded memory: what was not met for long is forgotten
 * first. Zero-initialised. */
#define CS_SEEN_SIZE 16384u
struct cs_seen {
    struct cs_seen_entry {
        uint64_t key; /* never 0 */
        int64_t value;
    } entries[CS_SEEN_SIZE];
};
/* Its value, -1 where it was not met, and *value from now on. Values only grow. */
int64_t cs_seen_swap(struct cs_seen *seen, uint64_t key, int64_t value);
int64_t cs_seen_get(const struct cs_seen *seen, uint64_t key); /* -1: it was not met */
uint64_t cs_seen_key(unsigned bus, uint32_t id, unsigned flags);

#endif
