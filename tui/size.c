/* SPDX-License-Identifier: MIT */
/* size.c - see size.h. */
#include "tui/size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/text.h"
#include "tui/ring.h"

static const char units[] = "kMGT";

int cs_size_parse(const char *text, uint64_t *bytes)
{
    const size_t len = strlen(text);
    const char *unit = len > 1 ? strchr(units, text[len - 1]) : NULL;
    const unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    char number[24];
    uint64_t n;

    snprintf(number, sizeof number, "%.*s", (int)(unit ? len - 1 : len), text);
    if (len >= sizeof number || cs_text_number(number, &n) < 0 || n > CS_TUI_HISTORY_MAX >> shift ||
        n << shift < CS_TUI_HISTORY_MIN)
        return -EINVAL;
    *bytes = n << shift;
    return 0;
}

int cs_rows_parse(const char *text, uint32_t *rows)
{
    uint64_t n;

    if (cs_text_number(text, &n) < 0 || n < CS_TUI_ROWS_MIN || n > CS_TUI_ROWS_MAX)
        return -EINVAL;
    *rows = (uint32_t)n;
    return 0;
}

char *cs_size_text(uint64_t bytes, char *text, size_t size)
{
    unsigned unit = 0;

    while (unit < 4 && bytes >> 10 * (unit + 1) > 0)
        unit++;
    if (unit == 0)
        snprintf(text, size, "%" PRIu64, bytes);
    else if (bytes % (UINT64_C(1) << 10 * unit) == 0 || bytes >> 10 * unit >= 100)
        snprintf(text, size, "%" PRIu64 "%c", bytes >> 10 * unit, units[unit - 1]);
    else
        snprintf(text, size, "%.1f%c", (double)bytes / (double)(UINT64_C(1) << 10 * unit),
                 units[unit - 1]);
    return text;
}
