#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What attached programs are told of errors that faults make: where they were, arbitration lost, bus-off and after."""

import json
import subprocess
import sys

import attach_lib as a
from attach_lib import check, need, test

ERR, LOSTARB, CRTL, PROT, ACK, BUSOFF, BUSERROR, RESTARTED = (
    0x20000000, 0x2, 0x4, 0x8, 0x20, 0x40, 0x80, 0x100)

# Sends the frames named on its command line, prints every error frame as identifier and data.
WATCHER = r"""
import select, socket, struct, sys
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
s.setsockopt(101, 2, struct.pack("=I", 0x1FFFFFFF))
s.bind(("can0",))
print("bound", flush=True)
for line in sys.stdin:
    can_id, count = (int(word, 16) for word in line.split())
    for _ in range(count):
        s.send(struct.pack("=IB3x8s", can_id, 8, b"\x55" * 8))
    while select.select([s], [], [], 0.5)[0]:
        can_id, data = struct.unpack("=I4x8s", s.recv(16))
        if can_id & 0x20000000:
            print("%x" % can_id, data.hex(), flush=True)
    print("quiet", flush=True)
"""


class Watcher:
    def __init__(self, shared, name, **options):
        self.program = a.Running(shared.link, a.PYTHON, "-c", WATCHER, name=name, stdin=subprocess.PIPE, **options)
        self.program.wait_lines(1)
        self.seen = 1

    def put(self, can_id, count=1):
        self.program.process.stdin.write(b"%x %x\n" % (can_id, count))
        self.program.process.stdin.flush()

    def errors(self):
        """What it was told since, as (identifier, data)."""
        a.wait_for(lambda: self.program.lines()[-1:] == ["quiet"] and len(self.program.lines()) > self.seen,
                   "the watcher's silence", 20)
        lines = self.program.lines()
        new, self.seen = lines[self.seen:-1], len(lines)
        return [(int(words[0], 16), bytes.fromhex(words[1])) for words in map(str.split, new)]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.program.__exit__()


