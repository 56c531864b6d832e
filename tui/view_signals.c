/* SPDX-License-Identifier: MIT */
/* view_signals.c - plots of what moves: the window of time, cursors, keys and words. How it looks
 * is in view_signals_draw.c and view_signals_dots.c, the chooser in overlay_plot.c. */
#include "tui/view_signals.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simcore/units.h"
#include "tui/view.h"
#include "tui/widgets.h"

static const int64_t spans[] = {
    10 * CS_PS_PER_MS,  20 * CS_PS_PER_MS,  50 * CS_PS_PER_MS, 100 * CS_PS_PER_MS,
    200 * CS_PS_PER_MS, 500 * CS_PS_PER_MS, CS_PS_PER_S,       2 * CS_PS_PER_S,
    5 * CS_PS_PER_S,    10 * CS_PS_PER_S,   20 * CS_PS_PER_S,  60 * CS_PS_PER_S,
    120 * CS_PS_PER_S,  300 * CS_PS_PER_S,  600 * CS_PS_PER_S,
};
#define N_SPANS ((int)(sizeof spans / sizeof *spans))

struct cs_signals_state *cs_signals_state(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_signals);
}

static int init(void *memory)
{
    struct cs_signals_state *state = memory;

    state->span_ps = 5 * CS_PS_PER_S;
    state->moving = -1;
    state->columns = malloc(2 * CS_CANVAS_MAX_SIDE * sizeof *state->columns);
    state->choices = malloc(CS_CHOICES * sizeof *state->choices);
    return state->columns && state->choices ? 0 : -ENOMEM;
}

static void fini(void *memory)
{
    struct cs_signals_state *state = memory;

    free(state->columns);
    free(state->choices);
}

static void refresh(struct cs_tui *tui)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    cs_plots_refresh(tui);
    if (state->sel >= (int)tui->plots.n)
        state->sel = (int)tui->plots.n - 1;
    if (state->sel < 0)
        state->sel = 0;
}

char *cs_signals_span(int64_t span_ps, char *text, size_t size)
{
    if (span_ps < CS_PS_PER_S)
        snprintf(text, size, "%d ms", (int)(span_ps / CS_PS_PER_MS));
    else if (span_ps < 60 * CS_PS_PER_S)
        snprintf(text, size, "%d s", (int)(span_ps / CS_PS_PER_S));
    else
        snprintf(text, size, "%d min", (int)(span_ps / (60 * CS_PS_PER_S)));
    return text;
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    char span[32];

    snprintf(text, size, "%u plot%s · %s · %s", tui->plots.n, tui->plots.n == 1 ? "" : "s",
             cs_signals_span(state->span_ps, span, sizeof span),
             state->still ? "still" : "following");
}

/* ---- time ------------------------------------------------------------------------------------ */

static int64_t end_of(const struct cs_tui *tui, const struct cs_signals_state *state)
{
    return state->still ? state->end_ps : tui->info.now_ps;
}

/* Let the window end there; at the present moment it follows again. */
static void show_end(struct cs_tui *tui, int64_t end_ps)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    state->still = end_ps < tui->info.now_ps;
    state->end_ps = end_ps > 0 ? end_ps : 0;
    if (state->still && state->end_ps < state->span_ps)
        state->end_ps = state->span_ps < tui->info.now_ps ? state->span_ps : tui->info.now_ps;
}

static void scroll(struct cs_tui *tui, int tenths)
{
    const struct cs_signals_state *state = cs_signals_state(tui);

    show_end(tui, end_of(tui, state) + state->span_ps / 10 * tenths);
}

static void follow(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    (void)unused;
    state->still = !state->still;
    state->end_ps = tui->info.now_ps;
}

static void to_now(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_signals_state(tui)->still = false;
}

/* The first value that any plot had. */
static void to_start(struct cs_tui *tui, int unused)
{
    int64_t first = tui->info.now_ps;

    (void)unused;
    for (unsigned i = 0; i < tui->plots.n; i++)
        if (tui->plots.plot[i]->ring.end && tui->plots.plot[i]->ring.first_ps < first)
            first = tui->plots.plot[i]->ring.first_ps;
    show_end(tui, first + cs_signals_state(tui)->span_ps);
}

/* A cursor, else the middle or the present moment, stays where it is. */
static void zoom(struct cs_tui *tui, int by)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    const int64_t end = end_of(tui, state), before = state->span_ps;
    int at = 0;
    int64_t keep;

    while (at < N_SPANS - 1 && spans[at] < before)
        at++;
    if (at + by < 0 || at + by >= N_SPANS)
        return;
    state->span_ps = spans[at + by];
    if (!state->still)
        return;
    keep = state->moving >= 0 ? state->cursor[state->moving].at_ps : end - before / 2;
    show_end(tui, keep + (int64_t)((double)(end - keep) * (double)state->span_ps / (double)before));
}

