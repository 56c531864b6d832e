/* SPDX-License-Identifier: MIT */
/* host_decode.c - a row decoded again: a decoder without memory is told the frames before it, then
 * the row, then those behind it until one of them answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "scenarios/session_live.h"
#include "scenarios/text.h"
#include "tui/host_rows.h"

#define BEFORE 4000u /* rows */
#define AFTER  4000u

struct replay {
    struct cs_decoded *out;
    uint64_t *rows; /* by the frame's number, from 1 on */
    uint64_t n;
    uint64_t row, number; /* what is asked for; number 0: not reached */
    bool theirs;
};

/* ---- what is said ---------------------------------------------------------------------------- */

static void keep_field(struct cs_decoded *out, const struct cs_tree_field *from)
{
    struct cs_decoded_field *to;

    if (out->n == CS_DECODED_FIELDS) {
        out->left_out++;
        return;
    }
    to = &out->field[out->n++];
    to->depth = (uint8_t)(from->depth < 16 ? from->depth : 16);
    to->severity = from->field.severity;
    to->first_bit = from->field.first_bit;
    to->n_bits = from->field.n_bits;
    snprintf(to->label, sizeof to->label, "%s",
             from->field.label ? from->field.label : from->field.name);
    cs_tree_value(&from->field, to->value, sizeof to->value);
    cs_text_clean(to->label);
    cs_text_clean(to->value);
}

static void keep_tree(struct replay *r, const struct cs_decode_said *said)
{
    const struct cs_tree *tree = said->tree;
    struct cs_decoded *out = r->out;

    r->number = said->frame->number;
    r->theirs = said->decoder != NULL;
    snprintf(out->protocol, sizeof out->protocol, "%s", tree->protocol);
    snprintf(out->summary, sizeof out->summary, "%.255s", tree->summary);
    cs_text_clean(out->protocol);
    cs_text_clean(out->summary);
    for (unsigned i = 0; i < tree->n_fields; i++)
        keep_field(out, &tree->fields[i]);
    out->left_out += tree->left_out;
    for (unsigned i = 0; i < tree->n_links; i++)
        if (tree->links[i].kind == CANSIM_LINK_ANSWERS && tree->links[i].number > 0 &&
            tree->links[i].number <= r->n)
            out->answers = r->rows[tree->links[i].number];
}

static void on_said(void *ctx, const struct cs_decode_said *said)
{
    struct replay *r = ctx;
    const struct cs_tree *tree = said->tree;

    if (!said->frame)
        return;
    if (r->rows[said->frame->number] == r->row)
        keep_tree(r, said);
    for (unsigned i = 0; r->number && i < tree->n_links; i++)
        if (tree->links[i].kind == CANSIM_LINK_ANSWERS && tree->links[i].number == r->number &&
            r->out->answered_by == UINT64_MAX)
            r->out->answered_by = r->rows[said->frame->number];
}

/* ---------------------------------------------------------------------------------------------- */

static void tell(struct replay *r, struct cs_decode *decode, const struct cs_row *row,
                 uint64_t number)
{
    struct cansim_frame frame = {
        .size = sizeof frame,
        .id = row->id,
        .flags = row->flags,
        .dlc = row->dlc,
        .len = row->len,
        .bus = row->bus,
        .node = row->node,
        .start_ps = row->start_ps,
        .at_ps = row->at_ps,
    };

    memcpy(frame.data, row->data, row->len);
    r->rows[++r->n] = number;
    cs_decode_frame(decode, &frame);
}

static void replay(struct replay *r, struct cs_decode *decode, const struct cs_tui_ring *ring)
{
    const uint64_t first = r->row > BEFORE ? r->row - BEFORE : 0;
    const unsigned bus = cs_tui_ring_get(ring, r->row)->bus;

    for (uint64_t i = first < ring->first ? ring->first : first; i <= r->row + AFTER; i++) {
        const struct cs_row *row = cs_tui_ring_get(ring, i);
        if (!row || (i > r->row && (!r->theirs || r->out->answers != UINT64_MAX ||
                                    r->out->answered_by != UINT64_MAX)))
            return;
        if (row->kind == CS_EV_FRAME && row->bus == bus)
            tell(r, decode, row, i);
    }
}

int cs_host_decode(const struct cs_live *live, const struct cs_tui *tui, uint64_t row,
                   struct cs_decoded *decoded)
{
    struct replay r = {.out = decoded, .row = row};
    struct cs_decode *decode;

    *decoded = (struct cs_decoded){.answers = UINT64_MAX, .answered_by = UINT64_MAX};
    if (!live)
        return -EOPNOTSUPP;
    if (!cs_tui_ring_get(&tui->ring, row))
        return -ENOENT;
    r.rows = calloc(BEFORE + AFTER + 2, sizeof *r.rows);
    decode = r.rows ? cs_live_again(live, on_said, &r) : NULL;
    if (decode) {
        memset(r.rows, 0xff, (BEFORE + AFTER + 2) * sizeof *r.rows);
        replay(&r, decode, &tui->ring);
        cs_decode_destroy(decode);
    }
    free(r.rows);
    return !decode ? -ENOMEM : r.theirs ? 0 : -ENOENT;
}
