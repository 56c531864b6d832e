/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dict_ini.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct source {
    struct co_ini *ini;
    struct co_dict_build *b;
    const char *at, *end;
    unsigned line;
    bool failed;
};

static void put_utf8(char *to, size_t *n, unsigned char c)
{
    if (c < 0x80) {
        to[(*n)++] = (char)c;
    } else {
        to[(*n)++] = (char)(0xC0 | c >> 6);
        to[(*n)++] = (char)(0x80 | (c & 0x3F));
    }
}

static bool is_utf8(const char *p, size_t len)
{
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)p[i++];
        unsigned more = c < 0x80                ? 0
                        : c >= 0xC2 && c < 0xE0 ? 1
                        : c >= 0xE0 && c < 0xF0 ? 2
                        : c >= 0xF0 && c < 0xF5 ? 3
                                                : 9;
        for (; more > 0; more--, i++) {
            if (more > 3 || i >= len || ((unsigned char)p[i] & 0xC0) != 0x80)
                return false;
        }
    }
    return true;
}

/* What a line is to libinih: blanks in front would join it to the one before. */
static bool is_plain(const char *line, size_t len)
{
    return len == 0 || line[0] == ';' || line[0] == '#' || line[0] == '[' ||
           memchr(line, '=', len) != NULL;
}

/* libinih's fgets(): the next line, trimmed, in UTF-8, and within what it can take. */
static char *next_line(char *to, int size, void *stream)
{
    struct source *s = stream;
    size_t n = 0, room = (size_t)size - 2;

    if (s->at >= s->end || s->failed)
        return NULL;
    const char *line = s->at, *stop = memchr(line, '\n', (size_t)(s->end - line));
    if (stop == NULL)
        stop = s->end;
    s->at = stop < s->end ? stop + 1 : stop;
    s->line++;
    if (s->line == 1 && stop - line >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0)
        line += 3;
    while (line < stop && (*line == ' ' || *line == '\t'))
        line++;
    while (stop > line && strchr(" \t\r", stop[-1]) != NULL)
        stop--;
    size_t len = (size_t)(stop - line);
    if (!is_plain(line, len)) {
        co_dict_odd(s->b, s->line, "is neither a section nor KEY=VALUE, left out");
        len = 0;
    }
    bool utf8 = is_utf8(line, len);
    for (size_t i = 0; i < len; i++) {
        if (n + 2 > room) {
            co_dict_odd(s->b, s->line, "is longer than %zu bytes, cut", room);
            break;
        }
        if (utf8)
            to[n++] = line[i];
        else
            put_utf8(to, &n, (unsigned char)line[i]);
    }
    to[n++] = '\n';
    to[n] = '\0';
    return to;
}

static const char *keep(struct co_ini *ini, const char *text)
{
    size_t len = strlen(text) + 1;

    if (len > ini->size - ini->used)
        return NULL;
    char *copy = ini->texts + ini->used;
    memcpy(copy, text, len);
    ini->used += len;
    return copy;
}

static int on_entry(void *ctx, const char *section, const char *key, const char *value)
{
    struct source *s = ctx;
    struct co_ini *ini = s->ini;

    if (ini->n == ini->room) {
        size_t room = ini->room == 0 ? 1024 : ini->room * 2;
        struct co_ini_entry *more = realloc(ini->entries, room * sizeof(*more));
        if (more == NULL) {
            s->failed = true;
            return 0;
        }
        ini->entries = more;
        ini->room = room;
    }
    struct co_ini_entry *e = &ini->entries[ini->n];
    /* Sections repeat from line to line. */
    bool same = ini->n > 0 && strcmp(e[-1].section, section) == 0;
    e->section = same ? e[-1].section : keep(ini, section);
    e->key = keep(ini, key);
    e->value = keep(ini, value);
    e->line = s->line;
    e->order = (unsigned)ini->n;
    if (e->section == NULL || e->key == NULL || e->value == NULL) {
        s->failed = true;
        return 0;
    }
    ini->n++;
    return 1;
}

static int compare(const void *a, const void *b)
{
    const struct co_ini_entry *x = a, *y = b;
    int order = strcasecmp(x->section, y->section);

    if (order == 0)
        order = strcasecmp(x->key, y->key);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* Of a key that is there more than once the last one counts. */
static void drop_doubles(struct co_ini *ini, struct co_dict_build *b)
{
    size_t kept = 0;

    for (size_t i = 0; i < ini->n; i++) {
        const struct co_ini_entry *e = &ini->entries[i];
        if (kept > 0 && strcasecmp(ini->entries[kept - 1].section, e->section) == 0 &&
            strcasecmp(ini->entries[kept - 1].key, e->key) == 0) {
            co_dict_odd(b, e->line, "[%s] has %s again, after line %u; the last one counts",
                        e->section, e->key, ini->entries[kept - 1].line);
            kept--;
        }
        ini->entries[kept++] = *e;
    }
    ini->n = kept;
}

int co_ini_read(struct co_ini *ini, struct co_dict_build *b, const char *text, size_t len)
{
    struct source s = {.ini = ini, .b = b, .at = text, .end = text + len};

    memset(ini, 0, sizeof(*ini));
    if (memchr(text, '\0', len) != NULL)
        return co_dict_fail(b, 0, "must be text, has NUL bytes");
    /* A section's name may be kept for each of its keys where others are in between. */
    ini->size = 2 * len + 64 * (len / 4) + 4096;
    ini->texts = malloc(ini->size);
    if (ini->texts == NULL)
        return co_dict_fail(b, 0, "not enough memory");
    ini_parse_stream(next_line, &s, on_entry, &s);
    if (s.failed)
        return co_dict_fail(b, s.line, "not enough memory");
    if (ini->n > 1)
        qsort(ini->entries, ini->n, sizeof(*ini->entries), compare);
    drop_doubles(ini, b);
    return 0;
}

void co_ini_fini(struct co_ini *ini)
{
    free(ini->entries);
    free(ini->texts);
    ini->entries = NULL;
    ini->texts = NULL;
}

/* The first entry at or after section and key. */
static size_t lower_bound(const struct co_ini *ini, const char *section, const char *key)
{
    size_t low = 0, high = ini->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcasecmp(ini->entries[middle].section, section);
        if (order == 0)
            order = strcasecmp(ini->entries[middle].key, key);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct co_ini_entry *co_ini_section(const struct co_ini *ini, const char *section, size_t *n)
{
    size_t first = lower_bound(ini, section, ""), last = first;

    while (last < ini->n && strcasecmp(ini->entries[last].section, section) == 0)
        last++;
    *n = last - first;
    return last > first ? &ini->entries[first] : NULL;
}

const struct co_ini_entry *co_ini_find(const struct co_ini *ini, const char *section,
                                       const char *key)
{
    size_t i = lower_bound(ini, section, key);

    return i < ini->n && strcasecmp(ini->entries[i].section, section) == 0 &&
                   strcasecmp(ini->entries[i].key, key) == 0
               ? &ini->entries[i]
               : NULL;
}

const char *co_ini_get(const struct co_ini *ini, const char *section, const char *key)
{
    const struct co_ini_entry *entry = co_ini_find(ini, section, key);

    return entry != NULL ? entry->value : NULL;
}
