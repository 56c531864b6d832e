/* SPDX-License-Identifier: MIT */
/* pack.h - bytes packed on their way to a file whose name ends in .gz or .zst. */
#ifndef CANSIM_SCENARIOS_PACK_H
#define CANSIM_SCENARIOS_PACK_H

#include <stdbool.h>
#include <stddef.h>

struct cs_pack; /* opaque */

/* Characters of a file's name without .gz or .zst at its end, which tell how it is packed. */
size_t cs_pack_plain(const char *path);
/* As the name says. NULL: not packed, or not enough memory. */
struct cs_pack *cs_pack_create(const char *path);
void cs_pack_destroy(struct cs_pack *pack); /* NULL is nothing */
/* Pack all of `bytes`, so that whoever has what was given to `write` so far can unpack them; with
 * `end` nothing more comes. 0, or -ENOMEM. */
int cs_pack_write(struct cs_pack *pack, const void *bytes, size_t n, bool end,
                  void (*write)(void *ctx, const char *bytes, size_t n), void *ctx);

#endif
