/* SPDX-License-Identifier: MIT */
/* feed.h - from a sim in this program into the model: every event becomes a row of the trace at
 * once, everything else is looked up when the screen is about to be drawn. The sim may also be one
 * whose events somebody else publishes: it has buses without controllers then. */
#ifndef CANSIM_TUI_FEED_H
#define CANSIM_TUI_FEED_H

#include "tui/tui.h"

struct cs_decode_said;
struct cs_feed_said;
struct cs_follow;
struct cs_live;
struct cs_live_said;

struct cs_feed {
    struct cs_tui *tui;
    struct cs_sim *sim;
    struct cs_stats *stats;
    struct cs_live *live;     /* a decoder that follows the same buses; NULL: none */
    bool own;                 /* it is driven: this tells it of events */
    struct cs_follow *follow; /* the same of decoders with pages; NULL: none */
    void (*wake)(void *ctx);  /* runs when the model becomes dirty; may be NULL */
    void *wake_ctx;
    uint32_t who[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES]; /* names of present nodes in tui->names */
    const struct cs_event *heard; /* of this event a decoder has said something; only compared */
    uint8_t heard_what;
    bool told; /* what frames mean is somebody else's word, not the decoder's: */
    const struct cs_feed_said *word; /* of the event at hand; NULL: nothing */
    int64_t from_ps;                 /* nothing is known of what was before */
    struct cs_tui_error last[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES];
    struct cs_histories histories;
};

/* Start to observe. Zero-initialise, then set `wake` where wanted. Returns 0 or -ENOSPC. */
int cs_feed_init(struct cs_feed *feed, struct cs_tui *tui, struct cs_sim *sim,
                 struct cs_stats *stats);
void cs_feed_fini(struct cs_feed *feed);

/* The life of frames in words (log_life.h), as host.h's tell(). */
struct cs_past;
int cs_feed_tell(struct cs_feed *feed, const struct cs_past *past, char *text, size_t size);

/* Another decoder from now on, NULL for none, or what is `told`. 0 or -ENOSPC. */
int cs_feed_decode(struct cs_feed *feed, struct cs_live *live, bool own, bool told);
/* What a decoder says in the words of a row, and the number of the names in it. */
const char *cs_feed_words(const struct cs_live_said *said, char *text, size_t size);
uint8_t cs_feed_what(struct cs_tui *tui, const struct cs_decode_said *said);

/* Fill in the buses and what is needed besides (enum cs_host_needs). */
void cs_feed_refresh(struct cs_feed *feed, unsigned needs);
/* Only what events alone tell: traffic, and what the decoder has to say now. */
void cs_feed_refresh_told(struct cs_feed *feed, unsigned needs);
/* feed_traffic.c: what CS_NEEDS_TRAFFIC tells. */
void cs_feed_traffic(struct cs_feed *feed);
/* Number of the name of a node, CS_NAME_NONE: it is not known. */
uint32_t cs_feed_who(struct cs_feed *feed, unsigned bus, int node);

#endif
