/* SPDX-License-Identifier: MIT */
/* fault_kinds.c - the kinds of faults: names and help. */
#include "simcore/fault_keys.h"

const struct cs_fault_kind_row cs_fault_kinds[CS_FAULT_KIND_COUNT] = {
    [CS_FAULT_FLIP] = {"flip", "Inverts bits of a frame on the wire, or a pulse within one bit.",
                       CS_FAULT_ON_WIRE},
    [CS_FAULT_DOMINANT] = {"dominant", "Forces bits of a frame dominant.", CS_FAULT_ON_WIRE},
    [CS_FAULT_RECESSIVE] = {"recessive", "Forces bits of a frame recessive, whoever drives them.",
                            CS_FAULT_ON_WIRE},
    [CS_FAULT_ERROR_FRAME] = {"error-frame", "Puts an error flag, six dominant bits, into a frame.",
                              CS_FAULT_ON_WIRE},
    [CS_FAULT_NOISE] = {"noise", "Inverts bits at random, at a bit error rate.", CS_FAULT_LASTING},
    [CS_FAULT_RINGING] = {"ringing",
                          "Missing termination: after each edge to recessive the wire rings.",
                          CS_FAULT_LASTING},
    [CS_FAULT_SPOOF] = {"spoof",
                        "A second transmitter sends its own frame in step with a node's frame.",
                        CS_FAULT_ON_WIRE},
    [CS_FAULT_JANUS] = {"janus",
                        "A second transmitter, in step with a node's frame, sends bits that read "
                        "as one frame early in the bit and as another late in it.",
                        CS_FAULT_ON_WIRE},
    [CS_FAULT_SHORT] = {"short", "The bus is shorted: dominant for everybody.", CS_FAULT_LASTING},
    [CS_FAULT_SPLIT] = {"split",
                        "The wire is broken: some nodes hear one another, but none of the others.",
                        CS_FAULT_LASTING},
    [CS_FAULT_CABLE] = {"cable", "A node is at the end of a long cable.", CS_FAULT_LASTING},
    [CS_FAULT_BITRATE] = {"bitrate",
                          "A node has another bit rate, sample point or SJW than it should.",
                          CS_FAULT_LASTING},
    [CS_FAULT_DRIFT] = {"drift", "A node's clock is slow or fast.", CS_FAULT_LASTING},
    [CS_FAULT_STUCK_DOMINANT] = {"stuck-dominant", "A node's transmitter drives dominant always.",
                                 CS_FAULT_LASTING},
    [CS_FAULT_STUCK_RECESSIVE] = {"stuck-recessive", "A node's transmitter reaches nobody.",
                                  CS_FAULT_LASTING},
    [CS_FAULT_NO_ACK] = {"no-ack", "A node receives, but does not acknowledge.", CS_FAULT_LASTING},
    [CS_FAULT_UNPLUG] = {"unplug", "A node is unplugged: it hears only itself.", CS_FAULT_LASTING},
    [CS_FAULT_RESET] = {"reset",
                        "A node's controller is reset: queue empty, counters 0, it joins again.",
                        CS_FAULT_INSTANT},
    [CS_FAULT_BABBLE] = {"babble", "A babbling idiot: the node sends a frame whenever it can.",
                         CS_FAULT_LASTING},
    [CS_FAULT_OVERLOAD] = {"overload", "A node sends overload frames after a frame.",
                           CS_FAULT_ON_FRAME},
    [CS_FAULT_WRONG_CRC] = {"wrong-crc", "A node sends a frame with a wrong CRC.",
                            CS_FAULT_ON_FRAME},
    [CS_FAULT_WRONG_DLC] = {"wrong-dlc",
                            "A node sends a frame with another DLC, its data as they were.",
                            CS_FAULT_ON_FRAME},
    [CS_FAULT_WRONG_FORM] = {"wrong-form",
                             "A node sends a frame with a wrong bit in a field of fixed form.",
                             CS_FAULT_ON_FRAME},
    [CS_FAULT_DELAY] = {"delay", "A frame waits in a node's queue before it may be sent.",
                        CS_FAULT_ON_FRAME},
    [CS_FAULT_LOSE] = {"lose", "A frame is lost in a node's queue and never sent.",
                       CS_FAULT_ON_FRAME},
    [CS_FAULT_ATTACK_BUS_OFF] = {"attack-bus-off",
                                 "Bus-off attack: each frame is hit by a bit error until its "
                                 "sender is bus-off.",
                                 CS_FAULT_ON_WIRE},
    [CS_FAULT_ATTACK_SPOOF] = {"attack-spoof",
                               "Error-passive spoofing: frames of a sender that is error passive "
                               "are overwritten with another frame.",
                               CS_FAULT_ON_WIRE},
    [CS_FAULT_ATTACK_DOUBLE_RECEIVE] = {"attack-double-receive",
                                        "Double receive: the sender sees an error in the last bit "
                                        "of EOF and repeats a frame that all others have already.",
                                        CS_FAULT_ON_WIRE},
    [CS_FAULT_ATTACK_FREEZE] = {"attack-freeze",
                                "Freeze doom loop: after a frame each intermission is cut short, "
                                "overload frames without end keep the bus.",
                                CS_FAULT_ON_WIRE},
    [CS_FAULT_ATTACK_JANUS] = {"attack-janus",
                               "Janus attack: an intruder sends a frame of its own that reads as "
                               "one frame early in each bit and as another late in it.",
                               CS_FAULT_INSTANT},
};

const char *cs_fault_name(enum cs_fault_kind kind)
{
    return kind < CS_FAULT_KIND_COUNT ? cs_fault_kinds[kind].name : "unknown";
}

const char *cs_fault_help(enum cs_fault_kind kind)
{
    return kind < CS_FAULT_KIND_COUNT ? cs_fault_kinds[kind].help : "";
}

const char *cs_fault_stage_name(enum cs_fault_stage stage)
{
    static const char *const names[] = {
        [CS_FAULT_ARMED] = "armed",
        [CS_FAULT_FIRED] = "fired",
        [CS_FAULT_ENDED] = "ended",
        [CS_FAULT_CLEARED] = "cleared",
    };
    return stage < sizeof(names) / sizeof(names[0]) ? names[stage] : "unknown";
}
