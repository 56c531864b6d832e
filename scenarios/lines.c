/* SPDX-License-Identifier: MIT */
#include "scenarios/lines.h"

static void end_line(struct cs_lines *lines)
{
    while (lines->n > 0 && lines->text[lines->n - 1] == '\r')
        lines->n--;
    lines->text[lines->n] = '\0';
    lines->n = 0;
    lines->line(lines->ctx, lines->text);
}

void cs_lines_take(struct cs_lines *lines, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            end_line(lines);
            continue;
        }
        if (lines->n == CS_LINE_MAX)
            end_line(lines);
        lines->text[lines->n++] = bytes[i] != '\0' ? bytes[i] : '?';
    }
}

void cs_lines_end(struct cs_lines *lines)
{
    if (lines->n > 0)
        end_line(lines);
}
