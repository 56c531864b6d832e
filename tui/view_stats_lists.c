/* SPDX-License-Identifier: MIT */
/* view_stats_lists.c - the lower part of a bus's statistics: who takes most of it, errors by kind,
 * how long frames waited, and when nothing was sent. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view.h"
#include "tui/view_stats.h"
#include "tui/widgets.h"

#define WAIT_SHORTEST (500 * CS_PS_PER_NS) /* at the left end of the histogram */
#define WAIT_LONGEST  (20 * CS_PS_PER_S)   /* and at its right end */

static void heading(struct cs_canvas *canvas, struct cs_rect at, const char *left,
                    const char *right)
{
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_COLUMN, left);
    if (cs_text_width(left) + cs_text_width(right) + 1 <= at.w)
        cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_COLUMN, right);
}

/* ---- talkers --------------------------------------------------------------------------------- */

/* What put_did() tells; without a bit rate neither bits nor load are known. */
static const char *did_title(const struct cs_tui *tui, unsigned bus)
{
    return tui->bus[bus].rate_unknown ? "frames" : "bits   load";
}

/* Bits, share of the bus's time and a bar whose full scale is the first of them, from x on. */
static void put_did(const struct cs_tui *tui, unsigned bus, struct cs_canvas *canvas, int x, int y,
                    int end, const struct cs_stats_talker *did, const struct cs_stats_talker *most)
{
    const struct cs_traffic *traffic = &tui->traffic[bus];
    char text[CS_NUMBER_MAX];

    if (tui->bus[bus].rate_unknown) {
        if (end - x >= 24)
            cs_gauge(canvas, x + 1, y, end - x - 17, CS_STYLE_GOOD, did->frames, most->frames);
        cs_canvas_field(canvas, end - 8, y, 8, true, CS_STYLE_TEXT,
                        cs_text_count(did->frames, 8, text));
        return;
    }
    if (end - x >= 24)
        cs_gauge(canvas, x + 1, y, end - x - 17, CS_STYLE_GOOD, (uint64_t)did->busy_ps,
                 (uint64_t)most->busy_ps);
    cs_canvas_field(canvas, end - 15, y, 8, true, CS_STYLE_TEXT, cs_text_count(did->bits, 7, text));
    cs_canvas_field(canvas, end - 7, y, 7, true, CS_STYLE_BRIGHT,
                    cs_text_permille(cs_stats_share(tui, traffic, did->busy_ps), text));
}

static void draw_ids(const struct cs_tui *tui, const struct cs_stats_state *state,
                     const struct cs_stats_place *place, struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_rect *at = &place->left;
    const int name = at->w >= 56 ? 16 : at->w >= 34 ? 9 : 0;
    /* A selection below the last line scrolls. */
    const int top =
        state->bus == place->bus && state->sel >= place->ids ? state->sel - place->ids + 1 : 0;

    heading(canvas, (struct cs_rect){at->x, at->y, at->w, 1}, "identifier by",
            did_title(tui, place->bus));
    for (int i = 0; i < place->ids && top + i < (int)traffic->n_ids; i++) {
        const struct cs_traffic_top *item = &traffic->ids[top + i];
        const int y = at->y + 1 + i, x = at->x + 9;
        cs_put_id(canvas, (struct cs_rect){at->x, y, 8, 1}, item->id, item->flags);
        cs_canvas_field(canvas, x, y, name, false, CS_STYLE_NODE, cs_tui_who(tui, item->who));
        put_did(tui, place->bus, canvas, x + name, y, at->x + at->w, &item->did,
                &traffic->ids[0].did);
        if (state->bus == place->bus && state->sel == top + i)
            cs_canvas_select(canvas, (struct cs_rect){at->x, y, at->w, 1});
    }
    if (!traffic->n_ids && place->ids > 0)
        cs_canvas_field(canvas, at->x, at->y + 1, at->w, false, CS_STYLE_DIM, "no frames so far");
}

void cs_stats_draw_tops(const struct cs_tui *tui, const struct cs_stats_state *state,
                        const struct cs_stats_place *place, struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_rect *at = &place->left;
    const int name = at->w >= 56 ? 25 : at->w >= 34 ? 14 : 9;
    const int from = at->y + at->h - place->nodes - 1;

    if (at->h > 1)
        draw_ids(tui, state, place, canvas);
    if (place->nodes <= 0)
        return;
    heading(canvas, (struct cs_rect){at->x, from, at->w, 1}, "node", did_title(tui, place->bus));
    for (int i = 0; i < place->nodes; i++) {
        const struct cs_traffic_top *item = &traffic->nodes[i];
        const int y = from + 1 + i;
        cs_canvas_field(canvas, at->x, y, name, false, CS_STYLE_NODE, cs_tui_who(tui, item->who));
        put_did(tui, place->bus, canvas, at->x + name, y, at->x + at->w, &item->did,
                &traffic->nodes[0].did);
    }
}

/* ---- errors ---------------------------------------------------------------------------------- */

