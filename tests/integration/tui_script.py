#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Scripts of keys for pictures: bus time goes on between them, and there are pictures on the way."""

import json
import os

from tui_lib import DEMO, FOLDER, run_tests, test, tui


def path(name, text=None):
    full = os.path.join(FOLDER, name)
    if text is not None:
        with open(full, "w", encoding="utf-8") as out:
            out.write(text)
    return full


def read(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


@test
def a_fault_is_armed_and_seen_to_act():
    script = path("bus-off.keys", "# arm it, and look before and after\n3\n<shot " + path("before.txt") +
                  ">\n:attack-bus-off id=0x0C0 bus=can0<Enter>\n<wait 200ms>\n")
    for given in ("@" + script, script):
        same = ("--keys", given, "--size", "100x30", "--at", "1s", DEMO)
        status, out, err = tui("--dump", "text", *same)
        assert (status, err) == (0, ""), err
        assert "0:00:01.200" in out and "bus-off" in out
        before = read("before.txt")
        assert "0:00:01.000" in before and "bus-off" not in before
        assert tui("--dump", "text", *same) == (0, out, "")


@test
def time_that_is_paused_does_not_go_on():
    status, out, err = tui("--dump", "text", "--at", "1s", "--keys", "<Space><wait 1s>", DEMO)
    assert (status, err) == (0, "") and "0:00:01.000" in out
    status, out, err = tui("--dump", "text", "--at", "1s", "--keys", "<Space><wait 1s><Space><wait 1s>", DEMO)
    assert (status, err) == (0, "") and "0:00:02.000" in out


@test
def waiting_in_pieces_is_waiting_at_once():
    whole = tui("--dump", "text", "--at", "3s", "--size", "160x50", DEMO)
    assert whole[0] == 0
    assert tui("--dump", "text", "--at", "1s", "--size", "160x50",
               "--keys", "<wait 300ms><wait 700ms><wait 1s>", DEMO) == whole


@test
def an_idle_bus_has_time_as_well():
    status, out, err = tui("--dump", "text", "--at", "1s", "--keys", "<wait 1500ms>")
    assert (status, err) == (0, "") and "0:00:02.500" in out


@test
def what_is_no_script_is_told():
    for keys, part in (("<wait>", "<wait>"), ("@" + path("none"), "No such file"), ("<shot x.gif>", "<shot x.gif>"),
                       ("@" + path("bad.keys", "2\n<Nothing>\n"), "<Nothing>")):
        status, out, err = tui("--dump", "text", "--keys", keys, DEMO)
        assert status == 2 and out == "" and part in err and len(err.splitlines()) == 1, err
    status, out, err = tui("--dump", "text", "--keys", "<shot /nowhere/to/be/found/a.txt>", DEMO)
    assert status == 3 and "/nowhere/to/be/found/a.txt" in err, err


@test
def a_picture_may_be_later_than_the_end():
    short = path("short.json", json.dumps({"buses": {"can0": {"bitrate": "500k"}}, "duration": "500ms", "nodes": {
        "a": {"bus": "can0", "type": "random", "load": 10}, "b": {"bus": "can0"}}}))
    for at, keys, now in (("100ms", "<wait 200ms>", "0:00:00.300"), ("500ms", "", "0:00:00.500"),
                          ("100ms", "<wait 2s>", "0:00:02.100")):
        status, out, err = tui("--dump", "text", "--at", at, "--keys", keys, short)
        assert (status, err) == (0, "") and now in out, err or out


if __name__ == "__main__":
    run_tests()
