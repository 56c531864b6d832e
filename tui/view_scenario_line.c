/* SPDX-License-Identifier: MIT */
/* view_scenario_line.c - the whole scenario as a line of time: how far it is, and as marks what is
 * done, what was expected and which faults there were. What falls into one cell is counted. */
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/view_scenario.h"
#include "tui/widgets.h"

#define GUTTER    9
#define MIN_W     50
#define MIN_H     16                   /* of the pane */
#define MIN_SPAN  (100 * CS_PS_PER_US) /* in sight */
#define TICK      14                   /* cells from one time to the next, at least */
#define ZOOM_MOST 24

enum lane { LANE_BAR, LANE_DOES, LANE_EXPECT, LANE_FAULTS, LANE_SCALE, LANES };

struct line {
    int y[LANES]; /* -1: it is not there */
    int x, w;     /* of the time */
    int64_t from_ps, span_ps;
};

struct mark {
    unsigned n;
    uint32_t ch;
    uint8_t style, rank; /* the highest rank of a cell is shown */
};

/* ---- time and cells -------------------------------------------------------------------------- */

/* Of all of it; that of an endless one grows. */
static int64_t whole_ps(const struct cs_tui *tui)
{
    const struct cs_plan *plan = &tui->plan;
    int64_t last = tui->info.now_ps > CS_PS_PER_MS ? tui->info.now_ps : CS_PS_PER_MS;

    if (tui->info.duration_ps > 0)
        return tui->info.duration_ps;
    if (plan->count[CS_PLAN_ACTION] > 0) {
        const int64_t at = cs_plan_at(plan, CS_PLAN_ACTION, plan->count[CS_PLAN_ACTION] - 1)->at_ps;
        last = at > last ? at : last;
    }
    return last < INT64_MAX / 2 ? last + last / 20 : last;
}

static int64_t span_of(const struct cs_tui *tui)
{
    const int64_t span = whole_ps(tui) >> cs_scenario_state(tui)->zoom;

    return span > MIN_SPAN ? span : MIN_SPAN;
}

/* An expectation that is not decided stands where its time is up. */
static int64_t time_of(const struct cs_plan_row *row)
{
    return row->kind == CS_PLAN_EXPECT && row->state == CS_PLAN_WAITS ? row->until_ps : row->at_ps;
}

static int cell_of(const struct line *line, int64_t at_ps)
{
    if (at_ps < line->from_ps || at_ps > line->from_ps + line->span_ps || line->w <= 0)
        return -1;
    const int cell = (int)((double)(at_ps - line->from_ps) / (double)line->span_ps * line->w);
    return cell < line->w ? cell : line->w - 1;
}

static bool has_lane(const struct cs_tui *tui, int lane)
{
    return lane == LANE_EXPECT   ? tui->plan.count[CS_PLAN_EXPECT] > 0
           : lane == LANE_FAULTS ? cs_fault_list_count(&tui->fault_list) > 0
                                 : true;
}

int cs_scenario_line_height(const struct cs_tui *tui, struct cs_rect body)
{
    int n = 0;

    if (body.w < MIN_W || body.h < MIN_H)
        return 0;
    for (int lane = 0; lane < LANES; lane++)
        n += has_lane(tui, lane);
    return n;
}

static struct line line_of(const struct cs_tui *tui, struct cs_rect at)
{
    const struct scenario_state *state = cs_scenario_state(tui);
    const struct cs_plan_row *row = state->picked ? cs_scenario_selected(tui) : NULL;
    struct line line = {.x = at.x + GUTTER, .w = at.w - GUTTER - 1, .span_ps = span_of(tui)};
    const int64_t whole = whole_ps(tui), last = whole - line.span_ps;
    const int64_t middle = row && time_of(row) >= 0 ? time_of(row) : tui->info.now_ps;
    int y = at.y;

    line.from_ps = middle - line.span_ps / 2;
    line.from_ps = line.from_ps > last ? last : line.from_ps;
    line.from_ps = line.from_ps < 0 ? 0 : line.from_ps;
    for (int lane = 0; lane < LANES; lane++)
        line.y[lane] = has_lane(tui, lane) ? y++ : -1;
    return line;
}

