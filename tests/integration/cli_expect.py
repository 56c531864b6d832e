#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Expectations of scenarios: exit statuses, what is told of failures, when runs end."""

import json
import os
import signal

from cli_lib import EXAMPLES, cansim, read, run_tests, same, start, stop, test, write

BASE = {
    "duration": "100ms",
    "nodes": {
        "ecu": {"type": "periodic", "frame": "123#1122", "period": "10ms"},
        "listener": {},
    },
}


def run(expect, *options, **more):
    write("e.json", json.dumps({**BASE, **more, "expect": expect}))
    status, out, err = cansim("run", "--log", "log", *options, "e.json")
    same(out, b"")
    return status, err.decode()


@test
def all_hold():
    """all hold: status 0 and one line"""
    status, err = run([{"frame": "123", "count": 10}, {"errors": {"count": 0}}])
    same(status, 0, err)
    same(err.splitlines()[0], "2 expectations: 2 passed, 0 failed")
    status, err = run([{"frame": "123"}], "--quiet")
    same((status, err), (0, ""))


@test
def one_fails():
    """one fails: status 1, what was seen instead, the life of the frame"""
    status, err = run([{"name": "boots", "frame": "123#33", "within": "25ms"}, {"frame": "123"}], "--quiet")
    same(status, 1, err)
    same(err, """failed: boots (e.json:1:129: /expect/0)
  expected: frame "123#33" within 25ms
  seen: nothing up to 0.025000 s; 3 others with this identifier, the last 123#1122 at 0.020124 s
  before that:
       0.000000  can0  ecu           joins
       0.000000  can0  listener      joins
       0.000124  can0  ecu                123  [2]  11 22
       0.010124  can0  ecu                123  [2]  11 22
       0.020124  can0  ecu                123  [2]  11 22

    0.010000 s  can0  123#1122 from "ecu" (1st try): start of frame.
    0.010124 s  can0    Valid: 123#1122 from "ecu", 62 bits in 124 us.
    0.010124 s  can0    From queue to done 124 us.

    0.020000 s  can0  123#1122 from "ecu" (1st try): start of frame.
    0.020124 s  can0    Valid: 123#1122 from "ecu", 62 bits in 124 us.
    0.020124 s  can0    From queue to done 124 us.
2 expectations: 1 passed, 1 failed
""")
    same(read("log").count(b"\n"), 10)  # the run went on


@test
def stops():
    """the run ends at the instant of a failure"""
    for expect, more in (([{"frame": "123", "count": "<3", "stop": True}], {}),
                         ([{"frame": "123", "count": "<3"}], {"stop_on_failure": True})):
        status, err = run(expect, **more)
        same(status, 1, err)
        same(read("log").count(b"\n"), 3)
        assert "20.124ms of bus time" in err, err
    status, err = run([{"frame": "124", "within": "15ms", "stop": True}])
    same(status, 1, err)
    assert "\n15ms of bus time" in err, err
    same(read("log").count(b"\n"), 2)


@test
def decided():
    """with "end" the run is over when all is decided"""
    status, err = run([{"frame": "123"}, {"frame": "124", "never": True, "until": "35ms"}], end="decided")
    same(status, 0, err)
    assert "35ms of bus time" in err, err


@test
def same_bytes():
    """the run is the same with and without expectations"""
    run([{"frame": "123", "never": True}, {"state": "bus_off", "never": True}], "--events", "with")
    write("e.json", json.dumps(BASE))
    same(cansim("run", "--quiet", "--events", "without", "e.json")[0], 0)
    same(read("with"), read("without"))


@test
def repeats():
    """what is told of a failure is the same on every run"""
    expect = [{"frame": "123", "count": n} for n in range(30)]
    first = run(expect, "--quiet")
    same(first[0], 1)
    same(run(expect, "--quiet"), first)
    same(first[1].count("failed: "), 29)
    same(first[1].count("before that:"), 20)


@test
def refused():
    """check tells every expectation that is wrong, with its place"""
    write("e.json", json.dumps({**BASE, "expect": [{"frame": "1"}, {"frame": "123", "each": True}]}, indent=1))
    status, out, err = cansim("check", "e.json")
    same((status, out), (2, b""))
    lines = err.decode().splitlines()
    assert any("/expect/0/frame: must be a frame" in line for line in lines), lines
    assert any("/expect/1/each: goes with an \"after\" that happens" in line for line in lines), lines
    same(run([])[0], 0)


