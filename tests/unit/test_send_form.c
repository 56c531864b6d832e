/* SPDX-License-Identifier: MIT */
/* Counters in the data of frames, as people write them. */
#include "test_tui.h"

#include <errno.h>
#include <unistd.h>
#include "scenarios/senders.h"
#include "tui/transmit.h"

static void counters_as_text(void **state)
{
    static const struct {
        const char *text, *again; /* NULL: the same */
        struct cs_counter is;
    } rows[] = {
        {"7", NULL, {.byte = 7, .bits = 8, .high = 255, .step = 1}},
        {"0:16", NULL, {.byte = 0, .bits = 16, .high = 65535, .step = 1}},
        {"0:16+5", NULL, {.byte = 0, .bits = 16, .high = 65535, .step = 5}},
        {"3-1", NULL, {.byte = 3, .bits = 8, .high = 255, .step = -1, .first = 255}},
        {"2:4 3..9", NULL, {.byte = 2, .bits = 4, .low = 3, .high = 9, .step = 1, .first = 3}},
        {"1  bounce", "1 bounce", {.byte = 1, .bits = 8, .high = 255, .step = 1, .bounce = true}},
        {"0x1:0x20", "1:32", {.byte = 1, .bits = 32, .high = UINT32_MAX, .step = 1}},
    };
    static const char *const wrong[] = {
        "",       "x",        "8",      "0:0", "0:33", "0:",     "0+",   "0 9",
        "0 9..3", "0 0..256", "0 a..b", "-1",  "0 bo", "bounce", "0:8x", "99999999999"};
    char text[CS_COUNTER_TEXT_MAX], why[120];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_counter c;
        assert_int_equal(cs_counter_parse(rows[i].text, &c, why, sizeof why), 0);
        assert_int_equal(c.byte, rows[i].is.byte);
        assert_int_equal(c.bits, rows[i].is.bits);
        assert_int_equal(c.low, rows[i].is.low);
        assert_int_equal(c.high, rows[i].is.high);
        assert_int_equal(c.step, rows[i].is.step);
        assert_int_equal(c.first, rows[i].is.first);
        assert_int_equal(c.bounce, rows[i].is.bounce);
        assert_string_equal(cs_counter_format(&c, text),
                            rows[i].again ? rows[i].again : rows[i].text);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cs_counter c;
        why[0] = '\0';
        if (cs_counter_parse(wrong[i], &c, why, sizeof why) != -EINVAL || !why[0])
            fail_msg("\"%s\" is taken for a counter", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_as_text),
    };

    return cmocka_run_group_tests_name("counters as text", tests, NULL, NULL);
}
