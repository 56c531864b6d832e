/* SPDX-License-Identifier: MIT */
/* view_wire_draw.c - one attempt's bits: fields above, the level as a waveform, a lane for each
 * node. What there is no room for is left out, the waveform and the fields last. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/row_text.h"
#include "tui/view_wire.h"
#include "tui/widgets.h"

#define TABLE_LINES 8

/* Lines of the picture, -1 for those left out. */
struct lines {
    int facts, more, ruler, fields, values, high, low, marks, lanes, n_lanes, table, n_table;
    int strips, strip; /* of bits, one below the other; lines of each with an empty one */
};

struct picture {
    const struct wire_state *wire;
    const struct cs_shot *shot;
    struct cs_canvas *canvas;
    struct cs_rect body;
    int gutter, columns;  /* of one bit */
    unsigned first, end;  /* bits in sight */
    uint32_t guessed_bps; /* 0: the bit rate is known */
};

uint8_t wire_node_style(int node)
{
    static const uint8_t styles[] = {CS_STYLE_ID,  CS_STYLE_RTR,  CS_STYLE_ASCII,
                                     CS_STYLE_ARB, CS_STYLE_NODE, CS_STYLE_ID_EXT};

    return node < 0 ? CS_STYLE_DIM : styles[(unsigned)node % (sizeof styles)];
}

int wire_gutter(const struct cs_rect *body)
{
    return body->w >= 140 ? 18 : body->w >= 100 ? 15 : body->w >= 60 ? 12 : body->w >= 30 ? 6 : 0;
}

int wire_room(const struct wire_state *wire, const struct cs_rect *body)
{
    const int columns = wire_zooms[wire->zoom].columns;
    const int room = columns ? (body->w - wire_gutter(body)) / columns : 1;

    return room > 0 ? room : 1;
}

/* A tall screen shows the frame in several strips, and still some of the table. */
static int strips_of(const struct wire_state *wire, const struct cs_rect *body,
                     const struct lines *l)
{
    const int room = wire_room(wire, body), wanted = ((int)wire->shot.n_bits + room - 1) / room;
    const int fit = (body->h - l->fields - TABLE_LINES) / l->strip;

    if (l->n_lanes < (int)wire->shot.n_lanes || fit < 1 || wanted < 1)
        return 1;
    return wanted < fit ? wanted : fit;
}

static void plan(const struct wire_state *wire, const struct cs_rect *body, struct lines *l)
{
    const int lanes = (int)wire->shot.n_lanes, h = body->h;
    int y = 0, left;

    *l = (struct lines){.facts = y++, .more = -1, .ruler = -1, .marks = -1, .table = -1};
    if (h >= 12)
        l->more = y++;
    if (h >= 9)
        l->ruler = y++;
    l->fields = y++;
    l->values = y++;
    l->high = y++;
    l->low = y++;
    if (h >= 8)
        l->marks = y++;
    l->lanes = y;
    left = h - y;
    l->n_lanes = left < lanes ? left : lanes;
    if (h >= 16 && left - lanes < 5 && left >= 9) /* some for the table */
        l->n_lanes = lanes < left - 5 ? lanes : left - 5;
    if (l->n_lanes < 0)
        l->n_lanes = 0;
    y += l->n_lanes;
    l->strip = y - (l->ruler >= 0 ? l->ruler : l->fields) + 1;
    l->strips = strips_of(wire, body, l);
    y += (l->strips - 1) * l->strip;
    if (h - y >= 4 && body->w >= 50) {
        l->table = y + 1;
        l->n_table = h - l->table;
    }
}

int wire_strips(const struct wire_state *wire, const struct cs_rect *body)
{
    struct lines l;

    plan(wire, body, &l);
    return l.strips;
}

int wire_strip_at(const struct wire_state *wire, const struct cs_rect *body, int y)
{
    struct lines l;

    plan(wire, body, &l);
    y = (y - (l.ruler >= 0 ? l.ruler : l.fields)) / l.strip;
    return y < 0 ? 0 : y < l.strips ? y : l.strips - 1;
}

