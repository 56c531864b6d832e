/* SPDX-License-Identifier: MIT */
#include "scenarios/session_live.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"

#define LISTENERS 8

struct cs_live {
    struct cs_sim *sim;
    struct cs_plugins *plugins;
    struct cs_decode *decode;
    bool theirs;         /* the latest frame */
    bool fields, driven; /* as it was made */
    const struct cs_event *event;
    struct cs_live_said said;
    struct {
        cs_live_fn *fn;
        void *ctx;
    } listener[LISTENERS];
    unsigned n_listeners;
    void (*say)(void *ctx, const char *text);
    void *say_ctx;
    char *name, *eds[CS_LIVE_EDS]; /* for cs_live_again() */
    unsigned n_eds, n_given;
};

static void on_say(void *ctx, const char *decoder, const char *bus_name, int severity,
                   const char *text)
{
    const struct cs_live *live = ctx;
    char line[600];

    (void)severity;
    (void)bus_name; /* each bus would say it */
    snprintf(line, sizeof(line), "%s: %s", decoder, text);
    if (live->say != NULL)
        live->say(live->say_ctx, line);
}

static void on_said(void *ctx, const struct cs_decode_said *said)
{
    struct cs_live *live = ctx;

    live->said = (struct cs_live_said){
        .event = said->frame != NULL ? live->event : NULL,
        .bus = said->bus,
        .at_ps = said->at_ps,
        .severity = said->tree->severity,
        .protocol = said->tree->protocol,
        .summary = said->tree->summary,
        .said = said,
    };
    for (unsigned i = 0; i < live->n_listeners; i++)
        live->listener[i].fn(live->listener[i].ctx, &live->said);
}

int cs_live_know_buses(struct cs_decode *decode, struct cs_sim *sim, char *why, size_t why_size)
{
    for (unsigned i = cs_decode_buses(decode); i < cs_sim_bus_count(sim); i++) {
        struct cs_bus *bus = cs_sim_bus(sim, i);
        if (cs_decode_bus(decode, cs_bus_name(bus), cs_bus_bitrate_bps(bus), why, why_size) < 0)
            return -1;
    }
    return 0;
}

void cs_live_to_frame(const struct cs_event *event, struct cansim_frame *frame)
{
    const struct cs_frame *from = event->frame;
    *frame = (struct cansim_frame){.size = sizeof(*frame),
                                   .id = from->id,
                                   .flags = from->flags, /* the same bits */
                                   .dlc = from->dlc,
                                   .len = from->len,
                                   .bus = event->bus,
                                   .node = event->node,
                                   .start_ps = event->start_ps,
                                   .at_ps = event->at_ps};

    memcpy(frame->data, from->data, frame->len);
}

void cs_live_event(struct cs_live *live, const struct cs_event *event)
{
    struct cansim_frame frame;
    char why[400];

    if (event->kind != CS_EV_FRAME)
        return;
    live->theirs = false;
    if (cs_live_know_buses(live->decode, live->sim, why, sizeof(why)) != 0)
        return; /* no memory for one that was added later */
    cs_live_to_frame(event, &frame);
    live->event = event;
    live->theirs = cs_decode_frame(live->decode, &frame) != NULL;
    live->event = NULL;
}

static void on_event(void *ctx, const struct cs_event *event)
{
    cs_live_event(ctx, event);
}

/* "dbc" where a DBC file is given and it is not among them, and those that are named. `list` has
 * room for all of them. Returns how many. */
static unsigned split_names(const struct cs_live *live, char *list, const char **names)
{
    bool dbc = false;
    unsigned n = 0;

    for (unsigned i = 0; i < live->n_eds; i++)
        dbc |= strcmp(cs_decode_file_path(live->eds[i]), "dbc") == 0;
    memcpy(list, live->name, strlen(live->name) + 1);
    names[n++] = "dbc";
    for (char *rest = list; rest != NULL && n <= CS_DECODE_DECODERS; n++) {
        names[n] = strsep(&rest, ",");
        dbc &= strcmp(names[n], "dbc") != 0;
    }
    if (!dbc)
        memmove(names, names + 1, --n * sizeof(*names));
    return n;
}

static bool knows(const struct cansim_decoder *decoder, const char *path)
{
    char first[16];

    snprintf(first, sizeof(first), "%s/0", path);
    return decoder == NULL || /* which is told later */
           cs_plugins_row(decoder->settings, path) != NULL ||
           cs_plugins_row(decoder->settings, first) != NULL;
}

