/* SPDX-License-Identifier: MIT */
/* view_network_ask.c - what a person has done: by keys, whose commands the decoders name, and by
 * words. Answers come later, see struct cs_tui_pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_network.h"

/* ---- asking ---------------------------------------------------------------------------------- */

static int ask(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    struct cs_network *net = cs_network_of(tui);
    const struct cs_tui_page *page = cs_network_page(net);

    if (!page || !page->can_ask || !tui->host->ops->ask) {
        snprintf(why, why_size, "there is nobody here who could do that");
        return -1;
    }
    if (tui->host->ops->ask(tui->host->ctx, net->pages.at, text, why, why_size))
        return -1;
    snprintf(net->asked, sizeof net->asked, "%.*s", (int)sizeof net->asked - 1, text);
    net->waiting = true;
    cs_tui_say(tui, false, "asked for: %s", text);
    return 0;
}

/* The first word of the first cell of the selected row. */
static void first_word(const struct cs_network_rows *rows, const struct cs_tree *tree, char *word,
                       size_t size)
{
    word[0] = '\0';
    if (!rows->n || rows->shown[rows->list.sel] + 1 >= tree->n_fields)
        return;
    cs_network_text(&tree->fields[rows->shown[rows->list.sel] + 1].field, word, size);
    word[strcspn(word, " ")] = '\0';
}

/* The command of an action with what it stands for. True: a person is to go on typing. */
static bool fill_in(const struct cs_network *net, const char *command, char *text, size_t size)
{
    char word[64] = "", row[64];
    size_t n = 0;

    first_word(&net->list, &net->pages.list, row, sizeof row);
    if (net->inside && cs_network_table(net)->columns)
        first_word(&net->rows, &net->pages.rows, word, sizeof word);
    for (; *command && n + 1 < size; command++) {
        const char *put = !strncmp(command, "{row}", 5)    ? row
                          : !strncmp(command, "{word}", 6) ? word
                                                           : NULL;
        if (!strncmp(command, "{ask}", 5)) {
            text[n] = '\0';
            return true;
        }
        if (!put) {
            text[n++] = *command;
            continue;
        }
        n += (size_t)snprintf(text + n, size - n, "%s", put);
        if (n >= size)
            n = size - 1;
        command += strcspn(command, "}");
    }
    text[n] = '\0';
    return false;
}

