/* SPDX-License-Identifier: MIT */
/* test_attach_frames.c - SocketCAN's frames, filters and error frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <linux/can/error.h>

#include "qemu-link/attach_frames.c" /* cansim-attach is a program, not a library */

static void round_trips(void **state)
{
    static const char *const texts[] = {"123#DEADBEEF", "000#",        "7FF#0102030405060708",
                                        "12345678#00",  "1FFFFFFF#",   "123#R",
                                        "12345678#R8",  "123##3112233"};
    struct canfd_frame wire;
    struct cs_frame frame, back;
    char why[128];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(cs_frame_parse(texts[i], &frame, why, sizeof(why)), 0);
        const size_t size = cs_attach_to_can(&frame, &wire);

        assert_int_equal(size, frame.flags & CS_FRAME_FD ? CANFD_MTU : CAN_MTU);
        assert_int_equal(cs_attach_from_can(&wire, size, &back), 0);
        assert_true(cs_frame_equal(&frame, &back));
    }
}

static void raw_dlc_and_remote_length(void **state)
{
    struct canfd_frame wire;
    struct cs_frame frame;
    char why[128];

    (void)state;
    assert_int_equal(cs_frame_parse("123#1122334455667788_B", &frame, why, sizeof(why)), 0);
    assert_int_equal(cs_attach_to_can(&frame, &wire), CAN_MTU);
    assert_int_equal(wire.len, 8);
    assert_int_equal(((struct can_frame *)&wire)->len8_dlc, 0xB);
    assert_int_equal(cs_frame_parse("123#R5", &frame, why, sizeof(why)), 0);
    cs_attach_to_can(&frame, &wire);
    assert_int_equal(wire.can_id, 0x123 | CAN_RTR_FLAG);
    assert_int_equal(wire.len, 5);
    assert_int_equal(cs_attach_from_can(&wire, CAN_MTU, &frame), 0);
    assert_int_equal(frame.dlc, 5);
    assert_int_equal(frame.len, 0);
}

static void refuses_what_is_no_frame(void **state)
{
    struct canfd_frame wire = {.can_id = 0x123, .len = 9};
    struct cs_frame frame;

    (void)state;
    assert_int_equal(cs_attach_from_can(&wire, CAN_MTU, &frame), -EINVAL);
    wire.len = 65;
    assert_int_equal(cs_attach_from_can(&wire, CANFD_MTU, &frame), -EINVAL);
    wire.len = 0;
    wire.can_id |= CAN_ERR_FLAG;
    assert_int_equal(cs_attach_from_can(&wire, CAN_MTU, &frame), -EINVAL);
    wire.can_id = 0xFFF; /* bits beyond a base identifier are cut, as a driver does */
    assert_int_equal(cs_attach_from_can(&wire, CAN_MTU, &frame), 0);
    assert_int_equal(frame.id, 0x7FF);
}

