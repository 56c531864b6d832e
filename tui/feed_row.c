/* SPDX-License-Identifier: MIT */
/* feed_row.c - see feed_row.h; it runs for every event on the bus. */
#include "tui/feed_row.h"

#include <stdio.h>
#include <string.h>

#include "tui/messages.h"

/* A frame's life between these is told by the rows that follow. */
static const bool no_row[CS_EV_KIND_COUNT] = {
    [CS_EV_QUEUED] = true,   [CS_EV_TX_START] = true, [CS_EV_SENT] = true,
    [CS_EV_COUNTERS] = true, [CS_EV_ACKED] = true,    [CS_EV_RECEIVED] = true,
};

bool cs_feed_has_row(unsigned kind)
{
    return kind < CS_EV_KIND_COUNT && !no_row[kind];
}

/* As much of it as a row holds from `at` on; dots tell that there is more. */
static void keep_text(struct cs_row *row, size_t at, const char *text)
{
    static const char more[] = "…";
    size_t room = sizeof row->data - at - 1, len = strlen(text);

    if (len > room) {
        len = room - (sizeof more - 1);
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--; /* not within a character */
        snprintf(row->data + at, sizeof row->data - at, "%.*s%s", (int)len, text, more);
    } else {
        memcpy(row->data + at, text, len + 1);
    }
}

static void keep_said(struct cs_row *row, size_t at, const struct cs_feed_said *said)
{
    keep_text(row, at, said->text);
    row->severity = (uint8_t)said->severity;
    row->said = true;
}

void cs_feed_row_say(struct cs_row *row, const struct cs_feed_said *said)
{
    if (row->said) /* where it says nothing the frame's data are all there is */
        memset(row->data + row->len, 0, sizeof row->data - row->len);
    row->said = false;
    row->severity = row->what = 0;
    if (said && row->len <= CS_ROW_SAID)
        keep_said(row, CS_ROW_SAID, said);
}

bool cs_feed_is_said(const struct cs_row *row)
{
    return row->said && row->kind == CS_EV_NOTE;
}

struct cs_row *cs_feed_push_said(struct cs_tui_ring *ring, unsigned bus, int64_t at_ps,
                                 const struct cs_feed_said *said)
{
    const struct cs_row *last = cs_tui_ring_get(ring, ring->end - 1);
    struct cs_row *row;

    at_ps = last && last->at_ps > at_ps ? last->at_ps : at_ps; /* rows are in order */
    row = cs_tui_ring_push(ring);
    *row = (struct cs_row){.at_ps = at_ps,
                           .who = CS_NAME_NONE,
                           .peer = CS_NAME_NONE,
                           .kind = CS_EV_NOTE,
                           .bus = (uint16_t)bus,
                           .node = CS_NO_NODE};
    keep_said(row, 0, said);
    return row;
}

struct cs_row *cs_feed_said_row(struct cs_tui *tui, unsigned bus, int64_t at_ps,
                                const struct cs_feed_said *said)
{
    struct cs_row *row = cs_feed_push_said(&tui->ring, bus, at_ps, said);

    cs_messages_row(tui, NULL);
    return row;
}

static void keep_frame(struct cs_row *row, const struct cs_frame *frame)
{
    row->has_frame = true;
    row->id = frame->id;
    row->flags = frame->flags;
    row->dlc = frame->dlc;
    row->len = frame->len <= CS_FRAME_MAX_DATA ? frame->len : CS_FRAME_MAX_DATA;
    memcpy(row->data, frame->data, row->len);
}

struct cs_row *cs_feed_row(struct cs_tui *tui, const struct cs_event *event, uint32_t who,
                           uint32_t peer, const struct cs_feed_said *said)
{
    struct cs_row *row = cs_tui_ring_push(&tui->ring);

    *row = (struct cs_row){
        .at_ps = event->at_ps,
        .start_ps = event->start_ps,
        .queued_ps = event->queued_ps,
        .who = who,
        .peer = peer,
        .count = event->kind == CS_EV_LOST ? event->n_bits : 0,
        .fault = event->fault,
        .kind = event->kind,
        .bus = event->bus,
        .tec = event->tec,
        .rec = event->rec,
        .n_bits = event->n_bits,
        .bit = event->bit,
        .index = event->index,
        .attempt = event->attempt,
        .lost = event->lost,
        .node = event->node,
        .state = event->state,
        .error = event->error,
        .field = event->field,
        .result = event->result,
        .mode = event->mode,
        .stage = event->stage,
        .level = event->level,
        .tx = event->tx,
        .stuff = event->stuff,
    };
    if (event->frame) {
        keep_frame(row, event->frame);
        tui->fd |= row->flags & CS_FRAME_FD;
        tui->ext |= row->flags & CS_FRAME_EXT;
        if (event->kind == CS_EV_FRAME && row->len <= CS_ROW_SAID && said)
            keep_said(row, CS_ROW_SAID, said);
        if (event->kind == CS_EV_FRAME)
            cs_tui_ring_link(&tui->ring);
    } else if (event->text) {
        keep_text(row, 0, event->text);
    }
    cs_messages_row(tui, event->text);
    return row;
}

struct cs_tui_error cs_feed_error(const struct cs_event *event)
{
    return (struct cs_tui_error){
        .at_ps = event->at_ps,
        .index = event->index,
        .bit = event->bit,
        .error = event->error,
        .field = event->field,
        .level = event->level,
        .tx = event->tx,
        .stuff = event->stuff,
    };
}
