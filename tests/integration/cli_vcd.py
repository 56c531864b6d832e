#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Waveforms: a foreign decoder (sigrok) reads the frames of a run back from the VCD file, and the
levels, fields, states and counters in the file are those of the run.

What sigrok's decoder `can` (libsigrokdecode 0.5.3, decoders/can/pd.py) cannot do, and what is
therefore not asked of it:
 - a classic remote frame with a DLC other than 0, or a DLC above 8: it expects data bytes that are
   not there;
 - ESI recessive after BRS: it needs the edge to a dominant ESI to find the data bits;
 - the CRC of CAN FD: it takes a fixed stuff bit after five equal bits for one that is stuffed, and
   loses count until the bus is idle. Frames of CAN FD are compared up to the last data bit, and
   have some idle time after them."""

import json
import random
import re
import shutil
import subprocess

from cli_lib import EXAMPLES, FOLDER, Skip, cansim, read, run_tests, same, test, write

NOMINAL, DATA = 500_000, 2_000_000
FD_LEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]


# ---- frames, encoded once more ---------------------------------------------------------------

class Frame:
    """A frame and the bits that stuffing applies to, made from the text form alone."""

    def __init__(self, text):
        self.text = text
        ident, rest = text.split("#", 1)
        self.id, self.ext = int(ident, 16), len(ident) == 8
        self.fd, self.remote = rest.startswith("#"), rest.startswith("R")
        self.flags = int(rest[1], 16) if self.fd else 0
        self.data = b"" if self.remote else bytes.fromhex(rest[2:] if self.fd else rest)
        self.dlc = FD_LEN.index(len(self.data)) if self.fd else len(self.data)
        self.header = self.bits()
        self.crc = None if self.fd else crc15(self.header)
        stuffed = self.header + ([] if self.fd else number(self.crc, 15))
        self.stuff = count_stuff(stuffed)
        self.length = len(stuffed) + self.stuff + 50  # with the rest, in bits, not less

    def bits(self):
        """SOF to the last data bit."""
        fdf = 1 if self.fd else 0
        if self.ext:
            bits = [0] + number(self.id >> 18, 11) + [1, 1] + number(self.id & 0x3FFFF, 18)
            bits += [int(self.remote), fdf, 0]
        else:
            bits = [0] + number(self.id, 11) + [int(self.remote), 0, fdf]
            bits += [0] if self.fd else []
        if self.fd:
            bits += [self.flags & 1, self.flags >> 1 & 1]
        bits += number(self.dlc, 4)
        for byte in self.data:
            bits += number(byte, 8)
        return bits


def number(value, bits):
    return [value >> i & 1 for i in range(bits - 1, -1, -1)]


def crc15(bits):
    crc = 0
    for bit in bits:
        crc = crc << 1 ^ (0x4599 if crc >> 14 & 1 ^ bit else 0)
        crc &= 0x7FFF
    return crc


def count_stuff(bits):
    run, last, n = 0, None, 0
    for bit in bits:
        run = run + 1 if bit == last else 1
        last = bit
        if run == 5:
            n += 1
            run, last = 1, 1 - bit
    return n


def random_text(rng, fd):
    """Mostly bytes that need stuffing."""
    ext = rng.random() < 0.5
    ident = f"{rng.randrange(1 << 29):08X}" if ext else f"{rng.randrange(0x7F0):03X}"
    if not fd and rng.random() < 0.1:
        return ident + "#R"
    size = rng.choice(FD_LEN) if fd else rng.randrange(9)
    data = bytes(rng.choice((0, 0xFF, 0x0F, 0xF8, rng.randrange(256))) for _ in range(size))
    return ident + (f"##{rng.choice('012')}" if fd else "#") + data.hex().upper()


# ---- the foreign decoder ---------------------------------------------------------------------

def sigrok(rows, sample_point):
    """Annotations of rows as (first sample, text)."""
    if shutil.which("sigrok-cli") is None:
        raise Skip("sigrok-cli is not installed")
    done = subprocess.run(
        ["sigrok-cli", "-l", "1", "-i", "wave.vcd", "-I", "vcd:downsample=25000",
         "-P", f"can:can_rx=wire:nominal_bitrate={NOMINAL}:fast_bitrate={DATA}"
         f":sample_point={sample_point}",
         "-A", f"can={rows}", "--protocol-decoder-samplenum"],
        capture_output=True, text=True, timeout=300, cwd=FOLDER, check=False)
    same((done.returncode, done.stderr), (0, ""), "sigrok-cli")
    found = re.findall(r"^(\d+)-\d+ can-1: (.*)$", done.stdout, re.MULTILINE)
    return [(int(at), text) for at, text in found]


def decoded(sample_point):
    """What sigrok made of the waves: one dict a frame."""
    frames = []
    for at, text in sigrok("fields:warnings", sample_point):
        if text.startswith("Start of frame"):
            frames.append({"at": at, "data": [], "fd": False, "remote": False, "ext": False,
                           "warnings": [], "stuff": 0, "crc_at": None})
        frame = frames[-1]
        value = re.search(r"0x([0-9a-f]+)\)?$", text)
        if text.startswith("Identifier: ") and value:
            frame["id"] = int(value[1], 16)
        elif text.startswith("Full Identifier") and value:
            frame["id"], frame["ext"] = int(value[1], 16), True
        elif text.startswith("Flexible data format"):
            frame["fd"] = True
        elif text.startswith("Remote transmission request: remote"):
            frame["remote"] = True
        elif text.startswith("Data length code: "):
            frame["dlc"] = int(text.split(": ")[1])
        elif text.startswith("Data byte") and value:
            frame["data"].append(int(value[1], 16))
        elif text.startswith("CRC-"):
            frame["crc_at"], frame["crc"] = at, int(value[1], 16)
        elif text.startswith("ACK slot"):
            frame["ack"] = text
        elif text.startswith("Bit rate switch"):
            frame["brs"] = text.endswith("1")
        elif "must" in text or "not allowed" in text:
            frame["warnings"].append(text)
    for at, _ in sigrok("stuff-bit", sample_point):
        frame = [f for f in frames if f["at"] <= at][-1]
        # A stuff bit may stand before the first CRC bit; what the decoder calls one after it, in
        # CAN FD, may be a fixed one.
        if not frame["fd"] or frame["crc_at"] is None or at < frame["crc_at"]:
            frame["stuff"] += 1
    return frames


def compare(sample_point):
    """Each frame of the log against each frame that sigrok found."""
    log = [line.split()[2] for line in read("wave.log").decode().splitlines()]
    found = decoded(sample_point)
    same(len(found), len(log), "frames")
    for text, got in zip(log, found):
        want = Frame(text)
        same((got["id"], got["ext"], got["fd"], got["remote"]),
             (want.id, want.ext, want.fd, want.remote), text)
        same((got["dlc"], bytes(got["data"]), got["stuff"]), (want.dlc, want.data, want.stuff), text)
        if want.fd:
            same(got["brs"], bool(want.flags & 1), text)
        else:
            # "Identifier bits 10..4 must not be all recessive": a rule of old, not of the standard
            same([w for w in got["warnings"] if "10..4" not in w], [], text)
            same((got["crc"], got["ack"]), (want.crc, "ACK slot: ACK"), text)
    return log


def run_waves(frames, bus, contend=False, *more):
    """Send the frames one after the other, with time for the longest between them."""
    timeline, at = [], 100
    for i, text in enumerate(frames):
        timeline.append({"at": f"{at}us", "node": "ab"[contend and i % 2], "send": text})
        if not contend or i % 2 == 1:
            at += sum(Frame(f).length for f in frames[max(0, i - contend):i + 1]) * 2 + 200
    scenario = {"duration": f"{at}us", "buses": {"can0": bus},
                "nodes": {"a": {}, "b": {}, "c": {}}, "timeline": timeline}
    path = write("wave.json", json.dumps(scenario))
    same(cansim("run", "--fast", "--quiet", "--log", "wave.log", "--vcd", "wave.vcd", *more, path),
         (0, b"", b""), "run")


@test
def classic():
    """sigrok reads 200 classic frames back from the waves: identifier, DLC, data, stuff bits, CRC"""
    rng = random.Random(1)
    frames = [random_text(rng, False) for _ in range(196)]
    frames += ["000#", "7FF#FFFFFFFFFFFFFFFF", "00000000#0000000000000000", "1FFFFFFF#"]
    run_waves(frames, "500k")
    same(compare(87.5), frames, "log")


@test
def arbitration():
    """frames that contend: sigrok reads winners and losers, the losers after the winners"""
    rng = random.Random(2)
    frames = [random_text(rng, False) for _ in range(60)]
    run_waves(frames, "500k", True)
    same(sorted(compare(87.5)), sorted(frames), "log")


@test
def flexible():
    """sigrok reads 100 CAN FD frames back, with and without BRS, up to 64 bytes"""
    rng = random.Random(3)
    frames = []
    while len(frames) < 100:
        text = random_text(rng, True)
        if Frame(text).flags & 3 != 3:
            frames.append(text)
    bus = {"bitrate": "500k", "fd": True, "data_bitrate": "2M",
           "sample_point": "75%", "data_sample_point": "75%"}
    run_waves(frames, bus)
    same(compare(75), frames, "log")


# ---- our own look at the file ----------------------------------------------------------------

class Waves:
    """A VCD file: per variable its changes (time, value), in order."""

    def __init__(self, name):
        self.kinds, self.changes, names, scope, at = {}, {}, {}, [], None
        self.end = 0
        for line in read(name).decode().splitlines():
            word = line.split()
            if word[0] == "$scope":
                scope.append(word[2])
            elif word[0] == "$upscope":
                scope.pop()
            elif word[0] == "$var":
                path = ".".join(scope + [word[4]])
                assert path not in self.kinds and word[3] not in names, line
                names[word[3]], self.kinds[path], self.changes[path] = path, word[1], []
            elif word[0] == "$timescale":
                same(word[1:3], ["1", "ps"], "timescale")
            elif line[0] == "#":
                assert at is None or int(line[1:]) >= at, "time goes back"
                self.end = at = int(line[1:])
            elif line[0] in "sr":
                self.add(names[word[1]], at, line[1:].split()[0])
            elif line[0] in "01":
                self.add(names[line[1:]], at, int(line[0]))
        same(scope, [], "scopes left open")

    def add(self, path, at, value):
        changes = self.changes[path]
        if self.kinds[path] != "event":
            assert not changes or changes[-1][1] != value, f"{path}: no change at {at}"
        assert not changes or changes[-1][0] <= at, path
        changes.append((at, value))

    def at(self, path, when):
        """The value at an instant, changes of that instant included."""
        value = None
        for at, new in self.changes[path]:
            if at > when:
                break
            value = new
        return value


def events(name):
    return [json.loads(line) for line in read(name).splitlines()]


@test
def levels():
    """the wire is dominant where anybody drives dominant; each node samples once a bit"""
    run_waves(["123#DEADBEEF", "5A5#00", "1F334455#R", "7FF#FFFFFFFFFFFFFFFF"], "500k")
    waves = Waves("wave.vcd")
    nodes = ["can0.a", "can0.b", "can0.c"]
    times = sorted({at for path in ["can0.wire"] + [n + ".tx" for n in nodes]
                    for at, _ in waves.changes[path]})
    assert len(times) > 100, "hardly any change"
    for at in times:
        same(waves.at("can0.wire", at), min(waves.at(n + ".tx", at) for n in nodes), f"wire at {at}")
        for node in nodes:
            same(waves.at(node + ".rx", at), waves.at("can0.wire", at), f"{node} at {at}")
    for node in nodes:
        samples = [at for at, _ in waves.changes[node + ".sample"]]
        assert all(b - a >= 2_000_000 for a, b in zip(samples, samples[1:])), node
        assert len(samples) >= 4 * 44, node
    same({value for _, value in waves.changes["can0.a.field"]} >=
         {"sof", "id", "id_ext", "rtr", "dlc", "data", "crc", "crc_delim", "ack", "ack_delim", "eof",
          "intermission", "idle"}, True, "fields")
    same(waves.changes["can0.b.field"][-1][1], "idle", "at the end")


@test
def cables():
    """a node at the end of a cable sees each edge later, and drives later"""
    delay = 150_000
    scenario = {"duration": "5ms", "buses": {"can0": "500k"},
                "nodes": {"a": {}, "b": {}, "far": {"delay": "150ns"}},
                "timeline": [{"at": "1ms", "node": "a", "send": "123#DEADBEEF"},
                             {"at": "2ms", "node": "far", "send": "124#00FF"}]}
    same(cansim("run", "--fast", "--quiet", "--vcd", "wave.vcd", write("far.json", json.dumps(scenario))),
         (0, b"", b""), "run")
    waves = Waves("wave.vcd")
    wire = [(at + delay, level) for at, level in waves.changes["can0.wire"][1:]]
    assert len(wire) > 50, "hardly any change"
    same(waves.changes["can0.far.rx"][1:], wire, "what it sees")
    same(waves.changes["can0.b.rx"], waves.changes["can0.wire"], "what its neighbour sees")
    for at, level in waves.changes["can0.far.tx"][1:]:
        if level == 0:
            same(waves.at("can0.wire", at + delay), 0, f"driven at {at}")


@test
def states():
    """states and counters are those of the events; who joins later is in a spare scope"""
    path = f"{EXAMPLES}/no-ack.json"
    same(cansim("run", "--fast", "--quiet", "--vcd", "wave.vcd", "--events", "wave.events", path),
         (0, b"", b""), "run")
    waves = Waves("wave.vcd")
    stream = [e for e in events("wave.events") if e["node"] == "lonely"]
    assert any(e["event"] == "state" for e in stream), "nothing happens"
    for event in stream:
        last = [e for e in stream if e["at_ps"] == event["at_ps"]]
        if event["event"] == "counters" and last[-1] is event:
            same((waves.at("can0.lonely.tec", event["at_ps"]),
                  waves.at("can0.lonely.rec", event["at_ps"])),
                 (str(event["tec"]), str(event["rec"])), "counters")
        if event["event"] == "state":
            same(waves.at("can0.lonely.state", event["at_ps"]), event["state"], "state")
    same([v for _, v in waves.changes["can0.spare1.name"]], ["-", "friend"], "spare scope")
    assert ("error_flag" in [v for _, v in waves.changes["can0.lonely.field"]]), "no error flag"
    same([v for _, v in waves.changes["can0.spare1.state"]][-1], "absent", "it left")
    same(waves.end, 100_000_000_000, "the end of the run")


@test
def same_bytes():
    """two runs give the same file, and looking at the wire does not change the run"""
    path = f"{EXAMPLES}/arbitration.json"
    same(cansim("run", "--quiet", "--vcd", "1.vcd", "--events", "1.events", path)[0], 0)
    same(cansim("run", "--quiet", "--vcd", "2.vcd", path)[0], 0)
    same(cansim("run", "--quiet", "--events", "2.events", path)[0], 0)
    assert read("1.vcd") == read("2.vcd"), "two runs differ"
    assert read("1.events") == read("2.events"), "the waves changed the events"


@test
def unwritable():
    """a file that cannot be had or written is said so, with status 3"""
    path = f"{EXAMPLES}/arbitration.json"
    status, _, err = cansim("run", "--quiet", "--vcd", "/nowhere/wave.vcd", path)
    same((status, err.startswith(b"cansim: /nowhere/wave.vcd: cannot be created")), (3, True), err)
    status, _, err = cansim("run", "--quiet", "--vcd", "/dev/full", path)
    same((status, b"/dev/full: cannot be written" in err), (3, True), err)


run_tests()
