/* SPDX-License-Identifier: MIT */
/* main_again.h - the scenario's file is edited, and read again. */
#ifndef CANSIM_TUI_MAIN_AGAIN_H
#define CANSIM_TUI_MAIN_AGAIN_H

#include <sys/types.h>

#include "scenarios/session.h"

/* An editor on the terminal, which is its own as long as it runs; the screen has been left. */
struct cs_editor {
    pid_t pid; /* 0: none runs */
    char name[64];
};

enum cs_editor_state { CS_EDITOR_RUNS, CS_EDITOR_STOPPED, CS_EDITOR_OVER };

/* Run the editor that the environment names. 0, or -1 with a sentence in `why`. */
int cs_editor_start(struct cs_editor *editor, const char *file, unsigned line, char *why,
                    size_t why_size);
/* What it does; never waits. Where it is over: "" or a sentence in `why`; where it is not running
 * the terminal is ours. */
enum cs_editor_state cs_editor_look(struct cs_editor *editor, char *why, size_t why_size);
/* After it was stopped: let it go on. */
void cs_editor_continue(struct cs_editor *editor);
/* End it: the program is leaving. */
void cs_editor_end(struct cs_editor *editor);

/* Read the scenario of a configuration again, and check all that can be checked before a session is
 * made of it: config->loaded. 0, or -1 with what is wrong in `errors` (cs_errors_free()). */
int cs_main_load(struct cs_session_config *config, struct cs_errors *errors);

#endif
