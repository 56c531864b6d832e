/* SPDX-License-Identifier: MIT */
/* dec_pdo.c - PDOs and multiplexed PDOs (CiA 301, 7.2.2 and 7.2.3): most of what a bus carries, so
 * nothing here formats with printf or searches. */
#include "plugins/canopen/dec_internal.h"

#define MPDO_SAM 254
#define MPDO_DAM 255

/* How a frame compares with what is mapped. */
struct fit {
    bool wrong, too_short;
    const char *odd; /* NULL: nothing else */
    int severity;
};

static uint64_t cut_bits(uint64_t word, const struct co_map *map)
{
    uint64_t mask = map->n_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << map->n_bits) - 1;

    return word >> map->first_bit & mask;
}

static int64_t extend(uint64_t value, unsigned n_bits)
{
    uint64_t sign = UINT64_C(1) << (n_bits - 1);

    return (int64_t)((value ^ sign) - sign);
}

static bool in_frame(const struct co_map *map, unsigned len)
{
    return map->first_bit + map->n_bits <= 8 * len;
}

/* ---- summary ----------------------------------------------------------------------------------
 */

static void add_other(struct co_line *line, const struct co_map *map, uint64_t raw)
{
    uint8_t bytes[8];
    char value[40] = "";

    co_put_le(bytes, 8, raw);
    size_t n = co_value_format(map->type, bytes, (map->n_bits + 7u) / 8, value, sizeof(value));
    co_line_bytes(line, value, n);
}

static void add_value(struct co_line *line, const struct co_map *map, uint64_t raw)
{
    switch (map->class_) {
    case CO_CLASS_INT:
        co_line_int(line, extend(raw, map->n_bits));
        break;
    case CO_CLASS_UINT:
        if (map->meaning == CO_MEANS_NOTHING)
            co_line_uint(line, raw);
        else
            co_line_hex(line, raw, map->n_bits / 4u);
        break;
    case CO_CLASS_BOOL:
        co_line_char(line, raw != 0 ? '1' : '0');
        break;
    case CO_CLASS_NONE:
        co_line_hex(line, raw, (map->n_bits + 3u) / 4);
        break;
    default:
        add_other(line, map, raw);
        break;
    }
    if (map->meaning != CO_MEANS_NOTHING) {
        const char *words = co_meaning_text((enum co_meaning)map->meaning, raw);
        if (words != NULL) {
            co_line_char(line, ' ');
            co_line_add(line, words);
        }
    }
}

static void add_fit(struct co_line *line, const struct co_pdo *pdo, unsigned len,
                    const struct fit *fit)
{
    if (fit->wrong) {
        co_line_add(line, "; ");
        co_line_uint(line, len);
        co_line_add(line, len == 1 ? " byte, mapped are " : " bytes, mapped are ");
        co_line_uint(line, (pdo->mapped_bits + 7u) / 8);
    }
    if (fit->odd != NULL) {
        co_line_add(line, "; ");
        co_line_add(line, fit->odd);
    }
}

static void summary(const struct co_pdo *pdo, const struct cansim_frame *frame, uint64_t word,
                    unsigned len, const struct fit *fit, struct cansim_sink *sink)
{
    struct co_dec *dec = pdo->node->dec;
    struct co_line line = co_line_begin(dec->summary, sizeof(dec->summary));
    bool first = true;

    co_line_bytes(&line, pdo->title, pdo->title_len);
    for (unsigned i = 0; i < pdo->n_map && in_frame(&pdo->map[i], len); i++) {
        const struct co_map *map = &pdo->map[i];
        if (map->dummy)
            continue;
        if (!first)
            co_line_bytes(&line, ", ", 2);
        first = false;
        co_line_add(&line, map->label);
        co_line_char(&line, '=');
        add_value(&line, map, cut_bits(word, map));
    }
    if (first) {
        if (len == 0)
            co_line_add(&line, "no data");
        co_line_dump(&line, frame->data, len);
    }
    if (fit->severity != CANSIM_INFO)
        add_fit(&line, pdo, len, fit);
    sink->summary(sink, pdo->name, fit->severity, dec->summary);
}

/* ---- fields -----------------------------------------------------------------------------------
 */

static void put_mapped(const struct co_map *map, uint64_t raw, struct cansim_sink *sink)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_UINT,
                                 .first_bit = map->first_bit,
                                 .n_bits = map->n_bits,
                                 .name = map->name,
                                 .label = map->label};
    uint8_t bytes[8];

    field.value.u = raw;
    switch (map->class_) {
    case CO_CLASS_INT:
        field.kind = CANSIM_INT;
        field.value.i = extend(raw, map->n_bits);
        break;
    case CO_CLASS_UINT:
        break;
    case CO_CLASS_BOOL:
        field.kind = CANSIM_BOOL;
        break;
    case CO_CLASS_NONE:
        field.base = CANSIM_HEX;
        field.digits = (uint8_t)((map->n_bits + 3u) / 4);
        break;
    default:
        co_put_le(bytes, 8, raw);
        co_value_field(map->type, bytes, (map->n_bits + 7u) / 8, &field);
        break;
    }
    if (map->meaning != CO_MEANS_NOTHING) {
        if (map->meaning != CO_MEANS_MODE) {
            field.base = CANSIM_HEX;
            field.digits = (uint8_t)(map->n_bits / 4u);
        }
        field.text = co_meaning_text((enum co_meaning)map->meaning, raw);
    }
    sink->field(sink, &field);
}

