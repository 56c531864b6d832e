#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The serial adapter with real programs: python-can on a pseudo-terminal, sockets, can-utils on the bus."""

import errno
import os
import signal
import socket
import stat
import subprocess
import termios
import time

from cli_lib import BIN, FOLDER, Skip, run_tests, same, start, stop, test, wait_for

try:
    import can
    import serial
except ImportError as missing:
    can = serial = None
    WHY = str(missing)

ATTACH = os.path.join(BIN, "cansim-attach")


def here(name):
    return os.path.join(FOLDER, name)


class Host:
    """cansim serve with one bus and one adapter, its output kept."""

    def __init__(self, path, bus="can0:500k"):
        self.process = start("serve", "--bus", bus, "--link", "./host.sock", "--slcan", "can0=" + path)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.programs = []
        self.text = ""
        wait_for(self.option, "how to join")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs:
            end(program)
        if self.process.returncode is None:
            self.stop()

    def read(self):
        self.text += (self.process.stderr.read() or b"").decode()
        return self.text

    def option(self):
        rows = self.read().split("cansim: slcan ", 1)[-1].split("\n")
        return rows[1].strip() if len(rows) > 2 and rows[0].endswith("on can0; join with:") else ""

    def pty(self):
        return self.option().split(" -c ", 1)[1].split()[0]

    def attach(self, *words, name="peer"):
        program = subprocess.Popen([ATTACH, "--link", here("host.sock"), "--as", name, "--", *words],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.programs.append(program)
        return program

    def candump(self):
        """A candump that has joined."""
        program = self.attach("stdbuf", "-oL", "candump", "-L", "can0", name="dump")
        os.set_blocking(program.stdout.fileno(), False)
        probe = b""
        deadline = time.monotonic() + 10
        while b"7FF#" not in probe and time.monotonic() < deadline:
            self.send("7FF#")
            time.sleep(0.05)
            probe += program.stdout.read() or b""
        return program

    def send(self, *frames):
        for frame in frames:
            same(self.attach("cansend", "can0", frame, name="sender").wait(10), 0, frame)

    def ticks(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def stop(self, how=signal.SIGTERM):
        os.set_blocking(self.process.stderr.fileno(), True)
        return stop(self.process, how)


def frames_of(program, number):
    """The next frames of a candump, as it writes them, without the ones that wake it."""
    text, frames = b"", []

    def enough():
        nonlocal text, frames
        text += program.stdout.read() or b""
        frames = [line.split()[2].decode() for line in text.splitlines(True) if line.endswith(b"\n")]
        frames = [frame for frame in frames if frame != "7FF#"]
        return len(frames) >= number
    wait_for(enough, "%d frames" % number)
    return frames


def end(program):
    program.stdout.close()  # it may be waiting to write
    program.terminate()
    try:
        program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def line(path):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(5)
    peer.connect(here(path))
    return peer


def say(peer, text):
    peer.sendall(text.encode())


def hear(peer, length):
    got = b""
    while len(got) < length:
        more = peer.recv(length - len(got))
        assert more, got
        got += more
    return got.decode()


def needs_python_can():
    if can is None:
        raise Skip(WHY)


@test
def python_can():
    """python-can's slcan on a pseudo-terminal: frames of all kinds both ways, in order"""
    needs_python_can()
    with Host("pty") as host:
        dump = host.candump()
        with can.Bus(interface="slcan", channel=host.pty(), bitrate=500000, sleep_after_open=0.1) as bus:
            same(bus.get_version(5), (10, 13))
            same(bus.get_serial_number(5), "CS01")
            sent = [can.Message(arbitration_id=0x123 + i, is_extended_id=False, data=bytes(range(i))) for i in range(9)]
            sent += [can.Message(arbitration_id=0x12345678 + i, data=bytes(range(i))) for i in range(9)]
            sent += [can.Message(arbitration_id=0x100 + i, is_extended_id=False, is_remote_frame=True, dlc=i)
                     for i in range(9)]
            for message in sent:
                bus.send(message)
            names = []
            for message in sent:
                name = ("%08X#" if message.is_extended_id else "%03X#") % message.arbitration_id
                name += ("R%d" % message.dlc if message.dlc else "R") if message.is_remote_frame else \
                    message.data.hex().upper()
                names.append(name)
            same([name.replace("#R0", "#R") for name in frames_of(dump, len(names))], names)
            host.send("456#DEADBEEF", "1ABCDEF0#01", "7AA#R3")
            got = []
            wait_for(lambda: len([m for m in [bus.recv(0.2)] if m and not got.append(m)]) and len(got) >= 3, "frames")
            same([(m.arbitration_id, m.is_extended_id, m.is_remote_frame, m.dlc, bytes(m.data)) for m in got],
                 [(0x456, False, False, 4, b"\xde\xad\xbe\xef"), (0x1ABCDEF0, True, False, 1, b"\x01"),
                  (0x7AA, False, True, 3, b"")])


@test
def python_can_and_trouble():
    """python-can passes over the lines for states and errors"""
    needs_python_can()
    with Host("pty") as host:
        with can.Bus(interface="slcan", channel=host.pty(), bitrate=250000, sleep_after_open=0.1) as bus:
            bus.send(can.Message(arbitration_id=0x123, is_extended_id=False, data=b"\x01"))  # at a wrong rate, alone
            same(bus.recv(0.5), None)
            same(bus.get_version(5), (10, 13))


@test
def python_can_over_tcp():
    """python-can on a socket://"""
    needs_python_can()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Host("tcp:127.0.0.1:%d" % port) as host:
        assert "host=127.0.0.1,port=%d" % port in host.option(), host.option()
        dump = host.candump()
        with can.Bus(interface="slcan", channel="socket://127.0.0.1:%d" % port, bitrate=500000,
                     sleep_after_open=0.1) as bus:
            bus.send(can.Message(arbitration_id=0x321, is_extended_id=False, data=b"\x01\x02"))
            same(frames_of(dump, 1), ["321#0102"])


@test
def many_frames():
    """two thousand frames in one go are all sent, in order; as many are received"""
    with Host("./line.sock") as host:
        dump = host.candump()
        peer = line("line.sock")
        say(peer, "S8\rC\rS6\rO\r")
        same(hear(peer, 4), "\r\a\r\r")
        say(peer, "".join("t%03X2%04X\r" % (i & 0x3FF, i) for i in range(2000)))
        same(hear(peer, 4000), "z\r" * 2000)
        same(frames_of(dump, 2000), ["%03X#%04X" % (i & 0x3FF, i) for i in range(2000)])
        end(host.programs.pop(host.programs.index(dump)))
        host.attach("cangen", "can0", "-g", "0", "-n", "2000", "-I", "55", "-L", "8", "-D", "i", "-p", "10")
        got = hear(peer, 2000 * 22)
        same([int(row[5:7], 16) for row in got.split("\r")[:-1]], [i & 0xFF for i in range(2000)])
        peer.close()


@test
def states():
    """alone on the bus: warning and passive are told as Linux's driver wants them; then bus-off is not"""
    with Host("./line.sock") as host:
        peer = line("line.sock")
        say(peer, "S6\rO\rt1230\r")
        text = ""
        deadline = time.monotonic() + 5
        while "sp000128\r" not in text and time.monotonic() < deadline:
            text += peer.recv(1000).decode()
        assert "\rsw000096\r" in text and "\rsp000128\r" in text and "e3aaa\r" in text, text
        assert "sb" not in text, text
        peer.close()


@test
def link():
    """pty:LINK makes a link, and takes it away; one that was left behind is taken over"""
    place = here("ttyCAN")
    os.symlink("/dev/pts/987654", place)
    with Host("pty:./ttyCAN") as host:
        assert os.readlink(place).startswith("/dev/pts/"), os.readlink(place)
        same(stat.S_IMODE(os.stat(place).st_mode), 0o600)
        same(host.pty(), "./ttyCAN")
        host.stop(signal.SIGKILL)
        assert os.path.islink(place)
    with Host("pty:./ttyCAN") as host:
        descriptor = os.open(place, os.O_RDWR | os.O_NOCTTY)
        os.write(descriptor, b"V\r")
        same(os.read(descriptor, 6), b"V1013\r")
        same(host.stop()[0], 130)
        same(os.path.lexists(place), False)
        try:
            os.read(descriptor, 1)
            gone = b""
        except OSError as error:
            gone = error.errno
        assert gone in (b"", errno.EIO), gone
        os.close(descriptor)


@test
def link_in_the_way():
    """what is no link that was left behind stays, and is told"""
    place = here("ttyCAN")
    with open(place, "w", encoding="ascii") as file:
        file.write("mine")
    process = start("serve", "--slcan", "can0=pty:./ttyCAN", "--link", "./host.sock")
    _, err = process.communicate(timeout=10)
    same(process.returncode, 3, err)
    assert b"./ttyCAN: is there already" in err, err
    with open(place, encoding="ascii") as file:
        same(file.read(), "mine")
    os.unlink(place)


@test
def echo_and_cat():
    """a shell that opens, writes, closes: the channel closes with it"""
    with Host("pty") as host:
        events = host.candump()
        for _ in range(3):
            descriptor = os.open(host.pty(), os.O_RDWR | os.O_NOCTTY)
            flags = termios.tcgetattr(descriptor)[3]
            same(flags & (termios.ECHO | termios.ICANON), 0)
            os.write(descriptor, b"S6\rO\rt1231AA\r")
            frames_of(events, 1)
            os.close(descriptor)
            time.sleep(0.05)
            descriptor = os.open(host.pty(), os.O_RDWR | os.O_NOCTTY)
            os.write(descriptor, b"F\r")
            same(os.read(descriptor, 1), b"\a")  # is closed, and nothing is left of the last one
            os.close(descriptor)
            time.sleep(0.05)


@test
def idle():
    """no processor time is taken: before, with somebody there, after"""
    with Host("pty") as host:

        def used():
            time.sleep(0.3)
            before = host.ticks()
            time.sleep(1)
            return host.ticks() - before
        assert used() <= 1
        descriptor = os.open(host.pty(), os.O_RDWR | os.O_NOCTTY)
        assert used() <= 1
        os.write(descriptor, b"S6\rO\r")
        assert used() <= 1
        os.close(descriptor)
        assert used() <= 1


run_tests()
