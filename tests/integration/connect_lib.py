# SPDX-License-Identifier: MIT
"""Hosts in processes of their own, and those who watch them over the link."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess

from link_lib import Client, message
from tui_lib import BIN, FOLDER, TUI, Skip, environment, wait_for

MONITOR, LOST, WATCHING, EVENT, LOOKED = 0x0F, 0x89, 0x8F, 0x90, 0x96
KINDS = ("attach detach config queued refused tx_start arb_lost frame sent dropped error error_frame overload counters "
         "state lost note fault").split()


class Host:
    """A cansim host in a process of its own."""

    count = 0

    def __init__(self, *args, address=None, command="run"):
        Host.count += 1
        self.path = address or os.path.join(FOLDER, f"host-{Host.count}")
        self.events = os.path.join(FOLDER, f"events-{Host.count}")
        self.process = subprocess.Popen([os.path.join(BIN, "cansim"), command, *args, "--link", self.path, "-q",
                                         "--events", self.events], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
        wait_for(self.answers, "the host")

    def answers(self):
        """Is it there? A socket of a dead one may be."""
        try:
            if self.path.startswith("tcp:"):
                socket.create_connection(self.path.split(":")[1:]).close()
            else:
                with socket.socket(socket.AF_UNIX) as there:
                    there.connect(self.path)
            return True
        except OSError:
            assert self.process.poll() is None, self.process.communicate()
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        self.process.communicate(timeout=20)

    def log(self):
        with open(self.events, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


class Monitor(Client):
    """One that is told everything, written from docs/link-protocol.md alone."""

    def __init__(self, path, kinds=(1 << len(KINDS)) - 1, minor=2):
        super().__init__(path)
        self.put(message(MONITOR, b"CANS" + struct.pack("<HH", 1, minor) + b"test".ljust(64, b"\0")
                         + struct.pack("<Q", kinds)))
        kind, body = self.get()
        assert kind == WATCHING, (hex(kind), body)
        self.minor = struct.unpack_from("<H", body, 6)[0]
        self.past = []  # since 1.3
        while True:
            kind, body = self.get()
            if kind == EVENT:
                self.past.append(self.event(body))
            if kind == LOOKED:
                break

    def next_event(self):
        """(time, sequence, kind, bus, node, (id, data) or None)"""
        return self.event(self.expect(EVENT))

    @staticmethod
    def event(body):
        at, _, _, seq, kind, bus, node = struct.unpack_from("<qqqQHHh", body, 0)
        has_frame, frame = body[63], None
        if has_frame:
            identifier, _, _, length = struct.unpack_from("<IBBB", body, 80)
            frame = identifier, body[88:88 + length]
        return at, seq, KINDS[kind], bus, node, frame


def tmux_needed():
    if not shutil.which("tmux"):
        raise Skip("no tmux")


def connect(t, host, *args):
    t.command(" ".join(["clear;", TUI, "--connect", host.path, *args]))
    t.wait("1 Trace", "quit")
