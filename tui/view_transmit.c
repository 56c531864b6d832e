/* SPDX-License-Identifier: MIT */
/* view_transmit.c - frames to send: by hand, as a burst, again and again. Keys change the list; the
 * host is told what comes of that. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/transmit.h"
#include "tui/widgets.h"

#define PERIOD_DFLT (100 * CS_PS_PER_MS)

struct cs_transmit *cs_transmit_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_transmit);
}

struct cs_listed_frame *cs_transmit_selected(const struct cs_tui *tui)
{
    struct cs_transmit *t = cs_transmit_of(tui);

    return t->rows.sel >= 0 && t->rows.sel < (int)t->list.n ? &t->list.frame[t->rows.sel] : NULL;
}

void cs_transmit_name(const struct cs_listed_frame *frame, char *text, size_t size)
{
    char form[CS_FRAME_TEXT_MAX];

    if (frame->item.name[0]) {
        snprintf(text, size, "%s", frame->item.name);
        return;
    }
    cs_frame_format(&frame->item.send.frame, form);
    snprintf(text, size, "%.20s%s", form, strlen(form) > 20 ? "…" : "");
}

/* ---- the host -------------------------------------------------------------------------------- */

static bool can_send(const struct cs_tui *tui)
{
    const struct cs_host_ops *ops = tui->host->ops;

    return ops->send && ops->send_now && ops->sent;
}

const char *cs_transmit_refusal(int error)
{
    return error == -EOPNOTSUPP ? "this host takes no frames" : cs_inject_refusal(error);
}

static void tell(struct cs_tui *tui, unsigned slot, const struct cs_send *send, bool run)
{
    struct cs_transmit_told *told = &cs_transmit_of(tui)->told[slot];

    if (told->there == (send != NULL) &&
        (!send || (told->run == run && cs_send_equal(&told->send, send))))
        return;
    *told = (struct cs_transmit_told){.there = send != NULL, .run = run};
    if (send)
        told->send = *send;
    told->error = tui->host->ops->send(tui->host->ctx, slot, send, run);
}

void cs_transmit_sync(struct cs_tui *tui)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    bool listed[CS_SENDERS] = {false};

    if (!can_send(tui))
        return;
    for (unsigned i = 0; i < t->list.n; i++)
        listed[t->list.frame[i].slot] = true;
    for (unsigned slot = 0; slot < CS_SENDERS; slot++)
        if (!listed[slot])
            tell(tui, slot, NULL, false);
    for (unsigned i = 0; i < t->list.n; i++) {
        const struct cs_send_item *item = &t->list.frame[i].item;
        tell(tui, t->list.frame[i].slot, &item->send, item->on && !t->held);
    }
}

static void refresh(struct cs_tui *tui)
{
    struct cs_transmit *t = cs_transmit_of(tui);

    cs_list_clamp(&t->rows, (int)t->list.n, cs_transmit_page(tui));
    for (unsigned i = 0; can_send(tui) && i < t->list.n; i++) {
        const unsigned slot = t->list.frame[i].slot;
        if (!tui->host->ops->sent(tui->host->ctx, slot, &t->sent[slot]))
            t->sent[slot] = (struct cs_sent){.sent_ps = -1};
    }
}

/* ---- sending --------------------------------------------------------------------------------- */

/* The selected frame, or a sentence that there is none. */
static struct cs_listed_frame *wanted(struct cs_tui *tui)
{
    struct cs_listed_frame *frame = cs_transmit_selected(tui);

    if (!frame)
        cs_tui_say(tui, false, "there is no frame yet: a adds one");
    return frame;
}

static bool may_send(struct cs_tui *tui)
{
    if (!can_send(tui))
        cs_tui_say(tui, true, "this host takes no frames");
    else if (tui->info.finished)
        cs_tui_say(tui, false, "the scenario is over: nothing is sent any more");
    else
        return true;
    return false;
}

static void send_frame(struct cs_tui *tui, const struct cs_listed_frame *frame)
{
    const unsigned burst = frame->item.send.burst;
    const struct cs_transmit_told *told = &cs_transmit_of(tui)->told[frame->slot];
    char name[64], many[32] = "";
    const char *why;
    int error;

    if (!may_send(tui))
        return;
    cs_transmit_sync(tui);
    error = told->error ? told->error : tui->host->ops->send_now(tui->host->ctx, frame->slot);
    why = told->error ? cs_transmit_refusal(error) : cs_inject_refusal(error);
    cs_transmit_name(frame, name, sizeof name);
    if (burst > 1)
        snprintf(many, sizeof many, ", %u times", burst);
    if (error)
        cs_tui_say(tui, true, "%s is not sent: %s", name, why);
    else
        cs_tui_say(tui, false, "%s is queued on %s%s%s", name, tui->bus[frame->item.send.bus].name,
                   many, tui->info.paused ? "; the bus is paused: n steps" : "");
}

