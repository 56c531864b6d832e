/* SPDX-License-Identifier: MIT */
/* dict_build.c - objects from the texts of a file. Invariant: what cannot be used is told as odd
 * and left out; only memory and sheer number make it fail. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugins/canopen/dict_internal.h"

void co_dict_odd(struct co_dict_build *b, unsigned line, const char *format, ...)
{
    char text[300];
    va_list args;

    if (b->options->odd == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    b->options->odd(b->options->ctx, line, text);
}

int co_dict_fail(struct co_dict_build *b, unsigned line, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (line != 0)
        snprintf(b->why, b->why_size, "%s:%u: %s", b->file, line, text);
    else
        snprintf(b->why, b->why_size, "%s: %s", b->file, text);
    b->failed = true;
    return -1;
}

static const char *skip(const char *p)
{
    return p + strspn(p, " \t");
}

/* One number at *p, which moves behind it. */
static int one_number(const char **p, uint64_t *value)
{
    const char *start = skip(*p);
    char *end;
    int base = 10;

    if (*start < '0' || *start > '9')
        return -1;
    if (start[0] == '0' && (start[1] == 'x' || start[1] == 'X'))
        base = 16;
    else if (start[0] == '0' && start[1] >= '0' && start[1] <= '7')
        base = 8;
    errno = 0;
    *value = strtoull(start, &end, base);
    if (errno != 0 || end == start || (base == 16 && end <= start + 2))
        return -1;
    *p = end;
    return 0;
}

int co_dict_number(const char *text, unsigned node_id, uint64_t *value)
{
    const char *p = skip(text);
    uint64_t sum = 0, one;
    bool negative = *p == '-';

    if (negative || *p == '+')
        p++;
    for (;;) {
        p = skip(p);
        if (strncasecmp(p, "$NODEID", 7) == 0) {
            p += 7;
            one = node_id;
        } else if (one_number(&p, &one) != 0) {
            return -1;
        }
        sum += one;
        p = skip(p);
        if (*p == '\0')
            break;
        if (*p++ != '+')
            return -1;
    }
    *value = negative ? 0 - sum : sum;
    return 0;
}

/* A value as bytes of a type of fixed length. 0 or -1. */
static int integer_bytes(const struct co_type_info *info, const char *text, unsigned node_id,
                         uint8_t *bytes)
{
    uint64_t value;
    unsigned bits = info->bits == 1 ? 8 : info->bits;

    if (co_dict_number(text, node_id, &value) != 0)
        return -1;
    uint64_t high = bits < 64 ? value >> bits : 0, ones = bits < 64 ? ~UINT64_C(0) >> bits : 0;
    if (high != 0 && high != ones)
        return -1;
    co_put_le(bytes, bits / 8, value);
    return (int)(bits / 8);
}

/* The length, or -1. `bytes` has room for a half of the text and 8 more. */
static long to_bytes(struct co_dict_build *b, unsigned type, const char *text, uint8_t *bytes,
                     size_t size)
{
    const struct co_type_info *info = co_type_info(type);

    if (info != NULL && (info->class_ == CO_CLASS_BOOL || info->class_ == CO_CLASS_INT ||
                         info->class_ == CO_CLASS_UINT))
        return integer_bytes(info, text, b->node_id, bytes);
    return co_value_parse(type, text, bytes, size);
}

static const uint8_t *keep_value(struct co_dict_build *b, const struct co_dict_text *t,
                                 unsigned type, const char *what, const char *text, uint32_t *len)
{
    size_t size = 2 * strlen(text) + 8;
    uint8_t *bytes;

    *len = 0;
    if (text[strspn(text, " \t")] == '\0')
        return NULL;
    bytes = co_dict_alloc(b->dict, size);
    if (bytes == NULL)
        return NULL;
    long n = to_bytes(b, type, text, bytes, size);
    /* What a domain holds is nobody's business; many files have just a 0 there. */
    if (n < 0 && type == CO_DOMAIN)
        return NULL;
    if (n < 0) {
        const struct co_type_info *info = co_type_info(type);
        co_dict_odd(b, t->line, "%04Xh:%02X: %s \"%.40s\" is no %s, left out", t->index, t->sub,
                    what, text, info != NULL ? info->name : "value of its type");
        return NULL;
    }
    *len = (uint32_t)n;
    return bytes;
}

static unsigned read_type(struct co_dict_build *b, const struct co_dict_text *t)
{
    uint64_t type;

    if (t->type == NULL || t->type[0] == '\0') {
        if (t->code == CO_OBJECT_DOMAIN)
            return CO_DOMAIN;
        co_dict_odd(b, t->line, "%04Xh:%02X has no data type", t->index, t->sub);
        const struct co_std_object *known = co_std_find(t->index, t->sub, 0);
        return known != NULL ? known->type : CO_TYPE_NONE;
    }
    if (co_dict_number(t->type, 0, &type) != 0 || type > 0xFFFF) {
        co_dict_odd(b, t->line, "%04Xh:%02X: data type \"%.40s\" is no number", t->index, t->sub,
                    t->type);
        return CO_TYPE_NONE;
    }
    if (co_type_info((unsigned)type) == NULL && type < 0x20)
        co_dict_odd(b, t->line, "%04Xh:%02X: data type %04Xh is not defined", t->index, t->sub,
                    (unsigned)type);
    return (unsigned)type;
}

