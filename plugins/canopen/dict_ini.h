/* SPDX-License-Identifier: MIT */
/* dict_ini.h - the lines of an EDS or DCF, found by section and key without regard to case. */
#ifndef CANSIM_PLUGINS_CANOPEN_DICT_INI_H
#define CANSIM_PLUGINS_CANOPEN_DICT_INI_H

#include "plugins/canopen/dict_internal.h"

struct co_ini_entry {
    const char *section, *key, *value;
    unsigned line, order;
};

struct co_ini {
    struct co_ini_entry *entries; /* by section, key, order */
    size_t n, room;
    char *texts; /* all of the file's text at most once more */
    size_t used, size;
};

/* 0 or -1 (no memory, NUL bytes). co_ini_fini() in either case. */
int co_ini_read(struct co_ini *ini, struct co_dict_build *b, const char *text, size_t len);
void co_ini_fini(struct co_ini *ini);

/* The first entry of a section, and how many there are; NULL: no such section. */
const struct co_ini_entry *co_ini_section(const struct co_ini *ini, const char *section, size_t *n);
const struct co_ini_entry *co_ini_find(const struct co_ini *ini, const char *section,
                                       const char *key);
/* Its value, NULL where there is none. */
const char *co_ini_get(const struct co_ini *ini, const char *section, const char *key);

/* The parts of an EDS beside the objects of its sections: dict_modules.c. */
int co_eds_modules(const struct co_ini *ini, struct co_dict_build *b);
/* The object and sub-objects of the sections `section`, `section`sub0 ..., as `index`. */
int co_eds_object(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                  unsigned index);

#endif
