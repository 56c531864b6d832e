/* SPDX-License-Identifier: MIT */
/* unpack.c - one row for each packer. */
#include "plugins/unpack.h"

#include <lz4frame.h>
#include <lzma.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define MEMORY_MAX (UINT64_C(256) << 20) /* of xz, whose files say how much they need */

/* What is left to take, and of the room. */
struct flow {
    const uint8_t *in;
    uint8_t *out;
    size_t n_in, n_out;
    const char *why;
};

enum step { STEP_ON, STEP_END, STEP_BAD };

struct kind {
    const char *name;
    uint8_t magic[CS_UNPACK_HEAD], mask0; /* mask0: of the first byte */
    unsigned n_magic;
    void *(*create)(void);
    void (*destroy)(void *state);
    bool (*begin)(void *state); /* another one; false: not enough memory */
    enum step (*step)(void *state, struct flow *flow);
};

struct cs_unpack {
    const struct kind *kind;
    void *state;
    bool whole;      /* between two */
    const char *bad; /* what is wrong with what comes; NULL: nothing so far */
};

static enum step bad(struct flow *flow, const char *why)
{
    flow->why = why;
    return STEP_BAD;
}

/* ---- gzip ------------------------------------------------------------------------------------ */

static void *gzip_create(void)
{
    z_stream *z = calloc(1, sizeof(*z));

    if (z != NULL && inflateInit2(z, 15 + 16) == Z_OK)
        return z;
    free(z);
    return NULL;
}

static void gzip_destroy(void *state)
{
    inflateEnd(state);
    free(state);
}

static bool gzip_begin(void *state)
{
    return inflateReset(state) == Z_OK;
}

static enum step gzip_step(void *state, struct flow *flow)
{
    z_stream *z = state;

    z->next_in = (Bytef *)(uintptr_t)flow->in; /* older zlib has no const there */
    z->avail_in = (uInt)flow->n_in;
    z->next_out = flow->out;
    z->avail_out = (uInt)flow->n_out;
    const int ret = inflate(z, Z_NO_FLUSH);
    flow->in = z->next_in;
    flow->n_in = z->avail_in;
    flow->out = z->next_out;
    flow->n_out = z->avail_out;
    if (ret == Z_STREAM_END)
        return STEP_END;
    if (ret == Z_OK || ret == Z_BUF_ERROR)
        return STEP_ON;
    return bad(flow, z->msg != NULL       ? z->msg
                     : ret == Z_MEM_ERROR ? "not enough memory"
                                          : "damaged");
}

/* ---- zstd ------------------------------------------------------------------------------------ */

static void *zstd_create(void)
{
    return ZSTD_createDStream();
}

static void zstd_destroy(void *state)
{
    ZSTD_freeDStream(state);
}

static bool zstd_begin(void *state)
{
    return !ZSTD_isError(ZSTD_initDStream(state));
}

static enum step zstd_step(void *state, struct flow *flow)
{
    ZSTD_inBuffer in = {.src = flow->in, .size = flow->n_in};
    ZSTD_outBuffer out = {.dst = flow->out, .size = flow->n_out};
    const size_t ret = ZSTD_decompressStream(state, &out, &in);

    flow->in += in.pos;
    flow->n_in -= in.pos;
    flow->out += out.pos;
    flow->n_out -= out.pos;
    if (ZSTD_isError(ret))
        return bad(flow, ZSTD_getErrorName(ret));
    return ret == 0 ? STEP_END : STEP_ON;
}

/* ---- xz -------------------------------------------------------------------------------------- */

static bool xz_begin(void *state)
{
    return lzma_stream_decoder(state, MEMORY_MAX, 0) == LZMA_OK;
}

static void *xz_create(void)
{
    lzma_stream *z = calloc(1, sizeof(*z));

    if (z != NULL && xz_begin(z))
        return z;
    free(z);
    return NULL;
}

static void xz_destroy(void *state)
{
    lzma_end(state);
    free(state);
}

static enum step xz_step(void *state, struct flow *flow)
{
    lzma_stream *z = state;

    z->next_in = flow->in;
    z->avail_in = flow->n_in;
    z->next_out = flow->out;
    z->avail_out = flow->n_out;
    const lzma_ret ret = lzma_code(z, LZMA_RUN);
    flow->in = z->next_in;
    flow->n_in = z->avail_in;
    flow->out = z->next_out;
    flow->n_out = z->avail_out;
    if (ret == LZMA_STREAM_END)
        return STEP_END;
    if (ret == LZMA_OK || ret == LZMA_BUF_ERROR)
        return STEP_ON;
    return bad(flow, ret == LZMA_MEM_ERROR        ? "not enough memory"
                     : ret == LZMA_MEMLIMIT_ERROR ? "it needs more than 256 MiB"
                     : ret == LZMA_FORMAT_ERROR   ? "not the header of a stream"
                     : ret == LZMA_OPTIONS_ERROR  ? "options that are not known"
                                                  : "incorrect data");
}

