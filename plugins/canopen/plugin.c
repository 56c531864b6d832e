/* SPDX-License-Identifier: MIT */
/* plugin.c - CANopen as a plugin: a row for each decoder and each kind of node. */
#include "plugins/canopen/dec_internal.h"
#include "plugins/canopen/device.h"
#include "plugins/canopen/master.h"
#include "plugins/plugins.h"

static const struct cansim_decoder *const decoders[] = {
    &co_decoder,
    NULL,
};

static const struct cansim_node_type *const nodes[] = {
    &co_device_type,
    &co_master_type,
    NULL,
};

const struct cansim_plugin cs_plugin_canopen = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cs_plugin_canopen),
    .name = "canopen",
    .version = CANSIM_VERSION,
    .about = "CANopen: decoder and devices",
    .license = "MIT",
    .decoders = decoders,
    .nodes = nodes,
};
