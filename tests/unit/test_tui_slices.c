/* SPDX-License-Identifier: MIT */
/* What takes long in the trace is done a part at a time: searches, filters and exports, each with
 * its progress; keys stop and go on. */
#include "test_tui_many.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/job.h"
#include "tui/query_row.h"
#include "tui/trace.h"

static const char *folder;

/* ---- searching ------------------------------------------------------------------------------- */

static void search_is_sliced(void **state)
{
    struct bench *b = bench_many(ROWS);

    (void)state;
    bench_keys(b, "s" NEVER "<Enter>");
    assert_true(b->tui.more);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "searching " NEVER " … "));
    assert_true(bench_shows(b, "% (any key stops)"));
    assert_true(b->tui.trace.follow); /* nothing moved yet */
    assert_in_range(finish(b), 5, 100);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing that is shown passes " NEVER));
    bench_free(b);
}

/* From the middle: forwards to the end, then backwards from there; percent only grow. */
static void search_turns(void **state)
{
    struct bench *b = bench_many(ROWS);
    int before = 0, percent = 0;
    char why[200];

    (void)state;
    assert_int_equal(cs_trace_go(&b->tui, "50%", why, sizeof why), 0);
    assert_int_equal(b->tui.trace.sel, LAST / 2);
    b->tui.message[0] = '\0';
    bench_keys(b, "s" NEVER "<Enter>");
    for (unsigned i = 0; b->tui.more; i++) {
        const char *dots = strstr(b->tui.progress, "…");
        assert_non_null(dots);
        percent = atoi(dots + strlen("…"));
        assert_in_range(percent, before, 100);
        before = percent;
        cs_tui_work(&b->tui, 20000);
        assert_true(i < 1000);
    }
    assert_in_range(percent, 90, 100);
    assert_string_equal(b->tui.progress, "");
    assert_int_equal(b->tui.trace.sel, LAST / 2);
    assert_non_null(strstr(b->tui.message, "nothing that is shown passes"));
    bench_free(b);
}

/* What is found far away is selected; a row in the middle that alone has it. */
static void found_far_away(void **state)
{
    struct bench *b = bench_many(300000);
    struct cs_row *row = cs_tui_ring_push(&b->tui.ring);

    (void)state;
    *row = (struct cs_row){.at_ps = 300001 * 10 * CS_PS_PER_US,
                           .kind = CS_EV_FRAME,
                           .id = 0x101,
                           .has_frame = true,
                           .dlc = 1,
                           .len = 1,
                           .data = {2}};
    cs_tui_ring_link(&b->tui.ring);
    fill(b, ROWS - 300000);
    bench_keys(b, "s" NEVER "<Enter>");
    assert_true(b->tui.more);
    finish(b);
    assert_int_equal(b->tui.trace.sel, 300000);
    bench_keys(b, "g>");
    finish(b);
    assert_int_equal(b->tui.trace.sel, 300000);
    bench_keys(b, ">");
    finish(b);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing after here passes"));
    assert_int_equal(b->tui.trace.sel, 300000);
    bench_free(b);
}

static void keys_stop_it(void **state)
{
    struct bench *b = bench_many(ROWS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);
    uint64_t at;

    (void)state;
    bench_keys(b, "gs" NEVER "<Enter>");
    cs_tui_work(&b->tui, CS_TUI_WORK_ROWS);
    assert_true(keep->hunt.on);
    cs_tui_key(&b->tui, CS_KEY_ESC);
    assert_false(keep->hunt.on);
    assert_non_null(strstr(b->tui.message, "stopped at "));
    assert_non_null(strstr(b->tui.message, "> goes on there"));
    assert_false(cs_tui_work(&b->tui, 1000));
    at = keep->hunt.at;
    assert_true(at > 100);
    cs_tui_key(&b->tui, '>'); /* not from the cursor again */
    assert_true(keep->hunt.on && keep->hunt.at > at);
    cs_tui_key(&b->tui, CS_KEY_DOWN);
    assert_false(keep->hunt.on);
    assert_int_equal(b->tui.trace.sel, 1);
    cs_tui_key(&b->tui, '>');
    assert_in_range(keep->hunt.start, 2, 2);
    /* Neither a view nor the mouse is in its way. */
    cs_tui_key(&b->tui, '2');
    assert_false(keep->hunt.on);
    assert_string_equal(cs_views[b->tui.view]->name, "ids");
    cs_tui_key(&b->tui, '1');
    cs_tui_key(&b->tui, '>');
    assert_true(keep->hunt.on);
    cs_tui_mouse(&b->tui, &(struct cs_mouse){.kind = CS_MOUSE_PRESS, .x = 5, .y = 8});
    assert_false(keep->hunt.on);
    bench_free(b);
}

