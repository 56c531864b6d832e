#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a person does in cansim-tui is saved as a scenario that comes to the same events again."""

import json
import os
import shutil
import subprocess

from tui_lib import BIN, DEMO, FOLDER, Tmux, environment, run_tests, test, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)


def path(name):
    return os.path.join(FOLDER, name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def replay(name):
    done = subprocess.run([os.path.join(BIN, "cansim"), "run", "--quiet", "--events", path("again.jsonl"), path(name)],
                          env=environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return read("again.jsonl")


def actions(name):
    """The actions that were recorded, in their order: their kinds."""
    own = {"at", "late", "node", "cookie", "bus", "comment", "drift"}
    return [(set(action) - own).pop() for action in json.loads(read(name))["timeline"] if "late" in action]


def do_some(t):
    t.keys("i")
    t.type("7FE#DEAD")
    t.keys("Enter", "Enter", "Escape")
    t.keys(":")
    t.type("flip field=crc index=3 count=2")
    t.keys("Enter")
    t.wait("armed on can0 as 1")


@test
def saved_with_a_key():
    with Tmux(100, 30) as t:
        t.tui("--events", path("key.jsonl"), "--seed", "5", DEMO)
        do_some(t)
        t.keys("w")
        t.wait("save scenario as")
        t.keys("Enter")
        t.wait("the name of a file is missing")
        t.type(path("no/where.json"))
        t.keys("Enter")
        t.wait("cannot be written: No such file or directory")
        t.keys("C-u")
        t.type(path("key.json"))
        t.keys("Enter")
        t.wait("saved " + path("key.json"), "actions from outside")
        t.keys("q")
        t.wait("READY>")
    # What is known at that moment is a prefix of all; the last instant may go on in the replay.
    again, was = replay("key.json"), read("key.jsonl")
    assert len(again) > 1000 and was.startswith(again), (again[-400:], was[:len(again)][-400:])
    assert actions("key.json") == ["attach", "send", "send", "fault"], actions("key.json")


@test
def recorded_to_the_end_over_pauses_and_steps():
    with Tmux(100, 30) as t:
        t.tui("--events", path("end.jsonl"), "--record", path("end.json"), DEMO)
        do_some(t)
        t.keys("Space")
        t.wait("bus time stands still")
        t.keys("i")
        for identifier in ("001", "002", "003"):
            t.keys("C-u")
            t.type(f"{identifier}#11")
            t.keys("Enter")
            t.wait(identifier + "#11", "queued")
        t.keys("Escape")
        t.wait("Space go")
        t.keys(".", ".", "i", "C-u")
        t.type("004#11")
        t.keys("Enter")
        t.wait("004#11", "queued")
        t.keys("Escape")
        t.wait("Space go")
        t.keys("n")
        t.keys("n")
        t.keys("4")
        t.wait("flip field=crc")
        t.keys("Space", ":")
        t.type("no-ack node=gearbox for=5ms")
        t.keys("Enter")
        t.wait("armed on can0 as 2")
        t.keys(":")
        t.type("save " + path("end-too.json"))
        t.wait("save FILE: save what was done")
        t.keys("Enter")
        t.wait("saved " + path("end-too.json"))
        t.keys("q")
        t.wait("READY>")
    assert replay("end.json") == read("end.jsonl")
    assert actions("end.json").count("send") == 6, actions("end.json")
    assert read("end.jsonl").startswith(replay("end-too.json"))


@test
def an_empty_host_and_a_device():
    with Tmux(100, 30) as t:
        t.tui("--events", path("empty.jsonl"), "--record", path("empty.json"), "--bus", "can0:250k:1M",
              "--usb", "gs_usb:can0=" + path("a.usb"))
        t.keys("i")
        t.type("123##1" + 12 * "AB")
        t.keys("Enter", "Escape", "5")
        t.wait("gs_usb")
        t.keys("p")
        wait_for(lambda: b'"send"' in read("empty.json"), "the recording")
        t.keys("q")
        t.wait("READY>")
    assert replay("empty.json") == read("empty.jsonl")
    recorded = json.loads(read("empty.json"))
    assert recorded["buses"] == {"can0": {"bitrate": 250000, "fd": True, "data_bitrate": 1000000}}, recorded


run_tests()
