/* SPDX-License-Identifier: MIT */
/* query.h - the small language in which frames and events are asked for: "id=180-1ff and
 * data[0]>3", "node=drive", "canopen.sdo.abort". docs/filter.md tells all of it.
 * Pure: text becomes a compiled form of bounded size; asking it allocates nothing. */
#ifndef CANSIM_SCENARIOS_QUERY_H
#define CANSIM_SCENARIOS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CS_QUERY_TEXT   512 /* bytes of the longest text, NUL included */
#define CS_QUERY_STEPS  128
#define CS_QUERY_RANGES 64
#define CS_QUERY_BYTES  512 /* of words and patterns */
#define CS_QUERY_DEPTH  24  /* of parentheses and "not" */

struct cs_event;

/* What is asked about: one frame or event. */
struct cs_query_item {
    int kind; /* enum cs_event_kind */
    int64_t at_ps;
    int64_t since_ps;       /* since the frame before with the same identifier; -1: not known */
    const char *bus, *node; /* "": none */
    bool has_frame;         /* id .. data are there */
    bool has_counters;      /* tec, rec are: only of CS_EV_ERROR and CS_EV_STATE */
    uint32_t id;
    unsigned flags, dlc, len; /* flags: enum cs_frame_flag */
    const uint8_t *data;
    unsigned state, error, tec, rec;
    /* What is said of it in words, that of a decoder with the protocol first. */
    const char *said;
    bool decoded;       /* it is a decoder's */
    const char *events; /* the decoder's name and those of its events, blanks between; "": none */
};

struct cs_query_step {
    uint8_t op, field; /* enums of query.c */
    bool negate;
    uint16_t first, n;  /* ranges, or bytes of words */
    uint16_t low, high; /* of data[low..high]; where a jump goes */
};

struct cs_query {
    unsigned n; /* 0: everything passes */
    struct cs_query_step steps[CS_QUERY_STEPS];
    struct cs_query_range {
        int64_t low, high;
    } ranges[CS_QUERY_RANGES];
    unsigned n_ranges;
    char bytes[CS_QUERY_BYTES];
    unsigned n_bytes;
    bool asks_said;  /* for what a decoder says */
    bool asks_since; /* for the time since the frame before */
    char text[CS_QUERY_TEXT];
};

/* 0; or -EINVAL with one sentence that begins with the column, "column 4: ...", and the query as it
 * was. Empty text lets all pass. */
int cs_query_parse(const char *text, struct cs_query *query, char *why, size_t why_size);
bool cs_query_passes(const struct cs_query *query, const struct cs_query_item *item);

/* What passes is among these, and perhaps much of what does not: for passing over what need not be
 * asked one by one. */
#define CS_QUERY_COULD 16
struct cs_query_could {
    uint32_t kinds; /* bit of each enum cs_event_kind; 0: nothing passes */
    bool any_id;    /* whatever the identifier, frame or none; else only frames, with these: */
    unsigned n;
    struct {
        uint32_t low, high;
    } ids[CS_QUERY_COULD];
};
void cs_query_could(const struct cs_query *query, struct cs_query_could *could);

/* ---- many items at once ---------------------------------------------------------------------- */

/* What is among many items, without a look at each of them. Sets are of numbers up to 255, or of
 * slots that whoever fills it in gives to names; the last bit of a smaller one stands for all
 * beyond it. */
struct cs_query_many {
    int64_t first_ps, last_ps;          /* at_ps is between them, in all */
    int64_t since_min_ps, since_max_ps; /* since_ps of those that have one; min > max: none has */
    uint32_t kinds, buses;
    uint32_t id_min, id_max; /* of those with a frame; min > max: none */
    uint64_t base[32];       /* each identifier of 11 bits */
    uint64_t more[3][4];     /* those beyond: by a hash of all bits, all but 8, all but 16 */
    uint64_t bytes[8][4];    /* data[0] .. data[7] */
    uint64_t nodes[4], events[4];
    uint64_t decoders[4]; /* by a hash of the first word of what one says */
    uint64_t lens;
    uint32_t dlcs, errors, states;
    uint16_t tec_min, tec_max, rec_min, rec_max;
    uint8_t flags, lack; /* that some frame has; that some has not */
    bool others;         /* some are without a frame */
    bool text;           /* something is said of some */
};

void cs_query_many_init(struct cs_query_many *many);
/* bus, node and events of the item are its slots here; its since_ps counts where it has one. */
void cs_query_many_add(struct cs_query_many *many, const struct cs_query_item *item, unsigned bus,
                       unsigned node, unsigned events);
/* May an item with such an identifier be there? False: certainly not. */
bool cs_query_many_has(const struct cs_query_many *many, uint32_t low, uint32_t high);

/* Of terms that ask for names: the slots for which each may hold, and may not. */
#define CS_QUERY_NAMED 16
struct cs_query_named {
    struct {
        uint64_t yes[4], no[4];
    } term[CS_QUERY_NAMED];
};
enum cs_query_names { CS_QUERY_NAMES_BUS, CS_QUERY_NAMES_NODE, CS_QUERY_NAMES_EVENT };
bool cs_query_asks(const struct cs_query *query, enum cs_query_names what);
/* A slot has this name, or has it too. Zero-initialised; each slot that is in use is told once. */
void cs_query_name(const struct cs_query *query, struct cs_query_named *named,
                   enum cs_query_names what, unsigned slot, const char *name);
/* May one of them pass? False: certainly none does. */
bool cs_query_may(const struct cs_query *query, const struct cs_query_named *named,
                  const struct cs_query_many *many);

/* ---- completion ------------------------------------------------------------------------------ */

/* What may come at the end of what was typed so far. */
enum cs_query_next {
    CS_QUERY_NEXT_TERM, /* `words`, protocols and names of events */
    CS_QUERY_NEXT_BUS,  /* names of buses */
    CS_QUERY_NEXT_NODE,
    CS_QUERY_NEXT_EVENT, /* protocols and names of events */
    CS_QUERY_NEXT_WORD,  /* one of `words` */
    CS_QUERY_NEXT_VALUE, /* something else */
};
/* *from is where the word begins that is being typed; *words ends with NULL. */
enum cs_query_next cs_query_next(const char *text, int *from, const char *const **words);

/* The words of the language with what they mean, by number until NULL. */
const char *cs_query_word(unsigned index, const char **form, const char **help);

#endif
