#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""CAN FD under cansim-attach, on a bus that has it (can0) and on one that does not (can1): sockets, can-utils,
python-can, the broadcast manager."""

import errno
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import time

import attach_lib as a
from attach_lib import check, need, test

INSIDE = "--inside" in sys.argv  # this is an attached program


def within(name):
    return test(name) if INSIDE else lambda function: function


def outside(name):
    return test(name) if not INSIDE else lambda function: function


SOL_CAN_RAW, FILTER, RECV_OWN, FD_FRAMES = 101, 1, 4, 5
SIOCGIFMTU = 0x8921
BRS, ESI = 1, 2
RAW, BCM = socket.CAN_RAW, socket.CAN_BCM


def raw(bus="can0", fd=True):
    s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, RAW)
    if fd:
        s.setsockopt(SOL_CAN_RAW, FD_FRAMES, 1)
    s.bind((bus,))
    s.settimeout(5)
    return s


def classic(can_id, data=b""):
    return struct.pack("=IB3x8s", can_id, len(data), data)


def fd(can_id, data=b"", flags=0, length=None):
    return struct.pack("=IBB2x64s", can_id, len(data) if length is None else length, flags, data)


def parse(message):
    """(size of the struct, identifier, flags, data)"""
    can_id, length, flags = struct.unpack_from("=IBB", message)
    return len(message), can_id, flags if len(message) == 72 else 0, message[8:8 + length]


def refused(number, function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        check(error.errno == number, errno.errorcode[error.errno])
    else:
        raise AssertionError("not refused")


def silent(s, seconds=0.2):
    s.settimeout(seconds)
    try:
        return not s.recv(72)
    except socket.timeout:
        return True
    finally:
        s.settimeout(5)


@within("the interface's MTU tells whether a bus has CAN FD")
def mtu():
    s = raw()
    sizes = [struct.unpack_from("=i", fcntl.ioctl(s, SIOCGIFMTU, struct.pack("16s24x", bus)), 16)[0]
             for bus in (b"can0", b"can1")]
    check(sizes == [72, 16], sizes)


@within("CAN FD frames and classic ones, mixed, between sockets and programs")
def frames():
    s, t = raw(), raw()
    longest = bytes(range(64))
    sent = [fd(0x123, longest, BRS), classic(0x124, b"12345678"), fd(0x125, b"", 0),
            fd(0x1ABCDEF0 | 0x80000000, b"0123456789ab", BRS), fd(0x126, b"x" * 8), classic(0x40000127)]
    for message in sent:
        check(s.send(message) == len(message))
    got = [t.recv(72) for _ in sent]
    check([parse(m) for m in got] == [parse(m) for m in sent], [parse(m) for m in got])
    other = subprocess.Popen([a.PYTHON, __file__, "--listener"], stdout=subprocess.PIPE, text=True)
    check(other.stdout.readline() == "ready\n")
    s.send(fd(0x321, longest, BRS))
    s.send(classic(0x322, b"\1"))
    out, _ = other.communicate(timeout=10)
    check(out.split() == ["72", "321", "1", longest.hex(), "16", "322", "0", "01"], out)


def listener():
    s = raw()
    print("ready", flush=True)
    for _ in range(2):
        size, can_id, flags, data = parse(s.recv(72))
        print(size, "%x" % can_id, flags, data.hex())


@within("a socket without CAN_RAW_FD_FRAMES neither sends nor receives CAN FD frames")
def not_asked_for():
    s, t = raw(fd=False), raw()
    refused(errno.EINVAL, s.send, fd(0x123))
    t.send(fd(0x100, b"fd"))
    t.send(classic(0x101, b"cc"))
    check(parse(s.recv(72)) == (16, 0x101, 0, b"cc") and silent(s))
    s.setsockopt(SOL_CAN_RAW, FD_FRAMES, 1)
    t.send(fd(0x102, b"now"))
    check(parse(s.recv(72)) == (72, 0x102, 0, b"now"))
    check(s.getsockopt(SOL_CAN_RAW, FD_FRAMES) == 1)


@within("what is no CAN FD frame, and CAN FD on a classic bus, is refused as Linux does")
def no_frames():
    s, t = raw(), raw("can1")
    for wrong in (fd(1, length=65), fd(0x20000001), fd(1)[:71], fd(1) + b"x", classic(1) + b"x"):
        refused(errno.EINVAL, s.send, wrong)
    refused(errno.EINVAL, t.send, fd(0x123))
    any_bus = raw(bus="")
    any_bus.sendto(fd(0x200, b"a"), ("can0",))
    check(parse(s.recv(72))[1] == 0x200)
    refused(errno.EINVAL, any_bus.sendto, fd(0x200, b"a"), ("can1",))


@within("lengths without a DLC are filled up with zeros; a filter, own frames and short reads")
def lengths():
    s, t = raw(), raw()
    for length, whole in ((9, 12), (13, 16), (33, 48), (63, 64)):
        s.send(fd(0x100, b"\xEE" * length))
        check(parse(t.recv(72))[3] == b"\xEE" * length + bytes(whole - length), length)
    t.setsockopt(SOL_CAN_RAW, FILTER, struct.pack("=II", 0x200, 0x7FF))
    s.setsockopt(SOL_CAN_RAW, RECV_OWN, 1)
    s.send(fd(0x1FF, b"no")), s.send(fd(0x200, b"yes", BRS))
    check(parse(t.recv(72))[1:] == (0x200, BRS, b"yes"))
    check([parse(s.recv(72))[1] for _ in range(2)] == [0x1FF, 0x200])
    s.send(fd(0x200, b"cut off"))
    message, _, flags, _ = t.recvmsg(16)
    check(len(message) == 16 and flags & socket.MSG_TRUNC, message, flags)


HEAD = struct.Struct("@IIIqqqqII")
TX_SETUP, TX_READ, TX_SEND, RX_SETUP, TX_STATUS, RX_CHANGED = 1, 3, 4, 5, 8, 12
SETTIMER, STARTTIMER, RX_CHECK_DLC, CAN_FD_FRAME = 1, 2, 0x40, 0x800


@within("CAN_BCM with CAN_FD_FRAME: cycles, reading back, reception on change in all 64 bytes")
def broadcast_manager():
    b, t = socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, BCM), raw()
    b.settimeout(5)
    b.connect(("can0",))

    def ask(op, flags, count, ival1, ival2, can_id, *messages):
        head = HEAD.pack(op, flags, count, 0, ival1, 0, ival2, can_id, len(messages))
        b.send(head.ljust(56, b"\0") + b"".join(messages))

    refused(errno.EINVAL, ask, TX_SEND, CAN_FD_FRAME, 0, 0, 0, 0, classic(1))
    refused(errno.EINVAL, ask, TX_SEND, 0, 0, 0, 0, 0, fd(1))
    refused(errno.EINVAL, ask, TX_SEND, CAN_FD_FRAME, 0, 0, 0, 0, fd(1, length=65))
    ask(TX_SEND, CAN_FD_FRAME, 0, 0, 0, 0, fd(0x5F, b"once" * 16, BRS))
    check(parse(t.recv(72)) == (72, 0x5F, BRS, b"once" * 16))
    ask(TX_SETUP, SETTIMER | STARTTIMER | CAN_FD_FRAME, 3, 20000, 0, 5, fd(0x50, b"a" * 20), fd(0x51, b"b" * 64))
    check([parse(t.recv(72))[1:4:2] for _ in range(3)] ==
          [(0x50, b"a" * 20), (0x51, b"b" * 64), (0x50, b"a" * 20)] and silent(t))
    refused(errno.EINVAL, ask, TX_READ, 0, 0, 0, 0, 5)  # the classic operation is another one
    ask(TX_READ, CAN_FD_FRAME, 0, 0, 0, 5)
    status = b.recv(1000)
    check(struct.unpack_from("=I", status)[0] == TX_STATUS and len(status) == 56 + 2 * 72, len(status))
    check(parse(status[128:])[3] == b"b" * 64)
    many = [fd(0x300 + i, b"m" * 48) for i in range(256)]
    ask(TX_SETUP, CAN_FD_FRAME, 0, 0, 0, 6, *many)
    ask(TX_READ, CAN_FD_FRAME, 0, 0, 0, 6)
    check(b.recv(20000)[56:] == b"".join(many))

    ask(RX_SETUP, CAN_FD_FRAME | RX_CHECK_DLC, 0, 0, 0, 0x60, fd(0, bytes(63) + b"\xff"))
    for message in (fd(0x60, b"a" * 64), fd(0x60, b"b" * 63 + b"a"), fd(0x60, b"a" * 63 + b"b"),
                    classic(0x60, b"z"), fd(0x60, b"a" * 48)):
        t.send(message)
    for expected in (b"a" * 64, b"a" * 63 + b"b", b"a" * 48):
        message = b.recv(500)
        check(struct.unpack_from("=I", message)[0] == RX_CHANGED and len(message) == 128, len(message))
        check(parse(message[56:])[3] == expected, message)
    check(silent(b))


# ---- programs ------------------------------------------------------------------------------------

@outside("cansend and candump: both formats, both flags, up to 64 bytes")
def can_utils(shared):
    need("candump", "cansend")
    texts = ["123##1112233", "123##0", "12345678##1" + "A5" * 64, "7FF##2" + "00" * 20, "123#DEADBEEF", "001##3FF"]
    with a.listening(shared, "-L", "can0") as dump:
        for number, text in enumerate(texts, 1):
            check(a.run(shared.link, "cansend", "can0", text).returncode == 0, text)
            lines = dump.wait_lines(number)  # else the next one might win arbitration
    got = [line.split()[2] for line in lines]
    # ESI is what the transmitter's state says, or its program
    check([re.sub("##.", "##", text) for text in got] == [re.sub("##.", "##", text) for text in texts], got)
    brs = [int(text.split("##")[1][0], 16) & BRS for text in got if "##" in text]
    check(brs == [1, 0, 1, 0, 1], got)
    done = a.run(shared.link, "cansend", "can1", "123##1112233")
    check(done.returncode != 0, done)


@outside("cangen -f and -b: paced by both bit rates, in order, nothing lost")
def generator(shared):
    need("candump", "cangen")
    count = 300
    spans = []
    for options in (("-f",), ("-b",)):
        with a.listening(shared, "-L", "can0") as dump:
            sent = a.run(shared.link, "cangen", "can0", *options, "-g", "0", "-n", str(count), "-I", "123",
                         "-L", "64", "-D", "i")
            check(sent.returncode == 0, sent)
            lines = dump.wait_lines(count)
        values = [line.split()[2].split("##") for line in lines]
        check(all(len(data) == 1 + 128 for _, data in values), values[0])
        check([int.from_bytes(bytes.fromhex(data[1:17]), "little") for _, data in values] == list(range(count)))
        check({int(data[0]) & BRS for _, data in values} == {1 if options == ("-b",) else 0}, values[0])
        stamps = [float(line.split()[0].strip("()")) for line in lines]
        spans.append(stamps[-1] - stamps[0])
    least = (count - 1) * 560 / 500e3
    check(spans[0] >= least, spans, least)
    check(spans[1] < 0.6 * spans[0], "the second bit rate saves time", spans)


PYTHON_CAN = r"""
import can, sys
can.rc = {}
bus = can.interface.Bus(bustype="socketcan", channel="can0", fd=True)
other = can.interface.Bus(bustype="socketcan", channel="can0", fd=True)
print(bus.recv(5))
bus.send(can.Message(arbitration_id=0x123, data=bytes(range(48)), is_fd=True, bitrate_switch=True, is_extended_id=False))
got = other.recv(5)
while got is not None and got.arbitration_id != 0x123:
    got = other.recv(5)
