# SPDX-License-Identifier: MIT
"""Real drivers, real errors: what the guest suite does over each way in.

A way is a row: how cansim serves it, what QEMU is told, what the guest's driver can do with it.
Each test names what it needs; a way that does not carry it skips the test with that reason.  One
guest is booted for all tests of a way; the bus is a scenario's, whose nodes join when a test asks
cansim-attach for them, so that a test decides who acknowledges.

Measured figures are printed as "# measure:" lines; nothing passes or fails by speed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import guest_lib
from guest_lib import Guest, GuestError, Missing, end, spawn

HERE = guest_lib.HERE
RATES = (125000, 250000, 1000000, 500000)
FETCH_S = 700

ALL = frozenset("rates errors counters berr arb oneshot listen loopback fd restart rtr kill".split())


class Way:
    """What a way carries:
    rates    the guest's bit rate is that of its controller
    errors   warning, passive and bus-off show in the guest
    counters TEC and REC show
    berr     bus errors are counted in the guest;  arb: lost arbitration
    oneshot, listen, loopback, fd
    restart  by the driver ("driver"), or by itself ("self")
    rtr      remote frames with any DLC
    """

    def __init__(self, name, device=None, options=None, carries=(), restart=None, load="", cards=0, modern=False,
                 setup=None, frames=10000, flight=50, loopback="loopback on", why=None):
        self.name, self.device, self.options = name, device, options
        self.carries, self.restart, self.load, self.cards = frozenset(carries), restart, load, cards
        self.modern, self.setup, self.frames, self.why = modern, setup, frames, why or {}
        self.flight, self.loopback = flight, loopback


def usb_options(path):
    return ["-device", "qemu-xhci,id=u0", "-chardev", "socket,id=c0,path=%s" % path,
            "-device", "usb-redir,chardev=c0,bus=u0.0"]


def vfu_options(path):
    return ["-device", json.dumps({"driver": "vfio-user-pci", "rombar": 0, "socket": {"type": "unix", "path": path}})]


def slcan_options(path):
    return ["-chardev", "socket,id=c0,path=%s" % path, "-serial", "chardev:c0"]


def slcan_setup(guest, rate):
    """slcand opens the line at the rate; the interface has none of its own."""
    code = {10000: 0, 20000: 1, 50000: 2, 100000: 3, 125000: 4, 250000: 5, 500000: 6, 800000: 7, 1000000: 8}[rate]
    guest.run("ip link set can0 down; killall slcand; sleep 0.3")
    guest.check("slcand -o -c -s%d /dev/ttyS1 can0" % code)
    guest.check("for i in $(seq 50); do ip link show can0 >/dev/null 2>&1 && break; sleep 0.1; done; "
                "ip link set can0 up")


WAYS = {way.name: way for way in (
    Way("vfio-user", {"type": "card", "model": "kvaser"}, vfu_options,
        "rates errors counters berr arb oneshot listen loopback rtr kill".split(), "driver", modern=True,
        flight=1, loopback="loopback on presume-ack on",  # its FIFO has 64 bytes; a lone SJA1000 gets no ACK
        why={"fd": "the SJA1000 knows no CAN FD"}),
    Way("pcanfd", {"type": "usb", "model": "pcanfd"}, usb_options,
        "rates errors counters oneshot listen fd rtr kill".split(), "driver", "xhci_pci,peak_usb",
        why={"berr": "Linux's peak_usb shows error counters, no bus errors", "arb": "peak_usb does not count it",
             "loopback": "peak_usb has no loopback"}),
    Way("gs_usb", {"type": "usb", "model": "gs_usb"}, usb_options,
        "rates errors oneshot listen loopback fd rtr kill".split(), "self", "xhci_pci,gs_usb",
        why={"counters": "Linux 6.1's gs_usb has no berr-counter", "berr": "gs_usb shows bus errors as frames only",
             "arb": "gs_usb shows lost arbitration as frames only"}),
    Way("slcan", {"type": "slcan"}, slcan_options, "rates errors rtr".split(), None, "slcan", setup=slcan_setup,
        frames=500, flight=4, why={"counters": "slcan has no berr-counter", "fd": "Linux's slcan has no CAN FD"}),
    Way("shim", None, None, (), None, cards=1, frames=1000, flight=1,
        why={"rates": "QEMU's SJA1000 keeps no bit rate", "errors": "QEMU's SJA1000 knows no errors",
             "rtr": "QEMU's SJA1000 spoils its FIFO on remote frames with data"}),
)}


# ---- the host ----------------------------------------------------------------------------------


class Host:
    """cansim run: buses with the ways' devices, the link for the test's own programs."""

    def __init__(self, ways, fd=False, buses=("can0",)):
        self.folder = tempfile.mkdtemp(prefix="cansim-suite-")
        self.link = os.path.join(self.folder, "host.sock")
        self.events_path = os.path.join(self.folder, "events")
        self.log_path = os.path.join(self.folder, "log")
        self.path = {way.name: os.path.join(self.folder, "g%d.sock" % i) for i, way in enumerate(ways)}
        bus = {"bitrate": "500k", "fd": True, "data_bitrate": "2M"} if fd else "500k"
        devices = {"guest-" + way.name.replace("_", "-"): dict(way.device, bus=list(buses), path=self.path[way.name])
                   for way in ways if way.device}
        scenario = os.path.join(self.folder, "host.json")
        with open(scenario, "w", encoding="ascii") as file:
            json.dump({"buses": {name: bus for name in buses}, "link": self.link, "devices": devices}, file)
        self.process = spawn([self.program("cansim"), "run", "--log", self.log_path, "--events", self.events_path,
                              "--quiet", scenario], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in range(100):
            if os.path.exists(self.link) or self.process.poll() is not None:
                break
            time.sleep(0.05)
        if self.process.poll() is not None:
            raise GuestError("cansim ended with status %d" % self.process.returncode)
        self.programs = []

    @staticmethod
    def program(name):
        return os.path.join(guest_lib.bin_directory(), name)

    def attach(self, *words, name="peer", rate=None):
        options = ["--bitrate", str(rate)] if rate else []
        return [self.program("cansim-attach"), "--link", self.link, "--as", name, *options, "--", *words]

    def start(self, *words, name="peer", rate=None, output=None):
        """A program on the bus, until stop()."""
        with open(output or os.devnull, "w", encoding="ascii") as out:
            program = spawn(self.attach(*words, name=name, rate=rate), stdin=subprocess.DEVNULL, stdout=out,
                            stderr=subprocess.DEVNULL)
        self.programs.append(program)
        return program

    def listen(self, name="listener", rate=None, output=None, bus="can0"):
        """A candump that has joined: it acknowledges from now on."""
        before = self.count(event="attach", node=name)
        program = self.start("stdbuf", "-oL", "candump", "-L", bus, name=name, rate=rate, output=output)
        wait(lambda: self.count(event="attach", node=name) > before, "%s to join" % name)
        time.sleep(0.05)
        return program

    def stop(self, program):
        self.programs.remove(program)
        end(program)

    def send(self, frame, name="sender", rate=None, limit_s=10, bus="can0"):
        """cansend; returns when the frame has left."""
        done = subprocess.run(self.attach("cansend", bus, frame, name=name, rate=rate), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit_s, check=False)
        if done.returncode != 0:
            raise GuestError("cansend on the host: %s" % done.stdout.decode(errors="replace").strip())

    def fault(self, text, bus="can0"):
        subprocess.run([self.program("cansim"), "fault", "--link", self.link, *(("arm", bus, text) if text else
                                                                               ("clear", "all"))],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=10)

    def events(self, start=0):
        """Events of the host since byte `start` of its file."""
        with open(self.events_path, "rb") as file:
            file.seek(start)
            data = file.read()
        rows = []
        for line in data[:data.rfind(b"\n") + 1].splitlines():
            rows.append(json.loads(line))
        return rows

    def mark(self):
        time.sleep(0.3)  # what is buffered is written
        return os.path.getsize(self.events_path)

    def count(self, start=0, **wanted):
        return sum(all(event.get(key) == value for key, value in wanted.items()) for event in self.events(start))

    def close(self):
        for program in list(self.programs):
            self.stop(program)
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


def wait(condition, what, limit_s=15.0):
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise GuestError("waited %g s for %s" % (limit_s, what))
        time.sleep(0.05)


# ---- the guest ---------------------------------------------------------------------------------


_modern = None


def modern_qemu():
    """A QEMU with vfio-user, fetched where it is missing; raises Missing with the reason."""
    global _modern
    if _modern is None:
        done = subprocess.run([os.path.join(HERE, "fetch-qemu"), guest_lib.cache_directory()],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=FETCH_S, check=False)
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        _modern = done.stdout.decode().splitlines()[-1] if done.returncode == 0 else Missing(lines[-1])
    if isinstance(_modern, Missing):
        raise _modern
    return _modern


class Driver:
    """One guest on one way in: its can0."""

    def __init__(self, way, host, image, name="guest"):
        self.way, self.host = way, host
        self.node = "guest-" + way.name.replace("_", "-") if way.device else name
        if way.device:
            extra, wrapper = way.options(host.path[way.name]), ()
        else:
            extra = guest_lib.join_host_bus("can0")
            wrapper = [host.program("cansim-attach"), "--link", host.link, "--as", name, "--"]
        self.guest = Guest(name, image, wrapper=wrapper, extra=extra, cards=way.cards, load=way.load,
                           qemu=modern_qemu() if way.modern else None)

    def boot(self):
        self.guest.start()
        self.wait_booted()

    def wait_booted(self):
        """Waits for the shell and then for can0: a USB adapter is found some time after the shell is there."""
        self.guest.wait_ready()
        if not self.way.setup:
            self.guest.check("i=0; while ! ip link show can0 >/dev/null 2>&1; do i=$((i+1)); [ $i -gt 100 ] && break; "
                             "sleep 0.1; done; ip link show can0")

    def up(self, rate=500000, options=""):
        """can0 anew, at this rate; ends what an earlier test left."""
        if self.way.setup:
            self.way.setup(self.guest, rate)
        else:
            self.guest.run("ip link set can0 down")
            for mode in ("one-shot", "listen-only", "loopback", "presume-ack", "berr-reporting", "fd"):
                self.guest.run("ip link set can0 type can %s off 2>/dev/null" % mode)
            self.guest.check("ip link set can0 up type can bitrate %d %s" % (rate, options))
        if self.way.device:
            wait(lambda: self.joined(), "the guest's controller on the bus")
        time.sleep(0.1)

    def joined(self):
        rows = [e["event"] for e in self.host.events() if e.get("node") == self.node and
                e["event"] in ("attach", "detach")]
        return rows[-1:] == ["attach"]

    def down(self):
        self.guest.run("ip link set can0 down")

    def details(self, interface="can0"):
        """{state, tec, rec, and the counters of ip -details -statistics} of an interface."""
        text = self.guest.check("ip -details -statistics link show " + interface)
        found = {"state": (re.search(r"state ([A-Z-]+) ?(?:\(|restart)", text) or re.search(
            r"can .*?state ([A-Z-]+)", text)).group(1)}
        counters = re.search(r"berr-counter tx (\d+) rx (\d+)", text)
        if counters:
            found["tec"], found["rec"] = int(counters.group(1)), int(counters.group(2))
        table = re.search(r"re-started bus-errors arbit-lost error-warn error-pass bus-off\s+(.*)", text)
        for key, value in zip(("restarts", "bus_errors", "arb_lost", "warning", "passive", "bus_off"),
                              table.group(1).split() if table else ()):
            found[key] = int(value)
        return found

    def wait_state(self, states, limit_s=10.0):
        states = (states,) if isinstance(states, str) else states
        wait(lambda: self.details()["state"] in states, "state %s" % " or ".join(states), limit_s)

    def close(self):
        self.guest.kill()


# ---- the tests ---------------------------------------------------------------------------------

TESTS = []


def test(what, *needs):
    def note(function):
        TESTS.append((what, needs, function))
        return function
    return note


def sent_frames(host, start):
    return [event for event in host.events(start) if event["event"] == "frame"]


@test("frames both ways, content and order the same on both sides")
def both_ways(driver, host):
    driver.up()
    dump = os.path.join(host.folder, "dump")
    listener = host.listen(output=dump)
    driver.guest.start_candump()
    expected = []
    for length in range(9):
        for sender, base in (("guest", 0x200), ("host", 0x300)):
            data = "".join("%02X" % ((length * 37 + i * 11) & 0xFF) for i in range(length))
            for frame in ("%03X#%s" % (base + length, data), "%08X#%s" % (0x10000000 + base * 0x1000 + length, data)):
                expected.append(frame)
                if sender == "guest":
                    driver.guest.check("cansend can0 " + frame)
                    wait(lambda: len(guest_lib.frames_of(open(dump).read())) >= len(expected), "frame %s" % frame)
                else:
                    host.send(frame)
    seen = driver.guest.candump(lines=len(expected))
    wait(lambda: len(guest_lib.frames_of(open(dump).read())) >= len(expected), "the host's candump")
    driver.guest.run("killall candump")
    host.stop(listener)
    got = guest_lib.frames_of(open(dump).read())
    assert got == expected, "the host saw %s, not %s" % (got[:40], expected[:40])
    assert seen == expected, "the guest saw %s, not %s" % (seen[:40], expected[:40])


@test("bit rates on the bus are those set in the guest", "rates")
def rates(driver, host):
    for rate in RATES:
        driver.up(rate)
        dump = os.path.join(host.folder, "dump-%d" % rate)
        listener = host.listen("at-rate", rate, dump)
        driver.guest.check("cansend can0 %03X#0102" % (rate // 10000))
        wait(lambda: "%03X#0102" % (rate // 10000) in open(dump).read(), "a frame at %d bit/s" % rate, 5)
        host.stop(listener)
    driver.up(250000)
    start = host.mark()
    listener = host.listen("other-rate", 500000)
    driver.guest.check("cansend can0 0AA#55")
    time.sleep(0.5)
    host.stop(listener)
    assert host.count(start, event="error") > 0, "a wrong bit rate made no error"
    assert not [f for f in sent_frames(host, start) if f["frame"] == "0AA#55"], "a frame got across at a wrong bit rate"
    driver.down()


def without_fdf(frames):
    """Some kernels set CANFD_FDF in what they deliver, the third bit of the flags."""
    return [re.sub(r"##([0-7])", lambda m: "##%d" % (int(m.group(1)) & 3), frame) for frame in frames]


@test("CAN FD with a second bit rate, both ways", "fd")
def can_fd(driver, host):
    driver.up(500000, "dbitrate 2000000 fd on")
    dump = os.path.join(host.folder, "dump-fd")
    listener = host.listen(output=dump)
    driver.guest.start_candump()
    frames = ["555##1" + "A5" * 64, "556##0" + "5A" * 12, "12345678##1" + "00FF" * 10]
    for frame in frames:
        driver.guest.check("cansend can0 " + frame)
    wait(lambda: len(guest_lib.frames_of(open(dump).read())) >= 3, "CAN FD frames")
    host.send("557##1" + "11" * 20)
    seen = driver.guest.candump(lines=4)
    driver.guest.run("killall candump")
    host.stop(listener)
    assert without_fdf(guest_lib.frames_of(open(dump).read())[:3]) == frames, open(dump).read()
    assert without_fdf(seen) == frames + ["557##1" + "11" * 20], seen


@test("remote frames with every DLC", "rtr")
def remote(driver, host):
    driver.up()
    dump = os.path.join(host.folder, "dump-rtr")
    listener = host.listen(output=dump)
    driver.guest.start_candump()
    frames = ["%03X#R%s" % (0x100 + n, n or "") for n in range(9)] + ["%08X#R%s" % (0x10000 + n, n or "")
                                                                  for n in range(9)]
    for number, frame in enumerate(frames):
        driver.guest.check("cansend can0 " + frame)
        wait(lambda: len(open(dump).readlines()) > number, frame)
    for frame in frames:
        host.send(frame)
    seen = driver.guest.candump(lines=2 * len(frames))
    driver.guest.run("killall candump")
    host.stop(listener)
    assert guest_lib.frames_of(open(dump).read())[:len(frames)] == frames, open(dump).read()
    assert seen == frames + frames, seen


@test("a lone node without ACK is error passive, never bus-off, and goes on when somebody joins", "errors")
def lone(driver, host):
    driver.up()
    start = host.mark()
    driver.guest.check("cansend can0 321#00")
    driver.wait_state("ERROR-PASSIVE")
    time.sleep(0.5)
    details = driver.details()
    assert details["state"] == "ERROR-PASSIVE" and not details.get("bus_off"), details
    if "tec" in details:
        assert details["tec"] == 128, details
    listener = host.listen()
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "321#00"], "the frame")
    for _ in range(40):
        driver.guest.check("cansend can0 322#00")
    wait(lambda: host.count(start, event="sent", node=driver.node) >= 41, "more frames")
    driver.wait_state(("ERROR-ACTIVE", "ERROR-WARNING"))
    host.stop(listener)


@test("a wrong bit rate: error frames, warning, passive, bus-off", "errors", "rates")
def wrong_rate(driver, host):
    driver.up(1000000)
    before = driver.details()
    start = host.mark()
    listeners = [host.listen("right-%d" % n, 500000) for n in range(3)]
    traffic = host.start("cangen", "can0", "-g", "2", "-I", "100", "-L", "8", name="traffic")
    driver.guest.type("for i in $(seq 50); do cansend can0 7FF#FFFFFFFFFFFFFFFF; done; true")
    wait(lambda: host.count(start, event="state", node=driver.node, state="bus_off") > 0, "bus-off", 20)
    host.stop(traffic)
    driver.guest.run("true", 60)
    after = driver.details()
    for listener in listeners:
        host.stop(listener)
    states = [e["state"] for e in host.events(start) if e["event"] == "state" and e["node"] == driver.node]
    assert "error_passive" in states and "bus_off" in states, states
    assert host.count(start, event="error_frame") > 0, "no error frame"
    assert after["bus_off"] > before["bus_off"] or driver.way.name == "slcan", after
    assert after["passive"] > before["passive"] or after["warning"] > before["warning"], after


def drive_off(driver, host):
    """Bus-off by a fault; returns when the guest's driver knows it."""
    driver.up(500000)
    before = driver.details()
    listener = host.listen()
    host.fault("attack-bus-off id=0x666")
    start = host.mark()
    driver.guest.check("cansend can0 666#00")
    wait(lambda: host.count(start, event="state", node=driver.node, state="bus_off") > 0, "bus-off")
    wait(lambda: driver.details()["bus_off"] > before["bus_off"], "the driver to see it")
    host.fault(None)
    return listener, start


