/* SPDX-License-Identifier: MIT */
/* The words of the filter language: one row each, which parses, completes and explains it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/query_internal.h"
#include "simcore/event.h"

static const struct query_name kinds[] = {
    {"frame", CS_EV_FRAME},  {"error", CS_EV_ERROR},       {"error", CS_EV_ERROR_FRAME},
    {"arb", CS_EV_ARB_LOST}, {"state", CS_EV_STATE},       {"note", CS_EV_NOTE},
    {"fault", CS_EV_FAULT},  {"node", CS_EV_ATTACH},       {"node", CS_EV_DETACH},
    {"node", CS_EV_CONFIG},  {"drop", CS_EV_DROPPED},      {"drop", CS_EV_REFUSED},
    {"lost", CS_EV_LOST},    {"overload", CS_EV_OVERLOAD}, {NULL, 0},
};

static const struct query_name errors[] = {
    {"bit", CS_ERROR_BIT},
    {"stuff", CS_ERROR_STUFF},
    {"crc", CS_ERROR_CRC},
    {"form", CS_ERROR_FORM},
    {"ack", CS_ERROR_ACK},
    {"other", CS_ERROR_OTHER},
    {NULL, 0},
};

static const struct query_name states[] = {
    {"active", CS_STATE_ERROR_ACTIVE},
    {"passive", CS_STATE_ERROR_PASSIVE},
    {"bus-off", CS_STATE_BUS_OFF},
    {"joining", CS_STATE_INTEGRATING},
    {NULL, 0},
};

#define NUMBER(n, f, most, how, text)                                                    \
    {                                                                                    \
        .name = (n), .form = (how), .help = (text), .field = (f), .value = VALUE_NUMBER, \
        .max = (most)                                                                    \
    }
#define NAMES(n, f, list, how, text)                                                   \
    {                                                                                  \
        .name = (n), .form = (how), .help = (text), .field = (f), .value = VALUE_NAME, \
        .names = list                                                                  \
    }
#define WORDS(n, f, how, text)                                                        \
    {                                                                                 \
        .name = (n), .form = (how), .help = (text), .field = (f), .value = VALUE_WORD \
    }
#define FLAG(n, bit, text)                                                                 \
    {                                                                                      \
        .name = (n), .form = "", .help = (text), .field = QUERY_FLAG, .value = VALUE_NONE, \
        .flag = (bit)                                                                      \
    }

const struct query_word cs_query_fields[] = {
    {.name = "id",
     .form = "id=180-1ff,7e8",
     .help = "identifier, hexadecimal",
     .field = QUERY_ID,
     .value = VALUE_HEX,
     .max = CS_ID_MAX_EXT},
    {.name = "data",
     .form = "data=11 ?? 33, data[0]>3, data[1..2]=12 34",
     .help = "bytes, hexadecimal: all of them, one, or some",
     .field = QUERY_DATA,
     .value = VALUE_DATA,
     .max = 0xff},
    NUMBER("len", QUERY_LEN, CS_FRAME_MAX_DATA, "len>4", "bytes of data"),
    NUMBER("dlc", QUERY_DLC, 15, "dlc=9-15", "the DLC as it was sent"),
    WORDS("node", QUERY_NODE, "node=drive,io*", "who sent it, or to whom it happened"),
    WORDS("bus", QUERY_BUS, "bus=can1", "the name of the bus"),
    NAMES("kind", QUERY_KIND, kinds, "kind=frame,error",
          "frame, error, arb, state, note, fault, node, drop, lost or overload"),
    NAMES("error", QUERY_ERROR, errors, "error, error=crc",
          "any error; or bit, stuff, crc, form, ack, other"),
    NAMES("state", QUERY_STATE, states, "state=passive",
          "a node became active, passive, bus-off; or is joining"),
    {.name = "time",
     .form = "time>1.5s",
     .help = "since the buses started",
     .field = QUERY_TIME,
     .value = VALUE_TIME},
    {.name = "dt",
     .form = "dt>10ms",
     .help = "since the frame before with the same identifier",
     .field = QUERY_DT,
     .value = VALUE_TIME},
    NUMBER("tec", QUERY_TEC, UINT16_MAX, "tec>96", "transmit error counter, where it is told"),
    NUMBER("rec", QUERY_REC, UINT16_MAX, "rec>=128", "receive error counter, where it is told"),
    WORDS("event", QUERY_EVENT, "event=sdo.abort",
          "protocol or event of a decoder; the name alone does as well"),
    WORDS("text", QUERY_TEXT, "text=hello", "is somewhere in what is said; \"hello\" as well"),
    FLAG("ext", CS_FRAME_EXT, "extended identifier"),
    FLAG("rtr", CS_FRAME_RTR, "remote frame"),
    FLAG("fd", CS_FRAME_FD, "CAN FD frame"),
    FLAG("brs", CS_FRAME_BRS, "its data at the second bit rate"),
    FLAG("esi", CS_FRAME_ESI, "its sender is error passive"),
    {.name = NULL},
};

const struct query_word *cs_query_field(const char *name, size_t len)
{
    for (const struct query_word *w = cs_query_fields; w->name != NULL; w++) {
        if (strlen(w->name) == len && strncasecmp(w->name, name, len) == 0)
            return w;
    }
    return NULL;
}

const char *cs_query_word(unsigned index, const char **form, const char **help)
{
    if (index >= sizeof(cs_query_fields) / sizeof(cs_query_fields[0]) - 1)
        return NULL;
    *form = cs_query_fields[index].form[0] != '\0' ? cs_query_fields[index].form
                                                   : cs_query_fields[index].name;
    *help = cs_query_fields[index].help;
    return cs_query_fields[index].name;
}

/* ---- completion ------------------------------------------------------------------------------ */

