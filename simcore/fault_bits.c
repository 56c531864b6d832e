/* SPDX-License-Identifier: MIT */
/* fault_bits.c - faults on bits: where the transmitter of a frame begins the bit that is meant, the
 * wire is forced or inverted for as long as that bit lasts. */
#include "simcore/fault_internal.h"

static int pulse(struct cs_armed *f, int64_t start_ps, int64_t length_ps, enum cs_pulse_kind kind,
                 const struct cs_node_set *seen_by)
{
    int status =
        cs_bus_pulse(cs_armed_bus(f), start_ps, start_ps + length_ps, kind, seen_by, f->id);
    if (status == 0) {
        cs_fault_fired(f);
    }
    return status;
}

struct bit {
    const struct cs_node *node;
    enum cs_field field;
    unsigned index;
    bool stuff;
    int64_t length_ps;
};

static void hit_bits(struct cs_armed *f, const struct bit *bit)
{
    static const uint8_t kinds[] = {
        [CS_FAULT_FLIP] = CS_PULSE_FLIP,
        [CS_FAULT_DOMINANT] = CS_PULSE_DOMINANT,
        [CS_FAULT_RECESSIVE] = CS_PULSE_RECESSIVE,
        [CS_FAULT_ERROR_FRAME] = CS_PULSE_DOMINANT,
    };
    const struct cs_fault_spec *spec = &f->spec;
    int64_t now = bit->node->bus->sim->now_ps;

    if (bit->field == spec->field && bit->index == spec->index && bit->stuff == spec->stuff) {
        cs_set_drop(&f->target, bit->node->index);
        if (pulse(f, now + spec->offset_ps,
                  spec->length_ps ? spec->length_ps : spec->bits * bit->length_ps,
                  (enum cs_pulse_kind)kinds[spec->kind], spec->n_seen_by ? &f->seen : NULL) == 0) {
            cs_fault_count_early(f, bit->node, bit->length_ps);
        }
    }
}

/* The first recessive bit after the arbitration field. */
static void hit_bus_off(struct cs_armed *f, const struct bit *bit)
{
    const struct cs_node *node = bit->node;

    if (node->mac.state == MAC_TRANSMIT && node->mac.pos >= node->wire.arb_bits &&
        cs_wire_level(&node->wire, node->mac.pos)) {
        cs_set_drop(&f->target, node->index);
        cs_set_put(&f->victims, node->index);
        pulse(f, node->bus->sim->now_ps, bit->length_ps, CS_PULSE_DOMINANT, NULL);
    }
}

static void hit_last_eof(struct cs_armed *f, const struct bit *bit)
{
    struct cs_node_set alone = {{0}};

    if (bit->field == CS_FIELD_EOF && bit->index == 6) {
        cs_set_drop(&f->target, bit->node->index);
        cs_set_put(&alone, bit->node->index);
        pulse(f, bit->node->bus->sim->now_ps, bit->length_ps, CS_PULSE_DOMINANT, &alone);
    }
}

static void hit_intermission(struct cs_armed *f, const struct bit *bit)
{
    if (bit->field == CS_FIELD_INTERMISSION && bit->index == 0) {
        pulse(f, bit->node->bus->sim->now_ps, bit->length_ps, CS_PULSE_DOMINANT, NULL);
    }
}

void cs_faults_bit(struct cs_node *node, int64_t end_ps)
{
    static void (*const hits[CS_FAULT_KIND_COUNT])(struct cs_armed *, const struct bit *) = {
        [CS_FAULT_FLIP] = hit_bits,
        [CS_FAULT_DOMINANT] = hit_bits,
        [CS_FAULT_RECESSIVE] = hit_bits,
        [CS_FAULT_ERROR_FRAME] = hit_bits,
        [CS_FAULT_ATTACK_BUS_OFF] = hit_bus_off,
        [CS_FAULT_ATTACK_DOUBLE_RECEIVE] = hit_last_eof,
        [CS_FAULT_ATTACK_FREEZE] = hit_intermission,
    };
    bool over = node->mac.state == MAC_IDLE || node->mac.state == MAC_RECEIVE;
    struct bit bit = {.node = node, .length_ps = end_ps - node->bus->sim->now_ps};
    struct cs_fault_walk walk;
    struct cs_armed *f;

    bit.field = cs_mac_field(node, &bit.index, &bit.stuff);
    cs_fault_walk(&walk, node->bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (!cs_set_has(&f->target, node->index)) {
            continue;
        }
        if (over) {
            cs_set_drop(&f->target, node->index);
        } else if (hits[f->spec.kind]) {
            hits[f->spec.kind](f, &bit);
        }
    }
}
