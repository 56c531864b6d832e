/* SPDX-License-Identifier: MIT */
/* dec.c - the CANopen decoder: from identifiers to services, nodes and deadlines.
 * Invariant: each identifier that has a meaning has it in its slot; nobody searches for one. */
#include "plugins/canopen/dec_internal.h"

#include <stdlib.h>

/* ---- identifiers ------------------------------------------------------------------------------
 */

static struct co_slot *ext_slot(struct co_dec *dec, uint32_t id, bool make)
{
    uint32_t at = (id * 0x9E3779B1u) >> 16 & (CO_DEC_EXT - 1);

    while (dec->ext[at].id != CO_ID_NONE) {
        if (dec->ext[at].id == id)
            return &dec->ext[at].slot;
        at = (at + 1) & (CO_DEC_EXT - 1);
    }
    if (!make || dec->n_ext >= CO_DEC_EXT / 4 * 3)
        return NULL;
    dec->n_ext++;
    dec->ext[at].id = id;
    return &dec->ext[at].slot;
}

struct co_slot *co_dec_slot(struct co_dec *dec, uint32_t id, bool make)
{
    if (id & CO_ID_EXT)
        return id != CO_ID_NONE ? ext_slot(dec, id, make) : NULL;
    return id < 2048 ? &dec->slots[id] : NULL;
}

bool co_dec_serve(struct co_dec *dec, uint32_t id, enum co_service service, unsigned node,
                  unsigned channel)
{
    struct co_slot *slot = co_dec_slot(dec, id, true);

    if (slot == NULL || slot->service == CO_NMT || slot->service == CO_FLYING ||
        slot->service == CO_LSS || slot->service == CO_HEARTBEAT)
        return false;
    /* The default SDO channel of a node gives way to nobody. */
    if ((slot->service == CO_SDO_REQUEST || slot->service == CO_SDO_RESPONSE) &&
        slot->channel == 0 && (service != slot->service || node != slot->node))
        return false;
    slot->service = (uint8_t)service;
    slot->node = (uint8_t)node;
    slot->channel = (uint16_t)channel;
    slot->learned = true;
    return true;
}

