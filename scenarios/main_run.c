/* SPDX-License-Identifier: MIT */
/* cansim run and cansim serve: a session, a loop, signals, and what is said on the terminal. */
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/decode.h"
#include "scenarios/expect.h"
#include "scenarios/choose.h"
#include "scenarios/log.h"
#include "scenarios/main.h"
#include "scenarios/main_report.h"
#include "scenarios/wall.h"
#include "simcore/fault.h"
#include "simcore/units.h"

#define PROGRESS_S 0.25

struct host {
    struct ev_loop *loop;
    struct cs_session *session;
    const struct cs_args *args;
    const struct cs_main_console *console; /* NULL: none */
    struct cs_trace trace;                 /* log.out.fd < 0: none */
    ev_timer progress;
    bool progress_shown;
    struct cs_main_programs programs;
    struct cs_main_pause pause;
    bool interrupted;
    bool failed;
    int status;
    struct cs_error error;
    int64_t started_ns;
};

/* Signals end the run in order, the first time; a second one finds its default action again, for
 * whoever waits on a pipe that nobody reads. */
static ev_async signal_async;
static struct ev_loop *signal_loop;

static void on_signal(int number)
{
    (void)number;
    ev_async_send(signal_loop, &signal_async);
}

static void on_interrupt(struct ev_loop *loop, ev_async *async, int events)
{
    struct host *host = async->data;

    (void)events;
    host->interrupted = true;
    cs_session_sync(host->session); /* what was due before the signal is part of the logs */
    ev_break(loop, EVBREAK_ALL);
}

static void catch_signals(struct host *host)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, old;

    signal_loop = host->loop;
    ev_async_init(&signal_async, on_interrupt);
    signal_async.data = host;
    ev_async_start(host->loop, &signal_async);
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        /* nohup wants SIGHUP to stay ignored; SIGINT is ignored in a script's background jobs as
         * well, where somebody who sends it means it. */
        if (numbers[i] == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        sigaction(numbers[i], &action, NULL);
    }
}

static void on_finished(void *ctx, int status)
{
    struct host *host = ctx;

    ev_break(host->loop, EVBREAK_ALL);
    if (host->failed)
        return; /* the trace, before */
    host->failed = cs_session_failed(host->session);
    host->status = status;
    host->error.status = status;
    snprintf(host->error.text, sizeof(host->error.text), "%s", cs_session_error(host->session));
}

/* ---- progress ---------------------------------------------------------------------------- */

static void put_load(FILE *to, unsigned permille)
{
    fprintf(to, "%u.%u %%", permille / 10, permille % 10);
}

static void clear_progress(struct host *host)
{
    if (host->progress_shown)
        fputs("\r\033[K", stderr);
    host->progress_shown = false;
}

static void before_programs(void *ctx)
{
    clear_progress(ctx);
}

/* What it is about is to be seen. */
static void before_pause(void *ctx)
{
    struct host *host = ctx;

    if (host->trace.log.out.fd >= 0)
        cs_out_flush(&host->trace.log.out);
    clear_progress(host);
}

static void show_progress(struct host *host)
{
    struct cs_sim *sim = cs_session_sim(host->session);
    int64_t now = cs_sim_now_ps(sim) / (CS_PS_PER_S / 10);
    int64_t end = cs_session_duration_ps(host->session) / (CS_PS_PER_S / 10);

    fprintf(stderr, "\r%lld.%lld s", (long long)(now / 10), (long long)(now % 10));
    if (end > 0)
        fprintf(stderr, " of %lld.%lld s", (long long)(end / 10), (long long)(end % 10));
    for (unsigned i = 0; i < cs_sim_bus_count(sim) && i < 2; i++) {
        struct cs_stats_bus stats;
        cs_stats_bus(cs_session_stats(host->session), i, &stats);
        fprintf(stderr, "  %s: %llu frames, ", cs_bus_name(cs_sim_bus(sim, i)),
                (unsigned long long)stats.frames);
        put_load(stderr, stats.load_permille);
    }
    fputs("\033[K", stderr);
    host->progress_shown = true;
}

static void on_progress(struct ev_loop *loop, ev_timer *timer, int events)
{
    const struct host *host = timer->data;

    (void)loop;
    (void)events;
    if (!cs_session_paused(host->session))
        show_progress(timer->data);
}

/* ---- what is said before and after ------------------------------------------------------- */

/* What is odd about nodes. */
static void say_said(const struct host *host)
{
    const char *text;

    for (unsigned i = 0; (text = cs_session_said(host->session, i)) != NULL; i++)
        fprintf(stderr, "cansim: %s\n", text);
}

