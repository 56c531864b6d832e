#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim run and serve as programs: pace, signals, full disks, pipes, what nodes do."""

import json
import os
import pty
import select
import signal
import subprocess
import time

from cli_lib import BIN, CANSIM, FOLDER, Skip, cansim, environment, read, run_tests, same, start, \
    stop, test, wait_for, write

TICK = json.dumps({"nodes": {"tick": {"type": "periodic", "frame": "123#00", "period": "1ms",
                                      "counter": 0}, "ear": {}}})


def run(scenario, *args):
    """Run a scenario given as an object: the frames of its log as (us, bus, text), its events."""
    write("s.json", json.dumps(scenario))
    status, out, err = cansim("run", "--quiet", "--log", "s.log", "--events", "s.events", *args,
                              "s.json")
    same((status, out, err), (0, b"", b""))
    frames = []
    for line in read("s.log").decode().splitlines():
        stamp, bus, frame = line.split(" ")
        seconds, us = stamp[1:-1].split(".")
        same((len(seconds), len(us)), (10, 6), line)
        frames.append((int(seconds) * 1000000 + int(us), bus, frame))
    return frames, [json.loads(line) for line in read("s.events").splitlines()]


def size(name):
    path = os.path.join(FOLDER, name)
    return os.path.getsize(path) if os.path.exists(path) else 0


def remove(*names):
    for name in names:
        if size(name) > 0:
            os.remove(os.path.join(FOLDER, name))


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


PAIR = {"a": {"type": "periodic", "frame": "123#11", "period": "1ms"}, "b": {}}


@test
def fault_from_the_start():
    """a fault of "faults" or --fault is armed before the first frame is queued"""
    for more, option in (({"faults": ["lose node=a count=2"]}, []),
                         ({}, ["--fault", "lose node=a count=2"])):
        frames, events = run({"nodes": PAIR, "duration": "5ms", **more}, *option)
        same([e["result"] for e in events if e["event"] == "dropped"], ["lost", "lost"])
        same(len(frames), 3)
        same([e["stage"] for e in events if e["event"] == "fault"][0], "armed")
    two = {"buses": {"x": 500000, "y": 500000},
           "nodes": {name + bus: {**node, "bus": bus} for bus in "xy" for name, node in PAIR.items()}}
    frames, _ = run({**two, "duration": "5500us"}, "--fault", "short bus=y label=gone")
    same({bus for _, bus, _ in frames}, {"x"})


@test
def nothing_but_lost_frames():
    """a node that keeps its bus full, and each of whose frames is lost in the queue, lets time pass"""
    write("one.log", "(1.0) can0 123#11\n")
    for node in ({"type": "random", "load": 100},
                 {"type": "replay", "file": "one.log", "speed": "max", "loop": True}):
        frames, events = run({"nodes": {"a": node, "b": {}}, "duration": "50ms",
                              "faults": ["lose node=a count=all"]})
        same(frames, [])
        assert 40 < len([e for e in events if e["event"] == "dropped"]) < 1100, len(events)


