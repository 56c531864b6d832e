/* SPDX-License-Identifier: MIT */
/* view_ids_bits.c - the data of one identifier bit by bit: those that have never changed are faint,
 * those that have just changed stand out; and how regular it is. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view_ids.h"

#define BYTE_WIDTH       10
#define SIGNAL_WIDTH     50
#define DECODED_EVERY_PS (CS_PS_PER_S / 4)

static int bytes_a_line(int width)
{
    const int n = (width + 1) / BYTE_WIDTH;

    return n < 1 ? 1 : n > 16 ? 16 : n >= 8 && n < 16 ? 8 : n;
}

/* ---- signals: what a person or a decoder knows of the data ----------------------------------- */

static int signals_a_line(int width)
{
    return width < SIGNAL_WIDTH ? 1 : width / SIGNAL_WIDTH;
}

static bool is_own(const struct cs_own_field *field, const struct cs_tui_id *item)
{
    return field->spec.id == item->stat.last.id &&
           field->spec.ext == !!(item->stat.last.flags & CS_FRAME_EXT);
}

static int n_signals(const struct cs_tui *tui, const struct cs_tui_id *item)
{
    const struct ids_view *view = cs_ids_view(tui);
    int n = view->decoded ? (int)view->tree.n : 0;

    for (unsigned i = 0; i < tui->fields.n; i++)
        n += is_own(tui->fields.field[i], item);
    return n;
}

void cs_ids_decode(struct cs_tui *tui)
{
    struct ids_view *view = cs_ids_view(tui);
    const struct cs_tui_id *item = cs_ids_selected(tui);
    const struct cs_host_ops *ops = tui->host->ops;
    uint64_t newest;

    if (!view->bits || !item || view->frozen || !tui->decoded || !ops->decode) {
        view->decoded = false;
        return;
    }
    newest = cs_row_newest(&tui->ring, item->bus, item->stat.last.id, item->stat.last.flags);
    const struct cs_row *asked = cs_tui_ring_get(&tui->ring, view->tree_row);
    const bool other =
        !view->decoded || !asked || asked->id != item->stat.last.id || asked->bus != item->bus;
    if (newest == UINT64_MAX || newest == view->tree_row ||
        (!other && tui->info.now_ps - view->tree_ps < DECODED_EVERY_PS))
        return;
    view->tree_row = newest;
    view->tree_ps = tui->info.now_ps;
    view->decoded = ops->decode(tui->host->ctx, tui, newest, &view->tree) == 0;
}

/* Returns the number of signals that are on the screen now. */
static int put_signal(struct cs_canvas *canvas, struct cs_rect at, int n, uint8_t style,
                      const char *label, const char *value)
{
    const int a_line = signals_a_line(at.w), w = at.w / a_line, y = at.y + n / a_line;
    const int x = at.x + n % a_line * w, label_w = w * 2 / 5;

    if (y >= at.y + at.h)
        return n;
    cs_canvas_field(canvas, x, y, label_w - 1, false, CS_STYLE_DIM, label);
    cs_canvas_field(canvas, x + label_w, y, w - label_w - 1, false, style, value);
    return n + 1;
}

static void draw_signals(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const struct cs_tui_id *item)
{
    static const uint8_t styles[] = {CS_STYLE_TEXT, CS_STYLE_INFO, CS_STYLE_HIGH, CS_STYLE_BAD};
    const struct ids_view *view = cs_ids_view(tui);
    const struct cs_frame *f = &item->stat.last;
    char text[64], label[64];
    int n = 0;

    for (unsigned i = 0; i < tui->fields.n; i++) {
        const struct cs_own_field *own = tui->fields.field[i];
        if (is_own(own, item) && cs_field_value(own, f->data, f->len, text, sizeof text))
            n = put_signal(canvas, at, n, CS_STYLE_BRIGHT, own->spec.name, text);
    }
    for (unsigned i = 0; view->decoded && i < view->tree.n; i++) {
        const struct cs_decoded_field *field = &view->tree.field[i];
        snprintf(label, sizeof label, "%*s%s", field->depth < 4 ? field->depth : 4, "",
                 field->label);
        n = put_signal(canvas, at, n, styles[field->severity & 3], label, field->value);
    }
}

