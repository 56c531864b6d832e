/* SPDX-License-Identifier: MIT */
/* date.h - bus time as the time of the day, in the time zone of the person (TZ). */
#ifndef CANSIM_TUI_DATE_H
#define CANSIM_TUI_DATE_H

#include <stddef.h>
#include <stdint.h>

#define CS_DATE_MAX  40
#define CS_DATE_LONG 26 /* cells, in which a date has room */
#define CS_DATE_TIME 15

/* "2023-11-14 23:13:20.000250", or in fewer cells "23:13:20.000250". `epoch_s`: of bus time 0. */
char *cs_text_date(int64_t epoch_s, int64_t at_ps, int cells, char buf[CS_DATE_MAX]);
/* The time zone then, such as "CET, UTC+01:00". */
char *cs_text_zone(int64_t epoch_s, int64_t at_ps, char buf[CS_DATE_MAX]);

#endif
