/* SPDX-License-Identifier: MIT */
/* view_transmit_draw.c - the list of frames to send, and below it the selected one on the wire. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/transmit.h"
#include "tui/widgets.h"

#define WIRE_LINES 5  /* of the selected frame, without its rule */
#define WIRE_MIN   13 /* lines of the body where they are shown */

struct line {
    const struct cs_listed_frame *frame;
    const struct cs_transmit *transmit;
};

static const struct cs_sent *sent_of(const struct line *line)
{
    return &line->transmit->sent[line->frame->slot];
}

static int wire_lines(const struct cs_tui *tui)
{
    const struct cs_listed_frame *frame = cs_transmit_selected(tui);
    const struct cs_rect body = cs_tui_body(tui);
    int lines;

    if (!frame || body.h < WIRE_MIN || body.w < 60)
        return 0;
    lines = WIRE_LINES + cs_frame_preview_more(&frame->item.send.frame, body.w - 2);
    return 1 + (lines <= body.h / 2 ? lines : WIRE_LINES);
}

int cs_transmit_page(const struct cs_tui *tui)
{
    const int page = cs_tui_page(tui) - wire_lines(tui);

    return page > 0 ? page : 1;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_state(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct line *line = item;
    const struct cs_send_item *frame = &line->frame->item;

    (void)tui;
    if (!frame->send.period_ps)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_FAINT, "· once");
    else if (!frame->on)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, "■ off");
    else if (line->transmit->held)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_WARN, "‖ held");
    else
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_GOOD, "▶ runs");
}

static void cell_key(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_KEY,
                    ((const struct line *)item)->frame->item.key);
}

static void cell_name(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT,
                    ((const struct line *)item)->frame->item.name);
}

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const unsigned bus = ((const struct line *)item)->frame->item.send.bus;

    if (bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[bus].name);
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_frame *frame = &((const struct line *)item)->frame->item.send.frame;

    (void)tui;
    cs_put_id(canvas, at, frame->id, frame->flags);
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    (void)tui;
    cs_put_fd(canvas, at, ((const struct line *)item)->frame->item.send.frame.flags);
}

static void cell_len(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_frame *frame = &((const struct line *)item)->frame->item.send.frame;

    (void)tui;
    cs_put_len(canvas, at, frame->flags, frame->dlc, frame->len);
}

/* Bytes in which a counter moves stand out. */
static void cell_data(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_send *send = &((const struct line *)item)->frame->item.send;
    uint64_t moves = 0;

    (void)tui;
    if (send->frame.flags & CS_FRAME_RTR) {
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_RTR, "remote request");
        return;
    }
    for (int64_t i = 0; send->counts && i < (send->counter.bits + 7) / 8; i++)
        moves |= UINT64_C(1) << (send->counter.byte + i);
    cs_put_data(canvas, at, send->frame.data, send->frame.len, 0, moves);
}

static void cell_period(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    const struct cs_send *send = &((const struct line *)item)->frame->item.send;
    char text[40] = "–";

    (void)tui;
    if (send->period_ps)
        cs_units_format_time(send->period_ps, text, sizeof text);
    cs_canvas_field(canvas, at.x, at.y, at.w, true,
                    send->period_ps ? CS_STYLE_TEXT : CS_STYLE_FAINT, text);
}

static void cell_burst(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_send *send = &((const struct line *)item)->frame->item.send;
    char text[64], gap[40];

    (void)tui;
    if (send->burst < 2)
        return;
    snprintf(text, sizeof text, "%u×%s", send->burst,
             cs_units_format_time(send->gap_ps, gap, sizeof gap));
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT, text);
}

static void cell_counter(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const void *item)
{
    const struct cs_send *send = &((const struct line *)item)->frame->item.send;
    char text[CS_COUNTER_TEXT_MAX];

    (void)tui;
    if (send->counts)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_WARM,
                        cs_counter_format(&send->counter, text));
}

static void put_count(struct cs_canvas *canvas, struct cs_rect at, uint64_t n, uint8_t style)
{
    char text[CS_NUMBER_MAX];

    cs_canvas_field(canvas, at.x, at.y, at.w, true, n ? style : CS_STYLE_FAINT,
                    cs_text_count(n, at.w, text));
}

static void cell_sent(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    put_count(canvas, at, sent_of(item)->sent, CS_STYLE_TEXT);
}

static void cell_failed(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    (void)tui;
    put_count(canvas, at, sent_of(item)->failed + sent_of(item)->refused, CS_STYLE_BAD);
}

