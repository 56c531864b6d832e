/* SPDX-License-Identifier: MIT */
/* attach_broker.c - the broker's life: the page of buses, the loop, the search for a lost host, the
 * end. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_FIRST_S 0.1
#define RETRY_LAST_S  1.0
#define BREATH_S      0.2

void cs_attach_say(const struct cs_attach_broker *broker, const char *format, ...)
{
    char text[512];
    va_list args;

    if (!broker->config->verbose)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "cansim-attach: %s\n", text);
}

/* ---- the page ------------------------------------------------------------------------------- */

unsigned cs_attach_bus_count(const struct cs_attach_broker *broker)
{
    return broker->page->n_buses;
}

int cs_attach_bus_of(const struct cs_attach_broker *broker, int ifindex)
{
    const int end = SHIM_IFINDEX_BASE + (int)cs_attach_bus_count(broker);

    return ifindex >= SHIM_IFINDEX_BASE && ifindex < end ? ifindex - SHIM_IFINDEX_BASE : -1;
}

void cs_attach_bus_set_up(struct cs_attach_broker *broker, unsigned bus, bool up)
{
    __atomic_store_n(&broker->page->bus[bus].up, up ? 1u : 0u, __ATOMIC_RELEASE);
}

static int find_bus(const struct shim_page *page, const char *name)
{
    for (unsigned i = 0; i < page->n_buses; i++) {
        if (strncmp(page->bus[i].name, name, SHIM_NAME_MAX) == 0)
            return (int)i;
    }
    return -1;
}

/* Which frames programs may send and receive there. */
static uint32_t mtu_of(const struct cs_attach_broker *broker, const struct cs_client_bus *bus)
{
    const enum cs_fd fd = broker->config->fd;

    if (fd == CS_FD_BUS)
        return bus->fd ? CANFD_MTU : CAN_MTU;
    return fd == CS_FD_ISO || fd == CS_FD_NON_ISO ? CANFD_MTU : CAN_MTU;
}

/* What the host has now. A bus keeps its index for ever, whatever became of it. */
static void note_buses(struct cs_attach_broker *broker, const struct cs_client_bus *buses,
                       unsigned n)
{
    struct shim_page *page = broker->page;
    uint32_t up = 0;

    for (unsigned i = 0; i < n; i++) {
        const int known = find_bus(page, buses[i].name);
        const unsigned at = known >= 0 ? (unsigned)known : page->n_buses;

        if (at == SHIM_MAX_BUSES || strlen(buses[i].name) >= SHIM_NAME_MAX)
            continue;
        if (known < 0)
            snprintf(page->bus[at].name, SHIM_NAME_MAX, "%.15s", buses[i].name);
        page->bus[at].bitrate_bps = buses[i].bitrate_bps;
        page->bus[at].mtu = mtu_of(broker, &buses[i]);
        if (known < 0)
            __atomic_store_n(&page->n_buses, at + 1, __ATOMIC_RELEASE);
        up |= 1u << at;
    }
    for (unsigned i = 0; i < page->n_buses; i++)
        cs_attach_bus_set_up(broker, i, (up >> i) & 1u);
}

