/* SPDX-License-Identifier: MIT */
/* dev_device.c - what all devices have in common: the socket, one peer at a time, counting, names.
 * Nothing here knows a protocol, and nothing runs on a timer but after a lack of descriptors. */
#include "qemu-link/dev_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 16
#define ACCEPT_AGAIN_S   1.0
#define LOST_AGAIN_PS    CS_PS_PER_S
#define USAGE            2
#define TROUBLE          3

/* ---- peers come and go -------------------------------------------------------------------- */

static void offer(struct cs_device *device, int fd)
{
    if (device->connected) {
        device->refused++;
        close(fd);
        return;
    }
    device->connected = true;
    device->connections++;
    device->host.sync(device->host.ctx);
    device->spec.model->ops->accept(device->self, fd);
    device->host.kick(device->host.ctx);
}

static void on_acceptable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_device *device = watcher->data;

    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        const int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            offer(device, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            ev_io_stop(loop, watcher);
            ev_timer_start(loop, &device->accept_again);
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
    }
}

static void on_accept_again(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct cs_device *device = watcher->data;

    (void)events;
    ev_io_start(loop, &device->acceptable);
}

void cs_device_gone(struct cs_device *device)
{
    device->connected = false;
}

void cs_device_blame(struct cs_device *device, const char *why)
{
    char text[200];

    device->protocol_errors++;
    snprintf(text, sizeof(text), "the peer broke the protocol: %s", why);
    cs_device_note(device, 0, text);
    cs_device_gone(device);
}

void cs_device_note(struct cs_device *device, unsigned port, const char *text)
{
    char line[320];
    const struct cs_event event = {
        .kind = CS_EV_NOTE,
        .bus = (uint16_t)cs_bus_index(device->bus[port]),
        .node = CS_NO_NODE,
        .text = line,
    };

    snprintf(line, sizeof(line), "%s: %s", device->spec.name, text);
    cs_sim_publish(device->host.sim, &event);
}

void cs_device_lost(struct cs_device *device, unsigned port, unsigned n)
{
    const int64_t now_ps = cs_sim_now_ps(device->host.sim);
    struct cs_device_status status = {0};

    device->lost += n;
    device->lost_untold += n;
    if (device->lost_told && now_ps - device->lost_told_ps < LOST_AGAIN_PS)
        return;
    device->spec.model->ops->look(device->self, &status);
    const struct cs_event event = {
        .kind = CS_EV_LOST,
        .bus = (uint16_t)cs_bus_index(device->bus[port]),
        .node = (int16_t)(port < status.n_ports ? status.port[port].node : CS_NO_NODE),
        .n_bits = device->lost_untold < UINT16_MAX ? (uint16_t)device->lost_untold : UINT16_MAX,
        .text = "frames for the peer were dropped",
    };
    device->lost_told = true;
    device->lost_told_ps = now_ps;
    device->lost_untold = 0;
    cs_sim_publish(device->host.sim, &event);
}

const char *cs_device_port_name(const struct cs_device *device, unsigned port,
                                char buf[CS_NAME_MAX])
{
    if (device->spec.n_buses > 1)
        snprintf(buf, CS_NAME_MAX, "%.*s.%u", CS_NAME_MAX - 8, device->spec.name, port);
    else
        snprintf(buf, CS_NAME_MAX, "%s", device->spec.name);
    return buf;
}

/* ---- beginning and end -------------------------------------------------------------------- */

static int find_buses(struct cs_device *device, char *why, size_t why_size)
{
    struct cs_sim *sim = device->host.sim;
    const struct cs_device_spec *spec = &device->spec;

    for (unsigned i = 0; i < spec->n_buses; i++) {
        device->bus[i] = cs_sim_find_bus(sim, spec->bus[i]);
        if (device->bus[i])
            continue;
        int len = snprintf(why, why_size, "%s \"%s\": no bus \"%s\"; there is",
                           cs_device_kind_name(spec->kind), spec->name, spec->bus[i]);
        for (unsigned b = 0; b < cs_sim_bus_count(sim) && (size_t)len < why_size; b++)
            len += snprintf(why + len, why_size - (size_t)len, "%s %s", b ? "," : "",
                            cs_bus_name(cs_sim_bus(sim, b)));
        return USAGE;
    }
    return 0;
}

