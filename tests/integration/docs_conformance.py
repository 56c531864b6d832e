#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/conformance.md: each test that its tables name exists and is run, each rule has one."""

import json
import os
import re

from cli_lib import ROOT, Skip, run_tests, same, test

SHARED = os.environ.get("CANSIM_SHARED", os.path.join(ROOT, "..", "shared"))
FOLDERS = {".c": "tests/unit", ".py": "tests/integration", ".json": "tests/wire"}
CLAUSE = re.compile(r"(8|10|11|12)(\.\d+)+( [a-l])?")


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def tables():
    """{heading of columns: rows}; a row is a list of cells"""
    found, header = {}, None
    for line in text("docs", "conformance.md").splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if header is None:
            header = tuple(cells)
            found.setdefault(header, [])
        elif not set("".join(cells)) <= set("- "):
            same(len(cells), len(header), line)
            found[header].append(dict(zip(header, cells)))
    return found


def rules():
    rows = [row for header, rows in tables().items() if "test" in header for row in rows]
    assert len(rows) > 80, len(rows)
    return rows


def named(cell):
    """(file, name) of each test of a cell; nothing else may be in it"""
    same(re.sub(r"`[a-z_0-9]+\.(c|py|json): [^`]+`", "", cell).strip(), "", f"no test: {cell}")
    for file, names in re.findall(r"`([^:`]+): ([^`]+)`", cell):
        for name in names.split(","):
            yield file, name.strip()


def tests_of(file):
    """names of the tests that a file runs"""
    kind = os.path.splitext(file)[1]
    source = text(FOLDERS[kind], file)
    if kind == ".json":
        return {f"{element['variant']}/{element['elem']}" for element in json.loads(source)["elems"]}
    if kind == ".py":
        assert "run_tests()" in source, file
        return set(re.findall(r"^@test\ndef (\w+)\(", source, re.M))
    defined = set(re.findall(r"^static void (\w+)\(void \*\*state\)|^STORY\((\w+)\)", source, re.M))
    run = set(re.findall(r"^\s*(?:T|cmocka_unit_test)\((\w+)\)", source, re.M))
    run |= set(re.findall(r"(?:T|cmocka_unit_test)\((\w+)\)", source.split("int main(void)")[-1]))
    return {name for pair in defined for name in pair if name} & run


@test
def every_test_exists():
    """a file, function or element that a row names is there and is run"""
    known, missing, count = {}, [], 0
    for row in rules():
        for file, name in named(row["test"]):
            count += 1
            if file not in known:
                path = os.path.join(ROOT, FOLDERS[os.path.splitext(file)[1]], file)
                known[file] = tests_of(file) if os.path.exists(path) else set()
            if name not in known[file]:
                missing.append(f"{file}: {name}")
    same(missing, [])
    assert count > 150, count
    print(f"# {len(rules())} rules, {count} tests in {len(known)} files")


@test
def every_rule_has_a_test():
    """no row without a test, no clause that is none"""
    for row in rules():
        assert list(named(row["test"])), row
        assert not row.get("clause") or CLAUSE.fullmatch(row["clause"]), row


@test
def every_wire_script_is_named():
    """our own scripts are all of some use to a rule"""
    used = {file for row in rules() for file, _ in named(row["test"])}
    scripts = {name for name in os.listdir(os.path.join(ROOT, "tests", "wire")) if name.endswith(".json")}
    same(sorted(scripts - used), [])


@test
def twelve_rules_of_counters():
    """12.1.4.2 a to l, none left out"""
    letters = {row["clause"][-1] for row in rules() if re.fullmatch(r"12\.1\.4\.2 [a-l]", row.get("clause", ""))}
    same("".join(sorted(letters)), "abcdefghijkl")


@test
def recorded_tests():
    """the recorded tests that rows name are tests of that standard"""
    path = os.path.join(SHARED, "iso16845", "TESTS.tsv")
    if not os.path.exists(path):
        raise Skip("no vectors")
    with open(path, encoding="utf-8") as file:
        known = {line.split("\t")[0] for line in file}
    for row in rules():
        for name in row.get("recorded", "").split():
            assert re.fullmatch(r"[789](\.\d+)+(_[a-z])?", name), name
            assert name.replace(".", "_") in known, f"{name}: {row['rule']}"


run_tests()
