/* SPDX-License-Identifier: MIT */
/* setup_draw.c - the setup on the screen: pages on the left, what can be set on the right, and a
 * sample of how it looks where there is one. */
#include <stdio.h>
#include <string.h>

#include "tui/panes.h"
#include "tui/setup.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH   76
#define BOX_MOST    104
#define BOX_HEIGHT  20
#define PAGES_WIDTH 11
#define LABEL_WIDTH 14
#define KEYS_WIDTH  15
#define WHERE_WIDTH 12

struct cs_rect cs_setup_box(const struct cs_tui *tui)
{
    const int w = tui->width - 4 > BOX_MOST    ? BOX_MOST
                  : tui->width - 4 < BOX_WIDTH ? BOX_WIDTH
                                               : tui->width - 4;
    const int most = tui->height - 4;
    const int h = tui->setup->page == CS_SETUP_KEYMAP || most < BOX_HEIGHT ? most : BOX_HEIGHT;

    return (struct cs_rect){(tui->width - w) / 2, (tui->height - h) / 2, w, h};
}

/* Two lines at the end are for help. */
struct cs_rect cs_setup_list_at(const struct cs_tui *tui)
{
    const struct cs_rect box = cs_setup_box(tui);
    const int x = box.x + PAGES_WIDTH + 4;

    return (struct cs_rect){x, box.y + 1, box.x + box.w - 2 - x, box.h > 5 ? box.h - 5 : 1};
}

static void draw_pages(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect box)
{
    const struct cs_setup *setup = tui->setup;

    for (unsigned p = 0; p < CS_SETUP_PAGES; p++) {
        const int y = box.y + 1 + (int)p;
        cs_canvas_printf(canvas, box.x + 1, y,
                         p == setup->page && setup->inside ? CS_STYLE_BRIGHT : CS_STYLE_TEXT,
                         "%c%s", p == setup->page && setup->inside ? '>' : ' ',
                         cs_setup_page_name(p));
        if (p == setup->page && !setup->inside)
            cs_canvas_select(canvas, (struct cs_rect){box.x + 1, y, PAGES_WIDTH, 1});
    }
    cs_canvas_fill(canvas, (struct cs_rect){box.x + PAGES_WIDTH + 2, box.y + 1, 1, box.h - 2},
                   CS_STYLE_FAINT, 0x2502);
}

/* ---- settings -------------------------------------------------------------------------------- */

static void draw_theme(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       unsigned theme)
{
    static const char *const words[CS_SWATCHES] = {" 1A0 ",   " node ",  " good ", " warn ",
                                                   " error ", " fault ", " 7F ",   " bar "};
    int x = at.x + LABEL_WIDTH - 2;

    cs_canvas_put(canvas, at.x, at.y, CS_STYLE_GOOD, tui->theme == cs_themes[theme] ? "●" : " ");
    cs_canvas_put(canvas, at.x + 2, at.y, CS_STYLE_BRIGHT, cs_themes[theme]->name);
    for (unsigned i = 0; i < CS_SWATCHES; i++)
        x = cs_canvas_put(canvas, x, at.y, CS_STYLE_SWATCH(theme, i), words[i]);
}

static void draw_item(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const struct cs_setup_item *item, bool selected)
{
    char value[CS_SETUP_VALUE];

    if (item->theme) {
        draw_theme(tui, canvas, at, item->arg);
        return;
    }
    cs_setup_value(tui, item, value);
    cs_canvas_field(canvas, at.x + 2, at.y, LABEL_WIDTH, false, CS_STYLE_BRIGHT, item->label);
    if (selected)
        cs_canvas_printf(canvas, at.x + LABEL_WIDTH, at.y, CS_STYLE_KEY, "‹ %s ›", value);
    else
        cs_canvas_put(canvas, at.x + LABEL_WIDTH + 2, at.y, CS_STYLE_TEXT, value);
}

/* ---- samples --------------------------------------------------------------------------------- */

static void draw_sample_rows(struct cs_canvas *canvas, struct cs_rect at)
{
    static const struct {
        uint8_t id, what;
        const char *name, *number, *text;
    } rows[] = {
        {CS_STYLE_ID, CS_STYLE_TEXT, "engine", "1A0", "8  10 27 00 00 00 00 00"},
        {CS_STYLE_ID_EXT, CS_STYLE_ARB, "gearbox", "18FEF100", "lost at ID.23 to engine"},
        {CS_STYLE_ID, CS_STYLE_BAD, "brakes", "2B0", "stuff error in data at bit 34"},
        {CS_STYLE_DIM, CS_STYLE_FAULT, "can0", "fault 1", "flip field=crc  fired once"},
        {CS_STYLE_DIM, CS_STYLE_INFO, "tester", "joined", "unix:/run/cansim.sock"},
    };

    for (int i = 0; i < 5; i++) {
        const int y = at.y + 3 + i;
        cs_canvas_printf(canvas, at.x, y, CS_STYLE_DIM, "0.%03d", 210 + 13 * i);
        cs_canvas_put(canvas, at.x + 7, y, CS_STYLE_NODE, rows[i].name);
        cs_canvas_put(canvas, at.x + 17, y, rows[i].id, rows[i].number);
        cs_canvas_field(canvas, at.x + 27, y, at.w - 27, false, rows[i].what, rows[i].text);
        if (i == 0)
            cs_canvas_put(canvas, at.x + 30, y, CS_STYLE_HOT, "10");
        if (i == 1)
            cs_canvas_select(canvas, (struct cs_rect){at.x, y, at.w, 1});
    }
}

