/* SPDX-License-Identifier: MIT */
/* Reading a script: bytes, gzip, JSON, and the frame around the operations. Files are hostile:
 * every size is bounded before memory is taken for it. */
#include "scenarios/wire_script_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "scenarios/file.h"
#include "scenarios/json.h"

/* ---- places and values --------------------------------------------------------------------- */

size_t cs_script_enter(struct cs_script_reader *r, const char *name)
{
    size_t was = r->len;

    r->len = cs_json_path_push(r->path, sizeof(r->path), r->len, name);
    return was;
}

size_t cs_script_enter_index(struct cs_script_reader *r, unsigned index)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", index);
    return cs_script_enter(r, text);
}

void cs_script_leave(struct cs_script_reader *r, size_t len)
{
    r->len = len;
    r->path[len] = '\0';
}

int cs_script_must_be(struct cs_script_reader *r, const char *expected, const cJSON *got)
{
    char text[64];

    if (got == NULL)
        snprintf(text, sizeof(text), "nothing");
    else if (cJSON_IsString(got))
        snprintf(text, sizeof(text), "\"%.40s%s\"", got->valuestring,
                 strlen(got->valuestring) > 40 ? "..." : "");
    else if (cJSON_IsNumber(got))
        snprintf(text, sizeof(text), "%.10g", got->valuedouble);
    else
        snprintf(text, sizeof(text), "%s",
                 cJSON_IsObject(got)  ? "an object"
                 : cJSON_IsArray(got) ? "an array"
                 : cJSON_IsBool(got)  ? (cJSON_IsTrue(got) ? "true" : "false")
                                      : "null");
    return cs_error_set(r->error, CS_STATUS_INPUT, "%s: %s: must be %s, got %s", r->file,
                        r->len > 0 ? r->path : "/", expected, text);
}

int cs_script_no_memory(struct cs_script_reader *r)
{
    return cs_error_set(r->error, CS_STATUS_ENVIRONMENT, "%s: not enough memory to read it",
                        r->file);
}

int cs_script_number(struct cs_script_reader *r, const cJSON *value, long min, long max,
                     long *number)
{
    char expected[80];

    if (cJSON_IsNumber(value) && value->valuedouble >= (double)min &&
        value->valuedouble <= (double)max &&
        value->valuedouble == (double)(long)value->valuedouble) {
        *number = (long)value->valuedouble;
        return 0;
    }
    snprintf(expected, sizeof(expected), "a whole number %ld..%ld", min, max);
    return cs_script_must_be(r, expected, value);
}

int cs_script_member(struct cs_script_reader *r, const cJSON *object, const char *name, long min,
                     long max, long *number)
{
    size_t was = cs_script_enter(r, name);
    int ret = cs_script_number(r, cJSON_GetObjectItemCaseSensitive(object, name), min, max, number);

    cs_script_leave(r, was);
    return ret;
}

int cs_script_text(struct cs_script_reader *r, const cJSON *object, const char *name,
                   const char **text)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    size_t was = cs_script_enter(r, name);
    int ret = 0;

    if (cJSON_IsString(value))
        *text = value->valuestring;
    else
        ret = cs_script_must_be(r, "a string", value);
    cs_script_leave(r, was);
    return ret;
}

int cs_script_array(struct cs_script_reader *r, const cJSON *object, const char *name,
                    const cJSON **array)
{
    size_t was = cs_script_enter(r, name);
    int ret = 0;

    *array = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsArray(*array))
        ret = cs_script_must_be(r, "an array", *array);
    cs_script_leave(r, was);
    return ret;
}

/* ---- bytes --------------------------------------------------------------------------------- */

/* What is packed in `data`, to be freed; NULL with the error. */
static char *unpack(struct cs_script_reader *r, const char *data, size_t *len)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)*len};
    size_t size = *len < 65536 ? 262144 : *len * 8;
    char *plain = NULL, *more;
    int ret = inflateInit2(&z, 15 + 16); /* gzip alone */

    while (ret == Z_OK && z.total_out <= CS_FILE_MAX_BYTES) {
        if ((more = realloc(plain, size)) == NULL)
            ret = Z_MEM_ERROR;
        if (ret != Z_OK)
            break;
        plain = more;
        z.next_out = (Bytef *)plain + z.total_out;
        z.avail_out = (uInt)(size - z.total_out - 1);
        ret = inflate(&z, Z_NO_FLUSH);
        size *= 2;
    }
    *len = z.total_out;
    inflateEnd(&z);
    if (plain != NULL && ret == Z_STREAM_END && z.avail_in == 0 && *len <= CS_FILE_MAX_BYTES) {
        plain[*len] = '\0';
        return plain;
    }
    if (ret == Z_MEM_ERROR)
        cs_script_no_memory(r);
    else if (*len > CS_FILE_MAX_BYTES)
        cs_error_set(r->error, CS_STATUS_INPUT, "%s: must unpack to at most 64 MiB, got more",
                     r->file);
    else
        cs_error_set(r->error, CS_STATUS_INPUT,
                     "%s: must be a whole gzip file, is damaged after %lu bytes of it", r->file,
                     z.total_in);
    free(plain);
    return NULL;
}

