/* SPDX-License-Identifier: MIT */
/* Building comes in an order in which nothing is left behind where a later step fails: read all
 * input, build in memory, open the socket, and only then touch files. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-link/link_server.h"
#include "scenarios/session_remote.h"

static void on_sync(void *ctx)
{
    cs_session_sync(ctx);
}

static void on_kick(void *ctx)
{
    cs_session_kick(ctx);
}

/* An action of the timeline cannot be done: the run ends, and says why. */
static void on_action_failed(void *ctx, const char *text)
{
    struct cs_session *session = ctx;

    if (session->failed)
        return;
    cs_error_set(&session->error, CS_STATUS_INPUT, "%s", text);
    session->failed = true;
}

static void on_said(void *ctx, const char *text)
{
    struct cs_session *session = ctx;

    if (session->n_said < CS_SESSION_SAID &&
        (session->said[session->n_said] = strdup(text)) != NULL)
        session->n_said++;
}

const char *cs_session_said(const struct cs_session *session, unsigned index)
{
    return index < session->n_said ? session->said[index] : NULL;
}

/* What one node did not send: two sentences at most. False: nothing of that number. */
static bool say_unsent(const struct cs_session *session, unsigned node, unsigned number, char *text,
                       size_t size)
{
    const char *name = session->scenario->nodes[node].name;
    uint64_t lost, frames;
    unsigned bus;

    if (number == 0 && cs_nodes_replay_late(session->nodes, node, &lost, &frames) && lost > 0) {
        snprintf(text, size, "%s: %llu of %llu frames were not at their recorded time", name,
                 (unsigned long long)lost, (unsigned long long)frames);
        return true;
    }
    if (!cs_nodes_gateway_lost(session->nodes, node, number, &bus, &lost, &frames) || lost == 0)
        return false;
    snprintf(text, size, "%s: %llu of %llu frames to %s were lost", name, (unsigned long long)lost,
             (unsigned long long)frames, session->scenario->buses[bus].name);
    return true;
}

const char *cs_session_unsent(const struct cs_session *session, unsigned index, char *text,
                              size_t size)
{
    unsigned n_nodes = session->scenario != NULL ? session->scenario->n_nodes : 0;

    for (unsigned i = 0; i < 2 * n_nodes; i++) {
        if (say_unsent(session, i / 2, i % 2, text, size) && index-- == 0)
            return text;
    }
    return NULL;
}

int cs_session_check_nodes(const struct cs_scenario *scenario,
                           void (*say)(void *ctx, const char *text), void *ctx,
                           struct cs_error *error)
{
    struct cs_sim *sim = cs_sim_create((uint64_t)scenario->seed);
    struct cs_nodes *nodes = NULL;
    int ret = 0;

    if (sim == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    for (unsigned i = 0; i < scenario->n_buses && ret >= 0; i++) {
        const struct cs_scenario_bus *bus = &scenario->buses[i];
        struct cs_bus_config config = {
            .name = bus->name, .fd = bus->fd, .timing = &bus->timing.timing};
        ret = cs_sim_add_bus(sim, &config);
    }
    if (ret < 0)
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: %s", scenario->file, strerror(-ret));
    else
        nodes = cs_nodes_create(sim, scenario, say, ctx, error);
    ret = nodes != NULL ? 0 : -1;
    cs_sim_destroy(sim);
    cs_nodes_destroy(nodes);
    return ret;
}

static int add_buses(struct cs_session *session, const struct cs_session_config *config,
                     struct cs_error *error)
{
    const struct cs_session_bus one = {.name = "can0", .bitrate_bps = 0};
    const struct cs_session_bus *given = config->n_buses > 0 ? config->buses : &one;
    unsigned n = config->n_buses > 0 ? config->n_buses : 1;
    const char *place = session->scenario != NULL ? session->scenario->file : "bus";

