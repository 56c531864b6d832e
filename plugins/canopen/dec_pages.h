/* SPDX-License-Identifier: MIT */
/* dec_pages.h - cells of the decoder's pages; dec_page*.c alone include it. */
#ifndef CANSIM_PLUGINS_CANOPEN_DEC_PAGES_H
#define CANSIM_PLUGINS_CANOPEN_DEC_PAGES_H

#include "plugins/canopen/dec_internal.h"

void co_cell_row(struct cansim_sink *sink, uint64_t key);
void co_cell_text(struct cansim_sink *sink, int severity, const char *text);
void co_cell_uint(struct cansim_sink *sink, int severity, uint64_t value); /* nothing for 0 */
void co_cell_time(struct cansim_sink *sink, int64_t ps);                   /* nothing below 0 */
/* NULL text: none beside the bar. */
void co_cell_bar(struct cansim_sink *sink, int severity, double value, const char *text);
void co_cell_none(struct cansim_sink *sink);
/* The value of an object with its meaning, "0x0027 operation enabled". */
void co_cell_value(const struct co_node *node, unsigned index, unsigned sub, const uint8_t *bytes,
                   size_t len, size_t total, struct cansim_sink *sink);
/* How many PDOs a second it sends now, from the distance of the last two of each. */
unsigned co_pdo_rate(const struct co_node *node, int64_t at_ps);
/* Part of the network: not only a file or a place where something is sent to. */
bool co_is_listed(const struct co_node *node);
const char *co_state_text(const struct co_node *node);
int co_state_severity(const struct co_node *node);

#endif
