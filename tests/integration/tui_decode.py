#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Decoders that are chosen in a running window: of a log, of a session, of a host elsewhere."""

import json
import os
import shutil

from connect_lib import Host, connect
from tui_lib import FOLDER, ROOT, Tmux, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

LAB = os.path.join(ROOT, "scenarios", "examples", "canopen-lab.json")
DRIVE = os.path.join(ROOT, "scenarios", "examples", "drive.eds")
BIG = os.path.join(FOLDER, "beats.log")
SMALL = os.path.join(FOLDER, "few.log")
CYCLE = ["705#05", "185#0102", "605#4000100000000000", "585#4300100092010200", "080#"]


def write(path, frames):
    with open(path, "w", encoding="ascii") as out:
        for i in range(frames):
            out.write(f"({i // 5000}.{i % 5000 * 200:06}) can0 {CYCLE[i % len(CYCLE)]}\n")


write(BIG, 500000)
write(SMALL, 500)
QUIET = os.path.join(FOLDER, "silent.json")
with open(QUIET, "w", encoding="utf-8") as scenario:
    beats = {"type": "periodic", "frame": "705#05", "period": "100ms"}
    json.dump({"buses": {"can0": "500k"}, "nodes": {"drive": beats, "other": {}}}, scenario)


def decode(t, text):
    t.type(f":decode {text}")
    t.keys("Enter")


@test
def a_log():
    with Tmux(120, 30) as t:
        t.tui(SMALL)
        t.wait("■ log", "this looks like CANopen: :decode canopen")
        t.type("8")
        t.wait("this looks like CANopen")
        decode(t, "canopen eds 5=" + DRIVE)
        t.wait("canopen says what", "Drive 402", "operational")
        t.type("1")
        t.wait("heartbeat, operational", "read 1000:00 Device type")
        t.keys("Right")
        t.wait("5 (operational)")
        t.type("/canopen.sdo")
        t.keys("Enter")
        t.wait("SDO to node 5")
        wait_for(lambda: "heartbeat" not in t.screen(), "SDO alone")
        t.keys("Escape")
        decode(t, "off")
        t.wait("nobody says what frames mean any more")
        t.type("u")
        t.wait("undone: decode off", "SYNC")
        t.keys("q")
        t.wait("READY>")


@test
def a_long_log_is_usable_meanwhile():
    with Tmux(120, 30) as t:
        t.tui(BIG)
        t.wait("■ log", seconds=60)
        decode(t, "canopen")
        t.wait("500000 frames mean", seconds=60)
        t.type("G")
        t.wait("SYNC", "following")
        t.keys("q")
        t.wait("READY>")


@test
def the_same_as_from_the_start():
    before = ["--dump", "text", "--size", "160x40"]
    _, from_start, err = tui(*before, "--as", "canopen", "--keys", "GG", BIG)
    assert err == "", err
    status, later, err = tui(*before, "--keys", "GG:decode canopen<Enter><End>", BIG)
    assert (status, err) == (0, ""), err
    assert from_start.splitlines()[:-3] == later.splitlines()[:-3], later


@test
def a_session():
    with Tmux(120, 30) as t:
        t.tui(QUIET)
        t.wait("this looks like CANopen")
        decode(t, "canopen")
        t.wait("heartbeat, operational")
        decode(t, "")
        t.wait("canopen says what frames mean")
        decode(t, "canopn")
        t.wait('there is no decoder "canopn", there are ', 'did you mean canopen?')
        t.keys("Escape")
        t.type("u")
        t.wait("undone: decode canopen")
        t.keys("Escape")
        t.wait("looks like CANopen")
        t.keys("q")
        t.wait("READY>")


@test
def a_window_elsewhere():
    with Host(QUIET) as host, Tmux(120, 30) as t:
        connect(t, host)
        t.wait("705")
        decode(t, "canopen")
        t.wait("heartbeat, operational")
        decode(t, "off")
        t.wait("nobody says what frames mean any more")
        t.keys("Escape")
        t.wait("looks like CANopen")
        t.keys("q")
        t.wait("READY>")


if __name__ == "__main__":
    run_tests()
