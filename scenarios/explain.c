/* SPDX-License-Identifier: MIT */
/* A frame's bits for people. */
#include "scenarios/explain.h"

#include <stdio.h>
#include <string.h>

#include "simcore/sim.h"
#include "simcore/units.h"

#define WRAP         76 /* columns of a line of bits */
#define INTERMISSION 3

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
    [CS_FIELD_BRS] = {"BRS", {"one bit rate", "data bit rate from its sample point on"}},
    [CS_FIELD_ESI] = {"ESI", {"transmitter is error active", "transmitter is error passive"}},
    [CS_FIELD_DLC] = {"DLC", {"", ""}},
    [CS_FIELD_DATA] = {"data", {"", ""}},
    [CS_FIELD_STUFF_COUNT] = {"stuff count", {"", ""}},
    [CS_FIELD_CRC] = {"CRC", {"", ""}},
    [CS_FIELD_CRC_DELIM] = {"CRC delim", {"", "recessive"}},
    [CS_FIELD_ACK] = {"ACK slot", {"acknowledged by a receiver", ""}},
    [CS_FIELD_ACK_DELIM] = {"ACK delim", {"", "recessive"}},
    [CS_FIELD_EOF] = {"EOF", {"", ""}},
};

/* What an FD frame calls otherwise. */
static const struct label fd_labels[CS_FIELD_COUNT] = {
    [CS_FIELD_RTR] = {"RRS", {"in place of RTR: no remote FD frames", ""}},
    [CS_FIELD_R0] = {"res", {"reserved", ""}},
};

struct view {
    struct cs_out *out;
    const struct cs_frame *frame;
    const struct cs_wire *wire;
    const struct cs_explain_bus *bus;
    struct cs_explain_times times;
    bool color;
};

static void paint(const struct view *v, const char *color)
{
    if (v->color)
        cs_out_text(v->out, color);
}

