/* SPDX-License-Identifier: MIT */
/* dec_page_node.c - what is known of a node, in tables: how it is, its object dictionary, PDOs,
 * SDO conversations, emergencies. Row 0 is about all nodes. */
#include <stdio.h>

#include "plugins/canopen/dec_pages.h"

static const struct co_node *node_at(const struct co_dec *dec, uint64_t row)
{
    return row < CO_NODES ? dec->nodes[row] : NULL;
}

static void object_text(unsigned index, unsigned sub, char *text, size_t size)
{
    snprintf(text, size, "%04X:%02X", index, sub);
}

void co_cell_value(const struct co_node *node, unsigned index, unsigned sub, const uint8_t *bytes,
                   size_t len, size_t total, struct cansim_sink *sink)
{
    unsigned type = co_object_type(node->dict, node->profile, index, sub);
    const struct co_type_info *info = co_type_info(type);
    const char *words = NULL;
    char value[120], text[220];

    if (len != total) {
        snprintf(text, sizeof(text), "%zu bytes", total);
        co_cell_text(sink, CANSIM_INFO, text);
        return;
    }
    if (len >= 1 && len <= 8)
        words = co_meaning_text(co_meaning_of(node->profile, index, sub), co_get_le(bytes, len));
    co_value_format(type, bytes, len, value, sizeof(value));
    if (info != NULL && info->class_ == CO_CLASS_UINT && len >= 1 && len <= 8 &&
        co_get_le(bytes, len) > 9)
        snprintf(text, sizeof(text), "%s  0x%0*llX%s%s", value, (int)(2 * len),
                 (unsigned long long)co_get_le(bytes, len), words != NULL ? "  " : "",
                 words != NULL ? words : "");
    else
        snprintf(text, sizeof(text), "%s%s%s", value, words != NULL ? "  " : "",
                 words != NULL ? words : "");
    co_cell_text(sink, CANSIM_INFO, text);
}

/* ---- how it is ------------------------------------------------------------------------------- */

static void overview(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    co_dec_model_part(state, (unsigned)row, at_ps, sink);
}

/* ---- object dictionary -----------------------------------------------------------------------
 */

static const struct cansim_column object_columns[] = {
    {"Object", CANSIM_COLUMN_TEXT, 7, 7, 0},
    {"Name", CANSIM_COLUMN_TEXT, 24, 48, 0},
    {"Type", CANSIM_COLUMN_TEXT, 14, 14, 2},
    {"Access", CANSIM_COLUMN_TEXT, 6, 6, 3},
    {"Known", CANSIM_COLUMN_STATE, 7, 7, 1},
    {"Value", CANSIM_COLUMN_TEXT, 22, 80, 0},
    {NULL, 0, 0, 0, 0},
};

static const char *access_text(unsigned access)
{
    return access & CO_ACCESS_CONST                                  ? "const"
           : (access & CO_ACCESS_READ) && (access & CO_ACCESS_WRITE) ? "rw"
           : access & CO_ACCESS_READ                                 ? "ro"
           : access & CO_ACCESS_WRITE                                ? "wo"
                                                                     : "";
}

/* What a mapped object has in the last frame of its PDO. False: it was not in it. */
static bool mapped_value(const struct co_pdo *pdo, const struct co_map *map, uint8_t bytes[8])
{
    if (pdo->frames == 0 || map->n_bits > 64 || map->first_bit + map->n_bits > 8u * pdo->last_len)
        return false;
    uint64_t raw = co_get_le(pdo->last_data, pdo->last_len) >> map->first_bit;
    if (map->n_bits < 64)
        raw &= (UINT64_C(1) << map->n_bits) - 1;
    co_put_le(bytes, 8, raw);
    return true;
}

/* The object in the newest PDO that carries it; its length, 0: in none. */
static size_t newest_value(const struct co_node *node, unsigned index, unsigned sub,
                           uint8_t bytes[8])
{
    int64_t newest_ps = -1;
    size_t len = 0;

    for (const struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next) {
        for (unsigned i = 0; pdo->last_ps > newest_ps && i < pdo->n_map; i++) {
            const struct co_map *map = &pdo->map[i];
            if (map->index != index || map->sub != sub || !mapped_value(pdo, map, bytes))
                continue;
            newest_ps = pdo->last_ps;
            len = (map->n_bits + 7u) / 8;
        }
    }
    return len;
}

