/* SPDX-License-Identifier: MIT */
/* host_link_plan.c - the scenario of a host elsewhere, and the levels on its wires. Only what has
 * changed comes; after a loss all of it comes again. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "tui/host_link_ask.h"

/* ---- the scenario ---------------------------------------------------------------------------- */

void cs_host_link_take_plan(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_plan *plan = &link->tui->plan;

    if (msg->n_rows < plan->n || link->plan_version == 0)
        cs_plan_clear(plan);
    snprintf(plan->file, sizeof plan->file, "%s", msg->file);
    plan->more = msg->n_more;
    link->plan_rows = msg->n_rows;
    link->plan_past = msg->n_past;
    link->plan_next = msg->version;
    plan->held = msg->n_held;
    plan->failed = msg->n_broken;
}

/* It was sent in one line, and is shown in several; indented it must not become many times as long,
 * however deep it is. */
#define SHOWN_MAX 16384u

static void set_json(struct cs_plan_row *row, const char *text)
{
    cJSON *item = cJSON_Parse(text);
    char *printed = item ? cJSON_Print(item) : NULL;

    cs_plan_set(row, CS_PLAN_JSON, printed && strlen(printed) < SHOWN_MAX ? printed : text);
    free(printed);
    cJSON_Delete(item);
}

void cs_host_link_take_plan_row(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_plan *plan = &link->tui->plan;
    struct cs_plan_row *row;

    if (msg->row > plan->n || msg->row >= link->plan_rows || msg->kind >= CS_PLAN_KIND_COUNT ||
        msg->state > CS_PLAN_FAILED)
        return;
    if (msg->row < plan->n && plan->rows[msg->row].kind != msg->kind)
        return;
    if (msg->row == plan->n && plan->n > 0 && msg->kind < plan->rows[plan->n - 1].kind)
        return; /* kinds come one after the other */
    row = msg->row == plan->n ? cs_plan_add(plan, (enum cs_plan_kind)msg->kind)
                              : &plan->rows[msg->row];
    if (!row)
        return;
    row->state = msg->state;
    row->line = msg->line;
    row->source = msg->row;
    row->at_ps = msg->last_ps <= CS_TIME_END ? msg->last_ps : CS_TIME_END;
    row->until_ps = msg->until_ps <= CS_TIME_END ? msg->until_ps : CS_TIME_END;
    row->count = msg->amount;
    row->fault = msg->fault;
    row->pending = msg->active;
    cs_plan_set(row, CS_PLAN_WHEN, msg->when);
    cs_plan_set(row, CS_PLAN_WHO, msg->who);
    cs_plan_set(row, CS_PLAN_WHAT, msg->what);
    cs_plan_set(row, CS_PLAN_SEEN, msg->seen);
    cs_plan_set(row, CS_PLAN_PLACE, msg->place);
    if (msg->row + 1 == plan->n || !row->text[CS_PLAN_JSON])
        set_json(row, msg->json);
}

void cs_host_link_plan_is(struct cs_host_link *link)
{
    struct cs_plan *plan = &link->tui->plan;
    const unsigned actions = plan->count[CS_PLAN_ACTION];

    if (plan->n < link->plan_rows) { /* some of it was lost on the way */
        link->plan_version = 0;
        return;
    }
    plan->filled = true;
    plan->past = link->plan_past < actions ? link->plan_past : actions;
    link->plan_version = link->plan_next;
}

/* ---- edges ----------------------------------------------------------------------------------- */

static void turn(struct cs_host_link *link, bool on, int64_t at_ps)
{
    struct cs_edges *edges = link->tui->edges;

    if (edges->on == on)
        return;
    edges->on = on;
    edges->until_ps = at_ps;
    if (on) /* between then and now there is nothing to go by */
        edges->first = edges->end;
}

void cs_host_link_take_edges(struct cs_host_link *link, const struct cs_proto_msg *msg)
{
    struct cs_edges *edges = link->tui->edges;

    if (msg->at_ps > CS_TIME_END)
        return;
    turn(link, msg->active, msg->at_ps);
    if (edges->on && msg->seq != link->edge)
        edges->first = edges->end; /* some were lost: what is missing is not known to be nothing */
    link->edge = msg->seq + msg->n_edges;
    for (unsigned i = 0; i < msg->n_edges && edges->on; i++) {
        const struct cs_proto_edge *from = &msg->edges[i];
        const struct cs_edge *last = cs_edges_get(edges, edges->end - 1);

        if (from->at_ps > CS_TIME_END || from->bus >= link->tui->n_buses)
            continue;
        if (last && from->at_ps < last->at_ps)
            edges->first = edges->end; /* time goes on, whatever a host says */
        cs_edges_probe(edges, &(struct cs_probe_event){
                                  .at_ps = from->at_ps,
                                  .bus = from->bus,
                                  .node = from->node,
                                  .kind = from->node == CS_NO_NODE ? CS_PROBE_WIRE : CS_PROBE_TX,
                                  .level = from->level,
                              });
    }
    if (msg->n_edges > 0)
        link->news = true;
}
