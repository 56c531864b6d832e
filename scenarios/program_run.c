/* SPDX-License-Identifier: MIT */
/* program_run.c - a program as a child: its output and its end. */
#include "scenarios/program_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/wall.h"
#include "simcore/sim.h"

#define READS_PER_TURN 4
#define READS_AT_END   256 /* all that a pipe can hold */
#define PATIENCE_S     2
#define PS_PER_S       ((double)CS_PS_PER_S)

static struct ev_loop *loop_of(const struct cs_program *program)
{
    return cs_programs_host_of(program->all)->loop;
}

/* ---- output ------------------------------------------------------------------------------------
 */

static void on_line(void *ctx, const char *line)
{
    struct cs_program *program = ctx;

    program->state.lines++;
    cs_programs_heard(program->all, program, line);
}

/* The last bytes, as many as are wanted; a quarter goes at a time. */
static void keep(struct cs_program *program, const char *bytes, size_t n)
{
    const size_t room = (size_t)program->def->output_bytes;

    if (n > room) {
        program->state.lost_bytes += n - room;
        bytes += n - room;
        n = room;
    }
    if (program->n_kept + n > room) {
        size_t drop = program->n_kept + n - room + room / 4;
        drop = drop < program->n_kept ? drop : program->n_kept;
        memmove(program->kept, program->kept + drop, program->n_kept - drop);
        program->n_kept -= drop;
        program->state.lost_bytes += drop;
    }
    for (size_t i = 0; i < n; i++)
        program->kept[program->n_kept++] = bytes[i] != '\0' ? bytes[i] : '?';
    program->kept[program->n_kept] = '\0';
}

static void close_output(struct cs_program *program)
{
    if (program->child.out < 0)
        return;
    ev_io_stop(loop_of(program), &program->readable);
    close(program->child.out);
    program->child.out = -1;
    cs_lines_end(&program->lines);
}

/* False: nothing now, or nothing any more. */
static bool read_some(struct cs_program *program)
{
    char bytes[4096];

    if (program->child.out < 0)
        return false;
    const ssize_t n = read(program->child.out, bytes, sizeof(bytes));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        close_output(program);
        return false;
    }
    program->state.bytes += (uint64_t)n;
    keep(program, bytes, (size_t)n);
    cs_lines_take(&program->lines, bytes, (size_t)n);
    return true;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_program *program = watcher->data;

    (void)loop;
    (void)events;
    for (int i = 0; i < READS_PER_TURN && read_some(program); i++)
        ;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static void see_end(struct cs_program *program)
{
    ev_io_stop(loop_of(program), &program->ended);
    const int status = cs_child_see_end(&program->child);
    program->leaving = true; /* the timeline may start it while bus time comes up to this */
    program->state.ended_ps = cs_programs_now_ps(program->all);
    ev_timer_stop(loop_of(program), &program->timeout);
    ev_timer_stop(loop_of(program), &program->patience);
    program->until_ms = cs_wall_ms();
    for (int i = 0; i < READS_AT_END && read_some(program); i++)
        ; /* its last words */
    cs_lines_end(&program->lines);
    program->leaving = program->state.running = false;
    program->state.exited = true;
    program->state.exit_status = status;
    cs_programs_ended(program->all, program);
}

static void on_ended(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    see_end(watcher->data);
}

static void kill_it(struct cs_program *program)
{
    if (!program->state.running)
        return;
    program->state.killed = true;
    cs_child_signal(&program->child, SIGKILL);
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    kill_it(timer->data);
}

void cs_program_stop(struct cs_program *program)
{
    program->again = false;
    if (!program->state.running || program->state.stopped)
        return;
    program->state.stopped = true;
    cs_child_ask_to_end(&program->child);
    ev_now_update(loop_of(program));
    ev_timer_set(&program->patience, PATIENCE_S, 0.);
    ev_timer_start(loop_of(program), &program->patience);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct cs_program *program = timer->data;

    (void)loop;
    (void)events;
    if (!program->state.stopped)
        program->state.timed_out = true;
    cs_program_stop(program);
}

