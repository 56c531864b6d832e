/* SPDX-License-Identifier: MIT */
/* fuzz_unpack.c - packed bytes. Whatever they are: they come to an end, in bounded memory; and
 * taken in pieces they give what they give at once. The first byte is how big the pieces are. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/unpack.h"

#define ENOUGH (1u << 18) /* of what may be endless */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
    size_t n;
    uint64_t sum;
    bool whole, damaged;
};

static void take(struct result *result, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n && result->n < ENOUGH; i++, result->n++)
        result->sum = (result->sum ^ bytes[i]) * UINT64_C(1099511628211);
}

static void unpack(const uint8_t *data, size_t size, size_t piece, size_t room,
                   struct result *result)
{
    struct cs_unpack *u = cs_unpack_create(data, size);
    uint8_t *out = malloc(room);
    char why[100];
    size_t used;
    long got = 0;

    *result = (struct result){.n = 0};
    if (out == NULL)
        abort();
    while (result->n < ENOUGH && got >= 0) {
        const size_t n = piece < size ? piece : size;
        got = cs_unpack_run(u, data, n, &used, out, room, why, sizeof(why));
        if (used > n || got > (long)room || (got < 0 && why[0] == '\0'))
            abort();
        take(result, out, got > 0 ? (size_t)got : 0);
        data += used;
        size -= used;
        if (got == 0 && used == 0 && n == size)
            break; /* that was all */
        if (got == 0 && used == 0)
            piece = size; /* so few tell nothing */
    }
    result->damaged = got < 0;
    result->whole = cs_unpack_whole(u);
    cs_unpack_destroy(u);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result once, pieces;

    if (size < 2 || cs_unpack_name(data + 1, size - 1) == NULL)
        return 0;
    unpack(data + 1, size - 1, size, 1 << 16, &once);
    unpack(data + 1, size - 1, 1 + data[0] % 64, 1 + data[0] * 7u, &pieces);
    if (once.damaged || pieces.damaged || once.n == ENOUGH || pieces.n == ENOUGH)
        return 0; /* found sooner or later */
    if (once.n != pieces.n || once.sum != pieces.sum || once.whole != pieces.whole)
        abort();
    return 0;
}
