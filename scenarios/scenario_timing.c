/* SPDX-License-Identifier: MIT */
/* Bit timing in a scenario: simple keys (bit rate, sample point, jump width) or registers' values
 * ("timing"), never both for the same thing. */
#include <string.h>

#include "scenarios/scenario_read.h"
#include "simcore/units.h"

#define CABLE_PS_PER_M  5000
#define CABLE_MAX_M     (CS_DELAY_MAX_PS / CABLE_PS_PER_M)
#define DRIFT_MAX_PPB   (CS_DRIFT_MAX_PPM * INT64_C(1000))
#define SAMPLE_MIN      10
#define SAMPLE_MAX      990
#define SEGMENT(member) offsetof(struct segments, member)
#define FULL(member)    offsetof(struct full, member)

static int wrong_sample_point(struct cs_reader *r, const cJSON *item)
{
    return cs_reader_must_be(r, item, "%s", CS_SAMPLE_FORM);
}

int cs_scenario_read_sample_point(struct cs_reader *r, const cJSON *item, void *dest)
{
    unsigned *permille = dest;
    uint32_t value;
    char text[24];

    if (cJSON_IsNumber(item)) {
        if (!(item->valuedouble >= 0.01 && item->valuedouble <= 0.99))
            return wrong_sample_point(r, item);
        *permille = (unsigned)(item->valuedouble * 1000 + 0.5);
        return 0;
    }
    size_t len = cJSON_IsString(item) ? strlen(item->valuestring) : 0;
    if (len < 2 || len > sizeof(text) || item->valuestring[len - 1] != '%')
        return wrong_sample_point(r, item);
    memcpy(text, item->valuestring, len - 1);
    text[len - 1] = '\0';
    /* A speed is exact thousandths as well: here of a percent. */
    if (cs_units_parse_speed(text, &value) != 0 || value % 100 != 0 || value / 100 < SAMPLE_MIN ||
        value / 100 > SAMPLE_MAX)
        return wrong_sample_point(r, item);
    *permille = value / 100;
    return 0;
}

/* [+-]DIGITS[.DIGITS]UNIT, exactly. 0 or -1. */
static int parse_drift(const char *text, int64_t *ppb)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"ppb", 1}, {"ppm", 1000}, {"%", 10000000}};
    bool slow = *text != '-';
    int64_t value = 0, scale = 1;
    bool point = false;
    size_t unit = 0;

    if (*text == '-' || *text == '+')
        text++;
    if (*text < '0' || *text > '9')
        return -1;
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (value > INT64_C(100000000000))
            return -1;
        value = value * 10 + (*text - '0');
        scale *= point ? 10 : 1;
    }
    while (unit < 3 && strcmp(text, units[unit].name) != 0)
        unit++;
    if (unit == 3 || value * units[unit].factor % scale != 0)
        return -1;
    value = value * units[unit].factor / scale;
    *ppb = slow ? value : -value;
    return value <= DRIFT_MAX_PPB ? 0 : -1;
}

int cs_scenario_read_drift(struct cs_reader *r, const cJSON *item, void *dest)
{
    int64_t ppb;

    if (!cJSON_IsString(item) || parse_drift(item->valuestring, &ppb) != 0)
        return cs_reader_must_be(r, item, "a drift such as \"150ppm\" or \"-0.01%%\", up to 10%%");
    *(int32_t *)dest = (int32_t)ppb;
    return 0;
}

int cs_scenario_read_cable(struct cs_reader *r, const cJSON *item, void *dest)
{
    if (!cJSON_IsNumber(item) ||
        !(item->valuedouble >= 0 && item->valuedouble <= (double)CABLE_MAX_M))
        return cs_reader_must_be(r, item, "0..%d metres", (int)CABLE_MAX_M);
    *(int64_t *)dest = (int64_t)(item->valuedouble * CABLE_PS_PER_M + 0.5);
    return 0;
}

/* ---- registers ------------------------------------------------------------------------------ */

struct segments {
    uint32_t clock_hz, bitrate_bps;
    int64_t brp, prop_seg, phase_seg1, phase_seg2, sjw;
};

