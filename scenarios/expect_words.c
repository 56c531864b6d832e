/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_internal.h"
#include "simcore/units.h"

#define ROOM 40

char *expect_time(int64_t ps, char *text)
{
    return cs_units_format_time(ps, text, ROOM);
}

char *expect_instant(int64_t at_ps, char *text)
{
    int n = snprintf(text, ROOM, "%lld.%012lld", (long long)(at_ps / CS_PS_PER_S),
                     (long long)(at_ps % CS_PS_PER_S));
    int least = n - 6; /* microseconds at least */

    while (n > least && text[n - 1] == '0')
        text[--n] = '\0';
    snprintf(text + n, ROOM - (size_t)n, " s");
    return text;
}

void expect_add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static void add_edge(struct cs_expect *e, const struct cs_expect_edge *edge, const char *joint,
                     char *text, size_t size)
{
    char words[400];

    if (edge->trigger != NULL)
        expect_add(text, size, " %s %s", joint,
                   cs_trigger_say(edge->trigger, e->sim, words, sizeof(words)));
    else if (edge->at_ps >= 0)
        expect_add(text, size, " %s %s", joint, expect_time(edge->at_ps, words));
}

void expect_add_window(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                       size_t size)
{
    char time[40];

    if (def->not_before_ps >= 0)
        expect_add(text, size, " not before %s", expect_time(def->not_before_ps, time));
    if (def->within_ps >= 0)
        expect_add(text, size, "%s within %s", def->not_before_ps >= 0 ? " and" : "",
                   expect_time(def->within_ps, time));
    add_edge(e, &def->after, def->each ? "after each" : "after", text, size);
    add_edge(e, &def->until, "until", text, size);
}

void expect_add_frames(const struct cs_expect_frames *frames, char *text, size_t size)
{
    struct cs_trigger t;
    char words[400];

    cs_trigger_init(&t);
    t.kind = CS_TRIGGER_FRAME;
    t.match = frames->match;
    t.pattern = frames->pattern;
    /* Without a sim only what needs none is told: "frame " is left out. */
    t.match.bus = -1;
    cs_trigger_say(&t, NULL, words, sizeof(words));
    expect_add(text, size, "%s", words + strlen("frame "));
}

char *expect_decimal(cs_decimal value, char *text)
{
    __extension__ typedef unsigned __int128 u128;
    u128 v = value < 0 ? 0 - (u128)value : (u128)value, one = (u128)CS_DECIMAL_ONE;
    char whole[44];
    unsigned n = sizeof(whole);
    u128 w = v / one;

    whole[--n] = '\0';
    do {
        whole[--n] = (char)('0' + (int)(w % 10));
        w /= 10;
    } while (w > 0);
    int len = snprintf(text, 64, "%s%s.%018llu", value < 0 ? "-" : "", whole + n,
                       (unsigned long long)(v % one));
    while (text[len - 1] == '0')
        text[--len] = '\0';
    if (text[len - 1] == '.')
        text[len - 1] = '\0';
    return text;
}
