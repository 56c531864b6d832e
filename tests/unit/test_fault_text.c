/* SPDX-License-Identifier: MIT */
/* Faults as text: every key, its range, what contradicts, there and back; docs/faults.md says the
 * same as the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/fault_keys.h"
#include "simcore/rng.h"

static void good(const char *text, struct cs_fault_spec *spec)
{
    char why[320] = "";

    if (cs_fault_parse(text, spec, why, sizeof(why)) != 0) {
        fail_msg("%s: %s", text, why);
    }
}

static void there_and_back(void **state)
{
    (void)state;
    static const struct {
        const char *text, *back;
    } rows[] = {
        {"flip field=crc index=3 id=0x123 count=2 seen_by=b,c",
         "flip field=crc index=3 seen_by=b,c id=0x123 count=2"},
        {"bitrate node=ecu bitrate=250k after=10ms for=50ms",
         "bitrate node=ecu bitrate=250k after=10ms for=50ms"},
        {"flip field=data", "flip field=data"},
        {"flip field=data count=1", "flip field=data"},
        {"flip field=data every=1", "flip field=data count=all"},
        {"flip field=data every=3", "flip field=data every=3"},
        {"flip field=data every=3 count=1", "flip field=data every=3 count=1"},
        {"flip field=data for=1s", "flip field=data for=1s"},
        {"flip field=data for=1s count=1", "flip field=data count=1 for=1s"},
        {"flip field=\"ACK delimiter\"", "flip field=ack_delim"},
        {"flip field=end-of-frame index=6", "flip field=eof index=6"},
        {"flip field=ifs index=2", "flip field=intermission index=2"},
        {"flip field=id index=4 stuff=true", "flip field=id index=4 stuff=yes"},
        {"dominant field=data offset=100ns width=50ns",
         "dominant field=data offset=100ns width=50ns"},
        {"error_frame field=dlc", "error-frame field=dlc"},
        {"error-frame field=dlc bits=8", "error-frame field=dlc bits=8"},
        {"flip field=data id=123", "flip field=data id=0x123"},
        {"flip field=data id=0x120/0x7F0", "flip field=data id=0x120/0x7F0"},
        {"flip field=data id=120:7f0", "flip field=data id=0x120/0x7F0"},
        {"flip field=data id=0x12345678", "flip field=data id=0x12345678"},
        {"flip field=data id=00000123", "flip field=data id=0x00000123"},
        {"flip field=data id=0x123 ext=yes", "flip field=data id=0x00000123"},
        {"flip field=data id=0x123 ext=either", "flip field=data id=0x123 ext=either"},
        {"flip field=data ext=either id=0x12345678", "flip field=data id=0x12345678 ext=either"},
        {"flip field=data data=01.??.FF", "flip field=data data=01.??.FF"},
        {"flip field=data data=01xxFf", "flip field=data data=01.??.FF"},
        {"flip field=data data=0x.x1", "flip field=data data=0?.?1"},
        {"flip field=data from=a direction=rx nth=3 probability=2%",
         "flip field=data from=a direction=rx nth=3 probability=2%"},
        {"flip field=data probability=0.5", "flip field=data probability=50%"},
        {"flip field=data probability=1e-4", "flip field=data probability=0.01%"},
        {"flip field=data when=ecu:error-passive", "flip field=data when=ecu:error_passive"},
        {"flip field=data label=\"my own\"", "flip label=\"my own\" field=data"},
        {"noise ber=1e-4", "noise ber=1e-4"},
        {"noise ber=2%", "noise ber=2%"},
        {"noise ber=0.00015 seen_by=x", "noise seen_by=x ber=15e-5"},
        {"ringing ring=400ns half=50ns", "ringing ring=400ns half=50ns"},
        {"split nodes=a,b,c for=1s", "split nodes=a,b,c for=1s"},
        {"cable node=a length=40m", "cable node=a delay=200ns"},
        {"cable node=a length=1.5km", "cable node=a delay=7.5us"},
        {"cable node=a delay=1us", "cable node=a delay=1us"},
        {"bitrate node=a sample_point=75% sjw=4", "bitrate node=a sample_point=75% sjw=4"},
        {"bitrate node=a sample_point=0.875", "bitrate node=a sample_point=87.5%"},
        {"drift node=a ppm=-50.5", "drift node=a ppm=-50.5"},
        {"babble node=a frame=123#11.22", "babble node=a frame=123#1122"},
        {"overload node=a bits=2 id=1FF", "overload node=a bits=2 id=0x1FF"},
        {"wrong-crc node=a", "wrong-crc node=a"},
        {"wrong-crc node=a mask=0x7FFF", "wrong-crc node=a mask=0x7FFF"},
        {"wrong-dlc node=a value=0", "wrong-dlc node=a value=0"},
        {"wrong-form node=a field=eof index=2", "wrong-form node=a field=eof index=2"},
        {"delay node=a delay=10ms for=1s", "delay node=a delay=10ms for=1s"},
        {"reset node=a when=a:bus_off", "reset node=a when=a:bus_off"},
        {"attack-bus-off id=0x123", "attack-bus-off id=0x123"},
        {"janus id=123 frame=123#00 late_frame=123#00",
         "janus frame=123#00 late_frame=123#00 id=0x123"},
        {"  short\tfor=1ms  ", "short for=1ms"},
        {"unplug node=\"my ecu\"", "unplug node=\"my ecu\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_fault_spec spec, again;
        char text[CS_FAULT_TEXT_MAX];
        good(rows[i].text, &spec);
        size_t n = cs_fault_format(&spec, text);
        assert_int_equal(n, strlen(text));
        assert_string_equal(text, rows[i].back);
        good(text, &again);
        assert_memory_equal(&again, &spec, sizeof(spec));
    }
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "expected a fault, got nothing"},
        {"flop", "no fault \"flop\", did you mean \"flip\"?"},
        {"stuck_dominent node=a", "no fault \"stuck_dominent\", did you mean \"stuck-dominant\"?"},
        {"zzzzzzzzzzz", "no fault \"zzzzzzzzzzz\"; flip, noise, split … are some"},
        {"flip", "flip needs \"field\" (the field of the frame)"},
        {"flip feild=crc", "no key of faults is \"feild\", did you mean \"field\"?"},
        {"flip wubblewubble=1", "no key of faults is \"wubblewubble\""},
        {"flip field=crq", "\"crq\" is no field, did you mean \"crc\"?"},
        {"flip field=crc ber=1e-3", "\"ber\" is a key of noise, not of flip"},
        {"flip crc", "expected key=value, got \"crc\""},
        {"flip =crc", "expected key=value, got \"=crc\""},
        {"flip field=crc field=dlc", "\"field\" is given twice"},
        {"flip field=\"crc", "a quote is not closed: field=\"crc"},
        {"flip \"\" field=crc", "expected key=value, got \"\""},
        {"flip field=crc index=512", "index must be 0..511, got \"512\""},
        {"flip field=crc index=-1", "index must be 0..511, got \"-1\""},
        {"flip field=crc index=1e1", "index must be 0..511, got \"1e1\""},
        {"flip field=crc index=21", "crc has 21 bits: \"index\" must be 0..20, got 21"},
        {"flip field=ack index=1", "ack has one bit: \"index\" must be 0, got 1"},
        {"flip field=eof stuff=yes", "\"stuff\" needs a field that is stuffed, sof to crc"},
        {"flip field=crc stuff=maybe", "stuff must be yes, no, got \"maybe\""},
        {"flip field=crc bits=0", "bits must be 1..1000, got \"0\""},
        {"flip field=crc offset=10ns",
         "\"offset\" needs \"width\": a pulse has a start and a length"},
        {"flip field=crc width=10ns bits=2", "\"width\" and \"bits\" exclude one another"},
        {"cable node=a length=1m delay=1us", "\"length\" and \"delay\" exclude one another"},
        {"cable node=a delay=1us length=1m", "\"length\" and \"delay\" exclude one another"},
        {"cable node=a delay=1us delay=1us", "\"delay\" is given twice"},
        {"flip field=crc nth=0", "nth must be 1..1000000000, got \"0\""},
        {"flip field=crc every=0", "every must be 1..1000000000, got \"0\""},
        {"flip field=crc count=0", "count must be 1..1000000000, all, got \"0\""},
        {"flip field=crc count=-1", "count must be 1..1000000000, all, got \"-1\""},
        {"flip field=crc after=10", "after must be 0s..2400h, got \"10\""},
        {"flip field=crc for=0", "for must be 1ps..2400h, got \"0\""},
        {"flip field=crc after=2401h", "after must be 0s..2400h, got \"2401h\""},
        {"flip field=crc id=0x20000000", "id must be at most 0x1FFFFFFF, got \"0x20000000\""},
        {"flip field=crc id=12G", "id must be 0x123, 0x120/0x7F0, 0x12345678, got \"12G\""},
        {"flip field=crc id=123/", "id must be 0x123, 0x120/0x7F0, 0x12345678, got \"123/\""},
        {"flip field=crc ext=yes", "\"ext\" needs \"id\""},
        {"flip field=crc id=0x800 ext=no", "\"id\" is above 0x7FF, but \"ext\" says no"},
        {"flip field=crc direction=rx", "\"direction\" needs \"from\""},
        {"flip field=crc data=", "data must be 1..8 bytes, 01.??.FF, got \"\""},
        {"flip field=crc data=1", "data must be 1..8 bytes, 01.??.FF, got \"1\""},
        {"flip field=crc data=112233445566778899",
         "data must be at most 8 bytes, got \"112233445566778899\""},
        {"flip field=crc when=error_passive",
         "when must be node:state, ecu:error_passive, got \"error_passive\""},
        {"flip field=crc when=a:sleepy",
         "when must be node:state with error_active, error_passive, bus_off or integrating as the "
         "state, got \"a:sleepy\""},
        {"flip field=crc probability=0", "probability must be 0.0001%..100%, got \"0\""},
        {"flip field=crc probability=101%", "probability must be 0.0001%..100%, got \"101%\""},
        {"flip field=crc probability=1e-7", "probability must be 0.0001%..100%, got \"1e-7\""},
        {"flip field=crc seen_by=a,,b",
         "seen_by must be names of 1..63 characters with commas between them"},
        {"flip field=crc seen_by=a,b,a", "seen_by names \"a\" twice"},
        {"flip field=crc seen_by=a,b,c,d,e,f,g,h,i", "seen_by must be at most 8 names"},
        {"noise", "noise needs \"ber\" (bit error rate)"},
        {"noise ber=0.6", "ber must be 1e-9..50%, got \"0.6\""},
        {"noise ber=1e-10", "ber must be 1e-9..50%, got \"1e-10\""},
        {"noise ber=1e", "ber must be 1e-9..50%, got \"1e\""},
        {"noise ber=1.", "ber must be 1e-9..50%, got \"1.\""},
        {"split", "split needs \"nodes\" (the nodes that are cut off, together)"},
        {"cable node=a", "cable needs \"length\" or \"delay\" (cable: one way, 100us at most; "
                         "delay: how long a frame waits)"},
        {"cable node=a length=21km", "length must be 0m..20km, got \"21km\""},
        {"cable node=a delay=200us", "\"delay\" must be at most 100us, that is 20 km"},
        {"bitrate bitrate=250k", "bitrate needs \"node\" (the node it acts on)"},
        {"bitrate node=a", "needs \"bitrate\", \"data_bitrate\", \"sample_point\" or \"sjw\""},
        {"bitrate node=a bitrate=2M", "bitrate must be 10k..1M, got \"2M\""},
        {"bitrate node=a bitrate=500k data_bitrate=250k",
         "\"data_bitrate\" must not be below \"bitrate\""},
        {"bitrate node=a sample_point=100%", "sample_point must be 1%..99%, got \"100%\""},
        {"drift node=a ppm=0",
         "drift needs \"ppm\" (parts per million that the clock is slow; minus: fast)"},
        {"drift node=a ppm=100001", "ppm must be -100000..100000, got \"100001\""},
        {"ringing ring=100ns half=200ns", "\"half\" must not be longer than \"ring\""},
        {"spoof id=123", "spoof needs \"frame\" (the frame that is sent)"},
        {"spoof frame=123##100", "a second transmitter sends no frames with BRS"},
        {"spoof frame=12#00",
         "frame must be a frame such as 123#11.22 (an identifier has 3 hex digits (base) or 8 "
         "(extended), got 2)"},
        {"janus frame=123#00 late_frame=124#00",
         "frame and late_frame must have one identifier, format and length"},
        {"overload node=a bits=3",
         "\"bits\" must be 1 or 2: no node may send more overload frames"},
        {"wrong-dlc node=a", "wrong-dlc needs \"value\" (the DLC that is sent)"},
        {"wrong-dlc node=a value=16", "value must be 0..15, got \"16\""},
        {"wrong-crc node=a mask=0", "mask must be 0x1..0x1FFFFF, got \"0\""},
        {"wrong-form node=a field=data",
         "\"field\" must be crc_delim, ack, ack_delim or eof: those have a fixed form"},
        {"error-frame field=data width=1us", NULL},
        {"attack-bus-off", "attack-bus-off needs \"id\" (waits for a frame of this identifier; "
                           "/mask: the bits that count; 8 digits: extended)"},
        {"reset node=a for=1s", NULL},
        {"short count=3", NULL},
        {"flip field=crc label=12345678901234567890123456789012",
         "label must be 1..31 characters, got 32"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_fault_spec spec;
        char why[320] = "";
        assert_int_equal(cs_fault_parse(rows[i].text, &spec, why, sizeof(why)), -EINVAL);
        assert_string_not_equal(why, "");
        if (rows[i].why) {
            assert_string_equal(why, rows[i].why);
        }
    }
}

/* Frames of one length with different stuff bits: the sentence names a byte, and it fits. */
static void janus_lengths(void **state)
{
    (void)state;
    struct cs_fault_spec spec;
    char why[320];

    assert_int_equal(cs_fault_parse("janus id=100 frame=100#0000AA late_frame=100#00AA55", &spec,
                                    why, sizeof(why)),
                     -EINVAL);
    const char *with = strstr(why, "would fit with ");
    assert_non_null(with);
    char text[128];
    snprintf(text, sizeof(text), "janus id=100 frame=100#0000AA late_frame=100#00AA%.2s",
             with + 15);
    good(text, &spec);
    /* 00 would fit, but be the same frame. */
    cs_fault_parse("janus frame=123#0000 late_frame=123#0003", &spec, why, sizeof(why));
    assert_non_null(strstr(why, "would fit with 01 "));
}

