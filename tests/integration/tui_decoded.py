#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A scenario of CANopen nodes is decoded unasked; others are not."""

import os

from tui_lib import DEMO, ROOT, run_tests, test, tui

LAB = os.path.join(ROOT, "scenarios", "examples", "canopen-lab.json")


@test
def canopen_nodes_are_decoded():
    status, out, err = tui("--dump", "text", "--size", "160x30", "--at", "3s", LAB)
    assert (status, err) == (0, "") and "meaning" in out and "heartbeat, operational" in out, out


@test
def others_are_not():
    status, out, err = tui("--dump", "text", "--size", "160x30", "--at", "3s", DEMO)
    assert (status, err) == (0, "") and "meaning" not in out, out


if __name__ == "__main__":
    run_tests()
