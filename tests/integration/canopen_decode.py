#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A network's traffic decoded, with and without a device's file: every line, field and node as it was looked at.

CANSIM_GOLDEN=update tests/integration/canopen_decode.py writes what is compared with."""

import os

from cli_lib import EXAMPLES, ROOT, cansim, run_tests, same, test

LOG = os.path.join(ROOT, "tests", "canopen", "network.log")
EDS = "5=" + os.path.join(EXAMPLES, "drive.eds")


def compare(name, *options):
    path = os.path.join(ROOT, "tests", "golden", name)
    status, out, err = cansim("decode", "--as", "canopen", *options, LOG)
    same((status, err), (0, b""), name)
    if os.environ.get("CANSIM_GOLDEN") == "update":
        with open(path, "wb") as file:
            file.write(out)
    with open(path, "rb") as file:
        expected = file.read()
    for number, (a, b) in enumerate(zip(out.splitlines(), expected.splitlines()), 1):
        same(a, b, f"{name}:{number}")
    same(len(out), len(expected), f"{name}: length")


@test
def all_that_frames_tell():
    compare("canopen-network.txt", "--network")


@test
def all_that_frames_tell_of_a_known_device():
    compare("canopen-network-eds.txt", "--eds", EDS, "--verbose", "--network")


@test
def all_that_frames_tell_as_json():
    compare("canopen-network.json", "--eds", EDS, "--json")


run_tests()
