/* SPDX-License-Identifier: MIT */
/* fuzz_frame.c - frames as a person types them, frames as they are, and bits off a wire. What is
 * taken must come back. */
#include <stdlib.h>
#include <string.h>

#include "simcore/mac.h"
#include "simcore/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text(const uint8_t *data, size_t size)
{
    char typed[512], why[64], once[CS_FRAME_TEXT_MAX], twice[CS_FRAME_TEXT_MAX];
    struct cs_frame frame;
    size_t n = size < sizeof(typed) - 1 ? size : sizeof(typed) - 1;

    memcpy(typed, data, n);
    typed[n] = '\0';
    if (cs_frame_parse(typed, &frame, why, sizeof(why)) != 0) {
        return;
    }
    cs_frame_format(&frame, once);
    if (cs_frame_check(&frame) != 0 || cs_frame_parse(once, &frame, why, sizeof(why)) != 0) {
        abort();
    }
    cs_frame_format(&frame, twice);
    if (strcmp(once, twice) != 0) {
        abort();
    }
}

/* What is encoded comes back. */
static void there_and_back(const struct cs_frame *frame, bool non_iso)
{
    const struct cs_wire_form form = {.non_iso = non_iso};
    uint8_t levels[CS_WIRE_MAX_BITS];
    struct cs_wire wire;
    struct cs_frame back;
    unsigned at;

    if (cs_wire_encode_as(frame, &form, &wire) != 0 || wire.n_bits > CS_WIRE_MAX_BITS) {
        abort();
    }
    for (unsigned i = 0; i < wire.n_bits; i++) {
        levels[i] = i != wire.ack_slot && cs_wire_level(&wire, i);
    }
    if (cs_wire_decode_as(levels, wire.n_bits, non_iso, &back, &at) != CS_WIRE_OK ||
        at != wire.n_bits || !cs_frame_equal(frame, &back)) {
        abort();
    }
}

static void frame(const uint8_t *data, size_t size, bool non_iso)
{
    struct cs_frame typed = {0};

    if (size < 6) {
        return;
    }
    memcpy(&typed.id, data, 4);
    typed.flags = data[4] & 31;
    typed.dlc = data[5] & 15;
    typed.id &= typed.flags & CS_FRAME_EXT ? CS_ID_MAX_EXT : CS_ID_MAX_BASE;
    if (!(typed.flags & CS_FRAME_RTR)) {
        typed.len = (uint8_t)cs_frame_dlc_to_len(typed.dlc, typed.flags & CS_FRAME_FD);
    }
    memcpy(typed.data, data + 6, size - 6 < typed.len ? size - 6 : typed.len);
    if (cs_frame_check(&typed) == 0) {
        there_and_back(&typed, non_iso);
    }
}

/* The decoder and the receiving half of a controller must judge alike. */
static void bits(const uint8_t *data, size_t size, bool non_iso)
{
    uint8_t levels[1024];
    struct cs_frame taken;
    struct cs_mac_rx rx;
    enum cs_mac_rx_result result = RX_CONTINUE;
    unsigned at;
    size_t n = size * 8 < sizeof(levels) ? size * 8 : sizeof(levels);

    for (size_t i = 0; i < n; i++) {
        levels[i] = data[i / 8] >> (i % 8) & 1;
    }
    if (n == 0 || levels[0] != 0) {
        return;
    }
    enum cs_wire_fault fault = cs_wire_decode_as(levels, n, non_iso, &taken, &at);
    cs_mac_rx_start(&rx, non_iso ? CS_FD_NON_ISO : CS_FD_ISO, 0);
    for (size_t i = 0; i < n && result == RX_CONTINUE; i++) {
        result = cs_mac_rx_bit(&rx, levels[i]);
    }
    bool good = fault == CS_WIRE_OK || fault == CS_WIRE_ACK_ERROR;
    if (good && (result != RX_VALID || !cs_frame_equal(&taken, &rx.frame))) {
        abort();
    }
    /* A controller takes a longer ACK slot in FD frames, which the decoder, who gets the bits as
     * they were sent, does not. */
    if (result == RX_VALID && !good && !(rx.frame.flags & CS_FRAME_FD)) {
        abort();
    }
    if (good) {
        there_and_back(&taken, non_iso);
    }
}

/* The first byte tells what the others are: below 80 text, else bits or (4) a frame, of the old
 * CAN FD (1) or the present one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || !(data[0] & 0x80)) {
        text(data, size);
    } else if (data[0] & 4) {
        frame(data + 1, size - 1, data[0] & 1);
    } else {
        bits(data + 1, size - 1, data[0] & 1);
    }
    return 0;
}
