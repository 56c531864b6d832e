/* SPDX-License-Identifier: MIT */
/* master_run.c - what the script's verbs do, but for LSS; and how their outcome is told. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "plugins/canopen/master_int.h"
#include "plugins/canopen/sdo_watch.h"

#define SHOWN      32u /* bytes of a value that are told in full */
#define SHOWN_TEXT 160u

/* ---- SDO ------------------------------------------------------------------------------------- */

static void name_of(const struct master_command *command, char *text, size_t size)
{
    (void)snprintf(text, size, "%s %u %04X:%02X", command->verb->word, command->node,
                   command->index, command->sub);
}

static void value_text(unsigned type, const uint8_t *bytes, size_t len, char *text, size_t size)
{
    const struct co_type_info *info = co_type_info(type);

    if (info != NULL && info->class_ == CO_CLASS_TEXT && len <= SHOWN_TEXT) {
        char inner[SHOWN_TEXT + 40];
        (void)co_value_format(type, bytes, len, inner, sizeof(inner));
        (void)snprintf(text, size, "\"%s\"", inner);
    } else if (info != NULL && info->class_ == CO_CLASS_UINT && len == co_type_size(type) &&
               co_get_le(bytes, len) > 9) {
        uint64_t value = co_get_le(bytes, len);
        (void)snprintf(text, size, "%" PRIu64 " (0x%" PRIX64 ")", value, value);
    } else if (len == 0) {
        (void)snprintf(text, size, "(nothing)");
    } else if (len <= SHOWN) {
        (void)co_value_format(type, bytes, len, text, size);
    } else {
        (void)snprintf(text, size, "%zu bytes, CRC %04Xh", len, co_sdo_crc(0, bytes, len));
    }
}

static void tell_abort(struct master_command *command, const struct co_sdo_result *result)
{
    const char *text = co_abort_text(result->abort_code);
    bool ok = command->want == WANT_ABORT && result->abort_code == command->want_abort;
    char name[80], expected[48] = "";

    if (!command->master->attached)
        return; /* it leaves the bus, and the script with it */
    name_of(command, name, sizeof(name));
    if (command->want == WANT_ABORT && !ok)
        (void)snprintf(expected, sizeof(expected), ", expected abort %08Xh", command->want_abort);
    if (result->cancelled)
        master_note(command->master, CANSIM_WARNING, "%s: given up, the node was reset", name);
    else
        master_note(command->master,
                    ok                               ? CANSIM_INFO
                    : command->want == WANT_ANYTHING ? CANSIM_WARNING
                                                     : CANSIM_ERROR,
                    "%s: abort %08Xh%s%s%s%s", name, result->abort_code, text != NULL ? " " : "",
                    text != NULL ? text : "", result->by_server ? "" : " (by the master)",
                    expected);
    master_command_done(command, ok);
}

static void tell_value(struct master_command *command, const struct co_sdo_result *result)
{
    unsigned type = master_command_type(command);
    bool ok = true;
    char name[80], value[SHOWN_TEXT + 80], wanted[SHOWN_TEXT + 80], again[48] = "";

    name_of(command, name, sizeof(name));
    value_text(type, result->data, result->len, value, sizeof(value));
    if (result->resent != 0)
        (void)snprintf(again, sizeof(again), ", %u segments again", result->resent);
    if (command->want == WANT_ABORT) {
        ok = false;
        (void)snprintf(wanted, sizeof(wanted), ", expected abort %08Xh", command->want_abort);
    } else if (command->want == WANT_VALUE && !command->flag) {
        char inner[SHOWN_TEXT + 60];
        ok = result->len == command->value_len &&
             (result->len == 0 || memcmp(result->data, command->value, result->len) == 0);
        value_text(type, command->value, command->value_len, inner, sizeof(inner));
        (void)snprintf(wanted, sizeof(wanted), ", expected %s", inner);
    }
    master_note(command->master, ok ? CANSIM_INFO : CANSIM_ERROR, "%s = %s%s%s%s", name, value,
                command->block && !result->block ? " (without blocks)" : "", again,
                ok ? "" : wanted);
    master_command_done(command, ok);
}

static void sdo_done(void *ctx, const struct co_sdo_result *result)
{
    if (result->abort_code != 0)
        tell_abort(ctx, result);
    else
        tell_value(ctx, result);
}

void master_run_sdo(struct master_command *command, int64_t at_ps)
{
    struct co_sdo_request request = {.index = command->index,
                                     .sub = command->sub,
                                     .write = command->flag,
                                     .block = command->block,
                                     .data = command->value,
                                     .len = command->flag ? command->value_len : 0,
                                     .done = sdo_done,
                                     .ctx = command};
    struct master_slave *slave = command->master->slaves[command->node];
    char name[80];

    if (co_sdo_client_submit(slave->client, &request, at_ps) == 0)
        return;
    name_of(command, name, sizeof(name));
    master_note(command->master, CANSIM_ERROR, "%s: too many transfers wait", name);
    master_command_done(command, false);
}

/* ---- frames of one kind ---------------------------------------------------------------------- */

void master_run_nmt(struct master_command *command, int64_t at_ps)
{
    (void)at_ps;
    master_send_nmt(command->master, command->arg, command->node);
    master_command_done(command, true);
}

void master_run_sync(struct master_command *command, int64_t at_ps)
{
    (void)at_ps;
    master_send_sync(command->master);
    master_command_done(command, true);
}

void master_run_time(struct master_command *command, int64_t at_ps)
{
    master_send_time(command->master, at_ps);
    master_command_done(command, true);
}

void master_run_send(struct master_command *command, int64_t at_ps)
{
    int ret = master_send(command->master, &command->frame, 0);

    (void)at_ps;
    if (ret != 0)
        master_note(command->master, CANSIM_WARNING, "%s: %s", command->text,
                    ret == -ENOSPC ? "the queue is full" : "could not be sent");
    master_command_done(command, ret == 0);
}

/* ---- waiting --------------------------------------------------------------------------------- */

void master_run_boot(struct master_command *command, int64_t at_ps)
{
    struct master *master = command->master;

    if (command->node == 0) {
        for (unsigned id = 1; id < MASTER_NODES; id++) {
            if (master->slaves[id] == NULL)
                continue;
            co_sdo_client_cancel(master->slaves[id]->client);
            master_watch_stop(master->slaves[id]);
        }
        master_boot_start(master, at_ps);
    } else {
        master_boot_slave(master->slaves[command->node], at_ps);
    }
    command->waits = true;
}

void master_run_wait(struct master_command *command, int64_t at_ps)
{
    if (command->flag)
        command->waits = true;
    else
        command->wake_at = at_ps + command->wait_ps;
}

static bool all_booted(const struct master *master, unsigned node)
{
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        const struct master_slave *slave = master->slaves[id];
        if (slave != NULL && (node == 0 ? slave->listed : id == node) && slave->boot != BOOT_DONE)
            return false;
    }
    return true;
}

static bool boot_settled(const struct master_command *command)
{
    const struct master *master = command->master;

    if (command->node != 0)
        return master_boot_over(master->slaves[command->node]);
    return master->started || master->start_failed || !master_boots(master);
}

void master_run_again(struct master_command *command, int64_t at_ps)
{
    if (command->verb->run == master_run_lss) {
        master_run_lss(command, at_ps);
    } else if (command->verb->run == master_run_wait && !command->flag) {
        master_command_done(command, true);
    } else if (boot_settled(command)) {
        master_command_done(command, all_booted(command->master, command->node));
    }
}
