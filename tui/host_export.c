/* SPDX-License-Identifier: MIT */
/* host_export.c - rows of the trace into a file: a log of any format that is written, or the screen
 * as text or as a picture. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plugins/input.h"
#include "scenarios/out.h"
#include "scenarios/pack.h"
#include "scenarios/scenario.h"
#include "simcore/error_frame.h"
#include "tui/host_rows.h"
#include "tui/svg.h"
#include "tui/theme.h"
#include "tui/view.h"

struct export
{
    struct cs_tui *tui;
    const struct cs_export *rows;
    struct cs_plugins *plugins;
    const struct cansim_format *to;
    void *writer;
    struct cs_out out;
    uint64_t frames, others, partly;
    char *told;
    size_t told_size;
};

static int fail(struct export *e, const char *text)
{
    snprintf(e->told, e->told_size, "%s: %s", e->rows->path, text);
    return -1;
}

/* ---- the screen ------------------------------------------------------------------------------ */

static int write_screen(struct export *e, bool svg)
{
    struct cs_canvas canvas = {.width = 0};
    const enum cs_tui_overlay overlay = e->tui->overlay;
    FILE *file;
    int ret = -1;

    if (cs_canvas_resize(&canvas, e->tui->width, e->tui->height) != 0)
        return fail(e, "not enough memory");
    file = fopen(e->rows->path, "we");
    if (file) {
        e->tui->overlay = CS_OVERLAY_NONE;
        cs_tui_draw(e->tui, &canvas);
        e->tui->overlay = overlay;
        ret = svg ? cs_svg_write(&canvas, e->tui->theme, e->tui->info.title, file)
                  : cs_canvas_write_text(&canvas, file);
        ret |= fclose(file);
    }
    cs_canvas_fini(&canvas);
    if (ret != 0)
        return fail(e, "cannot be written");
    snprintf(e->told, e->told_size, "the screen is in %s", e->rows->path);
    return 0;
}

/* ---- logs ------------------------------------------------------------------------------------ */

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct export *e = ctx;

    cs_out_write(&e->out, bytes, n);
    cs_out_record(&e->out);
    return e->out.error ? -1 : 0;
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

static int write_rows(struct export *e)
{
    const struct cs_tui *tui = e->tui;
    uint64_t number = cs_trace_from(tui, e->rows->from);
    int ret = 0;

    for (; ret == 0 && number != UINT64_MAX && number <= e->rows->to && !e->out.error;
         number = cs_trace_from(tui, number + 1))
        ret = write_row(e, cs_tui_ring_get(&tui->ring, number));
    return ret;
}

static int write_log(struct export *e)
{
    const struct cansim_output output = {.size = sizeof output, .ctx = e, .write = on_write};
    struct cs_error error = {0};
    char why[300] = "cannot be written";
    int ret;

    if (cs_out_open(&e->out, e->rows->path, NULL, &error) != 0) {
        snprintf(e->told, e->told_size, "%s", error.text);
        return -1;
    }
    cs_out_begin(&e->out);
    if (e->to->create(&e->writer, &output, why, sizeof why) != 0) {
        cs_out_discard(&e->out);
        return fail(e, why);
    }
    ret = write_rows(e);
    if (e->to->finish(e->writer, why, sizeof why) != 0 && ret == 0)
        ret = fail(e, why);
    if (cs_out_close(&e->out) != 0 && ret == 0) {
        cs_out_explain(&e->out, &error);
        snprintf(e->told, e->told_size, "%s", error.text);
        ret = -1;
    }
    cs_out_discard(&e->out);
    return ret;
}

static void tell(const struct export *e)
{
    int n = snprintf(e->told, e->told_size, "%" PRIu64 " row%s in %s (%s)", e->frames,
                     e->frames == 1 ? "" : "s", e->rows->path, e->to->name);

    if (e->others + e->partly > 0 && n < (int)e->told_size)
        snprintf(e->told + n, e->told_size - (size_t)n,
                 ", %" PRIu64 " left out: the format has no such rows", e->others + e->partly);
}

int cs_host_export(struct cs_tui *tui, const struct cs_export *rows, char *told, size_t told_size)
{
    struct export e = {.tui = tui, .rows = rows, .told = told, .told_size = told_size};
    const char *dot = memrchr(rows->path, '.', cs_pack_plain(rows->path));
    char folder[4096], why[400];
    int ret;

    e.out.fd = -1;
    if (dot && !strchr(dot, '/') && (!strcasecmp(dot, ".svg") || !strcasecmp(dot, ".txt")))
        return write_screen(&e, !strcasecmp(dot, ".svg"));
    if (dot && !strchr(dot, '/') && !strcasecmp(dot, ".json"))
        return cs_host_export_scenario(tui, rows, told, told_size);
    cs_plugin_folder(folder, sizeof folder);
    e.plugins = cs_plugins_find(*folder ? folder : NULL, NULL, 0, why, sizeof why);
    if (!e.plugins)
        return fail(&e, why);
    ret = find_format(&e, dot && !strchr(dot, '/') ? dot + 1 : "");
    if (ret == 0)
        ret = write_log(&e);
    if (ret == 0)
        tell(&e);
    cs_plugins_free(e.plugins);
    return ret;
}