/* CiA 301, 7.3.5 (predefined connection set), and CiA 302-2 and 305. */
static void predefine(struct co_dec *dec)
{
    static const struct {
        uint16_t base;
        uint8_t service;
        uint8_t pdo;
    } rows[] = {{0x080, CO_EMCY, 0},         {0x180, CO_UNUSED, 1},      {0x200, CO_UNUSED, 5},
                {0x280, CO_UNUSED, 2},       {0x300, CO_UNUSED, 6},      {0x380, CO_UNUSED, 3},
                {0x400, CO_UNUSED, 7},       {0x480, CO_UNUSED, 4},      {0x500, CO_UNUSED, 8},
                {0x580, CO_SDO_RESPONSE, 0}, {0x600, CO_SDO_REQUEST, 0}, {0x700, CO_HEARTBEAT, 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned node = 1; node < CO_NODES; node++) {
            struct co_slot *slot = &dec->slots[rows[i].base + node];
            slot->service = rows[i].service;
            slot->node = (uint8_t)node;
            slot->dflt_pdo = rows[i].pdo;
        }
    }
    dec->slots[0x000].service = CO_NMT;
    dec->slots[0x080].service = CO_SYNC;
    dec->slots[0x100].service = CO_TIME;
    for (unsigned id = 0x071; id <= 0x076; id++)
        dec->slots[id].service = CO_FLYING;
    dec->slots[0x7E4].service = CO_LSS;
    dec->slots[0x7E5].service = CO_LSS;
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static void node_init(struct co_node *node, struct co_dec *dec, unsigned id)
{
    struct co_line title = co_line_begin(node->title, sizeof(node->title));

    co_line_add(&title, "node ");
    co_line_uint(&title, id);
    node->title_len = (uint8_t)(title.at - node->title);
    struct co_line key = co_line_begin(node->key, sizeof(node->key));
    co_line_add(&key, "node_");
    co_line_uint(&key, id);
    node->profile_set = dec->profile != 0;
    node->dec = dec;
    node->id = (uint8_t)id;
    node->profile = dec->profile;
    node->state = -1;
    node->heart.last_ps = -1;
    node->heart.declared_ps = -1;
    node->guard.asked_ps = -1;
    node->guard.answered_ps = -1;
    node->guard.guard_ps = -1;
    node->guard.life = -1;
    node->emcy_id = CO_ID_NONE;
}

struct co_node *co_dec_node(struct co_dec *dec, unsigned id)
{
    if (id == 0 || id >= CO_NODES)
        return NULL;
    if (dec->nodes[id] == NULL) {
        dec->nodes[id] = calloc(1, sizeof(*dec->nodes[id]));
        if (dec->nodes[id] != NULL)
            node_init(dec->nodes[id], dec, id);
    }
    return dec->nodes[id];
}

static void node_free(struct co_node *node)
{
    if (node == NULL)
        return;
    while (node->pdos != NULL) {
        struct co_pdo *pdo = node->pdos;
        node->pdos = pdo->next;
        free(pdo);
    }
    if (node->sdo != NULL)
        co_sdo_watch_destroy(node->sdo);
    co_dict_free(node->dict);
    free(node->objects);
    free(node);
}

const char *co_dec_label(struct co_dec *dec, const char *text)
{
    size_t len = strlen(text);
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    struct co_labels *labels = &dec->labels;
    if (labels->texts == NULL)
        labels->texts = calloc(2 * CO_DEC_LABELS, sizeof(*labels->texts));
    if (labels->texts == NULL)
        return "";
    uint32_t at = hash & (2 * CO_DEC_LABELS - 1);
    while (labels->texts[at] != NULL) {
        if (strcmp(labels->texts[at], text) == 0)
            return labels->texts[at];
        at = (at + 1) & (2 * CO_DEC_LABELS - 1);
    }
    if (labels->n == CO_DEC_LABELS)
        return "";
    labels->texts[at] = strdup(text);
    if (labels->texts[at] == NULL)
        return "";
    labels->n++;
    return labels->texts[at];
}

/* ---- deadlines --------------------------------------------------------------------------------
 */

void co_dec_due(struct co_dec *dec, unsigned node, bool guard, int64_t at_ps)
{
    int64_t *due = &dec->due_ps[node + (guard ? CO_NODES : 0)];

    if (at_ps <= dec->next_ps)
        dec->next_ps = at_ps;
    else if (*due == dec->next_ps)
        dec->next_stale = true;
    *due = at_ps;
}

static int64_t decoder_next(void *state)
{
    struct co_dec *dec = state;

    if (dec->next_stale) {
        dec->next_ps = CANSIM_NEVER;
        for (unsigned i = 0; i < 2 * CO_NODES; i++) {
            if (dec->due_ps[i] < dec->next_ps)
                dec->next_ps = dec->due_ps[i];
        }
        dec->next_stale = false;
    }
    return dec->next_ps;
}

static void decoder_time(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    struct co_dec *dec = state;
    int64_t due_ps = decoder_next(dec);

    if (due_ps == CANSIM_NEVER || at_ps < due_ps)
        return;
    for (unsigned i = 0; i < 2 * CO_NODES; i++) {
        if (dec->due_ps[i] != due_ps)
            continue;
        co_dec_due(dec, i % CO_NODES, i >= CO_NODES, CANSIM_NEVER);
        if (i < CO_NODES)
            co_heart_lost(dec->nodes[i], due_ps, sink);
        else
            co_guard_lost(dec->nodes[i - CO_NODES], due_ps, sink);
        return;
    }
}

/* ---- what all services say --------------------------------------------------------------------
 */

struct co_line co_dec_summary(struct co_dec *dec, const struct co_node *node)
{
    struct co_line line = co_line_begin(dec->summary, sizeof(dec->summary));

    if (node != NULL) {
        co_line_bytes(&line, node->title, node->title_len);
        co_line_bytes(&line, ": ", 2);
    }
    return line;
}

void co_put_uint(struct cansim_sink *sink, const char *name, const char *label, uint64_t value,
                 int severity, const char *text)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_UINT,
                                 .severity = (uint8_t)severity,
                                 .name = name,
                                 .label = label,
                                 .text = text};

    field.value.u = value;
    sink->field(sink, &field);
}

