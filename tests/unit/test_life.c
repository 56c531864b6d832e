/* SPDX-License-Identifier: MIT */
/* The life of frames as text: events go in by hand, the whole text comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/log_life.h"
#include "simcore/fault.h"
#include "simcore/wire.h"

#define US CS_PS_PER_US

struct fixture {
    struct cs_sim *sim;
    struct cs_life life;
    char path[64];
    char *text;
    struct cs_frame frame;
};

enum { A, B, C };

static void open_life(struct fixture *f)
{
    struct cs_error error;

    memset(f, 0, sizeof(*f));
    f->sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++) {
        struct cs_bus_config bus = {.name = i == 0 ? "can0" : "can1", .bitrate_bps = 500000};
        assert_int_equal(cs_sim_add_bus(f->sim, &bus), i);
        for (unsigned n = 0; n < 3; n++) {
            const char *const names[] = {"a", "b", "c"};
            struct cs_controller_config node = {.name = names[n]};
            assert_int_equal(cs_bus_attach(cs_sim_bus(f->sim, i), &node), n);
        }
    }
    snprintf(f->path, sizeof(f->path), "/tmp/cansim-life-XXXXXX");
    close(mkstemp(f->path));
    f->life.log.sim = f->sim;
    assert_int_equal(cs_out_open(&f->life.log.out, f->path, NULL, &error), 0);
    assert_int_equal(cs_log_life_start(&f->life), 0);
    assert_int_equal(cs_frame_parse("123#11", &f->frame, error.text, sizeof(error.text)), 0);
}

static const char *read_text(struct fixture *f)
{
    FILE *file = fopen(f->path, "r");

    free(f->text);
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    f->text = calloc(1, size + 1);
    rewind(file);
    assert_int_equal(fread(f->text, 1, size, file), size);
    fclose(file);
    return f->text;
}

/* All of the text; the observer is at its end. */
static const char *text_of(struct fixture *f)
{
    cs_log_life_end(&f->life);
    assert_int_equal(cs_out_flush(&f->life.log.out), 0);
    return read_text(f);
}

/* Each line as if it had all the room it wants. */
static void unwrap(char *text)
{
    char *to = text;

    for (const char *p = text; *p != '\0'; p++) {
        *to++ = *p;
        if (*p == '\n' && strncmp(p + 1, "      ", 6) == 0) {
            to[-1] = ' ';
            p += strspn(p + 1, " ");
        }
    }
    *to = '\0';
}

static void close_life(struct fixture *f)
{
    cs_log_life_end(&f->life);
    cs_log_life_end(&f->life); /* does nothing */
    cs_out_close(&f->life.log.out);
    cs_out_discard(&f->life.log.out);
    unlink(f->path);
    free(f->text);
    cs_sim_destroy(f->sim);
}

static void parse(struct fixture *f, const char *frame)
{
    char why[200];

    assert_int_equal(cs_frame_parse(frame, &f->frame, why, sizeof(why)), 0);
}

static void tell(struct fixture *f, int64_t at_us, enum cs_event_kind kind, int node,
                 struct cs_event event)
{
    event.at_ps = at_us * US;
    event.kind = (uint16_t)kind;
    event.node = (int16_t)node;
    event.frame = &f->frame;
    cs_log_life(&f->life, &event);
}

/* The rest are members of the event. */
#define EVENT(f, at_us, kind_, node_, ...) \
    tell(f, at_us, CS_EV_##kind_, node_, (struct cs_event){__VA_ARGS__})

/* ---- frames ------------------------------------------------------------------------------- */

static void frame_from_queue_to_done(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 10, QUEUED, A, .seq = 0);
    EVENT(&f, 22, TX_START, A, .attempt = 1, .queued_ps = 10 * US);
    EVENT(&f, 114, ACKED, B, .peer = A);
    EVENT(&f, 114, ACKED, C, .peer = A);
    EVENT(&f, 128, RECEIVED, B, .peer = A);
    EVENT(&f, 128, RECEIVED, C, .peer = A);
    EVENT(&f, 130, FRAME, A, .attempt = 1, .queued_ps = 10 * US, .start_ps = 22 * US, .n_bits = 54);
    EVENT(&f, 130, SENT, A, .attempt = 1);
    EVENT(&f, 130, QUEUED, B, .seq = 0);
    EVENT(&f, 140, QUEUED, C, .seq = 0);
    assert_string_equal(
        text_of(&f), "0.000010 s  can0  \"a\" queues 123#11.\n"
                     "\n"
                     "0.000022 s  can0  123#11 from \"a\" (1st try): start of frame, 12 us after "
                     "it was queued.\n"
                     "0.000114 s  can0    Acknowledged by \"b\" and \"c\".\n"
                     "0.000130 s  can0    Valid: 123#11 from \"a\", 54 bits in 108 us. Received "
                     "by \"b\" and \"c\".\n"
                     "0.000130 s  can0    From queue to done 120 us: 12 us until the start, 108 "
                     "us on the wire.\n"
                     "\n"
                     "0.000130 s  can0  \"b\" queues 123#11.\n"
                     "0.000140 s  can0  \"c\" queues 123#11.\n");
    close_life(&f);
}

