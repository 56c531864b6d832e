/* SPDX-License-Identifier: MIT */
/* query_row.c - see query_row.h. */
#include "tui/query_row.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/view.h"

static const char *bus_name(const struct cs_tui *tui, unsigned bus)
{
    return bus < tui->n_buses ? tui->bus[bus].name : "";
}

/* Since the frame before with the same identifier. */
static int64_t since(const struct cs_tui *tui, const struct cs_query *query, uint64_t number)
{
    const struct cs_row *before = query->asks_since ? cs_row_before(&tui->ring, number) : NULL;

    return before ? cs_tui_ring_get(&tui->ring, number)->at_ps - before->at_ps : -1;
}

bool cs_row_passes(const struct cs_tui *tui, const struct cs_query *query, uint64_t number)
{
    const int64_t since_ps = since(tui, query, number);
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);
    struct cs_query_item item;

    if (!row)
        return false;
    cs_row_item(row, &item);
    item.since_ps = since_ps;
    item.bus = bus_name(tui, row->bus);
    item.node = row->node >= 0 ? cs_tui_who(tui, row->who) : "";
    item.events = cs_event_names_text(&tui->event_names, row->what);
    return cs_query_passes(query, &item);
}

_Static_assert(CS_QUERY_COULD <= CS_RING_RANGES, "room for all ranges");

/* A name that was forgotten may be in any slot. */
static void name_nodes(const struct cs_tui *tui, const struct cs_query *query,
                       struct cs_query_named *named)
{
    const struct cs_names *names = &tui->names;
    const uint32_t kept = names->next > CS_NAMES_MAX ? names->next - CS_NAMES_MAX : 1;

    cs_query_name(query, named, CS_QUERY_NAMES_NODE, CS_NAME_NONE, "");
    for (unsigned slot = 0; slot < CS_RING_NODES; slot++)
        if (kept > 1 || slot >= names->next)
            cs_query_name(query, named, CS_QUERY_NAMES_NODE, slot, "?");
    for (uint32_t who = kept; who < names->next; who++)
        cs_query_name(query, named, CS_QUERY_NAMES_NODE, who % CS_RING_NODES,
                      cs_names_text(names, who));
}

static void name_slots(const struct cs_tui *tui, const struct cs_query *query,
                       struct cs_query_named *named)
{
    for (unsigned b = 0; b < CS_RING_BUSES && cs_query_asks(query, CS_QUERY_NAMES_BUS); b++)
        cs_query_name(query, named, CS_QUERY_NAMES_BUS, b, bus_name(tui, b));
    if (cs_query_asks(query, CS_QUERY_NAMES_NODE))
        name_nodes(tui, query, named);
    for (unsigned e = 0; e <= 255 && cs_query_asks(query, CS_QUERY_NAMES_EVENT); e++)
        cs_query_name(query, named, CS_QUERY_NAMES_EVENT, e,
                      cs_event_names_text(&tui->event_names, (uint8_t)e));
}

struct cs_ring_want cs_query_want(const struct cs_tui *tui, const struct cs_query *query,
                                  uint32_t kinds)
{
    struct cs_ring_want want = {.query = query};
    struct cs_query_could could;

    cs_query_could(query, &could);
    want.kinds = kinds ? could.kinds & kinds : could.kinds;
    if (!want.kinds)
        want.kinds = CS_RING_NOTHING;
    for (; !could.any_id && want.n < could.n; want.n++) {
        want.ids[want.n].low = could.ids[want.n].low;
        want.ids[want.n].high = could.ids[want.n].high;
    }
    name_slots(tui, query, &want.named);
    return want;
}

bool cs_id_passes(const struct cs_tui *tui, const struct cs_query *query,
                  const struct cs_tui_id *id)
{
    const uint64_t newest =
        query->n ? cs_row_newest(&tui->ring, id->bus, id->stat.last.id, id->stat.last.flags)
                 : UINT64_MAX;
    const struct cs_query_item item = {
        .kind = CS_EV_FRAME,
        .at_ps = id->stat.last_ps,
        .since_ps = id->stat.count > 1 ? id->stat.period_ps : -1,
        .bus = bus_name(tui, id->bus),
        .node = id->who == CS_NAME_NONE ? "" : cs_tui_who(tui, id->who),
        .has_frame = true,
        .id = id->stat.last.id,
        .flags = id->stat.last.flags,
        .dlc = id->stat.last.dlc,
        .len = id->stat.last.len,
        .data = id->stat.last.data,
        .said = "",
        .events = "",
    };

    return cs_tui_ring_get(&tui->ring, newest) ? cs_row_passes(tui, query, newest)
                                               : cs_query_passes(query, &item);
}

