/* SPDX-License-Identifier: MIT */
/* fault_keys.c - the keys of faults: one row each, for parsing, printing, forms and help. */
#include "simcore/fault_keys.h"

#include <stddef.h>

#define B(kind) CS_FAULT_BIT(CS_FAULT_##kind)

#define ALL    ((UINT32_C(1) << CS_FAULT_KIND_COUNT) - 1u)
#define BITS   (B(FLIP) | B(DOMINANT) | B(RECESSIVE) | B(ERROR_FRAME))
#define LEVELS (B(FLIP) | B(DOMINANT) | B(RECESSIVE))
#define GHOST  (B(SPOOF) | B(JANUS))
#define WRONG  (B(WRONG_CRC) | B(WRONG_DLC) | B(WRONG_FORM))
#define QUEUE  (B(DELAY) | B(LOSE))
#define ATTACK_ID \
    (B(ATTACK_BUS_OFF) | B(ATTACK_SPOOF) | B(ATTACK_DOUBLE_RECEIVE) | B(ATTACK_FREEZE))
#define NODE                                                                                 \
    (B(CABLE) | B(BITRATE) | B(DRIFT) | B(STUCK_DOMINANT) | B(STUCK_RECESSIVE) | B(NO_ACK) | \
     B(UNPLUG) | B(RESET) | B(BABBLE) | B(OVERLOAD) | WRONG | QUEUE)
#define FRAMES  (ALL & ~B(ATTACK_JANUS))                     /* wait for a frame */
#define REPEATS (BITS | GHOST | B(OVERLOAD) | WRONG | QUEUE) /* act on a frame, then on another */
#define TWO     (B(JANUS) | B(ATTACK_JANUS))

#define MAX_TIME INT64_C(8640000000000000000) /* 2400h */
#define MAX_ID   INT64_C(0x1FFFFFFF)

#define FIELDS                                                                             \
    "sof, id, srr, ide, id_ext, rtr, r1, fdf, r0, brs, esi, dlc, data, stuff_count, crc, " \
    "crc_delim, ack, ack_delim, eof, intermission, suspend, error_flag, error_delim, "     \
    "overload_flag, overload_delim"

