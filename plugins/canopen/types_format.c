/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t sign_extend(uint64_t value, unsigned bits)
{
    if (bits < 64 && (value >> (bits - 1) & 1) != 0)
        value |= ~UINT64_C(0) << bits;
    return (int64_t)value;
}

static double get_real(const uint8_t *bytes, unsigned bits)
{
    uint64_t raw = co_get_le(bytes, bits / 8);
    double value;

    if (bits == 32) {
        uint32_t low = (uint32_t)raw;
        float narrow;
        memcpy(&narrow, &low, sizeof(narrow));
        return (double)narrow;
    }
    memcpy(&value, &raw, sizeof(value));
    return value;
}

void co_value_field(unsigned type, const uint8_t *bytes, size_t len, struct cansim_field *field)
{
    const struct co_type_info *info = co_type_info(type);
    unsigned size = info != NULL ? (info->bits + 7u) / 8 : 0;
    bool wrong = size != 0 && len != size;

    field->kind = CANSIM_BYTES;
    field->value.bytes = bytes;
    field->len = (uint32_t)len;
    if (wrong)
        field->severity = CANSIM_ERROR;
    if (info == NULL || wrong)
        return;
    switch ((enum co_type_class)info->class_) {
    case CO_CLASS_BOOL:
        field->kind = CANSIM_BOOL;
        field->value.u = (bytes[0] & 1) != 0;
        break;
    case CO_CLASS_INT:
        field->kind = CANSIM_INT;
        field->value.i = sign_extend(co_get_le(bytes, len), info->bits);
        break;
    case CO_CLASS_UINT:
        field->kind = CANSIM_UINT;
        field->value.u = co_get_le(bytes, len);
        break;
    case CO_CLASS_REAL:
        field->kind = CANSIM_REAL;
        field->value.real = get_real(bytes, info->bits);
        break;
    case CO_CLASS_TEXT:
        field->kind = CANSIM_TEXT;
        break;
    default:
        break;
    }
}

/* ---- to text --------------------------------------------------------------------------------- */

static size_t put(char *text, size_t size, const char *from, size_t len)
{
    if (size == 0)
        return 0;
    if (len >= size)
        len = size - 1;
    memcpy(text, from, len);
    text[len] = '\0';
    return len;
}

static size_t format_hex(const uint8_t *bytes, size_t len, char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    if (size == 0)
        return 0;
    for (size_t i = 0; i < len && n + 3 < size; i++) {
        if (i > 0)
            text[n++] = ' ';
        text[n++] = digits[bytes[i] >> 4];
        text[n++] = digits[bytes[i] & 15];
    }
    text[n] = '\0';
    return n;
}

/* UTF-16 to UTF-8; half a pair becomes U+FFFD. */
static size_t format_utf16(const uint8_t *bytes, size_t len, char *text, size_t size)
{
    size_t n = 0;

    if (size == 0)
        return 0;
    for (size_t i = 0; i + 1 < len && n + 5 < size; i += 2) {
        uint32_t code = (uint32_t)co_get_le(bytes + i, 2), low = 0;
        if (code >= 0xD800 && code < 0xDC00 && i + 3 < len)
            low = (uint32_t)co_get_le(bytes + i + 2, 2);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        } else if (code >= 0xD800 && code < 0xE000) {
            code = 0xFFFD;
        }
        if (code < 0x80) {
            text[n++] = (char)code;
            continue;
        }
        unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
        text[n++] = (char)(lead[more] | code >> 6 * more);
        while (more-- > 0)
            text[n++] = (char)(0x80 | (code >> 6 * more & 0x3F));
    }
    text[n] = '\0';
    return n;
}

/* Days since 1984-01-01 as a date: civil calendar by eras of 400 years. */
static void civil(unsigned days, unsigned *year, unsigned *month, unsigned *day)
{
    unsigned z = days + 724581; /* days from 0000-03-01 to 1984-01-01 */
    unsigned era = z / 146097, doe = z % 146097;
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

/* CiA 301, 7.1.6.5 and 7.1.6.6: 28 bits of milliseconds since midnight, 16 bits of days. */
static size_t format_time(unsigned type, const uint8_t *bytes, char *text, size_t size)
{
    unsigned ms = (unsigned)co_get_le(bytes, 4) & 0xFFFFFFF,
             days = (unsigned)co_get_le(bytes + 4, 2);
    unsigned year, month, day, s = ms / 1000;
    char out[64];
    int n;

    if (type == CO_TIME_DIFFERENCE) {
        n = snprintf(out, sizeof(out), "%u d %02u:%02u:%02u.%03u", days, s / 3600, s / 60 % 60,
                     s % 60, ms % 1000);
    } else {
        civil(days, &year, &month, &day);
        n = snprintf(out, sizeof(out), "%04u-%02u-%02u %02u:%02u:%02u.%03u", year, month, day,
                     s / 3600, s / 60 % 60, s % 60, ms % 1000);
    }
    return put(text, size, out, (size_t)n);
}

size_t co_value_format(unsigned type, const uint8_t *bytes, size_t len, char *text, size_t size)
{
    const struct co_type_info *info = co_type_info(type);
    char out[64];
    int n;

    if (info == NULL || (info->bits != 0 && len != (info->bits + 7u) / 8))
        return format_hex(bytes, len, text, size);
    switch ((enum co_type_class)info->class_) {
    case CO_CLASS_BOOL:
        return put(text, size, (bytes[0] & 1) != 0 ? "true" : "false", (bytes[0] & 1) != 0 ? 4 : 5);
    case CO_CLASS_INT:
        n = snprintf(out, sizeof(out), "%" PRId64, sign_extend(co_get_le(bytes, len), info->bits));
        return put(text, size, out, (size_t)n);
    case CO_CLASS_UINT:
        n = snprintf(out, sizeof(out), "%" PRIu64, co_get_le(bytes, len));
        return put(text, size, out, (size_t)n);
    case CO_CLASS_REAL:
        n = snprintf(out, sizeof(out), info->bits == 32 ? "%.9g" : "%.17g",
                     get_real(bytes, info->bits));
        return put(text, size, out, (size_t)n);
    case CO_CLASS_TEXT:
        return put(text, size, (const char *)bytes, len);
    case CO_CLASS_UTF16:
        return format_utf16(bytes, len, text, size);
    case CO_CLASS_TIME:
        return format_time(type, bytes, text, size);
    default:
        return format_hex(bytes, len, text, size);
    }
}
