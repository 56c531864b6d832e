/* SPDX-License-Identifier: MIT */
/* story_node.c - how a controller came to be what it is: the steps of its counters, each with what
 * caused it as far as the trace still knows, and what would let it recover. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/story.h"
#include "tui/view.h"

#define CAUSE_ROWS 64 /* that are looked at for one step */
#define EOF_BITS   14 /* from the ACK slot on, where receivers count, to the end of it all */

static void say(struct cs_story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct cs_story *story, const char *format, ...)
{
    const size_t used = strlen(story->text);
    va_list ap;

    va_start(ap, format);
    vsnprintf(story->text + used, sizeof story->text - used, format, ap);
    va_end(ap);
}

/* ---- causes ---------------------------------------------------------------------------------- */

enum cause { CAUSE_OLD, CAUSE_ERROR, CAUSE_SENT, CAUSE_RECEIVED, CAUSE_FLAG, CAUSE_SET };

struct step {
    int64_t at_ps;
    unsigned tec, rec, tec_before, rec_before;
    enum cause cause;
    struct cs_row row; /* of an error or a frame */
};

static bool suits(const struct step *step, const struct cs_tui_node *node, const struct cs_row *row)
{
    if (row->bus != node->bus)
        return false;
    if (row->kind == CS_EV_ERROR)
        return row->node == node->index && row->at_ps == step->at_ps;
    if (row->kind != CS_EV_FRAME)
        return false;
    return row->node == node->index ? step->tec < step->tec_before : step->rec < step->rec_before;
}

/* A frame's row comes at its end, a few bits after the receivers took it. */
static void find_cause(const struct cs_tui *tui, const struct cs_tui_node *node, struct step *step)
{
    const uint32_t bps = tui->bus[node->bus].bitrate_bps;
    const int64_t until = step->at_ps + EOF_BITS * (bps ? CS_PS_PER_S / bps : 0);
    uint64_t number = cs_tui_ring_after(&tui->ring, step->at_ps - 1);
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, tui->ring.first);

    step->cause = row && row->at_ps > step->at_ps && tui->ring.first > 0 ? CAUSE_OLD
                  : step->tec == step->tec_before + 8 || step->rec == step->rec_before + 8
                      ? CAUSE_FLAG
                      : CAUSE_SET;
    for (int i = 0; i < CAUSE_ROWS; i++, number++) {
        row = cs_tui_ring_get(&tui->ring, number);
        if (!row || row->at_ps > until)
            return;
        if (!suits(step, node, row))
            continue;
        step->row = *row;
        step->cause = row->kind == CS_EV_ERROR   ? CAUSE_ERROR
                      : row->node == node->index ? CAUSE_SENT
                                                 : CAUSE_RECEIVED;
        return;
    }
}

static void say_counts(const struct step *step, char *text, size_t size)
{
    if (step->tec != step->tec_before && step->rec != step->rec_before)
        snprintf(text, size, "TEC %u -> %u, REC %u -> %u", step->tec_before, step->tec,
                 step->rec_before, step->rec);
    else if (step->tec != step->tec_before)
        snprintf(text, size, "TEC %u -> %u", step->tec_before, step->tec);
    else
        snprintf(text, size, "REC %u -> %u", step->rec_before, step->rec);
}

