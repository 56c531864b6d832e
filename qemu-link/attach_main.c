/* SPDX-License-Identifier: MIT */
/* attach_main.c - cansim-attach: start the broker, become CMD.
 * The process that the user started becomes CMD, so that its pid, exit status, terminal and signals
 * are CMD's; the broker is nobody's child. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qemu-link/attach_broker.h"
#include "qemu-link/attach_check.h"
#include "simcore/units.h"

#define EXIT_USAGE       2
#define EXIT_ENVIRONMENT 3
#define ALIVE_FD_MIN     200 /* out of the way of a shell script's numbers */
#define NAME_MAX_BYTES   56  /* leaves room for "-1023" */
#define BACKLOG          128

struct options {
    const char *link;
    const char *name;
    enum cs_fd fd;
    uint32_t bitrate_bps;
    bool verbose;
    char **command;
};

enum option_kind { OPT_LINK, OPT_AS, OPT_FD, OPT_BITRATE, OPT_VERBOSE, OPT_HELP, OPT_VERSION };

static const struct row {
    enum option_kind kind;
    const char *name, *brief, *value, *help;
} rows[] = {
    {OPT_LINK, "--link", NULL, "ADDR",
     "host to join (default: CANSIM_LINK, else the user's own host)"},
    {OPT_AS, "--as", NULL, "NAME",
     "name on the bus instead of program-pid; further programs: NAME-2 …"},
    {OPT_FD, "--fd", NULL, "MODE",
     "controllers on a bus with CAN FD: bus (the default), classic, tolerant, iso, non-iso"},
    {OPT_BITRATE, "--bitrate", NULL, "RATE",
     "their bit rate, 10k..1M (default: the bus's; another one destroys frames)"},
    {OPT_VERBOSE, "--verbose", NULL, NULL,
     "say on standard error when the host goes and comes back"},
    {OPT_HELP, "--help", "-h", NULL, "this text"},
    {OPT_VERSION, "--version", "-V", NULL, "the version"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void help(void)
{
    char label[32];

    puts("Usage: cansim-attach [OPTION]… -- CMD [ARG]…\n"
         "Run CMD with its SocketCAN sockets on the buses of a cansim host.\n");
    for (size_t i = 0; i < N_ROWS; i++) {
        snprintf(label, sizeof(label), "%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        printf("  %-14s %s\n", label, rows[i].help);
    }
    puts("\nExamples:\n"
         "  cansim serve --bus can0:500k &\n"
         "  cansim-attach -- candump can0\n"
         "  cansim-attach --as ecu -- cansend can0 123#DEADBEEF\n"
         "\nExit status: CMD's; 2 usage or a CMD that cannot be attached, 3 no host,\n"
         "126 CMD cannot be run, 127 no such CMD.");
}

static int fail(int status, const char *text)
{
    fprintf(stderr, "cansim-attach: %s\n", text);
    return status;
}

static int usage(const char *place, const char *expected, const char *got)
{
    if (got != NULL)
        fprintf(stderr, "cansim-attach: %s: expected %s, got \"%s\"\n", place, expected, got);
    else
        fprintf(stderr, "cansim-attach: %s: expected %s; see cansim-attach --help\n", place,
                expected);
    return EXIT_USAGE;
}

static int check_name(const char *name)
{
    const size_t n = strlen(name);
    bool good = n >= 1 && n <= NAME_MAX_BYTES;

    for (const char *c = name; *c != '\0'; c++)
        good = good && *c > ' ' && *c <= '~';
    return good ? 0 : usage("--as", "a name of 1 to 56 printable characters without blanks", name);
}

static int set_fd(const char *value, enum cs_fd *fd)
{
    for (int i = 0; i < CS_FD_COUNT; i++) {
        if (strcmp(value, cs_fd_name((enum cs_fd)i)) == 0) {
            *fd = (enum cs_fd)i;
            return -1;
        }
    }
    return usage("--fd", "bus, classic, tolerant, iso or non-iso", value);
}

static int set_bitrate(const char *value, uint32_t *bitrate_bps)
{
    if (cs_units_parse_rate(value, bitrate_bps) == 0 && *bitrate_bps >= CS_BITRATE_MIN &&
        *bitrate_bps <= CS_BITRATE_MAX)
        return -1;
    return usage("--bitrate", "10k..1M", value);
}

/* -1: go on, else the exit status. */
static int apply(const struct row *row, const char *value, struct options *options)
{
    switch (row->kind) {
    case OPT_LINK:
        options->link = value;
        return value[0] != '\0' ? -1 : usage("--link", "an address", value);
    case OPT_AS:
        options->name = value;
        return check_name(value) == 0 ? -1 : EXIT_USAGE;
    case OPT_FD:
        return set_fd(value, &options->fd);
    case OPT_BITRATE:
        return set_bitrate(value, &options->bitrate_bps);
    case OPT_VERBOSE:
        options->verbose = true;
        return -1;
    case OPT_HELP:
        help();
        return 0;
    default:
        puts("cansim-attach " CANSIM_VERSION);
        return 0;
    }
}

/* -1: go on, else the exit status. Options end at "--" or at the first word that is none. */
static int parse(int argc, char **argv, struct options *options)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i++) {
        const size_t n = strcspn(argv[i], "=");
        const struct row *row = NULL;
        const char *value = NULL;
        int status;

        for (size_t k = 0; k < N_ROWS; k++) {
            if ((strlen(rows[k].name) == n && strncmp(rows[k].name, argv[i], n) == 0) ||
                (rows[k].brief != NULL && strcmp(rows[k].brief, argv[i]) == 0))
                row = &rows[k];
        }
        if (row == NULL)
            return usage("command line", "an option or `-- CMD …`", argv[i]);
        if (row->value == NULL && argv[i][n] == '=')
            return usage(row->name, "no value", argv[i] + n + 1);
        if (row->value != NULL) {
            value = argv[i][n] == '=' ? argv[i] + n + 1 : argv[++i];
            if (value == NULL)
                return usage(row->name, row->value, NULL);
        }
        status = apply(row, value, options);
        if (status >= 0)
            return status;
    }
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    options->command = argv + i;
    return i < argc ? -1 : usage("command line", "`-- CMD …`, the program to run", NULL);
}

/* <bin>/../lib/cansim/libcansim-shim.so, in the build folder and installed alike. */
static int find_shim(char *path, size_t size)
{
    char self[PATH_MAX], real[PATH_MAX], text[PATH_MAX + 128];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    self[n > 0 ? n : 0] = '\0';
    slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    snprintf(path, size, "%.*s/../lib/cansim/libcansim-shim.so", PATH_MAX - 64, self);
    if (realpath(path, real) == NULL || access(real, R_OK) < 0) {
        snprintf(text, sizeof(text), "%s: cannot be read: %s", path, strerror(errno));
        return fail(EXIT_ENVIRONMENT, text);
    }
    if (strpbrk(real, " :") != NULL) {
        snprintf(text, sizeof(text),
                 "%s: expected a path without blanks and colons, to preload from", real);
        return fail(EXIT_ENVIRONMENT, text);
    }
    snprintf(path, size, "%s", real);
    return 0;
}

/* A name that nobody can guess, in the abstract name space: nothing is left behind. */
static int listen_at(char *name, size_t size)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    uint64_t random[2] = {0, 0};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -1;
    snprintf(name, size, "cansim-attach-%016llx%016llx", (unsigned long long)random[0],
             (unsigned long long)random[1]);
    memcpy(addr.sun_path + 1, name, strlen(name));
    if (bind(fd, (struct sockaddr *)&addr,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))) < 0 ||
        listen(fd, BACKLOG) < 0)
        return -1;
    return fd;
}

