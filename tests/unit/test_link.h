/* SPDX-License-Identifier: MIT */
/* test_link.h - a sim, a link server and clients in one process; bus time moves by hand.
 * Clients are either the library's (joined from a thread, as joining blocks) or bare sockets. */
#ifndef CANSIM_TESTS_UNIT_TEST_LINK_H
#define CANSIM_TESTS_UNIT_TEST_LINK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "qemu-link/cansim_client.h"
#include "qemu-link/link_server.h"
#include "qemu-link/proto_msg.h"
#include "simcore/sim.h"

#define US CS_PS_PER_US
#define MS CS_PS_PER_MS

struct link_env {
    char dir[64];
    char address[96];
    struct ev_loop *loop;
    struct cs_sim *sim;
    struct cs_bus *bus; /* can0, 500 kbit/s; can1 has 250 */
    struct cs_link_server *server;
    unsigned syncs, kicks;
    unsigned lost_begins, lost_ends;
    uint64_t lost_count;
    const struct cs_link_watch *watch; /* for env_serve() */
    struct cs_stats *stats;
    enum cs_link_control control;
};

static inline void env_sync(void *ctx)
{
    ((struct link_env *)ctx)->syncs++;
}

static inline void env_kick(void *ctx)
{
    ((struct link_env *)ctx)->kicks++;
}

static inline void env_observe(void *ctx, const struct cs_event *event)
{
    struct link_env *env = ctx;

    if (event->kind != CS_EV_LOST)
        return;
    if (event->n_bits == 0)
        env->lost_begins++;
    else
        env->lost_ends++;
    env->lost_count += event->n_bits;
}

static inline struct cs_link_host env_host(struct link_env *env)
{
    return (struct cs_link_host){.sim = env->sim,
                                 .loop = env->loop,
                                 .sync = env_sync,
                                 .kick = env_kick,
                                 .ctx = env,
                                 .watch = env->watch,
                                 .stats = env->stats,
                                 .control = env->control};
}

static inline void env_serve(struct link_env *env)
{
    const struct cs_link_host host = env_host(env);
    char why[512] = "";
    int status = -1;

    env->server = cs_link_server_create(&host, env->address, &status, why, sizeof(why));
    if (!env->server)
        fail_msg("%s", why);
    assert_int_equal(status, 0);
}

static inline struct link_env *env_create_with(const struct cs_bus_config *buses)
{
    struct link_env *env = calloc(1, sizeof(*env));

    snprintf(env->dir, sizeof(env->dir), "/tmp/cansim-test-XXXXXX");
    assert_non_null(mkdtemp(env->dir));
    snprintf(env->address, sizeof(env->address), "unix:%s/s", env->dir);
    env->loop = ev_loop_new(EVFLAG_AUTO);
    assert_non_null(env->loop);
    env->sim = cs_sim_create(1);
    assert_int_equal(cs_sim_add_bus(env->sim, &buses[0]), 0);
    assert_int_equal(cs_sim_add_bus(env->sim, &buses[1]), 1);
    env->bus = cs_sim_bus(env->sim, 0);
    assert_int_equal(cs_sim_observe(env->sim, env_observe, env), 0);
    env_serve(env);
    return env;
}

static inline struct link_env *env_create(void)
{
    static const struct cs_bus_config buses[] = {{.name = "can0", .bitrate_bps = 500000},
                                                 {.name = "can1", .bitrate_bps = 250000}};

    return env_create_with(buses);
}

/* The same names and bit rates; can0 with CAN FD, 2 Mbit/s in the data phase. */
static inline struct link_env *env_create_fd(void)
{
    static const struct cs_bus_config buses[] = {
        {.name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000},
        {.name = "can1", .bitrate_bps = 250000}};

    return env_create_with(buses);
}

static inline void env_destroy(struct link_env *env)
{
    char path[128];

    cs_link_server_destroy(env->server);
    cs_sim_destroy(env->sim);
    ev_loop_destroy(env->loop);
    snprintf(path, sizeof(path), "%s/s", env->dir);
    assert_int_equal(access(path, F_OK), -1); /* the server removed it */
    assert_int_equal(rmdir(env->dir), 0);
    free(env);
}

/* Everything that can be done now, without waiting. */
static inline void pump(struct link_env *env)
{
    for (int i = 0; i < 8; i++)
        ev_run(env->loop, EVRUN_NOWAIT);
}

static inline void run(struct link_env *env, int64_t ps)
{
    cs_sim_run_until(env->sim, cs_sim_now_ps(env->sim) + ps);
    pump(env);
}

