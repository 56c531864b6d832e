/* SPDX-License-Identifier: MIT */
#include "scenarios/log.h"

void cs_log_frames(void *ctx, const struct cs_event *event)
{
    struct cs_log *log = ctx;
    char text[CS_FRAME_TEXT_MAX];

    if (event->kind != CS_EV_FRAME || event->frame == NULL)
        return;
    cs_out_char(&log->out, '(');
    cs_out_u64_wide(&log->out, (uint64_t)(event->at_ps / CS_PS_PER_S), 10);
    cs_out_char(&log->out, '.');
    cs_out_u64_wide(&log->out, (uint64_t)(event->at_ps % CS_PS_PER_S / CS_PS_PER_US), 6);
    cs_out_text(&log->out, ") ");
    cs_out_text(&log->out, cs_bus_name(cs_sim_bus(log->sim, event->bus)));
    cs_out_char(&log->out, ' ');
    cs_out_write(&log->out, text, cs_frame_format(event->frame, text));
    cs_out_line(&log->out);
}
