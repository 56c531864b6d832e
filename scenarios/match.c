/* SPDX-License-Identifier: MIT */
#include "scenarios/match.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

void cs_match_any(struct cs_match *match)
{
    memset(match, 0, sizeof(*match));
    match->id_high = CS_ID_MAX_EXT;
    match->ext = -1;
    match->high = CS_FRAME_MAX_DATA;
    match->bus = -1;
}

/* "123", "100-1FF", "120:7F0", 8 digits for 29 bits; *text moves behind it. */
static int parse_ids(const char **text, struct cs_match *match, char *why, size_t why_size)
{
    uint32_t id, other;
    bool ext, other_ext;

    if (cs_scenario_read_id(text, &id, &ext) != 0) {
        snprintf(why, why_size, "an identifier has 3 hex digits, or 8 for 29 bits");
        return -1;
    }
    match->ext = ext;
    match->id_low = match->id_high = id;
    if (**text != '-' && **text != ':')
        return 0;
    const char joint = *(*text)++;
    if (cs_scenario_read_id(text, &other, &other_ext) != 0 || other_ext != ext) {
        snprintf(why, why_size, "what follows '%c' must have as many hex digits", joint);
        return -1;
    }
    if (joint == '-' && other < id) {
        snprintf(why, why_size, "a range begins with the smaller identifier");
        return -1;
    }
    match->id_high = joint == '-' ? other : CS_ID_MAX_EXT;
    if (joint == ':') {
        match->id_low = 0;
        match->id = id & other;
        match->id_mask = other;
    }
    return 0;
}

static int nibble(char c, uint8_t *value, uint8_t *mask)
{
    *mask = c == '?' ? 0 : 0xF;
    if (c == '?')
        *value = 0;
    else if (isxdigit((unsigned char)c))
        *value = (uint8_t)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
    else
        return -1;
    return 0;
}

/* "11??33" with spaces or dots between the bytes; '*' at the end: whatever follows. */
static int parse_data(const char *p, struct cs_match *match, char *why, size_t why_size)
{
    match->exact = true;
    for (match->n_data = 0; *p != '\0';) {
        uint8_t high, low, high_mask, low_mask;
        if (*p == ' ' || *p == '.') {
            p++;
            continue;
        }
        if (*p == '*' && p[1] == '\0') {
            match->exact = false;
            return 0;
        }
        if (nibble(p[0], &high, &high_mask) != 0 || nibble(p[1], &low, &low_mask) != 0) {
            snprintf(why, why_size,
                     "data has two hex digits or '?' a byte, and '*' only at its end");
            return -1;
        }
        if (match->n_data == CS_FRAME_MAX_DATA) {
            snprintf(why, why_size, "data has at most %d bytes", CS_FRAME_MAX_DATA);
            return -1;
        }
        match->data[match->n_data] = (uint8_t)(high << 4 | low);
        match->mask[match->n_data++] = (uint8_t)(high_mask << 4 | low_mask);
        p += 2;
    }
    return 0;
}

static void set_flags(struct cs_match *match, uint8_t flags, uint8_t mask)
{
    match->flags = flags;
    match->flags_mask = mask;
}

int cs_match_parse(const char *text, struct cs_match *match, char *why, size_t why_size)
{
    const char *p = text;

    cs_match_any(match);
    if (strcmp(p, "any") == 0 || strcmp(p, "*") == 0)
        return 0;
    if (parse_ids(&p, match, why, why_size) != 0)
        return -1;
    if (*p == '\0')
        return 0;
    if (*p++ != '#') {
        snprintf(why, why_size, "after the identifier comes '#' and the data");
        return -1;
    }
    if (strcmp(p, "R") == 0) {
        set_flags(match, CS_FRAME_RTR, CS_FRAME_RTR);
        return 0;
    }
    if (*p == '#') {
        p++;
        set_flags(match, CS_FRAME_FD, CS_FRAME_FD);
        if (isxdigit((unsigned char)*p)) /* the flags of the frame's text form */
            p++;
        return parse_data(p, match, why, why_size);
    }
    set_flags(match, 0, CS_FRAME_FD | CS_FRAME_RTR);
    return parse_data(p, match, why, why_size);
}

/* ---- the object ------------------------------------------------------------------------------ */

#define MATCH(member) offsetof(struct cs_match, member)

static int read_id(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_match *match = dest;
    const char *p = cJSON_IsString(item) ? item->valuestring : "-";
    char why[100];

    if (strcmp(p, "any") == 0)
        return 0;
    if (parse_ids(&p, match, why, sizeof(why)) != 0 || *p != '\0')
        return cs_reader_must_be(r, item,
                                 "identifiers such as \"123\", \"100-1FF\" or \"120:7F0\"");
    return 0;
}

static int read_data(struct cs_reader *r, const cJSON *item, void *dest)
{
    char why[100] = "";

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "data such as \"11 ?? 33*\"");
    if (parse_data(item->valuestring, dest, why, sizeof(why)) != 0)
        return cs_reader_must_be(r, item, "data such as \"11 ?? 33*\" (%s)", why);
    return 0;
}