static const uint8_t error_kinds[] = {CS_ERROR_BIT, CS_ERROR_STUFF, CS_ERROR_CRC, CS_ERROR_FORM,
                                      CS_ERROR_ACK};
#define ERROR_KINDS ((int)(sizeof error_kinds))

/* As many to a line as fit. Returns the lines taken. */
static int draw_error_words(const struct cs_stats_since *since, struct cs_canvas *canvas,
                            struct cs_rect at)
{
    char text[CS_NUMBER_MAX], word[48];
    int x = at.x, lines = 1;

    for (int i = 0; i < ERROR_KINDS; i++) {
        const uint64_t n = since->errors[error_kinds[i]];
        snprintf(word, sizeof word, "%s %s", cs_error_name((enum cs_error_kind)error_kinds[i]),
                 cs_text_count(n, 6, text));
        if (x > at.x && x + cs_text_width(word) > at.x + at.w) {
            x = at.x;
            lines++;
        }
        x = cs_canvas_put(canvas, x, at.y + lines - 1, n ? CS_STYLE_BAD : CS_STYLE_FAINT, word) + 2;
    }
    return lines;
}

/* In a line, or with bars one each; as nodes detected them. Returns the lines taken. */
static int draw_errors(const struct cs_stats_since *since, struct cs_canvas *canvas,
                       struct cs_rect at, bool bars)
{
    uint64_t most = 1;
    char text[CS_NUMBER_MAX], title[48];

    snprintf(title, sizeof title, "%s frame%s", cs_text_count(since->error_frames, 7, text),
             since->error_frames == 1 ? "" : "s");
    heading(canvas, at, "errors seen by nodes", title);
    at.y++;
    if (!bars)
        return draw_error_words(since, canvas, at) + 1;
    for (int i = 0; i < ERROR_KINDS; i++)
        most = since->errors[error_kinds[i]] > most ? since->errors[error_kinds[i]] : most;
    for (int i = 0; i < ERROR_KINDS; i++, at.y++) {
        const uint64_t n = since->errors[error_kinds[i]];
        const uint8_t style = n ? CS_STYLE_BAD : CS_STYLE_FAINT;
        cs_canvas_field(canvas, at.x, at.y, 6, false, n ? CS_STYLE_TEXT : CS_STYLE_DIM,
                        cs_error_name((enum cs_error_kind)error_kinds[i]));
        cs_gauge(canvas, at.x + 7, at.y, at.w - 16, style, n, most);
        cs_canvas_field(canvas, at.x + at.w - 8, at.y, 8, true, style, cs_text_count(n, 8, text));
    }
    return ERROR_KINDS + 1;
}

/* ---- waits ----------------------------------------------------------------------------------- */

static int draw_wait_table(const struct cs_traffic *traffic, struct cs_canvas *canvas,
                           struct cs_rect at, int room)
{
    static const char *const groups[CS_STATS_PRIORITIES] = {"0xx", "1xx", "2xx", "3xx",
                                                            "4xx", "5xx", "6xx", "7xx"};
    static const unsigned permilles[] = {500, 900, 990, 1000};
    static const char *const titles[] = {"p50", "p90", "p99", "most"};
    const int column = (at.w - 9) / 4;
    const bool frames = traffic->since.frames > 0;
    char text[CS_NUMBER_MAX];
    int lines = 1;

    heading(canvas, at, "waited", "");
    for (int c = 0; c < 4; c++)
        cs_canvas_field(canvas, at.x + 9 + c * column, at.y, column, true, CS_STYLE_COLUMN,
                        titles[c]);
    for (int p = 0; p < CS_STATS_PRIORITIES && lines < room; p++) {
        const struct cs_stats_wait *wait = &traffic->wait[p];
        const int y = at.y + lines;
        if (!wait->count)
            continue;
        cs_canvas_put(canvas, at.x, y, CS_STYLE_ID, groups[p]);
        cs_canvas_field(canvas, at.x + 4, y, 5, true, CS_STYLE_DIM,
                        cs_text_count(wait->count, 5, text));
        for (int c = 0; c < 4; c++) {
            const int64_t ps = cs_stats_wait_permille_ps(wait, permilles[c]);
            cs_canvas_field(canvas, at.x + 9 + c * column, y, column, true,
                            !ps                       ? CS_STYLE_FAINT
                            : ps >= 10 * CS_PS_PER_MS ? CS_STYLE_WARN
                                                      : CS_STYLE_TEXT,
                            cs_stats_span(ps, text));
        }
        lines++;
    }
    if (lines == 1 && room > 1) {
        cs_canvas_put(canvas, at.x, at.y + 1, CS_STYLE_DIM,
                      frames ? "not told by a log" : "no frames so far");
        lines++;
    }
    return lines;
}

/* Where a wait is on the axis, whose steps are as wide as each other: a doubling is always so many
 * cells. */
static int wait_cell(int64_t wait_ps, int width)
{
    const int first = (int)cs_stats_wait_step(WAIT_SHORTEST);
    const int steps = (int)cs_stats_wait_step(WAIT_LONGEST) - first + 1;
    int step = (int)cs_stats_wait_step(wait_ps) - first;

    step = step < 0 ? 0 : step >= steps ? steps - 1 : step;
    return step * width / steps;
}

