/* SPDX-License-Identifier: MIT */
#include "plugins/packet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/socketcan.h"

#define SLL_CAN   0x000C
#define SLL_CANFD 0x000D
#define SLL_CANXL 0x000E

static const char *const out_words[CS_PACKET_OUTS] = {
    [CS_PACKET_LINK] = "not of a CAN interface",
    [CS_PACKET_NO_CAN] = "without a CAN frame",
    [CS_PACKET_CUT] = "cut short by who captured it",
    [CS_PACKET_WRONG] = "with what cannot be a CAN frame",
    [CS_PACKET_XL] = "with a CAN XL frame",
};

/* ---- bytes ----------------------------------------------------------------------------------- */

void cs_packets_begin(struct cs_packets *in)
{
    in->place = in->offset;
    in->mark = in->at;
    in->lost = in->later = false;
}

/* What there was of the present packet stays before it, as long as there is room. */
static bool refill(struct cs_packets *in)
{
    size_t kept = in->n - in->mark;

    if (in->ended || in->later)
        return false;
    if (kept == sizeof(in->buffer) || in->lost) {
        in->lost = true;
        kept = 0;
    }
    memmove(in->buffer, in->buffer + in->n - kept, kept);
    in->mark = 0;
    in->at = in->n = kept;
    long got = in->input.read(in->input.ctx, in->buffer + kept, sizeof(in->buffer) - kept);
    in->n += got > 0 ? (size_t)got : 0;
    in->later = got == CANSIM_LATER;
    in->ended = got <= 0 && !in->later;
    return got > 0;
}

size_t cs_packets_take(struct cs_packets *in, uint8_t *to, size_t n)
{
    size_t done = 0;

    while (done < n && (in->at < in->n || refill(in))) {
        size_t some = in->n - in->at < n - done ? in->n - in->at : n - done;
        if (to != NULL)
            memcpy(to + done, in->buffer + in->at, some);
        in->at += some;
        done += some;
    }
    in->offset += done;
    return done;
}

uint64_t cs_packets_number(const struct cs_packets *in, const uint8_t *p, unsigned n)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n; i++)
        value = value << 8 | p[in->big ? i : n - 1 - i];
    return value;
}

int cs_packets_fail(struct cs_packets *in, char *why, size_t why_size, const char *format, ...)
{
    va_list args;

    if (in->later && !in->lost) {
        in->offset = in->place;
        in->at = in->mark;
        return CANSIM_LATER;
    }
    int n = snprintf(why, why_size, "byte %" PRIu64 ": ", in->place);
    va_start(args, format);
    if (n >= 0 && (size_t)n < why_size)
        vsnprintf(why + n, why_size - (size_t)n, format, args);
    va_end(args);
    return -1;
}

/* ---- packets --------------------------------------------------------------------------------- */

static int leave_out(struct cs_packets *in, enum cs_packet_out kind)
{
    if (in->out[kind]++ == 0)
        in->out_at[kind] = in->place;
    return 0;
}

/* A frame in a cooked capture, whose identifiers are in the byte order of who captured. */
static enum cs_socketcan cooked(struct cs_packets *in, bool second, const uint8_t *p, size_t n,
                                size_t original, struct cansim_log_frame *out,
                                enum cs_packet_out *other)
{
    size_t header = second ? 20 : 16;

    if (n < header)
        return CS_SOCKETCAN_CUT;
    unsigned protocol = (unsigned)(second ? p[0] << 8 | p[1] : p[14] << 8 | p[15]);
    *other = CS_PACKET_NO_CAN;
    if (protocol != SLL_CAN && protocol != SLL_CANFD)
        return protocol == SLL_CANXL ? CS_SOCKETCAN_XL : CS_SOCKETCAN_WRONG;
    *other = CS_PACKET_WRONG;
    if (second) /* of all interfaces: named by their numbers */
        snprintf(in->bus_name, sizeof(in->bus_name), "if%u",
                 (unsigned)p[4] << 24 | (unsigned)p[5] << 16 | (unsigned)p[6] << 8 | p[7]);
    size_t frame_size = protocol == SLL_CANFD ? CS_SOCKETCAN_MAX : original - header;
    return cs_socketcan_get(p + header, n - header, frame_size, !in->big, out->frame,
                            &out->error_frame);
}

int cs_packets_frame(struct cs_packets *in, unsigned link, const char *name, const uint8_t *bytes,
                     size_t n, size_t original, struct cansim_log_frame *out)
{
    enum cs_packet_out other = CS_PACKET_WRONG;
    enum cs_socketcan ret;

    snprintf(in->bus_name, sizeof(in->bus_name), "%s", name);
    out->bus_name = in->bus_name;
    if (original < n)
        original = n;
    if (link == CS_LINKTYPE_SOCKETCAN)
        ret = cs_socketcan_get(bytes, n, original, false, out->frame, &out->error_frame);
    else if (link == CS_LINKTYPE_SLL || link == CS_LINKTYPE_SLL2)
        ret = cooked(in, link == CS_LINKTYPE_SLL2, bytes, n, original, out, &other);
    else
        return leave_out(in, CS_PACKET_LINK);
    if (ret == CS_SOCKETCAN_OK)
        return 1;
    return leave_out(in, ret == CS_SOCKETCAN_CUT  ? CS_PACKET_CUT
                         : ret == CS_SOCKETCAN_XL ? CS_PACKET_XL
                                                  : other);
}

int cs_packets_time(struct cs_packets *in, int64_t seconds, int64_t fraction_ps,
                    struct cansim_log_frame *out, char *why, size_t why_size)
{
    if (cs_log_time_put(&in->time, seconds, fraction_ps, out) != 0)
        return cs_packets_fail(in, why, why_size, "must be within 100 days of the first packet");
    return 1;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void tell(struct cs_packets *in)
{
    char text[160];

    for (unsigned i = 0; i < CS_PACKET_OUTS && !in->told; i++) {
        if (in->out[i] == 0)
            continue;
        snprintf(text, sizeof(text),
                 "%" PRIu64 " packet%s left out, %s, the first at byte %" PRIu64, in->out[i],
                 in->out[i] == 1 ? "" : "s", out_words[i], in->out_at[i]);
        if (CANSIM_KNOWS(&in->input, struct cansim_input, say) && in->input.say != NULL)
            in->input.say(in->input.ctx, text);
    }
    in->told = true;
}

int cs_packets_end(struct cs_packets *in)
{
    if (in->later)
        return CANSIM_LATER;
    tell(in);
    return 0;
}
