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
        offer(offers, rest, step_words[by]);
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
    {"panes", "one|rows|columns|three|four", "divide the screen", split, offer_splits},
    {"send", "FRAME [BUS]", "queue a frame from the console", send, NULL},
    {"filter", "[EXPR]", "show only what passes, such as node=drive; without it, all", filter,
     cs_query_offers},
    {"at", "TIME", "the trace from that bus time on", at_time, NULL},
    {"node", "NAME", "why a node is in its state, and what lets it recover", cs_why_word,
     cs_why_offers},
    {"pause", "", "stop bus time; nothing is lost", pause_it, NULL},
    {"go", "", "let bus time go on", go, NULL},
    {"speed", "X", "bus time over the clock's: 0.001..1000 or max", speed, offer_speeds},
    {"step", "[event|frame|bit]", "stop bus time; where it stands, on by so much", step,
     offer_steps},
    {"plot", "123 8:16 ...|ID FIELD|load BUS|tec NODE", "plot it among the signals",
     cs_signals_plot, cs_signals_offers},
    {"save", "FILE", "save what was done as a scenario that does it again", save, NULL},
    {"screenshot", "[FILE]", "this screen as .svg, .png or .txt", screenshot, NULL},
    {"theme", "NAME", "other colours: dark, light, contrast, safe, mono", theme, offer_themes},
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

const struct cs_word *cs_word_find(const struct cs_tui *tui, const char *text, const char **rest)
{
    const size_t len = strcspn(text, " ");
    const struct cs_view *view = cs_views[tui->view];
    const struct cs_word *word = find_among(view->words, view->n_words, text, len);

    *rest = text + len + strspn(text + len, " ");
    return word ? word : find_among(cs_global_words, cs_n_global_words, text, len);
}

void cs_word_offers(const struct cs_tui *tui, const char *begun, struct cs_offers *offers)
{
    const struct cs_view *view = cs_views[tui->view];

    for (unsigned i = 0; i < view->n_words; i++)
        offer(offers, begun, view->words[i].name);
    for (unsigned i = 0; i < cs_n_global_words; i++)
        offer(offers, begun, cs_global_words[i].name);
}
