/* SPDX-License-Identifier: MIT */
/* fault_form.h - a fault while it is written: one field for each key that its kind takes, and what
 * Tab offers. All of it comes from the table of keys (cs_fault_keys). */
#ifndef CANSIM_TUI_FAULT_FORM_H
#define CANSIM_TUI_FAULT_FORM_H

#include "simcore/fault.h"
#include "tui/textfield.h"

#define CS_FORM_KEYS 64 /* at most so many rows of cs_fault_keys */
#define CS_OFFERS    64 /* words that Tab goes through */

struct cs_tui;

struct cs_completion {
    bool on;                      /* Tab was the last key */
    unsigned at;                  /* the offer that is shown */
    char begun[CS_TEXTFIELD_MAX]; /* up to the cursor, before the first Tab */
};

struct cs_offers {
    unsigned n;
    char text[CS_OFFERS][CS_NAME_MAX];
};

/* Add a word that goes on what was begun, unless it is there already or there is no room. */
void cs_offer(struct cs_offers *offers, const char *begun, const char *word);

struct cs_fault_form {
    unsigned bus, kind;
    int replaces;              /* a fault that is armed, 0 for none */
    unsigned n;                /* rows: keys that the kind takes */
    uint8_t key[CS_FORM_KEYS]; /* of each row, index in cs_fault_keys */
    struct cs_textfield value[CS_FORM_KEYS];
    int row, top; /* row -1: the choice of the bus */
    struct cs_completion completion;
};

/* Empty, for a kind. */
void cs_fault_form_begin(struct cs_fault_form *form, unsigned kind);
/* With the values of a text form. Returns 0, or -EINVAL where it is none. */
int cs_fault_form_fill(struct cs_fault_form *form, const char *text);

/* What the fields say. Returns 0; or -EINVAL with one sentence, and the row in *at (-1: none). The
 * spec holds whatever could be set. */
int cs_fault_form_spec(const struct cs_fault_form *form, struct cs_fault_spec *spec, int *at,
                       char *why, size_t why_size);

/* Words with which a value of a kind's key may go on; *from is where they begin in `begun`, the
 * value up to the cursor. */
void cs_fault_offers(const struct cs_tui *tui, unsigned bus, unsigned kind,
                     const struct cs_fault_key *key, const char *begun, int *from,
                     struct cs_offers *offers);
/* The same for a whole text form up to the cursor. */
void cs_fault_text_offers(const struct cs_tui *tui, unsigned bus, const char *begun, int *from,
                          struct cs_offers *offers);
/* The key that the cursor is at in a text form, NULL for none. */
const struct cs_fault_key *cs_fault_text_key(const char *text, int cursor);

/* A value that the key could have (fault_example.c). Returns text. */
char *cs_fault_example(const struct cs_tui *tui, const struct cs_fault_form *form,
                       const struct cs_fault_key *key, char *text, size_t size);
/* Give one to each field that is needed and empty. Returns how many. */
unsigned cs_fault_form_complete(const struct cs_tui *tui, struct cs_fault_form *form);

/* Tab: what the offers are to go on from. */
const char *cs_completion_begin(struct cs_completion *completion, const struct cs_textfield *field);
/* Put the next offer (by: 1 or -1) at the cursor, where there is one. */
void cs_completion_step(struct cs_completion *completion, struct cs_textfield *field, int from,
                        const struct cs_offers *offers, int by);
/* One line of the offers, from the one that is shown on. */
void cs_completion_draw(const struct cs_completion *completion, const struct cs_offers *offers,
                        struct cs_canvas *canvas, struct cs_rect at);

#endif
