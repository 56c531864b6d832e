/* SPDX-License-Identifier: MIT */
#include "plugins/plugins.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "simcore/words.h"

#define MAX_NAMES 128 /* of one table, for suggestions */

/* Do the parts agree, '#' standing for a whole number? */
static bool matches(const char *row, const char *path)
{
    for (;;) {
        size_t n = strcspn(row, "/"), m = strcspn(path, "/");
        bool index = n == 1 && row[0] == '#';
        if (index ? m == 0 || strspn(path, "0123456789") != m : n != m || memcmp(row, path, n) != 0)
            return false;
        row += n;
        path += m;
        if (*row == '\0' || *path == '\0')
            return *row == *path;
        row++;
        path++;
    }
}

const struct cansim_setting_row *cs_plugins_row(const struct cansim_setting_row *rows,
                                                const char *path)
{
    for (; rows != NULL && rows->path != NULL; rows++) {
        if (matches(rows->path, path))
            return rows;
    }
    return NULL;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static int not_known(const struct cansim_setting_row *rows, const char *path, char *why,
                     size_t why_size)
{
    const char *names[MAX_NAMES + 1];
    size_t n = 0;

    for (; rows != NULL && rows->path != NULL && n < MAX_NAMES; rows++)
        names[n++] = last_part(rows->path);
    names[n] = NULL;
    const char *nearest = cs_text_nearest(last_part(path), names);
    if (nearest != NULL)
        snprintf(why, why_size, "%s: is not known, did you mean \"%s\"?", path, nearest);
    else
        snprintf(why, why_size, "%s: is not known", path);
    return -1;
}

static int must_be(const char *path, const char *form, const char *value, char *why,
                   size_t why_size)
{
    snprintf(why, why_size, "%s: must be %s, got \"%.60s\"", path, form, value);
    return -1;
}

/* A number as in JSON or C: decimal, 0x.., a fraction, a sign. */
static bool is_number(const char *text)
{
    char *end;

    strtod(text, &end);
    return end != text && *end == '\0' && strpbrk(text, "nNpP \t") == NULL;
}

static int check_value(const struct cansim_setting_row *row, const struct cansim_setting *setting,
                       char *why, size_t why_size)
{
    const char *value = setting->value;
    int64_t ps;

    switch ((enum cansim_setting_kind)row->kind) {
    case CANSIM_SET_NUMBER:
        if (is_number(value))
            return 0;
        return must_be(setting->path, row->form != NULL ? row->form : "a number", value, why,
                       why_size);
    case CANSIM_SET_BOOL:
        if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
            return 0;
        return must_be(setting->path, "true or false", value, why, why_size);
    case CANSIM_SET_TIME:
        if (cs_units_parse_time(value, &ps) != 0 || ps < 0)
            return must_be(setting->path, row->form != NULL ? row->form : "a time such as \"10ms\"",
                           value, why, why_size);
        snprintf((char *)setting->value, 24, "%" PRId64, ps);
        return 0;
    case CANSIM_SET_FILE:
        if (value[0] != '\0')
            return 0;
        return must_be(setting->path, "the name of a file", value, why, why_size);
    case CANSIM_SET_TEXT:
        break;
    }
    return 0;
}

/* Is there a setting for a row at the place where `place` (of `len` bytes, "/" included) is? */
static bool is_given(const char *place, size_t len, const char *name,
                     const struct cansim_setting *settings, size_t n)
{
    size_t name_len = strlen(name);

    for (size_t i = 0; i < n; i++) {
        const char *path = settings[i].path;
        if (strlen(path) >= len + name_len && memcmp(path, place, len) == 0 &&
            memcmp(path + len, name, name_len) == 0 &&
            (path[len + name_len] == '\0' || path[len + name_len] == '/'))
            return true;
    }
    return false;
}

/* Each required row, at each place where anything of what it is a part of was given. */
static int check_required(const struct cansim_setting_row *row,
                          const struct cansim_setting *settings, size_t n, char *why,
                          size_t why_size)
{
    size_t parent_len = (size_t)(last_part(row->path) - row->path);
    char parent[128];

    if (parent_len == 0) {
        if (is_given("", 0, row->path, settings, n))
            return 0;
        snprintf(why, why_size, "must have the key \"%s\", got none", row->path);
        return -1;
    }
    snprintf(parent, sizeof(parent), "%.*s", (int)parent_len - 1, row->path);
    for (size_t i = 0; i < n; i++) {
        const char *path = settings[i].path;
        for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            char place[128];
            size_t len = (size_t)(slash - path);
            if (len >= sizeof(place))
                break;
            memcpy(place, path, len);
            place[len] = '\0';
            if (matches(parent, place) &&
                !is_given(path, len + 1, last_part(row->path), settings, n)) {
                snprintf(why, why_size, "%s: must have the key \"%s\", got none", place,
                         last_part(row->path));
                return -1;
            }
        }
    }
    return 0;
}

int cs_plugins_check_settings(const struct cansim_setting_row *rows,
                              const struct cansim_setting *settings, size_t n, char *why,
                              size_t why_size)
{
    for (size_t i = 0; i < n; i++) {
        const struct cansim_setting_row *row = cs_plugins_row(rows, settings[i].path);
        if (row == NULL)
            return not_known(rows, settings[i].path, why, why_size);
        if (check_value(row, &settings[i], why, why_size) != 0)
            return -1;
    }
    for (; rows != NULL && rows->path != NULL; rows++) {
        if (rows->required && check_required(rows, settings, n, why, why_size) != 0)
            return -1;
    }
    return 0;
}
