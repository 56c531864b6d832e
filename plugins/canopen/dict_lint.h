/* SPDX-License-Identifier: MIT */
/* dict_lint.h - what is odd about an EDS, DCF, XDD or XDC, for a person who makes or uses it. */
#ifndef CANSIM_PLUGINS_CANOPEN_DICT_LINT_H
#define CANSIM_PLUGINS_CANOPEN_DICT_LINT_H

#include "plugins/canopen/dict.h"

/* Does it look like one of these, by its first bytes? */
bool co_dict_looks_like(const char *text, size_t len);

/* Load it and tell all that is odd, in the order of the lines; what has none, after them. Returns 0
 * with the number of oddities in *n and what it is in `about` ("EDS, 120 objects"), or -1 with one
 * sentence. */
int co_dict_lint(const char *file, void (*odd)(void *ctx, unsigned line, const char *text),
                 void *ctx, unsigned *n, char *about, size_t about_size, char *why,
                 size_t why_size);

#endif
