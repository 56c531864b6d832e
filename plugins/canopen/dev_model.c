/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dev_internal.h"

static void put_pdos(struct co_device *dev, struct cansim_sink *sink, bool tx)
{
    const struct dev_pdo *pdos = tx ? dev->tpdo : dev->rpdo;
    unsigned n = tx ? dev->n_tpdo : dev->n_rpdo;

    for (unsigned i = 0; i < n; i++) {
        struct cansim_field field = {.size = sizeof(field),
                                     .kind = CANSIM_UINT,
                                     .name = tx ? "tpdo" : "rpdo",
                                     .label = tx ? "TPDO" : "RPDO",
                                     .value.u = i + 1};
        if (!pdos[i].valid)
            continue;
        sink->open(sink, &field);
        cansim_put_uint(sink, "cob_id", "COB-ID", pdos[i].cob & 0x1FFFFFFF, 3, 0, 0, NULL);
        cansim_put_uint(sink, "type", "Transmission type", pdos[i].type, 0, 0, 0, NULL);
        for (unsigned k = 0; k < pdos[i].n; k++) {
            const struct co_object *object = pdos[i].map[k].entry != CO_OD_NONE
                                                 ? co_od_object(&dev->od, pdos[i].map[k].entry)
                                                 : NULL;
            cansim_put_uint(sink, "object", "Object",
                            object != NULL ? (uint64_t)object->index << 8 | object->sub : 0, 6, 0,
                            0, object != NULL ? object->name : "dummy");
        }
        sink->close(sink);
    }
}

/* Objects whose value is another than their default. */
static void put_values(struct co_device *dev, struct cansim_sink *sink)
{

    for (uint32_t i = 0; i < dev->od.n; i++) {
        const struct co_object *object = co_od_object(&dev->od, i);
        const struct co_od_entry *e = &dev->od.entries[i];
        struct cansim_field field = {.size = sizeof(field), .name = "value", .label = object->name};
        bool same = e->len == object->value_len;
        for (uint32_t k = 0; same && k < e->len; k++)
            same = e->value[k] == object->value[k];
        if (same || e->len == 0 || (object->value_len == 0 && co_get_le(e->value, e->len) == 0))
            continue;
        co_value_field(object->type, e->value, e->len, &field);
        struct cansim_field head = {.size = sizeof(head),
                                    .kind = CANSIM_UINT,
                                    .base = CANSIM_HEX,
                                    .digits = 6,
                                    .name = "object",
                                    .label = "Object",
                                    .value.u = (uint64_t)object->index << 8 | object->sub};
        sink->open(sink, &head);
        sink->field(sink, &field);
        sink->close(sink);
    }
}

void dev_model(struct co_device *dev, int64_t at_ps, struct cansim_sink *sink)
{
    cansim_put_uint(sink, "node_id", "Node-ID", dev->node_id, 0, 0, 0,
                    dev->node_id == DEV_UNCONFIGURED ? "not configured" : NULL);
    cansim_put_uint(sink, "state", "NMT state", dev->state, 0, 0, 0, co_nmt_state_name(dev->state));
    cansim_put_uint(sink, "error_register", "Error register", dev->error_register, 2, 0, 0, NULL);
    cansim_put_uint(sink, "lost", "Frames for which the queue had no room", dev->lost, 0, 0, 0,
                    NULL);
    if (dev->clock_at_ps != 0 || dev->produces_time)
        cansim_put_uint(sink, "clock", "Clock, ms since 1984-01-01",
                        (uint64_t)dev_time_ms(dev, at_ps), 0, 0, 0, NULL);
    put_pdos(dev, sink, false);
    put_pdos(dev, sink, true);
    put_values(dev, sink);
}
