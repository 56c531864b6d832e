#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests over different ways in on one bus, guests that a scenario starts, and the examples that need one."""

import os
import signal
import subprocess
import sys

import guest_lib
import suite_lib
from guest_lib import GuestError, Missing
from suite_lib import Driver, Host, WAYS, wait

EXAMPLES = os.path.join(guest_lib.REPO, "scenarios", "examples")


def pair(first, second):
    """Two guests exchange frames; each sees what the other sent, in its order."""
    ways = [WAYS[first], WAYS[second]]
    image = guest_lib.build_image(guest_lib.cache_directory())
    for way in ways:
        if way.modern:
            suite_lib.modern_qemu()
    host = Host(ways)
    drivers = [Driver(way, host, image, "guest%d" % i) for i, way in enumerate(ways)]
    try:
        for driver in drivers:
            driver.guest.start()
        for driver in drivers:
            driver.wait_booted()
            driver.up()
            driver.guest.start_candump()
        listener = host.listen(output=os.path.join(host.folder, "dump"))
        expected = []
        for number in range(30):
            frame = "%03X#%02X%s" % (0x100 + 0x100 * (number % 2), number, "A5" * (number % 8))
            expected.append(frame)
            drivers[number % 2].guest.check("cansend can0 " + frame)
            wait(lambda: len(open(os.path.join(host.folder, "dump")).readlines()) > number, frame)
        for driver in drivers:
            seen = driver.guest.candump(lines=len(expected))
            assert seen == expected, "%s saw %s" % (driver.way.name, seen)
            driver.guest.run("killall candump")
        drivers[1].guest.type("canfdtest can0 >/dev/null 2>&1 &")
        said = drivers[0].guest.run("sleep 0.5; canfdtest -g -v -f 1 -l 500 can0", 120)[1]
        assert "sent and received: 500" in said, said
        host.stop(listener)
        assert guest_lib.frames_of(open(os.path.join(host.folder, "log")).read())[:len(expected)] == expected
        for driver in drivers:
            suite_lib.TESTS[-1][2](driver, host)  # the kernel's log
    finally:
        for driver in drivers:
            driver.close()
        host.close()


def wrong_neighbour():
    """Guest B at the wrong bit rate disturbs guest A's bus, goes bus-off, and is back at the right one."""
    ways = [WAYS["pcanfd"], WAYS["gs_usb"]]
    image = guest_lib.build_image(guest_lib.cache_directory())
    host = Host(ways)
    a, b = [Driver(way, host, image, "guest%d" % i) for i, way in enumerate(ways)]
    try:
        for driver in (a, b):
            driver.guest.start()
        for driver in (a, b):
            driver.wait_booted()
        a.up(500000)
        listeners = [host.listen("listener%d" % i) for i in range(2)]
        a.guest.type("cangen can0 -g 2 -I 100 -L 8 >/dev/null 2>&1 &")
        b.up(1000000)
        start = host.mark()
        b.guest.type("for i in $(seq 50); do cansend can0 7FF#FFFFFFFFFFFFFFFF; done; true")
        wait(lambda: host.count(start, event="state", node=b.node, state="bus_off") > 0, "bus-off of guest B", 20)
        b.guest.run("true", 60)
        assert b.details()["bus_off"] > 0, b.details()
        b.up(500000)
        start = host.mark()
        b.guest.check("cansend can0 0B0#01")
        wait(lambda: host.count(start, event="frame", frame="0B0#01") > 0, "a frame of guest B at the right bit rate")
        a.guest.run("killall cangen")
        a.up(500000)  # what B did to it may have been its bus-off too
        start = host.mark()
        a.guest.check("cansend can0 0A0#01")
        wait(lambda: host.count(start, event="frame", frame="0A0#01") > 0, "a frame of guest A")
        a.wait_state(("ERROR-ACTIVE",))
        for listener in listeners:
            host.stop(listener)
    finally:
        a.close()
        b.close()
        host.close()


def example(name, qemu=None):
    """cansim run starts the guest, follows its script, and ends with status 0."""
    guest_lib.build_image(guest_lib.cache_directory())
    environment = dict(os.environ, CANSIM_GUEST_CACHE=guest_lib.cache_directory())
    if qemu:
        environment["CANSIM_QEMU"] = qemu
    else:
        environment.pop("CANSIM_QEMU", None)
    done = subprocess.run([Host.program("cansim"), "run", "--quiet", "--log", "/dev/null",
                           os.path.join(EXAMPLES, name)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment, cwd="/tmp", timeout=150, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-600:]
    if os.path.exists("/tmp/ecu.log"):
        os.unlink("/tmp/ecu.log")


POINTS = [
    ("two guests over pcanfd and gs_usb on one bus", lambda: pair("pcanfd", "gs_usb")),
    ("two guests over vfio-user and pcanfd on one bus", lambda: pair("vfio-user", "pcanfd")),
    ("a guest at the wrong bit rate disturbs its neighbour, goes bus-off, and comes back", wrong_neighbour),
    ("guest-bus-off.json over usb: the driver recovers", lambda: example("guest-bus-off.json")),
    ("guest-bus-off.json over vfio-user", lambda: example("guest-bus-off.json", suite_lib.modern_qemu())),
    ("guest-hot-plug.json: pulled out while up, and plugged in again", lambda: example("guest-hot-plug.json")),
]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = 0
    print("1..%d" % len(POINTS), flush=True)
    for number, (what, function) in enumerate(POINTS, 1):
        try:
            function()
        except Missing as reason:
            print("ok %d - %s # SKIP %s" % (number, what, reason), flush=True)
            continue
        except (AssertionError, GuestError, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print("not ok %d - %s" % (number, what), flush=True)
            for line in (type(error).__name__ + ": " + str(error)).splitlines()[:6]:
                print("# " + line[:600], flush=True)
            continue
        print("ok %d - %s" % (number, what), flush=True)
    sys.exit(1 if failed else 0)


main()
