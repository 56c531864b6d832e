/* SPDX-License-Identifier: MIT */
/* A log that grows while it is looked at; what its times are; logs that are out of order or of many
 * buses; and how much of it is kept. */
#include <time.h>
#include <unistd.h>

#include "tests/unit/test_tui.h"
#include "tui/date.h"
#include "tui/host_log.h"
#include "tui/size.h"

struct looking {
    struct bench *b;
    struct cs_host_log hl;
    unsigned grows; /* so often it was said that this changed */
};

static char folder[] = "/tmp/cansim-grow-XXXXXX", path[64];

static int set_up(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x.log", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void put(const char *text, const char *mode)
{
    FILE *out = fopen(path, mode);

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void on_grows(void *ctx)
{
    ((struct looking *)ctx)->grows++;
}

static void load(struct looking *l)
{
    while (cs_host_log_load(&l->hl, 7))
        ;
    bench_draw(l->b, 100, 30);
}

static struct looking *look(bool follow)
{
    const struct cs_host_log_config config = {.path = path, .follow = follow, .fd = -1};
    struct looking *l = calloc(1, sizeof *l);
    struct cs_error error = {0};

    assert_non_null(l);
    l->b = calloc(1, sizeof *l->b);
    assert_non_null(l->b);
    assert_int_equal(cs_tui_init(&l->b->tui, &l->hl.host, 0), 0);
    if (cs_host_log_open(&l->hl, &config, &l->b->tui, &error) != 1)
        fail_msg("%s", error.text);
    l->hl.grows = on_grows;
    l->hl.grows_ctx = l;
    load(l);
    return l;
}

static void stop(struct looking *l)
{
    cs_host_log_close(&l->hl);
    bench_free(l->b);
    free(l);
}

static int64_t at_ps(const struct looking *l, uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(&l->b->tui.ring, number);

    assert_non_null(row);
    return row->at_ps;
}

/* ---- growing --------------------------------------------------------------------------------- */

static void follows(void **state)
{
    put("", "w");
    struct looking *l = look(true);

    (void)state;
    assert_true(bench_shows(l->b, "nothing is in the log yet: it is read as it grows"));
    assert_true(bench_shows(l->b, "▶ growing"));
    assert_true(l->hl.waiting && l->b->tui.info.finished);
    put("(1700000000.000001) can0 123#11\n(1700000000.5) can0 124#2", "a");
    load(l);
    assert_true(bench_shows(l->b, "1 rows · following"));
    put("2\n", "a");
    load(l);
    assert_true(bench_shows(l->b, "2 rows · following"));
    assert_true(bench_shows(l->b, "0.500000"));
    l->b->tui.dirty = false;
    load(l);
    assert_false(l->b->tui.dirty); /* nothing came: nothing is drawn */
    bench_keys(l->b, "<Up>");
    put("(1700000000.6) can0 125#33\n", "a");
    load(l);
    assert_true(bench_shows(l->b, "row 1 of 3")); /* the person has gone there */
    stop(l);
}

/* A file that takes the place of another goes on where its own time is, if that is later. */
static void begins_anew(void **state)
{
    put("(1700000000.25) can0 123#11\n(1700000001.5) can0 124#\n(1700000002.75) can0 124#\n", "w");
    struct looking *l = look(true);

    (void)state;
    put("(1700000010.5) can0 125#33\n", "w");
    load(l);
    assert_true(bench_shows(l->b, "x.log: was emptied; what comes is read from its start"));
    assert_int_equal(at_ps(l, 3), INT64_C(10500000000000));
    unlink(path);
    load(l);
    put("(5.0) can0 126#44\n(5.25) can0 127#\n", "w"); /* counts from a start */
    load(l);
    assert_true(bench_shows(l->b, "x.log: was replaced; the new one is read from its start"));
    assert_int_equal(at_ps(l, 4), INT64_C(10500000000000));
    assert_int_equal(at_ps(l, 5), INT64_C(10750000000000));
    assert_true(bench_shows(l->b, "6 rows · following"));
    assert_int_equal(l->grows, 2);
    put("rubbish\n", "a");
    load(l);
    assert_true(bench_shows(l->b, "x.log:3: must begin with a time"));
    assert_true(bench_shows(l->b, "■ log"));
    assert_true(l->hl.loaded);
    assert_int_equal(l->grows, 3);
    stop(l);
}

/* Decided later: what is known of it is not shown twice. */
static void by_word(void **state)
{
    put("(1.0) can0 123#11\n(2.0) can0 124#\n(2.5) can0 124#00", "w");
    struct looking *l = look(false);

    (void)state;
    assert_true(bench_shows(l->b, "row 1 of 3"));
    assert_true(bench_shows(l->b, "■ log"));
    put("\n(3.0) can0 125#33\n", "a");
    load(l);
    assert_true(bench_shows(l->b, "row 1 of 3"));
    bench_keys(l->b, ":follow-file nowhere<Enter>");
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "must be on or off"));
    bench_keys(l->b, "<Esc>:follow-file<Enter>");
    assert_int_equal(l->grows, 2); /* it had ended, and goes on */
    assert_false(l->hl.loaded);
    load(l);
    assert_true(bench_shows(l->b, "4 rows · following"));
    assert_int_equal(at_ps(l, 3), INT64_C(3000000000000));
    bench_keys(l->b, ":follow-file on<Enter>");
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "it is followed already"));
    bench_keys(l->b, "<Esc>:follow-file off<Enter>");
    load(l);
    assert_true(bench_shows(l->b, "■ log"));
    put("(4.0) can0 126#\n", "a");
    load(l);
    assert_true(bench_shows(l->b, "4 rows"));
    bench_keys(l->b, ":follow-file<Enter>");
    load(l);
    assert_true(bench_shows(l->b, "5 rows"));
    stop(l);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void dates(void **state)
{
    put("(1699999999.000250) can0 123#11\n(1700000000.123456) can0 124#1122\n", "w");
    struct looking *l = look(false);

    (void)state;
    l->hl.config.path = "log of the test";
    bench_keys(l->b, "ttt");
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "date and time of the day (CET, UTC+01:00)"));
    bench_golden(l->b, "log-date-80x24");
    bench_draw(l->b, 160, 50);
    bench_golden(l->b, "log-date-160x50");
    bench_keys(l->b, "<Enter>");
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "0.000250 2023-11-14 23:13:19.000250"));
    bench_keys(l->b, "<Esc>t");
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "time since the buses started"));
    stop(l);
    put("(1.0) can0 123#11\n", "w");
    l = look(false);
    bench_keys(l->b, "ttt"); /* of a log that does not know the day it is left out */
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "time since the buses started"));
    l->b->tui.trace.time = CS_TIME_DATE; /* as tui.conf may say */
    bench_draw(l->b, 100, 30);
    assert_true(bench_shows(l->b, "1.000000"));
    assert_false(bench_shows(l->b, "local time"));
    stop(l);
}

