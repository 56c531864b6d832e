/* SPDX-License-Identifier: MIT */
/* Captures: what is read of blocks of both byte orders, what is left out, what is refused; and that
 * what is written is read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/pcapng.h"
#include "plugins/plugins.h"
#include "simcore/sim.h"

/* ---- captures made by hand ------------------------------------------------------------------- */

struct file {
    uint8_t bytes[4096];
    size_t n, at, begin;
    bool big;
    char said[400];
};

static void put(struct file *f, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        f->bytes[f->n++] = (uint8_t)(value >> (8 * (f->big ? n - 1 - i : i)));
}

static void pad(struct file *f, const void *bytes, size_t n)
{
    memcpy(f->bytes + f->n, bytes, n);
    f->n += n;
    while (f->n % 4 != 0)
        f->bytes[f->n++] = 0;
}

static void option(struct file *f, unsigned code, const void *bytes, size_t n)
{
    put(f, code, 2);
    put(f, n, 2);
    pad(f, bytes, n);
}

static void begin(struct file *f, uint32_t type)
{
    f->begin = f->n;
    put(f, type, 4);
    put(f, 0, 4);
}

static void end(struct file *f)
{
    size_t n = f->n, length = n + 4 - f->begin;

    f->n = f->begin + 4;
    put(f, length, 4);
    f->n = n;
    put(f, length, 4);
}

static void section(struct file *f, bool big)
{
    f->big = big;
    begin(f, CS_PCAPNG_SECTION);
    put(f, CS_PCAPNG_MAGIC, 4);
    put(f, 1, 2);
    put(f, 0, 2);
    put(f, UINT64_MAX, 8);
    option(f, CS_PCAPNG_COMMENT, "by hand", 7);
    option(f, 0, "", 0);
    end(f);
}

/* `resolution` and `offset_s` as in the file; -1: no such option. */
static void interface(struct file *f, unsigned link, const char *name, int resolution, int offset_s)
{
    uint8_t byte = (uint8_t)resolution;

    begin(f, CS_PCAPNG_INTERFACE);
    put(f, link, 2);
    put(f, 0, 2);
    put(f, 0, 4);
    if (name != NULL)
        option(f, CS_PCAPNG_IF_NAME, name, strlen(name));
    if (resolution >= 0)
        option(f, CS_PCAPNG_IF_TSRESOL, &byte, 1);
    if (offset_s >= 0) {
        put(f, CS_PCAPNG_IF_TSOFFSET, 2);
        put(f, 8, 2);
        put(f, (uint64_t)offset_s, 8);
    }
    end(f);
}

static void packet(struct file *f, unsigned index, uint64_t ticks, const void *bytes, size_t n,
                   size_t original)
{
    begin(f, CS_PCAPNG_ENHANCED);
    put(f, index, 4);
    put(f, ticks >> 32, 4);
    put(f, ticks & UINT32_MAX, 4);
    put(f, n, 4);
    put(f, original, 4);
    pad(f, bytes, n);
    end(f);
}

/* Seven bytes at a time, so that everything falls apart somewhere. */
static long on_read(void *ctx, void *bytes, size_t n)
{
    struct file *f = ctx;
    size_t left = f->n - f->at;

    n = n < 7 ? n : 7;
    n = n < left ? n : left;
    memcpy(bytes, f->bytes + f->at, n);
    f->at += n;
    return (long)n;
}

static void on_say(void *ctx, const char *text)
{
    struct file *f = ctx;

    snprintf(f->said + strlen(f->said), sizeof(f->said) - strlen(f->said), "%s\n", text);
}

struct got {
    struct cansim_frame frame;
    struct cansim_log_frame log;
    char text[200], why[300];
    void *state;
};

static void open_file(struct got *g, struct file *f)
{
    const struct cansim_input input = {sizeof(input), f, on_read, on_say};

    memset(g, 0, sizeof(*g));
    g->frame.size = sizeof(g->frame);
    g->log.size = sizeof(g->log);
    g->log.frame = &g->frame;
    assert_int_equal(cs_pcapng_open(&g->state, &input, g->why, sizeof(g->why)), 0);
}

/* The next frame as "BUS SECONDS.PICOSECONDS FRAME[ COMMENT]". */
static int next(struct got *g)
{
    int ret = cs_pcapng_read(g->state, &g->log, g->why, sizeof(g->why));
    struct cs_frame frame = {
        .id = g->frame.id, .flags = g->frame.flags, .dlc = g->frame.dlc, .len = g->frame.len};
    char text[CS_FRAME_TEXT_MAX] = "";

    if (ret != 1)
        return ret;
    memcpy(frame.data, g->frame.data, sizeof(frame.data));
    if (g->log.error_frame)
        frame.flags = CS_FRAME_EXT;
    assert_int_equal(cs_frame_check(&frame), 0);
    cs_frame_format(&frame, text);
    snprintf(g->text, sizeof(g->text), "%s %lld.%012lld %s%s%s%s", g->log.bus_name,
             (long long)(g->log.epoch_s + g->frame.at_ps / CS_PS_PER_S),
             (long long)(g->frame.at_ps % CS_PS_PER_S), g->log.error_frame ? "error " : "", text,
             g->log.comment != NULL ? " " : "", g->log.comment != NULL ? g->log.comment : "");
    return 1;
}

