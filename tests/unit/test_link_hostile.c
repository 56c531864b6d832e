/* SPDX-License-Identifier: MIT */
/* Clients that want to do harm, and a host in a process of its own that must outlive them: messages
 * right in form and absurd in content, in any order, cut off, garbled, never read, by many at once.
 * CANSIM_ROUNDS: other than 40 clients; CANSIM_SEED: others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test_hostile.h"

#define OPEN_MAX_HERE 12
#define PATIENCE_MS   20000
#define SCENARIO      "scenarios/examples/canopen-lab.json"

struct host {
    char dir[64], path[96];
    pid_t pid;
    int open[OPEN_MAX_HERE]; /* connections that are left alone; -1: none */
    struct hostile random;
};

/* ---- the host -------------------------------------------------------------------------------- */

static int dial(const struct host *host)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%s", host->path);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    close(fd);
    return -1;
}

static void run_host(const struct host *host, const char *program, const char *scenario)
{
    const int nowhere = open("/dev/null", O_RDWR);
    char address[128];

    snprintf(address, sizeof address, "unix:%s", host->path);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    if (chdir(host->dir) == 0)
        execl(program, program, "run", scenario, "--duration", "2400h", "--link", address, "-q",
              "--control", "all", (char *)NULL);
    _exit(127);
}

static void assert_alive(const struct host *host)
{
    int status;

    if (waitpid(host->pid, &status, WNOHANG) != 0)
        fail_msg("the host ended: status 0x%x", (unsigned)status);
}

static void host_start(struct host *host)
{
    char program[PATH_MAX], scenario[PATH_MAX], *slash;
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 16);
    int fd;

    assert_true(n > 0);
    program[n] = '\0';
    for (int up = 0; up < 2 && (slash = strrchr(program, '/')); up++)
        *slash = '\0';
    snprintf(program + strlen(program), 16, "/bin/cansim");
    if (access(program, X_OK) != 0)
        skip(); /* only the test was built */
    assert_non_null(realpath(SCENARIO, scenario));
    snprintf(host->dir, sizeof host->dir, "/tmp/cansim-hostile-XXXXXX");
    assert_non_null(mkdtemp(host->dir));
    snprintf(host->path, sizeof host->path, "%s/s", host->dir);
    host->pid = fork();
    if (host->pid == 0)
        run_host(host, program, scenario);
    for (int i = 0; (fd = dial(host)) < 0; i++) {
        assert_alive(host);
        assert_true(i < PATIENCE_MS / 20);
        poll(NULL, 0, 20);
    }
    close(fd);
}

static void host_stop(struct host *host)
{
    char command[128];
    int status;

    assert_alive(host);
    kill(host->pid, SIGTERM);
    assert_int_equal(waitpid(host->pid, &status, 0), host->pid);
    if (!WIFEXITED(status) && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))
        fail_msg("the host ended: status 0x%x", (unsigned)status);
    snprintf(command, sizeof command, "rm -rf %s", host->dir);
    assert_int_equal(system(command), 0);
}

static long host_kb(const struct host *host)
{
    char path[64], line[256];
    long kb = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)host->pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

/* ---- clients --------------------------------------------------------------------------------- */

static bool put(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        struct pollfd pfd = {fd, POLLOUT, 0};
        const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && (errno != EAGAIN || poll(&pfd, 1, 50) <= 0))
            return false; /* it hung up, or waits until we read */
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool put_msg(int fd, const struct cs_proto_msg *msg)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];

    return put(fd, bytes, cs_proto_encode(msg, bytes));
}

static void drain(int fd)
{
    static uint8_t bytes[65536];

    for (int i = 0; i < 8 && recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0; i++)
        ;
}

/* Else the host hangs up, and that is that. */
static bool may(unsigned joined, unsigned type)
{
    return (type >= CS_PROTO_FAULT_ARM && type <= CS_PROTO_FAULT_LIST) || type == CS_PROTO_LIST ||
           type == CS_PROTO_PING ||
           (joined == CS_PROTO_MONITOR && type >= CS_PROTO_LOOK && type <= CS_PROTO_ASK) ||
           (joined == CS_PROTO_HELLO && type != CS_PROTO_HELLO && type < CS_PROTO_MONITOR &&
            type != CS_PROTO_BYE);
}

static bool join(struct host *host, int fd, unsigned *joined)
{
    static struct cs_proto_msg msg;
    struct hostile *h = &host->random;

    *joined = 0;
    if (hostile_below(h, 16) == 0)
        return true;
    memset(&msg, 0, sizeof msg);
    msg.type = hostile_below(h, 4) ? CS_PROTO_MONITOR : CS_PROTO_HELLO;
    *joined = msg.type;
    msg.magic = CS_PROTO_MAGIC;
    msg.major = CS_PROTO_MAJOR;
    msg.minor = hostile_below(h, 4) ? 3 : (uint16_t)hostile_below(h, 4);
    msg.kinds = hostile_bits(h);
    msg.hears = hostile_below(h, 2) != 0;
    return put_msg(fd, &msg);
}

