/* SPDX-License-Identifier: MIT */
/* fault_form.c - see fault_form.h. The parser is simcore's: a value is right where it says so. */
#include "tui/fault_form.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/tui.h"

/* ---- fields ---------------------------------------------------------------------------------- */

void cs_fault_form_begin(struct cs_fault_form *form, unsigned kind)
{
    unsigned bus = form->bus;

    *form = (struct cs_fault_form){.bus = bus, .kind = kind};
    /* What acts on nothing comes last. */
    for (int last = 0; last < 2; last++)
        for (unsigned i = 0; i < cs_fault_n_keys && form->n < CS_FORM_KEYS; i++)
            if (cs_fault_takes(&cs_fault_keys[i], kind) &&
                (strcmp(cs_fault_keys[i].name, "label") == 0) == (last != 0))
                form->key[form->n++] = (uint8_t)i;
}

static struct cs_textfield *field_of(struct cs_fault_form *form, const char *key, size_t len)
{
    for (unsigned i = 0; i < form->n; i++) {
        const char *name = cs_fault_keys[form->key[i]].name;
        if (strlen(name) == len && !memcmp(name, key, len))
            return &form->value[i];
    }
    return NULL;
}

int cs_fault_form_fill(struct cs_fault_form *form, const char *text)
{
    struct cs_fault_spec spec;
    char copy[CS_FAULT_TEXT_MAX], why[CS_FAULT_TEXT_MAX], *word, *rest = copy;

    if (cs_fault_parse(text, &spec, why, sizeof why) < 0)
        return -EINVAL;
    cs_fault_form_begin(form, spec.kind);
    cs_fault_format(&spec, copy);
    while ((word = strsep(&rest, " "))) {
        char *value = strchr(word, '=');
        struct cs_textfield *field = value ? field_of(form, word, (size_t)(value - word)) : NULL;
        if (field)
            cs_textfield_set(field, value + 1);
    }
    return 0;
}

int cs_fault_form_spec(const struct cs_fault_form *form, struct cs_fault_spec *spec, int *at,
                       char *why, size_t why_size)
{
    const char *kind = cs_fault_name((enum cs_fault_kind)form->kind);
    char more[256];
    int status;

    *at = -1;
    status = cs_fault_begin(spec, kind, why, why_size);
    for (unsigned i = 0; i < form->n && *at < 0; i++) {
        const char *key = cs_fault_keys[form->key[i]].name;
        if (!form->value[i].len || !cs_fault_set(spec, key, form->value[i].text, more, sizeof more))
            continue;
        *at = (int)i;
        snprintf(why, why_size, "%s: %s", key, more);
        status = -EINVAL;
    }
    return status ? status : cs_fault_finish(spec, why, why_size);
}

/* ---- what Tab offers ------------------------------------------------------------------------- */

void cs_offer(struct cs_offers *offers, const char *begun, const char *word)
{
    if (offers->n == CS_OFFERS || strncasecmp(word, begun, strlen(begun)) != 0 ||
        strlen(word) >= CS_NAME_MAX)
        return;
    for (unsigned i = 0; i < offers->n; i++)
        if (!strcmp(offers->text[i], word))
            return;
    snprintf(offers->text[offers->n++], CS_NAME_MAX, "%s", word);
}

static void offer_nodes(const struct cs_tui *tui, unsigned bus, const char *begun,
                        struct cs_offers *offers)
{
    for (unsigned i = 0; i < tui->n_nodes; i++)
        if (tui->nodes[i].bus == bus)
            cs_offer(offers, begun, tui->nodes[i].status.name);
}

/* A word of the key's help, where the parser takes it for a value. */
static void offer_valid(unsigned kind, const struct cs_fault_key *key, const char *begun,
                        const char *word, struct cs_offers *offers)
{
    struct cs_fault_spec spec;
    char why[256];

    if (!cs_fault_begin(&spec, cs_fault_name((enum cs_fault_kind)kind), why, sizeof why) &&
        !cs_fault_set(&spec, key->name, word, why, sizeof why))
        cs_offer(offers, begun, word);
}

static void offer_states(const char *begun, struct cs_offers *offers)
{
    for (int state = 0; state < CS_STATE_COUNT; state++)
        cs_offer(offers, begun, cs_state_name((enum cs_node_state)state));
}

/* Keys whose values are names of nodes. */
static bool takes_nodes(const char *key)
{
    static const char *const keys[] = {"node", "from", "seen_by", "nodes", "when"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i], key))
            return true;
    return false;
}

