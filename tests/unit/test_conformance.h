/* SPDX-License-Identifier: MIT */
/* test_conformance.h - for tests of what the standard says of a whole bus: controllers with clocks
 * and delays of their own on the bit engine, every level on the wire, every sample point. Each test
 * program that includes it has one such bus. */
#ifndef CANSIM_TESTS_TEST_CONFORMANCE_H
#define CANSIM_TESTS_TEST_CONFORMANCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "simcore/fault.h"
#include "simcore/probe.h"
#include "simcore/wire.h"

#define BIT         INT64_C(2000000) /* 500 kbit/s */
#define LAB_NODES   8
#define LAB_EDGES   8192
#define LAB_SAMPLES 8192
#define LAB_EVENTS  8192

static struct lab {
    struct cs_sim *sim;
    struct cs_bus *bus;
    bool all_samples; /* keep them */
    struct {
        int64_t at_ps;
        uint8_t level;
    } edge[LAB_EDGES];
    unsigned n_edges;
    struct {
        int64_t at_ps;
        int16_t node;
        uint8_t level;
    } sample[LAB_SAMPLES];
    unsigned n_samples;
    struct cs_event ev[LAB_EVENTS]; /* without their frames */
    unsigned n_ev;
    unsigned received[LAB_NODES];
    int self[LAB_NODES];
} lab;

static inline void lab_probe(void *ctx, const struct cs_probe_event *event)
{
    (void)ctx;
    if (event->kind == CS_PROBE_WIRE) {
        assert_true(lab.n_edges < LAB_EDGES);
        lab.edge[lab.n_edges].at_ps = event->at_ps;
        lab.edge[lab.n_edges++].level = event->level;
    } else if (event->kind == CS_PROBE_SAMPLE && lab.all_samples) {
        assert_true(lab.n_samples < LAB_SAMPLES);
        lab.sample[lab.n_samples].at_ps = event->at_ps;
        lab.sample[lab.n_samples].node = event->node;
        lab.sample[lab.n_samples++].level = event->level;
    }
}

static inline void lab_event(void *ctx, const struct cs_event *event)
{
    (void)ctx;
    assert_true(lab.n_ev < LAB_EVENTS);
    lab.ev[lab.n_ev] = *event;
    lab.ev[lab.n_ev++].frame = NULL;
}

static inline void lab_received(void *ctx, const struct cs_rx *rx)
{
    (void)rx;
    lab.received[*(int *)ctx]++;
}

static const struct cs_controller_ops lab_ops = {.received = lab_received};

static inline void lab_close(void)
{
    cs_sim_destroy(lab.sim);
    lab.sim = NULL;
}

static inline void lab_open_as(const struct cs_bus_config *config)
{
    lab_close();
    memset(&lab, 0, sizeof(lab));
    lab.sim = cs_sim_create(1);
    assert_int_equal(cs_sim_add_bus(lab.sim, config), 0);
    lab.bus = cs_sim_bus(lab.sim, 0);
    cs_sim_set_probe(lab.sim, lab_probe, NULL);
    assert_int_equal(cs_sim_observe(lab.sim, lab_event, NULL), 0);
}

static inline void lab_open(void)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    lab_open_as(&config);
}

static inline int lab_teardown(void **state)
{
    (void)state;
    lab_close();
    return 0;
}

static inline int lab_attach_as(const char *name, struct cs_controller_config config)
{
    static int next;

    next = cs_bus_node_limit(lab.bus);
    assert_true(next < LAB_NODES);
    lab.self[next] = next;
    config.name = name;
    config.ops = &lab_ops;
    config.ctx = &lab.self[next];
    config.recovery_ps = CS_RECOVERY_MANUAL;
    assert_int_equal(cs_bus_attach(lab.bus, &config), next);
    return next;
}

static inline int lab_attach(const char *name)
{
    return lab_attach_as(name, (struct cs_controller_config){0});
}

