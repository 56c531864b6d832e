/* SPDX-License-Identifier: MIT */
/* Transmission: requests, status, locked buffer, abort, single shot, self reception, listen-only.
 * 6.3.4, 6.3.7, 6.4.3 to 6.4.5, 6.4.13. */
#include "test_sja1000.h"

static void assert_same(const struct cs_frame *a, const struct cs_frame *b)
{
    char text[2][CS_FRAME_TEXT_MAX];

    cs_frame_format(a, text[0]);
    cs_frame_format(b, text[1]);
    assert_string_equal(text[0], text[1]);
}

static uint8_t tx_status(struct world *w)
{
    return get(w, SR) & (TBS | TCS | TS);
}

/* The peer is gone: nobody acknowledges. */
static void alone(struct world *w)
{
    cs_bus_remove(w->bus, w->peer);
}

/* ---- what goes out -------------------------------------------------------------------------- */

static void every_format_and_dlc(void **state)
{
    struct world *w = *state;

    start(w, 0, TI);
    for (unsigned kind = 0; kind < 4; kind++) {
        for (unsigned dlc = 0; dlc < 16; dlc++) {
            const bool ext = kind & 1, rtr = kind & 2;
            const struct cs_frame frame =
                frame_of(ext ? 0x15A5A5A5 : 0x5A5,
                         (ext ? CS_FRAME_EXT : 0u) | (rtr ? CS_FRAME_RTR : 0u), dlc);
            const unsigned before = w->n_got;

            send(w, &frame, TR);
            run_bits(w, 200);
            assert_int_equal(w->n_got, before + 1);
            assert_same(&w->got, &frame);
            assert_int_equal(get(w, SR), TBS | TCS);
            assert_int_equal(get(w, IR), TI);
            assert_int_equal(get(w, IR), 0);
        }
    }
    assert_int_equal(get(w, RMC), 0);
}

static void basic_frames(void **state)
{
    struct world *w = *state;

    start_basic(w, 0x04);
    for (unsigned i = 0; i < 32; i++) {
        const bool rtr = i & 16;
        const struct cs_frame frame = frame_of(0x5A5, rtr ? CS_FRAME_RTR : 0, i & 15);

        put(w, TXB, 0xB4);
        put(w, TXB + 1, 0xA0 | (rtr ? 0x10u : 0) | (i & 15));
        for (unsigned b = 0; b < frame.len; b++)
            put(w, TXB + 2 + b, frame.data[b]);
        put(w, CMR, TR);
        run_bits(w, 200);
        assert_same(&w->got, &frame);
        assert_int_equal(get(w, SR), TBS | TCS);
        assert_int_equal(get(w, IR), 0xE0 | TI);
        assert_int_equal(get(w, IR), 0xE0);
    }
}

/* Unused bits of the buffer do not matter; the RTR bit is that of the frame information. */
static void unused_bits(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x5A5, 0, 0);

    start(w, 0, 0);
    put(w, BUF, 0x30);
    put(w, BUF + 1, 0xB4);
    put(w, BUF + 2, 0xBF);
    put(w, CMR, TR);
    run_bits(w, 100);
    assert_same(&w->got, &frame);
}

/* ---- status and interrupt ------------------------------------------------------------------- */

static void status_while_it_sends(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    assert_int_equal(tx_status(w), TBS | TCS);
    send(w, &frame, TR);
    assert_int_equal(get(w, SR) & (TBS | TCS), 0);
    run_bits(w, 10);
    assert_int_equal(get(w, SR), TS);
    assert_false(w->irq);
    run_bits(w, 150);
    assert_int_equal(get(w, SR), TBS | TCS);
    assert_true(w->irq);
    /* While another sends. */
    peer_sends(w, &frame);
    run_bits(w, 10);
    assert_int_equal(get(w, SR), TBS | TCS | RS);
    send(w, &frame, TR);
    run_bits(w, 10);
    assert_int_equal(get(w, SR), RS);
    run_bits(w, 400);
    assert_int_equal(get(w, SR), TBS | TCS | RBS);
}

