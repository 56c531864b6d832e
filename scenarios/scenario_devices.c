/* SPDX-License-Identifier: MIT */
/* The key "devices": hardware for guests and programs outside. Which models there are is the
 * session's to know; here a model is a word. */
#include <string.h>

#include "scenarios/scenario_read.h"

#define DEVICE(member) offsetof(struct cs_scenario_device, member)

/* In the order of enum cs_scenario_device_type. */
static const char *const types[] = {"card", "usb", "slcan", NULL};

int cs_scenario_read_ports(struct cs_reader *r, const cJSON *item,
                           unsigned bus[CS_SCENARIO_DEVICE_PORTS], unsigned *n_buses)
{
    const cJSON *child = cJSON_IsArray(item) ? item->child : item;
    int n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;

    if (n < 1 || n > CS_SCENARIO_DEVICE_PORTS)
        return cs_reader_must_be(r, item, "a bus or an array of 1..%d buses",
                                 CS_SCENARIO_DEVICE_PORTS);
    for (*n_buses = 0; *n_buses < (unsigned)n; child = child->next) {
        size_t mark = cJSON_IsArray(item) ? cs_reader_enter_index(r, *n_buses) : r->path_len;
        if (cs_scenario_read_bus(r, child, &bus[*n_buses]) != 0)
            return -1;
        cs_reader_leave(r, mark);
        (*n_buses)++;
    }
    return 0;
}

static int read_device_buses(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_device *device = dest;

    return cs_scenario_read_ports(r, item, device->bus, &device->n_buses);
}

static const struct cs_key device_rows[] = {
    {.name = "type",
     .type = CS_KEY_CHOICE,
     .required = true,
     .offset = DEVICE(type),
     .choices = types,
     .help = "a PCI card over vfio-user, a USB adapter over usbredir, or a serial adapter"},
    {.name = "model",
     .type = CS_KEY_TEXT,
     .mask = 1u << CS_SCENARIO_CARD | 1u << CS_SCENARIO_USB,
     .offset = DEVICE(model),
     .min = 1,
     .max = 32,
     .help = "default: kvaser, pcanfd; all: cansim help devices"},
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .read = read_device_buses,
     .form = "a bus, or an array of buses: one for each channel",
     .help = "default: the first bus"},
    {.name = "path",
     .type = CS_KEY_TEXT,
     .required = true,
     .offset = DEVICE(path),
     .min = 1,
     .max = 400,
     .help = "of its socket; slcan also \"pty\" or \"pty:LINK\", usb and slcan \"tcp:HOST:PORT\""},
    {.name = "unplugged",
     .type = CS_KEY_BOOL,
     .mask = 1u << CS_SCENARIO_USB | 1u << CS_SCENARIO_SLCAN,
     .offset = DEVICE(unplugged),
     .dflt = "false",
     .help = "not there until the timeline plugs it in"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_device_keys = {
    .title = "A device for guests and programs outside",
    .rows = device_rows,
    .kinds = types,
};

const char *cs_scenario_port_name(const char *name, unsigned n_ports, unsigned port,
                                  char buf[CS_NAME_MAX])
{
    if (n_ports > 1)
        snprintf(buf, CS_NAME_MAX, "%.*s.%u", CS_NAME_MAX - 8, name, port);
    else
        snprintf(buf, CS_NAME_MAX, "%s", name);
    return buf;
}

static int read_device(struct cs_reader *r, const cJSON *item, struct cs_scenario_device *device)
{
    const struct cs_scenario *scenario = r->ctx;

    device->name = item->string;
    device->n_buses = 1;
    if (!cs_scenario_name_ok(item->string) || strlen(item->string) > CS_NAME_MAX - 8)
        return cs_reader_fail(r, "must be named by 1..%d bytes without spaces", CS_NAME_MAX - 8);
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (strcmp(scenario->nodes[i].name, item->string) == 0 &&
            scenario->nodes[i].type != CS_NODE_ATTACHED)
            return cs_reader_fail(r, "must have a name of its own, there is a node of this name");
    }
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object");
    if (cs_keys_read_one(r, item, &device_rows[0], device) != 0)
        return -1;
    device->model = device->type == CS_SCENARIO_CARD  ? "kvaser"
                    : device->type == CS_SCENARIO_USB ? "pcanfd"
                                                      : "slcan";
    if (scenario->n_buses > 1 && cJSON_GetObjectItemCaseSensitive(item, "bus") == NULL)
        return cs_reader_fail(r, "must have the key \"bus\" where there are several, got none");
    return cs_keys_read(r, item, &cs_scenario_device_keys, (unsigned)device->type, device);
}

int cs_scenario_read_devices(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;

    (void)dest;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object: name to device");
    if (cJSON_GetArraySize(item) > CS_SCENARIO_MAX_DEVICES)
        return cs_reader_fail(r, "must be at most %d devices, got %d", CS_SCENARIO_MAX_DEVICES,
                              cJSON_GetArraySize(item));
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_device(r, child, &scenario->devices[scenario->n_devices++]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}
