#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim explain against frames from an independent encoder, and its sentences."""

import json
import os
import subprocess

from cli_lib import CANSIM, ROOT, Skip, cansim, run_tests, same, test

VECTORS = os.path.join(ROOT, "..", "shared", "vectors", "wire_sample.json")


def vectors():
    if not os.path.exists(VECTORS):
        raise Skip("no vectors")
    with open(VECTORS, encoding="utf-8") as file:
        return json.load(file)


def text_of(v):
    """A vector in the text form of can-utils."""
    ident = f"{int(v['id'], 16):0{8 if v['ide'] else 3}X}"
    if v["fd"]:
        return f"{ident}##{(1 if v['brs'] else 0) | (2 if v['esi'] else 0)}{v['data'].upper()}"
    raw = f"_{v['dlc']:X}" if v["dlc"] > 8 else ""
    if v["rtr"]:
        dlc = "8" if raw else (str(v["dlc"]) if v["dlc"] else "")
        return f"{ident}#R{dlc}{raw}"
    return f"{ident}#{v['data'].upper()}{raw}"


@test
def classic_vectors():
    """every classic frame agrees with the independent encoder"""
    classic = [v for v in vectors() if not v["fd"]]
    texts = [text_of(v) for v in classic]
    status, out, err = cansim("explain", "--json", "-", stdin="\n".join(texts).encode())
    same((status, err), (0, b""))
    lines = out.splitlines()
    same(len(lines), len(classic), "lines")
    for v, text, line in zip(classic, texts, lines):
        got = json.loads(line)
        same(got["frame"], text, "frame")
        same(got["bits"], v["wire"], text)
        same(got["stuff_bits"], [i for i, k in enumerate(v["kinds"]) if k != "n"], text)
        same(got["length"], v["len_wire"], text)
        same(got["unstuffed_length"], v["len_unstuffed"], text)
        same(got["crc"], v["crc"], text)
        same(got["duration_ps"], v["len_wire"] * 2_000_000, text)


@test
def fields_cover():
    """the fields follow one another from SOF to the end of EOF, whatever the frame"""
    frames = ["000#", "7FF#FFFFFFFFFFFFFFFF", "123#R", "123#R8", "00000000#", "1FFFFFFF#R3",
              "5A1#11.22.33", "12345678#0000000000000000"]
    status, out, _ = cansim("explain", "--json", "--bitrate", "1M", *frames)
    same(status, 0)
    for line in out.splitlines():
        got = json.loads(line)
        at = 0
        for field in got["fields"]:
            same(field["first"], at, got["frame"] + " " + field["name"])
            at += field["count"]
            stuff = [i for i in got["stuff_bits"] if field["first"] <= i < at]
            bits = "".join(got["bits"][i] for i in range(field["first"], at) if i not in stuff)
            same(field["bits"], bits, field["name"])
            if field["name"] != "data":
                same(field["value"], int(bits, 2), field["name"])
        same(at, got["length"])
        same(got["duration_ps"], got["length"] * 1_000_000)
        same(len(got["bits"]) - len(got["stuff_bits"]), got["unstuffed_length"])


@test
def fd_refused():
    """CAN FD frames are refused in one sentence"""
    some = [text_of(v) for v in vectors() if v["fd"]][:3] + ["123##1112233"]
    for text in some:
        status, out, err = cansim("explain", text)
        same((status, out), (2, b""), text)
        same(err.decode(), f"cansim: {text}: must be a classic CAN frame (CAN FD is not supported "
                           "yet)\n")


@test
def bad_frames():
    """what is no frame is answered with a sentence and status 2"""
    for text in ("", "123", "1234#00", "123#1", "123#G0", "800#", "20000000#", "123#R9",
                 "123#112233445566778899", "123#R10", "#", "xyz#11", "123#11\n22", "12345678#00_9"):
        status, _, err = cansim("explain", "--json", text)
        same(status, 2, text)
        same(err.count(b"\n"), 1, text)
        assert err.startswith(b"cansim: "), err
    status, out, err = cansim("explain", "--json", "-", stdin=b"123#11\n\n  456#22  \nbad\n789#33\n")
    same((status, out.count(b"\n")), (2, 2))
    assert err.startswith(b"cansim: standard input:4: bad: must be a frame"), err


@test
def nothing_half_done():
    """a bad frame among good ones, endless and binary input: one sentence, nothing shown"""
    status, out, err = cansim("explain", "--json", "123#11", "456#zz")
    same((status, out), (2, b""))
    assert err.startswith(b"cansim: 456#zz: must be a frame"), err
    for text, sentence in ((b"1" * 5000, b"must be a line of at most 4095 bytes, is longer"),
                           (b"123\0#11\n", b"must be text, has a NUL byte")):
        status, out, err = cansim("explain", "-", stdin=text)
        same((status, out, err), (2, b"", b"cansim: standard input:1: " + sentence + b"\n"))


@test
def unreadable():
    """standard input that cannot be read is trouble with the environment, not an end"""
    folder = os.open("/", os.O_RDONLY)
    done = subprocess.run([CANSIM, "explain", "-"], stdin=folder, capture_output=True, timeout=10,
                          check=False)
    os.close(folder)
    same((done.returncode, done.stdout), (3, b""))
    same(done.stderr, b"cansim: standard input: cannot be read: Is a directory\n")


@test
def raw_dlc():
    """a raw DLC above 8 is on the wire, and its data field has 8 bytes"""
    status, out, _ = cansim("explain", "--json", "123#1122334455667788_F")
    same(status, 0)
    fields = {f["name"]: f["value"] for f in json.loads(out)["fields"]}
    same((fields["dlc"], fields["data"]), (15, "1122334455667788"))


@test
def text_form():
    """the text for people marks the stuff bits, tells lengths and stays within 80 columns"""
    status, out, err = cansim("explain", "000#0000", "1FFFFFFF#FFFFFFFFFFFFFFFF")
    same((status, err), (0, b""))
    text = out.decode()
    assert max(map(len, text.splitlines())) <= 80, "wider than 80 columns"
    for part in ("66 bits: 60 and 6 stuff bits", "132us at 500kbit/s", "0x25B1", "identifier"):
        assert part in text, part
    wire = [line for line in text.split("1FFFFFFF")[0].splitlines() if line.startswith("    0 ")]
    marks = text.splitlines()[text.splitlines().index(wire[0]) + 1]
    same("".join(c for c, m in zip(wire[0], marks) if m == "^"), "111111", "bits at the marks")
    assert b"\033" not in out, "colours without a terminal"


run_tests()
