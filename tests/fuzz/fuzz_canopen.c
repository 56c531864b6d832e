/* SPDX-License-Identifier: MIT */
/* fuzz_canopen.c - frames for the CANopen decoder, two instances beside each other: one with a
 * file, told to a tree; one that follows without a sink. Whatever comes: both know the same in the
 * end, and nothing that time has to tell comes twice.
 * Input: a byte, 1 modulo 16: with a file; then records of ID (2 bytes, little-endian; bit 15: 29
 * bits, ID
 * * 4099), flags and length (bits 0..3 length, 4 remote), milliseconds, data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/plugins.h"
#include "plugins/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MS INT64_C(1000000000)

struct follower {
    const struct cansim_decoder *decoder;
    void *state;
    struct cansim_sink *sink;
};

static struct cs_tree tree, models[2];

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void start(struct follower *f, bool file, struct cansim_sink *sink)
{
    static const struct cansim_host host = {
        .size = sizeof(host), .version = "0", .bus_name = "can0"};
    static const struct cansim_setting settings[] = {{"profile", "7=401"},
                                                     {"eds/0", "5=scenarios/examples/drive.eds"}};
    char why[400];

    f->decoder = cs_plugin_canopen.decoders[0];
    f->sink = sink;
    need(f->decoder->open(&f->state, &host, settings, file ? 2 : 1, why, sizeof(why)) == 0);
}

static void feed(struct follower *f, const struct cansim_frame *frame)
{
    unsigned told = 0;

    for (int64_t at_ps; (at_ps = f->decoder->next(f->state)) <= frame->at_ps;) {
        if (f->sink != NULL)
            cs_tree_clear(&tree);
        f->decoder->time(f->state, at_ps, f->sink);
        need(++told <= 256);
    }
    if (f->sink != NULL)
        cs_tree_clear(&tree);
    int taken = f->decoder->frame(f->state, frame, f->sink);
    if (f->sink != NULL)
        need(taken == (tree.summary[0] != '\0') && tree.depth == 0);
}

static void finish(struct follower *f, int64_t at_ps, struct cs_tree *model)
{
    cs_tree_clear(model);
    f->decoder->model(f->state, at_ps, &model->sink);
    need(model->depth == 0);
    f->decoder->close(f->state);
}

static size_t record(const uint8_t *data, size_t size, struct cansim_frame *frame)
{
    if (size < 4)
        return 0;
    unsigned id = data[0] | (unsigned)data[1] << 8;
    size_t len = data[2] & 0x0F;

    if (len > 8)
        len = 8;
    if (len > size - 4)
        len = size - 4;
    frame->id = id & 0x7FF;
    frame->flags = 0;
    if (id & 0x8000) {
        frame->id = (id & 0x7FFF) * 4099u;
        frame->flags |= CANSIM_FRAME_EXT;
    }
    if (data[2] & 0x10)
        frame->flags |= CANSIM_FRAME_RTR;
    frame->dlc = (uint8_t)len;
    frame->len = data[2] & 0x10 ? 0 : (uint8_t)len;
    frame->at_ps += data[3] * MS;
    frame->start_ps = frame->at_ps;
    frame->number++;
    memset(frame->data, 0, sizeof(frame->data));
    memcpy(frame->data, data + 4, frame->len);
    return 4 + frame->len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cansim_frame frame = {.size = sizeof(frame), .node = CANSIM_NO_NODE};
    struct follower one, other;

    if (tree.fields == NULL) {
        need(cs_tree_init(&tree, CS_TREE_FIELDS, 1 << 20) == 0);
        for (int i = 0; i < 2; i++)
            need(cs_tree_init(&models[i], 65536, 1 << 22) == 0);
        tree.sink.want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS;
    }
    bool file = size != 0 && (data[0] & 15) == 1;
    start(&one, file, &tree.sink);
    start(&other, file, NULL);
    if (size != 0) {
        data++;
        size--;
    }
    for (size_t n; (n = record(data, size, &frame)) != 0; data += n, size -= n) {
        feed(&one, &frame);
        feed(&other, &frame);
    }
    finish(&one, frame.at_ps, &models[0]);
    finish(&other, frame.at_ps, &models[1]);
    need(models[0].n_fields == models[1].n_fields && models[0].n_bytes == models[1].n_bytes &&
         memcmp(models[0].bytes, models[1].bytes, models[0].n_bytes) == 0);
    return 0;
}
