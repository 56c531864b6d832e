/* SPDX-License-Identifier: MIT */
/* od.h - the values of one device's object dictionary. What there is comes from a dictionary
 * (dict.h), which must outlive it; an entry's number is that of its object there. */
#ifndef CANSIM_PLUGINS_CANOPEN_OD_H
#define CANSIM_PLUGINS_CANOPEN_OD_H

#include "plugins/canopen/dict.h"

#define CO_OD_MAX_VALUE 65536 /* bytes of a string or domain */
#define CO_OD_NONE      UINT32_MAX

struct co_od_entry {
    uint8_t *value;
    uint32_t len, room;
    bool mapped; /* in a TPDO that is valid */
};

struct co_od {
    const struct co_dict *dict;
    unsigned n;
    struct co_od_entry *entries;
    uint8_t *small; /* memory of values of fixed length, 8 bytes each */
    /* A value is another than before; NULL: nobody listens. */
    void (*changed)(void *ctx, uint32_t entry);
    void *ctx;
};

/* All with their defaults. 0 or -ENOMEM. */
int co_od_init(struct co_od *od, const struct co_dict *dict);
void co_od_fini(struct co_od *od);

/* Number of an entry, or CO_OD_NONE. */
uint32_t co_od_find(const struct co_od *od, unsigned index, unsigned sub);
const struct co_object *co_od_object(const struct co_od *od, uint32_t entry);

/* Defaults for the objects low..high; nobody is told. */
void co_od_defaults(struct co_od *od, unsigned low, unsigned high);

/* Whole numbers up to 8 bytes; what is not there is `dflt`, or not set. */
uint64_t co_od_get(const struct co_od *od, unsigned index, unsigned sub, uint64_t dflt);
int64_t co_od_get_int(const struct co_od *od, unsigned index, unsigned sub, int64_t dflt);
void co_od_set(struct co_od *od, unsigned index, unsigned sub, uint64_t value);

/* Bytes of the right length for the type, with no other check. 0 or -ENOMEM. */
int co_od_put(struct co_od *od, uint32_t entry, const uint8_t *bytes, size_t len);

/* May a client write that? 0 or an abort code of CiA 301. */
uint32_t co_od_check_write(const struct co_od *od, uint32_t entry, const uint8_t *bytes,
                           size_t len);

#endif
