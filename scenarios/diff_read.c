/* SPDX-License-Identifier: MIT */
/* Recordings into a comparison: logs of any format; files of events and of what frames mean, JSON
 * objects a line. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input.h"
#include "scenarios/diff.h"
#include "scenarios/file.h"
#include "scenarios/choose.h"
#include "simcore/sim.h"

#define LINE_MAX_BYTES (1 << 20) /* of JSON */

struct cs_diff_input {
    struct cs_input *log; /* NULL: JSON lines */
    struct cs_chooser *filter;
    int64_t epoch_s;
    FILE *lines;
    char *name, *line;
    char why[500]; /* why `lines` cannot be read */
    size_t room;
    unsigned number;
    struct cansim_frame frame;
    struct cansim_log_frame log_frame;
};

/* ---- opening --------------------------------------------------------------------------------- */

/* Does the file begin as a JSON object? Only of a regular file, which can be read again. */
static bool is_json(const char *path)
{
    struct cs_file_id id;
    char why[500];
    FILE *file;
    int c;

    if (strcmp(path, "-") == 0 || cs_file_identify(path, &id) != 0 || !id.regular ||
        (file = cs_input_file(path, why, sizeof(why))) == NULL)
        return false;
    c = getc(file);
    fclose(file);
    return c == '{';
}

