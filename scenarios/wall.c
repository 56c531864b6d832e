/* SPDX-License-Identifier: MIT */
#include "scenarios/wall.h"

#include <time.h>

int64_t cs_wall_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int64_t cs_wall_ms(void)
{
    return cs_wall_ns() / 1000000;
}