static const char *const terms[] = {
    "id=", "data=",  "node=", "bus=", "kind=", "error", "error=", "state=", "time>",
    "dt>", "len=",   "dlc=",  "tec>", "rec>",  "ext",   "rtr",    "fd",     "brs",
    "esi", "event=", "text=", "and",  "or",    "not",   NULL};
static const char *const kind_words[] = {"frame", "error", "arb",  "state",    "note", "fault",
                                         "node",  "drop",  "lost", "overload", NULL};
static const char *const error_words[] = {"bit", "stuff", "crc", "form", "ack", "other", NULL};
static const char *const state_words[] = {"active", "passive", "bus-off", "joining", NULL};
static const char *const no_words[] = {NULL};

/* The operator that belongs to the word that begins at `from`; its length in *n. */
static const char *operator_of(const char *text, size_t from, size_t *n)
{
    size_t at = from;

    while (text[at] != '\0' && strchr("=<>!", text[at]) == NULL)
        at++;
    *n = strspn(text + at, "=<>!");
    return text + at;
}

enum cs_query_next cs_query_next(const char *text, int *from, const char *const **words)
{
    size_t end = strlen(text), at = end, n;

    while (at > 0 && strchr(" ()\"", text[at - 1]) == NULL)
        at--;
    const char *op = operator_of(text, at, &n);
    *words = terms;
    *from = (int)at;
    if (n == 0)
        return CS_QUERY_NEXT_TERM;
    const struct query_word *word = cs_query_field(text + at, (size_t)(op - text) - at);
    at = (size_t)(op - text) + n;
    for (size_t i = at; i < end; i++) {
        if (text[i] == ',')
            at = i + 1;
    }
    *from = (int)at;
    *words = word == NULL                 ? no_words
             : word->field == QUERY_KIND  ? kind_words
             : word->field == QUERY_ERROR ? error_words
             : word->field == QUERY_STATE ? state_words
                                          : no_words;
    if (*words != no_words)
        return CS_QUERY_NEXT_WORD;
    if (word == NULL)
        return CS_QUERY_NEXT_VALUE;
    return word->field == QUERY_BUS     ? CS_QUERY_NEXT_BUS
           : word->field == QUERY_NODE  ? CS_QUERY_NEXT_NODE
           : word->field == QUERY_EVENT ? CS_QUERY_NEXT_EVENT
                                        : CS_QUERY_NEXT_VALUE;
}
