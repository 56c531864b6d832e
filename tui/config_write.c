/* SPDX-License-Identifier: MIT */
/* config_write.c - settings into their file, line by line: what is not to be changed stays as a
 * person wrote it, comments and order among it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/config.h"

#define FILE_MOST 1000000 /* bytes */

struct writing {
    FILE *out; /* NULL: only look at what is there */
    const struct cs_config_value *values;
    unsigned n;
    const struct cs_keymap *keys;
    bool has_value[CS_KEYMAP_MAX], has_key[CS_KEYMAP_MAX]; /* somewhere in the file */
    char section[80];
    bool named, dropped;      /* the section has a setting; the one before went away */
    const char *pending, *at; /* blank lines and comments that are not written yet, up to `at` */
};

/* One line: where its parts are. */
struct line {
    const char *begin, *end; /* behind the newline */
    const char *name, *name_end, *value, *value_end;
    enum { LINE_OTHER, LINE_SECTION, LINE_SETTING, LINE_MORE } kind;
};

static const char *trim_end(const char *from, const char *end)
{
    while (end > from && strchr(" \t\r\n", end[-1]))
        end--;
    return end;
}

/* A value ends before a blank and ';'. */
static const char *value_end(const char *from, const char *end)
{
    for (const char *p = from + 1; p < end; p++)
        if (*p == ';' && strchr(" \t", p[-1]))
            return trim_end(from, p);
    return trim_end(from, end);
}

static struct line parse_line(const char *at, const char *end, bool after_setting)
{
    struct line line = {.begin = at};
    const char *newline = memchr(at, '\n', (size_t)(end - at)), *p = at, *last;

    line.end = newline ? newline + 1 : end;
    last = trim_end(at, line.end);
    while (p < last && strchr(" \t\xef\xbb\xbf", *p))
        p++;
    if (p == last || *p == ';' || *p == '#')
        return line;
    line.name = p;
    if (*p == '[') {
        line.kind = LINE_SECTION;
        line.name++;
        line.name_end = memchr(p, ']', (size_t)(last - p));
        line.name_end = line.name_end ? line.name_end : last;
        return line;
    }
    if (p > at && after_setting && strchr(" \t", *at)) {
        line.kind = LINE_MORE;
        return line;
    }
    while (p < last && *p != '=' && *p != ':')
        p++;
    if (p == last)
        return line;
    line.kind = LINE_SETTING;
    line.name_end = trim_end(line.name, p++);
    while (p < last && strchr(" \t", *p))
        p++;
    line.value = p;
    line.value_end = p < last ? value_end(p, last) : p;
    return line;
}

static bool is(const char *text, const char *from, const char *end)
{
    return strlen(text) == (size_t)(end - from) && !memcmp(text, from, (size_t)(end - from));
}

/* "keys", "keys trace": the view, or ""; NULL for another section. */
static const char *view_of_section(const struct writing *w)
{
    if (strncmp(w->section, "keys", 4) != 0 || (w->section[4] && w->section[4] != ' '))
        return NULL;
    return w->section + 4 + strspn(w->section + 4, " ");
}

/* The new value of a line's setting: NULL, the line stays; or it goes (*gone). */
static const char *new_value(struct writing *w, const struct line *line, bool *gone)
{
    const char *view = view_of_section(w);
    char name[80];

    *gone = false;
    snprintf(name, sizeof name, "%.*s", (int)(line->name_end - line->name), line->name);
    for (unsigned i = 0; !w->section[0] && i < w->n; i++)
        if (w->values[i].value && !strcmp(w->values[i].name, name)) {
            w->has_value[i] = true;
            return w->values[i].value;
        }
    if (!view || !w->keys)
        return NULL;
    const int32_t key = cs_config_key(name);
    for (unsigned i = 0; key > 0 && i < w->keys->n; i++)
        if (w->keys->row[i].key == key && !strcmp(w->keys->row[i].view, view)) {
            w->has_key[i] = true;
            return w->keys->row[i].keys;
        }
    *gone = key > 0;
    return NULL;
}

static void put_key(const struct writing *w, unsigned i)
{
    char name[CS_KEY_NAME_MAX];

    fprintf(w->out, "%s = %s\n", cs_config_key_name(w->keys->row[i].key, name),
            w->keys->row[i].keys);
}

static void put_pending(struct writing *w, const char *end)
{
    if (w->out)
        fwrite(w->pending, 1, (size_t)(end - w->pending), w->out);
    if (w->out && end > w->pending && end[-1] != '\n')
        fputc('\n', w->out);
    w->pending = end;
}

/* The section ends: what the file has nowhere comes behind its last setting. */
static void end_section(struct writing *w, bool last)
{
    const char *view = view_of_section(w);
    bool any = false;

    if (!w->out)
        return;
    if (!w->section[0] && !w->named)
        put_pending(w, w->at);
    for (unsigned i = 0; !w->section[0] && i < w->n; i++)
        if (w->values[i].value && !w->has_value[i]) {
            fprintf(w->out, "%s = %s\n", w->values[i].name, w->values[i].value);
            any = true;
        }
    if (any && !w->named && !last)
        fputc('\n', w->out);
    for (unsigned i = 0; view && w->keys && i < w->keys->n; i++)
        if (!w->has_key[i] && !strcmp(w->keys->row[i].view, view)) {
            put_key(w, i);
            w->has_key[i] = true;
        }
    put_pending(w, w->at);
}

