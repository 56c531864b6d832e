/* SPDX-License-Identifier: MIT */
/* messages.h - all that was said to the person, and what else is worth a line: notes of the
 * scenario, who joined and left, error states, faults, who was turned away, what was lost. The last
 * CS_MESSAGES of them.
 */
#ifndef CANSIM_TUI_MESSAGES_H
#define CANSIM_TUI_MESSAGES_H

#include "tui/tui.h"

#define CS_MESSAGES         1000
#define CS_MESSAGE_TEXT_MAX 200

enum cs_message_kind {
    CS_MESSAGE_SAID,
    CS_MESSAGE_WRONG, /* said of what did not work */
    CS_MESSAGE_NOTE,
    CS_MESSAGE_JOIN, /* or leave */
    CS_MESSAGE_LOSS, /* clients turned away, and what slow ones did not get */
    CS_MESSAGE_STATE,
    CS_MESSAGE_FAULT,
    CS_MESSAGE_KINDS
};

struct cs_logged {
    int64_t at_ps;
    uint64_t row;   /* of the trace: what came from then on */
    unsigned times; /* the same one after the other */
    uint16_t bus;
    uint8_t kind; /* enum cs_message_kind */
    bool of_bus;
    char text[CS_MESSAGE_TEXT_MAX];
};

struct cs_messages {
    struct cs_logged *logged; /* CS_MESSAGES, in a circle */
    uint64_t first, end;      /* numbers of the oldest that is kept and one past the newest */
    uint64_t refused, broke, lost;
    unsigned only; /* a kind plus one, 0: all */
    bool stays;    /* the newest are not followed */
    uint64_t sel;  /* number of a message */
    uint64_t base; /* number of that with which `shown` counts */
    struct cs_list list;
    uint16_t shown[CS_MESSAGES]; /* number minus base, of those that pass */
    unsigned n_shown;
};

/* cs_tui_say() tells. */
void cs_messages_said(struct cs_tui *tui, bool bad, const char *text);
/* The trace has a new row; `text` is the whole of a note, NULL: the row has it. */
void cs_messages_row(struct cs_tui *tui, const char *text);
/* The host was looked at. */
void cs_messages_look(struct cs_tui *tui);

#endif
