/* SPDX-License-Identifier: MIT */
/* fault_text.c - faults from text and back: a kind, then key=value, with spaces between them. */
#include "simcore/fault_keys.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int cs_fault_refuse(char *why, size_t why_size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (why_size > 0) {
        vsnprintf(why, why_size, format, args);
    }
    va_end(args);
    return -EINVAL;
}

size_t cs_fault_until(const char *text, const char *stops)
{
    size_t n = 0;

    for (; text[n]; n++) {
        for (const char *stop = stops; *stop; stop++) {
            if (text[n] == *stop) {
                return n;
            }
        }
    }
    return n;
}

bool cs_fault_starts(const char *text, const char *with)
{
    while (*with && *text == *with) {
        text++;
        with++;
    }
    return *with == '\0';
}

/* ---- did you mean ------------------------------------------------------------------------- */

#define WORD_MAX 32

/* Letters to insert, delete, replace or swap; WORD_MAX where a word is too long. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t n = strlen(b);

    if (strlen(a) >= WORD_MAX || n >= WORD_MAX) {
        return WORD_MAX;
    }
    for (unsigned j = 0; j <= n; j++) {
        rows[0][j] = rows[2][j] = j;
    }
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *before = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two[j - 2] + 1 < best) {
                best = two[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return rows[strlen(a) % 3][n];
}

int cs_fault_nearest(const char *word, unsigned n, const char *(*name)(const void *ctx, unsigned i),
                     const void *ctx)
{
    unsigned least = 1 + (unsigned)(strlen(word) / 3);
    int nearest = -1;

    for (unsigned i = 0; i < n; i++) {
        unsigned d = distance(word, name(ctx, i));
        if (d < least || (d == least && nearest < 0)) {
            least = d;
            nearest = (int)i;
        }
    }
    return nearest;
}

static const char *kind_at(const void *ctx, unsigned i)
{
    (void)ctx;
    return cs_fault_kinds[i].name;
}

static const char *key_at(const void *ctx, unsigned i)
{
    (void)ctx;
    return cs_fault_keys[i].name;
}

/* ---- begin, set --------------------------------------------------------------------------- */

static void set_defaults(struct cs_fault_spec *spec, unsigned kind)
{
    memset(spec, 0, sizeof(*spec)); /* padding too: equal specs are equal bytes */
    spec->kind = (uint8_t)kind;
    spec->trigger.id_mask = CS_ID_MAX_EXT;
    spec->trigger.nth = 1;
    spec->trigger.probability_ppm = 1000000;
    spec->bits = kind == CS_FAULT_ERROR_FRAME ? 6 : 1;
    spec->mask = 1;
    spec->value = CS_FAULT_VALUE_NONE;
    spec->count = CS_FAULT_COUNT_AUTO;
}

int cs_fault_begin(struct cs_fault_spec *spec, const char *kind, char *why, size_t why_size)
{
    char name[WORD_MAX];
    size_t n = 0;

    for (; kind[n] && n + 1 < sizeof(name); n++) {
        name[n] = kind[n] == '_' ? '-' : kind[n];
    }
    name[n] = '\0';
    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT && kind[n] == '\0'; i++) {
        if (strcmp(name, cs_fault_kinds[i].name) == 0) {
            set_defaults(spec, i);
            return 0;
        }
    }
    int nearest = cs_fault_nearest(name, CS_FAULT_KIND_COUNT, kind_at, NULL);
    if (nearest >= 0) {
        return cs_fault_refuse(why, why_size, "no fault \"%.40s\", did you mean \"%s\"?", kind,
                               cs_fault_kinds[nearest].name);
    }
    return cs_fault_refuse(why, why_size, "no fault \"%.40s\"; flip, noise, split … are some",
                           kind);
}

static int unknown_key(const char *key, char *why, size_t why_size)
{
    int nearest = cs_fault_nearest(key, cs_fault_n_keys, key_at, NULL);

    if (nearest >= 0) {
        return cs_fault_refuse(why, why_size, "no key of faults is \"%.40s\", did you mean \"%s\"?",
                               key, cs_fault_keys[nearest].name);
    }
    return cs_fault_refuse(why, why_size, "no key of faults is \"%.40s\"", key);
}

/* "ber" is a key of noise, not of flip */
static int foreign_key(const struct cs_fault_key *key, unsigned kind, char *why, size_t why_size)
{
    char kinds[160] = "";
    size_t n = 0;

    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT; i++) {
        if (cs_fault_takes(key, i) && n + 32 < sizeof(kinds)) {
            n += (size_t)snprintf(kinds + n, sizeof(kinds) - n, "%s%s", n ? ", " : "",
                                  cs_fault_kinds[i].name);
        }
    }
    return cs_fault_refuse(why, why_size, "\"%s\" is a key of %s, not of %s", key->name, kinds,
                           cs_fault_name((enum cs_fault_kind)kind));
}

