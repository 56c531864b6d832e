#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui --connect shows of every view what the host's own screen shows at the same bus time."""

import json
import os
import shutil
import subprocess
import time

from tui_lib import BIN, FOLDER, ROOT, TUI, Skip, Tmux, cpu_seconds, environment, run_tests, test, tui, wait_for

EXAMPLES = os.path.join(ROOT, "scenarios", "examples")
EDS = ["--eds", "5=" + os.path.join(EXAMPLES, "drive.eds")]
SIZE = 120, 40

# Two buses, a CANopen device that answers, errors, a node that leaves; it stands still before it begins and at the end.
SCENARIO = {
    "title": "the same from afar",
    "buses": {"can0": "500k", "can1": "125k"},
    "nodes": {
        "engine": {"bus": "can0", "type": "periodic",
                   "messages": [{"frame": "100#0000", "period": "10ms", "counter": {"byte": 0}},
                                {"frame": "101#0102030405060708", "period": "7ms"}]},
        "gearbox": {"bus": "can0", "type": "periodic", "frame": "1A0#AA55", "period": "20ms"},
        "door": {"bus": "can0"},
        "master": {"bus": "can1", "type": "canopen-master", "heartbeat": "1s", "sync": {"period": "100ms"},
                   "slaves": [{"node_id": 5, "heartbeat": "500ms"}]},
        "drive": {"bus": "can1", "type": "canopen", "eds": os.path.join(EXAMPLES, "drive.eds"), "node_id": 5},
    },
    "timeline": [
        {"at": "0s", "pause": "begin"},
        {"at": "700ms", "fault": "flip bus=can0 field=crc id=0x100 count=2"},
        {"at": "900ms", "detach": "door"},
        {"at": "1200ms", "fault": "no-ack bus=can0 node=gearbox for=3ms"},
        {"at": "1500ms", "pause": "end"},
    ],
}

VIEWS = [  # keys that show them, what is on the screen then
    ("trace", "1g", ("0.0",)), ("the trace's end", "1G", ("can1",)), ("ids", "2", ("1A0",)), ("nodes", "3", ("gearbox",)),
    ("faults", "4", ("past",)), ("wire", "1Gkkkk6", ("SOF",)), ("network", "8", ("operational",)),
    ("objects", "8Right", ("1000",)), ("signals", "9", ("load",)), ("statistics", "0", ("engine",)), ("why", "1GkkkW", ("Valid",)),
]


def scenario_file():
    path = os.path.join(FOLDER, "same.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(SCENARIO, out)
    return path


def body(window, view):
    """Without what tells of the window itself: title, tabs with their status, keys, what may be asked for."""
    lines = window.screen().rstrip("\n").splitlines()
    return "\n".join([lines[1], *lines[3:-3 if view in ("network", "objects") else -1]])


def tmux_needed():
    if not shutil.which("tmux"):
        raise Skip("no tmux")


def press(window, keys):
    for name in ("Enter", "Right", "Escape"):
        keys = keys.replace(name, f" {name} ")
    for part in keys.split():
        window.keys(*([part] if len(part) > 1 and part in ("Enter", "Right", "Escape") else list(part)))


def compare(name, windows, keys, words):
    for window in windows:
        press(window, "Escape")
        press(window, keys)
        window.wait(*words)
    try:
        wait_for(lambda: len({body(w, name) for w in windows}) == 1, name)
    except AssertionError:
        texts = [body(w, name) for w in windows]
        for text in texts[1:]:
            for a, b in zip(texts[0].splitlines(), text.splitlines()):
                assert a == b, f"{name}: the host shows\n{a}\nthe window\n{b}\n{texts[0]}\n\n{text}"
        raise


@test
def every_view_is_that_of_the_host():
    tmux_needed()
    path = os.path.join(FOLDER, "same")
    with Tmux(*SIZE) as host, Tmux(*SIZE) as one, Tmux(*SIZE) as two:
        host.tui(scenario_file(), "--decode", "--plot", "'load can0'", "--plot", "'tec engine'", "--plot",
                 "'100 0:8'", "--link", path, link=True)
        host.wait("paused")
        for window in (one, two):
            window.command(f"clear; {TUI} --no-config --connect {path} --plot 'load can0' --plot 'tec engine' "
                           "--plot '100 0:8'")
            window.wait("paused", "quit")
        host.keys("Space")
        for window in (host, one, two):
            window.wait("0:00:01.500", "paused")
        for name, keys, words in VIEWS:
            compare(name, (host, one, two), keys, words)


if __name__ == "__main__":
    run_tests()
