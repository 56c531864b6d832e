/* SPDX-License-Identifier: MIT */
/* test_link_monitor.h - a host that is watched, and bare monitors that watch it. */
#ifndef CANSIM_TESTS_UNIT_TEST_LINK_MONITOR_H
#define CANSIM_TESTS_UNIT_TEST_LINK_MONITOR_H

#include "tests/unit/test_link.h"

#include "simcore/event.h"
#include "simcore/stats.h"

#define ALL_KINDS ((UINT64_C(1) << CS_EV_KIND_COUNT) - 1)
#define ROW_KINDS (UINT64_C(1) << CS_EV_FRAME | UINT64_C(1) << CS_EV_ATTACH)

/* ---- a host ---------------------------------------------------------------------------------- */

static struct {
    struct cs_link_request last;
    char text[64];
    int result, n;
    bool paused, finished;
    unsigned devices, speed_permille;
    struct cs_link_sender sender; /* of the last request */
    char decoder[32];
    uint64_t left; /* the last monitor that did */
    unsigned n_left;
    struct cs_link_plan plan;
    unsigned changed; /* rows from here on have the plan's version */
} host;

static inline void tell_info(void *ctx, struct cs_link_info *info)
{
    (void)ctx;
    snprintf(info->title, sizeof(info->title), "a host");
    info->paused = host.paused;
    info->reason = host.paused ? "because" : NULL;
    info->speed_permille = host.speed_permille;
    info->finished = host.finished;
    info->n_devices = host.devices;
    info->n_decoders = host.plan.n < 3 ? host.plan.n : 3;
}

static inline bool tell_device(void *ctx, unsigned index, struct cs_link_device *device)
{
    (void)ctx;
    if (index >= host.devices)
        return false;
    *device = (struct cs_link_device){.name = "card1",
                                      .kind = "card",
                                      .model = "kvaser",
                                      .driver = "kvaser_pci",
                                      .path = "/tmp/x",
                                      .plugged = true,
                                      .n_ports = 1,
                                      .bus = {"can1"},
                                      .node = {0},
                                      .lost = 3};
    return true;
}

static inline int control(void *ctx, const struct cs_link_request *request, char *why,
                          size_t why_size)
{
    struct link_env *env = ctx;

    host.n++;
    host.last = *request;
    snprintf(host.text, sizeof(host.text), "%s", request->text);
    snprintf(host.decoder, sizeof(host.decoder), "%s", request->decoder ? request->decoder : "");
    if (request->sender)
        host.sender = *request->sender;
    snprintf(why, why_size, "%s", host.result < 0 ? "no way" : "");
    if (request->op == CS_LINK_PAUSE) {
        host.paused = request->on;
        cs_link_server_changed(env->server);
    }
    return host.result;
}

static inline bool said(void *ctx, const struct cs_event *event, int *severity, char *text,
                        size_t size)
{
    (void)ctx;
    *severity = 2;
    snprintf(text, size, "id %X", (unsigned)event->frame->id);
    return event->frame->id == 0x222;
}

static inline bool tell_decoder(void *ctx, unsigned row, struct cs_link_decoder *decoder)
{
    (void)ctx;
    decoder->name = row < 2 ? "canopen" : "other";
    decoder->index = row / 2;
    decoder->says = row < 2;
    snprintf(decoder->option, sizeof(decoder->option), "%s", row < 2 ? "eds=5=/x.eds" : "");
    return row < 3;
}

/* A monitor has sent from slots below its number. */
static inline bool tell_sent(void *ctx, uint64_t who, unsigned slot, struct cs_link_sent *sent)
{
    (void)ctx;
    *sent = (struct cs_link_sent){.running = true,
                                  .last = 3,
                                  .error = -ENETDOWN,
                                  .queued = 10 + slot,
                                  .sent = 9,
                                  .failed = 1,
                                  .refused = 2,
                                  .sent_ps = 77};
    return slot < who;
}

static inline void on_left(void *ctx, uint64_t who)
{
    (void)ctx;
    host.left = who;
    host.n_left++;
}

