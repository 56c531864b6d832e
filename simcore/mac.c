/* SPDX-License-Identifier: MIT */
/* mac.c - one controller, bit by bit. ISO 11898-1:2015, 10.4 to 10.12; the counters
 * follow 12.1.4.2. Invariant: a handler looks at the level of the bit that has just ended and
 * leaves the state for the next one; what is driven then follows from the state alone
 * (cs_mac_drive). */
#include "simcore/sim_internal.h"

/* Dominant bits after a flag that every node tolerates; each full eight count as an error (rule f).
 */
#define TOLERATED_BITS 8

void cs_mac_reset(struct cs_mac *mac)
{
    *mac = (struct cs_mac){.state = MAC_IDLE, .out = 1, .inside = 1, .ssp = mac->ssp};
}

static unsigned rx_options(const struct cs_node *node)
{
    return (node->exception_off ? CS_RX_EXCEPTION_OFF : 0u) |
           (node->long_ack ? CS_RX_LONG_ACK : 0u);
}

void cs_mac_start(struct cs_node *node)
{
    struct cs_mac *mac = &node->mac;

    cs_mac_reset(mac);
    mac->state = MAC_TRANSMIT;
    mac->transmitter = true;
    cs_mac_rx_start(&mac->rx, node->fd, rx_options(node));
}

void cs_mac_drive(struct cs_node *node)
{
    struct cs_mac *mac = &node->mac;

    mac->out = 1;
    if (mac->state == MAC_TRANSMIT) {
        mac->out = (uint8_t)cs_wire_level(&node->wire, mac->pos);
    } else if (mac->state == MAC_FLAG_ACTIVE) {
        mac->out = 0;
    } else if (mac->state == MAC_RECEIVE && mac->rx.field == CS_FIELD_ACK) {
        mac->out = !mac->rx.crc_ok || node->no_ack || mac->rx.left != mac->rx.size;
    }
    /* Bus monitoring (10.14): what it would send dominant is rerouted inside, the bus stays free.
     */
    mac->inside = 1;
    if (node->mode & CS_MODE_LISTEN_ONLY) {
        mac->inside = mac->out;
        mac->out = 1;
    }
}

/* ---- errors ------------------------------------------------------------------------------- */

static void enter(struct cs_mac *mac, enum cs_mac_state state, unsigned count)
{
    mac->state = (uint8_t)state;
    mac->count = (uint8_t)count;
}

/* In the bit just ended it saw, or in the next one it begins, an overload condition. */
static void emit_overload(struct cs_node *node)
{
    struct cs_event event = cs_node_event(node, CS_EV_OVERLOAD);
    unsigned index;

    event.field = (uint8_t)cs_mac_field(node, &index, &event.stuff);
    event.index = (uint16_t)index;
    event.start_ps = node->frame_ps;
    cs_node_emit(node, &event);
}

static void enter_flag(struct cs_node *node, bool overload)
{
    struct cs_mac *mac = &node->mac;

    if (overload) {
        emit_overload(node);
    }
    mac->overload = overload;
    mac->ack_pending = false;
    mac->late_error = false;
    if (node->mode & CS_MODE_RESTRICTED) {
        enter(mac, MAC_INTEGRATE, IDLE_BITS); /* 10.14: no flag, it waits for the bus to be idle */
    } else if (node->state != CS_STATE_ERROR_ACTIVE && !overload) {
        enter(mac, MAC_FLAG_PASSIVE, 0);
    } else {
        enter(mac, MAC_FLAG_ACTIVE, FLAG_BITS);
    }
}

/* Of the bit just ended; tec and rec are still to be filled in. */
static struct cs_event error_event(const struct cs_node *node, enum cs_error_kind kind)
{
    const struct cs_mac *mac = &node->mac;
    struct cs_event event = cs_node_event(node, CS_EV_ERROR);
    unsigned index;

    event.error = (uint8_t)kind;
    event.field = (uint8_t)cs_mac_field(node, &index, &event.stuff);
    event.index = (uint16_t)index;
    event.level = mac->level;
    event.bit = mac->pos;
    event.tx = mac->transmitter;
    event.start_ps = node->frame_ps;
    return event;
}

static void emit_error(struct cs_node *node, struct cs_event *event)
{
    node->count.errors++;
    event->tec = node->tec;
    event->rec = node->rec;
    cs_node_emit(node, event);
}

/* An error was seen in the bit just ended; the flag starts with the next one. */
static void detect(struct cs_node *node, enum cs_error_kind kind, int tec, int rec)
{
    bool attempt = node->slot != CS_TXSLOT_NONE;
    struct cs_event event = error_event(node, kind);

    /* The flag's kind is that of the state before this error counts. */
    enter_flag(node, false);
    node->bus->error_frame |= node->mac.state != MAC_INTEGRATE;
    bool changed = cs_node_add(node, tec, rec);
    emit_error(node, &event);
    if (attempt) {
        cs_node_attempt_failed(node, CS_TX_FAILED_ERROR);
    }
    cs_node_follow(node, changed);
}

