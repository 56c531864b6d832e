/* SPDX-License-Identifier: MIT */
/* host_link_take.c - what a host elsewhere tells, put into the model. Its numbers have been checked
 * against the protocol's ranges, not against each other: indices are looked at before use. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/context.h"
#include "tui/feed_row.h"
#include "tui/host_link_ask.h"
#include "tui/job.h"

static bool known(unsigned bus, int node)
{
    return node >= 0 && node < CS_BUS_MAX_NODES && bus < CS_SIM_MAX_BUSES;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void name_node(struct cs_host_link *link, unsigned bus, int node, const char *name)
{
    uint32_t *who = &link->feed.who[bus][node];
    const char *old = *who != CS_NAME_NONE ? cs_names_text(&link->tui->names, *who) : NULL;

    if (*name && (!old || strcmp(old, name) != 0))
        *who = cs_names_add(&link->tui->names, name);
}

static uint32_t who_is(const struct cs_host_link *link, unsigned bus, int node)
{
    return known(bus, node) ? link->feed.who[bus][node] : CS_NAME_NONE;
}

/* Whatever a host says, times are bus times; below 0: unknown. */
static int64_t sane(int64_t ps)
{
    return ps < -1 ? -1 : ps > CS_TIME_END ? CS_TIME_END : ps;
}

/* No frame is on the wire for longer, whatever its bit rate, nor a level on a cable: sums of such
 * times stay in range. */
#define LONGEST_PS CS_PS_PER_S

static int64_t delay_of(int64_t ps)
{
    return ps < LONGEST_PS ? ps : LONGEST_PS;
}

static int64_t start_of(const struct cs_proto_msg *msg, int64_t at_ps)
{
    const int64_t start_ps = sane(msg->start_ps);

    if (msg->kind != CS_EV_FRAME && msg->kind != CS_EV_ERROR_FRAME)
        return start_ps;
    if (start_ps > at_ps)
        return at_ps;
    return start_ps < at_ps - LONGEST_PS ? at_ps - LONGEST_PS : start_ps;
}

/* Time goes on, whatever a host says. */
static int64_t time_of(const struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    const int64_t at_ps = sane(msg->at_ps), now_ps = link->sim ? cs_sim_now_ps(link->sim) : 0;

    return at_ps > now_ps ? at_ps : now_ps;
}

static struct cs_event event_of(const struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    const int64_t at_ps = time_of(link, msg);
    const int64_t start_ps = start_of(msg, at_ps), queued_ps = sane(msg->queued_ps);

    return (struct cs_event){
        .at_ps = at_ps,
        .seq = msg->seq,
        .kind = msg->kind,
        .bus = msg->bus_index,
        .node = msg->node,
        .tec = msg->tec,
        .rec = msg->rec,
        .n_bits = msg->n_bits,
        .bit = msg->bit,
        .state = msg->state,
        .error = msg->error,
        .field = msg->field,
        .result = msg->result,
        .tx = msg->tx,
        .stuff = msg->stuff,
        .stage = msg->stage,
        .level = msg->level,
        .index = msg->index,
        .peer = msg->peer,
        .fault = msg->fault,
        .mode = msg->mode,
        .attempt = msg->attempts,
        .lost = msg->lost,
        .start_ps = start_ps,
        .queued_ps = msg->kind == CS_EV_FRAME && queued_ps > start_ps ? start_ps : queued_ps,
        .frame = msg->has_frame ? &msg->frame : NULL,
        .text = *msg->spec && !msg->has_frame ? msg->spec : NULL,
    };
}

static bool is_whole(const struct cs_event *event)
{
    return event->kind < CS_EV_KIND_COUNT && (event->kind != CS_EV_FRAME || event->frame);
}

/* Of the backlog: what is there already, because the connection was lost for a while. */
static bool is_known(const struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    const struct cs_row *last = cs_tui_ring_get(&link->tui->ring, link->tui->ring.end - 1);

    if (link->same_run)
        return msg->seq <= link->before_seq;
    return last && msg->at_ps < last->at_ps;
}

