/* SPDX-License-Identifier: MIT */
#include "scenarios/keys.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/decimal.h"
#include "scenarios/json.h"
#include "scenarios/text.h"
#include "simcore/units.h"

size_t cs_reader_enter(struct cs_reader *r, const char *name)
{
    size_t mark = r->path_len;

    r->path_len = cs_json_path_push(r->path, sizeof(r->path), mark, name);
    return mark;
}

size_t cs_reader_enter_index(struct cs_reader *r, unsigned index)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", index);
    return cs_reader_enter(r, text);
}

void cs_reader_leave(struct cs_reader *r, size_t mark)
{
    r->path_len = mark;
    r->path[mark] = '\0';
}

/* The first error is told where only one can be; all of them where somebody collects. */
int cs_reader_take(struct cs_reader *r, const struct cs_error *error)
{
    if (r->fatal)
        return -1;
    if (r->n_errors++ == 0)
        *r->error = *error;
    if (r->errors != NULL)
        cs_errors_add(r->errors, error);
    return -1;
}

int cs_reader_no_memory(struct cs_reader *r)
{
    struct cs_error error;

    cs_error_set(&error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", r->file);
    r->n_errors = 0;
    cs_reader_take(r, &error);
    r->fatal = true;
    return -1;
}

static int fail_at_path(struct cs_reader *r, int status, const char *text)
{
    struct cs_place place = {.file = r->file};
    struct cs_error error;
    bool known = false;

    if (r->at != NULL)
        known = cs_places_find(r->places, r->at, &place);
    else if (r->tree != NULL)
        known = cs_places_find(r->places, cs_json_path_find(r->tree, r->path, NULL), &place);
    cs_error_set(&error, status, "%s: %s: %s", place.file, r->path_len > 0 ? r->path : "/", text);
    if (known) {
        error.file_len = (unsigned)strlen(place.file);
        error.line = r->at_key ? place.key_line : place.line;
        error.column = r->at_key ? place.key_column : place.column;
    }
    return cs_reader_take(r, &error);
}

int cs_reader_fail(struct cs_reader *r, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return fail_at_path(r, CS_STATUS_INPUT, text);
}

int cs_reader_fail_as(struct cs_reader *r, const struct cs_error *error)
{
    char sentence[CS_ERROR_SENTENCE_MAX];

    return fail_at_path(r, error->status, cs_error_sentence(error, sentence));
}

void cs_reader_locate(const cJSON *tree, const struct cs_places *places, struct cs_error *error)
{
    const char *path = strstr(error->text, ": /"), *end;
    struct cs_place place;
    char pointer[256];

    if (error->file_len > 0 || path == NULL || (end = strstr(path + 2, ": ")) == NULL ||
        (size_t)(end - path) - 2 >= sizeof(pointer))
        return;
    snprintf(pointer, sizeof(pointer), "%.*s", (int)(end - path) - 2, path + 2);
    if (!cs_places_find(places, cs_json_path_find(tree, pointer, NULL), &place) ||
        strlen(place.file) != (size_t)(path - error->text) ||
        strncmp(place.file, error->text, (size_t)(path - error->text)) != 0)
        return;
    error->file_len = (unsigned)(path - error->text);
    error->line = place.line;
    error->column = place.column;
}

/* A value as it stands in the file, shortened. */
static void show(const cJSON *item, char *text, size_t size)
{
    if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        snprintf(text, size, "an %s%s", item->child == NULL ? "empty " : "",
                 cJSON_IsArray(item) ? "array" : "object");
        return;
    }
    if (cJSON_IsNumber(item) && !isfinite(item->valuedouble)) {
        snprintf(text, size, "a number beyond all bounds");
        return;
    }
    char *printed = cJSON_PrintUnformatted(item);
    const char *p = printed != NULL ? printed : "?";
    size_t len = strlen(p), cut = 48;
    if (len > cut) {
        while (cut > 0 && ((unsigned char)p[cut] & 0xC0u) == 0x80)
            cut--;
        snprintf(text, size, "%.*s...", (int)cut, p);
    } else {
        snprintf(text, size, "%s", p);
    }
    cJSON_free(printed);
}

int cs_reader_must_be(struct cs_reader *r, const cJSON *item, const char *format, ...)
{
    char expected[300], got[80];
    va_list args;

    if (cs_places_is_told(r->places, item))
        return -1;
    va_start(args, format);
    vsnprintf(expected, sizeof(expected), format, args);
    va_end(args);
    show(item, got, sizeof(got));
    return cs_reader_fail(r, "must be %s, got %s", expected, got);
}

