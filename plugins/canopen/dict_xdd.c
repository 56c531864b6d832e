/* SPDX-License-Identifier: MIT */
/* dict_xdd.c - XDD and XDC, CiA 311: the objects of the CANopen communication profile. Names of
 * elements count without their namespaces. No network, no entities, no DTD is loaded. */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugins/canopen/dict_internal.h"

#define MAX_ATTRIBUTES 16

/* Attributes of one element as texts, freed together. */
struct attributes {
    xmlChar *owned[MAX_ATTRIBUTES];
    unsigned n;
};

static const char *get(struct attributes *a, xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);

    if (value == NULL || a->n == MAX_ATTRIBUTES) {
        xmlFree(value);
        return NULL;
    }
    a->owned[a->n++] = value;
    return (const char *)value;
}

static void release(struct attributes *a)
{
    while (a->n > 0)
        xmlFree(a->owned[--a->n]);
}

static bool is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static unsigned line_of(const xmlNode *node)
{
    long line = xmlGetLineNo(node);

    return line > 0 ? (unsigned)line : 0;
}

/* hexBinary without 0x: an index, a sub-index, a data type. */
static int hex_of(const char *text, unsigned max, unsigned *value)
{
    char *end;

    if (text == NULL || text[0] == '\0')
        return -1;
    unsigned long number = strtoul(text, &end, 16);
    if (*end != '\0' || number > max)
        return -1;
    *value = (unsigned)number;
    return 0;
}

/* What object and sub-object have in common. `type` gets the data type in C's form. */
static struct co_dict_text text_of(struct attributes *a, xmlNode *node, char type[12])
{
    unsigned number;
    struct co_dict_text t = {
        .line = line_of(node),
        .name = get(a, node, "name"),
        .denotation = get(a, node, "denotation"),
        .access = get(a, node, "accessType"),
        .pdo = get(a, node, "PDOmapping"),
        .pdo_words = true,
        .low = get(a, node, "lowLimit"),
        .high = get(a, node, "highLimit"),
        .dflt = get(a, node, "defaultValue"),
        .value = get(a, node, "actualValue"),
    };

    if (hex_of(get(a, node, "dataType"), 0xFFFF, &number) == 0) {
        snprintf(type, 12, "0x%04X", number);
        t.type = type;
    }
    return t;
}

static int add_subs(struct co_dict_build *b, xmlNode *object, unsigned index, unsigned code,
                    const char *parent, unsigned *n)
{
    for (xmlNode *sub = object->children; sub != NULL; sub = sub->next) {
        struct attributes a = {.n = 0};
        char type[12];
        unsigned number;
        if (!is_named(sub, "CANopenSubObject"))
            continue;
        if (hex_of(get(&a, sub, "subIndex"), 255, &number) != 0) {
            co_dict_odd(b, line_of(sub), "%04Xh has a sub-object without a sub-index, left out",
                        index);
            release(&a);
            continue;
        }
        struct co_dict_text t = text_of(&a, sub, type);
        t.index = index;
        t.sub = number;
        t.code = code;
        t.parent = parent != NULL ? parent : "";
        int ret = co_dict_add(b, &t);
        release(&a);
        if (ret != 0)
            return ret;
        (*n)++;
    }
    return 0;
}

static int add_object(struct co_dict_build *b, xmlNode *node)
{
    struct attributes a = {.n = 0};
    char type[12];
    unsigned index, code = CO_OBJECT_VAR, n = 0;
    int ret = 0;
    uint64_t number;

    if (hex_of(get(&a, node, "index"), 0xFFFF, &index) != 0) {
        co_dict_odd(b, line_of(node), "an object without an index is left out");
        release(&a);
        return 0;
    }
    const char *code_text = get(&a, node, "objectType");
    if (code_text != NULL && co_dict_number(code_text, 0, &number) == 0 && number < 256)
        code = (unsigned)number;
    struct co_dict_text t = text_of(&a, node, type);
    t.index = index;
    t.code = code;
    if (code != CO_OBJECT_DEFTYPE && code != CO_OBJECT_DEFSTRUCT && code != CO_OBJECT_NULL) {
        ret = co_dict_add_name(b, index, code, t.name != NULL ? t.name : "");
        if (ret == 0)
            ret = add_subs(b, node, index, code, t.name, &n);
        if (ret == 0 && n == 0)
            ret = co_dict_add(b, &t);
    }
    release(&a);
    return ret;
}

