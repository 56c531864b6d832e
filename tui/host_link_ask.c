/* SPDX-License-Identifier: MIT */
/* host_link_ask.c - what is asked of a host elsewhere since version 1.3 of the protocol: actions on
 * nodes, frames that it sends again and again, questions of decoders' pages, its scenario anew. */
#include "tui/host_link_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-link/monitor_client.h"
#include "tui/pages.h"

/* An older host would take these for garbage, or for nothing. */
static bool is_young(struct cs_host_link *link, const char *what)
{
    if (link->minor >= 3)
        return true;
    snprintf(link->answer, sizeof link->answer,
             "the host speaks version 1.%u of the link protocol, %s needs 1.3", link->minor, what);
    return false;
}

static void say_answer(struct cs_host_link *link)
{
    if (link->answer[0])
        cs_tui_say(link->tui, true, "%.180s", link->answer);
}

/* ---- nodes and steps ------------------------------------------------------------------------- */

int cs_host_link_node(void *ctx, unsigned bus, int node, enum cs_host_node_do what, unsigned mode)
{
    static const enum cs_proto_op whats[] = {[CS_NODE_DO_RESET] = CS_PROTO_OP_RESET,
                                             [CS_NODE_DO_RECOVER] = CS_PROTO_OP_RECOVER,
                                             [CS_NODE_DO_MODE] = CS_PROTO_OP_MODE};
    struct cs_host_link *link = ctx;

    if (!is_young(link, "that"))
        return -EOPNOTSUPP;
    return cs_host_link_wish(
        link, &(struct cs_wish){.op = whats[what], .bus = bus, .node = node, .mode = mode});
}

void cs_host_link_step_bit(void *ctx, unsigned bus)
{
    struct cs_host_link *link = ctx;

    if (!is_young(link, "a step of one bit") ||
        cs_host_link_wish(link, &(struct cs_wish){.op = CS_PROTO_OP_STEP_BIT, .bus = bus}))
        say_answer(link);
}

int cs_host_link_rerun(void *ctx, char *told, size_t told_size)
{
    struct cs_host_link *link = ctx;
    int error = -EOPNOTSUPP;

    if (is_young(link, "running a scenario again"))
        error = cs_host_link_wish(link, &(struct cs_wish){.op = CS_PROTO_OP_RERUN});
    if (!error)
        snprintf(told, told_size, "the host runs its scenario again");
    else
        snprintf(told, told_size, "%s", link->answer[0] ? link->answer : strerror(-error));
    return error ? -1 : 0;
}

/* ---- frames that the host sends -------------------------------------------------------------- */

/* -1 stands for all that the bits hold, and for the lowest. */
static int64_t or_else(int64_t value, int64_t instead)
{
    return value >= 0 ? value : instead;
}

static void fill_sender(struct cs_proto_msg *msg, unsigned slot, const struct cs_send *send,
                        bool run)
{
    msg->slot = (uint16_t)slot;
    msg->active = send != NULL;
    msg->running = run;
    if (!send)
        return;
    msg->bus_index = (uint16_t)send->bus;
    msg->frame = send->frame;
    msg->sender_period_ps = send->period_ps;
    msg->gap_ps = send->gap_ps;
    msg->burst = send->burst;
    msg->counts = send->counts;
    msg->bounces = send->counter.bounce;
    msg->counter_byte = (uint16_t)send->counter.byte;
    msg->counter_bits = (uint16_t)send->counter.bits;
    msg->counter_low = send->counter.low;
    msg->counter_high =
        or_else(send->counter.high,
                (INT64_C(1) << (send->counter.bits > 32 ? 32 : send->counter.bits)) - 1);
    msg->counter_step = send->counter.step;
    msg->counter_first = or_else(send->counter.first, send->counter.low);
}

static int put_sender(struct cs_host_link *link, unsigned slot)
{
    const struct cs_link_slot *own = &link->slot[slot];
    struct cs_proto_msg *msg = cs_monitor_begin(link->monitor, CS_PROTO_SENDER);

    fill_sender(msg, slot, own->there ? &own->send : NULL, own->run);
    msg->token = ++link->wishes;
    return cs_monitor_put(link->monitor);
}

