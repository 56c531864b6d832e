/* SPDX-License-Identifier: MIT */
/* format_pcapng_read.c - captures read block by block. Invariant: of a block at most BODY_MAX bytes
 * are kept, whatever its length says, and nothing beyond what was kept is looked at. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/log_time.h"
#include "plugins/pcapng.h"
#include "plugins/socketcan.h"
#include "simcore/sim.h"

#define BODY_MAX       65536
#define MAX_INTERFACES 4096 /* of one section */
#define SLL_CAN        0x000C
#define SLL_CANFD      0x000D
#define SLL_CANXL      0x000E

struct interface {
    uint32_t link;
    uint8_t resolution; /* if_tsresol */
    int64_t offset_s;
    char name[CS_PCAPNG_NAME_MAX];
};

/* Packets that are left out. */
enum out_kind { OUT_LINK, OUT_NO_CAN, OUT_CUT, OUT_WRONG, OUT_XL, OUT_KINDS };

static const char *const out_words[OUT_KINDS] = {
    [OUT_LINK] = "not of a CAN interface",      [OUT_NO_CAN] = "without a CAN frame",
    [OUT_CUT] = "cut short by who captured it", [OUT_WRONG] = "with what cannot be a CAN frame",
    [OUT_XL] = "with a CAN XL frame",
};

struct reader {
    struct cansim_input input;
    uint8_t buffer[65536];
    size_t at, n;
    bool ended, told;
    uint64_t offset; /* of the byte that comes next */
    uint64_t block;  /* where the present block begins */
    bool have_section, big;
    struct interface *interfaces;
    unsigned n_interfaces, room;
    struct cs_log_time time;
    int64_t last_s, last_fraction; /* for packets without a time */
    uint8_t body[BODY_MAX];
    size_t kept;     /* bytes of the body that are there */
    uint32_t length; /* of the body */
    char bus_name[CS_PCAPNG_NAME_MAX], comment[CS_PCAPNG_COMMENT_MAX];
    uint64_t out[OUT_KINDS], out_at[OUT_KINDS]; /* how many, and the first one's place */
};

int cs_pcapng_probe(const void *head, size_t n)
{
    static const uint8_t type[4] = {0x0A, 0x0D, 0x0D, 0x0A};
    static const uint8_t magic[2][4] = {{0x4D, 0x3C, 0x2B, 0x1A}, {0x1A, 0x2B, 0x3C, 0x4D}};
    const uint8_t *p = head;

    if (n < 12 || memcmp(p, type, 4) != 0)
        return 0;
    return memcmp(p + 8, magic[0], 4) == 0 || memcmp(p + 8, magic[1], 4) == 0 ? 100 : 0;
}

int cs_pcapng_open(void **state, const struct cansim_input *input, char *why, size_t why_size)
{
    struct reader *r = calloc(1, sizeof(*r));

    if (r == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    r->input = *input;
    *state = r;
    return 0;
}

void cs_pcapng_close(void *state)
{
    struct reader *r = state;

    free(r->interfaces);
    free(r);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static bool refill(struct reader *r)
{
    long got = r->ended ? 0 : r->input.read(r->input.ctx, r->buffer, sizeof(r->buffer));

    r->at = 0;
    r->n = got > 0 ? (size_t)got : 0;
    r->ended = got <= 0;
    return got > 0;
}

/* Up to n bytes into `to` (NULL: nowhere): how many there were. */
static size_t take(struct reader *r, uint8_t *to, size_t n)
{
    size_t done = 0;

    while (done < n && (r->at < r->n || refill(r))) {
        size_t some = r->n - r->at < n - done ? r->n - r->at : n - done;
        if (to != NULL)
            memcpy(to + done, r->buffer + r->at, some);
        r->at += some;
        done += some;
    }
    r->offset += done;
    return done;
}

static uint64_t number(const struct reader *r, const uint8_t *p, unsigned n)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n; i++)
        value = value << 8 | p[r->big ? i : n - 1 - i];
    return value;
}

static uint32_t u32(const struct reader *r, size_t at)
{
    return (uint32_t)number(r, r->body + at, 4);
}

static unsigned u16(const struct reader *r, size_t at)
{
    return (unsigned)number(r, r->body + at, 2);
}

__attribute__((format(printf, 4, 5))) static int fail(const struct reader *r, char *why,
                                                      size_t why_size, const char *format, ...)
{
    va_list args;
    int n = snprintf(why, why_size, "byte %" PRIu64 ": ", r->block);

    va_start(args, format);
    if (n >= 0 && (size_t)n < why_size)
        vsnprintf(why + n, why_size - (size_t)n, format, args);
    va_end(args);
    return -1;
}

