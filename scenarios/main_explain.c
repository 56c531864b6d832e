/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/explain.h"
#include "scenarios/main.h"

struct explaining {
    struct cs_out out;
    const struct cs_args *args;
    uint32_t bitrate_bps;
    bool color;
    unsigned shown;
};

/* `line`: of standard input, 0 for the command line. */
static int explain(struct explaining *e, const char *text, unsigned line, struct cs_error *error)
{
    struct cs_frame frame;
    char why[200], place[40] = "";

    if (line > 0)
        snprintf(place, sizeof(place), "standard input:%u: ", line);
    if (cs_frame_parse(text, &frame, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s%s: must be a frame such as 123#DEADBEEF (%s)", place, text, why);
    if ((frame.flags & CS_FRAME_FD) != 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s%s: must be a classic CAN frame (CAN FD is not supported yet)",
                            place, text);
    if (e->args->json) {
        cs_explain_json(&e->out, &frame, e->bitrate_bps);
    } else {
        if (e->shown++ > 0)
            cs_out_line(&e->out);
        cs_explain_text(&e->out, &frame, e->bitrate_bps, e->color);
    }
    return 0;
}

static int explain_lines(struct explaining *e, struct cs_error *error)
{
    char *line = NULL;
    size_t size = 0;
    unsigned number = 0;
    int ret = 0;

    errno = 0;
    while (ret == 0 && getline(&line, &size, stdin) >= 0) {
        char *text = line + strspn(line, " \t\r\n");
        text[strcspn(text, " \t\r\n")] = '\0';
        number++;
        if (*text != '\0')
            ret = explain(e, text, number, error);
        errno = 0;
    }
    if (ret == 0 && !feof(stdin))
        ret = cs_error_set(error, CS_STATUS_ENVIRONMENT, "standard input: cannot be read: %s",
                           strerror(errno));
    free(line);
    return ret;
}

int cs_main_explain(const struct cs_args *args)
{
    struct explaining e = {
        .args = args,
        .bitrate_bps = args->bitrate_bps > 0 ? args->bitrate_bps : 500000,
        .color = cs_main_color(STDOUT_FILENO),
    };
    struct cs_error error = {.status = CS_STATUS_OK};
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
