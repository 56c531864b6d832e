/* SPDX-License-Identifier: MIT */
/* The session's devices: those of the scenario first, in its order, then those of the options. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/device.h"

static void on_sync(void *ctx)
{
    cs_session_sync(ctx);
}

static void on_kick(void *ctx)
{
    cs_session_kick(ctx);
}

static enum cs_device_kind kind_of(const struct cs_scenario_device *device)
{
    static const enum cs_device_kind kinds[] = {
        [CS_SCENARIO_CARD] = CS_DEVICE_CARD,
        [CS_SCENARIO_USB] = CS_DEVICE_USB,
        [CS_SCENARIO_SLCAN] = CS_DEVICE_SLCAN,
    };

    return kinds[device->type];
}

/* What a scenario says of a device, as the device wants to hear it. 0 or -1 with `error`. */
static int make_spec(const struct cs_scenario *scenario, const struct cs_scenario_device *device,
                     struct cs_device_spec *spec, struct cs_error *error)
{
    char why[300], models[160];

    *spec = (struct cs_device_spec){.kind = kind_of(device), .unplugged = device->unplugged};
    spec->model = cs_device_find_model(spec->kind, device->model);
    if (spec->model == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: /devices/%s/model: must be %s, got \"%s\"",
                            scenario->file, device->name,
                            cs_device_models(spec->kind, models, sizeof(models)), device->model);
    snprintf(spec->name, sizeof(spec->name), "%s", device->name);
    if (cs_device_set_path(spec, device->path) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: /devices/%s/path: is too long",
                            scenario->file, device->name);
    for (spec->n_buses = 0; spec->n_buses < device->n_buses; spec->n_buses++)
        snprintf(spec->bus[spec->n_buses], sizeof(spec->bus[0]), "%s",
                 scenario->buses[device->bus[spec->n_buses]].name);
    if (cs_device_check(spec, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: /devices/%s: %s", scenario->file,
                            device->name, why);
    return 0;
}

int cs_session_check_devices(const struct cs_scenario *scenario, struct cs_error *error)
{
    struct cs_device_spec spec;

    for (unsigned i = 0; i < scenario->n_devices; i++) {
        if (make_spec(scenario, &scenario->devices[i], &spec, error) != 0)
            return -1;
    }
    return 0;
}

int cs_session_open_device(struct cs_session *session, const struct cs_device_spec *spec,
                           struct cs_error *error)
{
    const struct cs_link_host host = {
        .sim = session->sim,
        .loop = session->loop,
        .sync = on_sync,
        .kick = on_kick,
        .ctx = session,
    };
    char why[300];

    if (session->n_devices == CS_DEVICES_MAX)
        return cs_error_set(error, CS_STATUS_INPUT, "must be at most %d devices, got more",
                            CS_DEVICES_MAX);
    for (unsigned i = 0; i < session->n_devices; i++) {
        struct cs_device_status other;
        cs_device_look(session->devices[i], &other);
        if (strcmp(other.name, spec->name) == 0)
            return cs_error_set(error, CS_STATUS_INPUT,
                                "--%s: there is a device of the name \"%s\" already, which comes "
                                "from the name of its path",
                                cs_device_kind_name(spec->kind), spec->name);
    }
    struct cs_device *device = cs_device_create(&host, spec, &error->status, why, sizeof(why));
    if (device == NULL)
        return cs_error_set(error, error->status, "%s", why);
    session->devices[session->n_devices++] = device;
    return 0;
}

/* The timeline plugs or unplugs; it runs while the bus does. */
static void on_plug(void *ctx, unsigned index, bool plugged)
{
    struct cs_session *session = ctx;
    const struct cs_scenario *scenario = session->scenario;
    const char *name = index < scenario->n_devices
                           ? scenario->devices[index].name
                           : scenario->guests[index - scenario->n_devices].name;
    struct cs_device_status status = {0};
    char text[160];
    struct cs_event note = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = text};
    unsigned i = 0;

    for (; i < session->n_devices; i++) {
        cs_device_look(session->devices[i], &status);
        if (strcmp(status.name, name) == 0)
            break;
    }
    if (i < session->n_devices && cs_session_plug(session, i, plugged) == 0)
        return;
    snprintf(text, sizeof(text), "%.60s has nothing that can be plugged%s", name,
             i < session->n_devices ? ": it is a card" : "");
    cs_sim_publish(session->sim, &note);
}

int cs_session_devices_open(struct cs_session *session, const struct cs_session_config *config,
                            struct cs_error *error)
{
    const struct cs_scenario *scenario = session->scenario;
    struct cs_device_spec spec;

    /* As with the link: what is outside cannot keep up with virtual time. */
    for (unsigned i = 0; scenario != NULL && !config->fast && i < scenario->n_devices; i++) {
        if (make_spec(scenario, &scenario->devices[i], &spec, error) != 0 ||
            cs_session_open_device(session, &spec, error) != 0)
            return -1;
    }
    for (unsigned i = 0; i < config->n_devices; i++) {
        if (cs_session_open_device(session, &config->devices[i], error) != 0)
            return -1;
    }
    if (session->nodes != NULL && !config->fast)
        cs_nodes_on_plug(session->nodes, on_plug, session);
    return 0;
}

void cs_session_devices_close(struct cs_session *session)
{
    while (session->n_devices > 0)
        cs_device_destroy(session->devices[--session->n_devices]);
}

/* ---- looking and plugging ------------------------------------------------------------------ */

unsigned cs_session_devices(const struct cs_session *session)
{
    return session->n_devices;
}

void cs_session_device(const struct cs_session *session, unsigned index,
                       struct cs_session_device *device)
{
    struct cs_device_status status;

    cs_device_look(session->devices[index], &status);
    *device = (struct cs_session_device){
        .name = status.name,
        .kind = cs_device_kind_name(status.kind),
        .model = status.model,
        .driver = status.driver,
        .path = status.path,
        .of_guest = session->guest_folder[0] != '\0' &&
                    strncmp(status.path, session->guest_folder, strlen(session->guest_folder)) == 0,
        .can_plug = status.kind != CS_DEVICE_CARD,
        .plugged = status.plugged,
        .connected = status.connected,
        .n_ports = status.n_ports,
        .connections = status.connections,
        .refused = status.refused,
        .protocol_errors = status.protocol_errors,
        .lost = status.lost,
    };
    for (unsigned i = 0; i < status.n_ports && i < CS_SESSION_DEVICE_PORTS; i++) {
        device->bus[i] = status.port[i].bus;
        device->node[i] = status.port[i].node;
    }
}

const char *cs_session_device_option(const struct cs_session *session, unsigned index, char *text,
                                     size_t size)
{
    char option[CS_DEVICE_OPTION_MAX];

    snprintf(text, size, "%s", cs_device_option(session->devices[index], option));
    return text;
}

int cs_session_plug(struct cs_session *session, unsigned index, bool plugged)
{
    if (index >= session->n_devices)
        return -EINVAL;
    cs_session_sync(session);
    int ret = cs_device_plug(session->devices[index], plugged);
    cs_session_kick(session);
    return ret;
}
