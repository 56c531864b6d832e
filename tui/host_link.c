/* SPDX-License-Identifier: MIT */
/* host_link.c - see host_link.h: the connection, questions and what is asked to be done. */
#include "tui/host_link_ask.h"
#include "tui/host_rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/monitor_client.h"
#include "scenarios/wall.h"
#include "tui/feed_row.h"

#define NS_PER_MS      INT64_C(1000000)
#define CONNECT_MS     3000
#define ANSWER_MS      1500
#define READS          8                 /* of 64 KiB, before somebody else has a turn */
#define LOOK_SOON_NS   (100 * NS_PER_MS) /* where something has happened */
#define LOOK_ANYWAY_NS (900 * NS_PER_MS)
#define AGAIN_NS       (10000 * NS_PER_MS) /* a scenario takes some time to be read */
#define AGAIN_EACH_NS  (200 * NS_PER_MS)
#define LOOK_LATE_NS   (3000 * NS_PER_MS) /* the answer was lost: ask again */

/* ---- the connection -------------------------------------------------------------------------- */

static void changed(struct cs_host_link *link)
{
    link->tui->dirty = true;
    if (link->wake && !link->opening)
        link->wake(link->ctx);
}

static void moved(struct cs_host_link *link)
{
    if (link->moved)
        link->moved(link->ctx);
}

/* What is on the wire is one event more for each frame; who received one would be many. */
static uint64_t wanted_kinds(void)
{
    uint64_t kinds = 0;

    for (unsigned kind = 0; kind < CS_EV_KIND_COUNT; kind++)
        kinds |= (uint64_t)(cs_feed_has_row(kind) || cs_history_wants_kind(kind) ||
                            kind == CS_EV_TX_START)
                 << kind;
    return kinds;
}

/* Another run than before; where the host said so, it is as if this program began anew as well. */
static void begin_anew(struct cs_host_link *link)
{
    struct cs_tui *tui = link->tui;
    const struct cs_tui_info info = tui->info;

    cs_plan_clear(&tui->plan);
    if (link->again_until_ns == 0)
        return;
    memset(link->slot, 0, sizeof link->slot);
    if (cs_tui_restart(tui) < 0)
        tui->quit = true;
    tui->info = info;
}

static int connect_now(struct cs_host_link *link, char *why, size_t why_size)
{
    struct cs_tui_info *info = &link->tui->info;
    const struct cs_proto_msg *welcome;

    link->monitor = cs_monitor_open(link->address[0] ? link->address : NULL, "cansim-tui",
                                    wanted_kinds(), CONNECT_MS, why, why_size);
    if (!link->monitor)
        return -1;
    welcome = cs_monitor_welcome(link->monitor);
    link->decodes = welcome->features & CS_PROTO_FEATURE_DECODED;
    link->fresh = true;
    link->same_run = link->any_seq && welcome->run && welcome->run == link->run;
    if (!link->same_run)
        begin_anew(link);
    cs_host_link_forget(link, welcome->at_ps);
    link->before_seq = link->seq;
    link->any_seq = link->same_run;
    link->run = welcome->run;
    link->minor = welcome->minor;
    link->again_until_ns = 0;
    link->token = 0; /* the snapshot's */
    link->asked = CS_NEEDS_NODES | CS_NEEDS_FAULTS;
    link->looking = true;
    link->asked_ns = cs_wall_ns();
    cs_host_link_begin(link);
    info->gone = false;
    info->now_ps = welcome->at_ps;
    snprintf(info->denied, sizeof info->denied, "%.191s", welcome->control ? "" : welcome->text);
    if (!welcome->control && !info->denied[0])
        snprintf(info->denied, sizeof info->denied, "the host lets this window only watch");
    cs_host_link_send_again(link);
    moved(link);
    return 0;
}

/* All that the host tells at the beginning, so that what it needs here is known to be right. */
static int take_snapshot(struct cs_host_link *link, char *why, size_t why_size)
{
    char sentence[CS_ERROR_SENTENCE_MAX];

    link->opening = true;
    cs_host_link_settle(link, CONNECT_MS);
    link->opening = false;
    if (!link->error.text[0]) {
        if (link->decoding.odd[0])
            cs_tui_say(link->tui, false, "%s", link->decoding.odd);
        link->decoding.odd[0] = '\0';
        return 0;
    }
    snprintf(why, why_size, "%s", cs_error_sentence(&link->error, sentence));
    cs_monitor_close(link->monitor);
    link->monitor = NULL;
    link->tui->info.gone = true;
    moved(link);
    return -1;
}