/* Rules a and c: a receiver counts 1, a transmitter 8. */
static void detect_plain(struct cs_node *node, enum cs_error_kind kind)
{
    bool tx = node->mac.transmitter;
    detect(node, kind, tx ? 8 : 0, tx ? 0 : 1);
}

/* A dominant bit in or after a flag that counts eight more for whoever it is: rules b and f, and c
 * where the ACK error of a passive transmitter is not alone. `index` counts on from the flag's
 * first bit; after 13 comes 6 again. */
static void penalty(struct cs_node *node, unsigned index)
{
    bool tx = node->mac.transmitter;
    struct cs_event event = error_event(node, CS_ERROR_OTHER);

    event.field = node->mac.overload ? CS_FIELD_OVERLOAD_FLAG : CS_FIELD_ERROR_FLAG;
    event.index = (uint16_t)index;
    /* Where there is nothing to count any more, a bus that is shorted goes on in silence. */
    if (cs_node_add(node, tx ? 8 : 0, tx ? 0 : 8)) {
        emit_error(node, &event);
        cs_node_follow(node, true);
    }
}

/* ---- frames ------------------------------------------------------------------------------- */

static void begin_receiving(struct cs_node *node)
{
    struct cs_mac *mac = &node->mac;

    cs_mac_reset(mac);
    enter(mac, MAC_RECEIVE, 0);
    cs_mac_rx_start(&mac->rx, node->fd, rx_options(node));
    cs_mac_rx_bit(&mac->rx, 0);
    mac->pos = 1;
    node->frame_ps = node->clock.start.ps;
    cs_node_forget_sender(node);
}

static void sample_idle(struct cs_node *node, unsigned level)
{
    if (!level) {
        begin_receiving(node);
    }
}

static bool wants_overload(struct cs_node *node)
{
    if (!node->overload_request || node->mode & (CS_MODE_LISTEN_ONLY | CS_MODE_RESTRICTED)) {
        return false;
    }
    node->overload_request--;
    return true;
}

/* Suspend transmission is decided here, with the state that the frame's end left. */
static void enter_intermission(struct cs_node *node)
{
    struct cs_mac *mac = &node->mac;

    enter(mac, MAC_INTERMISSION, INTERMISSION_BITS);
    mac->suspend = mac->transmitter && node->state == CS_STATE_ERROR_PASSIVE;
}

static void frame_over(struct cs_node *node)
{
    enter_intermission(node);
    if (wants_overload(node)) {
        enter_flag(node, true);
    }
}

static void frame_sent(struct cs_node *node)
{
    struct cs_segment *segment =
        node->segment < CS_SEGMENTS ? &node->bus->medium.segment[node->segment] : NULL;

    /* Two that send the same frame are told as one. */
    if (!segment || segment->told_ps != node->start_ps) {
        cs_bus_emit_frame(node->bus, node);
    }
    if (segment) {
        segment->told_ps = node->start_ps;
    }
    cs_node_attempt_sent(node);
    frame_over(node);
}

/* The next bit of the own frame. */
static inline void advance(struct cs_mac *mac, const struct cs_wire *wire)
{
    const struct cs_wire_span *span = &wire->spans[mac->span];
    unsigned pos = ++mac->pos;

    if (pos >= (unsigned)span->first + span->count) {
        mac->span++;
        mac->index = 0;
    } else {
        mac->index = (uint16_t)(mac->index + !cs_wire_is_stuff(wire, pos));
    }
    mac->fast = wire->brs && pos > wire->brs && pos <= wire->crc_delim;
}

void cs_mac_resume(struct cs_node *node, bool transmit, unsigned pos, const struct cs_mac_rx *rx)
{
    struct cs_mac *mac = &node->mac;

    cs_mac_start(node);
    mac->transmitter = transmit;
    if (transmit) {
        while (mac->pos < pos) {
            advance(mac, &node->wire);
        }
    } else {
        enter(mac, MAC_RECEIVE, 0);
        mac->pos = (uint16_t)pos;
    }
    mac->rx = *rx;
    mac->rx.fd = (uint8_t)node->fd;
    mac->rx.options = (uint8_t)rx_options(node);
}

/* Rule c, exception 2, is for stuff bits before the RTR bit only. */
static bool is_stuff_before_rtr(const struct cs_wire *wire, unsigned pos)
{
    const struct cs_wire_span *span = wire->spans;

    while (span->field != CS_FIELD_RTR) {
        span++;
    }
    return pos < span->first && cs_wire_is_stuff(wire, pos);
}

