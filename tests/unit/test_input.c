/* SPDX-License-Identifier: MIT */
/* Logs as bytes come: packed by any packer, damaged anywhere, a byte at a time, growing, emptied
 * and replaced. */
#include <fcntl.h>
#include <lz4frame.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "plugins/input.h"
#include "plugins/unpack.h"
#include "scenarios/out.h"

#define LINES 400

static struct cs_plugins *plugins;
static char folder[] = "/tmp/cansim-input-XXXXXX", path[64], other[64];
static char why[600];

static int set_up(void **state)
{
    (void)state;
    plugins = cs_plugins_find(NULL, NULL, 0, why, sizeof(why));
    if (plugins == NULL || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/a.log", folder);
    snprintf(other, sizeof(other), "%s/b.log", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    cs_plugins_free(plugins);
    return rmdir(folder);
}

/* "w": a new file; "r+": the one that is there, emptied; "a": more of it. */
static void write_file(const char *to, const void *bytes, size_t n, const char *mode)
{
    if (*mode == 'w')
        unlink(to);
    if (*mode == 'r')
        assert_int_equal(truncate(to, 0), 0);
    FILE *out = fopen(to, mode);

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

static size_t make_text(char *text, size_t size)
{
    size_t n = 0;

    for (unsigned i = 0; i < LINES; i++)
        n += (size_t)snprintf(text + n, size - n, "(1700000000.%06u) can%u %03X#%08X\n", i, i % 3,
                              i & 0x7FF, i * 2654435761u);
    return n;
}

/* ---- packed ---------------------------------------------------------------------------------- */

static size_t pack_gzip(const char *text, size_t n, uint8_t *to, size_t room)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)n};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = z.total_out;
    deflateEnd(&z);
    return n;
}

static size_t pack_zstd(const char *text, size_t n, uint8_t *to, size_t room)
{
    ZSTD_CCtx *cctx = ZSTD_createCCtx();

    ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
    n = ZSTD_compress2(cctx, to, room, text, n);
    assert_false(ZSTD_isError(n));
    ZSTD_freeCCtx(cctx);
    return n;
}

static size_t pack_xz(const char *text, size_t n, uint8_t *to, size_t room)
{
    size_t put = 0;

    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, n,
                                             to, &put, room),
                     LZMA_OK);
    return put;
}

static size_t pack_lz4(const char *text, size_t n, uint8_t *to, size_t room)
{
    const LZ4F_preferences_t with = {.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled};

    n = LZ4F_compressFrame(to, room, text, n, &with);
    assert_false(LZ4F_isError(n));
    return n;
}

static const struct {
    const char *name;
    size_t (*pack)(const char *text, size_t n, uint8_t *to, size_t room);
} packers[] = {{"gzip", pack_gzip}, {"zstd", pack_zstd}, {"xz", pack_xz}, {"lz4", pack_lz4}};
#define N_PACKERS (sizeof(packers) / sizeof(packers[0]))

static struct cansim_frame frame = {.size = sizeof(frame)};
static struct cansim_log_frame line = {.size = sizeof(line), .frame = &frame, .bus_name = ""};

/* Frames of the file up to its end (0) or what is wrong (-1), each as it was written. */
static unsigned count_frames(int *end)
{
    struct cs_input *in = cs_input_open(plugins, path, NULL, why, sizeof(why));
    unsigned n = 0;

    *end = in != NULL ? 1 : -1;
    while (*end > 0 && (*end = cs_input_read(in, &line, why, sizeof(why))) > 0) {
        assert_int_equal(frame.id, n % LINES & 0x7FF);
        assert_int_equal(frame.len, 4);
        n++;
    }
    cs_input_close(in);
    return n;
}

static void packed(void **state)
{
    static char text[64 * LINES];
    static uint8_t bytes[64 * LINES];
    const size_t n = make_text(text, sizeof(text));
    int end;

    (void)state;
    for (size_t p = 0; p < N_PACKERS; p++) {
        size_t len = packers[p].pack(text, n, bytes, sizeof(bytes));
        assert_string_equal(cs_unpack_name(bytes, len), packers[p].name);
        write_file(path, bytes, len, "w");
        assert_true(cs_input_is_log(plugins, path));
        assert_int_equal(count_frames(&end), LINES);
        assert_int_equal(end, 0);
        write_file(path, bytes, len, "a"); /* one behind the other */
        assert_int_equal(count_frames(&end), 2 * LINES);
        assert_int_equal(end, 0);
        write_file(path, "\0\0\0\0\0\0\0\0", 8, "a"); /* and what fills up */
        assert_int_equal(count_frames(&end), 2 * LINES);
        assert_int_equal(end, 0);
        write_file(path, "what is that", 12, "a");
        assert_int_equal(count_frames(&end), 2 * LINES);
        assert_int_equal(end, -1);
        assert_non_null(strstr(why, ": what was packed is damaged: "));
    }
}

