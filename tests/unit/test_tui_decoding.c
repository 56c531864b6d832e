/* SPDX-License-Identifier: MIT */
/* Decoders that are chosen while the window runs, in each of the three hosts: what is said is what
 * would have been said from the start, and what was kept of rows stays with them. */
#include <ev.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simcore/stats.h"
#include "tests/unit/test_tui.h"
#include "tui/decoding.h"
#include "tui/host_log.h"
#include "tui/host_session.h"
#include "tui/job.h"
#include "tui/plot.h"
#include "tui/trace.h"
#include "tui/view_network.h"

#define MS CS_PS_PER_MS

/* A network that boots; node 5 falls silent, which time alone tells. */
static const char boot[] = "(0.001000) can0 000#8200\n"
                           "(0.002000) can0 705#00\n"
                           "(0.010000) can0 605#2B171000F4010000\n"
                           "(0.011000) can0 585#6017100000000000\n"
                           "(0.020000) can0 605#4000100000000000\n"
                           "(0.021000) can0 585#4300100092010200\n"
                           "(0.030000) can0 605#4055200000000000\n"
                           "(0.031000) can0 585#8055200000000206\n"
                           "(0.500000) can0 705#05\n"
                           "(1.000000) can0 705#05\n"
                           "(2.500000) can0 123#0102\n"
                           "(4.000000) can0 123#0103\n";

struct looking {
    struct bench *b;
    struct cs_host_log hl;
    char path[64];
};

static void temporary(const char *text, unsigned times, char path[64])
{
    FILE *out;
    int fd;

    snprintf(path, 64, "/tmp/cansim-decoding-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    out = fdopen(fd, "w");
    assert_non_null(out);
    fputs(text, out);
    for (unsigned i = 1; i < times; i++)
        fprintf(out, "(%u.%03u000) can0 705#05\n", 5 + i / 100, i % 100 * 10);
    fclose(out);
}

static struct looking *look_at(const char *text, unsigned times, const char *as)
{
    struct looking *l = calloc(1, sizeof *l);
    struct cs_error error = {0};

    assert_non_null(l);
    l->b = calloc(1, sizeof *l->b);
    assert_non_null(l->b);
    temporary(text, times, l->path);
    assert_int_equal(cs_tui_init(&l->b->tui, &l->hl.host, 0), 0);
    const struct cs_host_log_config config = {.path = l->path, .as = as};
    if (cs_host_log_open(&l->hl, &config, &l->b->tui, &error) != 1)
        fail_msg("%s", error.text);
    while (cs_host_log_load(&l->hl, 5))
        cs_tui_refresh(&l->b->tui);
    bench_draw(l->b, 120, 30);
    return l;
}

static void stop_looking(struct looking *l)
{
    unlink(l->path);
    cs_host_log_close(&l->hl);
    bench_free(l->b);
    free(l);
}

static void type(struct bench *b, const char *text)
{
    char keys[200];

    snprintf(keys, sizeof keys, ":%s<Enter>", text);
    bench_keys(b, keys);
    while (b->tui.more)
        cs_tui_work(&b->tui, 100000);
    bench_draw(b, 120, 30);
}

/* All rows of both are the same in all that a decoder says. */
static void assert_same_rows(const struct cs_tui *a, const struct cs_tui *b)
{
    assert_int_equal(a->ring.end - a->ring.first, b->ring.end - b->ring.first);
    for (uint64_t i = 0; i < a->ring.end - a->ring.first; i++) {
        const struct cs_row *x = cs_tui_ring_get(&a->ring, a->ring.first + i);
        const struct cs_row *y = cs_tui_ring_get(&b->ring, b->ring.first + i);
        assert_non_null(x);
        assert_non_null(y);
        assert_int_equal(x->at_ps, y->at_ps);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->said, y->said);
        assert_int_equal(x->severity, y->severity);
        assert_int_equal(x->count, y->count);
        assert_string_equal(cs_event_names_text(&a->event_names, x->what),
                            cs_event_names_text(&b->event_names, y->what));
        assert_memory_equal(x->data, y->data, sizeof x->data);
    }
}

/* ---- a log ----------------------------------------------------------------------------------- */