static unsigned read_access(struct co_dict_build *b, const struct co_dict_text *t)
{
    static const struct {
        const char *word;
        unsigned access;
    } words[] = {{"ro", CO_ACCESS_READ},
                 {"wo", CO_ACCESS_WRITE},
                 {"rw", CO_ACCESS_READ | CO_ACCESS_WRITE},
                 {"rwr", CO_ACCESS_READ | CO_ACCESS_WRITE},
                 {"rww", CO_ACCESS_READ | CO_ACCESS_WRITE},
                 {"const", CO_ACCESS_READ | CO_ACCESS_CONST}};

    for (size_t i = 0; t->access != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(t->access, words[i].word) == 0)
            return words[i].access;
    }
    if (t->access != NULL && t->access[0] != '\0')
        co_dict_odd(b, t->line, "%04Xh:%02X: access type \"%.20s\" is not known, taken as rw",
                    t->index, t->sub, t->access);
    else if (t->code != CO_OBJECT_DOMAIN)
        co_dict_odd(b, t->line, "%04Xh:%02X has no access type, taken as rw", t->index, t->sub);
    return CO_ACCESS_READ | CO_ACCESS_WRITE;
}

static unsigned read_mapping(const struct co_dict_text *t, unsigned access)
{
    uint64_t number;

    if (t->pdo == NULL)
        return 0;
    if (t->pdo_words) {
        if (strcasecmp(t->pdo, "TPDO") == 0)
            return CO_ACCESS_TPDO;
        if (strcasecmp(t->pdo, "RPDO") == 0)
            return CO_ACCESS_RPDO;
        if (strcasecmp(t->pdo, "no") == 0)
            return 0;
    } else if (co_dict_number(t->pdo, 0, &number) != 0 || number == 0) {
        return 0;
    }
    bool into =
        (access & CO_ACCESS_WRITE) != 0 && (t->access == NULL || strcasecmp(t->access, "rwr") != 0);
    bool out =
        (access & CO_ACCESS_READ) != 0 && (t->access == NULL || strcasecmp(t->access, "rww") != 0);
    return (out ? CO_ACCESS_TPDO : 0u) | (into ? CO_ACCESS_RPDO : 0u);
}

static int make_room(struct co_dict_build *b)
{
    struct co_dict *dict = b->dict;

    if (dict->n < dict->room)
        return 0;
    if (dict->n == CO_DICT_MAX_OBJECTS)
        return co_dict_fail(b, 0, "must have at most %d objects, has more", CO_DICT_MAX_OBJECTS);
    unsigned room = dict->room == 0 ? 256 : dict->room * 2;
    struct co_object *more = realloc(dict->objects, room * sizeof(*more));
    if (more == NULL)
        return co_dict_fail(b, 0, "not enough memory");
    dict->objects = more;
    dict->room = room;
    return 0;
}

int co_dict_add(struct co_dict_build *b, const struct co_dict_text *t)
{
    uint64_t flags = 0;
    uint32_t len;

    if (make_room(b) != 0)
        return -1;
    struct co_object *o = &b->dict->objects[b->dict->n];
    memset(o, 0, sizeof(*o));
    o->index = (uint16_t)t->index;
    o->sub = (uint8_t)t->sub;
    o->code = (uint8_t)t->code;
    o->type = (uint16_t)read_type(b, t);
    unsigned access = read_access(b, t);
    o->access = (uint8_t)(access | read_mapping(t, access));
    if (t->flags != NULL && co_dict_number(t->flags, 0, &flags) == 0)
        o->refuses_reads_on_upload = (flags & 3) != 0;
    o->name = co_dict_keep(b->dict, t->name != NULL ? t->name : "");
    o->parent = t->parent != NULL ? co_dict_keep(b->dict, t->parent) : NULL;
    o->denotation = t->denotation != NULL ? co_dict_keep(b->dict, t->denotation) : NULL;
    if (o->name == NULL)
        return co_dict_fail(b, 0, "not enough memory");
    if (t->value != NULL) {
        o->value = keep_value(b, t, o->type, "value", t->value, &o->value_len);
        o->have_value = o->value != NULL;
    }
    if (!o->have_value && t->dflt != NULL)
        o->value = keep_value(b, t, o->type, "default value", t->dflt, &o->value_len);
    if (t->low != NULL && co_type_size(o->type) != 0)
        o->low = keep_value(b, t, o->type, "low limit", t->low, &len);
    if (t->high != NULL && co_type_size(o->type) != 0)
        o->high = keep_value(b, t, o->type, "high limit", t->high, &len);
    o->have_low = o->low != NULL;
    o->have_high = o->high != NULL;
    b->dict->n++;
    return 0;
}

int co_dict_add_name(struct co_dict_build *b, unsigned index, unsigned code, const char *name)
{
    struct co_dict *dict = b->dict;

    if (dict->n_names == dict->names_room) {
        unsigned room = dict->names_room == 0 ? 128 : dict->names_room * 2;
        void *more = realloc(dict->names, room * sizeof(*dict->names));
        if (more == NULL)
            return co_dict_fail(b, 0, "not enough memory");
        dict->names = more;
        dict->names_room = room;
    }
    const char *copy = co_dict_keep(dict, name);
    if (copy == NULL)
        return co_dict_fail(b, 0, "not enough memory");
    dict->names[dict->n_names].index = (uint16_t)index;
    dict->names[dict->n_names].code = (uint8_t)code;
    dict->names[dict->n_names++].name = copy;
    return 0;
}