/* Where `values` tells a range, its ends are taken and nothing beyond them. */
static void ranges(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *key, *in[2], *out[2];
    } rows[] = {
        {"flip", "index", {"0", "511"}, {"-1", "512"}},
        {"flip", "bits", {"1", "1000"}, {"0", "1001"}},
        {"flip", "offset", {"0s", "1ms"}, {"-1ns", "1001us"}},
        {"flip", "width", {"1ps", "1ms"}, {"0s", "1001us"}},
        {"noise", "ber", {"1e-9", "50%"}, {"0", "50.0000001%"}},
        {"ringing", "ring", {"1ns", "100us"}, {"999ps", "101us"}},
        {"ringing", "half", {"1ns", "100us"}, {"999ps", "101us"}},
        {"cable", "length", {"0m", "20km"}, {"-1m", "20001m"}},
        {"delay", "delay", {"1ps", "1h"}, {"0s", "3601s"}},
        {"bitrate", "bitrate", {"10k", "1M"}, {"9999", "1000001"}},
        {"bitrate", "data_bitrate", {"10k", "10M"}, {"9999", "10000001"}},
        {"bitrate", "sample_point", {"1%", "99%"}, {"0.9%", "99.1%"}},
        {"bitrate", "sjw", {"1", "128"}, {"0", "129"}},
        {"drift", "ppm", {"-100000", "100000"}, {"-100000.001", "100000.001"}},
        {"wrong-crc", "mask", {"0x1", "0x1FFFFF"}, {"0x0", "0x200000"}},
        {"wrong-dlc", "value", {"0", "15"}, {"-1", "16"}},
        {"flip", "after", {"0s", "2400h"}, {"-1s", "2401h"}},
        {"flip", "nth", {"1", "1000000000"}, {"0", "1000000001"}},
        {"flip", "every", {"1", "1000000000"}, {"0", "1000000001"}},
        {"flip", "probability", {"0.0001%", "100%"}, {"0.00001%", "100.1%"}},
        {"flip", "for", {"1ps", "2400h"}, {"0s", "2401h"}},
    };
    struct cs_fault_spec spec;
    char why[320], expected[64];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(expected, sizeof(expected), "%s..%s", rows[i].in[0], rows[i].in[1]);
        bool found = false;
        for (unsigned k = 0; k < cs_fault_n_keys; k++) {
            found |= strcmp(cs_fault_keys[k].name, rows[i].key) == 0 &&
                     strncmp(cs_fault_keys[k].values, expected, strlen(expected)) == 0;
        }
        if (!found) {
            fail_msg("%s: no row says %s", rows[i].key, expected);
        }
        for (int end = 0; end < 2; end++) {
            assert_int_equal(cs_fault_begin(&spec, rows[i].kind, why, sizeof(why)), 0);
            if (cs_fault_set(&spec, rows[i].key, rows[i].in[end], why, sizeof(why))) {
                fail_msg("%s=%s: %s", rows[i].key, rows[i].in[end], why);
            }
            struct cs_fault_spec before = spec;
            assert_int_equal(cs_fault_set(&spec, rows[i].key, rows[i].out[end], why, sizeof(why)),
                             -EINVAL);
            assert_memory_equal(&spec, &before, sizeof(spec));
        }
    }
}