static void lost_arbitration(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 2);
    EVENT(&f, 0, TX_START, B, .attempt = 1);
    EVENT(&f, 14, ARB_LOST, A, .attempt = 2, .field = CS_FIELD_ID, .index = 5, .bit = 6, .peer = B);
    EVENT(&f, 20, QUEUED, C, .seq = 0);
    EVENT(&f, 108, FRAME, B, .attempt = 1, .n_bits = 54);
    EVENT(&f, 114, TX_START, A, .attempt = 3);
    EVENT(&f, 220, FRAME, A, .attempt = 3, .lost = 2, .start_ps = 114 * US, .n_bits = 54);
    assert_string_equal(
        text_of(&f),
        "0.000000 s  can0  123#11 from \"a\" (2nd try): start of frame.\n"
        "0.000000 s  can0    123#11 from \"b\" (1st try): start of frame as well.\n"
        "0.000014 s  can0    123#11 from \"a\" (2nd try): lost arbitration at identifier bit 5 "
        "(ID.23, wire bit\n"
        "                      6) to \"b\".\n"
        "0.000020 s  can0    \"c\" queues 123#11.\n"
        "0.000108 s  can0    Valid: 123#11 from \"b\", 54 bits in 108 us. Nobody received it.\n"
        "0.000108 s  can0    From queue to done 108 us.\n"
        "\n"
        "0.000114 s  can0  123#11 from \"a\" (3rd try): start of frame, 114 us after it was "
        "queued.\n"
        "0.000220 s  can0    Valid: 123#11 from \"a\", 54 bits in 106 us. Nobody received it.\n"
        "0.000220 s  can0    From queue to done 220 us: 114 us until the last start, 106 us on the "
        "wire; 3\n"
        "                      tries, arbitration lost 2 times.\n");
    close_life(&f);
}