@test("bus-off, and a manual restart recovers", "errors", "restart")
def manual_restart(driver, host):
    listener, start = drive_off(driver, host)
    if driver.way.restart == "driver":
        assert driver.details()["state"] == "BUS-OFF", driver.details()
        time.sleep(0.5)
        assert host.count(start, event="state", node=driver.node, state="error_active") == 0, "recovered unasked"
        driver.guest.check("ip link set can0 type can restart")
    driver.wait_state("ERROR-ACTIVE")
    driver.guest.check("cansend can0 667#01")
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "667#01"], "a frame after the restart")
    host.stop(listener)


@test("bus-off, and restart-ms recovers", "errors", "restart-ms")
def automatic_restart(driver, host):
    driver.down()
    driver.guest.check("ip link set can0 type can restart-ms 100")
    listener, start = drive_off(driver, host)
    wait(lambda: driver.details()["restarts"] > 0, "a restart")
    driver.wait_state("ERROR-ACTIVE")
    driver.guest.check("cansend can0 668#01")
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "668#01"], "a frame after the restart")
    driver.down()
    driver.guest.check("ip link set can0 type can restart-ms 0")
    host.stop(listener)


@test("bus errors are counted (berr-reporting on)", "berr")
def bus_errors(driver, host):
    driver.up(500000, "berr-reporting on")
    before = driver.details()
    listener = host.listen()
    for number in range(1, 4):  # one by one: the chip captures no second error before the first is read
        host.fault("flip field=data id=0x555")
        driver.guest.check("cansend can0 555#0000")
        wait(lambda: driver.details()["bus_errors"] >= before["bus_errors"] + number, "bus error %d" % number)
    host.stop(listener)


