/* SPDX-License-Identifier: MIT */
/* words.h - what all need who read words of people: UTF-8, and the name that was meant. */
#ifndef CANSIM_SIMCORE_WORDS_H
#define CANSIM_SIMCORE_WORDS_H

#include <stddef.h>

/* Bytes of the well-formed UTF-8 character at `p` (RFC 3629: shortest form, no surrogates,
 * at most U+10FFFF), 0 where there is none. At most `n` bytes are read. */
size_t cs_text_utf8(const char *p, size_t n);

/* The name that is nearest to `word` (fewest insertions, deletions, exchanges), or NULL where none
 * is near enough to be meant. `names` ends with NULL. */
const char *cs_text_nearest(const char *word, const char *const *names);

#endif
