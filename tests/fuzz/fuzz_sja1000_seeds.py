#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the seed corpus of fuzz_sja1000: what drivers do, two bytes a step.

usage: fuzz_sja1000_seeds.py [OUTPUT-DIRECTORY]     (default: tests/fuzz/corpus/sja1000)
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIME, TRAFFIC, RESET, START, MEDDLE, READ_ALL, READ = range(0x80, 0x87)
MOD, CMR, SR, IR, IER, BTR0, BTR1, ECC, EWLR, RXERR, TXERR, BUF, RBSA, CDR = 0, 1, 2, 3, 4, 6, 7, 12, 13, 14, 15, 16, 30, 31
TX = [(BUF, 2), (BUF + 1, 0x24), (BUF + 2, 0x60), (BUF + 3, 0x55), (BUF + 4, 0xAA)]
ISR = [(READ, IR), (READ, SR), (READ, ECC), (READ, 11)]
GO = [(TIME, 20)]

SEEDS = {
    "start": [(START, 0x80), (TIME, 20), (READ_ALL, 0)],
    "basic": [(START, 0), (TIME, 20), (TRAFFIC, 0x12), (TIME, 199), (READ_ALL, 0), (10, 0x24), (11, 0x61),
              (12, 0x55), (CMR, 1), (TIME, 199), *ISR, (CMR, 0x10), (TIME, 20), (TRAFFIC, 1), (TIME, 199), *ISR],
    "traffic": [(START, 0x80), *GO, *TX, (CMR, 1), (TRAFFIC, 0x88), (TIME, 199), *ISR, (TRAFFIC, 0x48), (TIME, 199),
                (READ_ALL, 0), (CMR, 0x0C), (CMR, 4), (CMR, 4)],
    "overrun": [(START, 0x88), *GO, *[(TRAFFIC, 0x88), (TIME, 199)] * 6, *ISR, (CMR, 8), (CMR, 4), (READ_ALL, 0)],
    "bus-off": [(START, 0x80), *GO, (MEDDLE, 0xF8), *GO, (MEDDLE, 0x100 - 8), (TIME, 30), (MOD, 0), (TIME, 210),
                (MOD, 1), (TIME, 50), (MOD, 0), (TIME, 240), *ISR, *TX, (CMR, 1), (TIME, 199)],
    "driven-off": [(START, 0x80), *GO, (MOD, 1), (TXERR, 255), (MOD, 0), (MOD, 0), (TIME, 205), (MOD, 1), (TXERR, 254),
                   (RXERR, 3), (MOD, 0), (TIME, 230), *ISR],
    "modes": [(START, 0x84), *GO, *TX, (CMR, 0x10), (TIME, 199), *ISR, (MOD, 1), (MOD, 2), *GO, (CMR, 1), (TIME, 50),
              (CMR, 2), (MOD, 1), (MOD, 8), *GO, (CMR, 3), (TIME, 199), (CMR, 0x12), (TIME, 199), *ISR],
    "sleep": [(START, 0x80), *GO, (MOD, 16), (TIME, 50), (TRAFFIC, 5), (TIME, 199), *ISR, (CMR, 4), (MOD, 16), (MOD, 0),
              (MOD, 16), (MOD, 1), (RESET, 0)],
    "timing": [(START, 0x80), (MOD, 1), (BTR0, 0x3F), (BTR1, 0x7F), (MOD, 0), *TX, (CMR, 1), (TRAFFIC, 3), (TIME, 220),
               *ISR, (MOD, 1), (BTR0, 0), (BTR1, 0), (MOD, 0), (CMR, 1), (TIME, 220), (READ_ALL, 0)],
    "ram": [(START, 0x80), *GO, (TRAFFIC, 8), (TIME, 199), (MOD, 1), (RBSA, 62), *[(32 + i, i) for i in range(0, 80, 9)],
            (MOD, 0), *GO, (TRAFFIC, 0x88), (TIME, 199), (READ_ALL, 0), (CMR, 4), (READ_ALL, 0)],
    "limits": [(START, 0x80), (MOD, 1), (EWLR, 1), (TXERR, 1), (MOD, 0), *GO, *ISR, (MOD, 1), (EWLR, 0), (RXERR, 200),
               (MOD, 0), *GO, *ISR, (CDR, 0), (MOD, 1), (CDR, 0), (MOD, 0), (READ_ALL, 0)],
}


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests/fuzz/corpus/sja1000")
    os.makedirs(out, exist_ok=True)
    for name, steps in SEEDS.items():
        with open(os.path.join(out, name), "wb") as file:
            file.write(bytes(value & 0xFF for step in steps for value in step))


main()