static void draw_sample(struct cs_canvas *canvas, struct cs_rect at)
{
    if (at.h < 8 || at.w < 40)
        return;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y, at.w, 1}, CS_STYLE_BAR, ' ');
    cs_canvas_put(canvas, at.x + 1, at.y, CS_STYLE_BAR_NAME, "sample");
    cs_canvas_put(canvas, at.x + at.w - 16, at.y, CS_STYLE_BAR_GOOD, "▶ ×1");
    cs_canvas_put(canvas, at.x + at.w - 10, at.y, CS_STYLE_BAR_WARN, "12 lost");
    cs_canvas_put(canvas, at.x, at.y + 1, CS_STYLE_BRIGHT, "can0");
    cs_gauge(canvas, at.x + 6, at.y + 1, at.w / 2 - 6, CS_STYLE_GOOD, 37, 100);
    cs_gauge(canvas, at.x + at.w / 2 + 1, at.y + 1, at.w - at.w / 2 - 1, CS_STYLE_WARN, 71, 100);
    cs_canvas_fill(canvas, (struct cs_rect){at.x, at.y + 2, at.w, 1}, CS_STYLE_FAINT, 0x2500);
    cs_canvas_put(canvas, at.x + 1, at.y + 2, CS_STYLE_TAB_ON, " 1 Trace ");
    cs_canvas_put(canvas, at.x + 10, at.y + 2, CS_STYLE_TAB, " 2 Identifiers ");
    draw_sample_rows(canvas, at);
}

/* The panes, small. */
static void draw_panes(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_rect all = cs_tui_content(tui);
    const int h = at.h < 9 ? at.h : 9, w = at.w < 44 ? at.w : 44;

    if (h < 5 || all.w < 1 || all.h < 1)
        return;
    for (unsigned p = 0; p < cs_tui_panes(tui); p++) {
        const struct cs_rect pane = cs_pane_outer(tui, p);
        const struct cs_view *view = cs_views[p == tui->focus ? tui->view : tui->pane_view[p]];
        struct cs_rect r = {at.x + (pane.x - all.x) * w / all.w,
                            at.y + (pane.y - all.y) * h / all.h, 0, 0};
        r.w = at.x + (pane.x - all.x + pane.w) * w / all.w - r.x;
        r.h = at.y + (pane.y - all.y + pane.h) * h / all.h - r.y;
        if (r.w < 6 || r.h < 3)
            continue;
        cs_canvas_box(canvas, r, NULL);
        cs_canvas_printf(canvas, r.x + 2, r.y,
                         p == tui->focus ? CS_STYLE_TAB_ON : CS_STYLE_BOX_TITLE, " %u ", p + 1);
        cs_canvas_field(canvas, r.x + 2, r.y + r.h / 2, r.w - 3, false, CS_STYLE_TEXT, view->title);
    }
}

static void draw_file(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM,
                  tui->setup->file[0] ? "s writes what was changed here into"
                                      : "nothing is saved:");
    cs_canvas_field(canvas, at.x, at.y + 1, at.w, false, CS_STYLE_TEXT,
                    tui->setup->file[0] ? tui->setup->file
                                        : "the program was started without a file of settings");
    if (tui->setup->file[0])
        cs_canvas_put(canvas, at.x, at.y + 2, CS_STYLE_DIM,
                      "and leaves the rest of it, comments too, as it is");
}

/* Words that may need two lines. */
static void draw_help(struct cs_canvas *canvas, struct cs_rect at, const char *text)
{
    int len = (int)strlen(text), cut = len;

    for (; cut > at.w; cut--)
        while (cut > 0 && text[cut - 1] != ' ')
            cut--;
    cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%.*s", cut, text);
    while (cut < len && text[cut] == ' ')
        cut++;
    if (cut < len)
        cs_canvas_field(canvas, at.x, at.y + 1, at.w, false, CS_STYLE_DIM, text + cut);
}

