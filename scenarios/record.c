/* SPDX-License-Identifier: MIT */
/* Invariant: entries are in the order of the calls, each with the place where its call was made; so
 * what is written does the same in the same order. Once one is missing nothing is kept any more. */
#include "scenarios/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/record_internal.h"
#include "simcore/units.h"

struct cs_record *cs_record_create(const struct cs_record_config *config)
{
    struct cs_record *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return NULL;
    r->config = *config;
    if (r->config.max_actions == 0)
        r->config.max_actions = CS_RECORD_ACTIONS_DFLT;
    r->last_ps = -1;
    return r;
}

void cs_record_destroy(struct cs_record *r)
{
    if (r == NULL)
        return;
    cs_sim_set_tap(r->config.sim, NULL, NULL);
    if (r->config.nodes != NULL)
        cs_nodes_on_do(r->config.nodes, NULL, NULL);
    for (unsigned i = 0; i < r->n_clients; i++)
        free(r->clients[i].def);
    free(r->clients);
    free(r->entries);
    free(r->text.text);
    free(r);
}

void cs_record_counts(const struct cs_record *r, struct cs_record_counts *counts)
{
    *counts = (struct cs_record_counts){
        .actions = r->n,
        .nodes = r->n_clients,
        .lost = r->lost,
        .lost_ps = r->lost_ps,
    };
}

/* ---- entries ----------------------------------------------------------------------------------
 */

static void lose(struct cs_record *r, int64_t at_ps)
{
    if (r->lost++ == 0)
        r->lost_ps = at_ps;
    if (r->config.changed != NULL && r->lost == 1)
        r->config.changed(r->config.ctx);
}

static bool has_room(struct cs_record *r)
{
    if (r->lost > 0 || r->n >= r->config.max_actions)
        return false;
    if (r->n < r->room)
        return true;
    unsigned room = r->room > 0 ? 2 * r->room : 256;
    struct cs_record_entry *more = realloc(r->entries, room * sizeof(*more));
    if (more == NULL)
        return false;
    r->entries = more;
    r->room = room;
    return true;
}

/* How often something has come from outside at this instant, counting what comes without the sim
 * running in between once; 0 before it has run at all. */
static unsigned round_of(struct cs_record *r, const struct cs_call *call)
{
    if (!call->ran)
        r->round = 0;
    else if (call->at_ps != r->last_ps || r->round == 0)
        r->round = 1;
    else if (call->instant != r->last_instant)
        r->round++;
    r->last_ps = call->at_ps;
    r->last_instant = call->instant;
    return r->round;
}

/* Time and place of a call; the caller goes on with ", \"key\": ...". */
static bool begin(struct cs_record *r, const struct cs_call *call)
{
    char time[40];

    if (!has_room(r)) {
        lose(r, call->at_ps);
        return false;
    }
    r->entries[r->n] = (struct cs_record_entry){call->at_ps, r->text.len};
    cs_record_printf(&r->text, "{\"at\": \"%s\"",
                     cs_units_format_time(call->at_ps, time, sizeof(time)));
    if (call->outside)
        cs_record_printf(&r->text, ", \"late\": %u", round_of(r, call));
    else if (call->turn > 0)
        cs_record_printf(&r->text, ", \"turn\": %u", (unsigned)call->turn);
    else
        cs_record_printf(&r->text, ", \"amid\": %" PRIu64, call->seq);
    return true;
}

static void end(struct cs_record *r)
{
    struct cs_record_text *text = &r->text;

    cs_record_printf(text, "}");
    if (text->failed) {
        text->failed = false;
        text->len = r->entries[r->n].at;
        lose(r, r->entries[r->n].at_ps);
        return;
    }
    text->text[text->len++] = '\0'; /* there was room for one behind "}" */
    r->n++;
    if (r->config.changed != NULL)
        r->config.changed(r->config.ctx);
}

/* ---- controllers ------------------------------------------------------------------------------
 */

static struct cs_record_client *client_at(struct cs_record *r, const struct cs_bus *bus, int node)
{
    const int who = node >= 0 ? r->who[cs_bus_index(bus)][node] : 0;

    return who > 0 ? &r->clients[who - 1] : NULL;
}

/* Whether the controller that it had last is still on the bus. */
static bool is_there(struct cs_record *r, const struct cs_record_client *client)
{
    struct cs_node_status status;
    const int index = (int)(client - r->clients);

    return r->who[client->bus][client->node] == index + 1 &&
           cs_bus_node_status(cs_sim_bus(r->config.sim, client->bus), client->node, &status) == 0;
}

