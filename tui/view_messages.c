/* SPDX-License-Identifier: MIT */
/* view_messages.c - the log of messages: which of them, and where that was in the trace. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/messages.h"
#include "tui/view.h"
#include "tui/widgets.h"

static const struct {
    const char *name, *only;
    uint8_t style;
} kinds[CS_MESSAGE_KINDS] = {
    [CS_MESSAGE_SAID] = {"said", "only what was said to you", CS_STYLE_DIM},
    [CS_MESSAGE_WRONG] = {"wrong", "only what did not work", CS_STYLE_BAD},
    [CS_MESSAGE_NOTE] = {"note", "only notes of the scenario and of nodes", CS_STYLE_INFO},
    [CS_MESSAGE_JOIN] = {"node", "only who joined and who left", CS_STYLE_NODE},
    [CS_MESSAGE_STATE] = {"state", "only error states of nodes", CS_STYLE_WARN},
    [CS_MESSAGE_FAULT] = {"fault", "only faults armed and ended", CS_STYLE_FAULT},
    [CS_MESSAGE_LOSS] = {"loss", "only clients turned away, and losses", CS_STYLE_HIGH},
};

static struct cs_messages *messages_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_messages);
}

static int init(void *state)
{
    struct cs_messages *m = state;

    m->logged = calloc(CS_MESSAGES, sizeof *m->logged);
    return m->logged ? 0 : -ENOMEM;
}

static void fini(void *state)
{
    free(((struct cs_messages *)state)->logged);
}

static const struct cs_logged *shown(const struct cs_messages *m, int i)
{
    if (i < 0 || i >= (int)m->n_shown)
        return NULL;
    return &m->logged[(m->base + m->shown[i]) % CS_MESSAGES];
}

/* ---- which are shown ------------------------------------------------------------------------- */

/* The selected one stays selected while others come, as long as it is there. */
static void look(struct cs_tui *tui)
{
    struct cs_messages *m = messages_of(tui);
    int sel = 0;

    m->n_shown = 0;
    m->base = m->first;
    for (uint64_t n = m->first; n < m->end; n++) {
        if (m->only && m->logged[n % CS_MESSAGES].kind + 1u != m->only)
            continue;
        if (n <= m->sel)
            sel = (int)m->n_shown;
        m->shown[m->n_shown++] = (uint16_t)(n - m->base);
    }
    m->list.sel = m->stays ? sel : (int)m->n_shown - 1;
    cs_list_clamp(&m->list, (int)m->n_shown, cs_tui_page(tui));
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_time(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    char buf[CS_NUMBER_MAX];

    (void)tui;
    cs_units_format_seconds(((const struct cs_logged *)item)->at_ps, buf, sizeof buf);
    cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_DIM, buf);
}

static void cell_kind(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const unsigned kind = ((const struct cs_logged *)item)->kind;

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, kinds[kind].style, kinds[kind].name);
}

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_logged *logged = item;

    if (logged->of_bus && logged->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[logged->bus].name);
}

static void cell_text(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_logged *logged = item;
    const uint8_t style = logged->kind == CS_MESSAGE_WRONG ? CS_STYLE_BAD : CS_STYLE_TEXT;
    char times[24] = "";

    (void)tui;
    if (logged->times > 1)
        snprintf(times, sizeof times, " ×%u", logged->times);
    const int width = at.w - cs_text_width(times), text = cs_text_width(logged->text);
    cs_canvas_field(canvas, at.x, at.y, width, false, style, logged->text);
    cs_canvas_put(canvas, at.x + (text < width ? text : width), at.y, CS_STYLE_DIM, times);
}

static int most_text(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w;
}

