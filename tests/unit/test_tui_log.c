/* SPDX-License-Identifier: MIT */
/* A log that is looked at: what of it is shown, what keys do where nothing runs, and logs that are
 * damaged, strange, or none. */
#include <unistd.h>

#include "simcore/stats.h"
#include "tests/unit/test_tui.h"
#include "tui/host_log.h"
#include "tui/log_event.h"

#define LOOK "tests/golden/tui/look.log"

struct looking {
    struct bench *b;
    struct cs_host_log hl;
    char path[64]; /* of a file of its own; "" */
};

static struct looking *look_at_with(struct cs_host_log_config config, uint32_t rows)
{
    struct looking *l = calloc(1, sizeof *l);
    struct cs_error error = {0};

    assert_non_null(l);
    l->b = calloc(1, sizeof *l->b);
    assert_non_null(l->b);
    assert_int_equal(cs_tui_init(&l->b->tui, &l->hl.host, rows), 0);
    if (cs_host_log_open(&l->hl, &config, &l->b->tui, &error) != 1)
        fail_msg("%s", error.text);
    return l;
}

static struct looking *look_at(const char *path)
{
    struct looking *l = look_at_with((struct cs_host_log_config){.path = path}, 0);

    while (cs_host_log_load(&l->hl, 50))
        ;
    return l;
}

static void temporary(const char *text, char path[64])
{
    int fd;
    FILE *out;

    snprintf(path, 64, "/tmp/cansim-look-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    out = fdopen(fd, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static struct looking *look_at_text(const char *text)
{
    static char path[64];
    struct looking *l;

    temporary(text, path);
    l = look_at(path);
    memcpy(l->path, path, sizeof path);
    l->hl.config.path = l->path;
    return l;
}

static void stop_looking(struct looking *l)
{
    if (l->path[0])
        unlink(l->path);
    cs_host_log_close(&l->hl);
    bench_free(l->b);
    free(l);
}

static void screens(void **state)
{
    struct looking *l = look_at(LOOK);

    (void)state;
    bench_draw(l->b, 80, 24);
    bench_golden(l->b, "log-80x24");
    bench_draw(l->b, 160, 50);
    bench_golden(l->b, "log-160x50");
    bench_keys(l->b, "e");
    bench_draw(l->b, 80, 24);
    bench_golden(l->b, "log-errors");
    bench_keys(l->b, "e2");
    bench_draw(l->b, 160, 50);
    bench_golden(l->b, "log-ids");
    bench_keys(l->b, "0"); /* without a bit rate there are neither bits nor loads to tell */
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, " frames "));
    assert_true(bench_shows(l->b, "not told by a log"));
    assert_true(bench_hides(l->b, "idle "));
    assert_true(bench_hides(l->b, "bits load"));
    bench_keys(l->b, "<Down>");
    bench_draw(l->b, 80, 24);
    assert_true(bench_hides(l->b, "load 0.0%"));
    stop_looking(l);
}

static void ascii(void **state)
{
    struct looking *l = look_at(LOOK);
    char *text;

    (void)state;
    l->b->canvas.ascii = true;
    bench_draw(l->b, 100, 30);
    text = bench_text(l->b);
    for (const char *c = text; *c; c++)
        assert_true((unsigned char)*c < 128);
    free(text);
    stop_looking(l);
}

/* Its beginning is shown while it is read. */
static void loads_in_slices(void **state)
{
    struct looking *l = look_at_with((struct cs_host_log_config){.path = LOOK}, 0);

    (void)state;
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "the log has no frames"));
    assert_true(bench_shows(l->b, "loading "));
    assert_true(cs_host_log_load(&l->hl, 30));
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "loading "));
    assert_true(bench_shows(l->b, "row 1 of 30"));
    bench_keys(l->b, "<Down><Down>");
    assert_true(cs_host_log_load(&l->hl, 30));
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "row 3 of 60"));
    while (cs_host_log_load(&l->hl, 30))
        ;
    assert_false(cs_host_log_load(&l->hl, 30));
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "■ log"));
    assert_true(bench_shows(l->b, "row 3 of 144"));
    stop_looking(l);
}

