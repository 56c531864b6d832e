/* SPDX-License-Identifier: MIT */
/* view_faults.c - all kinds of faults, and below (or beside) them those that are armed or were.
 * One cursor goes over both: from the last line of the kinds into the list, and back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view.h"
#include "tui/widgets.h"

#define GROUP_WIDTH 9
#define LIST_MIN    84 /* cells that the list keeps beside the kinds */
#define SIDE_MIN    140
#define LONGEST     24 /* name of a kind */

static const struct {
    const char *name;
    unsigned first, last; /* enum cs_fault_kind */
} groups[] = {
    {"bits", CS_FAULT_FLIP, CS_FAULT_JANUS},
    {"wiring", CS_FAULT_SHORT, CS_FAULT_CABLE},
    {"node", CS_FAULT_BITRATE, CS_FAULT_OVERLOAD},
    {"sender", CS_FAULT_WRONG_CRC, CS_FAULT_LOSE},
    {"attacks", CS_FAULT_ATTACK_BUS_OFF, CS_FAULT_ATTACK_JANUS},
};
#define N_GROUPS (sizeof groups / sizeof *groups)

/* Where everything goes: of each kind the cell of its name, from the body's corner. */
struct plan {
    bool side;      /* the kinds stand beside the list */
    int side_width; /* and take so much */
    int x[CS_FAULT_KIND_COUNT], y[CS_FAULT_KIND_COUNT];
    int group_y[N_GROUPS];
    int lines;           /* of the kinds */
    struct cs_rect list; /* its titles included */
};

static void plan_side(struct plan *plan)
{
    for (size_t g = 0; g < N_GROUPS; g++) {
        plan->group_y[g] = plan->lines++;
        for (unsigned k = groups[g].first; k <= groups[g].last; k++) {
            plan->x[k] = 2;
            plan->y[k] = plan->lines++;
        }
        plan->lines++;
    }
    plan->lines--;
}

static void plan_top(struct plan *plan, int width)
{
    for (size_t g = 0; g < N_GROUPS; g++) {
        int x = GROUP_WIDTH;
        plan->group_y[g] = plan->lines;
        for (unsigned k = groups[g].first; k <= groups[g].last; k++) {
            int w = (int)strlen(cs_fault_name((enum cs_fault_kind)k));
            if (x > GROUP_WIDTH && x + w > width - 1) {
                x = GROUP_WIDTH;
                plan->lines++;
            }
            plan->x[k] = x;
            plan->y[k] = plan->lines;
            x += w + 2;
        }
        plan->lines++;
    }
}

static int longest_help(void)
{
    int longest = 0;

    for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++) {
        const int n = cs_text_width(cs_fault_help((enum cs_fault_kind)k));
        longest = n > longest ? n : longest;
    }
    return longest;
}

static void make_plan(const struct cs_tui *tui, struct plan *plan)
{
    struct cs_rect body = cs_tui_body(tui);
    const int wanted = LONGEST + longest_help() + 4, most = body.w - LIST_MIN,
              half = body.w / 2 - 10;

    *plan = (struct plan){.side = body.w >= SIDE_MIN};
    plan->side_width = half > most ? half : wanted < most ? wanted : most;
    if (plan->side) {
        plan_side(plan);
        plan->side = plan->lines <= body.h;
    }
    if (plan->side) {
        plan->list =
            (struct cs_rect){plan->side_width + 2, body.y, body.w - plan->side_width - 2, body.h};
        return;
    }
    plan->lines = 0;
    plan_top(plan, body.w);
    plan->list = (struct cs_rect){0, body.y + plan->lines + 1, body.w, body.h - plan->lines - 1};
}

static int page_of(const struct plan *plan)
{
    return plan->list.h > 2 ? plan->list.h - 1 : 1;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_fault *fault = item;

    if (fault->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[fault->bus].name);
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_tui_fault *fault = item;

    (void)tui;
    cs_canvas_printf(canvas, at.x, at.y, fault->live ? CS_STYLE_TEXT : CS_STYLE_DIM, "%*d", at.w,
                     fault->id);
}

