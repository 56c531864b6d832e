/* SPDX-License-Identifier: MIT */
/* fuzz_pcapng.c - captures of both forms. Whatever is in one: frames that a bus can carry, with
 * times that never go back, and at last the end or a sentence. What was read is written, and read
 * again the same. */
#include <stdlib.h>
#include <string.h>

#include "plugins/plugins.h"
#include "plugins/socketcan.h"
#include "simcore/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *at;
    size_t left;
};

static long on_read(void *ctx, void *to, size_t n)
{
    struct bytes *from = ctx;

    n = n < from->left ? n : from->left;
    memcpy(to, from->at, n);
    from->at += n;
    from->left -= n;
    return (long)n;
}

static void on_say(void *ctx, const char *text)
{
    (void)ctx;
    if (text[0] == '\0')
        abort();
}

static void check_frame(const struct cansim_frame *frame)
{
    struct cs_frame cs = {
        .id = frame->id, .flags = frame->flags, .dlc = frame->dlc, .len = frame->len};

    memcpy(cs.data, frame->data, sizeof(cs.data));
    if (cs_frame_check(&cs) != 0)
        abort();
}

/* Packed and taken apart again. */
static void check_packet(const struct cansim_frame *frame, bool error_frame)
{
    struct cansim_frame again = {.id = 0};
    uint8_t packet[CS_SOCKETCAN_MAX];
    size_t n = cs_socketcan_put(frame, error_frame, packet);
    bool error;

    if (cs_socketcan_get(packet, n, n, false, &again, &error) != CS_SOCKETCAN_OK ||
        error != error_frame || again.id != frame->id ||
        memcmp(again.data, frame->data, frame->len) != 0 ||
        (!error && (again.flags != frame->flags || again.dlc != frame->dlc)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes from = {data, size};
    const struct cansim_input input = {sizeof(input), &from, on_read, on_say};
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame};
    char why[300] = "";
    int64_t last_ps = 0;
    const struct cansim_format *format = cs_plugin_pcap.formats[0];
    void *state;
    int ret;

    if (format->probe(data, size) == 0)
        format = cs_plugin_pcapng.formats[0];
    if (format->open(&state, &input, why, sizeof(why)) != 0)
        return 0;
    while ((ret = format->read(state, &log, why, sizeof(why))) == 1) {
        if (frame.at_ps < last_ps || log.bus_name[0] == '\0')
            abort();
        last_ps = frame.at_ps;
        if (!log.error_frame)
            check_frame(&frame);
        check_packet(&frame, log.error_frame);
    }
    if (ret < 0 && strncmp(why, "byte ", 5) != 0)
        abort();
    format->close(state);
    return 0;
}
