#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a window elsewhere can do to a host since version 1.3 of the link protocol, with real processes."""

import json
import os
import shutil
import signal
import struct
import subprocess
import time

from connect_lib import KINDS, Host, Monitor, connect, tmux_needed
from link_lib import message, sentence
from tui_lib import DEMO, FOLDER, ROOT, TUI, Tmux, environment, run_tests, test, wait_for

LOOK, CONTROL, SENDER, ASK = 0x10, 0x11, 0x12, 0x13
INFO, NODE_STATUS, LOOKED, CONTROLLED = 0x91, 0x93, 0x96, 0x97
DECODER, SENDER_STATUS, ANSWER, PLAN, PLAN_ROW, EDGES = range(0x98, 0x9E)
PAUSE, GO, STEP, STEP_FRAME, SPEED = range(5)
RESET, RECOVER, MODE, STEP_BIT, SEND_NOW, RERUN = range(11, 17)
DONE, DENIED, UNUSABLE, UNKNOWN, CANNOT, ALREADY = 0, 2, 3, 4, 8, 9
LAB = os.path.join(ROOT, "scenarios", "examples", "canopen-lab.json")
QUIET = os.path.join(FOLDER, "quiet.json")
with open(QUIET, "w", encoding="utf-8") as scenario:
    json.dump({"buses": {"can0": "500k"}, "nodes": {"a": {}, "b": {}}}, scenario)


def text(words):
    return struct.pack("<H", len(words)) + words.encode()


def frame(identifier, data=b""):
    return struct.pack("<IBBBB", identifier, 0, len(data), len(data), 0) + data + b"\0" * (-len(data) % 8)


def texts_of(body, at):
    words = []
    while at + 2 <= len(body):
        words.append(sentence(body, at))
        at += 2 + struct.unpack_from("<H", body, at)[0]
    return words


class Window(Monitor):
    """A monitor of 1.3 that asks."""

    def __init__(self, host, kinds=0):
        self.edges = []  # EDGES come whenever they like
        super().__init__(host.path, kinds, minor=3)
        self.token = 100

    def get(self):
        kind, body = super().get()
        if kind == EDGES:
            self.edges.append(body)
        return kind, body

    def answered(self):
        """(code, sentence) of CONTROLLED"""
        body = self.expect(CONTROLLED)
        token, _, code = struct.unpack_from("<QqH", body)
        assert token == self.token, (token, self.token)
        return code, sentence(body, 24)

    def control(self, op, bus=0, value=0, node=0, mode=0):
        self.token += 1
        self.put(message(CONTROL, struct.pack("<QBxHiI4x", self.token, op, bus, 0, value) + frame(0) + text("")
                         + struct.pack("<hBx", node, mode)))
        return self.answered()

    def slot(self, slot, data=b"\1", period_ms=0, run=False, there=True, bus=0, burst=1, counter=None):
        self.token += 1
        self.put(message(SENDER, struct.pack("<QHHBBBBqqIHHqqqq", self.token, slot, bus, there, run, counter is not None,
                                             0, period_ms * 10**9, 0, burst, 0, *(counter or (8, 0, 255, 1, 0)))
                         + frame(0x100 + slot, data)))
        return self.answered()

    def ask(self, words, decoder="canopen", bus=0):
        self.token += 1
        self.put(message(ASK, struct.pack("<QH6x", self.token, bus) + text(decoder) + text(words)))
        return self.answered()

    def look(self, needs, version=0):
        """All messages of the answer, and the last LOOKED."""
        got, cursor, looked = [], 0, b""
        while True:
            self.token += 1
            self.put(message(LOOK, struct.pack("<QIIqQ", self.token, needs, cursor, -1, version)))
            while True:
                kind, body = self.get()
                assert kind is not None
                if kind == LOOKED:
                    looked = looked or body
                    break
                got.append((kind, body))
            cursor, code = struct.unpack_from("<IH", body, 20)
            assert code == 0, "too soon"
            if cursor == 0:
                return got, looked

    def now(self):
        (at, *_), = (struct.unpack_from("<q", body, 8) for kind, body in self.look(0)[0] if kind == INFO)
        return at


def node_index(window, name):
    """Of a node on can0, by its name at the end of NODE_STATUS."""
    for kind, body in window.look(2)[0]:
        if kind == NODE_STATUS and name.encode() in body:
            return struct.unpack_from("<h", body, 10)[0]
    raise AssertionError(name)


def logged(host, event, **members):
    return [line for line in host.log() if line["event"] == event and all(line.get(k) == v for k, v in members.items())]


