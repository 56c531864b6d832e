/* SPDX-License-Identifier: MIT */
/* scenario_read.h - the parts of the scenario loader; nobody else includes it. */
#ifndef CANSIM_SCENARIOS_SCENARIO_READ_H
#define CANSIM_SCENARIOS_SCENARIO_READ_H

#include "scenarios/scenario.h"

#define CS_SCENARIO_TIME_MAX (24 * 3600 * CS_PS_PER_S)

#define CS_SCENARIO_PERIOD_MIN (100 * CS_PS_PER_US)
#define CS_SCENARIO_PERIOD_MAX (3600 * CS_PS_PER_S)

#define CS_MESSAGE_AT(member) offsetof(struct cs_message, member)

/* Bit timing: keys that a bus and a node share. `at` is the offset of a struct cs_scenario_timing.
 */
#define CS_TIMING_AT(member) offsetof(struct cs_scenario_timing, member)
#define CS_SAMPLE_FORM       "a part of the bit such as \"87.5%\" or 0.875, 1%..99%"
#define CS_TIMING_FORM       "an object with clock, nominal, data, tdc and tdc_offset"
#define CS_MODE_FORM                                                                          \
    "\"normal\", \"listen-only\", \"loopback\", \"one-shot\", \"restricted\" or an array of " \
    "them"
#define CS_NO_FD_TEXT   "must be classic CAN for a controller that knows no CAN FD, got CAN FD"
#define CS_NO_DATA_TEXT "must have no data bit rate without CAN FD, got one"
#define CS_SJW_MAX      (CS_BIT_TQ_DFLT / 2)

#define CS_BITRATE_ROW(at, kinds, text)                                                           \
    {                                                                                             \
        .name = "bitrate", .type = CS_KEY_RATE, .mask = (kinds),                                  \
        .offset = (at) + CS_TIMING_AT(bitrate_bps), .min = CS_BITRATE_MIN, .max = CS_BITRATE_MAX, \
        .help = (text)                                                                            \
    }

#define CS_TIMING_ROWS(at, kinds)                                                 \
    {.name = "data_bitrate",                                                      \
     .type = CS_KEY_RATE,                                                         \
     .mask = (kinds),                                                             \
     .offset = (at) + CS_TIMING_AT(data_bitrate_bps),                             \
     .min = CS_BITRATE_MIN,                                                       \
     .max = CS_DATA_BITRATE_MAX,                                                  \
     .help = "CAN FD: bit rate of the data phase, not below the nominal one"},    \
        {.name = "sample_point",                                                  \
         .type = CS_KEY_CUSTOM,                                                   \
         .mask = (kinds),                                                         \
         .offset = (at) + CS_TIMING_AT(sample_permille),                          \
         .read = cs_scenario_read_sample_point,                                   \
         .form = CS_SAMPLE_FORM,                                                  \
         .help = "where in the bit a controller samples; default by bit rate"},   \
        {.name = "data_sample_point",                                             \
         .type = CS_KEY_CUSTOM,                                                   \
         .mask = (kinds),                                                         \
         .offset = (at) + CS_TIMING_AT(data_sample_permille),                     \
         .read = cs_scenario_read_sample_point,                                   \
         .form = CS_SAMPLE_FORM,                                                  \
         .help = "the same in the data phase"},                                   \
        {.name = "sjw",                                                           \
         .type = CS_KEY_INT,                                                      \
         .mask = (kinds),                                                         \
         .offset = (at) + CS_TIMING_AT(sjw),                                      \
         .min = 1,                                                                \
         .max = CS_SJW_MAX,                                                       \
         .help = "synchronisation jump width in 80ths of the bit"},               \
        {.name = "data_sjw",                                                      \
         .type = CS_KEY_INT,                                                      \
         .mask = (kinds),                                                         \
         .offset = (at) + CS_TIMING_AT(data_sjw),                                 \
         .min = 1,                                                                \
         .max = CS_SJW_MAX,                                                       \
         .help = "the same in the data phase"},                                   \
    {                                                                             \
        .name = "timing", .type = CS_KEY_CUSTOM, .mask = (kinds), .offset = (at), \
        .read = cs_scenario_read_timing, .form = CS_TIMING_FORM,                  \
        .help = "all of it in registers' terms, instead of the keys above"        \
    }

