/* SPDX-License-Identifier: MIT */
/* usb_pcan.c - the adapter: its channels, the vendor requests. */
#include "qemu-link/usb_pcan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_INFO  0
#define REQUEST_FCT   2
#define INFO_FIRMWARE 1
#define FCT_DRIVER    5    /* data[1]: it is there, or leaves */
#define TO_HOST       0xC3 /* vendor, other */
#define TO_DEVICE     0x43
#define FIRMWARE_SIZE 36
#define FIRMWARE_TYPE 2 /* tells the endpoints too */

/* ---- what a controller tells --------------------------------------------------------------- */

static void on_received(void *ctx, const struct cs_rx *rx)
{
    cs_pcan_tell_rx(ctx, rx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    cs_pcan_confirmed(ctx, done);
}

/* Frames that wait for the end of bus-off go out now. */
static void on_state(struct pcan_channel *ch, const struct cs_event *event)
{
    cs_pcan_tell_state(ch);
    if (!ch->recovering || event->state == CS_STATE_BUS_OFF)
        return;
    ch->recovering = false;
    cs_pcan_send(ch);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct pcan_channel *ch = ctx;

    switch (event->kind) {
    case CS_EV_ERROR:
        cs_pcan_error(ch, event);
        cs_pcan_attempt_failed(ch, event);
        break;
    case CS_EV_ARB_LOST:
        cs_pcan_attempt_failed(ch, event);
        break;
    case CS_EV_COUNTERS:
        cs_pcan_tell_state(ch);
        break;
    case CS_EV_STATE:
        on_state(ch, event);
        break;
    default:
        break;
    }
}

static const struct cs_port_ops port_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
};

/* ---- the adapter --------------------------------------------------------------------------- */

struct pcan *cs_pcan_create(const struct cs_link_host *host, struct cs_bus *const *buses,
                            const char *const *names, unsigned n, const char *via,
                            const struct cs_pcan_guest *guest)
{
    struct pcan *pcan = calloc(1, sizeof(*pcan));

    if (!pcan)
        return NULL;
    pcan->guest = *guest;
    for (unsigned i = 0; i < n; i++) {
        struct pcan_channel *ch = &pcan->channels[i];

        ch->pcan = pcan;
        ch->index = i;
        ch->device_id = i;
        ch->failed_ps = -1;
        cs_pcan_reset_registers(ch);
        ch->port = cs_port_create(host, buses[i], names[i], via, &port_ops, ch);
        if (!ch->port) {
            cs_pcan_destroy(pcan);
            return NULL;
        }
        pcan->n_channels++;
    }
    return pcan;
}

void cs_pcan_destroy(struct pcan *pcan)
{
    for (unsigned i = 0; pcan && i < pcan->n_channels; i++)
        cs_port_destroy(pcan->channels[i].port);
    free(pcan);
}

void cs_pcan_reset(struct pcan *pcan)
{
    for (unsigned i = 0; i < pcan->n_channels; i++) {
        struct pcan_channel *ch = &pcan->channels[i];

        ch->n_packets = 0;
        cs_pcan_channel_off(ch);
        cs_pcan_reset_registers(ch);
    }
    pcan->wants_errors = false;
    pcan->in_first = pcan->in_end = 0;
}

/* ---- vendor requests ----------------------------------------------------------------------- */

static void put_firmware(const struct pcan *pcan, uint8_t info[FIRMWARE_SIZE])
{
    /* size, type; hardware, boot loader; board, firmware: from 2 on it knows ISO CAN FD. */
    static const uint8_t head[12] = {FIRMWARE_SIZE, 0, FIRMWARE_TYPE, 0, 1, 3, 1, 0, 4, 3, 4, 3};
    static const uint8_t endpoints[8] = {PCAN_EP_CMD_OUT, PCAN_EP_CMD_IN, PCAN_EP_OUT,
                                         PCAN_EP_OUT + 1, PCAN_EP_IN};

    memset(info, 0, FIRMWARE_SIZE);
    memcpy(info, head, sizeof(head));
    for (unsigned i = 0; i < pcan->n_channels; i++)
        pcan_put32(info + 12 + (size_t)4 * i, pcan->channels[i].device_id);
    pcan_put32(info + 20, 1); /* serial number */
    memcpy(info + 28, endpoints, sizeof(endpoints));
}

int cs_pcan_read(struct pcan *pcan, const uint8_t setup[8], uint8_t *buf, size_t room)
{
    uint8_t info[FIRMWARE_SIZE];
    const size_t len = room < sizeof(info) ? room : sizeof(info);

    if (setup[0] != TO_HOST || setup[1] != REQUEST_INFO || pcan_get16(setup + 2) != INFO_FIRMWARE)
        return -EPIPE;
    put_firmware(pcan, info);
    memcpy(buf, info, len);
    return (int)len;
}

int cs_pcan_write(struct pcan *pcan, const uint8_t setup[8], const uint8_t *data, size_t len)
{
    if (setup[0] != TO_DEVICE || setup[1] != REQUEST_FCT || pcan_get16(setup + 2) != FCT_DRIVER ||
        len < 2)
        return -EPIPE;
    for (unsigned i = 0; !data[1] && i < pcan->n_channels; i++)
        cs_pcan_channel_off(&pcan->channels[i]);
    return (int)len;
}
