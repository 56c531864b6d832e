/* SPDX-License-Identifier: MIT */
/* link_listen.c - who may use the socket is decided here: nobody but its owner.
 * Look, remove and bind happen under a lock of the directory, so that two hosts that start at the
 * same time do not take each other's socket for a dead one. */
#include "qemu-link/link_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG      64
#define LOCK_TRIES   100
#define LOCK_WAIT_MS 10
#define UNUSABLE     2
#define TROUBLE      3

struct complaint {
    const char *about; /* the address */
    char *why;
    size_t why_size;
};

__attribute__((format(printf, 3, 4))) static int complain(const struct complaint *to, int status,
                                                          const char *fmt, ...)
{
    va_list ap;
    const int n = snprintf(to->why, to->why_size, "%.300s: ", to->about);

    if (n >= 0 && (size_t)n < to->why_size) {
        va_start(ap, fmt);
        vsnprintf(to->why + n, to->why_size - (size_t)n, fmt, ap);
        va_end(ap);
    }
    return status;
}

/* ---- the directory --------------------------------------------------------------------------- */

static void directory_of(const char *path, char *directory, size_t size)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(directory, size, ".");
    else if (slash == path)
        snprintf(directory, size, "/");
    else
        snprintf(directory, size, "%.*s", (int)(slash - path), path);
}

