/* SPDX-License-Identifier: MIT */
/* How frames are changed that gateways let pass and replays send. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define CHANGE(member) offsetof(struct cs_id_change, member)

#define BITS_FORM "1..8 hex digits up to \"1FFFFFFF\""

static int read_bits(struct cs_reader *r, const cJSON *item, void *dest)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    size_t n = strspn(text, "0123456789abcdefABCDEF");

    if (n < 1 || n > 8 || text[n] != '\0' || strtoul(text, NULL, 16) > CS_ID_MAX_EXT)
        return cs_reader_must_be(r, item, BITS_FORM);
    *(int64_t *)dest = (int64_t)strtoul(text, NULL, 16);
    return 0;
}

static const struct cs_key id_rows[] = {
    {.name = "mask",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = CHANGE(mask),
     .read = read_bits,
     .form = BITS_FORM,
     .help = "bits that are replaced"},
    {.name = "value",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = CHANGE(value),
     .read = read_bits,
     .form = BITS_FORM,
     .help = "by those of this"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_route_id_keys = {
    .title = "The identifier of a frame that passes (or only a text)",
    .rows = id_rows,
};

int cs_change_read_id(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_id_change *id = dest;
    const char *p = cJSON_IsString(item) ? item->valuestring : "";
    uint32_t value;

    if (cJSON_IsObject(item)) {
        id->kind = CS_ID_MASK;
        return cs_keys_read(r, item, &cs_scenario_route_id_keys, 0, id);
    }
    if (cs_scenario_read_id_offset(p, &id->offset) == 0) {
        id->kind = CS_ID_OFFSET;
        return 0;
    }
    if (cs_scenario_read_id(&p, &value, &id->ext) != 0 || *p != '\0')
        return cs_reader_must_be(r, item, CS_ID_CHANGE_FORM);
    id->kind = CS_ID_FIXED;
    id->value = value;
    return 0;
}

/* As data that is waited for. */
int cs_change_read_data(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_change *change = dest;

    change->set_data = true;
    return cs_keys_read_value(r, cs_keys_find(&cs_match_keys, "data"), item, &change->data);
}
