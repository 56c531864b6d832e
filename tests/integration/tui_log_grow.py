#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui -f FILE, and with a log on standard input: it is read as it grows, and while nothing comes nothing is done."""

import os
import shutil
import subprocess
import time

from tui_lib import FOLDER, TUI, Tmux, cpu_seconds, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)


def line(i, bus="can0"):
    return f"(1700000000.{i:06}) {bus} {0x100 + i % 1000:03X}#{i:04X}\n"


def write(name, text, mode="w"):
    path = os.path.join(FOLDER, name)
    with open(path, mode, encoding="ascii") as out:
        out.write(text)
    return path


@test
def a_file_grows():
    path = write("grow.log", "")
    with Tmux(100, 24) as t:
        pid = t.tui("-f", path)
        t.wait("nothing is in the log yet", "growing")
        write("grow.log", line(1) + line(2), "a")
        t.wait("2 rows · following", "0.000002")
        write("grow.log", line(3)[:20], "a")
        time.sleep(0.3)
        t.wait("2 rows · following")
        write("grow.log", line(3)[20:], "a")
        t.wait("3 rows · following")
        before = cpu_seconds(pid)
        time.sleep(2)
        assert cpu_seconds(pid) == before, "something is done while nothing comes"
        write("grow.log", line(4))  # less than there was
        t.wait("4 rows · following", "was emptied")
        os.rename(write("other.log", line(5) + line(6)), path)
        t.wait("6 rows · following", "was replaced")
        os.unlink(path)
        time.sleep(0.2)
        write("grow.log", line(7))
        t.wait("7 rows · following")
        write("grow.log", "nonsense\n", "a")
        t.wait("grow.log:2: must begin with a time", "■ log")
        t.keys("q")
        wait_for(lambda: t.child() == 0, "the end")


@test
def through_a_link():
    """the name may be one of another file, and of yet another later"""
    target = write("target-1.log", line(1))
    name = os.path.join(FOLDER, "current.log")
    os.symlink(target, name)
    with Tmux(100, 24) as t:
        t.tui("--follow", name)
        t.wait("1 rows · following")
        write("target-1.log", line(2), "a")
        t.wait("2 rows · following")
        os.symlink(write("target-2.log", line(3)), name + "~")
        os.rename(name + "~", name)
        t.wait("3 rows · following", "was replaced")
        write("target-2.log", line(4), "a")
        t.wait("4 rows · following")


@test
def packed_while_it_is_written():
    packed = os.path.join(FOLDER, "grow.log.gz")
    plain = write("all.log", "".join(line(i) for i in range(1000)))
    subprocess.run(f"gzip -c {plain} > {packed}", shell=True, check=True)
    with Tmux(100, 24) as t:
        t.tui("-f", packed)
        t.wait("1000 rows · following")
        subprocess.run(f"gzip -c {plain} >> {packed}", shell=True, check=True)
        t.wait("2000 rows · following")
        t.keys("q")
        t.wait("READY>")
    status, text, err = tui("--dump", "text", packed)
    assert (status, err) == (0, "") and "row 1 of 2000" in text, text + err


@test
def by_word():
    path = write("word.log", line(1))
    with Tmux(100, 24) as t:
        t.tui(path)
        t.wait("row 1 of 1", "■ log")
        write("word.log", line(2), "a")
        t.command(":follow-file")
        t.wait("2 rows · following", "growing", "it is read further as it grows")
        write("word.log", line(3), "a")
        t.wait("3 rows · following")
        t.command(":follow-file off")
        t.wait("■ log", "it is not read further")
        t.command(":history")
        t.wait("history: 3 rows in ", "may take 256M")
        t.command(":history 1G")
        t.wait("may take 1G")


