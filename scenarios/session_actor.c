/* SPDX-License-Identifier: MIT */
/* session_actor.c - see session_actor.h. */
#include "scenarios/session_actor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "plugins/plugins.h"
#include "scenarios/nodes_internal.h"
#include "simcore/rng.h"

#define SETTINGS_MAX (CS_LIVE_EDS + 16)

struct cs_actor {
    struct cs_session *session;
    unsigned bus;
    const struct cansim_node_type *type;
    void *state;
    struct cansim_host host;
    struct cansim_node_host node_host;
    struct cs_timer timer;
    struct cs_rng rng;
    cs_actor_note_fn *note;
    bool is_open, over;
};

static int64_t on_now(void *ctx)
{
    return cs_sim_now_ps(((struct cs_actor *)ctx)->session->sim);
}

static int on_send(void *ctx, const struct cansim_frame *from, uint64_t cookie)
{
    struct cs_actor *actor = ctx;
    struct cs_session *session = actor->session;
    struct cs_frame frame;

    if (actor->over || session->console[actor->bus] == CS_NO_NODE)
        return -ENETDOWN;
    if (cookie >= CS_CONSOLE_ACTOR || from->size < sizeof(*from) || from->len > sizeof(from->data))
        return -EINVAL;
    frame = cs_plugins_frame(from);
    int ret = cs_bus_submit(cs_sim_bus(session->sim, actor->bus), session->console[actor->bus],
                            &frame, cookie + CS_CONSOLE_ACTOR);
    return ret == -EOPNOTSUPP ? -EINVAL : ret == -ENOENT ? -ENETDOWN : ret;
}

static int on_abort(void *ctx, uint64_t cookie)
{
    struct cs_actor *actor = ctx;
    struct cs_session *session = actor->session;

    if (actor->over || session->console[actor->bus] == CS_NO_NODE || cookie >= CS_CONSOLE_ACTOR)
        return 0;
    int n = cs_bus_abort(cs_sim_bus(session->sim, actor->bus), session->console[actor->bus],
                         cookie + CS_CONSOLE_ACTOR);
    return n > 0 ? n : 0;
}

static void on_set_timer(void *ctx, int64_t at_ps)
{
    struct cs_actor *actor = ctx;

    if (actor->over)
        return;
    if (at_ps > CS_TIME_END)
        cs_timer_stop(actor->session->sim, &actor->timer);
    else
        cs_timer_start(actor->session->sim, &actor->timer, at_ps); /* reserved */
}

static uint64_t on_random(void *ctx)
{
    return cs_rng_next(&((struct cs_actor *)ctx)->rng);
}

static void on_note(void *ctx, int severity, const char *text)
{
    struct cs_actor *actor = ctx;

    if (!actor->over)
        actor->note(actor->session, severity, text);
}

static void on_say(void *ctx, int severity, const char *text)
{
    on_note(ctx, severity, text);
}

static int on_set_bitrate(void *ctx, uint32_t bitrate_bps)
{
    struct cs_actor *actor = ctx;

    if (actor->over)
        return -EINVAL;
    return cs_nodes_set_bitrate(cs_sim_bus(actor->session->sim, actor->bus),
                                actor->session->console[actor->bus], bitrate_bps) == 0
               ? 0
               : -EINVAL;
}

static void on_timer(void *ctx, struct cs_timer *timer)
{
    struct cs_actor *actor = ctx;

    (void)timer;
    if (actor->type->timer != NULL)
        actor->type->timer(actor->state, on_now(actor));
}

/* ---- what the controller tells ----------------------------------------------------------------
 */

static bool hears(const struct cs_actor *actor)
{
    return actor != NULL && actor->is_open && !actor->over;
}

void cs_actor_received(struct cs_actor *actor, const struct cs_rx *rx)
{
    struct cansim_frame frame = {
        .size = sizeof(frame),
        .id = rx->frame->id,
        .flags = rx->frame->flags,
        .dlc = rx->frame->dlc,
        .len = rx->frame->len,
        .node = rx->from,
        .start_ps = rx->start_ps,
        .at_ps = rx->at_ps,
    };

    if (!hears(actor) || rx->own || actor->type->frame == NULL)
        return;
    frame.bus = (uint16_t)actor->bus;
    memcpy(frame.data, rx->frame->data, frame.len);
    actor->type->frame(actor->state, &frame);
}

