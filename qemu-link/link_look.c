/* SPDX-License-Identifier: MIT */
/* link_look.c - what monitors are told when they ask: the state of the host, its buses, nodes,
 * faults, identifiers and devices. A look is bounded, and there is no second one before the answer
 * to the first has left: who asks in a hurry only gets less. */
#include "qemu-link/link_internal.h"
#include "simcore/stats.h"

#include <stdio.h>
#include <string.h>

#define PER_LOOK   512 /* messages */
#define KIND_SHIFT 24  /* of `cursor`: which list; below: where in it */
#define PLACE_MASK 0xFFFFFFu

/* ---- one message each ------------------------------------------------------------------------ */

void cs_link_put_info(struct cs_link_conn *conn, uint64_t token)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_link_info info = {0};
    const char *why;

    host->watch->info(host->ctx, &info);
    msg->type = CS_PROTO_INFO;
    msg->token = token;
    msg->at_ps = cs_sim_now_ps(host->sim);
    msg->duration_ps = info.duration_ps;
    msg->speed_permille = info.speed_permille;
    msg->clients = info.clients;
    msg->n_buses = (uint16_t)cs_sim_bus_count(host->sim);
    msg->n_devices = (uint16_t)info.n_devices;
    msg->paused = info.paused;
    msg->reasoned = info.reason != NULL;
    msg->finished = info.finished;
    msg->control = cs_link_may_control(conn, &why);
    snprintf(msg->title, sizeof(msg->title), "%s", info.title);
    snprintf(msg->address, sizeof(msg->address), "%s", info.address);
    snprintf(msg->waiting, sizeof(msg->waiting), "%s", info.waiting);
    snprintf(msg->reason, sizeof(msg->reason), "%s", info.reason ? info.reason : "");
    cs_link_put(conn, msg, false);
}

static void put_bus(struct cs_link_conn *conn, uint64_t token, unsigned index)
{
    const struct cs_link_host *host = &conn->server->host;
    const struct cs_bus *bus = cs_sim_bus(host->sim, index);
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_stats_bus stats = {0};

    if (host->stats)
        cs_stats_bus(host->stats, index, &stats);
    msg->type = CS_PROTO_BUS_STATUS;
    msg->token = token;
    msg->bus_index = (uint16_t)index;
    msg->fd = cs_bus_has_fd(bus);
    msg->bitrate_bps = cs_bus_bitrate_bps(bus);
    msg->data_bitrate_bps = cs_bus_data_bitrate_bps(bus);
    msg->load_permille = stats.load_permille;
    msg->load_total_permille = stats.load_total_permille;
    msg->frames_per_s = stats.frames_per_s;
    msg->ids = stats.ids;
    snprintf(msg->bus, sizeof(msg->bus), "%s", cs_bus_name(bus));
    msg->timing = *cs_bus_timing(bus);
    msg->frames = stats.frames;
    msg->remote_frames = stats.remote_frames;
    msg->data_bytes = stats.data_bytes;
    memcpy(msg->errors, stats.errors, sizeof(msg->errors));
    msg->error_frames = stats.error_frames;
    msg->arb_lost = stats.arb_lost;
    msg->bits = stats.bits;
    msg->busy_ps = stats.busy_ps;
    msg->untracked = stats.untracked;
    cs_link_put(conn, msg, false);
}

static void copy_counts(struct cs_proto_msg *msg, const struct cs_node_status *status)
{
    msg->sent = status->sent;
    msg->received = status->received;
    msg->retries = status->retries;
    msg->arb_lost = status->arb_lost;
    msg->n_errors = status->errors;
    msg->dropped = status->dropped;
    msg->refused = status->refused;
    msg->busy_ps = (int64_t)status->busy_ps;
}

static bool put_node(struct cs_link_conn *conn, uint64_t token, unsigned place)
{
    const struct cs_link_host *host = &conn->server->host;
    const unsigned index = place / CS_BUS_MAX_NODES;
    const int node = (int)(place % CS_BUS_MAX_NODES);
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_node_status status;

    if (cs_bus_node_status(cs_sim_bus(host->sim, index), node, &status) < 0)
        return false;
    msg->type = CS_PROTO_NODE_STATUS;
    msg->token = token;
    msg->bus_index = (uint16_t)index;
    msg->node = (int16_t)node;
    msg->state = (uint8_t)status.state;
    msg->mode = (uint8_t)status.mode;
    msg->fd = (uint8_t)status.fd;
    msg->plugged = status.plugged;
    msg->sending = status.sending;
    msg->receiving = status.receiving;
    msg->attached = status.attached;
    msg->tec = status.tec;
    msg->rec = status.rec;
    msg->bitrate_bps = status.bitrate_bps;
    msg->data_bitrate_bps = status.data_bitrate_bps;
    msg->recovery_runs = status.recovery_runs;
    msg->queued = status.queued;
    msg->queue_len = status.queue_len;
    msg->load_permille = host->stats ? cs_stats_node_load_permille(host->stats, index, node) : 0;
    msg->delay_ps = status.delay_ps;
    msg->cable_ps = status.cable_ps;
    msg->timing = status.timing;
    copy_counts(msg, &status);
    snprintf(msg->name, sizeof(msg->name), "%s", status.name);
    snprintf(msg->via, sizeof(msg->via), "%s", status.via ? status.via : "");
    cs_link_put(conn, msg, false);
    return true;
}

