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

static const char *const depths[] = {"auto", "none", "16", "256", "true", NULL};
static const char *const meters[] = {"bars", "numbers", "off", NULL};
static const char *const times[] = {"absolute", "delta", "same", NULL};

static int take_depth(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, depths, "auto, none, 16, 256 or true", &r->config->depth);
}

static int take_meters(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, meters, "bars, numbers or off", &r->config->meters);
}

static int take_time(struct reading *r, const char *name, const char *value)
{
    return take_word(r, name, value, times, "absolute, delta or same", &r->config->time);
}

static void tell_theme(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", tui->theme->name);
}

static void tell_ascii(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", tui->choice.ascii ? "on" : "off");
}

static void tell_mouse(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", tui->choice.no_mouse ? "off" : "on");
}

static void tell_remember(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", tui->choice.forget ? "off" : "on");
}

static void tell_panes(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", cs_split_name(tui->split));
}

static void tell_views(const struct cs_tui *tui, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned p = 0; p < cs_tui_panes(tui); p++) {
        const size_t len = strlen(text);
        snprintf(text + len, size - len, "%s%s", p ? " " : "",
                 cs_views[p == tui->focus ? tui->view : tui->pane_view[p]]->name);
    }
}

static void tell_focus(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%u", tui->focus + 1);
}

static void tell_depth(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", depths[tui->choice.depth]);
}

static void tell_meters(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", meters[tui->choice.meters]);
}

/* That since the mark is of one run only. */
static void tell_time(const struct cs_tui *tui, char *text, size_t size)
{
    const unsigned n = sizeof times / sizeof *times - 1;

    snprintf(text, size, "%s", times[tui->trace.time < n ? tui->trace.time : CS_TIME_ABSOLUTE]);
}

static const struct {
    const char *name;
    int (*take)(struct reading *r, const char *name, const char *value);
    void (*tell)(const struct cs_tui *tui, char *text,
                 size_t size); /* NULL: the setup has it not */
} settings[] = {
    {"theme", take_theme, tell_theme},    {"ascii", take_ascii, tell_ascii},
    {"mouse", take_mouse, tell_mouse},    {"remember", take_remember, tell_remember},
    {"panes", take_panes, tell_panes},    {"views", take_views, tell_views},
    {"focus", take_focus, tell_focus},    {"depth", take_depth, tell_depth},
    {"meters", take_meters, tell_meters}, {"time", take_time, tell_time},
};

/* ---- keys ------------------------------------------------------------------------------------ */

/* What the file could not have as a name: comments, sections and values begin with them. */
static const struct {
    int32_t key;
    const char *name;
} spelled[] = {
    {'=', "equals"}, {':', "colon"}, {'#', "hash"}, {';', "semicolon"}, {'[', "bracket"},
};

int32_t cs_config_key(const char *name)
{
    char script[40];
    const char *at = script;
    const bool plain = !name[1] || ((unsigned char)name[0] >= 0x80 && cs_text_width(name) == 1);
    int32_t key;

    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++)
        if (!strcasecmp(name, spelled[i].name))
            return spelled[i].key;
    snprintf(script, sizeof script, plain ? "%s" : "<%s>", name);
    if (!strcmp(name, "<"))
        return '<';
    key = cs_key_script_next(&at);
    return key > 0 && !*at ? key : -EINVAL;
}

const char *cs_config_key_name(int32_t key, char name[CS_KEY_NAME_MAX])
{
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++)
        if (spelled[i].key == key)
            return spelled[i].name;
    return cs_key_name(key, name);
}

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

/* ---- one setting ------------------------------------------------------------------------------
 */

static int find_setting(const char *name)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!strcmp(settings[i].name, name))
            return (int)i;
    return -1;
}

bool cs_config_knows(const char *name)
{
    return find_setting(name) >= 0;
}

int cs_config_tell(const struct cs_tui *tui, const char *name, char *text, size_t size)
{
    const int i = find_setting(name);

    text[0] = '\0';
    if (i < 0 || !settings[i].tell)
        return -ENOENT;
    settings[i].tell(tui, text, size);
    return 0;
}

int cs_config_change(struct cs_tui *tui, const char *name, const char *value, char *why,
                     size_t why_size)
{
    const int i = find_setting(name);
    struct cs_config config;
    struct reading r = {.path = "setup", .config = &config, .why = why, .why_size = why_size};

    if (i < 0)
        return -ENOENT;
    cs_config_init(&config);
    config.ascii = tui->choice.ascii;
    config.no_mouse = tui->choice.no_mouse;
    config.forget = tui->choice.forget;
    settings[i].take(&r, name, value);
    if (r.bad)
        return -EINVAL;
    tui->pane_view[tui->focus] = tui->view;
    cs_config_apply(&config, tui);
    tui->dirty = true;
    return 0;
}