static void draw_settings(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_setup *setup = tui->setup;
    const struct cs_list *list = &setup->item[setup->page];
    const struct cs_setup_item *item;
    int n = 0;

    for (; n < at.h && (item = cs_setup_item(tui, setup->page, (unsigned)n)); n++) {
        const struct cs_rect line = {at.x, at.y + n, at.w, 1};
        const bool selected = setup->inside && n == list->sel;
        draw_item(tui, canvas, line, item, selected);
        if (selected)
            cs_canvas_select(
                canvas, item->theme ? (struct cs_rect){at.x, line.y, LABEL_WIDTH - 2, 1} : line);
    }
    const struct cs_rect rest = {at.x + 2, at.y + n + 1, at.w - 2, at.h - n - 1};
    if (setup->page == CS_SETUP_COLOURS || setup->page == CS_SETUP_DRAWING)
        draw_sample(canvas, rest);
    else if (setup->page == CS_SETUP_LAYOUT)
        draw_panes(tui, canvas, rest);
    else if (setup->page == CS_SETUP_PROGRAM)
        draw_file(tui, canvas, rest);
    item = setup->inside ? cs_setup_item(tui, setup->page, (unsigned)list->sel) : NULL;
    if (item)
        draw_help(canvas, (struct cs_rect){at.x, at.y + at.h + 1, at.w, 2}, item->help);
    else
        draw_help(canvas, (struct cs_rect){at.x, at.y + at.h + 1, at.w, 2},
                  "Right or Enter goes to the settings; they act at once");
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void draw_key(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const struct cs_key_row *row)
{
    const int where_width = at.w >= 70 ? WHERE_WIDTH : 0;
    const char *text, *where;
    char keys[64];
    bool own;

    cs_setup_key_text(tui, row, keys, &own, &text, &where);
    if (row->kind == CS_KEY_HEADING) {
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_BRIGHT, text);
        return;
    }
    cs_canvas_field(canvas, at.x + 1, at.y, KEYS_WIDTH, false, own ? CS_STYLE_WARN : CS_STYLE_KEY,
                    *keys ? keys : "none");
    cs_canvas_field(canvas, at.x + KEYS_WIDTH + 2, at.y, at.w - KEYS_WIDTH - 3 - where_width, false,
                    CS_STYLE_TEXT, text);
    if (where_width)
        cs_canvas_field(canvas, at.x + at.w - where_width, at.y, where_width, true, CS_STYLE_DIM,
                        where);
}

/* What the row under the cursor does, whole; what is asked; or what can be done. */
static void draw_key_help(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y, int w)
{
    const struct cs_setup *setup = tui->setup;
    const int sel = setup->item[CS_SETUP_KEYMAP].sel;
    const char *text = "", *where, *hint;
    char keys[64];
    bool own;

    hint = setup->catching && setup->conflict[0] ? setup->conflict
           : setup->catching                     ? "now press the key that is to do it; Esc: none"
           : setup->inside ? "Enter: a new key   Del: its usual keys   x: switch them off"
                           : "Right or Enter goes to the keys; * marks your own";
    if (sel >= 0 && sel < (int)setup->n_rows && setup->inside)
        cs_setup_key_text(tui, &setup->row[sel], keys, &own, &text, &where);
    cs_canvas_field(canvas, x, y, w, false, CS_STYLE_DIM, text);
    cs_canvas_field(canvas, x, y + 1, w, false, setup->catching ? CS_STYLE_WARN : CS_STYLE_DIM,
                    hint);
}

static void draw_keys(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at)
{
    const struct cs_setup *setup = tui->setup;
    const struct cs_list *list = &setup->item[CS_SETUP_KEYMAP];
    const int y = at.y + at.h + 1;

    for (int i = 0; i < at.h && list->top + i < (int)setup->n_rows; i++) {
        const struct cs_rect line = {at.x, at.y + i, at.w, 1};
        draw_key(tui, canvas, line, &setup->row[list->top + i]);
        if (setup->inside && list->top + i == list->sel)
            cs_canvas_select(canvas, line);
    }
    if (!setup->n_rows)
        cs_canvas_put(canvas, at.x, at.y, CS_STYLE_DIM, "no key and no action has that");
    draw_key_help(tui, canvas, at.x, y, at.w);
    if (setup->catching || (!setup->finding && !setup->find.len))
        return;
    cs_canvas_fill(canvas, (struct cs_rect){at.x, y + 1, at.w, 1}, CS_STYLE_TEXT, ' ');
    cs_canvas_put(canvas, at.x, y + 1, CS_STYLE_DIM, "find: ");
    if (setup->finding)
        cs_textfield_draw(&setup->find, canvas, at.x + 6, y + 1, at.w - 6);
    else
        cs_textfield_show(&setup->find, canvas, at.x + 6, y + 1, at.w - 6, CS_STYLE_TEXT);
}

void cs_setup_draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_rect box = cs_setup_box(tui), at = cs_setup_list_at(tui);

    cs_canvas_box(canvas, box, "Setup");
    draw_pages(tui, canvas, box);
    cs_canvas_fill(canvas, (struct cs_rect){at.x - 1, at.y + at.h, at.w + 2, 1}, CS_STYLE_FAINT,
                   0x2500);
    if (tui->setup->page == CS_SETUP_KEYMAP)
        draw_keys(tui, canvas, at);
    else
        draw_settings(tui, canvas, at);
}
