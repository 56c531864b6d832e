/* SPDX-License-Identifier: MIT */
/* fault_list.h - the faults of all buses: those that are armed, and the last ones that were.
 * Events tell of each step at once; a look at the buses brings the counts up to date. */
#ifndef CANSIM_TUI_FAULT_LIST_H
#define CANSIM_TUI_FAULT_LIST_H

#include "simcore/fault.h"
#include "simcore/sim.h"

#define CS_FAULT_LIST_LIVE (CS_SIM_MAX_BUSES * CS_FAULT_MAX)
#define CS_FAULT_LIST_PAST 64u

struct cs_tui_fault {
    int id;
    uint16_t bus;
    uint8_t stage; /* enum cs_fault_stage; FIRED: has fired and is still armed */
    bool live;     /* armed, else past */
    bool active;   /* acting now */
    bool looked;   /* seen by the look under way */
    uint64_t matched, fired;
    int64_t armed_ps, fired_ps, ended_ps; /* fired_ps: last, or -1 */
    char text[CS_FAULT_TEXT_MAX];
};

struct cs_fault_list {
    struct cs_tui_fault *live; /* in the order of arming */
    struct cs_tui_fault *past; /* in a circle */
    unsigned n_live;
    uint64_t n_past; /* since the start; the last CS_FAULT_LIST_PAST are kept */
};

/* Returns 0 or -ENOMEM. */
int cs_fault_list_init(struct cs_fault_list *list);
void cs_fault_list_fini(struct cs_fault_list *list);

/* A CS_EV_FAULT of that bus (NULL: unknown). */
void cs_fault_list_event(struct cs_fault_list *list, const struct cs_bus *bus,
                         const struct cs_event *event);

/* Where there is no bus to look at: what an armed one has matched by then. */
void cs_fault_list_matched(struct cs_fault_list *list, int id, uint64_t matched);

/* Begin a look, look at each bus, end it: what nobody saw is past. */
void cs_fault_list_begin(struct cs_fault_list *list);
void cs_fault_list_look(struct cs_fault_list *list, const struct cs_bus *bus);
/* One that is armed; `text`: its form where status->spec is not filled in, else NULL. */
void cs_fault_list_see(struct cs_fault_list *list, unsigned bus,
                       const struct cs_fault_status *status, const char *text);
void cs_fault_list_end(struct cs_fault_list *list, int64_t now_ps);

/* As they are listed: armed ones in the order of arming, then past ones, the last first. */
unsigned cs_fault_list_count(const struct cs_fault_list *list);
const struct cs_tui_fault *cs_fault_list_at(const struct cs_fault_list *list, unsigned i);
const struct cs_tui_fault *cs_fault_list_find(const struct cs_fault_list *list, int id);

#endif
