/* SPDX-License-Identifier: MIT */
/* words.c - what can be typed behind ':' everywhere; views have words of their own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simcore/units.h"
#include "tui/columns.h"
#include "tui/context.h"
#include "tui/decoding.h"
#include "tui/query_row.h"
#include "tui/setup.h"
#include "tui/size.h"
#include "tui/view.h"
#include "tui/view_signals.h"
#include "tui/widgets.h"

static int needs(const char *rest, const char *what, char *why, size_t why_size)
{
    if (*rest)
        return 0;
    snprintf(why, why_size, "%s is missing", what);
    return -1;
}

/* ---- offers ---------------------------------------------------------------------------------- */

static void offer_views(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned v = 0; v < cs_n_views; v++)
        cs_offer(offers, rest, cs_views[v]->name);
}

static void offer_splits(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned s = 0; s < CS_SPLIT_COUNT; s++)
        cs_offer(offers, rest, cs_split_name((enum cs_tui_split)s));
}

static void offer_speeds(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    static const char *const speeds[] = {"0.001", "0.01", "0.1", "1", "10", "100", "max"};

    (void)tui;
    *from = 0;
    for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++)
        cs_offer(offers, rest, speeds[s]);
}

/* ---- words ----------------------------------------------------------------------------------- */

static int show_view(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    int view = cs_view_find(rest);

    if (needs(rest, "the name of a view", why, why_size))
        return -1;
    if (view < 0) {
        snprintf(why, why_size, "\"%.40s\" is no view: Tab shows them", rest);
        return -1;
    }
    cs_tui_show_view(tui, (unsigned)view);
    return 0;
}

static int split(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const int named = cs_split_named(rest);

    if (named < 0) {
        snprintf(why, why_size, "must be one, rows, columns, three or four");
        return -1;
    }
    cs_tui_split(tui, (enum cs_tui_split)named);
    return 0;
}

static int pause_or_go(struct cs_tui *tui, bool pause, char *why, size_t why_size)
{
    if (tui->info.finished || tui->info.log[0]) {
        snprintf(why, why_size, "%s",
                 tui->info.log[0] ? "this is a log, nothing runs" : "the scenario is over");
        return -1;
    }
    if (tui->info.denied[0]) {
        snprintf(why, why_size, "%s", tui->info.denied);
        return -1;
    }
    tui->host->ops->pause(tui->host->ctx, pause);
    tui->info.paused = pause;
    return 0;
}

static int pause_it(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    return pause_or_go(tui, true, why, why_size);
}

static int go(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    return *rest ? cs_trace_go(tui, rest, why, why_size) : pause_or_go(tui, false, why, why_size);
}

static int speed(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    char text[CS_NUMBER_MAX];
    uint32_t permille;

    if (cs_units_parse_speed(rest, &permille) != 0) {
        snprintf(why, why_size, "must be 0.001..1000 or max");
        return -1;
    }
    if (tui->info.denied[0]) {
        snprintf(why, why_size, "%s", tui->info.denied);
        return -1;
    }
    if (tui->info.log[0])
        return pause_or_go(tui, false, why, why_size);
    tui->host->ops->set_speed(tui->host->ctx, permille);
    tui->info.speed_permille = permille;
    cs_tui_say(tui, false, "speed %s", cs_text_speed(permille, text));
    return 0;
}

static const char *const step_words[] = {
    [CS_STEP_EVENT] = "event", [CS_STEP_FRAME] = "frame", [CS_STEP_BIT] = "bit"};

static void offer_steps(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (int by = CS_STEP_EVENT; by <= CS_STEP_BIT; by++)
        cs_offer(offers, rest, step_words[by]);
}

static int step(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    for (int by = CS_STEP_EVENT; by <= CS_STEP_BIT; by++)
        if (!strcmp(rest, step_words[by]) || (!*rest && by == CS_STEP_EVENT)) {
            cs_tui_step(tui, by);
            return 0;
        }
    snprintf(why, why_size, "must be event, frame or bit");
    return -1;
}