@test("lost arbitration is counted", "arb")
def arbitration(driver, host):
    driver.up(500000, "berr-reporting on")
    before = driver.details()
    listener = host.listen()
    # Arbitration is lost to a frame that waits as well: bursts, with time between them for the guest.
    traffic = host.start("cangen", "can0", "-g", "25", "-c", "10", "-I", "001", "-L", "8", name="traffic")
    driver.guest.check("for i in $(seq 200); do cansend can0 7F0#11; done", 60)
    host.stop(traffic)
    lost = host.count(event="arb_lost", node=driver.node)
    assert lost > 0, "no frame of the guest met a burst, of %d there" % host.count(event="frame", node="traffic")
    wait(lambda: driver.details()["arb_lost"] > before["arb_lost"],
         "the guest to count one of %d lost arbitrations; before: %r" % (lost, before), 20)
    host.stop(listener)


@test("one-shot: a frame that is hit is not sent again", "oneshot")
def one_shot(driver, host):
    driver.up(500000, "one-shot on")
    listener = host.listen()
    start = host.mark()
    host.fault("flip field=data id=0x444 count=1")
    driver.guest.check("cansend can0 444#00")
    driver.guest.check("cansend can0 445#00")
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "445#00"], "the frame behind it")
    host.fault(None)
    frames = [f["frame"] for f in sent_frames(host, start)]
    assert "444#00" not in frames, frames
    starts = [e for e in host.events(start) if e["event"] == "tx_start" and e["frame"] == "444#00"]
    assert len(starts) == 1, starts
    host.stop(listener)
    driver.up()


