/* SPDX-License-Identifier: MIT */
/* SYNC with its counter, TIME, EMCY; their identifiers as SDO transfers tell them. */
#include "tests/unit/test_co_decode.h"

static void counters(void **state)
{
    static const struct step steps[] = {
        {0, "080#", "SYNC info: SYNC [canopen.sync -1 0]"},
        {10, "080#01", "SYNC info: SYNC 1 [canopen.sync -1 1]"},
        {20, "080#02", "SYNC info: SYNC 2 [canopen.sync -1 2]"},
        {30, "080#03", "SYNC info: SYNC 3 [canopen.sync -1 3]"},
        {40, "080#01", "SYNC info: SYNC 1 [canopen.sync -1 1]"},
        {50, "080#03",
         "SYNC warning: SYNC 3, expected 2 [canopen.sync -1 3, canopen.sync.gap -1 3]"},
        {60, "080#01", "SYNC info: SYNC 1 [canopen.sync -1 1]"},
        {70, "080#02", NULL},
        {80, "080#01",
         "SYNC warning: SYNC 1, expected 3 [canopen.sync -1 1, canopen.sync.gap -1 1]"},
        {90, "080#F1",
         "SYNC error: SYNC 241, expected 2 [canopen.sync -1 241, canopen.sync.gap -1 241]"},
        {100, "080#0102", "SYNC error: 2 bytes, must have 0 to 1 [canopen.length -1 2]"},
        {110, "080#R",
         "SYNC error: remote frame, which this service does not have [canopen.rtr -1 128]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 120);
    bench_field(&b, "sync/count", "10");
    bench_field(&b, "sync/gaps", "3");
    bench_field(&b, "sync/overflow", "3");
    bench_close(&b);
}

/* 1019h says 4, so going back after 2 is a gap; 1006h and 1005h are learned too. */
static void sync_is_learned(void **state)
{
    static const struct step steps[] = {
        {0, "605#2F19100004000000", NULL},
        {0, "585#6019100000000000", NULL},
        {0, "605#2306100010270000", NULL},
        {0, "585#6006100000000000", NULL},
        {0, "605#23051000F0010040", NULL},
        {0, "585#6005100000000000", NULL},
        {0, "1F0#01", "SYNC info: SYNC 1 [canopen.sync -1 1]"},
        {0, "1F0#02", NULL},
        {0, "1F0#01",
         "SYNC warning: SYNC 1, expected 3 [canopen.sync -1 1, canopen.sync.gap -1 1]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 1);
    bench_field(&b, "sync/period", "0.01 s");
    bench_close(&b);
}

static void times(void **state)
{
    static const struct step steps[] = {
        {0, "100#00000000123A", "TIME info: 2024-09-13 00:00:00.000 [canopen.time -1 0]"},
        {0, "100#FF5B26050000", "TIME info: 1984-01-01 23:59:59.999 [canopen.time -1 86399999]"},
        {0, "100#005C26050000",
         "TIME warning: 1984-01-01 24:00:00.000, more milliseconds than a day has [canopen.time -1 "
         "86400000]"},
        {0, "100#0000", "TIME error: 2 bytes, must have 6 [canopen.length -1 2]"},
        {0, "605#2312100001010080", NULL},
        {0, "585#6012100000000000", NULL},
        {0, "101#00000000123A", "TIME info: 2024-09-13 00:00:00.000 [canopen.time -1 0]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_field(&b, "ms", "0 ms");
    bench_field(&b, "days", "14866");
    bench_close(&b);
}

static void emergencies(void **state)
{
    static const struct step steps[] = {
        {0, "085#3081110000000000",
         "EMCY warning: node 5: emergency 8130h life guard or heartbeat error, register 0x11 "
         "(generic, communication) [canopen.emcy 5 33072]"},
        {0, "085#00FF800102030405", NULL},
        {0, "085#0000000000000000",
         "EMCY note: node 5: error reset or no error [canopen.emcy.reset 5 0]"},
        {0, "085#00000000000000", "EMCY error: node 5: 7 bytes, must have 8 [canopen.length 5 7]"},
        {0, "085#R",
         "EMCY error: node 5: remote frame, which this service does not have [canopen.rtr 5 133]"},
        {0, "605#2314100055010000", NULL},
        {0, "585#6014100000000000", NULL},
        {0, "155#1010010000000000", NULL},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    assert_non_null(strstr(b.said, "[canopen.emcy 5 4112]"));
    bench_field(&b, "register", "0x01 (generic)");
    bench_field(&b, "manufacturer", "00 00 00 00 00");
    bench_model(&b, 1);
    bench_field(&b, "node_5/emergencies/count", "4");
    bench_field(&b, "node_5/emergencies/active", "true");
    for (int i = 0; i < 40; i++)
        bench_frame(&b, 1, "085#3081110000000000");
    bench_model(&b, 1);
    unsigned kept = 0;
    for (unsigned i = 0; i < b.tree.n_fields; i++)
        kept += strcmp(b.tree.fields[i].field.name, "emergency") == 0;
    assert_int_equal(kept, 16);
    bench_close(&b);
}

static void identities_and_objects(void **state)
{
    static const struct step steps[] = {
        {0, "605#4018100100000000", NULL}, {0, "585#4318100134120000", NULL},
        {0, "605#4018100400000000", NULL}, {0, "585#4318100478563412", NULL},
        {0, "605#4008100000000000", NULL}, {0, "585#4308100044525638", NULL},
        {0, "605#4000100000000000", NULL}, {0, "585#4300100092010200", NULL},
        {0, "605#2F60600008000000", NULL}, {0, "585#6060600000000000", NULL},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 1);
    bench_field(&b, "node_5/identity/vendor", "0x00001234");
    bench_field(&b, "node_5/identity/serial", "0x12345678");
    bench_field(&b, "node_5/identity/device_name", "\"DRV8\"");
    bench_field(&b, "node_5/identity/profile", "402");
    bench_field(&b, "node_5/objects/o6060_00", "8 (cyclic synchronous position)");
    bench_close(&b);
}

/* 1201h of node 5 as a master reads and writes it; then a transfer on that channel is learned. */
static void further_channels(void **state)
{
    static const struct step steps[] = {
        {0, "605#2301120141060000", NULL},
        {0, "585#6001120100000000", NULL},
        {0, "605#23011202C1050000", NULL},
        {0, "585#6001120200000000", NULL},
        /* 641h and 5C1h are the default channel of node 65. */
        {0, "605#2301120190060000", NULL},
        {0, "585#6001120100000000", NULL},
        {0, "605#2301120290050000", NULL},
        {0, "585#6001120200000000", NULL},
        {0, "605#23011201B1060000", NULL},
        {0, "585#6001120100000000", NULL},
        {0, "605#23011202B2060000", NULL},
        {0, "585#6001120200000000", NULL},
        {0, "6B1#4018100100000000", NULL},
        {0, "6B2#4318100134120000", NULL},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    assert_string_equal(b.tree.protocol, "SDO");
    bench_model(&b, 1);
    bench_field(&b, "node_5/identity/vendor", "0x00001234");
    bench_field(&b, "node_5/sdo_channel/request", "0x6B1");
    bench_frame(&b, 1, "641#4018100100000000");
    assert_non_null(strstr(b.said, "node 65"));
    bench_close(&b);
}

/* Only the state is to follow: the same model comes of it. */
static void without_a_sink(void **state)
{
    static const char *const frames[] = {"705#00",
                                         "705#05",
                                         "080#01",
                                         "085#3081110000000000",
                                         "185#3702",
                                         "000#0105",
                                         "7E5#0401000000000000",
                                         "605#4018100100000000",
                                         "585#4318100134120000",
                                         "707#R",
                                         "707#05",
                                         "071#0003",
                                         "185#R",
                                         "100#00000000123A"};
    struct bench b, c;
    char *texts[2];
    size_t sizes[2];

    (void)state;
    bench_open(&b, NULL, 0);
    bench_open(&c, NULL, 0);
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct cansim_frame frame = frame_of(frames[i]);
        frame.number = i + 1;
        assert_int_equal(b.decoder->frame(b.state, &frame, NULL), 1);
        bench_frame(&c, 0, frames[i]);
    }
    bench_model(&b, 1);
    bench_model(&c, 1);
    for (int i = 0; i < 2; i++) {
        FILE *to = open_memstream(&texts[i], &sizes[i]);
        cs_tree_text(i == 0 ? &b.tree : &c.tree, 0, to);
        fclose(to);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_non_null(strstr(texts[0], "0x00001234"));
    free(texts[0]);
    free(texts[1]);
    bench_close(&b);
    bench_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters),
        cmocka_unit_test(sync_is_learned),
        cmocka_unit_test(times),
        cmocka_unit_test(emergencies),
        cmocka_unit_test(identities_and_objects),
        cmocka_unit_test(further_channels),
        cmocka_unit_test(without_a_sink),
    };
    return cmocka_run_group_tests_name("co_decode_sync", tests, NULL, NULL);
}
