/* SPDX-License-Identifier: MIT */
/* diff.h - two recordings compared by what they mean: what one identifier, or one node's states and
 * errors, say in their order, whatever is sent between. Both are fed item by item; what is not
 * aligned yet is bounded for each identifier, and so is what is kept of differences. */
#ifndef CANSIM_SCENARIOS_DIFF_H
#define CANSIM_SCENARIOS_DIFF_H

#include "scenarios/match.h"

#define CS_DIFF_RULES  64  /* of each kind */
#define CS_DIFF_WINDOW 256 /* items of one identifier that alignment looks ahead */
#define CS_DIFF_PLACES 3   /* told of each difference */
#define CS_DIFF_BYTES  72  /* kept of an item; of longer ones the rest is compared, not shown */

struct cs_diff; /* opaque */

struct cs_diff_mask {
    struct cs_match match; /* which frames */
    uint8_t bits[CS_FRAME_MAX_DATA];
    unsigned n; /* bytes; those beyond are compared whole */
};

/* Identifiers such as "123" or "100-1FF", and the bits that count: "FFFF00". 0 or -1. */
int cs_diff_mask_parse(const char *ids, const char *bits, struct cs_diff_mask *mask);

struct cs_diff_rename {
    const char *a, *b; /* the bus `a` of the first recording is `b` of the second */
};

/* What is no difference. */
struct cs_diff_options {
    bool have_time, have_period, have_jitter,
        have_count;     /* else the first three are not compared */
    bool frames_only;   /* events are not looked at */
    int64_t time_ps;    /* of each item, between the recordings */
    int64_t period_ppm; /* of the mean distance of an identifier's frames, of the first's */
    int64_t jitter_ps;  /* of the largest distance less the smallest */
    int64_t count;      /* frames of an identifier that may be missing or too many, or */
    int64_t count_ppm;  /* of the first's; 0: `count` */
    struct cs_match ignore[CS_DIFF_RULES]; /* frames that are not looked at */
    unsigned n_ignore;
    struct cs_diff_mask mask[CS_DIFF_RULES]; /* the first that matches */
    unsigned n_mask;
    struct cs_diff_rename rename[CS_SIM_MAX_BUSES];
    unsigned n_rename;
};

enum cs_diff_kind {
    CS_DIFF_MISSING, /* in the first alone */
    CS_DIFF_EXTRA,   /* in the second alone */
    CS_DIFF_DATA,    /* other data in the same place */
    CS_DIFF_ORDER,   /* both have it, at another place of the order */
    CS_DIFF_TIME,
    CS_DIFF_PERIOD,
    CS_DIFF_JITTER,
    CS_DIFF_KINDS
};

struct cs_diff_place {
    int64_t at_ps[2];                     /* -1: not there */
    char text[2][CS_FRAME_TEXT_MAX + 20]; /* "123#0102", "error_passive"; "": not there */
};

/* A difference; valid until the callback returns. */
struct cs_diff_found {
    enum cs_diff_kind kind;
    const char *what;    /* "can0 123", "can0 drive state" */
    bool frames;         /* of an identifier; else of events */
    uint64_t n;          /* items */
    uint64_t total[2];   /* of that identifier */
    bool alone;          /* all of them: the other has none */
    int64_t value_ps[2]; /* PERIOD, JITTER */
    unsigned n_places;
    struct cs_diff_place place[CS_DIFF_PLACES]; /* the first ones */
    const char *text;                           /* all of it in one line */
};

struct cs_diff_summary {
    uint64_t items[2];  /* that were looked at */
    uint64_t same;      /* pairs */
    uint64_t different; /* differences that were told */
    bool no_bus_in_common;
};

/* `options` is copied, its names stay the caller's. NULL: no memory. */
struct cs_diff *cs_diff_create(const struct cs_diff_options *options);
void cs_diff_destroy(struct cs_diff *diff);

/* Which recording is to go on, 0 or 1, so that the two stay side by side; -1: both have ended. It
 * may be fed otherwise, at the price of alignment. */
int cs_diff_wants(const struct cs_diff *diff);

/* One more of recording `side`, in its order. `bus_time`: at_ps counts from the start of the buses;
 * where both do, times are compared as they are, else from the first pair on. 0 or -1 (no memory).
 */
int cs_diff_frame(struct cs_diff *diff, int side, int64_t at_ps, bool bus_time, const char *bus,
                  const struct cs_frame *frame, bool error_frame);
/* Something that is no frame: `what` names the sequence that it belongs to ("drive state"), `value`
 * is compared. */
int cs_diff_event(struct cs_diff *diff, int side, int64_t at_ps, const char *bus, const char *what,
                  const char *value);
void cs_diff_end(struct cs_diff *diff, int side);

/* Both have ended: tell the differences, by bus, identifier and node. 0 or -1 (no
 * memory). */
int cs_diff_report(struct cs_diff *diff, void (*told)(void *ctx, const struct cs_diff_found *found),
                   void *ctx, struct cs_diff_summary *summary);

/* ---- files (diff_read.c) --------------------------------------------------------------------- */

struct cs_plugins;
struct cs_diff_input; /* opaque */

/* A log of any format (`format` NULL: by content) or a file of events or of what frames mean, JSON
 * objects a line ("events"). NULL with `error`. */
struct cs_diff_input *cs_diff_open(const struct cs_plugins *plugins, const char *path,
                                   const char *format, struct cs_error *error);
/* Its next item into the comparison: 1, 0 at the end (told to it), -1 with `error`. */
int cs_diff_read(struct cs_diff_input *input, struct cs_diff *diff, int side,
                 struct cs_error *error);
bool cs_diff_has_events(const struct cs_diff_input *input); /* it may have some */
/* What of it was left out, as cs_input_said(); NULL: there is no more. */
const char *cs_diff_said(const struct cs_diff_input *input, unsigned index);
/* Only what passes is read; `filter` stays until it is closed. NULL: all. */
struct cs_chooser;
void cs_diff_choose(struct cs_diff_input *input, struct cs_chooser *filter);
void cs_diff_close(struct cs_diff_input *input); /* NULL is nothing */

#endif