@test("listen-only: hears, and neither acknowledges nor sends", "listen")
def listen_only(driver, host):
    driver.up(500000, "listen-only on")
    driver.guest.start_candump()
    start = host.mark()
    sender = host.start("cangen", "can0", "-g", "100", "-I", "400", "-L", "1", "-D", "01", name="lonely")
    wait(lambda: host.count(start, event="error", node="lonely") > 3, "missing acknowledgements")
    listener = host.listen()
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "400#01"], "the frame")
    driver.guest.run("cansend can0 401#01")
    time.sleep(0.3)
    seen = driver.guest.candump(lines=1)
    driver.guest.run("killall candump")
    host.stop(sender)
    host.stop(listener)
    assert "400#01" in seen, seen
    assert not [f for f in sent_frames(host, start) if f["frame"] == "401#01"], "it has sent"
    driver.up()


@test("loopback: its own frames come back, with nobody else on the bus", "loopback")
def loopback(driver, host):
    driver.up(500000, driver.way.loopback)
    driver.guest.start_candump()
    for number in range(5):
        driver.guest.check("cansend can0 %03X#0%d" % (0x210 + number, number))
    seen = driver.guest.candump(lines=5)
    driver.guest.run("killall candump")
    assert ["%03X#0%d" % (0x210 + number, number) for number in range(5)] == list(dict.fromkeys(seen)), seen
    assert driver.details()["state"] == "ERROR-ACTIVE", driver.details()
    driver.up()


