/* SPDX-License-Identifier: MIT */
/* The CANopen master: booting slaves, what it tells of those that will not, error control, SYNC,
 * TIME and heartbeat. */
#include "tests/unit/test_co_master.h"

static void boots_two(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"node_id",
                              "1",
                              "slaves/0/node_id",
                              "5",
                              "slaves/0/device_type",
                              "0x20192",
                              "slaves/0/vendor",
                              "0x501",
                              "slaves/0/product",
                              "0x502",
                              "slaves/0/revision",
                              "0x503",
                              "slaves/0/serial",
                              "0x504",
                              "slaves/0/heartbeat",
                              "100000000000",
                              "slaves/1/node_id",
                              "6",
                              NULL,
                              NULL};

    (void)state;
    net_add(net, 5);
    net_add(net, 6);
    net_open(net, settings);
    net_run(net, 1000 * MS);
    assert_said(net, "n node 6 booted\nn node 5 booted\nn network started: 2 of 2 slaves booted\n");
    assert_traced(net, "701#00 000#8200 705#00 706#00 605#4000100000000000 ");
    assert_traced(net, "605#2B17100064000000 ");
    assert_traced(net, " 000#0100 ");
    assert_int_equal(net->slaves[0].state, 5);
    assert_int_equal(net->slaves[1].state, 5);
    net_free(net);
}

/* Each check of CiA 302-2 that can fail, and its letter. */
static void refuses(void **state)
{
    static const struct {
        const char *path, *value;
        const char *said;
    } rows[] = {
        {"slaves/0/device_type", "1", "node 5: boot error C: "},
        {"slaves/0/vendor", "1", "node 5: boot error D: "},
        {"slaves/0/product", "1", "node 5: boot error M: "},
        {"slaves/0/revision", "1", "node 5: boot error N: "},
        {"slaves/0/serial", "1", "node 5: boot error O: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct net *net = net_make();
        const char *settings[] = {"slaves/0/node_id", "5", rows[i].path, rows[i].value, NULL, NULL};
        net_add(net, 5);
        net_open(net, settings);
        net_run(net, 1000 * MS);
        assert_said(net, rows[i].said);
        assert_said(net, "e network not started: node 5 is mandatory\n");
        assert_int_equal(net->slaves[0].state, 127);
        net_free(net);
    }
}

static void no_answer(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id",
                              "5",
                              "slaves/1/node_id",
                              "6",
                              "slaves/1/mandatory",
                              "false",
                              "slaves/1/boot_timeout",
                              "3000000000000",
                              NULL,
                              NULL};

    (void)state;
    net_add(net, 5);
    net_add(net, 6)->off = true;
    net_open(net, settings);
    net_run(net, 900 * MS);
    assert_said(net, "n node 5 booted\n"); /* the other one has its chance first */
    assert_false(net_said(net, "network started"));
    net_run(net, 500 * MS);
    /* The optional one does not keep the network from starting. */
    assert_said(net, "w node 6: boot error B: no answer to the device type (1000h) (abort "
                     "05040000h); is asked again\n");
    assert_said(net, "n network started: 1 of 2 slaves booted\n");
    assert_traced(net, " 000#0105 ");
    net_run(net, 5000 * MS);
    assert_said(net, "w node 6: boot error B: no answer to the device type (1000h) (abort "
                     "05040000h)\n");
    /* It comes late: booted and started by itself. */
    net->slaves[1].off = false;
    net_boot_up(&net->slaves[1]);
    net_run(net, 100 * MS);
    assert_said(net, "n node 6: boot-up\nn node 6 booted\n");
    assert_traced(net, " 000#0106 ");
    assert_int_equal(net->slaves[1].state, 5);
    net_free(net);
}

static void mandatory_missing(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5",  "slaves/0/boot_timeout",
                              "1000000000000",    NULL, NULL};

    (void)state;
    net_open(net, settings);
    net_run(net, 10000 * MS);
    assert_said(net, "e node 5: boot error B: ");
    assert_said(net, "e network not started: node 5 is mandatory\n");
    net_free(net);
}

static void heartbeat_lost(void **state)
{
    static const struct {
        const char *reaction, *said, *traced;
    } rows[] = {
        {"none", "w node 5: heartbeat lost\n", NULL},
        {"stop", "w node 5: heartbeat lost; all nodes are stopped\n", " 000#0200 "},
        {"reset", "w node 5: heartbeat lost; it is reset\n", " 000#8105 "},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct net *net = net_make();
        const char *settings[] = {"on_loss",
                                  rows[i].reaction,
                                  "slaves/0/node_id",
                                  "5",
                                  "slaves/0/heartbeat",
                                  "100000000000",
                                  NULL,
                                  NULL};
        net_add(net, 5);
        net_open(net, settings);
        net_run(net, 2000 * MS);
        assert_false(net_said(net, "lost"));
        net->slaves[0].off = true;
        net_run(net, 40 * MS);
        assert_false(net_said(net, "lost"));
        net_run(net, 120 * MS);
        assert_said(net, rows[i].said);
        if (rows[i].traced != NULL)
            assert_traced(net, rows[i].traced);
        net->slaves[0].off = false;
        net_run(net, 1000 * MS);
        assert_said(net, "n node 5: its heartbeat is back\n");
        net_free(net);
    }
}

