/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define ACTION(member) offsetof(struct cs_action, member)
#define MAX_ACTIONS    100000

static int node_named(struct cs_reader *r, const cJSON *item, int *index)
{
    struct cs_scenario *scenario = r->ctx;
    const char *names[CS_SCENARIO_BUS_NODES + 1];
    unsigned n = 0;

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "the name of a node");
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (strcmp(scenario->nodes[i].name, item->valuestring) == 0) {
            if (scenario->nodes[i].type == CS_NODE_ATTACHED)
                return cs_reader_must_be(r, item, "a simulated node");
            *index = (int)i;
            return 0;
        }
        if (n < CS_SCENARIO_BUS_NODES)
            names[n++] = scenario->nodes[i].name;
    }
    names[n] = NULL;
    const char *nearest = cs_text_nearest(item->valuestring, names);
    if (nearest != NULL)
        return cs_reader_must_be(r, item, "a node of this scenario (did you mean \"%s\"?)",
                                 nearest);
    return cs_reader_must_be(r, item, "a node of this scenario");
}

static int read_node(struct cs_reader *r, const cJSON *item, void *dest)
{
    return node_named(r, item, dest);
}

int cs_action_set_kind(struct cs_reader *r, struct cs_action *action, int kind)
{
    if (action->kind != CS_ACTION_NONE)
        return cs_reader_fail(r, "must be the only action of its entry, got one before");
    action->kind = kind;
    return 0;
}

int cs_action_set_node(struct cs_reader *r, const cJSON *item, struct cs_action *action, int kind)
{
    if (action->node >= 0)
        return cs_reader_fail(r, "names the node itself, got \"node\" as well");
    return cs_action_set_kind(r, action, kind) == 0 ? node_named(r, item, &action->node) : -1;
}

static int read_send(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    return cs_action_set_kind(r, action, CS_ACTION_SEND) == 0
               ? cs_scenario_read_frames(r, item, &action->frames)
               : -1;
}

static int read_note(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (!cJSON_IsString(item) || strlen(item->valuestring) < 1 ||
        strlen(item->valuestring) > CS_NOTE_MAX)
        return cs_reader_must_be(r, item, "a text of 1..%d bytes", CS_NOTE_MAX);
    action->note = item->valuestring;
    return cs_action_set_kind(r, action, CS_ACTION_NOTE);
}

static int read_pause(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;
    const size_t n = cJSON_IsString(item) ? strlen(item->valuestring) : 0;

    if (!cJSON_IsTrue(item) && (n < 1 || n > CS_NOTE_MAX))
        return cs_reader_must_be(r, item, "true or a text of 1..%d bytes", CS_NOTE_MAX);
    action->note = n > 0 ? item->valuestring : NULL;
    return cs_action_set_kind(r, action, CS_ACTION_PAUSE);
}

static int read_command(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (!cJSON_IsString(item) || strlen(item->valuestring) < 1 || strlen(item->valuestring) > 4000)
        return cs_reader_must_be(r, item, "a text of 1..4000 bytes");
    action->command = item->valuestring;
    return cs_action_set_kind(r, action, CS_ACTION_COMMAND);
}

static int read_attach(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_ATTACH);
}

static int read_detach(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_DETACH);
}

static int read_recover(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_RECOVER);
}

static int read_reset(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_RESET);
}

static int read_action_fault(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (cs_action_set_kind(r, action, CS_ACTION_FAULT) != 0)
        return -1;
    action->fault = calloc(1, sizeof(*action->fault));
    if (action->fault == NULL)
        return cs_reader_no_memory(r);
    action->fault->outside = action->late >= 0;
    return cs_scenario_read_fault(r, item, action->fault);
}

static int new_timing(struct cs_reader *r, struct cs_action *action)
{
    if (cs_action_set_kind(r, action, CS_ACTION_TIMING) != 0)
        return -1;
    action->timing = calloc(1, sizeof(*action->timing));
    return action->timing != NULL ? 0 : cs_reader_no_memory(r);
}

static int read_bitrate(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key row = CS_BITRATE_ROW(0, 0, "");
    struct cs_action *action = dest;

    return new_timing(r, action) == 0 ? cs_keys_read_value(r, &row, item, action->timing) : -1;
}

static int read_timing(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    return new_timing(r, action) == 0 ? cs_scenario_read_timing(r, item, action->timing) : -1;
}

static int read_action_bus(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    action->have_bus = true;
    return cs_scenario_read_bus(r, item, &action->bus);
}

