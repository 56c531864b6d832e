/* SPDX-License-Identifier: MIT */
/* units.h - numbers with units as people write them, exactly, without floating point. */
#ifndef CANSIM_SIMCORE_UNITS_H
#define CANSIM_SIMCORE_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* "10ms", "1.5s", "100us", "250ns", "2m" (minutes), "1h", "500ps"; "0". A number without a unit is
 * refused. Returns 0, -EINVAL (not a time) or -ERANGE (beyond int64 picoseconds, or finer than
 * one). */
int cs_units_parse_time(const char *text, int64_t *ps);

/* "500k", "1M", "125000", "83.333k": bits per second. Returns 0, -EINVAL or -ERANGE. */
int cs_units_parse_rate(const char *text, uint32_t *bps);

/* "2", "0.001", "x10", "max" (*permille = 0): a speed factor in thousandths, 1..1000000. */
int cs_units_parse_speed(const char *text, uint32_t *permille);

/* Shortest exact form, "10ms", "1.5s", "0s"; at least 32 bytes. Returns buf. */
char *cs_units_format_time(int64_t ps, char *buf, size_t size);
/* "500k", "1M", "83333". */
char *cs_units_format_rate(uint32_t bps, char *buf, size_t size);
/* Seconds with 6 decimals, cut off, as candump -L prints: "12.000345". */
char *cs_units_format_seconds(int64_t ps, char *buf, size_t size);

#endif
