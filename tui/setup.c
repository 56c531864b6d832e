/* SPDX-License-Identifier: MIT */
/* setup.c - see setup.h: where the cursor is, what keys and the mouse do, and what Esc takes back.
 */
#include "tui/setup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/view.h"
#include "tui/widgets.h"

static const char *const page_names[CS_SETUP_PAGES] = {
    [CS_SETUP_COLOURS] = "Colours", [CS_SETUP_DRAWING] = "Drawing", [CS_SETUP_LAYOUT] = "Layout",
    [CS_SETUP_TRACE] = "Trace",     [CS_SETUP_PROGRAM] = "Program", [CS_SETUP_KEYMAP] = "Keys",
};

const char *cs_setup_page_name(unsigned page)
{
    return page_names[page];
}

static int lines_of(const struct cs_tui *tui)
{
    const struct cs_setup *setup = tui->setup;
    int n = 0;

    if (setup->page == CS_SETUP_KEYMAP)
        return (int)setup->n_rows;
    while (cs_setup_item(tui, setup->page, (unsigned)n))
        n++;
    return n;
}

/* ---- opening, saving, taking back ------------------------------------------------------------ */

static void read_values(const struct cs_tui *tui, char text[][CS_SETUP_VALUE])
{
    for (unsigned i = 0; cs_setup_setting(i); i++)
        cs_setup_tell(tui, cs_setup_setting(i), text[i]);
}

/* The same key twice: what counts, once. */
static void copy_keys(struct cs_keymap *to, const struct cs_keymap *from)
{
    to->n = 0;
    for (unsigned i = 0; from && i < from->n; i++) {
        const char *view = from->row[i].view;
        if (*view && cs_keymap_row(to, from->row[i].key, view))
            continue; /* of a view the first counts, of all the last */
        cs_keymap_set(to, from->row[i].key, view, from->row[i].keys);
    }
}

void cs_setup_open(struct cs_tui *tui)
{
    struct cs_setup *setup = tui->setup;

    read_values(tui, setup->begun);
    if (!setup->opened)
        memcpy(setup->kept, setup->begun, sizeof setup->kept);
    if (tui->keymap != &setup->keys)
        copy_keys(&setup->keys, tui->keymap);
    setup->keys_begun = setup->keys;
    setup->keys_changed_begun = setup->keys_changed;
    setup->opened = true;
    setup->inside = setup->finding = setup->catching = false;
    cs_textfield_set(&setup->find, "");
    cs_setup_list_keys(tui);
}

static bool same_keys(const struct cs_keymap *a, const struct cs_keymap *b)
{
    bool same = a->n == b->n;

    for (unsigned i = 0; same && i < a->n; i++) {
        const char *keys = cs_keymap_row(b, a->row[i].key, a->row[i].view);
        same = keys && !strcmp(keys, a->row[i].keys);
    }
    return same;
}

unsigned cs_setup_changes(const struct cs_tui *tui, char text[][CS_SETUP_VALUE],
                          const char *name[CS_SETUP_SETTINGS])
{
    unsigned n = 0;

    read_values(tui, text);
    for (unsigned i = 0; cs_setup_setting(i); i++)
        if (strcmp(text[i], tui->setup->kept[i]) != 0) {
            name[n] = cs_setup_setting(i);
            memmove(text[n++], text[i], sizeof text[i]);
        }
    return n;
}

void cs_setup_saved(struct cs_tui *tui)
{
    read_values(tui, tui->setup->kept);
    tui->setup->keys_changed = false;
}

static void restore(struct cs_tui *tui)
{
    struct cs_setup *setup = tui->setup;
    char now[CS_SETUP_VALUE];
    bool any = !same_keys(&setup->keys, &setup->keys_begun);

    for (unsigned i = 0; cs_setup_setting(i); i++) {
        cs_setup_tell(tui, cs_setup_setting(i), now);
        if (!strcmp(now, setup->begun[i]))
            continue;
        cs_setup_set(tui, cs_setup_setting(i), setup->begun[i]);
        any = true;
    }
    setup->keys = setup->keys_begun;
    setup->keys_changed = setup->keys_changed_begun;
    tui->overlay = CS_OVERLAY_NONE;
    if (any)
        cs_tui_say(tui, false, "all is as it was before the setup");
}

static void leave(struct cs_tui *tui, int unused)
{
    struct cs_setup *setup = tui->setup;

    (void)unused;
    if (setup->find.len && setup->page == CS_SETUP_KEYMAP) {
        cs_textfield_set(&setup->find, "");
        cs_setup_list_keys(tui);
        return;
    }
    restore(tui);
}

