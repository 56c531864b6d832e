/* SPDX-License-Identifier: MIT */
/* ring_store.h - the packed rows of a ring: chunks one after another in segments, each with a
 * summary. The oldest segment gives way where bytes or rows are bounded. A few chunks that were
 * looked at are kept unpacked. */
#ifndef CANSIM_TUI_RING_STORE_H
#define CANSIM_TUI_RING_STORE_H

#include "tui/ring.h"

/* At most `bytes`, and `rows`. NULL: not enough memory. */
struct cs_ring_store *cs_ring_store_create(uint64_t bytes, uint32_t rows);
void cs_ring_store_destroy(struct cs_ring_store *store); /* NULL is nothing */

/* At most so many bytes from now on; the oldest chunks go. 0 or -ENOMEM, where nothing changed. */
int cs_ring_store_limit(struct cs_ring_store *store, uint64_t bytes);

/* Pack chunk `chunk`, that behind the last one (or any, where there is none). `wanted`: chunks
 * before it are not needed any more. Allocates only until it is full. */
void cs_ring_store_add(struct cs_ring_store *store, uint64_t chunk, const struct cs_row *rows,
                       const struct cs_ring_since *since, uint64_t wanted);

/* Chunks that are there: first..end-1. */
uint64_t cs_ring_store_first(const struct cs_ring_store *store);
uint64_t cs_ring_store_end(const struct cs_ring_store *store);
const struct cs_query_many *cs_ring_store_sum(const struct cs_ring_store *store, uint64_t chunk);
/* Its rows; valid until CS_RING_CACHE - 1 others were asked for, or one is added. */
const struct cs_row *cs_ring_store_rows(struct cs_ring_store *store, uint64_t chunk);
/* Chunks that were unpacked so far. */
uint64_t cs_ring_store_unpacked(const struct cs_ring_store *store);
uint64_t cs_ring_store_bytes(const struct cs_ring_store *store);

#endif
