/* SPDX-License-Identifier: MIT */
/* Recursive descent into steps for a machine with a stack; what need not be asked is jumped over.
 *   any  := all ("or" all)*      all := one ("and"? one)*      one := "not" one | "(" any ")" |
 * term
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/query_internal.h"
#include "simcore/words.h"

static int parse_any(struct reader *r);

/* ---- terms ----------------------------------------------------------------------------------- */

static int read_field(struct reader *r, const struct query_word *word, const char *at, size_t len)
{
    struct cs_query_step *step = query_step(r, QUERY_TERM);
    char sentence[120];
    enum compare compare;

    if (step == NULL)
        return -EINVAL;
    step->field = word->field;
    step->low = word->flag;
    r->query->asks_since |= word->field == QUERY_DT;
    r->query->asks_said |= word->field == QUERY_EVENT || word->field == QUERY_TEXT;
    if (word->value == VALUE_DATA)
        return query_data(r, step);
    if (word->value == VALUE_NONE)
        return 0;
    compare = query_operator(r);
    if (compare == COMPARE_NONE && word->field == QUERY_ERROR) {
        step->field = QUERY_ANY_ERROR;
        return 0;
    }
    if (compare == COMPARE_NONE) {
        snprintf(sentence, sizeof(sentence), "must be compared, such as %s, got \"%.*s\" alone",
                 word->form, (int)len, at);
        return query_fail(r, at, sentence);
    }
    if (word->value == VALUE_WORD || word->value == VALUE_NAME)
        return query_words(r, word, step, compare);
    struct query_word wide = *word;
    if (wide.max == 0)
        wide.max = INT64_MAX;
    return query_numbers(r, &wide, step, compare);
}

/* "123", "180-1ff,7e8": what it was before there was a language. */
static bool looks_as_ids(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!isxdigit((unsigned char)text[i]) && text[i] != '-' && text[i] != ',')
            return false;
    }
    return len > 0 && isxdigit((unsigned char)text[0]);
}

/* One list, however many words with blanks between it has. */
static int read_ids(struct reader *r)
{
    struct cs_query_step *step = query_step(r, QUERY_TERM);

    if (step == NULL)
        return -EINVAL;
    step->field = QUERY_ID;
    step->first = (uint16_t)r->query->n_ranges;
    for (;;) {
        int64_t low, high;
        if (query_list_part(r, &cs_query_fields[0], &low, &high) != 0 ||
            query_range(r, step, low, high) != 0)
            return -EINVAL;
        const char *end = r->at;
        r->at += strspn(r->at, ", \t");
        const bool comma = memchr(end, ',', (size_t)(r->at - end)) != NULL;
        const size_t len = strcspn(r->at, " \t()<>=!\"");
        if (len > 0 && looks_as_ids(r->at, len) && cs_query_field(r->at, len) == NULL)
            continue;
        if (comma && *r->at != '\0')
            return query_must_be(r, r->at, len, "one more identifier behind the comma");
        r->at = comma ? r->at : end;
        return 0;
    }
}

static int read_text(struct reader *r, unsigned field)
{
    struct cs_query_step *step = query_step(r, QUERY_TERM);
    char value[QUERY_VALUE];

    if (step == NULL || query_read_word(r, value) != 0)
        return -EINVAL;
    step->field = (uint8_t)field;
    step->first = (uint16_t)r->query->n_bytes;
    r->query->asks_said = true;
    return query_bytes(r, step, value, strlen(value) + 1);
}

/* The word that was meant, among those of the language. */
static const char *nearest_word(const char *word)
{
    const char *names[40];
    unsigned n = 0;

    for (const struct query_word *w = cs_query_fields; w->name != NULL; w++)
        names[n++] = w->name;
    names[n++] = "and";
    names[n++] = "not";
    names[n] = NULL;
    return cs_text_nearest(word, names);
}

/* Are they the same but for one letter that was left out, added or exchanged? */
static bool is_slip(const char *word, const char *name)
{
    const size_t n = strlen(word), len = strlen(name);
    size_t same = 0;

    while (same < n && same < len && word[same] == name[same])
        same++;
    if (n == len)
        return n > same && strcmp(word + same + 1, name + same + 1) == 0;
    return n > len ? n == len + 1 && strcmp(word + same + 1, name + same) == 0
                   : len == n + 1 && strcmp(word + same, name + same + 1) == 0;
}

/* The words of a decoder; one that is almost one of ours, and is compared, is a slip. */
static int read_name(struct reader *r, const char *at, size_t len)
{
    char word[QUERY_VALUE], sentence[200];
    const char *behind = at + len + strspn(at + len, " \t");
    const char *meant;

    if (len == 0 || !isalpha((unsigned char)*at))
        return query_must_be(r, at, *at == '\0' ? 0 : (len ? len : 1),
                             "an identifier, a word such as id= or node=, or \"text\"");
    snprintf(word, sizeof(word), "%.*s", (int)(len < sizeof(word) ? len : sizeof(word) - 1), at);
    meant = nearest_word(word);
    if (*behind != '\0' && strchr("=<>!", *behind) != NULL) {
        snprintf(sentence, sizeof(sentence), "\"%.40s\" cannot be asked for%s%s%s", word,
                 meant != NULL ? ", did you mean " : "", meant != NULL ? meant : "",
                 meant != NULL ? "?" : ": Tab, or docs/filter.md, tells the words");
        return query_fail(r, at, sentence);
    }
    if (meant != NULL && len >= 4 && is_slip(word, meant)) {
        snprintf(sentence, sizeof(sentence), "did you mean %s? A protocol of that name is event=%s",
                 meant, word);
        return query_fail(r, at, sentence);
    }
    return read_text(r, QUERY_EVENT);
}

