/* SPDX-License-Identifier: MIT */
/* record.h - what people, clients and devices do to the buses of a run, kept so that a scenario can
 * be written that does the same again: at the same times, in the same order, to the same events.
 * It listens to the calls that the buses get (simcore/tap.h) and keeps those that the scenario does
 * not make by itself. */
#ifndef CANSIM_SCENARIOS_RECORD_H
#define CANSIM_SCENARIOS_RECORD_H

#include <stdio.h>

#include "scenarios/nodes.h"

struct cs_record; /* opaque */

#define CS_RECORD_ACTIONS_MAX  100000 /* a timeline holds no more */
#define CS_RECORD_ACTIONS_DFLT CS_RECORD_ACTIONS_MAX

struct cs_record_config {
    struct cs_sim *sim;
    const struct cs_scenario *scenario; /* NULL: none; it and `nodes` must outlive the recording */
    struct cs_nodes *nodes;             /* NULL without a scenario */
    const char *const *faults;          /* armed at the start by options; texts outlive it */
    unsigned n_faults;
    const char *const *plugins; /* files named by options; the same */
    unsigned n_plugins;
    unsigned max_actions;       /* 1..CS_RECORD_ACTIONS_MAX; 0: the default */
    void (*changed)(void *ctx); /* there is more to write; may be NULL; runs while the sim does */
    void *ctx;
};

struct cs_record_counts {
    unsigned actions, nodes; /* of those who are not of the scenario */
    uint64_t lost;           /* actions for which there was no room */
    int64_t lost_ps;         /* time of the first of them: what is written ends before it */
};

/* NULL: no memory. */
struct cs_record *cs_record_create(const struct cs_record_config *config);
void cs_record_destroy(struct cs_record *record);
/* Listen from now on: when the scenario's nodes have joined, and before anybody else. */
void cs_record_start(struct cs_record *record);
void cs_record_counts(const struct cs_record *record, struct cs_record_counts *counts);
/* Write the scenario as it stands now. `path` is where it will be: files that the scenario names
 * are named from there. 0 or -errno; what the file has to say of itself ferror() tells. */
int cs_record_write(const struct cs_record *record, FILE *to, const char *path);

#endif
