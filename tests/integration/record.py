#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What real clients, programs and devices do in a run is recorded, and comes to the same events again."""

import json
import os
import random
import signal
import socket
import struct
import time

import attach_lib
from cli_lib import FOLDER, cansim, read, run_tests, same, start, stop, test, wait_for, write
from link_lib import ABORT, BYE, RECOVER, SET_FILTERS, SET_MODE, Client, end_with_test, message, send

RESET = 0x0B
LINK = os.path.join(FOLDER, "no.sock")  # of the host that was started last


def host(*words):
    global LINK
    LINK = os.path.join(FOLDER, f"host{len(os.listdir(FOLDER))}.sock")
    recording = os.path.join(FOLDER, words[words.index("--record") + 1])
    process = end_with_test(start(*words, "--link", LINK, "--quiet"))
    wait_for(lambda: os.path.exists(recording) or process.poll() is not None, "the host")
    assert process.poll() is None, stop(process)
    return process


def replay(name, events, *options):
    """Run a recording; its events are those of the file."""
    status, _, err = cansim("run", "--quiet", "--events", "again.jsonl", *options, name)
    same(status, 0, err)
    was, again = read(events).splitlines(), read("again.jsonl").splitlines()
    for number, (one, other) in enumerate(zip(was, again), 1):
        same(other, one, f"line {number} of {len(was)}")
    same(len(again), len(was), "lines")
    return was


def kinds(lines):
    return {json.loads(line)["event"] for line in lines}


def fault(*words):
    return cansim("fault", *words, "--link", LINK)


@test
def over_the_link():
    """clients of the link: frames, aborts, modes, filters, resets, faults; who joins and leaves"""
    process = host("serve", "--bus", "can0:500k", "--bus", "can1:250k", "--record", "link.json", "--events", "link.jsonl")
    dice = random.Random(7)
    clients = [Client(LINK, name, bus=bus, queue=20) for name, bus in
               (("tool", "can0"), ("tool", "can0"), ("tool", "can1"), ("other", "can1"))]
    for turn in range(60):
        client = dice.choice(clients)
        client.put(b"".join(send(0x100 + dice.randrange(8), dice.randbytes(dice.randrange(9)), dice.randrange(2**64))
                            for _ in range(dice.randrange(3))))
        if turn % 7 == 0:
            client.put(message(ABORT, struct.pack("<Q", 5)) + message(RESET))
        if turn % 9 == 0:
            client.put(message(SET_MODE, bytes([4 * dice.randrange(2)] + 7 * [0])))
        if turn % 11 == 0:
            client.put(message(SET_FILTERS, struct.pack("<HHI", 1, 12, 0) + struct.pack("<IIBBH", 0x100, 0x7FC, 0, 1, 0))
                       + message(RECOVER))
        if turn == 20:
            same(fault("arm", "can0", "flip field=data from=tool every=3")[0], 0)
            same(fault("arm", "can1", "noise ber=0.001")[0], 0)
        if turn == 40:
            same(fault("clear", "2")[0], 0)
            clients[1].put(message(BYE))
            clients[1] = Client(LINK, "tool", bus="can0", queue=20)
        time.sleep(dice.random() / 100)
    clients[0].close()
    clients[3].put(send(0x7FF, b"bye") + message(BYE))
    time.sleep(0.05)
    same(stop(process)[0], 130)
    lines = replay("link.json", "link.jsonl")
    assert {"sent", "fault", "error", "dropped", "attach", "detach"} <= kinds(lines), kinds(lines)
    replay("link.json", "link.jsonl", "--engine", "bit")
    nodes = json.loads(read("link.json"))["nodes"]
    same({node["as"] for node in nodes.values()}, {"tool", "other"})


@test
def socketcan_programs():
    """SocketCAN programs behind cansim-attach"""
    attach_lib.need("cansend", "cangen")
    process = host("serve", "--record", "programs.json", "--events", "programs.jsonl")
    with attach_lib.Running(LINK, "candump", "can0"):
        same(attach_lib.run(LINK, "cangen", "can0", "-n", "40", "-g", "1", name="gen").returncode, 0)
        same(attach_lib.run(LINK, "cansend", "can0", "123#1122").returncode, 0)
        wait_for(lambda: read("programs.jsonl").count(b'"event":"frame"') == 41, "all frames on the bus")
    same(stop(process)[0], 130)
    lines = replay("programs.json", "programs.jsonl")
    same(sum(b'"event":"frame"' in line for line in lines), 41)


