/* SPDX-License-Identifier: MIT */
#include "scenarios/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"
#include "simcore/units.h"

#define WIDTH 79

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

static bool same_letter(char a, char b, bool fold)
{
    return a == b || (fold && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* The latest '*' takes as little as it can: there is never a reason to go back before it. */
static bool is_like(const char *pattern, size_t pattern_len, const char *text, size_t len,
                    bool fold)
{
    size_t p = 0, t = 0, star = SIZE_MAX, star_t = 0;

    while (t < len) {
        if (p < pattern_len && pattern[p] == '*') {
            star = p++;
            star_t = t;
        } else if (p < pattern_len && same_letter(pattern[p], text[t], fold)) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_t;
        } else {
            return false;
        }
    }
    while (p < pattern_len && pattern[p] == '*')
        p++;
    return p == pattern_len;
}

bool cs_text_is_like(const char *pattern, const char *text)
{
    return is_like(pattern, strlen(pattern), text, strlen(text), false);
}

bool cs_text_has_words(const char *pattern, const char *text)
{
    pattern += strspn(pattern, " ");
    while (*pattern != '\0') {
        size_t len, pattern_len = strcspn(pattern, " ");
        for (;; text += len) {
            text += strspn(text, " ");
            len = strcspn(text, " ");
            if (len == 0)
                return false;
            size_t bare = len;
            while (bare > 1 && strchr(".,:;", text[bare - 1]) != NULL)
                bare--;
            if (is_like(pattern, pattern_len, text, len, true) ||
                is_like(pattern, pattern_len, text, bare, true))
                break;
        }
        text += len;
        pattern += pattern_len;
        pattern += strspn(pattern, " ");
    }
    return true;
}

bool cs_text_is_identifier(const char *text)
{
    const size_t len =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

    return len >= 1 && len <= 40 && text[len] == '\0' && strspn(text, "0123456789") == 0;
}
