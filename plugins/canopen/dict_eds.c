/* SPDX-License-Identifier: MIT */
/* dict_eds.c - EDS and DCF, CiA 306-1. Objects are taken from the sections that are there; the
 * lists of objects are only compared with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugins/canopen/dict_ini.h"

#define SECTION_MAX 60

static unsigned get_number(const struct co_ini *ini, const char *section, const char *key,
                           unsigned dflt)
{
    const char *text = co_ini_get(ini, section, key);
    uint64_t value;

    return text != NULL && co_dict_number(text, 0, &value) == 0 && value <= UINT32_MAX
               ? (unsigned)value
               : dflt;
}

static struct co_dict_text text_of(const struct co_ini *ini, const char *section, unsigned index,
                                   unsigned sub, unsigned code)
{
    const struct co_ini_entry *name = co_ini_find(ini, section, "ParameterName");
    size_t n;
    const struct co_ini_entry *first = co_ini_section(ini, section, &n);

    return (struct co_dict_text){
        .line = name != NULL    ? name->line
                : first != NULL ? first->line
                                : 0,
        .index = index,
        .sub = sub,
        .code = code,
        .name = name != NULL ? name->value : NULL,
        .denotation = co_ini_get(ini, section, "Denotation"),
        .type = co_ini_get(ini, section, "DataType"),
        .access = co_ini_get(ini, section, "AccessType"),
        .pdo = co_ini_get(ini, section, "PDOMapping"),
        .low = co_ini_get(ini, section, "LowLimit"),
        .high = co_ini_get(ini, section, "HighLimit"),
        .dflt = co_ini_get(ini, section, "DefaultValue"),
        .value = co_ini_get(ini, section, "ParameterValue"),
        .flags = co_ini_get(ini, section, "ObjFlags"),
    };
}

/* An array described by one section: sub-index 0, and CompactSubObj more that are alike; names and
 * values may be in sections of their own. CiA 306-1, 4.6.2.1. */
static int add_compact(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                       const struct co_dict_text *whole, unsigned n)
{
    char names[SECTION_MAX + 8], values[SECTION_MAX + 8], number[12], name[120], key[8];
    struct co_dict_text t = {.line = whole->line,
                             .index = whole->index,
                             .code = whole->code,
                             .name = "NrOfObjects",
                             .parent = whole->name,
                             .type = "0x0005",
                             .access = "ro",
                             .dflt = number};

    snprintf(number, sizeof(number), "%u", n);
    snprintf(names, sizeof(names), "%sName", section);
    snprintf(values, sizeof(values), "%sValue", section);
    if (co_dict_add(b, &t) != 0)
        return -1;
    for (unsigned sub = 1; sub <= n; sub++) {
        t = *whole;
        t.sub = sub;
        t.parent = whole->name;
        snprintf(key, sizeof(key), "%u", sub);
        t.name = co_ini_get(ini, names, key);
        if (t.name == NULL) {
            snprintf(name, sizeof(name), "%.100s%u", whole->name != NULL ? whole->name : "", sub);
            t.name = name;
        }
        const char *value = co_ini_get(ini, values, key);
        if (value != NULL)
            t.value = value;
        if (co_dict_add(b, &t) != 0)
            return -1;
    }
    return 0;
}

static int add_subs(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                    const struct co_dict_text *whole)
{
    unsigned found = 0, told = get_number(ini, section, "SubNumber", 0);
    char sub_section[SECTION_MAX + 8];
    size_t n;

    for (unsigned sub = 0; sub < 256; sub++) {
        snprintf(sub_section, sizeof(sub_section), "%ssub%x", section, sub);
        if (co_ini_section(ini, sub_section, &n) == NULL)
            continue;
        struct co_dict_text t = text_of(ini, sub_section, whole->index, sub, whole->code);
        t.parent = whole->name != NULL ? whole->name : "";
        if (co_dict_add(b, &t) != 0)
            return -1;
        found++;
    }
    if (found == 0 && whole->type != NULL)
        return co_dict_add(b, whole); /* a VAR that calls itself otherwise */
    if (found == 0 && told != 0)
        co_dict_odd(b, whole->line, "%04Xh has no section for its sub-indices, left out",
                    whole->index);
    else if (found != told && told != 0)
        co_dict_odd(b, whole->line, "%04Xh has SubNumber %u and %u sub-indices", whole->index, told,
                    found);
    return 0;
}

