/* SPDX-License-Identifier: MIT */
/* main_decode.h - what the parts of `cansim decode` share. */
#ifndef CANSIM_SCENARIOS_MAIN_DECODE_H
#define CANSIM_SCENARIOS_MAIN_DECODE_H

#include "plugins/decode.h"
#include "scenarios/choose.h"
#include "scenarios/main.h"

struct cs_decoding {
    const struct cs_args *args;
    struct cs_plugins *plugins;
    struct cs_decode *decode;
    struct cs_chooser *filter; /* NULL: all pass */
    bool color, live;
    bool have_epoch;
    int64_t epoch_s; /* of bus time 0, seconds since 1970; 0: none */
    uint64_t error_frames;
    bool anew;                 /* a file took the place of the one that is followed */
    int64_t shift_ps, last_ps; /* of that file; of the frame before */
    bool closed;               /* nobody reads standard output any more, or it cannot be written */
    struct cs_error error;
};

/* Is it asked for, with --bus? */
bool cs_decoding_has_bus(const struct cs_decoding *d, const char *name);

/* The buses of a running host, until it ends or somebody interrupts. 0 or -1 with d->error. */
int cs_decoding_live(struct cs_decoding *d);

struct cs_follow; /* opaque */
/* Follow a file: NULL with d->error. To be begun before it is read. */
struct cs_follow *cs_follow_begin(struct cs_decoding *d, const char *path);
/* Wait until there may be more of it; `pipe` is its descriptor, -1: a file. False: somebody
 * interrupts. */
bool cs_follow_wait(struct cs_follow *follow, int pipe);
void cs_follow_end(struct cs_follow *follow); /* NULL is nothing */

/* Write a line, or what time told; then what is known of the nodes. */
void cs_decoding_said(void *ctx, const struct cs_decode_said *said); /* ctx: struct cs_decoding */
void cs_decoding_network(struct cs_decoding *d);

#endif