/* What pzstd puts in front. */
static void skippable(void **state)
{
    static char text[64 * LINES];
    static uint8_t bytes[64 * LINES] = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
    const size_t n = make_text(text, sizeof(text));
    int end;

    (void)state;
    write_file(path, bytes, 12 + pack_zstd(text, n, bytes + 12, sizeof(bytes) - 12), "w");
    assert_int_equal(count_frames(&end), LINES);
    assert_int_equal(end, 0);
}

/* Wherever it is cut, what was whole before is there, and the place is told. */
static void cut_short(void **state)
{
    static char text[64 * LINES];
    static uint8_t bytes[64 * LINES];
    const size_t n = make_text(text, sizeof(text));
    unsigned frames, most = 0;
    char place[64];
    int end;

    (void)state;
    for (size_t p = 0; p < N_PACKERS; p++) {
        const size_t len = packers[p].pack(text, n, bytes, sizeof(bytes));
        for (size_t at = CS_UNPACK_HEAD; at < len; at += at < 64 || at + 64 > len ? 1 : 37) {
            write_file(path, bytes, at, "w");
            frames = count_frames(&end);
            snprintf(place, sizeof(place), ": byte %zu: ends before", at);
            assert_int_equal(end, -1);
            assert_non_null(strstr(why, place));
            assert_true(frames <= LINES);
            most = frames > most ? frames : most;
        }
    }
    assert_true(most > LINES / 2);
}

/* A wrong byte anywhere does no harm, and is found where there is a checksum over all. */
static void damaged(void **state)
{
    static char text[64 * LINES];
    static uint8_t bytes[64 * LINES];
    const size_t n = make_text(text, sizeof(text));
    struct cs_input *in;
    unsigned found = 0, tried = 0;

    (void)state;
    for (size_t p = 0; p < N_PACKERS; p++) {
        const size_t len = packers[p].pack(text, n, bytes, sizeof(bytes));
        for (size_t at = 0; at < len; at += 13) {
            bytes[at] ^= (uint8_t)(1 << at % 8);
            write_file(path, bytes, len, "w");
            bytes[at] ^= (uint8_t)(1 << at % 8);
            int ret = 1;
            in = cs_input_open(plugins, path, NULL, why, sizeof(why));
            while (in != NULL && (ret = cs_input_read(in, &line, why, sizeof(why))) > 0)
                ;
            found += in == NULL || ret < 0;
            tried++;
            cs_input_close(in);
        }
    }
    assert_true(found > tried * 9 / 10);
}

/* ---- written --------------------------------------------------------------------------------- */

/* After a flush all that was written can be read, whoever is killed then. */
static void flushed(void **state)
{
    static const char *const suffixes[] = {".gz", ".zst"};
    struct cs_error error;

    (void)state;
    for (int s = 0; s < 2; s++) {
        char name[80], text[64];
        struct cs_out out;
        int end;
        snprintf(name, sizeof(name), "%s/x.log%s", folder, suffixes[s]);
        assert_int_equal(cs_out_open(&out, name, NULL, &error), 0);
        cs_out_begin(&out);
        for (unsigned i = 0; i < LINES; i++) {
            snprintf(text, sizeof(text), "(1700000000.%06u) can0 %03X#01020304", i, i & 0x7FF);
            cs_out_text(&out, text);
            cs_out_line(&out);
            if (i % 50 != 0)
                continue;
            cs_out_flush(&out);
            unlink(path);
            assert_int_equal(link(name, path), 0);
            assert_int_equal(count_frames(&end), i + 1);
            assert_int_equal(end, -1);
            assert_non_null(strstr(why, "ends before what was packed does"));
        }
        assert_int_equal(cs_out_close(&out), 0);
        unlink(path);
        assert_int_equal(rename(name, path), 0);
        assert_int_equal(count_frames(&end), LINES);
        assert_int_equal(end, 0);
        cs_out_discard(&out);
    }
}

/* ---- growing --------------------------------------------------------------------------------- */

static void expect_frame(struct cs_input *in, unsigned id)
{
    int ret = cs_input_read(in, &line, why, sizeof(why));

    if (ret < 0)
        fail_msg("%s", why);
    assert_int_equal(ret, 1);
    assert_int_equal(frame.id, id);
}

static void expect_later(struct cs_input *in)
{
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), CS_INPUT_LATER);
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), CS_INPUT_LATER);
}

static void add(const char *text)
{
    write_file(path, text, strlen(text), "a");
}