int co_eds_object(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                  unsigned index)
{
    unsigned code = get_number(ini, section, "ObjectType", CO_OBJECT_VAR);
    unsigned compact = get_number(ini, section, "CompactSubObj", 0);
    struct co_dict_text whole = text_of(ini, section, index, 0, code);

    if (whole.name == NULL)
        co_dict_odd(b, whole.line, "%04Xh has no ParameterName", index);
    if (code == CO_OBJECT_DEFTYPE || code == CO_OBJECT_DEFSTRUCT || code == CO_OBJECT_NULL)
        return 0;
    if (co_dict_add_name(b, index, code, whole.name != NULL ? whole.name : "") != 0)
        return -1;
    if (compact > 254) {
        co_dict_odd(b, whole.line, "%04Xh: CompactSubObj must be 1..254, is %u", index, compact);
        compact = 254;
    }
    if (compact != 0)
        return add_compact(ini, b, section, &whole, compact);
    if (code == CO_OBJECT_VAR || code == CO_OBJECT_DOMAIN) {
        if (get_number(ini, section, "SubNumber", 0) == 0)
            return co_dict_add(b, &whole);
        co_dict_odd(b, whole.line, "%04Xh is a VAR and has sub-indices", index);
    } else if (code != CO_OBJECT_ARRAY && code != CO_OBJECT_RECORD) {
        co_dict_odd(b, whole.line, "%04Xh: ObjectType 0x%X is not known, taken as a record", index,
                    code);
    }
    return add_subs(ini, b, section, &whole);
}

/* A section's name as an index: exactly 4 hex digits. -1: it is something else. */
static int index_of(const char *section)
{
    return strlen(section) == 4 && strspn(section, "0123456789abcdefABCDEF") == 4
               ? (int)strtoul(section, NULL, 16)
               : -1;
}

static int add_objects(const struct co_ini *ini, struct co_dict_build *b)
{
    const char *last = "";

    for (size_t i = 0; i < ini->n; i++) {
        const char *section = ini->entries[i].section;
        if (strcasecmp(section, last) == 0)
            continue;
        last = section;
        int index = index_of(section);
        if (index > 0 && co_eds_object(ini, b, section, (unsigned)index) != 0)
            return -1;
        /* Sub-indices of an object that has no section itself. */
        if (index < 0 && strlen(section) > 7 && strncasecmp(section + 4, "sub", 3) == 0) {
            char whole[5] = {section[0], section[1], section[2], section[3], '\0'};
            size_t n;
            if (index_of(whole) >= 0 && co_ini_section(ini, whole, &n) == NULL)
                co_dict_odd(b, ini->entries[i].line, "[%s] belongs to no object, left out",
                            section);
        }
    }
    return 0;
}

/* The lists of objects against the sections that are there. */
static void check_lists(const struct co_ini *ini, struct co_dict_build *b)
{
    static const char *const lists[] = {"MandatoryObjects", "OptionalObjects",
                                        "ManufacturerObjects"};
    char section[8];

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        size_t n, rows, count = 0;
        const struct co_ini_entry *e = co_ini_section(ini, lists[i], &n);
        for (size_t k = 0; k < n; k++) {
            uint64_t index;
            if (strcasecmp(e[k].key, "SupportedObjects") == 0)
                continue;
            count++;
            if (co_dict_number(e[k].value, 0, &index) != 0 || index > 0xFFFF) {
                co_dict_odd(b, e[k].line, "[%s] %s: \"%.20s\" is no index", lists[i], e[k].key,
                            e[k].value);
                continue;
            }
            snprintf(section, sizeof(section), "%04X", (unsigned)index);
            if (co_ini_section(ini, section, &rows) == NULL)
                co_dict_odd(b, e[k].line, "%sh is listed in [%s] and has no section", section,
                            lists[i]);
        }
        unsigned told = get_number(ini, lists[i], "SupportedObjects", (unsigned)count);
        if (n != 0 && told != count)
            co_dict_odd(b, e[0].line, "[%s] has SupportedObjects=%u and lists %zu", lists[i], told,
                        count);
    }
}

static void read_identity(const struct co_ini *ini, struct co_dict_build *b)
{
    struct co_identity *id = &b->dict->info.identity;
    struct {
        const char *key;
        bool *have;
        uint32_t *value;
    } rows[] = {{"VendorNumber", &id->have_vendor, &id->vendor},
                {"ProductNumber", &id->have_product, &id->product},
                {"RevisionNumber", &id->have_revision, &id->revision}};

    for (size_t i = 0; i < 3; i++) {
        const struct co_ini_entry *e = co_ini_find(ini, "DeviceInfo", rows[i].key);
        uint64_t value;
        if (e == NULL || e->value[0] == '\0')
            continue;
        if (co_dict_number(e->value, 0, &value) != 0 || value > UINT32_MAX) {
            co_dict_odd(b, e->line, "%s: \"%.40s\" is no number", e->key, e->value);
            continue;
        }
        *rows[i].value = (uint32_t)value;
        *rows[i].have = true;
    }
}

