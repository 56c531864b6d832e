/* SPDX-License-Identifier: MIT */
/* session.h - a host at work: buses, simulated nodes, timeline, link server, logs and the pace.
 * Both programs are thin around this: `cansim` runs it headless, `cansim-tui` draws it.
 * The session owns the sim; whoever wants to see what happens observes the sim. */
#ifndef CANSIM_SCENARIOS_SESSION_H
#define CANSIM_SCENARIOS_SESSION_H

#include "scenarios/error.h"
#include "simcore/sim.h"
#include "simcore/stats.h"

struct ev_loop;
struct cs_constants;
struct cs_device_spec;
struct cs_expect;
struct cs_live;
struct cs_plugin_files;
struct cs_programs;
struct cs_guest_def;
struct cs_nodes;
struct cs_scenario;
struct cs_send;
struct cs_sent;
struct cs_session; /* opaque */

struct cs_session_bus {
    const char *name;
    uint32_t bitrate_bps;      /* 0: 500000 */
    uint32_t data_bitrate_bps; /* CAN FD with this second bit rate; 0: classic */
};

struct cs_session_config {
    const char *scenario;       /* file name, "-" for standard input, or NULL: an empty host */
    struct cs_scenario *loaded; /* that file, read before: it is the session's from now on, also
                                   where that cannot be made; NULL: read it */
    const struct cs_constants *constants; /* of it that are replaced; NULL: none */
    bool closed;                        /* nobody joins over the link, whatever the scenario says */
    const struct cs_session_bus *buses; /* only without a scenario */
    unsigned n_buses;                   /* 0: "can0" at 500 kbit/s */
    bool serve;       /* open the link even where the scenario does not ask for it */
    const char *link; /* address; NULL: CANSIM_LINK, else the default */
    int control; /* who may do more there than join: enum cs_link_control (qemu-link/link_server.h),
                    0: the same user on this machine */
    const struct cs_device_spec *devices; /* beside the scenario's */
    unsigned n_devices;
    const struct cs_plugin_files *plugins; /* beside those built in; NULL: none */
    const struct cs_guest_def *guest;      /* one more; NULL: only the scenario's */
    bool interactive;                      /* it has a shell for people */
    const char *log;                       /* candump -L file, "-" stdout, NULL none */
    const char *events;                    /* JSON lines file, "-" stdout, NULL none */
    const char *pcapng;                    /* capture for Wireshark, "-" stdout, NULL none */
    int64_t logs_from_ps;                  /* they begin only then */
    bool detail;                           /* in events: who acknowledged and received as well */
    const char *explain;    /* the life of each frame, as text; "-" stdout, NULL none */
    const char *vcd;        /* waveforms; "-" stdout, NULL none */
    const char *as;         /* decoder that follows the buses; NULL none, or "canopen" with: */
    const char *const *eds; /* "5=drive.eds" each, for it */
    unsigned n_eds;
    bool pages;          /* all decoders follow the buses, see session_pages.h */
    const char *decoded; /* what it says, JSON lines; "-" stdout, NULL none */
    const char *record;  /* scenario file that does the same again, kept up to date; NULL none */
    bool recording;      /* keep what such a file takes, for cs_session_save() */
    bool have_record_max;
    uint64_t record_max;   /* actions that are kept: 1..CS_RECORD_ACTIONS_MAX, else its default */
    enum cs_engine engine; /* what comes out does not depend on it */
    const char *const *faults; /* armed at the start: text form, which may have bus=NAME in it */
    unsigned n_faults;         /* 0 without a scenario */
    bool have_seed;
    uint64_t seed;           /* overrides the scenario's */
    int64_t duration_ps;     /* overrides the scenario's; 0: not given */
    uint32_t speed_permille; /* 0: not given; paced unless `fast` */
    bool fast;               /* virtual time, as fast as the machine goes */
    bool tui;                /* paced by default even without outside clients */
    bool watched;            /* where nodes speak what a decoder knows, it follows unasked */
    bool have_wait;
    int64_t wait_ps; /* wall time to wait for the scenario's outside clients: overrides it; 0 none,
                        CS_NEVER without limit */
};

/* Load, build and open all of it. What the configuration points at must last as long as the
 * session; nothing runs yet and no file is created where it fails. `loop` must not be libev's
 * default one, which would take the exit status of guests. Returns NULL with `error` filled in. */
struct cs_session *cs_session_create(const struct cs_session_config *config, struct ev_loop *loop,
                                     struct cs_error *error);
/* Leave in order: clients get a goodbye, logs are complete, the socket is removed. */
void cs_session_destroy(struct cs_session *session);

/* Start the clock; from now on the loop drives the session. `finished` runs once, when the duration
 * is over or the run has failed (status as an exit status, the text in cs_session_error()). Where
 * only an expectation has failed there is no text. */
