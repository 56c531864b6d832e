/* SPDX-License-Identifier: MIT */
#include "simcore/words.h"

#include <string.h>

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
