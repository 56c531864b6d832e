/* SPDX-License-Identifier: MIT */
/* dec_pdo_conf.c - which PDOs there are, by which identifier, and what is mapped into them.
 * Each PDO whose identifier is known is in that identifier's list, invalid ones at its end; a list
 * begins with the PDO to decode by: valid before invalid, sent before received, told before
 * predefined. */
#include "plugins/canopen/dec_internal.h"

#include <stdlib.h>

#define COB_INVALID 0x80000000u

/* ---- identifiers ------------------------------------------------------------------------------
 */

static unsigned rank(const struct co_pdo *pdo)
{
    return (pdo->cob & COB_INVALID ? 0u : 8u) | (pdo->tx ? 4u : 0u) |
           (pdo->cob_source > CO_FROM_DEFAULT && !pdo->before_reset ? 2u : 0u);
}

static void unlist(struct co_pdo *pdo)
{
    struct co_slot *slot =
        pdo->listed ? co_dec_slot(pdo->node->dec, co_cob_id(pdo->cob), false) : NULL;

    pdo->listed = false;
    if (slot == NULL)
        return;
    for (struct co_pdo **at = &slot->pdo; *at != NULL; at = &(*at)->next_same) {
        if (*at == pdo) {
            *at = pdo->next_same;
            break;
        }
    }
    pdo->next_same = NULL;
}

static void list(struct co_pdo *pdo)
{
    struct co_dec *dec = pdo->node->dec;
    uint32_t id = co_cob_id(pdo->cob);
    struct co_slot *slot = id != 0 && pdo->cob_source != CO_FROM_NOTHING
                               ? co_dec_slot(dec, id, (pdo->cob & COB_INVALID) == 0)
                               : NULL;

    if (slot == NULL)
        return;
    /* The predefined EMCY of a node that nobody has met gives way. */
    if (slot->service == CO_EMCY && !slot->learned && pdo->cob_source > CO_FROM_DEFAULT &&
        (pdo->cob & COB_INVALID) == 0 &&
        (dec->nodes[slot->node] == NULL || !dec->nodes[slot->node]->seen))
        slot->service = CO_UNUSED;
    struct co_pdo **at = &slot->pdo;
    while (*at != NULL && rank(*at) >= rank(pdo))
        at = &(*at)->next_same;
    pdo->next_same = *at;
    *at = pdo;
    pdo->listed = true;
}

static void set_cob(struct co_pdo *pdo, uint32_t cob, enum co_source source)
{
    unlist(pdo);
    pdo->cob = cob;
    pdo->cob_source = (uint8_t)source;
    list(pdo);
}

/* ---- the PDOs of a node -----------------------------------------------------------------------
 */

struct co_pdo *co_pdo_find(const struct co_node *node, bool tx, unsigned number)
{
    for (struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next) {
        if (pdo->tx == tx && pdo->number == number)
            return pdo;
    }
    return NULL;
}

static uint32_t predefined(const struct co_pdo *pdo)
{
    return pdo->number > 4 ? 0 : (pdo->tx ? 0x80u : 0x100u) + 0x100u * pdo->number + pdo->node->id;
}

static void name_it(struct co_pdo *pdo)
{
    struct co_line name = co_line_begin(pdo->name, sizeof(pdo->name));

    co_line_add(&name, pdo->tx ? "TPDO" : "RPDO");
    co_line_uint(&name, pdo->number);
    struct co_line title = co_line_begin(pdo->title, sizeof(pdo->title));
    co_line_add(&title, pdo->node->title);
    co_line_char(&title, ' ');
    co_line_add(&title, pdo->name);
    co_line_add(&title, ": ");
    pdo->title_len = (uint8_t)(title.at - pdo->title);
}

struct co_pdo *co_pdo_get(struct co_node *node, bool tx, unsigned number)
{
    struct co_pdo **at = &node->pdos;

    while (*at != NULL && ((*at)->tx != tx ? (*at)->tx : (*at)->number < number))
        at = &(*at)->next;
    if (*at != NULL && (*at)->tx == tx && (*at)->number == number)
        return *at;
    if (node->dec->n_pdos == CO_DEC_PDOS || number == 0 || number > CO_PDO_NUMBERS)
        return NULL;
    struct co_pdo *pdo = calloc(1, sizeof(*pdo));
    if (pdo == NULL)
        return NULL;
    node->dec->n_pdos++;
    pdo->node = node;
    pdo->tx = tx;
    pdo->number = (uint16_t)number;
    pdo->last_ps = -1;
    name_it(pdo);
    pdo->next = *at;
    *at = pdo;
    if (predefined(pdo) != 0)
        set_cob(pdo, predefined(pdo), CO_FROM_DEFAULT);
    return pdo;
}

/* ---- mapping ----------------------------------------------------------------------------------
 */

const char *co_map_name(struct co_dec *dec, unsigned index, unsigned sub)
{
    static const char digits[] = "0123456789abcdef";
    char name[9] = {'o',
                    digits[index >> 12 & 15],
                    digits[index >> 8 & 15],
                    digits[index >> 4 & 15],
                    digits[index & 15],
                    '_',
                    digits[sub >> 4 & 15],
                    digits[sub & 15]};
    const char *kept = co_dec_label(dec, name);

    return *kept != '\0' ? kept : "object";
}