/* "123#11 [BUS]" */
static int send(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    char text[CS_TEXTFIELD_MAX];
    struct cs_frame frame;
    unsigned bus = 0;
    char *name;

    if (needs(rest, "a frame such as 123#DEADBEEF", why, why_size))
        return -1;
    snprintf(text, sizeof text, "%s", rest);
    name = strchr(text, ' ');
    if (name) {
        *name++ = '\0';
        name += strspn(name, " ");
        for (bus = 0; bus < tui->n_buses && strcmp(tui->bus[bus].name, name) != 0; bus++)
            ;
    }
    if (bus >= tui->n_buses) {
        snprintf(why, why_size, "there is no bus \"%.20s\"", name ? name : "");
        return -1;
    }
    if (cs_frame_parse(text, &frame, why, why_size) < 0)
        return -1;
    const int error = tui->host->ops->inject(tui->host->ctx, bus, &frame);
    if (error) {
        snprintf(why, why_size, "not sent: %s", cs_inject_refusal(error));
        return -1;
    }
    cs_tui_say(tui, false, "%s is queued on %s", text, tui->bus[bus].name);
    return 0;
}

static int at_time(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (*rest >= '0' && *rest <= '9' && !strchr(rest, '%'))
        return cs_trace_go(tui, rest, why, why_size);
    snprintf(why, why_size, "must be a time such as 12.5, 2s or 150ms");
    return -1;
}

/* As they are counted at the end of the line of tabs, from 1 on. */
static int row(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    char *end;
    const unsigned long long number = strtoull(rest, &end, 10);
    uint64_t at;

    if (*rest < '0' || *rest > '9' || *end || !number) {
        snprintf(why, why_size, "must be the number of a row, from 1 on");
        return -1;
    }
    at = cs_trace_from(tui, number - 1);
    if (at == UINT64_MAX)
        at = cs_trace_before(tui, number);
    if (at == UINT64_MAX) {
        snprintf(why, why_size, "no row is shown");
        return -1;
    }
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    tui->trace.follow = false;
    tui->trace.sel = at;
    cs_trace_settle(tui);
    if (at != number - 1)
        cs_tui_say(tui, false, "row %llu is not shown: row %llu is", number,
                   (unsigned long long)at + 1);
    return 0;
}

static int filter(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (cs_tui_filter_now(tui, rest, why, why_size) < 0)
        return -1;
    cs_recall_add(&tui->memory.filter, rest);
    tui->trace.follow = true;
    return 0;
}

static int save(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (needs(rest, "the name of a file", why, why_size))
        return -1;
    if (cs_tui_save(tui, rest) == 0)
        return 0;
    snprintf(why, why_size, "%s", tui->message);
    return -1;
}

static void offer_themes(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned i = 0; cs_themes[i]; i++)
        cs_offer(offers, rest, cs_themes[i]->name);
}

static int theme(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const struct cs_theme *named = cs_theme_named(rest);

    if (!named) {
        snprintf(why, why_size, "must be dark, light, contrast, safe or mono");
        return -1;
    }
    tui->theme = named;
    return 0;
}

static int screenshot(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (strlen(rest) >= sizeof tui->picture) {
        snprintf(why, why_size, "the name is too long");
        return -1;
    }
    snprintf(tui->picture, sizeof tui->picture, "%s", rest);
    tui->take_picture = true;
    return 0;
}

static int follow_file(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const bool off = !strcmp(rest, "off");

    if (*rest && !off && strcmp(rest, "on") != 0) {
        snprintf(why, why_size, "must be on or off");
        return -1;
    }
    if (!tui->host->ops->follow_file) {
        snprintf(why, why_size, "this is no log");
        return -1;
    }
    if (tui->host->ops->follow_file(tui->host->ctx, !off, why, why_size) != 0)
        return -1;
    tui->trace.follow |= !off;
    cs_tui_say(tui, false, off ? "it is not read further" : "it is read further as it grows");
    return 0;
}

