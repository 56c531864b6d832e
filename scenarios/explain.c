/* SPDX-License-Identifier: MIT */
/* What is shown is the frame as acknowledged by a receiver: the ACK slot, which the transmitter
 * sends recessive, is dominant. */
#include "scenarios/explain.h"

#include <stdio.h>
#include <string.h>

#include "simcore/sim.h"
#include "simcore/units.h"
#include "simcore/wire.h"

#define WRAP         76 /* columns of a line of bits */
#define INTERMISSION 3

static unsigned level_at(const struct cs_wire *wire, unsigned i)
{
    return i == wire->ack_slot ? 0 : cs_wire_level(wire, i);
}

static int64_t bits_ps(unsigned n, uint32_t bitrate_bps)
{
    return n * ((CS_PS_PER_S + bitrate_bps / 2) / bitrate_bps);
}

/* The bits of a span without stuff bits, as a number (the last 64). */
static uint64_t span_value(const struct cs_wire *wire, const struct cs_wire_span *span)
{
    uint64_t value = 0;

    for (unsigned i = span->first; i < span->first + span->count; i++) {
        if (!cs_wire_is_stuff(wire, i))
            value = value << 1 | level_at(wire, i);
    }
    return value;
}

/* ---- JSON -------------------------------------------------------------------------------- */

static void put_bits(struct cs_out *out, const struct cs_wire *wire, unsigned first, unsigned count,
                     bool stuffed)
{
    cs_out_char(out, '"');
    for (unsigned i = first; i < first + count; i++) {
        if (stuffed || !cs_wire_is_stuff(wire, i))
            cs_out_char(out, (char)('0' + level_at(wire, i)));
    }
    cs_out_char(out, '"');
}

static void put_field(struct cs_out *out, const struct cs_frame *frame, const struct cs_wire *wire,
                      const struct cs_wire_span *span)
{
    cs_out_printf(out, "{\"name\":\"%s\",\"first\":%u,\"count\":%u,\"value\":",
                  cs_field_name((enum cs_field)span->field), span->first, span->count);
    if (span->field == CS_FIELD_DATA) {
        cs_out_char(out, '"');
        for (unsigned i = 0; i < frame->len; i++)
            cs_out_printf(out, "%02X", frame->data[i]);
        cs_out_char(out, '"');
    } else {
        cs_out_u64(out, span_value(wire, span));
    }
    cs_out_text(out, ",\"bits\":");
    put_bits(out, wire, span->first, span->count, false);
    cs_out_char(out, '}');
}

int cs_explain_json(struct cs_out *out, const struct cs_frame *frame, uint32_t bitrate_bps)
{
    struct cs_wire wire;
    char text[CS_FRAME_TEXT_MAX];
    const char *joint = "";
    int ret = cs_wire_encode(frame, &wire);

    if (ret != 0)
        return ret;
    cs_frame_format(frame, text);
    cs_out_printf(out, "{\"frame\":\"%s\",\"bits\":", text);
    put_bits(out, &wire, 0, wire.n_bits, true);
    cs_out_text(out, ",\"stuff_bits\":[");
    for (unsigned i = 0; i < wire.n_bits; i++) {
        if (cs_wire_is_stuff(&wire, i)) {
            cs_out_printf(out, "%s%u", joint, i);
            joint = ",";
        }
    }
    cs_out_printf(out,
                  "],\"length\":%u,\"unstuffed_length\":%u,\"crc\":\"%X\",\"bitrate_bps\":%u,"
                  "\"duration_ps\":%lld,\"fields\":[",
                  wire.n_bits, wire.n_unstuffed, (unsigned)wire.crc, bitrate_bps,
                  (long long)bits_ps(wire.n_bits, bitrate_bps));
    for (unsigned i = 0; i < wire.n_spans; i++) {
        if (i > 0)
            cs_out_char(out, ',');
        put_field(out, frame, &wire, &wire.spans[i]);
    }
    cs_out_text(out, "]}");
    cs_out_line(out);
    return 0;
}

/* ---- text -------------------------------------------------------------------------------- */

struct label {
    const char *name;
    const char *meaning[2]; /* of a single bit's levels */
};