/* ---- random specs ------------------------------------------------------------------------- */

static const char *random_value(struct cs_rng *rng, const char *key, char *text, size_t size)
{
    static const struct {
        const char *key, *values[4];
    } rows[] = {
        {"label", {"one", "two words", "x=y", "5"}},
        {"node", {"a", "ecu 1", "b-2", "c,d"}},
        {"nodes", {"a", "a,b", "a b,c", "d,e,f"}},
        {"field", {"crc_delim", "ack", "ack_delim", "eof"}},
        {"stuff", {"no", "no", "no", "no"}},
        {"offset", {"0s", "0s", "0s", "0s"}},
        {"seen_by", {"a", "a,b", "a b,c", "d,e,f"}},
        {"ber", {"1e-3", "50%", "123e-9", "1%"}},
        {"ring", {"1us", "400ns", "2us", "1234567ps"}},
        {"half", {"50ns", "1ns", "33333ps", "400ns"}},
        {"length", {"5m", "1km", "0.1m", "19.999km"}},
        {"bitrate", {"10k", "125k", "83333", "500k"}},
        {"data_bitrate", {"1M", "2M", "8M", "500k"}},
        {"sample_point", {"75%", "87.5%", "1%", "99%"}},
        {"ppm", {"-0.001", "100", "1e3", "-100000"}},
        {"mask", {"0x7FFF", "2", "0x10", "0x1FFFFF"}},
        {"frame", {"555#0000", "555#0000", "555#0000", "555#0000"}},
        {"late_frame", {"555#0000", "555#0000", "555#0000", "555#0000"}},
        {"id", {"0x123", "1FFFFFFF/0x1FFFFF00", "00000000", "7FF/001"}},
        {"ext", {"yes", "either", "yes", "either"}},
        {"data", {"00", "??", "1?.?2.33", "0011223344556677"}},
        {"from", {"a", "ecu 1", "b", "x"}},
        {"direction", {"tx", "rx", "any", "rx"}},
        {"when", {"a:error_passive", "b c:bus_off", "x:y:error_active", "d:integrating"}},
        {"probability", {"1%", "0.0001%", "33.3333%", "1"}},
        {"count", {"1", "all", "2", "1000000000"}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return rows[i].values[cs_rng_below(rng, 4)];
        }
    }
    bool time = strcmp(key, "after") == 0 || strcmp(key, "for") == 0 || strcmp(key, "width") == 0 ||
                strcmp(key, "delay") == 0;
    unsigned n = 1 + (unsigned)cs_rng_below(rng, strcmp(key, "bits") == 0 ? 2 : 9);
    snprintf(text, size, "%u%s", strcmp(key, "index") == 0 ? 0 : n, time ? "us" : "");
    return text;
}

