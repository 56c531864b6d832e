#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui's view of the scenario in a terminal: the file is edited, read and run again."""

import os
import shutil
import signal
import subprocess

from tui_lib import FOLDER, TUI, Tmux, run_tests, test, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

TEXT = """{
  "title": "%s", "duration": "1h",
  "nodes": {"a": {"type": "periodic", "frame": "100#00", "period": "10ms"}, "b": {}},
  "timeline": [
    {"at": "50ms", "node": "b", "send": "200#01"},
    {"at": "59m", "note": "the end is near"}
  ],
  "expect": [{"name": "b speaks", "frame": "200", "within": "1s"}]%s
"""


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="ascii") as out:
        out.write(text)
    return path


def editor(name, body):
    path = write(name, "#!/bin/sh\n" + body)
    os.chmod(path, 0o755)
    return path


@test
def edited_and_run_again():
    path = write("first.json", TEXT % ("Before", "}"))
    args = os.path.join(FOLDER, "args")
    edit = editor("edit", f'echo "$@" > {args}\nfor f; do :; done\nsed -i s/Before/After/ "$f"\n')
    with Tmux(120, 40, EDITOR=f"{edit} -q", VISUAL="") as t:
        t.tui("--view", "scenario", path, link=True)
        t.wait("Before", "1 of 2 done", "held 0:00:00.050")
        pid = t.child()
        t.keys("e")
        t.wait("the file can be read: R runs it", "Before")
        with open(args, encoding="ascii") as told:
            assert told.read().split() == ["-q", "+6", path], "the row that comes next"
        t.keys("R")
        t.wait("After", "1 of 2 done", "held 0:00:00.050")
        assert t.child() == pid
        t.keys("1")
        t.wait("following", "After")
        t.keys("T", "Up", "Enter")
        t.wait("first.json:5:5", '"send": "200#01"')
        t.keys("q")
        t.wait("READY>")


@test
def what_cannot_be_read_changes_nothing():
    path = write("second.json", TEXT % ("As it was", "}"))
    with Tmux(120, 40, EDITOR=editor("spoil", 'for f; do :; done\necho "}" >> "$f"\n'), VISUAL="") as t:
        t.tui("--view", "scenario", path)
        t.wait("As it was", "1 of 2 done")
        t.keys("e")
        t.wait("second.json:9:1: expected nothing more, got '}'")
        t.keys("R")
        t.wait("second.json:9:1: expected nothing more, got '}'", "As it was")
        write("second.json", TEXT % ("Mended", "}"))
        t.keys("R")
        t.wait("Mended", "from the start")


@test
def as_slow_and_as_still_as_before():
    """the next run goes as slow as the one before was made; paused, it waits at its start"""
    path = write("pace.json", TEXT % ("Slow", "}"))
    with Tmux(120, 40) as t:
        t.tui("--view", "scenario", path)
        t.wait("Slow", "1 of 2 done")
        t.keys("-", "-", "-", "R")
        t.wait("from the start", "×0.1")
        t.keys("Space")
        t.wait("paused")
        t.keys("R")
        t.wait("from the start, paused: Space goes on", "0:00:00.000000")
        t.keys("Space")
        t.wait("▶ ×0.1")


@test
def editors_that_fail():
    path = write("third.json", TEXT % ("Stays", "}"))
    with Tmux(120, 40, EDITOR="no-such-editor-here", VISUAL="") as t:
        t.tui("--view", "scenario", path)
        t.keys("e")
        t.wait('"no-such-editor-here" is no editor here: set VISUAL or EDITOR', "Stays")
    with Tmux(120, 40, VISUAL=editor("sleeper", "trap 'echo INT; exit 3' INT\necho ASLEEP\nwhile :; do sleep 0.1; done\n")) as t:
        t.tui("--view", "scenario", path)
        t.keys("e")
        t.wait("ASLEEP")
        t.keys("C-c")  # it is meant for the editor
        t.wait("the editor failed", "Stays")
        t.keys("q")
        t.wait("READY>")


