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
    bool closed; /* nobody reads standard output any more, or it cannot be written */
    struct cs_error error;
};

/* Is it asked for, with --bus? */
bool cs_decoding_has_bus(const struct cs_decoding *d, const char *name);

/* The buses of a running host, until it ends or somebody interrupts. 0 or -1 with d->error. */
int cs_decoding_live(struct cs_decoding *d);

/* Write a line, or what time told; then what is known of the nodes. */
void cs_decoding_said(void *ctx, const struct cs_decode_said *said); /* ctx: struct cs_decoding */
void cs_decoding_network(struct cs_decoding *d);

#endif
