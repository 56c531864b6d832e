/* SPDX-License-Identifier: MIT */
/* view_nodes_panel.c - everything about the selected controller, in words, and how it came to be
 * so. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/spark.h"
#include "tui/view_nodes.h"

#define FACTS       9  /* lines */
#define SIDE        42 /* cells of the changes where they are beside the facts */
#define SIDE_FROM   118
#define AUTO_HEIGHT 11

static bool beside(int width)
{
    return width >= SIDE_FROM;
}

static int wanted_height(const struct cs_tui_node *node, int width)
{
    const uint32_t n = node->history ? node->history->n_changes : 0;
    const int changes = (int)(n < CS_HISTORY_CHANGES ? n : CS_HISTORY_CHANGES);

    if (beside(width))
        return 1 + (changes + 1 > FACTS ? changes + 1 : FACTS);
    return 2 + FACTS + changes;
}

int cs_nodes_panel_height(const struct cs_tui *tui)
{
    const struct nodes_view *view = cs_nodes_view(tui);
    const struct cs_rect body = cs_tui_body(tui);
    const struct cs_tui_node *node = cs_nodes_selected(tui);
    int most = view->panel == NODES_PANEL_OPEN ? body.h - 4 : body.h - 2 - (int)tui->n_nodes;

    if (!node || view->panel == NODES_PANEL_SHUT)
        return 0;
    if (view->panel == NODES_PANEL_AUTO && most < AUTO_HEIGHT)
        return 0;
    const int wanted = wanted_height(node, body.w);
    most = wanted < most ? wanted : most;
    return most > 2 ? most : 0;
}

/* ---- facts ----------------------------------------------------------------------------------- */

struct facts {
    struct cs_canvas *canvas;
    struct cs_rect at; /* y: the next line */
    int end;
};

static bool begin_fact(struct facts *f, const char *name)
{
    if (f->at.y >= f->end)
        return false;
    cs_canvas_field(f->canvas, f->at.x, f->at.y, 8, false, CS_STYLE_DIM, name);
    return true;
}

static void fact(struct facts *f, const char *name, uint8_t style, const char *text)
{
    if (!begin_fact(f, name))
        return;
    cs_canvas_field(f->canvas, f->at.x + 9, f->at.y, f->at.w - 9, false, style, text);
    f->at.y++;
}

static uint8_t state_style(unsigned state)
{
    static const uint8_t styles[CS_STATE_COUNT] = {[CS_STATE_ERROR_ACTIVE] = CS_STYLE_GOOD,
                                                   [CS_STATE_ERROR_PASSIVE] = CS_STYLE_HIGH,
                                                   [CS_STATE_BUS_OFF] = CS_STYLE_BAD,
                                                   [CS_STATE_INTEGRATING] = CS_STYLE_INFO};

    return state < CS_STATE_COUNT ? styles[state] : CS_STYLE_TEXT;
}

/* What follows from the state. */
static void fact_state(struct facts *f, const struct cs_tui_node *node)
{
    const struct cs_node_status *s = &node->status;
    char text[200];

    if (!s->plugged)
        snprintf(text, sizeof text, "cut off from the bus: it hears only itself");
    else if (s->state == CS_STATE_BUS_OFF && s->recovery_runs)
        snprintf(text, sizeof text, "bus-off, recovering: %u of 128 times 11 recessive bits",
                 s->recovery_runs);
    else if (s->state == CS_STATE_BUS_OFF)
        snprintf(text, sizeof text, "bus-off: TEC passed 255; it takes no part until it recovers");
    else if (s->state == CS_STATE_ERROR_PASSIVE)
        snprintf(text, sizeof text,
                 "error passive: a counter passed 127; its error flags are recessive");
    else if (s->state == CS_STATE_INTEGRATING)
        snprintf(text, sizeof text, "joining: it waits for 11 recessive bits");
    else if (s->tec >= NODES_WARNING || s->rec >= NODES_WARNING)
        snprintf(text, sizeof text, "error active, with a warning: a counter is at 96 or more");
    else
        snprintf(text, sizeof text, "error active: it takes part and destroys what is wrong");
    fact(f, "state", s->plugged ? state_style(s->state) : CS_STYLE_FIRED, text);
}

