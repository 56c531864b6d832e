/* SPDX-License-Identifier: MIT */
/* attach_broker.h - the broker of cansim-attach: the CAN sockets of the attached programs on one
 * side, their controllers on the buses of a host on the other.
 *
 *   socket --\                     A program (a process) has one controller, a port, on each bus
 * that its socket ---+-- program -- port   sockets use. A frame that a socket sent comes back to
 * the program's socket --/                     sockets when the bus has confirmed it, with that
 * time.
 *
 * One thread, one loop; nothing but joining a bus ever waits. Nobody but a socket's own program
 * suffers where that program is slow: what it gets is queued up to a bound, what it sends is not
 * read while its controller is busy. */
#ifndef CANSIM_QEMU_LINK_ATTACH_BROKER_H
#define CANSIM_QEMU_LINK_ATTACH_BROKER_H

#include <stdio.h>
#include <sys/types.h>
#include <ev.h>

#include "qemu-link/attach_frames.h"
#include "qemu-link/shim_wire.h"

#define CS_ATTACH_TX_QUEUE    16   /* frames of a controller's queue; power of two */
#define CS_ATTACH_OUT_MAX     4096 /* messages queued for one socket */
#define CS_ATTACH_SOCKETS_MAX 4096
#define CS_ATTACH_RESTART_S   0.1 /* a controller recovers from bus-off after this */

struct cs_attach_broker;
struct cs_attach_bcm;

struct cs_attach_config {
    const char *address;               /* of the host */
    const char *name;                  /* --as, or NULL */
    enum cs_fd fd;                     /* --fd */
    uint32_t bitrate_bps;              /* --bitrate, or 0 */
    const struct cs_client_bus *buses; /* as the host told them */
    unsigned n_buses;
    int listener, pidfd, alive; /* alive: a pipe whose other end CMD and its children hold */
    bool verbose;
};

#define CS_ATTACH_BODY_MAX 128 /* of a queued message: a BCM head with a CAN FD frame */

/* A message on its way to a program, or from it. */
struct cs_attach_message {
    struct shim_head head;
    union {
        struct canfd_frame frame;
        char body[CS_ATTACH_BODY_MAX];
    };
};

struct cs_attach_pending { /* sent, not confirmed */
    uint64_t cookie;       /* 0 = none */
    uint64_t token;        /* of the socket */
    bool loopback;
    struct cs_frame frame;
};

struct cs_attach_port {
    struct cs_attach_broker *broker;
    struct cs_attach_program *program;
    unsigned bus;
    unsigned users;           /* sockets that use it */
    struct cs_client *client; /* NULL while the host or the bus is away */
    ev_io io;
    ev_timer more;    /* events are left for the next turn */
    ev_timer restart; /* from bus-off */
    ev_timer stuck;   /* runs while sockets wait */
    uint64_t cookie;
    uint64_t confirmed, confirmed_then; /* frames */
    uint64_t events, events_then;       /* signs of life */
    int64_t ack_told_ps; /* when a missing ACK of a passive transmitter was last told */
    struct cs_attach_pending pending[CS_ATTACH_TX_QUEUE];
    struct cs_attach_sock *first_waiting, *last_waiting;
    enum cs_attach_level level;
};

struct cs_attach_program {
    struct cs_attach_program *next;
    pid_t pid;
    struct cs_attach_sock *socks;
    bool readable;   /* one of them is */
    unsigned number; /* --as NAME: 1 is NAME, 2 is NAME-2 … */
    char name[CS_NAME_MAX];
    struct cs_attach_port *port[SHIM_MAX_BUSES];
};

/* A message read before it is the socket's turn (attach_turn.c). */
struct cs_attach_ahead {
    bool over; /* nothing more is to be read: the socket goes after what is at hand */
    size_t n;  /* bytes of the message; 0: none */
    struct cs_attach_message message;
};

struct cs_attach_sock {
    struct cs_attach_sock *next;
    struct cs_attach_broker *broker;
    struct cs_attach_program *program;
    uint64_t token;
    int protocol;
    int fd;
    ev_io io;
    bool bound, down_told, hung_up;
    int ifindex;
    uint32_t uses; /* bit i: counted in program->port[i]->users */

    bool recv_own, join, fd_frames, loopback;
    uint32_t error_mask;
    struct can_filter one; /* most sockets have no more */
    struct can_filter *filters;
    unsigned n_filters;

    struct cs_attach_ahead ahead;
    struct cs_attach_port *waits_for; /* has `held` for that port */
    struct cs_attach_sock *next_waiting;
    struct cs_frame held;
    bool held_loopback;

    struct cs_attach_message *out; /* ring of out_size, a power of two */
    unsigned out_size, out_head, out_used;
    uint32_t drops;

    struct cs_attach_bcm *bcm;
};

struct cs_attach_broker {
    const struct cs_attach_config *config;
    struct ev_loop *loop;
    struct shim_page *page;
    int page_fd;
    uint64_t last_token;
    unsigned n_socks;
    bool readable; /* a program is */
    ev_prepare turn;
    ev_timer next_turn; /* at once: the last one has left something */
    struct cs_attach_program *programs;
    ev_io listener, pidfd, alive;
    ev_timer breath; /* out of descriptors: no new connections until then */
    ev_timer retry;  /* runs while a port or the host is away */
    double retry_s;
    bool cmd_gone, children_gone;
};