static bool is_needed(unsigned key, unsigned kind)
{
    return cs_fault_rows[key].needed & CS_FAULT_BIT(kind);
}

static void random_round_trip(void **state)
{
    (void)state;
    struct cs_rng rng;
    unsigned passed = 0;

    cs_rng_init(&rng, 1, "faults");
    for (unsigned run = 0; run < 20000; run++) {
        unsigned kind = (unsigned)cs_rng_below(&rng, CS_FAULT_KIND_COUNT);
        struct cs_fault_spec spec, again;
        char why[320] = "", text[CS_FAULT_TEXT_MAX], twice[CS_FAULT_TEXT_MAX], value[32];
        assert_int_equal(cs_fault_begin(&spec, cs_fault_name(kind), why, sizeof(why)), 0);
        for (unsigned k = 0; k < cs_fault_n_keys; k++) {
            if (!cs_fault_takes(&cs_fault_keys[k], kind) ||
                (!is_needed(k, kind) && cs_rng_below(&rng, 4) > 0)) {
                continue;
            }
            const char *name = cs_fault_keys[k].name;
            if (strcmp(name, "delay") == 0 && spec.delay_ps > 0) {
                continue; /* there was a length */
            }
            if (cs_fault_set(&spec, name, random_value(&rng, name, value, sizeof(value)), why,
                             sizeof(why))) {
                fail_msg("run %u: %s %s: %s", run, cs_fault_name(kind), name, why);
            }
        }
        if (cs_fault_finish(&spec, why, sizeof(why)) != 0) {
            continue; /* a contradiction */
        }
        cs_fault_format(&spec, text);
        if (cs_fault_parse(text, &again, why, sizeof(why)) != 0) {
            fail_msg("run %u: %s: %s", run, text, why);
        }
        cs_fault_format(&again, twice);
        assert_string_equal(text, twice);
        assert_memory_equal(&spec, &again, sizeof(spec));
        passed++;
    }
    assert_true(passed > 10000);
}