/* ---- marks ----------------------------------------------------------------------------------- */

static struct mark mark_of(const struct cs_tui *tui, const struct cs_plan_row *row)
{
    const bool next = row == &tui->plan.rows[tui->plan.past];

    switch (row->state) {
    case CS_PLAN_HELD:
        return (struct mark){1, 0x25cf, CS_STYLE_GOOD, 1};
    case CS_PLAN_FAILED:
        return (struct mark){1, 0x00d7, CS_STYLE_BAD, 3};
    case CS_PLAN_SKIPPED:
        return (struct mark){1, 0x00b7, CS_STYLE_WARN, 1};
    case CS_PLAN_DONE:
        return row->fault ? (struct mark){1, 0x25b4, CS_STYLE_FAULT, 2}
                          : (struct mark){1, 0x25cf, CS_STYLE_DIM, 1};
    default:
        return row->kind == CS_PLAN_EXPECT
                   ? (struct mark){1, 0x25cb, row->pending ? CS_STYLE_TEXT : CS_STYLE_DIM, 2}
                   : (struct mark){1, 0x25cb, next ? CS_STYLE_HOT : CS_STYLE_TEXT, next ? 3 : 2};
    }
}

static void put_marks(const struct cs_tui *tui, struct cs_canvas *canvas, const struct line *line,
                      enum cs_plan_kind kind, int y)
{
    struct mark cells[CS_CANVAS_MAX_SIDE] = {{0}};

    for (unsigned i = 0; i < tui->plan.count[kind]; i++) {
        const struct cs_plan_row *row = cs_plan_at(&tui->plan, kind, i);
        const int cell = cell_of(line, time_of(row));
        const struct mark mark = mark_of(tui, row);
        if (cell < 0)
            continue;
        const unsigned n = cells[cell].n + 1;
        if (mark.rank > cells[cell].rank)
            cells[cell] = mark;
        cells[cell].n = n;
    }
    for (int x = 0; x < line->w; x++)
        if (cells[x].n)
            cs_canvas_put_ch(canvas, line->x + x, y, cells[x].style,
                             cells[x].n == 1   ? cells[x].ch
                             : cells[x].n < 10 ? (uint32_t)('0' + cells[x].n)
                                               : '+');
}

