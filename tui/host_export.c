/* SPDX-License-Identifier: MIT */
/* host_export.c - rows of the trace into a file: a log of any format that is written, or the screen
 * as text or as a picture. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugins/input.h"
#include "scenarios/pack.h"
#include "scenarios/scenario.h"
#include "simcore/error_frame.h"
#include "tui/host_export.h"
#include "tui/host_rows.h"
#include "tui/svg.h"
#include "tui/theme.h"
#include "tui/view.h"

struct export
{
    struct cs_job job; /* first */
    struct cs_tui *tui;
    struct cs_export_walk walk;
    struct cs_export_file file;
    char *path;
    struct cs_plugins *plugins;
    const struct cansim_format *to;
    void *writer;
    uint64_t frames, others, partly;
};

static int fail(struct export *e, const char *text)
{
    snprintf(e->job.told, sizeof e->job.told, "%.100s: %s", e->path, text);
    return -1;
}

/* ---- the screen ------------------------------------------------------------------------------ */

static int write_screen(struct cs_tui *tui, const char *path, bool svg, char *told, size_t size)
{
    struct cs_canvas canvas = {.width = 0};
    const enum cs_tui_overlay overlay = tui->overlay;
    FILE *file;
    int ret = -1;

    if (cs_canvas_resize(&canvas, tui->width, tui->height) != 0) {
        snprintf(told, size, "%s: not enough memory", path);
        return -1;
    }
    file = fopen(path, "we");
    if (file) {
        tui->overlay = CS_OVERLAY_NONE;
        cs_tui_draw(tui, &canvas);
        tui->overlay = overlay;
        ret = svg ? cs_svg_write(&canvas, tui->theme, tui->info.title, file)
                  : cs_canvas_write_text(&canvas, file);
        ret |= fclose(file);
    }
    cs_canvas_fini(&canvas);
    snprintf(told, size, ret == 0 ? "the screen is in %s" : "%s: cannot be written", path);
    return ret == 0 ? 0 : -1;
}

/* ---- logs ------------------------------------------------------------------------------------ */

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct export *e = ctx;

    cs_out_write(&e->file.out, bytes, n);
    cs_out_record(&e->file.out);
    return e->file.out.error ? -1 : 0;
}

/* Does it end in one of "log,candump", but for what tells how it is packed? */
static bool has_suffix(const char *suffix, const char *extensions)
{
    size_t n;

    for (const char *p = extensions; *p; p += n + (p[n] == ',')) {
        n = strcspn(p, ",");
        if (strcspn(suffix, ".") == n && !strncasecmp(suffix, p, n))
            return true;
    }
    return false;
}

static int find_format(struct export *e, const char *suffix)
{
    const struct cansim_format *format;
    char list[120], text[200];

    for (unsigned i = 0; (format = cs_plugins_format_at(e->plugins, i)); i++)
        if (format->create && has_suffix(suffix, format->extensions)) {
            e->to = format;
            return 0;
        }
    cs_input_list(e->plugins, true, list, sizeof list);
    snprintf(text, sizeof text,
             "must end as a format does (%s), or in .json (a scenario), .txt or .svg", list);
    return fail(e, text);
}

static void put_error(const struct cs_row *row, struct cansim_frame *frame)
{
    const struct cs_event event = {
        .kind = CS_EV_ERROR,
        .error = row->error,
        .field = row->field,
        .index = row->index,
        .tx = row->tx,
        .tec = row->tec,
        .rec = row->rec,
    };
    struct cs_error_frame out;

    cs_error_frame_of(&event, &out);
    frame->id = out.classes;
    frame->dlc = frame->len = 8;
    memcpy(frame->data, out.data, 8);
}

/* Frames, and errors as the node saw them; other rows are no part of a log. 0 or -1. */
static int write_row(struct export *e, const struct cs_row *row)
{
    struct cansim_frame frame = {
        .size = sizeof frame,
        .bus = row->bus,
        .node = row->node,
        .start_ps = row->kind == CS_EV_FRAME ? row->start_ps : row->at_ps,
        .at_ps = row->at_ps,
    };
    const struct cansim_log_frame log = {
        .size = sizeof log,
        .frame = &frame,
        .bus_name = row->bus < e->tui->n_buses ? e->tui->bus[row->bus].name : "can0",
        .error_frame = row->kind == CS_EV_ERROR,
        .stamp_ps = row->at_ps,
        .epoch_s = e->tui->info.epoch_s,
    };
    char why[300] = "";
    int ret;

    if (row->kind != CS_EV_FRAME && row->kind != CS_EV_ERROR) {
        e->others++;
        return 0;
    }
    if (row->kind == CS_EV_ERROR) {
        put_error(row, &frame);
    } else {
        frame.id = row->id;
        frame.flags = row->flags;
        frame.dlc = row->dlc;
        frame.len = row->len;
        memcpy(frame.data, row->data, row->len);
    }
    ret = e->to->write(e->writer, &log, why, sizeof why);
    e->frames += ret == 0;
    e->partly += ret > 0;
    return ret < 0 ? fail(e, why) : 0;
}

