/* SPDX-License-Identifier: MIT */
/* master_run_lss.c - the script's LSS commands. There is one LSS master: a command that finds it at
 * work waits. */
#include <stdio.h>

#include "plugins/canopen/master_int.h"

enum lss_phase { PHASE_BEGIN, PHASE_RATE, PHASE_QUIET };

static void next_job(struct master_command *command, enum co_lss_job job, uint32_t arg,
                     int64_t at_ps);

static const char *refusal(const struct co_lss_result *result)
{
    if (result->error == 0xFF)
        return "for a reason of its own";
    if (result->job == CO_LSS_NODE_ID)
        return "the node-ID is out of range";
    if (result->job == CO_LSS_BIT_TIMING)
        return "the bit rate is not supported";
    if (result->job == CO_LSS_STORE)
        return result->error == 1 ? "it cannot store" : "the memory failed";
    return "for an unknown reason";
}

static void tell_failure(struct master_command *command, const struct co_lss_result *result)
{
    struct master *master = command->master;

    switch (result->outcome) {
    case CO_LSS_NOBODY:
        master_note(master, CANSIM_WARNING, "%s: nobody answers", command->text);
        break;
    case CO_LSS_REFUSED:
        master_note(master, CANSIM_WARNING, "%s: refused with error %u.%u: %s", command->text,
                    result->error, result->specific, refusal(result));
        break;
    case CO_LSS_LOST:
        master_note(master, CANSIM_ERROR, "%s: the slave does not confirm %08Xh", command->text,
                    result->address[0]);
        break;
    default:
        break;
    }
    master_command_done(command, false);
}

static void tell_found(struct master_command *command, const struct co_lss_result *result)
{
    char node[32] = "";

    if (result->job == CO_LSS_INQUIRE && result->node_id == CO_LSS_NO_NODE)
        (void)snprintf(node, sizeof(node), ", no node-ID");
    else if (result->job == CO_LSS_INQUIRE && result->node_id == 0)
        (void)snprintf(node, sizeof(node), ", node-ID not told");
    else if (result->job == CO_LSS_INQUIRE)
        (void)snprintf(node, sizeof(node), ", node-ID %u", result->node_id);
    master_note(command->master, CANSIM_INFO,
                "%s: vendor 0x%08X, product 0x%08X, revision 0x%08X, serial 0x%08X%s",
                command->text, result->address[0], result->address[1], result->address[2],
                result->address[3], node);
}

static void numbered(struct master_command *command)
{
    master_note(command->master, CANSIM_INFO, "%s: %u slave%s without node-ID %s numbered",
                command->text, command->found, command->found == 1 ? "" : "s",
                command->found == 1 ? "was" : "were");
    master_command_done(command, command->found != 0);
}

static void give_up(struct master_command *command, const char *reason)
{
    master_note(command->master, CANSIM_ERROR, "%s: %s", command->text, reason);
    master_command_done(command, false);
}

/* All slaves without node-ID: found, numbered, stored where that is asked for, sent back to
 * waiting, until none is found. */
static void scan_goes_on(struct master_command *command, const struct co_lss_result *result,
                         int64_t at_ps)
{
    uint32_t node_id = command->arg + command->found;

    if (result->job == CO_LSS_FASTSCAN && result->outcome == CO_LSS_NOBODY) {
        numbered(command);
        return;
    }
    if (result->outcome != CO_LSS_DONE) {
        tell_failure(command, result);
        return;
    }
    switch (result->job) {
    case CO_LSS_FASTSCAN:
        if (command->found != 0 &&
            memcmp(command->address, result->address, sizeof(command->address)) == 0) {
            give_up(command, "a slave is found again: it does not keep its node-ID");
            return;
        }
        memcpy(command->address, result->address, sizeof(command->address));
        tell_found(command, result);
        if (node_id > 127) {
            give_up(command, "no node-ID is left");
            return;
        }
        next_job(command, CO_LSS_NODE_ID, node_id, at_ps);
        break;
    case CO_LSS_NODE_ID:
        master_note(command->master, CANSIM_INFO, "%s: it is node %u", command->text, node_id);
        command->found++;
        next_job(command, command->flag ? CO_LSS_STORE : CO_LSS_SWITCH_GLOBAL, 0, at_ps);
        break;
    case CO_LSS_STORE:
        next_job(command, CO_LSS_SWITCH_GLOBAL, 0, at_ps);
        break;
    default:
        next_job(command, CO_LSS_FASTSCAN, 0, at_ps);
        break;
    }
}

static void lss_done(void *ctx, const struct co_lss_result *result)
{
    struct master_command *command = ctx;
    struct master *master = command->master;
    int64_t at_ps = master->host->now(master->host->ctx);

    if (result->outcome == CO_LSS_CANCELLED)
        return;
    if (command->job == CO_LSS_FASTSCAN && command->arg != 0) {
        scan_goes_on(command, result, at_ps);
        return;
    }
    if (result->outcome != CO_LSS_DONE) {
        tell_failure(command, result);
        return;
    }
    if (result->job == CO_LSS_FASTSCAN || result->job == CO_LSS_INQUIRE) {
        tell_found(command, result);
    } else if (result->job == CO_LSS_ACTIVATE) {
        command->phase = PHASE_RATE;
        command->wake_at = at_ps + command->wait_ps;
        return;
    } else {
        master_note(master, CANSIM_INFO, "%s: done", command->text);
    }
    if (result->job == CO_LSS_BIT_TIMING)
        master->lss_rate_bps = command->rate_bps;
    master_command_done(command, true);
}

static void next_job(struct master_command *command, enum co_lss_job job, uint32_t arg,
                     int64_t at_ps)
{
    struct co_lss_request request = {.job = job, .arg = arg, .done = lss_done, .ctx = command};

    memcpy(request.address, command->address, sizeof(request.address));
    command->wake_at = CANSIM_NEVER;
    command->waits = command->master->lss.busy;
    if (!command->waits)
        (void)co_lss_master_start(&command->master->lss, &request, at_ps);
}

/* CiA 305: all go silent for the delay, change, and stay silent for it once more. */
static void change_rate(struct master_command *command, int64_t at_ps)
{
    struct master *master = command->master;

    if (master->lss_rate_bps != 0 &&
        master->host->set_bitrate(master->host->ctx, master->lss_rate_bps) != 0)
        master_note(master, CANSIM_WARNING, "%s: the master cannot change to %u bit/s",
                    command->text, master->lss_rate_bps);
    command->phase = PHASE_QUIET;
    command->wake_at = at_ps + command->wait_ps;
}

void master_run_lss(struct master_command *command, int64_t at_ps)
{
    if (command->phase == PHASE_RATE) {
        change_rate(command, at_ps);
    } else if (command->phase == PHASE_QUIET) {
        master_note(command->master, CANSIM_INFO, "%s: done", command->text);
        master_command_done(command, true);
    } else {
        next_job(command, command->job, command->job == CO_LSS_FASTSCAN ? 0 : command->arg, at_ps);
    }
}
