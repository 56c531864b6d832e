/* SPDX-License-Identifier: MIT */
#include "plugins/tree.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "simcore/words.h"

/* ---- text ------------------------------------------------------------------------------------ */

struct text {
    char *to;
    size_t size, n;
};

static void put_n(struct text *t, const char *from, size_t len)
{
    for (size_t i = 0; i < len && t->n + 1 < t->size; i++)
        t->to[t->n++] = from[i];
}

static void put(struct text *t, const char *from)
{
    put_n(t, from, strlen(from));
}

/* Bytes as they are where they can be shown on one line, '.' for control characters. */
static void put_plain(struct text *t, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)from[i];
        put_n(t, c < 0x20 || c == 0x7F ? "." : from + i, 1);
    }
}

static void put_hex_bytes(struct text *t, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < len; i++) {
        char pair[3] = {digits[bytes[i] >> 4], digits[bytes[i] & 15], ' '};
        put_n(t, pair, i + 1 < len ? 3 : 2);
    }
}

static void put_uint(struct text *t, const struct cansim_field *field)
{
    char out[72];
    int n = 0, digits = field->digits <= 64 ? field->digits : 64;

    if (field->base == CANSIM_BIN) {
        uint64_t value = field->value.u;
        int bits = 1;
        while (bits < 64 && value >> bits != 0)
            bits++;
        for (int i = bits > digits ? bits : digits; i-- > 0;)
            out[n++] = (value >> i & 1) != 0 ? '1' : '0';
        put(t, "0b");
        put_n(t, out, (size_t)n);
        return;
    }
    n = field->base == CANSIM_HEX
            ? snprintf(out, sizeof(out), "0x%0*" PRIX64, digits > 0 ? digits : 1, field->value.u)
            : snprintf(out, sizeof(out), "%" PRIu64, field->value.u);
    put_n(t, out, (size_t)n);
}

