#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A serving host as an operating system sees it: its socket, its end, its sleep."""

import os
import re
import signal
import stat
import struct
import time

from cli_lib import FOLDER, cansim, run_tests, same, start, stop, test, wait_for
from link_lib import GOODBYE, REFUSED, TX_DONE, Client, end_with_test, hello, send, sentence

SOCKET = os.path.join(FOLDER, "s")
ADDRESS = "unix:" + SOCKET


def serve(*more, address=ADDRESS):
    process = end_with_test(start("serve", "--bus", "can0:500k", "--link", address, *more))
    if address == ADDRESS:
        wait_for(lambda: os.path.exists(SOCKET) or process.poll() is not None, "the socket")
    return process


def is_served():
    try:
        Client(SOCKET, "x").close()
        return True
    except OSError:
        return False


@test
def a_taken_socket():
    """a taken socket is left alone: one sentence, exit status 3"""
    host = serve()
    status, _, err = cansim("serve", "--link", ADDRESS)
    same(status, 3, "exit status")
    same(err.decode().count("\n"), 1, "lines of " + err.decode())
    assert ADDRESS + ": another host serves this address already" in err.decode(), err
    client = Client(SOCKET, "still-there")
    client.close()
    same(stop(host)[0], 130, "exit status of the first")
    assert not os.path.exists(SOCKET)


@test
def a_dead_host():
    """the socket of a host that was killed is replaced"""
    host = serve()
    stop(host, signal.SIGKILL)
    assert os.path.exists(SOCKET)
    host = end_with_test(start("serve", "--link", ADDRESS))
    wait_for(is_served, "the new host")
    same(stop(host)[0], 130)


@test
def permissions():
    """the socket is its owner's alone, the default directory is private"""
    host = end_with_test(start("serve"))
    path = os.path.join(FOLDER, "run", "cansim", "default.sock")
    wait_for(lambda: os.path.exists(path) or host.poll() is not None, "the socket")
    same(stat.S_IMODE(os.stat(path).st_mode), 0o600)
    same(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
    same(stop(host)[0], 130)
    os.chmod(os.path.dirname(path), 0o755)
    status, _, err = cansim("serve")
    same(status, 3)
    assert b"must be private (mode 0700), it has mode 0755" in err, err


@test
def unusable_addresses():
    """an address that cannot be: exit status 2"""
    for address in ("nonsense", "tcp:localhost", "unix:" + "x" * 120):
        status, _, err = cansim("serve", "--link", address)
        same(status, 2, address)
        assert b"link address: " in err, err


@test
def two_at_once():
    """of several hosts that start at the same time over a dead one's socket, one serves"""
    stop(serve(), signal.SIGKILL)
    hosts = [end_with_test(start("serve", "--link", ADDRESS)) for _ in range(6)]
    wait_for(lambda: sum(host.poll() is not None for host in hosts) == 5, "five to give up")
    wait_for(is_served, "the sixth to serve")
    client = Client(SOCKET, "x")
    alive = [host for host in hosts if host.poll() is None]
    same(len(alive), 1)
    for host in hosts:
        if host not in alive:
            same(stop(host)[0], 3)
    same(stop(alive[0])[0], 130)
    client.close()


@test
def goodbye():
    """the end of the host is told to its clients"""
    host = serve()
    clients = [Client(SOCKET, f"c{i}") for i in range(3)]
    fresh = Client(SOCKET)
    time.sleep(0.1)
    same(stop(host, signal.SIGINT)[0], 130)
    for client in clients:
        same(sentence(client.expect(GOODBYE), 2), "the host ends")
        same(client.get(), (None, b""))
    same(sentence(fresh.expect(REFUSED), 6), "the host ends")


@test
def counted():
    """who breaks the protocol or is turned away is told of at the end"""
    host = serve()
    Client(SOCKET, "good").close()
    for bad in (b"GET / HTTP/1.1\r\n\r\n", hello("x", bus="nowhere")):
        peer = Client(SOCKET)
        peer.put(bad)
        same(peer.get()[0], REFUSED)
        peer.close()
    err = stop(host, signal.SIGINT)[2]
    assert b"link: 1 client joined, 2 turned away, 1 broke the protocol, 0 messages lost" in err, err


@test
def real_time():
    """bus time follows the wall clock, the epoch makes one of the other"""
    host = serve()
    a, b = Client(SOCKET, "a"), Client(SOCKET, "b")
    epoch_ns, = struct.unpack_from("<q", a.welcome, 152 - 8)
    time.sleep(0.3)
    sent_ns = time.time_ns()
    a.put(send(0x123, b"\x11", 5))
    cookie, start_ps, at_ps, attempts = struct.unpack_from("<QqqH", a.expect(TX_DONE))
    same((cookie, attempts), (5, 1))
    late_ns = epoch_ns + start_ps // 1000 - sent_ns
    assert -1_000_000 < late_ns < 200_000_000, late_ns
    assert (at_ps - start_ps) / 2_000_000 in range(52, 63), at_ps - start_ps  # bits of 2 us
    b.close()
    same(stop(host)[0], 130)


def wakeups(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return sum(int(n) for n in re.findall(r"ctxt_switches:\s*(\d+)", file.read()))


@test
def sleep():
    """a host with idle clients does not wake up"""
    host = serve("--quiet")
    clients = [Client(SOCKET, f"c{i}") for i in range(3)]
    clients[0].put(send(1, b""))
    clients[0].expect(TX_DONE)
    time.sleep(0.5)
    before = wakeups(host.pid)
    time.sleep(2)
    woken = wakeups(host.pid) - before
    assert woken <= 2, f"{woken} wakeups in 2 s"
    same(stop(host)[0], 130)


run_tests()
