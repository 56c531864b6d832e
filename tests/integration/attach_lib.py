# SPDX-License-Identifier: MIT
"""What the tests of cansim-attach share: a host, attached programs."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

from harness import BIN, Skip, run_tests, test, wait_for  # the tests take them from here

ATTACH = os.path.join(BIN, "cansim-attach")
CANSIM = os.path.join(BIN, "cansim")
PYTHON = "/usr/bin/python3"
listeners = 0


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip("no " + program)


def check(truth, *values):
    """assert, but always on and with the values in the message."""
    if not truth:
        raise AssertionError(" ".join(repr(v) for v in values) or "see the line above")


class Host:
    """cansim serve, in a private folder."""

    def __init__(self, folder, buses=("can0:500k", "can1:250k")):
        self.link = os.path.join(folder, "host.sock")
        self.log = os.path.join(folder, "host.log")
        self.events = os.path.join(folder, "events.json")
        self.buses = buses
        self.process = None
        self.start()

    def start(self):
        command = [CANSIM, "serve", "--link", self.link, "--log", self.log, "--events", self.events]
        for bus in self.buses:
            command += ["--bus", bus]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.link) or self.process.poll() is not None, "the host")
        check(self.process.poll() is None, "the host ended", self.process.poll())

    def stop(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(10)


@contextlib.contextmanager
def host(**options):
    folder = tempfile.mkdtemp(prefix="cansim-attach-test-")
    started = Host(folder, **options)
    try:
        yield started
    finally:
        started.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def command(link, *words, name=None, verbose=False, options=()):
    line = [ATTACH, "--link", link]
    line += ["--as", name] if name else []
    line += ["--verbose"] if verbose else []
    line += options
    return line + ["--"] + list(words)


def run(link, *words, limit=20, **options):
    """Run a program attached to the end; returns the finished process with its output."""
    return subprocess.run(command(link, *words, **options), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit)


class Running:
    """An attached program whose output is read from a file while it runs."""

    def __init__(self, link, *words, stdin=subprocess.DEVNULL, **options):
        self.file = tempfile.NamedTemporaryFile("r", prefix="cansim-attach-out-")
        with open(self.file.name, "w") as out:
            self.process = subprocess.Popen(command(link, *words, **options), stdin=stdin,
                                            stdout=out, stderr=out)

    def output(self):
        self.file.seek(0)
        return self.file.read()

    def lines(self):
        return self.output().splitlines()

    def wait_lines(self, count, limit=10.0):
        wait_for(lambda: len(self.lines()) >= count, "%d lines, got %r" % (count, self.output()), limit)
        return self.lines()

    def stop(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop(signal.SIGKILL)
        self.file.close()


def joined(shared, name, bus="can0"):
    """Has a controller of that name (or beginning) joined?"""
    import json
    with open(shared.events) as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("event") == "attach" and event.get("bus") == bus and \
                    str(event.get("node", "")).startswith(name):
                return True
    return False


@contextlib.contextmanager
def listening(shared, *arguments):
    """candump on can0, once its controller has joined: however slow the machine is, it acknowledges."""
    global listeners
    listeners += 1
    name = "listener%d" % listeners
    with Running(shared.link, "stdbuf", "-oL", "candump", *(arguments or ("can0",)), name=name) as dump:
        wait_for(lambda: joined(shared, name), name + " on its bus")
        yield dump


@contextlib.contextmanager
def candump(link, *arguments, ready=0.3):
    """candump that is already on its bus."""
    with Running(link, "stdbuf", "-oL", "candump", *arguments) as dump:
        time.sleep(ready)
        yield dump


def brokers(link):
    """Pids of the brokers of a host, by their command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0] == ATTACH.encode() and link.encode() in words:
            found.append(int(pid))
    return found
