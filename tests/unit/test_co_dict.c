/* SPDX-License-Identifier: MIT */
/* Object dictionaries from EDS, DCF and XDD; what is odd is told with its line and left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "plugins/canopen/dict.h"

static char odds[8192];
static unsigned n_odds;

static void on_odd(void *ctx, unsigned line, const char *text)
{
    size_t n = strlen(odds);

    (void)ctx;
    n_odds++;
    snprintf(odds + n, sizeof(odds) - n, "%u: %s\n", line, text);
}

static struct co_dict *parse(const char *text, unsigned node_id)
{
    struct co_dict_options options = {.node_id = node_id, .odd = on_odd};
    char why[400] = "";

    odds[0] = '\0';
    n_odds = 0;
    struct co_dict *dict = co_dict_parse("t.eds", text, strlen(text), &options, why, sizeof(why));
    if (dict == NULL)
        fail_msg("%s", why);
    return dict;
}

static uint64_t value_of(const struct co_dict *dict, unsigned index, unsigned sub)
{
    const struct co_object *o = co_dict_find(dict, index, sub);

    assert_non_null(o);
    assert_true(o->value_len <= 8);
    return co_get_le(o->value, o->value_len);
}

static void examples_are_clean(void **state)
{
    static const char *const files[] = {"scenarios/examples/drive.eds",
                                        "scenarios/examples/io.eds"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct co_dict_options options = {.node_id = 5, .odd = on_odd};
        char why[400] = "";
        odds[0] = '\0';
        struct co_dict *dict = co_dict_load(files[i], &options, why, sizeof(why));
        if (dict == NULL)
            fail_msg("%s", why);
        assert_string_equal(odds, "");
        assert_string_equal(co_dict_info(dict)->file_format, "EDS");
        assert_int_equal(co_dict_info(dict)->baud_rates, 0xFF);
        assert_int_equal(value_of(dict, 0x1200, 1), 0x605);
        assert_int_equal(value_of(dict, 0x1800, 1), 0x185);
        assert_int_equal(co_dict_find(dict, 0x1018, 4)->access, CO_ACCESS_READ);
        assert_string_equal(co_dict_find(dict, 0x1018, 1)->name, "Vendor-ID");
        assert_string_equal(co_dict_find(dict, 0x1018, 1)->parent, "Identity object");
        assert_null(co_dict_find(dict, 0x1018, 5));
        co_dict_free(dict);
    }
}

/* Case, blanks, $NODEID either way round, Latin-1, CRLF, BOM. */
static void spelling(void **state)
{
    (void)state;
    struct co_dict *dict =
        parse("\xEF\xBB\xBF[FILEINFO]\r\nFileName = x\r\n"
              "[deviceinfo]\r\nVENDORNUMBER=0x12\r\nVendorName=M\xFCller\r\n"
              "[1400SUB0]\r\nPARAMETERNAME=n\r\nDATATYPE=5\r\nACCESSTYPE=RO\r\nDEFAULTVALUE=2\r\n"
              "[1400sub1]\r\n  ParameterName=COB-ID=x\r\nDataType=0x7\r\nAccessType=rw\r\n"
              "DefaultValue=0x200 + $nodeid\r\n[1400]\r\nParameterName=R\r\nObjectType=9\r\n"
              "SubNumber=2\r\n[1014]\r\nParameterName=E\r\nDataType=7\r\nAccessType=rw\r\n"
              "DefaultValue=$NODEID+0x80\r\n[1017]\r\nParameterName=H\r\nDataType=6\r\n"
              "AccessType=rw\r\nDefaultValue=010\r\n",
              0x21);
    assert_string_equal(odds, "");
    assert_int_equal(value_of(dict, 0x1400, 1), 0x221);
    assert_string_equal(co_dict_find(dict, 0x1400, 1)->name, "COB-ID=x");
    assert_int_equal(value_of(dict, 0x1014, 0), 0xA1);
    assert_int_equal(value_of(dict, 0x1017, 0), 8);
    assert_int_equal(co_dict_info(dict)->identity.vendor, 0x12);
    assert_string_equal(co_dict_info(dict)->identity.vendor_name, "M\xC3\xBCller");
    co_dict_free(dict);
}

