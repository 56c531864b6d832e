/* SPDX-License-Identifier: MIT */
/* The codec: every message there and back, every wrong length, every wrong value, random bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-link/proto_msg.h"

static char why[256];

static int decode(const uint8_t *bytes, size_t size, struct cs_proto_msg *msg)
{
    const struct cs_proto_desc *desc = size >= 6 ? cs_proto_find(bytes[4]) : NULL;

    return cs_proto_decode(bytes, size, desc ? desc->from : CS_PROTO_CLIENT, msg, why, sizeof(why));
}

static void set_length(uint8_t *bytes, size_t len)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(len >> (8 * i));
}

static void set_integer(struct cs_proto_msg *msg, const struct cs_proto_field *field, int64_t value)
{
    void *at = (char *)msg + field->offset;

    if (field->kind == CS_PROTO_U8)
        *(uint8_t *)at = (uint8_t)value;
    else if (field->kind == CS_PROTO_U16 || field->kind == CS_PROTO_I16)
        *(uint16_t *)at = (uint16_t)value;
    else if (field->kind == CS_PROTO_U32 || field->kind == CS_PROTO_I32)
        *(uint32_t *)at = (uint32_t)value;
    else
        *(uint64_t *)at = (uint64_t)value;
}

static void fill_lists(struct cs_proto_msg *msg)
{
    msg->n_filters = CS_MAX_FILTERS;
    msg->n_buses = CS_PROTO_MAX_BUSES;
    for (unsigned i = 0; i < CS_MAX_FILTERS; i++)
        msg->filters[i] = (struct cs_filter){0x100 + i, 0x1FFFFFFF, CS_FRAME_EXT, CS_FRAME_RTR};
    for (unsigned i = 0; i < CS_PROTO_MAX_BUSES; i++) {
        snprintf(msg->buses[i].name, CS_NAME_MAX, "bus-%u-%048d", i, 0);
        msg->buses[i].bitrate_bps = 10000 * (i + 1);
        msg->buses[i].data_bitrate_bps = 500000 * (i + 1);
        msg->buses[i].fd = i & 1;
    }
}

/* All members differ from one another. */
static const struct cs_timing every_member = {
    .nominal = {.clock_hz = 80000000,
                .brp = 2,
                .prop_seg = 47,
                .phase_seg1 = 16,
                .phase_seg2 = 15,
                .sjw = 14},
    .data = {.bitrate_bps = 2000000, .prop_seg = 5, .phase_seg1 = 8, .phase_seg2 = 6, .sjw = 3},
    .drift_ppb = -12345,
    .tdc = CS_TDC_FIXED,
    .tdc_offset = 21,
};

/* Every member of the message at the value `high` or `low` of its row, lists full or as short as
 * they may be. */
static void fill(struct cs_proto_msg *msg, const struct cs_proto_desc *desc, bool high)
{
    memset(msg, 0, sizeof(*msg));
    for (unsigned i = 0; i < desc->n_fields; i++) {
        const struct cs_proto_field *field = &desc->fields[i];

        if (field->kind <= CS_PROTO_I64)
            set_integer(msg, field, high ? field->high : field->low);
        else if (field->kind == CS_PROTO_TEXT && high)
            memset((char *)msg + field->offset, 't', (size_t)field->high);
    }
    if (high) {
        fill_lists(msg);
        memset(msg->text, 't', sizeof(msg->text) - 1);
        memset(msg->spec, 's', sizeof(msg->spec) - 1);
        msg->timing = every_member;
        memset(msg->bus, 'b', sizeof(msg->bus) - 1);
        memset(msg->name, 'n', sizeof(msg->name) - 1);
        msg->frame = (struct cs_frame){
            .id = CS_ID_MAX_EXT, .flags = CS_FRAME_EXT | CS_FRAME_FD, .dlc = 15, .len = 64};
        memset(msg->frame.data, 0xA5, sizeof(msg->frame.data));
    } else {
        msg->n_buses = desc->type == CS_PROTO_WELCOME;
    }
    msg->type = (uint16_t)desc->type;
    msg->magic = CS_PROTO_MAGIC;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = high ? UINT16_MAX : 0;
}

