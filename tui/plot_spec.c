/* SPDX-License-Identifier: MIT */
/* plot_spec.c - what is plotted, as text and back, and values out of data. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/tui.h"

static const char *const source_names[CS_PLOT_KINDS] = {
    [CS_PLOT_LOAD] = "load", [CS_PLOT_RATE] = "rate", [CS_PLOT_ERRORS] = "errors",
    [CS_PLOT_TEC] = "tec",   [CS_PLOT_REC] = "rec",
};

/* ---- values ---------------------------------------------------------------------------------- */

bool cs_plot_bits(const struct cs_plot_spec *spec, const uint8_t *data, unsigned len, double *value)
{
    unsigned at = spec->first;
    uint64_t raw = 0;

    for (unsigned i = 0; i < spec->bits; i++) {
        if (at / 8 >= len)
            return false;
        const uint64_t bit = data[at / 8] >> (at % 8) & 1;
        if (spec->motorola) {
            raw = raw << 1 | bit;
            at = at % 8 ? at - 1 : at + 15;
        } else {
            raw |= bit << i;
            at++;
        }
    }
    if (spec->is_signed && spec->bits > 0 && spec->bits < 64 && raw >> (spec->bits - 1) & 1)
        raw |= ~UINT64_C(0) << spec->bits;
    *value = (spec->is_signed ? (double)(int64_t)raw : (double)raw) * spec->factor + spec->offset;
    return true;
}

/* ---- from text ------------------------------------------------------------------------------- */

static int bad(char *why, size_t why_size, const char *what, const char *got)
{
    snprintf(why, why_size, "must be %s, got \"%.40s\"", what, got);
    return -EINVAL;
}

/* What is behind '@' in a word, which ends there then; bus 0 without. */
static int take_bus(const struct cs_tui *tui, char *word, uint16_t *bus, char *why, size_t why_size)
{
    char *name = strchr(word, '@');

    *bus = 0;
    if (!name)
        return 0;
    *name++ = '\0';
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (!strcmp(tui->bus[b].name, name)) {
            *bus = (uint16_t)b;
            return 0;
        }
    snprintf(why, why_size, "there is no bus \"%.20s\"", name);
    return -EINVAL;
}

static int parse_number(const char *text, double *number, char *why, size_t why_size)
{
    char *end;

    *number = strtod(text, &end);
    if (end == text || *end || !isfinite(*number))
        return bad(why, why_size, "a number", text);
    return 0;
}

/* "0:off,1:on" */
static int parse_words(struct cs_plot_spec *spec, char *text, char *why, size_t why_size)
{
    char *item;

    while ((item = strsep(&text, ","))) {
        struct cs_plot_word *word = &spec->words[spec->n_words];
        char *name = strchr(item, ':');
        if (!name || spec->n_words == CS_PLOT_WORDS)
            return bad(why, why_size, "such as words=0:off,1:on", item);
        *name++ = '\0';
        if (parse_number(item, &word->value, why, why_size))
            return -EINVAL;
        snprintf(word->text, sizeof word->text, "%s", name);
        spec->n_words++;
    }
    return 0;
}

/* "8:16": first bit and how many. */
static bool parse_place(const char *word, struct cs_plot_spec *spec)
{
    char *end;
    unsigned long first = strtoul(word, &end, 10), bits;

    if (end == word || *end != ':' || end[1] < '0' || end[1] > '9' || word[0] == '-')
        return false;
    bits = strtoul(end + 1, &end, 10);
    if (*end || first >= 8 * CS_FRAME_MAX_DATA || bits < 1 || bits > 64)
        return false;
    spec->first = (uint16_t)first;
    spec->bits = (uint16_t)bits;
    return true;
}

