/* SPDX-License-Identifier: MIT */
/* dev_sdo.c - the SDO server, CiA 301, 7.2.4: expedited and segmented transfers. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

#define TIMEOUT_PS PS_PER_S /* for the client's next frame */

void dev_sdo_answer(struct co_device *dev, const uint8_t d[8], uint64_t cookie)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x580u + dev->node_id, .len = 8};

    memcpy(frame.data, d, 8);
    if (cookie == DEV_C_OTHER && dev_behave_delay(dev, &frame, cookie))
        return;
    dev_send(dev, frame.id, d, 8, false, cookie);
}

void dev_sdo_reset(struct co_device *dev)
{
    dev->sdo.state = DEV_SDO_IDLE;
    dev->due_ps[DEV_T_SDO] = CANSIM_NEVER;
}

void dev_sdo_busy(struct co_device *dev)
{
    dev->due_ps[DEV_T_SDO] = dev_now(dev) + TIMEOUT_PS + dev->behave.slow_ps;
}

void dev_sdo_abort(struct co_device *dev, uint32_t code)
{
    uint8_t d[8] = {0x80, (uint8_t)dev->sdo.index, (uint8_t)(dev->sdo.index >> 8), dev->sdo.sub};

    co_put_le(d + 4, 4, code);
    dev_sdo_answer(dev, d, DEV_C_OTHER);
    dev_sdo_reset(dev);
}

void dev_sdo_timer(struct co_device *dev)
{
    dev_sdo_abort(dev, 0x05040000);
}

/* Which object a request is about: 0 or an abort code. */
uint32_t dev_sdo_open(struct co_device *dev, const uint8_t *d, bool write)
{
    struct dev_sdo *s = &dev->sdo;
    uint32_t code;

    s->index = (uint16_t)co_get_le(d + 1, 2);
    s->sub = d[3];
    s->toggle = 0;
    s->at = s->len = s->size = 0;
    s->have_size = false;
    if (dev_behave_abort(dev, s->index, s->sub, &code))
        return code;
    s->entry = co_od_find(&dev->od, s->index, s->sub);
    if (s->entry == CO_OD_NONE)
        return co_dict_first(dev->dict, s->index) != NULL ? 0x06090011 : 0x06020000;
    const struct co_object *object = co_od_object(&dev->od, s->entry);
    if (write && (object->access & CO_ACCESS_WRITE) == 0)
        return 0x06010002;
    if (!write && (object->access & CO_ACCESS_READ) == 0)
        return 0x06010001;
    return 0;
}

/* The value that is to be sent is copied: writes meanwhile do not tear it. */
uint32_t dev_sdo_read(struct co_device *dev)
{
    struct dev_sdo *s = &dev->sdo;
    const struct co_od_entry *e = &dev->od.entries[s->entry];

    /* A history that is shorter than its room. */
    if (s->index == 0x1003 && s->sub > co_od_get(&dev->od, 0x1003, 0, 0))
        return 0x08000024;
    memcpy(s->buffer, e->value, e->len);
    s->len = e->len;
    return 0;
}

uint32_t dev_sdo_write(struct co_device *dev)
{
    struct dev_sdo *s = &dev->sdo;

    if (s->have_size && s->size != s->len)
        return s->len > s->size ? 0x06070012 : 0x06070013;
    return dev_write(dev, s->entry, s->buffer, s->len);
}

/* ---- download -------------------------------------------------------------------------------- */

static void confirm_download(struct co_device *dev)
{
    uint8_t d[8] = {0x60, (uint8_t)dev->sdo.index, (uint8_t)(dev->sdo.index >> 8), dev->sdo.sub};

    dev_sdo_answer(dev, d, DEV_C_OTHER);
}

static void begin_download(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint32_t code = dev_sdo_open(dev, d, true);

    s->state = DEV_SDO_IDLE;
    if (code == 0 && (d[0] & 2) != 0) {
        unsigned size = co_type_size(co_od_object(&dev->od, s->entry)->type);
        s->len = (d[0] & 1) != 0 ? 4u - (d[0] >> 2 & 3) : size != 0 && size < 4 ? size : 4;
        memcpy(s->buffer, d + 4, s->len);
        code = dev_sdo_write(dev);
    } else if (code == 0) {
        s->have_size = (d[0] & 1) != 0;
        s->size = s->have_size ? (uint32_t)co_get_le(d + 4, 4) : 0;
        unsigned size = co_type_size(co_od_object(&dev->od, s->entry)->type);
        if (s->size > CO_OD_MAX_VALUE)
            code = 0x05040005;
        else if (size != 0 && s->have_size && s->size != size)
            code = s->size > size ? 0x06070012 : 0x06070013;
        s->state = DEV_SDO_DOWN;
    }
    if (code != 0) {
        dev_sdo_abort(dev, code);
        return;
    }
    if (s->state == DEV_SDO_DOWN)
        dev_sdo_busy(dev);
    confirm_download(dev);
}

