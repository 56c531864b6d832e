/* SPDX-License-Identifier: MIT */
/* view_wire.c - the bus as a logic analyzer shows it. Which attempt is in sight is the trace's
 * business: its selected row, or the newest where it follows; moving here moves there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/view_wire.h"
#include "tui/widgets.h"

#define LOOK_BACK 256     /* rows, for the newest attempt */
#define SLOW      50u     /* permille: what is on the wire can be watched */
#define LOOK_FAR  100000u /* rows, for the next error */

const struct wire_zoom wire_zooms[] = {
    {8, 0},
    {4, 0},
    {2, 0},
    {1, 0},
    {0, 5 * CS_PS_PER_US},
    {0, 10 * CS_PS_PER_US},
    {0, 20 * CS_PS_PER_US},
    {0, 50 * CS_PS_PER_US},
    {0, 100 * CS_PS_PER_US},
    {0, 200 * CS_PS_PER_US},
    {0, 500 * CS_PS_PER_US},
    {0, CS_PS_PER_MS},
    {0, 2 * CS_PS_PER_MS},
    {0, 5 * CS_PS_PER_MS},
    {0, 10 * CS_PS_PER_MS},
};
const int wire_n_zooms = sizeof wire_zooms / sizeof *wire_zooms;

#define FIRST_ZOOM 1

static struct wire_state *state_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_wire);
}

static int init(void *state)
{
    struct wire_state *wire = state;

    wire->zoom = FIRST_ZOOM;
    wire->sel = UINT64_MAX;
    return 0;
}

/* ---- which attempt ----------------------------------------------------------------------------
 */

static bool ends(const struct cs_row *row)
{
    return row && (row->kind == CS_EV_FRAME || row->kind == CS_EV_ERROR_FRAME);
}

/* The newest row that ends an attempt, else the newest at all. */
static uint64_t newest(const struct cs_tui *tui)
{
    uint64_t number = cs_trace_before(tui, tui->ring.end), at = number;

    for (int i = 0; i < LOOK_BACK && at != UINT64_MAX; i++) {
        if (ends(cs_tui_ring_get(&tui->ring, at)))
            return at;
        at = cs_trace_before(tui, at);
    }
    return number;
}

/* The bus whose frame began last and is still on the wire; -1 for none, or where it could not be
 * watched anyway. */
static int air_bus(const struct cs_tui *tui)
{
    int latest = -1;

    if (!tui->info.paused && (tui->info.speed_permille == 0 || tui->info.speed_permille > SLOW))
        return -1;
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (tui->air->bus[b].on &&
            (latest < 0 || tui->air->bus[b].start_ps > tui->air->bus[latest].start_ps))
            latest = (int)b;
    return latest;
}

static bool take(const struct cs_tui *tui, struct wire_state *wire)
{
    const int bus = tui->trace.follow ? air_bus(tui) : -1;

    if (bus >= 0 && cs_shot_take_air(tui, (unsigned)bus, &wire->shot))
        return true;
    return cs_shot_take(tui, tui->trace.follow ? newest(tui) : tui->trace.sel, &wire->shot);
}

static void keep_in_sight(const struct cs_tui *tui, struct wire_state *wire)
{
    const struct cs_rect body = cs_tui_body(tui);
    const int n = (int)wire->shot.n_bits, room = wire_room(wire, &body) * wire_strips(wire, &body);
    const int lanes = wire_lanes(wire, &body), edge = room > 12 ? 4 : 0;

    wire->cursor = wire->cursor >= n ? n - 1 : wire->cursor;
    wire->cursor = wire->cursor < 0 ? 0 : wire->cursor;
    if (wire->left > wire->cursor - edge)
        wire->left = wire->cursor - edge;
    if (wire->left < wire->cursor + edge - room + 1)
        wire->left = wire->cursor + edge - room + 1;
    if (wire->left > n - room)
        wire->left = n - room;
    if (wire->left < 0)
        wire->left = 0;
    if (wire->lane_top > (int)wire->shot.n_lanes - lanes)
        wire->lane_top = (int)wire->shot.n_lanes - lanes;
    if (wire->lane_top < 0)
        wire->lane_top = 0;
}

