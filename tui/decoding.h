/* SPDX-License-Identifier: MIT */
/* decoding.h - which decoder says what frames mean in this window, as a person chooses it while
 * the program runs. The window's own decoders are driven by its feed. One that is chosen is told
 * all frames of the history first (redecode.c), so that it is as if it had been there from the
 * start: rows get their meaning, and what time alone told gets rows. */
#ifndef CANSIM_TUI_DECODING_H
#define CANSIM_TUI_DECODING_H

#include "scenarios/error.h"
#include "scenarios/session_live.h"
#include "tui/feed.h"
#include "tui/host.h"

struct cs_offers;
struct cs_plugins;

#define CS_DECODING_TEXT CS_TEXTFIELD_MAX

/* Pages of decoders: the host has its own, all the same; always of this window; only with one. */
enum cs_decoding_pages { CS_PAGES_OF_HOST, CS_PAGES_ALWAYS, CS_PAGES_WITH };

/* A part of each host. What it points to stays. */
struct cs_decoding {
    struct cs_feed *feed; /* NULL: not yet */
    const struct cs_plugin_files *plugins;

    /* As it is without a choice. */
    const char *as; /* NULL: nobody decodes */
    const char *const *eds;
    unsigned n_eds;
    bool told;    /* the host elsewhere says itself what frames mean */
    bool lenient; /* what cannot be used of that is left out */
    uint8_t pages;

    char
        text[CS_DECODING_TEXT]; /* what was chosen: "canopen eds 5=drive.eds", "off"; "": nothing */
    struct cs_live *live;       /* driven; NULL: none, or the host's */
    struct cs_follow *follow;
    struct cs_plugins *known; /* for their names */
    char odd[160];            /* what a decoder found odd, the first of it */
};

/* What a choice comes to. */
struct cs_decoding_plan {
    const char *as; /* NULL: nobody */
    const char *eds[CS_LIVE_EDS];
    unsigned n_eds, n_given; /* the first of them were typed */
    bool told, follow;
    char text[CS_DECODING_TEXT], copy[CS_DECODING_TEXT];
};

/* Those that there are, by number until NULL; and whether that one is told of devices by files. */
const char *cs_decoding_name(struct cs_decoding *d, unsigned index);
bool cs_decoding_takes_eds(struct cs_decoding *d, const char *name);

/* 0, or -1 with one sentence. */
int cs_decoding_plan(struct cs_decoding *d, const char *text, struct cs_decoding_plan *plan,
                     char *why, size_t why_size);
/* Make what it needs, for the sim of the feed. 0 or -1 with `error`. */
int cs_decoding_make(struct cs_decoding *d, const struct cs_decoding_plan *plan, struct cs_sim *sim,
                     struct cs_live **live, struct cs_follow **follow, struct cs_error *error);

/* Before cs_feed_init(): decoders for a sim of which nothing is known yet. 0 or -1 with `error`. */
int cs_decoding_begin(struct cs_decoding *d, struct cs_feed *feed, struct cs_sim *sim,
                      struct cs_error *error);
/* After cs_feed_fini(), before the sim goes. */
void cs_decoding_end(struct cs_decoding *d, struct cs_tui *tui);
void cs_decoding_fini(struct cs_decoding *d);

/* What decodes now, in one sentence. */
void cs_decoding_tell(struct cs_decoding *d, char *text, size_t size);

/* redecode.c: let that be said of all rows, and of those to come. 0: it is so, or the job goes on;
 * -1 with one sentence. `step` is of undo.h, NULL: keep one in the end. */
int cs_redecode(struct cs_tui *tui, struct cs_decoding *d, const char *text, void *step, char *why,
                size_t why_size);
/* The same as now once more: for fields that somebody wants to know, or to see plotted, the past as
 * well. Nothing, where nobody decodes, or something else takes long now. */
void cs_redecode_fields(struct cs_tui *tui);
/* Give it up, where it is under way. */
void cs_redecode_end(struct cs_tui *tui);

/* Behind ":decode". */
int cs_decoding_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
void cs_decoding_offers(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers);

#endif
