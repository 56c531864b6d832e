/* SPDX-License-Identifier: MIT */
/* view_network_draw.c - tables of decoders as cells. */
#include <stdio.h>
#include <string.h>

#include "tui/like.h"
#include "tui/view_network.h"
#include "tui/widgets.h"

/* ---- text ------------------------------------------------------------------------------------ */

/* Three digits: what changes all the time is to be legible. */
static void span_text(int64_t ps, char *text, size_t size)
{
    static const struct {
        int64_t ps;
        const char *unit;
    } units[] = {{INT64_C(1000000000000), "s"}, {1000000000, "ms"}, {1000000, "µs"}, {1000, "ns"}};
    const int64_t s = ps / units[0].ps;
    unsigned u = 0;

    if (ps < 0 || s >= 3600) {
        snprintf(text, size, ps < 0 ? "-" : "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
        return;
    }
    if (s >= 60) {
        snprintf(text, size, "%dm%02ds", (int)(s / 60), (int)(s % 60));
        return;
    }
    while (u < 3 && ps < units[u].ps - units[u].ps / 2000) /* 999.5 ms is a second */
        u++;
    const double value = (double)ps / (double)units[u].ps;
    snprintf(text, size, "%.*f%s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[u].unit);
}

void cs_network_text(const struct cansim_field *field, char *text, size_t size)
{
    if (field->kind == CANSIM_TIME && !field->text)
        span_text(field->value.i, text, size);
    else if (field->kind == CANSIM_BOOL && !field->text)
        snprintf(text, size, "%s", field->value.u ? "yes" : "no");
    else if (field->kind == CANSIM_REAL && field->text)
        snprintf(text, size, "%s", field->text);
    else if (field->kind == CANSIM_TEXT && !field->text)
        snprintf(text, size, "%.*s", (int)field->len, (const char *)field->value.bytes);
    else
        cs_tree_value(field, text, size);
}

static uint8_t style_of(const struct cansim_field *field, bool state)
{
    switch (field->severity) {
    case CANSIM_NOTE:
        return CS_STYLE_INFO;
    case CANSIM_WARNING:
        return CS_STYLE_WARN;
    case CANSIM_ERROR:
        return CS_STYLE_BAD;
    default:
        return state ? CS_STYLE_GOOD : CS_STYLE_TEXT;
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

static unsigned columns_of(const struct cansim_table *table, struct cs_column *columns)
{
    unsigned n = 0;

    for (; n < CS_COLUMNS_MAX && table->columns[n].title; n++) {
        const struct cansim_column *from = &table->columns[n];
        columns[n] = (struct cs_column){
            .title = from->title,
            .width = from->width,
            .max_width = from->max_width,
            .right = from->kind == CANSIM_COLUMN_NUMBER,
            .rank = from->rank,
        };
    }
    return n;
}

static void draw_cell(struct cs_canvas *canvas, struct cs_rect at, int kind, bool first,
                      const struct cansim_field *field)
{
    uint8_t style = style_of(field, kind == CANSIM_COLUMN_STATE || kind == CANSIM_COLUMN_BAR);
    char text[512];

    if (kind == CANSIM_COLUMN_BAR && field->kind == CANSIM_REAL && !field->text) {
        cs_gauge(canvas, at.x, at.y, at.w, style, (uint64_t)(field->value.real * 1000), 1000);
        return;
    }
    cs_network_text(field, text, sizeof text);
    if (first && style == CS_STYLE_TEXT)
        style = CS_STYLE_ID;
    if (field->kind == CANSIM_TIME && style == CS_STYLE_TEXT)
        style = CS_STYLE_DIM;
    cs_canvas_field(canvas, at.x, at.y, at.w, kind == CANSIM_COLUMN_NUMBER, style, text);
}

static void draw_row(const struct cs_tree *tree, unsigned row, const struct cansim_table *table,
                     unsigned n, const struct cs_columns_layout *layout, struct cs_canvas *canvas,
                     int y)
{
    unsigned c = 0;

    for (unsigned i = row + 1; i < tree->n_fields && tree->fields[i].depth && c < n; i++) {
        if (tree->fields[i].depth != 1)
            continue;
        if (layout->w[c])
            draw_cell(canvas, (struct cs_rect){layout->x[c], y, layout->w[c], 1},
                      table->columns[c].kind, c == 0, &tree->fields[i].field);
        c++;
    }
}

/* Of a tree: "label  value", parts further in. */
static void draw_line(const struct cs_tree *tree, unsigned i, struct cs_canvas *canvas,
                      struct cs_rect at)
{
    const struct cs_tree_field *kept = &tree->fields[i];
    const struct cansim_field *field = &kept->field;
    const int x = at.x + 1 + 2 * kept->depth;
    int to = at.x + (at.w >= 70 ? 34 : at.w / 2);
    char text[512];

    cs_network_text(field, text, sizeof text);
    cs_canvas_field(canvas, x, at.y, to - x - 1, false, kept->open ? CS_STYLE_BRIGHT : CS_STYLE_DIM,
                    field->label ? field->label : field->name);
    cs_canvas_field(canvas, to, at.y, at.x + at.w - to, false, style_of(field, false), text);
}

#define MEASURED 256 /* rows */

/* A column does not grow beyond its texts while another one's are cut. Of the first rows, so that
 * scrolling moves nothing. */
static void fit_texts(const struct cs_tree *tree, const struct cs_network_rows *rows,
                      struct cs_column *columns, unsigned n)
{
    int widest[CS_COLUMNS_MAX] = {0};
    char text[512];

    for (unsigned r = 0; r < rows->n && r < MEASURED; r++) {
        unsigned c = 0;
        for (unsigned i = rows->shown[r] + 1; i < tree->n_fields && tree->fields[i].depth && c < n;
             i++) {
            const struct cansim_field *field = &tree->fields[i].field;
            if (tree->fields[i].depth != 1)
                continue;
            if (field->kind != CANSIM_REAL || field->text) { /* no bar */
                cs_network_text(field, text, sizeof text);
                const int width = cs_text_width(text);
                widest[c] = width > widest[c] ? width : widest[c];
            } else {
                widest[c] = columns[c].max_width;
            }
            c++;
        }
    }
    for (unsigned c = 0; c < n; c++)
        if (widest[c] < columns[c].max_width)
            columns[c].max_width = widest[c] > columns[c].width ? widest[c] : columns[c].width;
}

static void draw_empty(struct cs_canvas *canvas, struct cs_rect at, const char *text)
{
    const int width = cs_text_width(text), x = at.x + (at.w - width) / 2;

    cs_canvas_field(canvas, x > at.x ? x : at.x, at.y + at.h / 2, at.w, false, CS_STYLE_DIM, text);
}

static void draw_table(const struct cs_tui *tui, const struct cansim_table *table,
                       const struct cs_tree *tree, const struct cs_network_rows *rows, bool keys,
                       struct cs_canvas *canvas, struct cs_rect at)
{
    struct cs_column columns[CS_COLUMNS_MAX];
    struct cs_columns_layout layout;
    unsigned n = 0;

    if (!rows->n) {
        draw_empty(canvas, at, table->empty ? table->empty : "nothing so far");
        return;
    }
    if (table->columns) {
        n = columns_of(table, columns);
        fit_texts(tree, rows, columns, n);
        cs_columns_fit(tui, columns, n, at.w, &layout);
        for (unsigned c = 0; c < n; c++)
            layout.x[c] += at.x;
        cs_columns_titles(columns, n, canvas, at.y, &layout, -1, false);
        at.y++;
        at.h--;
    }
    for (int i = 0; i < at.h && rows->list.top + i < (int)rows->n; i++) {
        const unsigned row = rows->shown[rows->list.top + i];
        const struct cs_rect line = {at.x, at.y + i, at.w, 1};
        if (table->columns)
            draw_row(tree, row, table, n, &layout, canvas, line.y);
        else
            draw_line(tree, row, canvas, line);
        if (keys && rows->list.top + i == rows->list.sel)
            cs_canvas_select(canvas, line);
    }
}

/* ---- tabs and actions: drawn, or looked for at `find` ------------------------------------------
 */

static int put_tab(struct cs_canvas *canvas, int x, int y, bool on, const char *text, int find,
                   bool *hit)
{
    const int width = cs_text_width(text) + 2;

    if (canvas)
        cs_canvas_printf(canvas, x, y, on ? CS_STYLE_TAB_ON : CS_STYLE_TAB, " %s ", text);
    *hit = find >= x && find < x + width;
    return x + width + 1;
}

static int pages_line(const struct cs_network *net, struct cs_canvas *canvas, struct cs_rect at,
                      int find)
{
    const struct cs_tui_pages *pages = &net->pages;
    int x = at.x + 1, found = -1;
    char text[80];
    bool hit;

    /* The one at hand is in sight wherever it is. */
    for (unsigned i = pages->at > 3 ? pages->at - 3 : 0; i < pages->n && x < at.x + at.w; i++) {
        snprintf(text, sizeof text, "%s %s", pages->page[i].bus, pages->page[i].page->list->title);
        x = put_tab(canvas, x, at.y, i == pages->at, text, find, &hit);
        if (hit)
            found = (int)i;
    }
    return found;
}

static int sections_line(const struct cs_network *net, struct cs_canvas *canvas, struct cs_rect at,
                         int find)
{
    const struct cansim_table *const *sections = cs_network_page(net)->page->sections;
    const struct cs_tree *list = &net->pages.list;
    int x = at.x + 1, found = -1;
    char text[2][40] = {"", ""};
    bool hit;

    char head[80];

    for (unsigned c = 0; net->list.n && c < 2; c++) {
        const unsigned i = net->list.shown[net->list.list.sel] + 1 + c;
        if (i < list->n_fields && list->fields[i].depth == 1)
            cs_network_text(&list->fields[i].field, text[c], sizeof text[c]);
    }
    snprintf(head, sizeof head, " %s%s%.24s ", text[0], *text[1] ? " " : "", text[1]);
    if (canvas) {
        cs_canvas_fill(canvas, at, CS_STYLE_FAINT, 0x2500);
        cs_canvas_put(canvas, x, at.y, CS_STYLE_BRIGHT, head);
    }
    x += cs_text_width(head) + 1;
    for (unsigned i = 0; sections[i]; i++) {
        x = put_tab(canvas, x, at.y, i == net->section, sections[i]->title, find, &hit);
        if (hit)
            found = (int)i;
    }
    return found;
}

static char actions_line(const struct cs_network *net, struct cs_canvas *canvas, struct cs_rect at,
                         int find)
{
    const struct cansim_action *action = cs_network_actions(net);
    int x = at.x + 1;
    char found = 0;

    for (; action && action->key; action++) {
        const int width = cs_text_width(action->label) + 4;
        if (x + width > at.x + at.w)
            break;
        if (canvas) {
            cs_canvas_printf(canvas, x, at.y, CS_STYLE_KEY, "%c", action->key);
            cs_canvas_put(canvas, x + 2, at.y, CS_STYLE_TEXT, action->label);
        }
        if (find >= x && find < x + width - 2)
            found = action->key;
        x += width;
    }
    return found;
}

static bool on_line(struct cs_rect at, int y)
{
    return at.h > 0 && y == at.y;
}

int cs_network_tab_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                      int y)
{
    return on_line(at->tabs, y) ? pages_line(net, NULL, at->tabs, x) : -1;
}

int cs_network_section_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                          int y)
{
    return on_line(at->sections, y) ? sections_line(net, NULL, at->sections, x) : -1;
}

char cs_network_action_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                          int y)
{
    return on_line(at->actions, y) ? actions_line(net, NULL, at->actions, x) : (char)0;
}

/* ---- the view -------------------------------------------------------------------------------- */

static void draw_said(const struct cs_network *net, struct cs_canvas *canvas, struct cs_rect at)
{
    int x;

    if (net->finding || net->find.len) {
        x = cs_canvas_put(canvas, at.x + 1, at.y, CS_STYLE_KEY, "find ");
        if (net->finding)
            cs_textfield_draw(&net->find, canvas, x, at.y, at.w - x - 1);
        else
            cs_canvas_field(canvas, x, at.y, at.w - x, false, CS_STYLE_FIELD, net->find.text);
        return;
    }
    x = cs_canvas_put(canvas, at.x + 1, at.y, CS_STYLE_DIM, net->waiting ? "asked " : "answer ");
    cs_canvas_field(canvas, x, at.y, at.w - x, false,
                    net->waiting            ? CS_STYLE_INFO
                    : net->pages.answer_bad ? CS_STYLE_BAD
                                            : CS_STYLE_GOOD,
                    net->asked);
}

void cs_network_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_network *net = cs_network_of(tui);
    const struct cs_tui_page *page = cs_network_page(net);
    struct cs_network_layout at;

    if (net->no_host || !page) {
        draw_empty(canvas, body,
                   tui->info.log[0] && net->no_host && cs_like_canopen(tui)
                       ? "this looks like CANopen: :decode canopen tells what frames mean"
                   : tui->info.log[0] && net->no_host
                       ? "nobody decodes this log: :decode canopen does"
                   : net->no_host ? "this host does not tell what decoders know"
                                  : "there is no decoder with pages");
        return;
    }
    cs_network_layout(net, body, &at);
    if (at.tabs.h)
        pages_line(net, canvas, at.tabs, -1);
    if (at.list.h > 0)
        draw_table(tui, page->page->list, &net->pages.list, &net->list, true, canvas, at.list);
    if (at.sections.h)
        sections_line(net, canvas, at.sections, -1);
    if (at.rows.h > 0)
        draw_table(tui, cs_network_section(net), &net->pages.rows, &net->rows, net->inside, canvas,
                   at.rows);
    if (at.said.h)
        draw_said(net, canvas, at.said);
    if (at.actions.h)
        actions_line(net, canvas, at.actions, -1);
}

/* All cells of the selected row, also those that found no room. */
void cs_network_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_network *net = cs_network_of(tui);
    const struct cansim_table *table = net->no_host ? NULL : cs_network_table(net);
    const struct cs_network_rows *rows = net->inside ? &net->rows : &net->list;
    const struct cs_tree *tree = net->inside ? &net->pages.rows : &net->pages.list;
    char line[512] = "", text[200];
    unsigned c = 0;

    if (!table || !table->columns || !rows->n)
        return;
    for (unsigned i = rows->shown[rows->list.sel] + 1;
         i < tree->n_fields && tree->fields[i].depth && table->columns[c].title; i++, c++) {
        const struct cansim_field *field = &tree->fields[i].field;
        if (field->kind == CANSIM_REAL && !field->text)
            continue;
        cs_network_text(field, text, sizeof text);
        if (*text)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s %s", *line ? " · " : "",
                     table->columns[c].title, text);
    }
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, line);
}
