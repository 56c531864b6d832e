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
#include "tui/like.h"
#include "tui/log_event.h"
#include "tui/widgets.h"

#define MAX_SECONDS 9000000 /* between the beginnings of two files, about 104 days */

/* ---- what the screen asks for ---------------------------------------------------------------- */

static void tell_state(const struct cs_host_log *hl, struct cs_tui_info *info)
{
    const uint64_t read = cs_input_bytes(hl->input);
    unsigned percent = hl->size ? (unsigned)(read * 100 / hl->size) : 0;

    info->growing = hl->config.follow && !hl->loaded;
    info->epoch_s = hl->epoch_s;
    if (hl->loaded)
        snprintf(info->log, sizeof info->log, "log");
    else if (hl->caught_up || cs_input_is_pipe(hl->input))
        snprintf(info->log, sizeof info->log, "%s",
                 cs_input_is_pipe(hl->input) ? "reading" : "growing");
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

    snprintf(info->title, sizeof info->title, "%s",
             strcmp(hl->config.path, "-") ? hl->config.path : "standard input");
    tell_state(hl, info);
    info->finished = hl->loaded || hl->waiting;
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
    return cs_host_decode(((struct cs_host_log *)ctx)->feed.live, tui, row, decoded);
}

static struct cs_decoding *decoding_of(void *ctx)
{
    return &((struct cs_host_log *)ctx)->decoding;
}

static int look_at_pages(void *ctx, struct cs_tui_pages *pages)
{
    struct cs_host_log *hl = ctx;

    if (!hl->decoding.follow)
        return -EOPNOTSUPP;
    cs_host_pages(hl->decoding.follow, cs_sim_now_ps(hl->sim), false, pages);
    return 0;
}