static void cell_state(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_tui_fault *fault = item;
    uint8_t style = fault->active ? CS_STYLE_BAD : fault->live ? CS_STYLE_WARN : CS_STYLE_DIM;
    const char *mark = fault->active ? "▶" : fault->live ? "●" : "·";
    const char *text = fault->active ? "active"
                       : fault->live ? "armed"
                                     : cs_fault_stage_name((enum cs_fault_stage)fault->stage);

    (void)tui;
    cs_canvas_put(canvas, at.x, at.y, style, mark);
    cs_canvas_field(canvas, at.x + 2, at.y, at.w - 2, false, style, text);
}

static void cell_text(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_fault *fault = item;

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, fault->live ? CS_STYLE_TEXT : CS_STYLE_DIM,
                    fault->text);
}

/* Since it was armed, or since it was over. */
static void cell_age(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_fault *fault = item;
    int64_t since = tui->info.now_ps - (fault->live ? fault->armed_ps : fault->ended_ps);
    char buf[CS_NUMBER_MAX];

    cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_DIM,
                    cs_text_span(since > 0 ? since : 0, buf));
}

static int most_text(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w;
}

#define COUNT(member) \
    .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_fault, member, CS_STYLE_TEXT)

static const struct cs_column columns[] = {
    CS_COLUMN("id", 4, 4, true, 0, .cell = cell_id),
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("state", 9, 9, false, 0, .cell = cell_state),
    CS_COLUMN("fault", 28, 28, false, 0, .cell = cell_text, .most = most_text),
    CS_COLUMN("matched", 7, 7, true, 1, COUNT(matched)),
    CS_COLUMN("fired", 7, 7, true, 0, COUNT(fired)),
    CS_COLUMN("age", 9, 9, true, 0, .cell = cell_age),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

/* ---- drawing --------------------------------------------------------------------------------- */

static const struct cs_tui_fault *selected(const struct cs_tui *tui)
{
    return cs_fault_list_at(&tui->fault_list, (unsigned)tui->faults.list.sel);
}

static void refresh(struct cs_tui *tui)
{
    struct cs_faults_state *state = &tui->faults;
    unsigned n = cs_fault_list_count(&tui->fault_list);
    struct plan plan;

    make_plan(tui, &plan);
    for (unsigned i = 0; state->sel_id && i < n; i++)
        if (cs_fault_list_at(&tui->fault_list, i)->id == state->sel_id)
            state->list.sel = (int)i;
    cs_list_clamp(&state->list, (int)n, page_of(&plan));
    state->in_list &= n > 0;
    state->sel_id = n ? selected(tui)->id : 0;
}

static void draw_kinds(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body,
                       const struct plan *plan)
{
    const struct cs_faults_state *state = &tui->faults;

    for (size_t g = 0; g < N_GROUPS; g++) {
        cs_canvas_put(canvas, body.x + (plan->side ? 0 : 1), body.y + plan->group_y[g],
                      CS_STYLE_COLUMN, groups[g].name);
        for (unsigned k = groups[g].first; k <= groups[g].last; k++) {
            const char *name = cs_fault_name((enum cs_fault_kind)k);
            int x = body.x + plan->x[k], y = body.y + plan->y[k];
            bool here = !state->in_list && k == state->kind;
            cs_canvas_put(canvas, x, y, here ? CS_STYLE_BRIGHT : CS_STYLE_FAULT, name);
            if (plan->side)
                cs_canvas_field(canvas, x + LONGEST, y, plan->side_width - LONGEST - 2, false,
                                here ? CS_STYLE_TEXT : CS_STYLE_DIM,
                                cs_fault_help((enum cs_fault_kind)k));
            if (here)
                cs_canvas_select(canvas, (struct cs_rect){x - 1, y, (int)strlen(name) + 2, 1});
        }
    }
}

/* What can be done, as there is nothing yet. */
static void draw_none(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    static const char *const ways[][2] = {
        {"Enter", "a form for what is selected: all that it takes, and an example"},
        {"p", "well-known troubles: bus-off, a noisy line, a broken wire, …"},
        {":", "by text, with completion: :short for=2ms"},
    };
    const int x = at.x + (at.w > 70 ? (at.w - 70) / 2 : 1);
    int y = at.y + at.h / 2;

    if (tui->info.log[0] || at.h < 8) {
        cs_canvas_put(canvas, x, y, CS_STYLE_DIM,
                      tui->info.log[0]
                          ? "this is a log: faults are for buses that run"
                          : "no fault so far: Enter arms one, p shows well-known troubles");
        return;
    }
    y -= 3;
    cs_canvas_put(canvas, x, y, CS_STYLE_BRIGHT, "no fault so far");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cs_canvas_put(canvas, x, y + 2 + (int)i, CS_STYLE_KEY, ways[i][0]);
        cs_canvas_put(canvas, x + 7, y + 2 + (int)i, CS_STYLE_DIM, ways[i][1]);
    }
}

