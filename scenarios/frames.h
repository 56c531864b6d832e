/* SPDX-License-Identifier: MIT */
/* frames.h - frames as they stand in a scenario: one, or an array of them. */
#ifndef CANSIM_SCENARIOS_FRAMES_H
#define CANSIM_SCENARIOS_FRAMES_H

#include "simcore/frame.h"

#define CS_SCENARIO_MAX_FRAMES 4096 /* in one message or one send */

struct cs_frames {
    struct cs_frame *frame;
    unsigned n;
    bool array; /* in the file */
};

#endif
