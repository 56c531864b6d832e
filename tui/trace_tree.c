/* SPDX-License-Identifier: MIT */
/* trace_tree.c - one row opened: what it was on the wire, and the fields that a decoder finds when
 * it is asked again. And from a request to its answer. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/wire.h"
#include "tui/row_text.h"
#include "tui/trace.h"
#include "tui/widgets.h"

#define FACTS_MAX     7     /* lines in front of the fields */
#define ANSWER_WITHIN 20000 /* rows */

struct fact {
    const char *label;
    char text[256];
    uint8_t style;
};

struct facts {
    struct fact line[FACTS_MAX];
    int n;
};

static char *add(struct facts *facts, const char *label, uint8_t style)
{
    struct fact *fact = &facts->line[facts->n++];

    fact->label = label;
    fact->style = style;
    return fact->text;
}

static void frame_facts(const struct cs_row *row, struct facts *facts)
{
    char on[CS_NUMBER_MAX], waited[CS_NUMBER_MAX];
    const char *form = row->flags & CS_FRAME_RTR  ? "remote frame"
                       : row->flags & CS_FRAME_FD ? "CAN FD"
                                                  : "data frame";

    snprintf(add(facts, "frame", CS_STYLE_TEXT), sizeof facts->line[0].text,
             row->flags & CS_FRAME_EXT ? "%s, extended %08" PRIX32 ", %s%sdlc %u, %u byte%s"
                                       : "%s, base %03" PRIX32 ", %s%sdlc %u, %u byte%s",
             form, row->id, row->flags & CS_FRAME_BRS ? "BRS, " : "",
             row->flags & CS_FRAME_ESI ? "ESI, " : "", row->dlc, row->len,
             row->len == 1 ? "" : "s");
    if (row->kind != CS_EV_FRAME)
        return;
    if (!row->attempt) { /* of a log */
        snprintf(add(facts, "wire", CS_STYLE_TEXT), sizeof facts->line[0].text, "%u bits",
                 row->n_bits);
        return;
    }
    snprintf(add(facts, "wire", CS_STYLE_TEXT), sizeof facts->line[0].text,
             "%u bits in %s, queued %s before it began; attempt %u, lost %u×", row->n_bits,
             cs_text_span(row->at_ps - row->start_ps, on),
             cs_text_span(row->start_ps - row->queued_ps, waited), row->attempt, row->lost);
}

static void link_fact(const struct cs_tui *tui, const struct cs_row *row, uint64_t to,
                      const char *label, struct facts *facts)
{
    const struct cs_row *other = cs_tui_ring_get(&tui->ring, to);
    char span[CS_NUMBER_MAX], form[CS_FRAME_TEXT_MAX];
    struct cs_frame frame;
    int64_t ps;

    if (!other || !cs_row_frame(other, &frame))
        return;
    ps = other->at_ps > row->at_ps ? other->at_ps - row->at_ps : row->at_ps - other->at_ps;
    cs_frame_format(&frame, form);
    snprintf(add(facts, label, CS_STYLE_INFO), sizeof facts->line[0].text,
             "%.40s %s %s: a goes there", form, cs_text_span(ps, span),
             other->at_ps > row->at_ps ? "later" : "earlier");
}