/* Rows come and go while it is searched. */
static void rows_come_meanwhile(void **state)
{
    struct bench *b = bench_new(200000, 1);

    (void)state;
    fill(b, 200000);
    bench_draw(b, 80, 24);
    bench_keys(b, "s" NEVER "<Enter>");
    for (unsigned i = 0; b->tui.more; i++) {
        fill(b, 5000);
        cs_tui_work(&b->tui, 10000);
        bench_draw(b, 80, 24);
        assert_true(i < 1000);
    }
    assert_non_null(strstr(b->tui.message, "nothing that is shown passes"));
    bench_keys(b, "g>");
    for (unsigned i = 0; b->tui.more; i++) {
        fill(b, 3000);
        cs_tui_work(&b->tui, 20000);
        bench_draw(b, 80, 24);
        assert_true(i < 1000);
    }
    assert_non_null(strstr(b->tui.message, "nothing after here passes"));
    bench_free(b);
}

/* Among rows that a filter shows, whether they were all asked already or not. */
static void search_in_a_filter(void **state)
{
    struct bench *b = bench_many(ROWS);
    char why[200];

    (void)state;
    assert_int_equal(cs_tui_filter(&b->tui, "data[0]=?3", why, sizeof why), 0);
    assert_int_equal(cs_trace_search(&b->tui, "id=103 time<1ms", why, sizeof why), 0);
    assert_true(b->tui.more);
    finish(b);
    assert_int_equal(b->tui.trace.sel, 3);
    bench_keys(b, "s<^U>id=113 data[0]=e3 time>11.5s<Enter>");
    finish(b);
    const struct cs_row *row = cs_trace_selected(&b->tui);
    assert_true(row->id == 0x113 && (uint8_t)row->data[0] == 0xe3 && b->tui.trace.sel > 1150000);
    bench_free(b);
}

/* ---- filters --------------------------------------------------------------------------------- */

static void filter_shows_progress(void **state)
{
    struct bench *b = bench_many(ROWS);

    (void)state;
    bench_keys(b, "/" NEVER "<Enter>");
    bench_draw(b, 80, 24);
    assert_true(b->tui.more);
    assert_true(bench_shows(b, "% of the rows were looked at, none passes yet"));
    assert_true(bench_shows(b, "searching "));
    bench_keys(b, "2"); /* and any view */
    finish(b);
    bench_keys(b, "1");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing passes the filter yet: Esc shows all"));
    assert_true(bench_hides(b, "searching "));
    bench_free(b);
}

/* The cursor waits where rows were not asked yet, and then is at the nearest. */
static void filter_keeps_the_place(void **state)
{
    struct bench *b = bench_many(ROWS);
    char why[200];

    (void)state;
    assert_int_equal(cs_trace_go(&b->tui, "#5000", why, sizeof why), 0);
    bench_keys(b, "/data[0]=?7 not id=103<Enter>");
    assert_true(b->tui.more);
    finish(b);
    assert_in_range(b->tui.trace.sel, 4999, 4999 + 16);
    assert_int_equal(cs_tui_ring_get(&b->tui.ring, b->tui.trace.sel)->data[0] & 15, 7);
    bench_free(b);
}

/* ---- measuring ------------------------------------------------------------------------------- */

/* Frames between two rows however far apart they are. */
static void counting_is_sliced(void **state)
{
    struct bench *b = bench_many(ROWS);
    const struct cs_trace_span *span = &cs_trace_keep(&b->tui)->span;
    unsigned percent = 0;

    (void)state;
    bench_keys(b, ":go #101<Enter>m:go #1199901<Enter>");
    bench_draw(b, 80, 24);
    assert_true(b->tui.more && span->counting);
    b->tui.message[0] = '\0';
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "since the mark: 11.998s"));
    assert_true(bench_shows(b, "counting … "));
    for (unsigned i = 0; b->tui.more; i++) {
        assert_in_range(span->percent, percent, 100);
        percent = span->percent;
        cs_tui_work(&b->tui, CS_TUI_WORK_ROWS);
        assert_true(i < 1000);
    }
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "1187802 frames"));
    bench_keys(b, "<Up><Up>");
    bench_draw(b, 80, 24);
    assert_false(b->tui.more);
    assert_true(bench_shows(b, "1187800 frames"));
    /* Off to somewhere else while it counts. */
    bench_keys(b, "g");
    bench_draw(b, 80, 24);
    bench_keys(b, "G");
    bench_draw(b, 80, 24);
    assert_false(b->tui.more);
    bench_free(b);
}