static int history(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    struct cs_tui_ring *ring = &tui->ring;
    char rows[CS_NUMBER_MAX], used[CS_NUMBER_MAX], most[CS_NUMBER_MAX];
    uint64_t bytes = ring->history;

    if (*rest && cs_size_parse(rest, &bytes) != 0) {
        snprintf(why, why_size, "must be " CS_SIZE_EXPECTED);
        return -1;
    }
    if (*rest && cs_tui_ring_limit(ring, bytes) != 0) {
        snprintf(why, why_size, "there is not enough memory");
        return -1;
    }
    cs_trace_settle(tui);
    cs_tui_say(
        tui, false, "history: %s row%s in %s, packed ones may take %s%s",
        cs_text_count(ring->end - ring->first, 12, rows), ring->end - ring->first == 1 ? "" : "s",
        cs_size_text(cs_tui_ring_bytes(ring), used, sizeof used),
        cs_size_text(ring->history, most, sizeof most), ring->first ? "; older ones are gone" : "");
    return 0;
}

static void offer_sizes(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    static const char *const sizes[] = {"64M", "256M", "1G", "4G"};

    (void)tui;
    *from = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        cs_offer(offers, rest, sizes[s]);
}

static void offer_on_off(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    cs_offer(offers, rest, "on");
    cs_offer(offers, rest, "off");
}

static int reconnect(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    if (cs_tui_reconnect(tui) == 0)
        return 0;
    snprintf(why, why_size, "%s", tui->message);
    return -1;
}

static int forget(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    tui->memory.forget = true;
    tui->memory.filter.n = tui->memory.search.n = 0;
    cs_tui_say(tui, false,
               "all that was remembered is forgotten, and this run leaves nothing behind");
    return 0;
}

static int undo(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    cs_undo_go(tui, 1);
    return 0;
}

static int redo(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    cs_undo_go(tui, 0);
    return 0;
}

static int help(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    cs_tui_open(tui, CS_OVERLAY_HELP);
    return 0;
}

static int quit(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    tui->quit = true;
    return 0;
}

const struct cs_word cs_global_words[] = {
    {"view", "NAME", "show that view", show_view, offer_views},
    {"panes", "one|rows|columns|three|four", "split the screen among views", split, offer_splits},
    {"buses", "[BUS...]", "the view at hand once for each bus, side by side", cs_word_buses,
     cs_word_offer_buses},
    {"twin", "", "the view at hand once more, with a cursor and filter of its own", cs_word_twin,
     NULL},
    {"send", "FRAME [BUS]", "queue a frame from the console", send, NULL},
    {"filter", "[EXPR]", "show only what passes, such as node=drive; without it, all", filter,
     cs_query_offers},
    {"at", "TIME", "go to a time: the trace from then on", at_time, NULL},
    {"row", "N", "the trace at the row with that number; N alone does as well", row, NULL},
    {"node", "NAME", "why a node is in its state, and what lets it recover", cs_why_word,
     cs_why_offers},
    {"pause", "", "stop bus time; nothing is lost", pause_it, NULL},
    {"go", "[TIME|+TIME|#ROW|50%|end]", "to that row of the trace; alone, go on after a pause", go,
     cs_trace_go_offers},
    {"speed", "X", "slow or fast: bus time over the clock's, 0.001..1000 or max", speed,
     offer_speeds},
    {"step", "[event|frame|bit]", "stop bus time; where it stands, on by so much", step,
     offer_steps},
    {"plot", "123 8:16 ...|ID FIELD|load BUS|tec NODE", "plot it among the signals",
     cs_signals_plot, cs_signals_offers},
    {"colour", "EXPR COLOUR|none", "give rows that pass a colour, such as error on-red",
     cs_colours_word, cs_colours_offers},
    {"colours", "", "the list of them", cs_colours_list, NULL},
    {"field", "185 0:16 *0.1 name=Speed unit=km/h|ID none",
     "bits that no decoder knows: told in trace and identifiers", cs_fields_word, NULL},
    {"columns", "NAME ...|+NAME|-NAME|all", "which columns this view shows, in that order",
     cs_columns_word, cs_columns_offers},
    {"decode", "[NAME [eds N=FILE...|FILE.dbc]|off]",
     "which decoder tells what frames mean, of all rows; alone, what does now", cs_decoding_word,
     cs_decoding_offers},
    {"save", "FILE", "save what was done as a scenario: record it, to be done again", save, NULL},
    {"screenshot", "[FILE]", "this screen as .svg, .png or .txt", screenshot, NULL},
    {"setup", "[PAGE]", "colours, drawing, layout, key bindings; as F2", cs_setup_word,
     cs_setup_offers},
    {"theme", "NAME", "other colours: dark, light, contrast, safe, mono", theme, offer_themes},
    {"history", "[SIZE]", "memory for rows of the trace, such as 512M; without it, what is in use",
     history, offer_sizes},
    {"follow-file", "[on|off]", "go on reading this log while it grows", follow_file, offer_on_off},
    {"reconnect", "", "connect again to a host that went away", reconnect, NULL},
    {"undo", "", "take back what was changed last in this view", undo, NULL},
    {"redo", "", "do again what was taken back", redo, NULL},
    {"forget", "", "what was remembered of earlier runs, and of this one", forget, NULL},
    {"help", "", "all keys and words", help, NULL},
    {"quit", "", "leave", quit, NULL},
};
const unsigned cs_n_global_words = sizeof cs_global_words / sizeof *cs_global_words;