def fault(shared, *words):
    done = subprocess.run([a.CANSIM, "fault", "--link", shared.link, *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=10)
    check(done.returncode == 0, words, done.stderr)


def bus_errors(errors):
    return [(data[2], data[3]) for can_id, data in errors if can_id & BUSERROR]


@test("a bit error of the transmitter: type, direction and location, for each part of the frame")
def places(shared):
    need("candump")
    #        field, index, identifier   data[2]: TX and BIT (an ID bit that turns recessive: a bit error, too)  data[3]
    cases = [("data", 3, 0x123, 0x0A), ("dlc", 0, 0x123, 0x0B), ("crc", 2, 0x123, 0x08), ("crc_delim", 0, 0x123, 0x18),
             ("ack_delim", 0, 0x123, 0x1B), ("eof", 2, 0x123, 0x1A)]
    with Watcher(shared, "sender") as sender, a.listening(shared, "can0"):
        for field, index, can_id, location in cases:
            fault(shared, "arm", "can0", "flip", f"field={field}", f"index={index}", "count=1")
            sender.put(can_id)
            got = bus_errors(sender.errors())
            check(len(got) >= 1 and got[0][0] & 0x80 and got[0][1] == location, field, got)
            check(got[0][0] & 0x7F in (0x01, 0x02), "a bit or a form error", field, got)


@test("receivers alone see an error: CRC, stuff; the transmitter sees their flags")
def receivers(shared):
    need("candump")
    with Watcher(shared, "sender") as sender, Watcher(shared, "receiver") as receiver, \
            a.listening(shared, "can0"):
        fault(shared, "arm", "can0", "flip", "field=crc", "index=5", "seen_by=receiver", "count=1", "id=0x123")
        sender.put(0x123)
        sent = sender.errors()
        receiver.put(0x7FF, 0)
        got = bus_errors(receiver.errors())
        # alone with it, so the sender's flag ends a bit later: dominant bits after its own
        check(got == [(0x00, 0x08), (0x00, 0x13)], "CRC error while receiving", got)
        # its error flag begins behind the ACK delimiter, in the first bit of EOF
        check(bus_errors(sent) == [(0x81, 0x1A)] or bus_errors(sent) == [(0x82, 0x1A)], sent)
        # six equal bits
        fault(shared, "arm", "can0", "dominant", "field=data", "index=0", "bits=8", "seen_by=receiver", "count=1",
              "id=0x123")
        sender.put(0x123)
        sender.errors()
        receiver.put(0x7FF, 0)
        got = bus_errors(receiver.errors())
        check(got and got[0] == (0x04, 0x0A), "stuff error in the data", got)


@test("arbitration lost: the bit as the SJA1000 counts it")
def arbitration(shared):
    need("candump")
    with Watcher(shared, "strong") as strong, Watcher(shared, "weak") as weak, a.listening(shared, "can0"):
        weak.put(0x101, 60)
        strong.put(0x100, 60)
        lost = [data[0] for can_id, data in weak.errors() if can_id & LOSTARB]
        strong.errors()
        check(lost and set(lost) == {10}, lost)
        weak.put(0x98000101, 60)  # extended, with 0x600 as its base identifier
        strong.put(0x600, 60)
        lost = [data[0] for can_id, data in weak.errors() if can_id & LOSTARB]
        strong.errors()
        check(lost and set(lost) == {11}, "SRR", lost)


@test("a bus-off attack: warning, passive, bus-off, restarted; afterwards frames go through")
def bus_off(shared):
    need("candump")
    with Watcher(shared, "victim") as victim, a.listening(shared, "-L", "can0") as dump:
        fault(shared, "arm", "can0", "attack-bus-off", "id=0x321")
        victim.put(0x321)
        errors = victim.errors()
        told = [(can_id & ~ERR & (CRTL | BUSOFF | RESTARTED), data[1]) for can_id, data in errors
                if can_id & (CRTL | BUSOFF | RESTARTED)]
        check(told[:4] == [(CRTL, 0x08), (CRTL, 0x20), (BUSOFF, 0), (RESTARTED, 0)], told)
        tec = [data[6] for can_id, data in errors if can_id & BUSERROR][:31]
        check(tec == [8 * (i + 1) for i in range(31)], tec)
        check(dump.lines() == [], "the frame never got through", dump.lines())
        fault(shared, "clear", "all")
        victim.put(0x322)
        check([line.split()[2] for line in dump.wait_lines(1)] == ["322#5555555555555555"], dump.lines())
        victim.errors()


@test("--bitrate: a program at another bit rate hears only errors, and destroys frames")
def other_rate(shared):
    need("cansend")
    with Watcher(shared, "sender") as sender, a.listening(shared, "can0") as dump:
        with Watcher(shared, "slow", options=["--bitrate", "62500"]) as slow:
            sender.put(0x123)
            got = bus_errors(sender.errors())
            check(got and all(direction & 0x80 for direction, _ in got[:1]), got)
            slow.put(0x7FF, 0)
            got = bus_errors(slow.errors())
            check(got and not any(direction & 0x80 for direction, _ in got), "as a receiver", got)
        sender.put(0x124)  # it has gone
        a.wait_for(lambda: " 124 " in dump.output(), "the frame", 20)
        sender.errors()


@test("candump shows error frames with their counters")
def shown(shared):
    need("candump", "cansend")
    with a.listening(shared, "can0,0:0,#FFFFFFFF") as dump, a.listening(shared, "can0"):
        fault(shared, "arm", "can0", "flip", "field=data", "index=1", "id=0x123", "count=1")
        check(a.run(shared.link, "cansend", "can0", "123#5555").returncode == 0)
        a.wait_for(lambda: "ERRORFRAME" in dump.output(), "an error frame")
        # a stuff error in the data as a receiver, REC 1
        check("20000288   [8]  00 00 04 0A 00 00 00 01" in dump.output() or
              "20000288   [8]  00 00 00 08 00 00 00 01" in dump.output(), dump.output())


@test("the events file says the same: which fault acted")
def events(shared):
    kinds = set()
    with open(shared.events, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line) if line.endswith("}\n") else {}
            if event.get("event") == "fault":
                kinds.add(str(event.get("stage", "")))
    check({"armed", "fired"} <= kinds, kinds)


if __name__ == "__main__":
    with a.host(buses=("can0:125k",)) as started:
        a.run_tests(started)
    sys.exit(0)
