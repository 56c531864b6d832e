/* SPDX-License-Identifier: MIT */
/* view_why.c - the life of what the trace has selected, in words; where it follows, of what the
 * newest row is about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/story.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define TIME_WIDTH 13
#define HANGING    2 /* what goes on is indented so much more */

struct why_state {
    struct cs_story *story;
    int top, n_lines;       /* n_lines: as wrapped when it was last brought up to date */
    uint64_t row;           /* to which `top` belongs */
    char node[CS_NAME_MAX]; /* of which it is told; "": of a row */
    uint16_t bus;
    uint64_t stamp, sel; /* what the node's story depends on; the trace's row meanwhile */
};

static struct why_state *state_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_why);
}

static int init(void *state)
{
    struct why_state *why = state;

    why->story = calloc(1, sizeof *why->story);
    if (!why->story)
        return -1;
    why->story->row = why->row = UINT64_MAX;
    return 0;
}

static void fini(void *state)
{
    free(((struct why_state *)state)->story);
}

/* ---- lines ------------------------------------------------------------------------------------
 */

/* Where a line of a story is broken: it is walked through, to count or to draw. */
struct walk {
    struct cs_canvas *canvas;  /* NULL: count */
    int width, height, top, y; /* y: of all lines, from 0 */
};

static uint8_t style_of(const char *text, size_t len)
{
    static const struct {
        const char *word;
        uint8_t style;
    } words[] = {
        {"lost arbitration", CS_STYLE_ARB},
        {"Valid:", CS_STYLE_GOOD},
        {"Acknowledged", CS_STYLE_GOOD},
        {"error passive", CS_STYLE_HIGH},
        {"bus-off", CS_STYLE_BAD},
        {"Fault", CS_STYLE_FAULT},
        {"Counters:", CS_STYLE_DIM},
        {"given up", CS_STYLE_BAD},
        {"start of frame", CS_STYLE_BRIGHT},
        {"left out", CS_STYLE_DIM},
        {"will try again", CS_STYLE_DIM},
        {"error frame is over", CS_STYLE_DIM},
        {"error at", CS_STYLE_BAD},
        {"Overload", CS_STYLE_WARN},
        {"From queue to done", CS_STYLE_INFO},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(text, len, words[i].word, strlen(words[i].word)))
            return words[i].style;
    return CS_STYLE_TEXT;
}

static void put_piece(const struct walk *w, int x, uint8_t style, const char *text, size_t len)
{
    char piece[512];

    if (!w->canvas || w->y < w->top || w->y >= w->top + w->height)
        return;
    snprintf(piece, sizeof piece, "%.*s", (int)(len < sizeof piece ? len : sizeof piece - 1), text);
    cs_canvas_put(w->canvas, x, w->y - w->top, style, piece);
}