static const struct cs_key action_rows[] = {
    {.name = "at",
     .type = CS_KEY_TIME,
     .offset = ACTION(at_ps),
     .min = 0,
     .max = 2400 * 3600 * CS_PS_PER_S,
     .help =
         "bus time; needed where there is no after, but not in a guest's script, do and choose"},
    {.name = "after",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_after,
     .form = "what is waited for: a frame, or an object, below",
     .help = "instead of at: when this has happened, the first time"},
    {.name = "each",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_each,
     .form = "true or false",
     .help = "with after: every time; while one is due the next is not looked at"},
    {.name = "delay",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_delay,
     .form = "0s..2400h",
     .help = "with after: so long afterwards"},
    {.name = "every",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_every,
     .form = "100us..2400h",
     .help = "again and again, from at or after on"},
    {.name = "count",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_count,
     .form = "1..1000000000",
     .help = "at most so often; with each and every: after each"},
    {.name = "until",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_until,
     .form = "a time, or what is waited for, below",
     .help = "the last moment of every, after and each"},
    {.name = "if",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_if,
     .form = "an object: variable to " CS_BOUNDS_FORM,
     .help = "only where all of them hold then"},
    {.name = "set",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_set,
     .form = "an object: a variable to a whole number, or \"+1\" and the like",
     .help = "variables begin at 0 and stay above; what becomes of it is noted"},
    {.name = "do",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_do,
     .form = "an array of actions without at",
     .help = "all of them, one after the other"},
    {.name = "choose",
     .type = CS_KEY_CUSTOM,
     .read = cs_when_read_choose,
     .form = "an array of actions without at",
     .help = "one of them, drawn from the seed"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = "late",
     .type = CS_KEY_INT,
     .offset = ACTION(late),
     .min = 0,
     .max = INT32_MAX,
     .help = "from outside, as recorded: after all else of that instant, 2: after what comes of "
             "those before; 0: before the clock starts"},
    {.name = "amid",
     .type = CS_KEY_INT,
     .offset = ACTION(amid),
     .min = 0,
     .max = INT64_MAX,
     .help = "as recorded: among the timers of that instant, after so many events of the run"},
    {.name = "turn",
     .type = CS_KEY_INT,
     .offset = ACTION(turn),
     .min = 1,
     .max = UINT32_MAX,
     .help = "as recorded: when the node's controller tells something for so many a time"},
    {.name = "node",
     .type = CS_KEY_CUSTOM,
     .offset = ACTION(node),
     .read = read_node,
     .form = "the name of a simulated node",
     .help = "who does it; needed by send, command, mode, counters, bitrate and timing"},
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .read = read_action_bus,
     .form = "a bus of this scenario",
     .help = "of a note or a pause; default: the first; of clear; default: all; with a gateway: "
             "which of its controllers"},
    {.name = "send",
     .type = CS_KEY_CUSTOM,
     .read = read_send,
     .form = CS_FRAME_FORM,
     .help = "queue frames"},
    {.name = "note",
     .type = CS_KEY_CUSTOM,
     .read = read_note,
     .form = "a text of 1..1000 bytes",
     .help = "put a text into trace and events"},
    {.name = "pause",
     .type = CS_KEY_CUSTOM,
     .read = read_pause,
     .form = "true or a text of 1..1000 bytes",
     .help = "note it, and let bus time stand still until the person at the terminal goes on"},
    {.name = "command",
     .type = CS_KEY_CUSTOM,
     .read = read_command,
     .form = "a text of 1..4000 bytes",
     .help = "tell a plugin's node something, see there"},
    {.name = "attach",
     .type = CS_KEY_CUSTOM,
     .read = read_attach,
     .form = "the name of a simulated node",
     .help = "let it join"},
    {.name = "detach",
     .type = CS_KEY_CUSTOM,
     .read = read_detach,
     .form = "the name of a simulated node",
     .help = "let it leave"},
    {.name = "recover",
     .type = CS_KEY_CUSTOM,
     .read = read_recover,
     .form = "the name of a simulated node",
     .help = "ask it to leave bus-off"},
    {.name = "mode",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_mode,
     .form = CS_MODE_FORM,
     .help = "set the controller's mode"},
    {.name = "counters",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_counters,
     .form = "{\"tec\": 0..256, \"rec\": 0..255}",
     .help = "set the error counters"},
    {.name = "fault",
     .type = CS_KEY_CUSTOM,
     .read = read_action_fault,
     .form = "a fault: an object, or its text form",
     .help = "arm a fault"},
    {.name = "clear",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_clear,
     .form = CS_CLEAR_FORM,
     .help = "take faults back, and what they did"},
    {.name = "bitrate",
     .type = CS_KEY_CUSTOM,
     .read = read_bitrate,
     .form = "10k..1M",
     .help = "set the bit rate of the node's controller"},
    {.name = "timing",
     .type = CS_KEY_CUSTOM,
     .read = read_timing,
     .form = CS_TIMING_FORM,
     .help = "set its bit timing"},
    {.name = "reset",
     .type = CS_KEY_CUSTOM,
     .read = read_reset,
     .form = "the name of a simulated node",
     .help = "reset its controller: queue empty, counters 0, it joins again"},
    {.name = "unplug",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_unplug,
     .form = "the name of a simulated node, a device or a guest",
     .help = "cut it off from the bus: it hears only itself; a device: pull it out of the guest"},
    {.name = "plug",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_plug,
     .form = "the name of a simulated node, a device or a guest",
     .help = "connect it again"},
    {.name = "cookie",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_cookie,
     .form = CS_COOKIE_FORM,
     .help = "of what is sent, as events have it; default: frames are counted"},
    {.name = "abort",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_abort,
     .form = CS_COOKIE_FORM,
     .help = "give up the frames of that cookie"},
    {.name = "freeze",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_freeze,
     .form = "the name of a simulated node",
     .help = "stop its recovery from bus-off"},
    {.name = "remove",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_remove,
     .form = "the name of a simulated node",
     .help = "cut its power: it leaves at once, amid a bit; only with late"},
    {.name = "filters",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_filters,
     .form = "an array of filters such as \"123\" or \"120:7F0\"",
     .help = "set what the controller receives; empty: all"},
    {.name = "drift",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_drift,
     .form = "a drift such as \"150ppm\"",
     .help = "with timing: of its clock; default: as it is"},
    {.name = "lost",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_lost,
     .form = "0..65535",
     .help = "tell that the client did not get so many messages"},
    {.name = "start",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_start,
     .form = "the name of a program or a simulated node",
     .help = "start it, where it does not run; a node: from its beginning"},
    {.name = "stop",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_stop,
     .form = "the name of a program or a simulated node",
     .help = "end it: SIGTERM, after 2s SIGKILL; a node leaves the bus"},
    {.name = "signal",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_signal,
     .form = CS_SIGNAL_FORM,
     .help = "send it to the program, and to what that has started"},
    {.name = "program",
     .type = CS_KEY_CUSTOM,
     .read = cs_action_read_program,
     .form = "the name of a program",
     .help = "which one; needed by signal"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_action_keys = {
    .title = "An action of the timeline (one of send, note, attach, ... each)",
    .rows = action_rows,
};

static bool needs_node(const struct cs_action *action)
{
    return action->kind != CS_ACTION_NOTE && action->kind != CS_ACTION_PAUSE &&
           action->kind != CS_ACTION_FAULT && action->kind != CS_ACTION_CLEAR &&
           action->kind != CS_ACTION_SET && action->kind != CS_ACTION_GROUP;
}

static int check_timing(struct cs_reader *r, const struct cs_scenario_node *node,
                        const struct cs_scenario_timing *timing)
{
    if (node->as == NULL && cs_bit_timing_bitrate(&timing->full.data) > 0 &&
        !cs_scenario_node_knows_fd(r->ctx, node))
        return cs_scenario_fail_at(r, "timing", CS_NO_DATA_TEXT);
    return 0;
}

static int check_command(struct cs_reader *r, const struct cs_scenario_node *node)
{
    char text[200];

    if (cs_scenario_takes_commands(node))
        return 0;
    snprintf(text, sizeof(text), "does not go with the type \"%s\" of \"%s\"",
             cs_scenario_type_name(node), node->name);
    return cs_scenario_fail_at(r, "command", text);
}

/* The node, or as much of it as the action is about: the controller on that bus. 0 or -1. */
static int check_bus(struct cs_reader *r, const struct cs_action *action,
                     struct cs_scenario_node *node)
{
    const struct cs_scenario *scenario = r->ctx;
    char text[120];

    *node = scenario->nodes[action->node];
    if (!action->have_bus)
        return 0;
    if (action->kind == CS_ACTION_ATTACH || action->kind == CS_ACTION_DETACH ||
        action->kind == CS_ACTION_REMOVE || action->kind == CS_ACTION_COMMAND ||
        action->kind == CS_ACTION_LOST)
        return cs_scenario_fail_at(r, "bus", "does not go with this action");
    snprintf(text, sizeof(text), "must be a bus of \"%s\", got \"%s\"", node->name,
             scenario->buses[action->bus].name);
    if (!cs_scenario_node_on(node, action->bus))
        return cs_scenario_fail_at(r, "bus", text);
    node->bus = action->bus;
    return 0;
}

/* Has it a time where it must have one, and none where it must not? */
static int check_time(struct cs_reader *r, const cJSON *item, const struct cs_action *action,
                      bool timed)
{
    const bool has = cJSON_GetObjectItemCaseSensitive(item, "at") != NULL;

    if (cJSON_IsObject(item) && timed && !has && !cs_when_has_moments(action))
        return cs_reader_fail(r, "must have the key \"at\", got none");
    if (!timed && has)
        return cs_scenario_fail_at(r, "at", "does not go with a script: it happens in its turn");
    if (!timed && cs_action_has_place(action))
        return cs_scenario_fail_at(r,
                                   action->turn > 0    ? "turn"
                                   : action->late >= 0 ? "late"
                                                       : "amid",
                                   "does not go with a script: it happens in its turn");
    return 0;
}

int cs_scenario_read_action(struct cs_reader *r, const cJSON *item, struct cs_action *action,
                            bool timed)
{
    struct cs_scenario_node node;

    action->node = action->device = action->program = -1;
    action->late = action->amid = -1;
    action->item = item;
    if (cs_keys_read(r, item, &cs_scenario_action_keys, 0, action) != 0 ||
        check_time(r, item, action, timed) != 0 ||
        cs_when_finish(r, action, cJSON_GetObjectItemCaseSensitive(item, "at") != NULL) != 0 ||
        cs_action_check_outside(r, action) != 0 || cs_action_check_program(r, action) != 0)
        return -1;
    if (action->kind == CS_ACTION_NONE)
        return cs_reader_fail(r, "must have an action (send, note, attach, detach, recover, mode, "
                                 "counters, fault, clear, ...), got none");
    if (!needs_node(action))
        return action->node < 0 || action->kind == CS_ACTION_NOTE
                   ? 0
                   : cs_scenario_fail_at(r, "node", "does not go with this action");
    if (action->device >= 0 || action->program >= 0)
        return 0;
    if (action->node < 0)
        return cs_reader_fail(r, "must have the key \"node\", got none");
    if (check_bus(r, action, &node) != 0)
        return -1;
    if (action->kind == CS_ACTION_TIMING)
        return check_timing(r, &node, action->timing);
    if (action->kind == CS_ACTION_COMMAND)
        return check_command(r, &node);
    if (action->kind == CS_ACTION_SEND)
        return cs_scenario_check_frames(r, &node, &action->frames, "send");
    return 0;
}

int cs_action_by_time(const void *a, const void *b)
{
    const struct cs_action *x = a, *y = b;

    if (x->at_ps != y->at_ps)
        return x->at_ps < y->at_ps ? -1 : 1;
    if (x->at_start != y->at_start)
        return x->at_start ? -1 : 1;
    if ((x->option != NULL) != (y->option != NULL))
        return y->option != NULL ? -1 : 1;
    if (x->late != y->late)
        return x->late < y->late ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Room for `n` more actions. 0 or -1. */
int cs_actions_make_room(struct cs_scenario *scenario, unsigned n)
{
    size_t all = scenario->n_actions + n;
    struct cs_action *more = realloc(scenario->actions, (all + 1) * sizeof(*more));

    if (more == NULL)
        return -1;
    memset(more + scenario->n_actions, 0, (n + 1) * sizeof(*more));
    scenario->actions = more;
    return 0;
}

int cs_scenario_read_timeline(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;
    unsigned order = 0;

    (void)dest;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > MAX_ACTIONS)
        return cs_reader_must_be(r, item, "an array of at most %d actions", MAX_ACTIONS);
    if (cs_actions_make_room(scenario, (unsigned)cJSON_GetArraySize(item)) != 0)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_action *action = &scenario->actions[scenario->n_actions++];
        size_t mark = cs_reader_enter_index(r, order);
        action->order = order++;
        if (cs_scenario_read_action(r, child, action, true) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}