/* As a receiver once it has lost arbitration. */
static void status_after_lost_arbitration(void **state)
{
    struct world *w = *state;
    const struct cs_frame low = frame_of(0x100, 0, 8), high = frame_of(0x101, 0, 8);

    start(w, 0, 0);
    send(w, &high, TR);
    peer_sends(w, &low);
    run_bits(w, 5);
    assert_int_equal(get(w, SR), TS);
    run_bits(w, 20);
    assert_int_equal(get(w, SR), RS);
    run_bits(w, 300);
    assert_int_equal(get(w, SR), TBS | TCS | RBS);
    assert_same(&w->got, &high);
}

static void buffer_is_locked(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 2), other = frame_of(0x321, 0, 8);

    start(w, 0, 0);
    send(w, &frame, TR);
    load(w, &other);
    put(w, CMR, TR); /* and a request is not taken */
    put(w, CMR, SRR);
    assert_int_equal(get(w, 96), 2);
    assert_int_equal(get(w, 97), 0x123 >> 3);
    run_bits(w, 400);
    assert_int_equal(w->n_got, 1);
    assert_same(&w->got, &frame);
    assert_int_equal(get(w, RMC), 0);
    load(w, &other);
    assert_int_equal(get(w, 97), 0x321 >> 3);
}

/* The interrupt's line changes once however often the bit is set. */
static void transmit_interrupt_disabled(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 2);

    start(w, 0, 0xFF & ~TI);
    send(w, &frame, TR);
    run_bits(w, 100);
    assert_int_equal(get(w, IR), 0);
    put(w, IER, 0xFF); /* it was not set then, and is not now */
    assert_false(w->irq);
    assert_int_equal(w->n_irq, 0);
}

/* ---- abort ---------------------------------------------------------------------------------- */

static void abort_before_it_starts(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    peer_sends(w, &frame);
    run_bits(w, 20);
    send(w, &frame, TR);
    assert_int_equal(tx_status(w), 0);
    put(w, CMR, AT);
    assert_int_equal(tx_status(w), TBS);
    assert_int_equal(get(w, IR), TI);
    run_bits(w, 400);
    assert_int_equal(w->n_got, 0);
    assert_int_equal(tx_status(w), TBS);
    put(w, CMR, AT); /* of nothing */
    assert_int_equal(get(w, IR), 0);
}

static void abort_what_is_on_the_wire(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    send(w, &frame, TR);
    run_bits(w, 20);
    put(w, CMR, AT);
    assert_int_equal(tx_status(w), TS);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(tx_status(w), TBS | TCS);
    assert_int_equal(get(w, IR), TI);
}

static void abort_what_fails_on_the_wire(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    arm(w, "flip field=data index=40 count=1");
    send(w, &frame, TR);
    run_bits(w, 20);
    put(w, CMR, AT);
    run_bits(w, 400);
    assert_int_equal(w->n_got, 0);
    assert_int_equal(w->n_starts, 1);
    assert_int_equal(tx_status(w), TBS);
    assert_int_equal(get(w, IR), TI);
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
}

/* A lone node tries until it is told to stop. */
static void abort_without_ack(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 0);

    start(w, 0, TI);
    alone(w);
    send(w, &frame, TR);
    run_bits(w, 5000);
    assert_int_equal(get(w, TXERR), 128); /* passive: the ACK error counts no more */
    assert_int_equal(get(w, SR) & (TBS | TCS | BS), 0);
    assert_true(w->n_starts > 30);
    put(w, CMR, AT);
    run_bits(w, 200);
    assert_int_equal(tx_status(w), TBS);
    const unsigned starts = w->n_starts;
    run_bits(w, 1000);
    assert_int_equal(w->n_starts, starts);
}

/* ---- single shot ---------------------------------------------------------------------------- */

static void single_shot_succeeds(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    send(w, &frame, TR | AT);
    assert_int_equal(get(w, SR) & TBS, 0);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(tx_status(w), TBS | TCS);
}

static void single_shot_waits_for_the_bus(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    peer_sends(w, &frame);
    run_bits(w, 30);
    send(w, &frame, TR | AT);
    run_bits(w, 400);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(tx_status(w), TBS | TCS);
}

