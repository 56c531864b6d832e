/* SPDX-License-Identifier: MIT */
/* dev_spec.c - devices as people name them: "kvaser:can0,can1=/run/x/guest1.vfu". Text only. */
#include "qemu-link/dev_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *form;
} kinds[CS_DEVICE_KIND_COUNT] = {
    [CS_DEVICE_CARD] = {"card", "MODEL:BUS[,BUS...]=PATH"},
    [CS_DEVICE_USB] = {"usb", "MODEL:BUS[,BUS...]=PATH"},
    [CS_DEVICE_SLCAN] = {"slcan", "BUS=PATH"},
};

const char *cs_device_kind_name(enum cs_device_kind kind)
{
    return kinds[kind].name;
}

/* ---- models ------------------------------------------------------------------------------- */

/* Is `name` (len bytes) one of the words between the commas of `list`? */
static bool is_listed(const char *list, const char *name, size_t len)
{
    while (*list) {
        const size_t n = strcspn(list, ",");

        if (n == len && strncmp(list, name, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

static const struct cs_device_model *find(enum cs_device_kind kind, const char *name, size_t len)
{
    for (const struct cs_device_model *const *row = cs_device_model_rows; *row; row++)
        if ((*row)->kind == kind &&
            (is_listed((*row)->name, name, len) || is_listed((*row)->aliases, name, len)))
            return *row;
    return NULL;
}

const struct cs_device_model *cs_device_find_model(enum cs_device_kind kind, const char *name)
{
    return find(kind, name, strlen(name));
}

const char *cs_device_models(enum cs_device_kind kind, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (const struct cs_device_model *const *row = cs_device_model_rows; *row; row++)
        if ((*row)->kind == kind && used < size)
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", (*row)->name);
    return text;
}

bool cs_device_model_info(unsigned index, struct cs_device_model_info *info)
{
    for (unsigned i = 0; cs_device_model_rows[i]; i++) {
        const struct cs_device_model *model = cs_device_model_rows[i];

        if (i != index)
            continue;
        *info = (struct cs_device_model_info){
            .kind = model->kind,
            .name = model->name,
            .aliases = model->aliases,
            .min_ports = model->min_ports,
            .max_ports = model->max_ports,
            .driver = model->driver,
            .help = model->help,
        };
        return true;
    }
    return false;
}

/* ---- names -------------------------------------------------------------------------------- */

/* A file's name alone lies here. */
int cs_device_set_path(struct cs_device_spec *spec, const char *path)
{
    const bool plain = strchr(path, '/') || strncmp(path, "tcp:", 4) == 0 ||
                       strncmp(path, "unix:", 5) == 0 || path[0] == '\0' ||
                       (spec->kind == CS_DEVICE_SLCAN && strncmp(path, "pty", 3) == 0);
    const int n = snprintf(spec->path, sizeof(spec->path), "%s%s", plain ? "" : "./", path);

    return n >= 0 && (size_t)n < sizeof(spec->path) ? 0 : -EINVAL;
}

/* The last part of a path, without its ending; for a pseudo-terminal without a link and for TCP the
 * model's name. */
void cs_device_name_from_path(struct cs_device_spec *spec)
{
    const char *path = spec->path, *slash = strrchr(path, '/');
    const bool plain = strcmp(path, "pty") == 0 || strncmp(path, "tcp:", 4) == 0;
    const char *base = plain ? spec->model->name : slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);

    if (!plain && !slash && strncmp(base, "pty:", 4) == 0) {
        base += 4;
        len -= 4;
    }
    if (len == 0) {
        base = spec->model->name;
        len = strlen(base);
    }
    len = len < CS_NAME_MAX - 8 ? len : CS_NAME_MAX - 8;
    memcpy(spec->name, base, len);
    spec->name[len] = '\0';
    for (char *c = spec->name; *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-", *c))
            *c = '_';
}

/* ---- the whole ---------------------------------------------------------------------------- */

int cs_device_check(const struct cs_device_spec *spec, char *why, size_t why_size)
{
    const struct cs_device_model *model = spec->model;

    if (spec->n_buses < model->min_ports || spec->n_buses > model->max_ports) {
        if (model->min_ports == model->max_ports)
            snprintf(why, why_size, "%s has %u channel%s: must have as many buses, got %u",
                     model->name, model->max_ports, model->max_ports == 1 ? "" : "s",
                     spec->n_buses);
        else
            snprintf(why, why_size, "%s has %u..%u channels: must have as many buses, got %u",
                     model->name, model->min_ports, model->max_ports, spec->n_buses);
        return -EINVAL;
    }
    if (spec->path[0] == '\0') {
        snprintf(why, why_size, "must have a path for its socket, got none");
        return -EINVAL;
    }
    if (spec->kind == CS_DEVICE_CARD && strncmp(spec->path, "tcp:", 4) == 0) {
        snprintf(why, why_size, "must have a unix socket for a card, got \"%.100s\"", spec->path);
        return -EINVAL;
    }
    if (spec->kind == CS_DEVICE_SLCAN && strncmp(spec->path, "pty", 3) == 0)
        return 0;
    if (strncmp(spec->path, "tcp:", 4) == 0)
        return cs_link_server_check_address(spec->path, why, why_size);
    if (strlen(spec->path) >= CS_PROTO_PATH_MAX) {
        snprintf(why, why_size, "must have a path of at most %d bytes, got %zu",
                 CS_PROTO_PATH_MAX - 1, strlen(spec->path));
        return -EINVAL;
    }
    return 0;
}

static int malformed(enum cs_device_kind kind, const char *text, char *why, size_t why_size)
{
    snprintf(why, why_size, "must be %s, got \"%.150s\"", kinds[kind].form, text);
    return -EINVAL;
}

static int read_model(enum cs_device_kind kind, const char **text, struct cs_device_spec *spec,
                      char *why, size_t why_size)
{
    char names[160];
    const size_t len = strcspn(*text, ":=");

    if (kind == CS_DEVICE_SLCAN) {
        spec->model = cs_device_find_model(kind, "slcan");
        return 0;
    }
    spec->model = find(kind, *text, len);
    if ((*text)[len] != ':')
        return malformed(kind, *text, why, why_size);
    if (!spec->model) {
        snprintf(why, why_size, "must be a model such as %s, got \"%.*s\"",
                 cs_device_models(kind, names, sizeof(names)), (int)(len < 100 ? len : 100), *text);
        return -EINVAL;
    }
    *text += len + 1;
    return 0;
}

/* "can0,can1", up to the '='. */
static int read_buses(const char **text, struct cs_device_spec *spec)
{
    do {
        const size_t len = strcspn(*text, ",=");

        if (len == 0 || len >= sizeof(spec->bus[0]) || spec->n_buses == CS_DEVICE_PORTS_MAX)
            return -EINVAL;
        memcpy(spec->bus[spec->n_buses], *text, len);
        spec->bus[spec->n_buses++][len] = '\0';
        *text += len + 1;
    } while ((*text)[-1] == ',');
    return (*text)[-1] == '=' ? 0 : -EINVAL;
}

int cs_device_parse(enum cs_device_kind kind, const char *text, struct cs_device_spec *spec,
                    char *why, size_t why_size)
{
    const char *at = text;

    *spec = (struct cs_device_spec){.kind = kind};
    if (!strchr(text, '='))
        return malformed(kind, text, why, why_size);
    if (read_model(kind, &at, spec, why, why_size) != 0)
        return -EINVAL;
    if (read_buses(&at, spec) != 0 || *at == '\0' || cs_device_set_path(spec, at) != 0)
        return malformed(kind, text, why, why_size);
    cs_device_name_from_path(spec);
    return cs_device_check(spec, why, why_size);
}
