/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dec_line.h"

static const char hex[] = "0123456789ABCDEF";

void co_line_uint(struct co_line *line, uint64_t value)
{
    co_line_padded(line, value, 1);
}

void co_line_padded(struct co_line *line, uint64_t value, unsigned digits)
{
    char out[20];
    unsigned n = 0;

    do {
        out[sizeof(out) - ++n] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (n < digits && n < sizeof(out))
        out[sizeof(out) - ++n] = '0';
    co_line_bytes(line, out + sizeof(out) - n, n);
}

void co_line_int(struct co_line *line, int64_t value)
{
    if (value < 0)
        co_line_char(line, '-');
    co_line_uint(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void digits_of(struct co_line *line, uint64_t value, unsigned digits)
{
    char out[16];
    unsigned n = 0;

    do {
        out[sizeof(out) - ++n] = hex[value & 15];
        value >>= 4;
    } while (value != 0);
    while (n < digits && n < sizeof(out))
        out[sizeof(out) - ++n] = '0';
    co_line_bytes(line, out + sizeof(out) - n, n);
}

void co_line_hex(struct co_line *line, uint64_t value, unsigned digits)
{
    co_line_bytes(line, "0x", 2);
    digits_of(line, value, digits);
}

void co_line_code(struct co_line *line, unsigned code)
{
    digits_of(line, code, 4);
    co_line_char(line, 'h');
}

void co_line_object(struct co_line *line, unsigned index, unsigned sub)
{
    digits_of(line, index, 4);
    co_line_char(line, ':');
    digits_of(line, sub, 2);
}

void co_line_dump(struct co_line *line, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[bytes[i] >> 4], hex[bytes[i] & 15], ' '};
        co_line_bytes(line, pair, i + 1 < len ? 3 : 2);
    }
}

void co_line_time(struct co_line *line, int64_t ps)
{
    static const struct {
        int64_t ps;
        const char *name;
    } units[] = {{INT64_C(1000000000000), " s"}, {1000000000, " ms"}, {1000000, " us"}};
    size_t u = 0;

    if (ps < 0) {
        co_line_char(line, '-');
        ps = ps == INT64_MIN ? INT64_MAX : -ps;
    }
    while (u < 2 && ps < units[u].ps)
        u++;
    co_line_uint(line, (uint64_t)(ps / units[u].ps));
    unsigned rest = (unsigned)(ps % units[u].ps / (units[u].ps / 1000));
    if (rest != 0) {
        char part[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                        (char)('0' + rest % 10)};
        co_line_bytes(line, part, rest % 10 != 0 ? 4 : rest % 100 != 0 ? 3 : 2);
    }
    co_line_add(line, units[u].name);
}
