/* SPDX-License-Identifier: MIT */
/* sdo_watch_block.c - block transfers, CiA 301, 7.2.4.3.8 to 7.2.4.3.16. Segments of a sub-block
 * have no command specifier: only the state tells what they are. A segment's place in the value
 * follows from its number; what the receiver does not acknowledge is sent again as a sub-block of
 * its own. */
#include "plugins/canopen/sdo_watch_internal.h"

#include <stdlib.h>

uint16_t co_sdo_crc(uint16_t crc, const uint8_t *bytes, size_t len)
{
    /* Four bits at a time. */
    static const uint16_t table[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5,
                                       0x60C6, 0x70E7, 0x8108, 0x9129, 0xA14A, 0xB16B,
                                       0xC18C, 0xD1AD, 0xE1CE, 0xF1EF};

    for (size_t i = 0; i < len; i++) {
        crc = (uint16_t)(crc << 4 ^ table[crc >> 12 ^ bytes[i] >> 4]);
        crc = (uint16_t)(crc << 4 ^ table[crc >> 12 ^ (bytes[i] & 15)]);
    }
    return crc;
}

static void line_number(struct sdo_frame *f, const char *before, uint64_t n, const char *after)
{
    if (f->sink == NULL)
        return;
    co_text_put(&f->line, before);
    co_text_dec(&f->line, n);
    co_text_put(&f->line, after);
}

static void say_size(struct sdo_frame *f, bool given)
{
    struct co_sdo_watch *w = f->w;

    w->have_size = given;
    w->size = given ? (uint32_t)co_get_le(f->d + 4, 4) : 0;
    if (!given)
        return;
    sdo_uint(f, "size", "Size", w->size, 0, 32, 32);
    line_number(f, ", ", w->size, " bytes");
}

static void new_sub_block(struct co_sdo_watch *w, unsigned size)
{
    w->block_size = (uint8_t)(size & 0x7F);
    w->last_seq = 0;
    w->last_seen = false;
    w->asked = false;
}

static void no_segments(struct co_sdo_watch *w)
{
    if (w->segments == NULL)
        w->segments = calloc(1, sizeof(*w->segments));
    else
        memset(w->segments, 0, sizeof(*w->segments));
}

/* After an acknowledgement: what was not acknowledged comes again, numbered from 1. */
static void next_segments(struct co_sdo_watch *w, unsigned ack)
{
    struct sdo_segments *s = w->segments;
    unsigned rest = ack < w->last_seq ? w->last_seq - ack : 0;

    if (s == NULL)
        return;
    memcpy(s->before + 1, s->frames + 1 + ack, rest * sizeof(s->before[0]));
    memset(s->before + 1 + rest, 0, (127 - rest) * sizeof(s->before[0]));
    memset(s->frames, 0, sizeof(s->frames));
}

static bool all_seen(const struct co_sdo_watch *w, unsigned ack)
{
    if (w->segments == NULL)
        return false;
    for (unsigned seq = 1; seq <= ack; seq++) {
        if (w->segments->frames[seq] == 0)
            return false;
    }
    return true;
}

static void check_block_size(struct sdo_frame *f, unsigned size)
{
    if (size < 1 || size > 127)
        sdo_problem(f, "the block size must be 1 to 127");
}

/* ---- the start ------------------------------------------------------------------------------- */

void sdo_block_begin_download(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    if ((f->d[0] & 1) != 0) {
        sdo_command(f, "end block download");
        sdo_line(f, "end of a block download");
        sdo_stray(f);
        return;
    }
    sdo_begin(f, SDO_BLOCK_DOWN_INIT, false);
    w->client_crc = (f->d[0] & 4) != 0;
    sdo_command(f, "initiate block download");
    sdo_uint(f, "crc_support", "CRC support", w->client_crc, 0, 2, 1);
    sdo_say_object(f);
    sdo_line(f, "block write ");
    sdo_line_object(f);
    say_size(f, (f->d[0] & 2) != 0);
}

