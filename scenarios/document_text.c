/* SPDX-License-Identifier: MIT */
/* What stands between "${" and "}" in a text: a name, or a calculation with whole numbers, and
 * how it is written. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/document.h"
#include "scenarios/text.h"

#define DEPTH_MAX 32
#define TEXT_MAX  4096

const cJSON *cs_document_lookup(const struct cs_scope *scope, const char *name, size_t len)
{
    for (; scope != NULL; scope = scope->outer) {
        if (strlen(scope->name) == len && memcmp(scope->name, name, len) == 0)
            return scope->value;
    }
    return NULL;
}

struct calculation {
    const struct cs_scope *scope;
    const char *at, *end;
    unsigned depth;
    char *why;
    size_t why_size;
};

static int sum(struct calculation *c, int64_t *value);

static void skip(struct calculation *c)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
}

static size_t name_length(const char *p, const char *end)
{
    const char *start = p;

    while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
        p++;
    return (size_t)(p - start);
}

/* All the names that there are, for a sentence about one that is none. */
static int unknown(struct calculation *c, const char *name, size_t len)
{
    const char *names[64];
    char text[64];
    unsigned n = 0;

    for (const struct cs_scope *s = c->scope; s != NULL && n < 63; s = s->outer)
        names[n++] = s->name;
    names[n] = NULL;
    snprintf(text, sizeof(text), "%.*s", (int)len, name);
    const char *nearest = cs_text_nearest(text, names);
    if (nearest != NULL)
        snprintf(c->why, c->why_size, "\"%s\" is no constant, did you mean \"%s\"?", text, nearest);
    else
        snprintf(c->why, c->why_size, "\"%s\" is no constant; \"$${\" stands for \"${\" itself",
                 text);
    return -1;
}

static int named(struct calculation *c, int64_t *value)
{
    const size_t len = name_length(c->at, c->end);
    const cJSON *item = cs_document_lookup(c->scope, c->at, len);
    uint64_t number;

    if (item == NULL)
        return unknown(c, c->at, len);
    if (cJSON_IsString(item) && cs_text_number(item->valuestring, &number) == 0 &&
        number <= INT64_MAX)
        *value = (int64_t)number;
    else if (cs_reader_integer(item, value) != 0) {
        snprintf(c->why, c->why_size, "\"%.*s\" is no whole number", (int)len, c->at);
        return -1;
    }
    c->at += len;
    return 0;
}

static int factor(struct calculation *c, int64_t *value)
{
    char digits[24];

    skip(c);
    if (c->at < c->end && (*c->at == '(' || *c->at == '-')) {
        const bool minus = *c->at++ == '-';
        if (++c->depth > DEPTH_MAX) {
            snprintf(c->why, c->why_size, "at most %d levels of parentheses", DEPTH_MAX);
            return -1;
        }
        if ((minus ? factor : sum)(c, value) != 0)
            return -1;
        c->depth--;
        skip(c);
        if (minus) {
            *value = -*value;
        } else if (c->at == c->end || *c->at++ != ')') {
            snprintf(c->why, c->why_size, "a ')' is missing");
            return -1;
        }
        return 0;
    }
    const size_t len = name_length(c->at, c->end);
    if (len > 0 && !isdigit((unsigned char)*c->at))
        return named(c, value);
    uint64_t number;
    snprintf(digits, sizeof(digits), "%.*s", (int)len, c->at);
    if (len == 0 || len >= sizeof(digits) || cs_text_number(digits, &number) != 0 ||
        number > INT64_MAX) {
        snprintf(c->why, c->why_size, "must be numbers and names with + - * / %% and parentheses");
        return -1;
    }
    *value = (int64_t)number;
    c->at += len;
    return 0;
}

static int apply(struct calculation *c, char operation, int64_t *value, int64_t with)
{
    bool wrong = false;

    switch (operation) {
    case '+':
        wrong = __builtin_add_overflow(*value, with, value);
        break;
    case '-':
        wrong = __builtin_sub_overflow(*value, with, value);
        break;
    case '*':
        wrong = __builtin_mul_overflow(*value, with, value);
        break;
    default:
        wrong = with == 0 || (with == -1 && *value == INT64_MIN);
        if (!wrong)
            *value = operation == '/' ? *value / with : *value % with;
        break;
    }
    if (wrong)
        snprintf(c->why, c->why_size, "the result of '%c' is no number of 64 bits", operation);
    return wrong ? -1 : 0;
}

static int chain(struct calculation *c, const char *operations,
                 int (*part)(struct calculation *c, int64_t *value), int64_t *value)
{
    int64_t with;

    if (part(c, value) != 0)
        return -1;
    for (skip(c); c->at < c->end && strchr(operations, *c->at) != NULL; skip(c)) {
        const char operation = *c->at++;
        if (part(c, &with) != 0 || apply(c, operation, value, with) != 0)
            return -1;
    }
    return 0;
}

static int product(struct calculation *c, int64_t *value)
{
    return chain(c, "*/%", factor, value);
}

static int sum(struct calculation *c, int64_t *value)
{
    return chain(c, "+-", product, value);
}

