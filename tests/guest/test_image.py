#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The guest image alone, without cansim: a guest with two cards on one QEMU can-bus, and a guest
restored from the snapshot.  Where this fails, test_two_guests.py cannot work.  Prints TAP."""

import guest_lib
import tap

POINTS = [
    "a guest boots and its kernel drives two SJA1000 cards",
    "frames go from one card to the other and back, unchanged and in order",
    "the modules for USB adapters, slcan, vcan and ISO-TP load",
    "a guest comes back from the snapshot and works",
]
LIMIT_S = 120
FRAMES = ["123#", "7FF#00", "000#1122334455667788", "00000001#FFFFFFFF",
          "1FFFFFFF#0102030405060708", "555#R", "12345678#R"]
MODULES = "vcan slcan can-bcm can-isotp can-gw gs_usb peak_usb xhci_pci"


def differences(expected, seen):
    if seen == expected:
        return []
    return ["expected " + " ".join(expected), "saw      " + " ".join(seen)]


def exchange(guest):
    """Send from each card in turn; what is wrong with what the other one received."""
    for interface in ("can0", "can1"):
        guest.bring_up(interface)
        guest.start_candump(interface)
    for number, frame in enumerate(FRAMES):
        guest.check("cansend can%d %s" % (number % 2, frame))
    return (differences(FRAMES, guest.candump("can0", len(FRAMES)))
            + differences(FRAMES, guest.candump("can1", len(FRAMES))))


def load_modules(guest):
    problems = []
    for module in MODULES.split():
        status, output = guest.run("modprobe " + module)
        if status != 0:
            problems.append("modprobe %s: %s" % (module, output.strip()))
    return problems


def restore(image, cache):
    path = guest_lib.snapshot(cache, image)
    if not path:
        return ["no snapshot could be made"]
    guest = guest_lib.Guest("restored", image)
    try:
        guest.start(path)
        guest.wait_ready()
        if not guest.restored:
            return ["the snapshot did not start: the guest was booted instead"]
        guest.bring_up()
        return []
    finally:
        guest.kill()


def body(points):
    guest_lib.qemu_version()
    cache = guest_lib.cache_directory()
    image = guest_lib.build_image(cache)
    points.start_clock()
    guest = guest_lib.Guest("guest", image, cards=2)
    try:
        guest.start()
        guest.wait_ready()
        cards = guest.check("ls /sys/bus/pci/drivers/kvaser_pci | grep -c ^0000").strip()
        points.point([] if cards == "2" else ["the driver has %s cards, not 2" % cards])
        points.point(exchange(guest))
        points.point(load_modules(guest))
    except guest_lib.GuestError:
        points.diagnose("the guest's console ended with:\n" + "\n".join(guest.tail()))
        raise
    finally:
        guest.kill()
    points.point(restore(image, cache))


if __name__ == "__main__":
    tap.run(POINTS, body, LIMIT_S)