static int open_lines(struct cs_diff_input *in, const char *path, struct cs_error *error)
{
    bool standard = strcmp(path, "-") == 0;

    in->name = strdup(standard ? "standard input" : path);
    in->lines = cs_input_file(path, in->why, sizeof(in->why));
    if (in->name == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (in->lines == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", in->why);
    return 0;
}

struct cs_diff_input *cs_diff_open(const struct cs_plugins *plugins, const char *path,
                                   const char *format, struct cs_error *error)
{
    struct cs_diff_input *in = calloc(1, sizeof(*in));
    char why[600];
    int ret = 0;

    if (in == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    in->frame.size = sizeof(in->frame);
    in->log_frame = (struct cansim_log_frame){
        .size = sizeof(in->log_frame), .frame = &in->frame, .bus_name = ""};
    if (format != NULL ? strcmp(format, "events") == 0 : is_json(path)) {
        ret = open_lines(in, path, error);
    } else {
        in->log = cs_input_open(plugins, path, format, why, sizeof(why));
        if (in->log == NULL)
            ret = cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    }
    if (ret == 0)
        return in;
    cs_diff_close(in);
    return NULL;
}

void cs_diff_choose(struct cs_diff_input *in, struct cs_chooser *filter)
{
    in->filter = filter;
}

void cs_diff_close(struct cs_diff_input *in)
{
    if (in == NULL)
        return;
    cs_input_close(in->log);
    if (in->lines != NULL)
        fclose(in->lines);
    free(in->name);
    free(in->line);
    free(in);
}

/* ---- logs ------------------------------------------------------------------------------------ */

static int read_log(struct cs_diff_input *in, struct cs_diff *diff, int side,
                    struct cs_error *error)
{
    struct cansim_log_frame *log = &in->log_frame;
    char why[600];

    int ret = cs_input_read(in->log, log, why, sizeof(why));
    if (ret < 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (ret == 0)
        return 0;
    if (!cs_choose_log(in->filter, log))
        return 1;
    const struct cs_frame frame = cs_plugins_frame(&in->frame);
    if (cs_diff_frame(diff, side, log->stamp_ps, log->epoch_s == 0, log->bus_name, &frame,
                      log->error_frame) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    return 1;
}

/* ---- lines of JSON --------------------------------------------------------------------------- */

/* Events that are compared, and the keys whose values are. Others tell how it came about, which the
 * frames show. */
static const struct {
    const char *event;
    const char *keys[4];
} compared[] = {
    {"attach", {"state", "mode"}},
    {"detach", {NULL}},
    {"state", {"state"}},
    {"error", {"error", "field", "tx"}},
    {"error_frame", {NULL}},
    {"overload", {NULL}},
    {"refused", {"frame", "result"}},
    {"dropped", {"frame", "result"}},
    {"lost", {"count"}},
    {"note", {"text"}},
    {"fault", {"stage", "text"}},
};

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text != NULL ? text : "";
}

/* A value as text, behind what is there already. */
static void append_value(const cJSON *item, char *text, size_t size)
{
    size_t n = strlen(text);
    const char *joint = n > 0 ? " " : "";

    if (cJSON_IsString(item))
        snprintf(text + n, size - n, "%s%s", joint, item->valuestring);
    else if (cJSON_IsNumber(item))
        snprintf(text + n, size - n, "%s%.15g", joint, item->valuedouble);
    else if (cJSON_IsBool(item))
        snprintf(text + n, size - n, "%s%s", joint, cJSON_IsTrue(item) ? "yes" : "no");
}

/* A frame's text. 1, 0 where it is none. -1: no memory. */
static int take_frame(struct cs_diff *diff, int side, int64_t at_ps, const char *bus,
                      const char *text)
{
    struct cs_frame frame;
    char why[200];

    if (cs_frame_parse(text, &frame, why, sizeof(why)) != 0)
        return 0;
    return cs_diff_frame(diff, side, at_ps, true, bus, &frame, false) == 0 ? 1 : -1;
}

static int take_event(struct cs_diff *diff, int side, const cJSON *line, const char *event)
{
    const char *bus = text_of(line, "bus"), *node = text_of(line, "node");
    int64_t at_ps = 0;
    char what[160], value[1024] = "";

    cs_reader_integer(cJSON_GetObjectItemCaseSensitive(line, "at_ps"), &at_ps);
    if (strcmp(event, "frame") == 0)
        return take_frame(diff, side, at_ps, bus, text_of(line, "frame"));
    for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++) {
        if (strcmp(compared[i].event, event) != 0)
            continue;
        for (size_t k = 0; k < 4 && compared[i].keys[k] != NULL; k++)
            append_value(cJSON_GetObjectItemCaseSensitive(line, compared[i].keys[k]), value,
                         sizeof(value));
        snprintf(what, sizeof(what), "%s%s%s", node, node[0] != '\0' ? " " : "", event);
        return cs_diff_event(diff, side, at_ps, bus, what, value) == 0 ? 1 : -1;
    }
    return 1;
}

/* "12.000132000000" as picoseconds. */
static int64_t time_of(const char *text)
{
    int64_t ps = 0, unit = CS_PS_PER_S;
    bool fraction = false;

    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !fraction); text++) {
        if (*text == '.') {
            fraction = true;
        } else if (fraction) {
            unit /= 10;
            ps += (*text - '0') * unit;
        } else if (ps < INT64_MAX / 20) {
            ps = 10 * ps + (*text - '0') * CS_PS_PER_S;
        }
    }
    return ps;
}

/* What a decoder said: the frame, and the events of nodes. */
static int take_decoded(struct cs_diff *diff, int side, const cJSON *line)
{
    const char *bus = text_of(line, "bus"), *frame = text_of(line, "frame");
    int64_t at_ps = time_of(text_of(line, "time"));
    const cJSON *event;
    char what[160], value[80];

    if (frame[0] != '\0') {
        int ret = take_frame(diff, side, at_ps, bus, frame);
        if (ret <= 0)
            return ret;
    }
    cJSON_ArrayForEach(event, cJSON_GetObjectItemCaseSensitive(line, "events"))
    {
        const cJSON *subject = cJSON_GetObjectItemCaseSensitive(event, "subject");
        value[0] = '\0';
        append_value(cJSON_GetObjectItemCaseSensitive(event, "value"), value, sizeof(value));
        if (cJSON_IsNumber(subject) && subject->valuedouble >= 0)
            snprintf(what, sizeof(what), "node %.0f %s", subject->valuedouble,
                     text_of(event, "name"));
        else
            snprintf(what, sizeof(what), "%s", text_of(event, "name"));
        if (cs_diff_event(diff, side, at_ps, bus, what, value) != 0)
            return -1;
    }
    return 1;
}

/* ---- which lines --------------------------------------------------------------------------- */

static int kind_of(const char *event)
{
    for (int kind = 0; kind < CS_EV_KIND_COUNT; kind++) {
        if (strcmp(cs_event_name((enum cs_event_kind)kind), event) == 0)
            return kind;
    }
    return CS_EV_FRAME; /* what a decoder said */
}

static void names_of_events(const cJSON *line, char *text, size_t size)
{
    const cJSON *event;

    snprintf(text, size, "%s", text_of(line, "decoder"));
    cJSON_ArrayForEach(event, cJSON_GetObjectItemCaseSensitive(line, "events"))
    {
        size_t n = strlen(text);
        snprintf(text + n, size - n, " %s", text_of(event, "name"));
    }
}

static unsigned count_of(const cJSON *line, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, key);

    return cJSON_IsNumber(item) && item->valuedouble > 0 ? (unsigned)item->valuedouble : 0;
}

