/* SPDX-License-Identifier: MIT */
#include "scenarios/session_live.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "plugins/plugins.h"
#include "plugins/tree.h"
#include "scenarios/text.h"

#define LISTENERS 4
#define EDS_TEXT  512 /* bytes of one --eds */

struct live_bus {
    struct cs_live *live;
    struct cansim_host host;
    void *state;
};

struct cs_live {
    struct cs_sim *sim;
    struct cs_plugins *plugins;
    const struct cansim_decoder *decoder;
    struct live_bus bus[CS_SIM_MAX_BUSES];
    unsigned n_buses;
    struct cs_tree tree;
    struct cansim_setting settings[CS_LIVE_EDS];
    char path[CS_LIVE_EDS][16];
    char value[CS_LIVE_EDS][EDS_TEXT];
    uint64_t number;
    bool theirs; /* the latest frame */
    struct cs_live_said said;
    struct {
        cs_live_fn *fn;
        void *ctx;
    } listener[LISTENERS];
    unsigned n_listeners;
    void (*say)(void *ctx, const char *text);
    void *say_ctx;
};

static void on_say(void *ctx, int severity, const char *text)
{
    const struct live_bus *bus = ctx;
    char line[600];

    (void)severity;
    snprintf(line, sizeof(line), "%s: %s: %s", bus->live->decoder->name, bus->host.bus_name, text);
    if (bus->live->say != NULL)
        bus->live->say(bus->live->say_ctx, line);
}

static void tell(struct cs_live *live, const struct cs_event *event, unsigned bus, int64_t at_ps)
{
    live->said = (struct cs_live_said){
        .event = event,
        .number = event != NULL ? live->number : 0,
        .bus = bus,
        .at_ps = at_ps,
        .severity = live->tree.severity,
        .protocol = live->tree.protocol,
        .summary = live->tree.summary,
        .tree = &live->tree,
    };
    for (unsigned i = 0; i < live->n_listeners; i++)
        live->listener[i].fn(live->listener[i].ctx, &live->said);
}

/* The bus on which time is the first to tell something up to at_ps; n_buses: none. */
static unsigned next_bus(const struct cs_live *live, int64_t at_ps, int64_t *due_ps)
{
    unsigned first = live->n_buses;

    *due_ps = at_ps;
    for (unsigned i = 0; i < live->n_buses; i++) {
        int64_t due = live->decoder->next(live->bus[i].state);
        if (due <= *due_ps && (due < *due_ps || first == live->n_buses)) {
            *due_ps = due;
            first = i;
        }
    }
    return first;
}

/* What time alone has to tell, before what happens at at_ps. A decoder that does not move on would
 * be asked for ever. */
static void pass_time(struct cs_live *live, int64_t at_ps)
{
    int64_t due_ps;

    if (live->decoder->next == NULL || live->decoder->time == NULL)
        return;
    for (unsigned i = 0; i < CS_TREE_FIELDS; i++) {
        unsigned bus = next_bus(live, at_ps, &due_ps);
        if (bus == live->n_buses)
            return;
        cs_tree_clear(&live->tree);
        live->decoder->time(live->bus[bus].state, due_ps, &live->tree.sink);
        tell(live, NULL, bus, due_ps);
    }
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_live *live = ctx;
    struct cansim_frame frame = {.size = sizeof(frame)};

    if (event->kind != CS_EV_FRAME || event->bus >= live->n_buses)
        return;
    pass_time(live, event->at_ps);
    frame.id = event->frame->id;
    frame.flags = event->frame->flags; /* the same bits */
    frame.dlc = event->frame->dlc;
    frame.len = event->frame->len;
    frame.bus = event->bus;
    frame.node = event->node;
    frame.start_ps = event->start_ps;
    frame.at_ps = event->at_ps;
    frame.number = ++live->number;
    memcpy(frame.data, event->frame->data, frame.len);
    cs_tree_clear(&live->tree);
    live->theirs = live->decoder->frame(live->bus[event->bus].state, &frame, &live->tree.sink) == 1;
    if (live->theirs)
        tell(live, event, event->bus, event->at_ps);
}

static int open_bus(struct cs_live *live, const struct cs_live_config *config, unsigned index,
                    struct cs_error *error)
{
    struct live_bus *bus = &live->bus[index];
    struct cs_bus *of = cs_sim_bus(live->sim, index);
    char why[400] = "";