/* ---- cursors --------------------------------------------------------------------------------- */

static void keep_in_sight(struct cs_tui *tui, int64_t at_ps)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    const struct cs_signals_place place = cs_signals_place(tui, state);

    if (at_ps < place.from_ps)
        show_end(tui, at_ps + state->span_ps);
    else if (at_ps >= place.from_ps + place.span_ps)
        show_end(tui, at_ps);
}

/* Off, A, A and B, then the arrows move one or the other. */
static void cursor(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    const struct cs_signals_place place = cs_signals_place(tui, state);
    const int which = !state->cursor[0].on ? 0 : !state->cursor[1].on ? 1 : !state->moving;

    (void)unused;
    if (!state->cursor[which].on)
        state->cursor[which].at_ps =
            which ? state->cursor[0].at_ps
                  : place.from_ps + ((place.now_ps < place.from_ps + place.span_ps
                                          ? place.now_ps
                                          : place.from_ps + place.span_ps) -
                                     place.from_ps) /
                                        2;
    state->cursor[which].on = true;
    state->moving = which;
    if (!state->still) { /* a cursor does not run away */
        state->still = true;
        state->end_ps = tui->info.now_ps;
    }
    cs_tui_say(tui, false, "Left and Right move cursor %c, c takes the other, x puts them away",
               'A' + which);
}

static void no_cursors(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    (void)unused;
    state->cursor[0].on = state->cursor[1].on = false;
    state->moving = -1;
}

static void sideways(struct cs_tui *tui, int by)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    const struct cs_signals_place place = cs_signals_place(tui, state);
    int64_t *at;

    if (state->moving < 0) {
        scroll(tui, by);
        return;
    }
    at = &state->cursor[state->moving].at_ps;
    *at += by * (place.at.w > 0 ? place.span_ps / place.at.w : 0);
    *at = *at < 0 ? 0 : *at > tui->info.now_ps ? tui->info.now_ps : *at;
    keep_in_sight(tui, *at);
}

/* The row of the trace at the cursor. */
static void show_in_trace(struct cs_tui *tui, int unused)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    uint64_t next;

    (void)unused;
    if (state->moving < 0) {
        cs_tui_say(tui, false, "c sets a cursor, then Enter shows the trace at that time");
        return;
    }
    next = cs_tui_ring_after(&tui->ring, state->cursor[state->moving].at_ps);
    if (next == tui->ring.first) {
        cs_tui_say(tui, true, "the trace has nothing that old");
        return;
    }
    tui->trace.sel = next - 1;
    tui->trace.top = tui->trace.sel;
    tui->trace.follow = false;
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
}

/* ---- plots ----------------------------------------------------------------------------------- */

static struct cs_plot *selected(const struct cs_tui *tui)
{
    const int sel = cs_signals_state(tui)->sel;

    return sel >= 0 && sel < (int)tui->plots.n ? tui->plots.plot[sel] : NULL;
}

static void select_plot(struct cs_tui *tui, int by)
{
    cs_signals_state(tui)->sel += by;
    refresh(tui);
}

static void move_plot(struct cs_tui *tui, int by)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    if (!selected(tui) || state->sel + by < 0 || state->sel + by >= (int)tui->plots.n)
        return;
    cs_plots_keep(tui, "moving %s", selected(tui)->spec.name);
    if (cs_plots_move(&tui->plots, (unsigned)state->sel, by))
        state->sel += by;
}

static void remove_plot(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    char text[CS_PLOT_TEXT];

    (void)unused;
    if (!selected(tui)) {
        cs_tui_say(tui, false, "nothing is plotted: a adds something");
        return;
    }
    cs_tui_say(tui, false, "no longer plotted: %.100s; u brings it back",
               cs_plot_format(tui, &selected(tui)->spec, text));
    cs_plots_keep(tui, "removing %.60s", text);
    cs_plots_remove(&tui->plots, (unsigned)state->sel);
    refresh(tui);
}

static void toggle_overlay(struct cs_tui *tui, int unused)
{
    struct cs_signals_state *state = cs_signals_state(tui);

    (void)unused;
    state->overlaid = !state->overlaid;
    cs_tui_say(tui, false,
               state->overlaid ? "curves over one another, each with its own scale"
                               : "plots one above the other");
}

