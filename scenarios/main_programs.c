/* SPDX-License-Identifier: MIT */
/* What programs of a scenario say, on standard error: each line behind the program's name, and how
 * each has ended. Whoever reads standard error slowly holds up nobody: lines are left out. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/main.h"
#include "scenarios/programs.h"
#include "scenarios/text.h"

static bool has_room(void)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) != 0;
}

static void put_line(struct cs_main_programs *told, const char *name, const char *line)
{
    char clean[CS_PROGRAM_LINE_MAX + 1], text[CS_PROGRAM_LINE_MAX + 100];

    if (!has_room()) {
        told->left_out++;
        return;
    }
    told->before(told->ctx);
    snprintf(clean, sizeof(clean), "%s", line);
    cs_text_clean(clean);
    const int n = snprintf(text, sizeof(text), "%s: %s\n", name, clean);
    if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
        told->left_out++;
}

static void put_end(struct cs_main_programs *told, const struct cs_program_state *state)
{
    const long long tenths = (long long)(state->wall_ms + 50) / 100;
    const int signal_number = state->exit_status > 128 ? state->exit_status - 128 : 0;
    const char *what = signal_number > 0 ? strsignal(signal_number) : NULL;
    char how[120];

    /* At the end of the run all are ended; only what took force is worth a word. */
    if (told->over && !state->killed)
        return;
    if (signal_number > 0)
        snprintf(how, sizeof(how), "was ended by signal %d (%s)", signal_number,
                 what != NULL ? what : "unknown");
    else
        snprintf(how, sizeof(how), "ended with status %d", state->exit_status);
    told->before(told->ctx);
    fprintf(stderr, "cansim: %s %s after %lld.%lld s%s%s\n", state->name, how, tenths / 10,
            tenths % 10, state->timed_out ? ", its timeout" : "",
            state->killed ? "; it did not end when asked to" : "");
}

static void on_heard(void *ctx, unsigned program, const char *line,
                     const struct cs_program_state *state)
{
    struct cs_main_programs *told = ctx;

    (void)program;
    if (line != NULL)
        put_line(told, state->name, line);
    else
        put_end(told, state);
}

void cs_main_tell_programs(struct cs_main_programs *told, struct cs_session *session)
{
    cs_programs_listen(cs_session_programs(session), on_heard, told);
}

void cs_main_say_programs(const struct cs_main_programs *told)
{
    if (told->left_out > 0)
        fprintf(stderr, "%llu line%s of programs not shown: nobody read fast enough\n",
                (unsigned long long)told->left_out, told->left_out == 1 ? "" : "s");
}
