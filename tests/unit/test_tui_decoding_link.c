/* SPDX-License-Identifier: MIT */
/* Decoders that are chosen in a window onto a host elsewhere: the host's word, the window's own. */
#include "tests/unit/test_tui.h"
#include "tui/decoding.h"
#include "tui/host_link.h"

#define MS CS_PS_PER_MS

static void type(struct bench *b, const char *text)
{
    char keys[200];

    snprintf(keys, sizeof keys, ":%s<Enter>", text);
    bench_keys(b, keys);
    while (b->tui.more)
        cs_tui_work(&b->tui, 100000);
    bench_draw(b, 120, 30);
}

static struct cs_proto_msg msg;

struct remote {
    struct bench near;
    struct cs_host_link link;
    uint64_t seq;
};

static void put_begin(struct remote *r)
{
    msg = (struct cs_proto_msg){.type = CS_PROTO_INFO, .n_buses = 1, .speed_permille = 1000};
    cs_host_link_take(&r->link, &msg);
    msg = (struct cs_proto_msg){.type = CS_PROTO_BUS_STATUS, .bitrate_bps = 500000};
    snprintf(msg.bus, sizeof msg.bus, "can0");
    cs_host_link_take(&r->link, &msg);
    msg = (struct cs_proto_msg){.type = CS_PROTO_LOOKED};
    cs_host_link_take(&r->link, &msg);
}

static struct remote *remote_new(bool decodes)
{
    struct remote *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->near.console = -1;
    r->near.host = r->link.host = (struct cs_host){&cs_host_link_ops, &r->link};
    r->link.tui = &r->near.tui;
    r->link.fresh = true;
    r->link.decodes = decodes;
    assert_int_equal(cs_tui_init(&r->near.tui, &r->near.host, 1000), 0);
    cs_tui_resize(&r->near.tui, 120, 30);
    put_begin(r);
    return r;
}

static void remote_free(struct remote *r)
{
    cs_host_link_close(&r->link);
    cs_tui_fini(&r->near.tui);
    cs_canvas_fini(&r->near.canvas);
    free(r);
}

static void put_frame(struct remote *r, int64_t at_ps, const char *text, const char *said)
{
    struct cs_frame frame;
    char why[128];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof why), 0);
    msg = (struct cs_proto_msg){.type = CS_PROTO_EVENT,
                                .kind = CS_EV_FRAME,
                                .at_ps = at_ps,
                                .start_ps = at_ps - MS / 10,
                                .peer = -1,
                                .n_bits = 50,
                                .attempts = 1,
                                .has_frame = 1,
                                .frame = frame,
                                .seq = r->seq++};
    if (said) {
        msg.severity = 1;
        snprintf(msg.spec, sizeof msg.spec, "%s", said);
    }
    cs_host_link_take(&r->link, &msg);
}

static void a_window(void **state)
{
    struct remote *r = remote_new(false);

    (void)state;
    put_frame(r, 10 * MS, "705#05", NULL);
    bench_draw(&r->near, 120, 30);
    assert_true(bench_hides(&r->near, "heartbeat,"));
    type(&r->near, "decode canopen");
    assert_true(bench_shows(&r->near, "heartbeat, operational"));
    put_frame(r, 20 * MS, "000#0205", NULL);
    bench_draw(&r->near, 120, 30);
    assert_true(bench_shows(&r->near, "NMT node 5: stop"));
    bench_keys(&r->near, "u");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_hides(&r->near, "heartbeat,"));
    assert_false(r->near.tui.decoded);
    remote_free(r);
}

/* The host's word, the window's own, nobody's, the host's again. */
static void a_window_of_its_own(void **state)
{
    struct remote *r = remote_new(true);

    (void)state;
    put_frame(r, 10 * MS, "705#05", "the host says so");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_shows(&r->near, "the host says so"));
    type(&r->near, "decode");
    assert_true(bench_shows(&r->near, "the host says what frames mean"));
    type(&r->near, "decode canopen");
    assert_true(bench_shows(&r->near, "heartbeat, operational"));
    put_frame(r, 20 * MS, "705#04", "the host says so");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_shows(&r->near, "heartbeat, stopped"));
    assert_true(bench_hides(&r->near, "host says so"));
    type(&r->near, "decode off");
    put_frame(r, 30 * MS, "705#05", "the host says so");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_hides(&r->near, "host says so"));
    type(&r->near, "decode host");
    put_frame(r, 40 * MS, "705#05", "the host says so");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_shows(&r->near, "heartbeat, stopped"));
    assert_true(bench_shows(&r->near, "the host says so"));
    remote_free(r);
}

/* A host that begins anew: what was chosen here is chosen still. */
static void a_window_again(void **state)
{
    struct remote *r = remote_new(true);

    (void)state;
    put_frame(r, 10 * MS, "705#05", "the host says so");
    type(&r->near, "decode canopen");
    cs_host_link_mirror_end(&r->link);
    put_begin(r);
    put_frame(r, 20 * MS, "705#04", "the host says so");
    bench_draw(&r->near, 120, 30);
    assert_true(bench_shows(&r->near, "heartbeat, stopped"));
    remote_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window),
        cmocka_unit_test(a_window_of_its_own),
        cmocka_unit_test(a_window_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
