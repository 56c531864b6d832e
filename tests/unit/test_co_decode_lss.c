/* SPDX-License-Identifier: MIT */
/* LSS, CiA 305: each service, its answers and errors, and how far a fastscan has come. */
#include "tests/unit/test_co_decode.h"

static void switching(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#0401000000000000",
         "LSS info: all slaves: configuration state [canopen.lss.switch -1 1]"},
        {1, "7E5#0400000000000000",
         "LSS info: all slaves: waiting state [canopen.lss.switch -1 0]"},
        {2, "7E5#0402000000000000",
         "LSS error: all slaves: waiting state (mode not defined) [canopen.lss.switch -1 2]"},
        {3, "7E5#409A020000000000", "LSS info: switch one slave: vendor-ID 0x0000029A"},
        {4, "7E5#4101000000000000", "LSS info: switch one slave: product code 0x00000001"},
        {5, "7E5#4202000100000000", "LSS info: switch one slave: revision number 0x00010002"},
        {6, "7E5#4378563412000000", "LSS info: switch one slave: serial number 0x12345678"},
        {7, "7E4#4400000000000000",
         "LSS info: one slave is in configuration state [canopen.lss.selected -1 305419896] "
         "<answers 7>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    bench_model(&b, 0);
    assert_null(cs_tree_find(&b.tree, "lss"));
    STEPS(&b, steps);
    bench_model(&b, 10);
    bench_field(&b, "lss/mode", "3 (one slave is in configuration)");
    bench_field(&b, "lss/selected/serial", "0x12345678");
    bench_close(&b);
}

