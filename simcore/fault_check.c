/* SPDX-License-Identifier: MIT */
/* fault_check.c - do the keys of a fault fit one another? */
#include "simcore/fault_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is(const struct cs_fault_spec *spec, uint32_t kinds)
{
    return CS_FAULT_BIT(spec->kind) & kinds;
}

void cs_fault_complete(struct cs_fault_spec *spec)
{
    struct cs_fault_trigger *t = &spec->trigger;
    bool on_frame = cs_fault_kinds[spec->kind].class == CS_FAULT_ON_WIRE ||
                    cs_fault_kinds[spec->kind].class == CS_FAULT_ON_FRAME;
    /* A spec that was made by hand has zeros where a written one has what is usual. */
    t->probability_ppm = t->probability_ppm ? t->probability_ppm : 1000000;
    spec->bits = spec->bits ? spec->bits : spec->kind == CS_FAULT_ERROR_FRAME ? 6 : 1;
    spec->mask = spec->mask ? spec->mask : 1;
    bool more = t->every > 0 || t->probability_ppm != 1000000 || spec->for_ps > 0;
    uint32_t endless = CS_FAULT_BIT(CS_FAULT_ATTACK_BUS_OFF) | CS_FAULT_BIT(CS_FAULT_ATTACK_SPOOF) |
                       CS_FAULT_BIT(CS_FAULT_ATTACK_FREEZE);

    t->frame = t->have_id || t->have_data || t->from[0] || t->nth > 1 || t->every > 1 ||
               t->probability_ppm != 1000000;
    if (spec->count == CS_FAULT_COUNT_AUTO) {
        bool once = (on_frame && !more && !is(spec, endless)) ||
                    (spec->kind == CS_FAULT_ATTACK_JANUS && !more) || spec->kind == CS_FAULT_RESET;
        spec->count = once ? 1 : 0;
    }
    t->nth = t->nth ? t->nth : 1;
    t->every = t->every ? t->every : 1;
}

/* ---- Janus frames ------------------------------------------------------------------------- */

/* A last byte with which `late` is as long on the wire as `early`, and another frame, or -1. */
static int fitting_byte(const struct cs_frame *late, const struct cs_frame *early, unsigned bits)
{
    struct cs_frame frame = *late;
    struct cs_wire wire;

    for (unsigned value = 0; late->len > 0 && value < 256; value++) {
        frame.data[late->len - 1] = (uint8_t)value;
        if (cs_wire_encode(&frame, &wire) == 0 && wire.n_bits == bits &&
            memcmp(frame.data, early->data, late->len) != 0) {
            return (int)value;
        }
    }
    return -1;
}

static int check_janus(const struct cs_fault_spec *spec, char *why, size_t why_size)
{
    struct cs_wire early, late;

    if (spec->frame.id != spec->late_frame.id || spec->frame.flags != spec->late_frame.flags ||
        spec->frame.dlc != spec->late_frame.dlc) {
        return cs_fault_refuse(why, why_size,
                               "frame and late_frame must have one identifier, format and length");
    }
    if (cs_wire_encode(&spec->frame, &early) || cs_wire_encode(&spec->late_frame, &late)) {
        return cs_fault_refuse(why, why_size, "frame or late_frame cannot be sent");
    }
    if (early.n_bits != late.n_bits) {
        int byte = fitting_byte(&spec->late_frame, &spec->frame, early.n_bits);
        char hint[64] = "";
        if (byte >= 0) {
            snprintf(hint, sizeof(hint), "; late_frame would fit with %02X as its last byte",
                     (unsigned)byte);
        }
        return cs_fault_refuse(
            why, why_size,
            "frame has %u bits on the wire, late_frame %u: both must have the same number%s",
            early.n_bits, late.n_bits, hint);
    }
    return 0;
}

/* ---- rules -------------------------------------------------------------------------------- */

#define B(kind) CS_FAULT_BIT(CS_FAULT_##kind)
#define BITS    (B(FLIP) | B(DOMINANT) | B(RECESSIVE) | B(ERROR_FRAME))
#define LEVELS  (B(FLIP) | B(DOMINANT) | B(RECESSIVE))
#define GHOSTS  (B(SPOOF) | B(JANUS) | B(ATTACK_SPOOF) | B(ATTACK_JANUS))

static bool stuff_outside(const struct cs_fault_spec *s)
{
    return s->stuff && (s->field < CS_FIELD_SOF || s->field > CS_FIELD_CRC);
}

static bool offset_alone(const struct cs_fault_spec *s)
{
    return s->offset_ps > 0 && s->length_ps == 0;
}

static bool width_and_bits(const struct cs_fault_spec *s)
{
    return s->length_ps > 0 && s->bits > 1;
}

static bool form_elsewhere(const struct cs_fault_spec *s)
{
    return s->field < CS_FIELD_CRC_DELIM || s->field > CS_FIELD_EOF;
}

static bool overload_bits(const struct cs_fault_spec *s)
{
    return s->bits > 2;
}

static bool no_rate(const struct cs_fault_spec *s)
{
    return !s->bitrate_bps && !s->data_bitrate_bps && !s->sample_permille && !s->sjw;
}

static bool rates_swapped(const struct cs_fault_spec *s)
{
    return s->data_bitrate_bps && s->data_bitrate_bps < s->bitrate_bps;
}

