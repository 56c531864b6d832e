/* SPDX-License-Identifier: MIT */
/* expect_internal.h - the parts of expectations: who is told what and when windows begin and end
 * (expect.c), who waits for which events (expect_index.c), the kinds (expect_KIND.c), what is told
 * of a failure (expect_around.c). Nobody else includes it. */
#ifndef CANSIM_SCENARIOS_EXPECT_INTERNAL_H
#define CANSIM_SCENARIOS_EXPECT_INTERNAL_H

#include "scenarios/expect.h"
#include "scenarios/expect_def.h"
#include "scenarios/session_live.h"

#define EXPECT_SEEN     600
#define EXPECT_EXPECTED 600

#define EXPECT_HASHES 2048 /* of 29-bit identifiers */

struct expect_item;
struct expect_past;

/* Something happens: an event, with what a decoder says of its frame; or what it says of time. */
struct expect_now {
    int64_t at_ps;
    const struct cs_event *event;    /* NULL: none */
    const struct cs_live_said *said; /* NULL: nothing */
    bool hit;                        /* it is what def->trigger waits for */
};

/* One row a kind; functions that are not needed are NULL. `item->own` is its own state, all zero
 * at the beginning. */
struct expect_kind {
    size_t own_size;
    /* Events that it wants to see, besides those of triggers: bits. */
    uint32_t events;
    /* Frames of CS_EV_FRAME that it wants, by number until NULL; NULL: all. */
    const struct cs_match *(*frames)(const struct cs_expect_def *def, unsigned i);
    int (*create)(struct cs_expect *e, struct expect_item *item); /* 0 or -ENOMEM */
    void (*destroy)(struct expect_item *item);
    void (*open)(struct cs_expect *e, struct expect_item *item); /* the window has begun */
    /* "each": what it comes after has happened again. */
    void (*again)(struct cs_expect *e, struct expect_item *item, int64_t at_ps);
    /* Always, be the window open or not: what is needed to know where one stands. */
    void (*follow)(struct cs_expect *e, struct expect_item *item, const struct expect_now *now);
    /* While the window is open. */
    void (*see)(struct cs_expect *e, struct expect_item *item, const struct expect_now *now);
    /* What the decoder found in a frame, while the window is open. */
    void (*fields)(struct cs_expect *e, struct expect_item *item, const struct cs_live_said *said);
    /* item->due_ps has come. */
    void (*due)(struct cs_expect *e, struct expect_item *item);
    /* The window is over at at_ps: must decide. */
    void (*end)(struct cs_expect *e, struct expect_item *item, int64_t at_ps);
    /* It has failed by time: is this what came too late? */
    bool (*late)(const struct expect_item *item, const struct expect_now *now);
    void (*say)(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size);
};

extern const struct expect_kind expect_happens, expect_level, expect_order, expect_period,
    expect_always, expect_value, expect_signal, expect_recovery, expect_load, expect_latency,
    expect_retries, expect_program, expect_log;

enum expect_phase { EXPECT_BEFORE, EXPECT_OPEN, EXPECT_DECIDED };

struct expect_item {
    const struct cs_expect_def *def;
    const struct expect_kind *kind;
    unsigned index;
    uint8_t phase; /* enum expect_phase */
    bool passed;
    bool late;                           /* decided, but what comes too late is still told */
    int64_t from_ps;                     /* the window's beginning */
    int64_t end_ps;                      /* its last instant, CS_NEVER */
    int64_t due_ps;                      /* the kind's next own one, CS_NEVER */
    int64_t at_ps;                       /* of the verdict */
    struct cs_trigger_inside *inside[3]; /* levels of trigger, after, until; else NULL */
    void *own;
    char *place;
    char *expected;
    char *around;
    char seen[EXPECT_SEEN];
};

/* Who wants which events: indices of items. */
struct expect_list {
    uint16_t *items;
    unsigned n;
};

struct cs_expect {
    struct cs_sim *sim;
    struct cs_live *live;
    const struct cs_scenario *scenario;
    struct expect_item *items;
    unsigned n;
    struct expect_list by_event[CS_EV_KIND_COUNT]; /* FRAME: those with many identifiers */
    struct expect_list by_id[CS_ID_MAX_BASE + 1];  /* 11-bit frames */
    struct expect_list by_hash[EXPECT_HASHES];     /* 29-bit frames */
    uint16_t *id_items;                            /* memory of all lists */
    struct expect_list fields, said;               /* what a decoder found; says of time */
    int64_t next_ps;                               /* not later than any item's */
    int64_t now_ps;
    unsigned n_decided, n_failed;
    bool observes, stop, over;
    struct expect_past *past;
};

/* ---- expect.c -------------------------------------------------------------------------------- */

void expect_pass(struct cs_expect *e, struct expect_item *item, int64_t at_ps);
/* `format`: what was seen instead. */
void expect_fail(struct cs_expect *e, struct expect_item *item, int64_t at_ps, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* What was seen, of an item that has passed or will. */
void expect_saw(struct expect_item *item, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The kind wants to be called at that time; CS_NEVER: not. */
void expect_set_due(struct cs_expect *e, struct expect_item *item, int64_t at_ps);
/* Since the window has begun, or the start. */
static inline bool expect_is_open(const struct expect_item *item)
{
    return item->phase == EXPECT_OPEN;
}

/* ---- expect_index.c -------------------------------------------------------------------------- */

static inline unsigned expect_hash(uint32_t id)
{
    return (id ^ id >> 8 ^ id >> 16) % EXPECT_HASHES;
}

/* Who waits for what. 0 or -ENOMEM. */
int expect_index_build(struct cs_expect *e);
void expect_index_free(struct cs_expect *e);

/* ---- expect_words.c -------------------------------------------------------------------------- */

/* "12ms", "1.5s": exact. `text` has room for 40 bytes. */
char *expect_time(int64_t ps, char *text);
/* "0.001250 s": an instant; finer where it is needed. The same room. */
char *expect_instant(int64_t at_ps, char *text);
/* Append to a text; what does not fit is cut off. */
void expect_add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* " within 2s after frame \"000#01*\"": the window, from the definition. */
void expect_add_window(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                       size_t size);
/* "123" in quotes, as written or made from its parts. */
void expect_add_frames(const struct cs_expect_frames *frames, char *text, size_t size);
/* A value exactly, without zeros at its end. `text` has room for 64 bytes. */
char *expect_decimal(cs_decimal value, char *text);

/* ---- expect_around.c ------------------------------------------------------------------------- */

/* The latest events, kept to tell of them. NULL: no memory. */
struct expect_past *expect_past_create(struct cs_sim *sim);
void expect_past_free(struct expect_past *past);
void expect_past_add(struct expect_past *past, const struct cs_event *event,
                     const struct cs_live_said *said);
/* Lines of what happened last, and the life of the frames `match` takes; to be freed, NULL: no
 * memory. */
char *expect_past_tell(struct expect_past *past, const struct cs_match *match);

#endif
