/* SPDX-License-Identifier: MIT */
/* main_log.c - see main_log.h. */
#include "tui/main_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* An option that is of no use with a log, NULL: there is none. */
static const char *useless(const struct cs_options *o)
{
    const struct {
        bool given;
        const char *name;
    } rows[] = {
        {o->n_buses > 0, "--bus"},
        {o->n_faults > 0, "--fault"},
        {o->constants.n > 0, "--const"},
        {o->link != NULL, "--link"},
        {o->n_devices > 0, "--card, --usb or --slcan"},
        {o->log != NULL, "--log"},
        {o->events != NULL, "--events"},
        {o->record != NULL, "--record"},
        {o->have_speed, "--speed"},
        {o->have_seed, "--seed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given)
            return rows[i].name;
    return NULL;
}

int cs_main_log_open(struct cs_host_log *hl, const struct cs_options *o, struct cs_tui *tui,
                     struct cs_error *error)
{
    const bool standard = o->scenario && !strcmp(o->scenario, "-");
    const struct cs_host_log_config config = {
        .path = o->scenario,
        .plugins = &o->plugins,
        .as = o->as,
        .eds = o->eds,
        .n_eds = o->n_eds,
        .bitrate_bps = o->bitrate_bps,
        .data_bitrate_bps = o->data_bitrate_bps,
        .until_ps = o->have_at ? o->at_ps : 0,
        .follow = standard ? o->input_fd != STDIN_FILENO : o->follow,
        .fd = o->input_fd,
    };
    int ret = config.path ? cs_host_log_open(hl, &config, tui, error) : 0;

    if (ret > 0 && useless(o))
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s: expected a scenario beside it, got \"%s\", a log", useless(o),
                            config.path);
    if (ret == 0 && o->bitrate_bps)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--bitrate: expected a log beside it, got %s%s%s",
                            config.path ? "\"" : "", config.path ? config.path : "none",
                            config.path ? "\", a scenario" : "");
    return ret;
}

int cs_main_log_keyboard(struct cs_options *o)
{
    int tty;

    if (!o->scenario || strcmp(o->scenario, "-") != 0)
        return 0;
    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, "cansim-tui: standard input: expected a log, such as candump -L can0 | "
                        "cansim-tui -, got the terminal\n");
        return 2;
    }
    o->input_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (o->input_fd >= 0 && tty >= 0 && dup2(tty, STDIN_FILENO) >= 0) {
        close(tty);
        return 0;
    }
    fprintf(stderr, "cansim-tui: /dev/tty: cannot be opened for the keyboard: %s\n",
            strerror(errno));
    return 2;
}
