/* SPDX-License-Identifier: MIT */
/* parrot.c - a plugin for tests: a node that says again what it hears, under the next identifier.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/cansim_plugin.h"

struct parrot {
    const struct cansim_node_host *host;
    int64_t period_ps;
    unsigned id;
    uint64_t heard;
};

static const struct cansim_setting_row settings[] = {
    {"node_id", CANSIM_SET_NUMBER, true, "1..127", NULL, "added to the identifiers"},
    {"period", CANSIM_SET_TIME, false, NULL, NULL, "of frames of its own; default: none"},
    {"words", CANSIM_SET_FILE, false, NULL, NULL, "what it says"},
    {"shy", CANSIM_SET_BOOL, false, NULL, "false", "does not answer"},
    {"signals/#/object", CANSIM_SET_TEXT, true, NULL, NULL, "what it is about"},
    {"signals/#/low", CANSIM_SET_NUMBER, false, NULL, "0", "lowest value"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static const struct cansim_setting_row commands[] = {
    {"say ID", CANSIM_SET_TEXT, false, NULL, NULL, "a frame without data"},
    {"rate BPS", CANSIM_SET_TEXT, false, NULL, NULL, "another bit rate"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static int open_words(const char *path, char *why, size_t why_size)
{
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        snprintf(why, why_size, "words: %s: cannot be opened", path);
        return -1;
    }
    fclose(file);
    return 0;
}

static int parrot_open(void **state, const struct cansim_node_host *host,
                       const struct cansim_setting *given, size_t n, char *why, size_t why_size)
{
    struct parrot *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    p->host = host;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(given[i].path, "node_id") == 0)
            p->id = (unsigned)strtoul(given[i].value, NULL, 10);
        else if (strcmp(given[i].path, "period") == 0)
            p->period_ps = strtoll(given[i].value, NULL, 10);
        else if (strcmp(given[i].path, "words") == 0 &&
                 open_words(given[i].value, why, why_size) != 0) {
            free(p);
            return -1;
        }
    }
    if (p->id < 1 || p->id > 127) {
        snprintf(why, why_size, "node_id: must be 1..127, got %u", p->id);
        free(p);
        return -1;
    }
    if (p->id == 100)
        host->host->say(host->host->ctx, CANSIM_WARNING, "node_id: is a lot for a parrot");
    *state = p;
    return 0;
}

static void parrot_close(void *state)
{
    free(state);
}

static int say(struct parrot *p, unsigned id, const uint8_t *data, uint8_t len)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = id & 0x7FF, .len = len};

    if (len > 0)
        memcpy(frame.data, data, len);
    return p->host->send(p->host->ctx, &frame, p->heard);
}

static void parrot_attached(void *state, int64_t at_ps)
{
    struct parrot *p = state;

    if (p->period_ps > 0)
        p->host->set_timer(p->host->ctx, at_ps + p->period_ps);
}

static void parrot_frame(void *state, const struct cansim_frame *frame)
{
    struct parrot *p = state;

    p->heard++;
    say(p, frame->id + p->id, frame->data, frame->len);
}

static void parrot_timer(void *state, int64_t at_ps)
{
    struct parrot *p = state;
    uint8_t word[2] = {(uint8_t)p->host->random(p->host->ctx), (uint8_t)p->heard};

    say(p, 0x700 + p->id, word, sizeof(word));
    p->host->set_timer(p->host->ctx, at_ps + p->period_ps);
}

static int parrot_command(void *state, int64_t at_ps, const char *text, char *why, size_t why_size)
{
    struct parrot *p = state;
    (void)at_ps;
    if (strncmp(text, "say ", 4) == 0)
        return say(p, (unsigned)strtoul(text + 4, NULL, 16), NULL, 0) == 0 ? 0 : -1;
    if (strncmp(text, "rate ", 5) == 0 &&
        p->host->set_bitrate(p->host->ctx, (uint32_t)strtoul(text + 5, NULL, 10)) == 0) {
        p->host->note(p->host->ctx, CANSIM_NOTE, "speaks at another rate");
        return 0;
    }
    snprintf(why, why_size, "must be \"say ID\" or \"rate BPS\", got \"%.40s\"", text);
    return -1;
}

static const struct cansim_node_type parrot = {
    .size = sizeof(parrot),
    .name = "parrot",
    .title = "says again what it hears",
    .settings = settings,
    .commands = commands,
    .open = parrot_open,
    .close = parrot_close,
    .attached = parrot_attached,
    .frame = parrot_frame,
    .timer = parrot_timer,
    .command = parrot_command,
};

/* ---- a decoder: data frames of two bytes are words; silence of 20 ms is told ----------------- */

struct listener {
    int64_t due_ps;
};

static int listener_open(void **state, const struct cansim_host *host,
                         const struct cansim_setting *given, size_t n, char *why, size_t why_size)
{
    struct listener *l = calloc(1, sizeof(*l));

    (void)host;
    if (l == NULL || n > 0) {
        snprintf(why, why_size, "eds: %s: is not read by parrots", n > 0 ? given[0].value : "?");
        free(l);
        return -1;
    }
    l->due_ps = CANSIM_NEVER;
    *state = l;
    return 0;
}

static void listener_close(void *state)
{
    free(state);
}

static int listener_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct listener *l = state;

    if (frame->len != 2)
        return 0;
    l->due_ps = frame->at_ps + INT64_C(20000000000);
    if (sink == NULL)
        return 1;
    cansim_put_uint(sink, "word", "Word", frame->data[0], 2, 0, 8, NULL);
    sink->summary(sink, "word", CANSIM_NOTE, frame->id >= 0x700 ? "of its own" : "heard");
    return 1;
}

static int64_t listener_next(void *state)
{
    const struct listener *l = state;

    return l->due_ps;
}

static void listener_time(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    struct listener *l = state;

    (void)at_ps;
    l->due_ps = CANSIM_NEVER;
    if (sink != NULL)
        sink->summary(sink, "word", CANSIM_WARNING, "silence");
}

static const struct cansim_setting_row listener_settings[] = {
    {"eds", CANSIM_SET_TEXT, false, NULL, NULL, "not read"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static const struct cansim_decoder listener = {
    .size = sizeof(listener),
    .name = "parrots",
    .title = "what parrots say",
    .settings = listener_settings,
    .open = listener_open,
    .close = listener_close,
    .frame = listener_frame,
    .next = listener_next,
    .time = listener_time,
};

static const struct cansim_decoder *const decoders[] = {&listener, NULL};
static const struct cansim_node_type *const nodes[] = {&parrot, NULL};

extern const struct cansim_plugin cansim_plugin;
CANSIM_PLUGIN_EXPORT const struct cansim_plugin cansim_plugin = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(struct cansim_plugin),
    .name = "parrot",
    .version = "1",
    .about = "for tests",
    .license = "MIT",
    .decoders = decoders,
    .nodes = nodes,
};
