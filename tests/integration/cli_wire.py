#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim wire: recorded sequences of another controller, scripts of our own, and that wrong ones are found."""

import copy
import glob
import gzip
import json
import os
import re

from cli_lib import ROOT, Skip, cansim, run_tests, same, test, write

SHARED = os.environ.get("CANSIM_SHARED", os.path.join(ROOT, "..", "shared"))
RECORDED = sorted(glob.glob(os.path.join(SHARED, "iso16845", "*.json*")))
OWN = sorted(glob.glob(os.path.join(ROOT, "tests", "wire", "*.json")))
# Elements of the recorded files that cannot pass, "FILE VARIANT/ELEM", with the reason in docs/conformance.md.
KNOWN = set()


def own(name):
    with open(os.path.join(ROOT, "tests", "wire", name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def op_of(element, name, nth=0):
    return [op for op in element["ops"] if op["op"] == name][nth]


def play(script, *options):
    """Run a script: (status, its lines, the sum)"""
    path = write("script.json", json.dumps(script))
    status, out, err = cansim("wire", *options, path)
    same(err, b"")
    lines = out.decode().splitlines()
    return status, [line.replace(path + ": ", "") for line in lines[:-1]], lines[-1]


def fails_with(script, pattern, others):
    status, lines, total = play(script)
    same((status, total), (1, f"{others} passed, 1 failed"), str(lines))
    assert len(lines) == 1 and re.search(pattern, lines[0]), f"{lines} does not match {pattern!r}"


@test
def recorded_sequences():
    """every recorded sequence passes; failures are counted by file"""
    if not RECORDED:
        raise Skip("no vectors")
    status, out, err = cansim("wire", *RECORDED, timeout=200)
    same(err, b"")
    lines = out.decode().splitlines()
    print(f"# {len(RECORDED)} files: {lines[-1]}")
    failed = [line for line in lines[:-1] if " ".join(line.split(": ")[:2]) not in KNOWN]
    same(failed[:5], [], f"{len(failed)} elements")
    same(status, 1 if KNOWN else 0)


@test
def own_scripts():
    """our own scripts pass, plain, gzipped and from standard input"""
    status, out, err = cansim("wire", *OWN)
    same((status, err), (0, b""))
    assert re.fullmatch(rb"[1-9]\d* passed, 0 failed\n", out), out
    with open(OWN[0], "rb") as file:
        text = file.read()
    path = write("own.json.gz", gzip.compress(text))
    plain = cansim("wire", OWN[0])
    same(cansim("wire", path), plain)
    same(cansim("wire", "-", stdin=text), plain)


@test
def options():
    """-v, --only and --trace"""
    script = own("receive")
    status, lines, total = play(script, "-v")
    same((status, lines[0], total), (0, "classic/1: passed", "5 passed, 0 failed"))
    same(play(script, "-v", "--only", "fd/2"), (0, ["fd/2: passed"], "1 passed, 0 failed"))
    same(play(script, "--only", "classic"), (0, [], "3 passed, 0 failed"))
    same(play(script, "--only", "/1"), (0, [], "2 passed, 0 failed"))
    wave = op_of(script["elems"][0], "lt")["expect_tx"]
    wave["v"] = "1" * len(wave["v"])
    status, lines, total = play(script, "--trace", "--only", "classic/1")
    same((status, total), (1, "0 passed, 1 failed"))
    shown = "\n".join(lines)
    assert "SIIIIIIIIIIIRirLLLLLDDDDDDDDCCCCCCCCCCCCCCCdAaeeeeeee333" in shown and "^" in shown, shown


@test
def wrong_tx():
    """a dominant and a recessive bit that is not there, and an edge that is late"""
    script = own("receive")
    wave = op_of(script["elems"][1], "lt")["expect_tx"]
    at = wave["kind"].index("A")
    wave["v"] = "1" * len(wave["v"])
    fails_with(script, rf"classic/2: operation 3, check_monitor: bit {at} \(ACK slot\) at [\d.]+ us, \d+ ns into it: "
                       "expected recessive TX, seen dominant", 4)
    script = own("send")
    wave = op_of(script["elems"][0], "lt")["expect_tx"]
    wave["v"] = wave["v"][:3] + "0" + wave["v"][4:]
    fails_with(script, r"classic/1: .*bit 3 \(base identifier\) at 6\.000 us, 0 ns into it: "
                       "expected dominant TX, seen recessive", 3)
    script = own("send")
    wave = op_of(script["elems"][0], "lt")["expect_tx"]
    wave["cycles"] = [[204, 1], [200, len(wave["v"]) - 1]]
    fails_with(script, r"classic/1: .*bit 0 \(SOF\) at 2\.000 us", 3)


@test
def edges_within_a_quantum():
    """20 ns early or late is in order, 30 ns is not"""
    for cycles, status in ((198, 0), (202, 0), (197, 1), (203, 1)):
        script = own("send")
        script["elems"] = script["elems"][:1]
        wave = op_of(script["elems"][0], "lt")["expect_tx"]
        wave["cycles"] = [[cycles, 1], [400 - cycles, 1], [200, len(wave["v"]) - 2]]
        same(play(script)[0], status, f"{cycles} cycles")


@test
def wrong_counters():
    """counters that change otherwise"""
    script = own("receive")
    op_of(script["elems"][0], "check_rec_delta")["v"] = 0
    fails_with(script, r"classic/1: operation 6, check_rec_delta: expected REC to change by \+0 from 9, it is 8", 4)
    script = own("send")
    op_of(script["elems"][3], "check_tec_delta")["v"] = 8
    fails_with(script, r"fd/2: .* expected TEC to change by \+8 from 3, it is 2", 3)


@test
def wrong_frames():
    """a frame with other data, one too many, one too few"""
    script = own("receive")
    op_of(script["elems"][3], "check_rx_frame")["frame"]["data"] = "12"
    fails_with(script, r"fd/1: .*expected the frame 123##112, received 123##111", 4)
    script = own("receive")
    script["elems"][0]["ops"] = [op for op in script["elems"][0]["ops"] if op["op"] != "check_rx_frame"]
    fails_with(script, r"classic/1: .*expected no frame, received 123#11", 4)
    script = own("errors")
    script["elems"][0]["ops"].append(op_of(own("receive")["elems"][0], "check_rx_frame"))
    fails_with(script, r"active/1: operation 5, check_rx_frame: expected the frame 123#11, received none", 3)


@test
def failures_stay_apart():
    """an element that failed leaves nothing behind for the next"""
    script = own("receive")
    broken = copy.deepcopy(script["elems"][0])
    broken["elem"] = 7
    broken["ops"] = broken["ops"][:3]  # the frame is not looked at
    broken["ops"].append({"op": "check_tec_delta", "v": 1})
    script["elems"].insert(0, broken)
    fails_with(script, r"classic/7: .*expected TEC", 5)


@test
def nothing_hangs():
    """a controller that never sends, sides that were not started, one that is disabled"""
    script = own("send")
    script["elems"][0]["ops"] = [op for op in script["elems"][0]["ops"] if op["op"] != "iut_send"]
    fails_with(script, r"monitor_wait: expected the controller to begin a frame", 3)
    script = own("send")
    script["elems"][0]["ops"] = [{"op": "monitor_wait"}]
    fails_with(script, r"the monitor is waited for and was not started", 3)
    script = own("send")
    script["elems"] = [{"variant": "x", "elem": 1, "ops": [{"op": "disable"}, {"op": "set_rec", "v": 1}]}]
    fails_with(script, r"x/1: operation 1, set_rec: the controller is not enabled", 0)
    script["elems"] = [{"variant": "x", "elem": 1, "ops": [{"op": "set_state", "state": "bus_off"},
                                                           {"op": "poll_state"}]}]
    fails_with(script, r"poll_state: expected error_active within 2000 bits, stays bus_off", 0)


@test
def bus_off():
    """129 runs of 11 recessive bits, then the frame comes again"""
    script = own("send")
    element = script["elems"][0]
    wave = op_of(element, "lt")
    drive, expect = wave["drive_rx"], wave["expect_tx"]
    n = drive["kind"].index("a")  # a dominant ACK delimiter is a form error
    again = expect["v"]
    idle = 6 + 8 + 2 + 129 * 11 + 1

    def sequence(head, tail):
        kind = drive["kind"][:n + 1] + "." * idle + drive["kind"]
        v = head + "1" * idle + tail
        return {"v": v, "kind": kind, "stuff": "n" * len(v), "cycles": [[200, len(v)]]}

    element["ops"] = [{"op": "set_tec", "v": 255}, {"op": "reintegrate"},
                      {"op": "lt", "drive_rx": sequence(drive["v"][:n] + "0", drive["v"]),
                       "expect_tx": sequence(expect["v"][:n] + "1", again)}] + element["ops"][2:7]
    script["elems"] = [element]
    same(play(script), (0, [], "1 passed, 0 failed"))


@test
def unusable_files():
    """one sentence with the place, exit status 2, nothing half-done"""
    good = own("receive")

    def refused(text, pattern):
        path = write("bad.json", text if isinstance(text, (bytes, str)) else json.dumps(text))
        status, out, err = cansim("wire", OWN[0], path)
        same((status, out), (2, b""), str(text)[:60])
        line = err.decode()
        assert line.count("\n") == 1 and re.search(pattern, line), line

    def changed(change):
        script = copy.deepcopy(good)
        change(script)
        return script

    wave = lambda s: op_of(s["elems"][0], "lt")["drive_rx"]
    refused("{", r"bad.json:1:2: expected")
    refused("[]", r"bad.json: /: must be an object, got an array")
    refused(b"\x1f\x8b\x08 no gzip", r"must be a whole gzip file")
    refused(gzip.compress(json.dumps(good).encode())[:-9], r"must be a whole gzip file")
    refused(gzip.compress(b" " * (65 << 20)), r"must unpack to at most 64 MiB")
    refused('{"test": "a", "test": "b", "setup": [], "elems": []}', r"/test: must be there once")
    refused({"test": "a b", "setup": [], "elems": []}, r'/test: must be 1\.\.63 letters.*got "a b"')
    refused({"test": "a", "elems": []}, r"/setup: must be an array, got nothing")
    refused(changed(lambda s: s["setup"].append({"op": "fly"})), r'/setup/7/op: must be an operation .* got "fly"')
    refused(changed(lambda s: s["setup"].append({"op": "set_rec", "v": 256})),
            r"/setup/7/v: must be a whole number 0\.\.255, got 256")
    refused(changed(lambda s: wave(s).update(v="012" + wave(s)["v"][3:])), r"/elems/0/ops/1/drive_rx/v: must be")
    refused(changed(lambda s: wave(s).update(kind="S")), r"/drive_rx/kind: must be a letter of a field for each bit")
    refused(changed(lambda s: wave(s).update(stuff="n")), r"/drive_rx/stuff: must be n, d or f for each bit")
    refused(changed(lambda s: wave(s).update(cycles=[[200, 1]])), r"/drive_rx/cycles: must be runs that cover")
    refused(changed(lambda s: wave(s).update(cycles=[[200, 57]])), r"/cycles/0: must be a whole number 0\.\.56, got 57")
    refused(changed(lambda s: wave(s).update(cycles=[[1000001, len(wave(s)["v"])]])),
            r"/cycles/0/0: must be a whole number 0\.\.1000000")
    refused(changed(lambda s: wave(s).update(cycle_values=[[0, "01"]])),
            r"/cycle_values/0: must be a level 0 or 1 for each cycle")
    refused(changed(lambda s: wave(s).update(cycle_values=[[56, "0" * 200]])), r"/cycle_values/0/0: must be a whole")
    refused(changed(lambda s: op_of(s["elems"][0], "check_rx_frame")["frame"].update(id=2048)),
            r"/frame/id: must be a whole number 0\.\.2047, got 2048")
    refused(changed(lambda s: op_of(s["elems"][0], "check_rx_frame")["frame"].update(data="1")), r"/frame/data: must be")
    refused(changed(lambda s: wave(s).update(v="1" * 2000001)), r"drive_rx/v: must be at most 2000000 levels")

    def too_long(script):
        wave(script).update(cycles=[[1000000, len(wave(script)["v"])]])
        script["elems"][0]["ops"].extend([op_of(script["elems"][0], "lt")] * 36)

    refused(changed(too_long), r"/elems/0/ops/\d+: must be at most 2000000000 cycles in one element")
    status, out, err = cansim("wire", "no-such-file")
    same((status, out), (2, b""))
    assert b"no-such-file: cannot be opened" in err, err


@test
def usage():
    """wrong options; a bit timing that cannot be"""
    for args in (("wire",), ("wire", "--only", "", OWN[0]), ("wire", "--only", "x/y", OWN[0]),
                 ("wire", "--only", "nobody/1", OWN[0]), ("wire", "--on", OWN[0])):
        status, out, err = cansim(*args)
        same((status, out, err.count(b"\n")), (2, b"", 1), str(args))
    status, out, err = cansim("wire", "--help")
    same((status, err), (0, b""))
    for word in (b"--only VARIANT/ELEM", b"--trace", b"-v, --verbose"):
        assert word in out, out
    script = own("receive")
    script["elems"] = [{"variant": "x", "elem": 1, "ops": [
        {"op": "disable"}, {"op": "bit_timing", "nom": [0, 1, 1, 1, 1], "data": [1, 1, 1, 1, 1]}, {"op": "enable"}]}]
    fails_with(script, r"operation 2, enable: the bit timing has a prescaler of 0", 0)


run_tests()
