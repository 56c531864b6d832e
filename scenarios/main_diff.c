/* SPDX-License-Identifier: MIT */
/* cansim diff: two recordings compared by what they mean. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input.h"
#include "scenarios/diff.h"
#include "scenarios/choose.h"
#include "scenarios/json.h"
#include "scenarios/main.h"
#include "scenarios/out.h"
#include "scenarios/text.h"
#include "simcore/sim.h"
#include "simcore/units.h"

#define PPM_MAX INT64_C(1000000000) /* 100000 % */

/* ---- options --------------------------------------------------------------------------------- */

/* "5%", "0.1%": parts per million, or -1. */
static int64_t read_percent(const char *text)
{
    int64_t ppm;

    return cs_keys_parse_percent(text, &ppm) == 0 && ppm <= PPM_MAX ? ppm : -1;
}

static int must_be(struct cs_error *error, const char *option, const char *form, const char *got)
{
    return cs_error_set(error, CS_STATUS_INPUT, "--%s: must be %s, got \"%s\"", option, form, got);
}

static int set_tolerances(const struct cs_args *args, struct cs_diff_options *o,
                          struct cs_error *error)
{
    uint64_t count;

    o->have_time = args->have_time_tolerance;
    o->time_ps = args->time_tolerance_ps;
    o->have_jitter = args->have_jitter_tolerance;
    o->jitter_ps = args->jitter_tolerance_ps;
    o->have_period = args->period_tolerance != NULL;
    o->have_count = args->count_tolerance != NULL;
    if (o->have_period) {
        o->period_ppm = read_percent(args->period_tolerance);
        if (o->period_ppm < 0)
            return must_be(error, "period-tolerance", "a percentage such as 5%",
                           args->period_tolerance);
    }
    if (o->have_count && strchr(args->count_tolerance, '%') != NULL) {
        o->count_ppm = read_percent(args->count_tolerance);
        if (o->count_ppm >= 0)
            return 0;
    } else if (!o->have_count ||
               (cs_text_number(args->count_tolerance, &count) == 0 && count <= INT64_MAX)) {
        o->count = o->have_count ? (int64_t)count : 0;
        return 0;
    }
    return must_be(error, "count-tolerance", "a number of frames or a percentage such as 5%",
                   args->count_tolerance);
}

static int set_ignored(const struct cs_args *args, struct cs_diff_options *o,
                       struct cs_error *error)
{
    char why[200], form[300];

    for (unsigned i = 0; i < args->ignored.n; i++) {
        if (cs_match_parse(args->ignored.text[i], &o->ignore[o->n_ignore++], why, sizeof(why)) !=
            0) {
            snprintf(form, sizeof(form),
                     "identifiers such as 123, 100-1FF, 120:7F0 or 12345678 (%s)", why);
            return must_be(error, "ignore", form, args->ignored.text[i]);
        }
    }
    return 0;
}

static int set_masks(const struct cs_args *args, struct cs_diff_options *o, struct cs_error *error)
{
    char ids[64];

    for (unsigned i = 0; i < args->masks.n; i++) {
        const char *text = args->masks.text[i], *equals = strchr(text, '=');
        snprintf(ids, sizeof(ids), "%.*s", equals != NULL ? (int)(equals - text) : 0, text);
        if (equals == NULL || cs_diff_mask_parse(ids, equals + 1, &o->mask[o->n_mask++]) != 0)
            return must_be(error, "mask",
                           "identifiers and the bits that are compared, such as 123=FFFF00FF or "
                           "100-1FF=00",
                           text);
    }
    return 0;
}

