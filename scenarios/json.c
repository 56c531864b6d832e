/* SPDX-License-Identifier: MIT */
/* The checker below walks the text once by recursive descent and decides what is JSON; cJSON, which
 * accepts rather more, only ever sees texts that passed. */
#include "scenarios/json.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/text.h"

struct checker {
    const char *name;
    char *text; /* a copy, in which comments become spaces */
    const char *start, *at, *end;
    unsigned depth;
    unsigned values;
    struct cs_json_spots *spots; /* NULL: nobody asks where values are */
    size_t key;                  /* of the value that comes: where its key begins, plus 1; 0 none */
    struct cs_error *error;
};

static int fail_at(struct checker *c, const char *at, const char *expected)
{
    unsigned line = 1, column = 1;
    char got[16] = "the end";

    for (const char *p = c->start; p < at; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*p & 0xC0u) != 0x80) {
            column++;
        }
    }
    if (at < c->end) {
        size_t len = cs_text_utf8(at, (size_t)(c->end - at));
        unsigned char u = (unsigned char)*at;
        if (len == 0)
            snprintf(got, sizeof(got), "byte 0x%02X", u);
        else if (u == '\n')
            snprintf(got, sizeof(got), "the end of line");
        else if (u < 0x20 || u == 0x7F)
            snprintf(got, sizeof(got), "character %u", u);
        else
            snprintf(got, sizeof(got), "'%.*s'", (int)len, at);
    }
    return cs_error_set(c->error, CS_STATUS_INPUT, "%s:%u:%u: expected %s, got %s", c->name, line,
                        column, expected, got);
}

/* A comment at c->at becomes spaces; lines stay where they are. False: there is none, or it has no
 * end, which is an error where a value or a separator is looked for. */
static bool skip_comment(struct checker *c)
{
    const char *p = c->at, *end;

    if (c->end - p < 2 || p[0] != '/' || (p[1] != '/' && p[1] != '*'))
        return false;
    if (p[1] == '/') {
        end = memchr(p, '\n', (size_t)(c->end - p));
        if (end == NULL)
            end = c->end;
    } else {
        for (end = p + 2; c->end - end >= 2 && (end[0] != '*' || end[1] != '/'); end++)
            ;
        if (c->end - end < 2)
            return false;
        end += 2;
    }
    for (; p < end; p++) {
        if (*p != '\n' && *p != '\r')
            c->text[p - c->start] = ' ';
    }
    c->at = end;
    return true;
}

static void skip_space(struct checker *c)
{
    do {
        while (c->at < c->end && strchr(" \t\r\n", *c->at) != NULL && *c->at != '\0')
            c->at++;
    } while (skip_comment(c));
}

/* Remember where a value stands. 0 or -1. */
static int add_spot(struct checker *c)
{
    struct cs_json_spots *spots = c->spots;

    if (spots == NULL)
        return 0;
    if (spots->n == spots->room) {
        size_t room = spots->room == 0 ? 64 : spots->room * 2;
        struct cs_json_spot *more = realloc(spots->spot, room * sizeof(*more));
        if (more == NULL)
            return cs_error_set(c->error, CS_STATUS_ENVIRONMENT, "%s: not enough memory to read it",
                                c->name);
        spots->spot = more;
        spots->room = room;
    }
    const size_t value = (size_t)(c->at - c->start);
    spots->spot[spots->n++] = (struct cs_json_spot){
        .value = (uint32_t)value, .key = (uint32_t)(c->key > 0 ? c->key - 1 : value)};
    c->key = 0;
    return 0;
}

static int hex_value(const char *p, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *d = p[i] == '\0' ? NULL : strchr(digits, p[i] | 0x20);
        if (d == NULL || *d == '\0')
            return -1;
        *value = *value * 16 + (unsigned)(d - digits);
    }
    return 0;
}

/* A \u escape at c->at (the backslash), surrogate pairs included. */
static int check_unicode(struct checker *c)
{
    unsigned high, low;
    const char *p = c->at;

    if (c->end - p < 6 || hex_value(p + 2, &high) != 0)
        return fail_at(c, p, "four hex digits after \\u");
    if (high == 0)
        return fail_at(c, p, "no NUL character in a string");
    if (high >= 0xDC00 && high <= 0xDFFF)
        return fail_at(c, p, "a pair of surrogates");
    c->at += 6;
    if (high < 0xD800 || high > 0xDBFF)
        return 0;
    if (c->end - p < 12 || p[6] != '\\' || p[7] != 'u' || hex_value(p + 8, &low) != 0 ||
        low < 0xDC00 || low > 0xDFFF)
        return fail_at(c, p, "a pair of surrogates");
    c->at += 6;
    return 0;
}

