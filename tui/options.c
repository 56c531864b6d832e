/* SPDX-License-Identifier: MIT */
/* options.c - one row for each option: it parses it, checks it and explains it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "qemu-link/link_server.h"
#include "scenarios/scenario.h"
#include "scenarios/text.h"
#include "simcore/units.h"
#include "tui/canvas.h"
#include "tui/options.h"
#include "tui/picture.h"
#include "tui/size.h"
#include "tui/view.h"

struct ask {
    struct cs_options *options;
    const char *name;
    char *why;
    size_t why_size;
};

static int expected(struct ask *ask, const char *what, const char *value)
{
    snprintf(ask->why, ask->why_size, "%s: expected %s, got \"%s\"", ask->name, what, value);
    return -EINVAL;
}

static int take_scenario(struct ask *ask, const char *value)
{
    if (ask->options->scenario)
        return expected(ask, "one scenario", value);
    ask->options->scenario = value;
    return 0;
}

static int take_follow(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->follow = true;
    return 0;
}

/* ":RATE", ":RATE:RATE" or nothing. */
static bool take_rates(const char *text, struct cs_session_bus *bus)
{
    char rate[24];
    size_t len;

    if (*text != ':')
        return true;
    len = strcspn(++text, ":");
    snprintf(rate, sizeof rate, "%.*s", (int)len, text);
    if (len >= sizeof rate || cs_units_parse_rate(rate, &bus->bitrate_bps) < 0 ||
        bus->bitrate_bps < CS_BITRATE_MIN || bus->bitrate_bps > CS_BITRATE_MAX)
        return false;
    return !text[len] || (cs_units_parse_rate(text + len + 1, &bus->data_bitrate_bps) == 0 &&
                          bus->data_bitrate_bps >= bus->bitrate_bps &&
                          bus->data_bitrate_bps <= CS_DATA_BITRATE_MAX);
}

static int take_bus(struct ask *ask, const char *value)
{
    struct cs_options *o = ask->options;
    size_t len = strcspn(value, ":");
    struct cs_session_bus *bus = &o->buses[o->n_buses];
    char *name;

    if (o->n_buses == CS_SIM_MAX_BUSES) {
        snprintf(ask->why, ask->why_size, "%s: expected at most %d buses, got one more", ask->name,
                 CS_SIM_MAX_BUSES);
        return -EINVAL;
    }
    name = o->bus_names[o->n_buses];
    if (len < sizeof o->bus_names[0])
        memcpy(name, value, len);
    if (len >= sizeof o->bus_names[0] || !cs_scenario_bus_name_ok(name))
        return expected(ask,
                        "NAME, NAME:RATE or NAME:RATE:RATE, the name 1..15 letters, digits, '_', "
                        "'-', '.' and not "
                        "\"any\"",
                        value);
    for (unsigned i = 0; i < o->n_buses; i++)
        if (!strcmp(o->bus_names[i], name))
            return expected(ask, "a name not used before", value);
    bus->name = name;
    if (!take_rates(value + len, bus))
        return expected(ask,
                        "a bit rate of 10k..1M after the colon, and for CAN FD after another "
                        "colon a data bit rate up to 10M that is not below it",
                        value);
    o->n_buses++;
    return 0;
}

/* "RATE" or "RATE:RATE". */
static int take_bitrate(struct ask *ask, const char *value)
{
    struct cs_session_bus bus = {0};
    char text[48];

    snprintf(text, sizeof text, ":%s", value);
    if (strlen(value) + 2 > sizeof text || !take_rates(text, &bus))
        return expected(ask, "RATE or RATE:RATE, 10k..1M and up to 10M", value);
    ask->options->bitrate_bps = bus.bitrate_bps;
    ask->options->data_bitrate_bps = bus.data_bitrate_bps;
    return 0;
}

static int take_fault(struct ask *ask, const char *value)
{
    struct cs_options *o = ask->options;

    if (o->n_faults == CS_OPTIONS_FAULTS) {
        snprintf(ask->why, ask->why_size, "%s: expected at most %d faults, got one more", ask->name,
                 CS_OPTIONS_FAULTS);
        return -EINVAL;
    }
    o->faults[o->n_faults++] = value;
    return 0;
}