print(got.is_fd, got.bitrate_switch, got.error_state_indicator, bytes(got.data).hex())
task = bus.send_periodic(can.Message(arbitration_id=0x200, data=b"p" * 12, is_fd=True, is_extended_id=False), 0.02)
print(*(hex(other.recv(5).arbitration_id) for _ in range(3)))
task.stop()
bus.shutdown(), other.shutdown()
"""


@outside("python-can with fd=True: sends, receives, sends periodically")
def python_can(shared):
    if subprocess.run([a.PYTHON, "-c", "import can"], stderr=subprocess.DEVNULL).returncode != 0:
        raise a.Skip("no python3-can")
    need("candump", "cansend")
    with a.listening(shared, "can0"), \
            a.Running(shared.link, a.PYTHON, "-u", "-c", PYTHON_CAN, name="python-can") as program:
        a.wait_for(lambda: a.joined(shared, "python-can"), "python-can on the bus")
        time.sleep(0.5)
        check(a.run(shared.link, "cansend", "can0", "456##1" + "77" * 16).returncode == 0)
        lines = program.wait_lines(3)
    check("456" in lines[0] and " F" in lines[0] and " 77" * 16 in lines[0], lines[0])
    check(lines[1] == "True True False " + bytes(range(48)).hex(), lines[1])
    check(lines[2] == "0x200 0x200 0x200", lines)


MTU = r"""
import fcntl, socket, struct
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
print(struct.unpack_from("=i", fcntl.ioctl(s, 0x8921, struct.pack("16s24x", b"can0")), 16)[0])
"""


@outside("--fd: what a program's controller knows of CAN FD, and its MTU")
def modes(shared):
    need("candump", "cansend")
    for mode, size in (("classic", "16"), ("tolerant", "16"), ("bus", "72"), ("iso", "72")):
        done = a.run(shared.link, a.PYTHON, "-c", MTU, options=["--fd", mode])
        check(done.stdout == size + "\n", mode, done)
    with a.listening(shared, "-L", "can0") as dump:
        with a.Running(shared.link, "candump", "can0", name="tolerant", options=["--fd", "tolerant"]) as tolerant:
            a.wait_for(lambda: a.joined(shared, "tolerant"), "the tolerant one")
            a.run(shared.link, "cansend", "can0", "123##1112233")  # it keeps out of this one
            dump.wait_lines(1)
            a.run(shared.link, "cansend", "can0", "124#11")
            dump.wait_lines(2)
            time.sleep(0.2)
            check([line.split()[1] for line in tolerant.lines()] == ["124"], tolerant.lines())
        with a.Running(shared.link, "candump", "can0", name="old", options=["--fd", "classic"]) as old:
            a.wait_for(lambda: a.joined(shared, "old"), "the classic one")
            a.run(shared.link, "cansend", "can0", "125##1112233")
            lines = dump.wait_lines(3)
            # it destroys the frame until it is error passive, and so is the sender: ESI
            check(lines[2].split()[2] == "125##3112233" and old.lines() == [], lines, old.lines())


@outside("inside one program: sockets, options, the broadcast manager")
def inside(shared):
    need("candump")
    with a.listening(shared, "any"):  # acknowledges
        done = a.run(shared.link, a.PYTHON, os.path.abspath(__file__), "--inside", limit=100)
    print("".join("# %s\n" % line for line in done.stdout.splitlines()), end="")
    check(done.returncode == 0 and done.stdout.count("\nok") == 6, done.stderr)


if __name__ == "__main__":
    if "--listener" in sys.argv:
        listener()
    elif INSIDE:
        a.run_tests()
    else:
        with a.host(buses=("can0:500k:2M", "can1:250k")) as started:
            a.run_tests(started)
