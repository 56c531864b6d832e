/* SPDX-License-Identifier: MIT */
/* test_co_device_402.c - the simulated drive at its edges: limits, speeds, stops. */
#include <unistd.h>

#include "tests/unit/test_co_device.h"

#define DRIVE "scenarios/examples/drive.eds"

static void write_object(struct fake *f, unsigned index, unsigned sub, unsigned len, int64_t value)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x605, .len = 8, .dlc = 8};

    frame.data[0] = (uint8_t)(0x23 | (4 - len) << 2);
    co_put_le(frame.data + 1, 2, index);
    frame.data[3] = (uint8_t)sub;
    co_put_le(frame.data + 4, len, (uint64_t)value);
    f->n = 0;
    co_device_type.frame(f->state, &frame);
    fake_run(f, f->now);
    bool taken = false;
    for (unsigned i = 0; i < f->n; i++)
        taken |= f->sent[i].id == 0x585 && f->sent[i].data[0] == 0x60;
    if (!taken)
        fail_msg("%04X:%02X was not written", index, sub);
    f->n = f->seen = 0;
}

static unsigned status(struct fake *f)
{
    char full[25];

    f->n = 0;
    fake_tell(f, 0x605, fake_fill("40 41 60 00", full), 0);
    assert_true(f->n > 0 && f->sent[f->n - 1].id == 0x585);
    return (unsigned)co_get_le(f->sent[f->n - 1].data + 4, 2);
}

static int64_t value(struct fake *f, const char *request)
{
    char full[25];

    f->n = 0;
    fake_tell(f, 0x605, fake_fill(request, full), 0);
    assert_true(f->n > 0 && f->sent[f->n - 1].id == 0x585);
    return (int32_t)(uint32_t)co_get_le(f->sent[f->n - 1].data + 4, 4);
}

#define position(f) value(f, "40 64 60 00")
#define velocity(f) value(f, "40 6C 60 00")

static void pass(struct fake *f, int ms)
{
    for (int i = 0; i < ms; i++) {
        fake_run(f, f->now + MS);
        f->n = f->seen = 0;
    }
}

static struct fake *enabled_of(const char *eds, int mode)
{
    struct fake *f = fake_start(eds, "5");

    fake_tell(f, 0, "01 05", 0);
    write_object(f, 0x6060, 0, 1, mode);
    write_object(f, 0x6040, 0, 2, 0x06);
    write_object(f, 0x6040, 0, 2, 0x07);
    write_object(f, 0x6040, 0, 2, 0x0F);
    assert_int_equal(status(f) & 0x6F, 0x27);
    return f;
}

static struct fake *enabled(int mode)
{
    return enabled_of(DRIVE, mode);
}

/* The same drive, with no limits in its EDS. */
static struct fake *enabled_without_limits(int mode)
{
    char path[] = "/tmp/test_co_device_402_XXXXXX", line[300];
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    FILE *to = fdopen(fd, "w"), *from = fopen(DRIVE, "r");
    assert_non_null(to);
    assert_non_null(from);
    while (fgets(line, sizeof(line), from) != NULL) {
        if (strncmp(line, "LowLimit", 8) != 0 && strncmp(line, "HighLimit", 9) != 0)
            fputs(line, to);
    }
    fclose(from);
    fclose(to);
    struct fake *f = enabled_of(path, mode);
    unlink(path);
    return f;
}

static void go_to(struct fake *f, int64_t target, unsigned bits)
{
    write_object(f, 0x6040, 0, 2, 0x0F);
    write_object(f, 0x607A, 0, 4, target);
    write_object(f, 0x6040, 0, 2, 0x1F | bits);
}

