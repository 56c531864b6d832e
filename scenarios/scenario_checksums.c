/* SPDX-License-Identifier: MIT */
/* Checksums in the data of messages. */
#include <stdlib.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define CHECKSUM(member) offsetof(struct cs_checksum, member)

static const char *const id_names[] = {"none", "low", "all", NULL};
static const char *const order_names[] = {"big", "little", NULL};

static int read_kind(struct cs_reader *r, const cJSON *item, void *dest)
{
    const struct cs_checksum_kind **kind = dest;

    *kind = cJSON_IsString(item) ? cs_checksum_find(item->valuestring) : NULL;
    return *kind != NULL ? 0 : cs_reader_must_be(r, item, CS_CHECKSUM_FORM);
}

#define REGISTER_FORM "a number such as 255 or \"0xFF\", up to 16 bits"

static int read_register(struct cs_reader *r, const cJSON *item, void *dest)
{
    int64_t number;
    uint64_t from_text;

    if (cJSON_IsString(item) && cs_text_number(item->valuestring, &from_text) == 0)
        number = from_text <= UINT16_MAX ? (int64_t)from_text : -1;
    else if (cs_reader_integer(item, &number) != 0)
        number = -1;
    if (number < 0 || number > UINT16_MAX)
        return cs_reader_must_be(r, item, REGISTER_FORM);
    *(int64_t *)dest = number;
    return 0;
}

static const struct cs_key checksum_rows[] = {
    {.name = "byte",
     .type = CS_KEY_INT,
     .required = true,
     .offset = CHECKSUM(byte),
     .min = 0,
     .max = CS_FRAME_MAX_DATA - 1,
     .help = "the data byte where it is, the first one of two"},
    {.name = "kind",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = CHECKSUM(kind),
     .read = read_kind,
     .form = CS_CHECKSUM_FORM,
     .help = "how it is computed"},
    {.name = "from",
     .type = CS_KEY_INT,
     .offset = CHECKSUM(from),
     .min = 0,
     .max = CS_FRAME_MAX_DATA - 1,
     .dflt = "0",
     .help = "first byte that it covers"},
    {.name = "to",
     .type = CS_KEY_INT,
     .offset = CHECKSUM(to),
     .min = 0,
     .max = CS_FRAME_MAX_DATA - 1,
     .help = "last byte, default: that of the frame; its own bytes are left out"},
    {.name = "init",
     .type = CS_KEY_CUSTOM,
     .offset = CHECKSUM(init),
     .read = read_register,
     .form = REGISTER_FORM,
     .help = "what it begins with; default: the kind's"},
    {.name = "xorout",
     .type = CS_KEY_CUSTOM,
     .offset = CHECKSUM(xorout),
     .read = read_register,
     .form = REGISTER_FORM,
     .help = "what is added to the result, bit by bit; default: the kind's"},
    {.name = "id",
     .type = CS_KEY_CHOICE,
     .offset = CHECKSUM(id),
     .choices = id_names,
     .dflt = "\"none\"",
     .help = "bytes of the identifier that it covers before the data: its low 8 bits, or all of it "
             "as 2 bytes, 4 of an extended one, high byte first"},
    {.name = "order",
     .type = CS_KEY_CHOICE,
     .offset = CHECKSUM(order),
     .choices = order_names,
     .dflt = "\"big\"",
     .help = "of two bytes"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_checksum_keys = {.title = "A checksum", .rows = checksum_rows};

static int read_checksum(struct cs_reader *r, const cJSON *item, struct cs_checksum *checksum)
{
    *checksum = (struct cs_checksum){.to = -1, .init = -1, .xorout = -1};
    if (cs_keys_read(r, item, &cs_scenario_checksum_keys, 0, checksum) != 0)
        return -1;
    int64_t all = cs_checksum_bytes(checksum->kind) == 1 ? UINT8_MAX : UINT16_MAX;
    if (checksum->init > all || checksum->xorout > all)
        return cs_scenario_fail_at(r, checksum->init > all ? "init" : "xorout",
                                   "must have no more bits than the checksum, got more");
    if (checksum->to >= 0 && checksum->from > checksum->to)
        return cs_reader_fail(r, "must have from <= to, got more");
    return 0;
}

int cs_scenario_read_checksums(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_message *message = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item)) {
        message->n_checksums = 1;
        return read_checksum(r, item, &message->checksums[0]);
    }
    if (cJSON_GetArraySize(item) > CS_SCENARIO_CHECKSUMS)
        return cs_reader_must_be(r, item, "at most %d checksums", CS_SCENARIO_CHECKSUMS);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, message->n_checksums);
        if (read_checksum(r, child, &message->checksums[message->n_checksums++]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}