static void draw_list(const struct cs_tui *tui, struct cs_canvas *canvas, const struct plan *plan)
{
    const struct cs_faults_state *state = &tui->faults;
    unsigned n = cs_fault_list_count(&tui->fault_list);
    struct cs_columns_layout layout;
    struct cs_rect at = plan->list;

    cs_columns_fit(tui, columns, N_COLUMNS, at.w, &layout);
    for (unsigned i = 0; i < N_COLUMNS; i++)
        layout.x[i] += at.x;
    cs_columns_titles(columns, N_COLUMNS, canvas, at.y, &layout, -1, false);
    for (int i = 0; i < page_of(plan) && state->list.top + i < (int)n; i++) {
        const struct cs_tui_fault *fault =
            cs_fault_list_at(&tui->fault_list, (unsigned)(state->list.top + i));
        cs_columns_row(tui, columns, N_COLUMNS, canvas, at.y + 1 + i, &layout, fault);
        if (state->in_list && state->list.top + i == state->list.sel)
            cs_canvas_select(canvas, (struct cs_rect){at.x, at.y + 1 + i, at.w, 1});
    }
    if (!n)
        draw_none(tui, canvas, at);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    struct plan plan;

    make_plan(tui, &plan);
    draw_kinds(tui, canvas, body, &plan);
    if (plan.side)
        cs_canvas_fill(canvas, (struct cs_rect){plan.side_width, body.y, 1, body.h}, CS_STYLE_FAINT,
                       0x2502);
    else
        cs_canvas_fill(canvas, (struct cs_rect){0, plan.list.y - 1, body.w, 1}, CS_STYLE_FAINT,
                       0x2500);
    draw_list(tui, canvas, &plan);
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_fault_list *list = &tui->fault_list;
    unsigned active = 0;

    for (unsigned i = 0; i < list->n_live; i++)
        active += list->live[i].active;
    snprintf(text, size, "%u armed · %u active · %" PRIu64 " past", list->n_live, active,
             list->n_past);
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_tui_fault *fault = tui->faults.in_list ? selected(tui) : NULL;
    char text[CS_FAULT_TEXT_MAX + 128], armed[CS_NUMBER_MAX], last[CS_NUMBER_MAX];

    if (!fault) {
        cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO,
                        cs_fault_help((enum cs_fault_kind)tui->faults.kind));
        return;
    }
    snprintf(text, sizeof text, "%s · armed at %s", fault->text,
             cs_text_clock(fault->armed_ps, armed));
    if (fault->fired_ps >= 0)
        snprintf(text + strlen(text), sizeof text - strlen(text), " · fired last at %s",
                 cs_text_clock(fault->fired_ps, last));
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* The nearest kind in the next line above (-1) or below (1); false where there is none. */
static bool move_kind(struct cs_tui *tui, const struct plan *plan, int by)
{
    unsigned from = tui->faults.kind;
    int best = -1, best_dy = 0, best_dx = 0;

    for (int k = 0; k < CS_FAULT_KIND_COUNT; k++) {
        int dy = (plan->y[k] - plan->y[from]) * by, dx = abs(plan->x[k] - plan->x[from]);
        if (dy > 0 && (best < 0 || dy < best_dy || (dy == best_dy && dx < best_dx))) {
            best = k;
            best_dy = dy;
            best_dx = dx;
        }
    }
    if (best >= 0)
        tui->faults.kind = (unsigned)best;
    return best >= 0;
}