@test("a burst that the guest cannot follow: what is lost is counted")
def overrun(driver, host):
    driver.up(500000)
    if driver.way.setup is None and "rates" in driver.way.carries:
        driver.up(1000000)
    rate = 1000000 if "rates" in driver.way.carries and not driver.way.setup else 500000
    before = rx_counts(driver)
    n = 3000
    listener = host.listen("burst-listener", rate)
    sent = subprocess.run(host.attach("cangen", "can0", "-g", "0", "-p", "1000", "-I", "123", "-L", "8", "-n", str(n),
                                      name="burst", rate=rate), stdin=subprocess.DEVNULL, timeout=60, check=False)
    host.stop(listener)
    assert sent.returncode == 0, sent.returncode
    time.sleep(2 if driver.way.setup else 0.5)
    deadline = time.monotonic() + 30
    while True:  # a slow line still has some of them
        packets, errors = [b - a for a, b in zip(before, rx_counts(driver))]
        time.sleep(1)
        if packets == rx_counts(driver)[0] - before[0] or time.monotonic() > deadline:
            break
    lost = device_lost(host)
    print("# measure: %s: burst of %d frames at %d bit/s: %d received, %d errors or overruns in the guest"
          % (driver.way.name, n, rate, packets, errors), flush=True)
    assert packets == n or errors > 0 or lost > 0 or driver.way.name == "shim", (packets, errors, lost)


