/* SPDX-License-Identifier: MIT */
/* dec_line.h - texts put together piece by piece without printf: what each frame costs counts.
 * What does not fit is cut; the line always ends with NUL. */
#ifndef CANSIM_PLUGINS_CANOPEN_DEC_LINE_H
#define CANSIM_PLUGINS_CANOPEN_DEC_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct co_line {
    char *at, *end; /* end: where the NUL must be at the latest */
};

static inline struct co_line co_line_begin(char *buffer, size_t size)
{
    struct co_line line = {buffer, buffer + size - 1};

    *buffer = '\0';
    return line;
}

static inline void co_line_bytes(struct co_line *line, const char *bytes, size_t len)
{
    if (len > (size_t)(line->end - line->at))
        len = (size_t)(line->end - line->at);
    memcpy(line->at, bytes, len);
    line->at += len;
    *line->at = '\0';
}

static inline void co_line_add(struct co_line *line, const char *more)
{
    co_line_bytes(line, more, strlen(more));
}

static inline void co_line_char(struct co_line *line, char c)
{
    co_line_bytes(line, &c, 1);
}

void co_line_uint(struct co_line *line, uint64_t value);
void co_line_int(struct co_line *line, int64_t value);
/* At least so many digits, upper case, with 0x before them. */
void co_line_hex(struct co_line *line, uint64_t value, unsigned digits);
/* Four digits and an h behind them, as CiA writes codes. */
void co_line_code(struct co_line *line, unsigned code);
/* "1018:01". */
void co_line_object(struct co_line *line, unsigned index, unsigned sub);
void co_line_padded(struct co_line *line, uint64_t value, unsigned digits); /* with zeros */
/* "11 22 33". */
void co_line_dump(struct co_line *line, const uint8_t *bytes, size_t len);
/* "1.5 s", "100 ms", "12 us": three digits behind the point at most. */
void co_line_time(struct co_line *line, int64_t ps);

#endif
