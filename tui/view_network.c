/* SPDX-License-Identifier: MIT */
/* view_network.c - the network as decoders know it, and what can be done to it. What there is of
 * pages, tables, keys and commands comes from the decoders: see struct cansim_page. */
#include "tui/view_network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/widgets.h"

#define LIST_FIELDS  8192
#define LIST_BYTES   ((size_t)256 << 10)
#define TABLE_FIELDS 65536
#define TABLE_BYTES  ((size_t)4 << 20)

struct cs_network *cs_network_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_network);
}

static int init(void *state)
{
    struct cs_network *net = state;

    net->list.shown = calloc(CS_NETWORK_ROWS, sizeof *net->list.shown);
    net->rows.shown = calloc(CS_NETWORK_ROWS, sizeof *net->rows.shown);
    if (!net->list.shown || !net->rows.shown ||
        cs_tree_init(&net->pages.list, LIST_FIELDS, LIST_BYTES) ||
        cs_tree_init(&net->pages.rows, TABLE_FIELDS, TABLE_BYTES))
        return -ENOMEM;
    net->pages.anew = true;
    return 0;
}

static void fini(void *state)
{
    struct cs_network *net = state;

    free(net->list.shown);
    free(net->rows.shown);
    cs_tree_fini(&net->pages.list);
    cs_tree_fini(&net->pages.rows);
}

/* ---- what is there --------------------------------------------------------------------------- */

const struct cs_tui_page *cs_network_page(const struct cs_network *net)
{
    return net->pages.at < net->pages.n ? &net->pages.page[net->pages.at] : NULL;
}

const struct cansim_table *cs_network_section(const struct cs_network *net)
{
    const struct cs_tui_page *page = cs_network_page(net);

    if (!page || !page->page->sections || !net->list.n)
        return NULL;
    for (unsigned i = 0; page->page->sections[i]; i++)
        if (i == net->section)
            return page->page->sections[i];
    return NULL;
}

const struct cansim_table *cs_network_table(const struct cs_network *net)
{
    const struct cs_tui_page *page = cs_network_page(net);

    return net->inside ? cs_network_section(net) : page ? page->page->list : NULL;
}

const struct cansim_action *cs_network_actions(const struct cs_network *net)
{
    const struct cs_tui_page *page = cs_network_page(net);
    const struct cansim_table *table = cs_network_table(net);

    if (!page || !page->can_ask || !table)
        return NULL;
    return table->actions ? table->actions : page->page->list->actions;
}

void cs_network_layout(const struct cs_network *net, struct cs_rect body,
                       struct cs_network_layout *at)
{
    const bool tall = body.h >= (net->inside ? CS_NETWORK_BOTH : CS_NETWORK_TALL);
    const bool section = cs_network_section(net) != NULL;
    int y = body.y, end = body.y + body.h;

    *at = (struct cs_network_layout){.tabs = {body.x, y, body.w, 0}};
    if (cs_network_actions(net) && body.h >= 6)
        at->actions = (struct cs_rect){body.x, --end, body.w, 1};
    if (body.h >= 6 && (net->asked[0] || net->finding || net->find.len))
        at->said = (struct cs_rect){body.x, --end, body.w, 1};
    if (body.h >= 4 && net->pages.n > 1 && (tall || !net->inside || body.w >= CS_NETWORK_WIDE))
        at->tabs = (struct cs_rect){body.x, y++, body.w, 1};
    if (section && body.w >= CS_NETWORK_WIDE && end - y >= 3) {
        const int right = body.x + CS_NETWORK_LIST + 2;
        at->list = (struct cs_rect){body.x, y, CS_NETWORK_LIST, end - y};
        at->sections = (struct cs_rect){right, y, body.x + body.w - right, 1};
        at->rows = (struct cs_rect){right, y + 1, body.x + body.w - right, end - y - 1};
        return;
    }
    if (!net->inside || (tall && section)) {
        int h = end - y;
        if (tall && section)
            h = (int)net->list.n + 1 < (end - y) / 2 ? (int)net->list.n + 1 : (end - y) / 2;
        at->list = (struct cs_rect){body.x, y, body.w, h};
        y += h;
    }
    if (section && (net->inside || tall)) {
        if (end - y >= 3)
            at->sections = (struct cs_rect){body.x, y++, body.w, 1};
        at->rows = (struct cs_rect){body.x, y, body.w, end - y};
    }
}

static int page_of(const struct cs_rect *at, const struct cansim_table *table)
{
    const int lines = table && table->columns ? at->h - 1 : at->h;

    return lines > 0 ? lines : 0;
}

/* ---- up to date ------------------------------------------------------------------------------ */