static const size_t sizes[] = {
    [CS_PROTO_U8] = 1,  [CS_PROTO_U16] = 2, [CS_PROTO_U32] = 4, [CS_PROTO_U64] = 8,
    [CS_PROTO_I16] = 2, [CS_PROTO_I32] = 4, [CS_PROTO_I64] = 8};

/* Of a field that is no list; a text is full. */
static size_t fixed_bytes(const struct cs_proto_field *field)
{
    if (field->kind == CS_PROTO_TEXT)
        return 2 + (size_t)field->high;
    if (field->kind == CS_PROTO_TIMING)
        return 48;
    return field->kind == CS_PROTO_ZERO ? (size_t)field->high : sizes[field->kind];
}

static void assert_same_members(const struct cs_proto_msg *a, const struct cs_proto_msg *b,
                                const struct cs_proto_desc *desc)
{
    for (unsigned i = 0; i < desc->n_fields; i++) {
        const struct cs_proto_field *field = &desc->fields[i];
        const char *in_a = (const char *)a + field->offset, *in_b = (const char *)b + field->offset;

        if (field->kind <= CS_PROTO_I64)
            assert_memory_equal(in_a, in_b, sizes[field->kind]);
        else if (field->kind == CS_PROTO_NAME || field->kind == CS_PROTO_TEXT)
            assert_string_equal(in_a, in_b);
        else if (field->kind == CS_PROTO_FRAME)
            assert_true(cs_frame_equal(&a->frame, &b->frame));
        else if (field->kind == CS_PROTO_TIMING)
            assert_true(cs_timing_equal(&a->timing, &b->timing));
        else if (field->kind == CS_PROTO_FILTERS) {
            assert_int_equal(a->n_filters, b->n_filters);
            for (unsigned k = 0; k < a->n_filters; k++) {
                assert_int_equal(a->filters[k].id, b->filters[k].id);
                assert_int_equal(a->filters[k].id_mask, b->filters[k].id_mask);
                assert_int_equal(a->filters[k].flags, b->filters[k].flags);
                assert_int_equal(a->filters[k].flags_mask, b->filters[k].flags_mask);
            }
        } else if (field->kind == CS_PROTO_BUSLIST) {
            assert_int_equal(a->n_buses, b->n_buses);
            for (unsigned k = 0; k < a->n_buses; k++) {
                assert_string_equal(a->buses[k].name, b->buses[k].name);
                assert_int_equal(a->buses[k].bitrate_bps, b->buses[k].bitrate_bps);
                assert_int_equal(a->buses[k].data_bitrate_bps, b->buses[k].data_bitrate_bps);
                assert_int_equal(a->buses[k].fd, b->buses[k].fd);
            }
        } else if (field->kind == CS_PROTO_EDGELIST) {
            assert_int_equal(a->n_edges, b->n_edges);
            for (unsigned k = 0; k < a->n_edges; k++) {
                assert_int_equal(a->edges[k].at_ps, b->edges[k].at_ps);
                assert_int_equal(a->edges[k].bus, b->edges[k].bus);
                assert_int_equal(a->edges[k].node, b->edges[k].node);
                assert_int_equal(a->edges[k].level, b->edges[k].level);
            }
        }
    }
}

static void every_message_goes_there_and_back(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const struct cs_proto_desc *desc;

    (void)state;
    for (unsigned i = 0; (desc = cs_proto_desc(i)); i++) {
        for (int high = 0; high < 2; high++) {
            size_t len;

            fill(&msg, desc, high);
            len = cs_proto_encode(&msg, bytes);
            assert_in_range(len, CS_PROTO_HEADER_BYTES, CS_PROTO_MAX_BYTES);
            if (decode(bytes, len, &back) != (int)len)
                fail_msg("%s: %s", desc->name, why);
            assert_int_equal(back.type, desc->type);
            assert_same_members(&msg, &back, desc);
        }
    }
    assert_int_equal(cs_proto_encode(&(struct cs_proto_msg){.type = 0x70}, bytes), 0);
}