/* As it is described and as it was seen, either of which may be NULL. */
static void put_object(const struct co_node *node, unsigned index, unsigned sub,
                       const struct co_object *object, const struct co_seen *seen,
                       struct cansim_sink *sink)
{
    const struct co_type_info *info =
        co_type_info(co_object_type(node->dict, node->profile, index, sub));
    char place[16], title[160];
    uint8_t bytes[8];
    size_t len = newest_value(node, index, sub, bytes);

    object_text(index, sub, place, sizeof(place));
    co_object_title(node->dict, node->profile, index, sub, title, sizeof(title));
    co_cell_row(sink, (uint64_t)index << 8 | sub);
    co_cell_text(sink, CANSIM_INFO, place);
    co_cell_text(sink, CANSIM_INFO, title);
    co_cell_text(sink, CANSIM_INFO, info != NULL ? info->name : "");
    co_cell_text(sink, CANSIM_INFO, object != NULL ? access_text(object->access) : "");
    if (len != 0) {
        co_cell_text(sink, CANSIM_INFO, "PDO");
        co_cell_value(node, index, sub, bytes, len, len, sink);
    } else if (seen != NULL) {
        co_cell_text(sink, CANSIM_INFO, seen->written ? "written" : "read");
        co_cell_value(node, index, sub, seen->bytes,
                      seen->len < CO_OBJECT_KEEP ? seen->len : CO_OBJECT_KEEP, seen->len, sink);
    } else if (object != NULL && object->value_len != 0) {
        co_cell_text(sink, CANSIM_NOTE, "file");
        co_cell_value(node, index, sub, object->value, object->value_len, object->value_len, sink);
    } else {
        co_cell_none(sink);
        co_cell_none(sink);
    }
    sink->close(sink);
}

/* What every node has, or most have: to be read where no file tells of more. CiA 301, 7.5.1. */
static const struct co_object basic[] = {
    {.index = 0x1000, .access = CO_ACCESS_READ},
    {.index = 0x1001, .access = CO_ACCESS_READ},
    {.index = 0x1008, .access = CO_ACCESS_READ},
    {.index = 0x1009, .access = CO_ACCESS_READ},
    {.index = 0x100A, .access = CO_ACCESS_READ},
    {.index = 0x1017, .access = CO_ACCESS_READ | CO_ACCESS_WRITE},
    {.index = 0x1018, .sub = 1, .access = CO_ACCESS_READ},
    {.index = 0x1018, .sub = 2, .access = CO_ACCESS_READ},
    {.index = 0x1018, .sub = 3, .access = CO_ACCESS_READ},
    {.index = 0x1018, .sub = 4, .access = CO_ACCESS_READ},
};

static unsigned described(const struct co_node *node)
{
    return node == NULL         ? 0
           : node->dict != NULL ? co_dict_count(node->dict)
                                : sizeof(basic) / sizeof(basic[0]);
}

/* The described objects and those that were seen, both in order. */
static void objects(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_node *node = node_at(state, row);
    unsigned n_dict = described(node);
    unsigned n_seen = node != NULL ? node->n_objects : 0;

    (void)at_ps;
    for (unsigned d = 0, s = 0; d < n_dict || s < n_seen;) {
        const struct co_object *object = d >= n_dict          ? NULL
                                         : node->dict != NULL ? co_dict_at(node->dict, d)
                                                              : &basic[d];
        const struct co_seen *seen = s < n_seen ? &node->objects[s] : NULL;
        int order = object == NULL                 ? 1
                    : seen == NULL                 ? -1
                    : object->index != seen->index ? (int)object->index - (int)seen->index
                                                   : (int)object->sub - (int)seen->sub;
        if (order <= 0)
            put_object(node, object->index, object->sub, object, order == 0 ? seen : NULL, sink);
        else if (seen != NULL)
            put_object(node, seen->index, seen->sub, NULL, seen, sink);
        d += order <= 0;
        s += order >= 0;
    }
}

static const struct cansim_action object_actions[] = {
    {'r', "read", "SDO: read the object under the cursor", "read {row} {word}"},
    {'e', "write", "SDO: write it: type the value", "write {row} {word} {ask}"},
    {'b', "block read", "SDO: read it by block transfer", "block-read {row} {word}"},
    {'a', "any object", "SDO: read another object: type it", "read {row} {ask}"},
    {0, NULL, NULL, NULL},
};

