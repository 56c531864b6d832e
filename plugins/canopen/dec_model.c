/* SPDX-License-Identifier: MIT */
/* dec_model.c - the network as far as the decoder knows it, as a tree; names are in
 * docs/canopen.md. Nodes and objects are in order of their numbers. */
#include "plugins/canopen/dec_internal.h"

static void open_group(struct cansim_sink *sink, const char *name, const char *label)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_NONE, .name = name, .label = label};

    sink->open(sink, &field);
}

static void put_uint(struct cansim_sink *sink, const char *name, const char *label, uint64_t value,
                     const char *text)
{
    co_put_uint(sink, name, label, value, CANSIM_INFO, text);
}

static void put_hex(struct cansim_sink *sink, const char *name, const char *label, uint64_t value,
                    unsigned digits)
{
    cansim_put_uint(sink, name, label, value, digits, 0, 0, NULL);
}

static void put_bool(struct cansim_sink *sink, const char *name, const char *label, bool value)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_BOOL, .name = name, .label = label};

    field.value.u = value;
    sink->field(sink, &field);
}

static const char *source_name(unsigned source)
{
    static const char *const names[] = {"not known", "default",  "file",
                                        "measured",  "SDO read", "SDO write"};

    return source < sizeof(names) / sizeof(names[0]) ? names[source] : names[0];
}

/* ---- the network -------------------------------------------------------------------------------
 */

static void model_sync(const struct co_sync *sync, int64_t at_ps, struct cansim_sink *sink)
{
    if (sync->count == 0 && sync->declared_ps == 0)
        return;
    open_group(sink, "sync", "SYNC");
    put_uint(sink, "count", "Seen", sync->count, NULL);
    if (sync->last_ps >= 0)
        co_put_time(sink, "age", "Last one ago", at_ps - sync->last_ps);
    if (sync->interval_ps > 0)
        co_put_time(sink, "interval", "Between the last two", sync->interval_ps);
    if (sync->declared_ps > 0)
        co_put_time(sink, "period", "Communication cycle period", sync->declared_ps);
    if (sync->overflow > 1 || sync->top != 0)
        put_uint(sink, "overflow", "Counter's highest value",
                 (uint64_t)(sync->overflow > 1 ? sync->overflow : sync->top), NULL);
    if (sync->gaps != 0)
        put_uint(sink, "gaps", "Gaps of the counter", sync->gaps, NULL);
    sink->close(sink);
}

static void model_masters(const struct co_dec *dec, int64_t at_ps, struct cansim_sink *sink)
{
    if (dec->n_masters == 0)
        return;
    open_group(sink, "masters", "NMT masters");
    if (dec->active_master != 0)
        put_uint(sink, "active", "Active NMT master", dec->active_master, NULL);
    for (unsigned i = 0; i < dec->n_masters; i++) {
        const struct co_master *master = &dec->masters[i];
        open_group(sink, "master", "NMT master");
        if (master->node != 0) {
            put_uint(sink, "node", "Node", master->node, NULL);
            put_uint(sink, "priority", "Priority", master->priority, NULL);
        }
        if (master->transmitter != CANSIM_NO_NODE)
            put_uint(sink, "transmitter", "Transmitter", (uint64_t)master->transmitter, NULL);
        put_uint(sink, "commands", "NMT commands", master->commands, NULL);
        co_put_time(sink, "age", "Last one ago", at_ps - master->last_ps);
        sink->close(sink);
    }
    sink->close(sink);
}

/* ---- a node ------------------------------------------------------------------------------------
 */

static void put_seen_text(const struct co_node *node, unsigned index, const char *name,
                          const char *label, struct cansim_sink *sink)
{
    const struct co_seen *seen = co_dec_seen(node, index, 0);
    struct cansim_field field = {.size = sizeof(field), .name = name, .label = label};

    if (seen == NULL)
        return;
    size_t len = seen->len < CO_OBJECT_KEEP ? seen->len : CO_OBJECT_KEEP;
    co_value_field(CO_VISIBLE_STRING, seen->bytes, len, &field);
    sink->field(sink, &field);
}

static bool identity_known(const struct co_node *node)
{
    uint64_t value;

    return node->dict != NULL || node->profile != 0 || co_dec_number(node, 0x1000, 0, &value) ||
           co_dec_number(node, 0x1018, 1, &value) || co_dec_seen(node, 0x1008, 0) != NULL;
}

