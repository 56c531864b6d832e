/* SPDX-License-Identifier: MIT */
/* frame.c - checks and the text form of frames. */
#include "simcore/frame.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const uint8_t fd_lengths[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64};

unsigned cs_frame_dlc_to_len(unsigned dlc, bool fd)
{
    unsigned len = fd_lengths[dlc & 15];
    return fd || len <= 8 ? len : 8;
}

unsigned cs_frame_len_to_dlc(unsigned len)
{
    unsigned dlc = 0;
    while (dlc < 15 && fd_lengths[dlc] < len) {
        dlc++;
    }
    return dlc;
}

int cs_frame_check(const struct cs_frame *frame)
{
    bool fd = frame->flags & CS_FRAME_FD;
    bool rtr = frame->flags & CS_FRAME_RTR;

    if (frame->id > (frame->flags & CS_FRAME_EXT ? CS_ID_MAX_EXT : CS_ID_MAX_BASE)) {
        return -EINVAL;
    }
    if (frame->dlc > 15 || frame->len != (rtr ? 0 : cs_frame_dlc_to_len(frame->dlc, fd))) {
        return -EINVAL;
    }
    if ((fd && rtr) || (!fd && frame->flags & (CS_FRAME_BRS | CS_FRAME_ESI))) {
        return -EINVAL;
    }
    return 0;
}

bool cs_frame_equal(const struct cs_frame *a, const struct cs_frame *b)
{
    return a->id == b->id && a->flags == b->flags && a->dlc == b->dlc && a->len == b->len &&
           memcmp(a->data, b->data, a->len) == 0;
}

/* ---- text -> frame ------------------------------------------------------------------------ */

struct parser {
    const char *at;
    struct cs_frame *frame;
    char *why;
    size_t why_size;
};

static int refuse(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct parser *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (p->why_size > 0) {
        vsnprintf(p->why, p->why_size, format, args);
    }
    va_end(args);
    return -EINVAL;
}

static int hex_digit(char c)
{
    static const uint8_t digits[] = {/* one more than it is, from '0' on */
                                     1, 2, 3, 4,  5,  6,  7,  8,  9,  10, 0,  0,  0, 0,
                                     0, 0, 0, 11, 12, 13, 14, 15, 16, 0,  0,  0,  0, 0,
                                     0, 0, 0, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 0,
                                     0, 0, 0, 0,  0,  0,  0,  11, 12, 13, 14, 15, 16};
    const unsigned at = (unsigned)(unsigned char)c - '0';

    return at < sizeof(digits) ? digits[at] - 1 : -1;
}

static int parse_id(struct parser *p)
{
    unsigned digits = 0;
    uint32_t id = 0;

    while (hex_digit(p->at[digits]) >= 0) {
        if (digits >= 8) {
            return refuse(p, "an identifier has 3 or 8 hex digits, got more");
        }
        id = id << 4 | (uint32_t)hex_digit(p->at[digits]);
        digits++;
    }
    if (digits != 3 && digits != 8) {
        return refuse(p, "an identifier has 3 hex digits (base) or 8 (extended), got %u", digits);
    }
    if (digits == 8) {
        p->frame->flags |= CS_FRAME_EXT;
    }
    if (id > (digits == 8 ? CS_ID_MAX_EXT : CS_ID_MAX_BASE)) {
        return refuse(p, "identifier %.*s is above %s", (int)digits, p->at,
                      digits == 8 ? "1FFFFFFF" : "7FF");
    }
    p->frame->id = id;
    p->at += digits;
    if (*p->at != '#') {
        return refuse(p, "expected '#' after the identifier, got %s%.1s%s",
                      *p->at ? "'" : "the end", p->at, *p->at ? "'" : "");
    }
    p->at++;
    return 0;
}

static int parse_data(struct parser *p, unsigned max)
{
    unsigned n = 0;

    while (*p->at && *p->at != '_') {
        int high = hex_digit(p->at[0]);
        int low = high < 0 ? -1 : hex_digit(p->at[1]);
        if (high < 0 || (low < 0 && p->at[1] != '\0')) {
            return refuse(p, "data byte %u: expected two hex digits, got \"%.2s\"", n, p->at);
        }
        if (low < 0) {
            return refuse(p, "data byte %u: has one hex digit, expected two", n);
        }
        if (n == max) {
            return refuse(p, "more than %u data bytes", max);
        }
        p->frame->data[n++] = (uint8_t)(high << 4 | low);
        p->at += 2;
        if (*p->at == '.' && hex_digit(p->at[1]) >= 0) {
            p->at++;
        }
    }
    p->frame->len = (uint8_t)n;
    return 0;
}

