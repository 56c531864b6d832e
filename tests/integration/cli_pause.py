#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Pauses of the timeline: a person at the terminal goes on with Enter, and nobody else is waited for."""

import json
import os
import pty
import select
import signal
import time

from cli_lib import CANSIM, FOLDER, cansim, environment, read, run_tests, same, start, stop, test, unplaced, write

NODES = {"a": {"type": "periodic", "frame": "123#00", "period": "10ms", "counter": 0}, "b": {}}
PAUSES = {"duration": "300ms", "nodes": NODES, "timeline": [
    {"at": "55ms", "pause": True},
    {"after": "123#08", "delay": "123us", "do": [{"send": "050#01", "node": "b"}, {"pause": "look\tat the counters"}]}]}


class Terminal:
    """cansim with a terminal of its own, in its foreground."""

    def __init__(self, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(FOLDER)
            os.execve(CANSIM, ["cansim", *words], environment())
        self.said = b""

    def read(self, until, seconds=10):
        end = time.monotonic() + seconds
        while until not in self.said and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.said += os.read(self.fd, 4096)
                except OSError:
                    break
        return self.said

    def wait(self, text):
        assert text in self.read(text), self.said

    def end(self):
        self.read(b"never said")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status


def events(*options):
    same(cansim("run", "--quiet", "--events", "plain", *options, "s.json", timeout=10), (0, b"", b""))
    return read("plain")


@test
def nobody_there():
    """without a terminal it is a note, in virtual time and paced, in each engine: the same bytes"""
    write("s.json", json.dumps(PAUSES))
    was = events()
    notes = [e for e in map(json.loads, was.splitlines()) if e["event"] == "note"]
    same([(e["text"], e["bus"]) for e in notes], [("pause", "can0"), ("pause: look\tat the counters", "can0")])
    same(notes[0]["at_ps"], 55 * 10**9)
    for options in (["--fast"], ["--speed", "1"], ["--engine", "bit"], ["--engine", "frame"]):
        same(events(*options), was, options)


@test
def enter_goes_on():
    """on a terminal a paced run stands still until Enter; what was typed before is no answer"""
    write("s.json", json.dumps(PAUSES))
    was = events()
    t = Terminal("run", "--speed", "1", "--events", "events", "s.json")
    os.write(t.fd, b"\n\n")
    t.wait(b"cansim: paused at 55ms; Enter goes on\r\n")
    time.sleep(0.5)
    t.read(b"never said", 0.2)
    assert b"look" not in t.said, t.said
    os.write(t.fd, b"\n")
    t.wait(b"Enter goes on\r\n\r\n")
    t.wait(b"ms: look?at the counters; Enter goes on\r\n")
    os.write(t.fd, b"\x04")  # the end of a file is an answer as well
    same(t.end(), 0)
    assert b"300ms of bus time in " in t.said, t.said
    same(read("events"), was)


@test
def not_waited_for():
    """in virtual time, with --quiet, and where standard error is no terminal nobody is asked"""
    write("s.json", json.dumps(PAUSES))
    for options in ([], ["--fast"], ["--quiet", "--speed", "1"]):
        t = Terminal("run", "--log", "log", *options, "s.json")
        same(t.end(), 0)
        assert b"Enter" not in t.said, t.said
    terminal, end = pty.openpty()
    process = start("run", "--speed", "1", "s.json", stdin=end)
    same(process.wait(10), 0)
    stop(process)
    os.close(terminal)
    os.close(end)


@test
def background():
    """a job in the background cannot be answered"""
    write("s.json", json.dumps(PAUSES))
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        os.execve("/bin/bash", ["bash", "--norc", "-mc", f"{CANSIM} run --speed 1 s.json & wait $!; echo status $?"], environment())
    said = b""
    end = time.monotonic() + 10
    while b"status" not in said and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                said += os.read(fd, 4096)
            except OSError:
                break
    os.kill(pid, signal.SIGHUP)
    os.waitpid(pid, 0)
    os.close(fd)
    assert b"status 0" in said and b"Enter" not in said, said


@test
def interrupted():
    """Ctrl-C ends a run that stands still"""
    write("s.json", json.dumps(PAUSES))
    t = Terminal("run", "--speed", "1", "s.json")
    t.wait(b"Enter goes on\r\n")
    os.write(t.fd, b"\x03")
    same(t.end(), 130)


@test
def recorded():
    """a recording has the pause, and gives the same events"""
    write("s.json", json.dumps(PAUSES))
    was = events("--record", "rec.json")
    same(cansim("run", "--quiet", "--events", "again", "rec.json"), (0, b"", b""))
    same(read("again"), was)


@test
def refusals():
    """what is no pause"""
    for pause, expected in ((False, "true or a text of 1..1000 bytes, got false"), ("", 'true or a text of 1..1000 bytes, got ""'),
                            (3, "true or a text of 1..1000 bytes, got 3")):
        write("s.json", json.dumps({"timeline": [{"at": "1s", "pause": pause}]}))
        status, _, err = cansim("check", "s.json")
        same((status, unplaced(err.decode())), (2, f"cansim: s.json: /timeline/0/pause: must be {expected}\n"))
    write("s.json", json.dumps({"nodes": NODES, "timeline": [{"at": "1s", "pause": True, "node": "a"}]}))
    status, _, err = cansim("check", "s.json")
    same((status, unplaced(err.decode())), (2, "cansim: s.json: /timeline/0/node: does not go with this action\n"))


run_tests()
