/* SPDX-License-Identifier: MIT */
/* wall.h - the time of the clock on the wall, as far as it never jumps: CLOCK_MONOTONIC. */
#ifndef CANSIM_SCENARIOS_WALL_H
#define CANSIM_SCENARIOS_WALL_H

#include <stdint.h>

int64_t cs_wall_ns(void);
int64_t cs_wall_ms(void);

#endif
