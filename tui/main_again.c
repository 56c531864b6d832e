/* SPDX-License-Identifier: MIT */
/* main_again.c - the editor is a job of its own with the terminal in its hands, as a shell would
 * run it: what the keys of the terminal send, ^C and the like, comes to it alone, and the host goes
 * on meanwhile. */
#include "tui/main_again.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/scenario.h"

#define END_TRIES 100 /* of 10 ms, until an editor that is to end is killed */

static const char *editor_name(void)
{
    const char *name = getenv("VISUAL");

    if (!name || !*name)
        name = getenv("EDITOR");
    return name && *name ? name : "vi";
}

/* Let a job have the terminal. Whoever does not have it may do so only with SIGTTOU blocked. */
static void give_terminal(pid_t group)
{
    sigset_t block, before;

    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    sigprocmask(SIG_BLOCK, &block, &before);
    tcsetpgrp(STDIN_FILENO, group); /* where there are no jobs we share it */
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static _Noreturn void be_editor(const char *file, unsigned line)
{
    static const int signals[] = {SIGPIPE, SIGINT,  SIGQUIT, SIGTSTP, SIGTTIN,
                                  SIGTTOU, SIGTERM, SIGHUP,  SIGCONT, SIGWINCH};
    char command[1024], at[16];
    sigset_t none;

    setpgid(0, 0);
    give_terminal(getpid());
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* The variable may hold options as well. What interrupts the editor does not end its shell. */
    snprintf(command, sizeof command, "trap : INT QUIT; %s \"$@\"", editor_name());
    snprintf(at, sizeof at, "+%u", line);
    if (line > 1)
        execl("/bin/sh", "sh", "-c", command, "sh", at, file, (char *)NULL);
    else
        execl("/bin/sh", "sh", "-c", command, "sh", file, (char *)NULL);
    _exit(127);
}

int cs_editor_start(struct cs_editor *editor, const char *file, unsigned line, char *why,
                    size_t why_size)
{
    const pid_t pid = fork();

    if (pid == 0)
        be_editor(file, line);
    if (pid < 0) {
        snprintf(why, why_size, "no editor: %s", strerror(errno));
        return -1;
    }
    setpgid(pid, pid); /* whoever comes first */
    editor->pid = pid;
    snprintf(editor->name, sizeof editor->name, "%s", editor_name());
    return 0;
}

enum cs_editor_state cs_editor_look(struct cs_editor *editor, char *why, size_t why_size)
{
    int status = 0;
    pid_t pid;

    do
        pid = waitpid(editor->pid, &status, WNOHANG | WUNTRACED);
    while (pid < 0 && errno == EINTR);
    if (pid == 0)
        return CS_EDITOR_RUNS;
    give_terminal(getpgrp());
    if (pid > 0 && WIFSTOPPED(status))
        return CS_EDITOR_STOPPED;
    editor->pid = 0;
    why[0] = '\0';
    const int signal_of = pid <= 0              ? 0
                          : WIFSIGNALED(status) ? WTERMSIG(status)
                          : WEXITSTATUS(status) > 128
                              ? WEXITSTATUS(status) - 128 /* the shell's way */
                              : 0;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        snprintf(why, why_size, "\"%.60s\" is no editor here: set VISUAL or EDITOR", editor->name);
    else if (signal_of > 0)
        snprintf(why, why_size, "the editor was ended by signal %d (%s)", signal_of,
                 strsignal(signal_of));
    else if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        snprintf(why, why_size, "the editor failed");
    return CS_EDITOR_OVER;
}

void cs_editor_continue(struct cs_editor *editor)
{
    give_terminal(editor->pid);
    kill(-editor->pid, SIGCONT);
}

void cs_editor_end(struct cs_editor *editor)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    char why[128];

    if (editor->pid <= 0)
        return;
    kill(-editor->pid, SIGHUP);
    kill(-editor->pid, SIGCONT);
    for (int i = 0; i < END_TRIES && cs_editor_look(editor, why, sizeof why) != CS_EDITOR_OVER; i++)
        nanosleep(&moment, NULL);
    if (editor->pid <= 0)
        return;
    kill(-editor->pid, SIGKILL);
    while (cs_editor_look(editor, why, sizeof why) != CS_EDITOR_OVER)
        nanosleep(&moment, NULL);
}

/* ---- reading it again ------------------------------------------------------------------------ */

int cs_main_load(struct cs_session_config *config, struct cs_errors *errors)
{
    struct cs_error error = {0};

    config->loaded =
        cs_scenario_load_all(config->scenario, config->plugins, config->constants, &error, errors);
    if (config->loaded && cs_session_check_link(config->loaded, &error) == 0 &&
        cs_session_check_devices(config->loaded, &error) == 0 &&
        cs_session_check_nodes(config->loaded, NULL, NULL, &error) == 0)
        return 0;
    if (config->loaded) {
        cs_scenario_locate(config->loaded, &error);
        cs_errors_add(errors, &error);
    } else if (errors->n == 0) {
        cs_errors_add(errors, &error);
    }
    cs_scenario_free(config->loaded);
    config->loaded = NULL;
    return -1;
}
