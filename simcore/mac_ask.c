/* SPDX-License-Identifier: MIT */
/* mac_ask.c - what the bit timing around a controller asks it: which field the bit under way
 * belongs to, which rate it has, which edges synchronize. Nothing here changes the controller but
 * cs_mac_edge() and cs_mac_late_bit_error(). */
#include "simcore/sim_internal.h"

bool cs_mac_in_data_phase(const struct cs_mac *mac)
{
    if (mac->state == MAC_TRANSMIT) {
        return mac->fast;
    }
    return mac->state == MAC_RECEIVE && mac->rx.frame.flags & CS_FRAME_BRS &&
           mac->rx.field <= CS_FIELD_CRC_DELIM;
}

static bool transmitter_switches(const struct cs_node *node, unsigned level)
{
    const struct cs_mac *mac = &node->mac;
    const struct cs_wire *wire = &node->wire;

    if (!mac->fast) {
        return wire->brs && mac->pos == wire->brs && level && !mac->late_error;
    }
    return mac->pos == wire->crc_delim || mac->late_error || (!mac->ssp && level != mac->out);
}

static bool receiver_switches(const struct cs_mac *mac, unsigned level)
{
    const struct cs_mac_rx *rx = &mac->rx;
    bool stuff = cs_mac_rx_at_stuff(rx);

    if (!(rx->frame.flags & CS_FRAME_BRS)) {
        return rx->field == CS_FIELD_BRS && !stuff && level;
    }
    /* In the data phase only stuff bits can be wrong. */
    return stuff ? level == rx->last : rx->field == CS_FIELD_CRC_DELIM;
}

bool cs_mac_switches_rate(const struct cs_node *node, unsigned level)
{
    const struct cs_mac *mac = &node->mac;

    level &= mac->inside;
    if (mac->state == MAC_TRANSMIT) {
        return transmitter_switches(node, level);
    }
    return mac->state == MAC_RECEIVE && receiver_switches(mac, level);
}

bool cs_mac_hard_syncs(const struct cs_mac *mac)
{
    switch (mac->state) {
    case MAC_IDLE:
    case MAC_SUSPEND:
    case MAC_INTEGRATE:
        return true;
    case MAC_INTERMISSION:
        return mac->count < INTERMISSION_BITS;
    case MAC_RECEIVE:
        return mac->rx.field == CS_FIELD_R0 && mac->rx.frame.flags & CS_FRAME_FD;
    default:
        return false;
    }
}

bool cs_mac_hard_syncs_after(const struct cs_mac *mac, unsigned level)
{
    const struct cs_mac_rx *rx = &mac->rx;

    return cs_mac_hard_syncs(mac) || (mac->state == MAC_RECEIVE && rx->field == CS_FIELD_FDF &&
                                      level && !cs_mac_rx_at_stuff(rx));
}

void cs_mac_edge(struct cs_mac *mac)
{
    if (mac->state == MAC_INTEGRATE) {
        mac->count = IDLE_BITS;
    }
}

void cs_mac_late_bit_error(struct cs_node *node)
{
    if (node->mac.state == MAC_TRANSMIT) {
        node->mac.late_error = true;
    }
}

static enum cs_field transmit_field(const struct cs_node *node, unsigned *index, bool *stuff)
{
    const struct cs_mac *mac = &node->mac;

    *index = mac->index;
    *stuff = cs_wire_is_stuff(&node->wire, mac->pos);
    return (enum cs_field)node->wire.spans[mac->span].field;
}

enum cs_field cs_mac_field(const struct cs_node *node, unsigned *index, bool *stuff)
{
    const struct cs_mac *mac = &node->mac;
    unsigned count = mac->count;

    *stuff = false;
    switch (mac->state) {
    case MAC_TRANSMIT:
        return transmit_field(node, index, stuff);
    case MAC_RECEIVE:
        return cs_mac_rx_field(&mac->rx, index, stuff);
    case MAC_FLAG_ACTIVE:
        *index = FLAG_BITS - count;
        return mac->overload ? CS_FIELD_OVERLOAD_FLAG : CS_FIELD_ERROR_FLAG;
    case MAC_FLAG_PASSIVE:
        *index = count;
        return CS_FIELD_ERROR_FLAG;
    case MAC_FLAG_WAIT: /* the first recessive bit is the delimiter's first */
        *index = 0;
        return mac->overload ? CS_FIELD_OVERLOAD_DELIM : CS_FIELD_ERROR_DELIM;
    case MAC_DELIM:
        *index = DELIM_BITS - count;
        return mac->overload ? CS_FIELD_OVERLOAD_DELIM : CS_FIELD_ERROR_DELIM;
    case MAC_INTERMISSION:
        *index = INTERMISSION_BITS - count;
        return CS_FIELD_INTERMISSION;
    case MAC_SUSPEND:
        *index = SUSPEND_BITS - count;
        return CS_FIELD_SUSPEND;
    default:
        *index = 0;
        return CS_FIELD_IDLE;
    }
}
