/* SPDX-License-Identifier: MIT */
/* usb_packets.c - what the guest's packets ask for, and their answers.
 * Invariant: packets of one endpoint are answered in the order in which they came, whatever their
 * result, but for cancelled ones: QEMU aborts otherwise. */
#include "qemu-link/usb_redir.h"

#include <stdlib.h>
#include <string.h>

/* ---- packets that wait -------------------------------------------------------------------- */

static struct cs_usb_endpoint *find_endpoint(struct cs_usb *usb, unsigned address)
{
    for (unsigned i = 0; i < usb->n_endpoints; i++)
        if (usb->endpoint[i].address == address)
            return &usb->endpoint[i];
    return NULL;
}

static struct cs_usb_waiting *waiting_at(struct cs_usb_endpoint *ep, unsigned i)
{
    return &ep->waiting[(ep->first + i) % CS_USB_PENDING_MAX];
}

static void remove_at(struct cs_usb_endpoint *ep, unsigned i)
{
    for (; i + 1 < ep->n; i++)
        *waiting_at(ep, i) = *waiting_at(ep, i + 1);
    ep->n--;
}

static void pop(struct cs_usb_endpoint *ep)
{
    ep->first = (ep->first + 1) % CS_USB_PENDING_MAX;
    ep->n--;
}

/* ---- answers ------------------------------------------------------------------------------ */

static void send_bulk(struct cs_usb *usb, unsigned address, uint64_t id, unsigned state,
                      uint32_t len, uint8_t *data)
{
    struct usb_redir_bulk_packet_header header = {
        .endpoint = (uint8_t)address,
        .status = (uint8_t)state,
        .length = (uint16_t)len,
        .length_high = (uint16_t)(len >> 16),
    };

    usbredirparser_send_bulk_packet(usb->parser, id, &header, data, data ? (int)len : 0);
    cs_usb_want_flush(usb);
}

void cs_usb_forget_packets(struct cs_usb *usb)
{
    for (unsigned i = 0; i < usb->n_endpoints; i++) {
        struct cs_usb_endpoint *ep = &usb->endpoint[i];

        while (ep->n > 0) {
            const struct cs_usb_waiting w = *waiting_at(ep, 0);
            const unsigned state = w.done ? w.state : usb_redir_cancelled;

            pop(ep);
            if (usb->parser)
                send_bulk(usb, ep->address, w.id, state, state == usb_redir_success ? w.len : 0,
                          NULL);
        }
        ep->ready = false;
    }
}

/* Answer those at the head that are done. */
static void answer_out(struct cs_usb *usb, struct cs_usb_endpoint *ep)
{
    while (ep->n > 0 && waiting_at(ep, 0)->done) {
        const struct cs_usb_waiting w = *waiting_at(ep, 0);

        pop(ep);
        send_bulk(usb, ep->address, w.id, w.state, w.state == usb_redir_success ? w.len : 0, NULL);
    }
}

static void finish_out(struct cs_usb *usb, struct cs_usb_endpoint *ep, uint64_t id, uint8_t state)
{
    for (unsigned i = 0; i < ep->n; i++) {
        struct cs_usb_waiting *w = waiting_at(ep, i);

        if (w->id == id && !w->done) {
            w->done = true;
            w->state = state;
            break;
        }
    }
    answer_out(usb, ep);
}

void cs_usb_out_done(struct cs_usb *usb, unsigned endpoint, uint64_t id)
{
    struct cs_usb_endpoint *ep = find_endpoint(usb, endpoint);

    if (ep && usb->parser)
        finish_out(usb, ep, id, usb_redir_success);
}

void cs_usb_in_ready(struct cs_usb *usb, unsigned endpoint)
{
    struct cs_usb_endpoint *ep = find_endpoint(usb, endpoint);

    if (!ep || !usb->parser)
        return;
    ep->ready = true;
    if (ep->n > 0)
        cs_usb_want_flush(usb);
}

void cs_usb_pump(struct cs_usb *usb)
{
    for (unsigned i = 0; i < usb->n_endpoints; i++) {
        struct cs_usb_endpoint *ep = &usb->endpoint[i];

        while (ep->ready && ep->n > 0) {
            const struct cs_usb_waiting w = *waiting_at(ep, 0);
            const size_t room = w.len < sizeof(usb->buf) ? w.len : sizeof(usb->buf);
            const size_t len = room ? usb->profile->in(usb->self, ep->address, usb->buf, room) : 0;

            if (len == 0 && room > 0) {
                ep->ready = false;
                break;
            }
            pop(ep);
            send_bulk(usb, ep->address, w.id, usb_redir_success, (uint32_t)len,
                      len ? usb->buf : NULL);
        }
    }
}

/* ---- packets ------------------------------------------------------------------------------ */

