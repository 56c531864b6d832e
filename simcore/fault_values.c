/* SPDX-License-Identifier: MIT */
/* fault_values.c - plain values of fault keys: numbers, times, rates, names. */
#include "simcore/fault_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"

/* ---- where a value is --------------------------------------------------------------------- */

static int64_t load(const struct cs_fault_spec *spec, const struct cs_fault_row *row)
{
    const char *from = (const char *)spec + row->offset;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    int64_t i64;

    switch (row->size) {
    case 1:
        memcpy(&u8, from, 1);
        return u8;
    case 2:
        memcpy(&u16, from, 2);
        return u16;
    case 4:
        memcpy(&u32, from, 4);
        return row->min < 0 ? (int32_t)u32 : (int64_t)u32;
    default:
        memcpy(&i64, from, 8);
        return i64;
    }
}

static int store(struct cs_fault_spec *spec, const struct cs_fault_row *row, int64_t value)
{
    char *to = (char *)spec + row->offset;

    if (value < row->min || value > row->max) {
        return -EINVAL;
    }
    uint8_t u8 = (uint8_t)value;
    uint16_t u16 = (uint16_t)value;
    uint32_t u32 = (uint32_t)value;
    switch (row->size) {
    case 1:
        memcpy(to, &u8, 1);
        break;
    case 2:
        memcpy(to, &u16, 2);
        break;
    case 4:
        memcpy(to, &u32, 4);
        break;
    default:
        memcpy(to, &value, 8);
        break;
    }
    return 0;
}

/* ---- numbers ------------------------------------------------------------------------------ */

#define DIGITS_MAX INT64_C(1000000000000000)

/* ['-'] digits ['.' digits] ['e' ['-'] digits] ['%'], times 10^`places`; *rest is what follows.
 * Returns false where that is no integer, or no number. */
static bool read_decimal(const char *text, int places, int64_t *value, const char **rest)
{
    const char *at = text;
    bool minus = *at == '-', any = false;
    int64_t digits = 0;

    for (at += minus; (*at >= '0' && *at <= '9') || (*at == '.' && any); at++) {
        if (*at == '.') {
            break;
        }
        digits = digits * 10 + (*at - '0');
        any = true;
        if (digits > DIGITS_MAX) {
            return false;
        }
    }
    if (any && *at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++, places--) {
            digits = digits * 10 + (*at - '0');
            if (digits > DIGITS_MAX) {
                return false;
            }
        }
        any = at[-1] != '.';
    }
    if (any && (*at == 'e' || *at == 'E')) {
        bool down = at[1] == '-';
        int power = 0;
        at += down ? 2 : 1;
        any = *at >= '0' && *at <= '9';
        for (; *at >= '0' && *at <= '9' && power < 100; at++) {
            power = power * 10 + (*at - '0');
        }
        places += down ? -power : power;
    }
    if (*at == '%') {
        places -= 2;
        at++;
    }
    for (; digits != 0 && places > 0; places--) {
        if (digits > INT64_MAX / 10) {
            return false;
        }
        digits *= 10;
    }
    for (; digits != 0 && places < 0; places++) {
        if (digits % 10 != 0) {
            return false;
        }
        digits /= 10;
    }
    *value = minus ? -digits : digits;
    *rest = at;
    return any;
}

/* value / 10^places without zeros at the end. */
static void write_decimal(int64_t value, int places, const char *unit, char *text)
{
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%0*" PRIu64, places + 1, size);
    int whole = n - places;

    while (n > whole && digits[n - 1] == '0') {
        n--;
    }
    snprintf(text, CS_FAULT_VALUE_MAX, "%s%.*s%s%.*s%s", value < 0 ? "-" : "", whole, digits,
             n > whole ? "." : "", n - whole, digits + whole, unit);
}

static int read_scaled(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                       int places)
{
    int64_t value;
    const char *rest;

    if (!read_decimal(text, places, &value, &rest) || *rest != '\0') {
        return -EINVAL;
    }
    return store(spec, row, value);
}

static int read_number(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                       char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    return text[cs_fault_until(text, "eE%")] ? -EINVAL : read_scaled(spec, row, text, 0);
}

static void write_number(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                         char *text)
{
    snprintf(text, CS_FAULT_VALUE_MAX, "%" PRId64, load(spec, row));
}

const struct cs_fault_value cs_fault_as_number = {read_number, write_number};

static int read_count(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                      char *why, size_t why_size)
{
    if (strcmp(text, "all") == 0) {
        spec->count = 0;
        return 0;
    }
    return read_number(spec, row, text, why, why_size);
}

static void write_count(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                        char *text)
{
    (void)row;
    if (spec->count == 0) {
        snprintf(text, CS_FAULT_VALUE_MAX, "all");
    } else {
        snprintf(text, CS_FAULT_VALUE_MAX, "%" PRIu32, spec->count);
    }
}

const struct cs_fault_value cs_fault_as_count = {read_count, write_count};

static int read_hex(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                    char *why, size_t why_size)
{
    const char *rest = text;
    uint32_t value;

    if (!cs_fault_starts(text, "0x")) {
        return read_number(spec, row, text, why, why_size);
    }
    return cs_fault_hex_digits(&rest, &value) && *rest == '\0' ? store(spec, row, value) : -EINVAL;
}

static void write_hex(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    snprintf(text, CS_FAULT_VALUE_MAX, "0x%" PRIX64, (uint64_t)load(spec, row));
}

const struct cs_fault_value cs_fault_as_hex = {read_hex, write_hex};

static int read_time(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    int64_t ps;

    (void)why;
    (void)why_size;
    return cs_units_parse_time(text, &ps) == 0 ? store(spec, row, ps) : -EINVAL;
}

