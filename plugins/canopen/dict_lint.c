/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dict_lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct oddity {
    unsigned line, order;
    char *text;
};

struct lint {
    struct oddity *odd;
    unsigned n, room;
    const struct co_dict *dict;
};

static void add(void *ctx, unsigned line, const char *text)
{
    struct lint *l = ctx;

    if (l->n == l->room) {
        unsigned room = l->room == 0 ? 64 : l->room * 2;
        struct oddity *more = realloc(l->odd, room * sizeof(*more));
        if (more == NULL)
            return;
        l->odd = more;
        l->room = room;
    }
    char *copy = strdup(text);
    if (copy == NULL)
        return;
    l->odd[l->n].line = line;
    l->odd[l->n].order = l->n;
    l->odd[l->n++].text = copy;
}

static void odd(struct lint *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void odd(struct lint *l, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    add(l, 0, text);
}

static uint64_t value_of(const struct co_dict *dict, unsigned index, unsigned sub, uint64_t dflt)
{
    const struct co_object *o = co_dict_find(dict, index, sub);

    return o != NULL && o->value_len > 0 && o->value_len <= 8 ? co_get_le(o->value, o->value_len)
                                                              : dflt;
}

static void check_mandatory(struct lint *l)
{
    static const struct {
        uint16_t index;
        uint8_t sub;
        uint16_t type;
    } rows[] = {{0x1000, 0, CO_UNSIGNED32},
                {0x1001, 0, CO_UNSIGNED8},
                {0x1018, 0, CO_UNSIGNED8},
                {0x1018, 1, CO_UNSIGNED32}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct co_object *o = co_dict_find(l->dict, rows[i].index, rows[i].sub);
        if (o == NULL)
            odd(l, "%04Xh:%02X is mandatory and is not there", rows[i].index, rows[i].sub);
        else if (o->type != rows[i].type)
            odd(l, "%04Xh:%02X must be %s", rows[i].index, rows[i].sub,
                co_type_info(rows[i].type)->name);
    }
}

/* The standard's objects have its types. */
static void check_types(struct lint *l)
{
    for (unsigned i = 0; i < co_dict_count(l->dict); i++) {
        const struct co_object *o = co_dict_at(l->dict, i);
        const struct co_std_object *known =
            o->index < 0x1F00 ? co_std_find(o->index, o->sub, 0) : NULL;
        const struct co_type_info *info = known != NULL ? co_type_info(known->type) : NULL;
        if (info != NULL && o->type != known->type && o->type != CO_TYPE_NONE && o->sub != 0 &&
            co_type_info(o->type) != NULL)
            odd(l, "%04Xh:%02X is %s, by the standard it is %s", o->index, o->sub,
                co_type_info(o->type)->name, info->name);
        struct cansim_field value = {.size = sizeof(value)}, limit = {.size = sizeof(limit)};
        if (o->value_len == 0 || co_type_size(o->type) != o->value_len)
            continue;
        co_value_field(o->type, o->value, o->value_len, &value);
        if (o->have_low) {
            co_value_field(o->type, o->low, o->value_len, &limit);
            if (value.kind == CANSIM_INT
                    ? value.value.i < limit.value.i
                    : value.kind == CANSIM_UINT && value.value.u < limit.value.u)
                odd(l, "%04Xh:%02X: its value is below its low limit", o->index, o->sub);
        }
        if (o->have_high) {
            co_value_field(o->type, o->high, o->value_len, &limit);
            if (value.kind == CANSIM_INT
                    ? value.value.i > limit.value.i
                    : value.kind == CANSIM_UINT && value.value.u > limit.value.u)
                odd(l, "%04Xh:%02X: its value is above its high limit", o->index, o->sub);
        }
    }
}

static void check_mapped(struct lint *l, unsigned index, unsigned sub, bool tx, unsigned *bits)
{
    uint32_t mapping = (uint32_t)value_of(l->dict, index, sub, 0);
    unsigned object = mapping >> 16, part = mapping >> 8 & 0xFF, len = mapping & 0xFF;
    const struct co_object *o = co_dict_find(l->dict, object, part);
    const struct co_type_info *info = o != NULL ? co_type_info(o->type) : NULL;

    *bits += len;
    if (object < 0x20)
        return; /* a dummy */
    if (o == NULL)
        odd(l, "%04Xh:%02X maps %04Xh:%02X, which is not there", index, sub, object, part);
    else if ((o->access & (tx ? CO_ACCESS_TPDO : CO_ACCESS_RPDO)) == 0)
        odd(l, "%04Xh:%02X maps %04Xh:%02X, which cannot be mapped so", index, sub, object, part);
    else if (info != NULL && info->bits != 0 && info->bits != len && !(info->bits == 1 && len == 8))
        odd(l, "%04Xh:%02X maps %u bits of %04Xh:%02X, which has %u", index, sub, len, object, part,
            info->bits);
}

static void check_pdo(struct lint *l, unsigned comm, bool tx)
{
    unsigned map = comm + 0x200, bits = 0;
    unsigned n = (unsigned)value_of(l->dict, map, 0, 0);
    uint64_t cob = value_of(l->dict, comm, 1, 0x80000000);

    if (co_dict_first(l->dict, map) == NULL) {
        odd(l, "%04Xh has no mapping %04Xh", comm, map);
        return;
    }
    if (co_dict_find(l->dict, comm, 1) == NULL || co_dict_find(l->dict, comm, 2) == NULL)
        odd(l, "%04Xh must have the sub-indices 1 and 2", comm);
    if (n >= 0xFE)
        return; /* MPDO */
    for (unsigned sub = 1; sub <= n && sub <= 64; sub++)
        check_mapped(l, map, sub, tx, &bits);
    if (n > 64 || bits > 64)
        odd(l, "%04Xh maps %u bits, a PDO has 64", map, bits);
    if ((cob & 0xA0000000) == 0 && ((cob & 0x7FF) < 0x81 || (cob & 0x7FF) > 0x6DF ||
                                    ((cob & 0x7FF) > 0x580 && (cob & 0x7FF) < 0x680)))
        odd(l, "%04Xh:01 is %03Xh, which other services have", comm, (unsigned)cob & 0x7FF);
}

static unsigned check_pdos(struct lint *l, unsigned first, bool tx)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 512; i++) {
        if (co_dict_first(l->dict, first + i) == NULL)
            continue;
        n++;
        check_pdo(l, first + i, tx);
    }
    return n;
}

