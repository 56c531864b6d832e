/* SPDX-License-Identifier: MIT */
/* messages.c - what becomes a line of the log; view_messages.c shows it. */
#include "tui/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/view.h"

static struct cs_messages *messages_of(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_messages);
}

/* The same once more is counted. */
static bool again(struct cs_messages *m, const struct cs_logged *logged)
{
    struct cs_logged *last = m->end > m->first ? &m->logged[(m->end - 1) % CS_MESSAGES] : NULL;

    if (!last || last->kind != logged->kind || last->of_bus != logged->of_bus ||
        last->bus != logged->bus || strcmp(last->text, logged->text) != 0)
        return false;
    last->times++;
    last->at_ps = logged->at_ps;
    last->row = logged->row;
    return true;
}

static void add(struct cs_tui *tui, const struct cs_logged *logged)
{
    struct cs_messages *m = messages_of(tui);

    if (!m || !m->logged || !logged->text[0] || again(m, logged))
        return;
    m->logged[m->end++ % CS_MESSAGES] = *logged;
    if (m->end - m->first > CS_MESSAGES)
        m->first = m->end - CS_MESSAGES;
}

void cs_messages_said(struct cs_tui *tui, bool bad, const char *text)
{
    struct cs_logged logged = {.at_ps = tui->info.now_ps,
                               .row = tui->ring.end,
                               .times = 1,
                               .kind = bad ? CS_MESSAGE_WRONG : CS_MESSAGE_SAID};

    snprintf(logged.text, sizeof logged.text, "%s", text);
    add(tui, &logged);
}

/* Each node that joins takes part a moment later, and a fault may fire with every frame. */
static bool is_usual(const struct cs_row *row)
{
    if (row->kind == CS_EV_STATE)
        return row->state == CS_STATE_INTEGRATING ||
               (row->state == CS_STATE_ERROR_ACTIVE && !row->tec && !row->rec);
    return row->kind == CS_EV_FAULT && row->stage == CS_FAULT_FIRED;
}

/* It is worth a line in whatever view is shown, in the place of what was well: that a fault was
 * armed, which is why. */
static void tell_bus_off(struct cs_tui *tui, const struct cs_row *row)
{
    char at[40];

    if ((tui->message[0] && tui->message_bad) || tui->overlay != CS_OVERLAY_NONE || row->node < 0)
        return;
    snprintf(tui->message, sizeof tui->message,
             "%.40s went bus-off at %s s: 3 shows the nodes, W tells why",
             cs_tui_who(tui, row->who), cs_units_format_seconds(row->at_ps, at, sizeof at));
    tui->message_bad = true;
    tui->off_who = row->who;
    tui->off_bus = row->bus;
    tui->dirty = true;
}

void cs_messages_row(struct cs_tui *tui, const char *text)
{
    static const uint8_t kinds[CS_EV_KIND_COUNT] = {
        [CS_EV_NOTE] = CS_MESSAGE_NOTE,   [CS_EV_ATTACH] = CS_MESSAGE_JOIN,
        [CS_EV_DETACH] = CS_MESSAGE_JOIN, [CS_EV_LOST] = CS_MESSAGE_LOSS,
        [CS_EV_STATE] = CS_MESSAGE_STATE, [CS_EV_FAULT] = CS_MESSAGE_FAULT,
    };
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, tui->ring.end - 1);
    struct cs_logged logged = {.row = tui->ring.end - 1, .times = 1, .of_bus = true};
    char words[CS_MESSAGE_TEXT_MAX];

    if (!row || row->kind >= CS_EV_KIND_COUNT || !kinds[row->kind] || is_usual(row))
        return;
    logged.at_ps = row->at_ps;
    logged.bus = row->bus;
    logged.kind = kinds[row->kind];
    if (!text || row->kind != CS_EV_NOTE)
        text = cs_row_text(tui, row, words, sizeof words);
    if (row->node >= 0)
        snprintf(logged.text, sizeof logged.text, "%.40s%s %s", cs_tui_who(tui, row->who),
                 row->kind == CS_EV_NOTE ? ":" : "", text);
    else
        snprintf(logged.text, sizeof logged.text, "%s", text);
    add(tui, &logged);
    if (row->kind == CS_EV_STATE && row->state == CS_STATE_BUS_OFF && !tui->info.log[0])
        tell_bus_off(tui, row);
}

static void grown(struct cs_tui *tui, uint64_t *was, uint64_t now, const char *one,
                  const char *many)
{
    struct cs_logged logged = {
        .at_ps = tui->info.now_ps, .row = tui->ring.end, .times = 1, .kind = CS_MESSAGE_LOSS};
    int n;

    if (now <= *was)
        return;
    if (now - *was == 1)
        n = snprintf(logged.text, sizeof logged.text, "%s", one);
    else
        n = snprintf(logged.text, sizeof logged.text, "%" PRIu64 " %s", now - *was, many);
    if (*was)
        snprintf(logged.text + n, sizeof logged.text - (size_t)n, "; %" PRIu64 " so far", now);
    *was = now;
    add(tui, &logged);
}

void cs_messages_look(struct cs_tui *tui)
{
    struct cs_messages *m = messages_of(tui);
    const struct cs_tui_info *info = &tui->info;

    if (!m)
        return;
    grown(tui, &m->refused, info->refused, "a client was turned away", "clients were turned away");
    grown(tui, &m->broke, info->broke, "a client broke the protocol and was disconnected",
          "clients broke the protocol and were disconnected");
    grown(tui, &m->lost, info->lost, "a slow client did not get an event",
          "events did not reach clients that were too slow");
}
