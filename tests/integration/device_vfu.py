#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A PCI card on its vfio-user socket, told and asked message by message as QEMU does, and by peers that do not."""

import array
import os
import select
import signal
import socket
import struct
import time

from cli_lib import FOLDER, read, run_tests, same, start, stop, test, wait_for

VERSION, DMA_MAP, DMA_UNMAP, INFO, REGION, IRQ, SET_IRQS, READ, WRITE, RESET = 1, 2, 3, 4, 5, 7, 8, 9, 10, 13
CONFIG = 7
EINVAL, ENOTSUP = 22, 95
TRIGGER, UNMASK = 32 | 4, 16 | 1  # by an eventfd; now


class Peer:
    """The client's side of one connection; every reply is checked for its form."""

    def __init__(self, version=True, path="g1.vfu"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(5)
        self.socket.connect(os.path.join(FOLDER, path))
        self.next = 100
        if version:
            body = self.ask(VERSION, struct.pack("<HH", 0, 1) + b'{"capabilities":{}}\0')
            same(struct.unpack_from("<HH", body), (0, 0))
            assert b'"max_data_xfer_size":4096' in body, body

    def send(self, command, body=b"", fds=(), flags=0):
        self.next += 1
        message = struct.pack("<HHIII", self.next, command, 16 + len(body), flags, 0) + body
        control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.socket.sendmsg([message], control)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            assert more, "the host has hung up after %r" % data
            data += more
        return data

    def reply(self, command):
        number, kind, size, flags, error = struct.unpack("<HHIII", self.exactly(16))
        same((number, kind), (self.next, command))
        same(flags, 0x21 if error else 0x01)
        body = self.exactly(size - 16)
        return -error if error else body

    def ask(self, command, body=b"", fds=()):
        self.send(command, body, fds)
        return self.reply(command)

    def get(self, region, offset, n=1):
        body = self.ask(READ, struct.pack("<QII", offset, region, n))
        if isinstance(body, int):
            return body
        same(struct.unpack_from("<QII", body), (offset, region, n))
        return int.from_bytes(body[16:], "little")

    def put(self, region, offset, value, n=1):
        body = self.ask(WRITE, struct.pack("<QII", offset, region, n) + value.to_bytes(n, "little"))
        return body if isinstance(body, int) else None

    def irq(self, flags, fds=(), count=1, index=0):
        return self.ask(SET_IRQS, struct.pack("<5I", 20, flags, index, 0, count), fds)

    def closed(self):
        try:
            return self.socket.recv(4096) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()


running = []  # the host of a test that failed is not in the way of the next


def serve(card="kvaser:can0,can1", *options):
    while running:
        stop(running.pop(), signal.SIGKILL)
        os.unlink(os.path.join(FOLDER, "g1.vfu"))
    process = start("serve", "--bus", "can0:500k", "--bus", "can1:500k", "--link", "./host.sock",
                    "--card", card + "=g1.vfu", "--events", "events.jsonl", *options)
    wait_for(lambda: os.path.exists(os.path.join(FOLDER, "g1.vfu")) or process.poll() is not None, "the socket")
    assert process.poll() is None, stop(process)
    running.append(process)
    return process


def end(process, peer=None):
    if peer:
        peer.close()
        time.sleep(0.1)
    running.remove(process)
    status, _, err = stop(process)
    same(status, 130, err)
    return err.decode()


def open_chip(peer, chip):
    """PeliCAN, 500 kbit/s at 16 MHz, everything accepted, all interrupts, operating mode."""
    for register, value in ((0, 1), (31, 0xC0), (6, 0), (7, 0x1C), (16, 0), (20, 255), (21, 255), (22, 255), (23, 255),
                            (8, 0xDA), (4, 0xFF), (0, 0)):
        peer.put(1, chip * 32 + register, value)


def send_frame(peer, chip):
    """123#0102"""
    for register, value in ((16, 2), (17, 0x24), (18, 0x60), (19, 1), (20, 2), (1, 1)):
        peer.put(1, chip * 32 + register, value)


def rings(fd, seconds):
    if not select.select([fd], [], [], seconds)[0]:
        return False
    os.read(fd, 8)
    return True


@test
def information():
    """the card's windows, interrupts and configuration space are as its driver expects them"""
    process = serve()
    peer = Peer()
    same(struct.unpack("<4I", peer.ask(INFO, struct.pack("<4I", 16, 0, 0, 0))), (16, 3, 9, 5))
    sizes = []
    for index in range(9):
        got = struct.unpack("<4IQQ", peer.ask(REGION, struct.pack("<4IQQ", 32, 0, index, 0, 0, 0)))
        same((got[0], got[2]), (32, index))
        same(got[1], 3 if got[4] else 0)
        sizes.append(got[4])
    same(sizes, [128, 128, 8, 0, 0, 0, 0, 256, 0])
    same(peer.ask(REGION, struct.pack("<4IQQ", 32, 0, 9, 0, 0, 0)), -EINVAL)
    for index, (flags, count) in enumerate(((7, 1), (1, 0), (1, 0), (1, 0), (1, 0))):
        same(struct.unpack("<4I", peer.ask(IRQ, struct.pack("<4I", 16, 0, index, 0))), (16, flags, index, count))
    same(peer.ask(IRQ, struct.pack("<4I", 16, 0, 5, 0)), -EINVAL)
    same(peer.get(CONFIG, 0, 4), 0x840610E8)
    same(peer.get(CONFIG, 0x3D), 1)  # INTA#
    same(peer.get(CONFIG, 0xFF), 0)
    for bar, (value, size) in enumerate(((1, 128), (1, 128), (1, 8), (0, 0))):
        peer.put(CONFIG, 0x10 + 4 * bar, 0xFFFFFFFF, 4)
        same(peer.get(CONFIG, 0x10 + 4 * bar, 4), (-size & 0xFFFFFFFC) | value if size else 0)
    peer.put(CONFIG, 0, 0xFFFFFFFF, 4)
    same(peer.get(CONFIG, 0, 4), 0x840610E8)  # its identity cannot be written
    end(process, peer)


@test
def memory():
    """the guest's memory may be shown and taken away; no card looks at it"""
    process = serve()
    peer = Peer()
    fd = os.memfd_create("guest")
    same(peer.ask(DMA_MAP, struct.pack("<IIQQQ", 32, 3, 0, 0, 4096), (fd,)), b"")
    unmap = struct.pack("<IIQQ", 24, 0, 0, 4096)
    same(peer.ask(DMA_UNMAP, unmap), unmap)
    open_fds = len(os.listdir("/proc/%d/fd" % process.pid))
    for _ in range(300):
        peer.ask(DMA_MAP, struct.pack("<IIQQQ", 32, 3, 0, 0, 4096), (fd,) * 8)
    same(len(os.listdir("/proc/%d/fd" % process.pid)), open_fds)
    os.close(fd)
    end(process, peer)


@test
def limits():
    """an access beyond its window, an unknown request or a short one gets an error, and the next is served"""
    process = serve()
    peer = Peer()
    for region, offset, n in ((0, 128, 1), (1, 127, 2), (0, 2 ** 64 - 1, 2), (3, 0, 1), (8, 0, 1), (9, 0, 1),
                              (CONFIG, 256, 1), (CONFIG, 0, 257), (2 ** 32 - 1, 0, 1), (0, 0, 2 ** 32 - 1)):
        same(peer.ask(READ, struct.pack("<QII", offset, region, n)), -EINVAL, (region, offset, n))
        same(peer.ask(WRITE, struct.pack("<QII", offset, region, n) + bytes(min(n, 300))), -EINVAL)
    same(peer.ask(WRITE, struct.pack("<QII", 0, 0, 8) + bytes(7)), -EINVAL)
    for command in (0, 6, 11, 12, 14, 15, 16, 200, 0xFFFF):
        same(peer.ask(command, bytes(64)), -ENOTSUP, command)
    for command, least in ((DMA_MAP, 32), (DMA_UNMAP, 24), (INFO, 16), (REGION, 32), (IRQ, 16), (SET_IRQS, 20),
                           (READ, 16), (WRITE, 16)):
        same(peer.ask(command, bytes(least - 1)), -EINVAL, command)
    for flags, index, count in ((0, 0, 1), (7 | 32, 0, 1), (1 | 56, 0, 1), (1 | 8, 5, 1), (4 | 32, 1, 1), (1 | 8, 0, 2),
                                (4 | 8, 0, 1)):
        same(peer.irq(flags, count=count, index=index), -EINVAL, (flags, index, count))
    same(peer.irq(1 | 32, count=0, index=2), b"")  # there is no MSI-X: nothing to switch off
    same(peer.get(2, 7), 0xE0)
    end(process, peer)


@test
def registers():
    """both chips are in the second window, 32 bytes each; where there is none, nothing is in reset mode"""
    process = serve()
    peer = Peer()
    for chip in (0, 1):
        same(peer.get(1, chip * 32) & 1, 1)  # MOD.RM
        open_chip(peer, chip)
        same(peer.get(1, chip * 32), 0)
        wait_for(lambda at=chip * 32 + 2: peer.get(1, at) == 0x0C, "SR of a chip on an idle bus")
    same(peer.get(1, 64) & 1, 0)
    peer.put(1, 64, 1)
    same(peer.get(1, 64), 0)
    end(process, peer)


@test
def traffic():
    """a frame from one card's channel to another on the bus: acknowledged, received, interrupts told and masked"""
    process = serve("kvaser:can0,can0")
    peer = Peer()
    bell = os.eventfd(0, os.EFD_NONBLOCK)
    same(peer.irq(TRIGGER, (bell,)), b"")
    for chip in (0, 1):
        open_chip(peer, chip)
    send_frame(peer, 0)
    wait_for(lambda: peer.get(1, 32 + 2) & 1, "the frame in the second chip's FIFO")
    same([peer.get(1, 32 + register) for register in range(16, 21)], [2, 0x24, 0x60, 1, 2])
    same(peer.get(1, 2) & 0x0C, 0x0C)  # sent, the buffer is free
    assert not rings(bell, 0.1)  # the bridge does not let it through yet
    peer.put(0, 0x38, 0x2000, 4)
    assert rings(bell, 2)
    same(peer.get(0, 0x38, 4), 0x802000)
    same(peer.irq(UNMASK), b"")
    assert rings(bell, 2)  # it is a level, and is still there
    same(peer.get(1, 3), 2)  # the first chip: transmit interrupt
    same(peer.get(1, 32 + 3) & 1, 1)
    peer.put(1, 32 + 1, 4)  # release the second's receive buffer
    same(peer.get(0, 0x38, 4), 0x002000)
    same(peer.irq(UNMASK), b"")
    assert not rings(bell, 0.1)
    os.close(bell)
    end(process, peer)
    log = read("events.jsonl").decode()
    assert '"123#0102"' in log, log


@test
def leaves():
    """a peer that leaves, or asks for a reset, takes its controllers off the bus at once"""
    process = serve("kvaser:can0,can0")
    peer = Peer()
    for chip in (0, 1):
        open_chip(peer, chip)
    peer.ask(RESET)
    same(peer.get(1, 0) & 1, 1)
    same(peer.get(CONFIG, 0x04, 2), 0)
    open_chip(peer, 0)
    peer.close()
    time.sleep(0.1)
    peer = Peer()
    same(peer.get(1, 0) & 1, 1)
    open_chip(peer, 1)
    send_frame(peer, 1)  # nobody acknowledges
    time.sleep(0.3)
    same(peer.get(1, 32 + 15), 128)  # TXERR
    end(process, peer)


@test
def hostile():
    """messages that make no sense end the connection with one sentence; the host serves the next peer"""
    process = serve()
    bad = (
        (struct.pack("<HHIII", 1, VERSION, 15, 0, 0), "16..8208 bytes"),
        (struct.pack("<HHIII", 1, VERSION, 0xFFFFFFFF, 0, 0), "16..8208 bytes"),
        (struct.pack("<HHIII", 1, VERSION, 24, 1, 0) + bytes(8), "must be a request"),
        (struct.pack("<HHIII", 1, VERSION, 20, 0, 0) + struct.pack("<HH", 7, 0), "version 0 of vfio-user"),
        (struct.pack("<HHIII", 1, INFO, 32, 0, 0) + bytes(16), "VERSION must come first"),
    )
    for message, _ in bad:
        peer = Peer(version=False)
        peer.socket.sendall(message)
        try:
            while peer.socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        peer.close()
    peer = Peer()
    peer.send(VERSION, struct.pack("<HH", 0, 1) + b"{}\0")
    peer.socket.settimeout(5)
    while not peer.closed():
        pass
    peer.close()
    peer = Peer()
    same(peer.get(CONFIG, 0, 4), 0x840610E8)
    text = end(process, peer)
    assert "%d broke the protocol" % (len(bad) + 1) in text, text
    log = read("events.jsonl").decode()
    for sentence in [sentence for _, sentence in bad] + ["VERSION must be said once"]:
        assert "the peer broke the protocol: " in log and sentence in log, log


@test
def slow():
    """a byte at a time is as good; requests that nobody reads the replies of do not grow the host"""
    process = serve()
    peer = Peer()
    for byte in struct.pack("<HHIIIQII", 7, READ, 32, 0, 0, 0, CONFIG, 4):
        peer.socket.send(bytes((byte,)))
        time.sleep(0.002)
    same(peer.exactly(36)[32:], b"\xe8\x10\x06\x84")
    with open("/proc/%d/statm" % process.pid, encoding="ascii") as file:
        before = int(file.read().split()[1])
    peer.socket.setblocking(False)
    message = struct.pack("<HHIIIQII", 8, READ, 32, 0, 0, 0, CONFIG, 256)
    sent, stuck = 0, 0
    while stuck < 20 and sent < 64 << 20:
        try:
            sent += peer.socket.send(message * 100)
        except BlockingIOError:
            stuck += 1
            time.sleep(0.01)
    assert stuck == 20, "the host read %d bytes of requests" % sent
    with open("/proc/%d/statm" % process.pid, encoding="ascii") as file:
        assert int(file.read().split()[1]) - before < 512  # pages
    end(process, peer)


@test
def dies():
    """a peer killed with -9 in the middle of a message leaves nothing behind"""
    process = serve()
    pid = os.fork()
    if pid == 0:
        peer = Peer()
        open_chip(peer, 0)
        peer.socket.send(b"\x01\x00\x09")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    time.sleep(0.1)
    peer = Peer()
    same(peer.get(1, 0) & 1, 1)
    end(process, peer)


@test
def bridges():
    """ems and peak: the PITA bridge keeps an interrupt until it is acknowledged; chips are a register in four bytes"""
    for model, base, step, bits in (("ems", 0x400, 0x200, (0x02, 0x02)), ("peak", 0, 0x400, (0x02, 0x01))):
        process = serve(model + ":can0,can0")
        peer = Peer()
        for chip in (0, 1):
            for register, value in ((0, 1), (31, 0xC0), (6, 0), (7, 0x1C), (20, 255), (21, 255), (22, 255), (23, 255),
                                    (8, 0xDA), (4, 0xFF), (0, 0)):
                peer.put(1, base + chip * step + 4 * register, value)
        for register, value in ((16, 2), (17, 0x24), (18, 0x60), (19, 1), (20, 2), (1, 1)):
            peer.put(1, base + 4 * register, value)
        wait_for(lambda: peer.get(1, base + step + 8) & 1, "the frame in the second chip")
        both = bits[0] | bits[1]
        same(peer.get(0, 0, 2) & both, both, model)
        same(peer.get(1, base + 4 * 3), 2)
        peer.put(0, 0, bits[0], 2)
        same(peer.get(0, 0, 2) & both, bits[1], model)  # still asks: it comes again
        end(process, peer)


run_tests()