/* What a message is made of; the same rows serve a periodic node's own keys. */
#define CS_FRAME_FORM "a frame such as \"123#DEADBEEF\", or an array of frames sent together"
#define CS_MESSAGE_ROWS(at, kinds, need)                                                           \
    {.name = "frame",                                                                              \
     .type = CS_KEY_CUSTOM,                                                                        \
     .required = (need),                                                                           \
     .mask = (kinds),                                                                              \
     .offset = (at) + CS_MESSAGE_AT(frames),                                                       \
     .read = cs_scenario_read_frames,                                                              \
     .form = CS_FRAME_FORM,                                                                        \
     .help = "what is sent"},                                                                      \
        {.name = "period",                                                                         \
         .type = CS_KEY_TIME,                                                                      \
         .required = (need),                                                                       \
         .mask = (kinds),                                                                          \
         .offset = (at) + CS_MESSAGE_AT(period_ps),                                                \
         .min = CS_SCENARIO_PERIOD_MIN,                                                            \
         .max = CS_SCENARIO_PERIOD_MAX,                                                            \
         .help = "time from one to the next"},                                                     \
        {.name = "jitter",                                                                         \
         .type = CS_KEY_TIME,                                                                      \
         .mask = (kinds),                                                                          \
         .offset = (at) + CS_MESSAGE_AT(jitter_ps),                                                \
         .min = 0,                                                                                 \
         .max = CS_SCENARIO_PERIOD_MAX,                                                            \
         .help = "each is late by a random time up to this, less than the period"},                \
        {.name = "burst",                                                                          \
         .type = CS_KEY_CUSTOM,                                                                    \
         .mask = (kinds),                                                                          \
         .offset = (at),                                                                           \
         .read = cs_scenario_read_burst,                                                           \
         .form = "an object with frames and gap",                                                  \
         .help = "sent several times each period"},                                                \
        {.name = "sequence",                                                                       \
         .type = CS_KEY_BOOL,                                                                      \
         .mask = (kinds),                                                                          \
         .offset = (at) + CS_MESSAGE_AT(sequence),                                                 \
         .dflt = "false",                                                                          \
         .help = "the frames of an array go one by one, one each time"},                           \
        {.name = "counter",                                                                        \
         .type = CS_KEY_CUSTOM,                                                                    \
         .mask = (kinds),                                                                          \
         .offset = (at),                                                                           \
         .read = cs_scenario_read_counters,                                                        \
         .form = "a byte 0..7, a counter or an array of up to 4 counters",                         \
         .help = "bytes that move with every frame"},                                              \
        {.name = "signals",                                                                        \
         .type = CS_KEY_CUSTOM,                                                                    \
         .mask = (kinds),                                                                          \
         .offset = (at),                                                                           \
         .read = cs_scenario_read_signals,                                                         \
         .form = "an array of up to 32 signals",                                                   \
         .help = "values in the data that move by themselves"},                                    \
    {                                                                                              \
        .name = "checksum", .type = CS_KEY_CUSTOM, .mask = (kinds), .offset = (at),                \
        .read = cs_scenario_read_checksums, .form = "a checksum or an array of up to 4 checksums", \
        .help = "computed when counters and signals are in the data"                               \
    }

#define CS_OFFSET_ROW(at, kinds)                                                          \
    {                                                                                     \
        .name = "offset", .type = CS_KEY_TIME, .mask = (kinds),                           \
        .offset = (at) + CS_MESSAGE_AT(offset_ps), .min = 0, .max = CS_SCENARIO_TIME_MAX, \
        .help = "time of the first, counted from when the node joins; default 0s"         \
    }

