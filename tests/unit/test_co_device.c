/* SPDX-License-Identifier: MIT */
/* The simulated CANopen device: NMT, error control, SDO server, EMCY, stored parameters, LSS. */
#include "tests/unit/test_co_device.h"

#include "plugins/canopen/sdo_watch.h"

#define IO "scenarios/examples/io.eds"

static void boot_and_states(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "40 00 10 00", "43 00 10 00 91 01 0F 00");
    fake_tell(f, 0, "02 05", 0); /* stopped: no SDO */
    fake_tell(f, 0x605, "40 00 10 00 00 00 00 00", 0);
    fake_quiet(f);
    fake_tell(f, 0, "80 00", 0);
    fake_sdo(f, "40 01 10 00", "4F 01 10 00");
    fake_tell(f, 0, "82 06", 0); /* another node's */
    fake_quiet(f);
    fake_tell(f, 0, "81 05", 0);
    fake_expect(f, 0x705, "00");
    fake_tell(f, 0, "82 00", 0);
    fake_expect(f, 0x705, "00");
    fake_tell(f, 0, "01", 0); /* too short */
    fake_quiet(f);
    fake_stop(f);
}

static void heartbeats(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "2B 17 10 00 0A", "60 17 10 00");
    fake_run(f, 25 * MS);
    fake_expect(f, 0x705, "7F");
    fake_expect(f, 0x705, "7F");
    fake_quiet(f);
    assert_int_equal(f->sent_at[f->n - 1], 20 * MS);
    fake_command(f, "heartbeat-late 4ms");
    fake_run(f, 39 * MS);
    fake_expect(f, 0x705, "7F");
    assert_int_equal(f->sent_at[f->n - 1], 34 * MS);
    fake_command(f, "heartbeat stop");
    fake_run(f, 200 * MS);
    fake_quiet(f);
    fake_stop(f);
}

/* A consumer begins with the first heartbeat that it hears. */
static void heartbeat_consumer(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "23 16 10 01 0A 00 09", "60 16 10 01"); /* node 9, 10 ms */
    fake_sdo(f, "23 16 10 02 0A 00 09", "80 16 10 02 43 00 04 06");
    fake_run(f, 100 * MS);
    fake_quiet(f);
    fake_tell(f, 0, "01 05", 0);
    f->seen = f->n;
    fake_tell(f, 0x709, "05", 0);
    fake_run(f, 109 * MS);
    fake_quiet(f);
    fake_run(f, 111 * MS);
    fake_expect(f, 0x085, "30 81 11 09 00 00 00 00");
    fake_sdo(f, "40 03 10 01", "43 03 10 01 30 81 09");
    /* 1029h:1 is 0: it left operational. */
    fake_sdo(f, "2B 17 10 00 01", "60 17 10 00");
    fake_run(f, 112 * MS);
    fake_expect(f, 0x705, "7F");
    fake_tell(f, 0x709, "05", 0);
    fake_expect(f, 0x085, "00 00 00 00 00 00 00 00");
    fake_stop(f);
}

static void guarding(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "2B 0C 10 00 14", "60 0C 10 00");
    fake_sdo(f, "2F 0D 10 00 02", "60 0D 10 00");
    fake_tell(f, 0x705, "", CANSIM_FRAME_RTR);
    fake_expect(f, 0x705, "7F");
    fake_tell(f, 0x705, "", CANSIM_FRAME_RTR);
    fake_expect(f, 0x705, "FF");
    fake_run(f, 39 * MS);
    fake_quiet(f);
    fake_run(f, 41 * MS);
    fake_expect(f, 0x085, "30 81 11 00 00 00 00 00");
    fake_stop(f);
}

