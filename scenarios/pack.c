/* SPDX-License-Identifier: MIT */
#include "scenarios/pack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define ROOM 73728 /* what cs_out writes at once is packed at once, so that whole lines leave */

struct cs_pack {
    z_stream gzip;
    ZSTD_CStream *zstd; /* NULL: gzip */
    char out[ROOM];
};

static bool ends_in(const char *path, const char *suffix)
{
    const size_t n = strlen(path), len = strlen(suffix);

    return n > len && strcmp(path + n - len, suffix) == 0;
}

size_t cs_pack_plain(const char *path)
{
    const size_t n = strlen(path);

    return ends_in(path, ".gz") ? n - 3 : ends_in(path, ".zst") ? n - 4 : n;
}

/* The same bytes give the same file: no time and no name in gzip's header. */
struct cs_pack *cs_pack_create(const char *path)
{
    const bool zstd = ends_in(path, ".zst");
    struct cs_pack *pack;

    if ((!zstd && !ends_in(path, ".gz")) || (pack = calloc(1, sizeof(*pack))) == NULL)
        return NULL;
    if (zstd)
        pack->zstd = ZSTD_createCStream();
    if (zstd ? pack->zstd != NULL
             : deflateInit2(&pack->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK)
        return pack;
    free(pack);
    return NULL;
}

void cs_pack_destroy(struct cs_pack *pack)
{
    if (pack == NULL)
        return;
    if (pack->zstd != NULL)
        ZSTD_freeCStream(pack->zstd);
    else
        deflateEnd(&pack->gzip);
    free(pack);
}

static int write_gzip(struct cs_pack *pack, const void *bytes, size_t n, bool end,
                      void (*write)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    z_stream *z = &pack->gzip;

    z->next_in = (Bytef *)(uintptr_t)bytes; /* older zlib has no const there */
    z->avail_in = (uInt)n;
    do {
        z->next_out = (Bytef *)pack->out;
        z->avail_out = ROOM;
        deflate(z, end ? Z_FINISH : Z_SYNC_FLUSH);
        write(ctx, pack->out, ROOM - z->avail_out);
    } while (z->avail_out == 0);
    return 0;
}

static int write_zstd(struct cs_pack *pack, const void *bytes, size_t n, bool end,
                      void (*write)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    ZSTD_inBuffer in = {.src = bytes, .size = n};
    size_t left;

    do {
        ZSTD_outBuffer out = {.dst = pack->out, .size = ROOM};
        left = ZSTD_compressStream2(pack->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_flush);
        if (ZSTD_isError(left))
            return -ENOMEM; /* there is no other error */
        write(ctx, pack->out, out.pos);
    } while (left > 0);
    return 0;
}

int cs_pack_write(struct cs_pack *pack, const void *bytes, size_t n, bool end,
                  void (*write)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    if (pack->zstd != NULL)
        return write_zstd(pack, bytes, n, end, write, ctx);
    return write_gzip(pack, bytes, n, end, write, ctx);
}
