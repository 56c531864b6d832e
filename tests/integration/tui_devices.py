#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui's devices in a terminal: peers that come and go, plugged and pulled out with a key."""

import os
import shutil
import socket

from tui_lib import DEMO, FOLDER, Tmux, run_tests, test, tui, wait_for

if not shutil.which("tmux"):
    print("1..0 # SKIP no tmux")
    raise SystemExit(0)

DEVICES = ("--card", "kvaser:can0,can1=c.vfu", "--usb", "gs_usb:can0,can1=u.usb", "--slcan", "can1=s.slcan")


def peer(name):
    path = os.path.join(FOLDER, name)
    wait_for(lambda: os.path.exists(path), "the socket")
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(10)
    line.connect(path)
    return line


def row(screen, name):
    return next(line for line in screen.splitlines() if line.startswith(name + " ")).split()


@test
def a_peer_comes_and_goes():
    with Tmux() as t:
        t.tui("--bus", "can0", "--bus", "can1:250k", "--view", "devices", *DEVICES)
        t.wait("0 of 3 connected", "can1: off")
        t.keys("End")
        t.wait("s.slcan,reconnect=1", "slcan · 0 peers")
        with peer("s.slcan") as line:
            t.wait("1 of 3 connected", "can1: off")
            line.sendall(b"S5\rO\r")
            t.wait("can1: 250k, active, TEC 0, REC 0", "slcan · 1 peers")
            assert row(t.screen(), "s")[2] == "connected"
            with peer("s.slcan"):
                t.wait("1 turned away")
            # Nobody else is on the bus: no acknowledgement.
            line.sendall(b"t1232AABB\r")
            t.wait("can1: 250k, passive, TEC 128, REC 0")
        t.wait("0 of 3 connected", "can1: off")
        assert row(t.screen(), "s")[2] == "waits"


@test
def plugged_and_pulled_out():
    with Tmux() as t:
        t.tui("--view", "devices", *DEVICES, DEMO)
        t.wait("vfio-user-pci")
        t.keys("p")
        t.wait("c is a card: it cannot be pulled out of a running guest")
        t.keys("Down")
        t.wait("usb-redir")
        t.keys("p")
        t.wait("u is pulled out")
        wait_for(lambda: row(t.screen(), "u")[2] == "unplugged", "an unplugged adapter")
        t.keys("p")
        t.wait("u is plugged in")
        wait_for(lambda: row(t.screen(), "u")[2] == "waits", "an adapter that waits")
        t.keys("Down")
        t.wait("s.slcan,reconnect=1")
        with peer("s.slcan") as line:
            line.sendall(b"S4\rO\r")
            t.wait("can1: 125k, active")
            t.keys("p")
            t.wait("s is pulled out", "can1: off")
        t.resize(120, 40)
        t.wait("refused", "broken", "kvaser_pci")


@test
def the_whole_option():
    folder = "ü" * 30
    os.makedirs(os.path.join(FOLDER, folder), exist_ok=True)
    for name in ("e", "ee"):
        path = f"{folder}/{name}.usb"
        status, out, err = tui("--dump", "text", "--at", "10ms", "--view", "devices", "--no-link", "--usb",
                               "pcanfd:can0=" + path)
        assert status == 0 and err == "", (status, err)
        option = out.split("for its peer:")[1].split(" usb ·")[0]
        assert f"path={FOLDER}/{path},reconnect=1".replace(" ", "") in "".join(option.split()), out
        assert option.split()[-1].endswith(f"chardev={name},bus={name}-hc.0"), out


@test
def unusable():
    for args, sentence in (
            (("--usb", "kvaser:can0=x"), "--usb: must be a model such as"),
            (("--card", "kvaser:can0"), "--card: "),
            (("--slcan", "can9=x.slcan"), "no bus \"can9\"")):
        status, out, err = tui("--dump", "text", "--no-link", *args)
        assert status == 2 and out == "" and sentence in err, (args, status, err)


if __name__ == "__main__":
    run_tests()
