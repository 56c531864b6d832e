/* SPDX-License-Identifier: MIT */
/* view_stats.c - statistics of each bus: load over time, who takes it, errors, waits, gaps. Where
 * things are, and the keys; view_stats_draw.c and view_stats_lists.c draw them. */
#include "tui/view_stats.h"

#include <inttypes.h>
#include <stdio.h>

#include "tui/query_row.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BUS_WIDTH  60 /* at least, of a bus beside others */
#define TWO_LISTS  76 /* from this width on there are two columns of lists */
#define AXIS_WIDTH 5  /* left of a graph */

static struct cs_stats_state *state_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_stats);
}

/* ---- where things are ------------------------------------------------------------------------ */

unsigned cs_stats_first(const struct cs_tui *tui, const struct cs_stats_state *state,
                        unsigned *shown)
{
    const int w = cs_tui_body(tui).w;
    const unsigned fit = w < 2 * BUS_WIDTH ? 1 : (unsigned)(w / BUS_WIDTH);

    *shown = tui->n_buses < fit ? tui->n_buses : fit;
    *shown = *shown ? *shown : 1;
    if (state->bus + *shown <= tui->n_buses)
        return state->bus / *shown * *shown + *shown <= tui->n_buses ? state->bus / *shown * *shown
                                                                     : tui->n_buses - *shown;
    return tui->n_buses - *shown;
}

/* Two fifths for nodes, or what either leaves to the other. */
static void fit_lists(const struct cs_traffic *traffic, struct cs_stats_place *place)
{
    const int room = place->left.h - 2;
    const int ids = traffic->n_ids ? (int)traffic->n_ids : 1, nodes = (int)traffic->n_nodes;

    place->nodes = nodes < room * 2 / 5 || room - ids < room * 2 / 5 ? room * 2 / 5 : room - ids;
    place->nodes = nodes < place->nodes ? nodes : place->nodes;
    place->ids = ids < room - place->nodes ? ids : room - place->nodes;
    /* The nodes follow at once, or after an empty line. */
    if (room - place->nodes - place->ids > 0)
        place->left.h = place->ids + place->nodes + 3;
}

struct cs_stats_place cs_stats_place(const struct cs_tui *tui, const struct cs_stats_state *state,
                                     unsigned n)
{
    const struct cs_rect body = cs_tui_body(tui);
    unsigned shown;
    struct cs_stats_place place = {.bus = cs_stats_first(tui, state, &shown) + n};
    const int w = (body.w - 2 * ((int)shown - 1) - 1) / (int)shown;
    const int graph = body.h < 12 ? 1 : body.h < 22 ? 4 : body.h / 5;
    int rest;

    place.all = (struct cs_rect){(int)n * (w + 2), 0, w, body.h};
    place.graph = (struct cs_rect){place.all.x + AXIS_WIDTH + 1, 1, w - AXIS_WIDTH - 1, graph};
    rest = body.h - graph - 3;
    place.left = (struct cs_rect){place.all.x + 1, graph + 3, w - 1, rest};
    if (w >= TWO_LISTS) {
        place.left.w = (w - 3) / 2;
        place.right = (struct cs_rect){place.left.x + place.left.w + 2, place.left.y,
                                       w - place.left.w - 3, rest};
    } else if (rest >= 24) {
        place.left.h = rest / 2;
        place.right = (struct cs_rect){place.left.x, place.left.y + place.left.h, place.left.w,
                                       rest - place.left.h};
    }
    fit_lists(&tui->traffic[place.bus], &place);
    return place;
}

const struct cs_stats_point *cs_stats_point_at(const struct cs_traffic *traffic, int width, int x)
{
    const int i = (int)traffic->n_points - width + x;

    return x >= 0 && x < width && i >= 0 && i < (int)traffic->n_points ? &traffic->point[i] : NULL;
}

unsigned cs_stats_share(const struct cs_tui *tui, const struct cs_traffic *traffic, int64_t busy_ps)
{
    const int64_t span = tui->info.now_ps - traffic->since.from_ps;

    if (span <= 0)
        return 0;
    busy_ps = busy_ps < span ? busy_ps : span;
    return (unsigned)(busy_ps / (span / 1000 + 1));
}