/* Length of the message as it first was: without the fields of later minor versions. */
static size_t first_length(const struct cs_proto_msg *msg, const struct cs_proto_desc *desc)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len = cs_proto_encode(msg, bytes);

    for (unsigned i = desc->n_fields; i-- > 0 && desc->fields[i].since > 0;)
        len -= fixed_bytes(&desc->fields[i]);
    return len;
}

/* Is a message that ends at `cut` one that a later minor version left as it was? */
static bool ends_before_a_later_field(const struct cs_proto_msg *msg,
                                      const struct cs_proto_desc *desc, size_t cut)
{
    size_t at = first_length(msg, desc);

    for (unsigned i = 0; i < desc->n_fields; i++) {
        if (desc->fields[i].since == 0)
            continue;
        if (at == cut)
            return true;
        at += fixed_bytes(&desc->fields[i]);
    }
    return false;
}

/* Whatever its last byte was: a message that says it is shorter than its fields is refused. */
static void every_short_message_is_refused(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const struct cs_proto_desc *desc;

    (void)state;
    for (unsigned i = 0; (desc = cs_proto_desc(i)); i++) {
        size_t len;

        fill(&msg, desc, true);
        len = cs_proto_encode(&msg, bytes);
        for (size_t cut = CS_PROTO_HEADER_BYTES; cut < len; cut++) {
            set_length(bytes, cut);
            if (ends_before_a_later_field(&msg, desc, cut)) {
                assert_int_equal(decode(bytes, cut, &back), (int)cut);
                continue;
            }
            assert_int_equal(decode(bytes, cut, &back), -EPROTO);
            assert_memory_equal(why, desc->name, strlen(desc->name));
        }
    }
}

/* Fields of a younger minor version follow ours: they are skipped. */
static void every_longer_message_is_accepted(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES] = {0};
    const struct cs_proto_desc *desc;

    (void)state;
    for (unsigned i = 0; (desc = cs_proto_desc(i)); i++) {
        size_t len;

        fill(&msg, desc, true);
        len = cs_proto_encode(&msg, bytes);
        memset(bytes + len, 0xFF, sizeof(bytes) - len);
        set_length(bytes, len + 1);
        assert_int_equal(decode(bytes, len + 1, &back), (int)len + 1);
        assert_same_members(&msg, &back, desc);
        set_length(bytes, sizeof(bytes));
        assert_int_equal(decode(bytes, sizeof(bytes), &back), (int)sizeof(bytes));
        set_length(bytes, sizeof(bytes) + 1);
        assert_int_equal(decode(bytes, sizeof(bytes), &back), -EPROTO);
    }
}

static void incomplete_messages_wait(void **state)
{
    static struct cs_proto_msg msg;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len;

    (void)state;
    fill(&msg, cs_proto_find(CS_PROTO_HELLO), true);
    len = cs_proto_encode(&msg, bytes);
    for (size_t have = 0; have < len; have++)
        assert_int_equal(decode(bytes, have, &msg), 0);
    for (size_t wrong = 0; wrong < CS_PROTO_HEADER_BYTES; wrong++) {
        set_length(bytes, wrong);
        assert_int_equal(decode(bytes, 4, &msg), -EPROTO); /* said as soon as it can be known */
    }
    set_length(bytes, UINT32_MAX);
    assert_int_equal(decode(bytes, 4, &msg), -EPROTO);
    assert_string_equal(why, "message: length must be 8..4096, got 4294967295");
}

