/* SPDX-License-Identifier: MIT */
/* What stands behind an operator: numbers, words and bytes, into the compiled form. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/query_internal.h"
#include "simcore/frame.h"
#include "simcore/units.h"
#include "simcore/words.h"

int query_fail(struct reader *r, const char *at, const char *sentence)
{
    snprintf(r->why, r->why_size, "column %d: %s", (int)(at - r->text) + 1, sentence);
    return -EINVAL;
}

int query_must_be(struct reader *r, const char *at, size_t len, const char *expected)
{
    char sentence[320];
    const int n = len > 40 ? 40 : (int)len;

    if (len == 0)
        snprintf(sentence, sizeof(sentence), "must be %s, got %s", expected,
                 *at == '\0' ? "the end" : "none");
    else
        snprintf(sentence, sizeof(sentence), "must be %s, got \"%.*s\"", expected, n, at);
    return query_fail(r, at, sentence);
}

void query_skip(struct reader *r)
{
    r->at += strspn(r->at, " \t");
}

/* ---- steps ----------------------------------------------------------------------------------- */

struct cs_query_step *query_step(struct reader *r, unsigned op)
{
    struct cs_query *q = r->query;

    if (q->n == CS_QUERY_STEPS) {
        query_fail(r, r->at, "must end before this: no room for more terms");
        return NULL;
    }
    q->steps[q->n] = (struct cs_query_step){.op = (uint8_t)op};
    return &q->steps[q->n++];
}

int query_range(struct reader *r, struct cs_query_step *step, int64_t low, int64_t high)
{
    struct cs_query *q = r->query;

    if (q->n_ranges == CS_QUERY_RANGES)
        return query_fail(r, r->at, "must end before this: no room for more numbers");
    q->ranges[q->n_ranges].low = low;
    q->ranges[q->n_ranges++].high = high;
    step->n++;
    return 0;
}

int query_bytes(struct reader *r, struct cs_query_step *step, const void *bytes, size_t n)
{
    struct cs_query *q = r->query;

    if (q->n_bytes + n > CS_QUERY_BYTES)
        return query_fail(r, r->at, "must end before this: no room for more words");
    memcpy(q->bytes + q->n_bytes, bytes, n);
    q->n_bytes += (unsigned)n;
    step->n = (uint16_t)(step->n + n);
    return 0;
}

/* ---- operators ------------------------------------------------------------------------------- */

enum compare query_operator(struct reader *r)
{
    static const struct {
        const char *text;
        enum compare compare;
    } operators[] = {{"==", COMPARE_IS}, {"!=", COMPARE_IS_NOT}, {"<=", COMPARE_LE},
                     {">=", COMPARE_GE}, {"=", COMPARE_IS},      {"<", COMPARE_LT},
                     {">", COMPARE_GT}};
    const char *before = r->at;

    query_skip(r);
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        const size_t n = strlen(operators[i].text);
        if (strncmp(r->at, operators[i].text, n) == 0) {
            r->at += n;
            query_skip(r);
            return operators[i].compare;
        }
    }
    r->at = before;
    return COMPARE_NONE;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* One value of `len` bytes. 0 or -1. */
static int read_number(const struct query_word *word, const char *text, size_t len, int64_t *value)
{
    char copy[QUERY_VALUE], *end;

    if (len == 0 || len >= sizeof(copy))
        return -1;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (word->value == VALUE_TIME)
        return cs_units_parse_time(copy, value);
    int base = word->value == VALUE_NUMBER && strncasecmp(copy, "0x", 2) != 0 ? 10 : 16;
    if (!isxdigit((unsigned char)copy[0]))
        return -1;
    errno = 0;
    *value = strtoll(copy, &end, base);
    return errno == 0 && *end == '\0' && *value <= word->max ? 0 : -1;
}

static const char *expected_of(const struct query_word *word, char *text, size_t size)
{
    if (word->value == VALUE_TIME)
        return "a time such as 10ms";
    snprintf(text, size, word->value == VALUE_NUMBER ? "a number 0..%lld" : "hexadecimal 0..%llX",
             (long long)word->max);
    return text;
}

