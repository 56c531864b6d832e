/* SPDX-License-Identifier: MIT */
/* view_scenario_draw.c - what was is dim, what comes next stands out with the time until then. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view_scenario.h"
#include "tui/widgets.h"

#define COUNTDOWN 12 /* cells, so that what is beside it stands still */
#define OUTCOME   19 /* cells */

/* ---- what came of it ------------------------------------------------------------------------- */

/* Of a fault that it armed: what it is doing. False: it is forgotten. */
static bool fault_outcome(const struct cs_tui *tui, int id, uint8_t *style, char *text, size_t size)
{
    const struct cs_tui_fault *fault = cs_fault_list_find(&tui->fault_list, id);

    if (!fault)
        return false;
    *style = fault->active ? CS_STYLE_FIRED : fault->live ? CS_STYLE_FAULT : CS_STYLE_DIM;
    if (fault->fired)
        snprintf(text, size, "%s ×%" PRIu64,
                 fault->active ? "acts now"
                 : fault->live ? "armed, fired"
                               : "over, fired",
                 fault->fired);
    else
        snprintf(text, size, "%s",
                 fault->active ? "acts now"
                 : fault->live ? "armed"
                               : "over, never fired");
    return true;
}

static void countdown(const struct cs_tui *tui, const char *before, int64_t at_ps, char *text,
                      size_t size)
{
    const int64_t left = at_ps - tui->info.now_ps;
    char buf[CS_NUMBER_MAX];

    snprintf(text, size, "%sin %s", before, cs_text_span(left > 0 ? left : 0, buf));
}

static uint8_t action_outcome(const struct cs_tui *tui, const struct cs_plan_row *row, char *text,
                              size_t size)
{
    const unsigned at = (unsigned)(row - tui->plan.rows);
    uint8_t style = CS_STYLE_DIM;

    if (row->fault && fault_outcome(tui, row->fault, &style, text, size))
        return style;
    if (row->state == CS_PLAN_SKIPPED)
        snprintf(text, size, "skipped");
    else if (row->state == CS_PLAN_DONE)
        snprintf(text, size, "done");
    else
        countdown(tui, "", row->at_ps, text, size);
    return row->state == CS_PLAN_SKIPPED                                         ? CS_STYLE_WARN
           : at == tui->plan.past && row->at_ps - tui->info.now_ps < CS_PS_PER_S ? CS_STYLE_HOT
           : at == tui->plan.past                                                ? CS_STYLE_WARN
                                                                                 : CS_STYLE_DIM;
}

static uint8_t trigger_outcome(const struct cs_tui *tui, const struct cs_plan_row *row, char *text,
                               size_t size)
{
    char before[32] = "";
    uint8_t style;

    if (row->fault && fault_outcome(tui, row->fault, &style, text, size))
        return style;
    if (row->count)
        snprintf(before, sizeof before, "×%" PRId64 " ", row->count);
    if (row->state == CS_PLAN_DONE)
        snprintf(text, size, "%s%s", before, row->count ? "over" : "never came");
    else if (row->at_ps >= 0)
        countdown(tui, before, row->at_ps, text, size);
    else
        snprintf(text, size, "%swaits", before);
    return row->state == CS_PLAN_DONE ? CS_STYLE_DIM
           : row->at_ps >= 0          ? CS_STYLE_WARN
           : row->count               ? CS_STYLE_INFO
                                      : CS_STYLE_TEXT;
}

