/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "qemu-link/link_server.h"
#include "scenarios/main.h"
#include "scenarios/main_report.h"
#include "scenarios/scenario.h"
#include "scenarios/text.h"
#include "simcore/units.h"

#define ARG(member) offsetof(struct cs_args, member)
#define MAX_OPTIONS 48

#define HELP_OPTION                                                                         \
    {                                                                                       \
        "help", 'h', OPTION_FLAG, ARG(help), CS_NOWHERE, NULL, 0, 0, NULL, "show this help" \
    }
#define LINK_OPTION                                                             \
    {                                                                           \
        "link", 0, OPTION_TEXT, ARG(link), CS_NOWHERE, "ADDR", 0, 0,            \
            "CANSIM_LINK, else $XDG_RUNTIME_DIR/cansim/default.sock",           \
            "let outside clients join at this address: a path or tcp:HOST:PORT" \
    }
#define CONTROL_OPTION                                                                \
    {                                                                                 \
        "control", 0, OPTION_CONTROL, ARG(control), CS_NOWHERE, "WHO", 0, 0, "local", \
            "who may pause, inject and arm faults over the link: none, local or all"  \
    }
#define LOG_OPTION                                                       \
    {                                                                    \
        "log", 0, OPTION_TEXT, ARG(log), CS_NOWHERE, "FILE", 0, 0, NULL, \
            "frames in the form of candump -L; - is standard output"     \
    }
#define EVENTS_OPTION                                                          \
    {                                                                          \
        "events", 0, OPTION_TEXT, ARG(events), CS_NOWHERE, "FILE", 0, 0, NULL, \
            "every event, a JSON object a line; - is standard output"          \
    }
#define PCAPNG_OPTION                                                           \
    {                                                                           \
        "pcapng", 0, OPTION_TEXT, ARG(pcapng), CS_NOWHERE, "FILE", 0, 0, NULL,  \
            "a capture for Wireshark, error frames in it; - is standard output" \
    }
#define DETAIL_OPTION                                                        \
    {                                                                        \
        "detail", 0, OPTION_FLAG, ARG(detail), CS_NOWHERE, NULL, 0, 0, NULL, \
            "events: also who acknowledged and who received each frame"      \
    }
#define EXPLAIN_OPTION                                                           \
    {                                                                            \
        "explain", 0, OPTION_TEXT, ARG(explain), CS_NOWHERE, "FILE", 0, 0, NULL, \
            "the life of each frame, told in words; - is standard output"        \
    }
#define VCD_OPTION                                                       \
    {                                                                    \
        "vcd", 0, OPTION_TEXT, ARG(vcd), CS_NOWHERE, "FILE", 0, 0, NULL, \
            "waveforms, for GTKWave and PulseView"                       \
    }
#define RECORD_OPTIONS                                                                         \
    {"record",    0,                                                                           \
     OPTION_TEXT, ARG(record),                                                                 \
     CS_NOWHERE,  "FILE",                                                                      \
     0,           0,                                                                           \
     NULL,        "what is done to the buses from outside, as a scenario that does it again"}, \
    {                                                                                          \
        "record-max", 0, OPTION_NUMBER, ARG(record_max), ARG(have_record_max), "N", 0, 0,      \
            "100000", "actions that are recorded, at most"                                     \
    }
#define ENGINE_OPTION                                                                    \
    {                                                                                    \
        "engine", 0, OPTION_ENGINE, ARG(engine), CS_NOWHERE, "NAME", 0, 0, "auto",       \
            "bit: compute each frame bit by bit; frame, auto: as a whole where nothing " \
            "disturbs it; the output is the same"                                        \
    }
#define SEED_OPTION                                                           \
    {                                                                         \
        "seed", 0, OPTION_NUMBER, ARG(seed), ARG(have_seed), "N", 0, 0, NULL, \
            "of all random numbers, 0..2^64-1; overrides the scenario's"      \
    }
#define DURATION_OPTION                                                              \
    {                                                                                \
        "duration", 0, OPTION_TIME, ARG(duration_ps), CS_NOWHERE, "T", CS_PS_PER_US, \
            2400 * 3600 * CS_PS_PER_S, NULL, "end after this bus time"               \
    }
