/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/document.h"
#include "scenarios/text.h"

#define TEMPLATE_DEPTH 8

struct expansion {
    struct cs_document *document;
    struct cs_reader *r;
    const cJSON *templates; /* NULL: none */
};

static int expand_members(struct expansion *x, const struct cs_scope *scope, cJSON *value);

static int fail_at(struct expansion *x, const cJSON *item, const char *text)
{
    x->r->at = item;
    cs_reader_fail(x->r, "%s", text);
    x->r->at = NULL;
    return -1;
}

/* A copy with the places of what it is copied from; NULL: no memory, or too many. */
static cJSON *copy_of(struct expansion *x, const cJSON *item)
{
    cJSON *copy;

    if (++x->document->copies > CS_DOCUMENT_COPIES) {
        if (x->document->copies == CS_DOCUMENT_COPIES + 1)
            cs_reader_fail(x->r, "must be within %d elements that arrays make, all in all",
                           CS_DOCUMENT_COPIES);
        return NULL;
    }
    copy = cJSON_Duplicate(item, 1);
    if (copy == NULL || cs_places_copy(x->document->places, item, copy) != 0) {
        cJSON_Delete(copy);
        cs_reader_no_memory(x->r);
        return NULL;
    }
    return copy;
}

static int expand_text(struct expansion *x, const struct cs_scope *scope, cJSON *parent,
                       cJSON *item)
{
    cJSON *value;

    x->r->at = item;
    int ret = cs_document_replace(x->r, scope, item->valuestring, &value);
    x->r->at = NULL;
    if (ret != 0)
        cs_places_set_told(x->document->places, item);
    if (value == NULL)
        return ret;
    cs_places_copy(x->document->places, item, value);
    for (cJSON *child = value->child; child != NULL; child = child->next)
        cs_places_copy(x->document->places, item, child);
    if (cJSON_IsObject(parent))
        cJSON_ReplaceItemInObjectCaseSensitive(parent, item->string, value);
    else
        cJSON_ReplaceItemViaPointer(parent, item, value);
    return 0;
}

/* ---- "for" ----------------------------------------------------------------------------------- */

/* "1..8", both whole numbers or calculations. */
static int read_range(struct expansion *x, const struct cs_scope *scope, const cJSON *item,
                      int64_t *low, int64_t *high)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    const char *dots = strstr(text, "..");
    char why[200] = "must be a range such as \"1..8\" or an array";

    if (dots == NULL || cs_document_calculate(scope, text, dots, low, why, sizeof(why)) != 0 ||
        cs_document_calculate(scope, dots + 2, text + strlen(text), high, why, sizeof(why)) != 0)
        return fail_at(x, item, why);
    if (*low > *high || *high - *low >= CS_DOCUMENT_COPIES)
        return fail_at(x, item, "must be a range that begins with the smaller number");
    return 0;
}

static int spread(struct expansion *x, const struct cs_scope *scope, const cJSON *element,
                  const cJSON *loop, cJSON *to);

static int spread_range(struct expansion *x, const struct cs_scope *scope, const cJSON *element,
                        const cJSON *loop, cJSON *to)
{
    int64_t low, high;
    int ret = 0;

    if (read_range(x, scope, loop, &low, &high) != 0)
        return -1;
    for (int64_t i = low; i <= high && ret == 0; i++) {
        cJSON *number = cJSON_CreateNumber((double)i);
        const struct cs_scope inner = {loop->string, number, scope};
        ret =
            number != NULL ? spread(x, &inner, element, loop->next, to) : cs_reader_no_memory(x->r);
        cJSON_Delete(number);
    }
    return ret;
}

/* Copies of the element for all values of `loop` and those behind it. */
static int spread(struct expansion *x, const struct cs_scope *scope, const cJSON *element,
                  const cJSON *loop, cJSON *to)
{
    const cJSON *value;
    int ret = 0;

    if (loop == NULL) {
        cJSON *copy = copy_of(x, element);
        if (copy == NULL)
            return -1;
        cJSON_AddItemToArray(to, copy);
        return expand_members(x, scope, copy);
    }
    if (!cJSON_IsArray(loop))
        return spread_range(x, scope, element, loop, to);
    cJSON_ArrayForEach(value, loop)
    {
        const struct cs_scope inner = {loop->string, value, scope};
        if (spread(x, &inner, element, loop->next, to) != 0)
            ret = -1;
    }
    return ret;
}

