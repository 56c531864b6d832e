/* SPDX-License-Identifier: MIT */
/* Addresses as people write them, and the ring that output waits in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu-link/proto_address.h"
#include "qemu-link/proto_ring.h"

static void addresses_are_understood(void **state)
{
    static const struct {
        const char *text, *formatted;
    } cases[] = {
        {"unix:/run/x.sock", "unix:/run/x.sock"},
        {"/run/x.sock", "unix:/run/x.sock"},
        {"unix:x.sock", "unix:x.sock"},
        {"./x", "unix:./x"},
        {"tcp:example.org:4711", "tcp:example.org:4711"},
        {"tcp::80", "tcp:127.0.0.1:80"},
        {"tcp:[::1]:0", "tcp:[::1]:0"},
    };
    static const char *const wrong[] = {
        "",         "x",         "unix:",      "tcp:",         "tcp:h",    "tcp:h:", "tcp:h:70000",
        "tcp:h:-1", "tcp:h:12 ", "tcp:::1:80", "tcp:h:999999", "vsock:1:2"};
    struct cs_proto_address address, again;
    char why[512], text[CS_PROTO_ADDRESS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cs_proto_address_parse(cases[i].text, &address, why, sizeof(why)), 0);
        cs_proto_address_format(&address, text, sizeof(text));
        assert_string_equal(text, cases[i].formatted);
        assert_int_equal(cs_proto_address_parse(text, &again, why, sizeof(why)), 0);
        assert_memory_equal(&address, &again, sizeof(address));
        assert_false(address.is_default);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        why[0] = '\0';
        assert_int_equal(cs_proto_address_parse(wrong[i], &address, why, sizeof(why)), -EINVAL);
        assert_memory_equal(why, "link address: ", 14);
    }
}

static void the_default_depends_on_the_environment(void **state)
{
    struct cs_proto_address address;
    char why[512], expected[128];

    (void)state;
    setenv("CANSIM_LINK", "tcp:h:1", 1);
    assert_int_equal(cs_proto_address_parse(NULL, &address, why, sizeof(why)), 0);
    assert_true(address.tcp);
    assert_false(address.is_default);
    setenv("CANSIM_LINK", "", 1); /* as good as not set */
    setenv("XDG_RUNTIME_DIR", "/run/user/5", 1);
    assert_int_equal(cs_proto_address_parse(NULL, &address, why, sizeof(why)), 0);
    assert_string_equal(address.path, "/run/user/5/cansim/default.sock");
    assert_true(address.is_default);
    unsetenv("CANSIM_LINK");
    setenv("XDG_RUNTIME_DIR", "relative", 1); /* the specification says: ignore */
    assert_int_equal(cs_proto_address_parse(NULL, &address, why, sizeof(why)), 0);
    snprintf(expected, sizeof(expected), "/tmp/cansim-%u/default.sock", (unsigned)geteuid());
    assert_string_equal(address.path, expected);
    unsetenv("XDG_RUNTIME_DIR");
}

static void the_ring_keeps_order_and_bounds(void **state)
{
    struct cs_ring ring;
    struct iovec pieces[2];
    uint8_t in = 0, out = 0, bytes[16], peeked[4];

    (void)state;
    assert_int_equal(cs_ring_init(&ring, 13), 0);
    assert_int_equal(cs_ring_pieces(&ring, pieces), 0);
    for (int round = 0; round < 200; round++) {
        const size_t want = 1 + (size_t)round % 7;

        for (size_t i = 0; i < want; i++)
            bytes[i] = (uint8_t)(in + i);
        if (cs_ring_put(&ring, bytes, want))
            in = (uint8_t)(in + want);
        else
            assert_true(cs_ring_used(&ring) + want > 13);
        if (cs_ring_used(&ring) >= 4) {
            assert_true(cs_ring_peek(&ring, ring.tail - 4, peeked, 4));
            assert_int_equal(peeked[3], (uint8_t)(in - 1));
        }
        assert_false(cs_ring_peek(&ring, ring.tail - 1, peeked, 2));
        for (int take = round % 5; take > 0 && cs_ring_used(&ring) > 0; take--) {
            assert_in_range(cs_ring_pieces(&ring, pieces), 1, 2);
            assert_int_equal(*(uint8_t *)pieces[0].iov_base, out++);
            cs_ring_consume(&ring, 1);
        }
    }
    cs_ring_clear(&ring);
    assert_int_equal(cs_ring_used(&ring), 0);
    cs_ring_fini(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_understood),
        cmocka_unit_test(the_default_depends_on_the_environment),
        cmocka_unit_test(the_ring_keeps_order_and_bounds),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