/* ---------------------------------------------------------------------------------------------- */

int cs_ids_bits_height(const struct cs_tui *tui)
{
    const struct cs_rect body = cs_tui_body(tui);
    const struct cs_tui_id *item = cs_ids_selected(tui);
    int wanted;

    if (!cs_ids_view(tui)->bits || !item || body.h < 8)
        return 0;
    const int a_line = bytes_a_line(body.w), len = item->stat.last.len;
    wanted = 2 + 2 * ((len + a_line - 1) / a_line);
    wanted += (n_signals(tui, item) + signals_a_line(body.w) - 1) / signals_a_line(body.w);
    return wanted < body.h / 2 ? wanted : body.h / 2;
}

static void draw_byte(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y,
                      const struct cs_tui_id *item, unsigned i)
{
    const int64_t age = cs_ids_now(tui) - item->changed_ps[i];
    const bool known = item->changed_ps[i] >= 0;

    cs_canvas_printf(canvas, x, y, CS_STYLE_DIM, "%u", i);
    cs_canvas_printf(canvas, i < 10 ? x + 2 : x + 3, y, CS_STYLE_BRIGHT, "%02X",
                     item->stat.last.data[i]);
    if (i < 10)
        cs_canvas_printf(canvas, x + 5, y, CS_STYLE_TEXT, "%3u", item->stat.last.data[i]);
    for (int bit = 7; bit >= 0; bit--) {
        const unsigned mask = 1u << bit;
        const bool just = known && (item->diff[i] & mask);
        const uint8_t style = just && age < IDS_HOT_PS    ? CS_STYLE_HOT
                              : just && age < IDS_WARM_PS ? CS_STYLE_WARM
                              : item->notch[i] & mask     ? CS_STYLE_DIM
                              : item->ever[i] & mask      ? CS_STYLE_BRIGHT
                                                          : CS_STYLE_FAINT;
        cs_canvas_put_ch(canvas, x + 7 - bit, y + 1, style,
                         item->stat.last.data[i] & mask ? '1' : '0');
    }
}

static void draw_periods(struct cs_canvas *canvas, int x, int y, int width,
                         const struct cs_tui_id *item)
{
    char text[160], least[CS_NUMBER_MAX], mean[CS_NUMBER_MAX], most[CS_NUMBER_MAX];

    if (!item->n_periods) {
        cs_canvas_put(canvas, x, y, CS_STYLE_DIM, "no period so far");
        return;
    }
    snprintf(text, sizeof text, "periods %s least, %s mean, %s most",
             cs_text_span(item->least_ps, least), cs_text_span(item->mean_ps, mean),
             cs_text_span(item->most_ps, most));
    cs_canvas_field(canvas, x, y, width, false, CS_STYLE_DIM, text);
    x += cs_text_width(text) + 2;
    width -= cs_text_width(text) + 2;
    width = width < (int)CS_IDS_PERIODS ? width : (int)CS_IDS_PERIODS;
    if (width > 3)
        cs_ids_put_periods(canvas, (struct cs_rect){x, y, width, 1}, item);
}

void cs_ids_draw_bits(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_tui_id *item = cs_ids_selected(tui);
    const int a_line = bytes_a_line(at.w);
    int y = at.y + 1;

    if (!item || at.h < 2)
        return;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_BOX, 0x2500);
    cs_canvas_printf(canvas, at.x + 1, at.y, CS_STYLE_BOX_TITLE,
                     item->stat.last.flags & CS_FRAME_EXT ? " %08" PRIX32 " " : " %03" PRIX32 " ",
                     item->stat.last.id);
    draw_periods(canvas, at.x + 1, y++, at.w - 2, item);
    for (int i = 0; i < item->stat.last.len && y + 1 < at.y + at.h; i++) {
        draw_byte(tui, canvas, at.x + 1 + i % a_line * BYTE_WIDTH, y, item, (unsigned)i);
        if (i % a_line == a_line - 1 || i == item->stat.last.len - 1)
            y += 2;
    }
    draw_signals(tui, canvas, (struct cs_rect){at.x + 1, y, at.w - 2, at.y + at.h - y}, item);
}
