/* SPDX-License-Identifier: MIT */
/* view_ids.h - what the list by identifier (view_ids.c), its columns (view_ids_columns.c) and the
 * bits of one of them (view_ids_bits.c) share; nobody else includes it. */
#ifndef CANSIM_TUI_VIEW_IDS_H
#define CANSIM_TUI_VIEW_IDS_H

#include "tui/view.h"
#include "tui/widgets.h"

/* Bus time for which a changed byte stands out. */
#define IDS_HOT_PS  (300 * CS_PS_PER_MS)
#define IDS_WARM_PS (1500 * CS_PS_PER_MS)

#define IDS_FOLDS 32 /* groups that are folded, at most */

enum ids_group { IDS_GROUP_NONE, IDS_GROUP_NODE, IDS_GROUP_PROTOCOL, IDS_GROUP_COUNT };

struct ids_view {
    enum ids_group group;
    bool bits;                /* those of the selected identifier are shown */
    bool notched;             /* changes so far are not told */
    bool lively;              /* those that have not come for long are not listed */
    struct cs_tui_id *frozen; /* as it was; NULL: as it is */
    uint32_t n_frozen;
    int64_t frozen_ps;
    uint32_t listed; /* identifiers, in folded groups too */
    struct ids_fold {
        char name[CS_NAME_MAX];
        uint32_t n, per_s; /* of those that are listed */
    } fold[IDS_FOLDS];
    unsigned n_folds;
    /* What the decoder finds in the latest frame of the selected one, while its bits are shown. */
    struct cs_decoded tree;
    bool decoded;
    uint64_t tree_row;
    int64_t tree_ps; /* when it was asked */
};

struct ids_view *cs_ids_view(const struct cs_tui *tui);
/* What is listed: as it is, or was. */
const struct cs_tui_id *cs_ids_items(const struct cs_tui *tui, uint32_t *n);
int64_t cs_ids_now(const struct cs_tui *tui);
/* The selected one, NULL for none. */
const struct cs_tui_id *cs_ids_selected(const struct cs_tui *tui);
/* It has not come when it should have. */
bool cs_ids_stale(const struct cs_tui *tui, const struct cs_tui_id *item);

/* The one on that line; NULL: a title is there. */
const struct cs_tui_id *cs_ids_of_line(const struct cs_tui *tui, int line);
void cs_ids_pin(struct cs_tui *tui, int line); /* select it */

/* Groups: "" where there are none. */
const char *cs_ids_group_name(const struct cs_tui *tui, const struct cs_tui_id *item);
/* A title before each group of the sorted lines, in the place of a folded one. */
void cs_ids_put_titles(struct cs_tui *tui);
void cs_ids_draw_title(const struct cs_tui *tui, struct cs_canvas *canvas, int y, int width,
                       int line);
bool cs_ids_folded(const struct cs_tui *tui, int line); /* the title of a folded group is there */
bool cs_ids_same_line(const struct cs_tui *tui, uint32_t a, uint32_t b); /* of ids.order */
void cs_ids_fold(struct cs_tui *tui, int unused);
void cs_ids_unfold(struct cs_tui *tui, int unused);
void cs_ids_click_title(struct cs_tui *tui, int line);
void cs_ids_next_group(struct cs_tui *tui, int unused);

void cs_ids_sort_by(struct cs_tui *tui, int column);
extern const struct cs_word cs_ids_words[1];

#define IDS_COLUMNS 20
extern const struct cs_column cs_ids_columns[IDS_COLUMNS];
extern const int cs_ids_n_columns, cs_ids_column_id;
int cs_ids_by_priority(const struct cs_tui_id *a, const struct cs_tui_id *b);
int cs_ids_by_bus(const struct cs_tui_id *a, const struct cs_tui_id *b);
/* Its periods as a line, the present mean in the middle. */
void cs_ids_put_periods(struct cs_canvas *canvas, struct cs_rect at, const struct cs_tui_id *item);

/* Between runs. */
void cs_ids_remember(const struct cs_tui *tui, const struct cs_memory_out *out);
int cs_ids_recall(struct cs_tui *tui, const char *name, const char *text);

/* Ask the decoder again where there is something new, a few times a second of bus time. */
void cs_ids_decode(struct cs_tui *tui);
/* Lines that the bits of the selected one take in this pane, 0 for none; and to draw them. */
int cs_ids_bits_height(const struct cs_tui *tui);
void cs_ids_draw_bits(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at);

#endif