static bool put_fault(struct cs_link_conn *conn, uint64_t token, unsigned place)
{
    struct cs_sim *sim = conn->server->host.sim;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_fault_status status;

    if (!cs_fault_look(cs_sim_bus(sim, place / CS_FAULT_MAX), place % CS_FAULT_MAX, &status))
        return false;
    msg->type = CS_PROTO_FAULT_ENTRY;
    msg->token = token;
    msg->bus_index = (uint16_t)(place / CS_FAULT_MAX);
    msg->fault = status.id;
    msg->active = status.active;
    msg->matched = status.matched;
    msg->fired = status.fired;
    msg->armed_ps = status.armed_ps;
    msg->fired_ps = status.fired_ps;
    cs_fault_format(&status.spec, msg->spec);
    cs_link_put(conn, msg, false);
    return true;
}

static bool put_id(struct cs_link_conn *conn, uint64_t token, unsigned place, int64_t since_ps)
{
    const struct cs_link_host *host = &conn->server->host;
    const unsigned bus = place / CS_STATS_MAX_IDS;
    const struct cs_stats_id *id =
        host->stats ? cs_stats_id(host->stats, bus, place % CS_STATS_MAX_IDS) : NULL;
    struct cs_proto_msg *msg = &conn->server->out;

    if (!id || id->last_ps < since_ps)
        return false;
    msg->type = CS_PROTO_ID_STATUS;
    msg->token = token;
    msg->bus_index = (uint16_t)bus;
    msg->node = id->node;
    msg->count = id->count;
    msg->changed = id->changed;
    msg->first_ps = id->first_ps;
    msg->last_ps = id->last_ps;
    msg->period_ps = id->period_ps;
    msg->period_min_ps = id->period_min_ps;
    msg->period_max_ps = id->period_max_ps;
    msg->frame = id->last;
    cs_link_put(conn, msg, false);
    return true;
}

static void copy_port(const struct cs_link_host *host, const struct cs_link_device *device,
                      unsigned i, struct cs_proto_port *port)
{
    struct cs_bus *bus = device->bus[i] ? cs_sim_find_bus(host->sim, device->bus[i]) : NULL;
    struct cs_node_status status;

    *port = (struct cs_proto_port){0};
    if (i >= device->n_ports)
        return;
    snprintf(port->bus, sizeof(port->bus), "%s", device->bus[i] ? device->bus[i] : "");
    port->on =
        bus && device->node[i] >= 0 && cs_bus_node_status(bus, device->node[i], &status) == 0;
    if (!port->on)
        return;
    port->bitrate_bps = status.bitrate_bps;
    if (status.fd == CS_FD_ISO || status.fd == CS_FD_NON_ISO)
        port->data_bitrate_bps = status.data_bitrate_bps;
    port->tec = status.tec;
    port->rec = status.rec;
    port->state = (uint8_t)status.state;
}

static bool put_device(struct cs_link_conn *conn, uint64_t token, unsigned place)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_link_device device = {.n_ports = 0};

    if (!host->watch->device(host->ctx, place, &device))
        return false;
    msg->type = CS_PROTO_DEVICE_STATUS;
    msg->token = token;
    msg->device = (uint16_t)place;
    msg->plugged = device.plugged;
    msg->connected = device.connected;
    msg->n_ports = (uint8_t)(device.n_ports < CS_PROTO_PORTS ? device.n_ports : CS_PROTO_PORTS);
    msg->connections = device.connections;
    msg->refused = device.refused;
    msg->protocol_errors = device.protocol_errors;
    msg->n_lost = device.lost;
    snprintf(msg->name, sizeof(msg->name), "%s", device.name);
    snprintf(msg->device_kind, sizeof(msg->device_kind), "%s", device.kind);
    snprintf(msg->model, sizeof(msg->model), "%s", device.model);
    snprintf(msg->driver, sizeof(msg->driver), "%s", device.driver);
    snprintf(msg->path, sizeof(msg->path), "%s", device.path);
    snprintf(msg->option, sizeof(msg->option), "%s", device.option);
    for (unsigned i = 0; i < CS_PROTO_PORTS; i++)
        copy_port(host, &device, i, &msg->port[i]);
    cs_link_put(conn, msg, false);
    return true;
}