void sdo_block_begin_upload(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    if ((f->d[0] & 3) != 0) {
        static const char *const names[] = {"", "end block upload confirmed", "sub-block received",
                                            "start block upload"};
        sdo_command(f, names[f->d[0] & 3]);
        sdo_line(f, names[f->d[0] & 3]);
        sdo_stray(f);
        return;
    }
    sdo_begin(f, SDO_BLOCK_UP_INIT, true);
    w->client_crc = (f->d[0] & 4) != 0;
    new_sub_block(w, f->d[4]);
    w->asked = true;
    sdo_command(f, "initiate block upload");
    sdo_uint(f, "crc_support", "CRC support", w->client_crc, 0, 2, 1);
    sdo_say_object(f);
    sdo_uint(f, "block_size", "Segments of a sub-block", f->d[4], 0, 32, 8);
    sdo_uint(f, "pst", "Protocol switch threshold", f->d[5], 0, 40, 8);
    sdo_line(f, "block read ");
    sdo_line_object(f);
    check_block_size(f, f->d[4]);
}

/* From the server, and no block transfer is under way. */
void sdo_block_stray(struct sdo_frame *f)
{
    static const char *const names[] = {"block download initiated",
                                        "end of a block download confirmed", "sub-block received",
                                        "not defined"};
    const char *name = f->d[0] >> 5 == 5    ? names[f->d[0] & 3]
                       : (f->d[0] & 1) == 0 ? "block upload initiated"
                                            : "end of a block upload";

    sdo_command(f, name);
    sdo_line(f, name);
    if ((f->d[0] & 0xE3) == 0xA3)
        sdo_problem(f, "the command specifier is not defined");
    else
        sdo_stray(f);
}

/* ---- segments -------------------------------------------------------------------------------- */

static void segment(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned seq = f->d[0] & 0x7F;
    bool last = (f->d[0] & 0x80) != 0;

    if (f->sink != NULL && (f->sink->want & CANSIM_WANT_FIELDS) != 0) {
        cansim_put_uint(f->sink, "sequence", "Sequence number", seq, 0, 0, 7, NULL);
        cansim_put_uint(f->sink, "last", "Last segment", last, 0, 7, 1, NULL);
        cansim_put_bytes(f->sink, CANSIM_BYTES, "data", "Data", f->d + 1, 7, 8);
    }
    line_number(f, "block segment ", seq, last ? ", last" : "");
    line_number(f, " of ", w->block_size, "");
    sdo_link(f, CANSIM_LINK_CONTINUES, w->first_frame);
    if (seq == 0 || seq > w->block_size) {
        sdo_problem(f, "the sequence number is not within the sub-block");
        return;
    }
    if (w->asked)
        sdo_problem(f, "comes before the sub-block was acknowledged");
    if (seq <= w->last_seq)
        sdo_problem(f, "the sequence number came before");
    else if (seq != w->last_seq + 1u)
        sdo_problem(f, "segments before this one were not seen");
    if (f->have < 8 && !last)
        sdo_problem(f, "it is too short for its data");
    if (w->segments != NULL) {
        uint64_t same = w->segments->frames[seq];
        sdo_link(f, CANSIM_LINK_RETRANSMITS, same != 0 ? same : w->segments->before[seq]);
        w->segments->frames[seq] = f->frame->number;
    }
    sdo_keep(w, w->sub_start + 7 * (seq - 1u), f->d + 1, 7);
    if (seq > w->last_seq)
        w->last_seq = (uint8_t)seq;
    w->last_seen |= last;
    w->asked = last || seq == w->block_size;
}

