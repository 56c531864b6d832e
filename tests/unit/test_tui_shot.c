/* SPDX-License-Identifier: MIT */
/* The bits of the wire view are made from the trace's rows: they are compared with what a probe saw
 * on the wire, bit by bit. */
#include "test_tui.h"

#include "simcore/probe.h"
#include "tui/shot.h"

#define EDGES 65536

struct edges {
    unsigned n;
    struct {
        int64_t at_ps;
        unsigned level;
    } edge[EDGES];
};

static void probed(void *ctx, const struct cs_probe_event *event)
{
    struct edges *edges = ctx;

    if (event->kind != CS_PROBE_WIRE || event->bus != 0)
        return;
    assert_true(edges->n < EDGES);
    edges->edge[edges->n].at_ps = event->at_ps;
    edges->edge[edges->n++].level = event->level;
}

static unsigned level_at(const struct edges *edges, int64_t at_ps)
{
    unsigned level = 1;

    for (unsigned i = 0; i < edges->n && edges->edge[i].at_ps <= at_ps; i++)
        level = edges->edge[i].level;
    return level;
}

/* In the middle of each bit the wire was as the picture says. */
static unsigned compare(struct bench *b, const struct edges *edges, uint64_t number,
                        struct cs_shot *shot)
{
    assert_true(cs_shot_take(&b->tui, number, shot));
    for (unsigned i = 0; i < shot->n_bits; i++) {
        int64_t middle = shot->start_ps + (shot->bit[i].at_ps + shot->bit[i + 1].at_ps) / 2;
        if (level_at(edges, middle) != shot->bit[i].level)
            fail_msg("row %llu, bit %u of %u (%s %u) is %u on the wire", (unsigned long long)number,
                     i, shot->n_bits, cs_field_name((enum cs_field)shot->bit[i].field),
                     shot->bit[i].index, level_at(edges, middle));
    }
    return shot->n_bits;
}

/* All attempts of the first bus; how many frames and error frames there were. */
static void compare_all(struct bench *b, const struct edges *edges, unsigned *frames,
                        unsigned *errors)
{
    struct cs_shot *shot = calloc(1, sizeof *shot);

    assert_non_null(shot);
    *frames = *errors = 0;
    cs_tui_refresh(&b->tui);
    for (uint64_t n = b->tui.ring.first; n < b->tui.ring.end; n++) {
        const struct cs_row *row = cs_tui_ring_get(&b->tui.ring, n);
        if (row->bus != 0 || (row->kind != CS_EV_FRAME && row->kind != CS_EV_ERROR_FRAME))
            continue;
        *frames += row->kind == CS_EV_FRAME;
        *errors += row->kind == CS_EV_ERROR_FRAME;
        assert_true(compare(b, edges, n, shot) > 20);
        assert_int_equal(shot->valid, row->kind == CS_EV_FRAME);
        assert_int_equal(shot->row, n);
        if (row->kind == CS_EV_FRAME)
            assert_int_equal(shot->frame_bits, row->n_bits);
    }
    free(shot);
}

static void arm(struct bench *b, const char *text)
{
    char why[256] = "";

    if (bench_arm(b, 0, text, why, sizeof why) < 0)
        fail_msg("%s: %s", text, why);
}

