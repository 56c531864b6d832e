/* SPDX-License-Identifier: MIT */
/* PDOs: mapped by a file, by what SDO transfers showed, by a profile, or not at all. */
#include "tests/unit/test_co_decode.h"

#define DRIVE "scenarios/examples/drive.eds"

static const struct cansim_setting drive[] = {{"eds", "5=" DRIVE}};

static void nothing_known(void **state)
{
    static const struct step steps[] = {
        {0, "185#1122", "TPDO1 info: node 5 TPDO1: 11 22 [canopen.pdo 5 389]"},
        {0, "205#", "RPDO1 info: node 5 RPDO1: no data [canopen.pdo 5 517]"},
        {0, "57F#01", "RPDO4 info: node 127 RPDO4: 01 [canopen.pdo 127 1407]"},
        {0, "4FF#01", "TPDO4 info: node 127 TPDO4: 01 [canopen.pdo 127 1279]"},
        {0, "180#01", "-"},
        {0, "17F#01", "-"},
        {0, "680#01", "-"},
        {0, "00000185#01", "-"},
        {0, "185#R", "TPDO1 info: node 5 TPDO1: request [canopen.pdo.request 5 389]"},
        {0, "185#33", "TPDO1 info: node 5 TPDO1: 33 [canopen.pdo 5 389] <answers 9>"},
        {0, "185#33", "TPDO1 info: node 5 TPDO1: 33 [canopen.pdo 5 389]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_field(&b, "data", "33");
    bench_close(&b);
}

static void mapped_by_a_file(void **state)
{
    static const struct step steps[] = {
        {0, "185#3702",
         "TPDO1 info: node 5 TPDO1: Statusword=0x0237 operation enabled [canopen.pdo 5 389]"},
        {1, "080#", NULL},
        {2, "385#3702FEFFFFFF",
         "TPDO3 info: node 5 TPDO3: Statusword=0x0237 operation enabled, Position actual value=-2 "
         "[canopen.pdo 5 901] <caused_by 2>"},
        {3, "305#0F0008",
         "RPDO2 info: node 5 RPDO2: Controlword=0x000F enable operation, Modes of operation=8 "
         "cyclic synchronous position [canopen.pdo 5 773]"},
        {4, "385#3702FEFF",
         "TPDO3 error: node 5 TPDO3: Statusword=0x0237 operation enabled; 4 bytes, mapped are 6 "
         "[canopen.pdo 5 901, canopen.pdo.length 5 4] <caused_by 2>"},
        {5, "185#370201",
         "TPDO1 warning: node 5 TPDO1: Statusword=0x0237 operation enabled; 3 bytes, mapped are 2 "
         "[canopen.pdo 5 389, canopen.pdo.length 5 3]"},
        {6, "185#",
         "TPDO1 error: node 5 TPDO1: no data; 0 bytes, mapped are 2 [canopen.pdo 5 389, "
         "canopen.pdo.length 5 0]"},
        {7, "705#7F", NULL},
        {8, "185#3702",
         "TPDO1 warning: node 5 TPDO1: Statusword=0x0237 operation enabled; though the node is not "
         "operational [canopen.pdo 5 389]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, drive, 1);
    STEPS(&b, steps);
    bench_frame(&b, 9, "385#3702FEFFFFFF");
    bench_field(&b, "node", "5");
    bench_field(&b, "pdo", "3 (TPDO3)");
    bench_field(&b, "o6041_00", "0x0237 (operation enabled)");
    bench_field(&b, "o6064_00", "-2");
    const struct cansim_field *field = cs_tree_find(&b.tree, "o6064_00");
    assert_int_equal(field->first_bit, 16);
    assert_int_equal(field->n_bits, 32);
    assert_string_equal(field->label, "Position actual value");
    bench_frame(&b, 9, "185#37020102");
    bench_field(&b, "rest", "01 02");
    bench_close(&b);
}

/* A master configures TPDO2: off, other identifier, mapping, on. */
static void mapped_by_sdo(void **state)
{
    static const struct step steps[] = {
        {0, "605#23011801850200C0", NULL},
        {0, "585#6001180100000000", NULL},
        {0, "605#2F01180201000000", NULL},
        {0, "585#6001180200000000", NULL},
        {0, "605#2F011A0000000000", NULL},
        {0, "585#60011A0000000000", NULL},
        {0, "605#23011A0110004160", NULL},
        {0, "585#60011A0100000000", NULL},
        {0, "605#23011A0201010120", NULL},
        {0, "585#60011A0200000000", NULL},
        {0, "605#23011A0303000020", NULL},
        {0, "585#60011A0300000000", NULL},
        {0, "605#23011A0408000500", NULL},
        {0, "585#60011A0400000000", NULL},
        {0, "605#2F011A0004000000", NULL},
        {0, "585#60011A0000000000", NULL},
        {0, "605#23011801A3010040", NULL},
        {0, "585#6001180100000000", NULL},
        {0, "080#", NULL},
        {0, "1A3#37020D77",
         "TPDO2 info: node 5 TPDO2: Statusword=0x0237 operation enabled, 2001:01=0x1, 2000:00=0x6 "
         "[canopen.pdo 5 419] <caused_by 19>"},
        {0, "285#3702", "-"},
        {0, "1A3#R",
         "TPDO2 warning: node 5 TPDO2: request, but its COB-ID does not allow remote frames "
         "[canopen.pdo.request 5 419]"},
        /* Refused: nothing is learned. */
        {0, "605#23011801A4010040", NULL},
        {0, "585#8001180111000906", NULL},
        {0, "1A3#37020D77", NULL},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_field(&b, "o2001_01", "0x1");
    bench_field(&b, "o2000_00", "0x6");
    bench_field(&b, "dummy", "112"); /* 77h and 0Dh from bit 20 on: 70h */
    bench_model(&b, 1);
    bench_field(&b, "node_5/pdos/tpdo/number", "2");
    bench_field(&b, "node_5/pdos/tpdo/cob_id", "0x1A3");
    bench_field(&b, "node_5/pdos/tpdo/type", "1 (synchronous, cyclic)");
    bench_field(&b, "node_5/pdos/tpdo/mapping/source", "\"SDO write\"");
    bench_close(&b);
}

static void mapped_by_uploads(void **state)
{
    static const struct step steps[] = {
        {0, "605#40091A0000000000", NULL},
        {0, "585#4F091A0001000000", NULL},
        {0, "605#40091A0100000000", NULL},
        {0, "585#43091A0120006460", NULL},
        {0, "605#4009180100000000", NULL},
        {0, "585#43091801FECA34B2", NULL},
        {0, "605#4009180100000000", NULL},
        {0, "585#43091801FECA3432", NULL},
        {0, "1234CAFE#B0040000",
         "TPDO10 info: node 5 TPDO10: Position actual value=1200 [canopen.pdo 5 305449726]"},
        {0, "234#B0040000", "RPDO1 info: node 52 RPDO1: B0 04 00 00 [canopen.pdo 52 564]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_close(&b);
}

/* The sender's mapping decides; who else receives it is told. */
static void sent_and_received(void **state)
{
    static const struct step steps[] = {
        {0, "607#2300140185010000", NULL},
        {0, "587#6000140100000000", NULL},
        {0, "185#3702",
         "TPDO1 info: node 5 TPDO1: Statusword=0x0237 operation enabled [canopen.pdo 5 389]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, drive, 1);
    STEPS(&b, steps);
    bench_field(&b, "consumer", "7 (RPDO1)");
    bench_close(&b);
}

/* With a file its values come back; without, what was known is used with care; what was stored
 * stays. */
static void a_reset_forgets(void **state)
{
    static const struct step learn[] = {
        {0, "605#2F001A0000000000", NULL},
        {0, "585#60001A0000000000", NULL},
        {0, "605#23001A0120006460", NULL},
        {0, "585#60001A0100000000", NULL},
        {0, "605#2F001A0001000000", NULL},
        {0, "585#60001A0000000000", NULL},
        {0, "185#B0040000",
         "TPDO1 info: node 5 TPDO1: Position actual value=1200 [canopen.pdo 5 389]"},
    };
    static const struct step file[] = {
        {0, "000#8205", NULL},
        {0, "185#3702",
         "TPDO1 info: node 5 TPDO1: Statusword=0x0237 operation enabled [canopen.pdo 5 389]"},
    };
    static const struct step none[] = {
        {0, "000#8205", NULL},
        {0, "185#B004", "TPDO1 info: node 5 TPDO1: B0 04 [canopen.pdo 5 389]"},
        {0, "185#B0040000",
         "TPDO1 info: node 5 TPDO1: Position actual value=1200 [canopen.pdo 5 389]"},
    };
    static const struct step stored[] = {
        {0, "605#2310100173617665", NULL},
        {0, "585#6010100100000000", NULL},
        {0, "000#8205", NULL},
        {0, "185#B0040000",
         "TPDO1 info: node 5 TPDO1: Position actual value=1200 [canopen.pdo 5 389]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, drive, 1);
    STEPS(&b, learn);
    STEPS(&b, file);
    bench_close(&b);
    bench_open(&b, NULL, 0);
    STEPS(&b, learn);
    STEPS(&b, none);
    bench_model(&b, 1);
    bench_field(&b, "node_5/pdos/tpdo/mapping/before_reset", "true");
    bench_close(&b);
    bench_open(&b, drive, 1);
    STEPS(&b, learn);
    STEPS(&b, stored);
    bench_close(&b);
}

static void multiplexed(void **state)
{
    static const struct step steps[] = {
        {0, "605#2F001A00FF000000", NULL},
        {0, "585#60001A0000000000", NULL},
        {0, "605#2F011A00FE000000", NULL},
        {0, "585#60011A0000000000", NULL},
        {0, "185#87406000FA000000",
         "TPDO1 info: node 5 TPDO1: to node 7, 6040:00 Controlword=250 [canopen.pdo 5 389]"},
        {0, "185#8000200144332211",
         "TPDO1 info: node 5 TPDO1: to all nodes, 2000:01=0x11223344 [canopen.pdo 5 389]"},
        {0, "285#0564600000000080",
         "TPDO2 info: node 5 TPDO2: from node 5, 6064:00 Position actual value=-2147483648 "
         "[canopen.pdo 5 645]"},
        {0, "285#05646000000000",
         "TPDO2 error: node 5: 7 bytes, must have 8 [canopen.length 5 7, canopen.pdo.length 5 7]"},
    };
    struct bench b;

    (void)state;
    bench_open(&b, NULL, 0);
    STEPS(&b, steps);
    bench_frame(&b, 0, "285#0564600000000080");
    bench_field(&b, "addressing", "0 (source (SAM))");
    bench_field(&b, "index", "0x6064 (Position actual value)");
    bench_field(&b, "value", "-2147483648");
    bench_close(&b);
}

static void mapped_by_a_profile(void **state)
{
    static const struct cansim_setting settings[] = {{"profile", "402"}, {"profile/0", "6=401"}};
    static const struct step steps[] = {
        {0, "485#4002FEFFFFFF",
         "TPDO4 info: node 5 TPDO4: Statusword=0x0240 switch on disabled, Velocity actual value=-2 "
         "[canopen.pdo 5 1157]"},
        {0, "186#0102", NULL},
    };
    struct bench b;

    (void)state;
    bench_open(&b, settings, 2);
    STEPS(&b, steps);
    assert_non_null(strstr(b.said, "=1, "));
    assert_int_equal(b.tree.severity, CANSIM_INFO);
    bench_close(&b);
}

static void types_of_values(void **state)
{
    /* BOOLEAN, REAL32 in bits 1..32, INTEGER8, then a string. */
    static const char eds[] =
        "[DeviceInfo]\nVendorName=x\n[1A00]\nParameterName=m\nObjectType=9\nSubNumber=5\n"
        "[1A00sub0]\nParameterName=n\nDataType=5\nDefaultValue=4\n"
        "[1A00sub1]\nParameterName=a\nDataType=7\nDefaultValue=0x20000001\n"
        "[1A00sub2]\nParameterName=b\nDataType=7\nDefaultValue=0x20010020\n"
        "[1A00sub3]\nParameterName=c\nDataType=7\nDefaultValue=0x20020007\n"
        "[1A00sub4]\nParameterName=d\nDataType=7\nDefaultValue=0x20030010\n"
        "[2000]\nParameterName=Flag\nDataType=1\n[2001]\nParameterName=Level\nDataType=8\n"
        "[2002]\nParameterName=Small\nDataType=2\n[2003]\nParameterName=Letters\nDataType=9\n";
    char path[] = "/tmp/cansim-eds-XXXXXX", value[64];
    struct bench b;

    (void)state;
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs(eds, file);
    fclose(file);
    snprintf(value, sizeof(value), "can0:9=%s", path);
    struct cansim_setting setting = {"eds/0", value};
    bench_open(&b, &setting, 1);
    /* 1.5f is 3FC00000h; one bit up, and the flag below. */
    bench_frame(&b, 0, "189#0100807F024142");
    assert_string_equal(b.said, "TPDO1 info: node 9 TPDO1: Flag=1, Level=1.5, Small=0x01, "
                                "Letters=AB [canopen.pdo 9 393]");
    bench_field(&b, "o2000_00", "true");
    bench_field(&b, "o2001_00", "1.5");
    bench_field(&b, "o2003_00", "\"AB\"");
    bench_close(&b);
    setting.value = value;
    value[3] = '1'; /* of can1: not for this bus */
    bench_open(&b, &setting, 1);
    bench_frame(&b, 0, "189#01");
    assert_string_equal(b.said, "TPDO1 info: node 9 TPDO1: 01 [canopen.pdo 9 393]");
    bench_close(&b);
    remove(path);
}

static void unusable_settings(void **state)
{
    static const struct {
        const char *path, *value, *why;
    } rows[] = {
        {"eds", "0=x.eds", "eds: must be [BUS:]NODE=FILE with NODE 1..127, got \"0=x.eds\""},
        {"eds/1", "128=x.eds",
         "eds/1: must be [BUS:]NODE=FILE with NODE 1..127, got \"128=x.eds\""},
        {"eds", "5=", "eds: must be [BUS:]NODE=FILE with NODE 1..127, got \"5=\""},
        {"eds", DRIVE,
         "eds: must be [BUS:]NODE=FILE, as the file names no node-ID, got \"" DRIVE "\""},
        {"profile", "403", "profile: must be [NODE=]401, 402 or 406, got \"403\""},
        {"eds", "5=/nonexistent.eds", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cansim_setting setting = {rows[i].path, rows[i].value};
        static const struct cansim_host host = {.size = sizeof(host), .bus_name = "can0"};
        char why[400] = "";
        void *opened = NULL;
        assert_int_equal(
            cs_plugin_canopen.decoders[0]->open(&opened, &host, &setting, 1, why, sizeof(why)), -1);
        if (rows[i].why != NULL)
            assert_string_equal(why, rows[i].why);
        assert_true(why[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known),     cmocka_unit_test(mapped_by_a_file),
        cmocka_unit_test(mapped_by_sdo),     cmocka_unit_test(mapped_by_uploads),
        cmocka_unit_test(sent_and_received), cmocka_unit_test(a_reset_forgets),
        cmocka_unit_test(multiplexed),       cmocka_unit_test(mapped_by_a_profile),
        cmocka_unit_test(types_of_values),   cmocka_unit_test(unusable_settings),
    };
    return cmocka_run_group_tests_name("co_decode_pdo", tests, NULL, NULL);
}
