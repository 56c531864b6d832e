/* SPDX-License-Identifier: MIT */
/* view_scenario.c - the scenario as it goes: what was and is to be done, what is expected and what
 * came of it. The timeline stays with the present until a row of it is selected. */
#include "tui/view_scenario.h"

#include <stdio.h>
#include <string.h>

#include "tui/widgets.h"

struct scenario_state *cs_scenario_state(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_scenario);
}

/* ---- rows and lines -------------------------------------------------------------------------- */

unsigned cs_scenario_rows(const struct cs_tui *tui, int side)
{
    const unsigned actions = tui->plan.count[CS_PLAN_ACTION];

    return side == SIDE_TIME ? actions : tui->plan.n - actions;
}

const struct cs_plan_row *cs_scenario_row(const struct cs_tui *tui, int side, unsigned i)
{
    return &tui->plan.rows[side == SIDE_TIME ? i : tui->plan.count[CS_PLAN_ACTION] + i];
}

const struct cs_plan_row *cs_scenario_selected(const struct cs_tui *tui)
{
    const struct scenario_state *state = cs_scenario_state(tui);
    const int sel = state->list[state->side].sel;

    if (sel < 0 || (unsigned)sel >= cs_scenario_rows(tui, state->side))
        return NULL;
    return cs_scenario_row(tui, state->side, (unsigned)sel);
}

/* Kinds that are watched and are there, each with a line for its title. */
static int titles_before(const struct cs_tui *tui, unsigned kind)
{
    int n = 0;

    for (unsigned k = CS_PLAN_EXPECT; k <= kind && k < CS_PLAN_KIND_COUNT; k++)
        n += tui->plan.count[k] > 0;
    return n;
}

int cs_scenario_lines(const struct cs_tui *tui, int side)
{
    const int rows = (int)cs_scenario_rows(tui, side);

    if (side == SIDE_TIME)
        return rows ? rows + 1 : 0;
    return rows + titles_before(tui, CS_PLAN_KIND_COUNT);
}

int cs_scenario_line_of(const struct cs_tui *tui, int side, int row)
{
    if (side == SIDE_TIME)
        return row < (int)tui->plan.past ? row : row + 1;
    if ((unsigned)row >= cs_scenario_rows(tui, side))
        return 0;
    return row + titles_before(tui, cs_scenario_row(tui, side, (unsigned)row)->kind);
}

