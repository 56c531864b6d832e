/* SPDX-License-Identifier: MIT */
/* The simulated CANopen device: PDOs of all transmission types, mapping, SYNC; the drive and the
 * I/O module behind them. */
#include "tests/unit/test_co_device.h"

#define IO    "scenarios/examples/io.eds"
#define DRIVE "scenarios/examples/drive.eds"

static struct fake *operational(const char *eds)
{
    struct fake *f = fake_start(eds, "5");

    fake_tell(f, 0, "01 05", 0);
    f->seen = f->n;
    return f;
}

static void event_driven(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    fake_expect(f, 0x705, "00");
    fake_command(f, "set 6000:01 0x11");
    fake_quiet(f); /* pre-operational */
    fake_tell(f, 0, "01 05", 0);
    fake_expect(f, 0x185, "11 00"); /* all go once */
    fake_expect(f, 0x285, "00 00 00 00 00 00 00 00");
    fake_command(f, "set 6000:02 0x22");
    fake_expect(f, 0x185, "11 22");
    fake_command(f, "set 6000:02 0x22"); /* no change */
    fake_quiet(f);
    fake_command(f, "set 6401:01 5"); /* less than its delta, 10 */
    fake_quiet(f);
    fake_command(f, "set 6401:01 15");
    fake_expect(f, 0x285, "0F 00 00 00 00 00 00 00");
    fake_tell(f, 0x205, "A5 5A", 0);
    fake_sdo(f, "40 00 62 02", "4F 00 62 02 5A");
    fake_tell(f, 0, "80 05", 0);
    fake_command(f, "set 6000:01 1");
    fake_quiet(f);
    fake_stop(f);
}

static void timers_and_inhibit(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    f->seen = f->n;
    fake_sdo(f, "23 00 18 01 85 01 00 80", "60 00 18 01");
    fake_sdo(f, "2B 00 18 03 64", "60 00 18 03"); /* inhibit 10 ms */
    fake_sdo(f, "2B 00 18 05 32", "60 00 18 05"); /* event timer 50 ms */
    fake_sdo(f, "23 00 18 01 85 01", "60 00 18 01");
    fake_sdo(f, "2B 00 18 03 01", "80 00 18 03 30 00 09 06"); /* not while it exists */
    fake_tell(f, 0, "01 05", 0);
    fake_expect(f, 0x185, "00 00");
    fake_expect(f, 0x285, "00 00 00 00 00 00 00 00");
    fake_run(f, 2 * MS);
    fake_command(f, "set 6000:01 1");
    fake_command(f, "set 6000:01 2");
    fake_quiet(f);
    fake_run(f, 10 * MS);
    fake_expect(f, 0x185, "02 00");
    fake_run(f, 59 * MS);
    fake_quiet(f);
    fake_run(f, 60 * MS);
    fake_expect(f, 0x185, "02 00");
    fake_stop(f);
}

static void synchronous(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    f->seen = f->n;
    fake_sdo(f, "2F 00 18 02 02", "60 00 18 02"); /* each second SYNC */
    fake_sdo(f, "2F 01 18 02 00", "60 01 18 02"); /* at a SYNC after a change */
    fake_sdo(f, "2F 00 14 02 01", "60 00 14 02"); /* an RPDO with the SYNC */
    fake_tell(f, 0, "01 05", 0);
    fake_quiet(f);
    fake_tell(f, 0x205, "07 00", 0);
    fake_sdo(f, "40 00 62 01", "4F 00 62 01");
    fake_tell(f, 0x080, "", 0);
    fake_expect(f, 0x285, "00 00 00 00 00 00 00 00");
    fake_sdo(f, "40 00 62 01", "4F 00 62 01 07");
    fake_tell(f, 0x080, "", 0);
    fake_expect(f, 0x185, "00 00");
    fake_tell(f, 0x080, "", 0);
    fake_quiet(f);
    fake_tell(f, 0x080, "", 0);
    fake_expect(f, 0x185, "00 00");
    fake_tell(f, 0x080, "01", 0); /* a counter that is not configured */
    fake_expect(f, 0x085, "40 82 11 00 00 00 00 00");
    fake_stop(f);
}

static void remote(void **state)
{
    struct fake *f = fake_start(IO, "5");

    (void)state;
    f->seen = f->n;
    fake_sdo(f, "2F 00 18 02 FD", "60 00 18 02");
    fake_tell(f, 0x185, "", CANSIM_FRAME_RTR);
    fake_quiet(f);
    fake_tell(f, 0, "01 05", 0);
    f->seen = f->n;
    fake_command(f, "set 6000:01 9");
    fake_quiet(f);
    fake_tell(f, 0x185, "", CANSIM_FRAME_RTR);
    fake_expect(f, 0x185, "09 00");
    fake_stop(f);
}

