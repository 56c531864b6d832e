/* SPDX-License-Identifier: MIT */
/* usb_redir.c - one adapter on a usbredir connection: bytes, hello, plugging.
 * QEMU is what usbredir calls the guest side. The parser is a library; what it would allocate for
 * a message is bounded here, by looking at each header before it does. It walks along all messages
 * that it has queued to queue one more: few may be. */
#include "qemu-link/usb_redir.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX  (CS_USB_PACKET_MAX + 1024u)
#define OUTPUT_MAX   (64u * 1024u) /* queued: no more is read until half of it is gone */
#define TURN_MAX     (16u * 1024u) /* read in one turn of the loop */
#define HEADER_SHORT 12u
#define HEADER_LONG  16u

/* ---- bytes -------------------------------------------------------------------------------- */

void cs_usb_break(struct cs_usb *usb, const char *why)
{
    if (!usb->broken)
        usb->broken = why;
}

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Follow the messages in what the parser is about to get. False: one is too long. */
static bool follow(struct cs_usb *usb, const uint8_t *data, size_t n)
{
    while (n > 0) {
        if (usb->body_left > 0) {
            const size_t skip = usb->body_left < n ? (size_t)usb->body_left : n;

            usb->body_left -= skip;
            data += skip;
            n -= skip;
            continue;
        }
        if (usb->header_got == 0)
            usb->header_len =
                usb->hello && usbredirparser_peer_has_cap(usb->parser, usb_redir_cap_64bits_ids)
                    ? HEADER_LONG
                    : HEADER_SHORT;
        usb->header[usb->header_got++] = *data++;
        n--;
        if (usb->header_got < usb->header_len)
            continue;
        usb->header_got = 0;
        usb->body_left = get32(usb->header + 4);
        if (usb->body_left > MESSAGE_MAX)
            return false;
    }
    return true;
}

