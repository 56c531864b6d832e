/* SPDX-License-Identifier: MIT */
/* explain.h - a frame's bits on the wire, for people and for programs. */
#ifndef CANSIM_SCENARIOS_EXPLAIN_H
#define CANSIM_SCENARIOS_EXPLAIN_H

#include "scenarios/out.h"
#include "simcore/frame.h"

/* One JSON object on one line; the manual page lists its keys. Returns 0, -EINVAL or -EOPNOTSUPP
 * (CAN FD), as cs_wire_encode(). */
int cs_explain_json(struct cs_out *out, const struct cs_frame *frame, uint32_t bitrate_bps);

/* Fields as a table, the wire with its stuff bits marked, lengths and times; at most 80 columns. */
int cs_explain_text(struct cs_out *out, const struct cs_frame *frame, uint32_t bitrate_bps,
                    bool color);

#endif