/* Events are in order; those of the past name their nodes, which may have left since. */
static bool follow(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    if (msg->past && is_known(link, msg))
        return false;
    if (msg->past && known(msg->bus_index, msg->node) && msg->kind != CS_EV_ATTACH)
        name_node(link, msg->bus_index, msg->node, msg->name);
    link->seq = msg->seq;
    link->any_seq = true;
    return true;
}

static void take_event(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    const struct cs_event event = event_of(link, msg);
    const struct cs_feed_said said = {msg->severity - 1, msg->spec};
    struct cs_tui *tui = link->tui;

    if (event.bus >= tui->n_buses || !is_whole(&event) || !follow(link, msg))
        return;
    if (event.at_ps > tui->info.now_ps)
        tui->info.now_ps = event.at_ps;
    link->news |= !msg->past;
    if (event.kind == CS_EV_NOTE && msg->severity > 0) {
        if (cs_host_link_mirror(link, event.at_ps) == 0 && link->feed.told)
            cs_feed_said_row(tui, event.bus, event.at_ps, &said);
        return;
    }
    if (event.kind == CS_EV_ATTACH && known(event.bus, event.node))
        name_node(link, event.bus, event.node, msg->name);
    cs_host_link_publish(link, &event, msg);
    if (event.kind == CS_EV_FAULT)
        cs_fault_list_matched(&tui->fault_list, event.fault, msg->matched);
}

/* ---- states ---------------------------------------------------------------------------------- */

#define GUESS_BPS 500000

static void take_info(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;
    struct cs_tui_info *info = &tui->info;

    snprintf(info->title, sizeof info->title, "%s", msg->title);
    snprintf(info->link, sizeof info->link, "%s", msg->address);
    snprintf(info->waiting, sizeof info->waiting, "%s", msg->waiting);
    info->clients = msg->clients;
    info->paused = msg->paused;
    info->pause[0] = '\0';
    if (msg->reasoned)
        snprintf(info->pause, sizeof info->pause, "the scenario pauses (space goes on)%s%.140s",
                 *msg->reason ? ": " : "", msg->reason);
    info->finished = msg->finished;
    info->speed_permille = msg->speed_permille;
    info->now_ps = sane(msg->at_ps);
    info->duration_ps = sane(msg->duration_ps);
    tui->n_buses = msg->n_buses < CS_SIM_MAX_BUSES ? msg->n_buses : CS_SIM_MAX_BUSES;
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (!tui->bus[b].bitrate_bps) { /* until it is told */
            tui->bus[b].bitrate_bps = GUESS_BPS;
            tui->bus[b].rate_unknown = true;
        }
}

static void copy_stats(struct cs_stats_bus *stats, const struct cs_proto_msg *msg)
{
    *stats = (struct cs_stats_bus){
        .frames = msg->frames,
        .remote_frames = msg->remote_frames,
        .data_bytes = msg->data_bytes,
        .error_frames = msg->error_frames,
        .arb_lost = msg->arb_lost,
        .bits = msg->bits,
        .busy_ps = msg->busy_ps,
        .load_permille = msg->load_permille,
        .load_total_permille = msg->load_total_permille,
        .frames_per_s = msg->frames_per_s,
        .ids = msg->ids,
        .untracked = msg->untracked,
    };
    memcpy(stats->errors, msg->errors, sizeof stats->errors);
}

/* Where the host tells none, or only quanta of a clock. */
static void know_rate(struct cs_bit_timing *timing, uint32_t bitrate_bps)
{
    if (!timing->bitrate_bps && timing->clock_hz)
        timing->bitrate_bps = cs_bit_timing_bitrate(timing);
    if (!timing->bitrate_bps && bitrate_bps)
        cs_bit_timing_fill(timing, bitrate_bps, CS_SAMPLE_DFLT, 0);
}

