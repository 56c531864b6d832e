/* SPDX-License-Identifier: MIT */
/* log_event.h - what a line of a log is as an event of the bus. */
#ifndef CANSIM_TUI_LOG_EVENT_H
#define CANSIM_TUI_LOG_EVENT_H

#include "plugins/cansim_plugin.h"
#include "simcore/event.h"

/* An error frame of Linux: its classes in `id`, 8 bytes of data; len 0: nothing is known of it.
 * Fills in kind and what belongs to it; event->text may become one of its own. */
void cs_log_error_event(const struct cansim_frame *frame, struct cs_event *event);

#endif
