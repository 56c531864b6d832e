#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Unmodified programs under cansim-attach: can-utils, python-can, QEMU."""

import os
import re
import signal
import subprocess
import tempfile
import time

import attach_lib as a
from attach_lib import check, need, test


@test("candump -L prints what cansend sends")
def candump_cansend(shared):
    need("candump", "cansend")
    with a.candump(shared.link, "-L", "can0") as dump:
        for frame in ("123#DEADBEEF", "12345678#R", "7FF#", "001#1122334455667788", "123#R5"):
            check(a.run(shared.link, "cansend", "can0", frame).returncode == 0, frame)
        lines = dump.wait_lines(5)
    frames = [line.split()[2] for line in lines]
    check(frames == ["123#DEADBEEF", "12345678#R", "7FF#", "001#1122334455667788", "123#R5"], frames)
    stamps = [float(line.split()[0].strip("()")) for line in lines]
    check(stamps == sorted(stamps) and abs(stamps[0] - time.time()) < 30, stamps)


@test("candump any tells the buses apart")
def candump_any(shared):
    need("candump", "cansend")
    with a.candump(shared.link, "-L", "any") as dump:
        a.run(shared.link, "cansend", "can1", "456#01")
        a.run(shared.link, "cansend", "can0", "123#02")
        lines = dump.wait_lines(2)
    check([line.split()[1:] for line in lines] == [["can1", "456#01"], ["can0", "123#02"]], lines)


@test("candump filters by identifier")
def candump_filters(shared):
    need("candump", "cansend")
    with a.candump(shared.link, "-L", "can0,123:7FF,400~7F0") as dump:
        # 123 by the first filter; all but 40x by the second, so only 401 stays away
        for frame in ("401#", "123#", "200#"):
            a.run(shared.link, "cansend", "can0", frame)
        lines = dump.wait_lines(2)
        time.sleep(0.2)
        lines = dump.lines()
    check([line.split()[2] for line in lines] == ["123#", "200#"], lines)
    with a.candump(shared.link, "-L", "can0,100:7FC") as dump:
        for frame in ("0FF#", "100#", "103#", "104#"):
            a.run(shared.link, "cansend", "can0", frame)
        dump.wait_lines(2)
        time.sleep(0.2)
        lines = dump.lines()
    check([line.split()[2] for line in lines] == ["100#", "103#"], lines)


@test("candump -x -t -H: direction, delta and hardware time")
def candump_times(shared):
    need("candump", "cangen")
    for options in (("-x", "-t", "d"), ("-t", "A"), ("-H", "-t", "a"), ("-t", "z", "-a")):
        with a.candump(shared.link, *options, "can0") as dump:
            a.run(shared.link, "cangen", "can0", "-n", "3", "-g", "5", "-I", "321", "-L", "2")
            lines = dump.wait_lines(3)
        check(all(re.match(r"^ ?\(.*\) +can0 .* 321 +\[2\]", line) for line in lines), options, lines)
        if options[0] == "-x":
            check(all("RX - -" in line for line in lines), lines)
        if options[0] == "-H":  # bus time, not the wall clock's
            check(all(float(line.split(")")[0].strip(" (")) < 1e6 for line in lines), lines)


@test("candump -l writes a log file that canplayer replays")
def canplayer(shared):
    need("candump", "canplayer", "cangen")
    with tempfile.TemporaryDirectory() as folder:
        with a.Running(shared.link, "sh", "-c", "cd %s && exec candump -l any" % folder) as dump:
            time.sleep(0.3)
            a.run(shared.link, "cangen", "can0", "-n", "20", "-g", "2")
            time.sleep(0.3)
            dump.stop()
        log = os.path.join(folder, os.listdir(folder)[0])
        with open(log) as file:
            recorded = file.read().splitlines()
        check(len(recorded) == 20, recorded)
        with a.candump(shared.link, "-L", "any") as dump:
            check(a.run(shared.link, "canplayer", "-I", log).returncode == 0)
            check(a.run(shared.link, "canplayer", "-I", log, "can1=can0").returncode == 0)
            played = dump.wait_lines(40)
    frames = [line.split()[2] for line in recorded]
    check([line.split()[2] for line in played] == frames * 2, played)
    check([line.split()[1] for line in played] == ["can0"] * 20 + ["can1"] * 20, played)


