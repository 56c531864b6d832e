/* SPDX-License-Identifier: MIT */
/* colours.c - see colours.h. */
#include "tui/colours.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/query_row.h"
#include "tui/view.h"

static const struct {
    const char *name;
    uint8_t style;
} names[] = {
    {"red", CS_STYLE_OWN_RED},         {"orange", CS_STYLE_OWN_ORANGE},
    {"yellow", CS_STYLE_OWN_YELLOW},   {"green", CS_STYLE_OWN_GREEN},
    {"cyan", CS_STYLE_OWN_CYAN},       {"blue", CS_STYLE_OWN_BLUE},
    {"magenta", CS_STYLE_OWN_MAGENTA}, {"on-red", CS_STYLE_ON_RED},
    {"on-orange", CS_STYLE_ON_ORANGE}, {"on-yellow", CS_STYLE_ON_YELLOW},
    {"on-green", CS_STYLE_ON_GREEN},   {"on-cyan", CS_STYLE_ON_CYAN},
    {"on-blue", CS_STYLE_ON_BLUE},     {"on-magenta", CS_STYLE_ON_MAGENTA},
    {"bright", CS_STYLE_BRIGHT},       {"grey", CS_STYLE_FAINT},
};
#define N_NAMES (sizeof names / sizeof *names)

void cs_colours_fini(struct cs_colours *colours)
{
    while (colours->n)
        cs_colours_remove(colours, colours->n - 1);
}

const char *cs_colour_name(unsigned index)
{
    return index < N_NAMES ? names[index].name : NULL;
}

const char *cs_colour_of_style(uint8_t style)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (names[i].style == style)
            return names[i].name;
    return "";
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Where the last word of the text begins. */
static const char *last_word(const char *text)
{
    const char *blank = strrchr(text, ' ');

    return blank ? blank + 1 : text;
}

static int find(const struct cs_colours *colours, const char *text)
{
    for (unsigned i = 0; i < colours->n; i++)
        if (!strcmp(colours->rule[i]->query.text, text))
            return (int)i;
    return -1;
}

static int take_away(struct cs_colours *colours, const char *text, char *why, size_t why_size)
{
    const int at = find(colours, text);

    if (!*text) {
        cs_colours_fini(colours);
        return 0;
    }
    if (at < 0) {
        snprintf(why, why_size, "nothing has a colour by \"%.60s\": :colours lists them", text);
        return -EINVAL;
    }
    cs_colours_remove(colours, (unsigned)at);
    return 0;
}

static int put(struct cs_colours *colours, const struct cs_query *query, uint8_t style,
               enum cs_colour_from from, char *why, size_t why_size)
{
    const int there = find(colours, query->text);
    const unsigned at = from == CS_COLOUR_TYPED ? 0 : colours->n;
    const bool set = from == CS_COLOUR_SET;
    struct cs_colour_rule *rule;

    colours->changes++;
    if (there >= 0) {
        colours->rule[there]->style = style;
        colours->rule[there]->off = false;
        colours->rule[there]->set = set;
        return 0;
    }
    if (colours->n == CS_COLOURS_MAX) {
        snprintf(why, why_size, "there is no room for more than %d colours", CS_COLOURS_MAX);
        return -ENOSPC;
    }
    rule = malloc(sizeof *rule);
    if (!rule) {
        snprintf(why, why_size, "there is no memory left");
        return -ENOMEM;
    }
    *rule = (struct cs_colour_rule){.query = *query, .style = style, .set = set};
    memmove(&colours->rule[at + 1], &colours->rule[at], (colours->n - at) * sizeof rule);
    colours->rule[at] = rule;
    colours->n++;
    return 0;
}

int cs_colours_take(struct cs_colours *colours, const char *text, enum cs_colour_from from,
                    char *why, size_t why_size)
{
    const char *colour = last_word(text);
    struct cs_query query = {.n = 0};
    char expr[CS_QUERY_TEXT];
    int len = (int)(colour - text);
    size_t i = 0;

    while (len > 0 && text[len - 1] == ' ')
        len--;
    if (len >= CS_QUERY_TEXT) {
        snprintf(why, why_size, "a filter has at most %d characters", CS_QUERY_TEXT - 1);
        return -EINVAL;
    }
    snprintf(expr, sizeof expr, "%.*s", len, text);
    if (!strcasecmp(colour, "none"))
        return take_away(colours, expr, why, why_size);
    while (i < N_NAMES && strcasecmp(names[i].name, colour) != 0)
        i++;
    if (i == N_NAMES) {
        snprintf(why, why_size,
                 "the last word must be a colour: red, orange, yellow, green, cyan, blue, "
                 "magenta, on-red ..., bright, grey or none");
        return -EINVAL;
    }
    if (!*expr) {
        snprintf(why, why_size, "a filter comes before the colour, such as: id=180-1ff %s",
                 names[i].name);
        return -EINVAL;
    }
    if (cs_query_parse(expr, &query, why, why_size) < 0)
        return -EINVAL;
    return put(colours, &query, names[i].style, from, why, why_size);
}

