/* SPDX-License-Identifier: MIT */
/* host_pages.c - what those who follow the buses know, for the view that shows it. */
#include <stdio.h>

#include "scenarios/follow.h"
#include "tui/host.h"
#include "tui/host_rows.h"
#include "tui/pages.h"

static void list(const struct cs_follow *follow, bool can_ask, struct cs_tui_pages *pages)
{
    for (; pages->n < cs_follow_pages(follow) && pages->n < CS_TUI_PAGES; pages->n++) {
        struct cs_tui_page *page = &pages->page[pages->n];
        struct cs_page_info info;

        cs_follow_page(follow, pages->n, &info);
        page->page = info.page;
        page->can_ask = can_ask && info.can_ask;
        snprintf(page->decoder, sizeof page->decoder, "%s", info.decoder);
        snprintf(page->bus, sizeof page->bus, "%s", info.bus);
    }
}

void cs_host_pages(struct cs_follow *follow, int64_t now_ps, bool can_ask,
                   struct cs_tui_pages *pages)
{
    list(follow, can_ask, pages);
    if (pages->at >= pages->n || (now_ps == pages->at_ps && !pages->anew))
        return;
    cs_follow_rows(follow, pages->at, pages->page[pages->at].page->list, 0, &pages->list);
    pages->at_ps = now_ps;
    if (!pages->section)
        cs_tree_clear(&pages->rows);
    else if (pages->anew || pages->rows.n_fields < CS_PAGES_MANY ||
             ++pages->waited % CS_PAGES_MANY_WAIT == 0)
        cs_follow_rows(follow, pages->at, pages->section, pages->row, &pages->rows);
    else
        return;
    pages->changes++;
    pages->anew = false;
}