void cs_actor_confirmed(struct cs_actor *actor, const struct cs_tx_done *done)
{
    if (hears(actor) && done->cookie >= CS_CONSOLE_ACTOR && done->result != CS_TX_DETACHED &&
        actor->type->sent != NULL)
        actor->type->sent(actor->state, done->cookie - CS_CONSOLE_ACTOR, (int)done->result,
                          done->at_ps);
}

/* ---- its life -------------------------------------------------------------------------------- */

static void init(struct cs_actor *actor)
{
    struct cs_bus *bus = cs_sim_bus(actor->session->sim, actor->bus);

    actor->timer.fn = on_timer;
    actor->timer.ctx = actor;
    actor->host = (struct cansim_host){
        .size = sizeof(actor->host),
        .ctx = actor,
        .version = CANSIM_VERSION,
        .bus_name = cs_bus_name(bus),
        .bitrate_bps = cs_bus_bitrate_bps(bus),
        .say = on_say,
    };
    actor->node_host = (struct cansim_node_host){
        .size = sizeof(actor->node_host),
        .host = &actor->host,
        .ctx = actor,
        .name = "console",
        .now = on_now,
        .send = on_send,
        .abort = on_abort,
        .set_timer = on_set_timer,
        .random = on_random,
        .note = on_note,
        .set_bitrate = on_set_bitrate,
    };
    cs_rng_init(&actor->rng, cs_sim_seed(actor->session->sim), "console/actor");
}

static int open_state(struct cs_actor *actor, const struct cansim_setting *settings,
                      const char *const *eds, unsigned n_eds, char *why, size_t why_size)
{
    struct cansim_setting all[SETTINGS_MAX];
    char paths[CS_LIVE_EDS][16];
    size_t n = 0;

    for (; settings != NULL && settings[n].path != NULL && n < SETTINGS_MAX - CS_LIVE_EDS; n++)
        all[n] = settings[n];
    for (unsigned i = 0; i < n_eds && i < CS_LIVE_EDS; i++) {
        snprintf(paths[i], sizeof(paths[i]), "eds/%u", i);
        if (cs_plugins_row(actor->type->settings, paths[i]) != NULL &&
            strcmp(cs_decode_file_path(eds[i]), "eds") == 0)
            all[n++] = (struct cansim_setting){paths[i], eds[i]};
    }
    actor->is_open =
        actor->type->open(&actor->state, &actor->node_host, all, n, why, why_size) == 0;
    return actor->is_open ? 0 : -1;
}

struct cs_actor *cs_actor_create(struct cs_session *session, unsigned bus,
                                 const struct cansim_node_type *type,
                                 const struct cansim_setting *settings, const char *const *eds,
                                 unsigned n_eds, cs_actor_note_fn *note, char *why, size_t why_size)
{
    struct cs_actor *actor = calloc(1, sizeof(*actor));

    if (actor == NULL || cs_timer_reserve(session->sim, &actor->timer) != 0) {
        snprintf(why, why_size, "not enough memory");
        free(actor);
        return NULL;
    }
    actor->session = session;
    actor->bus = bus;
    actor->type = type;
    actor->note = note;
    init(actor);
    if (open_state(actor, settings, eds, n_eds, why, why_size) != 0) {
        cs_actor_destroy(actor);
        return NULL;
    }
    if (type->attached != NULL)
        type->attached(actor->state, on_now(actor));
    return actor;
}

void cs_actor_destroy(struct cs_actor *actor)
{
    if (actor == NULL)
        return;
    actor->over = true;
    cs_timer_release(actor->session->sim, &actor->timer);
    if (actor->is_open)
        actor->type->close(actor->state);
    free(actor);
}

const struct cansim_node_type *cs_actor_type(const struct cs_actor *actor)
{
    return actor->type;
}

int cs_actor_command(struct cs_actor *actor, const char *text, char *why, size_t why_size)
{
    return actor->type->command(actor->state, on_now(actor), text, why, why_size);
}
