/* SPDX-License-Identifier: MIT */
/* host_session.c - see host_session.h. */
#include "tui/host_session.h"

#include <stdio.h>

#include "scenarios/session_pages.h"
#include "tui/pages.h"
#include "tui/host_rows.h"
#include "scenarios/session_plan.h"

static void look_at_port(struct cs_session *s, const struct cs_session_device *from, unsigned i,
                         struct cs_tui_port *port)
{
    struct cs_bus *bus = cs_sim_find_bus(cs_session_sim(s), from->bus[i]);
    struct cs_node_status status;

    snprintf(port->bus, sizeof port->bus, "%s", from->bus[i]);
    port->on = bus && from->node[i] >= 0 && cs_bus_node_status(bus, from->node[i], &status) == 0;
    if (!port->on)
        return;
    port->bitrate_bps = status.bitrate_bps;
    if (status.fd == CS_FD_ISO || status.fd == CS_FD_NON_ISO)
        port->data_bitrate_bps = status.data_bitrate_bps;
    port->tec = status.tec;
    port->rec = status.rec;
    port->state = (uint8_t)status.state;
}

static void refresh_devices(struct cs_session *s, struct cs_tui *tui)
{
    tui->n_devices =
        cs_session_devices(s) < CS_TUI_DEVICES ? cs_session_devices(s) : CS_TUI_DEVICES;
    for (unsigned i = 0; i < tui->n_devices; i++) {
        struct cs_tui_device *device = &tui->devices[i];
        struct cs_session_device from;

        cs_session_device(s, i, &from);
        *device = (struct cs_tui_device){
            .plugged = from.plugged,
            .connected = from.connected,
            .n_ports = from.n_ports < 4 ? from.n_ports : 4,
            .connections = from.connections,
            .refused = from.refused,
            .protocol_errors = from.protocol_errors,
            .lost = from.lost,
        };
        snprintf(device->name, sizeof device->name, "%s", from.name);
        snprintf(device->kind, sizeof device->kind, "%s", from.kind);
        snprintf(device->model, sizeof device->model, "%s", from.model);
        snprintf(device->driver, sizeof device->driver, "%s", from.driver);
        snprintf(device->path, sizeof device->path, "%s", from.path);
        cs_session_device_option(s, i, device->option, sizeof device->option);
        for (unsigned p = 0; p < device->n_ports; p++)
            look_at_port(s, &from, p, &device->port[p]);
    }
}

static int plug(void *ctx, unsigned device, bool plugged)
{
    return cs_session_plug(((struct cs_host_session *)ctx)->session, device, plugged);
}

static void look_at_pause(struct cs_session *s, struct cs_tui_info *info)
{
    const char *reason = cs_session_pause_reason(s);

    info->pause[0] = '\0';
    if (reason)
        snprintf(info->pause, sizeof info->pause, "the scenario pauses (space goes on)%s%s",
                 reason[0] ? ": " : "", reason);
}

static void look_at_link(struct cs_session *s, struct cs_tui_info *info)
{
    struct cs_session_link_counts counts;

    cs_session_link_counts(s, &counts);
    info->refused = counts.refused;
    info->broke = counts.protocol_errors;
    info->lost = counts.lost;
}

static void refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    struct cs_host_session *hs = ctx;
    struct cs_session *s = hs->session;
    struct cs_tui_info *info = &tui->info;
    const char *link = cs_session_link(s);

    cs_session_sync(s);
    snprintf(info->title, sizeof info->title, "%s", cs_session_title(s));
    snprintf(info->link, sizeof info->link, "%s", link ? link : "");
    cs_session_waiting(s, info->waiting, sizeof info->waiting);
    info->clients = cs_session_clients(s);
    look_at_link(s, info);
    info->paused = cs_session_paused(s) && !hs->hold;
    look_at_pause(s, info);
    info->finished = hs->finished && !hs->still;
    info->speed_permille = hs->still ? 1000 : cs_session_speed(s);
    info->now_ps = cs_sim_now_ps(cs_session_sim(s));
    info->duration_ps = hs->still ? 0 : cs_session_duration_ps(s);
    if (needs & CS_NEEDS_DEVICES)
        refresh_devices(s, tui);
    if (needs & CS_NEEDS_PLAN)
        cs_session_plan(s, &tui->plan);
    cs_feed_refresh(&hs->feed, needs);
}

static void pause_it(void *ctx, bool paused)
{
    struct cs_host_session *hs = ctx;

    hs->hold = hs->still && !paused;
    cs_session_pause(hs->session, paused || hs->hold);
}

static void step(void *ctx)
{
    cs_session_step(((struct cs_host_session *)ctx)->session);
}

static void step_frame(void *ctx)
{
    cs_session_step_frame(((struct cs_host_session *)ctx)->session);
}

static void step_bit(void *ctx, unsigned bus)
{
    struct cs_session *s = ((struct cs_host_session *)ctx)->session;
    struct cs_bus *on = cs_sim_bus(cs_session_sim(s), bus);

    if (on)
        cs_session_step_by(s, cs_bus_bit_ps(on));
}

static int tell(void *ctx, const struct cs_past *past, char *text, size_t size)
{
    return cs_feed_tell(&((struct cs_host_session *)ctx)->feed, past, text, size);
}

static void set_speed(void *ctx, uint32_t permille)
{
    struct cs_host_session *hs = ctx;

    if (!hs->still)
        cs_session_set_speed(hs->session, permille);
}

