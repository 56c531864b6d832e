#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The trace of cansim-tui in a real terminal, with a decoder: filter, open, answer, copy, export."""

import os
import shutil
import subprocess

from tui_lib import BIN, DEMO, FOLDER, ROOT, TUI, Tmux, environment, run_tests, test, tui, wait_for

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
    assert "aborts 1018:09 Identity object: 0609 0011" in screen, screen


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
def exported_as_a_scenario():
    """what passes the filter is sent again at the same times, by nodes of the same names"""
    path, log, again = [os.path.join(FOLDER, name) for name in ("sel.json", "first.log", "again.log")]
    cansim = os.path.join(BIN, "cansim")

    def run(*args):
        return subprocess.run([cansim, *args], capture_output=True, timeout=60, check=False)
    status, screen, err = tui("--dump", "text", "--size", "160x30", "--at", "2s", "--keys", f":export {path}<Enter>", DEMO)
    assert status == 0 and "cansim run sends them again" in screen, (screen, err)
    assert run("check", path).returncode == 0, run("check", path)
    assert run("run", "-q", "--log", again, path).returncode == 0
    assert run("run", "-q", "--duration", "2s", "--log", log, DEMO).returncode == 0
    done = run("diff", log, again)
    assert done.returncode == 0 and b"0 differences" in done.stdout, done
    status, screen, err = tui("--dump", "text", "--size", "160x30", "--at", "1s", "--keys", f"/id=001<Enter>:export {path}<Enter>", DEMO)
    assert "there is no frame among these rows" in screen, screen


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
