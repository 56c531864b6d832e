/* SPDX-License-Identifier: MIT */
/* json.h - JSON files, strictly: cJSON builds the tree, what it is lenient about is refused before.
 * RFC 8259, and comments: "//" to the end of the line, and those of C. UTF-8 only; at most
 * CS_JSON_MAX_DEPTH levels and CS_JSON_MAX_VALUES values. */
#ifndef CANSIM_SCENARIOS_JSON_H
#define CANSIM_SCENARIOS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cjson/cJSON.h>

#include "scenarios/error.h"

#define CS_JSON_MAX_DEPTH  32
#define CS_JSON_MAX_VALUES 1000000

/* The tree of a text, to be freed with cJSON_Delete(), or NULL with `error`: "NAME:LINE:COLUMN:
 * expected ..., got ..." (columns count characters). `text` ends with a NUL at text[len]. */
cJSON *cs_json_parse(const char *name, const char *text, size_t len, struct cs_error *error);

/* Where the values of a text stand, in the order of the text, the outermost first: bytes from its
 * beginning, a mark of UTF-8 not counted. That of a member's key, too; of others the same again. */
struct cs_json_spots {
    struct cs_json_spot {
        uint32_t value, key;
    } * spot; /* to be freed, also where it failed */
    size_t n, room;
};
cJSON *cs_json_parse_spots(const char *name, const char *text, size_t len,
                           struct cs_json_spots *spots, struct cs_error *error);

/* The first of two equal keys of one object: 0 where there is none, else 1 with its place as a
 * JSON pointer in `path`. */
int cs_json_find_duplicate(const cJSON *tree, char *path, size_t path_size);

/* The value at a JSON pointer, or the deepest one on the way there; `whole`, where not NULL: it is
 * that value itself. */
const cJSON *cs_json_path_find(const cJSON *tree, const char *path, bool *whole);

/* Append a name to a JSON pointer (RFC 6901), cut where it does not fit. Returns the length. */
size_t cs_json_path_push(char *path, size_t path_size, size_t len, const char *name);

#endif
