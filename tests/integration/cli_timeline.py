#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Actions of the timeline that wait for something, come again, or depend on something."""
import json

from cli_lib import cansim, run_tests, same, test, unplaced, write

CLOCK = {"type": "periodic", "frame": "100#00", "period": "10ms", "counter": 0}


def notes(timeline, duration="100ms", nodes=None, more=()):
    """The texts of the notes of a run."""
    write("t.json", json.dumps({"duration": duration, "timeline": timeline,
                                "nodes": nodes or {"clock": CLOCK, "other": {}}}))
    status, out, err = cansim("run", "--quiet", "--events", "-", "t.json", *more)
    assert status == 0, err
    events = [json.loads(line) for line in out.decode().splitlines()]
    return [event["text"] for event in events if event["event"] == "note"]


def refused(action, sentence):
    write("t.json", json.dumps({"timeline": [action], "nodes": {"a": {}}}))
    status, out, err = cansim("check", "t.json")
    same((status, out), (2, b""))
    same(unplaced(err.decode()), f"cansim: t.json: /timeline/0{sentence}\n")


@test
def every():
    """again and again: from at on, so often, until"""
    tick = {"at": "10ms", "every": "20ms", "note": "x"}
    same(len(notes([tick])), 5)
    same(len(notes([dict(tick, count=2)])), 2)
    same(len(notes([dict(tick, until="50ms")])), 3)
    same(len(notes([dict(tick, until="49.9ms")])), 2)
    del tick["at"]
    same(len(notes([tick])), 6)
    same(len(notes([dict(tick, until={"frame": "100#03"})])), 2)


@test
def after():
    """once, or each time; with a delay; what comes while one is due is not looked at"""
    hit = {"after": "100#??", "note": "x"}
    same(len(notes([hit])), 1)
    same(len(notes([dict(hit, each=True)])), 10)
    same(len(notes([dict(hit, each=True, count=3)])), 3)
    same(len(notes([dict(hit, each=True, delay="15ms")])), 5)
    same(len(notes([dict(hit, each=True, until="45ms")])), 5)
    same(len(notes([dict(hit, each=True, until={"note": "end"}), {"at": "35ms", "note": "end"}])), 5)
    same(len(notes([dict(hit, every="5ms", count=4)])), 4)
    same(len(notes([dict(hit, after={"attached": "clock"})])), 1)
    same(len(notes([dict(hit, after={"attached": "nobody"})])), 0)


@test
def variables():
    """variables count, and decide"""
    got = notes([{"after": "100#??", "each": True, "set": {"n": "+2"}},
                 {"after": {"note": "n = *"}, "each": True, "if": {"n": "6-8"}, "note": "within"},
                 {"at": "99ms", "if": {"n": "20"}, "set": {"n": "-50"}},
                 {"at": "99ms", "if": {"n": ">=1"}, "note": "never"},
                 {"at": "99ms", "if": {"n": "<1", "m": 0}, "note": "both"}])
    same(got, ["n = 2", "n = 4", "n = 6", "within", "n = 8", "within", "n = 10", "n = 12", "n = 14",
               "n = 16", "n = 18", "n = 20", "n = 0", "both"])


@test
def groups():
    """do does all, choose one of them: the same with the same seed"""
    many = [{"at": "1ms", "every": "1ms", "count": 60,
             "choose": [{"note": "a"}, {"note": "b"}, {"do": [{"note": "c"}, {"note": "d"}]}]}]
    one, two = notes(many), notes(many)
    same(one, two)
    assert notes(many, more=("--seed", "9")) != one
    counts = {t: one.count(t) for t in "abcd"}
    same(counts["c"], counts["d"])
    assert all(8 < counts[t] < 35 for t in "abc"), counts
    same(counts["a"] + counts["b"] + counts["c"], 60)


@test
def decoded():
    """what a decoder says starts the decoder"""
    nodes = {"drive": {"type": "periodic", "frame": "705#00", "period": "40ms"}, "other": {}}
    same(notes([{"after": {"decoded": "boot-up"}, "note": "booted"}], nodes=nodes), ["booted"])
    same(notes([{"after": {"decoded": "emcy"}, "note": "booted"}], nodes=nodes), [])


@test
def same_bytes():
    """the engines agree, bit for bit"""
    write("t.json", json.dumps({"duration": "200ms", "nodes": {"clock": CLOCK, "o": {}}, "timeline": [
        {"after": "100#??", "each": True, "delay": "123us", "node": "o", "send": "050#11"},
        {"after": "050#11", "each": True, "count": 3,
         "fault": {"fault": "flip", "id": "0x100", "count": 1, "field": "data", "index": 2}}]}))
    runs = [cansim("run", "--quiet", "--events", "-", "--engine", engine, "t.json")
            for engine in ("auto", "frame", "bit")]
    same(runs[0][0], 0, runs[0][2])
    assert runs[0][1].count(b'"error_frame"') >= 3, runs[0][1][-500:]
    same(runs[1][1], runs[0][1])
    same(runs[2][1], runs[0][1])


