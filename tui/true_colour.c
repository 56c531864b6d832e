/* SPDX-License-Identifier: MIT */
/* true_colour.c - see true_colour.h. */
#include "tui/true_colour.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tui/theme.h"

/* "38;5;N" or "48;5;N" at `text`, N of three digits at most: its length, and N; 0: it is not. */
static size_t indexed(const char *text, size_t n, int *colour)
{
    size_t len = 5;

    if (n < 6 || (text[0] != '3' && text[0] != '4') || memcmp(text + 1, "8;5;", 4) != 0)
        return 0;
    for (*colour = 0; len < n && len < 8 && text[len] >= '0' && text[len] <= '9'; len++)
        *colour = *colour * 10 + text[len] - '0';
    return len > 5 && len < n && (text[len] == 'm' || text[len] == ';') ? len : 0;
}

size_t cs_true_colour(const char *text, size_t n, char *out)
{
    size_t to = 0, len;
    bool inside = false; /* a sequence ESC [ */
    int colour;

    for (size_t at = 0; at < n; at += len) {
        len = inside && (text[at - 1] == '[' || text[at - 1] == ';')
                  ? indexed(text + at, n - at, &colour)
                  : 0;
        if (len && colour >= 16 && colour < 256) {
            const unsigned rgb = (unsigned)cs_theme_rgb(colour);
            char exact[24];
            const int put = snprintf(exact, sizeof exact, "%c8;2;%u;%u;%u", text[at], rgb >> 16,
                                     rgb >> 8 & 0xff, rgb & 0xff);
            memcpy(out + to, exact, (size_t)put);
            to += (size_t)put;
            continue;
        }
        len = 1;
        if (text[at] == '[' && at > 0 && text[at - 1] == '\033')
            inside = true;
        else if (inside && (text[at] < '0' || text[at] > ';'))
            inside = false;
        out[to++] = text[at];
    }
    return to;
}
