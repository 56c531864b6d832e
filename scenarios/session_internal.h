/* SPDX-License-Identifier: MIT */
/* session_internal.h - the session's parts: building (session.c), the clock (session_clock.c) and
 * waiting for outside clients (session_wait.c). Nobody else includes it. */
#ifndef CANSIM_SCENARIOS_SESSION_INTERNAL_H
#define CANSIM_SCENARIOS_SESSION_INTERNAL_H

#include <ev.h>
#include <stdio.h>

#include "scenarios/expect.h"
#include "scenarios/log_life.h"
#include "scenarios/log_vcd.h"
#include "scenarios/nodes.h"
#include "scenarios/record.h"
#include "scenarios/senders.h"
#include "scenarios/session.h"
#include "scenarios/session_live.h"

struct cs_device;
struct cs_link_host;
struct cs_device_spec;
struct cs_session_guest;
struct cs_link_server;

#define CS_SESSION_SAID 100

/* A capture (session_pcapng.c). */
struct cs_capture {
    struct cs_log log;
    void *writer;                            /* of the format */
    struct cs_event error[CS_SIM_MAX_BUSES]; /* what the next error frame is for */
};

int cs_session_capture_start(struct cs_session *session); /* 0 or -errno */
void cs_session_capture_end(struct cs_session *session);

/* The session's own controller on a bus. */
struct cs_console {
    struct cs_session *session;
    struct cs_actor *actor; /* what works on it for a person; NULL: none yet */
};

struct cs_session {
    struct ev_loop *loop;
    struct cs_scenario *scenario; /* NULL: an empty host */
    struct cs_sim *sim;
    struct cs_stats *stats;
    struct cs_nodes *nodes;
    struct cs_link_server *link;
    struct cs_device *devices[32]; /* CS_DEVICES_MAX */
    unsigned n_devices;
    struct cs_session_guest *guests;
    unsigned n_guests;
    bool guests_need_link;        /* or programs do */
    bool private_link;            /* they have one that nobody else was told of */
    struct cs_programs *programs; /* NULL: none */
    bool have_programs;
    int required_ended;     /* program with which the run ends; -1: none yet */
    char guest_folder[128]; /* of their sockets, private; "": none */
    char guest_link[160];   /* address of a link there */
    void (*guest_output)(void *ctx, const char *bytes, size_t n);
    uint64_t frames; /* on all buses, when it was last seen to grow: */
    int64_t frames_ps;
    bool stuck;
    struct cs_session_link_counts link_counts; /* of the link that was, once it is closed */
    struct cs_timer logs_from;                 /* when the logs begin */
    struct cs_log log, events;                 /* out.fd < 0: none */
    struct cs_life life;
    struct cs_vcd vcd;
    struct cs_capture capture;
    struct cs_log decoded;
    struct cs_live *live;     /* NULL: no decoder follows */
    bool caught_up;           /* it was told of the end */
    struct cs_expect *expect; /* NULL: nothing is expected */
    FILE *line;               /* of `decoded`, in memory: */
    char *line_text;
    size_t line_len;
    struct cs_record *record; /* NULL: none */
    char *record_path;        /* NULL: written only when somebody asks */
    ev_timer record_due;      /* something has come */
    ev_tstamp record_s;       /* that writing it took */
    int console[CS_SIM_MAX_BUSES];
    struct cs_senders *senders; /* of the console; NULL: nothing was given to it so far */
    struct cs_console own[CS_SIM_MAX_BUSES];             /* what it has, by bus */
    struct cs_pages *pages;                              /* NULL: none */
    struct cs_session_config config;                     /* as it was given; `loaded` NULL */
    struct cs_session_remote *remote;                    /* NULL: nothing for windows elsewhere */
    int (*rerun)(void *ctx, char *why, size_t why_size); /* NULL: nobody can */
    void *rerun_ctx;
    struct cs_session_decoders *decoders; /* NULL: none are of use */
    int64_t duration_ps;
    bool tui;
    struct cs_error error;
    char *said[CS_SESSION_SAID]; /* what nodes found odd */
    unsigned n_said;

    /* The clock. Bus time = base_ps + (now_ns - base_ns) * speed_permille while it runs paced. */
    uint32_t speed_permille; /* 0: as fast as possible */
    bool started, paused, waiting, finished;
    bool inside; /* the sim is running: nobody may run it again */
    bool failed; /* a log cannot be written; `finished` follows from the loop */
    bool (*ask_pause)(void *ctx, const char *text); /* NULL: nobody is there */
    void *ask_ctx;
    const char *pause_reason; /* the timeline's; NULL: it is not what paused it */
    int64_t base_ps, base_ns;
    int64_t lag_max_ns;
    int64_t hold_ps; /* to pause then, and to tell: CS_NEVER: not */
    void (*held)(void *ctx);
    void *held_ctx;
    ev_io deadline; /* timerfd, absolute CLOCK_MONOTONIC */
    int timer_fd;
    int64_t deadline_ns; /* what it is set to, CS_NEVER: it is not */
    ev_timer again;      /* zero delay: go on at the loop's next turn */
    void (*done)(void *ctx, int status);
    void *done_ctx;

    /* Waiting for outside clients. */
    bool auto_speed; /* nobody said how fast */
    unsigned missing;
    bool *seen; /* by node of the scenario, then by program */
    ev_timer patience;
};

/* The files that a session writes. */
void cs_session_logs_init(struct cs_session *session);
int cs_session_logs_open(struct cs_session *session, const struct cs_session_config *config,
                         struct cs_error *error);
