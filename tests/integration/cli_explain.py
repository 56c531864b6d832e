#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim explain against frames from an independent encoder, and its sentences."""

import json
import os
import subprocess

from cli_lib import CANSIM, ROOT, Skip, cansim, run_tests, same, test

SHARED = os.environ.get("CANSIM_SHARED") or os.path.join(ROOT, "..", "shared")
VECTORS = os.path.join(SHARED, "vectors", "wire_sample.json")
NOMINAL_PS, DATA_PS = 2_000_000, 500_000


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
def frames_of_others():
    """every frame, classic and FD, agrees with the independent encoder"""
    texts = [text_of(v) for v in vectors()]
    status, out, err = cansim("explain", "--json", "-", stdin="\n".join(texts).encode())
    same((status, err), (0, b""))
    lines = out.splitlines()
    same(len(lines), len(texts), "lines")
    for v, text, line in zip(vectors(), texts, lines):
        got = json.loads(line)
        same(got["frame"], text, "frame")
        same(got["bits"], v["wire"], text)
        same(got["stuff_bits"], [i for i, k in enumerate(v["kinds"]) if k != "n"], text)
        same(got["length"], v["len_wire"], text)
        same(got["unstuffed_length"], v["len_unstuffed"], text)
        same((got["crc"], got["crc_bits"]), (v["crc"], v["crc_len"]), text)
        if v["fd"]:
            same(got["fixed_stuff_bits"], [i for i, k in enumerate(v["kinds"]) if k == "f"], text)
            for key in ("stuff_count", "rates", "nominal_bits", "data_bits", "split_bits"):
                same(got[key], v[key], text + " " + key)
        else:
            assert "rates" not in got, text
        # The two bits that are split add up to a bit of each rate where both sample alike.
        split = v["split_bits"] // 2 * (NOMINAL_PS + DATA_PS)
        same(got["duration_ps"], v["nominal_bits"] * NOMINAL_PS + v["data_bits"] * DATA_PS + split,
             text)


@test
def bit_rates():
    """both bit rates and sample points count; an FD frame without BRS has one bit rate"""
    def duration(*args):
        status, out, err = cansim("explain", "--json", *args)
        same((status, err), (0, b""), args)
        return json.loads(out)["duration_ps"]

    # 25 nominal and 49 data bits, BRS and CRC delimiter, worked out by hand
    frame = "2AA##11F1F"
    same(duration(frame), 25 * 2_000_000 + 49 * 500_000 + 2_500_000)
    same(duration("--bitrate", "1M", "--data-bitrate", "5M", frame), 25_000_000 + 49 * 200_000 + 1_200_000)
    # BRS: 80 % of 2 us, then 40 % of 500 ns; CRC delimiter: 60 % of 500 ns, then 20 % of 2 us
    same(duration("--sample-point", "80%", "--data-sample-point", "0.6", frame),
         25 * 2_000_000 + 49 * 500_000 + 1_600_000 + 200_000 + 300_000 + 400_000)
    same(duration("2AA##01F1F"), 77 * 2_000_000)
    same(duration("--data-bitrate", "8M", "2AA##01F1F"), 77 * 2_000_000)
    status, out, _ = cansim("explain", "--sample-point", "80%", frame)
    same(status, 0)
    for part in (b"BRS          16       1.6us nominal + 125ns data = 1.725us",
                 b"CRC delim    66       375ns data + 400ns nominal = 775ns",
                 b"nominal      0-15     16 x 2us = 32us", b"data         17-65    49 x 500ns = 24.5us",
                 b"nominal: 500kbit/s, sample point 80%", b"data: 2Mbit/s, sample point 75%"):
        assert part in out, (part, out)
    for args, sentence in (
            (("--data-bitrate", "250k"), b"--data-bitrate: must be at least the nominal bit rate 500k, "
                                         b'got "250k"'),
            (("--data-bitrate", "11M"), b'--data-bitrate: must be 10k..10M, got "11M"'),
            (("--bitrate", "2M"), b'--bitrate: must be 10k..1M, got "2M"'),
            (("--sample-point", "100%"), b"--sample-point: must be a part of the bit such as 87.5% or "
                                         b'0.875, 1%..99%, got "100%"'),
            (("--data-sample-point", "x10"), b"--data-sample-point: must be a part of the bit such as "
                                             b'87.5% or 0.875, 1%..99%, got "x10"')):
        same(cansim("explain", *args, frame), (2, b"", b"cansim: " + sentence + b"\n"), args)


