/* SPDX-License-Identifier: MIT */
/* host_export_scenario.c - frames of the trace as a scenario: a node for each that sent one, which
 * queues it again at the time at which it was queued. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/out.h"
#include "scenarios/scenario_read.h"
#include "simcore/units.h"
#include "tui/host_rows.h"
#include "tui/view.h"

#define SENDERS_MAX 200
#define FRAMES_MAX  50000 /* of its timeline */
#define AFTER_PS    (10 * CS_PS_PER_MS)

struct sender {
    uint32_t who;
    uint16_t bus;
};

struct writing {
    const struct cs_tui *tui;
    const struct cs_export *rows;
    struct cs_out out;
    struct sender sender[SENDERS_MAX];
    unsigned n_senders;
    int64_t first_ps, last_ps; /* of the queueing */
    uint64_t frames;
    char *told;
    size_t told_size;
};

static int fail(struct writing *w, const char *text)
{
    snprintf(w->told, w->told_size, "%s: %s", w->rows->path, text);
    return -1;
}

/* Sends are as far apart as they were queued; what a log does not tell of is its beginning. */
static int64_t queued_ps(const struct cs_row *row)
{
    return row->attempt > 0 ? row->queued_ps : row->start_ps;
}

static int sender_of(struct writing *w, const struct cs_row *row)
{
    unsigned i = 0;

    while (i < w->n_senders && (w->sender[i].who != row->who || w->sender[i].bus != row->bus))
        i++;
    if (i == SENDERS_MAX)
        return -1;
    if (i == w->n_senders)
        w->sender[w->n_senders++] = (struct sender){row->who, row->bus};
    return (int)i;
}

/* Text for people; one that would stand for constants is left out. */
static void put_comment(struct writing *w, const char *text)
{
    cs_out_json(&w->out, strstr(text, "${") ? "" : text);
}

/* Its own name, where a scenario can have it and nobody has the same; else a number. */
static void put_name(struct writing *w, unsigned i)
{
    const char *name = cs_tui_who(w->tui, w->sender[i].who);
    bool own = cs_scenario_name_ok(name) && strpbrk(name, "\"\\$[") == NULL &&
               strncmp(name, "listener", 8) != 0 && strncmp(name, "node", 4) != 0;

    for (unsigned k = 0; own && k < w->n_senders; k++)
        own = k == i || strcmp(name, cs_tui_who(w->tui, w->sender[k].who)) != 0;
    if (own)
        cs_out_printf(&w->out, "\"%s\"", name);
    else
        cs_out_printf(&w->out, "\"node%u\"", i + 1);
}

static int look(struct writing *w)
{
    const struct cs_tui *tui = w->tui;

    for (uint64_t at = cs_trace_from(tui, w->rows->from); at != UINT64_MAX && at <= w->rows->to;
         at = cs_trace_from(tui, at + 1)) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, at);
        if (row->kind != CS_EV_FRAME)
            continue;
        if (sender_of(w, row) < 0)
            return fail(w, "there is room for 200 senders in a scenario, and there are more");
        if (++w->frames > FRAMES_MAX)
            return fail(w, "a scenario holds 50000 of them: mark two rows, or use a replayed log");
        if (w->frames == 1 || queued_ps(row) < w->first_ps)
            w->first_ps = queued_ps(row);
        if (w->frames == 1 || row->at_ps > w->last_ps)
            w->last_ps = row->at_ps;
    }
    return w->frames > 0 ? 0 : fail(w, "there is no frame among these rows");
}

static void put_time(struct writing *w, int64_t ps)
{
    char text[40];

    cs_out_printf(&w->out, "\"%s\"", cs_units_format_time(ps, text, sizeof text));
}

static void put_buses(struct writing *w)
{
    cs_out_text(&w->out, "  \"buses\": {");
    for (unsigned b = 0; b < w->tui->n_buses; b++) {
        const struct cs_tui_bus *bus = &w->tui->bus[b];
        cs_out_text(&w->out, b ? ", " : "");
        cs_out_json(&w->out, bus->name);
        cs_out_printf(&w->out, ": {\"bitrate\": %" PRIu32, bus->bitrate_bps);
        if (bus->fd)
            cs_out_text(&w->out, ", \"fd\": true");
        if (bus->fd && bus->data_bitrate_bps)
            cs_out_printf(&w->out, ", \"data_bitrate\": %" PRIu32, bus->data_bitrate_bps);
        cs_out_char(&w->out, '}');
    }
    cs_out_text(&w->out, "},");
    cs_out_line(&w->out);
}