static void mapping(void **state)
{
    struct fake *f = operational(IO);

    (void)state;
    fake_sdo(f, "23 00 1A 01 08 02 00 60", "80 00 1A 01 00 00 01 06"); /* while it exists */
    fake_sdo(f, "23 00 18 01 85 01 00 80", "60 00 18 01");
    fake_sdo(f, "23 00 1A 01 08 02 00 60", "80 00 1A 01 00 00 01 06"); /* while it counts */
    fake_sdo(f, "2F 00 1A 00 00", "60 00 1A 00");
    fake_sdo(f, "23 00 1A 01 10 00 17 10", "80 00 1A 01 41 00 04 06"); /* not mappable */
    fake_sdo(f, "23 00 1A 01 08 00 99 99", "80 00 1A 01 00 00 02 06");
    fake_sdo(f, "23 00 1A 01 10 01 00 60", "80 00 1A 01 41 00 04 06"); /* wrong length */
    fake_sdo(f, "23 00 1A 01 40 00 17 20", "60 00 1A 01");             /* UNSIGNED64 */
    fake_sdo(f, "23 00 1A 02 08 01 00 60", "60 00 1A 02");
    fake_sdo(f, "2F 00 1A 00 02", "80 00 1A 00 42 00 04 06"); /* 72 bits */
    fake_sdo(f, "2F 00 1A 00 01", "60 00 1A 00");
    fake_sdo(f, "23 00 18 01 23 01 00 20", "60 00 18 01"); /* 29 bits */
    fake_expect(f, 0x123, "40 00 00 00 00 00 00 00");
    assert_int_equal(f->sent[f->seen - 1].flags, CANSIM_FRAME_EXT);
    fake_sdo(f, "23 00 18 01 24 01 00 20", "80 00 18 01 30 00 09 06");
    fake_stop(f);
}

static void lengths(void **state)
{
    struct fake *f = operational(IO);

    (void)state;
    fake_tell(f, 0x205, "01", 0);
    fake_expect(f, 0x085, "10 82 11 01 00 01 00 00");
    fake_sdo(f, "40 00 62 01", "4F 00 62 01");
    fake_tell(f, 0x205, "01 02 03", 0);
    fake_expect(f, 0x085, "20 82 11 01 00 03 00 00");
    fake_sdo(f, "40 00 62 01", "4F 00 62 01 01");
    fake_command(f, "length 1 5");
    fake_command(f, "set 6000:01 3");
    fake_expect(f, 0x185, "03 00 00 00 00");
    fake_stop(f);
}

static void sync_producer(void **state)
{
    struct fake *f = operational(IO);

    (void)state;
    fake_sdo(f, "2F 19 10 00 03", "60 19 10 00");
    fake_sdo(f, "23 06 10 00 10 27", "60 06 10 00"); /* 10 ms */
    fake_sdo(f, "23 05 10 00 80 00 00 40", "60 05 10 00");
    fake_run(f, 45 * MS);
    fake_expect(f, 0x080, "01");
    fake_expect(f, 0x080, "02");
    fake_expect(f, 0x080, "03");
    fake_expect(f, 0x080, "01");
    fake_quiet(f);
    fake_stop(f);
}

/* A clock that is set by TIME and told by TIME. */
static void time_stamps(void **state)
{
    struct fake *f = operational(IO);

    (void)state;
    fake_tell(f, 0x100, "E8 03 00 00 02 00", 0); /* bit 31 of 1012h is not set */
    fake_sdo(f, "23 12 10 00 00 01 00 80", "60 12 10 00");
    fake_tell(f, 0x100, "E8 03 00 00 02", 0);
    fake_expect(f, 0x085, "60 82 11 00 00 00 00 00");
    fake_tell(f, 0x100, "E8 03 00 00 02 00", 0);
    fake_sdo(f, "23 12 10 00 00 01 00 C0", "60 12 10 00");
    fake_run(f, 2500 * MS);
    fake_expect(f, 0x100, "D0 07 00 00 02 00");
    fake_expect(f, 0x100, "B8 0B 00 00 02 00");
    fake_quiet(f);
    fake_stop(f);
}

