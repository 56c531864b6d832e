/* SPDX-License-Identifier: MIT */
/* guest_internal.h - a guest at work: guest_run.c has QEMU and its console, guest_script.c follows
 * the script. Nobody else includes it. */
#ifndef CANSIM_SCENARIOS_GUEST_INTERNAL_H
#define CANSIM_SCENARIOS_GUEST_INTERNAL_H

#include <ev.h>

#include "scenarios/child.h"
#include "scenarios/guest.h"

#define CS_CONSOLE_KEPT  65536u /* bytes of the console that a script can look back at */
#define CS_CONSOLE_TYPED 65536u /* bytes that the guest has not taken yet */

struct cs_guest {
    const struct cs_guest_def *def;
    struct cs_guest_host host;
    struct cs_child qemu;
    ev_io ended, readable, writable;
    int log; /* -1: none */

    char console[CS_CONSOLE_KEPT + 1]; /* always ends with NUL; NULs of the guest become '?' */
    size_t n_console;
    size_t seen; /* of it: what a step has found */
    char typed[CS_CONSOLE_TYPED];
    size_t n_typed;

    unsigned step; /* under way */
    bool begun;    /* that one */
    bool done;     /* the script is through */
    bool failed, stopping;
    int64_t patience_ms; /* stopping: CLOCK_MONOTONIC; then it is made to end */
    unsigned serial;     /* of the command under way */
    size_t output;       /* where its output begins */
    ev_timer limit, again;
};

/* guest_script.c */
void cs_guest_script_init(struct cs_guest *guest);
void cs_guest_script_go(struct cs_guest *guest); /* something may have happened */
void cs_guest_script_fini(struct cs_guest *guest);
/* The key of the step under way, for its place; there must be one. */
const char *cs_guest_script_key(const struct cs_guest *guest);
/* guest_run.c */
void cs_guest_fail(struct cs_guest *guest, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
