/* SPDX-License-Identifier: MIT */
/* The CANopen master's script and commands: SDO of every kind, NMT, raw frames, LSS; and how it is
 * told what is wrong with one. */
#include "tests/unit/test_co_master.h"

static struct net *scripted(unsigned n_slaves, const char *const *steps)
{
    static char paths[32][24];
    const char *settings[70] = {"boot", "false"};
    struct net *net = net_make();
    unsigned n = 2;

    for (unsigned i = 0; i < n_slaves; i++)
        net_add(net, 5 + i);
    for (unsigned i = 0; steps[i] != NULL; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "script/%u/do", i);
        settings[n++] = paths[i];
        settings[n++] = steps[i];
    }
    settings[n] = NULL;
    net_open(net, settings);
    return net;
}

static void sdo_steps(void **state)
{
    const char *steps[] = {"read 5 1018:01",
                           "read 5 1018:01 = 0x501",
                           "read 5 1018:01 = 0x502",
                           "read 5 1018:01 UNSIGNED16",
                           "read 5 1018:09 = abort 0x06020000",
                           "read 5 1018:09",
                           "read 5 1018:09 u32 = 1",
                           "read 5 1018:01 = abort 0x06020000",
                           "read 5 1008 = drive",
                           "write 5 1017 1000",
                           "write 5 2000:01 0x1234 u16",
                           "read 5 2000:01 u16 = 0x1234",
                           "write 5 2001 \"two words\" vs",
                           "read 5 2001 vs",
                           "block-write 5 2002 fill:2048",
                           "block-read 5 2002 = fill:2048",
                           "read 5 2002 = fill:2048",
                           "block-read 5 2002 = fill:2047",
                           "block-read 6 1018:01",
                           "read 9 1000",
                           NULL};
    struct net *net;

    (void)state;
    net = scripted(2, steps);
    net->slaves[0].server.lose_every = 47;
    net->slaves[1].server.no_block = true;
    net_run(net, 10000 * MS);
    assert_said(net, "i read 5 1018:01 = 1281 (0x501)\n");
    assert_said(net, "e read 5 1018:01 = 1281 (0x501), expected 1282 (0x502)\n");
    assert_said(net, "i read 5 1018:09: abort 06020000h");
    assert_said(net, "w read 5 1018:09: abort 06020000h");
    assert_said(net, "e read 5 1018:09: abort 06020000h");
    assert_said(net, ", expected abort 06020000h\n");
    assert_said(net, "i read 5 1008:00 = \"drive\"\n");
    assert_said(net, "i write 5 1017:00 = ");
    assert_said(net, "i read 5 2001:00 = \"two words\"\n");
    assert_said(net, "i block-write 5 2002:00 = 2048 bytes, CRC ");
    assert_said(net, " segments again\n");
    assert_said(net, "i read 5 2002:00 = 2048 bytes, CRC ");
    assert_said(net, "e block-read 5 2002:00 = 2048 bytes, CRC ");
    assert_said(net, ", expected 2047 bytes, CRC ");
    assert_said(net, "i block-read 6 1018:01 = ");
    assert_said(net, " (without blocks)\n");
    assert_said(net, "w read 9 1000:00: abort 05040000h");
    assert_said(net, " (by the master)\n");
    net_free(net);
}

static void other_steps(void **state)
{
    const char *steps[] = {"nmt start 5",
                           "nmt stop 6",
                           "nmt preop all",
                           "wait 100ms",
                           "nmt reset-comm 5",
                           "nmt reset 6",
                           "sync",
                           "time",
                           "send 205#0102",
                           "send 00000205#R",
                           "send 7#",
                           "boot 5",
                           "read 5 1000",
                           NULL};
    struct net *net;

    (void)state;
    net = scripted(2, steps);
    net_run(net, 1000 * MS);
    assert_traced(net, "77F#00 000#0105 000#0206 000#8000 ");
    assert_traced(net, "000#8205 000#8106 080# 100#640000000000 205#0102 205#R 007# 000#8205 ");
    assert_said(net, "n node 5 booted\ni read 5 1000:00 = ");
    net_free(net);
}

static void step_times(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {
        "boot",        "false",        "script/0/at", "100000000000", "script/0/do", "send 1#",
        "script/1/do", "send 2#",      "script/2/at", "50000000000",  "script/2/do", "send 3#",
        "script/3/at", "200000000000", "script/3/do", "send 4#",      NULL,          NULL};

    (void)state;
    net_open(net, settings);
    net_run(net, 99 * MS);
    assert_string_equal(net->trace, "77F#00 ");
    net_run(net, 10 * MS);
    assert_string_equal(net->trace, "77F#00 001# 002# 003# ");
    net_run(net, 200 * MS);
    assert_string_equal(net->trace, "77F#00 001# 002# 003# 004# ");
    net_free(net);
}

