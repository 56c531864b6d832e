/* SPDX-License-Identifier: MIT */
/* cansim guest: a bus or more of its own, one QEMU guest on them, and its console on this terminal.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "scenarios/main.h"
#include "scenarios/text.h"

#define ESCAPE         1 /* Ctrl-A, as QEMU has it */
#define NAME_MAX_BYTES 40

void cs_main_guest_help(void)
{
    putchar('\n');
    cs_text_wrap(stdout, 0,
                 "build [DIR]: make the small Debian guest, in DIR (default: CANSIM_GUEST_CACHE, "
                 "else ~/.cache/cansim/guest); downloads 70 MB once. run [-- WORD...]: start a "
                 "guest, built where it is missing, with its console here; Ctrl-A X ends it; WORDs "
                 "are added to QEMU's. probe: which QEMU is found, and which ways in it has. "
                 "In a scenario: the key \"guests\". More: docs/qemu.md");
}

/* ---- the console on the terminal
 * ------------------------------------------------------------------ */

struct terminal {
    struct cs_session *session;
    struct ev_loop *loop;
    ev_io readable;
    struct termios before;
    bool raw, escaped;
    int flags;
};

static void on_key(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct terminal *t = watcher->data;
    char bytes[512], out[512];
    size_t n_out = 0;
    const ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        ev_io_stop(loop, watcher);
    for (ssize_t i = 0; i < n; i++) {
        const char c = bytes[i];
        if (!t->raw) {
            out[n_out++] = c;
        } else if (t->escaped) {
            t->escaped = false;
            if (c == 'x' || c == 'X') {
                ev_break(loop, EVBREAK_ALL);
                return;
            }
            out[n_out++] = c;
        } else if (c == ESCAPE) {
            t->escaped = true;
        } else {
            out[n_out++] = c;
        }
    }
    cs_session_type(t->session, out, n_out);
}

static void on_output(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    while (n > 0) {
        const ssize_t put = write(STDOUT_FILENO, bytes, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return; /* nobody looks any more; the guest goes on */
        bytes += put;
        n -= (size_t)put;
    }
}

static int begin(void *ctx, struct cs_session *session, struct ev_loop *loop)
{
    struct terminal *t = ctx;

    t->session = session;
    t->loop = loop;
    t->raw = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &t->before) == 0;
    if (t->raw) {
        struct termios raw = t->before;
        cfmakeraw(&raw);
        raw.c_oflag |= OPOST; /* what cansim itself says */
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        fprintf(stderr, "cansim: the guest's console; Ctrl-A X ends it\n");
    }
    cs_session_on_output(session, on_output);
    ev_io_init(&t->readable, on_key, STDIN_FILENO, EV_READ);
    t->readable.data = t;
    ev_io_start(loop, &t->readable);
    return 0;
}

static void end(void *ctx)
{
    struct terminal *t = ctx;

    ev_io_stop(t->loop, &t->readable);
    if (t->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
}

/* ---- actions
 * ----------------------------------------------------------------------------------------- */

static int fill_in(const struct cs_args *args, struct cs_guest_def *def,
                   const struct cs_session_bus *one, struct cs_error *error)
{
    const struct cs_session_bus *buses = args->n_buses > 0 ? args->buses : one;
    const unsigned n = args->n_buses > 0 ? args->n_buses : 1;

    *def = args->guest;
    def->via = args->via;
    if (def->name == NULL)
        def->name = "guest";
    if (strlen(def->name) < 1 || strlen(def->name) > NAME_MAX_BYTES ||
        strpbrk(def->name, " \t,") != NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--as: must be a name of 1..%d bytes without spaces and commas, got "
                            "\"%.100s\"",
                            NAME_MAX_BYTES, def->name);
    if (n > CS_GUEST_PORTS)
        return cs_error_set(error, CS_STATUS_INPUT, "--bus: must be at most %d for a guest, got %u",
                            CS_GUEST_PORTS, n);
    if (args->n_operands > CS_GUEST_ARGS + 1)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "guest run: must have at most %d words for QEMU, got %u", CS_GUEST_ARGS,
                            args->n_operands - 1);
    def->n_buses = n;
    for (unsigned i = 0; i < def->n_buses; i++)
        def->bus_name[i] = buses[i].name;
    for (unsigned i = 1; i < args->n_operands; i++)
        def->args[def->n_args++] = args->operands[i];
    def->debian = def->kernel == NULL && def->disk == NULL;
    return 0;
}