static void expect(struct got *g, const char *text)
{
    g->text[0] = '\0';
    assert_int_equal(next(g), 1);
    assert_string_equal(g->text, text);
}

/* "\x80..." are 16 bytes of a struct can_frame with its identifier in network byte order. */
static const uint8_t base[] = {0, 0, 1, 0x23, 2, 0, 0, 0, 0xDE, 0xAD, 0, 0, 0, 0, 0, 0};
static const uint8_t extended[] = {0x92, 0x34, 0x56, 0x78, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t remote[] = {0x40, 0, 7, 0xFF, 5, 0, 0, 0};
static const uint8_t raw_dlc[] = {0, 0, 0, 1, 8, 0, 0, 15, 1, 1, 1, 1, 1, 1, 1, 1};
static const uint8_t error[] = {0x20, 0, 0, 0x88, 8, 0, 0, 0, 0, 0, 4, 10, 0, 0, 8, 0};
static const uint8_t fd[72] = {0, 0, 0, 2, 12, 1, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
static const uint8_t fd_flag[] = {0, 0, 0, 3, 3, 6, 0, 0, 1, 2, 3};

static void kinds_of_frames(void **state)
{
    for (int big = 0; big < 2; big++) {
        struct file f = {.n = 0};
        struct got g;
        section(&f, big != 0);
        interface(&f, CS_LINKTYPE_SOCKETCAN, "can0", 9, -1);
        interface(&f, CS_LINKTYPE_SOCKETCAN, NULL, -1, 100);
        packet(&f, 0, 1700000000000000123u, base, sizeof(base), sizeof(base));
        packet(&f, 0, 1700000001000000000u, extended, sizeof(extended), sizeof(extended));
        packet(&f, 0, 1700000002000000000u, remote, sizeof(remote), 16);
        packet(&f, 0, 1700000003000000000u, raw_dlc, sizeof(raw_dlc), sizeof(raw_dlc));
        packet(&f, 0, 1700000004000000000u, error, sizeof(error), sizeof(error));
        packet(&f, 1, 1699999905000001u, fd, sizeof(fd), sizeof(fd));
        packet(&f, 1, 1699999906000000u, fd_flag, sizeof(fd_flag), sizeof(fd_flag));
        open_file(&g, &f);
        expect(&g, "can0 1700000000.000000123000 123#DEAD");
        expect(&g, "can0 1700000001.000000000000 12345678#0102030405060708");
        expect(&g, "can0 1700000002.000000000000 7FF#R5");
        expect(&g, "can0 1700000003.000000000000 001#0101010101010101_F");
        expect(&g, "can0 1700000004.000000000000 error 00000088#0000040A00000800");
        expect(&g, "can1 1700000005.000001000000 002##1090909090909090909090909");
        expect(&g, "can1 1700000006.000000000000 003##2010203");
        assert_int_equal(next(&g), 0);
        assert_int_equal(next(&g), 0);
        assert_string_equal(f.said, "");
        cs_pcapng_close(g.state);
    }
    (void)state;
}

/* A cooked capture has its identifiers in the byte order of the file. */
static void cooked_captures(void **state)
{
    static const uint8_t host[] = {0x23, 1, 0, 0, 2, 0, 0, 0, 0xDE, 0xAD, 0, 0, 0, 0, 0, 0};

    for (int big = 0; big < 2; big++) {
        uint8_t one[88] = {0, 0, 1, 0x18}, two[36] = {0, 0x0C, 0, 0, 0, 0, 1, 7, 1, 0x18};
        struct file f = {.n = 0};
        struct got g;
        one[15] = 0x0C;
        memcpy(one + 16, big ? base : host, 16);
        memcpy(two + 20, big ? base : host, 16);
        section(&f, big != 0);
        interface(&f, CS_LINKTYPE_SLL, "any", 9, -1);
        interface(&f, CS_LINKTYPE_SLL2, "any", 9, -1);
        packet(&f, 0, 1, one, 32, 32);
        packet(&f, 1, 2, two, sizeof(two), sizeof(two));
        one[15] = 0x0D;
        packet(&f, 0, 3, one, 26, 88);
        one[15] = 0x0E;
        packet(&f, 0, 4, one, 26, 26);
        one[14] = 8;
        packet(&f, 0, 5, one, 26, 26);
        open_file(&g, &f);
        expect(&g, "any 0.000000001000 123#DEAD");
        expect(&g, "if263 0.000000002000 123#DEAD");
        expect(&g, "any 0.000000003000 123##0DEAD");
        assert_int_equal(next(&g), 0);
        assert_string_equal(f.said,
                            "1 packet left out, without a CAN frame, the first at byte 368\n"
                            "1 packet left out, with a CAN XL frame, the first at byte 308\n");
        cs_pcapng_close(g.state);
    }
    (void)state;
}

static void left_out(void **state)
{
    static const uint8_t long_classic[] = {0, 0, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t long_fd[72] = {0, 0, 0, 1, 65, 0, 0, 0};
    static const uint8_t xl[] = {0, 0, 0, 1, 0x80, 0, 0, 0};
    struct file f = {.n = 0};
    struct got g;

    (void)state;
    section(&f, false);
    begin(&f, 0xBAD); /* a block that nobody knows */
    pad(&f, "whatever", 8);
    end(&f);
    interface(&f, 1, "eth0", 6, -1);
    interface(&f, CS_LINKTYPE_SOCKETCAN, "can 0\x1B", 6, -1);
    packet(&f, 0, 1, base, 16, 16);
    packet(&f, 0, 2, base, 16, 16);
    packet(&f, 1, 3, long_classic, 16, 16);
    packet(&f, 1, 4, long_fd, 72, 72);
    packet(&f, 1, 5, base, 9, 16);
    packet(&f, 1, 6, base, 3, 16);
    packet(&f, 1, 7, xl, 8, 8);
    packet(&f, 1, 8, base, 16, 16);
    open_file(&g, &f);
    expect(&g, "can_0_ 0.000008000000 123#DEAD");
    assert_int_equal(next(&g), 0);
    assert_string_equal(
        f.said, "2 packets left out, not of a CAN interface, the first at byte 140\n"
                "2 packets left out, cut short by who captured it, the first at byte 388\n"
                "2 packets left out, with what cannot be a CAN frame, the first at byte 236\n"
                "1 packet left out, with a CAN XL frame, the first at byte 468\n");
    cs_pcapng_close(g.state);
}

/* Simple packets have no time, comments belong to one packet, a new section to nothing before. */
static void other_blocks(void **state)
{
    struct file f = {.n = 0};
    struct got g;

    (void)state;
    section(&f, false);
    interface(&f, CS_LINKTYPE_SOCKETCAN, "can0", 0x80 | 10, -1);
    begin(&f, CS_PCAPNG_ENHANCED);
    put(&f, 0, 8);
    put(&f, 1536, 4); /* of 1/1024 s */
    put(&f, 8, 4);
    put(&f, 16, 4);
    pad(&f, remote, 8);
    option(&f, CS_PCAPNG_COMMENT, "odd", 3);
    option(&f, 0, "", 0);
    end(&f);
    begin(&f, CS_PCAPNG_SIMPLE);
    put(&f, 16, 4);
    pad(&f, base, 16);
    end(&f);
    begin(&f, CS_PCAPNG_PACKET);
    put(&f, 0, 2);
    put(&f, 3, 2); /* drops */
    put(&f, 0, 4);
    put(&f, 2048, 4);
    put(&f, 16, 4);
    put(&f, 16, 4);
    pad(&f, base, 16);
    end(&f);
    section(&f, true);
    interface(&f, CS_LINKTYPE_SOCKETCAN, "b", 3, -1);
    packet(&f, 0, 1999, base, 16, 16); /* earlier than the one before */
    open_file(&g, &f);
    expect(&g, "can0 1.500000000000 7FF#R5 odd");
    expect(&g, "can0 1.500000000000 123#DEAD");
    expect(&g, "can0 2.000000000000 123#DEAD");
    expect(&g, "b 2.000000000000 123#DEAD");
    assert_true(g.log.stamp_ps == 1999 * CS_PS_PER_MS);
    assert_int_equal(next(&g), 0);
    cs_pcapng_close(g.state);
}

/* The bytes of a sound file, some of them changed, and what is said. */
static void refused(void **state)
{
    static const struct {
        size_t at, n; /* n bytes are changed at `at` */
        uint32_t to;
        size_t cut; /* 0: the whole file */
        const char *why;
    } rows[] = {
        {0, 0, 0, 5, "byte 0: must be a section's header, got a block of type 168627466"},
        {0, 4, 6, 0, "byte 0: must be a section's header, got a block of type 6"},
        {8, 4, 0x11223344, 0, "byte 0: must tell the byte order by 1A2B3C4D, got 11223344"},
        {0, 0, 0, 10, "byte 0: must be a block, the file ends within its head"},
        {4, 4, 24, 0, "byte 0: the block's length must be a multiple of 4 and at least 28, got 24"},
        {12, 2, 2, 0, "byte 0: must be pcapng of version 1, is version 2"},
        {40, 4, 48, 0, "byte 0: the block must end with its length 44, got 48"},
        {48, 4, 13, 0,
         "byte 44: the block's length must be a multiple of 4 and at least 12, got 13"},
        {48, 4, 8, 0, "byte 44: the block's length must be a multiple of 4 and at least 12, got 8"},
        {48, 4, 0xFFFFFFFC, 0,
         "byte 44: the block must have 4294967292 bytes, the file ends after 132"},
        {72, 1, 19, 0, "byte 44: if_tsresol must be at most 10^-18 or 2^-60, got 10^-19"},
        {88, 4, 1, 0, "byte 80: must be of an interface 0..0, got 1"},
        {100, 4, 17, 0, "byte 80: must have a packet of at most 16 bytes, got 17"},
        {100, 4, 0xFFFFFFFF, 0, "byte 80: must have a packet of at most 16 bytes, got 4294967295"},
        {0, 0, 0, 92, "byte 80: the block must have 48 bytes, the file ends after 12"},
        {0, 0, 0, 127, "byte 80: the block must have 48 bytes, the file ends after 47"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file f = {.n = 0};
        struct got g;
        section(&f, false);
        interface(&f, CS_LINKTYPE_SOCKETCAN, "can0", 9, -1);
        packet(&f, 0, 1, base, 16, 16);
        packet(&f, 0, 1, base, 16, 16);
        for (size_t k = 0; k < rows[i].n; k++)
            f.bytes[rows[i].at + k] = (uint8_t)(rows[i].to >> (8 * k));
        if (rows[i].cut != 0)
            f.n = rows[i].cut;
        open_file(&g, &f);
        int ret = next(&g);
        assert_string_equal(ret < 0 ? g.why : "read", rows[i].why);
        cs_pcapng_close(g.state);
    }
}

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct file *f = ctx;

    assert_true(f->n + n <= sizeof(f->bytes) && n % 4 == 0);
    memcpy(f->bytes + f->n, bytes, n);
    f->n += n;
    return 0;
}

static void what_is_written(void **state)
{
    static const char *const texts[] = {"123#DEAD", "12345678#R3", "001#0102030405060708_F",
                                        "7FF##3AABB", "000#"};
    const struct cansim_format *format = cs_plugin_pcapng.formats[0];
    struct file f = {.n = 0};
    const struct cansim_output to = {sizeof(to), &f, on_write};
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .epoch_s = 1700000000};
    char why[200];
    struct got g;
    void *writer;

    (void)state;
    assert_int_equal(format->create(&writer, &to, why, sizeof(why)), 0);
    for (unsigned i = 0; i < 5; i++) {
        struct cs_frame cs;
        assert_int_equal(cs_frame_parse(texts[i], &cs, why, sizeof(why)), 0);
        frame.id = cs.id;
        frame.flags = cs.flags;
        frame.dlc = cs.dlc;
        frame.len = cs.len;
        memcpy(frame.data, cs.data, sizeof(frame.data));
        frame.at_ps = i * 1000000001000;
        log.bus_name = i % 2 ? "can1" : "can0";
        log.comment = i == 2 ? "third" : NULL;
        assert_int_equal(format->write(writer, &log, why, sizeof(why)), 0);
    }
    frame.at_ps += 1;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 1);
    assert_string_equal(why, "times cut to nanoseconds");
    log.epoch_s = -5;
    frame.at_ps = 0;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 1);
    assert_int_equal(format->finish(writer, why, sizeof(why)), 0);
    assert_int_equal(cs_pcapng_probe(f.bytes, 11), 0);
    assert_int_equal(cs_pcapng_probe(f.bytes, f.n), 100);
    open_file(&g, &f);
    expect(&g, "can0 1700000000.000000000000 123#DEAD");
    expect(&g, "can1 1700000001.000000001000 12345678#R3");
    expect(&g, "can0 1700000002.000000002000 001#0102030405060708_F third");
    expect(&g, "can1 1700000003.000000003000 7FF##3AABB");
    expect(&g, "can0 1700000004.000000004000 000#");
    expect(&g, "can0 1700000004.000000004000 000#");
    assert_int_equal(next(&g), 0);
    cs_pcapng_close(g.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_frames), cmocka_unit_test(cooked_captures),
        cmocka_unit_test(left_out),        cmocka_unit_test(other_blocks),
        cmocka_unit_test(refused),         cmocka_unit_test(what_is_written),
    };
    return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