static int export_rows(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

/* What was read to its end is read anew, and what is known of it passed over. */
static int open_again(struct cs_host_log *hl, char *why, size_t why_size)
{
    struct cs_input *input = cs_input_follow(hl->plugins, hl->config.path, -1, NULL, why, why_size);

    if (!input)
        return -1;
    cs_input_close(hl->input);
    hl->input = input;
    hl->skip = hl->n_read;
    hl->n_read = 0;
    hl->loaded = false;
    return 0;
}

static int follow_file(void *ctx, bool on, char *why, size_t why_size)
{
    struct cs_host_log *hl = ctx;

    if (on == hl->config.follow && !(on && hl->loaded)) {
        snprintf(why, why_size, "it is %s", on ? "followed already" : "not followed");
        return -1;
    }
    if (!strcmp(hl->config.path, "-") || hl->config.until_ps) {
        snprintf(why, why_size, "%s",
                 hl->config.until_ps ? "--at is its end" : "standard input ends by itself");
        return -1;
    }
    if (on && open_again(hl, why, why_size) != 0)
        return -1;
    hl->config.follow = on;
    hl->loaded |= !on && hl->waiting;
    hl->waiting = hl->caught_up = false;
    if (hl->grows)
        hl->grows(hl->grows_ctx);
    return 0;
}

/* It sends nothing, has no bits to step by and no story of frames: NULL. */
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
    .follow_file = follow_file,
    .pages = look_at_pages,
    .decoding = decoding_of,
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

/* A file's first frame: where it is in bus time. One that took the place of another goes on at its
 * own time where both tell it, else at once. */
static void begin_file(struct cs_host_log *hl)
{
    const int64_t epoch_s = hl->log.epoch_s, now_ps = cs_sim_now_ps(hl->sim);
    const int64_t seconds = epoch_s - hl->epoch_s;

    hl->begun = true;
    if (hl->fresh) {
        hl->epoch_s = epoch_s;
        return;
    }
    if (hl->skip)
        return;
    hl->shift_ps = 0;
    if (epoch_s && hl->epoch_s && seconds >= 0 && seconds < MAX_SECONDS)
        hl->shift_ps = seconds * CS_PS_PER_S;
    if (hl->frame.at_ps + hl->shift_ps < now_ps)
        hl->shift_ps = now_ps - hl->frame.at_ps;
}

static void take(struct cs_host_log *hl)
{
    const struct cs_frame frame = cs_plugins_frame(&hl->frame);
    const int bus = bus_of(hl, hl->log.bus_name);
    struct cs_event event = {.kind = CS_EV_FRAME, .node = CS_NO_NODE, .peer = CS_NO_NODE};

    hl->back += hl->log.stamp_ps < hl->frame.at_ps;
    if (bus < 0 || (!hl->log.error_frame && cs_frame_check(&frame) != 0)) {
        hl->left_out++;
        return;
    }
    cs_sim_run_until(hl->sim, hl->frame.at_ps + hl->shift_ps);
    event.bus = (uint16_t)bus;
    event.at_ps = cs_sim_now_ps(hl->sim);
    event.start_ps = hl->frame.start_ps + hl->shift_ps;
    event.start_ps = event.start_ps < event.at_ps ? event.start_ps : event.at_ps;
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

/* What the person does not see: all of it is among the messages, the worst stays in sight. */
static void tell_end(struct cs_host_log *hl, const char *why)
{
    const struct cs_tui_ring *ring = &hl->tui->ring;
    char n[CS_NUMBER_MAX];

    if (hl->decoding.odd[0])
        cs_tui_say(hl->tui, false, "%s", hl->decoding.odd);
    for (unsigned i = 0; cs_input_said(hl->input, i); i++)
        cs_tui_say(hl->tui, false, "%s", cs_input_said(hl->input, i));
    if (hl->back)
        cs_tui_say(hl->tui, true,
                   "%s frame%s: time goes back there, they are shown where they are in the log",
                   cs_text_count(hl->back, 9, n), hl->back == 1 ? "" : "s");
    if (hl->left_out)
        cs_tui_say(hl->tui, true,
                   "%" PRIu64 " frames are left out: of more than %d buses, or impossible",
                   hl->left_out, CS_SIM_MAX_BUSES);
    if (ring->first > 0)
        cs_tui_say(hl->tui, true, "the first %s rows made room: --history and --rows keep more",
                   cs_text_count(ring->first, 9, n));
    if (cs_like_canopen(hl->tui) && !hl->tui->message[0])
        cs_tui_say(hl->tui, false,
                   "this looks like CANopen: :decode canopen tells what frames mean");
    if (why)
        cs_tui_say(hl->tui, true, "%s", why);
}

/* It begins at its beginning, where somebody has not gone elsewhere yet; one that grows at its end.
 */
static void show_first(struct cs_host_log *hl)
{
    struct cs_trace_state *trace = &hl->tui->trace;

    if (!hl->fresh || hl->tui->ring.end == 0)
        return;
    hl->fresh = false;
    trace->follow = hl->config.follow;
    trace->sel = trace->top = 0;
}

/* A frame was read. False: it is beyond what is wanted. */
static bool use(struct cs_host_log *hl)
{
    if (!hl->begun)
        begin_file(hl);
    hl->n_read++;
    if (hl->skip) {
        hl->skip--;
        return true;
    }
    if (hl->config.until_ps && hl->frame.at_ps + hl->shift_ps > hl->config.until_ps) {
        cs_sim_run_until(hl->sim, hl->config.until_ps);
        return false;
    }
    take(hl);
    return true;
}

/* Another file: what is known of it is what is told. */
static void begin_anew(struct cs_host_log *hl, const char *why)
{
    hl->begun = false;
    hl->n_read = hl->skip = 0;
    cs_tui_say(hl->tui, false, "%s", why);
    if (hl->grows)
        hl->grows(hl->grows_ctx);
}

static void wait_for_more(struct cs_host_log *hl)
{
    if (!hl->caught_up) {
        hl->tui->dirty = true;
        tell_end(hl, NULL);
    }
    hl->waiting = hl->caught_up = true;
}

bool cs_host_log_load(struct cs_host_log *hl, unsigned frames)
{
    char why[600];
    int ret = 1;

    if (hl->loaded)
        return false;
    hl->waiting = false;
    while (frames-- > 0 && (ret = cs_input_read(hl->input, &hl->log, why, sizeof why)) > 0 &&
           ret != CS_INPUT_LATER) {
        hl->tui->dirty = true;
        if (ret == CS_INPUT_NEW) {
            begin_anew(hl, why);
        } else if (!use(hl)) {
            ret = 0;
            break;
        }
    }
    show_first(hl);
    if (ret == CS_INPUT_LATER && hl->config.follow) {
        wait_for_more(hl);
        return false;
    }
    if (ret > 0 && ret != CS_INPUT_LATER)
        return true;
    hl->tui->dirty = true;
    hl->loaded = true;
    tell_end(hl, ret < 0 ? why : NULL);
    if (hl->grows)
        hl->grows(hl->grows_ctx);
    return false;
}

/* ---- start and end --------------------------------------------------------------------------- */

static int open_decoder(struct cs_host_log *hl, struct cs_error *error)
{
    hl->decoding.plugins = hl->config.plugins;
    hl->decoding.as = hl->config.as;
    hl->decoding.eds = hl->config.eds;
    hl->decoding.n_eds = hl->config.n_eds;
    hl->decoding.pages = CS_PAGES_WITH;
    return cs_decoding_begin(&hl->decoding, &hl->feed, hl->sim, error);
}

static int open_log(struct cs_host_log *hl, struct cs_error *error)
{
    char why[600];
    struct stat about;

    hl->input =
        hl->config.follow
            ? cs_input_follow(hl->plugins, hl->config.path, hl->config.fd, NULL, why, sizeof why)
            : cs_input_open(hl->plugins, hl->config.path, NULL, why, sizeof why);
    if (!hl->input)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (!strcmp(hl->config.path, "-"))
        hl->config.follow &= cs_input_is_pipe(hl->input);
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
    if (!config->follow && strcmp(config->path, "-") != 0 &&
        !cs_input_is_log(hl->plugins, config->path))
        return 0;
    return open_log(hl, error) == 0 ? 1 : -1;
}

void cs_host_log_close(struct cs_host_log *hl)
{
    cs_feed_fini(&hl->feed);
    if (hl->tui)
        cs_decoding_end(&hl->decoding, hl->tui);
    cs_decoding_fini(&hl->decoding);
    if (hl->stats)
        cs_stats_destroy(hl->stats);
    if (hl->sim)
        cs_sim_destroy(hl->sim);
    cs_input_close(hl->input);
    if (hl->plugins)
        cs_plugins_free(hl->plugins);
    memset(hl, 0, sizeof *hl);
}
