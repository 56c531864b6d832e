/* SPDX-License-Identifier: MIT */
/* NMT commands, boot-up, heartbeat, node guarding, flying masters; and what time alone tells. */
#include "tests/unit/test_co_decode.h"

static void commands(void **state)
{
    static const struct step steps[] = {
        {0, "000#0105", "NMT note: node 5: start [canopen.nmt.command 5 1]"},
        {0, "000#0200", "NMT note: all nodes: stop [canopen.nmt.command 0 2]"},
        {0, "000#807F", "NMT note: node 127: enter pre-operational [canopen.nmt.command 127 128]"},
        {0, "000#8101", "NMT note: node 1: reset node [canopen.nmt.command 1 129]"},
        {0, "000#8201", "NMT note: node 1: reset communication [canopen.nmt.command 1 130]"},
        {0, "000#0301", "NMT error: node 1: unknown command 0x03 [canopen.nmt.command 1 3]"},
        {0, "000#0180",
         "NMT error: node 128: start, but node-IDs are 1 to 127 [canopen.nmt.command 128 1]"},
        {0, "000#01", "NMT error: 1 byte, must have 2 [canopen.length -1 1]"},
        {0, "000#010500", "NMT error: 3 bytes, must have 2 [canopen.length -1 3]"},
        {0, "000#R",
         "NMT error: remote frame, which this service does not have [canopen.rtr -1 0]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_frame(&b, 0, "000#0105");
    bench_field(&b, "command", "0x01 (start)");
    bench_field(&b, "node", "5");
    bench_close(&b);
}

static void heartbeats_and_states(void **state)
{
    static const struct step steps[] = {
        {0, "705#00", "NMT note: node 5: boot-up [canopen.boot 5 0]"},
        {10, "705#7F",
         "HB note: node 5: heartbeat, pre-operational [canopen.heartbeat 5 127, canopen.nmt.state "
         "5 127]"},
        {110, "705#7F", "HB info: node 5: heartbeat, pre-operational [canopen.heartbeat 5 127]"},
        {120, "000#0105", NULL},
        {210, "705#05",
         "HB note: node 5: heartbeat, operational [canopen.heartbeat 5 5, canopen.nmt.state 5 5]"},
        {310, "705#04",
         "HB note: node 5: heartbeat, stopped (was operational) [canopen.heartbeat 5 4, "
         "canopen.nmt.state 5 4]"},
        {410, "705#06",
         "HB error: node 5: heartbeat, unknown state (was stopped) [canopen.heartbeat 5 6, "
         "canopen.nmt.state 5 6]"},
        {420, "705#", "HB error: node 5: 0 bytes, must have 1 [canopen.length 5 0]"},
        {420, "705#0500", "HB error: node 5: 2 bytes, must have 1 [canopen.length 5 2]"},
        {430, "000#8100", NULL},
        {500, "705#00", "NMT note: node 5: boot-up [canopen.boot 5 0] <caused_by 10>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

/* Two like intervals make a period; twice that without a heartbeat, and it is lost. */
static void a_measured_heartbeat_is_missed(void **state)
{
    static const struct step steps[] = {
        {0, "705#05", NULL},
        {100, "705#05", NULL},
        {200, "705#05", NULL},
        {400, NULL,
         "HB warning: node 5: heartbeat lost, none for 200 ms [canopen.heartbeat.lost 5 200] "
         "<caused_by 3>"},
        {410, "081#3081000000000000", NULL},
        {411, "082#3081000500000000",
         "EMCY warning: node 2: emergency 8130h life guard or heartbeat error, manufacturer "
         "05 00 00 00 00 [canopen.emcy 2 33072] <caused_by 3>"},
        {900, "705#05",
         "HB note: node 5: heartbeat, operational, back again [canopen.heartbeat 5 5, "
         "canopen.heartbeat.back 5 5]"},
        {1000, "705#05", NULL},
        {1200, NULL,
         "HB warning: node 5: heartbeat lost, none for 200 ms [canopen.heartbeat.lost 5 200] "
         "<caused_by 7>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    assert_true(b.decoder->next(b.state) == CANSIM_NEVER);
    bench_model(&b, 1500);
    bench_field(&b, "node_5/heartbeat/lost", "true");
    bench_field(&b, "node_5/heartbeat/age", "0.5 s");
    bench_close(&b);
}

/* 1017h written: twice that; 1016h of another node written: just that. 0 stops it. */
static void a_declared_heartbeat_is_missed(void **state)
{
    static const struct step steps[] = {
        {0, "705#7F", NULL},
        {1, "605#2B171000F4010000", NULL},
        {2, "585#6017100000000000", NULL},
        {1000, NULL,
         "HB warning: node 5: heartbeat lost, none for 1 s [canopen.heartbeat.lost 5 1000] "
         "<caused_by 1>"},
        {1100, "705#7F", NULL},
        {1110, "607#23161001EE020500", NULL}, /* 750 ms of node 5 */
        {1111, "587#6016100100000000", NULL},
        {1850, NULL,
         "HB warning: node 5: heartbeat lost, none for 750 ms [canopen.heartbeat.lost 5 750] "
         "<caused_by 4>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);

    static const struct step stopped[] = {
        {0, "705#7F", NULL},
        {100, "705#7F", NULL},
        {200, "705#7F", NULL},
        {201, "605#2B17100000000000", NULL},
        {202, "585#6017100000000000", NULL},
    };
    bench_open(&b, NULL, 0);
    STEPS(&b, stopped);
    assert_true(b.decoder->next(b.state) == CANSIM_NEVER);
    bench_close(&b);
}

static void the_earliest_of_several_is_next(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    for (int i = 0; i < 3; i++) {
        bench_frame(&b, 100 * i, "705#05");
        bench_frame(&b, 100 * i + 1, "707#05");
    }
    assert_int_equal(b.decoder->next(b.state) / MS, 400);
    bench_frame(&b, 300, "705#05");
    assert_int_equal(b.decoder->next(b.state) / MS, 401);
    static const struct step steps[] = {
        {401, NULL, NULL},
        {500, NULL, NULL},
    };
    STEPS(&b, steps);
    assert_true(b.decoder->next(b.state) == CANSIM_NEVER);
    bench_close(&b);
}

static void guarding(void **state)
{
    static const struct step steps[] = {
        {0, "707#R", "GUARD info: node 7: guarding request [canopen.guard.request 7 0]"},
        {1, "707#05",
         "GUARD note: node 7: guarding, operational [canopen.guard 7 5, canopen.nmt.state 7 5] "
         "<answers 1>"},
        {100, "707#R", NULL},
        {101, "707#85",
         "GUARD info: node 7: guarding, operational [canopen.guard 7 5] <answers 3>"},
        {200, "707#R", NULL},
        {201, "707#85",
         "GUARD error: node 7: guarding, operational, toggle bit not alternated [canopen.guard 7 "
         "5, "
         "canopen.guard.toggle 7 1] <answers 5>"},
        {300, "707#R", NULL},
        {400, "707#R",
         "GUARD warning: node 7: guarding request, the last one was not answered "
         "[canopen.guard.request 7 0]"},
        {401, NULL,
         "GUARD warning: node 7: guarding lost, none for 200 ms [canopen.guard.lost 7 200] "
         "<caused_by 6>"},
        {500, "707#R", NULL},
        {501, "707#05",
         "GUARD note: node 7: guarding, operational, back again [canopen.guard 7 5, "
         "canopen.guard.back 7 5] <answers 9>"},
        {510, "707#00", "NMT note: node 7: boot-up [canopen.boot 7 0]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

/* 100Ch and 100Dh: 100 ms three times. */
static void life_time_is_learned(void **state)
{
    static const struct step steps[] = {
        {0, "607#2B0C100064000000", NULL},
        {1, "587#600C100000000000", NULL},
        {2, "607#2F0D100003000000", NULL},
        {3, "587#600D100000000000", NULL},
        {10, "707#R", NULL},
        {11, "707#7F", NULL},
        {311, NULL,
         "GUARD warning: node 7: guarding lost, none for 300 ms [canopen.guard.lost 7 300] "
         "<caused_by 6>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

static void flying_masters(void **state)
{
    static const struct step steps[] = {
        {0, "073#", "NMT note: request of the active NMT master [canopen.nmt.flying -1 115]"},
        {1, "071#0103",
         "NMT note: active NMT master is node 3, priority medium [canopen.nmt.flying 3 113] "
         "<answers 1>"},
        {2, "076#", "NMT note: flying master negotiation forced [canopen.nmt.flying -1 118]"},
        {3, "072#", "NMT note: request of flying master negotiation [canopen.nmt.flying -1 114]"},
        {4, "075#", "NMT note: request of NMT master-capable devices [canopen.nmt.flying -1 117]"},
        {5, "074#",
         "NMT note: an NMT master-capable device is there [canopen.nmt.flying -1 116] <answers 5>"},
        {6, "071#01", "NMT error: 1 byte, must have 2 [canopen.length -1 1]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 10);
    bench_field(&b, "masters/active", "3");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands),
        cmocka_unit_test(heartbeats_and_states),
        cmocka_unit_test(a_measured_heartbeat_is_missed),
        cmocka_unit_test(a_declared_heartbeat_is_missed),
        cmocka_unit_test(the_earliest_of_several_is_next),
        cmocka_unit_test(guarding),
        cmocka_unit_test(life_time_is_learned),
        cmocka_unit_test(flying_masters),
    };
    return cmocka_run_group_tests_name("co_decode_nmt", tests, NULL, NULL);
}