static int check_string(struct checker *c)
{
    c->at++;
    while (c->at < c->end && *c->at != '"') {
        if (*c->at == '\\') {
            if (c->end - c->at < 2 || c->at[1] == '\0' || strchr("\"\\/bfnrtu", c->at[1]) == NULL)
                return fail_at(c, c->at,
                               "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
            if (c->at[1] == 'u') {
                if (check_unicode(c) != 0)
                    return -1;
            } else {
                c->at += 2;
            }
            continue;
        }
        size_t len = cs_text_utf8(c->at, (size_t)(c->end - c->at));
        if (len == 0)
            return fail_at(c, c->at, "UTF-8");
        if ((unsigned char)*c->at < 0x20)
            return fail_at(c, c->at, "'\"' at the end of the string");
        c->at += len;
    }
    if (c->at == c->end)
        return fail_at(c, c->at, "'\"' at the end of the string");
    c->at++;
    return 0;
}

static int check_digits(struct checker *c)
{
    const char *first = c->at;

    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return c->at > first ? 0 : fail_at(c, c->at, "a digit");
}

static int check_number(struct checker *c)
{
    if (*c->at == '-')
        c->at++;
    if (c->at < c->end && *c->at == '0') {
        c->at++;
        if (c->at < c->end && *c->at >= '0' && *c->at <= '9')
            return fail_at(c, c->at, "no digit after a leading 0");
    } else if (check_digits(c) != 0) {
        return -1;
    }
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if (check_digits(c) != 0)
            return -1;
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        c->at++;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
            c->at++;
        if (check_digits(c) != 0)
            return -1;
    }
    return 0;
}

static int check_value(struct checker *c);

/* The members of an object or the elements of an array, c->at being the opening bracket. */
static int check_container(struct checker *c, bool object)
{
    char close = object ? '}' : ']';

    if (++c->depth > CS_JSON_MAX_DEPTH)
        return fail_at(c, c->at, "at most 32 levels of nesting");
    c->at++;
    skip_space(c);
    if (c->at < c->end && *c->at == close) {
        c->at++;
        c->depth--;
        return 0;
    }
    for (;;) {
        skip_space(c);
        if (object) {
            if (c->at == c->end || *c->at != '"')
                return fail_at(c, c->at, "'\"' (a key)");
            const size_t key = (size_t)(c->at - c->start) + 1;
            if (check_string(c) != 0)
                return -1;
            skip_space(c);
            if (c->at == c->end || *c->at != ':')
                return fail_at(c, c->at, "':'");
            c->at++;
            c->key = key;
        }
        if (check_value(c) != 0)
            return -1;
        skip_space(c);
        if (c->at < c->end && *c->at == ',') {
            c->at++;
            continue;
        }
        if (c->at == c->end || *c->at != close)
            return fail_at(c, c->at, object ? "',' or '}'" : "',' or ']'");
        c->at++;
        c->depth--;
        return 0;
    }
}

static int check_word(struct checker *c, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
        return fail_at(c, c->at, "a value");
    c->at += len;
    return 0;
}

static int check_value(struct checker *c)
{
    skip_space(c);
    if (++c->values > CS_JSON_MAX_VALUES)
        return fail_at(c, c->at, "at most 1000000 values");
    if (c->at == c->end)
        return fail_at(c, c->at, "a value");
    if (add_spot(c) != 0)
        return -1;
    switch (*c->at) {
    case '{':
        return check_container(c, true);
    case '[':
        return check_container(c, false);
    case '"':
        return check_string(c);
    case 't':
        return check_word(c, "true");
    case 'f':
        return check_word(c, "false");
    case 'n':
        return check_word(c, "null");
    default:
        if (*c->at != '-' && (*c->at < '0' || *c->at > '9'))
            return fail_at(c, c->at, "a value");
        return check_number(c);
    }
}