static void waits_for_boot(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5",           "script/0/do", "wait booted",
                              "script/1/do",      "read 5 1000", NULL,          NULL};

    (void)state;
    net_add(net, 5);
    net_open(net, settings);
    net_run(net, 100 * MS);
    assert_said(net, "n node 5 booted\nn network started: 1 of 1 slaves booted\ni read 5 1000:00");
    net_free(net);
}

static void lss_steps(void **state)
{
    const char *steps[] = {"lss switch 1 2 3 4", "lss switch 0x11 0x22 0x33 0x44",
                           "lss inquire",        "lss bitrate 800k",
                           "lss bitrate 250k",   "lss store",
                           "lss activate 50ms",  "lss switch waiting",
                           "lss identify",       NULL};
    struct net *net;

    (void)state;
    net = scripted(1, steps);
    for (unsigned i = 0; i < 4; i++)
        net->slaves[0].address[i] = 0x11 * (i + 1);
    net_run(net, 1000 * MS);
    assert_string_equal(net->notes,
                        "w lss switch 1 2 3 4: nobody answers\n"
                        "i lss switch 0x11 0x22 0x33 0x44: done\n"
                        "i lss inquire: vendor 0x00000011, product 0x00000022, revision "
                        "0x00000033, serial 0x00000044, node-ID 5\n"
                        "w lss bitrate 800k: refused with error 1.0: the bit rate is not "
                        "supported\n"
                        "i lss bitrate 250k: done\n"
                        "i lss store: done\n"
                        "i lss activate 50ms: done\n"
                        "i lss switch waiting: done\n"
                        "w lss identify: nobody answers\n");
    assert_int_equal(net->bitrate_bps, 250000);
    assert_true(net->slaves[0].stored);
    net_free(net);
}

static void fastscan(void **state)
{
    static const uint32_t addresses[3][4] = {{0x29A, 0x80000001, 0, 0xFFFFFFFF},
                                             {0x29A, 0x80000001, 0, 0xFFFFFFFE},
                                             {0xDEADBEEF, 1, 2, 3}};
    const char *steps[] = {"lss fastscan 10 store", "read 12 1000", "lss fastscan", NULL};
    struct net *net;

    (void)state;
    net = scripted(3, steps);
    for (unsigned i = 0; i < 3; i++) {
        memcpy(net->slaves[i].address, addresses[i], sizeof(addresses[i]));
        net->slaves[i].node_id = 255;
    }
    net_run(net, 8000 * MS);
    assert_string_equal(
        net->notes,
        "i lss fastscan 10 store: vendor 0x0000029A, product 0x80000001, revision 0x00000000, "
        "serial 0xFFFFFFFE\n"
        "i lss fastscan 10 store: it is node 10\n"
        "i lss fastscan 10 store: vendor 0x0000029A, product 0x80000001, revision 0x00000000, "
        "serial 0xFFFFFFFF\n"
        "i lss fastscan 10 store: it is node 11\n"
        "i lss fastscan 10 store: vendor 0xDEADBEEF, product 0x00000001, revision 0x00000002, "
        "serial 0x00000003\n"
        "i lss fastscan 10 store: it is node 12\n"
        "i lss fastscan 10 store: 3 slaves without node-ID were numbered\n"
        "i read 12 1000:00 = 131474 (0x20192)\n"
        "w lss fastscan: nobody answers\n");
    assert_int_equal(net->slaves[1].node_id, 10);
    assert_int_equal(net->slaves[0].node_id, 11);
    assert_int_equal(net->slaves[2].node_id, 12);
    assert_true(net->slaves[2].stored);
    net_free(net);
}

/* A slave that has no node-ID however often it is given one is not numbered for ever. */
static void fastscan_ends(void **state)
{
    const char *steps[] = {"lss fastscan 10", NULL};
    struct net *net;

    (void)state;
    net = scripted(1, steps);
    net->slaves[0].node_id = 255;
    net->slaves[0].forgets = true;
    net_run(net, 10000 * MS);
    assert_said(net, "e lss fastscan 10: a slave is found again: it does not keep its node-ID\n");
    assert_false(net_said(net, "node 11"));
    net_free(net);
}

/* Commands from outside while the script is at work. */
static void commands(void **state)
{
    const char *steps[] = {"lss fastscan", NULL};
    struct net *net;
    char why[300] = "";

    (void)state;
    net = scripted(1, steps);
    net_run(net, 5 * MS);
    assert_int_equal(net->type->command(net->master, net->now, "read 5 1000", why, sizeof(why)), 0);
    assert_int_equal(net->type->command(net->master, net->now, "lss inquire", why, sizeof(why)), 0);
    net_run(net, 100 * MS);
    assert_string_equal(net->notes, "i read 5 1000:00 = 131474 (0x20192)\n"
                                    "w lss fastscan: nobody answers\n"
                                    "w lss inquire: nobody answers\n");
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(net->type->command(net->master, net->now, "wait 1s", why, sizeof(why)), 0);
    assert_int_equal(net->type->command(net->master, net->now, "sync", why, sizeof(why)), -1);
    assert_string_equal(why, "16 commands are at work already");
    net_run(net, 1001 * MS);
    assert_int_equal(net->type->command(net->master, net->now, "sync", why, sizeof(why)), 0);
    net_free(net);
}