static void no_heartbeat_at_all(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5",  "slaves/0/heartbeat",
                              "100000000000",     NULL, NULL};

    (void)state;
    net_add(net, 5);
    server_set(&net->slaves[0].server, 0x1017, 0, "", 0);
    net_open(net, settings);
    net->slaves[0].heartbeat_at = CANSIM_NEVER - 1;
    net_run(net, 20 * MS);
    net->slaves[0].heartbeat_at = CANSIM_NEVER - 1;
    net_run(net, 1000 * MS);
    assert_said(net, "e node 5: boot error K: no heartbeat once it was configured\n");
    net_free(net);
}

static void guarding(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id",
                              "5",
                              "slaves/0/guard_time",
                              "100000000000",
                              "slaves/0/life_factor",
                              "2",
                              NULL,
                              NULL};

    (void)state;
    net_add(net, 5);
    net_open(net, settings);
    net_run(net, 1000 * MS);
    assert_said(net, "n node 5 booted\n");
    assert_traced(net, "605#2B0C100064000000 ");
    assert_traced(net, "605#2F0D100002000000 ");
    assert_traced(net, "705#R 705#7F ");
    assert_traced(net, "705#R 705#85 705#R 705#05 ");
    assert_false(net_said(net, "toggle"));
    net->slaves[0].toggle = !net->slaves[0].toggle;
    net_run(net, 100 * MS);
    assert_said(net, "e node 5: guarding's toggle bit did not change\n");
    net->slaves[0].ignore_guarding = 1;
    net_run(net, 300 * MS);
    assert_false(net_said(net, "lost"));
    net->slaves[0].ignore_guarding = 100;
    net_run(net, 300 * MS);
    assert_said(net, "w node 5: guarding lost\n");
    net_free(net);
}

static void keep_alive(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id",
                              "5",
                              "slaves/0/keep_alive",
                              "true",
                              "slaves/0/heartbeat",
                              "100000000000",
                              NULL,
                              NULL};
    const uint8_t beat[2] = {100, 0};

    (void)state;
    net_add(net, 5)->state = 5;
    server_set(&net->slaves[0].server, 0x1017, 0, beat, 2);
    net->slaves[0].heartbeat_at = 0;
    net_open(net, settings);
    net_run(net, 500 * MS);
    assert_said(net, "n node 5 booted, L: the slave was operational\n");
    assert_null(strstr(net->trace, "000#82"));
    net_free(net);
}

/* A slave that is reset in the midst of things is booted again. */
static void boots_again(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5", NULL, NULL};
    char why[200] = "";

    (void)state;
    net_add(net, 5);
    net_open(net, settings);
    net_run(net, 100 * MS);
    net->notes[0] = '\0';
    assert_int_equal(net->type->command(net->master, net->now, "nmt reset 5", why, sizeof(why)), 0);
    net_run(net, 100 * MS);
    assert_said(net, "n node 5: boot-up\nn node 5 booted\n");
    assert_int_equal(net->slaves[0].state, 5);
    net_free(net);
}

static void start_each(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {
        "reset", "each", "start", "each", "slaves/0/node_id", "5", "slaves/1/node_id",
        "6",     NULL,   NULL};

    (void)state;
    net_add(net, 5);
    net_add(net, 6);
    net_open(net, settings);
    net_run(net, 1000 * MS);
    assert_traced(net, "000#8205 ");
    assert_traced(net, "000#8206 ");
    assert_traced(net, "000#0105 ");
    assert_traced(net, "000#0106 ");
    assert_null(strstr(net->trace, "000#0100 "));
    net_free(net);
}

static void produces(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"node_id",
                              "1",
                              "boot",
                              "false",
                              "heartbeat",
                              "500000000000",
                              "sync/period",
                              "200000000000",
                              "sync/overflow",
                              "3",
                              "time/period",
                              "1000000000000",
                              "time/days",
                              "15000",
                              NULL,
                              NULL};

    (void)state;
    net_open(net, settings);
    net_run(net, 1100 * MS);
    /* 1000 ms = 3E8h after midnight of day 15000 = 3A98h. */
    assert_string_equal(net->trace, "701#00 080#01 080#02 701#7F 080#03 080#01 080#02 "
                                    "100#E8030000983A 701#7F ");
    net_free(net);
}

