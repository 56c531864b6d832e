/* SPDX-License-Identifier: MIT */
/* decode.c - invariant: a decoder sees time and frames in order, and no frame of a time at which it
 * has still something to tell. */
#include "plugins/decode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "simcore/words.h"

#define TREE_BYTES ((size_t)1 << 20)
#define SAME_TIME_MAX                                                          \
    4096 /* tellings of one decoder at one time; one that goes on is not asked \
          */

struct instance {
    const struct cansim_decoder *decoder;
    void *state;
    int64_t due_ps, told_ps;
    unsigned same_time;
};

struct bus {
    struct cs_decode *decode;
    char name[64];
    struct cansim_host host[CS_DECODE_DECODERS];
    struct instance instances[CS_DECODE_DECODERS];
    struct say {
        struct bus *bus;
        const struct cansim_decoder *decoder;
    } says[CS_DECODE_DECODERS];
};

struct setting {
    char *bus, *path, *value;
};

struct cs_decode {
    struct cs_decode_config config;
    const struct cansim_decoder *decoders[CS_DECODE_DECODERS];
    unsigned n_decoders;
    struct setting settings[CS_DECODE_SETTINGS];
    unsigned n_settings;
    struct bus *buses[CS_DECODE_BUSES];
    unsigned n_buses;
    int64_t now_ps, due_ps; /* the first of all instances */
    uint64_t number;
    bool trying; /* nobody hears what is odd */
    struct cs_tree tree, nothing;
};

/* ---- which decoders -------------------------------------------------------------------------- */

static int not_known(const struct cs_decode *decode, const char *name, char *why, size_t why_size)
{
    const struct cs_plugins *plugins = decode->config.plugins;
    const struct cansim_decoder *decoder;
    const char *names[CS_PLUGINS_MAX + 1];
    unsigned n = 0;

    while (n < CS_PLUGINS_MAX && (decoder = cs_plugins_decoder_at(plugins, n)) != NULL)
        names[n++] = decoder->name;
    names[n] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    if (nearest != NULL)
        snprintf(why, why_size, "must be a decoder, got \"%.40s\", did you mean \"%s\"?", name,
                 nearest);
    else
        snprintf(why, why_size, "must be a decoder of \"cansim plugins\", got \"%.40s\"", name);
    return -1;
}

static int choose(struct cs_decode *decode, char *why, size_t why_size)
{
    const struct cs_decode_config *config = &decode->config;
    const struct cansim_decoder *decoder;

    if (config->n_names > CS_DECODE_DECODERS) {
        snprintf(why, why_size, "must be at most %d decoders, got %u", CS_DECODE_DECODERS,
                 config->n_names);
        return -1;
    }
    for (unsigned i = 0; i < config->n_names; i++) {
        decoder = cs_plugins_decoder(config->plugins, config->names[i]);
        if (decoder == NULL)
            return not_known(decode, config->names[i], why, why_size);
        for (unsigned k = 0; k < i; k++) {
            if (decode->decoders[k] == decoder) {
                snprintf(why, why_size, "must be another decoder each time, got \"%s\" twice",
                         decoder->name);
                return -1;
            }
        }
        decode->decoders[decode->n_decoders++] = decoder;
    }
    for (unsigned i = 0; config->n_names == 0 && i < CS_DECODE_DECODERS; i++) {
        decoder = cs_plugins_decoder_at(config->plugins, i);
        if (decoder == NULL)
            break;
        decode->decoders[decode->n_decoders++] = decoder;
    }
    if (decode->n_decoders == 0)
        snprintf(why, why_size, "there is no decoder, see \"cansim plugins\"");
    return decode->n_decoders > 0 ? 0 : -1;
}

const char *cs_decode_file_path(const char *file)
{
    const size_t len = strlen(file);

    return len > 4 && strcasecmp(file + len - 4, ".dbc") == 0 ? "dbc" : "eds";
}

/* ---- settings -------------------------------------------------------------------------------- */

/* The decoder's row for a path: as it is, or as the nth of an array of that name. */
static bool knows(const struct cansim_decoder *decoder, const char *path, unsigned nth, char *full,
                  size_t size)
{
    snprintf(full, size, "%s", path);
    if (cs_plugins_row(decoder->settings, full) != NULL)
        return true;
    snprintf(full, size, "%s/%u", path, nth);
    return cs_plugins_row(decoder->settings, full) != NULL;
}