/* ---- lz4 ------------------------------------------------------------------------------------- */

static void *lz4_create(void)
{
    LZ4F_dctx *dctx = NULL;

    return LZ4F_isError(LZ4F_createDecompressionContext(&dctx, LZ4F_VERSION)) ? NULL : dctx;
}

static void lz4_destroy(void *state)
{
    LZ4F_freeDecompressionContext(state);
}

static bool lz4_begin(void *state)
{
    LZ4F_resetDecompressionContext(state);
    return true;
}

static enum step lz4_step(void *state, struct flow *flow)
{
    size_t n_in = flow->n_in, n_out = flow->n_out;
    const size_t ret = LZ4F_decompress(state, flow->out, &n_out, flow->in, &n_in, NULL);

    if (LZ4F_isError(ret))
        return bad(flow, LZ4F_getErrorName(ret));
    flow->in += n_in;
    flow->n_in -= n_in;
    flow->out += n_out;
    flow->n_out -= n_out;
    return ret == 0 ? STEP_END : STEP_ON;
}

/* ---- all of them ----------------------------------------------------------------------------- */

#define ZSTD_ROW zstd_create, zstd_destroy, zstd_begin, zstd_step

static const struct kind kinds[] = {
    {"gzip", {0x1F, 0x8B, 8}, 0xFF, 3, gzip_create, gzip_destroy, gzip_begin, gzip_step},
    {"zstd", {0x28, 0xB5, 0x2F, 0xFD}, 0xFF, 4, ZSTD_ROW},
    {"zstd", {0x50, 0x2A, 0x4D, 0x18}, 0xF0, 4, ZSTD_ROW}, /* what pzstd puts before it */
    {"xz", {0xFD, '7', 'z', 'X', 'Z', 0}, 0xFF, 6, xz_create, xz_destroy, xz_begin, xz_step},
    {"lz4", {4, 0x22, 0x4D, 0x18}, 0xFF, 4, lz4_create, lz4_destroy, lz4_begin, lz4_step},
};

static const struct kind *kind_of(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct kind *k = &kinds[i];
        if (n >= k->n_magic && (head[0] & k->mask0) == k->magic[0] &&
            memcmp(head + 1, k->magic + 1, k->n_magic - 1) == 0)
            return k;
    }
    return NULL;
}

const char *cs_unpack_name(const void *head, size_t n)
{
    const struct kind *kind = kind_of(head, n);

    return kind != NULL ? kind->name : NULL;
}

struct cs_unpack *cs_unpack_create(const void *head, size_t n)
{
    const struct kind *kind = kind_of(head, n);
    struct cs_unpack *u = kind != NULL ? calloc(1, sizeof(*u)) : NULL;

    if (u == NULL)
        return NULL;
    u->kind = kind;
    u->state = kind->create();
    if (u->state != NULL)
        return u;
    free(u);
    return NULL;
}

void cs_unpack_destroy(struct cs_unpack *u)
{
    if (u == NULL)
        return;
    u->kind->destroy(u->state);
    free(u);
}

/* Behind the end of one: zeros fill up, as tapes and xz have it; anything else begins another. */
static bool begins(struct cs_unpack *u, struct flow *flow)
{
    while (flow->n_in > 0 && *flow->in == 0) {
        flow->in++;
        flow->n_in--;
    }
    if (flow->n_in == 0)
        return true;
    u->whole = false;
    return u->kind->begin(u->state);
}

long cs_unpack_run(struct cs_unpack *u, const void *in, size_t n, size_t *used, void *out,
                   size_t room, char *why, size_t why_size)
{
    struct flow flow = {in, out, n, room, "not enough memory"};
    enum step step = STEP_ON;
    size_t left;

    if (u->bad != NULL)
        step = STEP_BAD;
    while (step != STEP_BAD && flow.n_out == room) {
        left = flow.n_in + flow.n_out;
        if (u->whole && !begins(u, &flow)) {
            step = STEP_BAD;
            break;
        }
        if (u->whole) /* nothing but zeros, or nothing at all */
            break;
        step = u->kind->step(u->state, &flow);
        u->whole = step == STEP_END;
        if (flow.n_in + flow.n_out == left)
            break;
    }
    *used = n - flow.n_in;
    if (step == STEP_BAD && u->bad == NULL)
        u->bad = flow.why;
    if (step != STEP_BAD || flow.n_out < room)
        return (long)(room - flow.n_out); /* what is wrong is told next time */
    snprintf(why, why_size, "%s", u->bad);
    return -1;
}

bool cs_unpack_whole(const struct cs_unpack *u)
{
    return u->whole;
}