char *cs_stats_span(int64_t ps, char *text)
{
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{CS_PS_PER_S, "s"}, {CS_PS_PER_MS, "ms"}, {CS_PS_PER_US, "µs"}};
    unsigned u = 0;
    int64_t whole, part;

    if (ps < CS_PS_PER_US) {
        snprintf(text, CS_NUMBER_MAX, ps < 10 * CS_PS_PER_NS ? "0" : "%dns",
                 (int)(ps / CS_PS_PER_NS));
        return text;
    }
    if (ps >= 1000 * CS_PS_PER_S) {
        snprintf(text, CS_NUMBER_MAX, "%" PRId64 "m", ps / (60 * CS_PS_PER_S) % 1000000);
        return text;
    }
    while (u < 2 && ps < units[u].unit)
        u++;
    whole = ps / units[u].unit % 1000;
    part = ps % units[u].unit * 100 / units[u].unit;
    if (whole >= 100)
        snprintf(text, CS_NUMBER_MAX, "%d%s", (int)whole, units[u].name);
    else if (whole >= 10)
        snprintf(text, CS_NUMBER_MAX, "%d.%d%s", (int)whole, (int)part / 10, units[u].name);
    else
        snprintf(text, CS_NUMBER_MAX, "%d.%02d%s", (int)whole, (int)part, units[u].name);
    return text;
}

/* ---- the view -------------------------------------------------------------------------------- */

static int init(void *state)
{
    ((struct cs_stats_state *)state)->sel = -1;
    return 0;
}

static void refresh(struct cs_tui *tui)
{
    struct cs_stats_state *state = state_of(tui);

    if (state->bus >= tui->n_buses)
        state->bus = 0;
    if (tui->n_buses && state->sel >= (int)tui->traffic[state->bus].n_ids)
        state->sel = (int)tui->traffic[state->bus].n_ids - 1;
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_stats_state *state = state_of(tui);
    unsigned shown = 0;

    if (!tui->n_buses) {
        cs_canvas_put(canvas, 1, body.h / 2, CS_STYLE_DIM, "there is no bus");
        return;
    }
    cs_stats_first(tui, state, &shown);
    for (unsigned n = 0; n < shown; n++) {
        const struct cs_stats_place place = cs_stats_place(tui, state, n);
        if (n > 0)
            cs_canvas_fill(canvas, (struct cs_rect){place.all.x - 1, 0, 1, body.h}, CS_STYLE_FAINT,
                           0x2502);
        cs_stats_draw_head(tui, state, &place, canvas);
        cs_stats_draw_tops(tui, state, &place, canvas);
        cs_stats_draw_waits(tui, &place, canvas);
    }
}

static const char *grain_name(enum cs_stats_grain grain)
{
    static const char *const names[CS_STATS_GRAINS] = {"100 ms", "1 s", "10 s", "1 min"};

    return names[grain];
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_stats_state *state = state_of(tui);
    char since[CS_NUMBER_MAX];
    unsigned shown = 0, first = tui->n_buses ? cs_stats_first(tui, state, &shown) : 0;
    int at = 0;

    if (shown < tui->n_buses)
        at = snprintf(text, size, "bus %u/%u · ", first + 1, tui->n_buses);
    if (tui->n_buses && tui->traffic[first].since.from_ps >= CS_PS_PER_MS)
        at += snprintf(text + at, size - (size_t)at, "%ssince %s · ",
                       tui->traffic[first].since.from_ps == tui->info.from_ps ? "known " : "",
                       cs_text_clock(tui->traffic[first].since.from_ps, since));
    if (tui->info.missed)
        at += snprintf(text + at, size - (size_t)at, "without %s lost events · ",
                       cs_text_count(tui->info.missed, 9, since));
    snprintf(text + at, size - (size_t)at, "%s a bar", grain_name(tui->traffic_grain));
}

/* ---- detail ---------------------------------------------------------------------------------- */

static const struct cs_stats_point *marked(const struct cs_tui *tui,
                                           const struct cs_stats_state *state)
{
    const struct cs_traffic *traffic = &tui->traffic[state->bus];

    for (unsigned i = 0; state->marked && i < traffic->n_points; i++)
        if (traffic->point[i].number == state->mark)
            return &traffic->point[i];
    return NULL;
}

static void point_text(const struct cs_tui *tui, unsigned bus, const struct cs_stats_point *point,
                       char *text, size_t size)
{
    const int64_t span = cs_stats_grain_ps(tui->traffic_grain);
    const uint32_t bps = tui->bus[bus].bitrate_bps;
    const int64_t bit_ps = bps ? CS_PS_PER_S / bps : 1;
    char from[CS_NUMBER_MAX], load[CS_NUMBER_MAX];

    snprintf(text, size,
             "%s from %s on, %s: %" PRId64 " bits, load %s · %u frames · %u error frames",
             tui->bus[bus].name, cs_text_clock(point->number * span, from),
             grain_name(tui->traffic_grain), point->busy_ps / bit_ps,
             cs_text_permille((unsigned)(point->busy_ps / (span / 1000)), load), point->frames,
             point->error_frames);
}

