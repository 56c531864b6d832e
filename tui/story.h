/* SPDX-License-Identifier: MIT */
/* story.h - why: the life of what a row of the trace is about, in words. Of a frame all attempts
 * from when it was queued, and what was on the bus meanwhile; of a node's state the steps of its
 * counters. */
#ifndef CANSIM_TUI_STORY_H
#define CANSIM_TUI_STORY_H

#include "tui/host.h"
#include "tui/tui.h"

#define CS_STORY_EVENTS 8192 /* taken as they are needed: 16 attempts of many nodes */
#define CS_STORY_KNOWS  64
#define CS_STORY_NOTES  256 /* texts of events */
#define CS_STORY_TEXT   65536

/* A line of a story is its time ("" for none), a tab, how far it is indented as a digit, a tab, and
 * what happened. An empty line stands between paragraphs. */
struct cs_story {
    uint64_t row;  /* UINT64_MAX: none */
    uint64_t end;  /* of the ring when it was told */
    bool complete; /* later rows add nothing */
    char text[CS_STORY_TEXT];
    /* while it is made */
    struct cs_event events[CS_STORY_EVENTS], knows[CS_STORY_KNOWS];
    struct cs_frame frames[CS_STORY_EVENTS];
    char notes[CS_STORY_NOTES][CS_FRAME_MAX_DATA];
    unsigned n_notes;
    unsigned n_events, n_knows;
    bool hears;
    char gap[80];
    char raw[CS_STORY_TEXT];
};

/* Tell the story of a row; where it is told already nothing is done. */
void cs_story_tell(const struct cs_tui *tui, uint64_t number, struct cs_story *story);

/* Tell that of a node, how it came to be what it is and what lets it recover. */
void cs_story_tell_node(const struct cs_tui *tui, const struct cs_tui_node *node,
                        struct cs_story *story);

#endif