@test
def decoder():
    """the decoder follows by itself"""
    path = os.path.join(EXAMPLES, "expect-sdo-abort.json")
    status, _, err = cansim("run", "--log", "log", path)
    same(status, 0, err)
    text = read(path).decode().replace("0609 0011h", "0609 0012h")
    write("drive.eds", read(os.path.join(EXAMPLES, "drive.eds")).decode())
    write("abort.json", text)
    status, _, err = cansim("run", "--log", "log", "abort.json")
    same(status, 1, err)
    assert b"SDO node 5 aborts 1018:09 Identity object: 0609 0011h" in err, err


@test
def golden():
    """the frames of a recording"""
    run([])
    write("golden.log", read("log"))
    status, err = run([{"log": {"file": "golden.log", "time_tolerance": "0"}}], "--quiet")
    same((status, err), (0, ""))
    lines = read("golden.log").decode().splitlines(keepends=True)
    write("golden.log", "".join(lines[:4] + [lines[4].replace("#1122", "#1123")] + lines[5:] + lines[:1]))
    status, err = run([{"log": {"file": "golden.log"}}], "--quiet")
    same(status, 1, err)
    assert "expected: frames as in" not in err and "failed: frames as in golden.log (" in err, err
    assert "1123" in err, err
    status, err = run([{"log": {"file": "golden.log", "ignore": ["123"]}}], "--quiet")
    same(status, 1, err)
    assert "seen: no frame in common" in err, err
    write("golden.log", "".join(lines[:4] + [lines[4].replace("#1122", "#1123")] + lines[5:]))
    for mask, status in (({"123": "FF"}, 1), ({"123": "FFFE"}, 0), ({"100-1FF": "ff.00"}, 0), ({"124": "00"}, 1),
                         ({"120:7F0": "00 00", "123": "FFFF"}, 0), ({"123": "FFFF", "any": "0000"}, 1), ({}, 1)):
        got, err = run([{"log": {"file": "golden.log", "mask": mask}}], "--quiet")
        same(got, status, f"{mask}: {err}")
    for mask, place in (({"12": "FF"}, "/12"), ({"123": "F"}, "/123"), ({"123": ""}, "/123"), ({"123": 5}, "/123"),
                        ({"123": "00" * 65}, "/123"), (["123=FF"], ""),
                        ({f"{i:03X}": "00" for i in range(65)}, "")):
        status, err = run([{"log": {"file": "golden.log", "mask": mask}}], "--quiet")
        same(status, 2, err)
        assert f"/expect/0/log/mask{place}: must be " in err, err
    status, err = run([{"log": {"file": "nothing.log"}}], "--quiet")
    same(status, 2, err)
    assert "/expect/0/log/file: " in err, err
    status, err = run([{"log": {"file": "log"}}], "--quiet")
    same(status, 2, err)
    assert "must not be a file that the scenario is read from" in err, err


@test
def programs():
    """what programs print, and how they end"""
    program = {"command": ["sh", "-c", "echo ready to go; echo oops; exit 3"], "attach": False}
    status, err = run([{"program": {"name": "p", "output": "ready*"}},
                       {"program": {"name": "p", "output": "*error*", "never": True}},
                       {"program": {"name": "p", "status": 3}}],
                      "--quiet", programs={"p": program}, duration="10s", speed=1, end="decided")
    same(status, 0, err)
    status, err = run([{"program": {"name": "p", "output": "*oops*", "never": True}, "stop": True}],
                      "--quiet", programs={"p": program}, duration="10s", speed=1)
    same(status, 1, err)
    assert 'seen: at ' in err and '"oops"' in err, err


@test
def interrupted():
    """what was not decided is told"""
    write("e.json", json.dumps({**BASE, "duration": "1h", "speed": 1, "expect": [{"frame": "123"}, {"frame": "124"}]}))
    process = start("run", "e.json")
    for _ in range(5):
        process.stdout.readline()
    status, _, err = stop(process, signal.SIGINT)
    same(status, 130, err)
    assert b"2 expectations: 1 passed, 0 failed, 1 not decided" in err, err


run_tests()