static const struct cs_key segment_rows[] = {
    {.name = "clock",
     .type = CS_KEY_RATE,
     .offset = SEGMENT(clock_hz),
     .min = CS_CLOCK_MIN_HZ,
     .max = CS_CLOCK_MAX_HZ,
     .help = "in hertz; default: the timing's"},
    {.name = "bitrate",
     .type = CS_KEY_RATE,
     .offset = SEGMENT(bitrate_bps),
     .min = CS_BITRATE_MIN,
     .max = CS_DATA_BITRATE_MAX,
     .help = "instead of clock and brp: the bit is that long, and the quantum its even part"},
    {.name = "brp",
     .type = CS_KEY_INT,
     .offset = SEGMENT(brp),
     .min = 1,
     .max = CS_BRP_MAX,
     .help = "clock cycles in a time quantum"},
    {.name = "prop_seg",
     .type = CS_KEY_INT,
     .offset = SEGMENT(prop_seg),
     .min = 0,
     .max = CS_BIT_TQ_MAX,
     .dflt = "0",
     .help = "propagation segment, quanta; may be counted within phase_seg1"},
    {.name = "phase_seg1",
     .type = CS_KEY_INT,
     .required = true,
     .offset = SEGMENT(phase_seg1),
     .min = 0,
     .max = CS_BIT_TQ_MAX,
     .help = "quanta before the sample point"},
    {.name = "phase_seg2",
     .type = CS_KEY_INT,
     .required = true,
     .offset = SEGMENT(phase_seg2),
     .min = 1,
     .max = CS_BIT_TQ_MAX,
     .help = "quanta after the sample point"},
    {.name = "sjw",
     .type = CS_KEY_INT,
     .offset = SEGMENT(sjw),
     .min = 1,
     .max = CS_BIT_TQ_MAX,
     .dflt = "1",
     .help = "synchronisation jump width, quanta"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_segment_keys = {
    .title = "Segments of a bit (one more quantum, the first, is always there)",
    .rows = segment_rows,
};

struct full {
    uint32_t clock_hz;
    struct segments nominal, data;
    int tdc;
    int64_t tdc_offset;
};

static int read_segments(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct segments *s = dest;

    if (cs_keys_read(r, item, &cs_scenario_segment_keys, 0, dest) != 0)
        return -1;
    if (s->bitrate_bps > 0 && (s->brp > 0 || s->clock_hz > 0))
        return cs_scenario_fail_at(r, "bitrate", "does not go with \"brp\" and \"clock\"");
    return s->bitrate_bps > 0 || s->brp > 0
               ? 0
               : cs_reader_fail(r, "must have the key \"brp\", got none");
}

/* Segments that have no clock of their own have the timing's. */
static int check_clock(struct cs_reader *r, const struct full *full, const struct segments *s)
{
    if (full->clock_hz > 0 || s->phase_seg2 == 0 || s->clock_hz > 0 || s->bitrate_bps > 0)
        return 0;
    return cs_reader_fail(r, "must have the key \"clock\", got none");
}

static const char *const tdc_names[] = {"auto", "off", "on", "fixed", NULL};

static const struct cs_key full_rows[] = {
    {.name = "clock",
     .type = CS_KEY_RATE,
     .offset = FULL(clock_hz),
     .min = CS_CLOCK_MIN_HZ,
     .max = CS_CLOCK_MAX_HZ,
     .help = "of the controller, in hertz"},
    {.name = "nominal",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = FULL(nominal),
     .read = read_segments,
     .form = "an object of segments",
     .help = "the bit"},
    {.name = "data",
     .type = CS_KEY_CUSTOM,
     .offset = FULL(data),
     .read = read_segments,
     .form = "an object of segments",
     .help = "CAN FD: the bit of the data phase"},
    {.name = "tdc",
     .type = CS_KEY_CHOICE,
     .offset = FULL(tdc),
     .choices = tdc_names,
     .dflt = "\"auto\"",
     .help = "transmitter delay compensation in the data phase; fixed: by the offset alone"},
    {.name = "tdc_offset",
     .type = CS_KEY_INT,
     .offset = FULL(tdc_offset),
     .min = 0,
     .max = CS_TDC_OFFSET_MAX,
     .dflt = "0",
     .help = "of the secondary sample point, in clock cycles"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_timing_keys = {
    .title = "A timing",
    .rows = full_rows,
};

static void set_segments(struct cs_bit_timing *t, const struct segments *s, uint32_t clock_hz)
{
    if (s->phase_seg2 == 0)
        return;
    *t = (struct cs_bit_timing){
        .clock_hz = s->bitrate_bps > 0 ? 0
                    : s->clock_hz > 0  ? s->clock_hz
                                       : clock_hz,
        .bitrate_bps = s->bitrate_bps,
        .brp = (uint16_t)s->brp,
        .prop_seg = (uint16_t)s->prop_seg,
        .phase_seg1 = (uint16_t)s->phase_seg1,
        .phase_seg2 = (uint16_t)s->phase_seg2,
        .sjw = (uint16_t)s->sjw,
    };
    if (t->clock_hz > 0)
        t->bitrate_bps = cs_bit_timing_bitrate(t);
}

int cs_scenario_read_timing(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_timing *t = dest;
    struct full full = {0};
    char why[200];

    if (cs_keys_read(r, item, &cs_scenario_timing_keys, 0, &full) != 0 ||
        check_clock(r, &full, &full.nominal) != 0 || check_clock(r, &full, &full.data) != 0)
        return -1;
    set_segments(&t->full.nominal, &full.nominal, full.clock_hz);
    set_segments(&t->full.data, &full.data, full.clock_hz);
    t->full.tdc = (uint8_t)full.tdc;
    t->full.tdc_offset = (uint16_t)full.tdc_offset;
    t->have_full = true;
    if (cs_timing_check(&t->full, why, sizeof(why)) != 0)
        return cs_reader_fail(r, "%s", why);
    return 0;
}

/* ---- what comes of it ----------------------------------------------------------------------- */

static int check_agreement(struct cs_reader *r, const char *key, uint32_t given,
                           const struct cs_bit_timing *full)
{
    char text[200], rate[32], other[32];

    if (given == 0 || given == full->bitrate_bps)
        return 0;
    snprintf(text, sizeof(text), "must be %s as in \"timing\", or left out, got %s",
             full->bitrate_bps > 0 ? cs_units_format_rate(full->bitrate_bps, rate, sizeof(rate))
                                   : "left out",
             cs_units_format_rate(given, other, sizeof(other)));
    return cs_scenario_fail_at(r, key, text);
}

/* "timing" says it all: what is said twice must be the same. */
static int check_full(struct cs_reader *r, const struct cs_scenario_timing *t)
{
    const struct {
        const char *name;
        bool given;
    } rows[] = {
        {"sample_point", t->sample_permille > 0},
        {"data_sample_point", t->data_sample_permille > 0},
        {"sjw", t->sjw > 0},
        {"data_sjw", t->data_sjw > 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].given)
            return cs_scenario_fail_at(r, rows[i].name, "does not go with \"timing\"");
    }
    if (check_agreement(r, "bitrate", t->bitrate_bps, &t->full.nominal) != 0)
        return -1;
    return check_agreement(r, "data_bitrate", t->data_bitrate_bps, &t->full.data);
}

static int fill(struct cs_reader *r, const char *key, struct cs_bit_timing *timing,
                uint32_t bitrate_bps, unsigned permille, int64_t sjw)
{
    char text[120];

    cs_bit_timing_fill(timing, bitrate_bps, permille, (unsigned)sjw);
    if (sjw == 0 || sjw == timing->sjw)
        return 0;
    snprintf(text, sizeof(text), "must be at most %d, what is behind the sample point, got %d",
             timing->phase_seg2, (int)sjw);
    return cs_scenario_fail_at(r, key, text);
}

static int fill_simple(struct cs_reader *r, struct cs_scenario_timing *t)
{
    uint32_t nominal = t->bitrate_bps, data = t->data_bitrate_bps;
    bool data_asked = data > 0 || t->data_sample_permille > 0 || t->data_sjw > 0;

    if (nominal == 0)
        nominal = cs_bit_timing_bitrate(&t->timing.nominal);
    if ((t->bitrate_bps > 0 || t->sample_permille > 0 || t->sjw > 0) &&
        fill(r, "sjw", &t->timing.nominal, nominal, t->sample_permille, t->sjw) != 0)
        return -1;
    if (data == 0)
        data = cs_bit_timing_bitrate(&t->timing.data);
    if (data_asked && data == 0)
        return cs_reader_fail(r, "must have \"data_bitrate\" for its sample point or jump width, "
                                 "got none");
    if (!data_asked && data < nominal) /* the bus's second rate is none for this node */
        t->timing.data = (struct cs_bit_timing){0};
    return data_asked
               ? fill(r, "data_sjw", &t->timing.data, data, t->data_sample_permille, t->data_sjw)
               : 0;
}

int cs_scenario_finish_timing(struct cs_reader *r, struct cs_scenario_timing *t,
                              const struct cs_timing *from, bool fd)
{
    char why[200];

    if (!fd && (t->data_bitrate_bps > 0 || cs_bit_timing_bitrate(&t->full.data) > 0))
        return cs_scenario_fail_at(r, t->data_bitrate_bps > 0 ? "data_bitrate" : "timing",
                                   CS_NO_DATA_TEXT);
    if (t->have_full) {
        if (check_full(r, t) != 0)
            return -1;
        t->timing = t->full;
    } else {
        if (from != NULL)
            t->timing = *from;
        else if (t->bitrate_bps == 0)
            t->bitrate_bps = 500000;
        if (fill_simple(r, t) != 0)
            return -1;
    }
    t->timing.drift_ppb = t->drift_ppb;
    if (cs_timing_check(&t->timing, why, sizeof(why)) != 0)
        return cs_scenario_fail_at(r, t->data_bitrate_bps > 0 ? "data_bitrate" : "timing", why);
    return 0;
}