@test
def the_host_goes_on_while_somebody_edits():
    path = write("fifth.json", TEXT % ("Goes on", "}"))
    done = os.path.join(FOLDER, "fifth-done")
    body = f"echo EDITING\nwhile [ ! -e {done} ]; do sleep 0.05; done\n"
    with Tmux(120, 40, EDITOR=editor("waits", body), VISUAL="") as t:
        t.tui("--view", "scenario", path, link=True)
        t.wait("1 of 2 done")
        t.keys("e")
        t.wait("EDITING")

        def now():
            shown = subprocess.run([TUI, "--connect", "", "--dump", "text", "--size", "120x30", "--no-config"],
                                   env=t.env, timeout=20, capture_output=True, check=True).stdout.decode()
            assert "Goes on" in shown
            clock = shown.split("Goes on")[1].split()[0].split(":")
            return int(clock[0]) * 3600 + int(clock[1]) * 60 + float(clock[2])
        first = now()
        wait_for(lambda: now() > first + 0.2, "bus time goes on")
        t.resize(90, 30)
        write("fifth-done", "")
        screen = t.wait("the file can be read: R runs it", "Goes on")
        assert max(len(line) for line in screen.splitlines()) <= 90
        t.keys("q")
        t.wait("READY>")


@test
def an_editor_that_dies():
    path = write("sixth.json", TEXT % ("Survives", "}"))
    body = "stty raw -echo\nprintf '\\033[5;9r\\033[?1h\\033[31mBAD'\nsleep 0.2\nkill -9 $$\n"
    with Tmux(120, 40, EDITOR=editor("dies", body), VISUAL="") as t:
        before = t.settings()
        t.tui("--view", "scenario", path)
        first = t.wait("1 of 2 done").splitlines()
        t.keys("e")
        after = t.wait("the editor was ended by signal 9", "1 of 2 done").splitlines()
        assert [first[n] for n in (2, 4)] == [after[n] for n in (2, 4)], after
        t.keys("1")
        t.wait("following")
        t.keys("q")
        t.wait("READY>")
        assert t.settings() == before


@test
def both_stop_and_go_on():
    path = write("seventh.json", TEXT % ("Stops", "}"))
    body = "trap 'echo BACK' CONT\necho EDITING\nuntil read line; do :; done\necho \"got $line\"\nsleep 0.5\n"
    with Tmux(120, 40, EDITOR=editor("stops", body), VISUAL="") as t:
        t.tui("--view", "scenario", path)
        t.keys("e")
        t.wait("EDITING")
        t.keys("C-z")
        t.wait("READY>")
        t.command("clear; fg")
        t.wait("BACK")
        t.command("a line")
        t.wait("got a line")
        t.wait("the file can be read: R runs it", "Stops")
        pid = t.child()
        t.keys("e")
        t.wait("EDITING")
        os.kill(pid, signal.SIGTERM)  # no editor is left behind
        t.wait("READY>")


@test
def what_is_wrong_is_listed():
    wrong = TEXT.replace('"10ms"', '"10 years"').replace('"b", "send"', '"nobody", "send"')
    path = write("eighth.json", TEXT % ("Listed", "}"))
    args = os.path.join(FOLDER, "eighth-args")
    with Tmux(120, 40, EDITOR=editor("tells", f'echo "$@" > {args}\n'), VISUAL="") as t:
        t.tui("--view", "scenario", path)
        t.wait("1 of 2 done")
        write("eighth.json", wrong % ("Listed", "}"))
        t.keys("R")
        t.wait("eighth.json:3:", "1 more: M lists them")
        t.keys("M")
        t.wait("eighth.json:3:", "eighth.json:5:")
        t.keys("Up", "Down", "e")
        wait_for(lambda: os.path.exists(args) and open(args, encoding="ascii").read(), "the editor")
        with open(args, encoding="ascii") as told:
            assert told.read().split() == ["+5", path]


@test
def no_scenario():
    with Tmux(120, 40) as t:
        t.tui("--view", "scenario")
        t.wait("this host was started without one")
        t.keys("e")
        t.wait("there is no scenario: w saves what was done as one")


@test
def run_again_many_times():
    path = write("fourth.json", TEXT % ("Many", "}"))
    record = os.path.join(FOLDER, "fourth-record.json")
    with Tmux(120, 40) as t:
        t.tui("--view", "scenario", "--record", record, "--speed", "max", path)
        for _ in range(5):
            t.wait("2 of 2 done")
            t.keys("R")
            t.keys("2")
            t.wait("identifiers")
            t.keys("3")
            t.wait("2 nodes")
            t.keys("T")
        t.wait("2 of 2 done", "held")
        t.keys("q")
        t.wait("READY>")
    wait_for(lambda: os.path.exists(record), "the recording")


run_tests()