#define CS_COUNT_ROW(at, kinds)                                             \
    {                                                                       \
        .name = "count", .type = CS_KEY_INT, .mask = (kinds),               \
        .offset = (at) + CS_MESSAGE_AT(count), .min = 1, .max = 1000000000, \
        .help = "how often; default: without end"                           \
    }

/* Plugins (scenario_plugin.c). They are looked for when the first one is asked for. */
int cs_scenario_read_plugins(struct cs_reader *r, const cJSON *item, void *dest);
/* All that there are, found when somebody first asks; NULL with r->error. */
struct cs_plugins *cs_scenario_plugins(struct cs_reader *r);
/* 0 with *type, NULL where no plugin has one of that name; -1 with r->error. */
int cs_scenario_find_type(struct cs_reader *r, const char *name,
                          const struct cansim_node_type **type);
/* ", \"attached\" or \"canopen\"": the last type of our own and all of plugins. Returns text. */
const char *cs_scenario_list_types(struct cs_reader *r, char *text, size_t size);
/* All keys of the node that are not common to nodes. */
int cs_scenario_read_settings(struct cs_reader *r, const cJSON *object,
                              struct cs_scenario_node *node);
void cs_scenario_free_settings(struct cs_scenario_node *node);
void cs_scenario_free_plugins(struct cs_scenario *scenario);
const char *cs_scenario_type_name(const struct cs_scenario_node *node);
bool cs_scenario_takes_commands(const struct cs_scenario_node *node);
void cs_scenario_help_plugins(FILE *to);
/* All tables, the root's first. */
const struct cs_keys *const *cs_scenario_tables(unsigned *n);

extern const struct cs_keys cs_scenario_root_keys;
extern const struct cs_keys cs_scenario_bus_keys;
extern const struct cs_keys cs_scenario_node_keys;
extern const struct cs_keys cs_scenario_device_keys;
extern const struct cs_keys cs_scenario_guest_keys;
extern const struct cs_keys cs_scenario_program_keys;
extern const struct cs_keys cs_scenario_step_keys;
extern const struct cs_keys cs_scenario_timing_keys;
extern const struct cs_keys cs_scenario_segment_keys;
extern const struct cs_keys cs_scenario_message_keys;
extern const struct cs_keys cs_scenario_burst_keys;
extern const struct cs_keys cs_scenario_counter_keys;
extern const struct cs_keys cs_scenario_signal_keys;
extern const struct cs_keys cs_scenario_ramp_keys;
extern const struct cs_keys cs_scenario_wave_keys;
extern const struct cs_keys cs_scenario_checksum_keys;
extern const struct cs_keys cs_scenario_rule_keys;
extern const struct cs_keys cs_scenario_copy_keys;
extern const struct cs_keys cs_scenario_route_keys;
extern const struct cs_keys cs_scenario_route_id_keys;
extern const struct cs_keys cs_scenario_rewrite_keys;
extern const struct cs_keys cs_scenario_action_keys;
extern const struct cs_keys cs_scenario_expect_keys; /* besides those of cs_trigger_keys */
extern const struct cs_keys cs_expect_period_keys, cs_expect_always_keys, cs_expect_latency_keys,
    cs_expect_retries_keys, cs_expect_value_keys, cs_expect_signal_keys, cs_expect_errors_keys,
    cs_expect_recovery_keys, cs_expect_load_keys, cs_expect_program_keys, cs_expect_log_keys;

/* Readers of one value each; r->ctx is the struct cs_scenario. 0 or -1 with r->error. */
int cs_scenario_read_nodes(struct cs_reader *r, const cJSON *item, void *dest);
/* A bus, or an array of them, one for each channel. */
int cs_scenario_read_ports(struct cs_reader *r, const cJSON *item,
                           unsigned bus[CS_SCENARIO_DEVICE_PORTS], unsigned *n);
