/* SPDX-License-Identifier: MIT */
/* send_form.c - see send_form.h. */
#include "tui/send_form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"

const char *const cs_send_row_names[CS_SEND_ROWS] = {"frame", "on",  "name",   "every",
                                                     "burst", "gap", "counter"};
const char *const cs_send_row_hints[CS_SEND_ROWS] = {
    [CS_SEND_FRAME] = "123#DEADBEEF, 12345678#11.22, 123#R8, 123##1DEADBEEF",
    [CS_SEND_BUS] = "left and right choose",
    [CS_SEND_NAME] = "for you, such as \"engine status\"",
    [CS_SEND_PERIOD] = "10ms; empty: only when you send it",
    [CS_SEND_BURST] = "frames each time; empty: one",
    [CS_SEND_GAP] = "between them, as 1ms; empty: none",
    [CS_SEND_COUNTER] = "byte[:bits][+step] [low..high]",
};

/* ---- counters -------------------------------------------------------------------------------- */

static int wrong_counter(char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return -EINVAL;
}

static bool number(const char **text, int64_t *value)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoll(*text, &end, 0);
    *text = end;
    return errno == 0 && *value <= UINT32_MAX;
}

/* "0:16+5" */
static bool parse_place(const char *word, struct cs_counter *c)
{
    bool minus;

    if (!number(&word, &c->byte))
        return false;
    if (*word == ':' && (word++, !number(&word, &c->bits)))
        return false;
    if (*word == '+' || *word == '-') {
        minus = *word++ == '-';
        if (!number(&word, &c->step))
            return false;
        c->step = minus ? -c->step : c->step;
    }
    return *word == '\0';
}

/* "10..900" */
static bool parse_range(const char *word, struct cs_counter *c)
{
    if (!number(&word, &c->low) || strncmp(word, "..", 2) != 0)
        return false;
    word += 2;
    return number(&word, &c->high) && *word == '\0';
}

int cs_counter_parse(const char *text, struct cs_counter *counter, char *why, size_t why_size)
{
    char copy[CS_TEXTFIELD_MAX], *word, *rest = copy;
    bool first = true;
    int64_t all;

    *counter = (struct cs_counter){.bits = 8, .step = 1, .high = -1};
    snprintf(copy, sizeof copy, "%s", text);
    while ((word = strsep(&rest, " "))) {
        if (!*word)
            continue;
        if (first && !parse_place(word, counter))
            return wrong_counter(why, why_size, "begins with a byte such as 7, 0:16 or 3:4+2");
        if (!first && !strcmp(word, "bounce"))
            counter->bounce = true;
        else if (!first && !parse_range(word, counter))
            return wrong_counter(why, why_size, "goes on with a range such as 10..90, or bounce");
        first = false;
    }
    if (first)
        return wrong_counter(why, why_size, "needs the byte that counts");
    if (counter->byte > 7)
        return wrong_counter(why, why_size, "must count in byte 0..7");
    if (counter->bits < 1 || counter->bits > 32)
        return wrong_counter(why, why_size, "must have 1..32 bits");
    all = (INT64_C(1) << counter->bits) - 1;
    counter->high = counter->high < 0 ? all : counter->high;
    if (counter->low > counter->high || counter->high > all)
        return wrong_counter(why, why_size, "must have low..high within its bits");
    counter->first = counter->step < 0 ? counter->high : counter->low;
    return 0;
}

char *cs_counter_format(const struct cs_counter *c, char text[CS_COUNTER_TEXT_MAX])
{
    int n = snprintf(text, CS_COUNTER_TEXT_MAX, "%" PRId64, c->byte);

    if (c->bits != 8)
        n += snprintf(text + n, CS_COUNTER_TEXT_MAX - (size_t)n, ":%" PRId64, c->bits);
    if (c->step != 1)
        n += snprintf(text + n, CS_COUNTER_TEXT_MAX - (size_t)n, "%+" PRId64, c->step);
    if (c->low != 0 || c->high != (INT64_C(1) << c->bits) - 1)
        n += snprintf(text + n, CS_COUNTER_TEXT_MAX - (size_t)n, " %" PRId64 "..%" PRId64, c->low,
                      c->high);
    if (c->bounce)
        snprintf(text + n, CS_COUNTER_TEXT_MAX - (size_t)n, " bounce");
    return text;
}

/* ---- the form -------------------------------------------------------------------------------- */