static int keep_settings(struct cs_decode *decode, char *why, size_t why_size)
{
    const struct cs_decode_config *config = &decode->config;
    char full[160];

    if (config->n_settings > CS_DECODE_SETTINGS) {
        snprintf(why, why_size, "must be at most %d settings, got %u", CS_DECODE_SETTINGS,
                 config->n_settings);
        return -1;
    }
    for (unsigned i = 0; i < config->n_settings; i++) {
        const struct cs_decode_setting *from = &config->settings[i];
        struct setting *to = &decode->settings[decode->n_settings++];
        bool known = false;

        for (unsigned k = 0; k < decode->n_decoders; k++)
            known |= knows(decode->decoders[k], from->path, 0, full, sizeof(full));
        if (!known) {
            const struct cansim_setting setting = {from->path, from->value};
            return cs_plugins_check_settings(decode->decoders[0]->settings, &setting, 1, why,
                                             why_size);
        }
        to->bus = from->bus != NULL ? strdup(from->bus) : NULL;
        to->path = strdup(from->path);
        to->value = strdup(from->value);
        if ((from->bus != NULL && to->bus == NULL) || to->path == NULL || to->value == NULL) {
            snprintf(why, why_size, "not enough memory");
            return -1;
        }
    }
    return 0;
}

/* What one decoder is given for one bus. Its texts have room for the times that are put in place.
 */
struct given {
    struct cansim_setting settings[CS_DECODE_SETTINGS];
    size_t n;
    char *texts;
};

static int collect(const struct cs_decode *decode, const struct cansim_decoder *decoder,
                   const char *bus, struct given *given)
{
    size_t room = 1;

    for (unsigned i = 0; i < decode->n_settings; i++)
        room += strlen(decode->settings[i].path) + 12 + strlen(decode->settings[i].value) + 24 + 1;
    given->n = 0;
    given->texts = malloc(room);
    if (given->texts == NULL)
        return -1;
    char *text = given->texts;
    for (unsigned i = 0; i < decode->n_settings; i++) {
        const struct setting *s = &decode->settings[i];
        unsigned nth = 0;
        size_t path_room = strlen(s->path) + 12;

        for (unsigned k = 0; k < given->n; k++) {
            const char *path = given->settings[k].path;
            size_t len = strlen(s->path);
            nth += strncmp(path, s->path, len) == 0 && (path[len] == '/' || path[len] == '\0');
        }
        if ((s->bus != NULL && strcmp(s->bus, bus) != 0) ||
            !knows(decoder, s->path, nth, text, path_room))
            continue;
        char *value = text + path_room;
        size_t len = strlen(s->value);
        memcpy(value, s->value, len + 1);
        given->settings[given->n++] = (struct cansim_setting){text, value};
        text = value + len + 24 + 1;
    }
    return 0;
}

/* ---- buses ----------------------------------------------------------------------------------- */

static void on_say(void *ctx, int severity, const char *text)
{
    const struct say *say = ctx;
    const struct cs_decode *decode = say->bus->decode;

    if (!decode->trying && decode->config.say != NULL)
        decode->config.say(decode->config.ctx, say->decoder->name, say->bus->name, severity, text);
}

static void find_due(struct cs_decode *decode)
{
    decode->due_ps = CANSIM_NEVER;
    for (unsigned i = 0; i < decode->n_buses; i++) {
        for (unsigned k = 0; k < decode->n_decoders; k++) {
            int64_t due = decode->buses[i]->instances[k].due_ps;
            if (due < decode->due_ps)
                decode->due_ps = due;
        }
    }
}

/* After every call into an instance. */
static void ask_due(struct cs_decode *decode, struct instance *inst)
{
    int64_t before = inst->due_ps;

    if (inst->decoder->next == NULL || inst->decoder->time == NULL)
        return;
    inst->due_ps =
        inst->same_time < SAME_TIME_MAX ? inst->decoder->next(inst->state) : CANSIM_NEVER;
    if (inst->due_ps < decode->due_ps)
        decode->due_ps = inst->due_ps;
    else if (before == decode->due_ps && inst->due_ps != before)
        find_due(decode);
}

static int open_instance(struct bus *bus, unsigned index, uint32_t bitrate_bps, char *why,
                         size_t why_size)
{
    struct cs_decode *decode = bus->decode;
    const struct cansim_decoder *decoder = decode->decoders[index];
    struct instance *inst = &bus->instances[index];
    char reason[400] = "";
    struct given given;
    int ret = -1;

    bus->says[index] = (struct say){bus, decoder};
    bus->host[index] = (struct cansim_host){
        .size = sizeof(bus->host[index]),
        .ctx = &bus->says[index],
        .version = CANSIM_VERSION,
        .bus_name = bus->name,
        .bitrate_bps = bitrate_bps,
        .say = on_say,
    };
    if (collect(decode, decoder, bus->name, &given) != 0)
        snprintf(reason, sizeof(reason), "not enough memory");
    else if (cs_plugins_check_settings(decoder->settings, given.settings, given.n, reason,
                                       sizeof(reason)) == 0)
        ret = decoder->open(&inst->state, &bus->host[index], given.settings, given.n, reason,
                            sizeof(reason));
    free(given.texts);
    if (ret != 0) {
        snprintf(why, why_size, "%s: %s", decoder->name, reason);
        return -1;
    }
    inst->decoder = decoder;
    inst->due_ps = CANSIM_NEVER;
    return 0;
}

