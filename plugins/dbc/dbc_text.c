/* SPDX-License-Identifier: MIT */
#include "plugins/dbc/dbc_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dbc_refuse(struct dbc_reader *r, const char *format, ...)
{
    va_list args;
    const int n = snprintf(r->why, r->why_size, "%s: line %u: ", r->name, r->line);

    va_start(args, format);
    if (n >= 0 && (size_t)n < r->why_size)
        vsnprintf(r->why + n, r->why_size - (size_t)n, format, args);
    va_end(args);
    return -1;
}

int dbc_no_memory(struct dbc_reader *r)
{
    return dbc_refuse(r, "there is no memory left");
}

/* ---- words and numbers ----------------------------------------------------------------------- */

void dbc_skip_space(struct dbc_reader *r)
{
    for (; r->at < r->end && isspace((unsigned char)*r->at); r->at++)
        r->line += *r->at == '\n';
}

void dbc_skip_line(struct dbc_reader *r)
{
    bool text = false;

    for (; r->at < r->end && (text || *r->at != '\n'); r->at++) {
        r->line += *r->at == '\n';
        if (*r->at == '"')
            text = !text;
        else if (*r->at == '\\' && text && r->at + 1 < r->end && r->at[1] == '"')
            r->at++;
    }
}

bool dbc_is(struct dbc_reader *r, char what)
{
    dbc_skip_space(r);
    if (r->at == r->end || *r->at != what)
        return false;
    r->at++;
    return true;
}

bool dbc_digit_next(struct dbc_reader *r)
{
    dbc_skip_space(r);
    return r->at < r->end && isdigit((unsigned char)*r->at);
}

void dbc_take_word(struct dbc_reader *r, char text[DBC_WORD_MAX])
{
    unsigned n = 0;

    dbc_skip_space(r);
    for (; r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_'); r->at++)
        if (n + 1 < DBC_WORD_MAX)
            text[n++] = *r->at;
    text[n] = '\0';
}

int dbc_number(struct dbc_reader *r, double *value)
{
    char text[64], *end;
    unsigned n = 0;

    dbc_skip_space(r);
    for (; n + 1 < sizeof(text) && r->at + n < r->end && strchr("+-.0123456789eE", r->at[n]); n++)
        text[n] = r->at[n];
    text[n] = '\0';
    *value = strtod(text, &end);
    if (end == text || *value - *value != 0)
        return dbc_refuse(r, "must be a number, got \"%.*s\"",
                          (int)(r->end - r->at > 12 ? 12 : r->end - r->at), r->at);
    r->at += end - text;
    return 0;
}

int dbc_whole(struct dbc_reader *r, uint64_t most, uint64_t *value)
{
    char text[32], *end;
    unsigned n = 0;

    for (dbc_skip_space(r);
         n + 1 < sizeof(text) && r->at + n < r->end && isdigit((unsigned char)r->at[n]); n++)
        text[n] = r->at[n];
    text[n] = '\0';
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (n == 0 || errno != 0 || *value > most)
        return dbc_refuse(r, "must be a whole number up to %llu, got \"%.*s\"",
                          (unsigned long long)most,
                          (int)(r->end - r->at > 12 ? 12 : r->end - r->at), r->at);
    r->at += n;
    return 0;
}

int dbc_quoted(struct dbc_reader *r, char **to)
{
    const unsigned from = r->line;
    size_t n = 0;

    if (!dbc_is(r, '"'))
        return dbc_refuse(r, "must be a text in quotes");
    const char *end = r->at;
    while (end < r->end && *end != '"')
        end += *end == '\\' && end + 1 < r->end && end[1] == '"' ? 2 : 1;
    if (end >= r->end) {
        r->line = from;
        return dbc_refuse(r, "a text has no end");
    }
    *to = malloc((size_t)(end - r->at) + 1);
    if (*to == NULL)
        return dbc_no_memory(r);
    for (; r->at < end; r->at++) {
        const bool blank = (unsigned char)*r->at <= ' ' || *r->at == 0x7f;
        r->line += *r->at == '\n';
        if (*r->at == '\\' && r->at + 1 < end && r->at[1] == '"')
            continue;
        if (!blank)
            (*to)[n++] = *r->at;
        else if (n > 0 && (*to)[n - 1] != ' ')
            (*to)[n++] = ' ';
    }
    (*to)[n] = '\0';
    r->at++;
    return 0;
}