static int begin(struct cs_host_link *link, char *why, size_t why_size)
{
    link->error = (struct cs_error){0};
    if (connect_now(link, why, why_size) != 0 || take_snapshot(link, why, why_size) != 0)
        return -1;
    return 0;
}

int cs_host_link_open(struct cs_host_link *link, struct cs_tui *tui, const char *address, char *why,
                      size_t why_size)
{
    link->tui = tui;
    link->since_ps = -1;
    snprintf(link->address, sizeof link->address, "%s", address ? address : "");
    snprintf(tui->info.remote, sizeof tui->info.remote, "%s", address ? address : "the default");
    return begin(link, why, why_size);
}

void cs_host_link_close(struct cs_host_link *link)
{
    cs_monitor_close(link->monitor);
    link->monitor = NULL;
    if (link->tui)
        cs_host_link_mirror_end(link);
    cs_decoding_fini(&link->decoding);
    cs_host_link_forget_decoders(link);
}

int cs_host_link_fd(const struct cs_host_link *link)
{
    return link->monitor ? cs_monitor_fd(link->monitor) : -1;
}

/* Rows stay. */
static void lose(struct cs_host_link *link, const char *why)
{
    struct cs_tui_info *info = &link->tui->info;

    if (cs_monitor_comes_back(link->monitor)) {
        cs_tui_say(link->tui, false, "%.100s", why);
        link->again_until_ns = cs_wall_ns() + AGAIN_NS;
    } else {
        cs_tui_say(link->tui, true, "%.100s: ^R connects again", why);
    }
    link->tui->edges->on = false;
    snprintf(info->denied, sizeof info->denied, "the host is gone: ^R connects again");
    info->gone = true;
    info->clients = 0;
    cs_monitor_close(link->monitor); /* what is known of its nodes stays as well */
    link->monitor = NULL;
    moved(link);
}

void cs_host_link_read(struct cs_host_link *link)
{
    const struct cs_proto_msg *msg;
    bool any = false;

    if (!link->monitor)
        return;
    cs_monitor_turn(link->monitor, READS);
    while ((msg = cs_monitor_next(link->monitor))) {
        cs_host_link_take(link, msg);
        any = true;
    }
    if (cs_monitor_gone(link->monitor)) {
        lose(link, cs_monitor_gone(link->monitor));
        any = true;
    }
    if (any)
        changed(link);
}

/* ---- questions ------------------------------------------------------------------------------- */

static const struct {
    unsigned need, wire;
} needs_of[] = {
    {CS_NEEDS_IDS, CS_PROTO_NEEDS_IDS},       {CS_NEEDS_NODES, CS_PROTO_NEEDS_NODES},
    {CS_NEEDS_FAULTS, CS_PROTO_NEEDS_FAULTS}, {CS_NEEDS_DEVICES, CS_PROTO_NEEDS_DEVICES},
    {CS_NEEDS_PLAN, CS_PROTO_NEEDS_PLAN},     {CS_NEEDS_EDGES, CS_PROTO_NEEDS_EDGES},
};

static void put_look(struct cs_host_link *link, uint32_t cursor)
{
    struct cs_proto_msg *msg = cs_monitor_begin(link->monitor, CS_PROTO_LOOK);

    msg->token = link->token;
    for (size_t i = 0; i < sizeof needs_of / sizeof *needs_of; i++)
        msg->needs |= link->asked & needs_of[i].need ? needs_of[i].wire : 0;
    msg->needs |= link->asked_slots ? CS_PROTO_NEEDS_SENDERS : 0;
    if (link->minor < 3)
        msg->needs &= CS_PROTO_NEEDS_1_2;
    msg->version = link->plan_version;
    msg->since_ps = link->since_ps;
    msg->cursor = cursor;
    link->looking = cs_monitor_put(link->monitor) == 0;
}

void cs_host_link_go_on(struct cs_host_link *link, uint32_t cursor)
{
    if (link->monitor)
        put_look(link, cursor);
}

static bool is_due(const struct cs_host_link *link, unsigned needs, int64_t now_ns)
{
    const int64_t passed_ns = now_ns - link->asked_ns;

    if (link->looking)
        return passed_ns > LOOK_LATE_NS;
    if (needs & ~link->got || link->gap)
        return passed_ns > LOOK_SOON_NS || (needs & ~link->asked);
    return passed_ns > (link->news ? LOOK_SOON_NS : LOOK_ANYWAY_NS);
}