static void as_from_the_start(void **state)
{
    struct looking *from = look_at(boot, 1, "canopen"), *later = look_at(boot, 1, NULL);

    (void)state;
    assert_true(bench_shows(from->b, "heartbeat"));
    assert_true(bench_hides(later->b, "heartbeat,"));
    type(later->b, "decode canopen");
    assert_true(bench_shows(later->b, "canopen says what 10 of 12 frames mean"));
    assert_true(from->b->tui.ring.end > 12); /* what time told has a row */
    assert_same_rows(&from->b->tui, &later->b->tui);
    type(later->b, "decode");
    assert_true(bench_shows(later->b, "canopen says what frames mean"));
    stop_looking(from);
    stop_looking(later);
}

static void off_and_undo(void **state)
{
    struct looking *plain = look_at(boot, 1, NULL), *l = look_at(boot, 1, NULL);
    struct looking *from = look_at(boot, 1, "canopen");

    (void)state;
    type(l->b, "decode canopen");
    bench_keys(l->b, "u");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "undone: decode canopen"));
    assert_same_rows(&plain->b->tui, &l->b->tui);
    bench_keys(l->b, "U");
    assert_same_rows(&from->b->tui, &l->b->tui);
    type(l->b, "decode off");
    assert_same_rows(&plain->b->tui, &l->b->tui);
    assert_false(l->b->tui.decoded);
    bench_keys(l->b, "u");
    assert_true(l->b->tui.decoded);
    assert_same_rows(&from->b->tui, &l->b->tui);
    /* One that was there from the start is taken away and comes back. */
    type(from->b, "decode off");
    assert_same_rows(&plain->b->tui, &from->b->tui);
    bench_keys(from->b, "u");
    assert_same_rows(&l->b->tui, &from->b->tui);
    type(from->b, "decode off");
    type(from->b, "decode off");
    assert_true(bench_shows(from->b, "nobody says what frames mean"));
    stop_looking(plain);
    stop_looking(from);
    stop_looking(l);
}

/* The cursor, a mark, a bookmark with its name and the open tree stay with their rows. */
static void rows_stay_what_they_are(void **state)
{
    struct looking *l = look_at(boot, 1, NULL);
    struct cs_tui *tui = &l->b->tui;
    const struct cs_trace_keep *keep = cs_trace_keep(tui);

    (void)state;
    bench_keys(l->b, "G<Up><Up>m"); /* the one at 1.0 s */
    assert_int_equal(cs_tui_ring_get(&tui->ring, keep->mark)->at_ps, 1000 * MS);
    bench_keys(l->b, "<Down>");
    type(l->b, "bookmark late");
    bench_keys(l->b, "<Down><Right>");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "nobody decodes: :decode canopen"));
    type(l->b, "decode canopen");
    assert_int_equal(cs_tui_ring_get(&tui->ring, keep->mark)->at_ps, 1000 * MS);
    assert_int_equal(cs_tui_ring_get(&tui->ring, keep->bookmarks[0])->at_ps, 2500 * MS);
    assert_string_equal(cs_trace_bookmark_name(tui, keep->bookmarks[0]), "late");
    assert_int_equal(cs_tui_ring_get(&tui->ring, tui->trace.sel)->at_ps, 4000 * MS);
    assert_int_equal(keep->open_row, tui->trace.sel);
    assert_true(tui->trace.sel > 11);
    assert_true(bench_shows(l->b, "it does not belong to the decoder's protocol"));
    type(l->b, "decode off");
    assert_int_equal(tui->trace.sel, 11);
    assert_int_equal(keep->mark, 9);
    /* The bookmark's own step back finds the row as well. */
    stop_looking(l);
}

static void views_follow(void **state)
{
    struct looking *l = look_at(boot, 1, NULL);

    (void)state;
    bench_keys(l->b, "8");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "this looks like CANopen: :decode canopen"));
    bench_keys(l->b, "1");
    type(l->b, "filter canopen.sdo.abort");
    assert_true(bench_hides(l->b, "8055"));
    type(l->b, "decode canopen");
    assert_true(bench_shows(l->b, "SDO node 5"));
    assert_true(bench_shows(l->b, "80 55 20"));
    assert_true(bench_hides(l->b, "82 00"));
    type(l->b, "filter");
    bench_keys(l->b, "2");
    bench_draw(l->b, 160, 30);
    assert_true(bench_shows(l->b, "heartbeat"));
    bench_keys(l->b, "8");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "lost"));
    type(l->b, "decode off");
    assert_true(bench_shows(l->b, "looks like CANopen"));
    bench_keys(l->b, "2");
    bench_draw(l->b, 160, 30);
    assert_true(bench_hides(l->b, "heartbeat,"));
    stop_looking(l);
}