const char *co_map_label(const struct co_node *node, unsigned index, unsigned sub)
{
    char title[160];

    if (co_object_title(node->dict, node->profile, index, sub, title, sizeof(title)) == 0) {
        struct co_line line = co_line_begin(title, sizeof(title));
        co_line_object(&line, index, sub);
    }
    const char *kept = co_dec_label(node->dec, title);
    return *kept != '\0' ? kept : "Object";
}

static void map_one(const struct co_pdo *pdo, uint32_t entry, unsigned first_bit,
                    struct co_map *map)
{
    const struct co_node *node = pdo->node;
    unsigned index = entry >> 16, sub = entry >> 8 & 0xFF, n_bits = entry & 0xFF;

    *map = (struct co_map){.index = (uint16_t)index,
                           .sub = (uint8_t)sub,
                           .n_bits = (uint8_t)n_bits,
                           .first_bit = (uint16_t)first_bit,
                           .dummy = index < 0x20};
    map->type =
        (uint16_t)(map->dummy ? index : co_object_type(node->dict, node->profile, index, sub));
    const struct co_type_info *info = co_type_info(map->type);
    if (info != NULL && (info->bits == n_bits || info->bits == 0))
        map->class_ = info->class_;
    else
        map->class_ = n_bits <= 64 ? CO_CLASS_NONE : CO_CLASS_BYTES;
    map->meaning = (uint8_t)co_meaning_of(node->profile, index, sub);
    map->name = map->dummy ? "dummy" : co_map_name(node->dec, index, sub);
    map->label = map->dummy ? "Dummy" : co_map_label(node, index, sub);
}

/* Where sub 0 is not known, what is there from sub 1 on without a gap. */
static void rebuild(struct co_pdo *pdo)
{
    unsigned first_bit = 0, count = pdo->have_count ? pdo->count : CO_MAP_MAX;

    pdo->n_map = 0;
    pdo->map_complete = pdo->have_count && pdo->count <= CO_MAP_MAX;
    pdo->mapped_bits = 0;
    if (count > CO_MAP_MAX)
        return;
    for (unsigned i = 0; i < count; i++) {
        if ((pdo->have_entry >> i & 1) == 0) {
            pdo->map_complete = false;
            break;
        }
        if ((pdo->entries[i] & 0xFF) == 0)
            continue;
        map_one(pdo, pdo->entries[i], first_bit, &pdo->map[pdo->n_map++]);
        first_bit += pdo->entries[i] & 0xFF;
    }
    pdo->mapped_bits = (uint16_t)first_bit;
}

void co_pdo_remap(struct co_node *node)
{
    for (struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next)
        rebuild(pdo);
}

/* ---- defaults of profiles ---------------------------------------------------------------------
 */

static const struct {
    uint16_t profile;
    uint8_t tx, number;
    uint8_t count;
    uint32_t entries[8];
} profile_maps[] = {
    {402, 1, 1, 1, {0x60410010}},
    {402, 1, 2, 2, {0x60410010, 0x60610008}},
    {402, 1, 3, 2, {0x60410010, 0x60640020}},
    {402, 1, 4, 2, {0x60410010, 0x606C0020}},
    {402, 0, 1, 1, {0x60400010}},
    {402, 0, 2, 2, {0x60400010, 0x60600008}},
    {402, 0, 3, 2, {0x60400010, 0x607A0020}},
    {402, 0, 4, 2, {0x60400010, 0x60FF0020}},
    {401,
     1,
     1,
     8,
     {0x60000108, 0x60000208, 0x60000308, 0x60000408, 0x60000508, 0x60000608, 0x60000708,
      0x60000808}},
    {401, 1, 2, 4, {0x64010110, 0x64010210, 0x64010310, 0x64010410}},
    {401, 1, 3, 4, {0x64010510, 0x64010610, 0x64010710, 0x64010810}},
    {401, 1, 4, 4, {0x64010910, 0x64010A10, 0x64010B10, 0x64010C10}},
    {401,
     0,
     1,
     8,
     {0x62000108, 0x62000208, 0x62000308, 0x62000408, 0x62000508, 0x62000608, 0x62000708,
      0x62000808}},
    {401, 0, 2, 4, {0x64110110, 0x64110210, 0x64110310, 0x64110410}},
    {401, 0, 3, 4, {0x64110510, 0x64110610, 0x64110710, 0x64110810}},
    {401, 0, 4, 4, {0x64110910, 0x64110A10, 0x64110B10, 0x64110C10}},
    {406, 1, 1, 1, {0x60040020}},
    {406, 1, 2, 1, {0x60040020}},
};

