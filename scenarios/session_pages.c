/* SPDX-License-Identifier: MIT */
#include "scenarios/session_pages.h"

#include <stdio.h>
#include <stdlib.h>

#include "plugins/decode.h"
#include "scenarios/session_actor.h"

#define ANSWERS 64
#define ANSWER  400

struct cs_pages {
    struct cs_follow *follow;
    struct cs_session_eds eds;
    struct {
        char text[ANSWER];
        int severity;
    } answer[ANSWERS];
    uint64_t n_answers;
};

/* ---- following ------------------------------------------------------------------------------- */

int cs_session_pages_open(struct cs_session *session, const struct cs_session_config *config,
                          struct cs_error *error)
{
    struct cs_pages *pages;

    if (!config->pages)
        return 0;
    pages = session->pages = calloc(1, sizeof(*pages));
    if (pages == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    cs_session_collect_eds(session->scenario, config, &pages->eds);
    pages->follow =
        cs_follow_create(session->sim, config->plugins, pages->eds.file, pages->eds.n, error);
    return pages->follow != NULL ? 0 : -1;
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
    cs_follow_destroy(pages->follow);
    cs_session_free_eds(&pages->eds);
    free(pages);
    session->pages = NULL;
}

/* ---- looking --------------------------------------------------------------------------------- */

unsigned cs_session_pages(const struct cs_session *session)
{
    return session->pages != NULL ? cs_follow_pages(session->pages->follow) : 0;
}

struct cs_follow *cs_session_follow(const struct cs_session *session)
{
    return session->pages != NULL ? session->pages->follow : NULL;
}

const char *const *cs_session_pages_eds(const struct cs_session *session, unsigned *n)
{
    *n = session->pages != NULL ? session->pages->eds.n : 0;
    return session->pages != NULL ? session->pages->eds.file : NULL;
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
    struct cs_page_info info;

    cs_follow_page(pages->follow, page, &info);
    const struct cansim_decoder *decoder = info.of;
    const unsigned bus = info.bus_index;
    const char *name = cs_follow_actor(decoder);
    const struct cansim_node_type *type =
        name != NULL ? cs_plugins_node(cs_follow_plugins(pages->follow), name) : NULL;
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
