#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The setup in a terminal: what is set acts at once, is taken back, and is written to tui.conf."""

import os
import shutil

from tui_lib import DEMO, FOLDER, TUI, Tmux, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

CONF = """\
# my settings
theme = light ; for the day

[keys]
# columns side by side
F5 = :panes columns<Enter>
"""


def conf(name, text=None):
    """a folder of settings with that file"""
    path = os.path.join(FOLDER, name, "cansim", "tui.conf")
    if text is not None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return os.path.join(FOLDER, name), path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def start(t, *args):
    t.command(" ".join(["clear;", TUI, "--no-link", *args, DEMO]))
    t.wait("quit")


@test
def saved_with_its_comments():
    folder, path = conf("one", CONF)
    with Tmux(100, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        t.keys("F2")
        t.wait("Setup", "Colours", "Drawing", "contrast")
        t.keys("Right", "End", "Right")
        t.wait("‹ none ›")
        t.keys("Tab", "Down", "Down", "Tab", "Enter")
        t.wait("‹ rows ›", "Pane 2")
        t.keys("s")
        t.wait("saved in ", "tui.conf")
        assert read(path) == CONF.replace("light ; for the day\n",
                                          "light ; for the day\ndepth = none\npanes = rows\nviews = trace ids\n"), \
            read(path)
        t.keys("q")
        t.wait("READY>")
        start(t)  # and they are in force again
        t.wait("Identifiers", "per s")
        t.keys("F2")
        t.keys("s")
        t.wait("nothing was changed")
        t.keys("F5")
        wait_for(lambda: "│" in t.screen().splitlines()[20], "two columns")
        t.keys("q")
        t.wait("READY>")


@test
def keys_are_pressed_saved_and_known_again():
    folder, path = conf("two")
    with Tmux(110, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        t.keys("F2")
        t.keys("/")
        t.type("next view")
        t.keys("Enter", "Enter")
        t.wait("now press the key that is to do it")
        t.keys("q")
        t.wait("q means \"leave, at once; so does ^C\": q once more takes it")
        t.keys("Escape")
        t.keys("Enter")
        t.keys("F7")
        t.wait("F7 means", "F7 once more takes it")
        t.keys("F7")
        t.wait("F7* Tab")
        t.keys("s")
        t.wait("saved in ")
        assert read(path) == "# settings of cansim-tui, see cansim-tui(1)\n\n[keys]\nF7 = <Tab>\n", read(path)
        t.keys("F7")
        t.wait("per s")
        t.keys("q")
        t.wait("READY>")
        start(t)
        t.keys("?")
        t.wait("Help")
        t.keys("Escape")
        before = t.screen()
        t.keys("F7")
        wait_for(lambda: t.screen().splitlines()[3] != before.splitlines()[3], "the next view")
        t.keys("q")
        t.wait("READY>")


@test
def taken_back():
    folder, path = conf("three")
    with Tmux(160, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        t.type(":setup drawing")
        t.keys("Enter")
        t.wait("ASCII only", "‹ off ›")
        t.keys("Enter")
        t.wait("+- Setup", "< on >")
        t.keys("Escape")
        t.wait("all is as it was before the setup")
        assert "err │ can1" in t.screen()
        assert not os.path.exists(path)
        # What is kept ends with the program.
        t.type(":setup drawing")
        t.keys("Enter", "Enter")
        t.wait("+- Setup")
        t.keys("F10")
        t.wait("err | can1")
        t.keys("q")
        t.wait("READY>")
        start(t)
        t.wait("err │ can1")
        t.keys("q")
        t.wait("READY>")


@test
def the_mouse_at_once():
    folder, _ = conf("mouse")
    with Tmux(100, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        mouse = lambda: t.run("display", "-p", "#{mouse_any_flag}").strip() == "1"
        assert mouse()
        t.type(":setup program")
        t.keys("Enter", "Enter")
        t.wait("‹ off ›")
        wait_for(lambda: not mouse(), "the mouse to be left")
        t.keys("Escape")
        wait_for(mouse, "the mouse to be taken")
        t.keys("q")
        t.wait("READY>")
        assert not mouse()


@test
def pasted_in_tmux():
    folder, _ = conf("paste")
    with Tmux(100, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        t.run("set-buffer", "q3:quit\nq")
        t.run("paste-buffer", "-p")
        t.wait("pasted text is taken where something is typed")
        t.keys("/")
        t.run("set-buffer", "id=100\n")
        t.run("paste-buffer", "-p")
        t.wait("/id=100")
        t.keys("Escape", "q")
        t.wait("READY>")


@test
def where_it_cannot_be_saved():
    folder, path = conf("four", "theme = dark\n")
    with Tmux(160, 30, XDG_CONFIG_HOME=folder) as t:
        start(t)
        os.unlink(path)
        os.mkdir(path)
        t.keys("F2", "Right", "Down", "Enter", "s")
        t.wait("not saved: ", "it is no file")
        os.rmdir(path)
        t.keys("F2", "s")
        t.wait("saved in ")
        t.keys("q")
        t.wait("READY>")
        start(t, "--no-config")
        t.keys("F2", "Right", "Down", "Enter", "s")
        t.wait("not saved: the program was started without a file of settings")
        t.keys("q")
        t.wait("READY>")


@test
def without_a_terminal():
    _, path = conf("five", "theme = dark\n")
    status, out, err = tui("--dump", "text", "--config", path, "--keys", ":setup drawing<Enter><Enter>s", DEMO)
    assert status == 0 and err == "" and "saved in " in out and max(out) < "\x7f", (out, err)
    assert read(path) == "theme = dark\nascii = on\n"
    status, out, err = tui("--dump", "text", "--keys", ":setup drawing<Enter><Enter>s", DEMO)
    assert "not saved: the program was started without a file of settings" in out, out


run_tests()