int wire_lanes(const struct wire_state *wire, const struct cs_rect *body)
{
    struct lines l;

    plan(wire, body, &l);
    return l.n_lanes;
}

static int x_of(const struct picture *p, unsigned bit)
{
    return p->gutter + (int)(bit - p->first) * p->columns;
}

/* ---- the first lines ------------------------------------------------------------------------- */

static void draw_facts(const struct cs_tui *tui, const struct picture *p, int y)
{
    const struct cs_shot *shot = p->shot;
    const struct cs_lane *lane = shot->n_lanes ? &shot->lane[0] : NULL;
    char form[CS_FRAME_TEXT_MAX] = "nobody sends", time[32], tries[48] = "";
    int x = 1, end;

    if (lane && lane->tx >= 0) {
        const struct cs_shot_tx *tx = &shot->tx[lane->tx];
        cs_frame_format(&tx->frame, form);
        if (tx->attempt) /* else it is of a log */
            snprintf(tries, sizeof tries, "try %u, waited %s", tx->attempt,
                     cs_text_span(shot->start_ps - tx->queued_ps, time));
    }
    if (tui->n_buses > 1)
        x = cs_canvas_put(p->canvas, x, y, CS_STYLE_DIM, tui->bus[shot->bus].name) + 2;
    end = p->body.w - 1 - (int)cs_text_width(tries);
    if (end < 50) {
        end = p->body.w - 1;
        tries[0] = '\0';
    }
    cs_canvas_put(p->canvas, end, y, CS_STYLE_DIM, tries);
    if (lane && lane->tx >= 0)
        x = cs_canvas_put(p->canvas, x, y, wire_node_style(lane->node), lane->name) + 2;
    cs_canvas_field(p->canvas, x, y, end - x - 1, false, CS_STYLE_BRIGHT, form);
}

static unsigned acks(const struct cs_shot *shot)
{
    unsigned n = 0;

    for (unsigned i = 0; i < shot->n_lanes; i++)
        n += shot->lane[i].acks;
    return n;
}

static void valid_text(const struct cs_shot *shot, char *text, size_t size)
{
    const unsigned n = acks(shot);

    if (!shot->acks_known)
        snprintf(text, size, "valid, acknowledged");
    else if (n)
        snprintf(text, size, "valid, acknowledged by %u node%s", n, n == 1 ? "" : "s");
    else
        snprintf(text, size, "valid, needs no acknowledgement");
}

/* The error that came first, and of the transmitter where several see it. */
static const struct cs_lane *first_error(const struct cs_shot *shot)
{
    const struct cs_lane *first = NULL;

    for (unsigned i = 0; i < shot->n_lanes; i++)
        if (shot->lane[i].error >= 0 && (!first || shot->lane[i].error < first->error))
            first = &shot->lane[i];
    return first;
}

static void failed_text(const struct cs_shot *shot, char *text, size_t size)
{
    const struct cs_lane *lane = first_error(shot);
    char place[48];

    if (!lane) {
        snprintf(text, size, "error frame");
        return;
    }
    cs_place_text(lane->error_field, lane->error_index, lane->error_stuff, place, sizeof place);
    snprintf(text, size, "%s error at %s, seen by %s%s",
             cs_error_name((enum cs_error_kind)lane->error_kind), place, lane->name,
             lane->passive ? ", passive flag" : "");
}

