/* SPDX-License-Identifier: MIT */
/* fields.c - see fields.h. */
#include "tui/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/tui.h"

static void take_out(struct cs_fields *fields, unsigned index)
{
    free(fields->field[index]);
    fields->n--;
    memmove(&fields->field[index], &fields->field[index + 1],
            (fields->n - index) * sizeof fields->field[0]);
}

void cs_fields_fini(struct cs_fields *fields)
{
    while (fields->n)
        take_out(fields, fields->n - 1);
}

/* "none", "185 none" */
static int take_away(struct cs_fields *fields, const char *text, char *why, size_t why_size)
{
    char *end;
    const unsigned long id = strtoul(text, &end, 16);
    const bool all = !strcasecmp(text, "none"), ext = end - text > 3;
    unsigned n = 0;

    if (!all && (end == text || *end != ' ')) {
        snprintf(why, why_size, "must be none, or an identifier and none");
        return -EINVAL;
    }
    for (unsigned i = fields->n; i-- > 0;)
        if (all || (fields->field[i]->spec.id == id && fields->field[i]->spec.ext == ext)) {
            take_out(fields, i);
            n++;
        }
    if (n || all)
        return 0;
    snprintf(why, why_size, "there are no fields of %.*s", (int)(end - text), text);
    return -EINVAL;
}

static int find(const struct cs_fields *fields, const struct cs_plot_spec *spec)
{
    for (unsigned i = 0; i < fields->n; i++) {
        const struct cs_plot_spec *other = &fields->field[i]->spec;
        if (other->id == spec->id && other->ext == spec->ext && !strcmp(other->name, spec->name))
            return (int)i;
    }
    return -1;
}

static int parse(const char *text, struct cs_plot_spec *spec, char *why, size_t why_size)
{
    static const struct cs_tui nobody; /* buses and decoders have no part in it */

    if (strlen(text) >= CS_PLOT_TEXT) {
        snprintf(why, why_size, "must have at most %d characters", CS_PLOT_TEXT - 1);
        return -EINVAL;
    }
    if (text[strcspn(text, "@ ")] == '@') {
        snprintf(why, why_size, "a field is one of all buses: without @");
        return -EINVAL;
    }
    if (cs_plot_parse(&nobody, text, spec, why, why_size) < 0)
        return -EINVAL;
    if (spec->kind == CS_PLOT_BITS)
        return 0;
    snprintf(why, why_size, "must be IDENTIFIER FIRST:BITS, such as 185 0:16 *0.1 name=Speed");
    return -EINVAL;
}

int cs_fields_take(struct cs_fields *fields, const char *text, bool set, char *why, size_t why_size)
{
    const size_t len = strlen(text);
    struct cs_plot_spec spec;
    int at;

    text += strspn(text, " ");
    if (len >= 4 && !strcasecmp(text + strlen(text) - 4, "none"))
        return take_away(fields, text, why, why_size);
    if (parse(text, &spec, why, why_size) < 0)
        return -EINVAL;
    at = find(fields, &spec);
    if (at < 0 && fields->n == CS_FIELDS_MAX) {
        snprintf(why, why_size, "there is no room for more than %d fields", CS_FIELDS_MAX);
        return -ENOSPC;
    }
    if (at < 0) {
        fields->field[fields->n] = calloc(1, sizeof *fields->field[0]);
        if (!fields->field[fields->n]) {
            snprintf(why, why_size, "there is no memory left");
            return -ENOMEM;
        }
        at = (int)fields->n++;
    }
    snprintf(fields->field[at]->text, sizeof fields->field[at]->text, "%s", text);
    fields->field[at]->spec = spec;
    fields->field[at]->set = set;
    return 0;
}

static const char *word_of(const struct cs_plot_spec *spec, double value)
{
    for (unsigned i = 0; i < spec->n_words; i++)
        if (spec->words[i].value >= value && spec->words[i].value <= value)
            return spec->words[i].text;
    return NULL;
}

bool cs_field_value(const struct cs_own_field *field, const uint8_t *data, unsigned len, char *text,
                    size_t size)
{
    const struct cs_plot_spec *spec = &field->spec;
    const char *word;
    double value;

    if (!cs_plot_bits(spec, data, len, &value))
        return false;
    word = word_of(spec, value);
    if (word)
        snprintf(text, size, "%s", word);
    else
        snprintf(text, size, "%.9g%s%s", value, *spec->unit ? " " : "", spec->unit);
    return true;
}

bool cs_fields_text(const struct cs_fields *fields, uint32_t id, unsigned flags,
                    const uint8_t *data, unsigned len, char *text, size_t size)
{
    const bool ext = flags & CS_FRAME_EXT;
    char value[64];
    size_t at = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < fields->n && at < size; i++) {
        const struct cs_own_field *field = fields->field[i];
        if (field->spec.id == id && field->spec.ext == ext && !(flags & CS_FRAME_RTR) &&
            cs_field_value(field, data, len, value, sizeof value))
            at += (size_t)snprintf(text + at, size - at, "%s%s=%s", at ? ", " : "",
                                   field->spec.name, value);
    }
    return at > 0;
}

int cs_fields_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    if (!*rest) {
        snprintf(why, why_size, "such as 185 0:16 *0.1 name=Speed unit=km/h; there %s %u",
                 tui->fields.n == 1 ? "is" : "are", tui->fields.n);
        return -1;
    }
    if (cs_fields_take(&tui->fields, rest, false, why, why_size) < 0)
        return -1;
    cs_tui_say(tui, false, "%u field%s: the trace and the identifiers tell their values",
               tui->fields.n, tui->fields.n == 1 ? "" : "s");
    return 0;
}
