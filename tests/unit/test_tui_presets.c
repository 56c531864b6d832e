/* SPDX-License-Identifier: MIT */
/* Well-known troubles, the fault that is repeated, and the mouse among faults. */
#include "test_tui.h"

#include "tui/fault_presets.h"

/* Each trouble is a fault that can be armed, and its form says the same. */
static void presets_are_faults(void **state)
{
    struct bench *b = bench_new(0, 1);
    char text[CS_FAULT_TEXT_MAX], why[256];

    (void)state;
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_run(b, CS_PS_PER_MS);
    for (unsigned i = 0; i < cs_n_fault_presets; i++) {
        const struct cs_fault_preset *preset = &cs_fault_presets[i];
        struct cs_fault_form form = {0};
        struct cs_fault_spec spec;
        int at;
        cs_fault_preset_text(preset, "engine", 500000, text, sizeof text);
        if (cs_fault_parse(text, &spec, why, sizeof why) < 0)
            fail_msg("%s: %s", text, why);
        assert_int_equal(cs_fault_preset_has_node(preset), strstr(text, "engine") != NULL);
        assert_int_equal(cs_fault_form_fill(&form, text), 0);
        assert_int_equal(cs_fault_form_spec(&form, &spec, &at, why, sizeof why), 0);
        if (cs_fault_arm(cs_sim_bus(b->sim, 0), &spec, why, sizeof why) < 0)
            fail_msg("%s: %s", text, why);
        cs_fault_clear_all(cs_sim_bus(b->sim, 0)); /* some contradict one another */
        assert_in_range(strlen(preset->name), 1, 19);
        assert_in_range(strlen(preset->help), 10, 52);
    }
    bench_free(b);
}

/* A bit rate that the bus has is no wrong one; a text that is too long is cut. */
static void texts_of_presets(void **state)
{
    char text[CS_FAULT_TEXT_MAX];

    (void)state;
    for (unsigned i = 0; i < cs_n_fault_presets; i++)
        if (strstr(cs_fault_presets[i].text, "%r")) {
            cs_fault_preset_text(&cs_fault_presets[i], "x", 250000, text, sizeof text);
            assert_non_null(strstr(text, "=125k"));
            cs_fault_preset_text(&cs_fault_presets[i], "x", 125000, text, sizeof text);
            assert_non_null(strstr(text, "=250k"));
        }
    for (size_t size = 1; size < 60; size++)
        assert_true(strlen(cs_fault_preset_text(&cs_fault_presets[0], "engine", 1, text, size)) <
                    size);
    assert_string_equal(cs_fault_preset_text(&cs_fault_presets[0], "engine", 1, text, 8),
                        "flip fi");
}

static void presets_fill_the_form(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "4p");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nobody is on a bus yet"));
    bench_keys(b, "r");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not armed: nobody is on a bus yet"));
    /* The node is left to the person. */
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_FAULT);
    assert_string_equal(cs_fault_keys[b->tui.form.key[b->tui.form.row]].name, "from");
    assert_int_equal(b->tui.form.value[b->tui.form.row].len, 0);
    bench_draw(b, 80, 24);
    bench_keys(b, "<Esc>");
    bench_traffic(b);
    bench_run(b, 5 * CS_PS_PER_MS);
    /* For the node that is selected among the nodes, until another is chosen. */
    bench_keys(b, "3<Down>4p");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "dashboard on can0"));
    bench_golden(b, "fault-presets");
    bench_keys(b, "<Right><Right><Down><Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "flip field=crc index=2 from=door count=32"));
    bench_keys(b, "<Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "it is about the whole bus"));
    bench_keys(b, "G<Enter>");
    assert_int_equal(b->tui.form.kind, CS_FAULT_RESET);
    assert_int_equal(b->tui.form.bus, 1);
    bench_keys(b, "<Esc>pgr");
    assert_int_equal(b->tui.fault_list.n_live, 1);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "● armed"));
    bench_free(b);
}

static void the_last_is_repeated(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 5 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "4R");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no fault was armed so far"));
    bench_keys(b, ":short for=1ms<Enter>");
    bench_run(b, 7 * CS_PS_PER_MS);
    bench_keys(b, ":noise ber=0.1%<Enter><Home>R");
    assert_int_equal(b->tui.fault_list.n_live, 2);
    assert_string_equal(b->tui.fault_list.live[1].text, "noise ber=0.1%");
    bench_keys(b, "C");
    bench_run(b, 8 * CS_PS_PER_MS);
    bench_keys(b, "R");
    assert_int_equal(b->tui.fault_list.n_live, 1);
    assert_string_equal(b->tui.fault_list.live[0].text, "noise ber=0.1%");
    bench_free(b);
}

/* Where the name of a kind begins on the screen. */
static void find(struct bench *b, const char *name, struct cs_mouse *mouse)
{
    for (int y = 0; y < b->canvas.height; y++)
        for (int x = 0; x < b->canvas.width; x++) {
            int n = 0;
            while (name[n] && cs_canvas_at(&b->canvas, x + n, y) &&
                   cs_canvas_at(&b->canvas, x + n, y)->ch == (unsigned char)name[n])
                n++;
            if (name[n])
                continue;
            mouse->x = x;
            mouse->y = y;
            return;
        }
    fail_msg("no \"%s\" on the screen", name);
}

static void the_mouse(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "4:short label=one<Enter>:noise ber=0.1%<Enter>");
    for (int wide = 0; wide < 2; wide++) {
        struct cs_mouse mouse = {.kind = CS_MOUSE_PRESS, .button = 1};
        bench_draw(b, wide ? 160 : 80, wide ? 50 : 24);
        find(b, "ringing", &mouse);
        cs_tui_mouse(&b->tui, &mouse);
        assert_false(b->tui.faults.in_list);
        assert_int_equal(b->tui.faults.kind, CS_FAULT_RINGING);
        find(b, "label=one", &mouse);
        cs_tui_mouse(&b->tui, &mouse);
        assert_true(b->tui.faults.in_list);
        assert_int_equal(b->tui.faults.list.sel, 0);
        mouse.y++;
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.faults.list.sel, 1);
        mouse.y++; /* nothing is there */
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.faults.list.sel, 1);
        mouse.kind = CS_MOUSE_UP;
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.faults.list.sel, 0);
        find(b, "ringing", &mouse);
        mouse.kind = CS_MOUSE_DOUBLE;
        cs_tui_mouse(&b->tui, &mouse);
        assert_int_equal(b->tui.overlay, CS_OVERLAY_FAULT);
        bench_keys(b, "<Esc>");
    }
    bench_free(b);
}

static void it_fits(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 5 * CS_PS_PER_MS);
    bench_keys(b, "4");
    for (int split = 0; split < CS_SPLIT_COUNT; split++) {
        for (int width = 40; width <= 260; width += 11)
            for (int height = 5; height <= 75; height += 7) {
                bench_draw(b, width, height);
                bench_keys(b, "p<PgDn>");
                bench_draw(b, width, height);
                bench_keys(b, "<End><Esc>");
            }
        bench_keys(b, "|");
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_faults),
        cmocka_unit_test(texts_of_presets),
        cmocka_unit_test(presets_fill_the_form),
        cmocka_unit_test(the_last_is_repeated),
        cmocka_unit_test(the_mouse),
        cmocka_unit_test(it_fits),
    };

    return cmocka_run_group_tests_name("tui presets", tests, NULL, NULL);
}