static void put_setting(struct writing *w, const struct line *line)
{
    bool gone;
    const char *value = new_value(w, line, &gone);

    w->named = true;
    put_pending(w, line->begin);
    w->dropped = value && !is(value, line->value, line->value_end);
    if (w->out && w->dropped) {
        fwrite(line->begin, 1, (size_t)(line->value - line->begin), w->out);
        fprintf(w->out, "%s%s",
                line->value == line->value_end && strchr("=:", line->value[-1]) ? " " : "", value);
        w->pending = line->value_end;
    } else if (gone) {
        w->dropped = true;
        w->pending = line->end;
    }
    put_pending(w, line->end);
}

static void go_over(struct writing *w, const char *text, size_t size)
{
    const char *end = text + size;
    bool setting = false;

    w->section[0] = '\0';
    w->named = w->dropped = false;
    w->pending = w->at = text;
    while (w->at < end) {
        const struct line line = parse_line(w->at, end, setting);
        if (line.kind == LINE_SECTION) {
            end_section(w, false);
            snprintf(w->section, sizeof w->section, "%.*s", (int)(line.name_end - line.name),
                     line.name);
            w->named = setting = false;
            put_pending(w, line.end);
        } else if (line.kind == LINE_SETTING) {
            put_setting(w, &line);
            setting = true;
        } else if (line.kind == LINE_MORE) {
            if (w->dropped)
                w->pending = line.end;
            put_pending(w, line.end);
        }
        w->at = line.end;
    }
    end_section(w, true);
}

/* Sections that the file has not had. */
static void put_sections(struct writing *w)
{
    for (unsigned i = 0; w->keys && i < w->keys->n; i++) {
        const char *view = w->keys->row[i].view;
        if (w->has_key[i])
            continue;
        fprintf(w->out, "\n[keys%s%s]\n", *view ? " " : "", view);
        for (unsigned k = i; k < w->keys->n; k++)
            if (!w->has_key[k] && !strcmp(w->keys->row[k].view, view)) {
                put_key(w, k);
                w->has_key[k] = true;
            }
    }
}

static int cannot(const char *path, const char *what, int error, char *why, size_t why_size)
{
    snprintf(why, why_size, "%.200s: cannot be %s: %s", path, what, strerror(error));
    return -1;
}

/* All of the file, to be freed; *size 0 where there is none. NULL with a sentence. */
static char *read_all(const char *path, size_t *size, mode_t *mode, char *why, size_t why_size)
{
    FILE *in = fopen(path, "re");
    char *text = malloc(FILE_MOST);
    struct stat st;

    *size = 0;
    *mode = 0;
    if (!text || (!in && errno != ENOENT)) {
        cannot(path, "read", errno, why, why_size);
    } else if (in && (fstat(fileno(in), &st) || !S_ISREG(st.st_mode))) {
        snprintf(why, why_size, "%.200s: cannot be written: it is no file", path);
    } else if (in && access(path, W_OK) != 0) {
        cannot(path, "written", errno, why, why_size);
    } else if (in && (*size = fread(text, 1, FILE_MOST, in)) == FILE_MOST) {
        snprintf(why, why_size, "%.200s: cannot be read: it is too long", path);
    } else {
        *mode = in ? st.st_mode & 07777 : 0;
        if (in)
            fclose(in);
        return text;
    }
    if (in)
        fclose(in);
    free(text);
    return NULL;
}

/* What was written must be read again as what was meant; else the old file stays. */
static int put_file(const char *path, const char *text, size_t size, mode_t mode, char *why,
                    size_t why_size)
{
    char other[1200];
    struct cs_config config;
    FILE *out;

    snprintf(other, sizeof other, "%.1100s.%ld~", path, (long)getpid());
    out = fopen(other, "we");
    if (!out)
        return cannot(path, "written", errno, why, why_size);
    if (mode)
        fchmod(fileno(out), mode);
    const bool written = fwrite(text, 1, size, out) == size;
    if (fclose(out) || !written) {
        cannot(path, "written", errno, why, why_size);
        unlink(other);
        return -1;
    }
    cs_config_init(&config);
    if (cs_config_read(other, &config, why, why_size) != 0) {
        unlink(other);
        snprintf(why, why_size, "%.200s: cannot be written: mend what is wrong in it first", path);
        return -1;
    }
    if (rename(other, path) == 0)
        return 0;
    cannot(path, "written", errno, why, why_size);
    unlink(other);
    return -1;
}

int cs_config_write(const char *path, const struct cs_config_value *values, unsigned n,
                    const struct cs_keymap *keys, char *why, size_t why_size)
{
    static const char first[] = "# settings of cansim-tui, see cansim-tui(1)\n";
    struct writing w = {.values = values, .n = n < CS_KEYMAP_MAX ? n : CS_KEYMAP_MAX, .keys = keys};
    char *real = realpath(path, NULL); /* a link stays one */
    const char *to = real ? real : path;
    char *text, *made = NULL;
    size_t size, made_size;
    mode_t mode;
    int ret = -1;

    if (!real)
        cs_config_folders(path);
    text = read_all(to, &size, &mode, why, why_size);
    if (text) {
        go_over(&w, text, size);
        w.out = open_memstream(&made, &made_size);
    }
    if (w.out) {
        if (size == 0)
            fputs(first, w.out);
        go_over(&w, text, size);
        put_sections(&w);
        if (fclose(w.out) == 0)
            ret = put_file(to, made, made_size, mode, why, why_size);
    }
    free(made);
    free(text);
    free(real);
    return ret;
}