static cJSON *read_tree(struct cs_script_reader *r, const char *text, size_t len)
{
    char *plain = NULL;

    if (len >= 2 && memcmp(text, "\x1F\x8B", 2) == 0) {
        plain = unpack(r, text, &len);
        if (plain == NULL)
            return NULL;
    }
    cJSON *tree = cs_json_parse(r->file, plain != NULL ? plain : text, len, r->error);
    free(plain);
    if (tree != NULL && cs_json_find_duplicate(tree, r->path, sizeof(r->path)) != 0) {
        cs_error_set(r->error, CS_STATUS_INPUT, "%s: %s: must be there once, got it twice", r->file,
                     r->path);
        cJSON_Delete(tree);
        tree = NULL;
    }
    return tree;
}

/* ---- the script ---------------------------------------------------------------------------- */

static int read_ops(struct cs_script_reader *r, const cJSON *object, const char *name,
                    struct cs_script_ops *ops)
{
    const cJSON *array = NULL, *item;
    size_t was;
    int ret = 0;

    if (cs_script_array(r, object, name, &array) != 0)
        return -1;
    was = cs_script_enter(r, name);
    unsigned n = (unsigned)cJSON_GetArraySize(array);
    if (n > CS_SCRIPT_MAX_OPS)
        return cs_script_must_be(r, "at most 10000 operations", array);
    ops->ops = calloc(n > 0 ? n : 1, sizeof(*ops->ops));
    if (ops->ops == NULL)
        return cs_script_no_memory(r);
    r->bits = r->cycles = 0;
    cJSON_ArrayForEach(item, array)
    {
        size_t here = cs_script_enter_index(r, ops->n_ops);
        ret = cs_script_read_op(r, item, &ops->ops[ops->n_ops++]);
        if (ret != 0)
            return ret;
        cs_script_leave(r, here);
    }
    cs_script_leave(r, was);
    return 0;
}

static int read_name(struct cs_script_reader *r, const cJSON *object, const char *name,
                     char text[CS_SCRIPT_NAME_MAX])
{
    const char *value = "";

    if (cs_script_text(r, object, name, &value) != 0)
        return -1;
    if (strlen(value) >= CS_SCRIPT_NAME_MAX || value[0] == '\0' ||
        strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") !=
            strlen(value)) {
        cs_script_enter(r, name);
        return cs_script_must_be(r, "1..63 letters, digits, '_', '-' or '.'",
                                 cJSON_GetObjectItemCaseSensitive(object, name));
    }
    memcpy(text, value, strlen(value) + 1);
    return 0;
}

static int read_elem(struct cs_script_reader *r, const cJSON *json, struct cs_script_elem *elem)
{
    long number = 0;

    if (!cJSON_IsObject(json))
        return cs_script_must_be(r, "an object", json);
    if (read_name(r, json, "variant", elem->variant) != 0 ||
        cs_script_member(r, json, "elem", 0, INT32_MAX, &number) != 0)
        return -1;
    elem->number = (unsigned)number;
    return read_ops(r, json, "ops", &elem->ops);
}

static int read_elems(struct cs_script_reader *r, const cJSON *tree, struct cs_script *script)
{
    const cJSON *array = NULL, *item;

    if (cs_script_array(r, tree, "elems", &array) != 0)
        return -1;
    cs_script_enter(r, "elems");
    unsigned n = (unsigned)cJSON_GetArraySize(array);
    if (n > CS_SCRIPT_MAX_ELEMS)
        return cs_script_must_be(r, "at most 100000 elements", array);
    script->elems = calloc(n > 0 ? n : 1, sizeof(*script->elems));
    if (script->elems == NULL)
        return cs_script_no_memory(r);
    cJSON_ArrayForEach(item, array)
    {
        size_t here = cs_script_enter_index(r, script->n_elems);
        if (read_elem(r, item, &script->elems[script->n_elems++]) != 0)
            return -1;
        cs_script_leave(r, here);
    }
    return 0;
}

static int read_script(struct cs_script_reader *r, const cJSON *tree, struct cs_script *script)
{
    if (!cJSON_IsObject(tree))
        return cs_script_must_be(r, "an object", tree);
    if (read_name(r, tree, "test", script->name) != 0 ||
        read_ops(r, tree, "setup", &script->setup) != 0)
        return -1;
    return read_elems(r, tree, script);
}

struct cs_script *cs_script_parse(const char *name, const char *text, size_t len,
                                  struct cs_error *error)
{
    struct cs_script_reader r = {.file = name, .error = error};
    cJSON *tree = read_tree(&r, text, len);

    if (tree == NULL)
        return NULL;
    struct cs_script *script = calloc(1, sizeof(*script));
    r.path[0] = '\0';
    if (script == NULL) {
        cs_script_no_memory(&r);
    } else if (read_script(&r, tree, script) != 0) {
        cs_script_free(script);
        script = NULL;
    }
    cJSON_Delete(tree);
    return script;
}

struct cs_script *cs_script_read(const char *path, struct cs_error *error)
{
    size_t len;
    char *text = cs_file_read(path, &len, NULL, error);

    if (text == NULL)
        return NULL;
    struct cs_script *script =
        cs_script_parse(strcmp(path, "-") == 0 ? "standard input" : path, text, len, error);
    free(text);
    return script;
}

static void ops_fini(struct cs_script_ops *ops)
{
    for (unsigned i = 0; i < ops->n_ops; i++)
        cs_script_op_fini(&ops->ops[i]);
    free(ops->ops);
}

void cs_script_free(struct cs_script *script)
{
    if (script == NULL)
        return;
    ops_fini(&script->setup);
    for (unsigned i = 0; i < script->n_elems; i++)
        ops_fini(&script->elems[i].ops);
    free(script->elems);
    free(script);
}