/* The parser asks for no more than the rest of what it is at: a header, or a body. */
static int on_read(void *priv, uint8_t *data, int count)
{
    struct cs_usb *usb = priv;
    ssize_t n;

    if (usb->broken || count <= 0)
        return -1;
    if (usb->turn_left == 0)
        return 0;
    count = count < (int)usb->turn_left ? count : (int)usb->turn_left;
    do
        n = recv(usb->fd, data, (size_t)count, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (n <= 0)
        return -1;
    usb->turn_left -= (unsigned)n;
    if (!follow(usb, data, (size_t)n)) {
        cs_usb_break(usb, "a message is longer than 64 KiB");
        return -1;
    }
    return (int)n;
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct cs_usb *usb = priv;
    ssize_t n;

    do
        n = send(usb->fd, data, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    return (int)n;
}

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    (void)level;
    (void)text;
}

/* ---- plugging ----------------------------------------------------------------------------- */

void cs_usb_send_interfaces(struct cs_usb *usb)
{
    struct usb_redir_interface_info_header interfaces = {.interface_count = 1};
    struct usb_redir_ep_info_header endpoints = {.interface = {0}};

    interfaces.interface_class[0] = interfaces.interface_subclass[0] =
        interfaces.interface_protocol[0] = 0xFF;
    memset(endpoints.type, usb_redir_type_invalid, sizeof(endpoints.type));
    endpoints.type[0] = endpoints.type[16] = usb_redir_type_control;
    endpoints.max_packet_size[0] = endpoints.max_packet_size[16] = 64;
    for (unsigned i = 0; i < usb->n_endpoints; i++) {
        const unsigned address = usb->endpoint[i].address;
        const unsigned at = (address & 0x0F) | (address & 0x80) >> 3;

        endpoints.type[at] = usb_redir_type_bulk;
        endpoints.max_packet_size[at] = CS_USB_MAX_PACKET;
    }
    usbredirparser_send_interface_info(usb->parser, &interfaces);
    usbredirparser_send_ep_info(usb->parser, &endpoints);
}

void cs_usb_attach(struct cs_usb *usb)
{
    struct usb_redir_device_connect_header connect = {
        .speed = usb_redir_speed_high,
        .vendor_id = usb->profile->vendor_id,
        .product_id = usb->profile->product_id,
        .device_version_bcd = usb->profile->version_bcd,
    };

    if (!usb->hello || usb->attached || usb->awaiting_ack || !usb->device->plugged)
        return;
    usb->attached = true;
    cs_usb_send_interfaces(usb);
    usbredirparser_send_device_connect(usb->parser, &connect);
    cs_usb_want_flush(usb);
}

static void detach(struct cs_usb *usb)
{
    if (!usb->attached)
        return;
    cs_usb_forget_packets(usb);
    usb->attached = usb->configured = false;
    usb->awaiting_ack =
        usbredirparser_peer_has_cap(usb->parser, usb_redir_cap_device_disconnect_ack);
    usbredirparser_send_device_disconnect(usb->parser);
    cs_usb_want_flush(usb);
}

static void plug(void *self)
{
    struct cs_usb *usb = self;

    if (usb->device->plugged) {
        if (usb->parser)
            cs_usb_attach(usb);
        return;
    }
    if (usb->parser)
        detach(usb);
    usb->profile->reset(usb->self);
}

/* ---- the connection ----------------------------------------------------------------------- */

static void hang_up(struct cs_usb *usb)
{
    struct ev_loop *loop = usb->device->host.loop;

    if (usb->fd < 0)
        return;
    ev_io_stop(loop, &usb->readable);
    ev_io_stop(loop, &usb->writable);
    ev_clear_pending(loop, &usb->flush);
    close(usb->fd);
    usb->fd = -1;
    usbredirparser_destroy(usb->parser);
    usb->parser = NULL;
    cs_usb_forget_packets(usb);
    usb->profile->reset(usb->self);
}

static void end(struct cs_usb *usb)
{
    const char *broken = usb->broken;

    hang_up(usb);
    if (broken)
        cs_device_blame(usb->device, broken);
    else
        cs_device_gone(usb->device);
}

void cs_usb_want_flush(struct cs_usb *usb)
{
    ev_feed_event(usb->device->host.loop, &usb->flush, EV_CUSTOM);
}

/* False: the peer is gone. */
static bool write_out(struct cs_usb *usb)
{
    struct ev_loop *loop = usb->device->host.loop;
    uint64_t left;

    if (usbredirparser_has_data_to_write(usb->parser) && usbredirparser_do_write(usb->parser) < 0)
        return false;
    left = usbredirparser_get_bufferered_output_size(usb->parser);
    if (usbredirparser_has_data_to_write(usb->parser))
        ev_io_start(loop, &usb->writable);
    else
        ev_io_stop(loop, &usb->writable);
    if (left >= OUTPUT_MAX)
        ev_io_stop(loop, &usb->readable);
    else if (left <= OUTPUT_MAX / 2)
        ev_io_start(loop, &usb->readable);
    return true;
}

static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct cs_usb *usb = watcher->data;

    (void)loop;
    (void)events;
    if (usb->fd < 0)
        return;
    cs_usb_pump(usb);
    if (!write_out(usb) || usb->broken)
        end(usb);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    cs_usb_want_flush(watcher->data);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_usb *usb = watcher->data;
    const struct cs_link_host host = usb->device->host;
    int ret;

    (void)loop;
    (void)events;
    host.sync(host.ctx);
    usb->turn_left = TURN_MAX;
    ret = usbredirparser_do_read(usb->parser);
    if (ret == usbredirparser_read_parse_error)
        cs_usb_break(usb, "a message makes no sense");
    if (ret < 0 || usb->broken)
        end(usb);
    host.kick(host.ctx);
}