/* ---- exports --------------------------------------------------------------------------------- */

static char *path_of(const char *name)
{
    static char paths[4][200];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void export_to(struct bench *b, const char *word, const char *name)
{
    char keys[300];

    snprintf(keys, sizeof keys, ":%s %s<Enter>", word, path_of(name));
    bench_keys(b, keys);
}

static unsigned lines_of(const char *path)
{
    FILE *f = fopen(path, "r");
    unsigned n = 0;

    assert_non_null(f);
    for (int c; (c = getc(f)) != EOF;)
        n += c == '\n';
    fclose(f);
    return n;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void export_is_sliced(void **state)
{
    struct bench *b = bench_many(400000);
    unsigned parts = 0;

    (void)state;
    export_to(b, "export", "all.log");
    assert_non_null(b->tui.job);
    assert_non_null(strstr(b->tui.message, "400000 rows, as they are now"));
    assert_true(exists(path_of("all.log~")) && !exists(path_of("all.log")));
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "export "));
    assert_true(bench_shows(b, " % 1 client"));
    /* Keys do what they do, rows come, and the filter is another one: that changes nothing. */
    bench_keys(b, "2/123<Enter>1g");
    fill(b, 1000);
    for (unsigned permille = 0; b->tui.job; parts++) {
        assert_true(b->tui.job->permille >= permille && permille < 1000);
        permille = b->tui.job->permille;
        cs_tui_work(&b->tui, CS_TUI_WORK_ROWS);
        assert_true(parts < 1000);
    }
    assert_true(parts > 5);
    assert_non_null(strstr(b->tui.message, "400000 rows in "));
    assert_true(exists(path_of("all.log")) && !exists(path_of("all.log~")));
    assert_int_equal(lines_of(path_of("all.log")), 400000);
    bench_free(b);
}

static void export_is_given_up(void **state)
{
    struct bench *b = bench_many(ROWS);
    FILE *f = fopen(path_of("was.log"), "w");

    (void)state;
    fputs("it was there\n", f);
    fclose(f);
    export_to(b, "export", "was.log");
    assert_non_null(b->tui.job);
    export_to(b, "export", "other.log");
    assert_non_null(strstr(b->tui.message, "one file is being written already"));
    bench_keys(b, "<Esc>"); /* the line */
    assert_non_null(b->tui.job);
    bench_keys(b, "<Esc>");
    assert_null(b->tui.job);
    assert_non_null(strstr(b->tui.message, "given up, and nothing was written"));
    assert_false(exists(path_of("was.log~")) || exists(path_of("other.log")));
    assert_int_equal(lines_of(path_of("was.log")), 1);
    /* As if it had not been asked for when the program ends, or another run begins. */
    export_to(b, "export", "end.pcapng");
    assert_non_null(b->tui.job);
    assert_int_equal(cs_tui_restart(&b->tui), 0);
    assert_null(b->tui.job);
    fill(b, 400000);
    export_to(b, "export", "end.pcapng");
    assert_true(exists(path_of("end.pcapng~")));
    bench_free(b);
    assert_false(exists(path_of("end.pcapng~")) || exists(path_of("end.pcapng")));
}

/* Those that leave the history meanwhile are counted. */
static void rows_leave_meanwhile(void **state)
{
    struct bench *b = bench_new(100000, 1);
    static struct cs_host_ops ops;

    (void)state;
    ops = bench_ops;
    ops.export_rows = fake_export;
    b->host.ops = &ops;
    fill(b, 100000);
    bench_draw(b, 80, 24);
    export_to(b, "export", "left.log");
    assert_non_null(b->tui.job);
    const uint64_t from = b->tui.ring.first;
    fill(b, 50000);
    assert_true(b->tui.ring.first > from);
    finish(b);
    assert_non_null(strstr(b->tui.message, "rows left the history before"));
    const unsigned left = (unsigned)atoi(strstr(b->tui.message, "), ") + 3);
    assert_true(left > 0);
    unsigned lines = lines_of(path_of("left.log")), said;
    assert_int_equal(sscanf(b->tui.message, "%u", &said), 1);
    assert_int_equal(lines, said);
    assert_in_range(lines, 50000, 99999);
    bench_free(b);
}