/* What came of the last one, in a few words. */
static uint8_t last_text(const struct cs_tui *tui, const struct line *line, char *text, size_t size)
{
    const struct cs_sent *sent = sent_of(line);
    char ago[CS_NUMBER_MAX];

    if (line->transmit->told[line->frame->slot].error) {
        snprintf(text, size, "not taken");
        return CS_STYLE_BAD;
    }
    switch (sent->last) {
    case CS_SENT_QUEUED:
        snprintf(text, size, "waits");
        return CS_STYLE_WARN;
    case CS_SENT_REFUSED:
        snprintf(text, size, "%s",
                 sent->error == -ENOSPC       ? "queue full"
                 : sent->error == -ENETDOWN   ? "bus-off"
                 : sent->error == -EOPNOTSUPP ? "no CAN FD"
                                              : "refused");
        return CS_STYLE_BAD;
    case CS_SENT_OVER:
        if (sent->result != CS_TX_OK) {
            snprintf(text, size, "%s", cs_tx_result_name(sent->result));
            return CS_STYLE_BAD;
        }
        snprintf(text, size, "%s ago", cs_text_span(tui->info.now_ps - sent->sent_ps, ago));
        return CS_STYLE_GOOD;
    default:
        snprintf(text, size, "–");
        return CS_STYLE_FAINT;
    }
}

static void cell_last(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    char text[64];
    const uint8_t style = last_text(tui, item, text, sizeof text);

    cs_canvas_field(canvas, at.x, at.y, at.w, false, style, text);
}

static bool any(const struct cs_tui *tui, bool (*has)(const struct cs_send_item *item))
{
    const struct cs_transmit *t = cs_transmit_of(tui);

    for (unsigned i = 0; i < t->list.n; i++)
        if (has(&t->list.frame[i].item))
            return true;
    return false;
}

static bool has_key(const struct cs_send_item *item)
{
    return item->key[0] != '\0';
}

static bool has_burst(const struct cs_send_item *item)
{
    return item->send.burst > 1;
}

static int want_key(const struct cs_tui *tui)
{
    return any(tui, has_key) ? 3 : 0;
}

/* As wide as the names need, within reason. */
static int want_name(const struct cs_tui *tui)
{
    const struct cs_transmit *t = cs_transmit_of(tui);
    const int most = cs_tui_body(tui).w < 100 ? 12 : 20;
    int width = 0;

    for (unsigned i = 0; i < t->list.n; i++) {
        const int w = cs_text_width(t->list.frame[i].item.name);
        width = w > width ? w : width;
    }
    return width > most ? most : width && width < 4 ? 4 : width;
}

static int want_burst(const struct cs_tui *tui)
{
    return any(tui, has_burst) ? 6 : 0;
}

/* The title at least. */
static int want_counter(const struct cs_tui *tui)
{
    const struct cs_transmit *t = cs_transmit_of(tui);
    char text[CS_COUNTER_TEXT_MAX];
    int width = 0;

    for (unsigned i = 0; i < t->list.n; i++) {
        const struct cs_send *send = &t->list.frame[i].item.send;
        const int w = send->counts ? (int)strlen(cs_counter_format(&send->counter, text)) : 0;
        width = w > width ? w : width;
    }
    return width > 16 ? 16 : width && width < 7 ? 7 : width;
}

static int want_data(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w < 60 ? 8 : cs_tui_body(tui).w < 90 ? 14 : 23;
}

