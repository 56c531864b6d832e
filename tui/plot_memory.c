/* SPDX-License-Identifier: MIT */
/* plot_memory.c - plots between runs: a line each, its parts divided by tabs - what is plotted, the
 * shape, the scale, name, unit, words. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_signals.h"

#define SPAN_MIN (10 * CS_PS_PER_MS)
#define SPAN_MAX (600 * CS_PS_PER_S)

static void remember_plot(const struct cs_tui *tui, const struct cs_memory_out *out,
                          const struct cs_plot *plot)
{
    const struct cs_plot_spec *spec = &plot->spec;
    char text[CS_PLOT_TEXT], words[CS_PLOT_WORDS * 56] = "";
    size_t n = 0;

    for (unsigned i = 0; i < spec->n_words; i++)
        n += (size_t)snprintf(words + n, sizeof words - n, "\t%.17g\t%s", spec->words[i].value,
                              spec->words[i].text);
    cs_memory_put(out, "plot", "%s\t%u\t%d\t%.17g\t%.17g\t%s\t%s%s",
                  cs_plot_format(tui, spec, text), plot->shape, plot->fixed, plot->low, plot->high,
                  spec->name, spec->unit, words);
}

void cs_signals_remember(const struct cs_tui *tui, const struct cs_memory_out *out)
{
    if (!out->here)
        cs_memory_put(out, "window", "%" PRId64, cs_signals_state(tui)->span_ps);
    for (unsigned i = 0; out->here && i < tui->plots.n; i++)
        remember_plot(tui, out, tui->plots.plot[i]);
}

/* The next part, "" where there is none. */
static const char *part(char **text)
{
    const char *found = strsep(text, "\t");

    return found ? found : "";
}

static void take_words(struct cs_plot_spec *spec, char *text)
{
    while (text && spec->n_words < CS_PLOT_WORDS) {
        struct cs_plot_word *word = &spec->words[spec->n_words];
        word->value = strtod(part(&text), NULL);
        snprintf(word->text, sizeof word->text, "%s", part(&text));
        spec->n_words += word->text[0] != '\0' && isfinite(word->value);
    }
}

static int recall_plot(struct cs_tui *tui, char *text)
{
    const char *what = part(&text), *shape = part(&text), *fixed = part(&text);
    const double low = strtod(part(&text), NULL), high = strtod(part(&text), NULL);
    struct cs_plot_spec spec;
    struct cs_plot *plot;
    char why[256];
    int at;

    if (cs_plot_parse(tui, what, &spec, why, sizeof why))
        return -EAGAIN; /* its bus or its node may come */
    snprintf(spec.name, sizeof spec.name, "%s", part(&text));
    snprintf(spec.unit, sizeof spec.unit, "%s", part(&text));
    spec.n_words = 0;
    take_words(&spec, text);
    if (cs_plots_add(tui, &spec))
        return -EINVAL; /* it is there, or there is no room */
    at = cs_plots_find(&tui->plots, &spec);
    plot = tui->plots.plot[at];
    if (shape[0] >= '0' && shape[0] < '0' + CS_SHAPES && !shape[1])
        plot->shape = (uint8_t)(shape[0] - '0');
    plot->fixed = !strcmp(fixed, "1") && isfinite(low) && isfinite(high) && low < high;
    plot->low = plot->fixed ? low : 0;
    plot->high = plot->fixed ? high : 0;
    return 0;
}

int cs_signals_recall(struct cs_tui *tui, const char *name, const char *text)
{
    char copy[CS_MEMORY_LINE];
    int64_t span;

    snprintf(copy, sizeof copy, "%s", text);
    if (!strcmp(name, "plot"))
        return recall_plot(tui, copy);
    span = strtoll(text, NULL, 10);
    if (strcmp(name, "window") != 0 || span < SPAN_MIN || span > SPAN_MAX)
        return -EINVAL;
    cs_signals_state(tui)->span_ps = span;
    return 0;
}