static bool has_text(const struct cs_tree *tree, unsigned i, unsigned end, const char *what)
{
    char text[256];

    for (; i < end; i++) {
        const struct cansim_field *field = &tree->fields[i].field;
        cs_network_text(field, text, sizeof text);
        if (strcasestr(text, what) || (field->label && strcasestr(field->label, what)))
            return true;
    }
    return false;
}

static unsigned end_of_row(const struct cs_tree *tree, unsigned i)
{
    const unsigned depth = tree->fields[i].depth;

    for (i++; i < tree->n_fields && tree->fields[i].depth > depth; i++)
        ;
    return i;
}

/* Which rows are shown, and where the selection is now. */
static void find_rows(struct cs_network_rows *rows, const struct cs_tree *tree, bool lines,
                      const char *what)
{
    int sel = rows->list.sel;

    rows->n = 0;
    for (unsigned i = 0, end; i < tree->n_fields && rows->n < CS_NETWORK_ROWS; i = end) {
        end = lines ? i + 1 : end_of_row(tree, i);
        if (*what && !has_text(tree, i, end, what))
            continue;
        if (!lines && rows->list.sel > 0 && tree->fields[i].field.value.u == rows->key)
            sel = (int)rows->n;
        rows->shown[rows->n++] = i;
    }
    rows->list.sel = sel;
}

static uint64_t key_of(const struct cs_network_rows *rows, const struct cs_tree *tree)
{
    return rows->list.sel >= 0 && rows->list.sel < (int)rows->n
               ? tree->fields[rows->shown[rows->list.sel]].field.value.u
               : 0;
}

/* Until somebody chooses, the first row that does not stand for all others. */
static void choose(struct cs_network *net)
{
    const struct cs_tree *list = &net->pages.list;

    if (!net->moved)
        net->list.list.sel = net->list.n > 1 && !list->fields[net->list.shown[0]].field.value.u;
}

static void settle(const struct cs_tui *tui, struct cs_network *net)
{
    const struct cs_tui_page *page = cs_network_page(net);
    const struct cansim_table *section = cs_network_section(net);
    struct cs_network_layout at;

    choose(net);
    cs_network_layout(net, cs_tui_body(tui), &at);
    cs_list_clamp(&net->list.list, (int)net->list.n, page_of(&at.list, page->page->list));
    cs_list_clamp(&net->rows.list, (int)net->rows.n, page_of(&at.rows, section));
    net->list.key = key_of(&net->list, &net->pages.list);
    net->rows.key = key_of(&net->rows, &net->pages.rows);
}

static void hear(struct cs_tui *tui, struct cs_network *net)
{
    if (net->pages.n_answers == net->heard)
        return;
    net->heard = net->pages.n_answers;
    net->waiting = false;
    snprintf(net->asked, sizeof net->asked, "%.*s", (int)sizeof net->asked - 1, net->pages.answer);
    cs_tui_say(tui, net->pages.answer_bad, "%s", net->pages.answer);
}

/* Until somebody chooses, the first page that has something. */
static int look(struct cs_tui *tui, struct cs_network *net)
{
    struct cs_tui_pages *pages = &net->pages;
    const unsigned before = pages->at;
    int ret = tui->host->ops->pages(tui->host->ctx, pages);

    if (ret != 0 || net->moved || pages->n < 2 || pages->list.n_fields)
        return ret;
    for (pages->at = 0; pages->at < pages->n; pages->at++) {
        pages->anew = true;
        ret = tui->host->ops->pages(tui->host->ctx, pages);
        if (ret != 0 || pages->list.n_fields)
            return ret;
    }
    pages->at = before;
    pages->anew = true;
    return tui->host->ops->pages(tui->host->ctx, pages);
}

/* What is to be shown of the list's selected row, by what is known of it now. True: that is
 * another table than the host was asked for. */
static bool want(const struct cs_tui *tui, struct cs_network *net)
{
    struct cs_tui_pages *pages = &net->pages;
    struct cs_network_layout at;

    cs_network_layout(net, cs_tui_body(tui), &at);
    const struct cansim_table *section = at.rows.h > 0 ? cs_network_section(net) : NULL;
    const bool other = section != pages->section || pages->row != net->list.key;
    pages->anew |= other;
    pages->section = section;
    pages->row = net->list.key;
    return other;
}

static void refresh(struct cs_tui *tui)
{
    struct cs_network *net = cs_network_of(tui);
    struct cs_tui_pages *pages = &net->pages;

    want(tui, net);
    for (unsigned pass = 0; pass < 3; pass++) {
        net->no_host = !tui->host->ops->pages || look(tui, net) != 0;
        if (net->no_host || !cs_network_page(net))
            return;
        find_rows(&net->list, &pages->list, false, net->inside ? "" : net->find.text);
        if (!net->list.n && !net->find.len)
            net->inside = false;
        const struct cansim_table *section = cs_network_section(net);
        if (net->changes != pages->changes)
            find_rows(&net->rows, &pages->rows, section && !section->columns,
                      net->inside ? net->find.text : "");
        net->changes = pages->changes;
        settle(tui, net);
        if (!want(tui, net))
            break;
    }
    hear(tui, net);
}