/* Files that no decoder has use for are left out, where nobody gave them. How many they are, or -1
 * with `why`. */
static int choose_files(const struct cs_live *live, const struct cs_decode_config *config,
                        struct cs_decode_setting *files, char *why, size_t why_size)
{
    int n = 0;

    for (unsigned i = 0; i < live->n_eds; i++) {
        const char *path = cs_decode_file_path(live->eds[i]);
        bool known = false;
        for (unsigned k = 0; k < config->n_names; k++)
            known |= knows(cs_plugins_decoder(live->plugins, config->names[k]), path);
        if (known) {
            files[n++] = (struct cs_decode_setting){.path = path, .value = live->eds[i]};
        } else if (i < live->n_given) {
            snprintf(why, why_size, "--%s: %.200s: the decoder %.64s has no use for it", path,
                     live->eds[i], live->name);
            return -1;
        }
    }
    return n;
}

/* Decoders as the configuration has them, for all buses. NULL with `why`. */
static struct cs_decode *make(const struct cs_live *live, struct cs_decode_config *config,
                              char *why, size_t why_size)
{
    struct cs_decode_setting files[CS_LIVE_EDS];
    const char *names[CS_DECODE_DECODERS + 2];
    char list[512];

    if (strlen(live->name) >= sizeof(list)) {
        snprintf(why, why_size, "must be names of decoders, got %zu characters",
                 strlen(live->name));
        return NULL;
    }
    config->plugins = live->plugins;
    config->names = names;
    config->n_names = split_names(live, list, names);
    const int n = choose_files(live, config, files, why, why_size);
    config->settings = files;
    config->n_settings = n < 0 ? 0 : (unsigned)n;
    struct cs_decode *decode = n < 0 ? NULL : cs_decode_create(config, why, why_size);
    config->names = NULL; /* they end here */
    config->settings = NULL;
    config->n_names = config->n_settings = 0;
    if (decode != NULL && cs_live_know_buses(decode, live->sim, why, why_size) != 0) {
        cs_decode_destroy(decode);
        return NULL;
    }
    return decode;
}

struct cs_decode *cs_live_again(const struct cs_live *live,
                                void (*said)(void *ctx, const struct cs_decode_said *said),
                                void *ctx)
{
    struct cs_decode_config config = {
        .want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS, .said = said, .ctx = ctx};
    char why[400];

    return make(live, &config, why, sizeof(why));
}

static int keep_config(struct cs_live *live, const struct cs_live_config *config)
{
    live->name = strdup(config->name);
    live->n_given = config->n_given;
    for (; live->n_eds < config->n_eds; live->n_eds++) {
        live->eds[live->n_eds] = strdup(config->eds[live->n_eds]);
        if (live->eds[live->n_eds] == NULL)
            return -1;
    }
    return live->name != NULL ? 0 : -1;
}

static int open_decoder(struct cs_live *live, const struct cs_live_config *config,
                        struct cs_error *error)
{
    struct cs_decode_config decode = {
        .want = CANSIM_WANT_SUMMARY | (config->fields ? CANSIM_WANT_FIELDS : 0),
        .said = on_said,
        .say = on_say,
        .ctx = live,
    };
    char why[400] = "not enough memory";

    if (keep_config(live, config) == 0)
        live->decode = make(live, &decode, why, sizeof(why));
    if (live->decode != NULL)
        return 0;
    return cs_error_set(error, CS_STATUS_INPUT, "%s%s",
                        strncmp(why, "must be", strlen("must be")) == 0 ? "--as: " : "", why);
}

struct cs_live *cs_live_create(struct cs_sim *sim, const struct cs_live_config *config,
                               struct cs_error *error)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = config->plugins != NULL ? config->plugins : &none;
    struct cs_live *live = calloc(1, sizeof(*live));
    char why[400], folder[PATH_MAX];
    int ret;

    if (live == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    live->sim = sim;
    live->fields = config->fields;
    live->driven = config->driven;
    live->say = config->say;
    live->say_ctx = config->say_ctx;
    cs_plugin_folder(folder, sizeof(folder));
    live->plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, files->file, files->n, why, sizeof(why));
    ret = live->plugins != NULL ? open_decoder(live, config, error)
                                : cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (ret == 0 && !live->driven && cs_sim_observe(sim, on_event, live) != 0)
        ret = cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    if (ret == 0)
        return live;
    cs_live_destroy(live);
    return NULL;
}

