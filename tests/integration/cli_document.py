#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Scenarios of many parts: comments, includes, constants, templates, arrays; every error at once."""
import json
import os
import shutil
import time

from cli_lib import BIN, FOLDER, cansim, read, run_tests, same, test, write

PARROT = os.path.join(os.path.dirname(BIN), "tests", "plugins", "parrot.so")


def frames(name, *more):
    """The frames of a run, without their times and bus."""
    status, out, err = cansim("run", "--log", "-", name, *more)
    assert status == 0, err
    return [line.split()[2] for line in out.decode().splitlines()]


def sentences(name, *more):
    status, out, err = cansim("check", name, *more)
    same((status, out), (2, b""), err)
    return err.decode().splitlines()


@test
def comments():
    """comments of both kinds are white space"""
    write("comment.json", """// first
{ /* a */ "nodes": {"a": {"type": "periodic", // "type": "nonsense",
  "frame": "123#11", "period": "1ms", "count": /* // */ 2}, "b": {}} } // last""")
    same(frames("comment.json"), ["123#11"] * 2)


@test
def parts():
    """what is included is merged, relative to the file that names it"""
    os.makedirs(os.path.join(FOLDER, "lib/deep"), exist_ok=True)
    write("lib/deep/c.json", '{"constants": {"byte": "AA"}, "seed": 5, "timeline": '
          '[{"at": "1ms", "node": "b", "send": "001#"}]}')
    write("lib/b.json", '{"include": ["deep/c.json"], "nodes": {"b": {}, "a": {"type": "periodic", '
          '"period": "10ms", "frame": "200#00"}}, "timeline": [{"at": "2ms", "node": "b", '
          '"send": "002#"}]}')
    write("a.json", '{"include": "lib/b.json", "duration": "15ms", "nodes": {"a": {"frame": '
          '"100#${byte}"}}, "timeline": [{"at": "3ms", "node": "b", "send": "003#"}]}')
    same(frames("a.json"), ["100#AA", "001#", "002#", "003#", "100#AA"])


@test
def arrays():
    """templates, arrays of nodes, names of their own, calculations and "for\""""
    write("many.json", json.dumps({
        "constants": {"base": "0x100", "step": 16, "first": "${base+step}", "list": ["1ms", "2ms"]},
        "templates": {
            "any": {"type": "periodic", "period": "1s", "with": {"tail": "EE"}},
            "ecu": {"template": "any", "frame": "${id}#${i:02X}${tail}", "offset": "${i*10}ms"}},
        "duration": "150ms",
        "nodes": {"ecu[08..10]": {"template": "ecu", "with": {"id": "${first+i:03X}"}},
                  "one": {"template": "ecu", "with": {"id": "7FF", "tail": "FF"}}},
        "timeline": [{"for": {"k": "0..1", "t": "${list}"}, "at": "5${t}", "node": "ecu08",
                      "send": "00${k}#"}]}))
    same(sorted(frames("many.json")),
         sorted(["118#08EE", "119#09EE", "11A#0AEE", "7FF#00FF", "000#", "001#", "000#", "001#"]))
    status, out, err = cansim("run", "many.json")
    assert status == 0 and b"ecu09" in out and b"ecu10" in out, (out, err)


@test
def how_long_a_fault_lasts():
    """"for" of a fault in "faults" is its time, and that of an array where it is an object"""
    write("for.json", json.dumps({
        "constants": {"t": "2ms"}, "nodes": {"a": {}, "b": {}}, "duration": "10ms",
        "faults": [{"fault": "short", "for": "${t}", "label": "one"},
                   {"for": {"n": ["a", "b"]}, "fault": "delay", "node": "${n}", "delay": "1ms"}]}))
    status, out, err = cansim("run", "-q", "--events", "-", "for.json")
    same(status, 0, err)
    faults = [event for event in map(json.loads, out.splitlines()) if event["event"] == "fault"]
    same([event["at_ps"] for event in faults if event["stage"] == "ended"], [2000000000])
    same(len([event for event in faults if event["stage"] == "armed"]), 3)


@test
def other_constants():
    """--const replaces constants of the scenario: JSON where it is some, else a text"""
    write("const.json", json.dumps({
        "constants": {"id": "100", "n": 2, "gap": "1ms", "next": "${n+1}", "data": "AA"},
        "nodes": {"a": {"type": "periodic", "frame": "${id}#${data}${next:02X}", "period": "${gap}",
                        "count": "${n}"}, "b": {}}}))
    same(frames("const.json"), ["100#AA03"] * 2)
    same(frames("const.json", "--const", "n=3"), ["100#AA04"] * 3)
    same(frames("const.json", "--const=id=7FF", "--const", 'data="BB"', "--const", "id=101"), ["101#BB03"] * 2)
    same(frames("const.json", "--const", "data=${n:02X}", "--const=n=1"), ["100#0102"])
    write("whole.json", '{"include": "const.json", "duration": "10ms"}')
    same(frames("whole.json", "--const", "gap=4ms", "--const=n=9"), ["100#AA0A"] * 3)