static void communication_fails(void **state)
{
    struct fake *f = operational(IO);

    (void)state;
    fake_sdo(f, "2F 07 62 01 F0", "60 07 62 01"); /* value in the error case */
    fake_sdo(f, "2F 06 62 01 0F", "60 06 62 01"); /* bits that take it */
    fake_tell(f, 0x205, "FF 00", 0);
    co_device_type.bus_state(f->state, CANSIM_BUS_OFF, f->now);
    co_device_type.bus_state(f->state, CANSIM_ERROR_ACTIVE, f->now);
    f->seen = f->n;
    fake_sdo(f, "40 00 62 01", "4F 00 62 01 F0");
    fake_stop(f);
}

static int64_t read_object(struct fake *f, const char *request)
{
    char full[25];

    fake_tell(f, 0x605, fake_fill(request, full), 0);
    assert_true(f->n > 0 && f->sent[f->n - 1].id == 0x585);
    f->seen = f->n;
    return (int32_t)(uint32_t)co_get_le(f->sent[f->n - 1].data + 4, 4);
}

static unsigned status(struct fake *f)
{
    return (unsigned)read_object(f, "40 41 60 00");
}

static void control(struct fake *f, const char *word)
{
    fake_tell(f, 0x205, word, 0);
    f->seen = f->n;
}

static void drive_states(void **state)
{
    struct fake *f = operational(DRIVE);
    static const struct {
        const char *control;
        unsigned state;
    } rows[] = {
        {"06 00", 0x21}, {"07 00", 0x23}, {"0F 00", 0x27}, {"07 00", 0x23},
        {"06 00", 0x21}, {"00 00", 0x40}, {"0F 00", 0x40}, /* not without shutdown first */
        {"06 00", 0x21}, {"0F 00", 0x27}, {"02 00", 0x40},
    };

    (void)state;
    assert_int_equal(status(f) & 0x4F, 0x40);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        control(f, rows[i].control);
        if ((status(f) & (rows[i].state == 0x40 ? 0x4Fu : 0x6Fu)) != rows[i].state)
            fail_msg("row %zu: %04X", i, status(f));
    }
    fake_command(f, "fault 0x7305");
    fake_expect(f, 0x085, "05 73 21 00 00 00 00 00");
    fake_expect(f, 0x185, "08 06");
    assert_int_equal(status(f) & 0x4F, 0x08);
    assert_int_equal(read_object(f, "40 3F 60 00"), 0x7305);
    control(f, "0F 00");
    assert_int_equal(status(f) & 0x4F, 0x08);
    control(f, "80 00");
    assert_int_equal(status(f) & 0x4F, 0x40);
    fake_stop(f);
}

static void drive_moves(void **state)
{
    struct fake *f = operational(DRIVE);

    (void)state;
    fake_sdo(f, "2F 60 60 00 01", "60 60 60 00");
    control(f, "06 00");
    control(f, "07 00");
    control(f, "0F 00");
    fake_tell(f, 0x605, "23 7A 60 00 10 27 00 00", 0); /* 10000 */
    control(f, "1F 00");
    assert_int_equal(status(f) & 0x1400, 0x1000); /* acknowledged, not there yet */
    int64_t last = 0;
    unsigned steps = 0;
    while ((status(f) & 0x0400) == 0 && steps++ < 3000) {
        fake_run(f, f->now + MS);
        int64_t at = read_object(f, "40 64 60 00");
        assert_true(at >= last && at <= 10000);
        last = at;
    }
    assert_int_equal(last, 10000);
    /* 10000 at 10000 a second and 0.1 s for each ramp. */
    assert_in_range(steps, 1000, 1200);
    assert_int_equal(f->timer, CANSIM_NEVER); /* standing, it costs nothing */
    control(f, "0F 00");
    assert_int_equal(status(f) & 0x1000, 0);
    fake_tell(f, 0x605, "23 7A 60 00 18 FC FF FF", 0); /* -1000, relative */
    control(f, "5F 00");
    fake_run(f, f->now + 1000 * MS);
    assert_int_equal(read_object(f, "40 64 60 00"), 9000);
    /* Velocity. */
    fake_sdo(f, "2F 60 60 00 03", "60 60 60 00");
    fake_tell(f, 0x605, "23 FF 60 00 88 13 00 00", 0); /* 5000 */
    control(f, "0F 00");
    fake_run(f, f->now + 1000 * MS);
    assert_int_equal(read_object(f, "40 6C 60 00"), 5000);
    control(f, "0B 00"); /* quick stop */
    assert_int_equal(status(f) & 0x6F, 0x07);
    fake_run(f, f->now + 100 * MS);
    assert_int_equal(status(f) & 0x4F, 0x40);
    assert_int_equal(read_object(f, "40 6C 60 00"), 0);
    fake_stop(f);
}

