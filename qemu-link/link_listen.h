/* SPDX-License-Identifier: MIT */
/* link_listen.h - the socket that a host listens on: made safely, taken over from the dead only,
 * removed at the end. */
#ifndef CANSIM_QEMU_LINK_LINK_LISTEN_H
#define CANSIM_QEMU_LINK_LINK_LISTEN_H

#include "qemu-link/proto_address.h"

#include <sys/types.h>

struct cs_link_listener {
    int fd;
    struct cs_proto_address address; /* as a client would give it: with the port that was chosen */
    dev_t dev;                       /* of our socket: what to remove */
    ino_t ino;
};

/* Listen on an address (NULL: the default). A unix socket has mode 0600. The default directory is
 * made with mode 0700; where it exists it must be ours, private and no symbolic link. A directory
 * that a person named must not be writable for everybody, unless sticky.
 * Returns 0, or an exit status with one sentence in `why`: 2 unusable address, 3 in use or trouble.
 */
int cs_link_listen(struct cs_link_listener *listener, const char *address, char *why,
                   size_t why_size);
/* Close, and remove the socket where the path still leads to ours. */
void cs_link_unlisten(struct cs_link_listener *listener);

#endif
