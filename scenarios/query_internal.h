/* SPDX-License-Identifier: MIT */
/* query_internal.h - what the parts of the filter language share; nobody else includes it. */
#ifndef CANSIM_SCENARIOS_QUERY_INTERNAL_H
#define CANSIM_SCENARIOS_QUERY_INTERNAL_H

#include "scenarios/query.h"

enum query_op {
    QUERY_TERM, /* pushes what the field says */
    QUERY_NOT,  /* of the last */
    QUERY_AND,  /* of the last two */
    QUERY_OR,
    QUERY_IF_NOT, /* the last does not hold: go on at `low`, else with the next step */
    QUERY_IF,
};

enum query_field {
    /* numbers, in `ranges` */
    QUERY_ID,
    QUERY_BYTE, /* data[low] */
    QUERY_LEN,
    QUERY_DLC,
    QUERY_TEC,
    QUERY_REC,
    QUERY_TIME,
    QUERY_DT,
    QUERY_KIND,
    QUERY_ERROR,
    QUERY_STATE,
    /* `bytes` */
    QUERY_DATA, /* pairs of mask and value; data[low..high], high UINT16_MAX: all of it */
    QUERY_BUS,  /* words, each with its NUL */
    QUERY_NODE,
    QUERY_EVENT,
    QUERY_TEXT,
    /* alone */
    QUERY_FLAG,      /* `low` in the frame's flags */
    QUERY_ANY_ERROR, /* of the bus */
    QUERY_FIELDS
};

enum query_value {
    VALUE_HEX,
    VALUE_NUMBER,
    VALUE_TIME,
    VALUE_NAME,
    VALUE_WORD,
    VALUE_DATA,
    VALUE_NONE
};

struct query_name {
    const char *name;
    int value; /* one enum value; those of a name are rows that follow one another */
};

struct query_word {
    const char *name, *form, *help;
    uint8_t field, value; /* enum query_value */
    uint16_t flag;
    const struct query_name *names; /* VALUE_NAME */
    int64_t max;
};

extern const struct query_word cs_query_fields[]; /* ends with a row without a name */
const struct query_word *cs_query_field(const char *name, size_t len);

#define QUERY_VALUE 80 /* bytes of one value, NUL included */

struct reader {
    const char *text, *at;
    struct cs_query *query;
    unsigned depth;
    char *why;
    size_t why_size;
};

enum compare {
    COMPARE_NONE,
    COMPARE_IS,
    COMPARE_IS_NOT,
    COMPARE_LT,
    COMPARE_LE,
    COMPARE_GT,
    COMPARE_GE
};

/* query_ask.c */
bool query_ask_words(const struct cs_query *q, const struct cs_query_step *step,
                     const struct cs_query_item *item);

/* query_read.c */
int query_fail(struct reader *r, const char *at, const char *sentence);
int query_must_be(struct reader *r, const char *at, size_t len, const char *expected);
void query_skip(struct reader *r);
struct cs_query_step *query_step(struct reader *r, unsigned op); /* NULL: no room */
int query_bytes(struct reader *r, struct cs_query_step *step, const void *bytes, size_t n);
int query_range(struct reader *r, struct cs_query_step *step, int64_t low, int64_t high);
enum compare query_operator(struct reader *r);
int query_list_part(struct reader *r, const struct query_word *word, int64_t *low, int64_t *high);
int query_numbers(struct reader *r, const struct query_word *word, struct cs_query_step *step,
                  enum compare compare);
int query_read_word(struct reader *r, char *value); /* of QUERY_VALUE bytes */
int query_words(struct reader *r, const struct query_word *word, struct cs_query_step *step,
                enum compare compare);
int query_data(struct reader *r, struct cs_query_step *step);

#endif
