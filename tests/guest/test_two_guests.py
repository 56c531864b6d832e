#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Two Linux guests in QEMU, a candump on the host and cansim's log tell the same story.

cansim serves one bus at 500 kbit/s; two QEMU processes with an SJA1000 card each and a candump join
it through cansim-attach.  First all three send in turn, then the host sends a train of frames back
to back, then both guests send at the same time.  Prints TAP.  Environment: CANSIM_BIN,
CANSIM_GUEST_CACHE.

QEMU's SJA1000 spoils its receive FIFO on a remote frame with a length above 0, so the remote frames
here have length 0.  Its FIFO is 64 bytes and it is an emulated computer that empties it, so nothing
here is sent faster than a busy machine can follow."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import guest_lib
import tap
import wire
from guest_lib import Guest, GuestError, Missing

POINTS = [
    "cansim serves a bus and both guests bring up can0 at 500 kbit/s",
    "cansim's log holds every frame sent in turn and back to back, in the order of sending",
    "guest 1 saw what the log says, in its order",
    "guest 2 saw what the log says, in its order",
    "candump on the host saw what the log says, in its order",
    "with both guests sending at once each frame is in the log once, a sender's in their order",
    "in the log no frame ends earlier than its bits allow",
    "bus time kept pace with the clock on the wall",
    "the events file is JSON lines, in order, and tells the log's frames with their exact lengths",
    "the guests power off and cansim ends with its files complete",
]
LIMIT_S = 150
BUS = "can0"
BITRATE = 500000
BIT_US = 1000000 // BITRATE
FRAME_EVENT = "frame"  # in the events file: a frame was valid on the bus
PROBE = "7FE#"  # says whether the host's candump listens; compared nowhere
# Back to back, and 29 bytes in a FIFO; the identifiers fall and rise, a sender's frames must not.
TRAIN = ["3F5#", "3F2#", "3F4#01", "1F0003F2#", "3F3#02", "3FF#", "3F2#03", "3F6#"]
BURST = 25
BURST_GAP_MS = 25
EVERYONE = ("guest1", "guest2", "host")


def payload(length, seed):
    """Bytes that need stuffing here and there."""
    pattern = bytes([0x00, 0xFF, 0x0F, 0xAA, 0x55, 0xF8, 0x07, 0x80, 0x01, 0x7E, seed])
    return "".join("%02X" % pattern[(i + seed) % len(pattern)] for i in range(length))


def frames_from(sender):
    """What a sender sends: every length with both kinds of identifier, the edges, remote frames.
    No two senders share an identifier, so a frame tells who sent it."""
    number = EVERYONE.index(sender) + 1
    frames = []
    for length in range(9):
        frames.append("%03X#%s" % (0x100 * number + length, payload(length, number + length)))
        frames.append("%08X#%s" % (0x10000000 + 0x100000 * number + 0x555 * length,
                                   payload(length, 3 * number + length)))
    edges = {"guest1": ["000#FFFFFFFFFFFFFFFF", "00000000#"], "guest2": ["7FF#00", "1FFFFFFF#"],
             "host": ["555#0000000000000000", "0AAAAAAA#F0"]}
    remote = ["%03X#R" % (0x110 + 0x100 * number), "%08X#R" % (0x18DA0000 + number)]
    return frames + edges[sender] + remote


def in_turn():
    """(sender, frame) of the first part: the three take turns."""
    lists = [[(sender, frame) for frame in frames_from(sender)] for sender in EVERYONE]
    return [pair for turn in zip(*lists) for pair in turn]


def burst_identifier(sender):
    return "%03X" % (0x3F0 + EVERYONE.index(sender))


def burst_frames(sender):
    return ["%s#%02X%02X" % (burst_identifier(sender), i & 0xFF, i >> 8) for i in range(BURST)]


def parse_log(path):
    """[(time in microseconds, bus, frame)] of a candump log; raises ValueError on anything else."""
    entries = []
    with open(path, encoding="ascii") as file:
        for line in file:
            if not line.endswith("\n"):
                raise ValueError("the last line is incomplete: %r" % line)
            stamp, bus, frame = line.split()[:3]
            seconds, _, micros = stamp.strip("()").partition(".")
            entries.append((int(seconds) * 1000000 + int(micros), bus,
                            guest_lib.frames_of(line)[0]))
            if len(micros) != 6:
                raise ValueError("not six decimals: %r" % line)
    return entries


def compare(expected, seen, who):
    """Sentences on the first difference between two lists of frames."""
    if expected == seen:
        return []
    problems = ["%s: %d frames expected, %d seen" % (who, len(expected), len(seen))]
    for number, (want, got) in enumerate(zip(expected, seen)):
        if want != got:
            problems.append("frame %d: expected %s, saw %s" % (number + 1, want, got))
            break
    missing = [frame for frame in expected if frame not in seen]
    extra = [frame for frame in seen if frame not in expected]
    for word, frames in (("missing", missing), ("unexpected", extra)):
        if frames:
            problems.append("%s: %s" % (word, " ".join(frames[:6])))
    return problems