static void id_text(const struct cs_tui *tui, unsigned bus, const struct cs_traffic_top *top,
                    char *text, size_t size)
{
    char id[16], load[CS_NUMBER_MAX], mean[CS_NUMBER_MAX], most[CS_NUMBER_MAX];

    snprintf(id, sizeof id, top->flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32, top->id);
    if (tui->bus[bus].rate_unknown) {
        snprintf(text, size, "%s on %s: %" PRIu64 " frames", id, tui->bus[bus].name,
                 top->did.frames);
        return;
    }
    snprintf(text, size,
             "%s of %s on %s: %" PRIu64 " frames, %" PRIu64
             " bits, load %s · waited %s in the mean, %s at most",
             id, cs_tui_who(tui, top->who), tui->bus[bus].name, top->did.frames, top->did.bits,
             cs_text_permille(cs_stats_share(tui, &tui->traffic[bus], top->did.busy_ps), load),
             cs_stats_span(top->did.wait_sum_ps / (int64_t)top->did.frames, mean),
             cs_stats_span(top->did.wait_max_ps, most));
}

static void bus_text(const struct cs_tui *tui, unsigned bus, char *text, size_t size)
{
    const struct cs_traffic *traffic = &tui->traffic[bus];
    const struct cs_stats_since *since = &traffic->since;
    char from[CS_NUMBER_MAX], idle[CS_NUMBER_MAX];

    if (tui->bus[bus].rate_unknown) {
        snprintf(text, size, "%s since %s: %" PRIu64 " frames · %" PRIu64 " bytes of data",
                 tui->bus[bus].name, cs_text_clock(since->from_ps, from), since->frames,
                 since->data_bytes);
        return;
    }
    snprintf(text, size,
             "%s since %s: idle %s · %" PRIu64 " bits · %" PRIu64
             " bytes of data · lost arbitration %" PRIu64,
             tui->bus[bus].name, cs_text_clock(since->from_ps, from),
             cs_text_permille(1000 - cs_stats_share(tui, traffic, since->busy_ps), idle),
             since->bits, since->data_bytes, since->arb_lost);
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_stats_state *state = state_of(tui);
    char text[256];

    if (!tui->n_buses)
        return;
    if (marked(tui, state))
        point_text(tui, state->bus, marked(tui, state), text, sizeof text);
    else if (state->sel >= 0)
        id_text(tui, state->bus, &tui->traffic[state->bus].ids[state->sel], text, sizeof text);
    else
        bus_text(tui, state->bus, text, sizeof text);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void grain(struct cs_tui *tui, int by)
{
    const int to = (int)tui->traffic_grain + by;

    if (to < 0 || to >= CS_STATS_GRAINS)
        return;
    tui->traffic_grain = (enum cs_stats_grain)to;
    state_of(tui)->marked = false;
    cs_tui_say(tui, false, "each bar is %s", grain_name(tui->traffic_grain));
}

static void reset(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!tui->host->ops->reset_traffic) {
        cs_tui_say(tui, true, "this host counts from its start");
        return;
    }
    tui->host->ops->reset_traffic(tui->host->ctx);
    state_of(tui)->sel = -1;
    cs_tui_say(tui, false, "counted anew from here on; the history of the load stays");
}

static void next_bus(struct cs_tui *tui, int by)
{
    struct cs_stats_state *state = state_of(tui);

    if (!tui->n_buses)
        return;
    state->bus = (state->bus + tui->n_buses + (unsigned)by) % tui->n_buses;
    state->sel = -1;
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_stats_state *state = state_of(tui);
    const int n = tui->n_buses ? (int)tui->traffic[state->bus].n_ids : 0;

    state->marked = false;
    state->sel += by;
    state->sel = state->sel >= n ? n - 1 : state->sel < 0 && n ? 0 : state->sel;
}

static void mark(struct cs_tui *tui, int by)
{
    struct cs_stats_state *state = state_of(tui);
    const struct cs_traffic *traffic = &tui->traffic[state->bus];

    if (!tui->n_buses || !traffic->n_points)
        return;
    if (!marked(tui, state))
        state->mark = traffic->point[traffic->n_points - 1].number;
    else if (state->mark + by >= traffic->point[0].number &&
             state->mark + by <= traffic->point[traffic->n_points - 1].number)
        state->mark += by;
    state->marked = true;
}

