/* SPDX-License-Identifier: MIT */
/* guest_qemu.c - which QEMU there is, what it can do, and the words that start a guest with it.
 * QEMU is asked for each device by name: "-device help" loads modules of whatever version lies in
 * the system's folder, and may end in an abort. */
#include "scenarios/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBE_MS   20000
#define ANSWER_MAX 16384

const char *const cs_guest_vias[] = {"auto", "vfio-user", "usb", "shim", "slcan", "none", NULL};

/* ---- asking a program ------------------------------------------------------------------------ */

static pid_t start(char *const words[], int *out_fd, bool keep_stderr)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    const pid_t pid = fork();
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);
        dup2(null, STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        if (!keep_stderr)
            dup2(ends[1], STDERR_FILENO);
        execvp(words[0], words);
        _exit(127);
    }
    close(ends[1]);
    *out_fd = ends[0];
    if (pid < 0)
        close(ends[0]);
    return pid;
}

/* What it prints, cut to `size`. Its exit status, or -1: it cannot be started or takes too long. */
static int ask(char *const words[], char *text, size_t size, int limit_ms, bool keep_stderr)
{
    size_t n = 0;
    int fd, status;
    const pid_t pid = start(words, &fd, keep_stderr);

    text[0] = '\0';
    if (pid < 0)
        return -1;
    for (;;) {
        char rest[512];
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        const bool full = n + 1 >= size;
        if (poll(&ready, 1, limit_ms) <= 0) {
            kill(pid, SIGKILL);
            break;
        }
        const ssize_t got = read(fd, full ? rest : text + n, full ? sizeof(rest) : size - n - 1);
        if (got <= 0)
            break;
        n += full ? 0 : (size_t)got;
    }
    text[n] = '\0';
    close(fd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- probing -----------------------------------------------------------------------------------
 */

static bool has(const struct cs_guest_qemu *qemu, const char *kind, const char *name)
{
    char program[sizeof(qemu->program)], option[16], question[64], text[ANSWER_MAX], wanted[64];
    char *words[] = {program, option, question, NULL};

    snprintf(program, sizeof(program), "%s", qemu->program);
    snprintf(option, sizeof(option), "-%s", kind);
    snprintf(question, sizeof(question), "%s,help", name);
    snprintf(wanted, sizeof(wanted), "%s options", name);
    ask(words, text, sizeof(text), PROBE_MS, false);
    return strstr(text, wanted) != NULL;
}

int cs_guest_probe(const struct cs_guest_def *def, struct cs_guest_qemu *qemu,
                   struct cs_error *error)
{
    const char *arch = def->arch != NULL ? def->arch : "x86_64", *from_env = getenv("CANSIM_QEMU");
    char text[ANSWER_MAX], version[] = "--version";
    char *words[] = {qemu->program, version, NULL};

    memset(qemu, 0, sizeof(*qemu));
    if (def->qemu != NULL)
        snprintf(qemu->program, sizeof(qemu->program), "%s", def->qemu);
    else if (from_env != NULL && from_env[0] != '\0' && def->arch == NULL)
        snprintf(qemu->program, sizeof(qemu->program), "%s", from_env);
    else
        snprintf(qemu->program, sizeof(qemu->program), "qemu-system-%s", arch);
    const int status = ask(words, text, sizeof(text), PROBE_MS, false);
    const char *at = strstr(text, "version ");
    if (status != 0 || at == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT,
                            "guest \"%s\": %s cannot be started; install QEMU (Debian: %s), or "
                            "name another program",
                            def->name, qemu->program,
                            strcmp(arch, "x86_64") == 0 || strcmp(arch, "i386") == 0
                                ? "qemu-system-x86"
                                : "qemu-system");
    qemu->major = (unsigned)strtoul(at + strlen("version "), NULL, 10);
    qemu->vfio_user = has(qemu, "device", "vfio-user-pci");
    qemu->usb = has(qemu, "device", "usb-redir") && has(qemu, "device", "qemu-xhci");
    qemu->can_host = has(qemu, "device", "kvaser_pci");
    return 0;
}

int cs_guest_choose(const struct cs_guest_def *def, const struct cs_guest_qemu *qemu,
                    enum cs_guest_via *via, struct cs_error *error)
{
    static const char *const lacks[CS_VIA_COUNT] = {
        [CS_VIA_AUTO] = "no way in: neither vfio-user-pci, nor usb-redir, nor kvaser_pci",
        [CS_VIA_VFIO_USER] = "no device vfio-user-pci, which comes with QEMU 10.1",
        [CS_VIA_USB] = "no devices usb-redir and qemu-xhci",
        [CS_VIA_SHIM] = "no device kvaser_pci",
    };

    *via = (enum cs_guest_via)def->via;
    if (*via == CS_VIA_AUTO)
        *via = qemu->vfio_user  ? CS_VIA_VFIO_USER
               : qemu->usb      ? CS_VIA_USB
               : qemu->can_host ? CS_VIA_SHIM
                                : CS_VIA_AUTO;
    const bool there = *via == CS_VIA_VFIO_USER ? qemu->vfio_user
                       : *via == CS_VIA_USB     ? qemu->usb
                       : *via == CS_VIA_SHIM    ? qemu->can_host
                                                : *via != CS_VIA_AUTO;
    if (there)
        return 0;
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "guest \"%s\": %s has %s", def->name,
                        qemu->program, lacks[*via]);
}

/* ---- the image
 * ----------------------------------------------------------------------------------- */

const char *cs_guest_helper(const char *installed, const char *in_source, char *path, size_t size)
{
    const char *const places[] = {installed, in_source};
    char self[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    for (size_t i = 0; i < 2; i++) {
        if ((size_t)snprintf(path, size, "%s/%s", self, places[i]) < size &&
            access(path, X_OK) == 0)
            return path;
    }
    snprintf(path, size, "%s/%s", self, installed);
    return path;
}

const char *cs_guest_cache(char *folder, size_t size)
{
    const char *named = getenv("CANSIM_GUEST_CACHE"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (named != NULL && named[0] != '\0')
        snprintf(folder, size, "%s", named);
    else if (cache != NULL && cache[0] == '/')
        snprintf(folder, size, "%s/cansim/guest", cache);
    else
        snprintf(folder, size, "%s/.cache/cansim/guest", home != NULL ? home : "/tmp");
    return folder;
}

int cs_guest_image(char *folder, size_t size, struct cs_error *error)
{
    char builder[PATH_MAX], cache[PATH_MAX], text[PATH_MAX];
    char *words[] = {builder, cache, NULL};

    cs_guest_helper("../lib/cansim/build-guest", "../../qemu-link/guest/build-guest", builder,
                    sizeof(builder));
    cs_guest_cache(cache, sizeof(cache));
    const int status = ask(words, text, sizeof(text), 600000, true);
    text[strcspn(text, "\n")] = '\0';
    if (status == 0 && text[0] == '/' && strlen(text) < size) {
        memcpy(folder, text, strlen(text) + 1);
        return 0;
    }
    return cs_error_set(error, CS_STATUS_ENVIRONMENT,
                        "the Debian guest cannot be built: see above, and \"cansim guest build\"");
}

/* ---- the command line
 * ---------------------------------------------------------------------------- */

static void add(struct cs_guest_command *command, const char *word)
{
    const size_t len = strlen(word) + 1;

    if (command->n == CS_GUEST_WORDS || command->used + len > sizeof(command->text)) {
        command->used = sizeof(command->text) + 1; /* does not fit */
        return;
    }
    command->words[command->n] = command->text + command->used;
    memcpy(command->words[command->n++], word, len);
    command->used += len;
}

static void add_two(struct cs_guest_command *command, const char *option, const char *value)
{
    add(command, option);
    add(command, value);
}

static void add_number(struct cs_guest_command *command, const char *option, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    add_two(command, option, text);
}

/* Words as a shell would see them; only '…' quotes. */
static void add_shell_words(struct cs_guest_command *command, const char *text)
{
    char word[1024];
    size_t n = 0;
    bool quoted = false, any = false;

    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            quoted = !quoted;
            any = true;
        } else if (*text == ' ' && !quoted) {
            word[n] = '\0';
            if (any)
                add(command, word);
            n = 0;
            any = false;
        } else if (n + 1 < sizeof(word)) {
            word[n++] = *text;
            any = true;
        }
    }
    word[n] = '\0';
    if (any)
        add(command, word);
}

/* QEMU ends a value at ',', unless there are two. */
static void add_disk(struct cs_guest_command *command, const char *path)
{
    char text[2 * PATH_MAX + 32] = "file=";
    size_t n = strlen(text);

    for (; *path != '\0' && n < 2 * PATH_MAX; path++) {
        text[n++] = *path;
        if (*path == ',')
            text[n++] = ',';
    }
    snprintf(text + n, sizeof(text) - n, ",if=virtio");
    add_two(command, "-drive", text);
}

/* What makes an emulated boot short, and which modules the image loads. */
static void add_debian(const struct cs_guest_def *def, const struct cs_guest_place *place,
                       struct cs_guest_command *command)
{
    static const char *const modules[CS_VIA_COUNT] = {
        [CS_VIA_USB] = " guest.load=xhci_pci,peak_usb,gs_usb",
        [CS_VIA_VFIO_USER] = " guest.load=ems_pci,peak_pci",
        [CS_VIA_SLCAN] = " guest.load=slcan",
    };
    char path[PATH_MAX + 32], append[1024];

    snprintf(path, sizeof(path), "%s/vmlinux", place->image);
    add_two(command, "-kernel", path);
    snprintf(path, sizeof(path), "%s/initramfs.cpio", place->image);
    add_two(command, "-initrd", path);
    snprintf(append, sizeof(append),
             "console=ttyS0 quiet panic=-1 nokaslr cryptomgr.notests mitigations=off tsc=reliable "
             "no_timer_check lsm= ipv6.disable=1 8250.nr_uarts=2 random.trust_cpu=on "
             "rcupdate.rcu_expedited=1 guest.name=%.60s%s%s%s%s",
             def->name, modules[place->via] != NULL ? modules[place->via] : "",
             place->interactive ? " guest.shell=people" : "", def->append != NULL ? " " : "",
             def->append != NULL ? def->append : "");
    add_two(command, "-append", append);
    add(command, "-no-reboot");
}

static void add_machine(const struct cs_guest_def *def, const struct cs_guest_place *place,
                        struct cs_guest_command *command)
{
    const bool x86 = def->arch == NULL || strcmp(def->arch, "x86_64") == 0;
    const char *accel = getenv("CANSIM_GUEST_ACCEL"); /* there are hosts whose KVM is of no use */

    if (def->machine != NULL || def->debian)
        add_two(command, "-machine", def->machine != NULL ? def->machine : "q35");
    if (x86 && (accel == NULL || strcmp(accel, "tcg") != 0) && access("/dev/kvm", R_OK | W_OK) == 0)
        add_two(command, "-accel", "kvm");
    add_two(command, "-accel", "tcg");
    if (def->debian)
        add_two(command, "-cpu", "qemu64,+rdrand");
    add_number(command, "-m", def->memory_mib > 0 ? def->memory_mib : 128);
    if (def->cpus > 1)
        add_number(command, "-smp", def->cpus);
    if (def->debian) {
        add_debian(def, place, command);
        return;
    }
    if (def->kernel != NULL)
        add_two(command, "-kernel", def->kernel);
    if (def->initrd != NULL)
        add_two(command, "-initrd", def->initrd);
    if (def->append != NULL)
        add_two(command, "-append", def->append);
    if (def->disk != NULL)
        add_disk(command, def->disk);
}

static void add_shim_cards(const struct cs_guest_def *def, struct cs_guest_command *command)
{
    char text[128];

    for (unsigned i = 0; i < def->n_buses; i++) {
        snprintf(text, sizeof(text), "can-bus,id=canbus%u", i);
        add_two(command, "-object", text);
        snprintf(text, sizeof(text), "can-host-socketcan,id=canhost%u,if=%s,canbus=canbus%u", i,
                 def->bus_name[i], i);
        add_two(command, "-object", text);
        snprintf(text, sizeof(text), "kvaser_pci,canbus=canbus%u", i);
        add_two(command, "-device", text);
    }
}

int cs_guest_command(const struct cs_guest_def *def, const struct cs_guest_qemu *qemu,
                     const struct cs_guest_place *place, struct cs_guest_command *command,
                     struct cs_error *error)
{
    char attach[PATH_MAX];

    memset(command, 0, sizeof(*command));
    if (place->via == CS_VIA_SHIM) {
        add(command, cs_guest_helper("cansim-attach", "cansim-attach", attach, sizeof(attach)));
        add_two(command, "--link", place->link);
        add_two(command, "--as", def->name);
        add(command, "--");
    }
    add(command, qemu->program);
    add_two(command, "-nodefaults", "-no-user-config");
    add_two(command, "-display", "none");
    add_machine(def, place, command);
    add_two(command, "-chardev", "stdio,id=console,signal=off");
    add_two(command, "-serial", "chardev:console");
    if (place->via == CS_VIA_SHIM)
        add_shim_cards(def, command);
    else if (place->option != NULL)
        add_shell_words(command, place->option);
    for (unsigned i = 0; i < def->n_args; i++)
        add(command, def->args[i]);
    command->words[command->n] = NULL;
    if (command->used <= sizeof(command->text))
        return 0;
    return cs_error_set(error, CS_STATUS_INPUT, "guest \"%s\": QEMU's command line is too long",
                        def->name);
}
