/* SPDX-License-Identifier: MIT */
/* What people send: from a controller of the session's own on each bus, which joins when it is
 * needed first. */
#include "scenarios/session_actor.h"

#include <errno.h>

static void on_received(void *ctx, const struct cs_rx *rx)
{
    cs_actor_received(((struct cs_console *)ctx)->actor, rx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    const struct cs_console *console = ctx;

    if (console->session->senders != NULL)
        cs_senders_over(console->session->senders, done);
    cs_session_remote_over(console->session, done);
    cs_actor_confirmed(console->actor, done);
}

int cs_session_console(struct cs_session *session, unsigned bus)
{
    static const struct cs_controller_ops ops = {.received = on_received,
                                                 .confirmed = on_confirmed};
    const struct cs_controller_config config = {
        .name = "console", .via = "console", .ops = &ops, .ctx = &session->own[bus]};

    session->own[bus].session = session;
    if (session->console[bus] == CS_NO_NODE) {
        int node = cs_bus_attach(cs_sim_bus(session->sim, bus), &config);
        if (node < 0)
            return node;
        session->console[bus] = node;
    }
    return session->console[bus];
}

static int submit(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie)
{
    struct cs_session *session = ctx;
    struct cs_bus *at = cs_sim_bus(session->sim, bus);
    const int node = at != NULL ? cs_session_console(session, bus) : -EINVAL;

    return node < 0 ? node : cs_bus_submit(at, node, frame, cookie);
}

int cs_session_inject(struct cs_session *session, unsigned bus, const struct cs_frame *frame)
{
    cs_session_sync(session);
    int ret = submit(session, bus, frame, 0);
    cs_session_kick(session);
    return ret;
}

int cs_session_send(struct cs_session *session, unsigned slot, const struct cs_send *send, bool run)
{
    if (session->senders == NULL &&
        (session->senders = cs_senders_create(session->sim, submit, session)) == NULL)
        return -ENOMEM;
    cs_session_sync(session);
    int ret = cs_senders_set(session->senders, slot, send, run);
    cs_session_kick(session);
    return ret;
}

int cs_session_send_now(struct cs_session *session, unsigned slot)
{
    if (session->senders == NULL)
        return -EINVAL;
    cs_session_sync(session);
    int ret = cs_senders_now(session->senders, slot);
    cs_session_kick(session);
    return ret;
}

bool cs_session_sent(const struct cs_session *session, unsigned slot, struct cs_sent *sent)
{
    return session->senders != NULL && cs_senders_look(session->senders, slot, sent);
}
