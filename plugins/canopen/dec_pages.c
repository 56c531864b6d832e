/* SPDX-License-Identifier: MIT */
/* dec_pages.c - the network as a table. Its first row, 0, stands for all nodes, as node-ID 0 does
 * in NMT commands. */
#include <stdio.h>

#include "plugins/canopen/dec_pages.h"

/* ---- cells ----------------------------------------------------------------------------------- */

static struct cansim_field cell(unsigned kind, int severity)
{
    return (struct cansim_field){.size = sizeof(struct cansim_field),
                                 .kind = (uint8_t)kind,
                                 .severity = (uint8_t)severity,
                                 .name = "cell"};
}

void co_cell_row(struct cansim_sink *sink, uint64_t key)
{
    struct cansim_field field = cell(CANSIM_UINT, CANSIM_INFO);

    field.name = "row";
    field.value.u = key;
    sink->open(sink, &field);
}

void co_cell_none(struct cansim_sink *sink)
{
    const struct cansim_field field = cell(CANSIM_NONE, CANSIM_INFO);

    sink->field(sink, &field);
}

void co_cell_text(struct cansim_sink *sink, int severity, const char *text)
{
    struct cansim_field field = cell(CANSIM_TEXT, severity);

    field.value.bytes = text;
    field.len = (uint32_t)strlen(text);
    sink->field(sink, &field);
}

void co_cell_uint(struct cansim_sink *sink, int severity, uint64_t value)
{
    struct cansim_field field = cell(CANSIM_UINT, severity);

    field.value.u = value;
    if (value == 0)
        field.kind = CANSIM_NONE;
    sink->field(sink, &field);
}

void co_cell_time(struct cansim_sink *sink, int64_t ps)
{
    struct cansim_field field = cell(ps < 0 ? CANSIM_NONE : CANSIM_TIME, CANSIM_INFO);

    field.value.i = ps;
    sink->field(sink, &field);
}

void co_cell_bar(struct cansim_sink *sink, int severity, double value, const char *text)
{
    struct cansim_field field = cell(CANSIM_REAL, severity);

    field.value.real = value < 0 ? 0 : value > 1 ? 1 : value;
    field.text = text;
    sink->field(sink, &field);
}

/* ---- what nodes are -------------------------------------------------------------------------- */

/* PDOs alone prove nothing: on a bus of another protocol their identifiers are used as well. */
bool co_is_listed(const struct co_node *node)
{
    return node != NULL && (node->dict != NULL || node->n_objects != 0 || node->boots != 0 ||
                            node->heart.last_ps >= 0 || node->guard.answered_ps >= 0);
}

const char *co_state_text(const struct co_node *node)
{
    const char *name = node->state >= 0 ? co_nmt_state_name((unsigned)node->state) : NULL;

    return node->heart.lost || node->guard.lost ? "lost"
           : name != NULL                       ? name
           : node->seen                         ? "not known"
                                                : "not seen";
}

int co_state_severity(const struct co_node *node)
{
    return node->heart.lost || node->guard.lost ? CANSIM_ERROR
           : node->state == 5                   ? CANSIM_INFO
           : node->state == 4                   ? CANSIM_WARNING
                                                : CANSIM_NOTE;
}

unsigned co_pdo_rate(const struct co_node *node, int64_t at_ps)
{
    int64_t a_1000th = 0;

    for (const struct co_pdo *pdo = node->pdos; pdo != NULL; pdo = pdo->next) {
        if (pdo->tx && pdo->frames > 1 && pdo->period_ps > 0 &&
            (at_ps - pdo->last_ps - CO_PS_PER_MS) / 2 <= pdo->period_ps)
            a_1000th += 1000 * CO_PS_PER_S / pdo->period_ps;
    }
    return (unsigned)((a_1000th + 500) / 1000);
}

