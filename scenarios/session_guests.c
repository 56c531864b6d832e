/* SPDX-License-Identifier: MIT */
/* The session's guests: a device for each in a private folder, QEMU with it, and the end of the run
 * when all scripts are through. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu-link/device.h"

/* All that cs_guest_start() wants to outlive it. */
struct cs_session_guest {
    struct cs_session *session;
    const struct cs_guest_def *def;
    struct cs_guest_qemu qemu;
    enum cs_guest_via via;
    struct cs_guest_command command;
    struct cs_guest *guest; /* NULL: not started */
};

static unsigned count(const struct cs_session *session, const struct cs_session_config *config)
{
    const unsigned of_scenario =
        session->scenario != NULL && !config->fast ? session->scenario->n_guests : 0;

    return of_scenario + (config->guest != NULL ? 1 : 0);
}

static int make_folder(struct cs_session *session, struct cs_error *error)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    snprintf(session->guest_folder, sizeof(session->guest_folder), "%s/cansim-guest-XXXXXX",
             runtime != NULL && runtime[0] == '/' && strlen(runtime) < 40 ? runtime : "/tmp");
    if (mkdtemp(session->guest_folder) != NULL)
        return 0;
    const int err = errno;
    cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be made: %s", session->guest_folder,
                 strerror(err));
    session->guest_folder[0] = '\0';
    return -1;
}

