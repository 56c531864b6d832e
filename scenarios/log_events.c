/* SPDX-License-Identifier: MIT */
/* The order of keys is the order of the rows below, whatever the event: programs may rely on it,
 * and two runs give the same bytes. */
#include "scenarios/log.h"
#include "simcore/fault.h"
#include "simcore/wire.h"

#define K(kind)  (1u << (kind))
#define TX       (K(CS_EV_TX_START) | K(CS_EV_ARB_LOST) | K(CS_EV_FRAME) | K(CS_EV_SENT))
#define QUEUE    (K(CS_EV_QUEUED) | K(CS_EV_REFUSED) | K(CS_EV_DROPPED))
#define DETAIL   (K(CS_EV_ACKED) | K(CS_EV_RECEIVED))
#define PLACE    (K(CS_EV_ARB_LOST) | K(CS_EV_ERROR) | K(CS_EV_OVERLOAD))
#define COUNTING (K(CS_EV_ERROR) | K(CS_EV_COUNTERS) | K(CS_EV_STATE) | K(CS_EV_ATTACH))

enum show {
    AS_NUMBER,
    AS_STATE,
    AS_ERROR,
    AS_FIELD,
    AS_RESULT,
    AS_BOOL,
    AS_MODE,
    AS_FRAME,
    AS_TEXT,
    AS_NODE,
    AS_STAGE
};

struct column {
    const char *name;
    uint32_t kinds; /* events that have it */
    enum show show;
    uint64_t (*get)(const struct cs_event *event);
};

#define GET(member)                                            \
    static uint64_t get_##member(const struct cs_event *event) \
    {                                                          \
        return (uint64_t)event->member;                        \
    }
GET(cookie)
GET(attempt)
GET(lost)
GET(bit)
GET(error)
GET(field)
GET(tx)
GET(tec)
GET(rec)
GET(state)
GET(mode)
GET(result)
GET(start_ps)
GET(queued_ps)
GET(n_bits)
GET(index)
GET(stuff)
GET(level)
GET(peer)
GET(fault)
GET(stage)

static const struct column columns[] = {
    {"frame", TX | QUEUE | K(CS_EV_ERROR) | K(CS_EV_ERROR_FRAME) | K(CS_EV_RECEIVED), AS_FRAME,
     NULL},
    {"cookie", TX | QUEUE, AS_NUMBER, get_cookie},
    {"attempt", TX | K(CS_EV_DROPPED), AS_NUMBER, get_attempt},
    {"lost", K(CS_EV_SENT) | K(CS_EV_DROPPED), AS_NUMBER, get_lost},
    {"lost_at_bit", K(CS_EV_ARB_LOST), AS_NUMBER, get_bit},
    {"error", K(CS_EV_ERROR), AS_ERROR, get_error},
    {"field", PLACE, AS_FIELD, get_field},
    {"index", PLACE, AS_NUMBER, get_index},
    {"stuff", PLACE, AS_BOOL, get_stuff},
    {"bit", K(CS_EV_ERROR), AS_NUMBER, get_bit},
    {"level", K(CS_EV_ERROR), AS_NUMBER, get_level},
    {"tx", K(CS_EV_ERROR), AS_BOOL, get_tx},
    {"peer", K(CS_EV_ARB_LOST) | DETAIL, AS_NODE, get_peer},
    {"result", K(CS_EV_REFUSED) | K(CS_EV_DROPPED), AS_RESULT, get_result},
    {"state", K(CS_EV_STATE) | K(CS_EV_ATTACH), AS_STATE, get_state},
    {"mode", K(CS_EV_ATTACH) | K(CS_EV_CONFIG), AS_MODE, get_mode},
    {"tec", COUNTING, AS_NUMBER, get_tec},
    {"rec", COUNTING, AS_NUMBER, get_rec},
    {"queued_ps", K(CS_EV_SENT), AS_NUMBER, get_queued_ps},
    {"start_ps", K(CS_EV_FRAME) | K(CS_EV_SENT) | K(CS_EV_ERROR_FRAME) | DETAIL, AS_NUMBER,
     get_start_ps},
    {"n_bits", K(CS_EV_FRAME) | K(CS_EV_ERROR_FRAME), AS_NUMBER, get_n_bits},
    {"count", K(CS_EV_LOST), AS_NUMBER, get_n_bits},
    {"fault", K(CS_EV_FAULT), AS_NUMBER, get_fault},
    {"stage", K(CS_EV_FAULT), AS_STAGE, get_stage},
    {"text", K(CS_EV_NOTE) | K(CS_EV_FAULT), AS_TEXT, NULL},
};