@test
def who_comes_to_a_host_that_stands_still_sees_what_happened():
    with Host(DEMO, "--speed", "1") as host:
        first = Window(host)
        while first.now() < 10**12:
            time.sleep(0.05)
        assert first.control(PAUSE) == (DONE, "")
        at = first.now()
        late = Window(host, (1 << len(KINDS)) - 1)
        some = Window(host, 1 << KINDS.index("frame"))
        host.end(signal.SIGINT)
        log = host.log()
    assert 1000 < len(late.past) <= 4096, len(late.past)
    assert all(e[0] <= at for e in late.past)
    numbers = [e[1] for e in late.past]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "there are gaps"
    for number, event in zip(numbers, late.past):
        assert log[number]["at_ps"] == event[0] and log[number]["event"] == event[2], (log[number], event)
    assert [e for e in late.past if e[2] == "frame"] == some.past


@test
def past_and_present_fit_together_while_the_bus_goes_on():
    with Host(DEMO, "--speed", "1") as host:
        time.sleep(0.3)
        for _ in range(20):
            window = Window(host, (1 << len(KINDS)) - 1)
            numbers = [e[1] for e in window.past] + [window.next_event()[1] for _ in range(50)]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a gap, or twice"
            window.close()


@test
def a_window_onto_a_paused_host_shows_its_rows():
    with Host(DEMO, "--speed", "1") as host:
        first = Window(host)
        while first.now() < 10**12:
            time.sleep(0.05)
        first.control(PAUSE)
        done = subprocess.run([TUI, "--connect", host.path, "--dump", "text", "--size", "100x24"], capture_output=True,
                              check=True, timeout=20, env=environment(), stdin=subprocess.DEVNULL)
        rows = [line for line in done.stdout.decode().splitlines() if " can0 " in line or " can1 " in line]
        assert len(rows) > 10 and "paused" in done.stdout.decode(), done.stdout.decode()


@test
def nodes_are_reset_and_put_into_modes():
    with Host(QUIET, "--speed", "1") as host:
        window = Window(host)
        a = node_index(window, "a")
        assert window.control(MODE, node=a, mode=1) == (DONE, "")
        assert window.control(MODE, node=a, mode=3)[0] == UNUSABLE
        assert window.control(RECOVER, node=a)[0] == ALREADY
        assert window.control(RESET, node=a) == (DONE, "")
        assert window.control(RESET, node=200)[0] == UNKNOWN
        assert window.control(RESET, bus=15, node=a)[0] == UNKNOWN
        host.end(signal.SIGINT)
        assert logged(host, "config", node="a", mode="listen-only"), host.log()


@test
def bus_time_goes_on_by_single_bits():
    with Host(QUIET, "--speed", "1") as host:
        window = Window(host)
        window.control(PAUSE)
        at = window.now()
        for step in range(1, 4):
            assert window.control(STEP_BIT) == (DONE, "")
            assert window.now() == at + step * 2 * 10**6
        assert window.control(STEP_BIT, bus=9)[0] == UNKNOWN


@test
def each_window_has_its_own_slots_and_takes_them_along():
    with Host(QUIET, "--speed", "1") as host:
        a, b = Window(host), Window(host)
        assert a.slot(0, period_ms=10, run=True) == (DONE, "")
        assert b.slot(0, b"\7\7", period_ms=20, run=True, counter=(16, 0, 65535, 1, 5)) == (DONE, "")
        assert b.slot(1, burst=3) == (DONE, "")
        assert b.control(SEND_NOW, value=1) == (DONE, "")
        assert b.control(SEND_NOW, value=2) == (UNKNOWN, "there is no frame in slot 2")
        time.sleep(0.6)
        for window, slots in (a, {0}), (b, {0, 1}):
            got = {struct.unpack_from("<H", body, 8)[0]: body for kind, body in window.look(0x80)[0]
                   if kind == SENDER_STATUS}
            assert set(got) == slots, got
            running, last, _, _, queued, sent = struct.unpack_from("<BBHBxQQ", got[0], 10)
            assert running == 1 and last in (1, 2) and 10 <= sent <= queued, (running, last, queued, sent)
        assert struct.unpack_from("<QQ", got[1], 16) == (3, 3)
        bad = [b.slot(64), b.slot(2, period_ms=10**7), b.slot(2, burst=0), b.slot(2, burst=1001),
               b.slot(2, counter=(33, 0, 1, 1, 0)), b.slot(2, counter=(8, 0, 256, 1, 0)),
               b.slot(2, counter=(8, 5, 4, 1, 5)), b.slot(2, counter=(8, 0, 255, 2**40, 0)), b.slot(2, b"", counter=(8, 0, 9, 1, 0))]
        assert all(code == UNUSABLE and words for code, words in bad), bad
        assert b.slot(2, bus=3)[0] == UNKNOWN
        assert a.slot(0, there=False) == (DONE, "")
        b.close()
        time.sleep(0.1)
        before = Window(host).now()
        time.sleep(0.3)
        host.end(signal.SIGINT)
        frames = logged(host, "frame", node="console")
        assert {f["frame"].split("#")[0] for f in frames} == {"100", "101"}
        assert sum(f["frame"] == "101#01" for f in frames) == 3
        counted = [f["frame"][4:8] for f in frames if f["frame"].startswith("100#") and len(f["frame"]) == 8]
        assert counted[:3] == ["0500", "0600", "0700"], counted
        assert all(f["at_ps"] < before for f in frames), "they go on after the window"