static void as_on_the_wire(void **state)
{
    struct bench *b = bench_new(0, 2);
    struct edges *edges = calloc(1, sizeof *edges);
    unsigned frames, errors;

    (void)state;
    assert_non_null(edges);
    cs_sim_set_probe(b->sim, probed, edges);
    bench_traffic(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    compare_all(b, edges, &frames, &errors);
    assert_true(frames >= 12);
    assert_int_equal(errors, 0);
    arm(b, "flip field=data index=3 nth=2 count=4");
    arm(b, "flip field=crc index=5 nth=9");
    bench_run(b, 200 * CS_PS_PER_MS);
    compare_all(b, edges, &frames, &errors);
    assert_true(frames > 30);
    assert_true(errors >= 2);
    cs_sim_set_probe(b->sim, NULL, NULL);
    free(edges);
    bench_free(b);
}

/* One that nobody acknowledges, until it is error passive. */
static void no_ack_on_the_wire(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct edges *edges = calloc(1, sizeof *edges);
    unsigned frames, errors;
    int lonely = bench_node(b, 0, "lonely", CS_MODE_NORMAL);

    (void)state;
    assert_non_null(edges);
    cs_sim_set_probe(b->sim, probed, edges);
    bench_sends(b, 0, lonely, "123#55", 10 * CS_PS_PER_MS, 0);
    bench_run(b, 18 * CS_PS_PER_MS);
    compare_all(b, edges, &frames, &errors);
    assert_int_equal(frames, 0);
    assert_true(errors > 20);
    cs_sim_set_probe(b->sim, NULL, NULL);
    free(edges);
    bench_free(b);
}

static void fd_on_the_wire(void **state)
{
    static const struct cs_bus_config bus = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};
    struct bench *b = bench_of(0, &bus, 1);
    struct edges *edges = calloc(1, sizeof *edges);
    unsigned frames, errors;
    int a = bench_node(b, 0, "a", CS_MODE_NORMAL);

    (void)state;
    assert_non_null(edges);
    bench_node(b, 0, "b", CS_MODE_NORMAL);
    cs_sim_set_probe(b->sim, probed, edges);
    bench_sends(b, 0, a, "123##1112233445566778899AABBCC", 1 * CS_PS_PER_MS, 2);
    bench_sends(b, 0, a, "124##00011", 3 * CS_PS_PER_MS, 1);
    bench_run(b, 10 * CS_PS_PER_MS);
    compare_all(b, edges, &frames, &errors);
    assert_true(frames > 10);
    cs_sim_set_probe(b->sim, NULL, NULL);
    free(edges);
    bench_free(b);
}

/* TEC and REC after the frame; a passive transmitter lets eight bits more pass. */
static void counters_after(void **state)
{
    for (int bitwise = 0; bitwise < 2; bitwise++) {
        struct bench *b = bench_new(0, 1);
        struct edges *edges = calloc(1, sizeof *edges);
        struct cs_shot *shot = calloc(1, sizeof *shot);
        int a = bench_node(b, 0, "a", CS_MODE_NORMAL);
        struct cs_node_status status;

        (void)state;
        assert_non_null(edges);
        assert_non_null(shot);
        bench_node(b, 0, "b", CS_MODE_NORMAL);
        if (bitwise)
            cs_sim_set_probe(b->sim, probed, edges);
        bench_sends(b, 0, a, "123#55", 1 * CS_PS_PER_MS, 0);
        assert_int_equal(cs_bus_set_counters(cs_sim_bus(b->sim, 0), a, 140, 7), 0);
        for (int frames = 0; frames < 14; frames++) {
            bench_run(b, (frames + 1) * CS_PS_PER_MS + 500 * CS_PS_PER_US);
            cs_tui_refresh(&b->tui);
            assert_int_equal(cs_bus_node_status(cs_sim_bus(b->sim, 0), a, &status), 0);
            assert_true(cs_shot_take(&b->tui, b->tui.ring.end - 1 - (status.tec == 127), shot));
            assert_true(shot->valid);
            assert_int_equal(shot->lane[0].tec, status.tec);
            assert_int_equal(shot->lane[0].rec, status.rec);
            assert_int_equal(shot->n_bits - shot->frame_bits, status.tec >= 128 ? 11 : 3);
        }
        assert_int_equal(status.tec, 126);
        cs_sim_set_probe(b->sim, NULL, NULL);
        free(edges);
        free(shot);
        bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_on_the_wire),
        cmocka_unit_test(no_ack_on_the_wire),
        cmocka_unit_test(fd_on_the_wire),
        cmocka_unit_test(counters_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
