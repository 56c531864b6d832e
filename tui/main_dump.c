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
#include "tui/script.h"
#include "tui/svg.h"
#include "tui/tui.h"
#include "tui/view_signals.h"

struct dump {
    const struct cs_options *options;
    struct ev_loop *loop;
    struct cs_host_session host;
    struct cs_host_link *link; /* a host elsewhere, else NULL */
    struct cs_host_log log;
    struct cs_tui tui;
    struct cs_canvas canvas;
    struct cs_config config;
    int status;
    struct cs_session *session; /* NULL: bus time is not ours to let go on */
    int64_t at_ps;              /* so far it has gone on */
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

/* ---- what is done before --------------------------------------------------------------------- */

static void held(void *ctx)
{
    struct dump *dump = ctx;

    dump->host.hold = true;
    ev_break(dump->loop, EVBREAK_ALL);
}

/* Until that bus time, or the end. */
static void run_until(struct dump *dump, int64_t at_ps)
{
    dump->at_ps = at_ps;
    if (dump->host.finished)
        return;
    dump->host.hold = false;
    cs_session_pause(dump->session, false);
    cs_session_pause_at(dump->session, at_ps, held, dump);
    ev_run(dump->loop, 0);
}

/* Of a host elsewhere: so much time of the clock on the wall. */
static void watch_for(struct dump *dump, int64_t span_ps)
{
    const int64_t until_ms = cs_wall_ms() + span_ps / CS_PS_PER_MS;
    int64_t left;

    while ((left = until_ms - cs_wall_ms()) > 0 && cs_host_link_fd(dump->link) >= 0) {
        struct pollfd pfd = {cs_host_link_fd(dump->link), POLLIN, 0};

        if (poll(&pfd, 1, (int)(left < 100 ? left : 100)) > 0)
            cs_host_link_read(dump->link);
    }
}

static void wait_for(struct dump *dump, int64_t span_ps)
{
    if (dump->link)
        watch_for(dump, span_ps);
    else if (dump->session && (dump->host.hold || !cs_session_paused(dump->session)))
        run_until(dump, dump->at_ps + span_ps);
}

/* A key finds what the one before asked for. */
static void finish(struct dump *dump)
{
    while (dump->tui.more)
        cs_tui_work(&dump->tui, 1u << 20);
}

static int take_picture(struct dump *dump, const char *path)
{
    char why[400];

    finish(dump);
    dump->canvas.ascii |= dump->tui.choice.ascii;
    cs_tui_draw(&dump->tui, &dump->canvas);
    if (cs_picture_write(&dump->canvas, dump->tui.theme, dump->tui.info.title, path, why,
                         sizeof why) == 0)
        return 0;
    fprintf(stderr, "cansim-tui: %s\n", why);
    return 3;
}

static void press(struct dump *dump, int32_t key)
{
    cs_tui_key(&dump->tui, key);
    if (dump->tui.keep)
        cs_main_config_keep(dump->options, false, &dump->tui);
}

static int play(struct dump *dump, const char *script)
{
    struct cs_script_step step;
    int status = 0;

    while (status == 0 && cs_script_next(&script, &step) > 0) {
        if (step.what == CS_SCRIPT_KEY)
            press(dump, step.key);
        else if (step.what == CS_SCRIPT_WAIT)
            wait_for(dump, step.wait_ps);
        else
            status = take_picture(dump, step.file);
        bring_up_to_date(dump);
    }
    return status;
}

/* How long it lets bus time go on. */
static int64_t length_of(const char *script)
{
    struct cs_script_step step;
    int64_t sum = 0;

    while (script && cs_script_next(&script, &step) > 0)
        if (step.what == CS_SCRIPT_WAIT)
            sum += step.wait_ps < CS_TIME_END - sum ? step.wait_ps : CS_TIME_END - sum;
    return sum;
}

static int write_screen(struct dump *dump, const struct cs_options *options)
{
    int error;

    cs_tui_resize(&dump->tui, options->width, options->height);
    cs_main_config_apply(options, &dump->config, false, &dump->tui);
    bring_up_to_date(dump);
    error = play(dump, options->keys ? options->keys : "");
    if (error)
        return error;
    if (options->screenshot)
        return take_picture(dump, options->screenshot);
    finish(dump);
    dump->canvas.ascii |= dump->tui.choice.ascii;
    cs_tui_draw(&dump->tui, &dump->canvas);
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
    dump->session = session;
    run_until(dump, options->at_ps);
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
    const int64_t waits = length_of(options->keys);
    struct cs_session_config config = cs_main_config(options);
    struct dump dump = {.options = options, .host.still = true};
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
    config.duration_ps =
        options->at_ps < CS_TIME_END - waits ? options->at_ps + waits : CS_TIME_END;
    config.tui = false;
    dump.host.decoding.plugins = &options->plugins;
    dump.host.host = (struct cs_host){&cs_host_session_ops, &dump.host};
    dump.canvas.ascii = options->ascii || dump.config.ascii;
    dump.loop = ev_loop_new(EVFLAG_AUTO);
    if (!dump.loop || cs_canvas_resize(&dump.canvas, options->width, options->height) < 0 ||
        cs_main_config_init(options, &dump.config, &dump.host.host, &dump.tui) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
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
    cs_decoding_fini(&dump.host.decoding);
    cs_host_log_close(&dump.log);
    cs_tui_fini(&dump.tui);
    cs_canvas_fini(&dump.canvas);
    ev_loop_destroy(dump.loop);
    return status;
}

/* ---- a host elsewhere ------------------------------------------------------------------------ */

static int watch(struct dump *dump, const struct cs_options *options)
{
    char why[512];

    if (cs_host_link_open(dump->link, &dump->tui, options->connect, why, sizeof why) != 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return dump->link->error.text[0] ? dump->link->error.status : 3;
    }
    if (cs_signals_start(&dump->tui, options->plots, options->n_plots, why, sizeof why)) {
        fprintf(stderr, "cansim-tui: --plot: %s\n", why);
        return 2;
    }
    watch_for(dump, options->at_ps);
    return write_screen(dump, options);
}

int cs_main_dump_link(const struct cs_options *options)
{
    struct cs_host_link link = {.host = {&cs_host_link_ops, &link},
                                .config = cs_main_link_config(options)};
    struct dump dump = {.options = options, .link = &link};
    int status;

    dump.canvas.ascii = options->ascii;
    if (cs_canvas_resize(&dump.canvas, options->width, options->height) < 0 ||
        cs_main_config_init(options, &dump.config, &link.host, &dump.tui) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    status = watch(&dump, options);
    cs_host_link_close(&link);
    cs_tui_fini(&dump.tui);
    cs_canvas_fini(&dump.canvas);
    return status;
}
