/* SPDX-License-Identifier: MIT */
/* What is remembered between runs comes back, belongs to what was shown, and does no harm whatever
 * is in its file. */
#include "tests/unit/test_tui.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simcore/rng.h"
#include "tui/config.h"
#include "tui/trace.h"
#include "tui/transmit.h"
#include "tui/view_ids.h"
#include "tui/view_signals.h"

#define MS CS_PS_PER_MS

static char folder[] = "/tmp/cansim-memory-XXXXXX";

static struct bench *running(unsigned n_buses)
{
    struct bench *b = bench_new(0, n_buses);

    if (n_buses == 2)
        bench_traffic(b);
    bench_run(b, 400 * MS);
    bench_draw(b, 120, 40);
    return b;
}

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *written(const struct bench *b, const char *subject, const char *before)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    FILE *in = before ? fmemopen((void *)before, strlen(before), "r") : NULL;

    assert_non_null(out);
    cs_memory_write(&b->tui, out, subject, in);
    fclose(out);
    if (in)
        fclose(in);
    return text;
}

static void take(struct bench *b, const char *text, size_t size, const char *subject)
{
    FILE *in = fmemopen((void *)text, size, "r");

    assert_non_null(in);
    cs_memory_read(&b->tui, in, subject);
    fclose(in);
    for (int i = 0; i < 8; i++)
        bench_draw(b, 120, 40);
}

static void comes_back(void **state)
{
    struct bench *b = running(2), *c = running(2);
    char *text, *again;

    (void)state;
    bench_keys(b, "/id=100<Enter>/<^U>node=engine<Enter><Esc>");
    bench_keys(b, "s<^U>id=2A0<Enter><Esc>");
    bench_keys(b, ":view ids<Enter>sssrpx");
    bench_keys(b, ":plot 100 0:8 *0.5 name=speed unit=rpm words=1:one,2:two<Enter>");
    bench_keys(b, ":plot tec door@body<Enter>");
    bench_keys(b, "9<Home>ee:scale 0 10<Enter>:window 2s<Enter>");
    bench_keys(b, "7a123#1122<Down><Down>beat<Down>50ms<Down>3<Down>1ms<Down>1+3<Enter>bX");
    const struct cs_send_item *item = &cs_transmit_of(&b->tui)->list.frame[0].item;
    cs_transmit_of(&b->tui)->list.frame[0].item.on = true;
    text = written(b, "file /x.json", NULL);
    take(c, text, strlen(text), "file /x.json");
    assert_int_equal(c->tui.memory.n_late, 0);
    /* All is as it was, but nothing is hidden and nothing is sent. */
    assert_int_equal(c->tui.filter.n, 0);
    assert_string_equal(c->tui.memory.filter.text[0], "node=engine");
    assert_string_equal(c->tui.memory.filter.text[1], "id=100");
    assert_string_equal(c->tui.memory.search.text[0], "id=2A0");
    assert_int_equal(c->tui.by_id.sort, b->tui.by_id.sort);
    assert_true(c->tui.by_id.sort != 0 && c->tui.by_id.reverse);
    assert_int_equal(cs_ids_view(&c->tui)->group, IDS_GROUP_NODE);
    assert_true(cs_ids_view(&c->tui)->notched);
    assert_int_equal(cs_ids_get(&c->tui.ids, 0, 0x100, 0)->notch[0],
                     cs_ids_get(&b->tui.ids, 0, 0x100, 0)->notch[0]);
    assert_true(cs_ids_get(&c->tui.ids, 0, 0x100, 0)->notch[0] != 0);
    assert_int_equal(c->tui.plots.n, 2);
    const struct cs_plot *plot = c->tui.plots.plot[0];
    assert_string_equal(plot->spec.name, "speed");
    assert_string_equal(plot->spec.unit, "rpm");
    assert_string_equal(plot->spec.words[1].text, "two");
    assert_int_equal(plot->shape, b->tui.plots.plot[0]->shape);
    assert_int_equal(plot->fixed, b->tui.plots.plot[0]->fixed);
    assert_int_equal(c->tui.plots.plot[1]->spec.bus, 1);
    assert_int_equal(cs_signals_state(&c->tui)->span_ps, 2 * CS_PS_PER_S);
    assert_int_equal(cs_transmit_of(&c->tui)->list.n, 1);
    item = &cs_transmit_of(&c->tui)->list.frame[0].item;
    assert_false(item->on);
    assert_string_equal(item->name, "beat");
    assert_string_equal(item->key, "X");
    assert_int_equal(item->send.period_ps, 50 * MS);
    assert_int_equal(item->send.burst, 3);
    assert_true(item->send.counts && item->send.counter.byte == 1 && item->send.counter.step == 3);
    again = written(c, "file /x.json", NULL);
    assert_string_equal(again, text);
    free(again);
    free(text);
    bench_free(b);
    bench_free(c);
}