void cs_colours_remove(struct cs_colours *colours, unsigned index)
{
    free(colours->rule[index]);
    colours->n--;
    memmove(&colours->rule[index], &colours->rule[index + 1],
            (colours->n - index) * sizeof colours->rule[0]);
    colours->changes++;
}

bool cs_colours_move(struct cs_colours *colours, unsigned index, int by)
{
    const unsigned to = index + (unsigned)by;
    struct cs_colour_rule *rule;

    if (index >= colours->n || to >= colours->n)
        return false;
    rule = colours->rule[index];
    colours->rule[index] = colours->rule[to];
    colours->rule[to] = rule;
    colours->changes++;
    return true;
}

uint8_t cs_colours_fresh(const struct cs_colours *colours)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        bool taken = false;
        for (unsigned r = 0; r < colours->n; r++)
            taken |= colours->rule[r]->style == names[i].style;
        if (!taken)
            return names[i].style;
    }
    return names[0].style;
}

/* ---- what they colour ------------------------------------------------------------------------ */

uint8_t cs_colours_row(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_colours *colours = &tui->colours;

    for (unsigned i = 0; i < colours->n; i++)
        if (!colours->rule[i]->off && cs_row_passes(tui, &colours->rule[i]->query, number))
            return colours->rule[i]->style;
    return 0;
}

uint8_t cs_colours_id(const struct cs_tui *tui, const struct cs_tui_id *item)
{
    const struct cs_colours *colours = &tui->colours;

    for (unsigned i = 0; i < colours->n; i++)
        if (!colours->rule[i]->off && cs_id_passes(tui, &colours->rule[i]->query, item))
            return colours->rule[i]->style;
    return 0;
}

void cs_colours_paint(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, bool selected)
{
    const bool ground = style >= CS_STYLE_ON_RED && style <= CS_STYLE_ON_MAGENTA;

    /* The selection has a ground of its own. */
    if (ground && selected)
        style = (uint8_t)(style - CS_STYLE_ON_RED + CS_STYLE_OWN_RED);
    for (int y = at.y; style && y < at.y + at.h; y++)
        for (int x = at.x; x < at.x + at.w; x++) {
            struct cs_cell *cell = (struct cs_cell *)cs_canvas_at(canvas, x, y);
            if (!cell || cell->style == CS_STYLE_HOT || cell->style == CS_STYLE_WARM)
                continue;
            if (ground || cell->style != CS_STYLE_FAINT)
                cell->style = style;
        }
}

/* ---- words ----------------------------------------------------------------------------------- */

int cs_colours_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (!*rest)
        return cs_colours_list(tui, rest, why, why_size);
    if (cs_colours_take(&tui->colours, rest, CS_COLOUR_TYPED, why, why_size) < 0)
        return -1;
    cs_tui_say(tui, false, "%u rule%s: :colours lists them", tui->colours.n,
               tui->colours.n == 1 ? "" : "s");
    return 0;
}

int cs_colours_list(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    (void)why;
    (void)why_size;
    cs_tui_open(tui, CS_OVERLAY_COLOURS);
    return 0;
}

void cs_colours_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers)
{
    const char *word = last_word(rest);
    struct cs_query query = {.n = 0};
    char expr[CS_QUERY_TEXT], why[160];
    const int len = (int)(word - rest);

    snprintf(expr, sizeof expr, "%.*s", len > 0 ? len - 1 : 0, rest);
    cs_query_offers(tui, rest, from, offers);
    /* A filter that is whole may be followed by its colour. */
    if (!*expr || cs_query_parse(expr, &query, why, sizeof why) < 0)
        return;
    if (*from != len)
        return;
    for (size_t i = 0; i <= N_NAMES && offers->n < CS_OFFERS; i++) {
        const char *name = i < N_NAMES ? names[i].name : "none";
        if (!strncasecmp(name, word, strlen(word)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", name);
    }
}
