/* SPDX-License-Identifier: MIT */
/* What is in the data of frames: data, bits of it, fields of a decoder. Whole numbers decide. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_internal.h"

struct value {
    uint64_t n;
    int64_t last_ps;
    bool held;                    /* the latest one */
    char last[EXPECT_SEEN - 100]; /* it, as text; kept where it is needed later */
};

/* ---- when it must hold ----------------------------------------------------------------------- */

/* One was seen; `text` is the frame and what it holds. */
static void judge(struct cs_expect *e, struct expect_item *item, int64_t at_ps, bool holds,
                  const char *text)
{
    const struct cs_expect_def *def = item->def;
    struct value *v = item->own;
    char at[40];

    v->n++;
    v->last_ps = at_ps;
    v->held = holds;
    if (def->kind == CS_EXPECT_ALWAYS || def->at == CS_EXPECT_AT_ALWAYS) {
        if (!holds)
            expect_fail(e, item, at_ps, "at %s %s, after %llu as expected",
                        expect_instant(at_ps, at), text, (unsigned long long)(v->n - 1));
        return;
    }
    if (def->at == CS_EXPECT_AT_ONCE && holds) {
        expect_saw(item, "at %s %s", expect_instant(at_ps, at), text);
        expect_pass(e, item, at_ps);
        return;
    }
    snprintf(v->last, sizeof(v->last), "%s", text);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_def *def = item->def;
    const struct value *v = item->own;
    char at[40];

    if (v->n == 0) {
        expect_fail(e, item, at_ps, "nothing of it up to %s", expect_instant(at_ps, at));
    } else if (def->kind == CS_EXPECT_ALWAYS || def->at == CS_EXPECT_AT_ALWAYS) {
        expect_saw(item, "%llu as expected", (unsigned long long)v->n);
        expect_pass(e, item, at_ps);
    } else if (def->at != CS_EXPECT_AT_ONCE && v->held) {
        expect_saw(item, "the last of %llu, at %s %s", (unsigned long long)v->n,
                   expect_instant(v->last_ps, at), v->last);
        expect_pass(e, item, at_ps);
    } else {
        expect_fail(e, item, at_ps, "the last of %llu, at %s %s", (unsigned long long)v->n,
                    expect_instant(v->last_ps, at), v->last);
    }
}

static void add_when(const struct cs_expect_def *def, char *text, size_t size)
{
    char at[40];

    if (def->at == CS_EXPECT_AT_TIME)
        expect_add(text, size, ", the last one at %s", expect_time(def->at_ps, at));
    else
        expect_add(text, size, "%s",
                   def->at == CS_EXPECT_AT_ONCE  ? ", once"
                   : def->at == CS_EXPECT_AT_END ? ", the last one"
                                                 : ", always");
}

static void add_range(const struct cs_expect_range *r, char *text, size_t size)
{
    char number[64];

    if (r->word != NULL)
        expect_add(text, size, " \"%s\"", r->word);
    if (r->have_is)
        expect_add(text, size, " %s", expect_decimal(r->is, number));
    if (r->have_min)
        expect_add(text, size, " at least %s", expect_decimal(r->min, number));
    if (r->have_max)
        expect_add(text, size, "%s at most %s", r->have_min ? " and" : "",
                   expect_decimal(r->max, number));
    if (r->bits_text != NULL)
        expect_add(text, size, " with the bits %s", r->bits_text);
}

/* ---- always: data ---------------------------------------------------------------------------- */

static const struct cs_match *always_frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 ? &def->of.always.frames.match : NULL;
}

static void always_see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_always *a = &item->def->of.always;
    char frame[CS_FRAME_TEXT_MAX] = "";

    if (now->event == NULL || now->event->kind != CS_EV_FRAME ||
        !cs_match_event(&a->frames.match, e->sim, now->event))
        return;
    bool holds = cs_match_frame(&a->data, now->event->frame);
    if (!holds)
        cs_frame_format(now->event->frame, frame);
    judge(e, item, now->at_ps, holds, frame);
}

static void always_say(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                       size_t size)
{
    (void)e;
    expect_add(text, size, "frame ");
    expect_add_frames(&def->of.always.frames, text, size);
    expect_add(text, size, " always with the data \"%s\"", def->of.always.text);
}

const struct expect_kind expect_always = {
    .own_size = sizeof(struct value),
    .events = 1u << CS_EV_FRAME,
    .frames = always_frames,
    .see = always_see,
    .end = end,
    .say = always_say,
};

/* ---- bits of frames -------------------------------------------------------------------------- */

static const struct cs_match *value_frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 ? &def->of.value.frames.match : NULL;
}

/* False: the data do not reach that far. */
static bool take_bits(const struct cs_signal *s, const struct cs_frame *frame, uint64_t *bits)
{
    *bits = 0;
    for (unsigned i = 0; i < s->length; i++) {
        unsigned bit = cs_signal_bit(s, i);
        if (bit / 8 >= frame->len)
            return false;
        *bits |= ((uint64_t)frame->data[bit / 8] >> bit % 8 & 1u) << i;
    }
    return true;
}

