/* SPDX-License-Identifier: MIT */
/* view_nodes.h - what the list of controllers (view_nodes.c), its columns (view_nodes_columns.c)
 * and the panel of the selected one (view_nodes_panel.c) share; nobody else includes it. */
#ifndef CANSIM_TUI_VIEW_NODES_H
#define CANSIM_TUI_VIEW_NODES_H

#include "tui/view.h"
#include "tui/widgets.h"

/* ISO 11898-1:2015, 12.1.4: the marks of fault confinement; 96 is the customary warning. */
#define NODES_WARNING 96
#define NODES_PASSIVE 128
#define NODES_BUS_OFF 256

struct nodes_view {
    enum { NODES_PANEL_AUTO, NODES_PANEL_OPEN, NODES_PANEL_SHUT } panel; /* AUTO: where it fits */
    bool sorted; /* by the column `sort`, else as they are on the buses */
    int sort;
    bool reverse;
    uint16_t order[CS_SIM_MAX_BUSES * CS_BUS_MAX_NODES]; /* of each line the index of its node */
};

struct nodes_view *cs_nodes_view(const struct cs_tui *tui);
/* NULL for none. */
const struct cs_tui_node *cs_nodes_selected(const struct cs_tui *tui);

#define NODES_COLUMNS 20
extern const struct cs_column cs_nodes_columns[NODES_COLUMNS];
extern const unsigned cs_nodes_n_columns;
uint8_t cs_nodes_counter_style(unsigned count);
/* A counter as a number and a gauge with its marks. */
void cs_nodes_put_counter(struct cs_canvas *canvas, struct cs_rect at, unsigned count);
const struct cs_tui_bus *cs_nodes_bus_of(const struct cs_tui *tui, const struct cs_tui_node *node);
/* CAN FD's, 0 where it has none. */
uint32_t cs_nodes_data_rate(const struct cs_node_status *s);
/* Is it different from its bus? */
bool cs_nodes_other_rate(const struct cs_tui *tui, const struct cs_tui_node *node);
bool cs_nodes_other_sample(const struct cs_tui *tui, const struct cs_tui_node *node);
bool cs_nodes_other_fd(const struct cs_tui *tui, const struct cs_tui_node *node);
char *cs_nodes_drift_text(int32_t ppb, char *buf);
/* The last error in words, with " · " behind. */
void cs_nodes_error_text(const struct cs_tui *tui, const struct cs_tui_node *node, char *text,
                         size_t size);

/* Lines of the panel in this pane, 0: it is not shown; and to draw it. */
int cs_nodes_panel_height(const struct cs_tui *tui);
void cs_nodes_draw_panel(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at);

/* What keys do to the selected one (view_nodes_act.c). */
void cs_nodes_reset(struct cs_tui *tui, int unused);
void cs_nodes_recover(struct cs_tui *tui, int unused);
void cs_nodes_plug(struct cs_tui *tui, int unused);
void cs_nodes_next_mode(struct cs_tui *tui, int unused);
void cs_nodes_show_error(struct cs_tui *tui, int unused);
void cs_nodes_why(struct cs_tui *tui, int unused);
#define CS_NODES_WORDS 3
extern const struct cs_word cs_nodes_words[CS_NODES_WORDS];

#endif