static void put_fault(const struct cs_tui *tui, struct cs_canvas *canvas, const struct line *line,
                      const struct cs_tui_fault *fault)
{
    const int64_t end = fault->live ? tui->info.now_ps : fault->ended_ps;
    const int64_t first = fault->armed_ps > line->from_ps ? fault->armed_ps : line->from_ps;
    const int64_t to = line->from_ps + line->span_ps;
    const int from_x = cell_of(line, first), to_x = cell_of(line, end < to ? end : to);
    const int fired = fault->fired_ps >= 0 ? cell_of(line, fault->fired_ps) : -1;

    for (int x = from_x; from_x >= 0 && x <= to_x; x++)
        cs_canvas_put_ch(canvas, line->x + x, line->y[LANE_FAULTS],
                         fault->live ? CS_STYLE_FAULT : CS_STYLE_DIM, 0x2500);
    if (fault->active && to_x >= 0)
        cs_canvas_put_ch(canvas, line->x + to_x, line->y[LANE_FAULTS], CS_STYLE_FIRED, 0x25a0);
    else if (fired >= 0)
        cs_canvas_put_ch(canvas, line->x + fired, line->y[LANE_FAULTS], CS_STYLE_FIRED, 0x25a0);
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* What was, up to an eighth of a cell. */
static void put_bar(const struct cs_tui *tui, struct cs_canvas *canvas, const struct line *line)
{
    const double part = (double)(tui->info.now_ps - line->from_ps) / (double)line->span_ps;
    const int eighths = part <= 0 ? 0 : part >= 1 ? 8 * line->w : (int)(part * 8 * line->w);
    const uint8_t style = tui->plan.failed ? CS_STYLE_BAD : CS_STYLE_GOOD;

    for (int x = 0; x < line->w; x++) {
        const int fill = eighths - 8 * x;
        cs_canvas_put_ch(canvas, line->x + x, line->y[LANE_BAR], fill > 0 ? style : CS_STYLE_FAINT,
                         fill >= 8  ? 0x2588
                         : fill > 0 ? (uint32_t)(0x2590 - fill)
                                    : 0x00b7);
    }
}

static int64_t tick_of(const struct line *line)
{
    static const int steps[] = {1, 2, 5};
    int64_t unit = CS_PS_PER_US;

    for (int i = 0; unit < INT64_MAX / 100; i++) {
        const int64_t tick = unit * steps[i % 3];
        if ((double)tick / (double)line->span_ps * line->w >= TICK)
            return tick;
        if (i % 3 == 2)
            unit *= 10;
    }
    return line->span_ps;
}

static void put_scale(struct cs_canvas *canvas, const struct line *line)
{
    const int64_t tick = tick_of(line);
    char text[40];

    const int64_t to_ps = line->from_ps + line->span_ps;

    for (int64_t at = (line->from_ps + tick - 1) / tick * tick; at <= to_ps; at += tick) {
        const int x = cell_of(line, at);
        cs_units_format_time(at, text, sizeof text);
        if (x >= 0 && x + cs_text_width(text) + 1 <= line->w)
            cs_canvas_printf(canvas, line->x + x, line->y[LANE_SCALE], CS_STYLE_DIM, "%s%s", "│",
                             text);
        if (at > INT64_MAX - tick)
            break;
    }
}

/* The present, where nothing else stands. */
static void put_now(const struct cs_tui *tui, struct cs_canvas *canvas, const struct line *line)
{
    const int x = cell_of(line, tui->info.now_ps);

    for (int lane = LANE_DOES; x >= 0 && lane < LANE_SCALE; lane++) {
        const int y = line->y[lane];
        if (y >= 0 && y < canvas->height && line->x + x < canvas->width &&
            canvas->cells[y * canvas->stride + line->x + x].ch == ' ')
            cs_canvas_put_ch(canvas, line->x + x, y, CS_STYLE_GOOD, 0x2502);
    }
}

static void put_labels(const struct cs_tui *tui, struct cs_canvas *canvas, const struct line *line,
                       int x)
{
    static const char *const names[LANES] = {"", "does", "expected", "faults", ""};
    char text[40];

    for (int lane = 0; lane < LANES; lane++)
        if (line->y[lane] >= 0)
            cs_canvas_field(canvas, x, line->y[lane], GUTTER - 1, true,
                            lane == LANE_EXPECT && tui->plan.failed ? CS_STYLE_BAD
                                                                    : CS_STYLE_COLUMN,
                            names[lane]);
    if (cs_scenario_state(tui)->zoom > 0)
        cs_canvas_field(canvas, x, line->y[LANE_BAR], GUTTER - 1, true, CS_STYLE_INFO,
                        cs_text_span(line->span_ps, text));
    else
        cs_canvas_field(canvas, x, line->y[LANE_BAR], GUTTER - 1, true, CS_STYLE_COLUMN,
                        tui->info.duration_ps > 0 ? "all" : "so far");
}

void cs_scenario_line_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct line line = line_of(tui, at);
    const struct cs_plan_row *row = cs_scenario_selected(tui);
    unsigned n = cs_fault_list_count(&tui->fault_list);

    put_labels(tui, canvas, &line, at.x);
    put_bar(tui, canvas, &line);
    put_marks(tui, canvas, &line, CS_PLAN_ACTION, line.y[LANE_DOES]);
    if (line.y[LANE_EXPECT] >= 0)
        put_marks(tui, canvas, &line, CS_PLAN_EXPECT, line.y[LANE_EXPECT]);
    while (line.y[LANE_FAULTS] >= 0 && n-- > 0) /* the armed ones over the others */
        put_fault(tui, canvas, &line, cs_fault_list_at(&tui->fault_list, n));
    put_scale(canvas, &line);
    put_now(tui, canvas, &line);
    if (row && row->kind <= CS_PLAN_EXPECT && cell_of(&line, time_of(row)) >= 0)
        cs_canvas_select(
            canvas,
            (struct cs_rect){line.x + cell_of(&line, time_of(row)),
                             line.y[row->kind == CS_PLAN_EXPECT ? LANE_EXPECT : LANE_DOES], 1, 1});
}

