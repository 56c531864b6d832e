#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--filter: every example of docs/filter.md, and the same expression in all tools."""

import os
import re

from cli_lib import EXAMPLES, FOLDER, ROOT, cansim, read, run_tests, same, test, write

ABORT = os.path.join(EXAMPLES, "expect-sdo-abort.json")
LOG = """\
(1.000000) can0 123#11
(1.010000) can0 123#12
(1.030000) can1 123#13.22
(1.040000) can0 585#8018100911000906
(1.050000) can0 123#14
(1.060000) can0 18DAF110##1AABBCC
(1.070000) can0 321#R4
"""


def frames(expression, *more):
    """The frames of the log that pass, as decode and as convert have it."""
    write("in.log", LOG)
    status, out, err = cansim("decode", "--filter", expression, *more, "in.log")
    same((status, err), (0, b""), expression)
    decoded = [line.split()[2] for line in out.decode().splitlines()]
    status, out, err = cansim("convert", "--filter", expression, "--to", "candump", "in.log", "-")
    same((status, err), (0, b""), expression)
    same([line.split()[2] for line in out.decode().splitlines()], decoded, expression)
    return decoded


def examples():
    with open(os.path.join(ROOT, "docs", "filter.md"), encoding="utf-8") as file:
        text = re.search(r"```filter\n(.*?)```", file.read(), re.S).group(1)
    return [line.split("#")[0].strip() for line in text.splitlines()]


@test
def documented():
    """each example of the documentation is taken, by decode, convert, diff and run"""
    found = examples()
    assert len(found) > 25, found
    for expression in found:
        frames(expression)
        same(cansim("diff", "--filter", expression, "in.log", "in.log")[0], 0, expression)
        same(cansim("run", "--filter", expression, ABORT)[0], 0, expression)


@test
def words_are_documented():
    """every word of the language is in its page"""
    with open(os.path.join(ROOT, "docs", "filter.md"), encoding="utf-8") as file:
        page = file.read()
    with open(os.path.join(ROOT, "scenarios", "query_words.c"), encoding="utf-8") as file:
        source = file.read()
    words = re.findall(r'(?:NUMBER|NAMES|WORDS|FLAG)\("(\w+)"|\.name = "(\w+)"', source)
    words = [a or b for a, b in words] + re.findall(r'^    \{"([\w-]+)", CS_|\{"([\w-]+)", CS_', source, re.M)
    words = {w if isinstance(w, str) else w[0] or w[1] for w in words}
    assert len(words) > 30, words
    for word in words:
        assert re.search(rf"`[^`]*\b{word}\b[^`]*`", page), word


@test
def chosen():
    """what passes, and nothing else"""
    same(frames("123"), ["123#11", "123#12", "123#1322", "123#14"])
    same(frames("123 and bus=can0 and data[0]>11"), ["123#12", "123#14"])
    same(frames("dt>10ms"), ["123#14"])
    same(frames("dt>=10ms and not bus=can1"), ["123#12", "123#14"])
    same(frames("rtr or fd"), ["18DAF110##1AABBCC", "321#R4"])
    same(frames("sdo.abort"), ["585#8018100911000906"])
    assert "585#8018100911000906" in frames("canopen") and "18DAF110##1AABBCC" not in frames("canopen")
    same(frames('"Identity object"'), ["585#8018100911000906"])
    same(frames("time<1.015s"), ["123#11", "123#12"])


@test
def refused():
    """one sentence with the option and the column, and nothing half-done"""
    write("in.log", LOG)
    for args in (("decode", "--filter", "nod=x", "in.log"), ("convert", "--filter", "nod=x", "in.log", "none.log"),
                 ("diff", "--filter", "nod=x", "in.log", "in.log"), ("run", "--filter", "nod=x", ABORT)):
        status, out, err = cansim(*args)
        same((status, out, err.decode()),
             (2, b"", 'cansim: --filter: column 1: "nod" cannot be asked for, did you mean node?\n'), args)
    assert not os.path.exists(os.path.join(FOLDER, "none.log"))
    status, _, err = cansim("run", "--filter", "error", "--quiet", ABORT)
    same(status, 2)
    assert b"--filter: must have the trace" in err, err


@test
def of_a_run():
    """the trace tells only what passes; decoding comes with what is asked for"""
    status, out, _ = cansim("run", "--filter", "sdo.abort and node=drive", ABORT)
    same(status, 0)
    lines = out.decode().splitlines()
    same(len(lines), 3)
    assert all("aborts" in line and "585" in line for line in lines), lines
    status, out, _ = cansim("run", "--filter", "kind=state or kind=node", ABORT)
    assert out and b" [8] " not in out, out


@test
def of_a_difference():
    """frames and events that do not pass are not compared"""
    write("a.log", LOG)
    write("b.log", LOG.replace("123#14", "123#15"))
    same(cansim("diff", "a.log", "b.log")[0], 1)
    same(cansim("diff", "--filter", "not 123", "a.log", "b.log")[0], 0)
    for name in ("a.jsonl", "b.jsonl"):
        same(cansim("run", "--events", name, ABORT)[0], 0)
    text = read("b.jsonl").decode().replace('"585#80FF2F0000000206"', '"585#80FF2F0000000207"')
    write("b.jsonl", text)
    same(cansim("diff", "a.jsonl", "b.jsonl")[0], 1)
    same(cansim("diff", "--filter", "not data[7]=6,7", "a.jsonl", "b.jsonl")[0], 0)
    status, out, _ = cansim("diff", "--filter", "kind=node and node=drive", "a.jsonl", "b.jsonl")
    same(status, 0)
    assert b"0 pairs" not in out, out


run_tests()