/* What passes the filter, or stands between two marks, whatever was asked of rows so far. */
static void export_of_some(void **state)
{
    struct bench *b = bench_many(400000);
    char why[200];

    (void)state;
    assert_int_equal(cs_tui_filter(&b->tui, "id=101", why, sizeof why), 0);
    assert_int_equal(cs_trace_export(&b->tui, path_of("some.log"), why, sizeof why), 0);
    finish(b);
    assert_int_equal(lines_of(path_of("some.log")), 8000);
    assert_int_equal(cs_tui_filter(&b->tui, "", why, sizeof why), 0);
    bench_keys(b, ":go #1001<Enter>m:go #1100<Enter>");
    export_to(b, "export", "some.log");
    assert_null(b->tui.job);
    assert_int_equal(lines_of(path_of("some.log")), 100);
    bench_keys(b, "ee"); /* frames only */
    export_to(b, "export", "some.log");
    assert_int_equal(lines_of(path_of("some.log")), 99);
    bench_free(b);
}

static void files_are_kept(void **state)
{
    struct bench *b = bench_many(100);
    struct stat about;
    FILE *f;

    (void)state;
    f = fopen(path_of("mine.log~"), "w"); /* somebody's own */
    fputs("mine\n", f);
    fclose(f);
    f = fopen(path_of("mine.log"), "w");
    fclose(f);
    chmod(path_of("mine.log"), 0600);
    assert_int_equal(symlink("mine.log", path_of("link.log")), 0);
    export_to(b, "export", "link.log");
    assert_int_equal(lines_of(path_of("mine.log")), 100);
    assert_int_equal(lines_of(path_of("mine.log~")), 1);
    assert_int_equal(stat(path_of("mine.log"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(lstat(path_of("link.log"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(mkfifo(path_of("pipe.log"), 0600), 0);
    f = fopen(path_of("pipe.log"), "r+");
    export_to(b, "export", "pipe.log");
    assert_int_equal(stat(path_of("pipe.log"), &about), 0);
    assert_true(S_ISFIFO(about.st_mode));
    assert_int_equal(getc(f), '(');
    fclose(f);
    export_to(b, "export", "nowhere/x.log");
    assert_non_null(strstr(b->tui.message, "cannot be created"));
    bench_free(b);
}

static void scenario_is_sliced(void **state)
{
    struct bench *b = bench_many(ROWS);
    char why[200];
    unsigned parts;

    (void)state;
    /* All are looked at, 2400 are written. */
    assert_int_equal(
        cs_tui_filter(&b->tui, "data[0]=?1 id=101 or id=132 data[0]=32 or error", why, sizeof why),
        0);
    export_to(b, "export-scenario", "part");
    assert_non_null(b->tui.job);
    parts = finish(b);
    assert_in_range(parts, 3, 200);
    assert_non_null(strstr(b->tui.message, "cansim run sends them again"));
    assert_true(exists(path_of("part")));
    bench_keys(b, "<Esc>");
    export_to(b, "export", "all.json");
    finish(b);
    assert_non_null(strstr(b->tui.message, "a scenario holds 50000 of them"));
    assert_false(exists(path_of("all.json")) || exists(path_of("all.json~")));
    bench_keys(b, "<Esc><Esc>/id=101<Enter>");
    export_to(b, "export", "most.json");
    finish(b);
    assert_true(lines_of(path_of("most.json")) > 24000);
    bench_keys(b, ":export-scenario<Enter>");
    assert_non_null(strstr(b->tui.message, "the name of a file is missing, such as part.json"));
    bench_free(b);
}

static int begin(void **state)
{
    static char name[] = "/tmp/cansim-slices-XXXXXX";

    (void)state;
    folder = mkdtemp(name);
    return folder ? 0 : -1;
}

static int end(void **state)
{
    static const char *const names[] = {"all.log",   "was.log",  "left.log", "some.log",
                                        "mine.log~", "mine.log", "link.log", "pipe.log",
                                        "part",      "most.json"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    return rmdir(folder); /* nothing else is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_is_sliced),      cmocka_unit_test(search_turns),
        cmocka_unit_test(found_far_away),        cmocka_unit_test(keys_stop_it),
        cmocka_unit_test(rows_come_meanwhile),   cmocka_unit_test(search_in_a_filter),
        cmocka_unit_test(filter_shows_progress), cmocka_unit_test(filter_keeps_the_place),
        cmocka_unit_test(counting_is_sliced),    cmocka_unit_test(export_is_sliced),
        cmocka_unit_test(export_is_given_up),    cmocka_unit_test(rows_leave_meanwhile),
        cmocka_unit_test(export_of_some),        cmocka_unit_test(files_are_kept),
        cmocka_unit_test(scenario_is_sliced),
    };
    return cmocka_run_group_tests_name("tui slices", tests, begin, end);
}
