/* SPDX-License-Identifier: MIT */
/* Expectations of nodes, buses, programs and guests: each is an object with a table of its own. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_read.h"
#include "simcore/units.h"

/* ---- errors: a count of something that happens ----------------------------------------------- */

#define ERROR_NAMES                                       \
    {                                                     \
        "any", "bit", "stuff", "crc", "form", "ack", NULL \
    }

struct errors {
    unsigned bus;
    const char *node;
    int error; /* index into error_names, -1: error frames */
    struct cs_bounds count;
};

#define ERRORS(member) offsetof(struct errors, member)

static const char *const error_names[] = ERROR_NAMES;

static int read_error_count(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_bounds_read(r, item, 0, 1000000000, dest);
}

static const struct cs_key errors_rows[] = {
    CS_EXPECT_CUSTOM("bus", ERRORS(bus), cs_scenario_read_bus, "a bus of this scenario",
                     "where; default: on all"),
    {.name = "node",
     .type = CS_KEY_TEXT,
     .offset = ERRORS(node),
     .min = 1,
     .max = CS_NAME_MAX - 1,
     .help = "with \"error\": who detects them; else whose frames they end; default: anybody's"},
    {.name = "error",
     .type = CS_KEY_CHOICE,
     .offset = ERRORS(error),
     .choices = error_names,
     .help = "errors that nodes detect, of this kind; default: error frames are counted"},
    {.name = "count",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = ERRORS(count),
     .read = read_error_count,
     .form = CS_BOUNDS_FORM,
     .help = "how many"},
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_errors_keys = {.title = "The errors of an expectation",
                                              .rows = errors_rows};

int cs_expect_read_errors(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct errors errors = {.error = -1};
    struct cs_expect_def *def = dest;
    struct cs_trigger *t = &def->trigger;

    if (cs_expect_set_kind(r, def, CS_EXPECT_TRIGGER) != 0 ||
        cs_keys_read(r, item, &cs_expect_errors_keys, 0, &errors) != 0)
        return -1;
    t->kind = errors.error < 0 ? CS_TRIGGER_ERROR_FRAME : CS_TRIGGER_ERROR;
    t->error = errors.error > 0 ? CS_ERROR_BIT + errors.error - 1 : CS_ERROR_NONE;
    if (cJSON_GetObjectItemCaseSensitive(item, "bus") != NULL)
        t->bus = (int)errors.bus;
    if (errors.node != NULL)
        snprintf(t->node, sizeof(t->node), "%s", errors.node);
    def->have_count = true;
    def->count = errors.count;
    return 0;
}

/* ---- recovery -------------------------------------------------------------------------------- */

#define RECOVERY(member) offsetof(struct cs_expect_recovery, member)

static const struct cs_key recovery_rows[] = {
    {.name = "node",
     .type = CS_KEY_TEXT,
     .required = true,
     .offset = RECOVERY(node),
     .min = 1,
     .max = CS_NAME_MAX - 1,
     .help = "that goes bus-off, each time"},
    CS_EXPECT_TIME("within", RECOVERY(within_ps), 1, "until it is error active, at most"),
    CS_EXPECT_TIME("min", RECOVERY(min_ps), 0, "at least"),
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_recovery_keys = {.title = "The recovery of an expectation",
                                                .rows = recovery_rows};

int cs_expect_read_recovery(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_recovery *c = &def->of.recovery;

    if (cs_expect_set_kind(r, def, CS_EXPECT_RECOVERY) != 0)
        return -1;
    c->within_ps = c->min_ps = -1;
    if (cs_keys_read(r, item, &cs_expect_recovery_keys, 0, c) != 0)
        return -1;
    if (c->within_ps >= 0 && c->min_ps > c->within_ps)
        return cs_scenario_fail_at(r, "min", "must not be more than \"within\"");
    return 0;
}

/* ---- load ------------------------------------------------------------------------------------ */

#define LOAD(member) offsetof(struct cs_expect_load, member)

static const struct cs_key load_rows[] = {
    CS_EXPECT_CUSTOM("bus", LOAD(bus), cs_scenario_read_bus, "a bus of this scenario",
                     "which; may be left out where there is one"),
    CS_EXPECT_PERCENT("min", LOAD(min_ppm), "of the time, at least"),
    CS_EXPECT_PERCENT("max", LOAD(max_ppm), "of the time, at most"),
    CS_EXPECT_TIME("window", LOAD(window_ps), CS_PS_PER_US,
                   "one after the other, each is judged; default: all of the time at once"),
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_load_keys = {.title = "The load of an expectation",
                                            .rows = load_rows};

int cs_expect_read_load(struct cs_reader *r, const cJSON *item, void *dest)
{
    const struct cs_scenario *scenario = r->ctx;
    struct cs_expect_def *def = dest;
    struct cs_expect_load *l = &def->of.load;

    if (cs_expect_set_kind(r, def, CS_EXPECT_LOAD) != 0)
        return -1;
    l->min_ppm = l->max_ppm = l->window_ps = -1;
    if (cs_keys_read(r, item, &cs_expect_load_keys, 0, l) != 0)
        return -1;
    if (scenario->n_buses > 1 && cJSON_GetObjectItemCaseSensitive(item, "bus") == NULL)
        return cs_reader_fail(r, "must have the key \"bus\" where there are several, got none");
    if (l->min_ppm < 0 && l->max_ppm < 0)
        return cs_reader_fail(r, "must have one of min and max, got none");
    if (l->max_ppm >= 0 && l->min_ppm > l->max_ppm)
        return cs_scenario_fail_at(r, "min", "must not be more than \"max\"");
    return 0;
}

/* ---- programs -------------------------------------------------------------------------------- */

#define PROGRAM(member) offsetof(struct cs_expect_program, member)

static int read_program_name(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_program *p = dest;
    struct cs_thing thing;

    if (!cJSON_IsString(item) || !cs_scenario_find(r->ctx, item->valuestring, &thing) ||
        (thing.kind != CS_THING_PROGRAM && thing.kind != CS_THING_GUEST))
        return cs_reader_must_be(r, item, "a program or a guest of this scenario");
    p->name = item->valuestring;
    p->guest = thing.kind == CS_THING_GUEST;
    return 0;
}

static const struct cs_key program_rows[] = {
    {.name = "name",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .read = read_program_name,
     .form = "a program or a guest of this scenario",
     .help = "which"},
    {.name = "status",
     .type = CS_KEY_INT,
     .offset = PROGRAM(status),
     .min = 0,
     .max = 255,
     .help = "with which it ends"},
    {.name = "output",
     .type = CS_KEY_TEXT,
     .offset = PROGRAM(output),
     .min = 1,
     .max = 400,
     .help = "a whole line that it prints, a guest on its console; * stands for anything"},
    {.name = "never",
     .type = CS_KEY_BOOL,
     .offset = PROGRAM(never),
     .dflt = "false",
     .help = "such a line must not come"},
    CS_EXPECT_COMMENT,
    {.name = NULL},
};

const struct cs_keys cs_expect_program_keys = {.title = "The program of an expectation",
                                               .rows = program_rows};

int cs_expect_read_program(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    struct cs_expect_program *p = &def->of.program;

    if (cs_expect_set_kind(r, def, CS_EXPECT_PROGRAM) != 0)
        return -1;
    p->status = -1;
    if (cs_keys_read(r, item, &cs_expect_program_keys, 0, p) != 0)
        return -1;
    if ((p->status >= 0) == (p->output != NULL))
        return cs_reader_fail(r, "must have either status or output");
    if (p->never && p->output == NULL)
        return cs_scenario_fail_at(r, "never", "goes with \"output\" alone");
    return 0;
}
