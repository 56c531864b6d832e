/* SPDX-License-Identifier: MIT */
/* fault_noise.c - random bit errors. The gaps between errors have a geometric distribution with the
 * ratio q = 1 - ber; the binary digits of such a number are independent of one another, and the
 * digit of 2^k is 1 with the probability r / (1 + r), r = q^(2^k). So a gap takes 40 draws and
 * integers alone. */
#include "simcore/fault_internal.h"

#define BILLION UINT64_C(1000000000)

/* The upper half of a product: of two fractions of 2^64. */
static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t a1 = a >> 32, a0 = a & 0xFFFFFFFFu, b1 = b >> 32, b0 = b & 0xFFFFFFFFu;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    uint64_t other = a0 * b1 + (middle & 0xFFFFFFFFu);

    return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* num / den as a fraction of 2^64, num < den < 2^63. */
static uint64_t divide(uint64_t num, uint64_t den)
{
    uint64_t quotient = 0;

    for (int i = 0; i < 64; i++) {
        num <<= 1;
        quotient <<= 1;
        if (num >= den) {
            num -= den;
            quotient |= 1;
        }
    }
    return quotient;
}

void cs_fault_noise_init(struct cs_armed *f)
{
    uint64_t ratio = divide(BILLION - f->spec.ber_ppb, BILLION);

    for (unsigned k = 0; k < CS_NOISE_DIGITS; k++) {
        uint64_t r = ratio >> 2;
        f->digit[k] = divide(r, (UINT64_C(1) << 62) + r);
        ratio = times(ratio, ratio);
    }
}

uint64_t cs_fault_noise_gap(struct cs_armed *f)
{
    uint64_t gap = 0;

    for (unsigned k = 0; k < CS_NOISE_DIGITS; k++) {
        if (f->digit[k] && cs_rng_next(&f->rng) < f->digit[k]) {
            gap |= UINT64_C(1) << k;
        }
    }
    return gap + 1;
}

void cs_fault_noise_next(struct cs_armed *f)
{
    const struct cs_bus *bus = cs_armed_bus(f);
    uint64_t gap = cs_fault_noise_gap(f);
    int64_t left = (CS_TIME_END - bus->sim->now_ps) / bus->bit_ps;

    if (gap < (uint64_t)left) {
        cs_fault_soon(f, bus->sim->now_ps + (int64_t)gap * bus->bit_ps);
    }
}

void cs_fault_noise_pulse(struct cs_armed *f)
{
    struct cs_bus *bus = cs_armed_bus(f);
    int64_t now = bus->sim->now_ps;

    cs_bus_pulse(bus, now, now + bus->bit_ps, CS_PULSE_FLIP, f->spec.n_seen_by ? &f->seen : NULL,
                 f->id);
    cs_fault_noise_next(f);
}
