#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What all devices have in common: their sockets, one peer at a time, names, sentences, the scenario's key."""

import json
import os
import signal
import socket
import stat
import time

from cli_lib import FOLDER, cansim, read, run_tests, same, start, stop, test, unplaced, wait_for, write


def connect(path):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(5)
    peer.connect(os.path.join(FOLDER, path))
    return peer


def closed(peer):
    """Has the host closed this connection? What it said before does not matter."""
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def serve(*options, sockets=()):
    process = start("serve", "--bus", "can0:500k", "--bus", "can1:250k", "--link", "./host.sock", *options)
    wait_for(lambda: all(os.path.exists(os.path.join(FOLDER, s)) for s in ("host.sock",) + tuple(sockets))
             or process.poll() is not None, "the sockets")
    assert process.poll() is None, stop(process)
    return process


ALL = ("--card", "kvaser:can0,can1=g1.vfu", "--usb", "pcanfd:can0=g2.usb", "--usb", "gs_usb:can0,can1=g3.usb",
       "--slcan", "can0=g4.slcan")
SOCKETS = ("g1.vfu", "g2.usb", "g3.usb", "g4.slcan")


@test
def sockets():
    """each device has a socket of mode 0600, which goes with the host"""
    process = serve(*ALL, sockets=SOCKETS)
    for name in SOCKETS:
        same(stat.S_IMODE(os.lstat(os.path.join(FOLDER, name)).st_mode), 0o600, name)
    same(stop(process)[0], 130)
    same([name for name in SOCKETS if os.path.exists(os.path.join(FOLDER, name))], [])


@test
def printed():
    """how to join each is printed, ready to paste"""
    process = serve(*ALL, sockets=SOCKETS)
    text = stop(process)[2].decode()
    path = os.path.realpath(FOLDER)
    card = '-device \'{"driver":"vfio-user-pci","rombar":0,"socket":{"type":"unix","path":"%s/g1.vfu"}}\'' % path
    assert card in text, text
    for name in ("g2.usb", "g3.usb"):
        assert "path=%s/%s,reconnect=1" % (path, name) in text, text
    assert "-device usb-redir,chardev=" in text and "-device qemu-xhci" in text, text
    assert "%s/g4.slcan" % path in text, text


@test
def one_peer():
    """a second peer is turned away and counted while the first is there; then the next may come"""
    process = serve(*ALL, sockets=SOCKETS)
    for name in SOCKETS:
        first = connect(name)
        time.sleep(0.05)
        assert closed(connect(name)), name
        first.close()
        time.sleep(0.05)
        again = connect(name)
        again.settimeout(0.2)
        assert not closed(again), name
        again.close()
    text = stop(process)[2].decode()
    same(text.count(" 1 turned away"), 4, text)


@test
def stale():
    """the socket of a host that was killed is taken over, that of a living one is not"""
    process = serve(*ALL, sockets=SOCKETS)
    status, _, err = cansim("serve", "--link", "./other.sock", *ALL[2:4])
    same(status, 3, err)
    assert b"g2.usb" in err, err
    stop(process, signal.SIGKILL)
    process = serve(*ALL, sockets=SOCKETS)

    def accepted():
        try:
            connect("g2.usb").close()
        except ConnectionRefusedError:
            return False
        return True
    wait_for(accepted, "the new host")
    stop(process)