static void fact_counter(struct facts *f, const char *name, unsigned count)
{
    const int width = f->at.w - 9 < 70 ? f->at.w - 9 : 70;

    if (!begin_fact(f, name))
        return;
    cs_nodes_put_counter(f->canvas, (struct cs_rect){f->at.x + 9, f->at.y, width, 1}, count);
    f->at.y++;
}

/* The last steps of the counters, one a cell: however fast they come, all are seen. */
static void fact_steps(struct facts *f, const struct cs_tui_node *node)
{
    static const char steps[] = "the larger of TEC and REC";
    const struct cs_history_step *step;
    int64_t values[CS_HISTORY_STEPS];
    uint8_t styles[CS_HISTORY_STEPS];
    unsigned n = 0;

    if (!node->history || !node->history->n_steps) {
        fact(f, "steps", CS_STYLE_DIM, "TEC and REC have not changed so far");
        return;
    }
    if (!begin_fact(f, "steps"))
        return;
    while (n < CS_HISTORY_STEPS && cs_history_step(node->history, n))
        n++;
    for (unsigned i = 0; i < n; i++) {
        step = cs_history_step(node->history, n - 1 - i);
        values[i] = step->tec > step->rec ? step->tec : step->rec;
        styles[i] = cs_nodes_counter_style((unsigned)values[i]);
    }
    const int room = f->at.w - 9, width = (int)n < room ? (int)n : room;
    cs_spark(f->canvas, (struct cs_rect){f->at.x + 9, f->at.y, width, 1}, CS_STYLE_GOOD, styles,
             values, n, 0, NODES_BUS_OFF);
    if (room - width - 1 >= cs_text_width(steps))
        cs_canvas_put(f->canvas, f->at.x + 10 + width, f->at.y, CS_STYLE_FAINT, steps);
    f->at.y++;
}

/* Of delay and drift only what there is. */
static void fact_clock(const struct cs_tui *tui, struct facts *f, const struct cs_tui_node *node)
{
    const struct cs_node_status *s = &node->status;
    const int64_t delay_ps = s->delay_ps + s->cable_ps;
    char text[256], buf[CS_NUMBER_MAX], sample[CS_NUMBER_MAX], delay[32];
    const bool other = cs_nodes_other_rate(tui, node) || cs_nodes_other_sample(tui, node);
    int n = snprintf(text, sizeof text, "%s, sampled at %s%s · ",
                     cs_text_rates(s->bitrate_bps, cs_nodes_data_rate(s), buf),
                     cs_text_permille(cs_bit_timing_sample_permille(&s->timing.nominal), sample),
                     other ? ", which is not the bus's" : "");

    if (s->fd == CS_FD_CLASSIC)
        n += snprintf(text + n, sizeof text - (size_t)n, "classic CAN");
    else
        n += snprintf(text + n, sizeof text - (size_t)n, "CAN FD: %s", cs_fd_name(s->fd));
    if (delay_ps)
        n += snprintf(text + n, sizeof text - (size_t)n, " · delay %s",
                      cs_units_format_time(delay_ps, delay, sizeof delay));
    if (s->timing.drift_ppb)
        snprintf(text + n, sizeof text - (size_t)n, " · clock %s",
                 cs_nodes_drift_text(s->timing.drift_ppb, buf));
    fact(f, "timing", other ? CS_STYLE_HIGH : CS_STYLE_TEXT, text);
}

/* What there was, and only that. */
static void fact_trouble(struct facts *f, const struct cs_node_status *s)
{
    const struct {
        uint64_t n;
        const char *what;
    } counts[] = {{s->dropped, "given up"},
                  {s->refused, "refused"},
                  {s->errors, s->errors == 1 ? "error seen" : "errors seen"},
                  {s->retries, s->retries == 1 ? "retry" : "retries"},
                  {s->arb_lost, s->arb_lost == 1 ? "lost arbitration" : "lost arbitrations"}};
    char text[256] = "";
    size_t n = 0;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].n)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRIu64 " %s", n ? " · " : "",
                                  counts[i].n, counts[i].what);
    fact(f, "trouble",
         s->dropped || s->refused ? CS_STYLE_WARN
         : s->errors              ? CS_STYLE_TEXT
                                  : CS_STYLE_DIM,
         n ? text : "none so far");
}