#define SPEED_OPTION                                                                     \
    {                                                                                    \
        "speed", 0, OPTION_SPEED, ARG(speed_permille), ARG(have_speed), "X", 0, 0, NULL, \
            "bus time over wall time: 1, 0.5, x10 or max"                                \
    }
#define QUIET_OPTION                                                         \
    {                                                                        \
        "quiet", 'q', OPTION_FLAG, ARG(quiet), CS_NOWHERE, NULL, 0, 0, NULL, \
            "no trace, no progress, no summary"                              \
    }
#define PLUGIN_OPTION                                                  \
    {                                                                  \
        "plugin", 0, OPTION_PLUGIN, 0, CS_NOWHERE, "FILE", 0, 0, NULL, \
            "a shared object with further plugins, once for each"      \
    }
#define CONST_OPTION                                                       \
    {                                                                      \
        "const", 0, OPTION_CONST, 0, CS_NOWHERE, "NAME=VALUE", 0, 0, NULL, \
            "another value for a constant of the scenario, once for each"  \
    }
#define DECODE_OPTIONS                                                                          \
    {"as", 0, OPTION_TEXT, ARG(as), CS_NOWHERE, "NAME", 0, 0, "canopen", "with which decoder"}, \
        CS_FILE_OPTIONS,                                                                        \
    {                                                                                           \
        "decoded", 0, OPTION_TEXT, ARG(decoded), CS_NOWHERE, "FILE", 0, 0, NULL,                \
            "what frames mean, a JSON object a line; - is standard output"                      \
    }
#define DEVICE_OPTIONS                                                                          \
    {"card",                                                                                    \
     0,                                                                                         \
     OPTION_DEVICE,                                                                             \
     0,                                                                                         \
     CS_NOWHERE,                                                                                \
     "M:BUS[,BUS]=PATH",                                                                        \
     CS_DEVICE_CARD,                                                                            \
     CS_DEVICE_CARD,                                                                            \
     NULL,                                                                                      \
     "a PCI card for a QEMU guest (vfio-user, QEMU >= 10.1), once for each; models M: cansim "  \
     "help devices"},                                                                           \
        {"usb",         0,                                                                      \
         OPTION_DEVICE, 0,                                                                      \
         CS_NOWHERE,    "M:BUS[,BUS]=PATH",                                                     \
         CS_DEVICE_USB, CS_DEVICE_USB,                                                          \
         NULL,          "a USB adapter for a guest of any QEMU (usbredir), once for each"},     \
    {                                                                                           \
        "slcan", 0, OPTION_DEVICE, 0, CS_NOWHERE, "BUS=PATH", CS_DEVICE_SLCAN, CS_DEVICE_SLCAN, \
            NULL, "a serial adapter at a socket, \"pty\" or \"pty:LINK\", once for each"        \
    }
#define END_OPTION                                         \
    {                                                      \
        NULL, 0, OPTION_FLAG, 0, 0, NULL, 0, 0, NULL, NULL \
    }

