/* SPDX-License-Identifier: MIT */
/* alive.c - a plugin of cansim: alive counters.
 *
 * Many messages carry a counter that goes up by one with each frame, so that a receiver notices
 * when the sender hangs or a frame is lost. The decoder "alive" watches one such message: it says
 * when the counter skips or stands still, and when the message is missing. The node "alive" sends
 * one, and can be told to skip or to freeze. */
#include <cansim_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PS_PER_MS INT64_C(1000000000)

/* What both have: which message, and where its counter is. */
struct message {
    uint32_t id;
    bool ext;
    unsigned byte, bits; /* the counter: the lowest `bits` of that byte */
    int64_t period_ps;   /* decoder: missing after that time; node: sent that often */
};

#define MESSAGE_ROWS(period_default, period_help)                                            \
    {"id", CANSIM_SET_NUMBER, false, "0..0x1FFFFFFF", "0x100", "identifier of the message"}, \
        {"ext", CANSIM_SET_BOOL, false, NULL, "false", "the identifier has 29 bits"},        \
        {"byte", CANSIM_SET_NUMBER, false, "0..7", "0", "where the counter is"},             \
        {"bits", CANSIM_SET_NUMBER, false, "1..8", "4", "of the counter"},                   \
        {"period", CANSIM_SET_TIME, false, NULL, period_default, period_help},               \
    {                                                                                        \
        NULL, 0, false, NULL, NULL, NULL                                                     \
    }

static const struct cansim_setting_row decoder_rows[] = {
    MESSAGE_ROWS("100ms", "the message is missing when it has not come for so long")};
static const struct cansim_setting_row node_rows[] = {
    MESSAGE_ROWS("10ms", "from one frame to the next")};

static int must_be(const char *key, const char *form, const char *got, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: must be %s, got \"%.40s\"", key, form, got);
    return -1;
}

/* The host has checked names and kinds; ranges are the plugin's own matter. */
static int set_message(struct message *m, const struct cansim_setting *settings, size_t n,
                       char *why, size_t why_size)
{
    for (size_t i = 0; i < n; i++) {
        const char *key = settings[i].path, *text = settings[i].value;
        char *end;
        unsigned long number = strtoul(text, &end, 0);
        bool whole = *end == '\0' && text[0] != '-';

        if (strcmp(key, "id") == 0) {
            if (!whole || number > 0x1FFFFFFF)
                return must_be(key, "0..0x1FFFFFFF", text, why, why_size);
            m->id = (uint32_t)number;
        } else if (strcmp(key, "ext") == 0) {
            m->ext = strcmp(text, "true") == 0;
        } else if (strcmp(key, "byte") == 0) {
            if (!whole || number > 7)
                return must_be(key, "0..7", text, why, why_size);
            m->byte = (unsigned)number;
        } else if (strcmp(key, "bits") == 0) {
            if (!whole || number < 1 || number > 8)
                return must_be(key, "1..8", text, why, why_size);
            m->bits = (unsigned)number;
        } else if (strcmp(key, "period") == 0) {
            m->period_ps = strtoll(text, NULL, 10);
            if (m->period_ps <= 0)
                return must_be(key, "more than 0", "0", why, why_size);
        }
    }
    if (!m->ext && m->id > 0x7FF)
        return must_be("id", "0..0x7FF where ext is false", "more", why, why_size);
    return 0;
}

/* ---- the decoder ----------------------------------------------------------------------------- */

struct watch {
    struct message message;
    bool seen, missing;
    unsigned counter;
    uint64_t frames, skipped, repeated, last_number;
    int64_t last_ps;
};

