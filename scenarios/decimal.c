/* SPDX-License-Identifier: MIT */
#include "scenarios/decimal.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

/* The exponent behind the digits, 0 where there is none; more than it may be where it is wrong. */
static long parse_exponent(const char *p)
{
    const long wrong = 1000;

    if (*p == '\0')
        return 0;
    if (*p != 'e' && *p != 'E')
        return wrong;
    p++;
    const char *digits = p + (*p == '-' || *p == '+');
    size_t n = strspn(digits, DIGITS);
    return n >= 1 && n <= 3 && digits[n] == '\0' ? strtol(p, NULL, 10) : wrong;
}

int cs_decimal_parse(const char *text, cs_decimal *value)
{
    const cs_decimal limit = (cs_decimal)UINT64_MAX * CS_DECIMAL_ONE + CS_DECIMAL_ONE;
    const char *p = text + (*text == '-' || *text == '+');
    size_t whole = strspn(p, DIGITS);
    size_t decimals = p[whole] == '.' ? strspn(p + whole + 1, DIGITS) : 0;
    const char *end = p + whole + (p[whole] == '.' ? 1 + decimals : 0);
    cs_decimal sum = 0;

    if (whole == 0 || (p[whole] == '.' && decimals == 0))
        return -1;
    long exponent = parse_exponent(end);
    if (exponent < -100 || exponent > 100)
        return -1;
    /* The place of a digit: that of the first one is whole - 1 + exponent. */
    long place = CS_DECIMAL_PLACES + (long)whole - 1 + exponent;
    for (; p < end; p++) {
        if (*p == '.')
            continue;
        cs_decimal digit = *p - '0';
        if (digit != 0 && (place < 0 || place > 2 * CS_DECIMAL_PLACES + 1))
            return -1;
        for (long i = 0; i < place && digit != 0; i++)
            digit *= 10;
        sum += digit;
        if (sum > limit)
            return -1;
        place--;
    }
    *value = *text == '-' ? -sum : sum;
    return 0;
}

int cs_decimal_read(struct cs_reader *r, const cJSON *item, void *dest)
{
    char text[40];
    int64_t number;

    if (cJSON_IsString(item) && cs_decimal_parse(item->valuestring, dest) == 0)
        return 0;
    if (cs_reader_integer(item, &number) == 0) {
        *(cs_decimal *)dest = number * CS_DECIMAL_ONE;
        return 0;
    }
    if (!cJSON_IsNumber(item))
        return cs_reader_must_be(r, item, CS_DECIMAL_FORM);
    /* 15 digits survive the way through a double: this is what stands in the file. */
    snprintf(text, sizeof(text), "%.15g", item->valuedouble);
    if (strtod(text, NULL) != item->valuedouble)
        return cs_reader_must_be(r, item, "a number of at most 15 digits, or a text");
    if (cs_decimal_parse(text, dest) != 0)
        return cs_reader_must_be(r, item, CS_DECIMAL_FORM);
    return 0;
}

cs_int128 cs_decimal_ratio(cs_decimal a, cs_decimal b)
{
    bool negative = (a < 0) != (b < 0);
    cs_int128 x = a < 0 ? -a : a, y = b < 0 ? -b : b;
    cs_int128 ratio = x / y, rest = x % y;

    if (rest >= y - rest)
        ratio++;
    return negative ? -ratio : ratio;
}