/* The receiver acknowledges; `end` is the state once all has been. */
static void acknowledge(struct sdo_frame *f, enum sdo_state end)
{
    struct co_sdo_watch *w = f->w;
    unsigned ack = f->d[1], size = f->d[2];

    sdo_command(f, "sub-block received");
    sdo_uint(f, "ackseq", "Last segment received", ack, 0, 8, 8);
    sdo_uint(f, "block_size", "Segments of the next sub-block", size, 0, 16, 8);
    line_number(f, "acknowledges ", ack, "");
    line_number(f, " of ", w->last_seq, " segments");
    sdo_link(f, CANSIM_LINK_ANSWERS, f->response ? w->client_frame : w->server_frame);
    if (ack > w->last_seq)
        sdo_problem(f, "acknowledges segments that were not seen");
    bool all = ack >= w->last_seq;
    /* Who acknowledges knows best how far the value is. */
    unsigned taken = ack <= w->block_size ? ack : w->last_seq;
    /* A hole that is not acknowledged is going to be filled. */
    w->holes |= !all_seen(w, taken);
    w->sub_start += 7u * taken;
    next_segments(w, taken);
    if (!all)
        line_number(f, ", ", w->last_seq - ack, " are sent again");
    if (!all && f->severity < CANSIM_NOTE)
        f->severity = CANSIM_NOTE;
    if (all && w->last_seen) {
        w->state = end;
        w->asked = false;
        return;
    }
    w->len = w->sub_start;
    check_block_size(f, size);
    new_sub_block(w, size);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void end(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned unused = f->d[0] >> 2 & 7;

    w->crc = (uint16_t)co_get_le(f->d + 1, 2);
    w->ended = true;
    w->len = w->len >= unused ? w->len - unused : 0;
    sdo_command(f, f->response ? "end block upload" : "end block download");
    sdo_uint(f, "unused", "Unused bytes of the last segment", unused, 0, 2, 3);
    line_number(f, "end of block transfer, ", w->len, " bytes");
    sdo_link(f, CANSIM_LINK_CONTINUES, w->first_frame);
    bool has_crc = w->client_crc && w->server_crc;
    bool whole = !w->holes && !w->no_memory && w->len <= CO_SDO_KEEP;
    if (!has_crc) {
        sdo_uint(f, "crc", "CRC (not used)", w->crc, 4, 8, 16);
        return;
    }
    uint16_t is = whole ? co_sdo_crc(0, w->data, w->len) : w->crc;
    if (f->sink != NULL)
        cansim_put_uint(f->sink, "crc", "CRC", w->crc, 4, 8, 16,
                        !whole         ? "not checked"
                        : is == w->crc ? "right"
                                       : "wrong");
    if (is != w->crc) {
        if (f->sink != NULL)
            f->sink->event(f->sink, "canopen.sdo.crc", (int)w->node_id, w->crc);
        sdo_problem(f, "the CRC is wrong");
    }
}

static void confirmed(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    size_t kept = w->no_memory || w->holes ? 0 : w->len < CO_SDO_KEEP ? w->len : CO_SDO_KEEP;

    sdo_command(f, "end of block transfer confirmed");
    sdo_link(f, CANSIM_LINK_ANSWERS, f->response ? w->client_frame : w->server_frame);
    sdo_line(f, w->upload ? "block read " : "block write ");
    sdo_line_object(f);
    if (w->holes)
        sdo_problem(f, "parts of the value were not seen");
    else
        sdo_say_value(f, w->data != NULL ? w->data : (const uint8_t *)"", kept, w->len, 0);
    sdo_done(f, w->holes ? NULL : w->data, kept, w->len);
}

/* ---- whose turn ------------------------------------------------------------------------------ */

static void start_upload(struct sdo_frame *f)
{
    sdo_command(f, "start block upload");
    sdo_line(f, "starts the block upload");
    sdo_link(f, CANSIM_LINK_CONTINUES, f->w->first_frame);
    f->w->state = SDO_BLOCK_UP;
    f->w->asked = false;
    no_segments(f->w);
}

/* The end, where the last segment or its acknowledgement was not seen. */
static bool is_end(const struct sdo_frame *f)
{
    const struct co_sdo_watch *w = f->w;
    bool unseen = w->last_seq == 0 && w->sub_start != 0;

    return (f->d[0] & 0xE3) == 0xC1 && (unseen || (w->asked && w->last_seen));
}

static void early_end(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    w->holes |= w->last_seq == 0 || !all_seen(w, w->last_seq);
    w->state = f->response ? SDO_BLOCK_UP_END : SDO_BLOCK_DOWN_END;
    end(f);
    sdo_problem(f, w->last_seq == 0 ? "the last segment was not seen"
                                    : "comes before the sub-block was acknowledged");
}

/* A client that gives up without a word and asks for something else. */
static bool is_request(const struct sdo_frame *f)
{
    const struct co_sdo_watch *w = f->w;
    unsigned seq = f->d[0] & 0x7F;

    if (seq == w->last_seq + 1u)
        return false;
    return w->asked ? seq != 1 : f->d[0] == 0x40 && co_get_le(f->d + 4, 4) == 0;
}

bool sdo_block_client(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned command = f->d[0];

    switch (w->state) {
    case SDO_BLOCK_DOWN:
        if (command == 0x80)
            return false; /* an abort: no segment has the number 0 */
        if (!is_end(f) && is_request(f))
            return false;
        (is_end(f) ? early_end : segment)(f);
        return true;
    case SDO_BLOCK_DOWN_END:
        if ((command & 0xE3) != 0xC1 || w->ended)
            return false;
        end(f);
        return true;
    case SDO_BLOCK_UP_START:
        if (command != 0xA3)
            return false;
        start_upload(f);
        return true;
    case SDO_BLOCK_UP:
        if (command != 0xA2)
            return false;
        acknowledge(f, SDO_BLOCK_UP_END);
        return true;
    case SDO_BLOCK_UP_END:
        if (command != 0xA1 || !w->ended)
            return false;
        confirmed(f);
        return true;
    default:
        return false;
    }
}

static void server_initiated(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    bool upload = w->state == SDO_BLOCK_UP_INIT;

    w->server_crc = (f->d[0] & 4) != 0;
    sdo_command(f, upload ? "block upload initiated" : "block download initiated");
    sdo_uint(f, "crc_support", "CRC support", w->server_crc, 0, 2, 1);
    if (!sdo_names_request(f))
        return;
    sdo_say_object(f);
    sdo_line(f, upload ? "block read " : "block write ");
    sdo_line_object(f);
    sdo_link(f, CANSIM_LINK_ANSWERS, w->client_frame);
    if (upload) {
        say_size(f, (f->d[0] & 2) != 0);
        w->state = SDO_BLOCK_UP_START;
        w->asked = false;
        return;
    }
    sdo_uint(f, "block_size", "Segments of a sub-block", f->d[4], 0, 32, 8);
    check_block_size(f, f->d[4]);
    new_sub_block(w, f->d[4]);
    no_segments(w);
    w->state = SDO_BLOCK_DOWN;
}

bool sdo_block_server(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned command = f->d[0];

    switch (w->state) {
    case SDO_BLOCK_DOWN_INIT:
        if ((command & 0xE3) != 0xA0)
            return false;
        server_initiated(f);
        return true;
    case SDO_BLOCK_DOWN:
        if (command != 0xA2)
            return false;
        acknowledge(f, SDO_BLOCK_DOWN_END);
        return true;
    case SDO_BLOCK_DOWN_END:
        if (command != 0xA1 || !w->ended)
            return false;
        confirmed(f);
        return true;
    case SDO_BLOCK_UP_INIT:
        if ((command & 0xE1) != 0xC0)
            return false;
        server_initiated(f);
        return true;
    case SDO_BLOCK_UP:
        if (command == 0x80)
            return false;
        (is_end(f) ? early_end : segment)(f);
        return true;
    case SDO_BLOCK_UP_END:
        if ((command & 0xE3) != 0xC1 || w->ended)
            return false;
        end(f);
        return true;
    default:
        return false;
    }
}
