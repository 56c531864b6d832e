/* SPDX-License-Identifier: MIT */
/* What those who watch over the link are told of the session, and what they may do to it. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/link_server.h"
#include "scenarios/session_remote.h"
#include "scenarios/text.h"

static void tell_info(void *ctx, struct cs_link_info *info)
{
    struct cs_session *session = ctx;
    const char *link = cs_session_link(session);

    snprintf(info->title, sizeof(info->title), "%s", cs_session_title(session));
    snprintf(info->address, sizeof(info->address), "%s", link != NULL ? link : "");
    cs_session_waiting(session, info->waiting, sizeof(info->waiting));
    info->reason = session->pause_reason;
    info->paused = session->paused;
    info->finished = session->finished;
    info->speed_permille = session->speed_permille;
    info->duration_ps = session->duration_ps;
    info->clients = cs_session_clients(session);
    info->n_devices = session->n_devices;
    info->n_decoders = cs_session_decoder_rows(session);
}

static bool tell_device(void *ctx, unsigned index, struct cs_link_device *device)
{
    struct cs_session *session = ctx;
    struct cs_session_device from;

    if (index >= session->n_devices)
        return false;
    cs_session_device(session, index, &from);
    *device = (struct cs_link_device){
        .name = from.name,
        .kind = from.kind,
        .model = from.model,
        .driver = from.driver,
        .path = from.path,
        .plugged = from.plugged,
        .connected = from.connected,
        .n_ports = from.n_ports < CS_LINK_PORTS ? from.n_ports : CS_LINK_PORTS,
        .connections = from.connections,
        .refused = from.refused,
        .protocol_errors = from.protocol_errors,
        .lost = from.lost,
    };
    for (unsigned i = 0; i < device->n_ports; i++) {
        device->bus[i] = from.bus[i];
        device->node[i] = from.node[i];
    }
    cs_session_device_option(session, index, device->option, sizeof(device->option));
    return true;
}

static int save(struct cs_session *session, const char *path, char *why, size_t why_size)
{
    struct cs_error error = {0};

    if (session->record == NULL) {
        snprintf(why, why_size, "the host keeps no record: start it with --record FILE");
        return -EIO;
    }
    if (cs_session_save(session, path, why, why_size, &error) == 0)
        return 0;
    snprintf(why, why_size, "%.250s", error.text);
    return -EIO;
}

static int plug(struct cs_session *session, const struct cs_link_request *request)
{
    const int ret = cs_session_plug(session, request->value, request->on);

    return request->value >= session->n_devices ? -ENOENT : ret;
}

/* One bit of it or none, as the timeline has it. */
static int set_mode(struct cs_session *session, const struct cs_link_request *request, char *why,
                    size_t why_size)
{
    if ((request->mode & (request->mode - 1)) != 0) {
        snprintf(why, why_size, "a controller is put into one mode");
        return -EINVAL;
    }
    return cs_session_do(session, request->bus, request->node, CS_SESSION_MODE, request->mode);
}

static int step_bit(struct cs_session *session, unsigned bus)
{
    const struct cs_bus *on = cs_sim_bus(session->sim, bus);

    if (on == NULL)
        return -ENOENT;
    cs_session_step_by(session, cs_bus_bit_ps(on));
    return 0;
}

static int rerun(struct cs_session *session, char *why, size_t why_size)
{
    if (session->rerun != NULL)
        return session->rerun(session->rerun_ctx, why, why_size) == 0 ? 0 : -EIO;
    snprintf(why, why_size,
             "this host runs its scenario once: start it again where it was started");
    return -EOPNOTSUPP;
}

