/* SPDX-License-Identifier: MIT */
/* options.h - the command line of cansim-tui. */
#ifndef CANSIM_TUI_OPTIONS_H
#define CANSIM_TUI_OPTIONS_H

#include <stdio.h>

#include "qemu-link/device.h"
#include "scenarios/scenario.h"
#include "scenarios/session.h"
#include "scenarios/session_live.h"
#include "tui/plot.h"
#include "tui/script.h"
#include "tui/theme.h"

#define CS_OPTIONS_FAULTS 64

enum cs_options_dump { CS_DUMP_NONE, CS_DUMP_TEXT, CS_DUMP_SVG };

struct cs_options {
    const char *connect; /* to a host elsewhere, "": at the default address; NULL: to none */
    int control;         /* enum cs_link_control */
    bool follow;         /* the scenario is a log that grows */
    int input_fd; /* that the scenario "-" reads: standard input, unless the keyboard is there now
                   */
    const char *scenario, *link, *log, *events, *record, *keys;
    struct cs_session_bus buses[CS_SIM_MAX_BUSES];
    char bus_names[CS_SIM_MAX_BUSES][16];
    unsigned n_buses;
    const char *faults[CS_OPTIONS_FAULTS]; /* armed at the start */
    unsigned n_faults;
    struct cs_plugin_files plugins;
    struct cs_constants constants;
    const char *as; /* decoder that follows; NULL: none */
    const char *eds[CS_LIVE_EDS];
    unsigned n_eds;
    struct cs_device_spec devices[CS_DEVICES_MAX];
    unsigned n_devices;
    const char *config; /* the file of settings; NULL: where it is by default */
    bool no_config;     /* neither settings nor what is remembered */
    bool have_view;
    bool no_link, have_seed, have_speed, ascii, help, version;
    uint64_t seed;
    uint32_t speed_permille;         /* 0 with have_speed: as fast as the machine goes */
    uint32_t rows;                   /* of the trace; 0: default */
    const char *plots[CS_PLOTS_MAX]; /* made at the start */
    unsigned n_plots;
    uint32_t bitrate_bps, data_bitrate_bps; /* of a log; 0: not known */
    uint64_t history;                       /* bytes for rows; 0: default */
    unsigned view;
    enum cs_options_dump dump;
    const char *screenshot; /* the same into a file, by its ending; NULL: none */
    const struct cs_theme *theme;
    int width, height;
    int64_t at_ps;
    bool have_at;
    char script[CS_SCRIPT_MAX]; /* what `keys` points at */
};

/* Returns 0, or -EINVAL with one sentence in `why`. The strings of argv must outlive `options`. */
int cs_options_parse(int argc, char **argv, struct cs_options *options, char *why, size_t why_size);
void cs_options_help(FILE *out);

#endif