/* What was plotted of one is no matter of another, but stays there. */
static void subjects(void **state)
{
    struct bench *b = running(2), *c = running(2), *d = running(2);
    char *first, *second, *third;

    (void)state;
    bench_keys(b, ":plot load can0<Enter>");
    first = written(b, "file /a", NULL);
    take(c, first, strlen(first), "file /b");
    assert_int_equal(c->tui.plots.n, 0);
    bench_keys(c, ":plot rate can0<Enter>");
    second = written(c, "file /b", first);
    take(d, second, strlen(second), "file /a");
    assert_int_equal(d->tui.plots.n, 1);
    assert_int_equal(d->tui.plots.plot[0]->spec.kind, CS_PLOT_LOAD);
    /* Those used last stay, as many as there is room for. */
    for (int i = 0; i < 3 * CS_MEMORY_SUBJECTS; i++) {
        char subject[32];
        snprintf(subject, sizeof subject, "file /%d", i);
        third = written(d, subject, second);
        free(second);
        second = third;
    }
    assert_non_null(strstr(second, "[file /95]"));
    assert_non_null(strstr(second, "[file /64]"));
    assert_null(strstr(second, "[file /63]"));
    third = written(d, "", second); /* of nothing in particular */
    assert_non_null(strstr(third, "[file /95]"));
    free(first);
    free(second);
    free(third);
    bench_free(b);
    bench_free(c);
    bench_free(d);
}

/* What cannot be yet waits, and is not lost where it never can. */
static void waits(void **state)
{
    static const char text[] = "[s]\n"
                               "signals.plot = tec late@can0\t0\t0\t0\t0\tlate TEC\t\n"
                               "transmit.frame = 123#\tnowhere\t\t\t\t\t\t\n";
    struct bench *b = running(2);
    char *out;

    (void)state;
    take(b, text, strlen(text), "s");
    assert_int_equal(b->tui.plots.n, 0);
    assert_int_equal(b->tui.memory.n_late, 2);
    out = written(b, "s", NULL);
    assert_non_null(strstr(out, "nowhere"));
    assert_non_null(strstr(out, "late@can0"));
    free(out);
    bench_node(b, 0, "late", CS_MODE_NORMAL);
    bench_keys(b, "9");
    bench_draw(b, 120, 40);
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.plots.n, 1);
    assert_int_equal(b->tui.memory.n_late, 1);
    bench_free(b);
}

static void bookmarks(void **state)
{
    struct bench *b = running(2), *c = running(2), *d = running(2);
    char *text;

    (void)state;
    bench_keys(b, "<Up><Up>b<Up><Up>b");
    text = written(b, "file /x.log", NULL);
    assert_null(strstr(text, "bookmark")); /* another run has other rows */
    free(text);
    snprintf(b->tui.info.log, sizeof b->tui.info.log, "all");
    text = written(b, "file /x.log", NULL);
    take(c, text, strlen(text), "file /x.log");
    assert_int_equal(cs_trace_keep(&c->tui)->n_bookmarks, 2);
    for (int i = 0; i < 2; i++)
        assert_true(cs_trace_keep(&c->tui)->bookmarks[i] == cs_trace_keep(&b->tui)->bookmarks[i]);
    /* The file is not the same any more: that row has another time. */
    memcpy(strchr(strstr(text, "bookmark"), '\t') + 1, "999", 3);
    take(d, text, strlen(text), "file /x.log");
    assert_true(cs_trace_keep(&d->tui)->n_bookmarks < 2);
    free(text);
    bench_free(b);
    bench_free(c);
    bench_free(d);
}

static void typed_before(void **state)
{
    struct bench *b = running(1);
    char key[64];

    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "/<^U>id=%X<Enter>", i + 256);
        bench_keys(b, key);
    }
    bench_keys(b, "<Esc>/x<Up>");
    assert_string_equal(b->tui.filter_field.text, "id=127");
    assert_string_equal(b->tui.filter.text, "id=127"); /* shown at once */
    bench_keys(b, "<Up><Up><Down>");
    assert_string_equal(b->tui.filter_field.text, "id=126");
    for (int i = 0; i < 50; i++)
        bench_keys(b, "<Up>");
    assert_string_equal(b->tui.filter_field.text, "id=108");
    for (int i = 0; i < 50; i++)
        bench_keys(b, "<Down>");
    assert_string_equal(b->tui.filter_field.text, "x");
    bench_keys(b, "<Esc>/<Up><Up><Enter>/"); /* the one that was used last comes first */
    assert_string_equal(b->tui.memory.filter.text[0], "id=126");
    assert_int_equal(b->tui.memory.filter.n, CS_MEMORY_TEXTS);
    bench_keys(b, "<Esc>:forget<Enter>/<^U><Up>");
    assert_string_equal(b->tui.filter_field.text, "");
    assert_true(b->tui.memory.forget);
    bench_free(b);
}

