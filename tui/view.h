/* SPDX-License-Identifier: MIT */
/* view.h - what a view, an overlay and a key binding are: each one row of a table. The keys that
 * are handled, the footer and the help all come from the same rows. */
#ifndef CANSIM_TUI_VIEW_H
#define CANSIM_TUI_VIEW_H

#include "tui/host.h"
#include "tui/tui.h"

#define CS_BINDING_KEYS 3

struct cs_binding {
    int32_t keys[CS_BINDING_KEYS];            /* any of them; the first is named in the footer */
    const char *label;                        /* a word for the footer; NULL: only in the help */
    const char *help;                         /* half a sentence */
    void (*run)(struct cs_tui *tui, int arg); /* NULL: only told; a text field takes the key */
    int arg;
};

/* Something that can be typed behind ':'; cs_commands.h tells how it is found. */
struct cs_column;
struct cs_offers;
struct cs_word {
    const char *name;
    const char *form; /* what comes behind it: "FILE", "[x]SPEED"; "" for nothing */
    const char *help; /* half a sentence */
    /* `rest` is what comes behind it, without blanks in front. 0; or -1 with one sentence in `why`,
     * and the line stays open. */
    int (*run)(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
    /* Words with which `rest` may go on: of its last word, which begins at *from. NULL: none. */
    void (*offers)(const struct cs_tui *tui, const char *rest, int *from, struct cs_offers *offers);
};

struct cs_view {
    const char *name;         /* for --view, and ":view NAME" */
    const char *title;        /* for its tab */
    const char *brief;        /* the same where there is no room; NULL: the title */
    const char *help;         /* what it shows, half a sentence */
    const char *about;        /* for its help: what its columns and signs mean, a line each */
    int32_t keys[2];          /* that show it */
    unsigned needs;           /* enum cs_host_needs */
    bool many;                /* may be in several panes, with a state for each context.h */
    size_t state_size;        /* of what it keeps, zero at first: cs_view_state() */
    int (*init)(void *state); /* 0 or -ENOMEM; may be NULL */
    void (*fini)(void *state);
    void (*restart)(struct cs_tui *tui); /* another run begins; NULL: it keeps nothing */
    void (*refresh)(struct cs_tui *tui); /* after the host's; may be NULL */
    /* Rows have other numbers, and say something else; NULL: it keeps nothing of them. */
    void (*moved)(struct cs_tui *tui, const struct cs_rows_moved *moved);
    /* `canvas` is its pane alone, `body` all of it. */
    void (*draw)(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
    /* In cells of its pane; NULL: the wheel is the up and down key. */
    void (*mouse)(struct cs_tui *tui, const struct cs_mouse *mouse);
    /* Keys that it takes before any binding: text while it is typed, letters that are data; true
     * where it did. May be NULL. */
    bool (*key)(struct cs_tui *tui, int32_t key);
    /* What is typed now is text, or the name of a key: no key of the person's own; NULL: never. */
    bool (*types)(const struct cs_tui *tui);
    /* A few words for the right end of the tab line; "" for none. */
    void (*status)(const struct cs_tui *tui, char *text, size_t size);
    /* One line on the selected row; draws nothing where there is none. */
    void (*detail)(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y);
    const struct cs_binding *bindings;
    unsigned n_bindings;
    const struct cs_word *words; /* of its own, behind ':' */
    unsigned n_words;
    const struct cs_column *columns; /* of its table, which a person may choose from */
    unsigned n_columns;
    /* What it keeps between runs, by cs_memory_put(), and to take it up again: 0, -EAGAIN (not yet:
     * buses, nodes or rows are missing), -EINVAL (never). May be NULL. */
    void (*remember)(const struct cs_tui *tui, const struct cs_memory_out *out);
    int (*recall)(struct cs_tui *tui, const char *name, const char *text);
};

struct cs_overlay {
    const char *title;
    unsigned needs; /* enum cs_host_needs, beyond the view's */
    void (*draw)(const struct cs_tui *tui, struct cs_canvas *canvas);
    /* Keys that no binding takes, text among them; may be NULL. */
    void (*key)(struct cs_tui *tui, int32_t key);
    /* Keys before any binding, true where it took it; may be NULL. */
    bool (*first)(struct cs_tui *tui, int32_t key);
    /* In cells of the screen; NULL: the wheel is the up and down key. */
    void (*mouse)(struct cs_tui *tui, const struct cs_mouse *mouse);
    bool (*types)(
        const struct cs_tui *tui); /* text is typed now; NULL: always where it has key() */
    const struct cs_binding *bindings;
    unsigned n_bindings;
};

extern const struct cs_view *const cs_views[];
extern const unsigned cs_n_views;

extern const struct cs_view cs_view_trace;
extern const struct cs_view cs_view_ids;
extern const struct cs_view cs_view_nodes;
extern const struct cs_view cs_view_faults;
extern const struct cs_view cs_view_devices;
extern const struct cs_view cs_view_wire;
extern const struct cs_view cs_view_transmit;
extern const struct cs_view cs_view_network;
extern const struct cs_view cs_view_signals;
extern const struct cs_view cs_view_stats;
extern const struct cs_view cs_view_scenario;
extern const struct cs_view cs_view_why;
extern const struct cs_view cs_view_messages;

extern const struct cs_overlay cs_overlay_plot, cs_overlay_colours, cs_overlay_like;
extern const struct cs_overlay cs_overlay_inject, cs_overlay_filter, cs_overlay_help,
    cs_overlay_fault, cs_overlay_prompt, cs_overlay_row, cs_overlay_save, cs_overlay_send,
    cs_overlay_presets, cs_overlay_search, cs_overlay_setup, cs_overlay_bookmarks;

/* What a view keeps, as much as its state_size. */
void *cs_view_state(const struct cs_tui *tui, const struct cs_view *view);
/* Index in cs_views of a view of that name or title, -1 for none. */
int cs_view_find(const char *name);

extern const struct cs_word cs_global_words[];
extern const unsigned cs_n_global_words;
/* The word with which a text begins: of the view with the focus, of all, of another view; *rest is
 * what comes behind it. NULL: none. */
const struct cs_word *cs_word_find(const struct cs_tui *tui, const char *text, const char **rest);
/* Show the view whose word it is, where it is one of another view. */
void cs_word_show(struct cs_tui *tui, const struct cs_word *word);
/* With what a word may go on behind `rest`; *from is where in `rest` that begins. */
void cs_word_rest_offers(const struct cs_tui *tui, const struct cs_word *word, const char *rest,
                         int *from, struct cs_offers *offers);

/* NULL for CS_OVERLAY_NONE. */
const struct cs_overlay *cs_overlay_of(enum cs_tui_overlay overlay);
extern const struct cs_binding cs_global_bindings[];
extern const unsigned cs_n_global_bindings;

/* Run the binding of a key; false where there is none. */
bool cs_bindings_run(const struct cs_binding *bindings, unsigned n, struct cs_tui *tui,
                     int32_t key);

/* trace: the newest shown row before `number`, or the first from `number` on; UINT64_MAX for none.
 */
uint64_t cs_trace_before(const struct cs_tui *tui, uint64_t number);
uint64_t cs_trace_from(const struct cs_tui *tui, uint64_t number);
/* Look at rows that were not looked at whether they are shown; bounded, and tui->more tells that
 * some are left. At each refresh, whatever view is shown. */
void cs_trace_index(struct cs_tui *tui);
int cs_trace_looked(const struct cs_tui *tui); /* at so many percent of the rows */
/* What is searched is given up; true where something was. */
bool cs_trace_hunt_stop(struct cs_tui *tui);
/* To "12.5s", "+1s", "#1000", "50%", "start" or "end" of the trace. 0, or -1 with one sentence. */
int cs_trace_go(struct cs_tui *tui, const char *text, char *why, size_t why_size);
void cs_trace_go_offers(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers);
/* Where the trace shows what is past and time stands still: on to the next row, or the next frame.
 * False: it is bus time that must go on. */
bool cs_trace_step(struct cs_tui *tui, bool frame);
/* Search on in the trace: go to the nearest row that passes. 0; -EINVAL with one sentence. */
int cs_trace_search(struct cs_tui *tui, const char *text, char *why, size_t why_size);
const char *cs_trace_searched(const struct cs_tui *tui); /* what was searched last */
/* What is shown has changed: where the trace does not follow, the cursor goes to the nearest row
 * that is shown. */
void cs_trace_settle(struct cs_tui *tui);
/* The row under the trace's cursor, the newest where it follows; NULL for none. */
const struct cs_row *cs_trace_selected(const struct cs_tui *tui);

/* why: the life of that node, of the newest frame with that identifier; shows the view. */
void cs_why_node(struct cs_tui *tui, const struct cs_tui_node *node);
void cs_why_named(struct cs_tui *tui, const char *name, uint16_t bus);
/* Behind ":node". */
int cs_why_word(struct cs_tui *tui, const char *rest, char *text, size_t size);
void cs_why_offers(const struct cs_tui *tui, const char *rest, int *from, struct cs_offers *offers);
void cs_why_frame(struct cs_tui *tui, unsigned bus, uint32_t id, uint8_t flags);

/* Arm a fault and say what came of it. 0 or -errno. */
int cs_tui_arm(struct cs_tui *tui, unsigned bus, const struct cs_fault_spec *spec);
/* The same in the place of one, which comes back where it cannot be; *replaces is its id then. */
int cs_tui_rearm(struct cs_tui *tui, int *replaces, unsigned bus, const struct cs_fault_spec *spec);
/* Clear one; as the host's disarm(). Or all: how many. */
int cs_tui_disarm(struct cs_tui *tui, const struct cs_tui_fault *fault);
unsigned cs_tui_disarm_all(struct cs_tui *tui);
/* Open the form for a kind, empty; or for a fault, whose place it takes where it is still armed. */
void cs_fault_form_open(struct cs_tui *tui, unsigned kind);
void cs_fault_form_edit(struct cs_tui *tui, const struct cs_tui_fault *fault);

/* What a frame would be on the wire of a bus, and its bits, in at.h lines; and how many lines more
 * than usual (5) it has need of in `width` cells. */
void cs_frame_preview(const struct cs_tui *tui, struct cs_canvas *canvas, unsigned bus,
                      const struct cs_frame *frame, struct cs_rect at);
int cs_frame_preview_more(const struct cs_frame *frame, int width);
/* Why a frame was not taken, by cs_host_ops' inject(). */
const char *cs_inject_refusal(int error);
/* Save the scenario, and say what came of it. 0 or -1. */
int cs_tui_save(struct cs_tui *tui, const char *path);

/* Open an overlay (arg: enum cs_tui_overlay); a view's bindings use it too. */
void cs_tui_open(struct cs_tui *tui, int overlay);

/* Bus time, by keys, words and the mouse; it is said where that cannot be. */
enum cs_tui_step { CS_STEP_EVENT, CS_STEP_FRAME, CS_STEP_BIT };
void cs_tui_step(struct cs_tui *tui, int by); /* where it runs it is paused first */
void cs_tui_change_speed(struct cs_tui *tui, int by);

#endif
