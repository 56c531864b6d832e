/* SPDX-License-Identifier: MIT */
/* plan.h - what a scenario is going to do and what is expected of it, and how far all of that has
 * come. The host fills it in; the texts are the plan's own, so the host may go. */
#ifndef CANSIM_TUI_PLAN_H
#define CANSIM_TUI_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define CS_PLAN_MAX 20000u /* rows; more are counted */

enum cs_plan_kind {                 /* rows come in this order */
                    CS_PLAN_ACTION, /* at a time */
                    CS_PLAN_EXPECT,
                    CS_PLAN_TRIGGER, /* an action after something, or again and again */
                    CS_PLAN_VARIABLE,
                    CS_PLAN_KIND_COUNT
};

enum cs_plan_state {
    CS_PLAN_WAITS,
    CS_PLAN_DONE,    /* a trigger: it does not come again */
    CS_PLAN_SKIPPED, /* its "if" did not hold */
    CS_PLAN_HELD,
    CS_PLAN_FAILED,
};

enum cs_plan_text {
    CS_PLAN_WHEN, /* of a trigger: after what, how often */
    CS_PLAN_WHO,  /* a node, a bus, a program; a variable's name */
    CS_PLAN_WHAT, /* what it does, or what is expected */
    CS_PLAN_SEEN, /* of an expectation that is decided */
    CS_PLAN_PLACE,
    CS_PLAN_JSON, /* as it is written there */
    CS_PLAN_TEXT_COUNT
};

struct cs_plan_row {
    uint8_t kind, state;
    unsigned source;  /* the host's number for it */
    unsigned line;    /* in plan->file; 0: in another file, or in none */
    int64_t at_ps;    /* an action's time; when an expectation was decided; a trigger: when it
                         comes next; -1: nobody knows */
    int64_t until_ps; /* an expectation that waits: when its time is up; -1: nobody knows */
    int64_t count;    /* how often it was done; a variable's value */
    int fault;        /* id of the fault that it armed; 0: none */
    bool pending;     /* an expectation whose window is open */
    uint64_t version; /* of the plan, when it changed last */
    char *text[CS_PLAN_TEXT_COUNT]; /* NULL: none */
};

struct cs_plan {
    bool filled;    /* by the host, be it with nothing */
    char file[256]; /* "": no scenario */
    struct cs_plan_row *rows;
    unsigned n, room, more; /* more: rows for which there was no room */
    unsigned first[CS_PLAN_KIND_COUNT], count[CS_PLAN_KIND_COUNT];
    uint64_t version;      /* grows where something changes; 0: nothing is known yet */
    bool changed;          /* since then */
    unsigned past;         /* actions that are over: the first so many */
    unsigned held, failed; /* expectations */
};

void cs_plan_clear(struct cs_plan *plan);
/* A row at the end, of the same kind as the last one or a later one; NULL: no room, it is counted.
 */
struct cs_plan_row *cs_plan_add(struct cs_plan *plan, enum cs_plan_kind kind);
/* Keep a copy of a text; "" and NULL are none. */
void cs_plan_set(struct cs_plan_row *row, enum cs_plan_text which, const char *text);
/* The text, "" where there is none. */
const char *cs_plan_text(const struct cs_plan_row *row, enum cs_plan_text which);
/* Row i of a kind. */
struct cs_plan_row *cs_plan_at(const struct cs_plan *plan, enum cs_plan_kind kind, unsigned i);

#endif