static inline struct cs_frame lab_frame(const char *text)
{
    struct cs_frame frame;
    char why[128];

    if (cs_frame_parse(text, &frame, why, sizeof(why))) {
        fail_msg("%s: %s", text, why);
    }
    return frame;
}

static inline struct cs_wire lab_wire_of(const char *text)
{
    struct cs_frame frame = lab_frame(text);
    struct cs_wire wire;

    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    return wire;
}

static inline void lab_send(int node, const char *text)
{
    struct cs_frame frame = lab_frame(text);
    assert_int_equal(cs_bus_submit(lab.bus, node, &frame, 0), 0);
}

static inline void lab_arm(const char *text)
{
    struct cs_fault_spec spec;
    char why[320];

    if (cs_fault_parse(text, &spec, why, sizeof(why)) ||
        cs_fault_arm(lab.bus, &spec, why, sizeof(why)) <= 0) {
        fail_msg("%s: %s", text, why);
    }
}

static inline void lab_run(int64_t ps)
{
    cs_sim_run_until(lab.sim, cs_sim_now_ps(lab.sim) + ps);
}

static inline struct cs_node_status lab_look(int node)
{
    struct cs_node_status status;

    assert_int_equal(cs_bus_node_status(lab.bus, node, &status), 0);
    return status;
}

/* The nth (0..) event of a kind, of a node or (CS_NO_NODE) of any; NULL where there is none. */
static inline const struct cs_event *lab_nth(enum cs_event_kind kind, int node, unsigned n)
{
    for (unsigned i = 0; i < lab.n_ev; i++) {
        const struct cs_event *event = &lab.ev[i];
        if (event->kind == kind && (node == CS_NO_NODE || event->node == node) && n-- == 0) {
            return event;
        }
    }
    return NULL;
}

static inline unsigned lab_count(enum cs_event_kind kind, int node)
{
    unsigned n = 0;
    while (lab_nth(kind, node, n)) {
        n++;
    }
    return n;
}

/* Level of the wire just after `at_ps`. */
static inline unsigned lab_level(int64_t at_ps)
{
    unsigned level = 1;

    for (unsigned i = 0; i < lab.n_edges && lab.edge[i].at_ps <= at_ps; i++) {
        level = lab.edge[i].level;
    }
    return level;
}

/* The wire from `from_ps` on, a digit a nominal bit, as it is in the bits' middles. */
static inline void lab_expect_wire(int64_t from_ps, const char *expect)
{
    char seen[2048];
    size_t n = strlen(expect);

    assert_true(n < sizeof(seen));
    for (size_t i = 0; i < n; i++) {
        seen[i] = (char)('0' + lab_level(from_ps + (int64_t)i * BIT + BIT / 2));
    }
    seen[n] = 0;
    assert_string_equal(seen, expect);
}

/* Bits of the frame first..end-1 as text, appended; the ACK slot as receivers make it. */
static inline char *lab_bits(char *to, const struct cs_wire *wire, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        *to++ = (char)('0' + (i == wire->ack_slot ? 0 : cs_wire_level(wire, i)));
    }
    *to = 0;
    return to;
}

/* First bit on the wire of a field. */
static inline unsigned lab_first_bit(const struct cs_wire *wire, enum cs_field field)
{
    unsigned s = 0;

    while (wire->spans[s].field != field) {
        s++;
        assert_true(s < wire->n_spans);
    }
    return wire->spans[s].first;
}

/* The largest value in good..bad-1 (good < bad) that `works`, where each below it does too. */
static inline int64_t lab_limit(bool (*works)(int64_t value), int64_t good, int64_t bad)
{
    assert_true(works(good));
    assert_false(works(bad));
    while (bad - good > 1) {
        int64_t middle = good + (bad - good) / 2;
        *(works(middle) ? &good : &bad) = middle;
    }
    return good;
}

#endif
