#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fuzz/corpus/co_master: boots, commands of each kind, power off and on."""
import pathlib

TO = pathlib.Path(__file__).parent / "corpus" / "co_master"


def frame(ident, data):
    data = bytes.fromhex(data)
    return bytes([0, 2 + len(data)]) + ident.to_bytes(2, "little") + data


def command(text):
    return bytes([3, len(text)]) + text.encode()


SENT = bytes([4, 0])
POWER = bytes([5, 0])


def wait(tens_of_ms):
    return bytes([2, tens_of_ms]) + bytes(tens_of_ms)


COMMANDS = ["read 5 1018:01", "read 7 1008 vs = x", "read 5 2000 = abort 0x06020000", "write 5 1017 1000",
            "write 9 2000 fill:100 d", "block-write 5 2000 fill:20 os", "nmt stop all", "boot", "boot 9", "sync",
            "time", "send 205#0102", "wait 10ms", "lss switch 1 2 3 4", "lss inquire", "lss bitrate 250k",
            "lss activate 10ms", "lss fastscan", "lss store"]

SEEDS = {
    "boot": SENT + frame(0x705, "00") + SENT + frame(0x585, "4300100000000000") + SENT
            + frame(0x585, "6017100000000000") + frame(0x705, "7f") + SENT + wait(30),
    "silence": SENT + wait(200) + SENT + wait(200),
    "block": SENT + frame(0x585, "c600200009000000") + frame(0x585, "0131323334353637")
             + frame(0x585, "8238390000000000") + SENT + frame(0x585, "d5c3310000000000") + SENT,
    "guard": SENT + frame(0x706, "00") + frame(0x586, "4300100000000000") + SENT + frame(0x586, "600c100000000000")
             + SENT + frame(0x586, "600d100000000000") + SENT + frame(0x706, "7f") + wait(20) + frame(0x706, "ff"),
    "lss": command("lss fastscan 3 store") + wait(1) + frame(0x7E4, "4f") + frame(0x7E4, "4f00000000000000") + wait(3),
    "power": SENT + POWER + POWER + wait(60) + POWER,
    "emcy": frame(0x085, "3081110000000000") + frame(0x77F, "05"),
}


def main():
    TO.mkdir(parents=True, exist_ok=True)
    for name, data in SEEDS.items():
        (TO / name).write_bytes(data)
    for number, text in enumerate(COMMANDS):
        (TO / f"command_{number:02}").write_bytes(SENT + command(text) + SENT + wait(20))


main()
