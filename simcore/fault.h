/* SPDX-License-Identifier: MIT */
/* fault.h - faults as data: what happens, when, for how long, and who is affected.
 * A fault is armed on a bus; its trigger fires it; it acts for its duration or for its count of
 * frames, then it is over and gone. Each step is an event (CS_EV_FAULT). The engines ask the armed
 * faults before they compute a frame, so output does not depend on the engine.
 *
 * The text form is the same everywhere (scenario, link, command line, TUI): a kind and keys,
 *     flip field=crc index=3 id=0x123 count=2 seen_by=b,c
 *     bitrate node=ecu bitrate=250k after=10ms for=50ms
 * In JSON the kind is the value of "fault" and each key a member:
 *     {"fault": "flip", "field": "crc", "index": 3, "id": "0x123", "count": 2, "seen_by": ["b"]} */
#ifndef CANSIM_SIMCORE_FAULT_H
#define CANSIM_SIMCORE_FAULT_H

#include "simcore/bus.h"

#define CS_FAULT_MAX      64   /* armed on one bus at a time */
#define CS_FAULT_TEXT_MAX 2048 /* bytes of the text form, NUL included: room for the longest */
#define CS_FAULT_NODES    8    /* names in one list */
#define CS_FAULT_LABEL    32

/* Cookie of the frames that a fault puts into a node's queue (BABBLE); the node's owner sees it
 * when they are confirmed. */
#define CS_FAULT_COOKIE(id) (UINT64_C(0xFA17000000000000) | (uint64_t)(id))

enum cs_fault_kind {
    /* bits on the wire: which = field and index, or at = offset */
    CS_FAULT_FLIP,        /* invert */
    CS_FAULT_DOMINANT,    /* force dominant */
    CS_FAULT_RECESSIVE,   /* force recessive */
    CS_FAULT_ERROR_FRAME, /* six dominant bits */
    CS_FAULT_NOISE,       /* random inverted bits: ber */
    CS_FAULT_RINGING, /* missing termination: edges to recessive ring for `ring`, each half `half`
                       */
    CS_FAULT_SPOOF,   /* a second transmitter drives `frame` in step with the victim's */
    CS_FAULT_JANUS,   /* a second transmitter whose bits are `frame` early and `late_frame` late */
    /* wiring */
    CS_FAULT_SHORT, /* bus shorted dominant */
    CS_FAULT_SPLIT, /* broken wire: `nodes` are apart from all others */
    CS_FAULT_CABLE, /* node is `length` metres (5 ns each) or `delay` away */
    /* one node: node */
    CS_FAULT_BITRATE, /* bitrate, data_bitrate, sample_point, sjw: what is given replaces it */
    CS_FAULT_DRIFT,   /* ppm */
    CS_FAULT_STUCK_DOMINANT,
    CS_FAULT_STUCK_RECESSIVE,
    CS_FAULT_NO_ACK,
    CS_FAULT_UNPLUG,   /* cut off from the bus; hears itself */
    CS_FAULT_RESET,    /* once: queue dropped, counters 0, joins again */
    CS_FAULT_BABBLE,   /* sends `frame` whenever it can */
    CS_FAULT_OVERLOAD, /* the node sends overload frames: `bits` of them, 1 or 2, after a frame */
    /* what a node sends */
    CS_FAULT_WRONG_CRC,  /* crc field XOR `mask` */
    CS_FAULT_WRONG_DLC,  /* dlc field `value`, data unchanged */
    CS_FAULT_WRONG_FORM, /* the bit `field`/`index` of the frame's fixed form inverted by the sender
                          */
    CS_FAULT_DELAY,      /* queued frames wait `delay` before they may be sent */
    CS_FAULT_LOSE,       /* queued frames vanish: confirmed, never sent */
    /* attacks made of the above: each sets its parts */
    CS_FAULT_ATTACK_BUS_OFF, /* id: every frame is hit until its sender is bus-off */
    CS_FAULT_ATTACK_SPOOF,   /* id, frame: once its sender is error passive its frames carry ours */
    CS_FAULT_ATTACK_DOUBLE_RECEIVE, /* id: last bit of EOF dominant for the sender alone */
    CS_FAULT_ATTACK_FREEZE,         /* id: endless overload conditions after the frame */
    CS_FAULT_ATTACK_JANUS,          /* as JANUS, with the attacker's own frames */
    CS_FAULT_KIND_COUNT
};

enum cs_fault_direction { CS_FAULT_ANY, CS_FAULT_TX, CS_FAULT_RX };

/* When a fault fires. All conditions that are given must hold. */
struct cs_fault_trigger {
    int64_t after_ps; /* not before so much bus time after arming ("after"; the timeline's "at" arms
                         at a time); 0 at once */
    bool frame;       /* a frame is waited for: any of the keys below was given */
    bool have_id, have_data;
    uint32_t id, id_mask; /* id & id_mask; default mask: all bits */
    uint8_t ext;          /* with id: 0 base, 1 extended, 2 either */
    uint8_t data[8], data_mask[8], data_len;
    char from[CS_NAME_MAX];       /* its transmitter, "" any */
    uint8_t direction;            /* of `from`: TX frames that it sends, RX that others send */
    uint32_t nth;                 /* the first time at the nth such frame, from 1 */
    uint32_t every;               /* then each that many frames, from 1 */
    char state_node[CS_NAME_MAX]; /* "" none; else it must be in `state` ("when=ecu:error_passive")
                                   */
    uint8_t state;
    uint32_t probability_ppm; /* of each chance, from the seed; 1000000 always */
};

