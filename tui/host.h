/* SPDX-License-Identifier: MIT */
/* host.h - what the screen asks of the host that it shows, whether in this program or elsewhere. */
#ifndef CANSIM_TUI_HOST_H
#define CANSIM_TUI_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "simcore/event.h"

struct cs_decoding; /* tui/decoding.h */
struct cs_send;
struct cs_sent;
struct cs_tui;
struct cs_tui_pages; /* tui/pages.h */

/* What a decoder says of one frame, as a list of fields. */
#define CS_DECODED_FIELDS 128
struct cs_decoded {
    char protocol[32], summary[256];
    unsigned n, left_out;
    struct cs_decoded_field {
        uint8_t depth, severity;
        uint16_t first_bit, n_bits; /* in the data; n_bits 0: not in this frame */
        char label[48], value[120];
    } field[CS_DECODED_FIELDS];
    uint64_t answers, answered_by; /* rows; UINT64_MAX: none */
};

/* Those of the rows from..to, both among them, that the trace shows. */
struct cs_export {
    const char *path;
    uint64_t from, to;
    bool scenario; /* whatever the suffix of the path is */
};

/* What a view shows beyond the trace and the buses. */
enum cs_host_needs {
    CS_NEEDS_IDS = 1 << 0,
    CS_NEEDS_NODES = 1 << 1,
    CS_NEEDS_FAULTS = 1 << 2,
    CS_NEEDS_DEVICES = 1 << 3,
    CS_NEEDS_EDGES = 1 << 15, /* tui->edges, while bus time is slow enough to watch */
    CS_NEEDS_PLAN = 1 << 12,
    CS_NEEDS_TRAFFIC = 1 << 16,
    CS_NEEDS_PLOTS = 1 << 17, /* decoded fields become known */
};

/* What happened, for a story of it: events in order of time, and what nodes were before. */
struct cs_past {
    const struct cs_event *knows, *events;
    unsigned n_knows, n_events;
    bool hears; /* who received is among them */
};

enum cs_host_node_do { CS_NODE_DO_RESET, CS_NODE_DO_RECOVER, CS_NODE_DO_MODE };

struct cs_host_ops {
    /* Fill in tui->info, the buses and what is needed of the rest (enum cs_host_needs). */
    void (*refresh)(void *ctx, struct cs_tui *tui, unsigned needs);
    void (*pause)(void *ctx, bool paused);
    void (*step)(void *ctx); /* while paused: to the next instant at which something happens */
    void (*step_frame)(void *ctx); /* while paused: to the end of the next frame */
    void (*set_speed)(void *ctx, uint32_t permille);
    /* Returns as cs_bus_submit(). */
    int (*inject)(void *ctx, unsigned bus, const struct cs_frame *frame);
    /* Returns as cs_session_arm(), cs_session_clear(). */
    int (*arm)(void *ctx, unsigned bus, const char *text, char *why, size_t why_size);
    int (*disarm)(void *ctx, unsigned bus, int id);
    /* Write a scenario that does again what was done so far. 0 or -1; what came of it in `told`. */
    int (*save)(void *ctx, const char *path, char *told, size_t told_size);
    /* While paused: on by the time of one bit of a bus. NULL: it cannot. */
    void (*step_bit)(void *ctx, unsigned bus);
    /* Tell it in words, as log_life.h does. 0 or -errno. NULL: it cannot. */
    int (*tell)(void *ctx, const struct cs_past *past, char *text, size_t size);
    /* Do that to a controller, as cs_session_do(). -EOPNOTSUPP: the host does not let us. */
    int (*node)(void *ctx, unsigned bus, int node, enum cs_host_node_do what, unsigned mode);
    /* Returns as cs_session_plug(). */
    int (*plug)(void *ctx, unsigned device, bool plugged);
    /* Frames that are sent by hand and again and again, each in a slot: as cs_senders_set(),
     * cs_senders_now() and cs_senders_look(), or -EOPNOTSUPP. All three NULL: the host has none. */
    int (*send)(void *ctx, unsigned slot, const struct cs_send *send, bool run);
    int (*send_now)(void *ctx, unsigned slot);
    bool (*sent)(void *ctx, unsigned slot, struct cs_sent *sent);
    /* What decoders know, as far as it is wanted: 0 or -EOPNOTSUPP; NULL: the same. */
    int (*pages)(void *ctx, struct cs_tui_pages *pages);
    /* Ask on a page for something to be done. 0, or -1 with one sentence. */
    int (*ask)(void *ctx, unsigned page, const char *text, char *why, size_t why_size);
    /* Decode the frame of a row again, after those before it. 0; -EOPNOTSUPP (nobody decodes; or
     * the op is NULL), -ENOENT (it is no decoder's frame, or gone), -ENOMEM. */
    int (*decode)(void *ctx, const struct cs_tui *tui, uint64_t row, struct cs_decoded *decoded);
    /* Write rows to a file, in the format of its suffix. 0 or -1; what came of it in `told`. 1:
     * that are many, and it goes on as tui->job. */
    int (*export_rows)(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size);
    /* Count anew what CS_NEEDS_TRAFFIC tells; NULL: this host cannot. */
    void (*reset_traffic)(void *ctx);
    /* Read the scenario again and run it from its start. 0 or -1; what came of it in `told`. NULL:
     * the program does (tui->rerun). */
    int (*rerun)(void *ctx, char *told, size_t told_size);
    /* Where it went away: try again; what came of it in `told`. NULL: it cannot go away. */
    int (*reconnect)(void *ctx, char *told, size_t told_size);
    /* A log: go on reading it while it grows, or no longer. 0, or -1 with one sentence. NULL: it is
     * no log. */
    int (*follow_file)(void *ctx, bool on, char *why, size_t why_size);
    /* What decodes in this window, to be chosen by the person; NULL: there is no such choice. */
    struct cs_decoding *(*decoding)(void *ctx);
};

struct cs_host {
    const struct cs_host_ops *ops;
    void *ctx;
};

#endif