static int parse_term(struct reader *r)
{
    const char *at = r->at;
    size_t len = 0;

    if (*at == '"')
        return read_text(r, QUERY_TEXT);
    while (isalnum((unsigned char)at[len]) || (at[len] != '\0' && strchr("_.-*", at[len]) != NULL))
        len++;
    const struct query_word *word = cs_query_field(at, len);
    if (word != NULL) {
        r->at += len;
        return read_field(r, word, at, len);
    }
    const size_t list = strcspn(at, " \t()<>=!\"");
    if (looks_as_ids(at, list) && at[list] != '=')
        return read_ids(r);
    if (isdigit((unsigned char)*at))
        return query_must_be(r, at, list,
                             "hexadecimal identifiers or ranges such as 123 or 180-1ff");
    return read_name(r, at, len);
}

/* ---- how terms are joined -------------------------------------------------------------------- */

static bool take_keyword(struct reader *r, const char *word, const char *sign)
{
    const size_t n = strlen(word);

    query_skip(r);
    if (strncasecmp(r->at, word, n) == 0 &&
        (r->at[n] == '\0' || strchr(" \t(\"", r->at[n]) != NULL)) {
        r->at += n;
        query_skip(r);
        return true;
    }
    if (strncmp(r->at, sign, strlen(sign)) == 0) {
        r->at += strlen(sign);
        query_skip(r);
        return true;
    }
    return false;
}

static int parse_one(struct reader *r)
{
    int ret;

    if (++r->depth > CS_QUERY_DEPTH)
        return query_fail(r, r->at, "must not nest deeper than 24 levels");
    query_skip(r);
    if (take_keyword(r, "not", "!")) {
        ret = parse_one(r);
        if (ret == 0 && query_step(r, QUERY_NOT) == NULL)
            ret = -EINVAL;
    } else if (*r->at == '(') {
        r->at++;
        ret = parse_any(r);
        query_skip(r);
        if (ret == 0 && *r->at != ')')
            ret = query_must_be(r, r->at, strcspn(r->at, " "), "and, or or )");
        else if (ret == 0)
            r->at++;
    } else {
        ret = parse_term(r);
    }
    r->depth--;
    return ret;
}

/* The right side of `op`, which is not asked where the left side settles it. */
static int parse_right(struct reader *r, unsigned jump, unsigned op, int (*side)(struct reader *r))
{
    const unsigned at = r->query->n;

    if (query_step(r, jump) == NULL || side(r) != 0 || query_step(r, op) == NULL)
        return -EINVAL;
    r->query->steps[at].low = (uint16_t)r->query->n;
    return 0;
}

static bool is_or(struct reader *r)
{
    const char *at = r->at;
    const bool yes = take_keyword(r, "or", "||");

    r->at = at;
    return yes;
}

static int parse_all(struct reader *r)
{
    if (parse_one(r) != 0)
        return -EINVAL;
    for (;;) {
        const bool and = take_keyword(r, "and", "&&");
        query_skip(r);
        if (!and&&(*r->at == '\0' || *r->at == ')' || is_or(r)))
            return 0;
        if (parse_right(r, QUERY_IF_NOT, QUERY_AND, parse_one) != 0)
            return -EINVAL;
    }
}

static int parse_any(struct reader *r)
{
    if (parse_all(r) != 0)
        return -EINVAL;
    while (take_keyword(r, "or", "||")) {
        if (parse_right(r, QUERY_IF, QUERY_OR, parse_all) != 0)
            return -EINVAL;
    }
    return 0;
}

int cs_query_parse(const char *text, struct cs_query *query, char *why, size_t why_size)
{
    struct cs_query out = {.n = 0};
    struct reader r = {.text = text, .at = text, .query = &out, .why = why, .why_size = why_size};

    if (strlen(text) >= sizeof(out.text)) {
        snprintf(why, why_size, "column %d: must be at most %d characters, got %zu", CS_QUERY_TEXT,
                 CS_QUERY_TEXT - 1, strlen(text));
        return -EINVAL;
    }
    r.at += strspn(r.at, ", \t");
    if (*r.at != '\0') {
        if (parse_any(&r) != 0)
            return -EINVAL;
        r.at += strspn(r.at, ", \t");
        if (*r.at != '\0')
            return query_must_be(&r, r.at, strcspn(r.at, " "), "and, or or the end");
        snprintf(out.text, sizeof(out.text), "%s", text);
    }
    *query = out;
    return 0;
}