/* At a constant speed that is the wanted one, the target is reached; at none with a halt. */
static void velocity_is_reached(void **state)
{
    struct fake *f = enabled(3);

    (void)state;
    write_object(f, 0x60FF, 0, 4, 5000);
    pass(f, 20);
    assert_int_equal(status(f) & 0x0400, 0);
    pass(f, 200);
    assert_int_equal(velocity(f), 5000);
    assert_int_equal(status(f) & 0x0400, 0x0400);
    write_object(f, 0x6040, 0, 2, 0x010F);
    assert_int_equal(status(f) & 0x0400, 0);
    pass(f, 200);
    assert_int_equal(velocity(f), 0);
    assert_int_equal(status(f) & 0x0400, 0x0400);
    write_object(f, 0x6040, 0, 2, 0x000F);
    pass(f, 200);
    assert_int_equal(velocity(f), 5000);
    fake_stop(f);
}

/* A quick stop ends in "switch on disabled", whatever is commanded but its transitions. */
static void quick_stop_is_kept(void **state)
{
    struct fake *f = enabled(3);

    (void)state;
    write_object(f, 0x60FF, 0, 4, 5000);
    pass(f, 200);
    write_object(f, 0x6040, 0, 2, 0x0B);
    assert_int_equal(status(f) & 0x6F, 0x07);
    write_object(f, 0x6040, 0, 2, 0x06);
    assert_int_equal(status(f) & 0x6F, 0x07);
    pass(f, 1000);
    assert_int_equal(status(f) & 0x4F, 0x40);
    assert_int_equal(velocity(f), 0);
    fake_stop(f);
}

static void limits(void **state)
{
    struct fake *f = enabled(1);

    (void)state;
    write_object(f, 0x607D, 1, 4, -500);
    write_object(f, 0x607D, 2, 4, 500);
    go_to(f, 400, 0);
    assert_int_equal(status(f) & 0x0800, 0);
    pass(f, 500);
    assert_int_equal(position(f), 400);
    go_to(f, 400, 0x40); /* relative: 800 */
    assert_int_equal(status(f) & 0x0800, 0x0800);
    pass(f, 500);
    assert_int_equal(position(f), 500);
    go_to(f, -100, 0);
    assert_int_equal(status(f) & 0x0800, 0);
    /* Relative ones add up to no more than there is. */
    write_object(f, 0x607D, 1, 4, INT32_MIN);
    write_object(f, 0x607D, 2, 4, INT32_MAX);
    for (int i = 0; i < 6000; i++)
        go_to(f, INT32_MAX, 0x60);
    assert_int_equal(status(f) & 0x0800, 0x0800);
    fake_stop(f);
}

/* 10^9 increments at 10^9 a second squared: a second up, a second down. */
static void fast(void **state)
{
    struct fake *f = enabled_without_limits(1);
    int ms = 0;

    (void)state;
    write_object(f, 0x607F, 0, 4, 1000000000);
    write_object(f, 0x6081, 0, 4, 1000000000);
    write_object(f, 0x6083, 0, 4, 1000000000);
    write_object(f, 0x6084, 0, 4, 1000000000);
    go_to(f, 1000000000, 0);
    while ((status(f) & 0x0400) == 0 && ms < 5000) {
        pass(f, 1);
        ms++;
    }
    assert_int_equal(position(f), 1000000000);
    assert_in_range(ms, 1950, 2100);
    fake_stop(f);
}

/* "homing attained" stays when the mode is written once more. */
static void homing(void **state)
{
    struct fake *f = enabled(6);

    (void)state;
    write_object(f, 0x6098, 0, 1, 35);
    write_object(f, 0x6040, 0, 2, 0x1F);
    assert_int_equal(status(f) & 0x1400, 0x1400);
    write_object(f, 0x6060, 0, 1, 6);
    assert_int_equal(status(f) & 0x1400, 0x1400);
    write_object(f, 0x6060, 0, 1, 1);
    assert_int_equal(status(f) & 0x1000, 0);
    fake_stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(velocity_is_reached),
        cmocka_unit_test(quick_stop_is_kept),
        cmocka_unit_test(limits),
        cmocka_unit_test(fast),
        cmocka_unit_test(homing),
    };
    return cmocka_run_group_tests_name("co_device_402", tests, NULL, NULL);
}
