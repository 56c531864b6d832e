/* SPDX-License-Identifier: MIT */
/* host_export_scenario.c - frames of the trace as a scenario: a node for each that sent one, which
 * queues it again at the time at which it was queued. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "simcore/units.h"
#include "tui/host_export.h"
#include "tui/host_rows.h"
#include "tui/view.h"

#define SENDERS_MAX 200
#define FRAMES_MAX  50000 /* of its timeline */
#define AFTER_PS    (10 * CS_PS_PER_MS)
#define LINE_COST   16 /* of writing one, in rows that are looked at */

struct sender {
    uint32_t who;
    uint16_t bus;
};

struct sending {
    int64_t queued_ps;
    struct cs_frame frame;
    uint8_t sender;
};

struct writing {
    struct cs_job job; /* first */
    const struct cs_tui *tui;
    struct cs_export_walk walk;
    struct cs_export_file file;
    struct cs_out *out; /* its */
    char *path;
    struct sender sender[SENDERS_MAX];
    unsigned n_senders;
    int64_t first_ps, last_ps; /* of the queueing */
    struct sending *sends;
    uint64_t frames, room, written;
};

_Static_assert(SENDERS_MAX <= UINT8_MAX, "a byte tells which it is");

static int fail(struct writing *w, const char *text)
{
    snprintf(w->job.told, sizeof w->job.told, "%.80s: %s", w->path, text);
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
    cs_out_json(w->out, strstr(text, "${") ? "" : text);
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
        cs_out_printf(w->out, "\"%s\"", name);
    else
        cs_out_printf(w->out, "\"node%u\"", i + 1);
}

static bool make_room(struct writing *w)
{
    const uint64_t room = w->room ? w->room * 2 : 1024;
    struct sending *more;

    if (w->frames < w->room)
        return true;
    more = realloc(w->sends, room * sizeof *more);
    if (!more)
        return false;
    w->sends = more;
    w->room = room;
    return true;
}

static int keep(struct writing *w, const struct cs_row *row)
{
    const int sender = sender_of(w, row);
    struct sending *sending;

    if (sender < 0)
        return fail(w, "there is room for 200 senders in a scenario, and there are more");
    if (w->frames == FRAMES_MAX)
        return fail(w, "a scenario holds 50000 of them: mark two rows, or use a replayed log");
    if (!make_room(w))
        return fail(w, "not enough memory");
    sending = &w->sends[w->frames++];
    *sending = (struct sending){.queued_ps = queued_ps(row), .sender = (uint8_t)sender};
    cs_row_frame(row, &sending->frame);
    if (w->frames == 1 || sending->queued_ps < w->first_ps)
        w->first_ps = sending->queued_ps;
    if (w->frames == 1 || row->at_ps > w->last_ps)
        w->last_ps = row->at_ps;
    return 0;
}

/* 1: there are more. */
static int look(struct writing *w, unsigned rows)
{
    const struct cs_row *row;

    cs_export_walk_on(&w->walk, w->tui, rows);
    while ((row = cs_export_walk_next(&w->walk, w->tui)) != NULL)
        if (row->kind == CS_EV_FRAME && row->has_frame && keep(w, row) != 0)
            return -1;
    w->job.permille = cs_export_walk_permille(&w->walk) / 2;
    if (!cs_export_walk_done(&w->walk))
        return 1;
    return w->frames > 0 ? 0 : fail(w, "there is no frame among these rows");
}

static void put_time(struct writing *w, int64_t ps)
{
    char text[40];

    cs_out_printf(w->out, "\"%s\"", cs_units_format_time(ps, text, sizeof text));
}

static void put_buses(struct writing *w)
{
    cs_out_text(w->out, "  \"buses\": {");
    for (unsigned b = 0; b < w->tui->n_buses; b++) {
        const struct cs_tui_bus *bus = &w->tui->bus[b];
        cs_out_text(w->out, b ? ", " : "");
        cs_out_json(w->out, bus->name);
        cs_out_printf(w->out, ": {\"bitrate\": %" PRIu32, bus->bitrate_bps);
        if (bus->fd)
            cs_out_text(w->out, ", \"fd\": true");
        if (bus->fd && bus->data_bitrate_bps)
            cs_out_printf(w->out, ", \"data_bitrate\": %" PRIu32, bus->data_bitrate_bps);
        cs_out_char(w->out, '}');
    }
    cs_out_text(w->out, "},");
    cs_out_line(w->out);
}