static void say_where(const struct host *host)
{
    const char *address = cs_session_link(host->session);
    const char *bus = cs_bus_name(cs_sim_bus(cs_session_sim(host->session), 0));
    char names[200];

    if (host->args->quiet)
        return;
    say_said(host);
    if (address != NULL) {
        fprintf(stderr, "cansim: serving %s; join with:\n", address);
        fprintf(stderr, "  cansim-attach --link %s -- candump %s\n", address, bus);
    }
    cs_main_say_devices(host->session);
    cs_main_say_guests(host->session);
    if (cs_session_waiting(host->session, names, sizeof(names)) > 0)
        fprintf(stderr, "cansim: the clock starts when they have joined: %s\n", names);
}

/* Only what somebody would want to know of. */
static void say_link_troubles(const struct host *host)
{
    struct cs_session_link_counts n;

    cs_session_link_counts(host->session, &n);
    if (n.protocol_errors + n.refused + n.lost > 0)
        fprintf(stderr,
                "link: %llu client%s joined, %llu turned away, %llu broke the protocol, "
                "%llu message%s lost to slow clients\n",
                (unsigned long long)n.joined, n.joined == 1 ? "" : "s",
                (unsigned long long)n.refused, (unsigned long long)n.protocol_errors,
                (unsigned long long)n.lost, n.lost == 1 ? "" : "s");
}

/* What was meant to happen on this bus and did not. */
static void say_faults(struct cs_bus *bus)
{
    struct cs_fault_status fault;
    char text[CS_FAULT_TEXT_MAX];

    for (unsigned i = 0; cs_fault_look(bus, i, &fault); i++) {
        if (fault.fired == 0) {
            cs_fault_format(&fault.spec, text);
            fprintf(stderr, "%s: fault %d never fired: %s\n", cs_bus_name(bus), fault.id, text);
        }
    }
    if (cs_bus_lost(bus) > 0)
        fprintf(stderr, "%s: %llu pulses or edges lost, more at a time than a bus can hold\n",
                cs_bus_name(bus), (unsigned long long)cs_bus_lost(bus));
}

/* Frames of recordings that were not sent when they were to be, or not passed on by gateways. */
static void say_unsent(const struct host *host)
{
    char text[300];

    for (unsigned i = 0; cs_session_unsent(host->session, i, text, sizeof(text)) != NULL; i++)
        fprintf(stderr, "%s\n", text);
}

static void say_summary(const struct host *host)
{
    struct cs_sim *sim = cs_session_sim(host->session);
    const int64_t wall_ms = (cs_wall_ns() - host->started_ns) / 1000000;
    char time[40];

    for (unsigned i = 0; i < cs_sim_bus_count(sim); i++) {
        struct cs_stats_bus s;
        cs_stats_bus(cs_session_stats(host->session), i, &s);
        fprintf(stderr, "%s: %llu frame%s, load ", cs_bus_name(cs_sim_bus(sim, i)),
                (unsigned long long)s.frames, s.frames == 1 ? "" : "s");
        put_load(stderr, s.load_total_permille);
        fprintf(stderr, ", %llu error frame%s, arbitration lost %llu time%s\n",
                (unsigned long long)s.error_frames, s.error_frames == 1 ? "" : "s",
                (unsigned long long)s.arb_lost, s.arb_lost == 1 ? "" : "s");
        say_faults(cs_sim_bus(sim, i));
    }
    say_unsent(host);
    if (cs_session_stuck(host->session))
        fprintf(stderr, "ended, as nobody acknowledges the frames that are left; "
                        "give a duration, or add a node that listens\n");
    say_link_troubles(host);
    cs_main_say_programs(&host->programs);
    int64_t ps = cs_sim_now_ps(sim); /* what is long is told to the millisecond */
    cs_units_format_time(ps < CS_PS_PER_S ? ps : ps - ps % CS_PS_PER_MS, time, sizeof(time));
    fprintf(stderr, "%s of bus time in %lld.%03lld s\n", time, (long long)(wall_ms / 1000),
            (long long)(wall_ms % 1000));
    int64_t lag_ms = cs_session_lag_ns(host->session) / 1000000;
    if (lag_ms > 1000)
        fprintf(stderr, "bus time was late by up to %lld.%03lld s: the machine was too slow\n",
                (long long)(lag_ms / 1000), (long long)(lag_ms % 1000));
}

/* ---- the trace --------------------------------------------------------------------------- */

