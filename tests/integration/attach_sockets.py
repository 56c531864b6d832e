#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The sockets themselves. This program starts a host and then itself again under cansim-attach, where
the points below use the C library's calls through Python's socket module."""

import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import attach_lib as a
from attach_lib import check, test

FRAME = struct.Struct("=IB3x8s")
EFF, RTR, ERR = 0x80000000, 0x40000000, 0x20000000
INVERT = 0x20000000
SOL_CAN_RAW = 101
FILTER, ERR_FILTER, LOOPBACK, RECV_OWN, FD_FRAMES, JOIN = 1, 2, 3, 4, 5, 6
SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX = 0x8910, 0x8913, 0x8921, 0x8927, 0x8933
SIOCGSTAMP, SIOCGSTAMPNS = 0x8906, 0x8907
libc = ctypes.CDLL(None, use_errno=True)


def raw(bus="can0", **options):
    s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
    s.settimeout(options.get("timeout", 5))
    if bus is not None:
        s.bind((bus,))
    return s


def frame(can_id, data=b""):
    return FRAME.pack(can_id, len(data), data)


def parse(message):
    check(len(message) == 16, message)
    can_id, length, data = FRAME.unpack(message)
    return can_id, data[:length]


def silent(s, seconds=0.1):
    return not select.select([s], [], [], seconds)[0]


def refused(error, function, *arguments):
    try:
        function(*arguments)
    except OSError as got:
        check(got.errno == error, "expected", errno.errorcode[error], "got", got)
        return
    check(False, "expected", errno.errorcode[error], "got no error")


class Peer:
    """Another process, so another controller on can0: it acknowledges, and sends what it is told."""

    def __init__(self):
        self.pipe, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self.pipe.close()
            own = raw()
            other.send(b"ready")
            while True:
                message = other.recv(16)
                if not message:
                    os._exit(0)
                own.send(message)
        other.close()
        check(self.pipe.recv(16) == b"ready")

    def send(self, *frames):
        for one in frames:
            self.pipe.send(one)


@test("what a socket says of itself")
def identity(peer):
    s = raw(None)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_CAN)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_RAW)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL) == socket.CAN_RAW)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 212992)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50000)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 100000)
    check(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0)
    s.bind(("can0",))
    check(s.getsockname() == ("can0",), s.getsockname())
    same = socket.socket(fileno=os.dup(s.fileno()))
    check(same.family == socket.AF_CAN and same.type == socket.SOCK_RAW, same)
    check(not os.get_inheritable(s.fileno()))
    plain = libc.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
    check(os.get_inheritable(plain) and os.get_blocking(plain))
    os.close(plain)
    special = libc.socket(socket.AF_CAN, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 1)
    check(not os.get_blocking(special))
    os.close(special)


@test("what is refused, and how")
def refusals(peer):
    s = raw(None)
    refused(errno.EPROTONOSUPPORT, socket.socket, socket.AF_CAN, socket.SOCK_DGRAM, 6)
    refused(errno.ENODEV, s.bind, ("nocan0",))
    refused(errno.ENODEV, s.bind, ("lo",))
    refused(errno.ENXIO, s.send, frame(1))
    refused(errno.EOPNOTSUPP, s.connect, ("can0",))
    refused(errno.EOPNOTSUPP, s.shutdown, socket.SHUT_RDWR)
    s.bind(("can0",))
    refused(errno.EINVAL, s.send, frame(1)[:15])
    refused(errno.EINVAL, s.send, bytes(72))
    refused(errno.EINVAL, s.send, b"")
    refused(errno.EINVAL, s.send, struct.pack("=IB3x8s", 1, 9, b""))
    refused(errno.EINVAL, s.send, frame(ERR | 4))
    refused(errno.EINVAL, s.setsockopt, SOL_CAN_RAW, FILTER, b"1234567")
    refused(errno.EINVAL, s.setsockopt, SOL_CAN_RAW, LOOPBACK, b"1")
    refused(errno.ENOPROTOOPT, s.setsockopt, SOL_CAN_RAW, 99, 1)
    refused(errno.EINVAL, s.setsockopt, SOL_CAN_RAW, FILTER, bytes(8 * 513))
    s.setsockopt(SOL_CAN_RAW, FILTER, bytes(8 * 512))
    refused(errno.ERANGE, s.getsockopt, SOL_CAN_RAW, FILTER, 1024)
    s.setsockopt(SOL_CAN_RAW, FILTER, bytes(range(0, 24)))
    check(s.getsockopt(SOL_CAN_RAW, FILTER, 1024) == bytes(range(0, 24)))


@test("interfaces: index, name, MTU, flags, hardware type, list")
def interfaces(peer):
    s, udp = raw(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    index = socket.if_nametoindex("can0")
    check(socket.if_indextoname(index) == "can0")
    check([i for i in socket.if_nameindex() if i[1] in ("can0", "can1")] ==
          [(index, "can0"), (index + 1, "can1")], socket.if_nameindex())
    check("lo" in [name for _, name in socket.if_nameindex()])
    for fd in (s, udp):
        def ask(request, body=b"can0"):
            return fcntl.ioctl(fd, request, struct.pack("16s24s", body, b""))
        check(struct.unpack_from("i", ask(SIOCGIFINDEX), 16)[0] == index)
        check(struct.unpack_from("i", ask(SIOCGIFMTU), 16)[0] == 16)
        check(struct.unpack_from("h", ask(SIOCGIFFLAGS), 16)[0] & 0x41 == 0x41, "up and running")
        check(struct.unpack_from("H", ask(SIOCGIFHWADDR), 16)[0] == 280)
        named = fcntl.ioctl(fd, SIOCGIFNAME, struct.pack("16si20x", b"", index))
        check(named[:16].rstrip(b"\0") == b"can0")
        refused(errno.ENODEV, ask, SIOCGIFINDEX, b"nocan0")
        check(struct.unpack_from("i", ask(SIOCGIFINDEX, b"lo"), 16)[0] == 1)


@test("own frames: loopback, RECV_OWN_MSGS, MSG_DONTROUTE, MSG_CONFIRM")
def own_frames(peer):
    first, second = raw(), raw()
    first.send(frame(0x10, b"ab"))
    message, _, flags, address = second.recvmsg(72, 100)
    check(parse(message) == (0x10, b"ab") and address == ("can0",))
    check(flags & socket.MSG_DONTROUTE and not flags & socket.MSG_CONFIRM, flags)
    check(silent(first), "its own frame without RECV_OWN_MSGS")
    first.setsockopt(SOL_CAN_RAW, RECV_OWN, 1)
    first.send(frame(0x11))
    _, _, flags, _ = first.recvmsg(72, 100)
    check(flags & socket.MSG_DONTROUTE and flags & socket.MSG_CONFIRM, flags)
    check(parse(second.recv(72)) == (0x11, b""))
    first.setsockopt(SOL_CAN_RAW, LOOPBACK, 0)
    first.send(frame(0x12))
    check(silent(first) and silent(second), "loopback was off")
    peer.send(frame(0x13))
    _, _, flags, _ = first.recvmsg(72, 100)
    check(not flags & (socket.MSG_DONTROUTE | socket.MSG_CONFIRM), flags)
    for option, value in ((LOOPBACK, 0), (RECV_OWN, 1), (FD_FRAMES, 0), (JOIN, 0)):
        check(first.getsockopt(SOL_CAN_RAW, option) == value, option)


@test("filters: masks, inverted, extended, remote, joined, none")
def filters(peer):
    s = raw()
    every = [0x123, 0x124, 0x200, EFF | 0x123, EFF | 0x1ABCDE00, RTR | 0x123]

    def passing(*rows, join=0):
        s.setsockopt(SOL_CAN_RAW, JOIN, join)
        s.setsockopt(SOL_CAN_RAW, FILTER, b"".join(struct.pack("=II", *row) for row in rows))
        peer.send(*[frame(i) for i in every])
        got = []
        while not silent(s, 0.05):
            got.append(parse(s.recv(16))[0])
        return got

    check(passing((0, 0)) == every)
    check(passing((0x123, 0x7FF)) == [0x123, EFF | 0x123, RTR | 0x123])
    check(passing((0x123, 0x7FF | EFF | RTR)) == [0x123])
    check(passing((EFF | 0x123, 0x1FFFFFFF | EFF)) == [EFF | 0x123])
    check(passing((RTR, RTR)) == [RTR | 0x123])
    check(passing((INVERT | 0x123, 0x7FF)) == [0x124, 0x200, EFF | 0x1ABCDE00])
    check(passing((0x124, 0x7FF), (0x200, 0x7FF)) == [0x124, 0x200])
    check(passing((0x100, 0x700), (INVERT | 0x124, 0x7FF), join=1) == [0x123, EFF | 0x123, RTR | 0x123])
    check(passing() == [], "no filters: send only")


@test("timestamps: SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING, SIOCGSTAMP")
def stamps(peer):
    s = raw()
    refused(errno.ENOENT, fcntl.ioctl, s, SIOCGSTAMP, bytes(16))

    def take(option, value):
        s.setsockopt(socket.SOL_SOCKET, option, value)
        before = time.time()
        peer.send(frame(1))
        _, control, flags, _ = s.recvmsg(72, 256)
        check(before - 1 < time.time() and not flags & socket.MSG_CTRUNC)
        return control

    ((level, kind, data),) = take(29, 1)
    seconds, us = struct.unpack("qq", data)
    check((level, kind) == (1, 29) and abs(seconds + us / 1e6 - time.time()) < 2, seconds, us)
    ((level, kind, data),) = take(35, 1)
    seconds, ns = struct.unpack("qq", data)
    check((level, kind) == (1, 35) and 0 <= ns < 10**9)
    check(struct.unpack("qq", fcntl.ioctl(s, SIOCGSTAMPNS, bytes(16))) == (seconds, ns))
    check(struct.unpack("qq", fcntl.ioctl(s, SIOCGSTAMP, bytes(16))) == (seconds, ns // 1000))
    s.setsockopt(socket.SOL_SOCKET, 35, 0)
    ((level, kind, data),) = take(37, 0x5C)  # RX hardware and software, both reported
    software, _, hardware = struct.unpack("qqqqqq", data)[::2]
    check((level, kind) == (1, 37) and abs(software - time.time()) < 3 and hardware < 10**6, data)
    check(take(37, 0) == [])
    s.setsockopt(socket.SOL_SOCKET, 35, 1)
    peer.send(frame(1))
    _, control, flags, _ = s.recvmsg(72, socket.CMSG_LEN(8))
    check(flags & socket.MSG_CTRUNC, "a control buffer that is too small", control)


@test("short reads are cut and say so; readv, writev, recvfrom, recv_into, PEEK")
def reading(peer):
    s = raw()
    peer.send(*[frame(i, b"12345678") for i in range(1, 8)])
    message, _, flags, _ = s.recvmsg(10)
    check(len(message) == 10 and flags & socket.MSG_TRUNC)
    check(len(s.recv(10, socket.MSG_PEEK)) == 10 and parse(s.recv(16))[0] == 2)
    s.setblocking(True)
    parts = [bytearray(4), bytearray(30)]
    check(os.readv(s.fileno(), parts) == 16 and parts[0] == b"\3\0\0\0")
    message, address = s.recvfrom(72)
    check(parse(message)[0] == 4 and address == ("can0",))
    buffer = bytearray(72)
    check(s.recv_into(buffer) == 16 and buffer[0] == 5)
    check(parse(os.read(s.fileno(), 16))[0] == 6 and parse(s.recv(100))[0] == 7)
    t = raw()
    os.writev(s.fileno(), [frame(0x55, b"x")[:7], frame(0x55, b"x")[7:]])
    os.write(s.fileno(), frame(0x56))
    s.sendmsg([frame(0x57)])
    check([parse(t.recv(16))[0] for _ in range(3)] == [0x55, 0x56, 0x57])


@test("sendto chooses the bus; a socket that was never bound sends and hears nothing")
def unbound(peer):
    s, t, every = raw(None), raw(), raw("")
    s.sendto(frame(0x61), ("can0",))
    check(parse(t.recv(16))[0] == 0x61)
    message, address = every.recvfrom(16)
    check(parse(message)[0] == 0x61 and address == ("can0",))
    peer.send(frame(0x62))
    check(parse(t.recv(16))[0] == 0x62 and silent(s))
    refused(errno.ENXIO, every.send, frame(1))
    every.sendto(frame(0x63), ("can0",))
    check(parse(t.recv(16))[0] == 0x63)


@test("frames written to several sockets reach the bus in the order of writing")
def written_order(peer):
    """The bus is mostly idle, so the broker meets each of the sockets with a frame or two."""
    sockets = [raw() for _ in range(3)]
    reader = raw()
    for i in range(240):
        sockets[i * 7 % 3 if i % 4 else i % 3].send(frame(0x100 + i % 3, struct.pack(">H", i)))
        if i % 8 == 0:
            time.sleep(0.003)
    got = [struct.unpack(">H", parse(reader.recv(16))[1])[0] for _ in range(240)]
    check(got == list(range(240)), [(i, n) for i, n in enumerate(got) if i != n][:8])
    for s in sockets + [reader]:
        s.close()


@test("select, poll, epoll, non-blocking, time limit")
def readiness(peer):
    s = raw()
    poll, epoll = select.poll(), select.epoll()
    poll.register(s, select.POLLIN)
    epoll.register(s, select.EPOLLIN)
    check(silent(s, 0) and poll.poll(0) == [] and epoll.poll(0) == [])
    check(select.select([], [s], [], 0)[1] == [s])
    peer.send(frame(1))
    check(poll.poll(2000) == [(s.fileno(), select.POLLIN)] and epoll.poll(2) and not silent(s, 2))
    s.recv(16)
    check(silent(s, 0) and poll.poll(0) == [] and epoll.poll(0) == [])
    s.setblocking(False)
    refused(errno.EAGAIN, s.recv, 16)
    refused(errno.EAGAIN, s.recv, 16, socket.MSG_DONTWAIT)
    s.setblocking(True)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 100000))
    begun = time.monotonic()
    refused(errno.EAGAIN, s.recv, 16)
    check(0.08 < time.monotonic() - begun < 2)
    s.setsockopt(SOL_CAN_RAW, FILTER, struct.pack("=II", 0x7F0, 0x7FF))
    peer.send(frame(1), frame(2))
    check(silent(s, 0.2), "a frame that the filter stops must not wake anybody")


@test("a full controller: EAGAIN when non-blocking, POLLOUT when there is room, nothing lost")
def full(peer):
    s, t = raw(), raw()
    s.setblocking(False)
    sent = 0
    while True:
        try:
            s.send(frame(sent & 0x7FF, b"12345678"))
            sent += 1
        except BlockingIOError:
            break
        check(sent < 5000, "never full")
    check(select.select([], [s], [], 5)[1] == [s])
    s.send(frame(sent & 0x7FF, b"12345678"))
    got = [parse(t.recv(16))[0] for _ in range(sent + 1)]
    check(got == [i & 0x7FF for i in range(sent + 1)] and silent(t))


@test("a socket that is bound anew or closed while its frames wait")
def rebind(peer):
    for again in ("can0", ""):
        s = raw(None)
        s.setsockopt(SOL_CAN_RAW, FILTER, struct.pack("=II", 0x3, 0x7FF))
        s.bind(("can2",))  # alone there: nobody acknowledges
        s.setblocking(False)
        try:
            while True:
                s.send(frame(0x2))
        except BlockingIOError:
            pass
        s.bind((again,))
        s.setblocking(True)
        s.settimeout(5)
        peer.send(frame(0x3))
        got, _, flags, address = s.recvmsg(16)
        check(parse(got)[0] == 0x3, again, got, flags, address)
        s.close()


@test("dup, dup2, fcntl, fork, and the number after close()")
def descriptors(peer):
    s, t = raw(), raw()
    copy = os.dup(s.fileno())
    other = os.open("/dev/null", os.O_RDWR)
    os.dup2(s.fileno(), other)
    third = fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 50)
    for number, fd in enumerate((copy, other, third)):
        os.write(fd, frame(number))
        check(parse(t.recv(16))[0] == number)
    s.setblocking(True)
    s.close()
    peer.send(frame(0x42))
    check(parse(os.read(copy, 72))[0] == 0x42, "the copies live on")
    r, w = os.pipe()
    for fd in (copy, other, third):
        os.close(fd)
    t.recv(16)
    os.dup2(r, copy)
    os.write(w, b"plain bytes")
    check(os.read(copy, 5) == b"plain" and os.read(copy, 50) == b" bytes")
    unseen = raw().detach()
    libc.fdopen.restype = ctypes.c_void_p
    libc.fclose(ctypes.c_void_p(libc.fdopen(unseen, b"r")))  # closes it inside of the C library
    os.write(w, b"again")
    check(libc.syscall(33, r, unseen) == unseen and os.read(unseen, 5) == b"again")  # a raw dup2()
    unseen = raw().detach()
    libc.fclose(ctypes.c_void_p(libc.fdopen(unseen, b"r")))
    check(libc.syscall(33, w, unseen) == unseen and os.write(unseen, b"some") == 4)
    u = raw()
    child = os.fork()
    if child == 0:
        u.send(frame(0x43))
        os._exit(0 if parse(u.recv(16))[0] == 0x44 else 1)
    check(parse(t.recv(16))[0] == 0x43)
    peer.send(frame(0x44))
    check(os.waitpid(child, 0)[1] == 0, "the inherited socket")


@test("starting other programs (vfork) does not disturb a socket")
def spawning(peer):
    s = raw()
    for close_fds in (True, False):
        check(subprocess.run(["true"], close_fds=close_fds).returncode == 0)
        check(subprocess.run(["cat"], input=b"x", stdout=subprocess.PIPE,
                             close_fds=close_fds).stdout == b"x")
    os.posix_spawn("/bin/true", ["true"], {}, file_actions=[(os.POSIX_SPAWN_CLOSE, s.fileno())])
    os.wait()
    peer.send(frame(0x99, b"z"))
    check(parse(s.recv(72)) == (0x99, b"z"))


VFORK = r"""
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <net/if.h>
int main(void)
{
    struct sockaddr_can addr = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex("can0")};
    struct can_frame out = {.can_id = 0x77}, in = {0};
    int on = 1, status = 0, s = socket(AF_CAN, SOCK_RAW, CAN_RAW), other = dup(0);
    char text[8] = "";
    int pipes[2];
    setsockopt(s, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof(on));
    if (bind(s, (struct sockaddr *)&addr, sizeof(addr)) < 0 || pipe(pipes) < 0)
        return 1;
    if (vfork() == 0) { /* what it does to descriptors must not be taken for the parent's doing */
        dup2(s, other);
        close(s);
        _exit(0);
    }
    wait(&status);
    dup2(pipes[0], other);
    if (write(pipes[1], "plain", 5) != 5 || read(other, text, 8) != 5 || strcmp(text, "plain") != 0)
        return 2;
    if (write(s, &out, sizeof(out)) != sizeof(out) || read(s, &in, 72) != sizeof(in))
        return 3;
    return in.can_id == 0x77 ? 0 : 4;
}
"""


@test("vfork() and then close() and dup2() in the child leave the parent's sockets alone")
def vfork(peer):
    a.need("cc")
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "vfork.c"), os.path.join(folder, "vfork")
        with open(source, "w") as file:
            file.write(VFORK)
        subprocess.run(["cc", "-w", "-D_GNU_SOURCE", "-o", program, source], check=True)
        check(subprocess.run([program], timeout=20).returncode == 0)


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Mmsghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iovec)),
                ("iovlen", ctypes.c_size_t), ("control", ctypes.c_void_p),
                ("controllen", ctypes.c_size_t), ("flags", ctypes.c_long), ("len", ctypes.c_uint)]


@test("sendmmsg and recvmmsg")
def many_messages(peer):
    s, t = raw(), raw()

    def messages(count, room):
        buffers = [ctypes.create_string_buffer(room) for _ in range(count)]
        iov = (Iovec * count)(*[Iovec(ctypes.addressof(b), room) for b in buffers])
        heads = (Mmsghdr * count)()
        for i in range(count):
            heads[i].iov = ctypes.pointer(iov[i])
            heads[i].iovlen = 1
        return buffers, heads, iov

    buffers, heads, _ = messages(5, 16)
    for i, buffer in enumerate(buffers):
        buffer.raw = frame(0x70 + i)
        heads[i].name = ctypes.addressof(buffer)  # without a length it is no name
    check(libc.sendmmsg(s.fileno(), heads, 5, 0) == 5 and heads[4].len == 16)
    buffers, heads, _ = messages(8, 72)
    time.sleep(0.1)
    check(libc.recvmmsg(t.fileno(), heads, 8, 0x10000, None) == 5)  # MSG_WAITFORONE
    check([parse(b.raw[:16])[0] for b in buffers[:5]] == [0x70, 0x71, 0x72, 0x73, 0x74])
    check(libc.recvmmsg(t.fileno(), heads, 8, socket.MSG_DONTWAIT, None) == -1 and
          ctypes.get_errno() == errno.EAGAIN)


@test("200 sockets and two threads in one program")
def many_sockets(peer):
    sockets = [raw() for _ in range(200)]
    peer.send(frame(0x31))
    check(all(parse(s.recv(16))[0] == 0x31 for s in sockets))
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(parse(sockets[0].recv(16))[0]
                                                         for _ in range(100)))
    reader.start()
    for i in range(100):
        sockets[1].send(frame(i))
    reader.join(10)
    check(seen == list(range(100)), seen)
    for s in sockets:
        s.close()


@test("a reader that is too slow loses frames, and is told how many")
def overflow(peer):
    s, quick = raw(), raw()
    s.setsockopt(socket.SOL_SOCKET, 40, 1)
    sender = raw("can0")
    sender.setsockopt(SOL_CAN_RAW, LOOPBACK, 1)
    count = 6000
    got = []
    reader = threading.Thread(target=lambda: got.extend(quick.recv(16) for _ in range(count)))
    reader.start()
    for i in range(count):
        sender.send(frame(i & 0x7FF, struct.pack("=I", i)))
    reader.join(30)
    check(len(got) == count, "the quick one got", len(got))
    values, drops = [], 0
    while not silent(s, 0.3):
        message, control, _, _ = s.recvmsg(72, 100)
        values.append(struct.unpack("=I", parse(message)[1])[0])
        drops = struct.unpack("=I", control[0][2])[0] if control else drops
    check(values == list(range(len(values))) and 4096 <= len(values) < count, len(values))
    peer.send(frame(1))
    _, control, _, _ = s.recvmsg(72, 100)
    check(struct.unpack("=I", control[0][2])[0] == count - len(values), control, len(values))


@test("a lone sender: no ACK, warning, passive, with counters")
def error_frames(peer):
    s, deaf = raw("can1"), raw("can1")
    s.setsockopt(SOL_CAN_RAW, ERR_FILTER, 0x1FFFFFFF)
    check(s.getsockopt(SOL_CAN_RAW, ERR_FILTER) == 0x1FFFFFFF)
    only = raw("can1")
    only.setsockopt(SOL_CAN_RAW, ERR_FILTER, 0x4)
    s.send(frame(0x123, b"\1"))
    seen, levels = [], []
    end = time.monotonic() + 5
    while len(levels) < 2 and time.monotonic() < end:
        can_id, data = parse(s.recv(16))
        check(can_id & ERR and len(data) == 8, hex(can_id))
        if can_id & 0x4:
            levels.append((data[1], data[6]))
        else:
            seen.append((can_id, data))
    check(levels == [(0x08, 96), (0x20, 128)], "TX warning, TX passive", levels)
    can_id, data = seen[0]
    check(can_id & 0xA8 == 0xA8, "ACK, PROT and BUSERROR", hex(can_id))
    check(data[2] == 0x80 and data[3] == 0x19 and data[6] == 8, data)
    check([d[6] for _, d in seen[:16]] == [8 * (i + 1) for i in range(16)], seen[:16])
    check([parse(only.recv(16))[1][1] for _ in range(2)] == [0x08, 0x20] and silent(only))
    check(silent(deaf), "no error filter, no error frames")


BCM = struct.Struct("@IIIqqqqII")


@test("CAN_BCM: cycles, count and expiry, reading back, reception on change, time-out")
def bcm(peer):
    b, t = socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_BCM), raw()
    b.settimeout(5)
    refused(errno.ENOTCONN, b.send, BCM.pack(3, 0, 0, 0, 0, 0, 0, 5, 0))
    b.connect(("can0",))

    def ask(op, flags, count, ival1, ival2, can_id, *frames):
        head = BCM.pack(op, flags, count, 0, ival1, 0, ival2, can_id, len(frames))
        b.send(head.ljust(56, b"\0") + b"".join(frames))

    refused(errno.EINVAL, ask, 3, 0, 0, 0, 0, 5)
    refused(errno.EINVAL, ask, 2, 0, 0, 0, 0, 5)
    refused(errno.EINVAL, ask, 1, 0x800, 0, 0, 0, 5, frame(5))
    refused(errno.EINVAL, ask, 1, 0, 0, 0, 0, 5)
    refused(errno.EINVAL, ask, 77, 0, 0, 0, 0, 5)
    ask(1, 0x7, 3, 20000, 0, 5, frame(0x50), frame(0x51))  # thrice, two contents in turn
    check([parse(t.recv(16))[0] for _ in range(3)] == [0x50, 0x51, 0x50] and silent(t))
    check(struct.unpack_from("I", b.recv(500))[0] == 9, "TX_EXPIRED")
    ask(3, 0, 0, 0, 0, 5)
    check(struct.unpack_from("I", b.recv(500))[0] == 8, "TX_STATUS")
    ask(2, 0, 0, 0, 0, 5)
    ask(4, 0, 0, 0, 0, 0, frame(0x5F))
    check(parse(t.recv(16))[0] == 0x5F)
    ask(5, 0x3, 0, 300000, 0, 0x60, frame(0, b"\xff\0\0\0\0\0\0\0"))
    peer.send(frame(0x60, b"ab"), frame(0x60, b"ac"), frame(0x60, b"bc"), frame(0x61, b"zz"))
    for data in (b"ab", b"bc"):
        message = b.recv(500)
        check(struct.unpack_from("I", message)[0] == 12 and parse(message[56:])[1] == data, message)
    check(struct.unpack_from("I", b.recv(500))[0] == 11, "RX_TIMEOUT")
    b.close()


if __name__ == "__main__":
    if "--inside" in sys.argv:
        a.run_tests(Peer())
    with a.host(buses=("can0:1M", "can1:500k", "can2:125k")) as started:
        done = subprocess.run(a.command(started.link, a.PYTHON, os.path.abspath(__file__), "--inside"),
                              timeout=200)
        a.wait_for(lambda: a.brokers(started.link) == [], "the broker's end")
    sys.exit(done.returncode)