/* 8, "8" or "2-8". */
static int read_length(struct cs_reader *r, const cJSON *item, void *dest)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    struct cs_match *match = dest;
    unsigned long low = CS_FRAME_MAX_DATA + 1, high = 0;
    int64_t number;
    char *end;

    if (cs_reader_integer(item, &number) == 0 && number >= 0 && number <= CS_FRAME_MAX_DATA) {
        match->low = match->high = (unsigned)number;
        return 0;
    }
    if (isdigit((unsigned char)text[0]) && strlen(text) <= 5) {
        low = strtoul(text, &end, 10);
        if (*end == '-' && isdigit((unsigned char)end[1]))
            high = strtoul(end + 1, &end, 10);
        if (*end != '\0')
            low = CS_FRAME_MAX_DATA + 1;
    }
    if (low > high || high > CS_FRAME_MAX_DATA)
        return cs_reader_must_be(r, item, "0..64 or two of them such as \"2-8\"");
    match->low = (unsigned)low;
    match->high = (unsigned)high;
    return 0;
}

static int read_kind(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct {
        const char *name;
        uint8_t flags, mask;
    } kinds[] = {
        {"data", 0, CS_FRAME_FD | CS_FRAME_RTR},
        {"remote", CS_FRAME_RTR, CS_FRAME_RTR},
        {"classic", 0, CS_FRAME_FD},
        {"fd", CS_FRAME_FD, CS_FRAME_FD},
        {"any", 0, 0},
    };

    for (size_t i = 0; cJSON_IsString(item) && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, item->valuestring) == 0) {
            set_flags(dest, kinds[i].flags, kinds[i].mask);
            return 0;
        }
    }
    return cs_reader_must_be(r, item, "\"data\", \"remote\", \"classic\", \"fd\" or \"any\"");
}

static int read_match_bus(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_match *match = dest;
    unsigned bus;

    if (cs_scenario_read_bus(r, item, &bus) != 0)
        return -1;
    match->bus = (int)bus;
    return 0;
}

static int read_from(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_match *match = dest;

    if (!cJSON_IsString(item) || !cs_scenario_name_ok(item->valuestring))
        return cs_reader_must_be(r, item, "the name of a node");
    snprintf(match->from, sizeof(match->from), "%s", item->valuestring);
    return 0;
}

static const struct cs_key match_rows[] = {
    {.name = "id",
     .type = CS_KEY_CUSTOM,
     .read = read_id,
     .form = "identifiers such as \"123\", \"100-1FF\" or \"120:7F0\" (identifier:mask)",
     .help = "3 hex digits, 8 for 29 bits; default: any"},
    {.name = "data",
     .type = CS_KEY_CUSTOM,
     .read = read_data,
     .form = "data such as \"11 ?? 33*\"",
     .help = "? is any digit, * at the end whatever follows; default: any"},
    {.name = "length",
     .type = CS_KEY_CUSTOM,
     .read = read_length,
     .form = "0..64 or two of them such as \"2-8\"",
     .help = "bytes of data; default: any"},
    {.name = "kind",
     .type = CS_KEY_CUSTOM,
     .read = read_kind,
     .form = "\"data\", \"remote\", \"classic\", \"fd\" or \"any\"",
     .help = "of the frame; default: any"},
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .read = read_match_bus,
     .form = "a bus of this scenario",
     .help = "where; default: any"},
    {.name = "from",
     .type = CS_KEY_CUSTOM,
     .read = read_from,
     .form = "the name of a node",
     .help = "its sender; default: any"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_match_keys = {
    .title = "A frame that is waited for (or only its text)",
    .rows = match_rows,
};

int cs_match_read(struct cs_reader *r, const cJSON *item, void *dest)
{
    char why[120] = "";

    if (cJSON_IsObject(item)) {
        cs_match_any(dest);
        return cs_keys_read(r, item, &cs_match_keys, 0, dest);
    }
    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, CS_MATCH_FORM);
    if (cs_match_parse(item->valuestring, dest, why, sizeof(why)) != 0)
        return cs_reader_must_be(r, item, "a frame such as \"123\" or \"123#11??33*\" (%s)", why);
    return 0;
}

/* ---- matching -------------------------------------------------------------------------------- */

bool cs_match_frame(const struct cs_match *m, const struct cs_frame *f)
{
    if (f->id < m->id_low || f->id > m->id_high || (f->id & m->id_mask) != m->id ||
        (f->flags & m->flags_mask) != m->flags || f->len < m->low || f->len > m->high ||
        f->len < m->n_data || (m->exact && f->len != m->n_data) ||
        (m->ext >= 0 && ((f->flags & CS_FRAME_EXT) != 0) != (m->ext != 0)))
        return false;
    for (unsigned i = 0; i < m->n_data; i++) {
        if (((f->data[i] ^ m->data[i]) & m->mask[i]) != 0)
            return false;
    }
    return true;
}

bool cs_match_event(const struct cs_match *match, struct cs_sim *sim, const struct cs_event *event)
{
    if (event->frame == NULL || (match->bus >= 0 && event->bus != match->bus) ||
        !cs_match_frame(match, event->frame))
        return false;
    if (match->from[0] == '\0')
        return true;
    return event->node != CS_NO_NODE &&
           strcmp(cs_bus_node_name(cs_sim_bus(sim, event->bus), event->node), match->from) == 0;
}
