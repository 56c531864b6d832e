/* SPDX-License-Identifier: MIT */
/* guest_script.c - the steps of a guest's script, one after the other, each begun when the one
 * before is through. What a step looks for must come after what the one before has found. */
#include "scenarios/guest_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/text.h"
#include "simcore/sim.h"

#define WAIT_DFLT_PS (60 * CS_PS_PER_S)
#define RUN_DFLT_PS  (20 * CS_PS_PER_S)
#define AGAIN_S      0.2

static const struct cs_guest_step *step_of(const struct cs_guest *guest)
{
    return &guest->def->steps[guest->step];
}

static void start_limit(struct cs_guest *guest, int64_t within_ps, int64_t dflt_ps)
{
    const int64_t ps = within_ps > 0 ? within_ps : dflt_ps;

    ev_now_update(guest->host.loop);
    ev_timer_stop(guest->host.loop, &guest->limit);
    ev_timer_set(&guest->limit, (double)ps / (double)CS_PS_PER_S, 0.);
    ev_timer_start(guest->host.loop, &guest->limit);
}

static void pass(struct cs_guest *guest)
{
    ev_timer_stop(guest->host.loop, &guest->limit);
    ev_timer_stop(guest->host.loop, &guest->again);
    guest->step++;
    guest->begun = false;
}

static void type(struct cs_guest *guest, const char *text)
{
    if (cs_guest_type(guest, text, strlen(text)) < strlen(text))
        cs_guest_fail(guest, "/script/%u/%s: the guest does not read what is typed", guest->step,
                      cs_guest_script_key(guest));
}

/* ---- shell commands -----------------------------------------------------------------------------
 */

/* The guest's shell puts the marks together, so that an echo of the line is no match. */
static void type_command(struct cs_guest *guest)
{
    const char *text = step_of(guest)->text;
    char head[48], tail[48];

    guest->serial++;
    guest->output = guest->seen = guest->n_console;
    snprintf(head, sizeof(head), "echo \"be\"gin%u.; ", guest->serial);
    snprintf(tail, sizeof(tail), "; echo \"<$?>end\"%u.\n", guest->serial);
    type(guest, head);
    type(guest, text);
    type(guest, tail);
}

/* Where the output of the command under way begins: after the echo of the line, if there is one.
 * Without a mark it has said more than is kept. */
static char *output_of(struct cs_guest *guest)
{
    char mark[32];

    snprintf(mark, sizeof(mark), "begin%u.", guest->serial);
    char *at = strstr(guest->console + guest->output, mark);
    return at != NULL ? at + strlen(mark) : guest->console + guest->output;
}

/* Whether the command has ended: then its exit status, and where its output begins and ends. */
static bool command_ended(struct cs_guest *guest, long *status, char **begin, char **end)
{
    char mark[32];

    *begin = output_of(guest);
    snprintf(mark, sizeof(mark), ">end%u.", guest->serial);
    char *at = strstr(*begin, mark);
    if (at == NULL)
        return false;
    char *open = at;
    while (open > *begin && *open != '<')
        open--;
    *status = strtol(open + 1, NULL, 10);
    *end = open;
    guest->seen = (size_t)(at - guest->console) + strlen(mark);
    return true;
}

static bool is_in(const char *text, const char *from, const char *end)
{
    const char *at = strstr(from, text);

    return at != NULL && at + strlen(text) <= end;
}

static void check_command(struct cs_guest *guest)
{
    const struct cs_guest_step *step = step_of(guest);
    long status;
    char *begin, *end;

    if (ev_is_active(&guest->again) || !command_ended(guest, &status, &begin, &end))
        return;
    const bool found = step->expect == NULL || is_in(step->expect, begin, end);
    if (status == step->status && found) {
        pass(guest);
    } else if (step->repeat) {
        ev_timer_set(&guest->again, AGAIN_S, 0.);
        ev_timer_start(guest->host.loop, &guest->again);
    } else if (status != step->status) {
        cs_guest_fail(guest, "/script/%u/run: \"%.80s\" must end with status %d, got %ld",
                      guest->step, step->text, (int)step->status, status);
    } else {
        cs_guest_fail(guest, "/script/%u/run: \"%.80s\" must say \"%.80s\", and does not",
                      guest->step, step->text, step->expect);
    }
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    type_command(timer->data);
}