int cs_reader_integer(const cJSON *item, int64_t *value)
{
    const double limit = 9007199254740992.0; /* 2^53 */

    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= limit) ||
        (double)(int64_t)item->valuedouble != item->valuedouble)
        return -1;
    *value = (int64_t)item->valuedouble;
    return 0;
}

void cs_keys_describe(const struct cs_key *key, char *text, size_t size)
{
    char low[40], high[40];
    size_t n = 0;

    switch (key->type) {
    case CS_KEY_COMMENT:
        snprintf(text, size, "%s", key->form != NULL ? key->form : "anything");
        break;
    case CS_KEY_TEXT:
        snprintf(text, size, "a text of %lld..%lld bytes", (long long)key->min,
                 (long long)key->max);
        break;
    case CS_KEY_BOOL:
        snprintf(text, size, "true or false");
        break;
    case CS_KEY_INT:
        snprintf(text, size, "a whole number %lld..%lld", (long long)key->min, (long long)key->max);
        break;
    case CS_KEY_PERCENT:
        snprintf(text, size, "percent %g..%g with at most 4 decimals, such as 2 or \"2.5%%\"",
                 (double)key->min / (double)CS_PERCENT, (double)key->max / (double)CS_PERCENT);
        break;
    case CS_KEY_TIME:
        snprintf(text, size, "%s..%s", cs_text_time(key->min, low, sizeof(low)),
                 cs_text_time(key->max, high, sizeof(high)));
        break;
    case CS_KEY_RATE:
        snprintf(text, size, "%s..%s", cs_units_format_rate((uint32_t)key->min, low, sizeof(low)),
                 cs_units_format_rate((uint32_t)key->max, high, sizeof(high)));
        break;
    case CS_KEY_SPEED:
        snprintf(text, size, "0.001..1000 or \"max\"");
        break;
    case CS_KEY_CHOICE:
        for (unsigned i = 0; key->choices[i] != NULL && n < size; i++) {
            const char *joint = i == 0 ? "" : key->choices[i + 1] != NULL ? ", " : " or ";
            n += (size_t)snprintf(text + n, size - n, "%s\"%s\"", joint, key->choices[i]);
        }
        break;
    case CS_KEY_CUSTOM:
        snprintf(text, size, "%s", key->form);
        break;
    }
}

static int wrong(struct cs_reader *r, const cJSON *item, const struct cs_key *key)
{
    char text[CS_KEYS_DESCRIBE_MAX];

    cs_keys_describe(key, text, sizeof(text));
    return cs_reader_must_be(r, item, "%s", text);
}

static int read_time(const struct cs_key *key, const cJSON *item, int64_t *dest)
{
    int64_t ps;

    if (!cJSON_IsString(item) || cs_units_parse_time(item->valuestring, &ps) != 0 ||
        ps < key->min || ps > key->max)
        return -1;
    *dest = ps;
    return 0;
}

static int read_rate(const struct cs_key *key, const cJSON *item, uint32_t *dest)
{
    int64_t number;
    uint32_t bps;

    if (cJSON_IsString(item)) {
        if (cs_units_parse_rate(item->valuestring, &bps) != 0)
            return -1;
        number = bps;
    } else if (cs_reader_integer(item, &number) != 0) {
        return -1;
    }
    if (number < key->min || number > key->max)
        return -1;
    *dest = (uint32_t)number;
    return 0;
}

static int read_speed(const cJSON *item, uint32_t *dest)
{
    char text[32];

    if (cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble <= 1000) {
        snprintf(text, sizeof(text), "%.6f", item->valuedouble);
        /* Zeros at the end are not a finer speed. */
        for (size_t n = strlen(text); text[n - 1] == '0' && text[n - 2] != '.'; n--)
            text[n - 1] = '\0';
        return cs_units_parse_speed(text, dest) == 0 && *dest != 0 ? 0 : -1;
    }
    return cJSON_IsString(item) ? cs_units_parse_speed(item->valuestring, dest) : -1;
}

static int read_choice(const struct cs_key *key, const cJSON *item, int *dest)
{
    for (int i = 0; cJSON_IsString(item) && key->choices[i] != NULL; i++) {
        if (strcmp(key->choices[i], item->valuestring) == 0) {
            *dest = i;
            return 0;
        }
    }
    return -1;
}

static int read_text(const struct cs_key *key, const cJSON *item, const char **dest)
{
    if (!cJSON_IsString(item) || (int64_t)strlen(item->valuestring) < key->min ||
        (int64_t)strlen(item->valuestring) > key->max)
        return -1;
    *dest = item->valuestring;
    return 0;
}

