/* SPDX-License-Identifier: MIT */
/* words.c - what can be typed behind ':' everywhere; views have words of their own. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "simcore/units.h"
#include "tui/query_row.h"
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

static void offer(struct cs_offers *offers, const char *begun, const char *word)
{
    if (offers->n < CS_OFFERS && !strncasecmp(word, begun, strlen(begun)))
        snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", word);
}

static void offer_views(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned v = 0; v < cs_n_views; v++)
        offer(offers, rest, cs_views[v]->name);
}

static void offer_splits(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (unsigned s = 0; s < CS_SPLIT_COUNT; s++)
        offer(offers, rest, cs_split_name((enum cs_tui_split)s));
}

static void offer_speeds(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    static const char *const speeds[] = {"0.001", "0.01", "0.1", "1", "10", "100", "max"};

    (void)tui;
    *from = 0;
    for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++)
        offer(offers, rest, speeds[s]);
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
    (void)rest;
    return pause_or_go(tui, false, why, why_size);
}

static int speed(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
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
    return 0;
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

/* "2s", "150ms", or seconds: "12.5". */
static int parse_moment(const char *text, int64_t *at_ps)
{
    char seconds[32];

    if (cs_units_parse_time(text, at_ps) == 0)
        return 0;
    snprintf(seconds, sizeof seconds, "%.29ss", text);
    return cs_units_parse_time(seconds, at_ps);
}

static int at_time(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    int64_t at_ps;
    uint64_t number;

    if (parse_moment(rest, &at_ps) != 0) {
        snprintf(why, why_size, "must be a time such as 12.5, 2s or 150ms");
        return -1;
    }
    number = cs_trace_from(tui, cs_tui_ring_after(&tui->ring, at_ps - 1));
    if (number == UINT64_MAX) {
        snprintf(why, why_size, "no row is shown from then on");
        return -1;
    }
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    tui->trace.follow = false;
    tui->trace.sel = tui->trace.top = number;
    return 0;
}

static int filter(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (cs_tui_filter(tui, rest, why, why_size) < 0)
        return -1;
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
        offer(offers, rest, cs_themes[i]->name);
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

static int reconnect(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    if (cs_tui_reconnect(tui) == 0)
        return 0;
    snprintf(why, why_size, "%s", tui->message);
    return -1;
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
    {"send", "FRAME [BUS]", "queue a frame from the console", send, NULL},
    {"filter", "[EXPR]", "show only what passes, such as node=drive; without it, all", filter,
     cs_query_offers},
    {"at", "TIME", "go to a time: the trace from then on", at_time, NULL},
    {"pause", "", "stop bus time; nothing is lost", pause_it, NULL},
    {"go", "", "go on after a pause", go, NULL},
    {"speed", "X", "slow or fast: bus time over the clock's, 0.001..1000 or max", speed,
     offer_speeds},
    {"plot", "123 8:16 ...|ID FIELD|load BUS|tec NODE", "plot it among the signals",
     cs_signals_plot, cs_signals_offers},
    {"save", "FILE", "save what was done as a scenario: record it, to be done again", save, NULL},
    {"screenshot", "[FILE]", "this screen as .svg, .png or .txt", screenshot, NULL},
    {"theme", "NAME", "other colours: dark, light, contrast, safe, mono", theme, offer_themes},
    {"reconnect", "", "connect again to a host that went away", reconnect, NULL},
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
            offer(offers, rest, word);
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
        offer(offers, space + 1, tui->bus[b].name);
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
