#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs that a scenario starts: can-utils on its buses, what they say, and how they end."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

from cli_lib import BIN, EXAMPLES, FOLDER, Skip, cansim, read, run_tests, same, start, stop, test, unplaced, wait_for, write

PERIODIC = {"type": "periodic", "frame": "080#00", "period": "10ms"}


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip("no " + program)


def scenario(programs, nodes=None, **more):
    nodes = {"logger": {}} if nodes is None else nodes
    return write("s.json", json.dumps({"buses": {"can0": "500k"}, "nodes": nodes, "programs": programs, **more}))


def shell(script, **more):
    return {"command": ["sh", "-c", script], "attach": False, **more}


def run(programs, *options, nodes=None, **more):
    """Status, frames of the log, events, and what was said on standard error."""
    scenario(programs, nodes, **more)
    status, _, err = cansim("run", "--log", "log", "--events", "events", *options, "s.json")
    return status, [line.split()[2] for line in read("log").decode().splitlines()], \
        [json.loads(line) for line in read("events").splitlines()], err.decode()


def notes(events):
    return [e["text"] for e in events if e["event"] == "note"]


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@test
def sends():
    """cansend is a controller of its name, and the run without a duration ends after it"""
    need("cansend")
    status, frames, events, err = run({"ecu": {"command": ["cansend", "can0", "123#DEADBEEF"]}})
    same((status, frames), (0, ["123#DEADBEEF"]), err)
    same([e["node"] for e in events if e["event"] == "attach"], ["logger", "ecu"])
    same(notes(events), ["program ecu ended with status 0"])
    assert re.search(r"^cansim: ecu ended with status 0 after 0\.\d s$", err, re.M), err


@test
def hears():
    """candump is on the bus before the clock starts, and what it prints is shown behind its name"""
    need("candump", "stdbuf")
    status, _, events, err = run({"dump": {"command": ["candump", "-n", "5", "can0"], "wait": "20s", "required": True}},
                                 nodes={"sensor": dict(PERIODIC, counter=0)})
    same(status, 0, err)
    same([line for line in err.splitlines() if line.startswith("dump: ")],
         ["dump:   can0  080   [1]  %02X" % i for i in range(5)])
    assert events[-1]["at_ps"] < 1e12, events[-1]
    assert "cansim: the clock starts when they have joined: dump\n" in err, err


@test
def quiet():
    """--quiet shows nothing of it, --fast starts nothing"""
    status, _, _, err = run({"x": shell("echo hi; exit 3")}, "--quiet")
    same((status, err), (0, ""))
    status, frames, events, err = run({"x": shell("touch started")}, "--fast", timeline=[{"at": "1ms", "start": "x"}])
    same((status, frames, notes(events)), (0, [], []))
    assert not os.path.exists(os.path.join(FOLDER, "started"))


@test
def examples():
    """the examples do what they say"""
    need("candump", "cansend", "stdbuf")
    status, out, err = cansim("run", os.path.join(EXAMPLES, "program-cansend.json"))
    same(status, 0, err)
    assert b"\nreader:   can0  322   [2]  CA FE\n" in err, err
    status, out, err = cansim("run", os.path.join(EXAMPLES, "program-candump.json"))
    same(status, 0, err)
    seen = [int(data, 16) for data in re.findall(rb"^dump: \S+ can0 080#(\d\d)00$", err.replace(b"080#0A", b"080#10"), re.M)]
    assert 0 in seen and 4 in seen and 7 not in seen and len(seen) > 8, err
    same(len(re.findall(rb"program dump ended with status 0$", out, re.M)), 1, out)


@test
def timeline():
    """start, stop and signal; a program that is stopped does not end the run, though it is required"""
    script = "trap 'echo got it' USR1; trap 'echo bye; exit 0' TERM; echo up; while :; do :; done"
    status, _, events, err = run({"x": shell(script, absent=True, required=True)}, duration="3s", timeline=[
        {"at": "100ms", "start": "x"}, {"at": "1s", "signal": "USR1", "program": "x"}, {"at": "1500ms", "stop": "x"}])
    same(status, 0, err)
    same([line for line in err.splitlines() if line.startswith("x: ")], ["x: up", "x: got it", "x: bye"])
    note = [e for e in events if e["event"] == "note"]
    same([e["text"] for e in note], ["program x ended with status 0"])
    assert 1.5e12 <= note[0]["at_ps"] < 3e12, note