/* Names of places for outside clients, of devices and of guests may be taken: those go. */
static bool is_taken(const struct cs_record *r, const char *name, unsigned bus)
{
    const struct cs_scenario *s = r->config.scenario;

    for (unsigned i = 0; s != NULL && i < s->n_nodes; i++) {
        if (strcmp(s->nodes[i].name, name) == 0 &&
            (s->nodes[i].type != CS_NODE_ATTACHED || s->nodes[i].bus != bus))
            return true;
    }
    for (unsigned i = 0; i < r->n_clients; i++) {
        if (strcmp(r->clients[i].name, name) == 0)
            return true;
    }
    return false;
}

static void choose_name(const struct cs_record *r, const char *wanted, unsigned bus,
                        char name[CS_NAME_MAX])
{
    snprintf(name, CS_NAME_MAX, "%s", wanted);
    for (unsigned n = 2; is_taken(r, name, bus); n++)
        snprintf(name, CS_NAME_MAX, "%.*s~%u", CS_NAME_MAX - 12, wanted, n);
}

static bool has_place(const struct cs_record *r, unsigned bus)
{
    const struct cs_scenario *s = r->config.scenario;
    unsigned on_bus = 0;

    for (unsigned i = 0; s != NULL && i < s->n_nodes; i++)
        on_bus += s->nodes[i].bus == bus;
    for (unsigned i = 0; i < r->n_clients; i++)
        on_bus += r->clients[i].bus == bus;
    return on_bus < CS_SCENARIO_BUS_NODES && r->n_clients < INT16_MAX;
}

/* One that was set up like this and is not there now, or a new one; it owns `def` then. */
static struct cs_record_client *find_client(struct cs_record *r, const struct cs_call *call,
                                            char *def)
{
    const unsigned bus = cs_bus_index(call->bus);

    for (unsigned i = 0; i < r->n_clients; i++) {
        struct cs_record_client *client = &r->clients[i];
        if (client->bus == bus && strcmp(client->def, def) == 0 && !is_there(r, client)) {
            free(def);
            return client;
        }
    }
    if (!has_place(r, bus))
        return NULL;
    struct cs_record_client *more = realloc(r->clients, (r->n_clients + 1) * sizeof(*more));
    if (more == NULL)
        return NULL;
    r->clients = more;
    struct cs_record_client *client = &more[r->n_clients];
    choose_name(r, call->config->name, bus, client->name);
    client->bus = bus;
    client->def = def;
    r->n_clients++;
    return client;
}

static void attached(struct cs_record *r, const struct cs_call *call)
{
    const unsigned bus = cs_bus_index(call->bus);
    const char *via = call->config->via;
    struct cs_record_text def = {0};
    struct cs_record_client *client = NULL;

    r->who[bus][call->node] = 0;
    if (via != NULL && strcmp(via, CS_VIA_SCENARIO) == 0)
        return;
    cs_record_node(&def, call->bus, call->config);
    if (!def.failed && r->lost == 0)
        client = find_client(r, call, def.text);
    if (client == NULL) {
        free(def.text);
        lose(r, call->at_ps);
        return;
    }
    client->node = call->node;
    r->who[bus][call->node] = (int16_t)(client - r->clients + 1);
    if (!begin(r, call))
        return;
    cs_record_printf(&r->text, ", \"attach\": ");
    cs_record_quote(&r->text, client->name);
    end(r);
}

/* ---- what is done to them ---------------------------------------------------------------------
 */

static void put_frame(struct cs_record_text *text, const struct cs_call *call)
{
    char frame[CS_FRAME_TEXT_MAX];

    cs_frame_format(call->frame, frame);
    cs_record_printf(text, "\"%s\", \"cookie\": ", frame);
    cs_record_cookie(text, call->cookie);
}

static void put_cookie(struct cs_record_text *text, const struct cs_call *call)
{
    cs_record_cookie(text, call->cookie);
}

static void put_mode(struct cs_record_text *text, const struct cs_call *call)
{
    cs_record_mode(text, call->mode);
}

static void put_filters(struct cs_record_text *text, const struct cs_call *call)
{
    cs_record_filters(text, call->filters, call->n_filters);
}

static void put_timing(struct cs_record_text *text, const struct cs_call *call)
{
    cs_record_timing(text, call->timing);
    cs_record_printf(text, ", \"drift\": \"%dppb\"", (int)call->timing->drift_ppb);
}

static void put_counters(struct cs_record_text *text, const struct cs_call *call)
{
    cs_record_printf(text, "{\"tec\": %u, \"rec\": %u}", call->tec, call->rec);
}

