/* SPDX-License-Identifier: MIT */
/* panes.c - see panes.h; and the mouse, which finds its pane. */
#include "tui/panes.h"

#include <strings.h>

#include "tui/context.h"
#include "tui/view.h"

#define PANE_MIN_WIDTH  40
#define PANE_MIN_HEIGHT 5

/* Where each pane of a division is, in halves of the content. */
struct place {
    uint8_t x, y, w, h;
};

static const struct {
    unsigned n;
    struct place place[CS_TUI_PANES];
} splits[CS_SPLIT_COUNT] = {
    [CS_SPLIT_NONE] = {1, {{0, 0, 2, 2}}},
    [CS_SPLIT_ROWS] = {2, {{0, 0, 2, 1}, {0, 1, 2, 1}}},
    [CS_SPLIT_COLUMNS] = {2, {{0, 0, 1, 2}, {1, 0, 1, 2}}},
    [CS_SPLIT_ROW_TWO] = {3, {{0, 0, 2, 1}, {0, 1, 1, 1}, {1, 1, 1, 1}}},
    [CS_SPLIT_FOUR] = {4, {{0, 0, 1, 1}, {1, 0, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 1}}},
};

static const char *const split_names[CS_SPLIT_COUNT] = {
    [CS_SPLIT_NONE] = "one",      [CS_SPLIT_ROWS] = "rows", [CS_SPLIT_COLUMNS] = "columns",
    [CS_SPLIT_ROW_TWO] = "three", [CS_SPLIT_FOUR] = "four",
};

const char *cs_split_name(enum cs_tui_split split)
{
    return split_names[split];
}

int cs_split_named(const char *name)
{
    for (int s = 0; s < CS_SPLIT_COUNT; s++)
        if (!strcasecmp(split_names[s], name))
            return s;
    return -1;
}

/* Does the screen have room for all of them? Where it has not, the focus alone is shown. */
static bool fits(const struct cs_tui *tui)
{
    const struct cs_rect content = cs_tui_content(tui);

    for (unsigned p = 0; p < splits[tui->split].n; p++) {
        const struct place *place = &splits[tui->split].place[p];
        if ((content.w - 1) * place->w / 2 < PANE_MIN_WIDTH ||
            content.h * place->h / 2 - 1 < PANE_MIN_HEIGHT)
            return false;
    }
    return true;
}

/* Those that are shown now: one where there is no room. */
static enum cs_tui_split split_now(const struct cs_tui *tui)
{
    return fits(tui) ? tui->split : CS_SPLIT_NONE;
}

unsigned cs_tui_panes(const struct cs_tui *tui)
{
    return splits[tui->split].n;
}

struct cs_rect cs_pane_outer(const struct cs_tui *tui, unsigned pane)
{
    const struct cs_rect content = cs_tui_content(tui);
    const enum cs_tui_split split = split_now(tui);
    const int left = (content.w - 1) / 2, upper = content.h / 2;

    if (split == CS_SPLIT_NONE)
        return pane == tui->focus || tui->split == CS_SPLIT_NONE ? content : (struct cs_rect){0};
    const struct place *place = &splits[split].place[pane];
    struct cs_rect at = {
        .x = content.x + (place->x ? left + 1 : 0),
        .y = content.y + (place->y ? upper : 0),
        .w = place->w == 2 ? content.w
             : place->x    ? content.w - left - 1
                           : left,
        .h = place->h == 2 ? content.h
             : place->y    ? content.h - upper
                           : upper,
    };
    return at;
}

struct cs_rect cs_tui_pane(const struct cs_tui *tui, unsigned pane)
{
    struct cs_rect at = cs_pane_outer(tui, pane);

    if (split_now(tui) != CS_SPLIT_NONE && at.h > 0) {
        at.y++;
        at.h--;
    }
    return at;
}

struct cs_rect cs_tui_body(const struct cs_tui *tui)
{
    const struct cs_rect at = cs_tui_pane(tui, tui->at);

    return (struct cs_rect){0, 0, at.w, at.h};
}

int cs_tui_page(const struct cs_tui *tui)
{
    int page = cs_tui_body(tui).h - 1;

    return page > 0 ? page : 1;
}

int cs_pane_at(const struct cs_tui *tui, int x, int y)
{
    for (unsigned p = 0; p < cs_tui_panes(tui); p++) {
        const struct cs_rect at = cs_pane_outer(tui, p);
        if (x >= at.x && y >= at.y && x < at.x + at.w && y < at.y + at.h)
            return (int)p;
    }
    return -1;
}

/* ---- which view is where ----------------------------------------------------------------------
 */

