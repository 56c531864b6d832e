/* SPDX-License-Identifier: MIT */
/* filter.c - see filter.h. */
#include "tui/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/frame.h"

static bool parse_id(const char **text, uint32_t *id)
{
    char *end;
    unsigned long value;

    if (!isxdigit((unsigned char)**text))
        return false;
    value = strtoul(*text, &end, 16);
    if (value > CS_ID_MAX_EXT)
        return false;
    *id = (uint32_t)value;
    *text = end;
    return true;
}

static bool parse_range(const char **text, struct cs_id_filter *filter)
{
    uint32_t low, high;

    if (!parse_id(text, &low))
        return false;
    high = low;
    if (**text == '-') {
        (*text)++;
        if (!parse_id(text, &high) || high < low)
            return false;
    }
    filter->ranges[filter->n].low = low;
    filter->ranges[filter->n++].high = high;
    return **text == '\0' || **text == ',' || **text == ' ';
}

int cs_id_filter_parse(const char *text, struct cs_id_filter *filter, char *why, size_t why_size)
{
    struct cs_id_filter out = {0};
    const char *at = text;

    for (;;) {
        at += strspn(at, ", ");
        if (!*at)
            break;
        const char *term = at;
        if (out.n == CS_ID_FILTER_MAX) {
            snprintf(why, why_size, "at most %d identifiers or ranges", CS_ID_FILTER_MAX);
            return -EINVAL;
        }
        if (!parse_range(&at, &out)) {
            snprintf(
                why, why_size,
                "expected hexadecimal identifiers or ranges such as 123 or 180-1ff, got \"%.*s\"",
                (int)strcspn(term, ", "), term);
            return -EINVAL;
        }
    }
    snprintf(out.text, sizeof out.text, "%s", text);
    *filter = out;
    return 0;
}

bool cs_id_filter_passes(const struct cs_id_filter *filter, uint32_t id)
{
    for (unsigned i = 0; i < filter->n; i++)
        if (id >= filter->ranges[i].low && id <= filter->ranges[i].high)
            return true;
    return filter->n == 0;
}