static void put_nodes(struct writing *w)
{
    cs_out_text(&w->out, "  \"nodes\": {");
    cs_out_line(&w->out);
    for (unsigned i = 0; i < w->n_senders; i++) {
        const char *name = cs_tui_who(w->tui, w->sender[i].who);
        cs_out_text(&w->out, "    ");
        put_name(w, i);
        cs_out_text(&w->out, ": {\"bus\": ");
        cs_out_json(&w->out, w->tui->bus[w->sender[i].bus].name);
        cs_out_text(&w->out, ", \"tx_queue\": 4096, \"comment\": ");
        put_comment(w, *name ? name : "somebody");
        cs_out_text(&w->out, "},");
        cs_out_line(&w->out);
    }
    for (unsigned b = 0; b < w->tui->n_buses; b++) {
        cs_out_printf(&w->out, "    \"listener%u\": {\"bus\": ", b + 1);
        cs_out_json(&w->out, w->tui->bus[b].name);
        cs_out_text(&w->out, b + 1 < w->tui->n_buses ? "}," : "}");
        cs_out_line(&w->out);
    }
    cs_out_text(&w->out, "  },");
    cs_out_line(&w->out);
}

static void put_timeline(struct writing *w)
{
    const struct cs_tui *tui = w->tui;
    uint64_t n = 0;

    cs_out_text(&w->out, "  \"timeline\": [");
    cs_out_line(&w->out);
    for (uint64_t at = cs_trace_from(tui, w->rows->from); at != UINT64_MAX && at <= w->rows->to;
         at = cs_trace_from(tui, at + 1)) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, at);
        struct cs_frame frame;
        char text[CS_FRAME_TEXT_MAX];
        if (row->kind != CS_EV_FRAME || !cs_row_frame(row, &frame))
            continue;
        cs_out_text(&w->out, "    {\"at\": ");
        put_time(w, queued_ps(row) - w->first_ps);
        cs_out_text(&w->out, ", \"node\": ");
        put_name(w, (unsigned)sender_of(w, row));
        cs_frame_format(&frame, text);
        cs_out_printf(&w->out, ", \"send\": \"%s\"}%s", text, ++n < w->frames ? "," : "");
        cs_out_line(&w->out);
    }
    cs_out_text(&w->out, "  ]");
    cs_out_line(&w->out);
}

static void put_all(struct writing *w)
{
    cs_out_char(&w->out, '{');
    cs_out_line(&w->out);
    cs_out_printf(&w->out, "  \"title\": \"%" PRIu64 " frames\",", w->frames);
    cs_out_line(&w->out);
    cs_out_text(&w->out, "  \"comment\": ");
    put_comment(w, w->tui->info.title);
    cs_out_text(&w->out, ",");
    cs_out_line(&w->out);
    cs_out_text(&w->out, "  \"duration\": ");
    put_time(w, w->last_ps - w->first_ps + AFTER_PS);
    cs_out_text(&w->out, ",");
    cs_out_line(&w->out);
    put_buses(w);
    put_nodes(w);
    put_timeline(w);
    cs_out_char(&w->out, '}');
    cs_out_line(&w->out);
}

int cs_host_export_scenario(const struct cs_tui *tui, const struct cs_export *rows, char *told,
                            size_t told_size)
{
    struct writing w = {.tui = tui, .rows = rows, .told = told, .told_size = told_size};
    struct cs_error error = {0};
    int ret = look(&w);

    if (ret == 0 && cs_out_open(&w.out, rows->path, NULL, &error) != 0) {
        snprintf(told, told_size, "%s", error.text);
        ret = -1;
    }
    if (ret != 0)
        return -1;
    cs_out_begin(&w.out);
    put_all(&w);
    if (cs_out_close(&w.out) != 0) {
        cs_out_explain(&w.out, &error);
        snprintf(told, told_size, "%s", error.text);
        ret = -1;
    }
    cs_out_discard(&w.out);
    if (ret == 0)
        snprintf(told, told_size, "%" PRIu64 " frame%s in %s: cansim run sends them again",
                 w.frames, w.frames == 1 ? "" : "s", rows->path);
    return ret;
}