static void send_selected(struct cs_tui *tui, int unused)
{
    const struct cs_listed_frame *frame = wanted(tui);

    (void)unused;
    if (frame)
        send_frame(tui, frame);
}

static void toggle(struct cs_tui *tui, int unused)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_listed_frame *frame = wanted(tui);
    char name[64], period[40];

    (void)unused;
    if (!frame || !may_send(tui))
        return;
    if (!frame->item.send.period_ps) {
        if (cs_transmit_keep(tui, t->rows.sel, "a period") != 0)
            return;
        frame->item.send.period_ps =
            PERIOD_DFLT + (int64_t)frame->item.send.burst * frame->item.send.gap_ps;
    }
    frame->item.on = !frame->item.on;
    cs_transmit_sync(tui);
    cs_transmit_name(frame, name, sizeof name);
    if (frame->item.on && t->held)
        cs_tui_say(tui, false, "%s is to be sent, but all are held: T lets them go on", name);
    else if (frame->item.on)
        cs_tui_say(tui, false, "%s is sent every %s; t stops it", name,
                   cs_units_format_time(frame->item.send.period_ps, period, sizeof period));
    else
        cs_tui_say(tui, false, "%s is sent no more by itself", name);
}

static unsigned count_on(const struct cs_transmit *t)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->list.n; i++)
        n += t->list.frame[i].item.on;
    return n;
}

/* None is on: then all that have a period. */
static void hold(struct cs_tui *tui, int unused)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    unsigned n = count_on(t);

    (void)unused;
    if (!may_send(tui))
        return;
    if (!n) {
        for (unsigned i = 0; i < t->list.n; i++)
            t->list.frame[i].item.on = t->list.frame[i].item.send.period_ps > 0;
        n = count_on(t);
        t->held = false;
    } else {
        t->held = !t->held;
    }
    cs_transmit_sync(tui);
    if (!n)
        cs_tui_say(tui, false, "no frame has a period: t gives the selected one 100ms");
    else if (t->held)
        cs_tui_say(tui, false, "%u periodic frame%s held; T lets %s go on", n,
                   n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
    else
        cs_tui_say(tui, false, "%u frame%s sent periodically; T holds %s", n,
                   n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
}

/* ---- the list -------------------------------------------------------------------------------- */

static int swap(struct cs_tui *tui, void *data)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_frame_list_kept *kept = data;

    cs_frame_list_swap_all(&t->list, kept);
    t->rows.sel = kept->at;
    cs_list_clamp(&t->rows, (int)t->list.n, cs_transmit_page(tui));
    cs_transmit_sync(tui);
    return 0;
}

int cs_transmit_keep(struct cs_tui *tui, int at, const char *what)
{
    static const struct cs_undo_kind kind = {.views = " transmit ", .swap = swap};
    const struct cs_frame_list *list = &cs_transmit_of(tui)->list;
    struct cs_frame_list_kept *kept = calloc(1, sizeof *kept);

    if (kept) {
        kept->at = at;
        kept->n = list->n;
        memcpy(kept->frame, list->frame, list->n * sizeof *list->frame);
    }
    return cs_undo_keep(tui, &kind, kept, sizeof *kept, "%s", what);
}

/* The form for a row of the list, or for a new one that begins as `item`. */
static void open_form(struct cs_tui *tui, int row, const struct cs_send_item *item)
{
    struct cs_transmit *t = cs_transmit_of(tui);

    cs_send_form_fill(&t->form, item);
    t->form.edits = row;
    cs_tui_open(tui, CS_OVERLAY_SEND);
}

static void edit(struct cs_tui *tui, int unused)
{
    const struct cs_listed_frame *frame = wanted(tui);

    (void)unused;
    if (frame)
        open_form(tui, cs_transmit_of(tui)->rows.sel, &frame->item);
}

static bool has_room(struct cs_tui *tui)
{
    if (cs_transmit_of(tui)->list.n < CS_SENDERS)
        return true;
    cs_tui_say(tui, true, "the list holds %d frames and is full", CS_SENDERS);
    return false;
}

