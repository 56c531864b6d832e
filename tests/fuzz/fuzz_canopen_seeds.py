#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_canopen: each log of tests/canopen as the target reads frames."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LOGS = os.path.join(HERE, "..", "canopen")


def seed(log, file):
    out, last = bytearray([file]), 0.0
    for line in open(log):
        time, ident, data = re.match(r"\((\S+)\) \S+ ([0-9A-F]+)#(\S*)", line).groups()
        gap, last = min(255, round((float(time) - last) * 1000)), float(time)
        remote = data.startswith("R")
        data = b"" if remote else bytes.fromhex(data)
        number = int(ident, 16)
        if len(ident) > 3:
            number = 0x8000 | number // 4099
        out += number.to_bytes(2, "little") + bytes([len(data) | 0x10 * remote, gap]) + data
    return out


def main():
    folder = os.path.join(HERE, "corpus", "canopen")
    os.makedirs(folder, exist_ok=True)
    for name in sorted(os.listdir(LOGS)):
        if name.endswith(".log"):
            for file in (0, 1):
                with open(os.path.join(folder, "%s-%d" % (name[:-4], file)), "wb") as to:
                    to.write(seed(os.path.join(LOGS, name), file))
    return 0


sys.exit(main())
