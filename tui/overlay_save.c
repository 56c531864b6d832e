/* SPDX-License-Identifier: MIT */
/* overlay_save.c - one line above the footer that names the file to save the scenario in. */
#include <stdio.h>

#include "tui/view.h"

int cs_tui_save(struct cs_tui *tui, const char *path)
{
    char told[CS_TUI_MESSAGE_MAX];
    int ret = tui->host->ops->save(tui->host->ctx, path, told, sizeof told);

    cs_tui_say(tui, ret != 0, "%s", told);
    return ret;
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    static const char label[] = "save scenario as ";
    int y = tui->height - 2, x = 1 + (int)sizeof label - 1;

    cs_canvas_fill(canvas, (struct cs_rect){0, y - 1, tui->width, 2}, CS_STYLE_TEXT, ' ');
    if (tui->message[0])
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false,
                        tui->message_bad ? CS_STYLE_BAD : CS_STYLE_WARN, tui->message);
    else
        cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false, CS_STYLE_DIM,
                        "all that was done so far, at its times: cansim run does it again");
    cs_canvas_put(canvas, 1, y, CS_STYLE_BRIGHT, label);
    cs_textfield_draw(&tui->save_field, canvas, x, y, tui->width - x - 1);
}

static void save(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!tui->save_field.len)
        cs_tui_say(tui, true, "the name of a file is missing");
    else if (cs_tui_save(tui, tui->save_field.text) == 0)
        tui->overlay = CS_OVERLAY_NONE;
}

static void key(struct cs_tui *tui, int32_t code)
{
    cs_textfield_key(&tui->save_field, code);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "save", "write the file", save, 0},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_save = {
    .title = "Save",
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