@test
def a_scenario_with_all():
    """a scenario's own nodes, places, faults and files are part of what is written, in another folder too"""
    os.makedirs(os.path.join(FOLDER, "in"), exist_ok=True)
    write("in/log.txt", "(1.000000) can0 301#01\n(1.010000) can0 302#02\n")
    write("in/all.json", json.dumps({
        "title": "all", "comment": "mine", "link": True, "speed": 1, "duration": "400ms",
        "nodes": {"tester": {"type": "attached", "wait": True}, "absent": {"type": "attached"},
                  "log": {"type": "replay", "file": "log.txt", "loop": True},
                  "noise": {"type": "random", "rate": 300}},
        "devices": {"adapter": {"type": "usb", "bus": "can0", "path": os.path.join(FOLDER, "a.usb")}},
        "faults": ["flip field=crc from=tester nth=2", "overload node=noise every=5"],
        "timeline": [{"at": "50ms", "unplug": "adapter"}, {"at": "60ms", "note": "mid"},
                     {"at": "300ms", "clear": "all"}]}))
    process = host("run", "--record", "all.json", "--events", "all.jsonl", "--seed", "18446744073709551615",
                   "--fault", "no-ack node=log bus=can0 for=20ms", "in/all.json")
    client = Client(LINK, "tester", queue=8)
    for number in range(30):
        client.put(send(0x200, bytes([number]), number))
        time.sleep(0.003)
    same(process.wait(10), 0)
    stop(process)
    lines = replay("all.json", "all.jsonl")
    assert b"mid" in b"".join(lines)
    recorded = json.loads(read("all.json"))
    same(recorded["comment"][0], "mine")
    same(recorded["duration"], "400ms")
    same(recorded["nodes"]["log"]["file"], os.path.realpath(os.path.join(FOLDER, "in", "log.txt")))
    for key in ("link", "devices", "speed"):
        assert key not in recorded, recorded
    same(cansim("check", "all.json")[0], 0)
    # What was recorded can be recorded, and once more is what it was.
    same(cansim("run", "--quiet", "--record", "twice.json", "all.json")[0], 0)
    replay("twice.json", "all.jsonl")


@test
def texts_that_look_like_constants():
    """"${" in the texts of a scenario and of those who join stays what it is"""
    odd = "$${x} $$${x $${{ $ $}"
    write("odd.json", json.dumps({
        "title": odd, "comment": ["${x}", {"comment": "${"}], "duration": "400ms",
        "constants": {"mine": "${0x10:x} $${ "}, "link": True,
        "nodes": {"a${": {"comment": "${", "type": "listener"}, "tool": {"type": "attached", "wait": True},
                  "b": {"as": "$${b}"}},
        "timeline": [{"at": "1ms", "note": odd, "comment": "${"}, {"at": "2ms", "note": "${mine}"},
                     {"at": "2ms", "do": [{"note": "$${"}, {"node": "a$${", "send": "100#"}]},
                     {"after": {"note": "${mine}"}, "note": "seen"}, {"at": "5ms", "recover": "a$${"}]}))
    process = host("run", "--record", "odd2.json", "--events", "odd.jsonl", "odd.json")
    client = Client(LINK, "tool", queue=8)
    client.put(send(0x123, b"1", 1))
    same(fault("arm", "can0", "overload", "node=${b}", "label=${x}")[0], 0)
    same(process.wait(10), 0)
    stop(process)
    lines = replay("odd2.json", "odd.jsonl")
    notes = [json.loads(line)["text"] for line in lines if json.loads(line)["event"] == "note"]
    for note in ("${x} $${x ${{ $ $}", "10 ${ ", "${", "seen"):
        assert note in notes, (note, notes)
    assert b"label=${x}" in b"".join(lines)
    recorded = json.loads(read("odd2.json"))
    same(recorded["comment"][:2], ["${x}", {"comment": "${"}])
    same(recorded["nodes"]["a${"]["comment"], "${")
    same(cansim("run", "--quiet", "--record", "odd3.json", "odd2.json")[0], 0)
    replay("odd3.json", "odd.jsonl")


