/* SPDX-License-Identifier: MIT */
/* mac.h - one controller's medium access control, bit by bit (ISO 11898-1:2015, 10).
 * A state machine that says which level it drives in the next bit and is then told which level the
 * bus had. It knows no time: whoever calls it decides what a bit is. For simcore's own files. */
#ifndef CANSIM_SIMCORE_MAC_H
#define CANSIM_SIMCORE_MAC_H

#include "simcore/event.h"
#include "simcore/wire.h"

struct cs_node;

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
    MAC_STATE_COUNT
};

/* The receiver's half: follows every frame on the bus, a transmitter's own too. */
struct cs_mac_rx {
    struct cs_frame frame;
    uint8_t field;     /* enum cs_field that the next bit belongs to */
    bool destuff;      /* stuffing applies to the next bit */
    uint8_t run, last; /* equal bits so far, their level */
    uint16_t left;     /* bits of the field still to come */
    uint32_t value;    /* bits of the field so far */
    uint16_t crc;
    bool crc_ok;
};

struct cs_mac {
    uint8_t state;    /* enum cs_mac_state */
    uint8_t out;      /* level driven in the present bit */
    uint8_t inside;   /* listen-only: the level that it hears from itself, else 1 */
    uint8_t count;    /* bits in this state */
    uint8_t last;     /* MAC_FLAG_PASSIVE: level of the bits counted */
    bool transmitter; /* in this frame, also while its error frame is sent */
    bool overload;    /* the flag and delimiter under way are an overload frame's */
    bool ack_pending; /* TEC waits for a dominant bit in the passive flag (rule 3, exception 1) */
    bool suspend;     /* intermission: suspend transmission follows */
    bool ssp;         /* the caller compares the data phase's bits, see cs_mac_late_bit_error() */
    bool late_error;
    bool sampled; /* has had its turn in the present bit */
    uint16_t pos; /* bits since SOF */
    struct cs_mac_rx rx;
};

void cs_mac_reset(struct cs_mac *mac); /* to MAC_IDLE */
/* Become transmitter with the next bit, which is SOF. */
void cs_mac_start(struct cs_node *node);
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
/* An edge to dominant synchronizes hard now (11.3.2.1): idle, suspend, intermission but for its
 * first bit, integration, and for a receiver of an FD frame between FDF and res. */
bool cs_mac_hard_syncs(const struct cs_mac *mac);
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
    RX_OVERLOAD, /* dominant last bit of EOF: frame valid, overload frame follows */
    RX_VALID     /* the last bit of EOF was recessive */
};
void cs_mac_rx_start(struct cs_mac_rx *rx); /* the next bit is SOF */
enum cs_mac_rx_result cs_mac_rx_bit(struct cs_mac_rx *rx, unsigned level);

#endif
