/* SPDX-License-Identifier: MIT */
#include "scenarios/session_pages.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "scenarios/session_actor.h"

#define PAGES_MAX 64
#define ANSWERS   64
#define ANSWER    400

struct cs_pages {
    struct cs_session *session;
    struct cs_plugins *plugins;
    struct cs_decode *decode;
    struct cs_session_eds eds;
    struct {
        unsigned bus, decoder;
        const struct cansim_page *page;
    } page[PAGES_MAX];
    unsigned n_pages;
    struct {
        char text[ANSWER];
        int severity;
    } answer[ANSWERS];
    uint64_t n_answers;
};

/* ---- following ------------------------------------------------------------------------------- */

static void on_event(void *ctx, const struct cs_event *event)
{
    const struct cs_pages *pages = ctx;
    struct cansim_frame frame = {.size = sizeof(frame)};

    if (event->kind != CS_EV_FRAME)
        return;
    frame.id = event->frame->id;
    frame.flags = event->frame->flags; /* the same bits */
    frame.dlc = event->frame->dlc;
    frame.len = event->frame->len;
    frame.bus = event->bus;
    frame.node = event->node;
    frame.start_ps = event->start_ps;
    frame.at_ps = event->at_ps;
    memcpy(frame.data, event->frame->data, frame.len);
    cs_decode_frame(pages->decode, &frame);
}