/* Text of any kind is answered, never a crash; what is taken comes back. */
static void garbage(void **state)
{
    (void)state;
    static const char letters[] = "flip =field\"crc,01.:x%\t-eid\x01\xFFz";
    struct cs_rng rng;

    cs_rng_init(&rng, 2, "faults");
    for (unsigned run = 0; run < 50000; run++) {
        struct cs_fault_spec spec;
        char text[80] = "flip field=crc ", why[64];
        size_t n = cs_rng_below(&rng, 2) ? strlen(text) : 0;
        size_t end = n + cs_rng_below(&rng, sizeof(text) - n);
        while (n < end) {
            text[n++] = letters[cs_rng_below(&rng, sizeof(letters) - 1)];
        }
        text[n] = '\0';
        if (cs_fault_parse(text, &spec, why, sizeof(why)) != 0) {
            assert_true(strlen(why) > 0);
        }
    }
}

/* The longest text that there is. */
static void longest(void **state)
{
    (void)state;
    char name[CS_NAME_MAX],
        text[CS_FAULT_TEXT_MAX] = "flip field=overload_delim seen_by=", why[320];
    struct cs_fault_spec spec, again;

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (int i = 0; i < CS_FAULT_NODES; i++) {
        name[0] = (char)('a' + i);
        strcat(text, name);
        strcat(text, i + 1 < CS_FAULT_NODES ? "," : " from=");
    }
    strcat(text, name);
    strcat(text, " id=0x12345678/0x12345678 data=00.00.00.00.00.00.00.00 label=x when=");
    strcat(text, name);
    strcat(text, ":error_passive");
    assert_int_equal(cs_fault_parse(text, &spec, why, sizeof(why)), 0);
    size_t n = cs_fault_format(&spec, text);
    assert_true(n > 700 && n < CS_FAULT_TEXT_MAX - 1);
    good(text, &again);
    assert_memory_equal(&again, &spec, sizeof(spec));
}

