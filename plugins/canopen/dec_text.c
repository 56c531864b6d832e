/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dec_text.h"

static const char hex[] = "0123456789ABCDEF";

void co_text_uint(struct co_text *text, uint64_t value)
{
    co_text_padded(text, value, 1);
}

void co_text_padded(struct co_text *text, uint64_t value, unsigned digits)
{
    char out[20];
    unsigned n = 0;

    do {
        out[sizeof(out) - ++n] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (n < digits && n < sizeof(out))
        out[sizeof(out) - ++n] = '0';
    co_text_bytes(text, out + sizeof(out) - n, n);
}

void co_text_int(struct co_text *text, int64_t value)
{
    if (value < 0)
        co_text_char(text, '-');
    co_text_uint(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void digits_of(struct co_text *text, uint64_t value, unsigned digits)
{
    char out[16];
    unsigned n = 0;

    do {
        out[sizeof(out) - ++n] = hex[value & 15];
        value >>= 4;
    } while (value != 0);
    while (n < digits && n < sizeof(out))
        out[sizeof(out) - ++n] = '0';
    co_text_bytes(text, out + sizeof(out) - n, n);
}

void co_text_hex(struct co_text *text, uint64_t value, unsigned digits)
{
    co_text_bytes(text, "0x", 2);
    digits_of(text, value, digits);
}

void co_text_index(struct co_text *text, unsigned index)
{
    digits_of(text, index, 4);
    co_text_char(text, 'h');
}

void co_text_dump(struct co_text *text, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[bytes[i] >> 4], hex[bytes[i] & 15], ' '};
        co_text_bytes(text, pair, i + 1 < len ? 3 : 2);
    }
}

void co_text_time(struct co_text *text, int64_t ps)
{
    static const struct {
        int64_t ps;
        const char *name;
    } units[] = {{INT64_C(1000000000000), " s"}, {1000000000, " ms"}, {1000000, " us"}};
    size_t u = 0;

    if (ps < 0) {
        co_text_char(text, '-');
        ps = ps == INT64_MIN ? INT64_MAX : -ps;
    }
    while (u < 2 && ps < units[u].ps)
        u++;
    co_text_uint(text, (uint64_t)(ps / units[u].ps));
    unsigned rest = (unsigned)(ps % units[u].ps / (units[u].ps / 1000));
    if (rest != 0) {
        char part[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                        (char)('0' + rest % 10)};
        co_text_bytes(text, part, rest % 10 != 0 ? 4 : rest % 100 != 0 ? 3 : 2);
    }
    co_text_add(text, units[u].name);
}
