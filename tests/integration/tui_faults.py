#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Faults in cansim-tui, as a person arms, changes and clears them; and CAN FD on the screen."""

import os
import shutil

from tui_lib import DEMO, FOLDER, Tmux, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


@test
def the_form_arms_a_fault():
    with Tmux(100, 40) as t:
        t.tui(DEMO)
        t.keys("4")
        t.wait("bits", "wiring", "attacks", "stuck-dominant", "no fault so far")
        t.keys("Enter")
        t.wait("Arm a fault: flip", 'needs "field"')
        t.type("cr")
        t.keys("Tab")
        t.wait("field        crc")
        t.keys("Down")
        t.type("99")
        t.wait("must be 0..20")
        t.keys("Enter")
        t.wait("not armed")
        t.keys("C-u")
        t.type("3")
        t.wait("flip field=crc index=3", "Enter arms it")
        t.keys("Enter")
        t.wait("armed on can0 as 1")
        # It hits the next frame, once, and is over.
        t.wait("flip field=crc index=3", "ended")
        t.keys("1")
        t.keys("e")
        t.wait("fault 1 fired", "error at crc 3, tx")


@test
def the_prompt_arms_changes_repeats_and_clears():
    with Tmux(100, 40) as t:
        t.tui(DEMO)
        t.keys(":")
        t.type("no-ack no")
        t.keys("Tab")
        t.type("gea")
        t.keys("Tab")
        t.wait("no-ack node=gearbox", "gearbox")
        t.keys("Enter")
        t.wait("armed on can0 as 1")
        t.keys("4")
        t.wait("1 armed")
        t.keys("Down", "Down")
        t.keys("e")
        t.wait("Change a fault: no-ack")
        t.keys("C-u")
        t.type("brakes")
        t.keys("Enter")
        t.wait("armed on can0 as 2", "no-ack node=brakes", "cleared")
        t.keys("r")
        wait_for(lambda: "not armed" in t.screen() or "as 3" in t.screen(), "an answer")
        t.keys("C")
        t.wait("0 armed", "fault", "cleared")


@test
def what_cannot_be_armed_is_told():
    with Tmux(100, 30) as t:
        t.tui(DEMO)
        t.keys(":")
        t.type("unplug node=nobody")
        t.keys("Enter")
        t.wait("not armed", "nobody")
        t.keys("C-u")
        t.type("flop")
        t.wait("flip")
        t.keys("Escape")
        wait_for(lambda: "fault on can0" not in t.screen(), "the prompt to close")


@test
def a_fault_from_the_command_line_is_in_the_list():
    status, out, err = tui("--dump=text", "--at=100ms", "--view=faults", "--fault",
                           "short after=10ms for=5ms bus=can0", DEMO)
    assert status == 0, err
    assert "short after=10ms for=5ms" in out and "ended" in out, out
    status, out, err = tui("--dump=text", "--at=100ms", "--fault", "shirt bus=can0", DEMO)
    assert status == 2 and "short" in err and out == "", err
    status, out, err = tui("--dump=text", "--const", "x=1", DEMO)
    assert status == 2 and 'got "x"' in err, err
    status, out, err = tui("--dump=text", "--const", "x=1")
    assert status == 2 and "--const: expected a scenario" in err, err
    status, out, err = tui("--dump=text", "--fault", "short")
    assert status == 2 and "--fault" in err, err


@test
def dumps_are_the_same_each_time():
    args = ("--dump=text", "--size=120x40", "--at=300ms", "--view=faults", "--fault",
            "noise ber=1e-4 bus=can0", "--fault", "no-ack node=gearbox for=50ms", DEMO)
    assert tui(*args) == tui(*args)
    assert "noise ber=" in tui(*args)[1]


@test
def can_fd():
    scenario = write("fd.json", '{"buses": {"fd0": {"bitrate": "500k", "fd": true, "data_bitrate": "2M"}},'
                     '"nodes": {"radar": {"bus": "fd0", "type": "periodic", "period": "10ms",'
                     '"frame": "123##1' + "5A" * 64 + '"}, "fusion": {"bus": "fd0"}}}')
    with Tmux(100, 30) as t:
        t.tui(scenario)
        t.wait("radar", "123", "FB", "64", "5A 5A")
        t.keys("3")
        t.wait("500k/2M")
        t.keys("1")
        t.keys("Up")
        t.keys("Enter")
        t.wait("One row", "CAN FD, second bit rate", "data 48")
        t.keys("Escape")
    with Tmux(100, 30) as t:
        t.tui("--bus", "fd0:500k:2M")
        t.keys("i")
        t.type("123##1DEADBEEF")
        t.wait("base FD data frame, dlc 4", "at 500k/2M")
        t.keys("Enter")
        t.wait("queued on fd0")


@test
def data_bit_rates_of_those_who_have_one():
    """a classic node on a bus with CAN FD has one bit rate"""
    path = write("mixed.json", '{"buses": {"can0": {"bitrate": "500k", "fd": true, "data_bitrate": '
                 '"2M"}}, "nodes": {"new": {}, "old": {"fd": "classic"}}}')
    status, out, err = tui("--dump", "text", "--view", "nodes", path)
    assert (status, err) == (0, ""), err
    rates = {words[0]: words[-1] for words in map(str.split, out.splitlines()) if words}
    assert (rates["new"], rates["old"]) == ("500k/2M", "500k"), out


if __name__ == "__main__":
    run_tests()