uint8_t cs_scenario_outcome(const struct cs_tui *tui, const struct cs_plan_row *row, char *text,
                            size_t size)
{
    char buf[CS_NUMBER_MAX];

    if (row->kind == CS_PLAN_ACTION)
        return action_outcome(tui, row, text, size);
    if (row->kind == CS_PLAN_TRIGGER)
        return trigger_outcome(tui, row, text, size);
    if (row->kind == CS_PLAN_VARIABLE) {
        snprintf(text, size, "%" PRId64, row->count);
        return CS_STYLE_BRIGHT;
    }
    if (row->state == CS_PLAN_WAITS) {
        snprintf(text, size, "%s", row->pending ? "undecided" : "not begun");
        return row->pending ? CS_STYLE_TEXT : CS_STYLE_DIM;
    }
    snprintf(text, size, "%s %s", row->state == CS_PLAN_HELD ? "held" : "failed",
             cs_text_clock(row->at_ps, buf));
    return row->state == CS_PLAN_HELD ? CS_STYLE_GOOD : CS_STYLE_BAD;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Cells that names take, within reason. */
static int who_width(const struct cs_tui *tui, int side, int top, int page, int most)
{
    int width = 4;

    for (int line = top; line < top + page; line++) {
        const int row = cs_scenario_row_of(tui, side, line);
        if (row < 0)
            continue;
        const char *who = cs_plan_text(cs_scenario_row(tui, side, (unsigned)row), CS_PLAN_WHO);
        const int n = cs_text_width(who);
        width = n > width ? n : width;
    }
    return width < most ? width : most;
}

static void draw_action(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        int who, const struct cs_plan_row *row)
{
    const bool past = row->state != CS_PLAN_WAITS, next = row == &tui->plan.rows[tui->plan.past];
    const int most = at.w < 48 ? 12 : OUTCOME, least = past ? 0 : COUNTDOWN;
    char text[64], buf[CS_NUMBER_MAX];
    uint8_t style = cs_scenario_outcome(tui, row, text, sizeof text);
    int x = at.x + 1, outcome = cs_text_width(text) + 1;

    outcome = outcome < least ? least : outcome < most ? outcome : most;

    x = cs_canvas_field(canvas, x, at.y, 11, true, past ? CS_STYLE_FAINT : CS_STYLE_TEXT,
                        cs_text_clock(row->at_ps, buf));
    x = cs_canvas_field(canvas, x + 2, at.y, who, false, past ? CS_STYLE_DIM : CS_STYLE_NODE,
                        cs_plan_text(row, CS_PLAN_WHO));
    cs_canvas_field(canvas, x + 2, at.y, at.x + at.w - outcome - x - 3, false,
                    past   ? CS_STYLE_DIM
                    : next ? CS_STYLE_BRIGHT
                           : CS_STYLE_TEXT,
                    cs_plan_text(row, CS_PLAN_WHAT));
    cs_canvas_field(canvas, at.x + at.w - outcome, at.y, outcome - 1, true, style, text);
}

/* The moment between what was and what is to come. */
static void draw_now(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    char text[96], buf[CS_NUMBER_MAX];

    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w - 1, 1}, CS_STYLE_GOOD, 0x2500);
    cs_canvas_put_ch(canvas, at.x, at.y, CS_STYLE_GOOD, 0x25b6);
    snprintf(text, sizeof text, " %s ", cs_text_clock(tui->info.now_ps, buf));
    cs_canvas_put(canvas, at.x + 12 - cs_text_width(text) + 1, at.y, CS_STYLE_GOOD, text);
    cs_canvas_put(canvas, at.x + 14, at.y, CS_STYLE_GOOD,
                  tui->info.finished                                  ? " over "
                  : tui->info.paused                                  ? " paused "
                  : tui->plan.past == tui->plan.count[CS_PLAN_ACTION] ? " all is done "
                                                                      : " now ");
}

static void draw_kind(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      unsigned kind)
{
    static const char *const titles[CS_PLAN_KIND_COUNT] = {[CS_PLAN_EXPECT] = "Expected",
                                                           [CS_PLAN_TRIGGER] = "Whenever",
                                                           [CS_PLAN_VARIABLE] = "Variables"};
    char text[64];

    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w - 1, 1}, CS_STYLE_FAINT, 0x2500);
    if (kind == CS_PLAN_EXPECT)
        snprintf(text, sizeof text, " %s: %u of %u held%s ", titles[kind], tui->plan.held,
                 tui->plan.count[kind], tui->plan.failed ? ", not all" : "");
    else
        snprintf(text, sizeof text, " %s ", titles[kind]);
    cs_canvas_field(
        canvas, at.x + 1, at.y, at.w - 3 < cs_text_width(text) ? at.w - 3 : cs_text_width(text),
        false, kind == CS_PLAN_EXPECT && tui->plan.failed ? CS_STYLE_BAD : CS_STYLE_COLUMN, text);
}