static void select_row(struct cs_tui *tui, int by, const struct plan *plan)
{
    struct cs_faults_state *state = &tui->faults;

    cs_list_move(&state->list, by, (int)cs_fault_list_count(&tui->fault_list), page_of(plan));
    state->sel_id = selected(tui) ? selected(tui)->id : 0;
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_faults_state *state = &tui->faults;
    bool any = cs_fault_list_count(&tui->fault_list) > 0;
    struct plan plan;

    make_plan(tui, &plan);
    if (state->in_list && by < 0 && state->list.sel == 0 && !plan.side) {
        state->in_list = false;
        while (move_kind(tui, &plan, 1))
            ; /* to the line above the list */
    } else if (state->in_list)
        select_row(tui, by, &plan);
    else if (!move_kind(tui, &plan, by) && by > 0 && any && !plan.side)
        state->in_list = true;
}

static void move_page(struct cs_tui *tui, int by)
{
    struct plan plan;

    make_plan(tui, &plan);
    tui->faults.in_list = cs_fault_list_count(&tui->fault_list) > 0;
    select_row(tui, by * (page_of(&plan) - 1), &plan);
}

static void move_side(struct cs_tui *tui, int by)
{
    struct cs_faults_state *state = &tui->faults;
    bool any = cs_fault_list_count(&tui->fault_list) > 0;
    struct plan plan;

    make_plan(tui, &plan);
    if (plan.side || state->in_list)
        state->in_list = by > 0 ? any : false;
    else
        state->kind = (state->kind + CS_FAULT_KIND_COUNT + (unsigned)by) % CS_FAULT_KIND_COUNT;
}

static void go_end(struct cs_tui *tui, int by)
{
    struct plan plan;

    make_plan(tui, &plan);
    tui->faults.in_list = cs_fault_list_count(&tui->fault_list) > 0;
    select_row(tui, by * (int)(CS_FAULT_LIST_LIVE + CS_FAULT_LIST_PAST), &plan);
}

static const struct cs_tui_fault *wanted(struct cs_tui *tui)
{
    const struct cs_tui_fault *fault = tui->faults.in_list ? selected(tui) : NULL;

    if (!fault)
        cs_tui_say(tui, false, "select a fault of the list first");
    return fault;
}

static void edit(struct cs_tui *tui, int unused)
{
    const struct cs_tui_fault *fault = wanted(tui);

    (void)unused;
    if (fault)
        cs_fault_form_edit(tui, fault);
}

static void arm(struct cs_tui *tui, int always)
{
    if (tui->faults.in_list && !always)
        edit(tui, 0);
    else
        cs_fault_form_open(tui, tui->faults.kind);
}

static void arm_again(struct cs_tui *tui, const struct cs_tui_fault *fault)
{
    struct cs_fault_spec spec;
    char why[256];

    if (cs_fault_parse(fault->text, &spec, why, sizeof why) < 0)
        cs_tui_say(tui, true, "not armed: %s", why);
    else
        cs_tui_arm(tui, fault->bus, &spec);
}

static void repeat(struct cs_tui *tui, int unused)
{
    const struct cs_tui_fault *fault = wanted(tui);

    (void)unused;
    if (fault)
        arm_again(tui, fault);
}

/* The one that was armed last, wherever the cursor is. */
static void repeat_last(struct cs_tui *tui, int unused)
{
    const struct cs_tui_fault *last = NULL;

    (void)unused;
    for (unsigned i = 0; i < cs_fault_list_count(&tui->fault_list); i++) {
        const struct cs_tui_fault *fault = cs_fault_list_at(&tui->fault_list, i);
        if (!last || fault->armed_ps > last->armed_ps ||
            (fault->armed_ps == last->armed_ps && fault->id > last->id))
            last = fault;
    }
    if (last)
        arm_again(tui, last);
    else
        cs_tui_say(tui, false, "no fault was armed so far: p shows well-known troubles");
}

/* For the node that is selected among the nodes. */
static void presets(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_tui_open(tui, CS_OVERLAY_PRESETS);
    if (tui->nodes_list.sel >= 0 && tui->nodes_list.sel < (int)tui->n_nodes)
        tui->faults.preset_node = (unsigned)tui->nodes_list.sel;
}