static void check_counts(struct lint *l)
{
    const struct co_device_info *info = co_dict_info(l->dict);
    unsigned rx = check_pdos(l, 0x1400, false), tx = check_pdos(l, 0x1800, true);
    bool eds = info->file_format[0] != 'X';

    if (eds && info->n_rx_pdo != rx)
        odd(l, "NrOfRXPDO is %u, there are %u", info->n_rx_pdo, rx);
    if (eds && info->n_tx_pdo != tx)
        odd(l, "NrOfTXPDO is %u, there are %u", info->n_tx_pdo, tx);
}

static void check_identity(struct lint *l)
{
    const struct co_identity *id = &co_dict_info(l->dict)->identity;
    const struct {
        bool have;
        uint32_t value;
        const char *name;
    } rows[] = {{id->have_vendor, id->vendor, "VendorNumber"},
                {id->have_product, id->product, "ProductNumber"},
                {id->have_revision, id->revision, "RevisionNumber"}};

    for (unsigned i = 0; i < 3; i++) {
        const struct co_object *o = co_dict_find(l->dict, 0x1018, i + 1);
        if (rows[i].have && o != NULL && o->value_len == 4 &&
            co_get_le(o->value, 4) != rows[i].value)
            odd(l, "%s is 0x%X, 1018h:%02X is 0x%X", rows[i].name, (unsigned)rows[i].value, i + 1,
                (unsigned)co_get_le(o->value, 4));
    }
}

static int compare(const void *a, const void *b)
{
    const struct oddity *x = a, *y = b;
    unsigned i = x->line != 0 ? x->line : UINT32_MAX, k = y->line != 0 ? y->line : UINT32_MAX;

    return i != k ? (i > k) - (i < k) : (x->order > y->order) - (x->order < y->order);
}

bool co_dict_looks_like(const char *text, size_t len)
{
    size_t i = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
        i++;
    if (i + 1 >= len)
        return false;
    bool letter = (text[i + 1] | 0x20) >= 'a' && (text[i + 1] | 0x20) <= 'z';
    bool digit = text[i + 1] >= '0' && text[i + 1] <= '9';
    /* A JSON array may begin with a digit as well, but never with a letter and a ']' behind it. */
    if (text[i] == '[')
        return (letter || digit) && memchr(text + i, ']', len - i < 60 ? len - i : 60) != NULL;
    return text[i] == ';' ||
           (text[i] == '<' && (letter || text[i + 1] == '?' || text[i + 1] == '!'));
}

int co_dict_lint(const char *file, void (*tell)(void *ctx, unsigned line, const char *text),
                 void *ctx, unsigned *n, char *about, size_t about_size, char *why, size_t why_size)
{
    struct lint l = {0};
    struct co_dict_options options = {.odd = add, .ctx = &l};
    struct co_dict *dict = co_dict_load(file, &options, why, why_size);

    if (dict != NULL) {
        l.dict = dict;
        check_mandatory(&l);
        check_types(&l);
        check_counts(&l);
        check_identity(&l);
        snprintf(about, about_size, "%s, %u objects", co_dict_info(dict)->file_format,
                 co_dict_count(dict));
        if (l.n > 1)
            qsort(l.odd, l.n, sizeof(*l.odd), compare);
    }
    *n = l.n;
    for (unsigned i = 0; i < l.n; i++) {
        if (dict != NULL)
            tell(ctx, l.odd[i].line, l.odd[i].text);
        free(l.odd[i].text);
    }
    free(l.odd);
    co_dict_free(dict);
    return dict != NULL ? 0 : -1;
}
