/* SPDX-License-Identifier: MIT */
/* overlay_bookmarks.c - the bookmarks of the trace in a list; Enter goes to the one that is
 * selected. Their names are kept by row, so that a bookmark that is set again has its name. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/trace.h"
#include "tui/widgets.h"

#define BOX_WIDTH  76
#define ROW_WIDTH  11
#define TIME_WIDTH 14
#define NAME_WIDTH 20

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_set(const struct cs_trace_keep *keep, uint64_t row)
{
    for (unsigned i = 0; i < keep->n_bookmarks; i++)
        if (keep->bookmarks[i] == row)
            return true;
    return false;
}

const char *cs_trace_bookmark_name(const struct cs_tui *tui, uint64_t row)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);

    for (unsigned i = 0; i < CS_TRACE_BOOKMARKS; i++)
        if (keep->names[i].text[0] && keep->names[i].row == row)
            return keep->names[i].text;
    return "";
}

/* There are as many places as bookmarks: one of them is another row's, or free. */
static void set_name(struct cs_trace_keep *keep, uint64_t row, const char *name)
{
    unsigned at = CS_TRACE_BOOKMARKS;

    for (unsigned i = 0; i < CS_TRACE_BOOKMARKS; i++) {
        const bool used = keep->names[i].text[0] != '\0';
        if (used && keep->names[i].row == row) {
            at = i;
            break;
        }
        if (at == CS_TRACE_BOOKMARKS && (!used || !is_set(keep, keep->names[i].row)))
            at = i;
    }
    if (at == CS_TRACE_BOOKMARKS)
        return;
    keep->names[at].row = row;
    snprintf(keep->names[at].text, sizeof keep->names[at].text, "%s", name);
}

int cs_trace_bookmark_named(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t row = tui->trace.follow ? cs_trace_before(tui, tui->ring.end) : tui->trace.sel;

    if (!cs_tui_ring_get(&tui->ring, row)) {
        snprintf(why, why_size, "there is no row");
        return -1;
    }
    if (strlen(rest) >= sizeof keep->names[0].text) {
        snprintf(why, why_size, "a name has at most %zu bytes", sizeof keep->names[0].text - 1);
        return -1;
    }
    if (!is_set(keep, row))
        cs_trace_bookmark(tui, 0);
    if (!is_set(keep, row)) { /* that has said why */
        snprintf(why, why_size, "%s", tui->message);
        return -1;
    }
    if (*rest || cs_trace_bookmark_name(tui, row)[0])
        set_name(keep, row, rest);
    if (*rest)
        cs_tui_say(tui, false, "bookmark \"%s\": [ and ] go from one to the next", rest);
    return 0;
}

/* ---- the list -------------------------------------------------------------------------------- */

int cs_trace_bookmarks(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    (void)rest;
    (void)why;
    (void)why_size;
    cs_tui_open(tui, CS_OVERLAY_BOOKMARKS);
    keep->bookmark_list.sel = 0;
    for (unsigned i = 0; i < keep->n_bookmarks && keep->bookmarks[i] < tui->trace.sel; i++)
        keep->bookmark_list.sel = (int)i;
    return 0;
}

static int lines_of(const struct cs_tui *tui)
{
    const int most = tui->height - 5 - 2, all = (int)cs_trace_keep(tui)->n_bookmarks;

    return all < 1 ? 1 : all < most ? all : most;
}

/* Its sender, and the frame or what happened. */
static void what_it_is(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size)
{
    const char *who = row->node >= 0 ? cs_tui_who(tui, row->who) : "";
    const int n = snprintf(text, size, "%s%s", who, *who ? " " : "");
    char form[CS_FRAME_TEXT_MAX];
    struct cs_frame frame;

    if (row->kind == CS_EV_FRAME && cs_row_frame(row, &frame) && cs_frame_format(&frame, form))
        snprintf(text + n, size - (size_t)n, "%s", form);
    else
        cs_row_text(tui, row, text + n, size - (size_t)n);
}

