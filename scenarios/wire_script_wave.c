/* SPDX-License-Identifier: MIT */
/* A sequence as JSON: levels, kinds, run lengths of cycles, and the bits with glitches inside. */
#include "scenarios/wire_script_read.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    char letter;
    const char *name;
} kinds[] = {
    {'S', "SOF"},
    {'I', "base identifier"},
    {'X', "extended identifier"},
    {'R', "RTR/RRS"},
    {'i', "IDE"},
    {'s', "SRR"},
    {'F', "FDF"},
    {'r', "r0/res"},
    {'1', "r1"},
    {'B', "BRS"},
    {'E', "ESI"},
    {'L', "DLC"},
    {'D', "data"},
    {'c', "stuff count"},
    {'p', "parity of the stuff count"},
    {'C', "CRC"},
    {'d', "CRC delimiter"},
    {'A', "ACK slot"},
    {'a', "ACK delimiter"},
    {'e', "EOF"},
    {'3', "intermission"},
    {'.', "idle"},
    {'u', "suspend transmission"},
    {'!', "active error flag"},
    {'P', "passive error flag"},
    {'_', "error delimiter"},
    {'O', "overload flag"},
    {'o', "overload delimiter"},
};

const char *cs_script_kind_name(char kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].letter == kind)
            return kinds[i].name;
    }
    return NULL;
}

/* "v": takes the memory for the bits. */
static int read_levels(struct cs_script_reader *r, const cJSON *json, struct cs_script_wave *wave)
{
    const char *text = "";

    if (cs_script_text(r, json, "v", &text) != 0)
        return -1;
    size_t n = strlen(text);
    if (n > CS_SCRIPT_MAX_BITS || strspn(text, "01") != n) {
        cs_script_enter(r, "v");
        return cs_script_must_be(r, "at most 2000000 levels 0 or 1",
                                 cJSON_GetObjectItemCaseSensitive(json, "v"));
    }
    wave->bits = calloc(n > 0 ? n : 1, sizeof(*wave->bits));
    if (wave->bits == NULL)
        return cs_script_no_memory(r);
    wave->n_bits = (unsigned)n;
    for (size_t i = 0; i < n; i++)
        wave->bits[i].level = text[i] == '1';
    return 0;
}

/* "kind" and "stuff": one letter a bit. */
static int read_kinds(struct cs_script_reader *r, const cJSON *json, struct cs_script_wave *wave)
{
    const char *text = "", *stuff = "";

    if (cs_script_text(r, json, "kind", &text) != 0 ||
        cs_script_text(r, json, "stuff", &stuff) != 0)
        return -1;
    bool good = strlen(text) == wave->n_bits;
    for (unsigned i = 0; good && i < wave->n_bits; i++) {
        good = cs_script_kind_name(text[i]) != NULL;
        wave->bits[i].kind = text[i];
    }
    if (!good) {
        cs_script_enter(r, "kind");
        return cs_script_must_be(r, "a letter of a field for each bit",
                                 cJSON_GetObjectItemCaseSensitive(json, "kind"));
    }
    if (strlen(stuff) != wave->n_bits || strspn(stuff, "ndf") != wave->n_bits) {
        cs_script_enter(r, "stuff");
        return cs_script_must_be(r, "n, d or f for each bit",
                                 cJSON_GetObjectItemCaseSensitive(json, "stuff"));
    }
    return 0;
}

/* [first, second] */
static int read_pair(struct cs_script_reader *r, const cJSON *json, long max_first, long *first,
                     const cJSON **second)
{
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != 2)
        return cs_script_must_be(r, "a pair", json);
    *second = cJSON_GetArrayItem(json, 1);
    size_t was = cs_script_enter_index(r, 0);
    int ret = cs_script_number(r, cJSON_GetArrayItem(json, 0), 0, max_first, first);
    cs_script_leave(r, was);
    return ret;
}

static int read_cycles(struct cs_script_reader *r, const cJSON *json, struct cs_script_wave *wave)
{
    const cJSON *array = NULL, *item, *second = NULL;
    unsigned at = 0, index = 0;

    if (cs_script_array(r, json, "cycles", &array) != 0)
        return -1;
    size_t was = cs_script_enter(r, "cycles");
    cJSON_ArrayForEach(item, array)
    {
        long cycles = 0, count = 0;
        size_t here = cs_script_enter_index(r, index++);
        if (read_pair(r, item, CS_SCRIPT_MAX_BIT, &cycles, &second) != 0 ||
            cs_script_number(r, second, 0, (long)(wave->n_bits - at), &count) != 0)
            return -1;
        for (long i = 0; i < count; i++)
            wave->bits[at++].cycles = (uint32_t)cycles;
        wave->cycles += (uint64_t)cycles * (uint64_t)count;
        cs_script_leave(r, here);
    }
    if (at != wave->n_bits)
        return cs_script_must_be(r, "runs that cover all bits", array);
    cs_script_leave(r, was);
    return 0;
}

static int read_values(struct cs_script_reader *r, const cJSON *json, struct cs_script_wave *wave)
{
    const cJSON *item, *second = NULL;
    unsigned index = 0;

    cJSON_ArrayForEach(item, json)
    {
        long at = 0;
        size_t here = cs_script_enter_index(r, index++);
        if (wave->n_bits == 0)
            return cs_script_must_be(r, "nothing, as there are no bits", item);
        if (read_pair(r, item, (long)wave->n_bits - 1, &at, &second) != 0)
            return -1;
        struct cs_script_bit *bit = &wave->bits[at];
        const char *text = second != NULL && cJSON_IsString(second) ? second->valuestring : "?";
        if (strlen(text) != bit->cycles || strspn(text, "01") != bit->cycles || bit->values != NULL)
            return cs_script_must_be(r, "a level 0 or 1 for each cycle of a bit, once", second);
        bit->values = strdup(text);
        if (bit->values == NULL)
            return cs_script_no_memory(r);
        cs_script_leave(r, here);
    }
    return 0;
}

int cs_script_read_wave(struct cs_script_reader *r, const cJSON *json, const char *name,
                        struct cs_script_wave *wave)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(json, name);
    size_t was = cs_script_enter(r, name);

    if (!cJSON_IsObject(object))
        return cs_script_must_be(r, "an object", object);
    if (read_levels(r, object, wave) != 0 || read_kinds(r, object, wave) != 0 ||
        read_cycles(r, object, wave) != 0)
        return -1;
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(object, "cycle_values");
    if (values != NULL) {
        cs_script_enter(r, "cycle_values");
        if (!cJSON_IsArray(values))
            return cs_script_must_be(r, "an array", values);
        if (read_values(r, values, wave) != 0)
            return -1;
    }
    cs_script_leave(r, was);
    return 0;
}

void cs_script_wave_fini(struct cs_script_wave *wave)
{
    for (unsigned i = 0; i < wave->n_bits; i++)
        free(wave->bits[i].values);
    free(wave->bits);
}
