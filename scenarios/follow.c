/* SPDX-License-Identifier: MIT */
#include "scenarios/follow.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "scenarios/session_live.h"

#define PAGES_MAX 64

struct cs_follow {
    struct cs_sim *sim;
    struct cs_plugins *plugins;
    struct cs_decode *decode;
    bool driven;
    struct {
        unsigned bus, decoder;
        const struct cansim_page *page;
    } page[PAGES_MAX];
    unsigned n_pages;
};

/* ---- following ------------------------------------------------------------------------------- */

/* Pages of buses from that one on; those that were listed keep their numbers. */
static void list_pages(struct cs_follow *follow, unsigned from)
{
    const struct cansim_page *page;

    for (unsigned d = 0; cs_decode_decoder(follow->decode, d) != NULL; d++)
        for (unsigned n = 0; (page = cs_decode_page(follow->decode, d, n)) != NULL; n++)
            for (unsigned b = from; b < cs_decode_buses(follow->decode); b++) {
                if (follow->n_pages == PAGES_MAX)
                    return;
                follow->page[follow->n_pages].bus = b;
                follow->page[follow->n_pages].decoder = d;
                follow->page[follow->n_pages++].page = page;
            }
}

/* Those of the sim that are not known yet. 0 or -1. */
static int know_buses(struct cs_follow *follow, char *why, size_t why_size)
{
    const unsigned from = cs_decode_buses(follow->decode);

    if (cs_live_know_buses(follow->decode, follow->sim, why, why_size) != 0)
        return -1;
    if (cs_decode_buses(follow->decode) > from)
        list_pages(follow, from);
    return 0;
}

void cs_follow_event(struct cs_follow *follow, const struct cs_event *event)
{
    struct cansim_frame frame;
    char why[400];

    if (event->kind != CS_EV_FRAME || know_buses(follow, why, sizeof(why)) != 0)
        return; /* no memory for a bus that was added later */
    cs_live_to_frame(event, &frame);
    cs_decode_frame(follow->decode, &frame);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    cs_follow_event(ctx, event);
}

static bool has_pages(const struct cansim_decoder *decoder)
{
    return CANSIM_KNOWS(decoder, struct cansim_decoder, pages) && decoder->pages != NULL;
}

/* Nobody is asked for settings here: what needs some is left out. */
static bool needs_settings(const struct cansim_decoder *decoder)
{
    const struct cansim_setting_row *row = decoder->settings;

    for (; row != NULL && row->path != NULL; row++) {
        if (row->required && strchr(row->path, '/') == NULL)
            return true;
    }
    return false;
}

static unsigned choose(const struct cs_plugins *plugins, const char **names)
{
    const struct cansim_decoder *decoder;
    unsigned n = 0;

    for (unsigned i = 0; (decoder = cs_plugins_decoder_at(plugins, i)) != NULL; i++) {
        if (n < CS_DECODE_DECODERS && has_pages(decoder) && !needs_settings(decoder))
            names[n++] = decoder->name;
    }
    return n; /* at least CANopen's, which is built in */
}

static int open_decoders(struct cs_follow *follow, const char *const *files, unsigned n_files,
                         struct cs_error *error)
{
    const char *names[CS_DECODE_DECODERS];
    struct cs_decode_setting eds[CS_LIVE_EDS];
    struct cs_decode_config config = {
        .plugins = follow->plugins,
        .names = names,
        .n_names = choose(follow->plugins, names),
        .settings = eds,
    };
    char why[400];

    for (unsigned i = 0; i < n_files; i++)
        if (strcmp(cs_decode_file_path(files[i]), "eds") == 0)
            eds[config.n_settings++] = (struct cs_decode_setting){.path = "eds", .value = files[i]};
    follow->decode = cs_decode_create(&config, why, sizeof(why));
    if (follow->decode == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (know_buses(follow, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (!follow->driven && cs_sim_observe(follow->sim, on_event, follow) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    return 0;
}

static struct cs_follow *create(struct cs_sim *sim, const struct cs_plugin_files *plugins,
                                const char *const *eds, unsigned n_eds, bool driven,
                                struct cs_error *error)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = plugins != NULL ? plugins : &none;
    struct cs_follow *follow = calloc(1, sizeof(*follow));
    char why[400], folder[PATH_MAX];
    int ret;

    if (follow == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    follow->sim = sim;
    follow->driven = driven;
    cs_plugin_folder(folder, sizeof(folder));
    follow->plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, files->file, files->n, why, sizeof(why));
    ret = follow->plugins != NULL ? open_decoders(follow, eds, n_eds, error)
                                  : cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (ret == 0)
        return follow;
    cs_follow_destroy(follow);
    return NULL;
}

struct cs_follow *cs_follow_create(struct cs_sim *sim, const struct cs_plugin_files *plugins,
                                   const char *const *eds, unsigned n_eds, struct cs_error *error)
{
    return create(sim, plugins, eds, n_eds, false, error);
}

struct cs_follow *cs_follow_create_driven(struct cs_sim *sim, const struct cs_plugin_files *plugins,
                                          const char *const *eds, unsigned n_eds,
                                          struct cs_error *error)
{
    return create(sim, plugins, eds, n_eds, true, error);
}

void cs_follow_destroy(struct cs_follow *follow)
{
    if (follow == NULL)
        return;
    if (!follow->driven)
        cs_sim_unobserve(follow->sim, on_event, follow);
    if (follow->decode != NULL)
        cs_decode_destroy(follow->decode);
    cs_plugins_free(follow->plugins);
    free(follow);
}

/* ---- looking --------------------------------------------------------------------------------- */

const struct cs_plugins *cs_follow_plugins(const struct cs_follow *follow)
{
    return follow->plugins;
}

unsigned cs_follow_pages(const struct cs_follow *follow)
{
    return follow->n_pages;
}

const char *cs_follow_actor(const struct cansim_decoder *decoder)
{
    return CANSIM_KNOWS(decoder, struct cansim_decoder, actor_settings) ? decoder->actor : NULL;
}

void cs_follow_page(const struct cs_follow *follow, unsigned page, struct cs_page_info *info)
{
    const struct cansim_decoder *decoder =
        cs_decode_decoder(follow->decode, follow->page[page].decoder);

    *info = (struct cs_page_info){
        .page = follow->page[page].page,
        .of = decoder,
        .decoder = decoder->name,
        .bus_index = follow->page[page].bus,
        .bus = cs_decode_bus_name(follow->decode, follow->page[page].bus),
        .can_ask = cs_follow_actor(decoder) != NULL,
    };
}

void cs_follow_rows(struct cs_follow *follow, unsigned page, const struct cansim_table *table,
                    uint64_t row, struct cs_tree *tree)
{
    const int64_t now_ps = cs_sim_now_ps(follow->sim);

    cs_decode_time(follow->decode, now_ps);
    cs_decode_rows(follow->decode, follow->page[page].bus, follow->page[page].decoder, table, row,
                   now_ps, tree);
}