static int columns(const char *text, size_t len)
{
    int n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* As much of a text as fits into `room` columns, broken at a blank where there is one. */
static size_t fit(const char *text, size_t len, int room)
{
    size_t at = 0, blank = 0;
    int n = 0;

    while (at < len && n < room) {
        if (text[at] == ' ')
            blank = at;
        do
            at++;
        while (at < len && ((unsigned char)text[at] & 0xc0) == 0x80);
        n++;
    }
    if (at == len || text[at] == ' ')
        return at;
    return blank ? blank : at ? at : 1;
}

static void walk_line(struct walk *w, const char *line, size_t len)
{
    const char *tab = memchr(line, '\t', len), *end = line + len, *text;
    const bool times = w->width >= 50;
    int x = times ? TIME_WIDTH : 0;
    uint8_t style;

    if (!tab || end - tab < 3) {
        w->y++;
        return;
    }
    x += 1 + (tab[1] - '0');
    text = tab + 3;
    style = style_of(text, (size_t)(end - text));
    if (times)
        put_piece(w, TIME_WIDTH - columns(line, (size_t)(tab - line)) - 1, CS_STYLE_DIM, line,
                  (size_t)(tab - line));
    for (bool first = true; text < end || first; first = false) {
        const int from = x + (first ? 0 : HANGING);
        size_t n =
            fit(text, (size_t)(end - text), w->width - from - 1 > 8 ? w->width - from - 1 : 8);
        put_piece(w, from, style, text, n);
        w->y++;
        text += n;
        while (text < end && *text == ' ')
            text++;
    }
}

static void walk(struct walk *w, const char *text)
{
    while (*text) {
        const size_t len = strcspn(text, "\n");
        walk_line(w, text, len);
        text += len + (text[len] == '\n');
    }
}

/* ---- the view ---------------------------------------------------------------------------------
 */

/* The newest row of which there is something to tell. */
static uint64_t newest(const struct cs_tui *tui)
{
    return cs_trace_before(tui, tui->ring.end);
}

static void clamp(const struct cs_tui *tui, struct why_state *why)
{
    const int page = cs_tui_body(tui).h;

    if (why->top > why->n_lines - page)
        why->top = why->n_lines - page;
    if (why->top < 0)
        why->top = 0;
}

static const struct cs_tui_node *node_of(const struct cs_tui *tui, const struct why_state *why)
{
    for (unsigned i = 0; why->node[0] && i < tui->n_nodes; i++)
        if (tui->nodes[i].bus == why->bus && !strcmp(tui->nodes[i].status.name, why->node))
            return &tui->nodes[i];
    return NULL;
}

/* Until another row is selected, or the node is gone. */
static bool tell_of_node(const struct cs_tui *tui, struct why_state *why)
{
    const uint64_t sel = tui->trace.follow ? UINT64_MAX : tui->trace.sel;
    const struct cs_tui_node *node = sel == why->sel ? node_of(tui, why) : NULL;
    uint64_t stamp;

    if (!node) {
        why->node[0] = '\0';
        return false;
    }
    stamp = node->status.recovery_runs + ((uint64_t)tui->fault_list.n_live << 20) +
            ((uint64_t)node->status.tec << 32) + ((uint64_t)node->status.mode << 56);
    if (node->history)
        stamp += ((uint64_t)node->history->n_steps << 8) + node->history->n_changes;
    if (stamp != why->stamp)
        cs_story_tell_node(tui, node, why->story);
    why->stamp = stamp;
    return true;
}

static void refresh(struct cs_tui *tui)
{
    struct why_state *why = state_of(tui);
    const struct cs_rect body = cs_tui_body(tui);
    struct walk w = {.width = body.w};

    if (!tell_of_node(tui, why))
        cs_story_tell(tui, tui->trace.follow ? newest(tui) : tui->trace.sel, why->story);
    if (why->row != why->story->row) {
        why->row = why->story->row;
        why->top = 0;
    }
    walk(&w, why->story->text);
    why->n_lines = w.y;
    clamp(tui, why);
}

/* It is told again. */
static void moved(struct cs_tui *tui, const struct cs_rows_moved *moved)
{
    struct why_state *why = state_of(tui);

    why->row = cs_rows_moved_to(moved, why->row);
    why->sel = cs_rows_moved_to(moved, why->sel);
    why->story->row = why->stamp = UINT64_MAX;
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct why_state *why = state_of(tui);
    struct walk w = {.canvas = canvas, .width = body.w, .height = body.h, .top = why->top};
    const char *nothing =
        "nothing has happened yet: i sends a frame, and this tells what became of it";

    walk(&w, why->story->text);
    if (!why->story->text[0])
        cs_canvas_put(canvas, (body.w - cs_text_width(nothing)) / 2, body.h / 2, CS_STYLE_DIM,
                      nothing);
    if (why->top > 0)
        cs_canvas_put(canvas, body.w - 1, 0, CS_STYLE_KEY, "▴");
    if (why->top + body.h < why->n_lines)
        cs_canvas_put(canvas, body.w - 1, body.h - 1, CS_STYLE_KEY, "▾");
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct why_state *why = state_of(tui);

    snprintf(text, size, "%d line%s%s%s", why->n_lines, why->n_lines == 1 ? "" : "s",
             why->story->complete ? "" : ", not over yet",
             why->node[0]        ? " · of a node"
             : tui->trace.follow ? " · following"
                                 : "");
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    if (!state_of(tui)->node[0])
        cs_view_trace.detail(tui, canvas, x, y);
}

static void scroll(struct cs_tui *tui, int by)
{
    struct why_state *why = state_of(tui);

    why->top += by;
    clamp(tui, why);
}

static void scroll_page(struct cs_tui *tui, int by)
{
    scroll(tui, by * (cs_tui_body(tui).h - 1));
}

/* Another row is the trace's business: its own keys do it. */
static void move_row(struct cs_tui *tui, int key)
{
    state_of(tui)->node[0] = '\0';
    cs_bindings_run(cs_view_trace.bindings, cs_view_trace.n_bindings, tui, key);
}

static void show_wire(struct cs_tui *tui, int unused)
{
    const int view = cs_view_find("wire");

    (void)unused;
    if (view >= 0)
        cs_tui_show_view(tui, (unsigned)view);
}

void cs_why_node(struct cs_tui *tui, const struct cs_tui_node *node)
{
    cs_why_named(tui, node->status.name, node->bus);
}

void cs_why_named(struct cs_tui *tui, const char *name, uint16_t bus)
{
    struct why_state *why = state_of(tui);

    snprintf(why->node, sizeof why->node, "%s", name);
    why->bus = bus;
    why->stamp = UINT64_MAX;
    why->sel = tui->trace.follow ? UINT64_MAX : tui->trace.sel;
    why->top = 0;
    cs_tui_show_view(tui, (unsigned)cs_view_find(cs_view_why.name));
}

void cs_why_frame(struct cs_tui *tui, unsigned bus, uint32_t id, uint8_t flags)
{
    const struct cs_ring_want want = {
        .kinds = UINT32_C(1) << CS_EV_FRAME, .n = 1, .ids = {{id, id}}};
    const uint8_t kind = CS_FRAME_EXT | CS_FRAME_RTR;

    for (uint64_t n = tui->ring.end; n > tui->ring.first;) {
        if (n % CS_RING_CHUNK == 0)
            n = cs_tui_ring_skip_back(&tui->ring, n, &want);
        if (n-- == tui->ring.first)
            break;
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (row->kind != CS_EV_FRAME || row->bus != bus || row->id != id ||
            ((row->flags ^ flags) & kind) != 0)
            continue;
        tui->trace.follow = false;
        tui->trace.sel = tui->trace.top = n;
        state_of(tui)->node[0] = '\0';
        cs_tui_show_view(tui, (unsigned)cs_view_find(cs_view_why.name));
        return;
    }
    cs_tui_say(tui, false, "the trace has no such frame any more");
}

/* The latest change of a node's state; what led to it, where the node is still there. */
int cs_why_word(struct cs_tui *tui, const char *rest, char *text, size_t size)
{
    static const struct cs_ring_want want = {.kinds = UINT32_C(1) << CS_EV_STATE};
    bool found = false;

    for (uint64_t n = tui->ring.end; n > tui->ring.first;) {
        if (n % CS_RING_CHUNK == 0)
            n = cs_tui_ring_skip_back(&tui->ring, n, &want);
        if (n-- == tui->ring.first)
            break;
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (row->kind != CS_EV_STATE || strcasecmp(cs_tui_who(tui, row->who), rest) != 0)
            continue;
        tui->trace.follow = false;
        tui->trace.sel = tui->trace.top = n;
        found = true;
        break;
    }
    for (unsigned i = 0; i < tui->n_nodes; i++)
        if (!strcasecmp(tui->nodes[i].status.name, rest)) {
            cs_why_node(tui, &tui->nodes[i]);
            return 0;
        }
    if (found)
        return 0;
    snprintf(text, size, "the trace knows no change of state of \"%.40s\"", rest);
    return -1;
}

void cs_why_offers(const struct cs_tui *tui, const char *rest, int *from, struct cs_offers *offers)
{
    *from = 0;
    for (unsigned i = 0; i < tui->n_nodes && offers->n < CS_OFFERS; i++)
        if (!strncasecmp(tui->nodes[i].status.name, rest, strlen(rest)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s",
                     tui->nodes[i].status.name);
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        scroll(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_LEFT, '['}, "row", "the row before, and its story", move_row, CS_KEY_UP},
    {{CS_KEY_RIGHT, ']'}, NULL, "the next row", move_row, CS_KEY_DOWN},
    {{CS_KEY_UP, 'k'}, NULL, "scroll up", scroll, -1},
    {{CS_KEY_DOWN, 'j'}, "scroll", "scroll down", scroll, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", scroll_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", scroll_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the beginning", scroll, -CS_STORY_TEXT},
    {{CS_KEY_END, 'G'}, NULL, "to the end", scroll, CS_STORY_TEXT},
    {{'f'}, "follow", "tell of the newest row, or stay", move_row, 'f'},
    {{'e'}, "errors", "which rows there are: all, frames, or all but frames", move_row, 'e'},
    {{CS_KEY_ENTER}, "wire", "its bits on the wire", show_wire, 0},
};

const struct cs_view cs_view_why = {
    .name = "why",
    .keys = {'W'},
    .help = "what became of the selected frame, in words",
    .title = "Why",
    .needs = CS_NEEDS_NODES | CS_NEEDS_FAULTS,
    .state_size = sizeof(struct why_state),
    .init = init,
    .fini = fini,
    .refresh = refresh,
    .moved = moved,
    .draw = draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