/* A part of a list: a number, or two with '-' between. */
int query_list_part(struct reader *r, const struct query_word *word, int64_t *low, int64_t *high)
{
    const size_t len = strcspn(r->at, " \t,()"), first = strcspn(r->at, " \t,()-");
    const char *at = r->at;
    char expected[60];

    expected_of(word, expected, sizeof(expected));
    if (read_number(word, at, first, low) != 0)
        return query_must_be(r, at, len, expected_of(word, expected, sizeof(expected)));
    *high = *low;
    if (first < len && read_number(word, at + first + 1, len - first - 1, high) != 0)
        return query_must_be(r, at + first + 1, len - first - 1,
                             expected_of(word, expected, sizeof(expected)));
    if (*high < *low)
        return query_must_be(r, at, len, "a range with the smaller one first");
    r->at += len;
    return 0;
}

int query_numbers(struct reader *r, const struct query_word *word, struct cs_query_step *step,
                  enum compare compare)
{
    const char *at = r->at;
    int64_t low, high;

    step->first = (uint16_t)r->query->n_ranges;
    step->negate = compare == COMPARE_IS_NOT;
    for (;;) {
        if (query_list_part(r, word, &low, &high) != 0)
            return -EINVAL;
        if (compare > COMPARE_IS_NOT && (low != high || *r->at == ','))
            return query_must_be(r, at, strcspn(at, " \t()"), "one number behind <, <=, > or >=");
        switch (compare) {
        case COMPARE_LT:
            high = low - 1;
            low = INT64_MIN;
            break;
        case COMPARE_LE:
            low = INT64_MIN;
            break;
        case COMPARE_GT:
            low = high == INT64_MAX ? INT64_MAX : high + 1;
            high = INT64_MAX;
            break;
        case COMPARE_GE:
            high = INT64_MAX;
            break;
        default:
            break;
        }
        if (query_range(r, step, low, high) != 0)
            return -EINVAL;
        if (*r->at != ',')
            return 0;
        r->at++;
        query_skip(r);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

/* A word, or text in quotes; NUL-terminated in `value`. */
int query_read_word(struct reader *r, char *value)
{
    const char *at = r->at;
    const bool quoted = *at == '"';
    const size_t len = quoted ? strcspn(at + 1, "\"") : strcspn(at, " \t,()\"=<>!");

    if (quoted && at[1 + len] != '"')
        return query_must_be(r, at, strlen(at), "text with a quotation mark at its end");
    if (len == 0 || len >= QUERY_VALUE)
        return query_must_be(r, at, len, "a word of 1..79 characters");
    memcpy(value, at + quoted, len);
    value[len] = '\0';
    r->at = at + len + 2u * quoted;
    return 0;
}

static int add_name(struct reader *r, const struct query_word *word, struct cs_query_step *step,
                    const char *at, const char *value)
{
    const char *names[16];
    char expected[200] = "one of ", nearest[80] = "";
    size_t n = 0;
    bool found = false;

    for (const struct query_name *name = word->names; name->name != NULL; name++) {
        if (strcasecmp(name->name, value) == 0) {
            found = true;
            if (query_range(r, step, name->value, name->value) != 0)
                return -EINVAL;
        }
        if (n == 0 || strcmp(names[n - 1], name->name) != 0) {
            const size_t end = strlen(expected);
            snprintf(expected + end, sizeof(expected) - end, "%s%s", n > 0 ? ", " : "", name->name);
            names[n++] = name->name;
        }
    }
    if (found)
        return 0;
    names[n] = NULL;
    const char *meant = cs_text_nearest(value, names);
    if (meant == NULL)
        return query_must_be(r, at, strlen(value), expected);
    snprintf(nearest, sizeof(nearest), "did you mean %s? It is no %s: \"%.30s\"", meant, word->name,
             value);
    return query_fail(r, at, nearest);
}

int query_words(struct reader *r, const struct query_word *word, struct cs_query_step *step,
                enum compare compare)
{
    char value[QUERY_VALUE];

    if (compare > COMPARE_IS_NOT)
        return query_must_be(r, r->at, 0, "= or != in front of a word");
    step->negate = compare == COMPARE_IS_NOT;
    step->first = (uint16_t)(word->names != NULL ? r->query->n_ranges : r->query->n_bytes);
    for (;;) {
        const char *at = r->at;
        if (query_read_word(r, value) != 0)
            return -EINVAL;
        if (word->names != NULL ? add_name(r, word, step, at, value) != 0
                                : query_bytes(r, step, value, strlen(value) + 1) != 0)
            return -EINVAL;
        if (*r->at != ',')
            return 0;
        r->at++;
        query_skip(r);
    }
}

/* ---- data ------------------------------------------------------------------------------------ */

static int nibble(char c)
{
    return c == '?'                    ? 0x10
           : isdigit((unsigned char)c) ? c - '0'
                                       : (tolower((unsigned char)c) - 'a') + 10;
}

static bool is_nibble(char c)
{
    return c == '?' || isxdigit((unsigned char)c);
}

/* Bytes with blanks, dots or nothing between; a word of another length is not theirs. */
static int read_pattern(struct reader *r, struct cs_query_step *step)
{
    const char *begin = r->at;
    uint8_t pair[2];

    step->first = (uint16_t)r->query->n_bytes;
    for (;;) {
        size_t len = 0;
        while (is_nibble(r->at[len]) || (len > 0 && r->at[len] == '.'))
            len++;
        if (len == 0 || strchr(" \t()*", r->at[len]) == NULL || (len > 2 && step->n > 0 && len % 2))
            break;
        for (const char *p = r->at, *end = r->at + len; p < end; p += 2) {
            p += *p == '.';
            if (p + 1 >= end || !is_nibble(p[0]) || !is_nibble(p[1]))
                return query_must_be(r, begin, strcspn(begin, "()"),
                                     "bytes of two hexadecimal digits");
            const int high = nibble(p[0]), low = nibble(p[1]);
            pair[0] = (uint8_t)((high & 0x10 ? 0 : 0xf0) | (low & 0x10 ? 0 : 0x0f));
            pair[1] = (uint8_t)((high & 0xf) << 4 | (low & 0xf));
            if (query_bytes(r, step, pair, 2) != 0)
                return -EINVAL;
        }
        r->at += len;
        begin = r->at;
        query_skip(r);
    }
    if (step->n == 0)
        return query_must_be(r, r->at, strcspn(r->at, " \t()"), "bytes such as 11 ?? 33");
    if (*r->at == '*') {
        r->at++;
        step->high = UINT16_MAX - 1; /* and more */
    } else {
        r->at = begin;
    }
    return 0;
}

/* At most two digits: the text behind them, NULL where there are none. */
static const char *read_small(const char *text, unsigned *value)
{
    const size_t n = strspn(text, "0123456789");

    *value = (unsigned)strtoul(text, NULL, 10);
    return n > 0 && n <= 2 ? text + n : NULL;
}

/* "[1]", "[1..2]". 1 where it is there. */
static int read_index(struct reader *r, unsigned *low, unsigned *high)
{
    const char *at = r->at, *p;

    if (*at != '[')
        return 0;
    p = read_small(at + 1, low);
    *high = *low;
    if (p != NULL && strncmp(p, "..", 2) == 0)
        p = read_small(p + 2, high);
    if (p == NULL || *p != ']')
        return query_must_be(r, at, strcspn(at, " \t="), "a byte or bytes, [0] or [1..2]");
    p++;
    if (*high >= CS_FRAME_MAX_DATA || *low > *high)
        return query_must_be(r, at, (size_t)(p - at), "bytes 0..63, the smaller one first");
    r->at = p;
    return 1;
}

int query_data(struct reader *r, struct cs_query_step *step)
{
    unsigned low = 0, high = 0;
    const int indexed = read_index(r, &low, &high);
    const char *at = r->at;
    enum compare compare;

    if (indexed < 0)
        return -EINVAL;
    compare = query_operator(r);
    if (compare == COMPARE_NONE)
        return query_must_be(r, at, strcspn(at, " \t"), "=, !=, <, <=, > or >= behind data");
    step->field = QUERY_DATA;
    step->low = (uint16_t)low;
    step->high = (uint16_t)(indexed ? high : UINT16_MAX);
    if (indexed && low == high && *r->at != '?') {
        static const struct query_word byte = {.value = VALUE_HEX, .max = 0xff};
        step->field = QUERY_BYTE;
        return query_numbers(r, &byte, step, compare);
    }
    if (compare > COMPARE_IS_NOT)
        return query_must_be(r, at, 2, "= or != for more than one byte");
    step->negate = compare == COMPARE_IS_NOT;
    at = r->at;
    if (read_pattern(r, step) != 0)
        return -EINVAL;
    if (indexed && step->n / 2 != high - low + 1)
        return query_must_be(r, at, (size_t)(r->at - at),
                             "as many bytes as there are between [ and ]");
    return 0;
}