static void take_bus(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;
    struct cs_tui_bus *bus = &tui->bus[msg->bus_index];

    if (msg->bus_index >= tui->n_buses)
        return;
    snprintf(bus->name, sizeof bus->name, "%.15s", msg->bus);
    bus->bitrate_bps = msg->bitrate_bps;
    bus->rate_unknown = false;
    bus->data_bitrate_bps = msg->data_bitrate_bps;
    bus->fd = msg->fd;
    bus->timing = msg->timing;
    know_rate(&bus->timing.nominal, bus->bitrate_bps);
    know_rate(&bus->timing.data, bus->data_bitrate_bps);
    tui->fd |= bus->fd;
    copy_stats(&bus->stats, msg);
}

/* Statuses point at a word for the way in. */
static const char *via_of(struct cs_host_link *link, const char *via)
{
    for (unsigned i = 0; i < CS_HOST_LINK_VIAS; i++) {
        if (!link->via[i][0])
            snprintf(link->via[i], sizeof link->via[i], "%s", via);
        if (!strcmp(link->via[i], via))
            return link->via[i];
    }
    return "?";
}

static void copy_node(struct cs_node_status *status, const struct cs_proto_msg *msg)
{
    *status = (struct cs_node_status){
        .attached = msg->attached,
        .state = (enum cs_node_state)msg->state,
        .tec = msg->tec,
        .rec = msg->rec,
        .mode = msg->mode,
        .bitrate_bps = msg->bitrate_bps,
        .data_bitrate_bps = msg->data_bitrate_bps,
        .timing = msg->timing,
        .fd = (enum cs_fd)msg->fd,
        .delay_ps = delay_of(msg->delay_ps),
        .cable_ps = delay_of(msg->cable_ps),
        .plugged = msg->plugged,
        .recovery_runs = msg->recovery_runs,
        .sending = msg->sending,
        .receiving = msg->receiving,
        .queued = msg->queued,
        .queue_len = msg->queue_len,
        .sent = msg->sent,
        .received = msg->received,
        .retries = msg->retries,
        .arb_lost = msg->arb_lost,
        .errors = msg->n_errors,
        .dropped = msg->dropped,
        .refused = msg->refused,
        .busy_ps = (uint64_t)msg->busy_ps,
    };
}

/* It was there before us. */
static void know_history(struct cs_host_link *link, struct cs_tui_node *node)
{
    struct cs_node_history **history = &link->feed.histories.of[node->bus][node->index];

    if (!*history)
        cs_histories_event(&link->feed.histories,
                           &(struct cs_event){.kind = CS_EV_ATTACH,
                                              .at_ps = link->tui->info.now_ps,
                                              .bus = node->bus,
                                              .node = node->index,
                                              .state = (uint8_t)node->status.state,
                                              .tec = node->status.tec,
                                              .rec = node->status.rec});
    node->history = *history;
}

static void take_node(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;
    struct cs_tui_node *node;

    if (!known(msg->bus_index, msg->node) || msg->bus_index >= tui->n_buses)
        return;
    name_node(link, msg->bus_index, msg->node, msg->name);
    if (link->n_nodes >= tui->nodes_room)
        return;
    node = &tui->nodes[link->n_nodes++];
    node->bus = msg->bus_index;
    node->index = msg->node;
    node->load_permille = msg->load_permille;
    node->last = link->feed.last[msg->bus_index][msg->node];
    copy_node(&node->status, msg);
    if (!link->fresh)
        know_history(link, node);
    node->history = link->feed.histories.of[msg->bus_index][msg->node];
    node->status.via = via_of(link, msg->via);
    snprintf(node->status.name, sizeof node->status.name, "%s", msg->name);
    if (tui->n_nodes < link->n_nodes)
        tui->n_nodes = link->n_nodes;
}

static void take_id(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui_id *item =
        cs_ids_get(&link->tui->ids, msg->bus_index, msg->frame.id, msg->frame.flags);

    if (!item)
        return;
    item->stat = (struct cs_stats_id){
        .last = msg->frame,
        .changed = msg->changed,
        .count = msg->count,
        .first_ps = sane(msg->first_ps),
        .last_ps = sane(msg->last_ps),
        .period_ps = sane(msg->period_ps),
        .period_min_ps = sane(msg->period_min_ps),
        .period_max_ps = sane(msg->period_max_ps),
        .node = msg->node,
    };
    if (item->who == CS_NAME_NONE)
        item->who = who_is(link, msg->bus_index, msg->node);
}

