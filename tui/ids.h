/* SPDX-License-Identifier: MIT */
/* ids.h - what the list by identifier knows beyond the statistics: rates of the last second and
 * when each data byte changed, both gathered from the ring's rows when somebody looks. */
#ifndef CANSIM_TUI_IDS_H
#define CANSIM_TUI_IDS_H

#include "simcore/stats.h"
#include "tui/ring.h"

#define CS_IDS_MAX 16384u /* identifiers on all buses that are listed; others are counted */

struct cs_tui_id {
    struct cs_stats_id stat; /* exact, as of the last refresh */
    uint16_t bus;
    uint32_t who;   /* last transmitter's name */
    uint32_t per_s; /* frames within the last second of bus time */
    bool seen;      /* `data` holds a frame */
    /* Whether it passes the filter: as of so many changes of it, and so many frames. */
    bool passes;
    uint64_t asked_of, asked_at;
    uint8_t data[CS_FRAME_MAX_DATA];
    int64_t changed_ps[CS_FRAME_MAX_DATA]; /* when the byte last changed; -1: never */
};

struct cs_ids {
    struct cs_tui_id *items; /* in the order of their first sight */
    uint32_t *order;         /* the lines of the list: indices into items, sorted */
    uint32_t n, room, n_lines;
    uint32_t *hash; /* item index + 1 by bus and identifier; a power of two */
    uint64_t read;  /* rows up to this number have been looked at */
    uint64_t tail;  /* oldest row within the last second */
    uint64_t unlisted;
};

/* Returns 0 or -ENOMEM. */
int cs_ids_init(struct cs_ids *ids);
void cs_ids_fini(struct cs_ids *ids);

/* The item of an identifier, made where there is none; NULL where there is no room. */
struct cs_tui_id *cs_ids_get(struct cs_ids *ids, uint16_t bus, uint32_t id, uint8_t flags);

/* Look at the rows that are new; `now_ps` is the bus time. */
void cs_ids_update(struct cs_ids *ids, const struct cs_tui_ring *ring, int64_t now_ps);

#endif
