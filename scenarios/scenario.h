/* SPDX-License-Identifier: MIT */
/* scenario.h - a scenario file, read and checked: what cs_session builds from. Plain data; nothing
 * here runs. docs/man/cansim-scenario.5 describes the file. */
#ifndef CANSIM_SCENARIOS_SCENARIO_H
#define CANSIM_SCENARIOS_SCENARIO_H

#include "scenarios/checksum.h"
#include "scenarios/document.h"
#include "scenarios/error.h"
#include "scenarios/file.h"
#include "scenarios/frames.h"
#include "scenarios/gateway.h"
#include "scenarios/guest.h"
#include "scenarios/keys.h"
#include "scenarios/programs.h"
#include "scenarios/replay.h"
#include "scenarios/responder.h"
#include "scenarios/signal.h"
#include "simcore/fault.h"
#include "scenarios/when.h"
#include "simcore/sim.h"

#define CS_SCENARIO_MAX_NODES    (CS_SIM_MAX_BUSES * 240) /* 240 a bus: room for clients */
#define CS_SCENARIO_BUS_NODES    240
#define CS_SCENARIO_MAX_COUNTERS 4
#define CS_SCENARIO_CHECKSUMS    4
#define CS_SCENARIO_SIGNALS      32
#define CS_SCENARIO_INPUTS       64 /* files whose identity is remembered */

#define CS_SCENARIO_ORDER_AUTO 2

#define CS_NOTE_MAX 1000 /* bytes of a note or a pause */

enum cs_node_type {
    CS_NODE_LISTENER, /* acknowledges; sends only what the timeline tells it */
    CS_NODE_PERIODIC,
    CS_NODE_RANDOM,
    CS_NODE_REPLAY,
    CS_NODE_RESPONDER, /* answers to what it hears */
    CS_NODE_GATEWAY,   /* on two buses */
    CS_NODE_ATTACHED,  /* a place for an outside client of that name */
    CS_NODE_PLUGIN,    /* of a type that a plugin has: `plugin` and `settings` */
};

struct cansim_node_type;
struct cansim_setting;
struct cs_plugins;

/* Plugins that the user names, beside those built in and installed; plugins/plugins.h. */
#define CS_PLUGIN_FILES 32
struct cs_plugin_files {
    const char *file[CS_PLUGIN_FILES];
    unsigned n;
};

/* A number in the data that moves with every frame: low..high, by `step`. */
struct cs_counter {
    int64_t byte, bits; /* bits <= 8: low bits of the byte; else bytes in little-endian order */
    int64_t low, high, step; /* high -1: all that fits */
    int64_t first;           /* -1: low */
    bool bounce;             /* turn at the ends instead of starting over */
};

struct cs_message {
    struct cs_frames frames; /* queued together, or one by one: */
    bool sequence;
    int64_t period_ps, offset_ps, jitter_ps;
    int64_t count;        /* periods, 0: endless */
    int64_t burst;        /* how often they are sent in a period, >= 1 */
    int64_t burst_gap_ps; /* from one to the next of them, 0: queued together */
    struct cs_counter counters[CS_SCENARIO_MAX_COUNTERS];
    unsigned n_counters;
    struct cs_signal *signals; /* after the counters */
    unsigned n_signals;
    struct cs_checksum checksums[CS_SCENARIO_CHECKSUMS]; /* after both */
    unsigned n_checksums;
};

struct cs_random {
    int64_t interval_ps; /* mean; 0: by load */
    int64_t load_ppm;
    uint32_t id_low, id_high;
    bool ext;
    unsigned dlc_low, dlc_high;
    int64_t remote_ppm;
    int64_t fd_ppm, brs_ppm; /* CAN FD frames, and how many of them change the bit rate */
};

/* The bit timing of a bus or a node: the keys as written, 0 where one is not given, and what comes
 * of them. */
