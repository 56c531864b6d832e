/* SPDX-License-Identifier: MIT */
/* device.h - the simulated CANopen device: "type": "canopen" in a scenario. What it is comes from
 * an EDS or DCF; CiA 301, 305, 401 and 402. */
#ifndef CANSIM_PLUGINS_CANOPEN_DEVICE_H
#define CANSIM_PLUGINS_CANOPEN_DEVICE_H

#include "plugins/cansim_plugin.h"

extern const struct cansim_node_type co_device_type;

#endif
