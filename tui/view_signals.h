/* SPDX-License-Identifier: MIT */
/* view_signals.h - the parts of the view of signals: what it keeps, where things are, what draws
 * them, and the chooser. */
#ifndef CANSIM_TUI_VIEW_SIGNALS_H
#define CANSIM_TUI_VIEW_SIGNALS_H

#include "tui/tui.h"

#define CS_CHOICES 400

struct cs_choice {
    char text[96]; /* as cs_plot_parse() takes it */
    char help[64];
};

struct cs_signals_state {
    int sel, top; /* selected plot; first that is shown */
    bool overlaid;
    bool still; /* the window ends at end_ps, else now */
    int64_t end_ps, span_ps;
    struct {
        bool on;
        int64_t at_ps;
    } cursor[2];
    int moving; /* which cursor the arrows move; -1: none */

    struct cs_plot_column *columns; /* for drawing: two for each cell */

    struct cs_textfield field; /* of the chooser */
    struct cs_choice *choices; /* CS_CHOICES */
    struct cs_list list;
    int n_choices, more; /* more: that had no room */
};

/* Rows for a plot, or for all curves over one another (plot = -1). */
struct cs_lane {
    int plot, y, h;
};

struct cs_signals_place {
    int gutter;        /* cells left of the plots */
    struct cs_rect at; /* of the plots; the time axis is below */
    int64_t from_ps, span_ps, now_ps;
    struct cs_lane lane[CS_PLOTS_MAX];
    int n_lanes;
};

/* What is in sight of a plot; n = 0: no value came within the window. */
struct cs_signals_window {
    bool held; /* `first` held where it begins */
    double first, min, max, sum, now;
    bool any; /* min, max and now are something */
    uint64_t n;
};

struct cs_signals_state *cs_signals_state(const struct cs_tui *tui);
struct cs_signals_place cs_signals_place(const struct cs_tui *tui,
                                         const struct cs_signals_state *state);
/* The columns of a plot, two for each cell, and what is in sight. */
struct cs_signals_window cs_signals_look(const struct cs_plot *plot,
                                         const struct cs_signals_place *place,
                                         struct cs_plot_column *columns);
/* The scale that a curve is drawn with. */
void cs_signals_scale(const struct cs_plot *plot, const struct cs_signals_window *window, int rows,
                      double *low, double *high);

/* Pieces of a lane, into `at`. */
void cs_signals_curve(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at, double low, double high);
void cs_signals_steps(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at);
void cs_signals_bands(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at);

void cs_signals_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
void cs_signals_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y);

/* "12.5 rpm", a word, "?" where there is none. */
char *cs_signals_value(const struct cs_plot *plot, bool any, double value, char *text, size_t size);
/* A span as people say it: "500 ms", "5 s", "2 min". */
char *cs_signals_span(int64_t span_ps, char *text, size_t size);

/* Between runs (plot_memory.c). */
void cs_signals_remember(const struct cs_tui *tui, const struct cs_memory_out *out);
int cs_signals_recall(struct cs_tui *tui, const char *name, const char *text);

/* Plots from the start of a session. 0, or -1 with one sentence. */
int cs_signals_start(struct cs_tui *tui, const char *const *texts, unsigned n, char *why,
                     size_t why_size);
/* Add what a text says, and tell. 0, or -1 with one sentence in `why`. */
int cs_signals_plot(struct cs_tui *tui, const char *text, char *why, size_t why_size);
void cs_signals_choose(struct cs_tui *tui, int unused);
/* Behind ":plot". */
void cs_signals_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers);

#endif
