/* SPDX-License-Identifier: MIT */
/* A frame's bits for programs; and the times that both forms show. */
#include "scenarios/explain.h"

#include "simcore/sim.h"

static int64_t bit_ps(const struct cs_bit_timing *timing)
{
    return (CS_PS_PER_S + timing->bitrate_bps / 2) / timing->bitrate_bps;
}

/* The time up to the sample point. */
static int64_t sample_ps(const struct cs_bit_timing *timing)
{
    unsigned tq = cs_bit_timing_tq(timing);
    return bit_ps(timing) * (tq - timing->phase_seg2) / tq;
}

void cs_explain_times(const struct cs_wire *wire, const struct cs_timing *timing,
                      struct cs_explain_times *times)
{
    *times = (struct cs_explain_times){
        .nominal_bit_ps = bit_ps(&timing->nominal),
        .data_bit_ps = bit_ps(&timing->data),
        .nominal_bits = wire->n_bits,
    };
    if (wire->brs > 0) {
        times->data_bits = wire->crc_delim - wire->brs - 1u;
        times->nominal_bits -= times->data_bits + 2;
        times->brs_ps[0] = sample_ps(&timing->nominal);
        times->brs_ps[1] = times->data_bit_ps - sample_ps(&timing->data);
        times->crc_delim_ps[0] = times->nominal_bit_ps - times->brs_ps[0];
        times->crc_delim_ps[1] = sample_ps(&timing->data);
    }
    times->frame_ps = times->nominal_bits * times->nominal_bit_ps +
                      times->data_bits * times->data_bit_ps + times->brs_ps[0] + times->brs_ps[1] +
                      times->crc_delim_ps[0] + times->crc_delim_ps[1];
}

char cs_explain_rate(const struct cs_wire *wire, unsigned i)
{
    if (wire->brs == 0 || i < wire->brs || i > wire->crc_delim)
        return 'N';
    return i == wire->brs ? 'B' : i == wire->crc_delim ? 'C' : 'D';
}

uint64_t cs_explain_value(const struct cs_wire *wire, const struct cs_wire_span *span)
{
    uint64_t value = 0;

    for (unsigned i = span->first; i < span->first + span->count; i++) {
        if (!cs_wire_is_stuff(wire, i))
            value = value << 1 | cs_explain_level(wire, i);
    }
    return value;
}

static void put_bits(struct cs_out *out, const struct cs_wire *wire, unsigned first, unsigned count,
                     bool stuffed)
{
    cs_out_char(out, '"');
    for (unsigned i = first; i < first + count; i++) {
        if (stuffed || !cs_wire_is_stuff(wire, i))
            cs_out_char(out, (char)('0' + cs_explain_level(wire, i)));
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
        cs_out_u64(out, cs_explain_value(wire, span));
    }
    cs_out_text(out, ",\"bits\":");
    put_bits(out, wire, span->first, span->count, false);
    cs_out_char(out, '}');
}

static void put_stuff_bits(struct cs_out *out, const struct cs_wire *wire, const char *key,
                           bool only_fixed)
{
    const char *joint = "";

    cs_out_printf(out, ",\"%s\":[", key);
    for (unsigned i = 0; i < wire->n_bits; i++) {
        if (only_fixed ? cs_explain_is_fixed(wire, i) : cs_wire_is_stuff(wire, i)) {
            cs_out_printf(out, "%s%u", joint, i);
            joint = ",";
        }
    }
    cs_out_char(out, ']');
}

/* What classic frames do not have. */
static void put_fd(struct cs_out *out, const struct cs_wire *wire, const struct cs_explain_bus *bus,
                   const struct cs_explain_times *times)
{
    const struct cs_timing *timing = &bus->timing;

    put_stuff_bits(out, wire, "fixed_stuff_bits", true);
    if (!bus->non_iso) {
        cs_out_text(out, ",\"stuff_count\":\"");
        for (unsigned bit = 4; bit-- > 0;)
            cs_out_char(out, (char)('0' + (wire->stuff_count >> bit & 1)));
        cs_out_char(out, '"');
    }
    cs_out_text(out, ",\"rates\":\"");
    for (unsigned i = 0; i < wire->n_bits; i++)
        cs_out_char(out, cs_explain_rate(wire, i));
    cs_out_printf(out,
                  "\",\"nominal_bits\":%u,\"data_bits\":%u,\"split_bits\":%u,"
                  "\"data_bitrate_bps\":%u,\"sample_point_permille\":%u,"
                  "\"data_sample_point_permille\":%u",
                  times->nominal_bits, times->data_bits, wire->brs > 0 ? 2 : 0,
                  timing->data.bitrate_bps, cs_bit_timing_sample_permille(&timing->nominal),
                  cs_bit_timing_sample_permille(&timing->data));
}

int cs_explain_json(struct cs_out *out, const struct cs_frame *frame,
                    const struct cs_explain_bus *bus)
{
    const struct cs_wire_form form = {.non_iso = bus->non_iso};
    const struct cs_timing *timing = &bus->timing;
    struct cs_explain_times times;
    struct cs_wire wire;
    char text[CS_FRAME_TEXT_MAX];
    int ret = cs_wire_encode_as(frame, &form, &wire);

    if (ret != 0)
        return ret;
    cs_explain_times(&wire, timing, &times);
    cs_frame_format(frame, text);
    cs_out_printf(out, "{\"frame\":\"%s\",\"bits\":", text);
    put_bits(out, &wire, 0, wire.n_bits, true);
    put_stuff_bits(out, &wire, "stuff_bits", false);
    cs_out_printf(out,
                  ",\"length\":%u,\"unstuffed_length\":%u,\"crc\":\"%X\",\"crc_bits\":%u,"
                  "\"bitrate_bps\":%u,\"duration_ps\":%lld",
                  wire.n_bits, wire.n_unstuffed, (unsigned)wire.crc, wire.crc_bits,
                  timing->nominal.bitrate_bps, (long long)times.frame_ps);
    if ((frame->flags & CS_FRAME_FD) != 0)
        put_fd(out, &wire, bus, &times);
    cs_out_text(out, ",\"fields\":[");
    for (unsigned i = 0; i < wire.n_spans; i++) {
        if (i > 0)
            cs_out_char(out, ',');
        put_field(out, frame, &wire, &wire.spans[i]);
    }
    cs_out_text(out, "]}");
    cs_out_line(out);
    return 0;
}
