/* SPDX-License-Identifier: MIT */
/* two.c - a plugin for tests: a decoder "tick" that takes odd identifiers and says when none has
 * come for a while, and a decoder "rest" that takes all there is. */
#include <stdio.h>
#include <stdlib.h>

#include "plugins/cansim_plugin.h"

struct state {
    const struct cansim_host *host;
    int64_t limit_ps, due_ps;
    unsigned frames, unwanted, eds, stuck;
};

static const struct cansim_setting_row tick_rows[] = {
    {"limit", CANSIM_SET_TIME, false, NULL, "10ms", "time without a frame"},
    {"eds", CANSIM_SET_TEXT, false, NULL, NULL, "counted; \"bad\" is refused"},
    {"stuck", CANSIM_SET_BOOL, false, NULL, "false", "never content"},
    {NULL, 0, false, NULL, NULL, NULL},
};
static const struct cansim_setting_row rest_rows[] = {
    {"eds/#", CANSIM_SET_TEXT, false, NULL, NULL, "counted"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static int open_either(void **out, const struct cansim_host *host,
                       const struct cansim_setting *settings, size_t n, char *why, size_t why_size)
{
    struct state *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return -1;
    s->host = host;
    s->limit_ps = INT64_C(10000000000);
    s->due_ps = CANSIM_NEVER;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(settings[i].path, "limit") == 0)
            s->limit_ps = strtoll(settings[i].value, NULL, 10);
        else if (strcmp(settings[i].path, "stuck") == 0)
            s->stuck = settings[i].value[0] == 't';
        else if (strcmp(settings[i].value, "bad") == 0) {
            snprintf(why, why_size, "%s: is bad", settings[i].path);
            free(s);
            return -1;
        } else {
            s->eds++;
        }
    }
    host->say(host->ctx, CANSIM_NOTE, "opened");
    *out = s;
    return 0;
}

static void close_either(void *state)
{
    free(state);
}

static int tick_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct state *s = state;

    if (sink != NULL)
        sink->summary(sink, "TICK", CANSIM_INFO, "odd");
    if ((frame->id & 1) == 0)
        return 0;
    s->frames++;
    s->due_ps = frame->at_ps + s->limit_ps;
    return 1;
}

static int64_t tick_next(void *state)
{
    return ((const struct state *)state)->due_ps;
}

static void tick_time(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    struct state *s = state;

    (void)at_ps;
    if (!s->stuck)
        s->due_ps = CANSIM_NEVER;
    sink->summary(sink, "TICK", CANSIM_WARNING, s->host->bus_name);
}

static int rest_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct state *s = state;

    (void)frame;
    s->frames++;
    s->unwanted += sink == NULL;
    if (sink != NULL)
        sink->summary(sink, "REST", CANSIM_INFO, "even");
    return 1;
}

static void model(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    const struct state *s = state;

    (void)at_ps;
    cansim_put_uint(sink, "frames", NULL, s->frames, 0, 0, 0, NULL);
    cansim_put_uint(sink, "unwanted", NULL, s->unwanted, 0, 0, 0, NULL);
    cansim_put_uint(sink, "eds", NULL, s->eds, 0, 0, 0, NULL);
}

static const struct cansim_decoder tick = {.size = sizeof(tick),
                                           .name = "tick",
                                           .title = "Odd identifiers",
                                           .settings = tick_rows,
                                           .open = open_either,
                                           .close = close_either,
                                           .frame = tick_frame,
                                           .next = tick_next,
                                           .time = tick_time};
static const struct cansim_decoder rest = {.size = sizeof(rest),
                                           .name = "rest",
                                           .title = "All",
                                           .settings = rest_rows,
                                           .open = open_either,
                                           .close = close_either,
                                           .frame = rest_frame,
                                           .model = model};
static const struct cansim_decoder *const decoders[] = {&tick, &rest, NULL};

CANSIM_PLUGIN_EXPORT extern const struct cansim_plugin cansim_plugin;
const struct cansim_plugin cansim_plugin = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cansim_plugin),
    .name = "two",
    .version = "1",
    .about = "For tests",
    .license = "MIT",
    .decoders = decoders,
};
