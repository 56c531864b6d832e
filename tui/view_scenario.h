/* SPDX-License-Identifier: MIT */
/* view_scenario.h - what the view's keys (view_scenario.c) and its pictures (view_scenario_draw.c)
 * share; nobody else includes it. */
#ifndef CANSIM_TUI_VIEW_SCENARIO_H
#define CANSIM_TUI_VIEW_SCENARIO_H

#include "tui/view.h"

/* The timeline, and what is expected and watched. */
enum { SIDE_TIME, SIDE_WATCH, SIDES };

struct scenario_state {
    struct cs_list list[SIDES]; /* sel: a row of the plan; top: a line on the screen */
    int side;                   /* with the cursor */
    bool picked;                /* by the user, else the present stays in sight */
    bool open;                  /* where the selected row is written is shown */
    int panel_top;
    int zoom;       /* of the line of time: half as much in sight each */
    unsigned lines; /* of what the open panel shows */
};

/* Where the parts are within the pane; height 0: not shown. */
struct scenario_places {
    struct cs_rect line;        /* of time */
    struct cs_rect side[SIDES]; /* with the line of their titles */
    struct cs_rect panel;
    bool columns; /* the sides are beside each other */
};

struct scenario_state *cs_scenario_state(const struct cs_tui *tui);
void cs_scenario_places(const struct cs_tui *tui, struct scenario_places *places);
/* Rows of a side; what is watched are those of all kinds but actions. */
unsigned cs_scenario_rows(const struct cs_tui *tui, int side);
const struct cs_plan_row *cs_scenario_row(const struct cs_tui *tui, int side, unsigned i);
/* Lines of a side: its rows, the line of the present, titles of kinds. And which of them a row is;
 * which row a line is, -1 for none. */
int cs_scenario_lines(const struct cs_tui *tui, int side);
int cs_scenario_line_of(const struct cs_tui *tui, int side, int row);
int cs_scenario_row_of(const struct cs_tui *tui, int side, int line);
/* The row with the cursor, NULL for none. */
const struct cs_plan_row *cs_scenario_selected(const struct cs_tui *tui);

/* Put the cursor there. */
void cs_scenario_select(struct cs_tui *tui, int side, int row);

/* The line of time (view_scenario_line.c): its height in a pane, 0: there is no room. */
int cs_scenario_line_height(const struct cs_tui *tui, struct cs_rect body);
void cs_scenario_line_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at);
void cs_scenario_line_mouse(struct cs_tui *tui, const struct cs_mouse *mouse, struct cs_rect at);
void cs_scenario_zoom(struct cs_tui *tui, int by);

void cs_scenario_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
/* What came of a row, in a few words; enum cs_style. */
uint8_t cs_scenario_outcome(const struct cs_tui *tui, const struct cs_plan_row *row, char *text,
                            size_t size);

#endif