/* ---- PDOs ------------------------------------------------------------------------------------ */

static const struct cansim_column pdo_columns[] = {
    {"PDO", CANSIM_COLUMN_TEXT, 12, 12, 0},    {"COB-ID", CANSIM_COLUMN_TEXT, 8, 8, 0},
    {"Frames", CANSIM_COLUMN_NUMBER, 7, 8, 2}, {"Age", CANSIM_COLUMN_NUMBER, 6, 6, 3},
    {"Every", CANSIM_COLUMN_NUMBER, 6, 6, 1},  {"Object", CANSIM_COLUMN_TEXT, 24, 40, 0},
    {"Value", CANSIM_COLUMN_TEXT, 16, 60, 0},  {NULL, 0, 0, 0, 0},
};

static void put_mapped(const struct co_pdo *pdo, const struct co_map *map, struct cansim_sink *sink)
{
    uint8_t bytes[8] = {0};
    size_t len = (map->n_bits + 7u) / 8;
    char title[96];

    snprintf(title, sizeof(title), "%04X:%02X %s", map->index, map->sub, map->label);
    co_cell_text(sink, CANSIM_INFO, title);
    if (pdo->frames == 0 || map->n_bits > 64 || map->first_bit + map->n_bits > 8u * pdo->last_len) {
        co_cell_none(sink);
        return;
    }
    uint64_t raw = co_get_le(pdo->last_data, pdo->last_len) >> map->first_bit;
    if (map->n_bits < 64)
        raw &= (UINT64_C(1) << map->n_bits) - 1;
    co_put_le(bytes, len, raw);
    co_cell_value(pdo->node, map->index, map->sub, bytes, len, len, sink);
}

static void put_raw(const struct co_pdo *pdo, struct cansim_sink *sink)
{
    char text[32];
    struct co_line line = co_line_begin(text, sizeof(text));

    co_cell_text(sink, CANSIM_NOTE, pdo->frames != 0 ? "mapping not known" : "");
    co_line_dump(&line, pdo->last_data, pdo->last_len);
    co_cell_text(sink, CANSIM_INFO, text);
}

static void put_pdo_head(const struct co_pdo *pdo, int64_t at_ps, bool all,
                         struct cansim_sink *sink)
{
    char text[24], cob[16];

    if (all)
        snprintf(text, sizeof(text), "%3u %s", pdo->node->id, pdo->name);
    else
        snprintf(text, sizeof(text), "%s", pdo->name);
    snprintf(cob, sizeof(cob), "%s%X%s", pdo->cob >> 31 ? "(" : "",
             (unsigned)(co_cob_id(pdo->cob) & ~CO_ID_EXT), pdo->cob >> 31 ? ")" : "");
    co_cell_text(sink, CANSIM_INFO, text);
    co_cell_text(sink, CANSIM_INFO, pdo->cob_source != CO_FROM_NOTHING ? cob : "");
    co_cell_uint(sink, CANSIM_INFO, pdo->frames);
    co_cell_time(sink, pdo->frames != 0 ? at_ps - pdo->last_ps : -1);
    co_cell_time(sink, pdo->frames > 1 ? pdo->period_ps : -1);
}

static void put_pdo(const struct co_pdo *pdo, int64_t at_ps, bool all, struct cansim_sink *sink)
{
    uint64_t key =
        (uint64_t)pdo->node->id << 24 | (pdo->tx ? 1u << 20 : 0) | (uint64_t)pdo->number << 8;

    for (unsigned i = 0; i == 0 || i < pdo->n_map; i++) {
        co_cell_row(sink, key | i);
        if (i == 0)
            put_pdo_head(pdo, at_ps, all, sink);
        for (unsigned k = 0; i != 0 && k < 5; k++)
            co_cell_none(sink);
        if (pdo->n_map != 0)
            put_mapped(pdo, &pdo->map[i], sink);
        else
            put_raw(pdo, sink);
        sink->close(sink);
    }
}

static void pdos(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_dec *dec = state;

    for (unsigned i = 1; i < CO_NODES; i++) {
        if (dec->nodes[i] == NULL || (row != 0 && i != row))
            continue;
        for (const struct co_pdo *pdo = dec->nodes[i]->pdos; pdo != NULL; pdo = pdo->next)
            put_pdo(pdo, at_ps, row == 0, sink);
    }
}

