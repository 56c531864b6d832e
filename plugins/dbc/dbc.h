/* SPDX-License-Identifier: MIT */
/* dbc.h - a DBC file: messages with their signals, as much of it as tells what data mean. Read
 * once; what is asked of each frame allocates nothing. */
#ifndef CANSIM_PLUGINS_DBC_DBC_H
#define CANSIM_PLUGINS_DBC_DBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DBC_FILE_MAX     (16u << 20) /* bytes */
#define DBC_MESSAGES_MAX 16384u
#define DBC_SIGNALS_MAX  1024u /* of a message */

struct dbc_word {
    int64_t value; /* raw */
    char *text;
};

struct dbc_range {
    uint64_t low, high;
};

enum dbc_real { DBC_WHOLE, DBC_FLOAT, DBC_DOUBLE };

struct dbc_signal {
    char *name, *label, *unit; /* name: the label in small letters */
    uint16_t first, bits;      /* first: the lowest bit, of `big` the highest; bits 1..64 */
    bool big, is_signed;
    bool selects; /* which others are there */
    uint8_t real; /* enum dbc_real */
    double factor, offset;
    struct dbc_word *words; /* by value */
    unsigned n_words;
    int by;                  /* the signal that selects it; -1: it is always there */
    struct dbc_range *range; /* of that one's values */
    unsigned n_ranges;
};

struct dbc_message {
    uint32_t id;
    bool ext;
    unsigned len;       /* bytes */
    char *name, *event; /* event: "dbc." and the name in small letters */
    struct dbc_signal *signals;
    unsigned n_signals;
};

struct dbc {
    struct dbc_message *messages;
    unsigned n;
    uint16_t *hash; /* index + 1 by identifier, 2 * DBC_MESSAGES_MAX places */
};

/* Add what a file has; of an identifier that is known the first message stays. 0, or -1 with one
 * sentence: "drive.dbc: line 12: must be ...". */
int dbc_read(struct dbc *dbc, const char *path, char *why, size_t why_size);
/* The same of a text, UTF-8 or Latin-1; `name` is for the sentence. */
int dbc_parse(struct dbc *dbc, const char *text, size_t len, const char *name, char *why,
              size_t why_size);
void dbc_fini(struct dbc *dbc);

/* NULL: there is none. */
struct dbc_message *dbc_find(const struct dbc *dbc, uint32_t id, bool ext);
/* The bits as they are, sign extended; false where the data end before. */
bool dbc_raw(const struct dbc_signal *signal, const uint8_t *data, unsigned len, int64_t *raw);
/* It is in these data, by what selects it. */
bool dbc_there(const struct dbc_message *message, const struct dbc_signal *signal,
               const uint8_t *data, unsigned len);
/* NULL: the value has no name. */
const char *dbc_word(const struct dbc_signal *signal, int64_t raw);

#endif
