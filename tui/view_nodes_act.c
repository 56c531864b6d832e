/* SPDX-License-Identifier: MIT */
/* view_nodes_act.c - what is done to the selected controller: as an action of the scenario would,
 * or as a fault, so that the events and a saved scenario tell of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/row_text.h"
#include "tui/query_row.h"
#include "tui/view_nodes.h"

static const unsigned modes[] = {CS_MODE_NORMAL, CS_MODE_LISTEN_ONLY, CS_MODE_LOOPBACK,
                                 CS_MODE_ONE_SHOT, CS_MODE_RESTRICTED};
#define N_MODES (sizeof modes / sizeof *modes)

static const struct cs_tui_node *wanted(struct cs_tui *tui)
{
    const struct cs_tui_node *node = cs_nodes_selected(tui);

    if (!node)
        cs_tui_say(tui, true, "there is no node");
    return node;
}

static int act(struct cs_tui *tui, const struct cs_tui_node *node, enum cs_host_node_do what,
               unsigned mode)
{
    const int ret = tui->info.finished ? -ESHUTDOWN
                    : tui->host->ops->node
                        ? tui->host->ops->node(tui->host->ctx, node->bus, node->index, what, mode)
                        : -EOPNOTSUPP;

    if (ret == -EALREADY)
        cs_tui_say(tui, false, "%s recovers already", node->status.name);
    else if (ret == -ESHUTDOWN)
        cs_tui_say(tui, false, "the scenario is over: nothing happens any more");
    else if (ret == -ENOENT)
        cs_tui_say(tui, true, "%s has left", node->status.name);
    else if (ret == -EACCES && tui->info.denied[0])
        cs_tui_say(tui, true, "%.180s", tui->info.denied);
    else if (ret < 0)
        cs_tui_say(tui, true, "this host does not let you: %s", strerror(-ret));
    return ret;
}

void cs_nodes_reset(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);

    (void)unused;
    if (node && act(tui, node, CS_NODE_DO_RESET, 0) == 0)
        cs_tui_say(tui, false, "%s is reset: it waits for 11 recessive bits", node->status.name);
}

void cs_nodes_recover(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);

    (void)unused;
    if (!node)
        return;
    if (node->status.state != CS_STATE_BUS_OFF)
        cs_tui_say(tui, false, "%s is not bus-off", node->status.name);
    else if (act(tui, node, CS_NODE_DO_RECOVER, 0) == 0)
        cs_tui_say(tui, false, "%s recovers: 128 times 11 recessive bits", node->status.name);
}

static void set_mode(struct cs_tui *tui, const struct cs_tui_node *node, unsigned mode)
{
    char text[48];

    if (act(tui, node, CS_NODE_DO_MODE, mode) == 0)
        cs_tui_say(tui, false, "%s: %s", node->status.name, cs_mode_text(mode, text, sizeof text));
}

void cs_nodes_next_mode(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);
    size_t at = 0;

    (void)unused;
    if (!node)
        return;
    while (at < N_MODES && modes[at] != node->status.mode)
        at++;
    set_mode(tui, node, modes[(at + 1) % N_MODES]);
}

/* The fault that keeps it off its bus, NULL: none. */
static const struct cs_tui_fault *unplugged_by(const struct cs_tui *tui,
                                               const struct cs_tui_node *node)
{
    for (unsigned i = 0; i < tui->fault_list.n_live; i++) {
        const struct cs_tui_fault *fault = &tui->fault_list.live[i];
        struct cs_fault_spec spec;
        if (fault->bus == node->bus && !strncmp(fault->text, "unplug ", 7) &&
            cs_fault_parse(fault->text, &spec, NULL, 0) == 0 &&
            !strcmp(spec.node, node->status.name))
            return fault;
    }
    return NULL;
}