static void fact_work(struct facts *f, const struct cs_tui_node *node)
{
    const struct cs_node_status *s = &node->status;
    char text[256], load[CS_NUMBER_MAX];

    snprintf(text, sizeof text,
             "%" PRIu64 " sent, %" PRIu64 " received · %s of the bus · %u of %u queued", s->sent,
             s->received, cs_text_permille(node->load_permille, load), s->queued, s->queue_len);
    fact(f, "work", CS_STYLE_TEXT, text);
}

static void draw_facts(const struct cs_tui *tui, struct facts *f, const struct cs_tui_node *node)
{
    const struct cs_node_status *s = &node->status;
    char text[400], mode[48];

    fact_state(f, node);
    fact_counter(f, "TEC", s->tec);
    fact_counter(f, "REC", s->rec);
    fact_steps(f, node);
    if (node->last.error != CS_ERROR_NONE) {
        cs_nodes_error_text(tui, node, text, sizeof text);
        if (strlen(text) > strlen(" · "))
            text[strlen(text) - strlen(" · ")] = '\0';
        fact(f, "error", CS_STYLE_BAD, text);
    } else {
        fact(f, "error", CS_STYLE_DIM, "none so far");
    }
    fact_clock(tui, f, node);
    fact_work(f, node);
    fact_trouble(f, s);
    snprintf(text, sizeof text, "%s · joined by way of: %s",
             cs_mode_text(s->mode, mode, sizeof mode), s->via ? s->via : "?");
    fact(f, "mode", s->mode ? CS_STYLE_INFO : CS_STYLE_TEXT, text);
}

/* ---- changes --------------------------------------------------------------------------------- */

static void draw_changes(struct cs_canvas *canvas, struct cs_rect at,
                         const struct cs_tui_node *node)
{
    const struct cs_history_step *change;
    char text[32], clock[CS_NUMBER_MAX];

    if (at.h <= 0)
        return;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_COLUMN,
                    "          at  state           TEC  REC");
    for (int i = 0; i < at.h - 1 && node->history; i++) {
        const int y = at.y + 1 + i;
        change = cs_history_change(node->history, (unsigned)i);
        if (!change)
            break;
        cs_canvas_field(canvas, at.x, y, 12, true, CS_STYLE_DIM,
                        cs_text_clock(change->at_ps, clock));
        cs_canvas_field(canvas, at.x + 14, y, 14, false, state_style(change->state),
                        cs_state_text(change->state, text, sizeof text));
        snprintf(text, sizeof text, "%5u%5u", change->tec, change->rec);
        cs_canvas_field(canvas, at.x + 28, y, 10, false, CS_STYLE_TEXT, text);
    }
}

void cs_nodes_draw_panel(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_tui_node *node = cs_nodes_selected(tui);
    char title[CS_NAME_MAX + CS_TUI_BUS_NAME + 8];
    struct facts f = {canvas, {at.x + 1, at.y + 1, at.w - 2, 1}, at.y + at.h};

    if (!node || at.h < 2)
        return;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_BOX, 0x2500);
    snprintf(title, sizeof title, " %s on %s ", node->status.name,
             cs_nodes_bus_of(tui, node)->name);
    cs_canvas_put(canvas, at.x + 1, at.y, CS_STYLE_BOX_TITLE, title);
    if (beside(at.w))
        f.at.w -= SIDE;
    draw_facts(tui, &f, node);
    if (beside(at.w)) {
        const int x = at.x + at.w - SIDE + 2;
        cs_canvas_fill(canvas, (struct cs_rect){x - 2, at.y + 1, 1, at.h - 1}, CS_STYLE_FAINT,
                       0x2502);
        draw_changes(canvas, (struct cs_rect){x, at.y + 1, SIDE - 3, at.h - 1}, node);
    } else {
        draw_changes(canvas, (struct cs_rect){at.x + 1, f.at.y, at.w - 2, f.end - f.at.y}, node);
    }
}
