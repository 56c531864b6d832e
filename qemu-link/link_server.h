/* SPDX-License-Identifier: MIT */
/* link_server.h - outside clients on the buses of a sim, over a unix socket or TCP.
 * One connection is one controller on one bus. docs/link-protocol.md is the protocol. */
#ifndef CANSIM_QEMU_LINK_LINK_SERVER_H
#define CANSIM_QEMU_LINK_LINK_SERVER_H

#include "simcore/sim.h"

struct ev_loop;
struct cs_link_server; /* opaque */

struct cs_stats;

/* Who may do more than join buses: pause, change the speed, inject, arm faults, plug, save. */
enum cs_link_control {
    CS_LINK_CONTROL_LOCAL, /* processes of the same user, over a unix socket */
    CS_LINK_CONTROL_NONE,
    CS_LINK_CONTROL_ALL,
    CS_LINK_CONTROL_COUNT
};

/* By its name: "local", "none", "all"; -1: it is none. */
int cs_link_control_find(const char *name);

/* What monitors are told of the host itself. */
struct cs_link_info {
    char title[128], address[128], waiting[128];
    const char
        *reason; /* why the scenario has paused it, "" for no reason given; NULL: it has not */
    bool paused, finished;
    uint32_t speed_permille;
    int64_t duration_ps;                     /* 0: endless */
    unsigned clients, n_devices, n_decoders; /* n_decoders: rows of decoder() */
};

#define CS_LINK_PORTS 4

struct cs_link_device {
    const char *name, *kind, *model, *driver, *path;
    char option[512];
    bool plugged, connected;
    unsigned n_ports;
    const char *bus[CS_LINK_PORTS];
    int node[CS_LINK_PORTS]; /* CS_NO_NODE: off the bus */
    uint64_t connections, refused, protocol_errors, lost;
};

/* A decoder that the host uses, with one of its settings; one that has several comes several times
 * in a row. */
struct cs_link_decoder {
    unsigned index; /* of the decoder */
    bool says;      /* what frames mean comes from it */
    const char *name;
    char option[512]; /* "eds=can0:5=/path/drive.eds", "": none */
};

enum cs_link_op {
    CS_LINK_PAUSE,
    CS_LINK_STEP,
    CS_LINK_STEP_FRAME,
    CS_LINK_SPEED,
    CS_LINK_INJECT,
    CS_LINK_ARM,
    CS_LINK_CLEAR,
    CS_LINK_PLUG,
    CS_LINK_SAVE,
    CS_LINK_RESET,
    CS_LINK_RECOVER,
    CS_LINK_MODE,
    CS_LINK_STEP_BIT,
    CS_LINK_SENDER, /* what a slot holds from now on */
    CS_LINK_SEND_NOW,
    CS_LINK_ASK, /* answers come later: cs_link_server_answer() */
    CS_LINK_RERUN,
};

/* A frame that is sent again and again; not checked, but for the frame. */
struct cs_link_sender {
    unsigned bus;
    struct cs_frame frame;
    int64_t period_ps, gap_ps;
    unsigned burst;
    bool counts;
    struct {
        int64_t byte, bits, low, high, step, first;
        bool bounces;
    } counter;
};

/* What came of it. */
struct cs_link_sent {
    bool running;
    unsigned last; /* 0 nothing was sent, 1 queued, 2 over: result, 3 refused: error */
    int error;
    enum cs_tx_result result;
    uint64_t queued, sent, failed, refused;
    int64_t sent_ps; /* -1: none */
};

/* What the scenario does and expects; versions grow with each change. */
struct cs_link_plan {
    const char *file;
    uint64_t version;
    unsigned n, more, past, held, failed;
};

struct cs_link_plan_row {
    uint64_t version;
    unsigned kind, state, line;
    int64_t at_ps, until_ps, count;
    int fault;
    bool pending;
    const char *when, *who, *what, *seen, *place, *json;
};

