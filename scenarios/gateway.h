/* SPDX-License-Identifier: MIT */
/* gateway.h - what a gateway lets pass from one bus to another: plain data of a scenario. */
#ifndef CANSIM_SCENARIOS_GATEWAY_H
#define CANSIM_SCENARIOS_GATEWAY_H

#include "scenarios/match.h"

#define CS_ROUTES_MAX    64
#define CS_GATEWAY_QUEUE 256 /* frames that wait in one direction, by default */

enum cs_route_direction { CS_ROUTE_FORWARD, CS_ROUTE_BACK, CS_ROUTE_BOTH };

enum cs_route_id {
    CS_ROUTE_ID_KEEP,
    CS_ROUTE_ID_FIXED,  /* value, ext */
    CS_ROUTE_ID_OFFSET, /* plus offset */
    CS_ROUTE_ID_MASK,   /* the bits of mask are those of value */
};

struct cs_route_id_change {
    enum cs_route_id kind;
    int64_t value, mask;
    bool ext;
    int64_t offset; /* may be negative */
};

struct cs_route {
    struct cs_match when;
    int direction; /* enum cs_route_direction: from "bus" to "to", or back */
    struct cs_route_id_change id;
    bool set_data;
    struct cs_match data; /* of it: data, mask, n_data, exact */
    int64_t delay_ps, jitter_ps;
    int64_t drop_percent;
    int64_t every; /* each so many pass */
    bool block;    /* none pass */
};

/* False where there is no such identifier. */
bool cs_route_change_id(const struct cs_route_id_change *change, struct cs_frame *frame);
/* A frame that cannot hold so much takes the first bytes of it; a remote frame has none. */
void cs_route_change_data(const struct cs_match *data, struct cs_frame *frame);

#endif