/* "for" of an element; that of a fault is a text, how long it lasts. NULL: none. */
static cJSON *take_loop(cJSON *element)
{
    const cJSON *loop =
        cJSON_IsObject(element) ? cJSON_GetObjectItemCaseSensitive(element, "for") : NULL;

    if (cJSON_IsString(loop) && cJSON_GetObjectItemCaseSensitive(element, "fault") != NULL)
        return NULL;
    return loop != NULL ? cJSON_DetachItemFromObjectCaseSensitive(element, "for") : NULL;
}

/* An element with "for" is many; what they have is in place when they are made. */
static int expand_element(struct expansion *x, const struct cs_scope *scope, cJSON *element,
                          cJSON *all)
{
    cJSON *loop = take_loop(element);
    int ret = 0;

    if (loop == NULL) {
        cJSON_AddItemToArray(all, element);
        return cJSON_IsString(element) ? expand_text(x, scope, all, element)
                                       : expand_members(x, scope, element);
    }
    if (!cJSON_IsObject(loop) || loop->child == NULL)
        ret = fail_at(x, loop, "must be an object of names and ranges such as \"1..8\" or arrays");
    else if (expand_members(x, scope, loop) != 0)
        ret = -1;
    else
        ret = spread(x, scope, element, loop->child, all);
    cJSON_Delete(loop);
    cJSON_Delete(element);
    return ret;
}

static int expand_array(struct expansion *x, const struct cs_scope *scope, cJSON *array)
{
    cJSON *all = cJSON_CreateArray();
    unsigned index = 0;
    int ret = 0;

    if (all == NULL)
        return cs_reader_no_memory(x->r);
    while (array->child != NULL) {
        cJSON *element = cJSON_DetachItemViaPointer(array, array->child);
        const size_t mark = cs_reader_enter_index(x->r, index++);
        if (expand_element(x, scope, element, all) != 0)
            ret = -1;
        cs_reader_leave(x->r, mark);
    }
    array->child = all->child;
    all->child = NULL;
    cJSON_Delete(all);
    return ret;
}

/* All texts below a value. */
static int expand_members(struct expansion *x, const struct cs_scope *scope, cJSON *value)
{
    cJSON *next;
    int ret = 0;

    if (cJSON_IsArray(value))
        return expand_array(x, scope, value);
    for (cJSON *item = value->child; item != NULL; item = next) {
        next = item->next;
        if (item->string == NULL || strcmp(item->string, "comment") == 0)
            continue;
        const size_t mark = cs_reader_enter(x->r, item->string);
        if ((cJSON_IsString(item) ? expand_text(x, scope, value, item)
                                  : expand_members(x, scope, item)) != 0)
            ret = -1;
        cs_reader_leave(x->r, mark);
    }
    return ret;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* What the template has and the node does not. */
static int fill_in(struct expansion *x, cJSON *node, const cJSON *with)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, with)
    {
        cJSON *own = cJSON_GetObjectItemCaseSensitive(node, item->string);
        if (own != NULL && cJSON_IsObject(own) && cJSON_IsObject(item)) {
            if (fill_in(x, own, item) != 0)
                return -1;
        } else if (own == NULL) {
            cJSON *copy = copy_of(x, item);
            if (copy == NULL)
                return -1;
            cJSON_AddItemToObject(node, item->string, copy);
        }
    }
    return 0;
}

static int no_template(struct expansion *x, const cJSON *name)
{
    const char *names[65];
    unsigned n = 0;
    const cJSON *item;
    char text[200];

    cJSON_ArrayForEach(item, x->templates)
    {
        if (n < 64)
            names[n++] = item->string;
    }
    names[n] = NULL;
    const char *nearest = cJSON_IsString(name) ? cs_text_nearest(name->valuestring, names) : NULL;
    if (nearest != NULL)
        snprintf(text, sizeof(text), "is no template, did you mean \"%s\"?", nearest);
    else
        snprintf(text, sizeof(text), "must be the name of a template");
    return fail_at(x, name, text);
}