static bool passes(struct cs_diff_input *in, const cJSON *line, const char *event)
{
    struct cs_frame frame = {.id = 0};
    char events[256], said[600], why[200];

    if (in->filter == NULL)
        return true;
    names_of_events(line, events, sizeof(events));
    snprintf(said, sizeof(said), "%s%s%s", text_of(line, "protocol"),
             text_of(line, "protocol")[0] != '\0' ? " " : text_of(line, "text"),
             text_of(line, "summary"));
    struct cs_query_item item = {
        .kind = event[0] != '\0' ? kind_of(event) : CS_EV_FRAME,
        .at_ps = time_of(text_of(line, "time")),
        .since_ps = -1,
        .bus = text_of(line, "bus"),
        .node = text_of(line, "node"),
        .said = said,
        .decoded = text_of(line, "decoder")[0] != '\0',
        .events = events,
        .has_counters = cJSON_HasObjectItem(line, "tec") != 0,
        .tec = count_of(line, "tec"),
        .rec = count_of(line, "rec"),
    };
    cs_reader_integer(cJSON_GetObjectItemCaseSensitive(line, "at_ps"), &item.at_ps);
    for (int i = 0; i < CS_STATE_COUNT; i++) {
        if (strcmp(cs_state_name((enum cs_node_state)i), text_of(line, "state")) == 0)
            item.state = (unsigned)i;
    }
    for (int i = 0; i < CS_ERROR_COUNT; i++) {
        if (strcmp(cs_error_name((enum cs_error_kind)i), text_of(line, "error")) == 0)
            item.error = (unsigned)i;
    }
    if (cs_frame_parse(text_of(line, "frame"), &frame, why, sizeof(why)) == 0) {
        item.has_frame = true;
        item.id = frame.id;
        item.flags = frame.flags;
        item.dlc = frame.dlc;
        item.len = frame.len;
        item.data = frame.data;
    } else if (item.kind == CS_EV_FRAME) {
        item.kind = CS_EV_NOTE; /* time alone told it */
    }
    return cs_choose_item(in->filter, &item);
}

/* One more byte of the line: 0, or -1 where it is too long or there is no memory. */
static int append_byte(struct cs_diff_input *in, size_t at, int c)
{
    if (at + 1 >= in->room) {
        size_t room = in->room == 0 ? 4096 : 2 * in->room;
        char *more = room <= 2 * LINE_MAX_BYTES ? realloc(in->line, room) : NULL;
        if (more == NULL)
            return -1;
        in->line = more;
        in->room = room;
    }
    in->line[at] = (char)c;
    in->line[at + 1] = '\0';
    return 0;
}

/* The next line that is not empty: 1, 0 at the end, -1. */
static int next_line(struct cs_diff_input *in, struct cs_error *error)
{
    int c;

    do {
        size_t n = 0;
        in->number++;
        for (c = getc(in->lines); c != EOF && c != '\n'; c = getc(in->lines)) {
            if (append_byte(in, n++, c) != 0)
                return cs_error_set(error, CS_STATUS_INPUT,
                                    "%s:%u: must be a line of at most 1 MiB", in->name, in->number);
        }
        if (ferror(in->lines))
            return cs_error_set(error, CS_STATUS_INPUT, "%s", in->why);
        if (n > 0 && in->line[strspn(in->line, " \t\r")] != '\0')
            return 1;
    } while (c != EOF);
    return 0;
}

static int read_line(struct cs_diff_input *in, struct cs_diff *diff, int side,
                     struct cs_error *error)
{
    int ret = next_line(in, error);

    if (ret <= 0)
        return ret;
    cJSON *line = cJSON_Parse(in->line);
    const char *event = text_of(line, "event");
    ret = cJSON_IsObject(line) && !passes(in, line, event) ? 1 : 0;
    if (ret == 0 && cJSON_IsObject(line) && event[0] != '\0')
        ret = take_event(diff, side, line, event);
    else if (ret == 0 && cJSON_IsObject(line) && text_of(line, "time")[0] != '\0')
        ret = take_decoded(diff, side, line);
    cJSON_Delete(line);
    if (ret < 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (ret == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s:%u: must be a JSON object with an event, as --events writes it, or "
                            "with what a frame means, as decode --json does",
                            in->name, in->number);
    return 1;
}

int cs_diff_read(struct cs_diff_input *in, struct cs_diff *diff, int side, struct cs_error *error)
{
    int ret = in->log != NULL ? read_log(in, diff, side, error) : read_line(in, diff, side, error);

    if (ret == 0)
        cs_diff_end(diff, side);
    return ret;
}

bool cs_diff_has_events(const struct cs_diff_input *in)
{
    return in->log == NULL;
}

const char *cs_diff_said(const struct cs_diff_input *in, unsigned index)
{
    return in->log != NULL ? cs_input_said(in->log, index) : NULL;
}
