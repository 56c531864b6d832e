#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A USB adapter of a host, by a client that speaks usbredir as QEMU does: found, started, frames both ways, killed."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess

from cli_lib import BIN, FOLDER, environment, read, run_tests, same, start, stop, test, wait_for, write

HELLO, CONNECT, DISCONNECT, INTERFACES, ENDPOINTS, SET_CONFIGURATION, STATUS = 0, 1, 2, 4, 5, 6, 8
CANCEL, ACK, CONTROL, BULK = 21, 24, 100, 101
CANCELLED = 1
# connect_device_version, filter, device_disconnect_ack, ep_info_max_packet_size, 64bits_ids, 32bits_bulk_length
CAPS = 0b1111110
TIMING = (69, 70, 20, 10, 1)  # 500 kbit/s of 80 MHz
NO_ECHO = 0xFFFFFFFF


class Guest:
    """The guest's side of a connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(os.path.join(FOLDER, path))
        self.buffer = b""
        self.header = 12
        self.id = 0
        self.later = []
        self.socket.sendall(struct.pack("<III64sI", HELLO, 68, 0, b"test", CAPS))
        self.expect(HELLO)
        self.header = 16

    def close(self):
        self.socket.close()

    def send(self, kind, body=b""):
        self.id += 1
        self.socket.sendall(struct.pack("<IIQ", kind, len(body), self.id) + body)
        return self.id

    def get(self):
        """The next message: (type, id, body)."""
        while True:
            if len(self.buffer) >= self.header:
                kind, length = struct.unpack_from("<II", self.buffer)
                end = self.header + length
                if len(self.buffer) >= end:
                    number = int.from_bytes(self.buffer[8:self.header], "little")
                    body, self.buffer = self.buffer[self.header:end], self.buffer[end:]
                    return kind, number, body
            data = self.socket.recv(65536)
            assert data, "the host hung up"
            self.buffer += data

    def expect(self, kind, number=None):
        """The next message of a type; others are kept for later."""
        for i, (got, at, body) in enumerate(self.later):
            if got == kind and number in (None, at):
                return self.later.pop(i)[2]
        while True:
            message = self.get()
            if message[0] == kind and number in (None, message[1]):
                return message[2]
            self.later.append(message)

    def control(self, request_type, request, value, data=b"", room=0):
        """(status, data) of a control transfer."""
        incoming = request_type & 0x80
        number = self.send(CONTROL, struct.pack("<BBBBHHH", incoming, request, request_type, 0, value, 0,
                                                room if incoming else len(data)) + data)
        body = self.expect(CONTROL, number)
        return body[3], body[10:]

    def ask(self, n=1):
        return [self.send(BULK, struct.pack("<BBHIH", 0x81, 0, 80, 0, 0)) for _ in range(n)]

    def give(self, data):
        """An OUT packet; returns when it is done."""
        number = self.send(BULK, struct.pack("<BBHIH", 2, 0, len(data), 0, 0) + data)
        return self.expect(BULK, number)[1]

    def open(self, flags=0):
        same(self.control(0x41, 0, 1, struct.pack("<I", 0xBEEF))[0], 0)
        same(self.control(0x41, 1, 0, struct.pack("<5I", *TIMING))[0], 0)
        same(self.control(0x41, 2, 0, struct.pack("<2I", 1, flags))[0], 0)

    def frame(self):
        """The next frame that comes: (echo_id, can_id, data)."""
        self.ask()
        body = self.expect(BULK)
        same(body[:2], b"\x81\0")
        echo, identifier, dlc = struct.unpack_from("<IIB", body, 10)
        return echo, identifier, body[22:22 + dlc]


@contextlib.contextmanager
def host(*options):
    """A host with the adapter's socket; ended with the test where that does not do so."""
    process = start(*options)
    try:
        wait_for(lambda: os.path.exists(os.path.join(FOLDER, "g.usb")) or process.poll() is not None, "the socket")
        assert process.poll() is None, stop(process)
        yield process
    finally:
        if process.poll() is None:
            stop(process, signal.SIGKILL)


def serve(*options):
    return host("serve", "--bus", "can0:500k", "--link", "./host.sock", *options)


def again():
    """A guest, once the host has seen that the one before it is gone."""
    def attempt():
        try:
            return Guest("g.usb")
        except (AssertionError, ConnectionError):
            return None
    return wait_for(attempt, "the adapter to be free")


def attached(*words, **more):
    return subprocess.Popen([os.path.join(BIN, "cansim-attach"), "--link", os.path.join(FOLDER, "host.sock"), "--", *words],
                            cwd=FOLDER, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, **more)