@test("cangen -g 0: paced by the bus, in order, nothing lost")
def pacing(shared):
    need("candump", "cangen")
    count = 500
    with a.candump(shared.link, "-L", "can0") as dump:
        begun = time.monotonic()
        sent = a.run(shared.link, "cangen", "can0", "-g", "0", "-n", str(count), "-I", "123",
                     "-L", "8", "-D", "i")
        took = time.monotonic() - begun
        check(sent.returncode == 0, sent)
        lines = dump.wait_lines(count)
    values = [line.split()[2] for line in lines]
    # -D i counts up in the first bytes, least significant first
    check([int.from_bytes(bytes.fromhex(v[4:]), "little") for v in values] == list(range(count)),
          values[:4], values[-2:])
    span = float(lines[-1].split()[0].strip("()")) - float(lines[0].split()[0].strip("()"))
    least = (count - 1) * 111 / 500e3  # without stuff bits
    check(span >= least, "on the bus for", span, "needs at least", least)
    check(span < 2 * least + 1, "the bus was left idle", span, least)
    check(took > 0.8 * least, "cangen was not held back", took, least)


@test("cansniffer, canbusload and isotpdump show frames")
def viewers(shared):
    need("cansniffer", "canbusload", "isotpdump", "cangen")
    with a.Running(shared.link, "stdbuf", "-oL", "cansniffer", "can0", "-t", "0", stdin=subprocess.PIPE) as sniffer, \
            a.Running(shared.link, "stdbuf", "-oL", "canbusload", "can0@500000") as load, \
            a.Running(shared.link, "stdbuf", "-oL", "isotpdump", "-s", "123", "-d", "321", "can0") as isotp:
        time.sleep(0.3)
        for data in ("1122", "1133"):
            a.run(shared.link, "cangen", "can0", "-n", "150", "-g", "2", "-I", "2A5", "-L", "2", "-D", data)
            a.run(shared.link, "cansend", "can0", "123#0211220000000000")
        a.wait_for(lambda: "2A5" in sniffer.output() or "2a5" in sniffer.output(), "cansniffer")
        a.wait_for(lambda: re.search(r"can0@500000 +[1-9]", load.output()), "canbusload")
        a.wait_for(lambda: "11 22" in isotp.output(), "isotpdump: " + isotp.output())


PYTHON_CAN = r"""
import sys, time, can
bus = can.interface.Bus(channel="can0", bustype="socketcan", receive_own_messages=True,
                        ignore_rx_error_frames=True)
other = can.interface.Bus(channel="can0", bustype="socketcan", ignore_rx_error_frames=True)
bus.send(can.Message(arbitration_id=0x123, data=[1, 2, 3], is_extended_id=False))
own, loop = bus.recv(5), other.recv(5)
assert own.arbitration_id == loop.arbitration_id == 0x123 and bytes(own.data) == b"\1\2\3"
assert not own.is_rx and not loop.is_rx and abs(own.timestamp - time.time()) < 5
other.send(can.Message(arbitration_id=0x1ABCDEF0, is_extended_id=True, is_remote_frame=True, dlc=4))
got = bus.recv(5)
assert got.arbitration_id == 0x1ABCDEF0 and got.is_extended_id and got.is_remote_frame and got.dlc == 4
bus.set_filters([{"can_id": 0x200, "can_mask": 0x700, "extended": False}])
for i in (0x100, 0x210, 0x300):
    other.send(can.Message(arbitration_id=i, is_extended_id=False))
assert bus.recv(5).arbitration_id == 0x210 and bus.recv(0.2) is None
bus.set_filters(None)
every = can.interface.Bus(channel="", bustype="socketcan", ignore_rx_error_frames=True)
bus.send(can.Message(arbitration_id=0x77, is_extended_id=False))
assert every.recv(5).channel == "can0"
every.send(can.Message(arbitration_id=0x78, is_extended_id=False, channel="can0"))
while other.recv(5).arbitration_id != 0x78:
    pass
print("all right", flush=True)
"""


@test("python-can: send, receive, own messages, filters, all channels")
def python_can(shared):
    if subprocess.run([a.PYTHON, "-c", "import can"], stderr=subprocess.DEVNULL).returncode != 0:
        raise a.Skip("no python3-can")
    with a.candump(shared.link, "-L", "can0"):
        done = a.run(shared.link, a.PYTHON, "-c", PYTHON_CAN)
    check(done.returncode == 0 and "all right" in done.stdout, done.stdout, done.stderr)


