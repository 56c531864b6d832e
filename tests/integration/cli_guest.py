#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests of a scenario and of `cansim guest`, with a program in QEMU's place: how controllers join, the script, the
console, and the end of it all. Real guests: tests/guest."""

import json
import os
import signal
import time

from cli_lib import BIN, FOLDER, cansim, read, run_tests, same, start, stop, test, wait_for, write

FAKE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_qemu")
ALL = "vfio-user-pci usb-redir qemu-xhci kvaser_pci ccid-card-emulated"
os.environ.update(FAKE_DIR=FOLDER, CANSIM_QEMU=FAKE)


def fake(mode="shell", has=ALL, version="7.2.0"):
    os.environ.update(FAKE_MODE=mode, FAKE_HAS=has, FAKE_VERSION=version)


def scenario(script, **more):
    guest = dict({"kernel": "kernel.bin", "via": "none", "console": "console.log", "script": script}, **more)
    write("kernel.bin", "a kernel")
    write("guest.json", json.dumps({"duration": "20s", "buses": {"can0": "500k"}, "nodes": {"logger": {}, "other": {}},
                                    "guests": {"ecu": guest}}))


def run(script, **more):
    scenario(script, **more)
    status, _, err = cansim("run", "--quiet", "--log", "frames.log", "guest.json")
    return status, err.decode()


def pid_of(name="guest"):
    wait_for(lambda: os.path.exists(os.path.join(FOLDER, name + ".pid")) and read(name + ".pid").strip(), "QEMU")
    return int(read(name + ".pid"))


def is_gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            return file.read().split()[2] in "ZX"
    except FileNotFoundError:
        return True


def forget():
    for name in ("guest.pid", "guest.words", "questions"):
        if os.path.exists(os.path.join(FOLDER, name)):
            os.unlink(os.path.join(FOLDER, name))


@test
def script():
    """a script whose steps all come true ends the run with 0; the console is kept"""
    for mode in ("shell", "echo"):
        fake(mode)
        status, err = run([{"wait": "guest: ready"}, {"run": "true"}, {"run": "false", "status": 1},
                           {"run": "echo a b | tr ' ' -", "expect": "a-b"}, {"type": "echo said"}, {"wait": "said"},
                           {"pause": "50ms"}, {"do": {"send": "123#01", "node": "logger"}},
                           {"run": "n=x$n; echo $n", "expect": "xxx", "repeat": True}])
        same((status, err), (0, ""), mode)
        assert b"guest: ready" in read("console.log") and b"a-b" in read("console.log")
        assert b"123#01" in read("frames.log"), read("frames.log")


@test
def failures():
    """a step that does not come true ends the run with 1, and says which, and what the console said"""
    fake()
    for step, sentence in (({"run": "exit_with() { return 3; }; exit_with"}, "must end with status 0, got 3"),
                           ({"run": "echo no", "expect": "yes"}, 'must say "yes"'),
                           ({"wait": "never", "within": "300ms"}, 'for "never"'),
                           ({"run": "false", "repeat": True, "within": "500ms"}, 'for "false"')):
        status, err = run([{"wait": "guest: ready"}, step])
        same(status, 1, (step, err))
        assert "ecu" in err and "/script/1/" in err and sentence in err, (step, err)
    same(err.count("\n") < 12, True)
    assert "guest: ready" in err, err
    fake("crash")
    status, err = run([{"wait": "guest: ready"}])
    same(status, 1, err)
    assert "status 3" in err and "Kernel panic" in err, err


@test
def bad_input():
    """what cannot be is said with its place before anything starts, status 2"""
    fake()
    forget()
    for change, place in (({"bus": "can7"}, "/guests/ecu/bus"), ({"via": "magic"}, "/guests/ecu/via"),
                          ({"script": [{"wait": "x", "run": "y"}]}, "/guests/ecu/script/0"),
                          ({"script": [{}]}, "/guests/ecu/script/0"), ({"memory": -1}, "/guests/ecu/memory"),
                          ({"script": [{"do": {"fault": "nonsense"}}]}, "/guests/ecu/script/0"),
                          ({"colour": 1}, "/guests/ecu")):
        status, err = run(**dict({"script": []}, **change))
        same(status, 2, err)
        assert place in err and err.count("\n") <= 2, err
    assert not os.path.exists(os.path.join(FOLDER, "guest.pid"))


@test
def missing():
    """a QEMU that is not there, or lacks the way that is asked for, is said with the next step"""
    fake(has="usb-redir")
    status, err = run([], via="vfio-user")
    assert status in (2, 3) and "vfio-user" in err, (status, err)
    status, err = run([], qemu="/no/such/qemu")
    assert status in (2, 3) and "/no/such/qemu" in err, (status, err)
    os.environ["CANSIM_QEMU"] = FAKE


@test
def ways():
    """auto takes the first way that QEMU has; the words are as each way needs them"""
    for has, version, words in (
            (ALL, "11.0.0", ('"driver":"vfio-user-pci"',)),
            ("usb-redir qemu-xhci kvaser_pci", "7.2.0", ("usb-redir,", "qemu-xhci,")),
            ("kvaser_pci", "7.2.0", ("kvaser_pci", "can-host-socketcan"))):
        fake(has=has, version=version)
        forget()
        status, out, err = cansim("guest", "run", "--print", "--kernel", "kernel.bin", "--link", "./host.sock")
        same(status, 0, err)
        text = out.decode()
        for word in words:
            assert word in text, (has, text)
        assert not os.path.exists(os.path.join(FOLDER, "guest.pid"))
    fake(has="usb-redir qemu-xhci", version="7.2.0")
    status, out, err = cansim("guest", "probe")
    same(status, 0, err)
    assert b"version 7" in out and b"vfio-user  no" in out and b"takes usb" in out, out


@test
def ends():
    """the guest ends with the run, and its sockets go, also where it does not listen to SIGTERM"""
    for mode in ("shell", "deaf", "mute"):
        fake(mode)
        forget()
        scenario([{"wait": "nothing of the kind", "within": "60s"}], via="usb")
        process = start("run", "--quiet", "guest.json")
        pid = pid_of()
        began = time.monotonic()
        same(stop(process, signal.SIGINT)[0], 130)
        assert time.monotonic() - began < 10
        wait_for(lambda: is_gone(pid), "the end of QEMU (%s)" % mode)


@test
def killed():
    """a host that is killed with -9 takes its guest with it"""
    fake("deaf")
    forget()
    scenario([{"wait": "nothing of the kind"}])
    process = start("run", "--quiet", "guest.json")
    pid = pid_of()
    stop(process, signal.SIGKILL)
    wait_for(lambda: is_gone(pid), "the end of QEMU")


@test
def flood():
    """a guest that never stops talking does not grow the host, and its script's limits still hold"""
    fake("flood")
    forget()
    scenario([{"wait": "nothing of the kind", "within": "1500ms"}], console="/dev/null")
    process = start("run", "--quiet", "guest.json")
    pid_of()
    time.sleep(0.4)
    sizes = []
    for _ in range(2):
        with open("/proc/%d/statm" % process.pid, encoding="ascii") as file:
            sizes.append(int(file.read().split()[1]))
        time.sleep(0.6)
    status, _, err = process.wait(10), *process.communicate()
    same(status, 1, err)
    assert sizes[1] - sizes[0] < 256, sizes


assert os.path.exists(os.path.join(BIN, "cansim"))
run_tests()