def rx_counts(driver):
    text = driver.guest.check("ip -statistics link show can0")
    row = text.split("RX:")[1].splitlines()[1].split()
    return int(row[1]), int(row[2]) + int(row[3]) + int(row[4])


def device_lost(host):
    return host.count(event="lost")


@test("canfdtest")
def can_fd_test(driver, host):
    n = driver.way.frames
    driver.up(1000000 if "rates" in driver.way.carries and driver.way.name != "slcan" else 500000)
    rate = 1000000 if "rates" in driver.way.carries and driver.way.name != "slcan" else 500000
    listener = host.listen("third", rate)
    driver.guest.type("canfdtest can0 >/tmp/canfdtest 2>&1 &")
    time.sleep(0.5)
    begun = time.monotonic()
    done = subprocess.run(host.attach("canfdtest", "-g", "-v", "-f", str(driver.way.flight), "-l", str(n), "can0",
                                      name="generator", rate=rate),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                          check=False)
    took = time.monotonic() - begun
    driver.guest.run("killall canfdtest")
    host.stop(listener)
    said = done.stdout.decode(errors="replace")
    assert "sent and received: %d" % n in said, said[-400:]
    print("# measure: %s: canfdtest, %d frames there and back in %.1f s: %.0f frames/s each way"
          % (driver.way.name, n, took, n / took), flush=True)


