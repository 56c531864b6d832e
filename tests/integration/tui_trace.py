#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The trace of cansim-tui in a real terminal, with a decoder: filter, open, answer, copy, export."""

import os
import shutil
import subprocess

from tui_lib import BIN, FOLDER, ROOT, TUI, Tmux, environment, run_tests, test, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

ABORT = os.path.join(ROOT, "scenarios", "examples", "expect-sdo-abort.json")


def dump(keys, size="100x30"):
    done = subprocess.run([TUI, "--dump", "text", "--size", size, "--at", "500ms", "--as", "canopen", "--keys", keys,
                           ABORT], env=environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@test
def events_are_found():
    """what the decoder calls a frame is asked for, and completed"""
    screen = dump("/sdo.abort<Enter>")
    assert screen.count("aborts") == 3, screen
    assert "sdo.abort" in dump("/sdo.<Tab>"), dump("/sdo.<Tab>")


@test
def rows_open():
    """the fields of a frame, decoded again with those before it"""
    screen = dump("/sdo.abort<Enter><Up><Up><Right>")
    for text in ("answers", "605#40FF2F0000000000", "Abort code", "0x06020000", "bytes 4-7", "Index"):
        assert text in screen, screen


@test
def answers():
    """from a request to its answer and back, by the decoder's link"""
    screen = dump("/sdo.abort<Enter><Up><Up>a")
    assert "the request" in screen and "earlier" in screen, screen
    screen = dump("/sdo.abort<Enter><Up><Up>a<Esc>a")
    assert "the answer" in screen and "later" in screen, screen


@test
def searched():
    """another row each time"""
    screen = dump("ssdo.abort<Enter><lt>")
    assert "585#8018100911000906" in screen, screen


@test
def exported():
    """a log that cansim reads again"""
    path = os.path.join(FOLDER, "part.pcapng")
    screen = dump(f"/id=585<Enter>:export {path}<Enter>", "160x30")
    assert f"in {path} (pcapng)" in screen, screen
    done = subprocess.run([os.path.join(BIN, "cansim"), "decode", "--filter", "sdo.abort", path],
                          capture_output=True, timeout=60, check=False)
    assert done.stdout.count(b"aborts") == 3, done


@test
def copied():
    """the frame is in the terminal's clipboard"""
    with Tmux(100, 30) as t:
        t.run("set", "-g", "set-clipboard", "on")
        t.tui("--as", "canopen", "--speed", "max", ABORT)
        t.wait("the scenario is over")
        t.keys("/")
        t.type("sdo.abort")
        t.wait("only what passes is shown")
        t.keys("Enter", "Up", "y")
        t.wait("copied: 585#8018100911000906")

        def clipboard():
            done = subprocess.run(["tmux", "-L", t.name, "show-buffer"], capture_output=True, check=False, timeout=10)
            return done.stdout == b"585#8018100911000906"
        wait_for(clipboard, "the clipboard")


run_tests()
