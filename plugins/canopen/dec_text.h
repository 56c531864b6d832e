/* SPDX-License-Identifier: MIT */
/* dec_text.h - texts put together piece by piece without printf: what each frame costs counts.
 * What does not fit is cut; the text always ends with NUL. */
#ifndef CANSIM_PLUGINS_CANOPEN_DEC_TEXT_H
#define CANSIM_PLUGINS_CANOPEN_DEC_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct co_text {
    char *at, *end; /* end: where the NUL must be at the latest */
};

static inline struct co_text co_text_begin(char *buffer, size_t size)
{
    struct co_text text = {buffer, buffer + size - 1};

    *buffer = '\0';
    return text;
}

static inline void co_text_bytes(struct co_text *text, const char *bytes, size_t len)
{
    if (len > (size_t)(text->end - text->at))
        len = (size_t)(text->end - text->at);
    memcpy(text->at, bytes, len);
    text->at += len;
    *text->at = '\0';
}

static inline void co_text_add(struct co_text *text, const char *more)
{
    co_text_bytes(text, more, strlen(more));
}

static inline void co_text_char(struct co_text *text, char c)
{
    co_text_bytes(text, &c, 1);
}

void co_text_uint(struct co_text *text, uint64_t value);
void co_text_int(struct co_text *text, int64_t value);
/* At least so many digits, upper case, with 0x before them. */
void co_text_hex(struct co_text *text, uint64_t value, unsigned digits);
/* The digits alone, and an h behind them, as CiA writes indices. */
void co_text_index(struct co_text *text, unsigned index);
void co_text_padded(struct co_text *text, uint64_t value, unsigned digits); /* with zeros */
/* "11 22 33". */
void co_text_dump(struct co_text *text, const uint8_t *bytes, size_t len);
/* "1.5 s", "100 ms", "12 us": three digits behind the point at most. */
void co_text_time(struct co_text *text, int64_t ps);

#endif
