/* SPDX-License-Identifier: MIT */
/* work.c - what takes long, a part at a time. */
#include <errno.h>
#include <string.h>

#include "tui/context.h"
#include "tui/job.h"
#include "tui/trace.h"

int cs_tui_begin_job(struct cs_tui *tui, struct cs_job *job)
{
    if (tui->job)
        return -EBUSY;
    tui->job = job;
    job->context = tui->context;
    tui->more = tui->dirty = true;
    return 0;
}

bool cs_tui_end_job(struct cs_tui *tui)
{
    struct cs_job *job = tui->job;

    if (!job)
        return false;
    tui->job = NULL;
    tui->dirty = true;
    job->free(job);
    return true;
}

static void go_on(struct cs_tui *tui, unsigned rows)
{
    struct cs_job *job = tui->job;
    const int ret = job->step(job, tui, rows);

    if (ret > 0) {
        tui->more = true;
        return;
    }
    if (job->told[0])
        cs_tui_say(tui, ret < 0, "%s", job->told);
    cs_tui_end_job(tui);
}

static void look(struct cs_tui *tui, unsigned rows)
{
    cs_trace_index_on(tui, rows);
    cs_trace_hunt_on(tui, rows);
    if (cs_trace_keep(tui)->span.counting)
        cs_trace_measure_on(tui, rows);
}

bool cs_tui_work(struct cs_tui *tui, unsigned rows)
{
    tui->more = false;
    cs_contexts_each(tui, look, rows);
    if (tui->job)
        cs_context_in(tui, tui->job->context, go_on, rows);
    return tui->more;
}