@test
def start_and_stop():
    """nodes are started and stopped, whatever asks for it, the same in each engine and in a recording"""
    write("log.txt", "".join(f"({i / 100:.6f}) can0 30{i}#00\n" for i in range(5)))
    write("t.json", json.dumps({"duration": "300ms", "nodes": {
        "clock": CLOCK, "o": {}, "log": {"type": "replay", "file": "log.txt", "offset": "3ms", "absent": True},
        "rand": {"type": "random", "rate": 500, "absent": True},
        "echo": {"type": "responder", "rules": [{"when": "100", "reply": "050#00", "delay": "1ms", "count": 3}]}},
        "timeline": [
            {"after": "100#03", "stop": "clock"}, {"after": {"detached": "clock"}, "delay": "20ms", "start": "clock"},
            {"at": "80ms", "do": [{"start": "log"}, {"stop": "echo"}, {"start": "rand"}]},
            {"at": "115ms", "stop": "log"}, {"at": "150ms", "choose": [{"start": "log"}]},
            {"at": "150ms", "every": "50ms", "count": 2, "if": {"x": 0}, "stop": "rand"},
            {"at": "180ms", "start": "rand"}, {"at": "200ms", "start": "echo"}]}))
    runs = [cansim("run", "--quiet", "--log", "-", "--record", "rec.json", "--engine", engine, "t.json")
            for engine in ("auto", "frame", "bit")] + [cansim("run", "--quiet", "--log", "-", "rec.json")]
    same(runs[0][0], 0, runs[0][2])
    for other in runs[1:]:
        same(other[:2], runs[0][:2])
    lines = [line.split() for line in runs[0][1].decode().splitlines()]
    counts = [frame[-2:] for _, _, frame in lines if frame.startswith("100#")]
    same(counts[:7], ["00", "01", "02", "03", "00", "01", "02"])
    same([frame[:3] for _, _, frame in lines if frame.startswith("30") and len(frame) == 6 and frame[2] in "01234"
          and frame.endswith("#00")], ["300", "301", "302", "303", "300", "301", "302", "303", "304"])
    same(sum(frame == "050#00" for _, _, frame in lines), 6)
    drawn = [frame for _, _, frame in lines if frame[:3] not in ("100", "050", "300", "301", "302", "303", "304")]
    begun = drawn[:drawn.index(drawn[0], 1)]
    assert len(begun) > 10 and drawn[len(begun):len(begun) + 5] == drawn[:5], drawn


@test
def refusals():
    """what does not fit together is refused"""
    note = {"note": "x"}
    refused(note, ': must have the key "at", got none')
    refused({**note, "at": "1s", "after": "123"}, '/at: does not go with "after": use "delay"')
    refused({**note, "at": "1s", "each": True},
            ': must have "after" beside "each" and "delay", got none')
    refused({**note, "at": "1s", "count": 3},
            ': must have "every" or "after" beside "count" and "until", got none')
    refused({"at": "1s", "do": [{"at": "1s", "note": "x"}]},
            "/do/0/at: does not go with a script: it happens in its turn")
    refused({"at": "1s", "choose": []}, "/choose: must be an array of 1..64 actions without a time, got an "
                                        "empty array")
    refused({"at": "1s", "do": {}}, "/do: must be an array of 0..64 actions without a time, got an empty object")
    refused({"at": "1s", "do": [{"every": "1s", "note": "x"}]},
            '/do/0: must have no "after" and "every" of its own here')
    refused({"at": "1s", "set": {"1x": 1}},
            "/set/1x: must be named by at most 40 letters, digits and '_', a letter first")
    refused({"at": "1s", "set": {"x": "1"}},
            '/set/x: must be a whole number 0..10^12, or "+1" or "-1" and the like, got "1"')
    refused({"every": "1us", "note": "x"}, '/every: must be 100us..2400h, got "1us"')
    refused({"every": "1s", "until": "2401h", "note": "x"}, '/until: must be 0s..2400h, got "2401h"')
    refused({"every": "1s", "until": 5, "note": "x"},
            '/until: must be a time, or a frame such as "123#11*", or an object with one of frame, state, error, '
            "error_frame, fault, note, attached, detached, arbitration_lost, refused, dropped, decoded, tec, rec, got 5")


run_tests()
