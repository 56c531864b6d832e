/* SPDX-License-Identifier: MIT */
/* The session's guests: a device for each in a private folder, QEMU with it, and the end of the run
 * when all scripts are through. */
#include "scenarios/session_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qemu-link/device.h"

#define FILES 3

/* All that cs_guest_start() wants to outlive it. */
struct cs_session_guest {
    struct cs_session *session;
    bool given; /* on the command line, not by the scenario */
    struct cs_guest_def own;
    const struct cs_guest_def *def; /* the same */
    char *files[FILES];             /* kernel, initrd, disk, as they are found */
    struct cs_guest_qemu qemu;
    enum cs_guest_via via;
    struct cs_guest_command command;
    struct cs_guest *guest; /* NULL: not started */
    struct cs_lines lines;  /* of its console, for expectations */
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

    if (session->guest_folder[0] != '\0')
        return 0;
    snprintf(session->guest_folder, sizeof(session->guest_folder), "%s/cansim-guest-XXXXXX",
             runtime != NULL && runtime[0] == '/' && strlen(runtime) < 40 ? runtime : "/tmp");
    if (mkdtemp(session->guest_folder) != NULL) {
        snprintf(session->guest_link, sizeof(session->guest_link), "unix:%s/link.sock",
                 session->guest_folder);
        return 0;
    }
    const int err = errno;
    cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be made: %s", session->guest_folder,
                 strerror(err));
    session->guest_folder[0] = '\0';
    return -1;
}

int cs_session_need_link(struct cs_session *session, struct cs_error *error)
{
    session->guests_need_link = true;
    return make_folder(session, error);
}

/* ---- its files ------------------------------------------------------------------------------- */

static const struct {
    const char *key;
    size_t offset; /* in the definition */
} file_keys[FILES] = {
    {"kernel", offsetof(struct cs_guest_def, kernel)},
    {"initrd", offsetof(struct cs_guest_def, initrd)},
    {"disk", offsetof(struct cs_guest_def, disk)},
};

/* "s.json: /guests/ecu/kernel" or "--kernel". */
static const char *place_of(const struct cs_session_guest *g, const char *key, char *text,
                            size_t size)
{
    if (g->given)
        snprintf(text, size, "--%s", key);
    else
        snprintf(text, size, "%s: /guests/%s/%s", g->session->scenario->file, g->def->name, key);
    return text;
}

/* The file in which that key of the guest stands. */
static const char *named_in(const struct cs_session_guest *g, const char *key)
{
    const struct cs_scenario *scenario = g->session->scenario;
    const cJSON *guests = cJSON_GetObjectItemCaseSensitive(scenario->tree, "guests");
    const cJSON *guest = cJSON_GetObjectItemCaseSensitive(guests, g->def->name);

    return cs_scenario_file_of(scenario, cJSON_GetObjectItemCaseSensitive(guest, key));
}

/* A scenario's files are found beside the one that names them, and must be there. */
static int find_files(struct cs_session_guest *g, struct cs_error *error)
{
    char place[512];

    for (size_t i = 0; i < FILES; i++) {
        const char **name = (const char **)(void *)((char *)&g->own + file_keys[i].offset);
        if (*name == NULL)
            continue;
        g->files[i] =
            g->given ? strdup(*name) : cs_file_beside(named_in(g, file_keys[i].key), *name);
        if (g->files[i] == NULL)
            return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        *name = g->files[i];
        if (access(*name, R_OK) != 0)
            return cs_error_set(error, CS_STATUS_INPUT, "%s: %s: cannot be read: %s",
                                place_of(g, file_keys[i].key, place, sizeof(place)), *name,
                                strerror(errno));
    }
    return 0;
}

static bool id_of(const char *path, struct cs_file_id *id)
{
    struct stat st;

    if (path == NULL || stat(path, &st) != 0)
        return false;
    *id = (struct cs_file_id){st.st_dev, st.st_ino, S_ISREG(st.st_mode)};
    return id->regular;
}

