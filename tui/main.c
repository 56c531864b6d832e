/* SPDX-License-Identifier: MIT */
/* main.c - cansim-tui: a session, a model and a screen on one event loop.
 * The screen is drawn when the model has changed, at most FRAMES_PER_S times a second, and once a
 * second for the clock; where nothing happens no other timer runs. A screen that takes long to
 * draw, as one of few rows out of millions may, is drawn less often: the bus comes first. */
#include <ev.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/expect.h"
#include "tui/host_link.h"
#include "tui/host_session.h"
#include "tui/main_config.h"
#include "tui/main_again.h"
#include "tui/main_dump.h"
#include "tui/main_log.h"
#include "tui/picture.h"
#include "tui/screen.h"
#include "tui/tui.h"
#include "tui/view_signals.h"

#define FRAMES_PER_S 30.0
#define DRAWING_MOST 0.25 /* of the time */
#define LOADING_S    0.01 /* of a log at a time: keys wait no longer */

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
    ev_idle load; /* while there is more of it */
    struct cs_tui tui;
    struct cs_canvas canvas;
    struct cs_config config;
    ev_io input, output; /* output: only while the terminal has not taken all */
    ev_timer redraw, clock;
    ev_signal winch, cont, stop, leave[3];
    ev_tstamp drawn_at, drawing_s;
    bool held; /* the session stands still because the program is stopped */
    int status;
};

static void wake(void *ctx)
{
    struct app *app = ctx;
    ev_tstamp pause = app->drawing_s / DRAWING_MOST;
    ev_tstamp delay;

    if (ev_is_active(&app->redraw))
        return;
    if (pause < 1 / FRAMES_PER_S)
        pause = 1 / FRAMES_PER_S;
    if (pause > 1) /* as the clock does; or somebody set the wall clock while it was drawn */
        pause = 1;
    delay = app->drawn_at + pause - ev_now(app->loop);
    if (delay > pause) /* or set it back since */
        delay = pause;
    ev_timer_set(&app->redraw, delay > 0 ? delay : 0, 0);
    ev_timer_start(app->loop, &app->redraw);
}

static void changed(struct app *app)
{
    app->tui.dirty = true;
    wake(app);
}

