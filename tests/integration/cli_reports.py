#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reports and artifacts of cansim run and cansim test, read by the libraries and programs that others read them with."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

from cli_lib import EXAMPLES, FOLDER, Skip, cansim, read, run_tests, same, test, write

FORMATS = ("text", "tap", "junit", "json", "github", "markdown")
NODES = {"ecu": {"type": "periodic", "frame": "123#1122", "period": "10ms"}, "listener": {}}
GOOD = {"duration": "100ms", "nodes": NODES, "expect": [{"frame": "123", "count": 10}]}
BAD = {"duration": "5s", "nodes": NODES, "title": "A <title> & \"more\"", "expect": [
    {"name": "boots, 100 %: \n::error::x", "frame": "124", "within": "2s"}, {"frame": "123"},
    {"name": "later", "frame": "125", "within": "3s"}]}


def suite():
    os.makedirs(os.path.join(FOLDER, "s"), exist_ok=True)
    for name, content in (("a", json.dumps(GOOD)), ("b", json.dumps(BAD, indent=1)), ("c", '{"nodes": {"x": 5}}')):
        write(f"s/{name}.json", content)
    return "s"


def reported(command, *args):
    """All formats at once: {format: text}, and the status."""
    options = [word for f in FORMATS for word in ("--report", f"{f}=report.{f}")]
    status = cansim(command, *options, *args)[0]
    return status, {f: read(f"report.{f}").decode() for f in FORMATS}


def files_of(folder):
    return sorted(os.listdir(os.path.join(FOLDER, folder)))


@test
def all_at_once():
    """several formats, each to its file; two runs give the same bytes, whatever -j"""
    suite()
    status, first = reported("test", "s", "-j1")
    same(status, 2)
    same(reported("test", "s", "-j4"), (2, first))
    for name in FORMATS:  # and to standard output
        same(cansim("test", "s", "--report", name), (2, first[name].encode(), b""))


@test
def junit():
    """JUnit: counts, a case an expectation, the failure with its line"""
    suite()
    root = xml.etree.ElementTree.fromstring(reported("test", "s")[1]["junit"])
    same({k: root.get(k) for k in ("tests", "failures", "errors", "skipped")},
         {"tests": "5", "failures": "2", "errors": "1", "skipped": "0"})
    same([s.get("name") for s in root], ["s/a.json", "s/b.json", "s/c.json"])
    cases = root[1].findall("testcase")
    same([c.get("name") for c in cases], [BAD["expect"][0]["name"], 'frame "123"', "later"])
    same(cases[0].get("line"), str(json.dumps(BAD, indent=1).split("boots")[0].count("\n")))  # its brace
    assert "nothing up to 2.000000 s" in cases[0].find("failure").get("message")
    same([len(list(c)) for c in cases], [1, 0, 1])
    assert root[2].find("testcase/error") is not None


@test
def tap():
    """TAP: plans fit, subtests are told by their points, diagnostics are YAML"""
    suite()
    text = reported("test", "s")[1]["tap"]
    lines = text.splitlines()
    same(lines[:2], ["TAP version 14", "1..3"])
    same([l for l in lines if re.match("(not )?ok", l)], ["ok 1 - s/a.json", "not ok 2 - s/b.json", "not ok 3 - s/c.json"])
    for subtest in re.split("^# Subtest: .*$", text, flags=re.M)[1:]:
        plan = int(re.search(r"^    1\.\.(\d+)$", subtest, re.M)[1])
        same([int(n) for n in re.findall(r"^    (?:not )?ok (\d+)", subtest, re.M)], list(range(1, plan + 1)))
    try:
        import yaml
    except ImportError:
        yaml = None
    for block in re.findall(r"^ +---\n(.*?)^ +\.\.\.$", text, re.M | re.S):
        if yaml is not None:
            assert isinstance(yaml.safe_load(block), dict), block
        else:
            assert all(re.match(r" +(\w+: ?|- |\w+:$)", row) for row in block.splitlines()), block


@test
def github_and_markdown():
    """annotations are one line each with their place; the table has a row a scenario"""
    suite()
    texts = reported("test", "s")[1]
    rows = texts["github"].splitlines()
    same([re.match(r"::(\w+) (file=[^,]*)?", row).groups() for row in rows],
         [("error", "file=s/b.json"), ("error", "file=s/b.json"), ("error", "file=s/c.json"), ("notice", None)])
    assert "title=boots%2C 100 %25%3A %0A%3A%3Aerror%3A%3Ax::expected: " in rows[0], rows[0]
    table = [row for row in texts["markdown"].splitlines() if row.startswith("| s/")]
    same([row.split(" | ")[1] for row in table], ["passed", "**failed**", "**unusable**"])


@test
def run_reports_too():
    """cansim run has the same reports of its one scenario"""
    suite()
    status, texts = reported("run", "s/b.json", "--log", "log", "-q")
    same(status, 1)
    report = json.loads(texts["json"])
    same((report["summary"]["failed"], report["scenarios"][0]["result"]), (1, "failed"))
    assert "\nnot ok 1 - boots" in texts["tap"]
    assert texts["text"].startswith("failed: s/b.json: 2 of 3 expectations failed"), texts["text"]