static inline struct cs_link_server_stats stats_of(const struct link_env *env)
{
    struct cs_link_server_stats stats;

    cs_link_server_stats(env->server, &stats);
    return stats;
}

/* ---- the library's clients ------------------------------------------------------------------- */

struct env_join {
    struct cs_client_options options;
    struct cs_client *client;
    int result;
    char why[256];
    volatile int done;
};

static inline void *env_join_thread(void *ctx)
{
    struct env_join *join = ctx;

    join->result = cs_client_connect(&join->client, &join->options, join->why, sizeof(join->why));
    __atomic_store_n(&join->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static inline void env_try_join(struct link_env *env, struct env_join *join)
{
    pthread_t thread;

    if (!join->options.address)
        join->options.address = env->address;
    join->done = 0;
    assert_int_equal(pthread_create(&thread, NULL, env_join_thread, join), 0);
    while (!__atomic_load_n(&join->done, __ATOMIC_ACQUIRE)) {
        ev_run(env->loop, EVRUN_NOWAIT);
        poll(NULL, 0, 1);
    }
    pthread_join(thread, NULL);
    pump(env);
}

static inline struct cs_client *join_with(struct link_env *env, struct cs_client_options options)
{
    struct env_join join = {.options = options};

    env_try_join(env, &join);
    if (join.result != 0)
        fail_msg("%s", join.why);
    return join.client;
}

static inline struct cs_client *join_as(struct link_env *env, const char *name)
{
    return join_with(env, (struct cs_client_options){
                              .name = name, .want = CS_CLIENT_WANT_RX | CS_CLIENT_WANT_ERRORS});
}

static inline struct cs_frame frame_of(const char *text)
{
    struct cs_frame frame;
    char why[128];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
    return frame;
}

static inline void send_text(struct cs_client *client, const char *text, uint64_t cookie)
{
    const struct cs_frame frame = frame_of(text);

    assert_int_equal(cs_client_send(client, &frame, cookie), 0);
}

/* The next event of a kind; those of other kinds are passed over. */
static inline bool next_of(struct cs_client *client, enum cs_client_event_kind kind,
                           struct cs_client_event *event)
{
    while (cs_client_next(client, event))
        if (event->kind == kind)
            return true;
    return false;
}

/* ---- bare sockets ---------------------------------------------------------------------------- */

static inline int bare_connect(const struct link_env *env)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", env->address + strlen("unix:"));
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static inline void bare_put(int fd, const struct cs_proto_msg *msg)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const size_t len = cs_proto_encode(msg, bytes);

    assert_true(len > 0);
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

static inline void bare_read(int fd, uint8_t *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = recv(fd, bytes, len, MSG_DONTWAIT);

        assert_true(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

/* One message of the host, or 0 where the connection is closed or nothing is there (*closed). */
static inline uint16_t bare_get(int fd, struct cs_proto_msg *msg, bool *closed)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    char why[256] = "";
    const ssize_t n = recv(fd, bytes, 4, MSG_DONTWAIT | MSG_PEEK);
    uint32_t len;

    if (closed)
        *closed = n == 0 || (n < 0 && errno != EAGAIN);
    if (n <= 0)
        return 0;
    assert_int_equal(n, 4);
    len = bytes[0] | (uint32_t)bytes[1] << 8;
    assert_in_range(len, CS_PROTO_HEADER_BYTES, CS_PROTO_MAX_BYTES);
    bare_read(fd, bytes, len);
    if (cs_proto_decode(bytes, len, CS_PROTO_HOST, msg, why, sizeof(why)) != (int)len)
        fail_msg("%s", why);
    return msg->type;
}

static inline struct cs_proto_msg bare_hello(const char *name)
{
    struct cs_proto_msg hello = {.type = CS_PROTO_HELLO,
                                 .magic = CS_PROTO_MAGIC,
                                 .major = CS_PROTO_MAJOR,
                                 .minor = CS_PROTO_MINOR,
                                 .want = CS_PROTO_WANT_RX};

    snprintf(hello.name, sizeof(hello.name), "%s", name);
    return hello;
}

static inline int bare_join(struct link_env *env, const char *name, struct cs_proto_msg *welcome)
{
    const struct cs_proto_msg hello = bare_hello(name);
    const int fd = bare_connect(env);

    bare_put(fd, &hello);
    pump(env);
    assert_int_equal(bare_get(fd, welcome, NULL), CS_PROTO_WELCOME);
    return fd;
}

static inline struct cs_proto_msg bare_send_msg(const char *text, uint64_t cookie)
{
    return (struct cs_proto_msg){.type = CS_PROTO_SEND, .cookie = cookie, .frame = frame_of(text)};
}

#endif
