/* SPDX-License-Identifier: MIT */
/* gateway.h - what a gateway lets pass from one bus to another: plain data of a scenario. */
#ifndef CANSIM_SCENARIOS_GATEWAY_H
#define CANSIM_SCENARIOS_GATEWAY_H

#include "scenarios/change.h"

#define CS_ROUTES_MAX    64
#define CS_GATEWAY_QUEUE 256 /* frames that wait in one direction, by default */

enum cs_route_direction { CS_ROUTE_FORWARD, CS_ROUTE_BACK, CS_ROUTE_BOTH };

struct cs_route {
    struct cs_match when;
    int direction; /* enum cs_route_direction: from "bus" to "to", or back */
    struct cs_change change;
    int64_t delay_ps, jitter_ps;
    int64_t drop_ppm;
    int64_t every; /* each so many pass */
    bool block;    /* none pass */
};

#endif