void cs_session_start(struct cs_session *session, void (*finished)(void *ctx, int status),
                      void *ctx);
const char *cs_session_error(const struct cs_session *session);
/* The run has failed, be it only that the reader of standard output went away (status 0). */
bool cs_session_failed(const struct cs_session *session);
/* Names of the outside clients for which the clock waits, ", " between them; 0 where it does not.
 */
unsigned cs_session_waiting(const struct cs_session *session, char *names, size_t size);
/* Whether the address that a scenario gives for its link could be read. 0 or -1 with `error`. */
int cs_session_check_link(const struct cs_scenario *scenario, struct cs_error *error);
/* Whether its devices could be made, as far as that can be told without making them. The same. */
int cs_session_check_devices(const struct cs_scenario *scenario, struct cs_error *error);
/* Whether all its nodes can be made: 0 or -1 with `error`. What they find odd goes to `say`. */
int cs_session_check_nodes(const struct cs_scenario *scenario,
                           void (*say)(void *ctx, const char *text), void *ctx,
                           struct cs_error *error);
/* What nodes found odd so far, one sentence each with its place; NULL: there is no more. */
const char *cs_session_said(const struct cs_session *session, unsigned index);
/* A sentence for each replay of which frames were not sent at their recorded time so far, and for
 * each way of a gateway on which some were lost; NULL: there is none of that index. Returns text.
 */
const char *cs_session_unsent(const struct cs_session *session, unsigned index, char *text,
                              size_t size);
/* Write what the logs hold. 0, or -1 with `error`: "FILE: cannot be written: ...", status 3; where
 * only the reader of standard output went away status 0 and no text. */
int cs_session_flush(struct cs_session *session, struct cs_error *error);
/* Write a scenario that does again what has been done to the buses since the start: by itself, by
 * clients, by people. With `recording` or `record` only. 0 with one sentence in `told`, or -1 with
 * `error`. */
int cs_session_save(struct cs_session *session, const char *path, char *told, size_t told_size,
                    struct cs_error *error);
/* Like cs_session_destroy(), which is still needed, as far as logs and socket are concerned: says
 * whether they could be completed. 0 or -1 with `error`, as above. */
int cs_session_close(struct cs_session *session, struct cs_error *error);
/* The largest distance by which paced bus time was late, wall time. */
int64_t cs_session_lag_ns(const struct cs_session *session);

/* What it does, and its nodes and timeline at work; NULL: an empty host. */
const struct cs_scenario *cs_session_scenario(const struct cs_session *session);
const struct cs_nodes *cs_session_nodes(const struct cs_session *session);
struct cs_sim *cs_session_sim(struct cs_session *session);
/* What is expected of the run, NULL: nothing. */
struct cs_expect *cs_session_expect(struct cs_session *session);
struct cs_live *cs_session_live(struct cs_session *session); /* the decoder, NULL: none */
struct cs_stats *cs_session_stats(struct cs_session *session);
const char *
cs_session_title(const struct cs_session *session); /* scenario's title or "empty host" */
const char *cs_session_link(const struct cs_session *session);    /* address served, NULL if none */
int64_t cs_session_duration_ps(const struct cs_session *session); /* 0: endless */
unsigned
cs_session_clients(const struct cs_session *session); /* attached over the link, peers of devices */

/* What came of the link since the start; all 0 without one. */
struct cs_session_link_counts {
    uint64_t joined;
    uint64_t refused;         /* turned away with a sentence: garbage, no such bus, no room … */
    uint64_t protocol_errors; /* broke the protocol and were disconnected */
    uint64_t lost;            /* messages that slow clients did not get */
};
/* The run ended because all that was left were frames that nobody acknowledged. */
bool cs_session_stuck(const struct cs_session *session);

void cs_session_link_counts(const struct cs_session *session,
                            struct cs_session_link_counts *counts);

/* ---- devices for guests and programs outside ----------------------------------------------- */

#define CS_SESSION_DEVICE_PORTS 4

struct cs_session_device {
    const char *name, *kind, *model, *driver; /* "guest1", "usb", "pcanfd", Linux's "peak_usb" */
    const char *path;                         /* where it listens */
    bool can_plug, plugged, connected;
    bool of_guest; /* of a guest that the session has started: nobody else is to join */
    unsigned n_ports;
    const char *bus[CS_SESSION_DEVICE_PORTS];
    int node[CS_SESSION_DEVICE_PORTS]; /* on that bus, or CS_NO_NODE */
    uint64_t connections, refused, protocol_errors, lost;
};

/* Those of the scenario first, in its order. */
unsigned cs_session_devices(const struct cs_session *session);
void cs_session_device(const struct cs_session *session, unsigned index,
                       struct cs_session_device *device);
/* What to give the peer, ready to paste: QEMU's options, or how to open the line. Returns text. */
const char *cs_session_device_option(const struct cs_session *session, unsigned index, char *text,
                                     size_t size);
