/* SPDX-License-Identifier: MIT */
/* guest.h - a QEMU guest of a scenario or of `cansim guest`: what it is (plain data), how QEMU is
 * told of it, and its process with the console and the script that is followed there.
 * A guest lives in wall time; bus time is paced while there is one. */
#ifndef CANSIM_SCENARIOS_GUEST_H
#define CANSIM_SCENARIOS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/error.h"

struct ev_loop;
struct cs_action;

#define CS_GUEST_PORTS    4
#define CS_GUEST_ARGS     32   /* extra arguments of QEMU */
#define CS_GUEST_STEPS    1000 /* of one script */
#define CS_GUEST_WORDS    96   /* of QEMU's command line */
#define CS_GUEST_TEXT_MAX 8192 /* of all its words */

/* How its controllers join; in the order of the words for it. */
enum cs_guest_via {
    CS_VIA_AUTO,
    CS_VIA_VFIO_USER,
    CS_VIA_USB,
    CS_VIA_SHIM,
    CS_VIA_SLCAN,
    CS_VIA_NONE,
    CS_VIA_COUNT
};
extern const char *const cs_guest_vias[]; /* ends with NULL */

enum cs_guest_step_kind {
    CS_STEP_NONE,
    CS_STEP_WAIT,  /* for a text on the console */
    CS_STEP_TYPE,  /* a line */
    CS_STEP_RUN,   /* a shell command, and its exit status */
    CS_STEP_PAUSE, /* wall time */
    CS_STEP_DO,    /* an action as on the timeline */
    CS_STEP_END,   /* QEMU ends, whatever the guest does */
};

struct cs_guest_step {
    int kind; /* enum cs_guest_step_kind */
    const char *text;
    const char *expect; /* RUN: must be in its output; NULL: nothing must */
    int64_t within_ps;  /* WAIT, RUN: 0: the default */
    int64_t pause_ps;
    int64_t status;           /* RUN */
    bool repeat;              /* RUN: again and again until it is as expected */
    struct cs_action *action; /* DO; owned by the scenario */
};

struct cs_guest_def {
    const char *name;
    unsigned bus[CS_GUEST_PORTS]; /* index, in a scenario */
    const char *bus_name[CS_GUEST_PORTS];
    unsigned n_buses;
    bool debian; /* the image of `cansim guest build` */
    const char *kernel, *initrd, *disk, *append, *machine, *arch, *qemu;
    int64_t memory_mib, cpus;
    const char *args[CS_GUEST_ARGS];
    unsigned n_args;
    int via; /* enum cs_guest_via */
    const char *model;
    const char *console; /* file that its console is written to; NULL: none */
    struct cs_guest_step *steps;
    unsigned n_steps;
};

/* ---- QEMU (guest_qemu.c) -------------------------------------------------------------------- */

struct cs_guest_qemu {
    char program[512];
    bool vfio_user, usb, can_host; /* what it has */
    unsigned major;                /* of its version; 0: unknown */
};

/* The program that the guest asks for, and which ways in it has. 0 or -1 with `error` (3: there is
 * none, with the package to install). */
int cs_guest_probe(const struct cs_guest_def *def, struct cs_guest_qemu *qemu,
                   struct cs_error *error);
/* The way in that is taken: the forced one, or the best that there is. 0 or -1: this QEMU lacks it.
 */
int cs_guest_choose(const struct cs_guest_def *def, const struct cs_guest_qemu *qemu,
                    enum cs_guest_via *via, struct cs_error *error);
/* Folder with the Debian image: built where it is missing, which takes a while and is told on
 * standard error. 0 or -1. */
int cs_guest_image(char *folder, size_t size, struct cs_error *error);
/* Where images are kept: CANSIM_GUEST_CACHE, else below the user's cache. */
const char *cs_guest_cache(char *folder, size_t size);
/* A program or script that belongs to cansim, beside it or in the source tree. Returns path. */
const char *cs_guest_helper(const char *installed, const char *in_source, char *path, size_t size);

/* QEMU's command line; words point into `text` or into the definition. */
struct cs_guest_command {
    char *words[CS_GUEST_WORDS + 1];
    unsigned n;
    char text[CS_GUEST_TEXT_MAX];
    size_t used;
};

struct cs_guest_place {
    enum cs_guest_via via;
    const char *option; /* of the device: words between spaces, '…' quoted; NULL: none */
    const char *link;   /* shim: the link's address */
    const char *image;  /* folder, where def->debian */
    bool interactive;   /* a shell for people */
};

/* 0, or -1: it does not fit. */
int cs_guest_command(const struct cs_guest_def *def, const struct cs_guest_qemu *qemu,
                     const struct cs_guest_place *place, struct cs_guest_command *command,
                     struct cs_error *error);

/* ---- at work (guest_run.c, guest_script.c) ----------------------------------------------------
 */

struct cs_guest; /* opaque */

struct cs_guest_host {
    struct ev_loop *loop; /* not libev's default one: that takes every child's exit status away */
    const char *file;     /* the scenario, for sentences; NULL: none */
    /* Do an action of the script. */
    void (*act)(void *ctx, const struct cs_action *action);
    /* Its script is through, it has ended, or it has failed: a sentence and an exit status; NULL
     * where all is well. Called from the loop. */
    void (*ended)(void *ctx, int status, const char *text);
    /* Bytes of the console, as they come; may be NULL. */
    void (*output)(void *ctx, const char *bytes, size_t n);
    /* QEMU has ended by itself, with that status (128 + N by signal N), and all that it said was
     * told; before `ended`. True: its status is expected, whatever it is, and no failure. */
    bool (*exited)(void *ctx, int status);
    void *ctx;
};

/* Start QEMU. NULL with `error`. `def` must outlive the guest. */
struct cs_guest *cs_guest_start(const struct cs_guest_def *def,
                                const struct cs_guest_command *command,
                                const struct cs_guest_host *host, struct cs_error *error);
/* Ask QEMU to end; the script is over. */
void cs_guest_end_qemu(struct cs_guest *guest);
/* End QEMU: asked to, then made to, within seconds. */
void cs_guest_stop(struct cs_guest *guest);
/* How many of the bytes are taken; less than `n` where the guest has long read nothing. */
size_t cs_guest_type(struct cs_guest *guest, const char *bytes, size_t n);
bool cs_guest_done(const struct cs_guest *guest);     /* its script is through */
unsigned cs_guest_step(const struct cs_guest *guest); /* the one that is under way */
bool cs_guest_gone(const struct cs_guest *guest);     /* QEMU has ended */

#endif