@test
def fields_cover():
    """the fields follow one another from SOF to the end of EOF, whatever the frame"""
    frames = ["000#", "7FF#FFFFFFFFFFFFFFFF", "123#R", "123#R8", "00000000#", "1FFFFFFF#R3",
              "5A1#11.22.33", "12345678#0000000000000000", "123##0", "123##3" + "00" * 64,
              "1FFFFFFF##1" + "FF" * 20]
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
        if "data_bits" not in got or got["data_bits"] == 0:
            same(got["duration_ps"], got["length"] * 1_000_000)
        same(len(got["bits"]) - len(got["stuff_bits"]), got["unstuffed_length"])


@test
def bad_frames():
    """what is no frame is answered with a sentence and status 2"""
    for text in ("", "123", "1234#00", "123#1", "123#G0", "800#", "20000000#", "123#R9",
                 "123#112233445566778899", "123#R10", "#", "xyz#11", "123#11\n22", "12345678#00_9",
                 "123##", "123##R", "123##1R8", "123##g", "123##1123", "123##1" + "00" * 65,
                 "123##11122334455667788_9"):
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


@test
def fd_text_form():
    """the fields of an FD frame, its two kinds of stuff bits, its stuff count, within 80 columns"""
    frames = ["123##1F80011", "1FFFFFFF##2" + "00" * 64, "000##0", "7FF##1" + "FF" * 20]
    status, out, err = cansim("explain", *frames)
    same((status, err), (0, b""))
    for rate in ("83.333k", "1M"):
        _, more, _ = cansim("explain", "--bitrate", rate, "--data-bitrate", "7.3M", *frames)
        assert max(map(len, more.decode().splitlines())) <= 80, "wider than 80 columns"
    text = out.decode()
    assert max(map(len, text.splitlines())) <= 80, "wider than 80 columns"
    first = text.split("1FFFFFFF")[0]
    for part in ("123##1F80011  FD frame, base format, 3 bytes", "RRS          12", "FDF          14 ",
                 "res          15", "BRS          16                data bit rate from its sample point on",
                 "ESI          17                transmitter is error active",
                 "stuff count  50-54    +1 fixed 3 stuff bits mod 8 = 3: Gray 010, parity 1",
                 "CRC          55-75    +4 fixed 0x07910, CRC-17",
                 "86 bits: 77 and 3 dynamic stuff bits (^) and 6 fixed ones (+)\n  82us\n"):
        assert part in first, (part, first)
    for part in ("transmitter is error passive", ", CRC-21", "one bit rate", "15: 64 bytes"):
        assert part in text, part
    marks = {}
    lines = first.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("    0 "))
    for above, below in zip(lines[start:], lines[start + 1:]):
        for c, mark in zip(above, below):
            if mark in "^+" and c in "01":
                marks[mark] = marks.get(mark, "") + c
    same(marks, {"^": "011", "+": "000111"}, "bits at the marks")


@test
def non_iso():
    """CAN FD as it was: no stuff count, another CRC (divided by the polynomial on paper)"""
    status, out, err = cansim("explain", "--json", "--non-iso", "123##1F8", "123#11")
    same((status, err), (0, b""))
    got, classic = map(json.loads, out.splitlines())
    same(got["bits"], "00010010001100101000011111" "01000" "11010" "11001" "01010" "10100" "11" "1011111111")
    same((got["crc"], got["crc_bits"]), ("15349", 17))
    assert "stuff_count" not in got
    assert "stuff_count" not in [f["name"] for f in got["fields"]]
    same(classic, json.loads(cansim("explain", "--json", "123#11")[1]))
    _, out, _ = cansim("explain", "--non-iso", "123##1F8", "123#11")
    for part in (b"non-ISO FD frame", b"0x15349, CRC-17", b"data frame"):
        assert part in out, part
    assert b"stuff count" not in out


run_tests()
