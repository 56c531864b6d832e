/* SPDX-License-Identifier: MIT */
/* document.h - a scenario's JSON as its readers see it: files that it includes merged, constants in
 * place, templates and arrays of nodes written out, each value with its place in its file. */
#ifndef CANSIM_SCENARIOS_DOCUMENT_H
#define CANSIM_SCENARIOS_DOCUMENT_H

#include "scenarios/file.h"
#include "scenarios/keys.h"

#define CS_DOCUMENT_FILES   64     /* with all that are included */
#define CS_DOCUMENT_DEPTH   8      /* includes in includes */
#define CS_DOCUMENT_MEMBERS 10000  /* of one object */
#define CS_DOCUMENT_COPIES  100000 /* elements that arrays and "for" make, all in all */

/* Constants that somebody replaces, "NAME=VALUE" each. */
#define CS_CONSTANTS 64
struct cs_constants {
    const char *text[CS_CONSTANTS];
    unsigned n;
};

struct cs_document {
    cJSON *tree;
    struct cs_places *places;
    struct cs_file_id ids[CS_DOCUMENT_FILES];
    unsigned n_ids;
    unsigned copies;
    const struct cs_constants *constants; /* only while it is read; NULL: none */
};

/* Read it; `text` ends with a NUL at text[len]. r->file is its name, r->error and r->errors take
 * what is wrong; r->tree and r->places are set. 0: it can be read, be it that r->n_errors tells of
 * errors; or -1. cs_document_free() in any case. */
int cs_document_read(struct cs_document *document, struct cs_reader *r, const char *text,
                     size_t len);
void cs_document_free(struct cs_document *document);

/* ---- its parts --------------------------------------------------------------------------------
 */

/* Names that texts can speak of, the innermost first. */
struct cs_scope {
    const char *name;
    const cJSON *value;
    const struct cs_scope *outer;
};

/* Constants, templates, arrays: 0 or -1. */
int cs_document_expand(struct cs_document *document, struct cs_reader *r);
/* Put values for "${...}" into a text: 0 and a new value, NULL where there is nothing to do, or -1
 * with a sentence. */
int cs_document_replace(struct cs_reader *r, const struct cs_scope *scope, const char *text,
                        cJSON **value);
/* A whole number: digits, 0x..., names, + - * / % and parentheses, up to `end`. 0, or -1 with a
 * sentence in `why`. */
int cs_document_calculate(const struct cs_scope *scope, const char *text, const char *end,
                          int64_t *value, char *why, size_t why_size);
const cJSON *cs_document_lookup(const struct cs_scope *scope, const char *name, size_t len);

#endif
