/* SPDX-License-Identifier: MIT */
/* main.h - the parts of the program `cansim`: a row a command, a row an option. */
#ifndef CANSIM_SCENARIOS_MAIN_H
#define CANSIM_SCENARIOS_MAIN_H

#include <ev.h>

#include "qemu-link/device.h"
#include "scenarios/guest.h"
#include "scenarios/scenario.h"
#include "scenarios/session.h"
#include "scenarios/session_live.h"

#define CS_FAULT_OPTIONS 64 /* --fault on one command line */
#define CS_SET_OPTIONS   64 /* --set */

/* What may be there several times, in order. */
struct cs_texts {
    char *text[64];
    unsigned n;
};

/* What the command line said; every option of every command has its place here. */
struct cs_args {
    const char *scenario;
    const char *log, *events, *pcapng, *explain, *vcd, *link, *record;
    bool have_record_max;
    uint64_t record_max;
    int engine;  /* enum cs_engine */
    int control; /* enum cs_link_control */
    const char *faults[CS_FAULT_OPTIONS];
    unsigned n_faults;
    struct cs_plugin_files plugins;
    struct cs_constants constants;
    const char *eds[CS_LIVE_EDS];
    unsigned n_eds;
    const char *sets[CS_SET_OPTIONS]; /* KEY=VALUE */
    unsigned n_sets;
    const char *as, *decoded, *format;
    const char *from, *to; /* formats of logs */
    bool have_time_tolerance, have_jitter_tolerance;
    int64_t time_tolerance_ps, jitter_tolerance_ps;
    const char *period_tolerance, *count_tolerance;
    struct cs_texts ignored, masks, renames;
    struct cs_texts reports; /* FORMAT[=FILE] */
    bool report_time;
    const char *artifacts, *keep_artifacts;
    bool have_around;
    int64_t around_ps;
    struct cs_texts filters;
    const char *query; /* of frames and events, query.h */
    uint64_t jobs, repeat;
    bool have_jobs, have_repeat, have_timeout, fail_fast, list;
    int64_t timeout_ps;
    bool decode, network, follow;
    const char *only;
    bool fast, quiet, json, non_iso, help, detail, verbose, waves;
    bool have_speed;
    uint32_t speed_permille;
    int64_t duration_ps;
    int64_t seconds_ps; /* of wall time */
    uint64_t log_frames;
    bool have_log_frames;
    bool have_seed;
    uint64_t seed;
    bool have_wait;
    int64_t wait_ps;
    uint32_t bitrate_bps, data_bitrate_bps;
    uint32_t sample_permille, data_sample_permille; /* of the bit; 0: as the bit rate has it */
    struct cs_session_bus buses[CS_SIM_MAX_BUSES];
    unsigned n_buses;
    struct cs_device_spec devices[CS_DEVICES_MAX];
    unsigned n_devices;
    struct cs_guest_def guest;
    int via; /* enum cs_guest_via */
    bool print;
    char **operands; /* into argv */
    unsigned n_operands;
};

#define CS_NOWHERE ((size_t)-1)

enum cs_option_type {
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* const char * */
    OPTION_TEXTS,   /* struct cs_texts, one more each time */
    OPTION_TIME,    /* int64_t, ps, min..max */
    OPTION_WAIT,    /* the same, or "forever" */
    OPTION_SECONDS, /* as TIME, or a number of seconds alone */
    OPTION_NUMBER,  /* uint64_t */
    OPTION_SPEED,   /* uint32_t, permille */
    OPTION_RATE,    /* uint32_t, bit/s, min..max */
    OPTION_SAMPLE,  /* uint32_t, permille of the bit, min..max */
    OPTION_BUS,     /* NAME[:RATE[:DATA_RATE]], one more each time */
    OPTION_VIA,     /* int, enum cs_guest_via */
    OPTION_MEMORY,  /* int64_t, MiB */
    OPTION_DEVICE,  /* one more each time; `min` is its enum cs_device_kind */
    OPTION_FAULT,   /* text form, one more each time */
    OPTION_PLUGIN,  /* a file, one more each time */
    OPTION_EDS,     /* NODE=FILE, or a DBC file, one more each time */
    OPTION_CONST,   /* NAME=VALUE, one more each time */
    OPTION_SET,     /* KEY=VALUE, one more each time */
    OPTION_ENGINE,  /* int, enum cs_engine */
    OPTION_CONTROL, /* int, enum cs_link_control */
};

struct cs_option {
    const char *name;
    char letter; /* short form; 0: none */
    enum cs_option_type type;
    size_t offset;
    size_t have; /* bool that becomes true, CS_NOWHERE */
    const char *arg;
    int64_t min, max;
    const char *dflt;
    const char *help;
};

