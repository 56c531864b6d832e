#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui --connect shows of every view what the host's own screen shows at the same bus time."""

import json
import os
import shutil
import signal
import subprocess
import time

from tui_lib import BIN, FOLDER, ROOT, TUI, Skip, Tmux, cpu_seconds, environment, run_tests, test, tui, wait_for

EXAMPLES = os.path.join(ROOT, "scenarios", "examples")
LAB = os.path.join(EXAMPLES, "canopen-lab.json")
EDS = "5=" + os.path.join(EXAMPLES, "drive.eds")
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
    ("scenario", "T", ("no-ack",)), ("sends", "7", ("list",)), 
    ("decoded frames", "1/canopen.sdoEnter1g", ("585",)), ("a frame's tree", "1/canopen.sdoEnter1gRight", ("Index",)),
]


NAMED = ("Enter", "Right", "Escape", "Down")


def scenario_file():
    path = os.path.join(FOLDER, "same.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(SCENARIO, out)
    return path


def body(window):
    """Without what tells of the window itself: title, tabs with their status, keys."""
    lines = window.screen().rstrip("\n").splitlines()
    return "\n".join([lines[1], *lines[3:-1]])


def tmux_needed():
    if not shutil.which("tmux"):
        raise Skip("no tmux")


def press(window, keys):
    for name in NAMED:
        keys = keys.replace(name, f" {name} ")
    for part in keys.split():
        window.keys(*([part] if len(part) > 1 and part in NAMED else list(part)))


def compare(name, windows, keys, words):
    for window in windows:
        press(window, "Escape")
        press(window, keys)
        window.wait(*words)
    try:
        wait_for(lambda: len({body(w) for w in windows}) == 1, name)
    except AssertionError:
        texts = [body(w) for w in windows]
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


class Run:
    """cansim run, which has no screen."""

    def __init__(self, path, *args):
        self.path = path
        self.process = subprocess.Popen([os.path.join(BIN, "cansim"), "run", *args, "--speed", "1", "--link", path, "-q"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=environment())
        wait_for(lambda: os.path.exists(path), "the host")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def shows(self, *args):
        status, out, err = tui("--connect", self.path, "--dump", "text", "--size", "120x40", *args)
        assert status == 0, err
        return out


def silent_lab():
    """The same network, of which nobody is to say what frames mean."""
    with open(LAB, encoding="utf-8") as lab:
        scenario = json.load(lab)
    del scenario["decode"]
    for node in scenario["nodes"].values():
        if "eds" in node:
            node["eds"] = os.path.join(EXAMPLES, node["eds"])
    path = os.path.join(FOLDER, "lab.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(scenario, out)
    return path


@test
def a_window_decodes_what_the_host_does_not():
    with Run(os.path.join(FOLDER, "lab"), silent_lab()) as host:
        time.sleep(1)
        out = host.shows("--at", "1s")
        assert "meaning" not in out, out
        out = host.shows("--at", "100ms", "--view", "network", "--keys", "<Right>")
        assert "operational" in out and "Drive 402" in out and "Device type" in out, out
        out = host.shows("--at", "1s", "--decode", "--keys", "/canopen.pdo<Enter>")
        assert "meaning" in out and "node 5 TPDO3" in out, out
        out = host.shows("--at", "1s", "--as", "canopen", "--view", "trace", "--keys", "/canopen<Enter>g<Right>")
        assert "all nodes: reset communication" in out and "Command" in out, out
        out = host.shows("--eds", EDS, "--at", "100ms", "--view", "network")
        assert "Drive 402" in out and "operational" in out, out
        out = host.shows("--at", "300ms", "--view", "signals", "--plot", "load can0", "--plot", "385 0:8")
        assert "load can0" in out and "385" in out, out


@test
def a_late_window_says_since_when_it_knows():
    busy = os.path.join(FOLDER, "busy.json")
    with open(busy, "w", encoding="utf-8") as out:
        json.dump({"buses": {"can0": "1M"}, "nodes": {"a": {"type": "random", "load": 90, "dlc": 0}, "b": {}}}, out)
    with Run(os.path.join(FOLDER, "late"), busy) as host:
        time.sleep(2)
        out = host.shows("--at", "500ms", "--view", "stats")
        line = next(line for line in out.splitlines() if "known since" in line)
        since = float(line.split("known since 0:00:")[1].split()[0])
        assert since > 0.5, line
        assert "since the start 8" in out and "idle 1" in out, out
        out = host.shows("--at", "500ms", "--view", "stats", "--keys", "r")
        assert "counted anew" in out and "known since" not in out, out


@test
def what_cannot_be_decoded_is_told():
    with Run(os.path.join(FOLDER, "odd"), LAB) as host:
        for args, words in ((("--as", "nonsense"), '--as: must be a decoder of "cansim plugins", got "nonsense"'),
                            (("--eds", "5=/nowhere.eds"), "/nowhere.eds: cannot be read"),
                            (("--plot", "load can7"), "--plot:")):
            status, out, err = tui("--connect", host.path, "--dump", "text", *args)
            assert (status, out) == (2, "") and words in err, (args, status, out, err)


@test
def another_run_is_seen_from_its_start():
    tmux_needed()
    path = os.path.join(FOLDER, "again")
    with Tmux(*SIZE) as window:
        with Run(path, LAB):
            time.sleep(2)
            window.command(f"clear; {TUI} --no-config --connect {path} --view network")
            window.wait("operational", "Drive 402")
        window.wait("host gone", "Drive 402")
        window.keys("8", "Right", "0", "1", "G", "W")
        with Run(path, os.path.join(EXAMPLES, "demo.json")):
            window.keys("C-r")
            window.wait("connected to")
            window.keys("8")
            window.wait("can1 Network")
            window.keys("0")
            window.wait("engine")
            assert "drive" not in window.screen().split("node ")[1][:200], window.screen()
            window.keys("q")
            window.wait("READY>")


@test
def an_idle_window_costs_nothing():
    tmux_needed()
    path = os.path.join(FOLDER, "idle")
    with Tmux(*SIZE) as host, Tmux(*SIZE) as window:
        host.tui(scenario_file(), "--decode", "--link", path, link=True)
        host.wait("paused")
        for view in ("stats", "network", "signals", "why"):
            window.command(f"clear; {TUI} --no-config --connect {path} --view {view} --plot 'load can0'")
            window.wait("paused", "quit")
            time.sleep(2.5)
            pids = window.child(), host.child()
            before = [cpu_seconds(pid) for pid in pids]
            time.sleep(2)
            after = [cpu_seconds(pid) for pid in pids]
            assert all(b - a <= 0.01 for a, b in zip(before, after)), (view, before, after)
            window.keys("q")
            window.wait("READY>")


if __name__ == "__main__":
    run_tests()
