/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/types.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct co_type_info infos[] = {
    {CO_BOOLEAN, CO_CLASS_BOOL, 1, "BOOLEAN"},
    {CO_INTEGER8, CO_CLASS_INT, 8, "INTEGER8"},
    {CO_INTEGER16, CO_CLASS_INT, 16, "INTEGER16"},
    {CO_INTEGER32, CO_CLASS_INT, 32, "INTEGER32"},
    {CO_UNSIGNED8, CO_CLASS_UINT, 8, "UNSIGNED8"},
    {CO_UNSIGNED16, CO_CLASS_UINT, 16, "UNSIGNED16"},
    {CO_UNSIGNED32, CO_CLASS_UINT, 32, "UNSIGNED32"},
    {CO_REAL32, CO_CLASS_REAL, 32, "REAL32"},
    {CO_VISIBLE_STRING, CO_CLASS_TEXT, 0, "VISIBLE_STRING"},
    {CO_OCTET_STRING, CO_CLASS_BYTES, 0, "OCTET_STRING"},
    {CO_UNICODE_STRING, CO_CLASS_UTF16, 0, "UNICODE_STRING"},
    {CO_TIME_OF_DAY, CO_CLASS_TIME, 48, "TIME_OF_DAY"},
    {CO_TIME_DIFFERENCE, CO_CLASS_TIME, 48, "TIME_DIFFERENCE"},
    {CO_DOMAIN, CO_CLASS_BYTES, 0, "DOMAIN"},
    {CO_INTEGER24, CO_CLASS_INT, 24, "INTEGER24"},
    {CO_REAL64, CO_CLASS_REAL, 64, "REAL64"},
    {CO_INTEGER40, CO_CLASS_INT, 40, "INTEGER40"},
    {CO_INTEGER48, CO_CLASS_INT, 48, "INTEGER48"},
    {CO_INTEGER56, CO_CLASS_INT, 56, "INTEGER56"},
    {CO_INTEGER64, CO_CLASS_INT, 64, "INTEGER64"},
    {CO_UNSIGNED24, CO_CLASS_UINT, 24, "UNSIGNED24"},
    {CO_UNSIGNED40, CO_CLASS_UINT, 40, "UNSIGNED40"},
    {CO_UNSIGNED48, CO_CLASS_UINT, 48, "UNSIGNED48"},
    {CO_UNSIGNED56, CO_CLASS_UINT, 56, "UNSIGNED56"},
    {CO_UNSIGNED64, CO_CLASS_UINT, 64, "UNSIGNED64"},
};

#define N_INFOS (sizeof(infos) / sizeof(infos[0]))

const struct co_type_info *co_type_info(unsigned type)
{
    /* The table is in order but for the hole at 0Eh and at 17h. */
    for (size_t i = type > 0 && type <= N_INFOS + 2 ? (type > 3 ? type - 3 : 0) : N_INFOS;
         i < N_INFOS && infos[i].type <= type; i++) {
        if (infos[i].type == type)
            return &infos[i];
    }
    return NULL;
}

unsigned co_type_size(unsigned type)
{
    const struct co_type_info *info = co_type_info(type);

    return info != NULL ? (info->bits + 7u) / 8 : 0;
}

