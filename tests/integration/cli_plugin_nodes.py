#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Nodes of plugins in scenarios, with the plugin tests/plugins/parrot.c."""

import json
import os
import shutil
import subprocess

from cli_lib import BIN, FOLDER, cansim, read, run_tests, same, test, unplaced, write

PARROT = os.path.join(os.path.dirname(BIN), "tests", "plugins", "parrot.so")


def scenario(name, drive, timeline=(), **more):
    text = {"duration": "50ms",
            "nodes": {"drive": dict({"type": "parrot"}, **drive),
                      "pc": {"type": "periodic", "frame": "123#AA55", "period": "10ms"}},
            "timeline": list(timeline)}
    text.update(more)
    return write(name, json.dumps(text))


@test
def file_and_option():
    """a plugin is named in the scenario, relative to it, or on the command line"""
    shutil.copy(PARROT, write("here.so", ""))
    scenario("a.json", {"node_id": 5}, plugins=["here.so"])
    same(cansim("run", "-q", "--log", "a.log", "a.json"), (0, b"", b""))
    scenario("b.json", {"node_id": 5})
    same(cansim("run", "-q", "--plugin", PARROT, "--log", "b.log", "b.json"), (0, b"", b""))
    same(cansim("run", "-q", "--engine", "bit", "--plugin", PARROT, "--log", "c.log", "b.json"),
         (0, b"", b""))
    assert b" can0 128#AA55\n" in read("a.log"), read("a.log")
    same(read("a.log"), read("b.log"))
    same(read("a.log"), read("c.log"))


@test
def alone():
    """a generator of a plugin draws numbers of its own stream: the same on every run"""
    scenario("p.json", {"node_id": 5, "period": "7ms"})
    logs = []
    for seed in ("1", "1", "2"):
        same(cansim("run", "-q", "--plugin", PARROT, "--seed", seed, "--log", "p.log", "p.json")[0], 0)
        logs.append(read("p.log"))
    same(logs[0], logs[1])
    assert logs[0] != logs[2], "other seed, same log"
    same(logs[0].count(b" can0 705#"), 7)


@test
def odd():
    """what is odd is told once on standard error, unless quiet, and by check"""
    scenario("odd.json", {"node_id": 100})
    sentence = b"cansim: odd.json: /nodes/drive/node_id: is a lot for a parrot\n"
    status, out, err = cansim("run", "--plugin", PARROT, "odd.json")
    same((status, err.count(sentence), out.count(b"parrot")), (0, 1, 0))
    same(cansim("run", "-q", "--plugin", PARROT, "odd.json"), (0, b"", b""))
    status, out, err = cansim("check", "--plugin", PARROT, "odd.json")
    same((status, out, err), (0, b"odd.json: ok: 1 bus, 2 nodes, 0 actions\n", sentence))


@test
def refusals():
    """wrong keys and what the plugin refuses: one sentence with its place, nothing half done"""
    for drive, sentence in (
            ({"node_idd": 5}, 'node_idd: is no known key, did you mean "node_id"?'),
            ({"node_id": 300}, "node_id: must be 1..127, got 300"),
            ({"node_id": 5, "words": "none.txt"}, "words: none.txt: cannot be opened"),
            ({"node_id": 5, "shy": 1}, "shy: must be true or false, got 1")):
        scenario("bad.json", drive)
        expected = f"cansim: bad.json: /nodes/drive/{sentence}\n"
        for command in (["check"], ["run", "--log", "bad.log"]):
            status, out, err = cansim(*command, "--plugin", PARROT, "bad.json")
            same((status, out, unplaced(err.decode())), (2, b"", expected))
    assert not os.path.exists(os.path.join(os.path.dirname(write("x", "")), "bad.log"))


@test
def broken_plugins():
    """a file that is no plugin is refused"""
    write("text.so", "no plugin")
    scenario("t.json", {"node_id": 5}, plugins=["text.so"])
    status, out, err = cansim("check", "t.json")
    same((status, out, err.count(b"\n")), (2, b"", 1))
    assert err.startswith(b"cansim: t.json:1:170: /plugins: ./text.so"), err
    scenario("t.json", {"node_id": 5})
    status, out, err = cansim("check", "--plugin", "text.so", "t.json")
    same((status, out, err.count(b"\n")), (2, b"", 1))
    assert b"text.so" in err, err


@test
def commands():
    """the timeline tells a node what to do; what it cannot follow ends the run"""
    tell = {"at": "5ms", "node": "drive", "command": "say 77"}
    scenario("say.json", {"node_id": 5}, [tell])
    status, out, err = cansim("run", "--plugin", PARROT, "say.json")
    assert status == 0 and b"077  [0]" in out, (status, out, err)
    scenario("say.json", {"node_id": 5}, [tell, dict(tell, at="6ms", command="dance")])
    same(cansim("run", "-q", "--plugin", PARROT, "say.json"),
         (2, b"", b'cansim: say.json: /timeline/1/command: must be "say ID" or "rate BPS", got '
                  b'"dance"\n'))
    scenario("say.json", {"node_id": 5}, [dict(tell, node="pc")])
    same(cansim("run", "-q", "--plugin", PARROT, "say.json"),
         (2, b"", b'cansim: say.json:1:195: /timeline/0/command: does not go with the type "periodic" of '
                  b'"pc"\n'))