/* Keys that want a bus say that there is none. */
static void nothing_runs(void **state)
{
    static const struct {
        const char *keys, *says;
    } rows[] = {
        {"<Space>", "this is a log"},
        {"G.", "this is a log"},
        {"Gn", "this is a log"},
        {"+", "this is a log"},
        {"-", "this is a log"},
        {":pause<Enter>", "this is a log"},
        {":go<Enter>", "this is a log"},
        {":speed 3<Enter>", "this is a log"},
        {":send 123#11 can0<Enter>", "this is a log"},
        {"i", "this is a log: there is no bus to send on"},
        {":flip field=crc<Enter>", "this is a log"},
        {"wx.json<Enter>", "this is a log"},
    };
    struct looking *l = look_at(LOOK);
    uint64_t end = l->b->tui.ring.end;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench_keys(l->b, rows[i].keys);
        bench_draw(l->b, 80, 24);
        if (!bench_shows(l->b, rows[i].says))
            fail_msg("%s", rows[i].keys);
        bench_keys(l->b, "<^U><Esc>");
    }
    bench_keys(l->b, "12345123|o|o|oz?<Esc>");
    bench_draw(l->b, 80, 24);
    assert_false(l->b->tui.info.paused);
    assert_int_equal(l->b->tui.ring.end, end);
    assert_int_equal(access("x.json", F_OK), -1);
    stop_looking(l);
}

static void times(void **state)
{
    struct looking *l = look_at(LOOK);
    int64_t at_ps;

    (void)state;
    bench_keys(l->b, "2:at 0.05<Enter>");
    at_ps = cs_trace_selected(&l->b->tui)->at_ps;
    assert_true(at_ps >= 50 * CS_PS_PER_MS && at_ps < 53 * CS_PS_PER_MS);
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "row "));
    bench_keys(l->b, ":at 20ms<Enter>");
    at_ps = cs_trace_selected(&l->b->tui)->at_ps;
    assert_true(at_ps >= 20 * CS_PS_PER_MS && at_ps < 23 * CS_PS_PER_MS);
    bench_keys(l->b, ":at 1h<Enter>");
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "at: no row is shown from then on"));
    bench_keys(l->b, "<^U>at noon<Enter>");
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "at: must be a time such as 12.5"));
    stop_looking(l);
}

/* Bits are counted; with a bit rate they are load, without one there is none. */
static void load(void **state)
{
    static const char text[] = "(0.500000) a 100#0000000000000000\n(1.000000) a 100#\n";
    struct looking *l = look_at_text(text);
    struct cs_host_log_config config = {.bitrate_bps = 10000};

    (void)state;
    bench_draw(l->b, 80, 24);
    assert_int_equal(l->b->tui.bus[0].stats.frames, 2);
    assert_int_equal(l->b->tui.bus[0].stats.load_permille, 0);
    assert_true(bench_hides(l->b, "%"));
    config.path = l->path;
    struct looking *known = look_at_with(config, 0);
    while (cs_host_log_load(&known->hl, 1))
        ;
    bench_draw(known->b, 80, 24);
    assert_true(bench_shows(known->b, "a 10k"));
    const struct cs_row *first = cs_tui_ring_get(&known->b->tui.ring, 0);
    const struct cs_row *second = cs_tui_ring_get(&known->b->tui.ring, 1);
    assert_in_range(first->n_bits, 108, 108 + 26);
    assert_int_equal(first->at_ps - first->start_ps, first->n_bits * 100 * CS_PS_PER_US);
    /* Of 10000 bits; the last intermission is still to come. */
    const unsigned permille = (first->n_bits + 3u + second->n_bits) / 10;
    assert_in_range(known->b->tui.bus[0].stats.load_permille, permille - 1, permille + 1);
    stop_looking(known);
    stop_looking(l);
}

/* What is before the damage is shown, and where it is. */
static void damaged(void **state)
{
    struct looking *l = look_at_text("(1.0) can0 123#11\n(1.5) can0 124#22\n(2.0) can0 oops\n");

    (void)state;
    bench_draw(l->b, 80, 24);
    assert_int_equal(l->b->tui.ring.end, 2);
    assert_true(bench_shows(l->b, ":3: "));
    assert_true(l->b->tui.message_bad);
    stop_looking(l);
}

/* Names that no bus can have; more buses than there is room for. */
static void strange_buses(void **state)
{
    char text[2000] = "", *at = text;
    struct looking *l;

    (void)state;
    for (int i = 0; i < 20; i++)
        at += sprintf(at, "(%d.0) bus:%d 123#\n", i, i);
    l = look_at_text(text);
    bench_draw(l->b, 80, 24);
    assert_int_equal(l->b->tui.n_buses, CS_SIM_MAX_BUSES);
    assert_string_equal(l->b->tui.bus[3].name, "bus_3");
    assert_true(bench_shows(l->b, "4 frames are left out"));
    stop_looking(l);
}

