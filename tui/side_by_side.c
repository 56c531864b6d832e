/* SPDX-License-Identifier: MIT */
/* side_by_side.c - the same view more than once: for each bus, or as one likes; see context.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/context.h"
#include "tui/query_row.h"
#include "tui/view.h"
#include "tui/widgets.h"

static int show_bus(struct cs_tui *tui, unsigned pane, unsigned bus, char *why, size_t why_size)
{
    char text[32];

    if (cs_context_own(tui, pane) != 0) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    cs_context_enter(tui, pane);
    snprintf(text, sizeof text, "bus=%.20s", tui->bus[bus].name);
    if (cs_tui_filter(tui, text, why, why_size) < 0)
        return -1;
    cs_trace_settle(tui);
    return 0;
}

static int show_buses(struct cs_tui *tui, const unsigned *buses, unsigned n, char *why,
                      size_t why_size)
{
    static const enum cs_tui_split splits[CS_TUI_PANES + 1] = {
        CS_SPLIT_NONE, CS_SPLIT_NONE, CS_SPLIT_COLUMNS, CS_SPLIT_ROW_TWO, CS_SPLIT_FOUR};
    const unsigned view = cs_views[tui->view]->many ? tui->view : 0;
    int ret = 0;

    cs_tui_split(tui, CS_SPLIT_NONE);
    cs_tui_split(tui, splits[n]);
    for (unsigned p = 0; p < n && ret == 0; p++) {
        ret = show_bus(tui, p, buses[p], why, why_size);
        tui->pane_view[p] = view;
    }
    tui->view = view;
    tui->pane_view[tui->focus] = view;
    cs_context_enter(tui, tui->focus);
    return ret;
}

static int find_bus(const struct cs_tui *tui, const char *name, size_t len)
{
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (strlen(tui->bus[b].name) == len && !strncmp(tui->bus[b].name, name, len))
            return (int)b;
    return -1;
}

int cs_word_buses(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    unsigned bus[CS_TUI_PANES], n = 0;

    for (size_t len; *rest; rest += len, rest += strspn(rest, " "), n++) {
        len = strcspn(rest, " ");
        const int b = find_bus(tui, rest, len);
        if (b < 0 || n == CS_TUI_PANES) {
            snprintf(why, why_size,
                     b < 0 ? "\"%.*s\" is no bus" : "at most four, got more: \"%.*s\"",
                     (int)(len < 40 ? len : 40), rest);
            return -1;
        }
        bus[n] = (unsigned)b;
    }
    for (unsigned b = 0; !n && b < tui->n_buses && b < CS_TUI_PANES; b++)
        bus[b] = b;
    if (!n)
        n = tui->n_buses < CS_TUI_PANES ? tui->n_buses : CS_TUI_PANES;
    if (n < 2) {
        snprintf(why, why_size, "there must be two buses at least, to be side by side");
        return -1;
    }
    return show_buses(tui, bus, n, why, why_size);
}

void cs_word_offer_buses(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers)
{
    const char *last = strrchr(rest, ' ');

    *from = last ? (int)(last + 1 - rest) : 0;
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (offers->n < CS_OFFERS &&
            !strncasecmp(tui->bus[b].name, rest + *from, strlen(rest + *from)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", tui->bus[b].name);
}

int cs_word_twin(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const unsigned view = tui->view;

    (void)rest;
    if (!cs_views[view]->many) {
        snprintf(why, why_size, "the trace, the identifiers and the wire can be shown twice");
        return -1;
    }
    if (cs_tui_panes(tui) == 1)
        cs_tui_split(tui, CS_SPLIT_COLUMNS);
    cs_tui_focus(tui, (tui->focus + 1) % cs_tui_panes(tui));
    if (cs_context_own(tui, tui->focus) != 0) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    cs_context_enter(tui, tui->focus);
    tui->view = tui->pane_view[tui->focus] = view;
    return 0;
}