static const char *watched_text(const struct cs_plan_row *row, char *text, size_t size)
{
    const char *who = cs_plan_text(row, CS_PLAN_WHO);

    if (row->kind == CS_PLAN_TRIGGER)
        snprintf(text, size, "%s%s%s · %s", who, *who ? " " : "", cs_plan_text(row, CS_PLAN_WHAT),
                 cs_plan_text(row, CS_PLAN_WHEN));
    else if (row->kind == CS_PLAN_EXPECT && row->state == CS_PLAN_FAILED && row->text[CS_PLAN_SEEN])
        snprintf(text, size, "%s: %s", *who ? who : cs_plan_text(row, CS_PLAN_WHAT),
                 cs_plan_text(row, CS_PLAN_SEEN));
    else
        snprintf(text, size, "%s", *who ? who : cs_plan_text(row, CS_PLAN_WHAT));
    return text;
}

static void draw_watched(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const struct cs_plan_row *row)
{
    const int outcome = at.w < 48 ? 12 : OUTCOME;
    char text[64], what[600];
    const uint8_t style = cs_scenario_outcome(tui, row, text, sizeof text);
    const bool waits = row->state == CS_PLAN_WAITS, over = row->state == CS_PLAN_DONE;

    cs_canvas_put_ch(canvas, at.x + 1, at.y, style,
                     row->kind == CS_PLAN_VARIABLE           ? '='
                     : row->state == CS_PLAN_FAILED          ? 0x00d7
                     : row->state == CS_PLAN_HELD            ? 0x25cf
                     : waits && (row->count || row->pending) ? 0x25b8
                                                             : 0x00b7);
    cs_canvas_field(canvas, at.x + 3, at.y, at.w - outcome - 4, false,
                    over ? CS_STYLE_DIM : CS_STYLE_TEXT, watched_text(row, what, sizeof what));
    cs_canvas_field(canvas, at.x + at.w - outcome, at.y, outcome - 1, true, style, text);
}

/* ---- sides ----------------------------------------------------------------------------------- */

static void draw_line(const struct cs_tui *tui, struct cs_canvas *canvas, int side,
                      struct cs_rect at, int line, int who)
{
    const struct scenario_state *state = cs_scenario_state(tui);
    const int row = cs_scenario_row_of(tui, side, line);

    if (row < 0 && side == SIDE_TIME)
        draw_now(tui, canvas, at);
    else if (row < 0)
        draw_kind(
            tui, canvas, at,
            cs_scenario_row(tui, side, (unsigned)cs_scenario_row_of(tui, side, line + 1))->kind);
    else if (side == SIDE_TIME)
        draw_action(tui, canvas, at, who, cs_scenario_row(tui, side, (unsigned)row));
    else
        draw_watched(tui, canvas, at, cs_scenario_row(tui, side, (unsigned)row));
    if (row >= 0 && row == state->list[side].sel && side == state->side &&
        (state->picked || side == SIDE_WATCH || state->open))
        cs_canvas_select(canvas, (struct cs_rect){at.x, at.y, at.w, 1});
}

static void draw_side(const struct cs_tui *tui, struct cs_canvas *canvas, int side,
                      struct cs_rect at)
{
    const int top = cs_scenario_state(tui)->list[side].top, lines = cs_scenario_lines(tui, side);
    const int most = at.w < 56 ? 8 : at.w < 100 ? 12 : 18;
    int who;

    if (at.h <= 0)
        return;
    who = who_width(tui, side, top, at.h, most);
    if (side == SIDE_TIME) {
        cs_canvas_field(canvas, at.x + 1, at.y, 11, true, CS_STYLE_COLUMN, "at");
        cs_canvas_field(canvas, at.x + 14, at.y, who, false, CS_STYLE_COLUMN, "who");
        cs_canvas_field(canvas, at.x + 16 + who, at.y, at.w - 20 - who, false, CS_STYLE_COLUMN,
                        "does what");
        at.y++;
        at.h--;
    }
    for (int i = 0; i < at.h && top + i < lines; i++)
        draw_line(tui, canvas, side, (struct cs_rect){at.x, at.y + i, at.w, 1}, top + i, who);
}

/* ---- where it is written ----------------------------------------------------------------------
 */