@test
def found():
    """a guest finds the adapter: gs_usb, and the default PCAN-USB FD"""
    for model, ids in (("gs_usb", b"\x50\x1d\x6f\x60"), ("pcanfd", b"\x72\x0c\x12\x00")):
        with serve("--usb", model + ":can0=g.usb") as process:
            guest = Guest("g.usb")
            guest.expect(INTERFACES)
            endpoints = guest.expect(ENDPOINTS)
            same(endpoints[2], 2, "endpoint 2 is a bulk endpoint")
            device = guest.expect(CONNECT)
            same((device[0], device[4:8]), (2, ids))
            guest.send(SET_CONFIGURATION, b"\1")
            same(guest.expect(STATUS), b"\0\1")
            same(guest.control(0x80, 6, 0x0100, room=18)[1][8:12], ids)
            status, config = guest.control(0x80, 6, 0x0200, room=255)
            same((status, len(config), config[2]), (0, config[2], 9 + 9 + 7 * config[13]))
            same(guest.control(0x80, 6, 0x0600, room=10), (4, b""), "no qualifier")
            guest.close()
            same(stop(process)[0], 130)


@test
def frames():
    """frames from a guest to a program and back"""
    with serve("--usb", "gs_usb:can0=g.usb", "--events", "events"):
        guest = Guest("g.usb")
        guest.open()
        listener = attached("candump", "-L", "-n", "2", "can0")
        wait_for(lambda: read("events").count(b'"attach"') == 2, "candump to join")
        for i, data in enumerate((b"\xde\xad\xbe\xef", b"")):
            packet = struct.pack("<IIBBBB", i, 0x123 + i, len(data), 0, 0, 0) + data.ljust(8, b"\0")
            same(guest.give(packet), 0)
            same(guest.frame()[:2], (i, 0x123 + i))
        lines = listener.communicate(timeout=20)[0].split("\n")
        same([line.split()[-1] for line in lines[:2]], ["123#DEADBEEF", "124#"])
        sender = attached("cansend", "can0", "12345678#0102030405")
        same(guest.frame(), (NO_ECHO, 0x92345678, b"\1\2\3\4\5"))
        same(sender.wait(20), 0)
        waiting = guest.ask(3)
        number = guest.send(CANCEL)  # of nothing: no answer
        guest.socket.sendall(struct.pack("<IIQ", CANCEL, 0, waiting[1]))
        same(guest.expect(BULK, waiting[1])[1], CANCELLED)
        assert all(at != number for _, at, _ in guest.later)
        guest.close()


def open_and_die():
    """In a process of its own: start the controller and be killed."""
    child = os.fork()
    if child == 0:
        try:
            again().open()
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    same(os.waitpid(child, 0)[1], signal.SIGKILL)


@test
def killed():
    """a guest that is killed has left the bus; it comes again and goes on"""
    with serve("--usb", "gs_usb:can0=g.usb", "--events", "-") as process:
        for _ in range(3):
            open_and_die()
        guest = again()
        guest.open(2)  # loopback
        same(guest.give(struct.pack("<IIBBBB8s", 7, 0x7FF, 1, 0, 0, 0, b"x")), 0)
        same([guest.frame()[0], guest.frame()[0]].count(7), 1)
        guest.close()
        again().close()  # the host has seen that
        _, out, err = stop(process)
    events = [json.loads(line) for line in out.splitlines()]
    same([e["event"] for e in events if e["event"] in ("attach", "detach")], ["attach", "detach"] * 4, err)


@test
def garbage():
    """a peer that talks nonsense is told so in the events, and hung up on; the next one is served"""
    with serve("--usb", "gs_usb:can0=g.usb", "--events", "-") as process:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(10)
        peer.connect(os.path.join(FOLDER, "g.usb"))
        peer.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 100)
        try:
            while peer.recv(4096):
                pass
        except ConnectionError:
            pass
        peer.close()
        guest = again()
        guest.expect(CONNECT)
        guest.close()
        status, out, err = stop(process)
    same(status, 130, err)
    same(out.count(b"broke the protocol"), 1, out)


SCENARIO = {
    "buses": {"can0": "500k"},
    "devices": {"g": {"type": "usb", "model": "gs_usb", "bus": "can0", "path": "g.usb", "unplugged": True}},
    "timeline": [{"at": "500ms", "plug": "g"}, {"at": "2s", "unplug": "g"}, {"at": "2.2s", "plug": "g"}],
    "duration": "2.6s",
}


@test
def plugged():
    """plugged in, pulled out and plugged in again while the guest is connected"""
    write("plug.json", json.dumps(SCENARIO))
    with host("run", "--events", "-", "plug.json") as process:
        guest = Guest("g.usb")
        same(guest.later, [], "it is not there yet")
        guest.expect(CONNECT)
        guest.open()
        waiting = guest.ask(2)
        same([guest.expect(BULK, number)[1] for number in waiting], [CANCELLED] * 2)
        guest.expect(DISCONNECT)
        guest.send(ACK)
        guest.expect(CONNECT)
        guest.close()
        out, err = process.communicate(timeout=20)
    same(process.returncode, 0, err)
    events = [json.loads(line) for line in out.splitlines()]
    same([e["event"] for e in events if e["event"] in ("attach", "detach")], ["attach", "detach"])


run_tests()