static void sdo_refusals(void **state)
{
    static const struct {
        const char *request, *answer;
    } rows[] = {
        {"40 45 23 00", "80 45 23 00 00 00 02 06"},    /* no such object */
        {"40 18 10 07", "80 18 10 07 11 00 09 06"},    /* no such sub-index */
        {"2B 00 10 00 01", "80 00 10 00 02 00 01 06"}, /* read-only */
        {"40 02 21 00", "80 02 21 00 01 00 01 06"},    /* write-only */
        {"2F 17 10 00 01", "80 17 10 00 13 00 07 06"}, /* too short */
        {"23 17 10 00 01", "80 17 10 00 12 00 07 06"}, /* too long */
        {"2B 01 21 00 65", "80 01 21 00 31 00 09 06"}, /* 101 of -100..100 */
        {"2B 01 21 00 00 80", "80 01 21 00 32 00 09 06"},
        {"2F 03 10 00 01", "80 03 10 00 30 00 09 06"}, /* only 0 clears the history */
        {"2F 19 10 00 01", "80 19 10 00 30 00 09 06"},
        {"23 10 10 01 01", "80 10 10 01 20 00 00 08"}, /* not "save" */
        {"00 00 00 00", "80 00 00 00 01 00 04 05"},    /* a segment of nothing */
        {"E0 34 12 01", "80 34 12 01 01 00 04 05"},
        {"A0 00 21 00 00", "80 00 21 00 02 00 04 05"}, /* block size 0 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake *f = fake_start(IO, "5");
        fake_expect(f, 0x705, "00");
        fake_sdo(f, rows[i].request, rows[i].answer);
        fake_stop(f);
    }
}

static void sdo_segments(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "40 08 10 00", "41 08 10 00 06");
    fake_sdo(f, "60", "03 49 4F 20 34 30 31");
    fake_sdo(f, "21 00 21 00 09", "60 00 21 00");
    fake_sdo(f, "00 01 02 03 04 05 06 07", "20");
    fake_sdo(f, "1B 08 09", "30");
    fake_sdo(f, "40 00 21 00", "41 00 21 00 09");
    fake_sdo(f, "60", "00 01 02 03 04 05 06 07");
    fake_sdo(f, "60", "80 00 21 00 00 00 03 05"); /* the same toggle bit again */
    /* A client that does not go on is told after a second. */
    fake_sdo(f, "40 00 21 00", "41 00 21 00 09");
    fake_run(f, f->now + 999 * MS);
    fake_quiet(f);
    fake_run(f, f->now + 2 * MS);
    fake_expect(f, 0x585, "80 00 21 00 00 00 04 05");
    fake_stop(f);
}

/* 300 bytes to the domain in one sub-block, one segment of which it does not take; then back. */
static void sdo_blocks(void **state)
{
    struct fake *f = fake_start(IO, "5");
    uint8_t value[300];
    char text[40], hex[40];

    (void)state;
    for (unsigned i = 0; i < sizeof(value); i++)
        value[i] = (uint8_t)(i * 5 + 3);
    fake_expect(f, 0x705, "00");
    fake_command(f, "block-lose 1");
    fake_sdo(f, "C6 00 21 00 2C 01", "A4 00 21 00 7F");
    unsigned at = 0, ack = 0;
    while (at < sizeof(value)) {
        for (unsigned seq = 1; at < sizeof(value); seq++) {
            uint8_t d[8] = {0};
            unsigned n = sizeof(value) - at < 7 ? (unsigned)sizeof(value) - at : 7;
            memcpy(d + 1, value + at, n);
            at += n;
            d[0] = (uint8_t)(seq | (at == sizeof(value) ? 0x80 : 0));
            co_value_format(CO_OCTET_STRING, d, 8, text, sizeof(text));
            fake_tell(f, 0x605, text, 0);
        }
        /* The first one was lost: all of it comes again. */
        snprintf(hex, sizeof(hex), "A2 %s 7F 00 00 00 00 00", ack == 0 ? "00" : "2B");
        fake_expect(f, 0x585, hex);
        if (ack++ == 0)
            at = 0;
    }
    uint16_t crc = co_sdo_crc(0, value, sizeof(value));
    snprintf(text, sizeof(text), "C5 %02X %02X", crc & 0xFF, crc >> 8);
    fake_sdo(f, text, "A1");
    fake_sdo(f, "A4 00 21 00 7F", "C6 00 21 00 2C 01");
    fake_tell(f, 0x605, "A3 00 00 00 00 00 00 00", 0);
    for (unsigned i = 0; i < 43; i++) {
        assert_int_equal(f->sent[f->seen].data[0], (i + 1) | (i == 42 ? 0x80 : 0));
        assert_memory_equal(f->sent[f->seen].data + 1, value + 7 * i, i == 42 ? 6 : 7);
        f->seen++;
        co_device_type.sent(f->state, (uint64_t)f->sent[f->seen - 1].at_ps, 0, f->now);
    }
    fake_quiet(f);
    fake_sdo(f, "A2 2B 7F", text);
    fake_tell(f, 0x605, "A1 00 00 00 00 00 00 00", 0);
    fake_quiet(f);
    fake_stop(f);
}

static void stored_parameters(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "2B 01 21 00 2A", "60 01 21 00");
    fake_tell(f, 0, "81 05", 0);
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "40 01 21 00", "4B 01 21 00");
    fake_sdo(f, "2B 01 21 00 2A", "60 01 21 00");
    fake_sdo(f, "23 10 10 01 73 61 76 65", "60 10 10 01");
    co_device_type.detached(f->state, f->now);
    co_device_type.attached(f->state, f->now);
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "40 01 21 00", "4B 01 21 00 2A");
    fake_sdo(f, "23 11 10 01 6C 6F 61 64", "60 11 10 01");
    fake_sdo(f, "40 01 21 00", "4B 01 21 00 2A"); /* until the next reset */
    fake_tell(f, 0, "81 05", 0);
    fake_expect(f, 0x705, "00");
    fake_sdo(f, "40 01 21 00", "4B 01 21 00");
    fake_stop(f);
}