/* Keep what the broker needs; a pipe or terminal of the user's must not stay open because of it. */
static void let_go(const struct cs_attach_config *config)
{
    const int keep[3] = {config->listener, config->pidfd, config->alive};
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    unsigned from = 3;

    for (int fd = 0; fd < (config->verbose ? 2 : 3); fd++)
        dup2(null, fd);
    while (from < 1u << 20) {
        unsigned next = UINT_MAX;

        for (int i = 0; i < 3; i++) {
            if (keep[i] >= (int)from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        }
        if (next != from)
            close_range(from, next == UINT_MAX ? UINT_MAX : next - 1, 0);
        if (next == UINT_MAX)
            break;
        from = next + 1;
    }
}

static void become_broker(const struct cs_attach_config *config)
{
    sigset_t none;

    pid_t child;

    setsid();
    child = fork();
    if (child != 0)
        _exit(child > 0 ? 0 : 1);
    prctl(PR_SET_NAME, "cansim-broker");
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    let_go(config);
    _exit(cs_attach_serve(config));
}

/* Returns 0 with CMD's environment set, else an exit status. */
static int start_broker(struct cs_attach_config *config)
{
    static char name[64];
    int alive[2];
    int status = 0;
    pid_t child;

    config->listener = listen_at(name, sizeof(name));
    if (config->listener < 0 || pipe2(alive, O_CLOEXEC) < 0)
        return fail(EXIT_ENVIRONMENT, strerror(errno));
    config->alive = alive[0];
    config->pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    fflush(NULL);
    child = fork();
    if (child == 0)
        become_broker(config);
    if (child < 0)
        return fail(EXIT_ENVIRONMENT, strerror(errno));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0)
        return fail(EXIT_ENVIRONMENT, "the broker: expected to start it, got no second process");
    /* CMD and its children hold this end, without knowing. */
    if (fcntl(alive[1], F_DUPFD, ALIVE_FD_MIN) < 0)
        fcntl(alive[1], F_SETFD, 0);
    setenv(SHIM_ENV, name, 1);
    return 0;
}

