/* SPDX-License-Identifier: MIT */
/* size.h - how much is kept of the trace, as a person writes it. */
#ifndef CANSIM_TUI_SIZE_H
#define CANSIM_TUI_SIZE_H

#include <stddef.h>
#include <stdint.h>

#define CS_SIZE_EXPECTED "a size of 4M..1T such as 64M or 2G"
#define CS_ROWS_EXPECTED "1000..100000000"

/* "64M", "2G", or bytes; "100000". 0 or -EINVAL, where it is not as expected. */
int cs_size_parse(const char *text, uint64_t *bytes);
int cs_rows_parse(const char *text, uint32_t *rows);
/* "64M", "1.5G". Returns text. */
char *cs_size_text(uint64_t bytes, char *text, size_t size);

#endif