static void fix_scale(struct cs_tui *tui, int unused)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    const struct cs_signals_place place = cs_signals_place(tui, state);
    struct cs_plot *plot = selected(tui);

    (void)unused;
    if (!plot)
        return;
    cs_plots_keep(tui, "the scale of %s", plot->spec.name);
    if (!plot->fixed) {
        const struct cs_signals_window window = cs_signals_look(plot, &place, state->columns);
        cs_signals_scale(plot, &window, 8, &plot->low, &plot->high);
    }
    plot->fixed = !plot->fixed;
    if (plot->fixed)
        cs_tui_say(tui, false, "%s: scale stays %g..%g; :scale LOW HIGH sets another",
                   plot->spec.name, plot->low, plot->high);
    else
        cs_tui_say(tui, false, "%s: scale by what is in sight", plot->spec.name);
}

static void next_shape(struct cs_tui *tui, int unused)
{
    static const char *const names[CS_SHAPES] = {"as fits", "a curve", "steps", "bands"};
    struct cs_plot *plot = selected(tui);

    (void)unused;
    if (!plot)
        return;
    cs_plots_keep(tui, "the shape of %s", plot->spec.name);
    plot->shape = (uint8_t)((plot->shape + 1) % CS_SHAPES);
    cs_tui_say(tui, false, "%s: drawn %s%s", plot->spec.name, plot->shape ? "as " : "",
               names[plot->shape]);
}

int cs_signals_plot(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    struct cs_plot_spec spec;
    int error;

    if (cs_plot_parse(tui, text, &spec, why, why_size))
        return -1;
    if (cs_plots_find(&tui->plots, &spec) < 0 && tui->plots.n < CS_PLOTS_MAX)
        cs_plots_keep(tui, "adding %s", spec.name);
    error = cs_plots_add(tui, &spec);
    if (error) {
        snprintf(why, why_size, "%s",
                 error == -EEXIST   ? "that is plotted already"
                 : error == -ENOSPC ? "there is room for 16 plots: d removes one"
                                    : "not enough memory");
        return -1;
    }
    cs_signals_state(tui)->sel = (int)tui->plots.n - 1;
    if (cs_views[tui->view] != &cs_view_signals)
        cs_tui_say(tui, false, "%s is plotted: 9 shows it", spec.name);
    return 0;
}

int cs_signals_start(struct cs_tui *tui, const char *const *texts, unsigned n, char *why,
                     size_t why_size)
{
    tui->host->ops->refresh(tui->host->ctx, tui, CS_NEEDS_NODES);
    for (unsigned i = 0; i < n; i++)
        if (cs_signals_plot(tui, texts[i], why, why_size))
            return -1;
    cs_signals_state(tui)->sel = 0;
    tui->message[0] = '\0';
    /* Decoders are asked for fields from the first frame on, until the screen is drawn. */
    tui->host->ops->refresh(tui->host->ctx, tui, CS_NEEDS_PLOTS);
    return 0;
}

/* ---- the mouse ------------------------------------------------------------------------------- */

static void press(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_signals_state *state = cs_signals_state(tui);
    const struct cs_signals_place place = cs_signals_place(tui, state);
    const int which = mouse->kind == CS_MOUSE_DRAG;

    for (int i = 0; i < place.n_lanes && !which; i++) {
        const struct cs_lane *lane = &place.lane[i];
        if (mouse->y >= lane->y && mouse->y < lane->y + lane->h && lane->plot >= 0)
            state->sel = lane->plot;
    }
    if (mouse->x < place.at.x || mouse->x >= place.at.x + place.at.w || place.at.w <= 0)
        return;
    state->cursor[which].on = true;
    state->cursor[which].at_ps =
        place.from_ps + place.span_ps / place.at.w * (mouse->x - place.at.x);
    state->moving = which;
    if (!which)
        state->cursor[1].on = false;
    if (!state->still) {
        state->still = true;
        state->end_ps = tui->info.now_ps;
    }
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        zoom(tui, mouse->kind == CS_MOUSE_UP ? -1 : 1);
    else if (mouse->kind == CS_MOUSE_DOUBLE)
        show_in_trace(tui, 0);
    else if (mouse->kind != CS_MOUSE_RELEASE && tui->plots.n)
        press(tui, mouse);
}

/* ---- words ----------------------------------------------------------------------------------- */

