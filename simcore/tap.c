/* SPDX-License-Identifier: MIT */
#include "simcore/tap.h"

#include "simcore/sim_internal.h"

void cs_sim_set_tap(struct cs_sim *sim, cs_tap_fn *fn, void *ctx)
{
    sim->tap = fn;
    sim->tap_ctx = ctx;
}

void cs_sim_set_late(struct cs_sim *sim, int64_t at_ps, void (*fn)(void *ctx), void *ctx)
{
    sim->late_ps = at_ps;
    sim->late = fn;
    sim->late_ctx = ctx;
}

void cs_sim_set_amid(struct cs_sim *sim, int64_t at_ps, uint64_t seq, void (*fn)(void *ctx),
                     void *ctx)
{
    sim->amid_ps = at_ps;
    sim->amid_seq = seq;
    sim->amid = fn;
    sim->amid_ctx = ctx;
}

void cs_sim_run_amid(struct cs_sim *sim)
{
    sim->amid_ps = CS_NEVER;
    sim->amid(sim->amid_ctx);
}

void cs_sim_run_late(struct cs_sim *sim)
{
    int depth = sim->depth;

    sim->now_ps = sim->late_ps > sim->now_ps ? sim->late_ps : sim->now_ps;
    sim->late_ps = CS_NEVER;
    sim->depth = 0;
    sim->late(sim->late_ctx);
    sim->depth = depth;
}

static void describe(const struct cs_sim *sim, struct cs_call *call)
{
    call->at_ps = sim->now_ps;
    call->outside = sim->depth == 0;
    call->ran = sim->ran;
    call->instant = sim->n_instants;
    call->seq = sim->next_seq;
}

void cs_sim_describe_call(const struct cs_sim *sim, struct cs_call *call)
{
    *call = (struct cs_call){.node = CS_NO_NODE};
    describe(sim, call);
}

void cs_tap_sim(struct cs_sim *sim, struct cs_call *call)
{
    describe(sim, call);
    sim->tap(sim->tap_ctx, call);
}

void cs_tap_bus(struct cs_bus *bus, struct cs_call *call)
{
    call->bus = bus;
    call->node = CS_NO_NODE;
    cs_tap_sim(bus->sim, call);
}

void cs_tap_node(const struct cs_node *node, struct cs_call *call)
{
    call->bus = node->bus;
    call->node = node->index;
    call->turn = node->in_turn > 0 ? node->turns : 0;
    cs_tap_sim(node->bus->sim, call);
}