int cs_scenario_read_guests(struct cs_reader *r, const cJSON *item, void *dest);
void cs_scenario_free_guest(struct cs_guest_def *guest);
int cs_scenario_read_programs(struct cs_reader *r, const cJSON *item, void *dest);
int cs_scenario_read_wait(struct cs_reader *r, const cJSON *item, void *dest); /* int64_t, ps */
/* `timed`: it must have "at". */
int cs_scenario_read_action(struct cs_reader *r, const cJSON *item, struct cs_action *action,
                            bool timed);
int cs_scenario_read_devices(struct cs_reader *r, const cJSON *item, void *dest);
/* 1..CS_NAME_MAX-1 bytes, no spaces, nothing that disturbs a screen. */
bool cs_scenario_name_ok(const char *name);
int cs_scenario_read_timeline(struct cs_reader *r, const cJSON *item, void *dest);
int cs_scenario_read_frames(struct cs_reader *r, const cJSON *item, void *dest); /* cs_frames */
int cs_scenario_read_mode(struct cs_reader *r, const cJSON *item, void *dest);   /* unsigned */
int cs_scenario_read_bus(struct cs_reader *r, const cJSON *item, void *dest);    /* unsigned */
int cs_scenario_read_number(struct cs_reader *r, const cJSON *item, void *dest); /* uint64_t */
/* A sentence about one key of the object that is read. Returns -1. */
int cs_scenario_fail_at(struct cs_reader *r, const char *key, const char *text);

int cs_scenario_read_sample_point(struct cs_reader *r, const cJSON *item,
                                  void *dest);                                  /* unsigned */
int cs_scenario_read_drift(struct cs_reader *r, const cJSON *item, void *dest); /* int32_t */
int cs_scenario_read_timing(struct cs_reader *r, const cJSON *item,
                            void *dest); /* cs_scenario_timing
                                          */
int cs_scenario_read_cable(struct cs_reader *r, const cJSON *item, void *dest); /* int64_t, ps */
/* All keys of a bus or node are read: do they fit, and what timing comes of them? `from` is the
 * bus's where a node is at hand, else NULL. `fd`: may have a second bit rate. */
int cs_scenario_finish_timing(struct cs_reader *r, struct cs_scenario_timing *t,
                              const struct cs_timing *from, bool fd);
bool cs_scenario_node_knows_fd(const struct cs_scenario *scenario,
                               const struct cs_scenario_node *node);

/* The file in which a key of the object that is read stands, or the object where it has none. */
const char *cs_scenario_file_at(struct cs_reader *r, const char *key);
/* One action: its kind, of which there is one, and the node that it names itself. */
/* Actions: room for `n` more (0 or -1: no memory); the order in which they are done, for qsort().
 */