const struct cs_option cs_run_options[] = {
    {"scenario", 0, OPTION_TEXT, ARG(scenario), CS_NOWHERE, "FILE", 0, 0, NULL,
     "the scenario, instead of the operand"},
    LOG_OPTION,
    EVENTS_OPTION,
    DETAIL_OPTION,
    PCAPNG_OPTION,
    EXPLAIN_OPTION,
    VCD_OPTION,
    RECORD_OPTIONS,
    {"fault", 0, OPTION_FAULT, 0, CS_NOWHERE, "TEXT", 0, 0, NULL,
     "arm a fault at the start, such as \"flip field=crc id=0x123 bus=can0\"; once for each"},
    CONST_OPTION,
    ENGINE_OPTION,
    {"fast", 0, OPTION_FLAG, ARG(fast), CS_NOWHERE, NULL, 0, 0, NULL,
     "as fast as the machine goes, without outside clients"},
    SPEED_OPTION,
    DURATION_OPTION,
    SEED_OPTION,
    LINK_OPTION,
    CONTROL_OPTION,
    DEVICE_OPTIONS,
    PLUGIN_OPTION,
    {"decode", 0, OPTION_FLAG, ARG(decode), CS_NOWHERE, NULL, 0, 0, NULL,
     "say behind each frame of the trace what it means"},
    DECODE_OPTIONS,
    {"filter", 0, OPTION_TEXT, ARG(query), CS_NOWHERE, "EXPR", 0, 0, NULL,
     "of the trace, only what passes, such as \"id=180-1ff and data[0]>3\": docs/filter.md"},
    {"wait", 0, OPTION_WAIT, ARG(wait_ps), ARG(have_wait), "T", 0, 24 * 3600 * CS_PS_PER_S, NULL,
     "wait so long (or \"forever\") for the scenario's outside clients"},
    CS_REPORT_OPTIONS,
    QUIET_OPTION,
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_serve_options[] = {
    {"bus", 0, OPTION_BUS, 0, CS_NOWHERE, "NAME[:RATE]", 0, 0, "can0:500k",
     "a bus, once for each; NAME:RATE:RATE is one with CAN FD, and its second bit rate"},
    LINK_OPTION,
    CONTROL_OPTION,
    DEVICE_OPTIONS,
    LOG_OPTION,
    EVENTS_OPTION,
    DETAIL_OPTION,
    PCAPNG_OPTION,
    EXPLAIN_OPTION,
    VCD_OPTION,
    RECORD_OPTIONS,
    PLUGIN_OPTION,
    DECODE_OPTIONS,
    ENGINE_OPTION,
    SPEED_OPTION,
    DURATION_OPTION,
    QUIET_OPTION,
    HELP_OPTION,
    END_OPTION,
};

#define GUEST_TEXT(option, member, form, text)                                        \
    {                                                                                 \
        option, 0, OPTION_TEXT, ARG(guest.member), CS_NOWHERE, form, 0, 0, NULL, text \
    }

const struct cs_option cs_guest_options[] = {
    {"bus", 0, OPTION_BUS, 0, CS_NOWHERE, "NAME[:RATE]", 0, 0, "can0:500k",
     "a bus, and a controller of the guest on it, once for each; NAME:RATE:RATE: CAN FD"},
    {"via", 0, OPTION_VIA, ARG(via), CS_NOWHERE, "WAY", 0, 0, "auto",
     "how the controllers join: vfio-user, usb, shim, slcan, none, or the best that QEMU has"},
    GUEST_TEXT("model", model, "M", "of the card or adapter, see cansim help devices"),
    GUEST_TEXT("as", name, "NAME", "its name on the bus (guest)"),
    GUEST_TEXT("kernel", kernel, "FILE", "a kernel, in place of the small Debian guest"),
    GUEST_TEXT("initrd", initrd, "FILE", "its initial file system"),
    GUEST_TEXT("append", append, "TEXT", "parameters of the kernel"),
    GUEST_TEXT("disk", disk, "FILE", "a disk image"),
    GUEST_TEXT("machine", machine, "M", "of QEMU"),
    GUEST_TEXT("arch", arch, "ARCH", "which QEMU: qemu-system-ARCH (x86_64)"),
    GUEST_TEXT("qemu", qemu, "PROGRAM", "which QEMU, by its program (CANSIM_QEMU)"),
    {"memory", 0, OPTION_MEMORY, ARG(guest.memory_mib), CS_NOWHERE, "MIB", 0, 0, "128",
     "of the guest"},
    GUEST_TEXT("console", console, "FILE", "also write there what the console says"),
    {"print", 0, OPTION_FLAG, ARG(print), CS_NOWHERE, NULL, 0, 0, NULL,
     "print the commands of a host and of QEMU, and end"},
    LINK_OPTION,
    LOG_OPTION,
    EVENTS_OPTION,
    RECORD_OPTIONS,
    PCAPNG_OPTION,
    QUIET_OPTION,
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_check_options[] = {
    CONST_OPTION, PLUGIN_OPTION, QUIET_OPTION, HELP_OPTION, END_OPTION,
};

const struct cs_option cs_fault_options[] = {
    {"link", 0, OPTION_TEXT, ARG(link), CS_NOWHERE, "ADDR", 0, 0,
     "CANSIM_LINK, else $XDG_RUNTIME_DIR/cansim/default.sock",
     "the host's address: a path or tcp:HOST:PORT"},
    HELP_OPTION,
    END_OPTION,
};

static int must_be(struct cs_error *error, const struct cs_option *o, const char *expected,
                   const char *got)
{
    return cs_error_set(error, CS_STATUS_INPUT, "--%s: must be %s, got \"%s\"", o->name, expected,
                        got);
}

static int set_time(const struct cs_option *o, const char *value, int64_t *dest,
                    struct cs_error *error)
{
    char low[40], high[40], range[120];

    if (o->type == OPTION_WAIT && strcmp(value, "forever") == 0) {
        *dest = CS_NEVER;
        return 0;
    }
    if (cs_units_parse_time(value, dest) == 0 && *dest >= o->min && *dest <= o->max)
        return 0;
    snprintf(range, sizeof(range), "%s..%s%s", cs_text_time(o->min, low, sizeof(low)),
             cs_text_time(o->max, high, sizeof(high)), o->type == OPTION_WAIT ? " or forever" : "");
    return must_be(error, o, range, value);
}

static int set_seconds(const struct cs_option *o, const char *value, int64_t *dest,
                       struct cs_error *error)
{
    char with_unit[32];
    int64_t read;

    snprintf(with_unit, sizeof(with_unit), "%.20ss", value);
    bool number = strspn(value, "0123456789.") == strlen(value);
    if (number && cs_units_parse_time(with_unit, &read) == 0 && read >= o->min && read <= o->max) {
        *dest = read;
        return 0;
    }
    return set_time(o, value, dest, error);
}

static int set_rate(const struct cs_option *o, const char *value, uint32_t *dest,
                    struct cs_error *error)
{
    int64_t max = o->type == OPTION_RATE ? o->max : CS_BITRATE_MAX;
    char high[40], range[60];

    if (cs_units_parse_rate(value, dest) == 0 && *dest >= CS_BITRATE_MIN && *dest <= max)
        return 0;
    snprintf(range, sizeof(range), "10k..%s",
             cs_units_format_rate((uint32_t)max, high, sizeof(high)));
    return must_be(error, o, range, value);
}

/* "87.5%" or "0.875". */
static int set_sample(const struct cs_option *o, char *value, uint32_t *dest,
                      struct cs_error *error)
{
    size_t len = strlen(value);
    bool percent = len > 1 && value[len - 1] == '%';
    uint32_t read, scale = percent ? 100 : 1;
    char number[16] = "";

    snprintf(number, sizeof(number), "%.*s", (int)(percent ? len - 1 : len), value);
    if (len < sizeof(number) && number[0] >= '0' && number[0] <= '9' &&
        cs_units_parse_speed(number, &read) == 0 && read % scale == 0 && read / scale >= o->min &&
        read / scale <= o->max) {
        *dest = read / scale;
        return 0;
    }
    return must_be(error, o, "a part of the bit such as 87.5% or 0.875, 1%..99%", value);
}

static int set_number(const struct cs_option *o, const char *value, uint64_t *dest,
                      struct cs_error *error)
{
    return cs_text_number(value, dest) == 0 ? 0 : must_be(error, o, "a number 0..2^64-1", value);
}

/* "RATE" or "RATE:DATA_RATE"; the text is cut apart. */
static int set_bus_rates(const struct cs_option *o, char *value, struct cs_session_bus *bus,
                         struct cs_error *error)
{
    char *colon = strchr(value, ':'), low[32], range[60];

    if (colon != NULL)
        *colon++ = '\0';
    if (set_rate(o, value, &bus->bitrate_bps, error) != 0)
        return -1;
    if (colon == NULL ||
        (cs_units_parse_rate(colon, &bus->data_bitrate_bps) == 0 &&
         bus->data_bitrate_bps >= bus->bitrate_bps && bus->data_bitrate_bps <= CS_DATA_BITRATE_MAX))
        return 0;
    snprintf(range, sizeof(range), "%s..10M in the data phase",
             cs_units_format_rate(bus->bitrate_bps, low, sizeof(low)));
    return must_be(error, o, range, colon);
}

static int set_bus(const struct cs_option *o, char *value, struct cs_args *args,
                   struct cs_error *error)
{
    char *colon = strchr(value, ':');
    struct cs_session_bus *bus = &args->buses[args->n_buses];

    if (args->n_buses == CS_SIM_MAX_BUSES)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--bus: must be there at most %d times, got more", CS_SIM_MAX_BUSES);
    *bus = (struct cs_session_bus){0};
    if (colon != NULL) {
        if (set_bus_rates(o, colon + 1, bus, error) != 0)
            return -1;
        *colon = '\0';
    }
    bus->name = value;
    if (!cs_scenario_bus_name_ok(value))
        return must_be(error, o, "1..15 letters, digits, '_', '-' or '.' and not \"any\"", value);
    for (unsigned i = 0; i < args->n_buses; i++) {
        if (strcmp(args->buses[i].name, value) == 0)
            return must_be(error, o, "a new name each time", value);
    }
    args->n_buses++;
    return 0;
}

/* One more of what may be there several times. */
static int set_more(const struct cs_option *o, const char *value, const char **list, unsigned *n,
                    unsigned max, struct cs_error *error)
{
    if (*n == max)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--%s: must be there at most %u times, got more", o->name, max);
    list[(*n)++] = value;
    return 0;
}

static int set_texts(const struct cs_option *o, char *value, struct cs_texts *list,
                     struct cs_error *error)
{
    if (list->n == sizeof(list->text) / sizeof(list->text[0]))
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--%s: must be there at most %u times, got more", o->name, list->n);
    list->text[list->n++] = value;
    return 0;
}

static int set_device(const struct cs_option *o, const char *value, struct cs_args *args,
                      struct cs_error *error)
{
    char why[300];

    if (args->n_devices == CS_DEVICES_MAX)
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: must be at most %d devices, got more",
                            o->name, CS_DEVICES_MAX);
    if (cs_device_parse((enum cs_device_kind)o->min, value, &args->devices[args->n_devices], why,
                        sizeof(why)) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: %s", o->name, why);
    args->n_devices++;
    return 0;
}

static int set_memory(const struct cs_option *o, const char *value, int64_t *dest,
                      struct cs_error *error)
{
    uint64_t mib;

    if (cs_text_number(value, &mib) != 0 || mib < 1 || mib > 1048576)
        return must_be(error, o, "1..1048576, in MiB", value);
    *dest = (int64_t)mib;
    return 0;
}

/* One of some words, of which there is `found`, -1: none. */
static int set_word(const struct cs_option *o, const char *value, int found, const char *expected,
                    int *dest, struct cs_error *error)
{
    *dest = found;
    return found >= 0 ? 0 : must_be(error, o, expected, value);
}

static int find_via(const char *value)
{
    int i = 0;

    while (cs_guest_vias[i] != NULL && strcmp(value, cs_guest_vias[i]) != 0)
        i++;
    return cs_guest_vias[i] != NULL ? i : -1;
}

static int find_engine(const char *value)
{
    int i = CS_ENGINE_COUNT - 1;

    while (i >= 0 && strcmp(value, cs_engine_name((enum cs_engine)i)) != 0)
        i--;
    return i;
}

/* One more KEY=VALUE. */
static int set_pair(const struct cs_option *o, const char *value, const char **list, unsigned *n,
                    unsigned max, struct cs_error *error)
{
    if (strchr(value, '=') == NULL || value[0] == '=')
        return must_be(error, o, o->arg, value);
    return set_more(o, value, list, n, max, error);
}

static int set_text(const struct cs_option *o, const char *value, const char **dest,
                    struct cs_error *error)
{
    if (value[0] == '\0')
        return must_be(error, o, "something", value);
    if (*dest != NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: must be there once, got it twice",
                            o->name);
    *dest = value;
    return 0;
}

static int set_option(const struct cs_option *o, char *value, struct cs_args *args,
                      struct cs_error *error)
{
    void *dest = (char *)args + o->offset;

    if (o->have != CS_NOWHERE)
        *(bool *)((char *)args + o->have) = true;
    switch (o->type) {
    case OPTION_FLAG:
        *(bool *)dest = true;
        return 0;
    case OPTION_TEXT:
        return set_text(o, value, dest, error);
    case OPTION_TEXTS:
        return set_texts(o, value, dest, error);
    case OPTION_TIME:
    case OPTION_WAIT:
        return set_time(o, value, dest, error);
    case OPTION_SECONDS:
        return set_seconds(o, value, dest, error);
    case OPTION_NUMBER:
        return set_number(o, value, dest, error);
    case OPTION_SPEED:
        if (cs_units_parse_speed(value, dest) != 0)
            return must_be(error, o, "0.001..1000 or max", value);
        return 0;
    case OPTION_SAMPLE:
        return set_sample(o, value, dest, error);
    case OPTION_RATE:
        return set_rate(o, value, dest, error);
    case OPTION_BUS:
        return set_bus(o, value, args, error);
    case OPTION_VIA:
        return set_word(o, value, find_via(value), "auto, vfio-user, usb, shim, slcan or none",
                        dest, error);
    case OPTION_MEMORY:
        return set_memory(o, value, dest, error);
    case OPTION_DEVICE:
        return set_device(o, value, args, error);
    case OPTION_FAULT:
        return set_more(o, value, args->faults, &args->n_faults, CS_FAULT_OPTIONS, error);
    case OPTION_PLUGIN:
        return set_more(o, value, args->plugins.file, &args->plugins.n, CS_PLUGIN_FILES, error);
    case OPTION_EDS:
        return set_more(o, value, args->eds, &args->n_eds, CS_LIVE_EDS, error);
    case OPTION_CONST:
        return set_pair(o, value, args->constants.text, &args->constants.n, CS_CONSTANTS, error);
    case OPTION_SET:
        return set_pair(o, value, args->sets, &args->n_sets, CS_SET_OPTIONS, error);
    case OPTION_CONTROL:
        return set_word(o, value, cs_link_control_find(value), "none, local or all", dest, error);
    case OPTION_ENGINE:
        return set_word(o, value, find_engine(value), "auto, bit or frame", dest, error);
    }
    return 0;
}

static const struct cs_option *find_option(const struct cs_command *command, const char *text,
                                           size_t len)
{
    for (const struct cs_option *o = command->options; o->name != NULL; o++) {
        if ((len > 2 && strlen(o->name) == len - 2 && strncmp(o->name, text + 2, len - 2) == 0) ||
            (len == 2 && o->letter != 0 && text[1] == o->letter))
            return o;
    }
    return NULL;
}

static int unknown_option(const struct cs_command *command, const char *text,
                          struct cs_error *error)
{
    const char *names[MAX_OPTIONS + 1];
    size_t n = 0;

    for (const struct cs_option *o = command->options; o->name != NULL && n < MAX_OPTIONS; o++)
        names[n++] = o->name;
    names[n] = NULL;
    const char *nearest = strlen(text) > 3 ? cs_text_nearest(text + 2, names) : NULL;
    if (nearest != NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s: is no option of \"%s\", did you mean --%s?", text, command->name,
                            nearest);
    return cs_error_set(error, CS_STATUS_INPUT,
                        "%s: is no option of \"%s\", see \"cansim help %s\"", text, command->name,
                        command->name);
}

/* One option at argv[*i]; its value may be in the same word or in the next. */
static int parse_option(const struct cs_command *command, int argc, char **argv, int *i,
                        struct cs_args *args, struct cs_error *error)
{
    char *word = argv[*i], *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct cs_option *o = find_option(command, word, len);

    if (o == NULL && word[1] != '-' && (o = find_option(command, word, 2)) != NULL &&
        o->arg != NULL) /* "-j2" */
        return set_option(o, word + 2, args, error);
    if (o == NULL)
        return unknown_option(command, word, error);
    if (o->arg == NULL && equals != NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: takes no value, got \"%s\"", o->name,
                            equals + 1);
    if (o->arg != NULL && equals == NULL && *i + 1 == argc)
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: must have a value %s, got none", o->name,
                            o->arg);
    if (equals != NULL)
        return set_option(o, equals + 1, args, error);
    return set_option(o, o->arg != NULL ? argv[++*i] : word, args, error);
}

int cs_options_parse(const struct cs_command *command, int argc, char **argv, struct cs_args *args,
                     struct cs_error *error)
{
    bool only_operands = false;

    args->operands = argv;
    for (int i = 0; i < argc; i++) {
        if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[args->n_operands++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (parse_option(command, argc, argv, &i, args, error) != 0) {
            return -1;
        }
    }
    if (args->help)
        return 0;
    if (args->n_operands < command->min_operands &&
        !(args->scenario != NULL && command->max_operands == 1))
        return cs_error_set(error, CS_STATUS_INPUT, "%s: must have %s, got none", command->name,
                            command->operands);
    if (args->n_operands > command->max_operands)
        return cs_error_set(error, CS_STATUS_INPUT, "%s: must have %s, got \"%s\" as well",
                            command->name, command->max_operands == 0 ? "no operand" : "one FILE",
                            args->operands[command->max_operands]);
    return 0;
}
