/* SPDX-License-Identifier: MIT */
/* counter.h - numbers in the data of frames that are sent again and again. */
#ifndef CANSIM_SCENARIOS_COUNTER_H
#define CANSIM_SCENARIOS_COUNTER_H

#include "scenarios/scenario.h"

/* Put its value into the data, which must have room for it. */
void cs_counter_put(struct cs_frame *frame, const struct cs_counter *counter, int64_t value);
/* On to the next value. *step begins as counter->step and turns round where it bounces. */
void cs_counter_advance(const struct cs_counter *counter, int64_t *value, int64_t *step);

#endif
