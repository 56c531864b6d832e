#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui FILE where FILE is a log: it is looked at while it loads, and nothing runs."""

import os
import shutil
import subprocess
import time

from tui_lib import DEMO, FOLDER, TUI, Tmux, cpu_seconds, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

CANSIM = os.path.join(os.path.dirname(TUI), "cansim")


def write(name, frames, error_at=()):
    """A frame each 250 us, from 0.25 ms on."""
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="ascii") as out:
        for i in range(frames):
            us = 1700000000_000250 + 250 * i
            text = "20000020#0000000000000000" if i in error_at else f"{0x100 + i % 50 * 16:03X}#{i:016X}"
            out.write(f"({us // 1000000}.{us % 1000000:06}) can0 {text}\n")
    return path


BIG = write("big.log", 400000, error_at=(123456, 250000))


@test
def it_is_shown_while_it_loads():
    with Tmux(100, 30) as t:
        pid = t.tui(BIG)
        screen = t.wait("row 1 of", "0.000250")
        early = "loading" in screen
        t.keys("Down", "Down")
        t.wait("row 3 of")
        assert early, screen
        screen = t.wait("■ log", "row 3 of 400000", "0:01:40.000", seconds=30)
        t.keys("G")
        t.wait("400000 rows · following", "100.000000")
        t.keys("g")
        t.wait("row 1 of 400000")
        t.keys("e")
        t.wait("30.864250", "62.500250", "ack error")
        t.keys("e", "e")
        t.command(":at 50.1")
        t.wait("50.100000", "row 200400 of 400000")
        t.keys("/")
        t.type("130")
        t.keys("Enter")
        t.wait("/130 ·")
        t.keys("Escape")
        t.keys("Space")
        t.wait("this is a log: nothing runs here")
        t.keys("2")
        t.wait("50 identifiers", "7999", "8000")
        # Nothing is left to be done.
        before = cpu_seconds(pid)
        time.sleep(2)
        assert cpu_seconds(pid) - before < 0.3
        t.keys("C-z")
        t.wait("READY>", "topped")
        t.command("fg")
        t.wait("50 identifiers")
        t.keys("q")
        wait_for(lambda: t.child() == 0, "the end")


@test
def it_is_left_while_it_loads():
    with Tmux(80, 24) as t:
        t.tui(BIG)
        t.keys("q")
        t.wait("READY>")
        t.command("echo status $?")
        t.wait("status 0")


@test
def other_formats_tell_the_same():
    small = write("small.log", 300, error_at=(7,))
    pcapng = os.path.join(FOLDER, "small.pcapng")
    subprocess.run([CANSIM, "convert", small, pcapng], check=True, capture_output=True)
    status, text, err = tui("--dump", "text", small)
    assert (status, err) == (0, ""), err
    assert "row 1 of 300" in text and "ack error" in text, text
    status, other, err = tui("--dump", "text", pcapng)
    assert (status, err) == (0, ""), err
    assert other.split("\n", 1)[1] == text.split("\n", 1)[1], other
    status, text, err = tui("--dump", "text", "--at", "25ms", "--keys", "G", small)
    assert (status, err) == (0, "") and "100 rows · following" in text and "0.025000" in text, text + err
    status, text, err = tui("--dump", "text", "--bitrate", "500k", small)
    assert (status, err) == (0, "") and "can0 500k" in text and "%" in text, text + err


@test
def what_is_unusable():
    log = write("some.log", 10)
    for args, words in ((["--fault", "no-ack", log], "--fault: expected a scenario beside it"),
                        (["--speed", "2", log], "--speed: expected a scenario beside it"),
                        (["--bitrate", "500k", DEMO], "--bitrate: expected a log beside it"),
                        (["--bitrate", "500k"], "--bitrate: expected a log beside it, got none"),
                        (["--bitrate", "5", log], "--bitrate: expected RATE"),
                        (["--as", "nothing", log], "--as: must be"),
                        (["--history", "3M", log], "--history: expected a size of 4M..1T")):
        status, out, err = tui("--dump", "text", *args)
        assert status == 2 and out == "", (args, status, out)
        assert words in err and err.startswith("cansim-tui: ") and err.count("\n") == 1, err


run_tests()