void cs_fault_offers(const struct cs_tui *tui, unsigned bus, unsigned kind,
                     const struct cs_fault_key *key, const char *begun, int *from,
                     struct cs_offers *offers)
{
    char copy[CS_FAULT_TEXT_MAX], *word, *rest = copy;

    offers->n = 0;
    *from = 0;
    if (takes_nodes(key->name)) {
        for (int i = 0; begun[i]; i++)
            if (begun[i] == ',' || begun[i] == ':')
                *from = i + 1;
        if (*from && begun[*from - 1] == ':')
            offer_states(begun + *from, offers);
        else
            offer_nodes(tui, bus, begun + *from, offers);
        return;
    }
    snprintf(copy, sizeof copy, "%s", key->values);
    while ((word = strsep(&rest, " ,|")))
        if (*word)
            offer_valid(kind, key, begun, word, offers);
}

static const struct cs_fault_key *key_named(const char *name)
{
    for (unsigned i = 0; i < cs_fault_n_keys; i++)
        if (!strcmp(cs_fault_keys[i].name, name))
            return &cs_fault_keys[i];
    return NULL;
}

static bool kind_of(const char *text, unsigned *kind)
{
    size_t len = strcspn(text, " ");

    for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++) {
        const char *name = cs_fault_name((enum cs_fault_kind)k);
        if (strlen(name) == len && !memcmp(name, text, len)) {
            *kind = k;
            return true;
        }
    }
    return false;
}

const struct cs_fault_key *cs_fault_text_key(const char *text, int cursor)
{
    char name[CS_NAME_MAX];
    int from = cursor, len;

    while (from > 0 && text[from - 1] != ' ')
        from--;
    len = (int)strcspn(text + from, "= ");
    if (from == 0 || len >= (int)sizeof name)
        return NULL;
    memcpy(name, text + from, (size_t)len);
    name[len] = '\0';
    return key_named(name);
}

static void offer_keys(unsigned kind, const char *begun, struct cs_offers *offers)
{
    char name[CS_NAME_MAX];

    /* What acts on nothing comes last. */
    for (int last = 0; last < 2; last++)
        for (unsigned i = 0; i < cs_fault_n_keys; i++) {
            snprintf(name, sizeof name, "%s=", cs_fault_keys[i].name);
            if (cs_fault_takes(&cs_fault_keys[i], kind) &&
                (strcmp(cs_fault_keys[i].name, "label") == 0) == (last != 0))
                cs_offer(offers, begun, name);
        }
}

void cs_fault_text_offers(const struct cs_tui *tui, unsigned bus, const char *begun, int *from,
                          struct cs_offers *offers)
{
    const char *word = strrchr(begun, ' '), *equals;
    const struct cs_fault_key *key;
    unsigned kind;

    offers->n = 0;
    word = word ? word + 1 : begun;
    *from = (int)(word - begun);
    equals = strchr(word, '=');
    if (word == begun) {
        for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++)
            cs_offer(offers, begun, cs_fault_name((enum cs_fault_kind)k));
    } else if (kind_of(begun, &kind) && !equals) {
        offer_keys(kind, word, offers);
    } else if (kind_of(begun, &kind)) {
        int value = (int)(equals + 1 - begun);
        key = cs_fault_text_key(begun, (int)strlen(begun));
        if (key)
            cs_fault_offers(tui, bus, kind, key, equals + 1, from, offers);
        *from += value;
    }
}

void cs_completion_draw(const struct cs_completion *completion, const struct cs_offers *offers,
                        struct cs_canvas *canvas, struct cs_rect at)
{
    int x = at.x;

    for (unsigned i = completion->at; i < offers->n; i++) {
        const char *text = offers->text[i];
        if (x + cs_text_width(text) > at.x + at.w - 2) {
            cs_canvas_put(canvas, x, at.y, CS_STYLE_DIM, "…");
            return;
        }
        x = cs_canvas_put(canvas, x, at.y, i == completion->at ? CS_STYLE_TAB_ON : CS_STYLE_DIM,
                          text) +
            1;
    }
}

const char *cs_completion_begin(struct cs_completion *completion, const struct cs_textfield *field)
{
    if (!completion->on)
        snprintf(completion->begun, sizeof completion->begun, "%.*s", field->cursor, field->text);
    return completion->begun;
}

void cs_completion_step(struct cs_completion *completion, struct cs_textfield *field, int from,
                        const struct cs_offers *offers, int by)
{
    if (!offers->n)
        return;
    if (!completion->on)
        completion->at = by > 0 ? 0 : offers->n - 1;
    else
        completion->at = (completion->at + offers->n + (unsigned)by) % offers->n;
    completion->on = true;
    cs_textfield_replace(field, from, offers->text[completion->at]);
}