/* ---- finding them -----------------------------------------------------------------------------
 */

static const struct cs_word *find_among(const struct cs_word *words, unsigned n, const char *text,
                                        size_t len)
{
    for (unsigned i = 0; i < n; i++)
        if (strlen(words[i].name) == len && !strncmp(words[i].name, text, len))
            return &words[i];
    return NULL;
}

/* Of which view it is a word; -1: of none. */
static int view_of(const struct cs_word *word)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        if (word >= cs_views[v]->words && word < cs_views[v]->words + cs_views[v]->n_words)
            return (int)v;
    return -1;
}

const struct cs_word *cs_word_find(const struct cs_tui *tui, const char *text, const char **rest)
{
    const size_t len = strcspn(text, " ");
    const struct cs_view *view = cs_views[tui->view];
    const struct cs_word *word = find_among(view->words, view->n_words, text, len);

    if (len && text[strspn(text, "0123456789")] == '\0') { /* a number alone */
        *rest = text;
        return find_among(cs_global_words, cs_n_global_words, "row", 3);
    }
    *rest = text + len + strspn(text + len, " ");
    if (!word)
        word = find_among(cs_global_words, cs_n_global_words, text, len);
    for (unsigned v = 0; v < cs_n_views && !word; v++)
        word = find_among(cs_views[v]->words, cs_views[v]->n_words, text, len);
    return word;
}

void cs_word_show(struct cs_tui *tui, const struct cs_word *word)
{
    const int view = view_of(word);

    if (view < 0 || view == (int)tui->view)
        return;
    cs_tui_show_view(tui, (unsigned)view);
    cs_tui_refresh(tui);
}

/* "auto|LOW HIGH": what stands there in small letters can be typed as it is. */
static void offer_form(const char *form, const char *rest, struct cs_offers *offers)
{
    char first[64], *word, *left = first;

    if (strchr(rest, ' '))
        return;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(form, " "), form);
    while ((word = strsep(&left, "|[]")))
        if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyz-") == strlen(word))
            cs_offer(offers, rest, word);
}

/* "FRAME [BUS]": the name of a bus behind the first. */
static void offer_buses(const struct cs_tui *tui, const char *form, const char *rest, int *from,
                        struct cs_offers *offers)
{
    const char *space = strrchr(rest, ' ');

    if (!space || !strstr(form, "BUS"))
        return;
    *from = (int)(space + 1 - rest);
    for (unsigned b = 0; b < tui->n_buses; b++)
        cs_offer(offers, space + 1, tui->bus[b].name);
}

void cs_word_rest_offers(const struct cs_tui *tui, const struct cs_word *word, const char *rest,
                         int *from, struct cs_offers *offers)
{
    offers->n = 0;
    *from = 0;
    if (word->offers) {
        word->offers(tui, rest, from, offers);
        return;
    }
    offer_form(word->form, rest, offers);
    offer_buses(tui, word->form, rest, from, offers);
}
