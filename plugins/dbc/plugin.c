/* SPDX-License-Identifier: MIT */
/* plugin.c - DBC files as a decoder: a frame is the message with its identifier, and its signals
 * are its fields. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/dbc/dbc.h"
#include "plugins/plugins.h"

#define SUMMARY_MAX 500

static const struct cansim_setting_row settings[] = {
    {"dbc", CANSIM_SET_TEXT, false, "[BUS:]FILE", NULL, "a DBC file, of one bus or of all"},
    {"dbc/#", CANSIM_SET_TEXT, false, "[BUS:]FILE", NULL, "the same, several"},
    {NULL, 0, false, NULL, NULL, NULL},
};

/* The file of "can0:drive.dbc" or "drive.dbc"; NULL: it is of another bus. A try, without a bus, is
 * one of all. */
static const char *file_of(const struct cansim_host *host, const char *value)
{
    const size_t n = strcspn(value, ":./");

    if (value[n] != ':')
        return value;
    if (host->bus_name == NULL || host->bus_name[0] == '\0')
        return value + n + 1;
    return strlen(host->bus_name) == n && memcmp(host->bus_name, value, n) == 0 ? value + n + 1
                                                                                : NULL;
}

static void close_dbc(void *state)
{
    struct dbc *dbc = state;

    dbc_fini(dbc);
    free(dbc);
}

static int open_dbc(void **state, const struct cansim_host *host,
                    const struct cansim_setting *given, size_t n, char *why, size_t why_size)
{
    struct dbc *dbc = calloc(1, sizeof(*dbc));

    if (dbc == NULL) {
        snprintf(why, why_size, "there is no memory left");
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        const char *file = file_of(host, given[i].value);
        if (file != NULL && dbc_read(dbc, file, why, why_size) != 0) {
            close_dbc(dbc);
            return -1;
        }
    }
    *state = dbc;
    return 0;
}

/* In the order of the wire; a value in several bytes of which not all bits are its own takes all
 * between them. */
static void put_bits(const struct dbc_signal *signal, struct cansim_field *field)
{
    unsigned at = signal->first, low = at, high = at;

    if (!signal->big) {
        field->first_bit = signal->first;
        field->n_bits = signal->bits;
        return;
    }
    for (unsigned i = 1; i < signal->bits; i++) {
        at = at % 8 == 0 ? at + 15 : at - 1;
        low = at < low ? at : low;
        high = at > high ? at : high;
    }
    field->first_bit = (uint16_t)low;
    field->n_bits = (uint16_t)(high - low + 1);
}

static void put_value(const struct dbc_signal *signal, int64_t raw, struct cansim_field *field)
{
    const uint64_t bits = (uint64_t)raw;
    float real;
    double value;

    field->kind = signal->is_signed ? CANSIM_INT : CANSIM_UINT;
    field->value.i = raw;
    if (signal->real == DBC_WHOLE && fabs(signal->factor - 1) <= 0 && fabs(signal->offset) <= 0)
        return;
    value = signal->is_signed ? (double)raw : (double)bits;
    if (signal->real == DBC_FLOAT) {
        const uint32_t half = (uint32_t)bits;
        memcpy(&real, &half, sizeof(real));
        value = (double)real;
    } else if (signal->real == DBC_DOUBLE) {
        memcpy(&value, &bits, sizeof(value));
    }
    field->kind = CANSIM_REAL;
    field->value.real = value * signal->factor + signal->offset;
}

static void put_text(const struct cansim_field *field, char *text, size_t size)
{
    const char *unit = field->unit != NULL ? field->unit : "", *blank = *unit ? " " : "";

    if (field->text != NULL)
        snprintf(text, size, "%s=%s", field->label, field->text);
    else if (field->kind == CANSIM_REAL)
        snprintf(text, size, "%s=%.9g%s%s", field->label, field->value.real, blank, unit);
    else if (field->kind == CANSIM_INT)
        snprintf(text, size, "%s=%lld%s%s", field->label, (long long)field->value.i, blank, unit);
    else
        snprintf(text, size, "%s=%llu%s%s", field->label, (unsigned long long)field->value.u, blank,
                 unit);
}

/* Whole or not at all. */
static void append(char summary[SUMMARY_MAX], size_t *n, const char *text)
{
    const int more = snprintf(summary + *n, SUMMARY_MAX - *n, "%s%s", *n ? ", " : "", text);

    if (more > 0 && (size_t)more < SUMMARY_MAX - *n)
        *n += (size_t)more;
    summary[*n] = '\0';
}

static void tell(const struct dbc_message *message, const struct cansim_frame *frame,
                 struct cansim_sink *sink)
{
    char summary[SUMMARY_MAX] = "", text[400];
    size_t n = 0;
    int64_t raw;

    for (unsigned i = 0; i < message->n_signals; i++) {
        const struct dbc_signal *signal = &message->signals[i];
        struct cansim_field field = {.size = sizeof(field)};
        if (!dbc_there(message, signal, frame->data, frame->len) ||
            !dbc_raw(signal, frame->data, frame->len, &raw))
            continue;
        field.name = signal->name;
        field.label = signal->label;
        field.unit = signal->unit[0] != '\0' ? signal->unit : NULL;
        field.text = signal->real == DBC_WHOLE ? dbc_word(signal, raw) : NULL;
        put_bits(signal, &field);
        put_value(signal, raw, &field);
        put_text(&field, text, sizeof(text));
        append(summary, &n, text);
        if (sink->want & CANSIM_WANT_FIELDS)
            sink->field(sink, &field);
    }
    const bool less = frame->len < message->len;
    if (less) {
        snprintf(text, sizeof(text), "%u of %u bytes", frame->len, message->len);
        append(summary, &n, text);
    }
    sink->summary(sink, message->name, less ? CANSIM_WARNING : CANSIM_INFO, summary);
    sink->event(sink, message->event, -1, 0);
}

static int on_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    const struct dbc_message *message =
        dbc_find(state, frame->id, (frame->flags & CANSIM_FRAME_EXT) != 0);

    if (message == NULL || frame->flags & CANSIM_FRAME_RTR)
        return 0;
    if (sink != NULL)
        tell(message, frame, sink);
    return 1;
}

static const struct cansim_decoder decoder = {
    .size = sizeof(decoder),
    .name = "dbc",
    .title = "messages and signals of DBC files",
    .settings = settings,
    .open = open_dbc,
    .close = close_dbc,
    .frame = on_frame,
};

static const struct cansim_decoder *const decoders[] = {&decoder, NULL};

const struct cansim_plugin cs_plugin_dbc = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cs_plugin_dbc),
    .name = "dbc",
    .version = CANSIM_VERSION,
    .about = "DBC files: what data mean",
    .license = "MIT",
    .decoders = decoders,
};
