#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Frames that are sent by hand and again and again: on the bus, recorded, in files that scenarios take."""

import json
import os
import shutil
import subprocess

from tui_lib import BIN, DEMO, FOLDER, Tmux, environment, run_tests, test

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)


def path(name):
    return os.path.join(FOLDER, name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def run(*args):
    done = subprocess.run([os.path.join(BIN, "cansim"), "run", "--quiet", *args], env=environment(),
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def fill(t, *fields):
    """The form of a new frame; each field goes on to the next."""
    t.keys("a")
    t.wait("A new frame")
    for number, field in enumerate(fields):
        if number:
            t.keys("Tab")
        t.type(field)
    t.keys("Enter")
    t.wait("s sends it once")


@test
def what_is_sent_periodically_is_recorded():
    with Tmux(120, 36) as t:
        t.tui("--events", path("was.jsonl"), "--record", path("did.json"), "--seed", "3", DEMO)
        t.keys("7")
        t.wait("no frames to send yet")
        fill(t, "7E5#00112233", "", "ping", "7ms", "2", "1ms", "0:4+3 1..13")
        t.keys("t")
        t.wait("ping is sent every 7ms", "▶ runs")
        fill(t, "7E6#R8", "", "ask")
        t.keys("b", "X", "X", "X")
        t.wait("ask is queued")
        # A change while it runs, a pause with steps, a halt, and by hand meanwhile.
        t.keys("g", "e", "Tab", "Tab", "Tab", "C-u")
        t.type("11ms")
        t.keys("Enter")
        t.wait("ping is changed and goes on")
        t.keys("Space")
        t.wait("bus time stands still")
        t.keys("n", "n", "X")
        t.wait("ask is queued on can0; the bus is paused")
        t.keys(".", "n")
        t.keys("Space", "H")
        t.wait("1 periodic frame is held")
        t.keys("s", "H")
        t.wait("1 frame is sent periodically")
        t.keys("d", "u", "t")
        t.wait("ping is sent every 11ms")
        t.keys("q")
        t.wait("READY>")
    run("--events", path("again.jsonl"), path("did.json"))
    again, was = read("again.jsonl"), read("was.jsonl")
    assert was.count(b'"7E5#') > 20 and was.count(b'"7E6#R8"') > 3, (was.count(b'"7E5#'), was.count(b'"7E6#R8"'))
    assert again == was


@test
def lists_are_files_that_scenarios_take():
    with Tmux(100, 30) as t:
        t.tui("--bus", "can0:500k", "--bus", "can1:250k")
        t.keys("7")
        t.wait("no frames to send yet")
        fill(t, "123#AA", "", "one", "10ms")
        t.keys("t")
        t.wait("one is sent every 10ms")
        fill(t, "124#", "", "two")
        t.keys(":")
        t.type("transmit-save " + path("list.json"))
        t.keys("Enter")
        t.wait("2 frames, of use to a scenario as well")
        t.keys(":")
        t.type("transmit-export " + path("whole.json"))
        t.keys("Enter")
        t.wait("2 frames as a scenario")
        t.keys("d", "d")
        t.wait("no frames to send yet")
        t.keys(":")
        t.type("transmit-load " + path("nothing.json"))
        t.keys("Enter")
        t.wait("nothing.json: cannot be opened")
        t.keys("C-u")
        t.type("transmit-load " + path("list.json"))
        t.keys("Enter")
        t.wait("2 frames, 1 periodic and held", "‖ held", "one", "two")
        t.keys("H")
        t.wait("▶ runs")
        t.keys("q")
        t.wait("READY>")
    with open(path("includes.json"), "w", encoding="utf-8") as file:
        json.dump({"include": "list.json", "duration": "95ms", "buses": {"can0": "500k"}, "nodes": {"ear": {}}}, file)
    for name, duration in (("includes.json", []), ("whole.json", ["--duration", "95ms"])):
        run("--events", path("events.jsonl"), *duration, path(name))
        frames = [event["frame"] for event in map(json.loads, read("events.jsonl").splitlines())
                  if event["event"] == "queued"]
        assert frames.count("123#AA") == 10 and frames.count("124#") == 1, (name, frames)


run_tests()