/* Plug it in or pull it out. 0, -EINVAL (no such device), -EOPNOTSUPP (a card). */
int cs_session_plug(struct cs_session *session, unsigned index, bool plugged);

/* ---- guests ---------------------------------------------------------------------------------- */

/* Bytes for the console of the first guest. */
void cs_session_type(struct cs_session *session, const char *bytes, size_t n);
/* Who gets what consoles say, with the session as `ctx`; before cs_session_start(). */
void cs_session_on_output(struct cs_session *session,
                          void (*output)(void *ctx, const char *bytes, size_t n));
/* The way in that a guest has, in the scenario's word for it, and its name; NULL: there is no such
 * guest. */
const char *cs_session_guest(const struct cs_session *session, unsigned index, const char **name);
/* Its whole command line, ending with NULL. */
void cs_session_guest_words(const struct cs_session *session, unsigned index, char *const **words,
                            const char **program);

/* ---- programs that the scenario starts --------------------------------------------------------
 */

/* To look and to listen, see scenarios/programs.h; NULL: there are none, or bus time is virtual. */
struct cs_programs *cs_session_programs(struct cs_session *session);

/* Bring the sim up to the present (paced: where the clock says; paused or fast: where it is).
 * Called before anything from outside is done to the buses. */
void cs_session_sync(struct cs_session *session);
/* Something was queued: set the timer anew. */
void cs_session_kick(struct cs_session *session);

/* Who runs the scenario again where a window elsewhere asks for that, later, with
 * cs_session_again() before the end of this session: 0, or -1 with a sentence. */
void cs_session_on_rerun(struct cs_session *session,
                         int (*rerun)(void *ctx, char *why, size_t why_size), void *ctx);
/* Another session follows at the same address: clients are told when this one ends. */
void cs_session_again(struct cs_session *session);

/* Paused: bus time stands still, everything queued waits, nothing is dropped. */
void cs_session_pause(struct cs_session *session, bool paused);
bool cs_session_paused(const struct cs_session *session);
/* Pause at that bus time, after all that happens then, and run `held` once; later is never too
 * late: it does so at once. Does nothing where the session ends before. */
void cs_session_pause_at(struct cs_session *session, int64_t at_ps, void (*held)(void *ctx),
                         void *ctx);
/* Who is asked when the timeline pauses the run (text NULL: for no reason given): true, there is
 * somebody who sees it and will let it go on with cs_session_pause(). Without one it goes on by
 * itself. Called while the sim runs; to be set before cs_session_start(). */
void cs_session_on_pause(struct cs_session *session, bool (*ask)(void *ctx, const char *text),
                         void *ctx);
/* Why the timeline has paused the run, "" for no reason given; NULL: it has not. */
const char *cs_session_pause_reason(const struct cs_session *session);
/* While paused: go on to the next instant at which something happens / the end of the next frame.
 */
void cs_session_step(struct cs_session *session);
void cs_session_step_frame(struct cs_session *session);
/* So much bus time on; timers that fall into it run. */
void cs_session_step_by(struct cs_session *session, int64_t span_ps);
/* 1000 = real time, 0 = as fast as the machine goes. */
void cs_session_set_speed(struct cs_session *session, uint32_t permille);
uint32_t cs_session_speed(const struct cs_session *session);

/* Arm a fault, given in its text form, on a bus from now on. Returns its id > 0, or as
 * cs_fault_parse() and cs_fault_arm() with one sentence in `why`. */
int cs_session_arm(struct cs_session *session, unsigned bus, const char *text, char *why,
                   size_t why_size);
/* Take an armed fault back, or with id 0 all of that bus. 0, -EINVAL (no such bus) or -ENOENT. */
int cs_session_clear(struct cs_session *session, unsigned bus, int id);

/* Do that to a controller; `mode` (enum cs_mode, one bit or none) goes with the mode alone. 0,
 * -ENOENT (no such controller) or -EALREADY (it is not bus-off). */
enum cs_session_do { CS_SESSION_RESET, CS_SESSION_RECOVER, CS_SESSION_MODE };
int cs_session_do(struct cs_session *session, unsigned bus, int node, enum cs_session_do what,
                  unsigned mode);

/* Send a frame from the session's own controller ("console") on that bus, attached at first use.
 * Returns as cs_bus_submit(). */
int cs_session_inject(struct cs_session *session, unsigned bus, const struct cs_frame *frame);
/* Frames that the same controllers send again and again; as cs_senders_set(), cs_senders_now() and
 * cs_senders_look(). */
int cs_session_send(struct cs_session *session, unsigned slot, const struct cs_send *send,
                    bool run);
int cs_session_send_now(struct cs_session *session, unsigned slot);
bool cs_session_sent(const struct cs_session *session, unsigned slot, struct cs_sent *sent);

#endif