int cs_scenario_row_of(const struct cs_tui *tui, int side, int line)
{
    int at = 0;

    if (line < 0 || line >= cs_scenario_lines(tui, side))
        return -1;
    if (side == SIDE_TIME)
        return line == (int)tui->plan.past ? -1 : line - (line > (int)tui->plan.past);
    for (unsigned k = CS_PLAN_EXPECT, row = 0; k < CS_PLAN_KIND_COUNT; k++) {
        const int n = (int)tui->plan.count[k];
        if (!n)
            continue;
        if (line == at)
            return -1;
        if (line <= at + n)
            return (int)row + line - at - 1;
        at += n + 1;
        row += (unsigned)n;
    }
    return -1;
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* Less than half for what is watched, and no more than it needs. */
static void divide(const struct cs_tui *tui, struct cs_rect all, struct scenario_places *places)
{
    const int watched = cs_scenario_lines(tui, SIDE_WATCH);
    const int side = cs_scenario_state(tui)->side;
    struct cs_rect *time = &places->side[SIDE_TIME], *watch = &places->side[SIDE_WATCH];

    *time = *watch = (struct cs_rect){all.x, all.y, all.w, 0};
    if (!watched || !cs_scenario_lines(tui, SIDE_TIME)) {
        places->side[watched ? SIDE_WATCH : SIDE_TIME] = all;
    } else if (all.w >= 120) {
        places->columns = true;
        *time = (struct cs_rect){all.x, all.y, all.w * 11 / 20, all.h};
        *watch = (struct cs_rect){time->w + 2, all.y, all.w - time->w - 2, all.h};
    } else if (all.h < 9) {
        places->side[side] = all;
    } else {
        watch->h = watched < all.h * 2 / 5 ? watched : all.h * 2 / 5;
        time->h = all.h - watch->h;
        watch->y += time->h;
    }
}

void cs_scenario_places(const struct cs_tui *tui, struct scenario_places *places)
{
    struct cs_rect all = cs_tui_body(tui);

    *places = (struct scenario_places){0};
    places->line = (struct cs_rect){all.x, all.y, all.w, cs_scenario_line_height(tui, all)};
    all.y += places->line.h;
    all.h -= places->line.h;
    if (cs_scenario_state(tui)->open && cs_scenario_selected(tui) && all.h >= 6) {
        const int h = all.h / 2 < 16 ? all.h / 2 : 16;
        places->panel = (struct cs_rect){all.x, all.y + all.h - h, all.w, h};
        all.h -= h;
    }
    divide(tui, all, places);
}

/* Lines of a side that are in sight: the timeline has one of titles. */
static int page_of(const struct scenario_places *places, int side)
{
    const int h = places->side[side].h - (side == SIDE_TIME);

    return h > 0 ? h : 1;
}

static void keep_in_sight(const struct cs_tui *tui, int side, int page)
{
    struct cs_list *list = &cs_scenario_state(tui)->list[side];
    const int n = (int)cs_scenario_rows(tui, side), lines = cs_scenario_lines(tui, side);
    struct cs_list shown;

    list->sel = list->sel >= n ? n - 1 : list->sel;
    list->sel = list->sel < 0 ? 0 : list->sel;
    shown = (struct cs_list){cs_scenario_line_of(tui, side, list->sel), list->top};
    cs_list_clamp(&shown, lines, page);
    list->top = shown.top;
    if (side == SIDE_WATCH && shown.sel == 1 && page > 1)
        list->top = 0; /* its title as well */
}

static void refresh(struct cs_tui *tui)
{
    struct scenario_state *state = cs_scenario_state(tui);
    const unsigned n = cs_scenario_rows(tui, SIDE_TIME);
    struct scenario_places places;

    if (!cs_scenario_rows(tui, state->side) && cs_scenario_rows(tui, !state->side))
        state->side = !state->side;
    if (!state->picked) /* what comes next */
        state->list[SIDE_TIME].sel = (int)(tui->plan.past < n ? tui->plan.past : n ? n - 1 : 0);
    cs_scenario_places(tui, &places);
    if (!state->picked && n) {
        const int page = page_of(&places, SIDE_TIME), last = (int)n + 1 - page;
        int top = (int)tui->plan.past - page / 3;
        top = top > last ? last : top;
        state->list[SIDE_TIME].top = top < 0 ? 0 : top;
    }
    for (int side = 0; side < SIDES; side++)
        keep_in_sight(tui, side, page_of(&places, side));
}

/* ---- words ----------------------------------------------------------------------------------- */

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_plan *plan = &tui->plan;
    int at = 0;

    if (plan->count[CS_PLAN_ACTION])
        at = snprintf(text, size, "%u of %u done", plan->past, plan->count[CS_PLAN_ACTION]);
    if (plan->count[CS_PLAN_EXPECT] && at < (int)size)
        at += snprintf(text + at, size - (size_t)at, "%s%u of %u held", at ? " · " : "", plan->held,
                       plan->count[CS_PLAN_EXPECT]);
    if (plan->failed && at < (int)size)
        at += snprintf(text + at, size - (size_t)at, ", %u failed", plan->failed);
    if (plan->more && at < (int)size)
        snprintf(text + at, size - (size_t)at, " · %u not listed", plan->more);
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_plan_row *row = cs_scenario_selected(tui);
    char text[1024], outcome[64];

    if (!row)
        return;
    cs_scenario_outcome(tui, row, outcome, sizeof outcome);
    snprintf(text, sizeof text, "%s%s%s%s%s · %s%s%s", cs_plan_text(row, CS_PLAN_WHO),
             row->text[CS_PLAN_WHO] && row->text[CS_PLAN_WHAT] ? ": " : "",
             cs_plan_text(row, CS_PLAN_WHAT), row->text[CS_PLAN_WHEN] ? " " : "",
             cs_plan_text(row, CS_PLAN_WHEN), outcome, row->text[CS_PLAN_SEEN] ? ": " : "",
             cs_plan_text(row, CS_PLAN_SEEN));
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false,
                    row->state == CS_PLAN_FAILED ? CS_STYLE_BAD : CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

void cs_scenario_select(struct cs_tui *tui, int side, int row)
{
    struct scenario_state *state = cs_scenario_state(tui);

    if (!cs_scenario_rows(tui, side))
        return;
    state->panel_top = 0;
    state->side = side;
    state->list[side].sel = row;
    if (side == SIDE_TIME)
        state->picked = true;
    refresh(tui);
}

static void move(struct cs_tui *tui, int by)
{
    const struct scenario_state *state = cs_scenario_state(tui);

    cs_scenario_select(tui, state->side, state->list[state->side].sel + by);
}

static void move_page(struct cs_tui *tui, int by)
{
    struct scenario_places places;

    cs_scenario_places(tui, &places);
    move(tui, by * (page_of(&places, cs_scenario_state(tui)->side) - 1));
}

static void move_all(struct cs_tui *tui, int by)
{
    move(tui, by * (int)CS_PLAN_MAX);
}

static void other_side(struct cs_tui *tui, int unused)
{
    struct scenario_state *state = cs_scenario_state(tui);

    (void)unused;
    if (cs_scenario_rows(tui, !state->side))
        state->side = !state->side;
    state->panel_top = 0;
}

static void follow(struct cs_tui *tui, int unused)
{
    struct scenario_state *state = cs_scenario_state(tui);

    (void)unused;
    state->picked = false;
    state->side = SIDE_TIME;
    refresh(tui);
}

static void open_panel(struct cs_tui *tui, int unused)
{
    struct scenario_state *state = cs_scenario_state(tui);

    (void)unused;
    state->open = !state->open;
    state->panel_top = 0;
    refresh(tui);
}

static void scroll_panel(struct cs_tui *tui, int by)
{
    struct scenario_state *state = cs_scenario_state(tui);

    state->panel_top += by;
    if (state->panel_top < 0)
        state->panel_top = 0;
}

static bool has_file(struct cs_tui *tui)
{
    if (tui->plan.file[0] && strcmp(tui->plan.file, "-") != 0)
        return true;
    cs_tui_say(tui, true,
               tui->plan.file[0] ? "the scenario came from standard input: it is no file"
                                 : "there is no scenario: w saves what was done as one");
    return false;
}

static void edit(struct cs_tui *tui, int unused)
{
    const struct cs_plan_row *row = cs_scenario_selected(tui);

    (void)unused;
    if (tui->info.remote[0])
        cs_tui_say(tui, true, "the file is the host's: edit it there, R runs it again");
    else if (has_file(tui))
        tui->edit = row && row->line ? row->line : 1;
}

static void rerun(struct cs_tui *tui, int unused)
{
    char told[CS_TUI_MESSAGE_MAX];

    (void)unused;
    if (tui->host->ops->rerun)
        cs_tui_say(tui, tui->host->ops->rerun(tui->host->ctx, told, sizeof told) != 0, "%s", told);
    else if (has_file(tui))
        tui->rerun = true;
}

static int word_edit(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    edit(tui, 0);
    if (!tui->edit)
        snprintf(why, why_size, "%s", tui->message);
    return tui->edit ? 0 : -1;
}

static int word_rerun(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    rerun(tui, 0);
    if (tui->host->ops->rerun)
        return 0;
    if (!tui->rerun)
        snprintf(why, why_size, "%s", tui->message);
    return tui->rerun ? 0 : -1;
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct scenario_state *state = cs_scenario_state(tui);
    const bool wheel = mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN;
    const int by = mouse->kind == CS_MOUSE_UP ? -3 : 3;
    struct scenario_places places;

    cs_scenario_places(tui, &places);
    if (cs_rect_has(places.line, mouse->x, mouse->y))
        cs_scenario_line_mouse(tui, mouse, places.line);
    if (cs_rect_has(places.panel, mouse->x, mouse->y) && wheel)
        scroll_panel(tui, by);
    for (int side = 0; side < SIDES; side++) {
        const struct cs_rect at = places.side[side];
        if (!cs_rect_has(at, mouse->x, mouse->y) || (!wheel && mouse->kind > CS_MOUSE_DOUBLE))
            continue;
        const int line = state->list[side].top + mouse->y - at.y - (side == SIDE_TIME);
        const int row = wheel ? state->list[side].sel + by : cs_scenario_row_of(tui, side, line);
        if (wheel || (row >= 0 && line >= state->list[side].top))
            cs_scenario_select(tui, side, row);
        if (row >= 0 && mouse->kind == CS_MOUSE_DOUBLE)
            open_panel(tui, 0);
    }
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER},
     "JSON",
     "show or hide where the selected row is written, and how",
     open_panel,
     0},
    {{'e'}, "edit", "edit the file there, with $VISUAL or $EDITOR", edit, 0},
    {{'R'}, "run again", "read the file again and run it from its start", rerun, 0},
    {{'>'},
     "closer",
     "less of the line of time, around the selected row or the present",
     cs_scenario_zoom,
     1},
    {{'<'}, NULL, "more of it", cs_scenario_zoom, -1},
    {{'f'}, "follow", "the present stays in sight", follow, 0},
    {{CS_KEY_LEFT, CS_KEY_RIGHT}, NULL, "between the timeline and what is expected", other_side, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a row, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first row", move_all, -1},
    {{CS_KEY_END, 'G'}, NULL, "to the last row", move_all, 1},
    {{'['}, NULL, "scroll what Enter shows, up", scroll_panel, -1},
    {{']'}, NULL, "and down", scroll_panel, 1},
};

static const struct cs_word words[] = {
    {"edit", "", "edit the scenario where the selected row is written", word_edit, NULL},
    {"rerun", "", "restart: read the scenario again and run it from its start", word_rerun, NULL},
};

const struct cs_view cs_view_scenario = {
    .name = "scenario",
    .keys = {'T'},
    .help = "the timeline, what is expected, variables",
    .title = "Scenario",
    .brief = "Plan",
    .needs = CS_NEEDS_PLAN | CS_NEEDS_FAULTS,
    .state_size = sizeof(struct scenario_state),
    .refresh = refresh,
    .mouse = mouse,
    .draw = cs_scenario_draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = words,
    .n_words = sizeof words / sizeof *words,
};
