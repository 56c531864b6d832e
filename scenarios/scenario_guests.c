/* SPDX-License-Identifier: MIT */
/* The key "guests": QEMU guests that come and go with the run, and their scripts. A guest's name is
 * that of its controllers, as with a device. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define GUEST(member) offsetof(struct cs_guest_def, member)
#define STEP(member)  offsetof(struct cs_guest_step, member)

#define WALL_MAX (3600 * CS_PS_PER_S)

static const char *const images[] = {"debian", NULL};

/* ---- one step
 * ------------------------------------------------------------------------------------ */

static int set_kind(struct cs_reader *r, struct cs_guest_step *step, int kind)
{
    if (step->kind != CS_STEP_NONE)
        return cs_reader_fail(r, "must be the only one of wait, type, run, pause, do and end in "
                                 "its step, got one before");
    step->kind = kind;
    return 0;
}

static int read_text(struct cs_reader *r, const cJSON *item, struct cs_guest_step *step, int kind)
{
    static const struct cs_key row = {
        .name = "", .type = CS_KEY_TEXT, .offset = STEP(text), .min = 1, .max = 4000};

    return set_kind(r, step, kind) == 0 ? cs_keys_read_value(r, &row, item, step) : -1;
}

static int read_wait(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_text(r, item, dest, CS_STEP_WAIT);
}

static int read_type(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_text(r, item, dest, CS_STEP_TYPE);
}

/* Its end is waited for, and a mark comes after it on the line. */
static int read_run(struct cs_reader *r, const cJSON *item, void *dest)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    size_t n = strlen(text);

    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\n'))
        n--;
    if (n > 0 && text[n - 1] == '&')
        return cs_reader_must_be(r, item,
                                 "a command without \"&\" at its end (\"type\" is for that)");
    return read_text(r, item, dest, CS_STEP_RUN);
}

static int read_pause(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key row = {.name = "",
                                      .type = CS_KEY_TIME,
                                      .offset = STEP(pause_ps),
                                      .min = CS_PS_PER_MS,
                                      .max = WALL_MAX};
    struct cs_guest_step *step = dest;

    return set_kind(r, step, CS_STEP_PAUSE) == 0 ? cs_keys_read_value(r, &row, item, step) : -1;
}

static int read_do(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_guest_step *step = dest;

    if (set_kind(r, step, CS_STEP_DO) != 0)
        return -1;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an action as in the timeline, without \"at\"");
    step->action = calloc(1, sizeof(*step->action));
    return step->action != NULL ? cs_scenario_read_action(r, item, step->action, false)
                                : cs_reader_no_memory(r);
}

static int read_end(struct cs_reader *r, const cJSON *item, void *dest)
{
    if (!cJSON_IsTrue(item))
        return cs_reader_must_be(r, item, "true");
    return set_kind(r, dest, CS_STEP_END);
}