@test
def artifacts():
    """logs of the seconds around the first failure; they are what a whole run's logs have there"""
    suite()
    status, out, err = cansim("test", "s", "--artifacts", "kept", "--around", "100ms")
    same((status, err), (2, b""))
    assert b"\n  kept: kept/s/b\n" in out
    same(files_of("kept/s"), ["b"])
    same(files_of("kept/s/b"), ["candump.log", "capture.pcapng", "events.jsonl", "explain.txt", "report.txt",
                                "scenario.jsonc", "waves.vcd"])
    same(cansim("run", "-q", "--log", "whole.log", "--events", "whole.events", "s/b.json")[0], 1)
    inside = [row for row in read("whole.log").splitlines() if 1.9 <= float(row[1:row.index(b")")]) <= 2.1]
    same(read("kept/s/b/candump.log").splitlines(), inside)
    kept = read("kept/s/b/events.jsonl").splitlines()
    whole = read("whole.events").splitlines()
    assert kept and all(row in whole for row in kept if b'"start"' not in row), kept
    same(read("kept/s/b/scenario.jsonc"), read("s/b.json"))
    assert b"boots" in read("kept/s/b/report.txt")
    assert b"123#1122" in read("kept/s/b/explain.txt") and read("kept/s/b/waves.vcd").startswith(b"$")
    if not shutil.which("tshark"):
        raise Skip("tshark is not there")
    seen = subprocess.run(["tshark", "-n", "-r", "kept/s/b/capture.pcapng", "-T", "fields", "-e", "can.id"], cwd=FOLDER,
                          capture_output=True, text=True, timeout=60, check=True).stdout.split()
    same(len(seen), len(inside))


@test
def artifacts_again():
    """what was kept before goes where it passes now; a folder of theirs with other files stays"""
    suite()
    write("one.json", json.dumps(BAD))
    same(cansim("test", "one.json", "--artifacts", "again")[0], 1)
    assert "events.jsonl" in files_of("again/one")
    write("again/one/notes.txt", "mine")
    write("one.json", json.dumps(GOOD))
    same(cansim("test", "one.json", "--artifacts", "again")[0], 0)
    same(files_of("again/one"), ["notes.txt"])
    same(cansim("test", "one.json", "--artifacts", "again", "--keep-artifacts", "always")[0], 0)
    assert "candump.log" in files_of("again/one")


@test
def artifacts_of_programs():
    """with programs the logs are of the run itself, cut to the same window"""
    scenario = {"duration": "1s", "speed": 1, "nodes": NODES,
                "programs": {"dump": {"command": ["candump", "-n", "3", "can0"]}},
                "expect": [{"frame": "124", "within": "500ms"}, {"program": {"name": "dump", "status": 0}}]}
    write("live.json", json.dumps(scenario))
    same(cansim("test", "live.json", "--artifacts", "live", "--around", "100ms")[0], 1)
    times = [float(row[1:row.index(b")")]) for row in read("live/live/candump.log").splitlines()]
    assert times and 0.4 <= times[0] and times[-1] <= 0.6 and len(times) == 20, times
    scenario["expect"] = scenario["expect"][1:]
    write("live.json", json.dumps(scenario))
    same(cansim("test", "live.json", "--artifacts", "live")[0], 0)
    assert not os.path.exists(os.path.join(FOLDER, "live/live"))


@test
def artifacts_cannot_be_kept():
    """no folder can be made: a sentence, status 3, the other scenarios are run"""
    suite()
    write("file", "")
    status, out, err = cansim("test", "s", "--artifacts", "file")
    same((status, err), (3, b""))
    assert b"could not run: s/b.json" in out and b"file/s: cannot be created: " in out and b"passed: s/a.json" in out, out
    status, out, err = cansim("run", "-q", "--log", "log", "s/b.json", "--artifacts", "/proc/x")
    assert status == 3 and err.count(b"/proc/x") == 1, err


@test
def times():
    """wall times only where they are asked for"""
    suite()
    out = cansim("test", "s/a.json", "--report-time")[1].decode()
    assert re.search(r"passed: s/a.json: 1 expectation, 100ms of bus time in \d+(\.\d+)?(ms|s)\n", out) or \
        " in 0s\n" in out, out
    report = json.loads(cansim("test", "s/a.json", "--report-time", "--report", "json")[1])
    assert report["scenarios"][0]["wall_time_ms"] >= 0, report
    report = json.loads(cansim("test", "s/a.json", "--report", "json")[1])
    assert "wall_time_ms" not in report["scenarios"][0]


@test
def examples_report():
    """the examples with expectations tell them by name"""
    report = json.loads(cansim("test", EXAMPLES, "-k", "expect-", "--report", "json")[1])
    names = [e["name"] for s in report["scenarios"] for e in s["expectations"]]
    assert "the drive boots" in names and report["summary"]["expectations_failed"] == 0, names


run_tests()