/* A template may be made from another one. */
static int apply_templates(struct expansion *x, cJSON *node)
{
    cJSON *name;

    for (unsigned depth = 0;
         (name = cJSON_DetachItemFromObjectCaseSensitive(node, "template")) != NULL; depth++) {
        const cJSON *template =
            cJSON_IsString(name) ? cJSON_GetObjectItemCaseSensitive(x->templates, name->valuestring)
                                 : NULL;
        int ret = 0;
        if (!cJSON_IsObject(template))
            ret = no_template(x, name);
        else if (depth == TEMPLATE_DEPTH)
            ret = fail_at(x, name, "must not be deeper than 8 templates, nor made from itself");
        else
            ret = fill_in(x, node, template);
        cJSON_Delete(name);
        if (ret != 0)
            return -1;
    }
    return 0;
}

/* The node's texts, with its own names: those of "with", from the first on. */
static int expand_with(struct expansion *x, const struct cs_scope *scope, cJSON *node, cJSON *at)
{
    if (at == NULL)
        return expand_members(x, scope, node);
    cJSON *next = at->next;
    char *const key = at->string;
    const struct cs_scope inner = {key, at, scope};
    if (cJSON_IsString(at)) {
        cJSON *value;
        x->r->at = at;
        const int ret = cs_document_replace(x->r, scope, at->valuestring, &value);
        x->r->at = NULL;
        if (ret != 0)
            return -1;
        if (value != NULL) {
            const struct cs_scope replaced = {key, value, scope};
            const int done = expand_with(x, &replaced, node, next);
            cJSON_Delete(value);
            return done;
        }
    }
    return expand_with(x, &inner, node, next);
}

static int expand_node(struct expansion *x, const struct cs_scope *scope, cJSON *node)
{
    if (!cJSON_IsObject(node))
        return 0;
    const size_t mark = cs_reader_enter(x->r, "template");
    const int made = apply_templates(x, node);
    cs_reader_leave(x->r, mark);
    if (made != 0) {
        /* Nothing is to be said of what such a node lacks. */
        cJSON_Delete(node->child);
        node->child = NULL;
        return -1;
    }
    cJSON *with = cJSON_DetachItemFromObjectCaseSensitive(node, "with");
    int ret = with != NULL && (!cJSON_IsObject(with) || cJSON_GetArraySize(with) > 64)
                  ? fail_at(x, with, "must be an object of at most 64 names and values")
                  : expand_with(x, scope, node, with != NULL ? with->child : NULL);
    cJSON_Delete(with);
    return ret;
}

/* "ecu[1..8]": where the numbers are, how wide the first is; false: it is no array. */
struct node_array {
    const char *open, *close;
    int64_t low, high;
    int width;
};

static bool is_array(const char *name, struct node_array *a)
{
    char *end;

    a->open = strchr(name, '[');
    a->close = a->open != NULL ? strchr(a->open, ']') : NULL;
    if (a->close == NULL || a->close - a->open > 24 || !isdigit((unsigned char)a->open[1]))
        return false;
    a->low = strtoll(a->open + 1, &end, 10);
    if (strncmp(end, "..", 2) != 0 || !isdigit((unsigned char)end[2]))
        return false;
    a->high = strtoll(end + 2, &end, 10);
    a->width = a->open[1] == '0' ? (int)strspn(a->open + 1, "0123456789") : 0;
    return end == a->close;
}