static void names_and_help(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT; i++) {
        struct cs_fault_spec spec;
        char why[64];
        const char *help = cs_fault_help(i);
        assert_int_equal(cs_fault_begin(&spec, cs_fault_name(i), why, sizeof(why)), 0);
        assert_int_equal(spec.kind, i);
        assert_true(strlen(help) > 10);
        assert_int_equal(help[strlen(help) - 1], '.');
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(cs_fault_name(i), cs_fault_name(j));
        }
    }
    assert_string_equal(cs_fault_name(CS_FAULT_KIND_COUNT), "unknown");
    assert_string_equal(cs_fault_stage_name(CS_FAULT_FIRED), "fired");
    for (unsigned i = 0; i < cs_fault_n_keys; i++) {
        assert_true(strlen(cs_fault_keys[i].help) > 5);
        assert_int_not_equal(cs_fault_keys[i].kinds[0], 0);
        assert_int_equal(cs_fault_rows[i].needed & ~cs_fault_keys[i].kinds[0], 0);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(cs_fault_keys[i].name, cs_fault_keys[j].name);
        }
    }
}

/* ---- docs/faults.md ----------------------------------------------------------------------- */

#define DOC "docs/faults.md"

static char *read_doc(void)
{
    FILE *file = fopen(DOC, "r");
    char *doc = calloc(1, 1 << 17);

    assert_non_null(doc);
    if (!file) {
        fail_msg("no " DOC ": run this from the source folder");
        exit(1);
    }
    assert_true(fread(doc, 1, (1 << 17) - 1, file) > 0);
    fclose(file);
    return doc;
}

