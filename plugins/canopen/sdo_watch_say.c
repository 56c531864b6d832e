/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/sdo_watch_internal.h"

void sdo_uint(struct sdo_frame *f, const char *name, const char *label, uint64_t value,
              unsigned hex_digits, unsigned first_bit, unsigned n_bits)
{
    if (f->sink != NULL && (f->sink->want & CANSIM_WANT_FIELDS) != 0)
        cansim_put_uint(f->sink, name, label, value, hex_digits, first_bit, n_bits, NULL);
}

void sdo_command(struct sdo_frame *f, const char *text)
{
    if (f->sink != NULL && (f->sink->want & CANSIM_WANT_FIELDS) != 0)
        cansim_put_uint(f->sink, "command", "Command", f->d[0], 2, 0, 8, text);
}

void sdo_say_object(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    char title[160];

    if (f->sink == NULL || (f->sink->want & CANSIM_WANT_FIELDS) == 0)
        return;
    size_t n = co_object_title(w->names.dict(w->names.ctx), w->names.profile(w->names.ctx),
                               w->index, w->sub, title, sizeof(title));
    cansim_put_uint(f->sink, "index", "Index", w->index, 4, 8, 16, n != 0 ? title : NULL);
    cansim_put_uint(f->sink, "sub", "Sub-index", w->sub, 2, 24, 8, NULL);
}

static void remark(struct sdo_frame *f, enum cansim_severity severity, const char *text)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_NONE,
                                 .severity = (uint8_t)severity,
                                 .name = "problem",
                                 .label = "Problem",
                                 .text = text};

    if (f->severity < (int)severity)
        f->severity = (int)severity;
    if (f->sink == NULL)
        return;
    if (f->n_remarks < sizeof(f->remarks) / sizeof(f->remarks[0]))
        f->remarks[f->n_remarks++] = text;
    f->sink->field(f->sink, &field);
}

void sdo_odd(struct sdo_frame *f, const char *text)
{
    remark(f, CANSIM_WARNING, text);
}

void sdo_problem(struct sdo_frame *f, const char *text)
{
    remark(f, CANSIM_ERROR, text);
    if (f->sink != NULL)
        f->sink->event(f->sink, "canopen.sdo.error", (int)f->w->node_id,
                       f->w->have_object ? (uint64_t)f->w->index << 8 | f->w->sub : 0);
}

unsigned sdo_type(const struct co_sdo_watch *w)
{
    if (!w->have_object)
        return CO_TYPE_NONE;
    return co_object_type(w->names.dict(w->names.ctx), w->names.profile(w->names.ctx), w->index,
                          w->sub);
}

/* The type that fits a value of so many bytes. What only some profile might say of an object is
 * not believed against the value's length; `*spare` bytes of 0 are beyond the type. */
static unsigned type_of_value(const struct co_sdo_watch *w, const uint8_t *value, size_t len,
                              size_t *spare)
{
    unsigned type = sdo_type(w), size = co_type_size(type);
    size_t n = len;

    *spare = 0;
    if (size == 0 || len == size)
        return type;
    const struct co_dict *dict = w->names.dict(w->names.ctx);
    if (w->index >= 0x6000 && w->names.profile(w->names.ctx) == 0 &&
        (dict == NULL || co_dict_find(dict, w->index, w->sub) == NULL))
        return CO_TYPE_NONE;
    while (n > size && value[n - 1] == 0)
        n--;
    if (n == size)
        *spare = len - size;
    return type;
}

static void line_value(struct sdo_frame *f, unsigned type, const uint8_t *value, size_t len)
{
    struct cansim_field field = {.size = sizeof(field)};
    char text[96];

    co_value_field(type, value, len, &field);
    if (type == CO_TYPE_NONE && len <= 8 && len > 0) {
        co_text_put(&f->line, "0x");
        co_text_hex(&f->line, co_get_le(value, len), (unsigned)len * 2);
    } else if (field.kind == CANSIM_UINT && f->w->index < 0x2000 && len == 4) {
        co_text_put(&f->line, "0x");
        co_text_hex(&f->line, field.value.u, 8);
    } else if (field.kind == CANSIM_UINT) {
        co_text_dec(&f->line, field.value.u);
    } else if (field.kind == CANSIM_INT) {
        co_text_int(&f->line, field.value.i);
    } else if (field.kind == CANSIM_BYTES && len > 24) {
        co_text_dec(&f->line, len);
        co_text_put(&f->line, " bytes");
    } else {
        const char *quote = field.kind == CANSIM_TEXT ? "\"" : "";
        size_t n = co_value_format(type, value, len, text, sizeof(text));
        co_text_put(&f->line, quote);
        for (size_t i = 0; i < n; i++) {
            if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
                text[i] = '.';
        }
        co_text_put_n(&f->line, text, n);
        co_text_put(&f->line, quote);
    }
}

void sdo_say_value(struct sdo_frame *f, const uint8_t *value, size_t len, size_t total,
                   unsigned first_bit)
{
    struct co_sdo_watch *w = f->w;
    struct cansim_field field = {.size = sizeof(field), .name = "value", .label = "Value"};
    const char *meaning = NULL;

    if (f->sink == NULL)
        return;
    size_t spare;
    unsigned type = type_of_value(w, value, len, &spare);
    bool whole = len == total;
    len -= spare;
    total -= spare;
    if (w->have_object && w->names.meaning != NULL && whole)
        meaning = w->names.meaning(w->names.ctx, w->index, w->sub, value, len);
    if (type == CO_TYPE_NONE && len <= 8 && len > 0) {
        field.kind = CANSIM_UINT;
        field.base = CANSIM_HEX;
        field.digits = (uint8_t)(2 * len);
        field.value.u = co_get_le(value, len);
    } else {
        co_value_field(type, value, len, &field);
    }
    field.text = meaning;
    field.first_bit = (uint16_t)first_bit;
    field.n_bits = (uint16_t)(first_bit != 0 ? 8 * len : 0);
    bool wrong = field.severity == CANSIM_ERROR;
    if (f->line.n != 0)
        co_text_put(&f->line, " = ");
    if (whole) {
        line_value(f, type, value, len);
    } else {
        co_text_dec(&f->line, total);
        co_text_put(&f->line, " bytes");
    }
    if (meaning != NULL) {
        co_text_put(&f->line, " (");
        co_text_put(&f->line, meaning);
        co_text_put(&f->line, ")");
    }
    f->sink->field(f->sink, &field);
    if (wrong && whole)
        sdo_problem(f, "the value has another length than its type");
    if (spare != 0)
        sdo_odd(f, "the value is longer than its type");
}

void sdo_line(struct sdo_frame *f, const char *text)
{
    if (f->sink != NULL)
        co_text_put(&f->line, text);
}

void sdo_line_object(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    char title[120];

    if (f->sink == NULL)
        return;
    if (!w->have_object) {
        co_text_put(&f->line, "an object whose request was not seen");
        return;
    }
    co_text_object(&f->line, w->index, w->sub);
    size_t n = co_object_title(w->names.dict(w->names.ctx), w->names.profile(w->names.ctx),
                               w->index, w->sub, title, sizeof(title));
    if (n != 0) {
        co_text_put(&f->line, " ");
        co_text_put_n(&f->line, title, n);
    }
}

void sdo_link(struct sdo_frame *f, enum cansim_link kind, uint64_t number)
{
    if (f->sink != NULL && number != 0)
        f->sink->link(f->sink, (int)kind, number);
}
