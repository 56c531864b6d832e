/* SPDX-License-Identifier: MIT */
/* log_time.h - times of a log as bus time: from the second of its first frame on where they count
 * from 1970, from 0 where they count from a start; never back. */
#ifndef CANSIM_PLUGINS_LOG_TIME_H
#define CANSIM_PLUGINS_LOG_TIME_H

#include "plugins/cansim_plugin.h"

struct cs_log_time {
    bool have_first;
    int64_t epoch_s, last_ps;
};

/* Fill in the times of *out, and of its frame. 0, or -1 where `seconds` are more than 100 days away
 * from the first frame's. */
int cs_log_time_put(struct cs_log_time *time, int64_t seconds, int64_t fraction_ps,
                    struct cansim_log_frame *out);

/* The time of a frame since its epoch's zero: seconds and the picoseconds beyond, 0 or more. */
void cs_log_time_get(const struct cansim_log_frame *in, int64_t *seconds, int64_t *fraction_ps);

#endif