static int add_node(struct expansion *x, const struct cs_scope *scope, cJSON *nodes,
                    const char *name, int64_t index, cJSON *node)
{
    cJSON *number = cJSON_CreateNumber((double)index), *text = cJSON_CreateString(name);
    const struct cs_scope named = {"name", text, scope}, inner = {"i", number, &named};
    const size_t mark = cs_reader_enter(x->r, name);
    int ret = 0;

    if (number == NULL || text == NULL) {
        ret = cs_reader_no_memory(x->r);
        cJSON_Delete(node);
    } else if (cJSON_GetObjectItemCaseSensitive(nodes, name) != NULL) {
        ret = fail_at(x, node, "must be there once, got it twice");
        cJSON_Delete(node);
    } else {
        cJSON_AddItemToObject(nodes, name, node);
        ret = expand_node(x, &inner, node);
    }
    cs_reader_leave(x->r, mark);
    cJSON_Delete(number);
    cJSON_Delete(text);
    return ret;
}

static int add_nodes(struct expansion *x, const struct cs_scope *scope, cJSON *nodes, cJSON *node)
{
    char name[300];
    struct node_array a;
    int ret = 0;

    if (!is_array(node->string, &a)) {
        snprintf(name, sizeof(name), "%s", node->string);
        return add_node(x, scope, nodes, name, 0, node);
    }
    if (a.low > a.high || a.high - a.low >= 10000) {
        const size_t mark = cs_reader_enter(x->r, node->string);
        ret = fail_at(x, node, "must be an array of 1..10000 nodes such as \"ecu[1..8]\"");
        cs_reader_leave(x->r, mark);
    }
    for (int64_t i = a.low; i <= a.high && ret == 0; i++) {
        cJSON *copy = copy_of(x, node);
        snprintf(name, sizeof(name), "%.*s%0*lld%.200s", (int)(a.open - node->string), node->string,
                 a.width, (long long)i, a.close + 1);
        ret = copy != NULL ? add_node(x, scope, nodes, name, i, copy) : -1;
    }
    cJSON_Delete(node);
    return ret;
}

static int expand_nodes(struct expansion *x, const struct cs_scope *scope, cJSON *nodes)
{
    cJSON *all = cJSON_CreateObject();
    const size_t mark = cs_reader_enter(x->r, "nodes");
    int ret = 0;

    if (all == NULL)
        return cs_reader_no_memory(x->r);
    while (nodes->child != NULL) {
        cJSON *node = cJSON_DetachItemViaPointer(nodes, nodes->child);
        if (add_nodes(x, scope, all, node) != 0)
            ret = -1;
    }
    nodes->child = all->child;
    all->child = NULL;
    cJSON_Delete(all);
    cs_reader_leave(x->r, mark);
    return ret;
}

/* ---- constants ------------------------------------------------------------------------------- */

/* The rest of the root, with the constants from `at` on. */
static int expand_root(struct expansion *x, const struct cs_scope *scope, cJSON *constants,
                       cJSON *at)
{
    cJSON *root = x->document->tree;

    if (at != NULL) {
        const size_t mark = cs_reader_enter(x->r, "constants"),
                     inner_mark = cs_reader_enter(x->r, at->string);
        const bool good = cs_text_is_identifier(at->string);
        char *const name = at->string;
        cJSON *value = NULL;
        int ret = 0;
        x->r->at = at;
        if (!good)
            ret = cs_reader_fail(x->r, "must be named by letters, digits and '_', a letter first");
        else if (cJSON_IsString(at))
            ret = cs_document_replace(x->r, scope, at->valuestring, &value);
        x->r->at = NULL;
        cs_reader_leave(x->r, inner_mark);
        cs_reader_leave(x->r, mark);
        const struct cs_scope inner = {name, value != NULL ? value : at, scope};
        if (ret == 0)
            ret = expand_root(x, &inner, constants, at->next);
        cJSON_Delete(value);
        return ret;
    }
    cJSON *nodes = cJSON_GetObjectItemCaseSensitive(root, "nodes");
    int ret = cJSON_IsObject(nodes) ? expand_nodes(x, scope, nodes) : 0;
    for (cJSON *item = root->child, *next; item != NULL; item = next) {
        const size_t mark = cs_reader_enter(x->r, item->string);
        next = item->next;
        if (item == nodes || strcmp(item->string, "comment") == 0)
            ;
        else if ((cJSON_IsString(item) ? expand_text(x, scope, root, item)
                                       : expand_members(x, scope, item)) != 0)
            ret = -1;
        cs_reader_leave(x->r, mark);
    }
    return ret;
}