/* Readable by every program and writable by none but us. */
static int make_page(struct cs_attach_broker *broker)
{
    void *at;

    broker->page_fd = memfd_create("cansim-attach", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (broker->page_fd < 0 || ftruncate(broker->page_fd, sizeof(struct shim_page)) < 0)
        return -errno;
    at = mmap(NULL, sizeof(struct shim_page), PROT_READ | PROT_WRITE, MAP_SHARED, broker->page_fd,
              0);
    if (at == MAP_FAILED)
        return -errno;
    fcntl(broker->page_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE);
    broker->page = at;
    broker->page->magic = SHIM_MAGIC;
    note_buses(broker, broker->config->buses, broker->config->n_buses);
    return 0;
}

/* ---- a lost host ---------------------------------------------------------------------------- */

/* Returns true where every port is on its bus. */
static bool join_again(struct cs_attach_broker *broker)
{
    bool all = true;

    for (struct cs_attach_program *p = broker->programs; p != NULL; p = p->next) {
        for (unsigned i = 0; i < cs_attach_bus_count(broker); i++) {
            if (p->port[i] != NULL && p->port[i]->client == NULL)
                all = broker->page->bus[i].up && cs_attach_port_join(p->port[i]) && all;
        }
    }
    return all;
}

static void on_retry(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_broker *broker = timer->data;
    struct cs_client_bus buses[CS_CLIENT_MAX_BUSES];
    char why[256];
    int n =
        cs_client_topology(broker->config->address, buses, CS_CLIENT_MAX_BUSES, why, sizeof(why));

    (void)revents;
    note_buses(broker, buses, n > 0 ? (unsigned)n : 0);
    if (n > 0 && join_again(broker)) {
        ev_timer_stop(loop, timer);
        cs_attach_say(broker, "the host is back");
        return;
    }
    broker->retry_s = broker->retry_s * 2 < RETRY_LAST_S ? broker->retry_s * 2 : RETRY_LAST_S;
    ev_timer_stop(loop, timer);
    ev_timer_set(timer, broker->retry_s, 0.);
    ev_timer_start(loop, timer);
}

void cs_attach_retry(struct cs_attach_broker *broker)
{
    if (ev_is_active(&broker->retry))
        return;
    broker->retry_s = RETRY_FIRST_S;
    ev_timer_set(&broker->retry, broker->retry_s, 0.);
    ev_timer_start(broker->loop, &broker->retry);
}

/* ---- begin and end -------------------------------------------------------------------------- */

void cs_attach_check_end(struct cs_attach_broker *broker)
{
    if (broker->cmd_gone && broker->children_gone && broker->n_socks == 0)
        ev_break(broker->loop, EVBREAK_ALL);
}

static void on_cmd_gone(struct ev_loop *loop, ev_io *io, int revents)
{
    struct cs_attach_broker *broker = io->data;

    (void)revents;
    ev_io_stop(loop, io);
    broker->cmd_gone = true;
    cs_attach_check_end(broker);
}

/* Nobody writes to the pipe: readable means that all its other ends are closed. */
static void on_children_gone(struct ev_loop *loop, ev_io *io, int revents)
{
    struct cs_attach_broker *broker = io->data;
    char byte;

    (void)revents;
    if (read(io->fd, &byte, 1) > 0)
        return;
    ev_io_stop(loop, io);
    broker->children_gone = true;
    cs_attach_check_end(broker);
}

static void on_connection(struct ev_loop *loop, ev_io *io, int revents)
{
    struct cs_attach_broker *broker = io->data;
    int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)revents;
    if (fd >= 0) {
        cs_attach_accept(broker, fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        ev_io_stop(loop, io);
        ev_timer_again(loop, &broker->breath);
    }
}

static void on_breath(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_broker *broker = timer->data;

    (void)revents;
    ev_timer_stop(loop, timer);
    ev_io_start(loop, &broker->listener);
}

/* A descriptor for each CAN socket of all programs. */
static void allow_many_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void watch(struct cs_attach_broker *broker, ev_io *io, int fd,
                  void (*fn)(struct ev_loop *, ev_io *, int))
{
    ev_io_init(io, fn, fd, EV_READ);
    io->data = broker;
    ev_io_start(broker->loop, io);
}

static void close_all(struct cs_attach_broker *broker)
{
    while (broker->programs != NULL)
        cs_attach_sock_destroy(broker->programs->socks);
    ev_loop_destroy(broker->loop);
    munmap(broker->page, sizeof(*broker->page));
    close(broker->page_fd);
}

int cs_attach_serve(const struct cs_attach_config *config)
{
    struct cs_attach_broker broker = {.config = config};

    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    broker.loop = ev_loop_new(EVFLAG_AUTO);
    if (broker.loop == NULL || make_page(&broker) != 0)
        return 3;
    cs_attach_turn_init(&broker);
    ev_timer_init(&broker.retry, on_retry, RETRY_FIRST_S, 0.);
    ev_timer_init(&broker.breath, on_breath, 0., BREATH_S);
    broker.retry.data = &broker;
    broker.breath.data = &broker;
    watch(&broker, &broker.listener, config->listener, on_connection);
    watch(&broker, &broker.alive, config->alive, on_children_gone);
    if (config->pidfd >= 0)
        watch(&broker, &broker.pidfd, config->pidfd, on_cmd_gone);
    else
        broker.cmd_gone = true; /* no pidfd here: the pipe has to do */
    ev_run(broker.loop, 0);
    close_all(&broker);
    return 0;
}
