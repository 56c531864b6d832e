# SPDX-License-Identifier: MIT
"""A client of the link protocol in Python, written from docs/link-protocol.md alone."""

import atexit
import socket
import struct

HELLO, LIST, SEND, ABORT, SET_FILTERS, SET_MODE, RECOVER, BYE, PING = range(1, 10)
(WELCOME, REFUSED, BUSES, RX, TX_DONE, ARB_LOST, ERROR, STATE, LOST, GOODBYE, PONG) = range(0x81, 0x8C)
MAGIC_VERSION = b"CANS" + struct.pack("<HH", 1, 0)


def message(kind, body=b""):
    return struct.pack("<IHH", 8 + len(body), kind, 0) + body


def hello(name, bus="", want=3, queue=0, bitrate=0, mode=0):
    return message(HELLO, MAGIC_VERSION + bus.encode().ljust(64, b"\0") + name.encode().ljust(64, b"\0")
                   + struct.pack("<IIHBBBxxx", bitrate, 0, queue, mode, want, 0) + struct.pack("<HH", 0, 12))


def send(identifier, data, cookie=0):
    flags = 1 if identifier > 0x7FF else 0
    return message(SEND, struct.pack("<QIBBBB", cookie, identifier, flags, len(data), len(data), 0)
                   + data + b"\0" * (-len(data) % 8))


class Client:
    """A bare connection: the test says every byte."""

    def __init__(self, path, name=None, **options):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.buffer = b""
        self.welcome = None
        if name is not None:
            self.put(hello(name, **options))
            kind, self.welcome = self.get()
            assert kind == WELCOME, (hex(kind), self.welcome)

    def put(self, data):
        self.socket.sendall(data)

    def get(self):
        """The next message as (type, body); (None, b"") at the end."""
        while len(self.buffer) < 4 or len(self.buffer) < struct.unpack_from("<I", self.buffer)[0]:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                assert not self.buffer, "the end comes within a message"
                return None, b""
            self.buffer += data
        length, kind, _ = struct.unpack_from("<IHH", self.buffer)
        body, self.buffer = self.buffer[8:length], self.buffer[length:]
        return kind, body

    def expect(self, kind):
        """The next message of a type; others are passed over."""
        while True:
            got, body = self.get()
            if got == kind:
                return body
            assert got is not None, "the connection ended"

    def credits(self):
        return struct.unpack_from("<H", self.welcome, 170 - 8)[0]

    def close(self):
        self.socket.close()


def sentence(body, offset):
    """The text of REFUSED (offset 6) or GOODBYE (offset 2)."""
    length, = struct.unpack_from("<H", body, offset)
    return body[offset + 2:offset + 2 + length].decode()


def end_with_test(process):
    """A host that a failed test leaves behind goes with it."""
    atexit.register(lambda: process.poll() is None and process.kill())
    return process