static void put_time(struct text *t, int64_t ps)
{
    uint64_t whole = ps < 0 ? 0 - (uint64_t)ps : (uint64_t)ps;
    char out[48];
    int n = snprintf(out, sizeof(out), "%s%" PRIu64 ".%012" PRIu64, ps < 0 ? "-" : "",
                     whole / UINT64_C(1000000000000), whole % UINT64_C(1000000000000));

    size_t len = (size_t)n;
    while (len > 1 && out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    put_n(t, out, len);
    put(t, " s");
}

static void put_value(struct text *t, const struct cansim_field *field)
{
    char out[48];

    switch ((enum cansim_value)field->kind) {
    case CANSIM_NONE:
        break;
    case CANSIM_UINT:
        put_uint(t, field);
        break;
    case CANSIM_INT:
        snprintf(out, sizeof(out), "%" PRId64, field->value.i);
        put(t, out);
        break;
    case CANSIM_REAL:
        snprintf(out, sizeof(out), "%.9g", field->value.real);
        put(t, out);
        break;
    case CANSIM_BOOL:
        put(t, field->value.u != 0 ? "true" : "false");
        break;
    case CANSIM_TIME:
        put_time(t, field->value.i);
        break;
    case CANSIM_TEXT:
        put(t, "\"");
        put_plain(t, field->value.bytes, field->len);
        put(t, "\"");
        break;
    case CANSIM_BYTES:
        put_hex_bytes(t, field->value.bytes, field->len);
        break;
    }
}

size_t cs_tree_value(const struct cansim_field *field, char *text, size_t size)
{
    struct text t = {text, size, 0};

    if (size == 0)
        return 0;
    put_value(&t, field);
    if (field->unit != NULL) {
        put(&t, " ");
        put(&t, field->unit);
    }
    if (field->text != NULL) {
        bool alone = field->kind == CANSIM_NONE;
        put(&t, alone ? "" : " (");
        put_plain(&t, field->text, strlen(field->text));
        put(&t, alone ? "" : ")");
    }
    t.to[t.n] = '\0';
    return t.n;
}

void cs_tree_text(const struct cs_tree *tree, unsigned indent, FILE *to)
{
    char value[4096];

    for (unsigned i = 0; i < tree->n_fields; i++) {
        const struct cs_tree_field *kept = &tree->fields[i];
        const struct cansim_field *field = &kept->field;
        size_t len = cs_tree_value(field, value, sizeof(value));
        fprintf(to, "%*s%s%s%s", (int)(indent + 2u * kept->depth), "",
                field->label != NULL ? field->label : field->name, len != 0 ? ": " : "", value);
        if (field->severity >= CANSIM_WARNING)
            fprintf(to, "  [%s]", cs_severity_name(field->severity));
        fputc('\n', to);
    }
    if (tree->left_out != 0)
        fprintf(to, "%*s(%u more left out)\n", (int)indent, "", tree->left_out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

void cs_tree_json_string(const char *text, size_t n, FILE *to)
{
    fputc('"', to);
    for (size_t i = 0; i < n;) {
        size_t len = cs_text_utf8(text + i, n - i);
        unsigned char c = (unsigned char)text[i];
        if (len == 0) {
            fputs("\\ufffd", to);
            i++;
            continue;
        }
        if (c == '"' || c == '\\')
            fprintf(to, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            fprintf(to, "\\u%04x", c);
        else
            fwrite(text + i, 1, len, to);
        i += len;
    }
    fputc('"', to);
}

static void json_text(const char *key, const char *text, FILE *to)
{
    fprintf(to, ",\"%s\":", key);
    cs_tree_json_string(text, strlen(text), to);
}

/* Whole numbers beyond 2^53 as text: most readers would round them. */
static void json_whole(uint64_t magnitude, bool negative, FILE *to)
{
    const char *quote = magnitude > UINT64_C(9007199254740992) ? "\"" : "";

    fprintf(to, "%s%s%" PRIu64 "%s", quote, negative ? "-" : "", magnitude, quote);
}

static void json_value(const struct cansim_field *field, FILE *to)
{
    const uint8_t *bytes = field->value.bytes;

    fputs(",\"value\":", to);
    switch ((enum cansim_value)field->kind) {
    case CANSIM_UINT:
        json_whole(field->value.u, false, to);
        return;
    case CANSIM_INT:
        json_whole(field->value.i < 0 ? 0 - (uint64_t)field->value.i : (uint64_t)field->value.i,
                   field->value.i < 0, to);
        return;
    case CANSIM_TIME:
        fprintf(to, "\"%" PRId64 "ps\"", field->value.i);
        return;
    case CANSIM_REAL:
        if (isfinite(field->value.real))
            fprintf(to, "%.17g", field->value.real);
        else
            fputs(isnan(field->value.real) ? "\"nan\""
                  : field->value.real > 0  ? "\"inf\""
                                           : "\"-inf\"",
                  to);
        return;
    case CANSIM_BOOL:
        fputs(field->value.u != 0 ? "true" : "false", to);
        return;
    case CANSIM_TEXT:
        cs_tree_json_string(field->value.bytes, field->len, to);
        return;
    case CANSIM_BYTES:
        fputc('"', to);
        for (uint32_t i = 0; i < field->len; i++)
            fprintf(to, "%02X", bytes[i]);
        fputc('"', to);
        return;
    case CANSIM_NONE:
        break;
    }
    fputs("null", to);
}

static void json_field(const struct cs_tree_field *kept, FILE *to)
{
    const struct cansim_field *field = &kept->field;

    fputs("{\"name\":", to);
    cs_tree_json_string(field->name, strlen(field->name), to);
    if (field->label != NULL)
        json_text("label", field->label, to);
    if (field->kind != CANSIM_NONE)
        json_value(field, to);
    if (field->unit != NULL)
        json_text("unit", field->unit, to);
    if (field->text != NULL)
        json_text("text", field->text, to);
    if (field->severity != CANSIM_INFO)
        json_text("severity", cs_severity_name(field->severity), to);
    if (field->n_bits != 0)
        fprintf(to, ",\"bits\":[%u,%u]", field->first_bit, field->n_bits);
}

void cs_tree_json(const struct cs_tree *tree, FILE *to)
{
    unsigned depth = 0;
    bool first = true;

    fputc('[', to);
    for (unsigned i = 0; i < tree->n_fields; i++) {
        const struct cs_tree_field *kept = &tree->fields[i];
        for (; depth > kept->depth; depth--)
            fputs("]}", to);
        if (i > 0 && !first)
            fputc(',', to);
        json_field(kept, to);
        /* An object with parts stays open until they are through; one without any closes empty. */
        bool parts = kept->open && i + 1 < tree->n_fields && kept[1].depth > kept->depth;
        if (parts) {
            fputs(",\"fields\":[", to);
            depth++;
        } else {
            fputs(kept->open ? ",\"fields\":[]}" : "}", to);
        }
        first = parts;
    }
    for (; depth > 0; depth--)
        fputs("]}", to);
    fputc(']', to);
}