static void preload(const char *shim)
{
    const char *others = getenv("LD_PRELOAD");
    char *all = NULL;

    if (others == NULL || others[0] == '\0')
        setenv("LD_PRELOAD", shim, 1);
    else if (strstr(others, shim) == NULL && asprintf(&all, "%s:%s", shim, others) > 0)
        setenv("LD_PRELOAD", all, 1);
    free(all);
}

/* Returns 0 or an exit status. */
static int find_host(const struct options *options, char *address, size_t size,
                     struct cs_client_bus *buses, unsigned *n_buses)
{
    char why[256], text[1024];
    int n;

    if (options->link != NULL)
        snprintf(address, size, "%s", options->link);
    else
        cs_client_default_address(address, size);
    n = cs_client_topology(address, buses, CS_CLIENT_MAX_BUSES, why, sizeof(why));
    if (n > 0) {
        *n_buses = (unsigned)n;
        return 0;
    }
    if (n == -EINVAL)
        return fail(EXIT_USAGE, why);
    if (n == 0)
        snprintf(text, sizeof(text), "%s: expected a host with a bus, got one without", address);
    else if (n == -ENOENT || n == -ECONNREFUSED)
        snprintf(text, sizeof(text), "%s; start one with `cansim serve --bus can0:500k%s%s`", why,
                 options->link ? " --link " : "", options->link ? options->link : "");
    else
        snprintf(text, sizeof(text), "%s", why);
    return fail(EXIT_ENVIRONMENT, text);
}

/* Where standard streams are closed their numbers must not become something of ours; CMD finds them
 * closed again. */
static void fill_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

int main(int argc, char **argv)
{
    struct cs_client_bus buses[CS_CLIENT_MAX_BUSES] = {0};
    struct cs_attach_config config = {0};
    struct options options = {0};
    char address[512], path[PATH_MAX], shim[PATH_MAX], why[PATH_MAX + 256];
    int status = parse(argc, argv, &options);

    if (status >= 0)
        return status;
    status = cs_attach_find(options.command[0], path, sizeof(path), why, sizeof(why));
    if (status == 0)
        status = cs_attach_check(path, why, sizeof(why));
    if (status != 0)
        return fail(status, why);
    status = find_shim(shim, sizeof(shim));
    if (status == 0)
        status = find_host(&options, address, sizeof(address), buses, &config.n_buses);
    if (status != 0)
        return status;
    config.address = address;
    config.name = options.name;
    config.fd = options.fd;
    config.bitrate_bps = options.bitrate_bps;
    config.buses = buses;
    config.verbose = options.verbose;
    fill_standard_streams();
    status = start_broker(&config);
    if (status != 0)
        return status;
    preload(shim);
    execvp(options.command[0], options.command);
    snprintf(why, sizeof(why), "%s: cannot be run: %s", options.command[0], strerror(errno));
    return fail(errno == ENOENT ? 127 : 126, why);
}