static void take_fault(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    const struct cs_fault_status status = {
        .id = msg->fault,
        .active = msg->active,
        .matched = msg->matched,
        .fired = msg->fired,
        .armed_ps = sane(msg->armed_ps),
        .fired_ps = sane(msg->fired_ps),
    };

    if (msg->bus_index < link->tui->n_buses)
        cs_fault_list_see(&link->tui->fault_list, msg->bus_index, &status, msg->spec);
}

static void copy_port(struct cs_tui_port *port, const struct cs_proto_port *from)
{
    *port = (struct cs_tui_port){
        .on = from->on,
        .bitrate_bps = from->bitrate_bps,
        .data_bitrate_bps = from->data_bitrate_bps,
        .tec = from->tec,
        .rec = from->rec,
        .state = from->state,
    };
    snprintf(port->bus, sizeof port->bus, "%s", from->bus);
}

static void take_device(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;
    struct cs_tui_device *device;

    if (link->n_devices >= CS_TUI_DEVICES)
        return;
    device = &tui->devices[link->n_devices++];
    *device = (struct cs_tui_device){
        .plugged = msg->plugged,
        .connected = msg->connected,
        .n_ports = msg->n_ports < CS_PROTO_PORTS ? msg->n_ports : CS_PROTO_PORTS,
        .connections = msg->connections,
        .refused = msg->refused,
        .protocol_errors = msg->protocol_errors,
        .lost = msg->n_lost,
    };
    snprintf(device->name, sizeof device->name, "%s", msg->name);
    snprintf(device->kind, sizeof device->kind, "%s", msg->device_kind);
    snprintf(device->model, sizeof device->model, "%s", msg->model);
    snprintf(device->driver, sizeof device->driver, "%s", msg->driver);
    snprintf(device->path, sizeof device->path, "%s", msg->path);
    snprintf(device->option, sizeof device->option, "%s", msg->option);
    for (unsigned i = 0; i < device->n_ports; i++)
        copy_port(&device->port[i], &msg->port[i]);
    if (tui->n_devices < link->n_devices)
        tui->n_devices = link->n_devices;
}

/* ---- answers --------------------------------------------------------------------------------- */

void cs_host_link_begin(struct cs_host_link *link)
{
    link->n_nodes = link->n_devices = 0;
    link->gap = false;
    if (link->asked & CS_NEEDS_FAULTS)
        cs_fault_list_begin(&link->tui->fault_list);
}

/* The snapshot was told. */
static void take_whole(struct cs_host_link *link, int64_t at_ps)
{
    link->fresh = false;
    cs_host_link_mirror(link, sane(at_ps));
    for (unsigned i = 0; i < link->n_nodes; i++)
        know_history(link, &link->tui->nodes[i]);
}

static void take_looked(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;

    link->looking = false;
    if (link->fresh && msg->cursor == 0)
        take_whole(link, msg->at_ps);
    if (link->gap || msg->code != 0)
        return;
    if (msg->cursor != 0) {
        cs_host_link_go_on(link, msg->cursor);
        return;
    }
    if (link->asked & CS_NEEDS_NODES) {
        tui->n_nodes = link->n_nodes;
        link->unsure = false;
    }
    if (link->asked & CS_NEEDS_DEVICES)
        tui->n_devices = link->n_devices;
    if (link->asked & CS_NEEDS_FAULTS)
        cs_fault_list_end(&tui->fault_list, msg->at_ps);
    if (link->asked & CS_NEEDS_PLAN && link->minor >= 3)
        cs_host_link_plan_is(link);
    if (link->asked & CS_NEEDS_IDS)
        link->since_ps = link->next_since_ps;
    link->got = link->asked;
}