static void put_head(const struct co_pdo *pdo, const struct fit *fit, unsigned len,
                     struct cansim_sink *sink)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_UINT, .name = "node", .label = "Node"};

    field.value.u = pdo->node->id;
    sink->field(sink, &field);
    field.name = "pdo";
    field.label = "PDO";
    field.value.u = pdo->number;
    field.text = pdo->name;
    sink->field(sink, &field);
    for (const struct co_pdo *other = pdo->next_same; other != NULL; other = other->next_same) {
        if (!other->tx && other->cob >> 31 == 0)
            co_put_uint(sink, "consumer", "Also received by node", other->node->id, CANSIM_INFO,
                        other->name);
    }
    if (fit->wrong)
        co_put_uint(sink, "length", "Length", len, fit->severity,
                    fit->too_short ? "less than what is mapped" : "more than what is mapped");
    if (fit->odd != NULL)
        co_put_uint(sink, "state", "Node's state", (uint64_t)pdo->node->state, CANSIM_WARNING,
                    fit->odd);
}

static void fields(const struct co_pdo *pdo, const struct cansim_frame *frame, uint64_t word,
                   unsigned len, const struct fit *fit, struct cansim_sink *sink)
{
    unsigned i = 0, used = 0;

    put_head(pdo, fit, len, sink);
    for (; i < pdo->n_map && in_frame(&pdo->map[i], len); i++) {
        put_mapped(&pdo->map[i], cut_bits(word, &pdo->map[i]), sink);
        used = (pdo->map[i].first_bit + pdo->map[i].n_bits + 7u) / 8;
    }
    if (i == 0 && len != 0)
        cansim_put_bytes(sink, CANSIM_BYTES, "data", "Data", frame->data, len, 0);
    else if (used < len)
        cansim_put_bytes(sink, CANSIM_BYTES, "rest", "Not mapped", frame->data + used, len - used,
                         8 * used);
}

/* ---- multiplexed PDOs -------------------------------------------------------------------------
 */

static unsigned mpdo_value(const struct co_node *about, const struct cansim_frame *frame,
                           struct cansim_field *field)
{
    unsigned index = (unsigned)co_get_le(frame->data + 1, 2), sub = frame->data[3];
    unsigned type = about != NULL ? co_object_type(about->dict, about->profile, index, sub)
                                  : co_object_type(NULL, 0, index, sub);
    unsigned size = co_type_size(type);

    *field = (struct cansim_field){
        .size = sizeof(*field), .first_bit = 32, .n_bits = 32, .name = "value", .label = "Value"};
    if (size >= 1 && size <= 4) {
        co_value_field(type, frame->data + 4, size, field);
        field->n_bits = (uint16_t)(8 * size);
        return type;
    }
    field->kind = CANSIM_UINT;
    field->base = CANSIM_HEX;
    field->digits = 8;
    field->value.u = co_get_le(frame->data + 4, 4);
    return CO_TYPE_NONE;
}

static void mpdo_summary(const struct co_pdo *pdo, const struct cansim_frame *frame, bool to,
                         const char *title, unsigned type, struct cansim_sink *sink)
{
    struct co_dec *dec = pdo->node->dec;
    struct co_line line = co_line_begin(dec->summary, sizeof(dec->summary));
    unsigned address = frame->data[0] & 0x7F, size = co_type_size(type);
    char value[40] = "";

    co_line_bytes(&line, pdo->title, pdo->title_len);
    co_line_add(&line, to ? "to " : "from ");
    co_line_add(&line, to && address == 0 ? "all nodes" : "node ");
    if (!to || address != 0)
        co_line_uint(&line, address);
    co_line_add(&line, ", ");
    co_line_object(&line, (unsigned)co_get_le(frame->data + 1, 2), frame->data[3]);
    if (*title != '\0') {
        co_line_char(&line, ' ');
        co_line_add(&line, title);
    }
    co_line_char(&line, '=');
    if (type != CO_TYPE_NONE) {
        size_t len = co_value_format(type, frame->data + 4, size, value, sizeof(value));
        co_line_bytes(&line, value, len);
    } else
        co_line_hex(&line, co_get_le(frame->data + 4, 4), 8);
    sink->summary(sink, pdo->name, CANSIM_INFO, dec->summary);
}

/* The first byte tells by its highest bit which of both kinds it is. */
static void mpdo(const struct co_pdo *pdo, const struct cansim_frame *frame,
                 struct cansim_sink *sink)
{
    struct co_dec *dec = pdo->node->dec;
    bool to = (frame->data[0] & 0x80) != 0;
    unsigned index = (unsigned)co_get_le(frame->data + 1, 2), sub = frame->data[3];
    const struct co_node *about = dec->nodes[frame->data[0] & 0x7F];
    struct cansim_field field;
    char title[160];

