/* SPDX-License-Identifier: MIT */
#include "scenarios/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"
#include "simcore/units.h"

#define WIDTH       79
#define NEAREST_MAX 32 /* longer words are not looked at */

size_t cs_text_utf8(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    unsigned low = 0x80, high = 0xBF;
    size_t len;

    if (n == 0)
        return 0;
    if (u[0] < 0x80)
        return 1;
    if (u[0] >= 0xC2 && u[0] <= 0xDF)
        len = 2;
    else if ((u[0] & 0xF0u) == 0xE0)
        len = 3;
    else if (u[0] >= 0xF0 && u[0] <= 0xF4)
        len = 4;
    else
        return 0;
    if (u[0] == 0xE0)
        low = 0xA0;
    else if (u[0] == 0xED)
        high = 0x9F;
    else if (u[0] == 0xF0)
        low = 0x90;
    else if (u[0] == 0xF4)
        high = 0x8F;
    if (len > n || u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((u[i] & 0xC0u) != 0x80)
            return 0;
    }
    return len;
}

void cs_text_clean(char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = cs_text_utf8(text, left);
        unsigned char c = (unsigned char)*text;
        /* U+0080 to U+009F are control characters as well. */
        if (len == 0 || c < 0x20 || c == 0x7F) {
            *text = '?';
            len = 1;
        } else if (len == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0) {
            text[0] = text[1] = '?';
        }
        text += len;
        left -= len;
    }
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

static unsigned distance(const char *a, const char *b)
{
    unsigned row[NEAREST_MAX + 1];
    size_t len_a = strlen(a), len_b = strlen(b);

    if (len_a > NEAREST_MAX || len_b > NEAREST_MAX)
        return NEAREST_MAX;
    for (unsigned j = 0; j <= len_b; j++)
        row[j] = j;
    for (unsigned i = 1; i <= len_a; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= len_b; j++) {
            unsigned above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[len_b];
}

const char *cs_text_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = (unsigned)(strlen(word) + 1) / 4 + 2; /* exclusive */

    for (; *names != NULL; names++) {
        unsigned d = distance(word, *names);
        if (d < best_distance && d < strlen(*names)) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}

void cs_text_wrap(FILE *to, unsigned indent, const char *text)
{
    size_t column = indent;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (column > indent && column + 1 + len > WIDTH) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", (int)len, text);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', to);
}

void cs_text_name(FILE *to, unsigned indent, const char *name)
{
    if (strlen(name) + 3 > indent)
        fprintf(to, "  %s\n%*s", name, (int)indent, "");
    else
        fprintf(to, "  %-*s ", (int)indent - 3, name);
}

int cs_text_number(const char *text, uint64_t *value)
{
    const int base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
    char *end;

    errno = 0;
    *value = strtoull(text, &end, base);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 ? 0 : -1;
}

char *cs_text_time(int64_t ps, char *buf, size_t size)
{
    const int64_t hour = 3600 * CS_PS_PER_S;

    if (ps == 0 || ps % hour != 0)
        return cs_units_format_time(ps, buf, size);
    snprintf(buf, size, "%lldh", (long long)(ps / hour));
    return buf;
}
