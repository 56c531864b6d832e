/* SPDX-License-Identifier: MIT */
/* format_pcapng.c - captures of Wireshark: the row of the format, and its writer. Every block
 * leaves whole, so that what was written up to any moment is a capture. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/log_time.h"
#include "plugins/pcapng.h"
#include "plugins/plugins.h"
#include "plugins/socketcan.h"
#include "simcore/sim.h"

#define MAX_BUSES  1024
#define BLOCK_MAX  1024
#define SNAPLEN    CS_SOCKETCAN_MAX
#define RESOLUTION 9                    /* nanoseconds: 10^-9 s */
#define LAST_S     INT64_C(18000000000) /* 64 bits hold more nanoseconds than this many seconds */

struct writer {
    struct cansim_output output;
    char (*buses)[CS_PACKET_NAME_MAX];
    unsigned n_buses;
};

/* ---- blocks, little-endian ------------------------------------------------------------------- */

struct block {
    uint8_t bytes[BLOCK_MAX];
    size_t n;
};

static void put(struct block *b, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++)
        b->bytes[b->n++] = (uint8_t)(value >> (8 * i));
}

static void put_padded(struct block *b, const void *bytes, size_t n)
{
    memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
    while (b->n % 4 != 0)
        b->bytes[b->n++] = 0;
}

static void put_option(struct block *b, unsigned code, const void *bytes, size_t n)
{
    put(b, code, 2);
    put(b, n, 2);
    put_padded(b, bytes, n);
}

static void begin(struct block *b, uint32_t type)
{
    b->n = 0;
    put(b, type, 4);
    put(b, 0, 4); /* the length, once it is known */
}

static int end(struct writer *w, struct block *b)
{
    size_t length = b->n + 4, at = b->n;

    b->n = 4;
    put(b, length, 4);
    b->n = at;
    put(b, length, 4);
    return w->output.write(w->output.ctx, b->bytes, b->n);
}

static int put_section(struct writer *w)
{
    static const char application[] = "cansim " CANSIM_VERSION;
    struct block b;

    begin(&b, CS_PCAPNG_SECTION);
    put(&b, CS_PCAPNG_MAGIC, 4);
    put(&b, 1, 2); /* version 1.0 */
    put(&b, 0, 2);
    put(&b, UINT64_MAX, 8); /* length of the section: not told */
    put_option(&b, CS_PCAPNG_USERAPPL, application, strlen(application));
    put_option(&b, CS_PCAPNG_END, "", 0);
    return end(w, &b);
}

static int put_interface(struct writer *w, const char *name)
{
    static const uint8_t resolution = RESOLUTION;
    struct block b;

    begin(&b, CS_PCAPNG_INTERFACE);
    put(&b, CS_LINKTYPE_SOCKETCAN, 2);
    put(&b, 0, 2);
    put(&b, SNAPLEN, 4);
    put_option(&b, CS_PCAPNG_IF_NAME, name, strlen(name));
    put_option(&b, CS_PCAPNG_IF_TSRESOL, &resolution, 1);
    put_option(&b, CS_PCAPNG_END, "", 0);
    return end(w, &b);
}

static int put_packet(struct writer *w, unsigned interface, uint64_t ns,
                      const struct cansim_log_frame *in)
{
    const char *comment = CANSIM_KNOWS(in, struct cansim_log_frame, comment) ? in->comment : NULL;
    uint8_t packet[CS_SOCKETCAN_MAX];
    struct block b;
    size_t n = cs_socketcan_put(in->frame, in->error_frame, packet);

    begin(&b, CS_PCAPNG_ENHANCED);
    put(&b, interface, 4);
    put(&b, ns >> 32, 4);
    put(&b, ns & UINT32_MAX, 4);
    put(&b, n, 4);
    put(&b, n, 4);
    put_padded(&b, packet, n);
    if (comment != NULL) {
        put_option(&b, CS_PCAPNG_COMMENT, comment, strnlen(comment, CS_PCAPNG_COMMENT_MAX - 1));
        put_option(&b, CS_PCAPNG_END, "", 0);
    }
    return end(w, &b);
}

/* ---- the writer ------------------------------------------------------------------------------ */

static int writer_create(void **state, const struct cansim_output *output, char *why,
                         size_t why_size)
{
    struct writer *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    w->output = *output;
    *state = w;
    if (put_section(w) == 0)
        return 0;
    free(w);
    return -1;
}

static int add_bus(struct writer *w, const char *name, char *why, size_t why_size)
{
    char(*more)[CS_PACKET_NAME_MAX] = w->buses;

    if (w->n_buses == MAX_BUSES) {
        snprintf(why, why_size, "must have at most %d buses", MAX_BUSES);
        return -1;
    }
    if ((w->n_buses & (w->n_buses - 1)) == 0)
        more = realloc(w->buses, 2 * (size_t)(w->n_buses + 1) * sizeof(*more));
    if (more == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    w->buses = more;
    snprintf(w->buses[w->n_buses], sizeof(*w->buses), "%s", name);
    return put_interface(w, w->buses[w->n_buses++]);
}

/* The interface of a bus, made with its first frame; -1. */
static int find_bus(struct writer *w, const char *name, char *why, size_t why_size)
{
    for (unsigned i = 0; i < w->n_buses; i++) {
        if (strncmp(w->buses[i], name, CS_PACKET_NAME_MAX - 1) == 0)
            return (int)i;
    }
    return add_bus(w, name, why, why_size) == 0 ? (int)w->n_buses - 1 : -1;
}

static int writer_write(void *state, const struct cansim_log_frame *in, char *why, size_t why_size)
{
    int64_t seconds, fraction;
    int bus = find_bus(state, in->bus_name, why, why_size);

    if (bus < 0)
        return -1;
    cs_log_time_get(in, &seconds, &fraction);
    if (seconds < 0 || seconds > LAST_S) {
        snprintf(why, why_size, "frames left out, of times before 1970 or beyond 2500");
        return 1;
    }
    uint64_t ns = (uint64_t)seconds * 1000000000 + (uint64_t)(fraction / CS_PS_PER_NS);
    if (put_packet(state, (unsigned)bus, ns, in) != 0)
        return -1;
    snprintf(why, why_size, "times cut to nanoseconds");
    return fraction % CS_PS_PER_NS != 0;
}

static int writer_finish(void *state, char *why, size_t why_size)
{
    struct writer *w = state;

    (void)why;
    (void)why_size;
    free(w->buses);
    free(w);
    return 0;
}

static const struct cansim_format pcapng = {
    .size = sizeof(pcapng),
    .name = "pcapng",
    .title = "captures of Wireshark, tshark and dumpcap",
    .extensions = "pcapng",
    .probe = cs_pcapng_probe,
    .open = cs_pcapng_open,
    .read = cs_pcapng_read,
    .waits = true,
    .close = cs_pcapng_close,
    .create = writer_create,
    .write = writer_write,
    .finish = writer_finish,
};

static const struct cansim_format *const formats[] = {&pcapng, NULL};

const struct cansim_plugin cs_plugin_pcapng = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cs_plugin_pcapng),
    .name = "pcapng",
    .version = CANSIM_VERSION,
    .about = "Captures of Wireshark",
    .license = "MIT",
    .formats = formats,
};
