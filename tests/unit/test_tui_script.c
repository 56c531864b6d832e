/* SPDX-License-Identifier: MIT */
/* Scripts of keys: steps, files, and what is none. */
#include "test_tui.h"

#include <errno.h>
#include <unistd.h>

#include "tui/script.h"

static char text[CS_SCRIPT_MAX], why[400];

static void steps(void **state)
{
    const char *at = "2<Enter><wait 500ms><shot a b.png>x";
    struct cs_script_step step;

    (void)state;
    assert_int_equal(cs_script_next(&at, &step), 1);
    assert_int_equal(step.what, CS_SCRIPT_KEY);
    assert_int_equal(step.key, '2');
    assert_int_equal(cs_script_next(&at, &step), 1);
    assert_int_equal(step.key, CS_KEY_ENTER);
    assert_int_equal(cs_script_next(&at, &step), 1);
    assert_int_equal(step.what, CS_SCRIPT_WAIT);
    assert_int_equal(step.wait_ps, 500 * CS_PS_PER_MS);
    assert_int_equal(cs_script_next(&at, &step), 1);
    assert_int_equal(step.what, CS_SCRIPT_SHOT);
    assert_string_equal(step.file, "a b.png");
    assert_int_equal(cs_script_next(&at, &step), 1);
    assert_int_equal(step.key, 'x');
    assert_int_equal(cs_script_next(&at, &step), 0);
}

static void refused(void **state)
{
    static const char *const bad[] = {
        "<wait>",  "<wait 5>",     "<wait -5ms>", "<wait 5ms",   "<wait soon>",
        "<shot >", "<shot a.gif>", "<shot a>",    "<shot a.png", "ab<Nothing>c",
        "<"};
    char longest[CS_SCRIPT_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cs_script_load(bad[i], text, why, sizeof why), -1);
        assert_non_null(strstr(why, strchr(bad[i], '<')));
    }
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(cs_script_load(longest, text, why, sizeof why), -1);
    assert_int_equal(cs_script_load("@", text, why, sizeof why), 0); /* a key */
    assert_int_equal(cs_script_load("@/nowhere/to/be/found", text, why, sizeof why), -1);
    assert_non_null(strstr(why, "/nowhere/to/be/found: "));
}

static void of_file(const char *content, size_t len, int expected)
{
    char name[] = "/tmp/cansim-script-XXXXXX", at[sizeof name + 1];
    const int fd = mkstemp(name);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, len), (ssize_t)len);
    close(fd);
    snprintf(at, sizeof at, "@%s", name);
    assert_int_equal(cs_script_load(at, text, why, sizeof why), expected);
    unlink(name);
}

static void files(void **state)
{
    static char much[CS_SCRIPT_MAX];
    const char lines[] = "# why it is so\n2<Down>\r\n\n<wait 1s>:go #5\n#\n3";

    (void)state;
    of_file(lines, sizeof lines - 1, 0);
    assert_string_equal(text, "2<Down><wait 1s>:go #53");
    of_file("", 0, 0);
    assert_string_equal(text, "");
    of_file("2\0"
            "3",
            3, -1);
    memset(much, '2', sizeof much);
    of_file(much, sizeof much, -1);
    of_file(much, sizeof much - 1, 0);
    of_file("2\n<wait>\n", 9, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(refused),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
