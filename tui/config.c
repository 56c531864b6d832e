/* SPDX-License-Identifier: MIT */
/* config.c - settings, a row each in one table, read over what is there; the first that is wrong
 * ends it with its line. */
#include "tui/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/columns.h"
#include "tui/context.h"
#include "tui/size.h"
#include "tui/view.h"

struct reading {
    FILE *file;
    unsigned line;
    const char *path;
    struct cs_config *config;
    bool bad;
    char *why;
    size_t why_size;
};

static int wrong(struct reading *r, const char *what, const char *expected, const char *got)
{
    if (!r->bad)
        snprintf(r->why, r->why_size, "%.200s:%u: %.40s: must be %.200s, got \"%.60s\"", r->path,
                 r->line, what, expected, got);
    r->bad = true;
    return 1; /* the rest is of no interest */
}

/* ---- values ---------------------------------------------------------------------------------- */

static int take_bool(struct reading *r, const char *name, const char *value, bool yes, bool *into)
{
    const bool on = !strcasecmp(value, "on") || !strcasecmp(value, "yes");

    if (!on && strcasecmp(value, "off") != 0 && strcasecmp(value, "no") != 0)
        return wrong(r, name, "on or off", value);
    *into = on == yes;
    return 1;
}

static int take_theme(struct reading *r, const char *name, const char *value)
{
    r->config->theme = cs_theme_named(value);
    return r->config->theme ? 1 : wrong(r, name, "dark, light, contrast, safe or mono", value);
}

static int take_ascii(struct reading *r, const char *name, const char *value)
{
    return take_bool(r, name, value, true, &r->config->ascii);
}

static int take_mouse(struct reading *r, const char *name, const char *value)
{
    return take_bool(r, name, value, false, &r->config->no_mouse);
}

static int take_remember(struct reading *r, const char *name, const char *value)
{
    return take_bool(r, name, value, false, &r->config->forget);
}

static int take_panes(struct reading *r, const char *name, const char *value)
{
    r->config->split = cs_split_named(value);
    return r->config->split >= 0 ? 1 : wrong(r, name, "one, rows, columns, three or four", value);
}

/* "trace, nodes" */
static int take_views(struct reading *r, const char *name, const char *value)
{
    char text[200], *left = text, *word;
    unsigned n = 0;

    snprintf(text, sizeof text, "%s", value);
    while ((word = strsep(&left, ", "))) {
        if (!*word)
            continue;
        if (n == CS_TUI_PANES)
            return wrong(r, name, "four views at most", value);
        r->config->views[n] = cs_view_find(word);
        if (r->config->views[n++] < 0)
            return wrong(r, name, "names of views", word);
    }
    return 1;
}

static int take_focus(struct reading *r, const char *name, const char *value)
{
    if (value[0] < '1' || value[0] > '0' + CS_TUI_PANES || value[1])
        return wrong(r, name, "1..4", value);
    r->config->focus = value[0] - '1';
    return 1;
}

/* "id=180-1ff red" */
static int take_colour(struct reading *r, const char *name, const char *value)
{
    struct cs_colours colours = {.n = 0};
    char why[200], expected[260];
    const int error = cs_colours_take(&colours, value, CS_COLOUR_SET, why, sizeof why);

    cs_colours_fini(&colours);
    if (!error && r->config->n_colours == CS_COLOURS_MAX)
        return wrong(r, name, "one of 32 colours at most", value);
    if (!error) {
        snprintf(r->config->colour[r->config->n_colours++], sizeof r->config->colour[0], "%s",
                 value);
        return 1;
    }
    snprintf(expected, sizeof expected, "EXPR COLOUR (%.190s)", why);
    return wrong(r, name, expected, value);
}

/* "185 0:16 *0.1 name=Speed" */
static int take_field(struct reading *r, const char *name, const char *value)
{
    struct cs_fields fields = {.n = 0};
    char why[200], expected[260];
    const int error = cs_fields_take(&fields, value, true, why, sizeof why);

    cs_fields_fini(&fields);
    if (!error && r->config->n_fields == CS_FIELDS_MAX)
        return wrong(r, name, "one of 128 fields at most", value);
    if (!error) {
        snprintf(r->config->field[r->config->n_fields++], sizeof r->config->field[0], "%s", value);
        return 1;
    }
    snprintf(expected, sizeof expected, "ID FIRST:BITS ... (%.190s)", why);
    return wrong(r, name, expected, value);
}

