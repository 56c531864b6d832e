/* SPDX-License-Identifier: MIT */
/* tui_history [ROWS] - what the rows of cansim-tui's trace cost: bytes, and time to add one, to
 * look at one, and to look for those that a filter shows, with chunks passed over and without.
 * Traffic as of a bus at full load: 60
 * identifiers with their periods and counters, and in a second round 8 random bytes in each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "simcore/sim.h"
#include "tui/query_row.h"
#include "tui/ring.h"

#define LOOKS 200000u

static uint64_t dice = 88172645463325252u;

static uint64_t roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice;
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Now and then something of which there is little. */
static void put_rare(struct cs_row *row, uint64_t i)
{
    if (i % 250007 == 1000)
        *row = (struct cs_row){.at_ps = row->at_ps,
                               .kind = CS_EV_ERROR,
                               .error = CS_ERROR_ACK,
                               .tec = 120,
                               .who = row->who};
    if (i % 300007 == 2000)
        row->len = row->dlc = 5;
    if (i % 300007 == 5000)
        row->who = 9;
    if (i % 300007 == 9000)
        row->bus = 1;
}

static void fill(struct cs_tui_ring *ring, uint64_t rows, bool noise)
{
    int64_t at_ps = 0;

    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t turn = i / 60, random = roll();
        const unsigned n_bits = 108 + (unsigned)(random % 20);
        struct cs_row *row = cs_tui_ring_push(ring);
        const int64_t start_ps = at_ps + 6 * CS_PS_PER_US;
        at_ps = start_ps + n_bits * 2 * CS_PS_PER_US;
        *row = (struct cs_row){.at_ps = at_ps,
                               .start_ps = start_ps,
                               .queued_ps = start_ps - (int64_t)(random >> 20 & 0xfff) * 137000,
                               .who = 1 + (uint32_t)(i % 8),
                               .id = 0x100 + (uint32_t)(i % 60) * 16,
                               .kind = CS_EV_FRAME,
                               .n_bits = (uint16_t)n_bits,
                               .attempt = 1,
                               .node = (int16_t)(i % 8),
                               .dlc = 8,
                               .len = 8,
                               .has_frame = true,
                               .acks = 1,
                               .receives = (uint16_t)(2 + i % 8)};
        memcpy(row->data, noise ? &random : &turn, 8);
        put_rare(row, i);
        if (row->has_frame)
            cs_tui_ring_link(ring);
    }
}

static void look(const struct cs_tui_ring *ring)
{
    const uint64_t rows = ring->end - ring->first;
    double begun = now_s();
    int64_t sum = 0;

    for (unsigned i = 0; i < LOOKS / 100; i++)
        sum += cs_tui_ring_get(ring, ring->first + roll() % rows)->at_ps;
    printf("  a row anywhere          %8.0f ns\n", (now_s() - begun) * 1e9 / (LOOKS / 100));
    begun = now_s();
    for (uint64_t i = ring->first; i < ring->end; i++)
        sum += cs_tui_ring_get(ring, i)->at_ps;
    printf("  all rows in order       %8.1f million rows/s\n",
           (double)rows / (now_s() - begun) / 1e6);
    begun = now_s();
    for (unsigned i = 0; i < LOOKS / 100; i++)
        sum += (int64_t)cs_tui_ring_after(ring, sum % 1000000 * 1000000);
    printf("  the row of a time       %8.0f ns\n", (now_s() - begun) * 1e9 / (LOOKS / 100));
    if (sum == 42)
        puts("");
}

/* How many rows pass, asked one by one; chunks are passed over where `want` says so. */
static uint64_t count(const struct cs_tui *tui, const struct cs_query *query,
                      const struct cs_ring_want *want, uint64_t from)
{
    const struct cs_tui_ring *ring = &tui->ring;
    uint64_t found = 0;

    for (uint64_t i = from; i < ring->end; i++) {
        if (want && (i == from || i % CS_RING_CHUNK == 0))
            i = cs_tui_ring_skip(ring, i, want);
        found += i < ring->end && cs_row_passes(tui, query, i);
    }
    return found;
}

/* The same with and without, the latter of a part of the rows. */
static void look_for(const struct cs_tui *tui, const char *text)
{
    const struct cs_tui_ring *ring = &tui->ring;
    const uint64_t rows = ring->end - ring->first, some = rows < 1000000 ? rows : 1000000;
    struct cs_query query;
    double begun, with, without;
    uint64_t found;
    char why[200];

    if (cs_query_parse(text, &query, why, sizeof why) != 0)
        exit(3);
    begun = now_s();
    const struct cs_ring_want want = cs_query_want(tui, &query, 0);
    found = count(tui, &query, &want, ring->first);
    with = (double)rows / (now_s() - begun) / 1e6;
    begun = now_s();
    if (count(tui, &query, NULL, ring->end - some) > found)
        exit(4);
    without = (double)some / (now_s() - begun) / 1e6;
    printf("  %-28s %8.1f %8.1f   %" PRIu64 "\n", text, with, without, found);
}

static void round_of(uint64_t rows, bool noise)
{
    static const char *const queries[] = {
        "error",     "error=ack",  "id=7f1",           "id=200",     "len<8",
        "node=n3",   "node=rare",  "bus=body",         "time>1000s", "dt>1s",
        "data[7]>0", "data[3]=ee", "id=200 data[0]=7", "tec>96",     "not kind=frame"};
    static struct cs_tui tui;
    double begun;

    if (cs_tui_init(&tui, NULL, CS_TUI_ROWS_MAX) != 0)
        exit(3);
    for (unsigned i = 0; i < 8; i++)
        cs_names_add(&tui.names,
                     (const char *[]){"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"}[i]);
    cs_names_add(&tui.names, "rare");
    tui.n_buses = 2;
    snprintf(tui.bus[0].name, sizeof tui.bus[0].name, "can0");
    snprintf(tui.bus[1].name, sizeof tui.bus[1].name, "body");
    begun = now_s();
    fill(&tui.ring, rows, noise);
    printf("%s:\n  added                   %8.0f ns each\n", noise ? "8 random bytes" : "counters",
           (now_s() - begun) * 1e9 / (double)rows);
    printf("  kept                    %8" PRIu64 " rows of %" PRIu64 "\n",
           tui.ring.end - tui.ring.first, rows);
    printf("  memory                  %8.1f bytes a row, %.0f MiB; %.2f of them its summary\n",
           (double)cs_tui_ring_bytes(&tui.ring) / (double)(tui.ring.end - tui.ring.first),
           (double)cs_tui_ring_bytes(&tui.ring) / (1 << 20),
           (double)sizeof(struct cs_query_many) / CS_RING_CHUNK);
    look(&tui.ring);
    printf("  million rows/s:              skipping  all asked   found\n");
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        look_for(&tui, queries[i]);
    cs_tui_fini(&tui);
}

int main(int argc, char **argv)
{
    const uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;

    round_of(rows ? rows : 1, false);
    round_of(rows ? rows : 1, true);
    return 0;
}