static void model_identity(const struct co_node *node, struct cansim_sink *sink)
{
    static const struct {
        uint16_t index;
        uint8_t sub;
        const char *name, *label;
    } rows[] = {{0x1000, 0, "device_type", "Device type"},
                {0x1018, 1, "vendor", "Vendor-ID"},
                {0x1018, 2, "product", "Product code"},
                {0x1018, 3, "revision", "Revision number"},
                {0x1018, 4, "serial", "Serial number"}};

    if (!identity_known(node))
        return;
    open_group(sink, "identity", "Identity");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t value;
        if (co_dec_number(node, rows[i].index, rows[i].sub, &value))
            put_hex(sink, rows[i].name, rows[i].label, value, 8);
    }
    put_seen_text(node, 0x1008, "device_name", "Device name", sink);
    put_seen_text(node, 0x1009, "hardware", "Hardware version", sink);
    put_seen_text(node, 0x100A, "software", "Software version", sink);
    if (node->dict != NULL) {
        const struct co_device_info *info = co_dict_info(node->dict);
        co_put_text(sink, "file", "Described by", info->file_format);
        if (info->identity.product_name[0] != '\0')
            co_put_text(sink, "product_name", "Product", info->identity.product_name);
        if (info->identity.vendor_name[0] != '\0')
            co_put_text(sink, "vendor_name", "Vendor", info->identity.vendor_name);
    }
    if (node->profile != 0)
        put_uint(sink, "profile", "Device profile", node->profile, NULL);
    sink->close(sink);
}

static void model_heart(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_heart *heart = &node->heart;

    if (heart->last_ps < 0 && heart->declared_ps <= 0)
        return;
    open_group(sink, "heartbeat", "Heartbeat");
    if (heart->last_ps >= 0)
        co_put_time(sink, "age", "Last one ago", at_ps - heart->last_ps);
    if (heart->interval_ps > 0)
        co_put_time(sink, "interval", "Between the last two", heart->interval_ps);
    if (heart->declared_ps >= 0) {
        co_put_time(sink, "period", "Producer time", heart->declared_ps);
        co_put_text(sink, "source", "Known from", source_name(heart->declared_source));
    }
    if (co_heart_limit(node) > 0)
        co_put_time(sink, "limit", "Lost after", co_heart_limit(node));
    put_uint(sink, "count", "Seen", heart->count, NULL);
    put_bool(sink, "lost", "Lost", heart->lost);
    sink->close(sink);
}

static void model_guard(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_guard *guard = &node->guard;

    if (guard->asked_ps < 0 && guard->answered_ps < 0)
        return;
    open_group(sink, "guarding", "Node guarding");
    if (guard->asked_ps >= 0)
        co_put_time(sink, "asked", "Last request ago", at_ps - guard->asked_ps);
    if (guard->answered_ps >= 0)
        co_put_time(sink, "answered", "Last answer ago", at_ps - guard->answered_ps);
    if (guard->guard_ps >= 0)
        co_put_time(sink, "guard_time", "Guard time", guard->guard_ps);
    if (guard->life >= 0)
        put_uint(sink, "life", "Life time factor", (uint64_t)guard->life, NULL);
    put_bool(sink, "lost", "Lost", guard->lost);
    sink->close(sink);
}

static void model_emcy(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    uint64_t first = node->n_emcy > CO_DEC_EMCY ? node->n_emcy - CO_DEC_EMCY : 0;

    if (node->n_emcy == 0)
        return;
    open_group(sink, "emergencies", "Emergencies");
    put_uint(sink, "count", "Seen", node->n_emcy, NULL);
    put_bool(sink, "active", "Not reset", node->in_error);
    for (uint64_t i = node->n_emcy; i-- > first;) {
        const struct co_emcy *emcy = &node->emcy[i % CO_DEC_EMCY];
        struct cansim_field field = {.size = sizeof(field),
                                     .kind = CANSIM_UINT,
                                     .base = CANSIM_HEX,
                                     .digits = 4,
                                     .name = "emergency",
                                     .label = "Emergency",
                                     .text = co_emcy_text(emcy->code, node->profile)};
        field.value.u = emcy->code;
        sink->open(sink, &field);
        co_put_time(sink, "age", "Ago", at_ps - emcy->at_ps);
        put_hex(sink, "register", "Error register", emcy->reg, 2);
        cansim_put_bytes(sink, CANSIM_BYTES, "manufacturer", "Manufacturer's bytes", emcy->bytes, 5,
                         512);
        put_uint(sink, "frame", "Frame", emcy->frame, NULL);
        sink->close(sink);
    }
    sink->close(sink);
}