/* What QEMU is, which way in is taken; before anything is opened. */
int cs_session_guests_plan(struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error)
{
    const unsigned n = count(session, config);

    if (n == 0)
        return 0;
    session->guests = calloc(n, sizeof(*session->guests));
    if (session->guests == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    for (; session->n_guests < n; session->n_guests++) {
        struct cs_session_guest *g = &session->guests[session->n_guests];
        const bool given = config->guest != NULL && session->n_guests == n - 1;

        g->session = session;
        g->def = given ? config->guest : &session->scenario->guests[session->n_guests];
        if (cs_guest_probe(g->def, &g->qemu, error) != 0 ||
            cs_guest_choose(g->def, &g->qemu, &g->via, error) != 0)
            return -1;
        session->guests_need_link |= g->via == CS_VIA_SHIM;
    }
    if (make_folder(session, error) != 0)
        return -1;
    snprintf(session->guest_link, sizeof(session->guest_link), "unix:%s/link.sock",
             session->guest_folder);
    return 0;
}

/* ---- devices --------------------------------------------------------------------------------- */

static int open_device(struct cs_session_guest *g, struct cs_error *error)
{
    static const struct {
        enum cs_device_kind kind;
        const char *ending, *model, *models;
    } ways[CS_VIA_COUNT] = {
        [CS_VIA_VFIO_USER] = {CS_DEVICE_CARD, "vfu", "kvaser", "kvaser"},
        [CS_VIA_USB] = {CS_DEVICE_USB, "usb", "pcanfd", "gs_usb"},
        [CS_VIA_SLCAN] = {CS_DEVICE_SLCAN, "slcan", "slcan", "slcan"},
    };
    const struct cs_guest_def *def = g->def;
    struct cs_device_spec spec = {.kind = ways[g->via].kind, .n_buses = def->n_buses};
    const char *model = def->model;
    char why[300], models[160];

    if (model == NULL)
        model = def->n_buses > 1 ? ways[g->via].models : ways[g->via].model;
    spec.model = cs_device_find_model(spec.kind, model);
    if (spec.model == NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "guest \"%s\": the model must be %s, got \"%s\"", def->name,
                            cs_device_models(spec.kind, models, sizeof(models)), model);
    snprintf(spec.name, sizeof(spec.name), "%s", def->name);
    snprintf(spec.path, sizeof(spec.path), "%s/%s.%s", g->session->guest_folder, def->name,
             ways[g->via].ending);
    for (unsigned i = 0; i < def->n_buses; i++)
        snprintf(spec.bus[i], sizeof(spec.bus[i]), "%s", def->bus_name[i]);
    if (cs_device_check(&spec, why, sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "guest \"%s\": %s", def->name, why);
    return cs_session_open_device(g->session, &spec, error);
}

/* This host is there before QEMU and ends after it; how to reconnect differs between versions. */
static void without_reconnect(char *option)
{
    static const char words[] = ",reconnect=1";
    char *at;

    while ((at = strstr(option, words)) != NULL)
        memmove(at, at + sizeof(words) - 1, strlen(at + sizeof(words) - 1) + 1);
}

int cs_session_guests_open(struct cs_session *session, bool interactive, struct cs_error *error)
{
    for (unsigned i = 0; i < session->n_guests; i++) {
        struct cs_session_guest *g = &session->guests[i];
        char option[CS_DEVICE_OPTION_MAX] = "", image[512] = "";
        const char *link = session->link != NULL ? cs_session_link(session) : NULL;
        const struct cs_guest_place place = {
            .via = g->via,
            .option = option,
            .link = link,
            .image = image,
            .interactive = interactive,
        };
        if (g->via != CS_VIA_SHIM && g->via != CS_VIA_NONE) {
            if (open_device(g, error) != 0)
                return -1;
            cs_session_device_option(session, session->n_devices - 1, option, sizeof(option));
            without_reconnect(option);
        }
        if (g->def->debian && cs_guest_image(image, sizeof(image), error) != 0)
            return -1;
        if (cs_guest_command(g->def, &g->qemu, &place, &g->command, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- at work -----------------------------------------------------------------------------------
 */

static void on_act(void *ctx, const struct cs_action *action)
{
    struct cs_session *session = ctx;

    cs_session_sync(session);
    if (session->nodes != NULL)
        cs_nodes_do(session->nodes, action);
    cs_session_kick(session);
}

/* All scripts are through, or there is none and all guests have ended. */
bool cs_session_guests_done(const struct cs_session *session)
{
    bool any = false;

    for (unsigned i = 0; i < session->n_guests; i++) {
        const struct cs_session_guest *g = &session->guests[i];
        if (g->guest == NULL)
            return false;
        if (g->def->n_steps > 0 ? !cs_guest_done(g->guest) : !cs_guest_gone(g->guest))
            any = true;
    }
    return session->n_guests > 0 && !any;
}

void cs_session_guests_judge(struct cs_session *session)
{
    for (unsigned i = 0; i < session->n_guests; i++) {
        const struct cs_session_guest *g = &session->guests[i];
        if (g->guest == NULL || g->def->n_steps == 0 || cs_guest_done(g->guest))
            continue;
        cs_error_set(&session->error, CS_STATUS_EXPECTATION,
                     "%s: /guests/%s/script/%u: the run ended before this step was through",
                     session->scenario->file, g->def->name, cs_guest_step(g->guest));
        session->failed = true;
        return;
    }
}

static void on_ended(void *ctx, int status, const char *text)
{
    struct cs_session *session = ctx;

    if (text != NULL && !session->failed) {
        cs_session_sync(session);
        cs_error_set(&session->error, status, "%s", text);
        session->failed = true;
    }
    cs_session_kick(session);
}

int cs_session_guests_start(struct cs_session *session, struct cs_error *error)
{
    const struct cs_guest_host host = {
        .loop = session->loop,
        .file = session->scenario != NULL ? session->scenario->file : NULL,
        .act = on_act,
        .ended = on_ended,
        .output = session->guest_output,
        .ctx = session,
    };

    for (unsigned i = 0; i < session->n_guests; i++) {
        struct cs_session_guest *g = &session->guests[i];
        g->guest = cs_guest_start(g->def, &g->command, &host, error);
        if (g->guest == NULL)
            return -1;
    }
    return 0;
}

void cs_session_guests_close(struct cs_session *session)
{
    for (unsigned i = 0; i < session->n_guests; i++) {
        cs_guest_stop(session->guests[i].guest);
        session->guests[i].guest = NULL;
    }
}

/* When its sockets have gone with their devices. */
void cs_session_guests_clean(struct cs_session *session)
{
    if (session->guest_folder[0] != '\0')
        rmdir(session->guest_folder);
    session->guest_folder[0] = '\0';
}

void cs_session_guests_free(struct cs_session *session)
{
    free(session->guests);
    session->guests = NULL;
    session->n_guests = 0;
}

/* ---- for `cansim guest`
 * --------------------------------------------------------------------------- */

void cs_session_type(struct cs_session *session, const char *bytes, size_t n)
{
    if (session->n_guests > 0 && session->guests[0].guest != NULL)
        cs_guest_type(session->guests[0].guest, bytes, n);
}

void cs_session_on_output(struct cs_session *session,
                          void (*output)(void *ctx, const char *bytes, size_t n))
{
    session->guest_output = output;
}

const char *cs_session_guest(const struct cs_session *session, unsigned index, const char **name)
{
    if (index >= session->n_guests)
        return NULL;
    *name = session->guests[index].def->name;
    return cs_guest_vias[session->guests[index].via];
}

void cs_session_guest_words(const struct cs_session *session, unsigned index, char *const **words,
                            const char **program)
{
    *words = session->guests[index].command.words;
    *program = session->guests[index].qemu.program;
}