/* Serve until CMD, its descendants and all sockets are gone. Returns an exit status. */
int cs_attach_serve(const struct cs_attach_config *config);
/* Something ended: leave the loop where nothing is left. */
void cs_attach_check_end(struct cs_attach_broker *broker);
/* One line on stderr with --verbose. */
void cs_attach_say(const struct cs_attach_broker *broker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
unsigned cs_attach_bus_count(const struct cs_attach_broker *broker);
/* The bus of an interface index, -1 where it is none. Programs choose the index: it may be any. */
int cs_attach_bus_of(const struct cs_attach_broker *broker, int ifindex);
void cs_attach_bus_set_up(struct cs_attach_broker *broker, unsigned bus, bool up);
/* A bus was lost: ask for the host again and again until it is back. */
void cs_attach_retry(struct cs_attach_broker *broker);

/* attach_conn.c: a connection from the listener; closes or keeps `fd`. */
void cs_attach_accept(struct cs_attach_broker *broker, int fd);

/* attach_sock.c */
/* Returns NULL (no memory, too many). Owns fd then. */
struct cs_attach_sock *cs_attach_sock_create(struct cs_attach_broker *broker, int fd, pid_t pid,
                                             int protocol);
void cs_attach_sock_destroy(struct cs_attach_sock *sock);
struct cs_attach_sock *cs_attach_sock_find(struct cs_attach_broker *broker, uint64_t token);
/* Returns 0 or an errno. */
int cs_attach_sock_bind(struct cs_attach_sock *sock, int ifindex);
/* Does the socket listen on that bus? */
bool cs_attach_sock_on(const struct cs_attach_sock *sock, unsigned bus);
/* Queue a message with `size` <= CS_ATTACH_BODY_MAX bytes of body; counted as a drop where there is
 * no room. */
void cs_attach_sock_put(struct cs_attach_sock *sock, const struct shim_head *head, const void *body,
                        size_t size);
/* A longer one: sent at once or dropped. */
void cs_attach_sock_put_long(struct cs_attach_sock *sock, const struct shim_head *head,
                             const void *body, size_t size);
/* A frame for the bus: sent, or held until the port can take it (then nothing more is read). */
void cs_attach_sock_send(struct cs_attach_sock *sock, unsigned bus, const struct cs_frame *frame,
                         bool loopback);
/* The socket's bus is gone, or back. */
void cs_attach_sock_down(struct cs_attach_sock *sock);
void cs_attach_sock_up(struct cs_attach_sock *sock);
/* The port can take a frame again. Returns false where the socket still waits. */
bool cs_attach_sock_resume(struct cs_attach_sock *sock);
/* The frame that the socket waits with is lost. */
void cs_attach_sock_give_up(struct cs_attach_sock *sock);
/* Act on `n` bytes that the program wrote. Returns false where they are no message of the shim. */
bool cs_attach_sock_take(struct cs_attach_sock *sock, const struct cs_attach_message *message,
                         size_t n);

/* attach_turn.c: the order of what is written to several sockets. */
void cs_attach_turn_init(struct cs_attach_broker *broker);
void cs_attach_turn_add(struct cs_attach_sock *sock); /* it is readable */

/* attach_opts.c: SOL_CAN_RAW. Return 0 or an errno. */
int cs_attach_set_option(struct cs_attach_sock *sock, int option, const void *value, size_t len);
int cs_attach_get_option(const struct cs_attach_sock *sock, int option, void *value, size_t *len);

/* attach_program.c: a socket joins the program of a pid, which is made at first use, or leaves it.
 * Returns false where there is no memory. */
bool cs_attach_program_enter(struct cs_attach_sock *sock, pid_t pid);
void cs_attach_program_leave(struct cs_attach_sock *sock);

/* attach_port.c */
/* The socket uses the bus from now on; the first one of a program joins it. Returns 0 (also where
 * the host is away: the port joins later) or -errno: the host does not want us. */
int cs_attach_port_enter(struct cs_attach_sock *sock, unsigned bus);
void cs_attach_port_leave(struct cs_attach_sock *sock, unsigned bus);
/* Try again to join. Returns true where the port is on its bus. */
bool cs_attach_port_join(struct cs_attach_port *port);
/* Send. Returns 0, -EAGAIN (busy), -ENETDOWN (away), -EINVAL. */
int cs_attach_port_send(struct cs_attach_port *port, const struct cs_frame *frame, uint64_t token,
                        bool loopback);
void cs_attach_port_wait(struct cs_attach_port *port, struct cs_attach_sock *sock);
void cs_attach_port_unwait(struct cs_attach_sock *sock);

/* attach_bcm.c: the broadcast manager */
/* A message of a program. Returns 0 or an errno. */
int cs_attach_bcm_request(struct cs_attach_sock *sock, int ifindex, const void *body, size_t len);
/* A frame for a BCM socket that listens on its bus. */
void cs_attach_bcm_frame(struct cs_attach_sock *sock, const struct shim_head *head,
                         const struct canfd_frame *frame, size_t size);
void cs_attach_bcm_destroy(struct cs_attach_sock *sock);

#endif