static inline void tell_plan(void *ctx, struct cs_link_plan *plan)
{
    (void)ctx;
    *plan = host.plan;
}

static inline bool tell_plan_row(void *ctx, unsigned row, struct cs_link_plan_row *out)
{
    (void)ctx;
    *out = (struct cs_link_plan_row){.version = row < host.changed ? 1 : host.plan.version,
                                     .kind = row % 4,
                                     .state = 1,
                                     .line = row + 1,
                                     .at_ps = row,
                                     .count = -5,
                                     .pending = true,
                                     .when = "when",
                                     .who = "who",
                                     .what = "what",
                                     .seen = "",
                                     .place = "file:1:2",
                                     .json = "{}"};
    return row < host.plan.n;
}

static const struct cs_link_watch watch = {.info = tell_info,
                                           .device = tell_device,
                                           .control = control,
                                           .said = said,
                                           .decoder = tell_decoder,
                                           .sent = tell_sent,
                                           .left = on_left,
                                           .plan = tell_plan,
                                           .plan_row = tell_plan_row};

static inline struct link_env *watched_as(enum cs_link_control who)
{
    struct link_env *env = env_create();

    memset(&host, 0, sizeof(host));
    host.speed_permille = 500;
    cs_link_server_destroy(env->server);
    env->watch = &watch;
    env->control = who;
    env->stats = cs_stats_create(env->sim);
    assert_non_null(env->stats);
    env_serve(env);
    return env;
}

static inline struct link_env *watched(void)
{
    return watched_as(CS_LINK_CONTROL_LOCAL);
}

static inline void done(struct link_env *env)
{
    cs_stats_destroy(env->stats);
    env_destroy(env);
}

/* ---- a monitor ------------------------------------------------------------------------------- */

static struct cs_proto_msg got;

static inline struct cs_proto_msg monitor_msg(uint64_t kinds)
{
    return (struct cs_proto_msg){.type = CS_PROTO_MONITOR,
                                 .magic = CS_PROTO_MAGIC,
                                 .major = CS_PROTO_MAJOR,
                                 .minor = CS_PROTO_MINOR,
                                 .kinds = kinds,
                                 .name = "watcher"};
}

static inline int monitor(struct link_env *env, uint64_t kinds)
{
    const struct cs_proto_msg msg = monitor_msg(kinds);
    const int fd = bare_connect(env);

    bare_put(fd, &msg);
    pump(env);
    return fd;
}

/* The next message is of this type. */
static inline void expect(int fd, unsigned type)
{
    const unsigned is = bare_get(fd, &got, NULL);

    if (is != type)
        fail_msg("expected message 0x%02X, got 0x%02X", type, is);
}

static inline void skip_snapshot(int fd)
{
    expect(fd, CS_PROTO_WATCHING);
    do
        assert_true(bare_get(fd, &got, NULL) != 0);
    while (got.type != CS_PROTO_LOOKED);
}

static inline int attach(struct link_env *env, const char *name)
{
    const struct cs_controller_config config = {.name = name, .via = "test"};
    const int node = cs_bus_attach(env->bus, &config);

    assert_true(node >= 0);
    return node;
}

static inline void send_from(struct link_env *env, int node, const char *text)
{
    const struct cs_frame frame = frame_of(text);

    assert_int_equal(cs_bus_submit(env->bus, node, &frame, 0), 0);
    run(env, MS);
}

static inline void put_look(struct link_env *env, int fd, unsigned needs, uint32_t cursor,
                            int64_t since_ps)
{
    const struct cs_proto_msg look = {
        .type = CS_PROTO_LOOK, .token = 77, .needs = needs, .cursor = cursor, .since_ps = since_ps};

    bare_put(fd, &look);
    pump(env);
}

static inline unsigned count_until_looked(int fd, unsigned type)
{
    unsigned n = 0;

    do {
        assert_true(bare_get(fd, &got, NULL) != 0);
        assert_int_equal(got.token, 77);
        n += got.type == type;
    } while (got.type != CS_PROTO_LOOKED);
    return n;
}

#endif