static void configuring(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#1105000000000000", "LSS info: configure node-ID 5 [canopen.lss.node_id -1 5]"},
        {1, "7E4#1100000000000000", "LSS info: node-ID accepted <answers 1>"},
        {2, "7E5#11FF000000000000", "LSS info: configure node-ID 255 [canopen.lss.node_id -1 255]"},
        {3, "7E4#1101000000000000",
         "LSS warning: node-ID refused: node-ID out of range [canopen.lss.error -1 4353] <answers "
         "3>"},
        {4, "7E5#1300020000000000",
         "LSS info: configure bit timing: 500 kbit/s [canopen.lss.bit_timing -1 2]"},
        {5, "7E4#1300000000000000", "LSS info: bit timing accepted <answers 5>"},
        {6, "7E5#1301020000000000",
         "LSS info: configure bit timing: of the manufacturer [canopen.lss.bit_timing -1 258]"},
        {7, "7E4#1301000000000000",
         "LSS warning: bit timing refused: bit timing not supported [canopen.lss.error -1 4865] "
         "<answers 7>"},
        {8, "7E5#15E8030000000000",
         "LSS info: activate the bit timing after 1000 ms [canopen.lss.activate -1 1000]"},
        {9, "7E5#1700000000000000", "LSS info: store the configuration [canopen.lss.store -1 0]"},
        {10, "7E4#1700000000000000", "LSS info: store accepted <answers 10>"},
        {11, "7E5#1700000000000000", "LSS info: store the configuration [canopen.lss.store -1 0]"},
        {12, "7E4#1701000000000000",
         "LSS warning: store refused: storing is not supported [canopen.lss.error -1 5889] "
         "<answers 12>"},
        {13, "7E4#1702000000000000",
         "LSS warning: store refused: access to the storage failed [canopen.lss.error -1 5890] "
         "<answers 12>"},
        {14, "7E4#17FF2A0000000000",
         "LSS warning: store refused: error of its own [canopen.lss.error -1 6143] <answers 12>"},
        {15, "7E4#1777000000000000",
         "LSS warning: store refused: not defined [canopen.lss.error -1 6007] <answers 12>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 20);
    bench_field(&b, "lss/node_id", "255 (not configured)");
    bench_field(&b, "lss/bit_timing", "2");
    bench_close(&b);
}

static void inquiring(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#5A00000000000000", "LSS info: inquire vendor-ID"},
        {1, "7E4#5A9A020000000000",
         "LSS info: vendor-ID is 0x0000029A [canopen.lss.inquired -1 666] <answers 1>"},
        {2, "7E5#5B00000000000000", "LSS info: inquire product code"},
        {3, "7E4#5B01000000000000",
         "LSS info: product code is 0x00000001 [canopen.lss.inquired -1 1] <answers 3>"},
        {4, "7E5#5C00000000000000", "LSS info: inquire revision number"},
        {5, "7E4#5C02000100000000",
         "LSS info: revision number is 0x00010002 [canopen.lss.inquired -1 65538] <answers 5>"},
        {6, "7E5#5D00000000000000", "LSS info: inquire serial number"},
        {7, "7E4#5D78563412000000",
         "LSS info: serial number is 0x12345678 [canopen.lss.inquired -1 305419896] <answers 7>"},
        {8, "7E5#5E00000000000000", "LSS info: inquire node-ID"},
        {9, "7E4#5E05000000000000",
         "LSS info: node-ID is 5 [canopen.lss.inquired -1 5] <answers 9>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

static void identifying(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#469A020000000000", "LSS info: identify: vendor-ID 0x0000029A"},
        {1, "7E5#4701000000000000", "LSS info: identify: product code 0x00000001"},
        {2, "7E5#4800000000000000", "LSS info: identify: revision number low 0x00000000"},
        {3, "7E5#49FFFFFFFF000000", "LSS info: identify: revision number high 0xFFFFFFFF"},
        {4, "7E5#4A00000000000000", "LSS info: identify: serial number low 0x00000000"},
        {5, "7E5#4BFFFFFFFF000000", "LSS info: identify: serial number high 0xFFFFFFFF"},
        {6, "7E4#4F00000000000000",
         "LSS info: a slave identifies itself [canopen.lss.identified -1 75] <answers 6>"},
        {7, "7E5#4C00000000000000", "LSS info: identify slaves that have no node-ID"},
        {8, "7E4#5000000000000000",
         "LSS info: a slave has no node-ID [canopen.lss.unconfigured -1 0] <answers 8>"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

/* Bits that nobody says yes to are 1; what the slave says yes to at the end is its number. */
static void scanning(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#5100000000800000",
         "LSS info: fastscan: is there anybody without a node-ID? [canopen.lss.fastscan -1 128]"},
        {1, "7E4#4F00000000000000",
         "LSS info: a slave identifies itself [canopen.lss.identified -1 81] <answers 1>"},
        {2, "7E5#51000000001F0000",
         "LSS info: fastscan: vendor-ID from bit 31 up is 0x00000000? [canopen.lss.fastscan -1 "
         "31]"},
        {3, "7E4#4F00000000000000",
         "LSS info: a slave says yes [canopen.lss.identified -1 81] <answers 3>"},
        {4, "7E5#5100000000010000",
         "LSS info: fastscan: vendor-ID from bit 1 up is 0x00000000? [canopen.lss.fastscan -1 1]"},
        {5, "7E5#5102000000000000",
         "LSS info: fastscan: vendor-ID from bit 0 up is 0x00000002? [canopen.lss.fastscan -1 0]"},
        {6, "7E5#5103000000000001",
         "LSS info: fastscan: vendor-ID is 0x00000003? [canopen.lss.fastscan -1 0]"},
        {7, "7E4#4F00000000000000",
         "LSS info: a slave says yes: vendor-ID is 0x00000003 [canopen.lss.identified -1 81] "
         "<answers 7>"},
        {8, "7E5#51000000001F0101",
         "LSS info: fastscan: product code from bit 31 up is 0x00000000? [canopen.lss.fastscan -1 "
         "287]"},
        {9, "7E5#51000000001F0401", "LSS error: fastscan: values that are not defined"},
        {10, "7E5#5100000000200000", "LSS error: fastscan: values that are not defined"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_model(&b, 20);
    bench_field(&b, "lss/found/vendor", "0x00000003");
    assert_null(cs_tree_find(&b.tree, "lss/found/product"));
    bench_close(&b);
}

static void not_understood(void **state)
{
    static const struct step steps[] = {
        {0, "7E5#FF00000000000000", "LSS error: request that is not defined"},
        {1, "7E4#4000000000000000", "LSS error: answer that is not defined <answers 1>"},
        {2, "7E5#4400000000000000", "LSS error: request that is not defined"},
        {3, "7E5#0401", "LSS error: 2 bytes, must have 8 [canopen.length -1 2]"},
        {4, "7E5#", "LSS error: 0 bytes, must have 8 [canopen.length -1 0]"},
        {5, "7E4#R",
         "LSS error: remote frame, which this service does not have [canopen.rtr -1 2020]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switching), cmocka_unit_test(configuring),
        cmocka_unit_test(inquiring), cmocka_unit_test(identifying),
        cmocka_unit_test(scanning),  cmocka_unit_test(not_understood),
    };
    return cmocka_run_group_tests_name("co_decode_lss", tests, NULL, NULL);
}