int cs_fault_set(struct cs_fault_spec *spec, const char *key, const char *value, char *why,
                 size_t why_size)
{
    unsigned i = 0;

    while (i < cs_fault_n_keys && strcmp(key, cs_fault_keys[i].name) != 0) {
        i++;
    }
    if (i == cs_fault_n_keys) {
        return unknown_key(key, why, why_size);
    }
    if (!cs_fault_takes(&cs_fault_keys[i], spec->kind)) {
        return foreign_key(&cs_fault_keys[i], spec->kind, why, why_size);
    }
    if (spec->kind == CS_FAULT_CABLE && spec->delay_ps > 0 &&
        cs_fault_rows[i].offset == offsetof(struct cs_fault_spec, delay_ps)) {
        return cs_fault_refuse(why, why_size, "\"length\" and \"delay\" exclude one another");
    }
    char own[256] = "";
    if (cs_fault_rows[i].type->read(spec, &cs_fault_rows[i], value, own, sizeof(own)) == 0) {
        return 0;
    }
    if (own[0]) {
        return cs_fault_refuse(why, why_size, "%s", own);
    }
    return cs_fault_refuse(why, why_size, "must be %s, got \"%.40s\"", cs_fault_keys[i].values,
                           value);
}

/* ---- parse -------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The next word into `word`, quotes taken off. Returns its length, 0 at the end, -EINVAL. */
static int next_word(const char **text, char *word, size_t size, char *why, size_t why_size)
{
    const char *at = *text;
    bool quoted = false;
    size_t n = 0;

    while (is_space(*at)) {
        at++;
    }
    const char *start = at;
    for (; *at && (quoted || !is_space(*at)); at++) {
        if (*at == '"') {
            quoted = !quoted;
            continue;
        }
        if (n + 1 >= size) {
            return cs_fault_refuse(why, why_size, "\"%.20s…\" is too long", start);
        }
        word[n++] = *at;
    }
    if (quoted) {
        return cs_fault_refuse(why, why_size, "a quote is not closed: %.40s", start);
    }
    if (n == 0 && at > start) {
        return cs_fault_refuse(why, why_size, "expected key=value, got \"\"");
    }
    word[n] = '\0';
    *text = at;
    return (int)n;
}

/* Each key at most once. */
static int set_word(struct cs_fault_spec *spec, char *word, uint64_t *seen, char *why,
                    size_t why_size)
{
    char *equal = word + cs_fault_until(word, "=");
    char reason[320];

    if (*equal == '\0' || equal == word) {
        return cs_fault_refuse(why, why_size, "expected key=value, got \"%.40s\"", word);
    }
    *equal = '\0';
    for (unsigned i = 0; i < cs_fault_n_keys; i++) {
        if (strcmp(word, cs_fault_keys[i].name) == 0) {
            if (*seen >> i & 1u) {
                return cs_fault_refuse(why, why_size, "\"%s\" is given twice", word);
            }
            *seen |= UINT64_C(1) << i;
        }
    }
    if (cs_fault_set(spec, word, equal + 1, reason, sizeof(reason))) {
        bool value = cs_fault_starts(reason, "must be") || cs_fault_starts(reason, "names");
        return cs_fault_refuse(why, why_size, "%s%s%s", value ? word : "", value ? " " : "",
                               reason);
    }
    return 0;
}

int cs_fault_parse(const char *text, struct cs_fault_spec *spec, char *why, size_t why_size)
{
    char word[CS_FAULT_VALUE_MAX + 40];
    uint64_t seen = 0;
    int n = next_word(&text, word, sizeof(word), why, why_size);

    if (n <= 0) {
        return n ? n : cs_fault_refuse(why, why_size, "expected a fault, got nothing");
    }
    int status = cs_fault_begin(spec, word, why, why_size);
    while (status == 0 && (n = next_word(&text, word, sizeof(word), why, why_size)) != 0) {
        status = n < 0 ? n : set_word(spec, word, &seen, why, why_size);
    }
    return status ? status : cs_fault_finish(spec, why, why_size);
}

/* ---- format ------------------------------------------------------------------------------- */

static size_t put(char *text, size_t at, const char *piece)
{
    size_t n = strlen(piece), room = CS_FAULT_TEXT_MAX - 1 - at;

    n = n < room ? n : room;
    memcpy(text + at, piece, n);
    text[at + n] = '\0';
    return at + n;
}

size_t cs_fault_format(const struct cs_fault_spec *spec, char text[CS_FAULT_TEXT_MAX])
{
    struct cs_fault_spec full = *spec, plain;
    char value[CS_FAULT_VALUE_MAX], usual[CS_FAULT_VALUE_MAX];
    size_t n = put(text, 0, cs_fault_name((enum cs_fault_kind)spec->kind));

    cs_fault_complete(&full);
    set_defaults(&plain, full.kind);
    plain.trigger.every = full.trigger.every > 1 ? full.trigger.every : 0;
    plain.trigger.probability_ppm = full.trigger.probability_ppm;
    plain.for_ps = full.for_ps;
    cs_fault_complete(&plain);
    plain.trigger.every = 1;
    plain.trigger.probability_ppm = 1000000;
    plain.for_ps = 0;
    for (unsigned i = 0; i < cs_fault_n_keys; i++) {
        if (!cs_fault_takes(&cs_fault_keys[i], full.kind)) {
            continue;
        }
        const struct cs_fault_row *row = &cs_fault_rows[i];
        row->type->write(&full, row, value);
        row->type->write(&plain, row, usual);
        if (value[0] == '\0' || strcmp(value, usual) == 0) {
            continue;
        }
        bool quote = value[cs_fault_until(value, " \t")] != '\0';
        n = put(text, n, " ");
        n = put(text, n, cs_fault_keys[i].name);
        n = put(text, n, quote ? "=\"" : "=");
        n = put(text, n, value);
        n = put(text, n, quote ? "\"" : "");
    }
    return n;
}