static bool put_decoder(struct cs_link_conn *conn, uint64_t token, unsigned place)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_link_decoder decoder = {0};

    if (!host->watch->decoder || !host->watch->decoder(host->ctx, place, &decoder))
        return false;
    msg->type = CS_PROTO_DECODER;
    msg->token = token;
    msg->index = (uint16_t)decoder.index;
    msg->active = decoder.says;
    snprintf(msg->name, sizeof(msg->name), "%s", decoder.name);
    snprintf(msg->option, sizeof(msg->option), "%s", decoder.option);
    cs_link_put(conn, msg, false);
    return true;
}

#define SLOTS 64

static bool put_sender(struct cs_link_conn *conn, uint64_t token, unsigned slot)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_link_sent sent = {.sent_ps = -1};

    if (!host->watch->sent || !host->watch->sent(host->ctx, conn->number, slot, &sent))
        return false;
    msg->type = CS_PROTO_SENDER_STATUS;
    msg->token = token;
    msg->slot = (uint16_t)slot;
    msg->running = sent.running;
    msg->last = (uint8_t)sent.last;
    msg->code = cs_link_code_of(sent.error);
    msg->result = (uint8_t)sent.result;
    msg->n_queued = sent.queued;
    msg->sent = sent.sent;
    msg->n_failed = sent.failed;
    msg->refused = sent.refused;
    msg->last_ps = sent.sent_ps;
    cs_link_put(conn, msg, false);
    return true;
}

static void put_plan(struct cs_link_conn *conn, uint64_t token, const struct cs_link_plan *plan)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_PLAN;
    msg->token = token;
    msg->version = plan->version;
    msg->n_rows = plan->n;
    msg->n_more = plan->more;
    msg->n_past = plan->past;
    msg->n_held = plan->held;
    msg->n_broken = plan->failed;
    snprintf(msg->file, sizeof(msg->file), "%s", plan->file);
    cs_link_put(conn, msg, false);
}

static bool put_plan_row(struct cs_link_conn *conn, uint64_t token, unsigned place, uint64_t after)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    struct cs_link_plan_row row;

    if (!host->watch->plan_row(host->ctx, place, &row) || row.version <= after)
        return false;
    msg->type = CS_PROTO_PLAN_ROW;
    msg->token = token;
    msg->row = place;
    msg->line = row.line;
    msg->kind = (uint16_t)row.kind;
    msg->state = (uint8_t)row.state;
    msg->active = row.pending;
    msg->last_ps = row.at_ps;
    msg->amount = row.count;
    msg->until_ps = row.until_ps;
    msg->fault = row.fault;
    snprintf(msg->when, sizeof(msg->when), "%s", row.when);
    snprintf(msg->who, sizeof(msg->who), "%s", row.who);
    snprintf(msg->what, sizeof(msg->what), "%s", row.what);
    snprintf(msg->seen, sizeof(msg->seen), "%s", row.seen);
    snprintf(msg->place, sizeof(msg->place), "%s", row.place);
    snprintf(msg->json, sizeof(msg->json), "%s", row.json);
    cs_link_put(conn, msg, false);
    return true;
}

/* ---- a look ---------------------------------------------------------------------------------- */

struct look {
    struct cs_link_conn *conn;
    uint64_t token;
    int64_t since_ps;
    uint64_t after; /* version of the plan that is known */
    unsigned left;  /* messages */
    struct cs_link_plan plan;
};

static unsigned end_of(const struct look *look, unsigned need)
{
    const struct cs_link_server *server = look->conn->server;
    const unsigned buses = cs_sim_bus_count(server->host.sim);
    struct cs_link_info info = {0};

    switch (need) {
    case CS_PROTO_NEEDS_NODES:
        return buses * CS_BUS_MAX_NODES;
    case CS_PROTO_NEEDS_FAULTS:
        return buses * CS_FAULT_MAX;
    case CS_PROTO_NEEDS_IDS:
        return buses * CS_STATS_MAX_IDS;
    case CS_PROTO_NEEDS_PLAN:
        return look->plan.n;
    case CS_PROTO_NEEDS_SENDERS:
        return SLOTS;
    default:
        server->host.watch->info(server->host.ctx, &info);
        return need == CS_PROTO_NEEDS_DEVICES ? info.n_devices : info.n_decoders;
    }
}

