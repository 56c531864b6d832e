/* SPDX-License-Identifier: MIT */
/* config_settings.c - settings one by one: what each is now, as the file would have it, and another
 * value for it at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/config.h"
#include "tui/size.h"
#include "tui/view.h"

const char *const cs_config_depths[] = {"auto", "none", "16", "256", "true", NULL};
const char *const cs_config_meters[] = {"bars", "numbers", "off", NULL};
const char *const cs_config_times[] = {"absolute", "delta", "same", "date", NULL};

/* ---- keys as names --------------------------------------------------------------------------- */

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

/* ---- values ---------------------------------------------------------------------------------- */

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
    snprintf(text, size, "%s", cs_config_depths[tui->choice.depth]);
}

static void tell_meters(const struct cs_tui *tui, char *text, size_t size)
{
    snprintf(text, size, "%s", cs_config_meters[tui->choice.meters]);
}

/* That since the mark is of one run only. */
static void tell_time(const struct cs_tui *tui, char *text, size_t size)
{
    const unsigned n = sizeof cs_config_times / sizeof *cs_config_times - 1;

    snprintf(text, size, "%s",
             cs_config_times[tui->trace.time < n ? tui->trace.time : CS_TIME_ABSOLUTE]);
}

static void tell_history(const struct cs_tui *tui, char *text, size_t size)
{
    cs_size_text(tui->ring.history, text, size);
}

static const struct {
    const char *name;
    void (*tell)(const struct cs_tui *tui, char *text, size_t size);
} settings[] = {
    {"theme", tell_theme},       {"ascii", tell_ascii},     {"mouse", tell_mouse},
    {"remember", tell_remember}, {"panes", tell_panes},     {"views", tell_views},
    {"focus", tell_focus},       {"depth", tell_depth},     {"time", tell_time},
    {"meters", tell_meters},     {"history", tell_history},
};

int cs_config_tell(const struct cs_tui *tui, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!strcmp(settings[i].name, name)) {
            settings[i].tell(tui, text, size);
            return 0;
        }
    return -ENOENT;
}

int cs_config_change(struct cs_tui *tui, const char *name, const char *value, char *why,
                     size_t why_size)
{
    struct cs_config config;

    cs_config_init(&config);
    config.ascii = tui->choice.ascii;
    config.no_mouse = tui->choice.no_mouse;
    config.forget = tui->choice.forget;
    if (cs_config_take(&config, name, value, why, why_size) != 0)
        return -EINVAL;
    tui->pane_view[tui->focus] = tui->view;
    cs_config_apply(&config, tui);
    if (config.history && cs_tui_ring_limit(&tui->ring, config.history) < 0) {
        snprintf(why, why_size, "history: not enough memory");
        return -EINVAL;
    }
    tui->dirty = true;
    return 0;
}