static void is_none(void **state)
{
    static const char *const texts[] = {"", "{}", "// a comment\n{\"buses\": {}}", "hello\n", "[]"};

    (void)state;
    for (size_t i = 0; i <= sizeof texts / sizeof *texts; i++) {
        char path[64] = "/tmp"; /* at last a folder */
        struct cs_host_log hl = {0};
        struct cs_error error = {0};
        struct cs_tui tui = {0};
        if (i < sizeof texts / sizeof *texts)
            temporary(texts[i], path);
        const struct cs_host_log_config config = {.path = path};
        assert_int_equal(cs_host_log_open(&hl, &config, &tui, &error), 0);
        assert_null(tui.host);
        cs_host_log_close(&hl);
        unlink(path);
    }
}

static void meanings(void **state)
{
    const struct cs_host_log_config config = {.path = "", .as = "canopen"};
    char path[64];
    struct cs_host_log_config mine = config;

    (void)state;
    temporary("(1.0) can0 000#8200\n(1.1) can0 705#00\n(1.2) other 705#7F\n", path);
    mine.path = path;
    struct looking *l = look_at_with(mine, 0);
    while (cs_host_log_load(&l->hl, 1))
        ;
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "NMT all nodes: reset"));
    assert_true(bench_shows(l->b, "node 5: boot-up"));
    assert_true(bench_shows(l->b, "HB node 5")); /* of a bus that came later */
    stop_looking(l);
    mine.as = "nothing";
    struct cs_host_log hl = {0};
    struct cs_error error = {0};
    struct cs_tui tui = {0};
    assert_int_equal(cs_host_log_open(&hl, &mine, &tui, &error), -1);
    assert_non_null(strstr(error.text, "--as: must be"));
    cs_host_log_close(&hl);
    unlink(path);
}

static void too_long(void **state)
{
    struct looking *l = look_at_with((struct cs_host_log_config){.path = LOOK}, 50);

    (void)state;
    while (cs_host_log_load(&l->hl, 7))
        ;
    bench_draw(l->b, 80, 24);
    assert_true(bench_shows(l->b, "the first 94 rows made room: --history and --rows keep more"));
    bench_keys(l->b, "<Up><Down>");
    bench_draw(l->b, 80, 24);
    stop_looking(l);
}

/* Linux's error frames, one by one. */
static void error_frames(void **state)
{
    static const struct {
        uint32_t id;
        uint8_t data[8];
        unsigned kind, what; /* error, state */
    } rows[] = {
        {0x08, {0, 0, 0x01, 0x0a}, CS_EV_ERROR, CS_ERROR_BIT},
        {0x08, {0, 0, 0x04, 0x0a}, CS_EV_ERROR, CS_ERROR_STUFF},
        {0x08, {0, 0, 0x02, 0x1a}, CS_EV_ERROR, CS_ERROR_FORM},
        {0x88, {0, 0, 0x00, 0x08}, CS_EV_ERROR, CS_ERROR_CRC},
        {0x20, {0}, CS_EV_ERROR, CS_ERROR_ACK},
        {0x04, {0, 0x20}, CS_EV_STATE, CS_STATE_ERROR_PASSIVE},
        {0x04, {0, 0x40}, CS_EV_STATE, CS_STATE_ERROR_ACTIVE},
        {0x40, {0}, CS_EV_STATE, CS_STATE_BUS_OFF},
        {0x02, {9}, CS_EV_ARB_LOST, 9},
        {0x04, {0, 0x01}, CS_EV_NOTE, 0},
        {0x04, {0, 0x08}, CS_EV_NOTE, 0},
        {0x100, {0}, CS_EV_NOTE, 0},
        {0x01, {0}, CS_EV_NOTE, 0},
        {0x80, {0}, CS_EV_ERROR_FRAME, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cansim_frame frame = {.id = rows[i].id, .len = 8};
        struct cs_event event = {0};
        memcpy(frame.data, rows[i].data, 8);
        cs_log_error_event(&frame, &event);
        assert_int_equal(event.kind, rows[i].kind);
        assert_int_equal(event.kind == CS_EV_ERROR      ? event.error
                         : event.kind == CS_EV_STATE    ? event.state
                         : event.kind == CS_EV_ARB_LOST ? event.bit
                                                        : 0,
                         rows[i].what);
        assert_int_equal(event.text != NULL, event.kind == CS_EV_NOTE);
    }
    struct cs_event bare = {0};
    cs_log_error_event(&(struct cansim_frame){.id = 0xffffffff}, &bare);
    assert_int_equal(bare.kind, CS_EV_ERROR_FRAME);
}

/* What is done with rows of a bus that runs is done with a log's as well. */
static void rows_are_worked_with(void **state)
{
    static const struct cs_host_log_config config = {.path = LOOK, .as = "canopen"};
    struct looking *l = look_at_with(config, 0);
    struct cs_export rows = {.path = "/tmp/cansim-look-out.log", .to = UINT64_MAX};
    char told[200], line[100];
    FILE *in;

    (void)state;
    while (cs_host_log_load(&l->hl, 50))
        ;
    bench_draw(l->b, 120, 30);
    bench_keys(l->b, "<Right>");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "TIME"));
    assert_true(bench_shows(l->b, "82 bits"));
    assert_true(bench_hides(l->b, "attempt"));
    bench_keys(l->b, "<Left>m<Down><Down>");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "since the mark: 1.476ms · 2 frames"));
    assert_true(bench_hides(l->b, "bit times"));
    bench_keys(l->b, "mm:filter id=2a0 and data[0]>25<Enter>");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "26 48 65"));
    assert_true(bench_hides(l->b, "25 48 65"));
    assert_int_equal(
        l->b->tui.host->ops->export_rows(l->b->tui.host->ctx, &l->b->tui, &rows, told, sizeof told),
        0);
    assert_non_null(strstr(told, "2 rows in"));
    in = fopen(rows.path, "r");
    assert_non_null(in);
    for (int i = 0; i < 2; i++) {
        assert_non_null(fgets(line, sizeof line, in));
        assert_non_null(strstr(line, i ? "2A0##12748656C" : "2A0##12648656C"));
    }
    fclose(in);
    unlink(rows.path);
    stop_looking(l);
}