static void signals(void **state)
{
    static const char *const kinds[] = {"constant", "ramp",   "sine",    "square",
                                        "triangle", "random", "counter", "steps"};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct cansim_setting settings[] = {{"eds", IO},
                                            {"node_id", "5"},
                                            {"signals/0/object", "2101"},
                                            {"signals/0/kind", kinds[i]},
                                            {"signals/0/low", "-50"},
                                            {"signals/0/high", "50"},
                                            {"signals/0/period", "100000000000"},
                                            {"signals/0/every", "1000000000"}};
        struct fake *f = fake_open(settings, 8);
        int64_t low = 1000, high = -1000;
        f->seen = f->n;
        for (int step = 0; step <= 100; step++) {
            fake_run(f, step * MS);
            int64_t value = (int16_t)read_object(f, "40 01 21 00");
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        assert_true(low >= -50 && high <= 50);
        if (i > 0 && (low > -45 || high < 45))
            fail_msg("%s: %d..%d", kinds[i], (int)low, (int)high);
        fake_stop(f);
    }
}

/* Half a round is half a round, to the sample. */
static void signal_corners(void **state)
{
    static const struct {
        const char *kind;
        int64_t value[4]; /* at each quarter of a round */
    } rows[] = {
        {"square", {0, 0, 1000, 1000}},
        {"triangle", {0, 500, 1000, 500}},
        {"sine", {500, 1000, 500, 0}},
        {"steps", {0, 285, 571, 857}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cansim_setting settings[] = {{"eds", IO},
                                            {"node_id", "5"},
                                            {"signals/0/object", "2101"},
                                            {"signals/0/kind", rows[i].kind},
                                            {"signals/0/high", "1000"},
                                            {"signals/0/period", "1000000000000"},
                                            {"signals/0/every", "250000000000"}};
        struct fake *f = fake_open(settings, 7);
        for (int quarter = 0; quarter < 8; quarter++) {
            fake_run(f, quarter * 250 * MS);
            int64_t value = (int16_t)read_object(f, "40 01 21 00");
            if (value != rows[i].value[quarter % 4])
                fail_msg("%s, quarter %d: %d", rows[i].kind, quarter, (int)value);
        }
        fake_stop(f);
    }
}

static void input_masks(void **state)
{
    struct cansim_setting settings[] = {{"eds", IO}, {"node_id", "5"}, {"profile", "401"}};
    struct fake *f = fake_open(settings, 3);

    (void)state;
    fake_tell(f, 0, "01 05", 0);
    f->seen = f->n;
    fake_sdo(f, "2F 06 60 01 01", "60 06 60 01"); /* any change of bit 0 */
    fake_sdo(f, "2F 07 60 01 02", "60 07 60 01"); /* bit 1 that rises */
    fake_sdo(f, "2F 08 60 01 04", "60 08 60 01"); /* bit 2 that falls */
    fake_command(f, "set 6000:01 0x80");
    fake_quiet(f);
    fake_command(f, "set 6000:01 0x81");
    fake_expect(f, 0x185, "81 00");
    fake_command(f, "set 6000:01 0x87");
    fake_expect(f, 0x185, "87 00");
    fake_command(f, "set 6000:01 0x85");
    fake_quiet(f);
    fake_command(f, "set 6000:01 0x81");
    fake_expect(f, 0x185, "81 00");
    /* What changed while it told nobody is told as a whole at the start. */
    fake_tell(f, 0, "80 05", 0);
    fake_command(f, "set 6000:01 0x80");
    fake_tell(f, 0, "01 05", 0);
    fake_expect(f, 0x185, "80 00");
    f->seen = f->n;
    fake_command(f, "set 6000:01 0x81");
    fake_expect(f, 0x185, "81 00");
    fake_stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_driven),
        cmocka_unit_test(timers_and_inhibit),
        cmocka_unit_test(synchronous),
        cmocka_unit_test(remote),
        cmocka_unit_test(mapping),
        cmocka_unit_test(lengths),
        cmocka_unit_test(sync_producer),
        cmocka_unit_test(time_stamps),
        cmocka_unit_test(communication_fails),
        cmocka_unit_test(drive_states),
        cmocka_unit_test(drive_moves),
        cmocka_unit_test(signals),
        cmocka_unit_test(signal_corners),
        cmocka_unit_test(input_masks),
    };
    return cmocka_run_group_tests_name("co_device_pdo", tests, NULL, NULL);
}