static void compact_and_dcf(void **state)
{
    (void)state;
    struct co_dict *dict = parse(
        "[FileInfo]\nFileName=x\n[DeviceComissioning]\nNodeID=0x11\nNodeName=left\nBaudrate=250\n"
        "[6000]\nParameterName=In\nObjectType=8\nDataType=5\nAccessType=ro\nDefaultValue=7\n"
        "PDOMapping=1\nCompactSubObj=3\n[6000Name]\nNrOfEntries=1\n2=Second\n"
        "[6000Value]\nNrOfEntries=1\n3=0x2A\n"
        "[1017]\nParameterName=H\nDataType=6\nAccessType=rw\nDefaultValue=0\nParameterValue=1000\n"
        "Denotation=beat\n",
        0);
    assert_string_equal(odds, "");
    assert_string_equal(co_dict_info(dict)->file_format, "DCF");
    assert_int_equal(co_dict_info(dict)->node_id, 0x11);
    assert_int_equal(co_dict_info(dict)->bitrate_bps, 250000);
    assert_string_equal(co_dict_info(dict)->node_name, "left");
    assert_int_equal(value_of(dict, 0x6000, 0), 3);
    assert_int_equal(value_of(dict, 0x6000, 1), 7);
    assert_int_equal(value_of(dict, 0x6000, 3), 0x2A);
    assert_true(co_dict_find(dict, 0x6000, 3)->have_value);
    assert_false(co_dict_find(dict, 0x6000, 1)->have_value);
    assert_string_equal(co_dict_find(dict, 0x6000, 1)->name, "In1");
    assert_string_equal(co_dict_find(dict, 0x6000, 2)->name, "Second");
    assert_int_equal(co_dict_find(dict, 0x6000, 2)->access, CO_ACCESS_READ | CO_ACCESS_TPDO);
    assert_int_equal(value_of(dict, 0x1017, 0), 1000);
    assert_string_equal(co_dict_find(dict, 0x1017, 0)->denotation, "beat");
    co_dict_free(dict);
}

static void modules(void **state)
{
    (void)state;
    struct co_dict *dict =
        parse("[FileInfo]\nFileName=x\n[1000]\nParameterName=D\nDataType=7\nAccessType=ro\n"
              "[SupportedModules]\nNrOfEntries=1\n[M1ModuleInfo]\nProductName=DI8\n"
              "[M1SubExtends]\nNrOfEntries=1\n1=0x6000\n[M1SubExt6000]\nParameterName=In\n"
              "DataType=5\nAccessType=ro\nPDOMapping=1\nCount=2\n"
              "[M1FixedObjects]\nNrOfEntries=1\n1=0x3000\n[M1Fixed3000]\nParameterName=Cfg\n"
              "DataType=6\nAccessType=rw\nDefaultValue=5\n"
              "[ConnectedModules]\nNrOfEntries=3\n1=1\n2=1\n3=9\n",
              1);
    assert_int_equal(n_odds, 1);
    assert_non_null(strstr(odds, "is module 9"));
    assert_non_null(co_dict_find(dict, 0x6000, 4));
    assert_null(co_dict_find(dict, 0x6000, 5));
    assert_int_equal(value_of(dict, 0x3000, 0), 5);
    co_dict_free(dict);
}

