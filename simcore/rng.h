/* SPDX-License-Identifier: MIT */
/* rng.h - random numbers that are the same on every machine (xoshiro256**, seeded by splitmix64).
 * Each user has a stream of its own, named, so that adding one does not disturb another. */
#ifndef CANSIM_SIMCORE_RNG_H
#define CANSIM_SIMCORE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct cs_rng {
    uint64_t s[4];
};

void cs_rng_init(struct cs_rng *rng, uint64_t seed, const char *stream);
uint64_t cs_rng_next(struct cs_rng *rng);
/* Uniform in 0..bound-1, without bias; bound >= 1. */
uint64_t cs_rng_below(struct cs_rng *rng, uint64_t bound);
/* Uniform in low..high, both included; low <= high. */
int64_t cs_rng_range(struct cs_rng *rng, int64_t low, int64_t high);
/* True with this probability in millionths, 0..1000000. */
bool cs_rng_chance(struct cs_rng *rng, int64_t ppm);

#endif