/* The same at once: keys may come before the next screen does. */
static void anew(struct cs_tui *tui, struct cs_network *net)
{
    net->pages.anew = true;
    refresh(tui);
}

/* ---- moving about ---------------------------------------------------------------------------- */

void cs_network_move(struct cs_tui *tui, int by)
{
    struct cs_network *net = cs_network_of(tui);
    struct cs_network_rows *rows = net->inside ? &net->rows : &net->list;
    const struct cs_tree *tree = net->inside ? &net->pages.rows : &net->pages.list;
    struct cs_network_layout at;

    if (!cs_network_page(net))
        return;
    cs_network_layout(net, cs_tui_body(tui), &at);
    cs_list_move(&rows->list, by, (int)rows->n,
                 page_of(net->inside ? &at.rows : &at.list, cs_network_table(net)));
    rows->key = key_of(rows, tree);
    if (!net->inside) {
        net->rows.list = (struct cs_list){0};
        net->moved = true;
    }
}

static void move_page(struct cs_tui *tui, int by)
{
    const struct cs_network *net = cs_network_of(tui);
    struct cs_network_layout at;

    cs_network_layout(net, cs_tui_body(tui), &at);
    cs_network_move(tui,
                    by * (page_of(net->inside ? &at.rows : &at.list, cs_network_table(net)) - 1));
}

static void clear_find(struct cs_network *net)
{
    cs_textfield_set(&net->find, "");
    net->finding = false;
}

static void go_in(struct cs_tui *tui, int unused)
{
    struct cs_network *net = cs_network_of(tui);

    (void)unused;
    if (net->inside || !cs_network_section(net))
        return;
    clear_find(net);
    net->inside = true;
    anew(tui, net);
}

static void go_out(struct cs_tui *tui, int unused)
{
    struct cs_network *net = cs_network_of(tui);

    (void)unused;
    if (net->find.len)
        clear_find(net);
    else
        net->inside = false;
    anew(tui, net);
}

static void show_section(struct cs_tui *tui, unsigned section)
{
    struct cs_network *net = cs_network_of(tui);

    net->section = section;
    net->rows.list = (struct cs_list){0};
    clear_find(net);
    anew(tui, net);
}

static void next_section(struct cs_tui *tui, int by)
{
    const struct cs_network *net = cs_network_of(tui);
    const struct cs_tui_page *page = cs_network_page(net);
    unsigned n = 0;

    while (page && page->page->sections && page->page->sections[n])
        n++;
    if (n)
        show_section(tui, (net->section + n + (unsigned)by) % n);
}

static void show_page(struct cs_tui *tui, unsigned page)
{
    struct cs_network *net = cs_network_of(tui);

    net->pages.at = page;
    net->inside = false;
    net->moved = true;
    net->section = 0;
    net->list.list = (struct cs_list){.sel = 1};
    net->rows.list = (struct cs_list){0};
    net->list.key = net->rows.key = 0;
    clear_find(net);
    anew(tui, net);
}

static void next_page(struct cs_tui *tui, int by)
{
    const struct cs_network *net = cs_network_of(tui);

    if (net->pages.n > 1)
        show_page(tui, (net->pages.at + net->pages.n + (unsigned)by) % net->pages.n);
    else
        cs_tui_say(tui, false, "there is one page: each bus and each decoder has its own");
}