static void transmit_mismatch(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;
    bool arbitration = mac->pos < node->wire.arb_bits;

    if (arbitration && !level && is_stuff_before_rtr(&node->wire, mac->pos)) {
        detect(node, CS_ERROR_STUFF, 0, 0);
    } else if (!arbitration || level || cs_wire_is_stuff(&node->wire, mac->pos)) {
        detect_plain(node, CS_ERROR_BIT);
    } else {
        unsigned lost_at = mac->pos++;
        cs_mac_rx_bit(&mac->rx, level);
        enter(mac, MAC_RECEIVE, 0);
        mac->transmitter = false;
        cs_node_lost_arbitration(node, lost_at);
    }
}

static void acknowledge_missing(struct cs_node *node)
{
    if (node->state == CS_STATE_ERROR_PASSIVE) {
        /* Rule c, exception 1: counts only where a dominant bit disturbs the passive flag. */
        detect(node, CS_ERROR_ACK, 0, 0);
        node->mac.ack_pending = true;
    } else {
        detect_plain(node, CS_ERROR_ACK);
    }
}

/* ACK slot and ACK delimiter of the own frame. Returns whether the bit is dealt with: in an FD
 * frame the slot may come a bit late and be two bits long (10.4.2.6, 10.4.2.7). */
static bool sample_ack(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;
    bool fd = node->wire.crc_bits > 15;

    if (mac->pos > node->wire.ack_slot) {
        if (level || !fd || node->long_ack || mac->ack_stretched || !mac->out) {
            return false;
        }
        mac->ack_stretched = true;
        return true;
    }
    mac->acked |= !level || node->mode & CS_MODE_LOOPBACK;
    bool last = !fd || ++mac->ack_bits == 2;
    if (mac->acked && (last || !node->long_ack)) {
        advance(mac, &node->wire);
    } else if (last) {
        acknowledge_missing(node);
    }
    return true;
}

static void sample_transmit(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;
    const struct cs_wire *wire = &node->wire;

    if (mac->late_error) {
        detect_plain(node, CS_ERROR_BIT);
        return;
    }
    if (mac->pos >= wire->ack_slot && mac->pos <= wire->ack_slot + 1 && sample_ack(node, level)) {
        return;
    }
    if (level != mac->out && !(mac->ssp && mac->fast)) {
        transmit_mismatch(node, level);
        return;
    }
    if (mac->pos < wire->arb_bits) {
        cs_mac_rx_bit(&mac->rx, level); /* it may have to go on as a receiver */
    }
    advance(mac, wire);
    if (mac->pos == wire->n_bits) {
        frame_sent(node);
    }
}

static void receive_ended(struct cs_node *node, enum cs_mac_rx_result result)
{
    static const enum cs_error_kind kinds[] = {
        [RX_STUFF_ERROR] = CS_ERROR_STUFF,
        [RX_CRC_ERROR] = CS_ERROR_CRC,
        [RX_FORM_ERROR] = CS_ERROR_FORM,
    };
    struct cs_mac *mac = &node->mac;

    switch (result) {
    case RX_EXCEPTION:
        enter(mac, MAC_INTEGRATE, IDLE_BITS);
        break;
    case RX_VALID:
        frame_over(node);
        cs_node_deliver(node, &mac->rx.frame, node->frame_ps, cs_node_sender(node), false);
        break;
    case RX_OVERLOAD:
        enter_flag(node, true);
        cs_node_deliver(node, &mac->rx.frame, node->frame_ps, cs_node_sender(node), false);
        break;
    default:
        detect_plain(node, kinds[result]);
        break;
    }
}

/* With cs_sim_set_detail(): the frame's transmitter is not known before its end but to us. */
static void emit_detail(struct cs_node *node, enum cs_event_kind kind)
{
    struct cs_event event = cs_node_event(node, kind);

    event.peer = (int16_t)cs_node_sender(node);
    event.frame = kind == CS_EV_RECEIVED ? &node->mac.rx.frame : NULL;
    event.start_ps = node->frame_ps;
    cs_node_emit(node, &event);
}

/* A bit after the CRC delimiter is over without an error. */
static void receive_trailer(struct cs_node *node, enum cs_field field)
{
    const struct cs_mac *mac = &node->mac;
    bool detail = node->bus->sim->detail;

    if (field == CS_FIELD_ACK && mac->rx.field != field && mac->rx.crc_ok) {
        if (detail && !node->no_ack && !(node->mode & CS_MODE_LISTEN_ONLY)) {
            emit_detail(node, CS_EV_ACKED);
        }
        cs_node_received_ok(node);
    } else if (detail && field == CS_FIELD_EOF && mac->rx.left == 1) {
        emit_detail(node, CS_EV_RECEIVED);
    }
}

