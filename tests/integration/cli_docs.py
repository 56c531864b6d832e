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
def schema():
    """the JSON Schema in the sources is the program's, and takes what the program takes"""
    import jsonschema
    status, out, err = cansim("schema")
    same((status, err), (0, b""))
    with open(os.path.join(ROOT, "scenarios", "cansim.schema.json"), "rb") as file:
        assert out == file.read(), "make it anew: cansim schema >scenarios/cansim.schema.json"
    validator = jsonschema.Draft7Validator(json.loads(out))
    jsonschema.Draft7Validator.check_schema(json.loads(out))
    count = 0
    for name in sorted(os.listdir(EXAMPLES)):
        if name.endswith(".json"):
            with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
                validator.validate(json.load(file))
            count += 1
    assert count > 20, count
    for good in ({"nodes": {"a[1..3]": {"template": "t", "with": {"id": 3}, "tx_queue": "${n}"}}},
                 {"timeline": [{"for": {"i": "1..3"}, "at": "${i}s", "note": "x"}]},
                 {"nodes": {"r": {"type": "random", "load": "0.5%", "remote": 2.5, "brs": "${b}"}}}):
        validator.validate(good)
    for bad in ({"duratoin": "1s"}, {"duration": 1}, {"duration": "1 week"}, {"nodes": []},
                {"nodes": {"a": {"type": "random", "load": "50"}}}, {"nodes": {"a": {"tx_queue": 0}}}, {"nodes": {"a": {"fd": "maybe"}}},
                {"timeline": [{"att": "1s"}]}, {"buses": {"can0": {"bitrate": "fast"}}}):
        assert not validator.is_valid(bad), bad
        write("bad.json", json.dumps(bad))
        same(cansim("check", "bad.json")[0], 2, str(bad))


@test
def scenario_guide():
    """docs/scenario.md has the keys as the program tells them, and its examples are good"""
    with open(os.path.join(ROOT, "docs", "scenario.md"), encoding="utf-8") as file:
        text = file.read()
    reference = text.split("## Reference")[1].split("```text\n")[1].split("```")[0]
    same(reference, cansim("help", "scenario")[1].decode(), "docs/scenario.md, Reference")
    blocks = re.findall(r"```json\n(.*?)```", text, re.S)
    write("first.json", blocks[0])
    status, out, err = cansim("run", "first.json")
    assert status == 0 and b"7DF" in out and b"error in" in out, (out, err)
    write("parts.json", blocks[1])
    os.makedirs(os.path.join(os.path.dirname(write("x", "")), "common"), exist_ok=True)
    write("common/vehicle.json", '{"duration": "600ms"}')
    status, out, err = cansim("run", "parts.json")
    assert status == 0 and b"ecu 5, turn 1" in out and b"sensor4" in out, (out[-500:], err)
    write("lines.json", '{"duration": "1s", "nodes": {"engine": {}}, "timeline": [' + blocks[2] + "]}")
    same(cansim("check", "lines.json")[0], 0)


@test
def options():
    """every option is in cansim(1)"""
    text = page("cansim.1")
    for command in ("run", "serve", "guest", "explain", "check", "convert", "diff"):
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