struct cs_scenario_timing {
    uint32_t bitrate_bps, data_bitrate_bps;
    unsigned sample_permille, data_sample_permille;
    int64_t sjw, data_sjw;
    int32_t drift_ppb;
    bool have_full;
    struct cs_timing full; /* "timing" */
    struct cs_timing timing;
};

struct cs_scenario_node {
    const char *name;
    const char *as; /* its controller's name on the bus; NULL: the same */
    unsigned bus;
    int type; /* enum cs_node_type */
    bool absent;
    unsigned mode;
    int64_t tx_queue;
    int tx_order; /* enum cs_tx_order, or CS_SCENARIO_ORDER_AUTO: FIFO in a replay */
    int64_t recovery_ps;
    struct cs_filter filters[CS_MAX_FILTERS];
    unsigned n_filters;
    struct cs_message first;     /* the message in the node's own keys */
    struct cs_message *messages; /* all of them */
    unsigned n_messages;
    struct cs_random random;
    struct cs_replay replay;
    struct cs_rule *rules;
    unsigned n_rules;
    unsigned to; /* the gateway's other bus */
    struct cs_route *routes;
    unsigned n_routes;
    int64_t waiting; /* frames that may wait for their delay */
    struct cs_scenario_timing timing;
    int fd; /* enum cs_fd */
    bool protocol_exception;
    int64_t delay_ps; /* of the transceiver, one way */
    int64_t cable_ps; /* to the middle of the bus */
    int64_t wait_ps;  /* attached: wall time; 0: not waited for, CS_NEVER: without limit */
    const struct cansim_node_type *plugin;
    struct cansim_setting *settings; /* checked against the type's table */
    size_t n_settings;
};

enum cs_action_kind {
    CS_ACTION_NONE,
    CS_ACTION_SEND,
    CS_ACTION_NOTE,
    CS_ACTION_ATTACH,
    CS_ACTION_DETACH,
    CS_ACTION_MODE,
    CS_ACTION_RECOVER,
    CS_ACTION_COUNTERS,
    CS_ACTION_FAULT,
    CS_ACTION_CLEAR,
    CS_ACTION_TIMING, /* bit rate or timing of a node */
    CS_ACTION_RESET,
    CS_ACTION_PLUG,
    CS_ACTION_UNPLUG,
    CS_ACTION_COMMAND,
    CS_ACTION_SET,   /* a variable */
    CS_ACTION_GROUP, /* others: all, or one of them */
    CS_ACTION_ABORT,
    CS_ACTION_REMOVE,
    CS_ACTION_FREEZE,
    CS_ACTION_FILTERS,
    CS_ACTION_LOST,
    CS_ACTION_START, /* a program or a node */
    CS_ACTION_STOP,
    CS_ACTION_SIGNAL,
    CS_ACTION_PAUSE, /* until somebody lets it go on; `note` may be NULL */
};

struct cs_scenario_fault {
    unsigned bus;
    bool outside; /* whatever nodes it names: they may be there when its time comes */
    struct cs_fault_spec spec;
};

struct cs_scenario_filters {
    struct cs_filter filter[CS_MAX_FILTERS];
    unsigned n;
};

