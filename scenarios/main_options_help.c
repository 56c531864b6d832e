/* SPDX-License-Identifier: MIT */
/* Options as help shows them. */
#include <stdio.h>

#include "scenarios/main.h"
#include "scenarios/text.h"
#include "simcore/units.h"

#define HELP_INDENT 29

static void option_range(const struct cs_option *o, char *text, size_t size)
{
    char low[40], high[40];
    const char *joint = o->min != o->max && o->dflt != NULL ? "; " : "";

    text[0] = low[0] = high[0] = '\0';
    if (o->type == OPTION_RATE) {
        cs_units_format_rate((uint32_t)o->min, low, sizeof(low));
        cs_units_format_rate((uint32_t)o->max, high, sizeof(high));
    } else if (o->type == OPTION_SAMPLE) {
        snprintf(low, sizeof(low), "%d%%", (int)o->min / 10);
        snprintf(high, sizeof(high), "%d%%", (int)o->max / 10);
    } else if (o->min != o->max) {
        cs_text_time(o->min, low, sizeof(low));
        cs_text_time(o->max, high, sizeof(high));
    }
    if (o->min != o->max || o->dflt != NULL)
        snprintf(text, size, "(%s%s%s%s%s%s)", low, o->min != o->max ? ".." : "", high, joint,
                 o->dflt != NULL ? "default " : "", o->dflt != NULL ? o->dflt : "");
}

void cs_options_help(const struct cs_option *options)
{
    char left[64], range[200], text[400];

    for (const struct cs_option *o = options; o->name != NULL; o++) {
        snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter != 0 ? "-" : "  ",
                 o->letter != 0 ? o->letter : ' ', o->letter != 0 ? ", " : " ", o->name,
                 o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
        option_range(o, range, sizeof(range));
        snprintf(text, sizeof(text), "%s %s", o->help, range);
        printf("  %-*s ", HELP_INDENT - 3, left);
        cs_text_wrap(stdout, HELP_INDENT, text);
    }
}
