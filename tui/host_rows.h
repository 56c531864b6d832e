/* SPDX-License-Identifier: MIT */
/* host_rows.h - what a host in this program does with rows of the trace: decode them again, write
 * them to files; and of what decoders know. For cs_host_ops. */
#ifndef CANSIM_TUI_HOST_ROWS_H
#define CANSIM_TUI_HOST_ROWS_H

#include "tui/host.h"
#include "tui/tui.h"

struct cs_follow;
struct cs_live;
struct cs_tui_pages;

/* `live` NULL: nobody decodes. */
int cs_host_decode(const struct cs_live *live, const struct cs_tui *tui, uint64_t row,
                   struct cs_decoded *decoded);
/* Frames as a scenario that sends them again. */
int cs_host_export_scenario(struct cs_tui *tui, const struct cs_export *rows, char *told,
                            size_t told_size);
int cs_host_export(struct cs_tui *tui, const struct cs_export *rows, char *told, size_t told_size);
/* Pages and the rows that are wanted, as of now. */
void cs_host_pages(struct cs_follow *follow, int64_t now_ps, bool can_ask,
                   struct cs_tui_pages *pages);

#endif