static cs_int128 as_number(const struct cs_signal *s, uint64_t bits)
{
    if (s->is_signed && (bits >> (s->length - 1) & 1u) != 0)
        return (cs_int128)bits - ((cs_int128)1 << s->length);
    return bits;
}

/* What it means, where that can be told; else what is sent. */
static void tell_value(const struct cs_signal *s, cs_int128 raw, char *text, size_t size)
{
    cs_decimal value;
    char number[64];

    if (__builtin_mul_overflow(raw, s->factor, &value) ||
        __builtin_add_overflow(value, s->offset, &value))
        snprintf(text, size, "%s as it is sent", expect_decimal(raw * CS_DECIMAL_ONE, number));
    else
        snprintf(text, size, "%s", expect_decimal(value, number));
}

static void value_see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_value *v = &item->def->of.value;
    char frame[CS_FRAME_TEXT_MAX], number[100], text[300];
    uint64_t bits;

    if (now->event == NULL || now->event->kind != CS_EV_FRAME ||
        !cs_match_event(&v->frames.match, e->sim, now->event))
        return;
    bool there = take_bits(&v->signal, now->event->frame, &bits);
    cs_int128 raw = as_number(&v->signal, bits);
    bool holds = there && (bits & v->range.bits_mask) == v->range.bits &&
                 (!(v->range.have_is || v->range.have_min || v->range.have_max) ||
                  (raw >= v->raw_low && raw <= v->raw_high));
    if (holds && item->def->at == CS_EXPECT_AT_ALWAYS) {
        judge(e, item, now->at_ps, true, "");
        return;
    }
    cs_frame_format(now->event->frame, frame);
    tell_value(&v->signal, raw, number, sizeof(number));
    snprintf(text, sizeof(text), there ? "%s: %s" : "%s: too short for it", frame, number);
    judge(e, item, now->at_ps, holds, text);
}

static void value_say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_expect_value *v = &def->of.value;

    (void)e;
    expect_add(text, size, "value of %lld bit%s from %lld of frame ", (long long)v->signal.length,
               v->signal.length == 1 ? "" : "s", (long long)v->signal.start);
    expect_add_frames(&v->frames, text, size);
    add_range(&v->range, text, size);
    add_when(def, text, size);
}

const struct expect_kind expect_value = {
    .own_size = sizeof(struct value),
    .events = 1u << CS_EV_FRAME,
    .frames = value_frames,
    .see = value_see,
    .end = end,
    .say = value_say,
};

/* ---- fields of a decoder --------------------------------------------------------------------- */

static const struct cs_match *signal_frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 && def->of.signal.have_frames ? &def->of.signal.frames.match : NULL;
}

static bool as_decimal(const struct cs_live_value *value, cs_decimal *number)
{
    char text[40];

    switch (value->kind) {
    case CS_LIVE_UINT:
        *number = (cs_decimal)value->u * CS_DECIMAL_ONE;
        return true;
    case CS_LIVE_INT:
        *number = (cs_decimal)value->i * CS_DECIMAL_ONE;
        return true;
    case CS_LIVE_REAL:
        snprintf(text, sizeof(text), "%.15g", value->real);
        return cs_decimal_parse(text, number) == 0;
    default:
        return false;
    }
}

static bool signal_holds(const struct cs_expect_range *r, const struct cs_live_value *value)
{
    uint64_t bits = value->kind == CS_LIVE_INT ? (uint64_t)value->i : value->u;
    bool whole = value->kind == CS_LIVE_INT || value->kind == CS_LIVE_UINT;
    cs_decimal number;

    if (r->word != NULL && strcmp(r->word, value->text) != 0 &&
        (value->meaning == NULL || strcmp(r->word, value->meaning) != 0))
        return false;
    if (r->bits_text != NULL && (!whole || (bits & r->bits_mask) != r->bits))
        return false;
    if (!r->have_is && !r->have_min && !r->have_max)
        return true;
    return as_decimal(value, &number) && (!r->have_is || number == r->is) &&
           (!r->have_min || number >= r->min) && (!r->have_max || number <= r->max);
}

static void signal_fields(struct cs_expect *e, struct expect_item *item,
                          const struct cs_live_said *said)
{
    const struct cs_expect_signal *s = &item->def->of.signal;
    struct cs_live_value value;
    char text[EXPECT_SEEN - 150], frame[CS_FRAME_TEXT_MAX];

    if (!cs_match_event(&s->frames.match, e->sim, said->event) ||
        !cs_live_field(said, s->field, &value))
        return;
    cs_frame_format(said->event->frame, frame);
    snprintf(text, sizeof(text), "%s: %s", frame, value.text);
    judge(e, item, said->at_ps, signal_holds(&s->range, &value), text);
}

static void signal_say(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                       size_t size)
{
    const struct cs_expect_signal *s = &def->of.signal;

    (void)e;
    expect_add(text, size, "\"%s\"", s->field);
    if (s->have_frames) {
        expect_add(text, size, " of frame ");
        expect_add_frames(&s->frames, text, size);
    }
    add_range(&s->range, text, size);
    add_when(def, text, size);
}

const struct expect_kind expect_signal = {
    .own_size = sizeof(struct value),
    .frames = signal_frames,
    .fields = signal_fields,
    .end = end,
    .say = signal_say,
};
