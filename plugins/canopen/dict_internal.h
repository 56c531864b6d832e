/* SPDX-License-Identifier: MIT */
/* dict_internal.h - how a dictionary comes about; nobody else includes it. */
#ifndef CANSIM_PLUGINS_CANOPEN_DICT_INTERNAL_H
#define CANSIM_PLUGINS_CANOPEN_DICT_INTERNAL_H

#include <stdarg.h>

#include "plugins/canopen/dict.h"

#define CO_DICT_MAX_BYTES (16u * 1024 * 1024) /* of a file */

struct co_dict_chunk {
    struct co_dict_chunk *next;
};

struct co_dict {
    struct co_device_info info;
    struct co_object *objects;
    unsigned n, room;
    struct co_dict_chunk *chunks; /* of names and values */
    size_t chunk_used, chunk_size;
    struct co_index_name {
        uint16_t index;
        uint8_t code;
        const char *name;
    } * names; /* of whole objects, in order */
    unsigned n_names, names_room;
};

/* While a file is read. */
struct co_dict_build {
    struct co_dict *dict;
    const char *file;
    unsigned node_id;
    const struct co_dict_options *options;
    char *why;
    size_t why_size;
    bool failed; /* `why` is filled in */
};

/* One object or sub-object as the file has it; texts may be NULL. */
struct co_dict_text {
    unsigned line;
    unsigned index, sub;
    unsigned code;
    const char *name, *parent, *denotation;
    const char *type, *access, *pdo, *low, *high, *dflt, *value, *flags;
    bool pdo_words; /* XDD: "no", "default", "optional", "TPDO", "RPDO"; else 0 or 1 */
};

/* Memory that lives as long as the dictionary; NULL: none. */
void *co_dict_alloc(struct co_dict *dict, size_t size);
/* A copy, as UTF-8 without blanks at the ends. */
const char *co_dict_keep(struct co_dict *dict, const char *text);

void co_dict_odd(struct co_dict_build *b, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Give up, with a sentence. Returns -1. */
int co_dict_fail(struct co_dict_build *b, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add what the text says. 0 or -1 (too many, no memory); what is odd in it is told and left out. */
int co_dict_add(struct co_dict_build *b, const struct co_dict_text *text);
int co_dict_add_name(struct co_dict_build *b, unsigned index, unsigned code, const char *name);
/* Sort, drop doubles, derive the identity. */
int co_dict_finish(struct co_dict_build *b);

/* A number of CiA 306: decimal, 0x.., octal with a leading 0; with $NODEID+ before or after it.
 * 0 or -1. */
int co_dict_number(const char *text, unsigned node_id, uint64_t *value);

int co_dict_read_ini(struct co_dict_build *b, const char *text, size_t len);
int co_dict_read_xml(struct co_dict_build *b, const char *text, size_t len);

#endif
