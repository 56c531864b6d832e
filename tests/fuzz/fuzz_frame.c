/* SPDX-License-Identifier: MIT */
/* fuzz_frame.c - frames as a person types them, and bits off a wire. What is taken must come back.
 */
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

/* The decoder and the receiving half of a controller must judge alike. */
static void bits(const uint8_t *data, size_t size)
{
    uint8_t levels[1024];
    struct cs_frame frame;
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
    enum cs_wire_fault fault = cs_wire_decode(levels, n, &frame, &at);
    cs_mac_rx_start(&rx, CS_FD_CLASSIC, false);
    for (size_t i = 0; i < n && result == RX_CONTINUE; i++) {
        result = cs_mac_rx_bit(&rx, levels[i]);
    }
    bool good = fault == CS_WIRE_OK || fault == CS_WIRE_ACK_ERROR;
    if (good && (result != RX_VALID || !cs_frame_equal(&frame, &rx.frame))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] & 0x80) {
        bits(data + 1, size - 1);
    } else {
        text(data, size);
    }
    return 0;
}
