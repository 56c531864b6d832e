/* SPDX-License-Identifier: MIT */
/* main_app.h - the program at work: a model and a screen on one event loop, whatever the host is.
 */
#ifndef CANSIM_TUI_MAIN_APP_H
#define CANSIM_TUI_MAIN_APP_H

#include <ev.h>

#include "scenarios/error.h"
#include "scenarios/grow.h"
#include "tui/config.h"
#include "tui/host_link.h"
#include "tui/host_log.h"
#include "tui/host_session.h"
#include "tui/main_again.h"
#include "tui/options.h"
#include "tui/tui.h"

struct app {
    struct ev_loop *loop;
    const struct cs_options *options;
    struct cs_session
        *session; /* NULL: it could not be made anew, a log is shown, or the host is elsewhere */
    struct cs_error error; /* why */
    struct cs_host_session host;
    struct cs_host_link *link; /* to it, else NULL */
    ev_io link_io;
    struct cs_host_log log;
    ev_idle load;        /* while there is more of it */
    ev_idle work;        /* while the model has something to do that takes long */
    unsigned work_rows;  /* of it at once */
    struct cs_grow grow; /* where it grows: what tells of more */
    struct cs_tui tui;
    struct cs_canvas canvas;
    struct cs_config config;
    ev_io input, output; /* output: only while the terminal has not taken all */
    ev_timer redraw, clock;
    ev_timer anew;             /* a window elsewhere wants the scenario to run again: */
    struct cs_scenario *ready; /* as it was read for that, NULL: read it */
    ev_signal winch, cont, stop, leave[3];
    ev_tstamp drawn_at, drawing_s;
    struct cs_editor editor;
    ev_timer editor_look; /* only while it runs */
    bool leaves;          /* somebody wants the program to end */
    uint32_t speed;       /* of the run, before somebody changed it */
    bool held;            /* the session stands still because the program is stopped */
    int status;
};

/* Something is to be drawn: when it is time. `ctx` is the struct app. */
void cs_app_wake(void *ctx);
void cs_app_changed(struct app *app);
/* Take the terminal, settings and what is remembered, and watch keys and signals. 0, or an exit
 * status, told on standard error. */
int cs_app_take_screen(struct app *app, const struct cs_options *options);
/* Stop, as the shell wants it, until it lets us go on; the screen has been left. */
void cs_app_stop(struct app *app);
/* The clock's second hand. */
void cs_app_on_clock(struct ev_loop *loop, ev_timer *timer, int events);
/* A session begins to run. */
void cs_app_begin_session(struct app *app);
/* Whoever has no terminal is told so: returns the exit status. */
int cs_app_no_terminal(void);

/* main_link.c: a window onto a host elsewhere. Returns an exit status. */
int cs_main_connected(const struct cs_options *options);

#endif