    bus->live = live;
    bus->host = (struct cansim_host){
        .size = sizeof(bus->host),
        .ctx = bus,
        .version = CANSIM_VERSION,
        .bus_name = cs_bus_name(of),
        .bitrate_bps = cs_bus_bitrate_bps(of),
        .say = on_say,
    };
    if (live->decoder->open(&bus->state, &bus->host, live->settings, config->n_eds, why,
                            sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: %s", live->decoder->name, why);
    live->n_buses++;
    return 0;
}

static int no_decoder(const struct cs_live *live, const char *name, struct cs_error *error)
{
    const char *names[CS_PLUGINS_MAX + 1];
    const struct cansim_decoder *decoder;
    unsigned n = 0;

    while (n < CS_PLUGINS_MAX && (decoder = cs_plugins_decoder_at(live->plugins, n)) != NULL)
        names[n++] = decoder->name;
    names[n] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    if (nearest != NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--as: must be a decoder, got \"%s\", did you "
                            "mean \"%s\"?",
                            name, nearest);
    return cs_error_set(error, CS_STATUS_INPUT,
                        "--as: must be a decoder of \"cansim plugins\", got \"%s\"", name);
}

static int find_decoder(struct cs_live *live, const struct cs_live_config *config,
                        struct cs_error *error)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = config->plugins != NULL ? config->plugins : &none;
    char why[400], folder[PATH_MAX];

    cs_plugin_folder(folder, sizeof(folder));
    live->plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, files->file, files->n, why, sizeof(why));
    if (live->plugins == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    live->decoder = cs_plugins_decoder(live->plugins, config->name);
    return live->decoder != NULL ? 0 : no_decoder(live, config->name, error);
}

/* A decoder has one setting "eds", or an array of them. */
static int set_eds(struct cs_live *live, const struct cs_live_config *config,
                   struct cs_error *error)
{
    const struct cansim_setting_row *rows = live->decoder->settings;
    bool array = cs_plugins_row(rows, "eds/0") != NULL;
    char why[400];

    for (unsigned i = 0; i < config->n_eds; i++) {
        if (strlen(config->eds[i]) >= EDS_TEXT)
            return cs_error_set(error, CS_STATUS_INPUT, "--eds: must be at most %d bytes, got more",
                                EDS_TEXT - 1);
        snprintf(live->path[i], sizeof(live->path[i]), array ? "eds/%u" : "eds", i);
        snprintf(live->value[i], sizeof(live->value[i]), "%s", config->eds[i]);
        live->settings[i] = (struct cansim_setting){live->path[i], live->value[i]};
    }
    if (cs_plugins_check_settings(rows, live->settings, config->n_eds, why, sizeof(why)) == 0)
        return 0;
    return cs_error_set(error, CS_STATUS_INPUT, "%s: %s", live->decoder->name, why);
}

struct cs_live *cs_live_create(struct cs_sim *sim, const struct cs_live_config *config,
                               struct cs_error *error)
{
    struct cs_live *live = calloc(1, sizeof(*live));
    int ret = -1;

    if (live == NULL || cs_tree_init(&live->tree, CS_TREE_FIELDS, (size_t)1 << 16) != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        free(live);
        return NULL;
    }
    live->sim = sim;
    live->say = config->say;
    live->say_ctx = config->say_ctx;
    live->tree.sink.want = CANSIM_WANT_SUMMARY | (config->fields ? CANSIM_WANT_FIELDS : 0);
    if (find_decoder(live, config, error) == 0)
        ret = set_eds(live, config, error);
    for (unsigned i = 0; ret == 0 && i < cs_sim_bus_count(sim); i++)
        ret = open_bus(live, config, i, error);
    if (ret == 0 && cs_sim_observe(sim, on_event, live) != 0)
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
    cs_sim_unobserve(live->sim, on_event, live);
    for (unsigned i = 0; i < live->n_buses; i++)
        live->decoder->close(live->bus[i].state);
    cs_plugins_free(live->plugins);
    cs_tree_fini(&live->tree);
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

void cs_live_catch_up(struct cs_live *live)
{
    pass_time(live, cs_sim_now_ps(live->sim));
}

const struct cs_live_said *cs_live_frame(const struct cs_live *live)
{
    return live->theirs ? &live->said : NULL;
}