static void close_bus(struct bus *bus)
{
    for (unsigned i = 0; i < bus->decode->n_decoders; i++) {
        if (bus->instances[i].decoder != NULL)
            bus->instances[i].decoder->close(bus->instances[i].state);
    }
    free(bus);
}

static struct bus *open_bus(struct cs_decode *decode, const char *name, uint32_t bitrate_bps,
                            char *why, size_t why_size)
{
    struct bus *bus = calloc(1, sizeof(*bus));

    if (bus == NULL) {
        snprintf(why, why_size, "not enough memory");
        return NULL;
    }
    bus->decode = decode;
    snprintf(bus->name, sizeof(bus->name), "%s", name);
    for (unsigned i = 0; i < decode->n_decoders; i++) {
        if (open_instance(bus, i, bitrate_bps, why, why_size) != 0) {
            close_bus(bus);
            return NULL;
        }
    }
    return bus;
}

/* Once with what is for all buses, once more for each bus that has settings of its own. */
static int try_settings(struct cs_decode *decode, char *why, size_t why_size)
{
    decode->trying = true;
    for (unsigned i = 0; i <= decode->n_settings; i++) {
        const char *name = i == 0 ? "" : decode->settings[i - 1].bus;
        if (name == NULL)
            continue;
        struct bus *bus = open_bus(decode, name, 0, why, why_size);
        if (bus == NULL)
            return -1;
        close_bus(bus);
    }
    decode->trying = false;
    return 0;
}

int cs_decode_bus(struct cs_decode *decode, const char *name, uint32_t bitrate_bps, char *why,
                  size_t why_size)
{
    for (unsigned i = 0; i < decode->n_buses; i++) {
        if (strcmp(decode->buses[i]->name, name) == 0)
            return (int)i;
    }
    if (decode->n_buses == CS_DECODE_BUSES || strlen(name) >= sizeof(decode->buses[0]->name)) {
        snprintf(why, why_size, "must be at most %d buses with names of at most %zu bytes",
                 CS_DECODE_BUSES, sizeof(decode->buses[0]->name) - 1);
        return -1;
    }
    struct bus *bus = open_bus(decode, name, bitrate_bps, why, why_size);
    if (bus == NULL)
        return -1;
    decode->buses[decode->n_buses++] = bus;
    for (unsigned i = 0; i < decode->n_decoders; i++)
        ask_due(decode, &bus->instances[i]);
    return (int)decode->n_buses - 1;
}

/* ---- frames and time ------------------------------------------------------------------------- */

static void tell(struct cs_decode *decode, const struct cansim_decoder *decoder, unsigned bus,
                 const struct cansim_frame *frame, int64_t at_ps)
{
    const struct cs_decode_said said = {
        .decoder = decoder,
        .frame = frame,
        .tree = decoder != NULL ? &decode->tree : &decode->nothing,
        .bus_name = decode->buses[bus]->name,
        .bus = bus,
        .at_ps = at_ps,
    };

    if (decode->config.said != NULL)
        decode->config.said(decode->config.ctx, &said);
}

/* The instance that is due at due_ps: the first bus, its first decoder. */
static void tell_due(struct cs_decode *decode)
{
    for (unsigned i = 0; i < decode->n_buses; i++) {
        for (unsigned k = 0; k < decode->n_decoders; k++) {
            struct instance *inst = &decode->buses[i]->instances[k];
            int64_t due = inst->due_ps;
            if (due != decode->due_ps)
                continue;
            /* A decoder that is late with something tells it now. */
            int64_t at_ps = due > decode->now_ps ? due : decode->now_ps;
            inst->same_time = at_ps > inst->told_ps ? 0 : inst->same_time + 1;
            inst->told_ps = decode->now_ps = at_ps;
            cs_tree_clear(&decode->tree);
            inst->decoder->time(inst->state, at_ps, &decode->tree.sink);
            ask_due(decode, inst);
            if (decode->tree.protocol[0] != '\0' || decode->tree.n_events > 0)
                tell(decode, inst->decoder, i, NULL, at_ps);
            return;
        }
    }
}