uint64_t co_get_le(const uint8_t *bytes, size_t len)
{
    uint64_t value = 0;

    for (size_t i = len < 8 ? len : 8; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

void co_put_le(uint8_t *bytes, size_t len, uint64_t value)
{
    for (size_t i = 0; i < len; i++, value >>= 8)
        bytes[i] = (uint8_t)value;
}

/* ---- from text ------------------------------------------------------------------------------- */

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* Decimal, 0x.. or with a sign; all of the text. The magnitude is 64 bits wide. */
static int parse_number(const char *text, bool *negative, uint64_t *magnitude)
{
    char *end;

    text = skip_space(text);
    *negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    if (*text < '0' || *text > '9')
        return -EINVAL;
    int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    errno = 0;
    *magnitude = strtoull(text, &end, base);
    if (errno == ERANGE)
        return -ERANGE;
    if (end == text || (base == 16 && end <= text + 2) || *skip_space(end) != '\0')
        return -EINVAL;
    return 0;
}

static long parse_integer(const struct co_type_info *info, const char *text, uint8_t *bytes)
{
    uint64_t magnitude, limit = ~UINT64_C(0) >> (64 - info->bits);
    bool negative;
    int ret = parse_number(text, &negative, &magnitude);

    if (ret != 0)
        return ret;
    /* Hex digits give the bits themselves, as EDS files have them for signed types as well. */
    bool bits = !negative && (strchr(text, 'x') != NULL || strchr(text, 'X') != NULL);
    if (info->class_ == CO_CLASS_INT && !bits)
        limit = (limit >> 1) + negative;
    if (magnitude > limit || (negative && info->class_ == CO_CLASS_UINT && magnitude != 0))
        return -ERANGE;
    co_put_le(bytes, info->bits / 8, negative ? 0 - magnitude : magnitude);
    return info->bits / 8;
}

static long parse_bool(const char *text, uint8_t *bytes)
{
    uint64_t magnitude;
    bool negative;

    text = skip_space(text);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        bytes[0] = text[0] == 't';
        return 1;
    }
    int ret = parse_number(text, &negative, &magnitude);
    if (ret != 0)
        return ret;
    if (negative || magnitude > 1)
        return -ERANGE;
    bytes[0] = (uint8_t)magnitude;
    return 1;
}

static long parse_real(const struct co_type_info *info, const char *text, uint8_t *bytes)
{
    bool negative;
    uint64_t magnitude;
    char *end;

    text = skip_space(text);
    /* An EDS may give the bits themselves. */
    if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0) {
        int ret = parse_number(text, &negative, &magnitude);
        if (ret == 0 && info->bits == 32 && magnitude > UINT32_MAX)
            ret = -ERANGE;
        if (ret != 0)
            return ret;
        co_put_le(bytes, info->bits / 8, magnitude);
        return info->bits / 8;
    }
    double value = strtod(text, &end);
    if (end == text || *skip_space(end) != '\0')
        return -EINVAL;
    if (info->bits == 32) {
        float narrow = (float)value;
        uint32_t raw;
        if (isfinite(value) && !isfinite(narrow))
            return -ERANGE;
        memcpy(&raw, &narrow, sizeof(raw));
        co_put_le(bytes, 4, raw);
        return 4;
    }
    uint64_t raw;
    memcpy(&raw, &value, sizeof(raw));
    co_put_le(bytes, 8, raw);
    return 8;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex digits in pairs; blanks, '.' and ':' between the pairs. */
static long parse_bytes(const char *text, uint8_t *bytes, size_t size)
{
    size_t n = 0;

    text = skip_space(text);
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    while (*text != '\0') {
        int high = hex_digit(text[0]), low = high >= 0 ? hex_digit(text[1]) : -1;
        if (low < 0)
            return -EINVAL;
        if (n == size)
            return -ENOSPC;
        bytes[n++] = (uint8_t)(high << 4 | low);
        text += 2;
        text += strspn(text, " \t.:");
    }
    return (long)n;
}

/* The next code point of UTF-8 at *p; U+FFFD for a byte that is none. */
static uint32_t next_utf8(const unsigned char **p)
{
    unsigned c = *(*p)++, more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC2 ? 1 : 0;
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

    if (c < 0x80)
        return c;
    if (more == 0 || c > 0xF4)
        return 0xFFFD;
    uint32_t code = c & (0x3Fu >> more);
    for (unsigned i = 0; i < more; i++) {
        if (((*p)[i] & 0xC0) != 0x80)
            return 0xFFFD;
        code = code << 6 | ((*p)[i] & 0x3F);
    }
    if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0xFFFD;
    *p += more;
    return code;
}

static long parse_utf16(const char *text, uint8_t *bytes, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = 0;

    while (*p != '\0') {
        uint32_t code = next_utf8(&p);
        size_t need = code >= 0x10000 ? 4 : 2;
        if (n + need > size)
            return -ENOSPC;
        if (need == 4) {
            co_put_le(bytes + n, 2, 0xD800 + ((code - 0x10000) >> 10));
            co_put_le(bytes + n + 2, 2, 0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            co_put_le(bytes + n, 2, code);
        }
        n += need;
    }
    return (long)n;
}

long co_value_parse(unsigned type, const char *text, uint8_t *bytes, size_t size)
{
    const struct co_type_info *info = co_type_info(type);
    size_t len = strlen(text);

    if (info == NULL)
        return parse_bytes(text, bytes, size);
    if ((info->bits + 7u) / 8 > size)
        return -ENOSPC;
    switch ((enum co_type_class)info->class_) {
    case CO_CLASS_BOOL:
        return parse_bool(text, bytes);
    case CO_CLASS_INT:
    case CO_CLASS_UINT:
        return parse_integer(info, text, bytes);
    case CO_CLASS_REAL:
        return parse_real(info, text, bytes);
    case CO_CLASS_TEXT:
        if (len > size)
            return -ENOSPC;
        for (size_t i = 0; i < len; i++) /* no NUL at its end */
            bytes[i] = (uint8_t)text[i];
        return (long)len;
    case CO_CLASS_UTF16:
        return parse_utf16(text, bytes, size);
    case CO_CLASS_TIME:
        len = (size_t)parse_bytes(text, bytes, size);
        return len == 6 ? 6 : -EINVAL;
    default:
        return parse_bytes(text, bytes, size);
    }
}
