/* SPDX-License-Identifier: MIT */
/* format_pcapng_read.c - captures read block by block. Invariant: of a block at most BODY_MAX bytes
 * are kept, whatever its length says, and nothing beyond what was kept is looked at. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/pcapng.h"

#define BODY_MAX       65536
#define MAX_INTERFACES 4096 /* of one section */

struct interface {
    uint32_t link;
    uint8_t resolution; /* if_tsresol */
    int64_t offset_s;
    char name[CS_PACKET_NAME_MAX];
};

struct reader {
    struct cs_packets in; /* its place is where the present block begins */
    bool have_section;
    struct interface *interfaces;
    unsigned n_interfaces, room;
    int64_t last_s, last_fraction; /* for packets without a time */
    uint8_t body[BODY_MAX];
    size_t kept;     /* bytes of the body that are there */
    uint32_t length; /* of the body */
    char comment[CS_PCAPNG_COMMENT_MAX];
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
    r->in.input = *input;
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

static uint32_t u32(const struct reader *r, size_t at)
{
    return (uint32_t)cs_packets_number(&r->in, r->body + at, 4);
}

static unsigned u16(const struct reader *r, size_t at)
{
    return (unsigned)cs_packets_number(&r->in, r->body + at, 2);
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
        return cs_packets_fail(&r->in, why, why_size, "must be pcapng of version 1, is version %u",
                               u16(r, 4));
    r->n_interfaces = 0;
    return 0;
}

static int make_room(struct reader *r, char *why, size_t why_size)
{
    if (r->n_interfaces < r->room)
        return 0;
    if (r->room == MAX_INTERFACES)
        return cs_packets_fail(&r->in, why, why_size, "must have at most %d interfaces",
                               MAX_INTERFACES);
    unsigned room = r->room == 0 ? 16 : r->room * 4;
    struct interface *more = realloc(r->interfaces, room * sizeof(*more));
    if (more == NULL)
        return cs_packets_fail(&r->in, why, why_size, "not enough memory");
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
        return cs_packets_fail(&r->in, why, why_size,
                               "if_tsresol must be at most 10^-18 or 2^-60, got %s-%u",
                               (to->resolution & 0x80) != 0 ? "2^" : "10^", to->resolution & 0x7Fu);
    option = find_option(r, 8, CS_PCAPNG_IF_TSOFFSET, &len);
    if (option != NULL && len == 8)
        to->offset_s = (int64_t)cs_packets_number(&r->in, option, 8);
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

/* The packet of `n` bytes at `at`: 1 with a frame, 0 left out. */
static int packet(struct reader *r, unsigned interface, size_t at, size_t n, size_t original,
                  struct cansim_log_frame *out)
{
    const struct interface *from = &r->interfaces[interface];

    if (n > r->kept - at)
        n = r->kept - at;
    return cs_packets_frame(&r->in, from->link, from->name, r->body + at, n, original, out);
}

/* An Enhanced Packet Block, or an obsolete Packet Block, which differs in its first 4 bytes. */
static int on_packet(struct reader *r, unsigned interface, struct cansim_log_frame *out, char *why,
                     size_t why_size)
{
    uint32_t captured = u32(r, 12);
    unsigned len;

    if (interface >= r->n_interfaces)
        return cs_packets_fail(&r->in, why, why_size, "must be of an interface 0..%d, got %u",
                               (int)r->n_interfaces - 1, interface);
    if (captured > r->length - 20)
        return cs_packets_fail(&r->in, why, why_size,
                               "must have a packet of at most %u bytes, got %u", r->length - 20,
                               captured);
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
    return cs_packets_time(&r->in, r->last_s, r->last_fraction, out, why, why_size);
}

static int on_simple(struct reader *r, struct cansim_log_frame *out, char *why, size_t why_size)
{
    uint32_t original = u32(r, 0), captured = r->length - 4;

    if (r->n_interfaces == 0)
        return cs_packets_fail(&r->in, why, why_size, "must come after its interface");
    if (packet(r, 0, 4, captured < original ? captured : original, original, out) == 0)
        return 0;
    if (CANSIM_KNOWS(out, struct cansim_log_frame, comment))
        out->comment = NULL;
    return cs_packets_time(&r->in, r->last_s, r->last_fraction, out, why, why_size);
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
            return cs_packets_fail(&r->in, why, why_size,
                                   "the block must have at least %u bytes, got %u",
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
 * kept: 1, 0 at the end, -1, CANSIM_LATER. */
static int begin_block(struct reader *r, uint32_t *type, char *why, size_t why_size)
{
    uint8_t head[8];
    size_t n;

    cs_packets_begin(&r->in);
    r->kept = 0;
    n = cs_packets_take(&r->in, head, 8);
    if (n == 0)
        return cs_packets_end(&r->in);
    *type = (uint32_t)cs_packets_number(&r->in, head, 4);
    if (n == 8 && *type == CS_PCAPNG_SECTION) {
        r->kept = cs_packets_take(&r->in, r->body, 4);
        r->in.big = r->kept == 4 && r->body[0] == (CS_PCAPNG_MAGIC >> 24);
        if (r->kept == 4 && cs_packets_number(&r->in, r->body, 4) != CS_PCAPNG_MAGIC)
            return cs_packets_fail(&r->in, why, why_size,
                                   "must tell the byte order by 1A2B3C4D, got %08X",
                                   (unsigned)cs_packets_number(&r->in, r->body, 4));
        r->have_section = true;
    } else if (!r->have_section) {
        return cs_packets_fail(&r->in, why, why_size,
                               "must be a section's header, got a block of type %u", *type);
    }
    uint32_t length = (uint32_t)cs_packets_number(&r->in, head + 4, 4);
    if (n < 8 || (*type == CS_PCAPNG_SECTION && r->kept < 4))
        return cs_packets_fail(&r->in, why, why_size,
                               "must be a block, the file ends within its head");
    if (length % 4 != 0 || length < (*type == CS_PCAPNG_SECTION ? 28 : 12))
        return cs_packets_fail(&r->in, why, why_size,
                               "the block's length must be a multiple of 4 and at least %d, got %u",
                               *type == CS_PCAPNG_SECTION ? 28 : 12, length);
    r->length = length - 12;
    return 1;
}

/* The rest of the block: 1, -1, CANSIM_LATER. */
static int take_block(struct reader *r, char *why, size_t why_size)
{
    uint8_t tail[4];
    size_t want = r->length < BODY_MAX ? r->length : BODY_MAX;

    r->kept += cs_packets_take(&r->in, r->body + r->kept, want - r->kept);
    size_t beyond = r->kept == want ? cs_packets_take(&r->in, NULL, r->length - want) : 0;
    size_t n = r->kept + beyond == r->length ? cs_packets_take(&r->in, tail, 4) : 0;
    if (n != 4)
        return cs_packets_fail(&r->in, why, why_size,
                               "the block must have %u bytes, the file ends after %" PRIu64,
                               r->length + 12, r->in.offset - r->in.place);
    if (cs_packets_number(&r->in, tail, 4) != (uint64_t)r->length + 12)
        return cs_packets_fail(&r->in, why, why_size,
                               "the block must end with its length %u, got %u", r->length + 12,
                               (unsigned)cs_packets_number(&r->in, tail, 4));
    return 1;
}

int cs_pcapng_read(void *state, struct cansim_log_frame *out, char *why, size_t why_size)
{
    struct reader *r = state;
    uint32_t type = 0;
    int ret;

    for (;;) {
        ret = begin_block(r, &type, why, why_size);
        if (ret > 0)
            ret = take_block(r, why, why_size);
        if (ret <= 0)
            return ret;
        ret = on_block(r, type, out, why, why_size);
        if (ret != 0)
            return ret;
    }
}
