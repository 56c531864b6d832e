/* SPDX-License-Identifier: MIT */
/* Signals in the data of messages. */
#include <stdlib.h>

#include "scenarios/scenario_read.h"
#include "simcore/units.h"

#define WAVE_PERIOD_FORM "1us..24h, or 2..1000000000 frames"

/* ---- what moves a signal --------------------------------------------------------------------- */

#define RAMP(member) offsetof(struct cs_signal_ramp, member)

static const struct cs_key ramp_rows[] = {
    {.name = "from",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RAMP(from),
     .read = cs_decimal_read,
     .form = CS_DECIMAL_FORM,
     .help = "first value"},
    {.name = "to",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RAMP(to),
     .read = cs_decimal_read,
     .form = CS_DECIMAL_FORM,
     .help = "where it ends; less than from: it falls"},
    {.name = "step",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RAMP(step),
     .read = cs_decimal_read,
     .form = CS_DECIMAL_FORM,
     .help = "from one to the next, more than 0"},
    {.name = "bounce",
     .type = CS_KEY_BOOL,
     .offset = RAMP(bounce),
     .dflt = "false",
     .help = "turn back at the ends instead of starting over"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_ramp_keys = {.title = "The ramp of a signal", .rows = ramp_rows};

static int read_wave_period(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_signal_wave *wave = dest;
    int64_t number;

    if (cs_reader_integer(item, &number) == 0 && number >= 2 && number <= 1000000000)
        wave->period_frames = number;
    else if (!cJSON_IsString(item) ||
             cs_units_parse_time(item->valuestring, &wave->period_ps) != 0 ||
             wave->period_ps < CS_PS_PER_US || wave->period_ps > CS_SCENARIO_TIME_MAX)
        return cs_reader_must_be(r, item, WAVE_PERIOD_FORM);
    return 0;
}

#define WAVE(member) offsetof(struct cs_signal_wave, member)

enum { WAVE_SINE, WAVE_SQUARE, WAVE_RANDOM };
static const char *const wave_names[] = {"sine", "square", "random", NULL};

static const struct cs_key wave_rows[] = {
    {.name = "min",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = WAVE(min),
     .read = cs_decimal_read,
     .form = CS_DECIMAL_FORM,
     .help = "smallest value"},
    {.name = "max",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = WAVE(max),
     .read = cs_decimal_read,
     .form = CS_DECIMAL_FORM,
     .help = "largest value"},
    {.name = "period",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .mask = 1u << WAVE_SINE | 1u << WAVE_SQUARE,
     .read = read_wave_period,
     .form = WAVE_PERIOD_FORM,
     .help = "of one round; a number counts frames"},
    {.name = "duty",
     .type = CS_KEY_PERCENT,
     .mask = 1u << WAVE_SQUARE,
     .offset = WAVE(duty_ppm),
     .min = CS_PERCENT,
     .max = 99 * CS_PERCENT,
     .dflt = "50",
     .help = "part of the period at max, with which it begins"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_wave_keys = {
    .title = "The sine, square or random of a signal",
    .rows = wave_rows,
    .kinds = wave_names,
};

/* One source each; a second one is told of. */
static int choose(struct cs_reader *r, struct cs_signal *s, int source)
{
    if (s->source != CS_SIGNAL_NONE)
        return cs_reader_fail(r, "must be the only one of value, values, ramp, sine, square and "
                                 "random, got another");
    s->source = source;
    return 0;
}

static int read_values(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_signal *s = dest;
    bool many = cJSON_IsArray(item);
    int n = many ? cJSON_GetArraySize(item) : 1, ret = 0;
    const cJSON *child = many ? item->child : item;

    if (choose(r, s, CS_SIGNAL_VALUES_OF) != 0)
        return -1;
    if (n < 1 || n > CS_SIGNAL_VALUES)
        return cs_reader_must_be(r, item, "an array of 1..%d numbers", CS_SIGNAL_VALUES);
    s->values = calloc((size_t)n, sizeof(*s->values));
    if (s->values == NULL)
        return cs_reader_no_memory(r);
    for (; s->n_values < (unsigned)n; s->n_values++, child = child->next) {
        size_t mark = many ? cs_reader_enter_index(r, s->n_values) : r->path_len;
        if (cs_decimal_read(r, child, &s->values[s->n_values]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

static int read_value(struct cs_reader *r, const cJSON *item, void *dest)
{
    cs_decimal number;

    return cs_decimal_read(r, item, &number) == 0 ? read_values(r, item, dest) : -1;
}

static int read_list(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cJSON_IsArray(item)
               ? read_values(r, item, dest)
               : cs_reader_must_be(r, item, "an array of 1..%d numbers", CS_SIGNAL_VALUES);
}

static int read_ramp(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_signal *s = dest;

    if (choose(r, s, CS_SIGNAL_RAMP) != 0 ||
        cs_keys_read(r, item, &cs_scenario_ramp_keys, 0, &s->ramp) != 0)
        return -1;
    if (s->ramp.step <= 0)
        return cs_scenario_fail_at(r, "step", "must be more than 0");
    return 0;
}

static int read_wave(struct cs_reader *r, const cJSON *item, struct cs_signal *s, int source,
                     unsigned kind)
{
    if (choose(r, s, source) != 0 ||
        cs_keys_read(r, item, &cs_scenario_wave_keys, kind, &s->wave) != 0)
        return -1;
    if (s->wave.min > s->wave.max)
        return cs_reader_fail(r, "must have min <= max, got more");
    return 0;
}

static int read_sine(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_wave(r, item, dest, CS_SIGNAL_SINE, WAVE_SINE);
}

static int read_square(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_wave(r, item, dest, CS_SIGNAL_SQUARE, WAVE_SQUARE);
}

static int read_random(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_wave(r, item, dest, CS_SIGNAL_RANDOM, WAVE_RANDOM);
}

/* ---- signals --------------------------------------------------------------------------------- */

#define SIGNAL(member) offsetof(struct cs_signal, member)

const char *const cs_signal_orders[] = {"little", "big", NULL};

static const struct cs_key signal_rows[] = {
    {.name = "name",
     .type = CS_KEY_TEXT,
     .offset = SIGNAL(name),
     .min = 1,
     .max = 80,
     .help = "what it is"},
    CS_SIGNAL_PLACE_ROWS(0, "bit 8 * byte + n as in a DBC, n 0..7 from the lowest of a byte: the "
                            "signal's lowest bit with order little, its highest one with big"),
    {.name = "value",
     .type = CS_KEY_CUSTOM,
     .read = read_value,
     .form = CS_DECIMAL_FORM,
     .help = "always the same"},
    {.name = "values",
     .type = CS_KEY_CUSTOM,
     .read = read_list,
     .form = "an array of 1..4096 numbers",
     .help = "each time the next, over and over"},
    {.name = "ramp",
     .type = CS_KEY_CUSTOM,
     .read = read_ramp,
     .form = "an object with from, to, step",
     .help = "each time a step"},
    {.name = "sine",
     .type = CS_KEY_CUSTOM,
     .read = read_sine,
     .form = "an object with min, max, period",
     .help = "begins in the middle and rises"},
    {.name = "square",
     .type = CS_KEY_CUSTOM,
     .read = read_square,
     .form = "an object with min, max, period",
     .help = "max, then min"},
    {.name = "random",
     .type = CS_KEY_CUSTOM,
     .read = read_random,
     .form = "an object with min, max",
     .help = "any of them, from the node's random numbers"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_signal_keys = {.title = "A signal", .rows = signal_rows};

static int check_value(struct cs_reader *r, const struct cs_signal *s, const char *key, int index,
                       cs_decimal value)
{
    cs_int128 raw;
    size_t mark = cs_reader_enter(r, key);

    if (index >= 0)
        cs_reader_enter_index(r, (unsigned)index);
    int ret = cs_signal_raw(s, value, &raw);
    if (ret != 0)
        cs_reader_fail(r,
                       "must be a number that fits %lld bits%s with this factor and offset, got "
                       "another",
                       (long long)s->length, s->is_signed ? " with a sign" : "");
    cs_reader_leave(r, mark);
    return ret;
}

/* All its values fit. */
static int finish_signal(struct cs_reader *r, struct cs_signal *s)
{
    static const char *const names[] = {"value", "ramp", "sine", "square", "random"};
    bool list = s->n_values > 1;
    int ret = 0;

    if (s->source == CS_SIGNAL_NONE)
        return cs_reader_fail(r, "must have one of value, values, ramp, sine, square and random, "
                                 "got none");
    if (s->factor == 0)
        return cs_scenario_fail_at(r, "factor", "must not be 0");
    for (unsigned i = 0; i < s->n_values; i++)
        ret |= check_value(r, s, list ? "values" : "value", list ? (int)i : -1, s->values[i]);
    if (s->source == CS_SIGNAL_VALUES_OF)
        return ret;
    size_t mark = cs_reader_enter(r, names[s->source]);
    if (s->source == CS_SIGNAL_RAMP)
        ret = check_value(r, s, "from", -1, s->ramp.from) | check_value(r, s, "to", -1, s->ramp.to);
    else
        ret = check_value(r, s, "min", -1, s->wave.min) | check_value(r, s, "max", -1, s->wave.max);
    cs_reader_leave(r, mark);
    cs_signal_raw(s, s->wave.min, s->factor > 0 ? &s->wave.raw_min : &s->wave.raw_max);
    cs_signal_raw(s, s->wave.max, s->factor > 0 ? &s->wave.raw_max : &s->wave.raw_min);
    return ret;
}

int cs_scenario_read_signals(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_message *message = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > CS_SCENARIO_SIGNALS)
        return cs_reader_must_be(r, item, "an array of at most %d signals", CS_SCENARIO_SIGNALS);
    message->signals = calloc(CS_SCENARIO_SIGNALS, sizeof(*message->signals));
    if (message->signals == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_signal *signal = &message->signals[message->n_signals];
        size_t mark = cs_reader_enter_index(r, message->n_signals);
        message->n_signals++;
        signal->source = CS_SIGNAL_NONE;
        if (cs_keys_read(r, child, &cs_scenario_signal_keys, 0, signal) != 0 ||
            finish_signal(r, signal) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}