static void map_by_profile(struct co_pdo *pdo)
{
    for (size_t i = 0; i < sizeof(profile_maps) / sizeof(profile_maps[0]); i++) {
        if (profile_maps[i].profile != pdo->node->profile || profile_maps[i].tx != pdo->tx ||
            profile_maps[i].number != pdo->number)
            continue;
        memcpy(pdo->entries, profile_maps[i].entries, sizeof(profile_maps[i].entries));
        pdo->have_entry = (UINT64_C(1) << profile_maps[i].count) - 1;
        pdo->have_count = true;
        pdo->count = profile_maps[i].count;
        pdo->map_source = CO_FROM_DEFAULT;
        rebuild(pdo);
        return;
    }
}

struct co_pdo *co_pdo_default(struct co_dec *dec, struct co_slot *slot)
{
    struct co_node *node = co_dec_node(dec, slot->node);
    bool tx = slot->dflt_pdo <= 4;
    unsigned number = tx ? slot->dflt_pdo : slot->dflt_pdo - 4u;

    if (node == NULL)
        return NULL;
    struct co_pdo *pdo = co_pdo_find(node, tx, number);
    if (pdo == NULL) {
        pdo = co_pdo_get(node, tx, number);
        if (pdo != NULL && pdo->map_source == CO_FROM_NOTHING && node->dict == NULL &&
            node->profile_set)
            map_by_profile(pdo);
    } else if (pdo->before_reset) {
        set_cob(pdo, predefined(pdo), CO_FROM_DEFAULT); /* it is back where it was */
    } else {
        return NULL;
    }
    return pdo != NULL && pdo == slot->pdo ? pdo : NULL;
}

/* ---- learning ---------------------------------------------------------------------------------
 */

static void learn_comm(struct co_pdo *pdo, unsigned sub, uint64_t value, enum co_source source)
{
    if (sub == 1) {
        set_cob(pdo, (uint32_t)value, source);
        return;
    }
    if (sub == 2) {
        pdo->type = (uint8_t)value;
        pdo->have_type = true;
    } else if (sub == 3) {
        pdo->inhibit_100us = (uint16_t)value;
        pdo->have_inhibit = true;
    } else if (sub == 5) {
        pdo->event_ms = (uint16_t)value;
        pdo->have_event = true;
    }
    pdo->comm_source = (uint8_t)source;
}

static void learn_map(struct co_pdo *pdo, unsigned sub, uint64_t value, enum co_source source)
{
    if (sub > CO_MAP_MAX)
        return;
    if (sub == 0) {
        pdo->have_count = true;
        pdo->count = (uint8_t)value;
    } else {
        pdo->entries[sub - 1] = (uint32_t)value;
        pdo->have_entry |= UINT64_C(1) << (sub - 1);
    }
    pdo->map_source = (uint8_t)source;
    rebuild(pdo);
}

void co_pdo_learn(struct co_node *node, unsigned index, unsigned sub, uint64_t value,
                  enum co_source source)
{
    if (index < 0x1400 || index > 0x1BFF)
        return;
    struct co_pdo *pdo = co_pdo_get(node, index >= 0x1800, (index & 0x1FF) + 1);
    if (pdo == NULL)
        return;
    if (source >= CO_FROM_UPLOAD)
        pdo->before_reset = false;
    if (index & 0x200)
        learn_map(pdo, sub, value, source);
    else
        learn_comm(pdo, sub, value, source);
}

void co_pdo_from_dict(struct co_node *node)
{
    unsigned n = node->dict != NULL ? co_dict_count(node->dict) : 0;

    for (unsigned i = 0; i < n; i++) {
        const struct co_object *o = co_dict_at(node->dict, i);
        if (o->index < 0x1400 || o->index > 0x1BFF || o->value_len == 0 || o->value_len > 8)
            continue;
        struct co_pdo *pdo = co_pdo_get(node, o->index >= 0x1800, (o->index & 0x1FFu) + 1);
        /* Sub 0 of communication parameters counts them. */
        if (pdo != NULL && (o->sub != 0 || (o->index & 0x200) != 0))
            co_pdo_learn(node, o->index, o->sub, co_get_le(o->value, o->value_len), CO_FROM_EDS);
    }
}

static bool learned(const struct co_pdo *pdo)
{
    return pdo->cob_source >= CO_FROM_UPLOAD || pdo->map_source >= CO_FROM_UPLOAD ||
           pdo->comm_source >= CO_FROM_UPLOAD;
}

/* Power-on values are those of the file, where there is one; else the last ones known are the best
 * guess. */
void co_pdo_restarted(struct co_node *node)
{
    bool again = false;

    if (node->saved)
        return;
    for (struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next) {
        if (!learned(pdo))
            continue;
        unsigned index = (pdo->tx ? 0x1800u : 0x1400u) + pdo->number - 1;
        if (node->dict == NULL || co_dict_first(node->dict, index) == NULL) {
            pdo->before_reset = true;
            continue;
        }
        pdo->have_count = false;
        pdo->have_entry = 0;
        pdo->have_type = pdo->have_inhibit = pdo->have_event = false;
        pdo->map_source = pdo->comm_source = CO_FROM_NOTHING;
        set_cob(pdo, predefined(pdo), predefined(pdo) != 0 ? CO_FROM_DEFAULT : CO_FROM_NOTHING);
        rebuild(pdo);
        again = true;
    }
    if (again)
        co_pdo_from_dict(node);
}