static int parse_more(struct cs_plot_spec *spec, char *word, char *why, size_t why_size)
{
    if (!strcasecmp(word, "le") || !strcasecmp(word, "be"))
        spec->motorola = word[0] == 'b' || word[0] == 'B';
    else if (!strcasecmp(word, "signed"))
        spec->is_signed = true;
    else if (word[0] == '*')
        return parse_number(word + 1, &spec->factor, why, why_size);
    else if (word[0] == '+' || word[0] == '-')
        return parse_number(word, &spec->offset, why, why_size);
    else if (!strncmp(word, "name=", 5))
        snprintf(spec->name, sizeof spec->name, "%s", word + 5);
    else if (!strncmp(word, "unit=", 5))
        snprintf(spec->unit, sizeof spec->unit, "%s", word + 5);
    else if (!strncmp(word, "words=", 6))
        return parse_words(spec, word + 6, why, why_size);
    else
        return bad(why, why_size, "le, be, signed, *FACTOR, +OFFSET, name=, unit= or words=", word);
    return 0;
}

/* The path of a field that is known by that path or label, else the word itself. */
static void take_field(const struct cs_tui *tui, struct cs_plot_spec *spec, const char *word)
{
    snprintf(spec->field, sizeof spec->field, "%s", word);
    for (unsigned i = 0; i < tui->plots.n_known; i++) {
        const struct cs_plot_known *known = &tui->plots.known[i];
        if (known->bus != spec->bus || known->id != spec->id || known->ext != spec->ext ||
            (strcmp(known->field, word) != 0 && strcasecmp(known->label, word) != 0))
            continue;
        memcpy(spec->field, known->field, sizeof spec->field);
        snprintf(spec->name, sizeof spec->name, "%.39s",
                 known->label[0] ? known->label : known->field);
    }
}

static int parse_frame(const struct cs_tui *tui, char *first, char *rest, struct cs_plot_spec *spec,
                       char *why, size_t why_size)
{
    char *word, *end;
    unsigned long id;

    if (take_bus(tui, first, &spec->bus, why, why_size))
        return -EINVAL;
    id = strtoul(first, &end, 16);
    if (*end || end == first || first[0] == '-' || id >= 1u << 29)
        return bad(why, why_size, "an identifier, load, rate, errors, tec or rec", first);
    spec->id = (uint32_t)id;
    spec->ext = strlen(first) > 3;
    do
        word = strsep(&rest, " ");
    while (word && !*word);
    if (!word) {
        snprintf(why, why_size, "behind the identifier comes FIRST:BITS such as 8:16, or a field");
        return -EINVAL;
    }
    spec->kind = CS_PLOT_BITS;
    if (!parse_place(word, spec)) {
        if (word[0] >= '0' && word[0] <= '9')
            return bad(why, why_size, "FIRST:BITS, bits 0..511 and 1..64 of them", word);
        spec->kind = CS_PLOT_FIELD;
        take_field(tui, spec, word);
    }
    while ((word = strsep(&rest, " ")))
        if (*word && parse_more(spec, word, why, why_size))
            return -EINVAL;
    return 0;
}

static int parse_source(const struct cs_tui *tui, char *rest, struct cs_plot_spec *spec, char *why,
                        size_t why_size)
{
    char text[CS_PLOT_TEXT];

    rest += strspn(rest, " ");
    rest[strcspn(rest, " ")] = '\0';
    if (spec->kind < CS_PLOT_TEC) {
        snprintf(text, sizeof text, "%s%s", *rest ? "@" : "", rest);
        return take_bus(tui, text, &spec->bus, why, why_size);
    }
    if (take_bus(tui, rest, &spec->bus, why, why_size))
        return -EINVAL;
    for (unsigned i = 0; i < tui->n_nodes; i++)
        if (!strcmp(tui->nodes[i].status.name, rest)) {
            snprintf(spec->node, sizeof spec->node, "%s", rest);
            spec->bus = tui->nodes[i].bus;
            return 0;
        }
    return bad(why, why_size, "the name of a node", rest);
}

