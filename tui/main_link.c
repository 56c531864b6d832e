/* SPDX-License-Identifier: MIT */
/* main_link.c - a window onto a host elsewhere. */
#include <stdio.h>
#include <unistd.h>

#include "tui/main_app.h"
#include "tui/main_config.h"
#include "tui/main_dump.h"
#include "tui/screen.h"
#include "tui/view_signals.h"

/* ---- a host elsewhere ------------------------------------------------------------------------ */

static void on_link(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    cs_host_link_read(((struct app *)w->data)->link);
}

/* Another connection, or none. */
static void link_moved(void *ctx)
{
    struct app *app = ctx;

    ev_io_stop(app->loop, &app->link_io);
    if (cs_host_link_fd(app->link) < 0)
        return;
    ev_io_set(&app->link_io, cs_host_link_fd(app->link), EV_READ);
    ev_io_start(app->loop, &app->link_io);
}

static void link_wakes(void *ctx)
{
    struct app *app = ctx;

    if (!ev_is_active(&app->clock))
        ev_timer_again(app->loop, &app->clock);
    cs_app_wake(app);
}

static int watch(struct app *app, const struct cs_options *options)
{
    char why[512];

    app->link->wake = link_wakes;
    app->link->moved = link_moved;
    app->link->ctx = app;
    ev_io_init(&app->link_io, on_link, -1, EV_READ);
    ev_timer_init(&app->clock, cs_app_on_clock, 1, 1);
    app->link_io.data = app->clock.data = app;
    if (cs_host_link_open(app->link, &app->tui, options->connect, why, sizeof why) != 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return app->link->error.text[0] ? app->link->error.status : 3;
    }
    const int status = cs_app_take_screen(app, options);
    if (status != 0)
        return status;
    if (options->n_plots > 0 &&
        cs_signals_start(&app->tui, options->plots, options->n_plots, why, sizeof why))
        cs_tui_say(&app->tui, true, "--plot: %.140s", why);
    cs_app_changed(app);
    ev_run(app->loop, 0);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return app->status;
}

struct cs_host_link_config cs_main_link_config(const struct cs_options *o)
{
    return (struct cs_host_link_config){
        .plugins = &o->plugins, .as = o->as, .eds = o->eds, .n_eds = o->n_eds};
}

int cs_main_connected(const struct cs_options *options)
{
    struct cs_host_link link = {.host = {&cs_host_link_ops, &link},
                                .config = cs_main_link_config(options)};
    struct app app = {.options = options, .link = &link};
    int status = cs_main_config_read(options, true, &app.config);

    if (status != 0)
        return status;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return cs_app_no_terminal();
    app.loop = ev_loop_new(EVFLAG_AUTO);
    if (!app.loop || cs_main_config_init(options, &app.config, &link.host, &app.tui) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    status = watch(&app, options);
    cs_host_link_close(&link);
    cs_tui_fini(&app.tui);
    cs_canvas_fini(&app.canvas);
    ev_loop_destroy(app.loop);
    return status;
}
