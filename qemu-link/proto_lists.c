/* SPDX-License-Identifier: MIT */
/* proto_lists.c - lists within messages: a count, the size of an entry, entries. */
#include "qemu-link/proto_internal.h"

#include <errno.h>
#include <inttypes.h>

#define FILTER_BYTES    12u
#define BUS_BYTES       80u
#define BUS_BYTES_LEAST 72u /* version 1.0 */
#define EDGE_BYTES      16u
#define BUS_RATE_OFFSET CS_NAME_MAX

void cs_proto_write_filters(struct cs_proto_writer *w, const struct cs_proto_msg *msg)
{
    const unsigned n = msg->n_filters <= CS_MAX_FILTERS ? msg->n_filters : CS_MAX_FILTERS;

    cs_proto_write_le(w, n, 2);
    cs_proto_write_le(w, FILTER_BYTES, 2);
    for (unsigned i = 0; i < n; i++) {
        cs_proto_write_le(w, msg->filters[i].id, 4);
        cs_proto_write_le(w, msg->filters[i].id_mask, 4);
        cs_proto_write_le(w, msg->filters[i].flags, 1);
        cs_proto_write_le(w, msg->filters[i].flags_mask, 1);
        cs_proto_write_zero(w, 2);
    }
}

void cs_proto_write_buses(struct cs_proto_writer *w, const struct cs_proto_msg *msg)
{
    const unsigned n = msg->n_buses <= CS_PROTO_MAX_BUSES ? msg->n_buses : CS_PROTO_MAX_BUSES;

    cs_proto_write_le(w, n, 2);
    cs_proto_write_le(w, BUS_BYTES, 2);
    for (unsigned i = 0; i < n; i++) {
        cs_proto_write_name(w, msg->buses[i].name);
        cs_proto_write_le(w, msg->buses[i].bitrate_bps, 4);
        cs_proto_write_zero(w, 4);
        cs_proto_write_le(w, msg->buses[i].data_bitrate_bps, 4);
        cs_proto_write_le(w, msg->buses[i].fd != 0, 1);
        cs_proto_write_zero(w, 3);
    }
}

/* Count and size of an entry; entries may be longer than we know, not shorter.
 * Returns the number of entries, all of which are within the message, or -EPROTO. */
static int read_list(struct cs_proto_reader *r, const struct cs_proto_field *field,
                     unsigned known_bytes, size_t *stride, const uint8_t **entries)
{
    const uint8_t *at = cs_proto_take(r, 4);
    unsigned n;

    if (!at)
        return cs_proto_too_short(r, field->name);
    n = (unsigned)cs_proto_get_le(at, 2);
    *stride = cs_proto_get_le(at + 2, 2);
    if (n < field->low || n > field->high)
        return cs_proto_refuse(r, "`%s` must have %" PRId64 "..%" PRId64 " entries, got %u",
                               field->name, field->low, field->high, n);
    if (*stride < known_bytes)
        return cs_proto_refuse(r, "an entry of `%s` must have at least %u bytes, got %zu",
                               field->name, known_bytes, *stride);
    *entries = cs_proto_take(r, n * *stride);
    return *entries ? (int)n : cs_proto_too_short(r, field->name);
}

int cs_proto_read_filters(struct cs_proto_reader *r, const struct cs_proto_field *field,
                          struct cs_proto_msg *msg)
{
    const uint8_t *at = r->at;
    size_t stride = 0;
    const int n = read_list(r, field, FILTER_BYTES, &stride, &at);

    if (n < 0)
        return n;
    for (int i = 0; i < n; i++, at += stride) {
        struct cs_filter *filter = &msg->filters[i];

        filter->id = (uint32_t)cs_proto_get_le(at, 4);
        filter->id_mask = (uint32_t)cs_proto_get_le(at + 4, 4);
        filter->flags = at[8];
        filter->flags_mask = at[9];
        if ((filter->id | filter->id_mask) > CS_ID_MAX_EXT ||
            (filter->flags | filter->flags_mask) & ~(CS_FRAME_EXT | CS_FRAME_RTR))
            return cs_proto_refuse(r, "filter %d has bits that no frame has", i);
    }
    msg->n_filters = (uint16_t)n;
    return 0;
}

int cs_proto_read_buses(struct cs_proto_reader *r, const struct cs_proto_field *field,
                        struct cs_proto_msg *msg)
{
    const uint8_t *at = r->at;
    size_t stride = 0;
    const int n = read_list(r, field, BUS_BYTES_LEAST, &stride, &at);

    for (int i = 0; i < n; i++, at += stride) {
        const bool whole = stride >= BUS_BYTES;

        if (cs_proto_copy_name(r, field->name, at, msg->buses[i].name) < 0)
            return -EPROTO;
        msg->buses[i].bitrate_bps = (uint32_t)cs_proto_get_le(at + BUS_RATE_OFFSET, 4);
        msg->buses[i].data_bitrate_bps =
            whole ? (uint32_t)cs_proto_get_le(at + BUS_BYTES_LEAST, 4) : 0;
        msg->buses[i].fd = whole && at[BUS_BYTES_LEAST + 4] != 0;
    }
    msg->n_buses = (uint16_t)(n < 0 ? 0 : n);
    return n < 0 ? n : 0;
}

void cs_proto_write_edges(struct cs_proto_writer *w, const struct cs_proto_msg *msg)
{
    const unsigned n = msg->n_edges <= CS_PROTO_EDGES_MAX ? msg->n_edges : CS_PROTO_EDGES_MAX;

    cs_proto_write_le(w, n, 2);
    cs_proto_write_le(w, EDGE_BYTES, 2);
    for (unsigned i = 0; i < n; i++) {
        cs_proto_write_le(w, (uint64_t)msg->edges[i].at_ps, 8);
        cs_proto_write_le(w, msg->edges[i].bus, 2);
        cs_proto_write_le(w, (uint16_t)msg->edges[i].node, 2);
        cs_proto_write_le(w, msg->edges[i].level, 1);
        cs_proto_write_zero(w, 3);
    }
}

int cs_proto_read_edges(struct cs_proto_reader *r, const struct cs_proto_field *field,
                        struct cs_proto_msg *msg)
{
    const uint8_t *at = r->at;
    size_t stride = 0;
    const int n = read_list(r, field, EDGE_BYTES, &stride, &at);

    for (int i = 0; i < n; i++, at += stride) {
        struct cs_proto_edge *edge = &msg->edges[i];

        edge->at_ps = (int64_t)cs_proto_get_le(at, 8);
        edge->bus = (uint16_t)cs_proto_get_le(at + 8, 2);
        edge->node = (int16_t)cs_proto_get_le(at + 10, 2);
        edge->level = at[12];
        if (edge->at_ps < 0 || edge->bus >= CS_PROTO_MAX_BUSES || edge->node < CS_NO_NODE ||
            edge->node >= CS_BUS_MAX_NODES || edge->level > 1)
            return cs_proto_refuse(r, "entry %d of `%s` is no edge", i, field->name);
    }
    msg->n_edges = (uint16_t)(n < 0 ? 0 : n);
    return n < 0 ? n : 0;
}
