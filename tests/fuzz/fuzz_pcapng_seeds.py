#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the seed corpus of fuzz_pcapng: small captures of both forms and byte orders.

usage: fuzz_pcapng_seeds.py [OUTPUT-DIRECTORY]     (default: tests/fuzz/corpus/pcapng)
"""

import os
import struct
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def option(order, code, data):
    return struct.pack(order + "HH", code, len(data)) + padded(data)


def block(order, kind, body):
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order):
    body = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
    return block(order, 0x0A0D0D0A, body + option(order, 4, b"seeds") + option(order, 0, b""))


def interface(order, link, *options):
    return block(order, 1, struct.pack(order + "HHI", link, 0, 0) + b"".join(options))


def packet(order, index, ticks, data, *options, original=None):
    head = struct.pack(order + "IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, len(data), original or len(data))
    return block(order, 6, head + padded(data) + b"".join(options))


def can(ident, data, flags=0, raw=0, order=">", size=16):
    return (struct.pack(order + "IBBBB", ident, len(data), flags, 0, raw) + data).ljust(size, b"\0")


def seeds():
    for order, name in (("<", "little"), (">", "big")):
        head = section(order)
        socketcan = interface(order, 227, option(order, 2, b"can0"), option(order, 9, b"\x09"), option(order, 0, b""))
        fine = interface(order, 227, option(order, 9, b"\x8A"), option(order, 14, struct.pack(order + "q", 100)))
        yield "frames_" + name, head + socketcan + b"".join(
            packet(order, 0, 1700000000000000000 + i * 1000, data) for i, data in enumerate((
                can(0x123, b"\x11\x22"), can(0x92345678, bytes(range(8))), can(0x400007FF, b""),
                can(1, bytes(8), raw=15), can(0x20000088, bytes(8)), can(2, bytes(12), 5, size=72))))
        yield "clock_" + name, head + fine + packet(order, 0, 1536, can(3, b""), option(order, 1, b"why"))
        sll = struct.pack(">HHH8sH", 0, 280, 0, b"", 0x0C) + can(0x123, b"\x33", order=order)
        sll2 = struct.pack(">HHIHBB8s", 0x0D, 0, 7, 280, 0, 0, b"") + can(0x80000123, b"\x33", 1, order=order, size=72)
        yield "cooked_" + name, (head + interface(order, 113) + interface(order, 276) + packet(order, 0, 1, sll)
                                 + packet(order, 1, 2, sll2))
        yield "others_" + name, (head + interface(order, 1) + packet(order, 0, 1, bytes(60)) + block(order, 99, b"")
                                 + section(order) + socketcan + block(order, 3, struct.pack(order + "I", 16)
                                                                      + can(5, b"\1"))
                                 + packet(order, 0, 5, can(6, b"\1\2\3")[:9], original=16))
        older = struct.pack(order + "IHHiIII", 0xA1B2C3D4 if order == "<" else 0xA1B23C4D, 2, 4, 0, 0, 65535, 227)
        yield "older_" + name, older + b"".join(
            struct.pack(order + "IIII", 1700000000 + i, i, len(data), len(data)) + data for i, data in enumerate((
                can(0x123, b"\x11\x22"), can(0x92345678, bytes(range(8))), can(2, bytes(12), 5, size=72), bytes(3))))
    yield "cut_section", section("<")[:30]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "fuzz", "corpus", "pcapng")
    os.makedirs(folder, exist_ok=True)
    for name, data in seeds():
        with open(os.path.join(folder, name), "wb") as to:
            to.write(data)


main()
