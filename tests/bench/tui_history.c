/* SPDX-License-Identifier: MIT */
/* tui_history [ROWS] - what the rows of cansim-tui's trace cost: bytes, and time to add one, to
 * look at one, and to look for the few that a filter shows. Traffic as of a bus at full load: 60
 * identifiers with their periods and counters, and in a second round 8 random bytes in each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "simcore/sim.h"
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

static void look_for(const struct cs_tui_ring *ring, const char *what,
                     const struct cs_ring_want *want)
{
    const uint64_t rows = ring->end - ring->first;
    double begun = now_s();
    uint64_t found = 0;

    for (uint64_t i = cs_tui_ring_skip(ring, ring->first, want); i < ring->end; i++) {
        i = i % CS_RING_CHUNK ? i : cs_tui_ring_skip(ring, i, want);
        const struct cs_row *row = cs_tui_ring_get(ring, i);
        found += row && (want->kinds ? want->kinds >> row->kind & 1
                                     : row->id >= want->ids[0].low && row->id <= want->ids[0].high);
    }
    printf("  %-23s %8.1f million rows/s, %" PRIu64 " found\n", what,
           (double)rows / (now_s() - begun) / 1e6, found);
}

static void round_of(uint64_t rows, bool noise)
{
    struct cs_tui_ring ring;
    double begun = now_s();

    if (cs_tui_ring_init(&ring, CS_TUI_ROWS_MAX) != 0)
        exit(3);
    fill(&ring, rows, noise);
    printf("%s:\n  added                   %8.0f ns each\n", noise ? "8 random bytes" : "counters",
           (now_s() - begun) * 1e9 / (double)rows);
    printf("  kept                    %8" PRIu64 " rows of %" PRIu64 "\n", ring.end - ring.first,
           rows);
    printf("  memory                  %8.1f bytes a row, %.0f MiB\n",
           (double)cs_tui_ring_bytes(&ring) / (double)(ring.end - ring.first),
           (double)cs_tui_ring_bytes(&ring) / (1 << 20));
    look(&ring);
    look_for(&ring, "errors, there are none", &(struct cs_ring_want){.kinds = 1u << CS_EV_ERROR});
    look_for(&ring, "an id that is not there",
             &(struct cs_ring_want){.n = 1, .ids = {{0x7f1, 0x7f1}}});
    look_for(&ring, "an id, one in 60", &(struct cs_ring_want){.n = 1, .ids = {{0x200, 0x200}}});
    cs_tui_ring_fini(&ring);
}

int main(int argc, char **argv)
{
    const uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;

    round_of(rows ? rows : 1, false);
    round_of(rows ? rows : 1, true);
    return 0;
}