static void plots_follow(void **state)
{
    struct looking *l = look_at(boot, 1, NULL);
    struct cs_tui *tui = &l->b->tui;
    double value;

    (void)state;
    assert_int_equal(tui->plots.n_known, 0);
    type(l->b, "decode canopen");
    assert_true(tui->plots.n_known > 0);
    for (unsigned i = 0; i < tui->plots.n_known && !tui->plots.n; i++)
        if (tui->plots.known[i].id == 0x705) {
            char line[128];
            snprintf(line, sizeof line, "plot 705 %s", tui->plots.known[i].field);
            type(l->b, line);
        }
    assert_int_equal(tui->plots.fields, 1);
    type(l->b, "decode off");
    type(l->b, "decode canopen");
    assert_true(cs_plot_ring_value(&tui->plots.plot[0]->ring, 600 * MS, &value));
    stop_looking(l);
}

/* Of a decoder that was there from the start, too: what is in the trace already counts. */
static void plots_have_a_past(void **state)
{
    struct looking *l = look_at(boot, 1, "canopen");
    struct cs_tui *tui = &l->b->tui;
    double value;

    (void)state;
    bench_keys(l->b, "9a");
    bench_draw(l->b, 120, 30);
    assert_true(bench_shows(l->b, "decoded: "));
    bench_keys(l->b, "<Esc>");
    type(l->b, "plot 705 state");
    assert_int_equal(tui->plots.fields, 1);
    assert_true(cs_plot_ring_value(&tui->plots.plot[0]->ring, 600 * MS, &value));
    stop_looking(l);
}

/* Long work: the screen goes on, Esc ends it and nothing has changed. */
static void in_slices(void **state)
{
    struct looking *l = look_at(boot, 60000, NULL);
    struct cs_tui *tui = &l->b->tui;

    (void)state;
    bench_keys(l->b, ":decode canopen");
    cs_tui_key(tui, CS_KEY_ENTER);
    assert_non_null(tui->job);
    assert_false(tui->decoded);
    cs_tui_draw(tui, &l->b->canvas);
    assert_true(bench_shows(l->b, "decode "));
    cs_tui_key(tui, CS_KEY_ESC);
    assert_null(tui->job);
    assert_false(tui->decoded);
    assert_string_equal(l->hl.decoding.text, "");
    assert_string_equal(tui->message, "given up, and everything is as it was");
    /* An undo that is given up was none. */
    type(l->b, "decode canopen");
    assert_true(tui->decoded);
    cs_tui_key(tui, 'u');
    assert_non_null(tui->job);
    cs_tui_key(tui, CS_KEY_ESC);
    assert_true(tui->decoded);
    bench_keys(l->b, "u");
    while (tui->more)
        cs_tui_work(tui, 100000);
    assert_false(tui->decoded);
    assert_string_equal(l->hl.decoding.text, "");
    /* Another choice takes the place of one that is under way. */
    bench_keys(l->b, ":decode canopen<Enter>");
    type(l->b, "decode off");
    assert_false(tui->decoded);
    stop_looking(l);
}

static void says_why_not(void **state)
{
    struct looking *l = look_at(boot, 1, NULL);

    (void)state;
    type(l->b, "decode canopn");
    assert_true(bench_shows(l->b, "there is no decoder \"canopn\", there are"));
    bench_keys(l->b, "<Esc>");
    type(l->b, "decode canopen drive.eds");
    assert_true(bench_shows(l->b, "behind the decoder comes eds FILE..., got \"drive.eds\""));
    bench_keys(l->b, "<Esc>");
    type(l->b, "decode canopen eds");
    assert_true(bench_shows(l->b, "behind eds come files such as 5=drive.eds"));
    bench_keys(l->b, "<Esc>");
    type(l->b, "decode canopen eds 5=nowhere.eds");
    assert_true(bench_shows(l->b, "nowhere.eds: cannot be read"));
    bench_keys(l->b, "<Esc>");
    type(l->b, "decode host");
    assert_true(bench_shows(l->b, "no host elsewhere says"));
    bench_keys(l->b, "<Esc>");
    assert_false(l->b->tui.decoded);
    type(l->b, "decode canopen tests/fuzz/corpus/dbc/none.dbc");
    assert_true(bench_shows(l->b, "none.dbc: No such file"));
    bench_keys(l->b, "<Esc>");
    assert_false(l->b->tui.decoded);
    type(l->b, "decode canopen eds 5=scenarios/examples/drive.eds");
    type(l->b, "decode");
    assert_true(bench_shows(l->b, "with 5=scenarios/examples/drive.eds"));
    stop_looking(l);
}

