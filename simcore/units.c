/* SPDX-License-Identifier: MIT */
/* units.c - decimal numbers with units as exact integers. */
#include "simcore/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit times[] = {
    {"ps", 1},
    {"ns", 1000},
    {"us", 1000000},
    {"ms", 1000000000},
    {"s", INT64_C(1000000000000)},
    {"m", 60 * INT64_C(1000000000000)},
    {"min", 60 * INT64_C(1000000000000)},
    {"h", 3600 * INT64_C(1000000000000)},
    {NULL, 0},
};
static const struct unit rates[] = {
    {"", 1},        {"k", 1000},         {"K", 1000},  {"kbit/s", 1000},
    {"M", 1000000}, {"Mbit/s", 1000000}, {"bit/s", 1}, {NULL, 0},
};
static const struct unit factors[] = {{"", 1000}, {NULL, 0}};

/* digits['.' digits] unit, times the unit's factor; exact or an error. */
static int parse(const char *text, const struct unit *units, int64_t *value)
{
    const char *at = text;
    uint64_t whole = 0, fraction = 0, scale = 1;

    if (*at < '0' || *at > '9') {
        return -EINVAL;
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        if (whole > (uint64_t)INT64_MAX / 10 - 1) {
            return -ERANGE;
        }
        whole = whole * 10 + (uint64_t)(*at - '0');
    }
    if (*at == '.') {
        at++;
        if (*at < '0' || *at > '9') {
            return -EINVAL;
        }
        for (; *at >= '0' && *at <= '9'; at++) {
            if (scale > UINT64_C(1000000000000000)) {
                return -ERANGE;
            }
            fraction = fraction * 10 + (uint64_t)(*at - '0');
            scale *= 10;
        }
    }
    while (*at == ' ') {
        at++;
    }
    for (; units->name; units++) {
        if (strcmp(units->name, at) == 0) {
            break;
        }
    }
    if (!units->name) {
        return -EINVAL;
    }
    uint64_t factor = (uint64_t)units->factor;
    while (scale > 1 && fraction % 10 == 0) {
        fraction /= 10;
        scale /= 10;
    }
    if (factor % scale != 0 || whole > (uint64_t)INT64_MAX / factor) {
        return -ERANGE;
    }
    uint64_t low = fraction * (factor / scale); /* < factor */
    if (whole * factor > (uint64_t)INT64_MAX - low) {
        return -ERANGE;
    }
    *value = (int64_t)(whole * factor + low);
    return 0;
}

int cs_units_parse_time(const char *text, int64_t *ps)
{
    if (strcmp(text, "0") == 0) {
        *ps = 0;
        return 0;
    }
    return parse(text, times, ps);
}

int cs_units_parse_rate(const char *text, uint32_t *bps)
{
    int64_t value;
    int status = parse(text, rates, &value);
    if (status == 0) {
        if (value > UINT32_MAX) {
            return -ERANGE;
        }
        *bps = (uint32_t)value;
    }
    return status;
}

int cs_units_parse_speed(const char *text, uint32_t *permille)
{
    int64_t value;

    if (strcmp(text, "max") == 0) {
        *permille = 0;
        return 0;
    }
    int status = parse(*text == 'x' ? text + 1 : text, factors, &value);
    if (status == 0) {
        if (value < 1 || value > 1000000) {
            return -ERANGE;
        }
        *permille = (uint32_t)value;
    }
    return status;
}

char *cs_units_format_time(int64_t ps, char *buf, size_t size)
{
    static const struct unit steps[] = {
        {"s", INT64_C(1000000000000)}, {"ms", 1000000000}, {"us", 1000000}, {"ns", 1000}, {"ps", 1},
    };
    const char *sign = ps < 0 ? "-" : "";
    uint64_t value = ps < 0 ? (uint64_t)0 - (uint64_t)ps : (uint64_t)ps;
    const struct unit *unit = steps;

    while (value != 0 && unit->factor > 1 && value < (uint64_t)unit->factor) {
        unit++;
    }
    uint64_t factor = (uint64_t)unit->factor;
    uint64_t rest = value % factor;
    char digits[16] = "";
    if (rest != 0) {
        int width = 0;
        for (uint64_t f = factor; f > 1; f /= 10) {
            width++;
        }
        int n = snprintf(digits, sizeof(digits), ".%0*" PRIu64, width, rest);
        while (n > 0 && digits[n - 1] == '0') {
            digits[--n] = '\0';
        }
    }
    snprintf(buf, size, "%s%" PRIu64 "%s%s", sign, value / factor, digits, unit->name);
    return buf;
}

char *cs_units_format_rate(uint32_t bps, char *buf, size_t size)
{
    if (bps >= 1000000 && bps % 1000000 == 0) {
        snprintf(buf, size, "%" PRIu32 "M", bps / 1000000);
    } else if (bps >= 1000 && bps % 1000 == 0) {
        snprintf(buf, size, "%" PRIu32 "k", bps / 1000);
    } else {
        snprintf(buf, size, "%" PRIu32, bps);
    }
    return buf;
}

char *cs_units_format_seconds(int64_t ps, char *buf, size_t size)
{
    uint64_t us = ps < 0 ? 0 : (uint64_t)ps / 1000000;
    snprintf(buf, size, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
    return buf;
}
