/* SPDX-License-Identifier: MIT */
/* overlay_filter.c - one line above the footer that says which identifiers are shown. */
#include <stdio.h>

#include "tui/view.h"

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    static const char label[] = "show identifiers ";
    struct cs_id_filter filter;
    char why[160] = "such as 123 or 180-1ff,7e8; empty: all";
    int y = tui->height - 2, x = 1 + (int)sizeof label - 1, width = 22;
    bool bad = cs_id_filter_parse(tui->filter_field.text, &filter, why, sizeof why) < 0;

    cs_canvas_fill(canvas, (struct cs_rect){0, y, tui->width, 1}, CS_STYLE_TEXT, ' ');
    cs_canvas_put(canvas, 1, y, CS_STYLE_BRIGHT, label);
    cs_textfield_draw(&tui->filter_field, canvas, x, y, width);
    cs_canvas_field(canvas, x + width + 1, y, tui->width - x - width - 2, false,
                    bad ? CS_STYLE_BAD : CS_STYLE_DIM, bad ? why + 9 : why);
}

static void apply(struct cs_tui *tui, int unused)
{
    char why[CS_TUI_MESSAGE_MAX];

    (void)unused;
    if (cs_id_filter_parse(tui->filter_field.text, &tui->filter, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "%s", why);
        return;
    }
    tui->overlay = CS_OVERLAY_NONE;
    tui->trace.follow = true;
}

static void key(struct cs_tui *tui, int32_t code)
{
    if (cs_textfield_key(&tui->filter_field, code) && tui->filter_field.len >= CS_ID_FILTER_TEXT) {
        tui->filter_field.text[CS_ID_FILTER_TEXT - 1] = '\0';
        tui->filter_field.len = CS_ID_FILTER_TEXT - 1;
        if (tui->filter_field.cursor > tui->filter_field.len)
            tui->filter_field.cursor = tui->filter_field.len;
    }
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "show these", "show only these identifiers", apply, 0},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "leave as it was", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_filter = {
    .title = "Filter",
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