static int read_int(const struct cs_key *key, const cJSON *item, int64_t *dest)
{
    int64_t value;

    if (cs_reader_integer(item, &value) != 0 || value < key->min || value > key->max)
        return -1;
    *dest = value;
    return 0;
}

int cs_keys_parse_percent(const char *text, int64_t *ppm)
{
    const cs_decimal part = CS_DECIMAL_ONE / CS_PERCENT;
    const size_t len = strlen(text);
    char number[40];
    cs_decimal value;

    if (len < 2 || len > sizeof(number) || text[len - 1] != '%')
        return -1;
    snprintf(number, sizeof(number), "%.*s", (int)len - 1, text);
    if (cs_decimal_parse(number, &value) != 0 || value < 0 || value % part != 0 ||
        value / part > INT64_MAX)
        return -1;
    *ppm = (int64_t)(value / part);
    return 0;
}

static int read_percent(const struct cs_key *key, const cJSON *item, int64_t *dest)
{
    char number[40];
    int64_t ppm;

    if (!cJSON_IsNumber(item) && !cJSON_IsString(item))
        return -1;
    snprintf(number, sizeof(number), "%.15g%%", item->valuedouble);
    if (cs_keys_parse_percent(cJSON_IsString(item) ? item->valuestring : number, &ppm) != 0 ||
        ppm < key->min || ppm > key->max)
        return -1;
    *dest = ppm;
    return 0;
}

static int read_bool(const cJSON *item, bool *dest)
{
    if (!cJSON_IsBool(item))
        return -1;
    *dest = cJSON_IsTrue(item);
    return 0;
}

int cs_keys_read_value(struct cs_reader *r, const struct cs_key *key, const cJSON *item, void *dest)
{
    void *at = (char *)dest + key->offset;
    int ret = 0;

    switch (key->type) {
    case CS_KEY_COMMENT:
        return 0;
    case CS_KEY_CUSTOM:
        return key->read(r, item, at);
    case CS_KEY_TEXT:
        ret = read_text(key, item, at);
        break;
    case CS_KEY_BOOL:
        ret = read_bool(item, at);
        break;
    case CS_KEY_INT:
        ret = read_int(key, item, at);
        break;
    case CS_KEY_PERCENT:
        ret = read_percent(key, item, at);
        break;
    case CS_KEY_TIME:
        ret = read_time(key, item, at);
        break;
    case CS_KEY_RATE:
        ret = read_rate(key, item, at);
        break;
    case CS_KEY_SPEED:
        ret = read_speed(item, at);
        break;
    case CS_KEY_CHOICE:
        ret = read_choice(key, item, at);
        break;
    }
    return ret == 0 ? 0 : wrong(r, item, key);
}

static int read_default(struct cs_reader *r, const struct cs_key *key, void *dest)
{
    cJSON *item = cJSON_Parse(key->dflt);

    if (item == NULL)
        return cs_reader_no_memory(r);
    /* No default is a text: its tree ends here. */
    int ret = cs_keys_read_value(r, key, item, dest);
    cJSON_Delete(item);
    return ret;
}

int cs_keys_read_one(struct cs_reader *r, const cJSON *object, const struct cs_key *key, void *dest)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key->name);

    if (item == NULL) {
        if (key->required)
            return cs_reader_fail(r, "must have the key \"%s\", got none", key->name);
        return key->dflt != NULL ? read_default(r, key, dest) : 0;
    }
    size_t mark = cs_reader_enter(r, key->name);
    int ret = cs_keys_read_value(r, key, item, dest);
    cs_reader_leave(r, mark);
    return ret;
}

const struct cs_key *cs_keys_find(const struct cs_keys *keys, const char *name)
{
    const struct cs_key *k = keys->rows;

    while (k->name != NULL && strcmp(k->name, name) != 0)
        k++;
    return k->name != NULL ? k : NULL;
}

bool cs_keys_applies(const struct cs_key *key, unsigned kind)
{
    return key->mask == 0 || (key->mask >> kind & 1u) != 0;
}

size_t cs_keys_names(const struct cs_keys *keys, unsigned kind, const char **names, size_t max)
{
    size_t n = 0;

    for (const struct cs_key *k = keys->rows; k->name != NULL; k++) {
        if (cs_keys_applies(k, kind) && n < max)
            names[n++] = k->name;
    }
    return n;
}

