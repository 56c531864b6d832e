/* SPDX-License-Identifier: MIT */
/* The CANopen master: what a DCF has it write into a slave, and in which order. */
#include <unistd.h>

#include "plugins/canopen/dict.h"
#include "tests/unit/test_co_master.h"

#define HEAD                                                                                    \
    "[FileInfo]\nFileName=slave.dcf\nFileVersion=1\nFileRevision=1\nEDSVersion=4.0\n"           \
    "[DeviceInfo]\nVendorName=cansim\nVendorNumber=1\nProductName=slave\nProductNumber=1\n"     \
    "RevisionNumber=1\nNrOfRXPDO=1\nNrOfTXPDO=1\nGranularity=8\nLSS_Supported=0\n"              \
    "[MandatoryObjects]\nSupportedObjects=1\n1=0x1000\n"                                        \
    "[OptionalObjects]\nSupportedObjects=5\n1=0x1006\n2=0x1010\n3=0x1017\n4=0x1020\n5=0x1800\n" \
    "[ManufacturerObjects]\nSupportedObjects=2\n1=0x2000\n2=0x2001\n"                           \
    "[1000]\nParameterName=Device type\nObjectType=0x7\nDataType=0x0007\nAccessType=ro\n"       \
    "DefaultValue=0x20192\n"

#define VAR(index, type, access, values)                                          \
    "[" index "]\nParameterName=Object " index "\nObjectType=0x7\nDataType=" type \
    "\nAccessType=" access "\nPDOMapping=0\n" values
#define RECORD(index, n) \
    "[" index "]\nParameterName=Record " index "\nObjectType=0x9\nSubNumber=" n "\n"

static const char dcf[] = HEAD VAR("1006", "0x0007", "rw", "DefaultValue=0\nParameterValue=10000\n")
    VAR("1017", "0x0006", "rw", "DefaultValue=0\nParameterValue=200\n") RECORD("1010", "2") VAR(
        "1010sub0", "0x0005", "const", "DefaultValue=1\n") VAR("1010sub1", "0x0007", "rw",
                                                               "ParameterValue=1\n")
        RECORD("1020", "3") VAR("1020sub0", "0x0005", "const", "DefaultValue=2\n") VAR(
            "1020sub1", "0x0007", "rw", "ParameterValue=0x3A98\n") VAR("1020sub2", "0x0007", "rw",
                                                                       "ParameterValue=0x1234\n")
            RECORD("1800", "4") VAR("1800sub0", "0x0005", "const", "DefaultValue=5\n") VAR(
                "1800sub1", "0x0007", "rw", "DefaultValue=$NODEID+0x180\n")
                VAR("1800sub2", "0x0005", "rw", "DefaultValue=255\nParameterValue=1\n") VAR(
                    "1800sub5", "0x0006", "rw", "DefaultValue=0\n") RECORD("1A00", "3")
                    VAR("1A00sub0", "0x0005", "rw", "DefaultValue=1\nParameterValue=2\n")
                        VAR("1A00sub1", "0x0007", "rw",
                            "DefaultValue=0x60410010\nParameterValue=0x60410010\n")
                            VAR("1A00sub2", "0x0007", "rw", "ParameterValue=0x20000020\n")
                                VAR("2000", "0x0007", "rw", "DefaultValue=7\nParameterValue=7\n")
                                    VAR("2001", "0x0009", "rw", "ParameterValue=a_longer_text\n")
                                        VAR("2002", "0x0007", "ro", "ParameterValue=9\n");

static const char eds[] = HEAD VAR("1006", "0x0007", "rw", "DefaultValue=0\n")
    VAR("1017", "0x0006", "rw", "DefaultValue=0\n") VAR("2000", "0x0007", "rw", "DefaultValue=7\n");

