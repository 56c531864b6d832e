/* SPDX-License-Identifier: MIT */
/* session_live.h - a decoder that follows the buses while they run: an instance for each bus, from
 * its first frame on. Those who write what it says listen; it must observe the sim before them. */
#ifndef CANSIM_SCENARIOS_SESSION_LIVE_H
#define CANSIM_SCENARIOS_SESSION_LIVE_H

#include "scenarios/scenario.h"

struct cs_live;        /* opaque */
struct cs_decode_said; /* plugins/decode.h */

struct cansim_frame; /* plugins/cansim_plugin.h */
struct cs_decode;    /* plugins/decode.h */

/* What was said: of the frame of `event` (nothing, where it does not belong to the decoder's
 * protocol), or with NULL of time alone. */
struct cs_live_said {
    const struct cs_event *event;
    unsigned bus;
    int64_t at_ps;
    int severity;         /* enum cansim_severity */
    const char *protocol; /* its part of the protocol: "SDO" */
    const char *summary;
    const struct cs_decode_said *said; /* only while listeners are called */
};
typedef void cs_live_fn(void *ctx, const struct cs_live_said *said);

#define CS_LIVE_EDS 128

struct cs_live_config {
    const char *name; /* of the decoder, or of several with ',' between them */
    const struct cs_plugin_files *plugins;
    const char *const
        *eds;         /* "5=drive.eds" each: the decoder's setting "eds"; "drive.dbc": "dbc" */
    unsigned n_eds;   /* at most CS_LIVE_EDS */
    unsigned n_given; /* of them, the first: a decoder must have use for each */
    bool fields;      /* the tree is looked at */
    bool driven;      /* it observes nothing: who has it tells it of events, cs_live_event() */
    void (*say)(void *ctx, const char *text); /* what the decoder finds odd */
    void *say_ctx;
};

/* Make it for all buses of the sim, and observe them. NULL with `error`. */
struct cs_live *cs_live_create(struct cs_sim *sim, const struct cs_live_config *config,
                               struct cs_error *error);
/* Before the sim goes. NULL is nothing. */
void cs_live_destroy(struct cs_live *live);

/* A field of what was said of a frame. */
enum cs_live_kind { CS_LIVE_UINT, CS_LIVE_INT, CS_LIVE_REAL, CS_LIVE_TEXT };

struct cs_live_value {
    int kind;            /* enum cs_live_kind; TEXT: only `text` tells it */
    uint64_t u;          /* UINT */
    int64_t i;           /* INT */
    double real;         /* REAL */
    const char *meaning; /* an enumeration's word, NULL: none; while listeners are called */
    char text[120];      /* for people, cut to fit */
};

/* The first field with that path ("sdo/index"), else with that name or label anywhere. Only while
 * listeners are called, and where fields are looked at. False: there is none. */
bool cs_live_field(const struct cs_live_said *said, const char *field, struct cs_live_value *value);

/* Each field of what was said that is a number: its path, label, unit (NULL: none) and an
 * enumeration's word (NULL: none), all valid within the call alone. Where fields are looked at. */
typedef void cs_live_number_fn(void *ctx, const char *path, const char *label, const char *unit,
                               const char *meaning, double value);
void cs_live_numbers(const struct cs_live_said *said, cs_live_number_fn *fn, void *ctx);
/* Look at fields from the next frame on, or no more where it was made without. */
void cs_live_want_fields(struct cs_live *live, bool wanted);

/* At most 8; they are called in the order in which they came. 0 or -ENOSPC. */
int cs_live_listen(struct cs_live *live, cs_live_fn *fn, void *ctx);
void cs_live_unlisten(struct cs_live *live, cs_live_fn *fn, void *ctx);
/* Where it is driven: an event, of the buses of its sim, of now or of the past; or that so much
 * time went by without one. */
void cs_live_event(struct cs_live *live, const struct cs_event *event);
/* For decoders of any owner: buses of the sim that are not known yet, 0 or -1 with `why`; and the
 * frame of a CS_EV_FRAME as they take it. */
int cs_live_know_buses(struct cs_decode *decode, struct cs_sim *sim, char *why, size_t why_size);
void cs_live_to_frame(const struct cs_event *event, struct cansim_frame *frame);
void cs_live_time(struct cs_live *live, int64_t at_ps);
/* As it was made. */
const char *cs_live_name(const struct cs_live *live);
const char *const *cs_live_eds(const struct cs_live *live, unsigned *n);
/* Tell what time alone has to tell up to now: at the end of a run, or where somebody looks. */
void cs_live_catch_up(struct cs_live *live);

/* Of the latest frame, within a later observer of the same event; NULL: it does not belong to the
 * decoder's protocol. */
const struct cs_live_said *cs_live_frame(const struct cs_live *live);

/* Another decoder of the same kind, with all fields, that knows the buses by their index and
 * nothing of what happened: for who decodes frames of the past again. cs_decode_destroy() ends it.
 * NULL: no memory. */
struct cs_decode *cs_live_again(const struct cs_live *live,
                                void (*said)(void *ctx, const struct cs_decode_said *said),
                                void *ctx);

#endif
