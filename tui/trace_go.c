/* SPDX-License-Identifier: MIT */
/* trace_go.c - to a moment, a row or a part of the trace at once, and on from there as bus time
 * would go. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simcore/units.h"
#include "tui/trace.h"
#include "tui/widgets.h"

#define STEPPED_MOST 100000u

/* ---- going ----------------------------------------------------------------------------------- */

/* "2s", "150ms", or seconds: "12.5". */
static int parse_moment(const char *text, int64_t *at_ps)
{
    char seconds[32];

    if (cs_units_parse_time(text, at_ps) == 0)
        return 0;
    snprintf(seconds, sizeof seconds, "%.29ss", text);
    return cs_units_parse_time(seconds, at_ps);
}

static int to_moment(const struct cs_tui *tui, const char *text, uint64_t *number)
{
    const struct cs_row *row = NULL;
    int64_t at_ps;

    if (*text == '+' || *text == '-') {
        row = cs_tui_ring_get(&tui->ring, tui->trace.follow ? tui->ring.end - 1 : tui->trace.sel);
        if (!row)
            return -1;
    }
    if (parse_moment(text + (row != NULL), &at_ps) != 0)
        return -1;
    if (row)
        at_ps = *text == '+' ? row->at_ps + at_ps : row->at_ps - at_ps;
    *number = cs_tui_ring_after(&tui->ring, at_ps - 1);
    return 0;
}

/* "50%", "12.5%" of the rows that are there. */
static int to_part(const struct cs_tui *tui, const char *text, uint64_t *number)
{
    const uint64_t first = cs_trace_oldest(tui), last = tui->ring.end - (tui->ring.end > first);
    const size_t n = strspn(text, "0123456789.");
    char *end;
    const double part = strtod(text, &end);

    if (n == 0 || end != text + n || strcmp(end, "%") != 0 || !(part >= 0 && part <= 100))
        return -1;
    *number = first + (uint64_t)((double)(last - first) * part / 100);
    return 0;
}

static int to_row(const struct cs_tui *tui, const char *text, uint64_t *number, char *why,
                  size_t why_size)
{
    char *end;
    const uint64_t row = strtoull(text + 1, &end, 10);

    if (text[1] < '0' || text[1] > '9' || *end)
        return -1;
    if (row <= cs_trace_oldest(tui) || row > tui->ring.end) {
        snprintf(why, why_size, "there are rows #%" PRIu64 " to #%" PRIu64,
                 cs_trace_oldest(tui) + 1, tui->ring.end);
        return -2;
    }
    *number = row - 1;
    return 0;
}

static int find_target(const struct cs_tui *tui, const char *text, uint64_t *number, char *why,
                       size_t why_size)
{
    int ret;

    if (!strcasecmp(text, "start")) {
        *number = cs_trace_oldest(tui);
        return 0;
    }
    ret = *text == '#'        ? to_row(tui, text, number, why, why_size)
          : strchr(text, '%') ? to_part(tui, text, number)
                              : to_moment(tui, text, number);
    if (ret == -1)
        snprintf(why, why_size,
                 "must be a time such as 12.5s, +1s or -20ms, a row such as #1000, "
                 "50%%, start or end");
    return ret;
}

int cs_trace_go(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    const bool to_end = !strcasecmp(text, "end");
    uint64_t number = 0;

    if (!to_end && find_target(tui, text, &number, why, why_size) != 0)
        return -1;
    if (!to_end && number >= tui->ring.end) {
        snprintf(why, why_size, "no row is shown from then on");
        return -1;
    }
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    tui->trace.follow = to_end;
    if (to_end)
        return 0;
    tui->trace.sel = tui->trace.top = number;
    cs_trace_near(tui, number);
    return 0;
}

void cs_trace_go_offers(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    static const char *const words[] = {"start", "end", "50%", "+1s", "-1s"};

    (void)tui;
    *from = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (offers->n < CS_OFFERS && !strncasecmp(words[i], rest, strlen(rest)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", words[i]);
}

/* ---- stepping -------------------------------------------------------------------------------- */

/* The next row that is shown, or the next frame among them. */
static uint64_t next_row(const struct cs_tui *tui, bool frame)
{
    uint64_t number = cs_trace_from(tui, tui->trace.sel + 1);

    for (unsigned i = 0; frame && i < STEPPED_MOST && number != CS_NO_ROW &&
                         cs_tui_ring_get(&tui->ring, number)->kind != CS_EV_FRAME;
         i++)
        number = cs_trace_from(tui, number + 1);
    return number;
}

bool cs_trace_step(struct cs_tui *tui, bool frame)
{
    const struct cs_view *view = cs_views[tui->view];
    const bool still =
        tui->info.paused || tui->info.finished || tui->info.log[0] || tui->info.denied[0];
    uint64_t number;

    if (!still || tui->trace.follow ||
        (view != &cs_view_trace && view != &cs_view_wire && view != &cs_view_why))
        return false;
    number = next_row(tui, frame);
    if (number != CS_NO_ROW) {
        cs_trace_select(tui, number);
        return true;
    }
    if (tui->info.finished || tui->info.log[0] || tui->info.denied[0]) {
        cs_tui_say(tui, false, frame ? "no frame is behind this row" : "this is the newest row");
        return true;
    }
    tui->trace.follow = true; /* from here on it is bus time that goes on */
    return false;
}