/* ---- the kinds of steps
 * --------------------------------------------------------------------------- */

static void begin_wait(struct cs_guest *guest)
{
    start_limit(guest, step_of(guest)->within_ps, WAIT_DFLT_PS);
}

static void check_wait(struct cs_guest *guest)
{
    const char *text = step_of(guest)->text;
    const char *at = strstr(guest->console + guest->seen, text);

    if (at == NULL)
        return;
    guest->seen = (size_t)(at - guest->console) + strlen(text);
    pass(guest);
}

static void begin_type(struct cs_guest *guest)
{
    type(guest, step_of(guest)->text);
    type(guest, "\n");
    pass(guest);
}

static void begin_run(struct cs_guest *guest)
{
    start_limit(guest, step_of(guest)->within_ps, RUN_DFLT_PS);
    type_command(guest);
}

static void begin_pause(struct cs_guest *guest)
{
    start_limit(guest, step_of(guest)->pause_ps, CS_PS_PER_MS);
}

static void begin_do(struct cs_guest *guest)
{
    const struct cs_guest_step *step = step_of(guest);

    pass(guest);
    guest->host.act(guest->host.ctx, step->action);
}

static void begin_end(struct cs_guest *guest)
{
    pass(guest);
    guest->done = true;
    cs_guest_end_qemu(guest);
}

static const struct {
    void (*begin)(struct cs_guest *guest);
    void (*check)(struct cs_guest *guest); /* the console has more; NULL: not of interest */
    const char *key;
} kinds[] = {
    [CS_STEP_WAIT] = {begin_wait, check_wait, "wait"},
    [CS_STEP_TYPE] = {begin_type, NULL, "type"},
    [CS_STEP_RUN] = {begin_run, check_command, "run"},
    [CS_STEP_PAUSE] = {begin_pause, NULL, "pause"},
    [CS_STEP_DO] = {begin_do, NULL, "do"},
    [CS_STEP_END] = {begin_end, NULL, "end"},
};

const char *cs_guest_script_key(const struct cs_guest *guest)
{
    return kinds[step_of(guest)->kind].key;
}

static void on_limit(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct cs_guest *guest = timer->data;
    const struct cs_guest_step *step = step_of(guest);
    char time[40];

    (void)loop;
    (void)events;
    if (step->kind == CS_STEP_PAUSE) {
        pass(guest);
        cs_guest_script_go(guest);
        return;
    }
    const int64_t dflt_ps = step->kind == CS_STEP_WAIT ? WAIT_DFLT_PS : RUN_DFLT_PS;
    cs_text_time(step->within_ps > 0 ? step->within_ps : dflt_ps, time, sizeof(time));
    cs_guest_fail(guest, "/script/%u/%s: waited %s for \"%.100s\"", guest->step,
                  kinds[step->kind].key, time, step->text);
}

void cs_guest_script_go(struct cs_guest *guest)
{
    while (!guest->done && !guest->failed && !guest->stopping) {
        const unsigned step = guest->step;

        if (guest->step == guest->def->n_steps) {
            guest->done = guest->def->n_steps > 0;
            if (guest->done)
                guest->host.ended(guest->host.ctx, CS_STATUS_OK, NULL);
            return;
        }
        if (!guest->begun) {
            guest->begun = true;
            kinds[step_of(guest)->kind].begin(guest);
        }
        if (guest->step == step && guest->begun && kinds[step_of(guest)->kind].check != NULL)
            kinds[step_of(guest)->kind].check(guest);
        if (guest->step == step)
            return;
    }
}

void cs_guest_script_init(struct cs_guest *guest)
{
    ev_timer_init(&guest->limit, on_limit, 0., 0.);
    ev_timer_init(&guest->again, on_again, 0., 0.);
    guest->limit.data = guest->again.data = guest;
    cs_guest_script_go(guest);
}

void cs_guest_script_fini(struct cs_guest *guest)
{
    ev_timer_stop(guest->host.loop, &guest->limit);
    ev_timer_stop(guest->host.loop, &guest->again);
}