@test
def required():
    """the run ends with a program that is required, and fails as it does"""
    for script, status, how in (("sleep 0.1", 0, "ended with status 0"), ("exit 3", 1, "ended with status 3"),
                                ("kill -SEGV $$", 1, "was ended by signal 11")):
        got, _, events, err = run({"x": shell(script, required=True)}, nodes={"a": PERIODIC, "b": {}}, duration="20s")
        same(got, status, err)
        same(notes(events), ["program x " + how])
        same(f"cansim: s.json: /programs/x: {how}\n" in unplaced(err), status == 1, err)


@test
def all_is_sent():
    """what a required program wrote before it ended is on the bus"""
    need("cangen")
    status, frames, _, err = run({"x": {"command": ["cangen", "can0", "-n", "30", "-g", "0", "-I", "123", "-L", "8"],
                                        "required": True}}, duration="20s")
    same((status, len(frames)), (0, 30), err)


@test
def floods():
    """a program that floods its output waits, bus time does not"""
    begin = time.monotonic()
    status, frames, _, err = run({"x": shell("exec yes")}, nodes={"a": PERIODIC, "b": {}}, duration="500ms")
    took = time.monotonic() - begin
    same((status, len(frames)), (0, 50), err[-1000:])
    assert 0.5 <= took < 5, took
    assert err.count("x: y\n") > 1000, len(err)


@test
def nobody_reads():
    """whoever does not read standard error holds up nobody; what is not shown is counted"""
    scenario({"x": shell("exec yes")}, {"a": PERIODIC, "b": {}}, duration="500ms")
    reader, writer = os.pipe()
    process = start("run", "--log", "log", "s.json", stderr=writer)
    os.close(writer)
    time.sleep(1.5)
    with open(reader, "rb") as file:
        said = file.read().decode()
    same(process.wait(10), 0)
    same(len(read("log").splitlines()), 50)
    assert re.search(r"^\d+ lines of programs not shown: nobody read fast enough$", said, re.M), said[-500:]


@test
def ignores_sigterm():
    """a program that ignores SIGTERM is killed, which is told"""
    begin = time.monotonic()
    status, _, _, err = run({"x": shell("trap '' TERM; echo up; while :; do sleep 0.1; done")}, duration="200ms")
    same(status, 0, err)
    assert 2.2 <= time.monotonic() - begin < 10
    assert re.search(r"^cansim: x was ended by signal 9 \(Killed\) after 2\.\d s; it did not end when asked to$",
                     err, re.M), err


@test
def timeout():
    """a timeout ends a program, and is told"""
    status, _, events, err = run({"x": shell("exec sleep 100", timeout="200ms", required=True)})
    same(status, 1, err)
    same(notes(events), ["program x was ended by signal 15, after its timeout"])
    assert re.search(r"^cansim: x was ended by signal 15 \(Terminated\) after \d\.\d s, its timeout$", err, re.M), err


@test
def never_joins():
    """a program that opens no socket is waited for as long as it is told, or until it ends"""
    status, _, events, err = run({"x": {"command": ["sleep", "100"], "wait": "300ms"}}, nodes={"a": PERIODIC, "b": {}},
                                 duration="50ms")
    same((status, notes(events)), (0, ["goes on without x"]), err)
    status, _, events, err = run({"x": {"command": ["true"], "wait": True}}, nodes={"a": PERIODIC, "b": {}}, duration="50ms")
    same((status, notes(events)), (0, ["program x ended with status 0"]), err)
    begin = time.monotonic()
    run({"x": {"command": ["sleep", "100"], "wait": True}}, "--wait", "100ms", duration="50ms")
    assert time.monotonic() - begin < 10