static void put_mode(struct cs_out *out, unsigned mode)
{
    const char *joint = "";

    cs_out_char(out, '"');
    if (mode == CS_MODE_NORMAL)
        cs_out_text(out, cs_mode_name(CS_MODE_NORMAL));
    for (unsigned bit = 1; bit <= CS_MODE_ALL; bit <<= 1) {
        if ((mode & bit) != 0) {
            cs_out_text(out, joint);
            cs_out_text(out, cs_mode_name((enum cs_mode)bit));
            joint = "+";
        }
    }
    cs_out_char(out, '"');
}

static void put_name(struct cs_out *out, const char *name)
{
    cs_out_char(out, '"');
    cs_out_text(out, name);
    cs_out_char(out, '"');
}

static void put_node(struct cs_out *out, const struct cs_bus *bus, int node)
{
    if (node == CS_NO_NODE)
        cs_out_text(out, "null");
    else
        cs_out_json(out, cs_bus_node_name(bus, node));
}

static void put_value(struct cs_out *out, const struct column *c, const struct cs_event *event,
                      const struct cs_bus *bus)
{
    char text[CS_FRAME_TEXT_MAX];
    uint64_t value = c->get != NULL ? c->get(event) : 0;

    switch (c->show) {
    case AS_NUMBER:
        cs_out_u64(out, value);
        break;
    case AS_STATE:
        put_name(out, cs_state_name((enum cs_node_state)value));
        break;
    case AS_ERROR:
        put_name(out, cs_error_name((enum cs_error_kind)value));
        break;
    case AS_FIELD:
        put_name(out, cs_field_name((enum cs_field)value));
        break;
    case AS_RESULT:
        put_name(out, cs_tx_result_name((enum cs_tx_result)value));
        break;
    case AS_BOOL:
        cs_out_text(out, value != 0 ? "true" : "false");
        break;
    case AS_MODE:
        put_mode(out, (unsigned)value);
        break;
    case AS_FRAME:
        cs_frame_format(event->frame, text);
        put_name(out, text);
        break;
    case AS_TEXT:
        cs_out_json(out, event->text);
        break;
    case AS_NODE:
        put_node(out, bus, event->peer);
        break;
    case AS_STAGE:
        put_name(out, cs_fault_stage_name((enum cs_fault_stage)value));
        break;
    }
}

void cs_log_events(void *ctx, const struct cs_event *event)
{
    struct cs_log *log = ctx;
    struct cs_out *out = &log->out;
    const struct cs_bus *bus = cs_sim_bus(log->sim, event->bus);

    if ((DETAIL & K(event->kind)) != 0 && !log->detail)
        return;
    cs_out_text(out, "{\"at_ps\":");
    cs_out_i64(out, event->at_ps);
    cs_out_text(out, ",\"bus\":");
    put_name(out, cs_bus_name(bus));
    cs_out_text(out, ",\"node\":");
    put_node(out, bus, event->node);
    cs_out_text(out, ",\"event\":");
    put_name(out, cs_event_name((enum cs_event_kind)event->kind));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        const struct column *c = &columns[i];
        if ((c->kinds & K(event->kind)) == 0 || (c->show == AS_FRAME && event->frame == NULL) ||
            (c->show == AS_TEXT && event->text == NULL))
            continue;
        cs_out_text(out, ",\"");
        cs_out_text(out, c->name);
        cs_out_text(out, "\":");
        put_value(out, c, event, bus);
    }
    cs_out_char(out, '}');
    cs_out_line(out);
}