/* One below and one above the range of every integer that has a narrower range than its type. */
static void every_value_out_of_range_is_refused(void **state)
{
    static struct cs_proto_msg msg, back;
    static const int64_t type_high[] = {
        [CS_PROTO_U8] = UINT8_MAX,  [CS_PROTO_U16] = UINT16_MAX, [CS_PROTO_U32] = UINT32_MAX,
        [CS_PROTO_I16] = INT16_MAX, [CS_PROTO_I32] = INT32_MAX,  [CS_PROTO_I64] = INT64_MAX};
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const struct cs_proto_desc *desc;
    unsigned tried = 0;

    (void)state;
    for (unsigned i = 0; (desc = cs_proto_desc(i)); i++) {
        for (unsigned k = 0; k < desc->n_fields; k++) {
            const struct cs_proto_field *field = &desc->fields[k];
            const bool is_signed = field->kind == CS_PROTO_I16 || field->kind == CS_PROTO_I32 ||
                                   field->kind == CS_PROTO_I64;

            if (field->kind > CS_PROTO_I64 || field->kind == CS_PROTO_U64)
                continue;
            for (int above = 0; above < 2; above++) {
                if (above ? field->high >= type_high[field->kind]
                          : field->low <= (is_signed ? INT16_MIN : 0))
                    continue;
                fill(&msg, desc, false);
                set_integer(&msg, field, above ? field->high + 1 : field->low - 1);
                assert_int_equal(decode(bytes, cs_proto_encode(&msg, bytes), &back), -EPROTO);
                assert_non_null(strstr(why, field->name));
                tried++;
            }
        }
    }
    assert_true(tried >= 20);
}

static void lists_are_bounded(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES] = {0};
    size_t len;

    (void)state;
    msg = (struct cs_proto_msg){.type = CS_PROTO_SET_FILTERS, .n_filters = 2};
    len = cs_proto_encode(&msg, bytes);
    assert_int_equal(len, 12 + 2 * 12);
    bytes[8] = 65;
    set_length(bytes, sizeof(bytes));
    assert_int_equal(decode(bytes, sizeof(bytes), &back), -EPROTO);
    assert_string_equal(why, "SET_FILTERS: `filters` must have 0..64 entries, got 65");
    bytes[8] = 2;
    bytes[10] = 11;
    assert_int_equal(decode(bytes, sizeof(bytes), &back), -EPROTO);
    assert_string_equal(why,
                        "SET_FILTERS: an entry of `filters` must have at least 12 bytes, got 11");
    bytes[10] = bytes[11] = 0xFF; /* 2 x 65535 */
    assert_int_equal(decode(bytes, sizeof(bytes), &back), -EPROTO);
    bytes[10] = 16; /* entries of a younger version */
    bytes[11] = 0;
    bytes[12 + 16] = 0x23;
    assert_true(decode(bytes, sizeof(bytes), &back) > 0);
    assert_int_equal(back.filters[1].id, 0x23);
    bytes[12 + 3] = 0x20; /* beyond 29 bits */
    assert_int_equal(decode(bytes, sizeof(bytes), &back), -EPROTO);
    assert_string_equal(why, "SET_FILTERS: filter 0 has bits that no frame has");
}

static void timings_must_be_possible(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES] = {0};
    size_t len;

    (void)state;
    msg = (struct cs_proto_msg){.type = CS_PROTO_SET_TIMING, .timing = every_member};
    len = cs_proto_encode(&msg, bytes);
    assert_int_equal(len, 8 + 48);
    assert_int_equal(bytes[8 + 12], 16); /* phase_seg1 */
    assert_int_equal(bytes[8 + 44], CS_TDC_FIXED);
    bytes[8 + 18] = bytes[8 + 45] = 0xEE; /* padding is not looked at */
    assert_int_equal(decode(bytes, len, &back), (int)len);
    assert_true(cs_timing_equal(&back.timing, &every_member));
    bytes[8 + 8] = 0;
    assert_int_equal(decode(bytes, len, &back), -EPROTO);
    assert_string_equal(why, "SET_TIMING: `timing`: the nominal bit timing's brp must be 1..1024, "
                             "got 0");
    memset(bytes + 8, 0, 48);
    assert_int_equal(decode(bytes, len, &back), (int)len);
    assert_int_equal(back.timing.nominal.bitrate_bps, 0);
    memset(bytes + 8, 0xFF, 48);
    assert_int_equal(decode(bytes, len, &back), -EPROTO);
}

