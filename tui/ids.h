/* SPDX-License-Identifier: MIT */
/* ids.h - what the list by identifier knows beyond the statistics: rates of the last second and
 * when each data byte changed, both gathered from the ring's rows when somebody looks. */
#ifndef CANSIM_TUI_IDS_H
#define CANSIM_TUI_IDS_H

#include "simcore/stats.h"
#include "tui/ring.h"

#define CS_IDS_MAX      16384u /* identifiers on all buses that are listed; others are counted */
#define CS_IDS_PERIODS  32u    /* of each that are kept */
#define CS_IDS_SAID     64
#define CS_IDS_PROTOCOL 12

struct cs_tui_id {
    struct cs_stats_id stat; /* exact, as of the last refresh */
    uint16_t bus;
    uint32_t who;   /* last transmitter's name */
    uint32_t per_s; /* frames within the last second of bus time */
    bool seen;      /* `data` holds a frame */
    /* Whether it passes the filter: as of so many changes of it, and so many frames. */
    bool passes;
    uint64_t asked_of, asked_at, coloured_of;
    uint8_t colour; /* asked with it: cs_colours_id() */
    uint8_t data[CS_FRAME_MAX_DATA];
    int64_t changed_ps[CS_FRAME_MAX_DATA]; /* when the byte last changed; -1: never */
    uint8_t diff[CS_FRAME_MAX_DATA];       /* the bits that changed then */
    uint8_t ever[CS_FRAME_MAX_DATA];       /* those that changed so far */
    uint8_t notch[CS_FRAME_MAX_DATA];      /* those whose changes are not told */
    uint64_t changes;                      /* frames whose data were not those of the one before */
    int64_t period_ps[CS_IDS_PERIODS];     /* in a circle: */
    uint32_t n_periods;                    /* seen so far */
    int64_t seen_ps;                       /* when `data` came */
    char protocol[CS_IDS_PROTOCOL];        /* what a decoder takes it for; "" for nothing */
    char said[CS_IDS_SAID];                /* what it said last */
    int64_t answer_ps, answer_most_ps;     /* the last and the slowest answer; 0: none */
    int64_t answer_sum_ps, answer_mean_ps;
    uint64_t answers;
    uint64_t base;    /* frames before it was cleared */
    int64_t first_ps; /* the first one after that */
    /* As they are listed, of what came since then: cs_ids_derive() */
    uint64_t count;
    int64_t mean_ps, least_ps, most_ps;
    bool late; /* it has not come for much longer than ever before */
};

#define CS_IDS_GROUP 0x80000000u

struct cs_ids {
    struct cs_tui_id *items; /* in the order of their first sight */
    uint32_t *order;         /* the lines of the list: indices into items, sorted; with CS_IDS_GROUP
                                the title of the group to which that item belongs. 2 * room */
    uint32_t n, room, n_lines;
    uint32_t *hash; /* item index + 1 by bus and identifier; a power of two */
    uint64_t read;  /* rows up to this number have been looked at */
    uint64_t tail;  /* oldest row within the last second */
    uint64_t unlisted;
    bool answers; /* some identifier answers another */
};

/* Returns 0 or -ENOMEM. */
int cs_ids_init(struct cs_ids *ids);
void cs_ids_fini(struct cs_ids *ids);

/* The item of an identifier, made where there is none; NULL where there is no room. */
struct cs_tui_id *cs_ids_get(struct cs_ids *ids, uint16_t bus, uint32_t id, uint8_t flags);

/* Bring what is listed up to date. */
void cs_ids_derive(struct cs_tui_id *item);
/* Begin anew with all of them: counts, periods, changes. */
void cs_ids_clear(struct cs_ids *ids);
/* Do not tell of bits of it that have changed so far. */
void cs_ids_notch_one(struct cs_tui_id *item);
/* The same of all; or tell of all again. */
void cs_ids_notch(struct cs_ids *ids, bool on);
bool cs_ids_notched(const struct cs_ids *ids); /* some are not told */

/* What the two of them change, of each identifier. */
struct cs_ids_kept {
    uint32_t n;
    struct cs_ids_kept_item {
        uint64_t base, changes;
        int64_t first_ps;
        uint8_t ever[CS_FRAME_MAX_DATA], notch[CS_FRAME_MAX_DATA];
    } item[];
};

/* As it is now, malloc()ed; NULL: no memory. */
struct cs_ids_kept *cs_ids_keep(const struct cs_ids *ids, size_t *size);
/* Let it be so again, with what came since; `kept` is what is needed to do it again. */
void cs_ids_swap(struct cs_ids *ids, struct cs_ids_kept *kept);

/* Rows have other numbers, and say something else. */
void cs_ids_moved(struct cs_ids *ids, const struct cs_tui_ring *ring,
                  const struct cs_rows_moved *moved);

/* Look at the rows that are new; `now_ps` is the bus time. */
void cs_ids_update(struct cs_ids *ids, const struct cs_tui_ring *ring, int64_t now_ps);

#endif