static const struct label labels[CS_FIELD_COUNT] = {
    [CS_FIELD_SOF] = {"SOF", {"start of frame", ""}},
    [CS_FIELD_ID] = {"identifier", {"", ""}},
    [CS_FIELD_SRR] = {"SRR", {"", "substitute remote request"}},
    [CS_FIELD_IDE] = {"IDE", {"base format", "extended format"}},
    [CS_FIELD_ID_EXT] = {"id extension", {"", ""}},
    [CS_FIELD_RTR] = {"RTR", {"data frame", "remote frame"}},
    [CS_FIELD_R1] = {"r1", {"reserved", "reserved"}},
    [CS_FIELD_FDF] = {"FDF", {"classic frame", "FD frame"}},
    [CS_FIELD_R0] = {"r0", {"reserved", "reserved"}},
    [CS_FIELD_DLC] = {"DLC", {"", ""}},
    [CS_FIELD_DATA] = {"data", {"", ""}},
    [CS_FIELD_CRC] = {"CRC", {"", ""}},
    [CS_FIELD_CRC_DELIM] = {"CRC delim", {"", "recessive"}},
    [CS_FIELD_ACK] = {"ACK slot", {"acknowledged by a receiver", ""}},
    [CS_FIELD_ACK_DELIM] = {"ACK delim", {"", "recessive"}},
    [CS_FIELD_EOF] = {"EOF", {"", ""}},
};

struct view {
    struct cs_out *out;
    const struct cs_frame *frame;
    const struct cs_wire *wire;
    bool color;
};

static void paint(const struct view *v, const char *color)
{
    if (v->color)
        cs_out_text(v->out, color);
}

static void put_meaning(const struct view *v, const struct cs_wire_span *span)
{
    uint64_t value = span_value(v->wire, span);

    switch (span->field) {
    case CS_FIELD_ID:
        cs_out_printf(v->out, "0x%03X", (unsigned)value);
        break;
    case CS_FIELD_ID_EXT:
        cs_out_printf(v->out, "0x%05X: together 0x%08X", (unsigned)value, (unsigned)v->frame->id);
        break;
    case CS_FIELD_DLC:
        cs_out_u64(v->out, value);
        if ((v->frame->flags & CS_FRAME_RTR) != 0)
            cs_out_text(v->out, ", asked for; no data");
        else if (value > 8)
            cs_out_text(v->out, ": 8 bytes");
        break;
    case CS_FIELD_CRC:
        cs_out_printf(v->out, "0x%04X", (unsigned)v->wire->crc);
        break;
    case CS_FIELD_EOF:
        cs_out_text(v->out, "7 recessive bits");
        break;
    default:
        cs_out_text(v->out, labels[span->field].meaning[value & 1u]);
    }
}

static void put_row(const struct view *v, const char *name, unsigned first, unsigned count,
                    unsigned stuff)
{
    char where[24];

    if (count > 1)
        snprintf(where, sizeof(where), "%u-%u", first, first + count - 1);
    else
        snprintf(where, sizeof(where), "%u", first);
    cs_out_printf(v->out, "  %-13s", name);
    cs_out_printf(v->out, "%-9s", where);
    if (stuff > 0)
        cs_out_printf(v->out, "+%u stuff ", stuff);
    else
        cs_out_text(v->out, "         ");
}

static unsigned stuff_in(const struct cs_wire *wire, unsigned first, unsigned count)
{
    unsigned n = 0;

    for (unsigned i = first; i < first + count; i++)
        n += cs_wire_is_stuff(wire, i);
    return n;
}

/* The data field, a row a byte. */
static void put_data(const struct view *v, const struct cs_wire_span *span)
{
    unsigned i = span->first, end = span->first + span->count;
    char name[16];

    for (unsigned byte = 0; byte < v->frame->len; byte++) {
        unsigned first = i, n = 0;
        while (i < end && (n < 8 || cs_wire_is_stuff(v->wire, i)))
            n += !cs_wire_is_stuff(v->wire, i++);
        snprintf(name, sizeof(name), "data %u", byte);
        put_row(v, name, first, i - first, stuff_in(v->wire, first, i - first));
        cs_out_printf(v->out, "0x%02X", v->frame->data[byte]);
        cs_out_line(v->out);
    }
}

static void put_table(const struct view *v)
{
    paint(v, "\033[2m");
    cs_out_text(v->out, "  field        bits              value");
    paint(v, "\033[0m");
    cs_out_line(v->out);
    for (unsigned s = 0; s < v->wire->n_spans; s++) {
        const struct cs_wire_span *span = &v->wire->spans[s];
        if (span->field == CS_FIELD_DATA) {
            put_data(v, span);
            continue;
        }
        put_row(v, labels[span->field].name, span->first, span->count,
                stuff_in(v->wire, span->first, span->count));
        put_meaning(v, span);
        cs_out_line(v->out);
    }
}

/* One line of the wire and, where there are any, the marks of stuff bits below it. A '-' in `shape`
 * is a gap between fields, else bit numbers follow one another. */
