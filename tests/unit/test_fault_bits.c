/* SPDX-License-Identifier: MIT */
/* Faults on bits of a frame: who detects what, and what the trigger chooses. */
#include "tests/unit/test_fault.h"

/* Every receiver's CRC is wrong; they say so after the ACK delimiter, which nobody had driven. */
STORY(crc_flipped)
{
    world_arm(w, "flip field=crc index=3 id=0x123");
    world_send(w, 0, "123#1122334455667788");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.error, CS_ERROR_BIT);
    assert_int_equal(w->first_error.field, CS_FIELD_CRC);
    assert_int_equal(w->first_error.index, 3);
    assert_int_equal(w->first_error.tec, 8);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(world_look(w, 0).tec, 7); /* repeated and sent */
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->received[i], 1);
        assert_int_equal(world_look(w, i).rec, 0);
    }
}

/* As the receivers alone see it: a CRC error, told after the ACK delimiter. */
STORY(crc_flipped_for_one)
{
    world_arm(w, "flip field=crc index=3 seen_by=c");
    world_send(w, 0, "123#1122334455667788");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 2);
    assert_int_equal(w->first_error.error, CS_ERROR_CRC);
    assert_int_equal(w->errors[2][CS_ERROR_CRC], 1);
    assert_int_equal(w->errors[1][CS_ERROR_CRC], 0);
    assert_int_equal(w->errors[1][CS_ERROR_FORM], 1); /* c's flag in the first bits of EOF */
    assert_int_equal(w->errors[0][CS_ERROR_BIT] + w->errors[0][CS_ERROR_FORM], 1);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->received[2], 1);
}

STORY(crc_flipped_for_all_receivers)
{
    world_arm(w, "flip field=crc index=3 seen_by=b,c,d");
    world_send(w, 0, "123#1122334455667788");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.error, CS_ERROR_ACK); /* nobody acknowledged */
    assert_int_equal(w->sent[0], 1);
}

/* A stuff bit that is like the five before it. */
STORY(stuff_bit)
{
    world_arm(w, "flip field=data index=4 stuff=yes seen_by=b");
    world_send(w, 0, "155#00FF");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0); /* no stuff bit there: not yet */
    cs_fault_clear_all(w->bus);
    world_arm(w, "flip field=data index=3 stuff=yes seen_by=b");
    world_send(w, 0, "155#00FF");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->first_error.node, 1);
    assert_int_equal(w->first_error.error, CS_ERROR_STUFF);
    assert_int_equal(w->first_error.field, CS_FIELD_DATA);
    assert_int_equal(w->first_error.index, 3);
    assert_true(w->first_error.stuff);
}

STORY(first_detector)
{
    world_arm(w, "dominant field=ack_delim seen_by=d");
    world_send(w, 0, "123#00");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 3);
    assert_int_equal(w->first_error.error, CS_ERROR_FORM);
    assert_int_equal(w->first_error.field, CS_FIELD_ACK_DELIM);
    /* The first of a superposed flag sees a dominant bit after its own: 8 more (rule b). */
    assert_int_equal(w->sent[0], 1);
}

/* No ACK reaches the transmitter. */
STORY(ack_hidden)
{
    world_arm(w, "recessive field=ack");
    world_send(w, 0, "123#00");
    world_run_us(w, 1000);
    assert_int_equal(w->errors[0][CS_ERROR_ACK], 1);
    assert_int_equal(w->sent[0], 1);
}

STORY(error_frame)
{
    world_arm(w, "error-frame field=data index=4");
    world_send(w, 0, "123#FFFF");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.error, CS_ERROR_BIT);
    assert_int_equal(w->first_error.index, 4);
    assert_int_equal(w->sent[0], 1);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->errors[i][CS_ERROR_STUFF], 1);
    }
}

/* A dominant bit in the intermission is an overload condition, no error. */
STORY(intermission)
{
    world_arm(w, "dominant field=intermission index=1");
    world_send(w, 0, "123#00");
    world_send(w, 0, "124#00");
    world_run_us(w, 1000);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
}

/* A pulse counts where a sample point lies in it (87.5 % of 2 us: 1750 ns), the edge that it makes
 * included, which moves that point by SJW (125 ns). */