void cs_send_form_fill(struct cs_send_form *form, const struct cs_send_item *item)
{
    const struct cs_send *s = &item->send;
    char text[CS_FRAME_TEXT_MAX > CS_COUNTER_TEXT_MAX ? CS_FRAME_TEXT_MAX : CS_COUNTER_TEXT_MAX];

    *form = (struct cs_send_form){.bus = s->bus};
    cs_frame_format(&s->frame, text);
    cs_textfield_set(&form->value[CS_SEND_FRAME], text);
    cs_textfield_set(&form->value[CS_SEND_NAME], item->name);
    if (s->period_ps > 0)
        cs_textfield_set(&form->value[CS_SEND_PERIOD],
                         cs_units_format_time(s->period_ps, text, sizeof text));
    if (s->burst > 1) {
        snprintf(text, sizeof text, "%u", s->burst);
        cs_textfield_set(&form->value[CS_SEND_BURST], text);
    }
    if (s->gap_ps > 0)
        cs_textfield_set(&form->value[CS_SEND_GAP],
                         cs_units_format_time(s->gap_ps, text, sizeof text));
    if (s->counts)
        cs_textfield_set(&form->value[CS_SEND_COUNTER], cs_counter_format(&s->counter, text));
}

static int wrong_at(int *wrong, int row)
{
    *wrong = row;
    return -EINVAL;
}

static int read_time(const struct cs_send_form *form, int row, int64_t *ps, int *wrong, char *why,
                     size_t why_size)
{
    const char *text = form->value[row].text;

    *ps = 0;
    if (!*text || cs_units_parse_time(text, ps) == 0)
        return 0;
    snprintf(why, why_size, "must be a time such as 10ms, 500us or 1.5s");
    return wrong_at(wrong, row);
}

static int read_burst(const struct cs_send_form *form, unsigned *burst, int *wrong, char *why,
                      size_t why_size)
{
    const char *text = form->value[CS_SEND_BURST].text;
    int64_t value = 1;

    if (*text && (!number(&text, &value) || *text || value < 1 || value > CS_SEND_BURST_MAX)) {
        snprintf(why, why_size, "must be 1..%d frames", CS_SEND_BURST_MAX);
        return wrong_at(wrong, CS_SEND_BURST);
    }
    *burst = (unsigned)value;
    return 0;
}

/* The counter's first value stays where the rest of it does. */
static int read_counter(const struct cs_send_form *form, struct cs_send *send, int *wrong,
                        char *why, size_t why_size)
{
    const struct cs_textfield *field = &form->value[CS_SEND_COUNTER];
    struct cs_counter counter;
    char before[CS_COUNTER_TEXT_MAX] = "";

    if (send->counts)
        cs_counter_format(&send->counter, before);
    send->counts = field->len > 0;
    if (!send->counts || !strcmp(before, field->text))
        return 0;
    if (cs_counter_parse(field->text, &counter, why, why_size) < 0)
        return wrong_at(wrong, CS_SEND_COUNTER);
    send->counter = counter;
    return 0;
}

int cs_send_form_read(const struct cs_send_form *form, struct cs_send_item *item, int *wrong,
                      char *why, size_t why_size)
{
    struct cs_send *s = &item->send;

    *wrong = -1;
    if (cs_frame_parse(form->value[CS_SEND_FRAME].text, &s->frame, why, why_size) < 0)
        return wrong_at(wrong, CS_SEND_FRAME);
    s->bus = form->bus;
    snprintf(item->name, sizeof item->name, "%.*s", (int)sizeof item->name - 1,
             form->value[CS_SEND_NAME].text);
    if (read_time(form, CS_SEND_PERIOD, &s->period_ps, wrong, why, why_size) < 0 ||
        read_burst(form, &s->burst, wrong, why, why_size) < 0 ||
        read_time(form, CS_SEND_GAP, &s->gap_ps, wrong, why, why_size) < 0 ||
        read_counter(form, s, wrong, why, why_size) < 0)
        return -EINVAL;
    if (cs_send_check(s, why, why_size) < 0) {
        /* Of what is right alone, something does not fit the rest. */
        *wrong = strstr(why, "counter")  ? CS_SEND_COUNTER
                 : strstr(why, "burst")  ? CS_SEND_GAP
                 : strstr(why, "gap")    ? CS_SEND_GAP
                 : strstr(why, "period") ? CS_SEND_PERIOD
                                         : -1;
        return -EINVAL;
    }
    item->on &= s->period_ps > 0;
    return 0;
}