static void put_wire_line(const struct view *v, unsigned first, const char *shape, unsigned columns)
{
    unsigned i = first;
    bool marks = false;

    cs_out_printf(v->out, "  %3u ", first);
    for (unsigned c = 0; c < columns; c++) {
        if (shape[c] == '-') {
            cs_out_char(v->out, ' ');
            continue;
        }
        bool stuff = cs_wire_is_stuff(v->wire, i);
        marks |= stuff;
        paint(v, stuff ? "\033[1;33m" : "");
        cs_out_char(v->out, (char)('0' + level_at(v->wire, i)));
        paint(v, stuff ? "\033[0m" : "");
        i++;
    }
    cs_out_line(v->out);
    if (!marks)
        return;
    cs_out_text(v->out, "      ");
    unsigned last = columns;
    for (unsigned c = columns, k = i; c-- > 0;) {
        if (shape[c] != '-' && cs_wire_is_stuff(v->wire, --k)) {
            last = c + 1;
            break;
        }
    }
    i = first;
    for (unsigned c = 0; c < last; c++)
        cs_out_char(v->out, shape[c] != '-' && cs_wire_is_stuff(v->wire, i++) ? '^' : ' ');
    cs_out_line(v->out);
}

struct wire_line {
    char shape[WRAP];
    unsigned columns;
    unsigned first; /* its first bit */
};

static void end_wire_line(const struct view *v, struct wire_line *line, unsigned next)
{
    if (line->columns > 0)
        put_wire_line(v, line->first, line->shape, line->columns);
    line->columns = 0;
    line->first = next;
}

/* A group of bits that belong together: on one line, with a gap before it. */
static void put_group(const struct view *v, struct wire_line *line, unsigned first, unsigned count)
{
    if (line->columns + 1 + count > WRAP - 6)
        end_wire_line(v, line, first);
    if (line->columns > 0)
        line->shape[line->columns++] = '-';
    memset(line->shape + line->columns, 'b', count);
    line->columns += count;
}

static void put_wire(const struct view *v)
{
    struct wire_line line = {.columns = 0};

    for (unsigned s = 0; s < v->wire->n_spans; s++) {
        const struct cs_wire_span *span = &v->wire->spans[s];
        unsigned end = span->first + span->count, size = span->field == CS_FIELD_DATA ? 8 : 64;
        for (unsigned i = span->first; i < end;) {
            unsigned first = i, n = 0;
            while (i < end && (n < size || cs_wire_is_stuff(v->wire, i)))
                n += !cs_wire_is_stuff(v->wire, i++);
            put_group(v, &line, first, i - first);
        }
    }
    end_wire_line(v, &line, 0);
}

int cs_explain_text(struct cs_out *out, const struct cs_frame *frame, uint32_t bitrate_bps,
                    bool color)
{
    struct cs_wire wire;
    struct view v = {.out = out, .frame = frame, .wire = &wire, .color = color};
    char text[CS_FRAME_TEXT_MAX], rate[32], time[40], whole[40];
    bool ext = (frame->flags & CS_FRAME_EXT) != 0, rtr = (frame->flags & CS_FRAME_RTR) != 0;
    int ret = cs_wire_encode(frame, &wire);

    if (ret != 0)
        return ret;
    cs_frame_format(frame, text);
    paint(&v, "\033[1m");
    cs_out_text(out, text);
    paint(&v, "\033[0m");
    cs_out_printf(out, "  %s frame, %s format, %u byte%s", rtr ? "remote" : "data",
                  ext ? "extended" : "base", frame->len, frame->len == 1 ? "" : "s");
    cs_out_line(out);
    cs_out_line(out);
    put_table(&v);
    cs_out_line(out);
    put_wire(&v);
    cs_out_line(out);
    cs_units_format_time(bits_ps(wire.n_bits, bitrate_bps), time, sizeof(time));
    cs_units_format_time(bits_ps(wire.n_bits + INTERMISSION, bitrate_bps), whole, sizeof(whole));
    cs_units_format_rate(bitrate_bps, rate, sizeof(rate));
    cs_out_printf(out, "  %u bits: %u and %u stuff bit%s (^); %s at %sbit/s", wire.n_bits,
                  wire.n_unstuffed, wire.n_stuff, wire.n_stuff == 1 ? "" : "s", time, rate);
    cs_out_line(out);
    cs_out_printf(out, "  %u bits with the intermission after it; %s, %lld frames a second at most",
                  wire.n_bits + INTERMISSION, whole,
                  (long long)(CS_PS_PER_S / bits_ps(wire.n_bits + INTERMISSION, bitrate_bps)));
    cs_out_line(out);
    return 0;
}