struct cs_link_request {
    enum cs_link_op op;
    bool on;        /* PAUSE, PLUG: or the opposite; SENDER: periodically */
    uint64_t who;   /* the monitor, 1, 2 ... */
    uint64_t token; /* ASK: for the answers */
    unsigned bus;
    int fault;
    uint32_t value; /* SPEED: permille; PLUG: the device */
    const struct cs_frame *frame;
    int node;                            /* RESET, RECOVER, MODE */
    unsigned mode, slot;                 /* SENDER, SEND_NOW: each monitor has its own slots */
    const struct cs_link_sender *sender; /* NULL: nothing any more */
    const char *decoder;                 /* ASK */
    const char *text;                    /* ARM: the form; SAVE: the file; ASK: what for */
};

/* What a server needs of its host for monitors; a host without it has none. */
struct cs_link_watch {
    void (*info)(void *ctx, struct cs_link_info *info);
    bool (*device)(void *ctx, unsigned index, struct cs_link_device *device);
    /* 0, an id > 0 (ARM) or -errno; a sentence in `why`. */
    int (*control)(void *ctx, const struct cs_link_request *request, char *why, size_t why_size);
    /* What a decoder says of the event that observers are just told of; false: nothing. */
    bool (*said)(void *ctx, const struct cs_event *event, int *severity, char *text, size_t size);
    /* Since here NULL: it has none of these. */
    bool (*decoder)(void *ctx, unsigned row, struct cs_link_decoder *decoder);
    bool (*sent)(void *ctx, uint64_t who, unsigned slot, struct cs_link_sent *sent);
    void (*left)(void *ctx, uint64_t who);              /* what it had in its slots goes with it */
    void (*plan)(void *ctx, struct cs_link_plan *plan); /* brings it up to date */
    bool (*plan_row)(void *ctx, unsigned row, struct cs_link_plan_row *out);
};

/* How the server reaches whoever owns the sim. Both functions may run the sim; neither may destroy
 * it or the server. */
struct cs_link_host {
    struct cs_sim *sim;
    struct ev_loop *loop;
    void (*sync)(void *ctx); /* bring bus time to the present before acting on a message */
    void (*kick)(void *ctx); /* something was queued */
    void *ctx;
    const struct cs_link_watch *watch; /* NULL: no monitors */
    const struct cs_stats *stats;      /* for them */
    bool decodes;                      /* watch->said() may say something */
    enum cs_link_control control;
};

struct cs_link_server_stats {
    unsigned clients;                            /* joined now */
    uint64_t accepted, refused, protocol_errors; /* joined ever; turned away instead; garbage */
    uint64_t lost;                               /* messages that slow clients did not get */
    unsigned monitors;                           /* now */
};

/* Listen. address: "unix:/path", "/path", "tcp:HOST:PORT" ("tcp::PORT" = loopback); NULL =
 * CANSIM_LINK or the default. The unix socket has mode 0600; the default one lies in a directory of
 * mode 0700 that is made where it is missing. A stale socket of a dead host is replaced, a live one
 * is not touched. Returns NULL with a sentence in `why` (then *status is 2: unusable address, 3: in
 * use, no permission …). */
struct cs_link_server *cs_link_server_create(const struct cs_link_host *host, const char *address,
                                             int *status, char *why, size_t why_size);
/* Whether that address could be read; nothing is looked up or touched. Returns 0, or -EINVAL with a
 * sentence in `why`. */
int cs_link_server_check_address(const char *address, char *why, size_t why_size);
/* Says goodbye to every client, detaches their controllers, removes the socket. */
void cs_link_server_destroy(struct cs_link_server *server);

/* As a client would give it: with the port that was chosen. */
const char *cs_link_server_address(const struct cs_link_server *server);
void cs_link_server_stats(const struct cs_link_server *server, struct cs_link_server_stats *out);
/* Paused, going on, another speed, over: monitors are told. */
void cs_link_server_changed(struct cs_link_server *server);
/* An answer to what a monitor has asked for. */
void cs_link_server_answer(struct cs_link_server *server, uint64_t who, uint64_t token,
                           int severity, const char *text);
/* Its end, which follows, is not for good: clients are told so. */
void cs_link_server_again(struct cs_link_server *server);
/* What time alone told a decoder: monitors get it as a row of its own. */
void cs_link_server_say(struct cs_link_server *server, unsigned bus, int64_t at_ps, int severity,
                        const char *text);

#endif