/* Twice as many are one and a half cells more, so that a few late ones are seen beside many. */
static unsigned count_height(uint64_t n)
{
    unsigned eighths = 0;

    for (; n > 1; n -= n / 2)
        eighths += 12;
    return eighths + (n ? 6 : 0);
}

/* All identifiers together: waits to the right, how many upwards, both in doublings. */
static void draw_histogram(const struct cs_traffic *traffic, struct cs_canvas *canvas,
                           struct cs_rect at)
{
    static const struct {
        int64_t ps;
        const char *text;
    } labels[] = {{CS_PS_PER_US, "1µs"}, {10 * CS_PS_PER_US, "10"}, {100 * CS_PS_PER_US, "100"},
                  {CS_PS_PER_MS, "1ms"}, {10 * CS_PS_PER_MS, "10"}, {100 * CS_PS_PER_MS, "100"},
                  {CS_PS_PER_S, "1s"},   {10 * CS_PS_PER_S, "10"}};
    const int bottom = at.y + at.h - 2, bars = at.h - 2;
    uint64_t most = 0;

    heading(canvas, at, "frames that waited so long", "log scales");
    for (int pass = 0; pass < 2; pass++)
        for (int x = 0, step = 0; x < at.w; x++) {
            uint64_t n = 0;
            for (; step < CS_STATS_WAITS &&
                   wait_cell(cs_stats_wait_from_ps((unsigned)step), at.w) == x;
                 step++)
                for (int p = 0; p < CS_STATS_PRIORITIES; p++)
                    n += traffic->wait[p].step[step];
            most = n > most ? n : most;
            if (!pass)
                continue;
            unsigned full = count_height(most), room = (unsigned)bars * 8;
            unsigned eighths = full > room ? count_height(n) * room / full : count_height(n);
            for (int y = bottom; y > bottom - bars; y--) {
                const unsigned here = eighths > 8 ? 8 : eighths;
                eighths -= here;
                if (here)
                    cs_canvas_put_ch(canvas, at.x + x, y, CS_STYLE_INFO,
                                     canvas->ascii ? here > 4 ? '#' : '-' : 0x2580 + here);
            }
        }
    cs_canvas_fill(canvas, (struct cs_rect){at.x, bottom + 1, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (at.w >= 30 || i % 3 == 0)
            cs_canvas_put(canvas, at.x + wait_cell(labels[i].ps, at.w), bottom + 1, CS_STYLE_DIM,
                          labels[i].text);
}

/* ---- gaps ------------------------------------------------------------------------------------ */

static int draw_gaps(const struct cs_tui *tui, const struct cs_stats_since *since,
                     struct cs_canvas *canvas, struct cs_rect at, int room)
{
    const int64_t quiet = tui->info.now_ps - since->quiet_ps;
    char text[CS_NUMBER_MAX], clock[CS_NUMBER_MAX];
    int lines = 1;

    snprintf(clock, sizeof clock, "quiet now %s", cs_stats_span(quiet > 0 ? quiet : 0, text));
    heading(canvas, at, "longest gaps", clock);
    for (unsigned i = 0; i < since->n_gaps && lines < room; i++, lines++) {
        const struct cs_stats_gap *gap = &since->gap[i];
        cs_canvas_field(canvas, at.x, at.y + lines, 8, true, CS_STYLE_TEXT,
                        cs_stats_span(gap->to_ps - gap->from_ps, text));
        cs_canvas_printf(canvas, at.x + 10, at.y + lines, CS_STYLE_DIM, "from %s on",
                         cs_text_clock(gap->from_ps, clock));
    }
    return lines;
}

void cs_stats_draw_waits(const struct cs_tui *tui, const struct cs_stats_place *place,
                         struct cs_canvas *canvas)
{
    const struct cs_traffic *traffic = &tui->traffic[place->bus];
    const struct cs_rect *right = &place->right;
    struct cs_rect at = {right->x, right->y, right->w, 1};
    const int end = right->y + right->h, blank = right->h >= 22;
    uint64_t waited = 0;

    if (right->w <= 0 || right->h < 4)
        return;
    at.y += draw_wait_table(traffic, canvas, at, right->h - 3) + blank;
    if (end - at.y >= 2)
        at.y += draw_errors(&traffic->since, canvas, at, right->h >= 24) + blank;
    if (end - at.y >= 2) {
        const int room = right->h < 15 ? 3 : CS_STATS_GAPS + 1;
        at.y += draw_gaps(tui, &traffic->since, canvas, at, room < end - at.y ? room : end - at.y) +
                blank;
    }
    at.h = end - at.y < 12 ? end - at.y : 12;
    for (int p = 0; p < CS_STATS_PRIORITIES; p++)
        waited += traffic->wait[p].count;
    if (at.h >= 4 && waited)
        draw_histogram(traffic, canvas, at);
}