static void put_nodes(struct writing *w)
{
    cs_out_text(w->out, "  \"nodes\": {");
    cs_out_line(w->out);
    for (unsigned i = 0; i < w->n_senders; i++) {
        const char *name = cs_tui_who(w->tui, w->sender[i].who);
        cs_out_text(w->out, "    ");
        put_name(w, i);
        cs_out_text(w->out, ": {\"bus\": ");
        cs_out_json(w->out, w->tui->bus[w->sender[i].bus].name);
        cs_out_text(w->out, ", \"tx_queue\": 4096, \"comment\": ");
        put_comment(w, *name ? name : "somebody");
        cs_out_text(w->out, "},");
        cs_out_line(w->out);
    }
    for (unsigned b = 0; b < w->tui->n_buses; b++) {
        cs_out_printf(w->out, "    \"listener%u\": {\"bus\": ", b + 1);
        cs_out_json(w->out, w->tui->bus[b].name);
        cs_out_text(w->out, b + 1 < w->tui->n_buses ? "}," : "}");
        cs_out_line(w->out);
    }
    cs_out_text(w->out, "  },");
    cs_out_line(w->out);
}

static void put_head(struct writing *w)
{
    cs_out_char(w->out, '{');
    cs_out_line(w->out);
    cs_out_printf(w->out, "  \"title\": \"%" PRIu64 " frames\",", w->frames);
    cs_out_line(w->out);
    cs_out_text(w->out, "  \"comment\": ");
    put_comment(w, w->tui->info.title);
    cs_out_text(w->out, ",");
    cs_out_line(w->out);
    cs_out_text(w->out, "  \"duration\": ");
    put_time(w, w->last_ps - w->first_ps + AFTER_PS);
    cs_out_text(w->out, ",");
    cs_out_line(w->out);
    put_buses(w);
    put_nodes(w);
    cs_out_text(w->out, "  \"timeline\": [");
    cs_out_line(w->out);
}

static void put_frame(struct writing *w, const struct sending *sending)
{
    char text[CS_FRAME_TEXT_MAX];

    cs_out_text(w->out, "    {\"at\": ");
    put_time(w, sending->queued_ps - w->first_ps);
    cs_out_text(w->out, ", \"node\": ");
    put_name(w, sending->sender);
    cs_frame_format(&sending->frame, text);
    cs_out_printf(w->out, ", \"send\": \"%s\"}%s", text, ++w->written < w->frames ? "," : "");
    cs_out_line(w->out);
}

static int put_end(struct writing *w)
{
    cs_out_text(w->out, "  ]");
    cs_out_line(w->out);
    cs_out_char(w->out, '}');
    cs_out_line(w->out);
    if (cs_export_file_close(&w->file, w->job.told, sizeof w->job.told) != 0)
        return -1;
    snprintf(w->job.told, sizeof w->job.told,
             "%" PRIu64 " frame%s in %s: cansim run sends them again", w->frames,
             w->frames == 1 ? "" : "s", w->path);
    cs_export_tell_gone(&w->walk, w->job.told, sizeof w->job.told);
    return 0;
}

/* ---- the job --------------------------------------------------------------------------------- */

static int step(struct cs_job *job, struct cs_tui *tui, unsigned rows)
{
    struct writing *w = (struct writing *)job;
    unsigned lines = rows / LINE_COST + 1;
    int ret;

    (void)tui;
    if (!cs_export_walk_done(&w->walk) || w->frames == 0) {
        ret = look(w, rows);
        if (ret != 0)
            return ret;
    }
    if (!w->out) {
        if (cs_export_file_open(&w->file, w->path, job->told, sizeof job->told) != 0)
            return -1;
        w->out = &w->file.out;
        put_head(w);
    }
    for (; lines > 0 && w->written < w->frames; lines--)
        put_frame(w, &w->sends[w->written]);
    job->permille = 500 + (unsigned)(w->written * 500 / w->frames);
    return w->written < w->frames ? 1 : put_end(w);
}

static void give_up(struct cs_job *job)
{
    struct writing *w = (struct writing *)job;

    cs_export_file_drop(&w->file);
    free(w->sends);
    free(w->path);
    free(w);
}

int cs_host_export_scenario(struct cs_tui *tui, const struct cs_export *rows, char *told,
                            size_t told_size)
{
    struct writing *w = calloc(1, sizeof *w);

    if (w)
        w->path = strdup(rows->path);
    if (!w || !w->path) {
        free(w);
        snprintf(told, told_size, "%s: not enough memory", rows->path);
        return -1;
    }
    w->job = (struct cs_job){.what = "export", .step = step, .free = give_up};
    w->tui = tui;
    w->file.out.fd = -1;
    cs_export_walk_begin(&w->walk, tui, rows);
    return cs_export_start(tui, &w->job, rows, told, told_size);
}
