/* SPDX-License-Identifier: MIT */
/* memory.h - what is remembered between runs: of each view what it likes, and what was filtered and
 * searched for. A file of lines "VIEW.NAME = TEXT"; those behind "[what was shown]" hold for that
 * alone: a scenario, a log, a host. Whatever is in the file, nothing is sent, armed or hidden
 * because of it, and what cannot be understood is left out. */
#ifndef CANSIM_TUI_MEMORY_H
#define CANSIM_TUI_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CS_MEMORY_TEXTS    32 /* of each kind */
#define CS_MEMORY_TEXT     512
#define CS_MEMORY_LINE     2048
#define CS_MEMORY_LATE     256          /* lines that have to wait */
#define CS_MEMORY_SUBJECTS 32           /* in the file; those used last */
#define CS_MEMORY_BYTES    (256u << 10) /* of the file that are read */

struct cs_tui;

/* Texts that were typed, the newest first, none of them twice. */
struct cs_recall {
    char text[CS_MEMORY_TEXTS][CS_MEMORY_TEXT];
    unsigned n;
    unsigned at; /* what is shown now: 0 for what is being typed, else text[at - 1] */
    char draft[CS_MEMORY_TEXT];
};

void cs_recall_add(struct cs_recall *recall, const char *text);
/* An older (1) or a newer one (-1) in the place of `now`; NULL: there is none. */
const char *cs_recall_step(struct cs_recall *recall, int by, const char *now);

struct cs_memory {
    struct cs_recall filter, search;
    char *late[CS_MEMORY_LATE]; /* lines for which it is too early: buses, nodes, rows come */
    unsigned n_late, next_late;
    bool forget; /* nothing is to be remembered of this run */
};

/* Where a view's remember() puts its lines. */
struct cs_memory_out {
    FILE *file;
    const char *view;
    bool here; /* what holds for what is shown now alone, else what holds everywhere */
};
void cs_memory_put(const struct cs_memory_out *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Take up what a file remembers of everything and of `subject` ("": of nothing in particular). */
void cs_memory_read(struct cs_tui *tui, FILE *file, const char *subject);
/* Try again what had to wait; at each refresh. */
void cs_memory_settle(struct cs_tui *tui);
/* Write it all; `before`, what was in the file (NULL: nothing), tells of other subjects. */
void cs_memory_write(const struct cs_tui *tui, FILE *file, const char *subject, FILE *before);
void cs_memory_fini(struct cs_memory *memory);

#endif
