/* SPDX-License-Identifier: MIT */
/* like.c - filters made of what a row has. Each is asked of the row itself before it is offered. */
#include "tui/like.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/query_row.h"
#include "tui/row_text.h"
#include "tui/trace.h"

#define DATA_BYTES 8 /* of which one is offered each */

struct making {
    const struct cs_tui *tui;
    struct cs_like *like;
    uint64_t number; /* the row; CS_NO_ROW: there is none */
    const struct cs_tui_id *id;
};

static bool passes(const struct making *m, const char *expr)
{
    struct cs_query query = {.n = 0};
    char why[160];

    if (cs_query_parse(expr, &query, why, sizeof why) < 0 || !query.n)
        return false;
    if (m->number != CS_NO_ROW)
        return cs_row_passes(m->tui, &query, m->number);
    return !m->id || cs_id_passes(m->tui, &query, m->id);
}

__attribute__((format(printf, 3, 4))) static bool add(struct making *m, const char *help,
                                                      const char *format, ...)
{
    struct cs_like_item *item = &m->like->item[m->like->n];
    va_list ap;
    int len;

    if (m->like->n == CS_LIKE_MAX)
        return false;
    va_start(ap, format);
    len = vsnprintf(item->expr, sizeof item->expr, format, ap);
    va_end(ap);
    if (len >= (int)sizeof item->expr || !passes(m, item->expr))
        return false;
    for (unsigned i = 0; i < m->like->n; i++)
        if (!strcmp(m->like->item[i].expr, item->expr))
            return false;
    snprintf(item->help, sizeof item->help, "%s", help);
    m->like->n++;
    return true;
}

/* A name as a filter takes it. */
static const char *quoted(const char *name, char *text, size_t size)
{
    snprintf(text, size, strpbrk(name, " ,()=<>!*\"") ? "\"%s\"" : "%s", name);
    return text;
}

static void begin(struct making *m)
{
    m->like->n = 0;
    m->like->sel = m->like->top = 0;
    m->like->conversation = -1;
    m->like->of[0] = '\0';
}

/* ---- conversations --------------------------------------------------------------------------- */

bool cs_like_answer(uint32_t id, unsigned flags, uint32_t *other, int *by)
{
    const bool ext = flags & CS_FRAME_EXT;

    *by = 1;
    if (flags & CS_FRAME_RTR) {
        *other = id;
    } else if (ext && (id & 0x1fff0000u) == 0x18da0000u) { /* ISO 15765-2, normal fixed */
        *other = 0x18da0000u | (id & 0xffu) << 8 | (id & 0xff00u) >> 8;
        *by = (id & 0xffu) == 0xf1 ? 1 : -1;
        *by = (id >> 8 & 0xffu) == 0xf1 ? -1 : 1;
    } else if (!ext && id >= 0x7e0 && id <= 0x7ef) { /* ISO 15765-4 */
        *other = id ^ 8u;
        *by = id & 8u ? -1 : 1;
    } else if (!ext && id > 0x580 && id <= 0x67f) { /* CiA 301, SDO */
        *other = id > 0x600 ? id - 0x80 : id + 0x80;
        *by = id > 0x600 ? 1 : -1;
        return id != 0x600 && id != 0x580;
    } else {
        return false;
    }
    return true;
}

static void add_conversation(struct making *m, uint32_t id, unsigned flags, const char *bus)
{
    const bool ext = flags & CS_FRAME_EXT;
    uint32_t other;
    char help[48];
    int by;

    if (flags & CS_FRAME_RTR || !cs_like_answer(id, flags, &other, &by))
        return;
    if (ext || id >= 0x7e0)
        snprintf(help, sizeof help, "the conversation: requests and answers");
    else
        snprintf(help, sizeof help, "the SDO conversation with node %u", id & 0x7f);
    const unsigned at = m->like->n;
    if (add(m, help, ext ? "id=%08" PRIx32 ",%08" PRIx32 "%s" : "id=%03" PRIx32 ",%03" PRIx32 "%s",
            by > 0 ? id : other, by > 0 ? other : id, bus))
        m->like->conversation = (int)at;
}