int cs_keys_unknown(struct cs_reader *r, const char *name, const char *const *names)
{
    char list[256] = "";
    size_t used = 0;

    size_t mark = cs_reader_enter(r, name);
    const char *nearest = cs_text_nearest(name, names);
    r->at_key = true;
    if (nearest != NULL) {
        cs_reader_fail(r, "is no known key, did you mean \"%s\"?", nearest);
    } else {
        for (size_t i = 0; names[i] != NULL; i++) {
            bool room = used + strlen(names[i]) + sizeof(", , ...") <= sizeof(list);
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "",
                                     room ? names[i] : "...");
            if (!room)
                break;
        }
        cs_reader_fail(r, "is no known key, expected one of %s", list);
    }
    r->at_key = false;
    cs_reader_leave(r, mark);
    return -1;
}

/* Two kinds may have keys of the same name, a row each. */
static bool some_applies(const struct cs_keys *keys, const char *name, unsigned kind)
{
    for (const struct cs_key *k = keys->rows; k->name != NULL; k++) {
        if (strcmp(k->name, name) == 0 && cs_keys_applies(k, kind))
            return true;
    }
    return false;
}

static int check_name(struct cs_reader *r, const cJSON *item, const struct cs_keys *keys,
                      unsigned kind)
{
    const struct cs_key *k = cs_keys_find(keys, item->string);

    if (k == NULL) {
        const char *names[CS_KEYS_MAX + 1];
        names[cs_keys_names(keys, kind, names, CS_KEYS_MAX)] = NULL;
        return cs_keys_unknown(r, item->string, names);
    }
    if (some_applies(keys, k->name, kind))
        return 0;
    size_t mark = cs_reader_enter(r, k->name);
    r->at_key = true;
    cs_reader_fail(r, "does not go with the type \"%s\"", keys->kinds[kind]);
    r->at_key = false;
    cs_reader_leave(r, mark);
    return -1;
}

static int check_names(struct cs_reader *r, const cJSON *object, const struct cs_keys *keys,
                       unsigned kind)
{
    const cJSON *item;
    int ret = 0;

    cJSON_ArrayForEach(item, object)
    {
        if (check_name(r, item, keys, kind) != 0)
            ret = -1;
    }
    return ret;
}

/* What is wrong with one key hides nothing of the others. */
int cs_keys_read_known(struct cs_reader *r, const cJSON *object, const struct cs_keys *keys,
                       unsigned kind, void *dest)
{
    int ret = 0;

    for (const struct cs_key *k = keys->rows; k->name != NULL; k++) {
        if (cs_keys_applies(k, kind) && cs_keys_read_one(r, object, k, dest) != 0)
            ret = -1;
    }
    return ret;
}

int cs_keys_read(struct cs_reader *r, const cJSON *object, const struct cs_keys *keys,
                 unsigned kind, void *dest)
{
    if (!cJSON_IsObject(object))
        return cs_reader_must_be(r, object, "an object");
    int ret = check_names(r, object, keys, kind);
    return cs_keys_read_known(r, object, keys, kind, dest) == 0 ? ret : -1;
}

static void help_row(FILE *to, const struct cs_keys *keys, const struct cs_key *k)
{
    char values[300], text[600], head[40];
    size_t n;

    snprintf(head, sizeof(head), "; %s ", keys->kind != NULL ? keys->kind : "type");
    cs_text_name(to, CS_HELP_INDENT, k->name);
    cs_text_wrap(to, CS_HELP_INDENT, k->help);
    cs_keys_describe(k, values, sizeof(values));
    n = (size_t)snprintf(text, sizeof(text), "(%s%s%s%s", values,
                         k->required || k->dflt != NULL ? "; " : "",
                         k->required       ? "required"
                         : k->dflt != NULL ? "default "
                                           : "",
                         !k->required && k->dflt != NULL ? k->dflt : "");
    for (unsigned i = 0, shown = 0; k->mask != 0 && keys->kinds[i] != NULL; i++) {
        if (cs_keys_applies(k, i) && n < sizeof(text))
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", shown++ == 0 ? head : ", ",
                                  keys->kinds[i]);
    }
    if (n < sizeof(text))
        snprintf(text + n, sizeof(text) - n, ")");
    fprintf(to, "%*s", CS_HELP_INDENT, "");
    cs_text_wrap(to, CS_HELP_INDENT, text);
}

void cs_keys_help(FILE *to, const struct cs_keys *keys)
{
    fprintf(to, "%s:\n", keys->title);
    for (const struct cs_key *k = keys->rows; k->name != NULL; k++)
        help_row(to, keys, k);
}
