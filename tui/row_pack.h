/* SPDX-License-Identifier: MIT */
/* row_pack.h - rows as few bytes: each is what differs from an earlier row of its chunk that is
 * like it. Knows of struct cs_row only its three times; all other bytes come back as they were. */
#ifndef CANSIM_TUI_ROW_PACK_H
#define CANSIM_TUI_ROW_PACK_H

#include "tui/ring.h"

#define CS_ROW_WORDS  ((sizeof(struct cs_row) - 3 * sizeof(int64_t)) / sizeof(uint64_t))
#define CS_ROW_PACKED (1 + 5 + 3 * 10 + 9 * CS_ROW_WORDS) /* bytes of one, at most */

/* `out` has room for n * CS_ROW_PACKED bytes. Returns their number. */
size_t cs_rows_pack(const struct cs_row *rows, size_t n, uint8_t *out);
/* The other way; `bytes` are what cs_rows_pack() made of n rows. Returns how many it read. */
size_t cs_rows_unpack(const uint8_t *bytes, struct cs_row *rows, size_t n);

#endif