@test("round trip and frames per second, measured")
def measure(driver, host):
    driver.up(500000)
    listener = host.listen()
    driver.guest.type("canfdtest can0 >/dev/null 2>&1 &")
    time.sleep(0.5)
    begun = time.monotonic()
    done = subprocess.run(host.attach("canfdtest", "-g", "-v", "-f", "1", "-l", "100", "can0", name="ping"),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120, check=True)
    assert b"sent and received: 100" in done.stdout, done.stdout[-400:]
    trip = (time.monotonic() - begun) / 100
    driver.guest.run("killall canfdtest")
    start = host.mark()
    n = 300 if driver.way.name == "slcan" else 2000
    begun = time.monotonic()
    driver.guest.check("cangen can0 -g 0 -p 100 -I 222 -L 8 -n %d" % n, 120)
    wait(lambda: host.count(start, event="frame") >= n, "all frames", 60)
    rate = n / (time.monotonic() - begun)
    host.stop(listener)
    print("# measure: %s: round trip %.2f ms, %.0f frames/s from the guest" % (driver.way.name, trip * 1000, rate),
          flush=True)


@test("QEMU killed and started again, and a guest that reboots", "kill")
def killed(driver, host):
    driver.up()
    driver.guest.process.kill()
    driver.guest.process.wait()
    wait(lambda: not driver.joined(), "the controller to leave")
    driver.boot()
    driver.up()
    listener = host.listen()
    start = host.mark()
    driver.guest.check("cansend can0 0F0#01")
    wait(lambda: [f for f in sent_frames(host, start) if f["frame"] == "0F0#01"], "a frame after the second start")
    host.stop(listener)


