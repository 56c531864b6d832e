/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"
#include "simcore/units.h"

#define ONE(type) (1u << (type))
#define SIMULATED                                                                                \
    (ONE(CS_NODE_LISTENER) | ONE(CS_NODE_PERIODIC) | ONE(CS_NODE_RANDOM) | ONE(CS_NODE_REPLAY) | \
     ONE(CS_NODE_RESPONDER) | ONE(CS_NODE_GATEWAY) | ONE(CS_NODE_PLUGIN))
#define NODE(member) offsetof(struct cs_scenario_node, member)

#define TYPE_FORM "\"listener\", \"periodic\", \"random\", \"replay\", \"responder\", \"gateway\""

static const char *const replay_orders[] = {"queued", "offered", "recorded", NULL};
static const char *const type_names[] = {"listener", "periodic",   "random",
                                         "replay",   "responder",  "gateway",
                                         "attached", "a plugin's", NULL};
static const char *const fd_names[] = {"bus", "classic", "tolerant", "iso", "non-iso", NULL};
static const char *const order_names[] = {"priority", "fifo", "auto", NULL};

static int read_rate(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_random *random = dest;

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.001 && item->valuedouble <= 20000))
        return cs_reader_must_be(r, item, "0.001..20000 frames a second");
    random->interval_ps = (int64_t)((double)CS_PS_PER_S / item->valuedouble);
    return 0;
}

/* "LOW-HIGH", both as written in a frame, or one of them. */
static int read_ids(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_random *random = dest;
    const char *p = cJSON_IsString(item) ? item->valuestring : "";
    bool high_ext;
    int ret = cs_scenario_read_id(&p, &random->id_low, &random->ext);

    random->id_high = random->id_low;
    high_ext = random->ext;
    if (ret == 0 && *p == '-') {
        p++;
        ret = cs_scenario_read_id(&p, &random->id_high, &high_ext);
    }
    if (ret != 0 || *p != '\0' || high_ext != random->ext || random->id_high < random->id_low)
        return cs_reader_must_be(r, item,
                                 "identifiers such as \"100-1FF\" or "
                                 "\"18FF0000-18FF00FF\"");
    return 0;
}

#define DLC_FORM "0..8 or two of them such as \"2-8\", up to 15 with fd_frames"

/* Decimal digits at *text, which moves behind them: 0..15, or more than 15 where there are none. */
static unsigned read_small(const char **text)
{
    size_t n = strspn(*text, "0123456789");
    unsigned long value = n >= 1 && n <= 2 ? strtoul(*text, NULL, 10) : 99;

    *text += n;
    return (unsigned)value;
}

static int read_dlc(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_random *random = dest;
    const char *p = cJSON_IsString(item) ? item->valuestring : "";
    int64_t number;

    if (cs_reader_integer(item, &number) == 0 && number >= 0 && number <= 15) {
        random->dlc_low = random->dlc_high = (unsigned)number;
        return 0;
    }
    random->dlc_low = read_small(&p);
    random->dlc_high = *p++ == '-' ? read_small(&p) : 99;
    if (random->dlc_high > 15 || random->dlc_low > random->dlc_high || *p != '\0')
        return cs_reader_must_be(r, item, DLC_FORM);
    return 0;
}

static int read_loop(struct cs_reader *r, const cJSON *item, void *dest)
{
    int64_t *loops = dest, number;

    if (cJSON_IsBool(item))
        *loops = cJSON_IsTrue(item) ? 0 : 1;
    else if (cs_reader_integer(item, &number) == 0 && number >= 1 && number <= 1000000)
        *loops = number;
    else
        return cs_reader_must_be(r, item, "true, false or 1..1000000");
    return 0;
}

int cs_scenario_read_wait(struct cs_reader *r, const cJSON *item, void *dest)
{
    int64_t *wait_ps = dest, time;

    if (cJSON_IsBool(item))
        *wait_ps = cJSON_IsTrue(item) ? CS_NEVER : 0;
    else if (cJSON_IsString(item) && cs_units_parse_time(item->valuestring, &time) == 0 &&
             time >= 0 && time <= CS_SCENARIO_TIME_MAX)
        *wait_ps = time;
    else
        return cs_reader_must_be(r, item, "true, false or 0s..24h");
    return 0;
}