static void completion(void **state)
{
    struct looking *l = look_at(boot, 1, NULL);

    (void)state;
    bench_keys(l->b, ":decode can<Tab>");
    assert_string_equal(l->b->tui.prompt.field.text, "decode canopen");
    bench_keys(l->b, " <Tab>");
    assert_string_equal(l->b->tui.prompt.field.text, "decode canopen eds");
    bench_keys(l->b, " 5=scenarios/examples/dri<Tab>");
    assert_string_equal(l->b->tui.prompt.field.text,
                        "decode canopen eds 5=scenarios/examples/drive.eds");
    bench_keys(l->b, "<Esc>:decode o<Tab>");
    assert_string_equal(l->b->tui.prompt.field.text, "decode off");
    stop_looking(l);
}

/* What is read later is decoded as well, also while it is gone through. */
static void while_it_loads(void **state)
{
    struct looking *from = look_at(boot, 3000, "canopen"), *l = calloc(1, sizeof *l);
    struct cs_error error = {0};

    (void)state;
    assert_non_null(l);
    l->b = calloc(1, sizeof *l->b);
    assert_non_null(l->b);
    temporary(boot, 3000, l->path);
    assert_int_equal(cs_tui_init(&l->b->tui, &l->hl.host, 0), 0);
    const struct cs_host_log_config config = {.path = l->path};
    assert_int_equal(cs_host_log_open(&l->hl, &config, &l->b->tui, &error), 1);
    cs_tui_resize(&l->b->tui, 120, 30);
    assert_true(cs_host_log_load(&l->hl, 700));
    type(l->b, "decode canopen");
    while (cs_host_log_load(&l->hl, 70))
        ;
    cs_tui_refresh(&l->b->tui);
    assert_same_rows(&from->b->tui, &l->b->tui);
    stop_looking(from);
    stop_looking(l);
}

/* ---- a session ------------------------------------------------------------------------------- */

struct lab {
    struct bench b; /* of it only `tui` and `canvas` */
    struct cs_host_session host;
    struct ev_loop *loop;
    struct cs_session *session;
};

static void finished(void *ctx, int status)
{
    struct lab *lab = ctx;

    assert_int_equal(status, 0);
    lab->host.finished = true;
    ev_break(lab->loop, EVBREAK_ALL);
}

static void held(void *ctx)
{
    ev_break(((struct lab *)ctx)->loop, EVBREAK_ALL);
}

static void lab_run(struct lab *lab, int64_t until_ps)
{
    cs_session_pause(lab->session, false);
    cs_session_pause_at(lab->session, until_ps, held, lab);
    if (!lab->host.finished)
        ev_run(lab->loop, 0);
    cs_tui_refresh(&lab->b.tui);
}

static void lab_begin(struct lab *lab, const char *as)
{
    const struct cs_session_config config = {.scenario = "scenarios/examples/canopen-lab.json",
                                             .fast = true,
                                             .recording = true,
                                             .pages = true,
                                             .as = as,
                                             .duration_ps = 10000 * MS};
    struct cs_error error = {0};

    lab->session = cs_session_create(&config, lab->loop, &error);
    if (!lab->session)
        fail_msg("%s", error.text);
    assert_int_equal(cs_host_session_init(&lab->host, lab->session, &lab->b.tui), 0);
    cs_session_start(lab->session, finished, lab);
}

static struct lab *lab_new(const char *as)
{
    struct lab *lab = calloc(1, sizeof *lab);

    assert_non_null(lab);
    lab->b.console = -1;
    lab->loop = ev_loop_new(EVFLAG_AUTO);
    lab->host.host = (struct cs_host){&cs_host_session_ops, &lab->host};
    assert_int_equal(cs_tui_init(&lab->b.tui, &lab->host.host, 0), 0);
    cs_tui_resize(&lab->b.tui, 120, 30);
    lab_begin(lab, as);
    return lab;
}

