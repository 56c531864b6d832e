/* SPDX-License-Identifier: MIT */
/* What people send: from a controller of the session's own on each bus, which joins when it is
 * needed first. */
#include "scenarios/session_internal.h"

#include <errno.h>

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_session *session = ctx;

    if (session->senders != NULL)
        cs_senders_over(session->senders, done);
}

static int submit(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie)
{
    static const struct cs_controller_ops ops = {.confirmed = on_confirmed};
    struct cs_session *session = ctx;
    struct cs_bus *at = cs_sim_bus(session->sim, bus);
    struct cs_controller_config config = {
        .name = "console", .via = "console", .ops = &ops, .ctx = session};

    if (at == NULL)
        return -EINVAL;
    if (session->console[bus] == CS_NO_NODE) {
        int node = cs_bus_attach(at, &config);
        if (node < 0)
            return node;
        session->console[bus] = node;
    }
    return cs_bus_submit(at, session->console[bus], frame, cookie);
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
