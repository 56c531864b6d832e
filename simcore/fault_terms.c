/* SPDX-License-Identifier: MIT */
/* fault_terms.c - values of fault keys that are the field's own terms: identifiers, data patterns,
 * fields, states, frames. */
#include "simcore/fault_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- words from a short list -------------------------------------------------------------- */

static int word_index(const char *text, const char *const *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static const char *const truths[] = {"no", "yes", "false", "true", "0", "1"};

static int read_bool(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    int i = word_index(text, truths, sizeof(truths) / sizeof(truths[0]));
    bool value = i & 1;

    (void)why;
    (void)why_size;
    if (i < 0) {
        return -EINVAL;
    }
    memcpy((char *)spec + row->offset, &value, sizeof(value));
    return 0;
}

static void write_bool(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    bool value;

    memcpy(&value, (const char *)spec + row->offset, sizeof(value));
    snprintf(text, CS_FAULT_VALUE_MAX, "%s", truths[value]);
}

const struct cs_fault_value cs_fault_as_bool = {read_bool, write_bool};

static int read_ext(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                    char *why, size_t why_size)
{
    int i = word_index(text, truths, sizeof(truths) / sizeof(truths[0]));
    bool either = strcmp(text, "either") == 0;

    (void)row;
    (void)why;
    (void)why_size;
    if (i < 0 && !either) {
        return -EINVAL;
    }
    spec->trigger.ext = either ? 2 : (uint8_t)(i & 1);
    return 0;
}

/* Which of no and yes it is shows in the number of the identifier's digits. */
static void write_ext(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    (void)row;
    snprintf(text, CS_FAULT_VALUE_MAX, "%s", spec->trigger.ext == 2 ? "either" : "");
}

const struct cs_fault_value cs_fault_as_ext = {read_ext, write_ext};

static const char *const directions[] = {"any", "tx", "rx"};

static int read_direction(struct cs_fault_spec *spec, const struct cs_fault_row *row,
                          const char *text, char *why, size_t why_size)
{
    int i = word_index(text, directions, 3);

    (void)row;
    (void)why;
    (void)why_size;
    spec->trigger.direction = (uint8_t)(i < 0 ? spec->trigger.direction : i);
    return i < 0 ? -EINVAL : 0;
}

static void write_direction(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                            char *text)
{
    (void)row;
    snprintf(text, CS_FAULT_VALUE_MAX, "%s", directions[spec->trigger.direction % 3]);
}

const struct cs_fault_value cs_fault_as_direction = {read_direction, write_direction};

/* ---- identifiers and data ----------------------------------------------------------------- */

static int pattern_digit(char c, uint8_t *mask)
{
    *mask = 15;
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    *mask = 0;
    return c == '?' || c == 'x' || c == 'X' ? 0 : -1;
}

size_t cs_fault_hex_digits(const char **text, uint32_t *value)
{
    const char *at = *text;
    uint8_t mask;
    size_t n = 0;

    at += at[0] == '0' && (at[1] == 'x' || at[1] == 'X') ? 2 : 0;
    *value = 0;
    for (int digit; (digit = pattern_digit(*at, &mask)) >= 0 && mask; at++) {
        *value = *value << 4 | (uint32_t)digit;
        if (++n > 8) {
            return 0;
        }
    }
    *text = at;
    return n;
}

static int read_id(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                   char *why, size_t why_size)
{
    uint32_t id, mask = CS_ID_MAX_EXT;
    const char *at = text;
    size_t n = cs_fault_hex_digits(&at, &id);

    if (n > 0 && (*at == '/' || *at == ':')) {
        at++;
        n = cs_fault_hex_digits(&at, &mask) > 0 ? n : 0;
    }
    if (n == 0 || *at != '\0') {
        return -EINVAL;
    }
    if (id > row->max || mask > row->max) {
        return cs_fault_refuse(why, why_size, "must be at most 0x1FFFFFFF, got \"%.40s\"", text);
    }
    if (spec->trigger.ext == 0 && (id > CS_ID_MAX_BASE || n == 8)) {
        spec->trigger.ext = 1;
    }
    spec->trigger.id = id;
    spec->trigger.id_mask = mask;
    spec->trigger.have_id = true;
    return 0;
}

static void write_id(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    const struct cs_fault_trigger *t = &spec->trigger;
    int width = t->ext == 1 ? 8 : 3;
    char mask[16] = "";

    (void)row;
    *text = '\0';
    if (t->have_id) {
        if (t->id_mask != CS_ID_MAX_EXT) {
            snprintf(mask, sizeof(mask), "/0x%0*" PRIX32, width, t->id_mask);
        }
        snprintf(text, CS_FAULT_VALUE_MAX, "0x%0*" PRIX32 "%s", width, t->id, mask);
    }
}

const struct cs_fault_value cs_fault_as_id = {read_id, write_id};

static int read_data(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    uint8_t data[8] = {0}, mask[8] = {0};
    unsigned n = 0;

    (void)row;
    for (const char *at = text; *at; n++) {
        uint8_t high_mask, low_mask;
        int high = pattern_digit(at[0], &high_mask);
        int low = high < 0 ? -1 : pattern_digit(at[1], &low_mask);
        if (n == 8) {
            return cs_fault_refuse(why, why_size, "must be at most 8 bytes, got \"%.40s\"", text);
        }
        if (low < 0) {
            return -EINVAL;
        }
        data[n] = (uint8_t)(high << 4 | low);
        mask[n] = (uint8_t)(high_mask << 4 | low_mask);
        at += 2;
        at += *at == '.' && at[1] != '\0';
    }
    if (n == 0) {
        return -EINVAL;
    }
    memcpy(spec->trigger.data, data, sizeof(data));
    memcpy(spec->trigger.data_mask, mask, sizeof(mask));
    spec->trigger.data_len = (uint8_t)n;
    spec->trigger.have_data = true;
    return 0;
}

static void write_data(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    const struct cs_fault_trigger *t = &spec->trigger;

    (void)row;
    for (unsigned i = 0; t->have_data && i < t->data_len && i < 8; i++) {
        if (i > 0) {
            *text++ = '.';
        }
        *text++ = t->data_mask[i] >> 4 ? digits[t->data[i] >> 4] : '?';
        *text++ = t->data_mask[i] & 15 ? digits[t->data[i] & 15] : '?';
    }
    *text = '\0';
}

const struct cs_fault_value cs_fault_as_data = {read_data, write_data};

/* ---- states and fields -------------------------------------------------------------------- */

static int read_when(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    size_t n = 0;
    char state[24];

    (void)row;
    for (size_t i = 0; text[i]; i++) {
        n = text[i] == ':' ? i : n; /* the last one */
    }
    if (n == 0 || n >= CS_NAME_MAX || text[cs_fault_until(text, "\"")]) {
        return -EINVAL;
    }
    snprintf(state, sizeof(state), "%s", text + n + 1);
    for (char *at = state; *at; at++) {
        *at = *at == '-' ? '_' : *at;
    }
    for (unsigned i = 0; i < CS_STATE_COUNT; i++) {
        if (strcmp(state, cs_state_name((enum cs_node_state)i)) == 0) {
            memset(spec->trigger.state_node, 0, CS_NAME_MAX);
            memcpy(spec->trigger.state_node, text, n);
            spec->trigger.state = (uint8_t)i;
            return 0;
        }
    }
    return cs_fault_refuse(
        why, why_size, "must be node:state with %s, %s, %s or %s as the state, got \"%.40s\"",
        cs_state_name(CS_STATE_ERROR_ACTIVE), cs_state_name(CS_STATE_ERROR_PASSIVE),
        cs_state_name(CS_STATE_BUS_OFF), cs_state_name(CS_STATE_INTEGRATING), text);
}

static void write_when(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    const struct cs_fault_trigger *t = &spec->trigger;

    (void)row;
    *text = '\0';
    if (t->state_node[0]) {
        snprintf(text, CS_FAULT_VALUE_MAX, "%s:%s", t->state_node,
                 cs_state_name((enum cs_node_state)t->state));
    }
}

const struct cs_fault_value cs_fault_as_when = {read_when, write_when};

static const struct {
    const char *name;
    uint8_t field;
} aliases[] = {
    {"ack_slot", CS_FIELD_ACK},
    {"base_id", CS_FIELD_ID},
    {"crc_sequence", CS_FIELD_CRC},
    {"edl", CS_FIELD_FDF},
    {"end_of_frame", CS_FIELD_EOF},
    {"identifier", CS_FIELD_ID},
    {"identifier_extension", CS_FIELD_ID_EXT},
    {"ifs", CS_FIELD_INTERMISSION},
    {"res", CS_FIELD_R0},
    {"rrs", CS_FIELD_RTR},
    {"sbc", CS_FIELD_STUFF_COUNT},
    {"start_of_frame", CS_FIELD_SOF},
    {"suspend_transmission", CS_FIELD_SUSPEND},
};

/* "ACK delimiter" to "ack_delim". */
static void plain_field(const char *text, char *to, size_t size)
{
    static const char long_form[] = "_delimiter";
    size_t n = 0;

    for (; text[n] && n + 1 < size; n++) {
        char c = text[n];
        to[n] = c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    to[n] = '\0';
    if (n >= sizeof(long_form) - 1 && strcmp(to + n - (sizeof(long_form) - 1), long_form) == 0) {
        to[n - 4] = '\0';
    }
}

static const char *field_at(const void *ctx, unsigned i)
{
    (void)ctx;
    return cs_field_name((enum cs_field)(i + 1));
}

static int read_field(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                      char *why, size_t why_size)
{
    char name[32];

    (void)row;
    plain_field(text, name, sizeof(name));
    for (unsigned i = CS_FIELD_IDLE + 1; i < CS_FIELD_COUNT; i++) {
        if (strcmp(name, cs_field_name((enum cs_field)i)) == 0) {
            spec->field = (uint8_t)i;
            return 0;
        }
    }
    for (unsigned i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            spec->field = aliases[i].field;
            return 0;
        }
    }
    int nearest = cs_fault_nearest(name, CS_FIELD_COUNT - 1, field_at, NULL);
    if (nearest >= 0) {
        return cs_fault_refuse(why, why_size, "\"%.40s\" is no field, did you mean \"%s\"?", text,
                               field_at(NULL, (unsigned)nearest));
    }
    return -EINVAL;
}

static void write_field(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                        char *text)
{
    (void)row;
    snprintf(text, CS_FAULT_VALUE_MAX, "%s",
             spec->field == CS_FIELD_IDLE ? "" : cs_field_name((enum cs_field)spec->field));
}

const struct cs_fault_value cs_fault_as_field = {read_field, write_field};

/* ---- frames ------------------------------------------------------------------------------- */

static int read_one_frame(struct cs_frame *frame, bool *have, const char *text, char *why,
                          size_t why_size)
{
    char reason[128];

    if (cs_frame_parse(text, frame, reason, sizeof(reason))) {
        return cs_fault_refuse(why, why_size, "must be a frame such as 123#11.22 (%s)", reason);
    }
    *have = true;
    return 0;
}

static int read_frame(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                      char *why, size_t why_size)
{
    (void)row;
    return read_one_frame(&spec->frame, &spec->have_frame, text, why, why_size);
}

static void write_frame(const struct cs_fault_spec *spec, const struct cs_fault_row *row,
                        char *text)
{
    (void)row;
    *text = '\0';
    if (spec->have_frame) {
        cs_frame_format(&spec->frame, text);
    }
}

const struct cs_fault_value cs_fault_as_frame = {read_frame, write_frame};

static int read_late(struct cs_fault_spec *spec, const struct cs_fault_row *row, const char *text,
                     char *why, size_t why_size)
{
    (void)row;
    return read_one_frame(&spec->late_frame, &spec->have_late_frame, text, why, why_size);
}

static void write_late(const struct cs_fault_spec *spec, const struct cs_fault_row *row, char *text)
{
    (void)row;
    *text = '\0';
    if (spec->have_late_frame) {
        cs_frame_format(&spec->late_frame, text);
    }
}

const struct cs_fault_value cs_fault_as_late_frame = {read_late, write_late};
