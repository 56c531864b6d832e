/* SPDX-License-Identifier: MIT */
/* A card's vfio-user connection: its messages, what it refuses, whom it disconnects. */
#include "tests/unit/test_pci.h"

static int set_up(void **state)
{
    *state = create_world("kvaser", 1);
    return 0;
}

/* ---- VERSION ----------------------------------------------------------------------------------
 */

static void version_comes_first(void **state)
{
    struct world *w = *state;

    assert_int_equal(say_version(w), 0);
    assert_int_equal(vfu_get16(w->body), 0);
    assert_int_equal(vfu_get16(w->body + 2), 0);
    assert_true(w->body_len > 5);
    assert_int_equal(w->body[w->body_len - 1], '\0');
    assert_int_equal(strlen((const char *)w->body + 4), w->body_len - 5);
    assert_non_null(strstr((const char *)w->body + 4, "\"capabilities\":{"));
    assert_int_equal(ask(w, GET_INFO, (uint8_t[16]){16}, 16), 0);
}

/* The next one may come, and finds the card as after power-on. */
static void broken(struct world *w, uint64_t errors)
{
    assert_int_equal(hear(w), CLOSED);
    assert_int_equal(look(w).protocol_errors, errors);
    assert_false(look(w).connected);
    assert_int_equal(w->notes, errors);
    assert_non_null(strstr(w->note, "card: the peer broke the protocol: "));
    close(w->fd);
    w->fd = dial(w);
    assert_true(look(w).connected);
}

static void anything_before_version_ends_it(void **state)
{
    struct world *w = *state;

    for (unsigned command = 0; command < 16; command++) {
        if (command == VERSION)
            continue;
        say(w, command, 0, (uint8_t[32]){32}, 32);
        assert_int_equal(hear(w), EINVAL);
        broken(w, command < VERSION ? 1 : command);
    }
    assert_int_equal(say_version(w), 0);
}

static void version_comes_once(void **state)
{
    struct world *w = *state;

    assert_int_equal(say_version(w), 0);
    assert_int_equal(say_version(w), EINVAL);
    broken(w, 1);
    assert_int_equal(ask(w, VERSION, "\1\0\0\0{}", 7), EINVAL); /* major 1 */
    broken(w, 2);
    assert_int_equal(ask(w, VERSION, "\0\0\7\0", 4), 0); /* minor 7: ours is 0 */
    assert_int_equal(vfu_get16(w->body + 2), 0);
}

/* ---- what there is ----------------------------------------------------------------------------
 */

static void device_info(void **state)
{
    struct world *w = *state;

    join(w);
    assert_int_equal(ask(w, GET_INFO, (uint8_t[16]){16}, 16), 0);
    assert_int_equal(w->body_len, 16);
    assert_int_equal(vfu_get32(w->body), 16);
    assert_int_equal(vfu_get32(w->body + 4), 3); /* can be reset, PCI */
    assert_int_equal(vfu_get32(w->body + 8), 9);
    assert_int_equal(vfu_get32(w->body + 12), 5);
    assert_int_equal(ask(w, GET_INFO, NULL, 0), EINVAL);
}

static void region_infos(void **state)
{
    static const uint32_t sizes[9] = {128, 128, 8, 0, 0, 0, 0, 256, 0};
    struct world *w = *state;
    uint8_t body[32] = {32};

    join(w);
    for (uint8_t i = 0; i < 9; i++) {
        body[8] = i;
        assert_int_equal(ask(w, GET_REGION_INFO, body, sizeof(body)), 0);
        assert_int_equal(w->body_len, 32);
        assert_int_equal(vfu_get32(w->body), 32);
        assert_int_equal(vfu_get32(w->body + 4), sizes[i] ? 3 : 0); /* neither mmap nor more */
        assert_int_equal(vfu_get32(w->body + 8), i);
        assert_int_equal(vfu_get64(w->body + 16), sizes[i]);
    }
    body[8] = 9;
    assert_int_equal(ask(w, GET_REGION_INFO, body, sizeof(body)), EINVAL);
    body[8] = body[11] = 0xFF;
    assert_int_equal(ask(w, GET_REGION_INFO, body, sizeof(body)), EINVAL);
}

static void irq_infos(void **state)
{
    struct world *w = *state;
    uint8_t body[16] = {16};

    join(w);
    for (uint8_t i = 0; i < 5; i++) {
        body[8] = i;
        assert_int_equal(ask(w, GET_IRQ_INFO, body, sizeof(body)), 0);
        assert_int_equal(w->body_len, 16);
        assert_int_equal(vfu_get32(w->body + 8), i);
        assert_int_equal(vfu_get32(w->body + 12), i == 0);
        if (i == 0)
            assert_int_equal(vfu_get32(w->body + 4), 7); /* eventfd, maskable, automasked */
    }
    body[8] = 5;
    assert_int_equal(ask(w, GET_IRQ_INFO, body, sizeof(body)), EINVAL);
}

