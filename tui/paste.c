/* SPDX-License-Identifier: MIT */
/* paste.c - text that comes from a clipboard: its letters are no keys. */
#include "tui/canvas.h"
#include "tui/view.h"

static bool typing(const struct cs_tui *tui)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);
    const struct cs_view *view = cs_views[tui->view];

    if (overlay)
        return overlay->types ? overlay->types(tui) : overlay->key != NULL;
    return view->types && view->types(tui) && view->key;
}

static void type(struct cs_tui *tui, int32_t key)
{
    const struct cs_overlay *overlay = cs_overlay_of(tui->overlay);

    if (!overlay)
        cs_views[tui->view]->key(tui, key);
    else if (!(overlay->first && overlay->first(tui, key)) && overlay->key)
        overlay->key(tui, key);
}

void cs_tui_paste(struct cs_tui *tui, const char *text)
{
    uint32_t ch;
    bool more = false;

    tui->message[0] = '\0';
    tui->dirty = true;
    if (!typing(tui)) {
        cs_tui_say(tui, false, "pasted text is taken where something is typed: behind : / i or s");
        return;
    }
    while ((ch = cs_utf8_next(&text)) && ch != '\n' && ch != '\r' && typing(tui))
        if (ch >= CS_KEY_SPACE && ch != 127)
            type(tui, (int32_t)ch);
    while (ch && (ch = cs_utf8_next(&text)))
        more |= ch > CS_KEY_SPACE;
    if (more)
        cs_tui_say(tui, false, "only the first line of what was pasted is taken");
}