static void take_out(struct cs_usb *usb, struct cs_usb_endpoint *ep, uint64_t id,
                     const uint8_t *data, int len)
{
    const size_t n = data && len > 0 ? (size_t)len : 0;

    waiting_at(ep, ep->n - 1)->len = (uint32_t)n;
    if (usb->profile->out(usb->self, ep->address, id, n ? data : NULL, n) != 0)
        finish_out(usb, ep, id, usb_redir_stall);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header,
                    uint8_t *data, int len)
{
    struct cs_usb *usb = priv;
    struct cs_usb_endpoint *ep = usb->attached ? find_endpoint(usb, header->endpoint) : NULL;

    if (!ep) {
        if (usb->attached) /* no such endpoint; unplugged: nobody waits */
            send_bulk(usb, header->endpoint, id, usb_redir_inval, 0, NULL);
    } else if (ep->n == CS_USB_PENDING_MAX) {
        cs_usb_break(usb, "more than 64 packets of one endpoint wait");
    } else {
        struct cs_usb_waiting *w = waiting_at(ep, ep->n++);

        *w = (struct cs_usb_waiting){.id = id,
                                     .len = header->length | (uint32_t)header->length_high << 16};
        if (header->endpoint & 0x80) {
            ep->ready = true;
            cs_usb_want_flush(usb);
        } else {
            take_out(usb, ep, id, data, len);
        }
    }
    usbredirparser_free_packet_data(usb->parser, data);
}

static void on_cancel(void *priv, uint64_t id)
{
    struct cs_usb *usb = priv;

    for (unsigned e = 0; e < usb->n_endpoints; e++) {
        struct cs_usb_endpoint *ep = &usb->endpoint[e];

        for (unsigned i = 0; i < ep->n; i++) {
            if (waiting_at(ep, i)->id != id)
                continue;
            const bool done = waiting_at(ep, i)->done;
            remove_at(ep, i);
            send_bulk(usb, ep->address, id, usb_redir_cancelled, 0, NULL);
            if (!(ep->address & 0x80) && !done)
                usb->profile->cancel(usb->self, ep->address, id);
            answer_out(usb, ep);
            return;
        }
    }
}

static int do_control(struct cs_usb *usb, const struct usb_redir_control_packet_header *h,
                      const uint8_t *data, size_t len)
{
    const uint8_t setup[8] = {
        h->requesttype,     h->request,
        (uint8_t)h->value,  (uint8_t)(h->value >> 8),
        (uint8_t)h->index,  (uint8_t)(h->index >> 8),
        (uint8_t)h->length, (uint8_t)(h->length >> 8),
    };
    const bool standard = (h->requesttype & CS_USB_TYPE_MASK) == 0;
    const size_t room = h->length < CS_USB_CONTROL_MAX ? h->length : CS_USB_CONTROL_MAX;

    if (h->requesttype & 0x80)
        return standard ? cs_usb_standard_in(usb->profile, usb->device->spec.n_buses,
                                             usb->device->spec.name, setup, usb->buf, room)
                        : usb->profile->control_in(usb->self, setup, usb->buf, room);
    return standard ? cs_usb_standard_out(setup)
                    : usb->profile->control_out(usb->self, setup, data, len);
}

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *header,
                       uint8_t *data, int len)
{
    struct cs_usb *usb = priv;
    struct usb_redir_control_packet_header answer = *header;

    if (usb->attached) {
        const bool in = header->requesttype & 0x80;
        const int n = do_control(usb, header, data, data && len > 0 ? (size_t)len : 0);

        answer.status = n >= 0 ? usb_redir_success : usb_redir_stall;
        answer.length = (uint16_t)(n > 0 ? n : 0);
        usbredirparser_send_control_packet(usb->parser, id, &answer, in && n > 0 ? usb->buf : NULL,
                                           in && n > 0 ? n : 0);
        cs_usb_want_flush(usb);
    }
    usbredirparser_free_packet_data(usb->parser, data);
}

/* There are none of these endpoints. */
static void on_interrupt(void *priv, uint64_t id, struct usb_redir_interrupt_packet_header *header,
                         uint8_t *data, int len)
{
    struct cs_usb *usb = priv;

    (void)len;
    header->status = usb_redir_inval;
    header->length = 0;
    usbredirparser_send_interrupt_packet(usb->parser, id, header, NULL, 0);
    usbredirparser_free_packet_data(usb->parser, data);
    cs_usb_want_flush(usb);
}

static void on_iso(void *priv, uint64_t id, struct usb_redir_iso_packet_header *header,
                   uint8_t *data, int len)
{
    struct cs_usb *usb = priv;

    (void)id;
    (void)header;
    (void)len;
    usbredirparser_free_packet_data(usb->parser, data);
}

/* ---- the device --------------------------------------------------------------------------- */

static void reset(struct cs_usb *usb)
{
    cs_usb_forget_packets(usb);
    usb->profile->reset(usb->self);
}