static void filters(void **state)
{
    static const struct {
        uint32_t can_id;
        struct can_filter row;
        bool passes;
    } rows[] = {
        {0x123, {0, 0}, true},
        {0x123, {0x123, 0x7FF}, true},
        {0x124, {0x123, 0x7FF}, false},
        {0x123 | CAN_EFF_FLAG, {0x123, 0x7FF}, true},
        {0x123 | CAN_EFF_FLAG, {0x123, CAN_EFF_FLAG | 0x7FF}, false},
        {0x123, {0x123, CAN_EFF_FLAG | CAN_EFF_MASK}, true},
        {0x123, {0x1000123, CAN_EFF_FLAG | CAN_EFF_MASK}, true}, /* nothing beyond 11 bits counts */
        {0x123 | CAN_RTR_FLAG, {0x123, CAN_RTR_FLAG | 0x7FF}, false},
        {0x123, {0x123 | CAN_INV_FILTER, 0x7FF}, false},
        {0x124, {0x123 | CAN_INV_FILTER, 0x7FF}, true},
        {0x124, {CAN_INV_FILTER, 0}, false},
        {CAN_ERR_FLAG | CAN_ERR_ACK, {0, 0}, false},
        {CAN_ERR_FLAG | CAN_ERR_ACK, {0, CAN_ERR_FLAG | CAN_ERR_ACK}, true},
        {CAN_ERR_FLAG | CAN_ERR_ACK, {0, CAN_ERR_FLAG | CAN_ERR_CRTL}, false},
        {CAN_ERR_ACK, {0, CAN_ERR_FLAG | CAN_ERR_ACK}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (cs_attach_passes(rows[i].can_id, &rows[i].row, 1, false, 0) != rows[i].passes)
            fail_msg("row %zu", i);
    }
}

static void several_filters(void **state)
{
    static const struct can_filter two[] = {{0x100, 0x700}, {0x123 | CAN_INV_FILTER, 0x7FF}};

    (void)state;
    assert_true(cs_attach_passes(0x123, two, 2, false, 0));
    assert_false(cs_attach_passes(0x123, two, 2, true, 0));
    assert_true(cs_attach_passes(0x124, two, 2, true, 0));
    assert_true(cs_attach_passes(0x200, two, 2, false, 0));
    assert_false(cs_attach_passes(0x200, two, 2, true, 0));
    assert_false(cs_attach_passes(0x200, two, 0, false, 0));
    assert_false(cs_attach_passes(0x200, two, 0, true, 0));
    assert_true(cs_attach_passes(CAN_ERR_FLAG | CAN_ERR_BUSOFF, two, 0, false, CAN_ERR_BUSOFF));
    assert_false(cs_attach_passes(CAN_ERR_FLAG | CAN_ERR_BUSOFF, two, 0, false, CAN_ERR_ACK));
}

/* What the SJA1000's ALC counts; a host of version 1.0 tells only the bit on the wire. */
static void lost_arbitration(void **state)
{
    static const struct {
        const char *text;
        enum cs_field field;
        unsigned index, alc;
    } rows[] = {
        {"555#", CS_FIELD_ID, 0, 0},
        {"555#", CS_FIELD_ID, 10, 10},
        {"000#", CS_FIELD_ID, 7, 7},
        {"123#", CS_FIELD_RTR, 0, 11},
        {"123#", CS_FIELD_IDE, 0, 12},
        {"12345678#", CS_FIELD_SRR, 0, 11},
        {"12345678#", CS_FIELD_IDE, 0, 12},
        {"12345678#", CS_FIELD_ID_EXT, 0, 13},
        {"12345678#", CS_FIELD_ID_EXT, 17, 30},
        {"12345678#", CS_FIELD_RTR, 0, 31},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_client_event event = {.kind = CS_CLIENT_ARB_LOST};
        struct cs_frame frame;
        struct cs_wire wire;
        struct can_frame out;
        unsigned index;
        char why[128];

        assert_int_equal(cs_frame_parse(rows[i].text, &frame, why, sizeof(why)), 0);
        assert_int_equal(cs_wire_encode(&frame, &wire), 0);
        while (cs_wire_field_at(&wire, event.bit, &index) != rows[i].field ||
               index != rows[i].index)
            event.bit++;
        for (int new_host = 0; new_host < 2; new_host++) {
            event.field = (uint8_t)(new_host ? rows[i].field : 0);
            event.index = (uint16_t)(new_host ? rows[i].index : 0);
            cs_attach_arb_frame(&frame, &event, &out);
            assert_int_equal(out.can_id, CAN_ERR_FLAG | CAN_ERR_LOSTARB);
            assert_int_equal(out.can_dlc, CAN_ERR_DLC);
            assert_int_equal(out.data[0], rows[i].alc);
        }
        event = (struct cs_client_event){.bit = 60000};
        cs_attach_arb_frame(&frame, &event, &out);
        assert_int_equal(out.data[0], CAN_ERR_LOSTARB_UNSPEC);
    }
}

static void bus_errors(void **state)
{
    static const struct {
        enum cs_error_kind error;
        enum cs_field field;
        unsigned index;
        bool tx;
        uint32_t classes;
        uint8_t type, place;
    } rows[] = {
        {CS_ERROR_ACK, CS_FIELD_ACK, 0, true, CAN_ERR_ACK, CAN_ERR_PROT_TX, CAN_ERR_PROT_LOC_ACK},
        {CS_ERROR_BIT, CS_FIELD_DATA, 12, true, 0, CAN_ERR_PROT_TX | CAN_ERR_PROT_BIT,
         CAN_ERR_PROT_LOC_DATA},
        {CS_ERROR_STUFF, CS_FIELD_ID, 7, false, 0, CAN_ERR_PROT_STUFF, CAN_ERR_PROT_LOC_ID28_21},
        {CS_ERROR_CRC, CS_FIELD_ACK_DELIM, 0, false, 0, 0, CAN_ERR_PROT_LOC_CRC_SEQ},
        {CS_ERROR_FORM, CS_FIELD_EOF, 3, false, 0, CAN_ERR_PROT_FORM, CAN_ERR_PROT_LOC_EOF},
        {CS_ERROR_STUFF, CS_FIELD_ID, 8, false, 0, CAN_ERR_PROT_STUFF, CAN_ERR_PROT_LOC_ID20_18},
        {CS_ERROR_STUFF, CS_FIELD_ID_EXT, 4, false, 0, CAN_ERR_PROT_STUFF,
         CAN_ERR_PROT_LOC_ID17_13},
        {CS_ERROR_STUFF, CS_FIELD_ID_EXT, 12, false, 0, CAN_ERR_PROT_STUFF,
         CAN_ERR_PROT_LOC_ID12_05},
        {CS_ERROR_STUFF, CS_FIELD_ID_EXT, 13, false, 0, CAN_ERR_PROT_STUFF,
         CAN_ERR_PROT_LOC_ID04_00},
        {CS_ERROR_FORM, CS_FIELD_CRC_DELIM, 0, false, 0, CAN_ERR_PROT_FORM,
         CAN_ERR_PROT_LOC_CRC_DEL},
        {CS_ERROR_BIT, CS_FIELD_ERROR_FLAG, 2, true, 0, CAN_ERR_PROT_TX | CAN_ERR_PROT_BIT, 0x11},
        {CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 13, true, 0, CAN_ERR_PROT_TX, 0x13},
        {CS_ERROR_FORM, CS_FIELD_ERROR_DELIM, 2, false, 0, CAN_ERR_PROT_FORM, 0x17},
        {CS_ERROR_OTHER, (enum cs_field)200, 0, false, 0, 0, CAN_ERR_PROT_LOC_UNSPEC},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cs_client_event event = {.kind = CS_CLIENT_ERROR,
                                              .error = rows[i].error,
                                              .field = (uint8_t)rows[i].field,
                                              .index = (uint16_t)rows[i].index,
                                              .tx = rows[i].tx,
                                              .tec = 300,
                                              .rec = 7};
        struct can_frame out;

        cs_attach_error_frame(&event, &out);
        assert_int_equal(out.can_id, CAN_ERR_FLAG | CAN_ERR_PROT | CAN_ERR_BUSERROR | CAN_ERR_CNT |
                                         rows[i].classes);
        assert_int_equal(out.data[2], rows[i].type);
        assert_int_equal(out.data[3], rows[i].place);
        assert_int_equal(out.data[6], 255);
        assert_int_equal(out.data[7], 7);
    }
}

static void levels(void **state)
{
    struct can_frame out;

    (void)state;
    assert_int_equal(cs_attach_level(CS_STATE_ERROR_ACTIVE, 95, 95), CS_ATTACH_ACTIVE);
    assert_int_equal(cs_attach_level(CS_STATE_ERROR_ACTIVE, 96, 0), CS_ATTACH_WARN);
    assert_int_equal(cs_attach_level(CS_STATE_ERROR_ACTIVE, 0, 96), CS_ATTACH_WARN);
    assert_int_equal(cs_attach_level(CS_STATE_ERROR_PASSIVE, 128, 0), CS_ATTACH_PASSIVE);
    assert_int_equal(cs_attach_level(CS_STATE_BUS_OFF, 256, 0), CS_ATTACH_BUS_OFF);
    cs_attach_level_frame(CS_ATTACH_ACTIVE, CS_ATTACH_WARN, 96, 1, &out);
    assert_int_equal(out.can_id, CAN_ERR_FLAG | CAN_ERR_CRTL | CAN_ERR_CNT);
    assert_int_equal(out.data[1], CAN_ERR_CRTL_TX_WARNING);
    cs_attach_level_frame(CS_ATTACH_WARN, CS_ATTACH_PASSIVE, 3, 128, &out);
    assert_int_equal(out.data[1], CAN_ERR_CRTL_RX_PASSIVE);
    assert_int_equal(out.data[7], 128);
    cs_attach_level_frame(CS_ATTACH_WARN, CS_ATTACH_ACTIVE, 95, 0, &out);
    assert_int_equal(out.data[1], CAN_ERR_CRTL_ACTIVE);
    cs_attach_level_frame(CS_ATTACH_PASSIVE, CS_ATTACH_BUS_OFF, 256, 0, &out);
    assert_int_equal(out.can_id, CAN_ERR_FLAG | CAN_ERR_BUSOFF);
    cs_attach_level_frame(CS_ATTACH_BUS_OFF, CS_ATTACH_ACTIVE, 0, 0, &out);
    assert_int_equal(out.can_id, CAN_ERR_FLAG | CAN_ERR_RESTARTED | CAN_ERR_CNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(raw_dlc_and_remote_length),
        cmocka_unit_test(refuses_what_is_no_frame),
        cmocka_unit_test(filters),
        cmocka_unit_test(several_filters),
        cmocka_unit_test(lost_arbitration),
        cmocka_unit_test(bus_errors),
        cmocka_unit_test(levels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
