/* SPDX-License-Identifier: MIT */
#include "plugins/log_time.h"

#include "simcore/sim.h"

#define MAX_SECONDS 9000000   /* of one log, about 104 days */
#define BUS_TIME_S  100000000 /* 1973: before it, seconds count from a start, not from 1970 */

int cs_log_time_put(struct cs_log_time *time, int64_t seconds, int64_t fraction_ps,
                    struct cansim_log_frame *out)
{
    if (!time->have_first) {
        time->have_first = true;
        time->epoch_s = seconds < BUS_TIME_S ? 0 : seconds;
    }
    if (seconds - time->epoch_s > MAX_SECONDS || seconds - time->epoch_s < -MAX_SECONDS)
        return -1;
    int64_t at = (seconds - time->epoch_s) * CS_PS_PER_S + fraction_ps;
    if (at > time->last_ps)
        time->last_ps = at;
    out->frame->at_ps = out->frame->start_ps = time->last_ps;
    out->epoch_s = time->epoch_s;
    if (CANSIM_KNOWS(out, struct cansim_log_frame, stamp_ps))
        out->stamp_ps = at;
    return 0;
}

void cs_log_time_get(const struct cansim_log_frame *in, int64_t *seconds, int64_t *fraction_ps)
{
    *seconds = in->epoch_s + in->frame->at_ps / CS_PS_PER_S;
    *fraction_ps = in->frame->at_ps % CS_PS_PER_S;
    if (*fraction_ps < 0) {
        *fraction_ps += CS_PS_PER_S;
        --*seconds;
    }
}
