#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the seed corpus of fuzz_usbredir: what guests' drivers do, a step being a byte that says what, a byte of
length, and so many bytes.

usage: fuzz_usbredir_seeds.py [OUTPUT-DIRECTORY]     (default: tests/fuzz/corpus/usbredir)
"""

import os
import struct
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GS, PCAN, PCAN_PRO, NO_HELLO = 0, 1, 2, 129
RAW, CONTROL, BULK, CANCEL, SMALL, PLUG, DEAF, BUS = 0, 1, 3, 6, 7, 8, 9, 10
MS = 10 * 12  # added to a step: then a millisecond passes


def step(what, data=b""):
    return bytes((what, len(data))) + data


def words(*values):
    return struct.pack("<%dI" % len(values), *values)


def vendor(kind, request, value, data=b""):
    return step(CONTROL, bytes((kind, request)) + struct.pack("<HH", value, 0) + data)


def gs_open(channel, flags, brp=1):
    return (vendor(0x41, 1, channel, words(69, 70, 20, 10, brp)) + vendor(0x41, 10, channel, words(14, 15, 10, 5, 1))
            + vendor(0xC1, 6, channel) + vendor(0x41, 2, channel, words(1, flags)) + step(BULK, b"\x81\x50") * 8
            + step(BUS + MS))


def gs_frame(channel, echo, identifier, flags=0, dlc=8):
    return step(BULK, b"\x02" + struct.pack("<IIBBBB", echo, identifier, dlc, channel, flags, 0)
                + bytes(64 if flags & 2 else 8))


def pcan(*commands):
    data = b"".join(struct.pack("<H", opcode) + args.ljust(6, b"\0") for opcode, args in commands)
    return step(BULK, b"\x01" + data + b"\xff" * 8)


def pcan_frame(identifier, dlc=1, flags=0):
    record = struct.pack("<HHQBBHI", 20 + dlc, 2, 0, dlc << 4, 0, flags, identifier) + bytes(dlc + 4)
    return step(BULK, b"\x02" + record)


PCAN_UP = (pcan((4, bytes.fromhex("6000138a0000")), (5, bytes.fromhex("00000a1c0000")), (2, b""))
           + step(BULK, b"\x82\xff") * 4 + step(BUS + MS))
ENUMERATE = (vendor(0x80, 6, 0x0100) + vendor(0x80, 6, 0x0200) + vendor(0x80, 6, 0x0302) + step(SMALL, b"\x06\x01")
             + step(SMALL, b"\x07") + step(SMALL, b"\x09\0\0"))
HELLO = struct.pack("<III", 0, 68, 0) + bytes(68)

SEEDS = {
    "enumerate": (GS, ENUMERATE + vendor(0x82, 0, 0) + vendor(0x02, 1, 0) + step(SMALL, b"\x03")),
    "gs_probe": (GS, vendor(0x41, 0, 1, words(0xBEEF)) + vendor(0xC1, 5, 1) + vendor(0xC1, 4, 0) + vendor(0xC1, 11, 1)
                 + vendor(0xC1, 14, 0)),
    "gs_frames": (GS, gs_open(0, 0x110) + gs_frame(0, 0, 0x123) + gs_frame(0, 1, 0x80000123, 6, 15)
                  + gs_frame(0, 2, 0x40000001) + step(BUS + MS, b"\x55") + gs_frame(0, 3, 0x20000001) + step(BUS + MS)),
    "gs_two": (GS, gs_open(0, 0) + gs_open(1, 0x108) + gs_frame(0, 0, 1) + gs_frame(1, 0, 2) + step(BUS + MS)
               + vendor(0x41, 2, 1, words(0, 0)) + step(BUS + MS)),
    "gs_bus_off": (GS, gs_open(0, 0x1000) + gs_frame(0, 0, 1) + step(BUS, b"\0\x80\0") + step(BUS + MS)
                   + gs_frame(0, 1, 1) + step(BUS + MS) * 5 + vendor(0xC1, 14, 0)),
    "gs_slow": (GS, gs_open(0, 0x10) + step(DEAF, b"\1") + step(BUS + MS, b"\1") * 20 + step(DEAF)
                + step(BULK, b"\x81\x50") * 20),
    "gs_cancel": (GS, gs_open(0, 0) + step(CANCEL, b"\1") + step(CANCEL, b"\4") + step(CANCEL, b"\4")
                  + step(BUS + MS, b"\1") + step(SMALL, b"\x03") + step(BUS + MS)),
    "plug": (GS, gs_open(0, 0) + gs_frame(0, 0, 1) + step(PLUG) + step(SMALL, b"\x18") + step(PLUG, b"\1")
             + step(PLUG) + step(PLUG, b"\1") + step(SMALL, b"\x18") + ENUMERATE + gs_open(0, 0)),
    "pcan": (PCAN, ENUMERATE + PCAN_UP + pcan_frame(1) + pcan_frame(2, 8) + step(BUS + MS, b"\2") + step(BUS + MS)),
    "pcan_cancel": (PCAN, PCAN_UP + pcan_frame(1) * 5 + step(CANCEL, b"\3") + step(CANCEL, b"\5") + step(BUS + MS)
                    + step(SMALL, b"\x03") + step(BUS + MS)),
    "pcan_bus_off": (PCAN, PCAN_UP + pcan_frame(1) * 3 + step(BUS, b"\0\x80\0") + step(BUS + MS) + PCAN_UP
                     + step(BUS + MS)),
    "pcan_plug": (PCAN_PRO, PCAN_UP + pcan_frame(1) * 3 + step(PLUG) + step(SMALL, b"\x18") + step(PLUG, b"\1")
                  + PCAN_UP),
    "refused": (GS, step(SMALL, b"\x0c\x83\x08\x08") + step(SMALL, b"\x0f\x83") + step(SMALL, b"\x12\2\0\0\0\4\0\0\0")
                + step(SMALL, b"\x13\2\0\0\0") + step(BULK, b"\x05x") + step(SMALL, b"\x17" + b"0x03,-1,-1,-1,0\0")
                + step(SMALL, b"\x16")),
    "raw": (NO_HELLO, step(RAW, HELLO) + step(RAW, struct.pack("<III", 3, 0, 0))
            + step(RAW, struct.pack("<III", 100, 18, 7) + b"\x80\x06\x80\0\0\1\0\0\x12\0")),
    "long": (NO_HELLO, step(RAW, HELLO) + step(RAW, struct.pack("<III", 101, 1 << 27, 0))),
    "before_hello": (NO_HELLO, step(RAW, struct.pack("<III", 6, 1, 0) + b"\1") + step(RAW, struct.pack("<III", 21, 0, 0))),
}


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests/fuzz/corpus/usbredir")
    os.makedirs(out, exist_ok=True)
    for name, (first, steps) in SEEDS.items():
        with open(os.path.join(out, name), "wb") as file:
            file.write(bytes((first,)) + steps)


main()
