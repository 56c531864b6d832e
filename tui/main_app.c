/* SPDX-License-Identifier: MIT */
/* main_app.c - a host, a model and a screen on one event loop.
 * The screen is drawn when the model has changed, at most FRAMES_PER_S times a second, and once a
 * second for the clock; where nothing happens no other timer runs. A screen that takes long to
 * draw, as one of few rows out of millions may, is drawn less often: the bus comes first. */
#include "tui/main_app.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "scenarios/expect.h"
#include "tui/main_again.h"
#include "tui/main_config.h"
#include "tui/main_edit.h"
#include "tui/main_dump.h"
#include "tui/picture.h"
#include "tui/screen.h"
#include "tui/view_signals.h"

#define FRAMES_PER_S 30.0
#define DRAWING_MOST 0.25 /* of the time */

#define WORKING_S     0.01
#define WORK_ROWS_MIN 4096u
#define WORK_ROWS_MAX (1u << 22)

void cs_app_wake(void *ctx)
{
    struct app *app = ctx;
    ev_tstamp pause = app->drawing_s / DRAWING_MOST;
    ev_tstamp delay;

    if (ev_is_active(&app->redraw) || app->editor.pid > 0)
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

void cs_app_changed(struct app *app)
{
    app->tui.dirty = true;
    cs_app_wake(app);
}

static void leave(struct app *app, int status)
{
    app->status = status;
    app->leaves = true;
    if (app->editor.pid <= 0 || status > 128) /* whoever edits may finish, unless a signal came */
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
        cs_app_wake(app);
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
    if (app->tui.more)
        ev_idle_start(loop, &app->work);
}

/* As much as takes WORKING_S: between keys, frames and pictures of the screen. */
static void on_work(struct ev_loop *loop, ev_idle *w, int revents)
{
    struct app *app = w->data;
    const ev_tstamp begun = ev_time();
    const bool more = cs_tui_work(&app->tui, app->work_rows);
    const ev_tstamp took = ev_time() - begun;

    (void)revents;
    if (took > WORKING_S * 1.5 && app->work_rows > WORK_ROWS_MIN)
        app->work_rows /= 2;
    else if (took < WORKING_S / 2 && app->work_rows < WORK_ROWS_MAX)
        app->work_rows *= 2;
    if (!more)
        ev_idle_stop(loop, w);
    cs_app_changed(app);
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

void cs_app_on_clock(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct app *app = w->data;

    (void)loop;
    (void)revents;
    if ((!app->tui.info.paused && !app->tui.info.finished && !app->tui.info.gone) ||
        (app->link && cs_host_link_pending(app->link)))
        cs_app_changed(app);
    else
        ev_timer_stop(loop, w);
}

/* ---- the scenario again ------------------------------------------------------------------------
 */

/* What cannot be read leaves the run as it is. */
/* The next run is as slow as the person made the one before, and stands still where that did. */
static void keep_pace(struct app *app, uint32_t speed, bool paused)
{
    if (speed != app->speed) {
        app->speed = cs_session_speed(app->session);
        cs_session_set_speed(app->session, speed);
    }
    if (paused)
        cs_session_pause(app->session, true);
    cs_tui_say(&app->tui, false,
               paused ? "from the start, paused: Space goes on, . n , step" : "from the start");
}

static void rerun(struct app *app)
{
    struct cs_session_config config = cs_main_config(app->options);
    const uint32_t speed = cs_session_speed(app->session);
    const bool paused =
        cs_session_paused(app->session) && !app->tui.info.pause[0] && !app->tui.info.finished;
    struct cs_errors errors = {0};

    app->tui.rerun = false;
    config.loaded = app->ready;
    app->ready = NULL;
    if (!config.loaded && cs_main_load(&config, &errors) != 0) {
        cs_app_tell_errors(app, &errors);
        return;
    }
    cs_host_session_fini(&app->host);
    cs_session_again(app->session);
    cs_session_destroy(app->session);
    app->host.feed = (struct cs_feed){.wake = cs_app_wake, .wake_ctx = app};
    app->host.finished = false;
    app->status = 0;
    app->session = cs_session_create(&config, app->loop, &app->error);
    if (!app->session) {
        leave(app, app->error.status);
    } else if (cs_tui_restart(&app->tui) < 0 ||
               cs_host_session_init(&app->host, app->session, &app->tui) < 0) {
        leave(app, 3);
    } else {
        keep_pace(app, speed, paused);
        cs_app_begin_session(app);
    }
}

static void on_anew(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    rerun(w->data);
}

/* A window elsewhere asks: it is told at once whether the file can be read. */
static int rerun_asked(void *ctx, char *why, size_t why_size)
{
    struct app *app = ctx;
    struct cs_session_config config = cs_main_config(app->options);
    char sentence[CS_ERROR_SENTENCE_MAX];
    struct cs_errors errors = {0};

    if (!config.scenario || !strcmp(config.scenario, "-")) {
        snprintf(why, why_size, "the host has no scenario that it could read again");
        return -1;
    }
    if (app->ready)
        return 0;
    if (cs_main_load(&config, &errors) != 0) {
        if (errors.n > 0)
            snprintf(why, why_size, "%s", cs_error_sentence(&errors.error[0], sentence));
        cs_errors_free(&errors);
        return -1;
    }
    app->ready = config.loaded;
    ev_timer_init(&app->anew, on_anew, 0, 0);
    app->anew.data = app;
    ev_timer_start(app->loop, &app->anew);
    return 0;
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

void cs_app_stop(struct app *app)
{
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
}

static void suspend(struct app *app)
{
    ev_io_stop(app->loop, &app->output);
    cs_screen_leave();
    cs_app_stop(app);
    cs_screen_return();
    cs_app_changed(app);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    struct app *app = w->data;

    (void)loop;
    (void)revents;
    if (app->editor.pid > 0 && w->signum != SIGINT && w->signum != SIGTERM && w->signum != SIGHUP) {
        ; /* the terminal is the editor's */
    } else if (w->signum == SIGTSTP) {
        suspend(app);
    } else if (w->signum == SIGCONT) {
        ev_io_stop(app->loop, &app->output);
        cs_screen_return();
        cs_app_changed(app);
    } else if (w->signum == SIGWINCH) {
        cs_screen_resized();
        cs_app_changed(app);
    } else {
        leave(app, w->signum == SIGINT ? 130 : 128 + w->signum);
    }
}

/* How the screen is drawn and heard is another now. */
static void choose(struct app *app)
{
    static const int most[] = {[CS_DEPTH_16] = 16, [CS_DEPTH_256] = 256, [CS_DEPTH_TRUE] = 1 << 24};
    const struct cs_tui_choice *choice = &app->tui.choice;
    const int colours = cs_screen_set_colours(choice->depth);

    app->tui.chosen = false;
    app->canvas.ascii = app->options->ascii || choice->ascii || cs_screen_is_ascii();
    app->config.forget = choice->forget;
    cs_screen_set_mouse(!choice->no_mouse);
    if (choice->depth >= CS_DEPTH_16 && colours < most[choice->depth])
        cs_tui_say(&app->tui, false, "this terminal tells of %d colours: those are used", colours);
    else if (!choice->ascii && cs_screen_is_ascii() && app->tui.overlay == CS_OVERLAY_SETUP)
        cs_tui_say(&app->tui, false, "the locale (LC_ALL, LANG) has ASCII only: that is drawn");
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
        } else if (key == CS_KEY_PASTE) {
            cs_tui_paste(&app->tui, cs_screen_pasted());
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
    if (app->tui.memory.forget)
        cs_main_config_forget();
    if (app->tui.chosen)
        choose(app);
    if (app->tui.keep)
        cs_main_config_keep(app->options, true, &app->tui);
    if (app->tui.edit)
        cs_app_edit(app);
    if (app->tui.rerun)
        rerun(app);
    if (!ev_is_active(&app->clock))
        ev_timer_again(loop, &app->clock);
    cs_app_wake(app);
}

/* Whoever looks at the screen lets it go on. */
static bool on_pause(void *ctx, const char *text)
{
    (void)text;
    cs_app_changed(ctx);
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
    cs_app_wake(app);
}

/* ---- start ----------------------------------------------------------------------------------- */

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
    ev_idle_init(&app->work, on_work);
    app->work.data = app;
    app->work_rows = CS_TUI_WORK_ROWS;
    ev_timer_init(&app->clock, cs_app_on_clock, 1, 1);
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

void cs_app_begin_session(struct app *app)
{
    const struct cs_options *options = app->options;
    unsigned said = 0;
    char why[256];

    while (cs_session_said(app->session, said) != NULL)
        said++;
    while (said > 0) /* the first stays in sight, the others are among the messages */
        cs_tui_say(&app->tui, false, "%s", cs_session_said(app->session, --said));
    cs_session_on_pause(app->session, on_pause, app);
    cs_session_on_rerun(app->session, rerun_asked, app);
    cs_session_start(app->session, finished, app);
    if (options->n_plots > 0 &&
        cs_signals_start(&app->tui, options->plots, options->n_plots, why, sizeof why))
        cs_tui_say(&app->tui, true, "--plot: %.140s", why);
    cs_app_changed(app);
}

/* 0, or an exit status, told on standard error. */
int cs_app_take_screen(struct app *app, const struct cs_options *options)
{
    char why[256];

    app->options = options;
    cs_screen_set_mouse(!app->config.no_mouse);
    if (cs_screen_open(why, sizeof why) < 0) {
        fprintf(stderr, "cansim-tui: %s\n", why);
        return 2;
    }
    fit(app); /* panes need to know their room */
    cs_main_config_apply(options, &app->config, true, &app->tui);
    choose(app);
    start_watchers(app);
    return 0;
}

/* Before anything is opened: whoever has no terminal is told so, and nothing else happens. */
int cs_app_no_terminal(void)
{
    char why[256];

    cs_screen_open(why, sizeof why);
    fprintf(stderr, "cansim-tui: %s\n", why);
    return 2;
}
