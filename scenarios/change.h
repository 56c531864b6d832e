/* SPDX-License-Identifier: MIT */
/* change.h - what becomes of a frame that a gateway lets pass or a replay sends: another
 * identifier, other data. */
#ifndef CANSIM_SCENARIOS_CHANGE_H
#define CANSIM_SCENARIOS_CHANGE_H

#include "scenarios/match.h"

enum cs_id_change_kind {
    CS_ID_KEEP,
    CS_ID_FIXED,  /* value, ext */
    CS_ID_OFFSET, /* plus offset */
    CS_ID_MASK,   /* the bits of mask are those of value */
};

struct cs_id_change {
    enum cs_id_change_kind kind;
    int64_t value, mask;
    bool ext;
    int64_t offset; /* may be negative */
};

/* All zero: nothing. */
struct cs_change {
    struct cs_id_change id;
    bool set_data;
    struct cs_match data; /* of it: data, mask, n_data, exact */
};

/* False, and the frame as it is, where there is no such identifier. A frame that cannot hold so
 * much data takes the first bytes of it; a remote frame has none. */
bool cs_change_apply(const struct cs_change *change, struct cs_frame *frame);

#endif