static void close_it(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->overlay = CS_OVERLAY_NONE;
}

static void save(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->overlay = CS_OVERLAY_NONE;
    tui->keep = true;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static struct cs_list *list(struct cs_tui *tui)
{
    return &tui->setup->item[tui->setup->page];
}

/* Headings are passed over. */
static void settle(struct cs_tui *tui, int by)
{
    const struct cs_setup *setup = tui->setup;
    const int n = lines_of(tui);
    struct cs_list *at = list(tui);

    cs_list_clamp(at, n, cs_setup_list_at(tui).h);
    if (setup->page != CS_SETUP_KEYMAP || !n || setup->row[at->sel].kind != CS_KEY_HEADING)
        return;
    if ((by < 0 && at->sel > 0) || at->sel == n - 1)
        at->sel--;
    else
        at->sel++;
    cs_list_clamp(at, n, cs_setup_list_at(tui).h);
}

static void show_page(struct cs_tui *tui, int page)
{
    tui->setup->page = (unsigned)(page + CS_SETUP_PAGES) % CS_SETUP_PAGES;
    settle(tui, 1);
}

static void move(struct cs_tui *tui, int by)
{
    if (!tui->setup->inside) {
        show_page(tui, by > 1 ? CS_SETUP_PAGES - 1 : by < -1 ? 0 : (int)tui->setup->page + by);
        return;
    }
    cs_list_move(list(tui), by, lines_of(tui), cs_setup_list_at(tui).h);
    settle(tui, by);
    if (list(tui)->sel == 1 && tui->setup->page == CS_SETUP_KEYMAP)
        list(tui)->top = 0; /* with its heading */
}

static void page(struct cs_tui *tui, int by)
{
    move(tui, by * cs_setup_list_at(tui).h);
}

static void other_side(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->setup->inside = !tui->setup->inside;
    settle(tui, 1);
}

static void step(struct cs_tui *tui, int by)
{
    const struct cs_setup_item *item =
        cs_setup_item(tui, tui->setup->page, (unsigned)list(tui)->sel);

    if (tui->setup->page == CS_SETUP_KEYMAP)
        cs_setup_catch(tui);
    else if (item)
        cs_setup_step(tui, item, by);
    settle(tui, 1); /* there may be fewer lines now */
}

/* Left and Right: between the sides, and through what a setting can be. */
static void sideways(struct cs_tui *tui, int by)
{
    const struct cs_setup_item *item =
        cs_setup_item(tui, tui->setup->page, (unsigned)list(tui)->sel);
    const bool values =
        tui->setup->inside && tui->setup->page != CS_SETUP_KEYMAP && item && !item->theme;

    if (values)
        step(tui, by);
    else if (tui->setup->inside == (by < 0))
        other_side(tui, 0);
}

static void enter(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!tui->setup->inside)
        other_side(tui, 0);
    else
        step(tui, 1);
}

static void reset(struct cs_tui *tui, int off)
{
    if (tui->setup->page != CS_SETUP_KEYMAP || !tui->setup->inside)
        return;
    if (off)
        cs_setup_switch_off(tui);
    else
        cs_setup_reset_key(tui);
    settle(tui, 1);
}

