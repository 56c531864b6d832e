/* SPDX-License-Identifier: MIT */
/* columns.c - see columns.h. */
#include "tui/columns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/widgets.h"

#define NAME_SIZE 24

const struct cs_columns_choice *cs_columns_choice(const struct cs_tui *tui,
                                                  const struct cs_column *columns)
{
    static const struct cs_columns_choice all;

    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->columns == columns)
            return &tui->columns[v];
    return &all;
}

char *cs_column_name(const struct cs_column *column, char *name)
{
    const char *title = column->name ? column->name : column->title;

    snprintf(name, NAME_SIZE, "%s", title + strspn(title, " "));
    for (char *c = name; *c; c++)
        if (*c == ' ')
            *c = '-';
    return name;
}

static int find(const struct cs_view *view, const char *word)
{
    char name[NAME_SIZE];

    for (unsigned i = 0; i < view->n_columns; i++)
        if (!strcasecmp(cs_column_name(&view->columns[i], name), word))
            return (int)i;
    return -1;
}

static void leave_out(struct cs_columns_choice *choice, unsigned column)
{
    unsigned to = 0;

    for (unsigned k = 0; k < choice->n; k++)
        if (choice->at[k] != column)
            choice->at[to++] = choice->at[k];
    choice->n = (uint8_t)to;
}

static int take_word(const struct cs_view *view, const char *word, struct cs_columns_choice *choice,
                     char *why, size_t why_size)
{
    const char sign = *word == '+' || *word == '-' ? *word : '\0';
    const int at = find(view, word + (sign != 0));

    if (!strcasecmp(word, "all")) {
        *choice = (struct cs_columns_choice){0};
        return 0;
    }
    if (at < 0) {
        snprintf(why, why_size, "\"%.30s\" is no column of %s: Tab shows them", word + (sign != 0),
                 view->name);
        return -EINVAL;
    }
    if (sign && !choice->n) { /* all of them are there to begin with */
        for (; choice->n < view->n_columns; choice->n++)
            choice->at[choice->n] = choice->n;
        choice->fit = true;
    }
    leave_out(choice, (unsigned)at);
    if (sign != '-')
        choice->at[choice->n++] = (uint8_t)at;
    if (!choice->n) {
        snprintf(why, why_size, "one column must stay");
        return -EINVAL;
    }
    return 0;
}

int cs_columns_parse(const struct cs_view *view, const char *text, struct cs_columns_choice *choice,
                     char *why, size_t why_size)
{
    struct cs_columns_choice next = *choice;
    char copy[512], *left = copy, *word;
    bool anew = true;

    if (!view->n_columns) {
        snprintf(why, why_size, "%s has no columns to choose from; trace, ids and nodes have",
                 view->name);
        return -EINVAL;
    }
    snprintf(copy, sizeof copy, "%s", text);
    if (!copy[strspn(copy, " ,")])
        next = (struct cs_columns_choice){0};
    while ((word = strsep(&left, " ,"))) {
        if (!*word)
            continue;
        if (anew && *word != '+' && *word != '-')
            next = (struct cs_columns_choice){0};
        anew = false;
        if (take_word(view, word, &next, why, why_size) < 0)
            return -EINVAL;
    }
    next.set = false;
    *choice = next;
    return 0;
}

static size_t add(const struct cs_view *view, const char *sign, unsigned column, char *text,
                  size_t size, size_t at)
{
    char name[NAME_SIZE];

    if (at < size)
        at += (size_t)snprintf(text + at, size - at, "%s%s%s", at ? " " : "", sign,
                               cs_column_name(&view->columns[column], name));
    return at;
}

char *cs_columns_format(const struct cs_view *view, const struct cs_columns_choice *choice,
                        char *text, size_t size)
{
    const bool all = !choice->n || choice->fit;
    bool chosen[CS_CHOICE_MAX] = {false};
    unsigned k = 0;
    size_t at;

    snprintf(text, size, "%s", all ? "all" : "");
    at = strlen(text);
    for (unsigned i = 0; i < choice->n; i++)
        chosen[choice->at[i]] = true;
    for (unsigned i = 0; choice->n && all && i < view->n_columns; i++)
        if (!chosen[i])
            at = add(view, "-", i, text, size, at);
    /* Those that are in their usual order go without saying. */
    while (all && k < choice->n && (!k || choice->at[k] > choice->at[k - 1]))
        k++;
    for (; k < choice->n; k++)
        at = add(view, all ? "+" : "", choice->at[k], text, size, at);
    return text;
}

/* ---- words ----------------------------------------------------------------------------------- */

int cs_columns_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const struct cs_view *view = cs_views[tui->view];
    char text[CS_TUI_MESSAGE_MAX - 20];

    if (cs_columns_parse(view, rest, &tui->columns[tui->view], why, why_size) < 0)
        return -1;
    cs_tui_say(tui, false, "columns: %s",
               cs_columns_format(view, &tui->columns[tui->view], text, sizeof text));
    return 0;
}

void cs_columns_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers)
{
    const struct cs_view *view = cs_views[tui->view];
    const char *word = strrchr(rest, ' ');
    char name[NAME_SIZE];

    word = word ? word + 1 : rest;
    word += *word == '+' || *word == '-';
    *from = (int)(word - rest);
    for (unsigned i = 0; i <= view->n_columns && offers->n < CS_OFFERS; i++) {
        if (i < view->n_columns)
            cs_column_name(&view->columns[i], name);
        else
            snprintf(name, sizeof name, "all");
        if (!strncasecmp(name, word, strlen(word)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", name);
    }
}