/* Where in a frame, in words. */
static void places(void **state)
{
    static const struct {
        struct cs_event event;
        const char *words;
    } rows[] = {
        {{.field = CS_FIELD_ID, .index = 0, .bit = 1}, "at identifier bit 0 (ID.28, wire bit 1)"},
        {{.field = CS_FIELD_ID, .index = 10, .bit = 11},
         "at identifier bit 10 (ID.18, wire bit 11)"},
        {{.field = CS_FIELD_ID_EXT, .index = 17, .bit = 33},
         "at identifier extension bit 17 (ID.0, wire bit 33)"},
        {{.field = CS_FIELD_RTR, .bit = 13}, "at RTR (wire bit 13)"},
        {{.field = CS_FIELD_DATA, .index = 13, .bit = 35}, "at data bit 13 (byte 1, wire bit 35)"},
        {{.field = CS_FIELD_ID, .index = 4, .stuff = true, .bit = 6},
         "at the stuff bit after identifier bit 4 (ID.24, wire bit 6)"},
        {{.field = CS_FIELD_EOF, .index = 6, .bit = 53}, "at EOF bit 6 (wire bit 53)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_event event = rows[i].event;
        struct fixture f;
        open_life(&f);
        EVENT(&f, 0, TX_START, A, .attempt = 1);
        event.kind = CS_EV_ARB_LOST;
        event.node = A;
        event.peer = CS_NO_NODE;
        event.attempt = 1;
        cs_log_life(&f.life, &event);
        char *text = strdup(text_of(&f));
        unwrap(text);
        if (strstr(text, rows[i].words) == NULL || strstr(text, "that no node sent.") == NULL)
            fail_msg("\"%s\" is not in:\n%s", rows[i].words, text);
        free(text);
        close_life(&f);
    }
}

static void tries_and_long_frames(void **state)
{
    static const struct {
        unsigned attempt;
        const char *words;
    } rows[] = {{1, "(1st try)"},   {3, "(3rd try)"},   {4, "(4th try)"},     {11, "(11th try)"},
                {12, "(12th try)"}, {22, "(22nd try)"}, {101, "(101st try)"}, {113, "(113th try)"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        open_life(&f);
        parse(&f, "123##1000102030405060708090A0B");
        EVENT(&f, 0, TX_START, A, .attempt = (uint16_t)rows[i].attempt);
        const char *text = text_of(&f);
        assert_non_null(strstr(text, rows[i].words));
        assert_non_null(strstr(text, "123##10001020304050607... (12 bytes) from"));
        close_life(&f);
    }
}

/* ---- errors and states -------------------------------------------------------------------- */

static void error_and_who_joins(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 60, ERROR, B, .error = CS_ERROR_STUFF, .field = CS_FIELD_CRC, .index = 3, .bit = 29,
          .rec = 1);
    EVENT(&f, 60, COUNTERS, B, .rec = 1);
    EVENT(&f, 62, ERROR, A, .error = CS_ERROR_BIT, .field = CS_FIELD_CRC, .index = 4, .bit = 30,
          .tx = true, .tec = 8);
    EVENT(&f, 62, COUNTERS, A, .tec = 8);
    EVENT(&f, 72, ERROR, C, .error = CS_ERROR_STUFF, .field = CS_FIELD_CRC, .index = 9, .bit = 35,
          .rec = 1, .state = CS_STATE_ERROR_PASSIVE);
    EVENT(&f, 90, ERROR_FRAME, B, .n_bits = 45);
    assert_string_equal(
        text_of(&f),
        "0.000000 s  can0  123#11 from \"a\" (1st try): start of frame.\n"
        "0.000060 s  can0    Stuff error at CRC bit 3 (wire bit 29), seen first by receiver \"b\": "
        "six equal\n"
        "                      bits in a row. It sends an active error flag, six dominant bits.\n"
        "0.000062 s  can0    Bit error at CRC bit 4 (wire bit 30), seen by transmitter \"a\": it "
        "sent recessive\n"
        "                      and read dominant. It joins with an active error flag, six dominant "
        "bits.\n"
        "0.000072 s  can0    Stuff error at CRC bit 9 (wire bit 35), seen by receiver \"c\": six "
        "equal bits in\n"
        "                      a row. It joins with a passive error flag, six recessive bits.\n"
        "0.000090 s  can0    The error frame is over: the error flags together made 7 dominant "
        "bits, then\n"
        "                      came 8 bits of delimiter.\n"
        "0.000090 s  can0    \"a\" will try again.\n"
        "0.000090 s  can0    Counters: \"a\" TEC 0 -> 8, \"b\" REC 0 -> 1.\n");
    close_life(&f);
}

static void same_error_of_many_is_told_once(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 60, ERROR, B, .error = CS_ERROR_CRC, .field = CS_FIELD_ACK_DELIM, .bit = 50);
    EVENT(&f, 60, COUNTERS, B, .rec = 1);
    EVENT(&f, 60, ERROR, C, .error = CS_ERROR_CRC, .field = CS_FIELD_ACK_DELIM, .bit = 50);
    EVENT(&f, 60, ERROR, A, .error = CS_ERROR_CRC, .field = CS_FIELD_ACK_DELIM, .bit = 50,
          .mode = CS_MODE_LISTEN_ONLY);
    char *text = strdup(text_of(&f));
    unwrap(text);
    assert_non_null(strstr(text, "seen first by receivers \"b\" and \"c\": the"));
    assert_non_null(strstr(text, "They send active error flags."));
    assert_non_null(strstr(text, "It sends no"));
    free(text);
    close_life(&f);
}