static bool is_file(const char *path, const struct cs_file_id *id)
{
    struct cs_file_id other;

    return id_of(path, &other) && cs_file_same(&other, id);
}

const char *cs_session_use_of(const struct cs_session *session, const struct cs_file_id *id)
{
    const struct cs_out *const logs[] = {&session->log.out,      &session->events.out,
                                         &session->life.log.out, &session->vcd.log.out,
                                         &session->decoded.out,  &session->capture.log.out};

    for (unsigned i = 0; session->scenario != NULL && i < session->scenario->n_inputs; i++) {
        if (cs_file_same(&session->scenario->inputs[i], id))
            return "which the scenario is read from";
    }
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
        if (cs_out_is(logs[i], id))
            return "which is a log of the run";
    }
    for (unsigned i = 0; i < session->n_guests; i++) {
        for (size_t f = 0; f < FILES; f++) {
            if (is_file(session->guests[i].files[f], id))
                return "which a guest is started from";
        }
    }
    return NULL;
}

/* Nothing is lost to a console's file: called before any is opened. */
int cs_session_guests_check_consoles(const struct cs_session *session, struct cs_error *error)
{
    char place[512];

    for (unsigned i = 0; i < session->n_guests; i++) {
        const struct cs_session_guest *g = &session->guests[i];
        struct cs_file_id id;
        const bool there = id_of(g->def->console, &id);
        const char *use = there ? cs_session_use_of(session, &id) : NULL;
        for (unsigned j = 0; g->def->console != NULL && j < i && use == NULL; j++) {
            const char *other = session->guests[j].def->console;
            if (other != NULL &&
                (strcmp(other, g->def->console) == 0 || (there && is_file(other, &id))))
                use = "which is another guest's";
        }
        if (use != NULL)
            return cs_error_set(error, CS_STATUS_INPUT,
                                "%s: must be a file of its own, got \"%s\", %s",
                                place_of(g, "console", place, sizeof(place)), g->def->console, use);
    }
    return 0;
}

/* ---- planning -------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Each program is asked once. */
static int probe(struct cs_session *session, struct cs_session_guest *g, struct cs_error *error)
{
    for (const struct cs_session_guest *other = session->guests; other < g; other++) {
        if (same_text(other->def->qemu, g->def->qemu) &&
            same_text(other->def->arch, g->def->arch)) {
            g->qemu = other->qemu;
            return 0;
        }
    }
    return cs_guest_probe(g->def, &g->qemu, error);
}

static int plan(struct cs_session *session, struct cs_session_guest *g, struct cs_error *error)
{
    char attach[512];

    if (find_files(g, error) != 0 || probe(session, g, error) != 0 ||
        cs_guest_choose(g->def, &g->qemu, &g->via, error) != 0)
        return -1;
    if (g->via != CS_VIA_SHIM)
        return 0;
    session->guests_need_link = true;
    cs_guest_helper("cansim-attach", "cansim-attach", attach, sizeof(attach));
    if (access(attach, X_OK) == 0)
        return 0;
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "guest \"%s\": %s: cannot be started: %s",
                        g->def->name, attach, strerror(errno));
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
    for (unsigned i = 0; i < n; i++) {
        struct cs_session_guest *g = &session->guests[i];

        session->n_guests = i + 1;
        g->session = session;
        g->given = config->guest != NULL && i == n - 1;
        g->own = g->given ? *config->guest : session->scenario->guests[i];
        g->def = &g->own;
        if (plan(session, g, error) != 0)
            return -1;
    }
    return make_folder(session, error);
}

/* ---- devices --------------------------------------------------------------------------------- */