static int take_plot(struct ask *ask, const char *value)
{
    struct cs_options *o = ask->options;

    if (o->n_plots == CS_PLOTS_MAX)
        return expected(ask, "at most 16 plots", value);
    o->plots[o->n_plots++] = value;
    return 0;
}

static int take_const(struct ask *ask, const char *value)
{
    struct cs_constants *constants = &ask->options->constants;

    if (value[0] == '=' || !strchr(value, '='))
        return expected(ask, "NAME=VALUE", value);
    if (constants->n == CS_CONSTANTS) {
        snprintf(ask->why, ask->why_size, "%s: expected at most %d constants, got one more",
                 ask->name, CS_CONSTANTS);
        return -EINVAL;
    }
    constants->text[constants->n++] = value;
    return 0;
}

static int one_more(struct ask *ask, const char **list, unsigned *n, unsigned most,
                    const char *value)
{
    if (*n == most) {
        snprintf(ask->why, ask->why_size, "%s: expected at most %u files, got one more", ask->name,
                 most);
        return -EINVAL;
    }
    list[(*n)++] = value;
    return 0;
}

static int take_plugin(struct ask *ask, const char *value)
{
    struct cs_plugin_files *plugins = &ask->options->plugins;

    return one_more(ask, plugins->file, &plugins->n, CS_PLUGIN_FILES, value);
}

static int take_decode(struct ask *ask, const char *value)
{
    (void)value;
    if (!ask->options->as)
        ask->options->as = "canopen";
    return 0;
}

static int take_as(struct ask *ask, const char *value)
{
    ask->options->as = value;
    return 0;
}

static int take_eds(struct ask *ask, const char *value)
{
    return one_more(ask, ask->options->eds, &ask->options->n_eds, CS_LIVE_EDS, value);
}

static int take_dbc(struct ask *ask, const char *value)
{
    if (strcmp(cs_decode_file_path(value), "dbc") != 0)
        return expected(ask, "a file that ends in .dbc", value);
    if (!ask->options->as)
        ask->options->as = "dbc";
    return take_eds(ask, value);
}

static int take_device(struct ask *ask, enum cs_device_kind kind, const char *value)
{
    struct cs_options *o = ask->options;
    char why[300];

    if (o->n_devices == CS_DEVICES_MAX) {
        snprintf(ask->why, ask->why_size, "%s: expected at most %d devices, got one more",
                 ask->name, CS_DEVICES_MAX);
        return -EINVAL;
    }
    if (cs_device_parse(kind, value, &o->devices[o->n_devices], why, sizeof why) != 0) {
        snprintf(ask->why, ask->why_size, "%s: %s", ask->name, why);
        return -EINVAL;
    }
    o->n_devices++;
    return 0;
}

static int take_card(struct ask *ask, const char *value)
{
    return take_device(ask, CS_DEVICE_CARD, value);
}

static int take_usb(struct ask *ask, const char *value)
{
    return take_device(ask, CS_DEVICE_USB, value);
}

static int take_slcan(struct ask *ask, const char *value)
{
    return take_device(ask, CS_DEVICE_SLCAN, value);
}

static int take_link(struct ask *ask, const char *value)
{
    ask->options->link = value;
    return 0;
}

static int take_connect(struct ask *ask, const char *value)
{
    char why[300];

    ask->options->connect = strcmp(value, "default") != 0 ? value : "";
    if (!ask->options->connect[0])
        return 0;
    if (strlen(value) < 128 && cs_link_server_check_address(value, why, sizeof why) == 0)
        return 0;
    return expected(ask, "unix:PATH, tcp:HOST:PORT or default", value);
}

static int take_control(struct ask *ask, const char *value)
{
    ask->options->control = cs_link_control_find(value);
    return ask->options->control < 0 ? expected(ask, "none, local or all", value) : 0;
}

static int take_no_link(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->no_link = true;
    return 0;
}

static int take_log(struct ask *ask, const char *value)
{
    if (!strcmp(value, "-"))
        return expected(ask, "a file (standard output is the screen)", value);
    ask->options->log = value;
    return 0;
}

