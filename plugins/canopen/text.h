/* SPDX-License-Identifier: MIT */
/* text.h - short lines put together without a format string: what decoding spends its time on. */
#ifndef CANSIM_PLUGINS_CANOPEN_TEXT_H
#define CANSIM_PLUGINS_CANOPEN_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CO_TEXT_MAX 400

/* Always ends with a NUL; what does not fit is cut. Zero-initialise, or co_text_clear(). */
struct co_text {
    size_t n;
    char s[CO_TEXT_MAX];
};

static inline void co_text_clear(struct co_text *t)
{
    t->n = 0;
    t->s[0] = '\0';
}

static inline void co_text_put_n(struct co_text *t, const char *from, size_t len)
{
    if (len > sizeof(t->s) - 1 - t->n)
        len = sizeof(t->s) - 1 - t->n;
    memcpy(t->s + t->n, from, len);
    t->n += len;
    t->s[t->n] = '\0';
}

static inline void co_text_put(struct co_text *t, const char *from)
{
    co_text_put_n(t, from, strlen(from));
}

/* At least `digits` hex digits, upper-case, no 0x. */
static inline void co_text_hex(struct co_text *t, uint64_t value, unsigned digits)
{
    char out[16];
    unsigned n = 0;

    do {
        out[15 - n++] = "0123456789ABCDEF"[value & 15];
        value >>= 4;
    } while ((value != 0 || n < digits) && n < 16);
    co_text_put_n(t, out + 16 - n, n);
}

static inline void co_text_dec(struct co_text *t, uint64_t value)
{
    char out[20];
    unsigned n = 0;

    do {
        out[19 - n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    co_text_put_n(t, out + 20 - n, n);
}

static inline void co_text_int(struct co_text *t, int64_t value)
{
    if (value < 0)
        co_text_put_n(t, "-", 1);
    co_text_dec(t, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* Milliseconds with up to three decimals: "1000 ms", "0.125 ms". */
static inline void co_text_ms(struct co_text *t, int64_t ps)
{
    uint64_t us = (uint64_t)(ps < 0 ? 0 : ps) / 1000000;
    char out[4] = {'.', (char)('0' + us / 100 % 10), (char)('0' + us / 10 % 10),
                   (char)('0' + us % 10)};
    unsigned n = us % 1000 == 0 ? 0 : us % 100 == 0 ? 2 : us % 10 == 0 ? 3 : 4;

    co_text_dec(t, us / 1000);
    co_text_put_n(t, out, n);
    co_text_put_n(t, " ms", 3);
}

/* "1018:01" */
static inline void co_text_object(struct co_text *t, unsigned index, unsigned sub)
{
    co_text_hex(t, index, 4);
    co_text_put_n(t, ":", 1);
    co_text_hex(t, sub, 2);
}

#endif
