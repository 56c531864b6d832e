/* SPDX-License-Identifier: MIT */
#include "scenarios/signal.h"

#define ONE (INT64_C(1) << 30)

int cs_signal_raw(const struct cs_signal *s, cs_decimal value, cs_int128 *raw)
{
    cs_int128 values = (cs_int128)1 << s->length;
    cs_int128 low = s->is_signed ? -values / 2 : 0;

    *raw = cs_decimal_ratio(value - s->offset, s->factor);
    return *raw >= low && *raw < low + values ? 0 : -1;
}

unsigned cs_signal_bit(const struct cs_signal *s, unsigned i)
{
    unsigned start = (unsigned)s->start;

    if (s->order == 0)
        return start + i;
    /* Counted from the highest bit of byte 0 down, bytes follow one another. */
    unsigned down = start / 8 * 8 + 7 - start % 8 + (unsigned)s->length - 1 - i;
    return down / 8 * 8 + 7 - down % 8;
}

void cs_signal_put(const struct cs_signal *s, uint64_t raw, struct cs_frame *frame)
{
    for (unsigned i = 0; i < s->length; i++) {
        unsigned bit = cs_signal_bit(s, i);
        uint8_t mask = (uint8_t)(1u << bit % 8), *byte = &frame->data[bit / 8];
        *byte = (uint8_t)((raw >> i & 1) != 0 ? *byte | mask : *byte & ~mask);
    }
}

/* ---- how it moves ---------------------------------------------------------------------------- */

/* The series of the sine, in 2^30ths: x - x^3/3! + ... + x^13/13!. */
static int64_t quarter(int64_t part)
{
    const int64_t half_pi = 1686629713; /* pi / 2 * 2^30 */
    int64_t x = part * half_pi >> 30, square = x * x >> 30, sum = ONE;

    for (int64_t n = 12; n >= 2; n -= 2)
        sum = ONE - (square * sum >> 30) / (n * (n + 1));
    sum = x * sum >> 30;
    return sum < ONE && part < ONE ? sum : ONE;
}

int64_t cs_signal_sine(uint32_t phase)
{
    int64_t part = phase & (uint32_t)(ONE - 1);
    unsigned q = phase >> 30;
    int64_t value = quarter((q & 1) != 0 ? ONE - part : part);

    return q < 2 ? value : -value;
}

/* How much of the period is over, in 2^32ths. */
static uint32_t phase(const struct cs_signal_wave *wave, int64_t n, int64_t since_ps)
{
    int64_t at = wave->period_ps > 0 ? since_ps : n;
    int64_t period = wave->period_ps > 0 ? wave->period_ps : wave->period_frames;

    return (uint32_t)(((cs_int128)(at % period) << 32) / period);
}

static cs_int128 sine(const struct cs_signal_wave *wave, uint32_t at)
{
    cs_int128 span = wave->raw_max - wave->raw_min;

    return wave->raw_min + ((span * (ONE + cs_signal_sine(at)) + ONE) >> 31);
}

static cs_int128 square(const struct cs_signal_wave *wave, uint32_t at)
{
    uint64_t high = ((uint64_t)wave->duty_ppm << 32) / (100 * CS_PERCENT);

    return at < high ? wave->raw_max : wave->raw_min;
}

static cs_int128 draw(const struct cs_signal_wave *wave, struct cs_rng *rng)
{
    uint64_t span = (uint64_t)(wave->raw_max - wave->raw_min);

    return wave->raw_min +
           (cs_int128)(span < UINT64_MAX ? cs_rng_below(rng, span + 1) : cs_rng_next(rng));
}

static void advance_ramp(const struct cs_signal_ramp *ramp, struct cs_signal_state *state)
{
    cs_decimal low = ramp->from < ramp->to ? ramp->from : ramp->to;
    cs_decimal high = ramp->from < ramp->to ? ramp->to : ramp->from;
    cs_decimal next = state->at + (state->down ? -ramp->step : ramp->step);

    if (next >= low && next <= high) {
        state->at = next;
        return;
    }
    if (!ramp->bounce) {
        state->at = ramp->from;
        return;
    }
    state->down = !state->down;
    next = state->at + (state->down ? -ramp->step : ramp->step);
    state->at = next < low ? low : next > high ? high : next;
}

void cs_signal_start(const struct cs_signal *s, struct cs_signal_state *state)
{
    *state = (struct cs_signal_state){.at = s->ramp.from, .down = s->ramp.to < s->ramp.from};
}

uint64_t cs_signal_next(const struct cs_signal *s, struct cs_signal_state *state, int64_t since_ps,
                        struct cs_rng *rng)
{
    cs_int128 raw = 0;

    switch (s->source) {
    case CS_SIGNAL_VALUES_OF:
        cs_signal_raw(s, s->values[state->n % s->n_values], &raw);
        break;
    case CS_SIGNAL_RAMP:
        cs_signal_raw(s, state->at, &raw);
        advance_ramp(&s->ramp, state);
        break;
    case CS_SIGNAL_SINE:
        raw = sine(&s->wave, phase(&s->wave, state->n, since_ps));
        break;
    case CS_SIGNAL_SQUARE:
        raw = square(&s->wave, phase(&s->wave, state->n, since_ps));
        break;
    case CS_SIGNAL_RANDOM:
        raw = draw(&s->wave, rng);
        break;
    default:
        break;
    }
    state->n++;
    return (uint64_t)raw;
}
