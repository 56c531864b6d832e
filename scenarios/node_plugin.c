/* SPDX-License-Identifier: MIT */
/* A node that a plugin drives: its controller's callbacks become calls of the plugin, and what the
 * plugin wants becomes calls of the bus. From when it leaves the bus until it is attached again it
 * hears nothing and can do nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "scenarios/nodes_internal.h"

struct cs_node_plugin {
    struct cs_nodes_node *node;
    const struct cansim_node_type *type;
    void *state;
    struct cansim_host host;
    struct cansim_node_host node_host;
    struct cs_timer timer;
    struct cs_rng rng;
    int told_state; /* enum cansim_bus_state */
    bool is_open;
    bool again; /* being opened once more: what is odd about it was told */
};

static bool is_on(const struct cs_nodes_node *node)
{
    return node->index != CS_NO_NODE && !node->leaving;
}

/* ---- what the plugin can do ------------------------------------------------------------------ */

static void on_say(void *ctx, int severity, const char *text)
{
    const struct cs_node_plugin *p = ctx;
    const struct cs_nodes *all = p->node->all;
    char place[200], line[600];

    (void)severity;
    text = cs_scenario_settings_place(p->node->def, text, place, sizeof(place));
    snprintf(line, sizeof(line), "%s: %s: %s", all->scenario->file, place, text);
    if (all->say != NULL && !all->over && !p->again)
        all->say(all->say_ctx, line);
}

static int64_t on_now(void *ctx)
{
    const struct cs_node_plugin *p = ctx;

    return p->node->all->over ? 0 : cs_sim_now_ps(p->node->all->sim);
}

/* 0 or -EINVAL. Where only one of dlc and len is set it tells the other. */
static int convert(const struct cansim_frame *from, struct cs_frame *to)
{
    bool fd = (from->flags & CANSIM_FRAME_FD) != 0, rtr = (from->flags & CANSIM_FRAME_RTR) != 0;

    if (from->size < sizeof(*from) || from->len > CS_FRAME_MAX_DATA || from->dlc > 15)
        return -EINVAL;
    memset(to, 0, sizeof(*to));
    to->id = from->id;
    to->flags = from->flags; /* the same bits */
    to->dlc = from->dlc != 0 ? from->dlc : (uint8_t)cs_frame_len_to_dlc(from->len);
    to->len = rtr ? 0 : (uint8_t)cs_frame_dlc_to_len(to->dlc, fd);
    memcpy(to->data, from->data, to->len);
    return rtr || from->len <= to->len ? 0 : -EINVAL;
}

/* The cookie 0 is for frames of the timeline, of which the plugin does not know. */
static int on_send(void *ctx, const struct cansim_frame *from, uint64_t cookie)
{
    struct cs_node_plugin *p = ctx;
    struct cs_frame frame;

    if (!is_on(p->node))
        return -ENETDOWN;
    if (cookie == UINT64_MAX || convert(from, &frame) != 0)
        return -EINVAL;
    int ret = cs_bus_submit(p->node->bus, p->node->index, &frame, cookie + 1);
    return ret == -EOPNOTSUPP ? -EINVAL : ret == -ENOENT ? -ENETDOWN : ret;
}

static int on_abort(void *ctx, uint64_t cookie)
{
    struct cs_node_plugin *p = ctx;

    if (!is_on(p->node) || cookie == UINT64_MAX)
        return 0;
    int n = cs_bus_abort(p->node->bus, p->node->index, cookie + 1);
    return n > 0 ? n : 0;
}

static void on_set_timer(void *ctx, int64_t at_ps)
{
    struct cs_node_plugin *p = ctx;
    struct cs_nodes *all = p->node->all;

    if (!is_on(p->node))
        return;
    if (at_ps > CS_TIME_END)
        cs_timer_stop(all->sim, &p->timer);
    else
        cs_timer_start(all->sim, &p->timer, at_ps); /* reserved */
}

static uint64_t on_random(void *ctx)
{
    struct cs_node_plugin *p = ctx;

    return cs_rng_next(&p->rng);
}

static void on_note(void *ctx, int severity, const char *text)
{
    const struct cs_node_plugin *p = ctx;

    (void)severity;
    cs_nodes_note(p->node, text);
}

static int on_set_bitrate(void *ctx, uint32_t bitrate_bps)
{
    struct cs_node_plugin *p = ctx;

    if (!is_on(p->node) || bitrate_bps < CS_BITRATE_MIN || bitrate_bps > CS_BITRATE_MAX)
        return -EINVAL;
    return cs_nodes_set_bitrate(p->node->bus, p->node->index, bitrate_bps) == 0 ? 0 : -EINVAL;
}