static int watch_open(void **state, const struct cansim_host *host,
                      const struct cansim_setting *settings, size_t n, char *why, size_t why_size)
{
    struct watch *w = calloc(1, sizeof(*w));

    (void)host;
    if (w == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    w->message = (struct message){.id = 0x100, .bits = 4, .period_ps = 100 * PS_PER_MS};
    if (set_message(&w->message, settings, n, why, why_size) != 0) {
        free(w);
        return -1;
    }
    *state = w;
    return 0;
}

static void watch_close(void *state)
{
    free(state);
}

static bool is_it(const struct message *m, const struct cansim_frame *frame)
{
    bool ext = (frame->flags & CANSIM_FRAME_EXT) != 0;

    return frame->id == m->id && ext == m->ext && (frame->flags & CANSIM_FRAME_RTR) == 0 &&
           frame->len > m->byte;
}

static void tell(const struct watch *w, struct cansim_sink *sink, unsigned counter, unsigned step)
{
    char text[80];
    int severity = CANSIM_INFO;

    if (!w->seen || step == 1) {
        snprintf(text, sizeof(text), "%u", counter);
    } else if (step == 0) {
        snprintf(text, sizeof(text), "%u again: the sender stands still", counter);
        severity = CANSIM_WARNING;
        sink->event(sink, "alive.repeated", -1, counter);
    } else {
        snprintf(text, sizeof(text), "%u after %u: %u missing", counter, w->counter, step - 1);
        severity = CANSIM_ERROR;
        sink->event(sink, "alive.skipped", -1, step - 1);
    }
    sink->summary(sink, "alive", severity, text);
    if (w->seen)
        sink->link(sink, CANSIM_LINK_CONTINUES, w->last_number);
    cansim_put_uint(sink, "counter", "Counter", counter, 0, 8 * w->message.byte, w->message.bits,
                    severity == CANSIM_INFO ? NULL : "unexpected");
}

static int watch_frame(void *state, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct watch *w = state;
    unsigned mask = (1u << w->message.bits) - 1u;

    if (!is_it(&w->message, frame))
        return 0;
    unsigned counter = frame->data[w->message.byte] & mask;
    unsigned step = (counter - w->counter) & mask;
    if (sink != NULL)
        tell(w, sink, counter, step);
    if (w->seen && step == 0)
        w->repeated++;
    else if (w->seen)
        w->skipped += step - 1;
    w->seen = true;
    w->missing = false;
    w->counter = counter;
    w->frames++;
    w->last_number = frame->number;
    w->last_ps = frame->at_ps;
    return 1;
}

static int64_t watch_next(void *state)
{
    const struct watch *w = state;

    return w->seen && !w->missing ? w->last_ps + w->message.period_ps : CANSIM_NEVER;
}

static void watch_time(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    struct watch *w = state;
    char text[80];

    w->missing = true; /* told once */
    snprintf(text, sizeof(text), "0x%X is missing for %lld ms", (unsigned)w->message.id,
             (long long)((at_ps - w->last_ps) / PS_PER_MS));
    sink->summary(sink, "alive", CANSIM_ERROR, text);
    sink->event(sink, "alive.missing", -1, w->message.id);
    sink->link(sink, CANSIM_LINK_CAUSED_BY, w->last_number);
}

static void watch_model(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    const struct watch *w = state;

    (void)at_ps;
    cansim_put_uint(sink, "id", "Identifier", w->message.id, w->message.ext ? 8 : 3, 0, 0, NULL);
    cansim_put_uint(sink, "frames", "Frames", w->frames, 0, 0, 0, NULL);
    cansim_put_uint(sink, "skipped", "Skipped", w->skipped, 0, 0, 0, NULL);
    cansim_put_uint(sink, "repeated", "Repeated", w->repeated, 0, 0, 0, NULL);
    cansim_put_uint(sink, "state", "State", w->missing, 0, 0, 0, w->missing ? "missing" : "alive");
}

/* ---- its page: a table of one row, for the view of networks in cansim-tui -------------------- */

static void cell(struct cansim_sink *sink, int kind, int severity, uint64_t value, const char *text)
{
    struct cansim_field field = {.size = sizeof(field), .name = "cell"};

    field.kind = (uint8_t)kind;
    field.severity = (uint8_t)severity;
    field.value.u = value;
    if (kind == CANSIM_TEXT) {
        field.value.bytes = text;
        field.len = (uint32_t)strlen(text);
    } else if (kind == CANSIM_TIME) {
        field.value.i = (int64_t)value;
    }
    sink->field(sink, &field);
}

static void watch_rows(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct watch *w = state;
    struct cansim_field open = {.size = sizeof(open), .kind = CANSIM_UINT, .name = "row"};
    char id[16];

    (void)row;
    if (!w->seen)
        return;
    snprintf(id, sizeof(id), "%X", (unsigned)w->message.id);
    open.value.u = 1; /* what the row is known by */
    sink->open(sink, &open);
    cell(sink, CANSIM_TEXT, CANSIM_INFO, 0, id);
    cell(sink, CANSIM_TEXT, w->missing ? CANSIM_ERROR : CANSIM_INFO, 0,
         w->missing ? "missing" : "alive");
    cell(sink, CANSIM_UINT, CANSIM_INFO, w->counter, NULL);
    cell(sink, CANSIM_TIME, CANSIM_INFO, (uint64_t)(at_ps - w->last_ps), NULL);
    cell(sink, CANSIM_UINT, CANSIM_INFO, w->frames, NULL);
    cell(sink, CANSIM_UINT, w->skipped ? CANSIM_ERROR : CANSIM_INFO, w->skipped, NULL);
    cell(sink, CANSIM_UINT, w->repeated ? CANSIM_WARNING : CANSIM_INFO, w->repeated, NULL);
    sink->close(sink);
}

static const struct cansim_column columns[] = {
    {"Message", CANSIM_COLUMN_TEXT, 8, 8, 0},     {"State", CANSIM_COLUMN_STATE, 8, 8, 0},
    {"Counter", CANSIM_COLUMN_NUMBER, 7, 7, 0},   {"Age", CANSIM_COLUMN_NUMBER, 6, 6, 1},
    {"Frames", CANSIM_COLUMN_NUMBER, 8, 10, 2},   {"Skipped", CANSIM_COLUMN_NUMBER, 8, 10, 0},
    {"Repeated", CANSIM_COLUMN_NUMBER, 8, 10, 0}, {NULL, 0, 0, 0, 0},
};

static const struct cansim_table messages = {
    .size = sizeof(messages),
    .title = "Alive",
    .empty = "the message has not come so far",
    .columns = columns,
    .rows = watch_rows,
};

static const struct cansim_page page = {.size = sizeof(page), .name = "alive", .list = &messages};
static const struct cansim_page *const pages[] = {&page, NULL};

static const struct cansim_decoder decoder = {
    .size = sizeof(decoder),
    .name = "alive",
    .title = "Alive counter of one message",
    .settings = decoder_rows,
    .open = watch_open,
    .close = watch_close,
    .frame = watch_frame,
    .next = watch_next,
    .time = watch_time,
    .model = watch_model,
    .pages = pages,
};

/* ---- the node -------------------------------------------------------------------------------- */

struct sender {
    const struct cansim_node_host *host;
    struct message message;
    unsigned counter;
    bool frozen;
};

static const struct cansim_setting_row commands[] = {
    {"skip N", CANSIM_SET_TEXT, false, NULL, NULL, "leave out N values of the counter"},
    {"freeze", CANSIM_SET_TEXT, false, NULL, NULL, "the counter stands still"},
    {"go", CANSIM_SET_TEXT, false, NULL, NULL, "it goes on"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static int sender_open(void **state, const struct cansim_node_host *host,
                       const struct cansim_setting *settings, size_t n, char *why, size_t why_size)
{
    struct sender *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    s->host = host;
    s->message = (struct message){.id = 0x100, .bits = 4, .period_ps = 10 * PS_PER_MS};
    if (set_message(&s->message, settings, n, why, why_size) != 0) {
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

static void sender_close(void *state)
{
    free(state);
}

static void send_next(struct sender *s)
{
    struct cansim_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.id = s->message.id;
    frame.flags = s->message.ext ? CANSIM_FRAME_EXT : 0;
    frame.dlc = frame.len = 8;
    frame.data[s->message.byte] = (uint8_t)(s->counter & ((1u << s->message.bits) - 1u));
    /* Where the bus is too slow, or off, the frame is lost: that is what the counter is for. */
    s->host->send(s->host->ctx, &frame, 0);
    if (!s->frozen)
        s->counter++;
}

static void sender_attached(void *state, int64_t at_ps)
{
    struct sender *s = state;

    s->host->set_timer(s->host->ctx, at_ps + s->message.period_ps);
}

static void sender_timer(void *state, int64_t at_ps)
{
    struct sender *s = state;

    send_next(s);
    s->host->set_timer(s->host->ctx, at_ps + s->message.period_ps);
}

static int sender_command(void *state, int64_t at_ps, const char *text, char *why, size_t why_size)
{
    struct sender *s = state;

    (void)at_ps;
    if (strncmp(text, "skip ", 5) == 0) {
        char *end;
        unsigned long n = strtoul(text + 5, &end, 10);
        if (end == text + 5 || *end != '\0' || n > 255) {
            snprintf(why, why_size, "skip: must be 0..255, got \"%.40s\"", text + 5);
            return -1;
        }
        s->counter += (unsigned)n;
    } else if (strcmp(text, "freeze") == 0) {
        s->frozen = true;
    } else if (strcmp(text, "go") == 0) {
        s->frozen = false;
    } else {
        snprintf(why, why_size, "must be skip N, freeze or go, got \"%.40s\"", text);
        return -1;
    }
    return 0;
}

static const struct cansim_node_type node = {
    .size = sizeof(node),
    .name = "alive",
    .title = "Sender of a message with an alive counter",
    .settings = node_rows,
    .commands = commands,
    .open = sender_open,
    .close = sender_close,
    .attached = sender_attached,
    .timer = sender_timer,
    .command = sender_command,
};

/* ---- the plugin ------------------------------------------------------------------------------ */

static const struct cansim_decoder *const decoders[] = {&decoder, NULL};
static const struct cansim_node_type *const nodes[] = {&node, NULL};

CANSIM_PLUGIN_EXPORT extern const struct cansim_plugin cansim_plugin;
const struct cansim_plugin cansim_plugin = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cansim_plugin),
    .name = "alive",
    .version = "1.0",
    .about = "Alive counters: a decoder that watches one and a node that sends one.",
    .license = "MIT",
    .decoders = decoders,
    .nodes = nodes,
};