STORY(pulses)
{
    world_arm(w, "flip field=data index=3 offset=1us width=700ns");
    world_send(w, 0, "123#FFFF");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    world_arm(w, "flip field=data index=3 offset=1700ns width=170ns");
    world_send(w, 0, "123#FFFF");
    world_run_us(w, 1000);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    world_arm(w, "flip field=data index=3 offset=1700ns width=180ns");
    world_send(w, 0, "123#FFFF");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 3);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.field, CS_FIELD_DATA);
    assert_int_equal(w->first_error.index, 3);
}

/* In the data phase a bit is a quarter as long, and so is what hits it. */
STORY(data_phase)
{
    world_arm(w, "flip field=data index=200");
    world_send(w, 0,
               "123##1"
               "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.error, CS_ERROR_BIT);
    assert_int_equal(w->first_error.field, CS_FIELD_DATA);
    assert_int_equal(w->first_error.index, 200);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->last[1].len, 32);
    world_arm(w, "flip field=stuff_count index=1 seen_by=c");
    world_send(w, 0, "123##100112233445566778899AABB");
    world_run_us(w, 1000);
    assert_int_equal(w->errors[2][CS_ERROR_CRC], 1);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->received[2], 2);
}

/* ---- triggers ----------------------------------------------------------------------------- */

STORY(matching)
{
    world_arm(w, "flip field=data index=1 id=0x120/0x7F0 data=?1 from=b count=all");
    static const char *const others[] = {"110#11", "12345678#11", "121#10", "121#"};
    for (unsigned i = 0; i < 4; i++) {
        world_send(w, 1, others[i]);
        world_run_us(w, 500);
    }
    world_send(w, 0, "121#11");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    assert_int_equal(w->counts[CS_EV_FRAME], 5);
    world_send(w, 1, "12F#F1");
    world_run_us(w, 150);
    assert_true(w->stages[CS_FAULT_FIRED] > 0);
    assert_int_equal(w->sent[1], 4);
    cs_fault_clear_all(w->bus);
    world_run_us(w, 1000);
    assert_int_equal(w->sent[1], 5);
}

STORY(others)
{
    world_arm(w, "flip field=data index=1 from=a direction=rx");
    world_send(w, 0, "100#11");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    world_send(w, 2, "101#11");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
}

STORY(nth_and_every)
{
    world_arm(w, "recessive field=ack nth=3 every=4 id=100 count=2");
    for (unsigned i = 1; i <= 12; i++) {
        world_send(w, 0, "100#");
        world_send(w, 1, "700#");
        world_run_us(w, 400);
        /* Frame 3 is hit, its repetition is the 4th: so 3, 7 (the 6th sent). */
        assert_int_equal(w->stages[CS_FAULT_FIRED], i < 3 ? 0 : i < 6 ? 1 : 2);
        assert_int_equal(w->sent[0], i);
    }
    assert_int_equal(w->errors[0][CS_ERROR_ACK], 2);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* In the arbitration field: nobody has won yet, and the third frame is hit. */
STORY(nth_in_arbitration)
{
    world_arm(w, "dominant field=id index=0 nth=3 seen_by=d");
    for (unsigned i = 1; i <= 4; i++) {
        world_send(w, 0, "700#");
        world_run_us(w, 600);
        assert_int_equal(w->stages[CS_FAULT_FIRED], i >= 3);
    }
}

/* Armed at each bit of a frame: it counts up to the end of the arbitration field, not after it. */
STORY(armed_amid_a_frame)
{
    unsigned at_once = 0;

    for (int bits = 1; bits < 40; bits++) {
        unsigned fired = w->stages[CS_FAULT_FIRED];
        world_send(w, 0, "155#0123");
        world_run_us(w, INT64_C(2) * bits);
        int id = world_arm(w, "recessive field=ack nth=2");
        world_run_us(w, 400);
        world_send(w, 0, "155#0123");
        world_run_us(w, 400);
        at_once += w->stages[CS_FAULT_FIRED] > fired;
        cs_fault_clear(w->bus, id);
    }
    assert_int_equal(at_once, 13); /* in all but the last of SOF, 11 bits, RTR and IDE */
}

/* The loser of an arbitration does not count, and is not hit. */
STORY(losers)
{
    world_arm(w, "flip field=data id=300 nth=2");
    world_send(w, 0, "300#00");
    world_send(w, 1, "200#00");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    assert_int_equal(w->counts[CS_EV_ARB_LOST], 1);
    struct cs_fault_status status;
    assert_true(cs_fault_look(w->bus, 0, &status));
    assert_int_equal(status.matched, 1);
    world_send(w, 0, "300#00");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
}

/* A frame that is hit before it has won counts then, and not again: one attempt in three is hit. */
STORY(hit_before_it_has_won)
{
    struct cs_fault_status status;
    int id = world_arm(w, "flip field=rtr every=3");

    for (unsigned i = 0; i < 4; i++) {
        world_send(w, 0, "300#00");
    }
    world_run_us(w, 2000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 2);
    assert_int_equal(w->counts[CS_EV_FRAME], 4);
    assert_true(cs_fault_look(w->bus, 0, &status));
    assert_int_equal(status.matched, 6);
    cs_fault_clear(w->bus, id);
    world_arm(w, "dominant field=id index=0 every=2"); /* changes nothing: nobody loses */
    world_send(w, 0, "300#00");
    world_send(w, 1, "200#00");
    world_run_us(w, 2000);
    assert_true(cs_fault_look(w->bus, 0, &status));
    assert_int_equal(status.matched, 2); /* both at once, then the loser alone */
    assert_int_equal(status.fired, 2);   /* in one bit */
}

STORY(probability)
{
    world_arm(w, "recessive field=ack probability=5%");
    for (unsigned i = 0; i < 200; i++) {
        world_send(w, i % 2 ? 1 : 2, "300#00");
        world_run_us(w, 2000);
    }
    /* Every attempt is a chance; repetitions too. */
    assert_true(w->stages[CS_FAULT_FIRED] >= 3 && w->stages[CS_FAULT_FIRED] <= 25);
    assert_int_equal(w->counts[CS_EV_SENT], 200);
}

STORY(times)
{
    world_arm(w, "recessive field=ack after=1ms for=1ms");
    for (unsigned i = 0; i < 4; i++) {
        world_send(w, 0, "300#00");
        world_run_us(w, 500);
        assert_int_equal(w->stages[CS_FAULT_FIRED] > 0, i >= 2);
    }
    world_run_us(w, 2000);
    unsigned fired = w->stages[CS_FAULT_FIRED];
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    world_send(w, 0, "301#00");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], fired);
    assert_int_equal(w->sent[0], 5);
}