static void draw_more(const struct picture *p, int y)
{
    const struct cs_shot *shot = p->shot;
    const struct cs_lane *lane = shot->n_lanes ? &shot->lane[0] : NULL;
    char text[192], span[CS_NUMBER_MAX];
    unsigned stuff = 0;
    int x = 1;

    for (unsigned b = 0; b < shot->n_bits; b++)
        stuff += shot->bit[b].stuff;
    if (shot->valid)
        valid_text(shot, text, sizeof text);
    else if (shot->failed || first_error(shot))
        failed_text(shot, text, sizeof text);
    else
        snprintf(text, sizeof text, "on the wire: %u of %u bits so far", shot->n_bits,
                 shot->frame_bits);
    x = cs_canvas_put(p->canvas, x, y,
                      shot->valid                         ? CS_STYLE_GOOD
                      : shot->failed || first_error(shot) ? CS_STYLE_BAD
                                                          : CS_STYLE_WARN,
                      text);
    if (!shot->valid && !shot->failed)
        return;
    snprintf(text, sizeof text, " · %u bits, %u stuff, %s", shot->frame_bits, stuff,
             cs_text_span(
                 shot->bit[shot->frame_bits < shot->n_bits ? shot->frame_bits : shot->n_bits].at_ps,
                 span));
    x = cs_canvas_put(p->canvas, x, y, CS_STYLE_DIM, text);
    if (p->guessed_bps) {
        snprintf(text, sizeof text, " if the bit rate is %s",
                 cs_text_rates(p->guessed_bps, 0, span));
        x = cs_canvas_put(p->canvas, x, y, CS_STYLE_WARN, text);
    }
    if (shot->measured)
        x = cs_canvas_put(p->canvas, x, y, CS_STYLE_INFO, " · measured");
    if (!lane || !lane->counted)
        return;
    snprintf(text, sizeof text, " · then TEC %u REC %u", lane->tec, lane->rec);
    if (x + cs_text_width(text) <= p->canvas->width)
        cs_canvas_put(p->canvas, x, y,
                      lane->tec >= 128  ? CS_STYLE_BAD
                      : lane->tec >= 96 ? CS_STYLE_HIGH
                                        : CS_STYLE_DIM,
                      text);
}

/* ---- above the waveform ---------------------------------------------------------------------- */

static void draw_ruler(const struct picture *p, int y)
{
    static const unsigned steps[] = {1, 2, 5, 10, 20};
    unsigned step = 0;

    while ((int)steps[step] * p->columns < 8)
        step++;
    step = steps[step];
    for (unsigned b = p->first; b < p->end; b++)
        if (b % step == 0)
            cs_canvas_printf(p->canvas, x_of(p, b), y, CS_STYLE_FAINT, "%u", b);
    if (p->wire->marked && p->wire->mark_bus == p->shot->bus &&
        p->wire->mark_start_ps == p->shot->start_ps && p->wire->mark_bit >= p->first &&
        p->wire->mark_bit < p->end)
        cs_canvas_put(p->canvas, x_of(p, p->wire->mark_bit), y, CS_STYLE_KEY, "▾");
}

static uint8_t field_style(unsigned field)
{
    if (field == CS_FIELD_ERROR_FLAG || field == CS_FIELD_OVERLOAD_FLAG)
        return CS_STYLE_BAD;
    if (field == CS_FIELD_ID || field == CS_FIELD_ID_EXT)
        return CS_STYLE_ID;
    if (field == CS_FIELD_DATA)
        return CS_STYLE_ASCII;
    if (field == CS_FIELD_CRC || field == CS_FIELD_STUFF_COUNT)
        return CS_STYLE_RTR;
    return field >= CS_FIELD_INTERMISSION ? CS_STYLE_DIM : CS_STYLE_TEXT;
}

static void draw_fields(const struct picture *p, int y)
{
    for (unsigned b = p->first; b < p->end;) {
        const unsigned end =
            wire_part_end(p->shot, b) < p->end ? wire_part_end(p->shot, b) : p->end;
        const int x = x_of(p, b), room = (int)(end - b) * p->columns;
        char name[64];
        cs_canvas_put(p->canvas, x, y, CS_STYLE_FAINT, "│");
        if (room > 1) {
            wire_part_name(p->shot, b, room - 1, name, sizeof name);
            if (cs_text_width(name) <= room - 1)
                cs_canvas_put(p->canvas, x + 1, y, field_style(p->shot->bit[b].field), name);
        }
        b = end;
    }
}

static int middle(const struct picture *p)
{
    return p->columns >= 8 ? 3 : p->columns >= 4 ? 1 : 0;
}

static uint8_t bit_style(const struct picture *p, unsigned b)
{
    const struct cs_shot_bit *bit = &p->shot->bit[b];

    if (bit->stuff)
        return CS_STYLE_HIGH;
    if (bit->field == CS_FIELD_ERROR_FLAG || bit->field == CS_FIELD_OVERLOAD_FLAG)
        return CS_STYLE_BAD;
    return bit->level ? CS_STYLE_DIM : CS_STYLE_BRIGHT;
}