static const struct cs_column columns[] = {
    CS_COLUMN("state", 6, 6, false, 0, .cell = cell_state),
    CS_COLUMN("key", 3, 3, false, 4, .cell = cell_key, .wanted = want_key),
    CS_COLUMN("name", 8, 24, false, 3, .cell = cell_name, .wanted = want_name),
    CS_COLUMN("bus", 5, 8, false, 5, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("id", 8, 8, true, 0, .cell = cell_id),
    CS_COLUMN("fd", 3, 3, false, 8, .cell = cell_fd, .wanted = cs_want_fd),
    CS_COLUMN(" n", 2, 5, true, 8, .cell = cell_len),
    CS_COLUMN("data", 23, 24, false, 0, .cell = cell_data, .wanted = want_data,
              .most = cs_most_data),
    CS_COLUMN("every", 6, 9, true, 0, .cell = cell_period),
    CS_COLUMN("burst", 6, 10, false, 7, .cell = cell_burst, .wanted = want_burst),
    CS_COLUMN("counter", 7, 16, false, 9, .cell = cell_counter, .wanted = want_counter),
    CS_COLUMN("sent", 5, 9, true, 2, .cell = cell_sent),
    CS_COLUMN("failed", 6, 6, true, 9, .cell = cell_failed),
    CS_COLUMN("last", 12, 15, false, 6, .cell = cell_last),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

/* ---- the whole ------------------------------------------------------------------------------- */

static void draw_empty(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    static const char *const lines[][2] = {
        {"a", "adds a frame"},
        {"f", "takes the one selected in the trace"},
        {":transmit-load FILE", "reads a list, or a scenario's periodic nodes"},
    };
    const int width = 22 + 45, x = body.w > width ? (body.w - width) / 2 : 1;
    int y = body.y + body.h / 2 - 2;

    cs_canvas_put(canvas, x, y, CS_STYLE_BRIGHT,
                  tui->info.log[0] ? "this is a log: frames can be listed, not sent"
                                   : "no frames to send yet");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        y++;
        cs_canvas_put(canvas, x, y, CS_STYLE_KEY, lines[i][0]);
        cs_canvas_field(canvas, x + 22, y, body.w - x - 22, false, CS_STYLE_DIM, lines[i][1]);
    }
}

static void draw_wire(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body,
                      int lines)
{
    const struct cs_listed_frame *frame = cs_transmit_selected(tui);
    const int y = body.y + body.h - lines;
    char name[64];

    cs_canvas_fill(canvas, (struct cs_rect){0, y, body.w, 1}, CS_STYLE_FAINT, 0x2500);
    cs_transmit_name(frame, name, sizeof name);
    cs_canvas_printf(canvas, 1, y, CS_STYLE_COLUMN, " %s on the wire ", name);
    cs_frame_preview(tui, canvas, frame->item.send.bus, &frame->item.send.frame,
                     (struct cs_rect){1, y + 1, body.w - 2, lines - 1});
}

void cs_transmit_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_transmit *t = cs_transmit_of(tui);
    const int page = cs_transmit_page(tui), lines = wire_lines(tui);
    struct cs_columns_layout layout;

    if (!t->list.n) {
        draw_empty(tui, canvas, body);
        return;
    }
    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    for (int i = 0; i < page && t->rows.top + i < (int)t->list.n; i++) {
        const struct line line = {&t->list.frame[t->rows.top + i], t};
        cs_columns_row(tui, columns, N_COLUMNS, canvas, body.y + 1 + i, &layout, &line);
        if (t->rows.top + i == t->rows.sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
    }
    if (lines)
        draw_wire(tui, canvas, body, lines);
}

void cs_transmit_status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_transmit *t = cs_transmit_of(tui);
    uint64_t sent = 0;
    unsigned on = 0;
    char n[CS_NUMBER_MAX];

    for (unsigned i = 0; i < t->list.n; i++) {
        sent += t->sent[t->list.frame[i].slot].sent;
        on += t->list.frame[i].item.on;
    }
    snprintf(text, size, "%u frame%s · %u %s · %s sent", t->list.n, t->list.n == 1 ? "" : "s", on,
             t->held ? "held" : "running", cs_text_count(sent, 9, n));
}

/* What it does, in words. */
static void describe(const struct cs_tui *tui, const struct cs_listed_frame *frame, char *text,
                     size_t size)
{
    const struct cs_send *s = &frame->item.send;
    char form[CS_FRAME_TEXT_MAX], time[40];
    int n;

    cs_frame_format(&s->frame, form);
    n = snprintf(text, size, "%s on %s", form, s->bus < tui->n_buses ? tui->bus[s->bus].name : "?");
    if (s->period_ps)
        n += snprintf(text + n, size - (size_t)n, " · every %s",
                      cs_units_format_time(s->period_ps, time, sizeof time));
    else
        n += snprintf(text + n, size - (size_t)n, " · when asked (s)");
    if (s->burst > 1 && s->gap_ps)
        n += snprintf(text + n, size - (size_t)n, " · %u of them, %s apart", s->burst,
                      cs_units_format_time(s->gap_ps, time, sizeof time));
    else if (s->burst > 1)
        n += snprintf(text + n, size - (size_t)n, " · %u of them together", s->burst);
    if (frame->item.key[0])
        snprintf(text + n, size - (size_t)n, " · %s sends it", frame->item.key);
}

void cs_transmit_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_listed_frame *frame = cs_transmit_selected(tui);
    const struct cs_transmit *t = cs_transmit_of(tui);
    const struct cs_sent *sent;
    char text[512], words[128] = "";
    size_t n;

    if (!frame)
        return;
    sent = &t->sent[frame->slot];
    describe(tui, frame, text, sizeof text);
    n = strlen(text);
    if (t->told[frame->slot].error)
        snprintf(words, sizeof words, " · not taken: %s",
                 cs_transmit_refusal(t->told[frame->slot].error));
    else if (sent->last == CS_SENT_REFUSED)
        snprintf(words, sizeof words, " · refused: %s", cs_inject_refusal(sent->error));
    else if (sent->last == CS_SENT_QUEUED)
        snprintf(words, sizeof words, " · waits for the bus");
    if (sent->queued)
        snprintf(text + n, sizeof text - n, " · queued %" PRIu64 ", sent %" PRIu64 "%s",
                 sent->queued, sent->sent, words);
    else
        snprintf(text + n, sizeof text - n, "%s", words);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}