void cs_live_destroy(struct cs_live *live)
{
    if (live == NULL)
        return;
    if (!live->driven)
        cs_sim_unobserve(live->sim, on_event, live);
    if (live->decode != NULL)
        cs_decode_destroy(live->decode);
    cs_plugins_free(live->plugins);
    for (unsigned i = 0; i < live->n_eds; i++)
        free(live->eds[i]);
    free(live->name);
    free(live);
}

int cs_live_listen(struct cs_live *live, cs_live_fn *fn, void *ctx)
{
    if (live->n_listeners == LISTENERS)
        return -ENOSPC;
    live->listener[live->n_listeners].fn = fn;
    live->listener[live->n_listeners++].ctx = ctx;
    return 0;
}

void cs_live_unlisten(struct cs_live *live, cs_live_fn *fn, void *ctx)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < live->n_listeners; i++)
        if (live->listener[i].fn != fn || live->listener[i].ctx != ctx)
            live->listener[kept++] = live->listener[i];
    live->n_listeners = kept;
}

void cs_live_time(struct cs_live *live, int64_t at_ps)
{
    cs_decode_time(live->decode, at_ps);
}

void cs_live_catch_up(struct cs_live *live)
{
    cs_decode_time(live->decode, cs_sim_now_ps(live->sim));
}

const char *cs_live_name(const struct cs_live *live)
{
    return live->name;
}

const char *const *cs_live_eds(const struct cs_live *live, unsigned *n)
{
    *n = live->n_eds;
    return (const char *const *)live->eds;
}

const struct cs_live_said *cs_live_frame(const struct cs_live *live)
{
    return live->theirs ? &live->said : NULL;
}

static const struct cansim_field *find_field(const struct cs_tree *tree, const char *name)
{
    const struct cansim_field *found = cs_tree_find(tree, name);

    for (unsigned i = 0; found == NULL && i < tree->n_fields; i++) {
        const struct cansim_field *field = &tree->fields[i].field;
        if (strcmp(field->name, name) == 0 ||
            (field->label != NULL && strcmp(field->label, name) == 0))
            found = field;
    }
    return found;
}

bool cs_live_field(const struct cs_live_said *said, const char *name, struct cs_live_value *value)
{
    const struct cansim_field *field = find_field(said->said->tree, name);

    if (field == NULL)
        return false;
    *value = (struct cs_live_value){.kind = CS_LIVE_TEXT, .meaning = field->text};
    cs_tree_value(field, value->text, sizeof(value->text));
    switch (field->kind) {
    case CANSIM_UINT:
    case CANSIM_BOOL:
        value->kind = CS_LIVE_UINT;
        value->u = field->value.u;
        break;
    case CANSIM_INT:
    case CANSIM_TIME: /* picoseconds */
        value->kind = CS_LIVE_INT;
        value->i = field->value.i;
        break;
    case CANSIM_REAL:
        value->kind = CS_LIVE_REAL;
        value->real = field->value.real;
        break;
    default:
        break;
    }
    return true;
}

void cs_live_want_fields(struct cs_live *live, bool wanted)
{
    cs_decode_want(live->decode,
                   CANSIM_WANT_SUMMARY | (wanted || live->fields ? CANSIM_WANT_FIELDS : 0));
}

static bool number_of(const struct cansim_field *field, double *value)
{
    switch (field->kind) {
    case CANSIM_UINT:
    case CANSIM_BOOL:
        *value = (double)field->value.u;
        return true;
    case CANSIM_INT:
    case CANSIM_TIME:
        *value = (double)field->value.i;
        return true;
    case CANSIM_REAL:
        *value = field->value.real;
        return true;
    default:
        return false;
    }
}

void cs_live_numbers(const struct cs_live_said *said, cs_live_number_fn *fn, void *ctx)
{
    const struct cs_tree *tree = said->said->tree;
    char path[256];
    size_t end[CS_TREE_DEPTH + 2] = {0}; /* of the path at each depth */
    double value;

    for (unsigned i = 0; i < tree->n_fields; i++) {
        const struct cs_tree_field *at = &tree->fields[i];
        const size_t from = end[at->depth];
        const int n =
            snprintf(path + from, sizeof(path) - from, "%s%s", from ? "/" : "", at->field.name);
        if (n < 0 || (size_t)n >= sizeof(path) - from) {
            end[at->depth + 1] = sizeof(path) - 1;
            continue;
        }
        end[at->depth + 1] = from + (size_t)n;
        if (number_of(&at->field, &value))
            fn(ctx, path, at->field.label, at->field.unit, at->field.text, value);
    }
}