class Stage:
    """Everything that runs: cansim, two guests, the host's candump, in one private directory."""

    def __init__(self, directory):
        self.directory = directory
        self.link = os.path.join(directory, "link.sock")
        self.children = []
        self.files = []
        self.guests = {}
        self.host = None
        self.sent = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def program(self, name):
        path = os.path.join(guest_lib.bin_directory(), name)
        if not os.access(path, os.X_OK):
            raise GuestError("%s is missing: build it first" % path)
        return path

    def attach(self, name):
        return [self.program("cansim-attach"), "--link", self.link, "--as", name, "--"]

    def start(self, command, name):
        """Start a child with its output in NAME.out and NAME.err."""
        out, err = open(self.path(name + ".out"), "wb"), open(self.path(name + ".err"), "wb")
        self.files += [out, err]
        child = guest_lib.spawn(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.children.append(child)
        return child

    def text(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def serve(self):
        self.host = self.start([self.program("cansim"), "serve", "--bus", "%s:500k" % BUS,
                                "--link", self.link, "--log", self.path("host.log"),
                                "--events", self.path("host.jsonl")], "cansim")
        wait_until(lambda: os.path.exists(self.link) or self.host.poll() is not None, 10)
        if self.host.poll() is not None or not os.path.exists(self.link):
            raise GuestError("cansim serves nothing: " + self.text("cansim.err").strip())

    def start_guests(self, image, snapshot):
        for name in ("guest1", "guest2"):
            guest = Guest(name, image, self.attach(name), guest_lib.join_host_bus(BUS))
            self.guests[name] = guest
            guest.start(snapshot)
        for guest in self.guests.values():
            guest.wait_ready()
        for guest in self.guests.values():
            guest.bring_up(bitrate=BITRATE)
            guest.start_candump()

    def on_host(self, command):
        """Run a program of the host on the bus to its end."""
        try:
            done = subprocess.run(self.attach("host") + command, check=False, timeout=10,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            raise GuestError("%s on the host did not end" % command[0]) from None
        if done.returncode != 0:
            raise GuestError("%s on the host ended with status %d: %s" % (
                command[0], done.returncode, done.stdout.decode(errors="replace").strip()))

    def logged(self):
        """How many frames cansim's log holds, probes not counted."""
        return len(without_probes(guest_lib.frames_of(self.text("host.log"))))

    def send(self, sender, frame):
        """Send one frame and wait until it was on the bus: a program's write() only queues it."""
        if sender == "host":
            self.on_host(["cansend", BUS, frame])
        else:
            self.guests[sender].check("cansend can0 " + frame)
        self.sent.append(frame)
        if not wait_until(lambda: self.logged() >= len(self.sent), 5):
            raise GuestError("%s sent by %s does not come to the bus" % (frame, sender))

    def send_train(self):
        """Send from the host as fast as the bus takes it."""
        with open(self.path("train.log"), "w", encoding="ascii") as file:
            file.writelines("(0.000000) %s %s\n" % (BUS, frame) for frame in TRAIN)
        self.on_host(["canplayer", "-t", "-I", self.path("train.log")])
        self.sent += TRAIN
        wait_until(lambda: self.logged() >= len(self.sent), 5)

    def start_candump(self):
        """Start the host's candump and wait until it sees a probe."""
        self.start(self.attach("candump") + ["candump", "-L", BUS], "candump")
        for _ in range(20):
            self.on_host(["cansend", BUS, PROBE])
            if wait_until(lambda: PROBE in self.text("candump.out"), 0.5):
                return
        raise GuestError("candump on the host sees nothing: " + self.text("candump.err").strip())

    def burst(self):
        """Both guests send at the same time."""
        for name, guest in self.guests.items():
            guest.type("cangen can0 -I %s -L 2 -D i -g %d -n %d >/tmp/cangen 2>&1 &"
                       % (burst_identifier(name), BURST_GAP_MS, BURST))
        total = len(self.sent) + 2 * BURST
        wait_until(lambda: self.logged() >= total, 20)

    def seen_by(self, guest, count):
        return without_probes(guest.candump(lines=count))

    def end(self):
        """End what is left, each by its pid."""
        for guest in self.guests.values():
            guest.kill()
        for child in reversed(self.children):
            guest_lib.end(child)
        for file in self.files:
            file.close()

    def report(self, points):
        """Tails of everything that has something to say."""
        for guest in self.guests.values():
            points.diagnose("%s's console ended with:" % guest.name)
            points.diagnose("\n".join("  " + line for line in guest.tail()))
        for name in ("cansim.err", "candump.err"):
            if self.text(name).strip():
                points.diagnose("%s ended with:" % name)
                points.diagnose("\n".join(
                    "  " + line for line in self.text(name).splitlines()[-12:]))


def wait_until(condition, limit_s):
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def without_probes(frames):
    return [frame for frame in frames if frame != PROBE]


def of(sender, frames):
    """Those frames that the sender sent."""
    own = set(frames_from(sender)) | set(burst_frames(sender))
    return [frame for frame in frames if frame in own]


def check_receiver(log, seen, name):
    """A guest sees the others' frames in bus order.  Its own come back as soon as its card took
    them, before they were on the bus, so they have an order of their own."""
    others = [frame for frame in log if frame not in of(name, log)]
    problems = compare(others, [f for f in seen if f not in of(name, seen)], name)
    return problems + compare(of(name, log), of(name, seen), name + ", its own")


def check_burst(log, turns):
    later = log[turns:]
    problems = []
    for name in ("guest1", "guest2"):
        problems += compare(burst_frames(name), of(name, later), name)
    if len(later) != 2 * BURST:
        problems.append("%d frames expected, %d in the log" % (2 * BURST, len(later)))
    return problems


def check_times(entries):
    problems = []
    for (before_us, _, _), (at_us, _, frame) in zip(entries, entries[1:]):
        least_us = wire.interval_bits(frame) * BIT_US
        if at_us - before_us < least_us:
            problems.append("%s ends %d us after the frame before it; its bits need %d us"
                            % (frame, at_us - before_us, least_us))
    return problems


def check_pace(entries, first_s, last_s):
    """The bus time from the first frame to the last against the time it took to send them."""
    bus_s = (entries[-1][0] - entries[0][0]) / 1e6
    wall_s = last_s - first_s
    if abs(bus_s - wall_s) <= 0.5 + 0.05 * wall_s:
        return []
    return ["%.3f s on the bus from the first frame to the last, %.3f s on the wall"
            % (bus_s, wall_s)]


def check_length(event):
    """A frame's bits and time on the wire, as the event tells them, against our own count."""
    bits, lasted_ps = event.get("n_bits"), event["at_ps"] - event.get("start_ps", 0)
    expected = wire.frame_bits(event["frame"])
    if bits == expected and lasted_ps == expected * BIT_US * 1000000:
        return []
    return ["%s: %d bits and %d ps expected, %s bits and %d ps told"
            % (event["frame"], expected, expected * BIT_US * 1000000, bits, lasted_ps)]


def check_events(text, entries):
    problems, last_ps, frames = [], None, []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            event = json.loads(line)
            at_ps, name = event["at_ps"], event["event"]
        except (ValueError, KeyError, TypeError) as error:
            return ["line %d of the events file: %s: %s" % (number, error, line[:100])]
        if last_ps is not None and at_ps < last_ps:
            problems.append("line %d: %d ps is before the line above" % (number, at_ps))
        last_ps = at_ps
        if name == FRAME_EVENT:
            frames.append(event["frame"].replace("#R0", "#R"))
            problems += check_length(event)
    log = [frame for _, _, frame in entries]
    return problems + compare(log, frames, "events")


def end_all(stage):
    problems = []
    for guest in stage.guests.values():
        status = guest.power_off()
        if status != 0:
            problems.append("%s: QEMU ended with status %d" % (guest.name, status))
    status = guest_lib.end(stage.host, signal.SIGINT, 5)
    if status != 130:
        problems.append("interrupted cansim ended with status %d, not 130" % status)
    if os.path.exists(stage.link):
        problems.append("cansim left its socket behind")
    return problems


def play(points, stage, image, snapshot):
    stage.serve()
    stage.start_guests(image, snapshot)
    stage.start_candump()
    points.point([])

    first_s = time.monotonic()
    for sender, frame in in_turn():
        stage.send(sender, frame)
    stage.send_train()
    turns = len(stage.sent)
    stage.burst()
    last_s = time.monotonic()

    total = turns + 2 * BURST
    seen = {name: stage.seen_by(guest, total) for name, guest in stage.guests.items()}
    wait_until(lambda: len(without_probes(guest_lib.frames_of(stage.text("candump.out")))) >= total,
               10)
    ending = end_all(stage)
    entries = [entry for entry in parse_log(stage.path("host.log")) if entry[2] != PROBE]
    log = [frame for _, _, frame in entries]
    points.point(compare(stage.sent, log[:turns], "log"))
    for name in ("guest1", "guest2"):
        points.point(check_receiver(log, seen[name], name))
    points.point(compare(log, without_probes(guest_lib.frames_of(stage.text("candump.out"))),
                         "candump on the host"))
    points.point(check_burst(log, turns))
    points.point(check_times(parse_log(stage.path("host.log"))))
    points.point(check_pace(entries, first_s, last_s) if entries else ["the log is empty"])
    points.point(check_events(stage.text("host.jsonl"), parse_log(stage.path("host.log"))))
    points.point(ending)


def body(points):
    guest_lib.qemu_version()
    for name in ("candump", "cansend", "canplayer"):
        if not guest_lib.shutil.which(name):
            raise Missing("'%s' is missing: install the package can-utils" % name)
    cache = guest_lib.cache_directory()
    image = guest_lib.build_image(cache)
    points.start_clock()
    snapshot = guest_lib.snapshot(cache, image)
    with tempfile.TemporaryDirectory(prefix="cansim-guests-") as directory:
        stage = Stage(directory)
        finished = False
        try:
            play(points, stage, image, snapshot)
            finished = not points.failed
        finally:
            stage.end()
            if not finished:
                stage.report(points)


if __name__ == "__main__":
    sys.exit(tap.run(POINTS, body, LIMIT_S))
