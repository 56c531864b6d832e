/* SPDX-License-Identifier: MIT */
/* host_log.c - the sim has buses without controllers; its time is that of the frame read last. */
#include "tui/host_log.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "simcore/wire.h"
#include "tui/host_rows.h"
#include "tui/log_event.h"
#include "tui/widgets.h"

/* ---- what the screen asks for ---------------------------------------------------------------- */

static void tell_state(const struct cs_host_log *hl, struct cs_tui_info *info)
{
    const uint64_t read = cs_input_bytes(hl->input);
    unsigned percent = hl->size ? (unsigned)(read * 100 / hl->size) : 0;

    if (hl->loaded)
        snprintf(info->log, sizeof info->log, "log");
    else
        snprintf(info->log, sizeof info->log, "loading %u %%", percent < 99 ? percent : 99);
}

/* What a log does not tell is not shown. */
static void tell_buses(const struct cs_host_log *hl, struct cs_tui *tui)
{
    for (unsigned b = 0; b < tui->n_buses; b++) {
        tui->bus[b].stats.error_frames += hl->error_frames[b];
        if (hl->config.bitrate_bps)
            continue;
        tui->bus[b].rate_unknown = true;
        tui->bus[b].stats.load_permille = tui->bus[b].stats.load_total_permille = 0;
    }
}

static void refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    struct cs_host_log *hl = ctx;
    struct cs_tui_info *info = &tui->info;

    snprintf(info->title, sizeof info->title, "%s", hl->config.path);
    tell_state(hl, info);
    info->finished = hl->loaded;
    info->speed_permille = 1000;
    info->now_ps = cs_sim_now_ps(hl->sim);
    cs_feed_refresh(&hl->feed, needs);
    tell_buses(hl, tui);
}

