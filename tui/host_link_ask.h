/* SPDX-License-Identifier: MIT */
/* host_link_ask.h - between the files of host_link.h: host_link_ask.c and host_link_plan.c know
 * what version 1.3 of the link protocol has brought. */
#ifndef CANSIM_TUI_HOST_LINK_ASK_H
#define CANSIM_TUI_HOST_LINK_ASK_H

#include "tui/host_link.h"

struct cs_wish {
    enum cs_proto_op op;
    unsigned bus;
    int fault, node;
    unsigned mode;
    uint32_t value;
    const struct cs_frame *frame;
    const char *text;
};

/* host_link.c. 0 or -errno; a sentence, if any, in link->answer. */
int cs_host_link_may(struct cs_host_link *link); /* whether anything may be asked for */
int cs_host_link_wish(struct cs_host_link *link, const struct cs_wish *wish);
int cs_host_link_await(struct cs_host_link *link, uint64_t token);
int cs_host_link_errno(unsigned code); /* of CONTROLLED's code */

/* The ops of host.h. */
int cs_host_link_node(void *ctx, unsigned bus, int node, enum cs_host_node_do what, unsigned mode);
void cs_host_link_step_bit(void *ctx, unsigned bus);
int cs_host_link_rerun(void *ctx, char *told, size_t told_size);
int cs_host_link_send(void *ctx, unsigned slot, const struct cs_send *send, bool run);
int cs_host_link_send_now(void *ctx, unsigned slot);
bool cs_host_link_sent(void *ctx, unsigned slot, struct cs_sent *sent);
int cs_host_link_ask(void *ctx, unsigned page, const char *text, char *why, size_t why_size);

void cs_host_link_send_again(struct cs_host_link *link); /* the host knows nothing of us yet */
/* What pages there are, for who asks on them; its answers into `pages`. */
void cs_host_link_pages(struct cs_host_link *link, struct cs_tui_pages *pages);

/* Messages. */
void cs_host_link_take_sender(struct cs_host_link *link, const struct cs_proto_msg *msg);
void cs_host_link_take_answer(struct cs_host_link *link, const struct cs_proto_msg *msg);
void cs_host_link_take_plan(struct cs_host_link *link, const struct cs_proto_msg *msg);
void cs_host_link_take_plan_row(struct cs_host_link *link, const struct cs_proto_msg *msg);
void cs_host_link_take_edges(struct cs_host_link *link, const struct cs_proto_msg *msg);
/* An answer is complete: the plan is as the host had it at that version. */
void cs_host_link_plan_is(struct cs_host_link *link);

#endif