void cs_decode_time(struct cs_decode *decode, int64_t at_ps)
{
    while (decode->due_ps <= at_ps && decode->due_ps != CANSIM_NEVER)
        tell_due(decode);
    if (at_ps > decode->now_ps)
        decode->now_ps = at_ps;
}

const struct cansim_decoder *cs_decode_frame(struct cs_decode *decode, struct cansim_frame *frame)
{
    const struct cansim_decoder *taken = NULL;
    struct bus *bus = decode->buses[frame->bus];
    bool wanted = decode->config.want != 0;

    frame->size = sizeof(*frame);
    frame->number = ++decode->number;
    if (frame->at_ps < decode->now_ps)
        frame->at_ps = decode->now_ps;
    if (frame->start_ps > frame->at_ps)
        frame->start_ps = frame->at_ps;
    cs_decode_time(decode, frame->at_ps);
    for (unsigned i = 0; i < decode->n_decoders; i++) {
        struct instance *inst = &bus->instances[i];
        bool told = wanted && taken == NULL;
        if (told)
            cs_tree_clear(&decode->tree);
        inst->same_time = 0;
        int took = inst->decoder->frame(inst->state, frame, told ? &decode->tree.sink : NULL);
        if (took == 1 && taken == NULL)
            taken = inst->decoder;
        ask_due(decode, inst);
    }
    tell(decode, taken, frame->bus, frame, frame->at_ps);
    return taken;
}

/* ---- the whole ------------------------------------------------------------------------------- */

void cs_decode_want(struct cs_decode *decode, unsigned want)
{
    decode->config.want = want;
    decode->tree.sink.want = want;
}

struct cs_decode *cs_decode_create(const struct cs_decode_config *config, char *why,
                                   size_t why_size)
{
    struct cs_decode *decode = calloc(1, sizeof(*decode));

    if (decode == NULL || cs_tree_init(&decode->tree, CS_TREE_FIELDS, TREE_BYTES) != 0 ||
        cs_tree_init(&decode->nothing, 0, 0) != 0) {
        snprintf(why, why_size, "not enough memory");
        cs_decode_destroy(decode);
        return NULL;
    }
    decode->config = *config;
    decode->due_ps = CANSIM_NEVER;
    decode->tree.sink.want = config->want;
    if (choose(decode, why, why_size) != 0 || keep_settings(decode, why, why_size) != 0 ||
        try_settings(decode, why, why_size) != 0) {
        cs_decode_destroy(decode);
        return NULL;
    }
    return decode;
}

void cs_decode_destroy(struct cs_decode *decode)
{
    if (decode == NULL)
        return;
    for (unsigned i = 0; i < decode->n_buses; i++)
        close_bus(decode->buses[i]);
    for (unsigned i = 0; i < decode->n_settings; i++) {
        free(decode->settings[i].bus);
        free(decode->settings[i].path);
        free(decode->settings[i].value);
    }
    cs_tree_fini(&decode->tree);
    cs_tree_fini(&decode->nothing);
    free(decode);
}

unsigned cs_decode_buses(const struct cs_decode *decode)
{
    return decode->n_buses;
}

const char *cs_decode_bus_name(const struct cs_decode *decode, unsigned bus)
{
    return decode->buses[bus]->name;
}

const struct cansim_decoder *cs_decode_decoder(const struct cs_decode *decode, unsigned index)
{
    return index < decode->n_decoders ? decode->decoders[index] : NULL;
}

int cs_decode_model(struct cs_decode *decode, unsigned bus, unsigned index, struct cs_tree *tree)
{
    struct instance *inst = &decode->buses[bus]->instances[index];

    cs_tree_clear(tree);
    if (inst->decoder->model == NULL)
        return -1;
    inst->decoder->model(inst->state, decode->now_ps, &tree->sink);
    return 0;
}

const struct cansim_page *cs_decode_page(const struct cs_decode *decode, unsigned index,
                                         unsigned number)
{
    const struct cansim_decoder *decoder = cs_decode_decoder(decode, index);

    if (decoder == NULL || !CANSIM_KNOWS(decoder, struct cansim_decoder, pages) ||
        decoder->pages == NULL)
        return NULL;
    for (unsigned i = 0; i < number; i++) {
        if (decoder->pages[i] == NULL)
            return NULL;
    }
    return decoder->pages[number];
}

void cs_decode_rows(struct cs_decode *decode, unsigned bus, unsigned index,
                    const struct cansim_table *table, uint64_t row, int64_t at_ps,
                    struct cs_tree *tree)
{
    cs_tree_clear(tree);
    table->rows(decode->buses[bus]->instances[index].state, row, at_ps, &tree->sink);
}
