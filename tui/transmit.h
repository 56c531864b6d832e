/* SPDX-License-Identifier: MIT */
/* transmit.h - what the list of frames to send keeps (view_transmit*.c, overlay_send.c). The host
 * is told of each difference between the list and what it was told (cs_transmit_sync()), so keys,
 * undo and files only change the list. */
#ifndef CANSIM_TUI_TRANSMIT_H
#define CANSIM_TUI_TRANSMIT_H

#include "scenarios/senders.h"
#include "tui/frame_list.h"
#include "tui/send_form.h"
#include "tui/view.h"

struct cs_transmit_told {
    bool there, run;
    int error; /* what the host said to it */
    struct cs_send send;
};

struct cs_transmit {
    struct cs_frame_list list;
    struct cs_list rows;
    bool held;    /* none is sent periodically */
    bool binding; /* the next key is to send the selected frame */
    struct cs_send_form form;
    struct cs_transmit_told told[CS_SENDERS]; /* by slot, as the next one */
    struct cs_sent sent[CS_SENDERS];
    char file[256]; /* read or written last */
};

struct cs_transmit *cs_transmit_of(const struct cs_tui *tui);
struct cs_listed_frame *cs_transmit_selected(const struct cs_tui *tui); /* NULL: none */
/* Before a row of the list is changed, in a word or two: so that it can be undone. 0 or -ENOMEM. */
int cs_transmit_keep(struct cs_tui *tui, int at, const char *what);
/* Tell the host what is to be sent now. */
void cs_transmit_sync(struct cs_tui *tui);
/* Why the host did not take it (cs_transmit_told), in words. */
const char *cs_transmit_refusal(int error);
/* A frame and its name in a few words. */
void cs_transmit_name(const struct cs_listed_frame *frame, char *text, size_t size);

/* view_transmit_draw.c */
void cs_transmit_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
void cs_transmit_status(const struct cs_tui *tui, char *text, size_t size);
void cs_transmit_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y);
/* Lines of the list; the rest is the selected frame on the wire. */
int cs_transmit_page(const struct cs_tui *tui);

/* Between runs (transmit_memory.c). */
void cs_transmit_remember(const struct cs_tui *tui, const struct cs_memory_out *out);
int cs_transmit_recall(struct cs_tui *tui, const char *name, const char *text);

/* view_transmit_words.c */
#define CS_TRANSMIT_WORDS 3
extern const struct cs_word cs_transmit_words[CS_TRANSMIT_WORDS];

#endif