static bool has_socket(const struct cs_device_spec *spec)
{
    return spec->kind != CS_DEVICE_SLCAN ||
           (strcmp(spec->path, "pty") != 0 && strncmp(spec->path, "pty:", 4) != 0);
}

static void start_listening(struct cs_device *device)
{
    ev_io_init(&device->acceptable, on_acceptable, device->listener.fd, EV_READ);
    ev_timer_init(&device->accept_again, on_accept_again, ACCEPT_AGAIN_S, 0.0);
    device->acceptable.data = device->accept_again.data = device;
    ev_io_start(device->host.loop, &device->acceptable);
}

struct cs_device *cs_device_create(const struct cs_link_host *host,
                                   const struct cs_device_spec *spec, int *status, char *why,
                                   size_t why_size)
{
    struct cs_device *device = calloc(1, sizeof(*device));

    *status = TROUBLE;
    if (!device) {
        snprintf(why, why_size, "not enough memory");
        return NULL;
    }
    device->host = *host;
    device->spec = *spec;
    device->plugged = !spec->unplugged;
    device->listener.fd = -1;
    *status = cs_device_check(spec, why, why_size) != 0 ? USAGE : 0;
    if (*status == 0)
        *status = find_buses(device, why, why_size);
    if (*status == 0 && has_socket(spec))
        *status = cs_link_listen(&device->listener, spec->path, why, why_size);
    if (*status != 0) {
        free(device);
        return NULL;
    }
    device->self = spec->model->ops->create(device, status, why, why_size);
    if (!device->self) {
        cs_link_unlisten(&device->listener);
        free(device);
        return NULL;
    }
    if (device->listener.fd >= 0)
        start_listening(device);
    return device;
}

void cs_device_destroy(struct cs_device *device)
{
    if (!device)
        return;
    device->spec.model->ops->destroy(device->self);
    if (device->listener.fd >= 0) {
        ev_io_stop(device->host.loop, &device->acceptable);
        ev_timer_stop(device->host.loop, &device->accept_again);
        cs_link_unlisten(&device->listener);
    }
    free(device);
}

int cs_device_plug(struct cs_device *device, bool plugged)
{
    if (!device->spec.model->ops->plug)
        return -EOPNOTSUPP;
    if (device->plugged == plugged)
        return 0;
    device->plugged = plugged;
    device->spec.model->ops->plug(device->self);
    return 0;
}

/* ---- looking ------------------------------------------------------------------------------ */

void cs_device_look(const struct cs_device *device, struct cs_device_status *status)
{
    const struct cs_device_model *model = device->spec.model;

    *status = (struct cs_device_status){
        .name = device->spec.name,
        .model = model->name,
        .driver = model->driver,
        .kind = device->spec.kind,
        .path = device->spec.path,
        .plugged = device->plugged,
        .connected = device->connected,
        .connections = device->connections,
        .refused = device->refused,
        .protocol_errors = device->protocol_errors,
        .lost = device->lost,
    };
    model->ops->look(device->self, status);
}

const char *cs_device_option(const struct cs_device *device, char text[CS_DEVICE_OPTION_MAX])
{
    const char *path = device->spec.path;
    char address[CS_PROTO_ADDRESS_MAX], absolute[PATH_MAX];

    if (device->listener.fd >= 0 && device->listener.address.tcp)
        path = cs_proto_address_format(&device->listener.address, address, sizeof(address));
    else if (device->listener.fd >= 0)
        path = realpath(device->listener.address.path, absolute);
    if (!path)
        path = device->listener.address.path;
    device->spec.model->ops->option(device->self, path, text, CS_DEVICE_OPTION_MAX);
    return text;
}
