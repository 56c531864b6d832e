/* SPDX-License-Identifier: MIT */
/* job.h - something that takes long, such as writing a file: a part at a time, while the screen and
 * bus time go on. It is the first member of what it works with. */
#ifndef CANSIM_TUI_JOB_H
#define CANSIM_TUI_JOB_H

#include "tui/tui.h"

struct cs_job {
    const char *what;     /* a word for the title: "export" */
    const char *given_up; /* what is said where Esc ends it; NULL: nothing was written */
    unsigned permille;    /* of it is done */
    unsigned context;     /* in which it was begun, context.h */
    /* Go on for about as long as so many rows take. 1: there is more to do; 0: it is done; -1: it
     * failed. Then `told` is what came of it. */
    int (*step)(struct cs_job *job, struct cs_tui *tui, unsigned rows);
    /* Where it is not done, nothing of it stays. */
    void (*free)(struct cs_job *job);
    char told[512]; /* what does not fit on a line is cut off there */
};

/* 0, or -EBUSY: another one is under way. It is freed in the end. */
int cs_tui_begin_job(struct cs_tui *tui, struct cs_job *job);
/* Give it up; true where there was one. */
bool cs_tui_end_job(struct cs_tui *tui);

#endif
