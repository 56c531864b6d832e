/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dev_internal.h"

const struct cansim_setting_row dev_settings[] = {
    {"eds", CANSIM_SET_FILE, true, "an EDS, DCF, XDD or XDC", NULL,
     "what the device is: its object dictionary"},
    {"node_id", CANSIM_SET_NUMBER, false, "1..127, or 255", "the DCF's, else 1",
     "its node-ID; 255: none, it waits for an LSS master"},
    {"profile", CANSIM_SET_NUMBER, false, "0, 401 or 402", "by 1000h",
     "what it does beside communicating: 401 an I/O module, 402 a drive, 0 nothing"},
    {"heartbeat", CANSIM_SET_TIME, false, "1ms..65s", "by 1017h", "time between its heartbeats"},
    {"serial", CANSIM_SET_NUMBER, false, "0..4294967295", "by 1018h:4", "its serial number"},
    {"auto_start", CANSIM_SET_BOOL, false, "true or false", "by 1F80h",
     "operational by itself, after boot-up"},
    {"time_period", CANSIM_SET_TIME, false, "1ms..24h", "1s",
     "where 1012h makes it a producer of TIME: so often"},
    {"set/#/object", CANSIM_SET_TEXT, true, "an object such as \"2000\" or \"1018:04\"", NULL,
     "an object that has another value at power-on than its default"},
    {"set/#/value", CANSIM_SET_TEXT, true, "a value of its type", NULL, "that value"},
    {"signals/#/object", CANSIM_SET_TEXT, true, "an object such as \"6064\" or \"6401:01\"", NULL,
     "an object whose value moves by itself"},
    {"signals/#/kind", CANSIM_SET_TEXT, true,
     "constant, ramp, sine, square, triangle, random, counter or steps", NULL, "how it moves"},
    {"signals/#/low", CANSIM_SET_NUMBER, false, "a whole number", "0", "from here"},
    {"signals/#/high", CANSIM_SET_NUMBER, false, "a whole number", "100", "to there"},
    {"signals/#/period", CANSIM_SET_TIME, false, "1ms..24h", "1s", "of one round"},
    {"signals/#/every", CANSIM_SET_TIME, false, "100us..1h", "10ms", "between two values"},
    {NULL, 0, false, NULL, NULL, NULL},
};

int dev_parse_object(const char *text, unsigned *index, int *sub)
{
    char *end;

    if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0)
        text += 2;
    size_t digits = strspn(text, "0123456789abcdefABCDEF");
    if (digits < 1 || digits > 4)
        return -1;
    *index = (unsigned)strtoul(text, &end, 16);
    *sub = -1;
    if (*end == 'h')
        end++;
    if (*end == '\0')
        return 0;
    if (*end != ':')
        return -1;
    const char *number = end + 1;
    if (strncmp(number, "0x", 2) == 0)
        number += 2;
    digits = strspn(number, "0123456789abcdefABCDEF");
    unsigned long value = strtoul(number, &end, 16);
    if (digits < 1 || digits > 2 || *end != '\0' || value > 255)
        return -1;
    *sub = (int)value;
    return 0;
}

struct reading {
    struct co_device *dev;
    const struct cansim_setting *settings;
    size_t n;
    char *why;
    size_t why_size;
};

static const char *get(const struct reading *r, const char *path)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->settings[i].path, path) == 0)
            return r->settings[i].value;
    }
    return NULL;
}

static int must_be(const struct reading *r, const char *path, const char *form, const char *value)
{
    snprintf(r->why, r->why_size, "%s: must be %s, got \"%.60s\"", path, form, value);
    return -1;
}

/* A whole number within low..high; where it is not given, *value stays. */
static int get_number(const struct reading *r, const char *path, int64_t low, int64_t high,
                      const char *form, int64_t *value)
{
    const char *text = get(r, path);
    char *end;

    if (text == NULL)
        return 0;
    long long number = strtoll(text, &end, 0);
    if (*end != '\0' || end == text || number < low || number > high)
        return must_be(r, path, form, text);
    *value = number;
    return 0;
}