/* ---- what it is told ------------------------------------------------------------------------- */

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct cs_nodes_node *node = ctx;
    struct cansim_frame frame = {
        .size = sizeof(frame),
        .id = rx->frame->id,
        .flags = rx->frame->flags,
        .dlc = rx->frame->dlc,
        .len = rx->frame->len,
        .bus = (uint16_t)node->def->bus,
        .node = rx->from,
        .start_ps = rx->start_ps,
        .at_ps = rx->at_ps,
    };

    if (rx->own || node->leaving || node->plugin->type->frame == NULL)
        return;
    memcpy(frame.data, rx->frame->data, frame.len);
    node->plugin->type->frame(node->plugin->state, &frame);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_nodes_node *node = ctx;
    const struct cs_node_plugin *p = node->plugin;

    if (done->result == CS_TX_DETACHED || node->leaving || done->cookie == 0 ||
        p->type->sent == NULL)
        return;
    p->type->sent(p->state, done->cookie - 1, (int)done->result, done->at_ps);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    static const int states[CS_STATE_COUNT] = {
        [CS_STATE_ERROR_ACTIVE] = CANSIM_ERROR_ACTIVE,
        [CS_STATE_ERROR_PASSIVE] = CANSIM_ERROR_PASSIVE,
        [CS_STATE_BUS_OFF] = CANSIM_BUS_OFF,
        [CS_STATE_INTEGRATING] = CANSIM_ERROR_ACTIVE,
    };
    struct cs_nodes_node *node = ctx;
    struct cs_node_plugin *p = node->plugin;

    if (event->kind != CS_EV_STATE || event->state >= CS_STATE_COUNT || node->leaving ||
        states[event->state] == p->told_state)
        return;
    p->told_state = states[event->state];
    if (p->type->bus_state != NULL)
        p->type->bus_state(p->state, p->told_state, event->at_ps);
}

const struct cs_controller_ops cs_node_plugin_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = cs_nodes_on_detached,
};

static void on_timer(void *ctx, struct cs_timer *timer)
{
    struct cs_node_plugin *p = ctx;

    (void)timer;
    if (p->type->timer != NULL)
        p->type->timer(p->state, on_now(p));
}

void cs_node_plugin_attached(struct cs_nodes_node *node)
{
    struct cs_node_plugin *p = node->plugin;

    p->told_state = CANSIM_ERROR_ACTIVE;
    if (p->type->attached != NULL)
        p->type->attached(p->state, on_now(p));
}

void cs_node_plugin_stop(struct cs_nodes_node *node)
{
    cs_timer_stop(node->all->sim, &node->plugin->timer);
}

/* Told when it begins to leave. Where the sim itself ends there is no bus to be told of. */
void cs_node_plugin_detached(struct cs_nodes_node *node)
{
    struct cs_node_plugin *p = node->plugin;

    if (p->type->detached != NULL)
        p->type->detached(p->state, on_now(p));
}

int cs_node_plugin_command(struct cs_nodes_node *node, const char *text, char *why, size_t why_size)
{
    struct cs_node_plugin *p = node->plugin;

    if (!is_on(node)) {
        snprintf(why, why_size, "must be for a node that is on the bus, \"%s\" is not",
                 node->def->name);
        return -1;
    }
    return p->type->command(p->state, on_now(p), text, why, why_size);
}

/* ---- its life -------------------------------------------------------------------------------- */

static void init(struct cs_node_plugin *p, struct cs_nodes_node *node)
{
    p->node = node;
    p->type = node->def->plugin;
    p->timer.fn = on_timer;
    p->timer.ctx = p;
    p->host = (struct cansim_host){
        .size = sizeof(p->host),
        .ctx = p,
        .version = CANSIM_VERSION,
        .bus_name = cs_bus_name(node->bus),
        .bitrate_bps = cs_bit_timing_bitrate(&node->def->timing.timing.nominal),
        .say = on_say,
    };
    p->node_host = (struct cansim_node_host){
        .size = sizeof(p->node_host),
        .host = &p->host,
        .ctx = p,
        .name = node->def->name,
        .now = on_now,
        .send = on_send,
        .abort = on_abort,
        .set_timer = on_set_timer,
        .random = on_random,
        .note = on_note,
        .set_bitrate = on_set_bitrate,
    };
}

static int open_state(struct cs_node_plugin *p, struct cs_error *error)
{
    const struct cs_scenario_node *def = p->node->def;
    const struct cs_nodes *all = p->node->all;
    char stream[CS_NAME_MAX + 16], why[400] = "", place[200];

    snprintf(stream, sizeof(stream), "node/%s/plugin", def->name);
    cs_rng_init(&p->rng, cs_sim_seed(all->sim), stream);
    p->is_open = p->type->open(&p->state, &p->node_host, def->settings, def->n_settings, why,
                               sizeof(why)) == 0;
    if (p->is_open)
        return 0;
    const char *text = cs_scenario_settings_place(def, why, place, sizeof(place));
    return cs_error_set(error, CS_STATUS_INPUT, "%s: %s: %s", all->scenario->file, place, text);
}

static void close_state(struct cs_node_plugin *p)
{
    if (p->is_open && p->type->close != NULL)
        p->type->close(p->state);
    p->is_open = false;
}

int cs_node_plugin_open(struct cs_nodes_node *node, struct cs_error *error)
{
    struct cs_node_plugin *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return cs_nodes_no_memory(error);
    init(p, node);
    if (cs_timer_reserve(node->all->sim, &p->timer) != 0) {
        free(p);
        return cs_nodes_no_memory(error);
    }
    if (open_state(p, error) != 0) {
        cs_timer_release(node->all->sim, &p->timer);
        free(p);
        return -1;
    }
    node->plugin = p;
    return 0;
}

int cs_node_plugin_renew(struct cs_nodes_node *node, struct cs_error *error)
{
    struct cs_node_plugin *p = node->plugin;

    close_state(p);
    p->again = true;
    const int ret = open_state(p, error);
    p->again = false;
    return ret;
}

void cs_node_plugin_close(struct cs_nodes_node *node)
{
    if (node->plugin == NULL)
        return;
    close_state(node->plugin);
    free(node->plugin);
    node->plugin = NULL;
}