struct cs_action {
    int64_t at_ps;
    /* From outside: not among the timers of its instant but when all of it has happened, the first
     * time 1; 0: before the clock starts; -1: it is an ordinary action. */
    int64_t late;
    int64_t amid; /* >= 0: among the timers, when so many events have been; -1: no */
    int64_t turn; /* > 0: from within that callback of the node's controller */
    int kind;     /* enum cs_action_kind */
    int node;     /* index into nodes, -1 none */
    int device;   /* index into devices, then guests, -1 none */
    int program;  /* index into programs, -1 none */
    int signal;   /* for it */
    unsigned bus; /* of a note or a pause */
    struct cs_frames frames;
    const char *note;
    const char *command;
    struct cs_when *when; /* NULL: at its time, always */
    struct cs_assignment set;
    struct cs_group *group;
    unsigned mode;
    int64_t tec, rec;
    bool have_cookie; /* of frames sent; else they are counted */
    uint64_t cookie;
    int64_t lost; /* messages that a client did not get */
    int clear_id; /* that is cleared; 0: by label */
    struct cs_scenario_filters *filters;
    struct cs_scenario_fault *fault;
    struct cs_scenario_timing *timing; /* only a bit rate, or all of it */
    bool have_drift;
    int32_t drift_ppb;
    const char *label;  /* that is cleared; NULL: all */
    bool have_bus;      /* "bus" was given */
    bool at_start;      /* of "faults" or an option, not of the timeline */
    const char *option; /* the text of --fault */
    unsigned order;     /* in its array */
    const char *guest;  /* of a guest's script, whose step is `order` */
    const cJSON *item;  /* as it stands in the file; NULL: an option */
};

#define CS_SCENARIO_MAX_DEVICES  32
#define CS_SCENARIO_DEVICE_PORTS 4
#define CS_SCENARIO_MAX_GUESTS   16

enum cs_scenario_device_type { CS_SCENARIO_CARD, CS_SCENARIO_USB, CS_SCENARIO_SLCAN };

/* Hardware for guests and programs outside. */
struct cs_scenario_device {
    const char *name;
    int type; /* enum cs_scenario_device_type */
    const char *model;
    unsigned bus[CS_SCENARIO_DEVICE_PORTS];
    unsigned n_buses;
    const char *path;
    bool unplugged;
};

/* What a name stands for. */
enum cs_thing_kind { CS_THING_NODE, CS_THING_DEVICE, CS_THING_GUEST, CS_THING_PROGRAM };
struct cs_thing {
    enum cs_thing_kind kind;
    unsigned index; /* into scenario->nodes, devices ... */
};
extern const char *const cs_thing_names[]; /* "node", "device" ... */

/* The name of one of the controllers of a device or guest: its own, or NAME.I where it has several.
 * Returns buf. */
const char *cs_scenario_port_name(const char *name, unsigned n_ports, unsigned port,
                                  char buf[CS_NAME_MAX]);

struct cs_expect_def; /* expect_def.h */

enum cs_scenario_end {
    CS_SCENARIO_END_DURATION,
    CS_SCENARIO_END_DECIDED, /* or earlier, when all expectations are decided */
};

struct cs_scenario_bus {
    const char *name;
    bool fd;
    struct cs_scenario_timing timing;
};

struct cs_scenario {
    char *file;                  /* as given */
    struct cs_document document; /* owns the texts */
    cJSON *tree;                 /* of it, as the readers see it */
    const char *title;
    uint64_t seed;
    int64_t duration_ps; /* 0: endless */
    uint32_t speed_permille;
    bool have_speed; /* else paced or not as the session finds best */
    bool link;
    const char *link_address; /* NULL: default */
    struct cs_scenario_bus buses[CS_SIM_MAX_BUSES];
    unsigned n_buses;
    struct cs_scenario_node *nodes;
    unsigned n_nodes;
    struct cs_scenario_device devices[CS_SCENARIO_MAX_DEVICES];
    unsigned n_devices;
    struct cs_guest_def guests[CS_SCENARIO_MAX_GUESTS];
    unsigned n_guests;
    struct cs_program_def *programs;
    unsigned n_programs;
    struct cs_action *actions; /* by time; those of one time in the order of the file */
    unsigned n_actions;
    const char *variables[CS_VARIABLES]; /* all begin at 0 */
    unsigned n_variables;
    struct cs_expect_def *expects; /* in the order of the file */
    unsigned n_expects;
    bool stop_on_failure; /* the run ends with the first that has failed */
    int end;              /* enum cs_scenario_end */
    const char *decode;   /* decoder that follows the buses; NULL: none was asked for */
    struct cs_file_id inputs[CS_SCENARIO_INPUTS]; /* never to be written to */
    unsigned n_inputs;
    struct cs_plugins *plugins;                 /* NULL: nobody asked for one */
    bool no_plugins;                            /* they could not be found, and it was told */
    const struct cs_plugin_files *more_plugins; /* only while it is read */
};