static void on_odd(void *ctx, unsigned line, const char *text)
{
    const struct reading *r = ctx;
    char sentence[400];

    if (r->dev->host->host->say == NULL)
        return;
    if (line != 0)
        snprintf(sentence, sizeof(sentence), "%s:%u: %s", get(r, "eds"), line, text);
    else
        snprintf(sentence, sizeof(sentence), "%s: %s", get(r, "eds"), text);
    r->dev->host->host->say(r->dev->host->host->ctx, CANSIM_WARNING, sentence);
}

static int load(struct reading *r, int64_t node_id)
{
    struct co_dict_options options = {
        .node_id = node_id > 0 && node_id <= 127 ? (unsigned)node_id : 0, .odd = on_odd, .ctx = r};
    char why[300];

    r->dev->dict = co_dict_load(get(r, "eds"), &options, why, sizeof(why));
    if (r->dev->dict == NULL) {
        snprintf(r->why, r->why_size, "eds: %s", why);
        return -1;
    }
    if (co_od_init(&r->dev->od, r->dev->dict) != 0) {
        snprintf(r->why, r->why_size, "not enough memory");
        return -1;
    }
    return 0;
}

/* The object that a setting names: its entry, or -1 with a sentence. */
static int64_t find_object(const struct reading *r, const char *path)
{
    const char *text = get(r, path);
    unsigned index;
    int sub;

    if (dev_parse_object(text, &index, &sub) != 0)
        return must_be(r, path, "an object such as \"2000\" or \"1018:04\"", text);
    uint32_t entry = co_od_find(&r->dev->od, index, sub < 0 ? 0 : (unsigned)sub);
    if (entry == CO_OD_NONE)
        return must_be(r, path, "an object that the EDS has", text);
    return entry;
}

static int add_preset(struct reading *r, int64_t entry, const char *path, const char *value)
{
    struct co_device *dev = r->dev;
    void *more = realloc(dev->presets, (dev->n_presets + 1) * sizeof(*dev->presets));

    if (more == NULL) {
        snprintf(r->why, r->why_size, "not enough memory");
        return -1;
    }
    dev->presets = more;
    unsigned type = co_od_object(&dev->od, (uint32_t)entry)->type;
    const struct co_type_info *info = co_type_info(type);
    long len = co_value_parse(type, value, dev->presets[dev->n_presets].bytes,
                              sizeof(dev->presets[0].bytes));
    if (len < 0)
        return must_be(r, path, info != NULL ? info->name : "hex digits", value);
    dev->presets[dev->n_presets].entry = (uint32_t)entry;
    dev->presets[dev->n_presets++].len = (uint32_t)len;
    return 0;
}

static int read_presets(struct reading *r)
{
    char object[40], value[40];

    for (unsigned i = 0;; i++) {
        snprintf(object, sizeof(object), "set/%u/object", i);
        snprintf(value, sizeof(value), "set/%u/value", i);
        if (get(r, object) == NULL || get(r, value) == NULL)
            return 0;
        int64_t entry = find_object(r, object);
        if (entry < 0 || add_preset(r, entry, value, get(r, value)) != 0)
            return -1;
    }
}

static int preset_number(struct reading *r, unsigned index, unsigned sub, const char *path,
                         int64_t value)
{
    uint32_t entry = co_od_find(&r->dev->od, index, sub);
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    if (entry == CO_OD_NONE) {
        snprintf(r->why, r->why_size, "%s: must be left out: the EDS has no %04Xh:%02X", path,
                 index, sub);
        return -1;
    }
    return add_preset(r, entry, path, text);
}

