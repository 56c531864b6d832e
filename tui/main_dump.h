/* SPDX-License-Identifier: MIT */
/* main_dump.h - one screen to standard output, without a terminal and in virtual time. */
#ifndef CANSIM_TUI_MAIN_DUMP_H
#define CANSIM_TUI_MAIN_DUMP_H

#include "tui/host_link.h"
#include "tui/options.h"

/* Returns an exit status; problems are told on standard error. */
int cs_main_dump(const struct cs_options *options);
/* The same of a host elsewhere, after so much time of the clock on the wall. */
int cs_main_dump_link(const struct cs_options *options);
/* What the options mean for the session. */
struct cs_session_config cs_main_config(const struct cs_options *options);
/* And for a host elsewhere. */
struct cs_host_link_config cs_main_link_config(const struct cs_options *options);

#endif
