/* SPDX-License-Identifier: MIT */
/* keys.h - JSON objects read by table: one row a key. The row parses it, checks its range, gives
 * its default and prints its help; adding a key is adding a row. */
#ifndef CANSIM_SCENARIOS_KEYS_H
#define CANSIM_SCENARIOS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cjson/cJSON.h>

#include "scenarios/error.h"
#include "scenarios/places.h"

/* Where we are in the file, for error sentences. */
struct cs_reader {
    const char *file;
    char path[256]; /* JSON pointer to the object being read; "" is the root */
    size_t path_len;
    struct cs_error *error; /* the first one, or no memory */
    void *ctx;              /* whatever the custom readers need */
    /* All zero where nobody asks for places and for more than one error. */
    const cJSON *tree; /* the root */
    const struct cs_places *places;
    struct cs_errors *errors;
    unsigned n_errors;
    const cJSON *at; /* the value that is wrong, where the path does not lead to it; else NULL */
    bool at_key;     /* what comes is about a key, not its value */
    bool fatal;      /* no memory: nothing more is said */
};

enum cs_key_type {
    CS_KEY_COMMENT, /* anything; not looked at */
    CS_KEY_TEXT,    /* const char *, points into the tree; min..max bytes */
    CS_KEY_BOOL,    /* bool */
    CS_KEY_INT,     /* int64_t, min..max */
    CS_KEY_PERCENT, /* int64_t, millionths, min..max: 2, "2%", "0.5%" */
    CS_KEY_TIME,    /* int64_t, ps, min..max */
    CS_KEY_RATE,    /* uint32_t, bit/s, min..max */
    CS_KEY_SPEED,   /* uint32_t, permille, 0 = as fast as possible */
    CS_KEY_CHOICE,  /* int, index into choices */
    CS_KEY_CUSTOM,  /* read() */
};

struct cs_key {
    const char *name;
    enum cs_key_type type;
    bool required;
    unsigned mask; /* kinds of object that have it (bit set); 0: all */
    size_t offset; /* of the destination within the struct; for read() as well */
    int64_t min, max;
    const char *dflt;           /* JSON text, read like any other; NULL: the destination is left */
    const char *const *choices; /* CHOICE: ends with NULL */
    int (*read)(struct cs_reader *r, const cJSON *item, void *dest);
    const char *form; /* CUSTOM: what it looks like, for errors and help; others have their own */
    const char *help;
};

/* Rows of a table; ends with a row without a name. */
struct cs_keys {
    const char *title; /* for help: "A node" */
    const struct cs_key *rows;
    const char *const *kinds; /* names of the mask's bits; ends with NULL; NULL without masks */
    const char *kind;         /* what they are called; NULL: "type" */
};

/* Read an object into `dest`. `kind`: bit number of the kind that it is; only rows of this kind
 * apply. Returns 0 or -1 with r->error. */
int cs_keys_read(struct cs_reader *r, const cJSON *object, const struct cs_keys *keys,
                 unsigned kind, void *dest);
/* The same without looking for keys that are not known: somebody else has more. */
int cs_keys_read_known(struct cs_reader *r, const cJSON *object, const struct cs_keys *keys,
                       unsigned kind, void *dest);
/* Read one key of it, before the rest; afterwards cs_keys_read() reads it again. */
int cs_keys_read_one(struct cs_reader *r, const cJSON *object, const struct cs_key *key,
                     void *dest);

/* Read a value as one key's, at the place where the reader is. */
int cs_keys_read_value(struct cs_reader *r, const struct cs_key *key, const cJSON *item,
                       void *dest);

#define CS_KEYS_MAX 64 /* rows of one table */

const struct cs_key *cs_keys_find(const struct cs_keys *keys, const char *name); /* NULL: none */
bool cs_keys_applies(const struct cs_key *key, unsigned kind);
/* The names of that kind's keys, at most `max`. Returns how many. */
size_t cs_keys_names(const struct cs_keys *keys, unsigned kind, const char **names, size_t max);
/* "is no known key", with the nearest of `names`, which ends with NULL, or all. Returns -1. */
int cs_keys_unknown(struct cs_reader *r, const char *name, const char *const *names);

size_t cs_reader_enter(struct cs_reader *r, const char *name); /* returns the mark to leave with */
size_t cs_reader_enter_index(struct cs_reader *r, unsigned index);
void cs_reader_leave(struct cs_reader *r, size_t mark);

/* "FILE: PATH: must be EXPECTED, got VALUE", status 2. Returns -1. */
int cs_reader_must_be(struct cs_reader *r, const cJSON *item, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "FILE: PATH: TEXT", status 2. Returns -1. */
int cs_reader_fail(struct cs_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with another status and a sentence of somebody else's, which has no place. Returns -1.
 */
int cs_reader_fail_as(struct cs_reader *r, const struct cs_error *error);
/* "FILE: not enough memory", status 3; what is said afterwards is not kept. Returns -1. */
int cs_reader_no_memory(struct cs_reader *r);
/* An error of somebody else's with its place in it. Returns -1. */
int cs_reader_take(struct cs_reader *r, const struct cs_error *error);
/* Give an error the line of the value that its text names, "FILE: /PATH: ...", where there is one.
 */
void cs_reader_locate(const cJSON *tree, const struct cs_places *places, struct cs_error *error);

#define CS_PERCENT INT64_C(10000) /* in millionths */
/* "2%", "0.05%": millionths, 0 and more. 0 or -1, without a sentence. */
int cs_keys_parse_percent(const char *text, int64_t *ppm);

/* Whole numbers of JSON: 0 and *value, or -1 where it is none within +-2^53. */
int cs_reader_integer(const cJSON *item, int64_t *value);

/* What values a row takes, in words. */
#define CS_KEYS_DESCRIBE_MAX 300
void cs_keys_describe(const struct cs_key *key, char *text, size_t size);

#define CS_HELP_INDENT 15 /* columns before the text of a key */
/* Print the table as reference text. */
void cs_keys_help(FILE *to, const struct cs_keys *keys);

#endif