    if (session->scenario != NULL)
        n = session->scenario->n_buses;
    for (unsigned i = 0; i < n; i++) {
        struct cs_bus_config bus = {.name = given[session->scenario == NULL ? i : 0].name};
        if (session->scenario != NULL) {
            bus.name = session->scenario->buses[i].name;
            bus.fd = session->scenario->buses[i].fd;
            bus.timing = &session->scenario->buses[i].timing.timing;
        } else {
            bus.bitrate_bps = given[i].bitrate_bps > 0 ? given[i].bitrate_bps : 500000;
            bus.data_bitrate_bps = given[i].data_bitrate_bps;
            bus.fd = given[i].data_bitrate_bps > 0;
        }
        int ret = cs_sim_add_bus(session->sim, &bus);
        if (ret < 0)
            return cs_error_set(error, ret == -ENOMEM ? CS_STATUS_ENVIRONMENT : CS_STATUS_INPUT,
                                "%s \"%s\": %s", place, bus.name,
                                ret == -EEXIST   ? "there is a bus of this name already"
                                : ret == -ENOSPC ? "too many buses"
                                                 : strerror(-ret));
        cs_bus_set_engine(cs_sim_bus(session->sim, (unsigned)ret), config->engine);
    }
    return 0;
}

static int build(struct cs_session *session, const struct cs_session_config *config,
                 struct cs_error *error)
{
    uint64_t seed = session->scenario != NULL ? (uint64_t)session->scenario->seed : 1;

