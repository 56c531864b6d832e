/* SPDX-License-Identifier: MIT */
/* main_log.h - a file of the command line that is a log. */
#ifndef CANSIM_TUI_MAIN_LOG_H
#define CANSIM_TUI_MAIN_LOG_H

#include "tui/host_log.h"
#include "tui/options.h"

/* 1: it is one, open, and the host of the model; 0: it is none; -1 with `error`, as where options
 * beside it need a bus that runs. */
int cs_main_log_open(struct cs_host_log *hl, const struct cs_options *options, struct cs_tui *tui,
                     struct cs_error *error);
/* Where the log is standard input: the keyboard takes its place. 0 or an exit status, told on
 * standard error. */
int cs_main_log_keyboard(struct cs_options *options);

#endif