@test
def what_is_asked_of_a_page_is_answered_to_who_asked():
    with Host(LAB, "--speed", "1") as host:
        a, b = Window(host), Window(host)
        time.sleep(1)
        for window in a, b:
            assert window.ask("read 5 1018:01") == (DONE, "")
            body = window.expect(ANSWER)
            assert struct.unpack_from("<Q", body)[0] == window.token
            assert "1018" in sentence(body, 24), sentence(body, 24)
        code, words = a.ask("read 500 1018")
        assert code == UNUSABLE and "1..127" in words, words
        assert a.ask("read 5 1018", decoder="nobody")[0] == CANNOT
        assert a.ask("read 5 1018", bus=7)[0] == UNKNOWN
        assert a.ask("write 5 1017:00 700 u16") == (DONE, "")
        assert "1017" in sentence(a.expect(ANSWER), 24)
        assert b.ask("nmt stop 20") == (DONE, "")
        time.sleep(0.3)
        got = [kind for kind, _ in b.look(0)[0]]
        assert ANSWER not in got, "it was for the other window"
        host.end(signal.SIGINT)
        assert logged(host, "frame", node="console", frame="000#0214")


@test
def a_host_names_its_decoders():
    for scenario, expected in (LAB, ["canopen"]), (QUIET, []):
        with Host(scenario, "--speed", "1") as host:
            rows = [texts_of(body, 16) for kind, body in Window(host).look(0x10)[0] if kind == DECODER]
            assert sorted({name for name, _ in rows}) == expected, rows
            options = [option for _, option in rows]
            assert not expected or any(o.startswith("eds=can0:5=/") and o.endswith("drive.eds") for o in options), options
    with Host(QUIET, "--speed", "1", "--as", "canopen") as host:
        (body,) = (body for kind, body in Window(host).look(0x10)[0] if kind == DECODER)
        assert body[10] == 1 and texts_of(body, 16) == ["canopen", ""], body


@test
def the_scenario_is_told_and_what_changes_of_it():
    path = os.path.join(FOLDER, "plan.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"buses": {"can0": "500k"}, "nodes": {"a": {}, "b": {}},
                   "timeline": [{"at": f"{i * 10}ms", "node": "a", "send": f"{i:03X}#"} for i in range(1, 700)],
                   "expect": [{"frame": "005#", "within": "1s"}]}, out)
    with Host(path, "--speed", "1") as host:
        window = Window(host)
        window.control(PAUSE)
        got, looked = window.look(0x20)
        plan = [body for kind, body in got if kind == PLAN]
        rows = [body for kind, body in got if kind == PLAN_ROW]
        version, n, _, past = struct.unpack_from("<QIII", plan[0], 8)
        assert len(plan) == 1 and n == 700 == len(rows) and sentence(plan[0], 40) == path, (len(plan), n, len(rows))
        assert struct.unpack_from("<Q", looked, 32)[0] == version
        words = texts_of(rows[4], 48)
        assert words[1] == "a" and "005" in words[2] and '"send":' in words[5], words
        assert "plan.json:" in words[4], words
        assert struct.unpack_from("<q", rows[699], 24)[0] == 10**12  # "within"
        got, looked = window.look(0x20, version)
        assert not [1 for kind, _ in got if kind == PLAN_ROW]
        window.control(GO)
        time.sleep(0.5)
        got, _ = window.look(0x20, version)
        changed = [body for kind, body in got if kind == PLAN_ROW]
        assert 20 < len(changed) < 600, len(changed)
        states = {struct.unpack_from("<I", body, 32)[0]: (body[44], body[46]) for body in changed}
        assert past < 60 and states[699] == (1, 3), states  # the expectation holds
    with Host(QUIET, "--speed", "1") as host:
        got, _ = Window(host).look(0x20)
        assert [kind for kind, _ in got if kind in (PLAN, PLAN_ROW)] == [PLAN]


def check_edges(bodies):
    """Their number: they are in order and none is missing."""
    expected, n, at = None, 0, 0
    for body in bodies:
        seq, count = struct.unpack_from("<Q", body, 8)[0], struct.unpack_from("<H", body, 24)[0]
        assert expected in (None, seq), "some were lost"
        expected = seq + count
        for i in range(count):
            edge_at, bus, _, level = struct.unpack_from("<qHhB", body, 28 + 16 * i)
            assert edge_at >= at and bus < 3 and level < 2
            at, n = edge_at, n + 1
    return n