static const struct cs_key step_rows[] = {
    {.name = "wait",
     .type = CS_KEY_CUSTOM,
     .read = read_wait,
     .form = "a text of 1..4000 bytes",
     .help = "until the console has said it"},
    {.name = "type",
     .type = CS_KEY_CUSTOM,
     .read = read_type,
     .form = "a text of 1..4000 bytes",
     .help = "a line for the console"},
    {.name = "run",
     .type = CS_KEY_CUSTOM,
     .read = read_run,
     .form = "a text of 1..4000 bytes",
     .help = "a command for the shell on the console, and wait for its end"},
    {.name = "status",
     .type = CS_KEY_INT,
     .offset = STEP(status),
     .min = 0,
     .max = 255,
     .dflt = "0",
     .help = "of run: the exit status that it must have"},
    {.name = "expect",
     .type = CS_KEY_TEXT,
     .offset = STEP(expect),
     .min = 1,
     .max = 4000,
     .help = "of run: what it must say"},
    {.name = "repeat",
     .type = CS_KEY_BOOL,
     .offset = STEP(repeat),
     .dflt = "false",
     .help = "of run: again and again, until it is as it must be"},
    {.name = "within",
     .type = CS_KEY_TIME,
     .offset = STEP(within_ps),
     .min = CS_PS_PER_MS,
     .max = WALL_MAX,
     .help = "of wait and run: wall time; default 60s, of run 20s"},
    {.name = "pause",
     .type = CS_KEY_CUSTOM,
     .read = read_pause,
     .form = "1ms..1h",
     .help = "wait so long, in wall time"},
    {.name = "do",
     .type = CS_KEY_CUSTOM,
     .read = read_do,
     .form = "an action as in the timeline, without \"at\"",
     .help = "such as {\"fault\": ...} or {\"plug\": ...}, now"},
    {.name = "end",
     .type = CS_KEY_CUSTOM,
     .read = read_end,
     .form = "true",
     .help = "end QEMU, whatever the guest does"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_step_keys = {
    .title = "A step of a guest's script (one of wait, type, run, pause, do, end each)",
    .rows = step_rows,
};

/* ---- a guest
 * --------------------------------------------------------------------------------------- */

static int read_script(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_guest_def *guest = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > CS_GUEST_STEPS)
        return cs_reader_must_be(r, item, "an array of at most %d steps", CS_GUEST_STEPS);
    guest->steps = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*guest->steps));
    if (guest->steps == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, guest->n_steps);
        struct cs_guest_step *step = &guest->steps[guest->n_steps++];
        if (cs_keys_read(r, child, &cs_scenario_step_keys, 0, step) != 0)
            ret = -1;
        else if (step->kind == CS_STEP_NONE)
            ret = cs_reader_fail(r, "must have one of wait, type, run, pause, do and end, "
                                    "got none");
        if (step->action != NULL) {
            step->action->guest = guest->name;
            step->action->order = guest->n_steps - 1;
        }
        cs_reader_leave(r, mark);
    }
    return ret;
}

static int read_args(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_guest_def *guest = dest;
    const cJSON *child;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > CS_GUEST_ARGS)
        return cs_reader_must_be(r, item, "an array of at most %d texts", CS_GUEST_ARGS);
    cJSON_ArrayForEach(child, item)
    {
        if (!cJSON_IsString(child))
            return cs_reader_must_be(r, child, "an array of texts");
        guest->args[guest->n_args++] = child->valuestring;
    }
    return 0;
}

static int read_guest_buses(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_guest_def *guest = dest;

    return cs_scenario_read_ports(r, item, guest->bus, &guest->n_buses);
}

static int read_image(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key row = {.name = "image", .type = CS_KEY_CHOICE, .choices = images};
    struct cs_guest_def *guest = dest;
    int choice;

    if (cs_keys_read_value(r, &row, item, &choice) != 0)
        return -1;
    guest->debian = true;
    return 0;
}

#define TEXT_ROW(name_, member, text)                                                         \
    {                                                                                         \
        .name = (name_), .type = CS_KEY_TEXT, .offset = GUEST(member), .min = 1, .max = 4000, \
        .help = (text)                                                                        \
    }