int cs_host_link_send(void *ctx, unsigned slot, const struct cs_send *send, bool run)
{
    struct cs_host_link *link = ctx;
    struct cs_link_slot *own = &link->slot[slot];
    int error;

    if (!is_young(link, "sending frames"))
        return -EOPNOTSUPP;
    if ((error = cs_host_link_may(link)))
        return error;
    if (!own->there)
        own->sent = (struct cs_sent){.sent_ps = -1};
    own->there = send != NULL;
    own->run = run;
    if (send)
        own->send = *send;
    if (put_sender(link, slot) < 0)
        return -ETIMEDOUT;
    error = cs_host_link_await(link, link->wishes);
    own->there &= !error;
    return error;
}

int cs_host_link_send_now(void *ctx, unsigned slot)
{
    struct cs_host_link *link = ctx;

    if (!is_young(link, "sending frames"))
        return -EOPNOTSUPP;
    return cs_host_link_wish(link, &(struct cs_wish){.op = CS_PROTO_OP_SEND_NOW, .value = slot});
}

bool cs_host_link_sent(void *ctx, unsigned slot, struct cs_sent *sent)
{
    struct cs_host_link *link = ctx;

    if (!link->slot[slot].there)
        return false;
    link->looks_at_slots = true;
    *sent = link->slot[slot].sent;
    return true;
}

void cs_host_link_take_sender(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_sent *sent = msg->slot < CS_SENDERS ? &link->slot[msg->slot].sent : NULL;

    if (!sent)
        return;
    *sent = (struct cs_sent){
        .running = msg->running,
        .last = msg->last <= CS_SENT_REFUSED ? msg->last : CS_SENT_NOTHING,
        .error = cs_host_link_errno(msg->code),
        .result = (enum cs_tx_result)msg->result,
        .queued = msg->n_queued,
        .sent = msg->sent,
        .failed = msg->n_failed,
        .refused = msg->refused,
        .sent_ps = msg->last_ps <= CS_TIME_END ? msg->last_ps : CS_TIME_END,
    };
}

/* What was sent before the connection was lost is sent again. */
void cs_host_link_send_again(struct cs_host_link *link)
{
    for (unsigned slot = 0; slot < CS_SENDERS; slot++)
        if (link->slot[slot].there && link->minor >= 3 && !link->tui->info.denied[0])
            put_sender(link, slot);
}

/* ---- decoders' pages ------------------------------------------------------------------------- */

void cs_host_link_pages(struct cs_host_link *link, struct cs_tui_pages *pages)
{
    link->n_pages = pages->n < CS_HOST_LINK_PAGES ? pages->n : CS_HOST_LINK_PAGES;
    for (unsigned i = 0; i < link->n_pages; i++) {
        snprintf(link->page[i].decoder, sizeof link->page[i].decoder, "%s", pages->page[i].decoder);
        snprintf(link->page[i].bus, sizeof link->page[i].bus, "%s", pages->page[i].bus);
    }
    if (pages->n_answers == link->n_answers)
        return;
    pages->n_answers = link->n_answers;
    pages->answer_bad = link->answer_bad;
    snprintf(pages->answer, sizeof pages->answer, "%s", link->page_answer);
}

static int bus_of(const struct cs_tui *tui, const char *name)
{
    for (unsigned b = 0; b < tui->n_buses; b++)
        if (!strcmp(tui->bus[b].name, name))
            return (int)b;
    return -1;
}

int cs_host_link_ask(void *ctx, unsigned page, const char *text, char *why, size_t why_size)
{
    struct cs_host_link *link = ctx;
    const int bus = page < link->n_pages ? bus_of(link->tui, link->page[page].bus) : -1;
    int error = -EOPNOTSUPP;

    link->answer[0] = '\0';
    if (bus < 0) {
        snprintf(why, why_size, "there is no such page");
        return -1;
    }
    if (is_young(link, "asking") && !(error = cs_host_link_may(link))) {
        struct cs_proto_msg *msg = cs_monitor_begin(link->monitor, CS_PROTO_ASK);

        msg->token = ++link->wishes;
        msg->bus_index = (uint16_t)bus;
        snprintf(msg->name, sizeof msg->name, "%s", link->page[page].decoder);
        snprintf(msg->option, sizeof msg->option, "%s", text);
        error =
            cs_monitor_put(link->monitor) < 0 ? -ETIMEDOUT : cs_host_link_await(link, link->wishes);
    }
    if (error)
        snprintf(why, why_size, "%s", link->answer[0] ? link->answer : strerror(-error));
    return error ? -1 : 0;
}

void cs_host_link_take_answer(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    link->n_answers++;
    link->answer_bad = msg->severity >= 2;
    snprintf(link->page_answer, sizeof link->page_answer, "%.399s", msg->option);
}