/* All of a node of CANopen's predefined connection set. */
static void add_canopen_node(struct making *m, uint32_t id, unsigned flags, const char *bus)
{
    static const uint16_t bases[] = {0x080, 0x180, 0x200, 0x280, 0x300, 0x380,
                                     0x400, 0x480, 0x500, 0x580, 0x600, 0x700};
    const unsigned node = id & 0x7f;
    char text[CS_LIKE_EXPR] = "id=", help[48];

    if (flags & CS_FRAME_EXT || !node || !passes(m, "canopen"))
        return;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%03x", i ? "," : "",
                 bases[i] + node);
    snprintf(help, sizeof help, "all of CANopen's node %u", node);
    add(m, help, "%s%s", text, bus);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void add_data(struct making *m, const char *id, const uint8_t *data, unsigned len)
{
    char text[3 * DATA_BYTES + 1] = "", help[48];
    const unsigned n = len < DATA_BYTES ? len : DATA_BYTES;

    for (unsigned i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%02x", i ? " " : "", data[i]);
    if (n)
        add(m, "with these data", "%s and data=%s%s", id, text, len > n ? " *" : "");
    for (unsigned i = 0; i < n; i++) {
        snprintf(help, sizeof help, "with this byte %u", i);
        add(m, help, "%s and data[%u]=%02x", id, i, data[i]);
    }
    add(m, "as many bytes", "len=%u", len);
}

static void add_frame(struct making *m, unsigned bus, const struct cs_frame *f)
{
    const struct cs_tui *tui = m->tui;
    char id[24], on[64] = "", name[40];

    snprintf(id, sizeof id, f->flags & CS_FRAME_EXT ? "id=%08" PRIx32 : "id=%03" PRIx32, f->id);
    if (tui->n_buses > 1 && bus < tui->n_buses)
        snprintf(on, sizeof on, " and bus=%s", quoted(tui->bus[bus].name, name, sizeof name));
    add(m, "this identifier", "%s", id);
    add_conversation(m, f->id, f->flags, on);
    add_canopen_node(m, f->id, f->flags, on);
}

static void add_frame_more(struct making *m, const struct cs_frame *f)
{
    char id[24];

    snprintf(id, sizeof id, f->flags & CS_FRAME_EXT ? "id=%08" PRIx32 : "id=%03" PRIx32, f->id);
    if (!(f->flags & CS_FRAME_RTR))
        add_data(m, id, f->data, f->len);
    if (f->flags & CS_FRAME_RTR)
        add(m, "remote frames", "rtr");
    if (f->flags & CS_FRAME_FD)
        add(m, "CAN FD", "fd");
    if (f->flags & CS_FRAME_EXT)
        add(m, "extended identifiers", "ext");
}

static void add_place(struct making *m, unsigned bus, const char *who)
{
    char name[CS_NAME_MAX + 2];

    if (*who)
        add(m, "what this node sends, and what happens to it", "node=%s",
            quoted(who, name, sizeof name));
    if (bus < m->tui->n_buses)
        add(m, "this bus", "bus=%s", quoted(m->tui->bus[bus].name, name, sizeof name));
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* "canopen canopen.sdo.abort": each of them. */
static void add_events(struct making *m, const struct cs_row *row)
{
    char copy[CS_EVENT_NAMES_TEXT], *left = copy, *word;

    snprintf(copy, sizeof copy, "%s", cs_event_names_text(&m->tui->event_names, row->what));
    while ((word = strsep(&left, " ")))
        if (*word)
            add(m, "what the decoder takes it for", "%s", word);
}

static void add_kind(struct making *m)
{
    static const char *const errors[] = {"bit", "stuff", "crc", "form", "ack", "other"};
    static const char *const states[] = {"active", "passive", "bus-off", "joining"};
    static const char *const kinds[] = {"frame", "arb",  "note", "fault",
                                        "node",  "drop", "lost", "overload"};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        add(m, "errors of this kind", "error=%s", errors[i]);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        add(m, "nodes that become so", "state=%s", states[i]);
    add(m, "all errors", "error");
    add(m, "all changes of state", "kind=state");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add(m, "rows of this kind", "kind=%s", kinds[i]);
}

/* From the mark to here; and what came as late as this, or later. */
#define US(ps) ((ps) / CS_PS_PER_US * CS_PS_PER_US)

static void add_times(struct making *m, const struct cs_row *row)
{
    const struct cs_trace_keep *keep = cs_trace_keep(m->tui);
    const struct cs_row *mark =
        keep->marked && keep->mark != m->number ? cs_tui_ring_get(&m->tui->ring, keep->mark) : NULL;
    const int64_t at = row->at_ps, other = mark ? mark->at_ps : at;
    char from[32], to[32];

    if (mark)
        add(m, "from the mark to here", "time=%s-%s",
            cs_units_format_time(US(other < at ? other : at), from, sizeof from),
            cs_units_format_time(US((other < at ? at : other) + CS_PS_PER_US), to, sizeof to));
    add(m, "from here on", "time>=%s", cs_units_format_time(US(at), from, sizeof from));
}

static void add_late(struct making *m, const struct cs_row *row, int64_t before_ps)
{
    char id[24], since[32];

    if (row->kind != CS_EV_FRAME || before_ps < 0)
        return;
    snprintf(id, sizeof id, row->flags & CS_FRAME_EXT ? "id=%08" PRIx32 : "id=%03" PRIx32, row->id);
    add(m, "as late as this one, or later", "%s and dt>=%s", id,
        cs_units_format_time(US(row->at_ps - before_ps), since, sizeof since));
}

void cs_like_row(const struct cs_tui *tui, uint64_t number, struct cs_like *like)
{
    struct making m = {tui, like, number, NULL};
    const struct cs_row *at = cs_tui_ring_get(&tui->ring, number), *before;
    char text[CS_FAULT_TEXT_MAX + 64];
    struct cs_frame frame;
    int64_t before_ps;

    begin(&m);
    if (!at)
        return;
    const struct cs_row row = *at; /* other chunks are looked at */
    const bool has_frame = cs_row_frame(&row, &frame);

    before = cs_row_before(&tui->ring, number);
    before_ps = before ? before->at_ps : -1;
    if (row.kind == CS_EV_FRAME && has_frame && cs_frame_format(&frame, text))
        snprintf(like->of, sizeof like->of, "%.60s", text);
    else
        snprintf(like->of, sizeof like->of, "%.60s", cs_row_text(tui, &row, text, sizeof text));
    if (has_frame)
        add_frame(&m, row.bus, &frame);
    add_place(&m, row.bus, row.node >= 0 ? cs_tui_who(tui, row.who) : "");
    add_events(&m, &row);
    add_kind(&m);
    add_times(&m, &row);
    add_late(&m, &row, before_ps);
    if (has_frame)
        add_frame_more(&m, &frame);
}

void cs_like_id(const struct cs_tui *tui, const struct cs_tui_id *item, struct cs_like *like)
{
    const uint64_t newest =
        cs_row_newest(&tui->ring, item->bus, item->stat.last.id, item->stat.last.flags);
    struct making m = {tui, like, CS_NO_ROW, item};
    char text[CS_FRAME_TEXT_MAX];

    if (cs_tui_ring_get(&tui->ring, newest)) {
        cs_like_row(tui, newest, like);
        return;
    }
    begin(&m);
    cs_frame_format(&item->stat.last, text);
    snprintf(like->of, sizeof like->of, "%.60s", text);
    add_frame(&m, item->bus, &item->stat.last);
    add_place(&m, item->bus, item->who == CS_NAME_NONE ? "" : cs_tui_who(tui, item->who));
    add_frame_more(&m, &item->stat.last);
}

void cs_like_node(const struct cs_tui *tui, const struct cs_tui_node *node, struct cs_like *like)
{
    struct making m = {tui, like, CS_NO_ROW, NULL};
    char name[CS_NAME_MAX + 2];

    begin(&m);
    snprintf(like->of, sizeof like->of, "%.60s", node->status.name);
    quoted(node->status.name, name, sizeof name);
    add(&m, "what this node sends, and what happens to it", "node=%s", name);
    add(&m, "the frames that it sends", "node=%s and kind=frame", name);
    add(&m, "errors that it sees", "node=%s and error", name);
    add(&m, "arbitration that it loses", "node=%s and kind=arb", name);
    add(&m, "changes of its state", "node=%s and kind=state", name);
    add(&m, "errors and state, counters of 96 and more", "node=%s and (tec>=96 or rec>=96)", name);
    if (node->bus < tui->n_buses)
        add(&m, "its bus", "bus=%s", quoted(tui->bus[node->bus].name, name, sizeof name));
}