static int inject(void *ctx, unsigned bus, const struct cs_frame *frame)
{
    return cs_session_inject(((struct cs_host_session *)ctx)->session, bus, frame);
}

static int send(void *ctx, unsigned slot, const struct cs_send *what, bool run)
{
    return cs_session_send(((struct cs_host_session *)ctx)->session, slot, what, run);
}

static int send_now(void *ctx, unsigned slot)
{
    return cs_session_send_now(((struct cs_host_session *)ctx)->session, slot);
}

static bool sent(void *ctx, unsigned slot, struct cs_sent *what)
{
    return cs_session_sent(((struct cs_host_session *)ctx)->session, slot, what);
}

static int arm(void *ctx, unsigned bus, const char *text, char *why, size_t why_size)
{
    return cs_session_arm(((struct cs_host_session *)ctx)->session, bus, text, why, why_size);
}

static int disarm(void *ctx, unsigned bus, int id)
{
    return cs_session_clear(((struct cs_host_session *)ctx)->session, bus, id);
}

static int do_to_node(void *ctx, unsigned bus, int node, enum cs_host_node_do what, unsigned mode)
{
    static const enum cs_session_do whats[] = {[CS_NODE_DO_RESET] = CS_SESSION_RESET,
                                               [CS_NODE_DO_RECOVER] = CS_SESSION_RECOVER,
                                               [CS_NODE_DO_MODE] = CS_SESSION_MODE};

    return cs_session_do(((struct cs_host_session *)ctx)->session, bus, node, whats[what], mode);
}

static int save(void *ctx, const char *path, char *told, size_t told_size)
{
    struct cs_error error = {0};
    int ret =
        cs_session_save(((struct cs_host_session *)ctx)->session, path, told, told_size, &error);

    if (ret != 0)
        snprintf(told, told_size, "%s", error.text);
    return ret;
}

static void look_at_answers(struct cs_session *s, struct cs_tui_pages *pages)
{
    const uint64_t n = cs_session_answers(s);
    const char *text;
    int severity;

    if (n == pages->n_answers || !(text = cs_session_answer(s, n - 1, &severity)))
        return;
    pages->n_answers = n;
    pages->answer_bad = severity >= CANSIM_WARNING;
    snprintf(pages->answer, sizeof pages->answer, "%s", text);
}

static int look_at_pages(void *ctx, struct cs_tui_pages *pages)
{
    struct cs_session *s = ((struct cs_host_session *)ctx)->session;
    struct cs_follow *own = ((struct cs_host_session *)ctx)->decoding.follow;
    struct cs_follow *follow = own ? own : cs_session_follow(s);

    look_at_answers(s, pages);
    if (follow)
        cs_host_pages(follow, cs_sim_now_ps(cs_session_sim(s)), true, pages);
    return 0;
}

static int ask(void *ctx, unsigned page, const char *text, char *why, size_t why_size)
{
    return cs_session_ask(((struct cs_host_session *)ctx)->session, page, text, why, why_size);
}

static int decode(void *ctx, const struct cs_tui *tui, uint64_t row, struct cs_decoded *decoded)
{
    return cs_host_decode(((struct cs_host_session *)ctx)->feed.live, tui, row, decoded);
}

static int export_rows(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

static struct cs_decoding *decoding_of(void *ctx)
{
    return &((struct cs_host_session *)ctx)->decoding;
}

static void reset_traffic(void *ctx)
{
    cs_stats_reset(cs_session_stats(((struct cs_host_session *)ctx)->session));
}

const struct cs_host_ops cs_host_session_ops = {
    .refresh = refresh,
    .pause = pause_it,
    .step = step,
    .step_frame = step_frame,
    .set_speed = set_speed,
    .inject = inject,
    .arm = arm,
    .disarm = disarm,
    .save = save,
    .plug = plug,
    .step_bit = step_bit,
    .tell = tell,
    .send = send,
    .send_now = send_now,
    .sent = sent,
    .pages = look_at_pages,
    .ask = ask,
    .decode = decode,
    .export_rows = export_rows,
    .reset_traffic = reset_traffic,
    .node = do_to_node,
    .decoding = decoding_of,
};

/* As the session has it; or as it was chosen in this window in the run before. */
static void begin_decoding(struct cs_host_session *hs)
{
    struct cs_decoding *d = &hs->decoding;
    struct cs_error error = {0};
    char sentence[CS_ERROR_SENTENCE_MAX];

    d->feed = &hs->feed;
    d->as = hs->feed.live ? cs_live_name(hs->feed.live) : NULL;
    d->eds = cs_session_pages_eds(hs->session, &d->n_eds);
    if (!d->text[0] || cs_decoding_begin(d, &hs->feed, cs_session_sim(hs->session), &error) == 0)
        return;
    d->text[0] = '\0';
    cs_tui_say(hs->tui, true, "%.150s", cs_error_sentence(&error, sentence));
}

int cs_host_session_init(struct cs_host_session *hs, struct cs_session *session, struct cs_tui *tui)
{
    hs->session = session;
    hs->tui = tui;
    hs->feed.live = cs_session_live(session);
    begin_decoding(hs);
    return cs_feed_init(&hs->feed, tui, cs_session_sim(session), cs_session_stats(session));
}

void cs_host_session_fini(struct cs_host_session *hs)
{
    cs_feed_fini(&hs->feed);
    if (hs->tui)
        cs_decoding_end(&hs->decoding, hs->tui);
    hs->tui = NULL;
}