static void collect(const struct cs_tui *tui, struct facts *facts)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, keep->open_row);

    facts->n = 0;
    if (!row) {
        snprintf(add(facts, "", CS_STYLE_DIM), sizeof facts->line[0].text,
                 "it made room for newer ones");
        return;
    }
    if (row->kind != CS_EV_FRAME)
        cs_row_text(tui, row, add(facts, "event", cs_row_style(row)), sizeof facts->line[0].text);
    if (row->kind == CS_EV_ERROR)
        cs_error_words(row->error, row->level, row->tx, add(facts, "", CS_STYLE_TEXT),
                       sizeof facts->line[0].text);
    if (row->has_frame)
        frame_facts(row, facts);
    if (row->kind != CS_EV_FRAME)
        return;
    char text[200];
    if (cs_fields_text(&tui->fields, row->id, row->flags, (const uint8_t *)row->data, row->len,
                       text, sizeof text))
        snprintf(add(facts, "yours", CS_STYLE_TEXT), sizeof facts->line[0].text, "%s", text);
    if (keep->decode_error) {
        snprintf(add(facts, "meaning", CS_STYLE_DIM), sizeof facts->line[0].text, "%s",
                 tui->decoded ? "it does not belong to the decoder's protocol"
                              : "nobody decodes: :decode canopen tells what frames mean");
        return;
    }
    link_fact(tui, row, keep->tree.answers, "answers", facts);
    link_fact(tui, row, keep->tree.answered_by, "answered", facts);
    snprintf(add(facts, keep->tree.protocol, CS_STYLE_BRIGHT), sizeof facts->line[0].text, "%s",
             keep->tree.summary);
}

int cs_trace_tree_lines(const struct cs_tui *tui)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    struct facts facts;

    collect(tui, &facts);
    return facts.n + (keep->decode_error ? 0 : (int)keep->tree.n + (keep->tree.left_out > 0));
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* "byte 0", "bytes 1-2", "byte 3 bits 0-5". */
static void bits_text(const struct cs_decoded_field *field, char *text, size_t size)
{
    const unsigned first = field->first_bit, last = field->first_bit + field->n_bits - 1u;

    text[0] = '\0';
    if (!field->n_bits)
        return;
    if (first % 8 == 0 && last % 8 == 7)
        snprintf(text, size, first / 8 == last / 8 ? "byte %u" : "bytes %u-%u", first / 8,
                 last / 8);
    else if (first == last)
        snprintf(text, size, "byte %u bit %u", first / 8, first % 8);
    else if (first / 8 == last / 8)
        snprintf(text, size, "byte %u bits %u-%u", first / 8, first % 8, last % 8);
    else
        snprintf(text, size, "bits %u-%u", first, last);
}

static void put_field(struct cs_canvas *canvas, struct cs_rect at,
                      const struct cs_decoded_field *field)
{
    static const uint8_t styles[] = {CS_STYLE_TEXT, CS_STYLE_INFO, CS_STYLE_HIGH, CS_STYLE_BAD};
    const int indent = 2 * field->depth < at.w / 4 ? 2 * field->depth : at.w / 4;
    const int label = at.w > 76 ? 30 : at.w * 2 / 5, where = at.w > 60 ? 18 : 0;
    char bits[32];

    cs_canvas_field(canvas, at.x + indent, at.y, label - indent - 1, false, CS_STYLE_DIM,
                    field->label);
    cs_canvas_field(canvas, at.x + label, at.y, at.w - label - where - 1, false,
                    styles[field->severity & 3], field->value);
    bits_text(field, bits, sizeof bits);
    if (where)
        cs_canvas_field(canvas, at.x + at.w - where, at.y, where, true, CS_STYLE_FAINT, bits);
}