static bool put_one(const struct look *look, unsigned need, unsigned place)
{
    switch (need) {
    case CS_PROTO_NEEDS_NODES:
        return put_node(look->conn, look->token, place);
    case CS_PROTO_NEEDS_FAULTS:
        return put_fault(look->conn, look->token, place);
    case CS_PROTO_NEEDS_IDS:
        return put_id(look->conn, look->token, place, look->since_ps);
    case CS_PROTO_NEEDS_DEVICES:
        return put_device(look->conn, look->token, place);
    case CS_PROTO_NEEDS_PLAN:
        return put_plan_row(look->conn, look->token, place, look->after);
    case CS_PROTO_NEEDS_SENDERS:
        return put_sender(look->conn, look->token, place);
    default:
        return put_decoder(look->conn, look->token, place);
    }
}

static const unsigned needs_in_order[] = {
    CS_PROTO_NEEDS_NODES,    CS_PROTO_NEEDS_FAULTS, CS_PROTO_NEEDS_IDS,    CS_PROTO_NEEDS_DEVICES,
    CS_PROTO_NEEDS_DECODERS, CS_PROTO_NEEDS_PLAN,   CS_PROTO_NEEDS_SENDERS};
#define N_NEEDS (sizeof(needs_in_order) / sizeof(needs_in_order[0]))

/* From a place on, as much as may be; returns where to go on, 0: that was all. */
static uint32_t put_lists(struct look *look, unsigned needs, uint32_t cursor)
{
    unsigned place = cursor & PLACE_MASK;

    for (unsigned k = cursor >> KIND_SHIFT; k < N_NEEDS; k++, place = 0) {
        const unsigned need = needs_in_order[k];
        const unsigned end = needs & need ? end_of(look, need) : 0;

        for (; place < end; place++) {
            if (look->left == 0)
                return (uint32_t)(k << KIND_SHIFT | place);
            look->left -= put_one(look, need, place);
        }
    }
    return 0;
}

static void put_looked(struct cs_link_conn *conn, const struct look *look, unsigned needs,
                       uint32_t cursor, bool busy)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_LOOKED;
    msg->token = look->token;
    msg->at_ps = cs_sim_now_ps(conn->server->host.sim);
    msg->needs = needs;
    msg->cursor = cursor;
    msg->code = busy;
    msg->version = look->plan.version;
    cs_link_put(conn, msg, false);
}

/* What a version brought is only for those who know it. */
static unsigned known_needs(const struct cs_link_conn *conn, unsigned needs)
{
    return conn->minor < 3 ? needs & CS_PROTO_NEEDS_1_2 : needs;
}

static void look_at_plan(struct look *look, unsigned needs, bool first)
{
    const struct cs_link_host *host = &look->conn->server->host;

    if (!(needs & CS_PROTO_NEEDS_PLAN) || !host->watch->plan || !host->watch->plan_row)
        return;
    host->watch->plan(host->ctx, &look->plan);
    if (first)
        put_plan(look->conn, look->token, &look->plan);
}

bool cs_link_look(struct cs_link_conn *conn, const struct cs_proto_msg *asked)
{
    struct look look = {.conn = conn,
                        .token = asked->token,
                        .since_ps = asked->since_ps,
                        .after = asked->version,
                        .left = PER_LOOK};
    const unsigned needs = known_needs(conn, asked->needs);
    uint32_t cursor = asked->cursor;
    const bool busy = conn->losing || conn->looked > conn->out.head;

    cs_link_edges_want(conn, needs & CS_PROTO_NEEDS_EDGES);
    if (!busy) {
        look_at_plan(&look, needs, cursor == 0);
        if (cursor == 0) {
            cs_link_put_info(conn, look.token);
            for (unsigned b = 0; b < cs_sim_bus_count(conn->server->host.sim); b++)
                put_bus(conn, look.token, b);
        }
        cursor = put_lists(&look, needs, cursor);
    }
    put_looked(conn, &look, needs, cursor, busy);
    conn->looked = conn->out.tail;
    return true;
}

void cs_link_put_snapshot(struct cs_link_conn *conn)
{
    struct look look = {.conn = conn, .since_ps = -1, .left = UINT32_MAX};
    const unsigned needs = CS_PROTO_NEEDS_NODES | CS_PROTO_NEEDS_FAULTS;

    cs_link_put_info(conn, 0);
    for (unsigned b = 0; b < cs_sim_bus_count(conn->server->host.sim); b++)
        put_bus(conn, 0, b);
    /* Before the events: who decodes them needs to know how. */
    put_lists(&look, known_needs(conn, CS_PROTO_NEEDS_DECODERS), 0);
    if (conn->minor >= 3)
        cs_link_past_tell(conn->server->past, conn);
    put_looked(conn, &look, needs, put_lists(&look, needs, 0), false);
}
