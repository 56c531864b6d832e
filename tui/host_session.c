/* SPDX-License-Identifier: MIT */
/* host_session.c - see host_session.h. */
#include "tui/host_session.h"

#include <stdio.h>

static void refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    struct cs_host_session *hs = ctx;
    struct cs_session *s = hs->session;
    struct cs_tui_info *info = &tui->info;
    const char *link = cs_session_link(s);

    cs_session_sync(s);
    snprintf(info->title, sizeof info->title, "%s", cs_session_title(s));
    snprintf(info->link, sizeof info->link, "%s", link ? link : "");
    cs_session_waiting(s, info->waiting, sizeof info->waiting);
    info->clients = cs_session_clients(s);
    info->paused = cs_session_paused(s);
    info->finished = hs->finished && !hs->still;
    info->speed_permille = hs->still ? 1000 : cs_session_speed(s);
    info->now_ps = cs_sim_now_ps(cs_session_sim(s));
    info->duration_ps = hs->still ? 0 : cs_session_duration_ps(s);
    cs_feed_refresh(&hs->feed, needs);
}

static void pause_it(void *ctx, bool paused)
{
    cs_session_pause(((struct cs_host_session *)ctx)->session, paused);
}

static void step(void *ctx)
{
    cs_session_step(((struct cs_host_session *)ctx)->session);
}

static void step_frame(void *ctx)
{
    cs_session_step_frame(((struct cs_host_session *)ctx)->session);
}

static void set_speed(void *ctx, uint32_t permille)
{
    cs_session_set_speed(((struct cs_host_session *)ctx)->session, permille);
}

static int inject(void *ctx, unsigned bus, const struct cs_frame *frame)
{
    return cs_session_inject(((struct cs_host_session *)ctx)->session, bus, frame);
}

static int arm(void *ctx, unsigned bus, const char *text, char *why, size_t why_size)
{
    return cs_session_arm(((struct cs_host_session *)ctx)->session, bus, text, why, why_size);
}

static int disarm(void *ctx, unsigned bus, int id)
{
    return cs_session_clear(((struct cs_host_session *)ctx)->session, bus, id);
}

const struct cs_host_ops cs_host_session_ops = {
    .refresh = refresh,
    .pause = pause_it,
    .step = step,
    .step_frame = step_frame,
    .set_speed = set_speed,
    .inject = inject,
    .arm = arm,
    .disarm = disarm,
};

int cs_host_session_init(struct cs_host_session *hs, struct cs_session *session, struct cs_tui *tui)
{
    hs->session = session;
    return cs_feed_init(&hs->feed, tui, cs_session_sim(session), cs_session_stats(session));
}

void cs_host_session_fini(struct cs_host_session *hs)
{
    cs_feed_fini(&hs->feed);
}
