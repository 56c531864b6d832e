/* SPDX-License-Identifier: MIT */
#include "tui/config.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int take_time(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, cs_config_times, "absolute, delta or same", &r->config->time);
}

static const struct {
    const char *name;
    int (*take)(struct reading *r, const char *name, const char *value);
} settings[] = {
    {"theme", take_theme},       {"ascii", take_ascii}, {"mouse", take_mouse},
    {"remember", take_remember}, {"panes", take_panes}, {"views", take_views},
    {"focus", take_focus},       {"depth", take_depth}, {"meters", take_meters},
    {"time", take_time},
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

static int on_setting(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *r = ctx;

    if (r->bad)
        return 1;
    if (!strncmp(section, "keys", 4) && (!section[4] || section[4] == ' '))
        return take_key(r, section[4] ? section + 5 : "", name, value);
    if (*section)
        return wrong(r, "section", "[keys] or [keys VIEW]", section);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!strcmp(settings[i].name, name))
            return settings[i].take(r, name, value);
    return wrong(r, "setting",
                 "theme, ascii, mouse, remember, panes, views, focus, depth, meters or "
                 "time",
                 name);
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

static const char *path_of(const char *variable, const char *below_home, const char *name,
                           char *text, size_t size)
{
    const char *folder = getenv(variable), *home = getenv("HOME");

    text[0] = '\0';
    if (folder && folder[0] == '/')
        snprintf(text, size, "%s/cansim/%s", folder, name);
    else if (home && home[0] == '/')
        snprintf(text, size, "%s/%s/cansim/%s", home, below_home, name);
    return text;
}

const char *cs_config_path(char *text, size_t size)
{
    return path_of("XDG_CONFIG_HOME", ".config", "tui.conf", text, size);
}

const char *cs_state_path(char *text, size_t size)
{
    return path_of("XDG_STATE_HOME", ".local/state", "tui.state", text, size);
}

void cs_config_folders(const char *path)
{
    char copy[1100];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0700); /* or it is there; or the file cannot be made, which is told */
        *slash = '/';
    }
}

int cs_state_write(const char *path, const struct cs_tui *tui)
{
    char other[1200];
    const unsigned n = cs_tui_panes(tui);

    cs_config_folders(path);
    snprintf(other, sizeof other, "%s.%ld~", path, (long)getpid());
    FILE *out = fopen(other, "we");
    if (!out)
        return -errno;
    fprintf(out, "; what cansim-tui showed last; tui.conf is for settings\n");
    fprintf(out, "theme = %s\npanes = %s\nfocus = %u\nviews =", tui->theme->name,
            cs_split_name(tui->split), tui->focus + 1);
    for (unsigned p = 0; p < n; p++)
        fprintf(out, " %s", cs_views[p == tui->focus ? tui->view : tui->pane_view[p]]->name);
    fputc('\n', out);
    if (fclose(out) || rename(other, path)) {
        const int error = -errno;
        unlink(other);
        return error;
    }
    return 0;
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
    apply_choice(config, tui);
    if (config->theme)
        tui->theme = config->theme;
    if (config->split >= 0)
        cs_tui_split(tui, (enum cs_tui_split)config->split);
    for (unsigned p = 0; p < CS_TUI_PANES && config->views[p] >= 0; p++)
        tui->pane_view[p] = (unsigned)config->views[p];
    tui->view = tui->pane_view[tui->focus];
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