/* A new one, on the bus of the one that is selected. */
static void add(struct cs_tui *tui, int unused)
{
    const struct cs_listed_frame *frame = cs_transmit_selected(tui);
    struct cs_send_item item = {.send = {.burst = 1}};
    struct cs_transmit *t = cs_transmit_of(tui);

    (void)unused;
    if (!has_room(tui))
        return;
    if (frame)
        item.send.bus = frame->item.send.bus;
    open_form(tui, -1, &item);
    cs_textfield_set(&t->form.value[CS_SEND_FRAME], "");
}

/* Into the list behind the selected row, which it becomes. */
static void insert(struct cs_tui *tui, const struct cs_send_item *item, const char *what)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    const int at = t->list.n ? t->rows.sel + 1 : 0;

    if (cs_transmit_keep(tui, at, what) != 0 ||
        cs_frame_list_add(&t->list, (unsigned)at, item) != 0)
        return;
    t->rows.sel = at;
    cs_list_clamp(&t->rows, (int)t->list.n, cs_transmit_page(tui));
    cs_transmit_sync(tui);
}

static void duplicate(struct cs_tui *tui, int unused)
{
    const struct cs_listed_frame *frame = wanted(tui);
    struct cs_send_item item;

    (void)unused;
    if (!frame || !has_room(tui))
        return;
    item = frame->item;
    item.on = false;
    item.key[0] = '\0';
    insert(tui, &item, "a copy");
    cs_tui_say(tui, false, "a copy, which is not sent yet: e changes it");
}

static void take_from_trace(struct cs_tui *tui, int unused)
{
    const struct cs_row *row = cs_trace_selected(tui);
    struct cs_send_item item = {.send = {.burst = 1}};

    (void)unused;
    if (!has_room(tui))
        return;
    if (!row || !cs_row_frame(row, &item.send.frame)) {
        cs_tui_say(tui, false, "no frame is selected in the trace (1): go to one there first");
        return;
    }
    item.send.bus = row->bus;
    snprintf(item.name, sizeof item.name, "%s", row->node >= 0 ? cs_tui_who(tui, row->who) : "");
    insert(tui, &item, "a frame of the trace");
    cs_tui_say(tui, false, "the trace's frame of %s: s sends it",
               item.name[0] ? item.name : tui->bus[row->bus].name);
}

static void delete (struct cs_tui *tui, int unused)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    const struct cs_listed_frame *frame = wanted(tui);
    char name[64];

    (void)unused;
    if (!frame || cs_transmit_keep(tui, t->rows.sel, "a deletion") != 0)
        return;
    cs_transmit_name(frame, name, sizeof name);
    cs_frame_list_remove(&t->list, (unsigned)t->rows.sel);
    cs_list_clamp(&t->rows, (int)t->list.n, cs_transmit_page(tui));
    cs_transmit_sync(tui);
    cs_tui_say(tui, false, "%s is deleted; u brings it back", name);
}

static void move_frame(struct cs_tui *tui, int by)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    const int to = t->rows.sel + by;

    if (!wanted(tui) || to < 0 || to >= (int)t->list.n ||
        cs_transmit_keep(tui, t->rows.sel, "a move") != 0)
        return;
    cs_frame_list_swap(&t->list, (unsigned)t->rows.sel, (unsigned)to);
    cs_list_move(&t->rows, by, (int)t->list.n, cs_transmit_page(tui));
}

/* ---- keys of frames -------------------------------------------------------------------------- */

static bool in_table(const struct cs_binding *bindings, unsigned n, int32_t key)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < CS_BINDING_KEYS; k++)
            if (bindings[i].keys[k] == key)
                return true;
    return false;
}

/* Letters and function keys for which there is no other use here, but to show another view. */
static bool is_free(int32_t key)
{
    const bool function = key >= CS_KEY_F1 && key <= CS_KEY_F12;

    if ((key <= CS_KEY_SPACE || key > 126) && !function)
        return false;
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->keys[0] == key)
            return false;
    return !in_table(cs_view_transmit.bindings, cs_view_transmit.n_bindings, key) &&
           !in_table(cs_global_bindings, cs_n_global_bindings, key);
}

static void bind(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!wanted(tui))
        return;
    cs_transmit_of(tui)->binding = true;
    cs_tui_say(tui, false, "now the key that is to send it: a free letter, F3..F12; Del: none");
}