/* [columns]: "trace = time id data" */
static int take_columns(struct reading *r, const char *name, const char *value)
{
    const int view = cs_view_find(name);
    char why[200], expected[260];

    if (view < 0)
        return wrong(r, "columns", "the name of a view before them", name);
    if (cs_columns_parse(cs_views[view], value, &r->config->columns[view], why, sizeof why) == 0)
        return 1;
    snprintf(expected, sizeof expected, "names of columns (%.190s)", why);
    return wrong(r, name, expected, value);
}

/* What has a few words for values. */
static int take_word(struct reading *r, const char *name, const char *value,
                     const char *const *words, const char *expected, int *into)
{
    for (int i = 0; words[i]; i++)
        if (!strcasecmp(words[i], value)) {
            *into = i;
            return 1;
        }
    return wrong(r, name, expected, value);
}

static int take_depth(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, cs_config_depths, "auto, none, 16, 256 or true",
                     &r->config->depth);
}

static int take_meters(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, cs_config_meters, "bars, numbers or off", &r->config->meters);
}

static int take_history(struct reading *r, const char *name, const char *value)
{
    return cs_size_parse(value, &r->config->history) == 0 ? 1
                                                          : wrong(r, name, CS_SIZE_EXPECTED, value);
}

static int take_rows(struct reading *r, const char *name, const char *value)
{
    return cs_rows_parse(value, &r->config->rows) == 0 ? 1
                                                       : wrong(r, name, CS_ROWS_EXPECTED, value);
}

static int take_time(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, cs_config_times, "absolute, delta, same or date",
                     &r->config->time);
}

static const struct {
    const char *name;
    int (*take)(struct reading *r, const char *name, const char *value);
} settings[] = {
    {"theme", take_theme},       {"ascii", take_ascii},   {"mouse", take_mouse},
    {"remember", take_remember}, {"panes", take_panes},   {"views", take_views},
    {"focus", take_focus},       {"depth", take_depth},   {"meters", take_meters},
    {"time", take_time},         {"colour", take_colour}, {"field", take_field},
    {"history", take_history},   {"rows", take_rows},
};

/* ---- keys ------------------------------------------------------------------------------------ */

static int take_key(struct reading *r, const char *view, const char *name, const char *value)
{
    struct cs_keymap *map = &r->config->keys;
    const char *at = value;
    int32_t key = cs_config_key(name), each;

    if (key < 0)
        return wrong(r, name, "a key such as x, F5 or PgUp", name);
    if (*view && cs_view_find(view) < 0)
        return wrong(r, "keys", "the name of a view behind it", view);
    if (strlen(value) >= CS_KEYMAP_KEYS)
        return wrong(r, name, "at most 199 characters", value);
    while ((each = cs_key_script_next(&at)) > 0)
        ;
    if (each < 0)
        return wrong(r, name, "keys such as :view nodes<Enter>", at);
    if (map->n == CS_KEYMAP_MAX)
        return wrong(r, name, "one of 64 keys at most", name);
    map->row[map->n].key = key;
    snprintf(map->row[map->n].view, sizeof map->row[0].view, "%s", view);
    memcpy(map->row[map->n++].keys, value, strlen(value) + 1);
    return 1;
}

const char *cs_keymap_find(const struct cs_keymap *map, int32_t key, const char *view)
{
    const char *found = NULL;

    for (unsigned i = 0; i < map->n; i++) {
        if (map->row[i].key != key)
            continue;
        if (!strcmp(map->row[i].view, view))
            return map->row[i].keys;
        if (!map->row[i].view[0])
            found = map->row[i].keys;
    }
    return found;
}

/* ---- the file -------------------------------------------------------------------------------- */

static int no_setting(struct reading *r, const char *name)
{
    const size_t n = sizeof settings / sizeof *settings;
    char names[200] = "";

    for (size_t i = 0; i < n; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                 i == 0      ? ""
                 : i + 1 < n ? ", "
                             : " or ",
                 settings[i].name);
    return wrong(r, "setting", names, name);
}