@test
def started_again():
    """one that is attached again has what it knew and goes on with its random numbers; one that is started has forgotten"""
    spoken = {}
    for way in ("attach", "start"):
        for engine in ("bit", "frame"):
            scenario("again.json", {"node_id": 100, "period": "7ms"}, [{"at": "25ms", "stop": "drive"}, {"at": "30ms", way: "drive"}])
            status, out, err = cansim("run", "-q", "--plugin", PARROT, "--engine", engine, "--log", "-", "again.json")
            same((status, err), (0, b""))
            words = [line.split(b"#")[1] for line in out.splitlines() if b" 764#" in line]
            same(spoken.setdefault(way, words), words, engine)
    # A random byte and how many frames it has heard: at 0, 10, 20, 30 and 40 ms.
    same([int(word[2:], 16) for word in spoken["attach"]], [1, 2, 3, 4, 5])
    same([int(word[2:], 16) for word in spoken["start"]], [1, 2, 3, 1, 2])
    assert spoken["start"][:3] == spoken["attach"][:3], spoken
    same([word[:2] for word in spoken["start"][3:]], [word[:2] for word in spoken["start"][:2]])
    assert [word[:2] for word in spoken["attach"][3:]] != [word[:2] for word in spoken["attach"][:2]], spoken


@test
def started_again_in_vain():
    """what it cannot be started with any more ends the run, with its place"""
    write("words.txt", "AA\n")
    scenario("vain.json", {"node_id": 5, "words": "words.txt"}, [{"at": "1s", "do": [{"stop": "drive"}]}, {"at": "1100ms", "start": "drive"}],
             programs={"rm": {"command": ["rm", "words.txt"], "attach": False}}, duration="5s")
    status, out, err = cansim("run", "-q", "--plugin", PARROT, "vain.json")
    same((status, out, unplaced(err.decode())), (2, b"", "cansim: vain.json: /nodes/drive/words: words.txt: cannot be opened\n"))


@test
def notes():
    """what a node notes has its name in trace, events and explanation"""
    scenario("note.json", {"node_id": 5},
             [{"at": "5ms", "node": "drive", "command": "rate 500000"}])
    out = cansim("run", "--plugin", PARROT, "note.json")[1]
    assert b"can0  drive         speaks at another rate\n" in out, out
    same(cansim("run", "-q", "--plugin", PARROT, "--events", "n.events", "--explain", "n.life",
                "note.json"), (0, b"", b""))
    assert b'"node":"drive","event":"note","text":"speaks at another rate"' in read("n.events")
    assert b'0.005000 s  can0  "drive": speaks at another rate\n' in read("n.life"), read("n.life")


@test
def decoded():
    """a decoder follows the buses: in the trace and in a file, without touching what happens"""
    scenario("d.json", {"node_id": 5}, [{"at": "42ms", "detach": "pc"}], duration="80ms")
    status, out, err = cansim("run", "--plugin", PARROT, "--as", "parrots", "d.json")
    lines = out.decode().splitlines()
    same((status, len([l for l in lines if l.endswith("AA 55" + 20 * " " + "word heard")])), (0, 10))
    same([l for l in lines if "silence" in l], ["   0.060254  can0" + 16 * " " + "word silence"])
    same(cansim("run", "-q", "--plugin", PARROT, "--as", "parrots", "--decoded", "d.jsonl", "--log",
                "d.log", "d.json"), (0, b"", b""))
    same(cansim("run", "-q", "--plugin", PARROT, "--log", "alone.log", "d.json"), (0, b"", b""))
    same(read("d.log"), read("alone.log"))
    rows = read("d.jsonl").splitlines()
    same([json.loads(row)["summary"] for row in rows], 10 * ["heard"] + ["silence"])
    same(cansim("decode", "--plugin", PARROT, "--as", "parrots", "--json", "d.log")[1].splitlines(), rows[:10])
    same(cansim("run", "--plugin", PARROT, "--as", "parots", "d.json"),
         (2, b"", b'cansim: --as: must be a decoder, got "parots", did you mean "parrots"?\n'))
    same(cansim("run", "--plugin", PARROT, "--as", "parrots", "--eds", "5=a.eds", "d.json"),
         (2, b"", b"cansim: parrots: eds: 5=a.eds: is not read by parrots\n"))


@test
def screen():
    """the terminal interface shows beside the frames what they mean"""
    scenario("s.json", {"node_id": 100}, [{"at": "12ms", "detach": "pc"}], duration="80ms")
    done = subprocess.run([os.path.join(BIN, "cansim-tui"), "--plugin", PARROT, "--as", "parrots", "--dump",
                           "text", "--at", "50ms", os.path.join(FOLDER, "s.json")], capture_output=True,
                          timeout=60, check=False)
    same((done.returncode, done.stderr), (0, b""))
    lines = [line.rstrip() for line in done.stdout.decode().splitlines()]
    same(lines[3].split()[-2:], ["data", "meaning"])
    same(len([l for l in lines if l.split()[-4:] == ["AA", "55", "word", "heard"]]), 4)
    same(len([l for l in lines if l.endswith(" word silence")]), 1)


@test
def help_of_types():
    """help lists the types that are found, with their keys and commands"""
    done = subprocess.run([os.path.join(BIN, "cansim"), "help", "scenario"], capture_output=True, timeout=60,
                          env=dict(os.environ, CANSIM_PLUGIN_PATH=os.path.dirname(PARROT)), check=False)
    text = done.stdout.decode()
    for line in ('A node of type "parrot": says again what it hears:\n', "  node_id      added to",
                 "  signals/#/low\n", "  say ID       a frame without data\n"):
        assert line in text, (line, text)
    assert b"parrot" not in cansim("help", "scenario")[1]


@test
def script():
    """a command in a guest's script is checked as on the timeline"""
    guests = {"g": {"kernel": "k", "script": [{"do": {"node": "pc", "command": "x"}}]}}
    scenario("g.json", {"node_id": 5}, guests=guests)
    status, out, err = cansim("check", "--plugin", PARROT, "g.json")
    same((status, out), (2, b""))
    assert b'/script/0/do/command: does not go with the type "periodic"' in err, err


run_tests()
