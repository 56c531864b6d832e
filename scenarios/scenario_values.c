/* SPDX-License-Identifier: MIT */
/* Values that several tables of the scenario share. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "simcore/units.h"

static int read_frame(struct cs_reader *r, const cJSON *item, struct cs_frame *frame)
{
    char why[200];

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "a frame such as \"123#DEADBEEF\"");
    if (cs_frame_parse(item->valuestring, frame, why, sizeof(why)) != 0)
        return cs_reader_must_be(r, item, "a frame such as \"123#DEADBEEF\" (%s)", why);
    return 0;
}

int cs_scenario_read_frames(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_frames *frames = dest;
    bool many = cJSON_IsArray(item);
    int n = many ? cJSON_GetArraySize(item) : 1;
    const cJSON *child = many ? item->child : item;

    frames->array = many;
    if (n < 1 || n > CS_SCENARIO_MAX_FRAMES)
        return cs_reader_must_be(r, item, "a frame or an array of 1..%d frames",
                                 CS_SCENARIO_MAX_FRAMES);
    frames->frame = calloc((size_t)n, sizeof(*frames->frame));
    if (frames->frame == NULL)
        return cs_reader_no_memory(r);
    for (; frames->n < (unsigned)n; child = child->next) {
        size_t mark = many ? cs_reader_enter_index(r, frames->n) : r->path_len;
        if (read_frame(r, child, &frames->frame[frames->n]) != 0)
            return -1;
        cs_reader_leave(r, mark);
        frames->n++;
    }
    return 0;
}

int cs_scenario_fail_at(struct cs_reader *r, const char *key, const char *text)
{
    size_t mark = cs_reader_enter(r, key);

    cs_reader_fail(r, "%s", text);
    cs_reader_leave(r, mark);
    return -1;
}

int cs_scenario_check_frames(struct cs_reader *r, const struct cs_scenario_node *node,
                             const struct cs_frames *frames, const char *key)
{
    char index[16];

    if (cs_scenario_node_knows_fd(r->ctx, node))
        return 0;
    for (unsigned i = 0; i < frames->n; i++) {
        if ((frames->frame[i].flags & CS_FRAME_FD) == 0)
            continue;
        if (!frames->array)
            return cs_scenario_fail_at(r, key, CS_NO_FD_TEXT);
        snprintf(index, sizeof(index), "%u", i);
        cs_reader_enter(r, key);
        return cs_scenario_fail_at(r, index, CS_NO_FD_TEXT);
    }
    return 0;
}

int cs_scenario_read_mode(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const enum cs_mode modes[] = {CS_MODE_NORMAL, CS_MODE_LISTEN_ONLY, CS_MODE_LOOPBACK,
                                         CS_MODE_ONE_SHOT, CS_MODE_RESTRICTED};
    const size_t n_modes = sizeof(modes) / sizeof(modes[0]);
    unsigned *mode = dest, found = 0;
    const cJSON *one = cJSON_IsArray(item) ? item->child : item;

    *mode = CS_MODE_NORMAL;
    for (; one != NULL; one = cJSON_IsArray(item) ? one->next : NULL) {
        size_t i = 0;
        while (i < n_modes &&
               (!cJSON_IsString(one) || strcmp(one->valuestring, cs_mode_name(modes[i])) != 0))
            i++;
        if (i == n_modes)
            return cs_reader_must_be(r, one, "%s", CS_MODE_FORM);
        *mode |= modes[i];
        found++;
    }
    if (found == 0)
        return cs_reader_must_be(r, item, "at least one mode");
    return 0;
}

int cs_scenario_read_recovery(struct cs_reader *r, const cJSON *item, void *dest)
{
    int64_t *recovery_ps = dest;

    if (cJSON_IsString(item) && strcmp(item->valuestring, "auto") == 0)
        *recovery_ps = 0;
    else if (cJSON_IsString(item) && strcmp(item->valuestring, "manual") == 0)
        *recovery_ps = CS_RECOVERY_MANUAL;
    else if (!cJSON_IsString(item) || cs_units_parse_time(item->valuestring, recovery_ps) != 0 ||
             *recovery_ps < 0 || *recovery_ps > CS_SCENARIO_PERIOD_MAX)
        return cs_reader_must_be(r, item, "\"auto\", \"manual\" or 0s..1h");
    return 0;
}

int cs_scenario_read_id(const char **text, uint32_t *id, bool *ext)
{
    size_t n = strspn(*text, "0123456789abcdefABCDEF");

    if (n != 3 && n != 8)
        return -1;
    *id = (uint32_t)strtoul(*text, NULL, 16);
    *ext = n == 8;
    *text += n;
    return *id <= (*ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE) ? 0 : -1;
}

int cs_scenario_read_id_offset(const char *text, int64_t *offset)
{
    size_t n = *text == '+' || *text == '-' ? strspn(text + 1, "0123456789abcdefABCDEF") : 0;

    if (n < 1 || n > 8 || text[1 + n] != '\0')
        return -1;
    *offset = (int64_t)strtoul(text + 1, NULL, 16);
    if (*offset > CS_ID_MAX_EXT)
        return -1;
    if (*text == '-')
        *offset = -*offset;
    return 0;
}

/* ":FLAGS:MASK", two hexadecimal digits each. 0 or -1. */
static int read_filter_flags(const char **text, struct cs_filter *filter)
{
    uint8_t *const to[] = {&filter->flags, &filter->flags_mask};

    for (size_t i = 0; i < 2; i++) {
        if (**text != ':' || strspn(*text + 1, "0123456789abcdefABCDEF") != 2)
            return -1;
        *to[i] = (uint8_t)strtoul(*text + 1, NULL, 16);
        *text += 3;
    }
    return 0;
}

