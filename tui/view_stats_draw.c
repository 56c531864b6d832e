/* SPDX-License-Identifier: MIT */
/* view_stats_draw.c - the upper part of a bus's statistics: its load over time, one bar for each
 * window of the history, and its rates. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view_stats.h"
#include "tui/widgets.h"

static uint8_t load_style(unsigned permille)
{
    return permille >= 800 ? CS_STYLE_BAD : permille >= 500 ? CS_STYLE_WARN : CS_STYLE_GOOD;
}

/* Of a window; the last one may not be over yet, and where it has just begun a frame is not much.
 */
static unsigned point_permille(const struct cs_tui *tui, const struct cs_stats_point *point)
{
    const int64_t span = cs_stats_grain_ps(tui->traffic_grain);
    const int64_t end = (point->number + 1) * span, now = tui->info.now_ps;
    const int64_t gone =
        end > now && now > point->number * span ? now - point->number * span : span;
    const int64_t part = gone > span / 4 ? gone : span / 4;
    const int64_t busy = point->busy_ps < part ? point->busy_ps : part;

    return (unsigned)(busy / (part / 1000 + 1));
}

/* Full scale: 100 %, or the next of 50, 20 and 10 % that holds all that is shown. */
static unsigned full_scale(const struct cs_tui *tui, const struct cs_traffic *traffic, int width)
{
    static const unsigned scales[] = {100, 200, 500};
    unsigned most = 0;

    for (int x = 0; x < width; x++) {
        const struct cs_stats_point *point = cs_stats_point_at(traffic, width, x);
        const unsigned load = point ? point_permille(tui, point) : 0;
        most = load > most ? load : most;
    }
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (most <= scales[i])
            return scales[i];
    return 1000;
}

/* One bar, from the bottom up in eighths of a cell. */
static void put_bar(struct cs_canvas *canvas, const struct cs_rect *graph, int x, unsigned permille,
                    unsigned full, uint8_t style)
{
    unsigned eighths = (permille * (unsigned)graph->h * 8 + full / 2) / full;

    if (!eighths && permille)
        eighths = 1;
    for (int y = graph->y + graph->h - 1; y >= graph->y; y--) {
        const unsigned here = eighths > 8 ? 8 : eighths;
        eighths -= here;
        if (!here)
            cs_canvas_put_ch(canvas, x, y, CS_STYLE_FAINT,
                             y == graph->y + graph->h - 1 ? canvas->ascii ? '_' : 0x2581 : ' ');
        else if (canvas->ascii)
            cs_canvas_put_ch(canvas, x, y, style, here > 5 ? '#' : here > 2 ? '=' : '-');
        else
            cs_canvas_put_ch(canvas, x, y, style, 0x2580 + here);
    }
}

static void draw_graph(const struct cs_tui *tui, const struct cs_stats_state *state,
                       const struct cs_stats_place *place, struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_rect *graph = &place->graph;
    const unsigned full = full_scale(tui, traffic, graph->w);
    const int bottom = graph->y + graph->h - 1;

    for (int y = graph->y; y <= bottom; y++)
        cs_canvas_put(canvas, graph->x - 1, y, CS_STYLE_FAINT, "│");
    cs_canvas_printf(canvas, graph->x - 5, graph->y, CS_STYLE_DIM, "%3u%%", full / 10);
    if (graph->h > 1)
        cs_canvas_put(canvas, graph->x - 3, bottom, CS_STYLE_DIM, "0%");
    for (int x = 0; x < graph->w; x++) {
        const struct cs_stats_point *point = cs_stats_point_at(traffic, graph->w, x);
        unsigned load;
        if (!point)
            continue;
        load = point_permille(tui, point);
        put_bar(canvas, graph, graph->x + x, load, full,
                point->error_frames ? CS_STYLE_BAD : load_style(load));
        if (state->marked && state->bus == place->bus && point->number == state->mark)
            cs_canvas_select(canvas, (struct cs_rect){graph->x + x, graph->y, 1, graph->h});
    }
}

/* The time at the left end of the bars, and what a bar is. */
static void draw_axis(const struct cs_tui *tui, const struct cs_stats_place *place,
                      struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_rect *graph = &place->graph;
    const int64_t span = cs_stats_grain_ps(tui->traffic_grain);
    const int y = graph->y + graph->h;
    const int bars = (int)traffic->n_points < graph->w ? (int)traffic->n_points : graph->w;
    char text[CS_NUMBER_MAX];
    char *zeros;

    cs_canvas_fill(canvas, (struct cs_rect){graph->x, y, graph->w, 1}, CS_STYLE_FAINT, 0x2500);
    cs_canvas_put(canvas, graph->x - 1, y, CS_STYLE_FAINT, "└");
    if (graph->w < 24 || !bars)
        return;
    cs_canvas_put(canvas, graph->x + graph->w - 5, y, CS_STYLE_DIM, " now ");
    for (int cells = 20; cells < bars - 6; cells += 20) {
        zeros = strstr(cs_stats_span(cells * span, text), ".00");
        if (zeros)
            memmove(zeros, zeros + 3, strlen(zeros + 3) + 1);
        cs_canvas_printf(canvas, graph->x + graph->w - 1 - cells, y, CS_STYLE_DIM, "%s%s",
                         canvas->ascii ? "|-" : "┴−", text);
    }
}