static void draw_line(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);
    const char *name = cs_trace_bookmark_name(tui, number);
    char text[CS_FAULT_TEXT_MAX + 64], digits[24];
    int x = at.x;

    snprintf(digits, sizeof digits, "#%" PRIu64, number + 1);
    x = cs_canvas_field(canvas, x, at.y, ROW_WIDTH, false, CS_STYLE_DIM, digits) + 1;
    if (!row) {
        cs_canvas_put(canvas, x, at.y, CS_STYLE_FAINT, "made room for newer rows");
        return;
    }
    cs_units_format_seconds(row->at_ps, text, sizeof text);
    x = cs_canvas_field(canvas, x, at.y, TIME_WIDTH, true, CS_STYLE_TEXT, text) + 2;
    if (*name)
        x = cs_canvas_field(canvas, x, at.y, NAME_WIDTH, false, CS_STYLE_KEY, name) + 2;
    what_it_is(tui, row, text, sizeof text);
    cs_canvas_field(canvas, x, at.y, at.x + at.w - x, false, CS_STYLE_DIM, text);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int lines = lines_of(tui), h = lines + 2, n = (int)keep->n_bookmarks;
    struct cs_list list = keep->bookmark_list;
    const struct cs_rect box = {(tui->width - BOX_WIDTH) / 2, tui->height - 2 - h, BOX_WIDTH, h};
    struct cs_rect at = {box.x + 2, box.y + 1, box.w - 4, 1};

    cs_list_clamp(&list, n, lines);
    cs_canvas_box(canvas, box, cs_overlay_bookmarks.title);
    if (n == 0)
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM,
                      "none yet: b sets one, :bookmark NAME gives it a name");
    for (int i = list.top; i < n && i < list.top + lines; i++, at.y++) {
        draw_line(tui, canvas, at, keep->bookmarks[i]);
        if (i == list.sel)
            cs_canvas_select(canvas, (struct cs_rect){at.x - 1, at.y, at.w + 2, 1});
    }
    if (list.top > 0)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
    if (list.top + lines < n)
        cs_canvas_put(canvas, box.x + box.w - 12, at.y, CS_STYLE_BOX_TITLE, " ↓ more ");
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move(struct cs_tui *tui, int by)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    cs_list_move(&keep->bookmark_list, by, (int)keep->n_bookmarks, lines_of(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (lines_of(tui) - 1));
}

static void go(struct cs_tui *tui, int unused)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int at = keep->bookmark_list.sel;
    const uint64_t number = at < (int)keep->n_bookmarks ? keep->bookmarks[at] : CS_NO_ROW;

    (void)unused;
    tui->overlay = CS_OVERLAY_NONE;
    if (!cs_tui_ring_get(&tui->ring, number))
        return;
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    cs_trace_select(tui, number);
    cs_tui_say(tui, false, "bookmark %d of %u%s%s%s", at + 1, keep->n_bookmarks,
               *cs_trace_bookmark_name(tui, number) ? ": " : "",
               cs_trace_bookmark_name(tui, number), cs_trace_hidden(tui, number));
}

static void take_away(struct cs_tui *tui, int unused)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const unsigned at = (unsigned)keep->bookmark_list.sel;

    (void)unused;
    if (at >= keep->n_bookmarks)
        return;
    keep->n_bookmarks--;
    memmove(keep->bookmarks + at, keep->bookmarks + at + 1,
            (keep->n_bookmarks - at) * sizeof *keep->bookmarks);
    move(tui, 0);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "go there", "to the row of the bookmark", go, 0},
    {{CS_KEY_DOWN, 'j'}, "next", "the next bookmark", move, 1},
    {{CS_KEY_UP, 'k'}, NULL, "the one before", move, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_HOME, 'g'}, NULL, "the first", move, -CS_TRACE_BOOKMARKS},
    {{CS_KEY_END, 'G'}, NULL, "the last", move, CS_TRACE_BOOKMARKS},
    {{'d', CS_KEY_DELETE}, "take away", "take the bookmark away", take_away, 0},
    {{CS_KEY_ESC}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_bookmarks = {
    .title = "Bookmarks",
    .draw = draw,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
