/* SPDX-License-Identifier: MIT */
/* format_pcap.c - captures in the older form of tcpdump and libpcap: a header, which tells byte
 * order, unit of time and link type for all of them, and packets. It knows no names of interfaces:
 * there is one bus. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/packet.h"
#include "plugins/plugins.h"
#include "plugins/socketcan.h"
#include "simcore/sim.h"

#define MAGIC_US  0xA1B2C3D4u
#define MAGIC_NS  0xA1B23C4Du
#define HEADER    24          /* bytes */
#define HEAD      16          /* of a packet */
#define BODY_MAX  256         /* that are kept of a packet */
#define LINK_MASK 0x03FFFFFFu /* what is above tells of checksums */
#define BUS       "can0"

struct reader {
    struct cs_packets in;
    bool have_header;
    int64_t unit_ps; /* of what is beyond seconds */
    unsigned link;
    uint8_t body[BODY_MAX];
};

/* ---- reading --------------------------------------------------------------------------------- */

/* The unit of time that the first four bytes tell, in their byte order; 0: it is no capture. */
static int64_t unit_of(const struct cs_packets *in, const uint8_t *head)
{
    const uint64_t magic = cs_packets_number(in, head, 4);

    return magic == MAGIC_US ? CS_PS_PER_US : magic == MAGIC_NS ? CS_PS_PER_NS : 0;
}

static int probe(const void *head, size_t n)
{
    static const uint8_t magics[4][4] = {{0xD4, 0xC3, 0xB2, 0xA1},
                                         {0xA1, 0xB2, 0xC3, 0xD4},
                                         {0x4D, 0x3C, 0xB2, 0xA1},
                                         {0xA1, 0xB2, 0x3C, 0x4D}};

    for (unsigned i = 0; n >= 4 && i < 4; i++) {
        if (memcmp(head, magics[i], 4) == 0)
            return 100;
    }
    return 0;
}

static int reader_open(void **state, const struct cansim_input *input, char *why, size_t why_size)
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

static int read_header(struct reader *r, char *why, size_t why_size)
{
    struct cs_packets *in = &r->in;
    uint8_t head[HEADER];

    cs_packets_begin(in);
    if (cs_packets_take(in, head, HEADER) != HEADER)
        return cs_packets_fail(in, why, why_size,
                               "must begin with a header of %d bytes, has %" PRIu64, HEADER,
                               in->offset);
    in->big = head[0] == 0xA1;
    r->unit_ps = unit_of(in, head);
    if (r->unit_ps == 0)
        return cs_packets_fail(in, why, why_size, "must begin with A1B2C3D4 or A1B23C4D");
    if (cs_packets_number(in, head + 4, 2) != 2)
        return cs_packets_fail(in, why, why_size, "must be pcap of version 2, is version %u",
                               (unsigned)cs_packets_number(in, head + 4, 2));
    r->link = (unsigned)cs_packets_number(in, head + 20, 4) & LINK_MASK;
    if (r->link != CS_LINKTYPE_SOCKETCAN && r->link != CS_LINKTYPE_SLL &&
        r->link != CS_LINKTYPE_SLL2)
        return cs_packets_fail(in, why, why_size,
                               "must be captured on a CAN interface (link type %d), got %u",
                               CS_LINKTYPE_SOCKETCAN, r->link);
    r->have_header = true;
    return 0;
}

/* A packet: 1 with a frame, 0 left out, -1. `head` is its head. */
static int read_packet(struct reader *r, const uint8_t *head, struct cansim_log_frame *out,
                       char *why, size_t why_size)
{
    struct cs_packets *in = &r->in;
    const size_t captured = (size_t)cs_packets_number(in, head + 8, 4);
    const size_t original = (size_t)cs_packets_number(in, head + 12, 4);
    const size_t kept = captured < BODY_MAX ? captured : BODY_MAX;
    const int64_t seconds = (int64_t)cs_packets_number(in, head, 4);
    const int64_t fraction_ps = (int64_t)cs_packets_number(in, head + 4, 4) * r->unit_ps;

    size_t n = cs_packets_take(in, r->body, kept);
    n += n == kept ? cs_packets_take(in, NULL, captured - kept) : 0;
    if (n != captured)
        return cs_packets_fail(in, why, why_size,
                               "the packet must have %zu bytes, the file ends after %zu", captured,
                               n);
    if (fraction_ps >= CS_PS_PER_S)
        return cs_packets_fail(in, why, why_size,
                               "the packet's time must be seconds and less than one");
    if (cs_packets_frame(in, r->link, BUS, r->body, kept, original, out) == 0)
        return 0;
    if (CANSIM_KNOWS(out, struct cansim_log_frame, comment))
        out->comment = NULL;
    return cs_packets_time(in, seconds, fraction_ps, out, why, why_size);
}

