/* SPDX-License-Identifier: MIT */
/* console.c - see console.h. */
#include "tui/console.h"

#include <stddef.h>

static const struct {
    uint32_t ch, near;
} rows[] = {
    {0x256d, 0x250c}, {0x256e, 0x2510}, {0x256f, 0x2518}, {0x2570, 0x2514}, /* round corners */
    {0x2581, '_'},    {0x2582, '_'},    {0x2583, 0x2584}, {0x2585, 0x2584}, /* from below */
    {0x2586, 0x2588}, {0x2587, 0x2588}, {0x2589, 0x2588}, {0x258a, 0x2588}, /* from the left */
    {0x258b, 0x258c}, {0x258d, 0x258c}, {0x258e, 0x2502}, {0x258f, 0x2502}, {0x2595, 0x2502},
    {0x2016, 0x2551}, {0x25b6, 0x25ba}, {0x25b8, 0x25ba}, {0x25be, 0x25bc}, {0x25b4, 0x25b2},
    {0x25cf, 0x2022}, {0x2026, '~'},    {0x2039, '<'},    {0x203a, '>'},    {0x2013, '-'},
    {0x2212, '-'},    {0x0394, 0x03b4},
};

/* The upper and the lower half of the eight dots. */
static uint32_t dots(uint32_t ch)
{
    const uint32_t n = ch - 0x2800;

    if (!n)
        return ' ';
    return n & 0x1b && n & 0xe4 ? ':' : n & 0x1b ? '\'' : '.';
}

uint32_t cs_console_char(uint32_t ch)
{
    if (ch >= 0x2800 && ch <= 0x28ff)
        return dots(ch);
    for (size_t i = 0; ch >= 0x394 && i < sizeof rows / sizeof *rows; i++)
        if (rows[i].ch == ch)
            return rows[i].near;
    return ch;
}