static const char *kept(const struct co_ini *ini, struct co_dict_build *b, const char *section,
                        const char *key)
{
    const char *text = co_ini_get(ini, section, key);
    const char *copy = text != NULL ? co_dict_keep(b->dict, text) : NULL;

    return copy != NULL ? copy : "";
}

static void read_device(const struct co_ini *ini, struct co_dict_build *b)
{
    static const char *const rates[] = {"BaudRate_10",  "BaudRate_20",  "BaudRate_50",
                                        "BaudRate_125", "BaudRate_250", "BaudRate_500",
                                        "BaudRate_800", "BaudRate_1000"};
    struct co_device_info *info = &b->dict->info;

    read_identity(ini, b);
    info->identity.vendor_name = kept(ini, b, "DeviceInfo", "VendorName");
    info->identity.product_name = kept(ini, b, "DeviceInfo", "ProductName");
    info->identity.order_code = kept(ini, b, "DeviceInfo", "OrderCode");
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (get_number(ini, "DeviceInfo", rates[i], 0) != 0)
            info->baud_rates |= (uint16_t)(1u << i);
    }
    info->lss = get_number(ini, "DeviceInfo", "LSS_Supported", 0) != 0;
    info->simple_boot_up_master = get_number(ini, "DeviceInfo", "SimpleBootUpMaster", 0) != 0;
    info->simple_boot_up_slave = get_number(ini, "DeviceInfo", "SimpleBootUpSlave", 0) != 0;
    info->dynamic_channels = get_number(ini, "DeviceInfo", "DynamicChannelsSupported", 0) != 0;
    info->group_messaging = get_number(ini, "DeviceInfo", "GroupMessaging", 0) != 0;
    info->granularity = get_number(ini, "DeviceInfo", "Granularity", 0);
    info->n_rx_pdo = get_number(ini, "DeviceInfo", "NrOfRXPDO", 0);
    info->n_tx_pdo = get_number(ini, "DeviceInfo", "NrOfTXPDO", 0);
}

/* What a DCF says of one device; the standard's own text has the section with one m. */
static void read_commissioning(const struct co_ini *ini, struct co_dict_build *b)
{
    static const char *const sections[] = {"DeviceComissioning", "DeviceCommissioning"};
    struct co_device_info *info = &b->dict->info;
    const char *section = sections[0];
    size_t n;

    if (co_ini_section(ini, section, &n) == NULL)
        section = sections[1];
    if (co_ini_section(ini, section, &n) == NULL)
        return;
    info->file_format = "DCF";
    info->node_name = kept(ini, b, section, "NodeName");
    unsigned node_id = get_number(ini, section, "NodeID", 0);
    unsigned kbit = get_number(ini, section, "Baudrate", 0);
    if (node_id <= 127)
        info->node_id = node_id;
    else
        co_dict_odd(b, co_ini_find(ini, section, "NodeID")->line, "NodeID must be 1..127, is %u",
                    node_id);
    info->bitrate_bps = kbit <= 1000 ? kbit * 1000 : kbit;
}

int co_dict_read_ini(struct co_dict_build *b, const char *text, size_t len)
{
    struct co_ini ini;
    size_t n;
    int ret = co_ini_read(&ini, b, text, len);

    b->dict->info.file_format = "EDS";
    if (ret == 0 && co_ini_section(&ini, "DeviceInfo", &n) == NULL &&
        co_ini_section(&ini, "FileInfo", &n) == NULL && co_ini_section(&ini, "1000", &n) == NULL)
        ret = co_dict_fail(b, 0,
                           "must be an EDS, DCF, XDD or XDC: it has no section [FileInfo], "
                           "[DeviceInfo] or [1000]");
    if (ret == 0) {
        read_device(&ini, b);
        read_commissioning(&ini, b);
        if (b->node_id == 0)
            b->node_id = b->dict->info.node_id != 0 ? b->dict->info.node_id : 1;
        check_lists(&ini, b);
        ret = add_objects(&ini, b);
    }
    if (ret == 0)
        ret = co_eds_modules(&ini, b);
    co_ini_fini(&ini);
    return ret;
}