PERIODIC = r"""
import time, can
bus = can.interface.Bus(channel="can0", bustype="socketcan", ignore_rx_error_frames=True)
task = bus.send_periodic(can.Message(arbitration_id=0x111, data=[1], is_extended_id=False), 0.02)
time.sleep(0.5)
task.modify_data(can.Message(arbitration_id=0x111, data=[2], is_extended_id=False))
time.sleep(0.3)
task.stop()
few = bus.send_periodic(can.Message(arbitration_id=0x222, is_extended_id=False), 0.01, duration=0.1)
time.sleep(0.5)
n = 0
while bus.recv(0.05) is not None:
    n += 1
print("seen", n, flush=True)
"""


@test("python-can: send_periodic, modify_data, stop, duration")
def periodic(shared):
    if subprocess.run([a.PYTHON, "-c", "import can"], stderr=subprocess.DEVNULL).returncode != 0:
        raise a.Skip("no python3-can")
    with a.candump(shared.link, "-L", "can0") as dump:
        done = a.run(shared.link, a.PYTHON, "-c", PERIODIC)
        check(done.returncode == 0, done.stdout, done.stderr)
        lines = dump.lines()
    first = [float(line.split()[0].strip("()")) for line in lines if line.endswith("111#01")]
    check(23 <= len(first) <= 28, len(first))
    check(abs((first[-1] - first[0]) / (len(first) - 1) - 0.02) < 0.001, "period", first)
    check(sum(line.endswith("111#02") for line in lines) >= 13, lines)
    check(sum(line.endswith("222#") for line in lines) in (9, 10, 11), lines)
    seen = int(done.stdout.split()[1])
    check(seen == len(lines), "the program's own raw socket saw", seen, "the bus", len(lines))


QEMU = ("qemu-system-x86_64 -nodefaults -display none -monitor stdio -machine q35 -m 64 "
        "-object can-bus,id=b0 -object can-host-socketcan,id=h0,if=can0,canbus=b0 "
        "-device kvaser_pci,canbus=b0").split()


@test("QEMU: can-host-socketcan starts, its card joins and leaves")
def qemu(shared):
    need("qemu-system-x86_64", "cansend")
    with a.Running(shared.link, *QEMU, stdin=subprocess.PIPE, name="guest1") as machine:
        a.wait_for(lambda: "(qemu)" in machine.output() or machine.process.poll() is not None,
                   "QEMU's monitor", 60)
        a.wait_for(lambda: a.joined(shared, "guest1"), "guest1 on the bus")
        # somebody acknowledges now: a lone cansend's frame is seen by the log
        a.run(shared.link, "cansend", "can0", "5A5#55")
        a.wait_for(lambda: "5A5#55" in open(shared.log).read(), "the frame on the bus")
        machine.process.stdin.write(b"quit\n")
        machine.process.stdin.flush()
        check(machine.process.wait(20) == 0, machine.output())


@test("QEMU: outlives its host and its broker without spinning")
def qemu_alone(shared):
    need("qemu-system-x86_64", "cansend")
    with a.Running(shared.link, *QEMU, "-S", stdin=subprocess.PIPE, name="guest2") as machine:
        a.wait_for(lambda: a.joined(shared, "guest2"), "guest2 on the bus", 60)

        def busy(seconds=1.0):
            def ticks():
                with open("/proc/%d/stat" % machine.process.pid) as file:
                    fields = file.read().rsplit(")", 1)[1].split()
                return int(fields[11]) + int(fields[12])
            before = ticks()
            time.sleep(seconds)
            return ticks() - before

        a.wait_for(lambda: busy(0.3) <= 3, "QEMU's start-up", 30)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            a.run(shared.link, "cansend", "can0", "5A6#01")
            shared.stop(sign)
            check(busy() <= 10, "clock ticks in a second without a host")
            shared.start()
            a.wait_for(lambda: a.joined(shared, "guest2"), "guest2 back on the bus")
        for pid in a.brokers(shared.link):
            os.kill(pid, signal.SIGKILL)
        check(busy() <= 10, "clock ticks in a second without a broker")
        check(machine.process.poll() is None)


if __name__ == "__main__":
    with a.host() as started:
        a.run_tests(started)