static int put_pair(struct cs_canvas *canvas, int x, int y, int end, const char *label,
                    const char *value, uint8_t style)
{
    if (x + cs_text_width(label) + cs_text_width(value) + 1 > end)
        return x;
    x = cs_canvas_put(canvas, x, y, CS_STYLE_DIM, label);
    return cs_canvas_put(canvas, x + 1, y, style, value) + 3;
}

/* Rates now, and what there was since the moment that counts. */
static void draw_rates(const struct cs_tui *tui, const struct cs_stats_place *place,
                       struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_stats_since *since = &traffic->since;
    const int y = place->graph.y + place->graph.h + 1, end = place->all.x + place->all.w;
    const unsigned busy = cs_stats_share(tui, traffic, since->busy_ps);
    const unsigned bad = cs_stats_share(tui, traffic, since->error_busy_ps);
    char text[2 * CS_NUMBER_MAX + 8], buf[CS_NUMBER_MAX];
    int x = place->all.x + 1;

    snprintf(text, sizeof text, "%s/s",
             cs_text_count(tui->bus[place->bus].stats.frames_per_s, 6, buf));
    x = put_pair(canvas, x, y, end, "frames", text, CS_STYLE_BRIGHT);
    snprintf(text, sizeof text, "%u/s", traffic->errors_per_s);
    x = put_pair(canvas, x, y, end, "error frames", text,
                 traffic->errors_per_s ? CS_STYLE_BAD : CS_STYLE_FAINT);
    if (tui->bus[place->bus].rate_unknown) {
        put_pair(canvas, x, y, end, "frames in all", cs_text_count(since->frames, 9, buf),
                 CS_STYLE_TEXT);
        return;
    }
    x = put_pair(canvas, x, y, end, "idle", cs_text_permille(1000 - busy, buf), CS_STYLE_TEXT);
    if (since->error_frames)
        x = put_pair(canvas, x, y, end, "lost to errors", cs_text_permille(bad, buf), CS_STYLE_BAD);
    x = put_pair(canvas, x, y, end, "bits", cs_text_count(since->bits, 9, buf), CS_STYLE_TEXT);
    x = put_pair(canvas, x, y, end, "frames in all", cs_text_count(since->frames, 9, buf),
                 CS_STYLE_TEXT);
    put_pair(canvas, x, y, end, "lost arbitration", cs_text_count(since->arb_lost, 7, buf),
             CS_STYLE_TEXT);
}

void cs_stats_draw_head(const struct cs_tui *tui, const struct cs_stats_state *state,
                        const struct cs_stats_place *place, struct cs_canvas *canvas)
{
    const struct cs_tui_bus *bus = &tui->bus[place->bus];
    const int end = place->all.x + place->all.w;
    char text[CS_NUMBER_MAX], buf[CS_NUMBER_MAX], line[96];
    int x = cs_canvas_put(canvas, place->all.x + 1, 0,
                          tui->n_buses > 1 && place->bus == state->bus ? CS_STYLE_TAB_ON
                                                                       : CS_STYLE_BRIGHT,
                          bus->name);

    if (bus->rate_unknown) {
        cs_canvas_put(canvas, end - 47, 0, CS_STYLE_WARN,
                      "load not known: --bitrate 500k at start tells it");
        draw_graph(tui, state, place, canvas);
        draw_axis(tui, place, canvas);
        draw_rates(tui, place, canvas);
        return;
    }
    cs_canvas_put(canvas, x + 1, 0, CS_STYLE_DIM,
                  cs_text_rates(bus->bitrate_bps, bus->data_bitrate_bps, buf));
    snprintf(line, sizeof line, "load %s · since the start %s",
             cs_text_permille(bus->stats.load_permille, text),
             cs_text_permille(bus->stats.load_total_permille, buf));
    cs_canvas_put(canvas, end - cs_text_width(line), 0, load_style(bus->stats.load_permille), line);
    draw_graph(tui, state, place, canvas);
    draw_axis(tui, place, canvas);
    draw_rates(tui, place, canvas);
}