static void states_have_reasons(void **state)
{
    static const char *const sentences[] = {
        "\"a\" reaches the error warning limit of 96: TEC 96, REC 0.\n",
        "\"a\" becomes error passive: TEC 128 reaches 128.",
        "\"b\" becomes error passive: REC 135 reaches 128.",
        "\"a\" goes bus-off: TEC 256 reaches 256.",
        "123#11 from \"a\" is given up after 32 tries: the node is bus-off.\n",
        "\"a\" could not queue 123#11: the node is bus-off.\n",
        "\"a\" has recovered from bus-off: it saw 128 times 11 recessive bits in the 2.9 ms since.",
        "\"a\" counts TEC 0 -> 8, REC 0 -> 0.\n",
        "\"b\" is error active again: TEC 0 and REC 119 are below 128.\n",
        "\"b\" is below the error warning limit of 96 again: TEC 0, REC 95.\n",
        "\"c\" joins the bus (listen-only) and waits for 11 recessive bits before it takes part.\n",
        "\"c\" saw 11 recessive bits and takes part from now on.\n",
    };
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, COUNTERS, A, .tec = 96);
    EVENT(&f, 1, COUNTERS, A, .tec = 128);
    EVENT(&f, 1, STATE, A, .state = CS_STATE_ERROR_PASSIVE, .tec = 128);
    EVENT(&f, 2, COUNTERS, B, .rec = 135);
    EVENT(&f, 2, STATE, B, .state = CS_STATE_ERROR_PASSIVE, .rec = 135);
    EVENT(&f, 100, STATE, A, .state = CS_STATE_BUS_OFF, .tec = 256);
    EVENT(&f, 100, DROPPED, A, .attempt = 32, .result = CS_TX_BUS_OFF);
    EVENT(&f, 101, REFUSED, A, .result = CS_TX_BUS_OFF);
    EVENT(&f, 3000, STATE, A, .state = CS_STATE_ERROR_ACTIVE);
    EVENT(&f, 3000, COUNTERS, A, .tec = 8);
    EVENT(&f, 3001, STATE, B, .state = CS_STATE_ERROR_ACTIVE, .rec = 119);
    EVENT(&f, 3002, COUNTERS, B, .rec = 95);
    EVENT(&f, 3003, ATTACH, C, .state = CS_STATE_INTEGRATING, .mode = CS_MODE_LISTEN_ONLY);
    EVENT(&f, 3004, STATE, C, .state = CS_STATE_ERROR_ACTIVE);
    char *text = strdup(text_of(&f));
    unwrap(text);
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        if (strstr(text, sentences[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", sentences[i], text);
    }
    free(text);
    close_life(&f);
}

static void one_shot_is_not_tried_again(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 90, ERROR, A, .error = CS_ERROR_ACK, .field = CS_FIELD_ACK, .bit = 45, .tx = true);
    EVENT(&f, 90, DROPPED, A, .attempt = 1, .result = CS_TX_FAILED_ERROR);
    EVENT(&f, 118, ERROR_FRAME, A, .n_bits = 60);
    const char *text = text_of(&f);
    assert_non_null(strstr(text, "is given up after 1 try: an error"));
    assert_null(strstr(text, "again"));
    close_life(&f);
}

/* Its receivers had it already. */
static void received_twice(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 106, RECEIVED, B, .peer = A);
    EVENT(&f, 108, ERROR, A, .error = CS_ERROR_FORM, .field = CS_FIELD_EOF, .index = 6, .bit = 53,
          .tx = true);
    EVENT(&f, 136, ERROR_FRAME, A, .n_bits = 68);
    assert_non_null(strstr(text_of(&f), "123#11 was received by \"b\", who"));
    close_life(&f);
}

/* ---- the rest ----------------------------------------------------------------------------- */