/* ---- SDO ------------------------------------------------------------------------------------- */

static const struct cansim_column sdo_columns[] = {
    {"Object", CANSIM_COLUMN_TEXT, 7, 7, 0},
    {"What", CANSIM_COLUMN_TEXT, 11, 11, 0},
    {"Ago", CANSIM_COLUMN_NUMBER, 6, 6, 2},
    {"Took", CANSIM_COLUMN_NUMBER, 6, 6, 1},
    {"Bytes", CANSIM_COLUMN_NUMBER, 6, 8, 3},
    {"Outcome", CANSIM_COLUMN_STATE, 26, 60, 0},
    {"Name", CANSIM_COLUMN_TEXT, 20, 48, 1},
    {"Node", CANSIM_COLUMN_NUMBER, 4, 4, 4},
    {NULL, 0, 0, 0, 0},
};

static void put_outcome(const struct co_node *node, const struct co_sdo_said *said,
                        struct cansim_sink *sink)
{
    const char *words = co_abort_text(said->abort_code);
    char text[160];

    if (said->outcome == CO_SDO_ABORTED) {
        snprintf(text, sizeof(text), "%08Xh %s%s", said->abort_code,
                 words != NULL ? words : "unknown code", said->by_client ? " (by the client)" : "");
        co_cell_text(sink, CANSIM_WARNING, text);
    } else if (said->outcome == CO_SDO_BROKEN) {
        co_cell_text(sink, CANSIM_ERROR, "broken off");
    } else if (said->have_object) {
        co_cell_value(node, said->index, said->sub, said->bytes,
                      said->len < sizeof(said->bytes) ? said->len : sizeof(said->bytes), said->len,
                      sink);
    } else {
        co_cell_text(sink, CANSIM_INFO, "done");
    }
}

static void put_said(const struct co_dec *dec, const struct co_sdo_said *said, uint64_t key,
                     int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_node *node = dec->nodes[said->node];
    char place[16] = "?", title[160] = "";

    if (said->have_object) {
        object_text(said->index, said->sub, place, sizeof(place));
        co_object_title(node->dict, node->profile, said->index, said->sub, title, sizeof(title));
    }
    co_cell_row(sink, key);
    co_cell_text(sink, CANSIM_INFO, place);
    co_cell_text(sink, CANSIM_INFO,
                 said->read    ? said->block ? "block read" : "read"
                 : said->block ? "block write"
                               : "write");
    co_cell_time(sink, at_ps - said->began_ps);
    co_cell_time(sink, said->took_ps > 0 ? said->took_ps : -1);
    co_cell_uint(sink, CANSIM_INFO, said->len);
    put_outcome(node, said, sink);
    co_cell_text(sink, CANSIM_INFO, title);
    co_cell_uint(sink, CANSIM_INFO, said->node);
    sink->close(sink);
}

/* The conversation that goes on, with a bar where its length is known. */
static void put_present(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    struct co_sdo_now now;
    char place[16], title[160], text[48];

    if (node->sdo == NULL || !co_sdo_watch_now(node->sdo, &now))
        return;
    object_text(now.index, now.sub, place, sizeof(place));
    co_object_title(node->dict, node->profile, now.index, now.sub, title, sizeof(title));
    if (now.have_size && now.size != 0)
        snprintf(text, sizeof(text), "at work: %u%% of %u",
                 (unsigned)((uint64_t)now.len * 100 / now.size), now.size);
    else
        snprintf(text, sizeof(text), "at work");
    co_cell_row(sink, (uint64_t)1 << 56 | node->id);
    co_cell_text(sink, CANSIM_INFO, place);
    co_cell_text(sink, CANSIM_INFO,
                 now.upload  ? now.block ? "block read" : "read"
                 : now.block ? "block write"
                             : "write");
    co_cell_time(sink, at_ps - now.began_ps);
    co_cell_none(sink);
    co_cell_uint(sink, CANSIM_INFO, now.len);
    co_cell_text(sink, CANSIM_NOTE, text);
    co_cell_text(sink, CANSIM_INFO, title);
    co_cell_uint(sink, CANSIM_INFO, node->id);
    sink->close(sink);
}