/* The value of an option in the body from `at` on, NULL where there is none; *len is its length. */
static const uint8_t *find_option(const struct reader *r, size_t at, unsigned code, unsigned *len)
{
    while (at + 4 <= r->kept && u16(r, at) != CS_PCAPNG_END) {
        *len = u16(r, at + 2);
        if (*len > r->kept - at - 4)
            return NULL;
        if (u16(r, at) == code)
            return r->body + at + 4;
        at += 4 + ((size_t)*len + 3) / 4 * 4;
    }
    return NULL;
}

/* ---- sections and interfaces ----------------------------------------------------------------- */

static int on_section(struct reader *r, char *why, size_t why_size)
{
    if (u16(r, 4) != 1)
        return fail(r, why, why_size, "must be pcapng of version 1, is version %u", u16(r, 4));
    r->n_interfaces = 0;
    return 0;
}

static int make_room(struct reader *r, char *why, size_t why_size)
{
    if (r->n_interfaces < r->room)
        return 0;
    if (r->room == MAX_INTERFACES)
        return fail(r, why, why_size, "must have at most %d interfaces", MAX_INTERFACES);
    unsigned room = r->room == 0 ? 16 : r->room * 4;
    struct interface *more = realloc(r->interfaces, room * sizeof(*more));
    if (more == NULL)
        return fail(r, why, why_size, "not enough memory");
    r->interfaces = more;
    r->room = room;
    return 0;
}

/* As a bus is named: one word that does not disturb a screen. */
static void set_name(struct interface *to, unsigned index, const uint8_t *name, unsigned len)
{
    size_t n = len < sizeof(to->name) ? len : sizeof(to->name) - 1;

    n = name != NULL ? strnlen((const char *)name, n) : 0;
    for (size_t i = 0; i < n; i++)
        to->name[i] = (char)(name[i] > ' ' && name[i] < 0x7F ? name[i] : '_');
    to->name[n] = '\0';
    if (n == 0)
        snprintf(to->name, sizeof(to->name), "can%u", index);
}

static int on_interface(struct reader *r, char *why, size_t why_size)
{
    unsigned len;

    if (make_room(r, why, why_size) != 0)
        return -1;
    struct interface *to = &r->interfaces[r->n_interfaces];
    *to = (struct interface){.link = u16(r, 0), .resolution = 6};
    const uint8_t *option = find_option(r, 8, CS_PCAPNG_IF_NAME, &len);
    set_name(to, r->n_interfaces, option, option != NULL ? len : 0);
    option = find_option(r, 8, CS_PCAPNG_IF_TSRESOL, &len);
    if (option != NULL && len > 0)
        to->resolution = option[0];
    if ((to->resolution & 0x7F) > ((to->resolution & 0x80) != 0 ? 60 : 18))
        return fail(r, why, why_size, "if_tsresol must be at most 10^-18 or 2^-60, got %s-%u",
                    (to->resolution & 0x80) != 0 ? "2^" : "10^", to->resolution & 0x7Fu);
    option = find_option(r, 8, CS_PCAPNG_IF_TSOFFSET, &len);
    if (option != NULL && len == 8)
        to->offset_s = (int64_t)number(r, option, 8);
    if (to->offset_s > INT64_MAX / 4 || to->offset_s < INT64_MIN / 4)
        to->offset_s = 0; /* no clock says that */
    r->n_interfaces++;
    return 0;
}

/* ---- packets --------------------------------------------------------------------------------- */

/* Ticks of the interface's clock as seconds and picoseconds. */
static void split_time(const struct interface *from, uint64_t ticks, int64_t *seconds,
                       int64_t *fraction_ps)
{
    unsigned power = from->resolution & 0x7Fu;
    uint64_t unit = 1, fraction = 0;

    if ((from->resolution & 0x80) != 0) {
        unit <<= power;
        uint64_t rest = ticks & (unit - 1);
        for (unsigned digit = 0; digit < 12; digit++) {
            rest *= 10;
            fraction = fraction * 10 + (rest >> power);
            rest &= unit - 1;
        }
    } else {
        for (unsigned i = 0; i < power; i++)
            unit *= 10;
        fraction = ticks % unit;
        for (; power < 12; power++)
            fraction *= 10;
        for (; power > 12; power--)
            fraction /= 10;
    }
    /* Half of the range, so that sums stay within it: far beyond what a log may hold. */
    *seconds = (int64_t)(ticks / unit < INT64_MAX / 2 ? ticks / unit : INT64_MAX / 2);
    *seconds += from->offset_s;
    *fraction_ps = (int64_t)fraction;
}

static void leave_out(struct reader *r, enum out_kind kind)
{
    if (r->out[kind]++ == 0)
        r->out_at[kind] = r->block;
}

