/* SPDX-License-Identifier: MIT */
#include "scenarios/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/text.h"

int cs_error_set(struct cs_error *error, int status, const char *format, ...)
{
    va_list args;

    error->status = status;
    error->line = error->column = error->file_len = 0;
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

const char *cs_error_sentence(const struct cs_error *error, char buf[CS_ERROR_SENTENCE_MAX])
{
    if (error->file_len == 0)
        snprintf(buf, CS_ERROR_SENTENCE_MAX, "%s", error->text);
    else
        snprintf(buf, CS_ERROR_SENTENCE_MAX, "%.*s:%u:%u%s", (int)error->file_len, error->text,
                 error->line, error->column, error->text + error->file_len);
    return buf;
}

void cs_errors_add(struct cs_errors *errors, const struct cs_error *error)
{
    if (errors->n == errors->room && errors->n < CS_ERRORS_MAX) {
        unsigned room = errors->room == 0 ? 8 : errors->room * 2;
        struct cs_error *more = realloc(errors->error, room * sizeof(*more));
        if (more != NULL) {
            errors->error = more;
            errors->room = room;
        }
    }
    if (errors->n == errors->room || errors->n == CS_ERRORS_MAX)
        errors->more++;
    else
        errors->error[errors->n++] = *error;
}

void cs_errors_free(struct cs_errors *errors)
{
    free(errors->error);
    *errors = (struct cs_errors){.error = NULL};
}