static void place_time(const struct cs_tui *tui, struct wire_state *wire)
{
    const struct cs_rect body = cs_tui_body(tui);
    const int64_t column = wire_zooms[wire->zoom].column_ps;
    const int64_t span = (body.w > 20 ? body.w - 8 : body.w) * column;

    if (tui->trace.follow || !wire->have) {
        wire->from_ps = (tui->info.now_ps - span) / column * column + column;
    } else if (wire->shot.start_ps < wire->from_ps + span / 16 ||
               wire->shot.start_ps > wire->from_ps + span - span / 16) {
        wire->from_ps = (wire->shot.start_ps - span / 2) / column * column;
    }
    if (wire->from_ps < 0)
        wire->from_ps = 0;
}

/* Where a row that was just selected points: the bit that was lost, the bit with the error. */
static void point(const struct cs_tui *tui, struct wire_state *wire)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, tui->trace.sel);

    if (tui->trace.follow || wire->sel == tui->trace.sel || !row)
        return;
    wire->sel = tui->trace.sel;
    if (row->kind == CS_EV_ARB_LOST ||
        (row->kind == CS_EV_ERROR && row->field < CS_FIELD_INTERMISSION))
        wire->cursor = row->bit;
    for (unsigned i = wire->shot.n_lanes; row->kind == CS_EV_ERROR_FRAME && i-- > 0;)
        if (wire->shot.lane[i].error >= 0)
            wire->cursor = wire->shot.lane[i].error;
}