/* A frame in a cooked capture, whose identifiers are in the byte order of who captured. */
static enum cs_socketcan cooked(struct reader *r, bool second, size_t at, size_t n, size_t original,
                                struct cansim_log_frame *out, enum out_kind *other)
{
    size_t header = second ? 20 : 16;

    if (n < header)
        return CS_SOCKETCAN_CUT;
    const uint8_t *p = r->body + at;
    unsigned protocol = (unsigned)(second ? p[0] << 8 | p[1] : p[14] << 8 | p[15]);
    *other = OUT_NO_CAN;
    if (protocol != SLL_CAN && protocol != SLL_CANFD)
        return protocol == SLL_CANXL ? CS_SOCKETCAN_XL : CS_SOCKETCAN_WRONG;
    *other = OUT_WRONG;
    if (second) /* of all interfaces: named by their numbers */
        snprintf(r->bus_name, sizeof(r->bus_name), "if%u",
                 (unsigned)p[4] << 24 | (unsigned)p[5] << 16 | (unsigned)p[6] << 8 | p[7]);
    size_t frame_size = protocol == SLL_CANFD ? CS_SOCKETCAN_MAX : original - header;
    return cs_socketcan_get(p + header, n - header, frame_size, !r->big, out->frame,
                            &out->error_frame);
}

/* The packet of `n` bytes at `at`: 1 with a frame, 0 left out. */
static int packet(struct reader *r, unsigned interface, size_t at, size_t n, size_t original,
                  struct cansim_log_frame *out)
{
    const struct interface *from = &r->interfaces[interface];
    enum out_kind other = OUT_WRONG;
    enum cs_socketcan ret;

    memcpy(r->bus_name, from->name, sizeof(r->bus_name));
    if (n > r->kept - at)
        n = r->kept - at;
    if (original < n)
        original = n;
    if (from->link == CS_LINKTYPE_SOCKETCAN)
        ret = cs_socketcan_get(r->body + at, n, original, false, out->frame, &out->error_frame);
    else if (from->link == CS_LINKTYPE_SLL || from->link == CS_LINKTYPE_SLL2)
        ret = cooked(r, from->link == CS_LINKTYPE_SLL2, at, n, original, out, &other);
    else {
        leave_out(r, OUT_LINK);
        return 0;
    }
    if (ret == CS_SOCKETCAN_OK)
        return 1;
    leave_out(r, ret == CS_SOCKETCAN_CUT ? OUT_CUT : ret == CS_SOCKETCAN_XL ? OUT_XL : other);
    return 0;
}

static int put_time(struct reader *r, struct cansim_log_frame *out, char *why, size_t why_size)
{
    out->bus_name = r->bus_name;
    if (cs_log_time_put(&r->time, r->last_s, r->last_fraction, out) != 0)
        return fail(r, why, why_size, "must be within 100 days of the first packet");
    return 1;
}

/* An Enhanced Packet Block, or an obsolete Packet Block, which differs in its first 4 bytes. */
static int on_packet(struct reader *r, unsigned interface, struct cansim_log_frame *out, char *why,
                     size_t why_size)
{
    uint32_t captured = u32(r, 12);
    unsigned len;

    if (interface >= r->n_interfaces)
        return fail(r, why, why_size, "must be of an interface 0..%d, got %u",
                    (int)r->n_interfaces - 1, interface);
    if (captured > r->length - 20)
        return fail(r, why, why_size, "must have a packet of at most %u bytes, got %u",
                    r->length - 20, captured);
    if (packet(r, interface, 20, captured, u32(r, 16), out) == 0)
        return 0;
    split_time(&r->interfaces[interface], (uint64_t)u32(r, 4) << 32 | u32(r, 8), &r->last_s,
               &r->last_fraction);
    const uint8_t *comment =
        find_option(r, 20 + ((size_t)captured + 3) / 4 * 4, CS_PCAPNG_COMMENT, &len);
    if (CANSIM_KNOWS(out, struct cansim_log_frame, comment)) {
        snprintf(r->comment, sizeof(r->comment), "%.*s", comment != NULL ? (int)len : 0,
                 comment != NULL ? (const char *)comment : "");
        out->comment = comment != NULL ? r->comment : NULL;
    }
    return put_time(r, out, why, why_size);
}

