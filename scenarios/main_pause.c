/* SPDX-License-Identifier: MIT */
/* Pauses of the timeline under `cansim run`: the person at the terminal reads why, and goes on with
 * Enter. Invariant: nobody is waited for who cannot see the question or cannot answer it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "scenarios/main.h"
#include "scenarios/text.h"
#include "simcore/units.h"

/* A job in the background would be stopped as soon as it reads. */
static bool can_answer(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* In virtual time the run is not for looking at. */
static bool on_pause(void *ctx, const char *text)
{
    struct cs_main_pause *pause = ctx;
    char time[40], clean[CS_NOTE_MAX + 1];

    if (cs_session_speed(pause->session) == 0 || !can_answer())
        return false;
    pause->before(pause->ctx);
    snprintf(clean, sizeof(clean), "%s", text != NULL ? text : "");
    cs_text_clean(clean);
    cs_units_format_time(cs_sim_now_ps(cs_session_sim(pause->session)), time, sizeof(time));
    fprintf(stderr, "cansim: paused at %s%s%s; Enter goes on\n", time, text != NULL ? ": " : "",
            clean);
    tcflush(STDIN_FILENO, TCIFLUSH); /* what was typed before is no answer */
    ev_io_start(pause->loop, &pause->enter);
    return true;
}

/* A line, or the end of all lines. */
static void on_enter(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_main_pause *pause = watcher->data;
    char bytes[256];
    const ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && memchr(bytes, '\n', (size_t)n) == NULL)
        return;
    ev_io_stop(loop, watcher);
    cs_session_pause(pause->session, false);
}

void cs_main_take_pauses(struct cs_main_pause *pause)
{
    ev_io_init(&pause->enter, on_enter, STDIN_FILENO, EV_READ);
    pause->enter.data = pause;
    cs_session_on_pause(pause->session, on_pause, pause);
}

void cs_main_end_pauses(struct cs_main_pause *pause)
{
    if (pause->loop != NULL)
        ev_io_stop(pause->loop, &pause->enter);
}
