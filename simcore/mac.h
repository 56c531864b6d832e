/* SPDX-License-Identifier: MIT */
/* mac.h - one controller's medium access control, bit by bit (ISO 11898-1:2015, 10).
 * A state machine that says which level it drives in the next bit and is then told which level the
 * bus had. It knows no time: whoever calls it decides what a bit is. For simcore's own files. */
#ifndef CANSIM_SIMCORE_MAC_H
#define CANSIM_SIMCORE_MAC_H

#include "simcore/bus.h"
#include "simcore/wire.h"

struct cs_node;

#define FLAG_BITS  6
#define DELIM_BITS 8

enum cs_mac_state {
    MAC_IDLE,
    MAC_TRANSMIT,
    MAC_RECEIVE,
    MAC_FLAG_ACTIVE,  /* six dominant bits, error or overload */
    MAC_FLAG_PASSIVE, /* until six equal bits were seen */
    MAC_FLAG_WAIT,    /* recessive until the bus is recessive */
    MAC_DELIM,        /* bits 2 to 8 of an error or overload delimiter */
    MAC_INTERMISSION,
    MAC_SUSPEND,
    MAC_INTEGRATE, /* protocol exception, restricted operation after an error: counts 11 recessive
                      bits, sends nothing */
    MAC_STATE_COUNT
};

enum cs_stuffing { CS_STUFFING_NONE, CS_STUFFING_DYNAMIC, CS_STUFFING_FIXED };

enum cs_rx_option {
    CS_RX_EXCEPTION_OFF = 1 << 0, /* FD: a recessive res bit is a form error */
    CS_RX_LONG_ACK = 1 << 1,      /* FD: the ACK slot takes two bits, whatever they are */
};

/* The receiver's half: follows every frame on the bus, a transmitter's own up to the end of the
 * arbitration field. */
struct cs_mac_rx {
    struct cs_frame frame;
    uint8_t fd;        /* enum cs_fd: what the controller knows */
    uint8_t options;   /* enum cs_rx_option */
    uint8_t field;     /* enum cs_field that the next bit belongs to */
    uint8_t before;    /* the field before it */
    uint8_t stuffing;  /* enum cs_stuffing that applies to the next bit */
    uint8_t run, last; /* equal bits so far (FIXED: bits until the stuff bit), level of the last */
    uint8_t n_stuff;   /* dynamic stuff bits, modulo 256 */
    uint8_t ack_bits;  /* dominant ones */
    uint8_t crc_bits;
    bool count_wrong, crc_ok;
    uint16_t size, left;  /* bits of the field, those still to come */
    uint16_t before_size; /* bits of the field before */
    uint32_t value;       /* bits of the field so far */
    uint32_t crc, poly;   /* above crc_bits anything */
    uint64_t bits;        /* the last 63, stuff bits too: SOF to DLC with a 1 before them */
};

struct cs_mac {
    uint8_t state;      /* enum cs_mac_state */
    uint8_t out;        /* level driven in the present bit */
    uint8_t level;      /* level of the bit that cs_mac_sample() handles */
    uint8_t inside;     /* listen-only: the level that it hears from itself, else 1 */
    uint8_t count;      /* bits in this state */
    uint8_t last;       /* MAC_FLAG_PASSIVE: level of the bits counted */
    bool transmitter;   /* in this frame, also while its error frame is sent */
    bool overload;      /* the flag and delimiter under way are an overload frame's */
    bool ack_pending;   /* TEC waits for a dominant bit in the passive flag (rule c, exception 1) */
    bool suspend;       /* intermission: suspend transmission follows */
    bool ssp;           /* the caller compares the data phase's bits, see cs_mac_late_bit_error() */
    bool late_error;    /* transmitter: to be seen at the next cs_mac_sample() */
    bool fast;          /* transmitter: the bit under way began in the data phase */
    uint8_t span;       /* transmitter: of wire.spans, that of the bit under way */
    uint8_t ack_bits;   /* transmitter, FD: of the ACK slot so far */
    bool acked;         /* transmitter: one of them was dominant */
    bool ack_stretched; /* transmitter, FD: a dominant bit came after them */
    uint16_t index;     /* transmitter: of the bit within the span, without stuff bits */
    uint16_t pos;       /* bits since SOF */
    struct cs_mac_rx rx;
};