void cs_network_act(struct cs_tui *tui, const struct cansim_action *action)
{
    struct cs_network *net = cs_network_of(tui);
    char text[CS_TUI_MESSAGE_MAX], why[CS_TUI_MESSAGE_MAX];

    if (fill_in(net, action->command, text, sizeof text)) {
        cs_tui_open(tui, CS_OVERLAY_PROMPT);
        cs_textfield_set(&tui->prompt.field, text);
        return;
    }
    if (ask(tui, text, why, sizeof why))
        cs_tui_say(tui, true, "%s: %s", action->label, why);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* The row that is asked about is the one to look at. */
static void look_at(struct cs_tui *tui, uint64_t key)
{
    struct cs_network *net = cs_network_of(tui);
    const struct cs_tree *list = &net->pages.list;

    for (unsigned i = 0; key && !net->inside && i < net->list.n; i++)
        if (list->fields[net->list.shown[i]].field.value.u == key)
            cs_network_move(tui, (int)i - net->list.list.sel);
}

/* Of what begins with no node, the selected one is meant: "1018:01". */
static bool is_object(const char *rest)
{
    char *end;
    const unsigned long node = strtoul(rest, &end, 0);

    return node < 1 || node > 127 || end == rest || (*end != ' ' && *end != '\0');
}

static bool is_node_alone(const char *rest)
{
    const char *behind = rest + strcspn(rest, " ");

    return !is_object(rest) && !behind[strspn(behind, " ")];
}

static int ask_word(struct cs_tui *tui, const char *word, const char *rest, char *why,
                    size_t why_size)
{
    const struct cs_network *net = cs_network_of(tui);
    const bool nmt = !strcmp(word, "nmt"), lss = !strcmp(word, "lss");
    char text[CS_TEXTFIELD_MAX + 160], row[64] = "";

    if (*word && !lss && !nmt && is_node_alone(rest)) {
        snprintf(why, why_size, "which object? Such as 1018:1, or 5 6040 of node 5");
        return -1;
    }
    if (*word && !lss && *rest && (nmt ? !strchr(rest, ' ') : is_object(rest)))
        first_word(&net->list, &net->pages.list, row, sizeof row);
    if (nmt)
        snprintf(text, sizeof text, "%s %s%s%s", word, rest, *row ? " " : "", row);
    else
        snprintf(text, sizeof text, "%s%s%s%s%s", word, *word && *rest ? " " : "", row,
                 *row ? " " : "", rest);
    if (ask(tui, text, why, why_size))
        return -1;
    if (*row || lss)
        return 0;
    look_at(tui, strtoull(rest + strcspn(rest, "0123456789"), NULL, 10));
    return 0;
}

#define WORD(function, word)                                                              \
    static int function(struct cs_tui *tui, const char *rest, char *why, size_t why_size) \
    {                                                                                     \
        return ask_word(tui, word, rest, why, why_size);                                  \
    }

WORD(nmt, "nmt")
WORD(read_it, "read")
WORD(write_it, "write")
WORD(block_read, "block-read")
WORD(block_write, "block-write")
WORD(lss, "lss")
WORD(tell, "")

static void offer_among(const char *const *words, const char *rest, int *from,
                        struct cs_offers *offers)
{
    *from = 0;
    for (; *words; words++)
        cs_offer(offers, rest, *words);
}

/* Rows of the list, by their first word. */
static void offer_rows(const struct cs_tui *tui, const char *begun, struct cs_offers *offers)
{
    const struct cs_network *net = cs_network_of(tui);
    const struct cs_tree *list = &net->pages.list;

    for (unsigned i = 0; i < net->list.n && offers->n < CS_OFFERS; i++) {
        char word[CS_NAME_MAX];
        if (net->list.shown[i] + 1 >= list->n_fields)
            break;
        cs_network_text(&list->fields[net->list.shown[i] + 1].field, word, sizeof word);
        word[strcspn(word, " ")] = '\0';
        if (*word)
            cs_offer(offers, begun, word);
    }
}

static void offer_node(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers)
{
    *from = 0;
    if (!strchr(rest, ' '))
        offer_rows(tui, rest, offers);
}

static void offer_nmt(const struct cs_tui *tui, const char *rest, int *from,
                      struct cs_offers *offers)
{
    static const char *const words[] = {"start", "stop", "preop", "reset", "reset-comm", NULL};
    const char *second = strchr(rest, ' ');

    if (second) {
        *from = (int)(second + 1 - rest);
        offer_rows(tui, second + 1, offers);
    } else {
        offer_among(words, rest, from, offers);
    }
}

static void offer_lss(const struct cs_tui *tui, const char *rest, int *from,
                      struct cs_offers *offers)
{
    static const char *const words[] = {"fastscan",       "inquire", "identify", "switch config",
                                        "switch waiting", "node-id", "store",    "bitrate",
                                        "activate",       NULL};

    (void)tui;
    offer_among(words, rest, from, offers);
}

const struct cs_word cs_network_words[CS_NETWORK_WORDS] = {
    {"nmt", "start|stop|preop|reset|reset-comm [N|all]",
     "NMT command: change the state of a node, or of all", nmt, offer_nmt},
    {"read", "[NODE] INDEX[:SUB] [TYPE]", "read an object by SDO, such as 5 1018:1", read_it,
     offer_node},
    {"write", "[NODE] INDEX[:SUB] [TYPE] VALUE", "write an object by SDO, such as 5 6040 u16 6",
     write_it, offer_node},
    {"block-read", "[NODE] INDEX[:SUB] [TYPE]", "read by SDO block transfer", block_read,
     offer_node},
    {"block-write", "[NODE] INDEX[:SUB] [TYPE] VALUE", "write by SDO block transfer", block_write,
     offer_node},
    {"lss", "fastscan [ID]|inquire|node-id N|...", "LSS: give a node its node-ID", lss, offer_lss},
    {"tell", "COMMAND", "any other command of the page's decoder", tell, NULL},
};
