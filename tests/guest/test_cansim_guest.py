#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests that a scenario starts, on this machine's own QEMU: cansim run boots them, follows their scripts on the
console, and ends them.  Prints TAP."""

import json
import os
import subprocess
import tempfile

import guest_lib
import tap
from guest_lib import GuestError

POINTS = [
    "over usb, guest-bus-off.json: the guest's driver is bus-off and recovers",
    "through the shim, the guest and the bus hear each other",
    "a step that does not come true fails the run, with what the guest said",
]
LIMIT_S = 240
RUN_S = 150
EXAMPLE = os.path.join(guest_lib.REPO, "scenarios", "examples", "guest-bus-off.json")

SHIM = {
    "buses": {"can0": "500k"},
    "nodes": {"sensor": {"type": "periodic", "frame": "080#0000", "period": "100ms", "counter": 0}, "logger": {}},
    "guests": {"ecu": {"image": "debian", "via": "shim", "console": "ecu.log", "script": [
        {"wait": "guest: ready"},
        {"run": "ip link set can0 up type can bitrate 500000"},
        {"run": "timeout 5 candump -n 1 can0", "expect": "080"},
        {"run": "cansend can0 124#01"},
        {"pause": "200ms"},
        {"run": "! dmesg | grep -E 'BUG|WARNING|Oops'"}]}},
}
WRONG = {"guests": {"ecu": {"image": "debian", "via": "none", "console": "ecu.log", "script": [
    {"wait": "guest: ready"}, {"run": "ip link show can7 2>&1"}]}}}


class Stage:
    def __init__(self, folder):
        self.folder = folder
        self.environment = dict(os.environ, CANSIM_GUEST_CACHE=guest_lib.cache_directory(),
                                CANSIM_GUEST_ACCEL="tcg")
        self.environment.pop("CANSIM_QEMU", None)

    def text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, scenario):
        """(exit status, what it said); the log is in the file log."""
        if isinstance(scenario, dict):
            path = os.path.join(self.folder, "s.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(scenario, file)
            scenario = path
        command = [os.path.join(guest_lib.bin_directory(), "cansim"), "run", "--quiet", "--log", "log", scenario]
        try:
            done = subprocess.run(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_S, check=False)
        except subprocess.TimeoutExpired:
            raise GuestError("cansim run did not end") from None
        return done.returncode, done.stdout.decode(errors="replace").strip()


def held(status, said):
    return [] if status == 0 else ["status %d: %s" % (status, said)]


def body(points):
    guest_lib.qemu_version()
    guest_lib.build_image(guest_lib.cache_directory())
    points.start_clock()
    with tempfile.TemporaryDirectory(prefix="cansim-guest-test-") as folder:
        stage = Stage(folder)
        points.point(held(*stage.run(EXAMPLE)))
        problems = held(*stage.run(SHIM))
        if "124#01" not in stage.text("log"):
            problems.append("the guest's frame is not in the log")
        if "can0" not in stage.text("ecu.log"):
            problems.append("the console's file has nothing of the guest: " + stage.text("ecu.log")[-200:])
        points.point(problems)
        status, said = stage.run(WRONG)
        expected = '/guests/ecu/script/1/run: "ip link show can7 2>&1" must end with status 0, got 1'
        good = status == 1 and expected in said and "does not exist" in said
        points.point([] if good else ["status %d: %s" % (status, said)])


if __name__ == "__main__":
    tap.run(POINTS, body, LIMIT_S)