static void unknown_commands(void **state)
{
    static const unsigned commands[] = {0, 6, 11, 12, 14, 15, 0x7FFF, 0xFFFF};
    struct world *w = *state;

    join(w);
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        assert_int_equal(ask(w, commands[i], NULL, 0), ENOTSUP);
    assert_int_equal(ask(w, GET_INFO, (uint8_t[16]){16}, 16), 0);
}

static void memory_is_acknowledged(void **state)
{
    struct world *w = *state;
    uint8_t body[32] = {32};

    join(w);
    assert_int_equal(ask(w, DMA_MAP, body, 32), 0);
    assert_int_equal(ask(w, DMA_MAP, body, 31), EINVAL);
    body[9] = 0x12;
    assert_int_equal(ask(w, DMA_UNMAP, body, 24), 0);
    assert_int_equal(w->body_len, 24);
    assert_memory_equal(w->body, body, 24);
}

/* ---- accesses ---------------------------------------------------------------------------------
 */

static void config_space(void **state)
{
    struct world *w = *state;

    join(w);
    assert_int_equal(get(w, CONFIG, 0x00, 4), 0x840610E8);
    assert_int_equal(get(w, CONFIG, 0x08, 4), 0x00FF0000);
    assert_int_equal(get(w, CONFIG, 0x0E, 1), 0); /* one function, type 0 */
    assert_int_equal(get(w, CONFIG, 0x3D, 1), 1); /* INTA */
    assert_int_equal(get(w, CONFIG, 0x34, 1), 0); /* no capabilities */
    for (unsigned bar = 0; bar < 6; bar++) {
        static const uint32_t sized[6] = {0xFFFFFF81, 0xFFFFFF81, 0xFFFFFFF9, 0, 0, 0};
        const unsigned at = 0x10 + 4 * bar;

        put(w, CONFIG, at, 4, 0xFFFFFFFF);
        assert_int_equal(get(w, CONFIG, at, 4), sized[bar]);
        put(w, CONFIG, at, 4, 0xC0001234);
        assert_int_equal(get(w, CONFIG, at, 4), sized[bar] ? (0xC0001234 & sized[bar]) | 1 : 0);
    }
    put(w, CONFIG, 0x30, 4, 0xFFFFFFFE); /* no ROM */
    assert_int_equal(get(w, CONFIG, 0x30, 4), 0);
}

static void config_bits_that_stay(void **state)
{
    struct world *w = *state;

    join(w);
    put(w, CONFIG, 0x00, 4, 0xFFFFFFFF);
    put(w, CONFIG, 0x08, 4, 0);
    put(w, CONFIG, 0x2C, 4, 0x12345678);
    put(w, CONFIG, 0x3C, 4, 0x11223344);
    put(w, CONFIG, 0xF0, 4, 0xFFFFFFFF);
    assert_int_equal(get(w, CONFIG, 0x00, 4), 0x840610E8);
    assert_int_equal(get(w, CONFIG, 0x08, 4), 0x00FF0000);
    assert_int_equal(get(w, CONFIG, 0x2C, 4), 0);
    assert_int_equal(get(w, CONFIG, 0x3C, 4), 0x0144);
    assert_int_equal(get(w, CONFIG, 0xF0, 4), 0);
    put(w, CONFIG, 0x04, 4, 0xFFFFFFFF);
    assert_int_equal(get(w, CONFIG, 0x04, 4), 0x0547);
    put(w, CONFIG, 0x05, 1, 0); /* a byte of it */
    assert_int_equal(get(w, CONFIG, 0x04, 2), 0x0047);
}

static void chips_are_in_window_1(void **state)
{
    struct world *w = *state;

    join(w);
    assert_int_equal(get_reg(w, &kvaser, 0, MOD) & RM, RM);
    put_reg(w, &kvaser, 0, CDR, PELICAN);
    put_reg(w, &kvaser, 0, BTR0, 0x43);
    put_reg(w, &kvaser, 0, BTR1, 0x2F);
    assert_int_equal(get(w, 1, BTR0, 2), 0x2F43);
    assert_int_equal(access_region(w, REGION_READ, 1, 0, 128, NULL), 0); /* the whole window */
    assert_int_equal(w->body[16 + BTR1], 0x2F);
}

