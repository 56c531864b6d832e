/* SPDX-License-Identifier: MIT */
/* program_run.c - a program as a child: its pipes, its output and its end.
 * An ended child is not reaped before its process group has been cleared, so that the number that
 * signals are sent to is nobody else's. The child dies with this process. */
#include "scenarios/program_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
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
    if (program->out < 0)
        return;
    ev_io_stop(loop_of(program), &program->readable);
    close(program->out);
    program->out = -1;
    cs_lines_end(&program->lines);
}

/* False: nothing now, or nothing any more. */
static bool read_some(struct cs_program *program)
{
    char bytes[4096];

    if (program->out < 0)
        return false;
    const ssize_t n = read(program->out, bytes, sizeof(bytes));
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

/* What it has left behind goes, and its number may be another's from now on. */
static void clear_group(struct cs_program *program)
{
    if (program->pid == 0)
        return;
    kill(-program->pid, SIGKILL);
    while (waitpid(program->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    program->pid = 0;
}

static int status_of(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED ? info->si_status : 128 + info->si_status;
}

/* Where somebody else took its status, it is not known to be well. */
static void see_end(struct cs_program *program)
{
    siginfo_t info = {.si_code = CLD_EXITED, .si_status = 255};
    int ret;

    do
        ret = waitid(P_PID, (id_t)program->pid, &info, WEXITED | WNOWAIT);
    while (ret != 0 && errno == EINTR);
    program->leaving = true; /* the timeline may start it while bus time comes up to this */
    program->state.ended_ps = cs_programs_now_ps(program->all);
    ev_io_stop(loop_of(program), &program->ended);
    ev_timer_stop(loop_of(program), &program->timeout);
    ev_timer_stop(loop_of(program), &program->patience);
    close(program->pid_fd);
    program->pid_fd = -1;
    program->until_ms = cs_wall_ms();
    for (int i = 0; i < READS_AT_END && read_some(program); i++)
        ; /* its last words */
    cs_lines_end(&program->lines);
    program->leaving = program->state.running = false;
    if (ret != 0)
        program->pid = 0;
    program->state.exited = true;
    program->state.exit_status = status_of(&info);
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
    kill(-program->pid, SIGKILL);
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
    kill(-program->pid, SIGTERM);
    kill(-program->pid, SIGCONT); /* one that is held could not hear of it */
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
        fds[2 * i] = (struct pollfd){.fd = programs[i].pid_fd, .events = POLLIN};
        fds[2 * i + 1] = (struct pollfd){.fd = -1, .events = POLLIN};
        if (programs[i].state.running)
            fds[2 * i + 1].fd = programs[i].out;
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

struct pipes {
    int in[2], out[2], told[2]; /* told: an errno, where it cannot become the program */
};

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++) {
        if (pair[i] >= 0)
            close(pair[i]);
        pair[i] = -1;
    }
}

static void close_pipes(struct pipes *pipes)
{
    close_pair(pipes->in);
    close_pair(pipes->out);
    close_pair(pipes->told);
}

/* All of its input is in the pipe before it begins. 0 or an errno. */
static int open_pipes(struct pipes *pipes, const char *input)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    const size_t n = input != NULL ? strlen(input) : 0;

    if (pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->told, O_CLOEXEC) == 0 &&
        (n == 0 ? (pipes->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0
                : pipe2(pipes->in, O_CLOEXEC) == 0 && write(pipes->in[1], input, n) == (ssize_t)n))
        return 0;
    const int err = errno;
    close_pipes(pipes);
    return err;
}

static void be_program(const struct cs_program_launch *launch, const struct pipes *pipes,
                       pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    if (getppid() == parent && chdir(launch->folder) == 0) {
        dup2(pipes->in[0], STDIN_FILENO);
        dup2(pipes->out[1], STDOUT_FILENO);
        dup2(pipes->out[1], STDERR_FILENO);
        signal(SIGPIPE, SIG_DFL);
        close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
        execve(launch->path, launch->words, launch->environment);
    }
    const int err = errno;
    (void)!write(pipes->told[1], &err, sizeof(err));
    _exit(127);
}

/* 0 or an errno. The pipe is closed when the child has become the program. */
static int spawn(struct cs_program *program, const struct cs_program_launch *launch,
                 struct pipes *pipes)
{
    const pid_t parent = getpid(), pid = fork();
    int err = 0;
    ssize_t n;

    if (pid < 0)
        return errno;
    if (pid == 0)
        be_program(launch, pipes, parent);
    close(pipes->told[1]);
    pipes->told[1] = -1;
    do
        n = read(pipes->told[0], &err, sizeof(err));
    while (n < 0 && errno == EINTR);
    program->pid_fd = n == 0 ? pidfd_open(pid, 0) : -1;
    if (n == 0 && program->pid_fd < 0)
        err = errno;
    program->pid = pid;
    if (program->pid_fd >= 0)
        return 0;
    clear_group(program);
    return err;
}

static void watch(struct cs_program *program)
{
    struct ev_loop *loop = loop_of(program);
    const int64_t timeout_ps = program->def->timeout_ps;

    ev_io_set(&program->ended, program->pid_fd, EV_READ);
    ev_io_set(&program->readable, program->out, EV_READ);
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
    struct pipes pipes;

    clear_group(program);
    close_output(program);
    int err = open_pipes(&pipes, program->def->input);
    if (err == 0)
        err = spawn(program, launch, &pipes);
    if (err != 0) {
        close_pipes(&pipes);
        return cs_program_cannot(program->def, file, "command", launch->words[0], err, error);
    }
    program->out = pipes.out[0];
    pipes.out[0] = -1;
    fcntl(program->out, F_SETFL, O_NONBLOCK);
    close_pipes(&pipes);
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
    program->pid_fd = program->out = -1;
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
    clear_group(program);
    close_output(program);
}