static void single_shot_loses(void **state)
{
    struct world *w = *state;
    const struct cs_frame low = frame_of(0x100, 0, 8), high = frame_of(0x101, 0, 8);

    start(w, 0, TI | ALI);
    send(w, &high, TR | AT);
    peer_sends(w, &low);
    run_bits(w, 30);
    assert_int_equal(tx_status(w), TBS);
    assert_int_equal(get(w, IR), TI | ALI);
    run_bits(w, 400);
    assert_int_equal(w->n_got, 0);
    assert_int_equal(w->n_starts, 2);
}

static void single_shot_fails(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI | BEI);
    alone(w);
    send(w, &frame, TR | AT);
    run_bits(w, 400);
    assert_int_equal(w->n_starts, 1);
    assert_int_equal(tx_status(w), TBS);
    assert_int_equal(get(w, TXERR), 8);
    assert_int_equal(get(w, IR), TI | BEI);
    assert_int_equal(get(w, ECC), 0xD9); /* other, ACK slot */
}

/* A request given while the error frame of the one before goes on is not given up by that. */
static void single_shot_amid_an_error_frame(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 1);

    start(w, 0, 0);
    arm(w, "flip field=data index=3 count=1");
    arm(w, "dominant field=error_flag index=0 bits=20 count=1");
    send(w, &frame, TR | AT);
    for (unsigned i = 0; i < 60 && !(get(w, SR) & TBS); i++)
        run_bits(w, 1);
    assert_int_equal(tx_status(w) & (TBS | TCS), TBS);
    send(w, &frame, TR | AT);
    run_bits(w, 400);
    assert_true(get(w, TXERR) > 8);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(tx_status(w), TBS | TCS);
}

/* ---- self reception ------------------------------------------------------------------------- */

static void self_reception(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI | RI);
    send(w, &frame, SRR);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(get(w, SR), TBS | TCS | RBS);
    assert_int_equal(get(w, IR), TI | RI);
    struct cs_frame got = fetch(w);
    assert_same(&got, &frame);
    /* TR with SRR is TR. */
    send(w, &frame, TR | SRR);
    run_bits(w, 200);
    assert_int_equal(get(w, RMC), 0);
    /* Through the filter. */
    put(w, MOD, RM);
    for (unsigned i = 0; i < 4; i++)
        put(w, AMR + i, 0);
    put(w, MOD, AFM);
    run_bits(w, 20);
    send(w, &frame, SRR);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 3);
    assert_int_equal(get(w, RMC), 0);
}

static void self_reception_overruns(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, DOI);
    for (unsigned i = 0; i < 6; i++) {
        send(w, &frame, SRR);
        run_bits(w, 200);
    }
    assert_int_equal(get(w, RMC), 5);
    assert_int_equal(get(w, IR), DOI);
}

/* Without it, the message is written behind the FIFO's last and not counted: note 5 of 6.4.2. */
static void sent_messages_leave_a_shadow(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x7A5, 0, 2), other = frame_of(0x123, 0, 0);

    start(w, 0, RI);
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(get(w, RMC), 0);
    assert_false(w->irq);
    assert_int_equal(get(w, BUF), 2);
    assert_int_equal(get(w, BUF + 1), 0x7A5 >> 3);
    receive(w, &other);
    send(w, &frame, TR);
    run_bits(w, 200);
    struct cs_frame got = fetch(w);
    assert_same(&got, &other);
    assert_int_equal(get(w, BUF + 1), 0x7A5 >> 3);
}

/* 6.4.3: nobody has to acknowledge. */
static void self_test(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8),
                          other = frame_of(0x1ABCDEF, CS_FRAME_EXT, 3);

    start(w, STM, TI | RI | EI);
    alone(w);
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(get(w, SR), TBS | TCS);
    assert_int_equal(get(w, TXERR), 0);
    send(w, &other, SRR);
    run_bits(w, 200);
    assert_int_equal(get(w, SR), TBS | TCS | RBS);
    assert_int_equal(get(w, IR), TI | RI);
    struct cs_frame got = fetch(w);
    assert_same(&got, &other);
    send(w, &frame, SRR | AT);
    run_bits(w, 200);
    assert_int_equal(get(w, RMC), 1);
    assert_int_equal(w->n_starts, 3);
}

