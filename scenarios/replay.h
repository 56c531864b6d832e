/* SPDX-License-Identifier: MIT */
/* replay.h - candump -L logs, read into memory for replay. */
#ifndef CANSIM_SCENARIOS_REPLAY_H
#define CANSIM_SCENARIOS_REPLAY_H

#include "scenarios/error.h"
#include "scenarios/file.h"
#include "simcore/candump.h"

/* A frame of a log, in little memory. */
struct cs_replay_frame {
    int64_t at_ps; /* since the first line; never less than the one before */
    size_t data;   /* where its `len` bytes begin in the log's bytes */
    uint32_t id;
    uint8_t flags, dlc, len, zero;
};

struct cs_replay {
    const char *file, *interface; /* NULL: all interfaces */
    uint32_t speed_permille;
    int64_t loops; /* 0: endless, 1: once */
    struct cs_replay_frame *frames;
    size_t n_frames;
    uint8_t *bytes; /* data of all frames */
    size_t n_bytes;
    bool has_fd;    /* a CAN FD frame is among them */
    size_t skipped; /* error frames of the log, which cannot be sent */
};

/* Load `path` into replay->frames; only lines of replay->interface where it is given.
 * Returns 0 or -1 with `error`: "PATH:LINE: ...". */
int cs_replay_load(struct cs_replay *replay, const char *path, struct cs_file_id *id,
                   struct cs_error *error);
void cs_replay_free(struct cs_replay *replay);
/* The frame at an index of replay->frames. */
void cs_replay_frame(const struct cs_replay *replay, size_t index, struct cs_frame *frame);

#endif