static void default_name(const struct cs_tui *tui, struct cs_plot_spec *spec)
{
    const char *bus = spec->bus < tui->n_buses ? tui->bus[spec->bus].name : "?";

    if (spec->kind == CS_PLOT_LOAD)
        snprintf(spec->unit, sizeof spec->unit, "%%");
    else if (spec->kind == CS_PLOT_RATE || spec->kind == CS_PLOT_ERRORS)
        snprintf(spec->unit, sizeof spec->unit, "/s");
    if (spec->name[0])
        return;
    if (spec->kind == CS_PLOT_BITS)
        snprintf(spec->name, sizeof spec->name,
                 spec->ext ? "%08" PRIX32 " %u:%u" : "%03" PRIX32 " %u:%u", spec->id, spec->first,
                 spec->bits);
    else if (spec->kind == CS_PLOT_FIELD)
        snprintf(spec->name, sizeof spec->name, "%.39s", spec->field);
    else if (spec->kind < CS_PLOT_TEC)
        snprintf(spec->name, sizeof spec->name, "%s %s", bus, source_names[spec->kind]);
    else
        snprintf(spec->name, sizeof spec->name, "%.35s %s", spec->node,
                 spec->kind == CS_PLOT_TEC ? "TEC" : "REC");
}

int cs_plot_parse(const struct cs_tui *tui, const char *text, struct cs_plot_spec *spec, char *why,
                  size_t why_size)
{
    char copy[CS_TEXTFIELD_MAX], *rest = copy, *first;

    *spec = (struct cs_plot_spec){.factor = 1};
    snprintf(copy, sizeof copy, "%s", text + strspn(text, " "));
    first = strsep(&rest, " ");
    if (!*first) {
        snprintf(why, why_size,
                 "what is missing: 123 8:16, 185 FIELD, load BUS, rate BUS, errors BUS, tec NODE");
        return -EINVAL;
    }
    for (unsigned kind = CS_PLOT_LOAD; kind < CS_PLOT_KINDS; kind++)
        if (!strcasecmp(first, source_names[kind])) {
            spec->kind = (uint8_t)kind;
            if (parse_source(tui, rest ? rest : copy + strlen(copy), spec, why, why_size))
                return -EINVAL;
            default_name(tui, spec);
            return 0;
        }
    if (parse_frame(tui, first, rest, spec, why, why_size))
        return -EINVAL;
    default_name(tui, spec);
    return 0;
}

/* ---- and back -------------------------------------------------------------------------------- */

char *cs_plot_format(const struct cs_tui *tui, const struct cs_plot_spec *spec,
                     char text[CS_PLOT_TEXT])
{
    const char *bus = spec->bus < tui->n_buses ? tui->bus[spec->bus].name : "";
    const char *at = tui->n_buses > 1 ? "@" : "";
    int n;

    if (spec->kind >= CS_PLOT_TEC) {
        snprintf(text, CS_PLOT_TEXT, "%s %s%s%s", source_names[spec->kind], spec->node, at,
                 *at ? bus : "");
        return text;
    }
    if (spec->kind >= CS_PLOT_LOAD) {
        snprintf(text, CS_PLOT_TEXT, "%s %s", source_names[spec->kind], bus);
        return text;
    }
    n = snprintf(text, CS_PLOT_TEXT, spec->ext ? "%08" PRIX32 "%s%s " : "%03" PRIX32 "%s%s ",
                 spec->id, at, *at ? bus : "");
    if (spec->kind == CS_PLOT_FIELD)
        n += snprintf(text + n, CS_PLOT_TEXT - (size_t)n, "%s", spec->field);
    else
        n += snprintf(text + n, CS_PLOT_TEXT - (size_t)n, "%u:%u%s%s", spec->first, spec->bits,
                      spec->motorola ? " be" : "", spec->is_signed ? " signed" : "");
    if (spec->factor != 1)
        n += snprintf(text + n, CS_PLOT_TEXT - (size_t)n, " *%g", spec->factor);
    if (spec->offset != 0)
        snprintf(text + n, CS_PLOT_TEXT - (size_t)n, " %+g", spec->offset);
    return text;
}
