/* SPDX-License-Identifier: MIT */
/* An SDO channel on which both sides say anything. */
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/sdo_watch.h"
#include "plugins/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct co_dict *no_dict(void *ctx)
{
    (void)ctx;
    return NULL;
}

static unsigned no_profile(void *ctx)
{
    (void)ctx;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct co_sdo_names names = {NULL, no_dict, no_profile, NULL};
    struct co_sdo_watch *watch = co_sdo_watch_create(5, &names);
    struct co_sdo_told told;
    struct cs_tree tree;
    uint64_t number = 0;

    if (watch == NULL || cs_tree_init(&tree, 64, 1024) != 0)
        abort();
    for (size_t at = 0; at + 9 <= size; at += 9) {
        struct cansim_frame frame = {.size = sizeof(frame), .number = ++number, .len = 8};
        if ((data[at] & 0xF0) == 0xF0)
            frame.len = data[at] & 7;
        memcpy(frame.data, data + at + 1, 8);
        cs_tree_clear(&tree);
        co_sdo_watch_frame(watch, (data[at] & 8) != 0, &frame,
                           (data[at] & 0x10) != 0 ? NULL : &tree.sink, &told);
        if (tree.depth != 0 || told.kept_len > CO_SDO_KEEP)
            abort();
        /* All of a value that is told of can be read. */
        volatile uint8_t sum = 0;
        for (size_t i = 0; told.value != NULL && i < told.kept_len; i++)
            sum = (uint8_t)(sum + told.value[i]);
        co_sdo_watch_model(watch, (int64_t)at, &tree.sink);
    }
    co_sdo_watch_destroy(watch);
    cs_tree_fini(&tree);
    return 0;
}