/* ---- PDOs --------------------------------------------------------------------------------------
 */

static const char *type_name(const struct co_pdo *pdo)
{
    return pdo->type == 0                         ? "synchronous, acyclic"
           : pdo->type <= 240                     ? "synchronous, cyclic"
           : pdo->type == 252 && pdo->tx          ? "synchronous, on remote frame"
           : pdo->type == 253 && pdo->tx          ? "on remote frame"
           : pdo->type == 254 || pdo->type == 255 ? "event-driven"
                                                  : "reserved";
}

static void model_mapping(const struct co_pdo *pdo, struct cansim_sink *sink)
{
    if (pdo->have_count && pdo->count > CO_MAP_MAX) {
        put_uint(sink, "multiplexed", "Multiplexed", pdo->count,
                 pdo->count == 254   ? "source addressing (SAM)"
                 : pdo->count == 255 ? "destination addressing (DAM)"
                                     : "not a number of objects");
        return;
    }
    for (unsigned i = 0; i < pdo->n_map; i++) {
        const struct co_map *map = &pdo->map[i];
        struct cansim_field field = {.size = sizeof(field),
                                     .kind = CANSIM_UINT,
                                     .base = CANSIM_HEX,
                                     .digits = 8,
                                     .name = map->name,
                                     .label = map->label};
        field.value.u = (uint64_t)map->index << 16 | (unsigned)map->sub << 8 | map->n_bits;
        sink->field(sink, &field);
    }
}

static void model_pdo(const struct co_pdo *pdo, int64_t at_ps, struct cansim_sink *sink)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_NONE, .name = pdo->tx ? "tpdo" : "rpdo"};

    field.label = pdo->name;
    sink->open(sink, &field);
    put_uint(sink, "number", "Number", pdo->number, NULL);
    if (pdo->cob_source != CO_FROM_NOTHING) {
        put_hex(sink, "cob_id", "COB-ID", co_cob_id(pdo->cob) & ~CO_ID_EXT,
                pdo->cob & (1u << 29) ? 8 : 3);
        put_bool(sink, "valid", "Valid", pdo->cob >> 31 == 0);
        co_put_text(sink, "cob_source", "COB-ID known from", source_name(pdo->cob_source));
    }
    if (pdo->have_type)
        put_uint(sink, "type", "Transmission type", pdo->type, type_name(pdo));
    if (pdo->have_inhibit)
        co_put_time(sink, "inhibit", "Inhibit time",
                    pdo->inhibit_100us * INT64_C(100) * CO_PS_PER_US);
    if (pdo->have_event)
        co_put_time(sink, "event", "Event time", pdo->event_ms * CO_PS_PER_MS);
    if (pdo->frames != 0) {
        put_uint(sink, "frames", "Seen", pdo->frames, NULL);
        co_put_time(sink, "age", "Last one ago", at_ps - pdo->last_ps);
        if (pdo->period_ps > 0)
            co_put_time(sink, "interval", "Between the last two", pdo->period_ps);
    }
    open_group(sink, "mapping", "Mapping");
    co_put_text(sink, "source", "Known from", source_name(pdo->map_source));
    if (pdo->before_reset)
        put_bool(sink, "before_reset", "From before the node's reset", true);
    if (!pdo->map_complete && pdo->map_source != CO_FROM_NOTHING)
        put_bool(sink, "complete", "Complete", false);
    model_mapping(pdo, sink);
    sink->close(sink);
    sink->close(sink);
}

static void model_pdos(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    if (node->pdos == NULL)
        return;
    open_group(sink, "pdos", "PDOs");
    for (const struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next)
        model_pdo(pdo, at_ps, sink);
    sink->close(sink);
}

/* ---- SDO and objects ---------------------------------------------------------------------------
 */