static void download_segment(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    unsigned n = 7 - (d[0] >> 1 & 7);
    uint8_t answer[8] = {(uint8_t)(0x20 | s->toggle << 4)};

    if (s->state != DEV_SDO_DOWN) {
        dev_sdo_abort(dev, 0x05040001);
        return;
    }
    if ((d[0] >> 4 & 1) != s->toggle) {
        dev_sdo_abort(dev, 0x05030000);
        return;
    }
    if (s->len + n > CO_OD_MAX_VALUE) {
        dev_sdo_abort(dev, 0x05040005);
        return;
    }
    memcpy(s->buffer + s->len, d + 1, n);
    s->len += n;
    s->toggle ^= 1;
    if (dev->behave.toggles > 0) {
        dev->behave.toggles--;
        answer[0] ^= 0x10;
    }
    dev_sdo_busy(dev);
    if ((d[0] & 1) != 0) {
        uint32_t code = dev_sdo_write(dev);
        dev_sdo_reset(dev);
        if (code != 0) {
            dev_sdo_abort(dev, code);
            return;
        }
    }
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

/* ---- upload ---------------------------------------------------------------------------------- */

static void begin_upload(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint32_t code = dev_sdo_open(dev, d, false);
    uint8_t answer[8] = {0x41, d[1], d[2], d[3]};

    s->state = DEV_SDO_IDLE;
    dev->due_ps[DEV_T_SDO] = CANSIM_NEVER;
    if (code == 0)
        code = dev_sdo_read(dev);
    if (code != 0) {
        dev_sdo_abort(dev, code);
        return;
    }
    if (s->len >= 1 && s->len <= 4) {
        answer[0] = (uint8_t)(0x43 | (4 - s->len) << 2);
        memcpy(answer + 4, s->buffer, s->len);
    } else {
        co_put_le(answer + 4, 4, s->len);
        s->state = DEV_SDO_UP;
        dev_sdo_busy(dev);
    }
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

static void upload_segment(struct co_device *dev, const uint8_t *d)
{
    struct dev_sdo *s = &dev->sdo;
    uint8_t answer[8] = {0};

    if (s->state != DEV_SDO_UP) {
        dev_sdo_abort(dev, 0x05040001);
        return;
    }
    if ((d[0] >> 4 & 1) != s->toggle) {
        dev_sdo_abort(dev, 0x05030000);
        return;
    }
    uint32_t n = s->len - s->at < 7 ? s->len - s->at : 7;
    bool last = s->at + n == s->len;
    answer[0] = (uint8_t)((unsigned)s->toggle << 4 | (7 - n) << 1 | (last ? 1u : 0u));
    memcpy(answer + 1, s->buffer + s->at, n);
    s->at += n;
    s->toggle ^= 1;
    if (dev->behave.toggles > 0) {
        dev->behave.toggles--;
        answer[0] ^= 0x10;
    }
    if (last)
        dev_sdo_reset(dev);
    else
        dev_sdo_busy(dev);
    dev_sdo_answer(dev, answer, DEV_C_OTHER);
}

/* ---- by command ------------------------------------------------------------------------------ */

static void aborted(struct co_device *dev, const uint8_t *d)
{
    (void)d;
    dev_sdo_reset(dev);
}

static void not_defined(struct co_device *dev, const uint8_t *d)
{
    dev->sdo.index = (uint16_t)co_get_le(d + 1, 2);
    dev->sdo.sub = d[3];
    dev_sdo_abort(dev, 0x05040001);
}

void dev_sdo_frame(struct co_device *dev, const uint8_t *d, unsigned len)
{
    /* Command specifiers; those of block transfers are looked at before. */
    static void (*const commands[8])(struct co_device *, const uint8_t *) = {
        download_segment, begin_download, begin_upload, upload_segment,
        aborted,          not_defined,    not_defined,  not_defined,
    };

    if (len != 8)
        return;
    if (!dev_sdo_block(dev, d))
        commands[d[0] >> 5](dev, d);
}
