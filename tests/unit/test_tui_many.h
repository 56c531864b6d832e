/* SPDX-License-Identifier: MIT */
/* test_tui_many.h - the bench of test_tui.h with many rows in its trace, most of them packed. */
#ifndef CANSIM_TESTS_UNIT_TEST_TUI_MANY_H
#define CANSIM_TESTS_UNIT_TEST_TUI_MANY_H

#include "test_tui.h"

#include "tui/host_rows.h"

#define ROWS 1200000u
#define LAST (ROWS - 1)

static inline int fake_export(void *ctx, struct cs_tui *tui, const struct cs_export *rows,
                              char *told, size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

/* A row each 10 us. Data that no summary can tell apart: each chunk has all values of data[0]. */
static inline void fill(struct bench *b, unsigned rows)
{
    struct cs_tui_ring *ring = &b->tui.ring;
    static uint32_t who;

    if (ring->end == 0)
        who = cs_names_add(&b->tui.names, "engine");
    for (const uint64_t end = ring->end + rows; ring->end < end;) {
        const unsigned i = (unsigned)ring->end;
        struct cs_row *row = cs_tui_ring_push(ring);
        *row = (struct cs_row){.at_ps = (int64_t)(i + 1) * 10 * CS_PS_PER_US,
                               .kind = CS_EV_FRAME,
                               .who = who,
                               .id = 0x100 + i % 50,
                               .dlc = 2,
                               .len = 2,
                               .n_bits = 60,
                               .attempt = 1,
                               .has_frame = true,
                               .data = {(char)i, (char)(i * 7 >> 3)}};
        row->start_ps = row->queued_ps = row->at_ps - 8 * CS_PS_PER_US;
        if (i % 100 == 30)
            *row = (struct cs_row){.at_ps = row->at_ps, .kind = CS_EV_ERROR, .who = who};
        if (row->has_frame)
            cs_tui_ring_link(ring);
    }
}

static inline struct bench *bench_many(unsigned rows)
{
    static struct cs_host_ops ops;
    struct bench *b = bench_new(0, 1);

    ops = bench_ops;
    ops.export_rows = fake_export;
    b->host.ops = &ops;
    fill(b, rows);
    bench_draw(b, 80, 24);
    return b;
}

/* data[0]=X is in each chunk, data[0]=X and this id never are together. */
#define NEVER "id=101 data[0]=02"

/* Until there is nothing to do; how many parts it took. */
static inline unsigned finish(struct bench *b)
{
    unsigned parts = 0;

    for (cs_tui_refresh(&b->tui); b->tui.more; parts++) {
        assert_true(parts < 1000);
        cs_tui_work(&b->tui, CS_TUI_WORK_ROWS);
    }
    return parts;
}

#endif
