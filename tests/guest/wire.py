# SPDX-License-Identifier: MIT
"""How long a classic CAN frame is on the wire, worked out apart from cansim.

>>> frame_bits("000#")          # 44 and six stuff bits
50
>>> interval_bits("000#")       # with the three bits of intermission
53
"""

import re

INTERMISSION_BITS = 3
TAIL_BITS = 1 + 1 + 1 + 7  # CRC delimiter, ACK slot, ACK delimiter, end of frame: never stuffed
CRC15 = 0x4599


def _bits(value, count):
    return [value >> i & 1 for i in reversed(range(count))]


def split(text):
    """(identifier, extended, remote, data) of a frame written as can-utils do."""
    match = re.fullmatch(r"([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(R[0-8]?|(?:[0-9A-Fa-f]{2}){0,8})", text)
    if not match:
        raise ValueError("'%s' is no classic frame" % text)
    identifier, rest = match.groups()
    remote = rest.startswith("R")
    data = b"" if remote else bytes.fromhex(rest)
    return int(identifier, 16), len(identifier) == 8, remote, data


def frame_bits(text):
    """Length in bits from the start of frame to the end of the end of frame."""
    identifier, extended, remote, data = split(text)
    length = int(text[text.index("R") + 1:] or 0) if remote else len(data)
    if extended:
        bits = [0] + _bits(identifier >> 18, 11) + [1, 1] + _bits(identifier & 0x3FFFF, 18)
        bits += [int(remote), 0, 0]
    else:
        bits = [0] + _bits(identifier, 11) + [int(remote), 0, 0]
    bits += _bits(length, 4)
    for byte in data:
        bits += _bits(byte, 8)
    crc = 0
    for bit in bits:
        crc = (crc << 1 & 0x7FFF) ^ (CRC15 if bit ^ crc >> 14 else 0)
    bits += _bits(crc, 15)
    stuffed, run, last = 0, 0, None
    for bit in bits:
        run = run + 1 if bit == last else 1
        last = bit
        if run == 5:
            stuffed, run, last = stuffed + 1, 1, 1 - bit
    return len(bits) + stuffed + TAIL_BITS


def interval_bits(text):
    """The least distance between the ends of the frame before and of this one."""
    return INTERMISSION_BITS + frame_bits(text)