static void expect_row(const char *doc, const char *row)
{
    if (!strstr(doc, row)) {
        fail_msg(DOC " lacks the row\n%s", row);
    }
}

static void documented(void **state)
{
    (void)state;
    char *doc = read_doc(), row[1024];

    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT; i++) {
        size_t n =
            (size_t)snprintf(row, sizeof(row), "| `%s` | %s |", cs_fault_name(i), cs_fault_help(i));
        const char *comma = " ";
        for (unsigned k = 0; k < cs_fault_n_keys; k++) {
            bool common = strcmp(cs_fault_keys[k].name, "after") == 0;
            if (common) {
                break; /* those that follow are the trigger's */
            }
            if (cs_fault_takes(&cs_fault_keys[k], i) && k > 0) {
                n += (size_t)snprintf(row + n, sizeof(row) - n, "%s%s%s%s", comma,
                                      is_needed(k, i) ? "**" : "", cs_fault_keys[k].name,
                                      is_needed(k, i) ? "**" : "");
                comma = ", ";
            }
        }
        snprintf(row + n, sizeof(row) - n, " |\n");
        expect_row(doc, row);
    }
    for (unsigned k = 0; k < cs_fault_n_keys; k++) {
        snprintf(row, sizeof(row), "| `%s` | %s | %s |\n", cs_fault_keys[k].name,
                 cs_fault_keys[k].values, cs_fault_keys[k].help);
        expect_row(doc, row);
    }
    free(doc);
}

/* Each line of the page that is indented by four and begins with the name of a fault. */
static void examples_parse(void **state)
{
    (void)state;
    char *doc = read_doc();
    unsigned n = 0;

    for (char *line = strtok(doc, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "    ", 4) == 0 && line[4] >= 'a' && line[4] <= 'z') {
            struct cs_fault_spec spec;
            good(line + 4, &spec);
            assert_true(spec.kind < CS_FAULT_KIND_COUNT);
            n++;
        }
    }
    assert_true(n >= CS_FAULT_KIND_COUNT);
    free(doc);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),    cmocka_unit_test(refused),
        cmocka_unit_test(janus_lengths),     cmocka_unit_test(ranges),
        cmocka_unit_test(random_round_trip), cmocka_unit_test(garbage),
        cmocka_unit_test(longest),           cmocka_unit_test(names_and_help),
        cmocka_unit_test(documented),        cmocka_unit_test(examples_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
