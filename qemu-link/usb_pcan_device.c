/* SPDX-License-Identifier: MIT */
/* usb_pcan_device.c - the PCAN-USB FD adapters as USB devices: packets and requests on their way
 * between usb_redir.c and the adapter. */
#include <stdlib.h>

#include "qemu-link/usb_device.h"
#include "qemu-link/usb_pcan.h"

struct adapter {
    struct cs_usb *usb;
    struct pcan *pcan;
};

static void on_answer(void *ctx, unsigned channel, uint64_t id)
{
    cs_usb_out_done(((struct adapter *)ctx)->usb, PCAN_EP_OUT + channel, id);
}

static void on_records(void *ctx)
{
    cs_usb_in_ready(((struct adapter *)ctx)->usb, PCAN_EP_IN);
}

static void on_lost(void *ctx, unsigned channel)
{
    cs_device_lost(cs_usb_device(((struct adapter *)ctx)->usb), channel, 1);
}

static void *create(struct cs_usb *usb)
{
    struct cs_device *device = cs_usb_device(usb);
    struct adapter *adapter = calloc(1, sizeof(*adapter));
    char names[PCAN_CHANNELS_MAX][CS_NAME_MAX];
    const char *list[PCAN_CHANNELS_MAX];
    const struct cs_pcan_guest guest = {
        .answer = on_answer, .has_records = on_records, .lost = on_lost, .ctx = adapter};

    if (!adapter)
        return NULL;
    for (unsigned i = 0; i < PCAN_CHANNELS_MAX; i++)
        list[i] = cs_device_port_name(device, i, names[i]);
    adapter->usb = usb;
    adapter->pcan =
        cs_pcan_create(&device->host, device->bus, list, device->spec.n_buses, "usb", &guest);
    if (adapter->pcan)
        return adapter;
    free(adapter);
    return NULL;
}

static void destroy(void *self)
{
    struct adapter *adapter = self;

    cs_pcan_destroy(adapter->pcan);
    free(adapter);
}

static void reset(void *self)
{
    cs_pcan_reset(((struct adapter *)self)->pcan);
}

static int control_in(void *self, const uint8_t setup[8], uint8_t *buf, size_t room)
{
    return cs_pcan_read(((struct adapter *)self)->pcan, setup, buf, room);
}

static int control_out(void *self, const uint8_t setup[8], const uint8_t *data, size_t len)
{
    return cs_pcan_write(((struct adapter *)self)->pcan, setup, data, len);
}

static int out(void *self, unsigned endpoint, uint64_t id, const uint8_t *data, size_t len)
{
    struct adapter *adapter = self;

    if (endpoint != PCAN_EP_CMD_OUT)
        return cs_pcan_packet(&adapter->pcan->channels[endpoint - PCAN_EP_OUT], id, data, len);
    if (data)
        cs_pcan_commands(adapter->pcan, data, len);
    cs_usb_out_done(adapter->usb, endpoint, id);
    return 0;
}

static void cancel(void *self, unsigned endpoint, uint64_t id)
{
    if (endpoint != PCAN_EP_CMD_OUT)
        cs_pcan_cancel(&((struct adapter *)self)->pcan->channels[endpoint - PCAN_EP_OUT], id);
}

static size_t in(void *self, unsigned endpoint, uint8_t *buf, size_t room)
{
    return endpoint == PCAN_EP_IN ? cs_pcan_take(((struct adapter *)self)->pcan, buf, room) : 0;
}

static int node(const void *self, unsigned channel)
{
    return cs_port_node(((const struct adapter *)self)->pcan->channels[channel].port);
}

#define PROFILE(product_id_, product_)                                                            \
    {                                                                                             \
        .vendor_id = 0x0C72, .product_id = (product_id_), .version_bcd = 0x0100,                  \
        .manufacturer = "PEAK-System Technik GmbH", .product = (product_),                        \
        .endpoints = {PCAN_EP_CMD_IN, PCAN_EP_CMD_OUT, PCAN_EP_IN, PCAN_EP_OUT, PCAN_EP_OUT + 1}, \
        .n_endpoints = 5, .per_channel = 4, .create = create, .destroy = destroy, .reset = reset, \
        .control_in = control_in, .control_out = control_out, .out = out, .cancel = cancel,       \
        .in = in, .node = node,                                                                   \
    }

static const struct cs_usb_profile fd = PROFILE(0x0012, "PCAN-USB FD");
static const struct cs_usb_profile pro_fd = PROFILE(0x0011, "PCAN-USB Pro FD");

const struct cs_device_model cs_usb_pcanfd_model = {
    .kind = CS_DEVICE_USB,
    .name = "pcanfd",
    .aliases = "pcan_usb_fd,peak_usb,pcan",
    .min_ports = 1,
    .max_ports = 1,
    .driver = "peak_usb",
    .help = "PCAN-USB FD (0c72:0012)",
    .ops = &cs_usb_ops,
    .data = &fd,
};

const struct cs_device_model cs_usb_pcanprofd_model = {
    .kind = CS_DEVICE_USB,
    .name = "pcanprofd",
    .aliases = "pcan_usb_pro_fd",
    .min_ports = 2,
    .max_ports = 2,
    .driver = "peak_usb",
    .help = "PCAN-USB Pro FD (0c72:0011)",
    .ops = &cs_usb_ops,
    .data = &pro_fd,
};