static int on_setting(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *r = ctx;

    if (r->bad)
        return 1;
    if (!strncmp(section, "keys", 4) && (!section[4] || section[4] == ' '))
        return take_key(r, section[4] ? section + 5 : "", name, value);
    if (!strcmp(section, "columns"))
        return take_columns(r, name, value);
    if (*section)
        return wrong(r, "section", "[keys], [keys VIEW] or [columns]", section);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!strcmp(settings[i].name, name))
            return settings[i].take(r, name, value);
    return no_setting(r, name);
}

static char *next_line(char *text, int size, void *ctx)
{
    struct reading *r = ctx;

    r->line++;
    return fgets(text, size, r->file);
}

/* libinih gives its reader and its handler one pointer each. */
int cs_config_read(const char *path, struct cs_config *config, char *why, size_t why_size)
{
    struct reading r = {.path = path, .config = config, .why = why, .why_size = why_size};
    struct stat st;
    int line;

    r.file = fopen(path, "re");
    if (!r.file && errno == ENOENT)
        return -ENOENT;
    if (!r.file || fstat(fileno(r.file), &st) || !S_ISREG(st.st_mode)) {
        snprintf(why, why_size, "%.200s: cannot be read: %s", path,
                 r.file ? "it is no file" : strerror(errno));
        if (r.file)
            fclose(r.file);
        return -EINVAL;
    }
    line = ini_parse_stream(next_line, &r, on_setting, &r);
    fclose(r.file);
    if (!r.bad && line > 0)
        snprintf(why, why_size, "%.200s:%d: must be NAME = VALUE or [SECTION]", path, line);
    return r.bad || line ? -EINVAL : 0;
}

void cs_config_init(struct cs_config *config)
{
    *config = (struct cs_config){.split = -1, .focus = -1, .depth = -1, .meters = -1, .time = -1};
    for (unsigned i = 0; i < CS_TUI_PANES; i++)
        config->views[i] = -1;
}

/* The same view twice: each with a filter and cursor of its own. */
static void part_twins(struct cs_tui *tui)
{
    for (unsigned p = 1; p < cs_tui_panes(tui); p++)
        for (unsigned q = 0; q < p; q++)
            if (tui->pane_view[p] == tui->pane_view[q] && cs_views[tui->pane_view[p]]->many)
                cs_context_own(tui, p);
}

static void apply_choice(const struct cs_config *config, struct cs_tui *tui)
{
    tui->choice.ascii = config->ascii;
    tui->choice.no_mouse = config->no_mouse;
    tui->choice.forget = config->forget;
    if (config->depth >= 0)
        tui->choice.depth = (uint8_t)config->depth;
    if (config->meters >= 0)
        tui->choice.meters = (uint8_t)config->meters;
    if (config->time >= 0)
        tui->trace.time = (enum cs_trace_time)config->time;
    tui->chosen = true;
}

void cs_config_apply(const struct cs_config *config, struct cs_tui *tui)
{
    char why[200];

    apply_choice(config, tui);
    if (config->theme)
        tui->theme = config->theme;
    if (config->split >= 0)
        cs_tui_split(tui, (enum cs_tui_split)config->split);
    for (unsigned p = 0; p < CS_TUI_PANES && config->views[p] >= 0; p++)
        tui->pane_view[p] = (unsigned)config->views[p];
    for (unsigned i = 0; i < config->n_colours; i++)
        cs_colours_take(&tui->colours, config->colour[i],
                        config->remembered ? CS_COLOUR_REMEMBERED : CS_COLOUR_SET, why, sizeof why);
    for (unsigned i = 0; i < config->n_fields; i++)
        cs_fields_take(&tui->fields, config->field[i], !config->remembered, why, sizeof why);
    for (unsigned v = 0; v < cs_n_views; v++)
        if (config->columns[v].n) {
            tui->columns[v] = config->columns[v];
            tui->columns[v].set = !config->remembered;
        }
    tui->view = tui->pane_view[tui->focus];
    part_twins(tui);
    if (config->focus >= 0)
        cs_tui_focus(tui, (unsigned)config->focus);
    tui->message[0] = '\0';
}

bool cs_config_knows(const char *name)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!strcmp(settings[i].name, name))
            return true;
    return false;
}

int cs_config_take(struct cs_config *config, const char *name, const char *value, char *why,
                   size_t why_size)
{
    struct reading r = {.path = "setup", .config = config, .why = why, .why_size = why_size};

    on_setting(&r, "", name, value);
    return r.bad ? -EINVAL : 0;
}
