/* SPDX-License-Identifier: MIT */
/* main_again.h - the scenario's file is edited, and read again. */
#ifndef CANSIM_TUI_MAIN_AGAIN_H
#define CANSIM_TUI_MAIN_AGAIN_H

#include "scenarios/session.h"

/* Run the editor that the environment names, on the terminal, and wait for it; the screen has been
 * left. 0, or -1 with a sentence in `why`. */
int cs_main_edit(const char *file, unsigned line, char *why, size_t why_size);

/* Read the scenario of a configuration again, and check all that can be checked before a session is
 * made of it: config->loaded. 0, or -1 with a sentence in `why`. */
int cs_main_load(struct cs_session_config *config, char *why, size_t why_size);

#endif