void co_put_time(struct cansim_sink *sink, const char *name, const char *label, int64_t ps)
{
    struct cansim_field field = {
        .size = sizeof(field), .kind = CANSIM_TIME, .name = name, .label = label};

    field.value.i = ps;
    sink->field(sink, &field);
}

void co_put_text(struct cansim_sink *sink, const char *name, const char *label, const char *text)
{
    cansim_put_bytes(sink, CANSIM_TEXT, name, label, text, strlen(text), 512);
}

void co_dec_wrong_length(struct co_dec *dec, const struct co_node *node, const char *protocol,
                         const struct cansim_frame *frame, unsigned want_min, unsigned want_max,
                         struct cansim_sink *sink)
{
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, node);
        co_line_uint(&line, frame->len);
        co_line_add(&line, frame->len == 1 ? " byte, must have " : " bytes, must have ");
        co_line_uint(&line, want_min);
        if (want_max != want_min) {
            co_line_add(&line, " to ");
            co_line_uint(&line, want_max);
        }
        sink->summary(sink, protocol, CANSIM_ERROR, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        if (node != NULL)
            cansim_put_uint(sink, "node", "Node", node->id, 0, 0, 0, NULL);
        co_put_uint(sink, "length", "Length", frame->len, CANSIM_ERROR,
                    "not as the protocol wants it");
        if (frame->len != 0)
            cansim_put_bytes(sink, CANSIM_BYTES, "data", "Data", frame->data, frame->len, 0);
    }
    sink->event(sink, "canopen.length", node != NULL ? node->id : -1, frame->len);
}

void co_dec_wrong_rtr(struct co_dec *dec, const struct co_node *node, const char *protocol,
                      const struct cansim_frame *frame, struct cansim_sink *sink)
{
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, node);
        co_line_add(&line, "remote frame, which this service does not have");
        sink->summary(sink, protocol, CANSIM_ERROR, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        if (node != NULL)
            cansim_put_uint(sink, "node", "Node", node->id, 0, 0, 0, NULL);
        co_put_uint(sink, "rtr", "Remote frame", 1, CANSIM_ERROR, "not of this service");
    }
    sink->event(sink, "canopen.rtr", node != NULL ? node->id : -1, frame->id);
}

/* ---- the decoder ------------------------------------------------------------------------------
 */

static void network_frame(struct co_dec *dec, const struct co_slot *slot,
                          const struct cansim_frame *frame, struct cansim_sink *sink)
{
    static const struct {
        void (*tell)(struct co_dec *dec, const struct cansim_frame *frame,
                     struct cansim_sink *sink);
        const char *protocol;
    } rows[CO_SERVICES] = {
        [CO_NMT] = {co_dec_nmt, "NMT"},    [CO_FLYING] = {co_dec_flying, "NMT"},
        [CO_SYNC] = {co_dec_sync, "SYNC"}, [CO_TIME] = {co_dec_time, "TIME"},
        [CO_LSS] = {co_dec_lss, "LSS"},
    };

    if (frame->flags & CANSIM_FRAME_RTR)
        co_dec_wrong_rtr(dec, NULL, rows[slot->service].protocol, frame, sink);
    else if (rows[slot->service].tell != NULL)
        rows[slot->service].tell(dec, frame, sink);
}