@test
def timeline_of_faults():
    """bit rates, unplugging, resets and clearing come and go as the timeline has them"""
    frames, events = run({"nodes": {**PAIR, "c": {}}, "duration": "60ms", "timeline": [
        {"at": "10500us", "unplug": "a"}, {"at": "10500us", "unplug": "a"},
        {"at": "20500us", "plug": "a"}, {"at": "20500us", "plug": "b"},
        {"at": "30500us", "fault": "no-ack node=b label=deaf"},
        {"at": "30500us", "fault": {"fault": "no-ack", "node": "c", "label": "deaf"}},
        {"at": "40500us", "clear": "deaf"},
        {"at": "50500us", "reset": "a"}]})
    at = [us // 1000 for us, _, _ in frames]
    assert not set(range(11, 20)) & set(at), at
    assert not set(range(31, 40)) & set(at), at
    assert {0, 10, 20, 30, 40, 59} <= set(at), at
    stages = [(e["at_ps"] // 1000000, e["stage"]) for e in events if e["event"] == "fault"]
    same([t for t, stage in stages if stage == "armed"], [10500, 30500, 30500])
    same([t for t, stage in stages if stage == "cleared"], [20500, 40500, 40500])
    tec = [e["tec"] for e in events if e["node"] == "a" and e["event"] == "counters"]
    assert max(tec) in (128, 136), tec  # plugged in the middle of its error flag it may count once more
    same(tec[-1], 0)


@test
def corrected_bit_rate():
    """a node at half the bit rate goes bus-off by itself; corrected, it is back after 128 times 11
    recessive bits, to the bit"""
    talk = {"type": "periodic", "frame": "300#55", "period": "1ms", "count": 50}
    _, events = run({"nodes": {"slow": {"bitrate": "250k", "recovery": "manual"}, "x": talk, "y": {}},
                     "duration": "200ms", "timeline":
                     [{"at": "10ms", "node": "slow", "send": "2AA#5555"},
                      {"at": "100ms", "node": "slow", "bitrate": "500k"},
                      {"at": "100ms", "recover": "slow"},
                      {"at": "150ms", "node": "slow", "send": "2AA#5555"}]})
    states = [(e["at_ps"], e["state"]) for e in events
              if e["node"] == "slow" and e["event"] == "state"]
    same([s for _, s in states], ["error_passive", "bus_off", "error_active"])
    same(states[-1][0], 100_000_000_000 + 128 * 11 * 2_000_000)
    same([e["node"] for e in events if e["event"] == "sent"][-1], "slow")


@test
def lives_and_waves():
    """--explain tells of each frame in words, --vcd draws it; neither changes the log"""
    write("s.json", json.dumps({"nodes": PAIR, "duration": "5ms"}))
    same(cansim("run", "--quiet", "--log", "alone", "s.json")[0], 0)
    status, out, err = cansim("run", "--quiet", "--log", "both", "--explain", "-", "--vcd", "w.vcd",
                              "--fault", "flip field=crc nth=2", "s.json")
    same((status, err), (0, b""))
    same([line.split()[2] for line in read("both").splitlines()],
         [line.split()[2] for line in read("alone").splitlines()])
    assert b"Bit error at CRC" in out and b"Acknowledged by" in out, out
    waves = read("w.vcd")
    assert waves.startswith(b"$") and b"$enddefinitions $end" in waves, waves[:200]
    assert waves.count(b"\n#") > 200, waves.count(b"\n#")


@test
def interrupted():
    """SIGINT, SIGTERM and SIGHUP end a run with complete files and status 130"""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        write("tick.json", TICK)
        remove("int.log", "int.events")
        process = start("run", "--speed", "1", "--log", "int.log", "--events", "int.events",
                        "tick.json")
        wait_for(lambda: size("int.log") > 0 and size("int.events") > 0, "the logs")
        status, _, err = stop(process, sign)
        same(status, 130, err)
        log, events = read("int.log"), read("int.events")
        assert log.endswith(b"\n") and events.endswith(b"\n"), "a line is cut"
        objects = [json.loads(line) for line in events.splitlines()]
        same(sum(o["event"] == "frame" for o in objects), log.count(b"\n"), "frames in both")
        same([line.split(b"#")[1][:2] for line in log.splitlines()],
             [b"%02X" % (i % 256) for i in range(log.count(b"\n"))], "frames in order")


@test
def killed():
    """a killed host leaves whole lines up to a moment ago"""
    write("tick.json", TICK)
    process = start("run", "--speed", "1", "--log", "kill.log", "tick.json")
    wait_for(lambda: size("kill.log") > 10000, "the log")
    same(stop(process, signal.SIGKILL)[0], -9)
    lines = read("kill.log").split(b"\n")
    same(lines[-1], b"", "the last line")
    assert len(lines) > 200, len(lines)


@test
def flushed_soon():
    """a single frame reaches the log while the host goes on"""
    write("once.json", json.dumps({"nodes": {"a": {}, "b": {}},
                                   "timeline": [{"at": "10ms", "node": "a", "send": "123#11"}]}))
    process = start("run", "--speed", "1", "--duration", "1h", "--log", "once.log", "once.json")
    began = time.monotonic()
    wait_for(lambda: size("once.log") > 0, "the log")
    assert time.monotonic() - began < 2, "flushed late"
    same(read("once.log"), b"(0000000000.010106) can0 123#11\n")
    same(stop(process)[0], 130)


@test
def disk_full():
    """a full disk is told in a sentence with status 3"""
    write("tick.json", TICK)
    for args in (["--log", "/dev/full"], ["--events", "/dev/full"]):
        status, _, err = cansim("run", *args, "--duration", "3s", "--quiet", "tick.json")
        same((status, err), (3, b"cansim: /dev/full: cannot be written: No space left on device\n"))
    for args in (["--log", "-"], []):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CANSIM, "run", *args, "--duration", "3s", "tick.json"],
                                  stdout=full, stderr=subprocess.PIPE, timeout=20, cwd=FOLDER,
                                  env=environment(), check=False)
        same((done.returncode, done.stderr.splitlines()[-1]),
             (3, b"cansim: standard output: cannot be written: No space left on device"))


@test
def reader_gone():
    """where the reader of standard output goes away the run ends quietly"""
    write("tick.json", TICK)
    for args in (["--log", "-"], ["--events", "-"], []):
        process = start("run", *args, "--speed", "1", "tick.json")
        process.stdout.readline()
        process.stdout.close()
        process.stdout = None
        err = process.communicate(timeout=10)[1]
        same(process.returncode, 0, err)
        same(err, b"")


@test
def paced():
    """bus time follows the wall clock, at any speed"""
    write("tick.json", TICK)
    for speed, wall in (("1", 1.0), ("4", 0.5), ("0.5", 1.0)):
        began = time.monotonic()
        status, _, err = cansim("run", "--speed", speed, "--duration",
                                f"{round(wall * float(speed) * 1000)}ms", "--log", "p.log",
                                "tick.json")
        took = time.monotonic() - began
        same(status, 0, err)
        assert wall - 0.01 <= took < wall + 1.0, f"speed {speed}: {took} s"
    began = time.monotonic()
    same(cansim("run", "--fast", "--duration", "100s", "--quiet", "tick.json")[0], 0)
    assert time.monotonic() - began < 20, "virtual time is slow"


@test
def same_frames_at_any_pace():
    """pace does not change what happens: the same log, paced or as fast as possible"""
    scenario = json.loads(TICK)
    scenario["nodes"]["noise"] = {"type": "random", "rate": 300}
    write("pace.json", json.dumps(scenario))
    logs = []
    for args in (["--fast"], ["--speed", "1"], ["--speed", "x7"], ["--speed", "max"]):
        same(cansim("run", "--quiet", "--duration", "300ms", *args, "--log", "pace.log",
                    "--events", "pace.events", "pace.json")[0], 0)
        logs.append((read("pace.log"), read("pace.events")))
    assert all(log == logs[0] for log in logs), "the pace shows in the log"


@test
def idle():
    """an idle host takes no CPU"""
    for args in (["serve"], ["serve", "--log", "idle.log", "--events", "idle.events"]):
        process = start(*args)
        try:
            assert b"serving unix:" in process.stderr.readline()
            line = process.stderr.readline()
            assert b"cansim-attach --link unix:" in line and line.endswith(b" can0\n"), line
            time.sleep(0.3)
            before = cpu_s(process.pid)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                switches = [line for line in file if "ctxt" in line]
            time.sleep(2)
            same(cpu_s(process.pid) - before <= 0.011, True, "CPU seconds in 2 s")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                same([line for line in file if "ctxt" in line], switches, "it woke up")
        finally:
            same(stop(process)[0], 130)


@test
def buses():
    """serve hosts the buses that it is told"""
    process = start("serve", "--bus", "vehicle:250k", "--bus=body:125k", "--duration", "50ms")
    same(process.wait(10), 0)
    err = stop(process)[2].decode()
    assert "vehicle: 0 frames" in err and "body: 0 frames" in err, err


@test
def endless_noise():
    """a run that nobody bounded ends by a signal although it never sleeps"""
    write("tick.json", TICK)
    process = start("run", "--quiet", "tick.json")
    time.sleep(0.5)
    began = time.monotonic()
    same(stop(process, signal.SIGINT)[0], 130)
    assert time.monotonic() - began < 2, "slow to answer"


@test
def progress_line():
    """on a terminal a progress line is drawn and removed; --quiet says nothing"""
    write("tick.json", TICK)
    for quiet in ([], ["--quiet"]):
        master, slave = pty.openpty()
        process = start("run", *quiet, "--speed", "1", "--duration", "700ms", "--log", "p.log",
                        "tick.json", stderr=slave)
        os.close(slave)
        text = b""
        while select.select([master], [], [], 5)[0]:
            try:
                data = os.read(master, 4096)
            except OSError:
                break
            if not data:
                break
            text += data
        same(stop(process)[0], 0)
        os.close(master)
        if quiet:
            same(text, b"")
        else:
            assert b"s of 0.7 s  can0: " in text and b"\r\033[K" in text, text


@test
def trace():
    """without logs there is a trace for people; nodes, frames, errors and states are in it"""
    status, out, err = cansim("run", os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__)))), "scenarios", "examples", "no-ack.json"))
    text = out.decode()
    same(status, 0)
    for part in ("lonely        joins", "error in ack", "is now error passive: TEC 128, REC 0",
                 "lonely        and 15 more such errors: TEC 128",
                 "spy           and 14 more such errors: TEC 0", "123  [4]  DE AD BE EF", "friend        leaves", "gave up 125#AA",
                 "loopback needs nobody"):
        assert part in text, part
    assert "\033" not in text, "colours without a terminal"
    assert err.startswith(b"can0: 5 frames, load "), err


