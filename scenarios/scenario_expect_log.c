/* SPDX-License-Identifier: MIT */
/* The frames of a recording as what is expected. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect_read.h"

struct log_keys {
    const char *file;
    int64_t time_ps, jitter_ps, count, period_ppm; /* -1: was not given */
    struct cs_diff_options *options;
};

#define LOG(member) offsetof(struct log_keys, member)
#define MASK_FORM   "bits in hex such as \"FFFF00\", of identifiers such as \"123\" or \"100-1FF\""

static int read_ignore(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_diff_options *options = ((struct log_keys *)dest)->options;
    const cJSON *child;
    int ret = 0, n = cJSON_GetArraySize(item);

    if (!cJSON_IsArray(item) || n > CS_DIFF_RULES)
        return cs_reader_must_be(r, item, "an array of up to %d frames", CS_DIFF_RULES);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, options->n_ignore);
        ret |= cs_match_read(r, child, &options->ignore[options->n_ignore++]);
        cs_reader_leave(r, mark);
    }
    return ret;
}

static int read_mask(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_diff_options *options = ((struct log_keys *)dest)->options;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsObject(item) || cJSON_GetArraySize(item) > CS_DIFF_RULES)
        return cs_reader_must_be(r, item, "an object of up to %d identifiers and bits",
                                 CS_DIFF_RULES);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (!cJSON_IsString(child) || cs_diff_mask_parse(child->string, child->valuestring,
                                                         &options->mask[options->n_mask++]) != 0)
            ret = cs_reader_must_be(r, child, "%s", MASK_FORM);
        cs_reader_leave(r, mark);
    }
    return ret;
}

static const struct cs_key log_rows[] = {
    {.name = "file",
     .type = CS_KEY_TEXT,
     .required = true,
     .offset = LOG(file),
     .min = 1,
     .max = 4000,
     .help = "a log of any format, relative to the file that names it"},
    {.name = "time_tolerance",
     .type = CS_KEY_TIME,
     .offset = LOG(time_ps),
     .min = 0,
     .max = CS_SCENARIO_TIME_MAX,
     .help = "how far each frame may be from its time; default: times are not compared"},
    {.name = "period_tolerance",
     .type = CS_KEY_PERCENT,
     .offset = LOG(period_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .help = "of the mean distance of an identifier's frames; default: it is not compared"},
    {.name = "jitter_tolerance",
     .type = CS_KEY_TIME,
     .offset = LOG(jitter_ps),
     .min = 0,
     .max = CS_SCENARIO_TIME_MAX,
     .help = "of the largest distance less the smallest; default: it is not compared"},
    {.name = "count_tolerance",
     .type = CS_KEY_INT,
     .offset = LOG(count),
     .min = 0,
     .max = 1000000000,
     .help = "frames of an identifier that may be missing or too many; default 0"},
    {.name = "ignore",
     .type = CS_KEY_CUSTOM,
     .read = read_ignore,
     .form = "an array of frames that are waited for",
     .help = "frames that are not looked at"},
    {.name = "mask",
     .type = CS_KEY_CUSTOM,
     .read = read_mask,
     .form = "an object: identifiers to bits in hex, such as \"123\": \"FFFF00\"",
     .help = "bits of their data that are compared, the first identifiers that fit; bytes beyond "
             "are compared whole"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_expect_log_keys = {.title = "The log of an expectation", .rows = log_rows};

/* It is there and can be read, as far as its beginning tells. */
static int try_file(struct cs_reader *r, const struct cs_expect_log *log)
{
    struct cs_scenario *scenario = r->ctx;
    const struct cs_plugins *plugins = cs_scenario_plugins(r);
    struct cs_error error;

    if (plugins == NULL)
        return -1;
    struct cs_diff_input *input = cs_diff_open(plugins, log->path, NULL, &error);
    if (input == NULL) {
        size_t mark = cs_reader_enter(r, "file");
        cs_reader_fail_as(r, &error);
        cs_reader_leave(r, mark);
        return -1;
    }
    cs_diff_close(input);
    if (scenario->n_inputs < CS_SCENARIO_INPUTS &&
        cs_file_identify(log->path, &scenario->inputs[scenario->n_inputs]) == 0)
        scenario->n_inputs++;
    return 0;
}

int cs_expect_read_log(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_log *log = &def->of.log;
    struct log_keys keys = {.time_ps = -1, .jitter_ps = -1, .count = -1, .period_ppm = -1};

    if (cs_expect_set_kind(r, def, CS_EXPECT_LOG) != 0)
        return -1;
    log->options = keys.options = calloc(1, sizeof(*log->options));
    if (log->options == NULL)
        return cs_reader_no_memory(r);
    if (cs_keys_read(r, item, &cs_expect_log_keys, 0, &keys) != 0)
        return -1;
    log->file = keys.file;
    log->options->frames_only = true;
    log->options->have_time = keys.time_ps >= 0;
    log->options->time_ps = keys.time_ps;
    log->options->have_period = keys.period_ppm >= 0;
    log->options->period_ppm = keys.period_ppm;
    log->options->have_jitter = keys.jitter_ps >= 0;
    log->options->jitter_ps = keys.jitter_ps;
    log->options->have_count = keys.count >= 0;
    log->options->count = keys.count >= 0 ? keys.count : 0;
    log->path = cs_file_beside(cs_scenario_file_at(r, "file"), keys.file);
    if (log->path == NULL)
        return cs_reader_no_memory(r);
    return try_file(r, log);
}