/* As a shell wants it; `folder` becomes ".", where whoever pastes this is. */
static void print_word(const char *given, const char *folder)
{
    char word[CS_GUEST_TEXT_MAX];
    const char *at = folder[0] != '\0' ? strstr(given, folder) : NULL;

    if (at != NULL)
        snprintf(word, sizeof(word), "%.*s.%s", (int)(at - given), given, at + strlen(folder));
    else
        snprintf(word, sizeof(word), "%s", given);
    const bool plain = word[0] != '\0' && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                       "abcdefghijklmnopqrstuvwxyz0123456789"
                                                       "_@%+=:,./-") == strlen(word);

    if (plain) {
        fputs(word, stdout);
        return;
    }
    putchar('\'');
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*c);
    }
    putchar('\'');
}

/* The host that the printed QEMU joins, with the same device where this one has it. */
static void print_host(const struct cs_args *args, const struct cs_session *session,
                       const char *folder)
{
    char text[700];
    struct cs_session_device device;

    fputs("cansim serve --quiet", stdout);
    for (unsigned i = 0; i < args->n_buses; i++) {
        const struct cs_session_bus *bus = &args->buses[i];
        int n = snprintf(text, sizeof(text), " --bus %s", bus->name);
        if (bus->bitrate_bps > 0)
            n += snprintf(text + n, sizeof(text) - (size_t)n, ":%u", (unsigned)bus->bitrate_bps);
        if (bus->data_bitrate_bps > 0)
            snprintf(text + n, sizeof(text) - (size_t)n, ":%u", (unsigned)bus->data_bitrate_bps);
        fputs(text, stdout);
    }
    if (args->link != NULL) {
        fputs(" --link ", stdout);
        print_word(args->link, "");
    }
    for (unsigned i = 0; i < cs_session_devices(session); i++) {
        cs_session_device(session, i, &device);
        printf(" --%s ", device.kind);
        int n = strcmp(device.kind, "slcan") == 0
                    ? 0
                    : snprintf(text, sizeof(text), "%s:", device.model);
        for (unsigned p = 0; p < device.n_ports; p++)
            n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s", p > 0 ? "," : "",
                          device.bus[p]);
        snprintf(text + n, sizeof(text) - (size_t)n, "=%.500s", device.path);
        print_word(text, folder);
    }
    fputs(" &\n", stdout);
}

/* The folder of a guest's sockets, which goes with the session. */
static const char *folder_of(const struct cs_session *session, char *folder, size_t size)
{
    struct cs_session_device device;

    folder[0] = '\0';
    if (cs_session_devices(session) > 0) {
        cs_session_device(session, 0, &device);
        snprintf(folder, size, "%s", device.path);
        *strrchr(folder, '/') = '\0';
    }
    return folder;
}

/* Without --link the printed host has the default one, as whoever joins it. */
static bool is_own_link(const struct cs_args *args, char *const *words, unsigned i)
{
    return args->link == NULL && i < 3 && strcmp(words[i], "--link") == 0;
}

