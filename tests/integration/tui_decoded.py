#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A scenario of CANopen nodes is decoded unasked; others are not."""

import os

from tui_lib import DEMO, FOLDER, ROOT, run_tests, test, tui

EXAMPLES = os.path.join(ROOT, "scenarios", "examples")
LAB = os.path.join(EXAMPLES, "canopen-lab.json")


@test
def canopen_nodes_are_decoded():
    path = os.path.join(FOLDER, "unasked.json")
    with open(LAB, encoding="utf-8") as lab, open(path, "w", encoding="utf-8") as out:
        out.write(lab.read().replace('"decode": true,', "").replace('"eds": "', f'"eds": "{EXAMPLES}/'))
    status, out, err = tui("--dump", "text", "--size", "160x30", "--at", "3s", path)
    assert (status, err) == (0, "") and "meaning" in out and "heartbeat, operational" in out, out


@test
def what_frames_are_is_told_once():
    """the trace does not say SYNC SYNC; identifiers are grouped by it all the same"""
    status, out, err = tui("--dump", "text", "--size", "160x30", "--at", "3s", LAB)
    assert (status, err) == (0, "") and "SYNC" in out and "SYNC SYNC" not in out and "node 5 TPDO3: " in out, out
    status, out, err = tui("--dump", "text", "--size", "160x40", "--at", "3s", "--keys", "2pp", LAB)
    groups = [line.split()[1] for line in out.splitlines()[3:] if line.startswith("─ ")]
    assert groups == ["HB", "NMT", "SDO", "SYNC", "TPDO1", "TPDO2", "TPDO3", "TPDO4"], out


@test
def others_are_not():
    status, out, err = tui("--dump", "text", "--size", "160x30", "--at", "3s", DEMO)
    assert (status, err) == (0, "") and "meaning" not in out, out


if __name__ == "__main__":
    run_tests()
