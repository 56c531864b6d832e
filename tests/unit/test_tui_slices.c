/* SPDX-License-Identifier: MIT */
/* What takes long in the trace is done a part at a time: searches, filters and exports, each with
 * its progress; keys stop and go on. And the ways to a row that is far away. */
#include "test_tui.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/host_rows.h"
#include "tui/job.h"
#include "tui/query_row.h"
#include "tui/trace.h"

#define ROWS 1200000u
#define LAST (ROWS - 1)

static const char *folder;

static int fake_export(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

/* A row each 10 us. Data that no summary can tell apart: each chunk has all values of data[0]. */
static void fill(struct bench *b, unsigned rows)
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

static struct bench *bench_many(unsigned rows)
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
static unsigned finish(struct bench *b)
{
    unsigned parts = 0;

    for (cs_tui_refresh(&b->tui); b->tui.more; parts++) {
        assert_true(parts < 1000);
        cs_tui_work(&b->tui, CS_TUI_WORK_AT_ONCE);
    }
    return parts;
}

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
    cs_tui_work(&b->tui, CS_TUI_WORK_AT_ONCE);
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

/* ---- going ----------------------------------------------------------------------------------- */

static void goes_there(void **state)
{
    static const struct {
        const char *word;
        uint64_t row;
    } rows[] = {{"go 5s", 499999},      {"go +1s", 599999},   {"go -20ms", 597999},
                {"go #123456", 123455}, {"go 50%", LAST / 2}, {"go 0%", 0},
                {"go 100%", LAST},      {"go start", 0},      {"go 11.99999", 1199998},
                {"go 12.5%", LAST / 8}, {"at 2.5", 249999},   {"go 0", 0},
                {"go #1", 0},           {"go #1200000", LAST}};
    struct bench *b = bench_many(ROWS);
    char keys[60];

    (void)state;
    bench_keys(b, "2");
    finish(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint64_t unpacked = cs_tui_ring_unpacked(&b->tui.ring);
        snprintf(keys, sizeof keys, "2:%s<Enter>", rows[i].word);
        bench_keys(b, keys);
        if (b->tui.trace.follow || b->tui.trace.sel != rows[i].row)
            fail_msg("%s: row %u", rows[i].word, (unsigned)b->tui.trace.sel);
        assert_string_equal(cs_views[b->tui.view]->name, "trace");
        assert_true(cs_tui_ring_unpacked(&b->tui.ring) - unpacked < 8); /* at once */
        bench_draw(b, 80, 24);
    }
    bench_keys(b, ":go end<Enter>");
    assert_true(b->tui.trace.follow);
    bench_keys(b, ":go +1us<Enter>");
    assert_true(b->tui.overlay == CS_OVERLAY_PROMPT);
    assert_non_null(strstr(b->tui.message, "no row is shown from then on"));
    bench_free(b);
}

static void goes_nowhere(void **state)
{
    static const struct {
        const char *word, *says;
    } rows[] = {{"go x", "must be a time such as 12.5s, +1s"},
                {"go #0", "there are rows #1 to #100"},
                {"go #101", "there are rows #1 to #100"},
                {"go #", "must be a time"},
                {"go #5x", "must be a time"},
                {"go 101%", "must be a time"},
                {"go 5%%", "must be a time"},
                {"go %", "must be a time"},
                {"go 5s", "no row is shown from then on"},
                {"go nan%", "must be a time"},
                {"go +", "must be a time"},
                {"at end", "must be a time such as 12.5"},
                {"at", "must be a time"},
                {"at #3", "must be a time"}};
    struct bench *b = bench_many(100);
    char keys[60];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(keys, sizeof keys, ":%s<Enter>", rows[i].word);
        bench_keys(b, keys);
        if (!strstr(b->tui.message, rows[i].says))
            fail_msg("%s: %s", rows[i].word, b->tui.message);
        assert_true(b->tui.trace.follow);
        bench_keys(b, "<Esc>");
    }
    /* Alone it lets bus time go on. */
    b->paused = true;
    bench_keys(b, ":go<Enter>");
    assert_false(b->paused);
    bench_keys(b, ":go s<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "go start");
    bench_free(b);
    b = bench_many(0);
    bench_keys(b, ":go 50%<Enter>");
    assert_non_null(strstr(b->tui.message, "no row is shown from then on"));
    bench_keys(b, "<Esc>:go start<Enter><Esc>:go +1s<Enter><Esc>:go end<Enter>");
    assert_true(b->tui.trace.follow);
    bench_free(b);
}

/* Step by step through the past, and at its end it is bus time that goes on. */
static void steps_in_the_past(void **state)
{
    struct bench *b = bench_many(1000);
    char why[200];

    (void)state;
    assert_int_equal(cs_trace_go(&b->tui, "#30", why, sizeof why), 0);
    bench_keys(b, "."); /* it runs: time is to stand still first */
    assert_true(b->paused);
    assert_int_equal(b->tui.trace.sel, 29);
    bench_keys(b, ".");
    assert_int_equal(b->tui.trace.sel, 30); /* an error */
    bench_keys(b, "<Up>n");
    assert_int_equal(b->tui.trace.sel, 31);
    assert_int_equal(b->steps + b->frame_steps, 0);
    bench_keys(b, "3."); /* there it is about now */
    assert_int_equal(b->steps, 1);
    bench_keys(b, "1:go #1000<Enter>n");
    assert_int_equal(b->frame_steps, 1);
    assert_true(b->tui.trace.follow);
    bench_keys(b, ".");
    assert_int_equal(b->steps, 2);
    b->paused = false;
    b->finished = true;
    assert_int_equal(cs_trace_go(&b->tui, "#999", why, sizeof why), 0);
    bench_keys(b, "n");
    assert_int_equal(b->tui.trace.sel, 999);
    bench_keys(b, "n");
    assert_non_null(strstr(b->tui.message, "no frame is behind this row"));
    bench_keys(b, ".");
    assert_non_null(strstr(b->tui.message, "this is the newest row"));
    assert_int_equal(b->steps + b->frame_steps, 3);
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
        cs_tui_work(&b->tui, CS_TUI_WORK_AT_ONCE);
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
        cmocka_unit_test(search_is_sliced),
        cmocka_unit_test(search_turns),
        cmocka_unit_test(found_far_away),
        cmocka_unit_test(keys_stop_it),
        cmocka_unit_test(rows_come_meanwhile),
        cmocka_unit_test(search_in_a_filter),
        cmocka_unit_test(filter_shows_progress),
        cmocka_unit_test(filter_keeps_the_place),
        cmocka_unit_test(goes_there),
        cmocka_unit_test(goes_nowhere),
        cmocka_unit_test(steps_in_the_past),
        cmocka_unit_test(export_is_sliced),
        cmocka_unit_test(export_is_given_up),
        cmocka_unit_test(rows_leave_meanwhile),
        cmocka_unit_test(export_of_some),
        cmocka_unit_test(files_are_kept),
        cmocka_unit_test(scenario_is_sliced),
    };
    return cmocka_run_group_tests_name("tui slices", tests, begin, end);
}
