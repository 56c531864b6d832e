/* SPDX-License-Identifier: MIT */
/* host.h - what the screen asks of the host that it shows, whether in this program or elsewhere. */
#ifndef CANSIM_TUI_HOST_H
#define CANSIM_TUI_HOST_H

#include <stddef.h>

#include "simcore/frame.h"

struct cs_tui;

/* What a view shows beyond the trace and the buses. */
enum cs_host_needs {
    CS_NEEDS_IDS = 1 << 0,
    CS_NEEDS_NODES = 1 << 1,
    CS_NEEDS_FAULTS = 1 << 2,
    CS_NEEDS_DEVICES = 1 << 3,
    CS_NEEDS_PLAN = 1 << 12,
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
    /* Do that to a controller, as cs_session_do(). -EOPNOTSUPP: the host does not let us. */
    int (*node)(void *ctx, unsigned bus, int node, enum cs_host_node_do what, unsigned mode);
    /* Returns as cs_session_plug(). */
    int (*plug)(void *ctx, unsigned device, bool plugged);
};

struct cs_host {
    const struct cs_host_ops *ops;
    void *ctx;
};

#endif
