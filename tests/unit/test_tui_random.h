/* SPDX-License-Identifier: MIT */
/* test_tui_random.h - somebody who presses any key, moves the mouse and changes the size, and looks
 * whether the screen is whole. */
#ifndef CANSIM_TESTS_UNIT_TEST_TUI_RANDOM_H
#define CANSIM_TESTS_UNIT_TEST_TUI_RANDOM_H

#include "test_tui.h"

#include <unistd.h>

#include "tui/keymap.h"

static uint32_t seed = 1;

static inline uint32_t draw_number(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

/* A key that means something more often than not. */
static inline int32_t any_key(const struct cs_tui *tui)
{
    static const char typed[] = "abcdefghijklmnopqrstuvwxyz0123456789#=-+./:?<>[]{}|'\"\\ ,*!";
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const struct cs_view *view = cs_views[tui->view];
    const struct cs_binding *bindings = view->bindings;
    unsigned n = view->n_bindings;

    switch (draw_number(8)) {
    case 0:
        return (int32_t)(CS_KEY_UP + draw_number(CS_KEY_F12 - CS_KEY_UP + 1));
    case 1:
        return (int32_t)draw_number(0x3000);
    case 2:
    case 3:
        return typed[draw_number(sizeof typed - 1)];
    case 4:
        bindings = cs_global_bindings;
        n = cs_n_global_bindings;
        break;
    default:
        if (overlay) {
            bindings = overlay->bindings;
            n = overlay->n_bindings;
        }
        break;
    }
    return n ? bindings[draw_number(n)].keys[0] : CS_KEY_ESC;
}

static const char *const lines[] = {
    ":view network<Enter>",
    ":panes four<Enter>",
    ":panes one<Enter>",
    ":buses<Enter>",
    ":twin<Enter>",
    ":theme mono<Enter>",
    ":colour id=0-3ff on-red<Enter>",
    ":colour node=engine and data[0]>3 cyan<Enter>",
    ":columns data id time<Enter>",
    ":columns all -data<Enter>",
    ":field 100 0:16 *0.1 name=Speed<Enter>",
    ":send 123#11<Enter>",
    "i7FF#0102030405060708<Enter><Esc>",
    ":flip field=crc count=3<Enter>",
    ":speed 0.5<Enter>",
    "/100-300<Enter>",
    "<Esc><Esc>",
    ":filter<Enter>",
    ":filter dt>20ms or error<Enter>",
    ":at 17.5<Enter>",
    "s2a0<Enter><lt><lt>",
    ":setup keys<Enter><Down><Enter>",
    ":setup layout<Enter><Down><Enter>",
};

static inline void do_something(struct bench *b)
{
    const char *line = lines[draw_number(sizeof lines / sizeof *lines)];
    int32_t key;

    switch (draw_number(200)) {
    case 0:
        cs_tui_resize(&b->tui, 1 + (int)draw_number(260), 1 + (int)draw_number(90));
        break;
    case 1:
        while ((key = cs_key_script_next(&line)) > 0)
            cs_tui_key(&b->tui, key);
        break;
    case 2:
    case 3:
    case 4:
    case 5: {
        const struct cs_mouse mouse = {(int)draw_number(140) - 5, (int)draw_number(60) - 5,
                                       (enum cs_mouse_kind)draw_number(6), draw_number(4)};
        cs_tui_mouse(&b->tui, &mouse);
        break;
    }
    case 7:
        cs_tui_paste(&b->tui, lines[draw_number(sizeof lines / sizeof *lines)]);
        break;
    case 8: /* keys mean what they usually do, for a while */
        b->tui.keymap = NULL;
        break;
    case 6:
        cs_tui_show_view(&b->tui, draw_number(cs_n_views));
        break;
    default:
        cs_tui_key(&b->tui, any_key(&b->tui));
    }
    b->tui.quit = b->tui.suspend = b->tui.take_picture = b->tui.keep = false;
}

static inline void look(struct bench *b)
{
    struct cs_canvas *canvas = &b->canvas;

    if (canvas->width != b->tui.width || canvas->height != b->tui.height)
        assert_int_equal(cs_canvas_resize(canvas, b->tui.width, b->tui.height), 0);
    cs_tui_refresh(&b->tui);
    cs_tui_draw(&b->tui, canvas);
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const struct cs_cell *cell = cs_canvas_at(canvas, x, y);
            assert_true(cell->ch != 0);
            assert_true((cell->style & ~CS_STYLE_SELECTED) < CS_STYLE_END);
        }
    assert_true(canvas->cursor_x < canvas->width && canvas->cursor_y < canvas->height);
}

/* Keys that happen to save something do it where it is taken away again. */
static char own_folder[32];

static inline int enter_own_folder(void **state)
{
    (void)state;
    snprintf(own_folder, sizeof own_folder, "/tmp/cansim-keys-XXXXXX");
    return mkdtemp(own_folder) && chdir(own_folder) == 0 ? 0 : -1;
}

static inline int leave_own_folder(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", own_folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

#endif