static void model_sdo(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_dec *dec = node->dec;

    if (node->sdo != NULL) {
        open_group(sink, "sdo", "SDO");
        co_sdo_watch_model(node->sdo, at_ps, sink);
        sink->close(sink);
    }
    for (unsigned i = 0; i < dec->n_channels; i++) {
        const struct co_channel *channel = dec->channels[i];
        if (channel->server != node || channel->request == CO_ID_NONE ||
            channel->response == CO_ID_NONE)
            continue;
        open_group(sink, "sdo_channel", "SDO channel");
        put_hex(sink, "request", "COB-ID of requests", channel->request & ~CO_ID_EXT, 3);
        put_hex(sink, "response", "COB-ID of responses", channel->response & ~CO_ID_EXT, 3);
        if (channel->client != 0)
            put_uint(sink, "client", "Client's node", channel->client, NULL);
        if (channel->watch != NULL)
            co_sdo_watch_model(channel->watch, at_ps, sink);
        sink->close(sink);
    }
}

static const char *object_label(const struct co_node *node, unsigned index, unsigned sub)
{
    char text[180];
    struct co_line line = co_line_begin(text, sizeof(text));
    char title[160];

    co_line_object(&line, index, sub);
    if (co_object_title(node->dict, node->profile, index, sub, title, sizeof(title)) != 0) {
        co_line_char(&line, ' ');
        co_line_add(&line, title);
    }
    const char *kept = co_dec_label(node->dec, text);
    return *kept != '\0' ? kept : "Object";
}

static void model_objects(const struct co_node *node, struct cansim_sink *sink)
{
    if (node->n_objects == 0)
        return;
    open_group(sink, "objects", "Objects seen");
    for (unsigned i = 0; i < node->n_objects; i++) {
        const struct co_seen *seen = &node->objects[i];
        size_t len = seen->len < CO_OBJECT_KEEP ? seen->len : CO_OBJECT_KEEP;
        unsigned type = co_object_type(node->dict, node->profile, seen->index, seen->sub);
        struct cansim_field field = {.size = sizeof(field),
                                     .name = co_map_name(node->dec, seen->index, seen->sub),
                                     .label = object_label(node, seen->index, seen->sub)};
        co_value_field(len == seen->len ? type : CO_TYPE_NONE, seen->bytes, len, &field);
        field.severity = CANSIM_INFO;
        if (len == seen->len && len >= 1 && len <= 8)
            field.text = co_meaning_text(co_meaning_of(node->profile, seen->index, seen->sub),
                                         co_get_le(seen->bytes, len));
        else if (len != seen->len)
            field.text = "the first bytes";
        sink->field(sink, &field);
    }
    if (node->objects_full)
        put_bool(sink, "more", "More were seen than are kept", true);
    sink->close(sink);
}

static void model_state(const struct co_node *node, struct cansim_sink *sink)
{
    put_bool(sink, "seen", "Seen on the bus", node->seen);
    if (node->state < 0)
        return;
    const char *name = co_nmt_state_name((unsigned)node->state);
    put_uint(sink, "state", "State", (uint64_t)node->state,
             node->state == 0 ? "initialising"
             : name != NULL   ? name
                              : "unknown state");
    put_bool(sink, "state_told", "State told by the node", node->state_certain);
}

static void model_node(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_UINT, .name = node->key, .label = "Node"};

    field.value.u = node->id;
    sink->open(sink, &field);
    model_state(node, sink);
    model_identity(node, sink);
    model_heart(node, at_ps, sink);
    model_guard(node, at_ps, sink);
    model_emcy(node, at_ps, sink);
    model_pdos(node, at_ps, sink);
    model_sdo(node, at_ps, sink);
    model_objects(node, sink);
    sink->close(sink);
}

void co_dec_model_part(const struct co_dec *dec, unsigned node, int64_t at_ps,
                       struct cansim_sink *sink)
{
    if (node == 0) {
        model_sync(&dec->sync, at_ps, sink);
        model_masters(dec, at_ps, sink);
        co_lss_model(&dec->lss, sink);
    } else if (node < CO_NODES && dec->nodes[node] != NULL) {
        model_state(dec->nodes[node], sink);
        model_identity(dec->nodes[node], sink);
        model_heart(dec->nodes[node], at_ps, sink);
        model_guard(dec->nodes[node], at_ps, sink);
    }
}

void co_dec_model(struct co_dec *dec, int64_t at_ps, struct cansim_sink *sink)
{
    co_dec_model_part(dec, 0, at_ps, sink);
    for (unsigned i = 1; i < CO_NODES; i++) {
        const struct co_node *node = dec->nodes[i];
        if (node != NULL && (node->seen || node->dict != NULL || node->n_objects != 0))
            model_node(node, at_ps, sink);
    }
}
