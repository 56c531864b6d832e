/* SPDX-License-Identifier: MIT */
/* master.h - a node that is a CANopen master: boots slaves (CiA 302-2), configures them from DCFs,
 * runs a script of SDO transfers, NMT and LSS services, produces SYNC, TIME and heartbeat, and
 * watches the slaves' heartbeats. "type": "canopen-master". */
#ifndef CANSIM_PLUGINS_CANOPEN_MASTER_H
#define CANSIM_PLUGINS_CANOPEN_MASTER_H

#include "plugins/cansim_plugin.h"

extern const struct cansim_node_type co_master_type;

#endif