static void faults_and_notes(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, FAULT, CS_NO_NODE, .fault = 3, .stage = CS_FAULT_ARMED, .text = "flip field=crc");
    EVENT(&f, 1, FAULT, CS_NO_NODE, .fault = 3, .stage = CS_FAULT_FIRED, .text = "flip field=crc");
    EVENT(&f, 2, FAULT, CS_NO_NODE, .fault = 3, .stage = CS_FAULT_ENDED, .text = "flip field=crc");
    EVENT(&f, 3, FAULT, CS_NO_NODE, .fault = 4, .stage = CS_FAULT_CLEARED, .text = "short");
    EVENT(&f, 4, NOTE, CS_NO_NODE, .text = "bad \033[31m and \xFF");
    EVENT(&f, 5, LOST, B, .n_bits = 7);
    EVENT(&f, 6, CONFIG, B, .mode = CS_MODE_LISTEN_ONLY | CS_MODE_ONE_SHOT);
    EVENT(&f, 7, DETACH, B, .seq = 0);
    EVENT(&f, 8, SENT, A, .attempt = 0);
    const char *text = text_of(&f);
    assert_non_null(strstr(text, "Fault 3 armed: flip field=crc. Inverts bits of a frame on"));
    assert_non_null(strstr(text, "Fault 3 fires: flip field=crc\n"));
    assert_non_null(strstr(text, "Fault 3 is over: flip field=crc\n"));
    assert_non_null(strstr(text, "Fault 4 is taken back: short\n"));
    assert_non_null(strstr(text, "Note: bad ?[31m and ?\n"));
    assert_non_null(strstr(text, "\"b\" was too slow for 7 messages, which it does not get.\n"));
    assert_non_null(strstr(text, "\"b\" is set up anew: 500kbit/s, mode listen-only, one-shot.\n"));
    assert_non_null(strstr(text, "\"b\" leaves the bus.\n"));
    assert_non_null(strstr(text, "was confirmed as sent and was never on the wire.\n"));
    close_life(&f);
}

/* Blocks of two buses stay whole, and stand in the order of their ends. */
static void two_buses(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1, .bus = 0);
    EVENT(&f, 10, TX_START, B, .attempt = 1, .bus = 1);
    EVENT(&f, 20, QUEUED, C, .bus = 1);
    EVENT(&f, 100, FRAME, B, .attempt = 1, .n_bits = 45, .start_ps = 10 * US, .bus = 1);
    EVENT(&f, 101, FRAME, A, .attempt = 1, .n_bits = 50, .bus = 0);
    EVENT(&f, 200, QUEUED, C, .bus = 0);
    const char *text = text_of(&f);
    const char *first = strstr(text, "0.000010 s  can1"), *last = strstr(text, "0.000000 s  can0");
    assert_ptr_equal(first, text);
    assert_non_null(last);
    assert_true(strstr(text, "0.000020 s  can1    \"c\" queues") < last);
    assert_non_null(strstr(last, "0.000200 s  can0  \"c\" queues"));
    assert_null(strstr(last, "can1"));
    close_life(&f);
}

/* A bus that never comes to rest: nothing is kept for ever, nothing left out. */
static void endless_errors(void **state)
{
    struct fixture f;
    unsigned lines = 0;

    (void)state;
    open_life(&f);
    for (int i = 0; i < 20000; i++)
        EVENT(&f, 16 * i, ERROR, i % 2, .error = CS_ERROR_FORM, .field = CS_FIELD_ERROR_DELIM,
              .bit = (uint16_t)i);
    assert_true(strlen(read_text(&f)) > 1000000);
    for (const char *p = text_of(&f); (p = strstr(p, "orm error at error delimiter")) != NULL; p++)
        lines++;
    assert_int_equal(lines, 20000);
    close_life(&f);
}

/* What repeats itself with nothing in between is counted. */
static void repetitions(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 20, ERROR, B, .error = CS_ERROR_OTHER, .index = 6, .bit = 40);
    for (int i = 0; i < 1000; i++)
        EVENT(&f, 16 * i + 50, ERROR, i % 3, .error = CS_ERROR_OTHER, .index = 13,
              .tx = i % 3 == 0);
    EVENT(&f, 20000, ERROR_FRAME, A, .n_bits = 10000);
    for (int i = 0; i < 500; i++)
        EVENT(&f, 30000 + 10 * i, FAULT, CS_NO_NODE, .fault = 3, .stage = CS_FAULT_FIRED,
              .text = "attack-freeze");
    EVENT(&f, 40000, FAULT, CS_NO_NODE, .fault = 4, .stage = CS_FAULT_FIRED, .text = "noise");
    EVENT(&f, 40010, FAULT, CS_NO_NODE, .fault = 4, .stage = CS_FAULT_FIRED, .text = "noise");
    EVENT(&f, 50000, ERROR, B, .error = CS_ERROR_OTHER, .index = 13);
    EVENT(&f, 50000, ERROR, C, .error = CS_ERROR_OTHER, .index = 13);
    EVENT(&f, 50040, ERROR_FRAME, B, .n_bits = 30);
    assert_string_equal(
        text_of(&f),
        "0.000000 s  can0  123#11 from \"a\" (1st try): start of frame.\n"
        "0.000020 s  can0    The bit after the error flag is dominant for \"b\": whoever flags "
        "first finds the\n"
        "                      flags of others there, and counts 8 more.\n"
        "0.000050 s  can0    Dominant bits go on after the error flags of \"a\", \"b\" and \"c\": "
        "each eight of\n"
        "                      them count 8 more, 334 times for \"a\" until 0.016034 s.\n"
        "0.020000 s  can0    The error frame is over.\n"
        "\n"
        "0.030000 s  can0  Fault 3 fires: attack-freeze\n"
        "0.030010 s  can0  Fault 3 fires 499 more times, until 0.034990 s.\n"
        "0.040000 s  can0  Fault 4 fires: noise\n"
        "0.040010 s  can0  Fault 4 fires 1 more time, until 0.040010 s.\n"
        "\n"
        "0.050000 s  can0  Eight dominant bits follow the error flags of \"b\" and \"c\": each of "
        "them counts 8\n"
        "                    more.\n"
        "0.050040 s  can0    The error frame is over.\n");
    close_life(&f);
}

