#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui in many terminals: their names, locales, colours and sizes, what is pasted, and those
that take nothing any more."""

import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import termios
import time

from tui_lib import DEMO, FOLDER, SANITIZED, Pty, Skip, cpu_seconds, run_tests, test, wait_for

NAMES = ("xterm-256color", "xterm", "screen", "screen-256color", "tmux-256color", "linux", "vt100", "vt220",
         "xterm-direct", "ansi", "rxvt-unicode-256color")


def known(name):
    return subprocess.run(["infocmp", name], capture_output=True, check=False, timeout=20).returncode == 0


def key_of(name, key):
    """what a key sends there, by terminfo"""
    return subprocess.run(["tput", "-T", name, key], capture_output=True, check=False, timeout=20).stdout


def resize(p, width, height):
    fcntl.ioctl(p.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


def config(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def leave(p, status=0):
    p.write(b"q")
    assert p.end() == status, p.output[-500:]


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


@test
def every_terminal_and_locale():
    for name in NAMES:
        if not known(name):
            print(f"# terminfo has no {name}")
            continue
        for locale, ascii_only in (("C.UTF-8", False), ("C", True), ("POSIX", True)):
            p = Pty("--no-config", "--no-link", DEMO, TERM=name, LC_ALL=locale)
            p.read(5, b"quit")
            p.write(b"3")
            p.read(5, b"TEC")
            p.write(key_of(name, "kf2"))
            p.read(1, b"Setup")
            p.write(b"\x1b")
            p.read(0.3)
            leave(p)
            assert b"A car and its crane" in p.output, name
            assert not ascii_only or max(p.output) < 128, (name, locale)
            assert b"Setup" in p.output or not key_of(name, "kf2"), name


@test
def no_name_or_a_dumb_one():
    for env, words in (({"TERM": "dumb"}, "terminfo knows and whose cursor can be placed, got \"dumb\""),
                       ({"TERM": ""}, "expected the name of a terminal, such as xterm-256color, got none"),
                       ({"TERM": "nonesuch"}, "terminfo knows, got \"nonesuch\""),
                       ({"TERM": "../../etc/passwd"}, "terminfo knows, got ")):
        p = Pty("--no-link", DEMO, **env)
        assert p.end() == 2
        text = p.output.decode()
        assert text.startswith("cansim-tui: TERM: ") and words in text, text
        assert text.count("\n") == 1 and "\x1b" not in text, text


@test
def as_many_colours_as_are_wanted():
    wanted = (("none", (), (b"\x1b[38;", b"\x1b[48;", b"\x1b[36m", b"\x1b[46m")),
              ("16", (b"\x1b[36m",), (b"38;5;", b"38;2;")),
              ("256", (b"38;5;81m",), (b"38;2;",)),
              ("true", (b"38;2;95;215;255m", b"48;2;48;48;48m"), (b"38;5;81m", b"48;5;236m")),
              ("auto", (b"38;5;81m",), (b"38;2;",)))
    for name, some, none in wanted:
        p = Pty("--no-link", "--config", config("depth.conf", f"depth = {name}\n"), DEMO)
        p.read(5, b"quit")
        leave(p)
        for part in some:
            assert part in p.output, (name, part)
        for part in none:
            assert part not in p.output, (name, part)
    # More than there are: it is said, and those are used.
    p = Pty("--no-link", "--config", config("depth.conf", "depth = true\n"), DEMO, TERM="xterm")
    p.read(5, b"this terminal tells of 8 colours: those are used")
    leave(p)
    assert b"this terminal tells of 8 colours" in p.output and b"38;" not in p.output
    p = Pty("--no-link", "--config", config("depth.conf", "depth = true\n"), DEMO, NO_COLOR="1")
    p.read(5, b"quit")
    leave(p)
    assert b"38;" not in p.output


@test
def pasted_letters_are_no_keys():
    p = Pty("--no-config", "--no-link", DEMO)
    p.read(5, b"quit")
    assert b"\x1b[?2004h" in p.output
    p.write(b"\x1b[200~q:quit\rq\x03\x1b[201~")
    p.read(5, b"pasted text is taken where")
    p.write(b":\x1b[200~view nodes\nquit\x1b[201~")
    p.read(5, b"only the first line")
    p.write(b"\r")
    p.read(5, b"TEC")
    # One that never ends is over when nothing comes for a second.
    p.write(b"\x1b[200~qqq")
    p.read(1.5)
    p.write(b"q")
    assert p.end() == 0
    assert b"TEC" in p.output and b"\x1b[?2004l" in p.output


@test
def a_long_paste_is_cut():
    p = Pty("--no-config", "--no-link", DEMO)
    p.read(5, b"quit")
    p.write(b":")
    p.read(5, b"a word such as")
    for _ in range(50):
        p.write(b"\x1b[200~" + b"x" * 2000 + b"\x1b[201~")
        p.read(0.02)
    p.read(1)
    p.write(b"\x03")
    assert p.end() == 130


@test
def every_size():
    p = Pty("--no-config", "--no-link", DEMO, size=(1, 1))
    try:
        p.read(0.5)
        for width, height in ((2, 1), (1, 40), (40, 5), (80, 23), (79, 24), (500, 200), (1, 1), (80, 24)):
            resize(p, width, height)
            p.read(0.4)
            for key in b"1234":
                p.write(bytes([key]))
            p.read(0.1)
        p.output = b""
        p.write(b"1\x0c")
        p.read(5, b"quit")
        assert b"quit" in p.output
    finally:
        leave(p)


@test
def a_storm_of_sizes():
    p = Pty("--no-config", "--no-link", DEMO, size=(120, 40))
    p.read(5, b"quit")
    for i in range(400):
        resize(p, 1 + 37 * i % 250, 1 + 13 * i % 80)
        if i % 7 == 0:
            p.write(b"123456789"[i % 9:i % 9 + 1] + b"|")
        p.read(0.005)
    resize(p, 100, 30)
    p.output = b""
    p.write(b"z1\x0c")
    p.read(5, b"quit")
    assert b"quit" in p.output
    leave(p)


@test
def wide_characters_and_marks():
    path = config("wide.json", json.dumps({
        "title": "車と起重機 e\u0301tude " + "日本語" * 6,
        "nodes": {"a": {"type": "periodic", "frame": "123#00", "period": "10ms"}, "b": {}}}))
    p = Pty("--no-config", "--no-link", path)
    p.read(5, b"quit")
    leave(p)
    text = p.output.decode()
    assert "車と起重機 e\u0301tude 日本語" in text and "…" in text
    p = Pty("--no-config", "--no-link", path, LC_ALL="C")
    p.read(5, b"quit")
    leave(p)
    assert b"? ? ? ? ?  etude" in p.output and max(p.output) < 128


def stalled(*args):
    """a terminal that nobody reads, with a program that has more to say than it takes"""
    p = Pty("--no-config", "--no-link", *args, DEMO, size=(200, 60))
    p.read(5, b"quit")
    for i in range(40):
        resize(p, 200 - i % 2, 60)
        time.sleep(0.05)
    return p


@test
def a_terminal_that_takes_nothing_costs_no_memory():
    if SANITIZED:
        raise Skip("built with sanitizers")
    p = stalled()
    before = rss_kb(p.pid)
    for _ in range(300):
        p.write(b"yy3\x0c1\x0c")
        time.sleep(0.01)
    time.sleep(0.5)
    after, begun = rss_kb(p.pid), cpu_seconds(p.pid)
    time.sleep(1)
    print(f"# {before} kB, then {after} kB")
    assert after < before + 4000, (before, after)
    assert cpu_seconds(p.pid) - begun < 0.4
    p.output = b""
    p.read(5, b"quit")
    leave(p)


@test
def a_terminal_that_takes_nothing_does_not_hold_the_end():
    for sign in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT) + (() if SANITIZED else (signal.SIGSEGV,)):
        p = stalled()
        os.kill(p.pid, sign)
        deadline = time.monotonic() + 6
        while True:  # without reading
            pid, status = os.waitpid(p.pid, os.WNOHANG)
            if pid or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        if not pid:
            os.kill(p.pid, signal.SIGKILL)
            os.waitpid(p.pid, 0)
            raise AssertionError(f"{sign}: still there")
        code = os.waitstatus_to_exitcode(status)
        assert code in (128 + sign, -sign), code
        os.close(p.fd)


@test
def the_terminal_is_left_as_it_was():
    for name in ("xterm-256color", "screen-256color", "vt100"):
        p = Pty("--no-config", "--no-link", DEMO, TERM=name)
        before = termios.tcgetattr(p.fd)
        p.read(5, b"quit")
        wait_for(lambda p=p: not termios.tcgetattr(p.fd)[3] & termios.ECHO, "raw mode")
        p.write(b"q")
        end = time.monotonic() + 5
        while time.monotonic() < end and not os.waitpid(p.pid, os.WNOHANG)[0]:
            p.read(0.05)
        after = termios.tcgetattr(p.fd)
        assert before[3] & termios.ECHO and after[:4] == before[:4], (before, after)
        for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?2004h", b"\x1b[?2004l"),
                        (b"\x1b[?1000h", b"\x1b[?1000l"), (b"\x1b[?1002h", b"\x1b[?1002l")):
            assert p.output.rfind(on) <= p.output.rfind(off), (name, on)
        os.close(p.fd)


run_tests()
