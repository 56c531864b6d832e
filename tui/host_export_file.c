/* SPDX-License-Identifier: MIT */
/* host_export_file.c - see host_export.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/pack.h"
#include "tui/host_export.h"
#include "tui/query_row.h"
#include "tui/trace.h"
#include "tui/widgets.h"

/* ---- rows ------------------------------------------------------------------------------------ */

void cs_export_walk_begin(struct cs_export_walk *walk, const struct cs_tui *tui,
                          const struct cs_export *rows)
{
    const uint64_t last = tui->ring.end ? tui->ring.end - 1 : 0;

    *walk =
        (struct cs_export_walk){.from = rows->from < tui->ring.first ? tui->ring.first : rows->from,
                                .to = rows->to < last ? rows->to : last,
                                .filter = tui->filter,
                                .show = tui->trace.show};
    walk->number = tui->ring.end ? walk->from : walk->to + 1;
}

void cs_export_walk_on(struct cs_export_walk *walk, const struct cs_tui *tui, unsigned rows)
{
    const uint32_t frames = UINT32_C(1) << CS_EV_FRAME;

    walk->rows = rows;
    walk->want = cs_query_want(tui, &walk->filter,
                               walk->show == CS_SHOW_FRAMES   ? frames
                               : walk->show == CS_SHOW_ERRORS ? ~frames
                                                              : 0);
}

static bool is_shown(const struct cs_export_walk *walk, const struct cs_tui *tui,
                     const struct cs_row *row)
{
    const bool frame = row->kind == CS_EV_FRAME;

    if ((walk->show == CS_SHOW_FRAMES && !frame) || (walk->show == CS_SHOW_ERRORS && frame))
        return false;
    return !walk->filter.n || cs_row_passes(tui, &walk->filter, walk->number);
}

/* Past rows that are gone, and at its beginning past a chunk in which there is nothing. */
static void pass_over(struct cs_export_walk *walk, const struct cs_tui *tui)
{
    const struct cs_tui_ring *ring = &tui->ring;

    if (walk->number < ring->first) {
        const uint64_t to = ring->first <= walk->to ? ring->first : walk->to + 1;
        walk->gone += to - walk->number;
        walk->number = to;
    }
    if (walk->number == walk->from || walk->number % CS_RING_CHUNK == 0) {
        const uint64_t unpacked = cs_tui_ring_unpacked(ring);
        const uint64_t to = cs_tui_ring_skip(ring, walk->number, &walk->want);
        walk->rows -= (int64_t)((to - walk->number) / CS_RING_CHUNK) * CS_TRACE_SKIP_COST;
        walk->number = to;
        cs_tui_ring_get(ring, to);
        walk->rows -= (int64_t)(cs_tui_ring_unpacked(ring) - unpacked) * CS_TRACE_UNPACK_COST;
    }
}

const struct cs_row *cs_export_walk_next(struct cs_export_walk *walk, const struct cs_tui *tui)
{
    while (walk->rows > 0 && walk->number <= walk->to) {
        pass_over(walk, tui);
        const struct cs_row *row =
            walk->number <= walk->to ? cs_tui_ring_get(&tui->ring, walk->number) : NULL;
        walk->rows--;
        if (!row)
            continue;
        const bool shown = is_shown(walk, tui, row);
        row = shown ? cs_tui_ring_get(&tui->ring, walk->number) : NULL;
        walk->number++;
        if (row) {
            walk->rows -= 4; /* it will be written */
            return row;
        }
    }
    return NULL;
}

bool cs_export_walk_done(const struct cs_export_walk *walk)
{
    return walk->number > walk->to;
}

unsigned cs_export_walk_permille(const struct cs_export_walk *walk)
{
    if (cs_export_walk_done(walk))
        return 1000;
    return (unsigned)((walk->number - walk->from) * 1000 / (walk->to - walk->from + 1));
}

void cs_export_tell_gone(const struct cs_export_walk *walk, char *text, size_t size)
{
    const size_t n = strlen(text);
    char number[CS_NUMBER_MAX];

    if (walk->gone && n < size)
        snprintf(text + n, size - n, ", %s row%s left the history before",
                 cs_text_count(walk->gone, 9, number), walk->gone == 1 ? "" : "s");
}

/* ---- the file -------------------------------------------------------------------------------- */

/* PATH~, or where that is something of somebody else, PATH~1 and so on; what is packed still ends
 * so: PATH~.gz. */
static int open_beside(struct cs_export_file *file, struct cs_error *error)
{
    const size_t size = strlen(file->target) + 3, plain = cs_pack_plain(file->target);
    char *name = malloc(size);
    int ret = -1;

    for (int i = 0; name && i < 10 && ret != 0; i++) {
        const char number[2] = {i ? (char)('0' + i) : '\0'};
        snprintf(name, size, "%.*s~%s%s", (int)plain, file->target, number, file->target + plain);
        ret = cs_out_open(&file->out, name, NULL, error);
        if (ret != 0)
            break;
        if (!file->out.created) {
            cs_out_discard(&file->out);
            ret = -1;
            cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: is there already", name);
        }
    }
    if (!name)
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    free(name);
    return ret;
}

static void release(struct cs_export_file *file)
{
    free(file->path);
    free(file->target);
    *file = (struct cs_export_file){.out.fd = -1};
}

int cs_export_file_open(struct cs_export_file *file, const char *path, char *told, size_t size)
{
    struct cs_error error = {0};
    struct stat about;
    const bool there = stat(path, &about) == 0;
    int ret;

    *file = (struct cs_export_file){.out.fd = -1, .path = strdup(path)};
    if (!there || S_ISREG(about.st_mode))
        file->target = there ? realpath(path, NULL) : strdup(path);
    ret = file->target ? open_beside(file, &error) : cs_out_open(&file->out, path, NULL, &error);
    if (ret == 0) {
        if (there && file->target && fchmod(file->out.fd, about.st_mode & 07777) != 0)
            errno = 0; /* then it has the usual permissions */
        cs_out_begin(&file->out);
        return 0;
    }
    snprintf(told, size, "%s", error.text);
    release(file);
    return -1;
}

int cs_export_file_close(struct cs_export_file *file, char *told, size_t size)
{
    char *name = file->target ? strdup(file->out.name) : NULL;
    int ret = cs_out_close(&file->out);

    if (ret == 0 && file->target)
        ret = name ? (rename(name, file->target) == 0 ? 0 : errno) : ENOMEM;
    if (ret != 0) {
        snprintf(told, size, "%s: cannot be written: %s", file->path, strerror(ret));
        if (name)
            unlink(name);
    }
    cs_out_discard(&file->out); /* its memory */
    free(name);
    release(file);
    return ret == 0 ? 0 : -1;
}

void cs_export_file_drop(struct cs_export_file *file)
{
    cs_out_discard(&file->out);
    release(file);
}

/* ---- the job --------------------------------------------------------------------------------- */

int cs_export_start(struct cs_tui *tui, struct cs_job *job, const struct cs_export *rows,
                    char *told, size_t size)
{
    const int ret = job->step(job, tui, CS_TUI_WORK_ROWS);
    char n[CS_NUMBER_MAX];

    if (ret > 0) {
        snprintf(told, size, "%s rows, as they are now, are being written to %s: Esc gives it up",
                 cs_text_count(rows->to - rows->from + 1, 9, n), rows->path);
        cs_tui_begin_job(tui, job);
        return 1;
    }
    snprintf(told, size, "%s", job->told);
    job->free(job);
    return ret;
}
