/* SPDX-License-Identifier: MIT */
/* host_export.h - what the ways of writing rows to a file share: which rows they are, as it was
 * settled at the start, and a file that is either whole or not there. */
#ifndef CANSIM_TUI_HOST_EXPORT_H
#define CANSIM_TUI_HOST_EXPORT_H

#include <sys/types.h>

#include "scenarios/out.h"
#include "tui/host.h"
#include "tui/job.h"

/* ---- rows ------------------------------------------------------------------------------------ */

/* Rows number..to that the trace showed when it began; one after the other. */
struct cs_export_walk {
    uint64_t from, number, to;
    uint64_t gone; /* that left the history before it was their turn */
    struct cs_query filter;
    enum cs_trace_show show;
    struct cs_ring_want want;
    int64_t rows; /* that may be looked at yet */
};

void cs_export_walk_begin(struct cs_export_walk *walk, const struct cs_tui *tui,
                          const struct cs_export *rows);
/* Go on, looking at about so many rows. */
void cs_export_walk_on(struct cs_export_walk *walk, const struct cs_tui *tui, unsigned rows);
/* The next row; NULL: it is for later, or there is none. */
const struct cs_row *cs_export_walk_next(struct cs_export_walk *walk, const struct cs_tui *tui);
bool cs_export_walk_done(const struct cs_export_walk *walk);
unsigned cs_export_walk_permille(const struct cs_export_walk *walk);
/* ", 12 rows had left the history", or nothing, at the end of a text. */
void cs_export_tell_gone(const struct cs_export_walk *walk, char *text, size_t size);

/* ---- the file -------------------------------------------------------------------------------- */

/* It is written as PATH~ and gets its name when it is whole; what is no file is written at once. */
struct cs_export_file {
    char *path;   /* as it was given */
    char *target; /* where a link leads to; NULL: written at once */
    struct cs_out out;
};

/* 0; or -1 with one sentence. */
int cs_export_file_open(struct cs_export_file *file, const char *path, char *told, size_t size);
int cs_export_file_close(struct cs_export_file *file, char *told, size_t size);
/* Nothing of it stays; nothing to do where it was closed. */
void cs_export_file_drop(struct cs_export_file *file);

/* Do the first part at once. 0 or -1: that was all, and `told` is what came of it; 1: the job goes
 * on. Takes the job in any case. */
int cs_export_start(struct cs_tui *tui, struct cs_job *job, const struct cs_export *rows,
                    char *told, size_t size);

#endif