static void accept_peer(void *self, int fd)
{
    struct cs_usb *usb = self;
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};

    usb->parser = usbredirparser_create();
    if (!usb->parser) {
        close(fd);
        cs_device_gone(usb->device);
        return;
    }
    usb->fd = fd;
    usb->hello = usb->attached = usb->awaiting_ack = usb->configured = false;
    usb->broken = NULL;
    usb->header_got = 0;
    usb->body_left = 0;
    cs_usb_set_callbacks(usb);
    usb->parser->log_func = on_log;
    usb->parser->read_func = on_read;
    usb->parser->write_func = on_write;
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_filter);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_device_disconnect_ack);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(usb->parser, "cansim " CANSIM_VERSION, caps, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    ev_io_set(&usb->readable, fd, EV_READ);
    ev_io_set(&usb->writable, fd, EV_WRITE);
    ev_io_start(usb->device->host.loop, &usb->readable);
    cs_usb_want_flush(usb);
}

/* ---- the device --------------------------------------------------------------------------- */

static void destroy(void *self)
{
    struct cs_usb *usb = self;

    hang_up(usb);
    usb->profile->destroy(usb->self);
    free(usb);
}

static void *create(struct cs_device *device, int *status, char *why, size_t why_size)
{
    struct cs_usb *usb = calloc(1, sizeof(*usb));

    if (usb) {
        usb->device = device;
        usb->profile = device->spec.model->data;
        usb->fd = -1;
        usb->n_endpoints = cs_usb_endpoints(usb->profile, device->spec.n_buses);
        for (unsigned i = 0; i < usb->n_endpoints; i++)
            usb->endpoint[i].address = usb->profile->endpoints[i];
        ev_init(&usb->readable, on_readable);
        ev_init(&usb->writable, on_writable);
        ev_prepare_init(&usb->flush, on_flush);
        ev_set_priority(&usb->flush, EV_MINPRI);
        usb->readable.data = usb->writable.data = usb->flush.data = usb;
        usb->self = usb->profile->create(usb);
    }
    if (usb && usb->self)
        return usb;
    free(usb);
    *status = 3;
    snprintf(why, why_size, "not enough memory");
    return NULL;
}

static void look(const void *self, struct cs_device_status *status)
{
    const struct cs_usb *usb = self;

    status->n_ports = usb->device->spec.n_buses;
    for (unsigned i = 0; i < status->n_ports; i++) {
        status->port[i].bus = cs_bus_name(usb->device->bus[i]);
        status->port[i].node = usb->profile->node(usb->self, i);
    }
}

/* QEMU's ids begin with a letter; letters, digits, '-', '.' and '_' follow. */
static void make_id(const char *name, char *id, size_t size)
{
    size_t n = 0;

    if (!isalpha((unsigned char)name[0]))
        id[n++] = 'u';
    for (; *name && n + 1 < size; name++)
        id[n++] = isalnum((unsigned char)*name) || strchr("-._", *name) ? *name : '_';
    id[n] = '\0';
}

/* In QEMU's options a comma in a value is written twice. */
static void escape(const char *path, char *text, size_t size)
{
    size_t n = 0;

    for (; *path && n + 2 < size; path++) {
        text[n++] = *path;
        if (*path == ',')
            text[n++] = ',';
    }
    text[n] = '\0';
}

static void option(const void *self, const char *path, char *text, size_t size)
{
    const struct cs_usb *usb = self;
    struct cs_proto_address address;
    char id[CS_NAME_MAX], place[300], why[100];

    make_id(usb->device->spec.name, id, sizeof(id));
    if (cs_proto_address_parse(path, &address, why, sizeof(why)) == 0 && address.tcp) {
        snprintf(place, sizeof(place), "host=%s,port=%s", address.host, address.port);
    } else {
        memcpy(place, "path=", 6);
        escape(path, place + 5, sizeof(place) - 5);
    }
    snprintf(text, size,
             "-device qemu-xhci,id=%s-hc -chardev socket,id=%s,%s,reconnect=1 "
             "-device usb-redir,chardev=%s,bus=%s-hc.0",
             id, id, place, id, id);
}

struct cs_device *cs_usb_device(struct cs_usb *usb)
{
    return usb->device;
}

const struct cs_device_ops cs_usb_ops = {
    .create = create,
    .destroy = destroy,
    .accept = accept_peer,
    .plug = plug,
    .look = look,
    .option = option,
};
