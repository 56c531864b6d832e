/* SPDX-License-Identifier: MIT */
/* transmit_memory.c - the list of frames between runs: a line each, its parts, as they stand in the
 * form, divided by tabs. None is sent because it is remembered. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/transmit.h"

void cs_transmit_remember(const struct cs_tui *tui, const struct cs_memory_out *out)
{
    const struct cs_frame_list *list = &cs_transmit_of(tui)->list;

    for (unsigned i = 0; out->here && i < list->n; i++) {
        const struct cs_send_item *item = &list->frame[i].item;
        char line[CS_MEMORY_LINE];
        struct cs_send_form form;
        int n = 0;
        if (item->send.bus >= tui->n_buses)
            continue;
        cs_send_form_fill(&form, item);
        cs_textfield_set(&form.value[CS_SEND_BUS], tui->bus[item->send.bus].name);
        for (int row = 0; row < CS_SEND_ROWS; row++)
            n += snprintf(line + n, sizeof line - (size_t)n, "%.200s\t", form.value[row].text);
        cs_memory_put(out, "frame", "%s%s", line, item->key);
    }
}

int cs_transmit_recall(struct cs_tui *tui, const char *name, const char *line)
{
    struct cs_transmit *t = cs_transmit_of(tui);
    struct cs_send_item item = {.on = false};
    char copy[CS_MEMORY_LINE], *text = copy, why[200];
    struct cs_send_form form = {.bus = 0};
    int wrong;

    snprintf(copy, sizeof copy, "%s", line);
    if (strcmp(name, "frame") != 0)
        return -EINVAL;
    for (int row = 0; text && row < CS_SEND_ROWS; row++)
        cs_textfield_set(&form.value[row], strsep(&text, "\t"));
    while (form.bus < tui->n_buses &&
           strcmp(tui->bus[form.bus].name, form.value[CS_SEND_BUS].text) != 0)
        form.bus++;
    if (!text || form.bus == tui->n_buses)
        return text ? -EAGAIN : -EINVAL;
    if (cs_send_form_read(&form, &item, &wrong, why, sizeof why) < 0)
        return -EINVAL;
    snprintf(item.key, sizeof item.key, "%s", text);
    cs_frame_list_add(&t->list, t->list.n, &item); /* or there is no room */
    cs_transmit_sync(tui);
    return 0;
}