static bool is_fd(const struct view *v)
{
    return (v->frame->flags & CS_FRAME_FD) != 0;
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

static unsigned stuff_in(const struct cs_wire *wire, unsigned first, unsigned count)
{
    unsigned n = 0;

    for (unsigned i = first; i < first + count; i++)
        n += cs_wire_is_stuff(wire, i);
    return n;
}

/* ---- parts: a field, a byte of data, or the first of the fixed stuff bits ----------------------
 */

struct part {
    const struct cs_wire_span *span;
    unsigned byte; /* of the data field */
    unsigned first, count;
    bool is_fixed; /* nothing but that stuff bit */
};

/* The part after `p`, which begins as all 0. */
static bool next_part(const struct cs_wire *wire, struct part *p)
{
    bool again = p->span != NULL && p->span->field == CS_FIELD_DATA && !p->is_fixed;
    unsigned i = p->first + p->count, n = 0;

    if (i == wire->n_bits)
        return false;
    if (p->span == NULL)
        p->span = wire->spans;
    while (i >= (unsigned)p->span->first + p->span->count)
        p->span++;
    unsigned end = p->span->first + p->span->count;
    unsigned size = p->span->field == CS_FIELD_DATA ? 8 : 64;
    p->is_fixed = i > 0 && i == wire->fixed;
    p->byte = again ? p->byte + 1 : 0;
    p->first = i++;
    for (n = 1; !p->is_fixed && i < end && (wire->fixed == 0 || i != wire->fixed); i++) {
        if (n == size && !cs_wire_is_stuff(wire, i))
            break;
        n += !cs_wire_is_stuff(wire, i);
    }
    p->count = i - p->first;
    return true;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static void put_dlc(const struct view *v, unsigned dlc)
{
    cs_out_u64(v->out, dlc);
    if ((v->frame->flags & CS_FRAME_RTR) != 0)
        cs_out_text(v->out, ", asked for; no data");
    else if (dlc > 8)
        cs_out_printf(v->out, ": %u bytes", v->frame->len);
}

static void put_stuff_count(const struct view *v, unsigned field)
{
    unsigned gray = field >> 1, n = gray ^ gray >> 1 ^ gray >> 2;
    unsigned n_dynamic = stuff_in(v->wire, 0, v->wire->fixed);

    cs_out_printf(v->out, "%u stuff bit%s mod 8 = %u: Gray %u%u%u, parity %u", n_dynamic,
                  plural(n_dynamic), n, gray >> 2 & 1, gray >> 1 & 1, gray & 1, field & 1);
}

static void put_meaning(const struct view *v, const struct cs_wire_span *span)
{
    uint64_t value = cs_explain_value(v->wire, span);
    const struct label *label = &labels[span->field];

    if (is_fd(v) && fd_labels[span->field].name != NULL)
        label = &fd_labels[span->field];
    switch (span->field) {
    case CS_FIELD_ID:
        cs_out_printf(v->out, "0x%03X", (unsigned)value);
        break;
    case CS_FIELD_ID_EXT:
        cs_out_printf(v->out, "0x%05X: together 0x%08X", (unsigned)value, (unsigned)v->frame->id);
        break;
    case CS_FIELD_DLC:
        put_dlc(v, (unsigned)value);
        break;
    case CS_FIELD_STUFF_COUNT:
        put_stuff_count(v, (unsigned)value);
        break;
    case CS_FIELD_CRC:
        cs_out_printf(v->out, "0x%0*X", is_fd(v) ? (v->wire->crc_bits + 3) / 4 : 4,
                      (unsigned)v->wire->crc);
        if (is_fd(v))
            cs_out_printf(v->out, ", CRC-%u", v->wire->crc_bits);
        break;
    case CS_FIELD_CRC_DELIM:
        cs_out_text(v->out, "recessive");
        if (v->wire->brs > 0)
            cs_out_text(v->out, "; nominal rate from its sample point");
        break;
    case CS_FIELD_EOF:
        cs_out_text(v->out, "7 recessive bits");
        break;
    default:
        cs_out_text(v->out, label->meaning[value & 1u]);
    }
}

static void put_row(const struct view *v, const char *name, const struct part *p)
{
    unsigned stuff = p->is_fixed ? 0 : stuff_in(v->wire, p->first, p->count);
    char where[24], more[24] = "";

    if (p->count > 1)
        snprintf(where, sizeof(where), "%u-%u", p->first, p->first + p->count - 1);
    else
        snprintf(where, sizeof(where), "%u", p->first);
    if (stuff > 0)
        snprintf(more, sizeof(more), "+%u %s", stuff,
                 v->wire->fixed > 0 && p->first >= v->wire->fixed ? "fixed" : "stuff");
    cs_out_printf(v->out, "  %-13s%-9s%-9s", name, where, more);
}

static void put_table(const struct view *v)
{
    struct part p = {.span = NULL};
    char name[16];

    paint(v, "\033[2m");
    cs_out_text(v->out, "  field        bits              value");
    paint(v, "\033[0m");
    cs_out_line(v->out);
    while (next_part(v->wire, &p)) {
        unsigned field = p.span->field;
        if (p.is_fixed) {
            put_row(v, "fixed stuff", &p);
            cs_out_text(v->out, "inverse of the bit before; one after each 4");
        } else if (field == CS_FIELD_DATA) {
            snprintf(name, sizeof(name), "data %u", p.byte);
            put_row(v, name, &p);
            cs_out_printf(v->out, "0x%02X", v->frame->data[p.byte]);
        } else {
            bool other = is_fd(v) && fd_labels[field].name != NULL;
            put_row(v, other ? fd_labels[field].name : labels[field].name, &p);
            put_meaning(v, p.span);
        }
        cs_out_line(v->out);
    }
}

/* ---- the wire ----------------------------------------------------------------------------------
 */

struct wire_line {
    char shape[WRAP]; /* '-' is a gap between parts, 'b' the next bit */
    unsigned columns;
    unsigned first; /* its first bit */
};

static char mark_of(const struct view *v, unsigned i)
{
    return !cs_wire_is_stuff(v->wire, i) ? ' ' : cs_explain_is_fixed(v->wire, i) ? '+' : '^';
}

/* The bits and, where there are any, the marks of stuff bits below them. */
static void put_wire_line(const struct view *v, const struct wire_line *line)
{
    char marks[WRAP];
    unsigned i = line->first, n_marks = 0;

    cs_out_printf(v->out, "  %3u ", line->first);
    for (unsigned c = 0; c < line->columns; c++) {
        marks[c] = ' ';
        if (line->shape[c] == '-') {
            cs_out_char(v->out, ' ');
            continue;
        }
        marks[c] = mark_of(v, i);
        if (marks[c] != ' ') {
            n_marks = c + 1;
            paint(v, marks[c] == '+' ? "\033[1;36m" : "\033[1;33m");
        }
        cs_out_char(v->out, (char)('0' + cs_explain_level(v->wire, i++)));
        if (marks[c] != ' ')
            paint(v, "\033[0m");
    }
    cs_out_line(v->out);
    if (n_marks == 0)
        return;
    cs_out_printf(v->out, "      %.*s", (int)n_marks, marks);
    cs_out_line(v->out);
}

/* A part's bits are on one line, with a gap before them. */
static void put_wire(const struct view *v)
{
    struct wire_line line = {.columns = 0};
    struct part p = {.span = NULL};

    while (next_part(v->wire, &p)) {
        if (line.columns + 1 + p.count > WRAP - 6) {
            put_wire_line(v, &line);
            line.columns = 0;
            line.first = p.first;
        }
        if (line.columns > 0)
            line.shape[line.columns++] = '-';
        memset(line.shape + line.columns, 'b', p.count);
        line.columns += p.count;
    }
    put_wire_line(v, &line);
}

/* ---- bit rates, lengths and times --------------------------------------------------------------
 */

static void put_run(const struct view *v, const char *name, unsigned first, unsigned last,
                    int64_t bit_ps)
{
    char where[24], each[40], all[40];

    snprintf(where, sizeof(where), "%u-%u", first, last);
    cs_units_format_time(bit_ps, each, sizeof(each));
    cs_units_format_time((last - first + 1) * bit_ps, all, sizeof(all));
    cs_out_printf(v->out, "  %-13s%-9s%u x %s = %s", name, where, last - first + 1, each, all);
    cs_out_line(v->out);
}

static void put_split(const struct view *v, unsigned bit, const char *name, int64_t before_ps,
                      const char *before, int64_t after_ps, const char *after)
{
    char first[40], second[40], all[40];

    cs_units_format_time(before_ps, first, sizeof(first));
    cs_units_format_time(after_ps, second, sizeof(second));
    cs_units_format_time(before_ps + after_ps, all, sizeof(all));
    cs_out_printf(v->out, "  %-13s%-9u%s %s + %s %s = %s", name, bit, first, before, second, after,
                  all);
    cs_out_line(v->out);
}

static void put_rate(const struct view *v, const char *name, const struct cs_bit_timing *timing)
{
    char rate[32];
    unsigned permille = cs_bit_timing_sample_permille(timing);

    cs_units_format_rate(timing->bitrate_bps, rate, sizeof(rate));
    cs_out_printf(v->out, "  %s: %sbit/s, sample point %u", name, rate, permille / 10);
    if (permille % 10 > 0)
        cs_out_printf(v->out, ".%u", permille % 10);
    cs_out_char(v->out, '%');
    cs_out_line(v->out);
}

/* Which bits have which rate. */
static void put_rates(const struct view *v)
{
    const struct cs_explain_times *t = &v->times;
    const struct cs_wire *w = v->wire;

    put_rate(v, "nominal", &v->bus->timing.nominal);
    put_rate(v, "data", &v->bus->timing.data);
    cs_out_line(v->out);
    put_run(v, "nominal", 0, w->brs - 1u, t->nominal_bit_ps);
    put_split(v, w->brs, "BRS", t->brs_ps[0], "nominal", t->brs_ps[1], "data");
    put_run(v, "data", w->brs + 1u, w->crc_delim - 1u, t->data_bit_ps);
    put_split(v, w->crc_delim, "CRC delim", t->crc_delim_ps[1], "data", t->crc_delim_ps[0],
              "nominal");
    put_run(v, "nominal", w->crc_delim + 1u, w->n_bits - 1u, t->nominal_bit_ps);
    cs_out_line(v->out);
}

static void put_lengths(const struct view *v)
{
    const struct cs_wire *w = v->wire;
    int64_t whole_ps = v->times.frame_ps + INTERMISSION * v->times.nominal_bit_ps;
    unsigned n_dynamic = stuff_in(w, 0, w->fixed > 0 ? w->fixed : w->n_bits);
    char rate[32], time[40], whole[40];

    cs_units_format_time(v->times.frame_ps, time, sizeof(time));
    cs_units_format_time(whole_ps, whole, sizeof(whole));
    cs_units_format_rate(v->bus->timing.nominal.bitrate_bps, rate, sizeof(rate));
    cs_out_printf(v->out, "  %u bits: %u and %u %sstuff bit%s (^)", w->n_bits, w->n_unstuffed,
                  n_dynamic, is_fd(v) ? "dynamic " : "", plural(n_dynamic));
    if (is_fd(v)) {
        cs_out_printf(v->out, " and %u fixed ones (+)", w->n_stuff - n_dynamic);
        cs_out_line(v->out);
    }
    cs_out_printf(v->out, "%s%s", is_fd(v) ? "  " : "; ", time);
    if (w->brs == 0)
        cs_out_printf(v->out, " at %sbit/s", rate);
    cs_out_line(v->out);
    cs_out_printf(v->out, "  %u bits with the intermission; %s, %lld frames a second at most",
                  w->n_bits + INTERMISSION, whole, (long long)(CS_PS_PER_S / whole_ps));
    cs_out_line(v->out);
}

/* The frame's text, on more than one line where it is long. */
static void put_title(const struct view *v)
{
    bool ext = (v->frame->flags & CS_FRAME_EXT) != 0, rtr = (v->frame->flags & CS_FRAME_RTR) != 0;
    char text[CS_FRAME_TEXT_MAX];
    size_t len = cs_frame_format(v->frame, text);

    paint(v, "\033[1m");
    for (size_t i = 0; i < len; i += WRAP) {
        if (i > 0) {
            cs_out_line(v->out);
            cs_out_text(v->out, "  ");
        }
        cs_out_printf(v->out, "%.*s", WRAP, text + i);
    }
    paint(v, "\033[0m");
    if (len > WRAP / 2)
        cs_out_line(v->out);
    cs_out_printf(v->out, "  %s frame, %s format, %u byte%s",
                  rtr                           ? "remote"
                  : is_fd(v) && v->bus->non_iso ? "non-ISO FD"
                  : is_fd(v)                    ? "FD"
                                                : "data",
                  ext ? "extended" : "base", v->frame->len, plural(v->frame->len));
    cs_out_line(v->out);
    cs_out_line(v->out);
}

int cs_explain_text(struct cs_out *out, const struct cs_frame *frame,
                    const struct cs_explain_bus *bus, bool color)
{
    const struct cs_wire_form form = {.non_iso = bus->non_iso};
    struct cs_wire wire;
    struct view v = {.out = out, .frame = frame, .wire = &wire, .bus = bus, .color = color};
    int ret = cs_wire_encode_as(frame, &form, &wire);

    if (ret != 0)
        return ret;
    cs_explain_times(&wire, &bus->timing, &v.times);
    put_title(&v);
    put_table(&v);
    cs_out_line(out);
    put_wire(&v);
    cs_out_line(out);
    if (wire.brs > 0)
        put_rates(&v);
    put_lengths(&v);
    return 0;
}