static void pause_it(void *ctx, bool paused)
{
    (void)ctx;
    (void)paused;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void set_speed(void *ctx, uint32_t permille)
{
    (void)ctx;
    (void)permille;
}

static int inject(void *ctx, unsigned bus, const struct cs_frame *frame)
{
    (void)ctx;
    (void)bus;
    (void)frame;
    return -EROFS;
}

static int arm(void *ctx, unsigned bus, const char *text, char *why, size_t why_size)
{
    (void)ctx;
    (void)bus;
    (void)text;
    snprintf(why, why_size, "this is a log");
    return -EROFS;
}

static int disarm(void *ctx, unsigned bus, int id)
{
    (void)ctx;
    (void)bus;
    (void)id;
    return -EROFS;
}

static int save(void *ctx, const char *path, char *told, size_t told_size)
{
    (void)ctx;
    snprintf(told, told_size, "%.60s: not written: this is a log, nothing was done in it", path);
    return -1;
}

static int plug(void *ctx, unsigned device, bool plugged)
{
    (void)ctx;
    (void)device;
    (void)plugged;
    return -EROFS;
}

static int decode(void *ctx, const struct cs_tui *tui, uint64_t row, struct cs_decoded *decoded)
{
    return cs_host_decode(((struct cs_host_log *)ctx)->live, tui, row, decoded);
}

static int export_rows(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

/* It sends nothing, has no bits to step by, no story of frames and no pages of decoders: NULL. */
static const struct cs_host_ops ops = {
    .refresh = refresh,
    .pause = pause_it,
    .step = nothing,
    .step_frame = nothing,
    .set_speed = set_speed,
    .inject = inject,
    .arm = arm,
    .disarm = disarm,
    .save = save,
    .plug = plug,
    .decode = decode,
    .export_rows = export_rows,
};

/* ---- frames ---------------------------------------------------------------------------------- */

/* A name that a bus can have; "can" for none. */
static void usable_name(const char *from, char name[CS_TUI_BUS_NAME])
{
    size_t n = 0;

    for (; n < CS_TUI_BUS_NAME - 1 && from[n]; n++)
        name[n] = isalnum((unsigned char)from[n]) || strchr("_-.", from[n]) ? from[n] : '_';
    name[n] = '\0';
    if (name[strspn(name, ".")] == '\0')
        snprintf(name, CS_TUI_BUS_NAME, "can");
}

static int bus_of(struct cs_host_log *hl, const char *from)
{
    struct cs_bus_config config = {.bitrate_bps = 500000};
    char name[CS_TUI_BUS_NAME];

    usable_name(from, name);
    for (unsigned b = 0; b < cs_sim_bus_count(hl->sim); b++)
        if (!strcmp(cs_bus_name(cs_sim_bus(hl->sim, b)), name))
            return (int)b;
    config.name = name;
    if (hl->config.bitrate_bps)
        config.bitrate_bps = hl->config.bitrate_bps;
    config.data_bitrate_bps = hl->config.data_bitrate_bps;
    config.fd = config.data_bitrate_bps != 0;
    return cs_sim_add_bus(hl->sim, &config);
}

static int64_t bits_ps(int64_t bits, uint32_t rate_bps)
{
    return bits * CS_PS_PER_S / rate_bps;
}

/* Its bits, and where the bit rate is known and the log does not tell, its beginning. */
static void tell_wire(const struct cs_host_log *hl, struct cs_event *event)
{
    const struct cs_host_log_config *c = &hl->config;
    struct cs_wire wire;
    unsigned fast;

    if (cs_wire_encode(event->frame, &wire) != 0)
        return;
    event->n_bits = wire.n_bits;
    if (event->start_ps < event->at_ps || !c->bitrate_bps)
        return;
    fast = wire.brs && c->data_bitrate_bps ? (unsigned)(wire.crc_delim - wire.brs) : 0;
    event->start_ps = event->at_ps - bits_ps(wire.n_bits - fast, c->bitrate_bps);
    if (fast)
        event->start_ps -= bits_ps(fast, c->data_bitrate_bps);
}

static void take(struct cs_host_log *hl)
{
    const struct cs_frame frame = cs_plugins_frame(&hl->frame);
    const int bus = bus_of(hl, hl->log.bus_name);
    struct cs_event event = {.kind = CS_EV_FRAME, .node = CS_NO_NODE, .peer = CS_NO_NODE};

    if (bus < 0 || (!hl->log.error_frame && cs_frame_check(&frame) != 0)) {
        hl->left_out++;
        return;
    }
    cs_sim_run_until(hl->sim, hl->frame.at_ps);
    event.bus = (uint16_t)bus;
    event.at_ps = cs_sim_now_ps(hl->sim);
    event.start_ps = hl->frame.start_ps < event.at_ps ? hl->frame.start_ps : event.at_ps;
    if (hl->log.error_frame) {
        cs_log_error_event(&hl->frame, &event);
        hl->error_frames[bus] += event.kind == CS_EV_ERROR;
    } else {
        event.frame = &frame;
        tell_wire(hl, &event);
    }
    event.queued_ps = event.start_ps;
    cs_sim_publish(hl->sim, &event);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* What the person does not see: the worst of it. */
static void tell_end(struct cs_host_log *hl, const char *why)
{
    const struct cs_tui_ring *ring = &hl->tui->ring;
    char n[CS_NUMBER_MAX];

    if (why)
        cs_tui_say(hl->tui, true, "%s", why);
    else if (ring->first > 0)
        cs_tui_say(hl->tui, true, "the first %s rows made room: --history and --rows keep more",
                   cs_text_count(ring->first, 9, n));
    else if (hl->left_out)
        cs_tui_say(hl->tui, true,
                   "%" PRIu64 " frames are left out: of more than %d buses, or impossible",
                   hl->left_out, CS_SIM_MAX_BUSES);
    else if (cs_input_said(hl->input, 0))
        cs_tui_say(hl->tui, false, "%s", cs_input_said(hl->input, 0));
    else if (hl->odd[0])
        cs_tui_say(hl->tui, false, "%s", hl->odd);
}

/* It begins at its beginning, where somebody has not gone elsewhere yet. */
static void show_first(struct cs_host_log *hl)
{
    struct cs_trace_state *trace = &hl->tui->trace;

    if (!hl->fresh || hl->tui->ring.end == 0)
        return;
    hl->fresh = false;
    trace->follow = false;
    trace->sel = trace->top = 0;
}

bool cs_host_log_load(struct cs_host_log *hl, unsigned frames)
{
    const int64_t until_ps = hl->config.until_ps ? hl->config.until_ps : INT64_MAX;
    char why[600];
    int ret = 1;

    if (hl->loaded)
        return false;
    hl->tui->dirty = true;
    while (frames-- > 0 && (ret = cs_input_read(hl->input, &hl->log, why, sizeof why)) > 0) {
        if (hl->frame.at_ps > until_ps) {
            cs_sim_run_until(hl->sim, until_ps);
            ret = 0;
            break;
        }
        take(hl);
    }
    show_first(hl);
    if (ret > 0)
        return true;
    hl->loaded = true;
    tell_end(hl, ret < 0 ? why : NULL);
    return false;
}

/* ---- start and end --------------------------------------------------------------------------- */

static void on_odd(void *ctx, const char *text)
{
    struct cs_host_log *hl = ctx;

    if (!hl->odd[0])
        snprintf(hl->odd, sizeof hl->odd, "%s", text);
}

static int open_decoder(struct cs_host_log *hl, struct cs_error *error)
{
    const struct cs_live_config live = {
        .name = hl->config.as,
        .plugins = hl->config.plugins,
        .eds = hl->config.eds,
        .n_eds = hl->config.n_eds,
        .say = on_odd,
        .say_ctx = hl,
    };

    if (!live.name)
        return 0;
    hl->live = hl->feed.live = cs_live_create(hl->sim, &live, error);
    return hl->live ? 0 : -1;
}

static int open_log(struct cs_host_log *hl, struct cs_error *error)
{
    char why[600];
    struct stat about;

    hl->input = cs_input_open(hl->plugins, hl->config.path, NULL, why, sizeof why);
    if (!hl->input)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (stat(hl->config.path, &about) == 0)
        hl->size = (uint64_t)about.st_size;
    hl->frame = (struct cansim_frame){.size = sizeof hl->frame, .node = CANSIM_NO_NODE};
    hl->log =
        (struct cansim_log_frame){.size = sizeof hl->log, .frame = &hl->frame, .bus_name = ""};
    hl->sim = cs_sim_create(0);
    hl->stats = hl->sim ? cs_stats_create(hl->sim) : NULL;
    if (!hl->stats)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (open_decoder(hl, error) != 0)
        return -1;
    if (cs_feed_init(&hl->feed, hl->tui, hl->sim, hl->stats) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    hl->host = (struct cs_host){&ops, hl};
    hl->tui->host = &hl->host;
    return 0;
}

int cs_host_log_open(struct cs_host_log *hl, const struct cs_host_log_config *config,
                     struct cs_tui *tui, struct cs_error *error)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = config->plugins ? config->plugins : &none;
    char folder[4096], why[400];

    cs_plugin_folder(folder, sizeof folder);
    hl->config = *config;
    hl->tui = tui;
    hl->fresh = true;
    hl->plugins =
        cs_plugins_find(folder[0] ? folder : NULL, files->file, files->n, why, sizeof why);
    if (!hl->plugins)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (!cs_input_is_log(hl->plugins, config->path))
        return 0;
    return open_log(hl, error) == 0 ? 1 : -1;
}

void cs_host_log_close(struct cs_host_log *hl)
{
    cs_feed_fini(&hl->feed);
    cs_live_destroy(hl->live);
    if (hl->stats)
        cs_stats_destroy(hl->stats);
    if (hl->sim)
        cs_sim_destroy(hl->sim);
    cs_input_close(hl->input);
    if (hl->plugins)
        cs_plugins_free(hl->plugins);
    memset(hl, 0, sizeof *hl);
}