static int check_private(const char *directory, const struct complaint *to)
{
    struct stat st;

    if (lstat(directory, &st) < 0)
        return complain(to, TROUBLE, "cannot look at %s: %s", directory, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return complain(to, TROUBLE, "%s must be a directory, and no symbolic link", directory);
    if (st.st_uid != geteuid())
        return complain(to, TROUBLE, "%s must belong to user %u, it belongs to user %u", directory,
                        (unsigned)geteuid(), (unsigned)st.st_uid);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return complain(to, TROUBLE, "%s must be private (mode 0700), it has mode %04o", directory,
                        (unsigned)st.st_mode & 07777u);
    return 0;
}

static int check_chosen(const char *directory, const struct complaint *to)
{
    struct stat st;

    if (stat(directory, &st) < 0)
        return complain(to, TROUBLE, "cannot look at %s: %s", directory, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return complain(to, UNUSABLE, "%s must be a directory", directory);
    if (st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX))
        return complain(to, TROUBLE, "everybody can write to %s (mode %04o): choose a private one",
                        directory, (unsigned)st.st_mode & 07777u);
    return 0;
}

static int prepare_directory(const struct cs_proto_address *address, const char *directory,
                             const struct complaint *to)
{
    if (mkdir(directory, 0700) < 0 && errno != EEXIST)
        return complain(to, TROUBLE, "cannot make the directory %s: %s", directory,
                        strerror(errno));
    return address->is_default ? check_private(directory, to) : check_chosen(directory, to);
}

/* A descriptor that holds the lock; -1 where the directory cannot be locked, which is no fault. */
static int lock_directory(const char *directory)
{
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (int i = 0; fd >= 0 && i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
        poll(NULL, 0, LOCK_WAIT_MS);
    return fd;
}

/* ---- unix ------------------------------------------------------------------------------------ */

/* Is there a host behind this socket? 0 no, else the errno that says what is there. */
static int probe(const struct sockaddr_un *at)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
        err = EADDRINUSE;
    else if (errno == EAGAIN || errno == EINPROGRESS)
        err = EADDRINUSE;
    else if (errno != ECONNREFUSED && errno != ENOENT)
        err = errno;
    close(fd);
    return err;
}

static int clear_path(const struct sockaddr_un *at, const struct complaint *to)
{
    struct stat st;
    int err;

    if (lstat(at->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : complain(to, TROUBLE, "%s", strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return complain(to, UNUSABLE, "there is a file of this name, and it is no socket");
    err = probe(at);
    if (err == EADDRINUSE)
        return complain(to, TROUBLE, "another host serves this address already");
    if (err != 0)
        return complain(to, TROUBLE, "somebody uses this address: %s", strerror(err));
    if (unlink(at->sun_path) < 0 && errno != ENOENT)
        return complain(to, TROUBLE, "cannot remove the socket of a dead host: %s",
                        strerror(errno));
    return 0;
}

static int bind_private(int fd, const struct sockaddr_un *at)
{
    const mode_t mask = umask(0177);
    const int err = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

    umask(mask);
    return err;
}

/* Whoever sees the path can connect: it is listened to under another name, as long as there is room
 * for one, and then gets its own. 0 or -errno. */
static int bind_and_listen(int fd, const struct sockaddr_un *at)
{
    struct sockaddr_un other = *at;
    const size_t len = strnlen(at->sun_path, sizeof(at->sun_path));
    struct stat st;
    int err;

    if (len + 2 > sizeof(other.sun_path)) {
        err = bind_private(fd, at);
        return err < 0 ? err : listen(fd, BACKLOG) < 0 ? -errno : 0;
    }
    memcpy(other.sun_path + len, "~", 2);
    if (lstat(other.sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(other.sun_path); /* of a host that was killed in between */
    err = bind_private(fd, &other);
    if (err < 0)
        return err;
    if (listen(fd, BACKLOG) == 0 && rename(other.sun_path, at->sun_path) == 0)
        return 0;
    err = -errno;
    unlink(other.sun_path);
    return err;
}

static int open_unix(struct cs_link_listener *listener, const struct complaint *to)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat st;
    int err;

    memcpy(at.sun_path, listener->address.path, sizeof(at.sun_path));
    err = clear_path(&at, to);
    if (err != 0)
        return err;
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return complain(to, TROUBLE, "cannot make a socket: %s", strerror(errno));
    err = bind_and_listen(listener->fd, &at);
    if (err < 0)
        return complain(to, TROUBLE, "cannot make the socket: %s", strerror(-err));
    if (lstat(at.sun_path, &st) == 0) {
        listener->dev = st.st_dev;
        listener->ino = st.st_ino;
    }
    return 0;
}

static int listen_unix(struct cs_link_listener *listener, const struct complaint *to)
{
    char directory[CS_PROTO_PATH_MAX];
    int status, lock;

    directory_of(listener->address.path, directory, sizeof(directory));
    status = prepare_directory(&listener->address, directory, to);
    if (status != 0)
        return status;
    lock = lock_directory(directory);
    status = open_unix(listener, to);
    if (lock >= 0)
        close(lock);
    return status;
}

/* ---- TCP ------------------------------------------------------------------------------------- */

static int bind_one(const struct addrinfo *ai)
{
    const int one = 1;
    const int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    err = -errno;
    close(fd);
    return err;
}

static void note_port(struct cs_link_listener *listener)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(listener->fd, (struct sockaddr *)&at, &len) == 0)
        getnameinfo((struct sockaddr *)&at, len, NULL, 0, listener->address.port,
                    sizeof(listener->address.port), NI_NUMERICSERV);
}

static int listen_tcp(struct cs_link_listener *listener, const struct complaint *to)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const struct cs_proto_address *address = &listener->address;
    struct addrinfo *list = NULL;
    const int err = getaddrinfo(address->host, address->port, &hints, &list);
    int fd = -EADDRNOTAVAIL;

    if (err != 0)
        return complain(to, UNUSABLE, "cannot find the host: %s", gai_strerror(err));
    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next)
        fd = bind_one(ai);
    freeaddrinfo(list);
    if (fd == -EADDRINUSE)
        return complain(to, TROUBLE, "somebody serves this address already");
    if (fd == -EADDRNOTAVAIL)
        return complain(to, UNUSABLE, "this machine does not have that address");
    if (fd < 0)
        return complain(to, TROUBLE, "cannot listen: %s", strerror(-fd));
    listener->fd = fd;
    note_port(listener);
    return 0;
}

/* ---------------------------------------------------------------------------------------------- */

int cs_link_listen(struct cs_link_listener *listener, const char *address, char *why,
                   size_t why_size)
{
    char text[CS_PROTO_ADDRESS_MAX];
    const struct complaint to = {text, why, why_size};
    int status;

    *listener = (struct cs_link_listener){.fd = -1};
    if (cs_proto_address_parse(address, &listener->address, why, why_size) < 0)
        return UNUSABLE;
    cs_proto_address_format(&listener->address, text, sizeof(text));
    status = listener->address.tcp ? listen_tcp(listener, &to) : listen_unix(listener, &to);
    if (status != 0)
        cs_link_unlisten(listener);
    return status;
}

void cs_link_unlisten(struct cs_link_listener *listener)
{
    struct stat st;

    if (listener->ino != 0 && lstat(listener->address.path, &st) == 0 &&
        st.st_dev == listener->dev && st.st_ino == listener->ino)
        unlink(listener->address.path);
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
    listener->ino = 0;
}