/* ---- keys and the mouse ---------------------------------------------------------------------- */

void cs_scenario_zoom(struct cs_tui *tui, int by)
{
    struct scenario_state *state = cs_scenario_state(tui);

    if (by > 0 && (span_of(tui) == MIN_SPAN || state->zoom == ZOOM_MOST))
        return;
    state->zoom += by;
    state->zoom = state->zoom < 0 ? 0 : state->zoom;
}

static int distance(const struct line *line, const struct cs_plan_row *row, int cell)
{
    const int at = cell_of(line, time_of(row));

    return at < 0 ? line->w : at > cell ? at - cell : cell - at;
}

/* A row of a kind in that cell or beside it: who clicks there again gets the next one. */
static int row_near(const struct cs_tui *tui, const struct line *line, enum cs_plan_kind kind,
                    int cell)
{
    const struct cs_plan_row *sel = cs_scenario_selected(tui);
    int off = 2, first = -1;
    bool beyond = false;

    for (unsigned i = 0; i < tui->plan.count[kind]; i++) {
        const int at = distance(line, cs_plan_at(&tui->plan, kind, i), cell);
        off = at < off ? at : off;
    }
    for (unsigned i = 0; off < 2 && i < tui->plan.count[kind]; i++) {
        const struct cs_plan_row *row = cs_plan_at(&tui->plan, kind, i);
        if (distance(line, row, cell) != off)
            continue;
        if (beyond)
            return (int)i;
        first = first < 0 ? (int)i : first;
        beyond = row == sel;
    }
    return first;
}

static const struct cs_tui_fault *fault_near(const struct cs_tui *tui, const struct line *line,
                                             int cell)
{
    for (unsigned i = 0; i < cs_fault_list_count(&tui->fault_list); i++) {
        const struct cs_tui_fault *fault = cs_fault_list_at(&tui->fault_list, i);
        const int64_t end = fault->live ? tui->info.now_ps : fault->ended_ps;
        const int64_t at = line->from_ps + line->span_ps / line->w * cell;
        if (at + line->span_ps / line->w >= fault->armed_ps && at <= end)
            return fault;
    }
    return NULL;
}

/* The row that armed it, where it was the scenario. */
static int row_of_fault(const struct cs_tui *tui, int id)
{
    for (unsigned i = 0; i < tui->plan.count[CS_PLAN_ACTION]; i++)
        if (cs_plan_at(&tui->plan, CS_PLAN_ACTION, i)->fault == id)
            return (int)i;
    return -1;
}

void cs_scenario_line_mouse(struct cs_tui *tui, const struct cs_mouse *mouse, struct cs_rect at)
{
    const struct line line = line_of(tui, at);
    const int cell = mouse->x - line.x;
    const struct cs_tui_fault *fault = NULL;
    int side = SIDE_TIME, row = -1;

    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        cs_scenario_zoom(tui, mouse->kind == CS_MOUSE_UP ? 1 : -1);
        return;
    }
    if (mouse->kind > CS_MOUSE_DOUBLE || cell < 0 || cell >= line.w)
        return;
    if (mouse->y == line.y[LANE_FAULTS] && (fault = fault_near(tui, &line, cell))) {
        row = row_of_fault(tui, fault->id);
        cs_tui_say(tui, false, "fault %d: %.120s", fault->id, fault->text);
    } else if (mouse->y == line.y[LANE_EXPECT]) {
        side = SIDE_WATCH;
        row = row_near(tui, &line, CS_PLAN_EXPECT, cell);
    } else {
        row = row_near(tui, &line, CS_PLAN_ACTION, cell);
    }
    if (row >= 0)
        cs_scenario_select(tui, side, row);
    else if (!fault)
        cs_tui_say(tui, false, "nothing there: the wheel, > and < bring it closer");
}
