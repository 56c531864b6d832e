/* SPDX-License-Identifier: MIT */
#include "scenarios/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/text.h"

int cs_error_set(struct cs_error *error, int status, const char *format, ...)
{
    va_list args;

    error->status = status;
    va_start(args, format);
    int n = vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    if (n < 0)
        error->text[0] = '\0';
    cs_text_clean(error->text);
    if (n >= (int)sizeof(error->text)) {
        /* Cut before the first byte of a character, never within one. */
        size_t at = sizeof(error->text) - 4;
        while (at > 0 && ((unsigned char)error->text[at] & 0xC0u) == 0x80u)
            at--;
        memcpy(error->text + at, "...", 4);
    }
    return -1;
}