static void sdos(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_dec *dec = state;
    uint64_t first = dec->n_sdo_log > CO_DEC_SDO_LOG ? dec->n_sdo_log - CO_DEC_SDO_LOG : 0;

    for (unsigned i = 1; i < CO_NODES; i++) {
        if (dec->nodes[i] != NULL && (row == 0 || i == row))
            put_present(dec->nodes[i], at_ps, sink);
    }
    for (uint64_t i = dec->n_sdo_log; i-- > first;) {
        const struct co_sdo_said *said = &dec->sdo_log[i % CO_DEC_SDO_LOG];
        if (row == 0 || said->node == row)
            put_said(dec, said, i + 1, at_ps, sink);
    }
}

static const struct cansim_action sdo_actions[] = {
    {'r', "read", "SDO: read that object again", "read {row} {word}"},
    {'a', "any object", "SDO: read another object: type it", "read {row} {ask}"},
    {0, NULL, NULL, NULL},
};

/* ---- emergencies ----------------------------------------------------------------------------- */

static const struct cansim_column emcy_columns[] = {
    {"Code", CANSIM_COLUMN_TEXT, 5, 5, 0},
    {"Ago", CANSIM_COLUMN_NUMBER, 6, 6, 0},
    {"Node", CANSIM_COLUMN_NUMBER, 4, 4, 3},
    {"What", CANSIM_COLUMN_STATE, 30, 60, 0},
    {"Register", CANSIM_COLUMN_TEXT, 8, 8, 1},
    {"Bytes", CANSIM_COLUMN_TEXT, 14, 14, 2},
    {NULL, 0, 0, 0, 0},
};

static void put_emcy(const struct co_node *node, const struct co_emcy *emcy, uint64_t key,
                     int64_t at_ps, struct cansim_sink *sink)
{
    const char *words = co_emcy_text(emcy->code, node->profile);
    char text[24];
    struct co_line line = co_line_begin(text, sizeof(text));

    co_cell_row(sink, key);
    co_line_code(&line, emcy->code);
    co_cell_text(sink, CANSIM_INFO, text);
    co_cell_time(sink, at_ps - emcy->at_ps);
    co_cell_uint(sink, CANSIM_INFO, node->id);
    co_cell_text(sink, emcy->code < 0x0100 ? CANSIM_INFO : CANSIM_WARNING,
                 words != NULL ? words : "unknown code");
    snprintf(text, sizeof(text), "0x%02X", emcy->reg);
    co_cell_text(sink, CANSIM_INFO, text);
    line = co_line_begin(text, sizeof(text));
    co_line_dump(&line, emcy->bytes, sizeof(emcy->bytes));
    co_cell_text(sink, CANSIM_INFO, text);
    sink->close(sink);
}

static void emergencies(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_dec *dec = state;

    for (unsigned i = 1; i < CO_NODES; i++) {
        const struct co_node *node = dec->nodes[i];
        if (node == NULL || (row != 0 && i != row))
            continue;
        uint64_t first = node->n_emcy > CO_DEC_EMCY ? node->n_emcy - CO_DEC_EMCY : 0;
        for (uint64_t k = node->n_emcy; k-- > first;)
            put_emcy(node, &node->emcy[k % CO_DEC_EMCY], (uint64_t)i << 48 | k, at_ps, sink);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

#define SECTION(variable, text, nothing, its_columns, its_rows, its_actions)          \
    static const struct cansim_table variable = {.size = sizeof(struct cansim_table), \
                                                 .title = (text),                     \
                                                 .empty = (nothing),                  \
                                                 .columns = (its_columns),            \
                                                 .rows = (its_rows),                  \
                                                 .actions = (its_actions)}

SECTION(about, "Overview", "nothing is known of it so far", NULL, overview, NULL);
SECTION(dictionary, "Objects", "choose one node to see its objects", object_columns, objects,
        object_actions);
SECTION(pdo, "PDOs", "no PDO seen so far: a node sends them when it is operational", pdo_columns,
        pdos, NULL);
SECTION(sdo, "SDO", "no SDO conversation so far: a reads an object", sdo_columns, sdos,
        sdo_actions);
SECTION(emcy, "Emergencies", "no emergency so far", emcy_columns, emergencies, NULL);

const struct cansim_table *const co_node_sections[] = {&about, &dictionary, &pdo,
                                                       &sdo,   &emcy,       NULL};