static int read_filter(struct cs_reader *r, const cJSON *item, struct cs_filter *filter)
{
    const char *form = "a filter such as \"123\", \"120:7F0\" or \"18FF0000:1FFF0000\"";
    const char *p = cJSON_IsString(item) ? item->valuestring : "";
    bool ext, mask_ext;

    if (cs_scenario_read_id(&p, &filter->id, &ext) != 0)
        return cs_reader_must_be(r, item, "%s", form);
    filter->id_mask = ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE;
    if (*p == ':') {
        p++;
        if (cs_scenario_read_id(&p, &filter->id_mask, &mask_ext) != 0 || mask_ext != ext)
            return cs_reader_must_be(r, item, "%s", form);
    }
    filter->flags = ext ? CS_FRAME_EXT : 0;
    filter->flags_mask = CS_FRAME_EXT;
    if ((*p != '\0' && read_filter_flags(&p, filter) != 0) || *p != '\0')
        return cs_reader_must_be(r, item, "%s", form);
    return 0;
}

int cs_scenario_read_filters(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;

    return cs_scenario_read_filter_list(r, item, 1, node->filters, &node->n_filters);
}

int cs_scenario_read_filter_list(struct cs_reader *r, const cJSON *item, int least,
                                 struct cs_filter filters[CS_MAX_FILTERS], unsigned *n)
{
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < least ||
        cJSON_GetArraySize(item) > CS_MAX_FILTERS)
        return cs_reader_must_be(r, item, "an array of %d..%d filters", least, CS_MAX_FILTERS);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, *n);
        if (read_filter(r, child, &filters[*n]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
        (*n)++;
    }
    return ret;
}

int cs_scenario_read_bus(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    char names[CS_SIM_MAX_BUSES * 20];
    size_t n = 0;

    for (unsigned i = 0; i < scenario->n_buses; i++) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, scenario->buses[i].name) == 0) {
            *(unsigned *)dest = i;
            return 0;
        }
        n += (size_t)snprintf(names + n, sizeof(names) - n, "%s\"%s\"", i > 0 ? ", " : "",
                              scenario->buses[i].name);
    }
    return cs_reader_must_be(r, item, "a bus of this scenario (%s)", names);
}