void cs_trace_draw_tree(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int all = cs_trace_tree_lines(tui), x = at.w > 60 ? 10 : 4;
    struct facts facts;

    collect(tui, &facts);
    for (int i = 0; i < at.h; i++) {
        const int line = i + keep->tree_top, y = at.y + i, field = line - facts.n;
        const bool more = i == at.h - 1 && line < all - 1;
        cs_canvas_put_ch(canvas, at.x + x - 2, y, CS_STYLE_FAINT,
                         line == all - 1 ? 0x2514 : 0x2502);
        if (more) {
            cs_canvas_printf(canvas, at.x + x, y, CS_STYLE_DIM, "%d more lines: Right shows them",
                             all - line);
        } else if (field < 0) {
            cs_canvas_field(canvas, at.x + x, y, 9, false, CS_STYLE_DIM, facts.line[line].label);
            cs_canvas_field(canvas, at.x + x + 10, y, at.w - x - 11, false, facts.line[line].style,
                            facts.line[line].text);
        } else if (field < (int)keep->tree.n) {
            put_field(canvas, (struct cs_rect){at.x + x + 2, y, at.w - x - 3, 1},
                      &keep->tree.field[field]);
        } else {
            cs_canvas_printf(canvas, at.x + x, y, CS_STYLE_DIM, "and %u further fields",
                             keep->tree.left_out);
        }
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

static int decode(const struct cs_tui *tui, uint64_t number, struct cs_decoded *decoded)
{
    decoded->n = decoded->left_out = 0;
    decoded->answers = decoded->answered_by = CS_NO_ROW;
    return tui->host->ops->decode ? tui->host->ops->decode(tui->host->ctx, tui, number, decoded)
                                  : -1;
}

void cs_trace_decode_again(struct cs_tui *tui)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const struct cs_row *row = keep->open ? cs_tui_ring_get(&tui->ring, keep->open_row) : NULL;

    if (row)
        keep->decode_error =
            row->kind == CS_EV_FRAME ? decode(tui, keep->open_row, &keep->tree) : -1;
}

/* Or show what does not fit of a tree that is open. */
void cs_trace_open(struct cs_tui *tui, int unused)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int page = cs_tui_page(tui) - 1;

    (void)unused;
    cs_trace_stop(tui);
    const struct cs_row *row = cs_trace_selected(tui);
    if (!row)
        return;
    if (keep->open && keep->open_row == tui->trace.sel) {
        const int left = cs_trace_tree_lines(tui) - keep->tree_top;
        keep->tree_top = left > page ? keep->tree_top + (page > 1 ? page - 1 : 1) : 0;
    } else {
        keep->open = true;
        keep->open_row = tui->trace.sel;
        keep->tree_top = 0;
        cs_trace_decode_again(tui);
    }
    cs_trace_show_selected(tui);
}

void cs_trace_close(struct cs_tui *tui, int unused)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    (void)unused;
    if (keep->open && keep->tree_top > 0 && keep->open_row == tui->trace.sel)
        keep->tree_top = 0;
    else
        keep->open = false;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* Without a decoder. */
static uint64_t customary(const struct cs_tui *tui, const struct cs_row *row, uint64_t number)
{
    uint32_t id;
    int by;

    if (!cs_like_answer(row->id, row->flags, &id, &by))
        return CS_NO_ROW;
    for (unsigned i = 0; i < ANSWER_WITHIN; i++) {
        const struct cs_row *other;
        number = by > 0 ? number + 1 : number - 1;
        other = cs_tui_ring_get(&tui->ring, number);
        if (!other)
            break;
        if (other->kind == CS_EV_FRAME && other->bus == row->bus && other->id == id &&
            !((other->flags ^ row->flags) & CS_FRAME_EXT) && !(other->flags & CS_FRAME_RTR))
            return number;
    }
    return CS_NO_ROW;
}

void cs_trace_answer(struct cs_tui *tui, int unused)
{
    struct cs_decoded decoded;
    uint64_t to = CS_NO_ROW;
    char span[CS_NUMBER_MAX];

    (void)unused;
    cs_trace_stop(tui);
    const struct cs_row *selected = cs_trace_selected(tui);
    if (!selected || selected->kind != CS_EV_FRAME)
        return;
    const struct cs_row row = *selected; /* answers may be far away */
    if (decode(tui, tui->trace.sel, &decoded) == 0)
        to = decoded.answers != CS_NO_ROW ? decoded.answers : decoded.answered_by;
    if (to == CS_NO_ROW)
        to = customary(tui, &row, tui->trace.sel);
    const struct cs_row *other = cs_tui_ring_get(&tui->ring, to);
    if (!other) {
        cs_tui_say(tui, false, "no request or answer belongs to it, as far as is known");
        return;
    }
    const bool later = other->at_ps >= row.at_ps;
    cs_text_span(later ? other->at_ps - row.at_ps : row.at_ps - other->at_ps, span);
    cs_trace_select(tui, to);
    cs_tui_say(tui, false, "the %s, %s %s: a goes back%s", later ? "answer" : "request", span,
               later ? "later" : "earlier", cs_trace_hidden(tui, to));
}