static void date_texts(void **state)
{
    char text[CS_DATE_MAX];

    (void)state;
    assert_string_equal(cs_text_date(1720000000, 1500000, CS_DATE_LONG, text),
                        "2024-07-03 11:46:40.000001");
    assert_string_equal(cs_text_zone(1720000000, 0, text), "CEST, UTC+02:00");
    assert_string_equal(cs_text_date(1720000000, INT64_C(61000000000000), 20, text),
                        "11:47:41.000000");
    assert_string_equal(cs_text_date(INT64_MAX / 2, 0, CS_DATE_LONG, text), "");
}

static void out_of_order(void **state)
{
    put("(1700000010.0) can0 123#11\n(1700000009.0) can0 124#\n(1700000011.0) can0 125#\n"
        "(1700000003.0) can0 126#\n",
        "w");
    struct looking *l = look(false);

    (void)state;
    assert_true(bench_shows(l->b, "2 frames: time goes back there"));
    assert_int_equal(l->b->tui.ring.end, 4);
    assert_int_equal(at_ps(l, 0), at_ps(l, 1));
    assert_int_equal(at_ps(l, 2), at_ps(l, 3));
    stop(l);
}

/* Each name is a bus, as long as there is room; what is left out is counted. */
static void many_buses(void **state)
{
    char text[64];

    (void)state;
    put("", "w");
    for (unsigned i = 0; i < CS_SIM_MAX_BUSES + 5; i++) {
        snprintf(text, sizeof text, "(1.%06u) a-name-of-%u 123#11\n", i, i);
        put(text, "a");
    }
    struct looking *l = look(false);
    assert_int_equal(l->b->tui.n_buses, CS_SIM_MAX_BUSES);
    snprintf(text, sizeof text, "5 frames are left out: of more than %d buses", CS_SIM_MAX_BUSES);
    assert_true(bench_shows(l->b, text));
    for (int w = 40; w < 200; w += 13)
        bench_draw(l->b, w, 5 + w % 30);
    stop(l);
}

