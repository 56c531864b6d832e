/* SPDX-License-Identifier: MIT */
/* colours.h - colours that a person gives to rows, by filters (scenarios/query.h): the first that
 * lets a row pass colours it, in the trace and in the list by identifier. */
#ifndef CANSIM_TUI_COLOURS_H
#define CANSIM_TUI_COLOURS_H

#include "scenarios/query.h"
#include "tui/canvas.h"

#define CS_COLOURS_MAX 32

struct cs_tui;

struct cs_colour_rule {
    struct cs_query query;
    uint8_t style; /* enum cs_style */
    bool off;
    bool set; /* in the settings, so that it need not be remembered */
};

struct cs_colours {
    struct cs_colour_rule *rule[CS_COLOURS_MAX]; /* the first that passes counts */
    unsigned n;
    uint64_t changes; /* so many times */
    int sel;          /* of the list of them */
};

void cs_colours_fini(struct cs_colours *colours);

/* "red", "on-red" and so on, by number until NULL; and their styles. */
const char *cs_colour_name(unsigned index);
const char *cs_colour_of_style(uint8_t style);

enum cs_colour_from { CS_COLOUR_TYPED, CS_COLOUR_SET, CS_COLOUR_REMEMBERED };

/* "EXPR COLOUR": a rule, before all others where it is typed, else behind them, or in the place of
 * that with the same filter; "EXPR none" takes it away, "none" all. 0; or -EINVAL, -ENOSPC or
 * -ENOMEM with one sentence. */
int cs_colours_take(struct cs_colours *colours, const char *text, enum cs_colour_from from,
                    char *why, size_t why_size);
void cs_colours_remove(struct cs_colours *colours, unsigned index);
/* Change places with the next (by = 1) or the one before; false at the ends. */
bool cs_colours_move(struct cs_colours *colours, unsigned index, int by);
/* A colour that no rule has yet, as far as there is one. */
uint8_t cs_colours_fresh(const struct cs_colours *colours);

/* The style of a row, 0 for none. */
uint8_t cs_colours_row(const struct cs_tui *tui, uint64_t number);
struct cs_tui_id;
/* Of an identifier that of its latest frame. */
uint8_t cs_colours_id(const struct cs_tui *tui, const struct cs_tui_id *item);
/* Over what was drawn; what stands out because it has changed stays. */
void cs_colours_paint(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, bool selected);

/* Behind ':'. */
struct cs_offers;
int cs_colours_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
int cs_colours_list(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
void cs_colours_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers);

#endif
