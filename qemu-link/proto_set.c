/* SPDX-License-Identifier: MIT */
/* proto_set.c - sets of nodes as text. */
#include "qemu-link/proto_msg.h"

#include <stdio.h>
#include <string.h>

void cs_proto_set_write(const uint64_t set[CS_BUS_MAX_NODES / 64], char text[CS_PROTO_SET_TEXT])
{
    unsigned word = CS_BUS_MAX_NODES / 64 - 1;

    while (word > 0 && !set[word])
        word--;
    text += sprintf(text, "%llx", (unsigned long long)set[word]);
    while (word-- > 0)
        text += sprintf(text, "%016llx", (unsigned long long)set[word]);
}

bool cs_proto_set_read(const char *text, uint64_t set[CS_BUS_MAX_NODES / 64])
{
    const size_t len = strspn(text, "0123456789abcdef");

    memset(set, 0, CS_BUS_MAX_NODES / 8);
    if (len == 0 || text[len] || len > CS_BUS_MAX_NODES / 4)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char digit = text[len - 1 - i];
        const unsigned value = (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        set[i / 16] |= (uint64_t)value << (i % 16 * 4);
    }
    return true;
}
