/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/explain.h"
#include "scenarios/main.h"
#include "simcore/units.h"

#define LINE_MAX_BYTES 4096 /* no frame is longer by far */

struct explaining {
    struct cs_out out;
    const struct cs_args *args;
    struct cs_explain_bus bus;
    bool color;
    unsigned shown;
};

/* `line`: of standard input, 0 for the command line. */
static int parse(const char *text, unsigned line, struct cs_frame *frame, struct cs_error *error)
{
    char why[200], place[40] = "";

    if (line > 0)
        snprintf(place, sizeof(place), "standard input:%u: ", line);
    if (cs_frame_parse(text, frame, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s%.80s: must be a frame such as 123#DEADBEEF (%s)", place, text, why);
    return 0;
}

static int explain(struct explaining *e, const char *text, unsigned line, struct cs_error *error)
{
    struct cs_frame frame;
    int ret = parse(text, line, &frame, error);

    if (ret != 0)
        return ret;
    if (e->args->json) {
        cs_explain_json(&e->out, &frame, &e->bus);
    } else {
        if (e->shown++ > 0)
            cs_out_line(&e->out);
        cs_explain_text(&e->out, &frame, &e->bus, e->color);
    }
    return 0;
}

/* A line of text without its end: 1, 0 at the end of the input, -1 with a sentence. */
static int read_line(char line[LINE_MAX_BYTES], unsigned number, struct cs_error *error)
{
    size_t n = 0;
    int c;

    while ((c = getc(stdin)) != EOF && c != '\n') {
        if (c == '\0')
            return cs_error_set(error, CS_STATUS_INPUT,
                                "standard input:%u: must be text, has a NUL byte", number);
        if (n == LINE_MAX_BYTES - 1)
            return cs_error_set(error, CS_STATUS_INPUT,
                                "standard input:%u: must be a line of at most %d bytes, is longer",
                                number, LINE_MAX_BYTES - 1);
        line[n++] = (char)c;
    }
    line[n] = '\0';
    if (c == EOF && ferror(stdin))
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "standard input: cannot be read: %s",
                            strerror(errno));
    return c != EOF || n > 0;
}

static int explain_lines(struct explaining *e, struct cs_error *error)
{
    char line[LINE_MAX_BYTES];
    unsigned number = 1;
    int ret;

    while ((ret = read_line(line, number, error)) > 0) {
        char *text = line + strspn(line, " \t\r");

        text[strcspn(text, " \t\r")] = '\0';
        if (*text != '\0' && explain(e, text, number, error) != 0)
            return -1;
        number++;
    }
    return ret;
}

/* Nothing is half-done: every operand is looked at before the first is shown. */
static int check_operands(const struct cs_args *args, struct cs_error *error)
{
    struct cs_frame frame;
    int ret = 0;

    for (unsigned i = 0; ret == 0 && i < args->n_operands; i++) {
        if (strcmp(args->operands[i], "-") != 0)
            ret = parse(args->operands[i], 0, &frame, error);
    }
    return ret;
}

static int set_bus(struct cs_explain_bus *bus, const struct cs_args *args, struct cs_error *error)
{
    uint32_t nominal = args->bitrate_bps > 0 ? args->bitrate_bps : 500000;
    uint32_t data = args->data_bitrate_bps > 0 ? args->data_bitrate_bps : 2000000;

    if (data < nominal) {
        char given[32], least[32];
        cs_units_format_rate(data, given, sizeof(given));
        cs_units_format_rate(nominal, least, sizeof(least));
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--data-bitrate: must be at least the nominal bit rate %s, got \"%s\"",
                            least, given);
    }
    cs_bit_timing_fill(&bus->timing.nominal, nominal, args->sample_permille, 0);
    cs_bit_timing_fill(&bus->timing.data, data, args->data_sample_permille, 0);
    bus->non_iso = args->non_iso;
    return 0;
}

int cs_main_explain(const struct cs_args *args)
{
    struct explaining e = {
        .args = args,
        .color = cs_main_color(STDOUT_FILENO),
    };
    struct cs_error error = {.status = CS_STATUS_OK};

    if (set_bus(&e.bus, args, &error) != 0 || check_operands(args, &error) != 0)
        return cs_main_complain(&error);
    int ret = cs_out_open(&e.out, "-", NULL, &error);

    for (unsigned i = 0; ret == 0 && i < args->n_operands; i++) {
        if (strcmp(args->operands[i], "-") == 0)
            ret = explain_lines(&e, &error);
        else
            ret = explain(&e, args->operands[i], 0, &error);
    }
    if (cs_out_close(&e.out) != 0 && ret == 0)
        cs_out_explain(&e.out, &error);
    cs_out_discard(&e.out);
    return cs_main_complain(&error);
}
