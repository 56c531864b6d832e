/* SPDX-License-Identifier: MIT */
/* lines.h - text that comes in pieces, such as a child's output, told line by line. */
#ifndef CANSIM_SCENARIOS_LINES_H
#define CANSIM_SCENARIOS_LINES_H

#include <stddef.h>

#define CS_LINE_MAX 1000 /* bytes of a line; a longer one comes in pieces */

struct cs_lines {
    /* Without its newline and carriage returns before that; NULs have become '?'. */
    void (*line)(void *ctx, const char *line);
    void *ctx;
    char text[CS_LINE_MAX + 1];
    size_t n;
};

void cs_lines_take(struct cs_lines *lines, const char *bytes, size_t n);
/* Nothing more comes: what has no newline is a line as well. */
void cs_lines_end(struct cs_lines *lines);

#endif
