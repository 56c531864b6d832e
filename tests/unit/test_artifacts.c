/* SPDX-License-Identifier: MIT */
/* Logs that are cut around a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/artifacts.h"

static void lines_are_cut_by_their_time(void **state)
{
    static const struct {
        const char *log;
        int64_t from_ps, until_ps;
        const char *left;
    } rows[] = {
        {"(0.999999) can0 1#\n(1.000000) can0 2#\n(0000000002.000000) can0 3#\n(2.000001) can0 "
         "4#\n",
         CS_PS_PER_S, 2 * CS_PS_PER_S, "(1.000000) can0 2#\n(0000000002.000000) can0 3#\n"},
        {"{\"at_ps\":1,\"x\":0}\n{\"at_ps\":5}\n{\"at_ps\":7}\n", 2, 5, "{\"at_ps\":5}\n"},
        /* What has no time goes with the line before it; before the first one, with the start. */
        {"head\n(1.0) can0 1#\nmore\n(3.0) can0 2#\nno more\n", 0, CS_PS_PER_S,
         "head\n(1.0) can0 1#\nmore\n"},
        {"head\n(x.0) can0 1#\n(99999999999999.0) can0 2#\n(3.000000000001) can0 3#\n", 1,
         4 * CS_PS_PER_S, "(3.000000000001) can0 3#\n"},
        {"(3.000000000001) can0 3#\n", 1, 3 * CS_PS_PER_S, ""},
    };
    char path[] = "/tmp/cansim-cut-XXXXXX", left[400];

    (void)state;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        FILE *file = fopen(path, "w");
        fputs(rows[i].log, file);
        fclose(file);
        assert_int_equal(cs_artifacts_cut(path, rows[i].from_ps, rows[i].until_ps), 0);
        file = fopen(path, "r");
        left[fread(left, 1, sizeof(left) - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(left, rows[i].left);
    }
    unlink(path);
    assert_int_equal(cs_artifacts_cut(path, 0, 1), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_cut_by_their_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
