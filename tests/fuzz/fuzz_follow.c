/* SPDX-License-Identifier: MIT */
/* fuzz_follow.c - a log that grows by pieces, of any format: it gives the same frames, and the same
 * end, as all of it at once. The first byte is how big the pieces are. */
#include <stdlib.h>
#include <string.h>

#include "plugins/plugins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *at;
    size_t left, piece; /* piece 0: all at once */
    bool later;         /* there was a piece: now there is none */
};

struct result {
    unsigned frames;
    uint64_t sum;
    int end;
};

static long on_read(void *ctx, void *to, size_t n)
{
    struct bytes *from = ctx;

    if (from->piece > 0 && from->left > 0 && (from->later = !from->later))
        return CANSIM_LATER;
    n = n < from->left ? n : from->left;
    n = from->piece > 0 && n > from->piece ? from->piece : n;
    memcpy(to, from->at, n);
    from->at += n;
    from->left -= n;
    return (long)n;
}

static void on_say(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

static void add(struct result *result, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        result->sum = (result->sum ^ p[i]) * UINT64_C(1099511628211);
}

static void read_all(const struct cansim_format *format, struct bytes *from, struct result *result)
{
    const struct cansim_input input = {
        .size = sizeof(input), .ctx = from, .read = on_read, .say = on_say};
    struct cansim_frame frame = {.size = sizeof(frame)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .bus_name = ""};
    unsigned later = 0;
    char why[300] = "";
    void *state;

    *result = (struct result){.frames = 0};
    if (format->open(&state, &input, why, sizeof(why)) != 0)
        abort();
    while ((result->end = format->read(state, &log, why, sizeof(why))) == 1 ||
           result->end == CANSIM_LATER) {
        if (result->end == CANSIM_LATER && later++ > 3 * 100000)
            abort(); /* it does not come to its end */
        if (result->end == CANSIM_LATER)
            continue;
        result->frames++;
        add(result, &frame.id, sizeof(frame.id));
        add(result, &frame.at_ps, sizeof(frame.at_ps));
        add(result, frame.data, frame.len);
        add(result, log.bus_name, strlen(log.bus_name));
    }
    format->close(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cansim_plugin *const plugins[] = {&cs_plugin_candump, &cs_plugin_pcapng,
                                                          &cs_plugin_pcap};
    struct result once, pieces;

    if (size < 2 || size > 100000)
        return 0;
    for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++) {
        const struct cansim_format *format = plugins[i]->formats[0];
        struct bytes all = {.at = data + 1, .left = size - 1};
        struct bytes some = {.at = data + 1, .left = size - 1, .piece = 1u + data[0] % 64};
        if (format->probe(data + 1, size - 1 < 4096 ? size - 1 : 4096) == 0)
            continue;
        read_all(format, &all, &once);
        read_all(format, &some, &pieces);
        if (once.frames != pieces.frames || once.sum != pieces.sum || once.end != pieces.end)
            abort();
    }
    return 0;
}
