/* SPDX-License-Identifier: MIT */
/* timing.c - bit timing: defaults, checks, and the clock that the engines compute with. */
#include "simcore/timing.h"

#include <errno.h>
#include <stdio.h>

#define PS_PER_S UINT64_C(1000000000000)

unsigned cs_bit_timing_tq(const struct cs_bit_timing *timing)
{
    return 1u + timing->prop_seg + timing->phase_seg1 + timing->phase_seg2;
}

static unsigned sample_tq(const struct cs_bit_timing *timing)
{
    return 1u + timing->prop_seg + timing->phase_seg1;
}

unsigned cs_bit_timing_sample_permille(const struct cs_bit_timing *timing)
{
    unsigned tq = cs_bit_timing_tq(timing);
    return (1000 * sample_tq(timing) + tq / 2) / tq;
}

uint32_t cs_bit_timing_bitrate(const struct cs_bit_timing *timing)
{
    if (timing->clock_hz == 0) {
        return timing->bitrate_bps;
    }
    uint32_t cycles = timing->brp * cs_bit_timing_tq(timing);
    return cycles ? (timing->clock_hz + cycles / 2) / cycles : 0;
}

void cs_bit_timing_fill(struct cs_bit_timing *timing, uint32_t bitrate_bps,
                        unsigned sample_permille, unsigned sjw)
{
    if (sample_permille == CS_SAMPLE_DFLT) {
        sample_permille = bitrate_bps > 800000 ? 750 : bitrate_bps > 500000 ? 800 : 875;
    }
    unsigned sample = (CS_BIT_TQ_DFLT * sample_permille + 500) / 1000;
    sample = sample < 2 ? 2 : sample > CS_BIT_TQ_DFLT - 1 ? CS_BIT_TQ_DFLT - 1 : sample;
    unsigned phase2 = CS_BIT_TQ_DFLT - sample;
    unsigned phase1 = phase2 < sample - 1 ? phase2 : sample - 1;
    unsigned half = phase2 / 2 ? phase2 / 2 : 1;
    *timing = (struct cs_bit_timing){
        .bitrate_bps = bitrate_bps,
        .prop_seg = (uint16_t)(sample - 1 - phase1),
        .phase_seg1 = (uint16_t)phase1,
        .phase_seg2 = (uint16_t)phase2,
        .sjw = (uint16_t)(sjw == 0       ? half
                          : sjw < phase2 ? sjw
                                         : phase2),
    };
}

/* ---- check -------------------------------------------------------------------------------- */

static int check_segments(const struct cs_bit_timing *t, const char *which, char *why, size_t size)
{
    unsigned tq = cs_bit_timing_tq(t);

    if (t->clock_hz && (t->clock_hz < CS_CLOCK_MIN_HZ || t->clock_hz > CS_CLOCK_MAX_HZ)) {
        snprintf(why, size, "the %s bit timing's clock must be 1 MHz to 1 GHz, got %u Hz", which,
                 (unsigned)t->clock_hz);
    } else if (t->clock_hz && (t->brp < 1 || t->brp > CS_BRP_MAX)) {
        snprintf(why, size, "the %s bit timing's brp must be 1..%u, got %u", which, CS_BRP_MAX,
                 (unsigned)t->brp);
    } else if (tq < CS_BIT_TQ_MIN || tq > CS_BIT_TQ_MAX) {
        snprintf(why, size, "the %s bit must have %u..%u time quanta, got %u", which, CS_BIT_TQ_MIN,
                 CS_BIT_TQ_MAX, tq);
    } else if (t->prop_seg + t->phase_seg1 < 1 || t->phase_seg2 < 1) {
        snprintf(why, size, "the %s bit needs a quantum before and after its sample point", which);
    } else if (t->sjw < 1 || t->sjw > t->phase_seg2) {
        snprintf(why, size, "the %s bit timing's sjw must be 1..phase_seg2 (%u), got %u", which,
                 (unsigned)t->phase_seg2, (unsigned)t->sjw);
    } else {
        return 0;
    }
    return -EINVAL;
}

