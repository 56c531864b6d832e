/* SPDX-License-Identifier: MIT */
/* fuzz_proto.c - bytes of a peer through the link protocol's codec.
 * Whatever decodes must encode to something that decodes to the same, and its texts must be fit for
 * a terminal and within their limits. The first byte chooses the sender. */
#include "qemu-link/proto_msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct cs_proto_msg *msg, enum cs_proto_side from)
{
    uint8_t once[CS_PROTO_MAX_BYTES], twice[CS_PROTO_MAX_BYTES];
    struct cs_proto_msg again;
    char why[256];
    const size_t len = cs_proto_encode(msg, once);

    if (len == 0 || cs_proto_decode(once, len, from, &again, why, sizeof(why)) != (int)len)
        abort();
    if (cs_proto_encode(&again, twice) != len || memcmp(once, twice, len) != 0)
        abort();
}

static void check_texts(const struct cs_proto_msg *msg)
{
    const struct cs_proto_desc *desc = cs_proto_find(msg->type);

    for (unsigned i = 0; i < desc->n_fields; i++) {
        const struct cs_proto_field *field = &desc->fields[i];
        const char *text = (const char *)msg + field->offset;
        const size_t most = field->kind == CS_PROTO_NAME ? CS_NAME_MAX - 1 : (size_t)field->high;

        if (field->kind != CS_PROTO_NAME && field->kind != CS_PROTO_TEXT)
            continue;
        if (strnlen(text, most + 1) > most)
            abort();
        for (; *text; text++)
            if ((unsigned char)*text < 0x20 || *text == 0x7F)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cs_proto_msg msg;
    const enum cs_proto_side from = size && data[0] & 1 ? CS_PROTO_HOST : CS_PROTO_CLIENT;
    size_t used = 1;
    char why[64], version[64];
    int n = 1;

    while (used < size && n > 0) {
        n = cs_proto_decode(data + used, size - used, from, &msg, why, sizeof(why));
        if (n <= 0 || msg.type == CS_PROTO_SKIPPED) {
            used += n > 0 ? (size_t)n : 0;
            continue;
        }
        used += (size_t)n;
        check_texts(&msg);
        if (msg.magic == 0 || cs_proto_version_fits(&msg, "peer", version, sizeof(version)))
            round_trip(&msg, from);
    }
    return 0;
}
