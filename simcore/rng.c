/* SPDX-License-Identifier: MIT */
/* rng.c - xoshiro256** 1.0 (Blackman, Vigna), seeded by splitmix64. */
#include "simcore/rng.h"

static uint64_t rotl(uint64_t x, unsigned k)
{
    return x << k | x >> (64 - k);
}

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void cs_rng_init(struct cs_rng *rng, uint64_t seed, const char *stream)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (; *stream; stream++) {
        hash = (hash ^ (uint8_t)*stream) * UINT64_C(0x100000001B3);
    }
    uint64_t x = seed;
    x = splitmix(&x) ^ hash;
    for (int i = 0; i < 4; i++) {
        rng->s[i] = splitmix(&x);
    }
}

uint64_t cs_rng_next(struct cs_rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t cs_rng_below(struct cs_rng *rng, uint64_t bound)
{
    /* Values under 2^64 mod bound would make the low results more likely. */
    uint64_t threshold = (UINT64_MAX - bound + 1) % bound;
    uint64_t value;
    do {
        value = cs_rng_next(rng);
    } while (value < threshold);
    return value % bound;
}

int64_t cs_rng_range(struct cs_rng *rng, int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)low;
    if (span == UINT64_MAX) {
        return (int64_t)cs_rng_next(rng);
    }
    return (int64_t)((uint64_t)low + cs_rng_below(rng, span + 1));
}

bool cs_rng_chance(struct cs_rng *rng, int64_t ppm)
{
    const uint64_t percent = (uint64_t)ppm / 10000, rest = (uint64_t)ppm % 10000;
    const uint64_t drawn = cs_rng_below(rng, 100);

    /* What is beyond whole percents takes a second number, where the first one is at the edge. */
    return drawn < percent || (drawn == percent && rest > 0 && cs_rng_below(rng, 10000) < rest);
}