static void self_reception_single_shot(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, 0);
    send(w, &frame, SRR | AT);
    run_bits(w, 200);
    assert_int_equal(get(w, RMC), 1);
    alone(w);
    send(w, &frame, SRR | AT);
    run_bits(w, 400);
    assert_int_equal(get(w, RMC), 1);
    assert_int_equal(w->n_starts, 2);
    assert_int_equal(tx_status(w), TBS);
}

/* BasicCAN has no such request: bit 4 is another. */
static void basic_has_no_self_reception(void **state)
{
    struct world *w = *state;

    start_basic(w, 0);
    put(w, CMR, SRR);
    run_bits(w, 200);
    assert_int_equal(w->n_starts, 0);
    assert_int_equal(get(w, SR), TBS | TCS);
}

/* ---- modes and requests --------------------------------------------------------------------- */

static void commands_in_reset_mode(void **state)
{
    struct world *w = *state;

    configure(w, 0xFF);
    put(w, CMR, TR | SRR | RRB | CDO | AT);
    assert_int_equal(get(w, SR), 0x3C);
    put(w, MOD, 0);
    run_bits(w, 200);
    assert_int_equal(w->n_starts, 0);
    assert_int_equal(get(w, IR), 0);
}

static void request_before_it_is_on_the_bus(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    configure(w, TI);
    put(w, MOD, 0);
    send(w, &frame, TR);
    run_bits(w, 8);
    assert_int_equal(w->n_starts, 0);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(tx_status(w), TBS | TCS);
}

static void listen_only(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);
    struct cs_node_status status;

    start(w, LOM, TI | RI | BEI);
    send(w, &frame, TR);
    run_bits(w, 400);
    assert_int_equal(w->n_starts, 0);
    assert_int_equal(tx_status(w), 0);
    put(w, CMR, AT);
    assert_int_equal(tx_status(w), TBS);
    assert_int_equal(get(w, IR), TI);
    /* It hears what another acknowledges, and acknowledges nothing. */
    peer_sends(w, &frame);
    run_bits(w, 1500);
    cs_bus_node_status(w->bus, w->peer, &status);
    assert_in_range(status.tec, 64, 127);
    assert_int_equal(get(w, RMC), 0);
    assert_int_equal(get(w, RXERR), 0);
    assert_int_equal(get(w, IR), BEI);
    const struct cs_controller_config third = {.name = "third"};
    w->third = cs_bus_attach(w->bus, &third);
    run_bits(w, 400);
    assert_int_equal(get(w, RMC), 1);
    assert_int_equal(w->n_done, 1);
}

/* Reset mode cuts what it sends in the midst of a bit; the others see an error. */
static void reset_mode_cuts_a_frame(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, 0, TI);
    send(w, &frame, TR);
    run(w, 40 * BIT_PS + BIT_PS / 3);
    put(w, MOD, RM);
    assert_int_equal(get(w, SR), 0x34);
    assert_int_equal(get(w, IR), 0);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 0);
    assert_int_equal(w->n_error_frames, 1);
    put(w, MOD, 0);
    run_bits(w, 400);
    assert_int_equal(w->n_starts, 1); /* the request is forgotten */
    assert_int_equal(tx_status(w), TBS);
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(w->n_got, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_format_and_dlc),
        TEST(basic_frames),
        TEST(unused_bits),
        TEST(status_while_it_sends),
        TEST(status_after_lost_arbitration),
        TEST(buffer_is_locked),
        TEST(transmit_interrupt_disabled),
        TEST(abort_before_it_starts),
        TEST(abort_what_is_on_the_wire),
        TEST(abort_what_fails_on_the_wire),
        TEST(abort_without_ack),
        TEST(single_shot_succeeds),
        TEST(single_shot_waits_for_the_bus),
        TEST(single_shot_loses),
        TEST(single_shot_fails),
        TEST(single_shot_amid_an_error_frame),
        TEST(self_reception),
        TEST(self_reception_overruns),
        TEST(sent_messages_leave_a_shadow),
        TEST(self_test),
        TEST(self_reception_single_shot),
        TEST(basic_has_no_self_reception),
        TEST(commands_in_reset_mode),
        TEST(request_before_it_is_on_the_bus),
        TEST(listen_only),
        TEST(reset_mode_cuts_a_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