@test
def edges_come_while_they_are_asked_for():
    with Host(DEMO, "--speed", "1") as host:
        window = Window(host)
        window.control(PAUSE)
        window.look(0x40)
        window.look(0x40)
        assert [body[16] for body in window.edges] == [1], window.edges
        for _ in range(5):
            window.control(STEP_FRAME)
        window.look(0x40)
        assert check_edges(window.edges) > 200
        window.control(GO)  # too fast to be looked at
        window.look(0x40)
        assert window.edges[-1][16] == 0, window.edges[-1]
        n = len(window.edges)
        time.sleep(0.2)
        window.look(0x40)
        assert len(window.edges) == n
        window.control(SPEED, value=50)
        wait_for(lambda: window.look(0x40) and check_edges(window.edges[n:]) > 100, "edges in slow motion")
        window.look(0)
        n = len(window.edges)
        time.sleep(0.2)
        window.look(0)
        assert len(window.edges) == n, "nobody wants them"


@test
def a_window_that_does_not_read_its_edges_holds_nobody_up():
    with Host(DEMO, "--speed", "0.1") as host:
        slow, window = Window(host), Window(host)
        slow.put(message(LOOK, struct.pack("<QIIqQ", 1, 0xFF, 0, -1, 0)))
        begin, first = time.monotonic(), window.now()
        while window.now() - first < 2 * 10**11:
            assert time.monotonic() - begin < 30, "the host is held up"
            time.sleep(0.05)
        window.control(SPEED, value=1000)
        slow.close()
        wait_for(lambda: window.now() - first > 5 * 10**11, "the bus to go on")


@test
def who_only_watches_is_told_so():
    with Host(LAB, "--speed", "1", "--control", "none") as host:
        window = Window(host)
        refused = DENIED, "the host lets nobody change anything (--control none)"
        for op in RESET, RECOVER, MODE, STEP_BIT, SEND_NOW, RERUN:
            assert window.control(op) == refused
        assert window.slot(0) == refused and window.ask("read 5 1018:01") == refused
        got, _ = window.look(0x70)  # but it sees all of it
        assert [1 for kind, _ in got if kind == PLAN_ROW] and [1 for kind, _ in got if kind == DECODER]


@test
def a_host_without_a_screen_runs_its_scenario_once():
    with Host(QUIET, "--speed", "1") as host:
        code, words = Window(host).control(RERUN)
        assert code == CANNOT and "start it again" in words, words
        assert Window(host).control(99)[0] == CANNOT


@test
def keys_of_a_window_do_all_of_that():
    tmux_needed()
    with Host(LAB, "--speed", "1") as host, Tmux(110, 30) as t:
        connect(t, host)
        t.keys("3")
        t.wait("master", "sensor")
        t.keys("X")
        t.wait("master is reset")
        t.keys("7", "a")
        t.type("123#1122")
        t.keys("Enter")
        t.wait("123", "once")
        t.keys("s")
        t.wait("queued on can0")
        t.keys("t")
        t.wait("1 running")
        t.keys("H")
        t.wait("is held")
        t.keys("6", "s")
        t.wait("paused", "bus time stands still")
        before = t.screen().splitlines()[0].split("0:00:")[1][:6]
        t.keys("s")
        assert before in t.screen()
        t.keys("T")
        t.wait("told: emcy", "in 29")
        t.keys("R")
        t.wait("start it again where it was started")
        t.keys("e")
        t.wait("the file is the host's")


@test
def a_window_sees_the_scenario_run_again():
    tmux_needed()
    path = os.path.join(FOLDER, "again")
    edited = os.path.join(FOLDER, "edited.json")
    shutil.copy(DEMO, edited)
    with Tmux(100, 24) as a, Tmux(100, 24) as b:
        a.tui(edited, "--link", path, link=True)
        b.command(f"clear; {TUI} --connect {path}")
        b.wait("1 Trace", "A car")
        b.wait("0:00:02")
        with open(edited, "r+", encoding="utf-8") as out:
            words = out.read().replace("A car", "A cab")
            out.seek(0)
            out.write(words)
            out.truncate()
        b.keys("T")
        b.keys("R")
        b.wait("A cab", "from the start")
        a.wait("A cab")
        assert "host gone" not in b.screen()
        with open(edited, "w", encoding="utf-8") as out:
            out.write("{")
        b.keys("R")
        b.wait("edited.json")  # what is wrong with it
        assert "host gone" not in b.screen()


if __name__ == "__main__":
    run_tests()
