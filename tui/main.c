/* SPDX-License-Identifier: MIT */
/* main.c - cansim-tui: a session or a log, a model and a screen. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "scenarios/expect.h"
#include "tui/main_app.h"
#include "tui/main_config.h"
#include "tui/main_dump.h"
#include "tui/main_edit.h"
#include "tui/main_log.h"
#include "tui/screen.h"

#define LOADING_S 0.01 /* of a log at a time: keys wait no longer */

/* ---- a log ---------------------------------------------------------------------------------- */

static bool waits_for_pipe(const struct cs_host_log *log)
{
    return log->waiting && cs_input_is_pipe(log->input);
}

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
    cs_grow_pipe(&app->grow, waits_for_pipe(&app->log) ? cs_input_fd(app->log.input) : -1);
    if (app->tui.dirty)
        cs_app_wake(app);
}

static void on_more(void *ctx)
{
    struct app *app = ctx;

    ev_idle_start(app->loop, &app->load);
}

/* It is followed from now on, or no longer. */
static void on_grows(void *ctx)
{
    struct app *app = ctx;
    const struct cs_host_log *log = &app->log;
    const bool file = log->config.follow && !log->loaded && !cs_input_is_pipe(log->input);

    cs_grow_file(&app->grow, file ? log->config.path : NULL);
    cs_app_changed(app);
    if (!app->log.loaded)
        on_more(app);
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
        .watched = true,
    };
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

static int run_log(struct app *app, const struct cs_options *options)
{
    const int status = cs_app_take_screen(app, options);
    if (status != 0)
        return status;
    ev_idle_init(&app->load, on_load);
    app->load.data = app;
    cs_grow_init(&app->grow, app->loop, on_more, app);
    app->log.grows = on_grows;
    app->log.grows_ctx = app;
    on_grows(app);
    on_load(app->loop, &app->load, 0); /* the first screen has rows */
    ev_run(app->loop, 0);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return app->status;
}

static int run(struct app *app, const struct cs_options *options)
{
    int status;

    app->host.feed.wake = cs_app_wake;
    app->host.feed.wake_ctx = app;
    if (cs_host_session_init(&app->host, app->session, &app->tui) < 0) {
        fprintf(stderr, "cansim-tui: no room for one more observer\n");
        return 3;
    }
    status = cs_app_take_screen(app, options);
    if (status != 0)
        return status;
    app->speed = cs_session_speed(app->session);
    cs_app_begin_session(app);
    ev_run(app->loop, 0);
    cs_app_edit_end(app);
    cs_screen_close();
    cs_main_config_remember(options, &app->config, &app->tui);
    return end_session(app);
}

static int serve(struct cs_options *options)
{
    struct cs_session_config config = cs_main_config(options);
    struct app app = {0};
    struct cs_error error;
    char sentence[CS_ERROR_SENTENCE_MAX];
    int status;

    status = cs_main_config_read(options, true, &app.config);
    if (status != 0)
        return status;
    if (isatty(STDOUT_FILENO) && (status = cs_main_log_keyboard(options)) != 0)
        return status;
    /* Before anything is opened: whoever has no terminal is told so, and nothing else happens. */
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return cs_app_no_terminal();
    app.options = options;
    app.host.decoding.plugins = &options->plugins;
    app.host.host = (struct cs_host){&cs_host_session_ops, &app.host};
    app.loop = ev_loop_new(EVFLAG_AUTO);
    if (!app.loop || cs_main_config_init(options, &app.config, &app.host.host, &app.tui) < 0) {
        fprintf(stderr, "cansim-tui: not enough memory\n");
        return 3;
    }
    const int log = cs_main_log_open(&app.log, options, &app.tui, &error);
    if (log == 0)
        app.session = cs_session_create(&config, app.loop, &error);
    if (log > 0) {
        status = run_log(&app, options);
    } else if (app.session) {
        status = run(&app, options);
        cs_host_session_fini(&app.host);
        cs_scenario_free(app.ready);
        cs_session_destroy(app.session);
    } else {
        fprintf(stderr, "cansim-tui: %s\n", cs_error_sentence(&error, sentence));
        status = error.status;
    }
    cs_decoding_fini(&app.host.decoding);
    cs_host_log_close(&app.log);
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
    return options.connect ? cs_main_connected(&options) : serve(&options);
}