static bool half_too_long(const struct cs_fault_spec *s)
{
    return s->half_ps > s->ring_ps;
}

#define RING_HALVES_MAX 100

static bool half_too_short(const struct cs_fault_spec *s)
{
    return s->half_ps > 0 && s->ring_ps / s->half_ps > RING_HALVES_MAX;
}

static bool cable_too_long(const struct cs_fault_spec *s)
{
    return s->delay_ps > CS_DELAY_MAX_PS;
}

static bool ext_alone(const struct cs_fault_spec *s)
{
    return s->trigger.ext && !s->trigger.have_id;
}

static bool base_too_big(const struct cs_fault_spec *s)
{
    return s->trigger.have_id && s->trigger.ext == 0 && s->trigger.id > CS_ID_MAX_BASE;
}

static bool direction_alone(const struct cs_fault_spec *s)
{
    return s->trigger.direction && !s->trigger.from[0];
}

static bool two_rates(const struct cs_fault_spec *s)
{
    return (s->frame.flags | s->late_frame.flags) & CS_FRAME_BRS;
}

static const struct {
    uint32_t kinds;
    bool (*broken)(const struct cs_fault_spec *spec);
    const char *sentence;
} rules[] = {
    {BITS, stuff_outside, "\"stuff\" needs a field that is stuffed, sof to crc"},
    {LEVELS, offset_alone, "\"offset\" needs \"width\": a pulse has a start and a length"},
    {LEVELS, width_and_bits, "\"width\" and \"bits\" exclude one another"},
    {B(WRONG_FORM), form_elsewhere,
     "\"field\" must be crc_delim, ack, ack_delim or eof: those have a fixed form"},
    {B(OVERLOAD), overload_bits, "\"bits\" must be 1 or 2: no node may send more overload frames"},
    {B(BITRATE), no_rate, "needs \"bitrate\", \"data_bitrate\", \"sample_point\" or \"sjw\""},
    {B(BITRATE), rates_swapped, "\"data_bitrate\" must not be below \"bitrate\""},
    {B(RINGING), half_too_long, "\"half\" must not be longer than \"ring\""},
    {B(RINGING), half_too_short, "\"half\" must be a hundredth of \"ring\" at least"},
    {B(CABLE), cable_too_long, "\"delay\" must be at most 100us, that is 20 km"},
    {UINT32_MAX, ext_alone, "\"ext\" needs \"id\""},
    {UINT32_MAX, base_too_big, "\"id\" is above 0x7FF, but \"ext\" says no"},
    {UINT32_MAX, direction_alone, "\"direction\" needs \"from\""},
    {GHOSTS, two_rates, "a second transmitter sends no frames with BRS"},
};

static int check_index(const struct cs_fault_spec *spec, char *why, size_t why_size)
{
    unsigned bits = cs_fault_field_bits((enum cs_field)spec->field);

    if (!is(spec, BITS | B(WRONG_FORM)) || spec->index < bits) {
        return 0;
    }
    if (bits == 1) {
        return cs_fault_refuse(why, why_size, "%s has one bit: \"index\" must be 0, got %u",
                               cs_field_name((enum cs_field)spec->field), spec->index);
    }
    return cs_fault_refuse(why, why_size, "%s has %u bits: \"index\" must be 0..%u, got %u",
                           cs_field_name((enum cs_field)spec->field), bits, bits - 1, spec->index);
}

/* The key at `i` holds what it held at the start. */
static bool is_missing(const struct cs_fault_spec *spec, unsigned i)
{
    struct cs_fault_spec plain;
    char value[CS_FAULT_VALUE_MAX], usual[CS_FAULT_VALUE_MAX];

    cs_fault_begin(&plain, cs_fault_name((enum cs_fault_kind)spec->kind), NULL, 0);
    cs_fault_rows[i].type->write(spec, &cs_fault_rows[i], value);
    cs_fault_rows[i].type->write(&plain, &cs_fault_rows[i], usual);
    return strcmp(value, usual) == 0;
}

int cs_fault_finish(struct cs_fault_spec *spec, char *why, size_t why_size)
{
    if (spec->kind >= CS_FAULT_KIND_COUNT) {
        return cs_fault_refuse(why, why_size, "no such fault");
    }
    for (unsigned i = 0; i < cs_fault_n_keys; i++) {
        if (is(spec, cs_fault_rows[i].needed) && is_missing(spec, i)) {
            bool cable = spec->kind == CS_FAULT_CABLE && cs_fault_keys[i].name[0] == 'd';
            return cs_fault_refuse(why, why_size, "%s needs %s\"%s\" (%s)",
                                   cs_fault_kinds[spec->kind].name, cable ? "\"length\" or " : "",
                                   cs_fault_keys[i].name, cs_fault_keys[i].help);
        }
    }
    for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (is(spec, rules[i].kinds) && rules[i].broken(spec)) {
            return cs_fault_refuse(why, why_size, "%s", rules[i].sentence);
        }
    }
    int status = check_index(spec, why, why_size);
    if (status == 0 && is(spec, B(JANUS) | B(ATTACK_JANUS))) {
        status = check_janus(spec, why, why_size);
    }
    if (status == 0) {
        cs_fault_complete(spec);
    }
    return status;
}
