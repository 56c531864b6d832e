/* SPDX-License-Identifier: MIT */
/* filter.h - which identifiers are shown: "123", "180-1ff", "7df,7e8-7ef,18daf110". */
#ifndef CANSIM_TUI_FILTER_H
#define CANSIM_TUI_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CS_ID_FILTER_MAX  16
#define CS_ID_FILTER_TEXT 64

struct cs_id_filter {
    unsigned n; /* 0: everything passes */
    struct {
        uint32_t low, high;
    } ranges[CS_ID_FILTER_MAX];
    char text[CS_ID_FILTER_TEXT];
};

/* Hexadecimal identifiers and ranges, separated by commas or blanks; empty text lets all pass.
 * Returns 0, or -EINVAL with one sentence in `why` and `filter` untouched. */
int cs_id_filter_parse(const char *text, struct cs_id_filter *filter, char *why, size_t why_size);
bool cs_id_filter_passes(const struct cs_id_filter *filter, uint32_t id);

#endif