static int take_events(struct ask *ask, const char *value)
{
    if (!strcmp(value, "-"))
        return expected(ask, "a file (standard output is the screen)", value);
    ask->options->events = value;
    return 0;
}

static int take_record(struct ask *ask, const char *value)
{
    if (!strcmp(value, "-"))
        return expected(ask, "a file (standard output is the screen)", value);
    ask->options->record = value;
    return 0;
}

static int take_speed(struct ask *ask, const char *value)
{
    if (cs_units_parse_speed(value, &ask->options->speed_permille) < 0)
        return expected(ask, "a factor of 0.001..1000 or max", value);
    ask->options->have_speed = true;
    return 0;
}

static int take_seed(struct ask *ask, const char *value)
{
    if (cs_text_number(value, &ask->options->seed) < 0)
        return expected(ask, "a number of 64 bits", value);
    ask->options->have_seed = true;
    return 0;
}

static int take_rows(struct ask *ask, const char *value)
{
    return cs_rows_parse(value, &ask->options->rows) < 0 ? expected(ask, CS_ROWS_EXPECTED, value)
                                                         : 0;
}

static int take_history(struct ask *ask, const char *value)
{
    return cs_size_parse(value, &ask->options->history) < 0 ? expected(ask, CS_SIZE_EXPECTED, value)
                                                            : 0;
}

static int take_view(struct ask *ask, const char *value)
{
    char names[160] = "";

    for (unsigned v = 0; v < cs_n_views; v++) {
        if (!strcmp(cs_views[v]->name, value)) {
            ask->options->view = v;
            ask->options->have_view = true;
            return 0;
        }
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", v ? ", " : "one of ",
                 cs_views[v]->name);
    }
    return expected(ask, names, value);
}

static int take_ascii(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->ascii = true;
    return 0;
}

static int take_dump(struct ask *ask, const char *value)
{
    if (!strcmp(value, "text"))
        ask->options->dump = CS_DUMP_TEXT;
    else if (!strcmp(value, "svg"))
        ask->options->dump = CS_DUMP_SVG;
    else
        return expected(ask, "text or svg", value);
    return 0;
}

static int take_screenshot(struct ask *ask, const char *value)
{
    if (!cs_picture_name_ok(value))
        return expected(ask, "a name that ends in .svg, .png or .txt", value);
    ask->options->screenshot = value;
    return 0;
}

static int take_theme(struct ask *ask, const char *value)
{
    ask->options->theme = cs_theme_named(value);
    if (!ask->options->theme)
        return expected(ask, "dark, light, contrast, safe or mono", value);
    return 0;
}

static int take_config(struct ask *ask, const char *value)
{
    ask->options->config = value;
    return 0;
}

static int take_no_config(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->no_config = true;
    return 0;
}

static int take_size(struct ask *ask, const char *value)
{
    char *end = "";
    long w = strtol(value, &end, 10), h = *end == 'x' ? strtol(end + 1, &end, 10) : 0;

    if (*end || w < 1 || h < 1 || w > CS_CANVAS_MAX_SIDE || h > CS_CANVAS_MAX_SIDE)
        return expected(ask, "WIDTHxHEIGHT, each 1..1000", value);
    ask->options->width = (int)w;
    ask->options->height = (int)h;
    return 0;
}

static int take_at(struct ask *ask, const char *value)
{
    if (cs_units_parse_time(value, &ask->options->at_ps) < 0 || ask->options->at_ps <= 0)
        return expected(ask, "a time such as 2s or 150ms", value);
    ask->options->have_at = true;
    return 0;
}

static int take_keys(struct ask *ask, const char *value)
{
    char why[400];

    if (cs_script_load(value, ask->options->script, why, sizeof why) != 0) {
        snprintf(ask->why, ask->why_size, "%s: %s", ask->name, why);
        return -EINVAL;
    }
    ask->options->keys = ask->options->script;
    return 0;
}

static int take_help(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->help = true;
    return 0;
}

static int take_version(struct ask *ask, const char *value)
{
    (void)value;
    ask->options->version = true;
    return 0;
}