/* Files that decoders are given. */
#define CS_FILE_OPTIONS                                                              \
    {"dbc",      0,                                                                  \
     OPTION_EDS, 0,                                                                  \
     CS_NOWHERE, "[BUS:]FILE",                                                       \
     0,          0,                                                                  \
     NULL,       "what messages and signals are: a DBC file, *.dbc, once for each"}, \
    {                                                                                \
        "eds", 0, OPTION_EDS, 0, CS_NOWHERE, "[BUS:]NODE=FILE", 0, 0, NULL,          \
            "what a CANopen node has: an EDS, DCF or XDD, once for each"             \
    }

struct cs_command {
    const char *name;
    const char *operands; /* for help: "FILE" */
    const char *summary;
    const struct cs_option *options; /* ends with a row without a name */
    unsigned min_operands, max_operands;
    int (*run)(const struct cs_args *args); /* returns an exit status */
    void (*more_help)(void);
};

extern const struct cs_option cs_run_options[], cs_serve_options[], cs_explain_options[],
    cs_check_options[], cs_wire_options[], cs_fault_options[], cs_bench_options[],
    cs_guest_options[], cs_decode_options[], cs_plugins_options[], cs_schema_options[],
    cs_convert_options[], cs_diff_options[], cs_test_options[];

/* Parse argv[0..argc-1], which follow the command's name. 0, or -1 with `error`. */
int cs_options_parse(const struct cs_command *command, int argc, char **argv, struct cs_args *args,
                     struct cs_error *error);
void cs_options_help(const struct cs_option *options);

int cs_main_run(const struct cs_args *args);
int cs_main_serve(const struct cs_args *args);
int cs_main_test(const struct cs_args *args);
void cs_main_test_help(void);
int cs_main_explain(const struct cs_args *args);
int cs_main_check(const struct cs_args *args);
int cs_main_wire(const struct cs_args *args);
int cs_main_bench(const struct cs_args *args);
int cs_main_decode(const struct cs_args *args);
void cs_main_decode_help(void);
struct cs_plugins;
/* Is --from a format that can be read, or `more` ("": none)? 0 or -1 with `error`. */
int cs_main_check_from(const struct cs_args *args, const struct cs_plugins *plugins,
                       const char *more, struct cs_error *error);
int cs_main_diff(const struct cs_args *args);
void cs_main_diff_help(void);
int cs_main_convert(const struct cs_args *args);
void cs_main_convert_help(void);
int cs_main_schema(const struct cs_args *args);
int cs_main_plugins(const struct cs_args *args);
/* Those that there are, and those of --plugin. NULL with `error`. */
struct cs_plugins *cs_main_find_plugins(const struct cs_args *args, struct cs_error *error);
int cs_main_fault(const struct cs_args *args);
void cs_main_fault_help(void);

int cs_main_guest(const struct cs_args *args);
void cs_main_guest_help(void);
/* A session to its end, with signals, progress and summary; `end` runs where `begin` did. */
struct cs_main_console {
    int (*begin)(void *ctx, struct cs_session *session, struct ev_loop *loop);
    void (*end)(void *ctx);
    void (*error)(void *ctx, const struct cs_error *error); /* what it is told with; may be NULL */
    void *ctx;
};
int cs_main_host(const struct cs_args *args, const struct cs_session_config *config,
                 const struct cs_main_console *console);
void cs_main_common_config(const struct cs_args *args, struct cs_session_config *config);
void cs_main_devices_help(void);
/* On stderr: how to join the session's devices; what came of them that somebody would want to know.
 */
void cs_main_say_devices(const struct cs_session *session);
void cs_main_say_guests(const struct cs_session *session);
/* What programs of the scenario say, on stderr, from cs_session_start() to its end. */
struct cs_main_programs {
    void (*before)(void *ctx); /* something is about to be written */
    void *ctx;
    bool over; /* the run is: that programs are ended is no news */
    uint64_t left_out;
};
void cs_main_tell_programs(struct cs_main_programs *told, struct cs_session *session);
void cs_main_say_programs(const struct cs_main_programs *told);
/* Pauses of the timeline, for the person at the terminal; where nobody is there the run goes on. */
struct cs_main_pause {
    struct cs_session *session;
    struct ev_loop *loop;
    ev_io enter;
    void (*before)(void *ctx); /* something is about to be written */
    void *ctx;
};
void cs_main_take_pauses(struct cs_main_pause *pause);
void cs_main_end_pauses(struct cs_main_pause *pause);
void cs_main_say_device_troubles(const struct cs_session *session);

/* "cansim: TEXT" on stderr; returns the status. */
int cs_main_complain(const struct cs_error *error);
/* Colours on that descriptor? A terminal, and NO_COLOR is not set. */
bool cs_main_color(int fd);

#endif
