/* SPDX-License-Identifier: MIT */
/* Expectations that measure: each is an object with a table of its own. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_read.h"
#include "simcore/units.h"

int cs_expect_read_frames(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_frames *frames = dest;

    frames->pattern = cJSON_IsString(item) ? item->valuestring : NULL;
    return cs_match_read(r, item, &frames->match);
}

/* ---- period ---------------------------------------------------------------------------------- */

#define PERIOD(member) offsetof(struct cs_expect_period, member)
#define TOLERANCE_FORM "a part such as \"2%\", up to 100%, or a time"

static int read_tolerance(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_period *p = dest;

    if (cJSON_IsString(item) && cs_keys_parse_percent(item->valuestring, &p->tolerance_ppm) == 0 &&
        p->tolerance_ppm <= 100 * CS_PERCENT)
        return 0;
    if (!cJSON_IsString(item) || cs_units_parse_time(item->valuestring, &p->tolerance_ps) != 0 ||
        p->tolerance_ps < 0 || p->tolerance_ps > CS_SCENARIO_TIME_MAX)
        return cs_reader_must_be(r, item, "%s", TOLERANCE_FORM);
    return 0;
}

static const struct cs_key period_rows[] = {
    CS_EXPECT_FRAMES(PERIOD(frames), "each identifier that it takes is judged for itself"),
    CS_EXPECT_TIME("min", PERIOD(min_ps), 0,
                   "from the end of a frame to the end of the next at least"),
    CS_EXPECT_TIME("max", PERIOD(max_ps), 1,
                   "at most; the time to the end of the window counts as well"),
    CS_EXPECT_TIME("mean", PERIOD(mean_ps), 1, "of all, within the tolerance"),
    CS_EXPECT_CUSTOM("tolerance", 0, read_tolerance, TOLERANCE_FORM, "of the mean; default \"1%\""),
    CS_EXPECT_TIME("jitter", PERIOD(jitter_ps), 0, "between the shortest and the longest, at most"),
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_period_keys = {.title = "The period of an expectation",
                                              .rows = period_rows};

int cs_expect_read_period(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_period *p = &def->of.period;

    if (cs_expect_set_kind(r, def, CS_EXPECT_PERIOD) != 0)
        return -1;
    p->min_ps = p->max_ps = p->mean_ps = p->jitter_ps = p->tolerance_ppm = p->tolerance_ps = -1;
    if (cs_keys_read(r, item, &cs_expect_period_keys, 0, p) != 0)
        return -1;
    if (p->min_ps < 0 && p->max_ps < 0 && p->mean_ps < 0 && p->jitter_ps < 0)
        return cs_reader_fail(r, "must have one of min, max, mean and jitter, got none");
    if (p->max_ps >= 0 && p->min_ps > p->max_ps)
        return cs_scenario_fail_at(r, "min", "must not be more than \"max\"");
    if (p->mean_ps < 0 && (p->tolerance_ppm >= 0 || p->tolerance_ps >= 0))
        return cs_scenario_fail_at(r, "tolerance", "goes with \"mean\" alone");
    if (p->tolerance_ppm < 0 && p->tolerance_ps < 0)
        p->tolerance_ppm = CS_PERCENT;
    return 0;
}

/* ---- always ---------------------------------------------------------------------------------- */

#define ALWAYS(member) offsetof(struct cs_expect_always, member)
#define DATA_FORM      "data such as \"11 ?? 33*\""

static int read_data(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_always *a = dest;
    char text[CS_MATCH_TEXT_MAX], why[120] = "";

    if (!cJSON_IsString(item) || strlen(item->valuestring) > CS_MATCH_TEXT_MAX - 8)
        return cs_reader_must_be(r, item, DATA_FORM);
    a->text = item->valuestring;
    snprintf(text, sizeof(text), "000#%s", a->text);
    if (a->text[0] == '#' || a->text[0] == 'R' ||
        cs_match_parse(text, &a->data, why, sizeof(why)) != 0)
        return cs_reader_must_be(r, item, DATA_FORM "%s%s%s", why[0] != '\0' ? " (" : "", why,
                                 why[0] != '\0' ? ")" : "");
    a->data.ext = -1; /* whichever identifier, classic or FD */
    a->data.id_high = CS_ID_MAX_EXT;
    a->data.flags_mask = 0;
    return 0;
}

static const struct cs_key always_rows[] = {
    CS_EXPECT_FRAMES(ALWAYS(frames), "which frames"),
    {.name = "data",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .read = read_data,
     .form = DATA_FORM,
     .help = "that each of them must have; ? is any digit, * at the end whatever follows"},
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_always_keys = {.title = "The always of an expectation",
                                              .rows = always_rows};

int cs_expect_read_always(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;

    return cs_expect_set_kind(r, def, CS_EXPECT_ALWAYS) == 0
               ? cs_keys_read(r, item, &cs_expect_always_keys, 0, &def->of.always)
               : -1;
}

/* ---- latency and retries --------------------------------------------------------------------- */

#define LATENCY(member) offsetof(struct cs_expect_latency, member)

static const char *const ends[] = {"start", "end", NULL};

static const struct cs_key latency_rows[] = {
    CS_EXPECT_FRAMES(LATENCY(frames), "which frames"),
    CS_EXPECT_TIME("min", LATENCY(min_ps), 0, "from being queued to being sent, at least"),
    CS_EXPECT_TIME("max", LATENCY(max_ps), 0, "at most"),
    {.name = "to",
     .type = CS_KEY_CHOICE,
     .offset = LATENCY(to),
     .choices = ends,
     .help = "the start of the frame that got across, or its end; default \"end\""},
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_latency_keys = {.title = "The latency of an expectation",
                                               .rows = latency_rows};

int cs_expect_read_latency(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_latency *l = &def->of.latency;

    if (cs_expect_set_kind(r, def, CS_EXPECT_LATENCY) != 0)
        return -1;
    l->min_ps = l->max_ps = -1;
    l->to = 1;
    if (cs_keys_read(r, item, &cs_expect_latency_keys, 0, l) != 0)
        return -1;
    if (l->min_ps < 0 && l->max_ps < 0)
        return cs_reader_fail(r, "must have one of min and max, got none");
    if (l->max_ps >= 0 && l->min_ps > l->max_ps)
        return cs_scenario_fail_at(r, "min", "must not be more than \"max\"");
    return 0;
}

static int read_retry_count(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_bounds_read(r, item, 0, 65535, dest);
}

#define RETRIES(member) offsetof(struct cs_expect_retries, member)

static const struct cs_key retries_rows[] = {
    CS_EXPECT_FRAMES(RETRIES(frames), "which frames"),
    {.name = "count",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RETRIES(count),
     .read = read_retry_count,
     .form = CS_BOUNDS_FORM,
     .help = "attempts of each of them after an error; arbitration that was lost does not count"},
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_retries_keys = {.title = "The retries of an expectation",
                                               .rows = retries_rows};

int cs_expect_read_retries(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;

    return cs_expect_set_kind(r, def, CS_EXPECT_RETRIES) == 0
               ? cs_keys_read(r, item, &cs_expect_retries_keys, 0, &def->of.retries)
               : -1;
}
