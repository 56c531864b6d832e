/* SPDX-License-Identifier: MIT */
/* Peers of a card that would keep it for themselves, or the host busy; what a person reads of it.
 */
#include "tests/unit/test_pci.h"

#include <cjson/cJSON.h>

static int set_up(void **state)
{
    *state = create_world("kvaser", 2);
    return 0;
}

/* Whoever comes next finds it free and as new. */
static void expect_free(struct world *w)
{
    assert_false(look(w).connected);
    w->fd = dial(w);
    join(w);
    assert_int_equal(get(w, CONFIG, 0x04, 2), 0);
    assert_int_equal(look(w).port[1].node, CS_NO_NODE);
}

/* It sends its own end of the connection, with a message whose rest never comes, and goes. */
static void own_end_does_not_keep_it(void **state)
{
    struct world *w = *state;
    uint8_t body[32] = {32}, message[64];
    const unsigned before = open_fds();

    join(w);
    put_message(w, message, DMA_MAP, 0, body, sizeof(body));
    for (unsigned i = 0; i < 3; i++) {
        const int fds[2] = {w->fd, w->fd};

        assert_int_equal(send_bytes(w, message + i, 1, fds, 2), 1);
        turn(w);
    }
    hang_up(w);
    assert_int_equal(open_fds(), before - 2 + 1); /* the client's eventfd */
    assert_int_equal(look(w).protocol_errors, 0);
    expect_free(w);
}

/* Requests until no more are taken. */
static void ask_without_reading(struct world *w, const int *fds, unsigned n_fds)
{
    struct cs_pci *pci = w->device->self;
    uint8_t body[16] = {0}, message[32];

    vfu_put32(body + 8, CONFIG);
    vfu_put32(body + 12, 256);
    for (unsigned idle = 0; idle < 4; idle++) {
        const size_t n = put_message(w, message, REGION_READ, 0, body, sizeof(body));

        while (send_bytes(w, message, n, fds, n_fds) == (ssize_t)n)
            idle = 0;
        turn(w);
    }
    assert_true(ev_is_active(&pci->unread));
    assert_true(ev_timer_remaining(w->loop, &pci->unread) > 5.0);
}

/* Not for ever, even where its own end waits, unread, in the socket. */
static void unread_replies_end_it(void **state)
{
    struct world *w = *state;
    struct cs_pci *pci = w->device->self;

    join(w);
    assert_false(ev_is_active(&pci->unread));
    ask_without_reading(w, NULL, 0);
    while (hear(w) >= 0 || (turn(w), hear(w) >= 0))
        ;
    assert_false(ev_is_active(&pci->unread));
    assert_true(look(w).connected);
    for (unsigned i = 1; i <= 2; i++) {
        ask_without_reading(w, &w->fd, i - 1);
        hang_up(w);
        if (look(w).connected) {
            ev_feed_event(w->loop, &pci->unread, EV_TIMER);
            turn(w);
            assert_string_equal(w->note,
                                "card: the peer broke the protocol: replies must be read within "
                                "10 s");
        }
        assert_false(ev_is_active(&pci->unread));
        expect_free(w);
    }
    assert_int_equal(look(w).protocol_errors, 1); /* the second one */
}

/* A semaphore would be readable a million times. */
static void unmask_that_counts_down(void **state)
{
    struct world *w = *state;
    uint64_t count;

    join(w);
    w->unmask = eventfd(1000000, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
    const unsigned before = open_fds();
    assert_int_equal(set_irqs_fd(w, UNMASK, w->unmask), 0);
    turn(w);
    assert_int_equal(open_fds(), before);
    for (unsigned i = 0; i < 1000000 - 16; i++)
        assert_int_equal(read(w->unmask, &count, sizeof(count)), sizeof(count));
    assert_true(read(w->unmask, &count, sizeof(count)) < 0);
}

/* INTA# is active, and the peer was told; nothing keeps the loop busy. */
static void be_told(struct world *w)
{
    join(w);
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
}

/* One eventfd is rung by the host and says that the peer has looked: the host would ring itself. */
static void trigger_that_unmasks(void **state)
{
    struct world *w = *state;
    struct cs_pci *pci = w->device->self;

    be_told(w);
    assert_int_equal(set_irqs_fd(w, UNMASK, w->irq), 0);
    ring(w->irq);
    for (unsigned i = 0; i < 100; i++)
        turn(w);
    assert_int_equal(rung(w), 0);
    assert_true(ev_is_active(&pci->unanswered));
    ev_run(w->loop, EVRUN_ONCE); /* it is told again, in its time */
    assert_int_equal(rung(w), 1);
    ring(w->irq);
    turn(w);
    assert_int_equal(take_message(w, &kvaser, 0), 0x123);
    ev_run(w->loop, EVRUN_ONCE);
    assert_int_equal(rung(w), 0); /* the level is over */
    assert_false(ev_is_active(&pci->unanswered));
    peer_sends(w, 0, 0x124);
    assert_int_equal(rung(w), 1);
}

/* What keeps the interrupt from being told keeps it so while the host waits. */
static void masked_while_unanswered(void **state)
{
    struct world *w = *state;
    struct cs_pci *pci = w->device->self;

    be_told(w);
    w->unmask = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(set_irqs_fd(w, UNMASK, w->unmask), 0);
    ring(w->unmask);
    turn(w);
    assert_int_equal(rung(w), 1); /* a request has come */
    ring(w->unmask);
    turn(w);
    assert_int_equal(rung(w), 0); /* and none since */
    assert_true(ev_is_active(&pci->unanswered));
    assert_int_equal(set_irqs(w, BY_NONE | MASK, 0, 1), 0);
    assert_false(ev_is_active(&pci->unanswered));
    assert_int_equal(rung(w), 0);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 1);
    ring(w->unmask);
    turn(w);
    assert_true(ev_is_active(&pci->unanswered));
    hang_up(w);
    assert_false(ev_is_active(&pci->unanswered));
    expect_free(w);
}