static void find(struct cs_tui *tui, int unused)
{
    (void)unused;
    show_page(tui, CS_SETUP_KEYMAP);
    tui->setup->inside = tui->setup->finding = true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void find_key(struct cs_tui *tui, int32_t key)
{
    struct cs_setup *setup = tui->setup;

    if (key == CS_KEY_ESC)
        cs_textfield_set(&setup->find, "");
    if (key == CS_KEY_ESC || key == CS_KEY_ENTER || key == CS_KEY_DOWN || key == CS_KEY_TAB)
        setup->finding = false;
    else if (setup->find.len < CS_SETUP_FIND || key >= CS_KEY_UP || key < CS_KEY_SPACE)
        cs_textfield_key(&setup->find, key);
    list(tui)->sel = list(tui)->top = 0;
    cs_setup_list_keys(tui);
    settle(tui, 1);
}

static bool first(struct cs_tui *tui, int32_t key)
{
    if (tui->setup->catching)
        cs_setup_caught(tui, key);
    else if (tui->setup->finding)
        find_key(tui, key);
    else
        return false;
    settle(tui, 1);
    return true;
}

static bool types(const struct cs_tui *tui)
{
    return tui->setup->finding;
}

static void key(struct cs_tui *tui, int32_t code)
{
    (void)code;
    if (tui->setup->page != CS_SETUP_KEYMAP || !tui->setup->inside)
        return;
    cs_tui_say(tui, false, "Enter, then the key that is to do what is selected; / finds");
}

static void press_item(struct cs_tui *tui, int line, enum cs_mouse_kind kind)
{
    struct cs_list *at = list(tui);
    const bool again = tui->setup->inside && at->sel == at->top + line;

    if (at->top + line >= lines_of(tui))
        return;
    tui->setup->inside = true;
    at->sel = at->top + line;
    settle(tui, 1);
    if (again || kind == CS_MOUSE_DOUBLE || tui->setup->page == CS_SETUP_COLOURS)
        step(tui, 1);
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    const struct cs_rect box = cs_setup_box(tui), at = cs_setup_list_at(tui);
    const bool press = mouse->kind == CS_MOUSE_PRESS || mouse->kind == CS_MOUSE_DOUBLE;

    if (tui->setup->catching)
        return;
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        move(tui, mouse->kind == CS_MOUSE_UP ? -1 : 1);
    else if (press && cs_rect_has(at, mouse->x, mouse->y))
        press_item(tui, mouse->y - at.y, mouse->kind);
    else if (press && cs_rect_has(box, mouse->x, mouse->y) && mouse->x < at.x - 2 &&
             mouse->y > box.y && mouse->y <= box.y + CS_SETUP_PAGES) {
        tui->setup->inside = false;
        show_page(tui, mouse->y - box.y - 1);
    }
}

/* ---- the word -------------------------------------------------------------------------------- */

int cs_setup_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    unsigned p = 0;

    while (*rest && p < CS_SETUP_PAGES && strcasecmp(page_names[p], rest) != 0)
        p++;
    if (p == CS_SETUP_PAGES) {
        snprintf(why, why_size, "must be colours, drawing, layout, trace, program or keys");
        return -1;
    }
    cs_tui_open(tui, CS_OVERLAY_SETUP);
    if (*rest) {
        show_page(tui, (int)p);
        tui->setup->inside = true;
        settle(tui, 1);
    }
    return 0;
}

void cs_setup_offers(const struct cs_tui *tui, const char *rest, int *from,
                     struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned p = 0; p < CS_SETUP_PAGES; p++)
        if (offers->n < CS_OFFERS && !strncasecmp(page_names[p], rest, strlen(rest))) {
            snprintf(offers->text[offers->n], sizeof offers->text[0], "%s", page_names[p]);
            offers->text[offers->n++][0] |= 0x20; /* as it is typed */
        }
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER, CS_KEY_SPACE},
     "change",
     "change it; of an action: press its new key",
     enter,
     0},
    {{'s', 'w'}, "save", "close, and write what was changed to tui.conf", save, 0},
    {{CS_KEY_F1 + 9, 'q', CS_KEY_F1 + 1},
     "keep",
     "close; it stays until the program ends",
     close_it,
     0},
    {{CS_KEY_ESC}, "undo", "close, with all as it was before", leave, 0},
    {{CS_KEY_DELETE, CS_KEY_BACKSPACE, 'd'}, NULL, "give an action its usual keys again", reset, 0},
    {{'x'}, NULL, "switch the usual keys of an action off, or on again", reset, 1},
    {{'/'}, "find", "find a key or what one does", find, 0},
    {{CS_KEY_DOWN, 'j'}, NULL, "the next line", move, 1},
    {{CS_KEY_UP, 'k'}, NULL, "the line before", move, -1},
    {{CS_KEY_RIGHT, 'l', '+'}, NULL, "to the settings; the next value", sideways, 1},
    {{CS_KEY_LEFT, 'h', '-'}, NULL, "to the pages; the value before", sideways, -1},
    {{CS_KEY_TAB, CS_KEY_BACKTAB}, NULL, "between pages and settings", other_side, 0},
    {{CS_KEY_PGDN}, NULL, "a page down", page, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", page, -1},
    {{CS_KEY_HOME, 'g'}, NULL, "the first", move, -1000},
    {{CS_KEY_END, 'G'}, NULL, "the last", move, 1000},
};

const struct cs_overlay cs_overlay_setup = {
    .title = "Setup",
    .draw = cs_setup_draw,
    .key = key,
    .first = first,
    .mouse = mouse,
    .types = types,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