STORY(state)
{
    world_arm(w, "recessive field=ack when=a:error_passive");
    world_send(w, 0, "300#00");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    cs_bus_set_counters(w->bus, 0, 130, 0);
    world_run_us(w, 10);
    world_send(w, 0, "300#00");
    world_run_us(w, 500);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
}

/* ---- arming ------------------------------------------------------------------------------- */

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *armed, *text;
        int status;
        const char *why;
    } rows[] = {
        {NULL, "no-ack node=x", -ENOENT, "no node \"x\" on can0, did you mean \"a\"?"},
        {NULL, "no-ack node=engine", -ENOENT, "no node \"engine\" on can0"},
        {NULL, "flip field=data seen_by=a,zebra", -ENOENT, "no node \"zebra\" on can0"},
        {NULL, "flip field=data from=zebra", -ENOENT, "no node \"zebra\" on can0"},
        {NULL, "flip field=data when=zebra:bus_off", -ENOENT, "no node \"zebra\" on can0"},
        {"bitrate node=a bitrate=250k", "bitrate node=a bitrate=125k", -EBUSY,
         "contradicts fault 1, bitrate of node \"a\""},
        {"bitrate node=a bitrate=250k", "bitrate node=b bitrate=125k", 2, NULL},
        {"bitrate node=a bitrate=250k for=1s", "bitrate node=a bitrate=125k after=1s", 2, NULL},
        {"bitrate node=a bitrate=250k for=1s", "bitrate node=a bitrate=125k after=999ms", -EBUSY,
         "contradicts fault 1, bitrate of node \"a\""},
        {"bitrate node=a bitrate=250k", "drift node=a ppm=100", 2, NULL},
        {"stuck-dominant node=c", "stuck-recessive node=c", -EBUSY,
         "contradicts fault 1, stuck-dominant of node \"c\""},
        {"split nodes=a,b", "unplug node=b", -EBUSY, "contradicts fault 1, split of node \"b\""},
        {"split nodes=a,b", "split nodes=c,b", -EBUSY, "contradicts fault 1, split of node \"b\""},
        {"split nodes=a,b", "split nodes=c,d", 2, NULL},
        {"short", "short after=1s", -EBUSY, "fault 1 is a short of this bus already"},
        {"ringing ring=1us half=1us", "ringing ring=1us half=1us", -EBUSY,
         "fault 1 is a ringing of this bus already"},
        {"flip field=data", "flip field=data", 2, NULL},
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world w;
        char why[320] = "";
        world_open(&w, CS_ENGINE_AUTO);
        if (rows[i].armed) {
            assert_int_equal(world_arm(&w, rows[i].armed), 1);
        }
        int status = world_try_arm(&w, rows[i].text, why, sizeof(why));
        if (status != rows[i].status) {
            fail_msg("%s: %d %s", rows[i].text, status, why);
        }
        if (rows[i].why) {
            assert_string_equal(why, rows[i].why);
        }
        world_close(&w);
    }
}

