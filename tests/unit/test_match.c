/* SPDX-License-Identifier: MIT */
/* Patterns of frames: what they take, what they match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "scenarios/match.h"
#include "scenarios/scenario.h"

static struct cs_frame frame(const char *text)
{
    struct cs_frame f;
    char why[200];

    if (cs_frame_parse(text, &f, why, sizeof(why)) != 0)
        fail_msg("%s: %s", text, why);
    return f;
}

static void texts(void **state)
{
    static const struct {
        const char *pattern, *yes, *no;
    } rows[] = {
        {"any", "123#", NULL},
        {"*", "12345678#R", NULL},
        {"123", "123#11", "124#11"},
        {"123", "123#R", "00000123#11"},
        {"00000123", "00000123#11", "123#11"},
        {"100-1FF", "100#", "0FF#"},
        {"100-1FF", "1FF#", "200#"},
        {"120:7F0", "12F#", "130#"},
        {"18FF0000:1FFF0000", "18FF1234#", "18FE1234#"},
        {"123#1122", "123#1122", "123#112233"},
        {"123#1122", "123#1122", "123##01122"},
        {"123#1122*", "123#112233", "123#11"},
        {"123#1?22", "123#1F22", "123#2F22"},
        {"123#??22", "123#0022", "123#0023"},
        {"123#11 ?? 33", "123#114433", "123#114434"},
        {"123#", "123#", "123#11"},
        {"123#*", "123#11", "123#R"},
        {"123#R", "123#R", "123#"},
        {"123##", "123##1", "123#"},
        {"123##111*", "123##11122", "123##12222"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_match match;
        char why[200];
        if (cs_match_parse(rows[i].pattern, &match, why, sizeof(why)) != 0)
            fail_msg("%s: %s", rows[i].pattern, why);
        struct cs_frame f = frame(rows[i].yes);
        if (!cs_match_frame(&match, &f))
            fail_msg("%s does not match %s", rows[i].pattern, rows[i].yes);
        if (rows[i].no == NULL)
            continue;
        f = frame(rows[i].no);
        if (cs_match_frame(&match, &f))
            fail_msg("%s matches %s", rows[i].pattern, rows[i].no);
    }
}

static void refused(void **state)
{
    static const char *const rows[] = {
        "",      "12",     "1234",     "123-",    "123-12", "200-1FF", "123:12345678",
        "123x",  "123#1",  "123#1*22", "123#GG",  "123#*1", "800",     "20000000",
        "123#?", "123#R2", "#11",      "123 #11",
    };
    char why[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_match match;
        why[0] = '\0';
        if (cs_match_parse(rows[i], &match, why, sizeof(why)) == 0)
            fail_msg("\"%s\" was taken", rows[i]);
        assert_true(why[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
