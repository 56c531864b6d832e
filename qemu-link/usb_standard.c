/* SPDX-License-Identifier: MIT */
/* usb_standard.c - what every USB device answers: descriptors, status, features. USB 2.0, 9.4 and
 * 9.6. Addresses, configurations and settings are usbredir's own messages. */
#include "qemu-link/usb_device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GET_STATUS        0
#define CLEAR_FEATURE     1
#define SET_FEATURE       3
#define GET_DESCRIPTOR    6
#define GET_CONFIGURATION 8
#define GET_INTERFACE     10

#define DEVICE    1
#define CONFIG    2
#define STRING    3
#define INTERFACE 4
#define ENDPOINT  5

#define VENDOR_CLASS 0xFF
#define BULK         2
#define BUS_POWERED  0x80
#define MILLIAMPERE2 75 /* in units of 2 mA */
#define ENGLISH      0x0409

enum string { STRING_LANGUAGES, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL };

#define DESCRIPTOR_MAX 255u

static int cut(const uint8_t *bytes, size_t len, uint8_t *buf, size_t room)
{
    const size_t n = len < room ? len : room;

    memcpy(buf, bytes, n);
    return (int)n;
}

unsigned cs_usb_endpoints(const struct cs_usb_profile *profile, unsigned n_channels)
{
    const unsigned n = profile->per_channel + (n_channels > 0 ? n_channels - 1 : 0);

    return n < profile->n_endpoints ? n : profile->n_endpoints;
}

static int device(const struct cs_usb_profile *p, uint8_t *buf, size_t room)
{
    const uint8_t bytes[18] = {
        18,
        DEVICE,
        0x00,
        0x02, /* USB 2.0 */
        0,
        0,
        0,
        64,
        (uint8_t)p->vendor_id,
        (uint8_t)(p->vendor_id >> 8),
        (uint8_t)p->product_id,
        (uint8_t)(p->product_id >> 8),
        (uint8_t)p->version_bcd,
        (uint8_t)(p->version_bcd >> 8),
        STRING_MANUFACTURER,
        STRING_PRODUCT,
        STRING_SERIAL,
        1,
    };

    return cut(bytes, sizeof(bytes), buf, room);
}

static int config(const struct cs_usb_profile *p, unsigned n_channels, uint8_t *buf, size_t room)
{
    const unsigned n = cs_usb_endpoints(p, n_channels);
    const uint8_t total = (uint8_t)(9 + 9 + 7 * n);
    uint8_t bytes[9 + 9 + 7 * CS_USB_ENDPOINTS_MAX] = {
        9,
        CONFIG,
        total,
        0,
        1,
        1,
        0,
        BUS_POWERED,
        MILLIAMPERE2,
        9,
        INTERFACE,
        0,
        0,
        (uint8_t)n,
        VENDOR_CLASS,
        VENDOR_CLASS,
        VENDOR_CLASS,
        0,
    };

    for (unsigned i = 0; i < n; i++) {
        uint8_t *at = bytes + 18 + (size_t)7 * i;

        at[0] = 7;
        at[1] = ENDPOINT;
        at[2] = p->endpoints[i];
        at[3] = BULK;
        at[4] = (uint8_t)CS_USB_MAX_PACKET;
        at[5] = (uint8_t)(CS_USB_MAX_PACKET >> 8);
    }
    return cut(bytes, total, buf, room);
}

static int string(const char *text, uint8_t *buf, size_t room)
{
    uint8_t bytes[DESCRIPTOR_MAX] = {0, STRING};
    size_t len = 2;

    for (; *text && len + 2 <= sizeof(bytes); text++, len += 2)
        bytes[len] = (uint8_t)*text;
    bytes[0] = (uint8_t)len;
    return cut(bytes, len, buf, room);
}

static int get_string(const struct cs_usb_profile *p, const char *serial, unsigned index,
                      uint8_t *buf, size_t room)
{
    static const uint8_t languages[4] = {4, STRING, (uint8_t)ENGLISH, ENGLISH >> 8};

    switch (index) {
    case STRING_LANGUAGES:
        return cut(languages, sizeof(languages), buf, room);
    case STRING_MANUFACTURER:
        return string(p->manufacturer, buf, room);
    case STRING_PRODUCT:
        return string(p->product, buf, room);
    case STRING_SERIAL:
        return string(serial, buf, room);
    default:
        return -EPIPE;
    }
}

int cs_usb_standard_in(const struct cs_usb_profile *profile, unsigned n_channels,
                       const char *serial, const uint8_t setup[8], uint8_t *buf, size_t room)
{
    static const uint8_t status[2] = {0, 0}, configuration[1] = {1}, setting[1] = {0};

    switch (setup[1]) {
    case GET_STATUS:
        return cut(status, sizeof(status), buf, room);
    case GET_CONFIGURATION:
        return cut(configuration, sizeof(configuration), buf, room);
    case GET_INTERFACE:
        return cut(setting, sizeof(setting), buf, room);
    case GET_DESCRIPTOR:
        break;
    default:
        return -EPIPE;
    }
    switch (setup[3]) {
    case DEVICE:
        return device(profile, buf, room);
    case CONFIG:
        return setup[2] == 0 ? config(profile, n_channels, buf, room) : -EPIPE;
    case STRING:
        return get_string(profile, serial, setup[2], buf, room);
    default: /* no other speed, no BOS: it is USB 2.0 */
        return -EPIPE;
    }
}

int cs_usb_standard_out(const uint8_t setup[8])
{
    return setup[1] == CLEAR_FEATURE || setup[1] == SET_FEATURE ? 0 : -EPIPE;
}