/* Two frames in one: who received what, and that nobody sent it. */
static void received_otherwise(void **state)
{
    struct fixture f;

    (void)state;
    open_life(&f);
    EVENT(&f, 0, TX_START, A, .attempt = 1);
    EVENT(&f, 10, ARB_LOST, A, .attempt = 1, .field = CS_FIELD_ID);
    EVENT(&f, 100, RECEIVED, A, .seq = 0);
    EVENT(&f, 100, RECEIVED, B, .seq = 0);
    parse(&f, "123#22");
    EVENT(&f, 100, RECEIVED, C, .seq = 0);
    EVENT(&f, 107, QUEUED, B, .seq = 0);
    EVENT(&f, 110, TX_START, A, .attempt = 2);
    const char *text = text_of(&f);
    assert_non_null(strstr(text, "\"c\" received something else: 123#22.\n"));
    assert_non_null(strstr(text,
                           "123#11 was received by \"a\" and \"b\", and no node has sent it.\n"
                           "\n0.000107 s  can0  \"b\" queues 123#22.\n"));
    close_life(&f);
}

/* What the bus itself tells: nobody acknowledges. */
static void a_real_bus(void **state)
{
    struct fixture f;
    struct cs_bus *bus;

    (void)state;
    open_life(&f);
    bus = cs_sim_bus(f.sim, 0);
    assert_int_equal(cs_bus_submit(bus, A, &f.frame, 1), 0);
    cs_sim_run_until(f.sim, 300 * US);
    cs_bus_detach(bus, B);
    cs_bus_detach(bus, C);
    assert_int_equal(cs_bus_submit(bus, A, &f.frame, 2), 0);
    cs_sim_run_until(f.sim, 20 * CS_PS_PER_MS);
    const char *text = text_of(&f);
    assert_non_null(strstr(text, "Valid: 123#11 from \"a\", 5"));
    assert_non_null(strstr(text, "Received by \"b\" and \"c\".\n"));
    assert_non_null(strstr(text, "Acknowledged by \"b\" and \"c\".\n"));
    assert_non_null(strstr(text, "ACK error at ACK slot"));
    assert_non_null(strstr(text, "TEC 128 reaches 128"));
    assert_non_null(strstr(text, "passive error flag"));
    for (const char *p = text; *p != '\0'; p = strchr(p, '\n') + 1)
        assert_true(strcspn(p, "\n") <= 100);
    close_life(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_from_queue_to_done),
        cmocka_unit_test(lost_arbitration),
        cmocka_unit_test(places),
        cmocka_unit_test(tries_and_long_frames),
        cmocka_unit_test(error_and_who_joins),
        cmocka_unit_test(same_error_of_many_is_told_once),
        cmocka_unit_test(states_have_reasons),
        cmocka_unit_test(one_shot_is_not_tried_again),
        cmocka_unit_test(received_twice),
        cmocka_unit_test(faults_and_notes),
        cmocka_unit_test(two_buses),
        cmocka_unit_test(endless_errors),
        cmocka_unit_test(repetitions),
        cmocka_unit_test(received_otherwise),
        cmocka_unit_test(a_real_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
