/* SPDX-License-Identifier: MIT */
/* trace.h - for tests: write the event stream as lines of text, to compare it with what is
 * expected. */
#ifndef CANSIM_TESTS_TRACE_H
#define CANSIM_TESTS_TRACE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"
#include "simcore/wire.h"

struct trace {
    struct cs_sim *sim;
    char *text;
    size_t len, size;
    uint32_t kinds; /* bit per enum cs_event_kind; 0 = all */
    uint64_t counts[CS_EV_KIND_COUNT];
};

static inline void trace_add(struct trace *trace, const char *line)
{
    size_t n = strlen(line);
    if (trace->len + n + 1 > trace->size) {
        trace->size = 2 * (trace->size + n + 1);
        trace->text = realloc(trace->text, trace->size);
    }
    memcpy(trace->text + trace->len, line, n + 1);
    trace->len += n;
}

/* One line: bits since 0 at the first bus's rate, node, event and what belongs to it. */
static inline void trace_event(void *ctx, const struct cs_event *event)
{
    struct trace *trace = ctx;
    struct cs_bus *bus = cs_sim_bus(trace->sim, event->bus);
    char line[512], frame[CS_FRAME_TEXT_MAX] = "";

    trace->counts[event->kind]++;
    if (trace->kinds && !(trace->kinds >> event->kind & 1u)) {
        return;
    }
    if (event->frame) {
        cs_frame_format(event->frame, frame);
    }
    snprintf(line, sizeof(line),
             "%" PRId64 ".%" PRId64 " %s/%s %s %s try%u lost%u bit%u %s:%s%s tec%u rec%u %s %s n%u "
             "start%" PRId64 "\n",
             event->at_ps / cs_bus_bit_ps(bus), event->at_ps % cs_bus_bit_ps(bus), cs_bus_name(bus),
             cs_bus_node_name(bus, event->node), cs_event_name((enum cs_event_kind)event->kind),
             frame, event->attempt, event->lost, event->bit,
             cs_error_name((enum cs_error_kind)event->error),
             cs_field_name((enum cs_field)event->field), event->tx ? ":tx" : "", event->tec,
             event->rec, cs_state_name((enum cs_node_state)event->state),
             cs_tx_result_name((enum cs_tx_result)event->result), event->n_bits, event->start_ps);
    trace_add(trace, line);
}

static inline void trace_init(struct trace *trace, struct cs_sim *sim)
{
    *trace = (struct trace){.sim = sim};
    trace_add(trace, "");
    cs_sim_observe(sim, trace_event, trace);
}

#endif