bool cs_host_link_pending(const struct cs_host_link *link)
{
    return link->again_until_ns > 0 ||
           (link->monitor && (link->looking || link->news || link->gap));
}

static void look(struct cs_host_link *link, unsigned needs)
{
    link->asked_slots = link->looks_at_slots;
    link->looks_at_slots = false;
    link->asked_ns = cs_wall_ns();
    link->asked = needs;
    link->token++;
    link->news = false;
    link->next_since_ps = link->tui->info.now_ps;
    cs_host_link_begin(link);
    put_look(link, 0);
}

/* Where it said that it would come back. */
static void try_again(struct cs_host_link *link)
{
    const int64_t now_ns = cs_wall_ns();
    char why[200];

    if (link->again_until_ns == 0 || now_ns - link->again_ns < AGAIN_EACH_NS)
        return;
    link->again_ns = now_ns;
    if (begin(link, why, sizeof why) == 0) {
        cs_tui_say(link->tui, false, "from the start");
    } else if (now_ns > link->again_until_ns) {
        link->again_until_ns = 0;
        cs_tui_say(link->tui, true, "%.100s: ^R connects again", why);
    }
}

static void refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    struct cs_host_link *link = ctx;

    if (!link->monitor)
        try_again(link);

    if (link->monitor && cs_monitor_wants_write(link->monitor))
        cs_monitor_flush(link->monitor);
    if (link->monitor && is_due(link, needs, cs_wall_ns()))
        look(link, needs | (link->unsure ? CS_NEEDS_NODES : 0));
    if (!link->fresh)
        cs_host_link_time(link, tui->info.now_ps);
    if (link->sim)
        cs_feed_refresh_told(&link->feed, needs);
    if (needs & CS_NEEDS_IDS)
        cs_ids_update(&tui->ids, &tui->ring, tui->info.now_ps);
}

void cs_host_link_settle(struct cs_host_link *link, int timeout_ms)
{
    const int64_t until_ns = cs_wall_ns() + timeout_ms * NS_PER_MS;

    while (link->monitor && link->looking && cs_wall_ns() < until_ns) {
        cs_monitor_wait(link->monitor, 50);
        cs_host_link_read(link);
    }
}

/* ---- what is to be done ---------------------------------------------------------------------- */

int cs_host_link_await(struct cs_host_link *link, uint64_t token)
{
    const int64_t until_ns = cs_wall_ns() + ANSWER_MS * NS_PER_MS;

    link->awaited = token;
    link->answered = false;
    link->answer[0] = '\0';
    while (link->monitor && !link->answered && cs_wall_ns() < until_ns) {
        cs_monitor_wait(link->monitor, (int)((until_ns - cs_wall_ns()) / NS_PER_MS) + 1);
        cs_host_link_read(link);
    }
    link->awaited = 0;
    if (link->answered)
        return link->result;
    snprintf(link->answer, sizeof link->answer, "%s",
             link->monitor ? "the host does not answer" : link->tui->info.denied);
    return link->monitor ? -ETIMEDOUT : -ENETDOWN;
}

int cs_host_link_may(struct cs_host_link *link)
{
    link->answer[0] = '\0';
    if (!link->tui->info.denied[0] && link->monitor)
        return 0;
    snprintf(link->answer, sizeof link->answer, "%s", link->tui->info.denied);
    return -EACCES;
}

int cs_host_link_wish(struct cs_host_link *link, const struct cs_wish *wish)
{
    struct cs_proto_msg *msg;

    if (cs_host_link_may(link))
        return -EACCES;
    msg = cs_monitor_begin(link->monitor, CS_PROTO_CONTROL);
    msg->token = ++link->wishes;
    msg->op = (uint8_t)wish->op;
    msg->bus_index = (uint16_t)wish->bus;
    msg->fault = wish->fault;
    msg->value = wish->value;
    msg->node = (int16_t)wish->node;
    msg->mode = (uint8_t)wish->mode;
    if (wish->frame)
        msg->frame = *wish->frame;
    snprintf(msg->spec, sizeof msg->spec, "%s", wish->text ? wish->text : "");
    if (cs_monitor_put(link->monitor) < 0) {
        snprintf(link->answer, sizeof link->answer, "the host does not read");
        return -ETIMEDOUT;
    }
    link->asked_ns = 0; /* look at once at what came of it */
    link->got = 0;
    return cs_host_link_await(link, link->wishes);
}