@test
def not_there():
    """a program that is not there: status 3 and no file is made; cansim check does not look"""
    if os.path.exists(os.path.join(FOLDER, "log")):
        os.unlink(os.path.join(FOLDER, "log"))
    for absent in (False, True):
        scenario({"x": {"command": ["no-such-program"], "absent": absent}})
        status, out, err = cansim("run", "--log", "log", "s.json")
        same((status, out, unplaced(err.decode())),
             (3, b"", 'cansim: s.json: /programs/x/command: "no-such-program" cannot be started: No such file or directory\n'))
        assert not os.path.exists(os.path.join(FOLDER, "log"))
    same(cansim("check", "s.json")[0], 0)
    write("bad", "no program\n")
    os.chmod(os.path.join(FOLDER, "bad"), 0o755)
    status, _, _, err = run({"x": {"command": ["./bad"], "attach": False}})
    same((status, unplaced(err).splitlines()[-1]),
         (3, 'cansim: s.json: /programs/x/command: "./bad" cannot be started: Exec format error'))


@test
def goes_away():
    """one that is gone when the timeline starts it ends the run with status 3"""
    write("tool", "#!/bin/sh\nrm tool\n")
    os.chmod(os.path.join(FOLDER, "tool"), 0o755)
    status, _, _, err = run({"x": {"command": ["./tool"], "attach": False}}, duration="5s",
                            timeline=[{"at": "1s", "start": "x"}])
    same((status, unplaced(err).splitlines()[-1]),
         (3, 'cansim: s.json: /programs/x/command: "./tool" cannot be started: No such file or directory'))


@test
def surroundings():
    """folder, variables and input; scripts find cansim-attach and the run's link"""
    os.makedirs(os.path.join(FOLDER, "sub"), exist_ok=True)
    os.makedirs(os.path.join(FOLDER, "run"), exist_ok=True)
    script = "cat; pwd; echo $A ${B-none}; command -v cansim-attach; echo $CANSIM_LINK"
    programs = {"x": shell(script.replace("${", "$${"), cwd="sub", env={"A": "1", "B": None}, stdin="in\n", required=True)}
    os.environ["B"] = "b"
    status, _, _, err = run(programs, "--link", os.path.join(FOLDER, "own.sock"))
    same(status, 0, err)
    same([line[3:] for line in err.splitlines() if line.startswith("x: ")],
         ["in", os.path.join(FOLDER, "sub"), "1 none", os.path.join(BIN, "cansim-attach"),
          "unix:" + os.path.join(FOLDER, "own.sock")])


@test
def scripts():
    """a script that is not attached attaches by itself, and uses the host of the run"""
    need("cansend")
    programs = {"x": shell("cansim-attach --as tester -- cansend can0 321#01 && " + BIN + "/cansim fault list", required=True)}
    status, frames, events, err = run(programs, "--link", os.path.join(FOLDER, "own.sock"), duration="20s",
                                      faults=["flip id=7FF field=crc"])
    same((status, frames), (0, ["321#01"]), err)
    assert "tester" in [e.get("node") for e in events], events
    assert "x: " in err and "flip" in err, err


@test
def controllers():
    """its controllers have the bit rate and the CAN FD that it is given; faults may name it"""
    need("cansend")
    status, frames, events, err = run({"ecu": {"command": ["cansend", "can0", "123#00"], "bitrate": "250k", "timeout": "1s"}},
                                      duration="300ms")
    same((status, frames), (0, []), err)
    assert any(e["event"] == "error" for e in events), events
    need("candump")
    status, _, events, err = run({"ecu": {"command": ["candump", "can0"], "wait": "20s"}}, nodes={"a": PERIODIC, "b": {}},
                                 duration="500ms", timeline=[{"at": "205ms", "fault": "unplug node=ecu"}])
    same(status, 0, err)
    same(err.count("ecu:   can0  080"), 21, err)