/* Each of these is usable; each tells where it is odd. */
static void odd_files(void **state)
{
    static const struct {
        const char *text, *odd;
    } rows[] = {
        {"garbage\n[1000]\nParameterName=D\nDataType=7\nAccessType=ro\n", "1: is neither"},
        {"[1000]\nDataType=7\nAccessType=ro\n", "has no ParameterName"},
        {"[1000]\nParameterName=D\nDataType=7\nAccessType=maybe\n", "\"maybe\" is not known"},
        {"[1000]\nParameterName=D\nDataType=7\nAccessType=ro\nDefaultValue=zz\n",
         "2: 1000h:00: default value \"zz\" is no UNSIGNED32"},
        {"[1000]\nParameterName=D\nDataType=5\nAccessType=ro\nDefaultValue=256\n", "\"256\""},
        {"[1000]\nParameterName=D\nAccessType=ro\n", "has no data type"},
        {"[1000]\nParameterName=D\nParameterName=E\nDataType=7\nAccessType=ro\n", "again"},
        {"[1000]\nParameterName=D\nDataType=7\nAccessType=ro\n[OptionalObjects]\n"
         "SupportedObjects=2\n1=0x1001\n",
         "1001h is listed"},
        {"[1000]\nParameterName=D\nDataType=7\nAccessType=ro\n[1018sub1]\nParameterName=x\n",
         "belongs to no object"},
        {"[1000]\nParameterName=D\nObjectType=9\nSubNumber=2\n[1000sub0]\nParameterName=n\n"
         "DataType=5\nAccessType=ro\n",
         "SubNumber 2 and 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct co_dict *dict = parse(rows[i].text, 1);
        if (strstr(odds, rows[i].odd) == NULL)
            fail_msg("row %zu: \"%s\" is not in \"%s\"", i, rows[i].odd, odds);
        co_dict_free(dict);
    }
}

static void refused(void **state)
{
    static const struct {
        const char *text, *why;
        size_t len;
    } rows[] = {
        {"", "t.eds: must be an EDS", 0},
        {"hello", "t.eds: must be an EDS", 5},
        {"[1000]\0x", "t.eds: must be text, has NUL bytes", 8},
        {"[DeviceInfo]\nVendorName=x\n", "t.eds: must describe objects, has none", 26},
        {"<a><b></a>", "t.eds:1: must be well-formed XML: ", 10},
        {"<a/>", "t.eds: must describe objects, has none", 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[400] = "";
        assert_null(co_dict_parse("t.eds", rows[i].text, rows[i].len, NULL, why, sizeof(why)));
        if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
            fail_msg("row %zu: \"%s\"", i, why);
    }
}

static void xdd(void **state)
{
    (void)state;
    struct co_dict *dict = parse(
        "<?xml version=\"1.0\"?><x:ISO15745ProfileContainer xmlns:x=\"urn:x\"><DeviceIdentity>"
        "<vendorName>Acme</vendorName><vendorID>0x2A</vendorID></DeviceIdentity>"
        "<CANopenObjectList>"
        "<CANopenObject index=\"1017\" name=\"Beat\" objectType=\"7\" dataType=\"0006\" "
        "accessType=\"rw\" defaultValue=\"500\" PDOmapping=\"no\"/>"
        "<CANopenObject index=\"6200\" name=\"Out\" objectType=\"8\" subNumber=\"2\">"
        "<CANopenSubObject subIndex=\"00\" name=\"n\" objectType=\"7\" dataType=\"0005\" "
        "accessType=\"const\" defaultValue=\"1\"/>"
        "<CANopenSubObject subIndex=\"01\" name=\"Out 1\" objectType=\"7\" dataType=\"0005\" "
        "accessType=\"rw\" PDOmapping=\"RPDO\" lowLimit=\"0\" highLimit=\"15\"/>"
        "</CANopenObject></CANopenObjectList></x:ISO15745ProfileContainer>",
        3);
    assert_string_equal(odds, "");
    assert_string_equal(co_dict_info(dict)->file_format, "XDD");
    assert_string_equal(co_dict_info(dict)->identity.vendor_name, "Acme");
    assert_int_equal(co_dict_info(dict)->identity.vendor, 0x2A);
    assert_int_equal(value_of(dict, 0x1017, 0), 500);
    const struct co_object *o = co_dict_find(dict, 0x6200, 1);
    assert_int_equal(o->access, CO_ACCESS_READ | CO_ACCESS_WRITE | CO_ACCESS_RPDO);
    assert_true(o->have_low && o->have_high);
    assert_int_equal(o->high[0], 15);
    assert_string_equal(o->parent, "Out");
    assert_string_equal(co_dict_index_name(dict, 0x6200), "Out");
    co_dict_free(dict);
}

static void names(void **state)
{
    char text[100];

    (void)state;
    co_object_title(NULL, 0, 0x1018, 1, text, sizeof(text));
    assert_string_equal(text, "Vendor-ID");
    co_object_title(NULL, 0, 0x1A05, 3, text, sizeof(text));
    assert_string_equal(text, "TPDO mapping: object");
    co_object_title(NULL, 401, 0x6000, 1, text, sizeof(text));
    assert_string_equal(text, "Read input 8-bit");
    co_object_title(NULL, 406, 0x6000, 0, text, sizeof(text));
    assert_string_equal(text, "Operating parameters");
    co_object_title(NULL, 0, 0x6041, 0, text, sizeof(text));
    assert_string_equal(text, "Statusword");
    assert_int_equal(co_object_title(NULL, 0, 0x2345, 0, text, sizeof(text)), 0);
    assert_int_equal(co_object_title(NULL, 0, 0x1000, 0, text, 4), 3);
    assert_int_equal(co_object_type(NULL, 0, 0x1017, 0), CO_UNSIGNED16);
    assert_string_equal(co_abort_text(0x06020000),
                        "object does not exist in the object dictionary");
    assert_null(co_abort_text(0x12345678));
    assert_string_equal(co_emcy_text(0x8130, 0), "life guard or heartbeat error");
    assert_string_equal(co_emcy_text(0x8131, 0), "life guard or heartbeat error");
    assert_string_equal(co_emcy_text(0x3212, 401), "voltage inside the device");
    assert_string_equal(co_emcy_text(0x2310, 402), "continuous over-current");
    assert_string_equal(co_402_state_name(0x0237), "operation enabled");
    assert_string_equal(co_402_state_name(0x0250), "switch on disabled");
    assert_string_equal(co_402_command_name(0x0006), "shutdown");
    assert_string_equal(co_402_command_name(0x000F), "enable operation");
    assert_string_equal(co_402_mode_name(1), "profile position");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_clean),
        cmocka_unit_test(spelling),
        cmocka_unit_test(compact_and_dcf),
        cmocka_unit_test(modules),
        cmocka_unit_test(odd_files),
        cmocka_unit_test(refused),
        cmocka_unit_test(xdd),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("co_dict", tests, NULL, NULL);
}