static void clear(struct cs_tui *tui, int unused)
{
    const struct cs_tui_fault *fault = wanted(tui);

    (void)unused;
    if (!fault)
        return;
    if (!fault->live)
        cs_tui_say(tui, false, "fault %d is over; r arms it again", fault->id);
    else if (cs_tui_denied(tui))
        return;
    else if (cs_tui_disarm(tui, fault) < 0)
        cs_tui_say(tui, true, "fault %d is gone already", tui->faults.sel_id);
    else
        cs_tui_say(tui, false, "fault %d is cleared; u arms it again", tui->faults.sel_id);
}

static void clear_all(struct cs_tui *tui, int unused)
{
    unsigned n;

    (void)unused;
    if (cs_tui_denied(tui))
        return;
    n = cs_tui_disarm_all(tui);
    cs_tui_say(tui, false, "%u fault%s cleared%s", n, n == 1 ? "" : "s",
               n ? "; u arms them again" : "");
}

/* ---- the mouse ------------------------------------------------------------------------------- */

/* The kind whose name is there, -1 for none. */
static int kind_at(const struct plan *plan, int x, int y)
{
    for (int k = 0; k < CS_FAULT_KIND_COUNT; k++) {
        const int w = (int)strlen(cs_fault_name((enum cs_fault_kind)k));
        if (y == plan->y[k] && x >= plan->x[k] - 1 && x <= plan->x[k] + w)
            return k;
    }
    return -1;
}

static bool press(struct cs_tui *tui, const struct plan *plan, const struct cs_mouse *mouse)
{
    struct cs_faults_state *state = &tui->faults;
    const struct cs_rect at = plan->list;
    const int kind = kind_at(plan, mouse->x, mouse->y);
    const int row = state->list.top + mouse->y - at.y - 1;
    const bool in_list = mouse->x >= at.x && mouse->y > at.y && mouse->y <= at.y + page_of(plan) &&
                         row < (int)cs_fault_list_count(&tui->fault_list);

    if (in_list) {
        state->in_list = true;
        select_row(tui, row - state->list.sel, plan);
    } else if (kind >= 0) {
        state->in_list = false;
        state->kind = (unsigned)kind;
    }
    return in_list || kind >= 0;
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct plan plan;

    make_plan(tui, &plan);
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        move(tui, mouse->kind == CS_MOUSE_UP ? -1 : 1);
    else if (mouse->kind <= CS_MOUSE_DOUBLE && press(tui, &plan, mouse) &&
             mouse->kind == CS_MOUSE_DOUBLE)
        arm(tui, 0);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "arm", "a form for the kind, or for the selected fault", arm, 0},
    {{'p'}, "presets", "well-known troubles by name", presets, 0},
    {{'c', CS_KEY_DELETE}, "clear", "take the selected fault back", clear, 0},
    {{'C'}, "clear all", "take all back", clear_all, 0},
    {{'r'}, "repeat", "arm the same once more", repeat, 0},
    {{'R'}, "last again", "arm what was armed last once more", repeat_last, 0},
    {{'e'}, "edit", "change the selected fault", edit, 0},
    {{'a'}, NULL, "a form for the selected kind", arm, 1},
    {{CS_KEY_UP, 'k'}, NULL, "go over the kinds and into the list: up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "down", move, 1},
    {{CS_KEY_LEFT}, NULL, "the kind before; from the list back to the kinds", move_side, -1},
    {{CS_KEY_RIGHT}, NULL, "the next kind", move_side, 1},
    {{CS_KEY_PGUP}, NULL, "a page of the list up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first fault of the list", go_end, -1},
    {{CS_KEY_END, 'G'}, NULL, "to the last", go_end, 1},
};

const struct cs_view cs_view_faults = {
    .name = "faults",
    .keys = {'4', CS_KEY_F1 + 4},
    .help = "all kinds, and those that are armed",
    .about = "Above what can go wrong, below what was armed: armed waits for its frame, active "
             "acts now, ended or cleared is past. Enter opens the form of a fault, or of one in "
             "the list; Tab or the arrow keys go between both.",
    .title = "Faults",
    .needs = CS_NEEDS_FAULTS,
    .refresh = refresh,
    .draw = draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
