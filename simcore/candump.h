/* SPDX-License-Identifier: MIT */
/* candump.h - a line of a log as candump -L writes it. */
#ifndef CANSIM_SIMCORE_CANDUMP_H
#define CANSIM_SIMCORE_CANDUMP_H

#include "simcore/frame.h"

/* "(SECONDS.FRACTION)" at *text, which moves behind it: seconds and picoseconds apart, for an epoch
 * in picoseconds does not fit. 0 or -1. */
int cs_candump_parse_time(const char **text, int64_t *seconds, int64_t *fraction_ps);

/* One line "(SECONDS.FRACTION) INTERFACE FRAME [R|T]": 0, or -1 with a reason. */
struct cs_candump_line {
    int64_t seconds,
        fraction_ps; /* since the log's epoch; together they may exceed 64 bits of ps */
    char interface[32];
    bool error_frame;
    /* Of an error frame: class bits of Linux's can/error.h in `id`, 8 bytes in `data`, or len 0
     * where the line does not tell them so; no frame that could be sent. */
    struct cs_frame frame;
};
/* `why` gets a reason where it is -1; `line` may end with its new line. */
int cs_candump_parse(const char *line, struct cs_candump_line *out, char *why, size_t why_size);

#endif