static int control(void *ctx, const struct cs_link_request *request, char *why, size_t why_size)
{
    struct cs_session *session = ctx;

    switch (request->op) {
    case CS_LINK_PAUSE:
        cs_session_pause(session, request->on);
        return 0;
    case CS_LINK_STEP:
        cs_session_step(session);
        return 0;
    case CS_LINK_STEP_FRAME:
        cs_session_step_frame(session);
        return 0;
    case CS_LINK_SPEED:
        if (request->value > 1000 * 1000)
            return -EINVAL;
        cs_session_set_speed(session, request->value);
        return 0;
    case CS_LINK_INJECT:
        return cs_session_inject(session, request->bus, request->frame);
    case CS_LINK_ARM:
        return cs_session_arm(session, request->bus, request->text, why, why_size);
    case CS_LINK_CLEAR:
        return cs_session_clear(session, request->bus, request->fault);
    case CS_LINK_PLUG:
        return plug(session, request);
    case CS_LINK_SAVE:
        return save(session, request->text, why, why_size);
    case CS_LINK_RESET:
        return cs_session_do(session, request->bus, request->node, CS_SESSION_RESET, 0);
    case CS_LINK_RECOVER:
        return cs_session_do(session, request->bus, request->node, CS_SESSION_RECOVER, 0);
    case CS_LINK_MODE:
        return set_mode(session, request, why, why_size);
    case CS_LINK_STEP_BIT:
        return step_bit(session, request->bus);
    case CS_LINK_SENDER:
        return cs_session_remote_sender(session, request, why, why_size);
    case CS_LINK_SEND_NOW:
        return cs_session_remote_send_now(session, request, why, why_size);
    case CS_LINK_ASK:
        return cs_session_remote_ask(session, request, why, why_size);
    case CS_LINK_RERUN:
        return rerun(session, why, why_size);
    }
    return -EOPNOTSUPP;
}

static void join_words(const struct cs_live_said *said, char *text, size_t size)
{
    const bool named = !*said->protocol || strstr(said->summary, said->protocol) != NULL;

    snprintf(text, size, "%s%s%s", named ? "" : said->protocol, named ? "" : " ", said->summary);
    cs_text_clean(text);
}

static bool tell_said(void *ctx, const struct cs_event *event, int *severity, char *text,
                      size_t size)
{
    const struct cs_live_said *said = cs_live_frame(((struct cs_session *)ctx)->live);

    (void)event;
    if (said == NULL)
        return false;
    *severity = said->severity;
    join_words(said, text, size);
    return true;
}

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_session *session = ctx;
    char text[160];

    if (said->event != NULL || session->link == NULL)
        return;
    join_words(said, text, sizeof(text));
    cs_link_server_say(session->link, said->bus, said->at_ps, said->severity, text);
}

static bool tell_decoder(void *ctx, unsigned row, struct cs_link_decoder *decoder)
{
    return cs_session_decoder_row(ctx, row, decoder);
}

static bool tell_sent(void *ctx, uint64_t who, unsigned slot, struct cs_link_sent *sent)
{
    return cs_session_remote_sent(ctx, who, slot, sent);
}

static void on_left(void *ctx, uint64_t who)
{
    cs_session_remote_left(ctx, who);
}

static void tell_plan(void *ctx, struct cs_link_plan *plan)
{
    cs_session_remote_plan(ctx, plan);
}

static bool tell_plan_row(void *ctx, unsigned row, struct cs_link_plan_row *out)
{
    return cs_session_remote_plan_row(ctx, row, out);
}

static const struct cs_link_watch watch = {
    .info = tell_info,
    .device = tell_device,
    .control = control,
    .said = tell_said,
    .decoder = tell_decoder,
    .sent = tell_sent,
    .left = on_left,
    .plan = tell_plan,
    .plan_row = tell_plan_row,
};

void cs_session_monitor_init(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_link_host *host)
{
    host->watch = &watch;
    host->stats = session->stats;
    host->control = (enum cs_link_control)config->control;
    host->decodes = session->live != NULL && cs_live_listen(session->live, on_said, session) == 0;
}

void cs_session_on_rerun(struct cs_session *session,
                         int (*rerun_it)(void *ctx, char *why, size_t why_size), void *ctx)
{
    session->rerun = rerun_it;
    session->rerun_ctx = ctx;
}

void cs_session_again(struct cs_session *session)
{
    if (session->link != NULL)
        cs_link_server_again(session->link);
}

void cs_session_monitor_changed(struct cs_session *session)
{
    if (session->link != NULL)
        cs_link_server_changed(session->link);
}
