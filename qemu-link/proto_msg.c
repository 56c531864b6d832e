/* SPDX-License-Identifier: MIT */
/* proto_msg.c - the table of fields turned into bytes and back.
 * Every read goes through cs_proto_take(), which knows what is left of the message: nothing else
 * may look at a peer's bytes. */
#include "qemu-link/proto_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FRAME_HEAD   8u
#define PADDED(n)    (((n) + 7u) & ~(size_t)7u)
#define TIMING_BYTES 48u

static const struct {
    uint8_t bytes;
    bool is_signed;
} integers[] = {
    [CS_PROTO_U8] = {1, false},  [CS_PROTO_U16] = {2, false}, [CS_PROTO_U32] = {4, false},
    [CS_PROTO_U64] = {8, false}, [CS_PROTO_I16] = {2, true},  [CS_PROTO_I32] = {4, true},
    [CS_PROTO_I64] = {8, true},
};

/* ---- bytes and integers ---------------------------------------------------------------------- */

static void put_le(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

uint64_t cs_proto_get_le(const uint8_t *from, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

void cs_proto_write_le(struct cs_proto_writer *w, uint64_t value, unsigned bytes)
{
    put_le(w->at, value, bytes);
    w->at += bytes;
}

void cs_proto_write_zero(struct cs_proto_writer *w, size_t bytes)
{
    memset(w->at, 0, bytes);
    w->at += bytes;
}

int cs_proto_refuse(const struct cs_proto_reader *r, const char *fmt, ...)
{
    va_list ap;
    int n = snprintf(r->why, r->why_size, "%s: ", r->message);

    if (n >= 0 && (size_t)n < r->why_size) {
        va_start(ap, fmt);
        vsnprintf(r->why + n, r->why_size - (size_t)n, fmt, ap);
        va_end(ap);
    }
    return -EPROTO;
}

const uint8_t *cs_proto_take(struct cs_proto_reader *r, size_t bytes)
{
    const uint8_t *at = r->at;

    if (bytes > r->left)
        return NULL;
    r->at += bytes;
    r->left -= bytes;
    return at;
}

int cs_proto_too_short(const struct cs_proto_reader *r, const char *field)
{
    return cs_proto_refuse(r, "the message ends before or within `%s`", field);
}

static uint64_t load_member(const void *member, unsigned bytes)
{
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    switch (bytes) {
    case 1:
        return *(const uint8_t *)member;
    case 2:
        memcpy(&u16, member, sizeof(u16));
        return u16;
    case 4:
        memcpy(&u32, member, sizeof(u32));
        return u32;
    default:
        memcpy(&u64, member, sizeof(u64));
        return u64;
    }
}

static void store_member(void *member, uint64_t value, unsigned bytes)
{
    const uint16_t u16 = (uint16_t)value;
    const uint32_t u32 = (uint32_t)value;

    switch (bytes) {
    case 1:
        *(uint8_t *)member = (uint8_t)value;
        break;
    case 2:
        memcpy(member, &u16, sizeof(u16));
        break;
    case 4:
        memcpy(member, &u32, sizeof(u32));
        break;
    default:
        memcpy(member, &value, sizeof(value));
        break;
    }
}

static void write_integer(struct cs_proto_writer *w, const struct cs_proto_field *field,
                          const void *member)
{
    const unsigned bytes = integers[field->kind].bytes;

    cs_proto_write_le(w, load_member(member, bytes), bytes);
}

static int64_t signed_of(enum cs_proto_kind kind, uint64_t value)
{
    const unsigned unused_bits = 64u - 8u * integers[kind].bytes;

    return integers[kind].is_signed ? (int64_t)(value << unused_bits) >> unused_bits
                                    : (int64_t)value;
}

static int read_integer(struct cs_proto_reader *r, const struct cs_proto_field *field, void *member)
{
    const unsigned bytes = integers[field->kind].bytes;
    const uint8_t *at = cs_proto_take(r, bytes);
    uint64_t value;
    int64_t number;

    if (!at)
        return cs_proto_too_short(r, field->name);
    value = cs_proto_get_le(at, bytes);
    if (field->kind != CS_PROTO_U64) {
        number = signed_of(field->kind, value);
        if (number < field->low || number > field->high)
            return cs_proto_refuse(r, "`%s` must be %" PRId64 "..%" PRId64 ", got %" PRId64,
                                   field->name, field->low, field->high, number);
    }
    store_member(member, value, bytes);
    return 0;
}

/* ---- names and texts ------------------------------------------------------------------------- */

void cs_proto_write_name(struct cs_proto_writer *w, const char *name)
{
    const size_t len = strnlen(name, CS_NAME_MAX - 1);

    memcpy(w->at, name, len);
    memset(w->at + len, 0, CS_NAME_MAX - len);
    w->at += CS_NAME_MAX;
}

/* Terminals will show these: no control characters. */
static void copy_printable(char *to, const uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = from[i] < 0x20 || from[i] == 0x7F ? '?' : (char)from[i];
    to[len] = '\0';
}

int cs_proto_copy_name(const struct cs_proto_reader *r, const char *field, const uint8_t *at,
                       char *name)
{
    const size_t len = strnlen((const char *)at, CS_NAME_MAX);

    if (len == CS_NAME_MAX)
        return cs_proto_refuse(r, "`%s` must end with a NUL within its %d bytes", field,
                               CS_NAME_MAX);
    copy_printable(name, at, len);
    return 0;
}

static int read_name(struct cs_proto_reader *r, const struct cs_proto_field *field, void *member)
{
    const uint8_t *at = cs_proto_take(r, CS_NAME_MAX);

    return at ? cs_proto_copy_name(r, field->name, at, member) : cs_proto_too_short(r, field->name);
}

static void write_text(struct cs_proto_writer *w, const struct cs_proto_field *field,
                       const char *text)
{
    const size_t len = strnlen(text, (size_t)field->high);

    cs_proto_write_le(w, len, 2);
    memcpy(w->at, text, len);
    w->at += len;
}

static int read_text(struct cs_proto_reader *r, const struct cs_proto_field *field, void *member)
{
    const uint8_t *at = cs_proto_take(r, 2);
    size_t len;

    if (!at)
        return cs_proto_too_short(r, field->name);
    len = cs_proto_get_le(at, 2);
    if (len > (size_t)field->high)
        return cs_proto_refuse(r, "`%s` must have 0..%" PRId64 " bytes, got %zu", field->name,
                               field->high, len);
    at = cs_proto_take(r, len);
    if (!at)
        return cs_proto_too_short(r, field->name);
    copy_printable(member, at, len);
    return 0;
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void write_frame(struct cs_proto_writer *w, const struct cs_frame *frame)
{
    const size_t len = frame->len <= CS_FRAME_MAX_DATA ? frame->len : CS_FRAME_MAX_DATA;

    cs_proto_write_le(w, frame->id, 4);
    cs_proto_write_le(w, frame->flags, 1);
    cs_proto_write_le(w, frame->dlc, 1);
    cs_proto_write_le(w, len, 1);
    cs_proto_write_le(w, 0, 1);
    memcpy(w->at, frame->data, len);
    w->at += len;
    cs_proto_write_zero(w, PADDED(len) - len);
}

static int read_frame(struct cs_proto_reader *r, const struct cs_proto_field *field, void *member)
{
    struct cs_frame *frame = member;
    const uint8_t *at = cs_proto_take(r, FRAME_HEAD);

    if (!at)
        return cs_proto_too_short(r, field->name);
    memset(frame, 0, sizeof(*frame));
    frame->id = (uint32_t)cs_proto_get_le(at, 4);
    frame->flags = at[4];
    frame->dlc = at[5];
    frame->len = at[6];
    if (frame->len > CS_FRAME_MAX_DATA)
        return cs_proto_refuse(r, "`%s` must have 0..%d bytes of data, got %u", field->name,
                               CS_FRAME_MAX_DATA, frame->len);
    at = cs_proto_take(r, PADDED(frame->len));
    if (!at)
        return cs_proto_too_short(r, field->name);
    memcpy(frame->data, at, frame->len);
    if (cs_frame_check(frame) < 0)
        return cs_proto_refuse(
            r, "`%s` is no CAN frame: id 0x%" PRIX32 ", flags 0x%02X, dlc %u, %u bytes",
            field->name, frame->id, frame->flags, frame->dlc, frame->len);
    return 0;
}

/* ---- bit timing ------------------------------------------------------------------------------ */

#define PART(member, bytes)                       \
    {                                             \
        offsetof(struct cs_timing, member), bytes \
    }
#define ONE_RATE(rate)                                                                            \
    PART(rate.bitrate_bps, 4), PART(rate.clock_hz, 4), PART(rate.brp, 2), PART(rate.prop_seg, 2), \
        PART(rate.phase_seg1, 2), PART(rate.phase_seg2, 2), PART(rate.sjw, 2), UNUSED(2)
#define UNUSED(bytes)   \
    {                   \
        SIZE_MAX, bytes \
    }

/* In the order of the wire, TIMING_BYTES together. */
static const struct {
    size_t offset; /* in struct cs_timing; SIZE_MAX: sent as 0 and ignored */
    uint8_t bytes;
} timing_parts[] = {
    ONE_RATE(nominal), ONE_RATE(data), PART(drift_ppb, 4),
    PART(tdc, 1),      UNUSED(1),      PART(tdc_offset, 2),
};

#define N_TIMING_PARTS (sizeof(timing_parts) / sizeof(timing_parts[0]))

static void write_timing(struct cs_proto_writer *w, const void *member)
{
    for (size_t i = 0; i < N_TIMING_PARTS; i++) {
        const bool used = timing_parts[i].offset != SIZE_MAX;
        const char *part = (const char *)member + (used ? timing_parts[i].offset : 0);

        cs_proto_write_le(w, used ? load_member(part, timing_parts[i].bytes) : 0,
                          timing_parts[i].bytes);
    }
}

/* All 0 stands for none. */
static int read_timing(struct cs_proto_reader *r, const struct cs_proto_field *field, void *member)
{
    static const struct cs_timing none;
    struct cs_timing *timing = member;
    const uint8_t *at = cs_proto_take(r, TIMING_BYTES);
    char why[160];

    if (!at)
        return cs_proto_too_short(r, field->name);
    memset(timing, 0, sizeof(*timing));
    for (size_t i = 0; i < N_TIMING_PARTS; at += timing_parts[i++].bytes)
        if (timing_parts[i].offset != SIZE_MAX)
            store_member((char *)member + timing_parts[i].offset,
                         cs_proto_get_le(at, timing_parts[i].bytes), timing_parts[i].bytes);
    if (!cs_timing_equal(timing, &none) && cs_timing_check(timing, why, sizeof(why)) < 0)
        return cs_proto_refuse(r, "`%s`: %s", field->name, why);
    return 0;
}

/* ---- messages -------------------------------------------------------------------------------- */

static void write_field(struct cs_proto_writer *w, const struct cs_proto_field *field,
                        const struct cs_proto_msg *msg)
{
    const void *member = (const char *)msg + field->offset;

    switch (field->kind) {
    case CS_PROTO_ZERO:
        cs_proto_write_zero(w, (size_t)field->high);
        break;
    case CS_PROTO_NAME:
        cs_proto_write_name(w, member);
        break;
    case CS_PROTO_TEXT:
        write_text(w, field, member);
        break;
    case CS_PROTO_FRAME:
        write_frame(w, member);
        break;
    case CS_PROTO_TIMING:
        write_timing(w, member);
        break;
    case CS_PROTO_FILTERS:
        cs_proto_write_filters(w, msg);
        break;
    case CS_PROTO_BUSLIST:
        cs_proto_write_buses(w, msg);
        break;
    case CS_PROTO_EDGELIST:
        cs_proto_write_edges(w, msg);
        break;
    default:
        write_integer(w, field, member);
        break;
    }
}

static int read_field(struct cs_proto_reader *r, const struct cs_proto_field *field,
                      struct cs_proto_msg *msg)
{
    void *member = (char *)msg + field->offset;

    switch (field->kind) {
    case CS_PROTO_ZERO:
        return cs_proto_take(r, (size_t)field->high) ? 0 : cs_proto_too_short(r, field->name);
    case CS_PROTO_NAME:
        return read_name(r, field, member);
    case CS_PROTO_TEXT:
        return read_text(r, field, member);
    case CS_PROTO_FRAME:
        return read_frame(r, field, member);
    case CS_PROTO_TIMING:
        return read_timing(r, field, member);
    case CS_PROTO_FILTERS:
        return cs_proto_read_filters(r, field, msg);
    case CS_PROTO_BUSLIST:
        return cs_proto_read_buses(r, field, msg);
    case CS_PROTO_EDGELIST:
        return cs_proto_read_edges(r, field, msg);
    default:
        return read_integer(r, field, member);
    }
}

size_t cs_proto_encode(const struct cs_proto_msg *msg, uint8_t *out)
{
    const struct cs_proto_desc *desc = cs_proto_find(msg->type);
    struct cs_proto_writer w = {out + CS_PROTO_HEADER_BYTES};
    size_t len;

    if (!desc)
        return 0;
    for (unsigned i = 0; i < desc->n_fields; i++)
        write_field(&w, &desc->fields[i], msg);
    len = (size_t)(w.at - out);
    put_le(out, len, 4);
    put_le(out + 4, msg->type, 2);
    put_le(out + 6, msg->flags, 2);
    return len;
}

static bool is_foreign(const struct cs_proto_desc *desc, const struct cs_proto_msg *msg, unsigned i)
{
    /* All messages that carry a magic start with magic, major, minor. */
    return i == 3 && cs_proto_has_version(desc->type) &&
           (msg->magic != CS_PROTO_MAGIC || msg->major != CS_PROTO_MAJOR);
}

static int decode_body(struct cs_proto_reader *r, const struct cs_proto_desc *desc,
                       struct cs_proto_msg *msg)
{
    for (unsigned i = 0; i < desc->n_fields && !is_foreign(desc, msg, i); i++) {
        const struct cs_proto_field *field = &desc->fields[i];
        const int err = field->since > 0 && r->left == 0 ? 0 : read_field(r, field, msg);

        if (err < 0)
            return err;
    }
    return 0;
}

int cs_proto_decode(const uint8_t *bytes, size_t size, enum cs_proto_side from,
                    struct cs_proto_msg *msg, char *why, size_t why_size)
{
    struct cs_proto_reader r = {NULL, 0, "message", why, why_size};
    const struct cs_proto_desc *desc;
    uint64_t len;

    memset(msg, 0, offsetof(struct cs_proto_msg, filters));
    if (size < 4)
        return 0;
    len = cs_proto_get_le(bytes, 4);
    if (len < CS_PROTO_HEADER_BYTES || len > CS_PROTO_MAX_BYTES)
        return cs_proto_refuse(&r, "length must be %d..%d, got %" PRIu64, CS_PROTO_HEADER_BYTES,
                               CS_PROTO_MAX_BYTES, len);
    if (size < len)
        return 0;
    msg->type = (uint16_t)cs_proto_get_le(bytes + 4, 2);
    msg->flags = (uint16_t)cs_proto_get_le(bytes + 6, 2);
    desc = cs_proto_find(msg->type);
    if ((!desc || desc->from != from) && msg->flags & CS_PROTO_IGNORABLE) {
        msg->type = CS_PROTO_SKIPPED;
        return (int)len;
    }
    if (!desc)
        return cs_proto_refuse(&r, "unknown type 0x%02X", msg->type);
    r.message = desc->name;
    if (desc->from != from)
        return cs_proto_refuse(&r, "only the %s sends this",
                               desc->from == CS_PROTO_HOST ? "host" : "client");
    r.at = bytes + CS_PROTO_HEADER_BYTES;
    r.left = (size_t)len - CS_PROTO_HEADER_BYTES;
    return decode_body(&r, desc, msg) < 0 ? -EPROTO : (int)len;
}

bool cs_proto_version_fits(const struct cs_proto_msg *msg, const char *who, char *why,
                           size_t why_size)
{
    if (msg->magic != CS_PROTO_MAGIC) {
        snprintf(why, why_size, "the %s does not speak cansim's link protocol", who);
        return false;
    }
    if (msg->major != CS_PROTO_MAJOR) {
        snprintf(why, why_size, "the %s speaks version %u.%u of the link protocol, this side %d.%d",
                 who, msg->major, msg->minor, CS_PROTO_MAJOR, CS_PROTO_MINOR);
        return false;
    }
    return true;
}