int cs_tui_filter(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    const int ret = cs_query_parse(text, &tui->filter, why, why_size);

    if (!ret)
        tui->filter_changes = ++tui->filters;
    return ret;
}

static int swap(struct cs_tui *tui, void *data)
{
    char before[CS_QUERY_TEXT], why[CS_TUI_MESSAGE_MAX];

    memcpy(before, tui->filter.text, sizeof before);
    if (cs_tui_filter(tui, data, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "%s", why);
        return -1;
    }
    memcpy(data, before, sizeof before);
    cs_trace_settle(tui);
    return 0;
}

void cs_tui_filter_keep(struct cs_tui *tui, const char *before)
{
    static const struct cs_undo_kind kind = {
        .views = " trace ids why wire stats nodes ", .of_context = true, .swap = swap};
    const char *now = tui->filter.text;

    if (!strcmp(before, now))
        return;
    cs_undo_keep(tui, &kind, cs_undo_copy(before, CS_QUERY_TEXT), CS_QUERY_TEXT, "filter %.80s",
                 *now ? now : "taken away");
}

int cs_tui_filter_now(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    char before[CS_QUERY_TEXT];
    int ret;

    memcpy(before, tui->filter.text, sizeof before);
    ret = cs_tui_filter(tui, text, why, why_size);
    if (!ret)
        cs_tui_filter_keep(tui, before);
    return ret;
}

/* ---- completion ------------------------------------------------------------------------------ */

static void offer_nodes(const struct cs_tui *tui, const char *begun, struct cs_offers *offers)
{
    for (unsigned i = 0; i < tui->n_nodes; i++) {
        char name[CS_NAME_MAX];
        snprintf(name, sizeof name,
                 strpbrk(tui->nodes[i].status.name, " ,()=<>!") ? "\"%.28s\"" : "%s",
                 tui->nodes[i].status.name);
        cs_offer(offers, begun, name);
    }
}

/* Names of decoders and of their events that came so far. */
static void offer_events(const struct cs_tui *tui, const char *begun, struct cs_offers *offers)
{
    for (unsigned i = 1; i <= tui->event_names.n; i++) {
        char copy[CS_EVENT_NAMES_TEXT], *word, *left = copy;
        snprintf(copy, sizeof copy, "%s", cs_event_names_text(&tui->event_names, (uint8_t)i));
        while ((word = strsep(&left, " ")))
            for (; word; word = strchr(word, '.') ? strchr(word, '.') + 1 : NULL)
                cs_offer(offers, begun, word);
    }
}

void cs_query_offers(const struct cs_tui *tui, const char *begun, int *from,
                     struct cs_offers *offers)
{
    const char *const *words;
    const enum cs_query_next next = cs_query_next(begun, from, &words);

    offers->n = 0;
    begun += *from;
    for (; *words; words++)
        cs_offer(offers, begun, *words);
    if (next == CS_QUERY_NEXT_NODE)
        offer_nodes(tui, begun, offers);
    for (unsigned b = 0; next == CS_QUERY_NEXT_BUS && b < tui->n_buses; b++)
        cs_offer(offers, begun, tui->bus[b].name);
    if (next == CS_QUERY_NEXT_EVENT || next == CS_QUERY_NEXT_TERM)
        offer_events(tui, begun, offers);
}

bool cs_query_hint(const char *text, char *hint, size_t size)
{
    const char *word = strrchr(text, ' '), *name, *form, *help;
    size_t len;

    word = word ? word + 1 : text;
    word += strspn(word, "(!");
    len = strcspn(word, "=<>![");
    if (word[len] && word[len + strspn(word + len, "=<>!")]) /* its value has begun */
        return false;
    for (unsigned i = 0; len && (name = cs_query_word(i, &form, &help)); i++)
        if (strlen(name) == len && !strncasecmp(name, word, len)) {
            snprintf(hint, size, "%s: %s", form, help);
            return true;
        }
    return false;
}
