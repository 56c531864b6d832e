/* SPDX-License-Identifier: MIT */
/* plot_undo.c - which plots there are, in which order and how they are drawn, before it was
 * changed. A plot that is in both keeps its values; one that comes back takes them from the trace.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_signals.h"

static void look(const struct cs_tui *tui, struct cs_plots_kept *kept)
{
    const struct cs_plots *plots = &tui->plots;

    memset(kept, 0, sizeof *kept);
    kept->n = plots->n;
    kept->sel = cs_signals_state(tui)->sel;
    for (unsigned i = 0; i < plots->n; i++) {
        const struct cs_plot *plot = plots->plot[i];
        kept->plot[i] = (struct cs_plot_kept){.spec = plot->spec,
                                              .shape = plot->shape,
                                              .fixed = plot->fixed,
                                              .low = plot->low,
                                              .high = plot->high};
    }
}

static bool is_kept(const struct cs_plots_kept *kept, struct cs_plots *plots, unsigned index)
{
    for (unsigned i = 0; i < kept->n; i++)
        if (cs_plots_find(plots, &kept->plot[i].spec) == (int)index)
            return true;
    return false;
}

static int swap(struct cs_tui *tui, void *data)
{
    struct cs_plots_kept *kept = data, *now = malloc(sizeof *now);
    struct cs_plots *plots = &tui->plots;

    if (!now) {
        cs_tui_say(tui, true, "not enough memory");
        return -1;
    }
    look(tui, now);
    for (unsigned i = plots->n; i-- > 0;)
        if (!is_kept(kept, plots, i))
            cs_plots_remove(plots, i);
    for (unsigned i = 0; i < kept->n; i++) {
        const struct cs_plot_kept *from = &kept->plot[i];
        cs_plots_add(tui, &from->spec); /* or it is there */
        int at = cs_plots_find(plots, &from->spec);
        for (; at > (int)i && at >= 0; at--)
            cs_plots_move(plots, (unsigned)at, -1);
        if (at < 0)
            continue;
        plots->plot[at]->shape = from->shape;
        plots->plot[at]->fixed = from->fixed;
        plots->plot[at]->low = from->low;
        plots->plot[at]->high = from->high;
    }
    cs_signals_state(tui)->sel = kept->sel;
    memcpy(data, now, sizeof *now);
    free(now);
    return 0;
}

void cs_plots_keep(struct cs_tui *tui, const char *format, ...)
{
    static const struct cs_undo_kind kind = {.views = " signals ", .swap = swap};
    struct cs_plots_kept *kept = malloc(sizeof *kept);
    char what[CS_UNDO_WHAT];
    va_list ap;

    va_start(ap, format);
    vsnprintf(what, sizeof what, format, ap);
    va_end(ap);
    if (kept)
        look(tui, kept);
    cs_undo_keep(tui, &kind, kept, sizeof *kept, "%s", what);
}
