#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every example gives the same bytes on every run and machine.

CANSIM_GOLDEN=update tests/integration/cli_golden.py writes what is compared with, to be looked at
with git diff. Long logs are held as a checksum and their first lines."""

import hashlib
import os

from cli_lib import EXAMPLES, ROOT, cansim, read, run_tests, same, test

GOLDEN = os.path.join(ROOT, "tests", "golden")
LONG = 100_000  # bytes; beyond, only the checksum is kept
UPDATE = os.environ.get("CANSIM_GOLDEN") == "update"


def golden(name, data):
    path = os.path.join(GOLDEN, name)
    if len(data) > LONG:
        path += ".sha256"
        data = (hashlib.sha256(data).hexdigest() + "\n").encode()
    if UPDATE:
        with open(path, "wb") as file:
            file.write(data)
    with open(path, "rb") as file:
        expected = file.read()
    for number, (a, b) in enumerate(zip(data.splitlines(), expected.splitlines()), 1):
        same(a, b, f"{name}:{number}")
    same(len(data), len(expected), f"{name}: length")


def example(name):
    path = os.path.join(EXAMPLES, name + ".json")
    runs = []
    for i in ("1", "2"):
        status, out, err = cansim("run", "--fast", "--quiet", "--log", "log" + i, "--events",
                                  "events" + i, path)
        same((status, out, err), (0, b"", b""), "run " + i)
        runs.append((read("log" + i), read("events" + i)))
    assert runs[0] == runs[1], "two runs differ"
    golden(name + ".log", runs[0][0])
    golden(name + ".events", runs[0][1])


def add(name):
    def function():
        example(name)
    function.__doc__ = f"{name}.json: two runs and the stored one are the same"
    test(function)


for entry in sorted(os.listdir(EXAMPLES)):
    if entry.endswith(".json"):
        add(entry[:-5])


@test
def engines():
    """each example gives the same bytes whichever engine computes it"""
    for entry in sorted(os.listdir(EXAMPLES)):
        if not entry.endswith(".json"):
            continue
        first = None
        for engine in ("auto", "bit", "frame"):
            status, out, err = cansim("run", "--fast", "--quiet", "--engine", engine, "--duration", "2s",
                                      "--detail", "--log", "log", "--events", "events", "--explain",
                                      "life", os.path.join(EXAMPLES, entry), timeout=300)
            same((status, out, err), (0, b"", b""), f"{entry} {engine}")
            files = [read(name).splitlines() for name in ("log", "events", "life")]
            if first is None:
                first = files
            for a, b in zip(files, first):
                for number, (x, y) in enumerate(zip(a, b), 1):
                    same(x, y, f"{entry}: {engine}: line {number}")
                same(len(a), len(b), f"{entry}: {engine}: length")


@test
def seeds():
    """another seed gives another log, the same seed the same one"""
    path = os.path.join(EXAMPLES, "demo.json")
    logs = {}
    for seed in ("7", "8", "7"):
        same(cansim("run", "--quiet", "--duration", "2s", "--seed", seed, "--log", "log", path)[0], 0)
        assert logs.setdefault(seed, read("log")) == read("log"), "same seed, other log"
    assert logs["7"] != logs["8"], "other seed, same log"


@test
def observers():
    """a run that nobody logs to a file gives the same trace as one that is logged"""
    path = os.path.join(EXAMPLES, "arbitration.json")
    same(cansim("run", "--quiet", "--log", "alone", path)[0], 0)
    same(cansim("run", "--quiet", "--log", "both", "--events", "events", path)[0], 0)
    assert read("alone") == read("both"), "the events file changed the log"


@test
def checked():
    """cansim check finds nothing wrong with the examples"""
    paths = [os.path.join(EXAMPLES, e) for e in sorted(os.listdir(EXAMPLES)) if e.endswith(".json")]
    status, out, err = cansim("check", *paths)
    same((status, err), (0, b""))
    same(out.count(b": ok: "), len(paths))


run_tests()