static void leave(struct app *app, int status)
{
    app->status = status;
    ev_break(app->loop, EVBREAK_ALL);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void fit(struct app *app)
{
    int width, height;

    cs_screen_size(&width, &height);
    if (width == app->canvas.width && height == app->canvas.height)
        return;
    if (cs_canvas_resize(&app->canvas, width, height) == 0)
        cs_tui_resize(&app->tui, width, height);
}

/* Send what the terminal takes; wait for it where it does not take all. */
static void flush(struct app *app)
{
    bool done = cs_screen_flush();

    ev_io_stop(app->loop, &app->output);
    if (done || cs_screen_fd() < 0)
        return;
    ev_io_set(&app->output, cs_screen_fd(), EV_WRITE);
    ev_io_start(app->loop, &app->output);
}

static void on_output(struct ev_loop *loop, ev_io *w, int revents)
{
    struct app *app = w->data;

    (void)loop;
    (void)revents;
    flush(app);
    if (!ev_is_active(&app->output) && app->tui.dirty)
        wake(app);
}

static void on_redraw(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct app *app = w->data;
    ev_tstamp begun = ev_time();

    (void)revents;
    if (ev_is_active(&app->output))
        return; /* on_output() comes back here */
    fit(app);
    cs_tui_refresh(&app->tui);
    cs_tui_draw(&app->tui, &app->canvas);
    if (app->tui.repaint)
        cs_screen_repaint();
    app->tui.repaint = app->tui.dirty = false;
    app->drawn_at = ev_now(loop);
    app->tui.dirty |= !cs_screen_show(&app->canvas, app->tui.theme);
    flush(app);
    app->drawing_s = ev_time() - begun;
    if (app->tui.more) /* rows are left to be looked at */
        wake(app);
}

/* The screen as it is now, on request. */
static void take_picture(struct app *app)
{
    struct cs_tui *tui = &app->tui;
    char name[40], why[CS_TUI_MESSAGE_MAX];
    const char *path = tui->picture[0] ? tui->picture : cs_picture_free_name(name, sizeof name);

    tui->take_picture = false;
    fit(app);
    cs_tui_refresh(tui);
    tui->message[0] = '\0';
    cs_tui_draw(tui, &app->canvas);
    if (cs_picture_write(&app->canvas, tui->theme, tui->info.title, path, why, sizeof why) < 0)
        cs_tui_say(tui, true, "%s", why);
    else
        cs_tui_say(tui, false, "this screen is in %s", path);
}

static void on_clock(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct app *app = w->data;

    (void)loop;
    (void)revents;
    if ((!app->tui.info.paused && !app->tui.info.finished && !app->tui.info.gone) ||
        (app->link && cs_host_link_pending(app->link)))
        changed(app);
    else
        ev_timer_stop(loop, w);
}

/* ---- the scenario again ------------------------------------------------------------------------
 */

static void begin_session(struct app *app);

static void edit(struct app *app)
{
    struct cs_session_config config = cs_main_config(app->options);
    const bool paused = cs_session_paused(app->session);
    char why[CS_TUI_MESSAGE_MAX];

    ev_io_stop(app->loop, &app->output);
    cs_screen_leave();
    if (!paused)
        cs_session_pause(app->session, true);
    int ret = cs_main_edit(app->tui.plan.file, app->tui.edit, why, sizeof why);
    ev_now_update(app->loop);
    if (!paused)
        cs_session_pause(app->session, false);
    cs_screen_return();
    app->tui.edit = 0;
    if (ret == 0)
        ret = cs_main_load(&config, why, sizeof why);
    cs_scenario_free(config.loaded);
    cs_tui_say(&app->tui, ret != 0, "%s", ret == 0 ? "the file can be read: R runs it" : why);
    changed(app);
}

/* What cannot be read leaves the run as it is. */
static void rerun(struct app *app)
{
    struct cs_session_config config = cs_main_config(app->options);
    char why[CS_TUI_MESSAGE_MAX];

    app->tui.rerun = false;
    if (cs_main_load(&config, why, sizeof why) != 0) {
        cs_tui_say(&app->tui, true, "%s", why);
        return;
    }
    cs_host_session_fini(&app->host);
    cs_session_destroy(app->session);
    app->host.feed = (struct cs_feed){.wake = wake, .wake_ctx = app};
    app->host.finished = false;
    app->status = 0;
    app->session = cs_session_create(&config, app->loop, &app->error);
    if (!app->session) {
        leave(app, app->error.status);
    } else if (cs_tui_restart(&app->tui) < 0 ||
               cs_host_session_init(&app->host, app->session, &app->tui) < 0) {
        leave(app, 3);
    } else {
        cs_tui_say(&app->tui, false, "from the start");
        begin_session(app);
    }
}

/* ---- signals and keys ------------------------------------------------------------------------ */

/* As long as the program is stopped; a host elsewhere runs on. */
static void hold(struct app *app, bool held)
{
    if (!app->session)
        return;
    if (held)
        cs_session_sync(app->session); /* the scenario may pause before now */
    if (held)
        app->held = !cs_session_paused(app->session);
    if (app->held)
        cs_session_pause(app->session, held);
}

static void suspend(struct app *app)
{
    ev_io_stop(app->loop, &app->output);
    cs_screen_leave();
    hold(app, true);
    ev_signal_stop(app->loop, &app->stop);
    ev_signal_stop(app->loop, &app->cont);
    signal(SIGTSTP, SIG_DFL);
    /* The whole job, as the terminal's driver would: the shell waits for all of it. */
    kill(0, SIGTSTP);
    ev_signal_start(app->loop, &app->stop);
    ev_signal_start(app->loop, &app->cont);
    ev_now_update(app->loop);
    hold(app, false);
    cs_screen_return();
    changed(app);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    struct app *app = w->data;

    (void)loop;
    (void)revents;
    if (w->signum == SIGTSTP) {
        suspend(app);
    } else if (w->signum == SIGCONT) {
        ev_io_stop(app->loop, &app->output);
        cs_screen_return();
        changed(app);
    } else if (w->signum == SIGWINCH) {
        cs_screen_resized();
        changed(app);
    } else {
        leave(app, w->signum == SIGINT ? 130 : 128 + w->signum);
    }
}

static void on_input(struct ev_loop *loop, ev_io *w, int revents)
{
    struct app *app = w->data;
    int32_t key, last = CS_KEY_NONE;
    bool any = false;

    (void)revents;
    while (!app->tui.quit && (key = cs_screen_key()) != CS_KEY_NONE) {
        if (key == CS_KEY_MOUSE) {
            struct cs_mouse mouse;
            cs_screen_mouse(&mouse);
            cs_tui_mouse(&app->tui, &mouse);
        } else {
            cs_tui_key(&app->tui, key);
        }
        last = key;
        any = true;
    }
    if (app->tui.quit)
        leave(app, last == CS_KEY_CTRL_C ? 130 : 0);
    else if (!any && cs_screen_gone())
        leave(app, 128 + SIGHUP);
    if (app->tui.take_picture)
        take_picture(app);
    if (app->tui.copy[0]) {
        cs_screen_copy(app->tui.copy);
        app->tui.copy[0] = '\0';
    }
    if (app->tui.suspend) {
        app->tui.suspend = false;
        suspend(app);
    }
    if (app->tui.edit)
        edit(app);
    if (app->tui.rerun)
        rerun(app);
    if (!ev_is_active(&app->clock))
        ev_timer_again(loop, &app->clock);
    wake(app);
}

/* Whoever looks at the screen lets it go on. */
static bool on_pause(void *ctx, const char *text)
{
    (void)text;
    changed(ctx);
    return true;
}

static void finished(void *ctx, int status)
{
    struct app *app = ctx;

    app->host.finished = true;
    if (status > 1) {
        leave(app, status);
        return;
    }
    app->status = status;
    const struct cs_expect *expect = cs_session_expect(app->session);
    unsigned n = cs_expect_count(expect), failed = cs_expect_failed(expect);
    if (n > 0)
        cs_tui_say(&app->tui, failed > 0,
                   "the scenario is over, %u of %u expectation%s failed; q quits", failed, n,
                   n == 1 ? "" : "s");
    else
        cs_tui_say(&app->tui, false, "the scenario is over; q quits");
    wake(app);
}

/* ---- a log ---------------------------------------------------------------------------------- */

/* Nothing else is to be done. */
static void on_load(struct ev_loop *loop, ev_idle *w, int revents)
{
    struct app *app = w->data;
    const ev_tstamp begun = ev_time();
    bool more;

    (void)revents;
    do
        more = cs_host_log_load(&app->log, 200);
    while (more && ev_time() - begun < LOADING_S && ev_time() >= begun);
    if (!more)
        ev_idle_stop(loop, w);
    changed(app);
}

/* ---- start and end --------------------------------------------------------------------------- */

struct cs_session_config cs_main_config(const struct cs_options *o)
{
    return (struct cs_session_config){
        .scenario = o->scenario,
        .buses = o->n_buses ? o->buses : NULL,
        .n_buses = o->n_buses,
        .serve = !o->no_link,
        .link = o->link,
        .control = o->control,
        .plugins = &o->plugins,
        .constants = &o->constants,
        .as = o->as,
        .eds = o->eds,
        .n_eds = o->n_eds,
        .log = o->log,
        .events = o->events,
        .record = o->record,
        .recording = true,
        .pages = true,
        .devices = o->devices,
        .n_devices = o->n_devices,
        .faults = o->faults,
        .n_faults = o->n_faults,
        .have_seed = o->have_seed,
        .seed = o->seed,
        .speed_permille = o->have_speed ? o->speed_permille : 0,
        .fast = o->have_speed && o->speed_permille == 0,
        .tui = true,
    };
}

static void watch_signal(struct app *app, ev_signal *w, int sign)
{
    ev_signal_init(w, on_signal, sign);
    w->data = app;
    ev_signal_start(app->loop, w);
}

static void start_watchers(struct app *app)
{
    ev_io_init(&app->input, on_input, STDIN_FILENO, EV_READ);
    ev_io_init(&app->output, on_output, STDOUT_FILENO, EV_WRITE);
    ev_timer_init(&app->redraw, on_redraw, 0, 0);
    ev_timer_init(&app->clock, on_clock, 1, 1);
    app->input.data = app->output.data = app->redraw.data = app->clock.data = app;
    ev_io_start(app->loop, &app->input);
    ev_timer_start(app->loop, &app->clock);
    watch_signal(app, &app->winch, SIGWINCH);
    watch_signal(app, &app->cont, SIGCONT);
    watch_signal(app, &app->stop, SIGTSTP);
    watch_signal(app, &app->leave[0], SIGINT);
    watch_signal(app, &app->leave[1], SIGTERM);
    watch_signal(app, &app->leave[2], SIGHUP);
}

static void begin_session(struct app *app)
{
    const struct cs_options *options = app->options;
    unsigned said = 0;
    char why[256];

    while (cs_session_said(app->session, said) != NULL)
        said++;
    while (said > 0) /* the first stays in sight, the others are among the messages */
        cs_tui_say(&app->tui, false, "%s", cs_session_said(app->session, --said));
    cs_session_on_pause(app->session, on_pause, app);
    cs_session_start(app->session, finished, app);
    if (options->n_plots > 0 &&
        cs_signals_start(&app->tui, options->plots, options->n_plots, why, sizeof why))
        cs_tui_say(&app->tui, true, "--plot: %.140s", why);
    changed(app);
}

/* Say what went wrong, now that there is somewhere to say it. Returns the exit status. */
static int end_session(struct app *app)
{
    const char *text = app->session ? cs_session_error(app->session) : NULL;
    struct cs_error error = app->error;
    char sentence[CS_ERROR_SENTENCE_MAX];

    if (text && *text) {
        fprintf(stderr, "cansim-tui: %s\n", text);
    } else if (!app->session || cs_session_close(app->session, &error) != 0) {
        fprintf(stderr, "cansim-tui: %s\n", cs_error_sentence(&error, sentence));
        return error.status;
    }
    cs_expect_tell(cs_session_expect(app->session), true, stderr);
    return app->status;
}

/* 0, or an exit status, told on standard error. */
static int take_screen(struct app *app, const struct cs_options *options)
{
    char why[256];

    if (app->config.no_mouse)
        cs_screen_no_mouse();
    if (cs_screen_open(why, sizeof why) < 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return 2;
    }
    app->canvas.ascii = options->ascii || app->config.ascii || cs_screen_is_ascii();
    fit(app); /* panes need to know their room */
    cs_main_config_apply(options, &app->config, true, &app->tui);
    start_watchers(app);
    return 0;
}

static int run_log(struct app *app, const struct cs_options *options)
{
    const int status = take_screen(app, options);
    if (status != 0)
        return status;
    ev_idle_init(&app->load, on_load);
    app->load.data = app;
    ev_idle_start(app->loop, &app->load);
    on_load(app->loop, &app->load, 0); /* the first screen has rows */
    ev_run(app->loop, 0);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return app->status;
}

static int run(struct app *app, const struct cs_options *options)
{
    int status;

    app->host.feed.wake = wake;
    app->host.feed.wake_ctx = app;
    if (cs_host_session_init(&app->host, app->session, &app->tui) < 0) {
        fprintf(stderr, "cansim-tui: no room for one more observer\n");
        return 3;
    }
    status = take_screen(app, options);
    if (status != 0)
        return status;
    begin_session(app);
    ev_run(app->loop, 0);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return end_session(app);
}

/* Before anything is opened: whoever has no terminal is told so, and nothing else happens. */
static int no_terminal(void)
{
    char why[256];

    cs_screen_open(why, sizeof why);
    fprintf(stderr, "cansim-tui: %s\n", why);
    return 2;
}

static int serve(const struct cs_options *options)
{
    struct cs_session_config config = cs_main_config(options);
    struct app app = {0};
    struct cs_error error;
    char sentence[CS_ERROR_SENTENCE_MAX];
    int status;

    status = cs_main_config_read(options, true, &app.config);
    if (status != 0)
        return status;
    /* Before anything is opened: whoever has no terminal is told so, and nothing else happens. */
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return no_terminal();
    app.options = options;
    app.host.host = (struct cs_host){&cs_host_session_ops, &app.host};
    app.loop = ev_loop_new(EVFLAG_AUTO);
    if (!app.loop || cs_tui_init(&app.tui, &app.host.host, options->rows) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    if (options->history)
        cs_tui_ring_limit(&app.tui.ring, options->history);
    const int log = cs_main_log_open(&app.log, options, &app.tui, &error);
    if (log == 0)
        app.session = cs_session_create(&config, app.loop, &error);
    if (log > 0) {
        status = run_log(&app, options);
    } else if (app.session) {
        status = run(&app, options);
        cs_host_session_fini(&app.host);
        cs_session_destroy(app.session);
    } else {
        fprintf(stderr, "cansim-tui: %s\n", cs_error_sentence(&error, sentence));
        status = error.status;
    }
    cs_host_log_close(&app.log);
    cs_tui_fini(&app.tui);
    cs_canvas_fini(&app.canvas);
    ev_loop_destroy(app.loop);
    return status;
}

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
    wake(app);
}

static int watch(struct app *app, const struct cs_options *options)
{
    char why[512];

    app->link->wake = link_wakes;
    app->link->moved = link_moved;
    app->link->ctx = app;
    ev_io_init(&app->link_io, on_link, -1, EV_READ);
    ev_timer_init(&app->clock, on_clock, 1, 1);
    app->link_io.data = app->clock.data = app;
    if (cs_host_link_open(app->link, &app->tui, options->connect, why, sizeof why) != 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return 3;
    }
    const int status = take_screen(app, options);
    if (status != 0)
        return status;
    changed(app);
    ev_run(app->loop, 0);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return app->status;
}

static int connected(const struct cs_options *options)
{
    struct cs_host_link link = {.host = {&cs_host_link_ops, &link}};
    struct app app = {.link = &link};
    int status = cs_main_config_read(options, true, &app.config);

    if (status != 0)
        return status;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return no_terminal();
    app.loop = ev_loop_new(EVFLAG_AUTO);
    if (!app.loop || cs_tui_init(&app.tui, &link.host, options->rows) < 0) {
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

int main(int argc, char **argv)
{
    struct cs_options options = {0};
    char why[512];

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_IGN);
    if (cs_options_parse(argc, argv, &options, why, sizeof why) < 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return 2;
    }
    if (options.help) {
        cs_options_help(stdout);
        return fflush(stdout) ? 3 : 0;
    }
    if (options.version) {
        printf("cansim-tui %s\n", CANSIM_VERSION);
        return fflush(stdout) ? 3 : 0;
    }
    if (options.dump || options.screenshot)
        return options.connect ? cs_main_dump_link(&options) : cs_main_dump(&options);
    return options.connect ? connected(&options) : serve(&options);
}