int cs_actions_make_room(struct cs_scenario *scenario, unsigned n);
int cs_action_by_time(const void *a, const void *b);
/* Conditions of an action (scenario_when.c). */
int cs_when_read_after(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_delay(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_every(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_count(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_each(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_until(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_if(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_set(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_do(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_read_choose(struct cs_reader *r, const cJSON *item, void *dest);
int cs_when_finish(struct cs_reader *r, const struct cs_action *action, bool has_at);
void cs_when_free(struct cs_action *action);
int cs_action_set_kind(struct cs_reader *r, struct cs_action *action, int kind);
int cs_action_set_node(struct cs_reader *r, const cJSON *item, struct cs_action *action, int kind);
/* Keys of actions (scenario_action.c); the destination is the action. */
#define CS_CLEAR_FORM  "\"all\", the label of a fault or its number"
#define CS_COOKIE_FORM "0..9007199254740991, or a text of digits up to 2^64-1"
int cs_action_read_mode(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_counters(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_clear(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_cookie(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_abort(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_freeze(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_remove(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_filters(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_drift(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_lost(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_plug(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_unplug(struct cs_reader *r, const cJSON *item, void *dest);
/* Of programs (scenario_programs.c). */
#define CS_SIGNAL_FORM "the name of a signal such as \"USR1\""
int cs_action_read_start(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_stop(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_program(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_read_signal(struct cs_reader *r, const cJSON *item, void *dest);
int cs_action_check_program(struct cs_reader *r, const struct cs_action *action);
/* What only goes with some of them. 0 or -1 with r->error. */
int cs_action_check_outside(struct cs_reader *r, const struct cs_action *action);

/* Expectations, and what goes with them. */
int cs_scenario_read_expect(struct cs_reader *r, const cJSON *item, void *dest);
int cs_scenario_read_decode(struct cs_reader *r, const cJSON *item, void *dest); /* const char * */
int cs_scenario_finish_expect(struct cs_reader *r, struct cs_scenario *scenario);
void cs_scenario_free_expects(struct cs_scenario *scenario);

/* Faults. */
int cs_scenario_read_fault(struct cs_reader *r, const cJSON *item, struct cs_scenario_fault *fault);
int cs_scenario_read_fault_text(struct cs_scenario *scenario, const char *text,
                                struct cs_scenario_fault *fault, char *why, size_t why_size);
int cs_scenario_read_faults(struct cs_reader *r, const cJSON *item, void *dest);
/* All is read: actions in their order, labels that are cleared known, no two faults contradict. */
int cs_scenario_finish_timeline(struct cs_reader *r, struct cs_scenario *scenario);
int cs_scenario_try_faults(const struct cs_scenario *scenario, struct cs_error *error);
void cs_scenario_help_faults(FILE *to);
void cs_scenario_free_action(struct cs_action *action);

/* `key` (and an index, where it is an array) names the frames in the object that is read. 0, or -1
 * where the node's controller cannot send one. */
int cs_scenario_check_frames(struct cs_reader *r, const struct cs_scenario_node *node,
                             const struct cs_frames *frames, const char *key);

int cs_scenario_read_recovery(struct cs_reader *r, const cJSON *item, void *dest); /* int64_t */
int cs_scenario_read_filters(struct cs_reader *r, const cJSON *item, void *dest);  /* the node */
int cs_scenario_read_burst(struct cs_reader *r, const cJSON *item, void *dest);    /* the message */
int cs_scenario_read_counters(struct cs_reader *r, const cJSON *item, void *dest);
int cs_scenario_read_signals(struct cs_reader *r, const cJSON *item, void *dest);
int cs_scenario_read_checksums(struct cs_reader *r, const cJSON *item, void *dest);
/* At least `least` of them. */
int cs_scenario_read_filter_list(struct cs_reader *r, const cJSON *item, int least,
                                 struct cs_filter filters[CS_MAX_FILTERS], unsigned *n);
int cs_scenario_read_messages(struct cs_reader *r, const cJSON *item, void *dest); /* the node */
/* All keys of a message are read: do they fit one another? */
int cs_scenario_finish_message(struct cs_reader *r, struct cs_message *message);
int cs_scenario_finish_periodic(struct cs_reader *r, struct cs_scenario_node *node);
void cs_scenario_free_message(struct cs_message *message);
int cs_scenario_read_rules(struct cs_reader *r, const cJSON *item, void *dest); /* the node */
int cs_scenario_finish_responder(struct cs_reader *r, struct cs_scenario_node *node);
/* Where a signal is and how it is scaled: keys of a struct cs_signal at the offset `at`. */
#define CS_SIGNAL_PLACE_ROWS(at, start_text)                                          \
    {.name = "start",                                                                 \
     .type = CS_KEY_INT,                                                              \
     .required = true,                                                                \
     .offset = (at) + offsetof(struct cs_signal, start),                              \
     .min = 0,                                                                        \
     .max = 8 * CS_FRAME_MAX_DATA - 1,                                                \
     .help = (start_text)},                                                           \
        {.name = "length",                                                            \
         .type = CS_KEY_INT,                                                          \
         .required = true,                                                            \
         .offset = (at) + offsetof(struct cs_signal, length),                         \
         .min = 1,                                                                    \
         .max = 64,                                                                   \
         .help = "bits"},                                                             \
        {.name = "order",                                                             \
         .type = CS_KEY_CHOICE,                                                       \
         .offset = (at) + offsetof(struct cs_signal, order),                          \
         .choices = cs_signal_orders,                                                 \
         .dflt = "\"little\"",                                                        \
         .help = "of bytes: little (Intel), big (Motorola)"},                         \
        {.name = "signed",                                                            \
         .type = CS_KEY_BOOL,                                                         \
         .offset = (at) + offsetof(struct cs_signal, is_signed),                      \
         .dflt = "false",                                                             \
         .help = "two's complement"},                                                 \
        {.name = "factor",                                                            \
         .type = CS_KEY_CUSTOM,                                                       \
         .offset = (at) + offsetof(struct cs_signal, factor),                         \
         .read = cs_decimal_read,                                                     \
         .form = CS_DECIMAL_FORM,                                                     \
         .dflt = "1",                                                                 \
         .help = "the value is what is sent times this"},                             \
    {                                                                                 \
        .name = "offset", .type = CS_KEY_CUSTOM,                                      \
        .offset = (at) + offsetof(struct cs_signal, offset), .read = cs_decimal_read, \
        .form = CS_DECIMAL_FORM, .dflt = "0", .help = "plus this"                     \
    }
extern const char *const cs_signal_orders[]; /* ends with NULL */

#define CS_MATCH_LIST_FORM \
    "identifiers such as \"123\", \"100-1FF\", \"120:7F0\", or an array of them"
int cs_scenario_read_match_list(struct cs_reader *r, const cJSON *item,
                                void *dest); /* cs_match_list */
int cs_scenario_read_rewrites(struct cs_reader *r, const cJSON *item, void *dest); /* cs_replay */
int cs_scenario_finish_replay(struct cs_reader *r, struct cs_scenario_node *node);
#define CS_ID_CHANGE_FORM                                              \
    "\"200\" (fixed), \"+10\" (an offset in hex digits) or an object " \
    "with mask and value"
/* Keys of a struct cs_change, at the offset `at`. */
#define CS_CHANGE_ROWS(at)                                                                       \
    {.name = "id",                                                                               \
     .type = CS_KEY_CUSTOM,                                                                      \
     .offset = (at) + offsetof(struct cs_change, id),                                            \
     .read = cs_change_read_id,                                                                  \
     .form = CS_ID_CHANGE_FORM,                                                                  \
     .help = "another identifier"},                                                              \
    {                                                                                            \
        .name = "data", .type = CS_KEY_CUSTOM, .offset = (at), .read = cs_change_read_data,      \
        .form = "data such as \"11 ?? 33*\"",                                                    \
        .help = "other bytes: ? keeps a digit, * at the end what follows, which else is cut off" \
    }
int cs_change_read_id(struct cs_reader *r, const cJSON *item, void *dest);       /* cs_id_change */
int cs_change_read_data(struct cs_reader *r, const cJSON *item, void *dest);     /* cs_change */
int cs_scenario_read_routes(struct cs_reader *r, const cJSON *item, void *dest); /* the node */
int cs_scenario_finish_gateway(struct cs_reader *r, struct cs_scenario_node *node);
/* "+8", "-10": hex digits behind a sign. 0 or -1, without a sentence. */
int cs_scenario_read_id_offset(const char *text, int64_t *offset);
/* 3 or 8 hex digits, as in a frame's text; *text moves behind them. 0 or -1, without a sentence. */
int cs_scenario_read_id(const char **text, uint32_t *id, bool *ext);

void cs_scenario_free_node(struct cs_scenario_node *node);

#endif