/* The value of "NAME=VALUE": what JSON it is, else a text. NULL with a sentence. */
static cJSON *value_of(struct expansion *x, const char *text)
{
    struct cs_error error;
    char path[64];
    cJSON *value;

    for (size_t len, at = 0; text[at] != '\0'; at += len) {
        if ((len = cs_text_utf8(text + at, strlen(text + at))) == 0) {
            cs_error_set(&error, CS_STATUS_INPUT, "--const: must be UTF-8, got \"%s\"", text);
            cs_reader_take(x->r, &error);
            return NULL;
        }
    }
    value = cs_json_parse("--const", text, strlen(text), &error);
    if (value != NULL && cs_json_find_duplicate(value, path, sizeof(path))) {
        cs_error_set(&error, CS_STATUS_INPUT, "--const: %s: must be there once, got it twice",
                     path);
        cs_reader_take(x->r, &error);
        cJSON_Delete(value);
        return NULL;
    }
    if (value == NULL && (value = cJSON_CreateString(text)) == NULL)
        cs_reader_no_memory(x->r);
    return value;
}

static int no_constant(struct expansion *x, const cJSON *constants, const char *name)
{
    const char *names[65];
    struct cs_error error;
    const cJSON *item;
    unsigned n = 0;

    cJSON_ArrayForEach(item, constants)
    {
        if (n < 64)
            names[n++] = item->string;
    }
    names[n] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    cs_error_set(&error, CS_STATUS_INPUT, "--const: must be a constant of %s%s, got \"%s\"%s%s%s",
                 x->r->file, n == 0 ? ", which has none" : "", name,
                 nearest != NULL ? ", did you mean \"" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "\"?" : "");
    return cs_reader_take(x->r, &error);
}

/* Its place is that of the value which it replaces. */
static int replace_constant(struct expansion *x, cJSON *constants, const char *text)
{
    char name[48];

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
    cJSON *old = cJSON_GetObjectItemCaseSensitive(constants, name);
    if (old == NULL)
        return no_constant(x, constants, name);
    cJSON *value = value_of(x, text + strcspn(text, "=") + 1);
    if (value == NULL)
        return -1;
    cs_places_copy(x->document->places, old, value);
    cJSON_ReplaceItemInObjectCaseSensitive(constants, name, value);
    return 0;
}

static int replace_constants(struct expansion *x, cJSON *constants)
{
    const struct cs_constants *all = x->document->constants;
    int ret = 0;

    for (unsigned i = 0; all != NULL && i < all->n; i++) {
        if (replace_constant(x, constants, all->text[i]) != 0)
            ret = -1;
    }
    return ret;
}

int cs_document_expand(struct cs_document *document, struct cs_reader *r)
{
    cJSON *constants = cJSON_DetachItemFromObjectCaseSensitive(document->tree, "constants");
    cJSON *templates = cJSON_DetachItemFromObjectCaseSensitive(document->tree, "templates");
    struct expansion x = {.document = document, .r = r, .templates = templates};
    int ret = 0;

    if (constants != NULL && (!cJSON_IsObject(constants) || cJSON_GetArraySize(constants) > 1000)) {
        const size_t mark = cs_reader_enter(r, "constants");
        ret = fail_at(&x, constants, "must be an object of at most 1000 names and values");
        cs_reader_leave(r, mark);
    } else if (templates != NULL && !cJSON_IsObject(templates)) {
        const size_t mark = cs_reader_enter(r, "templates");
        ret = fail_at(&x, templates, "must be an object: name to what its nodes have in common");
        cs_reader_leave(r, mark);
    } else {
        replace_constants(&x, constants); /* what is wrong there hides nothing of the rest */
        ret = expand_root(&x, NULL, constants, constants != NULL ? constants->child : NULL);
    }
    cJSON_Delete(constants);
    cJSON_Delete(templates);
    return ret;
}