static void misbehaviour(void **state)
{
    struct fake *f = fake_start(IO, "5");
    char why[200];

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_command(f, "abort 1018:01 0x08000022 1");
    fake_sdo(f, "40 18 10 01", "80 18 10 01 22 00 00 08");
    fake_sdo(f, "40 18 10 01", "43 18 10 01");
    fake_command(f, "toggle");
    fake_sdo(f, "40 08 10 00", "41 08 10 00 06");
    fake_sdo(f, "60", "13 49 4F 20 34 30 31");
    fake_command(f, "slow 5ms");
    fake_tell(f, 0x605, "40 00 10 00 00 00 00 00", 0);
    fake_quiet(f);
    fake_run(f, 5 * MS);
    fake_expect(f, 0x585, "43 00 10 00 91 01 0F 00");
    fake_command(f, "speak");
    fake_command(f, "silence 10ms");
    fake_tell(f, 0x605, "40 00 10 00 00 00 00 00", 0);
    fake_run(f, 20 * MS);
    fake_quiet(f);
    fake_sdo(f, "40 00 10 00", "43 00 10 00 91 01 0F");
    fake_command(f, "emcy 0x2310 2 0102030405");
    fake_expect(f, 0x085, "10 23 03 01 02 03 04 05");
    fake_command(f, "emcy clear");
    fake_expect(f, 0x085, "00 00 00 00 00 00 00 00");
    static const char *const wrong[] = {"",           "dance",      "emcy",   "emcy 99999999",
                                        "set 9999 1", "abort 1018", "slow 5", "silence never",
                                        "length 9 1", "reset now",  "nmt up"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(co_device_type.command(f->state, f->now, wrong[i], why, sizeof(why)), -1);
        assert_true(strncmp(why, "must ", 5) == 0);
    }
    fake_stop(f);
}