static void sample_receive(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;
    enum cs_field field = (enum cs_field)mac->rx.field;

    if (level > (mac->out & mac->inside)) {
        detect_plain(node, CS_ERROR_BIT); /* its own dominant ACK bit did not get through */
        return;
    }
    enum cs_mac_rx_result result = cs_mac_rx_bit(&mac->rx, level);
    if (result != RX_CONTINUE) {
        receive_ended(node, result);
        return;
    }
    mac->pos++;
    if (field > CS_FIELD_CRC_DELIM) {
        receive_trailer(node, field);
    }
}

/* ---- flags and delimiters ----------------------------------------------------------------- */

static void sample_flag_active(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    if (level) {
        /* Rules d and e. The flag starts again. */
        bool tx = mac->transmitter;
        detect(node, CS_ERROR_BIT, tx ? 8 : 0, tx ? 0 : 8);
    } else if (--mac->count == 0) {
        enter(mac, MAC_FLAG_WAIT, 0);
    }
}

static void sample_flag_passive(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    mac->count = (uint8_t)(mac->count && level == mac->last ? mac->count + 1 : 1);
    mac->last = (uint8_t)level;
    if (!level && mac->ack_pending) {
        mac->ack_pending = false;
        penalty(node, mac->count - 1u);
    }
    if (node->waiting == WAIT_NONE && mac->count == FLAG_BITS) {
        enter(mac, MAC_FLAG_WAIT, 0);
    }
}

static void sample_flag_wait(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    if (level) {
        enter(mac, MAC_DELIM, DELIM_BITS - 1);
        return;
    }
    mac->count++;
    bool first = mac->count == 1 && !mac->overload && !mac->transmitter; /* rule b */
    if (mac->count == TOLERATED_BITS + 1) {
        mac->count = 1; /* not the first bit any more */
        first = false;
    }
    if (first || mac->count == TOLERATED_BITS) {
        penalty(node, FLAG_BITS + mac->count - 1u);
    }
}

static void delimiter_over(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;

    if (node->mac.overload) {
        frame_over(node);
        return;
    }
    enter_intermission(node);
    if (bus->error_frame) {
        cs_bus_emit_error_frame(bus, node);
    }
}

static void sample_delim(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    if (level) {
        if (--mac->count == 0) {
            delimiter_over(node);
        }
    } else if (mac->count == 1) {
        enter_flag(node, true);
    } else {
        detect_plain(node, CS_ERROR_FORM);
    }
}

/* A dominant third bit of the intermission is a SOF. Who has a frame waiting goes on with its
 * identifier, as if the SOF were its own. */
static void join_sof(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;
    int64_t sof_ps = node->clock.start.ps;

    if (node->mac.suspend || !cs_node_can_send(node) ||
        cs_txqueue_next(&node->queue)->queued_ps > sof_ps) {
        begin_receiving(node);
        return;
    }
    bus->sof_ps = sof_ps;
    cs_node_start_attempt(node, sof_ps);
    cs_mac_start(node);
    cs_mac_rx_bit(&node->mac.rx, 0);
    advance(&node->mac, &node->wire);
}

static void sample_intermission(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    if (level) {
        if (--mac->count > 0) {
            return;
        }
        bool suspend = mac->suspend;
        cs_mac_reset(mac);
        if (suspend) {
            enter(mac, MAC_SUSPEND, SUSPEND_BITS);
        }
    } else if (mac->count > 1) {
        enter_flag(node, true);
    } else {
        join_sof(node);
    }
}

static void sample_suspend(struct cs_node *node, unsigned level)
{
    if (!level) {
        begin_receiving(node);
    } else if (--node->mac.count == 0) {
        enter(&node->mac, MAC_IDLE, 0);
    }
}

static void sample_integrate(struct cs_node *node, unsigned level)
{
    struct cs_mac *mac = &node->mac;

    if (!level) {
        mac->count = IDLE_BITS;
    } else if (--mac->count == 0) {
        cs_mac_reset(mac);
    }
}

void cs_mac_sample(struct cs_node *node, unsigned level)
{
    static void (*const handlers[MAC_STATE_COUNT])(struct cs_node *, unsigned) = {
        [MAC_IDLE] = sample_idle,
        [MAC_TRANSMIT] = sample_transmit,
        [MAC_RECEIVE] = sample_receive,
        [MAC_FLAG_ACTIVE] = sample_flag_active,
        [MAC_FLAG_PASSIVE] = sample_flag_passive,
        [MAC_FLAG_WAIT] = sample_flag_wait,
        [MAC_DELIM] = sample_delim,
        [MAC_INTERMISSION] = sample_intermission,
        [MAC_SUSPEND] = sample_suspend,
        [MAC_INTEGRATE] = sample_integrate,
    };
    struct cs_mac *mac = &node->mac;

    mac->level = (uint8_t)(level & mac->inside);
    handlers[mac->state](node, mac->level);
}
