/* SPDX-License-Identifier: MIT */
/* Expectations of values: bits of frames, and fields of a decoder. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_read.h"

/* ---- what it must be ------------------------------------------------------------------------- */

#define BITS_FORM "a text of 1..64 digits 0, 1 or x, the lowest bit last, such as \"x1xx 0111\""

static int read_bits(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_range *range = dest;
    unsigned n = 0;

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, BITS_FORM);
    range->bits_text = item->valuestring;
    range->bits = range->bits_mask = 0;
    for (const char *p = range->bits_text; *p != '\0'; p++) {
        if (*p == ' ')
            continue;
        if (strchr("01xX", *p) == NULL || ++n > 64)
            return cs_reader_must_be(r, item, BITS_FORM);
        range->bits = range->bits << 1 | (*p == '1');
        range->bits_mask = range->bits_mask << 1 | (*p == '0' || *p == '1');
    }
    return n > 0 ? 0 : cs_reader_must_be(r, item, BITS_FORM);
}

static int read_is(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_range *range = dest;

    range->have_is = true;
    return cs_decimal_read(r, item, &range->is);
}

/* A number, else a word. */
static int read_is_or_word(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_range *range = dest;

    if (!cJSON_IsString(item) || cs_decimal_parse(item->valuestring, &range->is) == 0)
        return read_is(r, item, dest);
    if (item->valuestring[0] == '\0' || strlen(item->valuestring) > 200)
        return cs_reader_must_be(r, item, "a number or a text of 1..200 bytes");
    range->word = item->valuestring;
    return 0;
}

static int read_min(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_range *range = dest;

    range->have_min = true;
    return cs_decimal_read(r, item, &range->min);
}

static int read_max(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_range *range = dest;

    range->have_max = true;
    return cs_decimal_read(r, item, &range->max);
}

#define RANGE_ROWS(at)                                                     \
    CS_EXPECT_CUSTOM("min", at, read_min, CS_DECIMAL_FORM, "at least"),    \
        CS_EXPECT_CUSTOM("max", at, read_max, CS_DECIMAL_FORM, "at most"), \
        CS_EXPECT_CUSTOM("bits", at, read_bits, BITS_FORM, "these bits of it; x is either")

static int finish_range(struct cs_reader *r, const struct cs_expect_range *range)
{
    bool is = range->have_is || range->word != NULL, ends = range->have_min || range->have_max;

    if (!is && !ends && range->bits_text == NULL)
        return cs_reader_fail(r, "must have one of is, min, max and bits, got none");
    if (is && ends)
        return cs_scenario_fail_at(r, "is", "does not go with \"min\" or \"max\"");
    if (range->have_min && range->have_max && range->min > range->max)
        return cs_scenario_fail_at(r, "min", "must not be more than \"max\"");
    return 0;
}

/* ---- bits of frames -------------------------------------------------------------------------- */

#define VALUE(member) offsetof(struct cs_expect_value, member)

static const struct cs_key value_rows[] = {
    {.name = "frame",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = VALUE(frames),
     .read = cs_expect_read_frames,
     .form = CS_MATCH_FORM,
     .help = "which frames"},
    CS_SIGNAL_PLACE_ROWS(VALUE(signal), "as of a signal: its lowest bit with order little, its "
                                        "highest one with big"),
    CS_EXPECT_CUSTOM("is", VALUE(range), read_is, CS_DECIMAL_FORM, "exactly"),
    RANGE_ROWS(VALUE(range)),
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_value_keys = {.title = "The value of an expectation",
                                             .rows = value_rows};

/* a / b, b > 0, down to the next whole number. */
static cs_int128 floor_div(cs_int128 a, cs_int128 b)
{
    return a / b - (a % b < 0);
}

/* What is sent where the value is within: whole numbers low..high, maybe none. */
static void raw_range(struct cs_expect_value *v, cs_decimal min, cs_decimal max)
{
    const cs_decimal factor = v->signal.factor, offset = v->signal.offset;

    if (factor > 0) {
        v->raw_low = -floor_div(-(min - offset), factor);
        v->raw_high = floor_div(max - offset, factor);
    } else {
        v->raw_low = -floor_div(max - offset, -factor);
        v->raw_high = floor_div(-(min - offset), -factor);
    }
}

static int finish_value(struct cs_reader *r, struct cs_expect_value *v)
{
    const cs_int128 all = (cs_int128)1 << 100; /* beyond whatever 64 bits hold */
    const struct cs_expect_range *range = &v->range;
    bool rises = v->signal.factor > 0;

    if (v->signal.factor == 0)
        return cs_scenario_fail_at(r, "factor", "must not be 0");
    for (unsigned i = 0; i < v->signal.length; i++) {
        if (cs_signal_bit(&v->signal, i) >= 8 * CS_FRAME_MAX_DATA)
            return cs_scenario_fail_at(r, "length", "must end within 64 bytes");
    }
    if (range->have_is) {
        raw_range(v, range->is, range->is);
        if (v->raw_low > v->raw_high)
            return cs_scenario_fail_at(r, "is", "must be a value that factor and offset can give");
        return 0;
    }
    raw_range(v, range->min, range->max);
    if (rises ? !range->have_min : !range->have_max)
        v->raw_low = -all;
    if (rises ? !range->have_max : !range->have_min)
        v->raw_high = all;
    return 0;
}

int cs_expect_read_value(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_value *v = &def->of.value;

    if (cs_expect_set_kind(r, def, CS_EXPECT_VALUE) != 0)
        return -1;
    if (cs_keys_read(r, item, &cs_expect_value_keys, 0, v) != 0)
        return -1;
    return finish_range(r, &v->range) == 0 ? finish_value(r, v) : -1;
}

/* ---- fields of a decoder --------------------------------------------------------------------- */

#define FIELD(member) offsetof(struct cs_expect_signal, member)

static const struct cs_key signal_rows[] = {
    {.name = "field",
     .type = CS_KEY_TEXT,
     .required = true,
     .offset = FIELD(field),
     .min = 1,
     .max = 200,
     .help = "its name, path (\"sdo/index\") or label (\"Statusword\"), as cansim decode --json "
             "has them; the first in a frame"},
    CS_EXPECT_CUSTOM("frame", FIELD(frames), cs_expect_read_frames, CS_MATCH_FORM,
                     "in which frames; default: any"),
    CS_EXPECT_CUSTOM("is", FIELD(range), read_is_or_word, CS_DECIMAL_FORM " or a text",
                     "exactly; a text is what the value means"),
    RANGE_ROWS(FIELD(range)),
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_signal_keys = {.title = "The signal of an expectation",
                                              .rows = signal_rows};

int cs_expect_read_signal(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_signal *s = &def->of.signal;

    if (cs_expect_set_kind(r, def, CS_EXPECT_SIGNAL) != 0)
        return -1;
    cs_match_any(&s->frames.match);
    s->have_frames = cJSON_GetObjectItemCaseSensitive(item, "frame") != NULL;
    if (cs_keys_read(r, item, &cs_expect_signal_keys, 0, s) != 0)
        return -1;
    return finish_range(r, &s->range);
}
