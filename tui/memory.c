/* SPDX-License-Identifier: MIT */
/* memory.c - see memory.h. */
#include "tui/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view.h"

#define LATE_AT_ONCE 64 /* that are tried at a refresh */

/* ---- texts ----------------------------------------------------------------------------------- */

static void drop_text(struct cs_recall *recall, unsigned at)
{
    recall->n--;
    memmove(recall->text[at], recall->text[at + 1], (recall->n - at) * sizeof recall->text[0]);
}

void cs_recall_add(struct cs_recall *recall, const char *text)
{
    char copy[CS_MEMORY_TEXT]; /* it may be one of them */

    recall->at = 0;
    if (!*text)
        return;
    snprintf(copy, sizeof copy, "%s", text);
    for (unsigned i = 0; i < recall->n; i++)
        if (!strcmp(recall->text[i], copy))
            drop_text(recall, i);
    if (recall->n == CS_MEMORY_TEXTS)
        recall->n--;
    memmove(recall->text[1], recall->text[0], recall->n * sizeof recall->text[0]);
    memcpy(recall->text[0], copy, sizeof copy);
    recall->n++;
}

const char *cs_recall_step(struct cs_recall *recall, int by, const char *now)
{
    const int to = (int)recall->at + by;

    if (to < 0 || to > (int)recall->n)
        return NULL;
    if (recall->at == 0)
        snprintf(recall->draft, sizeof recall->draft, "%s", now);
    recall->at = (unsigned)to;
    return to ? recall->text[to - 1] : recall->draft;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A line without its end; false where it is over, or what is left is too much. One that is too long
 * or no text is "". */
static bool next_line(FILE *file, char line[CS_MEMORY_LINE], size_t *left)
{
    size_t n = 0;
    bool bad = false;
    int c;

    if (!file)
        return false;
    while ((c = getc(file)) != EOF && *left > 0 && c != '\n') {
        (*left)--;
        bad |= n == CS_MEMORY_LINE - 1 || (c < ' ' && c != '\t') || c == 0x7f;
        if (!bad)
            line[n++] = (char)c;
    }
    line[bad ? 0 : n] = '\0';
    return *left > 0 && (c != EOF || n > 0);
}

static bool is_title(const char *line, const char *subject)
{
    const size_t n = strlen(line);

    return n > 2 && line[0] == '[' && line[n - 1] == ']' &&
           (!subject || (strlen(subject) == n - 2 && !strncmp(line + 1, subject, n - 2)));
}

static void take_text(struct cs_recall *recall, const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~') /* nobody types that */
            return;
    if (*text && recall->n < CS_MEMORY_TEXTS && strlen(text) < CS_MEMORY_TEXT)
        snprintf(recall->text[recall->n++], CS_MEMORY_TEXT, "%s", text);
}

/* 0: done with; -EAGAIN: not yet. */
static int take(struct cs_tui *tui, const char *line)
{
    const char *equals = strstr(line, " = "), *dot = strchr(line, '.');
    char view[32], name[32];
    int at;

    if (!equals || !dot || dot > equals || dot - line >= (int)sizeof view ||
        equals - dot > (int)sizeof name)
        return 0;
    snprintf(view, sizeof view, "%.*s", (int)(dot - line), line);
    snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    equals += 3;
    if (!strcmp(view, "typed")) {
        if (!strcmp(name, "filter"))
            take_text(&tui->memory.filter, equals);
        else if (!strcmp(name, "search"))
            take_text(&tui->memory.search, equals);
        return 0;
    }
    at = cs_view_find(view);
    if (at < 0 || !cs_views[at]->recall)
        return 0;
    return cs_views[at]->recall(tui, name, equals) == -EAGAIN ? -EAGAIN : 0;
}

static void wait_with(struct cs_memory *memory, const char *line)
{
    if (memory->n_late == CS_MEMORY_LATE)
        return;
    memory->late[memory->n_late] = strdup(line);
    memory->n_late += memory->late[memory->n_late] != NULL;
}

void cs_memory_read(struct cs_tui *tui, FILE *file, const char *subject)
{
    size_t left = CS_MEMORY_BYTES;
    char line[CS_MEMORY_LINE];
    bool ours = true;

    while (next_line(file, line, &left)) {
        if (is_title(line, NULL))
            ours = *subject && is_title(line, subject);
        else if (ours && line[0] != ';')
            wait_with(&tui->memory, line);
    }
}

void cs_memory_settle(struct cs_tui *tui)
{
    struct cs_memory *memory = &tui->memory;
    unsigned n = memory->n_late < LATE_AT_ONCE ? memory->n_late : LATE_AT_ONCE, kept = 0;

    if (!tui->n_buses || !n)
        return;
    /* In their order as far as they can: each view gets its own in the order they were written. */
    if (memory->next_late >= memory->n_late)
        memory->next_late = 0;
    kept = memory->next_late;
    for (unsigned i = memory->next_late; i < memory->n_late; i++) {
        char *line = memory->late[i];
        if (n == 0 || take(tui, line) == -EAGAIN) {
            memory->late[kept++] = line;
            memory->next_late += n > 0;
        } else {
            free(line);
        }
        n -= n > 0;
    }
    memory->n_late = kept;
}

void cs_memory_fini(struct cs_memory *memory)
{
    while (memory->n_late > 0)
        free(memory->late[--memory->n_late]);
}

/* ---- writing --------------------------------------------------------------------------------- */

void cs_memory_put(const struct cs_memory_out *out, const char *name, const char *format, ...)
{
    char text[CS_MEMORY_LINE];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    text[strcspn(text, "\r\n")] = '\0';
    fprintf(out->file, "%s.%s = %s\n", out->view, name, text);
}

static void put_views(const struct cs_tui *tui, struct cs_memory_out *out)
{
    for (unsigned v = 0; v < cs_n_views; v++) {
        out->view = cs_views[v]->name;
        if (cs_views[v]->remember)
            cs_views[v]->remember(tui, out);
    }
}

static void put_texts(FILE *file, const char *name, const struct cs_recall *recall)
{
    for (unsigned i = 0; i < recall->n; i++)
        fprintf(file, "typed.%s = %s\n", name, recall->text[i]);
}

/* Sections of other subjects, as they are. */
static void put_others(FILE *file, const char *subject, FILE *before, unsigned n)
{
    size_t left = CS_MEMORY_BYTES;
    char line[CS_MEMORY_LINE];
    bool other = false;

    while (next_line(before, line, &left)) {
        if (is_title(line, NULL)) {
            other = !is_title(line, subject) && n < CS_MEMORY_SUBJECTS;
            n += other;
        }
        if (other && line[0])
            fprintf(file, "%s\n", line);
    }
}

void cs_memory_write(const struct cs_tui *tui, FILE *file, const char *subject, FILE *before)
{
    struct cs_memory_out out = {.file = file};
    unsigned n = 0;

    fprintf(file, "; what cansim-tui remembers of what was done; \":forget\" empties it\n");
    put_texts(file, "filter", &tui->memory.filter);
    put_texts(file, "search", &tui->memory.search);
    put_views(tui, &out);
    if (*subject) {
        fprintf(file, "[%s]\n", subject);
        out.here = true;
        put_views(tui, &out);
        for (unsigned i = 0; i < tui->memory.n_late; i++)
            fprintf(file, "%s\n", tui->memory.late[i]);
        n++;
    }
    put_others(file, subject, before, n);
}
