/* SPDX-License-Identifier: MIT */
/* view_ids_memory.c - what the list by identifier keeps between runs: its order, and of what is
 * shown the bits that are not told. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_ids.h"

#define NOTCHES_MOST 128 /* identifiers of which it is remembered */

static void remember_notch(const struct cs_tui *tui, const struct cs_memory_out *out,
                           const struct cs_tui_id *item)
{
    const struct cs_frame *frame = &item->stat.last;
    char hex[2 * CS_FRAME_MAX_DATA + 1] = "";
    unsigned n = 0;

    for (unsigned b = 0; b < CS_FRAME_MAX_DATA; b++)
        if (item->notch[b])
            n = b + 1;
    for (unsigned b = 0; b < n; b++)
        snprintf(hex + 2 * b, 3, "%02X", item->notch[b]);
    if (n && item->bus < tui->n_buses)
        cs_memory_put(out, "notch", "%s\t%" PRIX32 "\t%u\t%s", tui->bus[item->bus].name, frame->id,
                      frame->flags & (CS_FRAME_EXT | CS_FRAME_RTR), hex);
}

void cs_ids_remember(const struct cs_tui *tui, const struct cs_memory_out *out)
{
    const struct cs_ids_state *state = &tui->by_id;

    if (!out->here)
        cs_memory_put(out, "order", "%s\t%s\t%d", cs_ids_columns[state->sort].title,
                      state->reverse ? "reverse" : "forward", cs_ids_view(tui)->group);
    for (uint32_t i = 0; out->here && i < tui->ids.n && i < NOTCHES_MOST; i++)
        remember_notch(tui, out, &tui->ids.items[i]);
}

static int recall_order(struct cs_tui *tui, char *text)
{
    const char *title = strsep(&text, "\t"), *order = strsep(&text, "\t");

    for (int i = 0; i < cs_ids_n_columns; i++)
        if (!strcmp(cs_ids_columns[i].title, title) && cs_column_orders(&cs_ids_columns[i]))
            tui->by_id.sort = i;
    tui->by_id.reverse = order && !strcmp(order, "reverse");
    if (text && text[0] >= '0' && text[0] < '0' + IDS_GROUP_COUNT && !text[1])
        cs_ids_view(tui)->group = (enum ids_group)(text[0] - '0');
    return 0;
}

static int recall_notch(struct cs_tui *tui, char *text)
{
    const char *bus = strsep(&text, "\t"), *id = strsep(&text, "\t"), *flags = strsep(&text, "\t");
    struct cs_tui_id *item;
    unsigned b = 0, number;

    while (b < tui->n_buses && strcmp(tui->bus[b].name, bus) != 0)
        b++;
    if (!text || b == tui->n_buses)
        return text ? -EAGAIN : -EINVAL;
    number = (unsigned)strtoul(id, NULL, 16) % (1u << 29);
    item = cs_ids_get(&tui->ids, (uint16_t)b, number, (uint8_t)strtoul(flags, NULL, 10));
    for (unsigned i = 0; item && i < CS_FRAME_MAX_DATA; i++, text += 2) {
        const char byte[] = {text[0], text[0] ? text[1] : '\0', '\0'};
        if (strspn(byte, "0123456789abcdefABCDEF") != 2)
            break;
        item->notch[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    cs_ids_view(tui)->notched = true;
    return 0;
}

int cs_ids_recall(struct cs_tui *tui, const char *name, const char *text)
{
    char copy[CS_MEMORY_LINE];

    snprintf(copy, sizeof copy, "%s", text);
    return !strcmp(name, "order")   ? recall_order(tui, copy)
           : !strcmp(name, "notch") ? recall_notch(tui, copy)
                                    : -EINVAL;
}
