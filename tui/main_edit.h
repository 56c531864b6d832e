/* SPDX-License-Identifier: MIT */
/* main_edit.h - the scenario is edited while the program runs. */
#ifndef CANSIM_TUI_MAIN_EDIT_H
#define CANSIM_TUI_MAIN_EDIT_H

#include "tui/main_app.h"

/* Edit tui->edit_file, else the scenario, at line tui->edit; returns at once. */
void cs_app_edit(struct app *app);
/* The program is leaving: no editor stays behind. */
void cs_app_edit_end(struct app *app);
/* All of them are messages, the first is on the screen; frees them. */
void cs_app_tell_errors(struct app *app, struct cs_errors *errors);

#endif