static void limits(void **state)
{
    (void)state;
    struct world w;
    char why[320];
    struct cs_fault_status status;

    world_open(&w, CS_ENGINE_AUTO);
    unsigned timers = cs_sim_timers(w.sim);
    for (int i = 1; i <= CS_FAULT_MAX; i++) {
        assert_int_equal(world_arm(&w, "flip field=data id=123"), i);
    }
    assert_int_equal(world_try_arm(&w, "flip field=data", why, sizeof(why)), -ENOSPC);
    assert_string_equal(why, "64 faults are armed on can0, that is as many as there may be");
    assert_int_equal(cs_fault_clear(w.bus, 3), 0);
    assert_int_equal(cs_fault_clear(w.bus, 3), -ENOENT);
    assert_true(cs_fault_look(w.bus, 2, &status));
    assert_int_equal(status.id, 4);
    assert_int_equal(world_arm(&w, "flip field=data"),
                     CS_FAULT_MAX + 1); /* ids are not used twice */
    assert_true(cs_fault_look(w.bus, CS_FAULT_MAX - 1, &status));
    assert_int_equal(status.id, CS_FAULT_MAX + 1);
    assert_false(cs_fault_look(w.bus, CS_FAULT_MAX, &status));
    cs_fault_clear_all(w.bus);
    assert_false(cs_fault_look(w.bus, 0, &status));
    assert_int_equal(w.stages[CS_FAULT_ARMED], CS_FAULT_MAX + 1);
    assert_int_equal(w.stages[CS_FAULT_CLEARED], CS_FAULT_MAX + 1);
    assert_int_equal(cs_sim_timers(w.sim), timers);
    world_close(&w);
}

static void made_by_hand(void **state)
{
    (void)state;
    struct world w;
    char why[320];
    struct cs_fault_spec spec = {.kind = CS_FAULT_NO_ACK, .node = "b"};

    world_open(&w, CS_ENGINE_AUTO);
    if (cs_fault_arm(w.bus, &spec, why, sizeof(why)) != 1) {
        fail_msg("%s", why);
    }
    spec = (struct cs_fault_spec){.kind = CS_FAULT_FLIP, .field = CS_FIELD_EOF, .index = 9};
    assert_int_equal(cs_fault_arm(w.bus, &spec, why, sizeof(why)), -EINVAL);
    assert_string_equal(why, "eof has 7 bits: \"index\" must be 0..6, got 9");
    spec = (struct cs_fault_spec){.kind = 99};
    assert_int_equal(cs_fault_arm(w.bus, &spec, why, sizeof(why)), -EINVAL);
    world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_flipped),
        cmocka_unit_test(crc_flipped_for_one),
        cmocka_unit_test(crc_flipped_for_all_receivers),
        cmocka_unit_test(stuff_bit),
        cmocka_unit_test(first_detector),
        cmocka_unit_test(ack_hidden),
        cmocka_unit_test(error_frame),
        cmocka_unit_test(intermission),
        cmocka_unit_test(pulses),
        cmocka_unit_test(data_phase),
        cmocka_unit_test(matching),
        cmocka_unit_test(others),
        cmocka_unit_test(nth_and_every),
        cmocka_unit_test(hit_before_it_has_won),
        cmocka_unit_test(nth_in_arbitration),
        cmocka_unit_test(armed_amid_a_frame),
        cmocka_unit_test(losers),
        cmocka_unit_test(probability),
        cmocka_unit_test(times),
        cmocka_unit_test(state),
        cmocka_unit_test(refused),
        cmocka_unit_test(limits),
        cmocka_unit_test(made_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
