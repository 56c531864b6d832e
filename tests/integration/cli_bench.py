#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim bench: what it tells and how it hangs together. How fast the machine is, is no test."""

import json
import os
import re

from cli_lib import FOLDER, ROOT, Skip, cansim, run_tests, same, test

QUICK = ("--seconds", "0.02", "--bus-time", "60s", "--log-frames", "20000")


def measure():
    os.environ["TMPDIR"] = FOLDER  # of the log
    status, out, err = cansim("bench", "--json", *QUICK)
    same((status, err), (0, b""))
    same(out.count(b"\n"), 1)
    return json.loads(out)


def row(told, **wanted):
    found = [r for r in told["rows"] if all(r.get(k) == v for k, v in wanted.items())]
    assert found, f"no row with {wanted}"
    return found[0]


TOLD = measure()


@test
def rows():
    """both engines with 2, 8 and 32 nodes, in turn and contending, CAN FD too"""
    for engine in ("frame", "bit"):
        for nodes in (2, 8, 32):
            row(TOLD, engine=engine, nodes=nodes, load="in_turn", fd=False)
        row(TOLD, engine=engine, nodes=8, load="contend")
        row(TOLD, engine=engine, nodes=8, fd=True)
    for r in TOLD["rows"]:
        assert r["frames"] > 0 and 0 < r["ns_per_frame"] <= r["ns_per_frame_median"], r
        bits = r["frames_per_s"] * r["bits_per_frame"] * r["nodes"]
        assert abs(r["node_bits_per_s"] / bits - 1) < 0.01, r
        assert abs(r["frames_per_s"] * r["ns_per_frame"] / 1e9 - 1) < 0.01, r


@test
def lengths():
    """frames have the length that their kind has: the load is what it says it is"""
    for r in TOLD["rows"]:
        low, high = (580, 750) if r["fd"] else (131, 160) if r["ext"] else (111, 135)
        assert low <= r["bits_per_frame"] <= high, r


@test
def terminal():
    """cansim-tui under load: it shows screens, keys act, and an empty host sleeps"""
    t = TOLD["tui"]
    assert "skipped" not in t, t
    assert t["startup_ms"] > 0 and t["screens_per_s"] > 1 and 0 < t["core"] < 2, t
    assert 0 < t["key_ms"] <= t["key_most_ms"] and t["kept_up"] > 0.2, t
    assert t["idle_core"] < 0.2, t
    assert t["kept_up"] > 0.2, t  # the clock on the screen was read
    same(len({s["name"] for s in t["scenes"]}), 11)
    for s in t["scenes"]:
        assert s["screens_per_s"] > 0 and 0 < s["core"] < 2, s


@test
def a_log():
    """cansim-tui shows the first rows of a log, answers while it loads, and comes to its end; the log is gone then"""
    told = TOLD["log"]
    assert "skipped" not in told and "note" not in told, told
    same((told["frames"], told["bytes"]), (20000, 920000))
    assert 0 < told["first_ms"] and 0 < told["key_ms"] and 0 < told["loaded_s"], told
    assert abs(told["frames_per_s"] * told["loaded_s"] / 20000 - 1) < 0.01, told
    assert told["resident"] > 1e6, told
    same([name for name in os.listdir(FOLDER) if name.startswith("cansim-bench")], [])


@test
def memory():
    """a minute of bus time leaves nothing behind, and the bus was full"""
    m = TOLD["memory"]
    same(m["bus_s"], 60.0)
    assert 60 * 500000 / 135 < m["frames"] < 60 * 500000 / 111, m
    same(m["heap_after"], m["heap_before"])
    assert m["resident_after"] <= m["resident_before"] + 256 * 1024, m


@test
def identifiers():
    """a frame costs the same however many identifiers there are"""
    for key in ("identifiers_1000_to_1", "identifiers_2048_to_1", "identifiers_ext_1000000_to_1"):
        assert 0.5 < TOLD["ratios"][key] < 2, f"{key}: {TOLD['ratios'][key]}"


@test
def nodes():
    """16 times the nodes cost at most 16 times as much and some; a whole frame costs less than its bits"""
    for key in ("frame_32_to_2", "frame_contend_32_to_2", "bit_32_to_2"):
        assert TOLD["ratios"][key] < 24, f"{key}: {TOLD['ratios'][key]}"
    assert TOLD["ratios"]["bit_to_frame"] > 5, TOLD["ratios"]


@test
def decode():
    """the decoder takes nearly all of the traffic; where there is no comparison with tshark it says why"""
    told = TOLD["decode"]
    if "skipped" in told:
        raise Skip(told["skipped"])
    assert told["frames"] > 0 and told["taken_permille"] > 990, told
    assert 0 < told["ns_per_frame"] <= told["ns_per_frame_median"], told
    assert abs(told["frames_per_s"] * told["ns_per_frame"] / 1e9 - 1) < 0.01, told
    if "no_tshark" not in told:
        ratio = told["tshark_ns_per_frame"] / told["program_ns_per_frame"]
        assert abs(told["tshark_to_program"] / ratio - 1) < 0.02, told


@test
def text():
    """the same as text: a line for each measurement, memory, ratios"""
    status, out, err = cansim("bench", *QUICK)
    same((status, err), (0, b""))
    lines = out.decode().splitlines()
    same(len([line for line in lines if re.fullmatch(r"  \S.*( +[0-9.]+){4}", line)]), len(TOLD["rows"]))
    same(len([line for line in lines if re.fullmatch(r"  .* : .* +[0-9.]+", line)]), len(TOLD["ratios"]))
    assert any(re.fullmatch(r"  60s of bus time, .* resident before, \d+ after", line) for line in lines), lines


@test
def options():
    """limits and units of the options; each is in cansim(1)"""
    for option, value, expected in (
            ("--seconds", "0", "10ms..60s"), ("--seconds", "61", "10ms..60s"), ("--seconds", "20m", "10ms..60s"),
            ("--seconds", "", "10ms..60s"), ("--bus-time", "1ms", "1s..100h"), ("--bus-time", "5", "1s..100h")):
        status, out, err = cansim("bench", option, value)
        same((status, out), (2, b""))
        expected = f'cansim: {option}: must be {expected}, got "{value}"\n'
        same(err.decode(), expected)
    same(cansim("bench", "more")[0], 2)
    same(cansim("bench", "--log-frames", "100000001"), (2, b"", b"cansim: --log-frames: must be 0..100000000\n"))
    with open(os.path.join(ROOT, "docs", "man", "cansim.1"), encoding="utf-8") as file:
        page = file.read().replace("\\-", "-")
    for option in re.findall(r"--[a-z-]+", cansim("help", "bench")[1].decode()):
        assert option == "--help" or option in page, f"{option} is not in the page"


run_tests()
