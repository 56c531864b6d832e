/* SPDX-License-Identifier: MIT */
/* master_script.c - steps one after the other, and commands from outside beside them. A step that
 * is over in the midst of another part's work is followed only when that work is done. */
#include <stdio.h>

#include "plugins/canopen/master_int.h"

void master_script_start(struct master *master)
{
    master->step = 0;
    master->step_runs = false;
    master->n_failed = 0;
}

void master_script_stop(struct master *master)
{
    master->step = master->n_steps;
    master->step_runs = false;
    for (unsigned i = 0; i < MASTER_AT_ONCE; i++) {
        if (master->at_once[i].used)
            master_command_free(&master->at_once[i]);
    }
}

void master_command_done(struct master_command *command, bool ok)
{
    struct master *master = command->master;

    if (!ok)
        master->n_failed++;
    command->wake_at = CANSIM_NEVER;
    command->waits = false;
    if (command->in_script) {
        master->step++;
        master->step_runs = false;
    } else {
        master_command_free(command);
    }
}

static bool due(const struct master_command *command, int64_t at_ps)
{
    return command->waits || at_ps >= command->wake_at;
}

static void begin(struct master_command *command, int64_t at_ps)
{
    command->wake_at = CANSIM_NEVER;
    command->waits = false;
    command->phase = 0;
    command->found = 0;
    command->verb->run(command, at_ps);
}

void master_script_time(struct master *master, int64_t at_ps)
{
    for (unsigned i = 0; i < MASTER_AT_ONCE; i++) {
        if (master->at_once[i].used && due(&master->at_once[i], at_ps))
            master_run_again(&master->at_once[i], at_ps);
    }
    /* Steps that are over at once do not keep the loop for more than the script's length. */
    while (master->step < master->n_steps) {
        struct master_command *step = &master->steps[master->step];
        if (!master->step_runs) {
            if (at_ps < step->at_ps)
                return;
            master->step_runs = true;
            begin(step, at_ps);
        } else if (due(step, at_ps)) {
            master_run_again(step, at_ps);
        }
        if (master->step_runs)
            return;
    }
}

int64_t master_script_next(const struct master *master)
{
    int64_t next = CANSIM_NEVER;

    if (master->step < master->n_steps) {
        const struct master_command *step = &master->steps[master->step];
        next = master->step_runs ? step->wake_at : step->at_ps;
    }
    for (unsigned i = 0; i < MASTER_AT_ONCE; i++) {
        if (master->at_once[i].used && master->at_once[i].wake_at < next)
            next = master->at_once[i].wake_at;
    }
    return next;
}

int master_run_text(struct master *master, const char *text, int64_t at_ps, char *why,
                    size_t why_size)
{
    for (unsigned i = 0; i < MASTER_AT_ONCE; i++) {
        struct master_command *command = &master->at_once[i];
        if (command->used)
            continue;
        if (master_command_parse(master, command, text, why, why_size) != 0)
            return -1;
        command->used = true;
        begin(command, at_ps);
        return 0;
    }
    (void)snprintf(why, why_size, "%d commands are at work already", MASTER_AT_ONCE);
    return -1;
}
