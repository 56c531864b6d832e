/* SPDX-License-Identifier: MIT */
/* dict_modules.c - modular devices, CiA 306-1, 4.7: the modules that a DCF says are connected bring
 * objects of their own and make others longer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dict_ini.h"

#define MAX_MODULES 254

static bool number_of(const struct co_ini *ini, const char *section, const char *key,
                      unsigned *value)
{
    const char *text = co_ini_get(ini, section, key);
    uint64_t number;

    if (text == NULL || co_dict_number(text, 0, &number) != 0 || number > 0xFFFF)
        return false;
    *value = (unsigned)number;
    return true;
}

/* Number of sub-indices that an object has, 0 not counted. */
static unsigned highest_sub(const struct co_dict *dict, unsigned index)
{
    unsigned highest = 0;

    for (unsigned i = 0; i < dict->n; i++) {
        if (dict->objects[i].index == index && dict->objects[i].sub > highest)
            highest = dict->objects[i].sub;
    }
    return highest;
}

static int extend(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                  unsigned index)
{
    unsigned count = 1, first = highest_sub(b->dict, index) + 1;
    char name[120];
    const char *base = co_ini_get(ini, section, "ParameterName");
    struct co_dict_text t = {.index = index,
                             .code = CO_OBJECT_ARRAY,
                             .parent = base,
                             .name = name,
                             .type = co_ini_get(ini, section, "DataType"),
                             .access = co_ini_get(ini, section, "AccessType"),
                             .pdo = co_ini_get(ini, section, "PDOMapping"),
                             .low = co_ini_get(ini, section, "LowLimit"),
                             .high = co_ini_get(ini, section, "HighLimit"),
                             .dflt = co_ini_get(ini, section, "DefaultValue")};

    number_of(ini, section, "Count", &count);
    for (unsigned i = 0; i < count && first + i < 255; i++) {
        t.sub = first + i;
        snprintf(name, sizeof(name), "%.100s%u", base != NULL ? base : "", t.sub);
        if (co_dict_add(b, &t) != 0)
            return -1;
    }
    return 0;
}

/* The objects of one module: those that it brings (Fixed) or those that it makes longer (SubExt).
 */
static int add_module(const struct co_ini *ini, struct co_dict_build *b, unsigned type, bool fixed)
{
    char list[40], section[40], key[8];
    unsigned n = 0, index;
    size_t rows;

    snprintf(list, sizeof(list), fixed ? "M%uFixedObjects" : "M%uSubExtends", type);
    number_of(ini, list, "NrOfEntries", &n);
    for (unsigned i = 1; i <= n && i < 0x10000; i++) {
        snprintf(key, sizeof(key), "%u", i);
        if (!number_of(ini, list, key, &index))
            continue;
        snprintf(section, sizeof(section), fixed ? "M%uFixed%04X" : "M%uSubExt%04X", type, index);
        if (co_ini_section(ini, section, &rows) == NULL) {
            co_dict_odd(b, 0, "%04Xh is listed in [%s] and has no section [%s]", index, list,
                        section);
            continue;
        }
        int ret = fixed ? co_eds_object(ini, b, section, index) : extend(ini, b, section, index);
        if (ret != 0)
            return ret;
    }
    return 0;
}

int co_eds_modules(const struct co_ini *ini, struct co_dict_build *b)
{
    unsigned n = 0, supported = 0, type;
    char key[8];
    bool seen[MAX_MODULES + 1] = {false};

    number_of(ini, "SupportedModules", "NrOfEntries", &supported);
    number_of(ini, "ConnectedModules", "NrOfEntries", &n);
    for (unsigned i = 1; i <= n && i <= MAX_MODULES; i++) {
        snprintf(key, sizeof(key), "%u", i);
        if (!number_of(ini, "ConnectedModules", key, &type))
            continue;
        if (type == 0 || type > supported || type > MAX_MODULES) {
            co_dict_odd(b, 0, "[ConnectedModules] %u is module %u, of which there are %u", i, type,
                        supported);
            continue;
        }
        /* What a type of module brings is there once, however many are connected. */
        if (!seen[type] && add_module(ini, b, type, true) != 0)
            return -1;
        seen[type] = true;
        if (add_module(ini, b, type, false) != 0)
            return -1;
    }
    return 0;
}
