#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the seed corpus of fuzz_proto: the messages of docs/link-protocol.md and variations.

usage: fuzz_proto_seeds.py [OUTPUT-DIRECTORY]     (default: tests/fuzz/corpus/proto)

A seed is one byte for the sender (0 client, 1 host) and then a stream of messages.
"""

import os
import re
import struct
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAGIC_VERSION = b"CANS" + struct.pack("<HH", 1, 0)


def message(kind, body=b"", flags=0, length=None):
    return struct.pack("<IHH", length if length is not None else 8 + len(body), kind, flags) + body


def frame(identifier, flags, dlc, data):
    return struct.pack("<IBBBB", identifier, flags, dlc, len(data), 0) + data + b"\0" * (-len(data) % 8)


def name(text):
    return text.encode().ljust(64, b"\0")


def text(words):
    return struct.pack("<H", len(words)) + words


def filters(*rows, size=12):
    packed = b"".join(struct.pack("<IIBBH", *row, 0).ljust(size, b"\0") for row in rows)
    return struct.pack("<HH", len(rows), size) + packed


def buses(*rows):
    packed = b"".join(name(n) + struct.pack("<II", rate, 0) for n, rate in rows)
    return struct.pack("<HH", len(rows), 72) + packed


def document():
    """The example session: client's and host's bytes."""
    with open(os.path.join(ROOT, "docs", "link-protocol.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```hex\n(.*?)```", file.read(), re.S)
    sides = {"C": b"", "H": b""}
    for block in blocks:
        head, *rows = block.splitlines()
        sides[head[0]] += b"".join(bytes.fromhex(row[4:]) for row in rows)
    return sides["C"], sides["H"]


def timing(nominal=500000, data=0, sjw=5, drift=0):
    def rate(bps):
        return struct.pack("<IIHHHHHxx", bps, 0, 0, 59, 10, 10, sjw) if bps else bytes(20)
    return rate(nominal) + rate(data) + struct.pack("<iBxH", drift, 2, 40)


def fault_seeds():
    asked = MAGIC_VERSION + struct.pack("<Q", 7) + name("can0")
    yield "fault_arm", message(0x0C, asked + text(b"flip field=crc index=3 id=0x123 count=2"))
    yield "fault_arm_long", message(0x0C, asked + text(b"x" * 2047)) + message(0x0C, asked + text(b"x" * 2048))
    yield "fault_arm_short", message(0x0C, asked + struct.pack("<H", 9) + b"flip")
    yield "fault_clear", message(0x0D, asked + struct.pack("<i", 1)) + message(0x0D, asked + struct.pack("<i", -1))
    yield "fault_list", message(0x0E, asked) + message(0x0E, b"CANS" + struct.pack("<HH", 2, 0))
    yield "timing", message(0x0A, timing(500000, 2000000, drift=-100)) + message(0x0A, bytes(48)) + message(0x0B)
    yield "timing_impossible", message(0x0A, timing(sjw=11))
    yield "timing_full", message(0x0A, b"\xff" * 48)


def watching_seeds():
    yield "monitor", message(0x0F, MAGIC_VERSION + name("watcher") + struct.pack("<Q", 2**64 - 1))
    yield "monitor_short", message(0x0F, MAGIC_VERSION + name("watcher"))
    yield "look", message(0x10, struct.pack("<QIIq", 1, 15, 0, -1)) + message(0x10, struct.pack("<QIIq", 1, 1, 7, -2))
    for operation in (0, 4, 5, 6, 10, 255):
        yield f"control_{operation}", message(0x11, struct.pack("<QBxHiI4x", 9, operation, 1, 2, 500)
                                              + frame(0x123, 0, 2, b"\1\2") + text(b"no-ack node=b"))
    yield "control_far_bus", message(0x11, struct.pack("<QBxHiI4x", 9, 0, 16, 0, 0) + frame(0, 0, 0, b"") + text(b""))
    yield "control_long", message(0x11, struct.pack("<QBxHiI4x", 9, 10, 0, 0, 0) + frame(0, 0, 0, b"") + text(b"/" * 2048))


def watched_seeds():
    yield "watching", message(0x8F, MAGIC_VERSION + struct.pack("<IB3xqq", 1, 0, 10**12, 0) + text(b"only to look at"))
    event = struct.pack("<qqqQHHhh7H10BiB3xQ", 2, 1, 0, 5, 7, 1, 3, -1, 0, 0, 111, 0, 0, 1, 0,
                        0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 3, 0)
    yield "event", message(0x90, event + frame(0x123, 0, 8, b"\x11" * 8) + text(b"") + text(b"SDO read"))
    yield "event_fd", message(0x90, event + frame(0x123, 12, 15, b"\x11" * 64) + text(b"x" * 63) + text(b"y" * 2047))
    yield "event_cut", message(0x90, event + frame(0x123, 0, 8, b"\x11" * 8) + text(b"x" * 64) + text(b""))
    yield "info", message(0x91, struct.pack("<QqqIIHHBBBB", 0, 1, 2, 1000, 3, 2, 1, 1, 1, 0, 1) + text(b"title")
                          + text(b"unix:/s") + text(b"") + text(b"a reason"))
    yield "bus", message(0x92, struct.pack("<QHBxIIIIII4x", 1, 0, 1, 500000, 2000000, 500, 100, 10, 3) + name("can0")
                         + timing(500000, 2000000) + struct.pack("<14QqQ", *range(14), 5, 6))
    yield "node", message(0x93, struct.pack("<QHhBBBBBBBxHHIIIIIIqq7Qq", 1, 0, 5, 2, 0, 1, 1, 0, 1, 1, 256, 0, 500000, 0, 7,
                                            1, 64, 10, 0, 0, *range(7), 9) + timing() + text(b"a") + text(b"scenario"))
    yield "id", message(0x94, struct.pack("<QHh4xQQqqqqq", 1, 0, -1, 4, 255, 1, 2, 3, 4, 5) + frame(0x321, 2, 4, b""))
    port = text(b"can0") + struct.pack("<BBHHII", 1, 0, 1, 2, 500000, 0)
    device = struct.pack("<QHBBB3xQQQQ", 1, 0, 1, 0, 4, 1, 2, 3, 4) + b"".join(map(text, (
        b"card1", b"card", b"kvaser", b"kvaser_pci", b"/tmp/x", b"-device vfio-user-pci")))
    yield "device", message(0x95, device + port * 4)
    yield "device_few_ports", message(0x95, device + port * 3)
    yield "looked", message(0x96, struct.pack("<QqIIH6x", 1, 10**12, 15, 0x2000005, 0))
    yield "controlled", message(0x97, struct.pack("<QqHHi", 9, 1, 2, 0, 0) + text(b"the host lets nobody"))
    yield "fault_1_2", message(0x8D, struct.pack("<QiB3xQQqq", 7, 1, 1, 5, 2, 10**9, -1) + text(b"no-ack node=b")
                               + struct.pack("<H", 15))


def edges(*rows, size=16):
    packed = b"".join(struct.pack("<qHhBxxx", *row).ljust(size, b"\0") for row in rows)
    return struct.pack("<HH", len(rows), size) + packed


def asking_seeds():
    """Since 1.3, of a monitor."""
    yield "look_1_3", message(0x10, struct.pack("<QIIqQ", 1, 0xFF, 0x5000001, -1, 2**64 - 1))
    yield "look_1_3_within", message(0x10, struct.pack("<QIIqQ", 1, 0x20, 0, -1, 7)[:-3])
    old = struct.pack("<QBxHiI4x", 9, 13, 1, 0, 63) + frame(0, 0, 0, b"") + text(b"")
    yield "control_1_3", message(0x11, old + struct.pack("<hBx", 255, 8))
    yield "control_1_3_far", message(0x11, old + struct.pack("<hBx", 256, 8))
    yield "control_1_3_within", message(0x11, old + b"\1")
    slot = struct.pack("<QHHBBBBqqIHHqqqq", 1, 63, 15, 1, 1, 1, 1, 10**9, 0, 1000, 7, 32, 0, 2**32 - 1, -1, 5)
    yield "sender", message(0x12, slot + frame(0x123, 0, 8, b"\x11" * 8))
    yield "sender_fd", message(0x12, slot + frame(0x123, 12, 15, b"\x11" * 64))
    yield "sender_cut", message(0x12, slot + frame(0x123, 0, 8, b"\x11" * 8)[:-1])
    yield "sender_before_time", message(0x12, slot.replace(struct.pack("<q", 10**9), struct.pack("<q", -1))
                                        + frame(0x123, 0, 0, b""))
    yield "ask", message(0x13, struct.pack("<QH6x", 1, 0) + text(b"canopen") + text(b"read 5 1018:01"))
    yield "ask_long", message(0x13, struct.pack("<QH6x", 1, 0) + text(b"c" * 63) + text(b"r" * 512))


def told_seeds():
    """Since 1.3, of a host."""
    yield "watching_1_3", message(0x8F, MAGIC_VERSION + struct.pack("<IB3xqq", 1, 0, 10**12, 0) + text(b"")
                                  + struct.pack("<Q", 2**63))
    yield "decoder", message(0x98, struct.pack("<QHB5x", 0, 0, 1) + text(b"canopen") + text(b"eds=can0:5=/x/drive.eds"))
    yield "sender_status", message(0x99, struct.pack("<QHBBHBx4Qq", 1, 63, 1, 3, 7, 9, 1, 2, 3, 4, -1))
    yield "answer", message(0x9A, struct.pack("<QqB7x", 1, 10**12, 3) + text(b"read 5 1018:01 = 7\n"))
    yield "plan", message(0x9B, struct.pack("<QQ5I4x", 1, 2, 3, 0, 1, 1, 1) + text(b"/x/boot.json"))
    row = struct.pack("<QqqIIiHBB", 1, -1, -5, 2, 17, 1, 3, 4, 1)
    yield "plan_row", message(0x9C, row + b"".join(map(text, (b"after", b"ecu", b"sends", b"", b"x:1:2", b"{}"))))
    yield "plan_row_full", message(0x9C, row + b"".join(text(b"t" * n) for n in (255, 127, 767, 767, 255, 1535)))
    yield "plan_row_long", message(0x9C, row + b"".join(text(b"t" * n) for n in (256, 127, 767, 767, 255, 1535)))
    head = struct.pack("<qQB7x", 10**12, 5, 1)
    yield "edges", message(0x9D, head + edges((1, 0, -1, 0), (2, 15, 255, 1)))
    yield "edges_full", message(0x9D, head + edges(*[(i, 0, -1, i & 1) for i in range(240)]))
    yield "edges_too_many", message(0x9D, head + edges(*[(i, 0, -1, i & 1) for i in range(241)]))
    yield "edges_wide", message(0x9D, head + edges((1, 0, -1, 0), size=24))
    yield "edges_narrow", message(0x9D, head + struct.pack("<HH", 1, 15) + b"\0" * 15)
    yield "edges_nowhere", message(0x9D, head + edges((1, 16, -1, 0)))
    yield "edges_no_level", message(0x9D, head + edges((1, 0, -1, 2)))
    yield "edges_cut", message(0x9D, head + edges((1, 0, -1, 0))[:-1])


def client_seeds():
    options = struct.pack("<IIHBBBxxx", 500000, 100, 16, 7, 3, 1)
    full = filters(*[(i, 0x7FF, 0, 3) for i in range(64)])
    hello = message(1, MAGIC_VERSION + name("can0") + name("ecu") + options + full)
    yield "hello", hello
    later = struct.pack("<BBBxq", 3, 1, 1, 10**6) + timing(250000, 4000000)
    yield "hello_1_1", message(1, MAGIC_VERSION + name("can0") + name("ecu") + options + full + later)
    yield "hello_1_1_cut", message(1, MAGIC_VERSION + name("") + name("ecu") + options + filters() + later[:12])
    yield "hello_1_1_within", message(1, MAGIC_VERSION + name("") + name("ecu") + options + filters() + later[:20])
    yield from fault_seeds()
    yield from watching_seeds()
    yield from asking_seeds()
    yield "hello_wide_filters", message(
        1, MAGIC_VERSION + name("") + name("x") + options + filters((1, 2, 1, 1), size=20))
    yield "hello_no_nul", message(1, MAGIC_VERSION + b"a" * 64 + name("x") + options + filters())
    yield "hello_version_2", message(1, b"CANS" + struct.pack("<HH", 2, 0))
    yield "list", message(2, MAGIC_VERSION)
    for title, args in {
        "base": (0x123, 0, 8, b"\x11" * 8), "extended": (0x12345678, 1, 2, b"\x01\x02"),
        "remote": (0x7FF, 2, 8, b""), "fd": (0x1, 12, 15, b"\xAA" * 64), "raw_dlc": (1, 0, 15, b"8" * 8),
        "impossible": (0x800, 0, 1, b"\0"), "wrong_dlc": (1, 0, 2, b"\0"), "long": (1, 4, 15, b"x" * 65),
    }.items():
        yield "send_" + title, message(3, struct.pack("<Q", 42) + frame(*args))
    yield "abort", message(4, struct.pack("<Q", 42))
    yield "filters_none", message(5, filters())
    yield "filters_too_many", message(5, struct.pack("<HH", 65, 12) + b"\0" * 780)
    yield "filters_huge_stride", message(5, struct.pack("<HH", 2, 65535))
    yield "mode", message(6, struct.pack("<Q", 7)) + message(6, struct.pack("<Q", 8))
    yield "short_ones", message(7) + message(8) + message(9, struct.pack("<Q", 1))
    yield "ignorable", message(0x55, b"future", flags=1) + message(7)
    yield "unknown", message(0x55, b"future")
    yield "length_0", message(7, length=0)
    yield "length_huge", message(7, length=0xFFFFFFFF)
    yield "length_max", message(7, b"\0" * 4088)


def host_seeds():
    joined = struct.pack("<IIqqhHI", 500000, 0, 1767225600 * 10**9, 0, 1, 64, 0)
    yield "welcome", message(
        0x81, MAGIC_VERSION + name("can0") + name("ecu") + joined + buses(("can0", 500000), ("can1", 250000)))
    wide = struct.pack("<HH", 1, 80) + name("can0") + struct.pack("<IIIBxxx", 500000, 0, 2000000, 1)
    yield "welcome_1_1", message(
        0x81, MAGIC_VERSION + name("can0") + name("ecu") + joined + wide + struct.pack("<IBxxx", 2000000, 3)
        + timing(500000, 2000000))
    yield "buses_1_1", message(0x83, MAGIC_VERSION + wide)
    yield "events_1_1", (message(0x86, struct.pack("<qQHHIBBHhH", 1, 2, 3, 4, 0, 2, 1, 10, -1, 0))
                         + message(0x87, struct.pack("<qBBBBHHH6xHBB4x", 1, 6, 25, 1, 0, 99, 256, 255, 3, 1, 1)))
    yield "faults", (message(0x8D, struct.pack("<QiB3xQQqq", 7, 1, 1, 5, 2, 10**9, -1) + text(b"no-ack node=b"))
                     + message(0x8C, struct.pack("<QqHHiQ", 7, 1, 2, 0, 0, 1) + text(b"there is no fault 3"))
                     + message(0x8E, struct.pack("<qiBBh", 1, 1, 3, 0, -1) + text(b"flip field=crc")))
    yield from watched_seeds()
    yield from told_seeds()
    yield "refused", message(0x82, struct.pack("<HHH", 3, 1, 0) + text(b"no bus \"x\"; there is can0"))
    yield "buses", message(0x83, MAGIC_VERSION + buses(*[(f"can{i}", 10000) for i in range(16)]))
    yield "rx", message(0x84, struct.pack("<qqhB5x", 0, 10**12, -1, 1) + frame(0x123, 0, 8, b"\0" * 8))
    yield "tx_done", message(0x85, struct.pack("<QqqHHB3x", 1, 2, 3, 4, 5, 7))
    yield "events", (message(0x86, struct.pack("<qQHHI", 1, 2, 3, 4, 0))
                     + message(0x87, struct.pack("<qBBBBHHH6x", 1, 6, 25, 1, 0, 99, 256, 255))
                     + message(0x88, struct.pack("<qBBHHH", 1, 3, 0, 1, 2, 0)))
    yield "lost", message(0x89, struct.pack("<Q", 2**64 - 1))
    yield "goodbye", message(0x8A, struct.pack("<H", 8) + text(b"x" * 255))
    yield "goodbye_long", message(0x8A, struct.pack("<H", 8) + text(b"x" * 256))
    yield "pong", message(0x8B, struct.pack("<Qq", 5, -1))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "fuzz", "corpus", "proto")
    os.makedirs(folder, exist_ok=True)
    client, host = document()
    seeds = [("client_document", b"\0" + client), ("host_document", b"\1" + host)]
    seeds += [("client_" + title, b"\0" + data) for title, data in client_seeds()]
    seeds += [("host_" + title, b"\1" + data) for title, data in host_seeds()]
    for title, data in seeds:
        with open(os.path.join(folder, title), "wb") as file:
            file.write(data)
    print(f"{len(seeds)} seeds in {folder}")


if __name__ == "__main__":
    main()
