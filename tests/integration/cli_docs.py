#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The manual pages and the help agree with what the program does."""

import json
import os
import re

from cli_lib import EXAMPLES, ROOT, cansim, read, run_tests, same, test, write

MAN = os.path.join(ROOT, "docs", "man")


def page(name):
    with open(os.path.join(MAN, name), encoding="utf-8") as file:
        return file.read().replace("\\-", "-")


@test
def scenario_keys():
    """every key of a scenario is in cansim-scenario(5)"""
    text = page("cansim-scenario.5")
    keys = re.findall(r"^  ([a-z_-]+)(?: +\S.*)?$", cansim("help", "scenario")[1].decode(), re.M)
    assert len(keys) > 40, keys
    for key in keys:
        key = re.escape(key)
        assert re.search(rf"^\.BR? .*\b{key}\b", text, re.M), f"{key} is not in the page"


@test
def options():
    """every option is in cansim(1)"""
    text = page("cansim.1")
    for command in ("run", "serve", "guest", "explain", "check", "convert"):
        for option in re.findall(r"--[a-z-]+", cansim("help", command)[1].decode()):
            assert option == "--help" or option in text, f"{command} {option} is not in the page"


@test
def example():
    """the example in cansim-scenario(5) is a good scenario"""
    write("man.json", page("cansim-scenario.5").split(".EX\n")[-1].split(".EE")[0])
    status, out, err = cansim("run", "--log", "-", "man.json")
    same(status, 0, err)
    assert out.count(b"\n") > 100, out


@test
def event_table():
    """the table of events in cansim(1) is what the events file has"""
    table = page("cansim.1").split("l l.\n")[1].split("\n.TE")[0].replace("\n\\&\t", " ")
    rows = dict(line.split("\t") if "\t" in line else (line, "") for line in table.splitlines())
    seen = set()
    for name in ("arbitration", "no-ack", "demo", "bus-off"):
        same(cansim("run", "--quiet", "--duration", "21s", "--detail", "--events", "e",
                    os.path.join(EXAMPLES, name + ".json"))[0], 0)
        for line in read("e").splitlines():
            event = json.loads(line)
            keys = list(event)[4:]
            expected = [k for k in rows[event["event"]].split(", ") if k]
            if event["event"] in ("error", "error_frame") and "frame" in keys:
                keys.remove("frame")
            same(keys, expected, event["event"])
            seen.add(event["event"])
    assert len(seen) >= 17, sorted(seen)


run_tests()