static void write_time(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    cs_units_format_time(load(spec, row), text, CS_FAULT_VALUE_MAX);
}

const struct cs_fault_value cs_fault_as_time = {read_time, write_time};

static int read_rate(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    uint32_t bps;

    (void)why;
    (void)why_size;
    return cs_units_parse_rate(text, &bps) == 0 ? store(spec, row, bps) : -EINVAL;
}

static void write_rate(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    cs_units_format_rate((uint32_t)load(spec, row), text, CS_FAULT_VALUE_MAX);
}

const struct cs_fault_value cs_fault_as_rate = {read_rate, write_rate};

static int read_permille(struct cs_fault_spec *spec, const struct cs_fault_row *row,
                         const char *text, char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    return read_scaled(spec, row, text, 3);
}

static void write_permille(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                           char *text)
{
    write_decimal(load(spec, row), 1, "%", text);
}

const struct cs_fault_value cs_fault_as_permille = {read_permille, write_permille};

/* Rates of chance; kept in millionths in 4 bytes, in billionths in 8. */
static int read_ppb(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                    char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    return read_scaled(spec, row, text, row->size == 8 ? 9 : 6);
}

static void write_ppb(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    int64_t value = load(spec, row);
    int power = row->size == 8 ? 9 : 6;

    if (row->size == 4 || value >= 1000000) {
        write_decimal(value, power - 2, "%", text);
        return;
    }
    for (; value != 0 && value % 10 == 0; value /= 10) {
        power--;
    }
    snprintf(text, CS_FAULT_VALUE_MAX, "%" PRId64 "e-%d", value, power);
}

const struct cs_fault_value cs_fault_as_ppb = {read_ppb, write_ppb};

static int read_drift(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                      char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    return text[cs_fault_until(text, "%")] ? -EINVAL : read_scaled(spec, row, text, 3);
}

static void write_drift(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                        char *text)
{
    write_decimal(load(spec, row), 3, "", text);
}

const struct cs_fault_value cs_fault_as_drift = {read_drift, write_drift};

#define PS_PER_METRE_POWER 3 /* 5 ns are 5 * 10^3 ps */

static int read_metres(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                       char *why, size_t why_size)
{
    size_t n = strlen(text);
    bool km = n > 2 && strcmp(text + n - 2, "km") == 0;
    int64_t fifths;
    const char *rest;

    (void)why;
    (void)why_size;
    if (!read_decimal(text, PS_PER_METRE_POWER + (km ? 3 : 0), &fifths, &rest) ||
        (strcmp(rest, "") != 0 && strcmp(rest, "m") != 0 && strcmp(rest, "km") != 0) ||
        fifths < 0 || fifths > CS_DELAY_MAX_PS) {
        return -EINVAL;
    }
    return store(spec, row, 5 * fifths);
}

/* Written as a delay. */
static void write_metres(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                         char *text)
{
    (void)spec;
    (void)row;
    *text = '\0';
}

const struct cs_fault_value cs_fault_as_metres = {read_metres, write_metres};

/* ---- names -------------------------------------------------------------------------------- */

static bool printable(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((uint8_t)text[i] < ' ' || text[i] == 0x7F || text[i] == '"') {
            return false;
        }
    }
    return true;
}

static int read_name(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    size_t n = strlen(text);

    if (n < (size_t)row->min || n > (size_t)row->max) {
        return cs_fault_refuse(why, why_size, "must be 1..%d characters, got %zu", (int)row->max,
                               n);
    }
    if (!printable(text, n)) {
        return cs_fault_refuse(why, why_size, "must be text without control characters and quotes");
    }
    memcpy((char *)spec + row->offset, text, n + 1);
    return 0;
}

static void write_name(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    snprintf(text, CS_FAULT_VALUE_MAX, "%s", (const char *)spec + row->offset);
}

const struct cs_fault_value cs_fault_as_name = {read_name, write_name};

static int read_names(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                      char *why, size_t why_size)
{
    char names[CS_FAULT_NODES][CS_NAME_MAX] = {{0}};
    unsigned n = 0;

    (void)row;
    for (;;) {
        size_t len = cs_fault_until(text, ",");
        if (n == CS_FAULT_NODES) {
            return cs_fault_refuse(why, why_size, "must be at most %d names", CS_FAULT_NODES);
        }
        if (len == 0 || len >= CS_NAME_MAX || !printable(text, len)) {
            return cs_fault_refuse(why, why_size,
                                   "must be names of 1..%d characters with commas between them",
                                   CS_NAME_MAX - 1);
        }
        memcpy(names[n], text, len);
        for (unsigned i = 0; i < n; i++) {
            if (strcmp(names[i], names[n]) == 0) {
                return cs_fault_refuse(why, why_size, "names \"%s\" twice", names[n]);
            }
        }
        n++;
        if (text[len] == '\0') {
            break;
        }
        text += len + 1;
    }
    memcpy(spec->seen_by, names, sizeof(names));
    spec->n_seen_by = (uint8_t)n;
    return 0;
}

static void write_names(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                        char *text)
{
    size_t len = 0;

    (void)row;
    *text = '\0';
    for (unsigned i = 0; i < spec->n_seen_by && i < CS_FAULT_NODES; i++) {
        int n = snprintf(text + len, CS_FAULT_VALUE_MAX - len, "%s%.*s", i ? "," : "",
                         CS_NAME_MAX - 1, spec->seen_by[i]);
        len += (size_t)n < CS_FAULT_VALUE_MAX - len ? (size_t)n : CS_FAULT_VALUE_MAX - len - 1;
    }
}

const struct cs_fault_value cs_fault_as_names = {read_names, write_names};
