#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the seed corpus of fuzz_vfu: what guests' drivers do, a step being a byte that says what, a byte of length,
and so many bytes.

usage: fuzz_vfu_seeds.py [OUTPUT-DIRECTORY]     (default: tests/fuzz/corpus/vfu)
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KVASER, EMS, PEAK, NO_VERSION = 0, 1, 2, 192
RAW, WRITE, READ, IRQS, REQUEST, BUS = 0, 1, 3, 4, 5, 6
MS = 10 * 8  # added to a step: then a millisecond passes
CONFIG = 7


def step(what, data=b""):
    return bytes((what, len(data))) + data


def write(region, offset, data):
    return step(WRITE, bytes((region, offset & 0xFF, offset >> 8)) + bytes(data))


def read(region, offset, count=1):
    return step(READ, bytes((region, offset & 0xFF, offset >> 8 | (count - 1) << 4)))


def registers(base, stride, values):
    return b"".join(write(1, base + stride * register, (value,)) for register, value in values)


# CDR, BTR0, BTR1 of 500 kbit/s, acceptance, IER, MOD; then a frame, and the command to send it.
OPEN = ((0, 1), (31, 0xC0), (6, 0), (7, 0x1C), (16, 0), (20, 255), (21, 255), (22, 255), (23, 255), (4, 255), (0, 0))
SEND = ((16, 0x08), (17, 0x24), (18, 0x60), (19, 1), (20, 2), (1, 1))
INTX = step(IRQS, bytes((4 | 32, 0, 0, 1, 0))) + step(IRQS, bytes((1 | 16, 0, 0, 1)))


def probe():
    return read(CONFIG, 0, 16) + b"".join(write(CONFIG, 0x10 + 4 * i, b"\xff" * 4) + read(CONFIG, 0x10 + 4 * i, 4)
                                          for i in range(6)) + write(CONFIG, 4, (7, 0))


def traffic(base, stride):
    return (registers(base, stride, OPEN) + INTX + step(BUS + MS, b"\x10") * 3 + read(1, base + stride * 3)
            + registers(base, stride, ((1, 4),)) + registers(base, stride, SEND) + step(BUS + MS)
            + step(BUS + MS, b"\x00\x7d\x00") + registers(base, stride, SEND) + step(BUS + MS)
            + read(1, base + stride * 2) + step(IRQS, bytes((1 | 16, 0, 0, 1))))


SEEDS = {
    "kvaser": bytes((KVASER,)) + probe() + write(0, 0x39, (0x20,)) + traffic(0, 1),
    "ems": bytes((EMS,)) + probe() + write(0, 2, (2,)) + traffic(0x400 & 0xFFF, 4),
    "peak": bytes((PEAK,)) + probe() + write(0, 2, (3,)) + traffic(0, 4),
    "requests": bytes((KVASER,)) + b"".join(step(REQUEST, bytes((command,)) + bytes(32)) for command in range(2, 16)),
    "short": bytes((PEAK,)) + b"".join(step(REQUEST, bytes((command, 0))) for command in range(2, 16)),
    "no_version": bytes((NO_VERSION,)) + read(CONFIG, 0, 16),
    "again": bytes((EMS,)) + step(REQUEST, b"\x01\x00\x00\x01\x00{}") + read(CONFIG, 0),
    "beyond": bytes((EMS,)) + read(0, 0xFFF, 16) + read(CONFIG, 0xFF, 16) + read(8, 0) + write(1, 0xFFF, b"12"),
    "raw": bytes((KVASER,)) + step(RAW, b"\x01\x00\x09\x00\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00"),
    "torn": bytes((KVASER,)) + step(RAW, b"\x01\x00\x04") + step(RAW, b"\x00\x20\x00\x00\x00") + step(RAW, bytes(40)),
    "reset": bytes((PEAK,)) + traffic(0, 4) + step(REQUEST, b"\x0d") + read(1, 0) + traffic(0, 4),
    "irqs": bytes((KVASER,)) + b"".join(step(IRQS, bytes((data | action, 0, 0, count, 1))[:n])
                                        for data in (1, 2, 4) for action in (8, 16, 32) for count in (0, 1)
                                        for n in (4, 5)),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "fuzz", "corpus", "vfu")
    os.makedirs(folder, exist_ok=True)
    for name, data in SEEDS.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


main()