/* "_9".."_F" after 8 bytes or R8: the raw DLC. */
static int parse_raw_dlc(struct parser *p, unsigned dlc)
{
    p->frame->dlc = (uint8_t)dlc;
    if (*p->at != '_') {
        return 0;
    }
    int raw = hex_digit(p->at[1]);
    if (dlc != 8) {
        return refuse(p, "a raw DLC (_9 to _F) needs 8 data bytes, got %u", dlc);
    }
    if (raw < 9 || p->at[2] != '\0') {
        return refuse(p, "a raw DLC is _9 to _F, got \"%.8s\"", p->at);
    }
    p->frame->dlc = (uint8_t)raw;
    p->at += 2;
    return 0;
}

static int parse_remote(struct parser *p)
{
    unsigned dlc = 0;

    p->at++;
    p->frame->flags |= CS_FRAME_RTR;
    if (*p->at && *p->at != '_') {
        int digit = hex_digit(*p->at);
        if (digit < 0 || digit > 8) {
            return refuse(p, "a remote frame's length is R0 to R8, got \"R%.8s\"", p->at);
        }
        dlc = (unsigned)digit;
        p->at++;
    }
    return parse_raw_dlc(p, dlc);
}

static int parse_fd(struct parser *p)
{
    p->at++;
    int nibble = hex_digit(*p->at);
    if (nibble < 0) {
        return refuse(p, "expected a hex digit of FD flags after '##'");
    }
    p->frame->flags |= CS_FRAME_FD;
    p->frame->flags |= (uint8_t)((nibble & 1 ? CS_FRAME_BRS : 0) | (nibble & 2 ? CS_FRAME_ESI : 0));
    p->at++;
    int status = parse_data(p, CS_FRAME_MAX_DATA);
    if (status) {
        return status;
    }
    /* FD has no length between its steps: the rest is sent as zeros, as can-utils does. */
    p->frame->dlc = (uint8_t)cs_frame_len_to_dlc(p->frame->len);
    p->frame->len = (uint8_t)cs_frame_dlc_to_len(p->frame->dlc, true);
    return 0;
}

int cs_frame_parse(const char *text, struct cs_frame *frame, char *why, size_t why_size)
{
    struct cs_frame parsed = {0};
    struct parser p = {.at = text, .frame = &parsed, .why = why, .why_size = why_size};
    int status = parse_id(&p);

    if (status == 0) {
        if (*p.at == '#') {
            status = parse_fd(&p);
        } else if (*p.at == 'R' || *p.at == 'r') {
            status = parse_remote(&p);
        } else {
            status = parse_data(&p, 8);
            status = status ? status : parse_raw_dlc(&p, parsed.len);
        }
    }
    if (status == 0 && *p.at != '\0') {
        status = refuse(&p, "unexpected \"%.8s\" after the frame", p.at);
    }
    if (status == 0) {
        *frame = parsed;
    }
    return status;
}

/* ---- frame -> text ------------------------------------------------------------------------ */

static char *put_hex(char *to, uint32_t value, unsigned digits)
{
    static const char hex[] = "0123456789ABCDEF";
    for (unsigned i = digits; i-- > 0;) {
        *to++ = hex[value >> (4 * i) & 15];
    }
    return to;
}

size_t cs_frame_format(const struct cs_frame *frame, char *text)
{
    char *to = put_hex(text, frame->id, frame->flags & CS_FRAME_EXT ? 8 : 3);

    *to++ = '#';
    if (frame->flags & CS_FRAME_FD) {
        *to++ = '#';
        to = put_hex(
            to, (frame->flags & CS_FRAME_BRS ? 1u : 0u) | (frame->flags & CS_FRAME_ESI ? 2u : 0u),
            1);
    }
    if (frame->flags & CS_FRAME_RTR) {
        *to++ = 'R';
        if (frame->dlc > 0) {
            *to++ = (char)('0' + (frame->dlc < 8 ? frame->dlc : 8));
        }
    }
    for (unsigned i = 0; i < frame->len && i < CS_FRAME_MAX_DATA; i++) {
        to = put_hex(to, frame->data[i], 2);
    }
    if (!(frame->flags & CS_FRAME_FD) && frame->dlc > 8) {
        *to++ = '_';
        to = put_hex(to, frame->dlc, 1);
    }
    *to = '\0';
    return (size_t)(to - text);
}