/* KEY(name, values, help, kinds, kinds that need it, type, member, min, max) */
#define KEYS(KEY)                                                                                  \
    KEY("label", "1..31 characters", "a name of one's own, told in events", ALL, 0, as_name,       \
        label, 1, CS_FAULT_LABEL - 1)                                                              \
    KEY("node", "a node's name", "the node it acts on", NODE, NODE, as_name, node, 1,              \
        CS_NAME_MAX - 1)                                                                           \
    KEY("nodes", "1..8 names, a,b", "the nodes that are cut off, together", B(SPLIT), B(SPLIT),    \
        as_names, seen_by, 1, CS_FAULT_NODES)                                                      \
    /* which bit */                                                                                \
    KEY("field", FIELDS, "the field of the frame", BITS | B(WRONG_FORM), BITS | B(WRONG_FORM),     \
        as_field, field, 0, 0)                                                                     \
    KEY("index", "0..511", "the bit within the field, stuff bits not counted",                     \
        BITS | B(WRONG_FORM), 0, as_number, index, 0, 511)                                         \
    KEY("stuff", "yes, no", "the stuff bit after that index", BITS, 0, as_bool, stuff, 0, 1)       \
    KEY("bits", "1..1000",                                                                         \
        "bits from there on (error-frame: 6 unless given); overload: frames, 1 or 2",              \
        BITS | B(OVERLOAD), 0, as_number, bits, 1, 1000)                                           \
    KEY("offset", "0s..1ms",                                                                       \
        "a pulse instead of bits: it starts so long after the bit does; janus: the late part "     \
        "starts",                                                                                  \
        LEVELS | TWO, 0, as_time, offset_ps, 0, 1000000000)                                        \
    KEY("width", "1ps..1ms",                                                                       \
        "… and lasts so long; janus: the dominant start of a bit, for synchronization",            \
        LEVELS | TWO, 0, as_time, length_ps, 1, 1000000000)                                        \
    KEY("seen_by", "1..8 names, a,b", "only these nodes see it", BITS | B(NOISE), 0, as_names,     \
        seen_by, 1, CS_FAULT_NODES)                                                                \
    /* what kinds need */                                                                          \
    KEY("ber", "1e-9..50%", "bit error rate", B(NOISE), B(NOISE), as_ppb, ber_ppb, 1, 500000000)   \
    KEY("ring", "1ns..100us", "how long the wire rings", B(RINGING), B(RINGING), as_time, ring_ps, \
        1000, 100000000)                                                                           \
    KEY("half", "1ns..100us", "half a period of the ringing", B(RINGING), B(RINGING), as_time,     \
        half_ps, 1000, 100000000)                                                                  \
    KEY("length", "0m..20km", "length of the cable, 5 ns a metre", B(CABLE), 0, as_metres,         \
        delay_ps, 0, CS_DELAY_MAX_PS)                                                              \
    KEY("delay", "1ps..1h", "cable: one way, 100us at most; delay: how long a frame waits",        \
        B(CABLE) | B(DELAY), B(CABLE) | B(DELAY), as_time, delay_ps, 1, 3600000000000000)          \
    KEY("bitrate", "10k..1M", "nominal bit rate", B(BITRATE), 0, as_rate, bitrate_bps,             \
        CS_BITRATE_MIN, CS_BITRATE_MAX)                                                            \
    KEY("data_bitrate", "10k..10M", "CAN FD's data bit rate", B(BITRATE), 0, as_rate,              \
        data_bitrate_bps, CS_BITRATE_MIN, CS_DATA_BITRATE_MAX)                                     \
    KEY("sample_point", "1%..99%", "part of the bit before the sample point", B(BITRATE), 0,       \
        as_permille, sample_permille, 10, 990)                                                     \
    KEY("sjw", "1..128", "synchronization jump width, in eightieths of the bit", B(BITRATE), 0,    \
        as_number, sjw, 1, 128)                                                                    \
    KEY("ppm", "-100000..100000", "parts per million that the clock is slow; minus: fast",         \
        B(DRIFT), B(DRIFT), as_drift, drift_ppb, -100000000, 100000000)                            \
    KEY("mask", "0x1..0x1FFFFF", "the CRC is sent XOR this; 1 unless given", B(WRONG_CRC), 0,      \
        as_hex, mask, 1, 0x1FFFFF)                                                                 \
    KEY("value", "0..15", "the DLC that is sent", B(WRONG_DLC), B(WRONG_DLC), as_number, value, 0, \
        15)                                                                                        \
    KEY("frame", "a frame, 123#11.22", "the frame that is sent",                                   \
        GHOST | TWO | B(BABBLE) | B(ATTACK_SPOOF), GHOST | TWO | B(BABBLE) | B(ATTACK_SPOOF),      \
        as_frame, frame, 0, 0)                                                                     \
    KEY("late_frame", "a frame, 123#11.22", "what is read late in the bit", TWO, TWO,              \
        as_late_frame, late_frame, 0, 0)                                                           \
    /* when */                                                                                     \
    KEY("after", "0s..2400h", "not before so much bus time after arming", ALL, 0, as_time,         \
        trigger.after_ps, 0, MAX_TIME)                                                             \
    KEY("id", "0x123, 0x120/0x7F0, 0x12345678",                                                    \
        "waits for a frame of this identifier; /mask: the bits that count; 8 digits: extended",    \
        FRAMES, ATTACK_ID, as_id, trigger.id, 0, MAX_ID)                                           \
    KEY("ext", "no, yes, either", "with id: the identifier's format", FRAMES, 0, as_ext,           \
        trigger.ext, 0, 2)                                                                         \
    KEY("data", "1..8 bytes, 01.??.FF", "… whose data begin like this; ? or x: any digit", FRAMES, \
        0, as_data, trigger.data, 0, 0)                                                            \
    KEY("from", "a node's name", "… of this transmitter", FRAMES & ~(WRONG | QUEUE), 0, as_name,   \
        trigger.from, 1, CS_NAME_MAX - 1)                                                          \
    KEY("direction", "any, tx, rx", "tx: frames that `from` sends; rx: those that others send",    \
        FRAMES & ~(WRONG | QUEUE), 0, as_direction, trigger.direction, 0, 2)                       \
    KEY("nth", "1..1000000000", "the first time at the nth such frame; repetitions count", FRAMES, \
        0, as_number, trigger.nth, 1, 1000000000)                                                  \
    KEY("every", "1..1000000000", "then at each that many frames", REPEATS, 0, as_number,          \
        trigger.every, 1, 1000000000)                                                              \
    KEY("when", "node:state, ecu:error_passive", "only while this node is in this state", ALL, 0,  \
        as_when, trigger.state, 0, 0)                                                              \
    KEY("probability", "0.0001%..100%", "of each chance; from the seed", FRAMES & ~ATTACK_ID, 0,   \
        as_ppb, trigger.probability_ppm, 1, 1000000)                                               \
    /* how long */                                                                                 \
    KEY("count", "1..1000000000, all",                                                             \
        "how often; where none of count, every, probability and for is given: once",               \
        REPEATS | TWO | B(ATTACK_SPOOF) | B(ATTACK_DOUBLE_RECEIVE) | B(ATTACK_FREEZE), 0,          \
        as_count, count, 1, 1000000000)                                                            \
    KEY("for", "1ps..2400h",                                                                       \
        "how long it lasts; of faults that hit frames: how long they may hit", ALL & ~B(RESET), 0, \
        as_time, for_ps, 1, MAX_TIME)