static int on_simple(struct reader *r, struct cansim_log_frame *out, char *why, size_t why_size)
{
    uint32_t original = u32(r, 0), captured = r->length - 4;

    if (r->n_interfaces == 0)
        return fail(r, why, why_size, "must come after its interface");
    if (packet(r, 0, 4, captured < original ? captured : original, original, out) == 0)
        return 0;
    if (CANSIM_KNOWS(out, struct cansim_log_frame, comment))
        out->comment = NULL;
    return put_time(r, out, why, why_size);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static const struct {
    uint32_t type, least; /* bytes of the body */
} kinds[] = {
    {CS_PCAPNG_SECTION, 16}, {CS_PCAPNG_INTERFACE, 8}, {CS_PCAPNG_PACKET, 20},
    {CS_PCAPNG_SIMPLE, 4},   {CS_PCAPNG_ENHANCED, 20},
};

/* 1 with a frame, 0 without, -1. */
static int on_block(struct reader *r, uint32_t type, struct cansim_log_frame *out, char *why,
                    size_t why_size)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (type == kinds[i].type && r->length < kinds[i].least)
            return fail(r, why, why_size, "the block must have at least %u bytes, got %u",
                        kinds[i].least + 12, r->length + 12);
    }
    switch (type) {
    case CS_PCAPNG_SECTION:
        return on_section(r, why, why_size);
    case CS_PCAPNG_INTERFACE:
        return on_interface(r, why, why_size);
    case CS_PCAPNG_ENHANCED:
        return on_packet(r, u32(r, 0), out, why, why_size);
    case CS_PCAPNG_PACKET:
        return on_packet(r, u16(r, 0), out, why, why_size);
    case CS_PCAPNG_SIMPLE:
        return on_simple(r, out, why, why_size);
    default:
        return 0;
    }
}

/* The type and length of the next block, and of a section its byte order, of which the magic is
 * kept: 1, 0 at the end, -1. */
static int begin_block(struct reader *r, uint32_t *type, char *why, size_t why_size)
{
    uint8_t head[8];
    size_t n;

    r->block = r->offset;
    r->kept = 0;
    n = take(r, head, 8);
    if (n == 0)
        return 0;
    *type = (uint32_t)number(r, head, 4);
    if (n == 8 && *type == CS_PCAPNG_SECTION) {
        r->kept = take(r, r->body, 4);
        r->big = r->kept == 4 && r->body[0] == (CS_PCAPNG_MAGIC >> 24);
        if (r->kept == 4 && number(r, r->body, 4) != CS_PCAPNG_MAGIC)
            return fail(r, why, why_size, "must tell the byte order by 1A2B3C4D, got %08X",
                        (unsigned)number(r, r->body, 4));
        r->have_section = true;
    } else if (!r->have_section) {
        return fail(r, why, why_size, "must be a section's header, got a block of type %u", *type);
    }
    uint32_t length = (uint32_t)number(r, head + 4, 4);
    if (n < 8 || (*type == CS_PCAPNG_SECTION && r->kept < 4))
        return fail(r, why, why_size, "must be a block, the file ends within its head");
    if (length % 4 != 0 || length < (*type == CS_PCAPNG_SECTION ? 28 : 12))
        return fail(r, why, why_size,
                    "the block's length must be a multiple of 4 and at least %d, got %u",
                    *type == CS_PCAPNG_SECTION ? 28 : 12, length);
    r->length = length - 12;
    return 1;
}

/* The rest of the block: 1 or -1. */
static int take_block(struct reader *r, char *why, size_t why_size)
{
    uint8_t tail[4];
    size_t want = r->length < BODY_MAX ? r->length : BODY_MAX;

    r->kept += take(r, r->body + r->kept, want - r->kept);
    size_t beyond = r->kept == want ? take(r, NULL, r->length - want) : 0;
    size_t n = r->kept + beyond == r->length ? take(r, tail, 4) : 0;
    if (n != 4)
        return fail(r, why, why_size, "the block must have %u bytes, the file ends after %" PRIu64,
                    r->length + 12, r->offset - r->block);
    if (number(r, tail, 4) != (uint64_t)r->length + 12)
        return fail(r, why, why_size, "the block must end with its length %u, got %u",
                    r->length + 12, (unsigned)number(r, tail, 4));
    return 1;
}

static void tell(struct reader *r)
{
    char text[160];

    for (unsigned i = 0; i < OUT_KINDS && !r->told; i++) {
        if (r->out[i] == 0)
            continue;
        snprintf(text, sizeof(text),
                 "%" PRIu64 " packet%s left out, %s, the first at byte %" PRIu64, r->out[i],
                 r->out[i] == 1 ? "" : "s", out_words[i], r->out_at[i]);
        if (CANSIM_KNOWS(&r->input, struct cansim_input, say) && r->input.say != NULL)
            r->input.say(r->input.ctx, text);
    }
    r->told = true;
}

int cs_pcapng_read(void *state, struct cansim_log_frame *out, char *why, size_t why_size)
{
    struct reader *r = state;
    uint32_t type = 0;
    int ret;

    for (;;) {
        ret = begin_block(r, &type, why, why_size);
        if (ret == 0)
            tell(r);
        if (ret <= 0)
            return ret;
        if (take_block(r, why, why_size) < 0)
            return -1;
        ret = on_block(r, type, out, why, why_size);
        if (ret != 0)
            return ret;
    }
}