static void on_reset(void *priv)
{
    reset(priv);
}

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *header)
{
    struct cs_usb *usb = priv;
    struct usb_redir_configuration_status_header answer = {
        .status = header->configuration <= 1 ? usb_redir_success : usb_redir_stall,
        .configuration = header->configuration <= 1 ? header->configuration : usb->configured,
    };

    if (answer.status == usb_redir_success) {
        reset(usb);
        usb->configured = header->configuration;
        cs_usb_send_interfaces(usb);
    }
    usbredirparser_send_configuration_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void on_get_configuration(void *priv, uint64_t id)
{
    struct cs_usb *usb = priv;
    struct usb_redir_configuration_status_header answer = {.status = usb_redir_success,
                                                           .configuration = usb->configured};

    usbredirparser_send_configuration_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void send_setting(struct cs_usb *usb, uint64_t id, uint8_t interface, unsigned state)
{
    struct usb_redir_alt_setting_status_header answer = {.status = (uint8_t)state,
                                                         .interface = interface};

    usbredirparser_send_alt_setting_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void on_set_setting(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *header)
{
    const bool known = header->interface == 0 && header->alt == 0;

    send_setting(priv, id, header->interface, known ? usb_redir_success : usb_redir_stall);
}

static void on_get_setting(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *header)
{
    send_setting(priv, id, header->interface,
                 header->interface == 0 ? usb_redir_success : usb_redir_stall);
}

static void on_start_iso(void *priv, uint64_t id, struct usb_redir_start_iso_stream_header *header)
{
    struct cs_usb *usb = priv;
    struct usb_redir_iso_stream_status_header answer = {.status = usb_redir_inval,
                                                        .endpoint = header->endpoint};

    usbredirparser_send_iso_stream_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void on_stop_iso(void *priv, uint64_t id, struct usb_redir_stop_iso_stream_header *header)
{
    struct usb_redir_start_iso_stream_header as_start = {.endpoint = header->endpoint};

    on_start_iso(priv, id, &as_start);
}

static void on_start_interrupt(void *priv, uint64_t id,
                               struct usb_redir_start_interrupt_receiving_header *header)
{
    struct cs_usb *usb = priv;
    struct usb_redir_interrupt_receiving_status_header answer = {.status = usb_redir_inval,
                                                                 .endpoint = header->endpoint};

    usbredirparser_send_interrupt_receiving_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void on_stop_interrupt(void *priv, uint64_t id,
                              struct usb_redir_stop_interrupt_receiving_header *header)
{
    struct usb_redir_start_interrupt_receiving_header as_start = {.endpoint = header->endpoint};

    on_start_interrupt(priv, id, &as_start);
}

static void on_alloc_streams(void *priv, uint64_t id,
                             struct usb_redir_alloc_bulk_streams_header *header)
{
    struct cs_usb *usb = priv;
    struct usb_redir_bulk_streams_status_header answer = {.endpoints = header->endpoints,
                                                          .status = usb_redir_inval};

    usbredirparser_send_bulk_streams_status(usb->parser, id, &answer);
    cs_usb_want_flush(usb);
}

static void on_free_streams(void *priv, uint64_t id,
                            struct usb_redir_free_bulk_streams_header *header)
{
    struct usb_redir_alloc_bulk_streams_header as_alloc = {.endpoints = header->endpoints};

    on_alloc_streams(priv, id, &as_alloc);
}

static void on_filter_reject(void *priv)
{
    cs_device_note(((struct cs_usb *)priv)->device, 0, "the guest's filter refuses the adapter");
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int n)
{
    (void)priv;
    (void)n;
    free(rules);
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct cs_usb *usb = priv;

    (void)hello;
    usb->hello = true;
    cs_usb_attach(usb);
}

static void on_disconnect_ack(void *priv)
{
    struct cs_usb *usb = priv;

    usb->awaiting_ack = false;
    cs_usb_attach(usb);
}

void cs_usb_set_callbacks(struct cs_usb *usb)
{
    struct usbredirparser *p = usb->parser;

    p->priv = usb;
    p->hello_func = on_hello;
    p->reset_func = on_reset;
    p->set_configuration_func = on_set_configuration;
    p->get_configuration_func = on_get_configuration;
    p->set_alt_setting_func = on_set_setting;
    p->get_alt_setting_func = on_get_setting;
    p->start_iso_stream_func = on_start_iso;
    p->stop_iso_stream_func = on_stop_iso;
    p->start_interrupt_receiving_func = on_start_interrupt;
    p->stop_interrupt_receiving_func = on_stop_interrupt;
    p->alloc_bulk_streams_func = on_alloc_streams;
    p->free_bulk_streams_func = on_free_streams;
    p->cancel_data_packet_func = on_cancel;
    p->control_packet_func = on_control;
    p->bulk_packet_func = on_bulk;
    p->iso_packet_func = on_iso;
    p->interrupt_packet_func = on_interrupt;
    p->filter_reject_func = on_filter_reject;
    p->filter_filter_func = on_filter;
    p->device_disconnect_ack_func = on_disconnect_ack;
}
