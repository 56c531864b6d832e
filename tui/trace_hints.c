/* SPDX-License-Identifier: MIT */
/* trace_hints.c - what the trace says where it has no rows, and of what goes on by itself: the next
 * step for somebody who sees this for the first time. */
#include <stdio.h>
#include <string.h>

#include "tui/trace.h"
#include "tui/widgets.h"

struct hint {
    const char *what, *does; /* NULL: an empty line */
};

/* Of a bus on which nothing has happened. */
static const struct hint silent[] = {
    {"i", "injects a frame: 123#DEADBEEF"},
    {"4", "breaks something: wires, nodes, frames"},
    {":", "does anything by its name, a list shows what"},
    {"?", "tells all keys; 1 … M are the views"},
    {NULL, NULL},
    {"cansim-attach -- candump %s", "in another terminal: a program joins"},
    {"cansim-tui scenarios/examples/demo.json", "two buses at work"},
    {"cansim-tui candump.log", "a log to look at"},
};
#define N_SILENT (int)(sizeof silent / sizeof *silent)

static int put_centred(struct cs_canvas *canvas, int y, int width, const char *text)
{
    const int x = (width - cs_text_width(text)) / 2;

    cs_canvas_put(canvas, x > 0 ? x : 0, y, CS_STYLE_DIM, text);
    return y + 1;
}

static void hint_text(const struct cs_tui *tui, const struct hint *hint, char *text, size_t size)
{
    const char *name = strstr(hint->what, "%s");

    if (name)
        snprintf(text, size, "%.*s%s", (int)(name - hint->what), hint->what, tui->bus[0].name);
    else
        snprintf(text, size, "%s", hint->what);
}

/* A host that serves nobody has no room for programs. */
static bool is_shown(const struct cs_tui *tui, const struct hint *hint)
{
    if (!hint->what)
        return true;
    return strncmp(hint->what, "cansim-", 7) != 0 || (tui->info.link[0] && tui->n_buses);
}

static void draw_silent(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const int wide = 41, x = body.w < 82 ? 1 : (body.w - 80) / 2;
    int y = body.y + 1 + (body.h - 1 - N_SILENT - 2) / 2;
    char text[80];

    if (y <= body.y) {
        put_centred(canvas, body.y + body.h / 2, body.w, "the bus is silent: i injects a frame");
        return;
    }
    cs_canvas_put(canvas, x, y, CS_STYLE_BRIGHT, "the bus is silent");
    y += 2;
    for (int i = 0; i < N_SILENT; i++, y++) {
        if (!silent[i].what || !is_shown(tui, &silent[i]))
            continue;
        hint_text(tui, &silent[i], text, sizeof text);
        cs_canvas_put(canvas, x, y, CS_STYLE_KEY, text);
        cs_canvas_put(canvas, x + (strlen(text) > 1 ? wide : 3), y, CS_STYLE_DIM, silent[i].does);
    }
}

void cs_trace_draw_nothing(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    static const char *const none[CS_SHOW_COUNT] = {
        [CS_SHOW_FRAMES] = "no frame so far, and only frames are shown: e shows all",
        [CS_SHOW_ERRORS] = "no error so far, and frames are hidden: e e shows all",
    };
    const int looked = cs_trace_looked(tui);
    const char *text = "nothing passes the filter yet: Esc shows all";
    char searching[80];

    if (looked < 100) {
        snprintf(searching, sizeof searching, "%d %% of the rows were looked at, none passes yet",
                 looked);
        text = searching;
    } else if (!tui->filter.n && none[tui->trace.show])
        text = none[tui->trace.show];
    else if (!tui->filter.n && tui->info.log[0])
        text = tui->info.growing ? "nothing is in the log yet: it is read as it grows"
                                 : "the log has no frames";
    else if (!tui->filter.n && !tui->info.waiting[0]) {
        draw_silent(tui, canvas, body);
        return;
    }
    if (!tui->filter.n && tui->info.waiting[0])
        text = "the bus is silent";
    put_centred(canvas, body.y + body.h / 2, body.w, text);
}

/* A transmitter that nobody acknowledges tries again for ever: say so where it is seen. */
void cs_trace_hint(const struct cs_tui *tui, char *text, size_t size)
{
    const uint64_t end = tui->ring.end;

    text[0] = '\0';
    for (uint64_t back = 1; back <= 3 && back <= end; back++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, end - back);
        if (!row || row->kind != CS_EV_ERROR || row->error != CS_ERROR_ACK || !row->tx)
            continue;
        snprintf(text, size,
                 "nobody on %s acknowledges %.20s: another node must join; W tells more",
                 row->bus < tui->n_buses ? tui->bus[row->bus].name : "the bus",
                 cs_tui_who(tui, row->who));
        return;
    }
}
