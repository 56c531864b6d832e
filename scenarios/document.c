/* SPDX-License-Identifier: MIT */
#include "scenarios/document.h"

#include <stdlib.h>
#include <string.h>

/* Files that are being read, from the first one down to the one at hand. */
struct chain {
    const struct chain *above;
    const struct cs_file_id *id; /* NULL: a text in memory */
    const char *name;
    unsigned depth;
};

static cJSON *read_text(struct cs_document *d, struct cs_reader *r, const struct chain *chain,
                        const char *text, size_t len);

/* No object may be so large that looking for its members takes long. 0 or -1. */
static int check_sizes(struct cs_reader *r, const cJSON *value)
{
    const cJSON *item;
    unsigned n = 0;
    int ret = 0;

    cJSON_ArrayForEach(item, value)
    {
        if (item->child != NULL && ret == 0) {
            const size_t mark = cJSON_IsObject(value) ? cs_reader_enter(r, item->string)
                                                      : cs_reader_enter_index(r, n);
            ret = check_sizes(r, item);
            cs_reader_leave(r, mark);
        }
        n++;
    }
    if (ret == 0 && cJSON_IsObject(value) && n > CS_DOCUMENT_MEMBERS)
        ret = cs_reader_fail(r, "must have at most %d members, got %u", CS_DOCUMENT_MEMBERS, n);
    return ret;
}

/* Members of `from` move into `into`, where they replace what has their name; objects are merged,
 * and arrays of the outermost object come behind those that are there. */
static void merge(cJSON *into, cJSON *from, bool outermost)
{
    cJSON *next;

    for (cJSON *item = from->child; item != NULL; item = next) {
        next = item->next;
        cJSON *old = cJSON_GetObjectItemCaseSensitive(into, item->string);
        if (old != NULL && cJSON_IsObject(old) && cJSON_IsObject(item)) {
            merge(old, item, false);
            continue;
        }
        if (old != NULL && outermost && cJSON_IsArray(old) && cJSON_IsArray(item)) {
            while (item->child != NULL)
                cJSON_AddItemToArray(old, cJSON_DetachItemViaPointer(item, item->child));
            continue;
        }
        cJSON_DetachItemViaPointer(from, item);
        if (old == NULL)
            cJSON_AddItemToObject(into, item->string, item);
        else
            cJSON_ReplaceItemViaPointer(into, old, item);
    }
}

static bool in_chain(const struct chain *chain, const struct cs_file_id *id)
{
    for (; chain != NULL; chain = chain->above) {
        if (chain->id != NULL && cs_file_same(chain->id, id))
            return true;
    }
    return false;
}

/* The tree of an included file, NULL with a sentence. */
static cJSON *read_file(struct cs_document *d, struct cs_reader *r, const struct chain *above,
                        const char *path)
{
    struct chain chain = {.above = above, .name = path, .depth = above->depth + 1};
    struct cs_error error;
    struct cs_file_id *id;
    cJSON *tree = NULL;
    size_t len;

    if (d->n_ids == CS_DOCUMENT_FILES || chain.depth > CS_DOCUMENT_DEPTH) {
        cs_reader_fail(r, "must be within %d files that include one another up to %d deep",
                       CS_DOCUMENT_FILES, CS_DOCUMENT_DEPTH);
        return NULL;
    }
    id = &d->ids[d->n_ids];
    char *text = cs_file_read(path, &len, id, &error);
    if (text == NULL) {
        cs_reader_fail_as(r, &error);
        return NULL;
    }
    d->n_ids++;
    chain.id = id;
    if (in_chain(above, id))
        cs_reader_fail(r, "must not include itself, be it through others, got \"%s\"", path);
    else
        tree = read_text(d, r, &chain, text, len);
    free(text);
    return tree;
}