static void take_key(struct cs_tui *tui, int32_t key)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_listed_frame *frame = cs_transmit_selected(tui);
    char name[CS_KEY_NAME_MAX] = "";

    t->binding = false;
    if (!frame || key == CS_KEY_ESC)
        return;
    const bool none = key == CS_KEY_DELETE || key == CS_KEY_BACKSPACE;
    if (!none) {
        cs_key_name(key, name);
        if (!is_free(key)) {
            cs_tui_say(tui, true, "%s has another meaning here: b, then a free one", name);
            return;
        }
    }
    if (cs_transmit_keep(tui, t->rows.sel, "a key") != 0)
        return;
    for (unsigned i = 0; i < t->list.n; i++)
        if (!strcmp(t->list.frame[i].item.key, name))
            t->list.frame[i].item.key[0] = '\0';
    snprintf(frame->item.key, sizeof frame->item.key, "%.7s", name);
    if (none)
        cs_tui_say(tui, false, "no key sends it");
    else
        cs_tui_say(tui, false, "%s sends it, here in this view", name);
}

static bool key(struct cs_tui *tui, int32_t code)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    char name[CS_KEY_NAME_MAX];

    if (t->binding) {
        take_key(tui, code);
        return true;
    }
    if (!is_free(code))
        return false;
    cs_key_name(code, name);
    for (unsigned i = 0; i < t->list.n; i++)
        if (!strcmp(t->list.frame[i].item.key, name)) {
            send_frame(tui, &t->list.frame[i]);
            return true;
        }
    return false;
}

static bool types(const struct cs_tui *tui)
{
    return cs_transmit_of(tui)->binding;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static void move(struct cs_tui *tui, int by)
{
    struct cs_transmit *t = cs_transmit_of(tui);

    cs_list_move(&t->rows, by, (int)t->list.n, cs_transmit_page(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_transmit_page(tui) - 1));
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    const int row = cs_list_hit(&t->rows, mouse, (int)t->list.n, cs_transmit_page(tui));

    if (row >= 0)
        t->rows.sel = row;
    if (row >= 0 && mouse->kind == CS_MOUSE_DOUBLE)
        edit(tui, 0);
    else if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
}

/* The frames stay, and none is sent before somebody asks for it. */
static void restart(struct cs_tui *tui)
{
    struct cs_transmit *t = cs_transmit_of(tui);

    for (unsigned i = 0; i < t->list.n; i++)
        t->list.frame[i].item.on = false;
    memset(t->told, 0, sizeof t->told);
    memset(t->sent, 0, sizeof t->sent);
    t->held = t->binding = false;
}

static const struct cs_binding bindings[] = {
    {{'s'}, "send", "send the selected frame once, or its burst", send_selected, 0},
    {{'a'}, "add", "a form for a new frame", add, 0},
    {{'e', CS_KEY_ENTER}, "edit", "change the selected one", edit, 0},
    {{'t'}, "periodic", "send it again and again, or stop that", toggle, 0},
    {{'H'}, "hold all", "hold all periodic ones, let them go on", hold, 0},
    {{'d', CS_KEY_DELETE}, "delete", "delete it", delete, 0},
    {{'f'}, "from trace", "take the frame selected in the trace", take_from_trace, 0},
    {{'b'}, "key", "bind a key that sends it while this view has the focus", bind, 0},
    {{'D'}, NULL, "a copy of it", duplicate, 0},
    {{'K'}, NULL, "move it up", move_frame, -1},
    {{'J'}, NULL, "move it down", move_frame, 1},
    {{CS_KEY_UP, 'k'}, NULL, "select a frame, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first frame", move, -CS_SENDERS},
    {{CS_KEY_END, 'G'}, NULL, "to the last frame", move, CS_SENDERS},
};

const struct cs_view cs_view_transmit = {
    .name = "transmit",
    .title = "Transmit",
    .brief = "Send",
    .help = "frames to send: once, as a burst, periodically",
    .keys = {'7', CS_KEY_F1 + 7},
    .state_size = sizeof(struct cs_transmit),
    .restart = restart,
    .refresh = refresh,
    .draw = cs_transmit_draw,
    .mouse = mouse,
    .key = key,
    .types = types,
    .status = cs_transmit_status,
    .detail = cs_transmit_detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = cs_transmit_words,
    .n_words = CS_TRANSMIT_WORDS,
    .remember = cs_transmit_remember,
    .recall = cs_transmit_recall,
};