static void long_lines(void **state)
{
    char text[3000];

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text + 900, "(1.0) can0 123#11\n", 19);
    put(text, "w");
    struct looking *l = look(false);
    assert_int_equal(l->b->tui.ring.end, 1);
    stop(l);
    memset(text, ' ', sizeof text);
    memcpy(text + 2000, "(2.0) can0 123#11\n", 19);
    put(text, "a");
    l = look(false);
    assert_int_equal(l->b->tui.ring.end, 1);
    assert_true(bench_shows(l->b, "x.log:2: must be a line of at most 1024 bytes"));
    stop(l);
}

/* ---- how much is kept ------------------------------------------------------------------------ */

static void sizes(void **state)
{
    char text[32];
    uint64_t bytes;

    (void)state;
    assert_int_equal(cs_size_parse("64M", &bytes), 0);
    assert_int_equal(bytes, 64 << 20);
    assert_int_equal(cs_size_parse("1T", &bytes), 0);
    assert_int_equal(cs_size_parse("5000000", &bytes), 0);
    assert_int_equal(cs_size_parse("2T", &bytes), -EINVAL);
    assert_int_equal(cs_size_parse("3M", &bytes), -EINVAL);
    assert_int_equal(cs_size_parse("M", &bytes), -EINVAL);
    assert_int_equal(cs_size_parse("", &bytes), -EINVAL);
    assert_int_equal(cs_size_parse("99999999999999999999999G", &bytes), -EINVAL);
    assert_string_equal(cs_size_text(64 << 20, text, sizeof text), "64M");
    assert_string_equal(cs_size_text(3 << 19, text, sizeof text), "1.5M");
    assert_string_equal(cs_size_text(999, text, sizeof text), "999");
    assert_string_equal(cs_size_text(UINT64_C(1) << 40, text, sizeof text), "1T");
}

/* Less at once: the oldest go, what stays is as it was, and there is room for more again. */
static void history(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_tui_ring *ring = &b->tui.ring;
    uint64_t dice = 1, first;

    (void)state;
    for (uint64_t i = 0; i < 1000000; i++) {
        struct cs_row *row = cs_tui_ring_push(ring);
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        *row = (struct cs_row){.at_ps = (int64_t)i * 1000,
                               .kind = CS_EV_FRAME,
                               .has_frame = true,
                               .id = (uint32_t)i & 0x7FF,
                               .len = 8,
                               .dlc = 8};
        memcpy(row->data, &dice, 8);
    }
    assert_int_equal(ring->first, 0);
    bench_keys(b, ":history<Enter>");
    bench_draw(b, 100, 30);
    assert_true(bench_shows(b, "history: 1000000 rows in "));
    assert_true(bench_shows(b, "packed ones may take 256M"));
    bench_keys(b, ":history 8M<Enter>");
    bench_draw(b, 100, 30);
    assert_true(bench_shows(b, "packed ones may take 8M; older ones are gone"));
    first = ring->first;
    assert_true(first > 100000 && first < 950000);
    assert_true(cs_tui_ring_bytes(ring) < UINT64_C(17) << 20);
    for (uint64_t i = first; i < ring->end; i += 997)
        assert_int_equal(cs_tui_ring_get(ring, i)->at_ps, (int64_t)i * 1000);
    assert_null(cs_tui_ring_get(ring, first - 1));
    bench_keys(b, ":history 5G<Enter>");
    for (uint64_t i = 1000000; i < 1300000; i++)
        *cs_tui_ring_push(ring) = (struct cs_row){.at_ps = (int64_t)i * 1000, .kind = CS_EV_NOTE};
    assert_int_equal(ring->first, first);
    for (uint64_t i = first; i < ring->end; i += 991)
        assert_int_equal(cs_tui_ring_get(ring, i)->at_ps, (int64_t)i * 1000);
    bench_keys(b, ":history 1<Enter>");
    bench_draw(b, 100, 30);
    assert_true(bench_shows(b, "must be a size of 4M..1T"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows),    cmocka_unit_test(begins_anew), cmocka_unit_test(by_word),
        cmocka_unit_test(dates),      cmocka_unit_test(date_texts),  cmocka_unit_test(out_of_order),
        cmocka_unit_test(many_buses), cmocka_unit_test(long_lines),  cmocka_unit_test(sizes),
        cmocka_unit_test(history),
    };
    return cmocka_run_group_tests_name("logs that grow", tests, set_up, tear_down);
}