/* What it lacks is told, where somebody looks for it. */
static void says_what_is_missing(void **state)
{
    static const char *const keys[][2] = {
        {"3", "a log has no nodes"},
        {"4", "this is a log: faults are for buses that run"},
        {"7", "this is a log: frames can be listed, not sent"},
        {"8", "nobody decodes this log"},
        {"W", "A log tells neither who sent what"},
        {"6", "if the bit rate is 500k"},
        {"6s", "this is a log: nothing runs here"},
    };
    struct looking *l = look_at(LOOK);

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bench_draw(l->b, 120, 30);
        bench_keys(l->b, keys[i][0]);
        bench_draw(l->b, 120, 30);
        if (!bench_shows(l->b, keys[i][1]))
            fail_msg("%s: %s", keys[i][0], keys[i][1]);
        assert_true(bench_hides(l->b, "waited 0"));
    }
    stop_looking(l);
}

/* Every key of every view and overlay that it opens. */
static void any_key(void **state)
{
    struct looking *l = look_at(LOOK);
    struct cs_tui *tui = &l->b->tui;

    (void)state;
    bench_draw(l->b, 120, 40);
    for (unsigned v = 0; v < cs_n_views; v++)
        for (unsigned i = 0; i < cs_views[v]->n_bindings + cs_n_global_bindings; i++) {
            const struct cs_binding *binding =
                i < cs_views[v]->n_bindings ? &cs_views[v]->bindings[i]
                                            : &cs_global_bindings[i - cs_views[v]->n_bindings];
            cs_tui_show_view(tui, v);
            cs_tui_key(tui, binding->keys[0]);
            bench_draw(l->b, 120, 40);
            bench_keys(l->b, "<Tab><Down>7<Enter>");
            bench_draw(l->b, 120, 40);
            bench_keys(l->b, "<Esc><Esc><Esc>");
            tui->quit = tui->suspend = tui->take_picture = false;
            bench_draw(l->b, 120, 40);
        }
    assert_int_equal(tui->ring.end, 144);
    stop_looking(l);
}

static void any_size(void **state)
{
    struct looking *l = look_at(LOOK);

    (void)state;
    for (int w = 40; w < 240; w += 13)
        for (int h = 5; h < 70; h += 9)
            for (const char *keys = "12345678WM|"; *keys; keys++) {
                bench_keys(l->b, (char[]){*keys, '\0'});
                bench_draw(l->b, w, h);
            }
    stop_looking(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens),
        cmocka_unit_test(ascii),
        cmocka_unit_test(loads_in_slices),
        cmocka_unit_test(nothing_runs),
        cmocka_unit_test(times),
        cmocka_unit_test(load),
        cmocka_unit_test(damaged),
        cmocka_unit_test(is_none),
        cmocka_unit_test(strange_buses),
        cmocka_unit_test(meanings),
        cmocka_unit_test(too_long),
        cmocka_unit_test(error_frames),
        cmocka_unit_test(rows_are_worked_with),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(any_key),
        cmocka_unit_test(any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