/* Where nobody else says what became of it. */
static void ask_and_say(struct cs_host_link *link, const struct cs_wish *wish)
{
    const int error = cs_host_link_wish(link, wish);

    if (error)
        cs_tui_say(link->tui, true, "%.150s", link->answer[0] ? link->answer : strerror(-error));
}

static void pause_it(void *ctx, bool paused)
{
    ask_and_say(ctx, &(struct cs_wish){.op = paused ? CS_PROTO_OP_PAUSE : CS_PROTO_OP_GO});
}

static void step(void *ctx)
{
    ask_and_say(ctx, &(struct cs_wish){.op = CS_PROTO_OP_STEP});
}

static void step_frame(void *ctx)
{
    ask_and_say(ctx, &(struct cs_wish){.op = CS_PROTO_OP_STEP_FRAME});
}

static void set_speed(void *ctx, uint32_t permille)
{
    ask_and_say(ctx, &(struct cs_wish){.op = CS_PROTO_OP_SPEED, .value = permille});
}

static int inject(void *ctx, unsigned bus, const struct cs_frame *frame)
{
    return cs_host_link_wish(
        ctx, &(struct cs_wish){.op = CS_PROTO_OP_INJECT, .bus = bus, .frame = frame});
}

static int arm(void *ctx, unsigned bus, const char *text, char *why, size_t why_size)
{
    struct cs_host_link *link = ctx;
    const int error =
        cs_host_link_wish(link, &(struct cs_wish){.op = CS_PROTO_OP_ARM, .bus = bus, .text = text});

    if (error)
        snprintf(why, why_size, "%s", link->answer);
    return error ? error : link->fault;
}

static int disarm(void *ctx, unsigned bus, int id)
{
    return cs_host_link_wish(ctx,
                             &(struct cs_wish){.op = CS_PROTO_OP_CLEAR, .bus = bus, .fault = id});
}

static int save(void *ctx, const char *path, char *told, size_t told_size)
{
    struct cs_host_link *link = ctx;
    const int error =
        cs_host_link_wish(link, &(struct cs_wish){.op = CS_PROTO_OP_SAVE, .text = path});

    snprintf(told, told_size, "%s", link->answer);
    return error ? -1 : 0;
}

static int plug(void *ctx, unsigned device, bool plugged)
{
    return cs_host_link_wish(
        ctx,
        &(struct cs_wish){.op = plugged ? CS_PROTO_OP_PLUG : CS_PROTO_OP_UNPLUG, .value = device});
}

static int reconnect(void *ctx, char *told, size_t told_size)
{
    struct cs_host_link *link = ctx;

    if (link->monitor) {
        snprintf(told, told_size, "still connected to %.100s", link->tui->info.remote);
        return 0;
    }
    if (begin(link, told, told_size) != 0)
        return -1;
    snprintf(told, told_size, "connected to %.100s again", link->tui->info.remote);
    return 0;
}

static int look_at_pages(void *ctx, struct cs_tui_pages *pages)
{
    struct cs_host_link *link = ctx;

    if (!link->decoding.follow)
        return -EOPNOTSUPP;
    cs_host_pages(link->decoding.follow, cs_sim_now_ps(link->sim), link->minor >= 3, pages);
    cs_host_link_pages(link, pages);
    return 0;
}

static int decode(void *ctx, const struct cs_tui *tui, uint64_t row, struct cs_decoded *decoded)
{
    return cs_host_decode(((struct cs_host_link *)ctx)->feed.live, tui, row, decoded);
}

static struct cs_decoding *decoding_of(void *ctx)
{
    return &((struct cs_host_link *)ctx)->decoding;
}

static int tell(void *ctx, const struct cs_past *past, char *text, size_t size)
{
    return cs_host_link_tell(ctx, past, text, size);
}

static void reset_traffic(void *ctx)
{
    const struct cs_host_link *link = ctx;

    if (link->stats)
        cs_stats_reset(link->stats);
}

static int export_rows(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

const struct cs_host_ops cs_host_link_ops = {
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
    .node = cs_host_link_node,
    .step_bit = cs_host_link_step_bit,
    .rerun = cs_host_link_rerun,
    .send = cs_host_link_send,
    .send_now = cs_host_link_send_now,
    .sent = cs_host_link_sent,
    .pages = look_at_pages,
    .ask = cs_host_link_ask,
    .reconnect = reconnect,
    .tell = tell,
    .decode = decode,
    .export_rows = export_rows,
    .reset_traffic = reset_traffic,
    .decoding = decoding_of,
};
