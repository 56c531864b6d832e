/* SPDX-License-Identifier: MIT */
/* main_again.c - the editor is in the terminal's foreground with us: what the keys of the terminal
 * send, ^C and the like, is meant for it alone; ^Z stops both. */
#include "tui/main_again.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/scenario.h"

static const char *editor(void)
{
    const char *name = getenv("VISUAL");

    if (!name || !*name)
        name = getenv("EDITOR");
    return name && *name ? name : "vi";
}

static _Noreturn void be_editor(const char *file, unsigned line)
{
    char command[1024], at[16];

    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    /* The variable may hold options as well. */
    snprintf(command, sizeof command, "%s \"$@\"", editor());
    snprintf(at, sizeof at, "+%u", line);
    if (line > 1)
        execl("/bin/sh", "sh", "-c", command, "sh", at, file, (char *)NULL);
    else
        execl("/bin/sh", "sh", "-c", command, "sh", file, (char *)NULL);
    _exit(127);
}

static int wait_for(pid_t pid)
{
    static const int signals[] = {SIGINT, SIGQUIT, SIGTSTP};
    struct sigaction before[3], during = {0};
    int status = 0;

    for (size_t i = 0; i < 3; i++) {
        during.sa_handler = signals[i] == SIGTSTP ? SIG_DFL : SIG_IGN;
        sigaction(signals[i], &during, &before[i]);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    for (size_t i = 0; i < 3; i++)
        sigaction(signals[i], &before[i], NULL);
    return status;
}

int cs_main_edit(const char *file, unsigned line, char *why, size_t why_size)
{
    const pid_t pid = fork();

    if (pid == 0)
        be_editor(file, line);
    if (pid < 0) {
        snprintf(why, why_size, "no editor: %s", strerror(errno));
        return -1;
    }
    const int status = wait_for(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        snprintf(why, why_size, "\"%.60s\" is no editor here: set VISUAL or EDITOR", editor());
    else
        snprintf(why, why_size, "the editor failed");
    return -1;
}

int cs_main_load(struct cs_session_config *config, char *why, size_t why_size)
{
    char sentence[CS_ERROR_SENTENCE_MAX];
    struct cs_error error = {0};

    config->loaded = cs_scenario_load(config->scenario, config->plugins, config->constants, &error);
    if (config->loaded && cs_session_check_link(config->loaded, &error) == 0 &&
        cs_session_check_devices(config->loaded, &error) == 0 &&
        cs_session_check_nodes(config->loaded, NULL, NULL, &error) == 0)
        return 0;
    snprintf(why, why_size, "%s", cs_error_sentence(&error, sentence));
    cs_scenario_free(config->loaded);
    config->loaded = NULL;
    return -1;
}