static void accesses_that_fail(void **state)
{
    static const struct {
        uint32_t region, count;
        uint64_t offset;
    } rows[] = {
        {0, 4, 126},
        {0, 1, 128},
        {0, 129, 0},
        {1, 1, UINT64_MAX},
        {2, 1, 8},
        {2, 4, UINT64_MAX - 1},
        {1, 1, UINT64_C(1) << 32},
        {3, 1, 0},
        {6, 1, 0},
        {CONFIG, 1, 256},
        {CONFIG, 257, 0},
        {CONFIG, 4, 253},
        {8, 1, 0},
        {9, 1, 0},
        {UINT32_MAX, 1, 0},
        {CONFIG, 4096, 0},
    };
    static const uint8_t zeros[CS_VFU_XFER_MAX];
    struct world *w = *state;
    uint8_t body[20] = {0};

    join(w);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            access_region(w, REGION_READ, rows[i].region, rows[i].offset, rows[i].count, NULL),
            EINVAL);
        assert_int_equal(
            access_region(w, REGION_WRITE, rows[i].region, rows[i].offset, rows[i].count, zeros),
            EINVAL);
    }
    vfu_put32(body + 8, CONFIG);
    vfu_put32(body + 12, UINT32_MAX);
    assert_int_equal(ask(w, REGION_READ, body, 16), EINVAL);
    vfu_put32(body + 12, 5); /* but four bytes of data */
    assert_int_equal(ask(w, REGION_WRITE, body, 20), EINVAL);
    assert_int_equal(ask(w, REGION_READ, body, 15), EINVAL);
    assert_int_equal(access_region(w, REGION_READ, CONFIG, 256, 0, NULL), 0);
    assert_int_equal(get(w, CONFIG, 0, 4), 0x840610E8);
}

/* ---- messages ---------------------------------------------------------------------------------
 */

static void no_reply_is_none(void **state)
{
    struct world *w = *state;
    uint8_t body[17] = {0x3C, 0, 0, 0, 0, 0, 0, 0, CONFIG, 0, 0, 0, 1, 0, 0, 0, 0x77};

    join(w);
    say(w, REGION_WRITE, NO_REPLY, body, sizeof(body));
    assert_int_equal(hear(w), NOTHING);
    assert_int_equal(get(w, CONFIG, 0x3C, 1), 0x77);
    say(w, 0xFFFF, NO_REPLY, NULL, 0); /* nor an error */
    assert_int_equal(hear(w), NOTHING);
}

static void byte_by_byte(void **state)
{
    struct world *w = *state;
    uint8_t body[32] = {32, 0, 0, 0, 0, 0, 0, 0, 1}, message[64];
    size_t n;

    join(w);
    n = put_message(w, message, GET_REGION_INFO, 0, body, sizeof(body));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(hear(w), NOTHING);
        assert_int_equal(send_bytes(w, message + i, 1, NULL, 0), 1);
        turn(w);
    }
    assert_int_equal(hear(w), 0);
    assert_int_equal(vfu_get16(w->reply), w->id);
    assert_int_equal(vfu_get64(w->body + 16), 128);
}

static void several_at_once(void **state)
{
    struct world *w = *state;
    uint8_t body[16] = {16}, messages[600 * 32];
    const uint16_t first = (uint16_t)(w->id + 2);
    size_t n = 0;

    assert_int_equal(say_version(w), 0);
    for (unsigned i = 0; i < 600; i++)
        n += put_message(w, messages + n, GET_INFO, 0, body, sizeof(body));
    assert_int_equal(send_bytes(w, messages, n, NULL, 0), n);
    turn(w);
    for (unsigned i = 0; i < 600; i++) {
        assert_int_equal(hear(w), 0);
        assert_int_equal(vfu_get16(w->reply), first + i);
    }
    assert_int_equal(hear(w), NOTHING);
}

/* Headers that make no sense: the length, and messages that are no requests. */
static void nonsense_ends_it(void **state)
{
    static const struct {
        uint32_t size, flags;
    } rows[] = {{0, 0},
                {15, 0},
                {8209, 0},
                {UINT32_MAX, 0},
                {0x80000000, 0},
                {16, 0x1},
                {16, REPLY | FAILED},
                {16, 0x2},
                {16, 0xF},
                {16, UINT32_MAX}};
    struct world *w = *state;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t header[CS_VFU_HEADER] = {1, 0, GET_INFO};

        assert_int_equal(say_version(w), 0);
        vfu_put32(header + 4, rows[i].size);
        vfu_put32(header + 8, rows[i].flags);
        assert_int_equal(send_bytes(w, header, sizeof(header), NULL, 0), sizeof(header));
        turn(w);
        broken(w, i + 1);
    }
}

static void longest_message(void **state)
{
    static const uint8_t body[CS_VFU_BODY_MAX];
    struct world *w = *state;

    join(w);
    assert_int_equal(ask(w, GET_INFO, body, sizeof(body)), 0);
    assert_int_equal(look(w).protocol_errors, 0);
}