@test
def idle():
    """a host with devices and nobody there takes no processor time"""
    process = serve(*ALL, "--slcan", "can1=pty", sockets=SOCKETS)

    def ticks():
        with open("/proc/%d/stat" % process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    time.sleep(0.3)
    before = ticks()
    time.sleep(2)
    used = ticks() - before
    stop(process)
    assert used <= 1, used


@test
def sentences():
    """what a person got wrong is answered by one sentence and status 2, and nothing is left behind"""
    rows = (
        (("--card", "foo:can0=x.vfu"), "--card: must be a model such as kvaser, "),
        (("--card", "kvaser"), "--card: must be MODEL:BUS[,BUS...]=PATH, got \"kvaser\""),
        (("--usb", "pcanfd:can0,can1=x.usb"), "--usb: pcanfd has 1 channel: must have as many buses, got 2"),
        (("--usb", "pcanfd:can7=x.usb"), "usb \"x\": no bus \"can7\"; there is can0"),
        (("--slcan", "can0"), "--slcan: must be BUS=PATH, got \"can0\""),
        (("--usb", "pcanfd:can0=x.usb", "--card", "kvaser:can0=x.vfu"), "--card: there is a device of the name \"x\""),
        (("--usb", "pcanfd:can0=" + "x" * 200), "--usb: "),
    )
    for words, sentence in rows:
        status, _, err = cansim("serve", *words)
        same(status, 2, err)
        assert err.decode().startswith("cansim: " + sentence), err
        same(err.count(b"\n"), 1, err)
        same(os.path.exists(os.path.join(FOLDER, "x.usb")), False)


SCENARIO = {
    "buses": {"can0": "500k", "can1": "250k"},
    "devices": {
        "guest1": {"type": "card", "bus": ["can0", "can1"], "path": "s1.vfu"},
        "guest2": {"type": "usb", "model": "gs_usb", "bus": "can0", "path": "s2.usb", "unplugged": True},
        "line": {"type": "slcan", "bus": "can0", "path": "s3.slcan"},
    },
    "timeline": [{"at": "100ms", "plug": "guest2"}, {"at": "200ms", "unplug": "line"}],
    "duration": "400ms",
}


@test
def scenario():
    """the key \"devices\": sockets, names, plug and unplug on the timeline"""
    write("devices.json", json.dumps(SCENARIO))
    same(cansim("check", "devices.json")[0], 0)
    begun = time.monotonic()
    process = start("run", "--events", "-", "devices.json")
    wait_for(lambda: os.path.exists(os.path.join(FOLDER, "s3.slcan")), "the sockets")
    line = connect("s3.slcan")
    line.sendall(b"S6\rO\r")
    status, out, err = stop_later(process)
    same(status, 0, err)
    assert time.monotonic() - begun >= 0.39, "devices are paced by the clock"
    events = [json.loads(row) for row in out.splitlines()]
    joined = [e["node"] for e in events if e["event"] == "attach"]
    left = [(e["node"], e["at_ps"] / 1e12) for e in events if e["event"] == "detach"]
    same(joined, ["line"])
    same([name for name, _ in left], ["line"])
    assert 0.2 <= float(left[0][1]) < 0.25, left


def stop_later(process):
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


@test
def scenario_sentences():
    """what is wrong with a device in a scenario: the place, what must be there, what was got"""
    rows = (
        (("devices", "guest2", "model"), "foo", "/devices/guest2/model: must be "),
        (("devices", "guest2", "type"), "pci", "/devices/guest2/type: must be "),
        (("devices", "guest2", "bus"), "can9", "/devices/guest2/bus: must be a bus of this scenario"),
        (("devices", "guest2", "bus"), ["can0"] * 5, "/devices/guest2/bus: must be a bus or an array of 1..4 buses"),
        (("devices", "guest2", "colour"), "red", "/devices/guest2/colour: is no known key"),
        (("timeline", 0, "plug"), "guest3", "/timeline/0/plug: must be a node of this scenario"),
        (("timeline", 0, "plug"), "guest1", "/timeline/0/plug: must be a device that can be plugged, not a card"),
    )
    for place, value, sentence in rows:
        changed = json.loads(json.dumps(SCENARIO))
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        write("wrong.json", json.dumps(changed))
        for command in ("check", "run"):
            status, _, err = cansim(command, "wrong.json")
            same(status, 2, err)
            assert unplaced(err.decode()).startswith("cansim: wrong.json: " + sentence), err


@test
def faults():
    """a fault may name a device's controller before a guest is there"""
    changed = json.loads(json.dumps(SCENARIO))
    changed["timeline"] = [{"at": "300ms", "fault": "no-ack node=guest1.1 bus=can1"}]
    write("faults.json", json.dumps(changed))
    same(cansim("check", "faults.json")[0], 0)
    changed["timeline"] = [{"at": "300ms", "fault": "no-ack node=guest9 bus=can1"}]
    write("faults.json", json.dumps(changed))
    same(cansim("check", "faults.json")[0], 2)


@test
def fast():
    """with --fast there are no devices, and no waiting"""
    write("devices.json", json.dumps(SCENARIO))
    status, _, err = cansim("run", "--fast", "--quiet", "devices.json")
    same(status, 0, err)
    same(os.path.exists(os.path.join(FOLDER, "s1.vfu")), False)


@test
def listed():
    """cansim help devices names all models and how they are given"""
    out = cansim("help", "devices")[1].decode()
    for word in ("kvaser", "pcanfd", "gs_usb", "slcan", "--card", "--usb", "kvaser_pci", "peak_usb"):
        assert word in out, word
    assert read("devices.json")


run_tests()