/* One of the files that a file includes; what they hold comes together in `base`. */
static int include_one(struct cs_document *d, struct cs_reader *r, const struct chain *chain,
                       const cJSON *item, cJSON *base)
{
    const char *const file = r->file;
    const cJSON *const root = r->tree;

    if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
        return cs_reader_must_be(r, item, "the name of a file");
    char *path = cs_file_beside(chain->name, item->valuestring);
    if (path == NULL)
        return cs_reader_no_memory(r);
    cJSON *tree = read_file(d, r, chain, path);
    r->file = file;
    r->tree = root;
    if (tree != NULL) {
        merge(base, tree, true);
        cJSON_Delete(tree);
    }
    free(path);
    return tree != NULL ? 0 : -1;
}

static int include_all(struct cs_document *d, struct cs_reader *r, const struct chain *chain,
                       cJSON *include, cJSON *base)
{
    const size_t all = cs_reader_enter(r, "include");
    const bool many = cJSON_IsArray(include);
    unsigned i = 0;
    int ret = 0;

    for (const cJSON *item = many ? include->child : include; item != NULL;
         item = many ? item->next : NULL) {
        const size_t mark = many ? cs_reader_enter_index(r, i++) : r->path_len;
        if (include_one(d, r, chain, item, base) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    cs_reader_leave(r, all);
    return ret;
}

/* The tree of a text with all that it includes, NULL with a sentence. */
static cJSON *read_text(struct cs_document *d, struct cs_reader *r, const struct chain *chain,
                        const char *text, size_t len)
{
    struct cs_json_spots spots = {.spot = NULL};
    char path[sizeof(r->path)];
    struct cs_error error;
    cJSON *base = NULL;

    memcpy(path, r->path, sizeof(path));
    const size_t path_len = r->path_len;
    cs_reader_leave(r, 0);
    r->file = chain->name;
    cJSON *tree = cs_json_parse_spots(chain->name, text, len, &spots, &error);
    r->tree = tree;
    const bool placed =
        tree != NULL && cs_places_add(d->places, chain->name, text, len, tree, &spots) == 0;
    free(spots.spot);
    int ret = -1;
    if (tree == NULL)
        cs_reader_take(r, &error);
    else if (!placed || (base = cJSON_CreateObject()) == NULL ||
             cs_places_copy(d->places, tree, base) != 0)
        cs_reader_no_memory(r);
    else if (!cJSON_IsObject(tree))
        cs_reader_must_be(r, tree, "an object");
    else if (cs_json_find_duplicate(tree, r->path, sizeof(r->path))) {
        r->path_len = strlen(r->path);
        r->at_key = true;
        cs_reader_fail(r, "must be there once, got it twice");
        r->at_key = false;
    } else if (check_sizes(r, tree) == 0) {
        cJSON *include = cJSON_GetObjectItemCaseSensitive(tree, "include");
        ret = include != NULL ? include_all(d, r, chain, include, base) : 0;
        cJSON_Delete(cJSON_DetachItemViaPointer(tree, include));
    }
    if (ret == 0 && base->child != NULL) {
        merge(base, tree, true);
        cJSON_Delete(tree);
        tree = base;
        base = NULL;
    }
    cJSON_Delete(base);
    memcpy(r->path, path, sizeof(path));
    r->path_len = path_len;
    if (ret == 0)
        return tree;
    cJSON_Delete(tree);
    return NULL;
}

int cs_document_read(struct cs_document *document, struct cs_reader *r, const char *text,
                     size_t len)
{
    const char *const file = r->file;
    const struct chain chain = {
        .id = document->n_ids > 0 ? &document->ids[0] : NULL, .name = file, .depth = 0};

    document->places = cs_places_create();
    if (document->places == NULL)
        return cs_reader_no_memory(r);
    r->places = document->places;
    document->tree = read_text(document, r, &chain, text, len);
    r->file = file;
    r->tree = document->tree;
    if (document->tree == NULL)
        return -1;
    cs_document_expand(document, r); /* what is wrong there hides nothing of the rest */
    return 0;
}

void cs_document_free(struct cs_document *document)
{
    cJSON_Delete(document->tree);
    cs_places_free(document->places);
    document->tree = NULL;
    document->places = NULL;
}
