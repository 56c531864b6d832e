/* SPDX-License-Identifier: MIT */
#include "scenarios/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

static bool open_input(int in[2], const struct cs_child_plan *plan)
{
    const size_t n = plan->input != NULL ? strlen(plan->input) : 0;

    if (n == 0 && !plan->talks)
        return (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
    return pipe2(in, O_CLOEXEC) == 0 && (n == 0 || write(in[1], plan->input, n) == (ssize_t)n);
}

/* 0 or an errno. */
static int open_pipes(struct pipes *pipes, const struct cs_child_plan *plan)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    if (pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->told, O_CLOEXEC) == 0 &&
        open_input(pipes->in, plan))
        return 0;
    const int err = errno;
    close_pipes(pipes);
    return err;
}

static void become(const struct cs_child_plan *plan, const struct pipes *pipes, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    if (getppid() == parent && (plan->folder == NULL || chdir(plan->folder) == 0)) {
        dup2(pipes->in[0], STDIN_FILENO);
        dup2(pipes->out[1], STDOUT_FILENO);
        dup2(pipes->out[1], STDERR_FILENO);
        signal(SIGPIPE, SIG_DFL);
        if (plan->alone)
            close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
        if (plan->environment != NULL)
            execve(plan->path, plan->words, plan->environment);
        else
            execvp(plan->path, plan->words);
    }
    const int err = errno;
    (void)!write(pipes->told[1], &err, sizeof(err));
    _exit(127);
}

/* 0 or an errno. The pipe is closed when the child has become the program. */
static int spawn(struct cs_child *child, const struct cs_child_plan *plan, struct pipes *pipes)
{
    const pid_t parent = getpid(), pid = fork();
    int err = 0;
    ssize_t n;

    if (pid < 0)
        return errno;
    if (pid == 0)
        become(plan, pipes, parent);
    close(pipes->told[1]);
    pipes->told[1] = -1;
    do
        n = read(pipes->told[0], &err, sizeof(err));
    while (n < 0 && errno == EINTR);
    child->pid = pid;
    child->pid_fd = n == 0 ? pidfd_open(pid, 0) : -1;
    if (child->pid_fd >= 0)
        return 0;
    err = n == 0 ? errno : err;
    cs_child_clear(child);
    return err;
}

/* Our end of a pipe. */
static int take(int *fd)
{
    const int ours = *fd;

    *fd = -1;
    if (ours >= 0)
        fcntl(ours, F_SETFL, O_NONBLOCK);
    return ours;
}

int cs_child_start(struct cs_child *child, const struct cs_child_plan *plan)
{
    struct pipes pipes;

    *child = CS_CHILD_NONE;
    int err = open_pipes(&pipes, plan);
    if (err == 0)
        err = spawn(child, plan, &pipes);
    if (err == 0) {
        child->in = plan->talks ? take(&pipes.in[1]) : -1;
        child->out = take(&pipes.out[0]);
    }
    close_pipes(&pipes);
    return err;
}

void cs_child_signal(const struct cs_child *child, int number)
{
    if (child->pid_fd >= 0)
        kill(-child->pid, number);
}

void cs_child_ask_to_end(const struct cs_child *child)
{
    cs_child_signal(child, SIGTERM);
    cs_child_signal(child, SIGCONT); /* one that is held could not hear of it */
}

int cs_child_see_end(struct cs_child *child)
{
    siginfo_t info = {.si_code = CLD_EXITED, .si_status = 255};
    int ret;

    do
        ret = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT);
    while (ret != 0 && errno == EINTR);
    close(child->pid_fd);
    child->pid_fd = -1;
    if (ret != 0)
        child->pid = 0; /* somebody else took it: not known to be well */
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

void cs_child_clear(struct cs_child *child)
{
    if (child->pid_fd >= 0)
        close(child->pid_fd);
    child->pid_fd = -1;
    if (child->pid == 0)
        return;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    child->pid = 0;
}