static void refresh(struct cs_tui *tui)
{
    struct wire_state *wire = state_of(tui);

    wire->have = take(tui, wire);
    if (wire->have && wire->shot.row == UINT64_MAX)
        wire->cursor = (int)wire->shot.n_bits - 1; /* it grows */
    else if (wire->have)
        point(tui, wire);
    if (wire_is_time(wire))
        place_time(tui, wire);
    else if (wire->have)
        keep_in_sight(tui, wire);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_nothing(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const char *text = tui->ring.end == tui->ring.first
                           ? tui->info.log[0] ? "the log has no frames"
                                              : "no frame was on the wire yet: i sends one"
                           : "this row is about no frame: PgUp and PgDn go to one, f to the newest";

    cs_canvas_put(canvas, (body.w - cs_text_width(text)) / 2, body.h / 2, CS_STYLE_DIM, text);
}

static void moved(struct cs_tui *tui, const struct cs_rows_moved *moved)
{
    struct wire_state *wire = state_of(tui);

    wire->sel = cs_rows_moved_to(moved, wire->sel);
    wire->shot.row = cs_rows_moved_to(moved, wire->shot.row);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct wire_state *wire = state_of(tui);

    if (wire_is_time(wire) && tui->n_buses)
        wire_draw_time(tui, wire, canvas, body);
    else if (wire->have)
        wire_draw_bits(tui, wire, canvas, body);
    else
        draw_nothing(tui, canvas, body);
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct wire_state *wire = state_of(tui);
    const char *follows = tui->trace.follow ? " · following" : "";
    char at[40];

    text[0] = '\0';
    if (wire_is_time(wire))
        snprintf(text, size, "time line%s", follows);
    else if (wire->have)
        snprintf(text, size, "bit %d/%u · %s s%s", wire->cursor, wire->shot.n_bits,
                 cs_units_format_seconds(wire->shot.start_ps, at, sizeof at), follows);
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct wire_state *wire = state_of(tui);
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, wire->shot.row);
    char text[CS_FAULT_TEXT_MAX + 256] = "";

    if (!wire->have)
        return;
    if (!wire_is_time(wire))
        wire_bit_words(tui, wire, text, sizeof text);
    else if (row)
        cs_row_detail(tui, row, text, sizeof text);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- moving among frames ----------------------------------------------------------------------
 */

/* Select a row of the trace, so that it is on its page as well. */
static void select_row(struct cs_tui *tui, uint64_t number)
{
    struct cs_trace_state *trace = &tui->trace;
    uint64_t top = number;

    for (int i = 0; i < 3; i++) {
        uint64_t before = cs_trace_before(tui, top);
        top = before == UINT64_MAX ? top : before;
    }
    trace->follow = false;
    if (number < trace->top || number > trace->top + 8)
        trace->top = top;
    trace->sel = number;
}

static uint64_t here(const struct cs_tui *tui)
{
    const struct wire_state *wire = state_of(tui);

    if (wire->have && wire->shot.row != UINT64_MAX && cs_tui_ring_get(&tui->ring, wire->shot.row))
        return wire->shot.row;
    return tui->trace.follow ? tui->ring.end : tui->trace.sel;
}

static bool is_shown(const struct cs_tui *tui, const struct cs_row *row)
{
    const struct wire_state *wire = state_of(tui);

    return wire->have && row->bus == wire->shot.bus && row->start_ps == wire->shot.start_ps;
}

/* The next row that ends another attempt, or an error frame alone; UINT64_MAX: none. */
static uint64_t look(const struct cs_tui *tui, uint64_t number, int by, bool errors)
{
    for (unsigned i = 0; i < LOOK_FAR && number != UINT64_MAX; i++) {
        number = by < 0 ? cs_trace_before(tui, number) : cs_trace_from(tui, number + 1);
        const struct cs_row *row =
            number == UINT64_MAX ? NULL : cs_tui_ring_get(&tui->ring, number);
        if (row && (errors ? row->kind == CS_EV_ERROR_FRAME : ends(row)) && !is_shown(tui, row))
            return number;
    }
    return UINT64_MAX;
}

static void move_frame(struct cs_tui *tui, int by)
{
    uint64_t number = here(tui);

    if (by > 0 && tui->trace.follow)
        return;
    for (int n = by < 0 ? -by : by; n > 0; n--) {
        uint64_t next = look(tui, number, by, false);
        if (next == UINT64_MAX)
            break;
        number = next;
    }
    if (number < tui->ring.end)
        select_row(tui, number);
}

static void move_error(struct cs_tui *tui, int by)
{
    uint64_t number = look(tui, here(tui), by, true);

    if (number == UINT64_MAX) {
        cs_tui_say(tui, false, "no error frame %s this one", by < 0 ? "before" : "after");
        return;
    }
    select_row(tui, number);
}

static void follow(struct cs_tui *tui, int toggle)
{
    if (toggle && tui->trace.follow)
        move_frame(tui, 0);
    else
        tui->trace.follow = true;
}

static void go_oldest(struct cs_tui *tui, int unused)
{
    uint64_t first = cs_trace_from(tui, 0);

    (void)unused;
    if (first == UINT64_MAX)
        return;
    state_of(tui)->have = false; /* the one in sight may be the oldest */
    select_row(tui, first);
    if (!ends(cs_tui_ring_get(&tui->ring, first)) && look(tui, first, 1, false) != UINT64_MAX)
        select_row(tui, look(tui, first, 1, false));
}

/* ---- moving among bits ------------------------------------------------------------------------
 */

/* What is looked at closely stays. */
static void hold(struct cs_tui *tui)
{
    if (tui->trace.follow && here(tui) < tui->ring.end)
        select_row(tui, here(tui));
}

static void move_bit(struct cs_tui *tui, int by)
{
    struct wire_state *wire = state_of(tui);

    if (wire_is_time(wire)) {
        move_frame(tui, by);
        return;
    }
    if (!wire->have)
        return;
    hold(tui);
    wire->cursor += by;
    keep_in_sight(tui, wire);
}

static void move_field(struct cs_tui *tui, int by)
{
    struct wire_state *wire = state_of(tui);
    unsigned first;

    if (!wire->have || wire_is_time(wire)) {
        move_frame(tui, by);
        return;
    }
    hold(tui);
    first = wire_part_first(&wire->shot, (unsigned)wire->cursor);
    if (by > 0 && wire_part_end(&wire->shot, first) < wire->shot.n_bits)
        wire->cursor = (int)wire_part_end(&wire->shot, first);
    else if (by < 0 && (int)first < wire->cursor)
        wire->cursor = (int)first;
    else if (by < 0 && first > 0)
        wire->cursor = (int)wire_part_first(&wire->shot, first - 1);
    keep_in_sight(tui, wire);
}

static void move_lanes(struct cs_tui *tui, int by)
{
    struct wire_state *wire = state_of(tui);

    wire->lane_top = wire->lane_top + by > 0 ? wire->lane_top + by : 0;
    if (wire->have && !wire_is_time(wire))
        keep_in_sight(tui, wire);
}

static void zoom(struct cs_tui *tui, int by)
{
    struct wire_state *wire = state_of(tui);
    char span[CS_NUMBER_MAX];

    if (wire->zoom + by < 0 || wire->zoom + by >= wire_n_zooms)
        return;
    wire->zoom += by;
    if (wire_is_time(wire))
        cs_tui_say(tui, false, "%s a column: Left and Right go from frame to frame",
                   cs_text_span(wire_zooms[wire->zoom].column_ps, span));
    else
        cs_tui_say(tui, false, "%d column%s a bit", wire_zooms[wire->zoom].columns,
                   wire_zooms[wire->zoom].columns == 1 ? "" : "s");
    if (wire->have && !wire_is_time(wire))
        keep_in_sight(tui, wire);
    if (wire_is_time(wire) && !tui->trace.follow)
        wire->from_ps = INT64_MAX / 2; /* around the frame */
}

static void set_mark(struct wire_state *wire)
{
    wire->marked = true;
    wire->mark_bit = (unsigned)wire->cursor;
    wire->mark_bus = wire->shot.bus;
    wire->mark_start_ps = wire->shot.start_ps;
    wire->mark_ps = wire->shot.start_ps + wire->shot.bit[wire->cursor].at_ps;
}

static void mark(struct cs_tui *tui, int unused)
{
    struct wire_state *wire = state_of(tui);

    (void)unused;
    if (!wire->have || wire_is_time(wire))
        return;
    hold(tui);
    if (wire->marked && wire->mark_bus == wire->shot.bus &&
        wire->mark_start_ps == wire->shot.start_ps && (int)wire->mark_bit == wire->cursor) {
        wire->marked = false;
        cs_tui_say(tui, false, "the mark is gone");
        return;
    }
    set_mark(wire);
    cs_tui_say(tui, false, "marked: times are measured from here, m again takes it away");
}

static void step_bit(struct cs_tui *tui, int unused)
{
    struct wire_state *wire = state_of(tui);
    const int bus = air_bus(tui);

    (void)unused;
    if (tui->info.log[0]) {
        cs_tui_say(tui, false, "this is a log: nothing runs here, Left and Right go by bits");
        return;
    }
    if (tui->info.finished) {
        cs_tui_say(tui, false, "the scenario is over");
    } else if (cs_tui_denied(tui)) {
        return;
    } else if (!tui->info.paused) {
        tui->host->ops->pause(tui->host->ctx, true);
        tui->info.paused = true;
        cs_tui_say(tui, false, "bus time stands still: s goes on by one bit");
    } else if (!tui->host->ops->step_bit) {
        cs_tui_say(tui, true, "this host does not step by bits; . steps, n goes one frame on");
    } else {
        tui->host->ops->step_bit(tui->host->ctx, bus >= 0 ? (unsigned)bus : wire->shot.bus);
    }
    tui->trace.follow = true;
}

static void why(struct cs_tui *tui, int unused)
{
    const int view = cs_view_find("why");

    (void)unused;
    hold(tui);
    if (view >= 0)
        cs_tui_show_view(tui, (unsigned)view);
}

/* ---- the mouse --------------------------------------------------------------------------------
 */

static void click_time(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct wire_state *wire = state_of(tui);
    unsigned bus;
    int64_t at_ps;

    if (!wire_time_at(tui, wire, cs_tui_body(tui), mouse->x, mouse->y, &bus, &at_ps))
        return;
    for (uint64_t n = cs_tui_ring_after(&tui->ring, at_ps); n < tui->ring.end; n++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (!ends(row) || row->bus != bus)
            continue;
        select_row(tui, n);
        if (mouse->kind == CS_MOUSE_DOUBLE)
            wire->zoom = FIRST_ZOOM;
        return;
    }
}

static void click(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct wire_state *wire = state_of(tui);
    const struct cs_rect body = cs_tui_body(tui);
    int x = mouse->x - wire_gutter(&body);

    if (wire_is_time(wire)) {
        click_time(tui, mouse);
        return;
    }
    if (!wire->have || x < 0)
        return;
    hold(tui);
    x = wire->left + x / wire_zooms[wire->zoom].columns +
        wire_strip_at(wire, &body, mouse->y - body.y) * wire_room(wire, &body);
    wire->cursor = x < (int)wire->shot.n_bits ? x : (int)wire->shot.n_bits - 1;
    if (mouse->kind == CS_MOUSE_PRESS) /* dragging measures from here */
        wire->marked = false;
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct wire_state *wire = state_of(tui);

    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move_bit(tui, mouse->kind == CS_MOUSE_UP ? -1 : 1);
        return;
    }
    if (mouse->kind == CS_MOUSE_DRAG && !wire->marked && wire->have && !wire_is_time(wire))
        set_mark(wire);
    if (mouse->kind != CS_MOUSE_RELEASE)
        click(tui, mouse);
}