/* As many descriptors as interrupts, all eventfds, and only where they are asked for. */
static void descriptors_must_fit(void **state)
{
    static const struct {
        uint32_t flags;
        unsigned count, eventfds, others;
        int error;
    } rows[] = {
        {BY_EVENTFD | TRIGGER, 1, 1, 0, 0},      {BY_EVENTFD | TRIGGER, 1, 2, 0, EINVAL},
        {BY_EVENTFD | TRIGGER, 1, 1, 1, EINVAL}, {BY_EVENTFD | TRIGGER, 0, 1, 0, EINVAL},
        {BY_EVENTFD | TRIGGER, 1, 0, 1, EINVAL}, {BY_EVENTFD | UNMASK, 1, 0, 2, EINVAL},
        {BY_NONE | MASK, 1, 1, 0, EINVAL},       {BY_NONE | TRIGGER, 0, 1, 0, EINVAL},
        {BY_NONE | UNMASK, 1, 0, 1, EINVAL},
    };
    struct world *w = *state;

    join(w);
    const unsigned before = open_fds();
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t body[24], message[CS_VFU_HEADER + 24];
        const size_t len = put_irqs(body, rows[i].flags, 0, rows[i].count);
        const size_t n = put_message(w, message, SET_IRQS, 0, body, len);
        int fds[4];

        for (unsigned k = 0; k < 4; k++)
            fds[k] = k < rows[i].eventfds ? w->irq : w->fd;
        assert_int_equal(send_bytes(w, message, n, fds, rows[i].eventfds + rows[i].others), n);
        turn(w);
        assert_int_equal(hear(w), rows[i].error);
        assert_int_equal(open_fds(), before);
    }
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 1);
    peer_sends(w, 1, 0x123);
    assert_int_equal(rung(w), 1); /* the first row still holds */
}

/* ---- what a person reads ----------------------------------------------------------------------
 */

static void ports_have_names(void **state)
{
    struct world *w = *state;
    const struct cs_device_status status = look(w);

    assert_int_equal(status.n_ports, 2);
    assert_string_equal(status.port[0].name, "card.0");
    assert_string_equal(status.port[1].name, "card.1");
}

static void option_is_json_in_quotes(void **state)
{
    static const char head[] = "-device '";
    const struct world *w = *state;
    char text[CS_DEVICE_OPTION_MAX];
    cJSON *json;

    w->device->spec.model->ops->option(NULL, "/a \"b\"\\c\n\x01", text, sizeof(text));
    assert_memory_equal(text, head, sizeof(head) - 1);
    assert_string_equal(text + strlen(text) - 1, "'");
    text[strlen(text) - 1] = '\0';
    json = cJSON_Parse(text + sizeof(head) - 1);
    assert_non_null(json);
    assert_string_equal(cJSON_GetObjectItem(json, "driver")->valuestring, "vfio-user-pci");
    assert_int_equal(cJSON_GetObjectItem(json, "rombar")->valueint, 0);
    const cJSON *socket = cJSON_GetObjectItem(json, "socket");
    assert_string_equal(cJSON_GetObjectItem(socket, "type")->valuestring, "unix");
    assert_string_equal(cJSON_GetObjectItem(socket, "path")->valuestring, "/a \"b\"\\c\n\x01");
    cJSON_Delete(json);
    w->device->spec.model->ops->option(NULL, "/it's", text, sizeof(text));
    assert_non_null(strstr(text, "\"/it'\\''s\"}}'"));
}

/* A bridge that PEAK's driver resets takes its chips with it. */
static void peak_resets_its_chips(void **state)
{
    static const struct place peak = {0, 0x400, 4};
    struct world *w = *state;

    hang_up(w);
    tear_down(state);
    *state = w = create_world("peak", 2);
    join(w);
    bring_up(w, &peak, 1);
    assert_int_not_equal(look(w).port[1].node, CS_NO_NODE);
    put(w, 0, 0x1F, 1, 0x05);
    assert_int_equal(look(w).port[1].node, CS_NO_NODE);
    put(w, 0, 0x1F, 1, 0x04);
    assert_int_equal(get_reg(w, &peak, 1, CDR), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(own_end_does_not_keep_it), TEST(unread_replies_end_it),
        TEST(unmask_that_counts_down),  TEST(trigger_that_unmasks),
        TEST(masked_while_unanswered),  TEST(descriptors_must_fit),
        TEST(ports_have_names),         TEST(option_is_json_in_quotes),
        TEST(peak_resets_its_chips),
    };

    return cmocka_run_group_tests_name("pci_peers", tests, NULL, NULL);
}