void cs_mac_reset(struct cs_mac *mac); /* to MAC_IDLE */
/* Become transmitter with the next bit, which is SOF. */
void cs_mac_start(struct cs_node *node);
/* Amid a frame that nothing has disturbed: `pos` bits were sent or received, which left a receiver
 * as `rx`. */
void cs_mac_resume(struct cs_node *node, bool transmit, unsigned pos, const struct cs_mac_rx *rx);
/* Decide `out` for the next bit. */
void cs_mac_drive(struct cs_node *node);
/* The bus had this level. Events and callbacks run from here. */
void cs_mac_sample(struct cs_node *node, unsigned level);
/* ---- what the bit timing around it asks (engine_bit.c) */
/* The bit under way began in the data phase of an FD frame: after a recessive BRS bit, up to the
 * CRC delimiter. */
bool cs_mac_in_data_phase(const struct cs_mac *mac);
/* `level` is sampled in the bit under way, cs_mac_sample() follows at its end: does the other bit
 * rate apply from this sample point on? At a recessive BRS bit, at the CRC delimiter of a data
 * phase, and where this level or a late bit error ends the data phase with an error. */
bool cs_mac_switches_rate(const struct cs_node *node, unsigned level);
/* An edge to dominant before the sample point of the bit under way synchronizes hard (11.3.2.1):
 * idle, suspend, intermission but for its first bit, integration, and for a receiver the res bit of
 * an FD frame. */
bool cs_mac_hard_syncs(const struct cs_mac *mac);
/* The same after the sample point, which saw `level`: a recessive FDF bit too. */
bool cs_mac_hard_syncs_after(const struct cs_mac *mac, unsigned level);
/* An edge to dominant between two sample points: integration counts its recessive bits anew. */
void cs_mac_edge(struct cs_mac *mac);
/* The field that the bit under way belongs to; error and overload flags and delimiters,
 * intermission, suspend and idle too. `index` counts from 0 without stuff bits. */
enum cs_field cs_mac_field(const struct cs_node *node, unsigned *index, bool *stuff);
/* With transceiver delay compensation a transmitter in the data phase does not compare at the
 * sample point (mac.ssp, set by the caller): the caller compares at the secondary sample point and
 * reports a difference here; the next cs_mac_sample() then detects the bit error. */
void cs_mac_late_bit_error(struct cs_node *node);

/* Nothing of a frame, error frame or intermission is under way. */
static inline bool cs_mac_is_quiet(const struct cs_mac *mac)
{
    return mac->state == MAC_IDLE || mac->state == MAC_SUSPEND;
}

/* ---- mac_rx.c */
enum cs_mac_rx_result {
    RX_CONTINUE,
    RX_STUFF_ERROR,
    RX_CRC_ERROR, /* seen after the ACK delimiter */
    RX_FORM_ERROR,
    RX_EXCEPTION, /* protocol exception event: what follows is not for this controller */
    RX_OVERLOAD,  /* dominant last bit of EOF: frame valid, overload frame follows */
    RX_VALID      /* the last bit of EOF was recessive */
};
/* The next bit is SOF. */
void cs_mac_rx_start(struct cs_mac_rx *rx, enum cs_fd fd, unsigned options);
/* After an error the receiver is still in the bit that was the error. */
enum cs_mac_rx_result cs_mac_rx_bit(struct cs_mac_rx *rx, unsigned level);
bool cs_mac_rx_at_stuff(const struct cs_mac_rx *rx); /* the next bit is a stuff bit */
enum cs_field cs_mac_rx_field(const struct cs_mac_rx *rx, unsigned *index, bool *stuff);

#endif