static int check_rate(uint32_t rate, uint32_t low, uint32_t high, const char *which, char *why,
                      size_t size)
{
    if (rate >= low && rate <= high) {
        return 0;
    }
    snprintf(why, size, "the %s bit rate must be %u..%u bit/s, got %u", which, (unsigned)low,
             (unsigned)high, (unsigned)rate);
    return -EINVAL;
}

static bool bit_timing_equal(const struct cs_bit_timing *a, const struct cs_bit_timing *b)
{
    return a->bitrate_bps == b->bitrate_bps && a->clock_hz == b->clock_hz && a->brp == b->brp &&
           a->prop_seg == b->prop_seg && a->phase_seg1 == b->phase_seg1 &&
           a->phase_seg2 == b->phase_seg2 && a->sjw == b->sjw;
}

static bool is_given(const struct cs_bit_timing *t)
{
    static const struct cs_bit_timing none;
    return !bit_timing_equal(t, &none);
}

int cs_timing_check(const struct cs_timing *timing, char *why, size_t why_size)
{
    uint32_t nominal = cs_bit_timing_bitrate(&timing->nominal);

    bool clocked = timing->nominal.clock_hz != 0;

    if (check_segments(&timing->nominal, "nominal", why, why_size) ||
        check_rate(nominal, clocked ? CS_CLOCKED_BITRATE_MIN : CS_BITRATE_MIN,
                   clocked ? CS_CLOCKED_BITRATE_MAX : CS_BITRATE_MAX, "nominal", why, why_size)) {
        return -EINVAL;
    }
    if (is_given(&timing->data) && (check_segments(&timing->data, "data", why, why_size) ||
                                    check_rate(cs_bit_timing_bitrate(&timing->data), nominal,
                                               CS_DATA_BITRATE_MAX, "data", why, why_size))) {
        return -EINVAL;
    }
    if (timing->drift_ppb < -CS_DRIFT_MAX_PPM * 1000 ||
        timing->drift_ppb > CS_DRIFT_MAX_PPM * 1000) {
        snprintf(why, why_size, "the clock drift must be within %d ppm", CS_DRIFT_MAX_PPM);
        return -EINVAL;
    }
    if (timing->tdc > CS_TDC_FIXED || timing->tdc_offset > CS_TDC_OFFSET_MAX) {
        snprintf(why, why_size, "the TDC offset must be 0..%u", CS_TDC_OFFSET_MAX);
        return -EINVAL;
    }
    return 0;
}

bool cs_timing_equal(const struct cs_timing *a, const struct cs_timing *b)
{
    return bit_timing_equal(&a->nominal, &b->nominal) && bit_timing_equal(&a->data, &b->data) &&
           a->drift_ppb == b->drift_ppb && a->tdc == b->tdc && a->tdc_offset == b->tdc_offset;
}

/* ---- the clock ---------------------------------------------------------------------------- */

/* a * b / c, rounded down, without overflow in between where the result fits; c < 2^62. */
static uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t quotient = 0, remainder = 0;

    /* a % c times b, one bit of b at a time. */
    for (int bit = 63; bit >= 0; bit--) {
        quotient <<= 1;
        remainder <<= 1;
        if (b >> bit & 1u) {
            remainder += a % c;
        }
        quotient += remainder / c;
        remainder %= c;
    }
    return a / c * b + quotient;
}

void cs_bit_timing_clock(const struct cs_bit_timing *timing, int32_t drift_ppb,
                         struct cs_bit_clock *clock)
{
    uint64_t q32;

    if (timing->clock_hz) {
        uint64_t cycles = (uint64_t)timing->brp * cs_bit_timing_tq(timing);
        q32 = mul_div(PS_PER_S << 16, cycles << 16, timing->clock_hz);
    } else {
        uint64_t bit_ps = (PS_PER_S + timing->bitrate_bps / 2) / timing->bitrate_bps;
        q32 = bit_ps << 32;
    }
    uint64_t drift = mul_div(q32, (uint64_t)(drift_ppb < 0 ? -(int64_t)drift_ppb : drift_ppb),
                             UINT64_C(1000000000));
    clock->bit_q32 = drift_ppb < 0 ? q32 - drift : q32 + drift;
    clock->n_tq = (uint16_t)cs_bit_timing_tq(timing);
    clock->sample = (uint16_t)sample_tq(timing);
    clock->sjw = timing->sjw;
}
