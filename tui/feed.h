/* SPDX-License-Identifier: MIT */
/* feed.h - from a sim in this program into the model: every event becomes a row of the trace at
 * once, everything else is looked up when the screen is about to be drawn. */
#ifndef CANSIM_TUI_FEED_H
#define CANSIM_TUI_FEED_H

#include "tui/tui.h"

struct cs_live;

struct cs_feed {
    struct cs_tui *tui;
    struct cs_sim *sim;
    struct cs_stats *stats;
    struct cs_live *live;    /* a decoder that follows the same buses; NULL: none */
    void (*wake)(void *ctx); /* runs when the model becomes dirty; may be NULL */
    void *wake_ctx;
    uint32_t who[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES]; /* names of present nodes in tui->names */
    const struct cs_event *heard; /* of this event a decoder has said something; only compared */
    uint8_t heard_what;
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

/* Fill in the buses and what is needed besides (enum cs_host_needs). */
void cs_feed_refresh(struct cs_feed *feed, unsigned needs);

#endif