static void say_step(const struct cs_tui *tui, struct cs_story *story, const struct step *step)
{
    char at[40], counts[64], place[48], words[128], form[CS_FRAME_TEXT_MAX] = "";
    struct cs_frame frame;

    say_counts(step, counts, sizeof counts);
    say(story, "%s\t2\t%s: ", cs_units_format_seconds(step->at_ps, at, sizeof at), counts);
    if (step->cause >= CAUSE_ERROR && step->cause <= CAUSE_RECEIVED &&
        cs_row_sent(&step->row, &frame))
        cs_frame_format(&frame, form);
    switch (step->cause) {
    case CAUSE_ERROR:
        cs_place_text(step->row.field, step->row.index, step->row.stuff, place, sizeof place);
        cs_error_words(step->row.error, step->row.level, step->row.tx, words, sizeof words);
        say(story, "%s error at %s%s%s: %s.\n", cs_error_name((enum cs_error_kind)step->row.error),
            place, form[0] ? " of its own " : "", form, words);
        break;
    case CAUSE_SENT:
        say(story, "it sent %s well.\n", form);
        break;
    case CAUSE_RECEIVED:
        say(story, "it received %s from \"%s\" well.\n", form, cs_tui_who(tui, step->row.who));
        break;
    case CAUSE_FLAG:
        say(story, "a dominant bit came right after its error flag.\n");
        break;
    case CAUSE_OLD:
        say(story, "the trace has nothing of that time any more.\n");
        break;
    case CAUSE_SET:
        say(story, "set by a reset, a recovery, a fault or the scenario.\n");
        break;
    }
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool alike(const struct step *a, const struct step *b)
{
    return a->cause == b->cause && a->tec - a->tec_before == b->tec - b->tec_before &&
           a->rec - a->rec_before == b->rec - b->rec_before &&
           (a->cause != CAUSE_ERROR ||
            (a->row.error == b->row.error && a->row.field == b->row.field));
}

static void say_more(struct cs_story *story, unsigned n, const struct step *last)
{
    char at[40];

    if (n > 0)
        say(story, "%s\t2\t... %u more like it, up to TEC %u, REC %u ...\n",
            cs_units_format_seconds(last->at_ps, at, sizeof at), n, last->tec, last->rec);
}

static void say_change(struct cs_story *story, const struct cs_history_step *change, bool first)
{
    char at[40], state[24];

    say(story, "%s\t0\t%s%s, with TEC %u and REC %u.\n",
        cs_units_format_seconds(change->at_ps, at, sizeof at),
        first ? "It joins the bus, " : "It becomes ",
        cs_state_text(change->state, state, sizeof state), change->tec, change->rec);
}

/* Changes of state up to that time; `left`: those not told yet, the newest is number 0. */
static unsigned say_changes(struct cs_story *story, const struct cs_node_history *h, unsigned left,
                            int64_t until_ps)
{
    for (; left > 0; left--) {
        const struct cs_history_step *change = cs_history_change(h, left - 1);
        if (change->at_ps > until_ps)
            break;
        say_change(story, change, left == h->n_changes);
    }
    return left;
}

static void say_steps(const struct cs_tui *tui, struct cs_story *story,
                      const struct cs_tui_node *node)
{
    const struct cs_node_history *h = node->history;
    unsigned n = h->n_steps < CS_HISTORY_STEPS ? h->n_steps : CS_HISTORY_STEPS, more = 0;
    unsigned left = h->n_changes < CS_HISTORY_CHANGES ? h->n_changes : CS_HISTORY_CHANGES;
    const struct cs_history_step *at = NULL;
    struct step step = {0}, before = {0};

    if (h->n_steps > CS_HISTORY_STEPS) {
        at = cs_history_step(h, --n);
        step.tec = at->tec;
        step.rec = at->rec;
        say(story, "\t0\tEarlier steps are forgotten.\n");
    }
    while (n-- > 0) {
        at = cs_history_step(h, n);
        before = step;
        step = (struct step){.at_ps = at->at_ps,
                             .tec = at->tec,
                             .rec = at->rec,
                             .tec_before = before.tec,
                             .rec_before = before.rec};
        find_cause(tui, node, &step);
        const struct cs_history_step *change = left ? cs_history_change(h, left - 1) : NULL;
        if (before.at_ps && alike(&before, &step) && !(change && change->at_ps < step.at_ps)) {
            more++;
            continue;
        }
        say_more(story, more, &before);
        more = 0;
        left = say_changes(story, h, left, step.at_ps - 1);
        say_step(tui, story, &step);
    }
    say_more(story, more, &step);
    say_changes(story, h, left, INT64_MAX);
}

/* ---- and now --------------------------------------------------------------------------------- */

static bool has_word(const char *text, const char *name)
{
    char key[CS_NAME_MAX + 8];

    snprintf(key, sizeof key, "=%s", name);
    for (const char *at = text; (at = strstr(at, key)); at++)
        if (!at[strlen(key)] || at[strlen(key)] == ' ')
            return true;
    return false;
}

/* What still works against it. */
static void say_obstacles(const struct cs_tui *tui, struct cs_story *story,
                          const struct cs_tui_node *node)
{
    const struct cs_node_status *s = &node->status;
    const struct cs_tui_bus *bus = &tui->bus[node->bus];
    const struct cs_fault_list *list = &tui->fault_list;
    char own[40], its[40];

    if (!s->plugged)
        say(story, "\t0\tIt is cut off from the bus: nobody acknowledges what it sends.\n");
    if (s->bitrate_bps && bus->bitrate_bps && s->bitrate_bps != bus->bitrate_bps)
        say(story, "\t0\tIt has %s where the bus has %s: it sees errors only.\n",
            cs_units_format_rate(s->bitrate_bps, own, sizeof own),
            cs_units_format_rate(bus->bitrate_bps, its, sizeof its));
    if (s->mode & CS_MODE_LISTEN_ONLY)
        say(story, "\t0\tIt only listens: its counters stay as they are.\n");
    for (unsigned i = 0; i < list->n_live; i++)
        if (list->live[i].bus == node->bus && has_word(list->live[i].text, s->name))
            say(story, "\t0\tFault %d is armed and goes on until it is cleared: %.200s\n",
                list->live[i].id, list->live[i].text);
    if (node->last.error == CS_ERROR_ACK && s->state != CS_STATE_BUS_OFF)
        say(story, "\t0\tNobody acknowledged: another node on this bus has to be there, in normal "
                   "mode and with the same bit rate.\n");
}

static void say_way_out(struct cs_story *story, const struct cs_node_status *s)
{
    const unsigned sends = s->tec > 127 ? s->tec - 127u : 0;

    if (s->state == CS_STATE_ERROR_ACTIVE && s->tec == 0 && s->rec == 0) {
        say(story, "\n\t0\tIt has no errors on its account: there is nothing to recover from.\n");
        return;
    }
    say(story, "\n\t0\tWhat lets it recover:\n");
    if (s->state == CS_STATE_BUS_OFF) {
        say(story, "\t2\tA bus-off node neither sends nor acknowledges, until it was asked to "
                   "recover (B in the view of nodes) and has then seen 128 times 11 recessive "
                   "bits; with a \"recovery\" of its own it asks by itself.\n");
        if (s->recovery_runs > 0)
            say(story, "\t2\tIt has seen %u of the 128 so far.\n", s->recovery_runs);
        return;
    }
    if (sends > 0)
        say(story,
            "\t2\t%u frame%s sent well, each of which takes 1 off TEC: error active is "
            "127 and less.\n",
            sends, sends == 1 ? "" : "s");
    else if (s->tec > 0)
        say(story, "\t2\tEach frame that it sends well takes 1 off TEC: %u to go.\n", s->tec);
    if (s->rec > 127)
        say(story, "\t2\tOne frame received well brings REC back to 127 or less.\n");
    else if (s->rec > 0)
        say(story, "\t2\tEach frame that it receives well takes 1 off REC: %u to go.\n", s->rec);
    if (s->state == CS_STATE_ERROR_PASSIVE)
        say(story, "\t2\tUntil then it sends recessive error flags, which disturb nobody, and "
                   "waits 8 bits longer after its own frames.\n");
}

void cs_story_tell_node(const struct cs_tui *tui, const struct cs_tui_node *node,
                        struct cs_story *story)
{
    const struct cs_node_status *s = &node->status;
    const struct cs_node_history *h = node->history;
    char state[24], mode[48];

    story->row = UINT64_MAX;
    story->complete = true;
    story->text[0] = '\0';
    say(story, "\t0\t\"%s\" is %s now, with TEC %u and REC %u: on %s, %s.\n\n", s->name,
        cs_state_text(s->state, state, sizeof state), s->tec, s->rec, tui->bus[node->bus].name,
        cs_mode_text(s->mode, mode, sizeof mode));
    if (!h || (!h->n_steps && !h->n_changes))
        say(story, "\t0\tHow it came to be so is not known.\n");
    else
        say_steps(tui, story, node);
    say_way_out(story, s);
    say_obstacles(tui, story, node);
}