/* A HELLO and a list of buses as 1.0 has them: what came later is 0. */
static void what_old_messages_lack_is_zero(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES] = {0};
    const uint8_t old_buses[] = {1, 0, 72, 0, 'c', 'a', 'n', '0'};

    (void)state;
    fill(&msg, cs_proto_find(CS_PROTO_HELLO), true);
    cs_proto_encode(&msg, bytes);
    set_length(bytes, 160 + 4 + 64 * 12);
    memset(&back, 0xFF, sizeof(back));
    assert_int_equal(decode(bytes, sizeof(bytes), &back), 160 + 4 + 64 * 12);
    assert_int_equal(back.n_filters, 64);
    assert_int_equal(back.fd, CS_FD_BUS);
    assert_int_equal(back.want_faults, 0);
    assert_int_equal(back.delay_ps, 0);
    assert_int_equal(back.timing.nominal.bitrate_bps, 0);

    msg = (struct cs_proto_msg){.type = CS_PROTO_BUSES, .magic = CS_PROTO_MAGIC, .major = 1};
    cs_proto_encode(&msg, bytes);
    memset(bytes + 16, 0, 100);
    memcpy(bytes + 16, old_buses, sizeof(old_buses));
    bytes[16 + 4 + 72 + 3] = 1; /* behind the entry: nobody's */
    set_length(bytes, 16 + 4 + 72 + 8);
    assert_int_equal(decode(bytes, sizeof(bytes), &back), 16 + 4 + 72 + 8);
    assert_string_equal(back.buses[0].name, "can0");
    assert_int_equal(back.buses[0].data_bitrate_bps, 0);
    assert_int_equal(back.buses[0].fd, 0);
}

static void frames_must_be_can_frames(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES] = {0};
    size_t len;

    (void)state;
    msg = (struct cs_proto_msg){.type = CS_PROTO_SEND,
                                .frame = {.id = 0x123, .dlc = 3, .len = 3, .data = {1, 2, 3}}};
    len = cs_proto_encode(&msg, bytes);
    assert_int_equal(len, 32); /* 3 bytes of data are filled up to 8 */
    bytes[22] = 65;
    assert_int_equal(decode(bytes, len, &back), -EPROTO);
    assert_string_equal(why, "SEND: `frame` must have 0..64 bytes of data, got 65");
    bytes[22] = 4; /* dlc still says 3 */
    assert_int_equal(decode(bytes, len, &back), -EPROTO);
    assert_string_equal(why, "SEND: `frame` is no CAN frame: id 0x123, flags 0x00, dlc 3, 4 bytes");
    bytes[22] = 3;
    bytes[23] = bytes[31] = 0xEE; /* padding is not looked at */
    assert_int_equal(decode(bytes, len, &back), (int)len);
    assert_true(cs_frame_equal(&back.frame, &msg.frame));
    assert_int_equal(back.frame.data[7], 0);
}

static void names_and_texts_are_made_printable(void **state)
{
    static struct cs_proto_msg msg, back;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len;

    (void)state;
    msg = (struct cs_proto_msg){.type = CS_PROTO_GOODBYE, .text = "a\033[2Jb\n\x7F"};
    len = cs_proto_encode(&msg, bytes);
    assert_int_equal(decode(bytes, len, &back), (int)len);
    assert_string_equal(back.text, "a?[2Jb??");
    fill(&msg, cs_proto_find(CS_PROTO_HELLO), true);
    len = cs_proto_encode(&msg, bytes);
    bytes[16 + 63] = 'x';
    assert_int_equal(decode(bytes, len, &back), -EPROTO);
    assert_string_equal(why, "HELLO: `bus` must end with a NUL within its 64 bytes");
}