static int reader_read(void *state, struct cansim_log_frame *out, char *why, size_t why_size)
{
    struct reader *r = state;
    uint8_t head[HEAD];
    int ret = 0;

    if (!r->have_header)
        ret = read_header(r, why, why_size);
    while (ret == 0) {
        cs_packets_begin(&r->in);
        const size_t n = cs_packets_take(&r->in, head, HEAD);
        if (n == 0)
            return cs_packets_end(&r->in);
        if (n != HEAD)
            return cs_packets_fail(&r->in, why, why_size,
                                   "must be a packet, the file ends within its head");
        ret = read_packet(r, head, out, why, why_size);
    }
    return ret;
}

static void reader_close(void *state)
{
    free(state);
}

/* ---- writing, little-endian with nanoseconds ------------------------------------------------- */

static size_t put(uint8_t *to, size_t at, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++)
        to[at++] = (uint8_t)(value >> (8 * i));
    return at;
}

static int writer_create(void **state, const struct cansim_output *output, char *why,
                         size_t why_size)
{
    struct cansim_output *own = malloc(sizeof(*own));
    uint8_t header[HEADER] = {0};

    if (own == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    *own = *output;
    *state = own;
    put(header, 0, MAGIC_NS, 4);
    put(header, 4, 2, 2); /* version 2.4 */
    put(header, 6, 4, 2);
    put(header, 16, CS_SOCKETCAN_MAX, 4);
    put(header, 20, CS_LINKTYPE_SOCKETCAN, 4);
    if (own->write(own->ctx, header, HEADER) == 0)
        return 0;
    free(own);
    return -1;
}

static int writer_write(void *state, const struct cansim_log_frame *in, char *why, size_t why_size)
{
    const struct cansim_output *output = state;
    uint8_t packet[HEAD + CS_SOCKETCAN_MAX];
    int64_t seconds, fraction;

    cs_log_time_get(in, &seconds, &fraction);
    if (seconds < 0 || seconds > UINT32_MAX) {
        snprintf(why, why_size, "frames left out, of times before 1970 or beyond 2106");
        return 1;
    }
    const size_t n = cs_socketcan_put(in->frame, in->error_frame, packet + HEAD);
    put(packet, 0, (uint64_t)seconds, 4);
    put(packet, 4, (uint64_t)(fraction / CS_PS_PER_NS), 4);
    put(packet, 8, n, 4);
    put(packet, 12, n, 4);
    if (output->write(output->ctx, packet, HEAD + n) != 0)
        return -1;
    const bool finer = fraction % CS_PS_PER_NS != 0, named = strcmp(in->bus_name, BUS) != 0;
    const bool comment = CANSIM_KNOWS(in, struct cansim_log_frame, comment) && in->comment != NULL;
    snprintf(why, why_size, "%s",
             named   ? "names of buses left out"
             : finer ? "times cut to nanoseconds"
                     : "comments left out");
    return named || finer || comment;
}

static int writer_finish(void *state, char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    free(state);
    return 0;
}

static const struct cansim_format pcap = {
    .size = sizeof(pcap),
    .name = "pcap",
    .title = "captures of tcpdump, the older form",
    .extensions = "pcap,cap",
    .probe = probe,
    .open = reader_open,
    .read = reader_read,
    .waits = true,
    .close = reader_close,
    .create = writer_create,
    .write = writer_write,
    .finish = writer_finish,
};

static const struct cansim_format *const formats[] = {&pcap, NULL};

const struct cansim_plugin cs_plugin_pcap = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cs_plugin_pcap),
    .name = "pcap",
    .version = CANSIM_VERSION,
    .about = "Captures of tcpdump",
    .license = "MIT",
    .formats = formats,
};
