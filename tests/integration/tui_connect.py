#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui --connect: windows onto a host that runs elsewhere, beside clients that join its buses."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

from connect_lib import KINDS, Host, Monitor, connect, tmux_needed
from link_lib import message
from tui_lib import BIN, DEMO, FOLDER, SANITIZED, TUI, Pty, Tmux, cpu_seconds, environment, run_tests, test, tui, wait_for


@test
def two_monitors_are_told_what_the_host_logs():
    with Host(DEMO, "--speed", "1") as host:
        attach = subprocess.Popen([os.path.join(BIN, "cansim-attach"), "--link", host.path, "--", "candump", "can0"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env=environment()) if shutil.which("candump") and not SANITIZED else None
        monitors = [Monitor(host.path), Monitor(host.path)]
        told = [[m.next_event() for _ in range(1500)] for m in monitors]
        host.end(signal.SIGINT)
        if attach:
            assert b"can0" in attach.communicate(timeout=10)[0]
        logged = host.log()  # line n is event n
    assert monitors[0].minor == 3, monitors[0].minor
    for events in told:
        assert [e[1] for e in events] == list(range(events[0][1], events[0][1] + 1500)), "there are gaps"
        for at, seq, kind, _, _, frame in events:
            line = logged[seq]
            assert line["at_ps"] == at and line["event"] == kind, (line, at, kind)
            if frame and kind == "frame":
                identifier, data = line["frame"].split("#")
                assert int(identifier, 16) == frame[0] and bytes.fromhex(data) == frame[1], (line, frame)
    shared = set(e[1] for e in told[0]) & set(e[1] for e in told[1])
    assert len(shared) > 100


@test
def a_screen_shows_the_rows_of_the_log():
    with Host(DEMO, "--speed", "1") as host:
        status, out, err = tui("--connect", host.path, "--dump", "text", "--at", "1s", "--size", "120x40")
        assert status == 0, err
        host.end(signal.SIGINT)
        times = {e["at_ps"] // 1000000 for e in host.log()}
    lines = out.splitlines()
    assert "A car and its crane" in lines[0] and "read-only" not in lines[0], lines[0]
    rows = [line for line in lines[4:] if line.strip()[:1].isdigit() and " can" in line]
    assert len(rows) > 15, out
    for row in rows:
        seconds, micro = row.split()[0].split(".")
        assert any(abs(int(seconds) * 1000000 + int(micro) - at) <= 1 for at in times), row
    for view, words in (("nodes", ("engine", "10 nodes")), ("ids", ("0C0", "identifiers")), ("faults", ("0 armed",))):
        with Host(DEMO, "--speed", "1") as other:
            _, out, _ = tui("--connect", other.path, "--dump", "text", "--view", view, "--size", "100x24")
            assert all(word in out for word in words), out


@test
def a_pause_from_one_window_is_seen_in_the_other():
    tmux_needed()
    with Host(DEMO, "--speed", "1") as host, Tmux(100, 24) as a, Tmux(100, 24) as b:
        connect(a, host)
        connect(b, host)
        a.keys("Space")
        a.wait("paused", "bus time stands still")
        b.wait("paused")
        b.keys("n")
        first = b.screen().splitlines()[0]
        wait_for(lambda: a.screen().splitlines()[0][40:] == b.screen().splitlines()[0][40:], "the same time")
        assert "paused" in first
        b.keys("Space")
        a.wait("▶ ×1")
        b.keys("+")
        a.wait("▶ ×2")
        a.keys(":")
        a.type("send 7FF#11")
        a.keys("Enter")
        a.wait("7FF#11 is queued on can0")
        b.keys("3")
        b.wait("console")
        b.keys(":")
        b.type("no-ack node=gearbox")
        b.keys("Enter")
        b.wait("armed on can0 as 1")
        a.keys("4")
        a.wait("1 armed", "no-ack node=gearbox")
        a.keys("C")
        a.wait("1 fault cleared")
        b.keys("4")
        b.wait("0 armed", "1 past")


@test
def the_tui_itself_is_a_host():
    tmux_needed()
    path = os.path.join(FOLDER, "tui-host")
    with Tmux(100, 24) as a, Tmux(100, 24) as b:
        a.tui(DEMO, "--link", path, link=True)
        b.command(f"clear; {TUI} --connect {path}")
        b.wait("1 Trace", "A car")
        a.keys("Space")
        a.wait("paused")
        b.wait("paused")
        b.keys("Space")
        a.wait("▶ ×1")
        a.keys("q")
        b.wait("host gone", "the host ends")


@test
def rows_stay_when_the_host_dies_and_R_connects_again():
    tmux_needed()
    path = os.path.join(FOLDER, "mortal")
    with Tmux(110, 24) as t:
        with Host(DEMO, "--speed", "1", address=path) as host:
            connect(t, host)
            t.wait("0C0")
            host.end(signal.SIGKILL)
            t.wait("host gone", "^R connects again", "0C0")
            t.keys("Space")
            t.wait("the host is gone")
            t.keys("C-r")
            t.wait("no cansim host serves this address")
        with Host(DEMO, "--speed", "1", address=path):
            t.keys("C-r")
            t.wait("connected to", "again", "▶ ×1")
            t.keys("q")
            t.wait("READY>")


@test
def who_only_watches_is_told_why():
    tmux_needed()
    with Host(DEMO, "--speed", "1", "--control", "none") as host, Tmux(110, 24) as t:
        connect(t, host)
        t.wait("read-only")
        for key in ("Space", "n", "+"):
            t.keys(key)
            t.wait("the host lets nobody change anything (--control none)")
            t.keys("2")
        fault = subprocess.run([os.path.join(BIN, "cansim"), "fault", "--link", host.path, "arm", "can0",
                                "flip field=crc"],
                               capture_output=True, check=False, timeout=20, env=environment())
        assert fault.returncode != 0 and b"lets nobody" in fault.stderr, fault


@test
def over_tcp_nobody_changes_anything_unless_told():
    tmux_needed()
    for control, words in ((), "over TCP the host lets nobody"), (("--control", "all"), "bus time stands still"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with Host(DEMO, "--speed", "1", *control, address=f"tcp:127.0.0.1:{port}") as host:
            _, out, _ = tui("--connect", host.path, "--dump", "text", "--at", "200ms", "--keys", " ", "--size", "100x24")
            assert words in out, out
            assert ("read-only" in out) == (not control), out
            _, out, _ = tui("--connect", host.path, "--dump", "text", "--at", "10ms", "--keys", ":save x.json<Enter>")
            assert "save: over TCP the host" in out or "files for processes of its own user only" in out, out


@test
def a_window_that_does_not_read_holds_nobody_up():
    busy = os.path.join(FOLDER, "busy.json")
    with open(busy, "w", encoding="utf-8") as out:
        json.dump({"buses": {"can0": {"bitrate": "1M"}},
                   "nodes": {"a": {"type": "random", "load": 90, "ids": "000-7FF", "dlc": 0}, "b": {}}}, out)
    with Host(busy, "--speed", "1") as host:
        window = Pty("--connect", host.path, size=(100, 24))
        window.read(10, until=b"quit")
        os.kill(window.pid, signal.SIGSTOP)
        monitor = Monitor(host.path, 1 << KINDS.index("frame"))
        subprocess.run([TUI, "--connect", host.path, "--dump", "text", "--at", "10ms", "--keys", ":speed 5<Enter>"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=20, env=environment())
        begin, first = time.monotonic(), monitor.next_event()[0]
        while monitor.next_event()[0] - first < 6 * 10**12:
            assert time.monotonic() - begin < 60, "the host is held up"
        os.kill(window.pid, signal.SIGCONT)
        window.output = b""
        assert b" lost" in window.read(20, until=b" lost"), window.output
        window.write(b"q")
        assert window.end() == 0
        assert host.process.poll() is None


@test
def an_idle_window_costs_nothing():
    tmux_needed()
    with Host(DEMO, "--speed", "1") as host, Tmux(100, 24) as t:
        connect(t, host)
        t.keys("Space")
        t.wait("paused")
        time.sleep(3)
        pid = t.child()
        before = cpu_seconds(pid), cpu_seconds(host.process.pid)
        time.sleep(3)
        after = cpu_seconds(pid), cpu_seconds(host.process.pid)
        assert all(a - b <= 0.01 for a, b in zip(after, before)), (before, after)


@test
def what_cannot_be_connected_is_told():
    nowhere = os.path.join(FOLDER, "nowhere")
    cases = [(("--connect", nowhere), 3, f"cansim-tui: unix:{nowhere}: no cansim host serves this address\n"),
             (("--connect", "nonsense"), 2, 'cansim-tui: --connect: expected unix:PATH, tcp:HOST:PORT or default, got '
                                            '"nonsense"\n'),
             (("--control", "me"), 2, 'cansim-tui: --control: expected none, local or all, got "me"\n')]
    for args, status, words in cases:
        got = tui(*args, "--dump", "text")
        assert got == (status, "", words), got
    status, _, err = tui("--connect", nowhere, DEMO, "--dump", "text")
    assert status == 2 and err.startswith("cansim-tui: --connect: expected nothing beside it"), err
    got = subprocess.run([os.path.join(BIN, "cansim"), "serve", "--control", "x"], capture_output=True, check=False,
                         timeout=20)
    assert got.returncode == 2 and b'must be none, local or all, got "x"' in got.stderr, got


@test
def an_older_host_is_told_apart():
    path = os.path.join(FOLDER, "old")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    window = subprocess.Popen([TUI, "--connect", path, "--dump", "text"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    there = listener.accept()[0]
    there.recv(4096)
    there.sendall(message(0x83, b"CANS" + struct.pack("<HHHH", 1, 1, 0, 80)))
    _, err = window.communicate(timeout=20)
    listener.close()
    assert window.returncode == 3, window.returncode
    assert err == (b"cansim-tui: the host speaks version 1.1 of the link protocol, watching needs 1.2 or later\n"), err


if __name__ == "__main__":
    run_tests()