/* Text, numbers and lengths of which nobody would think. */
static void hostile(void **state)
{
    static const char *const lines[] = {
        "typed.filter = \x1b[31mred",
        "typed.filter = \xff\xfe",
        "typed.search = ",
        "signals.window = -5",
        "signals.window = 99999999999999999999",
        "signals.plot = ",
        "signals.plot = load can0\tx\t1\tnan\tinf\tn\tu\t1e999\tword",
        "signals.plot = 100 0:8\t9\t1\t5\t5\t\t\t\t\t\t\t\t\t",
        "signals.plot = 100 0:999999 *1e400",
        "transmit.frame = \t\t\t\t\t\t\t",
        "transmit.frame = 123#1122\tcan0\tn\t50ms\t3\t1ms\t-100:8+1\tX",
        "transmit.frame = 123#1122\tcan0\tn\t50ms\t999999\t1ms\t\tX",
        "transmit.frame = 123#1122\tcan0",
        "ids.order = \t\t",
        "ids.order = data\treverse\t9",
        "ids.order = ",
        "ids.notch = can0\tzz\t255\tZZ",
        "ids.notch = can0\tFFFFFFFFFFFFFFFF\t-1\tFF",
        "ids.notch = can0",
        "trace.bookmark = 18446744073709551615\t0",
        "trace.bookmark = -1\t-1",
        "trace.time = 4",
        "trace.time = 77",
        "nowhere.x = y",
        ".= ",
        " = ",
        ". = ",
        "[",
        "[]",
        "[s",
        "s]",
    };
    struct bench *b = running(2);
    char text[8192];
    size_t n = 4;

    (void)state;
    memcpy(text, "[s]\n", 4);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\n", lines[i]);
    take(b, text, n, "s");
    assert_int_equal(b->tui.memory.filter.n, 0);
    assert_int_equal(b->tui.trace.time, CS_TIME_ABSOLUTE);
    assert_int_equal(cs_transmit_of(&b->tui)->list.n, 0);
    assert_int_equal(cs_trace_keep(&b->tui)->n_bookmarks, 0);
    assert_true(cs_signals_state(&b->tui)->span_ps == 5 * CS_PS_PER_S);
    bench_keys(b, "1234567890TWM");
    bench_free(b);
}

/* Bytes by chance, some of them like the true thing, and one line without an end. */
static void garbage(void **state)
{
    static const char *const words[] = {"signals.plot = ",
                                        "transmit.frame = ",
                                        "ids.notch = ",
                                        "trace.bookmark = ",
                                        "can0",
                                        "\t",
                                        "\n",
                                        "[s]\n",
                                        "100 0:8",
                                        "123#11",
                                        "typed.filter = ",
                                        "ids.order = ",
                                        "id\treverse"};
    struct cs_rng rng;
    static char text[2 * CS_MEMORY_BYTES];

    (void)state;
    cs_rng_init(&rng, 7, "memory");
    for (int round = 0; round < 60; round++) {
        struct bench *b = bench_new(0, 2);
        size_t n = 0;
        while (n < 6000) {
            const uint64_t pick = cs_rng_next(&rng);
            const char *word = words[pick % (sizeof words / sizeof *words)];
            if (pick >> 32 & 3)
                n += (size_t)snprintf(text + n, 100, "%s", word);
            else
                text[n++] = (char)(pick >> 40);
        }
        take(b, text, n, "s");
        bench_keys(b, "9870");
        free(written(b, "s", NULL));
        bench_free(b);
    }
    struct bench *b = bench_new(0, 1);
    memset(text, 'x', sizeof text);
    take(b, text, sizeof text, "s");
    for (size_t i = 0; i < sizeof text; i += 4)
        memcpy(text + i, "a.b\n", 4);
    take(b, text, sizeof text, "s");
    assert_true(b->tui.memory.n_late <= CS_MEMORY_LATE);
    bench_free(b);
}

static void files(void **state)
{
    struct bench *b = running(2), *c = running(2);
    struct stat st;
    char path[200];
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s", path_of("tui.memory"));
    bench_keys(b, ":plot load can0<Enter>");
    assert_int_equal(cs_memory_save(path, &b->tui, "s"), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    cs_memory_load(path, &c->tui, "s");
    bench_draw(c, 80, 24);
    assert_int_equal(c->tui.plots.n, 1);
    unlink(path);
    /* What is no file is left alone: nobody waits for a pipe's other end. */
    assert_int_equal(mkdir(path, 0700), 0);
    cs_memory_load(path, &c->tui, "s");
    assert_true(cs_memory_save(path, &b->tui, "s") < 0);
    rmdir(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    cs_memory_load(path, &c->tui, "s");
    unlink(path);
    cs_memory_load("/dev/zero", &c->tui, "s");
    cs_memory_load("/nix/da", &c->tui, "s");
    assert_true(cs_memory_save("/proc/nix/da", &b->tui, "s") < 0);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    close(fd);
    cs_memory_load(path, &c->tui, "s");
    unlink(path);
    bench_free(b);
    bench_free(c);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back), cmocka_unit_test(subjects), cmocka_unit_test(waits),
        cmocka_unit_test(bookmarks),  cmocka_unit_test(hostile),  cmocka_unit_test(typed_before),
        cmocka_unit_test(garbage),    cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
