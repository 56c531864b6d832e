/* SPDX-License-Identifier: MIT */
/* link_fault.c - faults that clients arm, take back, list and watch. Who asks needs no controller:
 * a tool that joined would acknowledge frames, and so change what it came to look at.
 * No answer is owed a place in the output: who asks faster than it reads loses answers. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <stdio.h>

static const struct {
    int err;
    enum cs_proto_fault_code code;
} codes[] = {
    {-ENOENT, CS_PROTO_FAULT_UNKNOWN},
    {-EBUSY, CS_PROTO_FAULT_BUSY},
    {-ENOSPC, CS_PROTO_FAULT_FULL},
    {-EACCES, CS_PROTO_FAULT_DENIED},
};

static uint16_t code_of(int err)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].err == err)
            return (uint16_t)codes[i].code;
    return (uint16_t)(err < 0 ? CS_PROTO_FAULT_UNUSABLE : CS_PROTO_FAULT_DONE);
}

struct answer {
    uint64_t token;
    int err;
    int fault;
    uint64_t count;
    const char *text;
};

static void put_status(struct cs_link_conn *conn, const struct answer *answer)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_FAULT_STATUS;
    msg->token = answer->token;
    msg->at_ps = cs_sim_now_ps(conn->server->host.sim);
    msg->code = code_of(answer->err);
    msg->fault = answer->fault;
    msg->count = answer->count;
    snprintf(msg->spec, sizeof(msg->spec), "%s", answer->text);
    cs_link_put(conn, msg, false);
}

/* Faults are more than what a controller can do. True: answered. */
static bool is_denied(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    struct answer answer = {.token = msg->token, .err = -EACCES};

    if (cs_link_may_control(conn, &answer.text))
        return false;
    put_status(conn, &answer);
    return true;
}

/* The bus of that name; of none: the client's own, else the host's first. NULL and a sentence. */
static struct cs_bus *bus_named(const struct cs_link_conn *conn, const char *name, char *why,
                                size_t why_size)
{
    struct cs_sim *sim = conn->server->host.sim;
    struct cs_bus *bus;

    if (*name == '\0')
        return conn->attached ? conn->bus : cs_sim_bus(sim, 0);
    bus = cs_sim_find_bus(sim, name);
    if (!bus)
        cs_link_no_such_bus(sim, name, why, why_size);
    return bus;
}

bool cs_link_fault_arm(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    char text[CS_FAULT_TEXT_MAX] = "";
    struct cs_bus *bus = bus_named(conn, msg->bus, text, sizeof(text));
    struct answer answer = {.token = msg->token, .err = -ENOENT, .text = text};
    struct cs_fault_spec spec;

    if (is_denied(conn, msg))
        return true;
    if (bus)
        answer.err = cs_fault_parse(msg->spec, &spec, text, sizeof(text));
    if (answer.err == 0)
        answer.err = cs_fault_arm(bus, &spec, text, sizeof(text));
    if (answer.err > 0) {
        answer.fault = answer.err;
        cs_fault_format(&spec, text);
    } else if (answer.err == -ENOSPC && text[0] == '\0') {
        snprintf(text, sizeof(text), "bus %s has %d faults already", cs_bus_name(bus),
                 CS_FAULT_MAX);
    }
    put_status(conn, &answer);
    return true;
}

static uint64_t clear_all(struct cs_bus *bus)
{
    struct cs_fault_status status;
    uint64_t n = 0;

    while (cs_fault_look(bus, (unsigned)n, &status))
        n++;
    cs_fault_clear_all(bus);
    return n;
}

/* Without a bus's name: wherever it is. */
static int clear_anywhere(struct cs_sim *sim, int fault)
{
    for (unsigned i = 0; i < cs_sim_bus_count(sim); i++)
        if (cs_fault_clear(cs_sim_bus(sim, i), fault) == 0)
            return 0;
    return -ENOENT;
}

bool cs_link_fault_clear(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    char why[CS_FAULT_TEXT_MAX] = "";
    struct cs_bus *bus = bus_named(conn, msg->bus, why, sizeof(why));
    struct answer answer = {.token = msg->token, .fault = msg->fault, .text = why};

    if (is_denied(conn, msg))
        return true;
    if (!bus) {
        answer.err = -ENOENT;
    } else if (msg->fault == 0) {
        answer.count = clear_all(bus);
    } else {
        answer.err = *msg->bus ? cs_fault_clear(bus, msg->fault)
                               : clear_anywhere(conn->server->host.sim, msg->fault);
        answer.count = answer.err == 0;
        if (answer.err != 0)
            snprintf(why, sizeof(why), "there is no fault %d%s%s", (int)msg->fault,
                     *msg->bus ? " on bus " : "", msg->bus);
    }
    put_status(conn, &answer);
    return true;
}

static void put_entry(struct cs_link_conn *conn, uint64_t token,
                      const struct cs_fault_status *status)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_FAULT_ENTRY;
    msg->token = token;
    msg->fault = status->id;
    msg->active = status->active;
    msg->matched = status->matched;
    msg->fired = status->fired;
    msg->armed_ps = status->armed_ps;
    msg->fired_ps = status->fired_ps;
    msg->bus_index = 0;
    msg->spec[0] = '\0';
    if (!conn->losing) /* else it is only counted */
        cs_fault_format(&status->spec, msg->spec);
    cs_link_put(conn, msg, false);
}

bool cs_link_fault_list(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    char why[CS_FAULT_TEXT_MAX] = "";
    struct cs_bus *bus = bus_named(conn, msg->bus, why, sizeof(why));
    struct answer answer = {.token = msg->token, .err = bus ? 0 : -ENOENT, .text = why};
    struct cs_fault_status status;

    for (unsigned i = 0; bus && cs_fault_look(bus, i, &status); i++) {
        put_entry(conn, answer.token, &status);
        answer.count++;
    }
    put_status(conn, &answer);
    return true;
}

/* ---- watching -------------------------------------------------------------------------------- */

static void put_event(struct cs_link_conn *conn, const struct cs_event *event)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_FAULT_EVENT;
    msg->at_ps = event->at_ps;
    msg->fault = event->fault;
    msg->stage = event->stage;
    msg->from = event->node;
    snprintf(msg->spec, sizeof(msg->spec), "%s", event->text ? event->text : "");
    cs_link_put(conn, msg, false);
}

/* Runs while the bus does: only appends to outputs. */
static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_link_server *server = ctx;

    if (event->kind != CS_EV_FAULT)
        return;
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->state == CS_LINK_JOINED && conn->want_faults &&
            cs_bus_index(conn->bus) == event->bus)
            put_event(conn, event);
}

void cs_link_fault_watch(struct cs_link_conn *conn, bool on)
{
    struct cs_link_server *server = conn->server;

    if (on == conn->want_faults)
        return;
    conn->want_faults = on;
    if (on && server->n_watchers++ == 0) {
        if (cs_sim_observe(server->host.sim, on_event, server) == 0)
            return;
        server->n_watchers--; /* no room for another observer: this client sees none */
        conn->want_faults = false;
    } else if (!on && --server->n_watchers == 0) {
        cs_sim_unobserve(server->host.sim, on_event, server);
    }
}