static void on_trace_failed(void *ctx, struct cs_out *out)
{
    struct host *host = ctx;

    host->failed = true;
    cs_out_explain(out, &host->error);
    host->status = host->error.status;
    ev_break(host->loop, EVBREAK_ALL);
}

static int open_trace(struct host *host)
{
    const struct cs_args *args = host->args;

    host->trace.log.out.fd = -1;
    if (args->quiet || args->log != NULL || args->events != NULL || args->explain != NULL ||
        args->vcd != NULL || args->decoded != NULL || args->pcapng != NULL ||
        cs_main_reports_to_stdout(args))
        return args->query == NULL
                   ? 0
                   : cs_error_set(&host->error, CS_STATUS_INPUT,
                                  "--filter: must have the trace on standard "
                                  "output, which other outputs and --quiet leave out");
    if (cs_out_open(&host->trace.log.out, "-", host->loop, &host->error) != 0)
        return -1;
    if (args->query != NULL &&
        (host->trace.filter = cs_choose_create(args->query, NULL, &host->error)) == NULL)
        return -1;
    host->trace.log.sim = cs_session_sim(host->session);
    host->trace.log.out.failed = on_trace_failed;
    host->trace.log.out.ctx = host;
    host->trace.color = cs_main_color(STDOUT_FILENO);
    host->trace.live = cs_session_live(host->session);
    if (host->trace.live != NULL)
        cs_live_listen(cs_session_live(host->session), cs_log_trace_live, &host->trace);
    cs_sim_observe(host->trace.log.sim, cs_log_trace, &host->trace);
    return 0;
}

static void close_trace(struct host *host)
{
    struct cs_out *out = &host->trace.log.out;

    if (out->fd < 0)
        return;
    cs_sim_unobserve(host->trace.log.sim, cs_log_trace, &host->trace);
    cs_log_trace_end(&host->trace);
    cs_out_close(out); /* an error reaches on_trace_failed() */
    cs_out_discard(out);
    cs_choose_free(host->trace.filter);
}

static bool stdout_is_taken(const struct cs_args *args)
{
    const char *const paths[] = {args->log,     args->events, args->pcapng,
                                 args->explain, args->vcd,    args->decoded};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (paths[i] != NULL && strcmp(paths[i], "-") == 0)
            return true;
    }
    return false;
}

/* A line that is drawn anew four times a second; where the terminal shows frames it would only be
 * in the way, and a host that serves has nothing to progress towards. */
static void start_progress(struct host *host, bool serve)
{
    bool frames_shown =
        isatty(STDOUT_FILENO) && (host->trace.log.out.fd >= 0 || stdout_is_taken(host->args));

    ev_timer_init(&host->progress, on_progress, PROGRESS_S, PROGRESS_S);
    host->progress.data = host;
    if (!host->args->quiet && !serve && !frames_shown && isatty(STDERR_FILENO))
        ev_timer_start(host->loop, &host->progress);
}

static int complain(const struct host *host)
{
    if (host->console != NULL && host->console->error != NULL)
        host->console->error(host->console->ctx, &host->error);
    return cs_main_complain(&host->error);
}

/* ---- running ----------------------------------------------------------------------------- */

static int finish(struct host *host)
{
    struct cs_error error = {.status = CS_STATUS_OK};

    ev_timer_stop(host->loop, &host->progress);
    cs_main_end_pauses(&host->pause);
    clear_progress(host);
    if (!host->args->quiet) /* closing ends the devices */
        cs_main_say_device_troubles(host->session);
    host->programs.over = true;
    if (cs_session_close(host->session, &error) != 0 && host->error.text[0] == '\0' &&
        (host->status == CS_STATUS_OK || host->status == CS_STATUS_EXPECTATION)) {
        host->error = error;
        host->status = error.status;
        host->failed = true;
    }
    close_trace(host);
    cs_expect_tell(cs_session_expect(host->session), host->args->quiet, stderr);
    if (!host->args->quiet && !host->failed)
        say_summary(host);
    if (host->error.text[0] != '\0')
        complain(host);
    if (host->status == CS_STATUS_OK && host->interrupted)
        host->status = cs_expect_failed(cs_session_expect(host->session)) > 0
                           ? CS_STATUS_EXPECTATION
                           : CS_STATUS_INTERRUPTED;
    return host->status;
}

