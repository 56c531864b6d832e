/* SPDX-License-Identifier: MIT */
/* The files that a session writes: one row each. All of them are opened before the first is
 * emptied, so that nothing is lost where one cannot be had. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <string.h>

#define CONFIG(member)  offsetof(struct cs_session_config, member)
#define SESSION(member) offsetof(struct cs_session, member)

struct output {
    const char *option;
    size_t path; /* in the configuration */
    size_t log;  /* in the session */
    int (*start)(struct cs_session *session);
    void (*end)(struct cs_session *session);
};

static int start_frames(struct cs_session *session)
{
    return cs_sim_observe(session->sim, cs_log_frames, &session->log);
}

static void end_frames(struct cs_session *session)
{
    cs_sim_unobserve(session->sim, cs_log_frames, &session->log);
}

static int start_events(struct cs_session *session)
{
    return cs_sim_observe(session->sim, cs_log_events, &session->events);
}

static void end_events(struct cs_session *session)
{
    cs_sim_unobserve(session->sim, cs_log_events, &session->events);
}

static int start_life(struct cs_session *session)
{
    return cs_log_life_start(&session->life);
}

static void end_life(struct cs_session *session)
{
    cs_log_life_end(&session->life);
}

static int start_vcd(struct cs_session *session)
{
    return cs_log_vcd_start(&session->vcd);
}

static void end_vcd(struct cs_session *session)
{
    cs_log_vcd_end(&session->vcd);
}

static int start_decoded(struct cs_session *session)
{
    return cs_session_decoded_start(session);
}

static void end_decoded(struct cs_session *session)
{
    cs_session_decoded_end(session);
}

static int start_capture(struct cs_session *session)
{
    return cs_session_capture_start(session);
}

static void end_capture(struct cs_session *session)
{
    cs_session_capture_end(session);
}

static const struct output outputs[] = {
    {"log", CONFIG(log), SESSION(log), start_frames, end_frames},
    {"events", CONFIG(events), SESSION(events), start_events, end_events},
    {"pcapng", CONFIG(pcapng), SESSION(capture.log), start_capture, end_capture},
    {"explain", CONFIG(explain), SESSION(life.log), start_life, end_life},
    {"vcd", CONFIG(vcd), SESSION(vcd.log), start_vcd, end_vcd},
    {"decoded", CONFIG(decoded), SESSION(decoded), start_decoded, end_decoded},
};

#define N_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static struct cs_log *log_of(struct cs_session *session, const struct output *o)
{
    return (struct cs_log *)((char *)session + o->log);
}

static const char *path_of(const struct cs_session_config *config, const struct output *o)
{
    return *(const char *const *)((const char *)config + o->path);
}

static void on_log_failed(void *ctx, struct cs_out *out)
{
    struct cs_session *session = ctx;

    cs_out_explain(out, &session->error);
    session->failed = true;
    /* The sim may be running right now: the loop's next turn ends the run. */
    if (!session->inside && session->started && !session->finished)
        ev_timer_start(session->loop, &session->again);
}

static int open_one(struct cs_session *session, struct cs_log *log, const char *path,
                    struct cs_error *error)
{
    const struct cs_scenario *scenario = session->scenario;

    if (cs_out_open(&log->out, path, session->loop, error) != 0)
        return -1;
    log->sim = session->sim;
    log->out.failed = on_log_failed;
    log->out.ctx = session;
    for (unsigned i = 0; scenario != NULL && i < scenario->n_inputs; i++) {
        if (cs_out_is(&log->out, &scenario->inputs[i]))
            return cs_error_set(error, CS_STATUS_INPUT,
                                "%s: must not be a file that the scenario is read from", path);
    }
    return 0;
}

/* Two outputs into one file would spoil each other. */
static int check_apart(struct cs_session *session, const struct cs_session_config *config,
                       struct cs_error *error)
{
    for (size_t i = 1; i < N_OUTPUTS; i++) {
        for (size_t j = 0; j < i; j++) {
            const char *a = path_of(config, &outputs[j]), *b = path_of(config, &outputs[i]);
            struct cs_file_id id;
            if (a == NULL || b == NULL)
                continue;
            cs_out_id(&log_of(session, &outputs[i])->out, &id);
            if ((strcmp(a, "-") == 0 && strcmp(b, "-") == 0) ||
                cs_out_is(&log_of(session, &outputs[j])->out, &id))
                return cs_error_set(error, CS_STATUS_INPUT,
                                    "%s: must be a file for either %s or %s, got it for both", a,
                                    outputs[j].option, outputs[i].option);
        }
    }
    return 0;
}

static int start_all(struct cs_session *session, struct cs_error *error)
{
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        struct cs_out *out = &log_of(session, &outputs[i])->out;
        int ret = out->fd >= 0 ? outputs[i].start(session) : 0;
        if (ret != 0)
            return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s",
                                out->name, strerror(-ret));
    }
    return 0;
}

static void on_logs_from(void *ctx, struct cs_timer *timer)
{
    struct cs_session *session = ctx;

    (void)timer;
    if (start_all(session, &session->error) != 0)
        session->failed = true;
}

void cs_session_logs_init(struct cs_session *session)
{
    for (size_t i = 0; i < N_OUTPUTS; i++)
        log_of(session, &outputs[i])->out.fd = -1;
}

int cs_session_logs_open(struct cs_session *session, const struct cs_session_config *config,
                         struct cs_error *error)
{
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        const char *path = path_of(config, &outputs[i]);
        if (path != NULL && open_one(session, log_of(session, &outputs[i]), path, error) != 0)
            return -1;
    }
    session->events.detail = config->detail;
    if (config->events != NULL && config->detail)
        cs_sim_set_detail(session->sim, true);
    if (check_apart(session, config, error) != 0)
        return -1;
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        if (path_of(config, &outputs[i]) != NULL)
            cs_out_begin(&log_of(session, &outputs[i])->out);
    }
    if (config->logs_from_ps == 0)
        return start_all(session, error);
    session->logs_from.fn = on_logs_from;
    session->logs_from.ctx = session;
    if (cs_timer_start(session->sim, &session->logs_from, config->logs_from_ps) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    return 0;
}

int cs_session_flush(struct cs_session *session, struct cs_error *error)
{
    int ret = 0;

    for (size_t i = 0; i < N_OUTPUTS; i++) {
        struct cs_out *out = &log_of(session, &outputs[i])->out;
        if (cs_out_flush(out) != 0 && ret == 0) {
            cs_out_explain(out, error);
            ret = -1;
        }
    }
    return ret;
}

int cs_session_logs_close(struct cs_session *session, struct cs_error *error)
{
    int ret = 0;

    for (size_t i = 0; i < N_OUTPUTS; i++) {
        struct cs_out *out = &log_of(session, &outputs[i])->out;
        if (session->sim != NULL)
            outputs[i].end(session);
        if (cs_out_close(out) != 0 && ret == 0) {
            cs_out_explain(out, error);
            ret = -1;
        }
    }
    return ret;
}

void cs_session_logs_discard(struct cs_session *session)
{
    for (size_t i = 0; i < N_OUTPUTS; i++)
        cs_out_discard(&log_of(session, &outputs[i])->out);
}
