/* SPDX-License-Identifier: MIT */
/* dict.h - an object dictionary as a file describes it: EDS and DCF (CiA 306), XDD and XDC (CiA
 * 311). Read-only once loaded: devices keep values of their own beside it. Objects are sorted by
 * index and sub-index; finding one takes O(log n). */
#ifndef CANSIM_PLUGINS_CANOPEN_DICT_H
#define CANSIM_PLUGINS_CANOPEN_DICT_H

#include "plugins/canopen/types.h"

#define CO_DICT_MAX_OBJECTS 65536 /* sub-objects of one file; beyond: refused */

enum co_access {
    CO_ACCESS_READ = 1 << 0,
    CO_ACCESS_WRITE = 1 << 1,
    CO_ACCESS_CONST = 1 << 2, /* with READ */
    CO_ACCESS_TPDO = 1 << 3,  /* may be mapped so */
    CO_ACCESS_RPDO = 1 << 4,
};

enum co_object_code {
    CO_OBJECT_NULL = 0,
    CO_OBJECT_DOMAIN = 2,
    CO_OBJECT_DEFTYPE = 5,
    CO_OBJECT_DEFSTRUCT = 6,
    CO_OBJECT_VAR = 7,
    CO_OBJECT_ARRAY = 8,
    CO_OBJECT_RECORD = 9,
};

/* One sub-object. A VAR has sub-index 0 alone. */
struct co_object {
    uint16_t index;
    uint8_t sub;
    uint8_t code;   /* enum co_object_code of the whole object */
    uint16_t type;  /* enum co_type, or the file's own DEFTYPE/DEFSTRUCT number */
    uint8_t access; /* enum co_access */
    bool have_low, have_high;
    bool have_value;              /* a ParameterValue (DCF), else default */
    bool refuses_reads_on_upload; /* ObjFlags bit 0 and 1: left out by scans and downloads */
    const char *name;             /* parameter name, UTF-8; never NULL */
    const char *parent;           /* of a sub-object: the whole object's name; else NULL */
    const char *denotation;       /* DCF; NULL: none */
    const uint8_t *value; /* ParameterValue or else DefaultValue, $NODEID added; as on the wire */
    uint32_t value_len;   /* 0: none given */
    const uint8_t *low, *high; /* like value, co_type_size() bytes; only where have_low/have_high */
};

struct co_identity {
    uint32_t vendor, product, revision;
    bool have_vendor, have_product, have_revision;
    const char *vendor_name, *product_name, *order_code; /* "" where there is none */
};

struct co_device_info {
    struct co_identity identity;
    uint16_t baud_rates; /* bit n: 10, 20, 50, 125, 250, 500, 800, 1000 kbit/s */
    bool lss, simple_boot_up_master, simple_boot_up_slave, dynamic_channels, group_messaging;
    unsigned n_rx_pdo, n_tx_pdo, granularity;
    const char *file_format; /* "EDS", "DCF", "XDD", "XDC" */
    /* Of a DCF; 0 and "" where there is none. */
    unsigned node_id;
    uint32_t bitrate_bps;
    const char *node_name;
};

struct co_dict; /* opaque */

struct co_dict_options {
    unsigned node_id; /* for $NODEID: 1..127; 0: as the DCF says, else 1 */
    /* What is odd but usable, one call for each; NULL: not asked. `line` 0: of the whole file. */
    void (*odd)(void *ctx, unsigned line, const char *text);
    void *ctx;
};

/* Load a file of either kind (told apart by its content). Returns NULL with one sentence, which
 * begins with the file's name and the line: "drive.eds:12: must be ...". */
struct co_dict *co_dict_load(const char *file, const struct co_dict_options *options, char *why,
                             size_t why_size);
/* The same from memory; `name` is for sentences. */
struct co_dict *co_dict_parse(const char *name, const char *text, size_t len,
                              const struct co_dict_options *options, char *why, size_t why_size);
void co_dict_free(struct co_dict *dict);

const struct co_device_info *co_dict_info(const struct co_dict *dict);
unsigned co_dict_count(const struct co_dict *dict);
const struct co_object *co_dict_at(const struct co_dict *dict, unsigned i); /* in order */
const struct co_object *co_dict_find(const struct co_dict *dict, unsigned index, unsigned sub);
/* First sub-object of an index (in order), NULL: no such index. */
const struct co_object *co_dict_first(const struct co_dict *dict, unsigned index);
/* The name of the whole object, NULL. */
const char *co_dict_index_name(const struct co_dict *dict, unsigned index);

/* ---- objects that standards define, for nodes without a file: names.c ------------------------ */

struct co_std_object {
    uint16_t index;
    uint8_t sub;   /* 0xFF: the whole object, or any sub-index that has no row of its own */
    uint16_t type; /* enum co_type; 0: not fixed */
    const char *name;
};

/* CiA 301's communication objects; with `profile` 401, 402 or 406 (0: all of them in turn, 402
 * first) that profile's as well. Ranges such as 1400h..15FFh are known. NULL: not known. */
const struct co_std_object *co_std_find(unsigned index, unsigned sub, unsigned profile);
/* Name of an object for people, "Identity object: vendor-ID": by dict (may be NULL), else by the
 * standards, else "". Returns its length. */
size_t co_object_title(const struct co_dict *dict, unsigned profile, unsigned index, unsigned sub,
                       char *text, size_t size);
/* The type: by dict, else by the standards, else CO_TYPE_NONE. */
unsigned co_object_type(const struct co_dict *dict, unsigned profile, unsigned index, unsigned sub);

/* Texts, NULL where there is none. */
const char *co_abort_text(uint32_t code);                  /* CiA 301, 7.2.4.3.17 */
const char *co_emcy_text(unsigned code, unsigned profile); /* CiA 301, 7.2.7.1; 401, 402 */
const char *co_nmt_command_name(unsigned command);         /* 1 "start" ... */
const char *co_nmt_state_name(unsigned state);             /* 0 "boot-up", 4 "stopped" ... */
const char *co_402_state_name(unsigned statusword);        /* "operation enabled" */
const char *co_402_command_name(unsigned controlword);     /* "shutdown" */
const char *co_402_mode_name(int mode);                    /* "profile position" */

#endif