static void draw_wave(const struct picture *p, const struct lines *l)
{
    for (unsigned b = p->first; b < p->end; b++) {
        const unsigned level = p->shot->bit[b].level, was = b ? p->shot->bit[b - 1].level : 1;
        const uint8_t style = bit_style(p, b);
        const int x = x_of(p, b);
        cs_canvas_put_ch(p->canvas, x + middle(p), l->values, style, level ? '1' : '0');
        for (int i = 0; i < p->columns; i++)
            cs_canvas_put_ch(p->canvas, x + i, level ? l->high : l->low, style, 0x2500);
        if (level == was)
            continue;
        cs_canvas_put_ch(p->canvas, x, l->high, style, level ? 0x250c : 0x2510);
        cs_canvas_put_ch(p->canvas, x, l->low, style, level ? 0x2518 : 0x2514);
    }
}

static void draw_marks(const struct picture *p, int y)
{
    for (unsigned b = p->first; b < p->end; b++) {
        const struct cs_shot_bit *bit = &p->shot->bit[b];
        const unsigned permille =
            bit->rate == 'D' ? p->shot->data_sample_permille : p->shot->sample_permille;
        const int x = x_of(p, b);
        uint32_t mark = bit->stuff ? 's' : 0;
        uint8_t style = CS_STYLE_HIGH;
        if (p->columns >= 4)
            cs_canvas_put_ch(p->canvas, x + (int)permille * p->columns / 1000, y, CS_STYLE_FAINT,
                             0x25b4);
        if (bit->rate == 'B' || bit->rate == 'C') {
            mark = '%';
            style = CS_STYLE_INFO;
        }
        if ((int)b == p->shot->ack_slot && !bit->level) {
            mark = 'A';
            style = CS_STYLE_GOOD;
        }
        for (unsigned i = 0; i < p->shot->n_lanes; i++) {
            const struct cs_lane *lane = &p->shot->lane[i];
            if (lane->lost == (int)b && mark != 'E') {
                mark = 0xd7;
                style = CS_STYLE_ARB;
            }
            if (lane->error == (int)b) {
                mark = 'E';
                style = CS_STYLE_BAD;
            }
        }
        if (mark)
            cs_canvas_put_ch(p->canvas, x + middle(p), y, style, mark);
    }
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static void draw_lane_bit(const struct picture *p, const struct cs_lane *lane, unsigned b, int y)
{
    static const struct {
        uint32_t ch;
        uint8_t style; /* 0: the node's own */
    } looks[] = {
        [CS_DRIVE_NONE] = {0, CS_STYLE_FAINT},
        [CS_DRIVE_RECESSIVE] = {0x2500, 0},
        [CS_DRIVE_DOMINANT] = {0x2588, 0},
        [CS_DRIVE_LOST] = {0x2500, CS_STYLE_ARB},
        [CS_DRIVE_ACK] = {0x2588, CS_STYLE_GOOD},
        [CS_DRIVE_FLAG] = {0x2588, CS_STYLE_BAD},
        [CS_DRIVE_PASSIVE] = {0x2591, CS_STYLE_HIGH},
    };
    const enum cs_drive drive = cs_shot_drive(p->shot, lane, b);
    const uint8_t style = looks[drive].style ? looks[drive].style : wire_node_style(lane->node);
    const int x = x_of(p, b);

    for (int i = 0; looks[drive].ch && i < p->columns; i++)
        cs_canvas_put_ch(p->canvas, x + i, y, style, looks[drive].ch);
    if (drive == CS_DRIVE_NONE && p->columns >= 2)
        cs_canvas_put_ch(p->canvas, x + middle(p), y, CS_STYLE_FAINT, 0xb7);
    if (drive == CS_DRIVE_LOST && p->columns >= 4)
        cs_canvas_put(p->canvas, x, y, CS_STYLE_ARB, "lost");
    else if (drive == CS_DRIVE_LOST)
        cs_canvas_put_ch(p->canvas, x, y, CS_STYLE_ARB, 0xd7);
    if (lane->error == (int)b)
        cs_canvas_put_ch(p->canvas, x + middle(p), y, CS_STYLE_BAD, '!');
}

static void draw_lanes(const struct picture *p, const struct lines *l)
{
    const unsigned top = (unsigned)p->wire->lane_top;

    for (int i = 0; i < l->n_lanes && top + (unsigned)i < p->shot->n_lanes; i++) {
        const struct cs_lane *lane = &p->shot->lane[top + (unsigned)i];
        const int y = l->lanes + i;
        if (p->gutter)
            cs_canvas_field(p->canvas, 1, y, p->gutter - 2, false,
                            lane->listens ? CS_STYLE_DIM : wire_node_style(lane->node), lane->name);
        for (unsigned b = p->first; b < p->end; b++)
            draw_lane_bit(p, lane, b, y);
    }
    if (p->gutter && top > 0)
        cs_canvas_put(p->canvas, 0, l->lanes, CS_STYLE_KEY, "▴");
    if (p->gutter && l->n_lanes && top + (unsigned)l->n_lanes < p->shot->n_lanes)
        cs_canvas_put(p->canvas, 0, l->lanes + l->n_lanes - 1, CS_STYLE_KEY, "▾");
}

static void put_names(const struct picture *p, const struct lines *l)
{
    if (p->gutter < 10)
        return;
    cs_canvas_put(p->canvas, 1, l->fields, CS_STYLE_DIM, "field");
    cs_canvas_put(p->canvas, 1, l->values, CS_STYLE_DIM, "bit");
    cs_canvas_put(p->canvas, 1, l->high, CS_STYLE_DIM, "recessive");
    cs_canvas_put(p->canvas, 1, l->low, CS_STYLE_DIM, "dominant");
    if (l->marks >= 0 && p->columns >= 4)
        cs_canvas_put(p->canvas, 1, l->marks, CS_STYLE_FAINT, "▴ sampled");
}

static void draw_strip(struct picture *p, const struct lines *l)
{
    const unsigned cursor = (unsigned)p->wire->cursor;

    if (l->ruler >= 0)
        draw_ruler(p, l->ruler);
    put_names(p, l);
    draw_fields(p, l->fields);
    draw_wave(p, l);
    if (l->marks >= 0)
        draw_marks(p, l->marks);
    draw_lanes(p, l);
    if (cursor >= p->first && cursor < p->end)
        cs_canvas_select(p->canvas, (struct cs_rect){x_of(p, cursor), l->fields + 1, p->columns,
                                                     l->lanes + l->n_lanes - l->fields - 1});
}

void wire_draw_bits(const struct cs_tui *tui, const struct wire_state *wire,
                    struct cs_canvas *canvas, struct cs_rect body)
{
    struct picture p = {.wire = wire, .shot = &wire->shot, .canvas = canvas, .body = body};
    const unsigned room = (unsigned)wire_room(wire, &body);
    struct lines l;

    plan(wire, &body, &l);
    p.gutter = wire_gutter(&body);
    p.columns = wire_zooms[wire->zoom].columns;
    if (tui->bus[wire->shot.bus].rate_unknown)
        p.guessed_bps = tui->bus[wire->shot.bus].bitrate_bps;
    draw_facts(tui, &p, l.facts);
    if (l.more >= 0)
        draw_more(&p, l.more);
    if (l.table >= 0)
        wire_draw_fields(wire, canvas, (struct cs_rect){1, l.table, body.w - 2, l.n_table});
    for (int s = 0; s < l.strips; s++) {
        p.first = (unsigned)wire->left + (unsigned)s * room;
        p.end = p.first + room < wire->shot.n_bits ? p.first + room : wire->shot.n_bits;
        draw_strip(&p, &l);
        l.ruler += l.ruler >= 0 ? l.strip : 0;
        l.marks += l.marks >= 0 ? l.strip : 0;
        l.fields += l.strip;
        l.values += l.strip;
        l.high += l.strip;
        l.low += l.strip;
        l.lanes += l.strip;
    }
}