/* Its socket: the guest's name, as far as QEMU and a folder take it. */
static void name_socket(const struct cs_session_guest *g, const char *ending, char *path,
                        size_t size)
{
    char name[41];
    size_t n = 0;
    bool changed = false;

    for (const char *c = g->def->name; *c != '\0' && n + 1 < sizeof(name); c++) {
        const bool good = isalnum((unsigned char)*c) || *c == '-' || *c == '_';
        name[n++] = good ? *c : '_';
        changed |= !good;
    }
    name[n] = '\0';
    if (changed)
        snprintf(path, size, "%s/%s.%u.%s", g->session->guest_folder, name,
                 (unsigned)(g - g->session->guests), ending);
    else
        snprintf(path, size, "%s/%s.%s", g->session->guest_folder, name, ending);
}

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
    name_socket(g, ways[g->via].ending, spec.path, sizeof(spec.path));
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
    struct cs_session *session = ((struct cs_session_guest *)ctx)->session;

    cs_session_sync(session);
    if (session->nodes != NULL)
        cs_nodes_do(session->nodes, action);
    cs_session_kick(session);
}

static void on_line(void *ctx, const char *line)
{
    const struct cs_session_guest *g = ctx;

    cs_expect_program_line(g->session->expect, g->def->name, line);
}

static void on_output(void *ctx, const char *bytes, size_t n)
{
    struct cs_session_guest *g = ctx;
    struct cs_session *session = g->session;

    if (session->guest_output != NULL)
        session->guest_output(session, bytes, n);
    if (session->expect == NULL)
        return;
    cs_session_sync(session);
    cs_lines_take(&g->lines, bytes, n);
    cs_session_kick(session);
}

static bool on_exited(void *ctx, int status)
{
    struct cs_session_guest *g = ctx;
    struct cs_session *session = g->session;
    const bool expected = cs_expect_awaits_exit(session->expect, g->def->name);

    if (session->expect == NULL)
        return false;
    cs_session_sync(session);
    cs_lines_end(&g->lines);
    cs_expect_program_exit(session->expect, g->def->name, status);
    return expected;
}

/* All scripts are through, or there is none and all guests have ended; and those have ended of
 * which that is expected. */
bool cs_session_guests_done(const struct cs_session *session)
{
    bool scripts = false, working = false, all_gone = true;

    for (unsigned i = 0; i < session->n_guests; i++) {
        const struct cs_session_guest *g = &session->guests[i];
        if (g->guest == NULL)
            return false;
        scripts |= g->def->n_steps > 0;
        working |= g->def->n_steps > 0 && !cs_guest_done(g->guest);
        working |= !cs_guest_gone(g->guest) && cs_expect_awaits_exit(session->expect, g->def->name);
        all_gone &= cs_guest_gone(g->guest);
    }
    return session->n_guests > 0 && (scripts ? !working : all_gone);
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
    struct cs_session *session = ((struct cs_session_guest *)ctx)->session;

    if (text != NULL && !session->failed) {
        cs_session_sync(session);
        cs_error_set(&session->error, status, "%s", text);
        session->failed = true;
    }
    cs_session_kick(session);
}

int cs_session_guests_start(struct cs_session *session, struct cs_error *error)
{
    struct cs_guest_host host = {
        .loop = session->loop,
        .file = session->scenario != NULL ? session->scenario->file : NULL,
        .act = on_act,
        .ended = on_ended,
        .output = on_output,
        .exited = on_exited,
    };

    for (unsigned i = 0; i < session->n_guests; i++) {
        struct cs_session_guest *g = &session->guests[i];
        g->lines.line = on_line;
        host.ctx = g->lines.ctx = g;
        g->guest = cs_guest_start(g->def, &g->command, &host, error);
        if (g->guest == NULL)
            return -1;
    }
    return 0;
}

void cs_session_guests_close(struct cs_session *session)
{
    for (unsigned i = 0; i < session->n_guests; i++) { /* all have the same seconds to end in */
        if (session->guests[i].guest != NULL)
            cs_guest_end_qemu(session->guests[i].guest);
    }
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
    for (unsigned i = 0; i < session->n_guests; i++) {
        for (size_t f = 0; f < FILES; f++)
            free(session->guests[i].files[f]);
    }
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
