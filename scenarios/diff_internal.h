/* SPDX-License-Identifier: MIT */
/* diff_internal.h - what the parts of the comparison share; nobody else includes it. */
#ifndef CANSIM_SCENARIOS_DIFF_INTERNAL_H
#define CANSIM_SCENARIOS_DIFF_INTERNAL_H

#include "scenarios/diff.h"

#define KEY_MAX   160 /* bytes that name a sequence */
#define LOOSE_MAX 64  /* items without a partner that may still be found elsewhere */

struct item {
    int64_t at_ps;
    uint64_t hash; /* of all that is compared */
    uint64_t seq;  /* of its sequence, both recordings together */
    uint8_t n;
    uint8_t bytes[CS_DIFF_BYTES]; /* of a frame: flags, dlc, data */
};

/* A ring that grows to CS_DIFF_WINDOW. */
struct queue {
    struct item *item;
    unsigned first, n, room;
};

struct places {
    unsigned n;
    struct {
        bool there[2];
        struct item item[2];
    } at[CS_DIFF_PLACES];
};

struct timing {
    uint64_t n;
    int64_t first_ps, last_ps, least_ps, most_ps; /* distances */
};

/* One sequence: an identifier on a bus, or one kind of event of a node. */
struct key {
    uint8_t name[KEY_MAX]; /* its kind, then bus, then id and flags or the event's name */
    unsigned n_name;
    uint64_t hash;
    uint64_t seq;
    unsigned looked;  /* so many of both were searched without a result */
    bool given_up[2]; /* the other one was looked through for partners of this side */
    struct queue waiting[2];
    struct item *loose[2]; /* LOOSE_MAX */
    unsigned n_loose[2];
    struct timing timing[2];
    uint64_t found[CS_DIFF_KINDS];
    struct places *places[CS_DIFF_KINDS];
};

struct cs_diff {
    struct cs_diff_options options;
    struct key **keys; /* a hash table, NULL: free */
    size_t n_keys, room;
    char buses[2 * CS_SIM_MAX_BUSES + 2][32];
    bool has_bus[2 * CS_SIM_MAX_BUSES + 2][2];
    unsigned n_buses;
    bool no_memory;
    bool ended[2], begun[2], bus_time[2];
    int64_t first_ps[2], last_ps[2];
    bool have_offset;
    int64_t offset_ps;    /* second's time less the first's */
    struct key *starving; /* whose partners are looked for in `starved` */
    int starved;
    unsigned budget;
    struct cs_diff_summary summary;
};

enum { KEY_FRAME, KEY_EVENT };

/* Align what waits of a sequence as far as that can be told. */
void cs_diff_align(struct cs_diff *diff, struct key *key);
/* Partners that come no more (diff_align.c). */
void cs_diff_flush(struct cs_diff *diff, struct key *key);
struct item *cs_diff_queue_at(struct queue *queue, unsigned index);

#endif