/* The name that it told, or a file has, else what kind of device it is. */
static void name_of(const struct co_node *node, char *text, size_t size)
{
    const struct co_seen *seen = co_dec_seen(node, 0x1008, 0);
    const struct co_device_info *info = node->dict != NULL ? co_dict_info(node->dict) : NULL;
    uint64_t type;

    text[0] = '\0';
    if (seen != NULL && seen->len != 0)
        co_value_format(CO_VISIBLE_STRING, seen->bytes,
                        seen->len < CO_OBJECT_KEEP ? seen->len : CO_OBJECT_KEEP, text, size);
    else if (info != NULL && info->node_name[0] != '\0')
        snprintf(text, size, "%s", info->node_name);
    else if (info != NULL && info->identity.product_name[0] != '\0')
        snprintf(text, size, "%s", info->identity.product_name);
    else if (co_dec_number(node, 0x1000, 0, &type) || node->profile != 0)
        snprintf(text, size, "profile %u",
                 node->profile != 0 ? node->profile : (unsigned)type & 0xFFFF);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct cansim_column columns[] = {
    {"Node", CANSIM_COLUMN_NUMBER, 4, 4, 0},
    {"Name", CANSIM_COLUMN_TEXT, 12, 28, 0},
    {"State", CANSIM_COLUMN_STATE, 15, 15, 0},
    {"Heartbeat", CANSIM_COLUMN_BAR, 10, 24, 1},
    {"Age", CANSIM_COLUMN_NUMBER, 6, 6, 2},
    {"Period", CANSIM_COLUMN_NUMBER, 6, 6, 3},
    {"Boots", CANSIM_COLUMN_NUMBER, 5, 5, 6},
    {"PDO/s", CANSIM_COLUMN_NUMBER, 6, 6, 4},
    {"Aborts", CANSIM_COLUMN_NUMBER, 6, 6, 5},
    {"Emergency", CANSIM_COLUMN_TEXT, 10, 40, 2},
    {NULL, 0, 0, 0, 0},
};

static void put_heart(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_heart *heart = &node->heart;
    int64_t limit_ps = co_heart_limit(node), period_ps = heart->declared_ps;

    if (period_ps <= 0)
        period_ps = heart->interval_ps > 0 ? heart->interval_ps : -1;
    if (limit_ps <= 0 && period_ps > 0)
        limit_ps = period_ps + period_ps / 2;
    if (heart->lost || node->guard.lost)
        co_cell_bar(sink, CANSIM_ERROR, 0, "LOST");
    else if (!heart->beats || limit_ps <= 0)
        co_cell_none(sink);
    else
        co_cell_bar(sink, at_ps - heart->last_ps > period_ps ? CANSIM_WARNING : CANSIM_INFO,
                    1.0 - (double)(at_ps - heart->last_ps) / (double)limit_ps, NULL);
    co_cell_time(sink, heart->last_ps >= 0 ? at_ps - heart->last_ps : -1);
    co_cell_time(sink, period_ps);
}

static void put_emergency(const struct co_node *node, struct cansim_sink *sink)
{
    char text[120];

    if (node->n_emcy == 0) {
        co_cell_none(sink);
        return;
    }
    const struct co_emcy *last = &node->emcy[(node->n_emcy - 1) % CO_DEC_EMCY];
    const char *words = co_emcy_text(last->code, node->profile);
    snprintf(text, sizeof(text), "%04Xh %s", last->code, words != NULL ? words : "unknown code");
    co_cell_text(sink, node->in_error ? CANSIM_WARNING : CANSIM_INFO, text);
}

static void put_node(const struct co_node *node, int64_t at_ps, struct cansim_sink *sink)
{
    char name[80];

    name_of(node, name, sizeof(name));
    co_cell_row(sink, node->id);
    co_cell_uint(sink, CANSIM_INFO, node->id);
    co_cell_text(sink, CANSIM_INFO, name);
    co_cell_text(sink, co_state_severity(node), co_state_text(node));
    put_heart(node, at_ps, sink);
    co_cell_uint(sink, node->boots > 1 ? CANSIM_NOTE : CANSIM_INFO, node->boots);
    co_cell_uint(sink, CANSIM_INFO, co_pdo_rate(node, at_ps));
    co_cell_uint(sink, CANSIM_WARNING, node->sdo_aborts);
    put_emergency(node, sink);
    sink->close(sink);
}

static void put_all(const struct co_dec *dec, int64_t at_ps, struct cansim_sink *sink)
{
    unsigned n = 0, rate = 0;
    uint64_t aborts = 0;
    char text[24];

    for (unsigned i = 1; i < CO_NODES; i++) {
        const struct co_node *node = dec->nodes[i];
        if (!co_is_listed(node))
            continue;
        n++;
        rate += co_pdo_rate(node, at_ps);
        aborts += node->sdo_aborts;
    }
    snprintf(text, sizeof(text), "%u node%s", n, n == 1 ? "" : "s");
    co_cell_row(sink, 0);
    co_cell_text(sink, CANSIM_INFO, "all");
    co_cell_text(sink, CANSIM_INFO, text);
    for (unsigned i = 0; i < 5; i++)
        co_cell_none(sink);
    co_cell_uint(sink, CANSIM_INFO, rate);
    co_cell_uint(sink, CANSIM_WARNING, aborts);
    co_cell_none(sink);
    sink->close(sink);
}

static void rows(void *state, uint64_t row, int64_t at_ps, struct cansim_sink *sink)
{
    const struct co_dec *dec = state;
    bool any = dec->lss.request_frame != 0;

    (void)row;
    for (unsigned i = 1; i < CO_NODES; i++)
        any |= co_is_listed(dec->nodes[i]);
    if (any)
        put_all(dec, at_ps, sink);
    for (unsigned i = 1; i < CO_NODES; i++) {
        if (co_is_listed(dec->nodes[i]))
            put_node(dec->nodes[i], at_ps, sink);
    }
}

static const struct cansim_action actions[] = {
    {'s', "start", "NMT: start the node, or all (operational)", "nmt start {row}"},
    {'x', "stop", "NMT: stop it", "nmt stop {row}"},
    {'p', "pre-op", "NMT: enter pre-operational", "nmt preop {row}"},
    {'R', "reset", "NMT: reset the node", "nmt reset {row}"},
    {'C', "reset comm", "NMT: reset its communication", "nmt reset-comm {row}"},
    {'r', "read", "SDO: read an object of it", "read {row} {ask}"},
    {'e', "write", "SDO: write an object of it", "write {row} {ask}"},
    {'f', "LSS scan", "LSS: find a node without node-ID and give it one", "lss fastscan {ask}"},
    {0, NULL, NULL, NULL},
};

static const struct cansim_table list = {
    .size = sizeof(list),
    .title = "Network",
    .empty =
        "no CANopen seen so far: a boot-up, a heartbeat or an SDO shows a node; f looks for one",
    .columns = columns,
    .rows = rows,
    .actions = actions,
};

static const struct cansim_page network = {
    .size = sizeof(network),
    .name = "network",
    .list = &list,
    .sections = co_node_sections,
};

const struct cansim_page *const co_dec_pages[] = {&network, NULL};