/* The JSON from a line on, indented by two blanks, what is too long on the next line. */
static void draw_json(struct cs_canvas *canvas, struct cs_rect at, const char *json, int skip)
{
    int x = 0, y = -skip;
    uint32_t ch, before = 0;

    for (; (ch = cs_utf8_next(&json)) && y < at.h; before = ch) {
        if (ch == '\n' || x + cs_char_width(ch) > at.w) {
            x = 0;
            y++;
        }
        if (ch == '\n')
            continue;
        if (ch != '\t' && y >= 0 && y < at.h)
            cs_canvas_put_ch(canvas, at.x + x, at.y + y, CS_STYLE_TEXT, ch);
        x += ch == '\t' && before != ':' ? 2 : cs_char_width(ch);
    }
}

static void draw_panel(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_plan_row *row = cs_scenario_selected(tui);
    const char *json;
    char title[512];
    int y = at.y;

    if (at.h <= 1 || !row)
        return;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, y, at.w, 1}, CS_STYLE_BOX, 0x2500);
    snprintf(title, sizeof title, " %s ",
             row->text[CS_PLAN_PLACE] ? row->text[CS_PLAN_PLACE] : "a variable");
    cs_canvas_field(canvas, at.x + 1, y,
                    at.w - 2 < cs_text_width(title) ? at.w - 2 : cs_text_width(title), false,
                    CS_STYLE_BOX_TITLE, title);
    y++;
    if (row->kind == CS_PLAN_EXPECT && y < at.y + at.h - 1) {
        cs_canvas_field(canvas, at.x + 1, y++, at.w - 2, false, CS_STYLE_TEXT,
                        cs_plan_text(row, CS_PLAN_WHAT));
        if (row->text[CS_PLAN_SEEN] && y < at.y + at.h - 1)
            cs_canvas_field(canvas, at.x + 1, y++, at.w - 2, false,
                            row->state == CS_PLAN_FAILED ? CS_STYLE_BAD : CS_STYLE_GOOD,
                            cs_plan_text(row, CS_PLAN_SEEN));
    }
    json = cs_plan_text(row, CS_PLAN_JSON);
    draw_json(canvas, (struct cs_rect){at.x + 1, y, at.w - 2, at.y + at.h - y}, json,
              cs_scenario_state(tui)->panel_top);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void draw_nothing(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    static const char *const none[] = {
        "no scenario: this host was started without one", "",
        "cansim-tui scenarios/examples/demo.json", "",
        "i sends a frame, : arms a fault, and w saves all of it as a scenario"};
    static const char *const empty[] = {"this scenario has no timeline and expects nothing", "",
                                        "e edits it, R runs it again"};
    static const char *const log[] = {"this is a log: it has no scenario", "", ":export FILE.json",
                                      "", "makes one that sends what the trace shows"};
    static const char *const remote[] = {"the host does not tell what it runs", "",
                                         "cansim-tui FILE.json", "",
                                         "runs a scenario in this window"};
    const char *const *lines = tui->info.log[0]      ? log
                               : tui->plan.file[0]   ? empty
                               : tui->info.remote[0] ? remote
                                                     : none;
    const int n = tui->plan.file[0] && !tui->info.log[0] ? 3 : 5;

    for (int i = 0; i < n; i++) {
        const int width = cs_text_width(lines[i]), x = (body.w - width) / 2;
        cs_canvas_field(canvas, x > 0 ? x : 0, body.y + (body.h - n) / 2 + i,
                        width < body.w ? width : body.w, false,
                        i == 2 ? CS_STYLE_KEY : CS_STYLE_DIM, lines[i]);
    }
}

void cs_scenario_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    struct scenario_places places;

    if (!tui->plan.n) {
        draw_nothing(tui, canvas, body);
        return;
    }
    cs_scenario_places(tui, &places);
    if (places.line.h)
        cs_scenario_line_draw(tui, canvas, places.line);
    for (int side = 0; side < SIDES; side++)
        draw_side(tui, canvas, side, places.side[side]);
    if (places.columns)
        cs_canvas_fill(canvas,
                       (struct cs_rect){places.side[SIDE_WATCH].x - 1, places.side[SIDE_WATCH].y, 1,
                                        places.side[SIDE_WATCH].h},
                       CS_STYLE_FAINT, 0x2502);
    draw_panel(tui, canvas, places.panel);
}