static const char *file_of(const char *name, const char *text)
{
    static char paths[2][64];
    char *path = paths[name[0] == 'd'];
    FILE *file;

    (void)snprintf(path, sizeof(paths[0]), "/tmp/test_co_master_%ld.%s", (long)getpid(), name);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* The client's requests of the trace that write, without what confirms them. */
static void writes(const struct net *net, char *text)
{
    text[0] = '\0';
    for (const char *p = net->trace; *p != '\0'; p = strchr(p, ' ') + 1) {
        if (strncmp(p, "605#2", 5) == 0)
            (void)strncat(text, p + 4, 17);
    }
}

/* In order: objects below 1400h; the PDO off, mapping off, entries, mapping on, type, PDO on; the
 * others; date and time of the configuration. Then the heartbeat, as the DCF has it. */
#define COMMON_WRITES "2306100010270000 2B171000C8000000 "
#define PDO_WRITES                                                                          \
    "2300180185010080 2F001A0000000000 23001A0110004160 23001A0220000020 2F001A0002000000 " \
    "2F00180201000000 2300180185010000 "
#define LAST_WRITES "23201001983A0000 2320100234120000 2B171000C8000000 "

static struct net *booted(const char *eds_file, const char *download, uint32_t date)
{
    struct net *net = net_make();
    const char *settings[] = {
        "slaves/0/node_id", "5",      "slaves/0/dcf", NULL, "slaves/0/download", download,
        "slaves/0/eds",     eds_file, NULL,           NULL};

    settings[3] = file_of("dcf", dcf);
    if (eds_file == NULL)
        settings[6] = NULL;
    net_add(net, 5);
    server_set_u32(&net->slaves[0].server, 0x1020, 1, date, 4);
    server_set_u32(&net->slaves[0].server, 0x1020, 2, 0x1234, 4);
    net_open(net, settings);
    net_run(net, 1000 * MS);
    (void)unlink(settings[3]);
    assert_said(net, "n node 5 booted\n");
    return net;
}

static void all_that_is_given(void **state)
{
    char text[2048];
    struct net *net = booted(NULL, "differs", 0);
    const struct server_object *object;

    (void)state;
    writes(net, text);
    assert_string_equal(text,
                        COMMON_WRITES PDO_WRITES "2300200007000000 210120000D000000 " LAST_WRITES);
    object = server_find(&net->slaves[0].server, 0x2001, 0);
    assert_non_null(object);
    assert_int_equal(object->len, 13);
    assert_memory_equal(object->value, "a_longer_text", 13);
    /* The DCF also tells the types of what commands name. */
    assert_int_equal(net->type->command(net->master, net->now, "write 5 2001 abc", text, 200), 0);
    assert_int_equal(net->type->command(net->master, net->now, "read 5 2001 = abc", text, 200), 0);
    net_run(net, 10 * MS);
    assert_said(net, "i write 5 2001:00 = \"abc\"\ni read 5 2001:00 = \"abc\"\n");
    net_free(net);
}

static void what_differs(void **state)
{
    char text[2048], path[64];
    struct net *net;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s", file_of("eds", eds));
    net = booted(path, "differs", 0);
    writes(net, text);
    assert_string_equal(text, COMMON_WRITES PDO_WRITES "210120000D000000 " LAST_WRITES);
    net_free(net);
    net = booted(path, "all", 0x3A98);
    writes(net, text);
    assert_string_equal(text,
                        COMMON_WRITES PDO_WRITES "2300200007000000 210120000D000000 " LAST_WRITES);
    net_free(net);
    (void)unlink(path);
}

static void same_date(void **state)
{
    char text[2048];
    struct net *net = booted(NULL, "differs", 0x3A98);

    (void)state;
    writes(net, text);
    assert_string_equal(text, "2B171000C8000000 ");
    net_free(net);
    net = booted(NULL, "never", 0);
    writes(net, text);
    assert_string_equal(text, "2B171000C8000000 ");
    net_free(net);
}

static void refused_object(void **state)
{
    struct net *net = net_make();
    const char *settings[] = {"slaves/0/node_id", "5", "slaves/0/dcf", NULL, NULL, NULL};

    (void)state;
    settings[3] = file_of("dcf", dcf);
    net_add(net, 5);
    net->slaves[0].server.most = net->slaves[0].server.n + 3;
    net_open(net, settings);
    net_run(net, 1000 * MS);
    (void)unlink(settings[3]);
    assert_said(net, "w node 5: 1A00:00 could not be written\n");
    assert_said(net, "e node 5: boot error J: the configuration could not be written (abort "
                     "06020000h)\n");
    net_free(net);
}

static void odd(void *ctx, int severity, const char *text)
{
    struct net *net = ctx;
    size_t at = strlen(net->notes);

    assert_int_equal(severity, CANSIM_WARNING);
    (void)snprintf(net->notes + at, sizeof(net->notes) - at, "%s\n", text);
}

static void odd_file(void **state)
{
    struct net *net = net_make();
    struct cansim_setting settings[2] = {{"slaves/0/node_id", "5"}, {"slaves/0/dcf", NULL}};
    char why[300] = "";

    (void)state;
    settings[1].value = "/tmp/there-is-no-such-file.dcf";
    assert_int_equal(
        co_master_type.open(&net->master, &net->node_host, settings, 2, why, sizeof(why)), -1);
    assert_non_null(strstr(why, "there-is-no-such-file.dcf"));
    net->host.say = odd;
    settings[1].value = file_of("dcf", HEAD "[1000sub1]\nParameterName=x\nAccessType=maybe\n");
    (void)co_master_type.open(&net->master, &net->node_host, settings, 2, why, sizeof(why));
    assert_non_null(strstr(net->notes, ".dcf"));
    (void)unlink(settings[1].value);
    co_master_type.close(net->master);
    free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_given), cmocka_unit_test(what_differs),
        cmocka_unit_test(same_date),         cmocka_unit_test(refused_object),
        cmocka_unit_test(odd_file),
    };

    return cmocka_run_group_tests_name("co_master_dcf", tests, NULL, NULL);
}