/* Read from all that run until one of them ends or says something, or the time is over. */
static bool wait_some(struct cs_program *programs, unsigned n, int64_t left_ms)
{
    struct pollfd fds[2 * CS_PROGRAMS_MAX];
    unsigned running = 0;

    for (unsigned i = 0; i < n; i++) {
        fds[2 * i] = (struct pollfd){.fd = programs[i].child.pid_fd, .events = POLLIN};
        fds[2 * i + 1] = (struct pollfd){.fd = -1, .events = POLLIN};
        if (programs[i].state.running)
            fds[2 * i + 1].fd = programs[i].child.out;
        running += programs[i].state.running;
    }
    if (running == 0 || poll(fds, 2 * n, left_ms > 0 ? (int)left_ms : 0) == 0)
        return running > 0;
    for (unsigned i = 0; i < n; i++) {
        if (fds[2 * i + 1].revents != 0)
            read_some(&programs[i]);
        if (fds[2 * i].revents != 0)
            see_end(&programs[i]);
    }
    return true;
}

void cs_program_wait_all(struct cs_program *programs, unsigned n)
{
    const int64_t end_ms = cs_wall_ms() + PATIENCE_S * 1000;
    bool killed = false;

    while (wait_some(programs, n, killed ? 1000 : end_ms - cs_wall_ms())) {
        if (killed || cs_wall_ms() < end_ms)
            continue;
        killed = true;
        for (unsigned i = 0; i < n; i++)
            kill_it(&programs[i]);
    }
}

/* ---- the beginning -----------------------------------------------------------------------------
 */

static void watch(struct cs_program *program)
{
    struct ev_loop *loop = loop_of(program);
    const int64_t timeout_ps = program->def->timeout_ps;

    ev_io_set(&program->ended, program->child.pid_fd, EV_READ);
    ev_io_set(&program->readable, program->child.out, EV_READ);
    ev_io_start(loop, &program->ended);
    ev_io_start(loop, &program->readable);
    if (timeout_ps == 0)
        return;
    ev_now_update(loop);
    ev_timer_set(&program->timeout, (double)timeout_ps / PS_PER_S, 0.);
    ev_timer_start(loop, &program->timeout);
}

int cs_program_start(struct cs_program *program, const struct cs_program_launch *launch,
                     struct cs_error *error)
{
    const char *file = cs_programs_host_of(program->all)->file;
    struct cs_program_state *state = &program->state;
    const struct cs_child_plan plan = {
        .path = launch->path,
        .words = launch->words,
        .environment = launch->environment,
        .folder = launch->folder,
        .input = program->def->input,
        .alone = true,
    };

    cs_program_clear(program);
    const int err = cs_child_start(&program->child, &plan);
    if (err != 0)
        return cs_program_cannot(program->def, file, "command", launch->words[0], err, error);
    state->started = state->running = true;
    state->exited = state->stopped = state->timed_out = state->killed = false;
    program->since_ms = cs_wall_ms();
    watch(program);
    return 0;
}

void cs_program_init(struct cs_program *program, struct cs_programs *all,
                     const struct cs_program_def *def)
{
    program->all = all;
    program->def = def;
    program->state.name = def->name;
    program->child = CS_CHILD_NONE;
    program->lines.line = on_line;
    program->lines.ctx = program;
    ev_io_init(&program->ended, on_ended, -1, EV_READ);
    ev_io_init(&program->readable, on_readable, -1, EV_READ);
    ev_timer_init(&program->timeout, on_timeout, 0., 0.);
    ev_timer_init(&program->patience, on_patience, 0., 0.);
    program->ended.data = program->readable.data = program;
    program->timeout.data = program->patience.data = program;
}

void cs_program_clear(struct cs_program *program)
{
    cs_child_clear(&program->child);
    close_output(program);
}
