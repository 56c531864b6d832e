/* SPDX-License-Identifier: MIT */
/* event.c - the names of what happens. */
#include "simcore/bus.h"

static const char *const event_names[CS_EV_KIND_COUNT] = {
    [CS_EV_ATTACH] = "attach",     [CS_EV_DETACH] = "detach",
    [CS_EV_CONFIG] = "config",     [CS_EV_QUEUED] = "queued",
    [CS_EV_REFUSED] = "refused",   [CS_EV_TX_START] = "tx_start",
    [CS_EV_ARB_LOST] = "arb_lost", [CS_EV_FRAME] = "frame",
    [CS_EV_SENT] = "sent",         [CS_EV_DROPPED] = "dropped",
    [CS_EV_ERROR] = "error",       [CS_EV_ERROR_FRAME] = "error_frame",
    [CS_EV_COUNTERS] = "counters", [CS_EV_OVERLOAD] = "overload",
    [CS_EV_STATE] = "state",       [CS_EV_LOST] = "lost",
    [CS_EV_NOTE] = "note",         [CS_EV_FAULT] = "fault",
    [CS_EV_ACKED] = "acked",       [CS_EV_RECEIVED] = "received",
};

static const char *const state_names[CS_STATE_COUNT] = {
    [CS_STATE_ERROR_ACTIVE] = "error_active",
    [CS_STATE_ERROR_PASSIVE] = "error_passive",
    [CS_STATE_BUS_OFF] = "bus_off",
    [CS_STATE_INTEGRATING] = "integrating",
};

static const char *const error_names[CS_ERROR_COUNT] = {
    [CS_ERROR_NONE] = "none",   [CS_ERROR_BIT] = "bit",   [CS_ERROR_STUFF] = "stuff",
    [CS_ERROR_CRC] = "crc",     [CS_ERROR_FORM] = "form", [CS_ERROR_ACK] = "ack",
    [CS_ERROR_OTHER] = "other",
};

static const char *const tx_result_names[CS_TX_RESULT_COUNT] = {
    [CS_TX_OK] = "ok",
    [CS_TX_FAILED_ARB] = "arbitration_lost",
    [CS_TX_FAILED_ERROR] = "error",
    [CS_TX_ABORTED] = "aborted",
    [CS_TX_BUS_OFF] = "bus_off",
    [CS_TX_DETACHED] = "detached",
    [CS_TX_QUEUE_FULL] = "queue_full",
    [CS_TX_READ_ONLY] = "listen_only",
    [CS_TX_LOST] = "lost",
    [CS_TX_RESET] = "reset",
};

const char *cs_event_name(enum cs_event_kind kind)
{
    return kind < CS_EV_KIND_COUNT ? event_names[kind] : "unknown";
}

const char *cs_state_name(enum cs_node_state state)
{
    return state < CS_STATE_COUNT ? state_names[state] : "unknown";
}

const char *cs_error_name(enum cs_error_kind error)
{
    return error < CS_ERROR_COUNT ? error_names[error] : "unknown";
}

const char *cs_tx_result_name(enum cs_tx_result result)
{
    return result < CS_TX_RESULT_COUNT ? tx_result_names[result] : "unknown";
}

const char *cs_mode_name(enum cs_mode mode)
{
    static const char *const names[] = {
        [CS_MODE_NORMAL] = "normal",         [CS_MODE_LISTEN_ONLY] = "listen-only",
        [CS_MODE_LOOPBACK] = "loopback",     [CS_MODE_ONE_SHOT] = "one-shot",
        [CS_MODE_RESTRICTED] = "restricted",
    };
    const char *name = mode <= CS_MODE_RESTRICTED ? names[mode] : NULL;
    return name ? name : "unknown";
}

const char *cs_fd_name(enum cs_fd fd)
{
    static const char *const names[CS_FD_COUNT] = {
        [CS_FD_BUS] = "bus", [CS_FD_CLASSIC] = "classic", [CS_FD_TOLERANT] = "tolerant",
        [CS_FD_ISO] = "iso", [CS_FD_NON_ISO] = "non-iso",
    };
    return fd < CS_FD_COUNT ? names[fd] : "unknown";
}

const char *cs_engine_name(enum cs_engine engine)
{
    static const char *const names[CS_ENGINE_COUNT] = {
        [CS_ENGINE_AUTO] = "auto",
        [CS_ENGINE_BIT] = "bit",
        [CS_ENGINE_FRAME] = "frame",
    };
    return engine < CS_ENGINE_COUNT ? names[engine] : "unknown";
}