int cs_document_calculate(const struct cs_scope *scope, const char *text, const char *end,
                          int64_t *value, char *why, size_t why_size)
{
    struct calculation c = {
        .scope = scope, .at = text, .end = end, .why = why, .why_size = why_size};

    if (sum(&c, value) != 0)
        return -1;
    if (c.at == end)
        return 0;
    snprintf(why, why_size, "must end behind \"%.*s\"", (int)(c.at - text), text);
    return -1;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* "d", "x", "X", with a width of 1..16 and a 0 before it. */
static int write_number(const char *form, size_t len, int64_t value, char *to, size_t size)
{
    const bool zeros = len > 0 && *form == '0';
    unsigned width = 0;
    size_t i = 0;

    for (; i < len && isdigit((unsigned char)form[i]); i++)
        width = width * 10 + (unsigned)(form[i] - '0');
    if (i + 1 != len || i > 3 || width > 16 || strchr("dxX", form[i]) == NULL)
        return -1;
    if (form[i] == 'd')
        snprintf(to, size, zeros ? "%0*" PRId64 : "%*" PRId64, (int)width, value);
    else if (form[i] == 'x')
        snprintf(to, size, zeros ? "%0*" PRIx64 : "%*" PRIx64, (int)width, (uint64_t)value);
    else
        snprintf(to, size, zeros ? "%0*" PRIX64 : "%*" PRIX64, (int)width, (uint64_t)value);
    return 0;
}

/* What stands for "EXPRESSION" or "EXPRESSION:FORM": *item a constant as it is, or else `to` a text
 * (and *whole, if it is a number without a form). 0 or -1. */
static int evaluate(const struct cs_scope *scope, const char *text, const char *end,
                    const cJSON **item, int64_t *number, char *to, size_t size, char *why,
                    size_t why_size)
{
    const char *colon = memchr(text, ':', (size_t)(end - text));
    const size_t len = name_length(text, end);

    *item = NULL;
    to[0] = '\0';
    if (text + len == end && len > 0 && !isdigit((unsigned char)*text) &&
        (*item = cs_document_lookup(scope, text, len)) != NULL)
        return 0;
    if (cs_document_calculate(scope, text, colon != NULL ? colon : end, number, why, why_size) != 0)
        return -1;
    if (colon == NULL) {
        snprintf(to, size, "%" PRId64, *number);
        return 0;
    }
    if (write_number(colon + 1, (size_t)(end - colon) - 1, *number, to, size) == 0)
        return 0;
    snprintf(why, why_size, "behind ':' must be d, x or X with a width such as \"03X\"");
    return -1;
}

static int append(char *to, size_t *used, const char *text, size_t len)
{
    if (*used + len >= TEXT_MAX)
        return -1;
    memcpy(to + *used, text, len);
    *used += len;
    to[*used] = '\0';
    return 0;
}

static int append_item(char *to, size_t *used, const cJSON *item)
{
    char *printed = NULL;
    const char *text =
        cJSON_IsString(item) ? item->valuestring : (printed = cJSON_PrintUnformatted(item));
    const int ret = text != NULL ? append(to, used, text, strlen(text)) : -1;

    cJSON_free(printed);
    return ret;
}

static cJSON *number_item(int64_t number)
{
    return number >= -INT64_C(9007199254740992) && number <= INT64_C(9007199254740992)
               ? cJSON_CreateNumber((double)number)
               : NULL;
}

int cs_document_replace(struct cs_reader *r, const struct cs_scope *scope, const char *text,
                        cJSON **value)
{
    char to[TEXT_MAX], part[80], why[200] = "";
    const char *p = text, *open;
    size_t used = 0;
    int64_t number = 0;

    *value = NULL;
    if (strstr(text, "${") == NULL)
        return 0;
    to[0] = '\0';
    for (; (open = strstr(p, "${")) != NULL;) {
        const char *end = strchr(open, '}');
        const bool plain = open > p && open[-1] == '$';
        const cJSON *item;
        if (append(to, &used, p, (size_t)(open - p) - plain) != 0)
            return cs_reader_fail(r, "must be within %d bytes when its constants are in place",
                                  TEXT_MAX - 1);
        p = open + 2;
        if (plain) {
            append(to, &used, "${", 2);
            continue;
        }
        if (end == NULL)
            return cs_reader_fail(r, "must have a '}' behind \"${\"");
        if (evaluate(scope, p, end, &item, &number, part, sizeof(part), why, sizeof(why)) != 0)
            return cs_reader_fail(r, "\"%.*s\": %s", (int)(end + 1 - open), open, why);
        const bool all = open == text && end[1] == '\0';
        if (all && item != NULL)
            *value = cJSON_Duplicate(item, 1);
        else if (all && memchr(p, ':', (size_t)(end - p)) == NULL)
            *value = number_item(number);
        if (*value != NULL)
            return 0;
        if ((item != NULL ? append_item(to, &used, item) : append(to, &used, part, strlen(part))) !=
            0)
            return cs_reader_fail(r, "must be within %d bytes when its constants are in place",
                                  TEXT_MAX - 1);
        p = end + 1;
    }
    if (append(to, &used, p, strlen(p)) != 0)
        return cs_reader_fail(r, "must be within %d bytes when its constants are in place",
                              TEXT_MAX - 1);
    *value = cJSON_CreateString(to);
    return *value != NULL ? 0 : cs_reader_no_memory(r);
}