static int scale_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_plot *plot = selected(tui);
    double low, high;
    char *end;

    if (!plot) {
        snprintf(why, why_size, "nothing is plotted");
        return -1;
    }
    if (!strcasecmp(rest, "auto")) {
        cs_plots_keep(tui, "the scale of %s", plot->spec.name);
        plot->fixed = false;
        return 0;
    }
    low = strtod(rest, &end);
    high = strtod(end, &end);
    if (*end || !isfinite(low) || !isfinite(high) || low >= high) {
        snprintf(why, why_size, "must be auto, or two numbers such as 0 100, got \"%.40s\"", rest);
        return -1;
    }
    cs_plots_keep(tui, "the scale of %s", plot->spec.name);
    plot->low = low;
    plot->high = high;
    plot->fixed = true;
    return 0;
}

static int window_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    int64_t span;

    if (cs_units_parse_time(rest, &span) != 0 || span < spans[0] || span > spans[N_SPANS - 1]) {
        snprintf(why, why_size, "must be 10ms..10min, got \"%.40s\"", rest);
        return -1;
    }
    cs_signals_state(tui)->span_ps = span;
    return 0;
}

static int unplot_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (!strcmp(rest, "all")) {
        cs_plots_keep(tui, "removing all plots");
        while (tui->plots.n)
            cs_plots_remove(&tui->plots, tui->plots.n - 1);
        return 0;
    }
    for (unsigned i = 0; i < tui->plots.n; i++)
        if (!strcmp(tui->plots.plot[i]->spec.name, rest)) {
            cs_plots_keep(tui, "removing %s", rest);
            cs_plots_remove(&tui->plots, i);
            return 0;
        }
    snprintf(why, why_size, "must be all or the name of a plot, got \"%.40s\"", rest);
    return -1;
}

static void unplot_offers(const struct cs_tui *tui, const char *rest, int *from,
                          struct cs_offers *offers)
{
    *from = 0;
    for (unsigned i = 0; i <= tui->plots.n && offers->n < CS_OFFERS; i++) {
        const char *name = i < tui->plots.n ? tui->plots.plot[i]->spec.name : "all";
        if (!strncasecmp(name, rest, strlen(rest)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", name);
    }
}

static const struct cs_word words[] = {
    {"unplot", "NAME|all", "plot it no longer", unplot_word, unplot_offers},
    {"scale", "auto|LOW HIGH", "scale of the selected plot", scale_word, NULL},
    {"window", "TIME", "time in sight: 10ms..10min", window_word, NULL},
};

static const struct cs_binding bindings[] = {
    {{'a', CS_KEY_INSERT}, "add", "choose what is to be plotted", cs_signals_choose, 0},
    {{'c'}, "cursor", "set a cursor, then a second one; then take one or the other", cursor, 0},
    {{'['}, "zoom in", "a shorter time in sight", zoom, -1},
    {{']'}, "out", "a longer time in sight", zoom, 1},
    {{'v'}, "overlay", "curves over one another, or one above the other", toggle_overlay, 0},
    {{'f'}, "follow", "stand still, or follow the present moment", follow, 0},
    {{'d', CS_KEY_DELETE}, "remove", "plot the selected one no longer", remove_plot, 0},
    {{'s'}, "scale", "keep the scale as it is, or by what is in sight", fix_scale, 0},
    {{'e'}, NULL, "draw as a curve, as steps, as bands with names", next_shape, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a plot, one up", select_plot, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", select_plot, 1},
    {{'K'}, NULL, "move the selected plot up", move_plot, -1},
    {{'J'}, NULL, "move it down", move_plot, 1},
    {{CS_KEY_LEFT}, NULL, "move the cursor; without one, back in time", sideways, -1},
    {{CS_KEY_RIGHT}, NULL, "the same to the right", sideways, 1},
    {{CS_KEY_PGUP, '<'}, NULL, "half a window back in time", scroll, -5},
    {{CS_KEY_PGDN, '>'}, NULL, "half a window on", scroll, 5},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first value", to_start, 0},
    {{CS_KEY_END, 'G'}, NULL, "to the present moment, and follow it", to_now, 0},
    {{CS_KEY_ENTER}, NULL, "the trace at the cursor's time", show_in_trace, 0},
    {{'x'}, NULL, "no cursors", no_cursors, 0},
};

const struct cs_view cs_view_signals = {
    .name = "signals",
    .keys = {'9', CS_KEY_F1 + 10},
    .help = "plots of decoded fields, data bits, loads and error counters",
    .title = "Signals",
    .brief = "Plots",
    .needs = CS_NEEDS_NODES | CS_NEEDS_PLOTS,
    .state_size = sizeof(struct cs_signals_state),
    .init = init,
    .fini = fini,
    .refresh = refresh,
    .mouse = mouse,
    .draw = cs_signals_draw,
    .status = status,
    .detail = cs_signals_detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = words,
    .n_words = sizeof words / sizeof *words,
    .remember = cs_signals_remember,
    .recall = cs_signals_recall,
};
