#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The CANopen examples do what they tell."""

import json
import os
import re

from cli_lib import EXAMPLES, cansim, read, run_tests, same, test


def run(name):
    """The example's frames as (time, id, data), and its notes."""
    same(cansim("run", "--fast", "-q", "--log", "log", "--events", "events",
                os.path.join(EXAMPLES, name + ".json")), (0, b"", b""))
    frames = re.findall(r"^\(([\d.]+)\) \S+ ([0-9A-F]+)#(\S*)", read("log").decode(), re.M)
    events = [json.loads(line) for line in read("events").splitlines()]
    return ([(float(at), int(can_id, 16), bytes.fromhex(data)) for at, can_id, data in frames],
            [event for event in events if event["event"] == "note"])


@test
def drive():
    """the drive boots, is configured, goes through CiA 402's states and arrives"""
    frames, _ = run("canopen-drive")
    tpdos = [data for _, can_id, data in frames if can_id == 0x185 and len(data) == 6]
    words = [int.from_bytes(data[:2], "little") & 0x6F for data in tpdos]
    states = [word for i, word in enumerate(words) if i == 0 or word != words[i - 1]]
    for state in (0x21, 0x23, 0x27):
        assert state in states, [hex(s) for s in states]
    assert states.index(0x21) < states.index(0x23) < states.index(0x27), states
    positions = [int.from_bytes(data[2:], "little", signed=True) for data in tpdos]
    same(max(positions), 10000)
    same(positions, sorted(positions))


@test
def io_module():
    """a log by block transfer, an EMCY, and a slave whose heartbeat stays away"""
    frames, notes = run("canopen-io")
    assert any(can_id == 0x600 + 20 and data[:1] == b"\xa4" for _, can_id, data in frames), "no block upload"
    assert any(can_id == 0x80 + 20 and data[:2] == b"\x00\x50" for _, can_id, data in frames), "no EMCY"
    assert any("heartbeat" in note["text"] for note in notes), notes


@test
def lss():
    """three devices get 10, 11 and 12, and boot"""
    frames, _ = run("canopen-lss")
    boots = sorted({can_id - 0x700 for _, can_id, data in frames
                    if can_id > 0x700 and can_id != 0x77F and data == b"\0"})
    same(boots, [10, 11, 12])


run_tests()
