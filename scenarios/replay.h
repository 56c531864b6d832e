/* SPDX-License-Identifier: MIT */
/* replay.h - logs of any format, read into memory for replay: which of their frames, and what of
 * them is changed. */
#ifndef CANSIM_SCENARIOS_REPLAY_H
#define CANSIM_SCENARIOS_REPLAY_H

#include "scenarios/change.h"
#include "scenarios/error.h"
#include "scenarios/file.h"
#include "simcore/candump.h"

#define CS_REPLAY_IDS_MAX      64
#define CS_REPLAY_REWRITES_MAX 64
#define CS_REPLAY_FRAMES_MAX   8000000 /* of one log, in memory */

struct cs_plugins;

/* Frames of which one of several patterns is true; none: all frames. */
struct cs_match_list {
    struct cs_match *match; /* owned */
    unsigned n;
};

struct cs_replay_rewrite {
    struct cs_match_list ids; /* which frames */
    struct cs_change change;
    bool drop;
};

/* A frame of a log, in little memory. */
struct cs_replay_frame {
    int64_t at_ps; /* since the first line; never less than the one before */
    size_t data;   /* where its `len` bytes begin in the log's bytes */
    uint32_t id;
    uint8_t flags, dlc, len, zero;
};

enum cs_replay_order {
    CS_REPLAY_QUEUED,   /* queued so that each would end at its time, sent as "tx_order" has it */
    CS_REPLAY_OFFERED,  /* likewise, but they arbitrate as if each had a sender of its own */
    CS_REPLAY_RECORDED, /* in the log's order; those that are not at their time are counted */
};

struct cs_replay {
    const char *file, *interface; /* NULL: all interfaces */
    uint32_t speed_permille;
    int64_t loops; /* 0: endless, 1: once */
    int order;     /* enum cs_replay_order */
    struct cs_match_list ids;
    struct cs_replay_rewrite *rewrites; /* the first that matches; owned */
    unsigned n_rewrites;
    struct cs_replay_frame *frames;
    size_t n_frames;
    uint8_t *bytes; /* data of all frames */
    size_t n_bytes;
    bool has_fd;    /* a CAN FD frame is among them */
    size_t skipped; /* error frames of the log, which cannot be sent */
};

/* Load the log `path` into replay->frames: only frames of replay->interface where it is given, that
 * replay->ids lets pass, and as replay->rewrites change them. `plugins`: its format is one of
 * theirs. Returns 0 or -1 with `error`: "PATH:LINE: ...". */
int cs_replay_load(struct cs_replay *replay, const struct cs_plugins *plugins, const char *path,
                   struct cs_file_id *id, struct cs_error *error);
void cs_replay_free(struct cs_replay *replay);
/* The frame at an index of replay->frames. */
void cs_replay_frame(const struct cs_replay *replay, size_t index, struct cs_frame *frame);

#endif
