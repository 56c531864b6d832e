/* SPDX-License-Identifier: MIT */
/* A million keys, moves of the mouse and sizes that nobody would choose, while buses run: nothing
 * crashes, grows or is drawn outside. CANSIM_ROUNDS: other than a million; CANSIM_SEED: other keys.
 */
#include "test_tui_random.h"

#include <malloc.h>

static void a_million_keys(void **state)
{
    struct bench *b = bench_new(50000, 2);
    const char *rounds = getenv("CANSIM_ROUNDS"), *given = getenv("CANSIM_SEED");
    const long n = rounds ? atol(rounds) * 100 : 1000000;
    size_t used = 0;
    int64_t now_ps = 0;

    (void)state;
    seed = given ? (uint32_t)strtoul(given, NULL, 0) : 1;
    bench_traffic(b);
    bench_run(b, now_ps = 150 * CS_PS_PER_S);
    assert_non_null(b->tui.ring.store); /* old rows are packed */
    cs_tui_resize(&b->tui, 120, 40);
    for (long i = 0; i < n; i++) {
        do_something(b);
        if (i % 64 == 0) {
            cs_tui_refresh(&b->tui);
            bench_run(b, now_ps += CS_PS_PER_MS);
        }
        if (i % 256 == 0)
            look(b);
        if (i == n / 2)
            used = mallinfo2().uordblks;
    }
    look(b);
    /* What is kept is bounded: the second half needs hardly more than the first. */
    assert_true(mallinfo2().uordblks < used + (size_t)(16 << 20));
    bench_free(b);
}

/* Sizes come faster than screens. */
static void storm_of_sizes(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_S);
    for (unsigned v = 0; v < cs_n_views; v++) {
        cs_tui_show_view(&b->tui, v);
        for (int i = 0; i < 300; i++) {
            cs_tui_resize(&b->tui, 1 + (int)draw_number(300), 1 + (int)draw_number(100));
            b->canvas.ascii = i % 2;
            look(b);
        }
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_keys),
        cmocka_unit_test(storm_of_sizes),
    };

    return cmocka_run_group_tests_name("tui fuzz", tests, enter_own_folder, leave_own_folder);
}