static int read_type(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;
    char list[200];

    for (int i = 0; cJSON_IsString(item) && i < CS_NODE_PLUGIN; i++) {
        if (strcmp(type_names[i], item->valuestring) == 0) {
            node->type = i;
            return 0;
        }
    }
    node->type = CS_NODE_PLUGIN;
    if (cJSON_IsString(item) && cs_scenario_find_type(r, item->valuestring, &node->plugin) != 0)
        return -1;
    return node->plugin != NULL ? 0
                                : cs_reader_must_be(r, item, TYPE_FORM "%s",
                                                    cs_scenario_list_types(r, list, sizeof(list)));
}

static int read_as(struct cs_reader *r, const cJSON *item, void *dest)
{
    if (!cJSON_IsString(item) || !cs_scenario_name_ok(item->valuestring))
        return cs_reader_must_be(r, item, "a name of 1..%d bytes without spaces", CS_NAME_MAX - 1);
    *(const char **)dest = item->valuestring;
    return 0;
}

/* The type is read first, on its own: it decides which rows apply. */
static const struct cs_key node_rows[] = {
    {.name = "type",
     .type = CS_KEY_CUSTOM,
     .read = read_type,
     .form = TYPE_FORM ", \"attached\" or a plugin's, below",
     .dflt = "\"listener\"",
     .help = "what it does: acknowledge only, send, or stand for an outside client"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = "template",
     .type = CS_KEY_COMMENT,
     .form = "the name of a template",
     .help = "it has the keys that the template has and it lacks"},
    {.name = "with",
     .type = CS_KEY_COMMENT,
     .form = "an object: name to value",
     .help = "constants of this node, beside \"name\" and, in \"ecu[1..8]\", \"i\""},
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .offset = NODE(bus),
     .read = cs_scenario_read_bus,
     .form = "a bus of this scenario",
     .help = "where it is; may be left out where there is one bus"},
    {.name = "as",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .offset = NODE(as),
     .read = read_as,
     .form = "a name",
     .help = "its controller's name on the bus, as a recording has it; default: the node's"},
    {.name = "mode",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .offset = NODE(mode),
     .read = cs_scenario_read_mode,
     .form = CS_MODE_FORM,
     .dflt = "\"normal\"",
     .help = "the controller's mode"},
    CS_BITRATE_ROW(NODE(timing), SIMULATED, "of its controller; default: the bus's"),
    CS_TIMING_ROWS(NODE(timing), SIMULATED),
    {.name = "drift",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .offset = NODE(timing.drift_ppb),
     .read = cs_scenario_read_drift,
     .form = "a drift such as \"150ppm\" or \"-0.01%\", up to 10%",
     .help = "how much its clock is slow, that is its bits are long"},
    {.name = "fd",
     .type = CS_KEY_CHOICE,
     .mask = SIMULATED,
     .offset = NODE(fd),
     .choices = fd_names,
     .dflt = "\"bus\"",
     .help = "what its controller knows of CAN FD; bus: iso on a bus with fd, else classic"},
    {.name = "protocol_exception",
     .type = CS_KEY_BOOL,
     .mask = SIMULATED,
     .offset = NODE(protocol_exception),
     .dflt = "true",
     .help = "a recessive res bit of a CAN FD frame makes it wait, false: is a form error"},
    {.name = "delay",
     .type = CS_KEY_TIME,
     .mask = SIMULATED,
     .offset = NODE(delay_ps),
     .min = 0,
     .max = CS_DELAY_MAX_PS,
     .help = "of its transceiver, one way: it hears itself after twice that; default 0s"},
    {.name = "cable",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .offset = NODE(cable_ps),
     .read = cs_scenario_read_cable,
     .form = "0..20000 metres",
     .help = "from there to the middle of the bus, 5 ns each"},
    {.name = "tx_queue",
     .type = CS_KEY_INT,
     .mask = SIMULATED,
     .offset = NODE(tx_queue),
     .min = 1,
     .max = CS_TX_QUEUE_MAX,
     .dflt = "64",
     .help = "frames that the controller holds"},
    {.name = "tx_order",
     .type = CS_KEY_CHOICE,
     .mask = SIMULATED,
     .offset = NODE(tx_order),
     .choices = order_names,
     .dflt = "\"auto\"",
     .help = "which of them goes first; auto: fifo in a replay, else priority"},
    {.name = "recovery",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .offset = NODE(recovery_ps),
     .read = cs_scenario_read_recovery,
     .form = "\"auto\", \"manual\" or 0s..1h",
     .dflt = "\"auto\"",
     .help = "bus-off: recover at once, when told, or after a time"},
    {.name = "filters",
     .type = CS_KEY_CUSTOM,
     .mask = SIMULATED,
     .read = cs_scenario_read_filters,
     .form = "an array of filters such as \"123\" or \"120:7F0\"",
     .help = "what it receives (and counts); default: all"},
    {.name = "absent",
     .type = CS_KEY_BOOL,
     .mask = SIMULATED,
     .offset = NODE(absent),
     .dflt = "false",
     .help = "not there until the timeline attaches it"},
    CS_MESSAGE_ROWS(NODE(first), ONE(CS_NODE_PERIODIC), false),
    CS_OFFSET_ROW(NODE(first), ONE(CS_NODE_PERIODIC) | ONE(CS_NODE_RANDOM) | ONE(CS_NODE_REPLAY)),
    CS_COUNT_ROW(NODE(first), ONE(CS_NODE_PERIODIC) | ONE(CS_NODE_RANDOM)),
    {.name = "messages",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_PERIODIC),
     .read = cs_scenario_read_messages,
     .form = "an array of messages",
     .help = "more of them, each with a period of its own"},
    {.name = "rate",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random),
     .read = read_rate,
     .form = "0.001..20000 frames a second",
     .help = "on the average"},
    {.name = "load",
     .type = CS_KEY_PERCENT,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random.load_ppm),
     .min = CS_PERCENT / 100,
     .max = 100 * CS_PERCENT,
     .help = "instead of rate: of the bus; 100 leaves no gap"},
    {.name = "ids",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random),
     .read = read_ids,
     .form = "identifiers such as \"100-1FF\"",
     .dflt = "\"000-7FF\"",
     .help = "which identifiers"},
    {.name = "dlc",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random),
     .read = read_dlc,
     .form = DLC_FORM,
     .dflt = "\"0-8\"",
     .help = "how many bytes; 9..15 mean 12..64 of them in CAN FD frames"},
    {.name = "remote",
     .type = CS_KEY_PERCENT,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random.remote_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .dflt = "0",
     .help = "remote frames among the classic ones"},
    {.name = "fd_frames",
     .type = CS_KEY_PERCENT,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random.fd_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .dflt = "0",
     .help = "CAN FD frames among all"},
    {.name = "brs",
     .type = CS_KEY_PERCENT,
     .mask = ONE(CS_NODE_RANDOM),
     .offset = NODE(random.brs_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .dflt = "100",
     .help = "those of them whose data phase has the second bit rate"},
    {.name = "file",
     .type = CS_KEY_TEXT,
     .required = true,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.file),
     .min = 1,
     .max = 4096,
     .help = "a log of any format of \"cansim plugins\", relative to the file that names it"},
    {.name = "interface",
     .type = CS_KEY_TEXT,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.interface),
     .min = 1,
     .max = 31,
     .help = "only the log's frames of this interface; default: all"},
    {.name = "ids",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.ids),
     .read = cs_scenario_read_match_list,
     .form = CS_MATCH_LIST_FORM,
     .help = "only these frames of it; default: all"},
    {.name = "rewrite",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay),
     .read = cs_scenario_read_rewrites,
     .form = "an array of objects, below",
     .help = "what is changed; the first that matches counts"},
    {.name = "order",
     .type = CS_KEY_CHOICE,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.order),
     .choices = replay_orders,
     .dflt = "\"queued\"",
     .help = "each frame is queued so that it would end at its recorded time; queued: sent in "
             "\"tx_order\"; offered: they arbitrate as if each had a sender of its own; recorded: "
             "in the log's order, and those that were not at their time are counted and told"},
    {.name = "speed",
     .type = CS_KEY_SPEED,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.speed_permille),
     .dflt = "1",
     .help = "log time over bus time; \"max\": as fast as the bus goes"},
    {.name = "loop",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_REPLAY),
     .offset = NODE(replay.loops),
     .read = read_loop,
     .form = "true, false or 1..1000000",
     .dflt = "false",
     .help = "how often; true: without end"},
    {.name = "rules",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .mask = ONE(CS_NODE_RESPONDER),
     .read = cs_scenario_read_rules,
     .form = "an array of rules",
     .help = "what it answers to what; the first that matches answers"},
    {.name = "to",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .mask = ONE(CS_NODE_GATEWAY),
     .offset = NODE(to),
     .read = cs_scenario_read_bus,
     .form = "a bus of this scenario",
     .help = "where its other controller is"},
    {.name = "routes",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .mask = ONE(CS_NODE_GATEWAY),
     .read = cs_scenario_read_routes,
     .form = "an array of routes",
     .help = "what passes; the first that matches decides, without one nothing passes"},
    {.name = "queue",
     .type = CS_KEY_INT,
     .mask = ONE(CS_NODE_RESPONDER) | ONE(CS_NODE_GATEWAY),
     .offset = NODE(waiting),
     .min = 1,
     .max = CS_WAITING_MAX,
     .help = "frames that wait for their delay; default 64, of a gateway 256 each way"},
    {.name = "wait",
     .type = CS_KEY_CUSTOM,
     .mask = ONE(CS_NODE_ATTACHED),
     .offset = NODE(wait_ps),
     .read = cs_scenario_read_wait,
     .form = "true, false or 0s..24h",
     .dflt = "false",
     .help = "the clock starts when the client is there, or after this wall time without it"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_node_keys = {
    .title = "A node",
    .rows = node_rows,
    .kinds = type_names,
};

bool cs_scenario_node_knows_fd(const struct cs_scenario *scenario,
                               const struct cs_scenario_node *node)
{
    return node->fd == CS_FD_BUS ? scenario->buses[node->bus].fd : node->fd >= CS_FD_ISO;
}

static int finish_random(struct cs_reader *r, struct cs_scenario_node *node)
{
    const struct cs_random *random = &node->random;
    bool fd = cs_scenario_node_knows_fd(r->ctx, node);

    if ((random->interval_ps > 0) == (random->load_ppm > 0))
        return cs_reader_fail(r, "must have one of \"rate\" and \"load\", got %s",
                              random->interval_ps > 0 ? "both" : "none");
    if (random->fd_ppm > 0 && !fd)
        return cs_scenario_fail_at(r, "fd_frames", CS_NO_FD_TEXT);
    if (random->dlc_high > 8 && random->fd_ppm == 0)
        return cs_scenario_fail_at(r, "dlc", "must be 0..8 without \"fd_frames\", got more");
    if (random->dlc_low > 8 && random->fd_ppm < 100 * CS_PERCENT)
        return cs_scenario_fail_at(r, "dlc",
                                   "must begin at 0..8 where some frames are classic, "
                                   "got more");
    return 0;
}

static int finish_node(struct cs_reader *r, struct cs_scenario_node *node)
{
    const struct cs_scenario *scenario = r->ctx;
    const struct cs_scenario_bus *bus = &scenario->buses[node->bus];

    if (node->type != CS_NODE_ATTACHED &&
        cs_scenario_finish_timing(r, &node->timing, &bus->timing.timing,
                                  node->as != NULL || cs_scenario_node_knows_fd(scenario, node)) !=
            0)
        return -1;
    switch (node->type) {
    case CS_NODE_PERIODIC:
        return cs_scenario_finish_periodic(r, node);
    case CS_NODE_RANDOM:
        return finish_random(r, node);
    case CS_NODE_REPLAY:
        return cs_scenario_finish_replay(r, node);
    case CS_NODE_RESPONDER:
        return cs_scenario_finish_responder(r, node);
    case CS_NODE_GATEWAY:
        return cs_scenario_finish_gateway(r, node);
    default:
        return 0;
    }
}

bool cs_scenario_name_ok(const char *name)
{
    char clean[CS_NAME_MAX];
    size_t len = strlen(name);

    if (len < 1 || len >= CS_NAME_MAX || strpbrk(name, " \t") != NULL)
        return false;
    memcpy(clean, name, len + 1);
    cs_text_clean(clean);
    return strcmp(clean, name) == 0;
}

static int read_own_node(struct cs_reader *r, const cJSON *item, struct cs_scenario_node *node)
{
    return cs_keys_read(r, item, &cs_scenario_node_keys, (unsigned)node->type, node);
}

static int read_plugin_node(struct cs_reader *r, const cJSON *item, struct cs_scenario_node *node)
{
    return cs_scenario_read_settings(r, item, node) == 0
               ? cs_keys_read_known(r, item, &cs_scenario_node_keys, CS_NODE_PLUGIN, node)
               : -1;
}

bool cs_scenario_node_on(const struct cs_scenario_node *node, unsigned bus)
{
    return node->bus == bus || (node->type == CS_NODE_GATEWAY && node->to == bus);
}

/* Not too many on it. */
static int check_bus(struct cs_reader *r, unsigned bus)
{
    const struct cs_scenario *scenario = r->ctx;
    unsigned on_bus = 0;

    for (unsigned i = 0; i < scenario->n_nodes; i++)
        on_bus += cs_scenario_node_on(&scenario->nodes[i], bus);
    return on_bus <= CS_SCENARIO_BUS_NODES
               ? 0
               : cs_reader_fail(r, "must be one of at most %d nodes on its bus",
                                CS_SCENARIO_BUS_NODES);
}

static int read_node(struct cs_reader *r, const cJSON *item, struct cs_scenario_node *node)
{
    struct cs_scenario *scenario = r->ctx;

    if (!cs_scenario_name_ok(item->string))
        return cs_reader_fail(r, "must be named by 1..%d bytes without spaces", CS_NAME_MAX - 1);
    node->name = item->string;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object");
    if (cs_keys_read_one(r, item, &node_rows[0], node) != 0)
        return -1;
    if (scenario->n_buses > 1 && cJSON_GetObjectItemCaseSensitive(item, "bus") == NULL)
        return cs_reader_fail(r, "must have the key \"bus\" where there are several, got none");
    if ((node->type == CS_NODE_PLUGIN ? read_plugin_node : read_own_node)(r, item, node) != 0 ||
        finish_node(r, node) != 0)
        return -1;
    return check_bus(r, node->bus) != 0 ||
                   (node->type == CS_NODE_GATEWAY && check_bus(r, node->to) != 0)
               ? -1
               : 0;
}

int cs_scenario_read_nodes(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;

    (void)dest;
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "an object: name to node");
    int n = cJSON_GetArraySize(item);
    if (n > CS_SCENARIO_MAX_NODES)
        return cs_reader_fail(r, "must be at most %d nodes, got %d", CS_SCENARIO_MAX_NODES, n);
    scenario->nodes = calloc((size_t)n + 1, sizeof(*scenario->nodes));
    if (scenario->nodes == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_node(r, child, &scenario->nodes[scenario->n_nodes++]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

void cs_scenario_free_node(struct cs_scenario_node *node)
{
    cs_scenario_free_message(&node->first);
    for (unsigned i = 0; i < node->n_messages; i++)
        cs_scenario_free_message(&node->messages[i]);
    free(node->messages);
    for (unsigned i = 0; i < node->n_rules; i++)
        free(node->rules[i].reply.frame);
    free(node->rules);
    free(node->routes);
    cs_scenario_free_settings(node);
    cs_replay_free(&node->replay);
}