@test
def wrong_constants():
    """a constant that is not there, or a value that does not fit, is one sentence"""
    write("const.json", '{"constants": {\n"period": "1ms"}, "nodes": {"a": {"type": "periodic", '
          '"frame": "1#", "period": "${period}"}}}')
    write("none.json", '{"nodes": {}}')
    for name, args, text in (
            ("const.json", ["--const", "perid=2ms"],
             'cansim: --const: must be a constant of const.json, got "perid", did you mean "period"?'),
            ("none.json", ["--const", "x=1"],
             'cansim: --const: must be a constant of none.json, which has none, got "x"'),
            ("none.json", ["--const", "x"], 'cansim: --const: must be NAME=VALUE, got "x"'),
            ("none.json", ["--const", "=x"], 'cansim: --const: must be NAME=VALUE, got "=x"'),
            ("none.json", ["--const", "x=1"] * 65,
             "cansim: --const: must be there at most 64 times, got more"),
            ("const.json", ["--const", 'period={"a": {"b": 1, "b": 2}}'],
             "cansim: --const: /a/b: must be there once, got it twice"),
            ("const.json", ["--const", b"period=\xff"], 'cansim: --const: must be UTF-8, got "?"')):
        for command in ("run", "check"):
            status, out, err = cansim(command, *args, name)
            assert text in err.decode().splitlines(), (text, err)
            same((status, out), (2, b""))
    told = sentences("const.json", "--const", "period=20", "--const", "x=y")
    assert told[0].startswith('cansim: --const: must be a constant of const.json, got "x"'), told
    same([line.split(": ")[1:3] for line in told[1:]],
         [["const.json:2:64", "/nodes/a/frame"], ["const.json:2:80", "/nodes/a/period"]])
    assert told[2].endswith("got 20"), told


@test
def files_of_parts():
    """names of files are relative to the file in which they are written, in a recording too"""
    os.makedirs(os.path.join(FOLDER, "main/kit/sub/bin"), exist_ok=True)
    shutil.copy(PARROT, os.path.join(FOLDER, "main/kit/parrot.so"))
    write("main/kit/words.txt", "hello\n")
    write("main/kit/frames.log", "(1.000000) can0 301#01\n(1.010000) can0 302#02\n")
    write("main/own.log", "(1.000000) can0 401#01\n")
    write("main/kit/golden.log", "(1.000000) can0 301#01\n(1.010000) can0 302#02\n(1.020000) can0 302#02\n"
          "(1.010000) can0 401#01\n")
    write("main/kit/sub/bin/hello", "#!/bin/sh\npwd -P\ncat here.txt\n")
    os.chmod(os.path.join(FOLDER, "main/kit/sub/bin/hello"), 0o755)
    write("main/kit/sub/here.txt", "here\n")
    write("main/kit/sub/deep.json", json.dumps({
        "programs": {"hello": {"command": ["./bin/hello"], "attach": False},
                     "there": {"command": ["./hello"], "cwd": "bin", "attach": False}}}))
    write("main/kit/kit.json", json.dumps({
        "include": "sub/deep.json", "plugins": ["parrot.so"], "constants": {"log": "frames.log"},
        "templates": {"log": {"type": "replay", "file": "frames.log"}},
        "nodes": {"bird": {"type": "parrot", "node_id": 5, "words": "words.txt", "shy": True},
                  "b": {"type": "replay", "file": "frames.log"}},
        "expect": [{"log": {"file": "golden.log", "ignore": ["306-307", "406"]}}]}))
    write("main/main.json", json.dumps({
        "include": ["kit/kit.json"], "duration": "200ms",
        "nodes": {"a": {"template": "log", "ids": "302"}, "b": {"ids": "300-3FF"},
                  "c": {"type": "replay", "file": "own.log"}}}))
    status, out, err = cansim("run", "--record", "main/again.json", "--log", "first.log", "main/main.json")
    same(status, 0, err)
    assert os.path.realpath(os.path.join(FOLDER, "main/kit/sub")) + "\n" in err.decode(), err
    assert b"here\n" in err, err
    for recording in ("main/again.json", "else/again.json"):
        os.makedirs(os.path.dirname(os.path.join(FOLDER, recording)), exist_ok=True)
        same(cansim("run", "-q", "--record", recording, "main/main.json")[0], 0)
        status, out, err = cansim("run", "--log", "again.log", recording)
        same((status, read("again.log")), (0, read("first.log")), err)
    write("main/main.json", json.dumps({"include": "kit/kit.json", "nodes": {"b": {"file": "frames.log"}}}))
    told = sentences("main/main.json")
    assert len(told) == 1 and "main.json:1:53: /nodes/b/file: main/frames.log: cannot be read" in told[0], told


