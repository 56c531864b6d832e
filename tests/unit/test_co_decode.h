/* SPDX-License-Identifier: MIT */
/* test_co_decode.h - the CANopen decoder, told frames one by one; what it says as one line:
 * "HB note: node 5: heartbeat, operational [canopen.heartbeat 5 5] <answers 3>". */
#ifndef TEST_CO_DECODE_H
#define TEST_CO_DECODE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/plugins.h"
#include "plugins/tree.h"

#define MS INT64_C(1000000000)

struct bench {
    const struct cansim_decoder *decoder;
    void *state;
    struct cs_tree tree;
    uint64_t number;
    char said[1200];
};

/* `frame` NULL: time alone has something to tell, at at_ms exactly. `said` "-": not CANopen. */
struct step {
    int at_ms;
    const char *frame, *said;
};

static inline void bench_open(struct bench *b, const struct cansim_setting *settings, size_t n)
{
    static const struct cansim_host host = {
        .size = sizeof(host), .version = "0", .bus_name = "can0", .bitrate_bps = 500000};
    char why[400] = "";

    memset(b, 0, sizeof(*b));
    b->decoder = cs_plugin_canopen.decoders[0];
    if (b->decoder->open(&b->state, &host, settings, n, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    assert_int_equal(cs_tree_init(&b->tree, 65536, 1 << 20), 0);
    b->tree.sink.want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS;
}

static inline void bench_close(struct bench *b)
{
    b->decoder->close(b->state);
    cs_tree_fini(&b->tree);
}

static inline struct cansim_frame frame_of(const char *text)
{
    struct cansim_frame frame = {.size = sizeof(frame), .node = CANSIM_NO_NODE};
    const char *hash = strchr(text, '#');

    assert_non_null(hash);
    frame.id = (uint32_t)strtoul(text, NULL, 16);
    if (hash - text > 3)
        frame.flags |= CANSIM_FRAME_EXT;
    if (hash[1] == 'R') {
        frame.flags |= CANSIM_FRAME_RTR;
        return frame;
    }
    for (hash++; hash[0] != '\0' && hash[1] != '\0'; hash += hash[2] == '.' ? 3 : 2) {
        char pair[3] = {hash[0], hash[1], '\0'};
        frame.data[frame.len++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    frame.dlc = frame.len;
    return frame;
}

static inline const char *bench_said(struct bench *b)
{
    const struct cs_tree *tree = &b->tree;
    size_t n = (size_t)snprintf(b->said, sizeof(b->said), "%s %s: %s", tree->protocol,
                                cs_severity_name(tree->severity), tree->summary);

    for (unsigned i = 0; i < tree->n_events; i++)
        n += (size_t)snprintf(b->said + n, sizeof(b->said) - n, "%s%s %d %" PRIu64 "%s",
                              i == 0 ? " [" : ", ", tree->events[i].name, tree->events[i].subject,
                              tree->events[i].value, i + 1 == tree->n_events ? "]" : "");
    for (unsigned i = 0; i < tree->n_links; i++)
        n += (size_t)snprintf(b->said + n, sizeof(b->said) - n, " <%s %" PRIu64 ">",
                              cs_link_name(tree->links[i].kind), tree->links[i].number);
    return b->said;
}

/* Tell one frame; its number is the count of frames so far. */
static inline const char *bench_frame(struct bench *b, int at_ms, const char *text)
{
    struct cansim_frame frame = frame_of(text);

    frame.at_ps = at_ms * MS;
    frame.start_ps = frame.at_ps;
    frame.number = ++b->number;
    cs_tree_clear(&b->tree);
    return b->decoder->frame(b->state, &frame, &b->tree.sink) == 0 ? "-" : bench_said(b);
}

static inline void bench_steps(struct bench *b, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *said;
        if (steps[i].frame == NULL) {
            assert_int_equal(b->decoder->next(b->state) / MS, steps[i].at_ms);
            cs_tree_clear(&b->tree);
            b->decoder->time(b->state, steps[i].at_ms * MS, &b->tree.sink);
            said = bench_said(b);
        } else {
            said = bench_frame(b, steps[i].at_ms, steps[i].frame);
        }
        if (steps[i].said != NULL && strcmp(said, steps[i].said) != 0)
            fail_msg("step %zu, %s:\n is \"%s\"\nnot \"%s\"", i + 1,
                     steps[i].frame != NULL ? steps[i].frame : "time", said, steps[i].said);
    }
}

/* The value of a field of what was said last, as text. */
static inline void bench_field(struct bench *b, const char *path, const char *want)
{
    const struct cansim_field *field = cs_tree_find(&b->tree, path);
    char text[400];

    if (field == NULL)
        fail_msg("no field %s", path);
    cs_tree_value(field, text, sizeof(text));
    if (strcmp(text, want) != 0)
        fail_msg("%s: is \"%s\", not \"%s\"", path, text, want);
}

static inline void bench_model(struct bench *b, int at_ms)
{
    cs_tree_clear(&b->tree);
    b->decoder->model(b->state, at_ms * MS, &b->tree.sink);
}

#define STEPS(b, steps) bench_steps(b, steps, sizeof(steps) / sizeof((steps)[0]))

#endif