struct cs_fault_spec {
    uint8_t kind; /* enum cs_fault_kind */
    char label[CS_FAULT_LABEL];
    struct cs_fault_trigger trigger;
    int64_t for_ps;         /* 0: for ever, or by count */
    uint32_t count;         /* firings; 0: no limit ("for" or clearing ends it) */
    char node[CS_NAME_MAX]; /* the node it acts on, "" none */
    char seen_by[CS_FAULT_NODES][CS_NAME_MAX]; /* bits: only these see it; n 0: the whole bus.
                                                  SPLIT: the nodes that are cut off */
    uint8_t n_seen_by;
    /* which bit */
    uint8_t field;     /* enum cs_field; CS_FIELD_IDLE: none given */
    uint16_t index;    /* within the field, from 0, stuff bits not counted */
    bool stuff;        /* the stuff bit after that index */
    uint16_t bits;     /* how many bits from there */
    int64_t offset_ps; /* a pulse within: starts so long after the bit's beginning … */
    int64_t length_ps; /* … and lasts so long; 0: whole bits */
    /* parameters of kinds */
    uint32_t bitrate_bps, data_bitrate_bps;
    uint32_t sample_permille, sjw;
    int32_t drift_ppb;
    uint64_t ber_ppb; /* bit errors in 10^9 bits */
    int64_t delay_ps, ring_ps, half_ps;
    uint32_t mask, value;
    bool have_frame, have_late_frame;
    struct cs_frame frame, late_frame;
};

enum cs_fault_stage { CS_FAULT_ARMED, CS_FAULT_FIRED, CS_FAULT_ENDED, CS_FAULT_CLEARED };

#pragma GCC visibility push(default) /* libcansim-client exports these */

const char *cs_fault_name(enum cs_fault_kind kind);         /* "flip", "stuck-dominant" … */
const char *cs_fault_stage_name(enum cs_fault_stage stage); /* "armed" … */
/* One sentence about the kind, for help. */
const char *cs_fault_help(enum cs_fault_kind kind);

/* A key of the text form. The whole table is cs_fault_keys; forms and help are made from it. */
struct cs_fault_key {
    const char *name;   /* "field" */
    const char *values; /* "crc, data, eof …", "0..511", "10ms" */
    const char *help;   /* half a sentence */
    uint32_t kinds[2];  /* bit set of kinds that take it */
};
extern const struct cs_fault_key cs_fault_keys[];
extern const unsigned cs_fault_n_keys;
static inline bool cs_fault_takes(const struct cs_fault_key *key, unsigned kind)
{
    return key->kinds[kind / 32] >> (kind % 32) & 1u;
}

/* Start a spec of a kind by name (all else default). 0 or -EINVAL with a sentence. */
int cs_fault_begin(struct cs_fault_spec *spec, const char *kind, char *why, size_t why_size);
/* One key. 0 or -EINVAL: unknown key (with a suggestion), key not for this kind, value out of
 * range. `why` then is one sentence without the key's place. */
int cs_fault_set(struct cs_fault_spec *spec, const char *key, const char *value, char *why,
                 size_t why_size);
/* All keys are given: do they fit one another? 0 or -EINVAL: a key is missing, or two contradict.
 */
int cs_fault_finish(struct cs_fault_spec *spec, char *why, size_t why_size);
/* The text form, all three steps. */
int cs_fault_parse(const char *text, struct cs_fault_spec *spec, char *why, size_t why_size);
/* Writes the text form (only what differs from the default); returns its length. */
size_t cs_fault_format(const struct cs_fault_spec *spec, char text[CS_FAULT_TEXT_MAX]);

#pragma GCC visibility pop

/* Arm; a spec that was not made by cs_fault_finish() is checked and completed as if it were.
 * Returns an id > 0, unique in the sim, -EINVAL or -ENOENT (unknown node; `why`), -EBUSY
 * (contradicts one that is armed, such as two bit rates for one node; `why`), -ENOSPC. */
int cs_fault_arm(struct cs_bus *bus, const struct cs_fault_spec *spec, char *why, size_t why_size);
/* Take one back, and undo what it did. 0 or -ENOENT. */
int cs_fault_clear(struct cs_bus *bus, int id);
void cs_fault_clear_all(struct cs_bus *bus);

struct cs_fault_status {
    int id;
    bool active; /* acting now */
    uint64_t matched, fired;
    int64_t armed_ps, fired_ps; /* fired_ps: last, or -1 */
    struct cs_fault_spec spec;
};
/* Armed faults in order of arming: index 0.. ; false beyond the last. */
bool cs_fault_look(const struct cs_bus *bus, unsigned index, struct cs_fault_status *status);

#endif
