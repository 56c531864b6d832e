/* SPDX-License-Identifier: MIT */
/* decimal.h - decimal numbers as people write them, exact: whole multiples of 10^-18. */
#ifndef CANSIM_SCENARIOS_DECIMAL_H
#define CANSIM_SCENARIOS_DECIMAL_H

#include "scenarios/keys.h"

__extension__ typedef __int128 cs_int128;

/* A number times 10^18. Those that are read are within +-2^64: sums and differences of a few of
 * them fit. */
typedef cs_int128 cs_decimal;

#define CS_DECIMAL_PLACES 18
#define CS_DECIMAL_ONE    ((cs_decimal)INT64_C(1000000000000000000))
#define CS_DECIMAL_FORM   "a number within +-2^64 with at most 18 decimals, such as 0.25 or \"0.25\""

/* "12", "-0.25", "1.5e-3": 0, or -1 where it is none or does not fit. */
int cs_decimal_parse(const char *text, cs_decimal *value);
/* A row's read(): `dest` is a cs_decimal. A number of JSON is taken as it is written where it has
 * no more than 15 digits; with more it must be a text. */
int cs_decimal_read(struct cs_reader *r, const cJSON *item, void *dest);

/* a / b to the nearest whole number, halves away from 0; b is not 0. */
cs_int128 cs_decimal_ratio(cs_decimal a, cs_decimal b);

#endif