static void end_within_a_message(void **state)
{
    struct world *w = *state;

    join(w);
    assert_int_equal(send_bytes(w, "\1\0\4\0\40\0", 6, NULL, 0), 6);
    hang_up(w);
    assert_false(look(w).connected);
    assert_int_equal(look(w).protocol_errors, 0);
    w->fd = dial(w);
    join(w);
    assert_int_equal(get(w, CONFIG, 0, 2), 0x10E8);
}

static void second_client_is_turned_away(void **state)
{
    struct world *w = *state;
    const int first = w->fd;

    join(w);
    w->fd = dial(w);
    assert_int_equal(hear(w), CLOSED);
    assert_int_equal(look(w).refused, 1);
    close(w->fd);
    w->fd = first;
    assert_int_equal(get(w, CONFIG, 0, 2), 0x10E8);
    assert_int_equal(look(w).connections, 1);
}

/* Requests wait in the socket, not in the host, until replies are taken; then all are answered. */
static void replies_that_are_not_read(void **state)
{
    struct world *w = *state;
    const struct cs_pci *pci = w->device->self;
    uint8_t body[16] = {0}, message[32];
    unsigned sent = 0, heard = 0;
    int error;

    join(w);
    vfu_put32(body + 8, CONFIG);
    vfu_put32(body + 12, 256);
    for (unsigned idle = 0; idle < 4; idle++) {
        const unsigned before = sent;

        while (sent < 100000) {
            const size_t n = put_message(w, message, REGION_READ, 0, body, sizeof(body));

            if (send_bytes(w, message, n, NULL, 0) != (ssize_t)n)
                break;
            sent++;
        }
        if (sent != before)
            idle = 0;
        turn(w);
    }
    assert_in_range(sent, 100, 99999);
    assert_false(ev_is_active(&pci->readable)); /* the loop sleeps */
    assert_true(ev_is_active(&pci->writable));
    for (unsigned idle = 0; idle < 4; idle++) {
        for (; (error = hear(w)) >= 0; heard++) {
            assert_int_equal(error, 0);
            assert_int_equal(w->body_len, 16 + 256);
            idle = 0;
        }
        assert_int_equal(error, NOTHING);
        turn(w);
    }
    assert_int_equal(heard, sent);
    assert_true(ev_is_active(&pci->readable));
    assert_false(ev_is_active(&pci->writable));
}

/* ---- reset ------------------------------------------------------------------------------------
 */

static void device_reset(void **state)
{
    struct world *w = *state;

    join(w);
    put(w, CONFIG, 0x04, 2, 0x0407);
    put(w, CONFIG, 0x10, 4, 0xC000);
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 0);
    assert_int_not_equal(look(w).port[0].node, CS_NO_NODE);
    assert_int_equal(ask(w, DEVICE_RESET, NULL, 0), 0);
    assert_int_equal(w->body_len, 0);
    assert_int_equal(look(w).port[0].node, CS_NO_NODE);
    assert_int_equal(get(w, CONFIG, 0x04, 2), 0);
    assert_int_equal(get(w, CONFIG, 0x10, 4), 1);
    assert_int_equal(get(w, 0, 0x39, 1), 0);
    assert_int_equal(get_reg(w, &kvaser, 0, CDR), 0);
    assert_true(look(w).connected);
}

static void end_resets_the_card(void **state)
{
    struct world *w = *state;

    join(w);
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
    hang_up(w);
    assert_int_equal(look(w).port[0].node, CS_NO_NODE);
    w->fd = dial(w);
    join(w);
    assert_int_equal(rung(w), 0);
    assert_int_equal(get(w, CONFIG, 0x06, 2) & 8, 0);
    assert_int_equal(get_reg(w, &kvaser, 0, CDR), 0);
    assert_int_equal(get(w, 0, 0x39, 1), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(version_comes_first),
        TEST(anything_before_version_ends_it),
        TEST(version_comes_once),
        TEST(device_info),
        TEST(region_infos),
        TEST(irq_infos),
        TEST(unknown_commands),
        TEST(memory_is_acknowledged),
        TEST(config_space),
        TEST(config_bits_that_stay),
        TEST(chips_are_in_window_1),
        TEST(accesses_that_fail),
        TEST(no_reply_is_none),
        TEST(byte_by_byte),
        TEST(several_at_once),
        TEST(nonsense_ends_it),
        TEST(longest_message),
        TEST(end_within_a_message),
        TEST(second_client_is_turned_away),
        TEST(replies_that_are_not_read),
        TEST(device_reset),
        TEST(end_resets_the_card),
    };

    return cmocka_run_group_tests_name("pci_vfu", tests, NULL, NULL);
}