    if (config->have_seed)
        seed = config->seed;
    session->sim = cs_sim_create(seed);
    if (session->sim == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (add_buses(session, config, error) != 0)
        return -1;
    session->stats = cs_stats_create(session->sim);
    if (session->stats == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (session->scenario != NULL &&
        (session->nodes =
             cs_nodes_create(session->sim, session->scenario, on_said, session, error)) == NULL)
        return -1;
    if (session->nodes != NULL) {
        cs_nodes_on_failure(session->nodes, on_action_failed, session);
        cs_nodes_on_pause(session->nodes, cs_session_pause_asked, session);
    }
    int ret = cs_session_clock_init(session);
    if (ret != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no timer: %s", strerror(-ret));
    return 0;
}

int cs_session_check_link(const struct cs_scenario *scenario, struct cs_error *error)
{
    char why[sizeof(error->text)];

    if (scenario->link_address == NULL ||
        cs_link_server_check_address(scenario->link_address, why, sizeof(why)) == 0)
        return 0;
    return cs_error_set(error, CS_STATUS_INPUT, "%s: /link: %s", scenario->file, why);
}

/* Outside clients cannot keep up with virtual time: --fast leaves the link closed unless told. */
static int open_link(struct cs_session *session, const struct cs_session_config *config,
                     struct cs_error *error)
{
    bool asked =
        session->scenario != NULL && session->scenario->link && !config->fast && !config->closed;
    const char *address = config->link;
    struct cs_link_host host = {
        .sim = session->sim,
        .loop = session->loop,
        .sync = on_sync,
        .kick = on_kick,
        .ctx = session,
    };

    cs_session_monitor_init(session, config, &host);
    if (!asked && !config->serve && config->link == NULL) {
        if (!session->guests_need_link)
            return 0;
        address = session->guest_link;
        session->private_link = true;
    }
    if (address == NULL && session->scenario != NULL) {
        address = session->scenario->link_address;
        if (cs_session_check_link(session->scenario, error) != 0)
            return -1;
    }
    session->link =
        cs_link_server_create(&host, address, &error->status, error->text, sizeof(error->text));
    return session->link != NULL ? 0 : -1;
}

static void set_pace(struct cs_session *session, const struct cs_session_config *config)
{
    const struct cs_scenario *scenario = session->scenario;

    session->speed_permille = 1000;
    if (config->fast)
        session->speed_permille = 0;
    else if (config->speed_permille > 0)
        session->speed_permille = config->speed_permille;
    else if (scenario != NULL && scenario->have_speed)
        session->speed_permille = scenario->speed_permille;
    else
        session->auto_speed = true;
    if (session->auto_speed && !config->tui && !cs_session_is_open(session) &&
        session->n_guests == 0)
        session->speed_permille = 0;
    session->duration_ps = config->duration_ps;
    if (session->duration_ps == 0 && scenario != NULL)
        session->duration_ps = scenario->duration_ps;
}

static void on_live(void *ctx, const struct cs_live_said *said)
{
    cs_nodes_said(ctx, said);
}

static int add_decoder(struct cs_session *session, const struct cs_session_config *config,
                       struct cs_error *error)
{
    const char *asked = session->scenario != NULL ? session->scenario->decode : NULL;
    const char *named = asked != NULL || !config->watched || session->scenario == NULL
                            ? asked
                            : cs_session_decoder_of_nodes(session->scenario);
    struct cs_session_eds files = {.n = 0};
    bool fields, expected = cs_expect_decodes(session->scenario, &fields);
    struct cs_live_config live = {
        .name = cs_session_decoder_name(session, config),
        .plugins = config->plugins,
        .fields = config->decoded != NULL || fields,
        .say = on_said,
        .say_ctx = session,
    };

    const bool wanted = session->nodes != NULL && cs_nodes_want_decoder(session->nodes);

    if (config->as == NULL && config->decoded == NULL && config->n_eds == 0 && named == NULL &&
        !expected && !wanted)
        return 0;
    cs_session_collect_eds(session->scenario, config, &files);
    live.eds = files.file;
    live.n_eds = files.n;
    live.n_given = files.given;
    session->live = cs_live_create(session->sim, &live, error);
    cs_session_free_eds(&files);
    if (session->live == NULL)
        return -1;
    if (wanted && cs_live_listen(session->live, on_live, session->nodes) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "too many listen to the decoder");
    return 0;
}

/* After the decoder, which must have seen a frame before. */
static int add_expectations(struct cs_session *session, struct cs_error *error)
{
    struct cs_error why;

    session->expect = cs_expect_create(session->sim, session->scenario, session->live, &why);
    if (session->expect != NULL || why.text[0] == '\0')
        return 0;
    *error = why;
    return -1;
}

struct cs_expect *cs_session_expect(struct cs_session *session)
{
    return session->expect;
}

const struct cs_scenario *cs_session_scenario(const struct cs_session *session)
{
    return session->scenario;
}

const struct cs_nodes *cs_session_nodes(const struct cs_session *session)
{
    return session->nodes;
}

struct cs_live *cs_session_live(struct cs_session *session)
{
    return session->live;
}

struct cs_session *cs_session_create(const struct cs_session_config *config, struct ev_loop *loop,
                                     struct cs_error *error)
{
    struct cs_session *session = calloc(1, sizeof(*session));

    if (session == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        cs_scenario_free(config->loaded);
        return NULL;
    }
    session->loop = loop;
    session->scenario = config->loaded;
    session->config = *config;
    session->config.loaded = NULL;
    session->tui = config->tui;
    session->timer_fd = -1;
    session->required_ended = -1;
    cs_session_logs_init(session);
    for (unsigned i = 0; i < CS_SIM_MAX_BUSES; i++)
        session->console[i] = CS_NO_NODE;
    if (config->scenario != NULL && session->scenario == NULL &&
        (session->scenario =
             cs_scenario_load(config->scenario, config->plugins, config->constants, error)) == NULL)
        goto failed;
    if (session->scenario != NULL &&
        cs_scenario_add_faults(session->scenario, config->faults, config->n_faults, error) != 0)
        goto failed;
    if (build(session, config, error) != 0 || add_decoder(session, config, error) != 0 ||
        cs_session_pages_open(session, config, error) != 0 ||
        cs_session_decoders_init(session, config, error) != 0 ||
        add_expectations(session, error) != 0 ||
        cs_session_guests_plan(session, config, error) != 0 ||
        cs_session_programs_plan(session, config, error) != 0 ||
        open_link(session, config, error) != 0 ||
        cs_session_devices_open(session, config, error) != 0 ||
        cs_session_guests_open(session, config->interactive, error) != 0 ||
        cs_session_programs_open(session, error) != 0)
        goto failed;
    set_pace(session, config);
    cs_session_wait_init(session, config);
    if (cs_session_record_plan(session, config, error) != 0 ||
        cs_session_logs_open(session, config, error) != 0 ||
        cs_session_guests_check_consoles(session, error) != 0 ||
        cs_session_record_init(session, config, error) != 0)
        goto failed;
    return session;
failed:
    if (session->scenario != NULL)
        cs_scenario_locate(session->scenario, error);
    cs_session_logs_discard(session);
    cs_session_destroy(session);
    return NULL;
}

int cs_session_close(struct cs_session *session, struct cs_error *error)
{
    session->finished = true;
    cs_session_link_counts(session, &session->link_counts);
    cs_session_programs_close(session);
    cs_session_guests_close(session);
    if (session->link != NULL)
        cs_link_server_destroy(session->link);
    session->link = NULL;
    cs_session_devices_close(session);
    cs_session_guests_clean(session);
    cs_session_wait_fini(session);
    cs_session_clock_fini(session);
    if (session->live != NULL && !session->caught_up)
        cs_live_catch_up(session->live);
    session->caught_up = true;
    int ret = cs_session_record_close(session, error);
    struct cs_error later;
    return cs_session_logs_close(session, ret == 0 ? error : &later) == 0 ? ret : -1;
}

void cs_session_destroy(struct cs_session *session)
{
    struct cs_error ignored;

    if (session == NULL)
        return;
    cs_session_close(session, &ignored);
    cs_session_logs_discard(session);
    cs_live_destroy(session->live);
    cs_session_pages_close(session);
    cs_session_decoders_fini(session);
    cs_session_remote_fini(session);
    cs_expect_destroy(session->expect);
    cs_stats_destroy(session->stats);
    if (session->sim != NULL)
        cs_sim_destroy(session->sim);
    cs_session_guests_free(session);
    cs_session_programs_free(session);
    cs_senders_destroy(session->senders);
    cs_nodes_destroy(session->nodes);
    cs_scenario_free(session->scenario);
    while (session->n_said > 0)
        free(session->said[--session->n_said]);
    free(session);
}

void cs_session_start(struct cs_session *session, void (*finished)(void *ctx, int status),
                      void *ctx)
{
    session->done = finished;
    session->done_ctx = ctx;
    session->started = true;
    if (session->nodes != NULL && cs_nodes_start(session->nodes, &session->error) != 0)
        session->failed = true;
    cs_session_record_start(session);
    if (!session->failed && cs_session_guests_start(session, &session->error) != 0)
        session->failed = true;
    if (!session->failed && cs_session_programs_start(session, &session->error) != 0)
        session->failed = true;
    cs_session_wait_start(session);
    if (session->failed)
        session->waiting = false;
    cs_session_clock_rebase(session);
    cs_session_clock_run(session);
}

const char *cs_session_error(const struct cs_session *session)
{
    return session->error.text;
}

bool cs_session_failed(const struct cs_session *session)
{
    return session->failed;
}

struct cs_sim *cs_session_sim(struct cs_session *session)
{
    return session->sim;
}

struct cs_stats *cs_session_stats(struct cs_session *session)
{
    return session->stats;
}

const char *cs_session_title(const struct cs_session *session)
{
    return session->scenario != NULL ? session->scenario->title : "empty host";
}

const char *cs_session_link(const struct cs_session *session)
{
    return session->link != NULL ? cs_link_server_address(session->link) : NULL;
}

int64_t cs_session_duration_ps(const struct cs_session *session)
{
    return session->duration_ps;
}

bool cs_session_is_open(const struct cs_session *session)
{
    return session->link != NULL || session->n_devices > 0 || session->n_guests > 0;
}

unsigned cs_session_clients(const struct cs_session *session)
{
    struct cs_link_server_stats stats = {0};
    struct cs_session_device device;

    if (session->link != NULL)
        cs_link_server_stats(session->link, &stats);
    for (unsigned i = 0; i < session->n_devices; i++) {
        cs_session_device(session, i, &device);
        stats.clients += device.connected;
    }
    return stats.clients;
}

bool cs_session_stuck(const struct cs_session *session)
{
    return session->stuck;
}

void cs_session_link_counts(const struct cs_session *session, struct cs_session_link_counts *counts)
{
    struct cs_link_server_stats stats;

    if (session->link == NULL) {
        *counts = session->link_counts;
        return;
    }
    cs_link_server_stats(session->link, &stats);
    counts->joined = stats.accepted;
    counts->refused = stats.refused;
    counts->protocol_errors = stats.protocol_errors;
    counts->lost = stats.lost;
}

int64_t cs_session_lag_ns(const struct cs_session *session)
{
    return session->lag_max_ns;
}

int cs_session_arm(struct cs_session *session, unsigned bus, const char *text, char *why,
                   size_t why_size)
{
    struct cs_bus *at = cs_sim_bus(session->sim, bus);
    struct cs_fault_spec spec;

    if (at == NULL) {
        snprintf(why, why_size, "there is no such bus");
        return -EINVAL;
    }
    int ret = cs_fault_parse(text, &spec, why, why_size);
    if (ret != 0)
        return ret;
    cs_session_sync(session);
    ret = cs_fault_arm(at, &spec, why, why_size);
    if (ret == -ENOSPC)
        snprintf(why, why_size, "at most %d faults can be armed at a time", CS_FAULT_MAX);
    cs_session_kick(session);
    return ret;
}

int cs_session_clear(struct cs_session *session, unsigned bus, int id)
{
    struct cs_bus *at = cs_sim_bus(session->sim, bus);
    int ret = 0;

    if (at == NULL)
        return -EINVAL;
    cs_session_sync(session);
    if (id == 0)
        cs_fault_clear_all(at);
    else
        ret = cs_fault_clear(at, id);
    cs_session_kick(session);
    return ret;
}