static int read_signal(struct reading *r, unsigned i)
{
    struct dev_signal *s = &r->dev->signals[i];
    char path[40];
    int64_t period = PS_PER_S, every = 10 * PS_PER_MS;

    s->low = 0;
    s->high = 100;
    snprintf(path, sizeof(path), "signals/%u/object", i);
    int64_t entry = find_object(r, path);
    if (entry < 0)
        return -1;
    s->entry = (uint32_t)entry;
    struct cansim_field field = {.size = sizeof(field)};
    co_value_field(co_od_object(&r->dev->od, s->entry)->type, r->dev->od.entries[s->entry].value,
                   r->dev->od.entries[s->entry].len, &field);
    if (field.kind != CANSIM_INT && field.kind != CANSIM_UINT && field.kind != CANSIM_BOOL)
        return must_be(r, path, "an object with a whole number", get(r, path));
    snprintf(path, sizeof(path), "signals/%u/kind", i);
    s->kind = dev_signal_kind(get(r, path));
    if (s->kind < 0)
        return must_be(r, path, "constant, ramp, sine, square, triangle, random, counter or steps",
                       get(r, path));
    snprintf(path, sizeof(path), "signals/%u/low", i);
    int ret = get_number(r, path, INT32_MIN, UINT32_MAX, "-2147483648..4294967295", &s->low);
    snprintf(path, sizeof(path), "signals/%u/high", i);
    if (ret == 0)
        ret = get_number(r, path, s->low, UINT32_MAX, "at least low, up to 4294967295", &s->high);
    snprintf(path, sizeof(path), "signals/%u/period", i);
    if (ret == 0)
        ret = get_number(r, path, PS_PER_MS, 24 * 3600 * PS_PER_S, "1ms..24h", &period);
    snprintf(path, sizeof(path), "signals/%u/every", i);
    if (ret == 0)
        ret = get_number(r, path, 100 * PS_PER_US, 3600 * PS_PER_S, "100us..1h", &every);
    s->period_ps = period;
    s->every_ps = every;
    return ret;
}

static int read_signals(struct reading *r)
{
    char path[40];

    for (unsigned i = 0;; i++) {
        snprintf(path, sizeof(path), "signals/%u/object", i);
        if (get(r, path) == NULL)
            return 0;
        if (i == DEV_MAX_SIGNALS) {
            snprintf(r->why, r->why_size, "signals: must be at most %d, are more", DEV_MAX_SIGNALS);
            return -1;
        }
        r->dev->n_signals = i + 1;
        if (read_signal(r, i) != 0)
            return -1;
    }
}

int dev_settings_read(struct co_device *dev, const struct cansim_setting *settings, size_t n,
                      char *why, size_t why_size)
{
    struct reading r = {dev, settings, n, why, why_size};
    int64_t time_period = PS_PER_S, node_id = 0, profile = -1, heartbeat = -1, serial = -1;
    const char *text = get(&r, "auto_start");

    if (get_number(&r, "node_id", 1, 255, "1..127, or 255", &node_id) != 0)
        return -1;
    if (node_id > 127 && node_id != DEV_UNCONFIGURED)
        return must_be(&r, "node_id", "1..127, or 255", get(&r, "node_id"));
    if (get_number(&r, "profile", 0, 402, "0, 401 or 402", &profile) != 0 ||
        get_number(&r, "heartbeat", PS_PER_MS, 65535 * PS_PER_MS, "1ms..65s", &heartbeat) != 0 ||
        get_number(&r, "time_period", PS_PER_MS, 24 * 3600 * PS_PER_S, "1ms..24h", &time_period) !=
            0 ||
        get_number(&r, "serial", 0, UINT32_MAX, "0..4294967295", &serial) != 0 ||
        load(&r, node_id) != 0)
        return -1;
    dev->profile =
        profile >= 0 ? (unsigned)profile : (unsigned)co_od_get(&dev->od, 0x1000, 0, 0) & 0xFFFF;
    if (profile > 0 && profile != 401 && profile != 402)
        return must_be(&r, "profile", "0, 401 or 402", get(&r, "profile"));
    dev->time_period_ps = time_period;
    dev->auto_start = text != NULL && strcmp(text, "true") == 0;
    unsigned by_file = co_dict_info(dev->dict)->node_id;
    dev->power_on_id = (uint8_t)(node_id != 0 ? node_id : by_file != 0 ? (int64_t)by_file : 1);
    if (heartbeat >= 0 && preset_number(&r, 0x1017, 0, "heartbeat", heartbeat / PS_PER_MS) != 0)
        return -1;
    if (serial >= 0 && preset_number(&r, 0x1018, 4, "serial", serial) != 0)
        return -1;
    return read_presets(&r) != 0 || read_signals(&r) != 0 ? -1 : 0;
}