static const struct cs_key guest_rows[] = {
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .read = read_guest_buses,
     .form = "a bus, or an array of buses: one for each controller",
     .help = "default: the first bus"},
    {.name = "image",
     .type = CS_KEY_CUSTOM,
     .read = read_image,
     .form = "\"debian\"",
     .help = "the small Linux of cansim guest build, built where it is missing"},
    TEXT_ROW("kernel", kernel,
             "a kernel, in place of an image; relative to the file that names it"),
    TEXT_ROW("initrd", initrd, "its initial file system"),
    TEXT_ROW("append", append, "parameters of the kernel; with an image: more of them"),
    TEXT_ROW("disk", disk, "a disk image, in place of or beside a kernel"),
    TEXT_ROW("machine", machine, "of QEMU; default: QEMU's, with an image q35"),
    TEXT_ROW("arch", arch, "the QEMU: qemu-system-ARCH; default x86_64"),
    TEXT_ROW("qemu", qemu, "the program, in place of arch"),
    {.name = "memory",
     .type = CS_KEY_INT,
     .offset = GUEST(memory_mib),
     .min = 1,
     .max = 1048576,
     .dflt = "128",
     .help = "in MiB"},
    {.name = "cpus",
     .type = CS_KEY_INT,
     .offset = GUEST(cpus),
     .min = 1,
     .max = 255,
     .dflt = "1",
     .help = "processors"},
    {.name = "args",
     .type = CS_KEY_CUSTOM,
     .read = read_args,
     .form = "an array of texts",
     .help = "more words for QEMU"},
    {.name = "via",
     .type = CS_KEY_CHOICE,
     .offset = GUEST(via),
     .choices = cs_guest_vias,
     .dflt = "\"auto\"",
     .help = "how its controllers join; auto: the first of vfio-user, usb and shim that this QEMU "
             "has"},
    {.name = "model",
     .type = CS_KEY_TEXT,
     .offset = GUEST(model),
     .min = 1,
     .max = 32,
     .help = "of the card or adapter; default kvaser, pcanfd (gs_usb with several buses)"},
    TEXT_ROW("console", console, "a file for all that its console says"),
    {.name = "script",
     .type = CS_KEY_CUSTOM,
     .read = read_script,
     .form = "an array of steps",
     .help = "what is done on its console, and what must come of it"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_guest_keys = {.title = "A QEMU guest", .rows = guest_rows};

static bool name_is_taken(const struct cs_scenario *scenario, const char *name)
{
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (strcmp(scenario->nodes[i].name, name) == 0 &&
            scenario->nodes[i].type != CS_NODE_ATTACHED)
            return true;
    }
    for (unsigned i = 0; i < scenario->n_devices; i++) {
        if (strcmp(scenario->devices[i].name, name) == 0)
            return true;
    }
    return false;
}

static int read_guest(struct cs_reader *r, const cJSON *item, struct cs_guest_def *guest)
{
    const struct cs_scenario *scenario = r->ctx;

    guest->name = item->string;
    guest->n_buses = 1;
    if (!cs_scenario_name_ok(item->string) || strlen(item->string) > 40)
        return cs_reader_fail(r, "must be named by 1..40 bytes without spaces");
    if (name_is_taken(scenario, item->string))
        return cs_reader_fail(r, "must have a name of its own, there is a node or device of this "
                                 "name");
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object");
    if (scenario->n_buses > 1 && cJSON_GetObjectItemCaseSensitive(item, "bus") == NULL)
        return cs_reader_fail(r, "must have the key \"bus\" where there are several, got none");
    if (cs_keys_read(r, item, &cs_scenario_guest_keys, 0, guest) != 0)
        return -1;
    for (unsigned i = 0; i < guest->n_buses; i++)
        guest->bus_name[i] = scenario->buses[guest->bus[i]].name;
    if (guest->debian && (guest->kernel != NULL || guest->disk != NULL))
        return cs_reader_fail(r, "must have an image, or a kernel or disk, got both");
    if (!guest->debian && guest->kernel == NULL && guest->disk == NULL && guest->n_args == 0)
        return cs_reader_fail(r, "must have the key \"image\", \"kernel\" or \"disk\", got none");
    return 0;
}

int cs_scenario_read_guests(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;

    (void)dest;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object: name to guest");
    if (cJSON_GetArraySize(item) > CS_SCENARIO_MAX_GUESTS)
        return cs_reader_fail(r, "must be at most %d guests, got %d", CS_SCENARIO_MAX_GUESTS,
                              cJSON_GetArraySize(item));
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_guest(r, child, &scenario->guests[scenario->n_guests++]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

void cs_scenario_free_guest(struct cs_guest_def *guest)
{
    for (unsigned i = 0; i < guest->n_steps; i++) {
        if (guest->steps[i].action != NULL)
            cs_scenario_free_action(guest->steps[i].action);
        free(guest->steps[i].action);
    }
    free(guest->steps);
}