/* The parts of "A=B", cut apart: the command line outlives all. */
static int set_renames(const struct cs_args *args, struct cs_diff_options *o,
                       struct cs_error *error)
{
    for (unsigned i = 0; i < args->renames.n; i++) {
        char *text = args->renames.text[i], *equals = strchr(text, '=');
        if (o->n_rename == CS_SIM_MAX_BUSES)
            return cs_error_set(error, CS_STATUS_INPUT, "--bus: must be at most %d, got more",
                                CS_SIM_MAX_BUSES);
        if (equals == NULL || equals == text || equals[1] == '\0')
            return must_be(error, "bus", "A=B, the names of one bus in both", text);
        *equals = '\0';
        o->rename[o->n_rename++] = (struct cs_diff_rename){text, equals + 1};
    }
    return 0;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static const char *const kind_names[CS_DIFF_KINDS] = {
    [CS_DIFF_MISSING] = "missing", [CS_DIFF_EXTRA] = "extra", [CS_DIFF_DATA] = "data",
    [CS_DIFF_ORDER] = "order",     [CS_DIFF_TIME] = "time",   [CS_DIFF_PERIOD] = "period",
    [CS_DIFF_JITTER] = "jitter",
};

struct comparison {
    const struct cs_args *args;
    struct cs_plugins *plugins;
    struct cs_diff_options options;
    struct cs_diff *diff;
    struct cs_diff_input *input[2];
    struct cs_chooser *filter[2];
    struct cs_out out;
    struct cs_error error;
};

static void put_places(struct cs_out *out, const struct cs_diff_found *found)
{
    static const char *const sides[2] = {"first", "second"};

    cs_out_text(out, ",\"places\":[");
    for (unsigned i = 0; i < found->n_places; i++) {
        const struct cs_diff_place *p = &found->place[i];
        const char *joint = "";
        cs_out_text(out, i > 0 ? ",{" : "{");
        for (int side = 0; side < 2; side++) {
            if (p->text[side][0] == '\0' && p->at_ps[side] < 0)
                continue;
            cs_out_printf(out, "%s\"%s\":{\"at_ps\":%" PRId64 ",\"%s\":", joint, sides[side],
                          p->at_ps[side], found->frames ? "frame" : "value");
            cs_out_json(out, p->text[side]);
            cs_out_char(out, '}');
            joint = ",";
        }
        cs_out_char(out, '}');
    }
    cs_out_char(out, ']');
}

static void put_json(struct cs_out *out, const struct cs_diff_found *found)
{
    cs_out_printf(out, "{\"difference\":\"%s\",\"of\":", kind_names[found->kind]);
    cs_out_json(out, found->what);
    cs_out_printf(out, ",\"count\":%" PRIu64 ",\"total\":[%" PRIu64 ",%" PRIu64 "]", found->n,
                  found->total[0], found->total[1]);
    if (found->kind == CS_DIFF_PERIOD || found->kind == CS_DIFF_JITTER)
        cs_out_printf(out, ",\"value_ps\":[%" PRId64 ",%" PRId64 "]", found->value_ps[0],
                      found->value_ps[1]);
    put_places(out, found);
    cs_out_text(out, ",\"text\":");
    cs_out_json(out, found->text);
    cs_out_char(out, '}');
    cs_out_line(out);
}

static void on_found(void *ctx, const struct cs_diff_found *found)
{
    struct comparison *c = ctx;
    char line[2000];

    if (c->args->quiet)
        return;
    if (c->args->json) {
        put_json(&c->out, found);
        return;
    }
    snprintf(line, sizeof(line), "%s", found->text);
    cs_text_clean(line);
    cs_out_text(&c->out, line);
    cs_out_line(&c->out);
}

static void put_summary(struct comparison *c, const struct cs_diff_summary *s)
{
    struct cs_out *out = &c->out;

    if (c->args->json) {
        cs_out_printf(out,
                      "{\"summary\":\"%s\",\"differences\":%" PRIu64 ",\"items\":[%" PRIu64
                      ",%" PRIu64 "],\"pairs\":%" PRIu64 "}",
                      s->different == 0 ? "same" : "different", s->different, s->items[0],
                      s->items[1], s->same);
    } else {
        cs_out_printf(out,
                      "%" PRIu64 " difference%s: %" PRIu64 " pairs of %" PRIu64 " and %" PRIu64
                      " frames%s",
                      s->different, s->different == 1 ? "" : "s", s->same, s->items[0], s->items[1],
                      c->options.frames_only ? "" : " and events");
    }
    cs_out_line(out);
    if (s->no_bus_in_common)
        fprintf(stderr,
                "cansim: no bus has the same name in both; --bus A=B tells which are one\n");
}

/* ---------------------------------------------------------------------------------------------- */

static int compare(struct comparison *c)
{
    int side;

    while ((side = cs_diff_wants(c->diff)) >= 0) {
        if (cs_diff_read(c->input[side], c->diff, side, &c->error) < 0)
            return -1;
    }
    return 0;
}

static int open_all(struct comparison *c)
{
    const struct cs_args *args = c->args;

    for (int side = 0; side < 2; side++) {
        c->input[side] = cs_diff_open(c->plugins, args->operands[side], args->from, &c->error);
        if (c->input[side] == NULL)
            return -1;
        if (args->query != NULL &&
            (c->filter[side] = cs_choose_create(args->query, c->plugins, &c->error)) == NULL)
            return -1;
        cs_diff_choose(c->input[side], c->filter[side]);
    }
    c->options.frames_only = !cs_diff_has_events(c->input[0]) || !cs_diff_has_events(c->input[1]);
    c->diff = cs_diff_create(&c->options);
    return c->diff != NULL ? 0
                           : cs_error_set(&c->error, CS_STATUS_ENVIRONMENT, "not enough memory");
}

static void tell(struct comparison *c)
{
    struct cs_diff_summary summary;
    const char *said;

    for (int side = 0; side < 2; side++) {
        for (unsigned i = 0; (said = cs_diff_said(c->input[side], i)) != NULL; i++)
            fprintf(stderr, "cansim: %s\n", said);
    }
    if (cs_out_open(&c->out, "-", NULL, &c->error) != 0)
        return;
    if (cs_diff_report(c->diff, on_found, c, &summary) != 0) {
        cs_error_set(&c->error, CS_STATUS_ENVIRONMENT, "not enough memory");
    } else {
        if (!c->args->quiet)
            put_summary(c, &summary);
        c->error.status = summary.different == 0 ? CS_STATUS_OK : CS_STATUS_EXPECTATION;
        c->error.text[0] = '\0';
    }
    cs_out_flush(&c->out);
    struct cs_error error;
    cs_out_explain(&c->out, &error);
    if (error.status != CS_STATUS_OK)
        c->error = error;
    cs_out_discard(&c->out);
}

static int check_operands(const struct cs_args *args, struct cs_error *error)
{
    if (args->n_operands != 2)
        return cs_error_set(error, CS_STATUS_INPUT, "diff: must have two FILE, got %u",
                            args->n_operands);
    if (strcmp(args->operands[0], "-") == 0 && strcmp(args->operands[1], "-") == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "diff: must have standard input once, got it twice");
    return 0;
}

int cs_main_diff(const struct cs_args *args)
{
    struct comparison *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return CS_STATUS_ENVIRONMENT;
    c->args = args;
    c->out.fd = -1;
    c->error.status = CS_STATUS_OK;
    if (check_operands(args, &c->error) == 0 && set_tolerances(args, &c->options, &c->error) == 0 &&
        set_ignored(args, &c->options, &c->error) == 0 &&
        set_masks(args, &c->options, &c->error) == 0 &&
        set_renames(args, &c->options, &c->error) == 0 &&
        (c->plugins = cs_main_find_plugins(args, &c->error)) != NULL &&
        cs_main_check_from(args, c->plugins, "events", &c->error) == 0 && open_all(c) == 0 &&
        compare(c) == 0)
        tell(c);
    for (int side = 0; side < 2; side++) {
        cs_diff_close(c->input[side]);
        cs_choose_free(c->filter[side]);
    }
    cs_diff_destroy(c->diff);
    cs_plugins_free(c->plugins);
    int status = cs_main_complain(&c->error);
    free(c);
    return status;
}

void cs_main_diff_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "A FILE is a log of any format of \"cansim plugins\", or what --events, --decoded or "
        "decode --json wrote; - is standard input. What one identifier or node says is compared in "
        "its order, whatever is between. Times are compared only with a tolerance. Exit status: 0 "
        "the same, 1 different, 2 unusable input or usage.");
}
