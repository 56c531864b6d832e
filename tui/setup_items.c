/* SPDX-License-Identifier: MIT */
/* setup_items.c - the settings of the setup, page by page: each is one row of a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/config.h"
#include "tui/setup.h"
#include "tui/size.h"
#include "tui/view.h"

#define HISTORY_LEAST_LOG 26 /* 64M */
#define HISTORIES         8

/* ---- what a setting can be ------------------------------------------------------------------- */

static bool of_words(const char *const *words, unsigned i, char *text)
{
    for (unsigned k = 0; k <= i; k++)
        if (!words[k])
            return false;
    snprintf(text, CS_SETUP_VALUE, "%s", words[i]);
    return true;
}

static bool of_switch(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    static const char *const words[] = {"on", "off", NULL};

    (void)tui;
    return of_words(words, i, text);
}

static bool of_depths(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    return of_words(cs_config_depths, i, text);
}

static bool of_meters(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    return of_words(cs_config_meters, i, text);
}

static bool of_times(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    return of_words(cs_config_times, i, text);
}

static bool of_themes(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    if (!cs_themes[i])
        return false;
    snprintf(text, CS_SETUP_VALUE, "%s", cs_themes[i]->name);
    return true;
}

static bool of_splits(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    if (i >= CS_SPLIT_COUNT)
        return false;
    snprintf(text, CS_SETUP_VALUE, "%s", cs_split_name((enum cs_tui_split)i));
    return true;
}

static bool of_views(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    if (i >= cs_n_views)
        return false;
    snprintf(text, CS_SETUP_VALUE, "%s", cs_views[i]->name);
    return true;
}

static bool of_panes(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    if (i >= cs_tui_panes(tui))
        return false;
    snprintf(text, CS_SETUP_VALUE, "%u", i + 1);
    return true;
}

static bool of_histories(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE])
{
    (void)tui;
    if (i >= HISTORIES)
        return false;
    cs_size_text(UINT64_C(1) << (HISTORY_LEAST_LOG + i), text, CS_SETUP_VALUE);
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define THEME(i, words)                                            \
    {                                                              \
        CS_SETUP_COLOURS, i, "theme", NULL, words, of_themes, true \
    }
#define PANE(i, words)                                                              \
    {                                                                               \
        CS_SETUP_LAYOUT, i, "views", words, "what this pane shows", of_views, false \
    }

static const struct cs_setup_item items[] = {
    THEME(0, "bright colours on a dark background"),
    THEME(1, "for terminals with a light background"),
    THEME(2, "white on black, nothing dim: for projectors and tired eyes"),
    THEME(3, "told apart without red and green"),
    THEME(4, "no colours: bold, underlined, reversed"),
    {CS_SETUP_COLOURS, 0, "depth", "Colours",
     "how many: as the terminal tells, none, 16, 256, or exact ones (24 bits)", of_depths, false},
    {CS_SETUP_DRAWING, 0, "ascii", "ASCII only", "no lines, blocks and dots of Unicode", of_switch,
     false},
    {CS_SETUP_DRAWING, 0, "meters", "Bus meters",
     "the lines below the title: load as a bar, as a number, or no lines", of_meters, false},
    {CS_SETUP_LAYOUT, 0, "panes", "Panes", "how the screen is divided; | does it, too", of_splits,
     false},
    PANE(0, "Pane 1"),
    PANE(1, "Pane 2"),
    PANE(2, "Pane 3"),
    PANE(3, "Pane 4"),
    {CS_SETUP_LAYOUT, 0, "focus", "Focus", "the pane that takes keys; o goes to the next", of_panes,
     false},
    {CS_SETUP_TRACE, 0, "time", "Time column",
     "since the start, since the row before, or since the same identifier", of_times, false},
    {CS_SETUP_TRACE, 0, "history", "History",
     "memory for rows that are kept: 256M hold 10 million frames or more", of_histories, false},
    {CS_SETUP_PROGRAM, 0, "mouse", "Mouse",
     "clicks and the wheel; off leaves them to the terminal, to mark text", of_switch, false},
    {CS_SETUP_PROGRAM, 0, "remember", "Remember",
     "begin with the views, panes and colours of the last time", of_switch, false},
};

static const char *const settings[] = {"theme", "depth", "ascii",   "meters", "panes",    "views",
                                       "focus", "time",  "history", "mouse",  "remember", NULL};

_Static_assert(sizeof settings / sizeof *settings <= CS_SETUP_SETTINGS + 1, "room for settings");

const char *cs_setup_setting(unsigned i)
{
    return settings[i];
}

static bool shown(const struct cs_tui *tui, const struct cs_setup_item *item)
{
    if (item->choice == of_views)
        return item->arg < cs_tui_panes(tui);
    return cs_config_knows(item->setting);
}

const struct cs_setup_item *cs_setup_item(const struct cs_tui *tui, unsigned page, unsigned n)
{
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (items[i].page == page && shown(tui, &items[i]) && n-- == 0)
            return &items[i];
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

void cs_setup_tell(const struct cs_tui *tui, const char *name, char text[CS_SETUP_VALUE])
{
    cs_config_tell(tui, name, text, CS_SETUP_VALUE);
}

void cs_setup_set(struct cs_tui *tui, const char *name, const char *value)
{
    char why[CS_TUI_MESSAGE_MAX];

    if (cs_config_change(tui, name, value, why, sizeof why) != 0)
        cs_tui_say(tui, true, "%.150s", why);
}

void cs_setup_value(const struct cs_tui *tui, const struct cs_setup_item *item,
                    char text[CS_SETUP_VALUE])
{
    const struct cs_view *view =
        cs_views[item->arg == tui->focus ? tui->view : tui->pane_view[item->arg % CS_TUI_PANES]];

    if (item->choice == of_views)
        snprintf(text, CS_SETUP_VALUE, "%s", view->name);
    else
        cs_setup_tell(tui, item->setting, text);
}

/* A view that another pane shows changes places with it. */
static void set_pane(struct cs_tui *tui, unsigned pane, const char *name)
{
    const unsigned view = (unsigned)cs_view_find(name);

    tui->pane_view[tui->focus] = tui->view;
    for (unsigned p = 0; p < cs_tui_panes(tui); p++)
        if (p != pane && tui->pane_view[p] == view)
            tui->pane_view[p] = tui->pane_view[pane];
    tui->pane_view[pane] = view;
    tui->view = tui->pane_view[tui->focus];
    tui->dirty = true;
}

static void set(struct cs_tui *tui, const struct cs_setup_item *item, const char *value)
{
    if (item->choice == of_views)
        set_pane(tui, item->arg, value);
    else
        cs_setup_set(tui, item->setting, value);
}

void cs_setup_step(struct cs_tui *tui, const struct cs_setup_item *item, int by)
{
    char now[CS_SETUP_VALUE], text[CS_SETUP_VALUE];
    unsigned n = 0, at = 0;

    if (item->theme) {
        if (item->choice(tui, item->arg, text))
            set(tui, item, text);
        return;
    }
    cs_setup_value(tui, item, now);
    for (; item->choice(tui, n, text); n++)
        if (!strcmp(text, now))
            at = n;
    if (n && item->choice(tui, (at + n + (unsigned)by) % n, text))
        set(tui, item, text);
}