static const int errors[CS_PROTO_CONTROL_COUNT] = {
    [CS_PROTO_CONTROL_DONE] = 0,
    [CS_PROTO_CONTROL_FAILED] = -EIO,
    [CS_PROTO_CONTROL_DENIED] = -EACCES,
    [CS_PROTO_CONTROL_UNUSABLE] = -EINVAL,
    [CS_PROTO_CONTROL_UNKNOWN] = -ENOENT,
    [CS_PROTO_CONTROL_BUSY] = -EBUSY,
    [CS_PROTO_CONTROL_FULL] = -ENOSPC,
    [CS_PROTO_CONTROL_BUS_OFF] = -ENETDOWN,
    [CS_PROTO_CONTROL_CANNOT] = -EOPNOTSUPP,
    [CS_PROTO_CONTROL_ALREADY] = -EALREADY,
};

int cs_host_link_errno(unsigned code)
{
    return code < CS_PROTO_CONTROL_COUNT ? errors[code] : -EIO;
}

static void take_controlled(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    if (!link->awaited || msg->token != link->awaited)
        return;
    link->answered = true;
    link->result = cs_host_link_errno(msg->code);
    link->fault = msg->fault;
    snprintf(link->answer, sizeof link->answer, "%.255s", msg->spec);
}

static void take_lost(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_tui *tui = link->tui;

    tui->info.missed += msg->count;
    cs_host_link_miss(link);
    link->gap = link->unsure = true;
    link->got = 0;
    link->plan_version = 0;
    link->since_ps = -1;
}

void cs_host_link_forget(struct cs_host_link *link, int64_t now_ps)
{
    struct cs_tui *tui = link->tui;
    const struct cs_row *last = cs_tui_ring_get(&tui->ring, tui->ring.end - 1);

    cs_host_link_miss(link);
    if (link->sim && cs_sim_now_ps(link->sim) > now_ps)
        cs_plots_restart(&tui->plots);
    if (!link->same_run || !link->sim)
        cs_host_link_mirror_end(link);
    cs_host_link_forget_decoders(link);
    link->looking = false;
    link->got = link->asked = 0;
    link->plan_version = 0;
    link->edge = 0;
    link->since_ps = -1;
    tui->info.missed = 0;
    cs_fault_list_begin(&tui->fault_list);
    cs_fault_list_end(&tui->fault_list, now_ps);
    if (!last || last->at_ps <= now_ps)
        return;
    tui->ring.first = tui->ring.end;
    cs_undo_restart(&tui->undo);
    cs_tui_end_job(tui);
    cs_ids_fini(&tui->ids);
    if (cs_ids_init(&tui->ids) != 0 || cs_contexts_forget(tui) != 0)
        tui->quit = true;
    tui->ids.read = tui->ids.tail = tui->ring.end;
}

void cs_host_link_take(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    static const struct {
        uint16_t type;
        bool answer; /* to a question: one that is no longer asked is of no use */
        void (*take)(struct cs_host_link *link, const struct cs_proto_msg *msg);
    } takes[] = {
        {CS_PROTO_EVENT, false, take_event},
        {CS_PROTO_INFO, false, take_info},
        {CS_PROTO_BUS_STATUS, true, take_bus},
        {CS_PROTO_NODE_STATUS, true, take_node},
        {CS_PROTO_ID_STATUS, true, take_id},
        {CS_PROTO_FAULT_ENTRY, true, take_fault},
        {CS_PROTO_DEVICE_STATUS, true, take_device},
        {CS_PROTO_LOOKED, true, take_looked},
        {CS_PROTO_CONTROLLED, false, take_controlled},
        {CS_PROTO_LOST, false, take_lost},
        {CS_PROTO_DECODER, true, cs_host_link_decoder},
        {CS_PROTO_SENDER_STATUS, true, cs_host_link_take_sender},
        {CS_PROTO_ANSWER, false, cs_host_link_take_answer},
        {CS_PROTO_PLAN, true, cs_host_link_take_plan},
        {CS_PROTO_PLAN_ROW, true, cs_host_link_take_plan_row},
        {CS_PROTO_EDGES, false, cs_host_link_take_edges},
    };

    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
        if (takes[i].type == msg->type && (!takes[i].answer || msg->token == link->token))
            takes[i].take(link, msg);
}