static void lab_end(struct lab *lab)
{
    cs_host_session_fini(&lab->host);
    cs_session_destroy(lab->session);
}

static void lab_free(struct lab *lab)
{
    lab_end(lab);
    cs_decoding_fini(&lab->host.decoding);
    cs_tui_fini(&lab->b.tui);
    cs_canvas_fini(&lab->b.canvas);
    ev_loop_destroy(lab->loop);
    free(lab);
}

static void a_session(void **state)
{
    struct lab *from = lab_new("canopen"), *later = lab_new(NULL);

    (void)state;
    lab_run(later, 300 * MS);
    type(&later->b, "decode off"); /* the scenario wants it decoded */
    lab_run(from, 1500 * MS);
    lab_run(later, 1500 * MS);
    type(&later->b, "decode off");
    bench_keys(&later->b, "<Left>");
    bench_draw(&later->b, 120, 30);
    assert_true(bench_shows(&later->b, "this looks like CANopen"));
    type(&later->b, "decode canopen");
    assert_true(bench_shows(&later->b, "SYNC"));
    assert_same_rows(&from->b.tui, &later->b.tui);
    lab_run(from, 3000 * MS);
    lab_run(later, 3000 * MS);
    assert_same_rows(&from->b.tui, &later->b.tui);
    /* Its own decoder goes on for others while this window has none, or another. */
    type(&from->b, "decode off");
    assert_non_null(cs_session_live(from->session));
    assert_false(from->b.tui.decoded);
    lab_run(from, 4000 * MS);
    lab_run(later, 4000 * MS);
    bench_keys(&from->b, "u");
    assert_same_rows(&from->b.tui, &later->b.tui);
    lab_free(from);
    lab_free(later);
}

/* What is chosen stays when the scenario is run again; the files are there in the network's view.
 */
static void a_session_again(void **state)
{
    struct lab *lab = lab_new(NULL);

    (void)state;
    lab_run(lab, 1000 * MS);
    type(&lab->b, "decode canopen eds 7=scenarios/examples/drive.eds");
    assert_non_null(lab->host.decoding.follow);
    bench_keys(&lab->b, "8");
    bench_draw(&lab->b, 120, 30);
    assert_true(bench_shows(&lab->b, "7 Drive 402"));
    lab_end(lab);
    lab->host.feed = (struct cs_feed){0};
    lab->host.finished = false;
    assert_int_equal(cs_tui_restart(&lab->b.tui), 0);
    lab_begin(lab, NULL);
    lab_run(lab, 700 * MS);
    bench_keys(&lab->b, "1");
    bench_draw(&lab->b, 120, 30);
    assert_true(bench_shows(&lab->b, "SYNC"));
    assert_non_null(lab->host.decoding.follow);
    /* Back to what it would be by itself: without files. */
    bench_keys(&lab->b, "u");
    assert_null(lab->host.decoding.follow);
    lab_free(lab);
}

/* One that is under way ends with its session. */
static void a_session_ends(void **state)
{
    struct lab *lab = lab_new(NULL);

    (void)state;
    lab_run(lab, 9000 * MS);
    for (unsigned i = 0; i < 3000; i++)
        *cs_tui_ring_push(&lab->b.tui.ring) =
            (struct cs_row){.kind = CS_EV_NOTE, .at_ps = 9000 * MS};
    bench_keys(&lab->b, ":decode canopen");
    for (unsigned i = 0; i < 200000; i++)
        *cs_tui_ring_push(&lab->b.tui.ring) =
            (struct cs_row){.kind = CS_EV_NOTE, .at_ps = 9000 * MS};
    cs_tui_key(&lab->b.tui, CS_KEY_ENTER);
    assert_non_null(lab->b.tui.job);
    lab_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_from_the_start),
        cmocka_unit_test(off_and_undo),
        cmocka_unit_test(rows_stay_what_they_are),
        cmocka_unit_test(views_follow),
        cmocka_unit_test(plots_follow),
        cmocka_unit_test(plots_have_a_past),
        cmocka_unit_test(in_slices),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(completion),
        cmocka_unit_test(while_it_loads),
        cmocka_unit_test(a_session),
        cmocka_unit_test(a_session_again),
        cmocka_unit_test(a_session_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