#define PUBLIC(name, values, help, kinds, needed, type, member, min, max) \
    {name, values, help, {kinds, 0}},
const struct cs_fault_key cs_fault_keys[] = {KEYS(PUBLIC)};
const unsigned cs_fault_n_keys = sizeof(cs_fault_keys) / sizeof(cs_fault_keys[0]);

#define SPEC ((const struct cs_fault_spec *)0)
#define ROW(name, values, help, kinds, needed, type, member, min, max) \
    {&cs_fault_##type,                                                 \
     offsetof(struct cs_fault_spec, member),                           \
     sizeof(SPEC->member) > 8 ? 0 : (uint8_t)sizeof(SPEC->member),     \
     min,                                                              \
     max,                                                              \
     needed},
const struct cs_fault_row cs_fault_rows[] = {KEYS(ROW)};

unsigned cs_fault_field_bits(enum cs_field field)
{
    static const uint16_t bits[CS_FIELD_COUNT] = {[CS_FIELD_SOF] = 1,
                                                  [CS_FIELD_ID] = 11,
                                                  [CS_FIELD_SRR] = 1,
                                                  [CS_FIELD_IDE] = 1,
                                                  [CS_FIELD_ID_EXT] = 18,
                                                  [CS_FIELD_RTR] = 1,
                                                  [CS_FIELD_R1] = 1,
                                                  [CS_FIELD_FDF] = 1,
                                                  [CS_FIELD_R0] = 1,
                                                  [CS_FIELD_BRS] = 1,
                                                  [CS_FIELD_ESI] = 1,
                                                  [CS_FIELD_DLC] = 4,
                                                  [CS_FIELD_DATA] = 512,
                                                  [CS_FIELD_STUFF_COUNT] = 4,
                                                  [CS_FIELD_CRC] = 21,
                                                  [CS_FIELD_CRC_DELIM] = 1,
                                                  [CS_FIELD_ACK] = 1,
                                                  [CS_FIELD_ACK_DELIM] = 1,
                                                  [CS_FIELD_EOF] = 7,
                                                  [CS_FIELD_INTERMISSION] = 3,
                                                  [CS_FIELD_SUSPEND] = 8,
                                                  [CS_FIELD_ERROR_FLAG] = 12,
                                                  [CS_FIELD_ERROR_DELIM] = 8,
                                                  [CS_FIELD_OVERLOAD_FLAG] = 12,
                                                  [CS_FIELD_OVERLOAD_DELIM] = 8};
    return field < CS_FIELD_COUNT ? bits[field] : 0;
}