static void senders_and_unknown_types_are_checked(void **state)
{
    static struct cs_proto_msg msg;
    uint8_t bytes[8] = {8, 0, 0, 0, CS_PROTO_BYE, 0, 0, 0};

    (void)state;
    assert_int_equal(cs_proto_decode(bytes, 8, CS_PROTO_HOST, &msg, why, sizeof(why)), -EPROTO);
    assert_string_equal(why, "BYE: only the client sends this");
    bytes[4] = 0x44;
    assert_int_equal(cs_proto_decode(bytes, 8, CS_PROTO_HOST, &msg, why, sizeof(why)), -EPROTO);
    assert_string_equal(why, "message: unknown type 0x44");
    bytes[6] = CS_PROTO_IGNORABLE;
    assert_int_equal(cs_proto_decode(bytes, 8, CS_PROTO_HOST, &msg, why, sizeof(why)), 8);
    assert_int_equal(msg.type, CS_PROTO_SKIPPED);
}

static void other_versions_are_recognised(void **state)
{
    static struct cs_proto_msg msg;
    /* A HELLO of a version 9 whose body nobody here knows. */
    const uint8_t bytes[16] = {16, 0, 0, 0, CS_PROTO_HELLO, 0, 0, 0, 'C', 'A', 'N', 'S',
                               9,  0, 4, 0};

    (void)state;
    assert_int_equal(decode(bytes, sizeof(bytes), &msg), 16);
    assert_false(cs_proto_version_fits(&msg, "client", why, sizeof(why)));
    assert_string_equal(why, "the client speaks version 9.4 of the link protocol, this side 1.3");
}

static void random_bytes_are_survived(void **state)
{
    static struct cs_proto_msg msg;
    const char *given = getenv("CANSIM_TEST_SEED");
    const unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 4711u;
    uint8_t bytes[2048];
    unsigned accepted = 0, n_messages = 0;

    (void)state;
    while (cs_proto_desc(n_messages))
        n_messages++;
    print_message("# CANSIM_TEST_SEED=%u replays\n", seed);
    srandom(seed);
    for (int round = 0; round < 200000; round++) {
        const struct cs_proto_desc *desc = cs_proto_desc((unsigned)random() % n_messages);
        const size_t len = 8 + (size_t)random() % 200;
        uint8_t *exact = malloc(len); /* so that a sanitizer sees every byte too far */

        for (size_t i = 0; i < len; i++)
            bytes[i] = random() % 4 ? 0 : (uint8_t)random();
        set_length(bytes, len);
        bytes[4] = (uint8_t)desc->type;
        bytes[5] = 0;
        memcpy(bytes + 8, random() % 4 ? "CANS\1\0\0\0" : "\0\0\0\0\0\0\0\0",
               len < 16 ? len - 8 : 8);
        memcpy(exact, bytes, len);
        accepted += decode(exact, len, &msg) > 0;
        free(exact);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_goes_there_and_back),
        cmocka_unit_test(every_short_message_is_refused),
        cmocka_unit_test(every_longer_message_is_accepted),
        cmocka_unit_test(incomplete_messages_wait),
        cmocka_unit_test(every_value_out_of_range_is_refused),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(timings_must_be_possible),
        cmocka_unit_test(what_old_messages_lack_is_zero),
        cmocka_unit_test(frames_must_be_can_frames),
        cmocka_unit_test(names_and_texts_are_made_printable),
        cmocka_unit_test(senders_and_unknown_types_are_checked),
        cmocka_unit_test(other_versions_are_recognised),
        cmocka_unit_test(random_bytes_are_survived),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
