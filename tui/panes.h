/* SPDX-License-Identifier: MIT */
/* panes.h - how the screen is divided among views; see cs_tui_panes() and what follows it. */
#ifndef CANSIM_TUI_PANES_H
#define CANSIM_TUI_PANES_H

#include "tui/tui.h"

/* What all panes have together: the screen without title, buses, tabs, detail and footer. */
struct cs_rect cs_tui_content(const struct cs_tui *tui);
/* A pane with the line of its title above it, where there is more than one. */
struct cs_rect cs_pane_outer(const struct cs_tui *tui, unsigned pane);
/* The pane at a place of the screen, -1 for none. */
int cs_pane_at(const struct cs_tui *tui, int x, int y);

/* layout.c: what is at a place of the screen's own lines: a tab's view, -1 for none; the key of
 * a binding in the footer, CS_KEY_NONE for none. */
int cs_tab_at(const struct cs_tui *tui, int x, int y);
int32_t cs_footer_at(const struct cs_tui *tui, int x, int y);

#endif