@test
def a_serial_adapter():
    """what a device's controller does, as its peer has it do: bit rates, frames, going on and off"""
    process = host("serve", "--slcan", "can0=line.sock", "--record", "line.json", "--events", "line.jsonl")
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.connect(os.path.join(FOLDER, "line.sock"))
    client = Client(LINK, "tester")
    for rate in (b"S6\r", b"S5\r", b"S6\r"):
        peer.sendall(rate + b"O\r" + b"t12321122\r" * 5)
        client.put(send(0x100, b"12", 1))
        time.sleep(0.03)
        peer.sendall(b"t1232FFFF\rC\r")
    time.sleep(0.03)
    same(stop(process)[0], 130)
    lines = replay("line.json", "line.jsonl")
    assert {"sent", "error", "attach", "detach"} <= kinds(lines), kinds(lines)


@test
def killed():
    """a host that is killed leaves what was recorded until then, whole"""
    process = host("serve", "--record", "killed.json", "--events", "killed.jsonl")
    clients = [Client(LINK, name) for name in ("one", "two")]
    deadline = time.monotonic() + 10
    while b"send" not in read("killed.json") and time.monotonic() < deadline:
        clients[0].put(send(0x123, b"12", 1))
        time.sleep(0.02)
    stop(process, signal.SIGKILL)
    recorded = json.loads(read("killed.json"))
    assert any("send" in action for action in recorded["timeline"]), recorded
    same(cansim("run", "--quiet", "--events", "again.jsonl", "killed.json")[0], 0)
    was, again = read("killed.jsonl"), read("again.jsonl")
    assert len(again) > 500 and was.startswith(again), (len(again), len(was))
    same([name for name in os.listdir(FOLDER) if name.endswith(".tmp")], [])


@test
def no_room():
    """what finds no room is counted; the file ends before it, and says so"""
    process = host("serve", "--record", "few.json", "--record-max", "10", "--events", "few.jsonl")
    clients = [Client(LINK, name) for name in ("one", "two")]
    for number in range(20):
        clients[0].put(send(0x123, b"12", number))
        clients[0].expect(0x85)
    same(stop(process)[0], 130)
    recorded = json.loads(read("few.json"))
    same(len(recorded["timeline"]), 10)
    assert "found no room (at most 10 are recorded)" in recorded["comment"][0], recorded["comment"]
    same(cansim("run", "--quiet", "--events", "again.jsonl", "few.json")[0], 0)
    was, again = read("few.jsonl"), read("again.jsonl")
    assert again and was.startswith(again), (again[-300:], was[:len(again)][-300:])
    same(was[len(again):].splitlines()[0].count(b'"event":"queued"'), 1, was[len(again):][:300])


@test
def wrong():
    """where it cannot be written, nothing else is: one sentence, status 2 or 3"""
    write("s.json", '{"nodes": {"a": {}, "b": {}}}')
    before = read("s.json")
    for words, status, text in (
            (["--record", "-"], 2, "-: a recording must be a file, not standard output"),
            (["--record", "s.json"], 2, "s.json: a recording must be a file of its own, not one which the scenario is "
                                        "read from"),
            (["--record", "no/where.json"], 3, "no/where.json: cannot be written: No such file or directory"),
            (["--record", "r.json", "--record-max", "0"], 2, '--record-max: must be 1..100000, got "0"'),
            (["--record", "same.x", "--events", "same.x"], 2,
             "same.x: a recording must be a file of its own, not one which is a log of the run")):
        got, _, err = cansim("run", "--quiet", "--log", "half.log", *words, "s.json")
        same((got, err.decode()), (status, f"cansim: {text}\n"))
        same([name for name in ("half.log", "r.json", "same.x") if os.path.exists(os.path.join(FOLDER, name))], [])
    same(read("s.json"), before)
    same(cansim("run", "--quiet", "--record", "/dev/null", "s.json")[0], 0)


run_tests()