static void refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "must be a command, got nothing"},
        {"raed 5 1000",
         "\"raed\" is not a command: read, write, block-read, block-write, nmt, boot, "
         "lss, sync, time, send or wait"},
        {"read", "must be \"read NODE INDEX[:SUB] [TYPE] [= VALUE | = abort CODE]\""},
        {"read 0 1000", "the node must be 1..127, got \"0\""},
        {"read 128 1000", "the node must be 1..127, got \"128\""},
        {"read x 1000", "the node must be 1..127, got \"x\""},
        {"read 5 10000", "the object must be INDEX or INDEX:SUB in hexadecimal, got \"10000\""},
        {"read 5 1000:100", "the object must be INDEX or INDEX:SUB in hexadecimal, got "
                            "\"1000:100\""},
        {"read 5 1000 u99", "the type must be such as u16 or UNSIGNED16, got \"u99\""},
        {"read 5 2000 = 5", "the type of 2000:00 is not known: add it, such as u16"},
        {"read 5 1018:01 = x", "the value must be UNSIGNED32, got \"x\""},
        {"read 5 1000 =", "must be \"read NODE INDEX[:SUB] [TYPE] [= VALUE | = abort CODE]\""},
        {"read 5 1000 = abort x", "the abort code must be a number such as 0x06090011, got \"x\""},
        {"write 5 1017", "must be \"write NODE INDEX[:SUB] VALUE [TYPE] [= abort CODE]\""},
        {"write 5 1017 1 = 1", "must be \"write NODE INDEX[:SUB] VALUE [TYPE] [= abort CODE]\""},
        {"write 5 2000 fill:9999999",
         "the value must be fill:0..fill:1048576, got \"fill:9999999\""},
        {"write 5 2000 \"open vs", "must be at most 16 words, each quote closed"},
        {"nmt go 5", "must be \"nmt start|stop|preop|reset|reset-comm NODE|all\""},
        {"boot 127", "the node must be a slave, got \"127\""},
        {"wait soon", "the time must be such as 10ms, got \"soon\""},
        {"send 205", "the frame must be ID#DATA, got \"205\""},
        {"send 205#123", "the data must be R or 0..8 bytes in hexadecimal, got \"123\""},
        {"send 20000000#", "the identifier must be 0..7FF or eight digits, got \"20000000\""},
        {"lss node-id 128", "the node-ID must be 1..127 or 255, got \"128\""},
        {"lss bitrate 123k",
         "the bit rate must be 10k, 20k, 50k, 125k, 250k, 500k, 800k or 1M, got \"123k\""},
        {"lss activate 66s", "the delay must be 0..65535ms, got \"66s\""},
        {"lss fastscan 0", "the first node-ID must be 1..127, got \"0\""},
    };
    const char *steps[] = {NULL};
    struct net *net;

    (void)state;
    net = scripted(1, steps);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[300] = "";
        assert_int_equal(net->type->command(net->master, net->now, rows[i].text, why, sizeof(why)),
                         -1);
        assert_string_equal(why, rows[i].why);
    }
    net_free(net);
}

/* A slave's reset takes the transfers with it. */
static void reset_in_a_transfer(void **state)
{
    const char *steps[] = {"boot 5", "read 5 2002", "read 5 1000", NULL};
    struct net *net;
    uint8_t value[1000] = {1};

    (void)state;
    net = scripted(1, steps);
    server_set(&net->slaves[0].server, 0x2002, 0, value, sizeof(value));
    net_run(net, 20 * MS);
    net_boot_up(&net->slaves[0]);
    net_run(net, 100 * MS);
    assert_said(net, "w read 5 2002:00: given up, the node was reset\n");
    assert_said(net, "i read 5 1000:00 = ");
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sdo_steps),     cmocka_unit_test(other_steps),
        cmocka_unit_test(step_times),    cmocka_unit_test(waits_for_boot),
        cmocka_unit_test(lss_steps),     cmocka_unit_test(fastscan),
        cmocka_unit_test(fastscan_ends), cmocka_unit_test(commands),
        cmocka_unit_test(refused),       cmocka_unit_test(reset_in_a_transfer),
    };

    return cmocka_run_group_tests_name("co_master_script", tests, NULL, NULL);
}