static const struct cs_column columns[] = {
    CS_COLUMN("time", 12, 12, true, 1, .cell = cell_time),
    CS_COLUMN("kind", 5, 5, false, 0, .cell = cell_kind),
    CS_COLUMN("bus", 5, 8, false, 2, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("message", 20, 20, false, 0, .cell = cell_text, .most = most_text),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_messages *m = messages_of(tui);
    const char *empty = m->only ? "nothing of this kind: f shows the next kind" : "no message yet";
    const int page = cs_tui_page(tui);
    struct cs_columns_layout layout;

    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    for (int i = 0; i < page && shown(m, m->list.top + i); i++) {
        cs_columns_row(tui, columns, N_COLUMNS, canvas, body.y + 1 + i, &layout,
                       shown(m, m->list.top + i));
        if (m->stays && m->list.top + i == m->list.sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
    }
    if (!m->n_shown)
        cs_canvas_put(canvas, (body.w - cs_text_width(empty)) / 2, body.y + body.h / 2,
                      CS_STYLE_DIM, empty);
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_messages *m = messages_of(tui);

    snprintf(text, size, "%s%s%u message%s%s", m->only ? kinds[m->only - 1].name : "",
             m->only ? " only · " : "", m->n_shown, m->n_shown == 1 ? "" : "s",
             m->stays ? "" : " · following");
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_messages *m = messages_of(tui);
    const struct cs_logged *logged = m->stays ? shown(m, m->list.sel) : NULL;

    if (logged)
        cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, logged->text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void select_row(struct cs_tui *tui, int row)
{
    struct cs_messages *m = messages_of(tui);

    if (!m->n_shown)
        return;
    m->list.sel = row;
    cs_list_clamp(&m->list, (int)m->n_shown, cs_tui_page(tui));
    m->sel = m->base + m->shown[m->list.sel];
    m->stays = true;
}

static void move(struct cs_tui *tui, int by)
{
    look(tui);
    select_row(tui, messages_of(tui)->list.sel + by);
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_tui_page(tui) - 1));
}

static void follow(struct cs_tui *tui, int unused)
{
    (void)unused;
    messages_of(tui)->stays = false;
    look(tui);
}

static void next_kind(struct cs_tui *tui, int by)
{
    struct cs_messages *m = messages_of(tui);

    m->only = (m->only + CS_MESSAGE_KINDS + 1 + (unsigned)by) % (CS_MESSAGE_KINDS + 1);
    look(tui);
    /* Not through cs_tui_say(), which would add a line to what is looked at. */
    snprintf(tui->message, sizeof tui->message, "%s",
             m->only ? kinds[m->only - 1].only : "all messages");
    tui->message_bad = false;
}

static void clear(struct cs_tui *tui, int unused)
{
    struct cs_messages *m = messages_of(tui);

    (void)unused;
    m->first = m->end;
    m->stays = false;
    look(tui);
}

/* What came in the trace from then on, a few rows from the top. */
static void show_in_trace(struct cs_tui *tui, int unused)
{
    const struct cs_messages *m = messages_of(tui);
    uint64_t number, top, before;

    (void)unused;
    look(tui);
    const struct cs_logged *logged = shown(m, m->list.sel);
    if (!logged)
        return;
    if (logged->row < tui->ring.first) {
        cs_tui_say(tui, false, "the trace begins later by now: --rows keeps more of it");
        return;
    }
    number = cs_trace_from(tui, logged->row);
    if (number == UINT64_MAX)
        number = cs_trace_before(tui, tui->ring.end);
    if (number == UINT64_MAX) {
        cs_tui_say(tui, false, "the trace shows nothing: its filter lets nothing pass");
        return;
    }
    top = number;
    for (int i = 0; i < 5 && (before = cs_trace_before(tui, top)) != UINT64_MAX; i++)
        top = before;
    tui->trace.follow = false;
    tui->trace.sel = number;
    tui->trace.top = top;
    cs_tui_show_view(tui, (unsigned)cs_view_find(cs_view_trace.name));
}

/* "FILE:LINE:COLUMN: ..." of a scenario that runs here. */
static bool place_of(const struct cs_tui *tui, const char *text, char *file, size_t size,
                     unsigned *line)
{
    const char *const own = tui->plan.file;
    const size_t len = strlen(own);
    const char *at = *own && !strncmp(text, own, len) ? text + len : strchr(text, ':');
    unsigned long number;
    char *end;

    for (; *own && at && *at; at = strchr(at + 1, ':')) {
        number = strtoul(at + 1, &end, 10);
        if (end == at + 1 || at[1] < '0' || at[1] > '9' || *end != ':' || number == 0 ||
            number > UINT32_MAX)
            continue;
        if ((size_t)(at - text) >= size)
            return false;
        snprintf(file, size, "%.*s", (int)(at - text), text);
        *line = (unsigned)number;
        return true;
    }
    return false;
}

static void edit(struct cs_tui *tui, int or_trace)
{
    const struct cs_messages *m = messages_of(tui);
    const struct cs_logged *logged;
    unsigned line;

    look(tui);
    logged = shown(m, m->list.sel);
    if (logged && place_of(tui, logged->text, tui->edit_file, sizeof tui->edit_file, &line))
        tui->edit = line;
    else if (or_trace)
        show_in_trace(tui, 0);
    else
        cs_tui_say(tui, false, "this message names no place in a file of the scenario");
}

static void moved(struct cs_tui *tui, const struct cs_rows_moved *moved)
{
    struct cs_messages *m = messages_of(tui);

    for (uint64_t i = m->first; i < m->end; i++) {
        struct cs_logged *logged = &m->logged[i % CS_MESSAGES];
        logged->row = cs_rows_moved_to(moved, logged->row);
    }
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_messages *m = messages_of(tui);
    int row;

    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
        return;
    }
    row = cs_list_hit(&m->list, mouse, (int)m->n_shown, cs_tui_page(tui));
    if (row < 0)
        return;
    select_row(tui, row);
    if (mouse->kind == CS_MOUSE_DOUBLE)
        edit(tui, 1);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER},
     "go there",
     "to the file's line that it names; else to that time in the trace",
     edit,
     1},
    {{'t'}, "in trace", "to that time in the trace", show_in_trace, 0},
    {{'e'}, "edit", "the file at the line that it names", edit, 0},
    {{'f'}, "kind", "all, or one kind after the other alone", next_kind, 1},
    {{'F'}, NULL, "the kind before", next_kind, -1},
    {{'c'}, "clear", "forget all messages", clear, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a message, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the oldest", move, -CS_MESSAGES},
    {{CS_KEY_END, 'G'}, "follow", "to the newest, and follow", follow, 0},
};

const struct cs_view cs_view_messages = {
    .name = "messages",
    .title = "Messages",
    .brief = "Log",
    .help = "what was said, notes, who joined and left, losses",
    .keys = {'M'},
    .needs = CS_NEEDS_PLAN,
    .state_size = sizeof(struct cs_messages),
    .init = init,
    .fini = fini,
    .refresh = look,
    .moved = moved,
    .draw = draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
