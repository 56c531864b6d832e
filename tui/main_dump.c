/* SPDX-License-Identifier: MIT */
/* main_dump.c - the same model and the same views as on a terminal; only time is virtual, so that
 * the screen is the same on every run. */
#include "tui/main_dump.h"

#include <ev.h>
#include <poll.h>
#include <stdio.h>

#include "scenarios/wall.h"
#include "tui/canvas.h"
#include "tui/host_link.h"
#include "tui/host_session.h"
#include "tui/main_config.h"
#include "tui/main_log.h"
#include "tui/picture.h"
#include "tui/svg.h"
#include "tui/tui.h"
#include "tui/view_signals.h"

struct dump {
    struct ev_loop *loop;
    struct cs_host_session host;
    struct cs_host_link *link; /* a host elsewhere, else NULL */
    struct cs_host_log log;
    struct cs_tui tui;
    struct cs_canvas canvas;
    struct cs_config config;
    int status;
};

static void finished(void *ctx, int status)
{
    struct dump *dump = ctx;

    dump->status = status;
    dump->host.finished = true;
    ev_break(dump->loop, EVBREAK_ALL);
}

static void bring_up_to_date(struct dump *dump)
{
    cs_tui_refresh(&dump->tui);
    if (!dump->link)
        return;
    /* A question may be under way already, then comes the one for this view. */
    for (int i = 0; i < 3 && dump->link->monitor; i++) {
        cs_host_link_settle(dump->link, 2000);
        dump->link->asked_ns = 0;
        cs_tui_refresh(&dump->tui);
    }
    cs_host_link_settle(dump->link, 2000);
}

static int write_screen(struct dump *dump, const struct cs_options *options)
{
    const char *keys = options->keys ? options->keys : "";
    int32_t key;
    int error;

    cs_tui_resize(&dump->tui, options->width, options->height);
    cs_main_config_apply(options, &dump->config, false, &dump->tui);
    bring_up_to_date(dump);
    while ((key = cs_key_script_next(&keys)) > 0) {
        cs_tui_key(&dump->tui, key);
        bring_up_to_date(dump);
    }
    while (dump->tui.more)
        cs_tui_refresh(&dump->tui);
    cs_tui_draw(&dump->tui, &dump->canvas);
    if (options->screenshot) {
        char why[400];
        if (cs_picture_write(&dump->canvas, dump->tui.theme, dump->tui.info.title,
                             options->screenshot, why, sizeof why) == 0)
            return 0;
        fprintf(stderr, "cansim-tui: %s\n", why);
        return 3;
    }
    if (options->dump == CS_DUMP_SVG)
        error = cs_svg_write(&dump->canvas, dump->tui.theme, dump->tui.info.title, stdout);
    else
        error = cs_canvas_write_text(&dump->canvas, stdout);
    if (error || fflush(stdout)) {
        fprintf(stderr, "cansim-tui: standard output: cannot be written\n");
        return 3;
    }
    return 0;
}

static int run(struct dump *dump, const struct cs_options *options, struct cs_session *session)
{
    char why[200];

    if (cs_host_session_init(&dump->host, session, &dump->tui) < 0) {
        fprintf(stderr, "cansim-tui: no room for one more observer\n");
        return 3;
    }
    cs_session_start(session, finished, dump);
    if (cs_signals_start(&dump->tui, options->plots, options->n_plots, why, sizeof why)) {
        fprintf(stderr, "cansim-tui: --plot: %s\n", why);
        return 2;
    }
    if (!dump->host.finished)
        ev_run(dump->loop, 0);
    if (dump->status > 1) {
        fprintf(stderr, "cansim-tui: %s\n", cs_session_error(session));
        return dump->status;
    }
    return write_screen(dump, options);
}

static int run_log(struct dump *dump, const struct cs_options *options)
{
    while (cs_host_log_load(&dump->log, 10000))
        ;
    return write_screen(dump, options);
}

int cs_main_dump(const struct cs_options *options)
{
    struct cs_session_config config = cs_main_config(options);
    struct dump dump = {.host.still = true};
    struct cs_session *session;
    struct cs_error error;
    char sentence[CS_ERROR_SENTENCE_MAX];
    int status;

    status = cs_main_config_read(options, false, &dump.config);
    if (status != 0)
        return status;
    config.serve = false;
    config.fast = true;
    config.speed_permille = 0;
    config.duration_ps = options->at_ps;
    config.tui = false;
    dump.host.host = (struct cs_host){&cs_host_session_ops, &dump.host};
    dump.canvas.ascii = options->ascii || dump.config.ascii;
    dump.loop = ev_loop_new(EVFLAG_AUTO);
    if (!dump.loop || cs_canvas_resize(&dump.canvas, options->width, options->height) < 0 ||
        cs_tui_init(&dump.tui, &dump.host.host, options->rows) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    if (options->history)
        cs_tui_ring_limit(&dump.tui.ring, options->history);
    const int log = cs_main_log_open(&dump.log, options, &dump.tui, &error);
    session = log == 0 ? cs_session_create(&config, dump.loop, &error) : NULL;
    if (log > 0) {
        status = run_log(&dump, options);
    } else if (session) {
        status = run(&dump, options, session);
        cs_host_session_fini(&dump.host);
        cs_session_destroy(session);
    } else {
        fprintf(stderr, "cansim-tui: %s\n", cs_error_sentence(&error, sentence));
        status = error.status;
    }
    cs_host_log_close(&dump.log);
    cs_tui_fini(&dump.tui);
    cs_canvas_fini(&dump.canvas);
    ev_loop_destroy(dump.loop);
    return status;
}

/* ---- a host elsewhere ------------------------------------------------------------------------ */

static int watch(struct dump *dump, const struct cs_options *options)
{
    const int64_t until_ms = cs_wall_ms() + options->at_ps / CS_PS_PER_MS;
    char why[512];
    int64_t left;

    if (cs_host_link_open(dump->link, &dump->tui, options->connect, why, sizeof why) != 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return dump->link->error.text[0] ? dump->link->error.status : 3;
    }
    if (cs_signals_start(&dump->tui, options->plots, options->n_plots, why, sizeof why)) {
        fprintf(stderr, "cansim-tui: --plot: %s\n", why);
        return 2;
    }
    while ((left = until_ms - cs_wall_ms()) > 0 && cs_host_link_fd(dump->link) >= 0) {
        struct pollfd pfd = {cs_host_link_fd(dump->link), POLLIN, 0};

        if (poll(&pfd, 1, (int)(left < 100 ? left : 100)) > 0)
            cs_host_link_read(dump->link);
    }
    return write_screen(dump, options);
}

int cs_main_dump_link(const struct cs_options *options)
{
    struct cs_host_link link = {.host = {&cs_host_link_ops, &link},
                                .config = cs_main_link_config(options)};
    struct dump dump = {.link = &link};
    int status;

    dump.canvas.ascii = options->ascii;
    if (cs_canvas_resize(&dump.canvas, options->width, options->height) < 0 ||
        cs_tui_init(&dump.tui, &link.host, options->rows) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    status = watch(&dump, options);
    cs_host_link_close(&link);
    cs_tui_fini(&dump.tui);
    cs_canvas_fini(&dump.canvas);
    return status;
}
