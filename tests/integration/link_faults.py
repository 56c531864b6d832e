#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim fault on a running host, and a host of version 1.0 that knows none."""

import os
import socket
import struct
import threading

from cli_lib import FOLDER, cansim, run_tests, same, start, stop, test, wait_for
from link_lib import (BUSES, MAGIC_VERSION, TX_DONE, Client, end_with_test, message, send)

SOCKET = os.path.join(FOLDER, "s")
LINK = "unix:" + SOCKET


def serve(*buses):
    words = [word for bus in buses or ("can0:500k", "can1:250k") for word in ("--bus", bus)]
    process = end_with_test(start("serve", "--quiet", *words, "--link", LINK, "--events", "events.jsonl"))
    wait_for(lambda: os.path.exists(SOCKET) or process.poll() is not None, "the socket")
    return process


def fault(*words):
    status, out, err = cansim("fault", "--link", LINK, *words)
    return status, out.decode(), err.decode()


@test
def armed_listed_cleared():
    """a fault is armed, seen to act, listed and cleared"""
    host = serve()
    a, b = Client(SOCKET, "a"), Client(SOCKET, "b")
    status, out, err = fault("arm", "can0", "flip", "field=crc", "id=0x123", "count=2")
    same((status, err), (0, ""))
    number, _, text = out.strip().partition(": ")
    same(text, "flip field=crc id=0x123 count=2")
    a.put(send(0x123, b"\x11", 1))
    same(struct.unpack_from("<H", a.expect(TX_DONE), 24)[0], 3, "attempts")
    same(fault("list"), (0, "no faults\n", ""))  # it has ended by its count
    same(fault("arm", "can1", "flip id=1 field=eof")[0], 0)  # one word or several
    same(fault("arm", "can0", "no-ack", "node=b")[0], 0)
    status, out, err = fault("list")
    rows = [row.split(None, 5) for row in out.splitlines()]
    same([row[0] for row in rows], ["BUS", "can0", "can1"])
    same([row[5] for row in rows], ["FAULT", "no-ack node=b", "flip field=eof id=0x001"])
    assert int(rows[1][1]) > int(rows[2][1]) > int(number), rows
    same([row.split()[0] for row in fault("list", "can1")[1].splitlines()], ["BUS", "can1"])
    same(fault("clear", rows[2][1]), (0, "1 cleared\n", ""))
    same(fault("clear", "all", "can1"), (0, "0 cleared\n", ""))
    same(fault("clear", "all"), (0, "1 cleared\n", ""))
    same(fault("list"), (0, "no faults\n", ""))
    a.close()
    b.close()
    same(stop(host)[0], 130)


@test
def nobody_joins():
    """who asks about faults is no controller: it does not acknowledge"""
    host = serve()
    a = Client(SOCKET, "a")
    same(fault("arm", "can0", "flip field=crc id=1")[0], 0)
    same(fault("list")[0], 0)
    a.close()
    same(stop(host)[0], 130)
    with open(os.path.join(FOLDER, "events.jsonl"), encoding="utf-8") as file:
        attached = [line for line in file if '"attach"' in line]
    same(len(attached), 1, "controllers")


@test
def what_is_wrong_is_said():
    """each mistake is one sentence; 2 for what was asked, 3 where there is no host"""
    host = serve()
    cases = [
        (("arm", "can0", "flop"), 2, "flop"),
        (("arm", "can0", "flip field=crq"), 2, "crq"),
        (("arm", "can0", "no-ack node=nobody"), 2, "nobody"),
        (("arm", "can9", "flip field=crc"), 2, 'no bus "can9"; there is can0, can1'),
        (("arm", "can0"), 2, "arm BUS FAULT"),
        (("list", "can9"), 2, "can9"),
        (("list", "can0", "can1"), 2, '"can1" as well'),
        (("clear",), 2, "clear ID|all [BUS]"),
        (("clear", "77"), 2, "no fault 77"),
        (("clear", "-"), 2, '"-"'),
        (("clear", "0"), 2, '"0"'),
        (("clear", "all", "can9"), 2, "can9"),
        (("lisst",), 2, "did you mean list?"),
        ((), 2, "ACTION"),
    ]
    for words, expected, text in cases:
        status, out, err = fault(*words)
        same((status, out, len(err.splitlines())), (expected, "", 1), words)
        assert err.startswith("cansim: ") and text in err, (words, err)
    same(fault("list")[1], "no faults\n")
    same(stop(host)[0], 130)
    status, out, err = fault("list")
    same((status, out), (3, ""))
    assert "no cansim host serves this address" in err, err
    same(cansim("fault", "--link", "nonsense", "list")[0], 2)


def old_host(listener):
    """One of version 1.0: answers LIST, refuses what it does not know."""
    connection = listener.accept()[0]
    with connection:
        connection.recv(4096)
        row = struct.pack("<64sIxxxx", b"can0", 500000)
        answer = message(BUSES, MAGIC_VERSION + struct.pack("<HH", 1, 72) + row)
        connection.sendall(answer)
        connection.recv(4096)


@test
def an_old_host():
    """a host of version 1.0 is told from one without faults"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(SOCKET)
        listener.listen(4)

        def serve_old():
            for _ in range(2):
                old_host(listener)
        thread = threading.Thread(target=serve_old, daemon=True)
        thread.start()
        status, out, err = fault("list")
        thread.join(10)
    os.unlink(SOCKET)
    same((status, out), (3, ""))
    same(err, "cansim: fault list: the host speaks version 1.0 of the link protocol, faults need 1.1 or later\n")


run_tests()