static void unmark(struct cs_tui *tui, int unused)
{
    (void)unused;
    state_of(tui)->marked = false;
    state_of(tui)->sel = -1;
}

static void show_in_trace(struct cs_tui *tui, int unused)
{
    const struct cs_stats_state *state = state_of(tui);
    char text[16], why[128];

    (void)unused;
    if (state->sel < 0 || !tui->n_buses) {
        cs_tui_say(tui, false, "Up and Down select an identifier");
        return;
    }
    const struct cs_traffic_top *top = &tui->traffic[state->bus].ids[state->sel];
    snprintf(text, sizeof text, top->flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32, top->id);
    cs_tui_filter_now(tui, text, why, sizeof why);
    tui->trace.follow = true;
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    cs_tui_say(tui, false, "only %s is shown: Esc shows all again", text);
}

static void why(struct cs_tui *tui, int unused)
{
    const struct cs_stats_state *state = state_of(tui);

    (void)unused;
    if (state->sel < 0 || !tui->n_buses) {
        cs_tui_say(tui, false, "Up and Down select an identifier");
        return;
    }
    const struct cs_traffic_top *top = &tui->traffic[state->bus].ids[state->sel];
    cs_why_frame(tui, (unsigned)state->bus, top->id, top->flags);
}

static void press(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_stats_state *state = state_of(tui);
    unsigned shown;

    cs_stats_first(tui, state, &shown);
    for (unsigned n = 0; n < shown; n++) {
        const struct cs_stats_place place = cs_stats_place(tui, state, n);
        const struct cs_traffic *traffic = &tui->traffic[place.bus];
        const struct cs_stats_point *point =
            cs_stats_point_at(traffic, place.graph.w, mouse->x - place.graph.x);
        const int row = mouse->y - place.left.y - 1;
        if (!cs_rect_has(place.all, mouse->x, mouse->y))
            continue;
        state->bus = place.bus;
        state->sel = -1;
        state->marked = cs_rect_has(place.graph, mouse->x, mouse->y) && point;
        if (state->marked)
            state->mark = point->number;
        else if (cs_rect_has(place.left, mouse->x, mouse->y) && row >= 0 && row < place.ids &&
                 row < (int)traffic->n_ids)
            state->sel = row;
        return;
    }
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    if (!tui->n_buses)
        return;
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        grain(tui, mouse->kind == CS_MOUSE_UP ? -1 : 1);
    else if (mouse->kind != CS_MOUSE_RELEASE)
        press(tui, mouse);
    if (mouse->kind == CS_MOUSE_DOUBLE && state_of(tui)->sel >= 0)
        show_in_trace(tui, 0);
}

static int reset_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    reset(tui, 0);
    return 0;
}

static const struct cs_word words[] = {
    {"anew", "", "count talkers, errors, waits and gaps anew from now on", reset_word, NULL},
};

static const struct cs_binding bindings[] = {
    {{'r'}, "reset", "count talkers, errors, waits and gaps anew", reset, 0},
    {{']'}, "longer bars", "longer bars: 100 ms, 1 s, 10 s, 1 min", grain, 1},
    {{'['}, "shorter", "shorter bars", grain, -1},
    {{CS_KEY_RIGHT}, NULL, "the next bus", next_bus, 1},
    {{CS_KEY_LEFT}, NULL, "the bus before", next_bus, -1},
    {{CS_KEY_UP, 'k'}, NULL, "select an identifier, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_ENTER}, "trace", "the selected identifier alone in the trace", show_in_trace, 0},
    {{'W'}, NULL, "the life of its newest frame, in words", why, 0},
    {{'<'}, NULL, "mark a bar: its exact bits are told below; the one before", mark, -1},
    {{'>'}, NULL, "mark the next bar", mark, 1},
    {{'x'}, NULL, "no mark and no selection", unmark, 0},
};

const struct cs_view cs_view_stats = {
    .name = "stats",
    .keys = {'0'},
    .help = "load over time, top talkers, errors, waits and gaps of each bus",
    .about = "Load of each bus over time, exact to the bit: frames, error frames and stuff bits "
             "among it. waited: from the queue to the start of frame, of which half, 90 % and 99 % "
             "were below the times shown.",
    .title = "Statistics",
    .brief = "Stats",
    .needs = CS_NEEDS_TRAFFIC,
    .state_size = sizeof(struct cs_stats_state),
    .init = init,
    .refresh = refresh,
    .mouse = mouse,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = words,
    .n_words = sizeof words / sizeof *words,
};