@test
def all_errors():
    """every error of a file at once, with line, column and path"""
    write("bad.json", """{
  "duratoin": "1s",
  "nodes": {
    "a": {"type": "periodic", "frame": "123#1", "period": "10"},
    "b[1..2]": {"typ": "listener"}, // twice
    "c": {"template": "none"},
    "d": {"mode": "${moed}"}
  },
  "timeline": [
    {"at": 3, "note": "x"},
    {"at": "1ms", "node": "e", "send": "123#"}
  ]
}
""")
    told = sentences("bad.json")
    places = [line.split(": ")[1:3] for line in told]
    same(places, [["bad.json:6:23", "/nodes/c/template"], ["bad.json:7:19", "/nodes/d/mode"],
                  ["bad.json:2:3", "/duratoin"], ["bad.json:4:40", "/nodes/a/frame"],
                  ["bad.json:4:59", "/nodes/a/period"], ["bad.json:5:17", "/nodes/b1/typ"],
                  ["bad.json:5:17", "/nodes/b2/typ"], ["bad.json:10:12", "/timeline/0/at"],
                  ["bad.json:11:27", "/timeline/1/node"]])
    assert 'did you mean "duration"?' in told[2], told
    assert told[1].endswith('"moed" is no constant; "$${" stands for "${" itself'), told
    status, _, err = cansim("run", "bad.json")
    same((status, err.count(b"\n")), (2, 1), err)


@test
def hidden_errors():
    """what was told of one value hides nothing of another that looks like it"""
    write("bad.json", '{"titl": 1, "nodes": {"a": {"mode": "$${x}"}, "b": {"mode": "${x}"}}}')
    same([line.split(": ")[2] for line in sentences("bad.json")],
         ["/nodes/b/mode", "/titl", "/nodes/a/mode"])


@test
def included_errors():
    """an error in an included file has that file's name and line"""
    write("part.json", '{\n\n "nodes": {"x": {"type": "lsitener"}}}')
    write("whole.json", '{"include": "part.json"}')
    same(sentences("whole.json")[0].split(": ")[1:3], ["part.json:3:26", "/nodes/x/type"])
    write("whole.json", '{"include": ["part.json", "missing.json", 3]}')
    told = sentences("whole.json")
    assert told[0].startswith("cansim: whole.json:1:27: /include/1: missing.json: cannot be opened")
    assert told[1].startswith("cansim: whole.json:1:43: /include/2: must be the name of a file")


@test
def hostile():
    """what is hostile: a sentence, status 2, soon"""
    write("loop1.json", '{"include": "loop2.json"}')
    write("loop2.json", '{"include": "loop1.json"}')
    write("self.json", '{"include": "./self.json"}')
    write("deep.json", "[" * 60_000_000)
    write("nest.json", '{"a":' * 5_000_000)
    write("wide.json", '{"nodes": {' + ",".join(f'"n{i}": {{}}' for i in range(300_000)) + "}}")
    write("twice.json", '{"nodes": {"a": {}, "a": {}}}')
    write("array2.json", '{"nodes": {"a[1..3]": {}, "a2": {}}}')
    write("nan.json", '{"duration": NaN}')
    write("huge.json", '{"seed": 1e99999, "duration": "1' + "0" * 100_000 + 's"}')
    write("bytes.json", b'{"title": "\xff\xfe"}')
    write("copies.json", '{"nodes": {"a[1..10000]": {}, "b[1..10000]": {}}, "timeline": [{"for": '
          '{"a": "1..9999", "b": "1..9999", "c": "1..9999"}, "at": "1s", "note": "x"}]}')
    write("grow.json", '{"constants": {"a0": "' + "x" * 1000 + '", ' + ", ".join(
        f'"a{i}": "${{a{i - 1}}}${{a{i - 1}}}"' for i in range(1, 40)) + '}, "title": "${a39}"}')
    write("template.json", '{"templates": {"a": {"template": "b"}, "b": {"template": "a"}}, '
          '"nodes": {"n": {"template": "a"}}}')
    write("sum.json", '{"title": "${' + "(" * 3000 + '1}"}')
    write("zero.json", '{"constants": {"z": 0}, "title": "${1/z}"}')
    write("over.json", '{"title": "${0x7fffffffffffffff+1}"}')
    write("open.json", '{"title": "${1"}')
    write("range.json", '{"timeline": [{"for": {"i": "5..1"}, "at": "1s", "note": "x"}]}')
    for name in ("loop1", "self", "deep", "nest", "wide", "twice", "array2", "nan", "huge", "bytes",
                 "copies", "grow", "template", "sum", "zero", "over", "open", "range"):
        begin = time.monotonic()
        told = sentences(name + ".json")
        assert told and len(told) <= 101, (name, len(told))
        for line in told:
            assert line.startswith("cansim: ") and len(line) < 700, (name, line)
        assert time.monotonic() - begin < 20, (name, time.monotonic() - begin)
    write("deep.json", "")
    write("nest.json", "")


run_tests()
