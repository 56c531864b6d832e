/* SPDX-License-Identifier: MIT */
/* master_model.c - how a master and its slaves are, as a tree. */
#include "plugins/canopen/master_int.h"

static void put_text(struct cansim_sink *sink, const char *name, const char *label,
                     const char *text)
{
    cansim_put_bytes(sink, CANSIM_TEXT, name, label, text, strlen(text), 0);
}

static void put_time(struct cansim_sink *sink, const char *name, const char *label, int64_t ps)
{
    struct cansim_field field;

    memset(&field, 0, sizeof(field));
    field.size = sizeof(field);
    field.kind = CANSIM_TIME;
    field.name = name;
    field.label = label;
    field.value.i = ps;
    sink->field(sink, &field);
}

static void open_heading(struct cansim_sink *sink, const char *name, const char *label,
                         uint64_t number, int kind)
{
    struct cansim_field field;

    memset(&field, 0, sizeof(field));
    field.size = sizeof(field);
    field.kind = (uint8_t)kind;
    field.name = name;
    field.label = label;
    field.value.u = number;
    sink->open(sink, &field);
}

static void put_slave(const struct master_slave *slave, int64_t at_ps, struct cansim_sink *sink)
{
    char error[2] = {slave->error, '\0'};

    open_heading(sink, "node", "node", slave->node_id, CANSIM_UINT);
    put_text(sink, "boot", "boot", master_boot_word(slave->boot));
    if (slave->boot == BOOT_CONFIGURE) {
        cansim_put_uint(sink, "written", "objects written", slave->plan_at, 0, 0, 0, NULL);
        cansim_put_uint(sink, "to_write", "objects to write", slave->plan.n, 0, 0, 0, NULL);
    }
    if (slave->error != 0) {
        put_text(sink, "boot_error", "boot error", error);
        put_text(sink, "boot_error_text", "that is", master_boot_error(slave->error));
    }
    if (slave->nmt_state != MASTER_NMT_UNSEEN)
        cansim_put_uint(sink, "nmt_state", "NMT state", slave->nmt_state, 0, 0, 0,
                        co_nmt_state_name(slave->nmt_state));
    if (slave->heard_at != CANSIM_NEVER) {
        put_time(sink, "heard_at", "last heard of", slave->heard_at);
        put_time(sink, "heard_ago", "that is ago", at_ps - slave->heard_at);
    }
    if (slave->watch != WATCH_OFF)
        put_text(sink, "watch", "watched by",
                 slave->watch == WATCH_GUARD ? "guarding" : "heartbeat");
    if (slave->lost)
        put_text(sink, "lost", "lost", "yes");
    if (co_sdo_client_busy(slave->client))
        cansim_put_uint(sink, "sdo_waiting", "SDO transfers waiting",
                        co_sdo_client_waiting(slave->client), 0, 0, 0, NULL);
    sink->close(sink);
}

void master_model(struct master *master, int64_t at_ps, struct cansim_sink *sink)
{
    cansim_put_uint(sink, "node_id", "node-ID", master->node_id, 0, 0, 0, NULL);
    cansim_put_uint(sink, "nmt_state", "NMT state", master->nmt_state, 0, 0, 0,
                    co_nmt_state_name(master->nmt_state));
    if (master->boot)
        put_text(sink, "network", "network",
                 master->started        ? "started"
                 : master->start_failed ? "not started: a mandatory slave failed"
                                        : "booting");
    if (master->n_steps != 0) {
        open_heading(sink, "script", "script", 0, CANSIM_NONE);
        cansim_put_uint(sink, "steps", "steps", master->n_steps, 0, 0, 0, NULL);
        cansim_put_uint(sink, "done", "done", master->step, 0, 0, 0, NULL);
        cansim_put_uint(sink, "failed", "failed", master->n_failed, 0, 0, 0, NULL);
        if (master->step < master->n_steps)
            put_text(sink, "now", master->step_runs ? "at work" : "next",
                     master->steps[master->step].text);
        sink->close(sink);
    }
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        if (master->slaves[id] != NULL)
            put_slave(master->slaves[id], at_ps, sink);
    }
}