/* Files go where the test cleans up; a host that ends at once is another test's. */
static void tame(struct hostile *h, struct cs_proto_msg *msg)
{
    static const char *const faults[] = {"flip field=crc count=2", "no-ack",
                                         "stuck-dominant for=1ms", "flip node=drive",
                                         "jam id=0x100"};

    if (msg->type == CS_PROTO_CONTROL && msg->op == CS_PROTO_OP_SAVE)
        snprintf(msg->spec, sizeof msg->spec, "saved.json");
    if ((msg->type == CS_PROTO_FAULT_ARM || msg->op == CS_PROTO_OP_ARM) && hostile_below(h, 2))
        snprintf(msg->spec, sizeof msg->spec, "%s",
                 faults[hostile_below(h, sizeof faults / sizeof *faults)]);
    if (hostile_below(h, 4) == 0)
        return;
    msg->bus_index = (uint16_t)hostile_below(h, 2);
    msg->slot = (uint16_t)hostile_below(h, 66);
    if (msg->type == CS_PROTO_CONTROL && msg->op == CS_PROTO_OP_SEND_NOW)
        msg->value = hostile_below(h, 66);
    if (msg->type == CS_PROTO_CONTROL && msg->op == CS_PROTO_OP_PAUSE && hostile_below(h, 4))
        msg->op = CS_PROTO_OP_GO;
    if (msg->type == CS_PROTO_ASK)
        snprintf(msg->name, sizeof msg->name, "canopen");
}

static bool put_something(struct host *host, int fd, unsigned joined)
{
    static struct cs_proto_msg msg;
    struct hostile *h = &host->random;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len;

    do
        hostile_fill(h, CS_PROTO_CLIENT, &msg);
    while (!may(joined, msg.type) && hostile_below(h, 2000));
    if (msg.type == CS_PROTO_CONTROL && hostile_below(h, 3))
        msg.op = (uint8_t)hostile_below(h, CS_PROTO_OP_COUNT);
    tame(h, &msg);
    len = cs_proto_encode(&msg, bytes);
    if (hostile_below(h, 500) == 0)
        bytes[hostile_below(h, (uint32_t)len)] ^= (uint8_t)(1u << hostile_below(h, 8));
    if (hostile_below(h, 1000) == 0)
        len = hostile_below(h, (uint32_t)len);
    return put(fd, bytes, len);
}

/* One of them; sometimes it stays, and does nothing any more. */
static void client(struct host *host)
{
    struct hostile *h = &host->random;
    const unsigned n = hostile_below(h, 400), place = hostile_below(h, OPEN_MAX_HERE);
    const bool reads = hostile_below(h, 4) != 0;
    const int fd = dial(host);
    unsigned joined = 0;
    bool goes_on = fd >= 0 && join(host, fd, &joined);

    for (unsigned i = 0; goes_on && i < n; i++) {
        goes_on = put_something(host, fd, joined);
        if (reads)
            drain(fd);
    }
    if (fd < 0 || hostile_below(h, 3)) {
        close(fd);
        return;
    }
    if (host->open[place] >= 0)
        close(host->open[place]);
    host->open[place] = fd;
}

/* Somebody decent is answered. */
static void assert_answers(struct host *host)
{
    const struct cs_proto_msg list = {.type = CS_PROTO_LIST,
                                      .magic = CS_PROTO_MAGIC,
                                      .major = CS_PROTO_MAJOR,
                                      .minor = CS_PROTO_MINOR};
    uint8_t bytes[16];
    struct pollfd pfd;
    int fd = -1;

    for (int i = 0; fd < 0 && i < PATIENCE_MS / 20; i++) {
        assert_alive(host);
        fd = dial(host);
        if (fd < 0)
            poll(NULL, 0, 20);
    }
    assert_true(fd >= 0);
    pfd = (struct pollfd){fd, POLLIN, 0};
    put_msg(fd, &list);
    assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
    assert_true(recv(fd, bytes, sizeof bytes, 0) > 0);
    close(fd);
}

static void the_host_outlives_them(void **state)
{
    const char *rounds = getenv("CANSIM_ROUNDS"), *given = getenv("CANSIM_SEED");
    const long n = rounds ? atol(rounds) : 40;
    struct host host = {.random = {given ? strtoul(given, NULL, 0) : 1}};
    long before = 0;

    (void)state;
    for (int i = 0; i < OPEN_MAX_HERE; i++)
        host.open[i] = -1;
    host_start(&host);
    for (long i = 0; i < n; i++) {
        client(&host);
        assert_alive(&host);
        if (i % 8 == 7)
            assert_answers(&host);
        if (i == n / 2)
            before = host_kb(&host);
    }
    for (int i = 0; i < OPEN_MAX_HERE; i++)
        if (host.open[i] >= 0)
            close(host.open[i]);
    assert_answers(&host);
    print_message("%ld KB, then %ld KB\n", before, host_kb(&host));
    host_stop(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_outlives_them),
    };

    return cmocka_run_group_tests_name("hostile clients", tests, NULL, NULL);
}
