#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim diff: logs and files of events compared by what they mean."""

import json
import os
import subprocess

from cli_lib import CANSIM, EXAMPLES, FOLDER, ROOT, cansim, environment, run_tests, same, test, write

GOLDEN = os.path.join(ROOT, "tests", "golden")


def log(name, frames, bus="can0"):
    write(name, "".join(f"({time:.6f}) {bus} {frame}\n" for time, frame in frames))


def diff(*args, **more):
    status, out, err = cansim("diff", *args, **more)
    return status, out.decode().splitlines(), err.decode()


def base():
    return [(i / 100, f"123#{i:04X}") for i in range(100)] + [(1 + i / 50, "12345678#AA") for i in range(10)]


@test
def the_same():
    """a log and itself, in another format, with other frames between, of another time"""
    for name in ("boot", "fd-mixed", "noise"):
        path = os.path.join(GOLDEN, name + ".log")
        same(cansim("convert", path, "x.pcapng")[0], 0)
        status, lines, err = diff(path, "x.pcapng")
        frames = sum(1 for _ in open(path, encoding="ascii"))
        same((status, lines, err), (0, [f"0 differences: {frames} pairs of {frames} and {frames} frames"], ""))
    log("a.log", base())
    log("b.log", [(1700000000 + 2 * time, frame) for time, frame in base()])
    same(diff("a.log", "b.log")[0], 0)
    same(diff("--quiet", "a.log", "b.log"), (0, [], ""))
    same(diff("a.log", "-", stdin=open(os.path.join(FOLDER, "b.log"), "rb").read())[0], 0)


@test
def what_differs():
    """a line for each kind of difference, with the first places"""
    log("a.log", base())
    frames = base()
    frames[10] = (0.1, "123#FFFF")
    frames[20], frames[21] = (0.2, frames[21][1]), (0.21, frames[20][1])
    del frames[30]
    frames.insert(40, (0.405, "123#EEEE"))
    frames.append((2, "7FF#R3"))
    log("b.log", frames)
    expected = [
        "can0 123: 1 of 100 frames is missing: 123#001E at 0.300000",
        "can0 123: 1 of 100 frames is too many: 123#EEEE at 0.405000",
        "can0 123: 1 of 100 frames has other data: 123#000A at 0.100000 is 123#FFFF at 0.100000",
        "can0 123: 1 of 100 frames is in another place: 123#0015 at 0.210000 is at 0.200000",
        "can0 7FF: only in the second, 1 frame: 7FF#R3 at 2.000000",
        "5 differences: 107 pairs of 110 and 111 frames"]
    same(diff("a.log", "b.log"), (1, expected, ""))
    same(diff("-q", "a.log", "b.log"), (1, [], ""))
    status, lines, _ = diff("--json", "a.log", "b.log")
    told = [json.loads(line) for line in lines]
    same(status, 1)
    same([line.get("text") for line in told[:-1]], expected[:-1])
    same([line.get("difference") for line in told[:-1]], ["missing", "extra", "data", "order", "extra"])
    same(told[2]["places"], [{"first": {"at_ps": 10**11, "frame": "123#000A"},
                              "second": {"at_ps": 10**11, "frame": "123#FFFF"}}])
    same(told[-1], {"summary": "different", "differences": 5, "items": [110, 111], "pairs": 107})


@test
def tolerances():
    log("a.log", base())
    log("late.log", [(time + (0.003 if i == 50 else 0), frame) for i, (time, frame) in enumerate(base())])
    log("slow.log", [(time * 1.04, frame) for time, frame in base()])
    log("less.log", base()[:95] + base()[100:])
    log("mask.log", [(time, frame.replace("123#00", "123#FF")) for time, frame in base()])
    log("vcan.log", base(), "vcan7")
    for options, name, status in (
            (["--time-tolerance", "3ms"], "late.log", 0), (["--time-tolerance", "2.9ms"], "late.log", 1),
            ([], "slow.log", 0), (["--period-tolerance", "4.1%"], "slow.log", 0),
            (["--period-tolerance", "3.9%"], "slow.log", 1), (["--time-tolerance", "1ms"], "slow.log", 1),
            (["--jitter-tolerance", "6ms"], "late.log", 0), (["--jitter-tolerance", "5.9ms"], "late.log", 1),
            (["--count-tolerance", "5"], "less.log", 0), (["--count-tolerance", "4"], "less.log", 1),
            (["--count-tolerance", "5%"], "less.log", 0), (["--count-tolerance", "4.9%"], "less.log", 1),
            (["--mask", "123=00FF"], "mask.log", 0), (["--mask", "100-1FF=00FF"], "mask.log", 0),
            (["--mask", "123=01FF"], "mask.log", 1), (["--mask", "12345678=00"], "mask.log", 1),
            (["--ignore", "123"], "mask.log", 0), (["--ignore", "200-7FF", "--ignore", "120:7F0"], "mask.log", 0),
            (["--bus", "can0=vcan7"], "vcan.log", 0), (["--bus", "can1=vcan7"], "vcan.log", 1)):
        got = diff(*options, "a.log", name)
        same((got[0], got[2] if status == 0 else ""), (status, ""), (options, name, got))
    status, lines, err = diff("a.log", "vcan.log")
    same((status, len(lines)), (1, 5))
    same(err, "cansim: no bus has the same name in both; --bus A=B tells which are one\n")
    same(diff("--period-tolerance", "1%", "a.log", "slow.log")[1][0],
         "can0 123: the period is 10.4ms, in the first 10ms")


