/* SPDX-License-Identifier: MIT */
/* life_internal.h - the parts of the life of frames: what is open on each bus and how it becomes
 * lines (life_block.c), the words (life_words.c), the story (log_life.c). Nobody else includes it.
 */
#ifndef CANSIM_SCENARIOS_LIFE_INTERNAL_H
#define CANSIM_SCENARIOS_LIFE_INTERNAL_H

#include <ev.h>

#include "scenarios/log_life.h"

#define LIFE_COLUMNS 100
#define LIFE_LINES   8192 /* bytes of one bus's lines that wait; more are written earlier */
#define LIFE_NAMES   12   /* in one list */
#define LIFE_WARNING 96   /* error warning limit: ISO 11898-1:2015, 12.1.4.3 */
#define LIFE_PASSIVE 128
#define LIFE_BUS_OFF 256
#define LIFE_GRACE   3 /* bits after the end of a frame in which more about it may come */

/* Some of the nodes of a bus. */
struct life_set {
    uint64_t word[CS_BUS_MAX_NODES / 64];
};

struct life_lines {
    size_t used;
    char text[LIFE_LINES];
};

/* One sentence in the making; what does not fit is cut off. */
struct life_text {
    size_t used;
    char text[2048];
};

struct life_node {
    bool warned;
    uint8_t state; /* enum cs_node_state, as last told */
    uint16_t tec, rec, told_tec, told_rec;
    int64_t since_ps; /* in `state` */
};

/* What is collected until another line comes: several nodes did the same. */
enum life_pending {
    LIFE_NOTHING,
    LIFE_ACKS,
    LIFE_ERRORS,
    LIFE_DOMINANT,
    LIFE_OVERLOADS,
    LIFE_FIRES
};

struct life_bus {
    bool open;                         /* an attempt is on the wire, or what it left behind */
    bool over;                         /* its frame or error frame was told; closed at due_ps */
    bool head;                         /* its first line was written */
    int64_t start_ps, told_ps, due_ps; /* told_ps: of the latest line */
    uint8_t pending;                   /* enum life_pending */
    uint8_t flag;                      /* of the pending errors: log_life.c */
    struct cs_event error;
    struct life_set who;
    int64_t who_ps, until_ps;
    uint64_t n_pending; /* how often, after the first of LIFE_FIRES */
    uint64_t n_first;   /* LIFE_DOMINANT: by the node of `error` alone */
    int32_t fault;      /* of LIFE_FIRES */

    unsigned errors;    /* lines told */
    uint16_t error_bit; /* of the first; position on the wire */
    bool flag_active;   /* somebody sent an active flag */
    bool valid;         /* `done` and `frame` hold the frame that was valid */
    struct cs_event done;
    struct cs_frame frame;
    struct life_set sending, failed, received, counted;
    struct cs_frame rx_frame; /* what `received` have */
    int rx_from;
    int64_t received_ps;

    struct life_lines block, after; /* this and what follows outlasts the block */
    struct life_set heard;          /* somebody has what they sent last */
    struct life_node node[CS_BUS_MAX_NODES];
};

struct cs_life_state {
    struct cs_life *life;
    unsigned n_buses;
    unsigned n_over;      /* buses whose block waits to be closed */
    bool observes, hears; /* the sim itself; is told who received */
    bool any, paragraph;  /* something was written; the last of it was a block */
    ev_timer timer;
    int64_t at_ps;         /* of the last event */
    int64_t looked_ps;     /* bus time when the timer last fired */
    struct life_bus bus[]; /* n_buses */
};

/* ---- life_block.c ------------------------------------------------------------------------- */

void life_set_add(struct life_set *set, int node);
void life_set_remove(struct life_set *set, int node);
bool life_set_has(const struct life_set *set, int node);
bool life_set_is_empty(const struct life_set *set);
unsigned life_set_count(const struct life_set *set);

/* A line of its own: where a block of that bus is open it stands in it, or after it. */
void life_line(struct cs_life_state *state, unsigned bus, int64_t at_ps,
               const struct life_text *text);
/* A line of the open block; the first is its head. */
void life_block_line(struct cs_life_state *state, unsigned bus, int64_t at_ps,
                     const struct life_text *text);
/* Open a block where none is. */
void life_block_open(struct cs_life_state *state, unsigned bus, int64_t at_ps);
/* Nothing more is expected: it is closed within LIFE_GRACE bits, or by the next attempt. */
void life_block_over(struct cs_life_state *state, unsigned bus, int64_t at_ps);
/* Write it, and what came after it. */
void life_block_close(struct cs_life_state *state, unsigned bus);
/* Time is at_ps: close what is due, in order. */
void life_settle(struct cs_life_state *state, int64_t at_ps);
void life_timer_init(struct cs_life_state *state);
void life_timer_stop(struct cs_life_state *state);

/* ---- log_life.c --------------------------------------------------------------------------- */

/* A bus and what is open on it. */
struct life_teller {
    struct cs_life_state *state;
    struct life_bus *bus;
    const struct cs_bus *of;
    unsigned index;
};

/* A block is about to be closed: its last lines. */
void life_sum_up(struct cs_life_state *state, unsigned bus);
/* Another line comes: what is pending first (life_pending.c). */
void life_tell_pending(const struct life_teller *t);

/* ---- life_pending.c ------------------------------------------------------------------------ */

typedef void life_handler(const struct life_teller *t, const struct cs_event *event);
life_handler life_on_acked, life_on_error, life_on_overload;
/* A fault has fired and was told; whether it fires again with nothing else in between, which is
 * then counted. */
void life_put_off_fires(const struct life_teller *t, const struct cs_event *event);
bool life_fires_again(const struct life_teller *t, const struct cs_event *event);

/* ---- life_nodes.c: what concerns a node or its queue, and not the wire ---------------------- */

life_handler life_on_attach, life_on_detach, life_on_config, life_on_queued, life_on_refused,
    life_on_dropped, life_on_counters, life_on_state, life_on_lost, life_on_note, life_on_fault;

/* ---- life_words.c ------------------------------------------------------------------------- */

void life_say(struct life_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A text of somebody else's: cleaned, at most 400 bytes. */
void life_say_foreign(struct life_text *text, const char *foreign);
/* "ecu" with its quotes. */
void life_say_node(struct life_text *text, const struct cs_bus *bus, int node);
/* "a", "b" and "c"; beyond LIFE_NAMES their number. */
void life_say_nodes(struct life_text *text, const struct cs_bus *bus, const struct life_set *set);
/* 123#11; of long data the first eight bytes. */
void life_say_frame(struct life_text *text, const struct cs_frame *frame);
/* 2nd try */
void life_say_try(struct life_text *text, unsigned attempt);
/* 12 us */
void life_say_time(struct life_text *text, int64_t ps);
/* 0.001250 s */
void life_say_instant(struct life_text *text, int64_t at_ps);
/* identifier bit 5 (ID.23, wire bit 6) */
void life_say_place(struct life_text *text, const struct cs_event *event);
const char *life_error_words(enum cs_error_kind kind);
/* What follows "given up" or "refused": a half sentence. */
const char *life_result_words(enum cs_tx_result result);

#endif
