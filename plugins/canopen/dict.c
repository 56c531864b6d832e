/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/dict_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 16384

void *co_dict_alloc(struct co_dict *dict, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (dict->chunks == NULL || dict->chunk_used + size > dict->chunk_size) {
        size_t data = size > CHUNK ? size : CHUNK;
        struct co_dict_chunk *chunk = malloc(sizeof(*chunk) + data);
        if (chunk == NULL)
            return NULL;
        chunk->next = dict->chunks;
        dict->chunks = chunk;
        dict->chunk_used = 0;
        dict->chunk_size = data;
    }
    void *at = (char *)(dict->chunks + 1) + dict->chunk_used;
    dict->chunk_used += size;
    return at;
}

const char *co_dict_keep(struct co_dict *dict, const char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    char *copy = co_dict_alloc(dict, len + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

static int compare(const void *a, const void *b)
{
    const struct co_object *x = a, *y = b;

    return x->index != y->index ? (x->index > y->index) - (x->index < y->index)
                                : (x->sub > y->sub) - (x->sub < y->sub);
}

static int compare_names(const void *a, const void *b)
{
    const struct co_index_name *x = a, *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

static void take_identity(struct co_dict *dict)
{
    struct co_identity *identity = &dict->info.identity;
    struct {
        bool *have;
        uint32_t *value;
    } parts[] = {{&identity->have_vendor, &identity->vendor},
                 {&identity->have_product, &identity->product},
                 {&identity->have_revision, &identity->revision}};

    for (unsigned i = 0; i < 3; i++) {
        const struct co_object *object = co_dict_find(dict, 0x1018, i + 1);
        if (!*parts[i].have && object != NULL && object->value_len == 4) {
            *parts[i].value = (uint32_t)co_get_le(object->value, 4);
            *parts[i].have = true;
        }
    }
}

int co_dict_finish(struct co_dict_build *b)
{
    struct co_dict *dict = b->dict;
    unsigned kept = 0;

    if (dict->n == 0)
        return co_dict_fail(b, 0, "must describe objects, has none");
    qsort(dict->objects, dict->n, sizeof(*dict->objects), compare);
    for (unsigned i = 0; i < dict->n; i++) {
        if (kept > 0 && compare(&dict->objects[kept - 1], &dict->objects[i]) == 0) {
            co_dict_odd(b, 0, "%04Xh:%02X is described twice", dict->objects[i].index,
                        dict->objects[i].sub);
            continue;
        }
        dict->objects[kept++] = dict->objects[i];
    }
    dict->n = kept;
    if (dict->n_names > 1)
        qsort(dict->names, dict->n_names, sizeof(*dict->names), compare_names);
    take_identity(dict);
    return 0;
}

static bool looks_like_xml(const char *text, size_t len)
{
    size_t i = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (i < len && strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0')
        i++;
    return i < len && text[i] == '<';
}

struct co_dict *co_dict_parse(const char *name, const char *text, size_t len,
                              const struct co_dict_options *options, char *why, size_t why_size)
{
    static const struct co_dict_options none = {0};
    struct co_dict_build b = {.file = name,
                              .options = options != NULL ? options : &none,
                              .why = why,
                              .why_size = why_size};
    struct co_dict *dict = calloc(1, sizeof(*dict));

    if (dict == NULL) {
        snprintf(why, why_size, "%s: not enough memory", name);
        return NULL;
    }
    b.dict = dict;
    b.node_id = b.options->node_id;
    dict->info.identity.vendor_name = dict->info.identity.product_name =
        dict->info.identity.order_code = dict->info.node_name = "";
    int ret;
    if (len > CO_DICT_MAX_BYTES)
        ret = co_dict_fail(&b, 0, "must be at most 16 MiB, is %zu bytes", len);
    else if (looks_like_xml(text, len))
        ret = co_dict_read_xml(&b, text, len);
    else
        ret = co_dict_read_ini(&b, text, len);
    if (ret == 0)
        ret = co_dict_finish(&b);
    if (ret == 0)
        return dict;
    co_dict_free(dict);
    return NULL;
}

static char *read_all(const char *file, size_t *len, char *why, size_t why_size)
{
    struct stat st;
    char *text = NULL;
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        snprintf(why, why_size, "%s: cannot be read: %s", file, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        snprintf(why, why_size, "%s: cannot be read: %s", file, strerror(EISDIR));
        close(fd);
        return NULL;
    }
    *len = 0;
    for (size_t room = 65536; room <= 2u * CO_DICT_MAX_BYTES; room *= 2) {
        char *more = realloc(text, room + 1);
        ssize_t n = 1;
        if (more == NULL)
            break;
        text = more;
        while (*len < room && (n = read(fd, text + *len, room - *len)) > 0)
            *len += (size_t)n;
        if (n == 0) {
            close(fd);
            text[*len] = '\0';
            return text;
        }
        if (n < 0) {
            snprintf(why, why_size, "%s: cannot be read: %s", file, strerror(errno));
            close(fd);
            free(text);
            return NULL;
        }
    }
    snprintf(why, why_size, "%s: must be at most 16 MiB", file);
    close(fd);
    free(text);
    return NULL;
}

struct co_dict *co_dict_load(const char *file, const struct co_dict_options *options, char *why,
                             size_t why_size)
{
    size_t len;
    char *text = read_all(file, &len, why, why_size);

    if (text == NULL)
        return NULL;
    struct co_dict *dict = co_dict_parse(file, text, len, options, why, why_size);
    free(text);
    return dict;
}

void co_dict_free(struct co_dict *dict)
{
    if (dict == NULL)
        return;
    while (dict->chunks != NULL) {
        struct co_dict_chunk *next = dict->chunks->next;
        free(dict->chunks);
        dict->chunks = next;
    }
    free(dict->objects);
    free(dict->names);
    free(dict);
}

const struct co_device_info *co_dict_info(const struct co_dict *dict)
{
    return &dict->info;
}

unsigned co_dict_count(const struct co_dict *dict)
{
    return dict->n;
}

const struct co_object *co_dict_at(const struct co_dict *dict, unsigned i)
{
    return i < dict->n ? &dict->objects[i] : NULL;
}

/* The first object that is not before index:sub. */
static unsigned lower_bound(const struct co_dict *dict, unsigned index, unsigned sub)
{
    unsigned low = 0, high = dict->n;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct co_object *o = &dict->objects[middle];
        if (o->index < index || (o->index == index && o->sub < sub))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct co_object *co_dict_find(const struct co_dict *dict, unsigned index, unsigned sub)
{
    unsigned i = lower_bound(dict, index, sub);

    return i < dict->n && dict->objects[i].index == index && dict->objects[i].sub == sub
               ? &dict->objects[i]
               : NULL;
}

const struct co_object *co_dict_first(const struct co_dict *dict, unsigned index)
{
    unsigned i = lower_bound(dict, index, 0);

    return i < dict->n && dict->objects[i].index == index ? &dict->objects[i] : NULL;
}

const char *co_dict_index_name(const struct co_dict *dict, unsigned index)
{
    struct co_index_name key = {.index = (uint16_t)index};
    const struct co_index_name *found = NULL;

    if (dict->n_names > 0)
        found = bsearch(&key, dict->names, dict->n_names, sizeof(key), compare_names);
    return found != NULL ? found->name : NULL;
}
