/* SPDX-License-Identifier: MIT */
/* test_co_device_lss.c - the LSS slave of a simulated device: how it is found, what it keeps. */
#include "tests/unit/test_co_device.h"

#define IO "scenarios/examples/io.eds"

static struct fake *open_with(const char *node_id)
{
    struct cansim_setting settings[] = {{"eds", IO}, {"node_id", node_id}, {"serial", "305419896"}};
    struct fake *f = fake_open(settings, 3);

    f->seen = f->n;
    return f;
}

static void lss(struct fake *f, const char *request, const char *answer)
{
    char full[25];

    fake_tell(f, 0x7E5, fake_fill(request, full), 0);
    if (answer != NULL)
        fake_expect(f, 0x7E4, fake_fill(answer, full));
    else
        fake_quiet(f);
}

static uint32_t inquire(struct fake *f, unsigned part)
{
    char text[8];

    snprintf(text, sizeof(text), "%02X", 0x5Au + part);
    char full[25];
    fake_tell(f, 0x7E5, fake_fill(text, full), 0);
    assert_int_equal(f->n, ++f->seen);
    return (uint32_t)co_get_le(f->sent[f->n - 1].data + 1, 4);
}

static bool scan(struct fake *f, uint32_t value, unsigned bit, unsigned sub, unsigned next)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x7E5, .len = 8, .dlc = 8};
    unsigned before = f->n;

    frame.data[0] = 0x51;
    co_put_le(frame.data + 1, 4, value);
    frame.data[5] = (uint8_t)bit;
    frame.data[6] = (uint8_t)sub;
    frame.data[7] = (uint8_t)next;
    co_device_type.frame(f->state, &frame);
    f->seen = f->n;
    return f->n == before + 1 && f->sent[before].data[0] == 0x4F;
}

/* As a master does it: bit by bit, then all of a part once more with the next one. */
static void fastscan(void **state)
{
    struct fake *f = open_with("255");
    uint32_t found[4] = {0};

    (void)state;
    assert_true(scan(f, 0, 128, 0, 0));
    for (unsigned sub = 0; sub < 4; sub++) {
        for (unsigned bit = 32; bit-- > 0;) {
            if (!scan(f, found[sub], bit, sub, sub))
                found[sub] |= UINT32_C(1) << bit;
        }
        assert_false(scan(f, found[sub] ^ 1, 0, sub, (sub + 1) % 4));
        assert_true(scan(f, found[sub], 0, sub, (sub + 1) % 4));
    }
    assert_int_equal(found[3], 0x12345678);
    /* It was the last part: the device is in the configuration state, and scans no more. */
    for (unsigned part = 0; part < 4; part++)
        assert_int_equal(inquire(f, part), found[part]);
    assert_int_equal(inquire(f, 4), 255);
    assert_false(scan(f, 0, 128, 0, 0));
    fake_stop(f);
}

static void only_without_node_id(void **state)
{
    struct fake *f = open_with("5");

    (void)state;
    assert_false(scan(f, 0, 128, 0, 0));
    lss(f, "4C", NULL);
    lss(f, "11 07", NULL); /* waiting */
    fake_stop(f);
}

static void identified(void **state)
{
    struct fake *f = open_with("255");
    static const struct {
        const char *serial_low, *serial_high;
        bool found;
    } rows[] = {
        {"4A 78 56 34 12", "4B 78 56 34 12", true},
        {"4A 00 00 00 00", "4B FF FF FF FF", true},
        {"4A 79 56 34 12", "4B FF FF FF FF", false},
        {"4A 00 00 00 00", "4B 77 56 34 12", false},
    };
    char vendor[20], product[20];

    (void)state;
    lss(f, "04 01", NULL);
    uint32_t v = inquire(f, 0), p = inquire(f, 1);
    lss(f, "04 00", NULL);
    snprintf(vendor, sizeof(vendor), "46 %02X %02X %02X %02X", v & 0xFF, v >> 8 & 0xFF,
             v >> 16 & 0xFF, v >> 24);
    snprintf(product, sizeof(product), "47 %02X %02X %02X %02X", p & 0xFF, p >> 8 & 0xFF,
             p >> 16 & 0xFF, p >> 24);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lss(f, vendor, NULL);
        lss(f, product, NULL);
        lss(f, "48 00 00 00 00", NULL);
        lss(f, "49 FF FF FF FF", NULL);
        lss(f, rows[i].serial_low, NULL);
        lss(f, rows[i].serial_high, rows[i].found ? "4F" : NULL);
    }
    lss(f, "4B FF FF FF FF", NULL); /* the end alone finds nobody */
    fake_stop(f);
}

/* One that has a node-ID keeps it until its communication is reset. */
static void at_the_next_reset(void **state)
{
    struct fake *f = open_with("5");

    (void)state;
    lss(f, "04 01", NULL);
    lss(f, "11 00", "11 01");
    lss(f, "11 07", "11 00");
    assert_int_equal(inquire(f, 4) & 0xFF, 5);
    lss(f, "04 00", NULL);
    fake_sdo(f, "40 18 10 00", "4F 18 10 00 04");
    fake_tell(f, 0, "82 05", 0);
    fake_expect(f, 0x707, "00");
    fake_stop(f);
}

static void off_the_bus(void **state)
{
    struct fake *f = open_with("5");

    (void)state;
    lss(f, "04 01", NULL);
    lss(f, "15 0A", NULL); /* no rate was given: nothing happens */
    lss(f, "13 01 00", "13 01");
    lss(f, "13 00 09", "13 01");
    lss(f, "13 00 02", "13");
    lss(f, "15 0A", NULL);
    fake_tell(f, 0, "81 05", 0); /* not heard */
    fake_run(f, 9 * MS);
    assert_int_equal(f->bitrate, 0);
    fake_run(f, 10 * MS);
    assert_int_equal(f->bitrate, 500000);
    fake_run(f, 19 * MS);
    fake_quiet(f);
    lss(f, "5E", NULL);
    fake_run(f, 20 * MS);
    lss(f, "5E", "5E 05");
    lss(f, "17", "17");
    f->bitrate = 0;
    co_device_type.detached(f->state, f->now);
    co_device_type.attached(f->state, f->now);
    assert_int_equal(f->bitrate, 500000); /* stored */
    fake_expect(f, 0x705, "00");
    lss(f, "5E", NULL); /* waits again */
    fake_stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fastscan),    cmocka_unit_test(only_without_node_id),
        cmocka_unit_test(identified),  cmocka_unit_test(at_the_next_reset),
        cmocka_unit_test(off_the_bus),
    };
    return cmocka_run_group_tests_name("co_device_lss", tests, NULL, NULL);
}