@test
def events():
    """files of events: frames, states, errors, faults and what decoders said"""
    path = os.path.join(EXAMPLES, "bus-off.json")
    for name, more in (("a", []), ("b", ["--fault", "error-frame field=data id=0x123 bus=can0"]), ("c", [])):
        same(cansim("run", "-q", "--events", name + ".events", "--log", name + ".log", *more, path)[0], 0)
    status, lines, err = diff("a.events", "c.events")
    same((status, err, len(lines)), (0, "", 1))
    assert lines[0].startswith("0 differences: ") and lines[0].endswith(" frames and events"), lines
    same(diff("a.events", "a.log")[0], 0)  # where one has no events, frames are compared
    status, lines, err = diff("a.events", "b.events")
    same((status, err), (1, ""))
    assert any(" fault: " in line for line in lines), lines
    path = os.path.join(EXAMPLES, "canopen-io.json")
    same(cansim("run", "-q", "--decode", "--decoded", "d.json", path)[0], 0)
    same(diff("d.json", "d.json")[0], 0)
    text = open(os.path.join(FOLDER, "d.json"), encoding="utf-8").read()
    write("e.json", text.replace('"name":"canopen.boot","subject":20,"value":0', '"name":"canopen.boot","subject":20,"value":7'))
    same(diff("d.json", "e.json")[1][0], "can0 node 20 canopen.boot: 1 of 1 events has other data: 0 at 0.000252 is 7 at 0.000252")


@test
def refused():
    log("a.log", base())
    write("bad.log", "(1.0) can0 123#\n(1.0) can0 12\n")
    write("bad.json", '{"event":"frame","at_ps":5,"bus":"can0","frame":"123#"}\n{"event":\n')
    write("odd.json", '{"event":"frame","at_ps":5,"bus":"can0","frame":"123"}\n')
    write("none.json", '{"some":"thing"}\n')
    for arguments, sentence in (
            (["a.log"], "diff: must have two FILE, got 1"),
            (["a.log", "a.log", "a.log"], "diff: must have two FILE, got 3"),
            (["-", "-"], "diff: must have standard input once, got it twice"),
            (["a.log", "gone.log"], "gone.log: cannot be read: No such file or directory"),
            (["a.log", "bad.log"], "bad.log:2: "),
            (["bad.json", "a.log"], "bad.json:2: must be a JSON object with an event"),
            (["odd.json", "a.log"], "odd.json:1: must be a JSON object with an event"),
            (["a.log", "none.json"], "none.json:1: must be a JSON object with an event"),
            (["--from", "nix", "a.log", "a.log"], "--from: must be one of candump, "),
            (["--time-tolerance", "x", "a.log", "a.log"], "--time-tolerance: must be 0s..1h"),
            (["--period-tolerance", "5", "a.log", "a.log"], "--period-tolerance: must be a percentage such as 5%"),
            (["--count-tolerance", "100001%", "a.log", "a.log"], "--count-tolerance: must be a number of frames or"),
            (["--count-tolerance", "-1", "a.log", "a.log"], "--count-tolerance: must be a number of frames or"),
            (["--mask", "123", "a.log", "a.log"], "--mask: must be identifiers and the bits that are compared"),
            (["--mask", "123=F", "a.log", "a.log"], "--mask: must be identifiers and the bits that are compared"),
            (["--ignore", "1", "a.log", "a.log"], "--ignore: must be identifiers such as 123"),
            (["--bus", "can0", "a.log", "a.log"], "--bus: must be A=B, the names of one bus in both")):
        status, lines, err = diff(*arguments)
        same((status, lines), (2, []), arguments)
        assert err.startswith("cansim: " + sentence) and err.count("\n") == 1, (arguments, err)


@test
def long_logs():
    """memory does not grow with the logs"""
    def fill(name, n, edit):
        with open(os.path.join(FOLDER, name), "w", encoding="ascii") as to:
            to.writelines(f"({i * 0.0003:.6f}) can0 {0x100 + i % 50:03X}#{i:08X}\n"
                          for i in range(n) if i % 1000 != edit)

    sizes = []
    for n in (20000, 300000):
        fill("a.log", n, 1)
        fill("b.log", n, 2)
        command = [CANSIM, "diff", os.path.join(FOLDER, "a.log"), os.path.join(FOLDER, "b.log")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process:
            out = process.stdout.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        same(process.returncode, 1)
        assert f": {n - n // 500} pairs of {n - n // 1000} and {n - n // 1000} frames" in out, out[-200:]
        sizes.append(usage.ru_maxrss)
    assert sizes[1] < sizes[0] + 4096, sizes


run_tests()
