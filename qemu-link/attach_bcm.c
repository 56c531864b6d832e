/* SPDX-License-Identifier: MIT */
#include "qemu-link/attach_broker.h"
#include <errno.h>
int cs_attach_bcm_request(struct cs_attach_sock *sock, int ifindex, const void *body, size_t len)
{
    (void)sock, (void)ifindex, (void)body, (void)len;
    return EOPNOTSUPP;
}
void cs_attach_bcm_frame(struct cs_attach_sock *sock, const struct shim_head *head,
                         const struct canfd_frame *frame, size_t size)
{
    (void)sock, (void)head, (void)frame, (void)size;
}
void cs_attach_bcm_destroy(struct cs_attach_sock *sock)
{
    (void)sock;
}