/* Without a node-ID it says nothing of itself, and does what it is told. */
static void no_node_id(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"node_id",      "0",  "boot", "false", "heartbeat",
                              "100000000000", NULL, NULL};
    char why[200];

    (void)state;
    net_open(net, settings);
    net_run(net, 1100 * MS);
    assert_string_equal(net->trace, "");
    assert_int_equal(
        co_master_type.command(net->master, net->now, "nmt start all", why, sizeof(why)), 0);
    net_run(net, 1200 * MS);
    assert_string_equal(net->trace, "000#0100 ");
    net_free(net);
}

static void emergencies(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5", NULL, NULL};
    const uint8_t emcy[8] = {0x30, 0x81, 0x11};

    (void)state;
    net_add(net, 5);
    net_open(net, settings);
    net_slave_send(&net->slaves[0], 0x85, emcy, 8);
    net_slave_send(&net->slaves[0], 0x77F, emcy, 1);
    net_run(net, 10 * MS);
    assert_said(net, "w node 5: emergency 8130h");
    assert_said(net, "error register 11h\n");
    assert_said(net, "w another node has the master's node-ID 127\n");
    net_free(net);
}

static void bad_settings(void **state)
{
    static const struct {
        const char *rows[6];
        const char *why;
    } rows[] = {
        {{"node_id", "-1"}, "node_id: must be 0..127, got \"-1\""},
        {{"node_id", "128"}, "node_id: must be 0..127, got \"128\""},
        {{"eds/0", "drive.eds"},
         "eds/0: must be [BUS:]NODE=FILE with NODE 1..127, got \"drive.eds\""},
        {{"eds/0", "128=drive.eds"},
         "eds/0: must be [BUS:]NODE=FILE with NODE 1..127, got \"128=drive.eds\""},
        {{"sync/overflow", "1"}, "sync/overflow: must be 0, 2..240, got \"1\""},
        {{"on_loss", "panic"}, "on_loss: must be none, stop, reset, got \"panic\""},
        {{"slaves/0/node_id", "127"},
         "slaves/0/node_id: must be another node-ID than the master's, got \"127\""},
        {{"slaves/0/node_id", "5", "slaves/1/node_id", "5"},
         "slaves/1/node_id: must be a node-ID that no other slave has, got \"5\""},
        {{"slaves/0/vendor", "1"}, "slaves/0/vendor: must be of a slave with a node_id, got \"1\""},
        {{"slaves/0/node_id", "5", "slaves/0/vendor", "0x100000000"},
         "slaves/0/vendor: must be 0..0xFFFFFFFF, got \"0x100000000\""},
        {{"script/0/do", "raed 5 1000"}, NULL},
        {{"script/0/at", "5"}, "script/0/do: must be there"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct net *net = net_make();
        struct cansim_setting settings[3];
        size_t n = 0;
        char why[300] = "";
        for (; n < 3 && rows[i].rows[2 * n] != NULL; n++)
            settings[n] = (struct cansim_setting){rows[i].rows[2 * n], rows[i].rows[2 * n + 1]};
        assert_int_equal(
            co_master_type.open(&net->master, &net->node_host, settings, n, why, sizeof(why)), -1);
        if (rows[i].why != NULL)
            assert_string_equal(why, rows[i].why);
        free(net);
    }
}

/* Power off in the midst of a boot, and on again: it begins anew. */
static void power(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5", "script/0/do", "read 5 1018:01", NULL, NULL};

    (void)state;
    net_add(net, 5);
    net_open(net, settings);
    net_run(net, MS);
    net->type->detached(net->master, net->now);
    net->timer_at = CANSIM_NEVER;
    net->n_queue = net->n_masters = 0;
    net_run(net, 1000 * MS);
    assert_string_equal(net->notes, "");
    net->type->attached(net->master, net->now);
    net_run(net, 1000 * MS);
    assert_said(net, "n node 5 booted\n");
    assert_said(net, "read 5 1018:01 = ");
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boots_two),      cmocka_unit_test(refuses),
        cmocka_unit_test(no_answer),      cmocka_unit_test(mandatory_missing),
        cmocka_unit_test(heartbeat_lost), cmocka_unit_test(no_heartbeat_at_all),
        cmocka_unit_test(guarding),       cmocka_unit_test(keep_alive),
        cmocka_unit_test(boots_again),    cmocka_unit_test(start_each),
        cmocka_unit_test(produces),       cmocka_unit_test(no_node_id),
        cmocka_unit_test(emergencies),    cmocka_unit_test(bad_settings),
        cmocka_unit_test(power),
    };

    return cmocka_run_group_tests_name("co_master", tests, NULL, NULL);
}
