/* SPDX-License-Identifier: MIT */
/* main_config.h - settings, and what is remembered between runs, for the program's main. */
#ifndef CANSIM_TUI_MAIN_CONFIG_H
#define CANSIM_TUI_MAIN_CONFIG_H

#include "tui/config.h"
#include "tui/options.h"

/* Settings of the file that the options name, else of the one by default where `by_default`. 0 or
 * an exit status, told on standard error. */
int cs_main_config_read(const struct cs_options *options, bool by_default,
                        struct cs_config *config);
/* Make the model with as much history as options or settings want. 0 or -ENOMEM. */
int cs_main_config_init(const struct cs_options *options, const struct cs_config *config,
                        const struct cs_host *host, struct cs_tui *tui);
/* The model as settings, what is remembered (where `remembered`) and options want it: the later
 * ones count. */
void cs_main_config_apply(const struct cs_options *options, const struct cs_config *config,
                          bool remembered, struct cs_tui *tui);
/* Write what was changed in the setup into the file of settings, and say what came of it. */
void cs_main_config_keep(const struct cs_options *options, bool by_default, struct cs_tui *tui);
/* Remember, unless settings or options say not to. */
void cs_main_config_remember(const struct cs_options *options, const struct cs_config *config,
                             const struct cs_tui *tui);

/* What is remembered is to be gone. */
void cs_main_config_forget(void);

#endif