static void list_pages(struct cs_pages *pages)
{
    const struct cansim_page *page;

    for (unsigned d = 0; cs_decode_decoder(pages->decode, d) != NULL; d++)
        for (unsigned n = 0; (page = cs_decode_page(pages->decode, d, n)) != NULL; n++)
            for (unsigned b = 0; b < cs_decode_buses(pages->decode); b++) {
                if (pages->n_pages == PAGES_MAX)
                    return;
                pages->page[pages->n_pages].bus = b;
                pages->page[pages->n_pages].decoder = d;
                pages->page[pages->n_pages++].page = page;
            }
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

static int open_decoders(struct cs_pages *pages, struct cs_error *error)
{
    const char *names[CS_DECODE_DECODERS];
    struct cs_decode_setting eds[CS_LIVE_EDS];
    const struct cs_decode_config config = {
        .plugins = pages->plugins,
        .names = names,
        .n_names = choose(pages->plugins, names),
        .settings = eds,
        .n_settings = pages->eds.n,
    };
    struct cs_sim *sim = pages->session->sim;
    char why[400];

    for (unsigned i = 0; i < pages->eds.n; i++)
        eds[i] = (struct cs_decode_setting){.path = "eds", .value = pages->eds.file[i]};
    pages->decode = cs_decode_create(&config, why, sizeof(why));
    if (pages->decode == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    for (unsigned i = 0; i < cs_sim_bus_count(sim); i++) {
        struct cs_bus *bus = cs_sim_bus(sim, i);
        if (cs_decode_bus(pages->decode, cs_bus_name(bus), cs_bus_bitrate_bps(bus), why,
                          sizeof(why)) < 0)
            return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    }
    list_pages(pages);
    if (cs_sim_observe(sim, on_event, pages) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    return 0;
}

int cs_session_pages_open(struct cs_session *session, const struct cs_session_config *config,
                          struct cs_error *error)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = config->plugins != NULL ? config->plugins : &none;
    struct cs_pages *pages;
    char why[400], folder[PATH_MAX];

    if (!config->pages)
        return 0;
    pages = session->pages = calloc(1, sizeof(*pages));
    if (pages == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    pages->session = session;
    cs_plugin_folder(folder, sizeof(folder));
    pages->plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, files->file, files->n, why, sizeof(why));
    if (pages->plugins == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    cs_session_collect_eds(session->scenario, config, &pages->eds);
    return open_decoders(pages, error);
}

void cs_session_pages_close(struct cs_session *session)
{
    struct cs_pages *pages = session->pages;

    for (unsigned i = 0; i < CS_SIM_MAX_BUSES; i++) {
        cs_actor_destroy(session->own[i].actor);
        session->own[i].actor = NULL;
    }
    if (pages == NULL)
        return;
    cs_sim_unobserve(session->sim, on_event, pages);
    if (pages->decode != NULL)
        cs_decode_destroy(pages->decode);
    cs_plugins_free(pages->plugins);
    cs_session_free_eds(&pages->eds);
    free(pages);
    session->pages = NULL;
}

/* ---- looking --------------------------------------------------------------------------------- */

unsigned cs_session_pages(const struct cs_session *session)
{
    return session->pages != NULL ? session->pages->n_pages : 0;
}

static const struct cansim_decoder *decoder_of(const struct cs_pages *pages, unsigned page)
{
    return cs_decode_decoder(pages->decode, pages->page[page].decoder);
}

static const char *actor_name(const struct cansim_decoder *decoder)
{
    return CANSIM_KNOWS(decoder, struct cansim_decoder, actor_settings) ? decoder->actor : NULL;
}

void cs_session_page(const struct cs_session *session, unsigned page, struct cs_page_info *info)
{
    const struct cs_pages *pages = session->pages;

    *info = (struct cs_page_info){
        .page = pages->page[page].page,
        .decoder = decoder_of(pages, page)->name,
        .bus = cs_decode_bus_name(pages->decode, pages->page[page].bus),
        .can_ask = actor_name(decoder_of(pages, page)) != NULL,
    };
}

void cs_session_page_rows(struct cs_session *session, unsigned page,
                          const struct cansim_table *table, uint64_t row, struct cs_tree *tree)
{
    struct cs_pages *pages = session->pages;
    const int64_t now_ps = cs_sim_now_ps(session->sim);

    cs_decode_time(pages->decode, now_ps);
    cs_decode_rows(pages->decode, pages->page[page].bus, pages->page[page].decoder, table, row,
                   now_ps, tree);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void on_note(struct cs_session *session, int severity, const char *text)
{
    struct cs_pages *pages = session->pages;
    const unsigned at = pages->n_answers++ % ANSWERS;

    snprintf(pages->answer[at].text, sizeof(pages->answer[at].text), "%s", text);
    pages->answer[at].severity = severity;
    cs_session_remote_answer(session, severity, text);
}

/* The bus's actor, made at first use; another decoder's gives way. */
static struct cs_actor *actor_for(struct cs_session *session, unsigned page, char *why,
                                  size_t why_size)
{
    struct cs_pages *pages = session->pages;
    const struct cansim_decoder *decoder = decoder_of(pages, page);
    const unsigned bus = pages->page[page].bus;
    const char *name = actor_name(decoder);
    const struct cansim_node_type *type =
        name != NULL ? cs_plugins_node(pages->plugins, name) : NULL;
    struct cs_actor **actor = &session->own[bus].actor;

    if (type == NULL || type->command == NULL) {
        snprintf(why, why_size, "on this page nothing can be asked for");
        return NULL;
    }
    if (cs_session_console(session, bus) < 0) {
        snprintf(why, why_size, "there is no room for one more node on the bus");
        return NULL;
    }
    if (*actor != NULL && cs_actor_type(*actor) == type)
        return *actor;
    cs_actor_destroy(*actor);
    *actor = cs_actor_create(session, bus, type, decoder->actor_settings, pages->eds.file,
                             pages->eds.n, on_note, why, why_size);
    return *actor;
}

int cs_session_ask(struct cs_session *session, unsigned page, const char *text, char *why,
                   size_t why_size)
{
    struct cs_actor *actor;

    if (page >= cs_session_pages(session)) {
        snprintf(why, why_size, "there is no such page");
        return -1;
    }
    if (session->finished) {
        snprintf(why, why_size, "the scenario is over");
        return -1;
    }
    cs_session_sync(session);
    actor = actor_for(session, page, why, why_size);
    if (actor == NULL)
        return -1;
    const int ret = cs_actor_command(actor, text, why, why_size);
    cs_session_kick(session);
    return ret;
}

uint64_t cs_session_answers(const struct cs_session *session)
{
    return session->pages != NULL ? session->pages->n_answers : 0;
}

const char *cs_session_answer(const struct cs_session *session, uint64_t number, int *severity)
{
    const struct cs_pages *pages = session->pages;

    if (pages == NULL || number >= pages->n_answers || pages->n_answers - number > ANSWERS)
        return NULL;
    *severity = pages->answer[number % ANSWERS].severity;
    return pages->answer[number % ANSWERS].text;
}