/* Read a file ("-": standard input) and all that it names. `plugins` may be NULL: those built in;
 * `constants` as well: those of the file. NULL with `error`. */
struct cs_scenario *cs_scenario_load(const char *file, const struct cs_plugin_files *plugins,
                                     const struct cs_constants *constants, struct cs_error *error);
/* The same with all that is wrong in `errors`, the first in `error` as well; cs_errors_free(). */
struct cs_scenario *cs_scenario_load_all(const char *file, const struct cs_plugin_files *plugins,
                                         const struct cs_constants *constants,
                                         struct cs_error *error, struct cs_errors *errors);
/* The same from memory, without further plugins; `text` ends with a NUL at text[len]. */
struct cs_scenario *cs_scenario_parse(const char *file, const char *text, size_t len,
                                      struct cs_error *error);
/* Give an error about it, "FILE: /PATH: ...", the line and column of that value. */
void cs_scenario_locate(const struct cs_scenario *scenario, struct cs_error *error);
/* The file in which a value of the tree stands; what it names is relative to that one. */
const char *cs_scenario_file_of(const struct cs_scenario *scenario, const cJSON *item);
/* More faults from the start on, in their text form, which may have bus=NAME in it; the texts must
 * outlive the scenario. 0 or -1 with `error`. */
int cs_scenario_add_faults(struct cs_scenario *scenario, const char *const *texts, unsigned n,
                           struct cs_error *error);
void cs_scenario_free(struct cs_scenario *scenario);

/* False: nothing has that name. A place for an outside client comes last. */
bool cs_scenario_find(const struct cs_scenario *scenario, const char *name, struct cs_thing *thing);
/* Where an action stands, for sentences: "boot.json: /timeline/2/fault", "--fault \"flip ...\"". */
void cs_action_place(const struct cs_scenario *scenario, const struct cs_action *action,
                     const char *key, char *text, size_t size);
/* It is done as recorded: late, amid or in a turn; not with the timers of its time. */
bool cs_action_has_place(const struct cs_action *action);
/* Does this CS_ACTION_CLEAR concern such a fault on that bus? */
bool cs_action_clears(const struct cs_action *action, unsigned bus,
                      const struct cs_fault_spec *spec);

/* <bin>/../lib/cansim/plugins: where plugins are, in the build folder and installed alike. Returns
 * buf, "" where that is not known. */
const char *cs_plugin_folder(char *buf, size_t size);
/* Reference text of all keys, those of plugins' nodes among them. */
void cs_scenario_help(FILE *to);
/* All keys as a JSON Schema (draft 7), but those of plugins' nodes. */
void cs_scenario_schema(FILE *to);
/* "/nodes/NAME" or a place within, and `why` without it: what a node's type says of its settings
 * begins with the path of one where it is about one. Returns that part of `why`. */
const char *cs_scenario_settings_place(const struct cs_scenario_node *node, const char *why,
                                       char *place, size_t size);

/* Has a controller on that bus. */
bool cs_scenario_node_on(const struct cs_scenario_node *node, unsigned bus);

/* Files that the node's own JSON object names get names that hold anywhere, in `object`, a copy of
 * it as it is written in the tree. 0 or -errno. */
int cs_scenario_settings_absolute(const struct cs_scenario *scenario,
                                  const struct cs_scenario_node *node, const cJSON *written,
                                  cJSON *object);
/* The same of the key "file" alone. */
int cs_scenario_file_absolute(const struct cs_scenario *scenario, const cJSON *written,
                              cJSON *object);

/* Bus names are interface names: 1..15 letters, digits, '_', '-', '.'; not "any", ".", "..". */
bool cs_scenario_bus_name_ok(const char *name);

#endif
