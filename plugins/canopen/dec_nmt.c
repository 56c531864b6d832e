/* SPDX-License-Identifier: MIT */
/* dec_nmt.c - NMT commands (CiA 301, 7.2.8.2.1) and the negotiation of flying masters (CiA 302-2).
 * A command tells what a node's state will be, not what it is: that is certain only when the node
 * says so. */
#include "plugins/canopen/dec_internal.h"

static void count_master(struct co_dec *dec, const struct cansim_frame *frame)
{
    unsigned i = 0;

    while (i < dec->n_masters && dec->masters[i].transmitter != frame->node)
        i++;
    if (i == CO_DEC_MASTERS)
        return;
    if (i == dec->n_masters)
        dec->masters[dec->n_masters++] = (struct co_master){.transmitter = frame->node};
    dec->masters[i].commands++;
    dec->masters[i].last_ps = frame->at_ps;
}

static void command_node(struct co_node *node, unsigned command, uint64_t frame)
{
    static const struct {
        uint8_t command, state;
    } rows[] = {{1, 5}, {2, 4}, {128, 127}};

    if (command == 129 || command == 130) {
        node->state = 0;
        node->state_certain = false;
        node->reset_frame = frame;
        co_dec_restarted(node);
        return;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].command == command && node->state != rows[i].state) {
            node->state = rows[i].state;
            node->state_certain = false;
        }
    }
}

static void put_command(struct cansim_sink *sink, unsigned command, unsigned id, const char *name)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_UINT,
                                 .base = CANSIM_HEX,
                                 .digits = 2,
                                 .severity = name != NULL ? CANSIM_NOTE : CANSIM_ERROR,
                                 .n_bits = 8,
                                 .name = "command",
                                 .label = "Command",
                                 .text = name != NULL ? name : "not known"};

    field.value.u = command;
    sink->field(sink, &field);
    field.base = CANSIM_DEC;
    field.digits = 0;
    field.severity = id < CO_NODES ? CANSIM_INFO : CANSIM_ERROR;
    field.first_bit = 8;
    field.name = "node";
    field.label = "Node";
    field.text = id == 0 ? "all" : id < CO_NODES ? NULL : "no node-ID";
    field.value.u = id;
    sink->field(sink, &field);
}

void co_dec_nmt(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    unsigned command = frame->data[0], id = frame->data[1];
    const char *name = co_nmt_command_name(command);

    if (frame->len != 2) {
        co_dec_wrong_length(dec, NULL, "NMT", frame, 2, 2, sink);
        return;
    }
    count_master(dec, frame);
    if (name != NULL && id < CO_NODES) {
        for (unsigned i = id != 0 ? id : 1; i <= (id != 0 ? id : CO_NODES - 1); i++) {
            struct co_node *node = id != 0 ? co_dec_node(dec, id) : dec->nodes[i];
            if (node != NULL)
                command_node(node, command, frame->number);
        }
    }
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, NULL);
        co_line_add(&line, id == 0 ? "all nodes" : "node ");
        if (id != 0)
            co_line_uint(&line, id);
        co_line_add(&line, ": ");
        if (name != NULL) {
            co_line_add(&line, name);
        } else {
            co_line_add(&line, "unknown command ");
            co_line_hex(&line, command, 2);
        }
        if (id >= CO_NODES)
            co_line_add(&line, ", but node-IDs are 1 to 127");
        sink->summary(sink, "NMT", name != NULL && id < CO_NODES ? CANSIM_NOTE : CANSIM_ERROR,
                      dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS))
        put_command(sink, command, id, name);
    co_event(sink, "canopen.nmt.command", (int)id, command);
}

/* ---- flying masters ----------------------------------------------------------------------------
 */

static const struct {
    const char *text;
    uint8_t len;
    bool request, answer;
} flying[6] = {
    {"active NMT master", 2, false, true},
    {"request of flying master negotiation", 0, true, false},
    {"request of the active NMT master", 0, true, false},
    {"an NMT master-capable device is there", 0, false, true},
    {"request of NMT master-capable devices", 0, true, false},
    {"flying master negotiation forced", 0, true, false},
};

static const char *priority_name(unsigned priority)
{
    static const char *const names[] = {"high", "medium", "low"};

    return priority < 3 ? names[priority] : NULL;
}

static void active_master(struct co_dec *dec, const struct cansim_frame *frame)
{
    unsigned i = 0;

    dec->active_master = frame->data[1];
    while (i < dec->n_masters && dec->masters[i].node != frame->data[1] &&
           (frame->node == CANSIM_NO_NODE || dec->masters[i].transmitter != frame->node))
        i++;
    if (i == CO_DEC_MASTERS)
        return;
    if (i == dec->n_masters)
        dec->masters[dec->n_masters++] = (struct co_master){.transmitter = frame->node};
    dec->masters[i].node = frame->data[1];
    dec->masters[i].priority = frame->data[0];
    dec->masters[i].last_ps = frame->at_ps;
}

static void put_master(struct cansim_sink *sink, const struct cansim_frame *frame)
{
    cansim_put_uint(sink, "priority", "Priority", frame->data[0], 0, 0, 8,
                    priority_name(frame->data[0]));
    cansim_put_uint(sink, "node", "Node", frame->data[1], 0, 8, 8, NULL);
}

void co_dec_flying(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    unsigned row = frame->id - 0x071;
    uint64_t request = flying[row].answer ? dec->flying_frame : 0;

    if (frame->len != flying[row].len) {
        co_dec_wrong_length(dec, NULL, "NMT", frame, flying[row].len, flying[row].len, sink);
        return;
    }
    if (flying[row].request)
        dec->flying_frame = frame->number;
    if (row == 0)
        active_master(dec, frame);
    if (sink == NULL)
        return;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, NULL);
        co_line_add(&line, flying[row].text);
        if (row == 0) {
            co_line_add(&line, " is node ");
            co_line_uint(&line, frame->data[1]);
            co_line_add(&line, ", priority ");
            if (priority_name(frame->data[0]) != NULL)
                co_line_add(&line, priority_name(frame->data[0]));
            else
                co_line_uint(&line, frame->data[0]);
        }
        sink->summary(sink, "NMT", CANSIM_NOTE, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        co_put_text(sink, "service", "Service", flying[row].text);
        if (row == 0)
            put_master(sink, frame);
    }
    co_link(sink, CANSIM_LINK_ANSWERS, request);
    co_event(sink, "canopen.nmt.flying", row == 0 ? frame->data[1] : -1, frame->id);
}
