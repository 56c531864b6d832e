/* SPDX-License-Identifier: MIT */
/* test_fault.h - for tests of faults: a bus of four nodes, what happened on it, and the same again
 * with the other engine. */
#ifndef CANSIM_TESTS_TEST_FAULT_H
#define CANSIM_TESTS_TEST_FAULT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/fault.h"
#include "simcore/sim.h"
#include "simcore/wire.h"

#define NODES 4 /* a b c d */
#define LINES 4000

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus;
    char *line[LINES];
    unsigned n_lines;
    unsigned errors[NODES][CS_ERROR_COUNT];
    unsigned counts[CS_EV_KIND_COUNT], sent[NODES], received[NODES], dropped[NODES];
    unsigned stages[4];
    struct cs_event first_error;
    struct cs_frame last[NODES]; /* received */
    int64_t bus_off_ps, recovered_ps, error_ps;
};

struct peer {
    struct world *world;
    int node;
};

static void peer_received(void *ctx, const struct cs_rx *rx)
{
    const struct peer *peer = ctx;
    peer->world->received[peer->node]++;
    peer->world->last[peer->node] = *rx->frame;
}

static void peer_detached(void *ctx)
{
    free(ctx);
}

static const struct cs_controller_ops peer_ops = {.received = peer_received,
                                                  .detached = peer_detached};

static void put_line(struct world *world, const struct cs_event *event)
{
    char text[600], frame[CS_FRAME_TEXT_MAX] = "";

    if (event->frame) {
        cs_frame_format(event->frame, frame);
    }
    snprintf(
        text, sizeof(text), "%lld %s %s %s%s %s@%s.%u tec%u rec%u try%u", (long long)event->at_ps,
        cs_bus_node_name(world->bus, event->node), cs_event_name((enum cs_event_kind)event->kind),
        frame, event->kind == CS_EV_FAULT ? cs_fault_stage_name(event->stage) : "",
        cs_error_name((enum cs_error_kind)event->error), cs_field_name((enum cs_field)event->field),
        event->index, event->tec, event->rec, event->attempt);
    if (world->n_lines < LINES) {
        world->line[world->n_lines++] = strdup(text);
    }
}

static void world_event(void *ctx, const struct cs_event *event)
{
    struct world *world = ctx;
    int node = event->node;

    put_line(world, event);
    world->counts[event->kind]++;
    if (event->kind == CS_EV_ERROR) {
        if (world->counts[CS_EV_ERROR] == 1) {
            world->first_error = *event;
        }
        world->errors[node][event->error]++;
        world->error_ps = event->at_ps;
    } else if (event->kind == CS_EV_SENT) {
        world->sent[node]++;
    } else if (event->kind == CS_EV_DROPPED) {
        world->dropped[node]++;
    } else if (event->kind == CS_EV_FAULT) {
        world->stages[event->stage]++;
    } else if (event->kind == CS_EV_STATE && event->state == CS_STATE_BUS_OFF) {
        world->bus_off_ps = event->at_ps;
    } else if (event->kind == CS_EV_STATE && event->state == CS_STATE_ERROR_ACTIVE) {
        world->recovered_ps = event->at_ps;
    }
}

static void world_open(struct world *world, enum cs_engine engine)
{
    static const char *const names[NODES] = {"a", "b", "c", "d"};
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};

    memset(world, 0, sizeof(*world));
    world->sim = cs_sim_create(7);
    assert_int_equal(cs_sim_add_bus(world->sim, &config), 0);
    world->bus = cs_sim_bus(world->sim, 0);
    cs_bus_set_engine(world->bus, engine);
    cs_sim_observe(world->sim, world_event, world);
    for (int i = 0; i < NODES; i++) {
        struct peer *peer = malloc(sizeof(*peer));
        *peer = (struct peer){world, i};
        struct cs_controller_config node = {
            .name = names[i], .ops = &peer_ops, .ctx = peer, .recovery_ps = CS_RECOVERY_MANUAL};
        assert_int_equal(cs_bus_attach(world->bus, &node), i);
    }
}

static void world_close(struct world *world)
{
    cs_sim_destroy(world->sim);
    for (unsigned i = 0; i < world->n_lines; i++) {
        free(world->line[i]);
    }
}

/* For a look at what happened. */
static inline void world_print(const struct world *world)
{
    for (unsigned i = 0; i < world->n_lines; i++) {
        fprintf(stderr, "%s\n", world->line[i]);
    }
}

static inline int world_try_arm(struct world *world, const char *text, char *why, size_t why_size)
{
    struct cs_fault_spec spec;

    if (cs_fault_parse(text, &spec, why, why_size)) {
        fail_msg("%s: %s", text, why);
    }
    return cs_fault_arm(world->bus, &spec, why, why_size);
}

static inline int world_arm(struct world *world, const char *text)
{
    char why[320];
    int id = world_try_arm(world, text, why, sizeof(why));

    if (id <= 0) {
        fail_msg("%s: %s", text, why);
    }
    return id;
}

static inline void world_send(struct world *world, int node, const char *text)
{
    struct cs_frame frame;
    char why[128];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
    assert_int_equal(cs_bus_submit(world->bus, node, &frame, 1), 0);
}

static void world_run_us(struct world *world, int64_t us)
{
    cs_sim_run_until(world->sim, cs_sim_now_ps(world->sim) + us * CS_PS_PER_US);
}

static inline struct cs_node_status world_look(const struct world *world, int node)
{
    struct cs_node_status status;

    assert_int_equal(cs_bus_node_status(world->bus, node, &status), 0);
    return status;
}

/* Run a story with both engines; their events must be the same ones. */
typedef void story_fn(struct world *world);

static inline void tell(story_fn *story)
{
    struct world bit, frame;

    world_open(&bit, CS_ENGINE_BIT);
    story(&bit);
    world_open(&frame, CS_ENGINE_AUTO);
    story(&frame);
    for (unsigned i = 0; i < bit.n_lines || i < frame.n_lines; i++) {
        assert_true(i < bit.n_lines && i < frame.n_lines);
        assert_string_equal(bit.line[i], frame.line[i]);
    }
    world_close(&bit);
    world_close(&frame);
}

#define STORY(name)                            \
    static void name##_story(struct world *w); \
    static void name(void **state)             \
    {                                          \
        (void)state;                           \
        tell(name##_story);                    \
    }                                          \
    static void name##_story(struct world *w)

#endif
