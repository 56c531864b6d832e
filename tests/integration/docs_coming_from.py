#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/coming-from.md: each command of its right columns runs, each word and filter is taken, each key is one."""

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import termios
import time

import tui_lib
from cli_lib import CANSIM, EXAMPLES, FOLDER, ROOT, cansim, environment, run_tests, start, stop, test, wait_for, write

TUI = os.path.join(os.path.dirname(CANSIM), "cansim-tui")
LINK = "unix:" + os.path.join(FOLDER, "run", "host.sock")
OUTSIDE = {"python3": ("can.viewer",)}  # what needs more than a program of that name


def guide():
    with open(os.path.join(ROOT, "docs", "coming-from.md"), encoding="utf-8") as file:
        return file.read()


def here():
    """what stands between backticks in the last cell of each row of a table"""
    for line in guide().splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            cell = re.split(r"(?<!\\)\|", line)[-2].replace("\\|", "|")
            yield from re.findall(r"`([^`]+)`", cell)


def files():
    for name in os.listdir(EXAMPLES):
        if name != "demo.json":
            shutil.copy(os.path.join(EXAMPLES, name), os.path.join(FOLDER, name))
    with open(os.path.join(EXAMPLES, "demo.json"), encoding="utf-8") as file:
        text = file.read()
    write("demo.json", re.sub(r'"duration": "[^"]*"', '"duration": "1s"', text))
    os.makedirs(os.path.join(FOLDER, "tests"), exist_ok=True)
    shutil.copy(os.path.join(EXAMPLES, "expect-period.json"), os.path.join(FOLDER, "tests", "period.json"))
    shutil.copy(os.path.join(EXAMPLES, "canopen-drive.json"), os.path.join(FOLDER, "drive.json"))
    write("mine.conf", "theme = light\n")
    write("drive.dbc", 'BO_ 901 Drive: 8 x\n SG_ Position : 16|32@1- (0.01,0) [0|0] "mm" x\n')
    assert cansim("run", "canopen-drive.json", "--duration", "300ms", "--log", "a.log")[0] == 0
    assert cansim("convert", "a.log", "b.pcapng")[0] == 0


def env():
    return environment(CANSIM_LINK=LINK, LC_ALL="C.UTF-8", TERM="xterm-256color",
                       PATH=os.path.dirname(CANSIM) + ":" + os.environ["PATH"],
                       XDG_CONFIG_HOME=FOLDER, XDG_STATE_HOME=FOLDER)


def screen(*args):
    done = subprocess.run([TUI, *args], env=env(), cwd=FOLDER, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout.decode()


def is_there(words):
    """whether the program that is attached is installed"""
    if words[0] != "cansim-attach":
        return True
    program = words[words.index("--") + 1]
    if not shutil.which(program):
        return False
    more = OUTSIDE.get(program)
    return not more or subprocess.run([program, "-c", "import can.viewer"], capture_output=True, check=False).returncode == 0


def run_command(line):
    words = shlex.split(line)
    if not is_there(words):
        print(f"not here: {line}")
        return
    if words[0] == "cansim-tui":
        screen(*words[1:], "--dump", "text", "--at", "200ms", *(["--no-link"] if "--connect" not in words else []))
        return
    seconds = 10 if words[0] == "cansim" else 2.5
    master, slave = pty.openpty()  # some look whether somebody is there
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(words, env=env(), cwd=FOLDER, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    out, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                out += os.read(master, 65536)
            except OSError:  # all of them have ended
                break
    try:
        good = process.wait(timeout=0 if time.monotonic() >= end else 5) == 0
    except subprocess.TimeoutExpired:  # those that never end by themselves have something to say meanwhile
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)
        good = words[0] == "cansim-attach" and out
    os.close(master)
    assert good and b"Traceback" not in out and b"rror: " not in out, (line, process.returncode, out[-400:])


@test
def commands():
    """each command runs"""
    files()
    lines = [span for span in here() if re.match(r"cansim(-tui|-attach)?( |$)", span) and not span.endswith("--")]
    assert len(lines) > 30, lines
    host = start("run", "demo.json", "--link", LINK, "--speed", "1", "--duration", "2h", stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: os.path.exists(LINK[5:]), "the host")
        for line in dict.fromkeys(lines):
            run_command(line)
    finally:
        stop(host)
    # what is in another table's cell is there too
    assert {"cansim-tui", "cansim", "cansim-attach"} == {line.split()[0] for line in lines}


@test
def typed():
    """each word behind ':' and each filter is taken"""
    files()
    spans = [span for span in here() if re.match(r"[:/].", span)]
    assert len(spans) > 25, spans
    for span in dict.fromkeys(spans):
        if span.startswith((":read", ":nmt")):
            continue
        text = screen("--dump", "text", "--no-link", "--at", "300ms", "--as", "canopen", "--keys",
                      f"{span.replace('<', '<lt>')}<Enter>", "drive.json")
        footer = text.rstrip("\n").splitlines()[-1]
        assert "do it" not in footer and "show these" not in footer, (span, text)


@test
def canopen():
    """what is asked of a CANopen node is done while the bus goes on"""
    files()
    with open(os.path.join(FOLDER, "drive.json"), encoding="utf-8") as file:
        write("drive.json", re.sub(r'"duration": "[^"]*"', '"duration": "1h"', file.read()))
    spans = [span for span in here() if span.startswith((":read", ":nmt"))]
    assert len(spans) == 2, spans
    with tui_lib.Tmux() as t:
        t.tui("--as", "canopen", os.path.join(FOLDER, "drive.json"))
        t.keys("8")
        t.wait("Heartbeat", "operational")
        for span, answer in zip(spans, ("0x00020192", "start")):
            t.command(span)
            t.wait(answer)
        assert "do it" not in t.screen(), t.screen()


@test
def keys():
    """each key is in the help of a view"""
    files()
    known = set()
    for view in "123456789 0TWM".replace(" ", ""):
        for line in screen("--dump", "text", "--no-link", "--at", "300ms", "--size", "120x160", "--keys", f"{view}?",
                           "drive.json").splitlines():
            words = re.match(r"^\W*│ {1,2}(\S.{0,12}?)  ", line) or re.match(r"^.*?│ {1,2}(\S.{0,12}?)  ", line)
            known.update(words[1].split() if words else ())
    for line in screen("--dump", "text", "--no-link", "--at", "300ms", "--keys", "1l", "drive.json").splitlines()[-1:]:
        known.update(re.findall(r"(\S+) \S+", line))
    spans = {span for span in here() if len(span) == 1}
    assert len(spans) > 25, spans
    assert spans <= known, (spans - known, known)


@test
def links():
    """files that are linked are there, and the README leads here"""
    for target in re.findall(r"\]\(([^)#]+)\)", guide()):
        assert os.path.exists(os.path.join(ROOT, "docs", target)), target
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        assert "docs/coming-from.md" in file.read()


run_tests()
