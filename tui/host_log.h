/* SPDX-License-Identifier: MIT */
/* host_log.h - a log that is looked at: its frames become events of buses on which nobody is, so
 * that whatever reads events works as on a bus that runs. Nothing can be sent or disturbed there.
 * It is read in slices, as long as whoever has it calls cs_host_log_load(), and on as it grows. */
#ifndef CANSIM_TUI_HOST_LOG_H
#define CANSIM_TUI_HOST_LOG_H

#include "plugins/input.h"
#include "scenarios/error.h"
#include "scenarios/session_live.h"
#include "tui/decoding.h"
#include "tui/feed.h"
#include "tui/host.h"

/* What it points to stays. */
struct cs_host_log_config {
    const char *path;
    const struct cs_plugin_files *plugins; /* beside those built in */
    const char *as;                        /* decoder; NULL: none */
    const char *const *eds;
    unsigned n_eds;
    uint32_t bitrate_bps, data_bitrate_bps; /* of its buses; 0: not known */
    int64_t until_ps;                       /* frames up to it; 0: all */
    bool follow;                            /* the file may grow */
    int fd; /* that `path` "-" reads; with `follow` somebody may still write there */
};

struct cs_host_log {
    struct cs_host host; /* the model's, from cs_host_log_open() on */
    struct cs_host_log_config config;
    struct cs_tui *tui;
    struct cs_feed feed;
    struct cs_plugins *plugins;
    struct cs_input *input;
    struct cs_sim *sim;
    struct cs_stats *stats;
    struct cs_decoding decoding;
    struct cansim_frame frame;
    struct cansim_log_frame log;
    bool loaded;              /* nothing more will come */
    bool waiting;             /* that was all for now: it grows */
    bool caught_up;           /* it was waiting once */
    bool fresh;               /* nothing of it was shown yet */
    bool begun;               /* a frame of the present file was read */
    uint64_t size, left_out;  /* bytes; frames of buses beyond CS_SIM_MAX_BUSES, or impossible */
    uint64_t back;            /* frames with a time before that of the one before */
    uint64_t n_read, skip;    /* frames of the present file; so many of them were read already */
    int64_t epoch_s;          /* of the first file; 0: bus time */
    int64_t shift_ps;         /* from its times to bus time */
    void (*grows)(void *ctx); /* it is followed now, or no longer; may be NULL */
    void *grows_ctx;
    uint64_t error_frames[CS_SIM_MAX_BUSES];
};

/* 1: it is a log, and open; 0: it is none (or nothing that can be read); -1 with `error`, where it
 * is one of a known format that cannot be shown. `hl` is zero at first; the model is without rows.
 */
int cs_host_log_open(struct cs_host_log *hl, const struct cs_host_log_config *config,
                     struct cs_tui *tui, struct cs_error *error);
/* So many frames more. False: that was all (for now, where hl->waiting), and the person was told of
 * what is missing. */
bool cs_host_log_load(struct cs_host_log *hl, unsigned frames);
void cs_host_log_close(struct cs_host_log *hl); /* opened or not */

#endif
