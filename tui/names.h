/* SPDX-License-Identifier: MIT */
/* names.h - names of nodes that rows refer to by number, for as long as anybody may look.
 * A node's index is used again after it left; its name's number is not. */
#ifndef CANSIM_TUI_NAMES_H
#define CANSIM_TUI_NAMES_H

#include "simcore/bus.h"

#define CS_NAMES_MAX 16384u /* kept; the oldest give way */
#define CS_NAME_NONE 0u     /* "" */

struct cs_names {
    char (*texts)[CS_NAME_MAX];
    uint32_t next; /* number of the next name, from 1 on */
    int longest;   /* bytes of the longest name so far */
};

/* Returns 0 or -ENOMEM. */
int cs_names_init(struct cs_names *names);
void cs_names_fini(struct cs_names *names);
/* Keep a copy; returns its number, which is never CS_NAME_NONE. */
uint32_t cs_names_add(struct cs_names *names, const char *text);
/* The text, "" for CS_NAME_NONE, NULL where it had to give way. */
const char *cs_names_text(const struct cs_names *names, uint32_t number);

/* What decoders called what they found: their name and those of its events, blanks between. Few
 * differ; what finds no room has no name. */
#define CS_EVENT_NAMES      255u
#define CS_EVENT_NAMES_TEXT 96

struct cs_event_names {
    unsigned n;
    char text[CS_EVENT_NAMES][CS_EVENT_NAMES_TEXT];
};

/* Its number from 1 on, 0: no room. */
uint8_t cs_event_names_add(struct cs_event_names *names, const char *text);
const char *cs_event_names_text(const struct cs_event_names *names, uint8_t number); /* "" for 0 */

#endif