static const struct {
    const char *name, *value; /* value: NULL for none */
    const char *help;
    int (*take)(struct ask *ask, const char *value);
} rows[] = {
    {"--scenario", "FILE",
     "what to run, or a log to look at (- reads one); without it an empty bus waits for clients",
     take_scenario},
    {"--follow", NULL, "-f: go on reading the log while it grows", take_follow},
    {"--bus", "NAME[:RATE]", "a bus of the empty host, once for each; :RATE:RATE: CAN FD",
     take_bus},
    {"--bitrate", "RATE[:RATE]", "of a log's buses, for their load", take_bitrate},
    {"--fault", "TEXT", "a fault armed at the start of the scenario, once for each", take_fault},
    {"--const", "NAME=VALUE", "another value for a constant of the scenario, once for each",
     take_const},
    {"--plugin", "FILE", "a shared object with further plugins, once for each", take_plugin},
    {"--decode", NULL, "say of each frame what it means", take_decode},
    {"--as", "NAME", "with which decoder (canopen)", take_as},
    {"--dbc", "[BUS:]FILE", "what messages and signals are: a DBC file, once for each", take_dbc},
    {"--eds", "NODE=FILE", "what a CANopen node has: EDS, DCF or XDD, once for each", take_eds},
    {"--link", "ADDR", "where clients join: unix:PATH or tcp:HOST:PORT", take_link},
    {"--control", "WHO", "who may pause, inject and arm there: none, local or all (local)",
     take_control},
    {"--connect", "ADDR", "watch a host that runs elsewhere; default: where CANSIM_LINK says",
     take_connect},
    {"--card", "M:BUS=PATH", "a PCI card for a QEMU guest, over vfio-user, once for each",
     take_card},
    {"--usb", "M:BUS=PATH", "a USB adapter for a guest of any QEMU, once for each", take_usb},
    {"--slcan", "BUS=PATH", "a serial adapter: a socket, pty or pty:LINK", take_slcan},
    {"--no-link", NULL, "let nobody join, unless the scenario serves the link", take_no_link},
    {"--log", "FILE", "write frames as candump -L does", take_log},
    {"--events", "FILE", "write every event as one JSON object a line", take_events},
    {"--record", "FILE", "keep what is done as a scenario that does it again", take_record},
    {"--speed", "X", "pace: 0.001..1000 times the clock's, or max (1)", take_speed},
    {"--seed", "N", "seed of random traffic, instead of the scenario's", take_seed},
    {"--rows", "N", "rows of the trace to keep, 1000..100000000 (as many)", take_rows},
    {"--history", "SIZE", "memory for rows of the trace, such as 64M or 2G (256M)", take_history},
    {"--view", "NAME", "view to start with: trace, ids, nodes and others", take_view},
    {"--config", "FILE", "settings, in place of ~/.config/cansim/tui.conf", take_config},
    {"--no-config", NULL, "no settings, and nothing remembered of the last time", take_no_config},
    {"--theme", "NAME", "colours: dark, light, contrast, safe (colour-blind) or mono (dark)",
     take_theme},
    {"--plot", "TEXT", "plot it from the start, such as \"load can0\", once for each", take_plot},
    {"--ascii", NULL, "draw with ASCII only, whatever the locale says", take_ascii},
    {"--dump", "text|svg", "write one screen to standard output, without a terminal", take_dump},
    {"--screenshot", "FILE", "the same into a file: .svg, .png or .txt", take_screenshot},
    {"--size", "WxH", "of that screen (80x24)", take_size},
    {"--at", "TIME", "bus time at which it is taken (1s; of a log its end)", take_at},
    {"--keys", "KEYS", "keys pressed before it is taken, such as 2s<Down>, or @FILE", take_keys},
    {"--help", NULL, "this text", take_help},
    {"--version", NULL, "the version", take_version},
};
#define N_ROWS (sizeof rows / sizeof *rows)