int cs_main_host(const struct cs_args *args, const struct cs_session_config *config,
                 const struct cs_main_console *console)
{
    struct host host;
    int status;

    memset(&host, 0, sizeof(host));
    host.args = args;
    host.console = console;
    host.trace.log.out.fd = -1;
    host.loop = ev_loop_new(EVFLAG_AUTO);
    if (host.loop == NULL) {
        cs_error_set(&host.error, CS_STATUS_ENVIRONMENT, "the event loop cannot be created");
        return cs_main_complain(&host.error);
    }
    host.started_ns = cs_wall_ns();
    catch_signals(&host);
    host.session = cs_session_create(config, host.loop, &host.error);
    if (host.session == NULL || (!config->serve && open_trace(&host) != 0)) {
        status = complain(&host);
    } else {
        say_where(&host);
        start_progress(&host, config->serve);
        host.programs = (struct cs_main_programs){.before = before_programs, .ctx = &host};
        host.pause = (struct cs_main_pause){
            .session = host.session, .loop = host.loop, .before = before_pause, .ctx = &host};
        if (!args->quiet) {
            cs_main_tell_programs(&host.programs, host.session);
            cs_main_take_pauses(&host.pause);
        }
        if (console != NULL)
            console->begin(console->ctx, host.session, host.loop);
        cs_session_start(host.session, on_finished, &host);
        ev_run(host.loop, 0);
        if (console != NULL)
            console->end(console->ctx);
        status = finish(&host);
    }
    cs_session_destroy(host.session);
    ev_loop_destroy(host.loop);
    return status;
}

/* What the filter asks for can be that which a decoder says. */
static bool asks_decoder(const struct cs_args *args)
{
    struct cs_query query = {.n = 0};
    char why[400];

    return args->query != NULL && cs_query_parse(args->query, &query, why, sizeof(why)) == 0 &&
           query.asks_said;
}

void cs_main_common_config(const struct cs_args *args, struct cs_session_config *config)
{
    memset(config, 0, sizeof(*config));
    config->link = args->link;
    config->control = args->control;
    config->plugins = &args->plugins;
    config->constants = &args->constants;
    config->as = args->as;
    for (unsigned i = 0; config->as == NULL && i < args->n_eds; i++)
        config->as = strcmp(cs_decode_file_path(args->eds[i]), "dbc") == 0 ? "dbc" : NULL;
    if (config->as == NULL && (args->decode || asks_decoder(args)))
        config->as = "canopen";
    config->eds = args->eds;
    config->n_eds = args->n_eds;
    config->decoded = args->decoded;
    config->devices = args->devices;
    config->n_devices = args->n_devices;
    config->log = args->log;
    config->events = args->events;
    config->detail = args->detail;
    config->explain = args->explain;
    config->vcd = args->vcd;
    config->record = args->record;
    config->have_record_max = args->have_record_max;
    config->record_max = args->record_max;
    config->pcapng = args->pcapng;
    config->engine = (enum cs_engine)args->engine;
    config->have_seed = args->have_seed;
    config->seed = args->seed;
    config->duration_ps = args->duration_ps;
    config->speed_permille = args->speed_permille;
    config->fast = args->fast || (args->have_speed && args->speed_permille == 0);
    config->have_wait = args->have_wait;
    config->wait_ps = args->wait_ps;
}

int cs_main_run(const struct cs_args *args)
{
    struct cs_session_config config;
    struct cs_error error;

    cs_main_common_config(args, &config);
    if (args->scenario != NULL && args->n_operands > 0) {
        cs_error_set(&error, CS_STATUS_INPUT, "run: must have one FILE, got \"%s\" as well",
                     args->operands[0]);
        return cs_main_complain(&error);
    }
    if (args->fast && args->have_speed && args->speed_permille != 0) {
        cs_error_set(&error, CS_STATUS_INPUT, "--fast: does not go with --speed");
        return cs_main_complain(&error);
    }
    if (cs_main_reports_to_stdout(args) && stdout_is_taken(args)) {
        cs_error_set(&error, CS_STATUS_INPUT,
                     "standard output: must be for either a log or a report, got it for both");
        return cs_main_complain(&error);
    }
    config.faults = args->faults;
    config.n_faults = args->n_faults;
    config.scenario = args->scenario != NULL ? args->scenario : args->operands[0];
    return cs_main_reports_wanted(args) ? cs_main_run_reported(args, &config)
                                        : cs_main_host(args, &config, NULL);
}

int cs_main_serve(const struct cs_args *args)
{
    struct cs_session_config config;

    cs_main_common_config(args, &config);
    config.serve = true;
    config.buses = args->buses;
    config.n_buses = args->n_buses;
    return cs_main_host(args, &config, NULL);
}
