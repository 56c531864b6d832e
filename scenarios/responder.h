/* SPDX-License-Identifier: MIT */
/* responder.h - what a responder answers to: plain data of a scenario. */
#ifndef CANSIM_SCENARIOS_RESPONDER_H
#define CANSIM_SCENARIOS_RESPONDER_H

#include "scenarios/frames.h"
#include "scenarios/match.h"

#define CS_RULES_MAX       64
#define CS_RULE_COPIES     16
#define CS_RESPONDER_QUEUE 64 /* replies that wait, by default */
#define CS_WAITING_MAX     4096

/* Bytes of the request that go into the reply; those that the request does not have stay. */
struct cs_copy {
    int64_t from, to, bytes;
    int64_t toggle; /* added to each, bit by bit */
};

struct cs_rule {
    struct cs_match when;
    struct cs_frames reply;
    int64_t delay_ps, jitter_ps;
    struct cs_copy copy[CS_RULE_COPIES];
    unsigned n_copies;
    bool by_request;    /* the reply's identifier is the request's plus id_offset */
    int64_t id_offset;  /* may be negative */
    int64_t after;      /* matches from this one on, 1 the first */
    int64_t every;      /* each so many of them */
    int64_t count;      /* answers at most, 0: without end */
    int64_t chance_ppm; /* of those */
    int length;         /* 1: the reply's DLC is the request's */
    bool also;          /* later rules may answer as well */
};

#endif