static void find(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_network_of(tui)->finding = true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool find_key(struct cs_tui *tui, struct cs_network *net, int32_t code)
{
    if (code == CS_KEY_ENTER || code == CS_KEY_UP || code == CS_KEY_DOWN) {
        net->finding = false;
        return code == CS_KEY_ENTER;
    }
    if (code == CS_KEY_ESC)
        clear_find(net);
    else if (cs_textfield_key(&net->find, code) && net->find.len >= CS_NETWORK_FIND)
        cs_textfield_set(&net->find, "");
    anew(tui, net);
    return true;
}

/* Letters of the actions that there are now; and what is looked for, while it is typed: elsewhere /
 * is about identifiers, of which there are none here. */
static bool key(struct cs_tui *tui, int32_t code)
{
    struct cs_network *net = cs_network_of(tui);
    const struct cansim_action *action = cs_network_actions(net);

    if (net->finding)
        return find_key(tui, net, code);
    if (code == '/') {
        find(tui, 0);
        return true;
    }
    for (; action && action->key; action++)
        if (action->key == code) {
            cs_network_act(tui, action);
            return true;
        }
    if (code == CS_KEY_ESC && (net->inside || net->find.len)) {
        go_out(tui, 0);
        return true;
    }
    return false;
}

static bool types(const struct cs_tui *tui)
{
    return cs_network_of(tui)->finding;
}

/* ---- the mouse ------------------------------------------------------------------------------- */

static bool press(struct cs_tui *tui, struct cs_network *net, const struct cs_network_layout *at,
                  const struct cs_mouse *mouse)
{
    const int page = cs_network_tab_at(net, at, mouse->x, mouse->y);
    const int section = cs_network_section_at(net, at, mouse->x, mouse->y);
    const char letter = cs_network_action_at(net, at, mouse->x, mouse->y);

    if (mouse->kind > CS_MOUSE_DOUBLE)
        return false;
    if (page >= 0)
        show_page(tui, (unsigned)page);
    else if (section >= 0)
        show_section(tui, (unsigned)section);
    else if (letter)
        key(tui, letter);
    return page >= 0 || section >= 0 || letter;
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_network *net = cs_network_of(tui);
    struct cs_network_layout at;
    struct cs_mouse in = *mouse;

    cs_network_layout(net, cs_tui_body(tui), &at);
    if (!cs_network_page(net) || press(tui, net, &at, mouse))
        return;
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        cs_network_move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
        return;
    }
    const bool lower = at.rows.h > 0 && mouse->y >= at.rows.y && mouse->x >= at.rows.x;
    const struct cansim_table *table =
        lower ? cs_network_section(net) : cs_network_page(net)->page->list;
    struct cs_network_rows *rows = lower ? &net->rows : &net->list;
    in.y -= lower ? at.rows.y - (table->columns == NULL) : at.list.y;
    const int row =
        cs_list_hit(&rows->list, &in, (int)rows->n, page_of(lower ? &at.rows : &at.list, table));
    if (row < 0)
        return;
    net->inside = lower;
    cs_network_move(tui, row - rows->list.sel);
    if (!lower && mouse->kind == CS_MOUSE_DOUBLE)
        go_in(tui, 0);
}

/* ---- the view -------------------------------------------------------------------------------- */

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_network *net = cs_network_of(tui);
    const struct cs_tui_page *page = cs_network_page(net);

    const unsigned left_out = net->pages.list.left_out + net->pages.rows.left_out;
    char more[40] = "";

    if (left_out)
        snprintf(more, sizeof more, " · %u more cells", left_out);
    if (page)
        snprintf(text, size, "%s %s · %s%s", page->decoder, page->page->list->title, page->bus,
                 more);
    else
        snprintf(text, size, "%s", "");
}

/* Letters without `run` are the decoder's: key() takes them where they are there. */
static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "open", "the tables about the selected row", go_in, 0},
    {{CS_KEY_BACKSPACE}, NULL, "back to the list; so does Esc", go_out, 0},
    {{CS_KEY_RIGHT, 'l'}, "tables", "the next table about the row", next_section, 1},
    {{CS_KEY_LEFT}, NULL, "the one before", next_section, -1},
    {{'F'}, "find", "only rows with a text; here / does so too", find, 0},
    {{']'}, NULL, "the page of the next bus or decoder", next_page, 1},
    {{'['}, NULL, "the one before", next_page, -1},
    {{'s', 'x', 'p'}, NULL, "start, stop, pre-operational: the node, or all", NULL, 0},
    {{'R', 'C'}, NULL, "reset the node, reset its communication", NULL, 0},
    {{'r', 'e'}, NULL, "read, write the object here; in the list: type it", NULL, 0},
    {{'a', 'b'}, NULL, "read any object; the one here by block transfer", NULL, 0},
    {{'f'}, NULL, "LSS: give a node without node-ID one", NULL, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a row, one up", cs_network_move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", cs_network_move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first row", cs_network_move, -CS_NETWORK_ROWS},
    {{CS_KEY_END, 'G'}, NULL, "to the last", cs_network_move, CS_NETWORK_ROWS},
};

const struct cs_view cs_view_network = {
    .name = "network",
    .keys = {'8', CS_KEY_F1 + 8},
    .help = "CANopen by hand, and what other decoders know",
    .about = "The nodes that decoders know, and tables about the selected one: objects, PDO "
             "values, SDO transfers, emergencies. Known: whether a value was read from the bus or "
             "is only in the EDS file.",
    .title = "CANopen",
    .brief = "CANop",
    .state_size = sizeof(struct cs_network),
    .init = init,
    .fini = fini,
    .refresh = refresh,
    .draw = cs_network_draw,
    .key = key,
    .types = types,
    .mouse = mouse,
    .status = status,
    .detail = cs_network_detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = cs_network_words,
    .n_words = CS_NETWORK_WORDS,
};
