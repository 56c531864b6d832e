#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Clients that misbehave, while another one works: it must not notice."""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

from cli_lib import FOLDER, read, run_tests, same, start, stop, test, wait_for
from link_lib import (GOODBYE, LOST, REFUSED, RX, TX_DONE, Client, end_with_test, hello, message, send,
                      sentence)

SOCKET = os.path.join(FOLDER, "s")


def serve(*more, rate="1M"):
    process = end_with_test(start("serve", "--quiet", "--bus", "can0:" + rate,
                                  "--link", "unix:" + SOCKET, *more))
    wait_for(lambda: os.path.exists(SOCKET) or process.poll() is not None, "the socket")
    return process


class Worker(threading.Thread):
    """Sends numbered frames as fast as the bus takes them; a partner acknowledges and counts."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sender, self.partner = Client(SOCKET, "worker"), Client(SOCKET, "partner", want=1)
        self.sent = self.received = 0
        self.stop = False
        self.failure = None

    def turn(self):
        """Fill the queue, wait for all confirmations."""
        n = self.sender.credits()
        self.sender.put(b"".join(send(0x100, struct.pack("<Q", self.sent + i), self.sent + i)
                                 for i in range(n)))
        for i in range(n):
            cookie, _, _, _, _, result = struct.unpack_from("<QqqHHB", self.sender.expect(TX_DONE))
            assert (cookie, result) == (self.sent + i, 0), (cookie, result)
        self.sent += n
        while self.received < self.sent:
            kind, body = self.partner.get()
            assert kind == RX, hex(kind or 0)
            if struct.unpack_from("<I", body, 24)[0] == 0x100:
                same(struct.unpack_from("<Q", body, 32)[0], self.received, "frame's number")
                self.received += 1

    def run(self):
        try:
            while not self.stop:
                self.turn()
        except Exception as failure:  # noqa: told by the test's own thread
            self.failure = failure

    def finish(self):
        self.stop = True
        self.join(20)
        assert not self.is_alive(), "the worker hangs"
        if self.failure:
            raise self.failure
        assert self.sent > 0
        self.sender.close()
        self.partner.close()


@test
def garbage():
    """garbage is answered with a sentence, a broken connection with nothing, others go on"""
    host = serve()
    worker = Worker()
    worker.start()
    told = 0
    chance = random.Random(7)
    for i in range(300):
        client = Client(SOCKET)
        parts = [hello("garbage"), send(0x7FF, b"12345678", i), message(chance.randrange(256)),
                 chance.randbytes(chance.randrange(200)), b"GET / HTTP/1.0\r\n\r\n",
                 struct.pack("<I", chance.randrange(2**32))]
        chance.shuffle(parts)
        client.put(b"".join(parts[:chance.randrange(1, 6)]))
        if i % 3 == 0:
            client.close()
            continue
        client.socket.shutdown(socket.SHUT_WR)
        kind, body = client.get()
        while kind is not None:
            if kind in (REFUSED, GOODBYE):
                told += 1
                assert sentence(body, 6 if kind == REFUSED else 2), "no sentence"
            kind, body = client.get()
        client.close()
    worker.finish()
    assert told > 100, told
    same(stop(host)[0], 130)


@test
def a_reader_that_stops():
    """a client that stops reading loses frames, is told how many, and holds nobody up"""
    host = serve("--events", "events.jsonl")
    worker = Worker()
    slow = Client(SOCKET, "slow", want=1)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    begun = time.monotonic()
    while worker.sent < 12000:
        worker.turn()
    elapsed = time.monotonic() - begun
    assert elapsed < 12000 * 125e-6 * 1.5 + 1, f"{elapsed:.1f} s for 12,000 frames of 125 us"
    got = lost = 0
    while got + lost < worker.sent:
        kind, body = slow.get()
        if kind == LOST:
            lost += struct.unpack("<Q", body)[0]
        else:
            same(kind, RX)
            same(struct.unpack_from("<Q", body, 32)[0], got + lost, "frame behind the gap")
            got += 1
    assert lost > 1000 and got > 1000, (got, lost)
    worker.turn()  # it is served again
    same(slow.get()[0], RX)
    for client in (slow, worker.sender, worker.partner):
        client.close()
    same(stop(host)[0], 130)
    events = [json.loads(line) for line in read("events.jsonl").splitlines()]
    same(len([event for event in events if event["event"] == "lost"]), 2, "events of loss")


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from link_lib import Client, send
client = Client(sys.argv[2], "killed")
client.put(send(0x321, b"last", 1) * 10)
os.kill(os.getpid(), signal.SIGKILL)
"""


@test
def a_killed_sender():
    """what a client sent right before kill -9 reaches the bus"""
    host = serve(rate="125k")
    listener = Client(SOCKET, "listener")
    here = os.path.dirname(os.path.abspath(__file__))
    for _ in range(5):
        subprocess.run([sys.executable, "-c", KILLED, here, SOCKET], check=False, timeout=20)
        for _ in range(10):
            same(struct.unpack_from("<I", listener.expect(RX), 24)[0], 0x321)
    listener.close()
    same(stop(host)[0], 130)


@test
def a_stopped_partner():
    """nobody reads at all: frames are sent and confirmed as long as a controller acknowledges"""
    host = serve()
    worker = Worker()
    deaf = [Client(SOCKET, f"deaf{i}") for i in range(8)]
    for _ in range(60):
        worker.turn()
    for client in deaf:
        client.close()
    worker.turn()
    worker.sender.close()
    worker.partner.close()
    same(stop(host)[0], 130)


run_tests()