static void lss_slave(void **state)
{
    struct cansim_setting settings[] = {{"eds", IO}, {"node_id", "255"}, {"serial", "305419896"}};
    struct fake *f = fake_open(settings, 3);

    (void)state;
    fake_quiet(f); /* no boot-up */
    fake_tell(f, 0x7E5, "4C 00 00 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "50 00 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "5E 00 00 00 00 00 00 00", 0); /* not in configuration state */
    fake_quiet(f);
    fake_tell(f, 0x7E5, "40 00 00 00 00 00 00 00", 0);
    fake_tell(f, 0x7E5, "41 01 04 00 00 00 00 00", 0);
    fake_tell(f, 0x7E5, "42 00 00 01 00 00 00 00", 0);
    fake_quiet(f);
    fake_tell(f, 0x7E5, "43 78 56 34 12 00 00 00", 0);
    fake_expect(f, 0x7E4, "44 00 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "5D 00 00 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "5D 78 56 34 12 00 00 00");
    fake_tell(f, 0x7E5, "11 80 00 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "11 01 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "11 21 00 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "11 00 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "13 00 05 00 00 00 00 00", 0); /* reserved */
    fake_expect(f, 0x7E4, "13 01 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "13 00 03 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "13 00 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "15 0A 00 00 00 00 00 00", 0);
    fake_run(f, 10 * MS);
    assert_int_equal(f->bitrate, 250000);
    fake_run(f, 21 * MS);
    fake_tell(f, 0x7E5, "17 00 00 00 00 00 00 00", 0);
    fake_expect(f, 0x7E4, "17 00 00 00 00 00 00 00");
    fake_tell(f, 0x7E5, "04 00 00 00 00 00 00 00", 0);
    fake_expect(f, 0x721, "00");
    /* The stored node-ID is there after a power cycle. */
    co_device_type.detached(f->state, f->now);
    co_device_type.attached(f->state, f->now);
    fake_expect(f, 0x721, "00");
    fake_tell(f, 0x7E5, "4C 00 00 00 00 00 00 00", 0);
    fake_quiet(f);
    fake_stop(f);
}

static void bus_errors(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    co_device_type.bus_state(f->state, CANSIM_ERROR_PASSIVE, f->now);
    fake_expect(f, 0x085, "20 81 11 00 00 00 00 00");
    co_device_type.bus_state(f->state, CANSIM_BUS_OFF, f->now);
    fake_quiet(f);
    co_device_type.bus_state(f->state, CANSIM_ERROR_ACTIVE, f->now);
    fake_expect(f, 0x085, "40 81 11 00 00 00 00 00");
    fake_expect(f, 0x085, "00 00 00 00 00 00 00 00");
    fake_stop(f);
}

static void settings_refused(void **state)
{
    static const struct {
        struct cansim_setting settings[4];
        size_t n;
        const char *why;
    } rows[] = {
        {{{"eds", "nowhere.eds"}}, 1, "eds: nowhere.eds: cannot be read"},
        {{{"eds", IO}, {"node_id", "128"}}, 2, "node_id: must be 1..127, or 255, got \"128\""},
        {{{"eds", IO}, {"profile", "400"}}, 2, "profile: must be 0, 401 or 402"},
        {{{"eds", IO}, {"set/0/object", "9999"}, {"set/0/value", "1"}}, 3, "set/0/object: must be"},
        {{{"eds", IO}, {"set/0/object", "2101"}, {"set/0/value", "x"}}, 3, "set/0/value: must be"},
        {{{"eds", IO}, {"signals/0/object", "1008"}, {"signals/0/kind", "sine"}},
         3,
         "signals/0/object: must be an object with a whole number"},
        {{{"eds", IO}, {"signals/0/object", "2101"}, {"signals/0/kind", "sin"}},
         3,
         "signals/0/kind: must be"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cansim_host host = {.size = sizeof(host)};
        struct cansim_node_host node = {.size = sizeof(node), .host = &host};
        char why[400] = "";
        void *device = NULL;
        assert_int_equal(
            co_device_type.open(&device, &node, rows[i].settings, rows[i].n, why, sizeof(why)), -1);
        if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
            fail_msg("row %zu: \"%s\"", i, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boot_and_states),    cmocka_unit_test(heartbeats),
        cmocka_unit_test(heartbeat_consumer), cmocka_unit_test(guarding),
        cmocka_unit_test(sdo_refusals),       cmocka_unit_test(sdo_segments),
        cmocka_unit_test(sdo_blocks),         cmocka_unit_test(stored_parameters),
        cmocka_unit_test(misbehaviour),       cmocka_unit_test(lss_slave),
        cmocka_unit_test(bus_errors),         cmocka_unit_test(settings_refused),
    };
    return cmocka_run_group_tests_name("co_device", tests, NULL, NULL);
}