    if (frame->len != 8) {
        co_dec_wrong_length(dec, pdo->node, pdo->name, frame, 8, 8, sink);
        co_event(sink, "canopen.pdo.length", pdo->node->id, frame->len);
        return;
    }
    unsigned type = mpdo_value(about, frame, &field);
    co_object_title(about != NULL ? about->dict : NULL, about != NULL ? about->profile : 0, index,
                    sub, title, sizeof(title));
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        mpdo_summary(pdo, frame, to, title, type, sink);
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        cansim_put_uint(sink, "node", "Node", pdo->node->id, 0, 0, 0, NULL);
        cansim_put_uint(sink, "pdo", "PDO", pdo->number, 0, 0, 0, pdo->name);
        cansim_put_uint(sink, "addressing", "Addressing", to, 0, 7, 1,
                        to ? "destination (DAM)" : "source (SAM)");
        cansim_put_uint(sink, "address", "Address", frame->data[0] & 0x7F, 0, 0, 7, NULL);
        cansim_put_uint(sink, "index", "Index", index, 4, 8, 16, *title != '\0' ? title : NULL);
        cansim_put_uint(sink, "sub", "Sub-index", sub, 2, 24, 8, NULL);
        sink->field(sink, &field);
    }
    co_event(sink, "canopen.pdo", pdo->node->id, frame->id);
}

/* ---- frames -----------------------------------------------------------------------------------
 */

static void request(struct co_pdo *pdo, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_dec *dec = pdo->node->dec;
    bool refused = pdo->tx && (pdo->cob >> 30 & 1) != 0 && pdo->cob_source > CO_FROM_DEFAULT;
    int severity = refused ? CANSIM_WARNING : CANSIM_INFO;

    pdo->rtr_frame = frame->number;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_line_begin(dec->summary, sizeof(dec->summary));
        co_line_bytes(&line, pdo->title, pdo->title_len);
        co_line_add(&line,
                    refused ? "request, but its COB-ID does not allow remote frames" : "request");
        sink->summary(sink, pdo->name, severity, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        cansim_put_uint(sink, "node", "Node", pdo->node->id, 0, 0, 0, NULL);
        cansim_put_uint(sink, "pdo", "PDO", pdo->number, 0, 0, 0, pdo->name);
        co_put_uint(sink, "request", "Request", 1, severity, NULL);
    }
    co_event(sink, "canopen.pdo.request", pdo->node->id, frame->id);
}

static struct fit judge(const struct co_pdo *pdo, unsigned len)
{
    const struct co_node *node = pdo->node;
    struct fit fit = {.severity = CANSIM_INFO};

    if (pdo->map_complete && pdo->map_source > CO_FROM_DEFAULT && !pdo->before_reset &&
        len != (pdo->mapped_bits + 7u) / 8 && pdo->count != 0) {
        fit.wrong = true;
        fit.too_short = 8 * len < pdo->mapped_bits;
        fit.severity = fit.too_short ? CANSIM_ERROR : CANSIM_WARNING;
    }
    if (pdo->cob >> 31 != 0)
        fit.odd = "though this PDO is not valid";
    else if (pdo->tx && node->state_certain && node->state != 5)
        fit.odd = "though the node is not operational";
    if (fit.odd != NULL && fit.severity < CANSIM_WARNING)
        fit.severity = CANSIM_WARNING;
    return fit;
}

void co_dec_pdo(struct co_dec *dec, struct co_pdo *pdo, const struct cansim_frame *frame,
                struct cansim_sink *sink)
{
    unsigned len = frame->len < 8 ? frame->len : 8;

    pdo->node->seen = true;
    if (frame->flags & CANSIM_FRAME_RTR) {
        request(pdo, frame, sink);
        return;
    }
    uint64_t asked = pdo->rtr_frame;
    pdo->rtr_frame = 0;
    pdo->frames++;
    pdo->period_ps = pdo->last_ps >= 0 ? frame->at_ps - pdo->last_ps : 0;
    pdo->last_ps = frame->at_ps;
    pdo->last_frame = frame->number;
    pdo->last_len = (uint8_t)len;
    memcpy(pdo->last_data, frame->data, len);
    if (sink == NULL)
        return;
    if (asked != 0)
        co_link(sink, CANSIM_LINK_ANSWERS, asked);
    if (pdo->have_count && (pdo->count == MPDO_SAM || pdo->count == MPDO_DAM)) {
        mpdo(pdo, frame, sink);
        return;
    }
    struct fit fit = judge(pdo, len);
    uint64_t word = co_get_le(frame->data, len);
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        summary(pdo, frame, word, len, &fit, sink);
    if (co_wants(sink, CANSIM_WANT_FIELDS))
        fields(pdo, frame, word, len, &fit, sink);
    if (pdo->tx && pdo->have_type && pdo->type <= 240)
        co_link(sink, CANSIM_LINK_CAUSED_BY, dec->sync.last_frame);
    co_event(sink, "canopen.pdo", pdo->node->id, frame->id);
    if (fit.wrong)
        co_event(sink, "canopen.pdo.length", pdo->node->id, len);
}