/* ---- words and keys ---------------------------------------------------------------------------
 */

static int go_bit(struct cs_tui *tui, const char *rest, char *text, size_t size)
{
    struct wire_state *wire = state_of(tui);
    char name[32], *end;
    const long bit = strtol(rest, &end, 10);

    if (!wire->have) {
        snprintf(text, size, "there is no frame in sight");
        return -1;
    }
    if (end != rest && !*end && bit >= 0 && bit < (long)wire->shot.n_bits) {
        hold(tui);
        wire->cursor = (int)bit;
        return 0;
    }
    for (unsigned b = 0; b < wire->shot.n_bits; b++) {
        snprintf(name, sizeof name, "%s", cs_field_name((enum cs_field)wire->shot.bit[b].field));
        if (strcasecmp(name, rest) != 0)
            continue;
        hold(tui);
        wire->cursor = (int)b;
        return 0;
    }
    snprintf(text, size, "must be 0..%u or a field of this frame such as crc",
             wire->shot.n_bits - 1);
    return -1;
}

static const struct cs_word words[] = {
    {"bit", "N|FIELD", "to a bit, or a field's first", go_bit, NULL},
};

static const struct cs_binding bindings[] = {
    {{CS_KEY_LEFT}, "bit", "the bit before; on the time line the frame before", move_bit, -1},
    {{CS_KEY_RIGHT}, NULL, "the next bit", move_bit, 1},
    {{CS_KEY_HOME}, NULL, "to the first bit", move_bit, -CS_SHOT_BITS},
    {{CS_KEY_END}, NULL, "to the last bit", move_bit, CS_SHOT_BITS},
    {{CS_KEY_PGUP, CS_KEY_UP, 'k'}, NULL, "the frame before", move_frame, -1},
    {{CS_KEY_PGDN, CS_KEY_DOWN, 'j'}, "frame", "the next frame", move_frame, 1},
    {{'s'}, "step bit", "stop bus time, then step by one bit", step_bit, 0},
    {{'['}, NULL, "the field before", move_field, -1},
    {{']'}, "field", "the next field", move_field, 1},
    {{'e'}, "error", "to the next error frame", move_error, 1},
    {{'E'}, NULL, "to the error frame before", move_error, -1},
    {{'g'}, NULL, "to the oldest frame", go_oldest, 0},
    {{'f'}, NULL, "keep the newest frame in sight, or stay", follow, 1},
    {{'G'}, NULL, "to the newest frame, and follow", follow, 0},
    {{'>', 'x'}, "closer", "zoom in: more columns for a bit", zoom, -1},
    {{'<', 'X'}, "wider", "zoom out: more time, to the bus second", zoom, 1},
    {{'m'}, NULL, "mark a bit, to measure from there; or drag", mark, 0},
    {{'}'}, NULL, "scroll the nodes, where there are more", move_lanes, 1},
    {{'{'}, NULL, "and back", move_lanes, -1},
    {{CS_KEY_ENTER}, "why", "what happened to this frame, in words", why, 0},
};

const struct cs_view cs_view_wire = {
    .name = "wire",
    .keys = {'6', CS_KEY_F1 + 6},
    .help = "the bits of a frame; the bus over time",
    .about = "The bits of one frame from start of frame to the end, the level of the bus, and "
             "below it what each node drives: █ dominant, ─ recessive, · it only receives; green: "
             "the ACK, red: an error flag, ░ a passive one, which nobody sees.\n"
             "Marks below the level: ▴ the sample point, s a stuff bit, × a node loses "
             "arbitration, A acknowledged, E an error is seen (! by whom), % the bit rate changes.",
    .title = "Wire",
    .needs = CS_NEEDS_NODES | CS_NEEDS_EDGES,
    .many = true,
    .state_size = sizeof(struct wire_state),
    .init = init,
    .refresh = refresh,
    .moved = moved,
    .draw = draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = words,
    .n_words = sizeof words / sizeof *words,
};