@test
def periodic():
    """periodic nodes: offset, period, count, counters that wrap and bounce, frames together"""
    frames, _ = run({"duration": "1s", "nodes": {
        "a": {"type": "periodic", "messages": [
            {"frame": "100#FF", "period": "10ms", "offset": "5ms", "count": 3},
            {"frame": "200#F000000000000000", "period": "20ms", "count": 5, "counter": [
                {"byte": 0, "bits": 4, "low": 1, "high": 3, "step": 2},
                {"byte": 1, "bits": 16, "low": 250, "high": 260, "step": 5, "bounce": True},
                {"byte": 3, "low": 1, "high": 4, "step": -1, "first": 2},
                {"byte": 4, "bits": 12, "step": 4095}]},
            {"frame": ["301#", "300#R2"], "period": "100ms", "offset": "200ms", "count": 1}]},
        "ear": {}}})
    texts = [f for _, _, f in frames]
    same([f for f in texts if f[:3] == "100"], ["100#FF"] * 3)
    same([us // 1000 for us, _, f in frames if f[:3] == "100"], [5, 15, 25])
    same([f for f in texts if f[:3] == "200"],
         ["200#F1FA000200000000", "200#F3FF0001FF0F0000", "200#F2040104FE0F0000",
          "200#F1FF0003FD0F0000", "200#F3FA0002FC0F0000"])
    same(texts[-2:], ["300#R2", "301#"], "together: the bus decides")


@test
def jitter():
    """jitter is never early, within its bound, and does not add up"""
    frames, events = run({"duration": "2s", "nodes": {
        "a": {"type": "periodic", "frame": "123#", "period": "10ms", "jitter": "3ms"}, "ear": {}}})
    same(len(frames), 200)
    late = [e["at_ps"] % 10**10 for e in events if e["event"] == "queued"]
    assert max(late) <= 3 * 10**9 and len(set(late)) > 150, "jitter out of bounds"


@test
def random_node():
    """random nodes: identifiers, lengths, remote frames, count, rate, load"""
    frames, _ = run({"duration": "20s", "nodes": {
        "a": {"type": "random", "rate": 100, "ids": "18FF0000-18FF00FF", "dlc": "2-4",
              "remote": 50}, "ear": {}}})
    assert 1800 < len(frames) < 2200, len(frames)
    assert all(0x18FF0000 <= int(f.split("#")[0], 16) <= 0x18FF00FF for _, _, f in frames)
    remote = [f for _, _, f in frames if "R" in f]
    assert 0.4 < len(remote) / len(frames) < 0.6, "remote frames"
    assert {len(f.split("#")[1]) for _, _, f in frames if "R" not in f} == {4, 6, 8}, "lengths"
    frames, _ = run({"nodes": {"a": {"type": "random", "rate": 100, "count": 7}, "ear": {}}})
    same(len(frames), 7)
    for load in (30, 100):
        _, events = run({"duration": "5s", "nodes": {
            "a": {"type": "random", "load": load}, "ear": {}}})
        bits = sum(e["n_bits"] + 3 for e in events if e["event"] == "frame")
        assert load * 0.93 <= bits / 2.5e6 * 100 <= load * 1.07, f"load {load}: {bits / 2.5e4}"


@test
def streams():
    """what one random node does does not depend on the others"""
    one = {"duration": "1s", "nodes": {"r": {"type": "random", "rate": 50}, "ear": {}}}
    frames, _ = run(one)
    one["nodes"] = {"z": {"type": "random", "rate": 50, "ids": "000-001"}, **one["nodes"]}
    more, _ = run(one)
    same([f for _, _, f in more if f[:3] not in ("000", "001")],
         [f for _, _, f in frames if f[:3] not in ("000", "001")])


@test
def replay_of_own_log():
    """a log of cansim's own, replayed, gives the same frames in the same order at the same times"""
    write("traffic.json", json.dumps({"duration": "1s", "nodes": {
        "a": {"type": "random", "load": 60}, "b": {"type": "random", "load": 30}}}))
    status, first, _ = cansim("run", "--quiet", "--log", "-", "traffic.json")
    same(status, 0)
    write("own.log", first.decode())
    write("again.json", json.dumps({"nodes": {"r": {"type": "replay", "file": "own.log"}, "listener": {}}}))
    status, second, _ = cansim("run", "--quiet", "--log", "-", "again.json")
    same(status, 0)
    lines = [line.split() for line in first.splitlines()], [line.split() for line in second.splitlines()]
    same([line[2] for line in lines[0]], [line[2] for line in lines[1]])
    times = [[float(line[0][1:-1]) for line in log] for log in lines]
    gaps = [a - b for a, b in zip(*times)]
    assert max(gaps) - min(gaps) < 12e-6, (min(gaps), max(gaps))


@test
def nobody_acknowledges():
    """without a duration a run ends that could only repeat what nobody acknowledges"""
    write("lone.json", json.dumps({"nodes": {"a": {}}, "timeline": [{"at": "1s", "node": "a", "send": "123#"}]}))
    status, _, err = cansim("run", "--quiet", "lone.json")
    same((status, err), (0, b""))
    status, _, err = cansim("run", "lone.json")
    assert status == 0 and b"ended, as nobody acknowledges the frames that are left" in err, err


@test
def replay():
    """replay: times from the log, speed, interfaces, loops, error frames left out"""
    write("in.log", "(1436509052.249713) can0 123#11\n"
                    "(1436509052.250000) can1 456#R3 R\n"
                    "(1436509052.250500) can0 20000080#0000000000000000\n"
                    "(1436509052.259713) can0 12345678#22 T\n"
                    "(1436509052.255713) can0 124#33\n\n")
    node = {"type": "replay", "file": "in.log"}

    def times(**more):
        _, events = run({"duration": "1s", "nodes": {"r": {**node, **more}, "ear": {}}})
        return [(e["at_ps"] // 10**6, e["frame"]) for e in events if e["event"] == "queued"]

    # Queued so that each ends when the log says, the first one's end being its own length.
    same(times(), [(0, "123#11"), (303, "456#R3"), (9958, "12345678#22"), (9996, "124#33")])
    same(times(interface="can1"), [(287, "456#R3")])
    same(times(speed=0.5, interface="can0", offset="1ms"),
         [(1000, "123#11"), (20958, "12345678#22"), (20996, "124#33")])
    same([f for _, f in times(speed="max")], ["123#11", "456#R3", "12345678#22", "124#33"])
    same(times(loop=2, interface="can0"), [(0, "123#11"), (9958, "12345678#22"),
                                           (9996, "124#33"), (9996, "123#11"),
                                           (19954, "12345678#22"), (19992, "124#33")])
    os.makedirs(os.path.join(FOLDER, "deep"), exist_ok=True)
    write("deep/in.log", "(0.5) x 001#\n")
    write("deep/s.json", json.dumps({"nodes": {"r": node, "ear": {}}}))
    same(cansim("run", "--log", "-", "deep/s.json")[1], b"(0000000000.000094) can0 001#\n")


@test
def replay_of_some():
    """replay of a capture, of some identifiers, changed"""
    write("mix.log", "".join(f"(1.{i:03d}) can0 {frame}\n" for i, frame in enumerate(
        ("100#0102", "1F0#AABBCC", "200#", "12345678#01", "123#R2", "100##1DEAD"))))
    same(cansim("convert", "mix.log", "mix.pcapng")[0], 0)
    def frames(**more):
        _, events = run({"buses": {"can0": {"bitrate": "500k", "fd": True, "data_bitrate": "2M"}},
                         "nodes": {"r": {"type": "replay", "file": "mix.pcapng", **more}, "ear": {}}})
        return [e["frame"] for e in events if e["event"] == "frame"]
    same(frames(), ["100#0102", "1F0#AABBCC", "200#", "12345678#01", "123#R2", "100##1DEAD"])
    same(frames(ids="100-1FF"), ["100#0102", "1F0#AABBCC", "123#R2", "100##1DEAD"])
    same(frames(ids=["200", "12345670:1FFFFFF0", "1F0:7F0"]), ["1F0#AABBCC", "200#", "12345678#01"])
    same(frames(ids="100-1FF", rewrite=[
        {"ids": "1F0", "id": "00000001", "data": "11 ?? ?5 44*"},
        {"ids": ["123", "100##*"], "drop": True},
        {"id": "+10", "data": "FF"},
        {"id": "700"}]), ["110#FF", "00000001#11BBC544"])


@test
def replay_order():
    """replay as queued, offered and recorded: who goes first, and what is told of frames that come too late"""
    # The second and the third could be at their times only if they began within the first one.
    write("tight.log", "(1.000000) can0 700#0102030405060708\n(1.000080) can0 600#0102030405060708\n"
                       "(1.000090) can0 100#\n(1.010000) can0 101#\n")
    def ids(**more):
        _, events = run({"nodes": {"r": {"type": "replay", "file": "tight.log", **more}, "ear": {}}})
        frames = [e for e in events if e["event"] == "frame"]
        notes = [e["text"] for e in events if e["event"] == "note"]
        return [e["frame"][:3] for e in frames], notes, [e["at_ps"] for e in frames]
    same(ids()[:2], (["700", "600", "100", "101"], []))
    same(ids(order="offered")[:2], (["700", "100", "600", "101"], []))
    order, notes, times = ids(order="recorded")
    same((order, notes), (["700", "600", "100", "101"], ["replay: 2 of 4 frames were not at their recorded time"]))
    assert abs(times[3] - times[0] - 10**10) < 2 * 10**6, times
    write("tight.json", json.dumps({"nodes": {"r": {"type": "replay", "file": "tight.log", "order": "recorded"}, "ear": {}}}))
    status, _, err = cansim("run", "--log", "-", "tight.json")
    assert status == 0 and b"2 of 4 frames were not at their recorded time\n" in err, err
    write("easy.log", "(1.0) can0 123#\n(1.001) can0 12345678#0102\n(1.002) can0 123#R\n")
    write("easy.json", json.dumps({"nodes": {"r": {"type": "replay", "file": "easy.log", "order": "recorded"},
                                             "ear": {}}}))
    status, out, err = cansim("run", "--events", "-", "easy.json")
    same(out.count(b"recorded time"), 0)
    assert status == 0 and b"recorded time" not in err, err


@test
def frames_that_a_gateway_loses():
    """what finds no room in a gateway is refused in the events, and counted at the end"""
    write("lossy.json", json.dumps({
        "buses": {"x": 500000, "y": 500000}, "duration": "100ms",
        "nodes": {"q": {"bus": "x"}, "r": {"bus": "y"},
                  "gw": {"type": "gateway", "bus": "x", "to": "y", "queue": 2, "routes": [{"delay": "20ms"}]}},
        "expect": [{"refused": True, "node": "gw", "bus": "y", "count": 3}],
        "timeline": [{"at": "1ms", "node": "q", "send": [f"10{i}#" for i in range(5)]}]}))
    status, out, err = cansim("run", "--events", "-", "lossy.json")
    same(status, 0, err)
    refused = [event for event in map(json.loads, out.splitlines()) if event["event"] == "refused"]
    same([(event["bus"], event["node"], event["frame"], event["result"]) for event in refused],
         [("y", "gw", f"10{i}#", "queue_full") for i in (2, 3, 4)])
    assert b"\ngw: 3 of 5 frames to y were lost\n" in err, err


@test
def timeline():
    """the timeline: order of one instant, attach, detach, modes, counters, recovery"""
    _, events = run({"duration": "300ms", "nodes": {
        "a": {"recovery": "manual"}, "b": {"absent": True}, "c": {}, "q": {"tx_queue": 2},
    }, "timeline": [
        {"at": "20ms", "note": "second"},
        {"at": "10ms", "note": "first"},
        {"at": "20ms", "note": "third"},
        {"at": "30ms", "attach": "b"},
        {"at": "30ms", "attach": "b"},
        {"at": "40ms", "detach": "b"},
        {"at": "40ms", "attach": "b"},
        {"at": "50ms", "node": "b", "mode": ["one-shot", "loopback"]},
        {"at": "60ms", "node": "a", "counters": {"tec": 130, "rec": 3}},
        {"at": "70ms", "node": "a", "counters": {"tec": 256, "rec": 0}},
        {"at": "80ms", "node": "a", "send": "123#"},
        {"at": "90ms", "recover": "a"},
        {"at": "150ms", "node": "q", "send": ["001#", "002#", "003#"]},
    ]})
    def of(kind, node):
        return [e for e in events if e["event"] == kind and e["node"] == node]
    same([e["text"] for e in events if e["event"] == "note"], ["first", "second", "third"])
    same(len(of("attach", "b")), 2)
    same(len(of("detach", "b")), 1)
    same(of("config", "b")[-1]["mode"], "loopback+one-shot")
    same([e["state"] for e in of("state", "a")], ["error_passive", "bus_off", "error_active"])
    same(of("refused", "a")[0]["result"], "bus_off")
    same(of("refused", "q")[0]["result"], "queue_full")
    assert of("state", "a")[2]["at_ps"] >= 90 * 10**9 + 128 * 11 * 2 * 10**6, "recovered too soon"


@test
def event_keys():
    """every event has time, bus, node and name; numbers of frames agree; times never go back"""
    _, events = run({"duration": "500ms", "buses": {"x": "1M", "y": 125000}, "nodes": {
        "a": {"bus": "x", "type": "random", "load": 60, "ids": "000-3FF"},
        "b": {"bus": "x", "type": "random", "load": 60, "ids": "400-7FF"},
        "c": {"bus": "y", "type": "random", "load": 50, "mode": "one-shot"}, "d": {"bus": "y"}}})
    at = 0
    for event in events:
        same(list(event)[:4], ["at_ps", "bus", "node", "event"])
        assert event["at_ps"] >= at, event
        at = event["at_ps"]
    count = {}
    for event in events:
        count[event["event"]] = count.get(event["event"], 0) + 1
    same(count["frame"], count["sent"])
    assert count["arb_lost"] > 10 and "error" not in count, count
    sent = [e for e in events if e["event"] == "sent"]
    same(list(sent[0])[4:], ["frame", "cookie", "attempt", "lost", "queued_ps", "start_ps"])
    lost = [e for e in events if e["event"] == "arb_lost"]
    assert all(0 < e["lost_at_bit"] < 15 for e in lost), "base identifiers are lost within 12 bits"


@test
def waits():
    """places for outside clients: waited for so long, then the run goes on without them"""
    scenario = {"duration": "10m", "link": True, "nodes": {
        "guest": {"type": "attached", "wait": "24h"}, "a": {"type": "periodic", "frame": "1AB#",
                                                          "period": "1s"}, "b": {}}}
    write("w.json", json.dumps(scenario))
    began = time.monotonic()
    status, out, err = cansim("run", "--wait", "300ms", "w.json")
    took = time.monotonic() - began
    same((status, 0.29 < took < 5), (0, True), err)
    assert b"goes on without guest" in out and b"joined: guest\n" in err, err
    same(cansim("run", "--fast", "--quiet", "w.json")[0::2], (0, b""), "--fast does not wait")
    same(cansim("run", "--wait", "0s", "--speed", "max", "--quiet", "w.json")[0], 0)


@test
def interrupted_waiting():
    """a host that still waits for its clients ends by a signal, and its socket is gone"""
    write("w2.json", json.dumps({"link": os.path.join(FOLDER, "w2.sock"), "nodes": {
        "guest": {"type": "attached", "wait": True}, "a": {}}}))
    process = start("run", "--log", "w2.log", "w2.json")
    wait_for(lambda: os.path.exists(os.path.join(FOLDER, "w2.sock")), "the socket")
    time.sleep(0.2)
    status, _, err = stop(process, signal.SIGINT)
    same((status, b"joined: guest" in err), (130, True), err)
    same((size("w2.log"), os.path.exists(os.path.join(FOLDER, "w2.sock"))), (0, False))


@test
def guest_joins():
    """the clock starts when the awaited client has joined, and its frames are logged"""
    attach = os.path.join(BIN, "cansim-attach")
    if not os.path.exists(attach):
        raise Skip("no cansim-attach")
    write("g.json", json.dumps({"link": True, "duration": "600ms", "nodes": {
        "guest": {"type": "attached", "wait": True}, "b": {}}}))
    program = ("import socket, time\n"
               "s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)\n"
               "s.bind(('can0',))\n"
               "s.send(bytes.fromhex('23010000020000001122000000000000'))\n"
               "time.sleep(0.3)\n")
    host = start("run", "--log", "g.log", "g.json")
    try:
        assert b"serving" in host.stderr.readline()
        time.sleep(0.5)
        same(size("g.log"), 0)
        done = subprocess.run([attach, "--as", "guest", "--", "/usr/bin/python3", "-c", program],
                              env=environment(), capture_output=True, timeout=20, check=False)
        same(done.returncode, 0, done.stderr)
        same(host.wait(10), 0)
    finally:
        stop(host)
    lines = read("g.log").split()
    same(lines[1:], [b"can0", b"123#1122"])
    assert lines[0] < b"(0000000000.500000)", "the clock did not wait"


run_tests()