@test("the guest's kernel has no complaint")
def kernel_log(driver, host):
    log = driver.guest.check("dmesg")
    bad = [line for line in log.splitlines() if re.search(r"\bBUG\b|WARNING|Oops|Call Trace|rcu.*stall", line)]
    assert not bad, bad[:5]


def missing(way, needs):
    """Why the way cannot do what a test needs; None: it can."""
    for need in needs:
        if need == "restart":
            if not way.restart:
                return way.why.get("restart", "this way has no restart: ifdown and ifup")
        elif need == "restart-ms":
            if way.restart != "driver":
                return "the adapter restarts by itself" if way.restart else "this way has no restart"
        elif need not in way.carries:
            return way.why.get(need, "this way does not carry it")
    return None


def run_way(name):
    """All tests of a way, as TAP; ends the process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    way = WAYS[name]
    only = os.environ.get("CANSIM_SUITE_ONLY")  # a regular expression, for a look at some of them
    TESTS[:] = [row for row in TESTS if not only or re.search(only, row[0])]
    print("1..%d" % len(TESTS), flush=True)
    try:
        image = guest_lib.build_image(guest_lib.cache_directory())
        guest_lib.qemu_version()
        if way.modern:
            modern_qemu()
    except Missing as reason:
        for number, (what, _, _) in enumerate(TESTS, 1):
            print("ok %d - %s: %s # SKIP %s" % (number, name, what, reason), flush=True)
        sys.exit(0)
    host = Host([way], fd="fd" in way.carries)
    driver = Driver(way, host, image)
    failed = 0
    try:
        driver.boot()
        for number, (what, needs, function) in enumerate(TESTS, 1):
            failed += not run_one(number, name + ": " + what, missing(way, needs), function, driver, host)
    except GuestError as error:
        print("# the guest did not start: %s" % error)
        print("\n".join("# | " + line for line in driver.guest.tail()))
        failed += 1
    finally:
        driver.close()
        host.close()
    sys.exit(1 if failed else 0)


def run_one(number, what, reason, function, driver, host):
    """One point. True: it held, or was skipped."""
    if reason:
        print("ok %d - %s # SKIP %s" % (number, what, reason), flush=True)
        return True
    begun = time.monotonic()
    try:
        function(driver, host)
    except (AssertionError, GuestError, OSError, subprocess.SubprocessError) as error:
        print("not ok %d - %s" % (number, what), flush=True)
        for line in (type(error).__name__ + ": " + str(error)).splitlines()[:6]:
            print("# " + line[:600], flush=True)
        for line in driver.guest.last_words():
            print("# | " + line[:600], flush=True)
        for program in list(host.programs):
            host.stop(program)
        try:
            host.fault(None)
        except (OSError, subprocess.SubprocessError):
            pass
        return False
    print("ok %d - %s" % (number, what), flush=True)
    print("# %.1f s" % (time.monotonic() - begun), flush=True)
    return True
