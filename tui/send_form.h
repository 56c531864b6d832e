/* SPDX-License-Identifier: MIT */
/* send_form.h - a frame of the list while it is written: a text for each thing that it has. */
#ifndef CANSIM_TUI_SEND_FORM_H
#define CANSIM_TUI_SEND_FORM_H

#include "scenarios/send_file.h"
#include "tui/textfield.h"

enum cs_send_row {
    CS_SEND_FRAME,
    CS_SEND_BUS, /* a choice, no text */
    CS_SEND_NAME,
    CS_SEND_PERIOD,
    CS_SEND_BURST,
    CS_SEND_GAP,
    CS_SEND_COUNTER,
    CS_SEND_ROWS
};

struct cs_send_form {
    int edits; /* row of the list, -1: a new one */
    int row;   /* of the form, with the cursor */
    unsigned bus;
    struct cs_textfield value[CS_SEND_ROWS];
};

extern const char *const cs_send_row_names[CS_SEND_ROWS];
extern const char *const cs_send_row_hints[CS_SEND_ROWS];

void cs_send_form_fill(struct cs_send_form *form, const struct cs_send_item *item);
/* What the fields say, into what they are about; the rest of *item stays. 0; or -EINVAL with one
 * sentence and its row. */
int cs_send_form_read(const struct cs_send_form *form, struct cs_send_item *item, int *wrong,
                      char *why, size_t why_size);

/* A counter as text: "BYTE[:BITS][+STEP] [LOW..HIGH] [bounce]", such as "7", "0:16+5 10..900".
 * 0 or -EINVAL with one sentence. */
int cs_counter_parse(const char *text, struct cs_counter *counter, char *why, size_t why_size);
#define CS_COUNTER_TEXT_MAX 80
char *cs_counter_format(const struct cs_counter *counter, char text[CS_COUNTER_TEXT_MAX]);

#endif