cJSON *cs_json_parse_spots(const char *name, const char *text, size_t len,
                           struct cs_json_spots *spots, struct cs_error *error)
{
    const size_t mark = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    struct checker c = {.name = name, .spots = spots, .error = error};
    cJSON *tree = NULL;

    c.text = malloc(len + 1);
    if (c.text == NULL)
        goto no_memory;
    memcpy(c.text, text + mark, len - mark);
    c.text[len - mark] = '\0';
    c.start = c.at = text + mark;
    c.end = text + len;
    if (check_value(&c) != 0)
        goto out;
    skip_space(&c);
    if (c.at != c.end) {
        fail_at(&c, c.at, "nothing more");
        goto out;
    }
    tree = cJSON_ParseWithLength(c.text, (size_t)(c.end - c.start) + 1);
    if (tree != NULL)
        goto out;
no_memory:
    cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory to read it", name);
out:
    free(c.text);
    return tree;
}

cJSON *cs_json_parse(const char *name, const char *text, size_t len, struct cs_error *error)
{
    return cs_json_parse_spots(name, text, len, NULL, error);
}

size_t cs_json_path_push(char *path, size_t path_size, size_t len, const char *name)
{
    if (len + 1 < path_size)
        path[len++] = '/';
    for (; *name != '\0' && len + 3 < path_size; name++) {
        if (*name == '~' || *name == '/') {
            path[len++] = '~';
            path[len++] = *name == '~' ? '0' : '1';
        } else {
            path[len++] = *name;
        }
    }
    path[len] = '\0';
    return len;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name that two members of one object share; NULL: none (or no memory to look for it). */
static const char *duplicate_of(const cJSON *object)
{
    size_t n = 0, i = 0;
    const char *found = NULL;
    const cJSON *item;

    cJSON_ArrayForEach(item, object) n++;
    const char **names = n > 1 ? malloc(n * sizeof(*names)) : NULL;
    if (names == NULL)
        return NULL;
    cJSON_ArrayForEach(item, object) names[i++] = item->string;
    qsort(names, n, sizeof(*names), by_text);
    for (i = 1; i < n && found == NULL; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            found = names[i];
    }
    free(names);
    return found;
}

static int find_duplicate(const cJSON *value, char *path, size_t path_size, size_t len)
{
    const cJSON *item;
    unsigned i = 0;

    if (cJSON_IsObject(value)) {
        const char *name = duplicate_of(value);
        if (name != NULL) {
            cs_json_path_push(path, path_size, len, name);
            return 1;
        }
    }
    cJSON_ArrayForEach(item, value)
    {
        char index[16];
        if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
            i++;
            continue;
        }
        snprintf(index, sizeof(index), "%u", i++);
        size_t below =
            cs_json_path_push(path, path_size, len, item->string != NULL ? item->string : index);
        if (find_duplicate(item, path, path_size, below))
            return 1;
        path[len] = '\0';
    }
    return 0;
}

int cs_json_find_duplicate(const cJSON *tree, char *path, size_t path_size)
{
    path[0] = '\0';
    return find_duplicate(tree, path, path_size, 0);
}

/* Is this the name of which the pointer's next part speaks? */
static bool same_name(const char *name, const char *part, size_t len)
{
    size_t i = 0;

    for (; *name != '\0' && i < len; name++, i++) {
        char c = part[i];
        if (c == '~' && i + 1 < len)
            c = part[++i] == '0' ? '~' : '/';
        if (c != *name)
            return false;
    }
    return *name == '\0' && i == len;
}

static const cJSON *child_named(const cJSON *value, const char *part, size_t len)
{
    const cJSON *child = value->child;
    char *end;

    if (cJSON_IsArray(value)) {
        const unsigned long index = strtoul(part, &end, 10);
        return end == part + len && len > 0 ? cJSON_GetArrayItem(value, (int)index) : NULL;
    }
    while (child != NULL && !(child->string != NULL && same_name(child->string, part, len)))
        child = child->next;
    return child;
}

const cJSON *cs_json_path_find(const cJSON *tree, const char *path, bool *whole)
{
    const cJSON *at = tree;

    while (*path == '/') {
        const size_t len = strcspn(path + 1, "/");
        const cJSON *child = child_named(at, path + 1, len);
        if (child == NULL)
            break;
        at = child;
        path += 1 + len;
    }
    if (whole != NULL)
        *whole = *path == '\0';
    return at;
}
