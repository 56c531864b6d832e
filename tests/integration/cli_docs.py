#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The manual pages and the help agree with what the program does."""

import json
import os
import re
import shutil
import subprocess

from cli_lib import CANSIM, EXAMPLES, FOLDER, ROOT, cansim, environment, read, run_tests, same, test, write

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
    for command in ("run", "test", "serve", "guest", "explain", "check", "convert", "diff"):
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


def ci_guide():
    """docs/ci.md, and its folder tests/can"""
    with open(os.path.join(ROOT, "docs", "ci.md"), encoding="utf-8") as file:
        text = file.read()
    os.makedirs(os.path.join(FOLDER, "tests", "can"), exist_ok=True)
    for source, target in (("expect-boot.json", "boot.json"), ("drive.eds", "drive.eds")):
        shutil.copy(os.path.join(EXAMPLES, source), os.path.join(FOLDER, "tests", "can", target))
    write("tests/can/brakes.json", re.search(r"```json\n(.*?)```", text, re.S)[1])
    return text


@test
def ci_example():
    """what docs/ci.md shows of cansim test is what it says of these scenarios"""
    shown = re.search(r"\$ cansim test tests/can\n(.*?)```", ci_guide(), re.S)[1]
    same(cansim("test", "tests/can"), (1, shown.encode(), b""))


@test
def ci_recipes():
    """the lines of the recipes in docs/ci.md run, fail as they should, and leave the files that the recipes pick up"""
    import yaml
    text = ci_guide()
    github, gitlab = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.S)]
    lines = [step["run"] for step in github["jobs"]["can"]["steps"] if step.get("run", "").startswith("cansim ")]
    lines += gitlab["can"]["script"]
    same(len(lines), 4, str(lines))
    env = environment(PATH=os.path.dirname(CANSIM) + ":" + os.environ["PATH"])
    for line in lines:
        done = subprocess.run(["sh", "-c", line], cwd=FOLDER, env=env, capture_output=True, timeout=60, check=False)
        same((done.returncode, done.stderr), (1 if " test " in line else 0, b""), line)
    names = [step["with"]["path"] for step in github["jobs"]["can"]["steps"] if "path" in step.get("with", {})]
    names += ["summary.md", *gitlab["can"]["artifacts"]["paths"], gitlab["can"]["artifacts"]["reports"]["junit"]]
    for name in names:
        assert os.path.exists(os.path.join(FOLDER, name)), name
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        assert re.search(r"^deps-build:$", file.read(), re.M)


@test
def ci_keys():
    """the keys of the JSON report are in docs/ci.md"""
    text = ci_guide()
    report = json.loads(cansim("test", "tests/can", "--report", "json", "--artifacts", "kept")[1])

    def keys(value):
        if isinstance(value, dict):
            return set(value) | {k for v in value.values() for k in keys(v)}
        return {k for v in value for k in keys(v)} if isinstance(value, list) else set()
    for key in keys(report):
        assert f"`{key}`" in text, key


run_tests()
