/* SPDX-License-Identifier: MIT */
/* Second transmitters and the known attacks: what each of them does to whom, to the bit. */
#include "tests/unit/test_fault.h"

/* 32 errors of 8 each: the TEC goes from 0 to 256 and nowhere else. */
STORY(bus_off_attack)
{
    world_arm(w, "attack-bus-off id=123");
    world_send(w, 0, "123#1122");
    world_send(w, 1, "700#");
    world_run_us(w, 20000);
    assert_int_equal(w->errors[0][CS_ERROR_BIT], 32);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 32);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    assert_int_equal(world_look(w, 0).state, CS_STATE_BUS_OFF);
    assert_int_equal(w->sent[0], 0);
    assert_int_equal(w->sent[1], 1);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(world_look(w, i).state, CS_STATE_ERROR_ACTIVE);
    }
    /* On request it is back after 128 times 11 recessive bits of 2 us, and unharmed. */
    int64_t asked_ps = cs_sim_now_ps(w->sim);
    assert_int_equal(cs_bus_recover(w->bus, 0), 0);
    world_run_us(w, 10000);
    assert_int_equal(w->recovered_ps - asked_ps, INT64_C(128) * 11 * 2000000);
    world_send(w, 0, "123#1122");
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
}

/* Each receiver has the frame twice, and its sender one error. */
STORY(double_receive)
{
    world_arm(w, "attack-double-receive id=123");
    world_send(w, 0, "123#1122");
    world_run_us(w, 2000);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->counts[CS_EV_FRAME], 1);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.field, CS_FIELD_EOF);
    assert_int_equal(w->first_error.index, 6);
    assert_int_equal(w->counts[CS_EV_ERROR], 1);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->received[i], 2);
        assert_int_equal(world_look(w, i).rec, 0);
    }
    assert_int_equal(world_look(w, 0).tec, 7);
}

/* No error counter moves, and nothing else is sent for as long as it goes on. */
STORY(freeze)
{
    world_arm(w, "attack-freeze id=123 count=20");
    world_send(w, 0, "123#1122");
    world_send(w, 1, "200#");
    world_run_us(w, 800);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->sent[1], 0);
    world_run_us(w, 1000);
    assert_int_equal(w->sent[1], 1);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    assert_int_equal(w->counts[CS_EV_COUNTERS], 0);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 20);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

STORY(freeze_for_a_time)
{
    world_arm(w, "attack-freeze id=123 for=3ms");
    world_send(w, 0, "123#1122");
    world_send(w, 1, "200#");
    world_run_us(w, 2900);
    assert_int_equal(w->sent[1], 0);
    world_run_us(w, 400);
    assert_int_equal(w->sent[1], 1);
}

/* Nothing happens to a sender that is error active; then everybody but the sender reads ours. */
STORY(passive_spoof)
{
    world_arm(w, "attack-spoof id=123 frame=123#BADC0DE0 count=1");
    world_send(w, 0, "123#FFFFFFFF");
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    assert_int_equal(w->received[1], 1);
    cs_bus_set_counters(w->bus, 0, 130, 0);
    world_run_us(w, 10);
    world_send(w, 0, "123#FFFFFFFF");
    world_run_us(w, 250);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->first_error.node, 0);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->received[i], 2);
        assert_int_equal(w->last[i].data[0], 0xBA);
        assert_int_equal(world_look(w, i).rec, 0);
    }
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 2); /* its own comes after it */
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* An error-active victim objects with a flag: the intruder stops, the frame is repeated. */
STORY(spoof_of_active)
{
    world_arm(w, "spoof id=123 frame=123#00");
    world_send(w, 0, "123#FF");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->last[1].data[0], 0xFF);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* ---- Janus -------------------------------------------------------------------------------- */

static void sample_early(struct world *w, int node, unsigned permille)
{
    struct cs_timing timing = *cs_bus_timing(w->bus);

    cs_bit_timing_fill(&timing.nominal, 500000, permille, 2);
    assert_int_equal(cs_bus_set_timing(w->bus, node, &timing), 0);
    world_run_us(w, 1);
}

/* b and c sample at 50 %, d at 87.5 %: one frame on the wire, two contents. */
STORY(janus_attack)
{
    sample_early(w, 0, 500);
    sample_early(w, 1, 500);
    sample_early(w, 2, 500);
    world_arm(w, "attack-janus frame=100#0000AA late_frame=100#00AA03");
    world_run_us(w, 1000);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    for (int i = 0; i < NODES; i++) {
        assert_int_equal(w->received[i], 1);
        assert_int_equal(w->last[i].data[1], i == 3 ? 0xAA : 0x00);
        assert_int_equal(w->last[i].data[2], i == 3 ? 0x03 : 0xAA);
    }
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* The intruder arbitrates: it waits for a frame that wins, and beats the others. */
STORY(janus_waits)
{
    sample_early(w, 1, 500);
    world_send(w, 0, "050#01");
    world_send(w, 0, "0FF#01");
    world_send(w, 2, "7FF#01");
    world_arm(w, "attack-janus frame=100#0000AA late_frame=100#00AA03 count=2");
    world_run_us(w, 2000);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->sent[2], 1);
    assert_int_equal(w->last[3].id, 0x7FF);
    assert_int_equal(w->counts[CS_EV_ARB_LOST], 4); /* c: twice to a, twice to the intruder */
    assert_int_equal(w->received[3], 5);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 2);
}

/* Two of one identifier would collide: the intruder lets the other one go first. */
STORY(janus_yields)
{
    world_send(w, 0, "123#01");
    world_send(w, 2, "100#01");
    world_arm(w, "attack-janus frame=100#0000AA late_frame=100#00AA03");
    world_run_us(w, 2000);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->received[3], 3);
}

/* A victim that sends the early frame with a late sample point finds the difference. */
STORY(janus_in_step)
{
    sample_early(w, 1, 500);
    world_arm(w, "janus id=100 frame=100#0000AA late_frame=100#00AA03");
    world_send(w, 0, "100#0000AA");
    world_run_us(w, 1000);
    assert_int_equal(w->first_error.node, 0);
    assert_int_equal(w->first_error.error, CS_ERROR_BIT);
    assert_int_equal(w->sent[0], 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bus_off_attack), cmocka_unit_test(double_receive),
        cmocka_unit_test(freeze),         cmocka_unit_test(freeze_for_a_time),
        cmocka_unit_test(passive_spoof),  cmocka_unit_test(spoof_of_active),
        cmocka_unit_test(janus_yields),   cmocka_unit_test(janus_attack),
        cmocka_unit_test(janus_waits),    cmocka_unit_test(janus_in_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