@test
def standard_input():
    """what comes through a pipe, with the keyboard from the terminal"""
    write("a.log", line(1) + line(2))
    write("b.log", line(3))
    gate = os.path.join(FOLDER, "gate")
    with Tmux(100, 24) as t:
        t.command(f"(cat a.log; while ! test -e {gate}; do sleep 0.1; done; cat b.log) | {TUI} --no-config -; "
                  "echo status $?")
        t.wait("2 rows · following", "standard input", "reading")
        t.keys("2")
        t.wait("2 identifiers")
        t.keys("1", "Up")
        t.wait("row 1 of 2")
        write("gate", "")
        t.wait("row 1 of 3", "■ log")
        t.command(":follow-file")
        t.wait("standard input ends by itself")
        t.keys("Escape")
        t.keys("q")
        t.wait("status 0")
        settings = t.settings()
        t.command(f"clear; {TUI} - < a.log; echo status $?")
        t.wait("row 1 of 2", "■ log")
        t.keys("q")
        t.wait("status 0")
        assert t.settings() == settings
        t.command(f"clear; {TUI} -; echo status $?")
        t.wait("standard input: expected a log, such as candump -L can0 | cansim-tui -, got the terminal", "status 2")
        t.command(f"clear; echo no log at all that anybody knows | {TUI} -; echo status $?")
        t.wait("standard input: must be a log of a known format", "status 2")
        t.command(f"clear; {TUI} - < /dev/null; echo status $?")
        t.wait("standard input: must be a log, is empty", "status 2")


@test
def headless():
    """the same without a terminal: of a pipe all, of a file what is there"""
    path = write("head.log", line(1) + line(2))
    with open(path, "rb") as file:
        done = subprocess.run([TUI, "--dump", "text", "-"], stdin=file, capture_output=True, check=False, timeout=20)
    assert done.returncode == 0 and "row 1 of 2" in done.stdout.decode(), done
    done = subprocess.run(f"(cat {path}; sleep 0.5; cat {path}) | {TUI} --dump text -", shell=True,
                          capture_output=True, check=False, timeout=20)
    assert done.returncode == 0 and "row 1 of 4" in done.stdout.decode(), done
    status, text, err = tui("--dump", "text", "-f", path)
    assert (status, err) == (0, "") and "2 rows · following" in text and "growing" in text, text + err
    for args, words in ((["-f"], "--follow: expected a log beside it, got none"),
                        (["-f", os.path.join(FOLDER, "nowhere")], "nowhere: cannot be read: No such file"),
                        (["-f", FOLDER], "cannot be read: Is a directory")):
        status, text, err = tui("--dump", "text", *args)
        assert status == 2 and text == "" and words in err and err.count("\n") == 1, (args, status, err)


@test
def exported():
    """rows into a packed log"""
    path = write("export.log", line(1) + line(2) + line(3))
    packed = os.path.join(FOLDER, "export.log.gz")
    status, text, err = tui("--dump", "text", "--keys", f":export {packed}<Enter>", path)
    assert (status, err) == (0, "") and "3 rows in " in text, text + err
    out = subprocess.run(["gzip", "-dc", packed], capture_output=True, check=True).stdout.decode()
    assert out == line(1) + line(2) + line(3), out


@test
def settings():
    """history, rows and time are settings"""
    path = write("set.log", "".join(line(i) for i in range(3000)))
    conf = write("tui.conf", "history = 4M\nrows = 2000\ntime = date\n")
    os.environ["TZ"] = "UTC"
    status, text, err = tui("--dump", "text", "--config", conf, "--keys", ":history<Enter>", path)
    assert (status, err) == (0, "") and "history: 2000 rows in " in text and "22:13:20.00" in text, text + err
    assert "may take 4M; older ones are gone" in text, text
    status, text, err = tui("--dump", "text", "--config", conf, "--rows", "2500", "--history", "8M", "--keys",
                            ":history<Enter>", path)
    assert (status, err) == (0, "") and "history: 2500 rows in " in text and "may take 8M" in text, text + err
    for text, words in (("history = 1M\n", ":1: history: must be a size of 4M..1T"),
                        ("rows = many\n", ":1: rows: must be 1000..100000000"),
                        ("time = never\n", ":1: time: must be absolute, delta, same or date")):
        status, out, err = tui("--dump", "text", "--config", write("bad.conf", text), path)
        assert status == 2 and out == "" and words in err, err


run_tests()
