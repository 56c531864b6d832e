#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes wire_tables.inc, the constant tables of the encoder: wire_tables.py > wire_tables.inc"""

STATES = 8  # (run - 1) * 2 + level: 1 to 4 equal bits so far; a fifth is followed by a stuff bit


def stuffed(state, code):
    """One entry: the bits of `code` below its leading 1, most significant first, stuffed."""
    run, level = state // 2 + 1, state % 2
    bits = mask = n = 0
    for digit in bin(code)[3:]:
        bit = int(digit)
        run = run + 1 if bit == level else 1
        level = bit
        bits |= bit << n
        n += 1
        if run == 5:
            level, run = 1 - level, 1
            bits |= level << n
            mask |= 1 << n
            n += 1
    return n | ((run - 1) * 2 + level) << 9 | bits << 12 | mask << 22


def crc_msb_first(byte, width, polynomial):
    """What a byte adds to a register that shifts left."""
    register = byte << (width - 8)
    for _ in range(8):
        register = register << 1 ^ (polynomial if register >> (width - 1) else 0)
        register &= (1 << width) - 1
    return register


def crc_lsb_first(byte, width, polynomial):
    """What a byte, least significant bit first, adds to a register that shifts right."""
    mirrored = int(f"{polynomial:0{width}b}"[::-1], 2)
    register = byte
    for _ in range(8):
        register = register >> 1 ^ (mirrored if register & 1 else 0)
    return register


def table(declaration, values, digits):
    """A constant array, eight to a line."""
    print(f"{declaration} = {{")
    for i in range(0, len(values), 8):
        print("    " + " ".join(f"0x{value:0{digits}X}," for value in values[i:i + 8]))
    print("};")


print("/* SPDX-License-Identifier: MIT */")
print("/* Written by wire_tables.py; tests/unit/test_wire_encode.c holds it against the rules. */")
table("static const uint32_t stuff_table[8 * 512]",
      [stuffed(s, c) if 1 < c else 0 for s in range(STATES) for c in range(512)], 8)
table("static const uint16_t crc15_table[256]",
      [crc_msb_first(b, 15, 0x4599) for b in range(256)], 4)
table("static const uint32_t crc17_table[256]",
      [crc_lsb_first(b, 17, 0x1685B) for b in range(256)], 5)
table("static const uint32_t crc21_table[256]",
      [crc_lsb_first(b, 21, 0x102899) for b in range(256)], 6)