static int print(const struct cs_args *args, const struct cs_session_config *config)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct cs_error error;
    struct cs_session *session = cs_session_create(config, loop, &error);
    char *const *words;
    const char *program;
    char folder[512];

    if (session == NULL)
        return cs_main_complain(&error);
    cs_session_guest_words(session, 0, &words, &program);
    folder_of(session, folder, sizeof(folder));
    print_host(args, session, folder);
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (is_own_link(args, words, i)) {
            i++;
            continue;
        }
        if (i > 0)
            fputs(words[i][0] == '-' ? " \\\n    " : " ", stdout);
        print_word(words[i], folder);
    }
    putchar('\n');
    cs_session_destroy(session);
    ev_loop_destroy(loop);
    return CS_STATUS_OK;
}

static int run(const struct cs_args *args)
{
    static const struct cs_session_bus one = {.name = "can0"};
    struct terminal terminal = {0};
    const struct cs_main_console console = {.begin = begin, .end = end, .ctx = &terminal};
    struct cs_session_config config;
    struct cs_guest_def def;
    struct cs_error error;

    if (fill_in(args, &def, &one, &error) != 0)
        return cs_main_complain(&error);
    cs_main_common_config(args, &config);
    config.serve = !args->print;
    config.buses = args->buses;
    config.n_buses = args->n_buses;
    config.guest = &def;
    config.interactive = isatty(STDIN_FILENO);
    return args->print ? print(args, &config) : cs_main_host(args, &config, &console);
}

static int build(const struct cs_args *args)
{
    char builder[PATH_MAX], cache[PATH_MAX];
    struct cs_error error;

    cs_guest_helper("../lib/cansim/build-guest", "../../qemu-link/guest/build-guest", builder,
                    sizeof(builder));
    if (args->n_operands > 1)
        snprintf(cache, sizeof(cache), "%s", args->operands[1]);
    else
        cs_guest_cache(cache, sizeof(cache));
    fflush(stdout);
    execl(builder, builder, cache, (char *)NULL);
    cs_error_set(&error, CS_STATUS_ENVIRONMENT, "%s: cannot be started: %s", builder,
                 strerror(errno));
    return cs_main_complain(&error);
}

static int probe(const struct cs_args *args)
{
    static const struct cs_session_bus one = {.name = "can0"};
    struct cs_guest_qemu qemu;
    struct cs_guest_def def;
    struct cs_error error;
    enum cs_guest_via via;

    if (fill_in(args, &def, &one, &error) != 0)
        return cs_main_complain(&error);
    if (cs_guest_probe(&def, &qemu, &error) != 0)
        return cs_main_complain(&error);
    printf("%s, version %u\n", qemu.program, qemu.major);
    printf("  vfio-user  %s\n", qemu.vfio_user ? "yes" : "no: comes with QEMU 10.1");
    printf("  usb        %s\n", qemu.usb ? "yes" : "no: needs usb-redir and qemu-xhci");
    printf("  shim       %s\n", qemu.can_host ? "yes" : "no: needs kvaser_pci");
    printf("  slcan      yes\n");
    if (cs_guest_choose(&def, &qemu, &via, &error) != 0)
        return cs_main_complain(&error);
    printf("takes %s\n", cs_guest_vias[via]);
    return CS_STATUS_OK;
}

int cs_main_guest(const struct cs_args *args)
{
    static const struct {
        const char *name;
        int (*run)(const struct cs_args *args);
        unsigned max_operands; /* after it */
    } actions[] = {{"run", run, 1000000}, {"build", build, 1}, {"probe", probe, 0}};
    struct cs_error error;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(args->operands[0], actions[i].name) != 0)
            continue;
        if (args->n_operands - 1 <= actions[i].max_operands)
            return actions[i].run(args);
        cs_error_set(&error, CS_STATUS_INPUT, "guest %s: must have %s, got \"%s\" as well",
                     actions[i].name, actions[i].max_operands == 0 ? "no operand" : "one folder",
                     args->operands[actions[i].max_operands + 1]);
        return cs_main_complain(&error);
    }
    cs_error_set(&error, CS_STATUS_INPUT, "guest: must be run, build or probe, got \"%s\"",
                 args->operands[0]);
    return cs_main_complain(&error);
}
