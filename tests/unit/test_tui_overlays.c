/* SPDX-License-Identifier: MIT */
/* Every dialog and the help at two sizes; every view and dialog has its pictures; every footer can
 * be pressed. */
#include "test_tui.h"

#include <unistd.h>

#include "tui/keymap.h"
#include "tui/panes.h"

static struct bench *begin(int width, int height)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, 200 * CS_PS_PER_MS);
    bench_draw(b, width, height);
    return b;
}

static const struct {
    enum cs_tui_overlay overlay;
    const char *name, *keys;
} rows[] = {
    {CS_OVERLAY_INJECT, "inject", "i123#DEADBEEF"},
    {CS_OVERLAY_FILTER, "filter", "/node=engine and data[0]>3"},
    {CS_OVERLAY_HELP, "help", "?"},
    {CS_OVERLAY_FAULT, "fault", "4<Enter>"},
    {CS_OVERLAY_PROMPT, "prompt", ":view no<Tab>"},
    {CS_OVERLAY_ROW, "row", "<Up><Up><Enter>"},
    {CS_OVERLAY_SAVE, "save", "w"},
    {CS_OVERLAY_SEND, "send", "7a123#11.22"},
    {CS_OVERLAY_PRESETS, "presets", "4p"},
    {CS_OVERLAY_SEARCH, "search", "s2a0"},
    {CS_OVERLAY_PLOT, "plot", "9a"},
    {CS_OVERLAY_SETUP, "setup", "<F2>"},
    {CS_OVERLAY_COLOURS, "colours",
     ":colour id=100 on-blue<Enter>:colour error red<Enter>:colours<Enter>"},
    {CS_OVERLAY_LIKE, "like", "<Up><Up>l"},
    {CS_OVERLAY_BOOKMARKS, "bookmarks", "<Up><Up>:bookmark odd one<Enter>:bookmarks<Enter>"},
};

/* The transmit view needs a host that sends. */
static int send(void *ctx, unsigned slot, const struct cs_send *what, bool run)
{
    (void)ctx;
    (void)slot;
    (void)what;
    (void)run;
    return 0;
}

static int send_now(void *ctx, unsigned slot)
{
    (void)ctx;
    (void)slot;
    return 0;
}

static bool sent(void *ctx, unsigned slot, struct cs_sent *sent_so_far)
{
    (void)ctx;
    (void)slot;
    (void)sent_so_far;
    return false;
}

static struct cs_host_ops ops;

static struct bench *open_overlay(unsigned i, int width, int height)
{
    struct bench *b = begin(width, height);

    ops = bench_ops;
    ops.send = send;
    ops.send_now = send_now;
    ops.sent = sent;
    b->host.ops = &ops;
    bench_keys(b, rows[i].keys);
    bench_draw(b, width, height);
    if (b->tui.overlay != rows[i].overlay)
        fail_msg("%s does not open %s", rows[i].keys, rows[i].name);
    return b;
}

static void goldens(void **state)
{
    char name[60];

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int wide = 0; wide < 2; wide++) {
            struct bench *b = open_overlay(i, wide ? 160 : 80, wide ? 50 : 24);
            snprintf(name, sizeof name, "dialog-%s-%s", rows[i].name, wide ? "160x50" : "80x24");
            bench_golden(b, name);
            bench_free(b);
        }
}

static bool has_golden(const char *what, const char *size)
{
    char path[200];

    snprintf(path, sizeof path, "tests/golden/tui/%s-%s.txt", what, size);
    if (access(path, R_OK) != 0)
        print_message("%s: missing\n", path);
    return access(path, R_OK) == 0;
}

/* A view that is new has pictures at both sizes, and a dialog that is new is in the table. */
static void nothing_is_without(void **state)
{
    unsigned missing = 0, known = 0;

    (void)state;
    for (unsigned v = 0; v < cs_n_views; v++)
        for (unsigned i = 0; i < 2; i++)
            if (!has_golden(cs_views[v]->name, i ? "160x50" : "80x24"))
                missing++;
    assert_int_equal(missing, 0);
    for (unsigned o = CS_OVERLAY_NONE + 1; o < CS_OVERLAY_COUNT; o++)
        for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
            if (rows[i].overlay == o)
                known++;
    assert_int_equal(known, CS_OVERLAY_COUNT - 1);
}

/* Without colours and Unicode they can be read as well. */
static void in_ascii(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench *b = open_overlay(i, 80, 24);
        b->canvas.ascii = true;
        bench_draw(b, 80, 24);
        for (int n = 0; n < 80 * 24; n++) {
            const struct cs_cell *cell = cs_canvas_at(&b->canvas, n % 80, n / 80);
            assert_true(cell->ch >= ' ' && cell->ch < 127);
        }
        bench_free(b);
    }
}

static bool names(const struct cs_binding *bindings, unsigned n, int32_t key)
{
    for (unsigned i = 0; i < n; i++)
        if (bindings[i].label && bindings[i].keys[0] == key)
            return true;
    return false;
}

/* What a press anywhere on the footer does is what it says there. */
static void footers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench *b = open_overlay(i, 80, 30);
        const struct cs_overlay *overlay = cs_overlay_of(rows[i].overlay);
        struct cs_mouse mouse = {.x = -1, .y = 29, .kind = CS_MOUSE_PRESS, .button = 1};
        for (int x = 0; x < 80; x++) {
            const int32_t key = cs_footer_at(&b->tui, x, 29);
            if (key == CS_KEY_ESC)
                mouse.x = x;
            assert_true(key == CS_KEY_NONE || names(overlay->bindings, overlay->n_bindings, key));
        }
        assert_true(mouse.x >= 0);
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
        bench_free(b);
    }
}

/* Of views: the key that a person has given to an action is named, and a press still does it. */
static void footers_know_own_keys(void **state)
{
    struct bench *b = begin(100, 30);
    struct cs_keymap own = {0};
    struct cs_mouse mouse = {.y = 29, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    cs_keymap_set(&own, 'Y', "", "i");
    cs_keymap_set(&own, 'i', "", ":quit<Enter>");
    cs_keymap_set(&own, CS_KEY_SPACE, "", "");
    b->tui.keymap = &own;
    bench_draw(b, 100, 30);
    assert_true(bench_shows(b, "Y inject"));
    for (unsigned v = 0; v < cs_n_views; v++) {
        cs_tui_show_view(&b->tui, v);
        bench_draw(b, 100, 30);
        for (mouse.x = 0; cs_footer_at(&b->tui, mouse.x, 29) != 'i'; mouse.x++)
            assert_true(mouse.x < 100);
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.overlay, CS_OVERLAY_INJECT);
        assert_false(b->tui.quit);
        bench_keys(b, "<Esc>");
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goldens),
        cmocka_unit_test(nothing_is_without),
        cmocka_unit_test(in_ascii),
        cmocka_unit_test(footers),
        cmocka_unit_test(footers_know_own_keys),
    };

    return cmocka_run_group_tests_name("tui overlays", tests, NULL, NULL);
}