/* The next element in document order below `root`; no recursion: depth is the file's. */
static xmlNode *next_element(xmlNode *node, const xmlNode *root)
{
    if (node->children != NULL && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node != root && node->next == NULL)
        node = node->parent;
    return node == root ? NULL : node->next;
}

static const char *content(struct co_dict_build *b, xmlNode *node)
{
    xmlChar *text = xmlNodeGetContent(node);
    const char *copy = text != NULL ? co_dict_keep(b->dict, (const char *)text) : NULL;

    xmlFree(text);
    return copy != NULL ? copy : "";
}

static void take_element(struct co_dict_build *b, xmlNode *node)
{
    struct co_identity *id = &b->dict->info.identity;
    uint64_t number;

    if (is_named(node, "vendorName"))
        id->vendor_name = content(b, node);
    else if (is_named(node, "productName"))
        id->product_name = content(b, node);
    else if (is_named(node, "orderNumber"))
        id->order_code = content(b, node);
    else if (is_named(node, "vendorID") && co_dict_number(content(b, node), 0, &number) == 0) {
        id->vendor = (uint32_t)number;
        id->have_vendor = true;
    } else if (is_named(node, "productID") && co_dict_number(content(b, node), 0, &number) == 0) {
        id->product = (uint32_t)number;
        id->have_product = true;
    }
}

static void take_commissioning(struct co_dict_build *b, xmlNode *node)
{
    struct attributes a = {.n = 0};
    const char *node_id = get(&a, node, "nodeID"), *rate = get(&a, node, "actualBaudRate");
    const char *name = get(&a, node, "nodeName");
    uint64_t number;

    b->dict->info.file_format = "XDC";
    if (node_id != NULL && co_dict_number(node_id, 0, &number) == 0 && number <= 127)
        b->dict->info.node_id = (unsigned)number;
    if (rate != NULL)
        b->dict->info.bitrate_bps = (uint32_t)(strtoul(rate, NULL, 10) % 10000) * 1000;
    if (name != NULL) {
        const char *copy = co_dict_keep(b->dict, name);
        b->dict->info.node_name = copy != NULL ? copy : "";
    }
    release(&a);
}

static int walk(struct co_dict_build *b, xmlNode *root)
{
    /* Node-ID first: default values may need it. */
    for (xmlNode *node = root; node != NULL; node = next_element(node, root)) {
        if (is_named(node, "deviceCommissioning"))
            take_commissioning(b, node);
    }
    if (b->node_id == 0)
        b->node_id = b->dict->info.node_id != 0 ? b->dict->info.node_id : 1;
    for (xmlNode *node = root; node != NULL; node = next_element(node, root)) {
        if (is_named(node, "CANopenObject") && add_object(b, node) != 0)
            return -1;
        take_element(b, node);
    }
    return 0;
}

static void quiet(void *ctx, const char *format, ...)
{
    (void)ctx;
    (void)format;
}

int co_dict_read_xml(struct co_dict_build *b, const char *text, size_t len)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    int ret = -1;

    b->dict->info.file_format = "XDD";
    if (parser == NULL)
        return co_dict_fail(b, 0, "not enough memory");
    if (parser->sax != NULL)
        parser->sax->error = parser->sax->warning = quiet;
    xmlDoc *doc = xmlCtxtReadMemory(parser, text, (int)len, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                        XML_PARSE_NOBLANKS | XML_PARSE_BIG_LINES);
    const xmlError *error = xmlCtxtGetLastError(parser);
    if (doc == NULL || xmlDocGetRootElement(doc) == NULL) {
        char what[200] = "is no XML";
        if (error != NULL && error->message != NULL)
            snprintf(what, sizeof(what), "%.*s", (int)strcspn(error->message, "\n"),
                     error->message);
        co_dict_fail(b, error != NULL && error->line > 0 ? (unsigned)error->line : 0,
                     "must be well-formed XML: %s", what);
    } else {
        ret = walk(b, xmlDocGetRootElement(doc));
    }
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(parser);
    return ret;
}
