/* SPDX-License-Identifier: MIT */
/* unpack.h - what gzip, zstd, xz or lz4 have packed, unpacked as it comes, in bounded memory
 * however much comes out. Several packed one behind the other are one. */
#ifndef CANSIM_PLUGINS_UNPACK_H
#define CANSIM_PLUGINS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#define CS_UNPACK_HEAD 6 /* bytes that tell for certain */

struct cs_unpack; /* opaque */

/* Who packed what begins so, such as "gzip"; NULL: nobody. */
const char *cs_unpack_name(const void *head, size_t n);
/* For what begins so. NULL: nobody packed it, or not enough memory. */
struct cs_unpack *cs_unpack_create(const void *head, size_t n);
void cs_unpack_destroy(struct cs_unpack *unpack); /* NULL is nothing */

/* Take of `n` bytes at `in`, *used of them, and put at most `room` to `out`. How many were put; 0
 * is for want of more to take. -1: what comes behind *used is damaged, in few words in `why`. */
long cs_unpack_run(struct cs_unpack *unpack, const void *in, size_t n, size_t *used, void *out,
                   size_t room, char *why, size_t why_size);
/* May it end here? */
bool cs_unpack_whole(const struct cs_unpack *unpack);

#endif