void cs_tui_focus(struct cs_tui *tui, unsigned pane)
{
    tui->pane_view[tui->focus] = tui->view;
    tui->focus = pane < cs_tui_panes(tui) ? pane : 0;
    tui->view = tui->pane_view[tui->focus];
    cs_context_enter(tui, tui->focus);
    tui->dirty = true;
}

/* The first of n panes that has it; one that may be shown twice, in the context at hand. */
static int pane_of_view(const struct cs_tui *tui, unsigned view, unsigned n)
{
    for (unsigned p = 0; p < n; p++)
        if (tui->pane_view[p] == view &&
            (!cs_views[view]->many || cs_context_same(tui, p, tui->focus)))
            return (int)p;
    return -1;
}

void cs_tui_show_view(struct cs_tui *tui, unsigned view)
{
    int pane;

    tui->pane_view[tui->focus] = tui->view;
    pane = pane_of_view(tui, view, cs_tui_panes(tui));
    if (pane >= 0) {
        cs_tui_focus(tui, (unsigned)pane);
        return;
    }
    tui->view = tui->pane_view[tui->focus] = view;
    tui->dirty = true;
}

/* A view of its own for a pane that comes. */
static void choose_view(struct cs_tui *tui, unsigned pane)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        if (pane_of_view(tui, v, pane) < 0) {
            tui->pane_view[pane] = v;
            return;
        }
}

void cs_tui_split(struct cs_tui *tui, enum cs_tui_split split)
{
    const unsigned before = cs_tui_panes(tui);
    unsigned n;

    tui->pane_view[tui->focus] = tui->view;
    tui->split = split;
    n = cs_tui_panes(tui);
    if (n == 1 || tui->focus >= n) { /* the one with the focus stays */
        tui->pane_view[0] = tui->view;
        tui->pane_context[0] = tui->pane_context[tui->focus];
        tui->focus = 0;
    }
    cs_context_keep(tui, n < before ? n : before);
    for (unsigned p = before; p < n; p++)
        choose_view(tui, p);
    cs_context_enter(tui, tui->focus);
    tui->dirty = true;
    if (!fits(tui))
        cs_tui_say(tui, false, "there is no room for %u panes: the one with the focus is shown", n);
}

/* ---- the mouse --------------------------------------------------------------------------------
 */

static int32_t wheel_key(const struct cs_mouse *mouse)
{
    return mouse->kind == CS_MOUSE_UP     ? CS_KEY_UP
           : mouse->kind == CS_MOUSE_DOWN ? CS_KEY_DOWN
                                          : CS_KEY_NONE;
}

static void in_pane(struct cs_tui *tui, const struct cs_mouse *mouse, unsigned pane)
{
    const struct cs_rect at = cs_tui_pane(tui, pane);
    struct cs_mouse local = *mouse;

    if (pane != tui->focus && mouse->kind <= CS_MOUSE_DOUBLE)
        cs_tui_focus(tui, pane);
    if (pane != tui->focus)
        return;
    local.x -= at.x;
    local.y -= at.y;
    if (local.y >= 0 && cs_views[tui->view]->mouse)
        cs_views[tui->view]->mouse(tui, &local);
    else if (wheel_key(mouse) != CS_KEY_NONE)
        cs_tui_key(tui, wheel_key(mouse));
}

/* What the footer names is done, whatever that key stands for. */
static void press_footer(struct cs_tui *tui, int32_t key)
{
    const bool before = tui->playing;

    tui->playing = true;
    cs_tui_key(tui, key);
    tui->playing = before;
}

/* Where the time and the speed are. */
static void on_clock(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        cs_tui_change_speed(tui, mouse->kind == CS_MOUSE_UP ? 1 : -1);
    else if (mouse->kind == CS_MOUSE_PRESS)
        cs_tui_key(tui, CS_KEY_SPACE);
}

void cs_tui_mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const int pane = cs_pane_at(tui, mouse->x, mouse->y);
    const int view = cs_tab_at(tui, mouse->x, mouse->y);
    const int32_t key = cs_footer_at(tui, mouse->x, mouse->y);

    tui->dirty = true;
    cs_trace_hunt_stop(tui);
    if (mouse->kind == CS_MOUSE_PRESS && key != CS_KEY_NONE)
        press_footer(tui, key);
    else if (overlay && overlay->mouse)
        overlay->mouse(tui, mouse);
    else if (tui->overlay != CS_OVERLAY_NONE)
        cs_tui_key(tui, wheel_key(mouse));
    else if (mouse->y == 0 && mouse->x >= tui->width / 2)
        on_clock(tui, mouse);
    else if (mouse->kind == CS_MOUSE_PRESS && view >= 0)
        cs_tui_show_view(tui, (unsigned)view);
    else if (pane >= 0)
        in_pane(tui, mouse, (unsigned)pane);
}