static void grows(void **state)
{
    struct cs_input *in;

    (void)state;
    write_file(path, "", 0, "w");
    in = cs_input_follow(plugins, path, -1, NULL, why, sizeof(why));
    assert_non_null(in);
    expect_later(in);
    assert_null(cs_input_format(in));
    add("(1.0");
    expect_later(in);
    add("00001) can0 123#11\n(1.000002) can0 124");
    expect_frame(in, 0x123);
    expect_later(in);
    assert_string_equal(cs_input_format(in)->name, "candump");
    add("#22\n");
    expect_frame(in, 0x124);
    expect_later(in);
    write_file(path, "(9.5) can0 7#1\n", 15, "r+"); /* nobody has looked */
    write_file(path, "(2.5) can0 7F0#01\n", 18, "r+");
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), CS_INPUT_NEW);
    assert_non_null(strstr(why, "a.log: was emptied"));
    expect_frame(in, 0x7F0);
    expect_later(in);
    add("(2.6) can0 7F1");
    write_file(other, "(3.0) can1 001#\n", 16, "w");
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), CS_INPUT_NEW);
    assert_non_null(strstr(why, "a.log: was replaced"));
    expect_frame(in, 1);
    assert_string_equal(line.bus_name, "can1");
    expect_later(in);
    unlink(path); /* and nothing in its place */
    expect_later(in);
    write_file(path, "(4.0) can1 002#\n", 16, "w");
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), CS_INPUT_NEW);
    expect_frame(in, 2);
    add("nonsense\n");
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), -1);
    assert_non_null(strstr(why, "a.log:2: "));
    cs_input_close(in);
}

static void no_log_grows(void **state)
{
    (void)state;
    write_file(path, "this is no log, and that can be seen\n", 37, "w");
    assert_null(cs_input_follow(plugins, path, -1, NULL, why, sizeof(why)));
    assert_non_null(strstr(why, "must be a log of a known format"));
    assert_null(cs_input_follow(plugins, "/nowhere/x", -1, NULL, why, sizeof(why)));
    assert_non_null(strstr(why, "/nowhere/x: cannot be read: "));
}

struct written {
    uint8_t bytes[300 * LINES];
    size_t n;
};

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct written *to = ctx;

    assert_true(to->n + n <= sizeof(to->bytes));
    memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
    return 0;
}

/* The same log in another format. */
static void convert(const char *format, struct written *to)
{
    static char text[64 * LINES];
    const struct cansim_format *writer = cs_plugins_format(plugins, format);
    const struct cansim_output output = {.size = sizeof(output), .ctx = to, .write = on_write};
    const size_t n = make_text(text, sizeof(text));
    void *state;

    write_file(other, text, n, "w");
    to->n = 0;
    struct cs_input *in = cs_input_open(plugins, other, NULL, why, sizeof(why));
    assert_non_null(in);
    assert_int_equal(writer->create(&state, &output, why, sizeof(why)), 0);
    while (cs_input_read(in, &line, why, sizeof(why)) == 1)
        assert_true(writer->write(state, &line, why, sizeof(why)) >= 0);
    assert_int_equal(writer->finish(state, why, sizeof(why)), 0);
    cs_input_close(in);
}

/* Any format, plain or packed, a few bytes at a time: the same frames as all at once. */
static void byte_by_byte(void **state)
{
    static const char *const formats[] = {"pcapng", "pcap", "candump"};
    static struct written plain, packed_too;

    (void)state;
    for (unsigned f = 0; f < 3 * (1 + N_PACKERS); f++) {
        const struct written *from = f < 3 ? &plain : &packed_too;
        unsigned got = 0;
        int ret = 0;
        convert(formats[f % 3], &plain);
        if (f >= 3)
            packed_too.n = packers[f / 3 - 1].pack((const char *)plain.bytes, plain.n,
                                                   packed_too.bytes, sizeof(packed_too.bytes));
        write_file(path, from->bytes, 3, "w");
        struct cs_input *in = cs_input_follow(plugins, path, -1, NULL, why, sizeof(why));
        assert_non_null(in);
        for (size_t at = 3; at < from->n; at += 7) {
            write_file(path, from->bytes + at, from->n - at < 7 ? from->n - at : 7, "a");
            while ((ret = cs_input_read(in, &line, why, sizeof(why))) == 1)
                assert_int_equal(frame.id, got++ & 0x7FF);
            if (ret != CS_INPUT_LATER)
                fail_msg("%s: %s", formats[f % 3], why);
        }
        assert_int_equal(got, LINES);
        assert_string_equal(cs_input_format(in)->name, formats[f % 3]);
        cs_input_close(in);
    }
}

/* Behind a pipe somebody may write or not; at its end it ends. */
static void through_a_pipe(void **state)
{
    struct cs_input *in;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    in = cs_input_follow(plugins, "-", ends[0], NULL, why, sizeof(why));
    assert_non_null(in);
    assert_true(cs_input_is_pipe(in));
    expect_later(in);
    assert_int_equal(write(ends[1], "(1.5) can0 123#\n(1.6)", 21), 21);
    expect_frame(in, 0x123);
    expect_later(in);
    assert_int_equal(write(ends[1], " can0 124#", 10), 10);
    close(ends[1]);
    expect_frame(in, 0x124);
    assert_int_equal(cs_input_read(in, &line, why, sizeof(why)), 0);
    cs_input_close(in);
    assert_int_equal(close(ends[0]), 0); /* it was not theirs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed),         cmocka_unit_test(skippable),
        cmocka_unit_test(cut_short),      cmocka_unit_test(damaged),
        cmocka_unit_test(flushed),        cmocka_unit_test(grows),
        cmocka_unit_test(no_log_grows),   cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(through_a_pipe),
    };
    return cmocka_run_group_tests_name("input", tests, set_up, tear_down);
}
