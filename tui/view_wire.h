/* SPDX-License-Identifier: MIT */
/* view_wire.h - the parts of the wire view: what it keeps and its keys (view_wire.c), bits
 * (view_wire_draw.c) and their fields (view_wire_fields.c), the time line (view_wire_time.c).
 * Nobody else includes it. */
#ifndef CANSIM_TUI_VIEW_WIRE_H
#define CANSIM_TUI_VIEW_WIRE_H

#include "tui/shot.h"
#include "tui/view.h"

struct wire_zoom {
    int columns;       /* of one bit; 0: the time line */
    int64_t column_ps; /* of the time line */
};

struct wire_state {
    struct cs_shot shot;
    bool have;        /* there is one */
    uint64_t sel;     /* the trace's row that the cursor has followed */
    int cursor, left; /* bits */
    int lane_top;
    int zoom;
    int64_t from_ps; /* left end of the time line */
    bool marked;
    int64_t mark_ps;
    unsigned mark_bit;
    uint16_t mark_bus;
    int64_t mark_start_ps; /* of the attempt in which the mark is */
};

extern const struct wire_zoom wire_zooms[];
extern const int wire_n_zooms;

static inline bool wire_is_time(const struct wire_state *wire)
{
    return wire_zooms[wire->zoom].columns == 0;
}

/* Cells to the left, for names. */
int wire_gutter(const struct cs_rect *body);
/* Bits for which there is room. */
int wire_room(const struct wire_state *wire, const struct cs_rect *body);
/* Strips of so many bits, one below the other; which of them is on a line. */
int wire_strips(const struct wire_state *wire, const struct cs_rect *body);
int wire_strip_at(const struct wire_state *wire, const struct cs_rect *body, int y);
/* Lanes for which there is room. */
int wire_lanes(const struct wire_state *wire, const struct cs_rect *body);
/* A colour for a node, the same wherever it is. */
uint8_t wire_node_style(int node);

void wire_draw_bits(const struct cs_tui *tui, const struct wire_state *wire,
                    struct cs_canvas *canvas, struct cs_rect body);
void wire_draw_time(const struct cs_tui *tui, const struct wire_state *wire,
                    struct cs_canvas *canvas, struct cs_rect body);
/* The time line's bus and time under a cell. False: none. */
bool wire_time_at(const struct cs_tui *tui, const struct wire_state *wire, struct cs_rect body,
                  int x, int y, unsigned *bus, int64_t *at_ps);

/* ---- view_wire_fields.c ------------------------------------------------------------------------
 */

/* A field, or a byte of data: its bits. */
unsigned wire_part_first(const struct cs_shot *shot, unsigned bit);
unsigned wire_part_end(const struct cs_shot *shot, unsigned bit);
/* "CRC", "ID 2A0"; as short as `room` needs. */
void wire_part_name(const struct cs_shot *shot, unsigned bit, int room, char *text, size_t size);
/* The table of fields, the one under the cursor in the midst. */
void wire_draw_fields(const struct wire_state *wire, struct cs_canvas *canvas, struct cs_rect area);
/* The bit under the cursor, in words. */
void wire_bit_words(const struct cs_tui *tui, const struct wire_state *wire, char *text,
                    size_t size);
/* Names of the lanes for which `is` holds: "a, b and 3 more". */
void wire_names(const struct cs_shot *shot, unsigned bit, unsigned drives, char *text, size_t size);

#endif
