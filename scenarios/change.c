/* SPDX-License-Identifier: MIT */
#include "scenarios/change.h"

#include <string.h>

static bool change_id(const struct cs_id_change *change, struct cs_frame *frame)
{
    int64_t id = frame->id;

    switch (change->kind) {
    case CS_ID_FIXED:
        id = change->value;
        frame->flags =
            (uint8_t)((frame->flags & ~(unsigned)CS_FRAME_EXT) | (change->ext ? CS_FRAME_EXT : 0u));
        break;
    case CS_ID_OFFSET:
        id += change->offset;
        break;
    case CS_ID_MASK:
        id = (id & ~change->mask) | (change->value & change->mask);
        break;
    default:
        break;
    }
    if (id < 0 || id > ((frame->flags & CS_FRAME_EXT) != 0 ? CS_ID_MAX_EXT : CS_ID_MAX_BASE))
        return false;
    frame->id = (uint32_t)id;
    return true;
}

static void change_data(const struct cs_match *data, struct cs_frame *frame)
{
    bool fd = (frame->flags & CS_FRAME_FD) != 0;
    unsigned n = data->n_data <= 8 || fd ? data->n_data : 8;

    if ((frame->flags & CS_FRAME_RTR) != 0)
        return;
    if (frame->len < n || data->exact) {
        frame->dlc = (uint8_t)cs_frame_len_to_dlc(n);
        unsigned len = cs_frame_dlc_to_len(frame->dlc, fd), kept = frame->len < n ? frame->len : n;
        memset(frame->data + kept, 0, sizeof(frame->data) - kept);
        frame->len = (uint8_t)len;
    }
    for (unsigned i = 0; i < n; i++)
        frame->data[i] = (uint8_t)((frame->data[i] & ~data->mask[i]) | data->data[i]);
}

bool cs_change_apply(const struct cs_change *change, struct cs_frame *frame)
{
    if (!change_id(&change->id, frame))
        return false;
    if (change->set_data)
        change_data(&change->data, frame);
    return true;
}
