/* SPDX-License-Identifier: MIT */
/* match.h - frames that somebody waits for: an identifier or several, data with wildcards, kind,
 * bus and sender. Responders, gateways, the timeline and expectations write them alike. */
#ifndef CANSIM_SCENARIOS_MATCH_H
#define CANSIM_SCENARIOS_MATCH_H

#include "scenarios/keys.h"
#include "simcore/sim.h"

#define CS_MATCH_TEXT_MAX 400

struct cs_match {
    uint32_t id, id_mask;      /* (frame's id & id_mask) == id, and */
    uint32_t id_low, id_high;  /* within these */
    int ext;                   /* 1 only 29-bit identifiers, 0 only 11-bit ones, -1 both */
    uint8_t flags, flags_mask; /* enum cs_frame_flags */
    uint8_t data[CS_FRAME_MAX_DATA], mask[CS_FRAME_MAX_DATA];
    unsigned n_data;        /* bytes that are looked at, which must be there */
    bool exact;             /* and no more of them */
    unsigned low, high;     /* length in bytes */
    int bus;                /* index, -1: any */
    char from[CS_NAME_MAX]; /* name of the sender, "": any */
};

#define CS_MATCH_FORM                                                                              \
    "a frame such as \"123\", \"100-1FF\", \"120:7F0\", \"123#11??33*\" or \"any\", or an object " \
    "with id, data, length, kind, bus, from"

extern const struct cs_keys cs_match_keys;

/* Everything matches. */
void cs_match_any(struct cs_match *match);
/* Read one where the reader is; r->ctx is the struct cs_scenario, whose buses are known. A row's
 * read() as well: `dest` is a struct cs_match. 0, or -1 with a sentence. */
int cs_match_read(struct cs_reader *r, const cJSON *item, void *dest);
/* The text form: 0, or -1 with what is wrong in `why`. */
int cs_match_parse(const char *text, struct cs_match *match, char *why, size_t why_size);

/* The frame alone; bus and sender are not looked at. */
bool cs_match_frame(const struct cs_match *match, const struct cs_frame *frame);
/* The frame of an event with its bus and its `node`. */
bool cs_match_event(const struct cs_match *match, struct cs_sim *sim, const struct cs_event *event);

#endif