static void tell(struct export *e)
{
    char *told = e->job.told;
    const size_t size = sizeof e->job.told;
    int n = snprintf(told, size, "%" PRIu64 " row%s in %s (%s)", e->frames,
                     e->frames == 1 ? "" : "s", e->path, e->to->name);

    if (e->others + e->partly > 0 && n < (int)size)
        snprintf(told + n, size - (size_t)n, ", %" PRIu64 " left out: the format has no such rows",
                 e->others + e->partly);
    cs_export_tell_gone(&e->walk, told, size);
}

/* ---- the job --------------------------------------------------------------------------------- */

static int finish(struct export *e)
{
    char why[300] = "cannot be written";
    void *writer = e->writer;

    e->writer = NULL;
    if (e->to->finish(writer, why, sizeof why) != 0)
        return fail(e, why);
    if (cs_export_file_close(&e->file, e->job.told, sizeof e->job.told) != 0)
        return -1;
    tell(e);
    return 0;
}

static int step(struct cs_job *job, struct cs_tui *tui, unsigned rows)
{
    struct export *e = (struct export *)job;
    const struct cs_row *row;

    cs_export_walk_on(&e->walk, tui, rows);
    while ((row = cs_export_walk_next(&e->walk, tui)) != NULL && !e->file.out.error)
        if (write_row(e, row) != 0)
            return -1;
    job->permille = cs_export_walk_permille(&e->walk);
    if (e->file.out.error) {
        fail(e, strerror(e->file.out.error));
        return -1;
    }
    return cs_export_walk_done(&e->walk) ? finish(e) : 1;
}

static void give_up(struct cs_job *job)
{
    struct export *e = (struct export *)job;
    char why[300];

    if (e->writer)
        e->to->finish(e->writer, why, sizeof why);
    cs_export_file_drop(&e->file);
    if (e->plugins)
        cs_plugins_free(e->plugins);
    free(e->path);
    free(e);
}

/* `suffix` is the format's, and how it is packed: ".log.gz". */
static int open_log(struct export *e, const struct cs_export *rows, const char *suffix)
{
    const struct cansim_output output = {.size = sizeof output, .ctx = e, .write = on_write};
    char folder[4096], why[400];

    cs_plugin_folder(folder, sizeof folder);
    e->plugins = cs_plugins_find(*folder ? folder : NULL, NULL, 0, why, sizeof why);
    if (!e->plugins)
        return fail(e, why);
    if (find_format(e, suffix + (*suffix == '.')) != 0 ||
        cs_export_file_open(&e->file, rows->path, e->job.told, sizeof e->job.told) != 0)
        return -1;
    if (e->to->create(&e->writer, &output, why, sizeof why) != 0) {
        e->writer = NULL;
        return fail(e, why);
    }
    return 0;
}

static int write_log(struct cs_tui *tui, const struct cs_export *rows, const char *suffix,
                     char *told, size_t size)
{
    struct export *e = calloc(1, sizeof *e);

    if (!e) {
        snprintf(told, size, "%s: not enough memory", rows->path);
        return -1;
    }
    e->job = (struct cs_job){.what = "export", .step = step, .free = give_up};
    e->tui = tui;
    e->file.out.fd = -1;
    e->path = strdup(rows->path);
    cs_export_walk_begin(&e->walk, tui, rows);
    if (e->path && open_log(e, rows, suffix) == 0)
        return cs_export_start(tui, &e->job, rows, told, size);
    snprintf(told, size, "%s", e->path ? e->job.told : "not enough memory");
    give_up(&e->job);
    return -1;
}

int cs_host_export(struct cs_tui *tui, const struct cs_export *rows, char *told, size_t told_size)
{
    const char *dot = memrchr(rows->path, '.', cs_pack_plain(rows->path));
    const char *suffix = dot && !strchr(dot, '/') ? dot : "";

    if (tui->job) {
        snprintf(told, told_size, "one file is being written already: Esc gives it up");
        return -1;
    }
    if (rows->scenario || !strcasecmp(suffix, ".json"))
        return cs_host_export_scenario(tui, rows, told, told_size);
    if (!strcasecmp(suffix, ".svg") || !strcasecmp(suffix, ".txt"))
        return write_screen(tui, rows->path, !strcasecmp(suffix, ".svg"), told, told_size);
    return write_log(tui, rows, suffix, told, told_size);
}
