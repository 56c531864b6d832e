/* SPDX-License-Identifier: MIT */
/* overlay_row.c - all of one row of the trace: what a line has no room for, 64 bytes among it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/date.h"
#include "tui/row_text.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH 76
#define PER_LINE  16

struct facts {
    struct cs_canvas *canvas; /* NULL: only count */
    int x, y, w;
};

static void fact(struct facts *facts, const char *name, uint8_t style, const char *text)
{
    if (facts->canvas) {
        cs_canvas_put(facts->canvas, facts->x, facts->y, CS_STYLE_DIM, name);
        cs_canvas_field(facts->canvas, facts->x + 10, facts->y, facts->w - 10, false, style, text);
    }
    facts->y++;
}

static void put_data(struct facts *facts, const struct cs_row *row)
{
    for (unsigned i = 0; i < row->len; i += PER_LINE, facts->y++) {
        unsigned n = row->len - i < PER_LINE ? row->len - i : PER_LINE;
        const uint8_t *data = (const uint8_t *)row->data + i;
        if (!facts->canvas)
            continue;
        cs_canvas_printf(facts->canvas, facts->x, facts->y, CS_STYLE_DIM, "data %2u", i);
        cs_put_data(facts->canvas, (struct cs_rect){facts->x + 10, facts->y, 3 * PER_LINE - 1, 1},
                    data, n, 0, 0);
        cs_put_ascii(facts->canvas,
                     (struct cs_rect){facts->x + 12 + 3 * PER_LINE - 2, facts->y, PER_LINE, 1},
                     data, n);
    }
}

static void frame_facts(struct facts *facts, const struct cs_row *row)
{
    char text[128];

    snprintf(text, sizeof text,
             row->flags & CS_FRAME_EXT ? "%08" PRIX32 ", extended" : "%03" PRIX32 ", base",
             row->id);
    fact(facts, "id", row->flags & CS_FRAME_EXT ? CS_STYLE_ID_EXT : CS_STYLE_ID, text);
    snprintf(text, sizeof text, "%s%s%s · dlc %u, %u byte%s",
             row->flags & CS_FRAME_RTR  ? "remote frame"
             : row->flags & CS_FRAME_FD ? "CAN FD"
                                        : "classic",
             row->flags & CS_FRAME_BRS ? ", second bit rate" : "",
             row->flags & CS_FRAME_ESI ? ", sender passive" : "", row->dlc, row->len,
             row->len == 1 ? "" : "s");
    fact(facts, "format", CS_STYLE_TEXT, text);
    put_data(facts, row);
    if (row->kind == CS_EV_FRAME && row->said)
        fact(facts, "meaning", CS_STYLE_TEXT, cs_row_meaning(row));
    if (row->kind == CS_EV_FRAME) {
        char on[CS_NUMBER_MAX], waited[CS_NUMBER_MAX];
        snprintf(text, sizeof text, "%u bits%s%s", row->n_bits,
                 row->start_ps < row->at_ps ? " in " : "",
                 row->start_ps < row->at_ps ? cs_text_span(row->at_ps - row->start_ps, on) : "");
        fact(facts, "wire", CS_STYLE_TEXT, text);
        if (!row->attempt)
            return; /* a log does not tell */
        snprintf(text, sizeof text, "%s after it was queued · attempt %u, lost arbitration %u×",
                 cs_text_span(row->start_ps - row->queued_ps, waited), row->attempt, row->lost);
        fact(facts, "began", CS_STYLE_TEXT, text);
    }
}

static void all_facts(const struct cs_tui *tui, struct facts *facts, const struct cs_row *row)
{
    const struct cs_tui_fault *fault =
        row->kind == CS_EV_FAULT ? cs_fault_list_find(&tui->fault_list, row->fault) : NULL;
    char text[CS_FAULT_TEXT_MAX + 64], date[CS_DATE_MAX];

    cs_units_format_seconds(row->at_ps, text, sizeof text);
    if (tui->info.epoch_s)
        snprintf(text + strlen(text), CS_DATE_MAX + 4, "  %s",
                 cs_text_date(tui->info.epoch_s, row->at_ps, CS_DATE_LONG, date));
    fact(facts, "time", CS_STYLE_TEXT, text);
    snprintf(text, sizeof text, "%s%s%s", row->bus < tui->n_buses ? tui->bus[row->bus].name : "?",
             row->node >= 0 ? ", " : "", row->node >= 0 ? cs_tui_who(tui, row->who) : "");
    fact(facts, "on", CS_STYLE_NODE, text);
    if (row->has_frame)
        frame_facts(facts, row);
    if (row->kind == CS_EV_FRAME)
        return;
    cs_row_text(tui, row, text, sizeof text);
    fact(facts, "event", cs_row_style(row), text);
    if (row->kind == CS_EV_ERROR) {
        cs_error_words(row->error, row->level, row->tx, text, sizeof text);
        fact(facts, "", CS_STYLE_TEXT, text);
    }
    for (const char *rest = fault ? fault->text : ""; *rest;) {
        int n = (int)strlen(rest) < facts->w - 10 ? (int)strlen(rest) : facts->w - 10;
        snprintf(text, sizeof text, "%.*s", n, rest);
        fact(facts, rest == fault->text ? "fault" : "", CS_STYLE_FAULT, text);
        rest += n;
    }
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_row *row = cs_trace_selected(tui);
    struct cs_rect box = cs_box_place(tui, BOX_WIDTH, 0, 0);
    struct facts facts = {.w = box.w - 4};

    if (row)
        all_facts(tui, &facts, row);
    else
        fact(&facts, "", 0, "");
    box = cs_box_place(tui, BOX_WIDTH, facts.y + 2, (tui->height - facts.y - 2) / 2);
    cs_canvas_box(canvas, box, "One row");
    facts = (struct facts){canvas, box.x + 2, box.y + 1, box.w - 4};
    if (row)
        all_facts(tui, &facts, row);
    else
        fact(&facts, "", CS_STYLE_DIM, "it made room for newer ones");
}

/* The trace's own keys go on: another row. */
static void key(struct cs_tui *tui, int32_t code)
{
    cs_bindings_run(cs_view_trace.bindings, cs_view_trace.n_bindings, tui, code);
}

static bool types(const struct cs_tui *tui)
{
    (void)tui;
    return false;
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ESC, CS_KEY_ENTER, 'q'}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
    {{CS_KEY_UP, 'k'}, "row before", "the row before", NULL, 0},
    {{CS_KEY_DOWN, 'j'}, "next row", "the next row", NULL, 0},
};

const struct cs_overlay cs_overlay_row = {
    .title = "One row",
    .needs = CS_NEEDS_FAULTS,
    .draw = draw,
    .key = key,
    .types = types,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