static int node_frame(struct co_dec *dec, const struct co_slot *slot,
                      const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_node *node = co_dec_node(dec, slot->node);
    bool rtr = (frame->flags & CANSIM_FRAME_RTR) != 0;

    if (node == NULL)
        return 0;
    node->seen = true;
    switch (slot->service) {
    case CO_EMCY:
        if (rtr)
            co_dec_wrong_rtr(dec, node, "EMCY", frame, sink);
        else
            co_dec_emcy(node, frame, sink);
        break;
    case CO_HEARTBEAT:
        if (rtr)
            co_dec_guard(node, frame, sink);
        else
            co_dec_heartbeat(node, frame, sink);
        break;
    default:
        if (rtr)
            co_dec_wrong_rtr(dec, node, "SDO", frame, sink);
        else
            co_dec_sdo(dec, slot, frame, sink);
        break;
    }
    return 1;
}

static int decoder_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_dec *dec = state;
    struct co_slot *slot = co_dec_slot(dec, co_dec_id(frame), false);

    dec->n_frames++;
    if (frame->flags & CANSIM_FRAME_FD)
        slot = NULL; /* CANopen FD is another protocol */
    if (slot != NULL && slot->service == CO_UNUSED) {
        struct co_pdo *pdo = slot->pdo;
        if (pdo == NULL && slot->dflt_pdo != 0)
            pdo = co_pdo_default(dec, slot);
        if (pdo != NULL) {
            co_dec_pdo(dec, pdo, frame, sink);
            return 1;
        }
    } else if (slot != NULL) {
        if (slot->service >= CO_EMCY && slot->service != CO_LSS)
            return node_frame(dec, slot, frame, sink);
        network_frame(dec, slot, frame, sink);
        return 1;
    }
    dec->n_foreign++;
    return 0;
}

static void decoder_close(void *state)
{
    struct co_dec *dec = state;

    for (unsigned i = 0; i < CO_NODES; i++)
        node_free(dec->nodes[i]);
    for (unsigned i = 0; i < dec->n_channels; i++) {
        if (dec->channels[i]->watch != NULL)
            co_sdo_watch_destroy(dec->channels[i]->watch);
        free(dec->channels[i]);
    }
    for (unsigned i = 0; dec->labels.texts != NULL && i < 2 * CO_DEC_LABELS; i++)
        free(dec->labels.texts[i]);
    free(dec->labels.texts);
    free(dec);
}

static int decoder_open(void **state, const struct cansim_host *host,
                        const struct cansim_setting *settings, size_t n_settings, char *why,
                        size_t why_size)
{
    struct co_dec *dec = calloc(1, sizeof(*dec));

    if (dec == NULL) {
        struct co_line line = co_line_begin(why, why_size);
        co_line_add(&line, "not enough memory");
        return -1;
    }
    dec->host = host;
    for (unsigned i = 0; i < CO_DEC_EXT; i++)
        dec->ext[i].id = CO_ID_NONE;
    for (unsigned i = 0; i < 2 * CO_NODES; i++)
        dec->due_ps[i] = CANSIM_NEVER;
    dec->next_ps = CANSIM_NEVER;
    dec->sync.overflow = -1;
    dec->sync.last_counter = -1;
    dec->sync.last_ps = -1;
    predefine(dec);
    if (co_dec_configure(dec, settings, n_settings, why, why_size) != 0) {
        decoder_close(dec);
        return -1;
    }
    *state = dec;
    return 0;
}

static void decoder_model(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    co_dec_model(state, at_ps, sink);
}

/* It is silent until it is asked for something. */
static const struct cansim_setting actor_settings[] = {
    {"node_id", "0"}, {"boot", "false"}, {NULL, NULL}};

const struct cansim_decoder co_decoder = {
    .size = sizeof(co_decoder),
    .name = "canopen",
    .title = "CANopen (CiA 301, 302, 305, 306, 401, 402)",
    .settings = co_dec_settings,
    .open = decoder_open,
    .close = decoder_close,
    .frame = decoder_frame,
    .next = decoder_next,
    .time = decoder_time,
    .model = decoder_model,
    .pages = co_dec_pages,
    .actor = "canopen-master",
    .actor_settings = actor_settings,
};