@test
def ends_with_cansim():
    """programs end with cansim, however that ends, and so does what they have started"""
    script = "sleep 200 & echo $$! >child.pid; echo $$$$ >shell.pid; wait".replace("$$", "$")
    for sign, status in ((signal.SIGTERM, 130), (signal.SIGKILL, -9)):
        for name in ("child.pid", "shell.pid"):
            if os.path.exists(os.path.join(FOLDER, name)):
                os.unlink(os.path.join(FOLDER, name))
        scenario({"x": {"command": ["sh", "-c", script]}})
        process = start("run", "s.json")
        wait_for(lambda: os.path.exists(os.path.join(FOLDER, "shell.pid")) and read("shell.pid").strip(), "the program")
        pids = [int(read(name)) for name in ("shell.pid", "child.pid")]
        same(stop(process, sign)[0], status)
        wait_for(lambda: is_gone(pids[0]), "the end of the program")
        if sign == signal.SIGTERM:
            wait_for(lambda: is_gone(pids[1]), "the end of what it has started")
        else:
            os.kill(pids[1], signal.SIGKILL)
    same([n for n in os.listdir(os.path.join(FOLDER, "run")) if n.startswith("cansim-guest-")][1:], [])
    for name in os.listdir(os.path.join(FOLDER, "run")):
        shutil.rmtree(os.path.join(FOLDER, "run", name))


@test
def recording():
    """what a program did on the bus is in a recording, the program is not"""
    need("cansend")
    programs = {"ecu": {"command": ["cansend", "can0", "123#DEADBEEF"], "absent": True}, "never": shell("true", absent=True)}
    status, frames, _, err = run(programs, "--record", "rec.json", duration="1s", timeline=[{"at": "100ms", "start": "ecu"}])
    same((status, frames), (0, ["123#DEADBEEF"]), err)
    recorded = json.loads(read("rec.json"))
    assert "programs" not in recorded and not any("start" in action for action in recorded["timeline"]), recorded
    log = read("log")
    same(cansim("run", "--quiet", "--log", "again", "rec.json")[0], 0)
    same(read("again"), log)


@test
def recorded_groups():
    """in a recording the programs of groups are left out, and what is drawn is as it was"""
    timeline = [{"at": f"{20 + i}ms", "choose": [{"start": "x"}, {"note": f"a{i}"}, {"do": [{"note": f"b{i}"}, {"stop": "x"}]}]}
                for i in range(12)]
    status, _, events, err = run({"x": shell("true", absent=True)}, "--record", "rec.json", nodes={"a": PERIODIC, "b": {}},
                                 duration="50ms", timeline=timeline)
    same(status, 0, err)
    assert len({text[0] for text in notes(events)} & {"a", "b"}) == 2, events
    recorded = [action for action in json.loads(read("rec.json"))["timeline"] if "choose" in action]
    same(recorded[0]["choose"], [{"do": []}, {"note": "a0"}, {"do": [{"note": "b0"}, {"do": []}]}])
    was = read("events")
    same(cansim("run", "--quiet", "--events", "again", "rec.json"), (0, b"", b""))
    same(read("again"), was)


@test
def recorded_expectations():
    """what is expected of programs is not expected of a recording"""
    for expect in ([{"program": {"name": "x", "status": 0}}], [{"attached": "a"}, {"program": {"name": "x", "output": "hi"}}]):
        status, _, _, err = run({"x": shell("echo hi")}, "--record", "rec.json", nodes={"a": PERIODIC, "b": {}}, duration="5s",
                                end="decided", expect=expect)
        same(status, 0, err)
        same(json.loads(read("rec.json"))["expect"], expect[:-1])
        same(cansim("run", "--quiet", "--events", "again", "rec.json"), (0, b"", b""))
        same(read("again"), read("events"))


@test
def many():
    """as many programs as a scenario may have, each with all its keys"""
    programs = {f"p{i}": shell(f"echo {i}", required=False, timeout="10s", env={"A": "b"}) for i in range(32)}
    status, _, events, err = run(programs)
    same((status, len(notes(events))), (0, 32), err)
    same(sorted(int(n) for n in re.findall(r"^p\d+: (\d+)$", err, re.M)), list(range(32)))
    programs["more"] = shell("true")
    scenario(programs)
    status, _, err = cansim("check", "s.json")
    same((status, unplaced(err.decode())), (2, "cansim: s.json: /programs: must be at most 32 programs, got 33\n"))


run_tests()