static const struct {
    const char *key;
    void (*put)(struct cs_record_text *text, const struct cs_call *call); /* NULL: the node */
} node_calls[CS_CALL_KIND_COUNT] = {
    [CS_CALL_DETACH] = {"detach", NULL},
    [CS_CALL_REMOVE] = {"remove", NULL},
    [CS_CALL_SUBMIT] = {"send", put_frame},
    [CS_CALL_ABORT] = {"abort", put_cookie},
    [CS_CALL_MODE] = {"mode", put_mode},
    [CS_CALL_FILTERS] = {"filters", put_filters},
    [CS_CALL_TIMING] = {"timing", put_timing},
    [CS_CALL_RESET] = {"reset", NULL},
    [CS_CALL_RECOVER] = {"recover", NULL},
    [CS_CALL_FREEZE] = {"freeze", NULL},
    [CS_CALL_COUNTERS] = {"counters", put_counters},
};

static void done_to_node(struct cs_record *r, const struct cs_call *call)
{
    const struct cs_record_client *client = client_at(r, call->bus, call->node);

    if (client == NULL || node_calls[call->kind].key == NULL || !begin(r, call))
        return;
    if (node_calls[call->kind].put == NULL) {
        cs_record_printf(&r->text, ", \"%s\": ", node_calls[call->kind].key);
        cs_record_quote(&r->text, client->name);
    } else {
        cs_record_printf(&r->text, ", \"node\": ");
        cs_record_quote(&r->text, client->name);
        cs_record_printf(&r->text, ", \"%s\": ", node_calls[call->kind].key);
        node_calls[call->kind].put(&r->text, call);
    }
    end(r);
}

/* ---- faults and notes -------------------------------------------------------------------------
 */

static void armed(struct cs_record *r, const struct cs_call *call)
{
    char text[CS_FAULT_TEXT_MAX + 32];

    if (!begin(r, call))
        return;
    snprintf(text, sizeof(text), "%s bus=%s", call->text, cs_bus_name(call->bus));
    cs_record_printf(&r->text, ", \"fault\": ");
    cs_record_quote(&r->text, text);
    end(r);
}

static void cleared(struct cs_record *r, const struct cs_call *call)
{
    if (!begin(r, call))
        return;
    if (call->fault > 0)
        cs_record_printf(&r->text, ", \"clear\": %d", call->fault);
    else
        cs_record_printf(&r->text, ", \"clear\": \"all\", \"bus\": \"%s\"", cs_bus_name(call->bus));
    end(r);
}

static void published(struct cs_record *r, const struct cs_call *call)
{
    const struct cs_event *event = call->event;
    const struct cs_record_client *client = client_at(r, call->bus, event->node);

    if (event->kind != CS_EV_NOTE && (event->kind != CS_EV_LOST || client == NULL))
        return;
    if (!begin(r, call))
        return;
    if (event->kind == CS_EV_NOTE) {
        cs_record_printf(&r->text, ", \"bus\": \"%s\", \"note\": ", cs_bus_name(call->bus));
        cs_record_quote(&r->text, event->text);
    } else {
        cs_record_printf(&r->text, ", \"node\": ");
        cs_record_quote(&r->text, client->name);
        cs_record_printf(&r->text, ", \"lost\": %u", (unsigned)event->n_bits);
    }
    end(r);
}

/* ---- listening --------------------------------------------------------------------------------
 */

/* What the scenario does it does again by itself; but what an outside controller does in answer,
 * from its callbacks, it does not. */
static void on_call(void *ctx, const struct cs_call *call)
{
    struct cs_record *r = ctx;
    const bool ours = r->config.nodes != NULL && cs_nodes_acting(r->config.nodes);
    const bool fault = call->kind == CS_CALL_ARM || call->kind == CS_CALL_CLEAR;

    if (call->kind == CS_CALL_ATTACH)
        attached(r, call);
    else if (ours && (call->outside || fault || call->kind == CS_CALL_PUBLISH))
        return;
    else if (call->kind == CS_CALL_ARM)
        armed(r, call);
    else if (call->kind == CS_CALL_CLEAR)
        cleared(r, call);
    else if (call->kind == CS_CALL_PUBLISH)
        published(r, call);
    else
        done_to_node(r, call);
}

/* A step of a guest's script: an action as it stands there. */
static void on_do(void *ctx, const struct cs_action *action)
{
    struct cs_record *r = ctx;
    struct cs_call call;
    cJSON *item = action->item != NULL ? cs_record_action(action) : NULL;
    char *text = item != NULL ? cJSON_PrintUnformatted(item) : NULL;
    size_t len = text != NULL ? strlen(text) : 0;

    cs_sim_describe_call(r->config.sim, &call);
    if (len < 3) /* "{}" would be no action */
        lose(r, call.at_ps);
    else if (begin(r, &call)) {
        cs_record_printf(&r->text, ", %.*s", (int)(len - 2), text + 1);
        end(r);
    }
    cJSON_free(text);
    cJSON_Delete(item);
}

void cs_record_start(struct cs_record *r)
{
    cs_sim_set_tap(r->config.sim, on_call, r);
    if (r->config.nodes != NULL)
        cs_nodes_on_do(r->config.nodes, on_do, r);
}