int cs_session_logs_close(struct cs_session *session, struct cs_error *error);
void cs_session_logs_discard(struct cs_session *session);

/* The recording. */
int cs_session_record_check(const struct cs_session *session, const char *path,
                            struct cs_error *error);
int cs_session_record_plan(const struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error);
int cs_session_record_init(struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error);
void cs_session_record_start(struct cs_session *session);
int cs_session_record_close(struct cs_session *session, struct cs_error *error);
/* What else the run has the file `id` for; NULL: nothing. */
const char *cs_session_use_of(const struct cs_session *session, const struct cs_file_id *id);

/* What the decoder says, a JSON object a line. 0 or -errno. */
int cs_session_decoded_start(struct cs_session *session);
void cs_session_decoded_end(struct cs_session *session);

/* The files of the decoder: those of the command line, then those of the scenario's simulated
 * devices that it does not name. */
struct cs_session_eds {
    const char *file[CS_LIVE_EDS]; /* "can0:5=drive.eds" */
    unsigned n, given;             /* those of the command line come first, and are not freed */
};
/* Of the first node whose plugin has a decoder as well: its name; NULL: there is none. */
const char *cs_session_decoder_of_nodes(const struct cs_scenario *scenario);
void cs_session_collect_eds(const struct cs_scenario *scenario,
                            const struct cs_session_config *config, struct cs_session_eds *eds);
void cs_session_free_eds(struct cs_session_eds *eds);

/* For windows elsewhere (session_remote.h): what came of a frame, of any cookie; what an actor
 * says. */
void cs_session_remote_over(struct cs_session *session, const struct cs_tx_done *done);
void cs_session_remote_answer(struct cs_session *session, int severity, const char *text);

/* Which decoders a window elsewhere needs to say the same: 0 or -1 with `error`. */
struct cs_link_decoder;
const char *cs_session_decoder_name(const struct cs_session *session,
                                    const struct cs_session_config *config); /* if one follows */
int cs_session_decoders_init(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_error *error);
void cs_session_decoders_fini(struct cs_session *session);
unsigned cs_session_decoder_rows(const struct cs_session *session);
bool cs_session_decoder_row(const struct cs_session *session, unsigned row,
                            struct cs_link_decoder *decoder);

/* What decoders know: 0 or -1 with `error`; closing twice is nothing. */
int cs_session_pages_open(struct cs_session *session, const struct cs_session_config *config,
                          struct cs_error *error);
void cs_session_pages_close(struct cs_session *session);

/* Cookies of frames of the session's own controller: 0 for what is injected, those of senders
 * below this, those of actors from it on. */
#define CS_CONSOLE_ACTOR (UINT64_C(1) << 62)
/* That controller, attached at first use: >= 0, or as cs_bus_attach(). */
int cs_session_console(struct cs_session *session, unsigned bus);

/* Devices: 0 or -1 with `error`; closing twice is nothing. */
int cs_session_devices_open(struct cs_session *session, const struct cs_session_config *config,
                            struct cs_error *error);
void cs_session_devices_close(struct cs_session *session);
int cs_session_open_device(struct cs_session *session, const struct cs_device_spec *spec,
                           struct cs_error *error);

/* Guests, in this order: 0 or -1 with `error`; closing twice is nothing. */
int cs_session_guests_plan(struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error);
int cs_session_guests_open(struct cs_session *session, bool interactive, struct cs_error *error);
int cs_session_guests_check_consoles(const struct cs_session *session, struct cs_error *error);
int cs_session_guests_start(struct cs_session *session, struct cs_error *error);
void cs_session_guests_close(struct cs_session *session);
void cs_session_guests_clean(struct cs_session *session); /* after devices and link */
void cs_session_guests_free(struct cs_session *session);
bool cs_session_guests_done(const struct cs_session *session);
void cs_session_guests_judge(struct cs_session *session); /* the run ends: are scripts through? */

/* A link for guests and programs where no other is asked for, and the folder for it. 0 or -1. */
int cs_session_need_link(struct cs_session *session, struct cs_error *error);

/* Programs, in this order: 0 or -1 with `error`; closing twice is nothing. */
int cs_session_programs_plan(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_error *error);
int cs_session_programs_open(struct cs_session *session, struct cs_error *error);
int cs_session_programs_start(struct cs_session *session, struct cs_error *error);
void cs_session_programs_close(struct cs_session *session);
void cs_session_programs_free(struct cs_session *session);
bool cs_session_programs_busy(const struct cs_session *session);
bool cs_session_programs_over(const struct cs_session *session); /* a required one has ended */

bool cs_session_is_open(const struct cs_session *session); /* somebody from outside may come */

/* Clock. */
int cs_session_clock_init(struct cs_session *session);
void cs_session_clock_fini(struct cs_session *session);
void cs_session_clock_rebase(struct cs_session *session);
void cs_session_clock_run(struct cs_session *session); /* the timers as they should be */
void cs_session_finish(struct cs_session *session);
void cs_session_pause_asked(void *ctx, const char *text); /* by the timeline */

/* Those who watch over the link; the host's fields for them. */
void cs_session_monitor_init(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_link_host *host);
void cs_session_monitor_changed(struct cs_session *session); /* paused, going on, speed, over */

/* Waiting: starts to observe where the scenario has places to wait for. */
void cs_session_wait_init(struct cs_session *session, const struct cs_session_config *config);
void cs_session_wait_start(struct cs_session *session);
void cs_session_wait_program(struct cs_session *session, unsigned program); /* it has ended */
void cs_session_wait_fini(struct cs_session *session);

#endif