void cs_nodes_plug(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);
    const struct cs_tui_fault *fault = node ? unplugged_by(tui, node) : NULL;
    struct cs_fault_spec spec;
    char text[CS_NAME_MAX + 16], why[256];

    (void)unused;
    if (!node)
        return;
    if (fault) {
        if (cs_tui_disarm(tui, fault) == 0)
            cs_tui_say(tui, false, "%s is plugged in", node->status.name);
        return;
    }
    if (!node->status.plugged) {
        cs_tui_say(tui, true, "%s is cut off by another fault: see there", node->status.name);
        return;
    }
    if (cs_fault_begin(&spec, "unplug", why, sizeof why) == 0 &&
        cs_fault_set(&spec, "node", node->status.name, why, sizeof why) == 0 &&
        cs_fault_finish(&spec, why, sizeof why) == 0) {
        snprintf(text, sizeof text, "%s", node->status.name);
        if (cs_tui_arm(tui, node->bus, &spec) == 0)
            cs_tui_say(tui, false, "%s is unplugged: p plugs it in again", text);
    } else {
        cs_tui_say(tui, true, "%s", why);
    }
}

/* How it came to be what it is. */
void cs_nodes_why(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);

    (void)unused;
    if (node)
        cs_why_node(tui, node);
}

/* In the trace, the last error that it has seen. */
void cs_nodes_show_error(struct cs_tui *tui, int unused)
{
    const struct cs_tui_node *node = wanted(tui);
    const struct cs_row *row;
    char why[8]; /* all is shown: nothing can be wrong */

    (void)unused;
    for (uint64_t at = tui->ring.end; node && at-- > tui->ring.first;) {
        row = cs_tui_ring_get(&tui->ring, at);
        if (row->kind != CS_EV_ERROR || row->node != node->index || row->bus != node->bus)
            continue;
        if (row->at_ps < node->last.at_ps)
            break; /* another node's, which had its place before */
        cs_tui_filter_now(tui, "", why, sizeof why);
        tui->trace.show = CS_SHOW_ALL;
        tui->trace.floor = tui->trace.floor < at ? tui->trace.floor : at;
        tui->trace.follow = false;
        tui->trace.sel = at;
        tui->trace.top = at > tui->ring.first + 5 ? at - 5 : tui->ring.first;
        cs_tui_show_view(tui, 0);
        return;
    }
    if (node && node->last.error == CS_ERROR_NONE)
        cs_tui_say(tui, false, "%s has seen no error", node->status.name);
    else if (node)
        cs_tui_say(tui, false, "its last error is no longer in the trace: --rows keeps more");
}

/* ---- words ----------------------------------------------------------------------------------- */

static int word_mode(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    const struct cs_tui_node *node = wanted(tui);

    for (size_t i = 0; node && i < N_MODES; i++)
        if (!strcasecmp(rest, cs_mode_name((enum cs_mode)modes[i]))) {
            set_mode(tui, node, modes[i]);
            return 0;
        }
    snprintf(why, why_size,
             node ? "must be normal, listen-only, loopback, one-shot or restricted"
                  : "there is no node");
    return -1;
}

static void offer_modes(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    (void)tui;
    *from = 0;
    for (size_t i = 0; i < N_MODES; i++)
        cs_offer(offers, rest, cs_mode_name((enum cs_mode)modes[i]));
}

static int run(struct cs_tui *tui, void (*what)(struct cs_tui *tui, int unused), char *why,
               size_t why_size)
{
    tui->message_bad = false;
    what(tui, 0);
    if (!tui->message_bad)
        return 0;
    snprintf(why, why_size, "%s", tui->message);
    return -1;
}

static int word_reset(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    return run(tui, cs_nodes_reset, why, why_size);
}

static int word_recover(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    (void)rest;
    return run(tui, cs_nodes_recover, why, why_size);
}

const struct cs_word cs_nodes_words[CS_NODES_WORDS] = {
    {"mode", "MODE", "the selected node in another mode", word_mode, offer_modes},
    {"reset-node", "", "reset the selected node's controller", word_reset, NULL},
    {"recover", "", "let the selected node recover from bus-off", word_recover, NULL},
};
