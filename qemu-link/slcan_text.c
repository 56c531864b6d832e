/* SPDX-License-Identifier: MIT */
/* slcan_text.c - frames as lines: a letter, the identifier in 3 or 8 hex digits, the DLC in one,
 * the data, and for a frame that was received its time. Upper-case letters have the long
 * identifier, but `b` and `d` are CAN FD with and without a second bit rate, `r` is a remote frame.
 */
#include "qemu-link/slcan_internal.h"

#include <string.h>

#define MS_WRAP INT64_C(60000)      /* 4 digits */
#define US_WRAP INT64_C(3600000000) /* 8 digits */
/* Some programs (SavvyCAN) mark extended identifiers with this bit too. */
#define EXT_MARK 0x80000000u

static const struct {
    char letter;
    uint8_t flags;
} forms[] = {
    {'t', 0},
    {'T', CS_FRAME_EXT},
    {'r', CS_FRAME_RTR},
    {'R', CS_FRAME_RTR | CS_FRAME_EXT},
    {'d', CS_FRAME_FD},
    {'D', CS_FRAME_FD | CS_FRAME_EXT},
    {'b', CS_FRAME_FD | CS_FRAME_BRS},
    {'B', CS_FRAME_FD | CS_FRAME_BRS | CS_FRAME_EXT},
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* `n` hex digits at `text`. False: they are not there. */
bool cs_slcan_read_hex(const char *text, size_t n, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        const int digit = hex_digit(text[i]);

        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

bool cs_slcan_read_frame(const char *text, size_t len, struct cs_frame *frame)
{
    size_t form = 0, at;
    uint32_t id, dlc, byte;

    while (form < N_FORMS && (len == 0 || forms[form].letter != text[0]))
        form++;
    if (form == N_FORMS)
        return false;
    *frame = (struct cs_frame){.flags = forms[form].flags};
    const bool ext = frame->flags & CS_FRAME_EXT, fd = frame->flags & CS_FRAME_FD;
    at = ext ? 9 : 4;
    if (len <= at || !cs_slcan_read_hex(text + 1, at - 1, &id) ||
        !cs_slcan_read_hex(text + at, 1, &dlc) || (!fd && dlc > 8))
        return false;
    frame->id = ext ? id & ~EXT_MARK : id;
    frame->dlc = (uint8_t)dlc;
    if (!(frame->flags & CS_FRAME_RTR))
        frame->len = (uint8_t)cs_frame_dlc_to_len(dlc, fd);
    at++;
    if (frame->id > (ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE) || len != at + (size_t)2 * frame->len)
        return false;
    for (unsigned i = 0; i < frame->len; i++) {
        if (!cs_slcan_read_hex(text + at + (size_t)2 * i, 2, &byte))
            return false;
        frame->data[i] = (uint8_t)byte;
    }
    return true;
}

static char *put_hex(char *to, uint64_t value, unsigned n)
{
    static const char digits[] = "0123456789ABCDEF";

    for (unsigned i = n; i-- > 0; value >>= 4)
        to[i] = digits[value & 0xF];
    return to + n;
}

size_t cs_slcan_write_frame(const struct cs_frame *frame, enum slcan_stamp stamp, int64_t at_ps,
                            char text[SLCAN_LINE_MAX])
{
    const uint8_t flags = frame->flags & (uint8_t)~CS_FRAME_ESI;
    char *to = text;
    size_t form = 0;

    while (form < N_FORMS - 1 && forms[form].flags != flags)
        form++;
    *to++ = forms[form].letter;
    to = put_hex(to, frame->id, flags & CS_FRAME_EXT ? 8 : 3);
    to = put_hex(to, flags & CS_FRAME_FD || frame->dlc < 8 ? frame->dlc : 8, 1);
    for (unsigned i = 0; i < frame->len; i++)
        to = put_hex(to, frame->data[i], 2);
    if (stamp == SLCAN_MS)
        to = put_hex(to, (uint64_t)(at_ps / CS_PS_PER_MS % MS_WRAP), 4);
    else if (stamp == SLCAN_US)
        to = put_hex(to, (uint64_t)(at_ps / CS_PS_PER_US % US_WRAP), 8);
    return (size_t)(to - text);
}
