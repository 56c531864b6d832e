/* SPDX-License-Identifier: MIT */
/* date.c - see date.h. */
#include "tui/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "simcore/sim.h"

/* False: no calendar has that. */
static bool date_of(int64_t epoch_s, int64_t at_ps, struct tm *day)
{
    const time_t seconds = (time_t)(epoch_s + at_ps / CS_PS_PER_S);

    return localtime_r(&seconds, day) != NULL;
}

char *cs_text_date(int64_t epoch_s, int64_t at_ps, int cells, char buf[CS_DATE_MAX])
{
    const int64_t us = at_ps % CS_PS_PER_S / CS_PS_PER_US;
    struct tm day;
    size_t n;

    buf[0] = '\0';
    if (!date_of(epoch_s, at_ps, &day))
        return buf;
    n = strftime(buf, CS_DATE_MAX - 8, cells >= CS_DATE_LONG ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S",
                 &day);
    snprintf(buf + n, CS_DATE_MAX - n, ".%06" PRId64, us);
    return buf;
}

char *cs_text_zone(int64_t epoch_s, int64_t at_ps, char buf[CS_DATE_MAX])
{
    struct tm day;
    long minutes;

    buf[0] = '\0';
    if (!date_of(epoch_s, at_ps, &day))
        return buf;
    minutes = labs(day.tm_gmtoff) / 60;
    snprintf(buf, CS_DATE_MAX, "%.12s, UTC%c%02ld:%02ld", day.tm_zone,
             day.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return buf;
}