static int take_option(struct ask *ask, const char *arg, const char *next, int *used)
{
    size_t len = strcspn(arg, "=");

    if (!strcmp(arg, "-h"))
        arg = "--help", len = 6;
    if (!strcmp(arg, "-f"))
        arg = "--follow", len = 8;
    if (!strcmp(arg, "-V"))
        arg = "--version", len = 9;
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strlen(rows[i].name) != len || strncmp(arg, rows[i].name, len) != 0)
            continue;
        ask->name = rows[i].name;
        *used = 1;
        if (rows[i].value && arg[len] == '=')
            return rows[i].take(ask, arg + len + 1);
        if (!rows[i].value && arg[len] == '=')
            return expected(ask, "no value", arg + len + 1);
        if (!rows[i].value)
            return rows[i].take(ask, NULL);
        *used = 2;
        if (next)
            return rows[i].take(ask, next);
        snprintf(ask->why, ask->why_size, "%s: expected %s, got nothing", ask->name, rows[i].value);
        return -EINVAL;
    }
    snprintf(ask->why, ask->why_size, "command line: expected an option of --help, got \"%s\"",
             arg);
    return -EINVAL;
}

/* Options that need, or do not go with, others. */
static int refuse(struct ask *ask, const char *text)
{
    snprintf(ask->why, ask->why_size, "%s", text);
    return -EINVAL;
}

static bool makes_a_host(const struct cs_options *o)
{
    return o->scenario || o->n_buses || o->n_faults || o->link || o->log || o->events ||
           o->record || o->n_devices || o->have_speed || o->have_seed;
}

static int check(struct ask *ask)
{
    const struct cs_options *o = ask->options;

    if (o->help || o->version)
        return 0;
    if (o->connect && makes_a_host(o))
        return refuse(ask, "--connect: expected nothing beside it that makes a host (a scenario, "
                           "buses, faults, devices, logs, --link, --speed ...)");
    if (o->follow && !o->scenario)
        return refuse(ask, "--follow: expected a log beside it, got none");
    if (o->constants.n && !o->scenario)
        return refuse(ask, "--const: expected a scenario beside it, got none");
    if (o->n_faults && !o->scenario)
        return refuse(ask, "--fault: expected a scenario beside it, got none");
    if (o->dump && o->screenshot)
        return refuse(ask, "--screenshot: expected no --dump beside it, got one");
    if (!o->dump && !o->screenshot && o->keys)
        return refuse(ask, "--keys: expected --dump or --screenshot beside it, got none");
    if (o->scenario && o->n_buses)
        snprintf(ask->why, ask->why_size,
                 "--bus: expected no scenario beside it, got \"%s\", which has its own buses",
                 o->scenario);
    else if (o->config && o->no_config)
        snprintf(ask->why, ask->why_size, "--no-config: expected no --config beside it, got \"%s\"",
                 o->config);
    else if (o->link && o->no_link)
        snprintf(ask->why, ask->why_size, "--no-link: expected no --link beside it, got \"%s\"",
                 o->link);
    else
        return 0;
    return -EINVAL;
}

int cs_options_parse(int argc, char **argv, struct cs_options *options, char *why, size_t why_size)
{
    struct ask ask = {options, "", why, why_size};
    bool plain = false;

    *options =
        (struct cs_options){.width = CS_TUI_WIDTH, .height = CS_TUI_HEIGHT, .at_ps = CS_PS_PER_S};
    for (int i = 1, used; i < argc; i += used) {
        int error;
        used = 1;
        if (!plain && !strcmp(argv[i], "--")) {
            plain = true;
            continue;
        }
        if (!plain && argv[i][0] == '-' && argv[i][1]) {
            error = take_option(&ask, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used);
        } else {
            ask.name = "command line";
            error = take_scenario(&ask, argv[i]);
        }
        if (error)
            return error;
    }
    return check(&ask);
}

void cs_options_help(FILE *out)
{
    fputs("usage: cansim-tui [OPTION]... [FILE]\n"
          "Host CAN buses in user space and watch them: a scenario, or empty buses that others "
          "join.\n"
          "\n",
          out);
    for (size_t i = 0; i < N_ROWS; i++) {
        char left[40];
        snprintf(left, sizeof left, "%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-20s  %s\n", left, rows[i].help);
    }
    fputs("\n"
          "Keys: ? shows them all. Exit status: 0 left by q, 2 unusable input, 3 trouble with the\n"
          "environment, 130 interrupted. NO_COLOR and the locale are heeded. See cansim-tui(1).\n",
          out);
}
